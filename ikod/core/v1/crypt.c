// SPDX-License-Identifier: GPL-2.0
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "core/v1/v1.h"

void v1_msg_release(struct v1_msg *m)
{
	if (!m->plain)
		return;
	OPENSSL_cleanse(m->plain, m->body_len);
	free(m->plain);
	m->plain = NULL;
}

bool v1_decrypt(const struct ike_sa *sa, struct v1_msg *m)
{
	size_t block = enc_info(sa->suite.enc)->block;
	uint8_t *p;

	if (!m->body_len || m->body_len % block)
		return false;
	p = malloc(m->body_len);
	if (!p)
		return false;
	memcpy(p, m->body, m->body_len);
	m->plain = p;
	m->body = p;
	return cbc_crypt(sa->suite.enc, &sa->keys.enc, m->iv, false, p, m->body_len);
}

bool v1_encrypt(const struct ike_sa *sa, struct v1_writer *w, uint8_t iv[16])
{
	size_t block = enc_info(sa->suite.enc)->block;
	size_t body = w->b.len - ISAKMP_HDR_LEN;

	/* RFC 2409 appendix B: padded with zeros, the pad is not announced */
	buf_zero(&w->b, (block - body % block) % block);
	if (!v1_finish(w))
		return false;
	return cbc_crypt(sa->suite.enc, &sa->keys.enc, iv, true, w->b.p + ISAKMP_HDR_LEN,
			 w->b.len - ISAKMP_HDR_LEN);
}

#define HASH_BODY_AT (ISAKMP_HDR_LEN + 4)

void v1_phase2_begin(const struct ike_sa *sa, struct v1_writer *w, uint8_t exchange, uint32_t msgid,
		     bool hash)
{
	struct isakmp_hdr h = {
		.version = ISAKMP_VERSION_1, .exchange = exchange, .flags = ISAKMP_FLAG_ENCRYPTED,
		.msgid = msgid,
	};
	static const uint8_t room[HASH_MAX_LEN];

	memcpy(h.cky_i, sa->cky_i, sizeof(h.cky_i));
	memcpy(h.cky_r, sa->cky_r, sizeof(h.cky_r));
	v1_begin(w, &h);
	if (hash)
		v1_put(w, PL_HASH, room, hash_info(sa->suite.hash)->len);
}

/*
 * RFC 2409 5.5 and 5.7; @rest is all that follows the HASH payload
 * HASH(1) = prf(SKEYID_a, M-ID | rest)
 * HASH(2) = prf(SKEYID_a, M-ID | Ni_b | rest)
 * HASH(3) = prf(SKEYID_a, 0 | M-ID | Ni_b | Nr_b)
 */
static bool phase2_hash(const struct ike_sa *sa, enum v1_hash_kind kind, uint32_t msgid,
			const struct v1_quick *q, struct bytes rest, uint8_t out[HASH_MAX_LEN])
{
	uint8_t id[4] = { msgid >> 24, msgid >> 16 & 0xff, msgid >> 8 & 0xff, msgid & 0xff };
	static const uint8_t zero[1];
	struct bytes v[4];
	unsigned int n = 0;

	if (kind == V1_HASH_3)
		v[n++] = (struct bytes){ zero, sizeof(zero) };
	v[n++] = (struct bytes){ id, sizeof(id) };
	if (kind != V1_HASH_1) {
		const struct buf *ni = q->role == ROLE_INITIATOR ? &q->nonce : &q->peer_nonce;
		const struct buf *nr = q->role == ROLE_INITIATOR ? &q->peer_nonce : &q->nonce;

		v[n++] = (struct bytes){ ni->p, ni->len };
		if (kind == V1_HASH_3)
			v[n++] = (struct bytes){ nr->p, nr->len };
	}
	if (kind != V1_HASH_3)
		v[n++] = rest;
	return prf(sa->suite.hash, sa->keys.skeyid_a.p, sa->keys.skeyid_a.len, v, n, out);
}

/*
 * HASH(1) over a payload that stands before the HASH payload; its first byte,
 * the type of the next payload, is taken to be @next.
 */
