// SPDX-License-Identifier: GPL-2.0
/* Each row of the table of collisions: what stays, who ends the other, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/collision.h"
#include "core/direct.h"
#include "core/net.h"
#include "core/policy.h"
#include "core/v1/v1.h"

#define SPAN 62000	/* ms of retransmission with the default settings */

/* ---- the wire ---- */

/** struct wire - what is watched and what is lost; @lose: datagrams of @from not to pass, by number from @first on */
#define ANY 2

static struct wire {
	unsigned int from, seen, first, lose;	/* from: 0, 1, or ANY */
	unsigned int infos[2];		/* informational exchanges by sender: Deletes, here */
	bool (*also)(struct net *net, unsigned int from, const uint8_t *p, size_t len);
} wire;

static bool watch(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	unsigned int n = wire.seen;

	if (p[18] == XCHG_INFO)
		wire.infos[from]++;
	if (wire.from != ANY && wire.from != from)
		return wire.also && wire.also(net, from, p, len);
	wire.seen++;
	return (n >= wire.first && n - wire.first < wire.lose) || (wire.also && wire.also(net, from, p, len));
}

/* Of pairs that have crossed those of the larger identity stay; by address that is node 1. */
static bool node_0_is_larger;

static struct net *sites(uint64_t seed, uint32_t ike_life)
{
	struct net *net = net_new(2, seed);

	wire = (struct wire){ .from = ANY, .first = UINT32_MAX };
	net->drop = watch;
	for (unsigned int i = 0; i < 2; i++) {
		struct conn_cfg *c = site_cfg(net, 1 - i, i, "site");

		c->ike_lifetime = ike_life;
		c->dpd = DPD_OFF;	/* so that only Deletes are informational */
		if (node_0_is_larger) {
			c->local_id.type = c->remote_id.type = IDT_FQDN;
			c->local_id.len = c->remote_id.len = 1;
			c->local_id.data[0] = (uint8_t)('a' + i);
			c->remote_id.data[0] = (uint8_t)('b' - i);
		}
		net_configure1(net, 1 - i, c);
	}
	return net;
}

/* Up, and all that both ends' start at once may have left is gone */
static struct net *settled(uint64_t seed, uint32_t ike_life)
{
	struct net *net = sites(seed, ike_life);
	struct ike_sa *sa, *tmp;

	assert_true(net_until(net, 20000, both_up));
	net_run(net, 100 * 1000);
	assert_true(both_quiet(net));
	for (unsigned int i = 0; i < 2; i++)
		DL_FOREACH_SAFE(site_conn(net, i)->ikes, sa, tmp)
			if (sa->state == IKE_REKEYED)
				ike_sa_kill(sa);
	wire.infos[0] = wire.infos[1] = 0;
	return net;
}

static void assert_clean(struct net *net)
{
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(net->nodes[i].kernel_errors, 0);
		assert_int_equal(net->nodes[i].violations, 0);
		assert_int_equal(net->nodes[i].esp_lost, 0);
		assert_int_equal(net->nodes[i].no_sa, 0);
	}
	assert_true(net_consistent(net));
}

/* ---- phase 1 ---- */

static bool same_ike(struct net *net)
{
	const struct ike_sa *a = site_conn(net, 0)->ike, *b = site_conn(net, 1)->ike;

	return a && b && !memcmp(a->cky_i, b->cky_i, sizeof(a->cky_i)) && !memcmp(a->cky_r, b->cky_r, sizeof(a->cky_r));
}

static unsigned int ike_count(struct net *net, unsigned int i, enum ike_sa_state state)
{
	struct ike_sa *sa;
	unsigned int n = 0;

	DL_FOREACH(site_conn(net, i)->ikes, sa)
		n += sa->state == state;
	return n;
}

static bool holds_ike(struct net *net, unsigned int i, const struct ike_sa *like)
{
	return ike_sa_by_cookie(net->nodes[i].e, like->cky_i) || ike_sa_by_cookie(net->nodes[i].e, like->cky_r);
}

static void renew(struct net *net, unsigned int i)
{
	ike_tick(net->nodes[i].e, net->now);
	conn_renew_phase1(site_conn(net, i));
	net_step(net);
}

