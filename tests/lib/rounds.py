# SPDX-License-Identifier: GPL-2.0
"""For tests/debug: rounds that are counted, traffic from processes of its own,
allocations that fail.

A test prints `rounds N NAME` beside its checks; tests/debug/guest adds them up.
"""
import contextlib
import os
import signal
import socket
import time

import lab as L
import vpntun

SCALE = float(os.environ.get("ROUNDS", "1"))


def rounds(name, n, deadline=None):
    """Yields 0 to n - 1 and says at the end how many it were.

    Past deadline seconds it ends early, but never before a quarter is done.
    """
    n = max(1, int(n * SCALE))
    begin, done = time.monotonic(), 0
    try:
        for i in range(n):
            if deadline and i * 4 >= n and time.monotonic() - begin > deadline:
                break
            done += 1
            yield i
    finally:
        print(f"rounds {done} {name} in {time.monotonic() - begin:.0f} s", flush=True)


class Flood:
    """UDP into the tunnel while a block runs; a process for each namespace."""

    def __init__(self, *spaces, size=1200, to=None):
        self.spaces = spaces or (L.LEFT, L.RIGHT)
        self.size, self.to = size, to
        self.pids = []

    def __enter__(self):
        for space in self.spaces:
            out, into = os.pipe()
            pid = os.fork()
            if not pid:
                self.send(space)
            self.pids.append(pid)
            os.close(into)
            os.read(out, 1)	# returns when the child has let go of all it inherited
            os.close(out)
        return self

    def send(self, space):
        try:
            os.closerange(3, os.sysconf("SC_OPEN_MAX"))	# a copy keeps a socket open
            with vpntun.netns(space):
                sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            to = (self.to or L.INNER4[L.RIGHT if space == L.LEFT else L.LEFT], 9)
            data = b"f" * self.size
            while True:
                try:
                    sock.sendto(data, to)
                except OSError:		# no route now: the link is being made
                    time.sleep(0.001)
        finally:
            os._exit(0)

    def __exit__(self, *_):
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        self.pids = []


def flowing(dev, way, spi, packets=20):
    """Packets pass on an SA."""
    before = dev.sas()[way, spi]["packets"]
    return L.wait_until(lambda: dev.sas()[way, spi]["packets"] > before + packets, 30)


def knob(name, **values):
    """Settings of failslab or fail_page_alloc."""
    for key, value in values.items():
        with open(f"/sys/kernel/debug/{name}/{key.replace('_', '-')}", "w",
                  encoding="ascii") as f:
            f.write(str(value))


def prepare_faults():
    """fail-nth counts every allocation, sleeping ones too, and says nothing."""
    for name in ("failslab", "fail_page_alloc"):
        knob(name, probability=0, ignore_gfp_wait="N", verbose=0, times=-1, interval=1)
    knob("fail_page_alloc", min_order=0)


@contextlib.contextmanager
def atomic_faults(percent):
    """While a block runs, this share of the allocations that cannot wait fails, everywhere."""
    knob("failslab", ignore_gfp_wait="Y", interval=1, times=-1, verbose=0, probability=percent)
    try:
        yield
    finally:
        knob("failslab", probability=0, ignore_gfp_wait="N")


class FailNth:
    """The nth allocation of this thread fails, see Linux' fault-injection.rst."""

    def __init__(self):
        self.fd = os.open("/proc/thread-self/fail-nth", os.O_RDWR)

    def close(self):
        os.close(self.fd)

    def write(self, n):
        os.pwrite(self.fd, str(n).encode(), 0)

    def run(self, n, call):
        """Call with the nth allocation failing: (did one fail, what call raised)."""
        error = None
        self.write(n)
        try:
            call()
        except OSError as e:
            error = e
        left = int(os.pread(self.fd, 32, 0).split()[0])
        self.write(0)
        return left == 0, error

    def count(self, call):
        """How many allocations call makes; it is carried out."""
        many = 1 << 20
        self.write(many)
        try:
            call()
        finally:
            left = int(os.pread(self.fd, 32, 0).split()[0])
            self.write(0)
        return many - left
