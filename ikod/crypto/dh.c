// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/objects.h>

#include "crypto/dh.h"

/**
 * struct group_math - what the arithmetic of a group needs
 * @prime: MODP: the prime of RFC 2409 6 or RFC 3526; the generator is 2
 * @exp_bits: MODP: bits of a private exponent, the larger estimate of RFC 3526 8
 * @nid: ECP: OpenSSL's curve number (RFC 5903 3)
 */
struct group_math {
	unsigned int id;
	BIGNUM *(*prime)(BIGNUM *bn);
	unsigned int exp_bits;
	int nid;
};

static const struct group_math maths[] = {
	{ .id = DH_MODP768, .prime = BN_get_rfc2409_prime_768, .exp_bits = 240 },
	{ .id = DH_MODP1024, .prime = BN_get_rfc2409_prime_1024, .exp_bits = 240 },
	{ .id = DH_MODP1536, .prime = BN_get_rfc3526_prime_1536, .exp_bits = 240 },
	{ .id = DH_MODP2048, .prime = BN_get_rfc3526_prime_2048, .exp_bits = 320 },
	{ .id = DH_MODP3072, .prime = BN_get_rfc3526_prime_3072, .exp_bits = 424 },
	{ .id = DH_MODP4096, .prime = BN_get_rfc3526_prime_4096, .exp_bits = 480 },
	{ .id = DH_MODP6144, .prime = BN_get_rfc3526_prime_6144, .exp_bits = 544 },
	{ .id = DH_MODP8192, .prime = BN_get_rfc3526_prime_8192, .exp_bits = 624 },
	{ .id = DH_ECP256, .nid = NID_X9_62_prime256v1 },
	{ .id = DH_ECP384, .nid = NID_secp384r1 },
	{ .id = DH_ECP521, .nid = NID_secp521r1 },
};

static const struct group_math *group_math(unsigned int group)
{
	for (size_t i = 0; i < sizeof(maths) / sizeof(maths[0]); i++)
		if (maths[i].id == group)
			return &maths[i];
	return NULL;
}

/* out = base^priv mod p in constant time, padded to @len */
static bool modp_power(const BIGNUM *base, const struct secret *priv,
		       const BIGNUM *p, uint8_t *out, size_t len, BN_CTX *ctx)
{
	BIGNUM *x = BN_bin2bn(priv->p, (int)priv->len, NULL);
	BIGNUM *y = BN_new();
	bool ok = false;

	if (x && y) {
		BN_set_flags(x, BN_FLG_CONSTTIME);
		ok = BN_mod_exp(y, base, x, p, ctx) && BN_bn2binpad(y, out, (int)len) == (int)len;
	}
	BN_clear_free(x);
	BN_clear_free(y);
	return ok;
}

static bool modp_generate(const struct group_math *g, const uint8_t *seed, struct secret *priv,
			  uint8_t *pub, size_t pub_len)
{
	BIGNUM *p = g->prime(NULL);
	BIGNUM *two = BN_new();
	BN_CTX *ctx = BN_CTX_new();
	bool ok = false;

	if (!p || !two || !ctx || !BN_set_word(two, 2) || !secret_set(priv, seed, g->exp_bits / 8))
		goto out;
	/* full length, so neither zero nor one */
	priv->p[0] |= 0x80;
	ok = modp_power(two, priv, p, pub, pub_len, ctx);
out:
	BN_free(p);
	BN_free(two);
	BN_CTX_free(ctx);
	return ok;
}

/* 1 < y < p - 1. These primes are safe ones: what is left has a large order. */
static bool modp_peer_ok(const BIGNUM *y, const BIGNUM *p)
{
	BIGNUM *top = BN_dup(p);
	bool ok = top && BN_sub_word(top, 1) && BN_cmp(y, top) < 0 && BN_cmp(y, BN_value_one()) > 0;

	BN_free(top);
	return ok;
}

static bool modp_shared(const struct group_math *g, const struct secret *priv, const uint8_t *peer,
			size_t peer_len, struct secret *out)
{
	BIGNUM *p = g->prime(NULL);
	BIGNUM *y = BN_bin2bn(peer, (int)peer_len, NULL);
	BN_CTX *ctx = BN_CTX_new();
	bool ok = false;

	if (p && y && ctx && modp_peer_ok(y, p))
		ok = modp_power(y, priv, p, out->p, out->len, ctx);
	BN_free(p);
	BN_free(y);
	BN_CTX_free(ctx);
	return ok;
}

/*
 * A scalar in [1, n-1] out of the seed: 640 bits taken modulo n - 1, plus one.
 * With n of at most 521 bits the bias is below 2^-119.
 */
