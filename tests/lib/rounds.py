# SPDX-License-Identifier: GPL-2.0
"""For tests/debug: rounds that are counted, traffic from processes of its own,
allocations that fail.

A test prints `rounds N NAME` beside its checks; tests/debug/guest adds them up.
"""
import contextlib
import os
import pathlib
import signal
import socket
import time

import lab as L
import rtnl
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


class Lab(L.Lab):
    """One lab for all tests of a script, with links by rtnetlink: a namespace takes this
    kernel ten seconds, a process two."""

    def __init__(self):
        super().__init__()
        self.rt = {space: rtnl.Rtnl(space) for space in (L.LEFT, L.RIGHT)}

    def device(self, space, name="vpn0", mtu=1400):
        other = L.RIGHT if space == L.LEFT else L.LEFT
        rt = self.rt[space]
        rt.link_add(name, "vpntun", mtu=mtu)
        rt.addr_add(name, f"{L.INNER4[space]}/32")
        rt.addr_add(name, f"{L.INNER6[space]}/128")
        rt.link_set(name, up=True)
        rt.route_add(name, L.NET4[other], L.INNER4[space])
        rt.route_add(name, L.NET6[other], L.INNER6[space])
        self.dev[space] = L.Device(space, name)
        return self.dev[space]

    def delete(self, *spaces):
        """Their devices go."""
        for space in spaces or (L.LEFT, L.RIGHT):
            self.rt[space].link_del("vpn0")
            self.forget(space)

    def forget(self, space):
        """The device is gone, its control socket goes."""
        dev = self.dev.pop(space, None)
        if dev:
            dev.ctl.close()

    def close_sockets(self):
        for sock in self.socks:
            sock.close()
        self.socks.clear()

    def clear(self):
        """Between two tests: nothing is left, but the module is loaded."""
        self.close_sockets()
        for space, rt in self.rt.items():
            self.forget(space)
            if rt.has("vpn0"):
                rt.link_del("vpn0")
        if not os.path.exists("/sys/module/vpntun"):
            L.insmod()

    def down(self):
        for rt in self.rt.values():
            rt.close()
        super().down()


def run(*tests):
    """Run test functions one after the other in one lab."""
    L.run(*tests, shared=Lab())


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


@contextlib.contextmanager
def unproven(really=True):
    """While a block runs lockdep does not look at the order of locks, if really."""
    path = pathlib.Path("/sys/module/lockdep/parameters/prove_locking")
    if really:
        path.write_text("0", encoding="ascii")
    try:
        yield
    finally:
        if really:
            path.write_text("1", encoding="ascii")


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

    def count(self, call, refused=None):
        """How many allocations call makes; it is carried out, or refused with an errno."""
        many = 1 << 20
        self.write(many)
        try:
            call()
        except OSError as e:
            if e.errno != refused:
                raise
        finally:
            left = int(os.pread(self.fd, 32, 0).split()[0])
            self.write(0)
        return many - left