static void ike_renewed(enum survivor_role role)
{
	(void)role;
	for (unsigned int who = 0; who < 2; who++) {
		struct net *net = settled(10 + who, 1000);
		struct ike_sa old = *site_conn(net, 0)->ike;

		assert_int_equal(ike_count(net, 0, IKE_REKEYED), 0);
		net->traffic_ms = 100;
		renew(net, who);
		net_run(net, 1000);
		assert_true(same_ike(net));
		assert_int_equal(site_conn(net, who)->ike->role, ROLE_INITIATOR);
		assert_int_equal(ike_count(net, 0, IKE_REKEYED), 1);
		assert_int_equal(ike_count(net, 1, IKE_REKEYED), 1);
		net_run(net, old.expires - net->now - 1000);
		assert_true(holds_ike(net, 0, &old) && holds_ike(net, 1, &old));
		net_run(net, 2000);
		assert_false(holds_ike(net, 0, &old) || holds_ike(net, 1, &old));
		/* nobody said anything about it, and no pair was touched */
		assert_int_equal(wire.infos[0] + wire.infos[1], 0);
		assert_int_equal(node_count(&net->nodes[0], "child-rekeyed"), 0);
		assert_clean(net);
		net_free(net);
	}
}

/* Both begin at the same moment; the survivor is ours or the peer's, as @role says. */
static void ike_crossed(enum survivor_role role)
{
	unsigned int met = 0;

	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct net *net = settled(seed, 1000);
		const struct ike_sa *sa;

		renew(net, 0);
		renew(net, 1);
		net_run(net, 2000);
		assert_true(same_ike(net));
		assert_int_equal(ike_count(net, 0, IKE_ESTABLISHED), 1);
		assert_int_equal(ike_count(net, 0, IKE_REKEYED), 2);
		assert_int_equal(ike_count(net, 1, IKE_REKEYED), 2);
		met += site_conn(net, 0)->ike->role == (enum ike_role)role;
		DL_FOREACH(site_conn(net, 0)->ikes, sa)
			if (sa->role != site_conn(net, 0)->ike->role && sa->born == site_conn(net, 0)->ike->born)
				assert_true(memcmp(site_conn(net, 0)->ike->cky_i, sa->cky_i, sizeof(sa->cky_i)) > 0);
		net_run(net, 700 * 1000);
		assert_int_equal(wire.infos[0] + wire.infos[1], 0);
		assert_int_equal(node_count(&net->nodes[0], "ike-down") + node_count(&net->nodes[1], "ike-down"), 0);
		assert_clean(net);
		net_free(net);
	}
	assert_true(met >= 3);
}

static void lose(unsigned int from, unsigned int first, unsigned int n)
{
	wire.from = from;
	wire.seen = 0;
	wire.first = first;
	wire.lose = n;
}

/* Whatever one end or both lose on the way, and how often: both choose the same one. */
static void crossed_ikes_agree_under_loss(void **state)
{
	unsigned int crossed = 0;

	(void)state;
	for (unsigned int i = 0; i < 3 * 14 * 6; i++) {
		unsigned int from = i % 3, first = i / 3 % 14, n = 1 + i / 42;
		struct net *net = settled(100 + i, 10000);

		lose(from, first, n);
		renew(net, 0);
		renew(net, 1);
		net_run(net, 200 * 1000);
		if (!same_ike(net))
			fail_msg("%u datagrams of %u lost from number %u on: the ends disagree", n, from, first);
		crossed += ike_count(net, 0, IKE_REKEYED) == 2;
		assert_clean(net);
		net_free(net);
	}
	assert_true(crossed >= 20);
}

static bool lose_main_of_0(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	const struct ike_sa *sa = ike_sa_by_cookie(net->nodes[0].e, p);

	(void)len;
	return !from && p[18] == XCHG_MAIN && sa && sa->role == ROLE_INITIATOR;
}

static void ike_overtaken(enum survivor_role role)
{
	struct net *net = settled(30, 1000);

	assert_int_equal(role, AS_RESPONDER);
	wire.also = lose_main_of_0;
	renew(net, 0);
	net_run(net, 500);
	assert_int_equal(ike_count(net, 0, IKE_CONNECTING), 1);
	renew(net, 1);
	net_run(net, 100);
	assert_int_equal(site_conn(net, 0)->ike->role, ROLE_RESPONDER);
	assert_true(same_ike(net));
	assert_int_equal(ike_count(net, 0, IKE_CONNECTING), 0);
	wire.also = NULL;
	wire.seen = 0;
	net_run(net, 90 * 1000);
	assert_int_equal(wire.seen, 0);
	assert_int_equal(node_count(&net->nodes[0], "failed"), 0);
	net_free(net);
}

