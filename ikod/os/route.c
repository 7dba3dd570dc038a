// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/rtnetlink.h>

#include "os/link.h"
#include "os/log.h"
#include "os/route.h"

static size_t addr_len(uint16_t family)
{
	return family == AF_INET6 ? 16 : 4;
}

bool subnet_covers(const struct subnet *s, uint16_t family, const uint8_t *addr)
{
	unsigned int bytes = s->prefixlen / 8, bits = s->prefixlen % 8;

	if (family != s->family)
		return false;
	if (memcmp(s->addr, addr, bytes))
		return false;
	return !bits || !((s->addr[bytes] ^ addr[bytes]) >> (8 - bits));
}

/* ---- what is wanted ---- */

static const uint8_t *sockaddr_bytes(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET6)
		return ((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr.s6_addr;
	return (const uint8_t *)&((const struct sockaddr_in *)(const void *)sa)->sin_addr;
}

/*
 * choose_source - an own address inside the local subnets: what this machine
 * itself sends to the far side must come from there to fit the selectors
 */
static void choose_source(struct route *r, const struct conn_cfg *c, const struct ifaddrs *addrs)
{
	const struct ifaddrs *a;
	unsigned int i;

	for (i = 0; i < c->n_local; i++) {
		for (a = addrs; a; a = a->ifa_next) {
			if (!a->ifa_addr || a->ifa_addr->sa_family != r->dst.family)
				continue;
			if (!subnet_covers(&c->local_subnets[i], r->dst.family, sockaddr_bytes(a->ifa_addr)))
				continue;
			r->has_src = true;
			memcpy(r->src, sockaddr_bytes(a->ifa_addr), addr_len(r->dst.family));
			return;
		}
	}
}

/* same_prefix - selectors with a protocol or port still mean one route */
static bool same_prefix(const struct subnet *a, const struct subnet *b)
{
	return a->family == b->family && a->prefixlen == b->prefixlen &&
	       !memcmp(a->addr, b->addr, addr_len(a->family));
}

static struct route *find(struct route *v, unsigned int n, const struct subnet *dst)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (same_prefix(&v[i].dst, dst))
			return &v[i];
	return NULL;
}

static unsigned int add_wanted(struct nl_sock *rt, const struct conn_cfg *c, const struct ifaddrs *addrs,
			       struct route *out, unsigned int n, unsigned int max, bool again)
{
	uint32_t ifindex = nlq_ifindex(rt, c->interface);
	char text[SUBNET_STRLEN];
	unsigned int i;

	for (i = 0; ifindex && i < c->n_remote && n < max; i++) {
		const struct subnet *s = &c->remote_subnets[i];

		if (!s->prefixlen) {
			if (!again)
				log_line(LOG_L_WARN, c->name,
					 "no route made for %s: a default route through the tunnel "
					 "is for you to add (ip route add ... dev %s), or set routes = no",
					 subnet_str(s, text), c->interface);
			continue;
		}
		if (find(out, n, s))
			continue;
		out[n] = (struct route){ .dst = *s, .conn = c, .ifindex = ifindex };
		snprintf(out[n].ifname, sizeof(out[n].ifname), "%s", c->interface);
		choose_source(&out[n++], c, addrs);
	}
	return n;
}

unsigned int routes_wanted(struct nl_sock *rt, const struct ike_config *cfg, struct route *out,
			   unsigned int max, bool again)
{
	struct ifaddrs *addrs = NULL;
	unsigned int i, n = 0;

	if (getifaddrs(&addrs))
		addrs = NULL;
	for (i = 0; i < cfg->n; i++)
		if (cfg->conns[i]->routes)
			n = add_wanted(rt, cfg->conns[i], addrs, out, n, max, again);
	if (addrs)
		freeifaddrs(addrs);
	return n;
}

/* ---- requests ---- */

