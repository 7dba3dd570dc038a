// SPDX-License-Identifier: GPL-2.0
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/v1/opening.h"
#include "core/v1/transaction.h"

/* Phase 1 from birth to its end, good or bad; what happens between is phase1.c's. */

void v1_fail_set(struct v1_fail *f, enum failure_cause cause, enum failure_who who, uint16_t notify)
{
	*f = (struct v1_fail){ .cause = cause, .who = who, .notify = notify };
}

struct v1_priv *v1_priv(const struct ike_sa *sa)
{
	return sa->v1_priv;
}

static void give_up(void *owner);

bool v1_p1_new(struct ike_sa *sa, uint8_t exchange, enum v1_p1_state state)
{
	sa->v1_priv = calloc(1, sizeof(struct v1_priv));
	sa->p1 = calloc(1, sizeof(*sa->p1));
	if (!sa->v1_priv || !sa->p1)
		return false;
	v1_priv(sa)->exchange = exchange;
	v1_priv(sa)->attempts = sa->conn->attempts;
	sa->p1->state = state;
	sa->p1->sa = sa;
	v1_resend_init(&sa->p1->rs, sa, give_up, sa);
	v1_resend_init(&v1_priv(sa)->last, sa, v1_aggr_unheard, sa);
	return true;
}

static void p1_release(struct ike_sa *sa)
{
	struct v1_phase1 *p1 = sa->p1;

	if (!p1)
		return;
	v1_job_forget(sa->e, &p1->wait);
	v1_aggr_forget(p1);
	v1_resend_release(&p1->rs);
	buf_free(&p1->out.b);
	buf_free(&p1->sai_b);
	buf_free(&p1->pub);
	buf_free(&p1->peer_pub);
	buf_free(&p1->nonce);
	buf_free(&p1->peer_nonce);
	buf_free(&p1->id_b);
	buf_free(&p1->peer_id_b);
	buf_free(&p1->sig);
	buf_free(&p1->peer_proof);
	buf_free(&p1->peer_certs);
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
	timer_stop(&sa->e->timers, &priv->announce);
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

bool v1_p1_unanswered(const struct ike_sa *sa)
{
	return sa->p1->state == P1_I_WAIT_SA || sa->p1->state == P1_AI_WAIT_SA;
}

/* The peer is up since it sent what we did not believe, and nothing better came. */
static void take_back(struct ike_sa *sa)
{
	const struct v1_phase1 *p1 = sa->p1;

	if ((p1->state != P1_I_WAIT_AUTH && p1->state != P1_AR_WAIT_AUTH) || p1->suspect.cause == FAIL_NONE ||
	    p1->suspect.who != WHO_US)
		return;
	memcpy(sa->last_iv, p1->next_iv, sizeof(sa->last_iv));
	v1_send_delete_ike(sa);
}

/* Who cannot decrypt message 5 stays silent: the keys differ. Unless they did not before: then that says nothing. */
static void no_message6(const struct ike_sa *sa, struct v1_fail *f)
{
	if (sa->conn->psk_right)
		snprintf(f->theirs, sizeof(f->theirs), "silence to message 5; the pre-shared key was right before");
	else
		f->cause = FAIL_PSK_MISMATCH;
}

/* The last retransmission stayed without an answer, or the initiator went away. */
static void give_up(void *owner)
{
	struct ike_sa *sa = owner;
	const struct v1_phase1 *p1 = sa->p1;
	struct v1_fail f = p1->suspect;

	if (f.cause == FAIL_NONE) {
		v1_fail_set(&f, FAIL_NO_FINISH, WHO_NOBODY, 0);
		if (v1_p1_unanswered(sa))
			f.cause = FAIL_NO_RESPONSE;
		else if (p1->state == P1_I_WAIT_AUTH && !v1_proof_signs(sa))
			no_message6(sa, &f);
	}
	take_back(sa);
	v1_p1_fail(sa, &f);
}

/*
 * The responder's SA lives from message 5 on. If message 6 took long to come,
 * the peer's may end before ours, and is to be renewed before that. Or message 5
 * took long to arrive: so ours does not end earlier.
 */
static void begin_life(struct ike_sa *sa)
{
	uint64_t now = sa->e->now, life = sa->p1->life_s * 1000, gone = 0;

	if (sa->role == ROLE_INITIATOR && sa->p1->auth_sent)
		gone = now - sa->p1->auth_sent;
	sa->expires = now + life;
	sa->ahead = gone < life / 2 ? gone : life / 2;
}

bool v1_p1_sends_last(const struct ike_sa *sa)
{
	return (sa->role == ROLE_RESPONDER) == (v1_priv(sa)->exchange == XCHG_MAIN);
}

void v1_p1_established(struct ike_sa *sa)
{
	struct v1_phase1 *p1 = sa->p1;
	struct v1_priv *priv = v1_priv(sa);
	bool initial_contact = p1->initial_contact;
	uint64_t tell_life = p1->tell_life ? p1->life_s : 0;

	priv->signs = v1_proof_signs(sa);
	if (!priv->signs)
		sa->conn->psk_right = true;
	/* the answer to a peer that repeats the one before */
	buf_free(&priv->last.msg);
	if (v1_p1_sends_last(sa)) {
		priv->last.msg = p1->rs.msg;
		p1->rs.msg = (struct buf){ 0 };
	}
	memcpy(priv->last.heard, p1->rs.heard, sizeof(priv->last.heard));
	priv->last.has_heard = p1->rs.has_heard;
	if (p1->life_s)
		begin_life(sa);
	p1_release(sa);
	/*
	 * A peer that does not get message 3 asks for it again (v1_aggr_nudge()), if
	 * we say anything else; after a renewal we have nothing to say for long, and
	 * would use what the peer has given up: see v1_aggr_unheard().
	 */
	if (v1_up_first(sa))
		v1_resend_unheard(&priv->last);
	if (priv->exchange == XCHG_AGGRESSIVE)
		v1_aggr_announce(sa, tell_life);
	v1_opening_authentic(sa);
	v1_admit_begin(sa, initial_contact);
}

bool v1_busy(const struct ike_sa *sa)
{
	return sa->p1 && sa->p1->wait.id;
}

bool v1_phase1_committed(const struct ike_sa *sa)
{
	return !sa->p1 || sa->p1->state == P1_I_WAIT_AUTH || sa->p1->state == P1_I_VERIFY;
}

bool v1_up_first(const struct ike_sa *sa)
{
	return v1_priv(sa)->exchange == XCHG_AGGRESSIVE && sa->role == ROLE_INITIATOR;
}
