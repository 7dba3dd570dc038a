// SPDX-License-Identifier: GPL-2.0
/*
 * The tracepoints themselves: made by the header.
 */
#include <linux/ipv6.h>
#include <net/ipv6.h>

#define CREATE_TRACE_POINTS
#include "trace.h"
