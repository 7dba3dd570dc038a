// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "core/v1/v1.h"

/*
 * Phase 1, whatever the mode: from a message or a finished job to a row of the
 * tables, and what the handler's verdict does to the exchange.
 *
 * Main mode with a pre-shared key, RFC 2409 5.4:
 *
 *   1 I->R  SA (proposals), vendor IDs
 *   2 R->I  SA (the chosen transform), vendor IDs
 *   3 I->R  KE, Ni, NAT-D
 *   4 R->I  KE, Nr, NAT-D
 *   5 I->R  { IDii, HASH_I }
 *   6 R->I  { IDir, HASH_R }
 *
 * The initiator repeats 1, 3 and 5; the responder answers duplicates with what
 * it sent before. So only one side has timers for retransmission.
 *
 * With signatures (RFC 2409 5.1) HASH_x becomes [CERT,] SIG_x, and a
 * certificate may be asked for (CERTREQ); making and checking one is a job.
 *
 * Aggressive mode, the same section: half the messages, but the identities are
 * in clear and the responder's proof comes before the initiator's:
 *
 *   1 I->R  SA (proposals), KE, Ni, IDii, vendor IDs
 *   2 R->I  SA (the chosen transform), KE, Nr, IDir, HASH_R, vendor IDs, NAT-D
 *   3 I->R  { HASH_I, NAT-D }
 *
 * The initiator repeats 1. It is done once it has sent 3, which nothing
 * answers: a repeated 2 asks for it again, and the responder repeats 2 when it
 * hears what only an initiator that is done sends.
 */

enum protection {
	IN_CLEAR,
	ENCRYPTED,
	EITHER,		/* RFC 2409 5: message 3 of aggressive mode may come in clear */
};

/** struct message_row - what a message does in a state; message 1 of main mode meets none, see opening.h */
struct message_row {
	enum v1_p1_state from;
	uint8_t number;
	enum protection protection;
	enum v1_p1_state on_reply, on_job;
	enum v1_verdict (*handle)(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f);
	const char *story;
};

static const struct message_row message_rows[] = {
	{ P1_I_WAIT_SA, 2, IN_CLEAR, P1_N, P1_I_GENERATE, v1_main_i_message2, "they chose: make a key pair" },
	{ P1_R_WAIT_KE, 3, IN_CLEAR, P1_N, P1_R_GENERATE, v1_main_r_message3, "their public value: make a key pair" },
	{ P1_I_WAIT_KE, 4, IN_CLEAR, P1_N, P1_I_DERIVE, v1_main_i_message4, "their public value: derive the keys" },
	{ P1_R_WAIT_AUTH, 5, ENCRYPTED, P1_DONE, P1_R_VERIFY, v1_main_r_message5, "who they are: then who we are" },
	{ P1_I_WAIT_AUTH, 6, ENCRYPTED, P1_DONE, P1_I_VERIFY, v1_main_i_message6, "who they are: done" },

	{ P1_AR_START, 1, IN_CLEAR, P1_N, P1_AR_GENERATE, v1_aggr_r_message1, "their proposals and public value" },
	{ P1_AI_WAIT_SA, 2, IN_CLEAR, P1_N, P1_AI_DERIVE, v1_aggr_i_message2, "they chose: derive the keys" },
	{ P1_AR_WAIT_AUTH, 3, EITHER, P1_DONE, P1_AR_VERIFY, v1_aggr_r_message3, "they are who they said: done" },
};

/** struct job_row - what a finished job does; @on_bad: back to wait for a better message, P1_N: none can come */
struct job_row {
	enum v1_p1_state from, on_reply, on_job, on_bad;
	enum v1_verdict (*handle)(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f);
};