static bool lose_message_3_of_1(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	static const uint8_t zero[ISAKMP_COOKIE_LEN];
	const struct ike_sa *own = ike_sa_by_cookie(net->nodes[1].e, p);

	(void)len;
	return from == 1 && p[18] == XCHG_MAIN && own && memcmp(p + ISAKMP_COOKIE_LEN, zero, sizeof(zero));
}

static void ike_theirs_first(enum survivor_role role)
{
	assert_int_equal(role, AS_RESPONDER);
	for (unsigned int goes_on = 0; goes_on < 2; goes_on++) {
		struct net *net = net_new(2, 40 + goes_on);
		struct conn_cfg *a = site_cfg(net, 0, 1, "site");

		wire = (struct wire){ .from = ANY, .first = UINT32_MAX, .also = lose_message_3_of_1 };
		net->drop = watch;
		a->start = START_PASSIVE;
		net_configure1(net, 0, a);
		net_configure1(net, 1, site_cfg(net, 1, 0, "site"));
		net_run(net, 1000);
		/* its message 1 is all that there is of it */
		assert_int_equal(ike_count(net, 0, IKE_CONNECTING), 0);
		assert_int_not_equal(site_conn(net, 0)->knocked, 0);
		ike_tick(net->nodes[0].e, net->now);
		conn_want_all(site_conn(net, 0));
		conn_initiate(site_conn(net, 0));
		net_step(net);
		net_run(net, 500);
		assert_null(site_conn(net, 0)->ikes);
		if (goes_on) {
			wire.also = NULL;
			assert_true(net_until(net, 20000, both_up));
			assert_int_equal(site_conn(net, 0)->ike->role, ROLE_RESPONDER);
			assert_int_equal(HASH_COUNT(net->nodes[0].e->sas), 1);
		} else {
			net_run(net, DEFER);
			assert_int_equal(site_conn(net, 0)->ike->role, ROLE_INITIATOR);
		}
		net_free(net);
	}
}

static void ike_restarted(enum survivor_role role)
{
	(void)role;
	struct net *net = settled(50, 10000);
	struct conn *a = site_conn(net, 0);

	/* under a phase 1 that the peer began */
	net_reboot(net, 1);
	assert_true(net_until(net, 500, same_ike));
	assert_int_equal(a->ike->role, ROLE_RESPONDER);
	assert_int_equal(HASH_COUNT(net->nodes[0].e->sas), 1);
	assert_int_equal(wire.infos[0], 0);
	assert_true(net_until(net, 20000, both_up));
	net_run(net, 100);
	assert_true(both_quiet(net));
	/* and under one of ours */
	renew(net, 0);
	net_run(net, 1000);
	assert_int_equal(a->ike->role, ROLE_INITIATOR);
	assert_int_equal(ike_count(net, 0, IKE_REKEYED), 1);
	net_notify(site_conn(net, 1)->ike, PROTO_ISAKMP, N_INITIAL_CONTACT, NULL, 0, NULL, 0);
	net_step(net);
	assert_int_equal(ike_count(net, 0, IKE_REKEYED), 1);
	net_run(net, 15);
	assert_int_equal(ike_count(net, 0, IKE_REKEYED), 0);
	assert_int_equal(wire.infos[0], 0);
	net_free(net);
}

static void ike_too_many(enum survivor_role role)
{
	struct net *net = settled(60, 10000);

	(void)role;
	for (unsigned int i = 0; i < 8; i++) {
		renew(net, i & 1);
		net_run(net, 5000);
		assert_true(same_ike(net));
	}
	assert_int_equal(HASH_COUNT(net->nodes[0].e->sas), 1 + REKEYED_MAX);
	assert_int_equal(HASH_COUNT(net->nodes[1].e->sas), 1 + REKEYED_MAX);
	assert_int_equal(wire.infos[0] + wire.infos[1], 0);
	assert_true(both_quiet(net));
	net_free(net);
}

/* ---- pairs ---- */

/* Node 1's end of node 0's child */
static struct child *counterpart(struct net *net, struct child *child)
{
	return conn_find_child(site_conn(net, 1), &child->remote, &child->local);
}

static struct child *child_at(struct net *net, unsigned int i, unsigned int k)
{
	struct child *a = &site_conn(net, 0)->children[k];

	return i ? counterpart(net, a) : a;
}

