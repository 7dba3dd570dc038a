# SPDX-License-Identifier: GPL-2.0
"""The table: which cells there are, and what each does after it is up.

peer × who begins × every profile, and the variations on one of them: addresses
translated on the way, PFS the other way round, rekeys of either phase by either
side, either side dead and back.
"""
import dataclasses

import profiles
from cell import Cell
from pki import subject
from profiles import Dpd

MAIN = "huawei-classic"	# four pairs of networks
SHORT = Dpd(4, 12, "clear")
# The shortest lifetimes there are, renewed after less than half of them.
WE_RENEW = {2: dict(ours={"esp_life": 30}, conf={"rekey_margin": "40%"}),
            1: dict(ours={"ike_life": 60}, conf={"rekey_margin": "40%"})}
THEY_RENEW = {2: dict(theirs={"esp_life": 60, "renew_esp": 10}), 1: dict(theirs={"ike_life": 60, "renew_ike": 12})}

# who they are by the subjects of their certificates, not by their addresses
NAMES = {me: dict(local_id=subject(me), remote_id=subject(other)) for me, other in (("us", "peer"), ("peer", "us"))}


@dataclasses.dataclass
class Row:
    """One cell: what differs from the profile, and what is done besides."""
    peer: str
    begins: str		# "us" or "peer"
    profile: str
    variation: str = "plain"
    nat: str = ""
    both: dict = dataclasses.field(default_factory=dict)	# Spec fields of both sides
    ours: dict = dataclasses.field(default_factory=dict)	# Spec fields of ikod's side
    theirs: dict = dataclasses.field(default_factory=dict)	# of the peer's
    conf: dict = dataclasses.field(default_factory=dict)	# lines of ikod.conf
    given: bool = False		# who begins is a user with XAUTH, whose address mode config gives
    then: tuple = ()		# ("rekey", phase) or ("death", who)
    skip: str = ""

    def name(self):
        return f"{self.peer}, {'ikod' if self.begins == 'us' else self.peer} begins, {self.profile}, {self.variation}"

    def signs(self):
        """Does it need certificates?"""
        return self.both.get("auth") == "rsa-sig"


VARIATIONS = [
    dict(variation="initiator behind NAT", nat="initiator"),
    dict(variation="responder behind NAT", nat="responder"),
    dict(variation="both behind NAT", nat="both"),
    dict(variation="no PFS", both={"pfs": "none"}),
    dict(variation="UDP without NAT", both={"force_udp": True}),
    dict(variation="SHA2-256 cut to 96 bits", both={"short_icv": True}),
    dict(variation="aggressive mode", both={"aggressive": True}),
    dict(variation="RSA signatures", both={"auth": "rsa-sig"}, ours=NAMES["us"], theirs=NAMES["peer"]),
    dict(variation="RSA signatures, aggressive mode", both={"auth": "rsa-sig", "aggressive": True}),
    dict(variation="XAUTH and mode config", given=True),
    dict(variation="ikod renews phase 2", then=("rekey", 2), **WE_RENEW[2]),
    dict(variation="ikod renews phase 1", then=("rekey", 1), **WE_RENEW[1]),
    dict(variation="peer renews phase 2", then=("rekey", 2), **THEY_RENEW[2]),
    dict(variation="peer renews phase 1", then=("rekey", 1), **THEY_RENEW[1]),
    dict(variation="peer dies and returns", both={"dpd": SHORT}, then=("death", "peer")),
    dict(variation="ikod dies and returns", both={"dpd": SHORT}, then=("death", "us")),
]
# and on a profile without PFS and one with a single pair for everything
MORE = [
    ("azure-policy", dict(variation="PFS", both={"pfs": "modp2048"})),
    ("huawei-enterprise-route", dict(variation="both behind NAT", nat="both")),
]


