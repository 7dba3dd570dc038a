// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "core/v1/transaction.h"

/*
 * Informational exchanges, RFC 2409 5.7: one message, { HASH(1), N/D }. What
 * comes in clear is never believed: it is counted, and during phase 1 taken
 * as a hint for the operator.
 */

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

	if (v1_xauth_left(sa))
		return;
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
			child_esp_deleted(c, be32_at(d->spis + 4 * (size_t)i));
		else if (d->proto == PROTO_ISAKMP && d->spi_len == 2 * ISAKMP_COOKIE_LEN)
			delete_ike(sa, d->spis + 2 * ISAKMP_COOKIE_LEN * (size_t)i);
	}
}

/* ---- receiving ---- */

/* RFC 2407 4.6.3.1; after aggressive mode it comes alone, see v1_aggr_announce(). Only ever shorter than what we offered. */
static void take_lifetime(struct ike_sa *sa, const struct v1_msg *m)
{
	struct v1_life told = { 0 };

	v1_lifetime_told(&m->chain, PROTO_ISAKMP, &told);
	if (sa->role == ROLE_INITIATOR && told.s >= V1_P1_LIFE_MIN)
		conn_life_told(sa, told.s < V1_LIFE_MAX ? told.s : V1_LIFE_MAX);
}

static void take_notify(struct ike_sa *sa, const struct v1_msg *m, const struct v1_notify *n)
{
	if (v1_notify_is_error(n)) {
		v1_notify_refusal(sa, n);
		v1_notify_quick(sa, m->hdr.msgid, n);
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
	case N_RESPONDER_LIFETIME:
		take_lifetime(sa, m);
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
	if (v1_notify_is_error(n))
		v1_notify_refusal(sa, n);
	else if (n->type == N_R_U_THERE)
		v1_dpd_take(sa, m, n);
	else if (n->type == N_INITIAL_CONTACT && v1_contact_is(sa, n))
		v1_priv(sa)->admit.initial_contact = true;
	else if (n->type == N_RESPONDER_LIFETIME)
		take_lifetime(sa, m);
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
			v1_notify_phase1(sa, &n, true);
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
			v1_notify_phase1(sa, &n, false);
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
 * The peer is up since it sent message 6, and that was lost: the IV of what it
 * says now is made of a block that we do not have. That spoils the first block
 * only (CBC), within HASH: what stands behind it can be read, by our keys alone.
 */
static bool overtook_message6(const struct ike_sa *sa, const struct v1_msg *m)
{
	static const uint8_t types[] = { PL_NOTIFY, PL_DELETE };
	size_t at = 4 + hash_info(sa->suite.hash)->len;
	struct v1_chain ch;

	if (!m->plain || m->body_len <= at)
		return false;
	for (size_t i = 0; i < V1_ARRAY_LEN(types); i++)
		if (v1_chain_parse(types[i], m->body + at, m->body_len - at, true, &ch))
			return true;
	return false;
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
	if (sa->p1 || v1_never_used(sa)) {
		v1_msg_release(m);
		m->body = cipher;
		if (opens(sa, m, NULL, &worse))
			return true;
	}
	sa->e->counters[bad]++;
	/* an answer to message 5 that other keys made */
	if (sa->p1 && sa->p1->state == P1_I_WAIT_AUTH && !v1_proof_signs(sa) && !overtook_message6(sa, m)) {
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
