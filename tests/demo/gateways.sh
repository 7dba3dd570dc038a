# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Gateways of the demo, whatever runs on them. To be sourced after topology.sh
# and strongswan.sh; STATE is a folder for configuration, sockets and logs.

declare -A GATEWAY_KIND=() # name -> ikod or strongswan
declare -A FACT=()         # of the last gateway_facts

# ikod_start NAME: its configuration comes on standard input.
ikod_start() {
	local name=$1 dir=$STATE/$1
	mkdir -p "$dir"
	GATEWAY_KIND[$name]=ikod
	{
		printf '[global]\ncontrol-socket = %s/ikod.sock\nlog-level = info\n\n' "$dir"
		cat
	} >"$dir/ikod.conf"
	(umask 077 && printf '%s\n' "$PSK" >"$dir/psk")
	forwards "$name" 1
	"$IKOD" --check -c "$dir/ikod.conf" >"$dir/check.log" 2>&1 || return 1
	daemon "$name" "$dir/pid" "$dir/ikod.log" "$IKOD" -f -c "$dir/ikod.conf" || return 1
	wait_for 30 ikod_ctl "$name" status
}

# ikod_ctl NAME ARGUMENTS...
ikod_ctl() {
	local name=$1
	shift
	in_ns "$name" "$IKOCTL" -s "$STATE/$name/ikod.sock" "$@"
}

# gateway_facts NAME CONNECTION: fills FACT, see tests/demo/facts.
gateway_facts() {
	local key value
	FACT=()
	while IFS='=' read -r key value; do
		FACT[$key]=$value
	done < <(ikod_ctl "$1" --json status 2>/dev/null | "$TOP/tests/demo/facts" "$2" 2>/dev/null)
	[ ${#FACT[@]} -gt 0 ]
}

# fact_is NAME CONNECTION FACT VALUE
fact_is() {
	gateway_facts "$1" "$2" && [ "${FACT[$3]:-}" = "$4" ]
}

# gateway_die NAME: as if its power had failed: no Delete is sent, and its kernel
# neither goes on with the tunnels nor forwards. The network around it stays.
gateway_die() {
	local name=$1
	forwards "$name" 0
	stop "$STATE/$name/pid" KILL
	case ${GATEWAY_KIND[$name]} in
	ikod)
		ip -n "$name" link del vpn0 2>/dev/null
		;;
	strongswan)
		ip -n "$name" xfrm state flush
		ip -n "$name" xfrm policy flush
		;;
	esac
	return 0
}

# gateway_explain NAME
gateway_explain() {
	local name=$1 dir=$STATE/$1
	[ -d "$dir" ] || return 0
	echo "--- $name (${GATEWAY_KIND[$name]}): status"
	if [ "${GATEWAY_KIND[$name]}" = ikod ]; then
		cat "$dir/check.log"
		ikod_ctl "$name" status
		ip -n "$name" -s link show vpn0
		in_ns "$name" ethtool -S vpn0 2>/dev/null | grep -v ': 0$'
		echo "--- $name: last lines of its log"
		tail -n 25 "$dir/ikod.log"
	else
		strongswan_ctl "$name" --list-sas
		echo "--- $name: last lines of its log"
		tail -n 40 "$dir/charon.log"
	fi
}

# What ikod made is gone: no device of ours, no route through one.
ikod_left_nothing() {
	local left
	left=$(ip -n "$1" -o link show type vpntun; ip -n "$1" route show dev vpn0 2>/dev/null)
	figure "${left:-no device, no route left}"
	[ -z "$left" ]
}
