// SPDX-License-Identifier: GPL-2.0
/* NAT between the ends: floating to port 4500, keepalives, mappings that change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "core/net.h"

/* Node 1 is behind a NAT; node 0 knows it as a peer at any address, by its name. */
static struct net *behind_nat(uint64_t seed, bool force)
{
	struct net *net = net_new(2, seed);
	struct conn_cfg *hub = site_cfg(net, 0, 1, "spoke"), *spoke = site_cfg(net, 1, 0, "hub");

	if (!force) {
		addr_parse("198.51.100.9", &net->nodes[1].nat_addr);
		net->nodes[1].nat_shift = 10000;
	}
	memset(&hub->remote, 0, sizeof(hub->remote));
	hub->start = START_PASSIVE;
	hub->remote_id.type = IDT_FQDN;
	hub->remote_id.len = 5;
	memcpy(hub->remote_id.data, "spoke", 5);
	spoke->local_id = hub->remote_id;
	spoke->ike_lifetime = hub->ike_lifetime = 1200;
	spoke->esp_lifetime = hub->esp_lifetime = 400;
	hub->dpd = spoke->dpd = DPD_PERIODIC;
	if (force)
		spoke->encap = hub->encap = ENCAP_FORCE_UDP;
	net_configure1(net, 0, hub);
	net_configure1(net, 1, spoke);
	return net;
}

static void floats_to_4500(void **state)
{
	struct net *net = behind_nat(1, false);
	struct conn *hub = node_conn(&net->nodes[0], "spoke"), *spoke = node_conn(&net->nodes[1], "hub");

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000);
	assert_true(spoke->ike->path.natt && hub->ike->path.natt);
	assert_true(spoke->ike->nat_local && !spoke->ike->nat_remote);
	assert_true(hub->ike->nat_remote && !hub->ike->nat_local);
	assert_true(hub->kpeer.udp && spoke->kpeer.udp);
	assert_int_equal(endpoint_port(&hub->kpeer.remote), 14500);
	assert_int_equal(endpoint_port(&spoke->kpeer.remote), 4500);
	assert_true(net->nodes[1].sent_natt > 0);
	net->traffic_ms = 100;
	net_run(net, 2000);
	assert_int_equal(net->nodes[0].esp_lost + net->nodes[1].esp_lost, 0);
	assert_true(net->nodes[0].esp_received > 70 && net->nodes[1].esp_received > 70);
	net_free(net);
}

/* RFC 3948 4: who sits behind the NAT keeps it open; with SAs it is the kernel that does. */
static void keepalives_from_behind_the_nat_only(void **state)
{
	struct net *net = behind_nat(2, false);

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	assert_int_equal(net->nodes[0].peers[0].p.keepalive, 0);
	assert_int_equal(net->nodes[1].peers[0].p.keepalive, 20);
	net_run(net, 305 * 1000);
	assert_int_equal(net->nodes[0].keepalives + net->nodes[1].keepalives, 0);
	net_free(net);
}

/* An IKE SA alone has nothing in the kernel that would send anything. */
static void keepalives_without_sas(void **state)
{
	struct net *net = behind_nat(2, false);
	struct conn_cfg *cfg = site_cfg(net, 1, 0, "hub");

	(void)state;
	cfg->local_id = net->nodes[1].cfg.conns[0]->local_id;
	cfg->n_remote = 1;
	cfg->remote_subnets[0] = net_subnet("172.16.9.0/24");
	net_configure1(net, 1, cfg);
	net_run(net, 305 * 1000);
	assert_int_equal(node_established(&net->nodes[1]), 1);
	assert_int_equal(node_children_up(&net->nodes[1]), 0);
	assert_in_range(net->nodes[0].keepalives, 14, 16);
	assert_int_equal(net->nodes[1].keepalives, 0);
	net_free(net);
}

static void keepalives_off(void **state)
{
	struct net *net = behind_nat(2, false);
	struct conn_cfg *cfg = site_cfg(net, 1, 0, "hub");

	(void)state;
	cfg->local_id = net->nodes[1].cfg.conns[0]->local_id;
	cfg->nat_keepalive = 0;
	net_configure1(net, 1, cfg);
	assert_true(net_until(net, 5000, both_up));
	assert_int_equal(net->nodes[1].peers[0].p.keepalive, 0);
	net_run(net, 100 * 1000);
	assert_int_equal(net->nodes[0].keepalives, 0);
	net_free(net);
}

