// SPDX-License-Identifier: GPL-2.0
/*
 * The way out: inner packet -> child -> SA -> way to the peer -> segments ->
 * ESP -> outer packet (RFC 4301 5.1, RFC 4303 3.3). All segments of a packet
 * share one look-up of each. Headers are complete before encryption, which may
 * then happen on any CPU; packets leave in the order of their numbers.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/esp.h>
#include <net/icmp.h>
#include <net/ip_tunnels.h>

#include "compat.h"
#include "vpntun.h"

#define TX_UNITS	32		/* units of one call: more go in several */
#define TX_LANE_MAX	2048		/* packets that wait for other CPUs */
#define TX_HEADROOM_MAX	256

/**
 * struct tx - what the packets of one call have in common
 * @vt: the device
 * @child: whose packets they are
 * @sa: what they are sent with; RCU, each unit takes a reference
 * @way: how they travel
 * @max: longest inner packet the path takes
 */
struct tx {
	struct vpntun_dev *vt;
	struct vpntun_child *child;
	struct vpntun_sa *sa;
	struct vpntun_way way;
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
	if (!vpntun_flow_read(skb, &flow, true, READ_ONCE(tx->vt->spd->upper)))
		return VPNTUN_C_tx_malformed;
	tx->child = spd_lookup(tx->vt->spd, &flow);
	if (!tx->child)
		return VPNTUN_C_tx_no_child;
	tx->sa = rcu_dereference(tx->child->out);
	if (tx->sa && likely(!test_bit(VPNTUN_SA_STOPPED, &tx->sa->flags)))
		return VPNTUN_C_NONE;
	tx_acquire(tx->child);
	return tx->sa ? VPNTUN_C_tx_sa_stopped : VPNTUN_C_tx_no_sa;
}

static enum vpntun_counter tx_find_way(struct tx *tx)
{
	enum vpntun_counter why = vpntun_way_find(&tx->way, tx->vt, tx->child->peer);

	if (why != VPNTUN_C_NONE)
		return why;
	tx->max = esp_fmt_max_payload(&tx->sa->fmt,
				      tx->way.mtu > tx->way.head ? tx->way.mtu - tx->way.head : 0);
	return VPNTUN_C_NONE;
}

/* What goes in front of an inner packet. */
static u32 tx_head(const struct tx *tx)
{
	return esp_fmt_head_len(&tx->sa->fmt) + tx->way.head + LL_RESERVED_SPACE(tx->way.dst->dev);
}

/*
 * The next packets bring the room that this one lacked. Asking for the most that
 * any way could need would make every packet's buffer larger.
 */
static void tx_want_headroom(struct net_device *dev, u32 head)
{
	if (READ_ONCE(dev->needed_headroom) < head && head <= TX_HEADROOM_MAX)
		WRITE_ONCE(dev->needed_headroom, head);
}

/*
 * Room for all headers in front and the trailer behind, and data that is ours to
 * overwrite. Copies only what is shared. Return: scatterlist entries needed.
 */
static int tx_make_room(struct sk_buff *skb, u32 head, u32 tail, struct sk_buff **last)
{
	int more = head - skb_headroom(skb);

	if (unlikely(more > 0)) {
		tx_want_headroom(skb->dev, head);
		if (pskb_expand_head(skb, SKB_DATA_ALIGN(more),
				     max_t(int, tail - skb_tailroom(skb), 0), GFP_ATOMIC))
			return -ENOMEM;
	}
	if (!skb_cloned(skb) && !skb_is_nonlinear(skb) && skb_tailroom(skb) >= tail) {
		*last = skb;
		return 1;
	}
	return skb_cow_data(skb, tail, last);
}

/* Everything but number, IV and ciphertext, around the inner packet. */
static void tx_wrap(const struct tx *tx, struct sk_buff *skb, struct sk_buff *last, u32 tfc)
{
	const struct esp_fmt *fmt = &tx->sa->fmt;
	u8 next = skb->protocol == htons(ETH_P_IP) ? IPPROTO_IPIP : IPPROTO_IPV6;
	u8 tos = vpntun_tos_out(tx->way.ep, skb);
	bool df = vpntun_df_out(tx->way.ep, skb);
	u32 pad = esp_fmt_pad_len(fmt, skb->len + tfc);
	struct ip_esp_hdr *esp;
	u8 *tail;

	skb_set_inner_network_header(skb, skb_network_offset(skb));
	tail = pskb_put(skb, last, tfc + pad + ESP_FMT_TRAILER_LEN + fmt->icv);
	if (tfc)	/* RFC 4303 2.7 */
		memset(tail, 0, tfc);
	esp_fmt_fill_trailer(tail + tfc, pad, next);
	esp = skb_push(skb, esp_fmt_head_len(fmt));
	esp->spi = tx->sa->spi;
	vpntun_outer_push(skb, &tx->way, tos, df);
}

