// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family's dumps: peers, children, SAs. No keys.
 */
#include <linux/jiffies.h>
#include <net/genetlink.h>
#include <net/netlink.h>

#include "compat.h"
#include "netlink_gen.h"
#include "vpntun.h"

/**
 * struct dump - a dump in progress
 * @msg: being filled
 * @cb: where to go on
 * @vt: the device, locked
 * @first: first peer to dump
 * @last: last peer to dump
 */
struct dump {
	struct sk_buff *msg;
	struct netlink_callback *cb;
	struct vpntun_dev *vt;
	u32 first;
	u32 last;
};

/* Where the next part of a dump begins: peer, child, and SA's place in its list. */
enum { AT_PEER, AT_CHILD, AT_SA };

static int put_peer(struct dump *d, struct vpntun_peer *peer)
{
	struct vpntun_endpoint *ep;

	ep = rcu_dereference_protected(peer->ep, lockdep_is_held(&d->vt->lock));
	if (nla_put_u32(d->msg, VPNTUN_A_PEER_ID, peer->id) ||
	    nla_put_string(d->msg, VPNTUN_A_PEER_NAME, peer->name))
		return -EMSGSIZE;
	return vpntun_endpoint_put(d->msg, ep);
}

static int put_selector(struct sk_buff *msg, u32 attr, const struct selector *sel)
{
	struct nlattr *nest = nla_nest_start(msg, attr);

	if (!nest || nla_put_u16(msg, VPNTUN_A_SELECTOR_FAMILY, sel->family) ||
	    nla_put(msg, VPNTUN_A_SELECTOR_ADDR, sel->family == AF_INET ? 4 : 16, sel->addr) ||
	    nla_put_u8(msg, VPNTUN_A_SELECTOR_PREFIXLEN, sel->prefixlen) ||
	    nla_put_u8(msg, VPNTUN_A_SELECTOR_PROTO, sel->proto) ||
	    nla_put_u16(msg, VPNTUN_A_SELECTOR_PORT_MIN, sel->port_min) ||
	    nla_put_u16(msg, VPNTUN_A_SELECTOR_PORT_MAX, sel->port_max))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_child(struct dump *d, const struct vpntun_child *child)
{
	u32 i;

	if (nla_put_u32(d->msg, VPNTUN_A_CHILD_ID, child->id) ||
	    nla_put_u32(d->msg, VPNTUN_A_CHILD_PEER_ID, child->peer->id) ||
	    nla_put_u8(d->msg, VPNTUN_A_CHILD_ACQUIRE, child->report_acquire))
		return -EMSGSIZE;
	for (i = 0; i < child->set.n_local; i++)
		if (put_selector(d->msg, VPNTUN_A_CHILD_LOCAL_TS, &child->set.local[i]))
			return -EMSGSIZE;
	for (i = 0; i < child->set.n_remote; i++)
		if (put_selector(d->msg, VPNTUN_A_CHILD_REMOTE_TS, &child->set.remote[i]))
			return -EMSGSIZE;
	return 0;
}

static int put_u64(struct sk_buff *msg, u32 attr, u64 value)
{
	return nla_put_u64_64bit(msg, attr, value, VPNTUN_A_SA_PAD);
}

static int put_limits(struct sk_buff *msg, const struct vpntun_sa *sa)
{
	const struct {
		u32 attr;
		u64 value;
	} limits[] = {
		{ VPNTUN_A_SA_SOFT_BYTES, sa->soft.bytes },
		{ VPNTUN_A_SA_HARD_BYTES, sa->hard.bytes },
		{ VPNTUN_A_SA_SOFT_PACKETS, sa->soft.packets },
		{ VPNTUN_A_SA_HARD_PACKETS, sa->hard.packets },
		{ VPNTUN_A_SA_SOFT_SECONDS, sa->soft.seconds },
		{ VPNTUN_A_SA_HARD_SECONDS, sa->hard.seconds },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(limits); i++)
		if (limits[i].value && put_u64(msg, limits[i].attr, limits[i].value))
			return -EMSGSIZE;
	return 0;
}

static u64 sa_sequence(struct vpntun_sa *sa)
{
	u64 seq;

	if (sa->dir == VPNTUN_DIR_OUT)
		return READ_ONCE(sa->seq);
	spin_lock_bh(&sa->replay_lock);
	seq = sa->replay->top;
	spin_unlock_bh(&sa->replay_lock);
	return seq;
}

static int put_counters(struct sk_buff *msg, struct vpntun_sa *sa)
{
	u64 age = jiffies64_to_msecs(get_jiffies_64() - sa->installed);
	struct vpntun_sa_stats sum;

	vpntun_sa_read(sa, &sum);
	if (put_u64(msg, VPNTUN_A_SA_BYTES, sum.bytes) ||
	    put_u64(msg, VPNTUN_A_SA_PACKETS, sum.packets) ||
	    put_u64(msg, VPNTUN_A_SA_SEQ, sa_sequence(sa)) ||
	    put_u64(msg, VPNTUN_A_SA_AGE, age) ||
	    put_u64(msg, VPNTUN_A_SA_ASYNC, atomic64_read(&sa->asyncs)) ||
	    put_u64(msg, VPNTUN_A_SA_DROPS, atomic64_read(&sa->drops)))
		return -EMSGSIZE;
	if (!sum.packets)
		return 0;
	return put_u64(msg, VPNTUN_A_SA_IDLE, jiffies_to_msecs(jiffies - sum.last));
}

static int put_sa(struct dump *d, struct vpntun_sa *sa)
{
	struct sk_buff *msg = d->msg;

	if (nla_put_u32(msg, VPNTUN_A_SA_PEER_ID, sa->child->peer->id) ||
	    nla_put_u32(msg, VPNTUN_A_SA_CHILD_ID, sa->child->id) ||
	    nla_put_u32(msg, VPNTUN_A_SA_DIR, sa->dir) ||
	    nla_put_be32(msg, VPNTUN_A_SA_SPI, sa->spi) ||
	    nla_put_u32(msg, VPNTUN_A_SA_ENC, sa->enc) ||
	    nla_put_u32(msg, VPNTUN_A_SA_AUTH, sa->auth) ||
	    nla_put_string(msg, VPNTUN_A_SA_DRIVER, vpntun_aead_driver(sa)) ||
	    nla_put_u8(msg, VPNTUN_A_SA_ESN, sa->esn))
		return -EMSGSIZE;
	if (sa->dir == VPNTUN_DIR_OUT ?
	    nla_put_u32(msg, VPNTUN_A_SA_SLOT, sa->slot) :
	    nla_put_u32(msg, VPNTUN_A_SA_REPLAY_WINDOW, sa->replay->window))
		return -EMSGSIZE;
	if (sa->tfc && nla_put_u32(msg, VPNTUN_A_SA_TFC_PAD, sa->tfc))
		return -EMSGSIZE;
	return put_limits(msg, sa) ?: put_counters(msg, sa);
}

/* Which object a message carries: exactly one is not NULL. */
struct object {
	u32 cmd;
	u32 attr;
	struct vpntun_peer *peer;
	struct vpntun_child *child;
	struct vpntun_sa *sa;
};

static int put_object(struct dump *d, const struct object *o)
{
	struct nlattr *nest;
	void *hdr;
	int err;

	hdr = genlmsg_put(d->msg, NETLINK_CB(d->cb->skb).portid, d->cb->nlh->nlmsg_seq,
			  &vpntun_nl_family, NLM_F_MULTI, o->cmd);
	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(d->cb, hdr);
	if (nla_put_u32(d->msg, VPNTUN_A_IFINDEX, d->vt->dev->ifindex))
		goto full;
	nest = nla_nest_start(d->msg, o->attr);
	if (!nest)
		goto full;
	err = o->peer ? put_peer(d, o->peer) : o->child ? put_child(d, o->child) :
						   put_sa(d, o->sa);
	if (err)
		goto full;
	nla_nest_end(d->msg, nest);
	genlmsg_end(d->msg, hdr);
	return 0;

full:
	genlmsg_cancel(d->msg, hdr);
	return -EMSGSIZE;
}

/* Each of these returns -EMSGSIZE with the place to go on noted, or 0 at the end. */
static int dump_peers(struct dump *d)
{
	struct object o = { .cmd = VPNTUN_CMD_PEER_GET, .attr = VPNTUN_A_PEER };
	unsigned long id;

	xa_for_each_start(&d->vt->peers, id, o.peer, d->cb->args[AT_PEER]) {
		d->cb->args[AT_PEER] = id;
		if (put_object(d, &o))
			return -EMSGSIZE;
	}
	return 0;
}

static int dump_child(struct dump *d, struct vpntun_child *child)
{
	struct object o = {
		.cmd = VPNTUN_CMD_CHILD_GET,
		.attr = VPNTUN_A_CHILD,
		.child = child,
	};

	return put_object(d, &o);
}

static int dump_child_sas(struct dump *d, struct vpntun_child *child)
{
	struct object o = { .cmd = VPNTUN_CMD_SA_GET, .attr = VPNTUN_A_SA };
	long at = 0;

	list_for_each_entry(o.sa, &child->sas, list) {
		if (at++ < d->cb->args[AT_SA])
			continue;
		if (put_object(d, &o))
			return -EMSGSIZE;
		d->cb->args[AT_SA] = at;
	}
	d->cb->args[AT_SA] = 0;
	return 0;
}

static int dump_children(struct dump *d, int (*one)(struct dump *d, struct vpntun_child *child))
{
	struct vpntun_child *child;
	struct vpntun_peer *peer;
	unsigned long start = max_t(unsigned long, d->cb->args[AT_PEER], d->first);
	unsigned long id, cid;

	xa_for_each_range(&d->vt->peers, id, peer, start, d->last) {
		if (id != d->cb->args[AT_PEER])
			d->cb->args[AT_CHILD] = 0;
		d->cb->args[AT_PEER] = id;
		xa_for_each_start(&peer->children, cid, child, d->cb->args[AT_CHILD]) {
			if (cid != d->cb->args[AT_CHILD])
				d->cb->args[AT_SA] = 0;
			d->cb->args[AT_CHILD] = cid;
			if (one(d, child))
				return -EMSGSIZE;
		}
		d->cb->args[AT_CHILD] = 0;
	}
	return 0;
}

static int dump_all_children(struct dump *d)
{
	return dump_children(d, dump_child);
}

static int dump_sas(struct dump *d)
{
	return dump_children(d, dump_child_sas);
}

#define DUMP_DONE	1	/* in the last place of cb->args */
#define AT_DONE		5

/* A request for SAs may name one peer. */
static int dump_filter(struct dump *d, struct nlattr *sa, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[VPNTUN_A_SA_MAX + 1];
	int err;

	d->first = 0;
	d->last = U32_MAX;
	if (!sa)
		return 0;
	err = nla_parse_nested(tb, VPNTUN_A_SA_MAX, sa, vpntun_sa_nl_policy, extack);
	if (!err && tb[VPNTUN_A_SA_PEER_ID])
		d->first = d->last = nla_get_u32(tb[VPNTUN_A_SA_PEER_ID]);
	return err;
}

static int dump_device(struct sk_buff *msg, struct netlink_callback *cb,
		       int (*walk)(struct dump *d))
{
	struct dump d = { .msg = msg, .cb = cb };
	struct nlattr **attrs = vpntun_dump_attrs(cb);
	netdevice_tracker tracker;
	int err;

	if (cb->args[AT_DONE])
		return 0;
	if (!attrs[VPNTUN_A_IFINDEX]) {
		NL_SET_ERR_MSG(cb->extack, "ifindex is missing");
		return -EINVAL;
	}
	err = dump_filter(&d, attrs[VPNTUN_A_SA], cb->extack);
	if (err)
		return err;
	d.vt = vpntun_dev_find(sock_net(msg->sk), attrs[VPNTUN_A_IFINDEX], &tracker, cb->extack);
	if (IS_ERR(d.vt))
		return PTR_ERR(d.vt);
	mutex_lock(&d.vt->lock);
	cb->seq = d.vt->generation + 1;
	err = d.vt->dead ? -ENODEV : walk(&d);
	mutex_unlock(&d.vt->lock);
	netdev_put(d.vt->dev, &tracker);
	if (!err)
		cb->args[AT_DONE] = DUMP_DONE;
	if (err == -EMSGSIZE && msg->len)
		err = 0;	/* goes on in the next message */
	return err ?: msg->len;
}

int vpntun_nl_peer_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_device(skb, cb, dump_peers);
}

int vpntun_nl_child_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_device(skb, cb, dump_all_children);
}

int vpntun_nl_sa_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_device(skb, cb, dump_sas);
}
