// SPDX-License-Identifier: GPL-2.0
/*
 * Order and width: units of work stand in a lane, are worked on by any CPU, and
 * leave the lane in the order in which they came.
 *
 * A unit is a list of packets of one SA (skb->next); what is to be known of it
 * stands in the first packet's struct vpntun_cb. Few units are worked on by who
 * brings them. Of many, all but the first are laid out on a ring for other CPUs,
 * and who brings them helps to clear it. What is taken from the ring belongs to
 * who took it, so nothing has to be claimed, and nobody ever waits.
 */
#include <linux/cpumask.h>
#include <linux/ptr_ring.h>

#include "vpntun.h"

#define RING_UNITS	1024
#define TURN_MAX	256	/* packets */

static struct ptr_ring ring;
static struct workqueue_struct *helper_wq;
static DEFINE_PER_CPU(struct work_struct, helpers);
static DEFINE_PER_CPU(unsigned int, last_helper);

/**
 * vpntun_lane_init() - make an empty lane
 * @lane: the lane
 */
void vpntun_lane_init(struct vpntun_lane *lane)
{
	spin_lock_init(&lane->lock);
	lane->first = NULL;
	lane->last = NULL;
	lane->packets = 0;
	lane->turn = 0;
	lane->busy = false;
}

/**
 * vpntun_lane_add() - a unit takes its place at the end
 * @lane: the lane, locked
 * @unit: the unit
 * @packets: how many it has
 */
void vpntun_lane_add(struct vpntun_lane *lane, struct sk_buff *unit, u32 packets)
{
	struct vpntun_cb *cb = vpntun_cb(unit);

	cb->next = NULL;
	cb->packets = packets;
	cb->done = false;
	if (lane->last)
		vpntun_cb(lane->last)->next = unit;
	else
		lane->first = unit;
	lane->last = unit;
	lane->packets += packets;
}

/**
 * vpntun_lane_grow() - a packet more in the last unit
 * @lane: the lane, locked
 * @unit: its last unit
 */
void vpntun_lane_grow(struct vpntun_lane *lane, struct sk_buff *unit)
{
	vpntun_cb(unit)->packets++;
	lane->packets++;
}

static void take_turn(struct vpntun_lane *lane)
{
	lane->busy = true;
	lane->cpu = smp_processor_id();
	lane->turn = 0;
}

/*
 * Is the turn that of who finished @unit? Where many bring packets the lane is never
 * empty; then who had a long turn is relieved, or it would last for ever.
 */
static bool turn_is_due(const struct vpntun_lane *lane, const struct sk_buff *unit)
{
	if (likely(!lane->busy))
		return lane->first == unit;
	return lane->turn >= TURN_MAX && lane->cpu != smp_processor_id() &&
	       vpntun_cb(lane->first)->done;
}

/**
 * vpntun_lane_alone() - number a packet and take the turn for it, if it is alone
 * @lane: its lane
 * @sa: its SA
 * @seq: where to put the number
 *
 * Context: softirqs off.
 * Return: true if the caller is to send the packet, and then to empty the lane by
 * vpntun_lane_turn(); false if there are others, or no number is left
 */
bool vpntun_lane_alone(struct vpntun_lane *lane, struct vpntun_sa *sa, u64 *seq)
{
	bool alone;

	spin_lock(&lane->lock);
	alone = !lane->first && !lane->busy && sa->seq < sa->seq_max;
	if (likely(alone)) {
		take_turn(lane);
		*seq = ++sa->seq;
	}
	spin_unlock(&lane->lock);
	return alone;
}

/**
 * vpntun_lane_done() - a unit's work is done
 * @lane: its lane
 * @unit: the unit; no longer the caller's
 *
 * Context: softirqs off.
 * Return: true if the caller is to see that the lane is emptied by
 * vpntun_lane_next() or vpntun_lane_turn(); otherwise somebody else does, or has
 * nothing to do yet
 */
bool vpntun_lane_done(struct vpntun_lane *lane, struct sk_buff *unit)
{
	bool mine;

	spin_lock(&lane->lock);
	vpntun_cb(unit)->done = true;
	mine = turn_is_due(lane, unit);
	if (mine)
		take_turn(lane);
	spin_unlock(&lane->lock);
	return mine;
}

/* The first unit if it is done, else the turn is over. */
static struct sk_buff *take_first(struct vpntun_lane *lane)
{
	struct sk_buff *unit = lane->first;

