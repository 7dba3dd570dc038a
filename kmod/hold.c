// SPDX-License-Identifier: GPL-2.0
/*
 * The first packets of a child wait here while the daemon negotiates its SA, and
 * go out in order as soon as there is one. Bounded in number, bytes and time; what
 * does not fit or waits in vain is dropped and counted.
 */
#include <linux/jiffies.h>
#include <linux/moduleparam.h>

#include "trace.h"
#include "vpntun.h"

#define HOLD_CHILD_PACKETS	16
#define HOLD_CHILD_BYTES	(64 * 1024)	/* or one packet, however big */
#define HOLD_DEV_PACKETS	1024

static unsigned int hold_seconds = 30;
module_param(hold_seconds, uint, 0644);
MODULE_PARM_DESC(hold_seconds, "how long packets wait for an SA; 0: not at all");

/**
 * struct hold_cb - in skb->cb of a packet that waits
 * @child: whose packet it is; only while RCU or the queue keeps it
 * @until: when to give up, in jiffies
 */
struct hold_cb {
	struct vpntun_child *child;
	unsigned long until;
};

static struct hold_cb *hold_cb(const struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct hold_cb) > sizeof(skb->cb));
	return (struct hold_cb *)skb->cb;
}

/* Take packets off a child, all or only those whose time is over. */
static void hold_take(struct vpntun_hold *hold, struct vpntun_child *child,
		      struct sk_buff_head *to, bool all)
{
	struct sk_buff *skb;

	lockdep_assert_held(&hold->lock);
	while ((skb = skb_peek(&child->held)) != NULL) {
		if (!all && time_before(jiffies, hold_cb(skb)->until))
			break;
		__skb_unlink(skb, &child->held);
		child->held_bytes -= skb->len;
		hold->packets--;
		__skb_queue_tail(to, skb);
	}
	if (skb_queue_empty(&child->held))
		list_del_init(&child->held_node);
}

/* Under the RCU read lock since before the packets left the queues. */
static void hold_drop(struct vpntun_dev *vt, struct sk_buff_head *list, enum vpntun_counter why)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(list)) != NULL)
		vpntun_drop_skb(skb, vt, hold_cb(skb)->child->peer, NULL, 0, why);
}

/*
 * Once more through the transmit function, past taps and filters that saw the
 * packets when they came first. Softirqs are off.
 */
static void hold_send(struct vpntun_dev *vt, struct sk_buff_head *list)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(list)) != NULL) {
		trace_vpntun_released(hold_cb(skb)->child->peer, hold_cb(skb)->child->id);
		memset(skb->cb, 0, sizeof(skb->cb));
		vpntun_tally(vt, VPNTUN_T_packets_released, 1);
		vpntun_xmit(skb, vt->dev);
	}
}

/* When the next packet of any child has waited long enough. */
static void hold_rearm(struct vpntun_hold *hold)
{
	unsigned long now = jiffies, delay = MAX_JIFFY_OFFSET, until;
	struct vpntun_child *child;

	if (list_empty(&hold->children))
		return;
	list_for_each_entry(child, &hold->children, held_node) {
		until = hold_cb(skb_peek(&child->held))->until;
		delay = min(delay, time_after(until, now) ? until - now : 1);
	}
	queue_delayed_work(vpntun_wq, &hold->work, delay);
}

/* Drops what waited too long; sends what was put here after its SA had come. */
static void hold_work(struct work_struct *work)
{
	struct vpntun_hold *hold = container_of(to_delayed_work(work), struct vpntun_hold, work);
	struct vpntun_dev *vt = container_of(hold, struct vpntun_dev, hold);
	struct vpntun_child *child, *next;
	struct sk_buff_head send, drop;

	__skb_queue_head_init(&send);
	__skb_queue_head_init(&drop);
	rcu_read_lock();
	local_bh_disable();
	spin_lock(&hold->lock);
	list_for_each_entry_safe(child, next, &hold->children, held_node) {
		if (rcu_access_pointer(child->out))
			hold_take(hold, child, &send, true);
		else
			hold_take(hold, child, &drop, false);
	}
	hold_rearm(hold);
	spin_unlock(&hold->lock);
	hold_drop(vt, &drop, VPNTUN_C_tx_hold_timeout);
	hold_send(vt, &send);
	local_bh_enable();
	rcu_read_unlock();
}

/**
 * vpntun_hold_init() - a device is made
 * @vt: the device
 */
void vpntun_hold_init(struct vpntun_dev *vt)
{
	spin_lock_init(&vt->hold.lock);
	INIT_LIST_HEAD(&vt->hold.children);
	INIT_DELAYED_WORK(&vt->hold.work, hold_work);
}

/**
 * vpntun_hold_exit() - a device ends
 * @vt: the device; without children
 *
 * Context: process.
 */
void vpntun_hold_exit(struct vpntun_dev *vt)
{
	WARN_ON_ONCE(vt->hold.packets);
	cancel_delayed_work_sync(&vt->hold.work);
}

