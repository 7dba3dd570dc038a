// SPDX-License-Identifier: GPL-2.0
#include <openssl/crypto.h>
#include <string.h>

#include "core/v1/v1.h"

/* What both sides of main mode do alike. */

void v1_main_begin(struct ike_sa *sa, struct v1_writer *w, bool encrypted)
{
	struct isakmp_hdr h = {
		.version = ISAKMP_VERSION_1, .exchange = XCHG_MAIN,
		.flags = encrypted ? ISAKMP_FLAG_ENCRYPTED : 0,
	};

	memcpy(h.cky_i, sa->cky_i, sizeof(h.cky_i));
	memcpy(h.cky_r, sa->cky_r, sizeof(h.cky_r));
	v1_begin(w, &h);
}

bool v1_main_finish(struct ike_sa *sa, struct v1_writer *w, bool encrypted)
{
	return encrypted ? v1_encrypt(sa, w, sa->last_iv) : v1_finish(w);
}

bool v1_main_make_nonce(struct ike_sa *sa)
{
	uint8_t nonce[V1_NONCE_LEN];

	engine_random(sa->e, nonce, sizeof(nonce));
	buf_free(&sa->p1->nonce);
	buf_put(&sa->p1->nonce, nonce, sizeof(nonce));
	return !sa->p1->nonce.failed;
}

bool v1_main_keep_pub(struct ike_sa *sa, struct ike_job *job)
{
	struct v1_phase1 *p1 = sa->p1;

	buf_free(&p1->pub);
	buf_put(&p1->pub, job->pub, job->pub_len);
	secret_move(&p1->priv, &job->priv);
	return !p1->pub.failed;
}

bool v1_main_take_ke(struct ike_sa *sa, const struct v1_msg *m)
{
	const struct v1_payload *ke = v1_find(&m->chain, PL_KE, 0);
	const struct v1_payload *nonce = v1_find(&m->chain, PL_NONCE, 0);
	struct v1_phase1 *p1 = sa->p1;

	/* RFC 2409 5: 8 to 256 bytes; the public value is exactly as long as the group's prime */
	if (ke->len != dh_info(sa->suite.group)->pub_len)
		return false;
	if (nonce->len < V1_NONCE_MIN || nonce->len > NONCE_MAX)
		return false;
	/* messages 3 and 4 look alike: ours, thrown back, must not pass for the peer's */
	if (nonce->len == p1->nonce.len && !memcmp(nonce->body, p1->nonce.p, nonce->len))
		return false;
	buf_free(&p1->peer_pub);
	buf_free(&p1->peer_nonce);
	buf_put(&p1->peer_pub, ke->body, ke->len);
	buf_put(&p1->peer_nonce, nonce->body, nonce->len);
	return !p1->peer_pub.failed && !p1->peer_nonce.failed;
}

bool v1_main_put_ke(struct ike_sa *sa, struct v1_writer *w)
{
	struct v1_phase1 *p1 = sa->p1;

	v1_main_begin(sa, w, false);
	v1_put(w, PL_KE, p1->pub.p, p1->pub.len);
	v1_put(w, PL_NONCE, p1->nonce.p, p1->nonce.len);
	if (sa->role == ROLE_RESPONDER)
		v1_vendor_put_dpd(sa, w);
	v1_natt_put(sa, w);
	return v1_main_finish(sa, w, false);
}

bool v1_main_derive_start(struct ike_sa *sa)
{
	struct ike_job *job = v1_job_new(sa, JOB_V1_PHASE1, sa->suite.group);
	const struct v1_phase1 *p1 = sa->p1;
	const struct buf *ni = sa->role == ROLE_INITIATOR ? &p1->nonce : &p1->peer_nonce;
	const struct buf *nr = sa->role == ROLE_INITIATOR ? &p1->peer_nonce : &p1->nonce;

	if (!job)
		return false;
	if (!secret_copy(&job->priv, &p1->priv)) {
		ike_job_free(job);
		return false;
	}
	job->suite = sa->suite;
	memcpy(job->peer_pub, p1->peer_pub.p, p1->peer_pub.len);
	job->peer_pub_len = p1->peer_pub.len;
	memcpy(job->ni, ni->p, ni->len);
	job->ni_len = ni->len;
	memcpy(job->nr, nr->p, nr->len);
	job->nr_len = nr->len;
	memcpy(job->cky_i, sa->cky_i, sizeof(job->cky_i));
	memcpy(job->cky_r, sa->cky_r, sizeof(job->cky_r));
	v1_job_start(sa, NULL, &sa->p1->wait, job);
	return true;
}

