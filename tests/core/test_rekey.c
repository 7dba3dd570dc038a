// SPDX-License-Identifier: GPL-2.0
/* Both phases are renewed while packets flow, and none is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "core/conn_priv.h"
#include "core/direct.h"
#include "core/net.h"
#include "core/policy.h"
#include "core/v1/v1.h"

static void assert_no_gap(struct net *net)
{
	for (unsigned int i = 0; i < net->n; i++) {
		assert_int_equal(net->nodes[i].kernel_errors, 0);
		assert_int_equal(net->nodes[i].refused, 0);
		assert_int_equal(net->nodes[i].violations, 0);
		assert_int_equal(net->nodes[i].esp_lost, 0);
		assert_int_equal(net->nodes[i].no_sa, 0);
	}
	assert_true(net_consistent(net));
}

static struct net *lifetimes(uint64_t seed, uint32_t ike, uint32_t esp, enum start_mode a, enum start_mode b)
{
	struct net *net = net_new(2, seed);

	for (unsigned int i = 0; i < 2; i++) {
		struct conn_cfg *c = site_cfg(net, 1 - i, i, "site");

		c->ike_lifetime = ike;
		c->esp_lifetime = esp;
		c->start = i ? a : b;
		net_configure1(net, 1 - i, c);
	}
	return net;
}

static void children_rekey_without_a_gap(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct net *net = lifetimes(seed, 86400, 120, START_AUTO, START_AUTO);

		assert_true(net_until(net, 10000, both_up));
		net_run(net, 1000);
		net->traffic_ms = 20;
		net_run(net, 1200 * 1000);
		assert_true(node_count(&net->nodes[0], "child-rekeyed") >= 4 * 9);
		assert_int_equal(node_count(&net->nodes[0], "child-down"), 0);
		assert_int_equal(node_count(&net->nodes[1], "child-down"), 0);
		/* one pair per child, and those being replaced: nothing piles up */
		assert_true(node_sas(&net->nodes[0]) <= 16);
		assert_no_gap(net);
		net_free(net);
	}
}

/*
 * A peer that cannot read message 3 says so in an exchange of its own, which
 * names none. We think that the pair is up, and it is not.
 */
static void a_message_that_the_peer_cannot_read_is_made_good(void **state)
{
	struct net *net = lifetimes(20, 86400, 3600, START_AUTO, START_PASSIVE);
	struct node *peer = &net->nodes[1];

	(void)state;
	assert_true(net_until(net, 10000, both_up));
	net_run(net, 1000);
	assert_int_equal(net->nodes[0].installs, 8);
	net_notify(node_conn(peer, "site")->ike, PROTO_ISAKMP, N_PAYLOAD_MALFORMED, NULL, 0, NULL, 0);
	net_run(net, 16 * 1000);
	assert_int_equal(net->nodes[0].installs, 16);
	/* pairs that carried a packet of the peer are beyond doubt */
	net->traffic_ms = 100;
	net_run(net, 2000);
	net_notify(node_conn(peer, "site")->ike, PROTO_ISAKMP, N_PAYLOAD_MALFORMED, NULL, 0, NULL, 0);
	net_run(net, 20 * 1000);
	assert_int_equal(net->nodes[0].installs, 16);
	assert_true(both_quiet(net));
	assert_no_gap(net);
	net_free(net);
}

/*
 * strongSwan, when it is slow, says the same of our messages that it gets again,
 * and so of the exchanges that this gave rise to.
 */
