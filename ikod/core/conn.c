// SPDX-License-Identifier: GPL-2.0
/* The life of a connection: start modes, phase 1 and its renewal, retries, the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/collision.h"
#include "core/policy.h"

static bool remote_known(const struct conn *c)
{
	return c->cfg->remote.sa.sa_family != AF_UNSPEC;
}

bool conn_may_initiate(const struct conn *c)
{
	return !c->removed && !c->admin_down && !c->e->shutting_down && remote_known(c);
}

/* ---- making and freeing ---- */

static uint32_t fresh_peer_id(struct ike_engine *e)
{
	do {
		e->next_peer_id++;
	} while (!e->next_peer_id || conn_by_peer(e, e->next_peer_id));
	return e->next_peer_id;
}

/* One child for each (local, remote) pair of one family, numbered from 1 in the order of the file. */
static void make_children(struct conn *c)
{
	const struct conn_cfg *cfg = c->cfg;
	unsigned int n = cfg->n_local * cfg->n_remote;

	c->children = core_zalloc((n + 1) * sizeof(*c->children));
	for (unsigned int i = 0; i < n; i++) {
		const struct subnet *local = &cfg->local_subnets[i / cfg->n_remote];
		const struct subnet *remote = &cfg->remote_subnets[i % cfg->n_remote];
		struct child *child = &c->children[c->n_children];

		if (local->family != remote->family)
			continue;
		child->conn = c;
		child->id = ++c->n_children;
		child->local = *local;
		child->remote = *remote;
		/* not known before mode config */
		if (cfg->local_mode_config)
			child->local = (struct subnet){ 0 };
		if (cfg->remote_mode_config)
			child->remote = (struct subnet){ 0 };
	}
}

struct conn *conn_new(struct ike_engine *e, struct conn_cfg *cfg)
{
	struct conn *c = core_zalloc(sizeof(*c));

	c->e = e;
	c->cfg = conn_cfg_get(cfg);
	memcpy(c->name, cfg->name, sizeof(c->name));
	c->peer_id = fresh_peer_id(e);
	make_children(c);
	memcpy(c->kpeer.ifname, cfg->interface, sizeof(c->kpeer.ifname));
	memcpy(c->kpeer.name, cfg->name, sizeof(c->kpeer.name));
	c->kpeer.peer_id = c->peer_id;
	c->kpeer.local = cfg->local;
	c->kpeer.remote = cfg->remote;
	c->kpeer.outer = cfg->outer;
	conn_index_add(c);
	return c;
}

void conn_begin(struct conn *c)
{
	kernel_install(c);
	if (conn_begins(c))
		conn_initiate(c);
}

void conn_free(struct conn *c)
{
	for (unsigned int i = 0; i < c->n_children; i++)
		v1_child_gone(&c->children[i]);
	free(c->children);
	conn_cfg_put(c->cfg);
	free(c);
}

/* ---- phase 1: starting ---- */

static struct ike_sa *find_connecting(const struct conn *c, enum ike_role role)
{
	struct ike_sa *sa;

	DL_FOREACH(c->ikes, sa)
		if (sa->state == IKE_CONNECTING && sa->role == role)
			return sa;
	return NULL;
}

