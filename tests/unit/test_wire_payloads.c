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

/* An ID payload from its type and the hex of its data */
static bool id_of(uint8_t type, const char *hex, struct v1_id *id)
{
	uint8_t body[600] = { type, 17, 0x01, 0xf4 };
	size_t n = 4 + unhex(hex, body + 4, sizeof(body) - 4);
	uint8_t *copy = malloc(n);
	struct v1_payload pl = { .type = PL_ID, .body = copy, .len = n };
	const char *why = "unset";
	bool ok;

	assert_non_null(copy);
	memcpy(copy, body, n);
	ok = v1_id_parse(&pl, id, &why);
	assert_int_equal(ok, !why);
	free(copy);
	return ok;
}

static void id_lengths(void **state)
{
	static const struct {
		uint8_t type;
		size_t len;	/* 0: any */
	} rows[] = {
		{ IDT_IPV4, 4 }, { IDT_FQDN, 0 }, { IDT_USER_FQDN, 0 }, { IDT_IPV4_SUBNET, 8 },
		{ IDT_IPV6, 16 }, { IDT_IPV6_SUBNET, 32 }, { IDT_IPV4_RANGE, 8 }, { IDT_IPV6_RANGE, 32 },
		{ IDT_DER_DN, 0 }, { 10, 0 }, { IDT_KEY_ID, 0 }, { 200, 0 },
	};
	char hex[2 * (V1_ID_MAX + 2) + 1];
	struct v1_id id;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		memset(hex, '0', sizeof(hex));
		for (size_t len = 0; len <= V1_ID_MAX + 1; len++) {
			bool want = rows[i].len ? len == rows[i].len : len > 0 && len <= V1_ID_MAX;

			hex[2 * len] = '\0';
			if (id_of(rows[i].type, hex, &id) != want)
				fail_msg("type %u, %zu bytes", rows[i].type, len);
			if (want)
				assert_int_equal(id.len, len);
			hex[2 * len] = '0';
		}
	}
	assert_false(id_of(0, "01", &id));
	assert_true(id_of(IDT_IPV4, "0a000001", &id));
	assert_int_equal(id.proto, 17);
	assert_int_equal(id.port, 500);
}

static void id_truncated(void **state)
{
	static const uint8_t body[] = { IDT_IPV4, 0, 0, 0, 10, 0, 0, 1 };
	struct v1_id id;
	const char *why;

	(void)state;
	for (size_t len = 0; len < sizeof(body); len++) {
		uint8_t *copy = malloc(len ? len : 1);
		struct v1_payload pl = { .type = PL_ID, .body = copy, .len = len };

		assert_non_null(copy);
		memcpy(copy, body, len);
		assert_false(v1_id_parse(&pl, &id, &why));
		assert_non_null(why);
		free(copy);
	}
}

