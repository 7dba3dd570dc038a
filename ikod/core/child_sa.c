// SPDX-License-Identifier: GPL-2.0
/* The life of one SA pair: install, proof, replacement, end; child_sa_drain.c is the time between the last two. */
#include <openssl/crypto.h>
#include <stdlib.h>

#include "core/collision.h"
#include "core/policy.h"

static struct ike_engine *csa_engine(const struct child_sa *csa)
{
	return csa->child->conn->e;
}

static uint64_t csa_life(const struct child_sa *csa)
{
	return csa->hard - csa->born;
}

static void csa_unbind(struct child_sa *csa)
{
	if (csa->holder)
		*csa->holder = NULL;
	csa->holder = NULL;
}

static void csa_stop_timers(struct child_sa *csa)
{
	struct ike_engine *e = csa_engine(csa);

	engine_stop_timer(e, &csa->rekey);
	engine_stop_timer(e, &csa->expire);
	engine_stop_timer(e, &csa->promote);
	engine_stop_timer(e, &csa->drain);
}

void csa_remove(struct child_sa *csa)
{
	struct child *child = csa->child;
	struct ike_engine *e = csa_engine(csa);

	csa_unbind(csa);
	csa_stop_timers(csa);
	if (child->current == csa)
		child->current = NULL;
	kernel_sa_delete(child->conn, child->id, SA_OUT, csa->spi_out);
	kernel_sa_delete(child->conn, child->id, SA_IN, csa->spi_in);
	HASH_DELETE(hh_in, e->spis, csa);
	DL_DELETE(child->sas, csa);
	csa->next = e->dead_csas;
	e->dead_csas = csa;
	if (!csa->negotiated)	/* ours may have waited for it */
		conn_pump_soon(child->conn);
}

void csa_free_dead(struct ike_engine *e)
{
	while (e->dead_csas) {
		struct child_sa *csa = e->dead_csas;

		e->dead_csas = csa->next;
		free(csa);
	}
}

/* ---- which pair sends ---- */

void csa_say_deleted(struct child_sa *csa)
{
	struct conn *c = csa->child->conn;

	if (c->ike)
		v1_send_delete_esp(c->ike, &csa->spi_in, 1);
}

static void csa_announce(const struct child_sa *csa, bool rekeyed)
{
	struct child *child = csa->child;
	char suite[SUITE_STRLEN], pair[CHILD_STRLEN];

	esp_suite_str(&csa->suite, suite);
	child_str(child, pair);
	engine_event(csa_engine(csa), child->conn, rekeyed ? "child-rekeyed" : "child-up", "%s %s spi %08x/%08x%s", pair,
		     suite, csa->spi_in, csa->spi_out, csa->udp ? " in UDP" : "");
	engine_log(csa_engine(csa), LOG_L_INFO, child->conn, "%s %s: %s%s, SPI in %08x out %08x", pair,
		   rekeyed ? "rekeyed" : "up", suite, csa->udp ? " in UDP" : "", csa->spi_in, csa->spi_out);
}

static void csa_promote(struct child_sa *csa)
{
	struct child *child = csa->child;
	struct child_sa *other, *survivor;
	bool rekeyed = child->current;

	if (rekeyed && !csa_proven(child->current))
		csa_moved_on(child);
	engine_stop_timer(csa_engine(csa), &csa->promote);
	engine_stop_timer(csa_engine(csa), &csa->drain);
	csa->state = CSA_CURRENT;
	kernel_sa_promote(csa);
	DL_FOREACH(child->sas, other) {
		const struct collision_rule *rule;

		if (other == csa || !other->negotiated || other->state == CSA_PREVIOUS)
			continue;
		rule = collide_pairs(csa, other, &survivor);
		if (survivor == csa)
			csa_retire(other, rule);
	}
	child->current = csa;
	csa_announce(csa, rekeyed);
	liveness_restored(child->conn);
}

/* The peer holds @csa, or nothing better is there to send with. */
static void csa_settle(struct child_sa *csa)
{
	struct child_sa *cur = csa->child->current, *survivor;
	const struct collision_rule *rule;

	if (cur == csa || csa->state == CSA_PREVIOUS)
		return;
	if (!cur) {
		csa_promote(csa);
		return;
	}
	rule = collide_pairs(csa, cur, &survivor);
	if (survivor == csa)
		csa_promote(csa);
	else
		csa_retire(csa, rule);
}

static void csa_promote_due(void *owner)
{
	csa_settle(owner);
}

/* ---- rekeying ---- */

static void csa_rekey_due(void *owner)
{
	struct child_sa *csa = owner;
	struct child *child = csa->child;

	if (child->current != csa || (!child->conn->ike && child->conn->cfg->start == START_PASSIVE))
		return;
	child->wanted = true;
	conn_pump_soon(child->conn);
}

/*
 * MET_PAIR_CROSSED: what the peer begins this soon after ours it takes to have
 * crossed ours, and the other way round. So nothing is begun beside a pair of
 * the peer's for longer than both ends can differ about when it was made.
 */
