// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family's requests. Policies and operations are generated
 * from uapi/vpntun.yaml. A request names an object in a nest (a noun) and what to
 * do with it (a verb); serve() is what all verbs have in common.
 */
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/netlink.h>

#include "compat.h"
#include "netlink_gen.h"
#include "vpntun.h"

#define NEEDS_MAX	4

/**
 * struct request - a request that is being served
 * @extack: for messages
 * @nest: the object's attributes, as they came
 * @tb: the same, parsed
 * @vt: the device, locked while the verb runs
 * @tracker: reference to it
 * @net: its outer namespace
 * @peer: of the object, where the verb looks it up
 * @child: of the object, where the verb looks it up or makes it
 * @sa: the object, where the verb looks it up or makes it
 */
struct request {
	struct netlink_ext_ack *extack;
	const struct nlattr *nest;
	struct nlattr *tb[VPNTUN_A_SA_MAX + 1];
	struct vpntun_dev *vt;
	netdevice_tracker tracker;
	struct net *net;
	struct vpntun_peer *peer;
	struct vpntun_child *child;
	struct vpntun_sa *sa;
};

/* An attribute that a request must have, and what to say if it has not. */
struct need {
	u16 attr;
	const char *missing;
};

/**
 * struct noun - a kind of object
 * @nest: attribute of the nest that describes it
 * @max: highest attribute in there
 * @policy: of these
 * @needs: what each request names, up to an empty one
 */
struct noun {
	struct need nest;
	u16 max;
	const struct nla_policy *policy;
	struct need needs[NEEDS_MAX];
};

/**
 * struct verb - what to do
 * @noun: with what
 * @secret: the nest holds keys
 * @prepare: what can be done before the device is locked
 * @find: look the object up, or what it belongs to; the device is locked
 * @run: do it; the device is locked
 * @undo: take back what @prepare did, after an error
 */
struct verb {
	const struct noun *noun;
	bool secret;
	int (*prepare)(struct request *r);
	int (*find)(struct request *r);
	int (*run)(struct request *r);
	void (*undo)(struct request *r);
};

static const struct noun noun_peer = {
	.nest		= { VPNTUN_A_PEER, "peer is missing" },
	.max		= VPNTUN_A_PEER_MAX,
	.policy		= vpntun_peer_nl_policy,
	.needs		= { { VPNTUN_A_PEER_ID, "peer id is missing" } },
};

static const struct noun noun_child = {
	.nest		= { VPNTUN_A_CHILD, "child is missing" },
	.max		= VPNTUN_A_CHILD_MAX,
	.policy		= vpntun_child_nl_policy,
	.needs		= { { VPNTUN_A_CHILD_ID, "child id is missing" },
			    { VPNTUN_A_CHILD_PEER_ID, "peer-id is missing" } },
};

static const struct noun noun_sa = {
	.nest		= { VPNTUN_A_SA, "sa is missing" },
	.max		= VPNTUN_A_SA_MAX,
	.policy		= vpntun_sa_nl_policy,
	.needs		= { { VPNTUN_A_SA_DIR, "direction of the SA is missing" },
			    { VPNTUN_A_SA_SPI, "SPI is missing" } },
};

static const struct noun noun_new_sa = {
	.nest		= { VPNTUN_A_SA, "sa is missing" },
	.max		= VPNTUN_A_SA_MAX,
	.policy		= vpntun_sa_nl_policy,
	.needs		= { { VPNTUN_A_SA_DIR, "direction of the SA is missing" },
			    { VPNTUN_A_SA_SPI, "SPI is missing" },
			    { VPNTUN_A_SA_PEER_ID, "peer-id is missing" },
			    { VPNTUN_A_SA_CHILD_ID, "child-id is missing" } },
};

static int refuse(struct request *r, int err, const char *msg)
{
	if (r->extack)	/* NL_SET_ERR_MSG() takes literals only */
		r->extack->_msg = msg;
	return err;
}

