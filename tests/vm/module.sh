# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Loads vpntun.ko from the build folder and watches the kernel's log. To be
# sourced, in the guest or where LAB=host runs.

# What a CPU has of its own for ciphers; udev loads it where udev is.
CIPHERS=(aesni_intel ghash_clmulni_intel sha1_ssse3 sha256_ssse3 sha512_ssse3)

# module_load FILE: with the modules it depends on.
module_load() {
	local needs need
	modprobe -qa "${CIPHERS[@]}"
	if [ ! -r "$1" ]; then
		echo "module: $1 is missing: run make kmod"
		return 1
	fi
	needs=$(modinfo -F depends "$1")
	for need in ${needs//,/ }; do
		modprobe "$need" || echo "module: no $need"
	done
	insmod "$1"
}

module_unload() {
	rmmod vpntun
}

# What a kernel writes when something in it is wrong. "refcount_t:" is its
# reference counter's warning, "possible" and "inconsistent" are lockdep's.
DMESG_SPLAT='WARNING:|BUG:|Oops|refcount_t:|KASAN|UBSAN|general protection|kernel panic|possible (circular|recursive) locking|inconsistent lock state|suspicious RCU|unreferenced object|scheduling while atomic|unregister_netdevice: waiting|leaked reference|ODEBUG:|blocked for more than|self-detected stall|detected stalls'
DMESG_MARK='start of the log'

# From here on what was logged before does not count.
dmesg_mark() {
	DMESG_MARK="tests: mark $RANDOM$RANDOM"
	echo "$DMESG_MARK" >/dev/kmsg
}

dmesg_new() {
	dmesg | awk -v mark="$DMESG_MARK" '
		index($0, mark) { text = ""; next }
		{ text = text $0 "\n" }
		END { printf "%s", text }'
}

dmesg_clean() {
	! dmesg_new | grep -qE "$DMESG_SPLAT"
}

dmesg_splats() {
	dmesg_new | grep -E -A 25 "$DMESG_SPLAT" | head -n 60
}