static struct nl_msg *route_msg(int type, int flags, const struct route *r)
{
	struct rtmsg rtm = {
		.rtm_family = r->dst.family, .rtm_dst_len = r->dst.prefixlen, .rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = ROUTE_PROTOCOL, .rtm_type = RTN_UNICAST,
		.rtm_scope = r->dst.family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
	};
	struct nl_msg *m = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);
	int len = (int)addr_len(r->dst.family);

	if (m && !nlmsg_append(m, &rtm, sizeof(rtm), NLMSG_ALIGNTO) &&
	    !nla_put(m, RTA_DST, len, r->dst.addr) && !nla_put_u32(m, RTA_OIF, r->ifindex) &&
	    (!r->has_src || !nla_put(m, RTA_PREFSRC, len, r->src)))
		return m;
	nlmsg_free(m);
	return NULL;
}

static void remove_route(struct nl_sock *rt, const struct route *r)
{
	struct nlq_result res;
	char text[SUBNET_STRLEN];

	if (!nlq_do(rt, route_msg(RTM_DELROUTE, 0, r), &res) && res.error != ESRCH)
		log_line(LOG_L_WARN, NULL, "route %s: cannot be removed: %s", subnet_str(&r->dst, text),
			 res.text);
}

/* prefix_of - how specific the route is that the peer is reached by now */
static void prefix_of(void *ctx, struct nlmsghdr *h)
{
	const struct rtmsg *rtm = nlmsg_data(h);

	if (h->nlmsg_type == RTM_NEWROUTE && nlmsg_datalen(h) >= (int)sizeof(*rtm))
		*(int *)ctx = rtm->rtm_dst_len;
}

/*
 * swallows_peer - with this route the tunnel's own packets would go into the
 * tunnel: it covers the peer and nothing more specific leads there
 */
static bool swallows_peer(struct nl_sock *rt, const struct route *r)
{
	struct rtmsg rtm = { .rtm_family = r->dst.family, .rtm_flags = RTM_F_LOOKUP_TABLE | RTM_F_FIB_MATCH };
	const union endpoint *peer = &r->conn->remote;
	struct nlq_result res;
	struct nl_msg *m;
	size_t len;
	int prefix = -1;
	const uint8_t *addr;

	if (peer->sa.sa_family == AF_UNSPEC)
		return false;
	addr = endpoint_addr(peer, &len);
	if (!subnet_covers(&r->dst, peer->sa.sa_family, addr))
		return false;
	rtm.rtm_dst_len = (unsigned char)(len * 8);
	m = nlmsg_alloc_simple(RTM_GETROUTE, NLM_F_REQUEST);
	if (!m || nlmsg_append(m, &rtm, sizeof(rtm), NLMSG_ALIGNTO) || nla_put(m, RTA_DST, (int)len, addr)) {
		nlmsg_free(m);
		return true;
	}
	return !nlq_get(rt, m, prefix_of, &prefix, &res) || prefix <= r->dst.prefixlen;
}

static void add_route(struct nl_sock *rt, const struct route *r, bool again)
{
	static const char other[] = "there is another one for it; remove that one and reload, or set routes = no";
	static const char through_itself[] = "it covers the peer's own address, so the tunnel would run through "
					     "itself; add a more specific route to the peer and reload";
	struct nlq_result res;
	char text[SUBNET_STRLEN];

	subnet_str(&r->dst, text);
	if (r->foreign || swallows_peer(rt, r)) {
		if (!again)
			log_line(LOG_L_WARN, r->conn->name, "route %s is not made: %s", text,
				 r->foreign ? other : through_itself);
		return;
	}
	if (nlq_do(rt, route_msg(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, r), &res))
		log_line(LOG_L_INFO, r->conn->name, "route %s dev %s", text, r->ifname);
	else if (!again)
		log_line(LOG_L_ERROR, r->conn->name, "route %s dev %s: %s", text, r->ifname, res.text);
}

/* ---- what is there ---- */

struct survey {
	const struct route_devices *devs;
	struct route *want;
	unsigned int n_want;
	struct route *stale;		/* ours and not wanted */
	unsigned int n_stale, cap;
};

/*
 * is_guard - a route that only catches what ours leaves when it is gone, so
 * that nothing leaves in the clear: it refuses, and its metric is worse than
 * that of ours (0; the kernel makes 1024 of it for IPv6)
 */
static bool is_guard(const struct rtmsg *rtm, struct nlattr *metric)
{
	return (rtm->rtm_type == RTN_UNREACHABLE || rtm->rtm_type == RTN_BLACKHOLE ||
		rtm->rtm_type == RTN_PROHIBIT) &&
	       metric && nla_get_u32(metric) > (rtm->rtm_family == AF_INET6 ? 1024 : 0);
}