/**
 * vpntun_hold_init_child() - a child is made
 * @child: the child
 */
void vpntun_hold_init_child(struct vpntun_child *child)
{
	__skb_queue_head_init(&child->held);
	INIT_LIST_HEAD(&child->held_node);
}

static bool hold_has_room(const struct vpntun_hold *hold, const struct vpntun_child *child,
			  u32 len)
{
	u32 n = skb_queue_len(&child->held);

	return hold->packets < HOLD_DEV_PACKETS && n < HOLD_CHILD_PACKETS &&
	       (!n || child->held_bytes + len <= HOLD_CHILD_BYTES);
}

/*
 * A packet that waits must not keep a socket, and with it a namespace, from its
 * end; nor may it lean on a route that is only borrowed.
 */
static void hold_make_own(struct sk_buff *skb, struct vpntun_child *child)
{
	skb_orphan(skb);
	skb_dst_force(skb);
	hold_cb(skb)->child = child;
	hold_cb(skb)->until = jiffies + READ_ONCE(hold_seconds) * HZ;
}

/**
 * vpntun_hold() - let a packet wait until its child has an SA to send with
 * @child: whose packet it is
 * @skb: the packet as the device got it, maybe a super-packet
 *
 * Context: softirqs off, RCU read lock.
 * Return: true if the packet was taken over: it waits, or was dropped and counted
 * for want of room; false if packets of this child do not wait
 */
bool vpntun_hold(struct vpntun_child *child, struct sk_buff *skb)
{
	struct vpntun_dev *vt = child->peer->vt;
	struct vpntun_hold *hold = &vt->hold;
	bool room;

	if (!child->report_acquire || !READ_ONCE(hold_seconds))
		return false;
	spin_lock_bh(&hold->lock);
	if (child->held_closed || !netif_running(vt->dev)) {
		spin_unlock_bh(&hold->lock);
		return false;
	}
	room = hold_has_room(hold, child, skb->len);
	if (room) {
		hold_make_own(skb, child);
		__skb_queue_tail(&child->held, skb);
		child->held_bytes += skb->len;
		hold->packets++;
		if (list_empty(&child->held_node))
			list_add_tail(&child->held_node, &hold->children);
		/*
		 * An SA that came since the caller looked may have released the
		 * queue before this packet was in it.
		 */
		if (rcu_access_pointer(child->out))
			mod_delayed_work(vpntun_wq, &hold->work, 0);
		else	/* unless it runs before that anyway */
			queue_delayed_work(vpntun_wq, &hold->work, hold_cb(skb)->until - jiffies);
	}
	spin_unlock_bh(&hold->lock);
	if (room) {
		vpntun_tally(vt, VPNTUN_T_packets_held, 1);
		trace_vpntun_held(child->peer, child->id);
	} else {
		vpntun_drop_skb(skb, vt, child->peer, NULL, 0, VPNTUN_C_tx_hold_full);
	}
	return true;
}

/**
 * vpntun_hold_release() - a child has an SA to send with: send what waited
 * @child: the child, its @out is set
 *
 * Context: process, or softirq; the child is installed.
 */
void vpntun_hold_release(struct vpntun_child *child)
{
	struct vpntun_dev *vt = child->peer->vt;
	struct sk_buff_head send;

	__skb_queue_head_init(&send);
	spin_lock_bh(&vt->hold.lock);
	hold_take(&vt->hold, child, &send, true);
	spin_unlock_bh(&vt->hold.lock);
	if (skb_queue_empty(&send))
		return;
	local_bh_disable();
	hold_send(vt, &send);
	local_bh_enable();
}

/**
 * vpntun_hold_purge() - a child goes away: drop what waits, take nothing more
 * @child: the child
 *
 * Context: process; the child is still referred to.
 */
void vpntun_hold_purge(struct vpntun_child *child)
{
	struct vpntun_dev *vt = child->peer->vt;
	struct sk_buff_head drop;

	__skb_queue_head_init(&drop);
	rcu_read_lock();
	spin_lock_bh(&vt->hold.lock);
	child->held_closed = true;
	hold_take(&vt->hold, child, &drop, true);
	spin_unlock_bh(&vt->hold.lock);
	hold_drop(vt, &drop, VPNTUN_C_tx_hold_gone);
	rcu_read_unlock();
}

/**
 * vpntun_hold_purge_dev() - a device goes down: drop all that waits
 * @vt: the device; transmits nothing more
 *
 * Context: process.
 */
void vpntun_hold_purge_dev(struct vpntun_dev *vt)
{
	struct vpntun_child *child, *next;
	struct sk_buff_head drop;

	__skb_queue_head_init(&drop);
	rcu_read_lock();
	spin_lock_bh(&vt->hold.lock);
	list_for_each_entry_safe(child, next, &vt->hold.children, held_node)
		hold_take(&vt->hold, child, &drop, true);
	spin_unlock_bh(&vt->hold.lock);
	hold_drop(vt, &drop, VPNTUN_C_tx_hold_gone);
	rcu_read_unlock();
}
