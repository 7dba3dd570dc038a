// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/prf.h"
#include "vectors/hex.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define A20 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A80 A20 A20 A20 A20
#define A131 A20 A20 A20 A20 A20 A20 "aaaaaaaaaaaaaaaaaaaaaa"
#define D50 "dddddddddddddddddddddddddddddddddddddddddddddddddd" \
	    "dddddddddddddddddddddddddddddddddddddddddddddddddd"

/* Published: RFC 2202 (MD5, SHA-1) and RFC 4231 (SHA-2) */
static const struct {
	enum hash_alg h;
	const char *key, *data, *mac;
} hmacs[] = {
	{ HASH_MD5, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265", "9294727a3638bb1c13f48ef8158bfc9d" },
	{ HASH_MD5, "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "750c783e6ab0b503eaa86e310a5db738" },
	{ HASH_MD5, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", D50, "56be34521d144c88dbb8c733f0e8b3f6" },
	/* key of 80 bytes: longer than the block */
	{ HASH_MD5, A80, "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
	  "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd" },
	{ HASH_SHA1, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
	  "b617318655057264e28bc0b6fb378c8ef146be00" },
	{ HASH_SHA1, "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
	{ HASH_SHA1, A20, D50, "125d7342b9ac11cd91a39af48aa17b4f63f175d3" },
	{ HASH_SHA1, A80, "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
	  "aa4ae5e15272d00e95705637ce8a3b55ed402112" },
	{ HASH_SHA2_256, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
	  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ HASH_SHA2_256, "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ HASH_SHA2_256, A20, D50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
	{ HASH_SHA2_256, A131, "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
	  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
	{ HASH_SHA2_384, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
	  "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6" },
	{ HASH_SHA2_384, "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649" },
	{ HASH_SHA2_512, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
	  "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854" },
	{ HASH_SHA2_512, "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737" },
};

/* Published: the digests of "abc", RFC 1321 A.5 and FIPS 180-4's examples */
static const struct {
	enum hash_alg h;
	const char *digest;
} abc[] = {
	{ HASH_MD5, "900150983cd24fb0d6963f7d28e17f72" },
	{ HASH_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ HASH_SHA2_256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ HASH_SHA2_384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7" },
	{ HASH_SHA2_512, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
};

/* Published: RFC 3602 4 (AES); the 3DES row is the one OpenSSL's own evpciph tests have used since SSLeay */
static const struct {
	enum enc_alg alg;
	const char *key, *iv, *plain, *cipher;
} cbcs[] = {
	{ ENC_AES_CBC, "06a9214036b8a15b512e03d534120006", "3dafba429d9eb430b422da802c9fac41",
	  "53696e676c6520626c6f636b206d7367", "e353779c1079aeb82708942dbe77181a" },
	{ ENC_AES_CBC, "c286696d887c9aa0611bbb3e2025a45a", "562e17996d093d28ddb3ba695a2e6f58",
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	  "d296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1" },
	{ ENC_AES_CBC, "6c3ea0477630ce21a2ce334aa746c2cd", "c782dc4c098c66cbd9cd27d825682c81",
	  "5468697320697320612034382d62797465206d657373616765202865786163746c7920332041455320626c6f636b7329",
	  "d0a02b3836451753d493665d33f0e8862dea54cdb293abc7506939276772f8d5021c19216bad525c8579695d83ba2684" },
	{ ENC_AES_CBC, "56e47a38c5598974bc46903dba290349", "8ce82eefbea0da3c44699ed7db51b7d9",
	  "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf",
	  "c30e32ffedc0774e6aff6af0869f71aa0f3af07a9a31a9c684db207eb0ef8e4e35907aa632c3ffdf868bb7b29d3d46ad83ce9f9a102ee99d49a53e87f4c3da55" },
	{ ENC_3DES, "0123456789abcdeff1e0d3c2b5a49786fedcba9876543210", "fedcba9876543210",
	  "37363534333231204e6f77206973207468652074696d6520666f722000000000",
	  "3fe301c962ac01d02213763c1cbd4cdc799657c064ecf5d41c673812cfde9675" },
};

static void hmac_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hmacs); i++) {
		uint8_t key[160], data[160], want[64], out[HASH_MAX_LEN];
		size_t key_len = unhex(hmacs[i].key, key, sizeof(key));
		size_t len = unhex(hmacs[i].data, data, sizeof(data));
		size_t n = unhex(hmacs[i].mac, want, sizeof(want));

		assert_int_equal(n, hash_info(hmacs[i].h)->len);
		/* however the input is cut into pieces, empty ones too */
		for (size_t cut = 0; cut <= len; cut++) {
			const struct bytes v[] = { { data, cut }, { NULL, 0 }, { data + cut, len - cut } };

			assert_true(prf(hmacs[i].h, key, key_len, v, 3, out));
			assert_memory_equal(out, want, n);
		}
	}
}

static void hmac_empty_key(void **state)
{
	/* HMAC-SHA256 with an empty key over nothing (computed with Python's hmac) */
	static const char want_hex[] = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
	uint8_t want[32], out[HASH_MAX_LEN];

	(void)state;
	unhex(want_hex, want, sizeof(want));
	assert_true(prf(HASH_SHA2_256, NULL, 0, NULL, 0, out));
	assert_memory_equal(out, want, sizeof(want));
	assert_false(prf(HASH_NONE, "k", 1, NULL, 0, out));
	assert_false(prf(HASH_N, "k", 1, NULL, 0, out));
}

static void hash_vectors(void **state)
{
	const struct bytes v[] = { { "a", 1 }, { NULL, 0 }, { "bc", 2 } };
	uint8_t want[64], out[HASH_MAX_LEN];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(abc); i++) {
		size_t n = unhex(abc[i].digest, want, sizeof(want));

		assert_int_equal(n, hash_info(abc[i].h)->len);
		assert_true(hash_bytes(abc[i].h, v, 3, out));
		assert_memory_equal(out, want, n);
	}
	assert_false(hash_bytes(HASH_NONE, v, 3, out));
}

static void cbc_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cbcs); i++) {
		uint8_t raw[32], iv[16], iv0[16], plain[96], cipher[96], buf[96];
		size_t key_len = unhex(cbcs[i].key, raw, sizeof(raw));
		size_t len = unhex(cbcs[i].plain, plain, sizeof(plain));
		size_t block = unhex(cbcs[i].iv, iv0, sizeof(iv0));
		struct secret key = { 0 };

		assert_int_equal(unhex(cbcs[i].cipher, cipher, sizeof(cipher)), len);
		assert_int_equal(block, enc_info(cbcs[i].alg)->block);
		assert_true(secret_set(&key, raw, key_len));
		memcpy(buf, plain, len);
		memcpy(iv, iv0, block);
		assert_true(cbc_crypt(cbcs[i].alg, &key, iv, true, buf, len));
		assert_memory_equal(buf, cipher, len);
		/* RFC 2409 appendix B: the next message's IV is the last cipher block, both ways */
		assert_memory_equal(iv, cipher + len - block, block);
		memcpy(iv, iv0, block);
		assert_true(cbc_crypt(cbcs[i].alg, &key, iv, false, buf, len));
		assert_memory_equal(buf, plain, len);
		assert_memory_equal(iv, cipher + len - block, block);
		secret_wipe(&key);
	}
}

/* Two calls, the IV carried over, are one call. */
static void cbc_chains(void **state)
{
	static const struct {
		enum enc_alg alg;
		size_t key_len;
	} rows[] = { { ENC_AES_CBC, 16 }, { ENC_AES_CBC, 24 }, { ENC_AES_CBC, 32 }, { ENC_3DES, 24 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t raw[32], whole[64], split[64], iv[16] = { 9 }, iv2[16] = { 9 };
		struct secret key = { 0 };

		for (size_t k = 0; k < sizeof(raw); k++)
			raw[k] = (uint8_t)(k * 11 + 3);
		memset(whole, 0x5c, sizeof(whole));
		memset(split, 0x5c, sizeof(split));
		assert_true(secret_set(&key, raw, rows[i].key_len));
		assert_true(cbc_crypt(rows[i].alg, &key, iv, true, whole, 64));
		assert_true(cbc_crypt(rows[i].alg, &key, iv2, true, split, 16));
		assert_true(cbc_crypt(rows[i].alg, &key, iv2, true, split + 16, 48));
		assert_memory_equal(whole, split, 64);
		assert_memory_equal(iv, iv2, enc_info(rows[i].alg)->block);
		secret_wipe(&key);
	}
}

static void cbc_refuses(void **state)
{
	uint8_t buf[32] = { 1, 2, 3 }, before[32], iv[16] = { 7 }, iv0[16] = { 7 };
	struct secret key = { 0 };

	(void)state;
	memcpy(before, buf, sizeof(buf));
	assert_true(secret_set(&key, "0123456789abcdef", 16));
	for (size_t len = 0; len < 32; len++)
		if (!len || len % 16)
			assert_false(cbc_crypt(ENC_AES_CBC, &key, iv, false, buf, len));
	assert_false(cbc_crypt(ENC_AES_GCM16, &key, iv, true, buf, 16));
	assert_false(cbc_crypt(ENC_NONE, &key, iv, true, buf, 16));
	assert_false(cbc_crypt(ENC_3DES, &key, iv, true, buf, 16));
	assert_true(secret_set(&key, "0123456789abcde", 15));
	assert_false(cbc_crypt(ENC_AES_CBC, &key, iv, true, buf, 16));
	assert_memory_equal(buf, before, sizeof(buf));
	assert_memory_equal(iv, iv0, sizeof(iv));
	secret_wipe(&key);
}

static void secrets(void **state)
{
	struct secret a = { 0 }, b = { 0 };

	(void)state;
	assert_true(secret_eq(&a, &b));
	assert_true(secret_alloc(&a, 0));
	assert_null(a.p);
	assert_true(secret_set(&a, "hello", 5));
	assert_false(secret_eq(&a, &b));
	assert_true(secret_copy(&b, &a));
	assert_ptr_not_equal(a.p, b.p);
	assert_true(secret_eq(&a, &b));
	b.p[4] ^= 1;
	assert_false(secret_eq(&a, &b));
	assert_true(secret_set(&b, "hell", 4));
	assert_false(secret_eq(&a, &b));
	/* from inside itself, and onto itself */
	assert_true(secret_set(&a, a.p + 1, 3));
	assert_memory_equal(a.p, "ell", 3);
	assert_true(secret_copy(&a, &a));
	assert_int_equal(a.len, 3);
	secret_move(&a, &a);
	assert_memory_equal(a.p, "ell", 3);
	secret_move(&b, &a);
	assert_null(a.p);
	assert_int_equal(a.len, 0);
	assert_memory_equal(b.p, "ell", 3);
	secret_wipe(&b);
	secret_wipe(&b);
	assert_null(b.p);
	assert_int_equal(b.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hmac_vectors),
		cmocka_unit_test(hmac_empty_key),
		cmocka_unit_test(hash_vectors),
		cmocka_unit_test(cbc_vectors),
		cmocka_unit_test(cbc_chains),
		cmocka_unit_test(cbc_refuses),
		cmocka_unit_test(secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
