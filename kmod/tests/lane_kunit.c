// SPDX-License-Identifier: GPL-2.0
/*
 * Lanes: units leave in the order in which they came, whoever finishes them when,
 * and exactly one of those who finish is told to take them out.
 */
#include <kunit/test.h>
#include <linux/random.h>

#include "../vpntun.h"

#define UNITS	32

struct fixture {
	struct vpntun_lane lane;
	struct sk_buff *unit[UNITS];
};

static int lane_setup(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	vpntun_lane_init(&f->lane);
	for (i = 0; i < UNITS; i++) {
		f->unit[i] = alloc_skb(16, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, f->unit[i]);
	}
	test->priv = f;
	return 0;
}

static void lane_teardown(struct kunit *test)
{
	struct fixture *f = test->priv;
	int i;

	for (i = 0; i < UNITS; i++)
		kfree_skb(f->unit[i]);
}

static void add(struct fixture *f, int from, int to)
{
	spin_lock_bh(&f->lane.lock);
	for (; from < to; from++)
		vpntun_lane_add(&f->lane, f->unit[from], 1);
	spin_unlock_bh(&f->lane.lock);
}

static bool done(struct fixture *f, int i)
{
	bool mine;

	local_bh_disable();
	mine = vpntun_lane_done(&f->lane, f->unit[i]);
	local_bh_enable();
	return mine;
}

static struct sk_buff *next(struct fixture *f)
{
	struct sk_buff *unit;

	local_bh_disable();
	unit = vpntun_lane_next(&f->lane);
	local_bh_enable();
	return unit;
}

static void nothing_leaves_before_the_first(struct kunit *test)
{
	struct fixture *f = test->priv;

	add(f, 0, 3);
	KUNIT_EXPECT_FALSE(test, done(f, 2));
	KUNIT_EXPECT_FALSE(test, done(f, 1));
	KUNIT_EXPECT_TRUE(test, done(f, 0));
	KUNIT_EXPECT_PTR_EQ(test, next(f), f->unit[0]);
	KUNIT_EXPECT_PTR_EQ(test, next(f), f->unit[1]);
	KUNIT_EXPECT_PTR_EQ(test, next(f), f->unit[2]);
	KUNIT_EXPECT_NULL(test, next(f));
	KUNIT_EXPECT_EQ(test, f->lane.packets, 0);
}

static void one_at_a_time_takes_out(struct kunit *test)
{
	struct fixture *f = test->priv;

	add(f, 0, 3);
	KUNIT_EXPECT_TRUE(test, done(f, 0));
	KUNIT_EXPECT_PTR_EQ(test, next(f), f->unit[0]);
	/* The first one's finisher still has the turn and will see this one. */
	KUNIT_EXPECT_FALSE(test, done(f, 1));
	KUNIT_EXPECT_PTR_EQ(test, next(f), f->unit[1]);
	KUNIT_EXPECT_NULL(test, next(f));
	KUNIT_EXPECT_TRUE(test, done(f, 2));
	KUNIT_EXPECT_PTR_EQ(test, next(f), f->unit[2]);
	KUNIT_EXPECT_NULL(test, next(f));
}

/* Who never gets to the end of the lane is relieved, and takes nothing more then. */
static void a_long_turn_ends(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct sk_buff *unit;

	add(f, 0, 3);
	KUNIT_EXPECT_TRUE(test, done(f, 0));
	KUNIT_EXPECT_PTR_EQ(test, next(f), f->unit[0]);
	f->lane.cpu = nr_cpu_ids;	/* as if another CPU had the turn */
	KUNIT_EXPECT_FALSE(test, done(f, 1));
	f->lane.turn = 1 << 20;
	local_bh_disable();
	KUNIT_EXPECT_NULL(test, vpntun_lane_turn(&f->lane));
	KUNIT_EXPECT_TRUE(test, f->lane.busy);
	KUNIT_EXPECT_TRUE(test, vpntun_lane_done(&f->lane, f->unit[2]));
	unit = vpntun_lane_turn(&f->lane);
	KUNIT_EXPECT_PTR_EQ(test, unit, f->unit[1]);
	unit = vpntun_lane_turn(&f->lane);
	KUNIT_EXPECT_PTR_EQ(test, unit, f->unit[2]);
	KUNIT_EXPECT_NULL(test, vpntun_lane_turn(&f->lane));
	local_bh_enable();
	KUNIT_EXPECT_FALSE(test, f->lane.busy);
}

static void units_grow(struct kunit *test)
{
	struct fixture *f = test->priv;

	add(f, 0, 1);
	spin_lock_bh(&f->lane.lock);
	vpntun_lane_grow(&f->lane, f->unit[0]);
	spin_unlock_bh(&f->lane.lock);
	KUNIT_EXPECT_EQ(test, f->lane.packets, 2);
	KUNIT_EXPECT_TRUE(test, done(f, 0));
	KUNIT_EXPECT_PTR_EQ(test, next(f), f->unit[0]);
	KUNIT_EXPECT_EQ(test, f->lane.packets, 0);
	KUNIT_EXPECT_NULL(test, next(f));
}

/* Whatever the order of finishing: all leave, in order, and somebody has the turn. */
static void any_order_of_finishing(struct kunit *test)
{
	struct fixture *f = test->priv;
	int order[UNITS], round, i, out;

	for (round = 0; round < 500; round++) {
		for (i = 0; i < UNITS; i++) {
			int j = get_random_u32() % (i + 1);

			order[i] = order[j];
			order[j] = i;
		}
		add(f, 0, UNITS);
		for (i = 0, out = 0; i < UNITS; i++) {
			struct sk_buff *unit;

			if (!done(f, order[i]))
				continue;
			while ((unit = next(f)) != NULL) {
				KUNIT_ASSERT_LT(test, out, UNITS);
				KUNIT_ASSERT_PTR_EQ(test, unit, f->unit[out++]);
			}
		}
		KUNIT_ASSERT_EQ(test, out, UNITS);
		KUNIT_ASSERT_FALSE(test, f->lane.busy);
	}
}

static struct kunit_case lane_cases[] = {
	KUNIT_CASE(nothing_leaves_before_the_first),
	KUNIT_CASE(one_at_a_time_takes_out),
	KUNIT_CASE(a_long_turn_ends),
	KUNIT_CASE(units_grow),
	KUNIT_CASE(any_order_of_finishing),
	{}
};

struct kunit_suite vpntun_suite_lane = {
	.name = "lane",
	.init = lane_setup,
	.exit = lane_teardown,
	.test_cases = lane_cases,
};
