// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "core/v1/v1.h"

/*
 * Main mode, our side as responder. Until message 3 proves that the peer is
 * reachable where it says, all that we spend is one record: no Diffie-Hellman.
 */

enum v1_verdict v1_main_r_message1(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f)
{
	const struct v1_payload *pl = v1_find(&m->chain, PL_SA, 0);
	const struct v1_proposal *prop;
	const struct v1_transform *t;
	struct v1_phase1 *p1 = sa->p1;
	struct v1_sa offer;

	if (pl->len > V1_SA_BODY_MAX || !v1_sa_parse(pl, 1, &offer))
		return V1_REJECT;
	if (!sa->conn->cfg->psk.p) {
		v1_fail_set(f, FAIL_NO_SECRET, WHO_US, 0);
		return V1_FAIL;
	}
	t = v1_p1_select(sa->conn->cfg, &offer, &prop, &sa->suite, f);
	if (!t || !v1_p1_life_offered(sa, t, f)) {
		v1_refuse_clear(sa->e, &sa->path, m, f);
		return V1_FAIL;
	}
	p1->peer_vendors = v1_vendor_scan(sa, &m->chain);
	sa->dpd_ok = p1->peer_vendors & VENDOR_DPD;
	v1_natt_agree(sa);
	v1_frag_agree(sa, &m->chain);
	buf_put(&p1->sai_b, pl->body, pl->len);
	v1_main_begin(sa, &p1->out, false);
	v1_put_sa_chosen(&p1->out, prop, NULL, 0, t);
	v1_vendor_put_agreed(sa, &p1->out);
	v1_frag_offer(sa, &p1->out);
	v1_xauth_offer(sa, &p1->out);
	if (p1->sai_b.failed || !v1_main_finish(sa, &p1->out, false))
		return V1_REJECT;
	return V1_REPLY;
}

enum v1_verdict v1_main_r_message3(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f)
{
	if (!v1_main_take_ke(sa, m))
		return V1_REJECT;
	v1_natt_detect(sa, m);
	if (!v1_generate_start(sa, NULL, &sa->p1->wait, sa->suite.group)) {
		v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
		return V1_FAIL;
	}
	return V1_JOB;
}

enum v1_verdict v1_main_r_generated(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f)
{
	if (!v1_main_keep_pub(sa, job) || !v1_main_make_nonce(sa) || !v1_main_derive_start(sa)) {
		v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
		return V1_FAIL;
	}
	return V1_JOB;
}

/*
 * Message 4 leaves once the keys are there: message 5 then never has to be kept
 * until it can be read.
 */
enum v1_verdict v1_main_r_derived(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f)
{
	if (!v1_main_take_keys(sa, job) || !v1_main_put_ke(sa, &sa->p1->out)) {
		v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
		return V1_FAIL;
	}
	return V1_REPLY;
}

static bool offers_suite(const struct conn_cfg *cfg, const struct ike_suite *s)
{
	for (unsigned int i = 0; i < cfg->n_ike; i++)
		if (cfg->ike[i].enc == s->enc && cfg->ike[i].keybits == s->keybits &&
		    cfg->ike[i].hash == s->hash && cfg->ike[i].group == s->group)
			return true;
	return false;
}

/*
 * The identity says which connection this is (a peer at any address). Proposal
 * and key were chosen by the address before, so they must be right for that
 * connection, too: who knows one key may not be taken for the owner of another.
 */
static bool adopt(struct ike_sa *sa, const struct v1_id *id, struct v1_fail *f)
{
	struct conn *c = conn_for_identity(sa, id);
	char text[V1_ID_STRLEN];
	struct v1_id expected;

	if (!c) {
		v1_fail_set(f, FAIL_ID, WHO_US, N_INVALID_ID_INFORMATION);
		conn_id_acceptable(sa->conn, &sa->path, id, &expected);
		snprintf(f->ours, sizeof(f->ours), "%.250s", v1_id_str(&expected, text));
		snprintf(f->theirs, sizeof(f->theirs), "%.250s", v1_id_str(id, text));
		return false;
	}
	if (c == sa->conn)
		return true;
	if (!secret_eq(&c->cfg->psk, &sa->conn->cfg->psk)) {
		v1_fail_set(f, FAIL_PSK_MISMATCH, WHO_US, N_AUTHENTICATION_FAILED);
		return false;
	}
	/* who comes in without a password is not taken for who needs one */
	if (v1_p1_auth(c->cfg, false) != v1_p1_auth(sa->conn->cfg, false)) {
		v1_fail_set(f, FAIL_XAUTH_MISMATCH, WHO_US, N_AUTHENTICATION_FAILED);
		return false;
	}
	if (!offers_suite(c->cfg, &sa->suite)) {
		v1_fail_set(f, FAIL_P1_PROPOSAL, WHO_US, N_NO_PROPOSAL_CHOSEN);
		v1_p1_text(c->cfg, f->ours, sizeof(f->ours));
		ike_suite_str(&sa->suite, f->theirs);
		return false;
	}
	ike_sa_move(sa, c);
	return true;
}

enum v1_verdict v1_main_r_message5(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f)
{
	struct v1_writer *w = &sa->p1->out;
	uint8_t spi[2 * ISAKMP_COOKIE_LEN];
	struct v1_id id;
	enum v1_verdict v = v1_main_check_auth(sa, m, &id, f);

	if (v == V1_REJECT)
		return v;
	v1_natt_floated(sa, m->path);
	if (v == V1_REPLY && !adopt(sa, &id, f))
		v = V1_FAIL;
	if (v == V1_FAIL) {
		v1_refuse_protected(sa, PROTO_ISAKMP, NULL, 0, f);
		return v;
	}
	sa->peer_id = id;
	v1_main_begin(sa, w, true);
	v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
	if (!v1_main_put_auth(sa, w))
		return V1_FAIL;
	v1_contact_put(sa, w);
	if (sa->p1->tell_life) {
		v1_spi_of(sa, spi);
		v1_lifetime_put(w, PROTO_ISAKMP, spi, sizeof(spi), sa->p1->life_s, 0);
	}
	return v1_main_finish(sa, w, true) ? V1_REPLY : V1_FAIL;
}
