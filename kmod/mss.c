// SPDX-License-Identifier: GPL-2.0
/*
 * The segment size that TCP connections through the tunnel agree on is lowered to
 * what fits: not every network between an inner host and its gateway lets the
 * ICMP messages through that would tell it so.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "mtu.h"
#include "vpntun.h"

#define TCP_DOFF_MIN	5
#define MSS_VALUE	2	/* bytes into the option */

/* Where the TCP header of an unfragmented packet is; 0 if there is none. */
static u32 tcp_offset(const struct sk_buff *skb)
{
	u32 at = skb_network_offset(skb);
	const struct ipv6hdr *ip6;
	const struct iphdr *ip;
	__be16 frag_off;
	int offset;
	u8 proto;

	if (skb->protocol == htons(ETH_P_IP)) {
		ip = ip_hdr(skb);
		if (ip->protocol != IPPROTO_TCP || ip_is_fragment(ip))
			return 0;
		return at + ip->ihl * 4;
	}
	ip6 = ipv6_hdr(skb);
	proto = ip6->nexthdr;
	if (proto == IPPROTO_TCP)
		return at + sizeof(*ip6);
	if (!ipv6_ext_hdr(proto))
		return 0;
	offset = ipv6_skip_exthdr(skb, at + sizeof(*ip6), &proto, &frag_off);
	return offset > 0 && proto == IPPROTO_TCP && !frag_off ? offset : 0;
}

static u16 get_value(const u8 *value)
{
	return value[0] << 8 | value[1];
}

/* Write a lower value; @odd: it does not begin at a word of the checksum. */
static void lower(struct sk_buff *skb, struct tcphdr *th, u8 *value, u16 mss, bool odd)
{
	u16 old = get_value(value), new = mss;

	value[0] = mss >> 8;
	value[1] = mss;
	if (odd) {
		old = swab16(old);
		new = swab16(new);
	}
	inet_proto_csum_replace2(&th->check, skb, htons(old), htons(new), false);
}

/* A SYN, @at its TCP header: lower what its MSS options say. */
static void clamp_syn(struct sk_buff *skb, u32 at, u32 thlen, u16 mss)
{
	u32 n, len = thlen - sizeof(struct tcphdr);
	struct tcphdr *th;
	u8 *opts;

	if (skb->len < at + thlen || skb_ensure_writable(skb, at + thlen))
		return;
	th = (struct tcphdr *)(skb->data + at);
	opts = (u8 *)(th + 1);
	for (n = mtu_next_mss(opts, len, 0); n < len; n = mtu_next_mss(opts, len, n + 4))
		if (get_value(opts + n + MSS_VALUE) > mss)
			lower(skb, th, opts + n + MSS_VALUE, mss, n & 1);
}

/* Where the header of a SYN with options is, and how long; 0 for other packets. */
static u32 syn_offset(const struct sk_buff *skb, u32 *thlen)
{
	u32 at = tcp_offset(skb);
	const struct tcphdr *th;
	struct tcphdr buf;

	if (!at)
		return 0;
	th = skb_header_pointer(skb, at, sizeof(buf), &buf);
	if (!th || likely(!th->syn) || th->doff <= TCP_DOFF_MIN)
		return 0;
	*thlen = th->doff * 4;
	return at;
}

/**
 * vpntun_mss_is_syn() - has vpntun_mss_clamp() anything to do?
 * @skb: as for vpntun_mss_clamp()
 *
 * Return: true for a TCP SYN with options
 */
bool vpntun_mss_is_syn(const struct sk_buff *skb)
{
	u32 thlen;

	return syn_offset(skb, &thlen);
}

/**
 * vpntun_mss_clamp() - lower the segment size that a TCP SYN asks for
 * @skb: an inner packet of either direction; network header set, and
 *	 skb->protocol. Its headers may move
 * @max: longest inner packet that path and device take
 *
 * Anything but a SYN with the option stays as it is, and so does a fragment.
 */
void vpntun_mss_clamp(struct sk_buff *skb, u32 max)
{
	u32 at, thlen, mss;

	at = syn_offset(skb, &thlen);
	if (likely(!at))
		return;
	mss = mtu_tcp_mss(max, skb->protocol == htons(ETH_P_IP) ? AF_INET : AF_INET6);
	if (mss)
		clamp_syn(skb, at, thlen, mss);
}
