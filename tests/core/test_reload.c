// SPDX-License-Identifier: GPL-2.0
/* A reload touches what changed and nothing else; many connections stay cheap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "core/net.h"

/* Node 0 with connections to 1 and 2, started there */
static struct net *star(uint64_t seed)
{
	struct net *net = net_new(3, seed);
	struct conn_cfg *hub[2] = { site_cfg(net, 0, 1, "one"), site_cfg(net, 0, 2, "two") };

	for (unsigned int i = 1; i <= 2; i++) {
		struct conn_cfg *c = site_cfg(net, i, 0, "hub");

		c->start = START_AUTO;
		hub[i - 1]->start = START_PASSIVE;
		net_configure1(net, i, c);
	}
	net_configure(net, 0, hub, 2);
	assert_true(net_until(net, 60000, both_up));
	net_run(net, 5000);
	return net;
}

static void the_same_again_changes_nothing(void **state)
{
	struct net *net = star(1);
	struct conn_cfg *again[2] = { site_cfg(net, 0, 2, "two"), site_cfg(net, 0, 1, "one") };
	unsigned int sent = net->nodes[0].sent, installs = net->nodes[0].installs;
	struct conn *one = node_conn(&net->nodes[0], "one");

	(void)state;
	again[0]->start = again[1]->start = START_PASSIVE;
	again[1]->where.line = 77;	/* moved in its file, that is all */
	net->traffic_ms = 50;
	net_configure(net, 0, again, 2);
	net_run(net, 5000);
	assert_ptr_equal(node_conn(&net->nodes[0], "one"), one);
	assert_ptr_equal(one->cfg, again[1]);
	assert_int_equal(one->cfg->where.line, 77);
	assert_int_equal(net->nodes[0].sent, sent);
	assert_int_equal(net->nodes[0].installs, installs);
	assert_int_equal(net->nodes[0].no_sa + net->nodes[1].no_sa, 0);
	net_free(net);
}

static void a_changed_one_starts_anew_alone(void **state)
{
	struct net *net = star(2);
	struct conn_cfg *next[2] = { site_cfg(net, 0, 1, "one"), site_cfg(net, 0, 2, "two") };
	uint32_t spi = node_conn(&net->nodes[0], "one")->children[0].current->spi_in;

	(void)state;
	next[0]->start = START_PASSIVE;
	next[1]->start = START_AUTO;
	next[1]->replay_window = 64;
	node_clear_events(&net->nodes[1]);
	node_clear_events(&net->nodes[2]);
	net_configure(net, 0, next, 2);
	net_run(net, 500);
	/* the old one was deleted at the peer */
	assert_true(node_count(&net->nodes[2], "ike-down") + node_count(&net->nodes[2], "child-down") > 0);
	assert_true(net_until(net, 20000, both_up));
	net_run(net, 90000);
	assert_true(both_quiet(net));
	assert_true(net_consistent(net));
	assert_int_equal(node_conn(&net->nodes[0], "one")->children[0].current->spi_in, spi);
	assert_int_equal(net->nodes[1].n_events, 0);
	assert_int_equal(net->nodes[0].kernel_errors, 0);
	net_free(net);
}

static void a_removed_one_leaves_nothing(void **state)
{
	struct net *net = star(3);
	struct conn_cfg *one = site_cfg(net, 0, 1, "one");
	struct node *n = &net->nodes[0];
	uint32_t peer = node_conn(n, "two")->peer_id;

	(void)state;
	one->start = START_PASSIVE;
	net_configure1(net, 0, one);
	net_run(net, 100);
	assert_null(node_conn(n, "two"));
	assert_int_equal(node_children_up(n), 4);
	assert_int_equal(node_sas(n), 8);
	for (unsigned int i = 0; i < K_CHILDREN_MAX; i++)
		assert_false(n->children[i].used && n->children[i].peer_id == peer);
	assert_int_equal(node_children_up(&net->nodes[2]), 0);
	assert_int_equal(node_sas(&net->nodes[2]), 0);
	assert_int_equal(n->kernel_errors, 0);
	net_free(net);
}

static void reload_lifts_down(void **state)
{
	struct net *net = net_sites(4, START_AUTO, START_PASSIVE);
	struct node *n = &net->nodes[0];
	char err[64];

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	assert_true(ike_cmd(n->e, net->now, CMD_DOWN, "site", err, sizeof(err)));
	net_run(net, 60000);
	assert_int_equal(node_children_up(n), 0);
	ike_configure(n->e, net->now, &n->cfg);
	assert_true(net_until(net, 5000, both_up));
	net_free(net);
}

