// SPDX-License-Identifier: GPL-2.0
/* A pair of subnets: when a quick mode is started for it, and what happens when that fails. */
#include <stdio.h>

#include "core/collision.h"
#include "core/policy.h"

const char *child_str(const struct child *child, char out[CHILD_STRLEN])
{
	char local[SUBNET_STRLEN], remote[SUBNET_STRLEN];

	snprintf(out, CHILD_STRLEN, "%s === %s", subnet_str(&child->local, local), subnet_str(&child->remote, remote));
	return out;
}

/* ---- starting quick modes ---- */

/** struct quicks - ours under way; @fresh: those that still have their turn, the first of which is over at @turn_over */
struct quicks {
	unsigned int running, fresh;
	uint64_t turn_over;
};

static struct quicks quicks_running(const struct conn *c)
{
	struct quicks q = { .turn_over = UINT64_MAX };

	for (unsigned int i = 0; i < c->n_children; i++) {
		const struct child *child = &c->children[i];
		uint64_t over = child->started + QUICK_TURN;

		if (!child->quick)
			continue;
		q.running++;
		if (over <= c->e->now)
			continue;
		q.fresh++;
		if (over < q.turn_over)
			q.turn_over = over;
	}
	return q;
}

/*
 * Ours may begin when it cannot be taken for one that has crossed theirs: the
 * peer measures from message 2 on, which may be as late as a message 1. After
 * one that came to nothing the next is not worth the whole wait: a message 3
 * that never arrives would keep ours from beginning for ever.
 */
uint64_t child_theirs_first(const struct child *child)
{
	return child->unproven ? THEIRS_AGAIN : THEIRS_FIRST;
}

/*
 * MET_PAIR_THEIRS_FIRST: the peer's own exchange for this pair of networks is
 * between our message 2 and its message 3. Its end, whichever it is, pumps
 * again.
 */
static bool theirs_pending(const struct child *child)
{
	uint64_t wait = child_theirs_first(child);
	const struct child_sa *csa;

	if (v1_quick_answering(child))
		return collision_rule(MET_PAIR_THEIRS_FIRST, ROLE_RESPONDER)->when == WHEN_DECIDED;
	DL_FOREACH(child->sas, csa)
		if (!csa->negotiated && csa->role == ROLE_RESPONDER && child->conn->e->now - csa->born < wait)
			return collision_rule(MET_PAIR_THEIRS_FIRST, csa->role)->when == WHEN_DECIDED;
	return false;
}

/* What we want ourselves may have waited for it, or, if its IKE SA went away under it, is still wanted. */
void child_quick_over(struct child *child)
{
	conn_pump_soon(child->conn);
}

static bool child_ready(const struct child *child)
{
	if (!child->local.family || !child->remote.family)
		return false;	/* mode config has yet to say for whom */
	return child->wanted && !child->quick && !timer_running(&child->retry) && !theirs_pending(child);
}

static void child_start(struct child *child)
{
	struct conn *c = child->conn;
	unsigned int failures = child->failures;

	child->started = c->e->now;
	child->trying = true;
	v1_quick_start(c->ike, child);
	if (!child->quick && child->failures == failures && child->wanted)
		child_failed(child, FAIL_CRYPTO, WHO_US, "quick mode could not be started", NULL);
}

static struct child *next_ready(const struct conn *c)
{
	for (unsigned int i = 0; i < c->n_children; i++)
		if (child_ready(&c->children[i]))
			return &c->children[i];
	return NULL;
}

/*
 * As many at a time as quick-modes says, one after the other if it says
 * nothing: some peers keep the IVs of no more than two or three exchanges under
 * an IKE SA (strongSwan's max_ikev1_exchanges) and cannot read what belongs to
 * the others. One that gets no answer holds up the rest for a turn only.
 */
void child_pump(struct conn *c)
{
	struct child *child = next_ready(c);
	struct quicks q;

	if (!child || timer_running(&c->grace))
		return;
	if (!c->ike) {
		if (conn_begins(c) || conn_traffic_begins(c))
			conn_initiate(c);
		return;
	}
	for (; child && c->ike; child = next_ready(c)) {
		q = quicks_running(c);
		if (q.running >= QUICKS_MAX)
			return;		/* the end of one pumps again */
		if (q.fresh >= c->cfg->quick_modes) {
			conn_pump_in(c, q.turn_over - c->e->now);
			return;
		}
		child_start(child);
	}
}

static void retry_due(void *owner)
{
	struct child *child = owner;

	if (conn_begins(child->conn) && !child->current)
		child->wanted = true;
	conn_pump_soon(child->conn);
}

static void child_pause(struct child *child, uint64_t ms)
{
	engine_set_timer(child->conn->e, &child->retry, ms, retry_due, child);
}

void child_want_later(struct child *child, uint64_t ms)
{
	child->wanted = true;
	if (!timer_running(&child->retry))
		child_pause(child, ms);
}

/* ---- failures ---- */

static void report(struct conn *c, const char *about, const struct failure *f)
{
	char where[320];

	engine_event(c->e, c, "failed", "%s: %s%s%s%s%s", about, failure_text(f->cause), *f->ours ? "; ours: " : "",
		     f->ours, *f->theirs ? "; theirs: " : "", f->theirs);
	engine_log(c->e, LOG_L_WARN, c, "%s: %s (%s)%s%s%s%s; see %s", about, failure_text(f->cause),
		   failure_code(f->cause), *f->ours ? "; ours: " : "", f->ours, *f->theirs ? "; theirs: " : "",
		   f->theirs, conn_cfg_where(c->cfg, f->key, where, sizeof(where)));
}