/* Make one packet ready for its number and the cipher. */
static enum vpntun_counter tx_prepare(const struct tx *tx, struct sk_buff *skb)
{
	const struct esp_fmt *fmt = &tx->sa->fmt;
	struct vpntun_cb *cb = vpntun_cb(skb);
	u32 len = skb->len;
	u32 tfc = esp_fmt_tfc_len(len, tx->sa->tfc, tx->max);
	struct sk_buff *last;
	int nfrags;

	nfrags = tx_make_room(skb, tx_head(tx), tfc + esp_fmt_tail_len(fmt, len + tfc), &last);
	if (nfrags < 0)
		return VPNTUN_C_tx_no_memory;
	tx_wrap(tx, skb, last, tfc);
	cb->len = len;
	cb->off = tx->way.head;
	cb->nfrags = nfrags;
	cb->why = VPNTUN_C_NONE;
	return VPNTUN_C_NONE;
}

/* A unit in the order of its lane: send it. */
static void tx_send_unit(struct sk_buff *unit)
{
	struct vpntun_sa *sa = vpntun_cb(unit)->sa;
	struct vpntun_peer *peer = sa->child->peer;
	struct sk_buff *skb, *next;
	enum vpntun_counter why;

	skb_list_walk_safe(unit, skb, next) {
		skb_mark_not_on_list(skb);
		why = vpntun_cb(skb)->why;
		if (likely(why == VPNTUN_C_NONE))
			why = vpntun_outer_send(peer->vt, peer, skb);
		if (unlikely(why != VPNTUN_C_NONE))
			vpntun_drop_skb(skb, peer->vt, peer, sa, sa->spi, why);
	}
	vpntun_sa_put(sa);
}

/* The last packet of a unit came out of the cipher: send what is next in line. */
static void tx_unit_done(struct sk_buff *unit)
{
	struct vpntun_lane *lane = &vpntun_cb(unit)->sa->child->peer->lane;

	/*
	 * The peer lives through this read section: it began while the unit still
	 * held its SA, or, in place of it, another unit of this lane did.
	 */
	rcu_read_lock();
	if (vpntun_lane_done(lane, unit))
		while ((unit = vpntun_lane_turn(lane)) != NULL)
			tx_send_unit(unit);
	rcu_read_unlock();
}

static void tx_sealed(vpntun_crypto_arg *arg, int err)
{
	struct sk_buff *skb, *unit;

	if (err == -EINPROGRESS)	/* only left the driver's backlog */
		return;
	local_bh_disable();
	skb = vpntun_crypt_done(arg);
	unit = vpntun_unit(skb);
	if (err)
		vpntun_cb(skb)->why = VPNTUN_C_tx_crypto_failed;
	if (atomic_dec_and_test(&vpntun_cb(unit)->pending))
		tx_unit_done(unit);
	local_bh_enable();
}

static void tx_seal(struct vpntun_sa *sa, struct sk_buff *skb, crypto_completion_t later,
		    atomic_t *pending)
{
	struct vpntun_cb *cb = vpntun_cb(skb);
	struct ip_esp_hdr *esp = (void *)(skb->data + cb->off);
	int err;

	esp->seq_no = htonl((u32)cb->seq);
	if (later)
		atomic_inc(pending);
	err = vpntun_seal(sa, skb, cb->off, cb->nfrags, cb->seq, later);
	if (err == -EINPROGRESS)
		return;
	if (later)
		atomic_dec(pending);
	if (unlikely(err))
		cb->why = VPNTUN_C_tx_crypto_failed;
}

/**
 * vpntun_tx_work() - encrypt a unit
 * @unit: the unit; stands in its peer's lane
 *
 * Context: softirqs off, any CPU.
 */
void vpntun_tx_work(struct sk_buff *unit)
{
	struct vpntun_sa *sa = vpntun_cb(unit)->sa;
	crypto_completion_t later = vpntun_crypt_at_once(sa) ? NULL : tx_sealed;
	atomic_t *pending = &vpntun_cb(unit)->pending;
	struct sk_buff *skb;

	for (skb = unit; skb; skb = skb->next)
		tx_seal(sa, skb, later, pending);
	if (!later || atomic_dec_and_test(pending))
		tx_unit_done(unit);
}

static void tx_drop_one(const struct tx *tx, struct sk_buff *skb, enum vpntun_counter why)
{
	vpntun_drop_skb(skb, tx->vt, tx->child ? tx->child->peer : NULL, tx->sa,
			tx->sa ? tx->sa->spi : 0, why);
}