static void a_peer_that_can_never_read_is_left_in_peace(void **state)
{
	struct net *net = lifetimes(23, 86400, 3600, START_AUTO, START_PASSIVE);
	struct node *peer = &net->nodes[1];

	(void)state;
	assert_true(net_until(net, 10000, both_up));
	for (unsigned int i = 0; i < 600; i++) {
		net_notify(node_conn(peer, "site")->ike, PROTO_ISAKMP, N_PAYLOAD_MALFORMED, NULL, 0, NULL, 0);
		net_run(net, 1000);
	}
	assert_in_range(net->nodes[0].installs, 16, 8 + 8 * 4);
	/* a packet of the peer ends the doubt, and what is said of the pairs after that counts anew */
	net->traffic_ms = 100;
	net_run(net, 2000);
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(node_conn(&net->nodes[0], "site")->children[i].doubts, 0);
	assert_no_gap(net);
	net_free(net);
}

static void one_way_traffic_moves_over_too(void **state)
{
	struct net *net = lifetimes(21, 86400, 120, START_AUTO, START_PASSIVE);

	(void)state;
	assert_true(net_until(net, 10000, both_up));
	net->one_way = true;
	net->traffic_ms = 50;
	net_run(net, 600 * 1000);
	assert_true(node_count(&net->nodes[0], "child-rekeyed") >= 4 * 4);
	assert_no_gap(net);
	net_free(net);
	/* and without any traffic at all */
	net = lifetimes(22, 86400, 120, START_AUTO, START_PASSIVE);
	assert_true(net_until(net, 10000, both_up));
	net_run(net, 600 * 1000);
	assert_true(node_count(&net->nodes[0], "child-rekeyed") >= 4 * 4);
	assert_int_equal(node_count(&net->nodes[0], "child-down"), 0);
	net_free(net);
}

static void the_old_pair_is_drained_and_deleted(void **state)
{
	struct net *net = lifetimes(23, 86400, 3600, START_AUTO, START_PASSIVE);
	struct conn *c;

	(void)state;
	assert_true(net_until(net, 10000, both_up));
	net_run(net, 1000);
	c = node_conn(&net->nodes[0], "site");
	csa_rekey_soon(c->children[0].current, 1);
	net_run(net, 15000);
	assert_int_equal(node_sas(&net->nodes[0]), 10);
	assert_int_equal(node_sas(&net->nodes[1]), 10);
	/* a packet of the peer says that it has the new one */
	net->traffic_ms = 1000;
	net_run(net, 15000);
	assert_int_equal(node_sas(&net->nodes[0]), 8);
	assert_int_equal(node_sas(&net->nodes[1]), 8);
	assert_no_gap(net);
	net_free(net);
	/* and if none ever comes, the old one has an end all the same */
	net = lifetimes(23, 86400, 3600, START_AUTO, START_PASSIVE);
	assert_true(net_until(net, 10000, both_up));
	net_run(net, 1000);
	csa_rekey_soon(node_conn(&net->nodes[0], "site")->children[0].current, 1);
	net_run(net, 40000);
	assert_int_equal(node_sas(&net->nodes[0]), 10);
	net_run(net, 120000);
	assert_int_equal(node_sas(&net->nodes[0]), 8);
	assert_int_equal(node_sas(&net->nodes[1]), 8);
	assert_no_gap(net);
	net_free(net);
}

static void phase1_rekeys_and_keeps_the_old_one(void **state)
{
	(void)state;
	for (uint64_t seed = 30; seed < 40; seed++) {
		struct net *net = lifetimes(seed, 300, 3600, START_AUTO, seed & 1 ? START_AUTO : START_PASSIVE);
		uint32_t spi;

		assert_true(net_until(net, 10000, both_up));
		net_run(net, 1000);
		net->traffic_ms = 50;
		spi = node_conn(&net->nodes[0], "site")->children[0].current->spi_in;
		net_run(net, 298 * 1000);
		/* the old one is still there: a Delete could take the ESP SAs with it */
		assert_true(HASH_COUNT(net->nodes[0].e->sas) >= 2);
		assert_int_equal(node_established(&net->nodes[0]), 1);
		net_run(net, 600 * 1000);
		assert_true(node_count(&net->nodes[0], "ike-rekeyed") >= 2);
		assert_int_equal(node_count(&net->nodes[0], "ike-down"), 0);
		assert_int_equal(node_count(&net->nodes[1], "ike-down"), 0);
		assert_true(HASH_COUNT(net->nodes[0].e->sas) <= 4);
		/* children do not depend on the phase 1 that made them */
		assert_int_equal(node_conn(&net->nodes[0], "site")->children[0].current->spi_in, spi);
		assert_no_gap(net);
		net_free(net);
	}
}