static int parse(struct request *r, struct genl_info *info, const struct noun *noun)
{
	const struct need *need;
	int err;

	r->nest = info->attrs[noun->nest.attr];
	if (!r->nest)
		return refuse(r, -EINVAL, noun->nest.missing);
	err = nla_parse_nested(r->tb, noun->max, r->nest, noun->policy, r->extack);
	if (err)
		return err;
	for (need = noun->needs; need < noun->needs + NEEDS_MAX && need->attr; need++)
		if (!r->tb[need->attr])
			return refuse(r, -EINVAL, need->missing);
	return 0;
}

static void unlock_device(struct request *r)
{
	mutex_unlock(&r->vt->lock);
	netdev_put(r->vt->dev, &r->tracker);
}

/* Find the device of a request and lock it, ready for configuration. */
static int lock_device(struct request *r, struct genl_info *info)
{
	const struct nlattr *ifindex = info->attrs[VPNTUN_A_IFINDEX];

	if (!ifindex)
		return refuse(r, -EINVAL, "ifindex is missing");
	r->vt = vpntun_dev_find(genl_info_net(info), ifindex, &r->tracker, r->extack);
	if (IS_ERR(r->vt))
		return PTR_ERR(r->vt);
	mutex_lock(&r->vt->lock);
	r->net = rcu_dereference_protected(r->vt->outer, lockdep_is_held(&r->vt->lock));
	if (r->vt->dead || !r->net) {
		unlock_device(r);
		return refuse(r, -ENODEV, "the device or its outer network namespace is going away");
	}
	r->vt->generation++;
	return 0;
}

static int run_locked(struct request *r, struct genl_info *info, const struct verb *verb)
{
	int err = lock_device(r, info);

	if (err)
		return err;
	if (verb->find)
		err = verb->find(r);
	if (!err)
		err = verb->run(r);
	unlock_device(r);
	return err;
}

static int serve(struct genl_info *info, const struct verb *verb)
{
	struct request r = { .extack = info->extack };
	int err = parse(&r, info, verb->noun);

	if (!err && verb->prepare)
		err = verb->prepare(&r);
	if (!err) {
		err = run_locked(&r, info, verb);
		if (err && verb->undo)
			verb->undo(&r);
	}
	/*
	 * The message outlives the request, in an error reply even: it must not keep
	 * keys, wherever in the nest they are and whether the nest made sense or not.
	 */
	if (verb->secret && r.nest)
		memzero_explicit(nla_data(r.nest), nla_len(r.nest));
	return err;
}

/* The operation of a verb, as the generated table calls it. */
#define VERB(name, ...)								\
int vpntun_nl_##name##_doit(struct sk_buff *skb, struct genl_info *info)		\
{										\
	static const struct verb verb = { __VA_ARGS__ };			\
										\
	return serve(info, &verb);						\
}

static int lookup_peer(struct request *r, const struct nlattr *id)
{
	r->peer = xa_load(&r->vt->peers, nla_get_u32(id));
	if (r->peer)
		return 0;
	NL_SET_ERR_MSG_ATTR(r->extack, id, "no peer with this id");
	return -ENOENT;
}

static int lookup_child(struct request *r, const struct nlattr *peer_id, const struct nlattr *id)
{
	int err = lookup_peer(r, peer_id);

	if (err)
		return err;
	r->child = xa_load(&r->peer->children, nla_get_u32(id));
	if (r->child)
		return 0;
	NL_SET_ERR_MSG_ATTR(r->extack, id, "the peer has no child with this id");
	return -ENOENT;
}

/* ---- peers --------------------------------------------------------------- */

static int peer_find(struct request *r)
{
	return lookup_peer(r, r->tb[VPNTUN_A_PEER_ID]);
}

