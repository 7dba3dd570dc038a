# SPDX-License-Identifier: GPL-2.0
"""Makes the kernel build a cipher from a template, and prefer it: NETLINK_CRYPTO.

    with preferred(GCM, f"cryptd({GENERIC_GCM})"):
        ...                              # what is allocated now is asynchronous
"""
import contextlib
import errno
import os
import re
import socket
import struct
import time

from vpntun import NLM_F_ACK, NLM_F_REQUEST, NLMSG_ERROR, nla

NETLINK_CRYPTO = 21
CRYPTO_MSG_NEWALG, CRYPTO_MSG_DELALG = 16, 17
CRYPTOCFGA_PRIORITY_VAL = 1
CRYPTO_ALG_TYPE_AEAD, CRYPTO_ALG_TYPE_MASK = 3, 0xf

# The generic AES-GCM for ESP; what is fast on this processor is asynchronous
# already, and a template for that refuses to wrap it.
GENERIC_GCM = "rfc4106(gcm_base(ctr(aes-generic),ghash-generic))"
GCM = "rfc4106(gcm(aes))"


def request(kind, name, driver, priority=None):
    body = struct.pack("=64s64s64sIIII", name.encode(), driver.encode(), b"",
                       CRYPTO_ALG_TYPE_AEAD, CRYPTO_ALG_TYPE_MASK, 0, 0)
    if priority is not None:
        body += nla(CRYPTOCFGA_PRIORITY_VAL, struct.pack("=I", priority))
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_CRYPTO) as sock:
        sock.bind((0, 0))
        sock.send(struct.pack("=IHHII", 16 + len(body), kind, NLM_F_REQUEST | NLM_F_ACK, 1, 0)
                  + body)
        data = sock.recv(1 << 16)
    if struct.unpack_from("=H", data, 4)[0] == NLMSG_ERROR:
        code = -struct.unpack_from("=i", data, 16)[0]
        if code:
            raise OSError(code, f"{driver}: {os.strerror(code)}")


def drivers():
    """All of /proc/crypto: driver to its fields."""
    with open("/proc/crypto", encoding="ascii") as f:
        blocks = f.read().split("\n\n")
    out = {}
    for block in blocks:
        fields = dict(re.findall(r"^(\S+) *: (.*)$", block, re.M))
        if "driver" in fields:
            out[fields["driver"]] = fields
    return out


@contextlib.contextmanager
def preferred(name, driver, priority=9000):
    """While a block runs, driver is the best there is of name.

    At its end it is removed, which the kernel refuses while anything uses it:
    so no SA of the block may be left, nor a reference to its cipher.
    """
    request(CRYPTO_MSG_NEWALG, name, driver, priority)
    try:
        yield driver
    finally:
        remove(name, driver)


def remove(name, driver, timeout=60):
    """Remove an instance; what used it may take a grace period to let go."""
    end = time.monotonic() + timeout
    while True:
        try:
            return request(CRYPTO_MSG_DELALG, name, driver)
        except OSError as e:
            if e.errno != errno.EBUSY or time.monotonic() > end:
                raise
        time.sleep(0.05)
