// SPDX-License-Identifier: GPL-2.0
/*
 * What selectors see of an inner packet (RFC 4301 4.4.1.1).
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "vpntun.h"

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

static bool parse_v4(struct sk_buff *skb, struct flow *flow, u8 *src, u8 *dst, int *ports)
{
	const struct iphdr *ip;

	if (!pskb_network_may_pull(skb, sizeof(*ip)))
		return false;
	ip = ip_hdr(skb);
	if (ip->version != 4 || ip->ihl < 5 || ntohs(ip->tot_len) < ip->ihl * 4 ||
	    skb->len < skb_network_offset(skb) + ip->ihl * 4)
		return false;
	flow->family = AF_INET;
	flow->proto = ip->protocol;
	memcpy(src, &ip->saddr, sizeof(ip->saddr));
	memcpy(dst, &ip->daddr, sizeof(ip->daddr));
	*ports = ip_is_fragment(ip) && (ip->frag_off & htons(IP_OFFSET)) ? -1 :
		 skb_network_offset(skb) + ip->ihl * 4;
	return true;
}

static bool parse_v6(struct sk_buff *skb, struct flow *flow, u8 *src, u8 *dst, int *ports)
{
	const struct ipv6hdr *ip6;
	__be16 frag_off;
	u8 proto;

	if (!pskb_network_may_pull(skb, sizeof(*ip6)))
		return false;
	ip6 = ipv6_hdr(skb);
	if (ip6->version != 6)
		return false;
	flow->family = AF_INET6;
	memcpy(src, &ip6->saddr, sizeof(ip6->saddr));
	memcpy(dst, &ip6->daddr, sizeof(ip6->daddr));
	proto = ip6->nexthdr;
	*ports = ipv6_skip_exthdr(skb, skb_network_offset(skb) + sizeof(*ip6), &proto,
				  &frag_off);
	flow->proto = proto;
	if (frag_off & htons(IP6_OFFSET))
		*ports = -1;
	return true;
}

/**
 * vpntun_flow_parse() - read addresses, protocol and ports of an inner packet
 * @skb: the packet; network header set, and skb->protocol
 * @flow: filled
 * @outbound: the source is our side
 *
 * Return: false if the header is malformed
 */
bool vpntun_flow_parse(struct sk_buff *skb, struct flow *flow, bool outbound)
{
	struct flow_end *src = outbound ? &flow->local : &flow->remote;
	struct flow_end *dst = outbound ? &flow->remote : &flow->local;
	const __be16 *p;
	__be16 buf[2];
	int at;

	memset(flow, 0, sizeof(*flow));
	if (skb->protocol == htons(ETH_P_IP) ?
	    !parse_v4(skb, flow, src->addr, dst->addr, &at) :
	    !parse_v6(skb, flow, src->addr, dst->addr, &at))
		return false;
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
