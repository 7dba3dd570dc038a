// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/bn.h>

#include "crypto/dh.h"
#include "crypto/prf.h"
#include "vectors/hex.h"
#include "vectors/modp_computed.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const unsigned int all_groups[] = { 1, 2, 5, 14, 15, 16, 17, 18, 19, 20, 21 };

/* Published: RFC 5903 8.1 to 8.3 */
static const struct {
	unsigned int group;
	const char *i, *gi, *r, *gr, *shared;
} ecp[] = {
	{ DH_ECP256,
	  "C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433",
	  "DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C3772581180"
	  "5271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8990BB3",
	  "C6EF9C5D78AE012A011164ACB397CE2088685D8F06BF9BE0B283AB46476BEE53",
	  "D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63"
	  "56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB",
	  "D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE" },
	{ DH_ECP384,
	  "099F3C7034D4A2C699884D73A375A67F7624EF7C6B3C0F160647B67414DCE655E35B538041E649EE3FAEF896783AB194",
	  "667842D7D180AC2CDE6F74F37551F55755C7645C20EF73E31634FE72B4C55EE6DE3AC808ACB4BDB4C88732AEE95F41AA"
	  "9482ED1FC0EEB9CAFC4984625CCFC23F65032149E0E144ADA024181535A0F38EEB9FCFF3C2C947DAE69B4C634573A81C",
	  "41CB0779B4BDB85D47846725FBEC3C9430FAB46CC8DC5060855CC9BDA0AA2942E0308312916B8ED2960E4BD55A7448FC",
	  "E558DBEF53EECDE3D3FCCFC1AEA08A89A987475D12FD950D83CFA41732BC509D0D1AC43A0336DEF96FDA41D0774A3571"
	  "DCFBEC7AACF3196472169E838430367F66EEBE3C6E70C416DD5F0C68759DD1FFF83FA40142209DFF5EAAD96DB9E6386C",
	  "11187331C279962D93D604243FD592CB9D0A926F422E47187521287E7156C5C4D603135569B9E9D09CF5D4A270F59746" },
	{ DH_ECP521,
	  "0037ADE9319A89F4DABDB3EF411AACCCA5123C61ACAB57B5393DCE47608172A095AA85A30FE1C2952C6771D937BA9777"
	  "F5957B2639BAB072462F68C27A57382D4A52",
	  "0015417E84DBF28C0AD3C278713349DC7DF153C897A1891BD98BAB4357C9ECBEE1E3BF42E00B8E380AEAE57C2D107564"
	  "941885942AF5A7F4601723C4195D176CED3E"
	  "017CAE20B6641D2EEB695786D8C946146239D099E18E1D5A514C739D7CB4A10AD8A788015AC405D7799DC75E7B7D5B6C"
	  "F2261A6A7F1507438BF01BEB6CA3926F9582",
	  "0145BA99A847AF43793FDD0E872E7CDFA16BE30FDC780F97BCCC3F078380201E9C677D600B343757A3BDBF2A3163E4C2"
	  "F869CCA7458AA4A4EFFC311F5CB151685EB9",
	  "00D0B3975AC4B799F5BEA16D5E13E9AF971D5E9B984C9F39728B5E5739735A219B97C356436ADC6E95BB0352F6BE64A6"
	  "C2912D4EF2D0433CED2B6171640012D9460F"
	  "015C68226383956E3BD066E797B623C27CE0EAC2F551A10C2C724D9852077B87220B6536C5C408A1D2AEBB8E86D678AE"
	  "49CB57091F4732296579AB44FCD17F0FC56A",
	  "01144C7D79AE6956BC8EDB8E7C787C4521CB086FA64407F97894E5E6B2D79B04D1427E73CA4BAA240A34786859810C06"
	  "B3C715A3A8CC3151F2BEE417996D19F3DDEA" },
};

