# SPDX-License-Identifier: GPL-2.0
"""Libreswan 4.10 as the peer of a lane, from where tests/vm/libreswan extracted it.

pluto sees the extracted files as /usr, in a mount namespace of its own; its
folders for keys, sockets and configuration are the lane's.
"""
import os
import shutil
import socket
import subprocess

import gateways as G

from pki import CAS, by, subject
from profiles import GIVEN, POOL, USER

IN = 'mount -t overlay -o "ro,lowerdir=$0/usr:/usr" libreswan /usr; mount -t tmpfs libreswan /run; exec "$@"'
NAMES = {"sha256": "sha2_256", "sha384": "sha2_384", "sha512": "sha2_512", "ecp256": "dh19", "ecp384": "dh20",
         "ecp521": "dh21", "aes128gcm16": "aes_gcm128", "aes256gcm16": "aes_gcm256", "modp2048s256": "dh24"}


def identity(text):
    """A name is marked as one, or it would be looked up."""
    if "=" in text:
        return f'"{text}"'
    return text if text.replace(".", "").isdigit() else f"@{text}"


def algorithms(word, group="none"):
    """One proposal in Libreswan's words: aes128-sha2_256;modp2048."""
    parts = word.split("-")
    if parts[-1][:4] in ("modp", "ecp2", "ecp3", "ecp5"):
        group = parts.pop()
    text = "-".join(NAMES.get(part, part) for part in parts)
    return text if group == "none" else f"{text};{NAMES.get(group, group)}"


def networks(spec):
    """Lists are of networks; an address that is given has lines of its own, or none."""
    lines = {}
    for side, nets in (("left", spec.local_nets), ("right", spec.remote_nets)):
        if spec.xauth and nets != [GIVEN]:
            lines[f"{side}subnet"] = nets[0]
        elif not spec.xauth:
            lines[f"{side}subnets"] = "{" + " ".join(nets) + "}"
    return lines


def remote_access(spec):
    """XAUTH and mode config, which the client asks for."""
    client, server = ("left", "right") if spec.xauth == "client" else ("right", "left")
    lines = {f"{client}xauthclient": "yes", f"{client}modecfgclient": "yes", f"{server}xauthserver": "yes",
             f"{server}modecfgserver": "yes", "modecfgpull": "yes"}
    if client == "left":
        return lines | {"leftusername": USER}
    first = POOL["peer"].split("/", maxsplit=1)[0]
    return lines | {"xauthby": "file", "rightaddresspool": f"{first[:-1]}10-{first[:-1]}20"}


