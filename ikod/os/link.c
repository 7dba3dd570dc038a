// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "os/link.h"
#include "os/log.h"
#include "os/nlq.h"
#include "os/route.h"

/**
 * struct dev - an interface in use
 * @ours: we made it, and we remove it
 * @wanted: the configuration looked at last names it
 * @gone: it is not in our namespace: moved, or removed under us
 * @ifindex: its number here, or in the namespace @nsid if it was @moved there
 */
struct dev {
	char name[IFNAMSIZ];
	bool ours, wanted, gone, moved;
	uint32_t ifindex;
	int32_t nsid;
};

struct links {
	struct nl_sock *rt;
	const char *kind;
	struct dev *v;
	unsigned int n;
};

struct links *links_new(const char *kind, char *err, size_t errlen)
{
	struct links *l = calloc(1, sizeof(*l));
	struct nlq_result r;

	if (!l)
		abort();
	l->kind = kind;
	l->rt = nlq_open(NETLINK_ROUTE, &r);
	if (!l->rt) {
		snprintf(err, errlen, "rtnetlink: %s", r.text);
		free(l);
		return NULL;
	}
	return l;
}

static struct dev *find(const struct links *l, const char *name)
{
	unsigned int i;

	for (i = 0; i < l->n; i++)
		if (!strcmp(l->v[i].name, name))
			return &l->v[i];
	return NULL;
}

/* ---- requests ---- */

static struct nl_msg *link_msg(int type, int flags, const char *name, unsigned int ifindex, bool up)
{
	struct ifinfomsg info = {
		.ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex,
		.ifi_flags = up ? IFF_UP : 0, .ifi_change = up ? IFF_UP : 0,
	};
	struct nl_msg *m = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);

	if (m && !nlmsg_append(m, &info, sizeof(info), NLMSG_ALIGNTO) &&
	    (!name || !nla_put_string(m, IFLA_IFNAME, name)))
		return m;
	nlmsg_free(m);
	return NULL;
}

/* What `ip -d link show` would say of a device. */
struct found {
	bool there, ours;
	char kind[32];
};

static void on_link(void *ctx, struct nlmsghdr *h)
{
	struct nlattr *a[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1];
	struct found *f = ctx;

	if (h->nlmsg_type != RTM_NEWLINK || nlmsg_parse(h, sizeof(struct ifinfomsg), a, IFLA_MAX, NULL))
		return;
	f->there = true;
	f->ours = a[IFLA_IFALIAS] && !nla_strcmp(a[IFLA_IFALIAS], LINK_ALIAS);
	if (a[IFLA_LINKINFO] && !nla_parse_nested(info, IFLA_INFO_MAX, a[IFLA_LINKINFO], NULL) &&
	    info[IFLA_INFO_KIND])
		nla_strlcpy(f->kind, info[IFLA_INFO_KIND], sizeof(f->kind));
}

static bool look(struct links *l, const char *name, struct found *f, struct nlq_result *r)
{
	memset(f, 0, sizeof(*f));
	return nlq_get(l->rt, link_msg(RTM_GETLINK, 0, name, 0, false), on_link, f, r) || r->error == ENODEV;
}

static bool create(struct links *l, const char *name, struct nlq_result *r)
{
	struct nl_msg *m = link_msg(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, name, 0, false);
	struct nlattr *nest = m ? nlq_nest(m, IFLA_LINKINFO) : NULL;

	if (!nest || nla_put_string(m, IFLA_INFO_KIND, l->kind)) {
		nlmsg_free(m);
		m = NULL;
	} else {
		nla_nest_end(m, nest);
	}
	return nlq_do(l->rt, m, r);
}

/* The alias cannot go with the creation, the kernel takes it from a change only. */
static bool bring_up(struct links *l, const char *name, bool mark, struct nlq_result *r)
{
	struct nl_msg *m = link_msg(RTM_NEWLINK, 0, NULL, nlq_ifindex(l->rt, name), true);

	if (m && mark && nla_put(m, IFLA_IFALIAS, sizeof(LINK_ALIAS) - 1, LINK_ALIAS)) {
		nlmsg_free(m);
		m = NULL;
	}
	return nlq_do(l->rt, m, r);
}

