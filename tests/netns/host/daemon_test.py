#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The daemon around its engine: sockets, kernel objects, routes, control socket, signals."""
import json
import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import sys
import time

from gateway import OUTER, OUTER6, PATIENCE, REAL, netns_exec, run_tests, sh, wait_for

PAIRS = {(l, r) for l in ("192.168.1.0/24", "192.168.2.0/24") for r in ("192.168.3.0/24", "192.168.4.0/24")}


def same_keys(a, b):
    """Every SA that one side sends with is one the other receives with, key by key."""
    def keys(gateway, direction):
        return {(d["spi"], d["enc_key"], d["auth_key"], d["suite"])
                for d in gateway.did("sa-new") if d["dir"] == direction}
    assert keys(a, "out") == keys(b, "in") and keys(b, "out") == keys(a, "in")
    assert all(enc and auth for _, enc, auth, _ in keys(a, "in"))
    return len(keys(a, "out"))


def test_four_pairs(lab):
    a, b = lab.pair()
    for g in (a, b):
        c = g.wait_up(4)
        assert c["state"] == "up" and c["failure"] is None
        assert len([i for i in c["ike_sas"] if i["state"] == "established"]) == 1
        assert all(p["encap"] == "esp" for p in c["children"])
    assert {(p["local"], p["remote"]) for p in a.conn()["children"]} == PAIRS
    assert same_keys(a, b) == 4
    for g in (a, b):
        order = [d["do"] for d in g.did()]
        assert order.index("peer-new") < order.index("child-new") < order.index("sa-new")
        assert not g.did("peer-new")[0]["udp"]


def test_udp_encapsulation(lab):
    a, b = lab.pair(encapsulation="udp")
    c = a.wait_up(4)
    b.wait_up(4)
    assert all(p["encap"] == "udp" for p in c["children"])
    assert all(i["natt"] for i in c["ike_sas"])
    for g, other in ((a, "b"), (b, "a")):
        peer = [d for d in g.did() if d["do"] in ("peer-new", "peer-set")][-1]
        assert peer["udp"] and peer["remote"] == OUTER[other] + ":4500"
    assert same_keys(a, b) == 4


def secret_file(gateway, name, text):
    path = gateway.dir / name
    path.touch(mode=0o600)
    path.write_text(text + "\n")
    return name


def hash_of(password):
    return subprocess.run([REAL, "--hash-password"], input=password + "\n", capture_output=True, text=True,
                          check=True).stdout.strip()


def user_and_gateway(lab, password, prepare=lambda gateway: gateway):
    """a has a user and asks for an address, b checks it and gives one."""
    a = lab.gateway("a", local_subnets="mode-config", remote_subnets="192.168.3.0/24", xauth="client",
                    xauth_user="anna", xauth_password_file="pw")
    b = lab.gateway("b", local_subnets="192.168.3.0/24", remote_subnets="mode-config", pool="10.9.0.0/24",
                    pool_dns="192.168.3.1", xauth="server", xauth_users_file="users")
    secret_file(a, "pw", password)
    secret_file(b, "users", "# who may come in\nanna:" + hash_of("tiger, 17"))
    prepare(b).start()
    prepare(a).start()
    return a, b


def test_user_with_inner_address(lab):
    a, b = user_and_gateway(lab, "tiger, 17")
    c = a.wait_up(1)
    assert c["inner"] == "10.9.0.1; DNS 192.168.3.1; networks 192.168.3.0/24", c["inner"]
    assert [(p["local"], p["remote"]) for p in c["children"]] == [("10.9.0.1/32", "192.168.3.0/24")]
    c = b.wait_up(1)
    assert c["user"] == "anna" and c["inner"] == "the peer has 10.9.0.1", c
    assert b.route("10.9.0.0/24")[0]["dev"] == "vpn0"
    assert same_keys(a, b) == 1
    for g in (a, b):
        assert "tiger" not in g.log()


def test_user_with_wrong_password(lab):
    a, b = user_and_gateway(lab, "tiger, 18")
    for g, who in ((a, "peer"), (b, "us")):
        f = wait_for("the refusal", lambda g=g: g.conn()["failure"])
        assert (f["code"], f["refused_by"]) == ("xauth-failed", who), f
        assert "tiger" not in g.log() and "tiger" not in json.dumps(f)
        assert not g.did("sa-new")


