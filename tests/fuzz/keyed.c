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

#include "fuzz/check.h"
#include "fuzz/rig.h"

const size_t fuzz_chunks_at = 2;

enum { BAD_HASH = 0x80, SAME_MSGID = 0x40, BAD_IV = 0x20, COMMIT = 0x10, IN_PIECES = 0x08 };

/** struct message - a message on its way to the victim */
struct message {
	struct ike_sa *sa;
	struct v1_quick *q;
	struct v1_writer w;
	uint8_t exchange, arg, iv[16];
	uint32_t msgid;
	bool sealed;			/* hashed and encrypted */
};

/* ---- main mode ---- */

static struct bytes pub_of(const struct ike_sa *sa, bool initiator)
{
	const struct buf *b = initiator == (sa->role == ROLE_INITIATOR) ? &sa->p1->pub : &sa->p1->peer_pub;

	return (struct bytes){ b->p, b->len };
}

/* HASH_I or HASH_R over the first identity, wherever the two stand (RFC 2409 5). */
static void prove(const struct message *m)
{
	uint8_t *body = m->w.b.p + ISAKMP_HDR_LEN, hash[HASH_MAX_LEN];
	const struct ike_sa *sa = m->sa;
	const struct v1_payload *id, *pl;
	struct v1_chain ch;

	if (!v1_chain_parse(m->w.b.p[16], body, m->w.b.len - ISAKMP_HDR_LEN, true, &ch))
		return;
	id = v1_find(&ch, PL_ID, 0);
	pl = v1_find(&ch, PL_HASH, 0);
	if (!id || !pl || pl->len != hash_info(sa->suite.hash)->len)
		return;
	if (v1_auth_hash(&sa->keys, sa->suite.hash, sa->role == ROLE_RESPONDER, pub_of(sa, true), pub_of(sa, false),
			 sa->cky_i, sa->cky_r, (struct bytes){ sa->p1->sai_b.p, sa->p1->sai_b.len },
			 (struct bytes){ id->body, id->len }, hash))
		memcpy(body + (pl->body - body), hash, pl->len);
}

static bool seal_main(struct message *m, const struct fuzz_chunk *c)
{
	struct isakmp_hdr h = { .next = c->first, .version = ISAKMP_VERSION_1, .exchange = XCHG_MAIN,
				.flags = ISAKMP_FLAG_ENCRYPTED };

	if (!m->sa->p1)
		return false;
	memcpy(m->iv, m->sa->last_iv, sizeof(m->iv));
	memcpy(h.cky_i, m->sa->cky_i, sizeof(h.cky_i));
	memcpy(h.cky_r, m->sa->cky_r, sizeof(h.cky_r));
	v1_begin(&m->w, &h);
	buf_put(&m->w.b, c->p, c->len);
	if (!(m->arg & BAD_HASH))
		prove(m);
	return true;
}

/* ---- phase 2 ---- */

static void begin(struct message *m, const struct fuzz_chunk *c, bool hash)
{
	v1_phase2_begin(m->sa, &m->w, m->exchange, m->msgid, hash);
	m->w.b.p[hash ? ISAKMP_HDR_LEN : 16] = c->first;
	buf_put(&m->w.b, c->p, c->len);
	if (!m->q)
		FUZZ_CHECK(v1_iv_phase2(&m->sa->suite, m->sa->last_iv, m->msgid, m->iv));
	else
		memcpy(m->iv, m->q->iv, sizeof(m->iv));
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
	struct v1_quick *q, *tmp;

	HASH_ITER(hh, m->sa->quicks, q, tmp)
		if (q->state == Q_I_WAIT_SA || q->state == Q_R_WAIT_PROOF)
			m->q = q;
	if (!m->q)
		return false;
	m->exchange = XCHG_QUICK;
	m->msgid = m->q->msgid;
	return seal_hashed(m, c, m->q->state == Q_I_WAIT_SA ? V1_HASH_2 : V1_HASH_3);
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
	seal_main, seal_quick, seal_quick_new, seal_info, seal_info_behind, seal_other, seal_info, NULL,
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

	if (!m.sa || !m.sa->keys.enc.p)
		return;
	if (!(c->arg & SAME_MSGID) || !last_msgid)
		last_msgid = v1_fresh_msgid(m.sa);
	m.msgid = last_msgid;
	if (seals[c->op & 7](&m, c)) {
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
