# SPDX-License-Identifier: GPL-2.0
"""A pair of gateways with a router between them, in namespaces of its own.

    us ───────── router ───────── peer
    198.51.100.2  .1   .1  203.0.113.2      outer
    192.168.3.1, 192.168.4.1, 172.16.0.1    inner, ours     (192.0.2.1: everything's)
    192.168.1.1, 192.168.2.1, 10.10.0.1     inner, the peer's

ikod is at "us", strongSwan or Libreswan at "peer". Several lanes run at a time.
The router may translate addresses: those of who begins, or those of who answers
(then it forwards UDP 500 and 4500 to it), or both.
"""
import os
import re

import gateways as G
import lab

from profiles import OUTER, ROUTER
from traffic import Traffic

INNER = {"us": ["192.168.3.1", "192.168.4.1", "172.16.0.1"],
         "peer": ["192.168.1.1", "192.168.2.1", "10.10.0.1"]}
ESP, UDP = 50, 17
NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE, NETLINK_NETFILTER = 1, 2, 12


class Lane:
    """The namespaces, our gateway and what the router sees."""

    def __init__(self, name, folder):
        self.name, self.dir = name, os.path.join(folder, name)
        self.pki = os.path.join(folder, "pki")
        self.spaces = {who: f"vt-{name}-{who}" for who in ("us", "router", "peer")}
        os.makedirs(self.dir)
        self.us = G.Gateway(f"{name}-us", folder)
        self.nat = ""
        for space in self.spaces.values():
            lab.ip(f"netns add {space}")
            lab.sh("ip", "netns", "exec", space, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1",
                   "net.ipv4.ip_forward=1", "net.ipv4.conf.all.send_redirects=0")
            lab.ip("link set lo up", space)
        for who in ("us", "peer"):
            self.cable(who)
        # before any translation, on the side of who is translated or not
        self.seen = {who: self.capture(who) for who in ("us", "peer")}
        self.traffic = Traffic(self.spaces, INNER)

    def cable(self, who):
        space, router = self.spaces[who], self.spaces["router"]
        lab.ip(f"link add to-{who} netns {router} type veth peer name wire netns {space}")
        lab.ip(f"addr add {ROUTER[who]}/24 dev to-{who}\nlink set to-{who} up", router)
        # What no tunnel takes would leave by the default route, in clear, and be seen.
        lab.ip(f"addr add {OUTER[who]}/24 dev wire\nlink set wire up\nroute add default via {ROUTER[who]}\n" +
               "".join(f"addr add {address}/32 dev lo\n" for address in INNER[who]), space)

    def capture(self, who):
        with lab.vpntun.netns(self.spaces["router"]):
            sock = lab.socket.socket(lab.socket.AF_PACKET, lab.socket.SOCK_DGRAM, lab.socket.htons(3))
            sock.bind((f"to-{who}", 3))
        return lab.Capture(sock)

    def translate(self, mode, initiator):
        """mode: "", "initiator", "responder" or "both"."""
        rules = "flush ruleset\n"
        responder = "peer" if initiator == "us" else "us"
        if mode:
            rules += "table ip nat {\n"
            if mode in ("initiator", "both"):
                rules += ("chain post { type nat hook postrouting priority srcnat;\n"
                          f"oifname to-{responder} ip saddr {OUTER[initiator]} masquerade\n}}\n")
            if mode in ("responder", "both"):
                rules += ("chain pre { type nat hook prerouting priority dstnat;\n"
                          f"ip daddr {ROUTER[initiator]} udp dport {{ 500, 4500 }} dnat to {OUTER[responder]}\n}}\n")
            rules += "}\n"
        if mode or self.nat:
            lab.sh("ip", "netns", "exec", self.spaces["router"], "nft", "-f", "-", input=rules)
            self.forget_flows()
        self.nat = mode

    def forget_flows(self):
        """No flow of an earlier cell may decide on a later one's."""
        with lab.vpntun.netns(self.spaces["router"]):
            with lab.socket.socket(lab.socket.AF_NETLINK, lab.socket.SOCK_RAW, NETLINK_NETFILTER) as sock:
                body = lab.struct.pack("=BBH", lab.socket.AF_INET, 0, 0)
                sock.send(lab.struct.pack("=IHHII", 16 + len(body), NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE,
                                          lab.vpntun.NLM_F_REQUEST | lab.vpntun.NLM_F_ACK, 1, 0) + body)
                sock.recv(4096)

    def forget_packets(self):
        for seen in self.seen.values():
            seen.read()
            seen.packets.clear()

    def in_clear(self):
        """What crossed our wire and was neither IKE, ESP nor an error of the router. What the peer lets out when its
        tunnels are gone is not ours to answer for."""
        found, gateways = [], {*OUTER.values(), *ROUTER.values()}
        for p in self.seen["us"].read():
            header = (p[0] & 15) * 4
            src, dst = (lab.socket.inet_ntoa(p[at:at + 4]) for at in (12, 16))
            if p[9] == ESP or (p[9] == UDP and ports(p, header) & {500, 4500}):
                continue
            # of the gateways: errors, and what follows the first fragment of a message with certificates
            if (p[9] == 1 or (p[9] == UDP and not ports(p, header))) and {src, dst} <= gateways:
                continue
            found.append(f"{src} to {dst}, protocol {p[9]}")
        return found

    def carried(self):
        """Protocols that carried ESP: {50}, {17} or both."""
        found = set()
        for seen in self.seen.values():
            for p in seen.read():
                header = (p[0] & 15) * 4
                if p[9] == ESP:
                    found.add(ESP)
                elif p[9] == UDP and 4500 in ports(p, header) and len(p) > header + 12 and \
                        p[header + 8:header + 12] != b"\0\0\0\0":
                    found.add(UDP)
        return found

    def give(self, who, address):
        """One that mode config gave: neither daemon puts it on an interface here."""
        lab.ip(f"addr replace {address}/32 dev lo", self.spaces[who])
        self.traffic.listen(self.spaces[who], address)

    def xfrm(self):
        """SAs of the peer's kernel: {spi: (source, destination, packets)}. An SPI that is merely reserved has no key."""
        out = lab.sh("ip", "-s", "-n", self.spaces["peer"], "xfrm", "state")
        found = {}
        for entry in re.split(r"^src ", out, flags=re.M)[1:]:
            head = re.match(r"(\S+) dst (\S+)\s+proto esp spi 0x([0-9a-f]+)", entry)
            current = re.search(r"lifetime current:\s+\d+\(bytes\), (\d+)\(packets\)", entry)
            if head and current and re.search(r"^\s+(enc|aead) ", entry, flags=re.M):
                found[head[3]] = (head[1], head[2], int(current[1]))
        return found

    def xfrm_drops(self):
        """Of the peer's kernel, which has these in /proc alone."""
        out = lab.sh("ip", "netns", "exec", self.spaces["peer"], "cat", "/proc/net/xfrm_stat")
        return {name: int(count) for name, count in map(str.split, out.splitlines()) if int(count)}

    def flush_peer(self):
        for what in ("state", "policy"):
            lab.ip(f"xfrm {what} flush", self.spaces["peer"])

    def down(self):
        if self.us.proc:
            self.us.proc.kill()
            self.us.proc.wait()
        self.traffic.close()
        for seen in self.seen.values():
            seen.sock.close()
        for space in self.spaces.values():
            G.ip_try(f"netns del {space}", None)


def ports(packet, header):
    """Of UDP; none in what is not the first fragment."""
    if int.from_bytes(packet[6:8], "big") & 0x1fff:
        return set()
    return set(lab.struct.unpack("!HH", packet[header:header + 4]))
