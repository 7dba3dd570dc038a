// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/alg.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *text, *canonical;
	bool weak;
} ike_good[] = {
	{ "aes128-sha256-modp2048", "aes128-sha256-modp2048", false },
	{ "aes-128-sha256-modp2048", "aes128-sha256-modp2048", false },
	{ "AES-128-SHA2-256-DH14", "aes128-sha256-modp2048", false },
	{ "aes128cbc-sha2_256-group14", "aes128-sha256-modp2048", false },
	{ "aes_128-sha2-256-modp_2048", "aes128-sha256-modp2048", false },
	{ "aes-cbc-192-sha-384-group-15", "aes192-sha384-modp3072", false },
	{ "aes256-sha512-ecp521", "aes256-sha512-ecp521", false },
	{ "aes-256-sha2-512-dh21", "aes256-sha512-ecp521", false },
	{ "aes256-sha384-ecp-384", "aes256-sha384-ecp384", false },
	{ "aes128-sha-modp1536", "aes128-sha1-modp1536", false },
	{ "aes128-sha1-dh5", "aes128-sha1-modp1536", false },
	{ "aes128-sha256-modp8192", "aes128-sha256-modp8192", false },
	{ "aes128-md5-modp2048", "aes128-md5-modp2048", true },
	{ "3des-sha256-modp2048", "3des-sha256-modp2048", true },
	{ "3des-cbc-sha1-modp1024", "3des-sha1-modp1024", true },
	{ "3DES-SHA1-GROUP2", "3des-sha1-modp1024", true },
	{ "aes128-sha256-dh1", "aes128-sha256-modp768", true },
};

static const struct {
	const char *text, *canonical;
	size_t keymat;
	bool weak;
} esp_good[] = {
	{ "aes128-sha256", "aes128-sha256", 16 + 32, false },
	{ "aes256-sha512", "aes256-sha512", 32 + 64, false },
	{ "aes192-sha384-modp2048", "aes192-sha384-modp2048", 24 + 48, false },
	{ "AES-256-SHA2-256-GROUP14", "aes256-sha256-modp2048", 32 + 32, false },
	{ "aes128gcm16", "aes128gcm16", 16 + 4, false },
	{ "aes-128-gcm-16", "aes128gcm16", 16 + 4, false },
	{ "aes256-gcm", "aes256gcm16", 32 + 4, false },
	{ "aes-gcm-256", "aes256gcm16", 32 + 4, false },
	{ "aes256gcm16-ecp384", "aes256gcm16-ecp384", 32 + 4, false },
	{ "aes-128-gcm-16-dh14", "aes128gcm16-modp2048", 16 + 4, false },
	{ "3des-md5", "3des-md5", 24 + 16, true },
	{ "aes128-sha1-modp1024", "aes128-sha1-modp1024", 16 + 20, true },
	{ "aes192gcm", "aes192gcm16", 24 + 4, false },
	{ "aes-256-gcm-128", "aes256gcm16", 32 + 4, false },
	{ "aes128gcm12", "aes128gcm12", 16 + 4, false },
	{ "aes-192-gcm-12", "aes192gcm12", 24 + 4, false },
	{ "aes256gcm96", "aes256gcm12", 32 + 4, false },
	{ "AES-256-GCM-8-DH14", "aes256gcm8-modp2048", 32 + 4, false },
	{ "aes192gcm64", "aes192gcm8", 24 + 4, false },
	{ "aes128gcm8", "aes128gcm8", 16 + 4, false },
	/* RFC 4543 5.3: as RFC 4106; readable on the wire, so never by accident */
	{ "aes128gmac", "aes128gmac", 16 + 4, true },
	{ "aes-gmac-192", "aes192gmac", 24 + 4, true },
	{ "aes-256-gmac-ecp384", "aes256gmac-ecp384", 32 + 4, true },
	{ "null-sha256", "null-sha256", 32, true },
	{ "NULL-SHA2-512-modp2048", "null-sha512-modp2048", 64, true },
};

