# SPDX-License-Identifier: GPL-2.0
"""strongSwan's control socket ("vici"), without a process for each command.

    with Vici(path) as swan:
        swan.ask("load-conn", {"cell": {"version": "1", "proposals": ["aes128-sha256-modp2048"]}})

A message is a dictionary of strings, lists of strings and dictionaries. The
format: src/libcharon/plugins/vici/README.md of strongSwan.
"""
import socket
import struct

REQUEST, RESPONSE = 0, 1
SECTION_START, SECTION_END, KEY_VALUE, LIST_START, LIST_ITEM, LIST_END = range(1, 7)


def name_of(text):
    return struct.pack("!B", len(text)) + text.encode()


def value_of(text):
    return struct.pack("!H", len(str(text))) + str(text).encode()


def encode(message):
    out = b""
    for key, value in message.items():
        if isinstance(value, dict):
            out += bytes([SECTION_START]) + name_of(key) + encode(value) + bytes([SECTION_END])
        elif isinstance(value, (list, tuple)):
            out += bytes([LIST_START]) + name_of(key)
            out += b"".join(bytes([LIST_ITEM]) + value_of(item) for item in value) + bytes([LIST_END])
        else:
            out += bytes([KEY_VALUE]) + name_of(key) + value_of(value)
    return out


def values(data):
    """What an answer says, without the sections that it stands in."""
    at, found = 0, {}

    def take(size):
        nonlocal at
        length = int.from_bytes(data[at:at + size], "big")
        at += size + length
        return data[at - length:at].decode(errors="replace")

    while at < len(data):
        kind = data[at]
        at += 1
        if kind in (SECTION_START, LIST_START):
            take(1)
        elif kind == KEY_VALUE:
            key = take(1)
            found[key] = take(2)
        elif kind == LIST_ITEM:
            take(2)
    return found


class Vici:
    """One connection."""

    def __init__(self, path, timeout=60):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(timeout)
        self.sock.connect(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def read(self, length):
        data = b""
        while len(data) < length:
            more = self.sock.recv(length - len(data))
            if not more:
                raise RuntimeError("strongSwan closed its control socket")
            data += more
        return data

    def ask(self, command, message=None, check=True):
        """The answer's values; if it is no success that is an error."""
        body = bytes([REQUEST]) + name_of(command) + encode(message or {})
        self.sock.sendall(struct.pack("!I", len(body)) + body)
        data = self.read(struct.unpack("!I", self.read(4))[0])
        if data[0] != RESPONSE:
            raise RuntimeError(f"strongSwan does not know {command}")
        found = values(data[1:])
        if check and found.get("success", "yes") != "yes":
            raise RuntimeError(f"strongSwan refuses {command}: {found.get('errmsg')}")
        return found
