# SPDX-License-Identifier: GPL-2.0
"""Namespaces, keys and checks for the guest tests of the module alone.

    left ──── veth ──── right        outer 10.0.0.1, 10.0.0.2
    10.1.0.1, fd01::1   10.2.0.1, fd02::1   inner

left always runs vpntun (vpn0); right runs kernel xfrm or vpntun as well.
"""
import ipaddress
import os
import re
import socket
import struct
import subprocess
import sys
import time
import traceback

import vpntun

LEFT, RIGHT = "vt-left", "vt-right"
OUTER = {LEFT: "10.0.0.1", RIGHT: "10.0.0.2"}
INNER4 = {LEFT: "10.1.0.1", RIGHT: "10.2.0.1"}
INNER6 = {LEFT: "fd01::1", RIGHT: "fd02::1"}
NET4 = {LEFT: "10.1.0.0/24", RIGHT: "10.2.0.0/24"}
NET6 = {LEFT: "fd01::/64", RIGHT: "fd02::/64"}
SPI_TO = {LEFT: 0x1001, RIGHT: 0x2002}	# inbound SPI of each side
UDP_ENCAP, UDP_ENCAP_ESPINUDP = 100, 2
IP_MTU_DISCOVER, IP_PMTUDISC_DO = 10, 2

# name: our enc, our auth, key lengths, xfrm's words
ALGS = {
    "aes-gcm16-128": ("aes-gcm16", None, 20, 0, "aead rfc4106(gcm(aes)) {enc} 128"),
    "aes-gcm16-192": ("aes-gcm16", None, 28, 0, "aead rfc4106(gcm(aes)) {enc} 128"),
    "aes-gcm16-256": ("aes-gcm16", None, 36, 0, "aead rfc4106(gcm(aes)) {enc} 128"),
    "aes-gcm12-128": ("aes-gcm12", None, 20, 0, "aead rfc4106(gcm(aes)) {enc} 96"),
    "aes-gcm8-256": ("aes-gcm8", None, 36, 0, "aead rfc4106(gcm(aes)) {enc} 64"),
    "chacha20-poly1305": ("chacha20-poly1305", None, 36, 0,
                          "aead rfc7539esp(chacha20,poly1305) {enc} 128"),
    "aes-gmac-128": ("aes-gmac", None, 20, 0, "aead rfc4543(gcm(aes)) {enc} 128"),
    "aes-gmac-192": ("aes-gmac", None, 28, 0, "aead rfc4543(gcm(aes)) {enc} 128"),
    "aes-gmac-256": ("aes-gmac", None, 36, 0, "aead rfc4543(gcm(aes)) {enc} 128"),
}
AUTHS = {
    "md5-96": ("hmac-md5-96", 16, "hmac(md5)", 96),
    "sha1-96": ("hmac-sha1-96", 20, "hmac(sha1)", 96),
    "sha2-256-128": ("hmac-sha2-256-128", 32, "hmac(sha256)", 128),
    "sha2-384-192": ("hmac-sha2-384-192", 48, "hmac(sha384)", 192),
    "sha2-512-256": ("hmac-sha2-512-256", 64, "hmac(sha512)", 256),
    "sha2-256-96": ("hmac-sha2-256-96", 32, "hmac(sha256)", 96),
}
ENCS = {
    "aes-cbc-128": ("aes-cbc", 16, "cbc(aes)"),
    "aes-cbc-192": ("aes-cbc", 24, "cbc(aes)"),
    "aes-cbc-256": ("aes-cbc", 32, "cbc(aes)"),
    "des3-cbc": ("des3-cbc", 24, "cbc(des3_ede)"),
    "null": ("null", 0, "ecb(cipher_null)"),
}
for _e, (_enc, _elen, _xenc) in ENCS.items():
    for _a, (_auth, _alen, _xauth, _bits) in AUTHS.items():
        ALGS[f"{_e}-{_a}"] = (_enc, _auth, _elen, _alen,
                              f"auth-trunc {_xauth} {{auth}} {_bits} enc {_xenc} {{enc}}")
GCM = "aes-gcm16-128"
CBC = "aes-cbc-128-sha2-256-128"

_failed = 0


