# SPDX-License-Identifier: GPL-2.0
"""A CA with a certificate for each side of all lanes, and another one for the peer's, made anew for each run."""
import os
import subprocess

from profiles import OUTER

CAS = ("ca", "other")
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


def certificate(folder, name, extensions, whose, *issuer):
    openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-config", "openssl.cnf", "-extensions", extensions,
            "-subj", "/" + subject(whose).replace(", ", "/"), "-days", "2", "-keyout", f"{name}.key", "-out", f"{name}.pem",
            *issuer)


def by(ca):
    """The name of the peer's files that this CA has signed."""
    return f"peer-by-{ca}"


def make(folder):
    """ca, other, us, peer-by-ca, peer-by-other: NAME.pem and NAME.key; and the peer's as NAME.p12, as Libreswan wants it."""
    os.makedirs(folder)
    with open(os.path.join(folder, "openssl.cnf"), "w", encoding="ascii") as f:
        f.write(SECTIONS + "".join(SIDE.format(who=who, address=address) for who, address in OUTER.items()))
    for ca in CAS:
        name = by(ca)
        certificate(folder, ca, "ca", ca)
        # Libreswan tells certificates apart by their subjects
        certificate(folder, name, "peer", "peer" if ca == "ca" else name, "-CA", f"{ca}.pem", "-CAkey", f"{ca}.key")
        openssl(folder, "pkcs12", "-export", "-in", f"{name}.pem", "-inkey", f"{name}.key", "-certfile", f"{ca}.pem",
                "-name", name, "-passout", "pass:peer", "-out", f"{name}.p12")
    certificate(folder, "us", "us", "us", "-CA", "ca.pem", "-CAkey", "ca.key")
