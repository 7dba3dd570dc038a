// SPDX-License-Identifier: GPL-2.0
/*
 * The way out: inner packet -> child -> SA -> route -> segments -> ESP -> outer
 * packet (RFC 4301 5.1, RFC 4303 3.3). All segments of a packet are one unit of
 * work: one SA, one route, one reservation of sequence numbers.
 */
#include <crypto/aead.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/random.h>
#include <net/icmp.h>
#include <net/ip_tunnels.h>
#include <net/route.h>
#include <net/udp_tunnel.h>

#include "compat.h"
#include "vpntun.h"

/**
 * struct tx - one unit of work
 * @vt: the device
 * @net: outer namespace
 * @child: whose packet it is
 * @sa: what it is sent with; a reference
 * @ep: where it goes
 * @rt: the way there; a reference
 * @saddr: outer source
 * @max: longest inner packet the path takes
 */
struct tx {
	struct vpntun_dev *vt;
	struct net *net;
	struct vpntun_child *child;
	struct vpntun_sa *sa;
	const struct vpntun_endpoint *ep;
	struct rtable *rt;
	__be32 saddr;
	u32 max;
};

/* A packet found no SA: tell the daemon, once a second for each child. */
static void tx_acquire(struct vpntun_child *child)
{
	struct vpntun_event event = {
		.type = VPNTUN_EVENT_TYPE_ACQUIRE,
		.peer = child->peer,
		.child = child,
	};
	unsigned long last = READ_ONCE(child->acquired);

	if (!child->report_acquire || (last && time_before(jiffies, last + HZ)))
		return;
	if (cmpxchg(&child->acquired, last, jiffies ?: 1) == last)
		vpntun_event_send(&event);
}

static enum vpntun_counter tx_select_sa(struct tx *tx, struct sk_buff *skb)
{
	struct flow flow;

	if (skb->protocol != ip_tunnel_parse_protocol(skb))
		return VPNTUN_C_tx_not_ip;
	if (!vpntun_flow_parse(skb, &flow, true))
		return VPNTUN_C_tx_malformed;
	tx->child = spd_lookup(tx->vt->spd, &flow);
	if (!tx->child)
		return VPNTUN_C_tx_no_child;
	tx->sa = rcu_dereference(tx->child->out);
	if (tx->sa && !refcount_inc_not_zero(&tx->sa->ref))
		tx->sa = NULL;
	if (tx->sa && !test_bit(VPNTUN_SA_STOPPED, &tx->sa->flags))
		return VPNTUN_C_NONE;
	tx_acquire(tx->child);
	return tx->sa ? VPNTUN_C_tx_sa_stopped : VPNTUN_C_tx_no_sa;
}

static struct rtable *tx_route_lookup(struct tx *tx, const struct vpntun_endpoint *ep)
{
	bool udp = ep->encap == VPNTUN_ENCAP_UDP;
	struct flowi4 fl = {
		.saddr		= ep->local.v4,
		.daddr		= ep->remote.v4,
		.flowi4_proto	= udp ? IPPROTO_UDP : IPPROTO_ESP,
		.fl4_sport	= udp ? ep->local_port : 0,
		.fl4_dport	= udp ? ep->remote_port : 0,
	};
	/* The cache is the one thing in an endpoint that changes. */
	struct dst_cache *cache = (struct dst_cache *)&ep->dst;
	struct rtable *rt = dst_cache_get_ip4(cache, &tx->saddr);

	if (rt)
		return rt;
	rt = ip_route_output_flow(tx->net, &fl, NULL);
	if (IS_ERR(rt))
		return NULL;
	tx->saddr = fl.saddr;
	dst_cache_set_ip4(cache, &rt->dst, fl.saddr);
	return rt;
}

static enum vpntun_counter tx_route(struct tx *tx)
{
	u32 outer = sizeof(struct iphdr);
	u32 mtu;

	tx->net = rcu_dereference(tx->vt->outer);
	tx->ep = rcu_dereference(tx->child->peer->ep);
	if (!tx->net || !tx->ep)
		return VPNTUN_C_tx_no_outer;
	if (tx->ep->encap == VPNTUN_ENCAP_UDP) {
		outer += sizeof(struct udphdr);
		if (!rcu_access_pointer(tx->ep->sock->sk))
			return VPNTUN_C_tx_no_socket;
	}
	tx->rt = tx_route_lookup(tx, tx->ep);
	if (!tx->rt || tx->rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST))
		return VPNTUN_C_tx_no_route;
	if (tx->rt->dst.dev == tx->vt->dev)
		return VPNTUN_C_tx_loop;
	mtu = dst_mtu(&tx->rt->dst);
	tx->max = esp_fmt_max_payload(&tx->sa->fmt, mtu > outer ? mtu - outer : 0);
	return VPNTUN_C_NONE;
}

