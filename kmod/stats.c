// SPDX-License-Identifier: GPL-2.0
/*
 * Drop counters: counted per CPU, reported by ethtool, dmesg and, when many come
 * at once, by a notification.
 */
#include <linux/jiffies.h>
#include <linux/net.h>
#include <linux/percpu.h>

#include "trace.h"
#include "vpntun.h"

#define VPNTUN_BURST_DROPS	100		/* drops in a second that are a burst */
#define VPNTUN_BURST_PAUSE	(10 * HZ)	/* between notifications of a peer */

#define VPNTUN_COUNTER_NAME(name, text, reason) [VPNTUN_C_##name] = #name,
#define VPNTUN_TALLY_NAME(name) [VPNTUN_T_##name] = #name,
const char * const vpntun_counter_names[VPNTUN_STATS_COUNT] = {
	VPNTUN_COUNTERS(VPNTUN_COUNTER_NAME)
	VPNTUN_TALLIES(VPNTUN_TALLY_NAME)
};

#define VPNTUN_COUNTER_TEXT(name, text, reason) [VPNTUN_C_##name] = text,
static const char * const counter_texts[VPNTUN_C_COUNT] = {
	VPNTUN_COUNTERS(VPNTUN_COUNTER_TEXT)
};

/* The core's own: modules from outside the kernel's tree get no range of reasons. */
#define VPNTUN_COUNTER_REASON(name, text, reason) \
	[VPNTUN_C_##name] = SKB_DROP_REASON_##reason,
static const enum skb_drop_reason counter_reasons[VPNTUN_C_COUNT] = {
	VPNTUN_COUNTERS(VPNTUN_COUNTER_REASON)
};

/**
 * vpntun_stats_read() - sum the counters of a device
 * @vt: the device
 * @sum: VPNTUN_STATS_COUNT numbers to fill
 */
void vpntun_stats_read(const struct vpntun_dev *vt, u64 *sum)
{
	int cpu, i;

	memset(sum, 0, VPNTUN_STATS_COUNT * sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct vpntun_stats *stats = per_cpu_ptr(vt->stats, cpu);

		for (i = 0; i < VPNTUN_STATS_COUNT; i++)
			sum[i] += READ_ONCE(stats->count[i]);
	}
}

/**
 * vpntun_tally() - count something that is no drop
 * @vt: the device
 * @what: what it is
 * @n: how many of it
 *
 * Context: any.
 */
void vpntun_tally(struct vpntun_dev *vt, enum vpntun_tally what, u32 n)
{
	this_cpu_add(vt->stats->count[what], n);
}

/* Count a drop of a peer; the number of this second's if it became a burst. */
static u32 burst_count(struct vpntun_peer *peer, enum vpntun_counter why)
{
	u32 n = 0;

	/* A contended lock means a flood: to miss some of it is harmless. */
	if (!spin_trylock_bh(&peer->lock))
		return 0;
	if (time_after(jiffies, peer->burst_start + HZ)) {
		peer->burst_start = jiffies;
		memset(peer->burst, 0, sizeof(peer->burst));
	}
	if (++peer->burst[why] >= VPNTUN_BURST_DROPS &&
	    (!peer->burst_told || time_after(jiffies, peer->burst_told + VPNTUN_BURST_PAUSE))) {
		peer->burst_told = jiffies ?: 1;
		n = peer->burst[why];
	}
	spin_unlock_bh(&peer->lock);
	return n;
}

/* Counters, log, tracepoint and notification of a drop. */
static void account_drop(struct vpntun_dev *vt, struct vpntun_peer *peer, struct vpntun_sa *sa,
			 __be32 spi, u64 seq, enum vpntun_counter why)
{
	struct vpntun_event event = { .type = VPNTUN_EVENT_TYPE_DROP_BURST };

	trace_vpntun_drop(vt, peer, spi, seq, why);
	this_cpu_inc(vt->stats->count[why]);
	if (why < VPNTUN_C_rx_truncated)
		dev_core_stats_tx_dropped_inc(vt->dev);
	else
		dev_core_stats_rx_dropped_inc(vt->dev);
	if (sa)
		atomic64_inc(&sa->drops);
	if (!peer)
		return;
	if (net_ratelimit())
		netdev_info(vt->dev, "%s: SPI %08x: %s\n", peer->name, ntohl(spi),
			    counter_texts[why]);
	event.count = burst_count(peer, why);
	if (!event.count)
		return;
	event.peer = peer;
	event.sa = sa;
	event.child = sa ? sa->child : NULL;
	event.counter = vpntun_counter_names[why];
	vpntun_event_send(&event);
}

/**
 * vpntun_drop() - account for a packet that is being dropped
 * @vt: the device
 * @peer: whose packet it is; NULL where that is not known
 * @sa: its SA; NULL where there is none
 * @spi: its SPI, 0 where there is none
 * @why: the reason
 *
 * The caller frees the packet and holds the RCU read lock.
 */
void vpntun_drop(struct vpntun_dev *vt, struct vpntun_peer *peer, struct vpntun_sa *sa,
		 __be32 spi, enum vpntun_counter why)
{
	account_drop(vt, peer, sa, spi, 0, why);
}

/**
 * vpntun_drop_skb() - drop a packet
 * @skb: the packet; freed. If it has an SA, vpntun_cb()->seq is its number or 0
 * @vt: the device
 * @peer: whose packet it is; NULL where that is not known
 * @sa: its SA; NULL where there is none
 * @spi: its SPI, 0 where there is none
 * @why: the reason
 *
 * Context: RCU read lock.
 */
void vpntun_drop_skb(struct sk_buff *skb, struct vpntun_dev *vt, struct vpntun_peer *peer,
		     struct vpntun_sa *sa, __be32 spi, enum vpntun_counter why)
{
	account_drop(vt, peer, sa, spi, sa ? vpntun_cb(skb)->seq : 0, why);
	kfree_skb_reason(skb, counter_reasons[why]);
}
