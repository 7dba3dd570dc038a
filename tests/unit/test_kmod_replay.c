// SPDX-License-Identifier: GPL-2.0
/*
 * The replay window against a model that remembers every number it accepted.
 * Links kmod/replay.o and cmocka.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kmod/replay.h"

#define NUMBERS	65536

struct model {
	u32 window;
	u64 top;
	bool seen[NUMBERS];
};

static enum replay_result model_check(const struct model *m, u64 seq)
{
	if (!seq)
		return REPLAY_ZERO;
	if (seq > m->top)
		return REPLAY_OK;
	if (seq + m->window <= m->top)
		return REPLAY_OLD;
	return m->seen[seq] ? REPLAY_SEEN : REPLAY_OK;
}

static enum replay_result model_advance(struct model *m, u64 seq)
{
	enum replay_result res = model_check(m, seq);

	if (res != REPLAY_OK)
		return res;
	m->seen[seq] = true;
	if (seq > m->top)
		m->top = seq;
	return REPLAY_OK;
}

static struct replay *replay_new(u32 window, u64 top, bool esn)
{
	struct replay *r = malloc(sizeof(*r) + replay_words(window) * sizeof(r->bits[0]));

	assert_non_null(r);
	replay_init(r, window, top, esn);
	return r;
}

/* A small generator of our own, so that a failure repeats. */
static u32 next_random(u32 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static u64 next_seq(const struct model *m, u32 *rnd)
{
	u32 back;

	switch (next_random(rnd) % 8) {
	case 0:		/* ahead, over the whole ring at times */
		return m->top + next_random(rnd) % (next_random(rnd) % 16 ? 70 : 3 * m->window);
	case 1:		/* around the lower edge */
		back = m->window - 2 + next_random(rnd) % 5;
		return m->top > back ? m->top - back : 0;
	case 2:
	case 3:		/* anywhere inside */
		back = next_random(rnd) % m->window;
		return m->top > back ? m->top - back : 0;
	default:
		return m->top + 1 + next_random(rnd) % 3;
	}
}

static void against_model(u32 window, u64 top, u32 seed)
{
	struct model *m = calloc(1, sizeof(*m));
	struct replay *r = replay_new(window, top, false);
	u32 rnd = seed, i;
	u64 seq;

	assert_non_null(m);
	m->window = window;
	m->top = top;
	for (seq = 1; seq <= top; seq++)
		m->seen[seq] = true;
	for (seq = 0; seq < top + 2 * window; seq++)
		assert_int_equal(replay_check(r, seq), model_check(m, seq));
	for (i = 0; i < 20000; i++) {
		seq = next_seq(m, &rnd);
		if (seq >= NUMBERS)
			break;
		assert_int_equal(replay_check(r, seq), model_check(m, seq));
		assert_int_equal(replay_advance(r, seq), model_advance(m, seq));
		assert_int_equal(r->top, m->top);
	}
	/* At the end, every number there is. */
	for (seq = 0; seq < NUMBERS; seq++)
		assert_int_equal(replay_check(r, seq), model_check(m, seq));
	free(r);
	free(m);
}

static void windows_behave_as_the_model(void **state)
{
	static const u32 windows[] = { 64, 65, 100, 127, 128, 1000, 1024, 4095, 4096,
					8191, 8192 };
	u32 i, seed;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(windows); i++)
		for (seed = 1; seed <= 6; seed++)
			against_model(windows[i], 0, seed * 7919);
}

static void resumed_window_accepts_nothing_twice(void **state)
{
	static const u64 tops[] = { 1, 62, 63, 64, 65, 127, 128, 4000, 9999 };
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(tops); i++) {
		against_model(64, tops[i], 17);
		against_model(4096, tops[i], 19);
		against_model(8192, tops[i], 23);
	}
}

static void zero_is_never_accepted(void **state)
{
	struct replay *r = replay_new(64, 0, false);

	(void)state;
	assert_int_equal(replay_check(r, 0), REPLAY_ZERO);
	assert_int_equal(replay_advance(r, 0), REPLAY_ZERO);
	assert_int_equal(replay_advance(r, 1), REPLAY_OK);
	assert_int_equal(replay_advance(r, 0), REPLAY_ZERO);
	free(r);
}