/* DF of the outer header: as inside (RFC 4301 8.1); IPv6 never fragments on its way. */
static bool tx_dont_fragment(const struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IP))
		return ip_hdr(skb)->frag_off & htons(IP_DF);
	return skb->len > IPV6_MIN_MTU;
}

/* Tell the inner sender about the path's MTU (RFC 4301 8.2.1). */
static enum vpntun_counter tx_check_size(struct tx *tx, struct sk_buff *skb)
{
	u32 max = tx->max;

	if (skb->protocol == htons(ETH_P_IPV6))
		max = max_t(u32, max, IPV6_MIN_MTU);
	if (skb_is_gso(skb) ? skb_gso_validate_network_len(skb, max) : skb->len <= max)
		return VPNTUN_C_NONE;
	if (!tx_dont_fragment(skb))
		return VPNTUN_C_NONE;
	skb_dst_update_pmtu_no_confirm(skb, max);
	if (skb->protocol == htons(ETH_P_IP))
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(max));
	else
		icmpv6_ndo_send(skb, ICMPV6_PKT_TOOBIG, 0, max);
	return VPNTUN_C_tx_too_big;
}

static void tx_send_udp(struct vpntun_work *work, const struct vpntun_endpoint *ep, bool xnet)
{
	struct sk_buff *skb = work->skb;
	struct sock *sk = rcu_dereference(ep->sock->sk);

	/* RFC 3948 2.1: the UDP checksum is sent as zero over IPv4. */
	udp_tunnel_xmit_skb(work->tx.rt, sk, skb, work->tx.saddr, work->tx.daddr,
			    work->tx.tos, ip4_dst_hoplimit(&work->tx.rt->dst), work->tx.df,
			    work->tx.sport, work->tx.dport, xnet, true, 0);
}

/*
 * Send an encrypted packet; takes over skb and route on success. The socket is
 * looked at again: a port that the daemon gave up is never sent from.
 */
static enum vpntun_counter tx_send(struct vpntun_work *work, struct vpntun_dev *vt)
{
	const struct vpntun_endpoint *ep = rcu_dereference(work->sa->child->peer->ep);
	struct net *net = rcu_dereference(vt->outer);
	struct sk_buff *skb = work->skb;
	bool xnet;

	if (!net || !ep)
		return VPNTUN_C_tx_no_outer;
	if (work->tx.encap == VPNTUN_ENCAP_UDP &&
	    (!ep->sock || !rcu_access_pointer(ep->sock->sk)))
		return VPNTUN_C_tx_no_socket;

	xnet = !net_eq(net, dev_net(vt->dev));
	dev_sw_netstats_tx_add(vt->dev, 1, work->tx.len);
	skb->dev = NULL;	/* the helpers would count the outer length */
	skb->ip_summed = CHECKSUM_NONE;
	skb->encapsulation = 0;
	if (work->tx.encap == VPNTUN_ENCAP_UDP) {
		tx_send_udp(work, ep, xnet);
		return VPNTUN_C_NONE;
	}
	skb_reset_transport_header(skb);
	iptunnel_xmit(NULL, work->tx.rt, skb, work->tx.saddr, work->tx.daddr, IPPROTO_ESP,
		      work->tx.tos, ip4_dst_hoplimit(&work->tx.rt->dst), work->tx.df, xnet, 0);
	return VPNTUN_C_NONE;
}

/*
 * The end of every encryption, now or later: send the packet, or drop it.
 */
static void tx_done(struct vpntun_work *work, int err)
{
	enum vpntun_counter why = VPNTUN_C_tx_crypto_failed;
	struct vpntun_sa *sa = work->sa;
	struct vpntun_peer *peer;

	rcu_read_lock();
	peer = sa->child->peer;
	if (!err)
		why = tx_send(work, peer->vt);
	if (why != VPNTUN_C_NONE) {
		vpntun_drop(peer->vt, peer, sa, sa->spi, why);
		ip_rt_put(work->tx.rt);
		kfree_skb(work->skb);
	}
	rcu_read_unlock();
	kfree(work);
	if (sa->async)
		vpntun_sa_put(sa);
}

