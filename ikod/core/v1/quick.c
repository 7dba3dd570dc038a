// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "core/v1/v1.h"

/*
 * Quick mode, RFC 2409 5.5:
 *
 *   1 I->R  { HASH(1), SA, Ni, [KE], IDci, IDcr }
 *   2 R->I  { HASH(2), SA, Nr, [KE], IDci, IDcr }
 *   3 I->R  { HASH(3) }
 *  (4 R->I  { HASH(1), CONNECTED }, commit.c)
 *
 * The initiator repeats 1 until 2 comes, the responder repeats 2 until 3 comes;
 * the initiator keeps 3 for a while to answer a repeated 2.
 */

struct message_row {
	enum v1_q_state from;
	uint8_t number;
	enum v1_hash_kind hash;
	enum v1_q_state on_reply, on_job;
	enum v1_verdict (*handle)(struct v1_quick *q, const struct v1_msg *m, struct v1_fail *f);
	const char *story;
};

static const struct message_row message_rows[] = {
	{ Q_R_START, 1, V1_HASH_1, Q_R_WAIT_PROOF, Q_R_GENERATE, v1_quick_r_message1,
	  "their proposal: chosen, installed, answered; with PFS a key pair first" },
	{ Q_I_WAIT_SA, 2, V1_HASH_2, Q_DONE, Q_I_DERIVE, v1_quick_i_message2,
	  "they chose: installed, confirmed; with PFS the shared secret first" },
	{ Q_R_WAIT_PROOF, 3, V1_HASH_3, Q_DONE, Q_N, v1_quick_r_message3, "they hold the SA: use it" },
	{ Q_I_WAIT_CONNECTED, 4, V1_HASH_1, Q_DONE, Q_N, v1_quick_i_message4, "they are ready as well: use it" },
};

struct job_row {
	enum v1_q_state from, on_reply, on_job;
	enum v1_verdict (*handle)(struct v1_quick *q, struct ike_job *job, struct v1_fail *f);
};

static const struct job_row job_rows[] = {
	{ Q_I_GENERATE, Q_I_WAIT_SA, Q_N, v1_quick_i_generated },
	{ Q_I_DERIVE, Q_DONE, Q_N, v1_quick_i_derived },
	{ Q_R_GENERATE, Q_N, Q_R_DERIVE, v1_quick_r_generated },
	{ Q_R_DERIVE, Q_R_WAIT_PROOF, Q_N, v1_quick_r_derived },
};

/* ---- life and death ---- */

/* Only the answer to a repeated message 2 is still due. */
static bool is_over(const struct v1_quick *q)
{
	return q->state == Q_DONE || q->state == Q_I_WAIT_CONNECTED;
}

static void give_up(void *owner)
{
	struct v1_quick *q = owner;
	struct v1_fail f;

	if (is_over(q)) {
		v1_quick_free(q);
		return;
	}
	v1_fail_set(&f, q->role == ROLE_INITIATOR ? FAIL_NO_RESPONSE : FAIL_NO_FINISH, WHO_NOBODY, 0);
	v1_quick_fail(q, &f);
}

struct v1_quick *v1_quick_new(struct ike_sa *sa, enum ike_role role, uint32_t msgid)
{
	struct v1_quick *q = calloc(1, sizeof(*q));

	if (!q)
		return NULL;
	q->sa = sa;
	q->role = role;
	q->msgid = msgid;
	q->state = role == ROLE_INITIATOR ? Q_I_GENERATE : Q_R_START;
	q->born = sa->e->now;
	v1_resend_init(&q->rs, sa, give_up, q);
	if (!v1_iv_phase2(&sa->suite, sa->last_iv, msgid, q->iv)) {
		free(q);
		return NULL;
	}
	HASH_ADD(hh, sa->quicks, msgid, sizeof(q->msgid), q);
	return q;
}

/* The exchange is over for its child, which may start another. */
static void detach(struct v1_quick *q)
{
	if (q->child && q->child->quick == q)
		q->child->quick = NULL;
	q->child = NULL;
}

void v1_quick_free(struct v1_quick *q)
{
	struct child_sa *unproven = q->csa;
	struct ike_sa *sa = q->sa;

	if (q->child)
		child_quick_over(q->child);
	detach(q);
	if (unproven)
		unproven->holder = NULL;
	HASH_DEL(sa->quicks, q);
	v1_seen_add(&v1_priv(sa)->seen, q->msgid);
	v1_job_forget(sa->e, &q->wait);
	v1_resend_release(&q->rs);
	buf_free(&q->out.b);
	buf_free(&q->sa_body);
	buf_free(&q->pub);
	buf_free(&q->peer_pub);
	buf_free(&q->nonce);
	buf_free(&q->peer_nonce);
	secret_wipe(&q->priv);
	secret_wipe(&q->gqm);
	free(q);
	if (unproven)
		child_sa_abandon(unproven);
}

