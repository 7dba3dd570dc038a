// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/addr.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static struct subnet net(const char *s)
{
	struct subnet n;

	if (!subnet_parse(s, &n))
		fail_msg("%s", s);
	return n;
}

static union endpoint ep(const char *s, uint16_t port)
{
	union endpoint e;

	if (!addr_parse(s, &e))
		fail_msg("%s", s);
	endpoint_set_port(&e, port);
	return e;
}

static void addresses(void **state)
{
	static const char *const bad[] = {
		"", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.4:500", "01.2.3.4", " 1.2.3.4", "1.2.3.4 ",
		"1.2.3.4/32", "::1::", "fe80::1%eth0", "[::1]", "gw.example", "0x7f000001",
	};
	union endpoint e = ep("192.0.2.1", 500), none = { 0 };
	char out[ENDPOINT_STRLEN];
	size_t len;

	(void)state;
	assert_string_equal(endpoint_str(&e, out), "192.0.2.1:500");
	assert_string_equal(addr_str(&e, out), "192.0.2.1");
	assert_int_equal(endpoint_port(&e), 500);
	assert_memory_equal(endpoint_addr(&e, &len), "\xc0\x00\x02\x01", 4);
	assert_int_equal(len, 4);
	e = ep("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", 65535);
	assert_string_equal(endpoint_str(&e, out), "[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
	assert_non_null(endpoint_addr(&e, &len));
	assert_int_equal(len, 16);
	assert_true(addr_parse("192.0.2.1", &e));
	assert_int_equal(endpoint_port(&e), 0);
	assert_string_equal(endpoint_str(&none, out), "none");
	assert_null(endpoint_addr(&none, &len));
	assert_int_equal(len, 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		memset(&e, 0xff, sizeof(e));
		if (addr_parse(bad[i], &e))
			fail_msg("accepted '%s'", bad[i]);
		assert_int_equal(e.sa.sa_family, AF_UNSPEC);
	}
}

static void equality(void **state)
{
	union endpoint a = ep("192.0.2.1", 500), b = ep("192.0.2.1", 4500), c = ep("192.0.2.2", 500);
	union endpoint six = ep("::", 500), zero = ep("0.0.0.0", 500), none = { 0 }, none2 = { 0 };

	(void)state;
	assert_true(addr_eq(&a, &b));
	assert_false(endpoint_eq(&a, &b));
	endpoint_set_port(&b, 500);
	assert_true(endpoint_eq(&a, &b));
	assert_false(addr_eq(&a, &c));
	assert_false(addr_eq(&six, &zero));
	assert_false(addr_eq(&none, &zero));
	assert_false(addr_eq(&zero, &none));
	assert_true(addr_eq(&none, &none2));
}

static void subnets(void **state)
{
	static const struct {
		const char *text, *printed;
	} good[] = {
		{ "10.0.0.0/8", "10.0.0.0/8" }, { "0.0.0.0/0", "0.0.0.0/0" }, { "192.0.2.1", "192.0.2.1/32" },
		{ "192.0.2.128/25", "192.0.2.128/25" }, { "2001:db8::/32", "2001:db8::/32" },
		{ "::/0", "::/0" }, { "2001:db8::1", "2001:db8::1/128" }, { "255.255.255.254/31", "255.255.255.254/31" },
	};
	static const char *const bad[] = {
		"", "/", "/8", "10.0.0.0/", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8",
		"10.0.0.0/08", "10.0.0.0/8 ", "10.0.0.0/8x", "10.0.0.0/255.0.0.0", "10.0.0.0//8", "10.0.0/8",
		"2001:db8::1/64", "2001:db8::/129", "2001:db8::/1000", "192.0.2.129/25",
		"1111111111111111111111111111111111111111111111111111111111111111/8",
	};
	char out[SUBNET_STRLEN];
	struct subnet s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		s = net(good[i].text);
		assert_string_equal(subnet_str(&s, out), good[i].printed);
		assert_int_equal(s.proto, 0);
		assert_int_equal(s.port, 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (subnet_parse(bad[i], &s))
			fail_msg("accepted '%s'", bad[i]);
	s = net("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	s.proto = 255;
	s.port = 65535;
	assert_string_equal(subnet_str(&s, out), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128[255/65535]");
	memset(&s, 0, sizeof(s));
	assert_string_equal(subnet_str(&s, out), "none");
}

static void overlap(void **state)
{
	static const struct {
		const char *a, *b;
		bool overlap;
	} rows[] = {
		{ "10.0.0.0/8", "10.1.0.0/16", true }, { "10.0.0.0/8", "11.0.0.0/8", false },
		{ "0.0.0.0/0", "192.0.2.0/24", true }, { "192.168.1.0/24", "192.168.2.0/24", false },
		{ "192.0.2.0/25", "192.0.2.128/25", false }, { "192.0.2.0/24", "192.0.2.128/25", true },
		{ "0.0.0.0/0", "::/0", false }, { "2001:db8::/33", "2001:db8:8000::/33", false },
		{ "2001:db8::/32", "2001:db8:8000::/33", true }, { "10.0.0.1", "10.0.0.1", true },
		{ "10.0.0.1", "10.0.0.2", false }, { "10.0.0.0/15", "10.1.0.0/16", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct subnet a = net(rows[i].a), b = net(rows[i].b);

		if (subnet_overlap(&a, &b) != rows[i].overlap || subnet_overlap(&b, &a) != rows[i].overlap)
			fail_msg("%s %s", rows[i].a, rows[i].b);
		assert_int_equal(subnet_eq(&a, &b), !strcmp(rows[i].a, rows[i].b));
	}
}

/* Two selectors of one subnet that name different protocols or ports have no packet in common. */
static void overlap_proto(void **state)
{
	struct subnet a = net("10.0.0.0/8"), b = net("10.0.0.0/8");

	(void)state;
	assert_true(subnet_eq(&a, &b));
	a.proto = 6;
	assert_false(subnet_eq(&a, &b));
	assert_true(subnet_overlap(&a, &b));
	b.proto = 17;
	assert_false(subnet_overlap(&a, &b));
	b.proto = 6;
	a.port = 80;
	assert_true(subnet_overlap(&a, &b));
	assert_false(subnet_eq(&a, &b));
	b.port = 443;
	assert_false(subnet_overlap(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(equality),
		cmocka_unit_test(subnets),
		cmocka_unit_test(overlap),
		cmocka_unit_test(overlap_proto),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
