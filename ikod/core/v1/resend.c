// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "core/v1/v1.h"

#define SPAN_MAX (600 * 1000u)	/* ms; bounds a configured back-off */

static void due(void *owner);

static void arm(struct v1_resend *r, uint64_t in)
{
	timer_set(&r->sa->e->timers, &r->timer, r->sa->e->now + in, due, r);
}

uint64_t v1_resend_pause(const struct conn_cfg *cfg, unsigned int n)
{
	uint64_t wait = cfg->retransmit_timeout;

	while (--n && wait < SPAN_MAX)
		wait *= 2;
	return wait < SPAN_MAX ? wait : SPAN_MAX;
}

uint64_t v1_resend_span(const struct conn_cfg *cfg)
{
	uint64_t span = 0;

	for (unsigned int n = 1; n <= cfg->retransmit_tries && span < SPAN_MAX; n++)
		span += v1_resend_pause(cfg, n);
	return span < SPAN_MAX ? span : SPAN_MAX;
}

void v1_resend_init(struct v1_resend *r, struct ike_sa *sa, void (*give_up)(void *owner), void *owner)
{
	memset(r, 0, sizeof(*r));
	r->sa = sa;
	r->give_up = give_up;
	r->owner = owner;
}

void v1_resend_heard(struct v1_resend *r, const struct v1_msg *m)
{
	memcpy(r->heard, m->digest, sizeof(r->heard));
	r->has_heard = true;
}

/* Retransmissions are the same bytes: RFC 2408 5.1 has no other way to tell them. */
bool v1_resend_is_dup(const struct v1_resend *r, const struct v1_msg *m)
{
	return r->has_heard && !memcmp(r->heard, m->digest, sizeof(r->heard));
}

static void transmit(struct v1_resend *r)
{
	v1_send(r->sa, r->msg.p, r->msg.len);
}

static void due(void *owner)
{
	struct v1_resend *r = owner;
	struct ike_sa *sa = r->sa;

	if (r->unheard && sa->heard > r->unheard)
		return;
	if (!r->sent || r->sent >= sa->conn->cfg->retransmit_tries) {
		r->give_up(r->owner);
		return;
	}
	r->sent++;
	sa->e->counters[CNT_RETRANSMIT]++;
	engine_log(sa->e, LOG_L_DEBUG, sa->conn, "no answer yet, sending again (%u of %u)", r->sent,
		   sa->conn->cfg->retransmit_tries);
	transmit(r);
	if (r->unheard)
		conn_ask(sa);
	arm(r, v1_resend_pause(sa->conn->cfg, r->sent));
}

void v1_resend_send(struct v1_resend *r, struct buf *b, bool again)
{
	buf_free(&r->msg);
	r->msg = *b;
	*b = (struct buf){ 0 };
	transmit(r);
	if (!again) {
		v1_resend_wait(r);
		return;
	}
	r->sent = 1;
	arm(r, v1_resend_pause(r->sa->conn->cfg, 1));
}

void v1_resend_unheard(struct v1_resend *r)
{
	r->sent = 1;
	r->unheard = r->sa->e->now;
	arm(r, v1_resend_pause(r->sa->conn->cfg, 1));
}

void v1_resend_wait(struct v1_resend *r)
{
	r->sent = 0;
	r->until = r->sa->e->now + v1_resend_span(r->sa->conn->cfg);
	arm(r, r->until - r->sa->e->now);
}

void v1_resend_resume(struct v1_resend *r)
{
	if (r->sent)
		arm(r, v1_resend_pause(r->sa->conn->cfg, r->sent));
	else	/* bad messages are no reason to wait longer for a good one */
		arm(r, r->until > r->sa->e->now ? r->until - r->sa->e->now : 1);
}

void v1_resend_stop(struct v1_resend *r)
{
	if (r->sa)
		timer_stop(&r->sa->e->timers, &r->timer);
}

bool v1_resend_answer(struct v1_resend *r)
{
	if (!r->msg.len)
		return false;
	r->sa->e->counters[CNT_RETRANSMIT]++;
	/* to the SA's path, never to where the duplicate came from: no reflection */
	transmit(r);
	return true;
}

bool v1_resend_answer_sparingly(struct v1_resend *r)
{
	uint64_t now = r->sa->e->now;

	if (now < r->again_at) {
		r->sa->e->counters[CNT_WITHHELD]++;
		return false;
	}
	r->again_at = now + V1_AGAIN_PAUSE;
	r->again++;
	return v1_resend_answer(r);
}

void v1_resend_release(struct v1_resend *r)
{
	v1_resend_stop(r);
	buf_free(&r->msg);
	r->has_heard = false;
}