static int peer_new(struct request *r)
{
	u32 id = nla_get_u32(r->tb[VPNTUN_A_PEER_ID]);
	struct vpntun_endpoint *ep;
	struct vpntun_peer *peer;
	char name[VPNTUN_NAME_LEN];
	int err;

	if (r->tb[VPNTUN_A_PEER_NAME])
		nla_strscpy(name, r->tb[VPNTUN_A_PEER_NAME], sizeof(name));
	else
		snprintf(name, sizeof(name), "peer %u", id);
	ep = vpntun_endpoint_parse(r->tb, r->net, NULL, r->extack);
	if (IS_ERR(ep))
		return PTR_ERR(ep);
	peer = vpntun_peer_alloc(r->vt, id, name);
	err = peer ? vpntun_peer_install(peer, ep, r->extack) : -ENOMEM;
	if (err) {
		vpntun_endpoint_discard(ep);
		if (peer)
			vpntun_peer_put(peer);
	}
	return err;
}

static int peer_set(struct request *r)
{
	struct vpntun_endpoint *ep, *old;

	old = rcu_dereference_protected(r->peer->ep, lockdep_is_held(&r->vt->lock));
	ep = vpntun_endpoint_parse(r->tb, r->net, old, r->extack);
	if (IS_ERR(ep))
		return PTR_ERR(ep);
	vpntun_peer_move(r->peer, ep);
	return 0;
}

static int peer_del(struct request *r)
{
	vpntun_peer_remove(r->peer);
	return 0;
}

VERB(peer_new, .noun = &noun_peer, .run = peer_new)
VERB(peer_set, .noun = &noun_peer, .find = peer_find, .run = peer_set)
VERB(peer_del, .noun = &noun_peer, .find = peer_find, .run = peer_del)

/* ---- children ------------------------------------------------------------ */

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

static int child_prepare(struct request *r)
{
	const struct nlattr *nla;
	u32 n[2] = { 0, 0 };
	int rem, err;

	nla_for_each_nested(nla, r->nest, rem)
		if (nla_type(nla) == VPNTUN_A_CHILD_LOCAL_TS)
			n[0]++;
		else if (nla_type(nla) == VPNTUN_A_CHILD_REMOTE_TS)
			n[1]++;
	if (!n[0] || !n[1] || n[0] > VPNTUN_SELECTORS_MAX || n[1] > VPNTUN_SELECTORS_MAX)
		return refuse(r, -EINVAL,
			      "a child needs 1 to 64 local and 1 to 64 remote selectors");
	r->child = vpntun_child_alloc(n[0], n[1]);
	if (!r->child)
		return -ENOMEM;
	r->child->id = nla_get_u32(r->tb[VPNTUN_A_CHILD_ID]);
	r->child->report_acquire = r->tb[VPNTUN_A_CHILD_ACQUIRE] &&
				   nla_get_u8(r->tb[VPNTUN_A_CHILD_ACQUIRE]);
	err = parse_selectors(r->child, r->nest, r->extack);
	if (err)
		vpntun_child_put(r->child);
	return err;
}

static void child_undo(struct request *r)
{
	vpntun_child_put(r->child);
}

static int child_find_peer(struct request *r)
{
	return lookup_peer(r, r->tb[VPNTUN_A_CHILD_PEER_ID]);
}

static int child_find(struct request *r)
{
	return lookup_child(r, r->tb[VPNTUN_A_CHILD_PEER_ID], r->tb[VPNTUN_A_CHILD_ID]);
}

static int child_new(struct request *r)
{
	return vpntun_child_install(r->child, r->peer, r->extack);
}

static int child_del(struct request *r)
{
	vpntun_child_remove(r->child);
	return 0;
}

VERB(child_new, .noun = &noun_child, .prepare = child_prepare, .find = child_find_peer,
     .run = child_new, .undo = child_undo)
VERB(child_del, .noun = &noun_child, .find = child_find, .run = child_del)

/* ---- SAs ----------------------------------------------------------------- */

static u32 opt_u32(const struct nlattr *nla, u32 otherwise)
{
	return nla ? nla_get_u32(nla) : otherwise;
}

