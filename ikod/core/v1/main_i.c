// SPDX-License-Identifier: GPL-2.0
#include "core/v1/v1.h"

/* Main mode, our side as initiator. */

bool v1_main_i_message1(struct ike_sa *sa)
{
	struct v1_writer *w = &sa->p1->out;

	v1_p1_begin(sa, w, false);
	v1_p1_put_offer(sa, w);
	v1_vendor_put(w);
	v1_frag_offer(sa, w);
	v1_xauth_offer(sa, w);
	return v1_p1_finish(sa, w, false) && !sa->p1->sai_b.failed;
}

enum v1_verdict v1_main_i_message2(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f)
{
	if (!v1_p1_take_answer(sa, m, f))
		return V1_REJECT;
	if (!v1_generate_start(sa, NULL, &sa->p1->wait, sa->suite.group)) {
		v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
		return V1_FAIL;
	}
	return V1_JOB;
}

enum v1_verdict v1_main_i_generated(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f)
{
	if (!v1_p1_keep_pub(sa, job) || !v1_p1_make_nonce(sa) || !v1_main_put_ke(sa, &sa->p1->out)) {
		v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
		return V1_FAIL;
	}
	return V1_REPLY;
}

enum v1_verdict v1_main_i_message4(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f)
{
	if (!v1_p1_take_ke(sa, m))
		return V1_REJECT;
	v1_natt_detect(sa, m);
	if (!v1_p1_derive_start(sa)) {
		v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
		return V1_FAIL;
	}
	return V1_JOB;
}

enum v1_verdict v1_main_i_derived(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f)
{
	enum v1_verdict v;

	v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
	if (!v1_p1_take_keys(sa, job))
		return V1_FAIL;
	secret_wipe(&sa->p1->priv);
	v1_natt_float(sa);
	v1_proof_identify(sa);
	v = v1_proof_make(sa, f);
	return v == V1_REPLY ? v1_main_put_proof(sa, f) : v;
}

enum v1_verdict v1_main_i_signed(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f)
{
	v1_proof_made(sa, job);
	return v1_main_put_proof(sa, f);
}

/* The peer has proven that it is who it says. */
static enum v1_verdict authentic(struct ike_sa *sa, struct v1_fail *f)
{
	struct v1_id id;

	if (!v1_proof_id(sa, &id, f) || !v1_p1_expected_id(sa, &id, f) ||
	    !v1_p1_life_told(sa, sa->p1->proof_life_s, f)) {
		/* the peer believes that it is up: take that back */
		v1_proof_refuse(sa, f);
		v1_send_delete_ike(sa);
		return V1_FAIL;
	}
	v1_proof_believe(sa, &id);
	v1_natt_answered(sa, &sa->p1->proof_path);
	return V1_REPLY;
}

enum v1_verdict v1_main_i_message6(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f)
{
	enum v1_verdict v;

	if (!v1_proof_keep(sa, m))
		return V1_REJECT;
	v = v1_proof_check(sa, sa->conn, f);
	return v == V1_REPLY ? authentic(sa, f) : v;
}

enum v1_verdict v1_main_i_verified(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f)
{
	enum v1_verdict v = v1_proof_verdict(sa, job, f);

	if (v == V1_FAIL)
		v1_send_delete_ike(sa);
	return v == V1_REPLY ? authentic(sa, f) : v;
}
