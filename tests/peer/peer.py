# SPDX-License-Identifier: GPL-2.0
"""An IKEv1 gateway that is not ours: main mode with a PSK, quick mode, informational.

Each message is made by one method and taken by another, so that a test can lose,
repeat, bend or forge whatever it wants in between. RFC 2409 5.4, 5.5 and 5.7.
"""
import hashlib
import ipaddress
import secrets
import socket
import struct
import time

import keys as K
import wire as W

LIFE = 3600
PATIENCE = 15


class Refused(Exception):
    """The other side sent an error notify; .kind is its type."""

    def __init__(self, kind):
        super().__init__(f"notify {kind}")
        self.kind = kind


def p1_transform(s, life=LIFE, variable=()):
    pairs = [(W.P1_ENC, s.enc), (W.P1_HASH, s.hash), (W.P1_GROUP, s.group), (W.P1_AUTH, 1),
             (W.P1_LIFE_TYPE, 1), (W.P1_LIFE, life)]
    if s.keylen:
        pairs.append((W.P1_KEYLEN, s.keylen))
    return 1, W.attributes(pairs, variable)		# KEY_IKE


def net_id(net):
    """RFC 2407 4.6.2.5"""
    net = ipaddress.ip_network(net)
    return W.id_body(4, net.network_address.packed + net.netmask.packed)


class Esp:
    """What quick mode is to agree on: RFC 2407 4.4.4 and 4.5."""

    def __init__(self, cipher=12, keylen=128, auth=5, group=0, key_bytes=16 + 32):
        self.cipher, self.keylen, self.auth, self.group, self.key_bytes = cipher, keylen, auth, group, key_bytes

    def transform(self, life=LIFE, variable=()):
        pairs = [(W.P2_ENCAP, W.TUNNEL), (W.P2_LIFE_TYPE, 1), (W.P2_LIFE, life), (W.P2_AUTH, self.auth)]
        if self.group:
            pairs.append((W.P2_GROUP, self.group))
        if self.keylen:
            pairs.append((W.P2_KEYLEN, self.keylen))
        return self.cipher, W.attributes(pairs, variable)


class Quick:
    """One quick mode under way."""

    def __init__(self, peer, esp, ours, theirs, msgid=None):
        self.peer, self.esp, self.ours, self.theirs = peer, esp, ours, theirs
        self.msgid = msgid or secrets.randbits(32) or 1
        self.spi_in, self.spi_out = secrets.token_bytes(4), None
        self.ni, self.nr = secrets.token_bytes(20), None
        self.dh = K.Group(esp.group) if esp.group else None
        self.iv = peer.iv2(self.msgid)
        self.gqm = b""
        self.i_am_initiator = True

    def _seal(self, payloads, seed, kind="hash"):
        p = self.peer
        first, rest = W.chain(payloads) if payloads else (0, b"")
        if kind == "hash3":
            digest = p.suite.prf(p.keys.a, b"\0", struct.pack("!I", self.msgid), self.ni, self.nr)
        else:
            digest = p.suite.prf(p.keys.a, struct.pack("!I", self.msgid), seed, rest)
        body = struct.pack("!BxH", first, 4 + len(digest)) + digest + rest
        packet, self.iv = p.encrypt(W.QUICK, self.msgid, W.HASH, body, self.iv)
        return packet

    def _open(self, packet, seed):
        p = self.peer
        header = W.parse_header(packet)
        if header.exchange == W.INFO:
            p.take_info(packet)
        first, plain, self.iv = p.decrypt(packet, self.iv)
        payloads = W.parse_chain(first, plain)
        if payloads[0][0] != W.HASH:
            raise W.Malformed("no HASH in front")
        size = sum(4 + len(body) for _, body in payloads)
        rest = plain[4 + len(payloads[0][1]):size]
        if payloads[0][1] != p.suite.prf(p.keys.a, struct.pack("!I", self.msgid), seed, rest):
            raise W.Malformed("HASH of quick mode is wrong")
        return payloads

    def message1(self, life=LIFE, variable=(), nonce=None, public=None):
        self.ni = self.ni if nonce is None else nonce
        payloads = [(W.SA, W.sa_body(W.ESP, self.spi_in, [self.esp.transform(life, variable)])),
                    (W.NONCE, self.ni)]
        if self.dh:
            payloads.append((W.KE, self.dh.public if public is None else public))
        return self._seal(payloads + [(W.ID, net_id(self.ours)), (W.ID, net_id(self.theirs))], b"")

    def take2(self, packet):
        payloads = self._open(packet, self.ni)
        (proposal,) = W.parse_sa(W.one(payloads, W.SA))
        self.spi_out = proposal.spi
        self.nr = W.one(payloads, W.NONCE)
        if self.dh:
            self.gqm = self.dh.shared(W.one(payloads, W.KE))
        ids = [body for t, body in payloads if t == W.ID]
        if ids != [net_id(self.ours), net_id(self.theirs)]:
            raise W.Malformed("other identities came back")
        return proposal

    def message3(self):
        return self._seal([], b"", "hash3")

    # The other role: message 1 is the peer's.

    def take1(self, packet):
        payloads = self._open(packet, b"")
        self.i_am_initiator = False
        (self.proposal,) = W.parse_sa(W.one(payloads, W.SA))[:1]
        self.spi_out = self.proposal.spi
        self.ni, self.nr = W.one(payloads, W.NONCE), secrets.token_bytes(24)
        self.ids = [body for t, body in payloads if t == W.ID]
        if self.dh:
            self.gqm = self.dh.shared(W.one(payloads, W.KE))
        return self.proposal

    def message2(self):
        tid, pairs = self.proposal.transforms[0][1:]
        payloads = [(W.SA, W.sa_body(W.ESP, self.spi_in, [(tid, W.attributes(pairs))], self.proposal.number)),
                    (W.NONCE, self.nr)]
        if self.dh:
            payloads.append((W.KE, self.dh.public))
        return self._seal(payloads + [(W.ID, i) for i in self.ids], self.ni)

    def take3(self, packet):
        p = self.peer
        first, plain, self.iv = p.decrypt(packet, self.iv)
        want = p.suite.prf(p.keys.a, b"\0", struct.pack("!I", self.msgid), self.ni, self.nr)
        if W.one(W.parse_chain(first, plain), W.HASH) != want:
            raise W.Malformed("HASH(3) is wrong")

    def key_hashes(self):
        """{direction seen from the gateway: hash of (cipher key, integrity key)}, as its kernel would get them."""
        out = {}
        for direction, spi in (("in", self.spi_out), ("out", self.spi_in)):
            raw = K.keymat(self.peer.suite, self.peer.keys, self.gqm, W.ESP, spi, self.ni, self.nr, self.esp.key_bytes)
            cut = self.esp.keylen // 8 or 24
            out[direction] = tuple(hashlib.sha256(part).hexdigest()[:16] for part in (raw[:cut], raw[cut:]))
        return out


