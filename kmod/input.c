// SPDX-License-Identifier: GPL-2.0
/*
 * The way in: SPI -> SA -> replay check -> decrypt -> replay check again and
 * advance -> padding -> inner header -> selectors -> device (RFC 4303 3.4, RFC
 * 4301 5.2).
 */
#include <crypto/aead.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/esp.h>
#include <net/inet_ecn.h>
#include <net/ip.h>

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

/* The packet was authentic: its number counts as seen from now on. */
static enum vpntun_counter rx_replay_advance(struct vpntun_sa *sa, u32 seq)
{
	enum replay_result res;

	spin_lock_bh(&sa->replay_lock);
	res = replay_advance(sa->replay, seq);
	spin_unlock_bh(&sa->replay_lock);
	return replay_counters[res];
}

static enum vpntun_counter rx_replay_check(struct vpntun_sa *sa, u32 seq)
{
	enum replay_result res;

	spin_lock_bh(&sa->replay_lock);
	res = replay_check(sa->replay, seq);
	spin_unlock_bh(&sa->replay_lock);
	return replay_counters[res];
}

/* Cut off ESP header, IV, padding, trailer and ICV. */
static enum vpntun_counter rx_strip(struct vpntun_work *work, u8 *next)
{
	const struct esp_fmt *fmt = &work->sa->fmt;
	u8 buf[ESP_FMT_PAD_MAX + ESP_FMT_TRAILER_LEN];
	struct sk_buff *skb = work->skb;
	u32 end = skb->len - fmt->icv;
	u32 plain = end - esp_fmt_head_len(fmt);
	u32 have = min_t(u32, plain, sizeof(buf));
	u32 pad;

	if (skb_copy_bits(skb, end - have, buf, have))
		return VPNTUN_C_rx_bad_padding;
	if (esp_fmt_check_trailer(buf + have, have, plain, &pad, next) != ESP_FMT_OK)
		return VPNTUN_C_rx_bad_padding;
	if (pskb_trim(skb, end - pad - ESP_FMT_TRAILER_LEN))
		return VPNTUN_C_rx_no_memory;
	skb_pull(skb, esp_fmt_head_len(fmt));	/* linear since rx_one() */
	return VPNTUN_C_NONE;
}

/*
 * The inner length is what the header says; more behind it is padding that
 * hides the traffic's shape (RFC 4303 2.7).
 */
static enum vpntun_counter rx_trim_inner(struct sk_buff *skb, u8 next)
{
	u32 len;

	skb_reset_network_header(skb);
	if (next == IPPROTO_IPIP) {
		if (!pskb_may_pull(skb, sizeof(struct iphdr)) || ip_hdr(skb)->version != 4)
			return VPNTUN_C_rx_bad_inner;
		skb->protocol = htons(ETH_P_IP);
		len = ntohs(ip_hdr(skb)->tot_len);
		if (len < sizeof(struct iphdr))
			return VPNTUN_C_rx_bad_inner;
	} else {
		if (!pskb_may_pull(skb, sizeof(struct ipv6hdr)) || ipv6_hdr(skb)->version != 6)
			return VPNTUN_C_rx_bad_inner;
		skb->protocol = htons(ETH_P_IPV6);
		len = ntohs(ipv6_hdr(skb)->payload_len) + sizeof(struct ipv6hdr);
	}
	if (len > skb->len)
		return VPNTUN_C_rx_bad_inner;
	return pskb_trim(skb, len) ? VPNTUN_C_rx_no_memory : VPNTUN_C_NONE;
}

/* Congestion marks of the outer header go inside (RFC 6040 4.2). */
static bool rx_copy_ecn(struct sk_buff *skb, u8 outer)
{
	if (skb->protocol == htons(ETH_P_IP)) {
		if (skb_ensure_writable(skb, sizeof(struct iphdr)))
			return false;
		return INET_ECN_decapsulate(skb, outer, ip_hdr(skb)->tos) <= 1;
	}
	if (skb_ensure_writable(skb, sizeof(struct ipv6hdr)))
		return false;
	return INET_ECN_decapsulate(skb, outer, ipv6_get_dsfield(ipv6_hdr(skb))) <= 1;
}

