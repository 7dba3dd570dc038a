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
            for address in own:
                self.listen(spaces[who], address)

    def listen(self, space, address):
        if address in self.socks:
            return
        with lab.vpntun.netns(space):
            sock = lab.socket.socket(lab.socket.AF_INET, lab.socket.SOCK_DGRAM)
        sock.bind((address, PORT))
        sock.setblocking(False)
        self.socks[address] = sock

    def close(self):
        for sock in self.socks.values():
            sock.close()

    def send(self, way, number=0):
        """Whether it left; an error that an earlier one brought back is no reason not to try."""
        _, src, dst = way
        for _ in range(2):
            try:
                self.socks[src].sendto(number.to_bytes(64, "big"), (dst, PORT))
                return True
            except OSError:
                continue
        return False

    def arrived(self, timeout=0.0):
        """[(source, destination, number)] of what came in meanwhile."""
        by_sock = {sock: address for address, sock in self.socks.items()}
        found = []
        for sock in select.select(list(by_sock), [], [], timeout)[0]:
            try:
                while True:
                    data, (src, _) = sock.recvfrom(256)
                    found.append((src, by_sock[sock], int.from_bytes(data, "big")))
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
            for *pair, _ in self.arrived(0.1):
                pair = tuple(pair)
                missing[pair] = missing.get(pair, 0) - 1
        return [f"{src} to {dst}" for (src, dst), left in missing.items() if left > 0]


class Flow:
    """Datagrams on all ways all the time, until end()."""

    def __init__(self, traffic, ways, interval=0.05):
        self.traffic, self.ways, self.interval = traffic, ways, interval
        self.sent = 0
        self.missing = {}	# number: when it was sent, and from where to where
        self.over = threading.Event()
        traffic.arrived()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.over.wait(self.interval):
            for way in self.ways:
                self.missing[self.sent + 1] = f"{time.strftime('%T')} {way[1]} to {way[2]}"
                if self.traffic.send(way, self.sent + 1):
                    self.sent += 1
            self.take(0)

    def take(self, timeout):
        for *_, number in self.traffic.arrived(timeout):
            self.missing.pop(number, None)

    def end(self, patience=20):
        """(how many were sent, what of it did not arrive)"""
        self.over.set()
        self.thread.join()
        self.missing.pop(self.sent + 1, None)	# it did not even leave
        end = time.monotonic() + patience
        while self.missing and time.monotonic() < end:
            self.take(0.1)
        self.take(0)	# the guest may have stood still for as long
        return self.sent, list(self.missing.values())
