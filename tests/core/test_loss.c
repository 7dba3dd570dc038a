// SPDX-License-Identifier: GPL-2.0
/* Lost, repeated and reordered datagrams: slower, never worse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "core/net.h"

#define SEEDS 300

static bool settled(struct net *net)
{
	return both_up(net) && net_consistent(net);
}

static void reaches_up(unsigned int loss, unsigned int dup, unsigned int reorder, enum start_mode b)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct net *net = net_sites(seed * 31 + loss, START_AUTO, b);

		net->loss = loss;
		net->dup = dup;
		net->reorder = reorder;
		if (!net_until(net, 900 * 1000, settled))
			fail_msg("seed %u is not up", (unsigned int)seed);
		net->loss = net->dup = net->reorder = 0;
		net_run(net, 200 * 1000);
		if (!settled(net))
			fail_msg("seed %u did not stay up", (unsigned int)seed);
		if (node_sas(&net->nodes[0]) > 16 || node_sas(&net->nodes[1]) > 16)
			fail_msg("seed %u piled SAs up", (unsigned int)seed);
		assert_int_equal(net->nodes[0].kernel_errors + net->nodes[1].kernel_errors, 0);
		net->traffic_ms = 50;
		net->nodes[0].esp_lost = net->nodes[1].esp_lost = 0;
		net_run(net, 1000);
		assert_int_equal(net->nodes[0].esp_lost + net->nodes[1].esp_lost, 0);
		assert_int_equal(net->nodes[0].no_sa + net->nodes[1].no_sa, 0);
		net_free(net);
	}
}

static void thirty_percent_lost(void **state)
{
	(void)state;
	reaches_up(30, 0, 0, START_PASSIVE);
}

static void thirty_percent_lost_both_auto(void **state)
{
	(void)state;
	reaches_up(30, 0, 0, START_AUTO);
}

static void everything_twice(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct net *net = net_sites(seed, START_AUTO, START_PASSIVE);

		net->dup = 100;
		assert_true(net_until(net, 5000, both_up));
		net_run(net, 60000);
		assert_true(both_quiet(net));
		assert_int_equal(HASH_COUNT(net->nodes[1].e->sas), 1);
		assert_int_equal(node_count(&net->nodes[0], "child-up"), 4);
		assert_int_equal(node_count(&net->nodes[1], "child-up"), 4);
		assert_true(node_counter(&net->nodes[1], "duplicate") > 0);
		net_free(net);
	}
}

static void reordered(void **state)
{
	(void)state;
	reaches_up(0, 0, 50, START_AUTO);
}

static void all_of_it(void **state)
{
	(void)state;
	reaches_up(20, 20, 20, START_AUTO);
	reaches_up(20, 20, 20, START_PASSIVE);
}

/* Rekeys of both phases on a bad line: packets flow all the time. */
static void rekeys_on_a_bad_line(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct net *net = net_new(2, seed + 5000);

		for (unsigned int i = 0; i < 2; i++) {
			struct conn_cfg *c = site_cfg(net, 1 - i, i, "site");

			c->ike_lifetime = 1800;
			c->esp_lifetime = 600;
			c->rekey_margin = 30;
			c->start = i ? START_AUTO : START_PASSIVE;
			net_configure1(net, 1 - i, c);
		}
		assert_true(net_until(net, 10000, both_up));
		net_run(net, 2000);
		net->loss = 15;
		net->dup = 10;
		net->reorder = 10;
		net->traffic_ms = 200;
		net_run(net, 3600 * 1000);
		assert_int_equal(node_count(&net->nodes[0], "child-down"), 0);
		assert_int_equal(net->nodes[0].no_sa, 0);
		assert_true(node_count(&net->nodes[0], "child-rekeyed") >= 4 * 5);
		assert_true(net->nodes[1].esp_received >= 4 * 5 * 3590);
		assert_true(net->nodes[1].esp_lost * 100 <= net->nodes[1].esp_received);
		net_free(net);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thirty_percent_lost),
		cmocka_unit_test(thirty_percent_lost_both_auto),
		cmocka_unit_test(everything_twice),
		cmocka_unit_test(reordered),
		cmocka_unit_test(all_of_it),
		cmocka_unit_test(rekeys_on_a_bad_line),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
