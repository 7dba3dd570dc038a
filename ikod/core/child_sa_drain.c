// SPDX-License-Identifier: GPL-2.0
/*
 * A pair that was replaced. It is received from until the peer has certainly
 * moved on, and only then removed: whatever was lost, late or dead on the way.
 */
#include "core/collision.h"
#include "core/policy.h"

static uint64_t drain_ms(const struct child_sa *csa)
{
	uint64_t ms = (csa->hard - csa->born) / 20;

	return ms < DRAIN ? ms : DRAIN;
}

bool csa_proven(const struct child_sa *csa)
{
	return csa->used_in || (csa->role == ROLE_RESPONDER && csa->negotiated && !csa->assumed);
}

/*
 * The peer has what took the place of @csa. To what we fell back to since then
 * it may never have moved, whatever has proven that one once.
 */
static bool superseded(const struct child_sa *csa)
{
	const struct child_sa *current = csa->child->current;

	return csa_proven(current) && current->inherited <= csa->retired;
}

/*
 * Nothing answers message 3. If it was lost, the peer goes on sending with the
 * old pair until its message 2, repeated, brings it to us again, or until it
 * gives up and negotiates anew: only a packet on the new pair says that it did
 * not. Both are over after a while, counted from here: later renewals, which
 * traffic in one direction leaves unproven as well, do not begin it anew.
 */
static bool missed(const struct child_sa *csa)
{
	return !superseded(csa) && csa->child->conn->e->now - csa->retired < UNPROVEN;
}

/* The peer is to send the Delete; or, a line that is dead one way for that long, it was never told to move on. */
static bool may_be_used(const struct child_sa *csa)
{
	return !csa->we_delete || !superseded(csa);
}

/* Still sent with when the counters were asked for; by our end it is not any more. */
static bool in_use(const struct child_sa *csa)
{
	return csa->idle_in_ms >= 0 && csa->idle_in_ms < (int64_t)DRAIN;
}

/*
 * Nothing proves the new pair, and the line is dead: who could answer has not, or
 * there is nobody to ask. When it is back, the peer is where it was.
 */
static bool cut_off(const struct child_sa *csa)
{
	const struct conn *c = csa->child->conn;

	if (superseded(csa) || c->esp_heard + DRAIN >= csa->drain_asked)
		return false;
	return !c->ike || (c->ike->dpd_ok && c->ike->heard < csa->drain_asked);
}

/*
 * Drained. Unless it is certain that the peer has moved on, look whether it
 * still sends with the old pair (some do, to the end of its life), and whether
 * it is there at all.
 */
static void drained(void *owner)
{
	struct child_sa *csa = owner;
	struct child *child = csa->child;
	struct ike_engine *e = csa->child->conn->e;

	if (!child->current || child->current == csa)
		return;
	if (missed(csa)) {
		engine_set_timer(e, &csa->drain, drain_ms(csa), drained, csa);
		return;
	}
	if (may_be_used(csa) && !csa->drain_asked) {
		csa->drain_asked = e->now;
		kernel_query(child->conn);
		if (child->conn->ike && !superseded(csa))
			conn_ask(child->conn->ike);
		engine_set_timer(e, &csa->drain, SECONDS(1), drained, csa);
		return;
	}
	if (may_be_used(csa) && (in_use(csa) || cut_off(csa))) {
		csa->drain_asked = 0;
		if (in_use(csa) && !superseded(csa))	/* the peer has none of it */
			csa_rekey_soon(child->current, 1);
		engine_set_timer(e, &csa->drain, DRAIN_OTHER, drained, csa);
		return;
	}
	csa_say_deleted(csa);
	csa_remove(csa);
}

void csa_moved_on(struct child *child)
{
	struct ike_engine *e = child->conn->e;
	struct child_sa *old;

	DL_FOREACH(child->sas, old)
		if (old->state == CSA_PREVIOUS && timer_running(&old->drain) && old->drain.due < e->now + drain_ms(old))
			engine_set_timer(e, &old->drain, drain_ms(old), drained, old);
}

void csa_retire(struct child_sa *csa, const struct collision_rule *rule)
{
	struct ike_engine *e = csa->child->conn->e;

	csa->state = CSA_PREVIOUS;
	csa->retired = e->now;
	csa->we_delete = rule->remover == BY_US;
	csa->drain_asked = 0;
	engine_stop_timer(e, &csa->rekey);
	engine_stop_timer(e, &csa->promote);
	engine_set_timer(e, &csa->drain, rule->when == WHEN_OVERDUE ? drain_ms(csa) + DRAIN_OTHER : drain_ms(csa),
			 drained, csa);
}
