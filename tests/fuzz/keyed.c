// SPDX-License-Identifier: GPL-2.0
/*
 * The engine behind decryption: a peer that has the keys and says anything.
 * Input: scene, variant, chunks; each chunk is the plaintext of a message, that
 * is hashed and encrypted as it should be, so that the victim believes it.
 *
 * op chooses how it is sealed (bits 0-2) and the path (bits 3-5), arg bends it:
 * 0x80 the hash is wrong, 0x40 the message id of the one before, 0x20 another
 * IV, 0x10 the commit bit, 0x08 in fragments; bits 0-2 another exchange.
 *
 * An exchange that the engine learns gets a row in seals[].
 */
#include <stdlib.h>
#include <string.h>

#include "core/v1/transaction.h"
#include "fuzz/check.h"
#include "fuzz/creds.h"
#include "fuzz/rig.h"

const size_t fuzz_chunks_at = 2;

enum { BAD_HASH = 0x80, SAME_MSGID = 0x40, BAD_IV = 0x20, COMMIT = 0x10, IN_PIECES = 0x08 };

/** struct message - a message on its way to the victim */
struct message {
	struct ike_sa *sa;
	struct v1_quick *q;
	struct v1_transaction *t;
	struct v1_writer w;
	uint8_t exchange, arg, iv[16];
	uint32_t msgid;
	bool sealed;			/* hashed and encrypted, or to go in clear */
};

/* ---- phase 1 ---- */

static struct bytes buf_bytes(const struct buf *b)
{
	return (struct bytes){ b->p, b->len };
}

static struct bytes body_of(const struct v1_payload *pl)
{
	return pl ? (struct bytes){ pl->body, pl->len } : (struct bytes){ NULL, 0 };
}

/* HASH_I or HASH_R of the peer (RFC 2409 5) over @id, under @keys. */
static bool peer_hash(const struct ike_sa *sa, const struct v1_keys *keys, struct bytes peer_pub, struct bytes id,
		      uint8_t out[HASH_MAX_LEN])
{
	bool begins = sa->role == ROLE_RESPONDER;
	struct bytes own = buf_bytes(&sa->p1->pub);

	return v1_auth_hash(keys, sa->suite.hash, begins, begins ? peer_pub : own, begins ? own : peer_pub, sa->cky_i,
			    sa->cky_r, buf_bytes(&sa->p1->sai_b), id, out);
}

/* Where HASH stands, or SIG, there is the peer's, if it is as long as that. */
static void fill_proof(const struct ike_sa *sa, const struct v1_chain *ch, uint8_t *body, const uint8_t hash[HASH_MAX_LEN])
{
	const struct v1_payload *pl = v1_find(ch, PL_HASH, 0);
	size_t len = hash_info(sa->suite.hash)->len, sig_len;
	uint8_t sig[PKI_SIG_MAX];

	if (pl && pl->len == len)
		memcpy(body + (pl->body - body), hash, len);
	pl = v1_find(ch, PL_SIG, 0);
	if (pl && creds_sign(1, (struct bytes){ hash, len }, sig, &sig_len) && pl->len == sig_len)
		memcpy(body + (pl->body - body), sig, sig_len);
}

/*
 * Message 2 of aggressive mode is what the keys are made of, so they are made
 * here as the victim will make them.
 */
static bool keys_of_answer(const struct message *m, const struct v1_chain *ch, struct v1_keys *out)
{
	const struct v1_payload *nonce = v1_find(ch, PL_NONCE, 0);
	const struct v1_phase1 *p1 = m->sa->p1;
	struct ike_job *job;

	if (!nonce || nonce->len > NONCE_MAX)
		return false;
	job = v1_job_new(m->sa, JOB_V1_PHASE1, m->sa->suite.group);
	FUZZ_CHECK(job);
	job->suite = m->sa->conn->cfg->ike[0];
	job->auth = v1_count(ch, PL_SIG) ? P1_AUTH_RSA_SIG : P1_AUTH_PSK;
	memcpy(job->ni, p1->nonce.p, p1->nonce.len);
	job->ni_len = p1->nonce.len;
	memcpy(job->nr, nonce->body, nonce->len);
	job->nr_len = nonce->len;
	memcpy(job->cky_i, m->sa->cky_i, sizeof(job->cky_i));
	memcpy(job->cky_r, m->w.b.p + ISAKMP_COOKIE_LEN, sizeof(job->cky_r));
	rig_run_job(job);
	*out = job->keys;
	memset(&job->keys, 0, sizeof(job->keys));
	ike_job_free(job);
	return true;
}