/* What is refused, and what the message must mention */
static const struct {
	const char *text, *says;
} ike_bad[] = {
	{ "", "encryption algorithm missing" },
	{ "aes128", "hash missing" },
	{ "aes128-", "hash missing" },
	{ "aes128-sha256", "DH group missing" },
	{ "aes128-sha256-", "DH group missing" },
	{ "aes128-sha257-modp2048", "did you mean sha256?" },
	{ "ase128-sha256-modp2048", "did you mean aes128?" },
	{ "aes128-sha256-modp2084", "did you mean modp2048?" },
	{ "aes128-sha256-modp2048!", "did you mean modp2048?" },
	{ "aes-sha256-modp2048", "aes128, aes192 or aes256" },
	{ "aes128-sha2-modp2048", "sha256, sha384 or sha512" },
	{ "des-md5-modp768", "single DES" },
	{ "aes128-modp2048-sha256", "expected a hash, got the DH group 'modp2048'" },
	{ "sha256-aes128-modp2048", "expected an encryption algorithm, got the hash 'sha256'" },
	{ "aes128-sha256-modp2048-modp4096", "unexpected '-modp4096'" },
	{ "aes128-sha256-modp2048-", "unexpected '-'" },
	{ "-aes128-sha256-modp2048", "unknown encryption" },
	{ "aes128--sha256-modp2048", "unknown hash" },
	{ "aes128-sha256-dh22", "unknown DH group 'dh22'" },
	{ "aes128-sha256-dh014", "unknown DH group" },
	{ "aes128-sha256-dh05", "unknown DH group" },
	{ "aes128-sha256-dh114", "unknown DH group" },
	{ "aes128-sha256-14", "unknown DH group '14'" },
	{ "aes128 -sha256-modp2048", "did you mean aes128?" },
	{ "aes128gcm16-sha256-modp2048", "no AES-GCM in phase 1" },
	{ "aes-256-gcm-modp2048", "keep aes256gcm16 for esp" },
	{ "aes128-sha256\x1b[31m-modp2048", "sha256?[31m" },
	{ "aes512-sha256-modp2048", "did you mean aes" },
	{ "chacha20poly1305-sha256-modp2048", "IKEv1 has no number for it" },
	{ "null-sha256-modp2048", "phase 1 is always encrypted" },
	{ "aes128gmac-sha256-modp2048", "phase 1 is always encrypted" },
	{ "aes192gcm8-sha256-modp2048", "keep aes192gcm8 for esp" },
};

static const struct {
	const char *text, *says;
} esp_bad[] = {
	{ "", "encryption algorithm missing" },
	{ "aes128", "hash missing" },
	{ "aes128-modp2048", "expected a hash" },
	{ "aes128-sha256-sha256", "expected a DH group, got the hash" },
	{ "aes128-sha256-modp2048-x", "unexpected '-x'" },
	{ "aes128gcm16-sha256", "leave out 'sha256'" },
	{ "aes128gcm16-sha2-256-modp2048", "leave out 'sha2-256'" },
	{ "aes128gcm13", "did you mean aes128gcm" },
	{ "aes128gmac-sha1", "aes-gmac checks integrity itself: leave out 'sha1'" },
	{ "null", "hash missing" },
	{ "null-modp2048", "expected a hash" },
	{ "chacha20poly1305", "RFC 7634 is for IKEv2 only" },
	{ "chacha20-poly1305-modp2048", "use aes256gcm16" },
	{ "chacha20-sha256", "RFC 7634 is for IKEv2 only" },
	{ "aes128-sha256_96", "sha256-truncation = 96" },
	{ "aes128-sha256-esn", "unknown DH group 'esn'" },
	{ "aes128-sha256-modp9999", "unknown DH group 'modp9999'" },
};