/* The widest margin that the configuration takes still leaves a time to renew at. */
static void a_wide_margin_renews_too(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct net *net = net_new(2, seed);
		uint64_t soft;

		for (unsigned int i = 0; i < 2; i++) {
			struct conn_cfg *c = site_cfg(net, 1 - i, i, "site");

			c->ike_lifetime = 600;
			c->rekey_margin = 90;
			c->start = i ? START_AUTO : START_PASSIVE;
			net_configure1(net, 1 - i, c);
		}
		assert_true(net_until(net, 10000, both_up));
		assert_true(timer_running(&node_conn(&net->nodes[0], "site")->ike->rekey));
		soft = node_conn(&net->nodes[0], "site")->ike->rekey.due - node_conn(&net->nodes[0], "site")->ike->up_at;
		assert_in_range(soft, 200 * 1000, 400 * 1000);
		net_run(net, 1800 * 1000);
		assert_int_equal(node_count(&net->nodes[0], "ike-down") + node_count(&net->nodes[1], "ike-down"), 0);
		net_free(net);
	}
}

static void both_phases_for_hours(void **state)
{
	struct net *net = lifetimes(41, 600, 180, START_AUTO, START_AUTO);

	(void)state;
	assert_true(net_until(net, 10000, both_up));
	net_run(net, 1000);
	net->traffic_ms = 200;
	net_run(net, 4 * 3600 * 1000);
	assert_int_equal(node_count(&net->nodes[0], "child-down") + node_count(&net->nodes[1], "child-down"), 0);
	assert_int_equal(node_count(&net->nodes[0], "ike-down") + node_count(&net->nodes[1], "ike-down"), 0);
	assert_true(HASH_COUNT(net->nodes[0].e->sas) <= 4);
	assert_true(node_sas(&net->nodes[0]) <= 16);
	assert_no_gap(net);
	net_free(net);
}

static void simultaneous_rekeys_end_in_one_pair(void **state)
{
	(void)state;
	for (uint64_t seed = 50; seed < 100; seed++) {
		struct net *net = lifetimes(seed, 86400, 3600, START_AUTO, START_AUTO);

		assert_true(net_until(net, 20000, both_up));
		net_run(net, 120000);
		net->traffic_ms = 20;
		for (unsigned int round = 0; round < 3; round++) {
			for (unsigned int i = 0; i < 8; i++) {
				struct conn *c = node_conn(&net->nodes[i & 1], "site");

				csa_rekey_soon(c->children[i / 2].current, 1 + (seed % 7) * (i & 1) * 5);
			}
			net_run(net, 120000);
			for (unsigned int i = 0; i < 4; i++) {
				struct child_sa *a = node_conn(&net->nodes[0], "site")->children[i].current;
				struct child *peer = conn_find_child(node_conn(&net->nodes[1], "site"),
								     &a->child->remote, &a->child->local);

				assert_non_null(a);
				assert_int_equal(peer->current->spi_in, a->spi_out);
				assert_int_equal(peer->current->spi_out, a->spi_in);
			}
			assert_true(both_quiet(net));
		}
		assert_int_equal(node_count(&net->nodes[0], "child-down"), 0);
		assert_no_gap(net);
		net_free(net);
	}
}

static unsigned int qm3_to_drop;

/* Quick mode's third message: encrypted, exchange 32, and short (a hash alone) */
static bool drop_qm3(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	if (from || p[18] != XCHG_QUICK || len > 100 || !qm3_to_drop)
		return false;
	qm3_to_drop--;
	return true;
}

