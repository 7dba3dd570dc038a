# SPDX-License-Identifier: GPL-2.0
"""ikod's side: a Spec in ikod.conf's words, and what is asked of it in a cell."""
import hashlib
import json
import os

import gateways as G
import lab

from profiles import GIVEN, PASSWORD, POOL, USER, address_in


MODES = {False: "main", True: "aggressive-exposes-identity-and-psk"}
XAUTH = {"client": {"xauth-user": USER, "xauth-password-file": "password"},
         "server": {"xauth-users-file": "users", "pool": POOL["us"]}}


def keys(spec, start, pki, **more):
    """The lines of [connection] for a Spec."""
    words = {
        "local": spec.local, "remote": spec.remote, "local-id": spec.local_id, "remote-id": spec.remote_id,
        "local-subnets": ", ".join(spec.local_nets), "remote-subnets": ", ".join(spec.remote_nets),
        "auth": spec.auth, "mode": MODES[spec.aggressive],
        "ike": ", ".join(spec.ike), "esp": ", ".join(spec.esp), "pfs": spec.pfs,
        "ike-lifetime": f"{spec.ike_life}s", "esp-lifetime": f"{spec.esp_life}s", "start": start,
        "weak-crypto": "yes" if spec.weak() else "no", "encapsulation": "udp" if spec.force_udp else "auto",
        "dpd": "on-demand" if spec.dpd.delay else "off", "retransmit-tries": "4",
    }
    if spec.auth == "psk":
        words["psk-file"] = "psk"
    else:
        words.update({"certificate": f"{pki}/us.pem", "private-key": f"{pki}/us.key", "ca": f"{pki}/ca.pem"})
    if spec.xauth:
        words.update({"xauth": spec.xauth, **XAUTH[spec.xauth]})
    if spec.pfs == "modp8192":
        # An emulated guest computes it for longer than the 2 seconds after which a message is sent again, and what
        # strongSwan gets again behind another exchange it takes for a new one.
        words["retransmit-timeout"] = "20s"
    if spec.esp_kb:
        words["esp-lifebytes"] = f"{spec.esp_kb}K"
    if spec.short_icv:
        words["sha256-truncation"] = "96"
    if spec.dpd.delay:
        words["dpd-idle"] = f"{spec.dpd.delay}s"
        words["dpd-retransmit"] = f"{max(1, (spec.dpd.timeout - spec.dpd.delay) // 3)}s"
    if any(net != GIVEN and address_in(net) is None for net in spec.remote_nets):
        words["routes"] = "no"	# not one for everything
    words.update({name.replace("_", "-"): value for name, value in more.items()})
    return words


def hashed(password):
    """As xauth-users-file has it, with fewer rounds than `ikod --hash-password` makes: what is a moment elsewhere takes
    an emulated guest up to a minute, and the peer gives up."""
    rounds, salt = 1000, os.urandom(16)
    return f"pbkdf2-sha256:{rounds}:{salt.hex()}:{hashlib.pbkdf2_hmac('sha256', password.encode(), salt, rounds).hex()}"


class Ours:
    """ikod of a lane. Each cell has a connection of its own, so nothing of an earlier one is left."""

    def __init__(self, lane):
        self.lane, self.gw, self.name = lane, lane.us, None

    def configure(self, name, spec, start, **more):
        self.name = name
        if spec.xauth == "client":
            self.write("password", PASSWORD)
        elif spec.xauth == "server":
            self.write("users", f"{USER}:{hashed(PASSWORD)}")
        self.gw.configure(spec.psk, **{name: keys(spec, start, self.lane.pki, **more)})
        if self.gw.proc:
            answer = self.ask("reload")
            if not answer["ok"]:
                raise RuntimeError(f"ikod's configuration: {answer}")
        else:
            self.gw.start()

    def write(self, name, line):
        """A file that nobody else may read."""
        path = os.path.join(self.gw.dir, name)
        with open(path, "w", encoding="ascii") as f:
            f.write(line + "\n")
        os.chmod(path, 0o600)

    def ask(self, command, **words):
        """What ikoctl would ask, without its process."""
        with lab.socket.socket(lab.socket.AF_UNIX) as sock:
            sock.settimeout(60)
            sock.connect(self.gw.sock)
            sock.sendall(json.dumps({"cmd": command, **words}).encode() + b"\n")
            return json.loads(sock.makefile().readline())

    def down(self):
        self.ask("down", conn=self.name)

    def conn(self):
        return self.gw.conn(self.name)

    def children(self):
        return self.conn()["children"]

    def ike(self):
        """The IKE SAs that are established, the newest last."""
        found = [ike for ike in self.conn()["ike_sas"] if ike["state"] == "established"]
        return sorted(found, key=lambda ike: -ike["age_s"])

    def up(self, timeout):
        return self.gw.up(self.name, timeout)

    def spis(self):
        return self.gw.spis(self.name)

    def causes(self):
        """{code: who refused} of the connection, its pairs and of peers that no connection took."""
        failures = self.gw.failures(self.name) + self.gw.strays()
        return {f["code"]: f["refused_by"] for f in failures}

    def route(self, dst, src):
        lab.ip(f"route replace {dst}/32 dev vpn0 src {src}", self.gw.space)

    def unroute(self, dst):
        G.ip_try(f"route del {dst}/32 dev vpn0", self.gw.space)

    def die(self):
        """As if its power had failed: no Delete, and no tunnels."""
        self.gw.stop(G.signal.SIGKILL)
        G.ip_try("link del vpn0", self.gw.space)

    def explain(self):
        try:
            status = self.gw.ctl("status").stdout
        except OSError as e:
            status = str(e)
        try:
            with open(self.gw.log, encoding="utf-8", errors="replace") as f:
                return status + "".join(f.readlines()[-40:])
        except OSError as e:
            return status + str(e)
