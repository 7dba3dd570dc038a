// SPDX-License-Identifier: GPL-2.0
/* Connections come up: who starts, what the kernel is told, and that four pairs share one IKE SA. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/net.h"
#include "core/policy.h"

static void assert_clean(struct net *net)
{
	for (unsigned int i = 0; i < net->n; i++) {
		assert_int_equal(net->nodes[i].kernel_errors, 0);
		assert_int_equal(net->nodes[i].refused, 0);
		assert_int_equal(net->nodes[i].violations, 0);
		assert_int_equal(net->nodes[i].esp_lost, 0);
	}
	assert_true(net_consistent(net));
}

static void four_pairs_under_one_ike_sa(void **state)
{
	struct net *net = net_sites(1, START_AUTO, START_PASSIVE);

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 5000);
	for (unsigned int i = 0; i < 2; i++) {
		struct node *n = &net->nodes[i];
		struct conn *c = node_conn(n, "site");

		assert_int_equal(node_established(n), 1);
		assert_int_equal(HASH_COUNT(n->e->sas), 1);
		assert_int_equal(node_sas(n), 8);
		assert_int_equal(node_count(n, "ike-up"), 1);
		assert_int_equal(node_count(n, "child-up"), 4);
		assert_int_equal(node_count(n, "failed"), 0);
		assert_int_equal(c->ike->role, i ? ROLE_RESPONDER : ROLE_INITIATOR);
		assert_int_equal(c->failure.cause, FAIL_NONE);
	}
	assert_clean(net);
	net->traffic_ms = 100;
	net_run(net, 2000);
	assert_true(net->nodes[1].esp_received >= 4 * 19);
	assert_true(net->nodes[0].esp_received >= 4 * 19);
	assert_int_equal(net->nodes[0].no_sa + net->nodes[1].no_sa, 0);
	assert_clean(net);
	net_free(net);
}

/* What is in the kernel before any SA is: peers and children, so that nothing leaves in clear. */
static void kernel_is_ready_at_once(void **state)
{
	struct net *net = net_new(2, 2);
	struct conn_cfg *cfg = site_cfg(net, 0, 1, "site");
	struct node *n = &net->nodes[0];

	(void)state;
	cfg->start = START_ON_DEMAND;
	net_configure1(net, 0, cfg);
	assert_true(n->peers[0].used);
	assert_true(addr_eq(&n->peers[0].p.remote, &net->nodes[1].addr));
	for (unsigned int i = 0; i < 4; i++) {
		assert_true(n->children[i].used);
		assert_int_equal(n->children[i].child_id, i + 1);
		assert_true(n->children[i].acquire);
	}
	assert_int_equal(n->sent, 0);
	assert_int_equal(n->kernel_errors, 0);
	net_free(net);
}

static void passive_has_no_acquire_and_never_starts(void **state)
{
	struct net *net = net_sites(3, START_PASSIVE, START_PASSIVE);

	(void)state;
	assert_false(net->nodes[0].children[0].acquire);
	net->traffic_ms = 100;
	net_run(net, 120000);
	assert_int_equal(net->nodes[0].sent + net->nodes[1].sent, 0);
	net_free(net);
}

static bool one_up(struct net *net)
{
	return node_children_up(&net->nodes[0]) == 1 && node_children_up(&net->nodes[1]) == 1;
}

static void on_demand_starts_only_what_is_asked_for(void **state)
{
	struct net *net = net_sites(4, START_ON_DEMAND, START_PASSIVE);
	struct node *n = &net->nodes[0];
	uint32_t peer = n->children[2].peer_id;

	(void)state;
	net_run(net, 60000);
	assert_int_equal(n->sent, 0);
	assert_false(net_esp(n, peer, 3));
	assert_true(net_until(net, 5000, one_up));
	net_run(net, 10000);
	assert_true(one_up(net));
	assert_non_null(node_conn(n, "site")->children[2].current);
	assert_true(net_esp(n, peer, 3));
	assert_false(net_esp(n, peer, 1));
	net_run(net, 5000);
	assert_int_equal(node_children_up(n), 2);
	assert_int_equal(HASH_COUNT(n->e->sas), 1);
	assert_clean(net);
	net_free(net);
}

