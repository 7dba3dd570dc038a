/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmocka's words on KUnit, so that tests/unit/test_kmod_*.c, which run in
 * userspace under AddressSanitizer, are suites of the kernel as they are: the
 * build leaves out their #includes of system headers, includes this instead,
 * and gives main() the suite's name.
 */
#ifndef VPNTUN_TESTS_CMOCKA_H
#define VPNTUN_TESTS_CMOCKA_H

#include <kunit/test.h>
#include <linux/inet.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

/**
 * struct CMUnitTest - one case
 * @name: what it is called in the log
 * @test: does it
 * @setup: before it, may be NULL; fails when not 0
 * @teardown: after it, may be NULL
 */
struct CMUnitTest {
	const char *name;
	void (*test)(void **state);
	int (*setup)(void **state);
	int (*teardown)(void **state);
};

#define cmocka_unit_test(f)			{ .name = #f, .test = (f) }
#define cmocka_unit_test_setup_teardown(f, s, t) \
	{ .name = #f, .test = (f), .setup = (s), .teardown = (t) }
#define cmocka_run_group_tests(tests, s, t)	\
	vpntun_run_cases(tests, ARRAY_SIZE(tests), s, t)

int vpntun_run_cases(const struct CMUnitTest *tests, u32 n,
		     int (*setup)(void **state), int (*teardown)(void **state));

#define KUNIT_NOW		(current->kunit_test)
#define assert_true(c)		KUNIT_ASSERT_TRUE(KUNIT_NOW, (c))
#define assert_false(c)		KUNIT_ASSERT_FALSE(KUNIT_NOW, (c))
#define assert_null(p)		KUNIT_ASSERT_PTR_EQ(KUNIT_NOW, (const void *)(p), NULL)
#define assert_non_null(p)	KUNIT_ASSERT_PTR_NE(KUNIT_NOW, (const void *)(p), NULL)
#define assert_ptr_equal(a, b)	\
	KUNIT_ASSERT_PTR_EQ(KUNIT_NOW, (const void *)(a), (const void *)(b))
#define assert_ptr_not_equal(a, b) \
	KUNIT_ASSERT_PTR_NE(KUNIT_NOW, (const void *)(a), (const void *)(b))
#define assert_int_equal(a, b)	\
	KUNIT_ASSERT_EQ(KUNIT_NOW, (long long)(a), (long long)(b))
#define assert_int_not_equal(a, b) \
	KUNIT_ASSERT_NE(KUNIT_NOW, (long long)(a), (long long)(b))
#define assert_in_range(v, low, high)	do {					\
	KUNIT_ASSERT_GE(KUNIT_NOW, (unsigned long long)(v), (unsigned long long)(low));	\
	KUNIT_ASSERT_LE(KUNIT_NOW, (unsigned long long)(v), (unsigned long long)(high)); \
} while (0)
#define assert_memory_equal(a, b, n)	KUNIT_ASSERT_EQ(KUNIT_NOW, memcmp(a, b, n), 0)
#define assert_memory_not_equal(a, b, n) KUNIT_ASSERT_NE(KUNIT_NOW, memcmp(a, b, n), 0)
#define assert_string_equal(a, b)	KUNIT_ASSERT_STREQ(KUNIT_NOW, a, b)
#define fail_msg(...)		KUNIT_FAIL(KUNIT_NOW, __VA_ARGS__)
#define fail()			KUNIT_FAIL(KUNIT_NOW, "not to be reached")
#define print_message(...)	kunit_info(KUNIT_NOW, __VA_ARGS__)

#define malloc(n)		kvmalloc(n, GFP_KERNEL)
#define calloc(n, size)		kvcalloc(n, size, GFP_KERNEL)
#define free(p)			kvfree(p)

static inline int inet_pton(int family, const char *text, void *addr)
{
	return family == AF_INET ? in4_pton(text, -1, addr, -1, NULL) :
				   in6_pton(text, -1, addr, -1, NULL);
}

/* The suite: the build renames it. */
int main(void);

#endif