/* The seed that gives the private key @hex: dh_generate() adds one to what it reads */
static void seed_for_scalar(const char *hex, uint8_t seed[DH_SEED_LEN])
{
	uint8_t raw[66];
	size_t n = unhex(hex, raw, sizeof(raw));

	memset(seed, 0, DH_SEED_LEN);
	memcpy(seed + DH_SEED_LEN - n, raw, n);
	for (size_t i = DH_SEED_LEN; i-- > 0 && seed[i]-- == 0;)
		;
}

static void check_side(size_t v, const char *priv_hex, const char *pub_hex, const char *peer_hex)
{
	uint8_t seed[DH_SEED_LEN], pub[DH_PUB_MAX], peer[DH_PUB_MAX], want[DH_PUB_MAX];
	struct secret priv = { 0 }, shared = { 0 };
	size_t pub_len, n;

	seed_for_scalar(priv_hex, seed);
	assert_true(dh_generate(ecp[v].group, seed, &priv, pub, &pub_len));
	assert_int_equal(priv.len, unhex(priv_hex, want, sizeof(want)));
	assert_memory_equal(priv.p, want, priv.len);
	assert_int_equal(pub_len, unhex(pub_hex, want, sizeof(want)));
	assert_memory_equal(pub, want, pub_len);
	n = unhex(peer_hex, peer, sizeof(peer));
	assert_true(dh_shared(ecp[v].group, &priv, peer, n, &shared));
	assert_int_equal(shared.len, unhex(ecp[v].shared, want, sizeof(want)));
	assert_memory_equal(shared.p, want, shared.len);
	secret_wipe(&priv);
	secret_wipe(&shared);
}

static void ecp_published(void **state)
{
	(void)state;
	for (size_t v = 0; v < ARRAY_LEN(ecp); v++) {
		check_side(v, ecp[v].i, ecp[v].gi, ecp[v].gr);
		check_side(v, ecp[v].r, ecp[v].gr, ecp[v].gi);
	}
}

static void assert_sha256(const void *p, size_t len, const char *hex)
{
	const struct bytes v = { p, len };
	uint8_t want[32], got[HASH_MAX_LEN];

	unhex(hex, want, sizeof(want));
	assert_true(hash_bytes(HASH_SHA2_256, &v, 1, got));
	assert_memory_equal(got, want, 32);
}

static void pattern_seed(uint8_t start, uint8_t seed[DH_SEED_LEN])
{
	for (size_t i = 0; i < DH_SEED_LEN; i++)
		seed[i] = (uint8_t)(start + 7 * i);
}

/* Against Python's integers and primes made from the RFCs' formulas (gen_v1_keys.py) */
static void modp_computed(void **state)
{
	(void)state;
	for (size_t v = 0; v < ARRAY_LEN(modp_vectors); v++) {
		const struct modp_vector *m = &modp_vectors[v];
		uint8_t seed[DH_SEED_LEN], pub_a[DH_PUB_MAX], pub_b[DH_PUB_MAX];
		struct secret a = { 0 }, b = { 0 }, ab = { 0 }, ba = { 0 };
		size_t len_a, len_b;

		pattern_seed(0x21, seed);
		assert_true(dh_generate(m->group, seed, &a, pub_a, &len_a));
		pattern_seed(0x9a, seed);
		assert_true(dh_generate(m->group, seed, &b, pub_b, &len_b));
		assert_int_equal(a.len * 8, m->exp_bits);
		assert_sha256(pub_a, len_a, m->pub_a);
		assert_sha256(pub_b, len_b, m->pub_b);
		assert_true(dh_shared(m->group, &a, pub_b, len_b, &ab));
		assert_true(dh_shared(m->group, &b, pub_a, len_a, &ba));
		assert_sha256(ab.p, ab.len, m->shared);
		assert_true(secret_eq(&ab, &ba));
		secret_wipe(&a);
		secret_wipe(&b);
		secret_wipe(&ab);
		secret_wipe(&ba);
	}
}

