/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CORE_COLLISION_H
#define IKOD_CORE_COLLISION_H

#include "core/core.h"

/*
 * IKEv1 has no message that says "this one replaces that one". So each end
 * finds out by itself what two SAs are to each other and which of them stays,
 * and both must come to the same result. The rules are one table, collision.c;
 * conn.c, child.c and child_sa.c ask it and do what it says.
 */

/** enum met - what a new SA finds, or one that is about to begin */
enum met {
	MET_IKE_RENEWED,	/* phase 1 is up, begun when the used one was known */
	MET_IKE_CROSSED,	/* each end began one before it knew of the other's */
	MET_IKE_OVERTAKEN,	/* the peer's is up, ours has not told yet who we are */
	MET_IKE_THEIRS_FIRST,	/* ours would begin, the peer's is under way */
	MET_IKE_RESTARTED,	/* INITIAL-CONTACT came with the new one */
	MET_IKE_TOO_MANY,	/* a peer renews and renews */
	MET_PAIR_RENEWED,	/* a pair is proven, begun when the used one was known */
	MET_PAIR_CROSSED,	/* each end began one before it knew of the other's */
	MET_PAIR_THEIRS_FIRST,	/* ours would begin, the peer's waits for its message 3 */
	MET_PAIR_UNPROVEN,	/* the exchange ended without message 3 or a packet */
	MET_PAIR_TOO_MANY,	/* a peer makes pair after pair */
	MET_N
};

/** enum keep - which of the two stays in use */
enum keep {
	KEEP_NEWER,	/* the one that was begun later */
	KEEP_LARGER,	/* the larger cookie of the initiator; the pair of the larger identity */
	KEEP_OLDER,	/* what was there */
};

/** enum remover - who ends the other one, with a Delete */
enum remover { BY_US, BY_PEER, BY_NOBODY };

/** enum when - and at what time */
enum when {
	AT_ONCE,
	WHEN_DRAINED,	/* packets on their way have had time to arrive */
	WHEN_OVERDUE,	/* by the peer; by us only if it does not, and sends no more with it */
	AT_EXPIRY,	/* with its own lifetime: what hangs on it at the peer may still be in use */
	WHEN_DECIDED,	/* ours waits until the peer's exchange is over, one way or the other */
};

/** enum survivor_role - our role in the one that stays */
enum survivor_role { AS_INITIATOR = ROLE_INITIATOR, AS_RESPONDER = ROLE_RESPONDER, AS_EITHER };

/** struct collision_rule - a row of the table; @story: what it is for */
struct collision_rule {
	enum met met;
	enum survivor_role role;
	enum keep keep;
	enum remover remover;
	enum when when;
	const char *story;
};

/** collision_table - all of it, for tests that have one for each row */
const struct collision_rule *collision_table(size_t *n);
/** collision_rule - the row for @met if we are @role in the survivor; every situation has one for the roles it can occur in */
const struct collision_rule *collision_rule(enum met met, enum ike_role role);

/** ike_held_from - the peer has @sa, which is up, since then at the latest: what it began later it began knowing it */
uint64_t ike_held_from(const struct ike_sa *sa);
/** collide_ikes - @up has just come up, @used carries our messages: which is to do so from now on */
const struct collision_rule *collide_ikes(struct ike_sa *up, struct ike_sa *used, struct ike_sa **survivor);

/** pair_precedence - of two pairs that crossed, ours stays if > 0, the peer's if < 0 */
int pair_precedence(const struct ike_sa *sa);
/** collide_pairs - both are negotiated: which of them is to send */
const struct collision_rule *collide_pairs(struct child_sa *a, struct child_sa *b, struct child_sa **survivor);

#endif