static uint64_t not_crossing(const struct child *child, uint64_t in_ms)
{
	uint64_t now = child->conn->e->now;
	const struct child_sa *csa;

	DL_FOREACH(child->sas, csa) {
		uint64_t young = csa_life(csa) / 2 < THEIRS_FIRST ? csa_life(csa) / 2 : THEIRS_FIRST;

		if (csa->role == ROLE_RESPONDER && now + in_ms < csa->born + young)
			in_ms = csa->born + young - now;
	}
	return in_ms;
}

void csa_rekey_soon(struct child_sa *csa, uint64_t in_ms)
{
	struct ike_engine *e = csa_engine(csa);

	in_ms = not_crossing(csa->child, in_ms);
	if (csa->state == CSA_PREVIOUS || (timer_running(&csa->rekey) && csa->rekey.due <= e->now + in_ms))
		return;
	csa->soft = e->now + in_ms;
	engine_set_timer(e, &csa->rekey, in_ms, csa_rekey_due, csa);
}

/* Who is passive left it to the peer to begin anew, and has an IKE SA now. The peer may be about to renew it itself. */
void csa_rekey_overdue(struct child_sa *csa)
{
	if (csa->soft <= csa_engine(csa)->now && !timer_running(&csa->rekey))
		csa_rekey_soon(csa, GRACE);
}

/*
 * The end that made the pair renews it first, by half a margin: the other end
 * comes in only if that fails, so collisions are rare.
 */
static uint64_t csa_soft_ms(const struct child_sa *csa)
{
	const struct conn *c = csa->child->conn;
	uint64_t life = csa_life(csa), margin = life * c->cfg->rekey_margin / 100;

	if (margin > life * 2 / 5)
		margin = life * 2 / 5;
	if (csa->role == ROLE_INITIATOR)
		return life - margin - engine_jitter(c->e, margin / 2);
	return life - margin / 2 - engine_jitter(c->e, margin / 4);
}

static void csa_expired(void *owner)
{
	struct child_sa *csa = owner;

	if (csa->child->current == csa)
		csa_delete(csa, FAIL_EXPIRED, WHO_NOBODY, NULL);
	else
		csa_remove(csa);
}

/* MET_PAIR_THEIRS_FIRST: it is taking too long, ours may begin all the same */
static void csa_outwaited(void *owner)
{
	struct child_sa *csa = owner;

	conn_pump_soon(csa->child->conn);
}

/* ---- called by the protocol half ---- */

/* MET_PAIR_TOO_MANY: a peer that makes pair after pair and ends none of them does not fill the kernel. */
static void make_room(struct child *child)
{
	struct child_sa *csa, *tmp, *oldest = NULL;
	unsigned int n = 0;

	DL_FOREACH_SAFE(child->sas, csa, tmp) {
		n++;
		if (csa != child->current && csa->negotiated)
			oldest = csa;
	}
	if (n < PAIRS_MAX || !oldest)
		return;
	csa_say_deleted(oldest);
	csa_remove(oldest);
}

/*
 * The peer chose an SPI that it has chosen before: it no longer holds what had
 * it. The kernel knows the pairs of a peer by that number, so it would refuse
 * the new one, and to take the new one back would end the old one.
 */
static void forget_namesake(struct conn *c, uint32_t spi_out)
{
	struct child_sa *csa = csa_by_spi(c, SA_OUT, spi_out);

	if (csa)
		csa_delete(csa, FAIL_REPLACED, WHO_PEER, NULL);
}

struct child_sa *child_sa_install(struct child *child, struct ike_sa *ike, struct csa_params *p)
{
	struct conn *c = child->conn;
	struct ike_engine *e = c->e;
	struct child_sa *csa;

	forget_namesake(c, p->spi_out);
	make_room(child);
	csa = core_zalloc(sizeof(*csa));
	csa->child = child;
	csa->role = p->role;
	csa->state = CSA_NEXT;
	csa->spi_in = p->spi_in;
	csa->spi_out = p->spi_out;
	csa->suite = p->suite;
	csa->group = p->group;
	csa->udp = p->udp;
	csa->idle_in_ms = -1;
	csa->born = e->now;
	csa->begun = p->begun ? p->begun : e->now;
	csa->since = ike->born;
	if (!p->life_s)
		p->life_s = c->cfg->esp_lifetime;
	csa->hard = e->now + SECONDS(p->life_s);
	HASH_ADD(hh_in, e->spis, spi_in, sizeof(csa->spi_in), csa);
	DL_PREPEND(child->sas, csa);
	kernel_sync(c, ike, p->udp);
	kernel_sa_install(csa, p);
	engine_set_timer(e, &csa->expire, csa_life(csa), csa_expired, csa);
	if (csa->role == ROLE_RESPONDER)
		engine_set_timer(e, &csa->promote, child_theirs_first(child), csa_outwaited, csa);
	return csa;
}

