# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Kernels of Debian 13 (trixie-backports), for tests/vm/kernel, which sources
# this. Their headers and tools need the C library and the compiler of Debian 13.
# Kernel, headers and compiler are extracted together, with all that these depend
# on, into one folder, and make works inside that one:
#
#	build/kernels/7.3/root            kernel, compiler and make of Debian 13
#	build/kernels/7.3/build/Makefile  hands each goal to make in there (vm/in-root)
#
# No package is installed and none of its scripts runs.

# What the build takes besides the compiler that the headers depend on.
TRIXIE_TOOLS=(base-files bash dash coreutils diffutils findutils grep sed mawk make sparse)

# trixie_get VERSION FOLDER: call it in a shell of its own, it has its own apt.
trixie_get() {
	local version=$1 new=$2 release packages

	APT_DIR=$TOP/build/apt-trixie
	apt_sources() {
		echo "$1 trixie main"
		echo "$1 trixie-backports main"
	}
	apt_prepare
	release=$(newest_release "$version")
	[ -n "$release" ] ||
		die "Debian has no kernel $version (6.1, 6.12 and 7.3 are known to be there)"
	say "kernel $version is $release, of Debian 13"
	mapfile -t packages < <(trixie_closure "${TRIXIE_TOOLS[@]}" \
		"linux-binary-$release" "linux-modules-$release" "linux-headers-$release")
	[ ${#packages[@]} != 0 ] || die "the packages of $release cannot be had together"
	apt_unpack "$new/root" "${packages[@]}"
	ln -sf mawk "$new/root/usr/bin/awk" # an alternative, set by a script of the package
	PATH=$PATH:/usr/sbin:/sbin depmod -b "$new/root" "$release"
	trixie_sparse "$new/root" "$release"
	mkdir "$new/build"
	trixie_makefile "$release" >"$new/build/Makefile"
	ln -s "root/usr/lib/modules/$release/vmlinuz" "$new/image"
	if [ ! -r "$new/image" ] || [ ! -r "$new/root/usr/src/linux-headers-$release/Makefile" ]; then
		die "packages of $release do not hold what was expected, see $new"
	fi
	printf '%s\n' "$release" >"$new/release"
}

# The packages named and all that they depend on, as if nothing were installed.
trixie_closure() {
	: >"$APT_DIR/nothing-installed"
	apt-get -s -o "Dir::State::Status=$APT_DIR/nothing-installed" \
		--no-install-recommends install "$@" | awk '$1 == "Inst" { print $2 }'
}

# Makes C=1 work: the package of kbuild lacks the script that asks whether sparse
# will do, and Debian's sparse (0.6.4) neither knows a keyword of newer headers
# nor that the length of a literal is a constant. Only sparse sees these macros.
trixie_sparse() {
	local root=$1 valid=$1/usr/lib/linux-kbuild-${2%-amd64}/scripts/checker-valid.sh

	if [ ! -e "$valid" ]; then
		# shellcheck disable=SC2016 # for the other shell
		printf '#!/bin/sh\n[ -x "$(command -v "$1")" ] && echo 1\n' >"$valid"
		chmod 755 "$valid"
	fi
	mkdir -p "$root/usr/local/bin" "$root/usr/local/include"
	cat >"$root/usr/local/include/sparse.h" <<-'HEADER'
		#define __both(type) signed type: (signed type)0, unsigned type: (unsigned type)0
		#define __typeof_unqual__(x) __typeof__(_Generic((x), char: (char)0, __both(char), \
			__both(short), __both(int), __both(long), __both(long long), default: (x)))
		#define __builtin_strlen(s) (sizeof(s) - 1)
	HEADER
	cat >"$root/usr/local/bin/sparse" <<-'SPARSE'
		#!/bin/sh
		exec /usr/bin/sparse -include /usr/local/include/sparse.h "$@"
	SPARSE
	chmod 755 "$root/usr/local/bin/sparse"
}

# The variables of the command line reach the make inside through MAKEFLAGS.
trixie_makefile() {
	cat <<-MAKEFILE
		# Made by tests/vm/trixie.sh: make -C THIS M=FOLDER GOAL, with FOLDER inside the project.
		GOALS := \$(or \$(MAKECMDGOALS),modules)
		.NOTPARALLEL:
		.PHONY: \$(GOALS)
		\$(GOALS): ; +@../../../../tests/vm/in-root \$(abspath ../root) \$(abspath ../../../..) make -C /usr/src/linux-headers-$1 \$@
	MAKEFILE
}
