// SPDX-License-Identifier: GPL-2.0
/* Which payloads a message may hold: RFC 2409 5.4, 5.5 and 5.7, each message against each payload type. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/v1/v1.h"

/* Written from the RFCs, not from the table under test: needs, all at most once; may, any number of times. */
static const struct message {
	unsigned int exchange, number;
	uint8_t needs[6];
	uint8_t may[8];
} messages[] = {
	{ XCHG_MAIN, 1, { PL_SA }, { PL_VENDOR } },
	{ XCHG_MAIN, 2, { PL_SA }, { PL_VENDOR } },
	{ XCHG_MAIN, 3, { PL_KE, PL_NONCE }, { PL_VENDOR, PL_NAT_D, PL_NAT_D_DRAFT, PL_CERTREQ } },
	{ XCHG_MAIN, 4, { PL_KE, PL_NONCE }, { PL_VENDOR, PL_NAT_D, PL_NAT_D_DRAFT, PL_CERTREQ } },
	{ XCHG_MAIN, 5, { PL_ID, PL_HASH }, { PL_VENDOR, PL_NOTIFY } },
	{ XCHG_MAIN, 6, { PL_ID, PL_HASH }, { PL_VENDOR, PL_NOTIFY } },
	{ XCHG_QUICK, 1, { PL_HASH, PL_SA, PL_NONCE },
	  { PL_VENDOR, PL_NOTIFY, PL_KE, PL_ID, PL_NAT_OA, PL_NAT_OA_DRAFT } },
	{ XCHG_QUICK, 2, { PL_HASH, PL_SA, PL_NONCE },
	  { PL_VENDOR, PL_NOTIFY, PL_KE, PL_ID, PL_NAT_OA, PL_NAT_OA_DRAFT } },
	{ XCHG_QUICK, 3, { PL_HASH }, { PL_VENDOR, PL_NOTIFY } },
	{ XCHG_INFO, 1, { PL_HASH }, { PL_VENDOR, PL_NOTIFY, PL_DELETE } },
	{ XCHG_INFO, 3, { PL_NOTIFY, PL_HASH }, { 0 } },	/* the hash behind */
	{ XCHG_QUICK, 4, { PL_HASH, PL_NOTIFY }, { PL_VENDOR, PL_NOTIFY } },	/* RFC 2408 3.1: CONNECTED */
	{ XCHG_TRANSACTION, 1, { PL_HASH, PL_ATTR }, { PL_VENDOR } },
	{ XCHG_AGGRESSIVE, 1, { PL_SA, PL_KE, PL_NONCE, PL_ID }, { PL_VENDOR, PL_CERTREQ } },
	{ XCHG_AGGRESSIVE, 2, { PL_SA, PL_KE, PL_NONCE, PL_ID, PL_HASH },
	  { PL_VENDOR, PL_CERTREQ, PL_NAT_D, PL_NAT_D_DRAFT } },
	{ XCHG_AGGRESSIVE, 3, { PL_HASH }, { PL_VENDOR, PL_NOTIFY, PL_NAT_D, PL_NAT_D_DRAFT } },
	/* RFC 2409 5.1: with signatures */
	{ XCHG_MAIN, 3 | V1_SIGNED, { PL_KE, PL_NONCE }, { PL_VENDOR, PL_NAT_D, PL_NAT_D_DRAFT, PL_CERTREQ } },
	{ XCHG_MAIN, 4 | V1_SIGNED, { PL_KE, PL_NONCE }, { PL_VENDOR, PL_NAT_D, PL_NAT_D_DRAFT, PL_CERTREQ } },
	{ XCHG_MAIN, 5 | V1_SIGNED, { PL_ID, PL_SIG }, { PL_VENDOR, PL_NOTIFY, PL_CERT, PL_CERTREQ } },
	{ XCHG_MAIN, 6 | V1_SIGNED, { PL_ID, PL_SIG }, { PL_VENDOR, PL_NOTIFY, PL_CERT, PL_CERTREQ } },
	{ XCHG_AGGRESSIVE, 2 | V1_SIGNED, { PL_SA, PL_KE, PL_NONCE, PL_ID, PL_SIG },
	  { PL_VENDOR, PL_CERT, PL_CERTREQ, PL_NAT_D, PL_NAT_D_DRAFT } },
	{ XCHG_AGGRESSIVE, 3 | V1_SIGNED, { PL_SIG },
	  { PL_VENDOR, PL_NOTIFY, PL_CERT, PL_CERTREQ, PL_NAT_D, PL_NAT_D_DRAFT } },
};

