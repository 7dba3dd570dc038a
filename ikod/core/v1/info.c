// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "core/v1/v1.h"
#include "wire/text.h"

/*
 * Informational exchanges, RFC 2409 5.7: one message, { HASH(1), N/D }. What
 * comes in clear is never believed: it is counted, and during phase 1 taken
 * as a hint for the operator.
 */

#define ERROR_NOTIFY_MAX 16383	/* RFC 2408 3.14.1: below are errors, above is status */

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* ---- what an error notify means ---- */

struct meaning {
	uint16_t notify;
	enum failure_cause cause;
};

/* Answers to messages 1 and 3. */
static const struct meaning early[] = {
	{ N_NO_PROPOSAL_CHOSEN, FAIL_P1_PROPOSAL },
	{ N_BAD_PROPOSAL_SYNTAX, FAIL_P1_PROPOSAL },
	{ N_ATTRIBUTES_NOT_SUPPORTED, FAIL_P1_PROPOSAL },
	{ N_INVALID_KEY_INFORMATION, FAIL_P1_DH },
	{ N_INVALID_MAJOR_VERSION, FAIL_VERSION },
	{ N_INVALID_EXCHANGE_TYPE, FAIL_MODE },
	{ N_UNSUPPORTED_EXCHANGE_TYPE, FAIL_MODE },
};

/* Answers to our proof, message 5 or 2 of aggressive mode: a peer that cannot decrypt it complains about its shape. */
static const struct meaning late[] = {
	{ N_AUTHENTICATION_FAILED, FAIL_PSK_MISMATCH },
	{ N_INVALID_HASH_INFORMATION, FAIL_PSK_MISMATCH },
	{ N_PAYLOAD_MALFORMED, FAIL_PSK_MISMATCH },
	{ N_INVALID_PAYLOAD_TYPE, FAIL_PSK_MISMATCH },
	{ N_UNEQUAL_PAYLOAD_LENGTHS, FAIL_PSK_MISMATCH },
	{ N_INVALID_FLAGS, FAIL_PSK_MISMATCH },
	{ N_INVALID_ID_INFORMATION, FAIL_ID },
	{ N_NO_PROPOSAL_CHOSEN, FAIL_P1_PROPOSAL },
};

/* The same under our common keys: the PSK is right, so it is the identity that they do not take. */
static const struct meaning late_authentic[] = {
	{ N_AUTHENTICATION_FAILED, FAIL_ID },
	{ N_INVALID_ID_INFORMATION, FAIL_ID },
	{ N_NO_PROPOSAL_CHOSEN, FAIL_P1_PROPOSAL },
};

/* Answers to message 1 of aggressive mode, which holds our identity. */
static const struct meaning aggressive[] = {
	{ N_INVALID_ID_INFORMATION, FAIL_ID },
	{ N_AUTHENTICATION_FAILED, FAIL_ID },
	{ N_NO_PROPOSAL_CHOSEN, FAIL_P1_PROPOSAL },
	{ N_BAD_PROPOSAL_SYNTAX, FAIL_P1_PROPOSAL },
	{ N_ATTRIBUTES_NOT_SUPPORTED, FAIL_P1_PROPOSAL },
	{ N_INVALID_KEY_INFORMATION, FAIL_P1_DH },
	{ N_INVALID_EXCHANGE_TYPE, FAIL_MODE },
	{ N_UNSUPPORTED_EXCHANGE_TYPE, FAIL_MODE },
};

static const struct meaning phase2[] = {
	{ N_NO_PROPOSAL_CHOSEN, FAIL_P2_PROPOSAL },
	{ N_BAD_PROPOSAL_SYNTAX, FAIL_P2_PROPOSAL },
	{ N_ATTRIBUTES_NOT_SUPPORTED, FAIL_P2_PROPOSAL },
	{ N_INVALID_TRANSFORM_ID, FAIL_P2_PROPOSAL },
	{ N_INVALID_PROTOCOL_ID, FAIL_P2_PROPOSAL },
	{ N_INVALID_ID_INFORMATION, FAIL_SELECTOR },
	{ N_INVALID_KEY_INFORMATION, FAIL_P2_PFS },
};

