// SPDX-License-Identifier: GPL-2.0
/* A phase 1 that failed, an IKE SA that ended: what is kept, what is said, what follows. */
#include "core/collision.h"
#include "core/conn_priv.h"
#include "core/policy.h"

/*
 * A half-open exchange that anybody can make us begin and that runs dry says
 * less than what is known already.
 */
static bool worth_keeping(const struct conn *c, const struct ike_sa *sa, enum failure_cause cause)
{
	bool vague = cause == FAIL_NO_RESPONSE || cause == FAIL_NO_FINISH;

	if (sa->role == ROLE_INITIATOR)
		return true;
	return !c->ike && !(vague && (c->failure.cause != FAIL_NONE || conn_connecting(c, ROLE_INITIATOR)));
}

static void phase1_report(struct conn *c, const struct ike_path *path, const struct failure *f)
{
	char remote[ENDPOINT_STRLEN], where[320];

	endpoint_str(&path->remote, remote);
	engine_event(c->e, c, "failed", "phase 1 with %s: %s%s%s%s%s", remote, failure_text(f->cause),
		     *f->ours ? "; ours: " : "", f->ours, *f->theirs ? "; theirs: " : "", f->theirs);
	engine_log(c->e, LOG_L_WARN, c, "phase 1 with %s failed: %s (%s)%s%s%s%s; see %s", remote,
		   failure_text(f->cause), failure_code(f->cause), *f->ours ? "; ours: " : "", f->ours,
		   *f->theirs ? "; theirs: " : "", f->theirs, conn_cfg_where(c->cfg, f->key, where, sizeof(where)));
}

static void unwant_children(struct conn *c)
{
	for (unsigned int i = 0; i < c->n_children; i++)
		if (!c->children[i].current)
			c->children[i].wanted = false;
}

void conn_phase1_failed(struct ike_sa *sa, enum failure_cause cause, enum failure_who who, const char *ours,
			const char *theirs)
{
	struct conn *c = sa->conn;
	bool in_doubt = v1_phase1_committed(sa);
	struct failure f = { 0 };

	if (sa->state == IKE_DEAD)
		return;
	failure_set(&f, c->e->now, PHASE_1, cause, who, ours, theirs);
	if (worth_keeping(c, sa, cause)) {
		c->failure = f;
		phase1_report(c, &sa->path, &f);
	}
	ike_sa_kill(sa);
	if (sa->role == ROLE_RESPONDER)
		return;
	if (c->ike) {
		conn_renew_later(c, in_doubt);
		return;
	}
	c->state = CONN_IDLE;
	if (!conn_begins(c))
		unwant_children(c);
	conn_schedule_retry(c);
}

void conn_knocked(struct conn *c)
{
	c->knocked = c->e->now;
}

void conn_opening_refused(struct conn *c, const struct ike_path *path, enum failure_cause cause, enum failure_who who,
			  const char *ours, const char *theirs)
{
	/* anybody can send it, so it must neither hide what is known of a peer that is up nor fill the log */
	if (c->ike || (c->refused && c->e->now - c->refused < REFUSED_AGAIN))
		return;
	c->refused = c->e->now;
	failure_set(&c->failure, c->e->now, PHASE_1, cause, who, ours, theirs);
	phase1_report(c, path, &c->failure);
}

static struct ike_sa *other_established(const struct conn *c, const struct ike_sa *than)
{
	struct ike_sa *sa, *best = NULL;

	DL_FOREACH(c->ikes, sa)
		if (sa != than && (sa->state == IKE_ESTABLISHED || sa->state == IKE_REKEYED) &&
		    (!best || sa->up_at > best->up_at))
			best = sa;
	return best;
}

/* c->ike has just been killed. Return: true if another one takes over; @renew: for as short as may be, whoever made it. */
static bool fall_back(struct conn *c, bool renew)
{
	struct ike_sa *sa = other_established(c, NULL);

	if (!sa)
		return false;
	conn_use_ike(c, sa);
	if (renew || (conn_may_renew(sa) && conn_begins(c)))
		conn_renew_in(sa, SECONDS(1) + engine_jitter(c->e, SECONDS(1)));
	else
		conn_plan_renewal(sa);
	return true;
}

/*
 * Peers that tie their ESP SAs to the IKE SA have none any more, others have
 * them all. What such a one has made just now waits: it would take ours for a
 * pair that has crossed its own (MET_PAIR_CROSSED).
 */