static enum vpntun_counter rx_check_inner(struct vpntun_work *work, u8 next)
{
	struct sk_buff *skb = work->skb;
	enum vpntun_counter why;
	struct flow flow;

	if (next == IPPROTO_NONE)	/* RFC 4303 2.6 */
		return VPNTUN_C_rx_dummy;
	if (next != IPPROTO_IPIP && next != IPPROTO_IPV6)
		return VPNTUN_C_rx_bad_next_header;
	why = rx_trim_inner(skb, next);
	if (why != VPNTUN_C_NONE)
		return why;
	if (!vpntun_flow_parse(skb, &flow, false))
		return VPNTUN_C_rx_bad_inner;
	if (!selector_set_match(&work->sa->child->set, &flow))
		return VPNTUN_C_rx_bad_selector;
	if (!rx_copy_ecn(skb, work->rx.tos))
		return VPNTUN_C_rx_bad_ecn;
	return VPNTUN_C_NONE;
}

static void rx_check_first_use(struct vpntun_sa *sa)
{
	struct vpntun_event event = {
		.type = VPNTUN_EVENT_TYPE_FIRST_USE,
		.peer = sa->child->peer,
		.child = sa->child,
		.sa = sa,
	};

	if (likely(test_bit(VPNTUN_SA_USED, &sa->flags)))
		return;
	if (!test_and_set_bit(VPNTUN_SA_USED, &sa->flags))
		vpntun_event_send(&event);
}

static enum vpntun_counter rx_open(struct vpntun_work *work, int err)
{
	struct vpntun_sa *sa = work->sa;
	enum vpntun_counter why;
	u8 next;

	if (err)
		return err == -EBADMSG ? VPNTUN_C_rx_bad_icv : VPNTUN_C_rx_crypto_failed;
	why = rx_replay_advance(sa, work->rx.seq);
	if (why != VPNTUN_C_NONE)
		return why;
	rx_check_first_use(sa);
	vpntun_peer_check_mapping(sa, work->skb, work->rx.encap);
	why = rx_strip(work, &next);
	if (why == VPNTUN_C_NONE)
		why = rx_check_inner(work, next);
	if (why == VPNTUN_C_NONE && !vpntun_sa_account(sa, 1, work->skb->len))
		why = VPNTUN_C_rx_sa_stopped;
	return why;
}

/*
 * Hand a packet to the stack as the device's own. Checksums of the inner packet
 * are left to the stack: the ICV only proves that it is what the peer sent.
 */
static void rx_deliver(struct vpntun_dev *vt, struct sk_buff *skb)
{
	struct net *outer = rcu_dereference(vt->outer);

	skb_reset_mac_header(skb);
	skb_reset_mac_len(skb);
	skb_reset_transport_header(skb);
	skb->dev = vt->dev;
	skb->ip_summed = CHECKSUM_NONE;
	skb->encapsulation = 0;
	skb_clear_hash(skb);
	skb_set_queue_mapping(skb, 0);
	skb_scrub_packet(skb, !outer || !net_eq(outer, dev_net(vt->dev)));
	dev_sw_netstats_rx_add(vt->dev, skb->len);
	gro_cells_receive(&vt->gro, skb);
}

/*
 * The end of every decryption, now or later: deliver the packet, or drop it.
 */
static void rx_done(struct vpntun_work *work, int err)
{
	struct vpntun_sa *sa = work->sa;
	struct vpntun_peer *peer;
	enum vpntun_counter why;

	rcu_read_lock();
	peer = sa->child->peer;
	why = rx_open(work, err);
	if (why == VPNTUN_C_NONE && unlikely(!(peer->vt->dev->flags & IFF_UP)))
		why = VPNTUN_C_rx_down;
	if (why == VPNTUN_C_NONE) {
		rx_deliver(peer->vt, work->skb);
	} else {
		vpntun_drop(peer->vt, peer, sa, sa->spi, why);
		kfree_skb(work->skb);
	}
	rcu_read_unlock();
	kfree(work);
	if (sa->async)
		vpntun_sa_put(sa);
}

