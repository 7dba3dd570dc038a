// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/event.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include "os/kernel.h"
#include "os/kernel_msg.h"
#include "os/log.h"
#include "os/nlq.h"
#include "vpntun.h"

#define EVENT_BUFFER (1024 * 1024)

const char kernel_link_kind[] = VPNTUN_FAMILY_NAME;

/**
 * struct device - number of an interface that was worked on
 *
 * It is asked for by name each time, but one that was moved to another network
 * namespace has no name here any more; the module still finds it by its number.
 */
struct device {
	char name[IFNAMSIZ];
	uint32_t ifindex;
};

/**
 * struct kernel - our side of the family
 * @req: requests and their answers
 * @rt: rtnetlink, for the numbers of interfaces
 * @events: multicast group, never blocks
 * @overrun: notifications were lost since the last look
 */
struct kernel {
	struct kernel_user user;
	int family;
	struct nl_sock *req, *rt, *events;
	struct event *ev;
	struct device *devs;
	unsigned int n_devs;
	bool overrun;
	struct kmsg_order order;
};

static bool join_events(struct kernel *k, struct event_base *base, char *err, size_t errlen);

struct kernel *kernel_open(struct event_base *base, const struct kernel_user *user, char *err, size_t errlen)
{
	struct kernel *k = calloc(1, sizeof(*k));
	struct nlq_result r;

	if (!k)
		abort();
	k->user = *user;
	k->req = nlq_open(NETLINK_GENERIC, &r);
	k->rt = k->req ? nlq_open(NETLINK_ROUTE, &r) : NULL;
	if (!k->rt) {
		snprintf(err, errlen, "netlink: %s", r.text);
		goto fail;
	}
	/* The kernel tries to load the module by the family's alias before it says no. */
	k->family = genl_ctrl_resolve(k->req, VPNTUN_FAMILY_NAME);
	if (k->family < 0) {
		snprintf(err, errlen, "the kernel module vpntun is not loaded and could not be: "
			 "run `modprobe vpntun` (or insmod vpntun.ko) and look at dmesg");
		goto fail;
	}
	if (!join_events(k, base, err, errlen))
		goto fail;
	return k;
fail:
	kernel_close(k);
	return NULL;
}

void kernel_close(struct kernel *k)
{
	if (!k)
		return;
	if (k->ev)
		event_free(k->ev);
	nl_socket_free(k->events);
	nl_socket_free(k->rt);
	nl_socket_free(k->req);
	free(k->devs);
	free(k);
}

/* ---- devices ---- */

static struct device *device(struct kernel *k, const char *name)
{
	unsigned int i;

	for (i = 0; i < k->n_devs; i++)
		if (!strcmp(k->devs[i].name, name))
			return &k->devs[i];
	return NULL;
}

static void remember(struct kernel *k, const char *name, uint32_t ifindex)
{
	struct device *d = device(k, name);

	if (!d) {
		d = realloc(k->devs, (k->n_devs + 1) * sizeof(*d));
		if (!d)
			abort();
		k->devs = d;
		d = &k->devs[k->n_devs++];
		snprintf(d->name, sizeof(d->name), "%.15s", name);
	}
	d->ifindex = ifindex;
}

static uint32_t index_of(struct kernel *k, const char *name)
{
	uint32_t ifindex = nlq_ifindex(k->rt, name);
	const struct device *d;

	if (ifindex) {
		remember(k, name, ifindex);
		return ifindex;
	}
	d = device(k, name);
	return d ? d->ifindex : 0;
}

static bool name_of(struct kernel *k, uint32_t ifindex, char name[IFNAMSIZ])
{
	unsigned int i;

	for (i = 0; i < k->n_devs; i++) {
		if (k->devs[i].ifindex == ifindex) {
			snprintf(name, IFNAMSIZ, "%s", k->devs[i].name);
			return true;
		}
	}
	return if_indextoname(ifindex, name) != NULL;
}