static bool hash_behind(const struct ike_sa *sa, uint32_t msgid, uint8_t next, struct bytes pl,
			uint8_t out[HASH_MAX_LEN])
{
	uint8_t id[4] = { msgid >> 24, msgid >> 16 & 0xff, msgid >> 8 & 0xff, msgid & 0xff };
	struct bytes v[] = {
		{ id, sizeof(id) }, { &next, 1 }, { (const uint8_t *)pl.p + 1, pl.len - 1 },
	};

	return prf(sa->suite.hash, sa->keys.skeyid_a.p, sa->keys.skeyid_a.len, v, V1_ARRAY_LEN(v), out);
}

bool v1_put_hash_behind(const struct ike_sa *sa, struct v1_writer *w, uint32_t msgid,
			enum v1_hash_order order)
{
	struct bytes pl = { w->b.p + ISAKMP_HDR_LEN, w->b.len - ISAKMP_HDR_LEN };
	uint8_t hash[HASH_MAX_LEN];
	bool ok;

	if (w->b.failed)
		return false;
	ok = hash_behind(sa, msgid, order == V1_HASH_LAST ? PL_HASH : PL_NONE, pl, hash);
	if (ok)
		v1_put(w, PL_HASH, hash, hash_info(sa->suite.hash)->len);
	OPENSSL_cleanse(hash, sizeof(hash));
	return ok;
}

bool v1_authentic_behind(const struct ike_sa *sa, const struct v1_msg *m, enum v1_hash_order *order)
{
	static const enum v1_hash_order orders[] = { V1_HASH_LAST, V1_HASH_LAST_UNLINKED };
	const struct v1_payload *pl = &m->chain.pl[0], *last = &m->chain.pl[1];
	size_t len = hash_info(sa->suite.hash)->len;
	uint8_t hash[HASH_MAX_LEN];
	bool ok = false;

	if (m->chain.n != 2 || pl->type != PL_NOTIFY || last->type != PL_HASH || last->len != len)
		return false;
	for (size_t i = 0; !ok && i < V1_ARRAY_LEN(orders); i++) {
		ok = hash_behind(sa, m->hdr.msgid, orders[i] == V1_HASH_LAST ? PL_HASH : PL_NONE,
				 (struct bytes){ pl->raw, pl->raw_len }, hash) &&
		     !CRYPTO_memcmp(hash, last->body, len);
		if (ok)
			*order = orders[i];
	}
	OPENSSL_cleanse(hash, sizeof(hash));
	return ok;
}

bool v1_phase2_end(const struct ike_sa *sa, struct v1_writer *w, uint32_t msgid, enum v1_hash_kind kind,
		   const struct v1_quick *q, uint8_t iv[16])
{
	size_t len = hash_info(sa->suite.hash)->len;
	uint8_t hash[HASH_MAX_LEN];
	struct bytes rest;
	bool ok;

	if (w->b.failed)
		return false;
	rest.p = w->b.p + HASH_BODY_AT + len;
	rest.len = w->b.len - HASH_BODY_AT - len;
	ok = phase2_hash(sa, kind, msgid, q, rest, hash);
	if (ok)
		memcpy(w->b.p + HASH_BODY_AT, hash, len);
	OPENSSL_cleanse(hash, sizeof(hash));
	return ok && v1_encrypt(sa, w, iv);
}

bool v1_phase2_authentic(const struct ike_sa *sa, const struct v1_msg *m, enum v1_hash_kind kind,
			 const struct v1_quick *q)
{
	const struct v1_payload *pl = &m->chain.pl[0];
	size_t len = hash_info(sa->suite.hash)->len;
	uint8_t hash[HASH_MAX_LEN];
	struct bytes rest;
	bool ok;

	/* RFC 2409 5.5: the HASH payload immediately follows the header */
	if (!m->chain.n || pl->type != PL_HASH || pl->len != len)
		return false;
	rest.p = pl->raw + pl->raw_len;
	rest.len = m->chain.consumed - pl->raw_len;
	ok = phase2_hash(sa, kind, m->hdr.msgid, q, rest, hash) && !CRYPTO_memcmp(hash, pl->body, len);
	OPENSSL_cleanse(hash, sizeof(hash));
	return ok;
}
