# SPDX-License-Identifier: GPL-2.0
"""strongSwan 5.9.8 as the peer of a lane; tests/netns/strongswan.sh starts it."""
import os
import subprocess

SHELL = ". tests/netns/topology.sh; . tests/netns/strongswan.sh; STATE=$0; "


def proposals(words, group):
    return ",".join(f"{word}-{group}" if group != "none" else word for word in words)


class StrongSwan:
    """The daemon runs through all cells; each has its configuration loaded in place of the last one's."""

    name = "strongswan"
    version = "strongSwan 5.9.8"
    lacks = {}		# groups that it cannot do, and the nearest that it can
    lacks_pfs = {}
    ends_all = True	# one Delete of an IKE SA takes the rest along

    def __init__(self, lane):
        self.space = lane.spaces["peer"]
        self.state = os.path.join(lane.dir, "swan")
        self.dir = os.path.join(self.state, self.space)
        self.spec = None
        os.makedirs(self.dir)

    def sh(self, script, text=None, check=True, timeout=60):
        done = subprocess.run(["bash", "-c", SHELL + script, self.state, self.space], input=text, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout, check=False)
        if check and done.returncode:
            raise RuntimeError(f"strongSwan: {done.stdout.strip()[-400:]}")
        return done.stdout

    def configure(self, spec):
        self.spec = spec
        text = self.text(spec)
        if os.path.exists(os.path.join(self.dir, "pid")):
            with open(os.path.join(self.dir, "swanctl.conf"), "w", encoding="ascii") as f:
                f.write(text)
            self.sh('strongswan_ctl "$1" --load-all --clear --file "$STATE/$1/swanctl.conf"')
        else:
            self.sh('strongswan_start "$1"', text)

    def text(self, spec):
        ike = spec.renew_ike or spec.ike_life * 9 // 10
        children = "\n".join(self.child(spec, n, *pair) for n, pair in enumerate(spec.pairs()))
        return f"""
connections {{
	cell {{
		version = {spec.version}
		aggressive = {"yes" if spec.aggressive else "no"}
		local_addrs = {spec.local}
		remote_addrs = {spec.remote}
		proposals = {",".join(spec.ike)}
		encap = {"yes" if spec.force_udp else "no"}
		reauth_time = 0
		rekey_time = {ike}s
		over_time = {spec.ike_life - ike}s
		rand_time = 0
		keyingtries = 1
		dpd_delay = {spec.dpd.delay}s
		dpd_timeout = {spec.dpd.timeout}s
		local {{
			auth = psk
			id = {spec.local_id}
		}}
		remote {{
			auth = psk
			id = {spec.remote_id}
		}}
		children {{
{children}
		}}
	}}
}}
secrets {{
	ike-1 {{
		secret = "{spec.psk}"
	}}
}}
"""

    @staticmethod
    def child(spec, n, left, right):
        action = {"hold": "trap", "restart": "restart"}.get(spec.dpd.action, "clear")
        lifebytes = f"life_bytes = {spec.esp_kb * 1024}" if spec.esp_kb else ""
        return f"""
			pair{n} {{
				local_ts = {left}
				remote_ts = {right}
				esp_proposals = {proposals(spec.esp, spec.pfs)}
				sha256_96 = {"yes" if spec.short_icv else "no"}
				rekey_time = {spec.renew_esp or spec.esp_life * 9 // 10}s
				life_time = {spec.esp_life}s
				rand_time = 0
				{lifebytes}
				dpd_action = {action}
			}}"""

    def initiate(self, timeout=20):
        """Each pair, with so many seconds to wait for it."""
        last = len(self.spec.pairs()) - 1
        return self.sh(f'for n in $(seq 0 {last}); do strongswan_ctl "$1" --initiate --child pair$n --timeout {timeout}; '
                       'done', check=False, timeout=120)

    def terminate(self):
        return self.sh('strongswan_ctl "$1" --terminate --ike cell --timeout 10', check=False)

    def die(self):
        """As if its power had failed: no Delete; its kernel's SAs go with flush_peer()."""
        self.sh('strongswan_kill "$1"')

    def explain(self):
        try:
            with open(os.path.join(self.dir, "charon.log"), encoding="utf-8", errors="replace") as f:
                return "".join(f.readlines()[-60:])
        except OSError as e:
            return str(e)

    def stop(self):
        self.sh('strongswan_kill "$1"', check=False)
