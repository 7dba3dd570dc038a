// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include <openssl/crypto.h>

#include "crypto/v1_keys.h"

static struct bytes of(const void *p, size_t len)
{
	return (struct bytes){ p, len };
}

static struct bytes of_secret(const struct secret *s)
{
	return of(s->p, s->len);
}

/* prf() into a secret of the hash's length */
static bool prf_secret(enum hash_alg h, const struct secret *key, const struct bytes *v, unsigned int n,
		       struct secret *out)
{
	const struct hash_info *info = hash_info(h);
	uint8_t tmp[HASH_MAX_LEN];
	bool ok;

	ok = info && prf(h, key->p, key->len, v, n, tmp) && secret_set(out, tmp, info->len);
	OPENSSL_cleanse(tmp, sizeof(tmp));
	if (!ok)
		secret_wipe(out);
	return ok;
}

void v1_keys_wipe(struct v1_keys *k)
{
	secret_wipe(&k->skeyid);
	secret_wipe(&k->skeyid_d);
	secret_wipe(&k->skeyid_a);
	secret_wipe(&k->skeyid_e);
	secret_wipe(&k->enc);
}

bool v1_skeyid_psk(enum hash_alg h, const struct secret *psk, struct bytes ni, struct bytes nr,
		   struct secret *skeyid)
{
	const struct bytes v[] = { ni, nr };

	/* an empty key proves nothing */
	if (!psk->len) {
		secret_wipe(skeyid);
		return false;
	}
	return prf_secret(h, psk, v, 2, skeyid);
}

bool v1_skeyid_sig(enum hash_alg h, const struct secret *gxy, struct bytes ni, struct bytes nr, struct secret *skeyid)
{
	const struct bytes v[] = { of_secret(gxy) };
	struct secret nonces = { 0 };
	bool ok = gxy->len && secret_alloc(&nonces, ni.len + nr.len);

	if (ok) {
		memcpy(nonces.p, ni.p, ni.len);
		memcpy(nonces.p + ni.len, nr.p, nr.len);
		ok = prf_secret(h, &nonces, v, 1, skeyid);
	}
	secret_wipe(&nonces);
	if (!ok)
		secret_wipe(skeyid);
	return ok;
}

/* SKEYID_x = prf(SKEYID, the one before | g^xy | CKY-I | CKY-R | n), RFC 2409 5 */
static bool skeyid_next(const struct v1_keys *k, enum hash_alg h, const struct secret *before,
			const struct secret *gxy, const uint8_t cky_i[8], const uint8_t cky_r[8], uint8_t n,
			struct secret *out)
{
	const struct bytes v[] = {
		of(before ? before->p : NULL, before ? before->len : 0),
		of_secret(gxy), of(cky_i, 8), of(cky_r, 8), of(&n, 1),
	};

	return prf_secret(h, &k->skeyid, v, 5, out);
}

/*
 * Fill @out with K1 | K2 | ..., where K1 = prf(key, seed) and Kn = prf(key,
 * Kn-1 | seed). RFC 2409 5.5 has this for KEYMAT; appendix B differs in that
 * its seed, one zero byte, is in K1 alone.
 */
static bool expand(enum hash_alg h, const struct secret *key, const struct bytes *seed, unsigned int n,
		   bool seed_once, struct secret *out)
{
	const size_t hash_len = hash_info(h)->len;
	struct bytes v[8];
	uint8_t block[HASH_MAX_LEN];
	bool ok = true;

	memcpy(v + 1, seed, n * sizeof(*seed));
	for (size_t done = 0; ok && done < out->len; done += hash_len) {
		size_t take = out->len - done < hash_len ? out->len - done : hash_len;
		unsigned int seeds = done && seed_once ? 0 : n;

		/* the block before is input and then replaced: prf() writes at its end only */
		v[0] = of(block, done ? hash_len : 0);
		ok = prf(h, key->p, key->len, v, 1 + seeds, block);
		if (ok)
			memcpy(out->p + done, block, take);
	}
	OPENSSL_cleanse(block, sizeof(block));
	if (!ok)
		secret_wipe(out);
	return ok;
}

