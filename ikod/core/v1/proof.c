// SPDX-License-Identifier: GPL-2.0
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "core/v1/v1.h"

/*
 * How the two sides prove themselves: HASH_I and HASH_R, made with a key that
 * the pre-shared key went into (RFC 2409 5.4), or RSA signatures over them and
 * certificates (5.1). A hash is made and checked at once; a signature is a job,
 * and so is the check of one, with all that the peer's certificates need.
 */

bool v1_proof_signs(const struct ike_sa *sa)
{
	return v1_auth_plain(sa->p1->auth) == P1_AUTH_RSA_SIG;
}

/* ---- ours ---- */

void v1_proof_identify(struct ike_sa *sa)
{
	struct buf *id_b = &sa->p1->id_b;
	struct v1_id id;

	conn_local_id(sa->conn, &sa->path, &id);
	buf_free(id_b);
	buf_u8(id_b, id.type);
	buf_u8(id_b, id.proto);
	buf_be16(id_b, id.port);
	buf_put(id_b, id.data, id.len);
}

static struct ike_job *hash_job(struct ike_sa *sa, enum ike_job_type type, bool initiator, const struct buf *id_b)
{
	struct ike_job *job = v1_job_new(sa, type, DH_NONE);

	if (!job)
		return NULL;
	job->hash_len = hash_info(sa->suite.hash)->len;
	if (!id_b->failed && v1_p1_hash(sa, initiator, id_b, job->hash))
		return job;
	ike_job_free(job);
	return NULL;
}

enum v1_verdict v1_proof_make(struct ike_sa *sa, struct v1_fail *f)
{
	struct ike_job *job;

	if (!v1_proof_signs(sa))
		return V1_REPLY;
	job = hash_job(sa, JOB_SIGN, sa->role == ROLE_INITIATOR, &sa->p1->id_b);
	if (!job) {
		v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
		return V1_FAIL;
	}
	v1_job_start(sa, NULL, &sa->p1->wait, job);
	return V1_JOB;
}

void v1_proof_made(struct ike_sa *sa, const struct ike_job *job)
{
	buf_free(&sa->p1->sig);
	buf_put(&sa->p1->sig, job->sig, job->sig_len);
}

/* RFC 2408 3.9, 3.10: the encoding, then the certificate or the name of who may issue it */
static void put_der(struct v1_writer *w, uint8_t payload, const uint8_t *der, size_t len)
{
	v1_pl_begin(w, payload);
	buf_u8(&w->b, CERT_X509_SIGNATURE);
	buf_put(&w->b, der, len);
	v1_pl_end(w);
}

void v1_proof_request(const struct ike_sa *sa, struct v1_writer *w)
{
	const struct pki *pki = sa->conn->cfg->pki;
	uint8_t *name;
	size_t len;

	for (unsigned int i = 0; i < CERTREQS_MAX && (name = pki_ca_name(pki, i, &len)); i++) {
		put_der(w, PL_CERTREQ, name, len);
		pki_der_free(name);
	}
}

static bool put_signature(struct ike_sa *sa, struct v1_writer *w)
{
	const struct pki *pki = sa->conn->cfg->pki;
	const struct buf *sig = &sa->p1->sig;
	uint8_t *der;
	size_t len;

	if (!pki || !sig->len || sig->failed)
		return false;
	for (unsigned int i = 0; i < PKI_CERTS_MAX && (der = pki_certificate(pki, i, &len)); i++) {
		put_der(w, PL_CERT, der, len);
		pki_der_free(der);
	}
	v1_put(w, PL_SIG, sig->p, sig->len);
	return true;
}

bool v1_proof_put(struct ike_sa *sa, struct v1_writer *w)
{
	const struct buf *id_b = &sa->p1->id_b;
	uint8_t hash[HASH_MAX_LEN];
	bool ok;

	if (v1_proof_signs(sa))
		return put_signature(sa, w);
	ok = !id_b->failed && v1_p1_hash(sa, sa->role == ROLE_INITIATOR, id_b, hash);
	if (ok)
		v1_put(w, PL_HASH, hash, hash_info(sa->suite.hash)->len);
	OPENSSL_cleanse(hash, sizeof(hash));
	return ok;
}

/* ---- theirs ---- */

static void keep_body(struct buf *to, const struct v1_payload *pl)
{
	if (!pl)
		return;
	buf_free(to);
	buf_put(to, pl->body, pl->len);
}