static const struct job_row job_rows[] = {
	{ P1_I_GENERATE, P1_I_WAIT_KE, P1_N, P1_I_WAIT_SA, v1_main_i_generated },
	{ P1_I_DERIVE, P1_I_WAIT_AUTH, P1_I_SIGN, P1_I_WAIT_KE, v1_main_i_derived },
	{ P1_I_SIGN, P1_I_WAIT_AUTH, P1_N, P1_N, v1_main_i_signed },
	{ P1_I_VERIFY, P1_DONE, P1_N, P1_I_WAIT_AUTH, v1_main_i_verified },
	{ P1_R_GENERATE, P1_N, P1_R_DERIVE, P1_R_WAIT_KE, v1_main_r_generated },
	{ P1_R_DERIVE, P1_R_WAIT_AUTH, P1_N, P1_R_WAIT_KE, v1_main_r_derived },
	{ P1_R_VERIFY, P1_DONE, P1_R_SIGN, P1_R_WAIT_AUTH, v1_main_r_verified },
	{ P1_R_SIGN, P1_DONE, P1_N, P1_N, v1_main_r_signed },

	{ P1_AI_GENERATE, P1_AI_WAIT_SA, P1_N, P1_N, v1_aggr_i_generated },
	{ P1_AI_DERIVE, P1_DONE, P1_AI_VERIFY, P1_AI_WAIT_SA, v1_aggr_i_derived },
	{ P1_AI_VERIFY, P1_DONE, P1_AI_SIGN, P1_AI_WAIT_SA, v1_aggr_i_verified },
	{ P1_AI_SIGN, P1_DONE, P1_N, P1_N, v1_aggr_i_signed },
	{ P1_AR_GENERATE, P1_N, P1_AR_DERIVE, P1_N, v1_aggr_r_generated },
	{ P1_AR_DERIVE, P1_AR_WAIT_AUTH, P1_AR_SIGN, P1_N, v1_aggr_r_derived },
	{ P1_AR_SIGN, P1_AR_WAIT_AUTH, P1_N, P1_N, v1_aggr_r_signed },
	{ P1_AR_VERIFY, P1_DONE, P1_N, P1_AR_WAIT_AUTH, v1_aggr_r_verified },
};

/* ---- dispatch ---- */

static void rejected(struct ike_sa *sa, const struct v1_fail *f)
{
	bool bad_proof = f->cause == FAIL_AUTH_FAILED || f->cause == FAIL_PSK_MISMATCH || f->cause == FAIL_SIGNATURE;

	buf_free(&sa->p1->out.b);
	sa->e->counters[bad_proof ? CNT_BAD_HASH : CNT_MALFORMED]++;
	if (f->cause != FAIL_NONE)
		v1_p1_suspect(sa, f);
}

/**
 * settle - do what a handler's verdict asks for
 * @m: the message it judged, NULL after a job
 */
static void settle(struct ike_sa *sa, enum v1_verdict verdict, enum v1_p1_state on_reply,
		   enum v1_p1_state on_job, const struct v1_msg *m, const struct v1_fail *f)
{
	struct v1_phase1 *p1 = sa->p1;

	switch (verdict) {
	case V1_REPLY:
		p1->state = on_reply;
		if (on_reply == P1_I_WAIT_AUTH)
			p1->auth_sent = sa->e->now;
		if (m)
			v1_resend_heard(&p1->rs, m);
		if (p1->out.b.len)
			v1_resend_send(&p1->rs, &p1->out.b, sa->role == ROLE_INITIATOR && on_reply != P1_DONE);
		if (on_reply == P1_DONE)
			v1_p1_established(sa);
		return;
	case V1_JOB:
		p1->state = on_job;
		if (m)
			v1_resend_heard(&p1->rs, m);
		v1_resend_stop(&p1->rs);
		return;
	case V1_REJECT:
		rejected(sa, f);
		return;
	case V1_FAIL:
		v1_p1_fail(sa, f);
		return;
	}
}

static const struct message_row *message_row(enum v1_p1_state from)
{
	for (size_t i = 0; i < V1_ARRAY_LEN(message_rows); i++)
		if (message_rows[i].from == from)
			return &message_rows[i];
	return NULL;
}

/* An encrypted message that makes no sense: with a PSK that is what another PSK looks like (RFC 2409 5.4). */
static void garbled(struct ike_sa *sa, const struct v1_msg *m)
{
	struct v1_fail f;

	sa->e->counters[CNT_UNAUTHENTICATED]++;
	/* in aggressive mode the initiator has checked ours before it answers; signatures take no part in the keys */
	if (v1_priv(sa)->exchange == XCHG_AGGRESSIVE || v1_proof_signs(sa))
		return;
	v1_fail_set(&f, FAIL_PSK_MISMATCH, WHO_US, N_PAYLOAD_MALFORMED);
	v1_p1_suspect(sa, &f);
	/* the initiator cannot tell it from a lost packet otherwise */
	if (sa->role == ROLE_RESPONDER)
		v1_refuse_clear(sa->e, &sa->path, m, &f);
}

static bool path_eq(const struct ike_path *a, const struct ike_path *b)
{
	return endpoint_eq(&a->remote, &b->remote) && a->natt == b->natt;
}

/* With signatures other payloads are due. Message 2 of aggressive mode says itself which method was chosen. */
static unsigned int number_of(const struct ike_sa *sa, const struct message_row *row, const struct v1_msg *m)
{
	bool rsa = v1_proof_signs(sa);

	if (row->from == P1_AI_WAIT_SA)
		rsa = v1_count(&m->chain, PL_SIG);
	return row->number | (rsa ? V1_SIGNED : 0);
}

