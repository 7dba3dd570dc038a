/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_SIM_WORKERS_H
#define TESTS_SIM_WORKERS_H

#include "sim/run.h"

/** struct totals - what all runs come to; @recovery_max in ms */
struct totals {
	uint64_t runs, failed, handshakes, late, handshake_ms, recovery_max;
	uint64_t virtual_ms, rekeys, renewals, packets, datagrams;
};

/** struct job_list - the runs to be made: @count, number @i of them by @get */
struct job_list {
	uint64_t count;
	void (*get)(const struct job_list *jobs, uint64_t i, struct scenario *sc);
	/** failed - in the parent, as soon as it is known */
	void (*failed)(const struct job_list *jobs, uint64_t i, const struct verdict *v);
	const void *ctx;
};

/** run_safely - one run in a process of its own: a crash and a hang are verdicts, too */
void run_safely(const struct scenario *sc, struct verdict *v);
/** run_all - all of @jobs in @processes processes, with a line of progress every so often */
void run_all(const struct job_list *jobs, unsigned int processes, struct totals *t);

#endif
