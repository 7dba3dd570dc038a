# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The demo's table: rows as they come, a count, and why something failed. To be
# sourced. A scenario defines explain(), which prints what helps to understand.

PASSED=0 FAILED=0
TABLE_EXPLAINED=0
TABLE_START=$SECONDS
TABLE_FIGURE=''

clock() {
	local s=$((SECONDS - TABLE_START))
	printf '%2d:%02d' $((s / 60)) $((s % 60))
}

# heading TEXT: a part of the table.
heading() {
	printf '\n%s  == %s ==\n' "$(clock)" "$*"
	TABLE_EXPLAINED=0
}

# now TEXT: what is going on, for everything that takes more than a few seconds.
now() {
	printf '%s  ... %s\n' "$(clock)" "$*"
}

# row STEP WHO RESULT FIGURE
row() {
	local pad='' width=$((${#2}))
	# printf counts bytes, not characters: pad by hand.
	while [ $((width + ${#pad})) -lt 54 ]; do pad+=' '; done
	printf '%s  %-10s %s%s %-7s %s\n' "$(clock)" "$1" "$2" "$pad" "$3" "$4"
}

# check STEP WHO COMMAND...: a row that the command decides; it may set
# TABLE_FIGURE to what is to be read there.
check() {
	local step=$1 who=$2
	shift 2
	TABLE_FIGURE=''
	if "$@"; then
		PASSED=$((PASSED + 1))
		row "$step" "$who" passed "$TABLE_FIGURE"
		return 0
	fi
	FAILED=$((FAILED + 1))
	row "$step" "$who" FAILED "$TABLE_FIGURE"
	if [ "$TABLE_EXPLAINED" = 0 ]; then
		TABLE_EXPLAINED=1
		explain 2>&1 | sed 's/^/         | /'
	fi
	return 1
}

# figure TEXT...: what the row being checked says on its right.
figure() {
	TABLE_FIGURE=$*
}

# Leaves the count for the last line in file $1; the status is that of the whole.
table_end() {
	printf 'demo: %d passed, %d failed\n' "$PASSED" "$FAILED" >"$1"
	[ "$FAILED" = 0 ] && [ "$PASSED" -gt 0 ]
}