static void destroy(struct links *l, const struct dev *d)
{
	struct nlq_result r;
	struct nl_msg *m;

	if (nlq_do(l->rt, link_msg(RTM_DELLINK, 0, d->name, 0, false), &r))
		return;
	if (r.error == ENODEV && d->moved) {
		m = link_msg(RTM_DELLINK, 0, NULL, d->ifindex, false);
		if (m && nla_put_u32(m, IFLA_TARGET_NETNSID, (uint32_t)d->nsid)) {
			nlmsg_free(m);
			m = NULL;
		}
		nlq_do(l->rt, m, &r);
	}
	if (r.error && r.error != ENODEV && r.error != EINVAL)	/* its namespace may be gone, too */
		log_line(LOG_L_WARN, NULL, "interface %s cannot be removed: %s", d->name, r.text);
}

/* ---- the set ---- */

static struct dev *add(struct links *l, const char *name)
{
	struct dev *v = realloc(l->v, (l->n + 1) * sizeof(*v));

	if (!v)
		abort();
	l->v = v;
	v = &l->v[l->n++];
	memset(v, 0, sizeof(*v));
	snprintf(v->name, sizeof(v->name), "%s", name);
	return v;
}

/* prepare_one - find or make @name; *was_there says which */
static bool prepare_one(struct links *l, const char *name, bool *was_there, char *err, size_t errlen)
{
	struct dev *d = find(l, name);
	struct nlq_result r;
	struct found f;

	*was_there = false;
	if (!look(l, name, &f, &r)) {
		snprintf(err, errlen, "interface %s: %s", name, r.text);
		return false;
	}
	if (!f.there && d)	/* moved away, or removed under us: see tell_gone() */
		return true;
	if (f.there && strcmp(f.kind, l->kind)) {
		snprintf(err, errlen,
			 "interface %s exists and is of kind %s, not %s: name another one (interface = ...)",
			 name, f.kind[0] ? f.kind : "(none)", l->kind);
		return false;
	}
	if (!f.there && !create(l, name, &r)) {
		snprintf(err, errlen, "interface %s cannot be made: %s", name, r.text);
		return false;
	}
	*was_there = f.there && !d;
	if (!d)
		d = add(l, name);
	d->ifindex = nlq_ifindex(l->rt, name);
	d->moved = false;
	d->ours = d->ours || f.ours || !f.there;
	if (!bring_up(l, name, d->ours, &r)) {
		snprintf(err, errlen, "interface %s cannot be set up: %s", name, r.text);
		return false;
	}
	return true;
}

bool links_prepare(struct links *l, const struct ike_config *cfg,
		   void (*adopted)(void *ctx, const char *ifname), void *ctx, char *err, size_t errlen)
{
	unsigned int i;

	for (i = 0; i < cfg->n; i++) {
		const char *name = cfg->conns[i]->interface;
		bool was_there;

		if (!prepare_one(l, name, &was_there, err, errlen))
			return false;
		if (was_there && adopted)
			adopted(ctx, name);
	}
	return true;
}

/* make_again - one that we made and somebody removed */
static bool make_again(struct links *l, const struct dev *d)
{
	struct nlq_result r;

	if (create(l, d->name, &r) && bring_up(l, d->name, true, &r)) {
		log_line(LOG_L_WARN, NULL, "interface %s was removed: made again", d->name);
		return true;
	}
	log_line(LOG_L_ERROR, NULL, "interface %s was removed and cannot be made again: %s", d->name, r.text);
	return false;
}

/* take_over - one that somebody made in place of the one that we used */
static bool take_over(struct links *l, struct dev *d)
{
	struct nlq_result r;
	struct found f;

	if (!look(l, d->name, &f, &r) || !f.there || strcmp(f.kind, l->kind))
		return false;
	d->ours = f.ours;
	if (!bring_up(l, d->name, false, &r))
		return false;
	log_line(LOG_L_WARN, NULL, "interface %s is another one now", d->name);
	return true;
}

