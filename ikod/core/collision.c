// SPDX-License-Identifier: GPL-2.0
/* Two SAs for one purpose: which one stays, who ends the other, and when. */
#include <stdlib.h>
#include <string.h>

#include "core/collision.h"
#include "core/policy.h"

static const struct collision_rule rules[] = {
	{ MET_IKE_RENEWED, AS_EITHER, KEEP_NEWER, BY_NOBODY, AT_EXPIRY,
	  "The old one is answered to the end of its life: some peers tie their ESP SAs to it." },
	{ MET_IKE_CROSSED, AS_INITIATOR, KEEP_LARGER, BY_NOBODY, AT_EXPIRY,
	  "Ours carries what we start; the peer's stays for a peer that chooses otherwise." },
	{ MET_IKE_CROSSED, AS_RESPONDER, KEEP_LARGER, BY_NOBODY, AT_EXPIRY,
	  "The peer's carries what we start; ours stays for a peer that chooses otherwise." },
	{ MET_IKE_OVERTAKEN, AS_RESPONDER, KEEP_NEWER, BY_NOBODY, AT_ONCE,
	  "Without our message 5 ours cannot be up at the peer: it is dropped without a word." },
	{ MET_IKE_THEIRS_FIRST, AS_RESPONDER, KEEP_OLDER, BY_NOBODY, WHEN_DECIDED,
	  "Two would be work for nothing. Ours waits a few seconds, once: anybody may open a phase 1." },
	{ MET_IKE_RESTARTED, AS_EITHER, KEEP_NEWER, BY_NOBODY, AT_ONCE,
	  "The peer has nothing older any more (RFC 2407 4.6.3.3), neither IKE SAs nor pairs." },
	{ MET_IKE_TOO_MANY, AS_EITHER, KEEP_NEWER, BY_NOBODY, AT_ONCE,
	  "The oldest of those that were replaced is forgotten; a Delete could end the peer's ESP SAs." },
	{ MET_PAIR_RENEWED, AS_INITIATOR, KEEP_NEWER, BY_US, WHEN_DRAINED,
	  "Who made the new pair ends the old one." },
	{ MET_PAIR_RENEWED, AS_RESPONDER, KEEP_NEWER, BY_PEER, WHEN_OVERDUE,
	  "Who made the new pair ends the old one; some never do." },
	{ MET_PAIR_CROSSED, AS_INITIATOR, KEEP_LARGER, BY_PEER, WHEN_OVERDUE,
	  "Who made the one too many ends it. If the ends should disagree, each leaves the other's alone." },
	{ MET_PAIR_CROSSED, AS_RESPONDER, KEEP_LARGER, BY_US, WHEN_DRAINED,
	  "Who made the one too many ends it." },
	{ MET_PAIR_THEIRS_FIRST, AS_RESPONDER, KEEP_OLDER, BY_NOBODY, WHEN_DECIDED,
	  "What we want is being made: a second one would be the one too many. Ours waits for a minute." },
	{ MET_PAIR_UNPROVEN, AS_RESPONDER, KEEP_OLDER, BY_US, AT_ONCE,
	  "The peer may have lost its message 3 and use the pair: it is told, and without another pair we negotiate." },
	{ MET_PAIR_TOO_MANY, AS_EITHER, KEEP_NEWER, BY_US, AT_ONCE,
	  "The oldest that is not in use ends." },
};

const struct collision_rule *collision_table(size_t *n)
{
	*n = sizeof(rules) / sizeof(rules[0]);
	return rules;
}

const struct collision_rule *collision_rule(enum met met, enum ike_role role)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].met == met && (rules[i].role == AS_EITHER || rules[i].role == (enum survivor_role)role))
			return &rules[i];
	abort();	/* the callers know which roles occur */
}

/* ---- phase 1 ---- */

/*
 * The initiator of aggressive mode is up before its last message is out. The
 * peer may not get it for as long as messages are repeated, so until it says
 * something under that SA it may still begin one of its own. Who does not answer
 * questions may have nothing to say.
 */
uint64_t ike_held_from(const struct ike_sa *sa)
{
	return sa->held_at ? sa->held_at : sa->up_at + (sa->dpd_ok ? CROSSING : 0);
}

/*
 * Who sees its own phase 1 overtaken before message 5 drops it. So if both of
 * two come up, each end had sent message 5 of its own before the other's came
 * up, and both see that @up was begun before @used came up, whatever was lost
 * or late on the way. A renewal is begun by one who knows @used.
 */
