# SPDX-License-Identifier: GPL-2.0
"""Datagrams between the inner addresses of a lane, without a process for each: those are dear in a slow guest."""
import select
import threading
import time

import lab

PORT = 7007


class Traffic:
    """A socket for each inner address; a way is (who sends, source, destination)."""

    def __init__(self, spaces, addresses):
        self.socks = {}
        for who, own in addresses.items():
            with lab.vpntun.netns(spaces[who]):
                for address in own:
                    sock = lab.socket.socket(lab.socket.AF_INET, lab.socket.SOCK_DGRAM)
                    sock.bind((address, PORT))
                    sock.setblocking(False)
                    self.socks[address] = sock

    def close(self):
        for sock in self.socks.values():
            sock.close()

    def send(self, way):
        """Whether it left; an error that an earlier one brought back is no reason not to try."""
        _, src, dst = way
        for _ in range(2):
            try:
                self.socks[src].sendto(b"x" * 64, (dst, PORT))
                return True
            except OSError:
                continue
        return False

    def arrived(self, timeout=0.0):
        """[(source, destination)] of what came in meanwhile."""
        by_sock = {sock: address for address, sock in self.socks.items()}
        found = []
        for sock in select.select(list(by_sock), [], [], timeout)[0]:
            try:
                while True:
                    found.append((sock.recvfrom(256)[1][0], by_sock[sock]))
            except OSError:
                pass
        return found

    def all_ways(self, ways, count, timeout=20):
        """Sends so many on each way; the ways that not all of them came on."""
        self.arrived()
        missing = {(src, dst): count for _, src, dst in ways}
        for _ in range(count):
            for way in ways:
                self.send(way)
        end = time.monotonic() + timeout
        while any(missing.values()) and time.monotonic() < end:
            for pair in self.arrived(0.1):
                missing[pair] = missing.get(pair, 0) - 1
        return [f"{src} to {dst}" for (src, dst), left in missing.items() if left > 0]


class Flow:
    """Datagrams on all ways all the time, until end()."""

    def __init__(self, traffic, ways, interval=0.05):
        self.traffic, self.ways, self.interval = traffic, ways, interval
        self.sent = self.received = 0
        self.over = threading.Event()
        traffic.arrived()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.over.wait(self.interval):
            for way in self.ways:
                self.sent += self.traffic.send(way)
            self.received += len(self.traffic.arrived())

    def end(self, patience=5):
        """(sent, lost)"""
        self.over.set()
        self.thread.join()
        end = time.monotonic() + patience
        while self.received < self.sent and time.monotonic() < end:
            self.received += len(self.traffic.arrived(0.1))
        return self.sent, self.sent - self.received
