// SPDX-License-Identifier: GPL-2.0
/* Hashes of passwords: a value that was computed elsewhere, the way there and back, and what is no hash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "crypto/password.h"

/* Python: hashlib.pbkdf2_hmac("sha256", b"passwordPASSWORDpassword", b"saltSALTsaltSALTsaltSALTsaltSALT", 4096).hex() */
#define KNOWN_SALT "73616c7453414c5473616c7453414c5473616c7453414c5473616c7453414c54"
#define KNOWN "pbkdf2-sha256:4096:" KNOWN_SALT ":1c17fbba0726de612cd5b679961ff5bc64472d112e7c604faabd94c20919773e"

static bool check(const char *hash, const char *password)
{
	struct password_hash h;
	struct secret s = { 0 };
	const char *why;
	bool ok;

	assert_true(password_parse(hash, &h, &why));
	assert_null(why);
	if (*password)
		assert_true(secret_set(&s, password, strlen(password)));
	ok = password_check(&h, &s);
	secret_wipe(&s);
	return ok;
}

static void computed_elsewhere(void **state)
{
	(void)state;
	assert_true(check(KNOWN, "passwordPASSWORDpassword"));
	assert_false(check(KNOWN, "passwordPASSWORDpassworD"));
	assert_false(check(KNOWN, "passwordPASSWORDpasswor"));
	assert_false(check(KNOWN, ""));
}

static void made_and_checked(void **state)
{
	struct secret s = { 0 };
	uint8_t salt[PASSWORD_SALT_MAX] = { 1, 2, 3 };
	struct password_hash h;
	const char *why;
	char out[PASSWORD_STRLEN], other[PASSWORD_STRLEN];

	(void)state;
	assert_false(password_make(&s, salt, 16, 1000, out));	/* an empty one */
	assert_true(secret_set(&s, "pass: word", 10));
	for (size_t len = 0; len < 40; len++)
		if (len < PASSWORD_SALT_MIN || len > PASSWORD_SALT_MAX)
			assert_false(password_make(&s, salt, len, 1000, out));
	assert_false(password_make(&s, salt, 16, 999, out));
	assert_false(password_make(&s, salt, 16, PASSWORD_ROUNDS_MAX + 1, out));
	assert_true(password_make(&s, salt, PASSWORD_SALT_MAX, PASSWORD_ROUNDS_MIN, out));
	assert_true(check(out, "pass: word"));
	assert_false(check(out, "pass: worD"));
	salt[0]++;
	assert_true(password_make(&s, salt, PASSWORD_SALT_MAX, PASSWORD_ROUNDS_MIN, other));
	assert_string_not_equal(out, other);
	assert_true(password_make(&s, salt, PASSWORD_SALT_MAX, PASSWORD_ROUNDS_MIN + 1, out));
	assert_string_not_equal(out, other);
	/* a zero behind it would be no other key to HMAC */
	assert_true(password_parse(other, &h, &why));
	assert_true(password_check(&h, &s));
	assert_true(secret_set(&s, "pass: word\0", 11));
	assert_false(password_check(&h, &s));
	secret_wipe(&s);
}

static void no_hashes(void **state)
{
	static const char h[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
	static const struct {
		const char *head, *salt;
		size_t hash_len;
	} bad[] = {
		{ "", "0011223344556677", 64 }, { "sha256:4096:", "0011223344556677", 64 },
		{ "pbkdf2-sha256:999:", "0011223344556677", 64 }, { "pbkdf2-sha256:10000001:", "0011223344556677", 64 },
		{ "pbkdf2-sha256:-4096:", "0011223344556677", 64 }, { "pbkdf2-sha256::", "0011223344556677", 64 },
		{ "pbkdf2-sha256:4096x:", "0011223344556677", 64 }, { "pbkdf2-sha256:99999999999999999999:", "0011223344556677", 64 },
		{ "pbkdf2-sha256:4096:", "", 64 }, { "pbkdf2-sha256:4096:", "00112233445566", 64 },
		{ "pbkdf2-sha256:4096:", "001122334455667", 64 }, { "pbkdf2-sha256:4096:", "001122334455667g", 64 },
		{ "pbkdf2-sha256:4096:", KNOWN_SALT "00", 64 }, { "pbkdf2-sha256:4096:", "0011223344556677", 0 },
		{ "pbkdf2-sha256:4096:", "0011223344556677", 62 }, { "pbkdf2-sha256:4096:", "0011223344556677", 63 },
	};
	struct password_hash out;
	const char *why;
	char s[300];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(s, sizeof(s), "%s%s:%.*s", bad[i].head, bad[i].salt, (int)bad[i].hash_len, h);
		assert_false(password_parse(s, &out, &why));
		assert_non_null(why);
	}
	snprintf(s, sizeof(s), "pbkdf2-sha256:4096:0011223344556677:%s00", h);
	assert_false(password_parse(s, &out, &why));
	assert_false(password_parse("pbkdf2-sha256:4096:0011223344556677", &out, &why));
	snprintf(s, sizeof(s), "pbkdf2-sha256:4096:0011223344556677:%s", h);
	assert_true(password_parse(s, &out, &why));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(computed_elsewhere),
		cmocka_unit_test(made_and_checked),
		cmocka_unit_test(no_hashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