static void rekeys_of_both_phases(void **state)
{
	struct net *net = behind_nat(3, false);

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000);
	net->traffic_ms = 100;
	net_run(net, 4 * 3600 * 1000);
	assert_true(node_count(&net->nodes[1], "ike-rekeyed") >= 10);
	assert_int_equal(node_count(&net->nodes[1], "child-down") + node_count(&net->nodes[0], "child-down"), 0);
	assert_int_equal(net->nodes[0].esp_lost + net->nodes[1].esp_lost, 0);
	assert_int_equal(net->nodes[0].no_sa + net->nodes[1].no_sa, 0);
	assert_int_equal(net->nodes[0].kernel_errors + net->nodes[1].kernel_errors, 0);
	assert_true(node_conn(&net->nodes[1], "hub")->ike->path.natt);
	net_free(net);
}

/* The NAT reboots: another port. ESP tells, and the hub follows. */
static void mapping_changes(void **state)
{
	struct net *net = behind_nat(4, false);
	struct conn *hub = node_conn(&net->nodes[0], "spoke");

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net->traffic_ms = 100;
	net_run(net, 1000);
	net->nodes[1].nat_shift = 20000;
	net_run(net, 1000);
	assert_int_equal(endpoint_port(&hub->kpeer.remote), 24500);
	assert_int_equal(endpoint_port(&hub->ike->path.remote), 24500);
	net->nodes[1].esp_received = 0;
	net_run(net, 1000);
	assert_true(net->nodes[1].esp_received >= 4 * 9);
	net->traffic_ms = 0;
	/* without ESP an authenticated IKE message tells as well */
	net->nodes[1].nat_shift = 30000;
	net_run(net, 120 * 1000);
	assert_int_equal(endpoint_port(&hub->kpeer.remote), 34500);
	assert_int_equal(node_children_up(&net->nodes[0]), 4);
	assert_int_equal(node_count(&net->nodes[1], "dpd-timeout"), 0);
	net_free(net);
}

static void udp_without_a_nat(void **state)
{
	struct net *net = behind_nat(5, true);
	struct conn *hub = node_conn(&net->nodes[0], "spoke");

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	assert_true(hub->kpeer.udp);
	assert_true(hub->children[0].current->udp);
	net->traffic_ms = 100;
	net_run(net, 1000);
	assert_int_equal(net->nodes[0].esp_lost + net->nodes[1].esp_lost, 0);
	net_free(net);
}

static void no_nat_no_floating(void **state)
{
	struct net *net = net_sites(6, START_AUTO, START_AUTO);

	(void)state;
	assert_true(net_until(net, 20000, both_up));
	net_run(net, 100 * 1000);
	assert_int_equal(net->nodes[0].sent_natt + net->nodes[1].sent_natt, 0);
	assert_false(node_conn(&net->nodes[0], "site")->kpeer.udp);
	assert_int_equal(endpoint_port(&node_conn(&net->nodes[0], "site")->kpeer.remote), 0);
	net_free(net);
}

static void on_a_bad_line(void **state)
{
	(void)state;
	for (uint64_t seed = 10; seed < 60; seed++) {
		struct net *net = behind_nat(seed, false);

		net->loss = 20;
		net->dup = 10;
		assert_true(net_until(net, 600 * 1000, both_up));
		net->loss = net->dup = 0;
		net_run(net, 200 * 1000);
		assert_true(both_up(net) && net_consistent(net));
		net_free(net);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(floats_to_4500),
		cmocka_unit_test(keepalives_from_behind_the_nat_only),
		cmocka_unit_test(keepalives_without_sas),
		cmocka_unit_test(keepalives_off),
		cmocka_unit_test(rekeys_of_both_phases),
		cmocka_unit_test(mapping_changes),
		cmocka_unit_test(udp_without_a_nat),
		cmocka_unit_test(no_nat_no_floating),
		cmocka_unit_test(on_a_bad_line),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
