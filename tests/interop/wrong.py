# SPDX-License-Identifier: GPL-2.0
"""The other table: one parameter at the peer is wrong, and ikod has to name it.

Each parameter, with ikod as initiator and as responder. Where IKEv1 leaves the
peer nothing but a NO-PROPOSAL-CHOSEN to say, the cause is the coarser one that
can be known from it (COARSE).
"""
import dataclasses

import profiles
from cell import Cell, need, until

MAIN = "huawei-classic"
OTHER = "somebody.example.com"
SILENCE = 60	# seconds; what nothing but silence tells is known when the last of ikod's messages got no answer, after 30
ONE = {"us": ["192.168.3.0/24"], "peer": ["192.168.1.0/24"]}

# what: (fields of the peer's Spec, the cause, who refuses if ikod begins, who if the peer does);
# "nobody" where the peer says nothing and the cause is inferred
WRONG = {
    "pre-shared key": ({"psk": "this is another secret"}, "psk-mismatch", "peer", "us"),
    "phase 1 group": ({"ike": ["aes128-sha256-modp3072"]}, "phase1-dh-mismatch", "peer", "us"),
    "phase 1 cipher": ({"ike": ["aes256-sha256-modp2048"]}, "phase1-proposal-mismatch", "peer", "us"),
    "phase 1 hash": ({"ike": ["aes128-sha512-modp2048"]}, "phase1-proposal-mismatch", "peer", "us"),
    "phase 2 cipher": ({"esp": ["aes256-sha256"]}, "phase2-proposal-mismatch", "peer", "us"),
    "phase 2 hash": ({"esp": ["aes128-sha512"]}, "phase2-proposal-mismatch", "peer", "us"),
    "PFS": ({"pfs": "none"}, "pfs-mismatch", "peer", "us"),
    "PFS group": ({"pfs": "modp3072"}, "pfs-mismatch", "peer", "us"),
    "PFS of ours": ({}, "pfs-mismatch", "peer", "us"),
    "peer's subnet": ({"local_nets": ["192.168.9.0/24"]}, "subnet-mismatch", "peer", "us"),
    "our subnet": ({"remote_nets": ["192.168.9.0/24"]}, "subnet-mismatch", "peer", "us"),
    "peer's identity": ({"local_id": OTHER}, "id-mismatch", "us", "us"),
    "our identity": ({"remote_id": OTHER}, "id-mismatch", "peer", "peer"),
    "certificate": ({"auth": "rsa-sig", "signed_by": "other"}, "certificate-untrusted", "us", "us"),
    "trusted CA": ({"auth": "rsa-sig", "trusts": "other"}, "certificate-untrusted", "peer", "peer"),
    "user's password": ({"password": "of-somebody-else-2"}, "xauth-failed", "peer", "us"),
    "version": ({"version": 2}, "version-mismatch", "peer", "us"),
    "mode": ({"aggressive": True}, "exchange-mode-mismatch", "peer", "us"),
}
# what is wrong on our side, or has to be there besides: fields of our Spec
OURS = {"PFS of ours": {"pfs": "none"}, "certificate": {"auth": "rsa-sig"}, "trusted CA": {"auth": "rsa-sig"}}
# (peer, who begins, what): the cause that the peer's answer allows
COARSE = {
    # NO-PROPOSAL-CHOSEN is all that it says, whatever differs; ikod's own answer names the group
    ("strongswan", "us", "phase 1 group"): "phase1-proposal-mismatch",
    ("strongswan", "us", "PFS"): "phase2-proposal-mismatch",
    ("strongswan", "us", "PFS group"): "phase2-proposal-mismatch",
    ("strongswan", "us", "PFS of ours"): "phase2-proposal-mismatch",
    ("libreswan", "us", "PFS of ours"): "phase2-proposal-mismatch",
    ("libreswan", "us", "phase 1 group"): "phase1-proposal-mismatch",
    # a connection for IKEv2 alone is none for IKEv1: the same notify, or silence
    ("strongswan", "us", "version"): "phase1-proposal-mismatch",
    ("libreswan", "us", "version"): "no-response",
    # AUTHENTICATION-FAILED under good keys, as for an identity; or silence
    ("strongswan", "us", "mode"): "id-mismatch",
    ("libreswan", "us", "mode"): "no-response",
    # it refuses message 6 with a Delete of the IKE SA and no word why
    ("strongswan", "peer", "our identity"): "peer-deleted",
    ("strongswan", "peer", "trusted CA"): "peer-deleted",
    # AUTHENTICATION-FAILED, INVALID-KEY-INFORMATION: it does not like what we proved ourselves with
    ("strongswan", "us", "trusted CA"): "authentication-failed",
    ("libreswan", "us", "trusted CA"): "certificate-invalid",
    ("libreswan", "peer", "trusted CA"): "certificate-invalid",
}
# (peer, what) that cannot be wrong with ikod as initiator
NEVER = {
    ("libreswan", "PFS"): "Libreswan 4.10 as responder takes any PFS when it asks for none",
    ("libreswan", "PFS group"): "Libreswan 4.10 as responder takes any PFS group",
}


@dataclasses.dataclass
class Row:
    """One cell."""
    peer: str
    begins: str
    what: str
    cause: str
    who: str
    skip: str = ""

    def name(self):
        return f"{self.peer}, {'ikod' if self.begins == 'us' else self.peer} begins, wrong {self.what}"

    def signs(self):
        """Does it need certificates?"""
        return WRONG[self.what][0].get("auth") == "rsa-sig"


def rows(driver):
    for what, (_, cause, *who) in WRONG.items():
        for begins, refuses in zip(("us", "peer"), who):
            named = COARSE.get((driver.name, begins, what), cause)
            skip = NEVER.get((driver.name, what), "") if begins == "us" else ""
            yield Row(driver.name, begins, what, named, "nobody" if named == "no-response" else refuses, skip)


def run(row, name, lane, ours, peer):
    """The figures of a cell that passed; Failed otherwise."""
    data = profiles.rows()[MAIN]
    us = profiles.side(data, "us", local_nets=ONE["us"], remote_nets=ONE["peer"])
    us = us.change(**OURS.get(row.what, {}))
    wrong = WRONG[row.what][0]
    theirs = profiles.side(data, "peer", local_nets=ONE["peer"], remote_nets=ONE["us"]).change(**wrong)
    if "password" in wrong:
        us, theirs = profiles.remote_access(row.begins, us, theirs)
    cell = Cell(lane, ours, peer, row.begins, us, theirs)
    cell.start(name)
    until(lambda: row.cause in ours.causes(), lambda: f"ikod names {ours.causes()} instead of {row.cause}", SILENCE)
    causes = ours.causes()
    need(not set(causes) - {row.cause, "phase1-down"}, lambda: f"ikod names {causes}, not {row.cause} alone")
    need(causes[row.cause] in (row.who, "nobody"), lambda: f"refused by {causes[row.cause]} instead of {row.who}")
    need(not ours.spis(), lambda: f"up all the same: {ours.spis()}")
    need(not lane.in_clear(), lambda: f"in clear: {lane.in_clear()[:3]}")
    cell.figures.append(f"{row.cause}, refused by {row.who}")
    peer.terminate()
    ours.down()
    cell.survives()
    return cell.figures