static void id_subnets(void **state)
{
	static const struct {
		uint8_t type;
		const char *hex, *subnet;	/* NULL: not a subnet */
	} rows[] = {
		{ IDT_IPV4, "c0a80101", "192.168.1.1/32" },
		{ IDT_IPV4_SUBNET, "c0a80100ffffff00", "192.168.1.0/24" },
		{ IDT_IPV4_SUBNET, "c0a80105ffffff00", "192.168.1.0/24" },	/* host bits say nothing */
		{ IDT_IPV4_SUBNET, "0000000000000000", "0.0.0.0/0" },
		{ IDT_IPV4_SUBNET, "c0a80101ffffffff", "192.168.1.1/32" },
		{ IDT_IPV4_SUBNET, "c0a80100ff00ff00", NULL },
		{ IDT_IPV4_SUBNET, "c0a8010000ffffff", NULL },
		{ IDT_IPV4_SUBNET, "c0a80100fffffffd", NULL },
		{ IDT_IPV4_SUBNET, "c0a8010000000001", NULL },
		{ IDT_IPV4_RANGE, "c0a80100c0a801ff", "192.168.1.0/24" },
		{ IDT_IPV4_RANGE, "00000000ffffffff", "0.0.0.0/0" },
		{ IDT_IPV4_RANGE, "c0a80101c0a80101", "192.168.1.1/32" },
		{ IDT_IPV4_RANGE, "c0a80102c0a80103", "192.168.1.2/31" },
		{ IDT_IPV4_RANGE, "c0a80101c0a80102", NULL },	/* two addresses, not aligned */
		{ IDT_IPV4_RANGE, "c0a80100c0a801fe", NULL },
		{ IDT_IPV4_RANGE, "c0a80101c0a801ff", NULL },
		{ IDT_IPV4_RANGE, "c0a80100c0a802ff", NULL },
		{ IDT_IPV4_RANGE, "c0a801ffc0a80100", NULL },	/* ends before it begins */
		{ IDT_IPV4_RANGE, "c0a80103c0a80102", NULL },
		{ IDT_IPV4_RANGE, "ffffffff00000000", NULL },
		{ IDT_IPV6, "20010db8000000000000000000000001", "2001:db8::1/128" },
		{ IDT_IPV6_SUBNET, "20010db8000000000000000000000000ffffffff000000000000000000000000",
		  "2001:db8::/32" },
		{ IDT_IPV6_SUBNET, "20010db8000000000000000000000000ffffffff000000000000000000000001", NULL },
		{ IDT_IPV6_RANGE, "20010db800000000000000000000000020010db8ffffffffffffffffffffffff",
		  "2001:db8::/32" },
		{ IDT_IPV6_RANGE, "20010db800000000000000000000000020010db8fffffffffffffffffffffffe", NULL },
		{ IDT_FQDN, "61", NULL },
		{ IDT_KEY_ID, "c0a80101", NULL },
	};
	char out[SUBNET_STRLEN];
	struct subnet s;
	struct v1_id id;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(id_of(rows[i].type, rows[i].hex, &id));
		id.proto = 0;
		id.port = 0;
		if (v1_id_to_subnet(&id, &s) != !!rows[i].subnet)
			fail_msg("type %u %s", rows[i].type, rows[i].hex);
		if (rows[i].subnet)
			assert_string_equal(subnet_str(&s, out), rows[i].subnet);
	}
	/* one that nobody parsed */
	id = (struct v1_id){ .type = IDT_IPV4_SUBNET, .len = 4 };
	assert_false(v1_id_to_subnet(&id, &s));
}

/* All ranges of one byte, against counting */
static void ranges_by_force(void **state)
{
	struct v1_id id = { .type = IDT_IPV4_RANGE, .len = 8, .data = { 10, 1, 2, 0, 10, 1, 2, 0 } };
	struct subnet s;

	(void)state;
	for (unsigned int lo = 0; lo < 256; lo++) {
		for (unsigned int hi = 0; hi < 256; hi++) {
			unsigned int n = hi - lo + 1;
			bool want = hi >= lo && !(n & (n - 1)) && !(lo % n);

			id.data[3] = (uint8_t)lo;
			id.data[7] = (uint8_t)hi;
			assert_int_equal(v1_id_to_subnet(&id, &s), want);
			if (want)
				assert_int_equal(1u << (32 - s.prefixlen), n);
		}
	}
}

