# SPDX-License-Identifier: GPL-2.0
"""Messages of IKEv1 as bytes: RFC 2408 3, with the numbers of RFC 2407 and RFC 2409.

Written from the RFCs alone, so that both readings of them have to agree.
"""
import dataclasses
import struct

# RFC 2408 3.1
SA, PROPOSAL, TRANSFORM, KE, ID, CERT, CERTREQ, HASH, SIG, NONCE, NOTIFY, DELETE, VENDOR = range(1, 14)
NAT_D, NAT_OA = 20, 21		# RFC 3947 3.2
MAIN, AGGRESSIVE, INFO, QUICK = 2, 4, 5, 32
ENCRYPTED, COMMIT, AUTH_ONLY = 1, 2, 4
ISAKMP, AH, ESP = 1, 2, 3	# RFC 2407 4.4.1
HEADER = struct.Struct("!8s8sBBBBII")

# Notify types: RFC 2408 3.14.1, RFC 2407 4.6.3, RFC 3706 5.4
NO_PROPOSAL_CHOSEN, INVALID_KEY, INVALID_ID, AUTHENTICATION_FAILED = 14, 17, 18, 24
PAYLOAD_MALFORMED = 16
RESPONDER_LIFETIME, INITIAL_CONTACT = 24576, 24578
R_U_THERE, R_U_THERE_ACK = 36136, 36137
DPD_VENDOR = bytes.fromhex("afcad71368a1f1c96b8696fc77570100")	# RFC 3706 5.1

# Phase 1 attributes, RFC 2409 appendix A; phase 2, RFC 2407 4.5
P1_ENC, P1_HASH, P1_AUTH, P1_GROUP, P1_LIFE_TYPE, P1_LIFE, P1_KEYLEN = 1, 2, 3, 4, 11, 12, 14
P2_LIFE_TYPE, P2_LIFE, P2_GROUP, P2_ENCAP, P2_AUTH, P2_KEYLEN = 1, 2, 3, 4, 5, 6
TUNNEL = 1


class Malformed(Exception):
    """A message that breaks RFC 2408."""


@dataclasses.dataclass
class Header:
    """RFC 2408 3.1"""
    cky_i: bytes
    cky_r: bytes = bytes(8)
    exchange: int = MAIN
    flags: int = 0
    msgid: int = 0
    next: int = 0
    version: int = 0x10

    def pack(self, first, body, length=None):
        return HEADER.pack(self.cky_i, self.cky_r, first, self.version, self.exchange, self.flags,
                           self.msgid, HEADER.size + len(body) if length is None else length) + body


def parse_header(packet):
    if len(packet) < HEADER.size:
        raise Malformed("short header")
    cky_i, cky_r, first, version, exchange, flags, msgid, length = HEADER.unpack_from(packet)
    if length != len(packet) or version != 0x10:
        raise Malformed("length or version")
    return Header(cky_i, cky_r, exchange, flags, msgid, first, version)


def chain(payloads):
    """[(type, body)] to the type of the first and the bytes; RFC 2408 3.2."""
    types = [t for t, _ in payloads] + [0]
    return types[0], b"".join(struct.pack("!BxH", after, 4 + len(body)) + body
                              for (_, body), after in zip(payloads, types[1:]))


def parse_chain(first, data):
    """The payloads as [(type, body)]; zeros behind the last one are padding."""
    out = []
    while first:
        if len(data) < 4:
            raise Malformed("chain ends early")
        after, reserved, length = struct.unpack_from("!BBH", data)
        if reserved or length < 4 or length > len(data):
            raise Malformed("payload length")
        out.append((first, data[4:length]))
        first, data = after, data[length:]
    return out


def one(payloads, kind):
    found = [body for t, body in payloads if t == kind]
    if len(found) != 1:
        raise Malformed(f"{len(found)} payloads of type {kind}")
    return found[0]


# ---- security association payloads, RFC 2408 3.3 to 3.6 -------------------------

def attribute(kind, value, variable=False):
    """A data attribute; RFC 2408 3.3 lets every number be basic or variable."""
    if not variable and value < 1 << 16:
        return struct.pack("!HH", 0x8000 | kind, value)
    data = value.to_bytes(max(4, (value.bit_length() + 7) // 8), "big")
    return struct.pack("!HH", kind, len(data)) + data


def attributes(pairs, variable=()):
    return b"".join(attribute(k, v, k in variable) for k, v in pairs)


def parse_attributes(data):
    out = []
    while data:
        kind, value = struct.unpack_from("!HH", data)
        data = data[4:]
        if not kind & 0x8000:
            value, data = int.from_bytes(data[:value], "big"), data[value:]
        out.append((kind & 0x7fff, value))
    return out


def sa_body(proto, spi, transforms, number=1):
    """One proposal; transforms: [(id, attribute bytes)]."""
    body = b""
    for i, (tid, attrs) in enumerate(transforms, 1):
        last = i == len(transforms)
        body += struct.pack("!BxHBBxx", 0 if last else TRANSFORM, 8 + len(attrs), i, tid) + attrs
    proposal = struct.pack("!BxHBBBB", 0, 8 + len(spi) + len(body), number, proto, len(spi), len(transforms))
    return struct.pack("!II", 1, 1) + proposal + spi + body	# IPsec DOI, SIT_IDENTITY_ONLY


@dataclasses.dataclass
class Proposal:
    """What parse_sa() finds."""
    number: int
    proto: int
    spi: bytes
    transforms: list	# [(number, id, [(attribute, value)])]


def parse_sa(body):
    if struct.unpack_from("!II", body) != (1, 1):
        raise Malformed("DOI or situation")
    out, data = [], body[8:]
    while data:
        _, length, number, proto, spi_len, n = struct.unpack_from("!BxHBBBB", data)
        inner = data[8 + spi_len:length]
        p = Proposal(number, proto, data[8:8 + spi_len], [])
        while inner:
            _, tlen, tnum, tid = struct.unpack_from("!BxHBB", inner)
            p.transforms.append((tnum, tid, parse_attributes(inner[8:tlen])))
            inner = inner[tlen:]
        if len(p.transforms) != n:
            raise Malformed("number of transforms")
        out.append(p)
        data = data[length:]
    return out


# ---- the small ones ----------------------------------------------------------------

def id_body(kind, data, proto=0, port=0):
    """RFC 2407 4.6.2"""
    return struct.pack("!BBH", kind, proto, port) + data


def notify_body(proto, kind, spi=b"", data=b""):
    """RFC 2408 3.14"""
    return struct.pack("!IBBH", 1, proto, len(spi), kind) + spi + data


def parse_notify(body):
    """(protocol, type, SPI, data)"""
    _, proto, spi_len, kind = struct.unpack_from("!IBBH", body)
    return proto, kind, body[8:8 + spi_len], body[8 + spi_len:]


def delete_body(proto, spis):
    """RFC 2408 3.15"""
    return struct.pack("!IBBH", 1, proto, len(spis[0]), len(spis)) + b"".join(spis)


def parse_delete(body):
    """(protocol, [SPI])"""
    _, proto, size, n = struct.unpack_from("!IBBH", body)
    return proto, [body[8 + i * size:8 + (i + 1) * size] for i in range(n)]
