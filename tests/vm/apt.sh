# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Fetches Debian packages without installing them: sourced by vm/kernel,
# vm/strongswan, vm/libreswan, vm/busybox and uapi/regen.
#
# Everything apt keeps (sources, package lists, downloads) lives in build/apt.
# The machine's own sources, lists and packages are read for the address of its
# mirror and never changed; none of this needs root. Signatures are checked by
# apt against Debian's archive keyring as always.

APT_SUITE=bookworm
APT_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
APT_MAX_AGE=1440 # minutes until package lists are asked for again

TOP=${TOP:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
APT_DIR=${APT_DIR:-$TOP/build/apt}

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$*"; exit 1; }

# The mirror this machine uses for suite $1, nothing when it uses none.
apt_mirror() {
	# shellcheck disable=SC2016 # $(NAME) is apt's own syntax
	apt-get indextargets --format '$(RELEASE) $(REPO_URI)' \
		'Identifier: Packages' 2>/dev/null |
		awk -v suite="$1" '$1 == suite && !n++ { print $2 }'
}

# Lines for sources.list; $1 is the machine's mirror. A caller may have its own.
apt_sources() {
	local security
	security=$(apt_mirror "$APT_SUITE-security")
	echo "$1 $APT_SUITE main"
	echo "$1 $APT_SUITE-backports main"
	[ -z "$security" ] || echo "$security $APT_SUITE-security main"
}

apt_write_config() {
	local mirror

	mkdir -p "$APT_DIR/lists/partial" "$APT_DIR/cache/archives/partial" "$APT_DIR/none"
	mirror=$(apt_mirror "$APT_SUITE")
	[ -n "$mirror" ] || die "apt on this machine knows no mirror of $APT_SUITE (apt-get update first?)"
	apt_sources "$mirror" | sed "s,^,deb [arch=amd64 signed-by=$APT_KEYRING] ," >"$APT_DIR/sources.list"
	# The user _apt often cannot reach a checkout below a home folder.
	cat >"$APT_DIR/apt.conf" <<-CONF
		Dir::Etc::SourceList "$APT_DIR/sources.list";
		Dir::Etc::SourceParts "$APT_DIR/none";
		Dir::Etc::Preferences "$APT_DIR/none/preferences";
		Dir::Etc::PreferencesParts "$APT_DIR/none";
		Dir::State::Lists "$APT_DIR/lists";
		Dir::Cache "$APT_DIR/cache";
		APT::Sandbox::User "root";
		APT::Architecture "amd64";
		Acquire::Languages "none";
		Acquire::Retries "3";
	CONF
}

# Package lists, brought up to date when older than a day.
apt_prepare() {
	local stamp=$APT_DIR/lists.stamp

	command -v apt-get >/dev/null || die "apt-get not found: this works on Debian 12"
	[ -r "$APT_KEYRING" ] || die "$APT_KEYRING is missing: install debian-archive-keyring"
	export APT_CONFIG=$APT_DIR/apt.conf
	if [ -n "$(find "$stamp" -mmin "-$APT_MAX_AGE" 2>/dev/null)" ]; then
		return
	fi
	APT_CONFIG='' apt_write_config
	say "getting package lists"
	apt-get -q -o Dpkg::Use-Pty=0 update >&2 ||
		die "no package lists: is the network there? (mirrors: $APT_DIR/sources.list)"
	touch "$stamp"
}

# Downloads the packages named and unpacks them below $1.
apt_unpack() {
	local into=$1 work deb
	shift

	mkdir -p "$into"
	work=$(mktemp -d "$APT_DIR/debs.XXXXXX")
	say "downloading $*"
	(cd "$work" && apt-get -q download "$@" >&2) || die "download failed: $*"
	for deb in "$work"/*.deb; do
		say "unpacking $(basename "$deb")"
		dpkg-deb -x "$deb" "$into" || die "cannot unpack $deb"
	done
	rm -rf "$work"
}
