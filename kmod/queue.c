// SPDX-License-Identifier: GPL-2.0
/*
 * Received packets of one CPU: how they wait for each other, and how they reach
 * the stack.
 *
 * A packet that comes alone goes straight through, there is nothing to gain by
 * waiting. In company packets wait for the end of the batch that brings them;
 * then they are opened as units, on several CPUs if they are many, and go up
 * together, so that GRO joins them again. What came last tells what to expect:
 * after a batch packets wait a while, and of those that come alone one in some
 * waits, to see.
 */
#include <linux/netdevice.h>

#include "compat.h"
#include "vpntun.h"

#define COMPANY_POLLS	16	/* lone packets in a row until the next go straight */
#define ALONE_PROBE	64	/* one in so many waits */
#define RXQ_MAX		4096	/* packets waiting on one CPU */

/* This CPU is handing a packet to the stack straight from the receive path. */
static DEFINE_PER_CPU(bool, straight);

static struct vpntun_rxq *rxq_of(const struct sk_buff *unit)
{
	const struct vpntun_cb *cb = vpntun_cb(unit);

	return per_cpu_ptr(cb->sa->child->peer->vt->rxq, cb->cpu);
}

/**
 * vpntun_rxq_alone() - may a packet go straight through?
 * @vt: its device
 *
 * Context: softirqs off, to the call of vpntun_rxq_alone_done().
 * Return: true if nothing is before it; the caller then calls
 * vpntun_rxq_alone_done() when the stack has it
 */
bool vpntun_rxq_alone(struct vpntun_dev *vt)
{
	struct vpntun_rxq *q = this_cpu_ptr(vt->rxq);

	/* A tunnel in a tunnel: the stack has its limits. */
	if (q->company || __this_cpu_read(straight))
		return false;
	if (!skb_queue_empty_lockless(&q->arrived) || READ_ONCE(q->lane.first) ||
	    READ_ONCE(q->lane.busy) || READ_ONCE(q->dead))
		return false;
	if (test_bit(NAPI_STATE_SCHED, &q->napi.state))
		return false;	/* GRO may still hold what came before */
	if (!(++q->alone % ALONE_PROBE))
		return false;
	__this_cpu_write(straight, true);
	return true;
}

/**
 * vpntun_rxq_alone_done() - the packet is gone
 */
void vpntun_rxq_alone_done(void)
{
	__this_cpu_write(straight, false);
}

/**
 * vpntun_rxq_add() - a packet waits for its batch
 * @vt: its device
 * @skb: the packet; taken over, with @encap of its struct vpntun_cb set
 * @sa: its SA; a reference, taken over
 *
 * Context: softirqs off.
 */
void vpntun_rxq_add(struct vpntun_dev *vt, struct sk_buff *skb, struct vpntun_sa *sa)
{
	struct vpntun_rxq *q = this_cpu_ptr(vt->rxq);
	bool first, taken;

	vpntun_unit_init(skb, sa);
	vpntun_cb(skb)->cpu = smp_processor_id();
	spin_lock(&q->lane.lock);
	taken = !q->dead && skb_queue_len(&q->arrived) < RXQ_MAX;
	first = skb_queue_empty(&q->arrived);
	if (taken)
		__skb_queue_tail(&q->arrived, skb);
	spin_unlock(&q->lane.lock);
	if (unlikely(!taken))
		vpntun_rx_drop_unit(skb, VPNTUN_C_rx_queue_full);
	else if (first)
		napi_schedule(&q->napi);
}

/**
 * struct rx_batch - what one poll takes
 * @units: first packet of each unit
 * @n: number of units
 * @packets: of all
 */
struct rx_batch {
	struct sk_buff *units[NAPI_POLL_WEIGHT];
	unsigned int n;
	unsigned int packets;
};

/*
 * Make units of what arrived and give them their places in the lane. Neighbours
 * of one SA share a unit and one of their references to it.
 */
static void rxq_take(struct vpntun_rxq *q, struct rx_batch *b, int budget)
{
	struct sk_buff *unit = NULL, *last = NULL, *skb;
	u32 size = 0;

	b->n = 0;
	b->packets = 0;
	spin_lock(&q->lane.lock);
	q->lane.busy = true;
	q->lane.turn = 0;
	while (b->packets < budget && (skb = __skb_dequeue(&q->arrived)) != NULL) {
		struct vpntun_sa *sa = vpntun_cb(skb)->sa;

		skb_mark_not_on_list(skb);
		b->packets++;
		if (unit && size < VPNTUN_UNIT_MAX && vpntun_cb(unit)->sa == sa) {
			vpntun_sa_put(sa);
			vpntun_unit_join(unit, last, skb);
			vpntun_lane_grow(&q->lane, unit);
			size++;
		} else {
			vpntun_lane_add(&q->lane, skb, 1);
			b->units[b->n++] = skb;
			unit = skb;
			size = 1;
		}
		last = skb;
	}
	spin_unlock(&q->lane.lock);
}