#define N_MESSAGES (sizeof(messages) / sizeof(messages[0]))

static void add(struct v1_chain *ch, uint8_t type)
{
	ch->pl[ch->n++] = (struct v1_payload){ .type = type };
}

static void least(const struct message *m, struct v1_chain *ch)
{
	memset(ch, 0, sizeof(*ch));
	for (unsigned int i = 0; i < 6 && m->needs[i]; i++)
		add(ch, m->needs[i]);
}

static bool contains(const uint8_t *types, size_t n, uint8_t type)
{
	return memchr(types, type, n);
}

static bool legal(const struct message *m, const struct v1_chain *ch)
{
	const char *why = NULL;
	bool ok = v1_legal(m->exchange, m->number, ch, &why);

	assert_int_equal(ok, !why);
	return ok;
}

static void the_least_is_legal_and_less_is_not(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_MESSAGES; k++) {
		struct v1_chain ch, less;

		least(&messages[k], &ch);
		assert_true(legal(&messages[k], &ch));
		for (unsigned int drop = 0; drop < ch.n; drop++) {
			memset(&less, 0, sizeof(less));
			for (unsigned int i = 0; i < ch.n; i++)
				if (i != drop)
					add(&less, ch.pl[i].type);
			assert_false(legal(&messages[k], &less));
		}
	}
}

static void every_payload_type_in_every_message(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_MESSAGES; k++) {
		const struct message *m = &messages[k];

		for (unsigned int type = 1; type < 256; type++) {
			struct v1_chain ch;

			least(m, &ch);
			add(&ch, type);
			/* one more of what is needed once is one too many */
			assert_int_equal(legal(m, &ch), contains(m->may, sizeof(m->may), type));
		}
	}
}

static void limits_hold(void **state)
{
	static const struct {
		unsigned int message;
		uint8_t type;
		unsigned int max;
	} limits[] = {
		{ 0, PL_VENDOR, 30 }, { 2, PL_NAT_D, 10 }, { 6, PL_KE, 1 }, { 6, PL_ID, 2 }, { 7, PL_KE, 1 },
		{ 7, PL_ID, 2 }, { 9, PL_NOTIFY, 20 }, { 9, PL_DELETE, 20 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const struct message *m = &messages[limits[i].message];
		struct v1_chain ch;

		least(m, &ch);
		for (unsigned int n = 0; n < limits[i].max; n++)
			add(&ch, limits[i].type);
		assert_true(legal(m, &ch));
		add(&ch, limits[i].type);
		assert_false(legal(m, &ch));
	}
}

/* RFC 2408 4.1.1, RFC 2409 5.5: the SA of messages 1 and 2 and the HASH of phase 2 come first. */
static void the_first_payload_is_the_first(void **state)
{
	static const uint8_t firsts[][2] = { { 0, PL_SA }, { 1, PL_SA }, { 6, PL_HASH }, { 7, PL_HASH },
					     { 8, PL_HASH }, { 9, PL_HASH }, { 12, PL_HASH },
					     { 13, PL_SA }, { 14, PL_SA }, { 20, PL_SA } };

	(void)state;
	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		const struct message *m = &messages[firsts[i][0]];
		struct v1_chain ch, rest;

		least(m, &rest);
		memset(&ch, 0, sizeof(ch));
		add(&ch, PL_VENDOR);
		for (unsigned int k = 0; k < rest.n; k++)
			add(&ch, rest.pl[k].type);
		assert_false(legal(m, &ch));
	}
}

static void no_message_but_these(void **state)
{
	(void)state;
	for (unsigned int exchange = 0; exchange < 256; exchange++) {
		for (unsigned int number = 0; number < 10; number++) {
			struct message m = { .exchange = exchange, .number = number };
			struct v1_chain ch;
			bool known = exchange == XCHG_INFO && number == 2;	/* in clear */

			for (size_t k = 0; k < N_MESSAGES; k++)
				known |= messages[k].exchange == exchange && messages[k].number == number;
			memset(&ch, 0, sizeof(ch));
			assert_false(legal(&m, &ch));
			add(&ch, PL_NOTIFY);
			if (!known)
				assert_false(legal(&m, &ch));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_least_is_legal_and_less_is_not),
		cmocka_unit_test(every_payload_type_in_every_message),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(the_first_payload_is_the_first),
		cmocka_unit_test(no_message_but_these),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