static void tx_done_async(vpntun_crypto_arg *arg, int err)
{
	struct vpntun_work *work = vpntun_crypto_data(arg);

	if (err == -EINPROGRESS)	/* only left the driver's backlog */
		return;
	local_bh_disable();
	atomic64_inc(&work->sa->asyncs);
	tx_done(work, err);
	local_bh_enable();
}

/*
 * Room for all headers in front and the trailer behind, and data that is ours to
 * overwrite. Copies only what is shared. Return: scatterlist entries needed.
 */
static int tx_make_room(struct sk_buff *skb, u32 head, u32 tail, struct sk_buff **last)
{
	int more = head - skb_headroom(skb);

	if (more > 0 && pskb_expand_head(skb, SKB_DATA_ALIGN(more),
					 max_t(int, tail - skb_tailroom(skb), 0), GFP_ATOMIC))
		return -ENOMEM;
	if (!skb_cloned(skb) && !skb_is_nonlinear(skb) && skb_tailroom(skb) >= tail) {
		*last = skb;
		return 1;
	}
	return skb_cow_data(skb, tail, last);
}

/* The explicit IV: unpredictable for CBC (RFC 3602 2), unique for GCM (RFC 4106 3.1). */
static void tx_fill_iv(struct vpntun_work *work, u64 seq)
{
	__be64 counter = cpu_to_be64(seq);

	if (work->sa->enc == VPNTUN_ENC_AES_GCM16)
		memcpy(work->iv, &counter, sizeof(counter));
	else
		get_random_bytes(work->iv, work->sa->fmt.iv);
}

static void tx_fill_esp(struct vpntun_work *work, struct sk_buff *last, u32 seq, u8 next)
{
	const struct esp_fmt *fmt = &work->sa->fmt;
	struct sk_buff *skb = work->skb;
	u32 pad = esp_fmt_pad_len(fmt, skb->len);
	struct ip_esp_hdr *esp;

	esp_fmt_fill_trailer(pskb_put(skb, last, pad + ESP_FMT_TRAILER_LEN + fmt->icv),
			     pad, next);
	esp = skb_push(skb, esp_fmt_head_len(fmt));
	esp->spi = work->sa->spi;
	esp->seq_no = htonl(seq);
	tx_fill_iv(work, seq);
	memcpy(esp->enc_data, work->iv, fmt->iv);
}

/* What the outer header copies from the inner one (RFC 4301 5.1.2, RFC 6040 4.1). */
static void tx_copy_inner(const struct tx *tx, struct vpntun_work *work)
{
	const struct sk_buff *skb = work->skb;

	work->tx.len = skb->len;
	work->tx.df = tx_dont_fragment(skb) ? htons(IP_DF) : 0;
	work->tx.tos = skb->protocol == htons(ETH_P_IP) ? ip_hdr(skb)->tos :
		       ipv6_get_dsfield(ipv6_hdr(skb));
	work->tx.saddr = tx->saddr;
	work->tx.daddr = tx->ep->remote.v4;
	work->tx.sport = tx->ep->local_port;
	work->tx.dport = tx->ep->remote_port;
	work->tx.encap = tx->ep->encap;
	work->tx.rt = tx->rt;
}

/* Encrypt and send one packet; takes it over unless a counter comes back. */
static enum vpntun_counter tx_one(const struct tx *tx, struct sk_buff *skb, u32 seq)
{
	const struct esp_fmt *fmt = &tx->sa->fmt;
	u8 next = skb->protocol == htons(ETH_P_IP) ? IPPROTO_IPIP : IPPROTO_IPV6;
	u32 tail = esp_fmt_tail_len(fmt, skb->len);
	u32 text = skb->len + tail - fmt->icv;
	struct vpntun_work *work;
	struct sk_buff *last;
	int nfrags, err;

	nfrags = tx_make_room(skb, esp_fmt_head_len(fmt) + sizeof(struct udphdr) +
			      sizeof(struct iphdr) + LL_RESERVED_SPACE(tx->rt->dst.dev),
			      tail, &last);
	if (nfrags < 0)
		return VPNTUN_C_tx_no_memory;
	work = vpntun_work_alloc(tx->sa, skb, nfrags, tx_done_async);
	if (!work)
		return VPNTUN_C_tx_no_memory;
	tx_copy_inner(tx, work);
	dst_hold(&tx->rt->dst);
	skb_set_inner_network_header(skb, skb_network_offset(skb));
	skb_dst_drop(skb);
	tx_fill_esp(work, last, seq, next);

