// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <event2/event.h>
#include <linux/rtnetlink.h>

#include "os/nlq.h"
#include "os/watch.h"

/*
 * What changed is not read: whoever is told looks at all of it anyway. So an
 * overrun of the socket is news like any other.
 */
struct watch {
	struct nl_sock *s;
	struct event *ev, *delay;
	void (*changed)(void *ctx);
	void *ctx;
};

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval delay = { .tv_usec = WATCH_DELAY_MS * 1000 };
	struct watch *w = arg;
	char sink[4096];
	int i;

	(void)what;
	for (i = 0; i < 64; i++)
		if (recv(fd, sink, sizeof(sink), MSG_DONTWAIT | MSG_TRUNC) < 0)
			break;
	if (!event_pending(w->delay, EV_TIMEOUT, NULL))
		event_add(w->delay, &delay);
}

static void on_delay(evutil_socket_t fd, short what, void *arg)
{
	struct watch *w = arg;

	(void)fd;
	(void)what;
	w->changed(w->ctx);
}

struct watch *watch_new(struct event_base *base, void (*changed)(void *ctx), void *ctx, char *err, size_t errlen)
{
	struct watch *w = calloc(1, sizeof(*w));
	struct nlq_result r;

	if (!w)
		abort();
	w->changed = changed;
	w->ctx = ctx;
	w->s = nlq_open(NETLINK_ROUTE, &r);
	if (!w->s || nl_socket_add_memberships(w->s, RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, 0)) {
		snprintf(err, errlen, "rtnetlink events: %s", w->s ? "refused" : r.text);
		watch_free(w);
		return NULL;
	}
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
