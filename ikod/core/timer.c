// SPDX-License-Identifier: GPL-2.0
#include "core/timer.h"

#include <stdlib.h>

/* A binary heap with 1-based slots: children of i are 2i and 2i + 1. heap[0] is unused. */

static void heap_put(struct timers *ts, size_t i, struct timer *t)
{
	ts->heap[i] = t;
	t->slot = i;
}

static void heap_up(struct timers *ts, size_t i, struct timer *t)
{
	while (i > 1 && ts->heap[i / 2]->due > t->due) {
		heap_put(ts, i, ts->heap[i / 2]);
		i /= 2;
	}
	heap_put(ts, i, t);
}

static void heap_down(struct timers *ts, size_t i, struct timer *t)
{
	for (;;) {
		size_t k = 2 * i;

		if (k > ts->n)
			break;
		if (k < ts->n && ts->heap[k + 1]->due < ts->heap[k]->due)
			k++;
		if (ts->heap[k]->due >= t->due)
			break;
		heap_put(ts, i, ts->heap[k]);
		i = k;
	}
	heap_put(ts, i, t);
}

static void heap_grow(struct timers *ts)
{
	size_t cap = ts->cap ? ts->cap * 2 : 64;
	struct timer **heap = realloc(ts->heap, (cap + 1) * sizeof(*heap));

	if (!heap)
		abort();
	ts->heap = heap;
	ts->cap = cap;
}

void timer_set(struct timers *ts, struct timer *t, uint64_t due, void (*fn)(void *owner), void *owner)
{
	timer_stop(ts, t);
	if (ts->n == ts->cap)
		heap_grow(ts);
	t->due = due;
	t->fn = fn;
	t->owner = owner;
	heap_up(ts, ++ts->n, t);
}

void timer_stop(struct timers *ts, struct timer *t)
{
	struct timer *last;
	size_t i = t->slot;

	if (!i)
		return;
	t->slot = 0;
	last = ts->heap[ts->n--];
	if (last == t)
		return;
	if (i > 1 && ts->heap[i / 2]->due > last->due)
		heap_up(ts, i, last);
	else
		heap_down(ts, i, last);
}

uint64_t timers_next(const struct timers *ts)
{
	return ts->n ? ts->heap[1]->due : UINT64_MAX;
}

void timers_run(struct timers *ts, uint64_t now)
{
	while (ts->n && ts->heap[1]->due <= now) {
		struct timer *t = ts->heap[1];

		timer_stop(ts, t);
		t->fn(t->owner);
	}
}

void timers_free(struct timers *ts)
{
	free(ts->heap);
	*ts = (struct timers){ 0 };
}