void kernel_moved(struct kernel *k, uint32_t was, uint32_t now)
{
	unsigned int i;

	for (i = 0; i < k->n_devs; i++)
		if (k->devs[i].ifindex == was)
			k->devs[i].ifindex = now;
}

/* ---- requests ---- */

static void report(struct kernel *k, const struct ike_action *a, const struct nlq_result *r)
{
	struct ike_kernel_event ev = { .type = KEV_ERROR, .action = a->type, .error = r->error, .idle_ms = -1 };

	/* Every action struct begins with ifname and peer_id. */
	snprintf(ev.ifname, sizeof(ev.ifname), "%s", a->peer.ifname);
	ev.peer_id = a->peer.peer_id;
	if (a->type == ACT_CHILD_NEW || a->type == ACT_CHILD_DEL)
		ev.child_id = a->child.child_id;
	if (a->type >= ACT_SA_INSTALL && a->type <= ACT_SA_QUERY) {
		ev.child_id = a->sa.child_id;
		ev.spi = a->sa.spi;
		ev.dir = a->sa.dir;
	}
	if (strcmp(r->text, strerror(r->error)))	/* the engine puts that one itself */
		snprintf(ev.text, sizeof(ev.text), "%s", r->text);
	k->user.event(k->user.ctx, &ev);
}

static bool removes(enum ike_action_type t)
{
	return t == ACT_PEER_DEL || t == ACT_CHILD_DEL || t == ACT_SA_DELETE;
}

static void run_action(struct kernel *k, const struct ike_action *a, uint32_t ifindex, int udp_fd,
		       struct nlq_result *r)
{
	struct nl_msg *m = kmsg_action(a, k->family, ifindex, udp_fd);

	if (!m) {
		r->error = EINVAL;
		snprintf(r->text, sizeof(r->text), "the kernel module has no such algorithm");
		return;
	}
	nlq_do(k->req, m, r);
}

void kernel_action(struct kernel *k, const struct ike_action *a, int udp_fd)
{
	uint32_t ifindex = index_of(k, a->peer.ifname);
	struct nlq_result r = { 0 };

	if (!ifindex) {
		r.error = ENODEV;
		snprintf(r.text, sizeof(r.text), "there is no interface %.15s", a->peer.ifname);
	} else {
		run_action(k, a, ifindex, udp_fd, &r);
	}
	if (!r.error || (removes(a->type) && (r.error == ENOENT || r.error == ENODEV)))
		return;
	report(k, a, &r);
}

/* ---- dumps ---- */

struct stats_walk {
	struct kernel *k;
	const char *ifname;
	const uint32_t *peer_id;
};

static void on_stats(void *ctx, struct nlmsghdr *h)
{
	struct stats_walk *w = ctx;
	struct kmsg_in in;

	if (!kmsg_parse(h, &in) || !in.known || in.ev.type != KEV_STATS)
		return;
	/* a module that knows no filter lists all */
	if (w->peer_id && in.ev.peer_id != *w->peer_id)
		return;
	snprintf(in.ev.ifname, sizeof(in.ev.ifname), "%s", w->ifname);
	w->k->user.event(w->k->user.ctx, &in.ev);
}

bool kernel_stats(struct kernel *k, const char *ifname, const uint32_t *peer_id)
{
	struct stats_walk w = { .k = k, .ifname = ifname, .peer_id = peer_id };
	uint32_t ifindex = index_of(k, ifname);
	struct nlq_result r;

	if (!ifindex)
		return false;
	if (nlq_dump(k->req, kmsg_dump(k->family, VPNTUN_CMD_SA_GET, ifindex, peer_id), on_stats, &w, &r))
		return true;
	log_limited(LOG_L_WARN, NULL, "%s: cannot list SAs: %s", ifname, r.text);
	return false;
}

#define FLUSH_BATCH 64

struct peer_list {
	uint32_t ids[FLUSH_BATCH];
	unsigned int n;
};