static void id_from_subnet(void **state)
{
	static const struct {
		const char *subnet;
		uint8_t type;
		const char *hex;
	} rows[] = {
		{ "192.168.1.0/24", IDT_IPV4_SUBNET, "c0a80100ffffff00" },
		{ "192.168.1.1", IDT_IPV4, "c0a80101" },
		{ "0.0.0.0/0", IDT_IPV4_SUBNET, "0000000000000000" },
		{ "10.128.0.0/9", IDT_IPV4_SUBNET, "0a800000ff800000" },
		{ "2001:db8::/33", IDT_IPV6_SUBNET,
		  "20010db8000000000000000000000000ffffffff800000000000000000000000" },
		{ "2001:db8::1", IDT_IPV6, "20010db8000000000000000000000001" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct subnet s, back;
		uint8_t want[32];
		struct v1_id id;

		assert_true(subnet_parse(rows[i].subnet, &s));
		s.proto = 6;
		s.port = 443;
		v1_id_from_subnet(&s, &id);
		assert_int_equal(id.type, rows[i].type);
		assert_int_equal(id.len, unhex(rows[i].hex, want, sizeof(want)));
		assert_memory_equal(id.data, want, id.len);
		assert_int_equal(id.proto, 6);
		assert_int_equal(id.port, 443);
		assert_true(v1_id_to_subnet(&id, &back));
		assert_true(subnet_eq(&s, &back));
	}
}

static struct v1_id text_id(uint8_t type, const char *s)
{
	struct v1_id id = { .type = type, .len = strlen(s) };

	memcpy(id.data, s, id.len);
	return id;
}

static void id_equality(void **state)
{
	static const struct {
		uint8_t type_a;
		const char *a;
		uint8_t type_b;
		const char *b;
		bool eq;
	} rows[] = {
		{ IDT_FQDN, "gw.example", IDT_FQDN, "GW.Example", true },
		{ IDT_FQDN, "gw.example", IDT_FQDN, "gw.example.", false },
		{ IDT_FQDN, "gw.example", IDT_USER_FQDN, "gw.example", false },
		{ IDT_FQDN, "gw.example", IDT_FQDN, "gw_example", false },
		{ IDT_FQDN, "a[", IDT_FQDN, "a{", false },	/* 32 apart, as letters are */
		{ IDT_FQDN, "a@", IDT_FQDN, "a`", false },
		{ IDT_USER_FQDN, "me@example.org", IDT_USER_FQDN, "me@EXAMPLE.org", true },
		{ IDT_USER_FQDN, "me@example.org", IDT_USER_FQDN, "Me@example.org", false },
		{ IDT_USER_FQDN, "a@B@example.org", IDT_USER_FQDN, "a@b@example.org", false },
		{ IDT_KEY_ID, "key", IDT_KEY_ID, "KEY", false },
		{ IDT_KEY_ID, "key", IDT_KEY_ID, "key", true },
		{ IDT_IPV4, "Abcd", IDT_IPV4, "abcd", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct v1_id a = text_id(rows[i].type_a, rows[i].a), b = text_id(rows[i].type_b, rows[i].b);

		b.port = 500;
		if (v1_id_eq(&a, &b) != rows[i].eq || v1_id_eq(&b, &a) != rows[i].eq)
			fail_msg("%s %s", rows[i].a, rows[i].b);
	}
}

static void id_strings(void **state)
{
	static const struct {
		uint8_t type;
		const char *hex, *text;
	} rows[] = {
		{ IDT_IPV4, "c0a80101", "192.168.1.1" },
		{ IDT_IPV4_SUBNET, "c0a80100ffffff00", "192.168.1.0/24" },
		{ IDT_IPV4_SUBNET, "c0a80100ff00ff00", "192.168.1.0/255.0.255.0" },
		{ IDT_IPV4_RANGE, "c0a80101c0a80105", "192.168.1.1-192.168.1.5" },
		{ IDT_IPV6, "20010db8000000000000000000000001", "2001:db8::1" },
		{ IDT_FQDN, "67772e6578616d706c65", "gw.example" },
		{ IDT_FQDN, "67770a1b", "gw\\x0a\\x1b" },
		{ IDT_KEY_ID, "6b00", "k\\x00" },
		{ IDT_DER_DN, "30ff", "distinguished name 30ff" },
		{ 77, "30ff", "identity 30ff" },
	};
	char out[V1_ID_STRLEN];
	struct v1_id id;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(id_of(rows[i].type, rows[i].hex, &id));
		assert_string_equal(v1_id_str(&id, out), rows[i].text);
	}
	/* the longest of every type, all unprintable: fits, and says that it was cut */
	for (unsigned int type = 1; type < 256; type++) {
		char *exact = malloc(V1_ID_STRLEN);
		size_t n;

		assert_non_null(exact);
		id = (struct v1_id){ .type = (uint8_t)type, .len = V1_ID_MAX };
		memset(id.data, 0x9b, sizeof(id.data));
		n = strlen(v1_id_str(&id, exact));
		assert_true(n < V1_ID_STRLEN);
		assert_string_equal(exact + n - 3, "...");
		free(exact);
	}
}

static void id_written(void **state)
{
	struct v1_id id = text_id(IDT_FQDN, "gw.example"), got;
	struct v1_writer w = { 0 };
	struct v1_chain ch;
	const char *why;

	(void)state;
	id.proto = 17;
	id.port = 500;
	v1_put_id(&w, &id);
	assert_true(v1_chain_parse(PL_ID, w.b.p, w.b.len, false, &ch));
	assert_true(v1_id_parse(&ch.pl[0], &got, &why));
	assert_true(v1_id_eq(&id, &got));
	assert_int_equal(got.proto, 17);
	assert_int_equal(got.port, 500);
	buf_free(&w.b);
}

static bool notify_exact(const uint8_t *p, size_t len, struct v1_notify *n)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct v1_payload pl = { .type = PL_NOTIFY, .body = copy, .len = len };
	const char *why = "unset";
	bool ok;

	assert_non_null(copy);
	memcpy(copy, p, len);
	ok = v1_notify_parse(&pl, n, &why);
	assert_int_equal(ok, !why);
	if (ok) {
		assert_int_equal(n->spi_len + n->data_len, len - 8);
		assert_ptr_equal(n->spi, copy + 8);
		assert_ptr_equal(n->data, copy + 8 + n->spi_len);
	}
	free(copy);
	return ok;
}