/* In the middle of everything: exchanges half way, jobs in the air. */
static void reload_at_any_moment(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 120; seed++) {
		struct net *net = net_sites(1000 + seed, START_AUTO, START_AUTO);
		struct conn_cfg *c;

		net->dup = 20;
		net_run(net, seed * 3);
		c = site_cfg(net, 0, 1, "site");
		c->replay_window = 128;
		net_configure1(net, 0, c);
		net_run(net, seed);
		net_configure(net, 1, NULL, 0);
		net_run(net, seed);
		net_configure1(net, 1, site_cfg(net, 1, 0, "site"));
		assert_true(net_until(net, 200 * 1000, both_up));
		net_run(net, 100 * 1000);
		assert_true(both_up(net));
		assert_true(net_consistent(net));
		assert_int_equal(net->nodes[0].kernel_errors + net->nodes[1].kernel_errors, 0);
		net_free(net);
	}
}

static void what_counts_as_the_same(void **state)
{
	struct net *net = net_new(2, 5);
	struct conn_cfg *a = site_cfg(net, 0, 1, "site"), *b = site_cfg(net, 0, 1, "site");

	(void)state;
	assert_true(conn_cfg_same(a, b));
	b->at[KEY_IKE].line = 9;
	assert_true(conn_cfg_same(a, b));
	b->remote_subnets[1] = net_subnet("10.0.0.0/8");
	assert_false(conn_cfg_same(a, b));
	b->remote_subnets[1] = a->remote_subnets[1];
	b->esp[0].keybits = 256;
	assert_false(conn_cfg_same(a, b));
	b->esp[0] = a->esp[0];
	psk_set(b, "another");
	assert_false(conn_cfg_same(a, b));
	psk_set(b, "correct horse battery staple");
	assert_true(conn_cfg_same(a, b));
	b->remote.v4.sin_addr.s_addr ^= 1;
	assert_false(conn_cfg_same(a, b));
	conn_cfg_put(a);
	conn_cfg_put(b);
	net_free(net);
}

static void discard(struct ike_engine *e)
{
	struct ike_action *a;

	while ((a = ike_next_action(e))) {
		if (a->type == ACT_JOB)
			ike_job_free(a->job);
		ike_action_free(a);
	}
}

static uint64_t ms_of(clock_t since)
{
	return (uint64_t)(clock() - since) * 1000 / CLOCKS_PER_SEC;
}

/* Five thousand connections: configured, reloaded, searched for, each in no time. */
static void thousands(void **state)
{
	enum { N = 5000 };
	struct net *net = net_new(1, 6);
	struct node *n = &net->nodes[0];
	struct ike_config cfg = { .conns = calloc(N, sizeof(*cfg.conns)), .n = N };
	struct ike_path path = { .local = n->addr };
	clock_t began;

	(void)state;
	for (unsigned int i = 0; i < N; i++) {
		char name[32];

		snprintf(name, sizeof(name), "site%u", i);
		cfg.conns[i] = site_cfg(net, 0, 0, name);
		cfg.conns[i]->start = START_PASSIVE;
		cfg.conns[i]->remote.v4.sin_addr.s_addr = htonl(0x0a000000 + i);
	}
	began = clock();
	ike_configure(n->e, net->now, &cfg);
	ike_configure(n->e, net->now, &cfg);
	discard(n->e);
	assert_true(ms_of(began) < 5000);
	path.remote = n->addr;
	began = clock();
	for (unsigned int i = 0; i < 100000; i++) {
		path.remote.v4.sin_addr.s_addr = htonl(0x0a000000 + i % (2 * N));
		assert_int_equal(conn_for_responder(n->e, &path) != NULL, i % (2 * N) < N);
	}
	assert_true(ms_of(began) < 3000);
	for (unsigned int i = 0; i < N; i++)
		conn_cfg_put(cfg.conns[i]);
	free(cfg.conns);
	net_free(net);
}

/* ---- timers, against the simplest model there is ---- */

struct alarm {
	struct timer t;
	unsigned int fired;
	bool set;
	uint64_t due;
};

static uint64_t last_due;