class Peer:
    """One side of one ISAKMP SA, over a socket of its own."""

    def __init__(self, sock, local, remote, psk, suite=None):
        self.sock, self.local, self.remote, self.psk = sock, local, remote, psk
        self.suite = suite or K.Suite()
        self.dh = K.Group(self.suite.group)
        self.cky_i, self.cky_r = secrets.token_bytes(8), bytes(8)
        self.ni, self.nr = secrets.token_bytes(20), None
        self.vendors = [W.DPD_VENDOR]
        self.keys = self.iv = self.sai_b = self.peer_public = None
        self.i_am_initiator = True
        self.sent = self.received = 0	# bytes
        self.their_id = None
        self.notifies = []		# what take_info() took, newest last

    # ---- socket ----

    def send(self, packet):
        self.sent += len(packet)
        self.sock.sendto(packet, (self.remote, 500))

    def receive(self, timeout=PATIENCE):
        """The next datagram, or None."""
        self.sock.settimeout(timeout)
        try:
            packet, _ = self.sock.recvfrom(65535)
        except socket.timeout:
            return None
        self.received += len(packet)
        return packet

    def expect(self, what, timeout=PATIENCE):
        """The next datagram of this exchange type that is ours; other ones are left out."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            packet = self.receive(max(0.01, end - time.monotonic()))
            if packet is None:
                break
            header = W.parse_header(packet)
            if header.cky_i == self.cky_i and header.exchange == what:
                return packet
            # In clear it is nothing to go by, once there are keys.
            if header.cky_i == self.cky_i and header.exchange == W.INFO and not self.keys:
                notifies = [b for t, b in W.parse_chain(header.next, packet[28:]) if t == W.NOTIFY]
                raise Refused(W.parse_notify(notifies[0])[1])
        raise AssertionError(f"no message of exchange {what} within {timeout} s")

    def silent(self, seconds=0.4):
        """Nothing comes for so long."""
        packet = self.receive(seconds)
        return packet is None

    # ---- the cipher ----

    def header(self, exchange, flags=0, msgid=0):
        return W.Header(self.cky_i, self.cky_r, exchange, flags, msgid)

    def iv2(self, msgid):
        """RFC 2409 appendix B"""
        return self.suite.digest(self.iv, struct.pack("!I", msgid))[:self.suite.block]

    def encrypt(self, exchange, msgid, first, body, iv):
        body += bytes(-len(body) % self.suite.block)
        body = self.suite.cbc(self.keys.enc, iv, body, True)
        return self.header(exchange, W.ENCRYPTED, msgid).pack(first, body), body[-self.suite.block:]

    def decrypt(self, packet, iv):
        header = W.parse_header(packet)
        if not header.flags & W.ENCRYPTED or len(packet[28:]) % self.suite.block:
            raise W.Malformed("not encrypted")
        return header.next, self.suite.cbc(self.keys.enc, iv, packet[28:], False), packet[-self.suite.block:]

    # ---- main mode, RFC 2409 5.4 ----

    def message1(self, life=LIFE, variable=(), transforms=None):
        sa = W.sa_body(W.ISAKMP, b"", transforms or [p1_transform(self.suite, life, variable)])
        self.sai_b = sa
        first, body = W.chain([(W.SA, sa)] + [(W.VENDOR, v) for v in self.vendors])
        return self.header(W.MAIN).pack(first, body)

    def take2(self, packet):
        header = W.parse_header(packet)
        self.cky_r = header.cky_r
        payloads = W.parse_chain(header.next, packet[28:])
        (proposal,) = W.parse_sa(W.one(payloads, W.SA))
        return proposal

    def message3(self, public=None, nonce=None):
        self.ni = self.ni if nonce is None else nonce
        first, body = W.chain([(W.KE, self.dh.public if public is None else public), (W.NONCE, self.ni)])
        return self.header(W.MAIN).pack(first, body)

    def take4(self, packet):
        header = W.parse_header(packet)
        payloads = W.parse_chain(header.next, packet[28:])
        self.peer_public, self.nr = W.one(payloads, W.KE), W.one(payloads, W.NONCE)
        self._derive()

    def _derive(self):
        gxi, gxr = self.publics()
        self.keys = K.derive(self.suite, self.psk, self.ni, self.nr, self.dh.shared(self.peer_public),
                             self.cky_i, self.cky_r)
        self.iv = self.suite.digest(gxi, gxr)[:self.suite.block]

    def publics(self):
        pair = self.dh.public, self.peer_public
        return pair if self.i_am_initiator else pair[::-1]

    def own_id(self):
        return W.id_body(1, socket.inet_aton(self.local))

    def auth_hash(self, initiator, id_b):
        """HASH_I or HASH_R, RFC 2409 5"""
        gxi, gxr = self.publics()
        parts = (gxi, gxr, self.cky_i, self.cky_r) if initiator else (gxr, gxi, self.cky_r, self.cky_i)
        return self.suite.prf(self.keys.skeyid, *parts, self.sai_b, id_b)

    def _proof(self, initiator, extra=()):
        id_b = self.own_id()
        first, body = W.chain([(W.ID, id_b), (W.HASH, self.auth_hash(initiator, id_b)), *extra])
        packet, self.iv = self.encrypt(W.MAIN, 0, first, body, self.iv)
        return packet

    def _check_proof(self, packet, initiator):
        first, plain, iv = self.decrypt(packet, self.iv)
        payloads = W.parse_chain(first, plain)
        self.their_id = W.one(payloads, W.ID)
        if W.one(payloads, W.HASH) != self.auth_hash(initiator, self.their_id):
            raise W.Malformed("the proof of identity is wrong")
        self.iv = iv
        return payloads

    def message5(self, extra=()):
        return self._proof(True, extra)

    def take6(self, packet):
        return self._check_proof(packet, False)

    def agree(self, **options):
        """To where there are keys, and message 5 is due; returns the proposal that was chosen."""
        self.send(self.message1(**options))
        proposal = self.take2(self.expect(W.MAIN))
        self.send(self.message3())
        self.take4(self.expect(W.MAIN))
        return proposal

    def initiate(self, **options):
        """The whole of it."""
        proposal = self.agree(**options)
        self.send(self.message5())
        self.take6(self.expect(W.MAIN))
        return proposal

    def respond(self):
        """The other role: waits for message 1; returns what was proposed."""
        packet = self._first()
        header = W.parse_header(packet)
        payloads = W.parse_chain(header.next, packet[28:])
        self.i_am_initiator = False
        self.cky_i, self.cky_r = header.cky_i, secrets.token_bytes(8)
        self.sai_b = W.one(payloads, W.SA)
        (proposal,) = W.parse_sa(self.sai_b)
        _, tid, pairs = proposal.transforms[0]
        first, body = W.chain([(W.SA, W.sa_body(W.ISAKMP, b"", [(tid, W.attributes(pairs))], proposal.number))] +
                              [(W.VENDOR, v) for v in self.vendors])
        self.send(self.header(W.MAIN).pack(first, body))
        packet = self._other_than(packet)
        payloads = W.parse_chain(W.parse_header(packet).next, packet[28:])
        self.peer_public, self.ni = W.one(payloads, W.KE), W.one(payloads, W.NONCE)
        self.nr = secrets.token_bytes(16)
        first, body = W.chain([(W.KE, self.dh.public), (W.NONCE, self.nr)])
        self._derive()
        self.send(self.header(W.MAIN).pack(first, body))
        self._check_proof(self._other_than(packet), True)
        self.send(self._proof(False))
        return proposal

    def _first(self):
        while True:
            packet = self.receive()
            assert packet is not None, "nobody called"
            header = W.parse_header(packet)
            if header.exchange == W.MAIN and header.cky_r == bytes(8):
                return packet

    def _other_than(self, before):
        """The next message of main mode: the one before it may have been sent again."""
        while True:
            packet = self.expect(W.MAIN)
            if packet != before and W.parse_header(packet).cky_r == self.cky_r:
                return packet

    # ---- quick mode ----

    def quick(self, esp, ours, theirs, **options):
        q = Quick(self, esp, ours, theirs)
        self.send(q.message1(**options))
        packet = self.expect_phase2(q.msgid)
        q.take2(packet)
        self.send(q.message3())
        return q

    def expect_phase2(self, msgid=None, timeout=PATIENCE):
        """The next message of quick mode; an error notify that comes first is raised."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            packet = self.receive(max(0.01, end - time.monotonic()))
            if packet is None:
                break
            header = W.parse_header(packet)
            if (header.cky_i, header.cky_r) != (self.cky_i, self.cky_r):
                continue
            if header.exchange == W.INFO:
                self.take_info(packet)
            elif header.exchange == W.QUICK and msgid in (None, header.msgid):
                return packet
        raise AssertionError(f"no quick mode {msgid} within {timeout} s")

    def answer_quick(self, esp):
        """The other role: what the gateway starts is taken."""
        packet = self.expect_phase2()
        q = Quick(self, esp, None, None, W.parse_header(packet).msgid)
        q.take1(packet)
        self.send(q.message2())
        while True:
            again = self.expect_phase2(q.msgid)
            if again != packet:
                break
        q.take3(again)
        return q

    # ---- informational, RFC 2409 5.7 ----

    def info(self, payloads, msgid=None, behind=False):
        msgid = msgid or secrets.randbits(32) or 1
        first, rest = W.chain(payloads)
        if behind:	# the order that some gateways use: the hash after the notify
            rest = bytes([W.HASH]) + rest[1:]
            digest = self.suite.prf(self.keys.a, struct.pack("!I", msgid), rest)
            body = rest + struct.pack("!BxH", 0, 4 + len(digest)) + digest
        else:
            digest = self.suite.prf(self.keys.a, struct.pack("!I", msgid), rest)
            body = struct.pack("!BxH", first, 4 + len(digest)) + digest + rest
            first = W.HASH
        packet, _ = self.encrypt(W.INFO, msgid, first, body, self.iv2(msgid))
        return packet

    def take_info(self, packet):
        """A protected informational; an error notify is raised, others are kept."""
        header = W.parse_header(packet)
        first, plain, _ = self.decrypt(packet, self.iv2(header.msgid))
        payloads = W.parse_chain(first, plain)
        size = sum(4 + len(body) for _, body in payloads)
        digest = W.one(payloads, W.HASH)
        if payloads[0][0] != W.HASH or digest != self.suite.prf(
                self.keys.a, struct.pack("!I", header.msgid), plain[4 + len(digest):size]):
            raise W.Malformed("HASH of an informational is wrong")
        for kind, body in payloads[1:]:
            if kind == W.NOTIFY:
                note = W.parse_notify(body)
                self.notifies.append(note)
                if note[1] < 16384:
                    raise Refused(note[1])
        return payloads

    def both_cookies(self):
        return self.cky_i + self.cky_r

    def dpd(self, seq, behind=False):
        """R-U-THERE, RFC 3706 5.3"""
        return self.info([(W.NOTIFY, W.notify_body(W.ISAKMP, W.R_U_THERE, self.both_cookies(),
                                                   struct.pack("!I", seq)))], behind=behind)

    def expect_info(self, timeout=PATIENCE):
        """Payloads of the next informational of this SA."""
        return self.take_info(self.expect(W.INFO, timeout))
