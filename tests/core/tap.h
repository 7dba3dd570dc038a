/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_CORE_TAP_H
#define TESTS_CORE_TAP_H

#include "core/net.h"
#include "wire/v1.h"

#define TAPPED_MAX 64

/** struct tapped - a message between two nodes */
struct tapped {
	uint8_t exchange, flags;
	unsigned int from;
	uint32_t msgid;
	uint8_t p[4096];
	size_t len;
};

/* What tap() saw since a test set @n_wire to 0. */
extern struct tapped wire[TAPPED_MAX];
extern unsigned int n_wire;

/** tap - as net.drop: drops nothing */
bool tap(struct net *net, unsigned int from, const uint8_t *p, size_t len);
/** tap_parse - the payloads of a message in clear */
void tap_parse(unsigned int i, struct v1_chain *ch);
/** assert_payloads - of message @i; all but vendor IDs, which change with what there is to speak */
void assert_payloads(unsigned int i, const uint8_t *types, unsigned int n);

/* Of the messages since a test set @seen_so_far to 0: which one is lost, the first is 0. */
extern unsigned int lose, seen_so_far;
extern uint8_t lost;	/* its exchange type */

/** lose_one - as net.drop: drops message @lose */
bool lose_one(struct net *net, unsigned int from, const uint8_t *p, size_t len);

/** assert_pairs - the four pairs of two sites are up, each after @installs SAs at each end */
void assert_pairs(struct net *net, unsigned int installs);

/** assert_undisturbed - no pair of the two sites went down, and no packet was lost */
void assert_undisturbed(struct net *net);

struct v1_id text_id(uint8_t type, const char *text);

#endif