/* Drop a list, each packet of it counted. */
static void tx_drop_list(const struct tx *tx, struct sk_buff *skb, enum vpntun_counter why)
{
	struct sk_buff *next;

	skb_list_walk_safe(skb, skb, next) {
		skb_mark_not_on_list(skb);
		tx_drop_one(tx, skb, why);
	}
}

/**
 * struct tx_batch - units on their way into the lane
 * @units: first packet of each
 * @packets: number of packets of each
 * @n: number of units
 * @total: packets of all
 * @bytes: inner bytes of all
 * @last: last packet of the last unit
 */
struct tx_batch {
	struct sk_buff *units[TX_UNITS];
	u32 packets[TX_UNITS];
	unsigned int n;
	u32 total;
	u64 bytes;
	struct sk_buff *last;
};

/*
 * Give the packets their numbers and the units their places: both under the
 * lane's lock, so that packets leave in the order of their numbers. Numbers
 * never wrap (RFC 4303 3.3.3), and none is given out twice: with GCM it is the
 * nonce.
 */
static enum vpntun_counter tx_enter(struct tx *tx, const struct tx_batch *b)
{
	struct vpntun_lane *lane = &tx->child->peer->lane;
	enum vpntun_counter why = VPNTUN_C_NONE;
	struct vpntun_sa *sa = tx->sa;
	struct sk_buff *skb;
	unsigned int i;

	spin_lock(&lane->lock);
	if (unlikely(sa->seq_max - sa->seq < b->total)) {
		why = VPNTUN_C_tx_sequence_end;
	} else if (unlikely(lane->busy && lane->cpu == smp_processor_id())) {
		why = VPNTUN_C_tx_loop;	/* what it sends came back through another tunnel */
	} else if (unlikely(lane->packets > TX_LANE_MAX)) {
		why = VPNTUN_C_tx_queue_full;
	} else {
		for (i = 0; i < b->n; i++) {
			for (skb = b->units[i]; skb; skb = skb->next)
				vpntun_cb(skb)->seq = ++sa->seq;
			vpntun_lane_add(lane, b->units[i], b->packets[i]);
		}
	}
	spin_unlock(&lane->lock);
	if (unlikely(why == VPNTUN_C_tx_sequence_end))
		vpntun_sa_stop(sa, VPNTUN_EXPIRE_REASON_SEQUENCE);
	return why;
}

static void tx_start(struct tx_batch *b)
{
	b->n = 0;
	b->total = 0;
	b->bytes = 0;
}

/* Send a batch. Each unit has a reference to the SA. */
static void tx_flush(struct tx *tx, struct tx_batch *b)
{
	enum vpntun_counter why = VPNTUN_C_tx_sa_stopped;
	unsigned int i;

	if (unlikely(!b->n))
		return;
	if (likely(vpntun_sa_account(tx->sa, b->total, b->bytes)))
		why = tx_enter(tx, b);
	if (likely(why == VPNTUN_C_NONE)) {
		vpntun_lane_work(b->units, b->n, b->total);
	} else {
		for (i = 0; i < b->n; i++) {
			tx_drop_list(tx, b->units[i], why);
			vpntun_sa_put(tx->sa);
		}
	}
	tx_start(b);
}

/* Put a prepared packet into the batch's last unit, or a new one if that is full. */
static void tx_join(struct tx *tx, struct tx_batch *b, struct sk_buff *skb)
{
	if (b->n && b->packets[b->n - 1] < VPNTUN_UNIT_MAX) {
		vpntun_unit_join(b->units[b->n - 1], b->last, skb);
		b->packets[b->n - 1]++;
	} else {
		if (b->n == TX_UNITS)
			tx_flush(tx, b);
		if (!refcount_inc_not_zero(&tx->sa->ref)) {	/* removed this moment */
			tx_drop_one(tx, skb, VPNTUN_C_tx_sa_stopped);
			return;
		}
		vpntun_unit_init(skb, tx->sa);
		b->units[b->n] = skb;
		b->packets[b->n++] = 1;
	}
	b->last = skb;
	b->total++;
	b->bytes += vpntun_cb(skb)->len;
}

/* Prepare the packets of a list and send them as units. */
static void tx_list(struct tx *tx, struct sk_buff *list)
{
	struct sk_buff *skb, *next;
	enum vpntun_counter why;
	struct tx_batch b;

	tx_start(&b);
	skb_list_walk_safe(list, skb, next) {
		skb_mark_not_on_list(skb);
		why = tx_prepare(tx, skb);
		if (likely(why == VPNTUN_C_NONE))
			tx_join(tx, &b, skb);
		else
			tx_drop_one(tx, skb, why);
	}
	tx_flush(tx, &b);
}

/*
 * A packet for which nobody waits and that waits for nobody, as most are: it is
 * encrypted and sent at once, without a place in the lane. Return: false if there
 * are others, or if the cipher may take its time.
 */