/* Of our certificate and signature; no secret of both sides is in the keys, so authentic or not says little. */
static const struct meaning with_rsa[] = {
	{ N_AUTHENTICATION_FAILED, FAIL_AUTH_FAILED },
	{ N_INVALID_SIGNATURE, FAIL_SIGNATURE },
	{ N_INVALID_HASH_INFORMATION, FAIL_SIGNATURE },
	{ N_INVALID_CERTIFICATE, FAIL_CERT_INVALID },
	{ N_INVALID_CERT_ENCODING, FAIL_CERT_INVALID },
	{ N_CERT_TYPE_UNSUPPORTED, FAIL_CERT_INVALID },
	{ N_INVALID_CERT_AUTHORITY, FAIL_CERT_UNTRUSTED },
	{ N_CERTIFICATE_UNAVAILABLE, FAIL_CERT_MISSING },
	{ N_INVALID_ID_INFORMATION, FAIL_ID },
	{ N_NO_PROPOSAL_CHOSEN, FAIL_P1_PROPOSAL },
};

static enum failure_cause meaning(const struct meaning *m, size_t n, uint16_t notify)
{
	for (size_t i = 0; i < n; i++)
		if (m[i].notify == notify)
			return m[i].cause;
	return FAIL_NOTIFY;
}

#define MEANING(table, notify) meaning(table, V1_ARRAY_LEN(table), notify)

/* Notification data that reads like what put_refusal() writes; else the notify's name has to do. */
static void notify_text(const struct v1_notify *n, char *out, size_t len)
{
	bool text = n->data_len >= 3;

	for (size_t i = 0; text && i < n->data_len; i++)
		text = n->data[i] >= 0x20 && n->data[i] < 0x7f;
	if (text)
		text_escape(n->data, n->data_len, out, len);
	else
		snprintf(out, len, "%s (%u)", isakmp_notify_name(n->type), n->type);
}

/* Ours is out, or was judged. */
static bool proof_sent(const struct ike_sa *sa)
{
	return sa->p1->state == P1_I_WAIT_AUTH || sa->p1->state == P1_AR_WAIT_AUTH;
}

static void phase1_meaning(const struct ike_sa *sa, const struct v1_notify *n, bool authentic,
			   struct v1_fail *f)
{
	char text[V1_ID_STRLEN];
	struct v1_id id;

	v1_fail_set(f, FAIL_NONE, WHO_PEER, 0);
	if (proof_sent(sa) && sa->p1->auth == P1_AUTH_RSA_SIG)
		f->cause = MEANING(with_rsa, n->type);
	else if (authentic)
		f->cause = MEANING(late_authentic, n->type);
	else if (proof_sent(sa))
		f->cause = MEANING(late, n->type);
	else if (v1_priv(sa)->exchange == XCHG_AGGRESSIVE)
		f->cause = MEANING(aggressive, n->type);
	else
		f->cause = MEANING(early, n->type);
	notify_text(n, f->theirs, sizeof(f->theirs));
	if (f->cause == FAIL_P1_PROPOSAL || f->cause == FAIL_P1_DH) {
		v1_p1_text(sa->conn->cfg, f->ours, sizeof(f->ours));
	} else if (f->cause == FAIL_ID) {
		conn_local_id(sa->conn, &sa->path, &id);
		snprintf(f->ours, sizeof(f->ours), "%.250s", v1_id_str(&id, text));
	}
}

/* Verdicts on a whole message 5; AUTHENTICATION-FAILED is what a damaged one would cause as well. */
static bool is_final(uint16_t type)
{
	return type == N_INVALID_ID_INFORMATION || type == N_NO_PROPOSAL_CHOSEN || type == N_INVALID_CERTIFICATE ||
	       type == N_INVALID_CERT_AUTHORITY || type == N_CERTIFICATE_UNAVAILABLE ||
	       type == N_INVALID_SIGNATURE;
}

static void phase1_notify(struct ike_sa *sa, const struct v1_notify *n, bool authentic)
{
	struct v1_fail f;

	if (!n->type || n->type > ERROR_NOTIFY_MAX)
		return;
	phase1_meaning(sa, n, authentic, &f);
	if (authentic && is_final(n->type))
		v1_p1_fail(sa, &f);
	else
		v1_p1_suspect(sa, &f);
}

/* The peer began phase 1 and nothing since: perhaps it has not taken message 6. */
static bool is_unused(const struct ike_sa *sa)
{
	const struct conn *c = sa->conn;

	for (unsigned int i = 0; i < c->n_children; i++)
		if (c->children[i].current)
			return false;
	return sa->role == ROLE_RESPONDER && c->ike == sa && !sa->quicks;
}

