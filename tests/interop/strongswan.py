# SPDX-License-Identifier: GPL-2.0
"""strongSwan 5.9.8 as the peer of a lane; tests/netns/strongswan.sh starts it."""
import os
import subprocess

from pki import by
from profiles import GIVEN, POOL, USER
from vici import Vici

SHELL = ". tests/netns/topology.sh; . tests/netns/strongswan.sh; STATE=$0; "
# What it needs besides, for certificates, users and a hash of the pre-shared key for everybody.
MORE = {"STRONGSWAN_PLUGINS": "pem pkcs1 pkcs8 x509 xauth-generic",
        "STRONGSWAN_OPTIONS": "i_dont_care_about_security_and_use_aggressive_mode_psk = yes"}


def proposals(words, group):
    return [f"{word}-{group}" if group != "none" else word for word in words]


def yes(value):
    return "yes" if value else "no"


def dynamic(net):
    return "dynamic" if net == GIVEN else net


def child(spec, left, right):
    """One pair of networks."""
    words = {
        "local_ts": [dynamic(left)], "remote_ts": [dynamic(right)], "esp_proposals": proposals(spec.esp, spec.pfs),
        "sha256_96": yes(spec.short_icv),
        "rekey_time": f"{spec.renew_esp or spec.esp_life * 9 // 10}s", "life_time": f"{spec.esp_life}s", "rand_time": "0s",
        "dpd_action": {"hold": "trap", "restart": "restart"}.get(spec.dpd.action, "clear"),
    }
    if spec.esp_kb:
        words["life_bytes"] = spec.esp_kb * 1024
    return words


def read(path):
    with open(path, encoding="ascii") as f:
        return f.read()


def connection(spec, pki):
    words = plain(spec)
    if spec.auth == "rsa-sig":
        words["local"] |= {"auth": "pubkey", "certs": [read(f"{pki}/{by(spec.signed_by)}.pem")]}
        words["remote"] |= {"auth": "pubkey", "cacerts": [read(f"{pki}/{spec.trusts}.pem")]}
        words["send_cert"] = "always"
    if spec.xauth == "client":
        words |= {"local-xauth": {"auth": "xauth", "xauth_id": USER}, "vips": ["0.0.0.0"]}
    elif spec.xauth == "server":
        words |= {"remote-xauth": {"auth": "xauth"}, "pools": ["given"]}
    return words


def plain(spec):
    """As it is with a pre-shared key and no user."""
    renew = spec.renew_ike or spec.ike_life * 9 // 10
    return {
        "version": spec.version, "aggressive": yes(spec.aggressive),
        "local_addrs": [spec.local], "remote_addrs": [spec.remote], "proposals": spec.ike,
        "encap": yes(spec.force_udp), "keyingtries": 1,
        "reauth_time": "0s", "rekey_time": f"{renew}s", "over_time": f"{spec.ike_life - renew}s", "rand_time": "0s",
        "dpd_delay": f"{spec.dpd.delay}s", "dpd_timeout": f"{spec.dpd.timeout}s",
        "local": {"auth": "psk", "id": spec.local_id}, "remote": {"auth": "psk", "id": spec.remote_id},
        "children": {f"pair{n}": child(spec, *pair) for n, pair in enumerate(spec.pairs())},
    }


class StrongSwan:
    """The daemon runs through all cells; each has its configuration loaded in place of the last one's."""

    name = "strongswan"
    version = "strongSwan 5.9.8"
    hasty = False
    lacks = {}		# groups that it cannot do, and the nearest that it can
    lacks_pfs = {}

    def __init__(self, lane):
        self.space = lane.spaces["peer"]
        self.pki = lane.pki
        self.state = os.path.join(lane.dir, "swan")
        self.dir = os.path.join(self.state, self.space)
        self.spec = None
        os.makedirs(self.dir)

    def sh(self, script, text=None, check=True):
        done = subprocess.run(["bash", "-c", SHELL + script, self.state, self.space], env={**os.environ, **MORE},
                              input=text, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False)
        if check and done.returncode:
            raise RuntimeError(f"strongSwan: {done.stdout.strip()[-400:]}")

    def alive(self):
        try:
            with open(os.path.join(self.dir, "pid"), encoding="ascii") as f:
                os.kill(int(f.read()), 0)
        except OSError:
            return False
        return True

    def vici(self):
        return Vici(os.path.join(self.dir, "vici"))

    def configure(self, spec):
        self.spec = spec
        if not os.path.exists(os.path.join(self.dir, "pid")):
            self.sh('strongswan_start "$1"', "")
        with self.vici() as swan:
            swan.ask("clear-creds")
            swan.ask("load-shared", {"type": "IKE", "data": spec.psk, "owners": []})
            if spec.auth == "rsa-sig":
                swan.ask("load-key", {"type": "any", "data": read(f"{self.pki}/{by(spec.signed_by)}.key")})
            if spec.xauth:
                swan.ask("load-shared", {"type": "XAUTH", "data": spec.password, "owners": [USER]})
            if spec.xauth == "server":
                swan.ask("load-pool", {"given": {"addrs": POOL["peer"]}})
            swan.ask("load-conn", {"cell": connection(spec, self.pki)})

    def initiate(self):
        """Each pair; nothing is waited for."""
        with self.vici() as swan:
            for n in range(len(self.spec.pairs())):
                swan.ask("initiate", {"child": f"pair{n}", "ike": "cell", "timeout": -1}, check=False)

    def terminate(self):
        with self.vici() as swan:
            swan.ask("terminate", {"ike": "cell", "timeout": 10000}, check=False)

    def die(self):
        """As if its power had failed: no Delete; its kernel's SAs go with flush_peer()."""
        self.sh('strongswan_kill "$1"')

    def explain(self):
        try:
            with open(os.path.join(self.dir, "charon.log"), encoding="utf-8", errors="replace") as f:
                return "".join(f.readlines()[-60:])
        except OSError as e:
            return str(e)

    def stop(self):
        self.sh('strongswan_kill "$1"', check=False)
