// SPDX-License-Identifier: GPL-2.0
/*
 * What came out of an ESP packet, before the stack gets it (RFC 4301 5.2, RFC
 * 4303 3.4.4): a whole IP packet, between addresses that the SA is for.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/dsfield.h>
#include <net/ip.h>

#include "ecn.h"
#include "vpntun.h"

/*
 * The inner length is what the header says; more behind it is padding that
 * hides the traffic's shape (RFC 4303 2.7).
 */
static enum vpntun_counter trim(struct sk_buff *skb, u32 len, u32 least)
{
	if (unlikely(len < least || len > skb->len))
		return VPNTUN_C_rx_bad_inner;
	if (likely(len == skb->len))
		return VPNTUN_C_NONE;
	return pskb_trim(skb, len) ? VPNTUN_C_rx_no_memory : VPNTUN_C_NONE;
}

static enum vpntun_counter trim_v4(struct sk_buff *skb)
{
	if (unlikely(!pskb_may_pull(skb, sizeof(struct iphdr))))
		return VPNTUN_C_rx_bad_inner;
	skb_reset_network_header(skb);
	skb->protocol = htons(ETH_P_IP);
	return trim(skb, ntohs(ip_hdr(skb)->tot_len), sizeof(struct iphdr));
}

static enum vpntun_counter trim_v6(struct sk_buff *skb)
{
	if (unlikely(!pskb_may_pull(skb, sizeof(struct ipv6hdr))))
		return VPNTUN_C_rx_bad_inner;
	skb_reset_network_header(skb);
	skb->protocol = htons(ETH_P_IPV6);
	return trim(skb, ntohs(ipv6_hdr(skb)->payload_len) + sizeof(struct ipv6hdr),
		    sizeof(struct ipv6hdr));
}

/* The outer header has a mark: what it means inside (RFC 6040 4.2). */
static enum vpntun_counter merge_ecn(struct sk_buff *skb, const struct vpntun_sa *sa, u8 outer)
{
	const struct vpntun_endpoint *ep = rcu_dereference(sa->child->peer->ep);
	bool v4 = skb->protocol == htons(ETH_P_IP);
	u8 inner, mark;

	if (ep && !ep->manner.ecn)
		return VPNTUN_C_NONE;
	inner = v4 ? ipv4_get_dsfield(ip_hdr(skb)) : ipv6_get_dsfield(ipv6_hdr(skb));
	mark = ecn_decap(outer, inner);
	if (mark == ECN_DROP)
		return VPNTUN_C_rx_bad_ecn;
	if (likely(mark == (inner & ECN_MASK)))
		return VPNTUN_C_NONE;
	if (skb_ensure_writable(skb, v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr)))
		return VPNTUN_C_rx_no_memory;
	if (v4)
		ipv4_change_dsfield(ip_hdr(skb), (u8)~ECN_MASK, mark);
	else
		ipv6_change_dsfield(ipv6_hdr(skb), (u8)~ECN_MASK, mark);
	return VPNTUN_C_NONE;
}

/**
 * vpntun_inner_check() - may this packet come out of the tunnel?
 * @skb: decrypted and authentic; data where the inner packet begins, ESP trailer
 *	 cut off. Gets network header and skb->protocol; padding is cut off
 * @sa: the SA that carried it
 * @next: next header field of the ESP trailer
 * @outer_tos: traffic class of the outer header
 *
 * Context: RCU read lock, softirqs off.
 * Return: VPNTUN_C_NONE if it may
 */
enum vpntun_counter vpntun_inner_check(struct sk_buff *skb, struct vpntun_sa *sa, u8 next,
				       u8 outer_tos)
{
	const struct selector_set *set = &sa->child->set;
	enum vpntun_counter why;
	struct flow flow;

	if (likely(next == IPPROTO_IPIP))
		why = trim_v4(skb);
	else if (next == IPPROTO_IPV6)
		why = trim_v6(skb);
	else	/* RFC 4303 2.6 */
		return next == IPPROTO_NONE ? VPNTUN_C_rx_dummy : VPNTUN_C_rx_bad_next_header;
	if (unlikely(why != VPNTUN_C_NONE))
		return why;
	if (unlikely(!vpntun_flow_read(skb, &flow, false, set->upper)))
		return VPNTUN_C_rx_bad_inner;
	if (unlikely(!selector_set_match(set, &flow)))
		return VPNTUN_C_rx_bad_selector;
	return outer_tos & ECN_MASK ? merge_ecn(skb, sa, outer_tos) : VPNTUN_C_NONE;
}
