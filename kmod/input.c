// SPDX-License-Identifier: GPL-2.0
/*
 * The way in: SPI -> SA -> replay check -> decrypt -> replay check again and
 * advance -> padding -> inner header -> selectors -> device (RFC 4303 3.4, RFC
 * 4301 5.2). A packet takes it alone or as one of a unit, see queue.c.
 */
#include <crypto/aead.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/dsfield.h>
#include <net/esp.h>
#include <net/ip_tunnels.h>

#include "compat.h"
#include "vpntun.h"

static const enum vpntun_counter replay_counters[] = {
	[REPLAY_OK]	= VPNTUN_C_NONE,
	[REPLAY_ZERO]	= VPNTUN_C_rx_seq_zero,
	[REPLAY_OLD]	= VPNTUN_C_rx_replay_old,
	[REPLAY_SEEN]	= VPNTUN_C_rx_replayed,
};

static const enum vpntun_counter length_counters[] = {
	[ESP_FMT_OK]		= VPNTUN_C_NONE,
	[ESP_FMT_SHORT]		= VPNTUN_C_rx_truncated,
	[ESP_FMT_UNALIGNED]	= VPNTUN_C_rx_misaligned,
};

static u8 rx_outer_tos(const struct sk_buff *skb)
{
	return ip_hdr(skb)->version == 4 ? ip_hdr(skb)->tos : ipv6_get_dsfield(ipv6_hdr(skb));
}

static void rx_drop(struct vpntun_sa *sa, struct sk_buff *skb, enum vpntun_counter why)
{
	struct vpntun_peer *peer = sa->child->peer;

	vpntun_drop_skb(skb, peer->vt, peer, sa, sa->spi, why);
}

/* ---- before decryption --------------------------------------------------- */

/* Data that is ours to overwrite. Return: scatterlist entries needed. */
static int rx_make_writable(struct sk_buff *skb)
{
	struct sk_buff *last;

	if (!skb_cloned(skb)) {
		if (!skb_is_nonlinear(skb))
			return 1;
		if (!skb_has_frag_list(skb) && !skb_has_shared_frag(skb))
			return skb_shinfo(skb)->nr_frags + 1;
	}
	return skb_cow_data(skb, 0, &last);
}

/* What can be told of a packet by itself before decryption. */
static enum vpntun_counter rx_prepare(struct vpntun_sa *sa, struct sk_buff *skb)
{
	struct vpntun_cb *cb = vpntun_cb(skb);
	enum vpntun_counter why;
	int nfrags;

	if (unlikely(test_bit(VPNTUN_SA_STOPPED, &sa->flags)))
		return VPNTUN_C_rx_sa_stopped;
	why = length_counters[esp_fmt_check_length(&sa->fmt, skb->len)];
	if (unlikely(why != VPNTUN_C_NONE))
		return why;
	/* Drivers pull what they know, often not a byte of ESP: rx_strip() needs all of it. */
	if (!pskb_may_pull(skb, esp_fmt_head_len(&sa->fmt)))
		return VPNTUN_C_rx_no_memory;
	nfrags = rx_make_writable(skb);
	if (nfrags < 0)
		return VPNTUN_C_rx_no_memory;
	cb->nfrags = nfrags;
	cb->len = skb->len;
	skb->ip_summed = CHECKSUM_NONE;
	return VPNTUN_C_NONE;
}

/* The replay lock is held. */
static enum vpntun_counter rx_check_replay(struct vpntun_sa *sa, struct sk_buff *skb)
{
	struct vpntun_cb *cb = vpntun_cb(skb);

	cb->seq = replay_expand(sa->replay, ntohl(ip_esp_hdr(skb)->seq_no));
	return replay_counters[replay_check(sa->replay, cb->seq)];
}

static enum vpntun_counter rx_result(int err)
{
	if (likely(!err))
		return VPNTUN_C_NONE;
	return err == -EBADMSG ? VPNTUN_C_rx_bad_icv : VPNTUN_C_rx_crypto_failed;
}

/* ---- after decryption ---------------------------------------------------- */

/* The trailer of a packet in several pieces. */
static noinline_for_stack enum esp_fmt_result rx_check_copy(const struct sk_buff *skb, u32 end,
							     u32 plain, u32 *pad, u8 *next)
{
	u8 buf[ESP_FMT_PAD_MAX + ESP_FMT_TRAILER_LEN];
	u32 have = min_t(u32, plain, sizeof(buf));

	if (skb_copy_bits(skb, end - have, buf, have))
		return ESP_FMT_SHORT;
	return esp_fmt_check_trailer(buf + have, have, plain, pad, next);
}

