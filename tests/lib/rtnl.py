# SPDX-License-Identifier: GPL-2.0
"""Links, addresses and routes without ip(8): a process is dear in a slow guest,
and a fault that is meant for this thread would not reach one.

    rt = Rtnl("vt-left")                 # a namespace's name, or a Space
    rt.link_add("vpn0", "vpntun", mtu=1400)
    rt.link_set("vpn0", up=True)
    rt.link_del("vpn0")
"""
import contextlib
import ctypes
import errno
import ipaddress
import os
import socket
import struct

import vpntun
from vpntun import nla

RTM_NEWLINK, RTM_DELLINK, RTM_NEWADDR, RTM_NEWROUTE = 16, 17, 20, 24
NLM_F_CREATE, NLM_F_EXCL = 0x400, 0x200
IFLA_IFNAME, IFLA_MTU, IFLA_LINKINFO, IFLA_NET_NS_FD = 3, 4, 18, 28
IFLA_INFO_KIND, IFLA_INFO_DATA, VETH_INFO_PEER = 1, 2, 1
IFA_ADDRESS, IFA_LOCAL, IFA_F_NODAD = 1, 2, 2
RTA_DST, RTA_OIF, RTA_PREFSRC = 1, 4, 7
IFF_UP = 1

_libc = ctypes.CDLL(None, use_errno=True)


class Space:
    """A network namespace without a name; it ends with close()."""

    def __init__(self):
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            if _libc.unshare(vpntun.CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "unshare")
            self.fd = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        finally:
            _libc.setns(before, vpntun.CLONE_NEWNET)
            os.close(before)

    def close(self):
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None


@contextlib.contextmanager
def inside(space):
    """Run a block in a Space, a named namespace or (None) here."""
    if not isinstance(space, Space):
        with vpntun.netns(space):
            yield
        return
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        if _libc.setns(space.fd, vpntun.CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        yield
    finally:
        _libc.setns(before, vpntun.CLONE_NEWNET)
        os.close(before)


class Rtnl:
    """Requests to rtnetlink of one namespace."""

    def __init__(self, space=None):
        self.space = space
        with inside(space):
            self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self.sock.bind((0, 0))
        self.seq = 0

    def close(self):
        self.sock.close()

    def message(self, kind, flags, body):
        self.seq += 1
        return struct.pack("=IHHII", 16 + len(body), kind,
                           flags | vpntun.NLM_F_REQUEST | vpntun.NLM_F_ACK, self.seq, 0) + body

    def answer(self):
        while True:
            data = self.sock.recv(1 << 16)
            _, kind, _, seq, _ = struct.unpack_from("=IHHII", data)
            if seq == self.seq and kind == vpntun.NLMSG_ERROR:
                code = -struct.unpack_from("=i", data, 16)[0]
                if code:
                    raise OSError(code, os.strerror(code))
                return

    def request(self, kind, flags, body):
        self.sock.send(self.message(kind, flags, body))
        self.answer()

    @staticmethod
    def ifinfo(index=0, flags=0, mask=0):
        return struct.pack("=BxHiII", socket.AF_UNSPEC, 0, index, flags, mask)

    def index(self, name):
        with inside(self.space):
            try:
                return socket.if_nametoindex(name)
            except OSError as e:	# it carries no errno
                raise OSError(errno.ENODEV, f"no link {name}") from e

    def names(self):
        """Of all links. Asked for one that is not there the kernel would call modprobe."""
        with inside(self.space):
            return {name for _, name in socket.if_nameindex()}

    def has(self, name):
        return name in self.names()

    @staticmethod
    def name(name):
        return nla(IFLA_IFNAME, name.encode() + b"\0")

    def new_link(self, name, kind, mtu=None, data=b""):
        """The body of a request for a new link."""
        info = nla(IFLA_INFO_KIND, kind.encode() + b"\0")
        if data:
            info += nla(IFLA_INFO_DATA, data)
        body = self.ifinfo() + self.name(name)
        if mtu:
            body += nla(IFLA_MTU, struct.pack("=I", mtu))
        return body + nla(IFLA_LINKINFO, info)

    def link_add(self, name, kind, mtu=None, data=b""):
        self.request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
                     self.new_link(name, kind, mtu, data))

    def veth_add(self, name, peer, peer_space):
        """A veth whose other end, named peer, is in a Space."""
        end = self.ifinfo() + self.name(peer) + \
            nla(IFLA_NET_NS_FD, struct.pack("=I", peer_space.fd))
        self.link_add(name, "veth", data=nla(VETH_INFO_PEER, end))

    def link_set(self, name, up=None, space=None):
        body = self.ifinfo(self.index(name), IFF_UP if up else 0, IFF_UP if up is not None else 0)
        if space is not None:
            body += nla(IFLA_NET_NS_FD, struct.pack("=I", space.fd))
        self.request(RTM_NEWLINK, 0, body)

    def link_del(self, name):
        self.request(RTM_DELLINK, 0, self.ifinfo(self.index(name)))

    def addr_add(self, name, text):
        iface = ipaddress.ip_interface(text)
        family = socket.AF_INET if iface.version == 4 else socket.AF_INET6
        flags = IFA_F_NODAD if iface.version == 6 else 0
        body = struct.pack("=BBBBI", family, iface.network.prefixlen, flags, 0, self.index(name))
        body += nla(IFA_LOCAL, iface.ip.packed) + nla(IFA_ADDRESS, iface.ip.packed)
        self.request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, body)

    def route_add(self, name, text, src=None):
        net = ipaddress.ip_network(text)
        family = socket.AF_INET if net.version == 4 else socket.AF_INET6
        # table main, protocol static, scope link, unicast
        body = struct.pack("=BBBBBBBBI", family, net.prefixlen, 0, 0, 254, 4, 253, 1, 0)
        body += nla(RTA_DST, net.network_address.packed)
        body += nla(RTA_OIF, struct.pack("=I", self.index(name)))
        if src:
            body += nla(RTA_PREFSRC, ipaddress.ip_address(src).packed)
        self.request(RTM_NEWROUTE, NLM_F_CREATE, body)