static void responder_with_auto_starts_what_the_peer_does_not(void **state)
{
	struct net *net = net_sites(5, START_ON_DEMAND, START_AUTO);

	(void)state;
	assert_true(net_until(net, 20000, both_up));
	assert_clean(net);
	net_free(net);

	/* the initiator asks for one pair, the responder adds the rest after its grace */
	net = net_sites(6, START_ON_DEMAND, START_AUTO);
	net->nodes[1].mute = true;	/* its own attempts get nowhere */
	net_esp(&net->nodes[0], net->nodes[0].children[0].peer_id, 1);
	net_run(net, 100);
	net->nodes[1].mute = false;
	assert_true(net_until(net, 20000, both_up));
	net_run(net, 20000);
	assert_int_equal(node_sas(&net->nodes[0]), 8);
	assert_clean(net);
	net_free(net);
}

/* Every IKE SA of one end is known at the other. */
static bool ike_sas_agree(struct net *net)
{
	struct ike_sa *sa, *tmp;

	for (unsigned int i = 0; i < 2; i++) {
		HASH_ITER(hh, net->nodes[i].e->sas, sa, tmp)
			if (!ike_sa_by_cookie(net->nodes[1 - i].e,
					      sa->role == ROLE_INITIATOR ? sa->cky_r : sa->cky_i))
				return false;
	}
	return true;
}

/* Both send what they have to say with the same one. */
static bool same_ike_sa(struct net *net)
{
	const struct ike_sa *a = node_conn(&net->nodes[0], "site")->ike, *b = node_conn(&net->nodes[1], "site")->ike;

	return a && b && !memcmp(a->cky_i, b->cky_i, sizeof(a->cky_i)) && !memcmp(a->cky_r, b->cky_r, sizeof(a->cky_r));
}

static void both_initiate_at_once(void **state)
{
	(void)state;
	for (uint64_t seed = 100; seed < 260; seed++) {
		struct net *net = net_new(2, seed);

		net_configure1(net, 0, site_cfg(net, 0, 1, "site"));
		net_run(net, seed % 80);	/* the second phase 1 begins at each stage of the first */
		net_configure1(net, 1, site_cfg(net, 1, 0, "site"));
		assert_true(net_until(net, 20000, both_up));
		net_run(net, 120000);
		assert_true(both_quiet(net));
		assert_true(HASH_COUNT(net->nodes[0].e->sas) <= 2);
		assert_true(ike_sas_agree(net));
		assert_true(same_ike_sa(net));
		for (unsigned int i = 0; i < 2; i++) {
			assert_int_equal(node_established(&net->nodes[i]), 1);
			assert_int_equal(node_count(&net->nodes[i], "child-down"), 0);
			assert_int_equal(node_count(&net->nodes[i], "ike-down"), 0);
		}
		net->traffic_ms = 50;
		net_run(net, 2000);
		assert_clean(net);
		assert_int_equal(net->nodes[0].no_sa + net->nodes[1].no_sa, 0);
		net_free(net);
	}
}

static bool message5_lost;

/* The first message 5 of node 1's own phase 1 */
static bool drop_message5(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	const struct ike_sa *sa = len > ISAKMP_HDR_LEN ? ike_sa_by_cookie(net->nodes[1].e, p) : NULL;

	if (message5_lost || from != 1 || !sa || sa->role != ROLE_INITIATOR || p[18] != XCHG_MAIN || !(p[19] & 1))
		return false;
	message5_lost = true;
	return true;
}

/*
 * Both initiate, and INITIAL-CONTACT in a message 5 comes when the other phase
 * 1 has long been up: what overlaps with it is not older than it.
 */
static void late_initial_contact_ends_nothing(void **state)
{
	struct net *net = net_new(2, 12);

	(void)state;
	message5_lost = false;
	net->drop = drop_message5;
	net_configure1(net, 0, site_cfg(net, 0, 1, "site"));
	net_configure1(net, 1, site_cfg(net, 1, 0, "site"));
	net_run(net, 60 * 1000);
	assert_true(message5_lost);
	assert_true(both_up(net));
	assert_true(ike_sas_agree(net));
	assert_true(same_ike_sa(net));
	assert_int_equal(HASH_COUNT(net->nodes[0].e->sas), 2);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(node_count(&net->nodes[i], "child-down"), 0);
	assert_clean(net);
	net_free(net);
}

/*
 * One was up long before the other could be reached: the first message of that
 * other's own phase 1, sent again, comes when the peer's has just been set up.
 */
