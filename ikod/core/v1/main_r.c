// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "core/v1/v1.h"

/*
 * Main mode, our side as responder. Until message 3 proves that the peer is
 * reachable where it says, all that we spend is one record: no Diffie-Hellman.
 */

enum v1_verdict v1_main_r_message1(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f)
{
	struct v1_writer *w = &sa->p1->out;
	enum v1_verdict v;

	v = v1_p1_take_offer(sa, m, w, f);
	if (v != V1_REPLY)
		return v;
	v1_vendor_put_agreed(sa, w);
	v1_frag_offer(sa, w);
	v1_xauth_offer(sa, w);
	return v1_p1_finish(sa, w, false) ? V1_REPLY : V1_REJECT;
}

enum v1_verdict v1_main_r_message3(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f)
{
	if (!v1_p1_take_ke(sa, m))
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
	if (!v1_p1_keep_pub(sa, job) || !v1_p1_make_nonce(sa) || !v1_p1_derive_start(sa)) {
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
	if (!v1_p1_take_keys(sa, job) || !v1_main_put_ke(sa, &sa->p1->out)) {
		v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
		return V1_FAIL;
	}
	secret_wipe(&sa->p1->priv);
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
static bool adopt(struct ike_sa *sa, const struct v1_id *id, const struct conn_cfg *proven_to, struct v1_fail *f)
{
	struct conn *c = conn_for_identity(sa, id);

	if (!c) {
		v1_p1_wrong_id(sa->conn, &sa->path, id, f);
		return false;
	}
	/* nor is who comes in without a password taken for who needs one */
	if (!v1_p1_accepts(c->cfg, sa->p1->auth, f))
		return false;
	if (v1_proof_signs(sa) && !pki_same(c->cfg->pki, proven_to->pki)) {
		v1_fail_set(f, FAIL_CERT_UNTRUSTED, WHO_US, N_AUTHENTICATION_FAILED);
		return false;
	}
	if (c == sa->conn)
		return true;
	if (!v1_proof_signs(sa) && !secret_eq(&c->cfg->psk, &proven_to->psk)) {
		v1_fail_set(f, FAIL_PSK_MISMATCH, WHO_US, N_AUTHENTICATION_FAILED);
		return false;
	}
	if (!offers_suite(c->cfg, &sa->suite)) {
		v1_fail_set(f, FAIL_P1_PROPOSAL, WHO_US, N_NO_PROPOSAL_CHOSEN);
		v1_p1_text(c->cfg, false, f->ours, sizeof(f->ours));
		ike_suite_str(&sa->suite, f->theirs);
		return false;
	}
	ike_sa_move(sa, c);
	return true;
}

/* The peer has proven, to who has @cfg, that it is who it says: then so do we. */
static enum v1_verdict authentic(struct ike_sa *sa, const struct conn_cfg *cfg, struct v1_fail *f)
{
	enum v1_verdict v;
	struct v1_id id;

	v1_natt_floated(sa, &sa->p1->proof_path);
	if (!v1_proof_id(sa, &id, f) || !adopt(sa, &id, cfg, f)) {
		v1_proof_refuse(sa, f);
		return V1_FAIL;
	}
	v1_proof_believe(sa, &id);
	v1_proof_identify(sa);
	v = v1_proof_make(sa, f);
	return v == V1_REPLY ? v1_main_put_proof(sa, f) : v;
}

/* Whose CAs a certificate is held against: the identity that it comes with says so. */
static const struct conn *whose(struct ike_sa *sa)
{
	struct v1_fail f;
	struct conn *c;
	struct v1_id id;

	c = v1_proof_id(sa, &id, &f) ? conn_for_identity(sa, &id) : NULL;
	return c && conn_cfg_has_auth(c->cfg, P1_AUTH_RSA_SIG) ? c : sa->conn;
}

enum v1_verdict v1_main_r_message5(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f)
{
	const struct conn *c = sa->conn;
	enum v1_verdict v;

	if (!v1_proof_keep(sa, m))
		return V1_REJECT;
	if (v1_proof_signs(sa))
		c = whose(sa);
	v = v1_proof_check(sa, c, f);
	return v == V1_REPLY ? authentic(sa, c->cfg, f) : v;
}

enum v1_verdict v1_main_r_verified(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f)
{
	enum v1_verdict v = v1_proof_verdict(sa, job, f);

	return v == V1_REPLY ? authentic(sa, job->cfg, f) : v;
}

enum v1_verdict v1_main_r_signed(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f)
{
	v1_proof_made(sa, job);
	return v1_main_put_proof(sa, f);
}
