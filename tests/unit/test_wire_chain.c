// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "vectors/hex.h"
#include "wire/v1.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/*
 * Parse a copy that is exactly as long as it says, so that the sanitizer sees a
 * read past its end. The payloads of @out point into memory that is gone; only
 * counts and lengths may be looked at.
 */
static bool parse_exact(uint8_t first, const uint8_t *p, size_t len, bool padded, struct v1_chain *out)
{
	uint8_t *copy = malloc(len ? len : 1);
	bool ok;

	assert_non_null(copy);
	if (len)
		memcpy(copy, p, len);
	ok = v1_chain_parse(first, copy, len, padded, out);
	assert_int_equal(ok, !out->why);
	assert_true(out->n <= V1_PAYLOADS_MAX);
	for (unsigned int i = 0; i < out->n; i++) {
		const struct v1_payload *pl = &out->pl[i];

		assert_true(pl->raw >= copy && pl->raw_len >= 4);
		assert_true(pl->raw + pl->raw_len <= copy + len);
		assert_ptr_equal(pl->body, pl->raw + 4);
		assert_int_equal(pl->len, pl->raw_len - 4);
	}
	if (!ok)
		assert_int_equal(out->n, 0);
	free(copy);
	return ok;
}

static void header_round_trip(void **state)
{
	const struct isakmp_hdr h = {
		.cky_i = "initiato", .cky_r = "responde", .version = ISAKMP_VERSION_1, .exchange = XCHG_QUICK,
		.flags = ISAKMP_FLAG_ENCRYPTED, .msgid = 0x89abcdef,
	};
	struct v1_writer w;
	struct isakmp_hdr got;
	struct cursor c;

	(void)state;
	v1_begin(&w, &h);
	v1_put(&w, PL_HASH, "12345", 5);
	v1_put(&w, PL_NONCE, "nonce", 5);
	assert_true(v1_finish(&w));
	c = cursor_of(w.b.p, w.b.len);
	assert_true(isakmp_hdr_parse(&c, &got));
	assert_memory_equal(got.cky_i, h.cky_i, 8);
	assert_memory_equal(got.cky_r, h.cky_r, 8);
	assert_int_equal(got.next, PL_HASH);
	assert_int_equal(got.version, ISAKMP_VERSION_1);
	assert_int_equal(got.exchange, XCHG_QUICK);
	assert_int_equal(got.flags, ISAKMP_FLAG_ENCRYPTED);
	assert_int_equal(got.msgid, 0x89abcdef);
	assert_int_equal(got.length, 28 + 9 + 9);
	assert_int_equal(c.left, 18);
	buf_free(&w.b);
}

/* A body that was encrypted elsewhere: only the length is patched */
static void header_opaque_body(void **state)
{
	const struct isakmp_hdr h = { .next = PL_HASH, .version = ISAKMP_VERSION_1, .exchange = XCHG_INFO };
	struct v1_writer w;
	struct isakmp_hdr got;
	struct cursor c;

	(void)state;
	v1_begin(&w, &h);
	buf_put(&w.b, "0123456789abcdef", 16);
	assert_true(v1_finish(&w));
	c = cursor_of(w.b.p, w.b.len);
	assert_true(isakmp_hdr_parse(&c, &got));
	assert_int_equal(got.next, PL_HASH);
	assert_int_equal(got.length, 44);
	assert_memory_equal(c.p, "0123456789abcdef", 16);
	buf_free(&w.b);
}

static void header_hostile(void **state)
{
	static const uint32_t lies[] = { 0, 1, 27, 28, 31, 33, 65535, 0x7fffffff, 0x80000000, 0xffffffff };
	uint8_t msg[32] = { 0 };
	struct isakmp_hdr h;
	struct cursor c;

	(void)state;
	msg[27] = 32;
	c = cursor_of(msg, 32);
	assert_true(isakmp_hdr_parse(&c, &h));
	for (size_t len = 0; len < 32; len++) {
		uint8_t *copy = malloc(len ? len : 1);

		assert_non_null(copy);
		memcpy(copy, msg, len);
		c = cursor_of(copy, len);
		assert_false(isakmp_hdr_parse(&c, &h));
		assert_non_null(c.why);
		free(copy);
	}
	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		for (int k = 0; k < 4; k++)
			msg[24 + k] = (uint8_t)(lies[i] >> (24 - 8 * k));
		c = cursor_of(msg, 32);
		assert_false(isakmp_hdr_parse(&c, &h));
		assert_int_equal(cursor_u8(&c), 0);
	}
}