static void notifies(void **state)
{
	struct v1_writer w = { 0 };
	struct v1_notify n;
	struct v1_chain ch;
	const char *why;

	(void)state;
	v1_put_notify(&w, PROTO_ISAKMP, N_R_U_THERE, "0123456789abcdef", 16, "\0\0\x12\x34", 4);
	v1_put_notify(&w, PROTO_ESP, N_NO_PROPOSAL_CHOSEN, NULL, 0, NULL, 0);
	assert_true(v1_chain_parse(PL_NOTIFY, w.b.p, w.b.len, false, &ch));
	assert_true(v1_notify_parse(&ch.pl[0], &n, &why));
	assert_int_equal(n.doi, IPSEC_DOI);
	assert_int_equal(n.proto, PROTO_ISAKMP);
	assert_int_equal(n.type, N_R_U_THERE);
	assert_int_equal(n.spi_len, 16);
	assert_memory_equal(n.spi, "0123456789abcdef", 16);
	assert_int_equal(n.data_len, 4);
	assert_memory_equal(n.data, "\0\0\x12\x34", 4);
	assert_true(v1_notify_parse(&ch.pl[1], &n, &why));
	assert_int_equal(n.type, N_NO_PROPOSAL_CHOSEN);
	assert_int_equal(n.spi_len + n.data_len, 0);

	/* the data may be cut short, the rest not */
	for (size_t len = 0; len <= ch.pl[0].len; len++)
		assert_int_equal(notify_exact(ch.pl[0].body, len, &n), len >= 8 + 16);
	for (unsigned int spi = 0; spi < 256; spi++) {
		w.b.p[4 + 5] = (uint8_t)spi;
		assert_int_equal(notify_exact(w.b.p + 4, ch.pl[0].len, &n), spi <= 16);
	}
	buf_free(&w.b);
	v1_put_notify(&w, 1, 1, w.b.p, 256, NULL, 0);
	assert_false(v1_finish(&w));
	buf_free(&w.b);
}