static void identity_refused(struct ike_sa *sa, const struct v1_notify *n)
{
	char ours[V1_ID_STRLEN], theirs[FAILURE_TEXT];
	struct v1_id id;

	conn_local_id(sa->conn, &sa->path, &id);
	notify_text(n, theirs, sizeof(theirs));
	conn_identity_refused(sa, v1_id_str(&id, ours), theirs);
}

/* A verdict on the last message of phase 1, which we were up with: a Delete follows, and means this. */
static void note_refusal(struct ike_sa *sa, const struct v1_notify *n)
{
	struct v1_priv *priv = v1_priv(sa);
	enum failure_cause cause = MEANING(with_rsa, n->type);

	if (!v1_p1_sends_last(sa) || n->proto != PROTO_ISAKMP || cause == FAIL_NOTIFY || cause == FAIL_P1_PROPOSAL ||
	    (sa->up_at && sa->conn->child_done > sa->up_at))
		return;
	priv->refused = cause;
	notify_text(n, priv->refused_why, sizeof(priv->refused_why));
}

static void quick_notify(struct ike_sa *sa, uint32_t msgid, const struct v1_notify *n)
{
	enum failure_cause cause = MEANING(phase2, n->type);
	/* PAYLOAD-MALFORMED and its like may speak of any message that we sent */
	struct v1_quick *q = v1_quick_for_notify(sa, msgid, n, cause != FAIL_NOTIFY);
	char a[SUBNET_STRLEN], b[SUBNET_STRLEN];
	struct v1_fail f;

	engine_log(sa->e, LOG_L_INFO, sa->conn, "the peer says %s (%u)", isakmp_notify_name(n->type), n->type);
	if (n->type == N_INVALID_SPI && n->proto == PROTO_ESP && n->spi_len == 4)
		child_esp_unknown(sa->conn, be32(n->spi));
	if (!q) {
		if (MEANING(late_authentic, n->type) == FAIL_ID && is_unused(sa))
			identity_refused(sa, n);
		if (n->type == N_PAYLOAD_MALFORMED || n->type == N_INVALID_HASH_INFORMATION)
			conn_doubt(sa->conn);
		return;
	}
	v1_fail_set(&f, cause, WHO_PEER, 0);
	notify_text(n, f.theirs, sizeof(f.theirs));
	if (f.cause == FAIL_SELECTOR)
		snprintf(f.ours, sizeof(f.ours), "%s === %s", subnet_str(&q->child->local, a),
			 subnet_str(&q->child->remote, b));
	else if (f.cause != FAIL_NOTIFY)
		v1_p2_text(sa->conn->cfg, f.ours, sizeof(f.ours));
	if (q->csa)
		child_sa_refused(q->csa);
	v1_quick_fail(q, &f);
}

/* ---- sending ---- */

bool v1_info_begin(struct ike_sa *sa, struct v1_info_out *o, enum v1_hash_order order)
{
	if (sa->state == IKE_DEAD || !sa->keys.enc.p)
		return false;
	o->msgid = v1_fresh_msgid(sa);
	o->order = order;
	v1_phase2_begin(sa, &o->w, XCHG_INFO, o->msgid, order == V1_HASH_FIRST);
	return true;
}

static bool info_protect(struct ike_sa *sa, struct v1_info_out *o)
{
	uint8_t iv[16];

	if (!v1_iv_phase2(&sa->suite, sa->last_iv, o->msgid, iv))
		return false;
	if (o->order == V1_HASH_FIRST)
		return v1_phase2_end(sa, &o->w, o->msgid, V1_HASH_1, NULL, iv);
	return v1_put_hash_behind(sa, &o->w, o->msgid, o->order) && v1_encrypt(sa, &o->w, iv);
}

void v1_info_end(struct ike_sa *sa, struct v1_info_out *o)
{
	/* the hash knows no direction: our own words must not come back to us */
	v1_seen_add(&v1_priv(sa)->seen, o->msgid);
	if (info_protect(sa, o))
		v1_send(sa, o->w.b.p, o->w.b.len);
	buf_free(&o->w.b);
}

void v1_spi_of(const struct ike_sa *sa, uint8_t spi[2 * ISAKMP_COOKIE_LEN])
{
	memcpy(spi, sa->cky_i, ISAKMP_COOKIE_LEN);
	memcpy(spi + ISAKMP_COOKIE_LEN, sa->cky_r, ISAKMP_COOKIE_LEN);
}

/* ---- Delete, RFC 2408 3.15 ---- */

