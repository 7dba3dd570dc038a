// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "core/v1/v1.h"

/*
 * Aggressive mode, our side as responder. Message 1 makes us do what main mode
 * does for proven addresses only: Diffie-Hellman, and an answer that holds a
 * hash made with the pre-shared key, which whoever asked may search it for. So
 * it is answered for connections alone that are set to it, to who names one of
 * them, a few at a time (choose_connection), and never by a timer of ours.
 */

/* ---- whether to answer ---- */

/* RFC 2409 5.4: the identity says which connection, and so which key, is meant; @any: one that it may be */
static struct conn *find_connection(struct conn *any, const struct v1_msg *m, struct v1_fail *f)
{
	struct conn *c;
	struct v1_id id;
	const char *why;

	if (!v1_p1_id_parse(v1_find(&m->chain, PL_ID, 0), &id, &why)) {
		v1_fail_set(f, FAIL_ID, WHO_US, N_INVALID_ID_INFORMATION);
		snprintf(f->theirs, sizeof(f->theirs), "%s", why);
		return NULL;
	}
	c = conn_for_aggressive(any->e, m->path, &id);
	if (!c)
		v1_p1_wrong_id(any, m->path, &id, f);
	return c;
}

/*
 * One connection answers V1_AGGR_BURST at once and then one each
 * V1_AGGR_PERIOD, so that a flood in the name of one peer spares the processor
 * and the others; and all of them together never fill the queue of jobs, where
 * peers wait that have proven more.
 */
static bool may_answer(struct conn *c)
{
	return bucket_take(&c->aggr, c->e->now, V1_AGGR_PERIOD, V1_AGGR_BURST);
}

static bool limited(struct conn *c)
{
	return c->e->jobs >= V1_AGGR_JOBS_MAX || !may_answer(c);
}

/* The connection that may answer @m now; NULL: none, which was reported. */
static struct conn *choose_connection(struct ike_engine *e, struct v1_msg *m)
{
	struct conn *c, *any = conn_for_aggressive(e, m->path, NULL);
	struct v1_fail f;
	const char *why;

	if (!any) {
		e->counters[CNT_MALFORMED]++;
		v1_fail_set(&f, FAIL_MODE, WHO_US, N_UNSUPPORTED_EXCHANGE_TYPE);
		snprintf(f.ours, sizeof(f.ours), "main mode");
		snprintf(f.theirs, sizeof(f.theirs), "aggressive mode");
		v1_p1_refused(e, m, &f);
		return NULL;
	}
	if (!v1_chain_parse(m->hdr.next, m->body, m->body_len, false, &m->chain) ||
	    !v1_legal(XCHG_AGGRESSIVE, 1, &m->chain, &why)) {
		e->counters[CNT_MALFORMED]++;
		return NULL;
	}
	c = find_connection(any, m, &f);
	if (!c) {
		e->counters[CNT_UNKNOWN_PEER]++;
		v1_p1_refused_by(e, any, m, &f);
		return NULL;
	}
	if (limited(c)) {
		e->counters[CNT_HALF_OPEN_LIMIT]++;
		return NULL;
	}
	return c;
}

static void opening_of(const struct v1_msg *m, struct v1_aggr_opening *o)
{
	size_t len;
	const uint8_t *addr = endpoint_addr(&m->path->remote, &len);

	memset(o, 0, sizeof(*o));
	memcpy(o->cky_i, m->hdr.cky_i, sizeof(o->cky_i));
	if (addr)
		memcpy(o->addr, addr, len);
	o->family = m->path->remote.sa.sa_family;
	o->port = endpoint_port(&m->path->remote);
}

void v1_aggr_forget(struct v1_phase1 *p1)
{
	if (p1->opening.family)
		HASH_DELETE(hh_aggr, p1->sa->e->v1_aggrs, p1);
	p1->opening.family = 0;
}

/*
 * Message 2 is longer than message 1, and goes to an address that may be
 * forged. So a repetition is one of the answers that the connection has, not
 * more of them than who has the same settings asks for, and with a pause.
 */
void v1_aggr_again(struct ike_sa *sa)
{
	struct v1_resend *rs = &sa->p1->rs;

	if (rs->again < sa->conn->cfg->retransmit_tries && sa->e->now >= rs->again_at && may_answer(sa->conn))
		v1_resend_answer_sparingly(rs);
	else
		sa->e->counters[CNT_WITHHELD]++;
}

