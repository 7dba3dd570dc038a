/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CORE_JOB_H
#define IKOD_CORE_JOB_H

#include "core/config.h"
#include "crypto/dh.h"
#include "crypto/v1_keys.h"

/*
 * Slow or secret-touching work, done outside the engine: a job owns copies of
 * all that it needs, so it may run in any thread. Pre-shared and private keys
 * are used here and nowhere else, and a peer's certificates are parsed here.
 */

enum ike_job_type {
	JOB_DH_GENERATE,	/* group, seed -> priv, pub */
	JOB_V1_PHASE1,		/* auth, suite, priv, peer_pub, psk, nonces, cookies -> keys */
	JOB_V1_PHASE2,		/* group, priv, peer_pub -> gqm */
	JOB_XAUTH,		/* cfg, user, password -> ok: may it come in */
	JOB_SIGN,		/* hash, private key -> sig */
	JOB_VERIFY,		/* hash, sig, certs, id, CAs -> verdict, text */
};

#define NONCE_MAX 256

/**
 * struct ike_job - input and result of one job
 * @id: the engine's, finds the waiting SA again; it may be gone by then
 * @auth: P1_AUTH_PSK or P1_AUTH_RSA_SIG
 * @cfg: reference held for the job, which reads cfg->psk and cfg->pki
 * @certs: of the peer, one DER after the other, each behind its length in 16 bits
 * @text: what there is to say about @verdict, printable
 * @ok: result; @why is set if false
 */
struct ike_job {
	uint64_t id;
	enum ike_job_type type;
	unsigned int group;
	uint8_t seed[DH_SEED_LEN];
	struct secret priv;
	uint8_t pub[DH_PUB_MAX];
	size_t pub_len;
	uint8_t peer_pub[DH_PUB_MAX];
	size_t peer_pub_len;
	struct conn_cfg *cfg;
	struct ike_suite suite;
	uint8_t ni[NONCE_MAX], nr[NONCE_MAX];
	size_t ni_len, nr_len;
	uint8_t cky_i[8], cky_r[8];
	struct v1_keys keys;
	struct secret gqm;
	char user[XAUTH_USER_MAX + 1];
	struct secret password;
	uint16_t auth;
	uint8_t hash[HASH_MAX_LEN];
	size_t hash_len;
	uint8_t sig[PKI_SIG_MAX];
	size_t sig_len;
	struct buf certs;
	struct v1_id peer_id;
	enum pki_verdict verdict;
	char text[PKI_WHY];
	bool ok;
	const char *why;
};

/** ike_job_run - do the work; pure, thread safe */
void ike_job_run(struct ike_job *job);
/** ike_job_free - wipe and release (engine thread: drops the cfg reference) */
void ike_job_free(struct ike_job *job);

#endif
