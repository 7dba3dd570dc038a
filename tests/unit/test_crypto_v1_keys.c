// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/v1_keys.h"
#include "vectors/hex.h"
#include "vectors/ikev1_psk.h"
#include "vectors/v1_keys_computed.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static enum hash_alg hash_named(const char *name)
{
	for (unsigned int h = HASH_NONE + 1; h < HASH_N; h++)
		if (!strcmp(hash_info((enum hash_alg)h)->name, name))
			return (enum hash_alg)h;
	fail_msg("no hash %s", name);
	return HASH_NONE;
}

static void assert_bytes(const void *got, size_t got_len, const char *hex)
{
	uint8_t want[1024];
	size_t n = unhex(hex, want, sizeof(want));

	assert_int_equal(got_len, n);
	assert_memory_equal(got, want, n);
}

static void assert_secret(const struct secret *got, const char *hex)
{
	assert_bytes(got->p, got->len, hex);
}

static void secret_hex(struct secret *s, const char *hex)
{
	uint8_t raw[2048];

	assert_true(secret_set(s, raw, unhex(hex, raw, sizeof(raw))));
}

/* NIST's values: SKEYID from a PSK, then SKEYID_d, _a and _e */
static void published(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ikev1_psk_vectors); i++) {
		const struct ikev1_psk_vector *v = &ikev1_psk_vectors[i];
		struct ike_suite suite = { ENC_AES_CBC, 128, hash_named(v->hash), DH_MODP2048 };
		uint8_t ni[256], nr[256], cky_i[8], cky_r[8];
		struct secret psk = { 0 }, gxy = { 0 };
		struct v1_keys k = { 0 };
		size_t ni_len = unhex(v->ni, ni, sizeof(ni)), nr_len = unhex(v->nr, nr, sizeof(nr));

		secret_hex(&psk, v->psk);
		secret_hex(&gxy, v->gxy);
		unhex(v->cky_i, cky_i, sizeof(cky_i));
		unhex(v->cky_r, cky_r, sizeof(cky_r));
		assert_true(v1_skeyid_psk(suite.hash, &psk, (struct bytes){ ni, ni_len },
					  (struct bytes){ nr, nr_len }, &k.skeyid));
		assert_secret(&k.skeyid, v->skeyid);
		assert_true(v1_derive(&k, &suite, &gxy, cky_i, cky_r));
		assert_secret(&k.skeyid_d, v->skeyid_d);
		assert_secret(&k.skeyid_a, v->skeyid_a);
		assert_secret(&k.skeyid_e, v->skeyid_e);
		v1_keys_wipe(&k);
		secret_wipe(&psk);
		secret_wipe(&gxy);
	}
}

/* pattern() of gen_v1_keys.py */
struct input {
	uint8_t p[256];
};

static struct input pattern(uint8_t start)
{
	struct input in;

	for (size_t i = 0; i < sizeof(in.p); i++)
		in.p[i] = (uint8_t)(start + 7 * i);
	return in;
}

static struct bytes part(const struct input *in, size_t n)
{
	return (struct bytes){ in->p, n };
}

static void keys_of(const struct v1_keys_vector *v, struct ike_suite suite, struct v1_keys *k)
{
	struct input psk = pattern(0x31), ni = pattern(0x01), nr = pattern(0x80), gxy = pattern(0x93);
	struct input cky_i = pattern(0xa0), cky_r = pattern(0xb1);
	struct secret s = { 0 };

	assert_true(secret_set(&s, psk.p, 20));
	assert_true(v1_skeyid_psk(suite.hash, &s, part(&ni, 16), part(&nr, 32), &k->skeyid));
	assert_true(secret_set(&s, gxy.p, 256));
	assert_true(v1_derive(k, &suite, &s, cky_i.p, cky_r.p));
	secret_wipe(&s);
	assert_secret(&k->skeyid, v->skeyid);
	assert_secret(&k->skeyid_d, v->skeyid_d);
	assert_secret(&k->skeyid_a, v->skeyid_a);
	assert_secret(&k->skeyid_e, v->skeyid_e);
}

