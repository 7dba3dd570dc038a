# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Networks of the lab, in network namespaces. To be sourced:
#
#	. tests/netns/topology.sh
#	trap topology_down EXIT
#	topology_site
#
# topology_site: two gateways with two subnets each, and a router between them
# that knows none of the inner networks.
#
#   host vpc-1                                                         host dc-1
#   192.168.1.10 ──┐                                              ┌── 192.168.3.10
#                  │ lan1     wan0                    wan0   lan1 │
#                  ├── vpc-gw ───────── wan ─────────── dc-gw ────┤
#                  │   198.51.100.2   .1   .1   203.0.113.2       │
#   192.168.2.10 ──┘ lan2        to-vpc     to-dc            lan2 └── 192.168.4.10
#   host vpc-2                                                         host dc-2
#
# topology_hub: a hub and four spokes, the fourth behind a NAT.
#
#   host hub-host                              ┌─ 198.51.100.18 ── spoke-1 ── 192.168.11.0/24
#   192.168.10.10 ──── hub ──────── wan ───────┼─ 198.51.100.34 ── spoke-2 ── 192.168.12.0/24
#                lan1  203.0.113.2             ├─ 198.51.100.50 ── spoke-3 ── 192.168.13.0/24
#                                              └─ 198.51.100.66 ── nat
#                                                      10.64.4.1 └── 10.64.4.2 spoke-4 ── 192.168.14.0/24
#   hosts spoke-1-host (192.168.11.10) … spoke-4-host (192.168.14.10)
#
# Each name is a network namespace. A gateway's outer interface is wan0, its
# inner ones are lan1, lan2; a host has eth0; the router's are to-GATEWAY. The
# outer networks speak IPv4 only, so that a capture there shows nothing that
# nobody asked for.

#
# A topology is planned first and then built by one ip(8) for all namespaces and
# one for each: processes start slowly in an emulated guest.

TOPOLOGY_SPACES=()
TOPOLOGY_ROUTERS=()
TOPOLOGY_PLAN='' # lines for ip -batch: namespaces and cables
declare -A TOPOLOGY_IN=() # ... and what to do in each namespace

# wait_for SECONDS COMMAND...: until the command succeeds; fails when it does not.
# It is tried every WAIT_STEP seconds (0.2).
wait_for() {
	local limit=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$limit" ] || return 1
		sleep "${WAIT_STEP:-0.2}"
	done
}

# in_ns NAMESPACE COMMAND...
in_ns() {
	local space=$1
	shift
	ip netns exec "$space" "$@"
}

# daemon SPACE PIDFILE LOG COMMAND...: started in the background; PIDFILE then
# has the number of COMMAND itself.
daemon() {
	local space=$1 pidfile=$2 log=$3
	shift 3
	rm -f "$pidfile"
	# shellcheck disable=SC2016 # expanded by the inner shell
	in_ns "$space" sh -c 'echo $$ >"$0"; exec "$@"' "$pidfile" "$@" >"$log" 2>&1 </dev/null &
	wait_for 10 test -s "$pidfile"
}

# stop PIDFILE [SIGNAL]: ends what daemon() started (SIGKILL if not said) and
# waits until it is gone.
stop() {
	local pid
	pid=$(cat "$1" 2>/dev/null) || return 0
	kill "-${2:-KILL}" "$pid" 2>/dev/null || :
	wait_for 30 is_gone "$pid" || return 1
	rm -f "$1"
}

is_gone() {
	! kill -0 "$1"
}

# space NAME...: new namespaces.
space() {
	local name
	for name; do
		TOPOLOGY_PLAN+="netns add $name"$'\n'
		TOPOLOGY_SPACES+=("$name")
		in_plan "$name" link set lo up
	done
}

# in_plan SPACE WORDS...: a line for ip(8) in that namespace.
in_plan() {
	local space=$1
	shift
	TOPOLOGY_IN[$space]+="$*"$'\n'
}

# cable SPACE INTERFACE SPACE INTERFACE: a pair of interfaces, not up yet.
cable() {
	TOPOLOGY_PLAN+="link add $2 netns $1 type veth peer name $4 netns $3"$'\n'
}

# port SPACE INTERFACE ADDRESS: an interface with an address, up.
port() {
	in_plan "$1" addr add "$3" dev "$2"
	in_plan "$1" link set "$2" up
}