static bool same_pair(struct net *net, unsigned int k)
{
	const struct child_sa *a = child_at(net, 0, k)->current, *b = child_at(net, 1, k)->current;

	return a && b && a->spi_in == b->spi_out && a->spi_out == b->spi_in;
}

static void rekey(struct net *net, unsigned int i, unsigned int k)
{
	struct child *child = child_at(net, i, k);

	ike_tick(net->nodes[i].e, net->now);
	child->wanted = true;
	conn_pump_soon(child->conn);
}

static struct {
	unsigned int node;
	uint32_t spi_in;
} awaited;

static bool is_gone(struct net *net)
{
	struct child_sa *csa;

	HASH_FIND(hh_in, net->nodes[awaited.node].e->spis, &awaited.spi_in, sizeof(awaited.spi_in), csa);
	return !csa;
}

/* ms until node @i has no longer the pair that receives with @spi_in */
static uint64_t gone_after(struct net *net, unsigned int i, uint32_t spi_in, uint64_t within)
{
	uint64_t begin = net->now;

	awaited.node = i;
	awaited.spi_in = spi_in;
	if (!net_until(net, within, is_gone))
		fail_msg("the pair is still there after %u s", (unsigned int)(within / 1000));
	return net->now - begin;
}

static bool lose_infos_of_0(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)len;
	return !from && p[18] == XCHG_INFO;
}

static void pair_renewed(enum survivor_role role)
{
	struct net *net = settled(70, 10000);
	uint32_t old = child_at(net, 0, 1)->current->spi_in, old_there = child_at(net, 1, 1)->current->spi_in;
	uint64_t ms;

	net->traffic_ms = 100;
	rekey(net, 0, 1);
	if (role == AS_RESPONDER)
		wire.also = lose_infos_of_0;
	net_run(net, 2000);
	assert_true(same_pair(net, 1));
	assert_int_not_equal(child_at(net, 0, 1)->current->spi_in, old);
	if (role == AS_INITIATOR) {
		/* node 0 made the new one: it ends the old one, and node 1 follows its Delete */
		ms = gone_after(net, 0, old, DRAIN);
		assert_true(ms > DRAIN - 3000);
		assert_true(gone_after(net, 1, old_there, 2 * LATENCY_MS) >= LATENCY_MS);
		assert_int_equal(wire.infos[0], 1);
		assert_int_equal(wire.infos[1], 0);
	} else {
		/* node 1 waits for it, long, but not for ever */
		ms = gone_after(net, 1, old_there, DRAIN + DRAIN_OTHER + 2000);
		assert_true(ms > DRAIN + DRAIN_OTHER - 3000);
		assert_int_equal(wire.infos[1], 1);
	}
	net_run(net, 1000);
	assert_true(both_quiet(net));
	assert_clean(net);
	net_free(net);
}

/* Both rekey one pair at once; node 0 looks at the survivor as @role. */
static void pair_crossed(enum survivor_role role)
{
	unsigned int met = 0;

	node_0_is_larger = role == AS_INITIATOR;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct net *net = settled(200 + seed, 10000);
		struct child_sa *csa, *loser = NULL, *old = child_at(net, 0, 2)->current;
		const struct child_sa *cur;
		uint32_t lost[2];

		net->traffic_ms = 20;
		rekey(net, 0, 2);
		rekey(net, 1, 2);
		net_run(net, 3000);
		assert_true(same_pair(net, 2));
		cur = child_at(net, 0, 2)->current;
		DL_FOREACH(child_at(net, 0, 2)->sas, csa)
			if (csa != cur && csa != old)
				loser = csa;
		assert_non_null(loser);
		assert_int_not_equal(loser->role, cur->role);
		lost[0] = loser->spi_in;
		lost[1] = loser->spi_out;
		if (cur->role == (enum ike_role)role) {
			unsigned int maker = role == AS_INITIATOR;

			met++;
			/* who made it ends it, and the other end only follows */
			assert_true(gone_after(net, maker, lost[maker], DRAIN) > DRAIN - 4000);
			assert_true(gone_after(net, !maker, lost[!maker], 2 * LATENCY_MS) >= LATENCY_MS);
		}
		net_run(net, 100 * 1000);
		assert_true(both_quiet(net));
		assert_clean(net);
		net_free(net);
	}
	assert_int_equal(met, 20);
	node_0_is_larger = false;
}

