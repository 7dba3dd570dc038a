// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: requests and dumps. Policies and operations are
 * generated from uapi/vpntun.yaml.
 */
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/netlink.h>

#include "compat.h"
#include "netlink_gen.h"
#include "vpntun.h"

/**
 * struct target - what a request is about
 * @vt: the device, locked
 * @tracker: reference to it
 * @net: its outer namespace
 */
struct target {
	struct vpntun_dev *vt;
	netdevice_tracker tracker;
	struct net *net;
};

/* Attributes a request must have: told by name if they are missing. */
static int need(struct nlattr **tb, u32 attr, struct netlink_ext_ack *extack, const char *msg)
{
	if (tb[attr])
		return 0;
	if (extack)	/* NL_SET_ERR_MSG() takes literals only */
		extack->_msg = msg;
	return -EINVAL;
}

static void target_put(struct target *t)
{
	mutex_unlock(&t->vt->lock);
	netdev_put(t->vt->dev, &t->tracker);
}

/* Find the device of a request and lock it, ready for configuration. */
static int target_get(struct target *t, struct genl_info *info)
{
	struct netlink_ext_ack *extack = info->extack;
	int err = need(info->attrs, VPNTUN_A_IFINDEX, extack, "ifindex is missing");

	if (err)
		return err;
	t->vt = vpntun_dev_find(genl_info_net(info), info->attrs[VPNTUN_A_IFINDEX], &t->tracker,
				extack);
	if (IS_ERR(t->vt))
		return PTR_ERR(t->vt);
	mutex_lock(&t->vt->lock);
	t->net = rcu_dereference_protected(t->vt->outer, lockdep_is_held(&t->vt->lock));
	if (t->vt->dead || !t->net) {
		NL_SET_ERR_MSG(extack, "the device or its outer network namespace is going away");
		target_put(t);
		return -ENODEV;
	}
	t->vt->generation++;
	return 0;
}

static int parse_nest(struct nlattr **tb, struct genl_info *info, u32 attr, u32 max,
		      const struct nla_policy *policy, const char *missing)
{
	int err = need(info->attrs, attr, info->extack, missing);

	return err ?: nla_parse_nested(tb, max, info->attrs[attr], policy, info->extack);
}

static int parse_peer(struct nlattr **tb, struct genl_info *info)
{
	int err = parse_nest(tb, info, VPNTUN_A_PEER, VPNTUN_A_PEER_MAX,
			     vpntun_peer_nl_policy, "peer is missing");

	return err ?: need(tb, VPNTUN_A_PEER_ID, info->extack, "peer id is missing");
}

static struct vpntun_peer *find_peer(struct target *t, const struct nlattr *id,
				     struct netlink_ext_ack *extack)
{
	struct vpntun_peer *peer = xa_load(&t->vt->peers, nla_get_u32(id));

	if (!peer)
		NL_SET_ERR_MSG_ATTR(extack, id, "no peer with this id");
	return peer;
}

static struct vpntun_child *find_child(struct vpntun_peer *peer, const struct nlattr *id,
				       struct netlink_ext_ack *extack)
{
	struct vpntun_child *child = xa_load(&peer->children, nla_get_u32(id));

	if (!child)
		NL_SET_ERR_MSG_ATTR(extack, id, "the peer has no child with this id");
	return child;
}

static int peer_new(struct target *t, struct nlattr **tb, struct netlink_ext_ack *extack)
{
	u32 id = nla_get_u32(tb[VPNTUN_A_PEER_ID]);
	struct vpntun_endpoint *ep;
	struct vpntun_peer *peer;
	char name[VPNTUN_NAME_LEN];
	int err;

	if (tb[VPNTUN_A_PEER_NAME])
		nla_strscpy(name, tb[VPNTUN_A_PEER_NAME], sizeof(name));
	else
		snprintf(name, sizeof(name), "peer %u", id);
	ep = vpntun_endpoint_parse(tb, t->net, NULL, extack);
	if (IS_ERR(ep))
		return PTR_ERR(ep);
	peer = vpntun_peer_alloc(t->vt, id, name);
	err = peer ? vpntun_peer_install(peer, ep, extack) : -ENOMEM;
	if (err) {
		vpntun_endpoint_discard(ep);
		if (peer)
			vpntun_peer_put(peer);
	}
	return err;
}

int vpntun_nl_peer_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[VPNTUN_A_PEER_MAX + 1];
	struct target t;
	int err;

	err = parse_peer(tb, info);
	if (!err)
		err = target_get(&t, info);
	if (err)
		return err;
	err = peer_new(&t, tb, info->extack);
	target_put(&t);
	return err;
}