static void lengths_and_determinism(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all_groups); i++) {
		unsigned int g = all_groups[i];
		uint8_t seed[DH_SEED_LEN], one[DH_PUB_MAX], two[DH_PUB_MAX];
		struct secret a = { 0 }, b = { 0 };
		size_t len1, len2;

		pattern_seed(3, seed);
		assert_true(dh_generate(g, seed, &a, one, &len1));
		assert_true(dh_generate(g, seed, &b, two, &len2));
		assert_int_equal(len1, dh_info(g)->pub_len);
		assert_int_equal(len1, len2);
		assert_memory_equal(one, two, len1);
		assert_true(secret_eq(&a, &b));
		seed[4] ^= 1;
		assert_true(dh_generate(g, seed, &b, two, &len2));
		assert_memory_not_equal(one, two, len1);
		secret_wipe(&a);
		secret_wipe(&b);
	}
}

/* All-zero and all-one seeds: private keys stay in range and both sides agree. */
static void extreme_seeds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all_groups); i++) {
		unsigned int g = all_groups[i];
		uint8_t seed[DH_SEED_LEN], pub_a[DH_PUB_MAX], pub_b[DH_PUB_MAX];
		struct secret a = { 0 }, b = { 0 }, ab = { 0 }, ba = { 0 };
		size_t len;

		memset(seed, 0, sizeof(seed));
		assert_true(dh_generate(g, seed, &a, pub_a, &len));
		memset(seed, 0xff, sizeof(seed));
		assert_true(dh_generate(g, seed, &b, pub_b, &len));
		assert_true(dh_shared(g, &a, pub_b, len, &ab));
		assert_true(dh_shared(g, &b, pub_a, len, &ba));
		assert_int_equal(ab.len, dh_info(g)->shared_len);
		assert_true(secret_eq(&ab, &ba));
		secret_wipe(&a);
		secret_wipe(&b);
		secret_wipe(&ab);
		secret_wipe(&ba);
	}
}

static void refuse(unsigned int group, const struct secret *priv, const uint8_t *peer, size_t len)
{
	struct secret out = { 0 };

	assert_true(secret_set(&out, "stale", 5));
	assert_false(dh_shared(group, priv, peer, len, &out));
	assert_null(out.p);
}

/* 0, 1, p - 1, p, p + 1 and the largest number; the prime itself is checked by its hash */
static void modp_bad_peers(void **state)
{
	BIGNUM *(*const primes[])(BIGNUM *) = {
		BN_get_rfc2409_prime_768, BN_get_rfc2409_prime_1024, BN_get_rfc3526_prime_1536,
		BN_get_rfc3526_prime_2048, BN_get_rfc3526_prime_3072, BN_get_rfc3526_prime_4096,
		BN_get_rfc3526_prime_6144, BN_get_rfc3526_prime_8192,
	};

	(void)state;
	for (size_t v = 0; v < ARRAY_LEN(modp_vectors); v++) {
		unsigned int g = modp_vectors[v].group;
		size_t len = dh_info(g)->pub_len;
		uint8_t seed[DH_SEED_LEN], pub[DH_PUB_MAX], peer[DH_PUB_MAX];
		struct secret priv = { 0 }, out = { 0 };
		BIGNUM *p = primes[v](NULL);
		size_t pub_len;

		pattern_seed(5, seed);
		assert_true(dh_generate(g, seed, &priv, pub, &pub_len));
		memset(peer, 0, len);
		refuse(g, &priv, peer, len);
		peer[len - 1] = 1;
		refuse(g, &priv, peer, len);
		peer[len - 1] = 2;
		assert_true(dh_shared(g, &priv, peer, len, &out));
		assert_memory_equal(out.p, pub, len);
		assert_int_equal(BN_bn2binpad(p, peer, (int)len), len);
		assert_sha256(peer, len, modp_vectors[v].prime);
		refuse(g, &priv, peer, len);
		peer[len - 1] -= 1;	/* p is odd: no borrow */
		refuse(g, &priv, peer, len);
		peer[len - 1] -= 1;
		assert_true(dh_shared(g, &priv, peer, len, &out));
		memset(peer, 0xff, len);
		refuse(g, &priv, peer, len);
		BN_free(p);
		secret_wipe(&priv);
		secret_wipe(&out);
	}
}

