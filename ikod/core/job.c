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

/* RFC 2409 5: SKEYID from the pre-shared key, then the keys of the ISAKMP SA */
static bool job_phase1(struct ike_job *job)
{
	const struct secret *psk = job->cfg ? &job->cfg->psk : NULL;
	struct secret gxy = { 0 };
	bool ok;

	if (!psk || !psk->len)
		return fail(job, "no pre-shared key");
	if (!dh_shared(job->suite.group, &job->priv, job->peer_pub, job->peer_pub_len, &gxy))
		return fail(job, "the peer's Diffie-Hellman value is not valid");
	ok = v1_skeyid_psk(job->suite.hash, psk, (struct bytes){ job->ni, job->ni_len },
			   (struct bytes){ job->nr, job->nr_len }, &job->keys.skeyid) &&
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

void ike_job_run(struct ike_job *job)
{
	static bool (*const run[])(struct ike_job *) = {
		[JOB_DH_GENERATE] = job_dh,
		[JOB_V1_PHASE1] = job_phase1,
		[JOB_V1_PHASE2] = job_phase2,
		[JOB_XAUTH] = job_xauth,
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
	conn_cfg_put(job->cfg);
	OPENSSL_cleanse(job, sizeof(*job));
	free(job);
}
