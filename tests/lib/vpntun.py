# SPDX-License-Identifier: GPL-2.0
"""Client of the generic netlink family "vpntun" for tests.

All numbers and types come from uapi/vpntun.yaml, so a test speaks what the spec
says, not what the module's header says.

    ctl = Client("gw")                       # network namespace, None for ours
    ctl.do("peer-new", ifindex=3, peer={"id": 1, ...})
    ctl.dump("sa-get", ifindex=3)            # list of dicts, names as in the spec
    events = Events("gw"); events.wait("acquire", 5)
"""
import contextlib
import copy
import ctypes
import errno
import functools
import os
import pathlib
import select
import socket
import struct
import time

import yaml

SPEC = pathlib.Path(__file__).resolve().parents[2] / "uapi" / "vpntun.yaml"

NETLINK_GENERIC = 16
GENL_ID_CTRL = 16
CTRL_CMD_GETFAMILY = 3
CTRL_ATTR_FAMILY_ID = 1
CTRL_ATTR_FAMILY_NAME = 2
CTRL_ATTR_MCAST_GROUPS = 7
SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP = 1
NETLINK_EXT_ACK = 11
NETLINK_GET_STRICT_CHK = 12
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x100, 0x200
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLMSGERR_ATTR_MSG = 1
NLA_F_NESTED = 0x8000
CLONE_NEWNET = 0x40000000

NUMBERS = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q"}