static void ike_suites(void **state)
{
	char err[256], out[SUITE_STRLEN], again[SUITE_STRLEN];
	struct ike_suite s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ike_good); i++) {
		if (!ike_suite_parse(ike_good[i].text, &s, err, sizeof(err)))
			fail_msg("%s: %s", ike_good[i].text, err);
		assert_string_equal(ike_suite_str(&s, out), ike_good[i].canonical);
		assert_int_equal(ike_suite_weak(&s), ike_good[i].weak);
		assert_true(ike_suite_parse(out, &s, err, sizeof(err)));
		assert_string_equal(ike_suite_str(&s, again), out);
	}
	for (size_t i = 0; i < ARRAY_LEN(ike_bad); i++) {
		memset(err, 0, sizeof(err));
		if (ike_suite_parse(ike_bad[i].text, &s, err, sizeof(err)))
			fail_msg("accepted %s", ike_bad[i].text);
		if (!strstr(err, ike_bad[i].says))
			fail_msg("%s: '%s' does not say '%s'", ike_bad[i].text, err, ike_bad[i].says);
		assert_int_equal(s.enc, ENC_NONE);
	}
}

static void esp_suites(void **state)
{
	char err[256], out[SUITE_STRLEN], again[SUITE_STRLEN];
	struct esp_suite s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(esp_good); i++) {
		if (!esp_suite_parse(esp_good[i].text, &s, err, sizeof(err)))
			fail_msg("%s: %s", esp_good[i].text, err);
		assert_string_equal(esp_suite_str(&s, out), esp_good[i].canonical);
		assert_int_equal(esp_suite_weak(&s), esp_good[i].weak);
		assert_int_equal(esp_keymat_len(&s), esp_good[i].keymat);
		assert_true(esp_suite_parse(out, &s, err, sizeof(err)));
		assert_string_equal(esp_suite_str(&s, again), out);
	}
	for (size_t i = 0; i < ARRAY_LEN(esp_bad); i++) {
		memset(err, 0, sizeof(err));
		if (esp_suite_parse(esp_bad[i].text, &s, err, sizeof(err)))
			fail_msg("accepted %s", esp_bad[i].text);
		if (!strstr(err, esp_bad[i].says))
			fail_msg("%s: '%s' does not say '%s'", esp_bad[i].text, err, esp_bad[i].says);
		assert_int_equal(s.enc, ENC_NONE);
	}
}

/* A short error buffer is filled and terminated, not overrun; a long word neither. */
static void small_error_buffer(void **state)
{
	char word[400], err[8];
	struct ike_suite s;

	(void)state;
	memset(word, 'a', sizeof(word));
	word[sizeof(word) - 1] = '\0';
	memset(err, 'x', sizeof(err));
	assert_false(ike_suite_parse(word, &s, err, sizeof(err) - 1));
	assert_int_equal(strlen(err), sizeof(err) - 2);
	assert_int_equal(err[sizeof(err) - 1], 'x');
}

static void dh_groups(void **state)
{
	static const struct {
		const char *text;
		unsigned int group;
	} rows[] = {
		{ "modp2048", 14 }, { "MODP-2048", 14 }, { "dh14", 14 }, { "group14", 14 },
		{ "group-14", 14 }, { "14", 14 }, { "2", 2 }, { "ecp256", 19 }, { "19", 19 }, { "dh21", 21 }, { "modp768", 1 },
	};
	static const char *const bad[] = {
		"", "0", "3", "22", "014", "14 ", " 14", "+14", "dh", "modp", "aes128", "sha256",
		"modp2048-sha1", "dh14-", "140", "99999999999",
	};
	unsigned int g;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(dh_group_parse(rows[i].text, &g));
		assert_int_equal(g, rows[i].group);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		g = 99;
		if (dh_group_parse(bad[i], &g))
			fail_msg("accepted '%s'", bad[i]);
		assert_int_equal(g, DH_NONE);
	}
}

