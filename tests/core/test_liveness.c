// SPDX-License-Identifier: GPL-2.0
/* Dead peers are noticed, living ones are left alone, restarted ones are taken back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "core/net.h"

static struct net *with_dpd(uint64_t seed, enum dpd_mode mode, enum start_mode a, enum start_mode b)
{
	struct net *net = net_new(2, seed);

	for (unsigned int i = 0; i < 2; i++) {
		struct conn_cfg *c = site_cfg(net, 1 - i, i, "site");

		c->dpd = i ? mode : DPD_OFF;
		c->start = i ? a : b;
		net_configure1(net, 1 - i, c);
	}
	assert_true(net_until(net, 30000, both_up));
	net_run(net, 2000);
	return net;
}

static bool noticed(struct net *net)
{
	return node_count(&net->nodes[0], "dpd-timeout");
}

static void dead_peer_on_demand(void **state)
{
	struct net *net = with_dpd(1, DPD_ON_DEMAND, START_AUTO, START_PASSIVE);
	struct node *n = &net->nodes[0];
	uint64_t began;

	(void)state;
	net->traffic_ms = 200;
	net_run(net, 20000);
	net->nodes[1].down = true;
	began = net->now;
	assert_true(net_until(net, 150 * 1000, noticed));
	/* idle 30 s, looked at every 30 s; three probes 15 s apart */
	assert_true(net->now - began >= 70 * 1000);
	assert_true(net->now - began <= 110 * 1000);
	assert_string_equal(node_failure(n, "site", 0), "dpd-timeout");
	assert_int_equal(node_children_up(n), 0);
	assert_int_equal(node_sas(n), 0);
	assert_int_equal(node_count(n, "child-down"), 4);
	/* it keeps trying, and finds the peer when that is back */
	net->traffic_ms = 0;
	net_run(net, 300 * 1000);
	net_reboot(net, 1);
	net->nodes[1].down = false;
	assert_true(net_until(net, 130 * 1000, both_up));
	assert_string_equal(node_failure(n, "site", 0), "");
	net_free(net);
}

/* Nothing sent, nothing expected: not one probe. */
static void idle_on_demand_asks_nothing(void **state)
{
	struct net *net = with_dpd(2, DPD_ON_DEMAND, START_AUTO, START_PASSIVE);
	unsigned int sent = net->nodes[0].sent;

	(void)state;
	net_run(net, 1000 * 1000);
	assert_int_equal(net->nodes[0].sent, sent);
	net->nodes[1].down = true;
	net_run(net, 1000 * 1000);
	assert_int_equal(net->nodes[0].sent, sent);
	assert_false(noticed(net));
	net_free(net);
}

static void periodic_asks_when_idle(void **state)
{
	struct net *net = with_dpd(3, DPD_PERIODIC, START_AUTO, START_PASSIVE);
	unsigned int sent = net->nodes[0].sent;

	(void)state;
	net_run(net, 300 * 1000);
	assert_in_range(net->nodes[0].sent - sent, 8, 11);
	assert_false(noticed(net));
	net->nodes[1].down = true;
	assert_true(net_until(net, 100 * 1000, noticed));
	net_free(net);
}

/* ESP that comes in is life enough: no probes on top of it. */
static void incoming_esp_counts_as_alive(void **state)
{
	struct net *net = with_dpd(4, DPD_PERIODIC, START_AUTO, START_PASSIVE);
	unsigned int sent = net->nodes[0].sent;

	(void)state;
	net->traffic_ms = 1000;
	net_run(net, 600 * 1000);
	assert_int_equal(net->nodes[0].sent, sent);
	assert_false(noticed(net));
	net_free(net);
}

static void lost_answers_do_not_kill(void **state)
{
	struct net *net = with_dpd(5, DPD_PERIODIC, START_AUTO, START_PASSIVE);

	(void)state;
	net->nodes[1].mute = true;
	net_run(net, 50 * 1000);	/* two of three probes */
	net->nodes[1].mute = false;
	net_run(net, 200 * 1000);
	assert_false(noticed(net));
	assert_int_equal(node_children_up(&net->nodes[0]), 4);
	net_free(net);
}

static void off_never_asks(void **state)
{
	struct net *net = with_dpd(6, DPD_OFF, START_AUTO, START_PASSIVE);
	unsigned int sent = net->nodes[0].sent;

	(void)state;
	net->nodes[1].down = true;
	net->traffic_ms = 1000;
	net_run(net, 1000 * 1000);
	assert_int_equal(net->nodes[0].sent, sent);
	assert_int_equal(node_children_up(&net->nodes[0]), 4);
	net_free(net);
}