static void lost_third_message(void **state)
{
	(void)state;
	for (unsigned int lost = 1; lost <= 4; lost++) {
		struct net *net = lifetimes(110 + lost, 86400, 3600, START_AUTO, START_PASSIVE);
		struct node *a = &net->nodes[0];

		net->drop = drop_qm3;
		qm3_to_drop = lost * 4;
		assert_true(net_until(net, 60000, both_up));
		assert_int_equal(qm3_to_drop, 0);
		net->traffic_ms = 100;
		net_run(net, 5000);
		assert_int_equal(a->esp_lost + net->nodes[1].esp_lost, 0);
		assert_true(both_quiet(net));
		net_free(net);
	}
}

static unsigned int qm_number, qm_seen, qm_lose;

/* The @qm_number-th datagram of a quick mode, and what is sent in its place until @qm_lose are lost */
static bool drop_one_qm(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	static const unsigned int sender[] = { 0, 1, 0 };

	(void)net;
	if (p[18] != XCHG_QUICK || from != sender[qm_number] || (qm_number == 2) != (!from && len <= 100))
		return false;
	return qm_seen++ < qm_lose;
}

/* Each of the three messages of a rekey, lost up to four times, under traffic: nothing of it is lost. */
static void any_message_of_a_rekey_may_be_lost(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 3 * 4; i++) {
		struct net *net = lifetimes(170 + i, 86400, 3600, START_AUTO, i & 1 ? START_AUTO : START_PASSIVE);
		struct child_sa *old;
		uint32_t spi;

		assert_true(net_until(net, 20000, both_up));
		net_run(net, 100 * 1000);
		assert_true(both_quiet(net));
		net->traffic_ms = 50;
		old = node_conn(&net->nodes[0], "site")->children[0].current;
		spi = old->spi_in;
		qm_number = i / 4;
		qm_lose = i % 4 + 1;
		qm_seen = 0;
		net->drop = drop_one_qm;
		csa_rekey_soon(old, 1);
		net_run(net, 40 * 1000);
		assert_true(qm_seen > 0);
		assert_int_not_equal(node_conn(&net->nodes[0], "site")->children[0].current->spi_in, spi);
		net_run(net, 80 * 1000);
		assert_true(both_quiet(net));
		assert_int_equal(node_count(&net->nodes[0], "child-down") + node_count(&net->nodes[1], "child-down"), 0);
		assert_no_gap(net);
		net_free(net);
	}
}

/* The first packet on the new pair proves it as well as message 3 would. */
static void esp_proves_the_pair_if_message_3_is_lost_for_good(void **state)
{
	struct net *net = lifetimes(120, 86400, 3600, START_AUTO, START_PASSIVE);

	(void)state;
	net->drop = drop_qm3;
	qm3_to_drop = 1000;
	net_run(net, 500);
	assert_int_equal(node_children_up(&net->nodes[1]), 0);
	for (uint32_t i = 1; i <= 4; i++)
		assert_true(net_esp(&net->nodes[0], net->nodes[0].children[0].peer_id, i));
	assert_true(net_until(net, 1000, both_up));
	qm3_to_drop = 0;
	net_run(net, 120000);
	assert_true(both_quiet(net));
	net_free(net);
}

/* Its notification can be lost as well: the counters show the packet. */
static void counters_prove_the_pair_too(void **state)
{
	struct net *net = lifetimes(121, 86400, 3600, START_AUTO, START_PASSIVE);

	(void)state;
	net->drop = drop_qm3;
	qm3_to_drop = 1000;
	net->nodes[1].lose_first_use = true;
	net_run(net, 500);
	for (uint32_t i = 1; i <= 4; i++)
		assert_true(net_esp(&net->nodes[0], net->nodes[0].children[0].peer_id, i));
	net_run(net, 1000);
	assert_int_equal(node_children_up(&net->nodes[1]), 0);
	kernel_query(node_conn(&net->nodes[1], "site"));
	net_step(net);
	assert_int_equal(node_children_up(&net->nodes[1]), 4);
	net_free(net);
}

