// SPDX-License-Identifier: GPL-2.0
/*
 * What the outer header takes from the inner one (RFC 4301 5.1.2): DSCP, ECN
 * marks, DF. The inner header of a packet that is sent is not touched.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/dsfield.h>
#include <net/ip.h>

#include "ecn.h"
#include "vpntun.h"

/**
 * vpntun_tos_out() - traffic class of the outer header
 * @ep: where the packet goes
 * @skb: the inner packet, whole
 *
 * ECN marks are copied (RFC 6040 4.1, normal mode). DSCP are copied or fixed
 * (RFC 4301 5.1.2.1 note 5).
 *
 * Return: the traffic class
 */
u8 vpntun_tos_out(const struct vpntun_endpoint *ep, const struct sk_buff *skb)
{
	const struct vpntun_manner *manner = &ep->manner;
	u8 tos = skb->protocol == htons(ETH_P_IP) ? ipv4_get_dsfield(ip_hdr(skb)) :
		 ipv6_get_dsfield(ipv6_hdr(skb));

	if (unlikely(manner->dscp != VPNTUN_DSCP_COPY))
		tos = (tos & ECN_MASK) | manner->dscp << 2;
	if (unlikely(!manner->ecn))
		tos &= ~ECN_MASK;
	return tos;
}

/**
 * vpntun_df_out() - is the outer packet kept from being fragmented?
 * @ep: where the packet goes
 * @skb: the inner packet, whole
 *
 * An IPv6 packet of up to 1280 bytes has to get through whatever the path is: the
 * tunnel is a link to IPv6, and that is a link's least MTU (RFC 8200 5).
 *
 * Return: true for DF in an outer IPv4 header; where the outer one is IPv6, it
 * must not be fragmented here either
 */
bool vpntun_df_out(const struct vpntun_endpoint *ep, const struct sk_buff *skb)
{
	const struct vpntun_manner *manner = &ep->manner;

	if (manner->df == VPNTUN_DF_CLEAR)
		return false;
	if (skb->protocol != htons(ETH_P_IP))
		return skb->len > IPV6_MIN_MTU;
	if (manner->df == VPNTUN_DF_SET && manner->fragment != VPNTUN_FRAGMENT_AFTER)
		return true;
	return ip_hdr(skb)->frag_off & htons(IP_DF);
}