static bool parse_route(struct nlmsghdr *h, struct route *r, uint8_t *protocol)
{
	struct rtmsg *rtm = nlmsg_data(h);
	struct nlattr *a[RTA_MAX + 1];
	int len;

	if (h->nlmsg_type != RTM_NEWROUTE || nlmsg_parse(h, sizeof(*rtm), a, RTA_MAX, NULL))
		return false;
	len = (int)addr_len(rtm->rtm_family);
	if ((rtm->rtm_family != AF_INET && rtm->rtm_family != AF_INET6) || rtm->rtm_dst_len > len * 8 ||
	    (a[RTA_TABLE] ? nla_get_u32(a[RTA_TABLE]) : rtm->rtm_table) != RT_TABLE_MAIN ||
	    is_guard(rtm, a[RTA_PRIORITY]))
		return false;
	memset(r, 0, sizeof(*r));
	r->dst.family = rtm->rtm_family;
	r->dst.prefixlen = rtm->rtm_dst_len;
	*protocol = rtm->rtm_protocol;
	if (a[RTA_DST] && nla_len(a[RTA_DST]) == len)
		memcpy(r->dst.addr, nla_data(a[RTA_DST]), (size_t)len);
	if (a[RTA_OIF])
		r->ifindex = nla_get_u32(a[RTA_OIF]);
	if (a[RTA_PREFSRC] && nla_len(a[RTA_PREFSRC]) == len) {
		r->has_src = true;
		memcpy(r->src, nla_data(a[RTA_PREFSRC]), (size_t)len);
	}
	return true;
}

static void add_stale(struct survey *s, const struct route *r)
{
	if (s->n_stale == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		s->stale = realloc(s->stale, s->cap * sizeof(*s->stale));
		if (!s->stale)
			abort();
	}
	s->stale[s->n_stale++] = *r;
}

static bool through_ours(const struct route_devices *devs, uint32_t ifindex)
{
	unsigned int i;

	for (i = 0; i < devs->n; i++)
		if (devs->ifindex[i] == ifindex)
			return true;
	return false;
}

static void on_route(void *ctx, struct nlmsghdr *h)
{
	struct survey *s = ctx;
	struct route r, *w;
	uint8_t protocol;

	if (!parse_route(h, &r, &protocol))
		return;
	w = find(s->want, s->n_want, &r.dst);
	if (protocol != ROUTE_PROTOCOL || !through_ours(s->devs, r.ifindex)) {
		if (w)
			w->foreign = true;
	} else if (w && w->ifindex == r.ifindex && w->has_src == r.has_src &&
		   !memcmp(w->src, r.src, sizeof(r.src))) {
		w->present = true;
	} else {
		add_stale(s, &r);
	}
}

static void survey_family(struct nl_sock *rt, struct survey *s, uint8_t family)
{
	struct rtmsg rtm = { .rtm_family = family, .rtm_table = RT_TABLE_MAIN };
	struct nl_msg *m = nlmsg_alloc_simple(RTM_GETROUTE, NLM_F_REQUEST);
	struct nlq_result res;

	if (m && nlmsg_append(m, &rtm, sizeof(rtm), NLMSG_ALIGNTO)) {
		nlmsg_free(m);
		m = NULL;
	}
	if (!nlq_dump(rt, m, on_route, s, &res) && res.error != EAFNOSUPPORT && res.error != EOPNOTSUPP &&
	    res.error != ENOENT)
		log_line(LOG_L_WARN, NULL, "routes cannot be listed: %s", res.text);
}

void routes_sync(struct nl_sock *rt, const struct route_devices *devs, struct route *want, unsigned int n,
		 bool again)
{
	struct survey s = { .devs = devs, .want = want, .n_want = n };
	unsigned int i;

	survey_family(rt, &s, AF_INET);
	survey_family(rt, &s, AF_INET6);
	for (i = 0; i < s.n_stale; i++)
		remove_route(rt, &s.stale[i]);
	free(s.stale);
	for (i = 0; i < n; i++)
		if (!want[i].present)
			add_route(rt, &want[i], again);
}