def __getattr__(name):
    """AESGCM comes when it is asked for: it takes a guest ten seconds, and few need it."""
    if name != "AESGCM":
        raise AttributeError(name)
    from cryptography.hazmat.primitives.ciphers import aead  # pylint: disable=import-outside-toplevel
    return aead.AESGCM


def ok(name):
    print(f"ok {name}", flush=True)


def not_ok(name, why):
    global _failed
    _failed += 1
    print(f"not ok {name}: {why}", flush=True)


def check(name, good, why="it is not so"):
    if good:
        ok(name)
    else:
        not_ok(name, why)
    return good


def equal(name, got, wanted):
    return check(name, got == wanted, f"{got!r} instead of {wanted!r}")


def run(*tests, shared=None):
    """Run test functions one after the other; each gets a fresh lab, or the shared
    one as its clear() leaves it."""
    # What udev loads by the CPU's features on a machine.
    sh("modprobe", "-a", "-q", "aesni_intel", "ghash_clmulni_intel", "sha1_ssse3",
       "sha256_ssse3", "sha512_ssse3", "des3_ede_x86_64", check=False)
    for test in tests:
        lab = shared or Lab()
        try:
            test(lab)
        except Exception as e:	# pylint: disable=broad-except
            traceback.print_exc()
            not_ok(test.__name__.replace("_", " "), f"{type(e).__name__}: {e}")
        finally:
            (lab.clear if shared else lab.down)()
    if shared:
        shared.down()
    sys.exit(1 if _failed else 0)


def sh(*args, **kw):
    """What a command prints; if it fails, that is what the exception says."""
    check = kw.pop("check", True)
    proc = subprocess.run(list(args), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False, **kw)
    if check and proc.returncode:
        raise RuntimeError(f"{' '.join(args)}: exit {proc.returncode}: {proc.stdout.strip()}")
    return proc.stdout


