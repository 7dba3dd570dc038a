// SPDX-License-Identifier: GPL-2.0
/*
 * Outer headers: the way to a peer, IP and UDP headers in front of ESP (RFC 4303
 * 3.1.2, RFC 3948 2.1), and the last step of a packet that was encrypted. It is
 * the fast path: the headers are written here rather than by the kernel's tunnel
 * helpers, which draw an identification by a keyed hash for every packet.
 */
#include <linux/hash.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/addrconf.h>
#include <net/dst_cache.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "compat.h"
#include "vpntun.h"

#define FLOW_LABEL_BITS		20

static noinline_for_stack struct dst_entry *route4(struct vpntun_way *way, struct dst_cache *cache)
{
	const struct vpntun_endpoint *ep = way->ep;
	bool udp = ep->encap == VPNTUN_ENCAP_UDP;
	struct flowi4 fl = {
		.saddr		= ep->local.v4,
		.daddr		= ep->remote.v4,
		.flowi4_proto	= udp ? IPPROTO_UDP : IPPROTO_ESP,
		.fl4_sport	= ep->local_port,
		.fl4_dport	= ep->remote_port,
	};
	struct rtable *rt = ip_route_output_flow(way->net, &fl, NULL);

	if (IS_ERR(rt))
		return NULL;
	if (rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)) {
		ip_rt_put(rt);
		return NULL;
	}
	way->saddr.v4 = fl.saddr;
	dst_cache_set_ip4(cache, &rt->dst, fl.saddr);
	return &rt->dst;
}

static noinline_for_stack struct dst_entry *route6(struct vpntun_way *way, struct dst_cache *cache)
{
	const struct vpntun_endpoint *ep = way->ep;
	bool udp = ep->encap == VPNTUN_ENCAP_UDP;
	struct flowi6 fl = {
		.saddr		= ep->local.v6,
		.daddr		= ep->remote.v6,
		.flowi6_proto	= udp ? IPPROTO_UDP : IPPROTO_ESP,
		.fl6_sport	= ep->local_port,
		.fl6_dport	= ep->remote_port,
	};
	struct dst_entry *dst;

	/* Unlike IPv4's, the lookup takes a source that is nobody's. */
	if (!ipv6_addr_any(&fl.saddr) && !ipv6_chk_addr(way->net, &fl.saddr, NULL, 0))
		return NULL;
	dst = ip6_dst_lookup_flow(way->net, NULL, &fl, NULL);
	if (IS_ERR(dst))
		return NULL;
	way->saddr.v6 = fl.saddr;
	dst_cache_set_ip6(cache, dst, &fl.saddr);
	return dst;
}

/* The route with a reference, and the source that goes with it. */
static struct dst_entry *route(struct vpntun_way *way)
{
	/* The cache is the one thing in an endpoint that changes. */
	struct dst_cache *cache = (struct dst_cache *)&way->ep->dst;
	struct dst_entry *dst;
	struct rtable *rt;

	if (way->ep->family == AF_INET) {
		rt = dst_cache_get_ip4(cache, &way->saddr.v4);
		return rt ? &rt->dst : route4(way, cache);
	}
	dst = dst_cache_get_ip6(cache, &way->saddr.v6);
	return dst ?: route6(way, cache);
}

/**
 * vpntun_way_find() - find the way to a peer
 * @way: to fill; to be given back by vpntun_way_put(), whatever comes back
 * @vt: the device
 * @peer: its peer
 *
 * Context: softirqs off, RCU read lock; @way->ep and @way->net last as long.
 * Return: VPNTUN_C_NONE, or why nothing can be sent
 */
enum vpntun_counter vpntun_way_find(struct vpntun_way *way, struct vpntun_dev *vt,
				    struct vpntun_peer *peer)
{
	const struct vpntun_endpoint *ep = rcu_dereference(peer->ep);

	way->dst = NULL;
	way->ep = ep;
	way->net = rcu_dereference(vt->outer);
	if (!way->net || !ep)
		return VPNTUN_C_tx_no_outer;
	way->head = ep->family == AF_INET ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	if (ep->encap == VPNTUN_ENCAP_UDP) {
		way->head += sizeof(struct udphdr);
		if (!rcu_access_pointer(ep->sock->sk))
			return VPNTUN_C_tx_no_socket;
	}
	way->dst = route(way);
	if (!way->dst)
		return VPNTUN_C_tx_no_route;
	if (way->dst->dev == vt->dev)
		return VPNTUN_C_tx_loop;
	way->mtu = dst_mtu(way->dst);
	return VPNTUN_C_NONE;
}

/**
 * vpntun_way_put() - give a way back
 * @way: from vpntun_way_find(), found or not
 */
void vpntun_way_put(struct vpntun_way *way)
{
	dst_release(way->dst);
	way->dst = NULL;
}

static void push_udp(struct sk_buff *skb, const struct vpntun_endpoint *ep)
{
	struct udphdr *udp = __skb_push(skb, sizeof(*udp));

	udp->source = ep->local_port;
	udp->dest = ep->remote_port;
	udp->len = htons(skb->len);
	udp->check = 0;		/* RFC 3948 2.1; IPv6's follows in send6() */
}

/* Identification, total length and checksum follow when it is sent. */
static void push4(struct sk_buff *skb, const struct vpntun_way *way, u8 proto, u8 tos, bool df)
{
	const struct vpntun_endpoint *ep = way->ep;
	struct iphdr *ip = __skb_push(skb, sizeof(*ip));

	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	ip->tos = tos;
	ip->id = 0;
	ip->frag_off = df && !ip_mtu_locked(way->dst) ? htons(IP_DF) : 0;
	ip->ttl = ep->manner.ttl ?: ip4_dst_hoplimit(way->dst);
	ip->protocol = proto;
	ip->saddr = way->saddr.v4;
	ip->daddr = ep->remote.v4;
}