static void check_changes_nothing(void **state)
{
	struct replay *r = replay_new(64, 0, false);

	(void)state;
	assert_int_equal(replay_check(r, 5), REPLAY_OK);
	assert_int_equal(replay_check(r, 5), REPLAY_OK);
	assert_int_equal(r->top, 0);
	assert_int_equal(replay_advance(r, 5), REPLAY_OK);
	assert_int_equal(replay_check(r, 5), REPLAY_SEEN);
	free(r);
}

static void leaps_forget_everything_below(void **state)
{
	struct replay *r = replay_new(256, 0, false);
	u64 seq;

	(void)state;
	for (seq = 1; seq < 1000; seq++)
		assert_int_equal(replay_advance(r, seq), REPLAY_OK);
	assert_int_equal(replay_advance(r, 0xffffffffULL), REPLAY_OK);
	for (seq = 0xffffffffULL - 255; seq < 0xffffffffULL; seq++)
		assert_int_equal(replay_advance(r, seq), REPLAY_OK);
	assert_int_equal(replay_advance(r, 0xffffffffULL - 256), REPLAY_OLD);
	assert_int_equal(replay_advance(r, 999), REPLAY_OLD);
	free(r);
}

#define HI(n)	((u64)(n) << 32)

/* RFC 4303 A2.2 to the letter, but for the high half that would be -1. */
static u64 expand_by_rfc(u64 top, u32 window, u32 seq)
{
	u32 th = top >> 32, tl = top, bl = tl - window + 1;

	if (tl >= window - 1)
		return HI((u64)th + (seq < bl)) | seq;
	return HI(seq >= bl && th ? th - 1 : th) | seq;
}

static void short_numbers_stay_short(void **state)
{
	struct replay *r = replay_new(64, 0xffffff00ULL, false);

	(void)state;
	assert_int_equal(replay_expand(r, 0), 0);
	assert_int_equal(replay_expand(r, 5), 5);
	assert_int_equal(replay_expand(r, 0xffffffff), 0xffffffffULL);
	free(r);
}

static void numbers_are_extended(void **state)
{
	static const struct {
		u64 top;
		u32 window;
		u32 seq;
		u64 whole;
	} cases[] = {
		/* a new SA; nothing below 0, though the window is longer than what was sent */
		{ 0, 64, 0, 0 },
		{ 0, 64, 1, 1 },
		{ 0, 64, 0xffffffff, 0xffffffff },
		{ 10, 8192, 11, 11 },
		{ 10, 8192, 0xffffffff, 0xffffffff },
		{ 62, 64, 0xffffffff, 0xffffffff },
		{ 63, 64, 0xffffffff, 0xffffffff },
		/* the whole window in one stretch of 2^32 */
		{ 1000, 64, 937, 937 },
		{ 1000, 64, 936, HI(1) + 936 },
		{ 1000, 64, 0xffffffff, 0xffffffff },
		{ HI(7) + 1000, 64, 937, HI(7) + 937 },
		{ HI(7) + 1000, 64, 936, HI(8) + 936 },
		{ HI(7) + 63, 64, 0, HI(7) },
		{ HI(7) + 63, 64, 0xffffffff, HI(7) + 0xffffffff },
		/* about to pass into the next stretch */
		{ 0xffffffff, 64, 0, HI(1) },
		{ 0xffffffff, 64, 0xffffffff, 0xffffffff },
		{ 0xffffffff, 64, 0xffffffc0, 0xffffffc0 },
		{ 0xffffffff, 64, 0xffffffbf, HI(1) + 0xffffffbf },
		/* the window in two stretches */
		{ HI(1), 64, 0xffffffff, 0xffffffff },
		{ HI(1), 64, 0xffffffc1, 0xffffffc1 },
		{ HI(1), 64, 0xffffffc0, HI(1) + 0xffffffc0 },
		{ HI(1) + 62, 64, 0xffffffff, 0xffffffff },
		{ HI(9) + 100, 8192, 0xfffff000, HI(8) + 0xfffff000 },
		{ HI(9) + 100, 8192, 0, HI(9) },
		/* near the end of all numbers: what would be beyond comes out small */
		{ ~0ULL - 5, 64, 0xffffffff, ~0ULL },
		{ ~0ULL, 64, 0xffffffff, ~0ULL },
		{ ~0ULL, 64, 7, 7 },
	};
	struct replay *r;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		r = replay_new(cases[i].window, cases[i].top, true);
		assert_int_equal(replay_expand(r, cases[i].seq), cases[i].whole);
		free(r);
	}
}