static int peer_set(struct target *t, struct nlattr **tb, struct netlink_ext_ack *extack)
{
	struct vpntun_peer *peer = find_peer(t, tb[VPNTUN_A_PEER_ID], extack);
	struct vpntun_endpoint *ep, *old;

	if (!peer)
		return -ENOENT;
	old = rcu_dereference_protected(peer->ep, lockdep_is_held(&t->vt->lock));
	ep = vpntun_endpoint_parse(tb, t->net, old, extack);
	if (IS_ERR(ep))
		return PTR_ERR(ep);
	vpntun_peer_move(peer, ep);
	return 0;
}

int vpntun_nl_peer_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[VPNTUN_A_PEER_MAX + 1];
	struct target t;
	int err;

	err = parse_peer(tb, info);
	if (!err)
		err = target_get(&t, info);
	if (err)
		return err;
	err = peer_set(&t, tb, info->extack);
	target_put(&t);
	return err;
}

int vpntun_nl_peer_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[VPNTUN_A_PEER_MAX + 1];
	struct vpntun_peer *peer;
	struct target t;
	int err;

	err = parse_peer(tb, info);
	if (!err)
		err = target_get(&t, info);
	if (err)
		return err;
	peer = find_peer(&t, tb[VPNTUN_A_PEER_ID], info->extack);
	if (peer)
		vpntun_peer_remove(peer);
	target_put(&t);
	return peer ? 0 : -ENOENT;
}

static int selector_error(int err, const struct nlattr *nla, struct netlink_ext_ack *extack)
{
	switch (err) {
	case -EAFNOSUPPORT:
		NL_SET_ERR_MSG_ATTR(extack, nla, "selector family is neither IPv4 nor IPv6");
		break;
	case -ERANGE:
		NL_SET_ERR_MSG_ATTR(extack, nla, "selector prefix length or ports out of range");
		break;
	case -EINVAL:
		NL_SET_ERR_MSG_ATTR(extack, nla, "selector address has bits behind its prefix");
		break;
	}
	return err;
}

static int parse_selector(struct selector *sel, const struct nlattr *nla,
			  struct netlink_ext_ack *extack)
{
	struct nlattr *tb[VPNTUN_A_SELECTOR_MAX + 1];
	u16 family;
	int err;

	err = nla_parse_nested(tb, VPNTUN_A_SELECTOR_MAX, nla, vpntun_selector_nl_policy, extack);
	if (err)
		return err;
	if (!tb[VPNTUN_A_SELECTOR_FAMILY] || !tb[VPNTUN_A_SELECTOR_ADDR] ||
	    !tb[VPNTUN_A_SELECTOR_PREFIXLEN]) {
		NL_SET_ERR_MSG_ATTR(extack, nla, "selector needs family, addr and prefixlen");
		return -EINVAL;
	}
	family = nla_get_u16(tb[VPNTUN_A_SELECTOR_FAMILY]);
	if (nla_len(tb[VPNTUN_A_SELECTOR_ADDR]) != (family == AF_INET ? 4 : 16)) {
		NL_SET_ERR_MSG_ATTR(extack, nla, "selector address does not fit its family");
		return -EINVAL;
	}
	if (family > U8_MAX)
		return selector_error(-EAFNOSUPPORT, nla, extack);
	sel->family = family;
	nla_memcpy(sel->addr, tb[VPNTUN_A_SELECTOR_ADDR], sizeof(sel->addr));
	sel->prefixlen = nla_get_u8(tb[VPNTUN_A_SELECTOR_PREFIXLEN]);
	if (tb[VPNTUN_A_SELECTOR_PROTO])
		sel->proto = nla_get_u8(tb[VPNTUN_A_SELECTOR_PROTO]);
	if (tb[VPNTUN_A_SELECTOR_PORT_MIN])
		sel->port_min = nla_get_u16(tb[VPNTUN_A_SELECTOR_PORT_MIN]);
	sel->port_max = sel->port_min;
	if (tb[VPNTUN_A_SELECTOR_PORT_MAX])
		sel->port_max = nla_get_u16(tb[VPNTUN_A_SELECTOR_PORT_MAX]);
	return selector_error(selector_check(sel), nla, extack);
}

static int parse_selectors(struct vpntun_child *child, const struct nlattr *nest,
			   struct netlink_ext_ack *extack)
{
	struct selector *local = child->selectors;
	struct selector *remote = child->selectors + child->set.n_local;
	const struct nlattr *nla;
	int rem, err = 0;

