# SPDX-License-Identifier: GPL-2.0
"""Gateways with ikod in network namespaces, for the guest tests of the daemon.

    a ──── wire ──── b        outer 10.0.0.1, 10.0.0.2; a third one, c, if asked for

    a: 192.168.1.1, 192.168.2.1    b: 192.168.3.1, 192.168.4.1    c: 192.168.5.1

The wire is a bridge in a namespace of its own. The inner addresses are the
gateways' own. Times are short, so that a test of what
happens after minutes takes seconds.
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

import lab
from lab import check, equal, ip, not_ok, ok, sh	# noqa: F401

IKOD, IKOCTL = os.environ["IKOD"], os.environ["IKOCTL"]
PSK = "correct horse battery staple"
OUTER = {"a": "10.0.0.1", "b": "10.0.0.2", "c": "10.0.0.3"}
INNER = {"a": ["192.168.1.1", "192.168.2.1"], "b": ["192.168.3.1", "192.168.4.1"],
         "c": ["192.168.5.1"]}
SHORT = {"retransmit-timeout": "300ms", "retransmit-tries": "3", "dpd-idle": "1s",
         "dpd-retransmit": "1s", "dpd-retries": "2"}


def wait_until(condition, timeout=10):
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def ip_try(text, space):
    """As ip(), where it may well fail."""
    try:
        ip(text, space)
    except RuntimeError:
        pass


def net(address):
    return address.rsplit(".", 1)[0] + ".0/24"


def connection(me, peer, **keys):
    """Keys of me's connection to peer; local_subnets=... changes local-subnets, None leaves it out."""
    conn = {"local": OUTER[me], "remote": OUTER[peer],
            "local-subnets": ", ".join(map(net, INNER[me])),
            "remote-subnets": ", ".join(map(net, INNER[peer])),
            "psk-file": "psk", **SHORT}
    conn.update({k.replace("_", "-"): v for k, v in keys.items()})
    return {k: v for k, v in conn.items() if v is not None}


