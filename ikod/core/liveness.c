// SPDX-License-Identifier: GPL-2.0
/* Dead peer detection, RFC 3706: when to ask, and when to give up. */
#include "core/policy.h"

/*
 * What begins a connection is the matter of `start`; once its peer was found
 * dead, of `dpd-action`, until the tunnel is up again:
 *
 *	         by itself      on traffic
 *	clear    no             only if start = on-demand
 *	hold     no             yes
 *	restart  yes, at once   yes
 *
 * The peer and the operator may always. In each case the SAs go and the kernel
 * keeps the children: what is sent to them waits or is dropped, and never
 * leaves in clear.
 */
static enum conn_rest rest_after_death(const struct conn_cfg *cfg)
{
	static const enum conn_rest by_action[] = {
		[DPD_CLEAR] = REST_CLEAR, [DPD_HOLD] = REST_HOLD, [DPD_RESTART] = REST_RESTART,
	};
	static const enum conn_rest by_start[] = {
		[START_AUTO] = REST_RESTART, [START_ON_DEMAND] = REST_HOLD, [START_PASSIVE] = REST_CLEAR,
	};

	return cfg->dpd_action == DPD_BY_START ? by_start[cfg->start] : by_action[cfg->dpd_action];
}

bool conn_begins(const struct conn *c)
{
	return c->rest == REST_RESTART || (c->rest == REST_NONE && c->cfg->start == START_AUTO);
}

bool conn_traffic_begins(const struct conn *c)
{
	switch (c->rest) {
	case REST_NONE:
		return c->cfg->start != START_PASSIVE;
	case REST_CLEAR:
		return c->cfg->start == START_ON_DEMAND;
	default:
		return true;
	}
}

bool conn_may_acquire(const struct conn *c)
{
	return c->cfg->start != START_PASSIVE || rest_after_death(c->cfg) != REST_CLEAR;
}

/* The peer has begun: go on as `start` says. Who began on our side goes on until it has what it began for. */
void liveness_ike_up(struct conn *c)
{
	if (c->rest == REST_CLEAR)
		c->rest = REST_NONE;
}

void liveness_restored(struct conn *c)
{
	for (unsigned int i = 0; c->rest != REST_NONE && i < c->n_children; i++)
		if (c->children[i].wanted && !c->children[i].current)
			return;
	c->rest = REST_NONE;
}

static void dpd_due(void *owner);

static void dpd_timer(struct ike_sa *sa, uint64_t in_ms)
{
	engine_set_timer(sa->e, &sa->dpd, in_ms ? in_ms : 1, dpd_due, sa);
}

static bool dpd_usable(const struct ike_sa *sa)
{
	return sa->dpd_ok && sa->conn->cfg->dpd != DPD_OFF;
}

static uint64_t last_heard(const struct ike_sa *sa)
{
	return sa->heard > sa->conn->esp_heard ? sa->heard : sa->conn->esp_heard;
}

void liveness_start(struct ike_sa *sa)
{
	sa->dpd_tries = 0;
	sa->dpd_asked = sa->dpd_strict = false;
	if (!sa->dpd_ok && sa->conn->cfg->dpd != DPD_OFF)
		engine_log(sa->e, LOG_L_INFO, sa->conn,
			   "the peer does not speak DPD: should it die, only the next rekey will tell");
	if (!dpd_usable(sa))
		return;
	dpd_timer(sa, SECONDS(sa->conn->cfg->dpd_idle));
}

void liveness_stop(struct ike_sa *sa)
{
	sa->dpd_tries = 0;
	engine_stop_timer(sa->e, &sa->dpd);
}

void liveness_esp(struct conn *c, enum sa_dir dir, uint64_t ago)
{
	uint64_t *at = dir == SA_IN ? &c->esp_heard : &c->esp_sent;
	uint64_t when = ago < c->e->now ? c->e->now - ago : 0;

	if (when > *at)
		*at = when;
}

static void ask(struct ike_sa *sa, bool again)
{
	if (!sa->dpd_seq) {	/* RFC 3706 7.1: random, with room to count up */
		engine_random(sa->e, &sa->dpd_seq, sizeof(sa->dpd_seq));
		sa->dpd_seq = (sa->dpd_seq & 0x7fffffff) | 1;
	}
	sa->dpd_open++;
	v1_send_dpd(sa, ++sa->dpd_seq, again);
}