static void on_alarm(void *owner)
{
	struct alarm *a = owner;

	assert_true(a->set);
	assert_true(a->due >= last_due);
	last_due = a->due;
	a->set = false;
	a->fired++;
}

static void timers_fire_in_order(void **state)
{
	enum { N = 300 };
	static struct alarm alarms[N];
	struct timers ts = { 0 };
	uint64_t r = 12345, now = 0;

	(void)state;
	for (unsigned int step = 0; step < 20000; step++) {
		struct alarm *a;
		uint64_t min = UINT64_MAX;

		r = r * 6364136223846793005ull + 1442695040888963407ull;
		a = &alarms[(r >> 33) % N];
		if (r >> 60 < 3) {
			timer_stop(&ts, &a->t);
			a->set = false;
		} else {
			a->due = now + (r >> 40) % 1000;
			a->set = true;
			timer_set(&ts, &a->t, a->due, on_alarm, a);
		}
		for (unsigned int i = 0; i < N; i++) {
			assert_int_equal(timer_running(&alarms[i].t), alarms[i].set);
			if (alarms[i].set && alarms[i].due < min)
				min = alarms[i].due;
		}
		assert_true(timers_next(&ts) == min);
		if (step % 7 == 0) {
			now += (r >> 20) % 50;
			last_due = 0;
			timers_run(&ts, now);
			for (unsigned int i = 0; i < N; i++)
				assert_false(alarms[i].set && alarms[i].due <= now);
		}
	}
	timers_free(&ts);
}

/* The device is deleted and made again: all that the kernel had is gone, and comes back with new keys. */
static void a_new_device_is_filled_again(void **state)
{
	struct ike_kernel_event ev = { .type = KEV_DEVICE, .ifname = "vpn0", .idle_ms = -1 };

	(void)state;
	for (unsigned int at = 0; at < 400; at += 10) {
		struct net *net = net_sites(at + 1, START_AUTO, at % 20 ? START_PASSIVE : START_AUTO);
		struct node *n = &net->nodes[at / 20 % 2];
		struct conn *c;

		net_run(net, at < 300 ? at : at * 100);
		c = node_conn(n, "site");
		memset(n->peers, 0, sizeof(n->peers));
		memset(n->children, 0, sizeof(n->children));
		memset(n->sas, 0, sizeof(n->sas));
		ike_kernel_event(n->e, net->now, &ev);
		net_step(net);
		assert_true(n->peers[0].used && n->children[3].used);
		assert_int_equal(node_sas(n), 0);
		for (unsigned int i = 0; i < 4; i++)
			assert_null(c->children[i].sas);
		assert_true(net_until(net, 60000, both_up));
		net_run(net, 90000);
		assert_true(both_quiet(net));
		assert_true(net_consistent(net));
		assert_int_equal(HASH_COUNT(n->e->sas), HASH_COUNT(net->nodes[0].e->sas));
		net->traffic_ms = 100;
		net_run(net, 1000);
		assert_int_equal(net->nodes[0].no_sa + net->nodes[1].no_sa, 0);
		assert_int_equal(net->nodes[0].esp_lost + net->nodes[1].esp_lost, 0);
		net_free(net);
	}
}

/* Another interface's event is nothing to us. */
static void another_device_changes_nothing(void **state)
{
	struct ike_kernel_event ev = { .type = KEV_DEVICE, .ifname = "vpn1", .idle_ms = -1 };
	struct net *net = net_sites(1, START_AUTO, START_PASSIVE);
	unsigned int sent;

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 5000);
	sent = net->nodes[0].sent;
	ike_kernel_event(net->nodes[0].e, net->now, &ev);
	net_run(net, 1000);
	assert_int_equal(net->nodes[0].sent, sent);
	assert_int_equal(node_sas(&net->nodes[0]), 8);
	net_free(net);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_again_changes_nothing),
		cmocka_unit_test(a_changed_one_starts_anew_alone),
		cmocka_unit_test(a_removed_one_leaves_nothing),
		cmocka_unit_test(reload_lifts_down),
		cmocka_unit_test(a_new_device_is_filled_again),
		cmocka_unit_test(another_device_changes_nothing),
		cmocka_unit_test(reload_at_any_moment),
		cmocka_unit_test(what_counts_as_the_same),
		cmocka_unit_test(thousands),
		cmocka_unit_test(timers_fire_in_order),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