static void example(struct v1_writer *w)
{
	*w = (struct v1_writer){ 0 };
	v1_put(w, PL_KE, "public value", 12);
	v1_put(w, PL_NONCE, "nonce", 5);
	v1_put(w, PL_VENDOR, "", 0);
	v1_put(w, PL_NAT_D, "0123456789", 10);
	v1_put(w, PL_NAT_D, "abcdefghij", 10);
	v1_put(w, PL_NAT_D_DRAFT, "x", 1);
	assert_true(v1_finish(w));
}

#define EXAMPLE_LEN (16 + 9 + 4 + 14 + 14 + 5)

static void chain_round_trip(void **state)
{
	struct v1_writer w;
	struct v1_chain ch;

	(void)state;
	example(&w);
	assert_int_equal(w.b.len, EXAMPLE_LEN);
	assert_true(v1_chain_parse(PL_KE, w.b.p, w.b.len, false, &ch));
	assert_null(ch.why);
	assert_int_equal(ch.n, 6);
	assert_int_equal(ch.consumed, EXAMPLE_LEN);
	assert_int_equal(v1_count(&ch, PL_NAT_D), 2);
	assert_int_equal(v1_count(&ch, PL_SA), 0);
	assert_null(v1_find(&ch, PL_SA, 0));
	assert_null(v1_find(&ch, PL_NAT_D, 2));
	assert_memory_equal(v1_find(&ch, PL_KE, 0)->body, "public value", 12);
	assert_int_equal(v1_find(&ch, PL_VENDOR, 0)->len, 0);
	assert_memory_equal(v1_find(&ch, PL_NAT_D, 0)->body, "0123456789", 10);
	assert_memory_equal(v1_find(&ch, PL_NAT_D, 1)->body, "abcdefghij", 10);
	assert_int_equal(v1_find(&ch, PL_NAT_D_DRAFT, 0)->raw_len, 5);
	assert_ptr_equal(v1_find(&ch, PL_KE, 0)->raw, w.b.p);
	buf_free(&w.b);
}

static void body_is_patchable(void **state)
{
	struct v1_writer w = { 0 };
	struct v1_chain ch;
	size_t at;

	(void)state;
	v1_put(&w, PL_NONCE, "nonce", 5);
	at = v1_pl_begin(&w, PL_HASH);
	buf_zero(&w.b, 4);
	v1_pl_end(&w);
	v1_put(&w, PL_VENDOR, "v", 1);
	memcpy(w.b.p + at, "HASH", 4);
	assert_true(v1_chain_parse(PL_NONCE, w.b.p, w.b.len, false, &ch));
	assert_int_equal(ch.n, 3);
	assert_memory_equal(v1_find(&ch, PL_HASH, 0)->body, "HASH", 4);
	buf_free(&w.b);
}

static void every_truncation(void **state)
{
	struct v1_writer w;
	struct v1_chain ch;

	(void)state;
	example(&w);
	for (size_t len = 0; len < EXAMPLE_LEN; len++) {
		assert_false(parse_exact(PL_KE, w.b.p, len, false, &ch));
		assert_false(parse_exact(PL_KE, w.b.p, len, true, &ch));
	}
	buf_free(&w.b);
}

/* Padding of the cipher may follow the last payload where there was a cipher; elsewhere what makes it a multiple of four. */
static void trailing_bytes(void **state)
{
	struct v1_writer w;
	struct v1_chain ch;

	(void)state;
	example(&w);
	buf_zero(&w.b, 7);
	assert_false(parse_exact(PL_KE, w.b.p, w.b.len, false, &ch));
	assert_true(parse_exact(PL_KE, w.b.p, w.b.len, true, &ch));
	assert_int_equal(ch.consumed, EXAMPLE_LEN);
	assert_false(parse_exact(PL_KE, w.b.p, EXAMPLE_LEN + 4, false, &ch));
	for (size_t n = 0; n < 4; n++) {
		assert_true(parse_exact(PL_KE, w.b.p, EXAMPLE_LEN + n, false, &ch));
		assert_int_equal(ch.consumed, EXAMPLE_LEN);
	}
	w.b.p[EXAMPLE_LEN + 1] = 1;
	assert_true(parse_exact(PL_KE, w.b.p, EXAMPLE_LEN + 1, false, &ch));
	assert_false(parse_exact(PL_KE, w.b.p, EXAMPLE_LEN + 2, false, &ch));
	assert_false(parse_exact(PL_KE, w.b.p, EXAMPLE_LEN + 3, false, &ch));
	buf_free(&w.b);
	assert_true(parse_exact(PL_NONE, NULL, 0, false, &ch));
	assert_int_equal(ch.n, 0);
	assert_false(parse_exact(PL_NONE, (const uint8_t *)"x", 1, false, &ch));
}