void v1_aggr_open(struct ike_engine *e, struct v1_msg *m)
{
	struct v1_aggr_opening key;
	struct v1_phase1 *p1;
	struct ike_sa *sa;
	struct conn *c;

	opening_of(m, &key);
	HASH_FIND(hh_aggr, e->v1_aggrs, &key, sizeof(key), p1);
	if (p1) {
		v1_p1_input(p1->sa, m);
		return;
	}
	c = choose_connection(e, m);
	sa = c ? ike_sa_new(c, ROLE_RESPONDER, m->path) : NULL;
	if (!sa)
		return;
	memcpy(sa->cky_i, m->hdr.cky_i, sizeof(sa->cky_i));
	if (!v1_p1_new(sa, XCHG_AGGRESSIVE, P1_AR_START)) {
		ike_sa_kill(sa);
		return;
	}
	sa->p1->opening = key;
	HASH_ADD(hh_aggr, e->v1_aggrs, opening, sizeof(key), sa->p1);
	v1_p1_input(sa, m);
	/* rejected as malformed: no record for that */
	if (sa->state != IKE_DEAD && sa->p1->state == P1_AR_START)
		ike_sa_kill(sa);
}

/* ---- the exchange ---- */

enum v1_verdict v1_aggr_r_message1(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f)
{
	enum v1_verdict v = v1_p1_take_offer(sa, m, &sa->p1->out, f);

	if (v != V1_REPLY)
		return v;
	if (!v1_p1_take_ke(sa, m)) {
		v1_fail_set(f, FAIL_P1_DH, WHO_US, N_INVALID_KEY_INFORMATION);
		v1_p1_text(sa->conn->cfg, false, f->ours, sizeof(f->ours));
		v1_refuse_clear(sa->e, &sa->path, m, f);
		return V1_FAIL;
	}
	if (v1_proof_keep(sa, m) && v1_generate_start(sa, NULL, &sa->p1->wait, sa->suite.group))
		return V1_JOB;
	v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
	return V1_FAIL;
}

enum v1_verdict v1_aggr_r_generated(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f)
{
	if (v1_p1_keep_pub(sa, job) && v1_p1_make_nonce(sa) && v1_p1_derive_start(sa))
		return V1_JOB;
	v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
	return V1_FAIL;
}

/* Behind the SA payload that v1_p1_take_offer() wrote when message 1 came. */
static enum v1_verdict message2(struct ike_sa *sa, struct v1_fail *f)
{
	struct v1_writer *w = &sa->p1->out;

	v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
	v1_p1_put_ke(sa, w);
	v1_put(w, PL_ID, sa->p1->id_b.p, sa->p1->id_b.len);
	if (!v1_proof_put(sa, w))
		return V1_FAIL;
	if (v1_proof_signs(sa))
		v1_proof_request(sa, w);
	v1_vendor_put_agreed(sa, w);
	v1_frag_offer(sa, w);
	v1_xauth_offer(sa, w);
	v1_natt_put(sa, w);
	return v1_p1_finish(sa, w, false) ? V1_REPLY : V1_FAIL;
}

enum v1_verdict v1_aggr_r_derived(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f)
{
	enum v1_verdict v;

	v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
	if (!v1_p1_take_keys(sa, job))
		return V1_FAIL;
	secret_wipe(&sa->p1->priv);
	v1_proof_identify(sa);
	v = v1_proof_make(sa, f);
	return v == V1_REPLY ? message2(sa, f) : v;
}

enum v1_verdict v1_aggr_r_signed(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f)
{
	v1_proof_made(sa, job);
	return message2(sa, f);
}

/*
 * @m says that the peer has the address which message 1 came from, at the port
 * of then or at the one that it changes to: so no NAT is in front of it.
 */
static bool has_no_nat(struct ike_sa *sa, const struct v1_msg *m)
{
	union endpoint floated = sa->path.remote;

	endpoint_set_port(&floated, IKE_NATT_PORT);
	return v1_natt_names(sa, m, &sa->path.remote) || v1_natt_names(sa, m, &floated);
}

/*
 * RFC 3947 4: message 3 comes from the port that the initiator changed to. Its
 * hashes may still be of the ports from before, so both are tried. Nothing of
 * it counts before the message is proven. Even then it may have been held back
 * and sent on from elsewhere, which alone is not to look like a NAT: main mode
 * has the NAT-D payloads of an earlier message, here there are no others.
 */
