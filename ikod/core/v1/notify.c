// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "core/v1/v1.h"
#include "wire/text.h"

/* What an error notify of the peer means to us, RFC 2408 3.14.1: by the phase, and by whether it was authentic. */

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
	{ N_INVALID_KEY_INFORMATION, FAIL_CERT_INVALID },	/* Libreswan's word for whatever it does not like about one */
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
	if (proof_sent(sa) && v1_proof_signs(sa))
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
		v1_p1_text(sa->conn->cfg, sa->role == ROLE_INITIATOR, f->ours, sizeof(f->ours));
	} else if (f->cause == FAIL_ID) {
		conn_local_id(sa->conn, &sa->path, &id);
		snprintf(f->ours, sizeof(f->ours), "%.250s", v1_id_str(&id, text));
	}
}

/* Verdicts on a whole message 5; AUTHENTICATION-FAILED and INVALID-SIGNATURE are what a damaged one would cause as well. */
static bool is_final(uint16_t type)
{
	return type == N_INVALID_ID_INFORMATION || type == N_NO_PROPOSAL_CHOSEN || type == N_INVALID_CERTIFICATE ||
	       type == N_INVALID_CERT_AUTHORITY || type == N_CERTIFICATE_UNAVAILABLE;
}

/*
 * With signatures the keys come from Diffie-Hellman alone, so whoever sends
 * message 2 of aggressive mode has them. As long as its proof is not checked it
 * is nobody, and the true one may still come.
 */
static bool under_keys_of_anybody(const struct ike_sa *sa)
{
	return sa->p1->state == P1_AI_VERIFY;
}

void v1_notify_phase1(struct ike_sa *sa, const struct v1_notify *n, bool authentic)
{
	struct v1_fail f;

	if (!v1_notify_is_error(n))
		return;
	phase1_meaning(sa, n, authentic, &f);
	if (authentic && is_final(n->type) && !under_keys_of_anybody(sa))
		v1_p1_fail(sa, &f);
	else
		v1_p1_suspect(sa, &f);
}

/* The peer began phase 1 and nothing since: perhaps it has not taken message 6. */
bool v1_never_used(const struct ike_sa *sa)
{
	const struct conn *c = sa->conn;

	if (sa->state == IKE_CONNECTING && !sa->p1)	/* quick mode is not even allowed */
		return sa->role == ROLE_RESPONDER;
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

static enum failure_cause verdict(const struct ike_sa *sa, uint16_t type)
{
	/* else it speaks of the group of a quick mode */
	if (type == N_INVALID_KEY_INFORMATION && !(v1_priv(sa)->signs && v1_never_used(sa)))
		return FAIL_NOTIFY;
	return MEANING(with_rsa, type);
}

/*
 * A verdict on the last message of phase 1, which we were up with: a Delete
 * follows, and means this. Or none does, and the peer asks for the message again;
 * if it was damaged on the way, it may yet be taken.
 */
void v1_notify_refusal(struct ike_sa *sa, const struct v1_notify *n)
{
	struct v1_priv *priv = v1_priv(sa);
	enum failure_cause cause = verdict(sa, n->type);

	if (!v1_p1_sends_last(sa) || n->proto != PROTO_ISAKMP || cause == FAIL_NOTIFY || cause == FAIL_P1_PROPOSAL ||
	    (sa->up_at && sa->conn->child_done > sa->up_at))
		return;
	priv->refused = cause;
	notify_text(n, priv->refused_why, sizeof(priv->refused_why));
	if (priv->signs && v1_never_used(sa) && (!sa->conn->ike || sa->conn->ike == sa))
		failure_set(&sa->conn->failure, sa->e->now, PHASE_1, cause, WHO_PEER, NULL, priv->refused_why);
}

void v1_notify_void(struct ike_sa *sa)
{
	struct v1_priv *priv = v1_priv(sa);
	struct failure *f = &sa->conn->failure;

	if (priv->refused != FAIL_NONE && f->cause == priv->refused && f->when >= sa->up_at)
		*f = (struct failure){ 0 };
	priv->refused = FAIL_NONE;
}

void v1_notify_quick(struct ike_sa *sa, uint32_t msgid, const struct v1_notify *n)
{
	enum failure_cause cause = MEANING(phase2, n->type);
	/* PAYLOAD-MALFORMED and its like may speak of any message that we sent */
	struct v1_quick *q = v1_quick_for_notify(sa, msgid, n, cause != FAIL_NOTIFY);
	char a[SUBNET_STRLEN], b[SUBNET_STRLEN];
	struct v1_fail f;

	engine_log(sa->e, LOG_L_INFO, sa->conn, "the peer says %s (%u)", isakmp_notify_name(n->type), n->type);
	if (n->type == N_INVALID_SPI && n->proto == PROTO_ESP && n->spi_len == 4)
		child_esp_unknown(sa->conn, be32_at(n->spi));
	if (!q) {
		if (MEANING(late_authentic, n->type) == FAIL_ID && v1_never_used(sa))
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
