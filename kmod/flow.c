// SPDX-License-Identifier: GPL-2.0
/*
 * What selectors see of an inner packet (RFC 4301 4.4.1.1).
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "vpntun.h"

#define NO_PORTS	-1	/* instead of their offset */

static bool has_ports(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return true;
	}
	return false;
}

static bool parse_v4(struct sk_buff *skb, struct flow *flow, struct flow_end *src,
		     struct flow_end *dst, int *ports)
{
	const struct iphdr *ip;
	u32 hlen;

	if (unlikely(!pskb_network_may_pull(skb, sizeof(*ip))))
		return false;
	ip = ip_hdr(skb);
	hlen = ip->ihl * 4;
	if (unlikely(ip->version != 4 || hlen < sizeof(*ip) || ntohs(ip->tot_len) < hlen ||
		     skb->len < skb_network_offset(skb) + hlen))
		return false;
	flow->family = AF_INET;
	flow->proto = ip->protocol;
	src->word[0] = selector_word((__force u32)ip->saddr);
	src->word[1] = 0;
	dst->word[0] = selector_word((__force u32)ip->daddr);
	dst->word[1] = 0;
	*ports = ip->frag_off & htons(IP_OFFSET) ? NO_PORTS : skb_network_offset(skb) + (int)hlen;
	return true;
}

static bool parse_v6(struct sk_buff *skb, struct flow *flow, struct flow_end *src,
		     struct flow_end *dst, int *ports)
{
	const struct ipv6hdr *ip6;

	if (unlikely(!pskb_network_may_pull(skb, sizeof(*ip6))))
		return false;
	ip6 = ipv6_hdr(skb);
	if (unlikely(ip6->version != 6))
		return false;
	flow->family = AF_INET6;
	flow->proto = ip6->nexthdr;
	memcpy(src->word, &ip6->saddr, sizeof(src->word));
	memcpy(dst->word, &ip6->daddr, sizeof(dst->word));
	*ports = skb_network_offset(skb) + sizeof(*ip6);
	return true;
}

/*
 * Go on from the IPv6 header to the upper protocol. A fragment but the first has
 * the protocol that its fragment header names, and no ports (RFC 8200 4.5).
 */
static int skip_extensions(struct sk_buff *skb, struct flow *flow, int at)
{
	u8 buf, proto = flow->proto;
	const u8 *named;
	__be16 frag_off;

	if (likely(!ipv6_ext_hdr(proto)))
		return at;
	at = ipv6_skip_exthdr(skb, at, &proto, &frag_off);
	if (frag_off & htons(IP6_OFFSET)) {
		named = at < 0 ? NULL : skb_header_pointer(skb, at, 1, &buf);
		if (named)
			proto = *named;
		at = NO_PORTS;
	}
	flow->proto = proto;
	return at;
}

/**
 * vpntun_flow_read() - read what selectors want to see of an inner packet
 * @skb: the packet; network header set, and skb->protocol
 * @flow: filled
 * @outbound: the source is our side
 * @upper: they name protocols or ports; without it, IPv6 extension headers count
 *	   as the protocol, and there are no ports
 *
 * Return: false if the header is malformed
 */
bool vpntun_flow_read(struct sk_buff *skb, struct flow *flow, bool outbound, bool upper)
{
	struct flow_end *src = outbound ? &flow->local : &flow->remote;
	struct flow_end *dst = outbound ? &flow->remote : &flow->local;
	const __be16 *p;
	__be16 buf[2];
	int at;

	flow->has_ports = false;
	if (skb->protocol == htons(ETH_P_IP) ? !parse_v4(skb, flow, src, dst, &at) :
					       !parse_v6(skb, flow, src, dst, &at))
		return false;
	if (!upper)
		return true;
	if (flow->family == AF_INET6)
		at = skip_extensions(skb, flow, at);
	if (at < 0 || !has_ports(flow->proto))
		return true;
	p = skb_header_pointer(skb, at, sizeof(buf), buf);
	if (!p)
		return true;
	flow->has_ports = true;
	src->port = ntohs(p[0]);
	dst->port = ntohs(p[1]);
	return true;
}