/*
 * Of a removed interface the module forgot all; renamed or moved ones work on.
 * The kernel answers once a move under way is done, and has told of it by then.
 */
static bool restore_one(struct links *l, struct dev *d, const struct links_user *user)
{
	uint32_t ifindex = nlq_ifindex(l->rt, d->name);
	char renamed[IFNAMSIZ];

	if (ifindex != d->ifindex && !d->moved)
		user->catch_up(user->ctx);
	if (d->moved || ifindex == d->ifindex)
		return false;
	if (ifindex)
		return take_over(l, d);
	return d->ours && !if_indextoname(d->ifindex, renamed) && make_again(l, d);
}

void links_restore(struct links *l, const struct links_user *user)
{
	unsigned int i;

	for (i = 0; i < l->n; i++) {
		if (!restore_one(l, &l->v[i], user))
			continue;
		l->v[i].ifindex = nlq_ifindex(l->rt, l->v[i].name);
		user->renewed(user->ctx, l->v[i].name);
	}
}

/* One that was moved to another network namespace works on; one that was not made by us is not ours to make. */
static void tell_gone(struct links *l)
{
	unsigned int i;

	for (i = 0; i < l->n; i++) {
		bool gone = !nlq_ifindex(l->rt, l->v[i].name);

		if (gone && !l->v[i].gone)
			log_line(LOG_L_WARN, NULL,
				 "interface %s is not in this network namespace any more: "
				 "if it was moved its tunnels go on, if it was removed make it again",
				 l->v[i].name);
		l->v[i].gone = gone;
	}
}

static unsigned int count_routes(const struct ike_config *cfg)
{
	unsigned int i, n = 0;

	for (i = 0; i < cfg->n; i++)
		n += cfg->conns[i]->n_remote;
	return n;
}

static void drop_unwanted(struct links *l)
{
	unsigned int i = 0;

	while (i < l->n) {
		if (l->v[i].wanted) {
			i++;
			continue;
		}
		if (l->v[i].ours)
			destroy(l, &l->v[i]);
		l->v[i] = l->v[--l->n];
	}
}

static void settle_routes(struct links *l, const struct ike_config *cfg, bool again)
{
	unsigned int i, max = count_routes(cfg);
	struct route *want = calloc(max + 1, sizeof(*want));
	uint32_t *ifindex = calloc(l->n + 1, sizeof(*ifindex));
	const struct route_devices devs = { .ifindex = ifindex, .n = l->n };

	if (!want || !ifindex)
		abort();
	for (i = 0; i < l->n; i++)
		ifindex[i] = nlq_ifindex(l->rt, l->v[i].name);
	routes_sync(l->rt, &devs, want, routes_wanted(l->rt, cfg, want, max, again), again);
	free(ifindex);
	free(want);
}

void links_settle(struct links *l, const struct ike_config *cfg, bool again)
{
	unsigned int i;

	settle_routes(l, cfg, again);
	for (i = 0; i < l->n; i++)
		l->v[i].wanted = false;
	for (i = 0; i < cfg->n; i++) {
		struct dev *d = find(l, cfg->conns[i]->interface);

		if (d)
			d->wanted = true;
	}
	drop_unwanted(l);
	tell_gone(l);
}

void links_moved(struct links *l, uint32_t was, uint32_t now, int32_t nsid)
{
	unsigned int i;

	for (i = 0; i < l->n; i++) {
		if (l->v[i].ifindex != was || l->v[i].moved)
			continue;
		l->v[i].moved = true;
		l->v[i].ifindex = now;
		l->v[i].nsid = nsid;
	}
}

void links_each(const struct links *l, void (*fn)(void *ctx, const char *ifname), void *ctx)
{
	unsigned int i;

	for (i = 0; i < l->n; i++)
		fn(ctx, l->v[i].name);
}

void links_free(struct links *l)
{
	const struct ike_config nothing = { .n = 0 };

	if (!l)
		return;
	links_settle(l, &nothing, false);
	nl_socket_free(l->rt);
	free(l->v);
	free(l);
}