static void ecp_bad_peers(void **state)
{
	(void)state;
	for (size_t v = 0; v < ARRAY_LEN(ecp); v++) {
		uint8_t raw[66], peer[DH_PUB_MAX], bad[DH_PUB_MAX];
		struct secret priv = { 0 }, out = { 0 };
		size_t len = unhex(ecp[v].gr, peer, sizeof(peer));

		assert_true(secret_set(&priv, raw, unhex(ecp[v].i, raw, sizeof(raw))));
		assert_true(dh_shared(ecp[v].group, &priv, peer, len, &out));
		/* any bit turned is a point off the curve */
		for (size_t bit = 0; bit < len * 8; bit += 31) {
			memcpy(bad, peer, len);
			bad[bit / 8] ^= (uint8_t)(1 << bit % 8);
			refuse(ecp[v].group, &priv, bad, len);
		}
		memset(bad, 0, len);
		refuse(ecp[v].group, &priv, bad, len);
		memset(bad, 0xff, len);
		refuse(ecp[v].group, &priv, bad, len);
		secret_wipe(&priv);
		secret_wipe(&out);
	}
}

/* x + p names the same point modulo p, and must be refused for P-256, where it fits */
static void ecp_unreduced(void **state)
{
	/* the point with x = 5 of P-256 */
	static const char x_plus_p[] = "ffffffff00000001000000000000000000000001000000000000000000000004";
	static const char y_hex[] = "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc";
	uint8_t peer[64] = { 0 }, raw[32];
	struct secret priv = { 0 }, out = { 0 };

	(void)state;
	assert_true(secret_set(&priv, raw, unhex(ecp[0].i, raw, sizeof(raw))));
	peer[31] = 5;
	unhex(y_hex, peer + 32, 32);
	assert_true(dh_shared(DH_ECP256, &priv, peer, 64, &out));
	unhex(x_plus_p, peer, 32);
	refuse(DH_ECP256, &priv, peer, 64);
	secret_wipe(&priv);
	secret_wipe(&out);
}

static void wrong_sizes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all_groups); i++) {
		unsigned int g = all_groups[i];
		uint8_t seed[DH_SEED_LEN], pub[DH_PUB_MAX + 1] = { 0 };
		struct secret priv = { 0 }, empty = { 0 };
		size_t len;

		pattern_seed(9, seed);
		assert_true(dh_generate(g, seed, &priv, pub, &len));
		refuse(g, &priv, pub, 0);
		refuse(g, &priv, pub, 1);
		refuse(g, &priv, pub, len - 1);
		refuse(g, &priv, pub, len + 1);
		refuse(g, &empty, pub, len);
		secret_wipe(&priv);
	}
}

static void unknown_groups(void **state)
{
	static const unsigned int unknown[] = { 0, 3, 4, 6, 13, 22, 23, 24, 25, 31, 65535 };
	uint8_t seed[DH_SEED_LEN] = { 1 }, pub[DH_PUB_MAX];
	struct secret priv = { 0 };
	size_t len = 1;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(unknown); i++) {
		assert_null(dh_info(unknown[i]));
		assert_false(dh_generate(unknown[i], seed, &priv, pub, &len));
		assert_int_equal(len, 0);
		assert_true(secret_set(&priv, "x", 1));
		refuse(unknown[i], &priv, pub, 128);
		secret_wipe(&priv);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ecp_published),
		cmocka_unit_test(modp_computed),
		cmocka_unit_test(lengths_and_determinism),
		cmocka_unit_test(extreme_seeds),
		cmocka_unit_test(modp_bad_peers),
		cmocka_unit_test(ecp_bad_peers),
		cmocka_unit_test(ecp_unreduced),
		cmocka_unit_test(wrong_sizes),
		cmocka_unit_test(unknown_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