/* An exchange or a proof is still to come for child @k */
static bool undecided(struct net *net, unsigned int k)
{
	for (unsigned int i = 0; i < 2; i++) {
		const struct child *child = child_at(net, i, k);
		const struct child_sa *csa;

		if (child->quick || child->wanted)
			return true;
		DL_FOREACH(child->sas, csa)
			if (csa->state == CSA_NEXT)
				return true;
	}
	return false;
}

static void crossed_pairs_agree_under_loss(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 3 * 8 * 5; i++) {
		unsigned int from = i % 3, first = i / 3 % 8, n = 1 + i / 24;
		struct net *net = settled(300 + i, 10000);

		net->traffic_ms = 200;
		lose(from, first, n);
		rekey(net, 0, 0);
		rekey(net, 1, 0);
		for (unsigned int s = 0; s < 200; s++) {
			net_run(net, 1000);
			assert_true(node_sas(&net->nodes[0]) <= 8 + 2 * 3);
			assert_int_equal(node_children_up(&net->nodes[0]), 4);
			if (!undecided(net, 0) && !same_pair(net, 0))
				fail_msg("%u datagrams of %u lost from number %u on: the ends disagree after %u s", n,
					 from, first, s);
		}
		assert_true(same_pair(net, 0));
		if (!both_quiet(net))
			fail_msg("%u datagrams of %u lost from number %u on: duplicates are left", n, from, first);
		assert_int_equal(node_count(&net->nodes[0], "child-down"), 0);
		assert_int_equal(node_count(&net->nodes[1], "child-down"), 0);
		assert_clean(net);
		net_free(net);
	}
}

static bool lose_quick_3_of_0(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	return !from && p[18] == XCHG_QUICK && len <= 100;	/* a hash alone */
}

static void pair_theirs_first(enum survivor_role role)
{
	struct net *net = settled(80, 10000);
	unsigned int before;

	assert_int_equal(role, AS_RESPONDER);
	before = net->nodes[1].installs;
	wire.also = lose_quick_3_of_0;
	rekey(net, 0, 3);
	net_run(net, 500);
	assert_int_equal(net->nodes[1].installs, before + 2);
	rekey(net, 1, 3);
	net_run(net, 5000);
	assert_null(child_at(net, 1, 3)->quick);
	assert_int_equal(net->nodes[1].installs, before + 2);
	wire.also = NULL;
	net_run(net, 100 * 1000);
	assert_int_equal(net->nodes[1].installs, before + 2);
	assert_true(same_pair(net, 3));
	assert_true(both_quiet(net));
	net_free(net);
}

/*
 * Message 3 is lost for good and there is no packet: node 0 takes the pairs for
 * up, node 1 knows nothing of it. Not for longer than message 2 is repeated;
 * then node 1 negotiates, and the next of node 0's cannot hold that up for long.
 */
static void pair_unproven(enum survivor_role role)
{
	struct net *net = net_new(2, 90);
	struct conn_cfg *b = site_cfg(net, 1, 0, "site");
	uint32_t half;

	assert_int_equal(role, AS_RESPONDER);
	wire = (struct wire){ .from = ANY, .first = UINT32_MAX, .also = lose_quick_3_of_0 };
	net->drop = watch;
	b->start = START_PASSIVE;
	net_configure1(net, 1, b);
	net_configure1(net, 0, site_cfg(net, 0, 1, "site"));
	net_run(net, 1000);
	assert_int_equal(node_children_up(&net->nodes[0]), 4);
	assert_int_equal(node_children_up(&net->nodes[1]), 0);
	half = child_at(net, 0, 3)->current->spi_in;
	assert_true(gone_after(net, 0, half, SPAN) > SPAN - 5000);
	assert_int_equal(wire.infos[0], 0);
	assert_int_equal(wire.infos[1], 4);
	net_run(net, CROSSING + 5000);
	for (unsigned int k = 0; k < 4; k++) {
		assert_true(same_pair(net, k));
		assert_int_equal(child_at(net, 1, k)->current->role, ROLE_INITIATOR);
	}
	net_run(net, 150 * 1000);
	assert_true(both_quiet(net));
	assert_clean(net);
	net_free(net);
}

static void pair_too_many(enum survivor_role role)
{
	struct net *net = settled(95, 10000);

	(void)role;
	net->traffic_ms = 100;
	for (unsigned int i = 0; i < 8; i++) {
		rekey(net, 0, 0);
		net_run(net, 1500);
		assert_true(same_pair(net, 0));
		assert_true(node_sas(&net->nodes[0]) <= 6 + 2 * PAIRS_MAX);
		assert_true(node_sas(&net->nodes[1]) <= 6 + 2 * PAIRS_MAX);
	}
	net_run(net, 100 * 1000);
	assert_true(both_quiet(net));
	assert_clean(net);
	net_free(net);
}