static bool open_message(struct ike_sa *sa, const struct message_row *row, struct v1_msg *m)
{
	uint8_t exchange = v1_priv(sa)->exchange;
	const char *why;

	memcpy(m->iv, sa->last_iv, sizeof(m->iv));
	if (m->hdr.flags & ISAKMP_FLAG_ENCRYPTED) {
		if (!v1_decrypt(sa, m) ||
		    !v1_chain_parse(m->hdr.next, m->body, m->body_len, true, &m->chain) ||
		    !v1_legal(exchange, number_of(sa, row, m), &m->chain, &why)) {
			garbled(sa, m);
			return false;
		}
		return true;
	}
	if (!v1_chain_parse(m->hdr.next, m->body, m->body_len, false, &m->chain)) {
		sa->e->counters[CNT_MALFORMED]++;
		return false;
	}
	if (!v1_legal(exchange, number_of(sa, row, m), &m->chain, &why)) {
		engine_log(sa->e, LOG_L_DEBUG, sa->conn, "%s message %u refused: %s", isakmp_exchange_name(exchange),
			   row->number, why);
		sa->e->counters[CNT_MALFORMED]++;
		return false;
	}
	/* in clear nothing proves the sender but the way that it takes; a HASH payload does */
	if (row->protection == IN_CLEAR && !path_eq(m->path, &sa->path)) {
		sa->e->counters[CNT_UNAUTHENTICATED]++;
		return false;
	}
	return true;
}

/*
 * A flood pushes half-open SAs out, but not the Diffie-Hellman that they began:
 * that stays in the queue. So message 3 waits while the queue is long; the
 * initiator repeats it.
 */
bool v1_overloaded(struct ike_engine *e)
{
	if (e->jobs < V1_JOBS_MAX)
		return false;
	e->counters[CNT_HALF_OPEN_LIMIT]++;
	return true;
}

/* The initiator's own timer repeats what it sent; while a job runs there is no answer yet. */
static void duplicate(struct ike_sa *sa, struct v1_resend *rs)
{
	sa->e->counters[CNT_DUPLICATE]++;
	if (sa->p1 && sa->p1->state == P1_AR_WAIT_AUTH)
		v1_aggr_again(sa);
	else if (!sa->p1 && v1_priv(sa)->exchange == XCHG_AGGRESSIVE && sa->role == ROLE_INITIATOR)
		v1_aggr_asked_again(sa, rs);
	else if (!sa->p1 || sa->p1->state == P1_R_WAIT_AUTH)
		v1_resend_answer(rs);
}

static bool protected_as_due(const struct message_row *row, const struct v1_msg *m)
{
	bool encrypted = m->hdr.flags & ISAKMP_FLAG_ENCRYPTED;

	return row->protection == EITHER || encrypted == (row->protection == ENCRYPTED);
}

void v1_p1_input(struct ike_sa *sa, struct v1_msg *m)
{
	struct v1_resend *rs = sa->p1 ? &sa->p1->rs : &v1_priv(sa)->last;
	const struct message_row *row;
	struct v1_fail f = { .cause = FAIL_NONE };
	enum v1_verdict verdict;

	if (m->hdr.exchange != v1_priv(sa)->exchange) {
		sa->e->counters[CNT_MALFORMED]++;
		return;
	}
	if (v1_resend_is_dup(rs, m)) {
		duplicate(sa, rs);
		return;
	}
	row = sa->p1 ? message_row(sa->p1->state) : NULL;
	if (!row) {
		/* established, or a job runs: nothing but duplicates is due */
		sa->e->counters[CNT_DUPLICATE]++;
		return;
	}
	if (!protected_as_due(row, m)) {
		/* message 3 again after message 4 was sent, or 5 before 3 was heard */
		sa->e->counters[CNT_MALFORMED]++;
		return;
	}
	if ((row->from == P1_R_WAIT_KE && v1_overloaded(sa->e)) || !open_message(sa, row, m))
		return;
	verdict = row->handle(sa, m, &f);
	if (row->number > 2 && (verdict == V1_REPLY || verdict == V1_JOB))
		v1_vendor_scan_late(sa, &m->chain);
	settle(sa, verdict, row->on_reply, row->on_job, m, &f);
}

static const struct job_row *job_row(enum v1_p1_state from)
{
	for (size_t i = 0; i < V1_ARRAY_LEN(job_rows); i++)
		if (job_rows[i].from == from)
			return &job_rows[i];
	return NULL;
}

