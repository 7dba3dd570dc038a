/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_SIM_RULES_H
#define TESTS_SIM_RULES_H

#include "core/net.h"

/*
 * What may never happen, whatever the line does. The modelled kernels are
 * watched; the first rule that is broken ends the run.
 */

/**
 * struct held - an inbound SA that a node has or had, and the outbound one made with it
 * @until: 0 if it is still there
 * @used: a packet came with it; @promoted: the node sent with the other one
 * @expired: the pair went at the end of its life
 * @inherited: put to use as the pair before it, or after it, ended: the peer may not have it
 */
struct held {
	struct {
		uint32_t node, spi;
	} at;
	UT_hash_handle hh;		/* rules->held */
	uint32_t peer_id, child_id, spi_out;
	uint8_t key[160];
	size_t key_len;
	unsigned int boot;
	uint64_t since, until;
	bool used, promoted, inherited, expired;
};

/** struct phase1 - an IKE SA that is up; @until its life is to last */
struct phase1 {
	uint8_t cky_i[8], cky_r[8];
	uint64_t until;
};

/** struct idle - how long an SA of the modelled kernel has been of no use */
struct idle {
	uint32_t spi;
	uint64_t since;
};

#define PHASE1S_MAX 16		/* of one connection: half-open, in use, replaced and not expired */

/** enum calm - no faults any more; all has recovered; and what was half done then has come to its end */
enum calm { CALM_NOT, CALM_LINE, CALM_UP, CALM_QUIET };

/**
 * struct rules - the watcher of one run
 * @since: when @calm began
 * @sent, @received: ESP packets until then, by node
 * @phase1s: the IKE SAs of each node that were up at the last look
 * @boots: how often each node has lost all state
 * @disagree: since when the ends send with different pairs, per child of node 0; 0 if they agree
 * @rule: the one that was broken, NULL if none; @detail how
 */
struct rules {
	struct net *net;
	struct held *held, *last_in[2];
	unsigned int boots[2];
	enum calm calm;
	uint64_t since;
	unsigned int sent[2], received[2];
	struct phase1 phase1s[2][PHASE1S_MAX];
	unsigned int n_phase1s[2];
	struct idle idle[2][K_SAS_MAX];
	uint64_t disagree[K_CHILDREN_MAX];
	const char *rule;
	char detail[240];
};

void rules_init(struct rules *r, struct net *net);
void rules_free(struct rules *r);
void rules_calm(struct rules *r, enum calm calm);
/** rules_crashed - @node has lost all state */
void rules_crashed(struct rules *r, unsigned int node);
/** rules_scan - once a second: what can be seen by looking */
void rules_scan(struct rules *r);
/** rules_arrived - all that was sent since it became quiet has had time to arrive, and no more was sent */
void rules_arrived(struct rules *r);
/** rules_ended - @node was shut down and told its peer */
void rules_ended(struct rules *r, unsigned int node);
void rules_break(struct rules *r, const char *rule, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