_libc = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def netns(name):
    """Run a block in a named network namespace (this thread only)."""
    if name is None:
        yield
        return
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{name}", os.O_RDONLY)
    try:
        if _libc.setns(there, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {name}")
        yield
    finally:
        _libc.setns(before, CLONE_NEWNET)
        os.close(there)
        os.close(before)


class NetlinkError(OSError):
    """A request was refused; .message is what the kernel said."""

    def __init__(self, code, message):
        super().__init__(code, f"{os.strerror(code)}: {message or 'no message'}")
        self.message = message


class Spec:
    """Attribute sets, enums and commands of the YAML spec."""

    def __init__(self, path=SPEC):
        # The loader in Python takes seconds in a guest.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        data = yaml.load(path.read_text(), Loader=loader)
        self.name = data["name"]
        self.enums = {}
        self.sets = {}
        for d in data["definitions"]:
            if d["type"] == "enum":
                names = [e if isinstance(e, str) else e["name"] for e in d["entries"]]
                self.enums[d["name"]] = names
        for s in data["attribute-sets"]:
            self.sets[s["name"]] = {
                a["name"]: dict(a, number=i + 1) for i, a in enumerate(s["attributes"])}
        self.commands = {op["name"]: i + 1
                         for i, op in enumerate(data["operations"]["list"])}

    def encode(self, set_name, values):
        out = b""
        for name, value in values.items():
            attr = self.sets[set_name][name]
            for v in value if attr.get("multi-attr") else [value]:
                out += nla(*self.encode_one(attr, v))
        return out

    def encode_one(self, attr, value):
        kind = attr["type"]
        if kind == "nest":
            return attr["number"] | NLA_F_NESTED, self.encode(attr["nested-attributes"], value)
        if kind == "string":
            return attr["number"], value.encode() + b"\0"
        if kind == "binary":
            return attr["number"], bytes(value)
        if isinstance(value, str):
            value = self.enums[attr["enum"]].index(value)
        order = ">" if attr.get("byte-order") == "big-endian" else "="
        return attr["number"], struct.pack(order + NUMBERS[kind], value)

    def decode(self, set_name, data):
        by_number = {a["number"]: a for a in self.sets[set_name].values()}
        out = {}
        for number, payload in walk(data):
            attr = by_number[number & 0x3fff]
            if attr["type"] == "pad":
                continue
            value = self.decode_one(attr, payload)
            if attr.get("multi-attr"):
                out.setdefault(attr["name"], []).append(value)
            else:
                out[attr["name"]] = value
        return out

    def decode_one(self, attr, payload):
        kind = attr["type"]
        if kind == "nest":
            return self.decode(attr["nested-attributes"], payload)
        if kind == "string":
            return payload.rstrip(b"\0").decode()
        if kind == "binary":
            return payload
        order = ">" if attr.get("byte-order") == "big-endian" else "="
        value = struct.unpack(order + NUMBERS[kind], payload)[0]
        return self.enums[attr["enum"]][value] if "enum" in attr else value


@functools.cache
def spec():
    """The one spec: reading it takes a guest a second."""
    return Spec()


def nla(number, payload):
    raw = struct.pack("=HH", 4 + len(payload), number) + payload
    return raw + b"\0" * (-len(raw) % 4)


def walk(data):
    while len(data) >= 4:
        length, number = struct.unpack_from("=HH", data)
        yield number, data[4:length]
        data = data[(length + 3) & ~3:]


class Socket:
    """A generic netlink socket in a namespace, with the family resolved."""

    def __init__(self, space=None):
        with netns(space):
            self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.sock.bind((0, 0))
        self.spec = copy.copy(spec())
        self.seq = 0
        self.groups = {}
        self.family = self.resolve()

    def close(self):
        self.sock.close()

    def fileno(self):
        return self.sock.fileno()

    def send(self, family, command, flags, payload):
        self.seq += 1
        body = struct.pack("=BBH", command, 1, 0) + payload
        self.sock.send(struct.pack("=IHHII", 16 + len(body), family,
                                   flags | NLM_F_REQUEST, self.seq, 0) + body)

    def messages(self):
        data = self.sock.recv(1 << 17)
        while data:
            length, kind, flags, seq, _ = struct.unpack_from("=IHHII", data)
            yield kind, flags, seq, data[16:length]
            data = data[(length + 3) & ~3:]

    def replies(self):
        """Bodies of all answers to the last request; raises NetlinkError."""
        out = []
        while True:
            for kind, flags, seq, body in self.messages():
                if seq != self.seq:
                    continue
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    code = struct.unpack_from("=i", body)[0] if len(body) >= 4 else 0
                    if code < 0:
                        raise NetlinkError(-code, self.ext_ack(kind, flags, body))
                    return out
                out.append(body[4:])

    @staticmethod
    def ext_ack(kind, flags, body):
        if not flags & NLM_F_ACK_TLVS:
            return None
        at = 4
        if kind == NLMSG_ERROR:
            at += 16 if flags & NLM_F_CAPPED else struct.unpack_from("=I", body, 4)[0]
        for number, payload in walk(body[(at + 3) & ~3:]):
            if number == NLMSGERR_ATTR_MSG:
                return payload.rstrip(b"\0").decode()
        return None

    def resolve(self):
        self.send(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK,
                  nla(CTRL_ATTR_FAMILY_NAME, self.spec.name.encode() + b"\0"))
        family = None
        for number, payload in walk(self.replies()[0]):
            if number == CTRL_ATTR_FAMILY_ID:
                family = struct.unpack("=H", payload)[0]
            elif number & 0x3fff == CTRL_ATTR_MCAST_GROUPS:
                for _, group in walk(payload):
                    fields = dict(walk(group))
                    self.groups[fields[1].rstrip(b"\0").decode()] = \
                        struct.unpack("=I", fields[2])[0]
        return family


class Client(Socket):
    """Requests and dumps."""

    def do(self, command, **attrs):
        self.send(self.family, self.spec.commands[command], NLM_F_ACK,
                  self.spec.encode("vpntun", attrs))
        self.replies()

    def raw(self, command, payload):
        """A request with a payload made by hand."""
        self.send(self.family, self.spec.commands[command], NLM_F_ACK, payload)
        self.replies()

    def dump(self, command, **attrs):
        self.send(self.family, self.spec.commands[command], NLM_F_DUMP,
                  self.spec.encode("vpntun", attrs))
        nest = command.split("-")[0]
        return [self.spec.decode("vpntun", body)[nest] for body in self.replies()]


class Events(Socket):
    """Notifications of a namespace."""

    def __init__(self, space=None):
        super().__init__(space)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, self.groups["events"])
        self.seen = []

    def poll(self, timeout):
        if not select.select([self.sock], [], [], timeout)[0]:
            return False
        for _, _, _, body in self.messages():
            self.seen.append(self.spec.decode("vpntun", body[4:]))
        return True

    def wait(self, kind, timeout=10, match=lambda event: True):
        """The next event of a kind, taken off the list; None when time runs out."""
        end = time.monotonic() + timeout
        while True:
            for i, event in enumerate(self.seen):
                if event["event"]["type"] == kind and match(event):
                    return self.seen.pop(i)
            if not self.poll(max(0, end - time.monotonic())) and time.monotonic() >= end:
                return None


def refused(code, call, *args, **kw):
    """Run a call that must be refused with an errno; returns the kernel's words."""
    try:
        call(*args, **kw)
    except NetlinkError as e:
        if e.errno != code:
            raise AssertionError(f"refused with {e}, not {errno.errorcode[code]}") from e
        return e.message
    raise AssertionError(f"accepted, not refused with {errno.errorcode[code]}")
