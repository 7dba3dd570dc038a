# SPDX-License-Identifier: GPL-2.0
"""IPv6 outside, for guest tests: what lab.py has for IPv4.

    left ──── veth ──── right        outer fd00::1, fd00::2

    left ──── router ──── right      outer fd00:a::1, fd00:b::2; the second link is narrower
"""
import ipaddress
import socket
import struct

import lab as L

OUTER6 = {L.LEFT: "fd00::1", L.RIGHT: "fd00::2"}
FAR6 = {L.LEFT: "fd00:a::1", L.RIGHT: "fd00:b::2"}
OTHER = {L.LEFT: L.RIGHT, L.RIGHT: L.LEFT}
ROUTER = "vt-router"
ICMPV6_PKT_TOOBIG = 2


def packed(text):
    return ipaddress.ip_address(text).packed


def family(text):
    return socket.AF_INET if ipaddress.ip_address(text).version == 4 else socket.AF_INET6


def addresses(lab):
    """IPv6 on the wire, beside IPv4."""
    for space, addr in OUTER6.items():
        lab.sysctl(space, "net.ipv6.conf.wire.disable_ipv6=0")
        L.ip(f"addr add {addr}/64 dev wire nodad", space)


def router(lab, mtu):
    """A router in the middle, and a narrower link behind it."""
    L.ip("link del wire", L.LEFT)
    lab.space(ROUTER)
    lab.cable(L.LEFT, "wire", ROUTER, "near")
    lab.cable(ROUTER, "far", L.RIGHT, "wire")
    lab.sysctl(ROUTER, "net.ipv6.conf.all.forwarding=1")
    # It asks for its neighbours with link-local addresses, which have to be there.
    L.ip(f"""addr add fd00:a::f/64 dev near nodad
             addr add fe80::a/64 dev near nodad
             addr add fd00:b::f/64 dev far nodad
             addr add fe80::b/64 dev far nodad
             link set near up
             link set far mtu {mtu} up""", ROUTER)
    for space, net, far in ((L.LEFT, "a", "b"), (L.RIGHT, "b", "a")):
        L.ip(f"""link set wire up
                 addr add {FAR6[space]}/64 dev wire nodad
                 route add fd00:{far}::/64 via fd00:{net}::f""", space)
    L.ip(f"link set wire mtu {mtu}", L.RIGHT)


def udp(lab, space, port=4500, encap=False, v6only=True, addr=""):
    """A daemon's UDP socket over IPv6, or over both."""
    sock = lab.socket(space, socket.AF_INET6, socket.SOCK_DGRAM)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    sock.bind((addr, port))
    sock.settimeout(10)
    if encap:
        sock.setsockopt(socket.IPPROTO_UDP, L.UDP_ENCAP, L.UDP_ENCAP_ESPINUDP)
    return sock


def peer(dev, pid, remote=None, local=None, sock=None, port=4500, command="peer-new", **more):
    """As Device.peer(), for both families; remote may be left out to keep it."""
    attrs = {"id": pid, "encap": "udp" if sock else "none"}
    if remote:
        attrs.update(family=family(remote), remote=packed(remote))
    if local:
        attrs["local"] = packed(local)
    if sock:
        attrs.update({"socket": sock.fileno(), "remote-port": port})
    attrs.update({k.replace("_", "-"): v for k, v in more.items()})
    dev.ctl.do(command, ifindex=dev.ifindex, peer=attrs)


def pair(lab, space, alg=L.GCM, sock=None, outer=None, **manner):
    """Device, peer, child and both SAs of one side."""
    outer, other = outer or OUTER6, OTHER[space]
    dev = lab.dev.get(space) or lab.device(space)
    peer(dev, 1, outer[other], local=outer[space], sock=sock, **manner)
    dev.child(1, 1, [L.NET4[space], L.NET6[space]], [L.NET4[other], L.NET6[other]])
    dev.sa_pair(1, 1, alg, L.SPI_TO[space], L.SPI_TO[other])
    return dev


def xfrm(alg=L.GCM, space=L.RIGHT, encap=False):
    """Kernel xfrm with the same keys, over IPv6."""
    other = OTHER[space]
    L.ip(f"""link add inner mtu 1400 type dummy
             addr add {L.INNER4[space]}/32 dev inner
             addr add {L.INNER6[space]}/128 dev inner nodad
             link set inner up
             route add {L.NET4[other]} dev inner src {L.INNER4[space]} mtu 1400
             route add {L.NET6[other]} dev inner src {L.INNER6[space]} mtu 1400""", space)
    lines = [f"xfrm policy add src {nets[src]} dst {nets[dst]} dir {way} tmpl "
             f"src {OUTER6[src]} dst {OUTER6[dst]} proto esp reqid 1 mode tunnel"
             for nets in (L.NET4, L.NET6)
             for src, dst, way in ((space, other, "out"), (other, space, "in"))]
    extra = " encap espinudp 4500 4500 ::" if encap else ""
    for src, dst in ((space, other), (other, space)):
        enc, auth = L.keys(alg, L.SPI_TO[dst])
        crypt = L.ALGS[alg][4].format(enc="0x" + enc.hex(), auth="0x" + auth.hex())
        lines.append(f"xfrm state add src {OUTER6[src]} dst {OUTER6[dst]} proto esp "
                     f"spi {L.SPI_TO[dst]:#x} mode tunnel reqid 1 replay-window 64 "
                     f"flag af-unspec {crypt}{extra}")
    L.ip("\n".join(lines), space)


class Capture:
    """IPv6 packets of one outer source, from a packet socket."""

    def __init__(self, lab, src, space=L.LEFT, dev="wire"):
        self.src = packed(src)
        self.sock = lab.capture(space, dev).sock
        self.packets = []

    def read(self):
        try:
            while True:
                data, addr = self.sock.recvfrom(65535)
                if addr[1] == 0x86dd and data[8:24] == self.src and data[6] != 58:
                    self.packets.append(data)
        except BlockingIOError:
            pass
        return self.packets

    def next_headers(self):
        return {p[6] for p in self.read()}

    def labels(self):
        return {struct.unpack("!I", p[:4])[0] & 0xfffff for p in self.read()}


def udp_checksum_good(packet):
    """Is the checksum of a UDP packet over IPv6 there and right?"""
    data = packet[40:]
    pseudo = packet[8:40] + struct.pack("!II", len(data), 17)
    return data[6:8] != b"\0\0" and L.checksum(pseudo + data) == 0


def too_big(lab, mtu, quoted, src=L.RIGHT, dst=None):
    """Send an ICMPv6 packet too big, as if a router had dropped what is quoted."""
    sock = lab.socket(src, socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    sock.sendto(struct.pack("!BBHI", ICMPV6_PKT_TOOBIG, 0, 0, mtu) + quoted,
                (dst or OUTER6[OTHER[src]], 0))


def route_mtu(space, dst):
    """The path MTU that a namespace knows, None for the link's."""
    words = L.sh("ip", "-n", space, "-6", "route", "get", dst).split()
    return int(words[words.index("mtu") + 1]) if "mtu" in words else None
