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

/* The child asks for protocols or ports, too. */
static noinline_for_stack bool upper_match(struct sk_buff *skb, const struct selector_set *set)
{
	struct flow flow;

	return vpntun_flow_read(skb, &flow, false, true) && selector_set_match(set, &flow);
}

static bool addresses_match(const struct selector_set *set, u8 family, const u64 src[2],
			    const u64 dst[2])
{
	return selector_covers(set->remote, set->n_remote, family, src) &&
	       selector_covers(set->local, set->n_local, family, dst);
}

/*
 * The inner length is what the header says; more behind it is padding that
 * hides the traffic's shape (RFC 4303 2.7).
 */
static enum vpntun_counter check_v4(struct sk_buff *skb, const struct selector_set *set)
{
	const struct iphdr *ip;
	u64 src[2], dst[2];
	u32 len, hlen;

	if (unlikely(!pskb_may_pull(skb, sizeof(*ip))))
		return VPNTUN_C_rx_bad_inner;
	skb_reset_network_header(skb);
	skb->protocol = htons(ETH_P_IP);
	ip = ip_hdr(skb);
	hlen = ip->ihl * 4;
	len = ntohs(ip->tot_len);
	if (unlikely(ip->version != 4 || hlen < sizeof(*ip) || len < hlen || len > skb->len))
		return VPNTUN_C_rx_bad_inner;
	if (unlikely(len != skb->len) && pskb_trim(skb, len))
		return VPNTUN_C_rx_no_memory;
	ip = ip_hdr(skb);
	src[0] = selector_word((__force u32)ip->saddr);
	dst[0] = selector_word((__force u32)ip->daddr);
	src[1] = 0;
	dst[1] = 0;
	if (unlikely(set->upper) ? upper_match(skb, set) : addresses_match(set, AF_INET, src, dst))
		return VPNTUN_C_NONE;
	return VPNTUN_C_rx_bad_selector;
}

static enum vpntun_counter check_v6(struct sk_buff *skb, const struct selector_set *set)
{
	const struct ipv6hdr *ip6;
	u64 src[2], dst[2];
	u32 len;

	if (unlikely(!pskb_may_pull(skb, sizeof(*ip6))))
		return VPNTUN_C_rx_bad_inner;
	skb_reset_network_header(skb);
	skb->protocol = htons(ETH_P_IPV6);
	ip6 = ipv6_hdr(skb);
	len = ntohs(ip6->payload_len) + sizeof(*ip6);
	if (unlikely(ip6->version != 6 || len > skb->len))
		return VPNTUN_C_rx_bad_inner;
	if (unlikely(len != skb->len) && pskb_trim(skb, len))
		return VPNTUN_C_rx_no_memory;
	ip6 = ipv6_hdr(skb);
	memcpy(src, &ip6->saddr, sizeof(src));
	memcpy(dst, &ip6->daddr, sizeof(dst));
	if (unlikely(set->upper) ? upper_match(skb, set) : addresses_match(set, AF_INET6, src, dst))
		return VPNTUN_C_NONE;
	return VPNTUN_C_rx_bad_selector;
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

	if (likely(next == IPPROTO_IPIP))
		why = check_v4(skb, set);
	else if (next == IPPROTO_IPV6)
		why = check_v6(skb, set);
	else	/* RFC 4303 2.6 */
		return next == IPPROTO_NONE ? VPNTUN_C_rx_dummy : VPNTUN_C_rx_bad_next_header;
	if (unlikely(outer_tos & ECN_MASK) && why == VPNTUN_C_NONE)
		why = merge_ecn(skb, sa, outer_tos);
	return why;
}
