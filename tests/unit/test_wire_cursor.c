// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/buf.h"
#include "wire/cursor.h"
#include "wire/isakmp.h"
#include "wire/suggest.h"
#include "wire/text.h"

static void reads_in_order(void **state)
{
	static const uint8_t in[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	struct cursor c = cursor_of(in, sizeof(in)), sub;

	(void)state;
	assert_int_equal(cursor_u8(&c), 1);
	assert_int_equal(cursor_be16(&c), 0x0203);
	assert_int_equal(cursor_be32(&c), 0x04050607);
	sub = cursor_sub(&c, 2);
	assert_int_equal(c.left, 0);
	assert_int_equal(sub.left, 2);
	assert_int_equal(cursor_be16(&sub), 0x0809);
	assert_true(cursor_ok(&c));
	assert_true(cursor_ok(&sub));
	assert_non_null(cursor_bytes(&c, 0));
	assert_true(cursor_ok(&c));
}

static void big_values(void **state)
{
	static const uint8_t in[] = { 0xff, 0xfe, 0xfd, 0xfc, 0xff, 0xff };
	struct cursor c = cursor_of(in, sizeof(in));

	(void)state;
	assert_int_equal(cursor_be32(&c), 0xfffefdfcu);
	assert_int_equal(cursor_be16(&c), 0xffff);
}

static void failure_latches(void **state)
{
	static const uint8_t in[] = { 1, 2, 3 };
	struct cursor c = cursor_of(in, sizeof(in)), sub;
	const char *why;

	(void)state;
	assert_int_equal(cursor_be32(&c), 0);
	assert_false(cursor_ok(&c));
	why = c.why;
	assert_ptr_equal(c.p, in);
	/* three bytes were there, but nothing is read after an error */
	assert_int_equal(c.left, 0);
	assert_int_equal(cursor_u8(&c), 0);
	assert_int_equal(cursor_be16(&c), 0);
	assert_null(cursor_bytes(&c, 0));
	sub = cursor_sub(&c, 1);
	assert_int_equal(sub.left, 0);
	assert_ptr_equal(sub.why, why);
	cursor_fail(&c, "later");
	assert_ptr_equal(c.why, why);
}

static void sub_too_long(void **state)
{
	static const uint8_t in[] = { 1, 2, 3 };
	struct cursor c = cursor_of(in, sizeof(in));
	struct cursor sub = cursor_sub(&c, 4);

	(void)state;
	assert_false(cursor_ok(&c));
	assert_false(cursor_ok(&sub));
	assert_int_equal(sub.left, 0);
	c = cursor_of(in, sizeof(in));
	assert_null(cursor_bytes(&c, SIZE_MAX));
	assert_false(cursor_ok(&c));
	/* an error inside a part does not reach the whole by itself */
	c = cursor_of(in, sizeof(in));
	sub = cursor_sub(&c, 1);
	cursor_be16(&sub);
	assert_false(cursor_ok(&sub));
	assert_true(cursor_ok(&c));
	assert_int_equal(cursor_be16(&c), 0x0203);
}

static void empty_input(void **state)
{
	struct cursor c = cursor_of(NULL, 0);

	(void)state;
	assert_non_null(cursor_bytes(&c, 0));
	assert_int_equal(cursor_u8(&c), 0);
	assert_false(cursor_ok(&c));
}

static void buf_writes(void **state)
{
	static const uint8_t want[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 'x', 'y', 0, 0 };
	struct buf b = { 0 };

	(void)state;
	buf_u8(&b, 1);
	buf_be16(&b, 0x0203);
	buf_be32(&b, 0x04050607);
	buf_be64(&b, 0x08090a0b0c0d0e0full);
	buf_put(&b, "xy", 2);
	buf_zero(&b, 2);
	buf_put(&b, NULL, 0);
	assert_int_equal(b.len, sizeof(want));
	assert_memory_equal(b.p, want, sizeof(want));
	buf_set_be16(&b, 17, 0xabcd);
	assert_int_equal(b.p[17], 0xab);
	assert_int_equal(b.p[18], 0xcd);
	buf_set_be32(&b, 0, 0xf0f1f2f3);
	assert_int_equal(b.p[0], 0xf0);
	assert_int_equal(b.p[3], 0xf3);
	/* past what was written: nothing happens */
	buf_set_be16(&b, 18, 0);
	buf_set_be32(&b, 16, 0);
	buf_set_be16(&b, SIZE_MAX, 0);
	assert_int_equal(b.p[16], 'y');
	assert_int_equal(b.p[18], 0xcd);
	assert_int_equal(b.len, sizeof(want));
	buf_free(&b);
	assert_null(b.p);
	assert_int_equal(b.len, 0);
	buf_u8(&b, 7);
	assert_int_equal(b.len, 1);
	buf_free(&b);
}

static void buf_grows(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (unsigned int i = 0; i < 100000; i++)
		buf_u8(&b, (uint8_t)(i % 251));
	assert_false(b.failed);
	assert_int_equal(b.len, 100000);
	for (unsigned int i = 0; i < 100000; i++)
		if (b.p[i] != i % 251)
			fail_msg("byte %u", i);
	buf_free(&b);
}

static void buf_limit(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_u8(&b, 1);
	buf_zero(&b, SIZE_MAX);
	assert_true(b.failed);
	buf_u8(&b, 2);
	assert_int_equal(b.len, 1);
	buf_set_be16(&b, 0, 5);
	assert_int_equal(b.p[0], 1);
	buf_free(&b);
	assert_false(b.failed);
}

static void escaping(void **state)
{
	char out[64], tiny[6];
	uint8_t all[256];
	char big[1025];

	(void)state;
	assert_string_equal(text_escape("gw.example", 10, out, sizeof(out)), "gw.example");
	assert_string_equal(text_escape("a\x1b[2J\n\"\\\x7f\x80", 10, out, sizeof(out)),
			    "a\\x1b[2J\\x0a\\x22\\x5c\\x7f\\x80");
	assert_string_equal(text_escape("\0x", 2, out, sizeof(out)), "\\x00x");
	assert_string_equal(text_escape("", 0, out, sizeof(out)), "");
	/* what does not fit is cut between bytes and marked */
	assert_string_equal(text_escape("12345", 5, tiny, sizeof(tiny)), "12345");
	assert_string_equal(text_escape("123456", 6, tiny, sizeof(tiny)), "12...");
	assert_string_equal(text_escape("1\n\n", 3, tiny, sizeof(tiny)), "1...");
	assert_string_equal(text_escape("123", 3, tiny, 1), "");
	assert_string_equal(text_escape("123", 3, tiny, 3), "");
	for (unsigned int i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	text_escape(all, sizeof(all), big, sizeof(big));
	for (const char *c = big; *c; c++)
		assert_true(*c >= 0x20 && *c < 0x7f);
	/* every size: terminated inside, no byte beyond */
	for (size_t cap = 1; cap < 40; cap++) {
		char *exact = malloc(cap);

		assert_non_null(exact);
		assert_true(strlen(text_escape("ab\x01 cd\xff efghijklmnop", 20, exact, cap)) < cap);
		free(exact);
	}
}

static void suggestions(void **state)
{
	static const char *const keys[] = {
		"local", "remote", NULL, "local-subnets", "remote-subnets", "esp", "ike",
	};
	const size_t n = sizeof(keys) / sizeof(keys[0]);

	(void)state;
	assert_string_equal(suggest("lcoal", keys, n), "local");
	assert_string_equal(suggest("LOCAL", keys, n), "local");
	assert_string_equal(suggest("remote-subnet", keys, n), "remote-subnets");
	assert_string_equal(suggest("localsubnets", keys, n), "local-subnets");
	assert_string_equal(suggest("epsa", keys, n), "esp");
	assert_null(suggest("", keys, n));
	assert_null(suggest("zzzzzz", keys, n));
	assert_null(suggest("xyz", keys, n));
	assert_null(suggest("local", keys, 0));
	/* one edit, but nothing in common */
	assert_null(suggest("b", (const char *const[]){ "a" }, 1));
	assert_null(suggest("this-is-a-very-long-word-that-nobody-would-ever-have-meant-as-a-key", keys, n));
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(isakmp_notify_name(14), "NO-PROPOSAL-CHOSEN");
	assert_string_equal(isakmp_notify_name(24578), "INITIAL-CONTACT");
	assert_string_equal(isakmp_notify_name(36136), "R-U-THERE");
	assert_string_equal(isakmp_notify_name(9999), "notify");
	for (unsigned int i = 0; i < 65536; i++) {
		assert_non_null(isakmp_notify_name(i));
		assert_non_null(isakmp_exchange_name(i));
		assert_non_null(isakmp_payload_name(i));
		assert_non_null(isakmp_id_type_name(i));
	}
	assert_string_equal(isakmp_exchange_name(2), "main mode");
	assert_string_equal(isakmp_payload_name(20), "NAT-D");
	assert_string_equal(isakmp_id_type_name(2), "FQDN");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_in_order),
		cmocka_unit_test(big_values),
		cmocka_unit_test(failure_latches),
		cmocka_unit_test(sub_too_long),
		cmocka_unit_test(empty_input),
		cmocka_unit_test(buf_writes),
		cmocka_unit_test(buf_grows),
		cmocka_unit_test(buf_limit),
		cmocka_unit_test(escaping),
		cmocka_unit_test(suggestions),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