	if (!unit || !vpntun_cb(unit)->done) {
		lane->busy = false;
		return NULL;
	}
	lane->first = vpntun_cb(unit)->next;
	if (!lane->first)
		lane->last = NULL;
	lane->packets -= vpntun_cb(unit)->packets;
	lane->turn += vpntun_cb(unit)->packets;
	return unit;
}

/**
 * vpntun_lane_next() - take the first unit, if its work is done
 * @lane: the lane; the caller empties it alone, as a poll does
 *
 * Context: softirqs off.
 * Return: the unit, now the caller's; or NULL, and the caller's turn is over
 */
struct sk_buff *vpntun_lane_next(struct vpntun_lane *lane)
{
	struct sk_buff *unit;

	spin_lock(&lane->lock);
	unit = take_first(lane);
	spin_unlock(&lane->lock);
	return unit;
}

/**
 * vpntun_lane_turn() - the same for who was told to empty the lane, and may be
 * relieved
 * @lane: the lane
 *
 * What the caller took last and what who relieved it takes first may leave in
 * either order.
 *
 * Context: softirqs off since the caller was told.
 * Return: the unit, now the caller's; or NULL, and the caller's turn is over
 */
struct sk_buff *vpntun_lane_turn(struct vpntun_lane *lane)
{
	struct sk_buff *unit = NULL;

	spin_lock(&lane->lock);
	if (likely(lane->cpu == smp_processor_id()))
		unit = take_first(lane);
	spin_unlock(&lane->lock);
	return unit;
}

static void work_on(struct sk_buff *unit)
{
	if (vpntun_cb(unit)->sa->dir == VPNTUN_DIR_OUT)
		vpntun_tx_work(unit);
	else
		vpntun_rx_work(unit);
}

static void helper(struct work_struct *work)
{
	struct sk_buff *unit;

	do {
		local_bh_disable();
		unit = ptr_ring_consume(&ring);
		if (unit)
			work_on(unit);
		local_bh_enable();
		cond_resched();
	} while (unit);
}

/* Wake @n other CPUs, each time others. */
static void wake_helpers(unsigned int n)
{
	unsigned int self = smp_processor_id();
	unsigned int cpu = __this_cpu_read(last_helper);

	for (n = min(n, num_online_cpus() - 1); n; n--) {
		do {
			cpu = cpumask_next(cpu, cpu_online_mask);
			if (cpu >= nr_cpu_ids)
				cpu = cpumask_first(cpu_online_mask);
		} while (cpu == self);
		queue_work_on(cpu, helper_wq, per_cpu_ptr(&helpers, cpu));
	}
	__this_cpu_write(last_helper, cpu);
}

/**
 * vpntun_lane_work() - have units worked on
 * @units: units in their lane's order; whoever works on one may free it, so none
 *	   is looked at after it was given away
 * @n: how many, not 0
 * @packets: how many packets they have together
 *
 * Context: softirqs off.
 */
void vpntun_lane_work(struct sk_buff **units, unsigned int n, unsigned int packets)
{
	unsigned int i, out = 0;
	struct sk_buff *unit;

	if (packets >= VPNTUN_SPREAD_MIN && num_online_cpus() > 1)
		while (out < n - 1 && !ptr_ring_produce(&ring, units[out + 1]))
			out++;
	if (out)	/* none is woken for less than a few units */
		wake_helpers(packets / VPNTUN_SPREAD_MIN);
	work_on(units[0]);
	for (i = out + 1; i < n; i++)	/* the ring was full */
		work_on(units[i]);
	for (i = 0; i < out; i++) {
		unit = ptr_ring_consume(&ring);
		if (!unit)
			break;
		work_on(unit);
	}
}

/**
 * vpntun_lane_start() - make the ring and its helpers
 *
 * Return: 0 or -ENOMEM
 */
int vpntun_lane_start(void)
{
	int cpu, err;

	for_each_possible_cpu(cpu)
		INIT_WORK(per_cpu_ptr(&helpers, cpu), helper);
	err = ptr_ring_init(&ring, RING_UNITS, GFP_KERNEL);
	if (err)
		return err;
	helper_wq = alloc_workqueue("vpntun-crypt", WQ_CPU_INTENSIVE | WQ_MEM_RECLAIM, 0);
	if (!helper_wq) {
		ptr_ring_cleanup(&ring, NULL);
		return -ENOMEM;
	}
	return 0;
}

/**
 * vpntun_lane_stop() - undo vpntun_lane_start()
 *
 * Context: nothing brings units any more.
 */
void vpntun_lane_stop(void)
{
	destroy_workqueue(helper_wq);	/* runs what is queued */
	ptr_ring_cleanup(&ring, NULL);
}