static void retry_due(void *owner)
{
	struct conn *c = owner;
	bool wanted = conn_begins(c);

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

static void ike_rekey_due(void *owner);

/*
 * A renewal failed: again, until the old one ends. Soon, whatever was planned,
 * if the peer may hold the one that we gave up (@in_doubt): it may use it.
 */
static void renew_later(struct conn *c, bool in_doubt)
{
	struct timer *t = &c->ike->rekey;
	uint64_t ms = engine_backoff(c->e, c->attempts + 1);

	if (timer_running(t) && (!in_doubt || t->due <= c->e->now + ms))
		return;
	c->attempts++;
	engine_set_timer(c->e, t, ms, ike_rekey_due, c->ike);
}

static void start_phase1(struct conn *c)
{
	if (!c->ike)
		c->state = CONN_CONNECTING;
	if (v1_initiate(c))
		return;
	if (c->ike) {
		renew_later(c, false);
		return;
	}
	c->state = CONN_IDLE;
	if (!timer_running(&c->retry))
		conn_schedule_retry(c);
}

/* MET_IKE_THEIRS_FIRST */
static bool defer_to_peer(struct conn *c)
{
	const struct ike_sa *theirs = find_connecting(c, ROLE_RESPONDER);
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
	if (!conn_may_initiate(c) || c->ike || find_connecting(c, ROLE_INITIATOR) || timer_running(&c->retry))
		return;
	if (!c->peer_installed)		/* the kernel refused it before */
		kernel_install(c);
	if (!defer_to_peer(c))
		start_phase1(c);
}

void conn_renew_phase1(struct conn *c)
{
	if (!conn_may_initiate(c) || find_connecting(c, ROLE_INITIATOR))
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

void conn_want_all(struct conn *c, bool even_up)
{
	for (unsigned int i = 0; i < c->n_children; i++)
		if (even_up || !c->children[i].current)
			c->children[i].wanted = true;
}

/* ---- phase 1: up ---- */

static bool may_rekey(const struct ike_sa *sa)
{
	/* A passive end, and one that cannot reach the other through its NAT, leave it to the peer. */
	return sa->conn->cfg->start != START_PASSIVE && !(sa->role == ROLE_RESPONDER && sa->nat_remote);
}

static void set_lifetime(struct ike_sa *sa)
{
	struct conn *c = sa->conn;
	struct ike_engine *e = sa->e;
	uint64_t life, margin, soft;

	if (sa->expires <= e->now)
		sa->expires = e->now + SECONDS(c->cfg->ike_lifetime);
	life = sa->expires - e->now;
	margin = life * c->cfg->rekey_margin / 100;
	if (margin > life * 2 / 5)
		margin = life * 2 / 5;
	if (sa->role == ROLE_INITIATOR)
		soft = life - margin - engine_jitter(e, margin / 2);
	else
		soft = life - margin / 2 - engine_jitter(e, margin / 4);
	if (may_rekey(sa))
		engine_set_timer(e, &sa->rekey, soft, ike_rekey_due, sa);
}

static void ike_rekey_due(void *owner)
{
	struct ike_sa *sa = owner;
	struct conn *c = sa->conn;

	if (c->ike != sa)
		return;
	engine_log(c->e, LOG_L_DEBUG, c, "renewing phase 1");
	conn_renew_phase1(c);
}

static void ike_expired(void *owner);

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

/*
 * Once there are SAs the kernel sends them: it knows when ESP was sent last,
 * and keeps the mapping while we are not there. Before, ours hold it for IKE.
 */
static bool kernel_keeps_alive(const struct conn *c)
{
	for (unsigned int i = 0; c->peer_installed && c->kpeer.keepalive && i < c->n_children; i++)
		if (c->children[i].sas)
			return true;
	return false;
}

static void keepalive_send(const struct ike_sa *sa)
{
	struct ike_action *a = engine_action(sa->e, ACT_SEND);

	/* RFC 3948 2.3: one byte 0xFF, without the non-ESP marker */
	a->send.path = sa->path;
	a->send.data = core_zalloc(1);
	a->send.data[0] = 0xff;
	a->send.len = 1;
	a->send.raw = true;
}

static void keepalive_due(void *owner)
{
	struct ike_sa *sa = owner;

	if (!kernel_keeps_alive(sa->conn))
		keepalive_send(sa);
	engine_set_timer(sa->e, &sa->keepalive, SECONDS(sa->conn->cfg->nat_keepalive), keepalive_due, sa);
}

/* @sa is what carries our messages from now on */
static void use_ike(struct conn *c, struct ike_sa *sa)
{
	c->ike = sa;
	c->state = CONN_UP;
	sa->state = IKE_ESTABLISHED;
	liveness_start(sa);
	if (sa->nat_local && sa->path.natt && c->cfg->nat_keepalive)
		engine_set_timer(c->e, &sa->keepalive, SECONDS(c->cfg->nat_keepalive), keepalive_due, sa);
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
	conn_want_all(c, false);
	conn_pump_soon(c);
}

/* Pauses of the pairs from before mean nothing to a fresh IKE SA. */
static void restart_children(struct conn *c, struct ike_sa *sa, bool rekeyed)
{
	for (unsigned int i = 0; !rekeyed && i < c->n_children; i++) {
		engine_stop_timer(c->e, &c->children[i].retry);
		c->children[i].failures = 0;
	}
	if (c->cfg->start != START_AUTO)
		return;
	/* of two that crossed, the initiator of the one that is used: both ends see the same */
	if (sa->role == ROLE_INITIATOR) {
		conn_want_all(c, false);
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
	set_lifetime(sa);
	engine_set_timer(e, &sa->expire, sa->expires - e->now, ike_expired, sa);
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
	use_ike(c, sa);
	restart_children(c, sa, rekeyed);
	trim_rekeyed(c);
}

/* ---- phase 1: failed or lost ---- */

/*
 * A half-open exchange that anybody can make us begin and that runs dry says
 * less than what is known already.
 */
static bool worth_keeping(const struct conn *c, const struct ike_sa *sa, enum failure_cause cause)
{
	bool vague = cause == FAIL_NO_RESPONSE || cause == FAIL_NO_FINISH;

	if (sa->role == ROLE_INITIATOR)
		return true;
	return !c->ike && !(vague && (c->failure.cause != FAIL_NONE || find_connecting(c, ROLE_INITIATOR)));
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
		renew_later(c, in_doubt);
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

static struct ike_sa *other_established(const struct conn *c)
{
	struct ike_sa *sa, *best = NULL;

	DL_FOREACH(c->ikes, sa)
		if ((sa->state == IKE_ESTABLISHED || sa->state == IKE_REKEYED) && (!best || sa->up_at > best->up_at))
			best = sa;
	return best;
}

/* c->ike has just been killed. Return: true if another one takes over. */
static bool fall_back(struct conn *c)
{
	struct ike_sa *sa = other_established(c);

	if (!sa)
		return false;
	use_ike(c, sa);
	if (may_rekey(sa) && conn_begins(c))
		engine_set_timer(c->e, &sa->rekey, SECONDS(1) + engine_jitter(c->e, SECONDS(1)), ike_rekey_due, sa);
	return true;
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
	for (unsigned int i = 0; cause == FAIL_PEER_DELETED && i < c->n_children; i++)
		csa_end_inherited(c->children[i].current);
	if (!conn_begins(c) || !conn_may_initiate(c))
		return;
	conn_want_all(c, cause == FAIL_PEER_DELETED);
	if (flapping)
		conn_schedule_retry(c);
	else
		conn_retry_now(c);
}

static void ike_expired(void *owner)
{
	struct ike_sa *sa = owner;
	struct conn *c = sa->conn;
	bool used = c->ike == sa;

	engine_log(c->e, LOG_L_DEBUG, c, "a %sphase 1 reached the end of its lifetime", used ? "" : "replaced ");
	if (used)	/* unreplaced: the peer may think that it lives longer */
		v1_send_delete_ike(sa);
	ike_sa_kill(sa);
	if (used && !fall_back(c))
		phase1_lost(c, FAIL_EXPIRED, WHO_NOBODY, FLAP_LIFE);
}

void conn_ike_deleted(struct ike_sa *sa)
{
	struct conn *c = sa->conn;
	bool used = c->ike == sa;
	uint64_t lived = c->e->now - sa->up_at;

	ike_sa_kill(sa);
	if (used && !fall_back(c))
		phase1_lost(c, FAIL_PEER_DELETED, WHO_PEER, lived);
}

void conn_identity_refused(struct ike_sa *sa, const char *ours, const char *theirs)
{
	struct conn *c = sa->conn;
	bool used = c->ike == sa;

	ike_sa_kill(sa);
	if (!used || fall_back(c))
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
		if (o == sa || !o->up_at || o->up_at >= sa->born)
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

/* ---- the peer shows signs of life ---- */

void conn_moved(struct ike_sa *sa, const struct ike_path *path)
{
	struct conn *c = sa->conn;
	char was[ENDPOINT_STRLEN], is[ENDPOINT_STRLEN];

	if (!endpoint_eq(&sa->path.remote, &path->remote))
		engine_log(c->e, LOG_L_INFO, c, "the peer moved from %s to %s", endpoint_str(&sa->path.remote, was),
			   endpoint_str(&path->remote, is));
	sa->path = *path;
	if (c->ike == sa)
		kernel_sync(c, sa, ike_sa_udp(sa));
}

/* ---- taking down ---- */

/*
 * The oldest pair of a tunnel first: with its newest some peers end what else
 * they have of it, and Libreswan 4.10 does not survive the rest of the message.
 */
static void send_esp_deletes(struct conn *c)
{
	uint32_t spis[DELETES_MAX];
	unsigned int n = 0;

	for (unsigned int i = 0; i < c->n_children; i++) {
		const struct child_sa *newest = c->children[i].sas, *csa = newest;

		while (csa) {
			csa = csa->prev;	/* of the newest: the oldest */
			spis[n++] = csa->spi_in;
			if (n == DELETES_MAX) {
				v1_send_delete_esp(c->ike, spis, n);
				n = 0;
			}
			if (csa == newest)
				break;
		}
	}
	if (n)
		v1_send_delete_esp(c->ike, spis, n);
}

static void send_deletes(struct conn *c)
{
	struct ike_sa *sa;

	if (!c->ike)
		return;
	send_esp_deletes(c);
	DL_FOREACH(c->ikes, sa)
		if (sa->state == IKE_REKEYED)
			v1_send_delete_ike(sa);
	v1_send_delete_ike(c->ike);
}

void conn_down(struct conn *c, enum failure_cause cause, enum failure_who who, bool tell)
{
	struct ike_engine *e = c->e;
	struct ike_sa *sa, *tmp;
	bool was_up = c->ike;

	if (tell)
		send_deletes(c);
	engine_stop_timer(e, &c->retry);
	engine_stop_timer(e, &c->grace);
	for (unsigned int i = 0; i < c->n_children; i++)
		child_clear(&c->children[i], cause, who);
	DL_FOREACH_SAFE(c->ikes, sa, tmp)
		ike_sa_kill(sa);
	engine_stop_timer(e, &c->pump);
	c->state = CONN_IDLE;
	c->rest = REST_NONE;
	c->attempts = 0;
	failure_set(&c->failure, e->now, PHASE_UP, cause, who, NULL, NULL);
	if (was_up) {
		engine_event(e, c, "ike-down", "%s", failure_text(cause));
		engine_log(e, LOG_L_INFO, c, "down: %s", failure_text(cause));
	}
}

void conn_remove(struct conn *c, enum failure_cause cause)
{
	conn_down(c, cause, WHO_US, !c->e->shutting_down);
	kernel_remove(c);
	lease_release(c);
	conn_index_del(c);
	c->removed = true;
	c->next_dead = c->e->dead_conns;
	c->e->dead_conns = c;
}

/* ---- the operator ---- */

bool conn_cmd_up(struct conn *c, char *err, size_t errlen)
{
	if (!remote_known(c)) {
		snprintf(err, errlen, "'%s' has remote = any: only the peer can start it", c->name);
		return false;
	}
	c->admin_down = false;
	c->rest = REST_NONE;
	if (c->failure.cause == FAIL_ADMIN_DOWN)
		c->failure = (struct failure){ 0 };
	engine_stop_timer(c->e, &c->retry);
	c->attempts = 0;
	for (unsigned int i = 0; i < c->n_children; i++) {
		engine_stop_timer(c->e, &c->children[i].retry);
		c->children[i].failures = 0;
	}
	conn_want_all(c, false);
	conn_initiate(c);
	conn_pump_soon(c);
	return true;
}

void conn_cmd_down(struct conn *c)
{
	c->admin_down = true;
	conn_down(c, FAIL_ADMIN_DOWN, WHO_US, true);
}

void conn_reloaded(struct conn *c)
{
	if (!c->admin_down)
		return;
	c->admin_down = false;
	conn_begin(c);
}
