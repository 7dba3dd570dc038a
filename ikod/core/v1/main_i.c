// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "core/v1/v1.h"

/* Main mode, our side as initiator. */

bool v1_main_i_message1(struct ike_sa *sa)
{
	struct v1_phase1 *p1 = sa->p1;
	struct v1_writer *w = &p1->out;
	size_t body;

	v1_main_begin(sa, w, false);
	body = w->b.len + 4;
	v1_p1_offer(sa->conn->cfg, w);
	if (w->b.failed)
		return false;
	/* SAi_b of both hashes: the payload without its generic header (RFC 2409 3.2) */
	buf_put(&p1->sai_b, w->b.p + body, w->b.len - body);
	v1_vendor_put(w);
	v1_frag_offer(sa, w);
	v1_xauth_offer(sa, w);
	return v1_main_finish(sa, w, false) && !p1->sai_b.failed;
}

static bool own_offer(const struct ike_sa *sa, struct v1_sa *out)
{
	const struct v1_payload pl = { .type = PL_SA, .body = sa->p1->sai_b.p, .len = sa->p1->sai_b.len };

	return v1_sa_parse(&pl, 1, out);
}

enum v1_verdict v1_main_i_message2(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f)
{
	static const uint8_t no_cookie[ISAKMP_COOKIE_LEN];
	struct v1_sa ours, answer;
	struct ike_suite suite;

	if (!memcmp(m->hdr.cky_r, no_cookie, sizeof(no_cookie)))
		return V1_REJECT;
	if (!v1_sa_parse(v1_find(&m->chain, PL_SA, 0), 1, &answer) || !own_offer(sa, &ours))
		return V1_REJECT;
	if (!v1_p1_chosen(&ours, &answer, &suite, f) || !v1_p1_life_answered(sa, &answer.transforms[0], f))
		return V1_REJECT;
	if (!v1_generate_start(sa, NULL, &sa->p1->wait, suite.group))
		return V1_REJECT;
	memcpy(sa->cky_r, m->hdr.cky_r, sizeof(sa->cky_r));
	sa->path.local = m->path->local;
	sa->suite = suite;
	sa->p1->peer_vendors = v1_vendor_scan(sa, &m->chain);
	sa->dpd_ok = sa->p1->peer_vendors & VENDOR_DPD;
	v1_natt_agree(sa);
	v1_frag_agree(sa, &m->chain);
	return V1_JOB;
}

enum v1_verdict v1_main_i_generated(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f)
{
	if (!v1_main_keep_pub(sa, job) || !v1_main_make_nonce(sa) || !v1_main_put_ke(sa, &sa->p1->out)) {
		v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
		return V1_FAIL;
	}
	return V1_REPLY;
}

enum v1_verdict v1_main_i_message4(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f)
{
	if (!v1_main_take_ke(sa, m))
		return V1_REJECT;
	v1_natt_detect(sa, m);
	if (!v1_main_derive_start(sa)) {
		v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
		return V1_FAIL;
	}
	return V1_JOB;
}

enum v1_verdict v1_main_i_derived(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f)
{
	struct v1_writer *w = &sa->p1->out;

	v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
	if (!v1_main_take_keys(sa, job))
		return V1_FAIL;
	v1_natt_float(sa);
	v1_main_begin(sa, w, true);
	if (!v1_main_put_auth(sa, w))
		return V1_FAIL;
	v1_contact_put(sa, w);
	return v1_main_finish(sa, w, true) ? V1_REPLY : V1_FAIL;
}

enum v1_verdict v1_main_i_message6(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f)
{
	char text[V1_ID_STRLEN];
	struct v1_id id, expected;
	enum v1_verdict v = v1_main_check_auth(sa, m, &id, f);

	if (v == V1_REPLY && !conn_id_acceptable(sa->conn, &sa->path, &id, &expected)) {
		v1_fail_set(f, FAIL_ID, WHO_US, N_INVALID_ID_INFORMATION);
		snprintf(f->ours, sizeof(f->ours), "%.250s", v1_id_str(&expected, text));
		snprintf(f->theirs, sizeof(f->theirs), "%.250s", v1_id_str(&id, text));
		v = V1_FAIL;
	}
	if (v == V1_REPLY && !v1_p1_life_told(sa, &m->chain, f))
		v = V1_FAIL;
	if (v == V1_FAIL) {
		/* the peer believes that it is up: take that back */
		v1_refuse_protected(sa, PROTO_ISAKMP, NULL, 0, f);
		v1_send_delete_ike(sa);
		return V1_FAIL;
	}
	if (v != V1_REPLY)
		return v;
	sa->peer_id = id;
	sa->path = *m->path;
	return V1_REPLY;
}
