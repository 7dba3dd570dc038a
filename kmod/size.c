// SPDX-License-Identifier: GPL-2.0
/*
 * Inner packets that are longer than what one ESP packet takes over the path:
 * their sender is told (RFC 4301 8.2.1), or they are cut before encryption.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>

#include "compat.h"
#include "mtu.h"
#include "vpntun.h"

static bool fits(const struct sk_buff *skb, u32 max)
{
	return skb_is_gso(skb) ? skb_gso_validate_network_len(skb, max) : skb->len <= max;
}

/**
 * vpntun_may_fragment() - may this inner packet be cut on its way?
 * @skb: an inner packet
 *
 * Return: true for IPv4 without DF
 */
bool vpntun_may_fragment(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IP) && !(ip_hdr(skb)->frag_off & htons(IP_DF));
}

/* Packets that get through as fragments of ESP, whatever their length and DF bit. */
static bool carried_whole(const struct sk_buff *skb, const struct vpntun_manner *manner)
{
	if (manner->fragment != VPNTUN_FRAGMENT_AFTER)
		return false;
	return manner->df == VPNTUN_DF_CLEAR || vpntun_may_fragment(skb);
}

static void tell_sender(struct sk_buff *skb, u32 max)
{
	skb_dst_update_pmtu_no_confirm(skb, max);
	if (skb->protocol == htons(ETH_P_IP))
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(max));
	else
		icmpv6_ndo_send(skb, ICMPV6_PKT_TOOBIG, 0, max);
}

/**
 * vpntun_size_check() - can this inner packet be sent?
 * @skb: the inner packet, maybe a super-packet; data and network header at its
 *	 start
 * @way: where it goes
 * @max: longest inner packet that fits one ESP packet there
 *
 * What is too long and must not be cut goes no further, and its sender hears of
 * the length that would. IPv6 is told 1280 at the least, and what is no longer
 * than that is carried in fragments of ESP where the path wants it.
 *
 * Context: RCU read lock, softirqs off.
 * Return: VPNTUN_C_NONE for a packet that fits, or is to be given to
 * vpntun_fragment(); VPNTUN_C_tx_too_big if its sender was told
 */
enum vpntun_counter vpntun_size_check(struct sk_buff *skb, const struct vpntun_way *way, u32 max)
{
	const struct vpntun_manner *manner = &way->ep->manner;

	if (likely(fits(skb, max)) || carried_whole(skb, manner))
		return VPNTUN_C_NONE;
	if (skb->protocol == htons(ETH_P_IPV6)) {
		max = max_t(u32, max, IPV6_MIN_MTU);
		if (fits(skb, max))
			return VPNTUN_C_NONE;
	} else if (vpntun_may_fragment(skb) && manner->fragment != VPNTUN_FRAGMENT_NEVER) {
		return VPNTUN_C_NONE;
	}
	tell_sender(skb, max);
	return VPNTUN_C_tx_too_big;
}

/* Options that are not copied are in the first fragment alone (RFC 791 3.1). */
static void fix_options(struct sk_buff *frag)
{
	struct iphdr *ip = ip_hdr(frag);
	u32 len = ip->ihl * 4 - sizeof(*ip);

	if (!len || !(ip->frag_off & htons(IP_OFFSET)))
		return;
	mtu_blank_options((u8 *)(ip + 1), len);
	ip_send_check(ip);
}

/*
 * Cut one IPv4 packet; it stays as it was. @tail: where to append the fragments;
 * moved on. Return: false if memory or the path is too short; what was appended
 * by then is the caller's to free.
 */
static bool cut(struct sk_buff *skb, u32 max, u32 head, struct sk_buff ***tail)
{
	u32 hlen = ip_hdr(skb)->ihl * 4;
	struct ip_frag_state state;
	struct sk_buff *frag;

	if (max < hlen + 8 || !pskb_may_pull(skb, hlen))
		return false;
	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_help(skb))
		return false;
	ip_frag_init(skb, hlen, head, max - hlen, false, &state);
	while (state.left > 0) {
		frag = ip_frag_next(skb, &state);
		if (IS_ERR(frag))
			return false;
		fix_options(frag);
		**tail = frag;
		*tail = &frag->next;
	}
	return true;
}

/* Cut every packet of a list that is too long. Return: the new list, or NULL. */
static struct sk_buff *cut_list(struct sk_buff *list, u32 max, u32 head)
{
	struct sk_buff *skb, *next, *done = NULL, **tail = &done;
	bool good = true;

	skb_list_walk_safe(list, skb, next) {
		skb_mark_not_on_list(skb);
		if (good && skb->len <= max) {
			*tail = skb;
			tail = &skb->next;
			continue;
		}
		good = good && cut(skb, max, head, &tail);
		if (good)
			consume_skb(skb);
		else
			kfree_skb(skb);
	}
	if (good)
		return done;
	kfree_skb_list(done);
	return NULL;
}

/**
 * vpntun_fragment() - make an inner packet fit before it is encrypted
 * @skb: an inner packet that passed vpntun_size_check(); taken over, unless NULL
 *	 comes back
 * @way: where it goes
 * @max: longest inner packet that fits one ESP packet there
 *
 * A packet that fits comes back as it is, and so does one that is carried in
 * fragments of ESP. Super-packets are segmented first.
 *
 * Context: softirqs off.
 * Return: a list of packets linked by skb->next, each with skb->protocol, network
 * header and dst, or NULL if it cannot be made
 */
struct sk_buff *vpntun_fragment(struct sk_buff *skb, const struct vpntun_way *way, u32 max)
{
	u32 head = way->head + ESP_FMT_HDR_LEN + ESP_FMT_IV_MAX + LL_RESERVED_SPACE(way->dst->dev);
	struct sk_buff *list = NULL, **tail = &list;

	if (fits(skb, max) || !vpntun_may_fragment(skb) ||
	    carried_whole(skb, &way->ep->manner))
		return skb;
	if (skb_is_gso(skb)) {
		list = skb_gso_segment(skb, 0);
		if (IS_ERR_OR_NULL(list))
			return NULL;
		list = cut_list(list, max, head);
	} else if (!cut(skb, max, head, &tail)) {
		kfree_skb_list(list);
		list = NULL;
	}
	if (list)
		consume_skb(skb);
	return list;
}
