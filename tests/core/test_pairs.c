// SPDX-License-Identifier: GPL-2.0
/* Many pairs of networks under one IKE SA: each with its own way and its own failure, none in the way of others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/direct.h"
#include "core/net.h"
#include "core/policy.h"
#include "core/v1/v1.h"

static struct conn_cfg *a, *b;

static struct net *sites(uint64_t seed)
{
	struct net *net = net_new(2, seed);

	a = site_cfg(net, 0, 1, "site");
	b = site_cfg(net, 1, 0, "site");
	b->start = START_PASSIVE;
	return net;
}

static void start(struct net *net)
{
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
}

/* @n_a networks of node 0 times @n_b of node 1 */
static void networks(unsigned int n_a, unsigned int n_b)
{
	char s[32];

	a->n_local = b->n_remote = n_a;
	a->n_remote = b->n_local = n_b;
	for (unsigned int i = 0; i < n_a; i++) {
		snprintf(s, sizeof(s), "10.1.%u.0/24", i);
		a->local_subnets[i] = b->remote_subnets[i] = net_subnet(s);
	}
	for (unsigned int i = 0; i < n_b; i++) {
		snprintf(s, sizeof(s), "10.2.%u.0/24", i);
		a->remote_subnets[i] = b->local_subnets[i] = net_subnet(s);
	}
}

static unsigned int quicks(struct net *net)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < site_conn(net, 0)->n_children; i++)
		n += site_conn(net, 0)->children[i].quick != NULL;
	return n;
}

static unsigned int most;

static bool up_counted(struct net *net)
{
	unsigned int n = quicks(net);

	most = n > most ? n : most;
	return both_up(net);
}

/* As many at a time as is configured, and each of them with keys of its own. */
static void three_hundred_pairs(void **state)
{
	static const struct {
		unsigned int at_once, n_a, n_b;
	} cases[] = { { 1, 5, 10 }, { 3, 5, 10 }, { 16, 5, 10 }, { 8, 6, 50 } };

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct net *net = sites(i + 1);
		uint64_t begin = net->now;

		networks(cases[i].n_a, cases[i].n_b);
		a->quick_modes = cases[i].at_once;
		most = 0;
		start(net);
		assert_true(net_until(net, 30000, up_counted));
		assert_int_equal(most, cases[i].at_once);
		/* a round trip each, over so many at a time, and main mode */
		assert_true(net->now - begin <
			    cases[i].n_a * cases[i].n_b * 3 * LATENCY_MS / cases[i].at_once + 1000);
		net_run(net, 2000);
		assert_int_equal(node_established(&net->nodes[0]), 1);
		assert_int_equal(HASH_COUNT(net->nodes[1].e->sas), 1);
		assert_true(both_quiet(net));
		assert_true(net_consistent(net));
		net->traffic_ms = 500;
		net_run(net, 1000);
		assert_int_equal(net->nodes[0].esp_lost + net->nodes[1].esp_lost, 0);
		assert_int_equal(net->nodes[0].no_sa + net->nodes[1].no_sa, 0);
		assert_int_equal(node_count(&net->nodes[0], "failed") + node_count(&net->nodes[1], "failed"), 0);
		net_free(net);
	}
}

/* They are renewed one by one as well, without a gap. */
static void many_pairs_rekey(void **state)
{
	struct net *net = sites(9);

	(void)state;
	networks(5, 20);
	a->esp_lifetime = b->esp_lifetime = 300;
	a->quick_modes = 4;
	start(net);
	assert_true(net_until(net, 30000, both_up));
	net_run(net, 2000);
	net->traffic_ms = 1000;
	net_run(net, 900 * 1000);
	assert_in_range(node_count(&net->nodes[0], "child-rekeyed"), 100 * 3, 100 * 4);
	assert_int_equal(node_count(&net->nodes[0], "child-down"), 0);
	assert_int_equal(net->nodes[0].esp_lost + net->nodes[1].esp_lost, 0);
	assert_int_equal(net->nodes[0].no_sa + net->nodes[1].no_sa, 0);
	assert_int_equal(node_established(&net->nodes[0]), 1);
	net_free(net);
}

/* Nothing of the second child's quick mode arrives */
static bool lose_one_child(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	const struct conn *c = site_conn(net, 0);
	uint32_t msgid = (uint32_t)p[20] << 24 | (uint32_t)p[21] << 16 | (uint32_t)p[22] << 8 | p[23];

	(void)from;
	(void)len;
	return p[18] == XCHG_QUICK && c && c->children[1].quick && c->children[1].quick->msgid == msgid;
}

