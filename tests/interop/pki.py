# SPDX-License-Identifier: GPL-2.0
"""A CA with a certificate for each side of all lanes, made anew for each run."""
import os
import subprocess

from profiles import OUTER

SECTIONS = """[req]
distinguished_name = subject
[subject]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
"""
SIDE = """[{who}]
basicConstraints = CA:FALSE
keyUsage = digitalSignature
subjectAltName = IP:{address}, DNS:{who}.example.com
"""


def subject(who):
    """As an identity: all three daemons read it like this."""
    return f"O=Example, CN={who}.example.com"


def openssl(folder, *args):
    done = subprocess.run(["openssl", *args], cwd=folder, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False)
    if done.returncode:
        raise RuntimeError(f"openssl {args[0]}: {done.stdout.strip()[-400:]}")


def certificate(folder, who, *issuer):
    openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-config", "openssl.cnf", "-extensions", who,
            "-subj", "/" + subject(who).replace(", ", "/"), "-days", "2", "-keyout", f"{who}.key", "-out", f"{who}.pem",
            *issuer)


def make(folder):
    """ca, us, peer: NAME.pem and NAME.key; and peer.p12, as Libreswan wants it."""
    os.makedirs(folder)
    with open(os.path.join(folder, "openssl.cnf"), "w", encoding="ascii") as f:
        f.write(SECTIONS + "".join(SIDE.format(who=who, address=address) for who, address in OUTER.items()))
    certificate(folder, "ca")
    for who in OUTER:
        certificate(folder, who, "-CA", "ca.pem", "-CAkey", "ca.key")
    openssl(folder, "pkcs12", "-export", "-in", "peer.pem", "-inkey", "peer.key", "-certfile", "ca.pem", "-name", "peer",
            "-passout", "pass:peer", "-out", "peer.p12")
