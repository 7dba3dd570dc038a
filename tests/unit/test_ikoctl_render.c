// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render.h"

#define FIXTURES "tests/unit/ikoctl/"

static json_t *load(const char *name)
{
	json_error_t err;
	json_t *j = json_load_file(name, 0, &err);

	if (!j)
		fail_msg("%s:%d: %s", name, err.line, err.text);
	return j;
}

static char *slurp(const char *name)
{
	char *text = calloc(1, 65536);
	FILE *f = fopen(name, "r");

	assert_non_null(text);
	assert_non_null(f);
	assert_true(fread(text, 1, 65535, f) > 0);
	fclose(f);
	return text;
}

/* What render_status() writes; caller frees. */
static char *status(const json_t *reply, bool one, bool colour, bool utf8)
{
	char *text = NULL;
	size_t len = 0;
	struct page p = { .out = open_memstream(&text, &len), .colour = colour, .utf8 = utf8 };

	assert_non_null(p.out);
	render_status(&p, reply, one);
	assert_int_equal(fclose(p.out), 0);
	return text;
}

static void as_printed(void **state)
{
	json_t *reply = load(FIXTURES "site.json");
	char *expect = slurp(FIXTURES "site.txt");
	char *got = status(reply, false, false, true);

	(void)state;
	if (strcmp(got, expect))
		fail_msg("expected\n%s\ngot\n%s", expect, got);
	free(got);
	free(expect);
	json_decref(reply);
}

static void plain_ascii(void **state)
{
	json_t *reply = load(FIXTURES "site.json");
	char *got = status(reply, false, false, false);

	(void)state;
	for (const char *c = got; *c; c++)
		assert_true(*c == '\n' || (*c >= 0x20 && *c < 0x7f));
	assert_non_null(strstr(got, "198.51.100.2 <-> 203.0.113.2"));
	free(got);
	json_decref(reply);
}

/* Copies @s without "ESC [ ... m"; any other escape fails the test. */
static char *without_colours(const char *s)
{
	char *out = calloc(1, strlen(s) + 1);
	size_t n = 0;

	assert_non_null(out);
	for (; *s; s++) {
		if (*s != '\033') {
			out[n++] = *s;
			continue;
		}
		assert_int_equal(s[1], '[');
		s += 2 + strspn(s + 2, "0123456789");
		assert_int_equal(*s, 'm');
	}
	return out;
}

/* Colours change no character and no column; states have one. */
static void coloured(void **state)
{
	json_t *reply = load(FIXTURES "site.json");
	char *expect = slurp(FIXTURES "site.txt");
	char *got = status(reply, false, true, true);
	char *bare = without_colours(got);

	(void)state;
	assert_string_equal(bare, expect);
	assert_non_null(strstr(got, "\033[33mpartial\033[0m"));
	assert_non_null(strstr(got, "\033[32mup\033[0m"));
	assert_non_null(strstr(got, "\033[31mdown\033[0m"));
	free(bare);
	free(got);
	free(expect);
	json_decref(reply);
}

static void one_connection(void **state)
{
	json_t *reply = load(FIXTURES "site.json");
	char *got;

	(void)state;
	json_array_remove(json_object_get(reply, "connections"), 0);
	got = status(reply, true, false, true);
	assert_int_equal(strncmp(got, "branch  down  ", 14), 0);
	assert_null(strstr(got, "refused  datagrams"));
	assert_null(strstr(got, "IKE messages"));
	free(got);
	json_decref(reply);
}

/* A reply of another version: parts missing or of another type. */
static void odd_replies(void **state)
{
	static const char *const replies[] = {
		"{}",
		"{\"connections\":[{}],\"strays\":[{}],\"counters\":[]}",
		"{\"connections\":[{\"name\":7,\"children\":[{}, 3, null],\"ike_sas\":[null, {}],\"failure\":{}}]}",
		"{\"connections\":\"x\",\"strays\":7,\"counters\":{\"a\":null,\"b\":\"c\"},\"uptime_s\":\"soon\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		json_t *reply = json_loads(replies[i], 0, NULL);
		char *got;

		assert_non_null(reply);
		got = status(reply, false, false, true);
		assert_int_equal(strncmp(got, "ikod ", 5), 0);
		free(got);
		json_decref(reply);
	}
}

static void durations(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} rows[] = {
		{ -1, "-" }, { 0, "0s" }, { 59, "59s" }, { 60, "1m" }, { 61, "1m 1s" }, { 3599, "59m 59s" },
		{ 3600, "1h" }, { 3659, "1h" }, { 3660, "1h 1m" }, { 86399, "23h 59m" }, { 86400, "1d" },
		{ 90000, "1d 1h" }, { 604800, "7d" }, { INT64_MAX, "106751991167300d 15h" },
	};
	char d[DURATION_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(duration(rows[i].seconds, d), rows[i].text);
}

static void sizes(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {
		{ 0, "0 B" }, { 1023, "1023 B" }, { 1024, "1.0 KiB" }, { 10 * 1024, "10 KiB" },
		{ 1023 * 1024, "1023 KiB" }, { 1024 * 1024 - 1, "1.0 MiB" }, { 20 << 20, "20 MiB" },
		{ 1ULL << 40, "1.0 TiB" }, { UINT64_MAX, "16 EiB" },
	};
	char s[SIZE_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(size(rows[i].bytes, s), rows[i].text);
}

static void events(void **state)
{
	char *text = NULL;
	size_t len = 0;
	struct page p = { .out = open_memstream(&text, &len) };
	json_t *e = json_pack("{ss ss ss ss}", "event", "child-up", "connection", "site", "detail",
			      "192.168.1.0/24 \033[2Jto", "time", "2026-01-02T03:04:05Z");

	(void)state;
	assert_non_null(e);
	render_event(&p, e);
	fclose(p.out);
	assert_string_equal(text, "2026-01-02T03:04:05Z  site  child-up  192.168.1.0/24 ?[2Jto\n");
	free(text);
	json_decref(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_printed), cmocka_unit_test(plain_ascii), cmocka_unit_test(coloured),
		cmocka_unit_test(one_connection), cmocka_unit_test(odd_replies), cmocka_unit_test(durations),
		cmocka_unit_test(sizes), cmocka_unit_test(events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
