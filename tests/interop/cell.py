# SPDX-License-Identifier: GPL-2.0
"""What is done in one cell of the table: steps, each of which may find that it failed."""
import contextlib

import gateways as G

from traffic import Flow

from profiles import GIVEN, OUTER, ROUTER, address_in

SETTLED = 200	# seconds; without a packet on the new pair ikod keeps the one before, or the peer's that crossed it, for 130
UP = 120	# seconds; a kernel's first SA loads its ciphers, which takes long in an emulated guest


UNKNOWN = "rx_unknown_spi"


class Failed(Exception):
    """Says what was found instead."""


def need(good, why):
    if not good:
        raise Failed(why() if callable(why) else why)


def until(condition, why, timeout=UP):
    need(G.wait_until(condition, timeout), why)


class Cell:
    """One negotiation: the gateways of a lane, who begins, and both configurations."""

    def __init__(self, lane, ours, peer, begins, us, theirs):
        self.lane, self.ours, self.peer = lane, ours, peer
        self.begins, self.us, self.theirs = begins, us, theirs
        self.figures = []

    # ---- coming up ----------------------------------------------------------

    def address(self, nat):
        """Each side is told where the router shows the other one."""
        answers = "peer" if self.begins == "us" else "us"
        seen = {self.begins: ROUTER[answers] if nat in ("initiator", "both") else OUTER[self.begins],
                answers: ROUTER[self.begins] if nat in ("responder", "both") else OUTER[answers]}
        self.us = self.us.change(remote=seen["peer"])
        self.theirs = self.theirs.change(remote=seen["us"])

    def start(self, name, nat="", **more):
        """Both are configured, and who begins does."""
        self.address(nat)
        self.peer.configure(self.theirs)
        self.lane.translate(nat, self.begins)	# behind the last word of the cell before
        self.lane.forget_packets()
        self.ours.configure(name, self.us, **{"start": "auto" if self.begins == "us" else "passive", **more})
        if self.begins == "peer":
            self.peer.initiate()

    def status(self):
        conn = self.ours.conn()
        return f"{conn['state']}, {len(self.ours.spis())} of {conn['children_total']} up, {self.ours.causes()}"

    def comes_up(self, again=False):
        """A second time either side may be the quicker one."""
        until(lambda: self.ours.up(0.1), lambda: f"it did not come up: {self.status()}")
        ike = self.ours.ike()[-1]
        role = "initiator" if self.begins == "us" else "responder"
        need(again or ike["role"] == role, f"ikod is {ike['role']}")
        self.figures.append(ike["suite"])

    def given(self):
        """Mode config said for whom the tunnel is: who got the address has it from now on."""
        child = self.ours.children()[0]
        who, net = ("us", child["local"]) if GIVEN in self.us.local_nets else ("peer", child["remote"])
        need(net.endswith("/32"), f"no address was given, the tunnel is for {net}")
        self.us = self.us.change(local_nets=[child["local"]], remote_nets=[child["remote"]])
        self.lane.give(who, address_in(net))
        self.figures.append(f"{net} given")

    def agreed(self, ike, esp, pfs):
        """What was negotiated is what both profiles have in common."""
        need(self.ours.ike()[-1]["suite"] == ike, lambda: f"phase 1 is {self.ours.ike()[-1]['suite']} instead of {ike}")
        found = {(child["esp"], child["pfs"]) for child in self.ours.children()}
        need(found == {(esp, pfs)}, lambda: f"phase 2 is {found} instead of {esp}, {pfs}")
        self.figures.append(f"{esp} pfs {pfs}")

    def lifetimes(self):
        """The shorter one holds, if the peer says its own: as responder it does not. What strongSwan offers is a little
        below what it has."""
        offers = [self.us] if self.begins == "us" else [self.us, self.theirs]
        for what, value, life in [
                ("phase 1", self.ours.ike()[-1]["expires_in_s"], min(spec.ike_life for spec in offers)),
                *(("phase 2", child["expires_in_s"], min(spec.esp_life for spec in offers))
                  for child in self.ours.children())]:
            need(life * 0.8 <= value <= life, f"{what} ends in {value} s instead of {life}")

    def matches(self):
        """SPIs of both sides are the same ones, and of the peer's kernel no others."""
        ours = {spi for pair in self.ours.spis().values() for spi in pair}
        return bool(ours) and ours == set(self.lane.xfrm())

    def both_have(self):
        until(self.matches, lambda: f"SAs differ: ours {self.ours.spis()}, the peer's kernel {self.lane.xfrm()}", SETTLED)

    # ---- packets ------------------------------------------------------------

    def ways(self):
        """(who, source, destination) of each pair of networks, both ways."""
        for left, right in self.us.pairs():
            own = address_in(left) or "192.168.3.1"
            far = address_in(right) or "192.168.1.1"
            yield "us", own, far
            yield "peer", far, own

    @contextlib.contextmanager
    def routed(self):
        """A tunnel for everything gets routes for what is pinged."""
        extra = [(far, own) for who, own, far in self.ways() if who == "us"] \
            if any(address_in(net) is None for net in self.us.remote_nets) else []
        for far, own in extra:
            self.ours.route(far, own)
        try:
            yield
        finally:
            for far, _ in extra:
                self.ours.unroute(far)

    def packets(self, count=3, tries=1):
        """On each way; how many there were."""
        ways = list(self.ways())
        with self.routed():
            for _ in range(tries):
                missing = self.lane.traffic.all_ways(ways, count)
                if not missing:
                    break
        need(not missing, lambda: f"lost from {', '.join(missing)}: {self.status()}")
        self.figures.append(f"{len(ways) * count} packets")
        return len(ways) * count

    def counted(self, least):
        """Each SA carried the same number of packets at both ends."""
        def same():
            peer = self.lane.xfrm()
            total = 0
            for child in self.ours.children():
                total += child["packets_in"] + child["packets_out"]
                for spi, packets in ((child["spi_in"], child["packets_in"]), (child["spi_out"], child["packets_out"])):
                    if spi not in peer or peer[spi][2] != packets or not packets:
                        return False
            return total >= least
        until(same, lambda: f"counters differ: ours {self.ours.children()}, the peer's {self.lane.xfrm()}", 20)

    def wire(self, udp):
        found = self.lane.in_clear()
        need(not found, lambda: f"in clear: {found[:3]}")
        carried = self.lane.carried()
        need(carried == ({17} if udp else {50}), f"ESP went in protocol {carried}")
        if udp:
            self.figures.append("in UDP")

    # ---- going down ---------------------------------------------------------

    def ends(self, renewing=False):
        """Who began ends it, and the other one takes its Deletes. What ikod renewed while the peer went through its list
        came after them: the peer ends that, too."""
        if self.begins == "us":
            self.ours.down()
            until(lambda: not self.lane.xfrm(), lambda: f"the peer kept SAs after a Delete: {self.lane.xfrm()}", 15)
        else:
            for _ in range(4 if renewing else 1):
                self.peer.terminate()
                if G.wait_until(lambda: not self.ours.spis(), 15):
                    break
            need(not self.ours.spis(), lambda: f"ikod kept SAs after a Delete: {self.ours.spis()}")
            self.ours.down()	# the IKE SA, if the peer left it

    def survives(self):
        """What ikod says is no reason for the other daemon to die."""
        need(self.peer.alive(), "the peer's daemon crashed")

    def dropped(self):
        """What either kernel says that it has dropped."""
        return {"us": self.ours.gw.drops(), "peer": self.lane.xfrm_drops()}

    # ---- rekeys -------------------------------------------------------------

    def flow(self, who=None, interval=0.05):
        """Packets on all ways, or on those that one side sends."""
        return Flow(self.lane.traffic, [way for way in self.ways() if who in (None, way[0])], interval)

    def renewed(self, old, phase):
        """Is everything of that phase another one than in old, and everything of phase 2 there?"""
        spis, cookies = old
        now = self.ours.spis()
        if set(now) != set(spis):
            return False
        if phase == 2:
            return not {spi for pair in now.values() for spi in pair} & {spi for pair in spis.values() for spi in pair}
        return bool({(ike["spi_i"], ike["spi_r"]) for ike in self.ours.ike()} - cookies)	# the old one may stay

    def lost_on_new(self):
        """How many packets the peer sent with the SAs that there are now, and ikod did not get. ikod's count is of all
        SAs of a pair of networks: those that were replaced have to be gone."""
        G.wait_until(self.matches, 15)
        peer = self.lane.xfrm()
        return sum(peer[child["spi_in"]][2] - child["packets_in"] for child in self.ours.children()
                   if child["spi_in"] in peer)

    def unknown(self):
        return self.dropped()["us"].get(UNKNOWN, 0)

    def rekeys(self, phase, hasty=False):
        """Without a loss. A hasty peer sends with a new pair before we can have it: then what it sent so is what was lost,
        to the packet, and ikod had no SA for it."""
        old = self.ours.spis(), self.ours.gw.cookies(self.ours.name)
        before = self.dropped()
        flow = self.flow()
        try:
            until(lambda: self.renewed(old, phase), lambda: f"phase {phase} was not renewed: {self.status()}, {old}", 90)
        finally:
            sent, lost = flow.end(1)
            on_new = self.lost_on_new() if lost else 0
            sent, lost = flow.end()
        unknown = self.unknown() - before["us"].get(UNKNOWN, 0)
        early = hasty and len(lost) == on_new == unknown
        need(sent and (early or not lost), lambda: f"{len(lost)} of {sent} packets lost, {on_new} of them on new SAs: "
             f"{lost[:8]}; dropped before {before}, after {self.dropped()}")
        self.figures.append(f"{len(lost)} of {sent} packets lost" +
                            (f", sent by {self.peer.version} before message 3" if lost else ""))
        need(self.ours.up(5), lambda: f"after the rekey: {self.status()}")
        if phase == 1:
            now = self.ours.spis()
            need(now == old[0], f"tunnels did not outlive their phase 1: {old[0]}, now {now}")
        self.figures.append(f"phase {phase} renewed")

    # ---- death and return ---------------------------------------------------

    def peer_dies(self):
        self.peer.die()
        self.lane.flush_peer()
        flow = self.flow("us", 0.5)
        try:
            until(lambda: self.ours.causes().get("dpd-timeout"), lambda: f"nobody noticed: {self.status()}")
        finally:
            flow.end(0)
        until(lambda: not self.ours.spis(), lambda: f"still up: {self.status()}")
        self.figures.append("dpd-timeout")
        self.peer.configure(self.theirs)
        if self.begins == "peer":
            self.peer.initiate()

    def we_die(self, start):
        self.ours.die()
        flow = self.flow("peer", 0.5)
        try:
            until(lambda: not self.lane.xfrm(), lambda: f"the peer did not notice: {self.lane.xfrm()}")
        finally:
            flow.end(0)
        self.figures.append("the peer noticed")
        start()