static struct bytes pub_of(const struct ike_sa *sa, bool initiator)
{
	const struct buf *b = initiator == (sa->role == ROLE_INITIATOR) ? &sa->p1->pub : &sa->p1->peer_pub;

	return (struct bytes){ b->p, b->len };
}

bool v1_main_take_keys(struct ike_sa *sa, struct ike_job *job)
{
	v1_keys_wipe(&sa->keys);
	secret_move(&sa->keys.skeyid, &job->keys.skeyid);
	secret_move(&sa->keys.skeyid_d, &job->keys.skeyid_d);
	secret_move(&sa->keys.skeyid_a, &job->keys.skeyid_a);
	secret_move(&sa->keys.skeyid_e, &job->keys.skeyid_e);
	secret_move(&sa->keys.enc, &job->keys.enc);
	secret_wipe(&sa->p1->priv);
	return v1_iv_phase1(&sa->suite, pub_of(sa, true), pub_of(sa, false), sa->last_iv);
}

static bool auth_hash(const struct ike_sa *sa, bool initiator, struct bytes id_b, uint8_t out[HASH_MAX_LEN])
{
	struct bytes sai_b = { sa->p1->sai_b.p, sa->p1->sai_b.len };

	return v1_auth_hash(&sa->keys, sa->suite.hash, initiator, pub_of(sa, true), pub_of(sa, false), sa->cky_i,
			    sa->cky_r, sai_b, id_b, out);
}

bool v1_main_put_auth(struct ike_sa *sa, struct v1_writer *w)
{
	size_t id_at = w->b.len + 4;
	uint8_t hash[HASH_MAX_LEN];
	struct bytes id_b;
	struct v1_id id;
	bool ok;

	conn_local_id(sa->conn, &sa->path, &id);
	v1_put_id(w, &id);
	if (w->b.failed)
		return false;
	id_b = (struct bytes){ w->b.p + id_at, w->b.len - id_at };
	ok = auth_hash(sa, sa->role == ROLE_INITIATOR, id_b, hash);
	if (ok)
		v1_put(w, PL_HASH, hash, hash_info(sa->suite.hash)->len);
	OPENSSL_cleanse(hash, sizeof(hash));
	return ok;
}

/* RFC 2407 4.6.2: in phase 1 protocol and port are both zero, or UDP and the IKE port. */
static bool id_port_ok(const struct v1_id *id)
{
	if (!id->proto)
		return !id->port;
	return id->proto == IPPROTO_UDP && (!id->port || id->port == IKE_PORT || id->port == IKE_NATT_PORT);
}

enum v1_verdict v1_main_check_auth(struct ike_sa *sa, const struct v1_msg *m, struct v1_id *id,
				   struct v1_fail *f)
{
	const struct v1_payload *hash_pl = v1_find(&m->chain, PL_HASH, 0);
	const struct v1_payload *id_pl = v1_find(&m->chain, PL_ID, 0);
	size_t len = hash_info(sa->suite.hash)->len;
	uint8_t hash[HASH_MAX_LEN];
	const char *why;
	bool ok;

	ok = auth_hash(sa, sa->role == ROLE_RESPONDER, (struct bytes){ id_pl->body, id_pl->len }, hash) &&
	     hash_pl->len == len && !CRYPTO_memcmp(hash, hash_pl->body, len);
	OPENSSL_cleanse(hash, sizeof(hash));
	if (!ok) {
		/* not the end: a damaged packet looks the same, and the next one may be whole */
		v1_fail_set(f, FAIL_AUTH_FAILED, WHO_US, 0);
		return V1_REJECT;
	}
	memcpy(sa->last_iv, m->iv, sizeof(sa->last_iv));
	if (!v1_id_parse(id_pl, id, &why) || !id_port_ok(id)) {
		v1_fail_set(f, FAIL_ID, WHO_US, N_INVALID_ID_INFORMATION);
		strncpy(f->theirs, "an identity with a protocol or port", sizeof(f->theirs) - 1);
		return V1_FAIL;
	}
	for (unsigned int i = 0; i < v1_count(&m->chain, PL_NOTIFY); i++) {
		struct v1_notify n;

		if (v1_notify_parse(v1_find(&m->chain, PL_NOTIFY, i), &n, &why))
			sa->p1->initial_contact |= v1_contact_is(sa, &n);
	}
	return V1_REPLY;
}