/* RFC 2409 appendix B: SKEYID_e as it is, or stretched if the cipher wants more */
static bool derive_enc(struct v1_keys *k, const struct ike_suite *s)
{
	const uint8_t zero = 0;
	const struct bytes seed = of(&zero, 1);
	size_t len = s->keybits / 8;

	if (!len)
		return false;
	if (k->skeyid_e.len >= len)
		return secret_set(&k->enc, k->skeyid_e.p, len);
	return secret_alloc(&k->enc, len) && expand(s->hash, &k->skeyid_e, &seed, 1, true, &k->enc);
}

bool v1_derive(struct v1_keys *k, const struct ike_suite *s, const struct secret *gxy,
	       const uint8_t cky_i[8], const uint8_t cky_r[8])
{
	enum hash_alg h = s->hash;
	bool ok = hash_info(h) && k->skeyid.len && gxy->len;

	ok = ok && skeyid_next(k, h, NULL, gxy, cky_i, cky_r, 0, &k->skeyid_d);
	ok = ok && skeyid_next(k, h, &k->skeyid_d, gxy, cky_i, cky_r, 1, &k->skeyid_a);
	ok = ok && skeyid_next(k, h, &k->skeyid_a, gxy, cky_i, cky_r, 2, &k->skeyid_e);
	ok = ok && derive_enc(k, s);
	if (!ok)
		v1_keys_wipe(k);
	return ok;
}

bool v1_auth_hash(const struct v1_keys *k, enum hash_alg h, bool initiator, struct bytes gx, struct bytes gy,
		  const uint8_t cky_i[8], const uint8_t cky_r[8], struct bytes sai_b, struct bytes id_b,
		  uint8_t out[HASH_MAX_LEN])
{
	const struct bytes v[] = {
		initiator ? gx : gy,
		initiator ? gy : gx,
		of(initiator ? cky_i : cky_r, 8),
		of(initiator ? cky_r : cky_i, 8),
		sai_b,
		id_b,
	};

	return k->skeyid.len && prf(h, k->skeyid.p, k->skeyid.len, v, 6, out);
}

static bool hash_iv(const struct ike_suite *s, const struct bytes *v, unsigned int n, uint8_t iv[16])
{
	const struct enc_info *enc = enc_info(s->enc);
	const struct hash_info *hash = hash_info(s->hash);
	uint8_t out[HASH_MAX_LEN];

	if (!enc || enc->aead || !hash || hash->len < enc->block || !hash_bytes(s->hash, v, n, out))
		return false;
	memset(iv, 0, 16);
	memcpy(iv, out, enc->block);
	return true;
}

bool v1_iv_phase1(const struct ike_suite *s, struct bytes gx, struct bytes gy, uint8_t iv[16])
{
	const struct bytes v[] = { gx, gy };

	return hash_iv(s, v, 2, iv);
}

bool v1_iv_phase2(const struct ike_suite *s, const uint8_t last[16], uint32_t msgid, uint8_t iv[16])
{
	const struct enc_info *enc = enc_info(s->enc);
	const uint8_t be[4] = { msgid >> 24, msgid >> 16 & 0xff, msgid >> 8 & 0xff, msgid & 0xff };
	const struct bytes v[] = { of(last, last && enc ? enc->block : 0), of(be, 4) };

	return hash_iv(s, v, 2, iv);
}

bool v1_keymat(const struct v1_keys *k, enum hash_alg h, const struct secret *gqm, uint8_t proto,
	       const uint8_t spi[4], struct bytes ni, struct bytes nr, size_t len, struct secret *out)
{
	const struct bytes seed[] = {
		of(gqm ? gqm->p : NULL, gqm ? gqm->len : 0), of(&proto, 1), of(spi, 4), ni, nr,
	};

	secret_wipe(out);
	/* PFS that was agreed on and has no shared secret must not turn into none */
	if (!hash_info(h) || !k->skeyid_d.len || !len || (gqm && !gqm->len))
		return false;
	return secret_alloc(out, len) && expand(h, &k->skeyid_d, seed, 5, false, out);
}
