// SPDX-License-Identifier: GPL-2.0
/*
 * Endpoints: where a peer is and how packets to it are made, as the daemon says
 * it and as it is dumped.
 */
#include <linux/ipv6.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <net/netlink.h>

#include "compat.h"
#include "vpntun.h"

/**
 * struct manner_attr - where an attribute goes in struct vpntun_manner
 * @attr: its number
 * @size: of both, attribute and member; 4 for an enum, whose member has 1
 * @at: offset of the member
 * @max: the highest value
 * @also: a value beyond @max that is good, too
 * @refusal: what to say of others; the policy refuses enums
 */
struct manner_attr {
	u16 attr;
	u8 size;
	u8 at;
	u16 max;
	u16 also;
	const char *refusal;
};

#define MANNER(name, member, bytes)						\
	.attr = VPNTUN_A_PEER_##name, .size = bytes, .at = offsetof(struct vpntun_manner, member)

static const struct manner_attr manner_attrs[] = {
	{ MANNER(DF, df, 4), .max = VPNTUN_DF_CLEAR },
	{ MANNER(FRAGMENT, fragment, 4), .max = VPNTUN_FRAGMENT_NEVER },
	{ MANNER(DSCP, dscp, 1), .max = 63, .also = VPNTUN_DSCP_COPY,
	  .refusal = "dscp is 0 to 63, or 255 to copy the inner one" },
	{ MANNER(TTL, ttl, 1), .max = U8_MAX },
	{ MANNER(ECN, ecn, 1), .max = 1, .refusal = "ecn is 0 or 1" },
	{ MANNER(MSS_CLAMP, mss_clamp, 1), .max = 1, .refusal = "mss-clamp is 0 or 1" },
	{ MANNER(KEEPALIVE, keepalive, 2), .max = U16_MAX },
};

static const struct vpntun_manner manner_default = {
	.df		= VPNTUN_DF_COPY,
	.fragment	= VPNTUN_FRAGMENT_BEFORE,
	.dscp		= VPNTUN_DSCP_COPY,
	.ecn		= true,
	.mss_clamp	= true,
};

static int refuse(struct netlink_ext_ack *extack, const struct nlattr *nla, const char *msg, int err)
{
	if (extack) {	/* NL_SET_ERR_MSG() takes literals only */
		extack->_msg = msg;
		extack->bad_attr = nla;
	}
	return err;
}

static u32 attr_value(const struct nlattr *nla, u8 size)
{
	return size == 4 ? nla_get_u32(nla) : size == 2 ? nla_get_u16(nla) : nla_get_u8(nla);
}

static int parse_manner(struct vpntun_manner *manner, struct nlattr **tb,
			struct netlink_ext_ack *extack)
{
	const struct manner_attr *a;
	u32 value;

	for (a = manner_attrs; a < manner_attrs + ARRAY_SIZE(manner_attrs); a++) {
		if (!tb[a->attr])
			continue;
		value = attr_value(tb[a->attr], a->size);
		if (value > a->max && (!a->also || value != a->also))
			return refuse(extack, tb[a->attr], a->refusal, -ERANGE);
		if (a->size == 2)
			*(u16 *)((u8 *)manner + a->at) = value;
		else
			*((u8 *)manner + a->at) = value;
	}
	return 0;
}

static int put_manner(struct sk_buff *msg, const struct vpntun_manner *manner)
{
	const struct manner_attr *a;
	const u8 *member;
	int err = 0;

	for (a = manner_attrs; a < manner_attrs + ARRAY_SIZE(manner_attrs) && !err; a++) {
		member = (const u8 *)manner + a->at;
		if (a->size == 4)
			err = nla_put_u32(msg, a->attr, *member);
		else if (a->size == 2)
			err = nla_put_u16(msg, a->attr, *(const u16 *)member);
		else
			err = nla_put_u8(msg, a->attr, *member);
	}
	return err;
}

static int parse_addr(union vpntun_addr *addr, const struct nlattr *nla, u16 family,
		      struct netlink_ext_ack *extack)
{
	if (!nla)
		return 0;
	if (nla_len(nla) != vpntun_addr_len(family))
		return refuse(extack, nla, "address length does not fit the family", -EINVAL);
	memcpy(addr, nla_data(nla), nla_len(nla));
	return 0;
}