static void on_peer(void *ctx, struct nlmsghdr *h)
{
	struct peer_list *l = ctx;
	struct kmsg_in in;

	if (kmsg_parse(h, &in) && in.cmd == VPNTUN_CMD_PEER_GET && l->n < FLUSH_BATCH)
		l->ids[l->n++] = in.ev.peer_id;
}

/* flush_some - list up to FLUSH_BATCH peers and remove them: a dump is not to be changed while it runs */
static unsigned int flush_some(struct kernel *k, uint32_t ifindex)
{
	struct peer_list l = { .n = 0 };
	struct nlq_result r;
	unsigned int i, gone = 0;

	nlq_dump(k->req, kmsg_dump(k->family, VPNTUN_CMD_PEER_GET, ifindex, NULL), on_peer, &l, &r);
	for (i = 0; i < l.n; i++)
		gone += nlq_do(k->req, kmsg_peer_del(k->family, ifindex, l.ids[i]), &r);
	return gone;
}

unsigned int kernel_flush(struct kernel *k, const char *ifname)
{
	uint32_t ifindex = index_of(k, ifname);
	unsigned int n, total = 0;

	while (ifindex && (n = flush_some(k, ifindex)) > 0)
		total += n;
	return total;
}

/* ---- notifications ---- */

static void on_notify(struct kernel *k, struct kmsg_in *in)
{
	if (!kmsg_in_order(&k->order, in->seq))
		k->overrun = true;
	if (!name_of(k, in->ifindex, in->ev.ifname))
		return;
	if (in->drop_burst)
		log_limited(LOG_L_WARN, NULL, "%s: peer %u: %llu packets dropped: %s", in->ev.ifname,
			    in->ev.peer_id, (unsigned long long)in->count, in->counter);
	else if (in->known)
		k->user.event(k->user.ctx, &in->ev);
}

static int on_event_msg(struct nl_msg *m, void *arg)
{
	struct kernel *k = arg;
	struct kmsg_in in;

	if (nlmsg_get_src(m)->nl_pid)	/* not the kernel */
		return NL_OK;
	if (kmsg_parse(nlmsg_hdr(m), &in) && in.cmd == VPNTUN_CMD_NOTIFY)
		on_notify(k, &in);
	return NL_OK;
}

static void on_events(evutil_socket_t fd, short what, void *arg)
{
	struct kernel *k = arg;
	int err, rounds = 0;

	(void)fd;
	(void)what;
	do {
		err = nl_recvmsgs_default(k->events);
		if (err == -NLE_NOMEM) {	/* ENOBUFS: the queue ran over */
			k->overrun = true;
			err = 0;
		}
	} while (err >= 0 && ++rounds < 64);
	if (!k->overrun)
		return;
	k->overrun = false;
	k->order.synced = false;
	k->user.lost(k->user.ctx);
}

static bool join_events(struct kernel *k, struct event_base *base, char *err, size_t errlen)
{
	struct nlq_result r;
	const int size = EVENT_BUFFER;
	int group;

	group = genl_ctrl_resolve_grp(k->req, VPNTUN_FAMILY_NAME, VPNTUN_MCGRP_EVENTS);
	k->events = nlq_open(NETLINK_GENERIC, &r);
	if (group < 0 || !k->events || nl_socket_add_membership(k->events, group)) {
		snprintf(err, errlen, "the kernel module's events cannot be subscribed to "
			 "(is vpntun.ko of the same version as ikod?)");
		return false;
	}
	setsockopt(nl_socket_get_fd(k->events), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	nl_socket_set_nonblocking(k->events);
	nl_socket_disable_seq_check(k->events);
	nl_socket_modify_cb(k->events, NL_CB_VALID, NL_CB_CUSTOM, on_event_msg, k);
	k->ev = event_new(base, nl_socket_get_fd(k->events), EV_READ | EV_PERSIST, on_events, k);
	if (!k->ev || event_add(k->ev, NULL)) {
		snprintf(err, errlen, "no event for the kernel's notifications");
		return false;
	}
	return true;
}