/* Protocol numbers of the IANA registries, and back */
static void registry(void **state)
{
	(void)state;
	assert_int_equal(enc_from_v1_p1(5), ENC_3DES);
	assert_int_equal(enc_from_v1_p1(7), ENC_AES_CBC);
	assert_int_equal(enc_from_v1_p1(0), ENC_NONE);
	assert_int_equal(enc_from_v1_p1(20), ENC_NONE);
	assert_int_equal(enc_from_v1_esp(3), ENC_3DES);
	assert_int_equal(enc_from_v1_esp(12), ENC_AES_CBC);
	assert_int_equal(enc_from_v1_esp(20), ENC_AES_GCM16);
	assert_int_equal(enc_from_v1_esp(19), ENC_AES_GCM12);
	assert_int_equal(enc_from_v1_esp(18), ENC_AES_GCM8);
	assert_int_equal(enc_from_v1_esp(23), ENC_AES_GMAC);
	assert_int_equal(enc_from_v1_esp(11), ENC_NULL);
	assert_int_equal(enc_from_v1_esp(0), ENC_NONE);
	assert_int_equal(enc_from_v1_esp(28), ENC_NONE);
	assert_int_equal(hash_from_v1_p1(1), HASH_MD5);
	assert_int_equal(hash_from_v1_p1(2), HASH_SHA1);
	assert_int_equal(hash_from_v1_p1(3), HASH_NONE);
	assert_int_equal(hash_from_v1_p1(4), HASH_SHA2_256);
	assert_int_equal(hash_from_v1_p1(6), HASH_SHA2_512);
	assert_int_equal(hash_from_v1_esp(1), HASH_MD5);
	assert_int_equal(hash_from_v1_esp(2), HASH_SHA1);
	assert_int_equal(hash_from_v1_esp(5), HASH_SHA2_256);
	assert_int_equal(hash_from_v1_esp(6), HASH_SHA2_384);
	assert_int_equal(hash_from_v1_esp(7), HASH_SHA2_512);
	assert_int_equal(hash_from_v1_esp(0), HASH_NONE);
	assert_null(enc_info(ENC_NONE));
	assert_null(enc_info(ENC_N));
	assert_null(enc_info((enum enc_alg)-1));
	assert_null(hash_info(HASH_NONE));
	assert_null(hash_info(HASH_N));
	/* RFC 2403, 2404, 4868: bytes of the truncated ICV */
	assert_int_equal(hash_info(HASH_MD5)->icv, 12);
	assert_int_equal(hash_info(HASH_SHA1)->icv, 12);
	assert_int_equal(hash_info(HASH_SHA2_256)->icv, 16);
	assert_int_equal(hash_info(HASH_SHA2_384)->icv, 24);
	assert_int_equal(hash_info(HASH_SHA2_512)->icv, 32);
	assert_int_equal(dh_info(21)->pub_len, 132);
	assert_int_equal(dh_info(21)->shared_len, 66);
}

static void strings_of_nothing(void **state)
{
	struct ike_suite ike = { 0 };
	struct esp_suite esp = { 0 };
	char out[SUITE_STRLEN];

	(void)state;
	assert_string_equal(ike_suite_str(&ike, out), "none-none-none");
	assert_string_equal(esp_suite_str(&esp, out), "none");
	assert_int_equal(esp_keymat_len(&esp), 0);
	/* an AEAD has no integrity key, whatever stands in @integ */
	esp = (struct esp_suite){ .enc = ENC_AES_GCM16, .keybits = 256, .integ = HASH_SHA2_256 };
	assert_int_equal(esp_keymat_len(&esp), 32 + 4);
	assert_false(ike_suite_weak(&ike));
	/* what no proposal says but an SA may have */
	esp = (struct esp_suite){ .enc = ENC_AES_CBC, .keybits = 128, .integ = HASH_SHA2_256, .esn = true, .icv96 = true };
	assert_string_equal(esp_suite_str(&esp, out), "aes128-sha256_96-esn");
	/* the longest there is */
	esp = (struct esp_suite){ ENC_CHACHA20_POLY1305, 256, HASH_SHA2_256, DH_MODP8192, true, true };
	assert_true(strlen(esp_suite_str(&esp, out)) < SUITE_STRLEN - 1);
	assert_int_equal(esp_keymat_len(&esp), 32 + 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ike_suites),
		cmocka_unit_test(esp_suites),
		cmocka_unit_test(small_error_buffer),
		cmocka_unit_test(dh_groups),
		cmocka_unit_test(registry),
		cmocka_unit_test(strings_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
