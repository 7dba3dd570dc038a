// SPDX-License-Identifier: GPL-2.0
/*
 * Anything at any moment: bad lines, reboots, commands, reloads, kernel events,
 * refusals. Whatever happened, when it is over the tunnels are up, both ends
 * agree, and nothing is left over.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/net.h"

#ifndef SEEDS
#define SEEDS 150
#endif
#define STEPS 60

struct chaos {
	struct net *net;
	uint64_t r;
	bool nat;
};

static uint64_t chance(struct chaos *x, uint64_t n)
{
	x->r = x->r * 6364136223846793005ull + 1442695040888963407ull;
	return (x->r >> 33) % n;
}

static struct conn_cfg *make_cfg(struct chaos *x, unsigned int i, bool final)
{
	struct conn_cfg *c = site_cfg(x->net, i, 1 - i, "site");

	c->start = i ? START_AUTO : (enum start_mode)(x->nat ? START_PASSIVE : chance(x, 3));
	if (final && !x->nat)
		c->start = START_AUTO;
	c->ike_lifetime = 300 + (uint32_t)chance(x, 600);
	c->esp_lifetime = 60 + (uint32_t)chance(x, 300);
	c->dpd = DPD_PERIODIC;
	c->dpd_idle = 10 + (uint32_t)chance(x, 20);
	if (!x->nat)
		return c;
	c->local_id.type = c->remote_id.type = IDT_FQDN;
	c->local_id.len = c->remote_id.len = 1;
	c->local_id.data[0] = (uint8_t)('a' + i);
	c->remote_id.data[0] = (uint8_t)('b' - i);
	if (!i)
		memset(&c->remote, 0, sizeof(c->remote));
	return c;
}

static void random_kernel_event(struct chaos *x, struct node *n)
{
	static const enum kev_type types[] = { KEV_SOFT_EXPIRE, KEV_HARD_EXPIRE, KEV_ACQUIRE, KEV_RESYNC, KEV_FIRST_USE };
	struct ike_kernel_event ev = { .type = types[chance(x, 5)], .ifname = "vpn0", .idle_ms = -1 };
	const struct k_sa *sa = &n->sas[chance(x, 24)];
	struct conn *c = node_conn(n, "site");

	ev.peer_id = c ? c->peer_id : 1;
	ev.child_id = 1 + (uint32_t)chance(x, 5);
	ev.dir = sa->dir;
	ev.spi = sa->spi;
	if (ev.type == KEV_FIRST_USE && !sa->used)
		return;
	ike_kernel_event(n->e, x->net->now, &ev);
	if (ev.type == KEV_RESYNC && c) {
		struct ike_kernel_event stats = { .type = KEV_STATS, .ifname = "vpn0", .idle_ms = -1 };

		for (unsigned int i = 0; i < K_SAS_MAX; i++) {
			if (!n->sas[i].used)
				continue;
			stats.peer_id = n->sas[i].peer_id;
			stats.child_id = n->sas[i].child_id;
			stats.spi = n->sas[i].spi;
			stats.dir = n->sas[i].dir;
			stats.packets = n->sas[i].packets;
			ike_kernel_event(n->e, x->net->now, &stats);
		}
	}
}

static void lose_something(struct chaos *x, struct node *n)
{
	struct conn *c = node_conn(n, "site");
	struct child_sa *csa;

	if (!c)
		return;
	csa = c->children[chance(x, c->n_children)].current;
	if (chance(x, 2) && c->ike)
		v1_send_delete_ike(c->ike);
	else if (csa && c->ike)
		v1_send_delete_esp(c->ike, &csa->spi_in, 1);
}

static void one_step(struct chaos *x)
{
	static const enum ike_action_type refusals[] = { ACT_SA_INSTALL, ACT_SA_PROMOTE, ACT_CHILD_NEW, ACT_PEER_NEW };
	unsigned int i = (unsigned int)chance(x, 2);
	struct net *net = x->net;
	struct node *n = &net->nodes[i];
	char err[64];

	switch (chance(x, 14)) {
	case 0:
		net_reboot(net, i);
		break;
	case 1:
		ike_cmd(n->e, net->now, CMD_DOWN, "site", err, sizeof(err));
		break;
	case 2:
		ike_cmd(n->e, net->now, CMD_UP, "site", err, sizeof(err));
		break;
	case 3:
		net_configure1(net, i, make_cfg(x, i, false));
		break;
	case 4:
		net_configure(net, i, NULL, 0);
		break;
	case 5:
		net->loss = (unsigned int)chance(x, 60);
		net->dup = (unsigned int)chance(x, 30);
		net->reorder = (unsigned int)chance(x, 30);
		break;
	case 6:
		n->down = !n->down;
		break;
	case 7:
		n->refuse = (int)refusals[chance(x, 4)];
		break;
	case 8:
		if (x->nat)
			net->nodes[1].nat_shift = 1000 * (1 + (unsigned int)chance(x, 20));
		break;
	case 9:
		lose_something(x, n);
		break;
	case 10:
		net->traffic_ms = (unsigned int)chance(x, 3) * 500;
		break;
	default:
		random_kernel_event(x, n);
	}
	net_step(net);
}

static void calm_down(struct chaos *x)
{
	struct net *net = x->net;

	net->loss = net->dup = net->reorder = 0;
	net->traffic_ms = 1000;
	for (unsigned int i = 0; i < 2; i++) {
		net->nodes[i].down = false;
		net->nodes[i].refuse = -1;
		net_configure1(net, i, make_cfg(x, i, true));
	}
}

static bool agreed(struct net *net)
{
	return both_up(net) && net_consistent(net);
}

static void run(uint64_t seed, bool nat)
{
	struct chaos x = { .net = net_new(2, seed), .r = seed * 7 + nat, .nat = nat };
	unsigned int seed_shown = (unsigned int)seed;

	if (nat) {
		addr_parse("198.51.100.9", &x.net->nodes[1].nat_addr);
		x.net->nodes[1].nat_shift = 10000;
	}
	for (unsigned int i = 0; i < 2; i++)
		net_configure1(x.net, i, make_cfg(&x, i, false));
	for (unsigned int step = 0; step < STEPS; step++) {
		net_run(x.net, chance(&x, 3) ? chance(&x, 200) : chance(&x, 60000));
		one_step(&x);
	}
	calm_down(&x);
	if (!net_until(x.net, 600 * 1000, agreed))
		fail_msg("seed %u does not come up", seed_shown);
	net_run(x.net, 400 * 1000);
	if (!agreed(x.net))
		fail_msg("seed %u does not stay up", seed_shown);
	for (unsigned int i = 0; i < 2; i++) {
		struct node *n = &x.net->nodes[i];

		n->esp_lost = n->no_sa = n->esp_received = 0;
		if (node_sas(n) > 24 || HASH_COUNT(n->e->sas) > 8)
			fail_msg("seed %u piles up", seed_shown);
	}
	net_run(x.net, 60 * 1000);
	for (unsigned int i = 0; i < 2; i++) {
		if (x.net->nodes[i].no_sa || x.net->nodes[i].esp_lost)
			fail_msg("seed %u loses packets", seed_shown);
		assert_true(x.net->nodes[i].esp_received >= 4 * 58);
		ike_shutdown(x.net->nodes[i].e, x.net->now);
		net_step(x.net);
		assert_int_equal(node_sas(&x.net->nodes[i]), 0);
	}
	net_free(x.net);
}

static uint64_t first_seed(void)
{
	const char *s = getenv("CHAOS_SEED");

	return s ? strtoull(s, NULL, 10) : 1;
}

static void chaos(void **state)
{
	(void)state;
	for (uint64_t seed = first_seed(); seed <= SEEDS; seed++)
		run(seed, false);
}

static void chaos_behind_nat(void **state)
{
	(void)state;
	for (uint64_t seed = first_seed(); seed <= SEEDS; seed++)
		run(seed, true);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chaos),
		cmocka_unit_test(chaos_behind_nat),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