/* ---- what the simulator found ---- */

static void soft_expire(struct net *net, unsigned int i, unsigned int k)
{
	const struct child_sa *csa = child_at(net, i, k)->current;
	struct ike_kernel_event ev = { .type = KEV_SOFT_EXPIRE, .ifname = "vpn0", .dir = SA_OUT, .idle_ms = -1,
				       .peer_id = csa->child->conn->peer_id, .child_id = csa->child->id,
				       .spi = csa->spi_out };

	ike_kernel_event(net->nodes[i].e, net->now, &ev);
	net_step(net);
}

/* How many go first: messages 1 and 2 of each node, messages 3 of node 0 */
static struct {
	unsigned int long_ones[2], short_ones;
} late;

static bool lose_late(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	unsigned int *left = len > 100 ? &late.long_ones[from] : &late.short_ones;

	(void)net;
	if (p[18] != XCHG_QUICK || !*left || (from && len <= 100))
		return false;
	--*left;
	return true;
}

/*
 * A limit in bytes has node 0 renew its own pair while message 1 of one that has
 * crossed it is still on its way: that the pair is due, or was followed by
 * another one, does not change what has crossed what.
 */
static void renewed_while_one_crosses(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2 * 2 * 3 * 16; i++) {
		struct net *net;

		node_0_is_larger = i / 2 % 2;
		net = settled(700 + i, 10000);
		net->traffic_ms = 700;
		wire.also = lose_late;
		memset(&late, 0, sizeof(late));
		late.long_ones[1] = 1;
		rekey(net, 1, 0);
		net_run(net, 5);
		rekey(net, 0, 0);
		net_run(net, 850 + i / 4 % 3 * 50);
		/* of the new one message 1 is lost, or message 3 */
		late.long_ones[0] = i % 2 ? 0 : 1;
		late.short_ones = i % 2 ? 2 : 0;
		soft_expire(net, 0, 0);
		net_run(net, 250 * 1000);
		assert_true(same_pair(net, 0));
		if (!both_quiet(net))
			fail_msg("%u: duplicates are left", i);
		for (unsigned int k = 0; k < 2; k++) {
			assert_int_equal(node_count(&net->nodes[k], "child-down"), 0);
			if (net->nodes[k].esp_lost)
				fail_msg("%u: node %u removed what its peer still sent with", i, k);
		}
		net_free(net);
	}
}

/** struct seen_at - three pairs of one child as an end sees them: x and y are made by node 0, z by node 1 */
struct seen_at {
	struct conn conn;
	struct child child;
	struct child_sa x, y, z;
};

static void see(struct seen_at *s, struct child_sa *csa, enum ike_role role, const uint32_t spis[2], uint64_t begun,
		uint64_t born)
{
	s->child.conn = &s->conn;
	csa->child = &s->child;
	csa->role = role;
	csa->spi_in = spis[role];
	csa->spi_out = spis[!role];
	csa->begun = begun;
	csa->born = born;
	csa->soft = born + SECONDS(3000);
	csa->hard = born + SECONDS(3600);
}

/* What stays of two, or of three in any order, is the same at both ends, whatever their numbers, and if x is due at once. */
static void three_pairs_do_not_go_in_a_circle(void **state)
{
	static const uint8_t orders[][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};

	(void)state;
	for (unsigned int larger = 0; larger < 2; larger++)
		for (unsigned int numbers = 0; numbers < 6; numbers++) {
			char last = 0;

			for (unsigned int end = 0; end < 2; end++) {
				const uint8_t *o = orders[numbers];
				const uint32_t spis[3][2] = {
					{ 0x1000 + o[0], 0x2000 }, { 0x1000 + o[1], 0x2001 }, { 0x1000 + o[2], 0x2002 },
				};
				struct seen_at s = { .conn.precedence = larger == end ? 1 : -1 };
				struct child_sa *all[3] = { &s.x, &s.y, &s.z };

				/* z is begun first, and arrives last */
				see(&s, &s.x, end, spis[0], end ? 1020 : 1010, end ? 1020 : 1030);
				see(&s, &s.y, end, spis[1], end ? 5010 : 5000, end ? 5010 : 5020);
				see(&s, &s.z, !end, spis[2], end ? 1000 : 7000, end ? 7010 : 7000);
				s.x.soft = end ? s.x.soft : 5000;
				for (unsigned int k = 0; k < 6; k++) {
					struct child_sa *stays = all[orders[k][0]];

					for (unsigned int n = 1; n < 3; n++)
						collide_pairs(stays, all[orders[k][n]], &stays);
					assert_true(!last || last == "xyz"[stays == &s.y ? 1 : stays == &s.z ? 2 : 0]);
					last = "xyz"[stays == &s.y ? 1 : stays == &s.z ? 2 : 0];
				}
			}
			assert_int_equal(last, larger ? 'z' : 'y');
		}
}