static void one_that_gets_no_answer_holds_up_nobody(void **state)
{
	(void)state;
	for (unsigned int at_once = 1; at_once <= 4; at_once += 3) {
		struct net *net = sites(10 + at_once);
		const struct conn *c;

		networks(2, 10);
		a->quick_modes = at_once;
		net->drop = lose_one_child;
		start(net);
		net_run(net, QUICK_TURN + 2000);
		c = site_conn(net, 0);
		assert_int_equal(node_children_up(&net->nodes[0]), 19);
		assert_null(c->children[1].current);
		/* its failure is its own */
		net_run(net, 60 * 1000);
		assert_string_equal(node_failure(&net->nodes[0], "site", 2), "no-response");
		assert_string_equal(node_failure(&net->nodes[0], "site", 1), "");
		assert_string_equal(node_failure(&net->nodes[0], "site", 0), "");
		assert_int_equal(node_count(&net->nodes[0], "child-down"), 0);
		net->drop = NULL;
		assert_true(net_until(net, 70 * 1000, both_up));
		assert_string_equal(node_failure(&net->nodes[0], "site", 2), "");
		net_free(net);
	}
}

/*
 * Node 1 does not have one of the networks: the pairs with it fail, again and
 * again at growing distance, and the others never notice.
 */
static void one_that_is_refused_disturbs_nobody(void **state)
{
	struct net *net = sites(20);
	unsigned int tries;

	(void)state;
	networks(2, 5);
	b->n_local = 4;
	start(net);
	net_run(net, 3000);
	assert_int_equal(node_children_up(&net->nodes[0]), 8);
	net->traffic_ms = 1000;
	net_run(net, 1000);
	net->nodes[0].no_sa = 0;
	node_clear_events(&net->nodes[0]);
	net_run(net, 1800 * 1000);
	for (uint32_t id = 1; id <= 10; id++)
		assert_string_equal(node_failure(&net->nodes[0], "site", id), id % 5 ? "" : "subnet-mismatch");
	assert_string_equal(node_failure(&net->nodes[0], "site", 0), "");
	assert_int_equal(site_conn(net, 0)->children[4].failure.who, WHO_PEER);
	/* about every minute, by each of the two */
	tries = node_count(&net->nodes[0], "failed");
	assert_in_range(tries, 2 * 30, 2 * 43);
	assert_int_equal(node_count(&net->nodes[0], "child-down") + node_count(&net->nodes[0], "ike-down"), 0);
	assert_int_equal(node_count(&net->nodes[0], "child-up") + node_count(&net->nodes[0], "child-rekeyed"), 0);
	assert_int_equal(net->nodes[0].esp_lost + net->nodes[1].esp_lost, 0);
	assert_int_equal(net->nodes[1].no_sa, 0);
	net_free(net);
}

/* One tunnel for everything, as route-based gateways have it; of each family if both are named. */
static void everything_is_one_pair(void **state)
{
	(void)state;
	for (unsigned int families = 1; families <= 2; families++) {
		struct net *net = sites(30 + families);
		const struct conn *c;

		a->n_local = a->n_remote = b->n_local = b->n_remote = families;
		a->local_subnets[0] = a->remote_subnets[0] = net_subnet("0.0.0.0/0");
		a->local_subnets[1] = a->remote_subnets[1] = net_subnet("::/0");
		memcpy(b->local_subnets, a->local_subnets, sizeof(b->local_subnets));
		memcpy(b->remote_subnets, a->local_subnets, sizeof(b->remote_subnets));
		start(net);
		net_run(net, 3000);
		c = site_conn(net, 0);
		/* IPv4 with IPv6 is no pair */
		assert_int_equal(c->n_children, families);
		for (unsigned int i = 0; i < families; i++) {
			assert_int_equal(c->children[i].id, i + 1);
			assert_int_equal(c->children[i].local.family, c->children[i].remote.family);
			assert_non_null(c->children[i].current);
		}
		assert_int_equal(node_count(&net->nodes[0], "failed") + node_count(&net->nodes[1], "failed"), 0);
		assert_int_equal(net->nodes[0].kernel_errors + net->nodes[1].kernel_errors, 0);
		net->traffic_ms = 100;
		net_run(net, 1000);
		assert_true(net->nodes[1].esp_received >= 9 * families);
		assert_int_equal(net->nodes[1].esp_lost + net->nodes[0].no_sa, 0);
		net_free(net);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_hundred_pairs),
		cmocka_unit_test(many_pairs_rekey),
		cmocka_unit_test(one_that_gets_no_answer_holds_up_nobody),
		cmocka_unit_test(one_that_is_refused_disturbs_nobody),
		cmocka_unit_test(everything_is_one_pair),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
