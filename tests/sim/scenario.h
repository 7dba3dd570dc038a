/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_SIM_SCENARIO_H
#define TESTS_SIM_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * What happens in one run: two gateways with their options, a line, and a list
 * of faults. It is drawn from a seed or read from a file, and is all that a run
 * depends on.
 */

#define FAULTS_MAX 16

enum fault_kind {
	FAULT_LINE,	/* loss, duplication, reordering in percent from now on */
	FAULT_CUT,	/* bit mask of the nodes that nothing gets through from; 0 heals */
	FAULT_REBIND,	/* the NAT gives out another port */
	FAULT_CRASH,	/* node: all state is lost, nothing is said */
	FAULT_RESTART,	/* node: Deletes are sent, then it begins anew */
	FAULT_DOWN,	/* node: by the operator */
	FAULT_UP,
	FAULT_RENEW,	/* node: the kernel says that every pair should be renewed */
	FAULT_RENEW_IKE,	/* node: phase 1 is renewed now */
	FAULT_TRAFFIC,	/* a packet per pair that often in ms, 0 for none */
	FAULT_N
};

/** struct fault - @at: ms after the faults begin */
struct fault {
	uint32_t at;
	uint32_t kind;
	uint32_t arg[3];
};

/**
 * struct side - one gateway's options
 * @start_at: ms after the run begins
 * @more_ike, @more_esp: another proposal beside the common one: 0 none, 1 preferred, 2 not
 */
struct side {
	uint32_t start, start_at;
	uint32_t more_ike, more_esp;
	uint32_t ike_life, esp_life, life_kb, margin;
	uint32_t dpd, dpd_idle, dpd_retransmit;
	uint32_t encap;
};

/**
 * struct scenario - all that a run depends on
 * @seed: of everything that the line and the gateways draw meanwhile
 * @nat: node 1 is behind one; node 0 takes it from any address then
 * @locals, @remotes: subnets of node 0, of node 1
 * @aggressive: phase 1 in aggressive mode
 * @xauth, @pool: node 1 has a user name and a password; it gets its address from node 0
 * @job_ms: Diffie-Hellman takes up to so long
 * @bad_esp: the line treats ESP as it does IKE
 * @fault_s, @quiet_s: how long faults, and the time after recovery, last
 */
struct scenario {
	uint64_t seed;
	uint32_t loss, dup, reorder, bad_esp, job_ms;
	uint32_t nat, locals, remotes;
	uint32_t ike, esp, group, pfs;
	uint32_t aggressive, xauth, pool;
	uint32_t traffic_ms, one_way;
	uint32_t fault_s, quiet_s;
	struct side side[2];
	unsigned int n_faults;
	struct fault faults[FAULTS_MAX];
};

/** struct field - one number of a scenario: its name, and what it is when it does not matter */
struct field {
	const char *name;
	size_t offset;
	uint32_t plain, max;
	const char *const *words;
};

extern const struct field scenario_fields[];
extern const unsigned int scenario_n_fields;

static inline uint32_t *scenario_field(struct scenario *sc, const struct field *f)
{
	return (uint32_t *)((char *)sc + f->offset);
}

/** scenario_draw - from @seed, with a line as bad as @loss, @dup and @reorder say */
void scenario_draw(struct scenario *sc, uint64_t seed, uint32_t loss, uint32_t dup, uint32_t reorder);
void scenario_print(const struct scenario *sc, FILE *out);
/** scenario_read - false with what is wrong on stderr */
bool scenario_read(struct scenario *sc, const char *path);
void fault_print(const struct fault *f, FILE *out);

#endif