static void computed_schedule(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(v1_keys_vectors); i++) {
		const struct v1_keys_vector *v = &v1_keys_vectors[i];
		const struct {
			enum enc_alg enc;
			uint16_t bits;
			const char *key;
		} rows[] = {
			{ ENC_AES_CBC, 128, v->enc16 }, { ENC_AES_CBC, 192, v->enc24 },
			{ ENC_3DES, 192, v->enc24 }, { ENC_AES_CBC, 256, v->enc32 },
		};

		for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
			struct ike_suite s = { rows[r].enc, rows[r].bits, hash_named(v->hash), 14 };
			struct v1_keys k = { 0 };

			keys_of(v, s, &k);
			assert_secret(&k.enc, rows[r].key);
			v1_keys_wipe(&k);
			assert_null(k.skeyid.p);
			assert_null(k.enc.p);
		}
	}
}

static void auth_hashes(void **state)
{
	static const uint8_t idi[] = { 1, 17, 1, 0xf4, 10, 1, 0, 1 }, idr[] = { 1, 17, 1, 0xf4, 10, 2, 0, 1 };
	struct input gx = pattern(0x11), gy = pattern(0x52), cky_i = pattern(0xa0), cky_r = pattern(0xb1);
	struct input sai = pattern(0x05);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(v1_keys_vectors); i++) {
		const struct v1_keys_vector *v = &v1_keys_vectors[i];
		struct ike_suite s = { ENC_AES_CBC, 128, hash_named(v->hash), 14 };
		size_t len = hash_info(s.hash)->len;
		uint8_t out[HASH_MAX_LEN];
		struct v1_keys k = { 0 };

		keys_of(v, s, &k);
		assert_true(v1_auth_hash(&k, s.hash, true, part(&gx, 256), part(&gy, 256), cky_i.p, cky_r.p,
					 part(&sai, 52), (struct bytes){ idi, sizeof(idi) }, out));
		assert_bytes(out, len, v->hash_i);
		assert_true(v1_auth_hash(&k, s.hash, false, part(&gx, 256), part(&gy, 256), cky_i.p, cky_r.p,
					 part(&sai, 52), (struct bytes){ idr, sizeof(idr) }, out));
		assert_bytes(out, len, v->hash_r);
		v1_keys_wipe(&k);
	}
}

static void ivs(void **state)
{
	struct input gx = pattern(0x11), gy = pattern(0x52), last = pattern(0x77);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(v1_keys_vectors); i++) {
		const struct v1_keys_vector *v = &v1_keys_vectors[i];
		struct ike_suite aes = { ENC_AES_CBC, 256, hash_named(v->hash), 14 };
		struct ike_suite des = { ENC_3DES, 192, aes.hash, 14 };
		uint8_t iv[16], first[16];

		unhex(v->iv1, first, sizeof(first));
		assert_true(v1_iv_phase1(&aes, part(&gx, 256), part(&gy, 256), iv));
		assert_memory_equal(iv, first, 16);
		assert_true(v1_iv_phase1(&des, part(&gx, 256), part(&gy, 256), iv));
		assert_memory_equal(iv, first, 8);
		assert_true(v1_iv_phase2(&aes, last.p, 0x89abcdef, iv));
		assert_bytes(iv, 16, v->iv2_16);
		assert_true(v1_iv_phase2(&des, last.p, 0x89abcdef, iv));
		assert_bytes(iv, 8, v->iv2_8);
	}
}

static void keymat(void **state)
{
	static const uint8_t spi[4] = { 0xc1, 0x02, 0xe3, 0x04 };
	struct input ni = pattern(0x01), nr = pattern(0x80), dh = pattern(0xc4);
	struct secret gqm = { 0 };

	(void)state;
	assert_true(secret_set(&gqm, dh.p, 128));
	for (size_t i = 0; i < ARRAY_LEN(v1_keys_vectors); i++) {
		const struct v1_keys_vector *v = &v1_keys_vectors[i];
		struct ike_suite s = { ENC_AES_CBC, 256, hash_named(v->hash), 14 };
		struct secret out = { 0 };
		struct v1_keys k = { 0 };

		keys_of(v, s, &k);
		/* AES-256 and HMAC-SHA2-512 want 96 bytes: two rounds of SHA-512, six of MD5 */
		assert_true(v1_keymat(&k, s.hash, NULL, 3, spi, part(&ni, 16), part(&nr, 32), 96, &out));
		assert_secret(&out, v->keymat96);
		assert_true(v1_keymat(&k, s.hash, &gqm, 3, spi, part(&ni, 16), part(&nr, 32), 36, &out));
		assert_secret(&out, v->keymat36_pfs);
		assert_true(v1_keymat(&k, s.hash, &gqm, 3, spi, part(&ni, 16), part(&nr, 32), 200, &out));
		assert_secret(&out, v->keymat200_pfs);
		secret_wipe(&out);
		v1_keys_wipe(&k);
	}
	secret_wipe(&gqm);
}