static bool tx_alone(struct tx *tx, struct sk_buff *skb)
{
	struct vpntun_peer *peer = tx->child->peer;
	struct vpntun_cb *cb = vpntun_cb(skb);
	struct vpntun_sa *sa = tx->sa;
	enum vpntun_counter why;
	struct sk_buff *unit;

	if (!vpntun_crypt_at_once(sa) || !vpntun_lane_alone(&peer->lane, sa, &cb->seq))
		return false;
	why = VPNTUN_C_tx_sa_stopped;
	if (likely(vpntun_sa_account(sa, 1, cb->len))) {
		tx_seal(sa, skb, NULL, NULL);
		why = cb->why;
	}
	if (likely(why == VPNTUN_C_NONE))
		why = vpntun_outer_send(tx->vt, peer, skb);
	if (unlikely(why != VPNTUN_C_NONE))
		tx_drop_one(tx, skb, why);
	while (unlikely((unit = vpntun_lane_turn(&peer->lane)) != NULL))
		tx_send_unit(unit);
	return true;
}

/* A batch of one. The kernel clears the stack's batch: not what a lone packet has to pay for. */
static noinline_for_stack void tx_batch_one(struct tx *tx, struct sk_buff *skb)
{
	struct tx_batch b;

	tx_start(&b);
	tx_join(tx, &b, skb);
	tx_flush(tx, &b);
}

static void tx_one(struct tx *tx, struct sk_buff *skb)
{
	enum vpntun_counter why = tx_prepare(tx, skb);

	if (unlikely(why != VPNTUN_C_NONE))
		tx_drop_one(tx, skb, why);
	else if (!tx_alone(tx, skb))
		tx_batch_one(tx, skb);
}

/* What the device gets and cannot send protected is held or dropped, never sent in clear. */
static void tx_refuse(const struct tx *tx, struct sk_buff *skb, enum vpntun_counter why)
{
	if (why == VPNTUN_C_tx_no_sa && vpntun_hold(tx->child, skb))
		return;
	if (why == VPNTUN_C_tx_no_child) {	/* RFC 4301 6: the sender may know */
		if (skb->protocol == htons(ETH_P_IP))
			icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, 0);
		else
			icmpv6_ndo_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADM_PROHIBITED, 0);
	}
	tx_drop_one(tx, skb, why);
}

/* Pieces have no ports, so a child that names some would not take them (RFC 4301 7). */
static bool tx_must_fragment(const struct tx *tx, const struct sk_buff *skb)
{
	return unlikely(skb->len > tx->max) && !tx->child->set.ports &&
	       tx->way.ep->manner.fragment == VPNTUN_FRAGMENT_BEFORE && vpntun_may_fragment(skb);
}

/* Cut a packet to what the path takes, and send it. */
static enum vpntun_counter tx_packet(struct tx *tx, struct sk_buff *skb)
{
	const struct vpntun_room room = { .head = tx_head(tx), .tail = ESP_FMT_TAIL_MAX };
	struct sk_buff *list = vpntun_segment(skb, room), *next, *frags;

	if (!list)
		return VPNTUN_C_tx_gso_failed;
	if (!tx_must_fragment(tx, list)) {
		if (list->next)
			tx_list(tx, list);
		else
			tx_one(tx, list);
		return VPNTUN_C_NONE;
	}
	skb_list_walk_safe(list, skb, next) {
		skb_mark_not_on_list(skb);
		frags = tx_must_fragment(tx, skb) ? vpntun_fragment(skb, &tx->way, tx->max) : skb;
		if (frags)
			tx_list(tx, frags);
		else
			tx_drop_one(tx, skb, VPNTUN_C_tx_fragment_failed);
	}
	return VPNTUN_C_NONE;
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
	struct tx tx;
	enum vpntun_counter why;

	vpntun_cb(skb)->seq = 0;	/* for who traces a drop before it has one */
	tx.vt = netdev_priv(dev);
	tx.child = NULL;
	tx.sa = NULL;
	tx.way.dst = NULL;
	rcu_read_lock();
	why = tx_select_sa(&tx, skb);
	if (likely(why == VPNTUN_C_NONE))
		why = tx_find_way(&tx);
	if (likely(why == VPNTUN_C_NONE)) {
		if (vpntun_maybe_tcp(skb) && tx.way.ep->manner.mss_clamp)
			vpntun_mss_clamp(skb, min(tx.max, READ_ONCE(dev->mtu)));
		why = vpntun_size_check(skb, &tx.way, tx.max);
	}
	if (likely(why == VPNTUN_C_NONE))
		why = tx_packet(&tx, skb);
	if (unlikely(why != VPNTUN_C_NONE))
		tx_refuse(&tx, skb, why);
	vpntun_way_put(&tx.way);
	rcu_read_unlock();
	return NETDEV_TX_OK;
}
