# SPDX-License-Identifier: GPL-2.0
"""The ways from one network namespace to another that are compared.

    B-left ──── veth ──── B-right        outer 10.0.0.1, 10.0.0.2
    10.1.0.1              10.2.0.1       inner, where there is a tunnel

Every way has two namespaces of its own, so all of them can stand at once.
AES-GCM with a 16-byte ICV and a 128-bit key wherever the cipher can be chosen.
"""
import os
import socket
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import lab as L		# noqa: E402
import vpntun		# noqa: E402

OUTER = ("10.0.0.1", "10.0.0.2")
INNER = ("10.1.0.1", "10.2.0.1")
NETS = ("10.1.0.0/16", "10.2.0.0/16")
SPIS = (0x1001, 0x2002)		# inbound at left, at right
MTU = 1400
KEY = "0x" + L.key(20, 1).hex()
XFRM_ALG = f"aead rfc4106(gcm(aes)) {KEY} 128"


class Way:
    """Two namespaces joined by veth; subclasses add a tunnel."""
    name = "veth"
    src, dst = OUTER

    def __init__(self):
        self.spaces = (f"bench-{self.name}-left", f"bench-{self.name}-right")
        for space in self.spaces:
            if os.path.exists(f"/run/netns/{space}"):	# of a run that was killed
                L.ip(f"netns del {space}")
            L.ip(f"netns add {space}")
        L.Lab.cable(self.spaces[0], "wire", self.spaces[1], "wire")
        for space, addr in zip(self.spaces, OUTER):
            L.Lab.sysctl(space, "net.ipv6.conf.all.disable_ipv6=1")
            L.ip(f"link set lo up\naddr add {addr}/24 dev wire\nlink set wire up", space)
        self.build()

    def build(self):
        """The tunnel."""

    def down(self):
        for space in self.spaces:
            L.ip(f"netns del {space}")

    def each(self):
        """Side by side: namespace, and for outer, inner, net and SPI the own and the far one."""
        for i, j in ((0, 1), (1, 0)):
            yield (self.spaces[i], (OUTER[i], OUTER[j]), (INNER[i], INNER[j]),
                   (NETS[i], NETS[j]), (SPIS[i], SPIS[j]))

    def device_up(self, space, inner, nets, dev="t0"):
        L.ip(f"""link set {dev} mtu {MTU}
                 addr add {inner[0]}/32 dev {dev}
                 link set {dev} up
                 route add {nets[1]} dev {dev} src {inner[0]}""", space)


class XfrmPolicy(Way):
    """Policies that catch what goes to the other network."""
    name = "xfrm-policy"
    src, dst = INNER
    device = None

    def build(self):
        for space, outer, inner, nets, spis in self.each():
            mark = "if_id 7" if self.device else ""
            if self.device:
                L.ip(f"link add {self.device} type xfrm dev wire if_id 7", space)
                self.device_up(space, inner, nets, self.device)
            else:
                L.ip(f"""addr add {inner[0]}/32 dev lo
                         route add {nets[1]} via {outer[1]} src {inner[0]} mtu {MTU}""", space)
            tmpl = f"reqid 1 mode tunnel {mark}"
            rest = f"mode tunnel reqid 1 replay-window 64 {XFRM_ALG} {mark}"
            there = f"src {outer[0]} dst {outer[1]} proto esp"
            back = f"src {outer[1]} dst {outer[0]} proto esp"
            L.ip(f"""xfrm state add {there} spi {spis[1]:#x} {rest}
                     xfrm state add {back} spi {spis[0]:#x} {rest}
                     xfrm policy add src {nets[0]} dst {nets[1]} dir out tmpl {there} {tmpl}
                     xfrm policy add src {nets[1]} dst {nets[0]} dir in tmpl {back} {tmpl}""",
                 space)


class XfrmInterface(XfrmPolicy):
    """The same behind an xfrm interface."""
    name = "xfrm-interface"
    device = "t0"