static bool ikes_crossed(const struct ike_sa *up, const struct ike_sa *used)
{
	return up->role != used->role && up->born < ike_held_from(used);
}

static bool ike_is_larger(const struct ike_sa *a, const struct ike_sa *b)
{
	return memcmp(a->cky_i, b->cky_i, sizeof(a->cky_i)) > 0;
}

/* How the survivor is chosen does not depend on our role in it */
static enum keep keep_of(enum met met)
{
	size_t i = 0;

	while (rules[i].met != met)
		i++;
	return rules[i].keep;
}

const struct collision_rule *collide_ikes(struct ike_sa *up, struct ike_sa *used, struct ike_sa **survivor)
{
	enum met met = ikes_crossed(up, used) ? MET_IKE_CROSSED : MET_IKE_RENEWED;
	bool keep_used = keep_of(met) == KEEP_LARGER && ike_is_larger(used, up);

	*survivor = keep_used ? used : up;
	return collision_rule(met, (*survivor)->role);
}

/* ---- pairs ---- */

/* What the peer begins within that may be a message 1 that it sent before it knew of @ours, with everything that can be lost. */
static uint64_t crossing_until(const struct child_sa *ours)
{
	uint64_t window = (ours->hard - ours->born) / 4;

	return ours->born + (window < CROSSING ? window : CROSSING);
}

/*
 * Both exchanges go to their end: a responder that never gets its message 3
 * takes that badly (some give the whole IKE SA up). We began ours before we saw
 * message 1 of theirs; whether the peer knew of ours when it sent it we cannot
 * see, but it does not begin one soon beside ours, and renews it much later;
 * when we want to renew ours ourselves is no matter. So what comes within the
 * time that a message 1 may take has crossed ours, unless it came under an IKE
 * SA that is younger than ours: what a restarted peer makes has crossed nothing.
 */
static bool pairs_crossed(const struct child_sa *a, const struct child_sa *b)
{
	const struct child_sa *ours = a->role == ROLE_INITIATOR ? a : b, *theirs = ours == a ? b : a;

	return a->role != b->role && theirs->begun >= ours->begun && theirs->begun <= crossing_until(ours) &&
	       theirs->since <= ours->born;
}

/*
 * Both ends know both identities, and one of them is the larger: its pairs stay.
 * No number of a pair would do. An end that renews its own pair at once (a limit
 * in bytes is near) may still get one that has crossed the old one, and that has
 * crossed the new one then: of the three the new one beats the old one because
 * it is newer, and compared by numbers they could go round in a circle, where the
 * ends, who meet them in another order, stop at different ones.
 */
static int identity_order(const struct v1_id *a, const struct v1_id *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int d = (a->type > b->type) - (a->type < b->type);

	if (!d && len)
		d = memcmp(a->data, b->data, len);
	return d ? d : (a->len > b->len) - (a->len < b->len);
}

int pair_precedence(const struct ike_sa *sa)
{
	struct v1_id own;

	conn_local_id(sa->conn, &sa->path, &own);
	return identity_order(&own, &sa->peer_id);
}

/* Without a difference it is the numbers all the same, which both see in the other order */
static bool pair_is_larger(const struct child_sa *a, const struct child_sa *b)
{
	uint32_t alo = a->spi_in < a->spi_out ? a->spi_in : a->spi_out;
	uint32_t ahi = a->spi_in < a->spi_out ? a->spi_out : a->spi_in;
	uint32_t blo = b->spi_in < b->spi_out ? b->spi_in : b->spi_out;
	uint32_t bhi = b->spi_in < b->spi_out ? b->spi_out : b->spi_in;
	int precedence = a->child->conn->precedence;

	if (precedence)
		return (a->role == ROLE_INITIATOR) == (precedence > 0);
	return alo != blo ? alo > blo : ahi > bhi;
}

static bool pair_is_newer(const struct child_sa *a, const struct child_sa *b)
{
	return a->begun != b->begun ? a->begun > b->begun : a->done_at >= b->done_at;
}

const struct collision_rule *collide_pairs(struct child_sa *a, struct child_sa *b, struct child_sa **survivor)
{
	enum met met = pairs_crossed(a, b) ? MET_PAIR_CROSSED : MET_PAIR_RENEWED;
	bool keep_a = keep_of(met) == KEEP_LARGER ? pair_is_larger(a, b) : pair_is_newer(a, b);

	*survivor = keep_a ? a : b;
	return collision_rule(met, (*survivor)->role);
}