static bool drop_quick(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)from;
	return len > 18 && p[18] == XCHG_QUICK;
}

static void fails_for_a_while(uint64_t seed)
{
	struct net *net = lifetimes(seed, 86400, 1200, START_AUTO, START_PASSIVE);
	struct node *a = &net->nodes[0];

	assert_true(net_until(net, 10000, both_up));
	net->traffic_ms = 100;
	net_run(net, 1000 * 1000);
	net->drop = drop_quick;
	net_run(net, 150 * 1000);
	assert_true(node_children_up(a) == 4);
	assert_true(node_count(a, "failed") > 0);
	assert_string_not_equal(node_failure(a, "site", 1), "");
	net->drop = NULL;
	net_run(net, 120 * 1000);
	/* whichever end has made the new pair: nothing is wrong any more */
	for (uint32_t k = 1; k <= 4; k++)
		assert_string_equal(node_failure(a, "site", k), "");
	assert_int_equal(node_count(a, "child-down"), 0);
	net_free(net);
}

/* and if it never works, the pair ends with its lifetime */
static void fails_for_good(uint64_t seed)
{
	struct net *net = lifetimes(seed, 86400, 120, START_AUTO, START_PASSIVE);
	struct node *a = &net->nodes[0];

	assert_true(net_until(net, 10000, both_up));
	net->drop = drop_quick;
	net_run(net, 125 * 1000);
	assert_int_equal(node_children_up(a), 0);
	assert_int_equal(node_count(a, "child-down"), 4);
	assert_int_equal(node_sas(a), 0);
	net->drop = NULL;
	assert_true(net_until(net, 130 * 1000, both_up));
	net_free(net);
}

static void a_rekey_that_fails_is_tried_until_the_end(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		fails_for_a_while(seed);
		fails_for_good(seed);
	}
}

static bool drop_phase1(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)from;
	return len > 18 && p[18] == XCHG_MAIN;
}

/* On demand, too: pairs that are up without an IKE SA hide the peer's death. */
static void phase1_of_pairs_in_use_comes_back(void **state)
{
	struct net *net = lifetimes(150, 300, 3600, START_ON_DEMAND, START_PASSIVE);
	struct node *a = &net->nodes[0];

	(void)state;
	net->traffic_ms = 500;
	assert_true(net_until(net, 10000, both_up));
	net->drop = drop_phase1;
	net_run(net, 400 * 1000);
	assert_int_equal(node_established(a), 0);
	assert_int_equal(node_children_up(a), 4);
	net->drop = NULL;
	net_run(net, 90 * 1000);
	assert_int_equal(node_established(a), 1);
	assert_int_equal(node_count(a, "child-down"), 0);
	net_free(net);
}

static void byte_limits_rekey(void **state)
{
	struct net *net = lifetimes(140, 86400, 3600, START_AUTO, START_AUTO);
	struct node *a = &net->nodes[0];
	struct child_sa *csa;
	struct ike_kernel_event ev = { .type = KEV_SOFT_EXPIRE, .ifname = "vpn0", .idle_ms = -1, .dir = SA_OUT };

	(void)state;
	assert_true(net_until(net, 10000, both_up));
	net_run(net, 3000);
	net->traffic_ms = 50;
	csa = node_conn(a, "site")->children[1].current;
	ev.peer_id = node_conn(a, "site")->peer_id;
	ev.child_id = 2;
	ev.spi = csa->spi_out;
	ike_kernel_event(a->e, net->now, &ev);
	net_run(net, 20000);
	assert_int_not_equal(node_conn(a, "site")->children[1].current->spi_out, ev.spi);
	assert_no_gap(net);
	/* a hard limit ends it; start = auto makes a new one */
	ev.type = KEV_HARD_EXPIRE;
	ev.spi = node_conn(a, "site")->children[1].current->spi_out;
	ike_kernel_event(a->e, net->now, &ev);
	assert_null(node_conn(a, "site")->children[1].current);
	net->traffic_ms = 0;
	assert_true(net_until(net, 20000, both_up));
	net_free(net);
}

