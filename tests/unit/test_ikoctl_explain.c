// SPDX-License-Identifier: GPL-2.0
/* The words of other gateways: each has a code of ours or a reason why not, and none is there twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/failure.h"

#include "explain.h"

#define CAUSES "tests/unit/ikoctl/gateway-causes.tsv"

/* What is written about @what; NULL if nothing is known. Caller frees. */
static char *explained(const char *what)
{
	char *text = NULL;
	size_t len = 0;
	struct page p = { .out = open_memstream(&text, &len) };
	bool known;

	assert_non_null(p.out);
	known = explain(&p, what);
	assert_int_equal(fclose(p.out), 0);
	if (known)
		return text;
	assert_int_equal(len, 0);
	free(text);
	return NULL;
}

/* The list of a cloud's documentation: what happened, a tab, its words. */
static void every_cause_of_a_gateway(void **state)
{
	FILE *f = fopen(CAUSES, "r");
	unsigned int n = 0;
	char line[256];

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		char *words = strchr(line, '\t');

		assert_non_null(words);
		words[strcspn(words, "\n")] = '\0';
		if (!explain_find(words + 1))
			fail_msg("'%s' is not explained", words + 1);
		n++;
	}
	fclose(f);
	assert_true(n >= 70);
}

static void wordings_are_whole(void **state)
{
	const struct wording *w, *before = NULL;

	(void)state;
	for (unsigned int n = 0; (w = explain_nth(n)); n++, before = w) {
		/* sorted, so none is there twice */
		if (before && strcasecmp(before->words, w->words) >= 0)
			fail_msg("'%s' does not stand behind '%s'", w->words, before->words);
		if (!w->codes[0] && !w->note)
			fail_msg("'%s' has neither a code nor a reason", w->words);
		for (unsigned int i = 0; i < EXPLAIN_CODES && w->codes[i]; i++)
			if (!explain_is_code(w->codes[i]))
				fail_msg("'%s': there is no code '%s'", w->words, w->codes[i]);
	}
}

static void every_code_of_ours(void **state)
{
	(void)state;
	for (enum failure_cause c = FAIL_NONE + 1; c < FAIL_N; c++) {
		char *text = explained(failure_code(c));

		assert_non_null(text);
		assert_non_null(strstr(text, failure_text(c)));
		if (failure_key(c) != KEY_NONE)
			assert_non_null(strstr(text, conn_key_name(failure_key(c))));
		free(text);
	}
	assert_false(explain_is_code("none"));
}

static void as_text(void **state)
{
	char *text = explained("Flow Mismatch");

	(void)state;
	assert_string_equal(text, "flow mismatch\n"
		"  subnet-mismatch: this pair of subnets is not configured on both sides; look at remote-subnets\n"
		"  netmask-mismatch: the subnets of both sides overlap, but their masks differ; look at remote-subnets\n");
	free(text);
	text = explained("peer cert is revoked by CRL");
	assert_non_null(strstr(text, "certificate-revoked: "));
	assert_non_null(strstr(text, "look at crl"));
	free(text);
	text = explained("nhrp notify");
	assert_non_null(strstr(text, "no code of ikod: a protocol beside IKE"));
	free(text);
	/* a part finds all that holds it */
	text = explained("hard expiry");
	assert_non_null(strstr(text, "phase1 hard expiry\n"));
	assert_non_null(strstr(text, "phase2 hard expiry\n"));
	assert_null(strstr(text, "nhrp"));
	free(text);
	assert_null(explained("weather"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cause_of_a_gateway),
		cmocka_unit_test(wordings_are_whole),
		cmocka_unit_test(every_code_of_ours),
		cmocka_unit_test(as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