static void on_demand_waits_for_traffic_after_dpd(void **state)
{
	struct net *net = net_new(2, 7);
	struct conn_cfg *a = site_cfg(net, 0, 1, "site"), *b = site_cfg(net, 1, 0, "site");
	struct node *n = &net->nodes[0];
	unsigned int sent;

	(void)state;
	a->start = START_ON_DEMAND;
	b->start = START_PASSIVE;
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	net->traffic_ms = 1000;
	assert_true(net_until(net, 30000, both_up));
	net->nodes[1].down = true;
	assert_true(net_until(net, 150 * 1000, noticed));
	net->traffic_ms = 0;
	sent = n->sent;
	net_run(net, 600 * 1000);
	assert_int_equal(n->sent, sent);
	net_reboot(net, 1);
	net->nodes[1].down = false;
	net->traffic_ms = 1000;
	assert_true(net_until(net, 30000, both_up));
	net_free(net);
}

/* The peer restarts and calls: INITIAL-CONTACT ends what it no longer has. */
static void restarted_peer_is_taken_back_at_once(void **state)
{
	struct net *net = with_dpd(8, DPD_ON_DEMAND, START_PASSIVE, START_AUTO);
	struct node *n = &net->nodes[0];

	(void)state;
	net->traffic_ms = 100;
	net_run(net, 30 * 1000);
	net_reboot(net, 1);
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000);
	assert_true(net_consistent(net));
	assert_true(both_quiet(net));
	assert_int_equal(HASH_COUNT(n->e->sas), 1);
	assert_int_equal(node_count(n, "child-down"), 4);
	n->esp_lost = net->nodes[1].esp_lost = 0;
	net_run(net, 5000);
	assert_int_equal(n->esp_lost + net->nodes[1].esp_lost, 0);
	net_free(net);
}

/* The peer restarts and stays silent: only DPD can tell. */
static void silent_restart_is_found_by_dpd(void **state)
{
	struct net *net = with_dpd(9, DPD_ON_DEMAND, START_AUTO, START_PASSIVE);

	(void)state;
	net->traffic_ms = 100;
	net_run(net, 30 * 1000);
	net_reboot(net, 1);
	assert_true(net_until(net, 120 * 1000, noticed));
	assert_true(net_until(net, 10 * 1000, both_up));
	net_run(net, 1000);
	assert_true(net_consistent(net));
	net_free(net);
}

/* No DPD at the peer, IKE SA lost there: the next rekey gets no answer and a new phase 1 heals it. */
static void dead_ike_sa_without_dpd(void **state)
{
	struct net *net = with_dpd(10, DPD_OFF, START_AUTO, START_PASSIVE);
	struct conn *b = node_conn(&net->nodes[1], "site");

	(void)state;
	net->traffic_ms = 200;
	ike_sa_kill(b->ike);
	net_run(net, 3600 * 1000);
	assert_int_equal(node_count(&net->nodes[0], "child-down"), 0);
	assert_true(node_count(&net->nodes[0], "child-rekeyed") >= 4);
	assert_int_equal(net->nodes[0].no_sa, 0);
	assert_true(both_up(net));
	net_free(net);
}

/* The same with DPD: ESP flows, so the peer is alive, but its IKE SA is gone. */
static void dead_ike_sa_with_esp_flowing(void **state)
{
	struct net *net = with_dpd(11, DPD_ON_DEMAND, START_AUTO, START_PASSIVE);

	(void)state;
	net->traffic_ms = 200;
	ike_sa_kill(node_conn(&net->nodes[1], "site")->ike);
	net_run(net, 3600 * 1000);
	assert_false(noticed(net));
	assert_int_equal(node_count(&net->nodes[0], "child-down"), 0);
	assert_true(node_count(&net->nodes[0], "child-rekeyed") >= 4);
	assert_int_equal(net->nodes[0].no_sa, 0);
	assert_true(both_up(net));
	net_free(net);
}

/* RFC 3706 both ways at once, on a line that loses a third. */
static void no_false_alarm_on_a_bad_line(void **state)
{
	(void)state;
	for (uint64_t seed = 20; seed < 40; seed++) {
		struct net *net = with_dpd(seed, DPD_PERIODIC, START_AUTO, START_PASSIVE);

		net->loss = 10;
		net_run(net, 600 * 1000);
		assert_true(node_children_up(&net->nodes[0]) == 4);
		net_free(net);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dead_peer_on_demand),
		cmocka_unit_test(idle_on_demand_asks_nothing),
		cmocka_unit_test(periodic_asks_when_idle),
		cmocka_unit_test(incoming_esp_counts_as_alive),
		cmocka_unit_test(lost_answers_do_not_kill),
		cmocka_unit_test(off_never_asks),
		cmocka_unit_test(on_demand_waits_for_traffic_after_dpd),
		cmocka_unit_test(restarted_peer_is_taken_back_at_once),
		cmocka_unit_test(silent_restart_is_found_by_dpd),
		cmocka_unit_test(dead_ike_sa_without_dpd),
		cmocka_unit_test(dead_ike_sa_with_esp_flowing),
		cmocka_unit_test(no_false_alarm_on_a_bad_line),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