/* Of the encoding that we know; what else there is can only be of use to others. */
static void keep_certs(struct buf *to, const struct v1_chain *ch)
{
	const struct v1_payload *pl;
	unsigned int n = 0;

	buf_free(to);
	for (unsigned int i = 0; n < PKI_CERTS_MAX && (pl = v1_find(ch, PL_CERT, i)); i++) {
		if (pl->len < 2 || pl->len - 1 > PKI_CERT_MAX || pl->body[0] != CERT_X509_SIGNATURE)
			continue;
		buf_be16(to, (uint16_t)(pl->len - 1));
		buf_put(to, pl->body + 1, pl->len - 1);
		n++;
	}
}

static bool has_contact(const struct ike_sa *sa, const struct v1_chain *ch)
{
	struct v1_notify n;
	const char *why;

	for (unsigned int i = 0; i < v1_count(ch, PL_NOTIFY); i++)
		if (v1_notify_parse(v1_find(ch, PL_NOTIFY, i), &n, &why) && v1_contact_is(sa, &n))
			return true;
	return false;
}

bool v1_proof_keep(struct ike_sa *sa, const struct v1_msg *m)
{
	struct v1_phase1 *p1 = sa->p1;
	struct v1_life told = { 0 };

	/* message 1 of aggressive mode holds the identity, but not yet the proof */
	keep_body(&p1->peer_id_b, v1_find(&m->chain, PL_ID, 0));
	buf_free(&p1->peer_proof);
	keep_body(&p1->peer_proof, v1_find(&m->chain, v1_proof_signs(sa) ? PL_SIG : PL_HASH, 0));
	keep_certs(&p1->peer_certs, &m->chain);
	memcpy(p1->next_iv, m->iv, sizeof(p1->next_iv));
	p1->proof_path = *m->path;
	p1->proof_protected = m->hdr.flags & ISAKMP_FLAG_ENCRYPTED;
	/* no hash covers a notify: from under our keys alone */
	p1->proof_contact = p1->proof_protected && has_contact(sa, &m->chain);
	v1_lifetime_told(&m->chain, PROTO_ISAKMP, &told);
	p1->proof_life_s = told.s;
	return !p1->peer_id_b.failed && !p1->peer_proof.failed && !p1->peer_certs.failed;
}

void v1_proof_forget(struct ike_sa *sa)
{
	buf_free(&sa->p1->peer_proof);
	buf_free(&sa->p1->peer_certs);
}

bool v1_proof_id(const struct ike_sa *sa, struct v1_id *id, struct v1_fail *f)
{
	const struct buf *id_b = &sa->p1->peer_id_b;
	const struct v1_payload pl = { .type = PL_ID, .body = id_b->p, .len = id_b->len };
	const char *why;

	if (v1_p1_id_parse(&pl, id, &why))
		return true;
	v1_fail_set(f, FAIL_ID, WHO_US, N_INVALID_ID_INFORMATION);
	snprintf(f->theirs, sizeof(f->theirs), "%s", why);
	return false;
}

static enum v1_verdict check_hash(struct ike_sa *sa, struct v1_fail *f)
{
	const struct buf *proof = &sa->p1->peer_proof;
	size_t len = hash_info(sa->suite.hash)->len;
	uint8_t hash[HASH_MAX_LEN];
	bool ok;

	ok = v1_p1_hash(sa, sa->role == ROLE_RESPONDER, &sa->p1->peer_id_b, hash) && proof->len == len &&
	     !CRYPTO_memcmp(hash, proof->p, len);
	OPENSSL_cleanse(hash, sizeof(hash));
	if (ok)
		return V1_REPLY;
	/* not the end: a damaged packet looks the same, and the next one may be whole */
	v1_fail_set(f, FAIL_AUTH_FAILED, WHO_US, 0);
	return V1_REJECT;
}

static enum v1_verdict start_verify(struct ike_sa *sa, const struct conn *c, struct v1_fail *f)
{
	const struct v1_phase1 *p1 = sa->p1;
	struct ike_job *job;

	v1_fail_set(f, FAIL_SIGNATURE, WHO_US, 0);
	if (!p1->peer_proof.len || p1->peer_proof.len > sizeof(job->sig))
		return V1_REJECT;
	job = hash_job(sa, JOB_VERIFY, sa->role == ROLE_RESPONDER, &p1->peer_id_b);
	if (!job || !v1_proof_id(sa, &job->peer_id, f)) {
		ike_job_free(job);
		return V1_REJECT;
	}
	conn_cfg_put(job->cfg);
	job->cfg = conn_cfg_get(c->cfg);
	memcpy(job->sig, p1->peer_proof.p, p1->peer_proof.len);
	job->sig_len = p1->peer_proof.len;
	buf_put(&job->certs, p1->peer_certs.p, p1->peer_certs.len);
	v1_job_start(sa, NULL, &sa->p1->wait, job);
	return V1_JOB;
}

