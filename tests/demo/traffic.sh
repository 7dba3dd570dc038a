# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Traffic of the demo and the capture of it. To be sourced after table.sh and
# topology.sh; STATE is a folder for files. The payloads are ones that
# tests/demo/wire knows and looks for on the outer wire.

PING_PATTERN=c1ea57e5

# pings FROM ADDRESS COUNT [INTERVAL]: prints "sent received average-ms".
pings() {
	in_ns "$1" ping -q -c "$3" -i "${4:-0.2}" -W 5 -p $PING_PATTERN "$2" 2>/dev/null |
		awk '/transmitted/ { sent = $1; received = $4 }
		     /^rtt/ { split($4, t, "/"); ms = t[2] }
		     END { print sent + 0, received + 0, (ms == "" ? "-" : ms) }'
}

# ping_all FROM ADDRESS COUNT: every one is answered.
ping_all() {
	local sent received ms
	read -r sent received ms <<<"$(pings "$@")"
	figure "$received of $sent, $ms ms"
	[ "$sent" = "$3" ] && [ "$received" = "$sent" ]
}

# ping_none FROM ADDRESS COUNT [PING-OPTIONS...]: none is answered.
ping_none() {
	local from=$1 address=$2 count=$3 received
	shift 3
	received=$(in_ns "$from" ping -q -c "$count" -i 0.2 -W 1 -p $PING_PATTERN "$@" "$address" 2>/dev/null |
		awk '/transmitted/ { print $4 }')
	figure "$received of $count answered"
	[ "$received" = 0 ]
}

# ping_start NAME FROM ADDRESS: pings until ping_stop, in rounds that each wait
# for their last answer: so every ping that got none is one that was lost.
ping_start() {
	local name=$1
	shift
	rm -f "$STATE/$name.stop" "$STATE/$name.rounds"
	ping_rounds "$name" "$@" &
	echo $! >"$STATE/$name.pid"
}

ping_rounds() {
	local name=$1 from=$2 address=$3
	until [ -e "$STATE/$name.stop" ]; do
		pings "$from" "$address" 20 >>"$STATE/$name.rounds"
	done
}

# ping_stop NAME...: all at once, then waits for their last rounds.
ping_stop() {
	local name
	for name; do
		touch "$STATE/$name.stop"
	done
	for name; do
		wait "$(cat "$STATE/$name.pid")"
	done
	return 0
}

# ping_lost NAME: prints "sent lost".
ping_lost() {
	awk '{ sent += $1; received += $2 } END { print sent + 0, sent - received }' "$STATE/$1.rounds"
}

IPERF_PORT=5201
IPERF_BYTES=20000000

iperf_listens() {
	in_ns "$1" ss -Hltn "sport = :$IPERF_PORT" | grep -q .
}

# iperf FROM TO ADDRESS: moves 20 MB and more (what is still on its way when
# the sender has done is not counted) from host FROM to host TO.
iperf() {
	local from=$1 to=$2 address=$3 report=$STATE/iperf.json server bytes rate
	in_ns "$to" iperf3 -s -1 >/dev/null 2>&1 &
	server=$!
	wait_for 20 iperf_listens "$to"
	in_ns "$from" timeout 120 iperf3 -c "$address" -n 30M -i 0 -J >"$report" 2>&1
	kill "$server" 2>/dev/null
	wait "$server" 2>/dev/null
	read -r bytes rate <<<"$(python3 -c '
import json, sys
end = json.load(open(sys.argv[1])).get("end", {}).get("sum_received", {})
print(int(end.get("bytes", 0)), round(end.get("bits_per_second", 0) / 1e6, 1))' "$report" 2>/dev/null)"
	figure "$(awk -v n="${bytes:-0}" 'BEGIN { printf "%.1f", n / 1e6 }') MB received, ${rate:-0} Mbit/s"
	[ "${bytes:-0}" -ge $IPERF_BYTES ]
}

# capture_start NAME SPACE INTERFACE [FILTER...]
capture_start() {
	local name=$1 space=$2 interface=$3
	shift 3
	rm -f "$STATE/$name.pcap"
	daemon "$space" "$STATE/$name.capture" "$STATE/$name.tcpdump" \
		tcpdump -n -U -Z root -s 256 -B 16384 -i "$interface" -w "$STATE/$name.pcap" "$@"
	wait_for 20 grep -q 'listening on' "$STATE/$name.tcpdump"
}

capture_stop() {
	stop "$STATE/$1.capture" INT
}

# capture_complete NAME: the kernel handed every frame to tcpdump.
capture_complete() {
	grep -q '^0 packets dropped by kernel' "$STATE/$1.tcpdump"
}

# capture_count NAME [FILTER]: how many frames there are.
capture_count() {
	tcpdump -n -r "$STATE/$1.pcap" "${2:-}" 2>/dev/null | wc -l
}

# wire_is_clean NAME OUTER-ADDRESS...: nothing but IKE and ESP crossed.
wire_is_clean() {
	local name=$1 report status=0
	shift
	report=$("$TOP/tests/demo/wire" "$STATE/$name.pcap" "$@" 2>&1) || status=$?
	if ! capture_complete "$name"; then
		report+="; tcpdump missed frames"
		status=1
	fi
	figure "$report"
	return "$status"
}
