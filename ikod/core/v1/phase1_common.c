// SPDX-License-Identifier: GPL-2.0
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "core/v1/v1.h"

/* What both sides, and both modes, do alike. */

void v1_p1_begin(struct ike_sa *sa, struct v1_writer *w, bool encrypted)
{
	struct isakmp_hdr h = {
		.version = ISAKMP_VERSION_1, .exchange = v1_priv(sa)->exchange,
		.flags = encrypted ? ISAKMP_FLAG_ENCRYPTED : 0,
	};

	memcpy(h.cky_i, sa->cky_i, sizeof(h.cky_i));
	memcpy(h.cky_r, sa->cky_r, sizeof(h.cky_r));
	v1_begin(w, &h);
}

bool v1_p1_finish(struct ike_sa *sa, struct v1_writer *w, bool encrypted)
{
	return encrypted ? v1_encrypt(sa, w, sa->last_iv) : v1_finish(w);
}

bool v1_p1_able(const struct conn_cfg *cfg)
{
	return conn_cfg_has_auth(cfg, P1_AUTH_PSK) || conn_cfg_has_auth(cfg, P1_AUTH_RSA_SIG);
}

bool v1_p1_accepts(const struct conn_cfg *cfg, uint16_t auth, struct v1_fail *f)
{
	bool xauth = false;

	for (unsigned int i = 0; i < cfg->n_auth; i++) {
		uint16_t ours = v1_p1_auth(cfg, i, false);

		if (ours == auth && conn_cfg_has_auth(cfg, cfg->auth[i]))
			return true;
		xauth |= v1_xauth_differs(ours, auth);
	}
	v1_fail_set(f, xauth ? FAIL_XAUTH_MISMATCH : FAIL_AUTH_METHOD, WHO_US, N_AUTHENTICATION_FAILED);
	return false;
}

bool v1_p1_make_nonce(struct ike_sa *sa)
{
	uint8_t nonce[V1_NONCE_LEN];

	engine_random(sa->e, nonce, sizeof(nonce));
	buf_free(&sa->p1->nonce);
	buf_put(&sa->p1->nonce, nonce, sizeof(nonce));
	return !sa->p1->nonce.failed;
}

bool v1_p1_keep_pub(struct ike_sa *sa, struct ike_job *job)
{
	struct v1_phase1 *p1 = sa->p1;

	buf_free(&p1->pub);
	buf_put(&p1->pub, job->pub, job->pub_len);
	secret_move(&p1->priv, &job->priv);
	return !p1->pub.failed;
}

bool v1_p1_take_ke(struct ike_sa *sa, const struct v1_msg *m)
{
	const struct v1_payload *ke = v1_find(&m->chain, PL_KE, 0);
	const struct v1_payload *nonce = v1_find(&m->chain, PL_NONCE, 0);
	struct v1_phase1 *p1 = sa->p1;

	/* RFC 2409 5: 8 to 256 bytes; the public value is exactly as long as the group's prime */
	if (ke->len != dh_info(sa->suite.group)->pub_len)
		return false;
	if (nonce->len < V1_NONCE_MIN || nonce->len > NONCE_MAX)
		return false;
	/* messages 3 and 4 of main mode look alike: ours, thrown back, must not pass for the peer's */
	if (nonce->len == p1->nonce.len && !memcmp(nonce->body, p1->nonce.p, nonce->len))
		return false;
	buf_free(&p1->peer_pub);
	buf_free(&p1->peer_nonce);
	buf_put(&p1->peer_pub, ke->body, ke->len);
	buf_put(&p1->peer_nonce, nonce->body, nonce->len);
	return !p1->peer_pub.failed && !p1->peer_nonce.failed;
}

void v1_p1_put_ke(const struct ike_sa *sa, struct v1_writer *w)
{
	const struct v1_phase1 *p1 = sa->p1;

	v1_put(w, PL_KE, p1->pub.p, p1->pub.len);
	v1_put(w, PL_NONCE, p1->nonce.p, p1->nonce.len);
}

bool v1_main_put_ke(struct ike_sa *sa, struct v1_writer *w)
{
	v1_p1_begin(sa, w, false);
	v1_p1_put_ke(sa, w);
	if (v1_proof_signs(sa))
		v1_proof_request(sa, w);
	if (sa->role == ROLE_RESPONDER)
		v1_vendor_put_dpd(sa, w);
	v1_natt_put(sa, w);
	return v1_p1_finish(sa, w, false);
}

enum v1_verdict v1_main_put_proof(struct ike_sa *sa, struct v1_fail *f)
{
	struct v1_writer *w = &sa->p1->out;
	uint8_t spi[2 * ISAKMP_COOKIE_LEN];

	v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
	v1_p1_begin(sa, w, true);
	v1_put(w, PL_ID, sa->p1->id_b.p, sa->p1->id_b.len);
	if (!v1_proof_put(sa, w))
		return V1_FAIL;
	v1_contact_put(sa, w);
	if (sa->p1->tell_life) {
		v1_spi_of(sa, spi);
		v1_lifetime_put(w, PROTO_ISAKMP, spi, sizeof(spi), sa->p1->life_s, 0);
	}
	return v1_p1_finish(sa, w, true) ? V1_REPLY : V1_FAIL;
}

bool v1_p1_derive_start(struct ike_sa *sa)
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
	job->auth = v1_auth_plain(p1->auth);
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