def over_ipv6(lab, local=True, **options):
    """Both sides know each other by IPv6 addresses; local = False leaves the own one to the route."""
    a, b = (lab.gateway(n, local=OUTER6[n] if local else "any", remote=OUTER6["b" if n == "a" else "a"], **options)
            for n in "ab")
    b.start()
    a.start()
    for g, other in ((a, "b"), (b, "a")):
        c = g.wait_up(4)
        assert c["remote"] == c["remote_id"] == OUTER6[other], c
        peer = [d for d in g.did() if d["do"] in ("peer-new", "peer-set")][-1]
        port = 4500 if options.get("encapsulation") == "udp" else 0
        assert peer["remote"] == f"[{OUTER6[other]}]:{port}" and peer["local"] == f"[{OUTER6[g.name]}]:{port}", peer
    assert same_keys(a, b) == 4
    return a, b


def test_ipv6(lab):
    a, b = over_ipv6(lab)
    assert {p["encap"] for p in a.conn()["children"]} == {"esp"}
    assert not any(i["natt"] for i in b.conn()["ike_sas"])
    assert a.route("192.168.3.0/24")[0]["dev"] == "vpn0"


def test_ipv6_in_udp(lab):
    a, _ = over_ipv6(lab, local=False, encapsulation="udp")
    assert {p["encap"] for p in a.conn()["children"]} == {"udp"}
    assert all(i["natt"] for i in a.conn()["ike_sas"])


def test_ipv6_farewell(lab):
    a, b = over_ipv6(lab)
    assert a.stop() == 0
    wait_for("b to hear of it", lambda: b.conn()["children_up"] == 0 and not b.conn()["ike_sas"])


def test_without_ipv6(lab):
    """A namespace that has IPv6 switched off is served as ever."""
    for n in "ab":
        sh("ip", "netns", "exec", f"{lab.prefix}-{n}", "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1")
    a, _ = lab.pair()
    a.wait_up(4)


def test_packet_options(lab):
    """Options of a connection reach the kernel; a reload that changes one makes the connection anew."""
    a, b = lab.pair(esp="aes192gcm12", esn="offer", dscp="af21", ttl="64", mss_clamp="no", tfc="1300",
                    replay_window="8192")
    for g in (a, b):
        assert {p["esp"] for p in g.wait_up(4)["children"]} == {"aes192gcm12-esn"}
        peer = g.did("peer-new")[-1]
        assert (peer["dscp"], peer["ttl"], peer["mss_clamp"]) == (18, 64, False), peer
        assert {(d["dir"], d["tfc_pad"]) for d in g.did("sa-new")} == {("out", 1300), ("in", 0)}
        assert {d["replay_window"] for d in g.did("sa-new")} == {8192}
    a.write(ttl="route")
    assert a.ask(cmd="reload")["ok"]
    wait_for("another peer", lambda: a.did("peer-new")[-1]["ttl"] == 0)
    a.wait_up(4)


def test_esn_mismatch_is_told(lab):
    a, b = lab.gateway("a", esn="yes"), lab.gateway("b")
    b.start()
    a.start()
    f = wait_for("b to say why", lambda: b.conn()["children"][0]["failure"])
    assert f["code"] == "esn-mismatch" and f["fix"].endswith(": esn"), f


def test_nat_keepalive(lab):
    # both sides believe that they are behind a NAT, so both keep it open: the kernel once there are SAs
    a, b = lab.pair(encapsulation="udp", nat_keepalive="3s")
    a.wait_up(4)
    for g in (a, b):
        assert [d for d in g.did() if d["do"] in ("peer-new", "peer-set")][-1]["keepalive"] == 3
    # without any it is ikod
    b.write(local_subnets="172.16.0.0/16")
    assert b.ask(cmd="reload")["ok"]
    assert a.ask(cmd="up", conn="site")["ok"]
    wait_for("the pairs to be gone", lambda: a.conn()["children_up"] == 0)
    seen = b.counter("udp-keepalive")
    wait_for("a keepalive at b", lambda: b.counter("udp-keepalive") > seen)


def test_devices_and_routes(lab):
    a, _ = lab.pair()
    assert a.link()
    for net in ("192.168.3.0/24", "192.168.4.0/24"):
        r = a.route(net)
        assert len(r) == 1 and r[0]["dev"] == "vpn0" and r[0]["prefsrc"] == "192.168.1.1", r
    assert a.stop() == 0
    assert not a.link() and not a.route("192.168.3.0/24")
    assert not a.socket.exists() and not a.socket.parent.exists()