	nla_for_each_nested(nla, nest, rem) {
		if (nla_type(nla) == VPNTUN_A_CHILD_LOCAL_TS)
			err = parse_selector(local++, nla, extack);
		else if (nla_type(nla) == VPNTUN_A_CHILD_REMOTE_TS)
			err = parse_selector(remote++, nla, extack);
		if (err)
			return err;
	}
	return 0;
}

static struct vpntun_child *child_parse(struct nlattr **tb, const struct nlattr *nest,
					struct netlink_ext_ack *extack)
{
	struct vpntun_child *child;
	const struct nlattr *nla;
	u32 n[2] = { 0, 0 };
	int rem, err;

	nla_for_each_nested(nla, nest, rem)
		if (nla_type(nla) == VPNTUN_A_CHILD_LOCAL_TS)
			n[0]++;
		else if (nla_type(nla) == VPNTUN_A_CHILD_REMOTE_TS)
			n[1]++;
	if (!n[0] || !n[1] || n[0] > VPNTUN_SELECTORS_MAX || n[1] > VPNTUN_SELECTORS_MAX) {
		NL_SET_ERR_MSG(extack, "a child needs 1 to 64 local and 1 to 64 remote selectors");
		return ERR_PTR(-EINVAL);
	}
	child = vpntun_child_alloc(n[0], n[1]);
	if (!child)
		return ERR_PTR(-ENOMEM);
	child->id = nla_get_u32(tb[VPNTUN_A_CHILD_ID]);
	child->report_acquire = tb[VPNTUN_A_CHILD_ACQUIRE] &&
				nla_get_u8(tb[VPNTUN_A_CHILD_ACQUIRE]);
	err = parse_selectors(child, nest, extack);
	if (err) {
		vpntun_child_put(child);
		return ERR_PTR(err);
	}
	return child;
}

static int parse_child(struct nlattr **tb, struct genl_info *info)
{
	int err = parse_nest(tb, info, VPNTUN_A_CHILD, VPNTUN_A_CHILD_MAX,
			     vpntun_child_nl_policy, "child is missing");

	if (!err)
		err = need(tb, VPNTUN_A_CHILD_ID, info->extack, "child id is missing");
	return err ?: need(tb, VPNTUN_A_CHILD_PEER_ID, info->extack, "peer-id is missing");
}

int vpntun_nl_child_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[VPNTUN_A_CHILD_MAX + 1];
	struct vpntun_child *child;
	struct vpntun_peer *peer;
	struct target t;
	int err;

	err = parse_child(tb, info);
	if (err)
		return err;
	child = child_parse(tb, info->attrs[VPNTUN_A_CHILD], info->extack);
	if (IS_ERR(child))
		return PTR_ERR(child);
	err = target_get(&t, info);
	if (!err) {
		peer = find_peer(&t, tb[VPNTUN_A_CHILD_PEER_ID], info->extack);
		err = peer ? vpntun_child_install(child, peer, info->extack) : -ENOENT;
		target_put(&t);
	}
	if (err)
		vpntun_child_put(child);
	return err;
}

int vpntun_nl_child_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[VPNTUN_A_CHILD_MAX + 1];
	struct vpntun_child *child = NULL;
	struct vpntun_peer *peer;
	struct target t;
	int err;

	err = parse_child(tb, info);
	if (!err)
		err = target_get(&t, info);
	if (err)
		return err;
	peer = find_peer(&t, tb[VPNTUN_A_CHILD_PEER_ID], info->extack);
	if (peer)
		child = find_child(peer, tb[VPNTUN_A_CHILD_ID], info->extack);
	if (child)
		vpntun_child_remove(child);
	target_put(&t);
	return child ? 0 : -ENOENT;
}

static u32 opt_u32(const struct nlattr *nla, u32 otherwise)
{
	return nla ? nla_get_u32(nla) : otherwise;
}

static u64 opt_u64(const struct nlattr *nla)
{
	return nla ? nla_get_u64(nla) : 0;
}

static int parse_sa(struct nlattr **tb, struct genl_info *info)
{
	int err = parse_nest(tb, info, VPNTUN_A_SA, VPNTUN_A_SA_MAX, vpntun_sa_nl_policy,
			     "sa is missing");

	if (!err)
		err = need(tb, VPNTUN_A_SA_DIR, info->extack, "direction of the SA is missing");
	return err ?: need(tb, VPNTUN_A_SA_SPI, info->extack, "SPI is missing");
}