static void the_peer_deletes_a_pair(void **state)
{
	struct net *net = lifetimes(150, 86400, 3600, START_AUTO, START_PASSIVE);
	struct conn *b;

	(void)state;
	assert_true(net_until(net, 10000, both_up));
	net_run(net, 20000);
	b = node_conn(&net->nodes[1], "site");
	csa_delete(b->children[0].current, FAIL_ADMIN_DOWN, WHO_US, NULL);
	net_step(net);
	net_run(net, 15);
	assert_int_equal(node_children_up(&net->nodes[0]), 3);
	assert_string_equal(node_failure(&net->nodes[0], "site", 1), "peer-deleted");
	assert_true(net_until(net, 5000, both_up));
	assert_string_equal(node_failure(&net->nodes[0], "site", 1), "");
	net_free(net);
}

static void the_peer_deletes_phase1(void **state)
{
	struct net *net = lifetimes(151, 86400, 3600, START_AUTO, START_PASSIVE);
	struct conn *a, *b;
	uint32_t spi;

	(void)state;
	assert_true(net_until(net, 10000, both_up));
	net_run(net, 20000);
	net->traffic_ms = 50;
	a = node_conn(&net->nodes[0], "site");
	b = node_conn(&net->nodes[1], "site");
	spi = a->children[0].current->spi_in;
	v1_send_delete_ike(b->ike);
	ike_sa_kill(b->ike);
	net_run(net, 15);
	assert_null(a->ike);
	assert_int_equal(node_children_up(&net->nodes[0]), 4);
	net_run(net, 5000);
	assert_non_null(a->ike);
	/* every child is renewed under the new one, make before break */
	assert_int_not_equal(a->children[0].current->spi_in, spi);
	net_run(net, 90000);
	assert_true(both_quiet(net));
	assert_no_gap(net);
	net_free(net);
}

/*
 * The peer ends the pair in use, and both are back at the one before; then the
 * IKE SA in use, as if it left, and another is there. It does not leave: what we
 * end for it, it is told of, so that it does not send into the void.
 */
static void what_ends_with_an_ike_sa_is_said(void **state)
{
	struct net *net = lifetimes(90, 28800, 3600, START_AUTO, START_PASSIVE);
	struct conn *c = site_conn(net, 0);
	struct child_sa *old;
	struct ike_sa *used;

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net->traffic_ms = 200;
	net_run(net, 5000);
	old = c->children[0].current;
	c->children[0].wanted = true;
	conn_pump_soon(c);
	conn_renew_phase1(c);
	net_run(net, 1000);
	used = c->ike;
	assert_ptr_not_equal(c->children[0].current, old);
	ike_tick(c->e, net->now);
	csa_delete(c->children[0].current, FAIL_EXPIRED, WHO_NOBODY, NULL);
	net_step(net);
	net_run(net, 1000);
	assert_ptr_equal(c->children[0].current, old);
	ike_tick(c->e, net->now);
	v1_send_delete_ike(used);
	ike_sa_kill(used);
	conn_use_ike(c, c->ikes);
	net_step(net);
	net_run(net, 30 * 1000);
	assert_true(both_up(net));
	assert_true(net_consistent(net));
	/* those that were on their way */
	assert_true(net->nodes[0].esp_lost <= 1 && net->nodes[1].esp_lost <= 1);
	net_free(net);
}