/* What the job was for proves to be bad: as if the message had not come. */
static void back_to(struct ike_sa *sa, enum v1_p1_state state, const struct v1_fail *f)
{
	struct v1_phase1 *p1 = sa->p1;

	if (state == P1_N) {
		sa->e->counters[CNT_MALFORMED]++;
		v1_p1_fail(sa, f);
		return;
	}
	p1->state = state;
	p1->rs.has_heard = false;
	if (v1_p1_unanswered(sa)) {
		memset(sa->cky_r, 0, sizeof(sa->cky_r));
		v1_keys_wipe(&sa->keys);
	}
	v1_proof_forget(sa);
	rejected(sa, f);
	v1_resend_resume(&p1->rs);
}

void v1_p1_job_done(struct ike_sa *sa, struct ike_job *job)
{
	const struct job_row *row = job_row(sa->p1->state);
	struct v1_fail f = { .cause = FAIL_NONE };
	enum v1_verdict verdict;

	if (!row)
		return;
	if (!job->ok) {
		/* a public value that is no group element, say; a better one may come */
		v1_fail_set(&f, FAIL_CRYPTO, WHO_US, 0);
		strncpy(f.theirs, job->why ? job->why : "", sizeof(f.theirs) - 1);
		verdict = V1_REJECT;
	} else {
		verdict = row->handle(sa, job, &f);
	}
	if (verdict == V1_REJECT)
		back_to(sa, row->on_bad, &f);
	else
		settle(sa, verdict, row->on_reply, row->on_job, NULL, &f);
}

/* ---- opening ---- */

/* Why phase 1 cannot even start, FAIL_NONE if it can. */
static enum failure_cause obstacle(const struct conn *c)
{
	if (!v1_p1_able(c->cfg))
		return FAIL_NO_SECRET;
	if (c->cfg->remote.sa.sa_family == AF_UNSPEC && !c->ike)
		return FAIL_UNKNOWN_PEER;
	return FAIL_NONE;
}

static void first_path(const struct conn *c, struct ike_path *path)
{
	/* RFC 3947 7: once on port 4500, a new phase 1 starts there */
	if (c->ike && (c->ike->path.natt || c->cfg->remote.sa.sa_family == AF_UNSPEC)) {
		*path = c->ike->path;
		return;
	}
	memset(path, 0, sizeof(*path));
	path->remote = c->cfg->remote;
	path->local = c->cfg->local;
	endpoint_set_port(&path->remote, IKE_PORT);
	if (path->local.sa.sa_family == AF_UNSPEC)
		path->local.sa.sa_family = path->remote.sa.sa_family;
	endpoint_set_port(&path->local, IKE_PORT);
}

/* Message 1 of aggressive mode holds the public value, so a job comes first. */
static bool begin(struct ike_sa *sa, bool aggressive)
{
	const struct v1_fail f = { .cause = FAIL_NONE };

	if (!v1_p1_new(sa, aggressive ? XCHG_AGGRESSIVE : XCHG_MAIN, P1_I_START))
		return false;
	if (aggressive ? !v1_aggr_i_start(sa) : !v1_main_i_message1(sa))
		return false;
	settle(sa, aggressive ? V1_JOB : V1_REPLY, P1_I_WAIT_SA, P1_AI_GENERATE, NULL, &f);
	return true;
}

struct ike_sa *v1_initiate(struct conn *c)
{
	enum failure_cause cause = obstacle(c);
	struct ike_path path;
	struct ike_sa *sa;

	if (cause != FAIL_NONE) {
		failure_set(&c->failure, c->e->now, PHASE_1, cause, WHO_US, NULL, NULL);
		return NULL;
	}
	first_path(c, &path);
	sa = ike_sa_new(c, ROLE_INITIATOR, &path);
	if (!sa)
		return NULL;
	if (!begin(sa, c->cfg->mode == MODE_AGGRESSIVE)) {
		ike_sa_kill(sa);
		failure_set(&c->failure, c->e->now, PHASE_1, FAIL_CRYPTO, WHO_US, NULL, NULL);
		return NULL;
	}
	return sa;
}

void v1_p1_refused(struct ike_engine *e, const struct v1_msg *m, const struct v1_fail *f)
{
	v1_p1_refused_by(e, conn_for_responder(e, m->path), m, f);
}

void v1_p1_refused_by(struct ike_engine *e, struct conn *c, const struct v1_msg *m, const struct v1_fail *f)
{
	v1_refuse_clear(e, m->path, m, f);
	if (!c)
		engine_stray(e, m->path, f->cause, f->ours, f->theirs);
	else
		conn_opening_refused(c, m->path, f->cause, f->who, f->ours, f->theirs);
}