static void take_ike_delete(struct ike_sa *sa)
{
	enum failure_cause refused = v1_priv(sa)->refused;
	struct conn *c = sa->conn;
	char why[sizeof(v1_priv(sa)->refused_why)];

	memcpy(why, v1_priv(sa)->refused_why, sizeof(why));
	/* it was no success: the pauses between attempts go on growing */
	if (refused != FAIL_NONE)
		c->attempts = v1_priv(sa)->attempts;
	conn_ike_deleted(sa);
	if (refused != FAIL_NONE && !c->ike)
		failure_set(&c->failure, c->e->now, PHASE_1, refused, WHO_PEER, NULL, why);
}

/* It is up, and what has to follow phase 1 is not done. */
static void refused_admission(struct ike_sa *sa)
{
	const struct v1_priv *priv = v1_priv(sa);
	bool said = priv->refused != FAIL_NONE;

	conn_phase1_failed(sa, said ? priv->refused : FAIL_PEER_DELETED, WHO_PEER, NULL, said ? priv->refused_why : NULL);
}

static void delete_ike(struct ike_sa *sa, const uint8_t *cookies)
{
	struct ike_sa *target = ike_sa_by_cookie(sa->e, cookies);

	if (!target)
		target = ike_sa_by_cookie(sa->e, cookies + ISAKMP_COOKIE_LEN);
	/* one peer may not end what belongs to another, nor anything but its own before it is admitted */
	if (!target || (sa->state == IKE_CONNECTING && target != sa) || target->conn != sa->conn || target->p1 ||
	    memcmp(target->cky_i, cookies, ISAKMP_COOKIE_LEN) ||
	    memcmp(target->cky_r, cookies + ISAKMP_COOKIE_LEN, ISAKMP_COOKIE_LEN))
		return;
	if (target->state == IKE_CONNECTING)
		refused_admission(target);
	else
		take_ike_delete(target);
}

static void take_delete(struct ike_sa *sa, const struct v1_delete *d)
{
	struct conn *c = sa->conn;

	for (unsigned int i = 0; i < d->n && sa->state != IKE_DEAD; i++) {
		if (d->proto == PROTO_ESP && d->spi_len == 4 && sa->state != IKE_CONNECTING)
			child_esp_deleted(c, be32(d->spis + 4 * (size_t)i));
		else if (d->proto == PROTO_ISAKMP && d->spi_len == 2 * ISAKMP_COOKIE_LEN)
			delete_ike(sa, d->spis + 2 * ISAKMP_COOKIE_LEN * (size_t)i);
	}
}

/* ---- receiving ---- */

static void take_notify(struct ike_sa *sa, const struct v1_msg *m, const struct v1_notify *n)
{
	if (n->type && n->type <= ERROR_NOTIFY_MAX) {
		note_refusal(sa, n);
		quick_notify(sa, m->hdr.msgid, n);
		return;
	}
	switch (n->type) {
	case N_R_U_THERE:
	case N_R_U_THERE_ACK:
		v1_dpd_take(sa, m, n);
		break;
	case N_INITIAL_CONTACT:
		if (v1_contact_is(sa, n))
			conn_initial_contact(sa);
		break;
	case N_CONNECTED:
		v1_commit_notify(sa, m->hdr.msgid);
		break;
	default:	/* RFC 2408 3.14.1: status, to be shown */
		engine_log(sa->e, LOG_L_DEBUG, sa->conn, "the peer says %s (%u)", isakmp_notify_name(n->type), n->type);
	}
}

/* Before the peer is admitted (admit.c) it may say that it lives. */
static void early_notify(struct ike_sa *sa, const struct v1_msg *m, const struct v1_notify *n)
{
	engine_log(sa->e, LOG_L_INFO, sa->conn, "the peer says %s (%u)", isakmp_notify_name(n->type), n->type);
	if (n->type && n->type <= ERROR_NOTIFY_MAX)
		note_refusal(sa, n);
	else if (n->type == N_R_U_THERE)
		v1_dpd_take(sa, m, n);
	else if (n->type == N_INITIAL_CONTACT && v1_contact_is(sa, n))
		v1_priv(sa)->admit.initial_contact = true;
}

static bool has_notify(const struct v1_chain *ch, uint16_t type)
{
	const struct v1_payload *pl;
	struct v1_notify n;
	const char *why;

	for (unsigned int i = 0; (pl = v1_find(ch, PL_NOTIFY, i)); i++)
		if (v1_notify_parse(pl, &n, &why) && n.type == type)
			return true;
	return false;
}