static void dpd_send(struct ike_sa *sa)
{
	bool again = sa->dpd_tries++;

	if (!again)
		sa->dpd_sent = sa->e->now;
	ask(sa, again);
	kernel_query(sa->conn);		/* ESP that came in meanwhile is an answer too */
	dpd_timer(sa, SECONDS(sa->conn->cfg->dpd_retransmit));
}

static void dpd_quiet(struct ike_sa *sa)
{
	uint64_t quiet = sa->e->now - last_heard(sa), idle = SECONDS(sa->conn->cfg->dpd_idle);

	sa->dpd_tries = 0;
	sa->dpd_asked = sa->dpd_strict = false;
	dpd_timer(sa, quiet < idle ? idle - quiet : idle);
}

/* What was up is to come back, all of it or what somebody used. */
static void restart(struct conn *c)
{
	for (unsigned int i = 0; i < c->n_children; i++) {
		struct child *child = &c->children[i];

		child->wanted |= child->failure.cause == FAIL_DPD && child->failure.when == c->e->now;
	}
	conn_retry_now(c);
}

static void dpd_dead(struct ike_sa *sa)
{
	struct conn *c = sa->conn;
	char remote[ENDPOINT_STRLEN];
	unsigned int tries = sa->dpd_tries;

	endpoint_str(&sa->path.remote, remote);
	engine_event(c->e, c, "dpd-timeout", "%s does not answer", remote);
	engine_log(c->e, LOG_L_WARN, c, "%s is dead: %u probes unanswered, nothing heard for %llu s", remote, tries,
		   (unsigned long long)(c->e->now - last_heard(sa)) / 1000);
	conn_down(c, FAIL_DPD, WHO_PEER, false);
	c->rest = rest_after_death(c->cfg);
	if (c->rest == REST_RESTART)
		restart(c);
}

/*
 * The last probe had its time. ESP that still comes in means that the peer has
 * lost the IKE SA, not its life: a new phase 1 beside the old one, nothing else.
 */
static void dpd_unanswered(struct ike_sa *sa)
{
	if (last_heard(sa) < sa->dpd_sent) {
		dpd_dead(sa);
		return;
	}
	engine_log(sa->e, LOG_L_INFO, sa->conn, "the peer has lost the IKE SA");
	dpd_quiet(sa);
	conn_renew_phase1(sa->conn);
}

/* on-demand (RFC 3706 5): only who has sent and got nothing back wants to know */
static bool dpd_wanted(const struct ike_sa *sa)
{
	const struct conn *c = sa->conn;
	uint64_t heard = last_heard(sa);

	if (sa->e->now - heard < SECONDS(c->cfg->dpd_idle))
		return false;
	return c->cfg->dpd == DPD_PERIODIC || c->esp_sent > heard;
}

static void dpd_due(void *owner)
{
	struct ike_sa *sa = owner;
	struct conn *c = sa->conn;

	if (c->ike != sa)
		return;
	if (sa->dpd_tries) {
		if (!sa->dpd_strict && last_heard(sa) >= sa->dpd_sent)
			dpd_quiet(sa);
		else if (sa->dpd_tries >= c->cfg->dpd_retries)
			dpd_unanswered(sa);
		else
			dpd_send(sa);
	} else if (!sa->dpd_asked && sa->e->now - last_heard(sa) >= SECONDS(c->cfg->dpd_idle)) {
		sa->dpd_asked = true;	/* the counters are fresh in a moment */
		kernel_query(c);
		dpd_timer(sa, SECONDS(1));
	} else if (dpd_wanted(sa)) {
		dpd_send(sa);
	} else {
		dpd_quiet(sa);
	}
}

bool liveness_probe(struct ike_sa *sa)
{
	if (!dpd_usable(sa))
		return false;
	sa->dpd_strict = true;
	if (!sa->dpd_tries)
		dpd_send(sa);
	return true;
}

void conn_ask(struct ike_sa *sa)
{
	if (sa->dpd_ok && sa->conn->ike == sa)
		ask(sa, sa->dpd_open);
}

void conn_heard(struct ike_sa *sa)
{
	sa->heard = sa->e->now;
	if (!sa->held_at)
		sa->held_at = sa->e->now;
	sa->dpd_open = 0;
	if (sa->dpd_tries && sa->conn->ike == sa)
		dpd_quiet(sa);
}

bool conn_dpd_expects(const struct ike_sa *sa, uint32_t seq)
{
	uint32_t first = sa->dpd_seq - sa->dpd_open + 1;

	return sa->dpd_open && seq - first < sa->dpd_open;
}