/* A passive end begins no phase 1 to renew a pair in; when the peer has, it does. */
static void a_passive_end_makes_up_for_it(void **state)
{
	struct net *net = lifetimes(91, 28800, 3600, START_AUTO, START_PASSIVE);
	uint32_t spi;

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net_run(net, CROSSING + 1000);
	for (unsigned int i = 0; i < 2; i++)
		ike_sa_kill(site_conn(net, i)->ike);
	spi = site_conn(net, 1)->children[0].current->spi_in;
	csa_rekey_soon(site_conn(net, 1)->children[0].current, THEIRS_FIRST);
	net_run(net, THEIRS_FIRST + 1000);
	assert_null(site_conn(net, 1)->ike);
	conn_initiate(site_conn(net, 0));
	net_run(net, 10 * 1000);
	assert_non_null(site_conn(net, 1)->ike);
	assert_int_not_equal(site_conn(net, 1)->children[0].current->spi_in, spi);
	assert_int_equal(node_count(&net->nodes[1], "child-rekeyed"), 1);
	assert_true(both_up(net));
	net_free(net);
}

/* The ends disagree on how long a phase 1 lives: the one that ends it says so. */
static void an_end_that_comes_early_is_told(void **state)
{
	struct net *net = lifetimes(160, 120, 3600, START_AUTO, START_PASSIVE);
	struct conn *a;

	(void)state;
	assert_true(net_until(net, 10000, both_up));
	a = node_conn(&net->nodes[0], "site");
	timer_stop(&a->e->timers, &a->ike->rekey);
	timer_stop(&a->e->timers, &a->ike->expire);
	net->traffic_ms = 100;
	net_run(net, 125 * 1000);
	assert_int_equal(node_count(&net->nodes[0], "ike-down"), 1);
	assert_int_equal(node_established(&net->nodes[0]), 1);
	assert_int_equal(node_established(&net->nodes[1]), 1);
	assert_no_gap(net);
	net_free(net);
}

static void unequal_lifetimes(void **state)
{
	struct net *net = net_new(2, 161);
	struct conn_cfg *a = site_cfg(net, 0, 1, "site"), *b = site_cfg(net, 1, 0, "site");

	(void)state;
	b->start = START_PASSIVE;
	b->ike_lifetime = 300;
	b->esp_lifetime = 90;
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	assert_true(net_until(net, 10000, both_up));
	net->traffic_ms = 100;
	net_run(net, 1800 * 1000);
	assert_int_equal(node_count(&net->nodes[0], "child-down") + node_count(&net->nodes[1], "child-down"), 0);
	assert_no_gap(net);
	net_free(net);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(children_rekey_without_a_gap),
		cmocka_unit_test(a_message_that_the_peer_cannot_read_is_made_good),
		cmocka_unit_test(a_peer_that_can_never_read_is_left_in_peace),
		cmocka_unit_test(one_way_traffic_moves_over_too),
		cmocka_unit_test(the_old_pair_is_drained_and_deleted),
		cmocka_unit_test(phase1_rekeys_and_keeps_the_old_one),
		cmocka_unit_test(a_wide_margin_renews_too),
		cmocka_unit_test(both_phases_for_hours),
		cmocka_unit_test(simultaneous_rekeys_end_in_one_pair),
		cmocka_unit_test(any_message_of_a_rekey_may_be_lost),
		cmocka_unit_test(lost_third_message),
		cmocka_unit_test(esp_proves_the_pair_if_message_3_is_lost_for_good),
		cmocka_unit_test(counters_prove_the_pair_too),
		cmocka_unit_test(a_rekey_that_fails_is_tried_until_the_end),
		cmocka_unit_test(phase1_of_pairs_in_use_comes_back),
		cmocka_unit_test(byte_limits_rekey),
		cmocka_unit_test(the_peer_deletes_a_pair),
		cmocka_unit_test(the_peer_deletes_phase1),
		cmocka_unit_test(what_ends_with_an_ike_sa_is_said),
		cmocka_unit_test(a_passive_end_makes_up_for_it),
		cmocka_unit_test(an_end_that_comes_early_is_told),
		cmocka_unit_test(unequal_lifetimes),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