static bool ecp_scalar(const EC_GROUP *group, const uint8_t *seed, struct secret *priv, BN_CTX *ctx)
{
	BIGNUM *x = BN_bin2bn(seed, DH_SEED_LEN, NULL);
	BIGNUM *order = BN_dup(EC_GROUP_get0_order(group));
	bool ok = false;

	if (!x || !order)
		goto out;
	BN_set_flags(x, BN_FLG_CONSTTIME);
	ok = BN_sub_word(order, 1) && BN_mod(x, x, order, ctx) && BN_add_word(x, 1) &&
	     secret_alloc(priv, (size_t)BN_num_bytes(order)) &&
	     BN_bn2binpad(x, priv->p, (int)priv->len) == (int)priv->len;
out:
	BN_clear_free(x);
	BN_free(order);
	return ok;
}

/* out = x | y (RFC 5903 7) or x alone of scalar * point; @point NULL is the generator */
static bool ecp_multiply(const EC_GROUP *group, const EC_POINT *point, const struct secret *priv,
			 uint8_t *out, size_t len, size_t coord, BN_CTX *ctx)
{
	BIGNUM *k = BN_bin2bn(priv->p, (int)priv->len, NULL);
	BIGNUM *x = BN_new(), *y = BN_new();
	EC_POINT *r = EC_POINT_new(group);
	bool ok = false;

	if (!k || !x || !y || !r)
		goto out;
	BN_set_flags(k, BN_FLG_CONSTTIME);
	if (!EC_POINT_mul(group, r, point ? NULL : k, point, point ? k : NULL, ctx) ||
	    EC_POINT_is_at_infinity(group, r) || !EC_POINT_get_affine_coordinates(group, r, x, y, ctx))
		goto out;
	ok = BN_bn2binpad(x, out, (int)coord) == (int)coord;
	if (ok && len == 2 * coord)
		ok = BN_bn2binpad(y, out + coord, (int)coord) == (int)coord;
out:
	BN_clear_free(k);
	BN_clear_free(x);
	BN_clear_free(y);
	EC_POINT_clear_free(r);
	return ok;
}

static bool ecp_generate(const struct group_math *g, const uint8_t *seed, struct secret *priv,
			 uint8_t *pub, size_t pub_len)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(g->nid);
	BN_CTX *ctx = BN_CTX_new();
	bool ok;

	ok = group && ctx && ecp_scalar(group, seed, priv, ctx) &&
	     ecp_multiply(group, NULL, priv, pub, pub_len, pub_len / 2, ctx);
	EC_GROUP_free(group);
	BN_CTX_free(ctx);
	return ok;
}

static bool ecp_shared(const struct group_math *g, const struct secret *priv, const uint8_t *peer,
		       size_t peer_len, struct secret *out)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(g->nid);
	EC_POINT *point = group ? EC_POINT_new(group) : NULL;
	uint8_t sec1[1 + DH_PUB_MAX];
	BN_CTX *ctx = BN_CTX_new();
	bool ok = false;

	/* the uncompressed form of SEC 1; decoding it refuses coordinates >= p and points off the curve */
	sec1[0] = POINT_CONVERSION_UNCOMPRESSED;
	memcpy(sec1 + 1, peer, peer_len);
	if (point && ctx && EC_POINT_oct2point(group, point, sec1, 1 + peer_len, ctx))
		ok = ecp_multiply(group, point, priv, out->p, out->len, out->len, ctx);
	EC_POINT_free(point);
	EC_GROUP_free(group);
	BN_CTX_free(ctx);
	return ok;
}

bool dh_generate(unsigned int group, const uint8_t seed[DH_SEED_LEN], struct secret *priv,
		 uint8_t pub[DH_PUB_MAX], size_t *pub_len)
{
	const struct group_math *g = group_math(group);
	const struct dh_info *info = dh_info(group);
	bool ok;

	secret_wipe(priv);
	*pub_len = 0;
	if (!g || !info)
		return false;
	ok = g->prime ? modp_generate(g, seed, priv, pub, info->pub_len)
		      : ecp_generate(g, seed, priv, pub, info->pub_len);
	if (!ok) {
		secret_wipe(priv);
		return false;
	}
	*pub_len = info->pub_len;
	return true;
}

bool dh_shared(unsigned int group, const struct secret *priv, const uint8_t *peer, size_t peer_len,
	       struct secret *out)
{
	const struct group_math *g = group_math(group);
	const struct dh_info *info = dh_info(group);
	bool ok;

	secret_wipe(out);
	if (!g || !info || !priv->len || peer_len != info->pub_len || !secret_alloc(out, info->shared_len))
		return false;
	ok = g->prime ? modp_shared(g, priv, peer, peer_len, out)
		      : ecp_shared(g, priv, peer, peer_len, out);
	if (!ok)
		secret_wipe(out);
	return ok;
}
