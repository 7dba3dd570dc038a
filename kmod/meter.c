// SPDX-License-Identifier: GPL-2.0
/*
 * Lifetimes of SAs in packets and bytes, exact though several CPUs carry: each
 * CPU holds a share of what is left until the next limit and spends from that
 * without a look at the others. A share is a fraction of what is left, so shares
 * shrink near a limit; before a limit counts as reached, all shares are taken
 * back. What was carried then is never more than the limit (RFC 4301 4.4.2.1),
 * and the limit is not told before it is reached either.
 */
#include <linux/cpumask.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "meter.h"
#include "vpntun.h"

#define METER_FAR	(1ULL << 62)	/* the distance of a limit that is not there */

/**
 * struct meter_share - what a CPU may spend
 * @lock: taken by the CPU itself, and by who takes the share back
 * @packets: left of its share
 * @bytes: left of its share
 */
struct meter_share {
	spinlock_t lock;
	u64 packets;
	u64 bytes;
};

/**
 * struct vpntun_meter - an SA's limits
 * @lock: protects what follows; taken before the lock of a share
 * @soft: when to ask for a successor
 * @hard: when to stop
 * @packets: spent or in shares
 * @bytes: spent or in shares
 * @told: the soft limit was reached
 * @shares: per CPU
 */
struct vpntun_meter {
	spinlock_t lock;
	struct vpntun_limits soft;
	struct vpntun_limits hard;
	u64 packets;
	u64 bytes;
	bool told;
	struct meter_share __percpu *shares;
};

static bool has_limits(const struct vpntun_limits *limits)
{
	return limits->packets || limits->bytes;
}

/**
 * vpntun_meter_alloc() - make an SA's meter
 * @soft: soft limits
 * @hard: hard limits
 *
 * Return: the meter; NULL if there is no limit in packets or bytes; or an error
 * pointer
 */
struct vpntun_meter *vpntun_meter_alloc(const struct vpntun_limits *soft,
					const struct vpntun_limits *hard)
{
	struct vpntun_meter *m;
	int cpu;

	if (!has_limits(soft) && !has_limits(hard))
		return NULL;
	m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (!m)
		return ERR_PTR(-ENOMEM);
	m->shares = alloc_percpu(struct meter_share);
	if (!m->shares) {
		kfree(m);
		return ERR_PTR(-ENOMEM);
	}
	spin_lock_init(&m->lock);
	m->soft = *soft;
	m->hard = *hard;
	for_each_possible_cpu(cpu)
		spin_lock_init(&per_cpu_ptr(m->shares, cpu)->lock);
	return m;
}

/**
 * vpntun_meter_free() - free a meter
 * @m: the meter, or NULL
 */
void vpntun_meter_free(struct vpntun_meter *m)
{
	if (!m)
		return;
	free_percpu(m->shares);
	kfree(m);
}

static u8 beyond(const struct vpntun_limits *limits, u64 packets, u64 bytes)
{
	if (limits->packets && packets > limits->packets)
		return VPNTUN_EXPIRE_REASON_PACKETS;
	if (limits->bytes && bytes > limits->bytes)
		return VPNTUN_EXPIRE_REASON_BYTES;
	return VPNTUN_EXPIRE_REASON_NONE;
}

static u8 reached(const struct vpntun_limits *limits, u64 packets, u64 bytes)
{
	if (limits->packets && packets >= limits->packets)
		return VPNTUN_EXPIRE_REASON_PACKETS;
	if (limits->bytes && bytes >= limits->bytes)
		return VPNTUN_EXPIRE_REASON_BYTES;
	return VPNTUN_EXPIRE_REASON_NONE;
}

static void take_back(struct vpntun_meter *m, struct meter_share *share)
{
	lockdep_assert_held(&m->lock);
	spin_lock(&share->lock);
	m->packets -= share->packets;
	m->bytes -= share->bytes;
	share->packets = 0;
	share->bytes = 0;
	spin_unlock(&share->lock);
}

static void take_back_all(struct vpntun_meter *m)
{
	int cpu;

	for_each_possible_cpu(cpu)
		take_back(m, per_cpu_ptr(m->shares, cpu));
}

/* How far it is to the next limit that counts. */
static u64 distance(const struct vpntun_meter *m, u64 at, u64 soft, u64 hard)
{
	u64 next = METER_FAR;

	if (hard)
		next = min(next, hard > at ? hard - at : 0);
	if (soft && !m->told)
		next = min(next, soft > at ? soft - at : 0);
	return next;
}

/* So small a part that all CPUs together stay away from the limit. */
static void give_share(struct vpntun_meter *m, struct meter_share *share)
{
	u32 part = 4 * num_possible_cpus();
	u64 packets = div_u64(distance(m, m->packets, m->soft.packets, m->hard.packets), part);
	u64 bytes = div_u64(distance(m, m->bytes, m->soft.bytes, m->hard.bytes), part);

	if (!packets || !bytes)
		return;
	spin_lock(&share->lock);
	share->packets = packets;
	share->bytes = bytes;
	spin_unlock(&share->lock);
	m->packets += packets;
	m->bytes += bytes;
}

static struct vpntun_meter_result take_common(struct vpntun_meter *m, struct meter_share *share,
					      u32 packets, u64 bytes)
{
	struct vpntun_meter_result res = { .ok = true };

	take_back(m, share);
	if (beyond(&m->hard, m->packets + packets, m->bytes + bytes) ||
	    (!m->told && reached(&m->soft, m->packets + packets, m->bytes + bytes)))
		take_back_all(m);
	res.hard = beyond(&m->hard, m->packets + packets, m->bytes + bytes);
	if (res.hard) {
		res.ok = false;
		return res;
	}
	m->packets += packets;
	m->bytes += bytes;
	if (!m->told) {
		res.soft = reached(&m->soft, m->packets, m->bytes);
		m->told = res.soft;
	}
	give_share(m, share);
	return res;
}

/**
 * vpntun_meter_take() - spend from an SA's lifetime
 * @m: the meter
 * @packets: number of packets to carry
 * @bytes: their bytes
 *
 * All of it or nothing.
 *
 * Context: softirqs off.
 * Return: whether it fits, and the limits that were reached
 */
struct vpntun_meter_result vpntun_meter_take(struct vpntun_meter *m, u32 packets, u64 bytes)
{
	struct vpntun_meter_result res = { .ok = true };
	struct meter_share *share = this_cpu_ptr(m->shares);
	bool enough;

	spin_lock(&share->lock);
	enough = share->packets >= packets && share->bytes >= bytes;
	if (enough) {
		share->packets -= packets;
		share->bytes -= bytes;
	}
	spin_unlock(&share->lock);
	if (likely(enough))
		return res;
	spin_lock(&m->lock);
	res = take_common(m, share, packets, bytes);
	spin_unlock(&m->lock);
	return res;
}