/* What lacks an input gives no key, and leaves none behind. */
static void refusals(void **state)
{
	static const uint8_t spi[4] = { 1, 2, 3, 4 }, cky[8] = { 1 };
	struct ike_suite s = { ENC_AES_CBC, 256, HASH_SHA2_256, 14 };
	struct input in = pattern(1);
	struct secret empty = { 0 }, one = { 0 }, out = { 0 };
	struct v1_keys k = { 0 };

	(void)state;
	assert_true(secret_set(&one, "x", 1));
	assert_true(secret_set(&k.skeyid, "stale", 5));
	assert_false(v1_skeyid_psk(HASH_SHA2_256, &empty, part(&in, 16), part(&in, 16), &k.skeyid));
	assert_null(k.skeyid.p);
	assert_false(v1_skeyid_psk(HASH_NONE, &one, part(&in, 16), part(&in, 16), &k.skeyid));
	assert_false(v1_derive(&k, &s, &one, cky, cky));
	assert_true(secret_set(&k.skeyid, in.p, 32));
	assert_false(v1_derive(&k, &s, &empty, cky, cky));
	assert_null(k.skeyid.p);
	assert_true(secret_set(&k.skeyid_d, in.p, 32));
	/* PFS agreed on, but no shared secret: not to be taken for a quick mode without PFS */
	assert_true(secret_set(&out, "stale", 5));
	assert_false(v1_keymat(&k, HASH_SHA2_256, &empty, 3, spi, part(&in, 16), part(&in, 16), 64, &out));
	assert_null(out.p);
	assert_false(v1_keymat(&k, HASH_SHA2_256, NULL, 3, spi, part(&in, 16), part(&in, 16), 0, &out));
	assert_true(v1_keymat(&k, HASH_SHA2_256, NULL, 3, spi, part(&in, 16), part(&in, 16), 64, &out));
	secret_wipe(&k.skeyid_d);
	assert_false(v1_keymat(&k, HASH_SHA2_256, NULL, 3, spi, part(&in, 16), part(&in, 16), 64, &out));
	secret_wipe(&one);
	secret_wipe(&out);
	v1_keys_wipe(&k);
}

/* RFC 2409 5: with signatures the nonces are the key and g^xy is what goes in. */
static void skeyid_of_signatures(void **state)
{
	static const uint8_t ni[] = "initiator's nonce", nr[] = "responder's", shared[] = "g^xy";
	uint8_t key[sizeof(ni) + sizeof(nr)], expect[HASH_MAX_LEN];
	struct bytes v = { shared, sizeof(shared) };
	struct secret gxy = { 0 }, skeyid = { 0 };

	(void)state;
	memcpy(key, ni, sizeof(ni));
	memcpy(key + sizeof(ni), nr, sizeof(nr));
	assert_true(secret_set(&gxy, shared, sizeof(shared)));
	for (unsigned int h = HASH_NONE + 1; hash_info(h); h++) {
		assert_true(prf(h, key, sizeof(key), &v, 1, expect));
		assert_true(v1_skeyid_sig(h, &gxy, (struct bytes){ ni, sizeof(ni) }, (struct bytes){ nr, sizeof(nr) }, &skeyid));
		assert_int_equal(skeyid.len, hash_info(h)->len);
		assert_memory_equal(skeyid.p, expect, skeyid.len);
	}
	secret_wipe(&gxy);
	/* no secret, no keys */
	assert_false(v1_skeyid_sig(HASH_SHA1, &gxy, (struct bytes){ ni, sizeof(ni) }, (struct bytes){ nr, sizeof(nr) },
				   &skeyid));
	assert_null(skeyid.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published),
		cmocka_unit_test(computed_schedule),
		cmocka_unit_test(auth_hashes),
		cmocka_unit_test(ivs),
		cmocka_unit_test(keymat),
		cmocka_unit_test(refusals),
		cmocka_unit_test(skeyid_of_signatures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
