// SPDX-License-Identifier: GPL-2.0
/* The attribute payload of transaction exchanges, draft-dukes-ike-mode-cfg-02 3.2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "wire/v1.h"

static bool parse(const void *p, size_t len, struct v1_attrs *out)
{
	uint8_t *copy = malloc(len ? len : 1);	/* of its own, so that the sanitizer sees every overread */
	struct v1_payload pl = { .type = PL_ATTR, .body = copy, .len = len };
	const char *why;
	bool ok;

	memcpy(copy, p, len);
	ok = v1_attrs_parse(&pl, out, &why);
	assert_int_equal(ok, !why);
	if (!ok)
		assert_int_equal(out->n, 0);
	free(copy);
	return ok;
}

/* Libreswan makes the payload a multiple of four bytes long */
static void rounded_up(void **state)
{
	uint8_t body[] = { 2, 0, 0, 0, 0x70, 4, 0, 2, 1, 2, 0, 0, 0 };
	struct v1_attrs a;

	(void)state;
	for (size_t n = 0; n < 4; n++) {
		assert_true(parse(body, 10 + n, &a));
		assert_int_equal(a.n, 1);
	}
	body[11] = 1;
	assert_true(parse(body, 11, &a));
	assert_false(parse(body, 12, &a));
	assert_false(parse(body, 13, &a));
}

static void known_bytes(void **state)
{
	static const uint8_t body[] = {
		2, 0, 0x12, 0x34,
		0, 1, 0, 4, 10, 9, 0, 5,	/* INTERNAL_IP4_ADDRESS 10.9.0.5 */
		0, 3, 0, 0,			/* INTERNAL_IP4_DNS, asked for */
		0xc0, 0x8f, 0, 1,		/* XAUTH-STATUS, basic: OK */
		0x40, 0x88, 0, 2, 0, 0,		/* XAUTH-TYPE, variable: generic */
	};
	struct v1_payload pl = { .type = PL_ATTR, .body = body, .len = sizeof(body) };
	struct v1_attrs a;
	const char *why;

	(void)state;
	assert_true(v1_attrs_parse(&pl, &a, &why));
	assert_int_equal(a.type, CFG_REPLY);
	assert_int_equal(a.id, 0x1234);
	assert_int_equal(a.n, 4);
	assert_memory_equal(v1_attr_find(&a, CFG_IP4_ADDRESS, 0)->data, "\x0a\x09\x00\x05", 4);
	assert_int_equal(v1_attr_find(&a, CFG_IP4_DNS, 0)->len, 0);
	assert_null(v1_attr_find(&a, CFG_IP4_DNS, 1));
	assert_int_equal(v1_attr_u16(v1_attr_find(&a, XAUTH_STATUS, 0), 9), XAUTH_STATUS_OK);
	assert_int_equal(v1_attr_u16(v1_attr_find(&a, XAUTH_TYPE, 0), 9), XAUTH_TYPE_GENERIC);
	assert_int_equal(v1_attr_u16(v1_attr_find(&a, CFG_IP4_ADDRESS, 0), 9), 9);
	assert_int_equal(v1_attr_u16(NULL, 7), 7);
}

static const uint8_t long_one[65536];

static void written_and_read(void **state)
{
	struct v1_writer w = { 0 };
	struct v1_attrs a;

	(void)state;
	v1_attrs_begin(&w, CFG_SET, 0xbeef);
	v1_attr_put(&w, XAUTH_USER_NAME, "anna", 4);
	v1_attr_put(&w, XAUTH_USER_PASSWORD, NULL, 0);
	v1_attr_put_u16(&w, XAUTH_STATUS, 1);
	v1_pl_end(&w);
	assert_false(w.b.failed);
	assert_int_equal(w.b.len, 8 + 8 + 4 + 4);
	assert_true(parse(w.b.p + 4, w.b.len - 4, &a));
	assert_int_equal(a.type, CFG_SET);
	assert_int_equal(a.id, 0xbeef);
	assert_int_equal(a.n, 3);
	assert_int_equal(a.attrs[0].len, 4);
	assert_int_equal(a.attrs[1].len, 0);
	assert_int_equal(a.attrs[2].type, XAUTH_STATUS);
	buf_free(&w.b);
	v1_attrs_begin(&w, CFG_SET, 1);
	v1_attr_put(&w, 1, long_one, sizeof(long_one));
	assert_true(w.b.failed);
	buf_free(&w.b);
}

static void lies(void **state)
{
	static const uint8_t body[] = { 1, 0, 0, 1, 0, 1, 0, 4, 10, 9, 0, 5, 0xc0, 0x8f, 0, 1 };
	uint8_t many[4 + 4 * (V1_ATTRS_MAX + 1)] = { CFG_REQUEST };
	struct v1_attrs a;
	uint8_t copy[sizeof(body)];

	(void)state;
	for (size_t n = 0; n < sizeof(body); n++)	/* the fifth byte is zero: rounded up */
		assert_int_equal(parse(body, n, &a), n == 4 || n == 5 || n == 12);
	assert_true(parse(body, sizeof(body), &a));
	for (unsigned int type = 0; type < 256; type++) {
		memcpy(copy, body, sizeof(body));
		copy[0] = (uint8_t)type;
		assert_int_equal(parse(copy, sizeof(copy), &a), type >= 1 && type <= 4);
	}
	for (unsigned int len = 5; len < 65536; len += 97) {
		memcpy(copy, body, sizeof(body));
		copy[6] = len >> 8;
		copy[7] = len & 0xff;
		if (len != 8)
			assert_false(parse(copy, sizeof(copy), &a) && a.n == 2);
	}
	assert_true(parse(many, sizeof(many) - 4, &a));
	assert_int_equal(a.n, V1_ATTRS_MAX);
	assert_false(parse(many, sizeof(many), &a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_bytes),
		cmocka_unit_test(rounded_up),
		cmocka_unit_test(written_and_read),
		cmocka_unit_test(lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