def margin(spec):
    """It has one for both phases. IKEv1 has no command to renew, so lifetimes have to."""
    if spec.renew_esp:
        return spec.esp_life - spec.renew_esp
    if spec.renew_ike:
        return spec.ike_life - spec.renew_ike
    return min(540, spec.esp_life // 10)


class Libreswan:
    """pluto runs through all cells; each has its connections in place of the last one's."""

    name = "libreswan"
    version = "Libreswan 4.10"
    # Its pluto, install_inbound_ipsec_sa() of kernel.c, has the outbound SA in place before message 2 goes out, so what it
    # sends until that has come and its Diffie-Hellman is computed cannot be read by anybody.
    hasty = True
    # Debian builds it without DH 2 (USE_DH2) and 22 to 24; quick mode there has no curves.
    lacks = {"modp1024": "modp1536", "modp2048s256": None}
    lacks_pfs = {"modp1024": "modp1536", "ecp256": "modp2048", "ecp384": "modp3072", "ecp521": "modp4096"}

    def __init__(self, lane):
        self.space, self.top = lane.spaces["peer"], os.environ["LIBRESWAN"]
        self.dir = os.path.join(lane.dir, "pluto")
        self.pki = lane.pki
        self.log = os.path.join(self.dir, "pluto.log")
        self.proc, self.spec, self.signs = None, None, False
        self.env = {**os.environ, "LD_LIBRARY_PATH": f"{self.top}/usr/lib/x86_64-linux-gnu"}
        os.makedirs(os.path.join(self.dir, "nss"))
        self.tool("usr/bin/certutil", "-N", "-d", f"sql:{self.dir}/nss", "--empty-password")

    def tool(self, program, *args, check=True):
        done = subprocess.run([f"{self.top}/{program}", *args], env=self.env, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
        if check and done.returncode:
            raise RuntimeError(f"{program}: exit {done.returncode}: {done.stdout.strip()[-400:]}")
        return done.stdout

    def import_pki(self):
        """Its own certificates and keys, and whom to trust if the connection does, once."""
        if self.signs:
            return
        nss = f"sql:{self.dir}/nss"
        for ca in CAS:
            self.tool("usr/bin/pk12util", "-i", f"{self.pki}/{by(ca)}.p12", "-d", nss, "-K", "", "-W", "peer")
            self.tool("usr/bin/certutil", "-A", "-d", nss, "-n", ca, "-t", "CT,,", "-i", f"{self.pki}/{ca}.pem")
        self.signs = True

    def write_users(self):
        hashed = subprocess.run(["openssl", "passwd", "-6", self.spec.password], text=True, stdout=subprocess.PIPE, timeout=60,
                                check=True).stdout.strip()
        with open(self.path("passwd"), "w", encoding="ascii") as f:
            f.write(f"{USER}:{hashed}\n")

    def whack(self, *args, check=False):
        return self.tool("usr/libexec/ipsec/whack", "--rundir", f"{self.dir}/run", *args, check=check)

    def path(self, name):
        return os.path.join(self.dir, name)

    def start(self):
        shutil.rmtree(self.path("run"), ignore_errors=True)
        os.makedirs(self.path("run"))
        with open(self.path("out"), "ab") as out:
            self.proc = subprocess.Popen(
                ["ip", "netns", "exec", self.space, "unshare", "-m", "--propagation", "private", "sh", "-ec", IN,
                 self.top, "/usr/libexec/ipsec/pluto", "--nofork", "--config", self.path("ipsec.conf"),
                 "--secretsfile", self.path("ipsec.secrets"), "--nssdir", self.path("nss"), "--ipsecdir", self.dir,
                 "--rundir", self.path("run"), "--logfile", self.log, "--no-dnssec", "--use-xfrm"],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        if not G.wait_until(self.answers, 60):
            raise RuntimeError("pluto did not start: " + self.explain())

    def alive(self):
        return self.proc.poll() is None

    def answers(self):
        try:
            with socket.socket(socket.AF_UNIX) as sock:
                sock.connect(self.path("run/pluto.ctl"))
                return True
        except OSError:
            return False

    def configure(self, spec):
        if self.spec and self.proc:
            self.whack("--delete", "--name", "cell")
        self.spec = spec
        if spec.auth == "rsa-sig":
            self.import_pki()
        if spec.xauth == "server":
            self.write_users()
        with open(self.path("ipsec.conf"), "w", encoding="ascii") as f:
            f.write(self.text(spec))
        with open(self.path("ipsec.secrets"), "w", encoding="ascii") as f:
            f.write(f': PSK "{spec.psk}"\n@{USER} : XAUTH "{spec.password}"\n')
        os.chmod(self.path("ipsec.secrets"), 0o600)
        if not self.proc:
            self.start()
        self.whack("--listen")		# it reads the secrets, too
        self.tool("usr/libexec/ipsec/addconn", "--config", self.path("ipsec.conf"), "--ctlsocket",
                  f"{self.dir}/run/pluto.ctl", "cell")

    @staticmethod
    def text(spec):
        action = spec.dpd.action if spec.dpd.delay else "hold"
        lines = {
            "ikev2": "no" if spec.version == 1 else "insist", "auto": "ignore",
            "authby": "secret" if spec.auth == "psk" else "rsasig",
            "aggressive": "yes" if spec.aggressive else "no",
            "left": spec.local, "leftid": identity(spec.local_id), "right": spec.remote,
            "rightid": identity(spec.remote_id),
            **networks(spec),
            "ike": ",".join(map(algorithms, spec.ike)),
            "esp": ",".join(algorithms(word, spec.pfs) for word in spec.esp),
            "pfs": "no" if spec.pfs == "none" else "yes",
            "sha2-truncbug": "yes" if spec.short_icv else "no",
            "ikelifetime": f"{spec.ike_life}s", "salifetime": f"{spec.esp_life}s",
            "rekeymargin": f"{margin(spec)}s", "rekeyfuzz": "0%",
            "encapsulation": "yes" if spec.force_udp else "auto",
            "nat-ikev1-method": "rfc" if spec.natt else "none",
            "leftupdown": "%disabled", "retransmit-timeout": "20s",
        }
        if spec.auth == "rsa-sig":
            lines |= {"leftcert": by(spec.signed_by), "leftsendcert": "always", "rightca": f'"{subject(spec.trusts)}"'}
        if spec.xauth:
            lines |= remote_access(spec)
        if spec.dpd.delay:
            lines |= {"dpddelay": spec.dpd.delay, "dpdtimeout": spec.dpd.timeout, "dpdaction": action}
        return "config setup\n\tikev1-policy=accept\nconn cell\n" + "".join(
            f"\t{name}={value}\n" for name, value in lines.items())

    def connections(self):
        """Names that it makes of lists of networks."""
        if self.spec.xauth:
            return ["cell"]
        return [f"cell/{n}x{m}" for n in range(1, len(self.spec.local_nets) + 1)
                for m in range(1, len(self.spec.remote_nets) + 1)]

    def initiate(self):
        """Each pair; nothing is waited for. The first one makes the IKE SA."""
        for name in self.connections():
            self.whack("--initiate", "--asynchronous", "--name", name)

    def terminate(self):
        """The one that made the IKE SA last: before, it would keep an old pair, or take the IKE SA from the others."""
        for name in reversed(self.connections()):
            self.whack("--terminate", "--name", name)

    def die(self):
        self.proc.kill()
        self.proc.wait()
        self.proc = None

    def explain(self):
        text = ""
        for name in ("out", "pluto.log"):
            try:
                with open(self.path(name), encoding="utf-8", errors="replace") as f:
                    text += "".join(f.readlines()[-60:])
            except OSError as e:
                text += str(e)
        return text

    def stop(self):
        if self.proc:
            self.die()