/* Cut off ESP header, IV, padding, trailer and ICV. */
static enum vpntun_counter rx_strip(struct vpntun_sa *sa, struct sk_buff *skb, u8 *next)
{
	const struct esp_fmt *fmt = &sa->fmt;
	u32 end = skb->len - fmt->icv;
	u32 plain = end - esp_fmt_head_len(fmt);
	enum esp_fmt_result form;
	u32 pad;

	if (likely(!skb_is_nonlinear(skb)))
		form = esp_fmt_check_trailer(skb->data + end, plain, plain, &pad, next);
	else
		form = rx_check_copy(skb, end, plain, &pad, next);
	if (form != ESP_FMT_OK)
		return VPNTUN_C_rx_bad_padding;
	end -= pad + ESP_FMT_TRAILER_LEN;
	if (likely(!skb_is_nonlinear(skb)))
		__skb_trim(skb, end);
	else if (pskb_trim(skb, end))
		return VPNTUN_C_rx_no_memory;
	__skb_pull(skb, esp_fmt_head_len(fmt));	/* linear since rx_prepare() */
	return VPNTUN_C_NONE;
}

static noinline_for_stack void rx_tell_first_use(struct vpntun_sa *sa)
{
	struct vpntun_event event = {
		.type = VPNTUN_EVENT_TYPE_FIRST_USE,
		.peer = sa->child->peer,
		.child = sa->child,
		.sa = sa,
	};

	if (!test_and_set_bit(VPNTUN_SA_USED, &sa->flags))
		vpntun_event_send(&event);
}

/* An authentic packet with a number that was not seen: take the inner one out. */
static enum vpntun_counter rx_unwrap(struct vpntun_sa *sa, struct sk_buff *skb)
{
	u8 tos = rx_outer_tos(skb);
	enum vpntun_counter why;
	u8 next;

	if (unlikely(!test_bit(VPNTUN_SA_USED, &sa->flags)))
		rx_tell_first_use(sa);
	vpntun_peer_check_mapping(sa, skb, vpntun_cb(skb)->encap);
	why = rx_strip(sa, skb, &next);
	if (likely(why == VPNTUN_C_NONE))
		why = vpntun_inner_check(skb, sa, next, tos);
	return why;
}

/*
 * Hand a packet to the stack as the device's own. What the ICV proved needs no
 * inner checksum any more, unless the user wants it (ethtool -K rx off).
 */
static void rx_deliver(struct vpntun_dev *vt, struct sk_buff *skb, struct napi_struct *napi)
{
	struct net *outer = rcu_dereference(vt->outer);

	skb_reset_mac_header(skb);
	skb_reset_mac_len(skb);
	skb_reset_transport_header(skb);
	skb->dev = vt->dev;
	skb->ip_summed = CHECKSUM_NONE;
	if (likely(vt->dev->features & NETIF_F_RXCSUM)) {
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		skb->csum_level = ~0;
	}
	skb->encapsulation = 0;
	skb_clear_hash(skb);
	skb_set_queue_mapping(skb, 0);
	skb_scrub_packet(skb, !outer || !net_eq(outer, dev_net(vt->dev)));
	dev_sw_netstats_rx_add(vt->dev, skb->len);
	if (napi)
		napi_gro_receive(napi, skb);
	else
		netif_receive_skb(skb);
}

/*
 * What a host behind the peer announces as its MSS is held to what the path back
 * takes.
 */
static noinline_for_stack void rx_clamp_syn(struct vpntun_sa *sa, struct sk_buff *skb)
{
	const struct vpntun_sa *back = rcu_dereference(sa->child->out);
	struct vpntun_peer *peer = sa->child->peer;
	struct vpntun_way way;

	if (!back)
		back = sa;
	if (vpntun_way_find(&way, peer->vt, peer) == VPNTUN_C_NONE && way.mtu > way.head)
		vpntun_mss_clamp(skb, esp_fmt_max_payload(&back->fmt, way.mtu - way.head));
	vpntun_way_put(&way);
}

static void rx_clamp(struct vpntun_sa *sa, struct sk_buff *skb)
{
	const struct vpntun_endpoint *ep = rcu_dereference(sa->child->peer->ep);

	if (ep && ep->manner.mss_clamp && vpntun_maybe_tcp(skb) && vpntun_mss_is_syn(skb))
		rx_clamp_syn(sa, skb);
}