static void renew_pairs(struct conn *c)
{
	for (unsigned int i = 0; i < c->n_children; i++)
		if (c->children[i].current)
			csa_rekey_soon(c->children[i].current, 1);
}

/* No IKE SA is left. Children that are up stay, and are renewed under the next one. */
static void phase1_lost(struct conn *c, enum failure_cause cause, enum failure_who who, uint64_t lived)
{
	bool flapping = lived < FLAP_LIFE;

	c->state = CONN_IDLE;
	failure_set(&c->failure, c->e->now, PHASE_UP, cause, who, NULL, NULL);
	engine_event(c->e, c, "ike-down", "%s", failure_text(cause));
	engine_log(c->e, LOG_L_INFO, c, "IKE SA ended: %s", failure_text(cause));
	engine_stop_timer(c->e, &c->grace);
	if (cause == FAIL_EXPIRED)	/* the renewal has failed, and goes on if somebody wants one */
		conn_retry_now(c);
	if (!conn_begins(c) || !conn_may_initiate(c))
		return;
	conn_want_all(c);
	if (cause == FAIL_PEER_DELETED)
		renew_pairs(c);
	if (flapping)
		conn_schedule_retry(c);
	else
		conn_retry_now(c);
}

void conn_ike_expired(void *owner)
{
	struct ike_sa *sa = owner;
	struct conn *c = sa->conn;
	bool used = c->ike == sa;

	engine_log(c->e, LOG_L_DEBUG, c, "a %sphase 1 reached the end of its lifetime", used ? "" : "replaced ");
	if (used)	/* unreplaced: the peer may think that it lives longer */
		v1_send_delete_ike(sa);
	ike_sa_kill(sa);
	if (used && !fall_back(c, false))
		phase1_lost(c, FAIL_EXPIRED, WHO_NOBODY, FLAP_LIFE);
}

void conn_ike_deleted(struct ike_sa *sa)
{
	struct conn *c = sa->conn;
	bool used = c->ike == sa;
	uint64_t lived = c->e->now - sa->up_at;
	bool other;

	ike_sa_kill(sa);
	if (!used)
		return;
	other = fall_back(c, false);
	/* whether or not there is another: one from a peer's former life, too, is there until it expires */
	for (unsigned int i = 0; i < c->n_children; i++)
		csa_end_inherited(c->children[i].current);
	if (!other)
		phase1_lost(c, FAIL_PEER_DELETED, WHO_PEER, lived);
}

/*
 * The peer never got to have it, or the line is dead: what was used before it is
 * as good, and likelier to be there. Without a Delete, which could end the peer's
 * ESP SAs if it was only the answers that were lost.
 */
void conn_unheard(struct ike_sa *sa)
{
	struct conn *c = sa->conn;

	if (c->ike != sa || !other_established(c, sa))
		return;
	engine_log(c->e, LOG_L_INFO, c, "the peer says nothing under the renewed IKE SA: the one before is used");
	ike_sa_kill(sa);
	fall_back(c, true);
}

void conn_identity_refused(struct ike_sa *sa, const char *ours, const char *theirs)
{
	struct conn *c = sa->conn;
	bool used = c->ike == sa;

	ike_sa_kill(sa);
	if (!used || fall_back(c, false))
		return;
	phase1_lost(c, FAIL_ID, WHO_PEER, 0);
	failure_set(&c->failure, c->e->now, PHASE_1, FAIL_ID, WHO_PEER, ours, theirs);
}

/*
 * MET_IKE_RESTARTED: what was up before this exchange began is gone
 * there; an exchange that overlaps with it (both ends initiated) is not.
 */
void conn_initial_contact(struct ike_sa *sa)
{
	struct conn *c = sa->conn;
	struct ike_sa *o, *tmp;

	DL_FOREACH_SAFE(c->ikes, o, tmp) {
		if (o == sa || !o->up_at || ike_held_from(o) >= sa->born)
			continue;
		engine_log(c->e, LOG_L_INFO, c, "the peer restarted: an older IKE SA is dropped");
		ike_sa_kill(o);
	}
	for (unsigned int i = 0; i < c->n_children; i++) {
		struct child *child = &c->children[i];
		struct child_sa *csa, *next;

		DL_FOREACH_SAFE(child->sas, csa, next)
			if (csa->born < sa->born && csa != child->current)
				csa_remove(csa);
		if (child->current && child->current->born < sa->born)
			csa_end(child->current, FAIL_REPLACED, WHO_PEER, NULL);
	}
}
