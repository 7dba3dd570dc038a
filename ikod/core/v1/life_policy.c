// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/v1/v1.h"

/*
 * Both ends have a lifetime of their own, and RFC 2409 does not say what to do
 * if they differ: the responder returns the transform as it came (RFC 2408 4.2)
 * and may say in a RESPONDER-LIFETIME that it will end the SA earlier (RFC 2407
 * 4.6.3.1). What an end makes of it is lifetime-policy, one table:
 */

enum said { SAID_NOTHING, SAID_SHORTER, SAID_SAME, SAID_LONGER, SAID_N };

enum take { TAKE_OURS, TAKE_THEIRS, TAKE_NONE };

static const enum take takes[][SAID_N] = {
	/*		       nothing	  shorter	same	   longer */
	[LIFETIME_CLAIM]  = { TAKE_OURS, TAKE_THEIRS, TAKE_OURS, TAKE_OURS },
	[LIFETIME_OBEY]	  = { TAKE_OURS, TAKE_THEIRS, TAKE_OURS, TAKE_THEIRS },
	[LIFETIME_STRICT] = { TAKE_OURS, TAKE_NONE,   TAKE_OURS, TAKE_NONE },
};

/** struct limits - the least that a peer can make us take, as in a configuration; the most is V1_LIFE_MAX */
struct limits {
	uint64_t min_s, min_kb;
};

static const struct limits phase1 = { V1_P1_LIFE_MIN, V1_LIFE_KB_MIN };
static const struct limits phase2 = { V1_P2_LIFE_MIN, V1_LIFE_KB_MIN };

static enum said compare(uint64_t ours, uint64_t theirs)
{
	if (!theirs)
		return SAID_NOTHING;
	if (theirs == ours)
		return SAID_SAME;
	return !ours || theirs < ours ? SAID_SHORTER : SAID_LONGER;	/* 0: without an end */
}

static uint64_t within(uint64_t v, uint64_t min, uint64_t max)
{
	return v < min ? min : v > max ? max : v;
}

/* One unit; false if the policy refuses it. @tell: who said otherwise wants to know */
static bool agree_unit(enum lifetime_policy policy, uint64_t ours, uint64_t theirs, uint64_t min, uint64_t max,
		       uint64_t *out, bool *tell)
{
	enum take take = takes[policy][compare(ours, theirs)];

	*out = take == TAKE_THEIRS ? within(theirs, min, max) : ours;
	*tell |= *out && (!theirs || *out < theirs);
	return take != TAKE_NONE;
}

static bool agree(enum lifetime_policy policy, const struct limits *l, const struct v1_life *ours,
		  const struct v1_life *theirs, struct v1_life *out, bool *tell)
{
	bool ok;

	*tell = false;
	ok = agree_unit(policy, ours->s, theirs->s, l->min_s, V1_LIFE_MAX, &out->s, tell);
	return agree_unit(policy, ours->kb, theirs->kb, l->min_kb, UINT64_MAX / 1024, &out->kb, tell) && ok;
}

static void life_text(const struct v1_life *l, char *out, size_t len)
{
	if (l->kb)
		snprintf(out, len, "lifetime %" PRIu64 " s, %" PRIu64 " KB", l->s, l->kb);
	else
		snprintf(out, len, "lifetime %" PRIu64 " s", l->s);
}

static bool refused(struct v1_fail *f, enum failure_cause cause, const struct v1_life *ours,
		    const struct v1_life *theirs)
{
	v1_fail_set(f, cause, WHO_US, N_NO_PROPOSAL_CHOSEN);
	life_text(ours, f->ours, sizeof(f->ours));
	life_text(theirs, f->theirs, sizeof(f->theirs));
	return false;
}

/* ---- phase 1: seconds alone, nobody encrypts kilobytes of IKE ---- */

static bool p1_agree(struct ike_sa *sa, enum lifetime_policy policy, uint64_t theirs_s, struct v1_fail *f)
{
	const struct v1_life ours = { .s = sa->conn->cfg->ike_lifetime }, theirs = { .s = theirs_s };
	struct v1_life out;

	if (!agree(policy, &phase1, &ours, &theirs, &out, &sa->p1->tell_life))
		return refused(f, FAIL_P1_LIFETIME, &ours, &theirs);
	sa->p1->life_s = out.s;
	return true;
}

bool v1_p1_life_offered(struct ike_sa *sa, const struct v1_transform *t, struct v1_fail *f)
{
	return p1_agree(sa, sa->conn->cfg->lifetime_policy, t->seen & V1A_LIFE_S ? t->life_s : 0, f);
}

/*
 * No hash covers what a responder says of lifetimes in phase 1: it may shorten
 * an SA, but not to what no configuration may say, and never makes it live longer.
 */
static bool p1_agree_unproven(struct ike_sa *sa, uint64_t theirs_s, struct v1_fail *f)
{
	enum lifetime_policy policy = sa->conn->cfg->lifetime_policy;

	if (policy == LIFETIME_STRICT)
		return p1_agree(sa, policy, theirs_s, f);
	return p1_agree(sa, LIFETIME_CLAIM, theirs_s >= V1_P1_LIFE_MIN ? theirs_s : 0, f);
}

bool v1_p1_life_answered(struct ike_sa *sa, const struct v1_transform *t, struct v1_fail *f)
{
	return p1_agree_unproven(sa, t->seen & V1A_LIFE_S ? t->life_s : 0, f);
}

bool v1_p1_life_told(struct ike_sa *sa, uint64_t told_s, struct v1_fail *f)
{
	uint64_t before = sa->p1->life_s;

	if (!told_s)
		return true;
	if (!p1_agree_unproven(sa, told_s, f))
		return false;
	if (before < sa->p1->life_s)
		sa->p1->life_s = before;
	return true;
}

/* ---- phase 2 ---- */

static struct v1_life configured(const struct v1_quick *q)
{
	const struct conn_cfg *cfg = q->sa->conn->cfg;

	return (struct v1_life){ .s = cfg->esp_lifetime, .kb = cfg->esp_lifebytes / 1024 };
}

/*
 * A byte limit is often one end's own affair. Who says nothing of one has none
 * to differ from; the one that we have holds all the same, see kernel.c.
 */
static bool p2_agree(struct v1_quick *q, const struct v1_life *theirs, struct v1_fail *f)
{
	const struct v1_life ours = configured(q);
	struct v1_life out;

	if (!agree(q->sa->conn->cfg->lifetime_policy, &phase2, &ours, theirs, &out, &q->tell_life))
		return refused(f, FAIL_P2_LIFETIME, &ours, theirs);
	q->life_s = out.s;
	q->life_kb = out.kb;
	return true;
}

bool v1_p2_life_offered(struct v1_quick *q, const struct v1_p2_choice *choice, struct v1_fail *f)
{
	const struct v1_life theirs = { .s = choice->life_s, .kb = choice->life_kb };

	return p2_agree(q, &theirs, f);
}

bool v1_p2_life_answered(struct v1_quick *q, const struct v1_p2_choice *choice, const struct v1_chain *ch,
			 struct v1_fail *f)
{
	struct v1_life theirs = { .kb = choice->life_kb };

	/* the default of RFC 2407 4.5 is not meant by one who had our own number before it */
	if (choice->t->seen & V1A_LIFE_S)
		theirs.s = choice->life_s;
	v1_lifetime_told(ch, PROTO_ESP, &theirs);
	return p2_agree(q, &theirs, f);
}