static bool is_host4(__be32 addr)
{
	return !ipv4_is_zeronet(addr) && !ipv4_is_multicast(addr) && !ipv4_is_lbcast(addr);
}

static bool is_host6(const struct in6_addr *addr)
{
	return !ipv6_addr_any(addr) && !ipv6_addr_is_multicast(addr) && !ipv6_addr_v4mapped(addr);
}

static int check_addrs(const struct vpntun_endpoint *ep, struct netlink_ext_ack *extack)
{
	static const union vpntun_addr any;
	bool v4 = ep->family == AF_INET;
	const char *msg = NULL;

	if (!(v4 ? is_host4(ep->remote.v4) : is_host6(&ep->remote.v6)))
		msg = "remote is missing or no unicast address";
	else if (!vpntun_addr_equal(&ep->local, &any, ep->family) &&
		 !(v4 ? is_host4(ep->local.v4) : is_host6(&ep->local.v6)))
		msg = "local is no unicast address";
	else if (!v4 && ipv6_addr_type(&ep->remote.v6) & IPV6_ADDR_LINKLOCAL)
		msg = "a link-local address means nothing without its link";
	return msg ? refuse(extack, NULL, msg, -EINVAL) : 0;
}

static int parse_family(struct vpntun_endpoint *ep, const struct nlattr *nla,
			struct netlink_ext_ack *extack)
{
	u16 family = nla ? nla_get_u16(nla) : ep->family;

	if (family != AF_INET && family != AF_INET6)
		return refuse(extack, nla, "outer addresses are neither IPv4 nor IPv6",
			      -EAFNOSUPPORT);
	if (family == AF_INET6 && !ipv6_mod_enabled())
		return refuse(extack, nla, "IPv6 is turned off", -EAFNOSUPPORT);
	if (family != ep->family) {	/* the other family's say nothing here */
		memset(&ep->local, 0, sizeof(ep->local));
		memset(&ep->remote, 0, sizeof(ep->remote));
	}
	ep->family = family;
	return 0;
}

/* The local port is the socket's and no other. */
static int parse_local_port(struct vpntun_endpoint *ep, const struct nlattr *nla,
			    struct netlink_ext_ack *extack)
{
	ep->local_port = ep->sock->port;
	if (nla && nla_get_be16(nla) != ep->local_port)
		return refuse(extack, nla, "local port is not the socket's", -EINVAL);
	return 0;
}

/* Ports, socket and keepalives, or none of them. */
static int parse_udp(struct vpntun_endpoint *ep, struct nlattr **tb, struct net *net,
		     const struct vpntun_endpoint *old, struct netlink_ext_ack *extack)
{
	const struct nlattr *fd = tb[VPNTUN_A_PEER_SOCKET];
	struct vpntun_sock *vs;

	if (ep->encap != VPNTUN_ENCAP_UDP) {
		if (tb[VPNTUN_A_PEER_KEEPALIVE] && ep->manner.keepalive)
			return refuse(extack, tb[VPNTUN_A_PEER_KEEPALIVE],
				      "keepalives need ESP in UDP", -EINVAL);
		ep->manner.keepalive = 0;
		return 0;
	}
	if (tb[VPNTUN_A_PEER_REMOTE_PORT])
		ep->remote_port = nla_get_be16(tb[VPNTUN_A_PEER_REMOTE_PORT]);
	else if (old)
		ep->remote_port = old->remote_port;
	if (!ep->remote_port)
		return refuse(extack, NULL, "ESP in UDP needs a remote port", -EINVAL);
	vs = fd ? vpntun_sock_get(net, nla_get_u32(fd), extack) :
		  vpntun_sock_share(old ? old->sock : NULL);
	if (!vs)
		return refuse(extack, NULL, "ESP in UDP needs a socket", -EINVAL);
	if (IS_ERR(vs))
		return PTR_ERR(vs);
	ep->sock = vs;
	if (!(ep->family == AF_INET ? vs->v4 : vs->v6))
		return refuse(extack, fd, "socket is not of the outer addresses' family", -EINVAL);
	return parse_local_port(ep, tb[VPNTUN_A_PEER_LOCAL_PORT], extack);
}