static void prove_answer(const struct message *m, const struct v1_chain *ch, uint8_t *body)
{
	struct ike_sa as_answered = *m->sa;
	struct v1_keys keys = { 0 };
	uint8_t hash[HASH_MAX_LEN];

	as_answered.suite = m->sa->conn->cfg->ike[0];
	memcpy(as_answered.cky_r, m->w.b.p + ISAKMP_COOKIE_LEN, sizeof(as_answered.cky_r));
	if (keys_of_answer(m, ch, &keys) &&
	    peer_hash(&as_answered, &keys, body_of(v1_find(ch, PL_KE, 0)), body_of(v1_find(ch, PL_ID, 0)), hash))
		fill_proof(&as_answered, ch, body, hash);
	v1_keys_wipe(&keys);
}

/* The identity is in the message, wherever it stands, or was in message 1. */
static void prove(const struct message *m)
{
	uint8_t *body = m->w.b.p + ISAKMP_HDR_LEN, hash[HASH_MAX_LEN];
	const struct ike_sa *sa = m->sa;
	struct bytes id = buf_bytes(&sa->p1->peer_id_b);
	struct v1_chain ch;

	if (!v1_chain_parse(m->w.b.p[16], body, m->w.b.len - ISAKMP_HDR_LEN, true, &ch))
		return;
	if (sa->p1->state == P1_AI_WAIT_SA) {
		prove_answer(m, &ch, body);
		return;
	}
	if (v1_find(&ch, PL_ID, 0))
		id = body_of(v1_find(&ch, PL_ID, 0));
	if (id.p && peer_hash(sa, &sa->keys, buf_bytes(&sa->p1->peer_pub), id, hash))
		fill_proof(sa, &ch, body, hash);
}

static bool seal_phase1(struct message *m, const struct fuzz_chunk *c)
{
	struct isakmp_hdr h = { .next = c->first, .version = ISAKMP_VERSION_1, .flags = ISAKMP_FLAG_ENCRYPTED };

	if (!m->sa->p1)
		return false;
	h.exchange = v1_priv(m->sa)->exchange;
	memcpy(m->iv, m->sa->last_iv, sizeof(m->iv));
	memcpy(h.cky_i, m->sa->cky_i, sizeof(h.cky_i));
	memcpy(h.cky_r, m->sa->cky_r, sizeof(h.cky_r));
	/* message 2 of aggressive mode; message 3 may be in clear, too */
	m->sealed = m->sa->p1->state == P1_AI_WAIT_SA || (h.exchange == XCHG_AGGRESSIVE && m->arg & 1);
	if (m->sealed)
		h.flags = 0;
	if (m->sa->p1->state == P1_AI_WAIT_SA)
		memset(h.cky_r, 0x79, sizeof(h.cky_r));
	v1_begin(&m->w, &h);
	buf_put(&m->w.b, c->p, c->len);
	if (!(m->arg & BAD_HASH))
		prove(m);
	if (m->sealed)
		v1_finish(&m->w);
	return true;
}

/* ---- phase 2 ---- */

static void begin(struct message *m, const struct fuzz_chunk *c, bool hash)
{
	v1_phase2_begin(m->sa, &m->w, m->exchange, m->msgid, hash);
	m->w.b.p[hash ? ISAKMP_HDR_LEN : 16] = c->first;
	buf_put(&m->w.b, c->p, c->len);
	if (m->q)
		memcpy(m->iv, m->q->iv, sizeof(m->iv));
	else if (m->t)
		memcpy(m->iv, m->t->iv, sizeof(m->iv));
	else
		FUZZ_CHECK(v1_iv_phase2(&m->sa->suite, m->sa->last_iv, m->msgid, m->iv));
}

