// SPDX-License-Identifier: GPL-2.0
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "core/v1/opening.h"
#include "core/v1/transaction.h"

/*
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
 */

/** struct message_row - what a message does in a state; message 1 meets none, see opening.h */
struct message_row {
	enum v1_p1_state from;
	uint8_t number;
	bool encrypted;
	enum v1_p1_state on_reply, on_job;
	enum v1_verdict (*handle)(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f);
	const char *story;
};

static const struct message_row message_rows[] = {
	{ P1_I_WAIT_SA, 2, false, P1_N, P1_I_GENERATE, v1_main_i_message2, "they chose: make a key pair" },
	{ P1_R_WAIT_KE, 3, false, P1_N, P1_R_GENERATE, v1_main_r_message3, "their public value: make a key pair" },
	{ P1_I_WAIT_KE, 4, false, P1_N, P1_I_DERIVE, v1_main_i_message4, "their public value: derive the keys" },
	{ P1_R_WAIT_AUTH, 5, true, P1_DONE, P1_N, v1_main_r_message5, "they are who they should be: prove us" },
	{ P1_I_WAIT_AUTH, 6, true, P1_DONE, P1_N, v1_main_i_message6, "they are who they should be: done" },
};

/** struct job_row - what a finished job does; @on_bad: back to wait for a better message */
struct job_row {
	enum v1_p1_state from, on_reply, on_job, on_bad;
	enum v1_verdict (*handle)(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f);
};

static const struct job_row job_rows[] = {
	{ P1_I_GENERATE, P1_I_WAIT_KE, P1_N, P1_I_WAIT_SA, v1_main_i_generated },
	{ P1_I_DERIVE, P1_I_WAIT_AUTH, P1_N, P1_I_WAIT_KE, v1_main_i_derived },
	{ P1_R_GENERATE, P1_N, P1_R_DERIVE, P1_R_WAIT_KE, v1_main_r_generated },
	{ P1_R_DERIVE, P1_R_WAIT_AUTH, P1_N, P1_R_WAIT_KE, v1_main_r_derived },
};

void v1_fail_set(struct v1_fail *f, enum failure_cause cause, enum failure_who who, uint16_t notify)
{
	*f = (struct v1_fail){ .cause = cause, .who = who, .notify = notify };
}

struct v1_priv *v1_priv(const struct ike_sa *sa)
{
	return sa->v1_priv;
}

/* ---- life and death ---- */

static void give_up(void *owner);

bool v1_p1_new(struct ike_sa *sa, enum v1_p1_state state)
{
	sa->v1_priv = calloc(1, sizeof(struct v1_priv));
	sa->p1 = calloc(1, sizeof(*sa->p1));
	if (!sa->v1_priv || !sa->p1)
		return false;
	sa->p1->state = state;
	sa->p1->sa = sa;
	v1_resend_init(&sa->p1->rs, sa, give_up, sa);
	v1_resend_init(&v1_priv(sa)->last, sa, NULL, NULL);
	return true;
}

static void p1_release(struct ike_sa *sa)
{
	struct v1_phase1 *p1 = sa->p1;

	if (!p1)
		return;
	v1_job_forget(sa->e, &p1->wait);
	v1_resend_release(&p1->rs);
	buf_free(&p1->out.b);
	buf_free(&p1->sai_b);
	buf_free(&p1->pub);
	buf_free(&p1->peer_pub);
	buf_free(&p1->nonce);
	buf_free(&p1->peer_nonce);
	secret_wipe(&p1->priv);
	free(p1);
	sa->p1 = NULL;
}

void v1_sa_release(struct ike_sa *sa)
{
	struct v1_priv *priv = v1_priv(sa);

	while (sa->quicks)
		v1_quick_free(sa->quicks);
	p1_release(sa);
	v1_keys_wipe(&sa->keys);
	OPENSSL_cleanse(sa->last_iv, sizeof(sa->last_iv));
	if (!priv)
		return;
	v1_opening_over(sa);
	v1_resend_release(&priv->last);
	v1_frag_release(sa);
	v1_transactions_release(sa);
	v1_admit_release(sa);
	v1_xauth_release(sa);
	v1_seen_free(&priv->seen);
	free(priv);
	sa->v1_priv = NULL;
}