def substitute(row, table, driver):
    """Of a cell that the peer lacks an algorithm for: the cell with the nearest one."""
    spec = profiles.side(table[row.profile], "us", **row.both)
    for old, new, where in [*((old, new, [spec.ike[0]]) for old, new in driver.lacks.items()),
                            *((old, new, [spec.pfs]) for old, new in driver.lacks_pfs.items())]:
        if any(word.endswith(old) for word in where):
            yield old, new


def rows(driver):
    """All cells with this peer; one that cannot be is there to be skipped, with a substitute behind it."""
    table = profiles.rows()
    plain = [dict(profile=name) for name in table]
    varied = [dict(profile=MAIN, **variation) for variation in VARIATIONS]
    for more in [*plain, *varied, *(dict(profile=name, **variation) for name, variation in MORE)]:
        for begins in ("us", "peer"):
            row = Row(driver.name, begins, **more)
            lacking = dict(substitute(row, table, driver))
            if lacking:
                row.skip = f"{driver.version} of Debian 12 lacks {', '.join(lacking)} here; with " \
                           f"{', '.join(map(str, lacking.values()))} instead below"
            yield row
            if lacking:
                yield dataclasses.replace(row, skip="", variation=f"{row.variation}, with " +
                                          ", ".join(map(str, lacking.values())))


def fit(spec, driver):
    """A Spec in what the peer can do: proposals with what it lacks are replaced or left out."""
    for old, new in driver.lacks.items():
        if new:
            spec = profiles.replace_group(spec, old, new)
        elif any(not word.endswith(old) for word in spec.ike):
            spec = spec.change(ike=[word for word in spec.ike if not word.endswith(old)])
    return spec.change(pfs=driver.lacks_pfs.get(spec.pfs, spec.pfs))


def chosen(ours, theirs):
    """The first of ours that the peer has, too."""
    return next(word for word in ours if word in theirs)


def run(row, name, lane, ours, peer):
    """The figures of a cell that passed; Failed otherwise."""
    data = profiles.rows()[row.profile]
    us = fit(profiles.side(data, "us", **row.both), peer).change(**row.ours)
    theirs = fit(profiles.side(data, "peer", **row.both), peer).change(**row.theirs)
    if row.given:
        us, theirs = profiles.remote_access(row.begins, us, theirs)
    cell = Cell(lane, ours, peer, row.begins, us, theirs)
    cell.start(name, row.nat, **conf(row))
    cell.comes_up()
    if row.given:
        cell.given()
    cell.agreed(chosen(us.ike, theirs.ike), chosen(us.esp, theirs.esp) + ("_96" if us.short_icv else ""), us.pfs)
    cell.lifetimes()
    what, *how = row.then or ("", )
    hasty = peer.hasty and row.then == ("rekey", 2) and row.ours	# what ikod renews the peer has to answer
    if what == "rekey":
        cell.rekeys(*how, hasty=hasty)
    elif what == "death":
        cell.both_have()
        cell.packets()
        if how[0] == "peer":
            cell.peer_dies()
        else:
            cell.we_die(lambda: back(cell, row, name))
        cell.comes_up(again=True)
    if not what == "rekey":	# there the next one may be on its way
        cell.both_have()
    # Where both ends began after a death, the pair too many is deleted. Libreswan then gives up the one beside it, too,
    # if that is older, until the next packet asks for another. And a rekey of a hasty peer may be the next one.
    sent = cell.packets(tries=3 if what == "death" or hasty else 1)
    if not what:
        cell.counted(sent)
    cell.wire(bool(row.nat) or us.force_udp)
    cell.ends(renewing=row.then == ("rekey", 2) and bool(row.ours))
    cell.survives()
    return cell.figures


def conf(row):
    """An end that only waits leaves phase 1 to the other one; on demand it may renew it, too."""
    return {"start": "on-demand", **row.conf} if row.conf and row.begins == "peer" else row.conf


def back(cell, row, name):
    cell.ours.configure(name, cell.us, "auto" if row.begins == "us" else "passive")
    if row.begins == "peer":
        cell.peer.initiate()