def test_sigterm_tells_peer(lab):
    a, b = lab.pair()
    a.wait_up(4)
    b.wait_up(4)
    assert a.stop(signal.SIGTERM) == 0
    wait_for("b to hear of it", lambda: b.conn()["children_up"] == 0 and not b.conn()["ike_sas"])
    left = {}
    for d in a.did():
        if d["do"] == "sa-new":
            left[(d["dir"], d["spi"])] = True
        elif d["do"] == "sa-del":
            left.pop((d["dir"], d["spi"]), None)
    assert not left and len(a.did("child-del")) == 4 and len(a.did("peer-del")) == 1


def test_sigint(lab):
    a, _ = lab.pair()
    assert a.stop(signal.SIGINT) == 0
    assert not a.link()


def test_started_twice(lab):
    a, b = lab.pair()
    a.wait_up(4)
    assert a.spawn().wait(timeout=PATIENCE) == 1
    # the same ports behind another socket
    conf = (a.dir / "ikod.conf").read_text()
    (a.dir / "ikod.conf").write_text(conf.replace(str(a.socket), str(a.dir / "other")))
    assert a.spawn().wait(timeout=PATIENCE) == 1
    assert not (a.dir / "other").exists()
    (a.dir / "ikod.conf").write_text(conf)
    # nothing happened to the first one
    assert a.link() and a.route("192.168.3.0/24") and a.conn()["children_up"] == 4
    assert b.conn()["children_up"] == 4


def test_after_a_crash(lab):
    a, b = lab.pair()
    a.wait_up(4)
    a.stop(signal.SIGKILL)
    assert a.link() and a.socket.exists()
    a.start()
    a.wait_up(4)
    b.wait_up(4)
    # what the first one made is known as ours, and goes
    assert a.stop() == 0
    assert not a.link() and not a.route("192.168.3.0/24")


def test_foreign_device_stays(lab):
    a = lab.gateway("a")
    a.ip("link", "add", "vpn0", "type", "ifb")
    a.start()
    assert a.route("192.168.3.0/24")
    assert a.stop() == 0
    assert a.link() and not a.route("192.168.3.0/24")


def test_wrong_kind_of_device(lab):
    a = lab.gateway("a")
    a.ip("link", "add", "vpn0", "type", "bridge")
    assert a.spawn().wait(timeout=PATIENCE) == 1
    assert a.link() and not a.route("192.168.3.0/24")


def test_second_interface_fails(lab):
    """What was made before the failure is removed again."""
    a = lab.gateway("a")
    a.ip("link", "add", "vpn1", "type", "bridge")
    with open(a.dir / "ikod.conf", "a", encoding="utf-8") as f:
        f.write("[connection other]\nremote = 10.77.0.9\nlocal-subnets = 172.16.1.0/24\n"
                "remote-subnets = 172.16.2.0/24\npsk-file = psk\ninterface = vpn1\n")
    assert a.spawn().wait(timeout=PATIENCE) == 1
    assert not a.link("vpn0") and a.link("vpn1") and not a.socket.exists()


def test_foreign_route_stays(lab):
    a = lab.gateway("a")
    a.ip("route", "add", "192.168.3.0/24", "via", OUTER["b"], "metric", "50")
    a.start()
    r = a.route("192.168.3.0/24")
    assert len(r) == 1 and r[0]["dev"] == "o0", r
    assert a.route("192.168.4.0/24")[0]["dev"] == "vpn0"
    # once it is gone, a reload puts ours there
    a.ip("route", "del", "192.168.3.0/24")
    assert a.ask(cmd="reload")["ok"]
    assert a.route("192.168.3.0/24")[0]["dev"] == "vpn0"
    a.stop()


def test_guard_route(lab):
    """An unreachable route with a worse metric stands behind ours, and catches what comes after us."""
    a = lab.gateway("a")
    a.ip("route", "add", "unreachable", "192.168.3.0/24", "metric", "1000")
    a.ip("route", "add", "blackhole", "192.168.4.0/24")
    a.start()
    assert {r.get("dev") for r in a.route("192.168.3.0/24") if r.get("type") != "unreachable"} == {"vpn0"}
    assert not [r for r in a.routes() if r["dst"] == "192.168.4.0/24" and r.get("dev") == "vpn0"]
    a.stop()
    assert [r.get("type") for r in a.route("192.168.3.0/24")] == ["unreachable"]