static bool seal_hashed(struct message *m, const struct fuzz_chunk *c, enum v1_hash_kind kind)
{
	begin(m, c, true);
	if (m->arg & (BAD_HASH | BAD_IV))
		return true;
	FUZZ_CHECK(v1_phase2_end(m->sa, &m->w, m->msgid, kind, m->q, m->iv));
	m->sealed = true;
	return true;
}

/* The answer that an exchange of the victim's waits for. */
static bool seal_quick(struct message *m, const struct fuzz_chunk *c)
{
	static const enum v1_hash_kind hashes[Q_N] = {
		[Q_I_WAIT_SA] = V1_HASH_2, [Q_R_WAIT_PROOF] = V1_HASH_3, [Q_I_WAIT_CONNECTED] = V1_HASH_1,
	};
	struct v1_quick *q, *tmp;

	HASH_ITER(hh, m->sa->quicks, q, tmp)
		if (q->state == Q_I_WAIT_SA || q->state == Q_R_WAIT_PROOF || q->state == Q_I_WAIT_CONNECTED)
			m->q = q;
	if (!m->q)
		return false;
	m->exchange = XCHG_QUICK;
	m->msgid = m->q->msgid;
	return seal_hashed(m, c, hashes[m->q->state]);
}

static bool seal_quick_new(struct message *m, const struct fuzz_chunk *c)
{
	m->exchange = XCHG_QUICK;
	return seal_hashed(m, c, V1_HASH_1);
}

static bool seal_info(struct message *m, const struct fuzz_chunk *c)
{
	m->exchange = XCHG_INFO;
	return seal_hashed(m, c, V1_HASH_1);
}

static bool seal_info_behind(struct message *m, const struct fuzz_chunk *c)
{
	if (c->len < 4)
		return false;
	m->exchange = XCHG_INFO;
	begin(m, c, false);
	m->w.next_at = ISAKMP_HDR_LEN;
	FUZZ_CHECK(v1_put_hash_behind(m->sa, &m->w, m->msgid, m->arg & 1 ? V1_HASH_LAST : V1_HASH_LAST_UNLINKED));
	return true;
}

/* In a transaction that there is: what it waits for, or what a gateway says when it was answered. */
static bool seal_transaction(struct message *m, const struct fuzz_chunk *c)
{
	struct v1_transaction *t, *tmp;

	HASH_ITER(hh, v1_priv(m->sa)->transactions, t, tmp)
		if (!m->t || (t->state == T_ANSWERED) == (m->arg & 1))
			m->t = t;
	if (!m->t)
		return false;
	m->exchange = XCHG_TRANSACTION;
	m->msgid = m->t->msgid;
	return seal_hashed(m, c, V1_HASH_1);
}

/* RFC 2409 5.6 and 5.7, and what came later: all have HASH(1) in front. */
static bool seal_other(struct message *m, const struct fuzz_chunk *c)
{
	static const uint8_t exchanges[8] = {
		XCHG_TRANSACTION, XCHG_NEW_GROUP, XCHG_AGGRESSIVE, XCHG_MAIN, XCHG_TRANSACTION, 0, 240, XCHG_QUICK,
	};

	m->exchange = exchanges[m->arg & 7];
	return seal_hashed(m, c, V1_HASH_1);
}

/* ---- all of them ---- */

static bool (*const seals[8])(struct message *m, const struct fuzz_chunk *c) = {
	seal_phase1, seal_quick, seal_quick_new, seal_info, seal_info_behind, seal_other, seal_transaction, NULL,
};