static void sa_limits(struct vpntun_sa_config *cfg, struct nlattr **tb)
{
	cfg->soft.bytes = opt_u64(tb[VPNTUN_A_SA_SOFT_BYTES]);
	cfg->soft.packets = opt_u64(tb[VPNTUN_A_SA_SOFT_PACKETS]);
	cfg->soft.seconds = opt_u64(tb[VPNTUN_A_SA_SOFT_SECONDS]);
	cfg->hard.bytes = opt_u64(tb[VPNTUN_A_SA_HARD_BYTES]);
	cfg->hard.packets = opt_u64(tb[VPNTUN_A_SA_HARD_PACKETS]);
	cfg->hard.seconds = opt_u64(tb[VPNTUN_A_SA_HARD_SECONDS]);
}

/* Lengths are checked with the algorithms. */
static void sa_keys(struct vpntun_sa_config *cfg, struct nlattr **tb)
{
	if (tb[VPNTUN_A_SA_ENC_KEY]) {
		cfg->enc_key = nla_data(tb[VPNTUN_A_SA_ENC_KEY]);
		cfg->enc_key_len = nla_len(tb[VPNTUN_A_SA_ENC_KEY]);
	}
	if (tb[VPNTUN_A_SA_AUTH_KEY]) {
		cfg->auth_key = nla_data(tb[VPNTUN_A_SA_AUTH_KEY]);
		cfg->auth_key_len = nla_len(tb[VPNTUN_A_SA_AUTH_KEY]);
	}
}

static int sa_check(const struct vpntun_sa_config *cfg, struct nlattr **tb,
		    struct netlink_ext_ack *extack)
{
	if (ntohl(cfg->spi) < ESP_FMT_SPI_MIN) {
		NL_SET_ERR_MSG_ATTR(extack, tb[VPNTUN_A_SA_SPI], "SPIs up to 255 are reserved");
		return -EINVAL;
	}
	if (cfg->esn > 1) {
		NL_SET_ERR_MSG_ATTR(extack, tb[VPNTUN_A_SA_ESN], "esn is 0 or 1");
		return -EINVAL;
	}
	if (cfg->seq > U32_MAX && !cfg->esn) {
		NL_SET_ERR_MSG_ATTR(extack, tb[VPNTUN_A_SA_SEQ],
				    "sequence numbers have 32 bits without esn");
		return -EINVAL;
	}
	return 0;
}

static int sa_config(struct vpntun_sa_config *cfg, struct nlattr **tb,
		     struct netlink_ext_ack *extack)
{
	int err = need(tb, VPNTUN_A_SA_PEER_ID, extack, "peer-id is missing");

	if (!err)
		err = need(tb, VPNTUN_A_SA_CHILD_ID, extack, "child-id is missing");
	cfg->enc = opt_u32(tb[VPNTUN_A_SA_ENC], VPNTUN_ENC_NONE);
	if (!err && cfg->enc != VPNTUN_ENC_NULL)
		err = need(tb, VPNTUN_A_SA_ENC_KEY, extack, "encryption key is missing");
	if (err)
		return err;
	cfg->dir = nla_get_u32(tb[VPNTUN_A_SA_DIR]);
	cfg->spi = nla_get_be32(tb[VPNTUN_A_SA_SPI]);
	cfg->slot = opt_u32(tb[VPNTUN_A_SA_SLOT], VPNTUN_SLOT_CURRENT);
	cfg->auth = opt_u32(tb[VPNTUN_A_SA_AUTH], VPNTUN_AUTH_NONE);
	cfg->window = opt_u32(tb[VPNTUN_A_SA_REPLAY_WINDOW], REPLAY_WINDOW_MIN);
	cfg->tfc = opt_u32(tb[VPNTUN_A_SA_TFC_PAD], 0);
	cfg->esn = tb[VPNTUN_A_SA_ESN] ? nla_get_u8(tb[VPNTUN_A_SA_ESN]) : 0;
	cfg->seq = opt_u64(tb[VPNTUN_A_SA_SEQ]);
	sa_keys(cfg, tb);
	sa_limits(cfg, tb);
	return sa_check(cfg, tb, extack);
}

static int sa_new(struct vpntun_sa *sa, struct nlattr **tb, struct genl_info *info)
{
	struct vpntun_child *child = NULL;
	struct vpntun_peer *peer;
	struct target t;
	int err;

	err = target_get(&t, info);
	if (err)
		return err;
	peer = find_peer(&t, tb[VPNTUN_A_SA_PEER_ID], info->extack);
	if (peer)
		child = find_child(peer, tb[VPNTUN_A_SA_CHILD_ID], info->extack);
	err = child ? vpntun_sa_install(sa, child, info->extack) : -ENOENT;
	target_put(&t);
	return err;
}

