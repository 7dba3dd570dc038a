/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CORE_TIMER_H
#define IKOD_CORE_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct timer - one deadline embedded in its owner; zero-initialised is idle
 * @fn: called once when due, with the timer idle again; may free the owner
 */
struct timer {
	uint64_t due;
	size_t slot;		/* 1-based place in the heap, 0 when idle */
	void (*fn)(void *owner);
	void *owner;
};

/** struct timers - binary heap of running timers */
struct timers {
	struct timer **heap;
	size_t n, cap;
};

/** timer_set - (re)start @t; aborts the process only if memory ends */
void timer_set(struct timers *ts, struct timer *t, uint64_t due, void (*fn)(void *owner), void *owner);
void timer_stop(struct timers *ts, struct timer *t);
static inline bool timer_running(const struct timer *t)
{
	return t->slot != 0;
}
/** timers_next - earliest deadline, UINT64_MAX if none */
uint64_t timers_next(const struct timers *ts);
/** timers_run - call everything due at @now */
void timers_run(struct timers *ts, uint64_t now);
void timers_free(struct timers *ts);

#endif