/*
 * An SA is a flow (RFC 6437 2): its packets share a path and come in order, and
 * routers on the way can tell tunnels apart. The label says no more than the SPI,
 * which is random and in clear.
 */
static __be32 flow_label(struct net *net, __be32 spi)
{
	u32 label;

	if (net->ipv6.sysctl.auto_flowlabels == IP6_AUTO_FLOW_LABEL_OFF)
		return 0;
	label = hash_32((__force u32)spi, FLOW_LABEL_BITS);
	if (net->ipv6.sysctl.flowlabel_state_ranges)
		label |= ntohl(IPV6_FLOWLABEL_STATELESS_FLAG);
	return htonl(label);
}

static void push6(struct sk_buff *skb, const struct vpntun_way *way, u8 proto, u8 tos, bool df,
		  __be32 spi)
{
	const struct vpntun_endpoint *ep = way->ep;
	struct ipv6hdr *ip = __skb_push(skb, sizeof(*ip));

	ip6_flow_hdr(ip, tos, flow_label(way->net, spi));
	ip->nexthdr = proto;
	ip->hop_limit = ep->manner.ttl ?: ip6_dst_hoplimit(way->dst);
	ip->saddr = way->saddr.v6;
	ip->daddr = ep->remote.v6;
	skb->ignore_df = !df;	/* this host alone may fragment (RFC 8200 4.5) */
}

/**
 * vpntun_outer_push() - put the outer headers in front of an ESP packet
 * @skb: data at the ESP header, with its final length, not yet encrypted; has
 *	 @way->head bytes of headroom
 * @way: where it goes
 * @tos: traffic class of the outer header
 * @df: it must not be fragmented
 *
 * What the packet carries of its inner life goes: route, conntrack, extensions,
 * checksum state, and, if it leaves for another namespace, mark and socket.
 * Otherwise it keeps its socket until it is sent, so that TCP sees its queue. It
 * gets a reference to the outer route. Data is at the outer IP header afterwards.
 *
 * Context: RCU read lock.
 */
void vpntun_outer_push(struct sk_buff *skb, const struct vpntun_way *way, u8 tos, bool df)
{
	const struct vpntun_endpoint *ep = way->ep;
	bool xnet = !net_eq(way->net, dev_net(ep->peer->vt->dev));
	__be32 spi = ((const struct ip_esp_hdr *)skb->data)->spi;
	u8 proto = IPPROTO_ESP;

	skb_scrub_packet(skb, xnet);
	if (xnet)
		skb_orphan(skb);
	skb_clear_hash(skb);	/* of inner ports: queues would split the SA */
	skb->ip_summed = CHECKSUM_NONE;
	skb->encapsulation = 0;
	dst_hold(way->dst);
	skb_dst_set(skb, way->dst);

	if (ep->encap == VPNTUN_ENCAP_UDP) {
		push_udp(skb, ep);
		proto = IPPROTO_UDP;
	}
	skb_reset_transport_header(skb);
	if (ep->family == AF_INET)
		push4(skb, way, proto, tos, df);
	else
		push6(skb, way, proto, tos, df, spi);
	skb_reset_network_header(skb);
}

/*
 * The socket that a UDP packet is sent for. The peer may have moved meanwhile:
 * a port that the daemon gave up is never sent from.
 */
static struct sock *sending_sock(struct vpntun_peer *peer, const struct sk_buff *skb)
{
	const struct vpntun_endpoint *ep = rcu_dereference(peer->ep);

	if (!ep || !ep->sock || udp_hdr(skb)->source != ep->local_port)
		return NULL;
	return rcu_dereference(ep->sock->sk);
}

static void send4(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct iphdr *ip = ip_hdr(skb);

	/* What cannot be fragmented needs no identification (RFC 6864 4.1). */
	if (!(ip->frag_off & htons(IP_DF)))
		__ip_select_ident(net, ip, 1);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	ip_local_out(net, sk, skb);
}

static void send6(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	const struct ipv6hdr *ip = ipv6_hdr(skb);

	/* UDP over IPv6 has a checksum (RFC 8200 8.1), of the ciphertext. */
	if (ip->nexthdr == IPPROTO_UDP)
		udp6_set_csum(false, skb, &ip->saddr, &ip->daddr, skb->len - sizeof(*ip));
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	ip6_local_out(net, sk, skb);
}

/**
 * vpntun_outer_send() - send an encrypted packet
 * @vt: the device
 * @peer: its peer
 * @skb: as vpntun_outer_push() left it, encrypted since; vpntun_cb()->len is
 *	 valid. Taken over unless a counter comes back
 *
 * Context: softirqs off, RCU read lock.
 * Return: VPNTUN_C_NONE, or why it cannot be sent any more
 */
enum vpntun_counter vpntun_outer_send(struct vpntun_dev *vt, struct vpntun_peer *peer,
				      struct sk_buff *skb)
{
	struct net *net = rcu_dereference(vt->outer);
	bool v4 = ip_hdr(skb)->version == 4;
	struct sock *sk = NULL;

	if (unlikely(!net))
		return VPNTUN_C_tx_no_outer;
	if ((v4 ? ip_hdr(skb)->protocol : ipv6_hdr(skb)->nexthdr) == IPPROTO_UDP) {
		sk = sending_sock(peer, skb);
		if (unlikely(!sk))
			return VPNTUN_C_tx_no_socket;
	}
	dev_sw_netstats_tx_add(vt->dev, 1, vpntun_cb(skb)->len);
	if (v4)
		send4(net, sk, skb);
	else
		send6(net, sk, skb);
	return VPNTUN_C_NONE;
}