def test_no_default_route(lab):
    a = lab.gateway("a", remote_subnets="0.0.0.0/0").start()
    assert a.link() and not a.route("default")


def test_route_over_the_peer(lab):
    """10.0.0.0/8 holds the peer: fine while something more specific leads there, else refused."""
    a = lab.gateway("a", remote_subnets="10.0.0.0/8,192.168.3.0/24").start()
    assert a.route("10.0.0.0/8")[0]["dev"] == "vpn0"
    a.stop()
    a.write(remote="10.99.0.1")
    a.start()
    assert not a.route("10.0.0.0/8") and a.route("192.168.3.0/24")


def test_routes_no(lab):
    a = lab.gateway("a", routes="no").start()
    assert a.link() and not a.route("192.168.3.0/24")


def test_routes_come_back(lab):
    a = lab.gateway("a").start()
    a.ip("link", "set", "vpn0", "down")
    assert not a.route("192.168.3.0/24")
    a.ip("link", "set", "vpn0", "up")
    wait_for("the route to be there again", lambda: a.route("192.168.3.0/24"))
    # a preferred source that comes late
    a.ip("addr", "del", "192.168.1.1/24", "dev", "lo")
    a.ip("addr", "add", "192.168.1.77/24", "dev", "lo")
    wait_for("the new source", lambda: [r for r in a.route("192.168.3.0/24") if r.get("prefsrc") == "192.168.1.77"])


def test_device_removed(lab):
    """A device of ours that somebody deletes is made again and filled, with keys that are new."""
    a, b = lab.pair()
    before = {p["spi_in"] for p in a.wait_up(4)["children"]}
    cookies = {i["spi_i"] for i in a.conn()["ike_sas"]}
    peers = len(a.did("peer-new"))
    a.ip("link", "del", "vpn0")
    wait_for("the device to be there again", a.link)
    wait_for("its routes", lambda: a.route("192.168.3.0/24") and a.route("192.168.4.0/24"))
    wait_for("new SAs in it", lambda: not before & {p["spi_in"] for p in a.wait_up(4)["children"]})
    assert len(a.did("peer-new")) == peers + 1
    assert {i["spi_i"] for i in a.conn()["ike_sas"]} == cookies
    b.wait_up(4)
    assert a.stop() == 0
    assert not a.link()


def test_foreign_device_removed(lab):
    """One that was made by somebody else is theirs to make; when they do it is used again."""
    a = lab.gateway("a")
    a.ip("link", "add", "vpn0", "type", "ifb")
    b = lab.gateway("b").start()
    a.start()
    a.wait_up(4)
    peers = len(a.did("peer-new"))
    a.ip("link", "del", "vpn0")
    a.ip("link", "add", "vpn1", "type", "ifb")
    wait_for("the routes to be gone", lambda: not a.route("192.168.3.0/24"))
    time.sleep(0.5)	# nothing may happen: there is no sign to wait for
    assert not a.link()
    a.ip("link", "add", "vpn0", "type", "ifb")
    wait_for("the peer in it", lambda: len(a.did("peer-new")) == peers + 1)
    wait_for("the route", lambda: a.route("192.168.3.0/24"))
    a.wait_up(4)
    b.wait_up(4)
    assert a.stop() == 0
    assert a.link()


def test_device_moves(lab):
    """A device that was moved away goes with us all the same, whatever its number is there."""
    a = lab.gateway("a").start()
    number = json.loads(a.ip("-j", "link", "show", "vpn0"))[0]["ifindex"]
    there = f"{lab.prefix}-b"
    sh("ip", "-n", there, "link", "add", "taken", "index", str(number), "type", "ifb")
    a.ip("link", "set", "vpn0", "netns", there)
    assert a.ask(cmd="reload")["ok"]
    assert not a.link()
    assert "vpn0" in sh("ip", "-n", there, "link", "show")
    assert a.stop() == 0
    assert "vpn0" not in sh("ip", "-n", there, "link", "show")