/* Until it is too late for ours to be taken for one that has crossed theirs */
static void theirs_first_is_waited_for(void **state)
{
	struct net *net = settled(81, 10000);
	unsigned int before = net->nodes[1].installs;

	(void)state;
	wire.also = lose_quick_3_of_0;
	rekey(net, 0, 3);
	net_run(net, 500);
	rekey(net, 1, 3);
	net_run(net, CROSSING + 20 * 1000);
	assert_null(child_at(net, 1, 3)->quick);
	assert_int_equal(net->nodes[1].installs, before + 2);
	net->traffic_ms = 100;		/* a packet is as good as message 3 */
	net_run(net, 500);
	assert_true(same_pair(net, 3));
	wire.also = NULL;
	net_run(net, 100 * 1000);
	assert_true(both_quiet(net));
	assert_clean(net);
	net_free(net);
}

static void kill_ikes(struct net *net, unsigned int i)
{
	struct ike_sa *sa, *tmp;

	DL_FOREACH_SAFE(site_conn(net, i)->ikes, sa, tmp)
		ike_sa_kill(sa);
}

/* Message 3 is lost, and the peer gives the pair up without our hearing of it: it goes on with the old one. */
static void old_pair_stays_as_long_as_it_is_used(void **state)
{
	struct net *net = settled(82, 10000);

	(void)state;
	net->traffic_ms = 500;
	wire.also = lose_quick_3_of_0;
	rekey(net, 0, 1);
	net_run(net, 100);
	net->cut = 1;			/* nothing of node 0 arrives any more */
	net_run(net, PROMOTE_AFTER + 1000);
	assert_false(same_pair(net, 1));
	kill_ikes(net, 1);
	net_run(net, 3 * UNPROVEN / 2);
	assert_int_equal(net->nodes[0].esp_lost, 0);
	wire.also = NULL;
	net->cut = 0;
	net_run(net, 300 * 1000);
	assert_true(same_pair(net, 1));
	assert_true(both_quiet(net));
	net_free(net);
}

/* A Delete for ESP is shorter than what says that the peer is there. */
static bool lose_deletes_of_1(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	return from && p[18] == XCHG_INFO && len < 100;
}

/* Packets in one direction never prove ours at the end that sends; what was replaced goes all the same. */
static void one_way_renewals_leave_nothing(void **state)
{
	struct net *net = settled(83, 10000);
	uint32_t old = child_at(net, 0, 0)->current->spi_in;
	struct child_sa *csa;

	(void)state;
	net->traffic_ms = 500;
	net->one_way = true;
	wire.also = lose_deletes_of_1;	/* its own Deletes would end it as well */
	for (unsigned int i = 0; i < 3; i++) {	/* fewer than would make room */
		rekey(net, 0, 0);
		net_run(net, UNPROVEN * 3 / 4);
	}
	HASH_FIND(hh_in, net->nodes[0].e->spis, &old, sizeof(old), csa);
	assert_null(csa);
	net_free(net);
}

/* The peer ended the IKE SA: its pairs are renewed, but what it has just made not yet, it would be taken for crossed. */
static void young_pair_outlives_the_ike_sa(void **state)
{
	struct net *net = settled(84, 10000);
	uint32_t young, old;

	(void)state;
	rekey(net, 1, 0);
	net_run(net, 3000);
	young = child_at(net, 0, 0)->current->spi_in;
	old = child_at(net, 0, 1)->current->spi_in;
	assert_int_equal(child_at(net, 0, 0)->current->role, ROLE_RESPONDER);
	v1_send_delete_ike(site_conn(net, 1)->ike);
	kill_ikes(net, 1);
	net_run(net, CROSSING);
	assert_int_equal(child_at(net, 0, 0)->current->spi_in, young);
	assert_int_not_equal(child_at(net, 0, 1)->current->spi_in, old);
	net_run(net, 3 * CROSSING);
	assert_int_not_equal(child_at(net, 0, 0)->current->spi_in, young);
	assert_true(same_pair(net, 0));
	net_free(net);
}

