/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_SIM_RUN_H
#define TESTS_SIM_RUN_H

#include "sim/scenario.h"

/**
 * struct verdict - what came of a run
 * @rule: the rule that was broken, "" if none; @detail how; @at: when, ms after the run began
 * @handshake_ms: until every pair was up at both ends on the bad line
 * @recovery_ms: the same after the faults
 * @digest: of every action of both engines: the same run has the same one
 */
struct verdict {
	char rule[24];
	char detail[240];
	uint64_t at;
	uint64_t handshake_ms, recovery_ms, virtual_ms;
	uint64_t rekeys, renewals, packets, datagrams;
	uint64_t digest;
};

/** sim_run - one run from beginning to end; @trace: say what happens on stderr */
void sim_run(const struct scenario *sc, bool trace, struct verdict *v);

#endif
