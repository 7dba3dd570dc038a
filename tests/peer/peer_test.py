#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""ikod against a peer that was written from the RFCs alone, on real sockets.

    peer_test.py [PATTERN]      tests whose name holds PATTERN
"""
import pathlib
import secrets
import socket
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[1:1] = [str(HERE), str(HERE.parent / "netns/host"), str(HERE.parent / "lib")]
import keys as K
import vpntun
import wire as W
from gateway import OUTER, run_tests, wait_for
from peer import Esp, Peer, Quick, Refused, net_id

OURS, THEIRS = "192.168.1.0/24", "192.168.3.0/24"	# the peer's network, the gateway's
PSK = b"a good secret"
AES256 = Esp(keylen=256, key_bytes=32 + 32)
PFS = Esp(group=19)


def gateway(lab, **options):
    """ikod as b, waiting; one pair of subnets, no PFS."""
    options = {"local_subnets": THEIRS, "remote_subnets": OURS, "pfs": "none", "esp": "aes128-sha256", **options}
    return lab.gateway("b", **options).start()


def socket_in(lab, name="a", port=500):
    with vpntun.netns(f"{lab.prefix}-{name}"):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind((OUTER[name], port))
    return s


def peer(lab, psk=PSK, suite=None, sock=None):
    return Peer(sock or socket_in(lab), OUTER["a"], OUTER["b"], psk, suite)


def tunnel(lab, esp=Esp(), **options):
    """A gateway, a peer that has called it, and the one quick mode."""
    g = gateway(lab, **options)
    p = peer(lab)
    p.initiate()
    q = p.quick(esp, OURS, THEIRS)
    g.wait_up(1)
    return g, p, q


def same_keys(g, q):
    """What the gateway gave to its kernel is what the peer computed."""
    want = q.key_hashes()
    spis = {"in": q.spi_out.hex(), "out": q.spi_in.hex()}
    for d in ("in", "out"):
        sa = [s for s in g.did("sa-new") if s["dir"] == d and s["spi"] == spis[d]]
        assert len(sa) == 1, (d, spis[d], g.did("sa-new"))
        assert (sa[0]["enc_key"], sa[0]["auth_key"]) == want[d], f"the keys of {d} differ"


def state(g):
    """All that an attack must not move."""
    c = g.conn()
    return ([(i["spi_i"], i["spi_r"], i["state"]) for i in c["ike_sas"]], c["children_up"],
            [(p["spi_in"], p["spi_out"]) for p in c["children"]], len(g.did()))


def unmoved(g, before, what):
    now = state(g)
    assert now == before, f"{what} moved {before} to {now}"


def raised(g, counter, before, what):
    wait_for(f"{counter} to count {what}", lambda: g.counter(counter) > before)


# ---- exchanges ----------------------------------------------------------------

SUITES = [
    ("aes128-sha256-ecp256", K.Suite(7, 128, 4, 19)), ("aes192-sha384-ecp384", K.Suite(7, 192, 5, 20)),
    ("aes256-sha512-ecp521", K.Suite(7, 256, 6, 21)), ("3des-md5-modp768", K.Suite(5, 0, 1, 1)),
    ("3des-sha1-modp1024", K.Suite(5, 0, 2, 2)), ("aes256-md5-modp1536", K.Suite(7, 256, 1, 5)),
    ("aes128-sha1-modp2048", K.Suite(7, 128, 2, 14)), ("aes256-sha256-modp3072", K.Suite(7, 256, 4, 15)),
    ("aes192-sha512-modp4096", K.Suite(7, 192, 6, 16)), ("aes128-sha384-modp6144", K.Suite(7, 128, 5, 17)),
    ("aes256-sha1-modp8192", K.Suite(7, 256, 2, 18)),
]


def test_suites_as_responder(lab):
    """Every group, hash, cipher and key length; the peer calls."""
    g = gateway(lab, weak_crypto="yes", ike=SUITES[0][0])
    sock = socket_in(lab)
    for name, suite in SUITES:
        g.write(ike=name)
        assert g.ask(cmd="reload")["ok"], name
        p = peer(lab, suite=suite, sock=sock)
        p.initiate()
        q = p.quick(Esp(), OURS, THEIRS)
        wait_for(f"{name} to be up", lambda: g.did("sa-new") and g.did("sa-new")[-1]["spi"] in
                 (q.spi_in.hex(), q.spi_out.hex()))
        same_keys(g, q)
        assert [i["suite"] for i in g.conn()["ike_sas"] if i["state"] == "established"][0] == name
        p.send(p.info([(W.DELETE, W.delete_body(W.ISAKMP, [p.both_cookies()]))]))
        wait_for("the IKE SA to go", lambda: not g.conn()["ike_sas"])


def test_suites_as_initiator(lab):
    """The same with the gateway calling."""
    sock = socket_in(lab)
    g = lab.gateway("b", local_subnets=THEIRS, remote_subnets=OURS, pfs="none", esp="aes128-sha256",
                    weak_crypto="yes", ike=SUITES[0][0], start="auto").start()
    for name, suite in SUITES:
        g.write(ike=name)
        assert g.ask(cmd="reload")["ok"], name
        while (p := peer(lab, suite=suite, sock=sock)).receive(0.05):
            pass	# what the connection before it left
        g.ask(cmd="up", conn="site")
        proposal = p.respond()
        assert proposal.proto == W.ISAKMP and proposal.spi in (b"", bytes(8), p.cky_i), proposal
        q = p.answer_quick(Esp())
        assert q.ids == [net_id(THEIRS), net_id(OURS)], q.ids
        g.wait_up(1)
        same_keys(g, q)
        g.ask(cmd="down", conn="site")
        wait_for("all to be down", lambda: not g.conn()["ike_sas"])


ESPS = [
    ("aes128-sha256", "none", Esp()), ("aes256-sha1", "none", Esp(12, 256, 2, 0, 32 + 20)),
    ("3des-md5", "none", Esp(3, 0, 1, 0, 24 + 16)), ("aes192-sha384", "none", Esp(12, 192, 6, 0, 24 + 48)),
    ("aes256-sha512", "modp2048", Esp(12, 256, 7, 14, 32 + 64)), ("aes128-sha256", "ecp521", Esp(group=21)),
    ("aes128-sha1", "modp1024", Esp(12, 128, 2, 2, 16 + 20)),
]


def test_esp_suites(lab):
    g = gateway(lab, weak_crypto="yes")
    sock = socket_in(lab)
    for name, pfs, esp in ESPS:
        g.write(esp=name, pfs=pfs)
        assert g.ask(cmd="reload")["ok"], name
        p = peer(lab, sock=sock)
        p.initiate()
        q = p.quick(esp, OURS, THEIRS)
        wait_for(f"{name} to be up", lambda: {s["spi"] for s in g.did("sa-new")} >= {q.spi_in.hex(), q.spi_out.hex()})
        same_keys(g, q)
        p.send(p.info([(W.DELETE, W.delete_body(W.ISAKMP, [p.both_cookies()]))]))
        wait_for("the IKE SA to go", lambda: not g.conn()["ike_sas"])


def test_attribute_encodings(lab):
    """Numbers as basic and as variable attributes, RFC 2408 3.3, in both phases."""
    g = gateway(lab)
    sock = socket_in(lab)
    for variable in ((), (W.P1_LIFE,), (W.P1_LIFE, W.P1_KEYLEN, W.P1_GROUP)):
        p = peer(lab, sock=sock)
        p.initiate(variable=variable)
        for v2 in ((), (W.P2_LIFE,)):
            same_keys_soon(g, p.quick(Esp(), OURS, THEIRS, variable=v2))


def same_keys_soon(g, q):
    wait_for("both SAs", lambda: {s["spi"] for s in g.did("sa-new")} >= {q.spi_in.hex(), q.spi_out.hex()})
    same_keys(g, q)


def test_rekey_by_the_peer(lab):
    """Another quick mode replaces the pair, another main mode the IKE SA; nothing piles up."""
    g, p, q = tunnel(lab)
    again = p.quick(Esp(), OURS, THEIRS)
    wait_for("the new pair", lambda: g.conn()["children"][0]["spi_in"] == int(again.spi_out.hex(), 16) or
             g.conn()["children"][0]["spi_in"] == again.spi_out.hex())
    same_keys(g, again)
    p.send(p.info([(W.DELETE, W.delete_body(W.ESP, [q.spi_in]))]))
    wait_for("the old pair to go", lambda: q.spi_in.hex() in {s["spi"] for s in g.did("sa-del")})
    assert g.conn()["children_up"] == 1
    newer = peer(lab, sock=p.sock)
    newer.initiate()
    same_keys_soon(g, newer.quick(Esp(), OURS, THEIRS))
    assert g.conn()["children_up"] == 1


def test_pairs_are_one_quick_mode_each(lab):
    g = gateway(lab, local_subnets=f"{THEIRS},192.168.4.0/24", remote_subnets=f"{OURS},192.168.2.0/24")
    p = peer(lab)
    p.initiate()
    for ours in (OURS, "192.168.2.0/24"):
        for theirs in (THEIRS, "192.168.4.0/24"):
            same_keys_soon(g, p.quick(Esp(), ours, theirs))
    assert g.wait_up(4)["state"] == "up"


def test_dpd(lab):
    """R-U-THERE is answered with its number; one that was there is not."""
    _, p, _ = tunnel(lab)
    for seq in (7, 8, 8, 2000000000):
        p.send(p.dpd(seq))
        payloads = p.expect_info()
        proto, kind, spi, data = W.parse_notify(W.one(payloads, W.NOTIFY))
        assert (proto, kind, spi) == (W.ISAKMP, W.R_U_THERE_ACK, p.both_cookies())
        assert int.from_bytes(data, "big") == seq
    p.send(p.dpd(6))	# RFC 3706 6.2: numbers only rise
    assert p.silent()


def test_dpd_with_the_hash_behind(lab):
    g, p, _ = tunnel(lab)
    p.send(p.dpd(11, behind=True))
    packet = p.expect(W.INFO)
    first, plain, _ = p.decrypt(packet, p.iv2(W.parse_header(packet).msgid))
    payloads = W.parse_chain(first, plain)
    notify = W.one(payloads, W.NOTIFY)
    assert W.parse_notify(notify)[1] == W.R_U_THERE_ACK and W.parse_notify(notify)[3] == (11).to_bytes(4, "big")
    assert g.conn()["children_up"] == 1


def test_delete(lab):
    """A Delete of the pair, then of the IKE SA."""
    g, p, q = tunnel(lab)
    p.send(p.info([(W.DELETE, W.delete_body(W.ESP, [q.spi_in]))]))
    wait_for("the pair to go", lambda: g.conn()["children_up"] == 0)
    assert g.conn()["ike_sas"]
    p.send(p.info([(W.DELETE, W.delete_body(W.ISAKMP, [p.both_cookies()]))]))
    wait_for("the IKE SA to go", lambda: not g.conn()["ike_sas"])


def test_the_gateway_says_goodbye(lab):
    """Taken down by its operator it deletes the pair and the IKE SA."""
    g, p, q = tunnel(lab)
    g.ask(cmd="down", conn="site")
    deleted = set()
    while len(deleted) < 2:
        for kind, body in p.expect_info():
            if kind == W.DELETE:
                proto, spis = W.parse_delete(body)
                deleted |= {(proto, s) for s in spis}
    assert deleted == {(W.ESP, q.spi_out), (W.ISAKMP, p.both_cookies())}


# ---- what differs is named ------------------------------------------------------

def refused_pair(lab, esp, ours, theirs):
    g = gateway(lab)
    p = peer(lab)
    p.initiate()
    try:
        p.quick(esp, ours, theirs)
    except Refused as r:
        return g, r.kind
    raise AssertionError("it was accepted")


def test_wrong_subnet(lab):
    g, kind = refused_pair(lab, Esp(), "192.168.77.0/24", THEIRS)
    assert kind == W.INVALID_ID
    f = wait_for("a reason", lambda: g.conn()["failure"])
    assert f["code"] == "subnet-mismatch" and f["refused_by"] == "us" and "192.168.77.0/24" in f["theirs"], f


def test_wrong_esp(lab):
    g, kind = refused_pair(lab, AES256, OURS, THEIRS)
    assert kind == W.NO_PROPOSAL_CHOSEN
    f = wait_for("a reason", lambda: g.conn()["children"][0]["failure"])
    assert f["code"] == "phase2-proposal-mismatch" and "aes256" in f["theirs"] and "aes128" in f["ours"], f


def test_wrong_pfs(lab):
    g, kind = refused_pair(lab, PFS, OURS, THEIRS)
    assert kind == W.NO_PROPOSAL_CHOSEN
    f = wait_for("a reason", lambda: g.conn()["children"][0]["failure"])
    assert f["code"] == "pfs-mismatch" and f["fix"].endswith(": pfs"), f


def test_wrong_group(lab):
    g = gateway(lab)
    p = peer(lab, suite=K.Suite(group=20))
    try:
        p.initiate()
        raise AssertionError("it was accepted")
    except Refused as r:
        assert r.kind == W.NO_PROPOSAL_CHOSEN
    f = wait_for("a reason", lambda: g.conn()["failure"])
    assert f["code"] == "phase1-dh-mismatch" and "ecp384" in f["theirs"] and "ecp256" in f["ours"], f


def test_wrong_psk(lab):
    g = gateway(lab)
    p = peer(lab, psk=b"another secret")
    p.agree()
    p.send(p.message5())
    f = wait_for("a reason", lambda: g.conn()["failure"])
    assert f["code"] == "psk-mismatch" and f["fix"].endswith(": psk-file"), f
    assert not [i for i in g.conn()["ike_sas"] if i["state"] == "established"]


# ---- attacks ---------------------------------------------------------------------

def test_forged_deletes(lab):
    """In clear, with a wrong hash, under other keys: nobody believes them."""
    g, p, q = tunnel(lab)
    before = state(g)
    both = [(W.DELETE, W.delete_body(W.ESP, [q.spi_in])), (W.DELETE, W.delete_body(W.ISAKMP, [p.both_cookies()]))]
    first, body = W.chain(both)
    seen = g.counter("unauthenticated")
    p.send(p.header(W.INFO, 0, 77).pack(first, body))
    raised(g, "unauthenticated", seen, "a Delete in clear")
    real, seen = p.keys.a, g.counter("bad_hash")
    p.keys.a = bytes(len(real))
    p.send(p.info(both))
    p.keys.a = real
    raised(g, "bad_hash", seen, "a Delete with a wrong hash")
    unmoved(g, before, "a forged Delete")
    p.send(p.dpd(1))
    assert p.expect_info()


def test_forged_notifies(lab):
    """INITIAL-CONTACT and errors in clear change nothing."""
    g, p, _ = tunnel(lab)
    before = state(g)
    for kind in (W.INITIAL_CONTACT, W.NO_PROPOSAL_CHOSEN, W.AUTHENTICATION_FAILED, W.INVALID_ID, 9999):
        seen = g.counter("unauthenticated")
        first, body = W.chain([(W.NOTIFY, W.notify_body(W.ISAKMP, kind, p.both_cookies()))])
        p.send(p.header(W.INFO, 0, secrets.randbits(32)).pack(first, body))
        raised(g, "unauthenticated", seen, f"notify {kind}")
    unmoved(g, before, "a notify in clear")


def test_replays(lab):
    """Each message again: the answer is the same, byte by byte, and there is no new state."""
    g = gateway(lab)
    p = peer(lab)
    told = []

    def twice(packet, take):
        p.send(packet)
        answer = p.expect(W.MAIN)
        before = state(g)
        p.send(packet)
        assert p.expect(W.MAIN) == answer, "another answer to the same message"
        unmoved(g, before, "a repeated message")
        told.append(packet)
        take(answer)

    twice(p.message1(), p.take2)
    twice(p.message3(), p.take4)
    twice(p.message5(), p.take6)
    q = Quick(p, Esp(), OURS, THEIRS)
    packet = q.message1()
    p.send(packet)
    answer = p.expect_phase2(q.msgid)
    before = state(g)
    p.send(packet)
    assert p.expect_phase2(q.msgid) == answer
    unmoved(g, before, "quick mode 1 again")
    q.take2(answer)
    third = q.message3()
    p.send(third)
    g.wait_up(1)
    before = state(g)
    for old in (packet, third, *told[1:]):	# message 1 alone may open something new
        p.send(old)
    p.send(p.dpd(3))	# answered behind all of them
    wait_for("the answer", lambda: p.expect_info())
    unmoved(g, before, "old messages")


def test_replayed_informational(lab):
    """A Delete of long ago under the same message id is not obeyed twice, a DPD not answered twice."""
    g, p, _ = tunnel(lab)
    probe = p.dpd(5)
    p.send(probe)
    assert p.expect_info()
    seen = g.counter("duplicate")
    p.send(probe)
    raised(g, "duplicate", seen, "a probe again")
    assert p.silent()


BAD_MODP = [
    ("0", lambda n, prime: bytes(n)), ("1", lambda n, prime: (1).to_bytes(n, "big")),
    ("p - 1", lambda n, prime: (prime - 1).to_bytes(n, "big")), ("p", lambda n, prime: prime.to_bytes(n, "big")),
    ("p + 1", lambda n, prime: (prime + 1).to_bytes(n, "big")),
    ("one byte less", lambda n, prime: secrets.token_bytes(n - 1)),
    ("one byte more", lambda n, prime: bytes(1) + secrets.token_bytes(n)), ("nothing", lambda n, prime: b""),
]


def bad_public(lab, g, sock, suite, what, public):
    p = peer(lab, suite=suite, sock=sock)
    p.send(p.message1())
    p.take2(p.expect(W.MAIN))
    done = len(g.did())
    p.send(p.message3(public=public))
    end = time.monotonic() + 0.5
    while (packet := p.receive(max(0.01, end - time.monotonic()))) is not None:
        header = W.parse_header(packet)
        assert not (header.exchange == W.MAIN and header.cky_i == p.cky_i and header.next in (W.KE, W.NONCE)), \
            f"{what} was answered"
    assert len(g.did()) == done and not [i for i in g.conn()["ike_sas"] if i["state"] == "established"]


def test_public_values_of_modp(lab):
    """0, 1, p - 1, p, p + 1 and wrong lengths are refused; a good one is taken after them."""
    g = gateway(lab, ike="aes128-sha256-modp2048")
    sock, suite = socket_in(lab), K.Suite(group=14)
    prime = K.modp(*K.MODP[14])
    for what, make in BAD_MODP:
        bad_public(lab, g, sock, suite, what, make(256, prime))
    p = peer(lab, suite=suite, sock=sock)
    p.initiate()


def test_public_values_of_curves(lab):
    """Points off the curve, the point at infinity, wrong lengths."""
    g = gateway(lab)
    sock = socket_in(lab)
    off = K.Group(19).public[:-1] + b"\0"
    for what, public in (("off the curve", off), ("zeros", bytes(64)), ("ones", b"\xff" * 64), ("short", off[:63]),
                         ("compressed", b"\2" + off[:32])):
        bad_public(lab, g, sock, None, what, public)
    peer(lab, sock=sock).initiate()


def test_nonces(lab):
    """8 to 256 bytes, RFC 2409 5."""
    g = gateway(lab)
    sock = socket_in(lab)
    for n in (0, 7, 257):
        p = peer(lab, sock=sock)
        p.send(p.message1())
        p.take2(p.expect(W.MAIN))
        seen = g.counter("malformed")
        p.send(p.message3(nonce=secrets.token_bytes(n)))
        raised(g, "malformed", seen, f"a nonce of {n} bytes")
    for n in (8, 256):
        p = peer(lab, sock=sock)
        p.ni = secrets.token_bytes(n)
        p.initiate()


def test_nothing_for_strangers(lab):
    """Who has not shown that it receives at its address is never sent more than it sent."""
    g = gateway(lab)
    p = peer(lab)
    p.send(p.message1())
    while p.receive(3):
        pass	# message 2, and whatever is sent again
    assert 0 < p.received <= p.sent, (p.received, p.sent)
    for transforms in ([(1, W.attributes([(W.P1_ENC, 1)]))], [(9, b"")]):
        s = peer(lab, sock=p.sock)
        s.send(s.message1(transforms=transforms))
        while s.receive(1):
            pass
        assert s.received <= s.sent, (s.received, s.sent)
    assert not [i for i in g.conn()["ike_sas"] if i["state"] == "established"]


def test_cut_messages(lab):
    """Every message, cut at every length: no answer, no state; the whole one is taken after that."""
    g = gateway(lab)
    p = peer(lab)

    def cut(packet):
        before = state(g)
        for n in range(1, len(packet)):
            p.send(packet[:n])	# its header says another length
            if n > 28:		# and the same with a header that agrees
                p.send(packet[:24] + n.to_bytes(4, "big") + packet[28:n])
        return before

    cut(p.message1())
    while p.receive(0.5):
        pass
    p.send(p.message1())
    p.take2(p.expect(W.MAIN))
    packet = p.message3()
    before = cut(packet)
    unmoved(g, before, "a cut message 3")
    p.send(packet)
    p.take4(p.expect(W.MAIN))
    packet = p.message5()
    before = cut(packet)
    unmoved(g, before, "a cut message 5")
    p.send(packet)
    p.take6(p.expect(W.MAIN))
    q = Quick(p, Esp(), OURS, THEIRS)
    packet = q.message1()
    before = cut(packet)
    unmoved(g, before, "a cut quick mode")
    p.send(packet)
    q.take2(p.expect_phase2(q.msgid))
    p.send(q.message3())
    g.wait_up(1)
    same_keys(g, q)


def test_bent_messages(lab):
    """One bit of a protected message changed, at every byte."""
    g = gateway(lab)
    p = peer(lab)
    p.agree()

    def bend(packet):
        before = state(g)
        for at in range(28, len(packet)):
            p.send(packet[:at] + bytes([packet[at] ^ 1 << at % 8]) + packet[at + 1:])
        return before

    packet = p.message5()
    before = bend(packet)
    p.send(packet)
    p.take6(p.expect(W.MAIN))
    q = Quick(p, Esp(), OURS, THEIRS)
    packet = q.message1()
    before = bend(packet)
    p.send(p.dpd(1))
    assert p.expect_info()
    unmoved(g, before, "a bent quick mode")
    p.send(packet)
    q.take2(p.expect_phase2(q.msgid))
    p.send(q.message3())
    g.wait_up(1)
    same_keys(g, q)


def test_wrong_cookies(lab):
    """Right keys, another cookie: not ours."""
    g, p, q = tunnel(lab)
    before, seen = state(g), g.counter("unknown_cookie")
    cky_r, p.cky_r = p.cky_r, secrets.token_bytes(8)
    p.send(p.info([(W.DELETE, W.delete_body(W.ESP, [q.spi_in]))]))
    p.cky_r = cky_r
    raised(g, "unknown_cookie", seen, "a cookie of nobody")
    unmoved(g, before, "a cookie of nobody")


def test_quick_mode_before_its_time(lab):
    """Between messages 4 and 5 nobody is authenticated yet."""
    g = gateway(lab)
    p = peer(lab)
    p.agree()
    seen = g.counter("unauthenticated")
    p.send(Quick(p, Esp(), OURS, THEIRS).message1())
    raised(g, "unauthenticated", seen, "a quick mode")
    assert not g.did("sa-new")
    p.send(p.message5())
    p.take6(p.expect(W.MAIN))


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