/*
 * The message outlives the request, in an error reply even: it must not keep
 * keys. All of them, as an attribute given twice is parsed once.
 */
static void wipe_keys(struct genl_info *info)
{
	struct nlattr *nla;
	int rem;

	if (!info->attrs[VPNTUN_A_SA])
		return;
	nla_for_each_nested(nla, info->attrs[VPNTUN_A_SA], rem)
		if (nla_type(nla) == VPNTUN_A_SA_ENC_KEY || nla_type(nla) == VPNTUN_A_SA_AUTH_KEY)
			memzero_explicit(nla_data(nla), nla_len(nla));
}

int vpntun_nl_sa_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[VPNTUN_A_SA_MAX + 1] = {};
	struct vpntun_sa_config cfg = {};
	struct vpntun_sa *sa;
	int err;

	err = parse_sa(tb, info);
	if (!err)
		err = sa_config(&cfg, tb, info->extack);
	if (!err) {
		sa = vpntun_sa_alloc(&cfg, info->extack);
		err = PTR_ERR_OR_ZERO(sa);
	}
	wipe_keys(info);
	if (err)
		return err;
	err = sa_new(sa, tb, info);
	if (err)
		vpntun_sa_put(sa);
	return err;
}

/* The SA of a request: inbound by SPI, outbound by peer and SPI. */
static struct vpntun_sa *find_sa(struct target *t, struct nlattr **tb,
				 struct netlink_ext_ack *extack)
{
	__be32 spi = nla_get_be32(tb[VPNTUN_A_SA_SPI]);
	struct vpntun_peer *peer;
	struct vpntun_sa *sa;

	if (nla_get_u32(tb[VPNTUN_A_SA_DIR]) == VPNTUN_DIR_IN) {
		sa = vpntun_sa_find_in(t->vt, spi);
	} else {
		if (need(tb, VPNTUN_A_SA_PEER_ID, extack, "an outbound SA needs its peer-id"))
			return ERR_PTR(-EINVAL);
		peer = find_peer(t, tb[VPNTUN_A_SA_PEER_ID], extack);
		if (!peer)
			return ERR_PTR(-ENOENT);
		sa = vpntun_sa_find_out(peer, spi);
	}
	if (sa)
		return sa;
	NL_SET_ERR_MSG_ATTR(extack, tb[VPNTUN_A_SA_SPI], "no SA with this SPI");
	return ERR_PTR(-ENOENT);
}

static int promote(struct vpntun_sa *sa, struct netlink_ext_ack *extack)
{
	if (sa->dir != VPNTUN_DIR_OUT) {
		NL_SET_ERR_MSG(extack, "only an outbound SA can be promoted");
		return -EINVAL;
	}
	vpntun_sa_promote(sa);
	return 0;
}

int vpntun_nl_sa_promote_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[VPNTUN_A_SA_MAX + 1];
	struct vpntun_sa *sa;
	struct target t;
	int err;

	err = parse_sa(tb, info);
	if (!err)
		err = target_get(&t, info);
	if (err)
		return err;
	sa = find_sa(&t, tb, info->extack);
	err = IS_ERR(sa) ? PTR_ERR(sa) : promote(sa, info->extack);
	target_put(&t);
	return err;
}

int vpntun_nl_sa_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[VPNTUN_A_SA_MAX + 1];
	struct vpntun_sa *sa;
	struct target t;
	int err;

	err = parse_sa(tb, info);
	if (!err)
		err = target_get(&t, info);
	if (err)
		return err;
	sa = find_sa(&t, tb, info->extack);
	if (!IS_ERR(sa))
		vpntun_sa_remove(sa);
	target_put(&t);
	return PTR_ERR_OR_ZERO(sa);
}

static const struct genl_multicast_group vpntun_mcgrps[] = {
	[VPNTUN_NLGRP_EVENTS] = {
		.name	= VPNTUN_MCGRP_EVENTS,
		.flags	= GENL_MCAST_CAP_NET_ADMIN,
	},
};

struct genl_family vpntun_nl_family __ro_after_init = {
	.name		= VPNTUN_FAMILY_NAME,
	.version	= VPNTUN_FAMILY_VERSION,
	.maxattr	= ARRAY_SIZE(vpntun_nl_policy) - 1,
	.policy		= vpntun_nl_policy,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.small_ops	= vpntun_nl_ops,
	.n_small_ops	= ARRAY_SIZE(vpntun_nl_ops),
	.resv_start_op	= VPNTUN_CMD_PEER_NEW,
	.mcgrps		= vpntun_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(vpntun_mcgrps),
};