static void take_payload(struct ike_sa *sa, const struct v1_msg *m, const struct v1_payload *pl)
{
	struct v1_notify n;
	struct v1_delete d;
	const char *why;

	if (pl->type == PL_NOTIFY && v1_notify_parse(pl, &n, &why)) {
		/* the more telling one of the two follows, see put_refusal() */
		if (n.type == N_NO_PROPOSAL_CHOSEN && has_notify(&m->chain, N_INVALID_KEY_INFORMATION))
			return;
		if (sa->p1)
			phase1_notify(sa, &n, true);
		else if (sa->state == IKE_CONNECTING)
			early_notify(sa, m, &n);
		else
			take_notify(sa, m, &n);
	} else if (pl->type == PL_DELETE && v1_delete_parse(pl, &d, &why)) {
		if (!sa->p1)
			take_delete(sa, &d);
	} else if (pl->type == PL_NOTIFY || pl->type == PL_DELETE) {
		sa->e->counters[CNT_MALFORMED]++;
	}
}

/* In clear: a hint at most. */
static void clear_input(struct ike_sa *sa, struct v1_msg *m)
{
	struct v1_notify n;
	const char *why;

	if (!v1_chain_parse(m->hdr.next, m->body, m->body_len, false, &m->chain) ||
	    !v1_legal(XCHG_INFO, 2, &m->chain, &why)) {
		sa->e->counters[CNT_MALFORMED]++;
		return;
	}
	sa->e->counters[CNT_UNAUTHENTICATED]++;
	if (!sa->p1 || !addr_eq(&m->path->remote, &sa->path.remote))
		return;
	for (unsigned int i = 0; i < v1_count(&m->chain, PL_NOTIFY); i++)
		if (v1_notify_parse(v1_find(&m->chain, PL_NOTIFY, i), &n, &why))
			phase1_notify(sa, &n, false);
}

/* Decrypted with an IV made of @last, is it what it should be? @bad: the counter if it is not. */
static bool opens(struct ike_sa *sa, struct v1_msg *m, const uint8_t *last, enum engine_counter *bad)
{
	const char *why;

	*bad = CNT_MALFORMED;
	if (!v1_iv_phase2(&sa->suite, last, m->hdr.msgid, m->iv) || !v1_decrypt(sa, m) ||
	    !v1_chain_parse(m->hdr.next, m->body, m->body_len, true, &m->chain))
		return false;
	if (v1_legal(XCHG_INFO, 1, &m->chain, &why)) {
		*bad = CNT_BAD_HASH;
		return v1_phase2_authentic(sa, m, V1_HASH_1, NULL);
	}
	if (!v1_legal(XCHG_INFO, 3, &m->chain, &why))
		return false;
	*bad = CNT_BAD_HASH;
	return v1_authentic_behind(sa, m, &m->order);
}

/*
 * RFC 2409 appendix B makes the IV of phase 1's last cipher block. Who refuses
 * message 5 or 6 has not come to the end of phase 1, and some (Libreswan 4.10)
 * keep that block only then: theirs has none.
 */
static bool open_message(struct ike_sa *sa, struct v1_msg *m)
{
	const uint8_t *cipher = m->body;
	enum engine_counter bad, worse;
	struct v1_fail f;

	if (opens(sa, m, sa->last_iv, &bad))
		return true;
	if (sa->p1 || is_unused(sa)) {
		v1_msg_release(m);
		m->body = cipher;
		if (opens(sa, m, NULL, &worse))
			return true;
	}
	sa->e->counters[bad]++;
	/* an answer to message 5 that other keys made */
	if (sa->p1 && sa->p1->state == P1_I_WAIT_AUTH && sa->p1->auth != P1_AUTH_RSA_SIG) {
		v1_fail_set(&f, FAIL_PSK_MISMATCH, WHO_PEER, 0);
		v1_p1_suspect(sa, &f);
	}
	return false;
}