static void rxq_expect(struct vpntun_rxq *q, unsigned int packets)
{
	if (packets > 1)
		q->company = COMPANY_POLLS;
	else if (packets && q->company)
		q->company--;
}

static int rxq_poll(struct napi_struct *napi, int budget)
{
	struct vpntun_rxq *q = container_of(napi, struct vpntun_rxq, napi);
	struct sk_buff *unit = NULL;
	struct rx_batch b;
	int n = 0;

	if (budget <= 0)
		return 0;
	rcu_read_lock();
	rxq_take(q, &b, min_t(int, budget, NAPI_POLL_WEIGHT));
	rxq_expect(q, b.packets);
	if (b.n)
		vpntun_lane_work(b.units, b.n, b.packets);
	while (n < budget && (unit = vpntun_lane_next(&q->lane)) != NULL) {
		n += vpntun_cb(unit)->packets;
		vpntun_rx_deliver_unit(unit, napi);
	}
	rcu_read_unlock();
	if (unit || !skb_queue_empty_lockless(&q->arrived))
		return budget;		/* there may be more */
	n = min(n, budget - 1);
	napi_complete_done(napi, n);
	return n;
}

/* The device is going: what is done is dropped. */
static void rxq_purge(struct vpntun_rxq *q)
{
	struct sk_buff *unit;

	while ((unit = vpntun_lane_next(&q->lane)) != NULL)
		vpntun_rx_drop_unit(unit, VPNTUN_C_rx_down);
}

/**
 * vpntun_rxq_done() - all packets of a unit came out of the cipher
 * @unit: the unit
 *
 * Context: softirqs off, any CPU.
 */
void vpntun_rxq_done(struct sk_buff *unit)
{
	struct vpntun_rxq *q = rxq_of(unit);
	bool mine;

	rcu_read_lock();	/* keeps the device once the unit is given away */
	mine = vpntun_lane_done(&q->lane, unit);
	if (unlikely(READ_ONCE(q->dead)))
		rxq_purge(q);
	else if (mine)
		napi_schedule(&q->napi);
	rcu_read_unlock();
}

/**
 * vpntun_rxq_init() - make a device's queues
 * @vt: the device
 *
 * Return: 0 or -ENOMEM
 */
int vpntun_rxq_init(struct vpntun_dev *vt)
{
	int cpu;

	vt->rxq = alloc_percpu(struct vpntun_rxq);
	if (!vt->rxq)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct vpntun_rxq *q = per_cpu_ptr(vt->rxq, cpu);

		vpntun_lane_init(&q->lane);
		__skb_queue_head_init(&q->arrived);
		q->company = COMPANY_POLLS;
		set_bit(NAPI_STATE_NO_BUSY_POLL, &q->napi.state);
		netif_napi_add(vt->dev, &q->napi, rxq_poll);
		napi_enable(&q->napi);
	}
	return 0;
}

/**
 * vpntun_rxq_stop() - nothing goes up any more
 * @vt: the device; packets of it may still be in the crypto layer
 *
 * Context: process.
 */
void vpntun_rxq_stop(struct vpntun_dev *vt)
{
	struct vpntun_rxq *q;
	struct sk_buff *skb;
	int cpu;

	for_each_possible_cpu(cpu) {
		q = per_cpu_ptr(vt->rxq, cpu);
		spin_lock_bh(&q->lane.lock);
		q->dead = true;
		spin_unlock_bh(&q->lane.lock);
	}
	synchronize_net();	/* who did not see it has scheduled by now */
	for_each_possible_cpu(cpu) {
		q = per_cpu_ptr(vt->rxq, cpu);
		napi_disable(&q->napi);
		netif_napi_del(&q->napi);
		local_bh_disable();
		while ((skb = __skb_dequeue(&q->arrived)) != NULL)
			vpntun_rx_drop_unit(skb, VPNTUN_C_rx_down);
		rxq_purge(q);
		local_bh_enable();
	}
}

/**
 * vpntun_rxq_free() - free a device's queues
 * @vt: the device; nobody refers to it any more
 */
void vpntun_rxq_free(struct vpntun_dev *vt)
{
	free_percpu(vt->rxq);
}
