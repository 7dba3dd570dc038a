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

/* What can be seen here and is told there under one name: the nearest of ours comes first. */
static void nearest_codes(void **state)
{
	static const char *const nearest[][2] = {
		{ "xauth authentication fail", "xauth-failed" },
		{ "xauth authentication timeout", "xauth-timeout" },
		{ "ip assigned fail", "pool-exhausted" },
		{ "authentication fail", "psk-mismatch" },
		{ "config ID mismatch", "id-mismatch" },
		{ "exchange mode mismatch", "exchange-mode-mismatch" },
		{ "peer cert is expired", "certificate-expired" },
		{ "peer cert is revoked by CRL", "certificate-revoked" },
		{ "phase1 proposal mismatch", "phase1-proposal-mismatch" },
		{ "dpd timeout", "dpd-timeout" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(nearest) / sizeof(nearest[0]); i++)
		assert_string_equal(explain_find(nearest[i][0])->codes[0], nearest[i][1]);
}

/* Of what ends a negotiation, somebody else's gateway has a name for nearly all. */
static void codes_that_others_have_no_words_for(void **state)
{
	static const enum failure_cause ours[] = {
		FAIL_CRYPTO, FAIL_PHASE1_DOWN,
	};
	const struct wording *w;

	(void)state;
	for (enum failure_cause c = FAIL_NONE + 1; c < FAIL_N; c++) {
		bool said = false, only_ours = false;

		for (unsigned int n = 0; (w = explain_nth(n)); n++)
			for (unsigned int i = 0; i < EXPLAIN_CODES && w->codes[i]; i++)
				said |= !strcmp(w->codes[i], failure_code(c));
		for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
			only_ours |= ours[i] == c;
		if (said == only_ours)
			fail_msg("'%s' is %sexplained from the words of others", failure_code(c), said ? "" : "not ");
	}
}

/* The manual promises that codes stay as they are, so each stands there. */
static void the_manual_has_every_code(void **state)
{
	FILE *f = fopen("tools/man/ikoctl.8", "r");
	bool there[FAIL_N] = { false };
	char line[256];

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		char *save, *word = strtok_r(line, " ,\n", &save);

		if (!word || strcmp(word, ".It"))
			continue;
		while ((word = strtok_r(NULL, " ,\n", &save)))
			for (enum failure_cause c = FAIL_NONE + 1; c < FAIL_N; c++)
				there[c] |= !strcmp(word, failure_code(c));
	}
	fclose(f);
	for (enum failure_cause c = FAIL_NONE + 1; c < FAIL_N; c++)
		if (!there[c])
			fail_msg("'%s' is not in the manual", failure_code(c));
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
		cmocka_unit_test(nearest_codes),
		cmocka_unit_test(codes_that_others_have_no_words_for),
		cmocka_unit_test(the_manual_has_every_code),
		cmocka_unit_test(as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