class WireguardControl(vpntun.Socket):
    """The netlink family of WireGuard, as far as needed here."""
    GET, SET = 0, 1
    IFNAME, PRIVATE_KEY, PUBLIC_KEY, LISTEN_PORT, PEERS = 2, 3, 4, 6, 8
    PEER_KEY, PEER_ENDPOINT, PEER_ALLOWED = 1, 4, 9
    NESTED = vpntun.NLA_F_NESTED

    def resolve(self):
        self.spec.name = "wireguard"
        return super().resolve()

    def set(self, dev, *attrs):
        self.send(self.family, self.SET, vpntun.NLM_F_ACK,
                  vpntun.nla(self.IFNAME, dev.encode() + b"\0") + b"".join(attrs))
        self.replies()

    def private_key(self, dev, key, port):
        """Set it; the public key comes back."""
        self.set(dev, vpntun.nla(self.PRIVATE_KEY, key),
                 vpntun.nla(self.LISTEN_PORT, struct.pack("=H", port)))
        self.send(self.family, self.GET, vpntun.NLM_F_DUMP,
                  vpntun.nla(self.IFNAME, dev.encode() + b"\0"))
        return dict(vpntun.walk(self.replies()[0]))[self.PUBLIC_KEY]

    def peer(self, dev, key, addr, port, net):
        net, bits = net.split("/")
        endpoint = struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + \
            socket.inet_aton(addr) + bytes(8)
        allowed = vpntun.nla(1, struct.pack("=H", socket.AF_INET)) + \
            vpntun.nla(2, socket.inet_aton(net)) + vpntun.nla(3, bytes([int(bits)]))
        one = vpntun.nla(self.PEER_KEY, key) + vpntun.nla(self.PEER_ENDPOINT, endpoint) + \
            vpntun.nla(self.PEER_ALLOWED | self.NESTED, vpntun.nla(self.NESTED, allowed))
        self.set(dev, vpntun.nla(self.PEERS | self.NESTED, vpntun.nla(self.NESTED, one)))


class Wireguard(Way):
    """WireGuard: another protocol, and always ChaCha20-Poly1305."""
    name = "wireguard"
    src, dst = INNER

    def build(self):
        ctl, keys = [], []
        for i, (space, _, inner, nets, _) in enumerate(self.each()):
            L.ip("link add t0 type wireguard", space)
            ctl.append(WireguardControl(space))
            keys.append(ctl[i].private_key("t0", L.key(32, 3 + i), 51820))
            self.device_up(space, inner, nets)
        for i, (_, outer, _, nets, _) in enumerate(self.each()):
            ctl[i].peer("t0", keys[1 - i], outer[1], 51820, nets[1])
            ctl[i].close()


class Vpntun(Way):
    """This project's module, keyed by netlink, without the daemon."""
    name = "vpntun"
    src, dst = INNER

    def build(self):
        for space, outer, inner, nets, spis in self.each():
            L.ip("link add t0 type vpntun", space)
            self.device_up(space, inner, nets)
            dev = L.Device(space, "t0")
            dev.peer(1, outer[1], local=outer[0])
            dev.child(1, 1, [nets[0]], [nets[1]])
            dev.sa_pair(1, 1, L.GCM, *spis)
            self.driver = dev.sas()["out", spis[1]]["driver"]
            dev.ctl.close()


WAYS = {way.name: way for way in (Way, XfrmPolicy, XfrmInterface, Wireguard, Vpntun)}


class ManyVeth(Way):
    """As many inner addresses on each side as the subclasses have SAs."""
    src, dst = "10.1.0.0", "10.2.0.0"

    def __init__(self, count):
        self.count = count
        super().__init__()

    def build(self):
        for space, outer, _, nets, _ in self.each():
            L.ip(f"""route add local {nets[0]} dev lo
                     route add {nets[1]} via {outer[1]} mtu {MTU}""", space)


class ManyXfrm(ManyVeth):
    """One policy and one SA for each pair of addresses, one way."""
    name = "xfrm-policy"

    def build(self):
        super().build()
        for way, space in zip(("out", "in"), self.spaces):
            lines = []
            for i in range(self.count):
                a, b = i >> 8, i & 255
                lines.append(
                    f"xfrm state add src {OUTER[0]} dst {OUTER[1]} proto esp "
                    f"spi {0x10000 + i} mode tunnel reqid {1 + i} replay-window 64 {XFRM_ALG}")
                lines.append(
                    f"xfrm policy add src 10.1.{a}.{b} dst 10.2.{a}.{b} dir {way} tmpl "
                    f"src {OUTER[0]} dst {OUTER[1]} proto esp reqid {1 + i} mode tunnel")
            L.ip("\n".join(lines), space)


class Template:
    """A netlink request that is sent many times with other numbers in it.

    Encoding each by the spec would take minutes in an emulated guest.
    """

    def __init__(self, ctl, command, **attrs):
        self.ctl, self.sent = ctl, None
        ctl.send, send = self.take, ctl.send
        try:
            ctl.do(command, **attrs)
        except StopIteration:
            pass
        finally:
            ctl.send = send

    def take(self, family, command, flags, payload):
        body = struct.pack("=BBH", command, 1, 0) + payload
        self.sent = bytearray(struct.pack(
            "=IHHII", 16 + len(body), family,
            flags & ~vpntun.NLM_F_ACK | vpntun.NLM_F_REQUEST, 0, 0) + body)
        raise StopIteration

    def find(self, needle):
        assert self.sent.count(needle) == 1, "a number is not unique in the request"
        return self.sent.index(needle)