# outer SPACE INTERFACE ADDRESS: the same with nothing but IPv4 on it.
outer() {
	in_plan "$1" link set "$2" addrgenmode none
	port "$@"
}

# router SPACE
router() {
	TOPOLOGY_ROUTERS+=("$1")
}

# forwards SPACE 0|1: what a router does, and what a dead one does not. It tells
# no host of a shorter way: a hub sends much of what it gets out again where it
# came in.
forwards() {
	in_ns "$1" sysctl -qw "net.ipv4.ip_forward=$2" net.ipv4.conf.all.send_redirects=0
}

# Makes what was planned; refuses names that somebody else uses.
topology_build() {
	local name
	for name in "${TOPOLOGY_SPACES[@]}"; do
		if [ -e "/run/netns/$name" ]; then
			echo "topology: there is a network namespace $name already" >&2
			TOPOLOGY_SPACES=() # none of them is ours to remove
			return 1
		fi
	done
	ip -batch - <<<"$TOPOLOGY_PLAN" || return 1
	for name in "${TOPOLOGY_SPACES[@]}"; do
		ip -n "$name" -batch - <<<"${TOPOLOGY_IN[$name]}" || return 1
	done
	for name in "${TOPOLOGY_ROUTERS[@]}"; do
		forwards "$name" 1 || return 1
	done
}

# host NAME GATEWAY INTERFACE SUBNET: host NAME is .10 behind .1 on INTERFACE
# of GATEWAY, in SUBNET (three numbers: 192.168.1).
host() {
	space "$1"
	cable "$1" eth0 "$2" "$3"
	port "$1" eth0 "$4.10/24"
	port "$2" "$3" "$4.1/24"
	in_plan "$1" route add default via "$4.1"
}

# gateway NAME ADDRESS ROUTER: NAME/wan0 has ADDRESS (with prefix length), and
# its default route is address ROUTER, which namespace wan has on to-NAME.
gateway() {
	local prefix=${2#*/}
	space "$1"
	cable "$1" wan0 wan "to-$1"
	outer "$1" wan0 "$2"
	outer wan "to-$1" "$3/$prefix"
	in_plan "$1" route add default via "$3"
	router "$1"
}

topology_site() {
	space wan
	router wan
	gateway vpc-gw 198.51.100.2/24 198.51.100.1
	gateway dc-gw 203.0.113.2/24 203.0.113.1
	host vpc-1 vpc-gw lan1 192.168.1
	host vpc-2 vpc-gw lan2 192.168.2
	host dc-1 dc-gw lan1 192.168.3
	host dc-2 dc-gw lan2 192.168.4
	topology_build
}

# A router in front of spoke-4 that hides it behind 198.51.100.66.
nat() {
	gateway nat 198.51.100.66/28 198.51.100.65
	space spoke-4
	cable spoke-4 wan0 nat to-spoke-4
	outer spoke-4 wan0 10.64.4.2/24
	outer nat to-spoke-4 10.64.4.1/24
	in_plan spoke-4 route add default via 10.64.4.1
	router spoke-4
}

masquerade() {
	in_ns nat nft -f - <<-'RULES'
		table ip nat {
			chain postrouting {
				type nat hook postrouting priority srcnat;
				oifname "wan0" masquerade
			}
		}
	RULES
}

topology_hub() {
	local n
	space wan
	router wan
	gateway hub 203.0.113.2/24 203.0.113.1
	host hub-host hub lan1 192.168.10
	for n in 1 2 3; do
		gateway "spoke-$n" "198.51.100.$((16 * n + 2))/28" "198.51.100.$((16 * n + 1))"
	done
	nat
	for n in 1 2 3 4; do
		host "spoke-$n-host" "spoke-$n" lan1 "192.168.1$n"
	done
	topology_build && masquerade
}

# Ends every process in the namespaces made here, then removes them.
topology_down() {
	local name
	for name in "${TOPOLOGY_SPACES[@]}"; do
		ip netns pids "$name" 2>/dev/null | xargs -r kill -KILL 2>/dev/null
		ip netns del "$name" 2>/dev/null
	done
	TOPOLOGY_SPACES=() TOPOLOGY_ROUTERS=() TOPOLOGY_PLAN='' TOPOLOGY_IN=()
	return 0
}