def test_reload(lab):
    a, b = lab.pair()
    spis = {p["spi_in"] for p in a.wait_up(4)["children"]}
    # the same again changes nothing
    os.kill(a.process.pid, signal.SIGHUP)
    reply = a.ask(cmd="reload")
    assert reply["ok"], reply
    assert {p["spi_in"] for p in a.conn()["children"]} == spis
    # errors are listed, and what runs is kept
    good = (a.dir / "ikod.conf").read_text()
    (a.dir / "ikod.conf").write_text(good + "psf = x\nroutes = maybe\n")
    reply = a.ask(cmd="reload")
    assert not reply["ok"] and len(reply["errors"]) == 2, reply
    assert {p["spi_in"] for p in a.conn()["children"]} == spis
    # another interface, other routes
    a.write(interface="vpn7", remote_subnets="192.168.3.0/24,192.168.9.0/24")
    assert a.ask(cmd="reload")["ok"]
    assert a.link("vpn7") and not a.link("vpn0")
    assert a.route("192.168.9.0/24")[0]["dev"] == "vpn7" and not a.route("192.168.4.0/24")
    wait_for("the pairs that both have", lambda: a.conn()["children_up"] == 2)
    # no connection at all
    a.write(remote=None)
    assert a.ask(cmd="reload")["ok"]
    assert not a.link("vpn7") and not a.route("192.168.9.0/24")
    assert a.ask(cmd="status")["connections"] == []
    wait_for("b to hear of it", lambda: b.conn()["children_up"] == 0)


def test_reload_that_cannot_be(lab):
    """A configuration that reads well but cannot be had leaves the running one alone."""
    a, _ = lab.pair()
    a.wait_up(4)
    a.ip("link", "add", "vpn7", "type", "bridge")
    a.write(interface="vpn7")
    reply = a.ask(cmd="reload")
    assert not reply["ok"] and "vpn7" in reply["error"]
    assert a.link("vpn0") and a.route("192.168.3.0/24")[0]["dev"] == "vpn0" and a.conn()["children_up"] == 4


def test_up_and_down(lab):
    a, b = lab.pair()
    a.wait_up(4)
    s, lines = a.connect()
    s.sendall(b'{"cmd":"events"}\n')
    assert json.loads(lines.readline()) == {"ok": True}
    assert a.ask(cmd="down", conn="site")["ok"]
    seen = [json.loads(lines.readline()) for _ in range(4)]
    assert all(e["connection"] == "site" and e["event"].endswith("-down") for e in seen), seen
    wait_for("b to be down", lambda: b.conn()["children_up"] == 0)
    assert a.conn()["children_up"] == 0
    assert a.ask(cmd="up", conn="site")["ok"]
    a.wait_up(4)
    reply = a.ask(cmd="up", conn="nobody")
    assert not reply["ok"] and "nobody" in reply["error"]
    s.close()


def test_control_socket_mode(lab):
    a = lab.gateway("a").start()
    mode = os.stat(a.socket).st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600


def test_no_core_dumps(lab):
    a = lab.gateway("a").start()
    limits = pathlib.Path(f"/proc/{a.process.pid}/limits").read_text().splitlines()
    core = [line.split()[4:6] for line in limits if line.startswith("Max core file size")]
    assert core == [["0", "0"]], core


def test_wrong_psk_is_told(lab):
    a, b = lab.gateway("a"), lab.gateway("b")
    b.set_psk("another secret")
    b.start()
    a.start()
    for g in (a, b):
        f = wait_for(f"{g.name} to say why", lambda g=g: g.conn()["failure"], 60)
        assert f["code"] == "psk-mismatch" and f["phase"] == "phase 1", f
        assert "psk-file" in f["fix"], f


AGGRESSIVE = "aggressive-exposes-identity-and-psk"


def test_aggressive_mode(lab):
    a, b = lab.pair(mode=AGGRESSIVE)
    for g in (a, b):
        g.wait_up(4)
        assert g.conn()["failure"] is None
    assert same_keys(a, b) == 4


def test_aggressive_mode_wrong_psk_is_told(lab):
    a, b = lab.gateway("a", mode=AGGRESSIVE), lab.gateway("b", mode=AGGRESSIVE)
    b.set_psk("another secret")
    b.start()
    a.start()
    for g in (a, b):
        f = wait_for(f"{g.name} to say why", lambda g=g: g.conn()["failure"], 60)
        assert f["code"] == "psk-mismatch" and f["phase"] == "phase 1", f


