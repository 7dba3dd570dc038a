// SPDX-License-Identifier: GPL-2.0
/*
 * The KUnit suites that are linked into the module (make kmod KUNIT=1), so that
 * they reach everything in it and nothing has to be exported for them:
 *
 *	echo 1 >/sys/module/vpntun/parameters/kunit
 *
 * runs them all. Not at load, as KUnit would do by itself: 6.1 does so before
 * the module's own init.
 *
 * Kbuild makes the two lists from the names of the files that are there.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "cmocka.h"

/* VPNTUN_SHARED: tests/unit/test_kmod_NAME.c, VPNTUN_SUITES: NAME_kunit.c */
#define S(name) int vpntun_suite_##name(void);
VPNTUN_SHARED
#undef S

#define S(name) extern struct kunit_suite vpntun_suite_##name;
VPNTUN_SUITES
#undef S

/* What a suite that came from cmocka is running; suites never run in parallel. */
static const struct CMUnitTest *running;
static u32 running_n;
static const char *running_name;

static const struct CMUnitTest *case_of(const struct kunit *test)
{
	u32 i;

	for (i = 0; i < running_n; i++)
		if (!strcmp(running[i].name, test->name))
			return &running[i];
	return NULL;
}

static void run_case(struct kunit *test)
{
	const struct CMUnitTest *c = case_of(test);
	void *state = NULL;

	KUNIT_ASSERT_NOT_NULL(test, c);
	if (c->setup)
		KUNIT_ASSERT_EQ(test, c->setup(&state), 0);
	c->test(&state);
	if (c->teardown)
		KUNIT_ASSERT_EQ(test, c->teardown(&state), 0);
}

static int run_suite(struct kunit_suite *suite)
{
	int err = __kunit_test_suites_init(&suite, 1);

	__kunit_test_suites_exit(&suite, 1);
	return err;
}

/**
 * vpntun_run_cases() - run an array of cmocka's cases as one KUnit suite
 * @tests: the cases
 * @n: how many
 * @setup: not supported, NULL
 * @teardown: not supported, NULL
 *
 * Context: process context, may sleep; one at a time.
 * Return: 0 or an error; failures are in the log only
 */
int vpntun_run_cases(const struct CMUnitTest *tests, u32 n,
		     int (*setup)(void **state), int (*teardown)(void **state))
{
	struct kunit_case *cases = kcalloc(n + 1, sizeof(*cases), GFP_KERNEL);
	struct kunit_suite *suite = kzalloc(sizeof(*suite), GFP_KERNEL);
	int err = -ENOMEM;
	u32 i;

	if (!cases || !suite || WARN_ON(setup || teardown))
		goto out;
	for (i = 0; i < n; i++) {
		cases[i].name = tests[i].name;
		cases[i].run_case = run_case;
	}
	strscpy((char *)suite->name, running_name, sizeof(suite->name));
	suite->test_cases = cases;
	running = tests;
	running_n = n;
	err = run_suite(suite);
out:
	kfree(suite);
	kfree(cases);
	return err;
}

static int run_all(const char *value, const struct kernel_param *param)
{
	int err = 0;

#define S(suite)							\
	running_name = #suite;						\
	err = err ?: vpntun_suite_##suite();
	VPNTUN_SHARED
#undef S
#define S(suite)							\
	err = err ?: run_suite(&vpntun_suite_##suite);
	VPNTUN_SUITES
#undef S
	return err;
}

static const struct kernel_param_ops kunit_ops = { .set = run_all };
module_param_cb(kunit, &kunit_ops, NULL, 0200);
MODULE_PARM_DESC(kunit, "write anything to run the module's KUnit suites");
