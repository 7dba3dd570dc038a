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

static struct replay *replay_new(u32 window, u64 top)
{
	struct replay *r = malloc(sizeof(*r) + replay_words(window) * sizeof(r->bits[0]));

	assert_non_null(r);
	replay_init(r, window, top);
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
	struct replay *r = replay_new(window, top);
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
	static const u32 windows[] = { 64, 65, 100, 127, 128, 1000, 1024, 4095, 4096 };
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
	}
}

static void zero_is_never_accepted(void **state)
{
	struct replay *r = replay_new(64, 0);

	(void)state;
	assert_int_equal(replay_check(r, 0), REPLAY_ZERO);
	assert_int_equal(replay_advance(r, 0), REPLAY_ZERO);
	assert_int_equal(replay_advance(r, 1), REPLAY_OK);
	assert_int_equal(replay_advance(r, 0), REPLAY_ZERO);
	free(r);
}

static void check_changes_nothing(void **state)
{
	struct replay *r = replay_new(64, 0);

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
	struct replay *r = replay_new(256, 0);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_behave_as_the_model),
		cmocka_unit_test(resumed_window_accepts_nothing_twice),
		cmocka_unit_test(zero_is_never_accepted),
		cmocka_unit_test(check_changes_nothing),
		cmocka_unit_test(leaps_forget_everything_below),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
