// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "core/v1/v1.h"

/* Aggressive mode, our side as initiator: we say who we are to whoever hears it, and they prove themselves first. */

bool v1_aggr_i_start(struct ike_sa *sa)
{
	/* RFC 2409 5: the group cannot be negotiated, so all proposals have the same */
	return v1_generate_start(sa, NULL, &sa->p1->wait, sa->conn->cfg->ike[0].group);
}

enum v1_verdict v1_aggr_i_generated(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f)
{
	struct v1_writer *w = &sa->p1->out;

	v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
	if (!v1_p1_keep_pub(sa, job) || !v1_p1_make_nonce(sa))
		return V1_FAIL;
	v1_p1_begin(sa, w, false);
	v1_p1_put_offer(sa, w);
	v1_p1_put_ke(sa, w);
	v1_proof_identify(sa);
	v1_put(w, PL_ID, sa->p1->id_b.p, sa->p1->id_b.len);
	if (conn_cfg_has_auth(sa->conn->cfg, P1_AUTH_RSA_SIG))
		v1_proof_request(sa, w);
	v1_vendor_put(w);
	v1_frag_offer(sa, w);
	v1_xauth_offer(sa, w);
	return v1_p1_finish(sa, w, false) && !sa->p1->sai_b.failed && !sa->p1->id_b.failed ? V1_REPLY : V1_FAIL;
}

/* Nothing of it is proven before the keys are there: a forged one costs us a job, no more. */
enum v1_verdict v1_aggr_i_message2(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f)
{
	if (!v1_p1_take_answer(sa, m, f))
		return V1_REJECT;
	v1_natt_detect(sa, m);
	if (v1_p1_take_ke(sa, m) && v1_proof_keep(sa, m) && v1_p1_derive_start(sa))
		return V1_JOB;
	memset(sa->cky_r, 0, sizeof(sa->cky_r));
	return V1_REJECT;
}

/* The responder's operator has nothing else to learn it from: it cannot see why no message 3 comes. */
static void complain(struct ike_sa *sa)
{
	struct v1_msg about = { .body_len = sa->p1->rs.msg.len };
	struct v1_fail f;

	memcpy(about.hdr.cky_i, sa->cky_i, sizeof(about.hdr.cky_i));
	memcpy(about.hdr.cky_r, sa->cky_r, sizeof(about.hdr.cky_r));
	v1_fail_set(&f, FAIL_PSK_MISMATCH, WHO_US, N_INVALID_HASH_INFORMATION);
	v1_refuse_clear(sa->e, &sa->path, &about, &f);
}

static enum v1_verdict message3(struct ike_sa *sa, struct v1_fail *f)
{
	struct v1_writer *w = &sa->p1->out;

	v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
	v1_natt_float(sa);
	/* the last IV is that of the keys: message 2 was in clear */
	v1_p1_begin(sa, w, true);
	if (!v1_proof_put(sa, w))
		return V1_FAIL;
	v1_natt_put(sa, w);
	return v1_p1_finish(sa, w, true) ? V1_REPLY : V1_FAIL;
}

/* The peer has proven that it is who it says: then so do we. */
static enum v1_verdict authentic(struct ike_sa *sa, struct v1_fail *f)
{
	enum v1_verdict v;
	struct v1_id id;

	if (!v1_proof_id(sa, &id, f) || !v1_p1_expected_id(sa, &id, f)) {
		v1_proof_refuse(sa, f);
		return V1_FAIL;
	}
	v1_proof_believe(sa, &id);
	v = v1_proof_make(sa, f);
	return v == V1_REPLY ? message3(sa, f) : v;
}

enum v1_verdict v1_aggr_i_derived(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f)
{
	enum v1_verdict v;

	v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
	if (!v1_p1_take_keys(sa, job))
		return V1_FAIL;
	memcpy(sa->p1->next_iv, sa->last_iv, sizeof(sa->p1->next_iv));
	v = v1_proof_check(sa, sa->conn, f);
	if (v == V1_REJECT && !v1_proof_signs(sa)) {
		complain(sa);
		v1_fail_set(f, FAIL_PSK_MISMATCH, WHO_US, 0);
	}
	return v == V1_REPLY ? authentic(sa, f) : v;
}

enum v1_verdict v1_aggr_i_verified(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f)
{
	enum v1_verdict v = v1_proof_verdict(sa, job, f);

	return v == V1_REPLY ? authentic(sa, f) : v;
}

/*
 * Message 3 and the questions that went along with it are out as often as they
 * may be. Who was not asked, in either order of the hash (v1_send_dpd()), may
 * have had no reason to speak.
 */
void v1_aggr_unheard(void *owner)
{
	struct ike_sa *sa = owner;

	if (sa->dpd_open > 1)
		conn_unheard(sa);
}

enum v1_verdict v1_aggr_i_signed(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f)
{
	v1_proof_made(sa, job);
	return message3(sa, f);
}