def authority(lab, name):
    """A CA of the test's own."""
    key, cert = lab.dir / f"{name}.key", lab.dir / f"{name}.pem"
    sh("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
       "-subj", f"/O=Example/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE",
       "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    return key, cert


def certified(lab, gateway, ca, trusted=None, **options):
    """Certificate, key and CA for a gateway, with its address and a name in it; not yet started."""
    key, request, cert, names = (gateway.dir / n for n in ("own.key", "own.csr", "own.pem", "names"))
    sh("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request,
       "-subj", f"/O=Example/CN={gateway.name}")
    names.write_text(f"subjectAltName = IP:{OUTER[gateway.name]}, DNS:{gateway.name}.example.net\n")
    sh("openssl", "x509", "-req", "-in", request, "-CA", ca[1], "-CAkey", ca[0], "-CAcreateserial", "-days", "1",
       "-extfile", names, "-out", cert)
    key.chmod(0o600)
    gateway.write(psk_file=None, auth="rsa-sig", certificate="own.pem", private_key="own.key",
                  ca=(trusted or ca)[1], **options)
    return gateway


def test_certificates(lab):
    ca = authority(lab, "ca")
    a, b = (certified(lab, lab.gateway(n), ca) for n in "ab")
    b.start()
    a.start()
    for g in (a, b):
        g.wait_up(4)
        assert g.conn()["failure"] is None
    assert same_keys(a, b) == 4


def test_certificates_in_aggressive_mode(lab):
    ca = authority(lab, "ca")
    a, b = (certified(lab, lab.gateway(n), ca, mode=AGGRESSIVE, local_id=f"O=Example, CN={n}",
                      remote_id=f"O=Example, CN={'b' if n == 'a' else 'a'}") for n in "ab")
    b.start()
    a.start()
    for g in (a, b):
        g.wait_up(4)
    assert same_keys(a, b) == 4


def test_user_with_certificate_and_password(lab):
    ca = authority(lab, "ca")
    a, b = user_and_gateway(lab, "tiger, 17", lambda g: certified(lab, g, ca))
    a.wait_up(1)
    assert b.wait_up(1)["user"] == "anna"
    assert same_keys(a, b) == 1


def test_certificate_of_another_ca_is_told(lab):
    ca, other = authority(lab, "ca"), authority(lab, "other")
    a, b = lab.gateway("a"), lab.gateway("b")
    certified(lab, a, ca, trusted=other)
    certified(lab, b, other)
    b.start()
    a.start()
    for g, who in ((a, "peer"), (b, "us")):
        f = wait_for(f"{g.name} to say why", lambda g=g: g.conn()["failure"], 60)
        assert f["code"] == "certificate-untrusted" and f["refused_by"] == who, f


EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "packaging/examples"


def example(gateway, name, addresses):
    """Run a file of the examples, but for its addresses, as its only connection."""
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    for theirs, ours in addresses.items():
        text = text.replace(theirs, ours)
    sections = re.split(r"^\[connection .*\]$", text, flags=re.M)
    (gateway.dir / "ikod.conf").write_text(
        f"[global]\ncontrol-socket = {gateway.socket}\n[connection site]\n{sections[1]}", encoding="utf-8")
    return gateway.start()


def test_example_of_certificates(lab):
    gateways = lab.gateway("a"), lab.gateway("b")
    subprocess.run([EXAMPLES / "certificates/make-certificates"], cwd=lab.dir, check=True, capture_output=True)
    for g, name in zip(gateways, ("gw", "branch")):
        (g.dir / "pki").mkdir()
        for file in (f"{name}.pem", f"{name}.key", "ca.pem"):
            shutil.copy(lab.dir / "pki" / file, g.dir / "pki")
        example(g, f"certificates/{name}.conf", {"203.0.113.2": OUTER["a"], "198.51.100.18": OUTER["b"]})
    for g in gateways:
        g.wait_up(1)
    assert gateways[0].conn()["remote_id"] == "branch.example.com"


def test_example_of_aggressive_mode(lab):
    gateways = lab.gateway("a"), lab.gateway("b")
    for g, name in zip(gateways, ("gw", "router-1")):
        secret_file(g, "router-1.psk", "bVf1wqW3r0yqAaTtT5ZbEwqk3s1h8q0=")
        example(g, f"aggressive-mode/{name}.conf", {"203.0.113.2": OUTER["a"]})
    for g in gateways:
        g.wait_up(1)
    assert gateways[0].conn()["remote_id"] == "router-1.example.com"


def test_junk_changes_nothing(lab):
    a, b = lab.pair()
    before = a.wait_up(4)
    b.wait_up(4)
    ike = before["ike_sas"][0]
    header = bytes.fromhex(ike["spi_i"] + ike["spi_r"])
    # 4500 wants the marker; a keepalive, a piece of a marker and ESP are not for the engine
    b.throw(b"\xff", OUTER["a"], 4500)
    b.throw(b"\0\0\0", OUTER["a"], 4500)
    b.throw(bytes.fromhex("c0ffee0100000001") + bytes(64), OUTER["a"], 4500)
    wait_for("them to be counted", lambda: a.counter("udp-keepalive") == 1 and a.counter("udp-unmarked") == 2)
    malformed = a.counter("malformed")
    for junk in (b"x", bytes(28), header + bytes(4), header + b"\x08\x10\x05\x01" + bytes(4) + b"\xff\xff\xff\xff"):
        b.throw(junk, OUTER["a"], 500)
        b.throw(bytes(4) + junk, OUTER["a"], 4500)
    wait_for("them to be counted", lambda: a.counter("malformed") > malformed)
    # encrypted garbage for the live SA, as a quick mode and as an informational
    for exchange in (32, 5):
        message = header + bytes([8, 0x10, exchange, 1]) + b"\x12\x34\x56\x78" + (28 + 64).to_bytes(4, "big") + bytes(64)
        b.throw(message, OUTER["a"], 500)
    b.throw(bytes(40000), OUTER["a"], 500)
    after = a.conn()
    assert [i["spi_i"] for i in after["ike_sas"]] == [ike["spi_i"]]
    assert [p["spi_in"] for p in after["children"]] == [p["spi_in"] for p in before["children"]]
    # it still works
    assert b.ask(cmd="down", conn="site")["ok"]
    wait_for("a to hear of it", lambda: a.conn()["children"][0]["spi_in"] != before["children"][0]["spi_in"])


def test_flood_is_survived(lab):
    """First messages from many ports: answered or limited, and the tunnel stays."""
    a, b = lab.pair()
    before = a.wait_up(4)
    code = ("import socket,os\n"
            "s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\n"
            "for i in range(3000):\n"
            " s.sendto(os.urandom(8)+bytes(8)+b'\\x01\\x10\\x02\\0'+bytes(4)+(60).to_bytes(4,'big')+os.urandom(32),"
            f"('{OUTER['a']}',500))\n")
    sh(*netns_exec(b.space, "python3", "-c", code))
    assert [p["spi_in"] for p in a.conn()["children"]] == [p["spi_in"] for p in before["children"]]
    # as many lines as there were datagrams would fill the disk
    assert len(a.log().splitlines()) < 500


def test_many_rekeys(lab):
    """Lifetimes of half a minute: SAs come and go, none is left over in the kernel."""
    a, b = lab.pair(esp_lifetime="30s", ike_lifetime="60s")
    a.wait_up(4)
    # enough for every pair to be made anew
    wait_for("every pair to be rekeyed", lambda: len(a.did("sa-new")) >= 16 and len(b.did("sa-new")) >= 16, 60)
    assert a.conn()["children_up"] == 4 and b.conn()["children_up"] == 4
    same_keys(a, b)
    a.stop()
    for g in (a,):
        made = {(d["dir"], d["spi"]) for d in g.did("sa-new")}
        gone = {(d["dir"], d["spi"]) for d in g.did("sa-del")}
        assert made == gone


def test_no_module(lab):
    """The real daemon on a kernel without the module: it says so and leaves nothing behind."""
    if "vpntun" in sh("sh", "-c", "cat /proc/modules 2>/dev/null; true"):
        return
    a = lab.gateway("a")
    assert a.spawn(REAL).wait(timeout=PATIENCE) == 1
    assert not a.link() and not a.route("192.168.3.0/24") and not a.socket.exists()
    # without a connection there is nothing to do for a module
    a.write(remote=None)
    a.start(REAL)
    assert a.ask(cmd="status")["connections"] == []
    assert a.stop() == 0


def test_bad_usage(lab):
    a = lab.gateway("a")
    for words in ([], ["-f", "--check"], ["-f", "extra"], ["--fly"]):
        assert subprocess.run([REAL, *words], capture_output=True).returncode == 2, words
    assert subprocess.run([REAL, "--check", "-c", a.dir / "ikod.conf"], capture_output=True).returncode == 0
    assert subprocess.run([REAL, "--version"], capture_output=True).stdout.startswith(b"ikod ")
    assert subprocess.run([REAL, "--check", "-c", "/nonexistent"], capture_output=True).returncode == 1


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