void v1_info_input(struct ike_sa *sa, struct v1_msg *m)
{
	if (!(m->hdr.flags & ISAKMP_FLAG_ENCRYPTED)) {
		clear_input(sa, m);
		return;
	}
	if (!sa->keys.enc.p || !m->hdr.msgid) {
		sa->e->counters[CNT_UNAUTHENTICATED]++;
		return;
	}
	if (v1_seen_has(v1_priv(sa)->seen, m->hdr.msgid)) {
		sa->e->counters[CNT_DUPLICATE]++;
		return;
	}
	if (!open_message(sa, m))
		return;
	v1_seen_add(&v1_priv(sa)->seen, m->hdr.msgid);
	m->stale = !v1_dpd_fresh(sa, m);
	if (!sa->p1 && !m->stale) {
		conn_heard(sa);
		v1_natt_follow(sa, m->path);
	}
	for (unsigned int i = 0; i < m->chain.n && sa->state != IKE_DEAD; i++)
		take_payload(sa, m, &m->chain.pl[i]);
}

/*
 * What we have goes along as notification data, so that the peer's operator
 * reads it, too. RFC 2408 3.14.1 has one error for all that is wrong with a
 * proposal; if it is the group alone, another notify narrows it down.
 */
static void put_refusal(struct v1_writer *w, uint8_t proto, const void *spi, size_t spi_len,
			const struct v1_fail *f, bool with_text)
{
	size_t len = with_text ? strlen(f->ours) : 0;

	v1_put_notify(w, proto, f->notify, spi, spi_len, f->ours, len);
	if (f->notify == N_NO_PROPOSAL_CHOSEN && (f->cause == FAIL_P1_DH || f->cause == FAIL_P2_PFS))
		v1_put_notify(w, proto, N_INVALID_KEY_INFORMATION, spi, spi_len, f->ours, len);
}

void v1_refuse_protected(struct ike_sa *sa, uint8_t proto, const void *spi, size_t spi_len,
			 const struct v1_fail *f)
{
	struct v1_info_out o;

	if (!f->notify || !v1_info_begin(sa, &o, V1_HASH_FIRST))
		return;
	put_refusal(&o.w, proto, spi, spi_len, f, true);
	v1_info_end(sa, &o);
}

/* An answer that costs us little may still be one too many for who is answered. */
static bool allowed(struct ike_engine *e, const struct ike_path *path)
{
	if (!e->refusals.salt)
		engine_random(e, &e->refusals.salt, sizeof(e->refusals.salt));
	if (limiter_allows(&e->refusals, e->now, &path->remote))
		return true;
	e->counters[CNT_WITHHELD]++;
	return false;
}

void v1_refuse_clear(struct ike_engine *e, const struct ike_path *path, const struct v1_msg *about,
		     const struct v1_fail *f)
{
	struct isakmp_hdr h = { .version = ISAKMP_VERSION_1, .exchange = XCHG_INFO };
	size_t asked = ISAKMP_HDR_LEN + about->body_len;
	struct v1_writer w;

	if (!f->notify)
		return;
	if (!allowed(e, path))
		return;
	memcpy(h.cky_i, about->hdr.cky_i, sizeof(h.cky_i));
	memcpy(h.cky_r, about->hdr.cky_r, sizeof(h.cky_r));
	engine_random(e, &h.msgid, sizeof(h.msgid));
	v1_begin(&w, &h);
	put_refusal(&w, PROTO_ISAKMP, NULL, 0, f, true);
	if (w.b.len > asked) {
		/* the sender may be forged: never send more than came */
		buf_free(&w.b);
		v1_begin(&w, &h);
		put_refusal(&w, PROTO_ISAKMP, NULL, 0, f, false);
	}
	if (w.b.len <= asked && v1_finish(&w))
		engine_send(e, path, w.b.p, w.b.len);
	buf_free(&w.b);
}

void v1_send_delete_esp(struct ike_sa *sa, const uint32_t *spis, unsigned int n)
{
	struct v1_info_out o;
	struct buf b = { 0 };

	if (!n || !v1_info_begin(sa, &o, V1_HASH_FIRST))
		return;
	for (unsigned int i = 0; i < n; i++)
		buf_be32(&b, spis[i]);
	if (!b.failed)
		v1_put_delete(&o.w, PROTO_ESP, b.p, 4, n);
	buf_free(&b);
	v1_info_end(sa, &o);
}

void v1_send_delete_ike(struct ike_sa *sa)
{
	uint8_t spi[2 * ISAKMP_COOKIE_LEN];
	struct v1_info_out o;

	if (!v1_info_begin(sa, &o, V1_HASH_FIRST))
		return;
	v1_spi_of(sa, spi);
	v1_put_delete(&o.w, PROTO_ISAKMP, spi, sizeof(spi), 1);
	v1_info_end(sa, &o);
}
