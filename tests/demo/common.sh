# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What both scenarios (site, hub) start with. Expects TOP, IKOD, IKOCTL, MODULE,
# STRONGSWAN and OUT in the environment; see tests/demo/demo.

# A gateway is started with its configuration piped in; what its start notes
# down has to be known here, and not in a subshell.
shopt -s lastpipe

for part in vm/module.sh netns/topology.sh netns/strongswan.sh \
	demo/table.sh demo/gateways.sh demo/traffic.sh; do
	# shellcheck source=/dev/null
	. "$TOP/tests/$part"
done

export PSK="correct horse battery staple"
STATE=$(mktemp -d /tmp/vpntun-demo.XXXXXX)

common_start() {
	trap common_end EXIT
	dmesg_mark
	module_load "$MODULE" || exit 1
}

# Nothing stays behind: processes, namespaces, module, files.
common_end() {
	topology_down
	mkdir -p "$OUT/state"
	cp "$STATE"/*.txt "$OUT/state/" 2>/dev/null
	rm -rf "$STATE"
	module_unload 2>/dev/null
}

# Logs of the gateways are kept per run; captures only if something failed.
keep_logs() {
	local run=$OUT/state/$1
	mkdir -p "$run"
	(cd "$STATE" && find . \( -name '*.log' -o -name '*.conf' -o -name '*.tcpdump' \) \
		-exec cp --parents {} "$run/" \;)
	[ "$FAILED" = 0 ] || cp "$STATE"/*.pcap "$run/" 2>/dev/null
	return 0
}

kernel_is_content() {
	figure "no warning in the kernel's log"
	dmesg_clean && return 0
	figure "$(dmesg_splats | head -n 3)"
	return 1
}
