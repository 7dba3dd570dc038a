# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# strongSwan as a gateway of the lab, over the kernel's own IPsec. To be sourced
# after topology.sh; needs STRONGSWAN, the folder that tests/vm/strongswan
# prints, and STATE, a folder for configuration, logs and sockets.
#
#	strongswan_start dc-gw <<'CONF'      (a swanctl.conf)
#	...
#	CONF
#	strongswan_ctl dc-gw --initiate --child c11
#	strongswan_kill dc-gw
#
# STRONGSWAN_PLUGINS and STRONGSWAN_OPTIONS add plugins and lines of charon's
# settings to those that all tests have.
#
# It is started from where it was extracted: a mount namespace of its own shows
# it the extracted files as /usr, so nothing of it has to be installed.

# What gives a command the file system that strongSwan expects.
# shellcheck disable=SC2016 # expanded by the shell that it starts
STRONGSWAN_IN=(unshare -m --propagation private sh -ec '
	mount -t overlay -o "ro,lowerdir=$0/usr:/usr" strongswan /usr
	mount -t tmpfs strongswan /run
	exec "$@"')

strongswan_write_conf() {
	local dir=$1
	cat >"$dir/strongswan.conf" <<-CONF
		charon {
			load = random nonce openssl aes sha1 sha2 hmac kdf gcm kernel-netlink socket-default vici ${STRONGSWAN_PLUGINS:-}
			${STRONGSWAN_OPTIONS:-}
			install_virtual_ip = no
			retransmit_timeout = 2.0
			retransmit_base = 1.4
			plugins {
				vici {
					socket = unix://$dir/vici
				}
			}
			filelog {
				log {
					path = $dir/charon.log
					time_format = %H:%M:%S
					default = 1
					ike = 2
					cfg = 2
					knl = 1
					flush_line = yes
				}
			}
		}
		swanctl {
			load = random openssl
		}
	CONF
}

# The first SA of a kernel loads and tests its ciphers, which takes an emulated
# guest some ten seconds: long enough for a peer to send its messages again. So
# that comes before the negotiation.
strongswan_warm_up() {
	local sa=(src 127.0.0.1 dst 127.0.0.2 proto esp spi 0x100)
	ip -n "$1" xfrm state add "${sa[@]}" mode tunnel \
		auth-trunc 'hmac(sha256)' "0x$(printf '%064d' 1)" 128 \
		enc 'cbc(aes)' "0x$(printf '%032d' 1)" &&
		ip -n "$1" xfrm state delete "${sa[@]}"
}

# strongswan_start SPACE: swanctl.conf comes on standard input.
strongswan_start() {
	local space=$1 dir=$STATE/$1
	mkdir -p "$dir"
	cat >"$dir/swanctl.conf"
	chmod 600 "$dir/swanctl.conf"
	strongswan_write_conf "$dir"
	rm -f "$dir/vici"
	forwards "$space" 1
	strongswan_warm_up "$space" || return 1
	STRONGSWAN_CONF=$dir/strongswan.conf daemon "$space" "$dir/pid" "$dir/out" \
		"${STRONGSWAN_IN[@]}" "$STRONGSWAN" /usr/lib/ipsec/charon || return 1
	wait_for 30 test -S "$dir/vici" || return 1
	strongswan_ctl "$space" --load-all --file "$dir/swanctl.conf" >"$dir/load.log" 2>&1
}

# strongswan_ctl SPACE ARGUMENTS...: swanctl.
strongswan_ctl() {
	local space=$1
	shift
	STRONGSWAN_CONF=$STATE/$space/strongswan.conf in_ns "$space" \
		"${STRONGSWAN_IN[@]}" "$STRONGSWAN" \
		/usr/sbin/swanctl "$@" --uri "unix://$STATE/$space/vici"
}

# strongswan_kill SPACE [SIGNAL]
strongswan_kill() {
	stop "$STATE/$1/pid" "${2:-KILL}"
}
