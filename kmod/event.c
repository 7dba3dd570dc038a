// SPDX-License-Identifier: GPL-2.0
/*
 * Notifications: queued with a number where they happen, multicast by a worker
 * in that order. A reader that sees a gap missed some and asks for a dump.
 */
#include <net/genetlink.h>

#include "netlink_gen.h"
#include "trace.h"
#include "vpntun.h"

#define EVENT_QUEUE_MAX	1024	/* more are lost, and seen as a gap */

static int put_peer(struct sk_buff *msg, const struct vpntun_event *event)
{
	struct nlattr *nest = nla_nest_start(msg, VPNTUN_A_PEER);

	if (!nest || nla_put_u32(msg, VPNTUN_A_PEER_ID, event->peer->id) ||
	    nla_put_string(msg, VPNTUN_A_PEER_NAME, event->peer->name))
		return -EMSGSIZE;
	if (event->type == VPNTUN_EVENT_TYPE_MAPPING &&
	    (nla_put_u16(msg, VPNTUN_A_PEER_FAMILY, event->family) ||
	     nla_put(msg, VPNTUN_A_PEER_REMOTE, vpntun_addr_len(event->family),
		     &event->remote) ||
	     nla_put_be16(msg, VPNTUN_A_PEER_REMOTE_PORT, event->port)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_child(struct sk_buff *msg, const struct vpntun_event *event)
{
	struct nlattr *nest;

	if (!event->child)
		return 0;
	nest = nla_nest_start(msg, VPNTUN_A_CHILD);
	if (!nest || nla_put_u32(msg, VPNTUN_A_CHILD_ID, event->child->id) ||
	    nla_put_u32(msg, VPNTUN_A_CHILD_PEER_ID, event->peer->id))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_sa(struct sk_buff *msg, const struct vpntun_event *event)
{
	struct nlattr *nest;

	if (!event->sa)
		return 0;
	nest = nla_nest_start(msg, VPNTUN_A_SA);
	if (!nest || nla_put_u32(msg, VPNTUN_A_SA_PEER_ID, event->peer->id) ||
	    nla_put_u32(msg, VPNTUN_A_SA_CHILD_ID, event->sa->child->id) ||
	    nla_put_u32(msg, VPNTUN_A_SA_DIR, event->sa->dir) ||
	    nla_put_be32(msg, VPNTUN_A_SA_SPI, event->sa->spi))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* The number goes in when the message is queued: its place comes back. */
static u32 *put_event(struct sk_buff *msg, const struct vpntun_event *event)
{
	struct nlattr *nest = nla_nest_start(msg, VPNTUN_A_EVENT);
	struct nlattr *seq;

	if (!nest || nla_put_u32(msg, VPNTUN_A_EVENT_TYPE, event->type) ||
	    (event->reason && nla_put_u32(msg, VPNTUN_A_EVENT_REASON, event->reason)))
		return NULL;
	if (event->counter &&
	    (nla_put_string(msg, VPNTUN_A_EVENT_COUNTER, event->counter) ||
	     nla_put_u64_64bit(msg, VPNTUN_A_EVENT_COUNT, event->count, VPNTUN_A_EVENT_PAD)))
		return NULL;
	seq = nla_reserve(msg, VPNTUN_A_EVENT_SEQ, sizeof(u32));
	if (!seq)
		return NULL;
	nla_nest_end(msg, nest);
	return nla_data(seq);
}

static struct sk_buff *build(const struct vpntun_event *event, u32 **seq)
{
	struct sk_buff *msg = genlmsg_new(NLMSG_DEFAULT_SIZE / 4, GFP_ATOMIC);
	void *hdr;

	if (!msg)
		return NULL;
	hdr = genlmsg_put(msg, 0, 0, &vpntun_nl_family, 0, VPNTUN_CMD_NOTIFY);
	if (!hdr || nla_put_u32(msg, VPNTUN_A_IFINDEX, event->peer->vt->dev->ifindex) ||
	    put_peer(msg, event) || put_child(msg, event) || put_sa(msg, event))
		goto err;
	*seq = put_event(msg, event);
	if (!*seq)
		goto err;
	genlmsg_end(msg, hdr);
	return msg;

err:
	nlmsg_free(msg);
	return NULL;
}

static void trace_event(const struct vpntun_event *event)
{
	switch (event->type) {
	case VPNTUN_EVENT_TYPE_ACQUIRE:
		trace_vpntun_acquire(event->peer, event->child->id);
		break;
	case VPNTUN_EVENT_TYPE_SOFT_EXPIRE:
		trace_vpntun_sa_soft_expired(event->sa, event->reason);
		break;
	case VPNTUN_EVENT_TYPE_HARD_EXPIRE:
		trace_vpntun_sa_hard_expired(event->sa, event->reason);
		break;
	case VPNTUN_EVENT_TYPE_FIRST_USE:
		trace_vpntun_sa_first_use(event->sa, VPNTUN_EXPIRE_REASON_NONE);
		break;
	case VPNTUN_EVENT_TYPE_MAPPING:
		trace_vpntun_mapping(event->peer, &event->remote, event->family == AF_INET6,
				     event->port);
		break;
	}
}

/**
 * vpntun_event_send() - queue a notification to the device's outer namespace
 * @event: what happened; borrowed
 *
 * Context: any, under the RCU read lock.
 */
void vpntun_event_send(const struct vpntun_event *event)
{
	struct net *net = rcu_dereference(event->peer->vt->outer);
	struct vpntun_net *vn;
	struct sk_buff *msg;
	unsigned long flags;
	u32 *seq;

	trace_event(event);
	if (!net || !genl_has_listeners(&vpntun_nl_family, net, VPNTUN_NLGRP_EVENTS))
		return;
	vn = vpntun_net(net);
	msg = build(event, &seq);
	spin_lock_irqsave(&vn->events.lock, flags);
	vn->event_seq++;
	if (msg && skb_queue_len(&vn->events) < EVENT_QUEUE_MAX) {
		*seq = vn->event_seq;
		__skb_queue_tail(&vn->events, msg);
		msg = NULL;
	}
	spin_unlock_irqrestore(&vn->events.lock, flags);
	nlmsg_free(msg);
	queue_work(vpntun_wq, &vn->event_work);
}

static void event_work(struct work_struct *work)
{
	struct vpntun_net *vn = container_of(work, struct vpntun_net, event_work);
	struct sk_buff *msg;

	while ((msg = skb_dequeue(&vn->events)) != NULL)
		genlmsg_multicast_netns(&vpntun_nl_family, vn->net, msg, 0,
					VPNTUN_NLGRP_EVENTS, GFP_KERNEL);
}

/**
 * vpntun_event_init() - prepare a namespace's queue
 * @vn: state of the namespace
 */
void vpntun_event_init(struct vpntun_net *vn)
{
	skb_queue_head_init(&vn->events);
	INIT_WORK(&vn->event_work, event_work);
}

/**
 * vpntun_event_exit() - drop what a namespace has queued
 * @vn: state of the namespace; nothing queues any more
 */
void vpntun_event_exit(struct vpntun_net *vn)
{
	cancel_work_sync(&vn->event_work);
	skb_queue_purge(&vn->events);
}
