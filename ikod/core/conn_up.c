// SPDX-License-Identifier: GPL-2.0
/* An IKE SA is up: which of two is used, how long it lives, what goes on under it. */
#include "core/collision.h"
#include "core/conn_priv.h"
#include "core/policy.h"

bool conn_may_renew(const struct ike_sa *sa)
{
	/*
	 * A passive end, and one that cannot reach the other through its NAT, leave it
	 * to the peer. If it is the passive one that is behind the NAT, and it has begun
	 * all the same (to renew a pair), nobody else would.
	 */
	if (sa->conn->cfg->start == START_PASSIVE)
		return sa->role == ROLE_INITIATOR && sa->nat_local;
	return !(sa->role == ROLE_RESPONDER && sa->nat_remote);
}

void conn_plan_renewal(struct ike_sa *sa)
{
	struct conn *c = sa->conn;
	struct ike_engine *e = sa->e;
	uint64_t life, margin, soft;

	life = sa->expires > e->now + sa->ahead ? sa->expires - sa->ahead - e->now : 0;
	margin = life * c->cfg->rekey_margin / 100;
	if (margin > life * 2 / 5)
		margin = life * 2 / 5;
	if (sa->role == ROLE_INITIATOR)
		soft = life - margin - engine_jitter(e, margin / 2);
	else
		soft = life - margin / 2 - engine_jitter(e, margin / 4);
	if (conn_may_renew(sa))
		conn_renew_in(sa, soft);
}

static void set_lifetime(struct ike_sa *sa)
{
	struct ike_engine *e = sa->e;

	if (sa->expires <= e->now)
		sa->expires = e->now + SECONDS(sa->conn->cfg->ike_lifetime);
	conn_plan_renewal(sa);
}

void conn_life_told(struct ike_sa *sa, uint64_t life_s)
{
	struct ike_engine *e = sa->e;
	uint64_t expires = (sa->up_at ? sa->up_at : e->now) + SECONDS(life_s);

	if (sa->expires > e->now && expires >= sa->expires)
		return;
	sa->expires = expires > e->now ? expires : e->now + 1;
	if (!sa->up_at)		/* not admitted yet */
		return;
	engine_set_timer(e, &sa->expire, sa->expires - e->now, conn_ike_expired, sa);
	if (sa->conn->ike == sa)
		set_lifetime(sa);
}

/* Not ours to end: @rule says so in each case. Its own lifetime does it. */
static void retire_ike(struct ike_sa *sa, const struct collision_rule *rule)
{
	if (rule->when != AT_EXPIRY) {
		ike_sa_kill(sa);
		return;
	}
	sa->state = IKE_REKEYED;
	liveness_stop(sa);
	engine_stop_timer(sa->e, &sa->rekey);
	engine_stop_timer(sa->e, &sa->keepalive);
}

/* MET_IKE_TOO_MANY */
static void trim_rekeyed(struct conn *c)
{
	struct ike_sa *sa, *tmp;
	unsigned int n = 0;

	DL_FOREACH_SAFE(c->ikes, sa, tmp)
		if (sa->state == IKE_REKEYED && ++n > REKEYED_MAX)
			ike_sa_kill(sa);
}

/* @sa is what carries our messages from now on */
void conn_use_ike(struct conn *c, struct ike_sa *sa)
{
	c->ike = sa;
	c->state = CONN_UP;
	sa->state = IKE_ESTABLISHED;
	liveness_start(sa);
	keepalive_start(sa);
	conn_pump_soon(c);
}

static void announce_ike(struct ike_sa *sa, bool rekeyed)
{
	char remote[ENDPOINT_STRLEN], suite[SUITE_STRLEN];

	endpoint_str(&sa->path.remote, remote);
	ike_suite_str(&sa->suite, suite);
	engine_event(sa->e, sa->conn, rekeyed ? "ike-rekeyed" : "ike-up", "%s %s%s", remote, suite,
		     sa->path.natt ? " NAT-T" : "");
	engine_log(sa->e, LOG_L_INFO, sa->conn, "IKE SA with %s %s as %s: %s%s", remote,
		   rekeyed ? "renewed" : "established", sa->role == ROLE_INITIATOR ? "initiator" : "responder", suite,
		   sa->path.natt ? ", through NAT" : "");
}