/* ---- a test for each row ---- */

static const struct {
	enum met met;
	enum survivor_role role;
	void (*run)(enum survivor_role role);
} scenarios[] = {
	{ MET_IKE_RENEWED, AS_EITHER, ike_renewed },
	{ MET_IKE_CROSSED, AS_INITIATOR, ike_crossed },
	{ MET_IKE_CROSSED, AS_RESPONDER, ike_crossed },
	{ MET_IKE_OVERTAKEN, AS_RESPONDER, ike_overtaken },
	{ MET_IKE_THEIRS_FIRST, AS_RESPONDER, ike_theirs_first },
	{ MET_IKE_RESTARTED, AS_EITHER, ike_restarted },
	{ MET_IKE_TOO_MANY, AS_EITHER, ike_too_many },
	{ MET_PAIR_RENEWED, AS_INITIATOR, pair_renewed },
	{ MET_PAIR_RENEWED, AS_RESPONDER, pair_renewed },
	{ MET_PAIR_CROSSED, AS_INITIATOR, pair_crossed },
	{ MET_PAIR_CROSSED, AS_RESPONDER, pair_crossed },
	{ MET_PAIR_THEIRS_FIRST, AS_RESPONDER, pair_theirs_first },
	{ MET_PAIR_UNPROVEN, AS_RESPONDER, pair_unproven },
	{ MET_PAIR_TOO_MANY, AS_EITHER, pair_too_many },
};

#define N_SCENARIOS (sizeof(scenarios) / sizeof(scenarios[0]))

static bool run_row(const struct collision_rule *rule)
{
	for (size_t i = 0; i < N_SCENARIOS; i++) {
		if (scenarios[i].met != rule->met || scenarios[i].role != rule->role)
			continue;
		scenarios[i].run(rule->role);
		return true;
	}
	return false;
}

static void each_row(void **state)
{
	const struct collision_rule *rules;
	size_t n;

	(void)state;
	rules = collision_table(&n);
	assert_int_equal(n, N_SCENARIOS);
	for (size_t i = 0; i < n; i++)
		if (!run_row(&rules[i]))
			fail_msg("no test for the row \"%s\"", rules[i].story);
}

static const struct collision_rule *other_end(const struct collision_rule *rules, size_t n, size_t i)
{
	for (size_t k = 0; k < n; k++)
		if (rules[k].met == rules[i].met && rules[k].role == (enum survivor_role)!rules[i].role)
			return &rules[k];
	return NULL;
}

/* What the table must be, whatever it says: whole, and the same for both ends. */
static void the_two_ends_agree(void **state)
{
	const struct collision_rule *rules, *there;
	bool seen[MET_N] = { false };
	size_t n;

	(void)state;
	rules = collision_table(&n);
	for (size_t i = 0; i < n; i++) {
		seen[rules[i].met] = true;
		assert_true(rules[i].story && *rules[i].story);
		if (rules[i].role == AS_EITHER)
			continue;
		there = other_end(rules, n, i);
		if (!there)
			continue;
		assert_int_equal(there->keep, rules[i].keep);
		/* one end removes it, not both and not neither, unless nobody is to */
		if (rules[i].remover == BY_US)
			assert_int_equal(there->remover, BY_PEER);
		else if (rules[i].remover == BY_PEER)
			assert_int_equal(there->remover, BY_US);
		else
			assert_int_equal(there->remover, BY_NOBODY);
	}
	for (unsigned int m = 0; m < MET_N; m++)
		assert_true(seen[m]);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_two_ends_agree),
		cmocka_unit_test(each_row),
		cmocka_unit_test(crossed_ikes_agree_under_loss),
		cmocka_unit_test(renewed_while_one_crosses),
		cmocka_unit_test(three_pairs_do_not_go_in_a_circle),
		cmocka_unit_test(theirs_first_is_waited_for),
		cmocka_unit_test(old_pair_stays_as_long_as_it_is_used),
		cmocka_unit_test(one_way_renewals_leave_nothing),
		cmocka_unit_test(young_pair_outlives_the_ike_sa),
		cmocka_unit_test(crossed_pairs_agree_under_loss),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