enum v1_verdict v1_proof_check(struct ike_sa *sa, const struct conn *c, struct v1_fail *f)
{
	return v1_proof_signs(sa) ? start_verify(sa, c, f) : check_hash(sa, f);
}

/* What a check of a signature comes to. */
static const struct {
	enum failure_cause cause;
	uint16_t notify;
} verdicts[PKI_VERDICTS] = {
	[PKI_NO_CERTIFICATE]	= { FAIL_CERT_MISSING, N_CERTIFICATE_UNAVAILABLE },
	[PKI_MALFORMED]		= { FAIL_CERT_INVALID, N_INVALID_CERT_ENCODING },
	[PKI_UNUSABLE]		= { FAIL_CERT_INVALID, N_INVALID_CERTIFICATE },
	[PKI_UNTRUSTED]		= { FAIL_CERT_UNTRUSTED, N_INVALID_CERT_AUTHORITY },
	[PKI_OUT_OF_TIME]	= { FAIL_CERT_EXPIRED, N_INVALID_CERTIFICATE },
	[PKI_REVOKED]		= { FAIL_CERT_REVOKED, N_INVALID_CERTIFICATE },
	[PKI_NO_CRL]		= { FAIL_CRL, N_INVALID_CERTIFICATE },
	[PKI_BAD_SIGNATURE]	= { FAIL_SIGNATURE, N_INVALID_SIGNATURE },
	[PKI_OTHER_ID]		= { FAIL_CERT_ID, N_INVALID_ID_INFORMATION },
};

/*
 * Anybody can send in clear what the peer would be refused for, without a key
 * of anybody's. Encrypted it is the peer's, but a bit that was changed on the
 * way shows in nothing but the proof itself (RFC 2409 has no other checksum):
 * only if it is bad again and again, the peer is wrong. That is not left to the
 * timers, since by its last message the peer believes that it is up.
 */
static bool may_be_forged(struct ike_sa *sa, enum pki_verdict v)
{
	if (!sa->p1->proof_protected)
		return true;
	return (v == PKI_MALFORMED || v == PKI_BAD_SIGNATURE) && ++sa->p1->bad_proofs < V1_BAD_PROOFS;
}

enum v1_verdict v1_proof_verdict(struct ike_sa *sa, const struct ike_job *job, struct v1_fail *f)
{
	char id[V1_ID_STRLEN];
	uint8_t iv[16];

	if (job->verdict == PKI_OK)
		return V1_REPLY;
	v1_fail_set(f, verdicts[job->verdict].cause, WHO_US, verdicts[job->verdict].notify);
	/* ours goes to the peer: its operator has to do something */
	if (job->verdict == PKI_OTHER_ID)
		snprintf(f->ours, sizeof(f->ours), "%.250s", v1_id_str(&job->peer_id, id));
	else
		snprintf(f->ours, sizeof(f->ours), "%s", failure_code(f->cause));
	snprintf(f->theirs, sizeof(f->theirs), "%s", job->text);
	memcpy(iv, sa->last_iv, sizeof(iv));
	v1_proof_refuse(sa, f);
	if (!may_be_forged(sa, job->verdict))
		return V1_FAIL;
	memcpy(sa->last_iv, iv, sizeof(iv));
	return V1_REJECT;
}

void v1_proof_refuse(struct ike_sa *sa, const struct v1_fail *f)
{
	/* who forges what comes in clear must not have the peer flooded with what we think of it */
	if (!sa->p1->proof_protected && !v1_may_refuse(sa->e, &sa->path))
		return;
	/* the peer's is that of its own message */
	memcpy(sa->last_iv, sa->p1->next_iv, sizeof(sa->last_iv));
	v1_refuse_protected(sa, PROTO_ISAKMP, NULL, 0, f);
}

void v1_proof_believe(struct ike_sa *sa, const struct v1_id *id)
{
	memcpy(sa->last_iv, sa->p1->next_iv, sizeof(sa->last_iv));
	sa->p1->initial_contact = sa->p1->proof_contact;
	sa->peer_id = *id;
}