static bool delete_exact(const uint8_t *p, size_t len, struct v1_delete *d)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct v1_payload pl = { .type = PL_DELETE, .body = copy, .len = len };
	const char *why = "unset";
	bool ok;

	assert_non_null(copy);
	memcpy(copy, p, len);
	ok = v1_delete_parse(&pl, d, &why);
	assert_int_equal(ok, !why);
	if (ok) {
		assert_int_equal((size_t)d->n * d->spi_len, len - 8);
		assert_ptr_equal(d->spis, copy + 8);
	}
	free(copy);
	return ok;
}

static void deletes(void **state)
{
	struct v1_writer w = { 0 };
	struct v1_delete d;
	struct v1_chain ch;
	uint8_t body[64];
	const char *why;

	(void)state;
	v1_put_delete(&w, PROTO_ESP, "aaaabbbbcccc", 4, 3);
	v1_put_delete(&w, PROTO_ISAKMP, "0123456789abcdef", 16, 1);
	assert_true(v1_chain_parse(PL_DELETE, w.b.p, w.b.len, false, &ch));
	assert_true(v1_delete_parse(&ch.pl[0], &d, &why));
	assert_int_equal(d.doi, IPSEC_DOI);
	assert_int_equal(d.proto, PROTO_ESP);
	assert_int_equal(d.spi_len, 4);
	assert_int_equal(d.n, 3);
	assert_memory_equal(d.spis, "aaaabbbbcccc", 12);
	assert_true(v1_delete_parse(&ch.pl[1], &d, &why));
	assert_int_equal(d.spi_len, 16);
	for (size_t len = 0; len < ch.pl[0].len; len++)
		assert_false(delete_exact(ch.pl[0].body, len, &d));
	/* every count and size: only those that fill the payload */
	memcpy(body, ch.pl[0].body, ch.pl[0].len);
	for (unsigned int size = 0; size < 256; size++) {
		for (unsigned int n = 0; n < 300; n++) {
			bool want = size && size <= 16 && n * size == 12;

			body[5] = (uint8_t)size;
			body[6] = (uint8_t)(n >> 8);
			body[7] = (uint8_t)n;
			assert_int_equal(delete_exact(body, 20, &d), want);
		}
	}
	/* SPIs of no length, any number of them */
	body[5] = 0;
	assert_false(delete_exact(body, 8, &d));
	body[5] = 4;
	body[6] = 0xff;
	body[7] = 0xff;
	assert_false(delete_exact(body, 20, &d));
	buf_free(&w.b);
}

static void random_bytes(void **state)
{
	uint32_t seed = 0xdeadbeef;
	uint8_t in[80];

	(void)state;
	for (unsigned int i = 0; i < 30000; i++) {
		size_t len = next_random(&seed) % (sizeof(in) + 1);
		struct v1_notify n;
		struct v1_delete d;
		uint8_t *copy = malloc(len ? len : 1);
		struct v1_payload pl = { .body = copy, .len = len };
		char out[V1_ID_STRLEN];
		struct v1_id id;
		struct subnet s;
		const char *why;

		assert_non_null(copy);
		for (size_t k = 0; k < len; k++) {
			uint32_t r = next_random(&seed);

			copy[k] = in[k] = (uint8_t)(r & 0x300 ? r % 9 : r);
		}
		if (v1_id_parse(&pl, &id, &why)) {
			v1_id_to_subnet(&id, &s);
			assert_true(strlen(v1_id_str(&id, out)) > 0);
			assert_true(v1_id_eq(&id, &id));
		}
		free(copy);
		notify_exact(in, len, &n);
		delete_exact(in, len, &d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(id_lengths),
		cmocka_unit_test(id_truncated),
		cmocka_unit_test(id_subnets),
		cmocka_unit_test(ranges_by_force),
		cmocka_unit_test(id_from_subnet),
		cmocka_unit_test(id_equality),
		cmocka_unit_test(id_strings),
		cmocka_unit_test(id_written),
		cmocka_unit_test(notifies),
		cmocka_unit_test(deletes),
		cmocka_unit_test(random_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
