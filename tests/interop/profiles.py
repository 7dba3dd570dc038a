# SPDX-License-Identifier: GPL-2.0
"""What the gateways of clouds ask for (profiles.tsv), for either side of a cell.

A Spec is one side's view: the peer's has the parameters that the cloud's
gateway has, ours is the profile that answers them.
"""
import dataclasses
import pathlib

TABLE = pathlib.Path(__file__).with_name("profiles.tsv")
PSK = "Xq7-mesh-of-two-sites-4aV"
OUTER = {"us": "198.51.100.2", "peer": "203.0.113.2"}
ROUTER = {"us": "198.51.100.1", "peer": "203.0.113.1"}
USER, PASSWORD = "anna", "of-nobody-but-anna-7"
GIVEN = "mode-config"	# in place of a network: the address that the other side gives
# out of what each side gives addresses; apart, so that none is ever on both sides
POOL = {"us": "10.20.0.0/24", "peer": "10.21.0.0/24"}
MESH = {"us": ["192.168.3.0/24", "192.168.4.0/24"], "peer": ["192.168.1.0/24", "192.168.2.0/24"]}
WEAK = ("3des", "md5", "modp768", "modp1024")


@dataclasses.dataclass
class Dpd:
    """Seconds between questions and until the peer counts as dead, and what follows."""
    delay: int = 0
    timeout: int = 0
    action: str = "clear"


@dataclasses.dataclass
class Spec:
    """How one side is configured."""
    local: str
    remote: str
    local_id: str
    remote_id: str
    local_nets: list
    remote_nets: list
    ike: list
    esp: list
    pfs: str
    ike_life: int
    esp_life: int
    esp_kb: int = 0
    natt: bool = True
    dpd: Dpd = dataclasses.field(default_factory=Dpd)
    psk: str = PSK
    version: int = 1
    aggressive: bool = False
    auth: str = "psk"	# or "rsa-sig"
    signed_by: str = "ca"	# the peer's certificate; or "other", as in pki.py
    trusts: str = "ca"	# and whom the peer trusts
    xauth: str = ""	# "client" or "server"
    password: str = PASSWORD
    renew_esp: int = 0	# seconds after which this side begins a rekey, 0 for shortly before the end
    renew_ike: int = 0
    short_icv: bool = False	# HMAC-SHA2-256 cut to 96 bits
    force_udp: bool = False

    def weak(self):
        return any(part in WEAK for word in [*self.ike, *self.esp, self.pfs] for part in word.split("-"))

    def pairs(self):
        """(local, remote) of each SA pair."""
        return [(left, right) for left in self.local_nets for right in self.remote_nets]

    def change(self, **fields):
        return dataclasses.replace(self, **fields)


def rows():
    """The table, as dictionaries by profile."""
    lines = [line for line in TABLE.read_text(encoding="ascii").splitlines() if line[:1] != "#"]
    names = lines[0].split("\t")
    table = [dict(zip(names, line.split("\t"), strict=True)) for line in lines[1:]]
    return {row["profile"]: row for row in table}


def nets_of(row):
    """{"us": [...], "peer": [...]}"""
    if row["nets"] == "mesh":
        return MESH
    if row["nets"] == "any":
        return {"us": ["0.0.0.0/0"], "peer": ["0.0.0.0/0"]}
    peer, us = row["nets"].split()
    return {"us": [us], "peer": [peer]}


def dpd_of(row):
    if row["dpd"] == "off":
        return Dpd()
    delay, timeout, action = row["dpd"].split("/")
    return Dpd(int(delay), int(timeout), action)


def side(row, me, **fields):
    """Spec of "us" or "peer"."""
    other = "peer" if me == "us" else "us"
    nets = nets_of(row)
    prefix = "peer_" if me == "peer" else ""
    return Spec(local=OUTER[me], remote=OUTER[other], local_id=OUTER[me], remote_id=OUTER[other],
                local_nets=nets[me], remote_nets=nets[other],
                ike=row[prefix + "ike"].split(","), esp=row[prefix + "esp"].split(","), pfs=row["pfs"],
                ike_life=int(row["ike_life"]), esp_life=int(row["esp_life"]),
                esp_kb=0 if row["esp_kb"] == "-" else int(row["esp_kb"]),
                natt=row["natt"] == "yes", dpd=dpd_of(row)).change(**fields)


def address_in(net):
    """The address that a gateway has in one of its own networks."""
    address, bits = net.split("/")
    return {"0": None, "32": address}.get(bits, address[:-1] + "1")


def remote_access(begins, us, theirs):
    """Both sides, where who begins has no network of its own, but a user and a password."""
    one = {"us": us.local_nets[:1], "peer": theirs.local_nets[:1]}
    if begins == "us":
        return (us.change(xauth="client", local_nets=[GIVEN], remote_nets=one["peer"]),
                theirs.change(xauth="server", local_nets=one["peer"], remote_nets=[GIVEN]))
    return (us.change(xauth="server", local_nets=one["us"], remote_nets=[GIVEN]),
            theirs.change(xauth="client", local_nets=[GIVEN], remote_nets=one["us"]))


def replace_group(spec, old, new):
    """The same with one group in the place of another, in both phases."""
    def swap(words):
        return list(dict.fromkeys(word.replace(old, new) if word.endswith(old) else word for word in words))
    return spec.change(ike=swap(spec.ike), pfs=new if spec.pfs == old else spec.pfs)