bool v1_p1_take_keys(struct ike_sa *sa, struct ike_job *job)
{
	v1_keys_wipe(&sa->keys);
	secret_move(&sa->keys.skeyid, &job->keys.skeyid);
	secret_move(&sa->keys.skeyid_d, &job->keys.skeyid_d);
	secret_move(&sa->keys.skeyid_a, &job->keys.skeyid_a);
	secret_move(&sa->keys.skeyid_e, &job->keys.skeyid_e);
	secret_move(&sa->keys.enc, &job->keys.enc);
	return v1_iv_phase1(&sa->suite, pub_of(sa, true), pub_of(sa, false), sa->last_iv);
}

bool v1_p1_hash(const struct ike_sa *sa, bool initiator, const struct buf *id_b, uint8_t out[HASH_MAX_LEN])
{
	struct bytes sai_b = { sa->p1->sai_b.p, sa->p1->sai_b.len };

	return v1_auth_hash(&sa->keys, sa->suite.hash, initiator, pub_of(sa, true), pub_of(sa, false), sa->cky_i,
			    sa->cky_r, sai_b, (struct bytes){ id_b->p, id_b->len }, out);
}

/* RFC 2407 4.6.2: in phase 1 protocol and port are both zero, or UDP and the IKE port. */
static bool id_port_ok(const struct v1_id *id)
{
	if (!id->proto)
		return !id->port;
	return id->proto == IPPROTO_UDP && (!id->port || id->port == IKE_PORT || id->port == IKE_NATT_PORT);
}

bool v1_p1_id_parse(const struct v1_payload *pl, struct v1_id *id, const char **why)
{
	if (!v1_id_parse(pl, id, why))
		return false;
	*why = "an identity with a protocol or port";
	return id_port_ok(id);
}

void v1_p1_wrong_id(const struct conn *c, const struct ike_path *path, const struct v1_id *id, struct v1_fail *f)
{
	char text[V1_ID_STRLEN];
	struct v1_id expected;

	v1_fail_set(f, FAIL_ID, WHO_US, N_INVALID_ID_INFORMATION);
	conn_id_acceptable(c, path, id, &expected);
	snprintf(f->ours, sizeof(f->ours), "%.250s", v1_id_str(&expected, text));
	snprintf(f->theirs, sizeof(f->theirs), "%.250s", v1_id_str(id, text));
}

bool v1_p1_expected_id(const struct ike_sa *sa, const struct v1_id *id, struct v1_fail *f)
{
	struct v1_id expected;

	if (conn_id_acceptable(sa->conn, &sa->path, id, &expected))
		return true;
	v1_p1_wrong_id(sa->conn, &sa->path, id, f);
	return false;
}

static bool own_offer(const struct ike_sa *sa, struct v1_sa *out)
{
	const struct v1_payload pl = { .type = PL_SA, .body = sa->p1->sai_b.p, .len = sa->p1->sai_b.len };

	return v1_sa_parse(&pl, 1, out);
}

static void take_vendors(struct ike_sa *sa, const struct v1_msg *m)
{
	sa->p1->peer_vendors = v1_vendor_scan(sa, &m->chain);
	sa->dpd_ok = sa->p1->peer_vendors & VENDOR_DPD;
	v1_natt_agree(sa);
	v1_frag_agree(sa, &m->chain);
}

void v1_p1_put_offer(struct ike_sa *sa, struct v1_writer *w)
{
	size_t body = w->b.len + 4;

	v1_p1_offer(sa->conn->cfg, w);
	/* SAi_b of both hashes: the payload without its generic header (RFC 2409 3.2) */
	buf_free(&sa->p1->sai_b);
	if (!w->b.failed)
		buf_put(&sa->p1->sai_b, w->b.p + body, w->b.len - body);
}

bool v1_p1_take_answer(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f)
{
	static const uint8_t no_cookie[ISAKMP_COOKIE_LEN];
	struct v1_sa ours, answer;
	struct ike_suite suite;

	if (!memcmp(m->hdr.cky_r, no_cookie, sizeof(no_cookie)))
		return false;
	if (!v1_sa_parse(v1_find(&m->chain, PL_SA, 0), 1, &answer) || !own_offer(sa, &ours))
		return false;
	if (!v1_p1_chosen(&ours, &answer, &suite, f) || !v1_p1_life_answered(sa, &answer.transforms[0], f))
		return false;
	memcpy(sa->cky_r, m->hdr.cky_r, sizeof(sa->cky_r));
	sa->path.local = m->path->local;
	sa->suite = suite;
	sa->p1->auth = answer.transforms[0].auth;
	take_vendors(sa, m);
	return true;
}

enum v1_verdict v1_p1_take_offer(struct ike_sa *sa, const struct v1_msg *m, struct v1_writer *w,
				 struct v1_fail *f)
{
	const struct v1_payload *pl = v1_find(&m->chain, PL_SA, 0);
	struct v1_phase1 *p1 = sa->p1;
	const struct v1_proposal *prop;
	const struct v1_transform *t;
	struct v1_sa offer;

	if (pl->len > V1_SA_BODY_MAX || !v1_sa_parse(pl, 1, &offer))
		return V1_REJECT;
	if (!v1_p1_able(sa->conn->cfg)) {
		v1_fail_set(f, FAIL_NO_SECRET, WHO_US, 0);
		return V1_FAIL;
	}
	t = v1_p1_select(sa->conn->cfg, &offer, &prop, &sa->suite, f);
	if (!t || !v1_p1_life_offered(sa, t, f)) {
		v1_refuse_clear(sa->e, &sa->path, m, f);
		return V1_FAIL;
	}
	p1->auth = t->auth;
	take_vendors(sa, m);
	buf_put(&p1->sai_b, pl->body, pl->len);
	v1_p1_begin(sa, w, false);
	v1_put_sa_chosen(w, prop, NULL, 0, t);
	return p1->sai_b.failed || w->b.failed ? V1_REJECT : V1_REPLY;
}