/* Each length field 0, 1, 3, one off either way, and the largest */
static void lying_lengths(void **state)
{
	static const size_t at[] = { 0, 16, 25, 29, 43, 57 };
	struct v1_writer w;
	struct v1_chain ch;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(at); i++) {
		uint16_t was, lies[7];

		example(&w);
		was = (uint16_t)(w.b.p[at[i] + 2] << 8 | w.b.p[at[i] + 3]);
		memcpy(lies, ((uint16_t[]){ 0, 1, 2, 3, 0xffff, 0x7fff, was + 1 }), sizeof(lies));
		for (size_t k = 0; k < ARRAY_LEN(lies); k++) {
			buf_set_be16(&w.b, at[i] + 2, lies[k]);
			assert_false(parse_exact(PL_KE, w.b.p, w.b.len, false, &ch));
		}
		buf_free(&w.b);
	}
}

static void reserved_and_types(void **state)
{
	struct v1_writer w;
	struct v1_chain ch;

	(void)state;
	example(&w);
	for (unsigned int v = 1; v < 256; v++) {
		w.b.p[17] = (uint8_t)v;
		assert_false(parse_exact(PL_KE, w.b.p, w.b.len, false, &ch));
	}
	w.b.p[17] = 0;
	for (unsigned int type = 1; type < 256; type++) {
		bool known = type != PL_PROPOSAL && type != PL_TRANSFORM && (type <= 33 || type >= 128);

		assert_int_equal(parse_exact((uint8_t)type, w.b.p, w.b.len, false, &ch), known);
		w.b.p[16] = (uint8_t)type;	/* what follows the nonce */
		assert_int_equal(parse_exact(PL_KE, w.b.p, w.b.len, false, &ch), known);
		w.b.p[16] = PL_VENDOR;
	}
	buf_free(&w.b);
}

static void too_many(void **state)
{
	struct v1_writer w = { 0 };
	struct v1_chain ch;

	(void)state;
	for (unsigned int i = 0; i < V1_PAYLOADS_MAX; i++)
		v1_put(&w, PL_VENDOR, NULL, 0);
	assert_true(parse_exact(PL_VENDOR, w.b.p, w.b.len, false, &ch));
	assert_int_equal(ch.n, V1_PAYLOADS_MAX);
	v1_put(&w, PL_VENDOR, NULL, 0);
	assert_false(parse_exact(PL_VENDOR, w.b.p, w.b.len, false, &ch));
	buf_free(&w.b);
}

static void every_byte_changed(void **state)
{
	struct v1_writer w;
	struct v1_chain ch;

	(void)state;
	example(&w);
	for (size_t i = 0; i < w.b.len; i++) {
		uint8_t was = w.b.p[i];

		for (unsigned int v = 0; v < 256; v++) {
			w.b.p[i] = (uint8_t)v;
			parse_exact(PL_KE, w.b.p, w.b.len, v & 1, &ch);
		}
		w.b.p[i] = was;
	}
	buf_free(&w.b);
}

static void random_bytes(void **state)
{
	uint32_t seed = 0x2545f491;
	struct v1_chain ch;
	uint8_t in[96];

	(void)state;
	for (unsigned int i = 0; i < 50000; i++) {
		size_t len = next_random(&seed) % (sizeof(in) + 1);

		for (size_t k = 0; k < sizeof(in); k++) {
			uint32_t r = next_random(&seed);

			/* small numbers and zeros get further in than noise does */
			in[k] = (uint8_t)(r & 0x300 ? r % 14 * !(r & 0xc00) : r);
		}
		parse_exact((uint8_t)(next_random(&seed) % 14), in, len, i & 1, &ch);
	}
}

/* A payload that 16 bits of length can't name fails the message instead of lying. */
static void oversized_payload(void **state)
{
	static const uint8_t zeros[65536];
	struct v1_writer w = { 0 };

	(void)state;
	v1_put(&w, PL_NONCE, zeros, 65531);
	assert_true(v1_finish(&w));
	v1_put(&w, PL_NONCE, zeros, 65532);
	assert_false(v1_finish(&w));
	buf_free(&w.b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_round_trip),
		cmocka_unit_test(header_opaque_body),
		cmocka_unit_test(header_hostile),
		cmocka_unit_test(chain_round_trip),
		cmocka_unit_test(body_is_patchable),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(trailing_bytes),
		cmocka_unit_test(lying_lengths),
		cmocka_unit_test(reserved_and_types),
		cmocka_unit_test(too_many),
		cmocka_unit_test(every_byte_changed),
		cmocka_unit_test(random_bytes),
		cmocka_unit_test(oversized_payload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
