# SPDX-License-Identifier: GPL-2.0
"""Helpers of the guest tests of sizes: packets of a given length, and what became of them."""
import os
import socket
import struct
import threading

import lab as L
import vpntun

IP_DF, IP_MF, IP_OFFSET = 0x4000, 0x2000, 0x1fff
IP_MTU_DISCOVER, PMTUDISC_DONT, PMTUDISC_DO, PMTUDISC_PROBE = 10, 0, 2, 3
IPV6_MTU_DISCOVER, IPV6_DONTFRAG = 23, 62
PACKET_OUTGOING = 4
ETH_IP, ETH_IP6 = 0x0800, 0x86dd

# name: ESP head with IV, block, ICV
FORMS = {
    L.GCM: (16, 4, 16),
    L.CBC: (24, 16, 16),
    "aes-cbc-256-sha2-512-256": (24, 16, 32),
    "des3-cbc-md5-96": (16, 8, 12),
}


def longest(alg, mtu, udp):
    """The longest inner packet, tried one by one rather than computed."""
    head, block, icv = FORMS[alg]
    fits = 0
    for n in range(mtu):
        text = (n + 2 + block - 1) // block * block
        if 20 + (8 if udp else 0) + head + text + icv <= mtu:
            fits = n
    return fits


def manner(dev, **words):
    dev.ctl.do("peer-set", ifindex=dev.ifindex,
               peer={"id": 1, **{k.replace("_", "-"): v for k, v in words.items()}})


def path_mtu(mtu, space=L.LEFT):
    L.ip(f"route change 10.0.0.0/24 dev wire src {L.OUTER[space]} mtu {mtu}", space)


def inner_socket(lab, space):
    """What comes out of the tunnel, before the stack puts fragments together."""
    with vpntun.netns(space):
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        sock.bind(("vpn0", 3))
    sock.settimeout(10)
    lab.socks.append(sock)
    return sock


def inner_packets(sock, n):
    """The next n packets that came in; fewer when time runs out."""
    out = []
    try:
        while len(out) < n:
            packet, addr = sock.recvfrom(65535)
            if addr[2] != PACKET_OUTGOING:
                out.append(packet)
    except TimeoutError:
        pass
    return out


def datagram(lab, size, family=socket.AF_INET, discover=PMTUDISC_DONT):
    """Send a datagram whose IP packet has this size; false if the stack refuses it."""
    v6 = family == socket.AF_INET6
    sock = lab.socket(L.LEFT, family, socket.SOCK_DGRAM)
    if v6:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER, discover)
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_DONTFRAG, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, discover)
    payload = bytes(i & 0xff for i in range(size - (48 if v6 else 28)))
    try:
        sock.sendto(payload, ((L.INNER6 if v6 else L.INNER4)[L.RIGHT], 5000))
    except OSError:
        return None
    return payload


def receiver(lab, family=socket.AF_INET):
    sock = lab.socket(L.RIGHT, family, socket.SOCK_DGRAM)
    sock.bind((L.INNER6[L.RIGHT] if family == socket.AF_INET6 else L.INNER4[L.RIGHT], 5000))
    sock.settimeout(10)
    return sock


def got(sock, wanted):
    try:
        return wanted is not None and sock.recv(65535) == wanted
    except TimeoutError:
        return False


def outer(wire):
    """(length, DF, fragment) of what left sent, and forget it."""
    out = [(len(p), bool(struct.unpack("!H", p[6:8])[0] & IP_DF),
            bool(struct.unpack("!H", p[6:8])[0] & (IP_MF | IP_OFFSET)))
           for p in wire.read() if p[12:16] == socket.inet_aton(L.OUTER[L.LEFT])]
    wire.packets.clear()
    return out


def flush_routes():
    L.ip("route flush cache", L.LEFT)
    L.sh("ip", "-n", L.LEFT, "-6", "route", "flush", "cache", check=False)


def transfer(lab, size, discover):
    """Bytes over one TCP connection from left to right; how many arrived right."""
    server = lab.socket(L.RIGHT, socket.AF_INET, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((L.INNER4[L.RIGHT], 5001))
    server.listen(1)
    server.settimeout(20)
    client = lab.socket(L.LEFT, socket.AF_INET, socket.SOCK_STREAM)
    client.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, discover)
    client.settimeout(20)
    data = os.urandom(size)

    def send():
        try:
            client.connect((L.INNER4[L.RIGHT], 5001))
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    thread = threading.Thread(target=send)
    thread.start()
    conn = server.accept()[0]
    server.close()
    conn.settimeout(20)
    lab.socks.append(conn)
    received = b""
    while len(received) < size:
        part = conn.recv(1 << 20)
        if not part:
            break
        received += part
    thread.join()
    return received == data