static void a_late_answer_makes_the_same_choice(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 40; seed++) {
		struct net *net = net_new(2, seed);

		net_configure1(net, 0, site_cfg(net, 0, 1, "site"));
		net->nodes[1].down = true;
		net_run(net, 3000 + seed * 97);
		net->nodes[1].down = false;
		net_configure1(net, 1, site_cfg(net, 1, 0, "site"));
		assert_true(net_until(net, 20000, both_up));
		net_run(net, 30000);
		assert_true(same_ike_sa(net));
		for (unsigned int i = 0; i < 2; i++)
			assert_int_equal(node_established(&net->nodes[i]), 1);
		assert_clean(net);
		net_free(net);
	}
}

/* Both renew phase 1 at the same moment: the choice is among the two new ones. */
static void both_renew_at_once(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 40; seed++) {
		struct net *net = net_sites(seed, START_AUTO, START_AUTO);
		uint64_t born;

		assert_true(net_until(net, 20000, both_up));
		net_run(net, 60000);
		born = net->now;
		for (unsigned int i = 0; i < 2; i++) {
			ike_tick(net->nodes[i].e, net->now);
			conn_renew_phase1(node_conn(&net->nodes[i], "site"));
		}
		net_run(net, 30000);
		assert_true(same_ike_sa(net));
		assert_true(node_conn(&net->nodes[0], "site")->ike->born >= born);
		assert_true(both_up(net));
		assert_clean(net);
		net_free(net);
	}
}

static void remote_any_learns_its_peer(void **state)
{
	struct net *net = net_new(2, 7);
	struct conn_cfg *hub = site_cfg(net, 0, 1, "spoke"), *spoke = site_cfg(net, 1, 0, "hub");

	(void)state;
	memset(&hub->remote, 0, sizeof(hub->remote));
	hub->start = START_PASSIVE;
	net_configure1(net, 0, hub);
	assert_false(net->nodes[0].peers[0].used);
	net_configure1(net, 1, spoke);
	assert_true(net_until(net, 5000, both_up));
	assert_true(net->nodes[0].peers[0].used);
	assert_true(addr_eq(&net->nodes[0].peers[0].p.remote, &net->nodes[1].addr));
	net->traffic_ms = 100;
	net_run(net, 1000);
	assert_clean(net);
	net_free(net);
}

/* Two connections for peers at any address: the identity decides which one it is. */
static void identity_picks_the_connection(void **state)
{
	struct net *net = net_new(3, 8);
	struct conn_cfg *hub[2];

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct conn_cfg *spoke = site_cfg(net, i + 1, 0, "hub");
		char name[16];

		snprintf(name, sizeof(name), "spoke%u", i + 1);
		hub[i] = site_cfg(net, 0, i + 1, name);
		memset(&hub[i]->remote, 0, sizeof(hub[i]->remote));
		hub[i]->start = START_PASSIVE;
		hub[i]->remote_id.type = IDT_FQDN;
		hub[i]->remote_id.len = (size_t)snprintf((char *)hub[i]->remote_id.data, V1_ID_MAX, "%s.example", name);
		spoke->local_id = hub[i]->remote_id;
		if (!i)
			net_configure1(net, 1, spoke);
		else
			net_configure1(net, 2, spoke);
	}
	net_configure(net, 0, hub, 2);
	assert_true(net_until(net, 60000, both_up));
	assert_true(addr_eq(&node_conn(&net->nodes[0], "spoke2")->kpeer.remote, &net->nodes[2].addr));
	net->traffic_ms = 100;
	net_run(net, 1000);
	assert_clean(net);
	net_free(net);
}

static void up_and_down_by_command(void **state)
{
	struct net *net = net_sites(9, START_ON_DEMAND, START_PASSIVE);
	struct node *n = &net->nodes[0];
	char err[128];

	(void)state;
	assert_false(ike_cmd(n->e, net->now, CMD_UP, "sight", err, sizeof(err)));
	assert_true(ike_cmd(n->e, net->now, CMD_UP, "site", err, sizeof(err)));
	assert_true(net_until(net, 5000, both_up));
	assert_true(ike_cmd(n->e, net->now, CMD_DOWN, "site", err, sizeof(err)));
	net_run(net, 1000);
	assert_int_equal(node_sas(&net->nodes[0]) + node_sas(&net->nodes[1]), 0);
	assert_int_equal(HASH_COUNT(net->nodes[0].e->sas) + HASH_COUNT(net->nodes[1].e->sas), 0);
	assert_string_equal(node_failure(n, "site", 0), "admin-down");
	assert_string_equal(node_failure(&net->nodes[1], "site", 0), "peer-deleted");
	net->traffic_ms = 500;
	net_run(net, 100000);		/* traffic does not bring it back */
	assert_int_equal(node_children_up(n), 0);
	assert_true(n->children[0].used);
	net->traffic_ms = 0;
	assert_true(ike_cmd(n->e, net->now, CMD_UP, "site", err, sizeof(err)));
	assert_true(net_until(net, 5000, both_up));
	net_free(net);
}