def ip(text, space=None):
    """One ip(8) command a line, all by one process: processes are dear in a guest."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    proc = subprocess.run(["ip", *(["-n", space] if space else []), "-batch", "-"],
                          input="\n".join(lines) + "\n", stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if proc.returncode:
        raise RuntimeError(f"ip in {space}: {proc.stdout.strip()}")
    return proc.stdout


def checksum(data):
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def key(n, salt):
    return bytes((i * 7 + salt * 31 + 1) & 0xff for i in range(n))


def wait_until(condition, timeout=10):
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def selector(net, proto=0, ports=None):
    net = ipaddress.ip_network(net)
    sel = {"family": socket.AF_INET if net.version == 4 else socket.AF_INET6,
           "addr": net.network_address.packed, "prefixlen": net.prefixlen}
    if proto:
        sel["proto"] = proto
    if ports:
        sel["port-min"], sel["port-max"] = ports
    return sel


class Lab:
    """left and right; takes everything down again, whatever happened."""

    def __init__(self):
        self.spaces = []
        self.procs = []
        self.socks = []
        self.dev = {}
        for space in (LEFT, RIGHT):
            self.space(space)
        self.cable(LEFT, "wire", RIGHT, "wire")
        for space in (LEFT, RIGHT):
            self.outer(space, "wire", f"{OUTER[space]}/24")

    def space(self, name):
        ip(f"netns add {name}")
        self.spaces.append(name)
        self.sysctl(name, "net.ipv6.conf.default.addr_gen_mode=1")
        ip("link set lo up", name)

    @staticmethod
    def cable(a, dev_a, b, dev_b):
        ip(f"link add {dev_a} netns {a} type veth peer name {dev_b} netns {b}")

    def outer(self, space, dev, addr):
        self.sysctl(space, f"net.ipv6.conf.{dev}.disable_ipv6=1")
        ip(f"addr add {addr} dev {dev}\nlink set {dev} up", space)

    @staticmethod
    def sysctl(space, word):
        path, value = word.split("=")
        # The file of the namespace one is in when opening it.
        with vpntun.netns(space):
            with open("/proc/sys/" + path.replace(".", "/"), "w", encoding="ascii") as f:
                f.write(value)

    def down(self):
        for proc in self.procs:
            proc.kill()
            proc.wait()
        for sock in self.socks:
            sock.close()
        for space in self.spaces:
            sh("ip", "netns", "del", space, check=False)

    def spawn(self, space, *args, **kw):
        proc = subprocess.Popen(["ip", "netns", "exec", space, *args],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **kw)
        self.procs.append(proc)
        return proc

    def socket(self, space, *args):
        with vpntun.netns(space):
            sock = socket.socket(*args)
        self.socks.append(sock)
        return sock

    def udp(self, space, port=4500, encap=False):
        """A daemon's UDP socket."""
        sock = self.socket(space, socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((OUTER.get(space, ""), port))
        sock.settimeout(10)
        if encap:
            sock.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP)
        return sock

    # ---- vpntun ------------------------------------------------------------

    def device(self, space, name="vpn0", mtu=1400):
        """A vpntun device with the side's inner addresses and route."""
        other = RIGHT if space == LEFT else LEFT
        ip(f"""link add {name} mtu {mtu} type vpntun
               addr add {INNER4[space]}/32 dev {name}
               addr add {INNER6[space]}/128 dev {name} nodad
               link set {name} up
               route add {NET4[other]} dev {name} src {INNER4[space]}
               route add {NET6[other]} dev {name} src {INNER6[space]}""", space)
        self.dev[space] = Device(space, name)
        return self.dev[space]

    def pair(self, space, alg=GCM, sock=None, port=4500, **sa):
        """Device, peer, child and both SAs of one side."""
        other = RIGHT if space == LEFT else LEFT
        dev = self.dev.get(space) or self.device(space)
        dev.peer(1, OUTER[other], local=OUTER[space], sock=sock, port=port)
        dev.child(1, 1, [NET4[space], NET6[space]], [NET4[other], NET6[other]])
        dev.sa_pair(1, 1, alg, SPI_TO[space], SPI_TO[other], **sa)
        return dev

    # ---- kernel xfrm as the other side --------------------------------------

    def xfrm(self, alg=GCM, space=RIGHT, encap=False, window=64, **more):
        """Kernel xfrm with the same keys, instead of a second vpntun."""
        other = LEFT if space == RIGHT else RIGHT
        # What xfrm has decrypted comes in on the outer device, IPv6 too.
        self.sysctl(space, "net.ipv6.conf.wire.disable_ipv6=0")
        ip(f"""link add inner mtu 1400 type dummy
               addr add {INNER4[space]}/32 dev inner
               addr add {INNER6[space]}/128 dev inner nodad
               link set inner up
               route add {NET4[other]} via {OUTER[other]} src {INNER4[space]} mtu 1400
               route add {NET6[other]} dev inner src {INNER6[space]} mtu 1400""", space)
        ip("\n".join(f"xfrm policy add src {nets[src]} dst {nets[dst]} dir {way} tmpl "
                     f"src {OUTER[src]} dst {OUTER[dst]} proto esp reqid 1 mode tunnel"
                     for nets in (NET4, NET6)
                     for src, dst, way in ((space, other, "out"), (other, space, "in"))), space)
        self.xfrm_states(alg, space, encap, window, **more)

    @staticmethod
    def xfrm_states(alg, space=RIGHT, encap=False, window=64, esn=False, seq=0, tfc=0):
        """Replace the states of kernel xfrm; seq is where both directions go on from."""
        other = LEFT if space == RIGHT else RIGHT
        extra = " encap espinudp 4500 4500 0.0.0.0" if encap else ""
        if seq:
            extra += "".join(f" replay-{way} {seq & 0xffffffff} replay-{way}-hi {seq >> 32}"
                             for way in ("seq", "oseq"))
        if tfc:
            extra += f" tfcpad {tfc}"
        lines = ["xfrm state flush"]
        for src, dst in ((space, other), (other, space)):
            enc, auth = keys(alg, SPI_TO[dst])
            crypt = ALGS[alg][4].format(enc="0x" + enc.hex() if enc else '""',
                                        auth="0x" + auth.hex())
            lines.append(f"xfrm state add src {OUTER[src]} dst {OUTER[dst]} proto esp "
                         f"spi {SPI_TO[dst]:#x} mode tunnel reqid 1 replay-window {window} "
                         f"flag af-unspec {'esn ' if esn else ''}{crypt}{extra}")
        ip("\n".join(lines), space)

    # ---- traffic -------------------------------------------------------------

    def ping(self, src, dst, count=1, wait=5, size=56, source=None, df=False):
        """True if every echo came back, each within wait seconds."""
        v6 = ":" in dst
        proto = socket.IPPROTO_ICMPV6 if v6 else socket.IPPROTO_ICMP
        with vpntun.netns(src):
            sock = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET,
                                 socket.SOCK_RAW, proto)
        with sock:
            if source:
                sock.bind((source, 0))
            if df:
                sock.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO)
            return all(self.echo(sock, dst, i, wait, size, v6) for i in range(count))

    @staticmethod
    def echo(sock, dst, seq, wait, size, v6):
        request, reply = (128, 129) if v6 else (8, 0)
        ident = os.getpid() & 0xffff
        data = bytes(i & 0xff for i in range(size))
        head = struct.pack("!BBHHH", request, 0, 0, ident, seq)
        if not v6:	# the kernel fills in the other one
            head = struct.pack("!BBHHH", request, 0, checksum(head + data), ident, seq)
        try:
            sock.sendto(head + data, (dst, 0))
        except OSError:
            return False
        end = time.monotonic() + wait
        while True:
            sock.settimeout(max(0.001, end - time.monotonic()))
            try:
                got, addr = sock.recvfrom(65535)
            except OSError:
                return False
            if not v6:
                got = got[(got[0] & 15) * 4:]
            if addr[0] == dst and got[0] == reply and got[4:] == head[4:] + data:
                return True

    def pings(self, name, count=2):
        """Both families, both ways, as one check."""
        for inner in (INNER4, INNER6):
            for src, dst in ((LEFT, RIGHT), (RIGHT, LEFT)):
                if not self.ping(src, inner[dst], count, source=inner[src]):
                    not_ok(name, f"no echo from {src} to {inner[dst]}")
                    return False
        ok(name)
        return True

    def capture(self, space=LEFT, dev="wire"):
        """A packet socket on the outer wire; see Capture.

        Not where kernel xfrm runs: what it has decrypted comes past once more.
        """
        with vpntun.netns(space):
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
            sock.bind((dev, 3))
        self.socks.append(sock)
        return Capture(sock)

    def raw_sender(self, space=RIGHT, proto=50):
        return self.socket(space, socket.AF_INET, socket.SOCK_RAW, proto)