static void detect_nat(struct ike_sa *sa, const struct v1_msg *m)
{
	struct v1_natt_view *view = &sa->p1->proof_natt;
	struct ike_path before = *m->path;

	*view = v1_natt_look(sa, m, m->path);
	if (!addr_eq(&m->path->remote, &sa->path.remote) && has_no_nat(sa, m))
		view->remote = false;
	if (!m->path->natt || !view->local || !view->remote)
		return;
	endpoint_set_port(&before.local, IKE_PORT);
	endpoint_set_port(&before.remote, IKE_PORT);
	*view = v1_natt_look(sa, m, &before);
}

static enum v1_verdict authentic(struct ike_sa *sa, struct v1_fail *f)
{
	struct v1_id id;

	if (!v1_proof_id(sa, &id, f)) {
		v1_send_delete_ike(sa);
		return V1_FAIL;
	}
	v1_proof_believe(sa, &id);
	v1_natt_take(sa, &sa->p1->proof_natt);
	v1_natt_floated(sa, &sa->p1->proof_path);
	return V1_REPLY;
}

enum v1_verdict v1_aggr_r_message3(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f)
{
	enum v1_verdict v;

	if (!v1_proof_keep(sa, m))
		return V1_REJECT;
	detect_nat(sa, m);
	v = v1_proof_check(sa, sa->conn, f);
	return v == V1_REPLY ? authentic(sa, f) : v;
}

enum v1_verdict v1_aggr_r_verified(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f)
{
	enum v1_verdict v = v1_proof_verdict(sa, job, f);

	/* the peer believes that it is up: take that back */
	if (v == V1_FAIL)
		v1_send_delete_ike(sa);
	return v == V1_REPLY ? authentic(sa, f) : v;
}

/* ---- after it ---- */

void v1_aggr_nudge(struct ike_sa *sa, const struct v1_msg *m)
{
	struct v1_phase1 *p1 = sa->p1;

	/* our cookie is known to nobody else at first, so the address is no forged one */
	if (p1->state != P1_AR_WAIT_AUTH || !addr_eq(&m->path->remote, &sa->path.remote))
		return;
	/* what comes with a message 3 that we do not take would have us ask for it again and again */
	if (sa->e->now < p1->nudge_after)
		return;
	p1->nudge_after = sa->e->now + V1_NUDGE_PAUSE;
	v1_resend_answer(&p1->rs);
}

/* Message 2 came in clear, so anybody may have kept it. */
void v1_aggr_asked_again(struct ike_sa *sa, struct v1_resend *rs)
{
	/* who lacks message 3 could not read what came with it */
	if (v1_resend_answer_sparingly(rs))
		v1_aggr_announce(sa, 0);
}

static void announce_due(void *owner)
{
	struct ike_sa *sa = owner;

	v1_aggr_announce(sa, v1_priv(sa)->announce_life_s);
}

/*
 * RFC 2407 4.6.3: status notifies "MUST NOT be sent in an Aggressive Mode
 * exchange", but in one of their own after it. Nobody acknowledges that, so it
 * is said as often as what is not answered, as far as it is still true: an
 * INITIAL-CONTACT that comes when pairs are up ends them at some peers.
 */
void v1_aggr_announce(struct ike_sa *sa, uint64_t life_s)
{
	struct v1_priv *priv = v1_priv(sa);
	uint8_t spi[2 * ISAKMP_COOKIE_LEN];
	struct v1_info_out o;

	life_s = sa->role == ROLE_RESPONDER ? life_s : 0;
	if ((!life_s && !conn_first_contact(sa)) || !v1_info_begin(sa, &o, V1_HASH_FIRST))
		return;
	v1_contact_put(sa, &o.w);
	v1_spi_of(sa, spi);
	if (life_s)
		v1_lifetime_put(&o.w, PROTO_ISAKMP, spi, sizeof(spi), life_s, 0);
	v1_info_end(sa, &o);
	priv->announce_life_s = life_s;
	if (++priv->announced < sa->conn->cfg->retransmit_tries)
		timer_set(&sa->e->timers, &priv->announce,
			  sa->e->now + v1_resend_pause(sa->conn->cfg, priv->announced), announce_due, sa);
}