/* MET_IKE_OVERTAKEN: @sa, the peer's, is up. What we began meanwhile is not needed if it cannot be up there. */
static void drop_overtaken(struct conn *c, const struct ike_sa *sa)
{
	struct ike_sa *o, *tmp;

	if (sa->role != ROLE_RESPONDER || collision_rule(MET_IKE_OVERTAKEN, sa->role)->when != AT_ONCE)
		return;
	DL_FOREACH_SAFE(c->ikes, o, tmp)
		if (o->state == IKE_CONNECTING && o->role == ROLE_INITIATOR && !v1_phase1_committed(o))
			ike_sa_kill(o);
}

static bool child_under_way(const struct child *child)
{
	return !child->current && child->sas;
}

static void grace_due(void *owner)
{
	struct conn *c = owner;
	bool under_way = c->child_done && c->e->now - c->child_done < GRACE;

	for (unsigned int i = 0; i < c->n_children; i++)
		under_way |= child_under_way(&c->children[i]);
	if (under_way) {
		engine_set_timer(c->e, &c->grace, GRACE, grace_due, c);
		return;
	}
	conn_want_all(c);
	conn_pump_soon(c);
}

/* Pauses of the pairs from before mean nothing to a fresh IKE SA. */
static void restart_children(struct conn *c, struct ike_sa *sa, bool rekeyed)
{
	for (unsigned int i = 0; !rekeyed && i < c->n_children; i++) {
		engine_stop_timer(c->e, &c->children[i].retry);
		c->children[i].failures = 0;
	}
	for (unsigned int i = 0; i < c->n_children; i++)
		if (c->children[i].current)
			csa_rekey_overdue(c->children[i].current);
	if (c->cfg->start != START_AUTO)
		return;
	/* of two that crossed, the initiator of the one that is used: both ends see the same */
	if (sa->role == ROLE_INITIATOR) {
		conn_want_all(c);
		engine_stop_timer(c->e, &c->grace);
	} else {
		engine_set_timer(c->e, &c->grace, GRACE, grace_due, c);
	}
}

void conn_phase1_up(struct ike_sa *sa)
{
	struct conn *c = sa->conn;
	struct ike_engine *e = c->e;
	struct ike_sa *old = c->ike, *survivor = sa;
	const struct collision_rule *rule = NULL;
	bool rekeyed = old && old != sa;

	ike_sa_not_half_open(sa);
	drop_overtaken(c, sa);
	sa->up_at = sa->heard = e->now;
	if (sa->held_at || !v1_up_first(sa))
		sa->held_at = e->now;
	c->precedence = pair_precedence(sa);
	set_lifetime(sa);
	engine_set_timer(e, &sa->expire, sa->expires - e->now, conn_ike_expired, sa);
	if (rekeyed)
		rule = collide_ikes(sa, old, &survivor);
	if (survivor != sa) {
		engine_log(e, LOG_L_DEBUG, c, "two IKE SAs were begun at once: the first of them is used");
		retire_ike(sa, rule);
		trim_rekeyed(c);
		return;
	}
	if (rekeyed)
		retire_ike(old, rule);
	c->attempts = 0;
	c->deferred = false;
	c->knocked = 0;
	engine_stop_timer(e, &c->retry);
	c->failure = (struct failure){ 0 };
	liveness_ike_up(c);
	announce_ike(sa, rekeyed);
	kernel_sync(c, sa, ike_sa_udp(sa));
	conn_use_ike(c, sa);
	restart_children(c, sa, rekeyed);
	trim_rekeyed(c);
}