static u64 opt_u64(const struct nlattr *nla)
{
	return nla ? nla_get_u64(nla) : 0;
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
	cfg->enc = opt_u32(tb[VPNTUN_A_SA_ENC], VPNTUN_ENC_NONE);
	if (cfg->enc != VPNTUN_ENC_NULL && !tb[VPNTUN_A_SA_ENC_KEY]) {
		NL_SET_ERR_MSG(extack, "encryption key is missing");
		return -EINVAL;
	}
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

static int sa_prepare(struct request *r)
{
	struct vpntun_sa_config cfg = {};
	int err = sa_config(&cfg, r->tb, r->extack);

	if (err)
		return err;
	r->sa = vpntun_sa_alloc(&cfg, r->extack);
	return PTR_ERR_OR_ZERO(r->sa);
}

static void sa_undo(struct request *r)
{
	vpntun_sa_put(r->sa);
}

static int sa_find_child(struct request *r)
{
	return lookup_child(r, r->tb[VPNTUN_A_SA_PEER_ID], r->tb[VPNTUN_A_SA_CHILD_ID]);
}

/* Inbound by SPI, outbound by peer and SPI. */
static int sa_find(struct request *r)
{
	__be32 spi = nla_get_be32(r->tb[VPNTUN_A_SA_SPI]);
	int err;

	if (nla_get_u32(r->tb[VPNTUN_A_SA_DIR]) == VPNTUN_DIR_IN) {
		r->sa = vpntun_sa_find_in(r->vt, spi);
	} else {
		if (!r->tb[VPNTUN_A_SA_PEER_ID])
			return refuse(r, -EINVAL, "an outbound SA needs its peer-id");
		err = lookup_peer(r, r->tb[VPNTUN_A_SA_PEER_ID]);
		if (err)
			return err;
		r->sa = vpntun_sa_find_out(r->peer, spi);
	}
	if (r->sa)
		return 0;
	NL_SET_ERR_MSG_ATTR(r->extack, r->tb[VPNTUN_A_SA_SPI], "no SA with this SPI");
	return -ENOENT;
}

static int sa_new(struct request *r)
{
	return vpntun_sa_install(r->sa, r->child, r->extack);
}

static int sa_promote(struct request *r)
{
	if (r->sa->dir != VPNTUN_DIR_OUT)
		return refuse(r, -EINVAL, "only an outbound SA can be promoted");
	vpntun_sa_promote(r->sa);
	return 0;
}

static int sa_del(struct request *r)
{
	vpntun_sa_remove(r->sa);
	return 0;
}

VERB(sa_new, .noun = &noun_new_sa, .secret = true, .prepare = sa_prepare,
     .find = sa_find_child, .run = sa_new, .undo = sa_undo)
VERB(sa_promote, .noun = &noun_sa, .find = sa_find, .run = sa_promote)
VERB(sa_del, .noun = &noun_sa, .find = sa_find, .run = sa_del)

/* ---- the family ---------------------------------------------------------- */

/*
 * As generated, but that the nest of an SA is validated here, by parse(): what
 * generic netlink refuses by itself is sent back with its keys.
 */
static const struct nla_policy family_policy[ARRAY_SIZE(vpntun_nl_policy)] = {
	[VPNTUN_A_IFINDEX]	= { .type = NLA_U32 },
	[VPNTUN_A_PEER]		= NLA_POLICY_NESTED(vpntun_peer_nl_policy),
	[VPNTUN_A_CHILD]	= NLA_POLICY_NESTED(vpntun_child_nl_policy),
	[VPNTUN_A_SA]		= { .type = NLA_NESTED },
};

static const struct genl_multicast_group vpntun_mcgrps[] = {
	[VPNTUN_NLGRP_EVENTS] = {
		.name	= VPNTUN_MCGRP_EVENTS,
		.flags	= GENL_MCAST_CAP_NET_ADMIN,
	},
};

struct genl_family vpntun_nl_family __ro_after_init = {
	.name		= VPNTUN_FAMILY_NAME,
	.version	= VPNTUN_FAMILY_VERSION,
	.maxattr	= ARRAY_SIZE(family_policy) - 1,
	.policy		= family_policy,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.small_ops	= vpntun_nl_ops,
	.n_small_ops	= ARRAY_SIZE(vpntun_nl_ops),
	.resv_start_op	= VPNTUN_CMD_PEER_NEW,
	.mcgrps		= vpntun_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(vpntun_mcgrps),
};
