// SPDX-License-Identifier: GPL-2.0
/*
 * Segment sizes, options of TCP and of IPv4 fragments, congestion marks. Options
 * lie at the end of memory of their own, so that a byte too far is noticed. Links
 * kmod/mtu.o and cmocka.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kmod/ecn.h"
#include "kmod/mtu.h"

static void segment_sizes(void **state)
{
	(void)state;
	assert_int_equal(mtu_tcp_mss(1500, AF_INET), 1460);
	assert_int_equal(mtu_tcp_mss(1500, AF_INET6), 1440);
	assert_int_equal(mtu_tcp_mss(1400, AF_INET), 1360);
	assert_int_equal(mtu_tcp_mss(128, AF_INET), 88);
	assert_int_equal(mtu_tcp_mss(127, AF_INET), 0);
	assert_int_equal(mtu_tcp_mss(147, AF_INET6), 0);
	assert_int_equal(mtu_tcp_mss(0, AF_INET), 0);
	assert_int_equal(mtu_tcp_mss(~0U, AF_INET6), 0xffff);
}

static u32 find(const u8 *opts, u32 len, u32 from)
{
	u8 *copy = malloc(len ?: 1);
	u32 at;

	assert_non_null(copy);
	memcpy(copy, opts, len);
	at = mtu_next_mss(copy, len, from);
	free(copy);
	return at;
}

static void mss_option_is_found(void **state)
{
	static const struct {
		u8 opts[12];
		u32 len, at;
	} cases[] = {
		{ { 2, 4, 5, 180 }, 4, 0 },
		{ { 1, 2, 4, 5, 180, 0, 0, 0 }, 8, 1 },
		{ { 3, 3, 7, 1, 2, 4, 5, 180 }, 8, 4 },
		{ { 4, 2, 8, 4, 0, 0, 2, 4, 5, 180 }, 10, 6 },
		{ { 0, 2, 4, 5, 180, 0, 0, 0 }, 8, 8 },		/* behind the end */
		{ { 2, 4, 5 }, 3, 3 },				/* cut off */
		{ { 2 }, 1, 1 },
		{ { 1, 1, 1, 2 }, 4, 4 },
		{ { 2, 5, 5, 180, 0 }, 5, 5 },			/* of a wrong length */
		{ { 2, 3, 5, 2, 4, 5, 180 }, 7, 3 },
		{ { 8, 0, 2, 4, 5, 180 }, 6, 6 },		/* lengths that lead nowhere */
		{ { 8, 1, 2, 4, 5, 180 }, 6, 6 },
		{ { 8, 255, 2, 4, 5, 180 }, 6, 6 },
		{ { 1, 1, 1, 1 }, 4, 4 },
		{ { 0 }, 0, 0 },
	};
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(find(cases[i].opts, cases[i].len, 0), cases[i].at);
}

static void more_than_one_mss_option(void **state)
{
	static const u8 opts[] = { 2, 4, 5, 180, 1, 2, 4, 9, 9, 1, 1, 1 };

	(void)state;
	assert_int_equal(find(opts, sizeof(opts), 0), 0);
	assert_int_equal(find(opts, sizeof(opts), 4), 5);
	assert_int_equal(find(opts, sizeof(opts), 9), sizeof(opts));
}

static u32 rnd_state = 815;

static u32 rnd(u32 n)
{
	rnd_state = rnd_state * 1664525 + 1013904223;
	return (rnd_state >> 8) % n;
}

/* Whatever the bytes are: inside, and what is found is an option. */
static void random_options(void **state)
{
	u32 i, j, len, at, n;

	(void)state;
	for (i = 0; i < 50000; i++) {
		u8 *opts;

		len = 1 + rnd(40);
		opts = malloc(len);
		assert_non_null(opts);
		for (j = 0; j < len; j++)
			opts[j] = rnd(3) ? rnd(6) : rnd(256);
		for (at = mtu_next_mss(opts, len, 0), n = 0; at < len; n++) {
			assert_true(at + 4 <= len && opts[at] == 2 && opts[at + 1] == 4);
			at = mtu_next_mss(opts, len, at + 4);
		}
		assert_int_equal(at, len);
		assert_true(n <= 10);
		mtu_blank_options(opts, len);
		for (at = 0; at < len && opts[at];) {
			if (opts[at] == 1) {
				at++;
				continue;
			}
			assert_true(opts[at] & 0x80);
			assert_true(len - at >= 2 && opts[at + 1] >= 2 && opts[at + 1] <= len - at);
			at += opts[at + 1];
		}
		free(opts);
	}
}

static void blanked(const u8 *opts, const u8 *wanted, u32 len)
{
	u8 *copy = malloc(len);

	assert_non_null(copy);
	memcpy(copy, opts, len);
	mtu_blank_options(copy, len);
	assert_memory_equal(copy, wanted, len);
	free(copy);
}

static void options_of_later_fragments(void **state)
{
	static const u8 record_route[8] = { 7, 7, 4, 0, 0, 0, 0, 0 };
	static const u8 nops[8] = { 1, 1, 1, 1, 1, 1, 1, 0 };
	static const u8 source_route[8] = { 131, 7, 4, 1, 2, 3, 4, 0 };
	static const u8 mixed[12] = { 68, 4, 5, 0, 148, 4, 0, 0, 68, 4, 5, 0 };
	static const u8 mixed_after[12] = { 1, 1, 1, 1, 148, 4, 0, 0, 1, 1, 1, 1 };
	static const u8 too_long[4] = { 148, 9, 3, 3 };
	static const u8 no_length[4] = { 1, 1, 1, 7 };
	static const u8 all_nops[4] = { 1, 1, 1, 1 };
	static const u8 behind_end[8] = { 1, 0, 7, 7, 7, 7, 7, 7 };

	(void)state;
	blanked(record_route, nops, 8);
	blanked(source_route, source_route, 8);
	blanked(mixed, mixed_after, 12);
	blanked(too_long, all_nops, 4);
	blanked(no_length, all_nops, 4);
	blanked(behind_end, behind_end, 8);
}

/* RFC 6040 figure 4, as it stands there: rows inner, columns outer. */
static void congestion_marks(void **state)
{
	enum { NOT_ECT, ECT_1, ECT_0, CE, DROP = ECN_DROP };
	static const u8 order[4] = { NOT_ECT, ECT_0, ECT_1, CE };
	static const u8 figure[4][4] = {
		/* Not-ECT ECT(0)   ECT(1)   CE */
		{ NOT_ECT, NOT_ECT, NOT_ECT, DROP },	/* Not-ECT */
		{ ECT_0,   ECT_0,   ECT_1,   CE },	/* ECT(0) */
		{ ECT_1,   ECT_1,   ECT_1,   CE },	/* ECT(1) */
		{ CE,      CE,      CE,      CE },	/* CE */
	};
	u32 i, j, dscp;

	(void)state;
	for (i = 0; i < 4; i++)
		for (j = 0; j < 4; j++)
			for (dscp = 0; dscp < 64; dscp++)
				assert_int_equal(ecn_decap(dscp << 2 | order[j],
							   (63 - dscp) << 2 | order[i]),
						 figure[i][j]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segment_sizes),
		cmocka_unit_test(mss_option_is_found),
		cmocka_unit_test(more_than_one_mss_option),
		cmocka_unit_test(random_options),
		cmocka_unit_test(options_of_later_fragments),
		cmocka_unit_test(congestion_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