static void tell_peer(struct v1_quick *q, const struct v1_fail *f)
{
	uint8_t spi[4] = { q->spi_out >> 24, q->spi_out >> 16 & 0xff, q->spi_out >> 8 & 0xff, q->spi_out & 0xff };

	v1_refuse_protected(q->sa, PROTO_ESP, spi, q->spi_out ? sizeof(spi) : 0, f);
}

void v1_quick_fail(struct v1_quick *q, const struct v1_fail *f)
{
	struct conn *c = q->sa->conn;
	struct child *child = q->child;
	struct v1_fail why = *f;

	tell_peer(q, &why);
	v1_quick_free(q);
	if (child)
		child_failed(child, why.cause, why.who, why.ours, why.theirs);
	else
		conn_quick_refused(c, why.cause, why.ours, why.theirs);
}

bool v1_quick_answering(const struct child *child)
{
	const struct ike_sa *sa;

	DL_FOREACH(child->conn->ikes, sa) {
		const struct v1_quick *q, *tmp;

		HASH_ITER(hh, sa->quicks, q, tmp)
			if (q->child == child && (q->state == Q_R_GENERATE || q->state == Q_R_DERIVE))
				return true;
	}
	return false;
}

void v1_quick_cancel(struct child *child)
{
	if (child->quick)
		v1_quick_free(child->quick);
}

void v1_child_gone(struct child *child)
{
	struct ike_sa *sa;

	DL_FOREACH(child->conn->ikes, sa) {
		struct v1_quick *q, *tmp;

		HASH_ITER(hh, sa->quicks, q, tmp)
			if (q->child == child)
				v1_quick_free(q);
	}
}

/* ---- dispatch ---- */

static void finished(struct v1_quick *q)
{
	enum ike_role role = q->role;
	struct child_sa *csa = q->csa;

	detach(q);
	q->csa = NULL;
	if (csa) {
		csa->holder = NULL;
		csa->confirms = q->commit;
	}
	if (q->commit && !q->connected)
		q->state = Q_I_WAIT_CONNECTED;
	/* an initiator's stays to answer a repeated message 2; who has sent message 4 repeats none */
	if (role == ROLE_RESPONDER || q->connected)
		v1_quick_free(q);
	if (csa)
		child_sa_negotiated(csa, role == ROLE_RESPONDER);
}

static void settle(struct v1_quick *q, enum v1_verdict verdict, enum v1_q_state on_reply,
		   enum v1_q_state on_job, const struct v1_msg *m, const struct v1_fail *f)
{
	if (m && verdict != V1_FAIL)
		v1_resend_heard(&q->rs, m);
	switch (verdict) {
	case V1_REPLY:
		q->state = on_reply;
		if (q->out.b.len)
			v1_resend_send(&q->rs, &q->out.b, on_reply != Q_DONE);
		if (on_reply == Q_DONE)
			finished(q);
		return;
	case V1_JOB:
		q->state = on_job;
		v1_resend_stop(&q->rs);
		return;
	case V1_REJECT:
	case V1_FAIL:
		v1_quick_fail(q, f);
		return;
	}
}

static const struct message_row *message_row(enum v1_q_state from)
{
	for (size_t i = 0; i < V1_ARRAY_LEN(message_rows); i++)
		if (message_rows[i].from == from)
			return &message_rows[i];
	return NULL;
}

/* Decrypt, parse, authenticate; false with the counter raised if any fails. */
static bool open_message(struct ike_sa *sa, const struct v1_quick *q, const struct message_row *row,
			 struct v1_msg *m)
{
	const char *why;

	if (!v1_decrypt(sa, m) || !v1_chain_parse(m->hdr.next, m->body, m->body_len, true, &m->chain) ||
	    !v1_legal(XCHG_QUICK, row->number, &m->chain, &why)) {
		sa->e->counters[CNT_MALFORMED]++;
		return false;
	}
	if (v1_phase2_authentic(sa, m, row->hash, q))
		return true;
	sa->e->counters[CNT_BAD_HASH]++;
	return false;
}

static void act(struct v1_quick *q, const struct message_row *row, struct v1_msg *m)
{
	struct ike_sa *sa = q->sa;
	struct v1_fail f = { .cause = FAIL_MALFORMED, .who = WHO_US, .notify = N_PAYLOAD_MALFORMED };

	memcpy(q->iv, m->iv, sizeof(q->iv));
	q->commit |= v1_commit_asked(q, m);
	v1_notify_void(sa);
	conn_heard(sa);
	v1_natt_follow(sa, m->path);
	settle(q, row->handle(q, m, &f), row->on_reply, row->on_job, m, &f);
}