class Capture:
    """Everything that crossed the outer wire."""

    def __init__(self, sock):
        self.sock = sock
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.sock.setblocking(False)
        self.packets = []

    def read(self):
        try:
            while True:
                packet, addr = self.sock.recvfrom(65535)
                if addr[1] == 0x0800:
                    self.packets.append(packet)
        except BlockingIOError:
            pass
        return self.packets

    def protocols(self, src=None):
        """IP protocols seen, or only those that one outer address sent."""
        return {packet[9] for packet in self.read()
                if not src or packet[12:16] == socket.inet_aton(src)}

    def esp(self, src=None):
        """ESP packets (from the ESP header on), raw or in UDP."""
        out = []
        for p in self.read():
            if src and p[12:16] != socket.inet_aton(src):
                continue
            body = p[(p[0] & 15) * 4:struct.unpack("!H", p[2:4])[0]]
            if p[9] == 50:
                out.append(body)
            elif p[9] == 17 and body[8:12] != b"\0\0\0\0" and len(body) > 12:
                out.append(body[8:])
        return out


def keys(alg, spi):
    """Keys of the SA with this SPI: encryption, integrity."""
    _, _, enc_len, auth_len, _ = ALGS[alg]
    return key(enc_len, spi & 0xff), key(auth_len, (spi & 0xff) + 1)