void child_sa_negotiated(struct child_sa *csa, bool proven)
{
	struct child *child = csa->child;
	struct conn *c = child->conn;
	struct ike_engine *e = c->e;
	uint64_t soft, gone;

	csa_unbind(csa);
	if (csa->negotiated)
		return;
	csa->negotiated = true;
	csa->done_at = c->child_done = e->now;
	child->unproven = false;
	child->failures = 0;
	child->failure = (struct failure){ 0 };
	child->wanted = false;
	child->trying = child->quick;
	engine_stop_timer(e, &child->retry);
	soft = csa_soft_ms(csa);
	engine_stop_timer(e, &csa->promote);
	gone = e->now - csa->born;
	csa->soft = csa->born + soft;
	engine_set_timer(e, &csa->rekey, soft > gone ? soft - gone : 1, csa_rekey_due, csa);
	if (proven || (!child->current && !csa->confirms))
		csa_settle(csa);
	else
		engine_set_timer(e, &csa->promote, csa->confirms ? CONFIRM_WAIT : PROMOTE_AFTER, csa_promote_due, csa);
	conn_pump_soon(c);
}

void child_sa_connected(struct conn *c, uint32_t spi_in)
{
	struct child_sa *csa = csa_by_spi(c, SA_IN, spi_in);

	if (csa && csa->confirms && csa->state == CSA_NEXT)
		csa_settle(csa);
}

/*
 * Our message 2, or the peer's message 3, never arrived. The peer may well
 * think that the pair is up. A Delete says no, but it can get lost as well and
 * nobody repeats it; so in the end we negotiate ourselves, even if passive: the
 * peer has asked for it. Unless there is a later pair by now.
 */
void child_sa_abandon(struct child_sa *csa)
{
	struct child *child = csa->child;
	const struct collision_rule *rule;

	csa_unbind(csa);
	if (csa->negotiated)
		return;
	if (csa->role == ROLE_RESPONDER && child->conn->ike) {
		child->unproven = true;
		rule = collision_rule(MET_PAIR_UNPROVEN, csa->role);
		if (rule->remover == BY_US)
			csa_say_deleted(csa);
		if (!child->current || child->current->begun < csa->begun)
			child_want_later(child, ABANDONED);
	}
	csa_remove(csa);
}

/* It has none, and says so: nothing to delete there, nothing to be made in its place. */
void child_sa_refused(struct child_sa *csa)
{
	csa_unbind(csa);
	if (!csa->negotiated)
		csa_remove(csa);
}

/* ---- the end ---- */

/*
 * The newest that is, or may be taken to be, held by the peer too. If the peer
 * ends what nothing has proven, it has given that up and never moved on to it:
 * then it sends with what was proven before, whatever else is under way.
 */
static struct child_sa *csa_heir(struct child *child, bool proven)
{
	struct child_sa *csa;

	if (!proven)
		DL_FOREACH(child->sas, csa)
			if (csa_proven(csa))
				return csa;
	DL_FOREACH(child->sas, csa)
		if (csa->negotiated || csa->role == ROLE_RESPONDER)
			return csa;
	return NULL;
}

static void csa_inherit(struct child_sa *heir)
{
	uint64_t now = csa_engine(heir)->now;

	heir->state = CSA_NEXT;
	heir->inherited = now;
	heir->assumed = !heir->negotiated;
	child_sa_negotiated(heir, true);
	if (heir->child->current != heir)
		csa_promote(heir);
	if (!timer_running(&heir->rekey))	/* it was retired: its time may be over */
		csa_rekey_soon(heir, heir->soft > now ? heir->soft - now : SECONDS(1));
}

void csa_end(struct child_sa *csa, enum failure_cause cause, enum failure_who who, const char *detail)
{
	struct child *child = csa->child;
	bool current = child->current == csa, proven = csa_proven(csa);
	uint64_t lived = csa_engine(csa)->now - csa->born;
	struct child_sa *heir;

	csa_remove(csa);
	if (!current)
		return;
	heir = csa_heir(child, proven);
	if (heir)
		csa_inherit(heir);
	else
		child_lost(child, cause, who, detail, lived);
}

void csa_delete(struct child_sa *csa, enum failure_cause cause, enum failure_who who, const char *detail)
{
	csa_say_deleted(csa);
	csa_end(csa, cause, who, detail);
}

void csa_end_inherited(struct child_sa *csa)
{
	if (csa && csa->inherited && csa_engine(csa)->now - csa->inherited < DRAIN)
		csa_delete(csa, FAIL_PEER_DELETED, WHO_PEER, NULL);
}

void csa_first_use(struct child_sa *csa)
{
	if (csa->state == CSA_CURRENT && !csa_proven(csa))
		csa_moved_on(csa->child);
	csa->used_in = true;
	csa->child->doubts = 0;
	if (csa->state != CSA_NEXT)
		return;
	/* An authenticated packet proves the exchange done, message 3 or not. */
	if (!csa->negotiated)
		child_sa_negotiated(csa, true);
	else
		csa_settle(csa);
}