class Gateway:
    """One namespace with one ikod."""

    def __init__(self, name, folder):
        self.name, self.space = name, f"vt-{name}"
        self.dir = os.path.join(folder, name)
        self.sock = os.path.join(self.dir, "ikod.sock")
        self.log = os.path.join(self.dir, "ikod.log")
        self.proc = None
        os.makedirs(self.dir)

    def configure(self, psk=PSK, **conns):
        """configure(NAME=connection(...), ...)"""
        with open(os.path.join(self.dir, "ikod.conf"), "w", encoding="ascii") as f:
            f.write(f"[global]\ncontrol-socket = {self.sock}\nlog-level = debug\n")
            for name, keys in conns.items():
                f.write(f"\n[connection {name}]\n")
                f.writelines(f"{k} = {v}\n" for k, v in keys.items())
        path = os.path.join(self.dir, "psk")
        with open(path, "w", encoding="ascii") as f:
            f.write(psk + "\n")
        os.chmod(path, 0o600)

    def start(self):
        with open(self.log, "a", encoding="utf-8") as log:
            self.proc = subprocess.Popen(
                ["ip", "netns", "exec", self.space, IKOD, "-f", "-c", os.path.join(self.dir, "ikod.conf")],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        if not wait_until(self.answers, 20):
            raise RuntimeError(f"ikod of {self.name} did not start")

    def stop(self, sig=signal.SIGTERM):
        """Exit status of ikod."""
        self.proc.send_signal(sig)
        status = self.proc.wait(20)
        self.proc = None
        return status

    def die(self):
        """As if its power had failed: no Delete, no tunnels, no address."""
        self.stop(signal.SIGKILL)
        ip_try("link del vpn0", self.space)
        ip(f"addr del {OUTER[self.name]}/24 dev wire", self.space)

    def ctl(self, *args):
        return subprocess.run([IKOCTL, "-s", self.sock, *args], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False, timeout=60)

    def status(self):
        """What `ikoctl --json status` prints, without its process: this is asked all the time."""
        with lab.socket.socket(lab.socket.AF_UNIX) as sock:
            sock.settimeout(20)
            sock.connect(self.sock)
            sock.sendall(b'{"cmd":"status"}\n')
            return json.loads(sock.makefile().readline())

    def answers(self):
        try:
            return self.status()["ok"]
        except OSError:
            return False

    def conn(self, name):
        for c in self.status()["connections"]:
            if c["name"] == name:
                return c
        return None

    def state(self, name):
        return (self.conn(name) or {}).get("state")

    def spis(self, name):
        """{(local, remote): (spi_in, spi_out)} of what is up"""
        return {(p["local"], p["remote"]): (p["spi_in"], p["spi_out"])
                for p in self.conn(name)["children"] if p["state"] in ("up", "rekeying")}

    def cookies(self, name):
        return {(i["spi_i"], i["spi_r"]) for i in self.conn(name)["ike_sas"]}

    def failures(self, name):
        """Codes of the connection and of its pairs that have one."""
        c = self.conn(name)
        found = [c["failure"]] + [p["failure"] for p in c["children"]]
        return [f for f in found if f]

    def strays(self):
        return [s["failure"] for s in self.status()["strays"]]

    def counter(self, name):
        return self.status()["counters"].get(name, 0)

    def up(self, name, timeout=30):
        return wait_until(lambda: self.state(name) == "up", timeout)

    def link_is_there(self):
        return subprocess.run(["ip", "-n", self.space, "link", "show", "vpn0"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False).returncode == 0

    def drops(self):
        out = sh("ip", "netns", "exec", self.space, "ethtool", "-S", "vpn0")
        return {k.strip(): int(v) for k, v in
                (line.split(":") for line in out.splitlines()[1:])
                if int(v) and k.strip()[:3] in ("tx_", "rx_")}

    def socket(self):
        """A UDP socket here, on a port of nobody."""
        with lab.vpntun.netns(self.space):
            return lab.socket.socket(lab.socket.AF_INET, lab.socket.SOCK_DGRAM)

    def raw(self):
        """A socket for packets with their IP header."""
        with lab.vpntun.netns(self.space):
            return lab.socket.socket(lab.socket.AF_INET, lab.socket.SOCK_RAW, lab.socket.IPPROTO_RAW)

    def ping_start(self, src, dst, count=2, wait=5):
        """One after the other: with one answer in hand ping waits for the rest two round trips long, whatever -W says."""
        once = 'for i in $(seq "$1"); do ping -q -n -I "$2" -c 1 -W "$3" "$4"; done'
        return subprocess.Popen(
            ["ip", "netns", "exec", self.space, "sh", "-c", once, "sh", str(count), src, str(wait), dst],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def ping(self, src, dst, count=2, wait=5):
        return all_came(self.ping_start(src, dst, count, wait), count)


def all_came(proc, count=2):
    return proc.communicate()[0].count(" 1 received") == count


class Site:
    """Gateways on one wire; takes everything down again, whatever happened."""

    def __init__(self, names="ab"):
        # not below TEST_TMP: a socket cannot be in a folder shared with the machine
        self.dir = tempfile.mkdtemp(prefix="site-")
        self.socks = []
        self.spaces = []
        self.space("vt-wire")
        ip("link add wire type bridge mcast_snooping 0\nlink set wire up", "vt-wire")
        self.gw = {}
        try:
            self.gw.update((name, self.gateway(name)) for name in names)
        except (RuntimeError, subprocess.SubprocessError):
            self.down()
            raise
        self.a, self.b, self.c = (self.gw.get(n) for n in "abc")

    def space(self, name):
        ip(f"netns add {name}")
        self.spaces.append(name)
        # No multicast of IPv6's own into a tunnel: counters of drops are to stay at 0.
        sh("ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1")
        ip("link set lo up", name)

    def gateway(self, name):
        gw = Gateway(name, self.dir)
        self.space(gw.space)
        ip(f"link add to-{name} master wire type veth peer name wire netns {gw.space}\n"
           f"link set to-{name} up", "vt-wire")
        # What no route of ikod's catches would leave by the default one, in clear, and be seen.
        ip(f"addr add {OUTER[name]}/24 dev wire\nlink set wire up\n"
           f"route add default via {OUTER['b' if name == 'a' else 'a']}\n" +
           "".join(f"addr add {address}/32 dev lo\n" for address in INNER[name]), gw.space)
        return gw

    def pair(self, a=None, b=None, a_psk=PSK, b_psk=PSK, start=True):
        """a and b with a connection to each other, called "peer" on both."""
        self.a.configure(a_psk, peer=connection("a", "b", **(a or {})))
        self.b.configure(b_psk, peer=connection("b", "a", **{"start": "passive", **(b or {})}))
        if start:
            self.b.start()
            self.a.start()

    def both_up(self, timeout=30):
        return self.a.up("peer", timeout) and self.b.up("peer", timeout)

    def capture(self, name="a"):
        """What crosses the wire at a gateway, both ways; see lab.Capture."""
        with lab.vpntun.netns(f"vt-{name}"):
            sock = lab.socket.socket(lab.socket.AF_PACKET, lab.socket.SOCK_DGRAM, lab.socket.htons(3))
            sock.bind(("wire", 3))
        self.socks.append(sock)
        return lab.Capture(sock)

    def explain(self):
        for gw in self.gw.values():
            print(f"--- {gw.name}", flush=True)
            try:
                print(gw.ctl("status").stdout if gw.proc else "not running")
                with open(gw.log, encoding="utf-8", errors="replace") as f:
                    print("".join(f.readlines()[-40:]), flush=True)
            except (OSError, subprocess.SubprocessError) as e:
                print(e)

    def down(self):
        for gw in self.gw.values():
            if gw.proc:
                gw.proc.kill()
                gw.proc.wait()
        for sock in self.socks:
            sock.close()
        for space in self.spaces:
            ip_try(f"netns del {space}", None)
        shutil.rmtree(self.dir)


def in_clear(packets):
    """Packets on the outer wire that are, or hold, something of the inner networks."""
    inner = lab.socket.inet_aton("192.168.0.0")[:2]
    return [p for p in packets if p[12:14] == inner or p[16:18] == inner]


def ping_pairs(site, name):
    """Each pair of subnets, both ways, as one check."""
    pings = {f"{src} to {dst}": one.ping_start(src, dst)
             for one, other in ((site.a, site.b), (site.b, site.a))
             for src in INNER[one.name] for dst in INNER[other.name]}
    missing = [way for way, proc in pings.items() if not all_came(proc)]
    return check(name, not missing, "no echo from " + ", ".join(missing))


def three(test):
    """Mark a test function that needs the third gateway."""
    test.gateways = "abc"
    return test


def run(*tests):
    """Run test functions one after the other, each on a fresh site."""
    for test in tests:
        site = Site(getattr(test, "gateways", "ab"))
        before = lab._failed	# pylint: disable=protected-access
        began = time.monotonic()
        try:
            test(site)
        except Exception as e:	# pylint: disable=broad-except
            traceback.print_exc()
            not_ok(test.__name__.replace("_", " "), f"{type(e).__name__}: {e}")
        finally:
            if lab._failed != before:	# pylint: disable=protected-access
                site.explain()
            site.down()
            print(f"# {test.__name__}: {time.monotonic() - began:.1f} s", flush=True)
    sys.exit(1 if lab._failed else 0)	# pylint: disable=protected-access