/* Everything from the bottom of the window to 2^32 above it comes back from its low half. */
static void extension_is_the_rfcs(void **state)
{
	static const u64 tops[] = {
		0, 1, 63, 64, 8191, 8192, 0x7fffffff, 0x80000000, 0xffffe000, 0xffffffff, HI(1),
		HI(1) + 63, HI(1) + 8190, HI(1) + 8191, HI(5) + 0x80000000, HI(0xfffffffe) + 3,
	};
	static const u32 windows[] = { 64, 100, 1024, 8192 };
	struct replay *r;
	u32 rnd = 4711, t, w, i;
	u64 bottom, seq;

	(void)state;
	for (t = 0; t < ARRAY_SIZE(tops); t++)
		for (w = 0; w < ARRAY_SIZE(windows); w++) {
			r = replay_new(windows[w], tops[t], true);
			bottom = tops[t] >= windows[w] ? tops[t] - windows[w] + 1 : 0;
			for (i = 0; i < 2000; i++) {
				seq = bottom + (i % 2 ? next_random(&rnd) : next_random(&rnd) % 20000);
				assert_int_equal(replay_expand(r, (u32)seq), seq);
				/* Where the RFC's window begins below 0, ours begins at 0. */
				if (bottom)
					assert_int_equal(replay_expand(r, (u32)seq),
							 expand_by_rfc(tops[t], windows[w], (u32)seq));
			}
			free(r);
		}
}

/* A stream in some disorder past 2^32, by its low halves alone, each twice. */
static void extended_stream_passes_the_edge(void **state)
{
	static const u32 windows[] = { 64, 1000, 8192 };
	u64 start = HI(3) - 20000, seq, base;
	struct replay *r;
	u32 w, i, back;

	(void)state;
	for (w = 0; w < ARRAY_SIZE(windows); w++) {
		r = replay_new(windows[w], start, true);
		/* Runs of 32, each backwards. */
		for (base = start + 1; base < start + 40000; base += 32)
			for (i = 0; i < 64; i++) {
				back = 31 - i % 32;
				seq = replay_expand(r, (u32)(base + back));
				assert_int_equal(seq, base + back);
				assert_int_equal(replay_advance(r, seq),
						 i < 32 ? REPLAY_OK : REPLAY_SEEN);
			}
		assert_true(r->top > HI(3) + 19000);
		assert_int_equal(replay_check(r, r->top - windows[w]), REPLAY_OLD);
		assert_int_equal(replay_check(r, r->top - windows[w] + 1), REPLAY_SEEN);
		free(r);
	}
}

/* With extended numbers only the very first 0 is none. */
static void zero_low_half_is_a_number(void **state)
{
	struct replay *r = replay_new(64, 0xffffffffULL, true);

	(void)state;
	assert_int_equal(replay_advance(r, replay_expand(r, 0)), REPLAY_OK);
	assert_int_equal(r->top, HI(1));
	assert_int_equal(replay_advance(r, replay_expand(r, 0)), REPLAY_SEEN);
	free(r);
}

static void the_last_number_is_the_end(void **state)
{
	struct replay *r = replay_new(64, ~0ULL - 3, true);
	u32 i;

	(void)state;
	for (i = 2; i < 0x80000000; i = i * 2 + 1)
		assert_int_equal(replay_check(r, replay_expand(r, i)), REPLAY_OLD);
	for (i = 0xfffffffd; i; i++)
		assert_int_equal(replay_advance(r, replay_expand(r, i)), REPLAY_OK);
	assert_int_equal(r->top, ~0ULL);
	assert_int_equal(replay_check(r, replay_expand(r, 0)), REPLAY_ZERO);
	assert_int_equal(replay_check(r, replay_expand(r, 1)), REPLAY_OLD);
	assert_int_equal(replay_check(r, replay_expand(r, 0xffffffff)), REPLAY_SEEN);
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_behave_as_the_model),
		cmocka_unit_test(resumed_window_accepts_nothing_twice),
		cmocka_unit_test(zero_is_never_accepted),
		cmocka_unit_test(check_changes_nothing),
		cmocka_unit_test(leaps_forget_everything_below),
		cmocka_unit_test(short_numbers_stay_short),
		cmocka_unit_test(numbers_are_extended),
		cmocka_unit_test(extension_is_the_rfcs),
		cmocka_unit_test(extended_stream_passes_the_edge),
		cmocka_unit_test(zero_low_half_is_a_number),
		cmocka_unit_test(the_last_number_is_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