void v1_p1_fail(struct ike_sa *sa, const struct v1_fail *f)
{
	struct v1_fail why = *f;
	char peer[V1_PEER_STRLEN];

	v1_peer_str(sa, peer, sizeof(peer));
	if (*peer)
		engine_log(sa->e, LOG_L_INFO, sa->conn, "by its vendor IDs the peer is: %s", peer);
	conn_phase1_failed(sa, why.cause, why.who, why.ours, why.theirs);
}

/*
 * Nothing that comes in clear, or cannot be decrypted, may end a phase 1: anyone
 * could send it. It is the best explanation there is, though, if nothing better
 * comes; the operator sees it at once.
 */
void v1_p1_suspect(struct ike_sa *sa, const struct v1_fail *f)
{
	struct v1_phase1 *p1 = sa->p1;

	if (!p1 || (p1->suspect.cause != FAIL_NONE && f->cause == FAIL_NOTIFY))
		return;
	/* the first one only: the next may be forged to fill the log */
	if (p1->suspect.cause == FAIL_NONE)
		engine_log(sa->e, LOG_L_INFO, sa->conn, "phase 1 gets no further, probably: %s%s%s",
			   failure_text(f->cause), f->theirs[0] ? "; the peer: " : "", f->theirs);
	p1->suspect = *f;
	if (!sa->conn->ike)
		failure_set(&sa->conn->failure, sa->e->now, PHASE_1, f->cause, f->who, f->ours, f->theirs);
}

/* The last retransmission stayed without an answer, or the initiator went away. */
static void give_up(void *owner)
{
	struct ike_sa *sa = owner;
	const struct v1_phase1 *p1 = sa->p1;
	struct v1_fail f = p1->suspect;

	if (f.cause == FAIL_NONE) {
		v1_fail_set(&f, FAIL_NO_FINISH, WHO_NOBODY, 0);
		if (p1->state == P1_I_WAIT_SA)
			f.cause = FAIL_NO_RESPONSE;
		/* who cannot decrypt message 5 stays silent: the keys differ */
		else if (p1->state == P1_I_WAIT_AUTH)
			f.cause = FAIL_PSK_MISMATCH;
	}
	v1_p1_fail(sa, &f);
}

/*
 * The responder's SA lives from message 5 on. Ours is not to live longer: if
 * message 6 took long to come, the peer's would end before we renew it.
 */
static uint64_t end_of_life(const struct ike_sa *sa)
{
	uint64_t now = sa->e->now, life = sa->p1->life_s * 1000, gone = 0;

	if (sa->role == ROLE_INITIATOR && sa->p1->auth_sent)
		gone = now - sa->p1->auth_sent;
	return now + life - (gone < life / 2 ? gone : life / 2);
}

/* Message 6 was sent or came. */
static void established(struct ike_sa *sa)
{
	struct v1_phase1 *p1 = sa->p1;
	struct v1_priv *priv = v1_priv(sa);
	bool initial_contact = p1->initial_contact;

	/* the answer to a repeated message 5 */
	buf_free(&priv->last.msg);
	if (sa->role == ROLE_RESPONDER) {
		priv->last.msg = p1->rs.msg;
		p1->rs.msg = (struct buf){ 0 };
	}
	memcpy(priv->last.heard, p1->rs.heard, sizeof(priv->last.heard));
	priv->last.has_heard = p1->rs.has_heard;
	if (p1->life_s)
		sa->expires = end_of_life(sa);
	p1_release(sa);
	v1_opening_authentic(sa);
	v1_admit_begin(sa, initial_contact);
}

/* ---- dispatch ---- */

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
			v1_resend_send(&p1->rs, &p1->out.b, sa->role == ROLE_INITIATOR);
		if (on_reply == P1_DONE)
			established(sa);
		return;
	case V1_JOB:
		p1->state = on_job;
		if (m)
			v1_resend_heard(&p1->rs, m);
		v1_resend_stop(&p1->rs);
		return;
	case V1_REJECT:
		buf_free(&p1->out.b);
		sa->e->counters[f->cause == FAIL_AUTH_FAILED ? CNT_BAD_HASH : CNT_MALFORMED]++;
		if (f->cause != FAIL_NONE)
			v1_p1_suspect(sa, f);
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
	v1_fail_set(&f, FAIL_PSK_MISMATCH, WHO_US, N_PAYLOAD_MALFORMED);
	v1_p1_suspect(sa, &f);
	/* the initiator cannot tell it from a lost packet otherwise */
	if (sa->role == ROLE_RESPONDER)
		v1_refuse_clear(sa->e, &sa->path, m, &f);
}