/* ---- a unit of packets --------------------------------------------------- */

/**
 * vpntun_rx_drop_unit() - drop a unit
 * @unit: the unit; taken over with its reference to the SA
 * @why: the reason, for packets that have none of their own
 *
 * Context: softirqs off.
 */
void vpntun_rx_drop_unit(struct sk_buff *unit, enum vpntun_counter why)
{
	struct vpntun_sa *sa = vpntun_cb(unit)->sa;
	struct sk_buff *skb, *next;

	rcu_read_lock();
	skb_list_walk_safe(unit, skb, next) {
		skb_mark_not_on_list(skb);
		rx_drop(sa, skb, why);
	}
	rcu_read_unlock();
	vpntun_sa_put(sa);
}

static void rx_opened(vpntun_crypto_arg *arg, int err)
{
	struct sk_buff *skb, *unit;

	if (err == -EINPROGRESS)	/* only left the driver's backlog */
		return;
	local_bh_disable();
	skb = vpntun_crypt_done(arg);
	unit = vpntun_unit(skb);
	vpntun_cb(skb)->why = rx_result(err);
	if (atomic_dec_and_test(&vpntun_cb(unit)->pending))
		vpntun_rxq_done(unit);
	local_bh_enable();
}

static void rx_open(struct vpntun_sa *sa, struct sk_buff *skb, crypto_completion_t later,
		    atomic_t *pending)
{
	struct vpntun_cb *cb = vpntun_cb(skb);
	int err;

	if (later)
		atomic_inc(pending);
	err = vpntun_open(sa, skb, 0, cb->nfrags, cb->seq, later);
	if (err == -EINPROGRESS)
		return;
	if (later)
		atomic_dec(pending);
	cb->why = rx_result(err);
}

/**
 * vpntun_rx_work() - decrypt a unit
 * @unit: the unit; stands in a CPU's lane
 *
 * Context: softirqs off, any CPU.
 */
void vpntun_rx_work(struct sk_buff *unit)
{
	struct vpntun_sa *sa = vpntun_cb(unit)->sa;
	crypto_completion_t later = vpntun_crypt_at_once(sa) ? NULL : rx_opened;
	atomic_t *pending = &vpntun_cb(unit)->pending;
	struct sk_buff *skb;

	for (skb = unit; skb; skb = skb->next)
		vpntun_cb(skb)->why = rx_prepare(sa, skb);
	spin_lock(&sa->replay_lock);
	for (skb = unit; skb; skb = skb->next)
		if (likely(vpntun_cb(skb)->why == VPNTUN_C_NONE))
			vpntun_cb(skb)->why = rx_check_replay(sa, skb);
	spin_unlock(&sa->replay_lock);
	for (skb = unit; skb; skb = skb->next)
		if (likely(vpntun_cb(skb)->why == VPNTUN_C_NONE))
			rx_open(sa, skb, later, pending);
	if (!later || atomic_dec_and_test(pending))
		vpntun_rxq_done(unit);
}

/* The packets are authentic: their numbers count as seen from now on. */
static void rx_advance_unit(struct vpntun_sa *sa, struct sk_buff *unit)
{
	struct sk_buff *skb;

	spin_lock(&sa->replay_lock);
	for (skb = unit; skb; skb = skb->next)
		if (likely(vpntun_cb(skb)->why == VPNTUN_C_NONE))
			vpntun_cb(skb)->why =
				replay_counters[replay_advance(sa->replay, vpntun_cb(skb)->seq)];
	spin_unlock(&sa->replay_lock);
}

/**
 * vpntun_rx_deliver_unit() - the rest of the way, in order
 * @unit: the unit; taken over with its reference to the SA
 * @napi: context of the poll
 *
 * Context: softirq, RCU read lock.
 */
