// SPDX-License-Identifier: GPL-2.0
/* A connection begins: phase 1, its renewal, the pauses between attempts, and what is wanted of phase 2. */
#include "core/collision.h"
#include "core/conn_priv.h"
#include "core/policy.h"

struct ike_sa *conn_connecting(const struct conn *c, enum ike_role role)
{
	struct ike_sa *sa;

	DL_FOREACH(c->ikes, sa)
		if (sa->state == IKE_CONNECTING && sa->role == role)
			return sa;
	return NULL;
}

/*
 * @c, on demand, has pairs and no IKE SA: no packet asks for one, and until the
 * pairs are to be renewed nobody could find out that the peer is dead, nor be
 * told that the pairs have gone.
 */
static bool in_use(const struct conn *c)
{
	if (c->cfg->start != START_ON_DEMAND || c->rest != REST_NONE)
		return false;
	for (unsigned int i = 0; i < c->n_children; i++)
		if (c->children[i].current)
			return true;
	return false;
}

static void retry_due(void *owner)
{
	struct conn *c = owner;
	bool wanted = conn_begins(c) || in_use(c);

	for (unsigned int i = 0; !wanted && i < c->n_children; i++)
		wanted = c->children[i].wanted;
	if (wanted)
		conn_initiate(c);
}

void conn_retry_now(struct conn *c)
{
	if (conn_may_initiate(c))
		engine_set_timer(c->e, &c->retry, 1 + engine_jitter(c->e, 500), retry_due, c);
}

/* on-demand waits as well: a packet does not cut the pause short, but what came meanwhile is served */
void conn_schedule_retry(struct conn *c)
{
	if (conn_may_initiate(c))
		engine_set_timer(c->e, &c->retry, engine_backoff(c->e, ++c->attempts), retry_due, c);
}

static void rekey_due(void *owner)
{
	struct ike_sa *sa = owner;
	struct conn *c = sa->conn;

	if (c->ike != sa)
		return;
	engine_log(c->e, LOG_L_DEBUG, c, "renewing phase 1");
	conn_renew_phase1(c);
}

void conn_renew_in(struct ike_sa *sa, uint64_t ms)
{
	engine_set_timer(sa->e, &sa->rekey, ms, rekey_due, sa);
}

/*
 * A renewal failed: again, until the old one ends. Soon, whatever was planned,
 * if the peer may hold the one that we gave up (@in_doubt): it may use it.
 */
void conn_renew_later(struct conn *c, bool in_doubt)
{
	struct timer *t = &c->ike->rekey;
	uint64_t ms = engine_backoff(c->e, c->attempts + 1);

	if (timer_running(t) && (!in_doubt || t->due <= c->e->now + ms))
		return;
	c->attempts++;
	conn_renew_in(c->ike, ms);
}

static void start_phase1(struct conn *c)
{
	if (!c->ike)
		c->state = CONN_CONNECTING;
	if (v1_initiate(c))
		return;
	if (c->ike) {
		conn_renew_later(c, false);
		return;
	}
	c->state = CONN_IDLE;
	if (!timer_running(&c->retry))
		conn_schedule_retry(c);
}

/* MET_IKE_THEIRS_FIRST */
static bool defer_to_peer(struct conn *c)
{
	const struct ike_sa *theirs = conn_connecting(c, ROLE_RESPONDER);
	uint64_t since = theirs ? theirs->born : c->knocked;

	if (c->deferred || !since || c->e->now - since >= DEFER ||
	    collision_rule(MET_IKE_THEIRS_FIRST, ROLE_RESPONDER)->when != WHEN_DECIDED)
		return false;
	c->deferred = true;
	engine_set_timer(c->e, &c->retry, DEFER, retry_due, c);
	return true;
}

void conn_initiate(struct conn *c)
{
	if (!conn_may_initiate(c) || c->ike || conn_connecting(c, ROLE_INITIATOR) || timer_running(&c->retry))
		return;
	if (!c->peer_installed)		/* the kernel refused it before */
		kernel_install(c);
	if (!defer_to_peer(c))
		start_phase1(c);
}

void conn_renew_phase1(struct conn *c)
{
	if (!conn_may_initiate(c) || conn_connecting(c, ROLE_INITIATOR))
		return;
	start_phase1(c);
}

static void pump_due(void *owner)
{
	child_pump(owner);
}

void conn_pump_in(struct conn *c, uint64_t ms)
{
	if (!c->removed && !c->admin_down && !c->e->shutting_down)
		engine_set_timer(c->e, &c->pump, ms, pump_due, c);
}

void conn_pump_soon(struct conn *c)
{
	conn_pump_in(c, 0);
}

void conn_want_all(struct conn *c)
{
	for (unsigned int i = 0; i < c->n_children; i++)
		if (!c->children[i].current)
			c->children[i].wanted = true;
}
