// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include <event2/event.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>

#include "os/nlq.h"
#include "os/watch.h"

/*
 * But for moves, what changed is not read: whoever is told looks at all of it
 * anyway. So an overrun of the socket is news like any other.
 */
struct watch {
	struct nl_sock *s;
	struct event *ev, *delay;
	struct watch_user user;
};

static int on_message(struct nl_msg *m, void *arg)
{
	struct nlmsghdr *h = nlmsg_hdr(m);
	struct nlattr *a[IFLA_MAX + 1];
	struct watch *w = arg;

	if (h->nlmsg_type != RTM_DELLINK || nlmsg_parse(h, sizeof(struct ifinfomsg), a, IFLA_MAX, NULL) ||
	    !a[IFLA_NEW_IFINDEX] || !a[IFLA_NEW_NETNSID])
		return NL_OK;
	w->user.moved(w->user.ctx, (uint32_t)((struct ifinfomsg *)nlmsg_data(h))->ifi_index,
		      nla_get_u32(a[IFLA_NEW_IFINDEX]), (int32_t)nla_get_u32(a[IFLA_NEW_NETNSID]));
	return NL_OK;
}

void watch_catch_up(struct watch *w)
{
	int i, err = 0;

	for (i = 0; i < 64 && err != -NLE_AGAIN; i++)
		err = nl_recvmsgs_default(w->s);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval delay = { .tv_usec = WATCH_DELAY_MS * 1000 };
	struct watch *w = arg;

	(void)fd;
	(void)what;
	watch_catch_up(w);
	if (!event_pending(w->delay, EV_TIMEOUT, NULL))
		event_add(w->delay, &delay);
}

static void on_delay(evutil_socket_t fd, short what, void *arg)
{
	struct watch *w = arg;

	(void)fd;
	(void)what;
	w->user.changed(w->user.ctx);
}

struct watch *watch_new(struct event_base *base, const struct watch_user *user, char *err, size_t errlen)
{
	struct watch *w = calloc(1, sizeof(*w));
	struct nlq_result r;

	if (!w)
		abort();
	w->user = *user;
	w->s = nlq_open(NETLINK_ROUTE, &r);
	if (!w->s ||
	    nl_socket_add_memberships(w->s, RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, 0)) {
		snprintf(err, errlen, "rtnetlink events: %s", w->s ? "refused" : r.text);
		watch_free(w);
		return NULL;
	}
	nl_socket_set_nonblocking(w->s);
	nl_socket_disable_seq_check(w->s);
	nl_socket_modify_cb(w->s, NL_CB_VALID, NL_CB_CUSTOM, on_message, w);
	w->ev = event_new(base, nl_socket_get_fd(w->s), EV_READ | EV_PERSIST, on_readable, w);
	w->delay = evtimer_new(base, on_delay, w);
	if (!w->ev || !w->delay || event_add(w->ev, NULL))
		abort();
	return w;
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	if (w->ev)
		event_free(w->ev);
	if (w->delay)
		event_free(w->delay);
	nl_socket_free(w->s);
	free(w);
}