static void rx_done_async(vpntun_crypto_arg *arg, int err)
{
	struct vpntun_work *work = vpntun_crypto_data(arg);

	if (err == -EINPROGRESS)	/* only left the driver's backlog */
		return;
	local_bh_disable();
	atomic64_inc(&work->sa->asyncs);
	rx_done(work, err);
	local_bh_enable();
}

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

/* All that can be told before decryption. */
static enum vpntun_counter rx_check_outer(struct vpntun_sa *sa, const struct sk_buff *skb, u32 seq)
{
	enum vpntun_counter why;

	if (test_bit(VPNTUN_SA_STOPPED, &sa->flags))
		return VPNTUN_C_rx_sa_stopped;
	why = length_counters[esp_fmt_check_length(&sa->fmt, skb->len)];
	return why != VPNTUN_C_NONE ? why : rx_replay_check(sa, seq);
}

/* Decrypt a packet; takes it over unless a counter comes back. */
static enum vpntun_counter rx_one(struct vpntun_sa *sa, struct sk_buff *skb,
				  __be16 sport, u8 encap)
{
	const struct esp_fmt *fmt = &sa->fmt;
	u32 seq = ntohl(ip_esp_hdr(skb)->seq_no);
	enum vpntun_counter why;
	struct vpntun_work *work;
	int nfrags, err;

	why = rx_check_outer(sa, skb, seq);
	if (why != VPNTUN_C_NONE)
		return why;
	/* Drivers pull what they know, often not a byte of ESP: rx_strip() needs all of it. */
	if (!pskb_may_pull(skb, esp_fmt_head_len(fmt)))
		return VPNTUN_C_rx_no_memory;
	nfrags = rx_make_writable(skb);
	if (nfrags < 0)
		return VPNTUN_C_rx_no_memory;
	work = vpntun_work_alloc(sa, skb, nfrags, rx_done_async);
	if (!work)
		return VPNTUN_C_rx_no_memory;
	work->rx.seq = seq;
	work->rx.saddr = ip_hdr(skb)->saddr;
	work->rx.sport = sport;
	work->rx.encap = encap;
	work->rx.tos = ip_hdr(skb)->tos;
	skb_copy_bits(skb, ESP_FMT_HDR_LEN, work->iv, fmt->iv);
	skb->ip_summed = CHECKSUM_NONE;

	err = vpntun_work_map(work, skb->len - esp_fmt_head_len(fmt));
	if (!err)
		err = crypto_aead_decrypt(&work->req);
	if (err != -EINPROGRESS)
		rx_done(work, err);
	return VPNTUN_C_NONE;
}

/**
 * vpntun_rx() - an ESP packet came in
 * @skb: the packet; data at the ESP header, network header at the outer one
 * @sport: UDP source port, 0 for raw ESP
 * @encap: enum vpntun_encap
 *
 * ESP and ESP in UDP are both taken for any SA, whatever was negotiated (RFC
 * 7296 2.23).
 *
 * Context: softirq, RCU read lock.
 * Return: 0 if taken over, -EINVAL if it is too short or no SA of ours has the SPI
 */
int vpntun_rx(struct sk_buff *skb, __be16 sport, u8 encap)
{
	struct net *net = dev_net(skb->dev);
	enum vpntun_counter why;
	struct vpntun_peer *peer;
	struct vpntun_sa *sa;

	if (!pskb_may_pull(skb, ESP_FMT_HDR_LEN))
		return -EINVAL;
	sa = vpntun_sa_get_rcu(net, ip_esp_hdr(skb)->spi);
	if (!sa)
		return -EINVAL;
	why = rx_one(sa, skb, sport, encap);
	if (why != VPNTUN_C_NONE) {
		peer = sa->child->peer;
		vpntun_drop(peer->vt, peer, sa, sa->spi, why);
		kfree_skb(skb);
	}
	vpntun_sa_put(sa);
	return 0;
}