static void shutdown_tells_the_peer_and_clears_the_kernel(void **state)
{
	struct net *net = net_sites(10, START_AUTO, START_PASSIVE);
	struct node *n = &net->nodes[0];

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	ike_shutdown(n->e, net->now);
	net_run(net, 1000);
	assert_int_equal(node_sas(n), 0);
	assert_false(n->peers[0].used);
	for (unsigned int i = 0; i < K_CHILDREN_MAX; i++)
		assert_false(n->children[i].used);
	assert_int_equal(node_sas(&net->nodes[1]), 0);
	assert_int_equal(HASH_COUNT(net->nodes[1].e->sas), 0);
	assert_int_equal(n->kernel_errors, 0);
	assert_true(ike_deadline(n->e) == UINT64_MAX);
	net_free(net);
}

static void every_suite_and_group(void **state)
{
	static const char *const ike[] = { "aes128-sha1-modp1536", "aes192-sha256-modp2048", "aes256-sha384-ecp256",
					   "aes256-sha512-ecp384", "aes128-sha256-ecp521", "3des-md5-modp1024" };
	static const char *const esp[] = { "aes128-sha1", "aes192-sha256", "aes256-sha384", "aes256-sha512",
					   "aes256gcm16", "3des-md5" };

	(void)state;
	for (unsigned int i = 0; i < 6; i++) {
		struct net *net = net_new(2, 20 + i);

		for (unsigned int k = 0; k < 2; k++) {
			struct conn_cfg *c = site_cfg(net, 1 - k, k, "site");
			char err[128];

			assert_true(ike_suite_parse(ike[i], &c->ike[0], err, sizeof(err)));
			assert_true(esp_suite_parse(esp[i], &c->esp[0], err, sizeof(err)));
			c->pfs = i & 1 ? DH_NONE : c->ike[0].group;
			c->weak_crypto = true;
			c->start = k ? START_AUTO : START_PASSIVE;
			net_configure1(net, 1 - k, c);
		}
		assert_true(net_until(net, 5000, both_up));
		net->traffic_ms = 100;
		net_run(net, 1000);
		assert_clean(net);
		net_free(net);
	}
}

static void stranger_is_remembered(void **state)
{
	struct net *net = net_new(3, 11);
	struct node *n = &net->nodes[0];

	(void)state;
	net_configure1(net, 0, site_cfg(net, 0, 1, "site"));
	net_configure1(net, 2, site_cfg(net, 2, 0, "wrong"));
	net_run(net, 10000);
	assert_true(node_counter(n, "unknown_peer") >= 2);
	assert_true(n->e->strays[0].count >= 2);
	assert_int_equal(n->e->strays[1].count, 0);
	assert_int_equal(n->e->strays[0].failure.cause, FAIL_UNKNOWN_PEER);
	assert_true(addr_eq(&n->e->strays[0].remote, &net->nodes[2].addr));
	net_free(net);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_pairs_under_one_ike_sa),
		cmocka_unit_test(kernel_is_ready_at_once),
		cmocka_unit_test(passive_has_no_acquire_and_never_starts),
		cmocka_unit_test(on_demand_starts_only_what_is_asked_for),
		cmocka_unit_test(responder_with_auto_starts_what_the_peer_does_not),
		cmocka_unit_test(both_initiate_at_once),
		cmocka_unit_test(a_late_answer_makes_the_same_choice),
		cmocka_unit_test(both_renew_at_once),
		cmocka_unit_test(late_initial_contact_ends_nothing),
		cmocka_unit_test(remote_any_learns_its_peer),
		cmocka_unit_test(identity_picks_the_connection),
		cmocka_unit_test(up_and_down_by_command),
		cmocka_unit_test(shutdown_tells_the_peer_and_clears_the_kernel),
		cmocka_unit_test(every_suite_and_group),
		cmocka_unit_test(stranger_is_remembered),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
