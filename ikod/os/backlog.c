// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <utlist.h>

#include "os/backlog.h"

#define BYTES_MAX (512 * 1024)	/* of each kind, with what an entry takes */
#define PER_TURN 64		/* handed on before the sockets are read again */

struct waiting {
	struct waiting *next, *prev;
	struct ike_path path;
	size_t len;
	uint8_t data[];
};

enum { EXPECTED, STRANGERS, KINDS };

struct backlog {
	udp_rx_fn rx;
	void *ctx;
	struct event *ev;
	struct waiting *queues[KINDS];
	size_t bytes[KINDS];
	uint64_t dropped;
};

/* By a timer: what is made active while events are handled comes before the sockets are looked at again. */
static void next_turn(struct backlog *b)
{
	const struct timeval now = { 0 };

	if (!evtimer_pending(b->ev, NULL))
		evtimer_add(b->ev, &now);
}

static struct waiting *take(struct backlog *b)
{
	for (unsigned int kind = 0; kind < KINDS; kind++) {
		struct waiting *w = b->queues[kind];

		if (!w)
			continue;
		DL_DELETE(b->queues[kind], w);
		b->bytes[kind] -= sizeof(*w) + w->len;
		return w;
	}
	return NULL;
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct backlog *b = arg;
	struct waiting *w;

	(void)fd;
	(void)what;
	for (unsigned int n = 0; n < PER_TURN && (w = take(b)); n++) {
		b->rx(b->ctx, &w->path, w->data, w->len);
		free(w);
	}
	if (b->queues[EXPECTED] || b->queues[STRANGERS])
		next_turn(b);
}

struct backlog *backlog_new(struct event_base *base, udp_rx_fn rx, void *ctx)
{
	struct backlog *b = calloc(1, sizeof(*b));

	if (!b)
		abort();
	b->rx = rx;
	b->ctx = ctx;
	b->ev = evtimer_new(base, on_turn, b);
	if (!b->ev)
		abort();
	return b;
}

void backlog_free(struct backlog *b)
{
	struct waiting *w;

	if (!b)
		return;
	while ((w = take(b)))
		free(w);
	event_free(b->ev);
	free(b);
}

void backlog_put(struct backlog *b, bool expected, const struct ike_path *path, const uint8_t *p, size_t len)
{
	unsigned int kind = expected ? EXPECTED : STRANGERS;
	struct waiting *w;

	if (b->bytes[kind] + sizeof(*w) + len > BYTES_MAX) {
		b->dropped++;
		return;
	}
	w = malloc(sizeof(*w) + len);
	if (!w)
		abort();
	w->path = *path;
	w->len = len;
	memcpy(w->data, p, len);
	DL_APPEND(b->queues[kind], w);
	b->bytes[kind] += sizeof(*w) + len;
	next_turn(b);
}

uint64_t backlog_dropped(const struct backlog *b)
{
	return b->dropped;
}
