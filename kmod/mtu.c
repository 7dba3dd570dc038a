// SPDX-License-Identifier: GPL-2.0
/*
 * What sizes mean inside of packets: TCP's maximum segment size and the options
 * of IPv4 fragments. Bytes only, no packets.
 */
#include "mtu.h"

#define IPV4_HEAD	20
#define IPV6_HEAD	40
#define TCP_HEAD	20

#define TCP_OPT_END	0
#define TCP_OPT_NOP	1
#define TCP_OPT_MSS	2
#define TCP_OPT_MSS_LEN	4

#define IPV4_OPT_END	0
#define IPV4_OPT_NOP	1
#define IPV4_OPT_COPIED	0x80

/**
 * mtu_tcp_mss() - the segment size that goes with a packet size
 * @max: longest inner packet in bytes
 * @family: AF_INET or AF_INET6
 *
 * Options do not count, their length is the sender's to subtract (RFC 6691 2).
 *
 * Return: what the MSS option may say at most; 0 if @max is too small for TCP
 */
u32 mtu_tcp_mss(u32 max, u8 family)
{
	u32 head = (family == AF_INET ? IPV4_HEAD : IPV6_HEAD) + TCP_HEAD;

	if (max < head + MTU_TCP_MSS_MIN)
		return 0;
	max -= head;
	return max < 0xffff ? max : 0xffff;
}

/**
 * mtu_next_mss() - find the next MSS option of a TCP header
 * @opts: the options
 * @len: their length in bytes; at most 40
 * @from: where to begin: 0, or what was returned for the last one plus 4
 *
 * Return: where the option begins, with all of its four bytes inside; @len if
 * there is none, or the options are malformed
 */
u32 mtu_next_mss(const u8 *opts, u32 len, u32 from)
{
	u32 at = from;

	while (at < len && opts[at] != TCP_OPT_END) {
		if (opts[at] == TCP_OPT_NOP) {
			at++;
			continue;
		}
		if (len - at < 2 || opts[at + 1] < 2 || opts[at + 1] > len - at)
			break;
		if (opts[at] == TCP_OPT_MSS && opts[at + 1] == TCP_OPT_MSS_LEN)
			return at;
		at += opts[at + 1];
	}
	return len;
}

/**
 * mtu_blank_options() - take out the IPv4 options that only the first fragment has
 * @opts: options of a later fragment, to be changed
 * @len: their length in bytes; at most 40
 *
 * RFC 791 3.1: options without the copied flag are in the first fragment alone.
 * The header keeps its length. What is malformed is blanked to the end.
 */
void mtu_blank_options(u8 *opts, u32 len)
{
	u32 at = 0, n;

	while (at < len && opts[at] != IPV4_OPT_END) {
		if (opts[at] == IPV4_OPT_NOP) {
			at++;
			continue;
		}
		n = len - at < 2 ? 0 : opts[at + 1];
		if (n < 2 || n > len - at) {
			memset(opts + at, IPV4_OPT_NOP, len - at);
			return;
		}
		if (!(opts[at] & IPV4_OPT_COPIED))
			memset(opts + at, IPV4_OPT_NOP, n);
		at += n;
	}
}