/*
 * Not a word from the peer during all retransmissions of a quick mode: it has
 * lost the IKE SA, or it is dead. DPD finds out; without it a new phase 1 does.
 */
static void suspect_ike(struct child *child)
{
	struct conn *c = child->conn;

	if (!c->ike || c->ike->heard > child->started)
		return;
	if (!liveness_probe(c->ike) && child->failures >= 2)
		conn_renew_phase1(c);
}

/* The peer's own exchange has made meanwhile what ours was for. */
static bool made_meanwhile(const struct child *child)
{
	return child->trying && child->current && child->current->done_at >= child->started;
}

void child_failed(struct child *child, enum failure_cause cause, enum failure_who who, const char *ours,
		  const char *theirs)
{
	struct conn *c = child->conn;
	char pair[CHILD_STRLEN];

	if (cause == FAIL_NO_RESPONSE && made_meanwhile(child)) {
		child->trying = false;
		conn_pump_soon(c);
		return;
	}
	failure_set(&child->failure, c->e->now, PHASE_2, cause, who, ours, theirs);
	report(c, child_str(child, pair), &child->failure);
	if (child->quick || !child->trying)	/* a proposal of the peer, not ours */
		return;
	child->trying = false;
	child->failures++;
	if (cause == FAIL_NO_RESPONSE || cause == FAIL_NO_FINISH)
		suspect_ike(child);
	if (!conn_begins(child->conn) && !child->current)
		child->wanted = false;	/* the next packet or command asks again */
	child_pause(child, engine_backoff(c->e, child->failures));
	conn_pump_soon(c);
}

/*
 * A peer that is slow may say so of what was merely repeated, and of the
 * exchanges that its words gave rise to as well: pair after pair would be
 * replaced, and each of them make it slower. So the pauses grow until a packet
 * comes in.
 */
void conn_doubt(struct conn *c)
{
	for (unsigned int i = 0; i < c->n_children; i++) {
		struct child *child = &c->children[i];
		struct child_sa *csa = child->current;

		if (!csa || csa->role != ROLE_INITIATOR || csa->used_in || csa->doubted ||
		    c->e->now - csa->born >= DOUBT_AGE)
			continue;
		csa->doubted = true;
		csa_rekey_soon(csa, DOUBT_PAUSE << 2 * child->doubts);
		if (child->doubts < DOUBTS_MAX)
			child->doubts++;
	}
}

/*
 * It may have lost the pair, or our packet overtook the message that makes it
 * known: another pair is negotiated, and this one stays until that is there.
 */
void child_esp_unknown(struct conn *c, uint32_t spi_out)
{
	struct child_sa *csa = csa_by_spi(c, SA_OUT, spi_out);

	if (csa && csa->child->current == csa)
		csa_rekey_soon(csa, DOUBT_PAUSE);
}

void conn_quick_refused(struct conn *c, enum failure_cause cause, const char *ours, const char *theirs)
{
	failure_set(&c->failure, c->e->now, PHASE_2, cause, WHO_US, ours, theirs);
	report(c, "quick mode refused", &c->failure);
}

/* ---- the end of pairs ---- */

static void child_down_event(struct child *child, enum failure_cause cause, enum failure_who who, const char *detail)
{
	struct conn *c = child->conn;
	char pair[CHILD_STRLEN];

	failure_set(&child->failure, c->e->now, PHASE_UP, cause, who, detail, NULL);
	child_str(child, pair);
	engine_event(c->e, c, "child-down", "%s: %s%s%s", pair, failure_text(cause), detail ? ": " : "",
		     detail ? detail : "");
	engine_log(c->e, LOG_L_INFO, c, "%s down: %s%s%s", pair, failure_text(cause), detail ? ": " : "",
		   detail ? detail : "");
}

void child_lost(struct child *child, enum failure_cause cause, enum failure_who who, const char *detail,
		uint64_t lived)
{
	struct conn *c = child->conn;

	child_down_event(child, cause, who, detail);
	if (!conn_begins(child->conn) || c->admin_down || c->removed || c->e->shutting_down)
		return;
	child->wanted = true;
	if (lived < FLAP_LIFE)
		child_pause(child, engine_backoff(c->e, ++child->failures));
	conn_pump_soon(c);
}

void child_clear(struct child *child, enum failure_cause cause, enum failure_who who)
{
	bool was_up = child->current;

	v1_quick_cancel(child);
	engine_stop_timer(child->conn->e, &child->retry);
	child->wanted = child->trying = false;
	child->failures = 0;
	while (child->sas)
		csa_remove(child->sas);
	if (was_up)
		child_down_event(child, cause, who, NULL);
}

void child_esp_deleted(struct conn *c, uint32_t spi_out)
{
	struct child_sa *csa = csa_by_spi(c, SA_OUT, spi_out);
	char pair[CHILD_STRLEN];

	if (!csa)
		return;
	engine_log(c->e, LOG_L_DEBUG, c, "%s: the peer deleted SPI %08x", child_str(csa->child, pair), spi_out);
	csa_end(csa, FAIL_PEER_DELETED, WHO_PEER, NULL);
}
