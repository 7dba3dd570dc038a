// SPDX-License-Identifier: GPL-2.0
#include "core/job.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

static bool fail(struct ike_job *job, const char *why)
{
	job->why = why;
	return false;
}

static bool job_dh(struct ike_job *job)
{
	if (!dh_generate(job->group, job->seed, &job->priv, job->pub, &job->pub_len))
		return fail(job, "no Diffie-Hellman key pair could be made");
	return true;
}

/* RFC 2409 5: SKEYID, which makes the difference between the methods of authentication */
static bool skeyid(struct ike_job *job, const struct secret *gxy)
{
	struct bytes ni = { job->ni, job->ni_len }, nr = { job->nr, job->nr_len };

	if (job->auth == P1_AUTH_RSA_SIG)
		return v1_skeyid_sig(job->suite.hash, gxy, ni, nr, &job->keys.skeyid);
	return v1_skeyid_psk(job->suite.hash, &job->cfg->psk, ni, nr, &job->keys.skeyid);
}

static bool job_phase1(struct ike_job *job)
{
	struct secret gxy = { 0 };
	bool ok;

	if (!job->cfg || (job->auth != P1_AUTH_RSA_SIG && !job->cfg->psk.len))
		return fail(job, "no pre-shared key");
	if (!dh_shared(job->suite.group, &job->priv, job->peer_pub, job->peer_pub_len, &gxy))
		return fail(job, "the peer's Diffie-Hellman value is not valid");
	ok = skeyid(job, &gxy) &&
	     v1_derive(&job->keys, &job->suite, &gxy, job->cky_i, job->cky_r);
	secret_wipe(&gxy);
	return ok ? true : fail(job, "the keys could not be derived");
}

static bool job_phase2(struct ike_job *job)
{
	if (!dh_shared(job->group, &job->priv, job->peer_pub, job->peer_pub_len, &job->gqm))
		return fail(job, "the peer's Diffie-Hellman value is not valid");
	return true;
}

/* Who is not known takes as long as who is: a hash that nothing fits is computed all the same. */
static bool job_xauth(struct ike_job *job)
{
	const struct conn_cfg *cfg = job->cfg;
	const struct xauth_user *known = NULL;
	bool ok;

	for (unsigned int i = 0; i < cfg->n_users; i++)
		if (!strcmp(cfg->users[i].name, job->user))
			known = &cfg->users[i];
	if (!cfg->n_users)
		return fail(job, "no users");
	ok = password_check(known ? &known->hash : &cfg->users[0].hash, &job->password) && known;
	return ok ? true : fail(job, "no such user and password");
}

static bool job_sign(struct ike_job *job)
{
	if (!job->cfg->pki || !pki_sign(job->cfg->pki, (struct bytes){ job->hash, job->hash_len }, job->sig, &job->sig_len))
		return fail(job, "no signature could be made");
	return true;
}

static void certs_split(const struct ike_job *job, struct pki_proof *proof)
{
	struct cursor c = cursor_of(job->certs.p, job->certs.len);

	while (c.left && proof->n_certs < PKI_CERTS_MAX) {
		size_t len = cursor_be16(&c);
		const uint8_t *der = cursor_bytes(&c, len);

		if (!der)
			return;
		proof->certs[proof->n_certs++] = (struct bytes){ der, len };
	}
}

static bool job_verify(struct ike_job *job)
{
	struct pki_proof proof = {
		.id = &job->peer_id, .hash = { job->hash, job->hash_len }, .sig = { job->sig, job->sig_len },
		.weak = job->cfg->weak_crypto,
	};

	if (!job->cfg->pki)
		return fail(job, "no CA");
	certs_split(job, &proof);
	job->verdict = pki_verify(job->cfg->pki, &proof, job->text);
	return true;
}

void ike_job_run(struct ike_job *job)
{
	static bool (*const run[])(struct ike_job *) = {
		[JOB_DH_GENERATE] = job_dh,
		[JOB_V1_PHASE1] = job_phase1,
		[JOB_V1_PHASE2] = job_phase2,
		[JOB_XAUTH] = job_xauth,
		[JOB_SIGN] = job_sign,
		[JOB_VERIFY] = job_verify,
	};

	job->why = NULL;
	job->ok = run[job->type](job);
}

void ike_job_free(struct ike_job *job)
{
	if (!job)
		return;
	secret_wipe(&job->priv);
	secret_wipe(&job->gqm);
	secret_wipe(&job->password);
	v1_keys_wipe(&job->keys);
	buf_free(&job->certs);
	conn_cfg_put(job->cfg);
	OPENSSL_cleanse(job, sizeof(*job));
	free(job);
}