static bool open_message(struct ike_sa *sa, const struct message_row *row, struct v1_msg *m)
{
	const char *why;

	if (row->encrypted) {
		memcpy(m->iv, sa->last_iv, sizeof(m->iv));
		if (!v1_decrypt(sa, m) ||
		    !v1_chain_parse(m->hdr.next, m->body, m->body_len, true, &m->chain) ||
		    !v1_legal(XCHG_MAIN, row->number, &m->chain, &why)) {
			garbled(sa, m);
			return false;
		}
		return true;
	}
	if (!v1_chain_parse(m->hdr.next, m->body, m->body_len, false, &m->chain)) {
		sa->e->counters[CNT_MALFORMED]++;
		return false;
	}
	if (!v1_legal(XCHG_MAIN, row->number, &m->chain, &why)) {
		engine_log(sa->e, LOG_L_DEBUG, sa->conn, "main mode message %u refused: %s", row->number, why);
		sa->e->counters[CNT_MALFORMED]++;
		return false;
	}
	/* in clear nothing proves the sender but the way that it takes */
	if (!endpoint_eq(&m->path->remote, &sa->path.remote) || m->path->natt != sa->path.natt) {
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

bool v1_busy(const struct ike_sa *sa)
{
	return sa->p1 && sa->p1->wait.id;
}

void v1_p1_input(struct ike_sa *sa, struct v1_msg *m)
{
	struct v1_resend *rs = sa->p1 ? &sa->p1->rs : &v1_priv(sa)->last;
	const struct message_row *row;
	struct v1_fail f = { .cause = FAIL_NONE };
	enum v1_verdict verdict;

	if (v1_resend_is_dup(rs, m)) {
		sa->e->counters[CNT_DUPLICATE]++;
		/* the initiator's own timer repeats what it sent; while a job runs there is no answer yet */
		if (!sa->p1 || sa->p1->state == P1_R_WAIT_AUTH)
			v1_resend_answer(rs);
		return;
	}
	row = sa->p1 ? message_row(sa->p1->state) : NULL;
	if (!row) {
		/* established, or a job runs: nothing but duplicates is due */
		sa->e->counters[CNT_DUPLICATE]++;
		return;
	}
	if (row->encrypted != !!(m->hdr.flags & ISAKMP_FLAG_ENCRYPTED)) {
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

void v1_p1_job_done(struct ike_sa *sa, struct ike_job *job)
{
	const struct job_row *row = job_row(sa->p1->state);
	struct v1_phase1 *p1 = sa->p1;
	struct v1_fail f = { .cause = FAIL_NONE };

	if (!row)
		return;
	if (!job->ok) {
		/* a public value that is no group element, say; a better one may come */
		v1_fail_set(&f, FAIL_CRYPTO, WHO_US, 0);
		strncpy(f.theirs, job->why ? job->why : "", sizeof(f.theirs) - 1);
		p1->state = row->on_bad;
		p1->rs.has_heard = false;
		sa->e->counters[CNT_MALFORMED]++;
		v1_p1_suspect(sa, &f);
		v1_resend_resume(&p1->rs);
		return;
	}
	settle(sa, row->handle(sa, job, &f), row->on_reply, row->on_job, NULL, &f);
}

/* ---- opening ---- */

/* Why main mode cannot even start, FAIL_NONE if it can. */
static enum failure_cause obstacle(const struct conn *c)
{
	if (!c->cfg->psk.p)
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
	if (!v1_p1_new(sa, P1_I_START) || !v1_main_i_message1(sa)) {
		ike_sa_kill(sa);
		failure_set(&c->failure, c->e->now, PHASE_1, FAIL_CRYPTO, WHO_US, NULL, NULL);
		return NULL;
	}
	settle(sa, V1_REPLY, P1_I_WAIT_SA, P1_N, NULL, NULL);
	return sa;
}

bool v1_phase1_committed(const struct ike_sa *sa)
{
	return !sa->p1 || sa->p1->state == P1_I_WAIT_AUTH;
}

void v1_p1_refused(struct ike_engine *e, const struct v1_msg *m, const struct v1_fail *f)
{
	struct conn *c = conn_for_responder(e, m->path);

	v1_refuse_clear(e, m->path, m, f);
	if (!c)
		engine_stray(e, m->path, f->cause, f->ours, f->theirs);
	else if (!c->ike)
		failure_set(&c->failure, e->now, PHASE_1, f->cause, f->who, f->ours, f->theirs);
}