static int parse(struct vpntun_endpoint *ep, struct nlattr **tb, struct net *net,
		 const struct vpntun_endpoint *old, struct netlink_ext_ack *extack)
{
	int err;

	ep->family = old ? old->family : AF_INET;
	ep->manner = old ? old->manner : manner_default;
	if (old) {
		ep->local = old->local;
		ep->remote = old->remote;
		ep->encap = old->encap;
	}
	if (tb[VPNTUN_A_PEER_ENCAP])
		ep->encap = nla_get_u32(tb[VPNTUN_A_PEER_ENCAP]);
	err = parse_family(ep, tb[VPNTUN_A_PEER_FAMILY], extack);
	if (!err)
		err = parse_addr(&ep->local, tb[VPNTUN_A_PEER_LOCAL], ep->family, extack);
	if (!err)
		err = parse_addr(&ep->remote, tb[VPNTUN_A_PEER_REMOTE], ep->family, extack);
	if (!err)
		err = check_addrs(ep, extack);
	if (!err)
		err = parse_manner(&ep->manner, tb, extack);
	return err ?: parse_udp(ep, tb, net, old, extack);
}

/**
 * vpntun_endpoint_parse() - make the endpoint that a request describes
 * @tb: attributes of the peer, validated by policy
 * @net: outer namespace
 * @old: where what the request leaves out is taken from; NULL for the defaults
 * @extack: for messages
 *
 * Context: process.
 * Return: the endpoint, to be linked to a peer or discarded; or an error pointer
 */
struct vpntun_endpoint *vpntun_endpoint_parse(struct nlattr **tb, struct net *net,
					      const struct vpntun_endpoint *old,
					      struct netlink_ext_ack *extack)
{
	struct vpntun_endpoint *ep = kzalloc(sizeof(*ep), GFP_KERNEL);
	int err;

	if (!ep)
		return ERR_PTR(-ENOMEM);
	err = dst_cache_init(&ep->dst, GFP_KERNEL);
	if (!err)
		err = parse(ep, tb, net, old, extack);
	if (err) {
		vpntun_endpoint_discard(ep);
		return ERR_PTR(err);
	}
	return ep;
}

/**
 * vpntun_endpoint_free() - free an endpoint nobody can see
 * @ep: the endpoint; its socket was put before
 *
 * Context: any.
 */
void vpntun_endpoint_free(struct vpntun_endpoint *ep)
{
	dst_cache_destroy(&ep->dst);
	kfree(ep);
}

/**
 * vpntun_endpoint_discard() - undo vpntun_endpoint_parse()
 * @ep: the endpoint, of no peer yet
 *
 * Context: process.
 */
void vpntun_endpoint_discard(struct vpntun_endpoint *ep)
{
	if (ep->sock)
		vpntun_sock_put(ep->sock);
	vpntun_endpoint_free(ep);
}

/**
 * vpntun_endpoint_put() - describe an endpoint in a message
 * @msg: the message, inside the nest of its peer
 * @ep: the endpoint
 *
 * Return: 0 or -EMSGSIZE
 */
int vpntun_endpoint_put(struct sk_buff *msg, const struct vpntun_endpoint *ep)
{
	int len = vpntun_addr_len(ep->family);

	if (nla_put_u16(msg, VPNTUN_A_PEER_FAMILY, ep->family) ||
	    nla_put(msg, VPNTUN_A_PEER_LOCAL, len, &ep->local) ||
	    nla_put(msg, VPNTUN_A_PEER_REMOTE, len, &ep->remote) ||
	    nla_put_u32(msg, VPNTUN_A_PEER_ENCAP, ep->encap))
		return -EMSGSIZE;
	if (ep->encap == VPNTUN_ENCAP_UDP &&
	    (nla_put_be16(msg, VPNTUN_A_PEER_LOCAL_PORT, ep->local_port) ||
	     nla_put_be16(msg, VPNTUN_A_PEER_REMOTE_PORT, ep->remote_port)))
		return -EMSGSIZE;
	return put_manner(msg, &ep->manner);
}