	err = vpntun_work_map(work, text);
	if (!err)
		err = crypto_aead_encrypt(&work->req);
	if (err != -EINPROGRESS)
		tx_done(work, err);
	return VPNTUN_C_NONE;
}

/* Cut a super-packet, or finish the checksum of a single one. */
static struct sk_buff *tx_segment(struct sk_buff *skb)
{
	struct sk_buff *segs;

	if (!skb_is_gso(skb)) {
		if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_help(skb))
			return NULL;
		skb_mark_not_on_list(skb);
		return skb;
	}
	segs = skb_gso_segment(skb, 0);
	if (IS_ERR_OR_NULL(segs))
		return NULL;
	consume_skb(skb);
	return segs;
}

/*
 * Reserve @n sequence numbers; the first one comes back, 0 if they ended: they
 * never wrap (RFC 4303 3.3.3). The counter then stays beyond the end: taking
 * anything back could hand out a number, and with GCM a nonce, twice.
 */
static u32 tx_reserve(struct vpntun_sa *sa, u32 n)
{
	u64 last = atomic64_add_return(n, &sa->seq);

	if (likely(last <= U32_MAX))
		return last - n + 1;
	vpntun_sa_stop(sa, VPNTUN_EXPIRE_REASON_SEQUENCE);
	return 0;
}

/* Drop a list, each packet of it counted. */
static void tx_drop_list(const struct tx *tx, struct sk_buff *skb, enum vpntun_counter why)
{
	struct vpntun_peer *peer = tx->child ? tx->child->peer : NULL;
	struct sk_buff *next;

	skb_list_walk_safe(skb, skb, next) {
		skb_mark_not_on_list(skb);
		vpntun_drop(tx->vt, peer, tx->sa, tx->sa ? tx->sa->spi : 0, why);
		kfree_skb(skb);
	}
}

static void tx_list(const struct tx *tx, struct sk_buff *list)
{
	struct sk_buff *skb, *next;
	enum vpntun_counter why;
	u64 bytes = 0;
	u32 n = 0, seq;

	skb_list_walk_safe(list, skb, next) {
		n++;
		bytes += skb->len;
	}
	if (!vpntun_sa_account(tx->sa, n, bytes)) {
		tx_drop_list(tx, list, VPNTUN_C_tx_sa_stopped);
		return;
	}
	seq = tx_reserve(tx->sa, n);
	if (!seq) {
		tx_drop_list(tx, list, VPNTUN_C_tx_sequence_end);
		return;
	}
	skb_list_walk_safe(list, skb, next) {
		skb_mark_not_on_list(skb);
		why = tx_one(tx, skb, seq++);
		if (why != VPNTUN_C_NONE)
			tx_drop_list(tx, skb, why);
	}
}

/* What the device gets and cannot send protected is dropped, never sent in clear. */
static void tx_refuse(const struct tx *tx, struct sk_buff *skb, enum vpntun_counter why)
{
	if (why == VPNTUN_C_tx_no_child) {	/* RFC 4301 6: the sender may know */
		if (skb->protocol == htons(ETH_P_IP))
			icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, 0);
		else
			icmpv6_ndo_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADM_PROHIBITED, 0);
	}
	tx_drop_list(tx, skb, why);
}

/**
 * vpntun_xmit() - the device's transmit function
 * @skb: inner packet, maybe a super-packet to segment; taken over
 * @dev: the device
 *
 * Context: softirqs off.
 * Return: NETDEV_TX_OK; what cannot be sent is dropped and counted
 */
netdev_tx_t vpntun_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct tx tx = { .vt = netdev_priv(dev) };
	enum vpntun_counter why;
	struct sk_buff *list;

	rcu_read_lock();
	why = tx_select_sa(&tx, skb);
	if (why == VPNTUN_C_NONE)
		why = tx_route(&tx);
	if (why == VPNTUN_C_NONE)
		why = tx_check_size(&tx, skb);
	if (why == VPNTUN_C_NONE) {
		list = tx_segment(skb);
		if (list)
			tx_list(&tx, list);
		else
			why = VPNTUN_C_tx_gso_failed;
	}
	if (why != VPNTUN_C_NONE)
		tx_refuse(&tx, skb, why);
	if (tx.rt)
		ip_rt_put(tx.rt);
	if (tx.sa)
		vpntun_sa_put(tx.sa);
	rcu_read_unlock();
	return NETDEV_TX_OK;
}