class Device:
    """One vpntun device and the control of it."""

    def __init__(self, space, name, ctl=None):
        self.space, self.name = space, name
        self.ctl = ctl or vpntun.Client(space)
        self.ifindex = self.find_ifindex()

    def find_ifindex(self):
        with vpntun.netns(self.space):
            return socket.if_nametoindex(self.name)

    def peer(self, pid, remote, local=None, sock=None, port=4500, command="peer-new", name=None,
             **manner):
        peer = {"id": pid, "family": socket.AF_INET, "remote": socket.inet_aton(remote),
                "encap": "udp" if sock else "none"}
        if local:
            peer["local"] = socket.inet_aton(local)
        if sock:
            peer["socket"] = sock.fileno()
            peer["remote-port"] = port
        if name or command == "peer-new":
            peer["name"] = name or f"peer-{pid}"
        peer.update({k.replace("_", "-"): v for k, v in manner.items()})
        self.ctl.do(command, ifindex=self.ifindex, peer=peer)

    def child(self, pid, cid, local, remote, acquire=1):
        def sels(nets):
            return [selector(n) if isinstance(n, str) else n for n in nets]
        self.ctl.do("child-new", ifindex=self.ifindex, child={
            "id": cid, "peer-id": pid, "acquire": acquire,
            "local-ts": sels(local), "remote-ts": sels(remote)})

    def child_del(self, pid, cid):
        self.ctl.do("child-del", ifindex=self.ifindex, child={"id": cid, "peer-id": pid})

    def sa(self, pid, cid, way, spi, alg=GCM, **more):
        enc, auth, _, _, _ = ALGS[alg]
        enc_key, auth_key = keys(alg, spi)
        sa = {"peer-id": pid, "child-id": cid, "dir": way, "spi": spi,
              "enc": enc, "enc-key": enc_key}
        if auth:
            sa["auth"], sa["auth-key"] = auth, auth_key
        sa.update({k.replace("_", "-"): v for k, v in more.items()})
        self.ctl.do("sa-new", ifindex=self.ifindex, sa=sa)

    def sa_pair(self, pid, cid, alg, spi_in, spi_out, window=64, **more):
        self.sa(pid, cid, "in", spi_in, alg, replay_window=window, **more)
        self.sa(pid, cid, "out", spi_out, alg, **more)

    def sa_del(self, way, spi, pid=1):
        self.ctl.do("sa-del", ifindex=self.ifindex,
                    sa={"dir": way, "spi": spi, "peer-id": pid})

    def promote(self, spi, pid=1):
        self.ctl.do("sa-promote", ifindex=self.ifindex,
                    sa={"dir": "out", "spi": spi, "peer-id": pid})

    def sas(self):
        return {(s["dir"], s["spi"]): s for s in self.ctl.dump("sa-get", ifindex=self.ifindex)}

    def counters(self):
        out = sh("ip", "netns", "exec", self.space, "ethtool", "-S", self.name)
        return {m[1]: int(m[2]) for m in re.finditer(r"^\s+(\w+): (\d+)$", out, re.M)}

    def drops(self):
        """Drop counters that are not zero."""
        return {k: v for k, v in self.counters().items() if v and k[:3] in ("tx_", "rx_")}


def rmmod():
    sh("rmmod", "vpntun")


def insmod():
    sh("insmod", os.environ["MODULE"])


class Forge:
    """Makes ESP packets by hand with the keys of an SA (AES-GCM-128)."""

    def __init__(self, lab, src=RIGHT, dst=LEFT):
        self.sock = lab.raw_sender(src)
        self.to = (OUTER[dst], 0)
        self.src, self.dst, self.spi = src, dst, SPI_TO[dst]
        self.seq = 0

    def inner(self, src=None, dst=None, length=None, version=4, payload=b"x" * 30):
        """An inner IPv4 packet of an unassigned protocol, so that nobody answers."""
        size = 20 + len(payload) if length is None else length
        head = struct.pack("!BBHHHBBH4s4s", version << 4 | 5, 0, size, 1, 0, 64, 253, 0,
                           socket.inet_aton(src or INNER4[self.src]),
                           socket.inet_aton(dst or INNER4[self.dst]))
        return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload

    def packet(self, plain=None, next_header=4, seq=None, pad=None, spi=None, text=None):
        """An ESP packet; text replaces the whole plaintext with its trailer."""
        if seq is None:
            self.seq += 1
            seq = self.seq
        spi = spi or self.spi
        if text is None:
            plain = self.inner() if plain is None else plain
            if pad is None:
                n = -(len(plain) + 2) % 4
                pad = bytes(range(1, n + 1)) + bytes([n])
            text = plain + pad + bytes([next_header])
        head = struct.pack("!II", spi & 0xffffffff, seq)
        iv = struct.pack("!Q", seq + 0x1000000)
        k = keys(GCM, self.spi)[0]
        return head + iv + sys.modules[__name__].AESGCM(k[:16]).encrypt(k[16:] + iv, text, head)

    def send(self, *args, **kw):
        self.throw(self.packet(*args, **kw))

    def throw(self, packet):
        self.sock.sendto(packet, self.to)