static void open_exchange(struct ike_sa *sa, struct v1_msg *m)
{
	const struct message_row *row = message_row(Q_R_START);
	struct v1_quick *q;

	if (v1_seen_has(v1_priv(sa)->seen, m->hdr.msgid)) {
		sa->e->counters[CNT_DUPLICATE]++;
		return;
	}
	if (!v1_iv_phase2(&sa->suite, sa->last_iv, m->hdr.msgid, m->iv) || !open_message(sa, NULL, row, m))
		return;
	if (HASH_COUNT(sa->quicks) >= V1_QUICKS_MAX)
		return;
	q = v1_quick_new(sa, ROLE_RESPONDER, m->hdr.msgid);
	if (q)
		act(q, row, m);
}

void v1_quick_input(struct ike_sa *sa, struct v1_msg *m)
{
	const struct message_row *row;
	struct v1_quick *q;

	HASH_FIND(hh, sa->quicks, &m->hdr.msgid, sizeof(m->hdr.msgid), q);
	if (!q) {
		open_exchange(sa, m);
		return;
	}
	if (v1_resend_is_dup(&q->rs, m)) {
		sa->e->counters[CNT_DUPLICATE]++;
		if (q->state == Q_R_WAIT_PROOF || is_over(q))
			v1_resend_answer(&q->rs);
		return;
	}
	row = message_row(q->state);
	if (!row) {
		sa->e->counters[CNT_DUPLICATE]++;
		return;
	}
	memcpy(m->iv, q->iv, sizeof(m->iv));
	if (open_message(sa, q, row, m))
		act(q, row, m);
}

static const struct job_row *job_row(enum v1_q_state from)
{
	for (size_t i = 0; i < V1_ARRAY_LEN(job_rows); i++)
		if (job_rows[i].from == from)
			return &job_rows[i];
	return NULL;
}

void v1_quick_job_done(struct v1_quick *q, struct ike_job *job)
{
	const struct job_row *row = job_row(q->state);
	struct v1_fail f;

	if (!row)
		return;
	v1_fail_set(&f, FAIL_CRYPTO, WHO_US, N_INVALID_KEY_INFORMATION);
	if (!job->ok) {
		/* the message was authenticated: no better one will come */
		strncpy(f.theirs, job->why ? job->why : "", sizeof(f.theirs) - 1);
		v1_quick_fail(q, &f);
		return;
	}
	settle(q, row->handle(q, job, &f), row->on_reply, row->on_job, NULL, &f);
}

/* ---- starting, and who an error notify means ---- */

uint32_t v1_fresh_msgid(struct ike_sa *sa)
{
	struct v1_quick *taken;
	uint32_t id;

	do {
		engine_random(sa->e, &id, sizeof(id));
		HASH_FIND(hh, sa->quicks, &id, sizeof(id), taken);
	} while (!id || taken || v1_seen_has(v1_priv(sa)->seen, id));
	return id;
}

void v1_quick_start(struct ike_sa *sa, struct child *child)
{
	struct v1_fail f;
	struct v1_quick *q;

	if (child->quick || sa->state == IKE_DEAD || sa->p1)
		return;
	q = v1_quick_new(sa, ROLE_INITIATOR, v1_fresh_msgid(sa));
	if (!q)
		return;
	q->child = child;
	child->quick = q;
	q->group = v1_p2_group(sa->conn->cfg);
	q->spi_in = engine_spi(sa->e);
	v1_id_from_subnet(&child->local, &q->id_local);
	v1_id_from_subnet(&child->remote, &q->id_remote);
	if (q->group && v1_generate_start(sa, q, &q->wait, q->group))
		return;
	if (!q->group && v1_quick_i_message1(q)) {
		settle(q, V1_REPLY, Q_I_WAIT_SA, Q_N, NULL, NULL);
		return;
	}
	v1_fail_set(&f, FAIL_CRYPTO, WHO_US, 0);
	v1_quick_fail(q, &f);
}

static bool is_open(const struct v1_quick *q)
{
	return q->role == ROLE_INITIATOR && q->state == Q_I_WAIT_SA;
}

/* As responder, too: the initiator may not like what we chose, or cannot do it after all. */
static bool is_named(const struct v1_quick *q, uint32_t msgid, uint32_t spi)
{
	return (is_open(q) || q->state == Q_R_WAIT_PROOF) &&
	       (q->msgid == msgid || (spi && (q->spi_in == spi || q->spi_out == spi)));
}

/*
 * Error notifies come in an exchange of their own (RFC 2409 5.7): by an SPI, by
 * the message id if the peer used it again, else it is the oldest one that we
 * have begun.
 */
struct v1_quick *v1_quick_for_notify(struct ike_sa *sa, uint32_t msgid, const struct v1_notify *n, bool guess)
{
	struct v1_quick *q, *tmp;
	uint32_t spi = 0;

	if (n->spi_len == 4)
		spi = be32_at(n->spi);
	HASH_ITER(hh, sa->quicks, q, tmp)
		if (is_named(q, msgid, spi))
			return q;
	if (spi || !guess)
		return NULL;	/* speaks of another one, which is over */
	HASH_ITER(hh, sa->quicks, q, tmp)
		if (is_open(q))
			return q;
	return NULL;
}