class ManyVpntun(ManyVeth):
    """One child and one SA for each pair of addresses, one way."""
    name = "vpntun"

    def build(self):
        super().build()
        for i, (space, outer, _, nets, _) in enumerate(self.each()):
            L.ip(f"""link add t0 type vpntun
                     link set t0 mtu {MTU} up
                     route replace {nets[1]} dev t0""", space)
            dev = L.Device(space, "t0")
            dev.peer(1, outer[1], local=outer[0])
            self.fill(dev, "10.{}.0.0".format(1 + i), "10.{}.0.0".format(2 - i),
                      "in" if i else "out")
            dev.ctl.close()

    def fill(self, dev, local, remote, way):
        more = {"replay_window": 64} if way == "in" else {}
        child = self.template(dev, dev.child, 1, 0x5a5a5a5a, [f"{local}/32"], [f"{remote}/32"])
        sa = self.template(dev, dev.sa, 1, 0x5a5a5a5a, way, 0x6b6b6b6b, L.GCM, **more)
        # All with one key: where it stands depends on the SPI of the template only.
        ids = [t.find(struct.pack("=I", 0x5a5a5a5a)) for t in (child, sa)]
        spi = sa.find(struct.pack("!I", 0x6b6b6b6b))
        ends = [child.find(socket.inet_aton(a)) for a in (local, remote)]
        batch = bytearray()
        for i in range(self.count):
            for t, at in zip((child, sa), ids):
                struct.pack_into("=I", t.sent, at, i + 1)
            struct.pack_into("!I", sa.sent, spi, 0x10000 + i)
            for at in ends:
                struct.pack_into("!H", child.sent, at + 2, i)
            batch += child.sent + sa.sent
            if len(batch) > 30000 or i == self.count - 1:
                self.flush(dev.ctl, batch)
                batch.clear()

    @staticmethod
    def template(dev, call, *args, **kw):
        """What a method of L.Device would send."""
        made = []
        do = dev.ctl.do
        dev.ctl.do = lambda command, **attrs: made.append((command, attrs))
        try:
            call(*args, **kw)
        finally:
            dev.ctl.do = do
        return Template(dev.ctl, made[0][0], **made[0][1])

    @staticmethod
    def flush(ctl, batch):
        """Requests without acknowledgement: only refusals are answered."""
        ctl.sock.send(batch)
        ctl.sock.setblocking(False)
        try:
            while True:
                for kind, _, _, body in ctl.messages():
                    if kind == vpntun.NLMSG_ERROR:
                        code = -struct.unpack_from("=i", body)[0]
                        raise vpntun.NetlinkError(code, "one of many requests")
        except BlockingIOError:
            pass
        finally:
            ctl.sock.setblocking(True)


MANY = {way.name: way for way in (ManyVeth, ManyXfrm, ManyVpntun)}


class Module:
    """vpntun.ko, in while measured only: its hooks see every namespace's packets."""

    def __init__(self, path):
        self.path = path
        for need in L.sh("modinfo", "-F", "depends", path).strip().split(","):
            if need:
                L.sh("modprobe", need)

    def __enter__(self):
        L.sh("insmod", self.path)

    def __exit__(self, *_):
        L.sh("rmmod", "vpntun")


def load_modules():
    """All that the ways need; the ciphers are what udev would load."""
    L.sh("modprobe", "-a", "-q", "aesni_intel", "ghash_clmulni_intel", "veth", "esp4",
         "xfrm_user", "xfrm_interface", "wireguard", "rfc4106", "gcm", "ctr", "seqiv",
         "echainiv", "ghash_generic", "cryptd", check=False)
    # The kernel waits a minute for a cipher's module, which is nothing where idle
    # time is skipped: have it found now, in a namespace that is thrown away.
    L.ip("netns add bench-try")
    try:
        for last in (False, False, False, True):
            try:
                L.ip(f"xfrm state add src {OUTER[0]} dst {OUTER[1]} proto esp spi 0x100 "
                     f"mode tunnel {XFRM_ALG}", "bench-try")
                break
            except RuntimeError:
                if last:
                    raise
    finally:
        L.ip("netns del bench-try")


def reaches(way):
    """Bring neighbours and handshakes up; False if nothing passes."""
    with vpntun.netns(way.spaces[0]):
        out = subprocess.run(["ping", "-q", "-c2", "-i0.2", "-W3", "-I", way.src, way.dst],
                             stdout=subprocess.DEVNULL, check=False)
    return out.returncode == 0