void vpntun_rx_deliver_unit(struct sk_buff *unit, struct napi_struct *napi)
{
	struct vpntun_sa *sa = vpntun_cb(unit)->sa;
	struct vpntun_peer *peer = sa->child->peer;
	bool up = peer->vt->dev->flags & IFF_UP;
	struct sk_buff *skb, *next;
	enum vpntun_counter why;
	u32 packets = 0;
	u64 bytes = 0;

	rx_advance_unit(sa, unit);
	for (skb = unit; skb; skb = skb->next) {
		if (likely(vpntun_cb(skb)->why == VPNTUN_C_NONE))
			vpntun_cb(skb)->why = rx_unwrap(sa, skb);
		if (likely(vpntun_cb(skb)->why == VPNTUN_C_NONE)) {
			packets++;
			bytes += skb->len;
		}
	}
	why = packets && !vpntun_sa_account(sa, packets, bytes) ? VPNTUN_C_rx_sa_stopped :
	      up ? VPNTUN_C_NONE : VPNTUN_C_rx_down;
	skb_list_walk_safe(unit, skb, next) {
		skb_mark_not_on_list(skb);
		if (unlikely(vpntun_cb(skb)->why != VPNTUN_C_NONE)) {
			rx_drop(sa, skb, vpntun_cb(skb)->why);
		} else if (unlikely(why != VPNTUN_C_NONE)) {
			rx_drop(sa, skb, why);
		} else {
			rx_clamp(sa, skb);
			rx_deliver(peer->vt, skb, napi);
		}
	}
	vpntun_sa_put(sa);
}

/* ---- a packet alone ------------------------------------------------------ */

static enum vpntun_counter rx_open_alone(struct vpntun_sa *sa, struct sk_buff *skb)
{
	enum vpntun_counter why = rx_prepare(sa, skb);

	if (unlikely(why != VPNTUN_C_NONE))
		return why;
	spin_lock(&sa->replay_lock);
	why = rx_check_replay(sa, skb);
	spin_unlock(&sa->replay_lock);
	if (unlikely(why != VPNTUN_C_NONE))
		return why;
	why = rx_result(vpntun_open(sa, skb, 0, vpntun_cb(skb)->nfrags, vpntun_cb(skb)->seq,
				    NULL));
	if (unlikely(why != VPNTUN_C_NONE))
		return why;
	spin_lock(&sa->replay_lock);
	why = replay_counters[replay_advance(sa->replay, vpntun_cb(skb)->seq)];
	spin_unlock(&sa->replay_lock);
	return why;
}

static void rx_alone(struct vpntun_sa *sa, struct sk_buff *skb)
{
	struct vpntun_peer *peer = sa->child->peer;
	enum vpntun_counter why = rx_open_alone(sa, skb);

	if (likely(why == VPNTUN_C_NONE))
		why = rx_unwrap(sa, skb);
	if (likely(why == VPNTUN_C_NONE) && !vpntun_sa_account(sa, 1, skb->len))
		why = VPNTUN_C_rx_sa_stopped;
	if (likely(why == VPNTUN_C_NONE) && unlikely(!(peer->vt->dev->flags & IFF_UP)))
		why = VPNTUN_C_rx_down;
	if (unlikely(why != VPNTUN_C_NONE)) {
		rx_drop(sa, skb, why);
		return;
	}
	rx_clamp(sa, skb);
	rx_deliver(peer->vt, skb, NULL);
}

/* ---- arrival ------------------------------------------------------------- */

/**
 * vpntun_rx() - an ESP packet came in
 * @skb: the packet; data at the ESP header, network header at the outer one
 * @encap: enum vpntun_encap
 *
 * ESP and ESP in UDP are both taken for any SA, whatever was negotiated (RFC
 * 7296 2.23).
 *
 * Context: softirq, RCU read lock.
 * Return: 0 if taken over, -EINVAL if it is too short or no SA of ours has the SPI
 */
int vpntun_rx(struct sk_buff *skb, u8 encap)
{
	struct net *net = dev_net(skb->dev);
	struct vpntun_dev *vt;
	struct vpntun_sa *sa;

	if (!pskb_may_pull(skb, ESP_FMT_HDR_LEN))
		return -EINVAL;
	sa = vpntun_sa_find_rcu(net, ip_esp_hdr(skb)->spi);
	if (unlikely(!sa))
		return -EINVAL;
	vt = sa->child->peer->vt;
	vpntun_cb(skb)->encap = encap;
	if (vpntun_crypt_at_once(sa) && vpntun_rxq_alone(vt)) {
		rx_alone(sa, skb);
		vpntun_rxq_alone_done();
	} else if (refcount_inc_not_zero(&sa->ref)) {
		vpntun_rxq_add(vt, skb, sa);
	} else {
		rx_drop(sa, skb, VPNTUN_C_rx_sa_stopped);
	}
	return 0;
}