/* In three fragments, as peers cut (fragment.c); bits 0-2 of arg say which comes first. */
static void deliver_pieces(struct rig *r, const struct ike_path *path, const struct message *m)
{
	size_t third = m->w.b.len / 3 + 1;
	struct isakmp_hdr h = { .version = ISAKMP_VERSION_1, .exchange = m->w.b.p[18] };

	memcpy(h.cky_i, m->sa->cky_i, sizeof(h.cky_i));
	memcpy(h.cky_r, m->sa->cky_r, sizeof(h.cky_r));
	for (unsigned int i = 0; i < 3; i++) {
		unsigned int n = (i + m->arg) % 3;
		size_t at = n * third;
		struct v1_writer w;

		if (!rig_sa(r))
			return;
		v1_begin(&w, &h);
		v1_pl_begin(&w, PL_FRAGMENT);
		buf_be16(&w.b, 7);
		buf_u8(&w.b, (uint8_t)(n + 1));
		buf_u8(&w.b, n == 2);
		buf_put(&w.b, m->w.b.p + at, at + third < m->w.b.len ? third : m->w.b.len - at);
		v1_pl_end(&w);
		v1_finish(&w);
		rig_deliver(r, path, w.b.p, w.b.len);
		buf_free(&w.b);
	}
}

static uint32_t last_msgid;

static void say(struct rig *r, const struct fuzz_chunk *c)
{
	struct message m = { .sa = rig_sa(r), .arg = c->arg };
	struct ike_path path = rig_path(r, c->op >> 3);

	if (!m.sa || (!m.sa->keys.enc.p && ((c->op & 7) || !m.sa->p1 || m.sa->p1->state != P1_AI_WAIT_SA)))
		return;
	if (!(c->arg & SAME_MSGID) || !last_msgid)
		last_msgid = v1_fresh_msgid(m.sa);
	m.msgid = last_msgid;
	if (seals[c->op & 7](&m, c)) {
		last_msgid = m.msgid;
		if (m.arg & BAD_IV)
			memset(m.iv, 0x33, sizeof(m.iv));
		if (!m.sealed && !v1_encrypt(m.sa, &m.w, m.iv))
			v1_finish(&m.w);	/* nothing to encrypt: as it is */
		if (m.arg & COMMIT)
			m.w.b.p[19] |= ISAKMP_FLAG_COMMIT;
		if (m.arg & IN_PIECES)
			deliver_pieces(r, &path, &m);
		else
			rig_deliver(r, &path, m.w.b.p, m.w.b.len);
	}
	buf_free(&m.w.b);
	net_step(r->net);
	check_engine(r->victim);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum rig_scene scenes[] = {
		RIG_R_WAIT_AUTH, RIG_I_WAIT_AUTH, RIG_Q_I_WAIT_SA, RIG_Q_R_WAIT_PROOF, RIG_UP_I, RIG_UP_R,
		RIG_A_I_WAIT_SA, RIG_A_R_WAIT_AUTH, RIG_A_UP_I, RIG_A_UP_R, RIG_S_I_WAIT_AUTH, RIG_S_R_WAIT_AUTH,
		RIG_AS_I_WAIT_SA, RIG_AS_R_WAIT_AUTH, RIG_X_I_WAIT_ASK, RIG_X_I_WAIT_STATUS, RIG_X_R_WAIT_REPLY,
		RIG_X_R_WAIT_ACK, RIG_C_I_WAIT_REPLY, RIG_C_I_WAIT_SET, RIG_C_R_READY, RIG_C_UP_R,
	};
	struct fuzz_in in = { data, size };
	uint8_t scene = fuzz_u8(&in), variant = fuzz_u8(&in);
	struct fuzz_chunk c;
	bool quiet = true;
	struct rig r;

	last_msgid = 0;
	rig_new(&r, scenes[(scene & 0x7f) % (sizeof(scenes) / sizeof(scenes[0]))], variant);
	for (unsigned int n = 0; n < 16 && fuzz_chunk(&in, &c); n++) {
		struct fuzz_in body = { c.p, c.len };
		size_t len;
		uint8_t *copy;

		if ((c.op & 7) == 7) {
			rig_event(&r, c.arg, &body);
			quiet = false;
			continue;
		}
		copy = fuzz_copy(&body, c.len, &len);
		rig_fill(&r, copy, len);
		c.p = copy;
		say(&r, &c);
		free(copy);
	}
	/* whatever the peer says, the kernel is told nothing that it must refuse */
	FUZZ_CHECK(!quiet || !r.net->nodes[0].kernel_errors);
	if (scene & 0x80) {
		net_run(r.net, 20 * 1000);
		check_engine(r.victim);
	}
	rig_free(&r);
	return 0;
}
