// SPDX-License-Identifier: GPL-2.0
/*
 * What nobody acknowledges: message 3 of aggressive mode, and what is announced
 * behind it. It comes again, and until it is known to have come nothing is built
 * on it.
 */
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

/* What is lost of what each node sends: so many messages 3, so many informational exchanges. */
static unsigned int lose_proofs[2], lose_infos[2];

static bool lose(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	unsigned int *n = p[18] == XCHG_INFO ? &lose_infos[from] : &lose_proofs[from];

	(void)net;
	(void)len;
	if ((p[18] != XCHG_INFO && p[18] != XCHG_AGGRESSIVE) || !(p[19] & ISAKMP_FLAG_ENCRYPTED) || !*n)
		return false;
	--*n;
	return true;
}

static struct conn_cfg *end(struct net *net, unsigned int i, enum start_mode start)
{
	struct conn_cfg *c = site_cfg(net, i, 1 - i, "site");

	c->mode = MODE_AGGRESSIVE;
	c->start = start;
	c->dpd = DPD_OFF;
	return c;
}

static struct net *line(uint64_t seed)
{
	struct net *net = net_new(2, seed);

	memset(lose_proofs, 0, sizeof(lose_proofs));
	memset(lose_infos, 0, sizeof(lose_infos));
	net->drop = lose;
	return net;
}

static void settle(struct net *net, struct conn_cfg *ours, struct conn_cfg *theirs)
{
	net_configure1(net, 1, theirs);
	net_configure1(net, 0, ours);
	conn_want_all(site_conn(net, 0));	/* if it is on demand */
	conn_pump_soon(site_conn(net, 0));
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 65 * 1000);	/* all that is repeated has been */
}

static struct net *up(uint64_t seed, enum start_mode theirs)
{
	struct net *net = line(seed);

	settle(net, end(net, 0, START_AUTO), end(net, 1, theirs));
	return net;
}

/* Both ends send with the same IKE SA. */
static bool agreed(struct net *net)
{
	const struct ike_sa *at[2] = { site_conn(net, 0)->ike, site_conn(net, 1)->ike };

	return at[0] && at[1] && !memcmp(at[0]->cky_i, at[1]->cky_i, sizeof(at[0]->cky_i));
}

static void the_lifetime_is_told_again(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 5; n++) {
		struct net *net = line(10 + n);
		struct conn_cfg *b = end(net, 1, START_PASSIVE);

		b->ike_lifetime = 1000;
		lose_infos[1] = n;
		net_configure1(net, 1, b);
		net_configure1(net, 0, end(net, 0, START_AUTO));
		net_run(net, 35 * 1000);
		for (unsigned int i = 0; i < 2; i++)
			assert_int_equal(site_conn(net, i)->ike->expires - site_conn(net, i)->ike->up_at, 1000 * 1000);
		net_free(net);
	}
}

static bool lose_quick(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	return p[18] == XCHG_QUICK || lose(net, from, p, len);
}

/* As long as it is true: what the peer has with us by then it may end all of. */
static void initial_contact_is_told_again_before_pairs_are_up(void **state)
{
	struct net *net = up(30, START_PASSIVE);

	(void)state;
	lose_infos[0] = 2;
	net->drop = lose_quick;
	net_reboot(net, 0);
	net_configure1(net, 0, end(net, 0, START_AUTO));
	net_run(net, 8000);
	assert_int_equal(lose_infos[0], 0);
	assert_int_equal(HASH_COUNT(net->nodes[1].e->sas), 1);
	net->drop = lose;
	assert_true(net_until(net, 20 * 1000, both_up));
	lose_infos[0] = UINT32_MAX;
	net_run(net, 120 * 1000);
	assert_int_equal(lose_infos[0], UINT32_MAX);
	assert_true(both_quiet(net));
	net_free(net);
}

/* Not a word under the new one, though it was asked for: the old one is used, and renewed until it works. */
static void a_renewal_that_is_not_heard_of_is_taken_back(void **state)
{
	struct net *net = up(40, START_PASSIVE);
	const struct ike_sa *old = site_conn(net, 0)->ike;

	(void)state;
	lose_proofs[0] = UINT32_MAX;
	lose_infos[0] = UINT32_MAX;
	conn_renew_phase1(site_conn(net, 0));
	net_run(net, 5000);
	assert_ptr_not_equal(site_conn(net, 0)->ike, old);
	net_run(net, 58 * 1000);
	assert_ptr_equal(site_conn(net, 0)->ike, old);
	lose_proofs[0] = lose_infos[0] = 0;
	net_run(net, 10 * 1000);
	assert_ptr_not_equal(site_conn(net, 0)->ike, old);
	assert_true(agreed(net));
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(node_count(&net->nodes[i], "ike-down"), 0);
		assert_int_equal(node_count(&net->nodes[i], "child-down"), 0);
	}
	net_free(net);
}

/* Who has nothing to say is asked, `dpd = off` or not, and keeps what it has. */
static void a_renewal_under_which_nothing_is_said_stays(void **state)
{
	struct net *net = up(50, START_PASSIVE);
	const struct ike_sa *now;

	(void)state;
	conn_renew_phase1(site_conn(net, 0));
	net_run(net, 1000);
	now = site_conn(net, 0)->ike;
	net_run(net, 300 * 1000);
	assert_ptr_equal(site_conn(net, 0)->ike, now);
	assert_int_equal(node_count(&net->nodes[0], "ike-rekeyed"), 1);
	net_free(net);
}

/* The one before has gone meanwhile: what there is stays in use, and is known to be. */
static void the_only_one_is_not_taken_back(void **state)
{
	static const enum start_mode starts[] = { START_AUTO, START_ON_DEMAND };

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct net *net = line(55 + i);
		struct ike_sa *old;

		settle(net, end(net, 0, starts[i]), end(net, 1, START_PASSIVE));
		old = site_conn(net, 0)->ike;
		conn_renew_phase1(site_conn(net, 0));
		net_run(net, 2 * LATENCY_MS + 5);
		net->cut = 2;
		net_run(net, 2000);
		assert_ptr_not_equal(site_conn(net, 0)->ike, old);
		ike_sa_kill(old);
		net_run(net, 66 * 1000);
		net->cut = 0;
		net_run(net, 10 * 1000);
		assert_true(agreed(net));
		assert_int_equal(node_count(&net->nodes[0], "ike-down"), 0);
		net_free(net);
	}
}

/* One transmission is all that there is: nobody was asked. */
static void a_renewal_without_repetitions_stays(void **state)
{
	(void)state;
	for (unsigned int tries = 1; tries <= 3; tries++) {
		struct net *net = line(50 + tries);
		struct conn_cfg *a = end(net, 0, START_AUTO);

		a->retransmit_tries = tries;
		settle(net, a, end(net, 1, START_PASSIVE));
		conn_renew_phase1(site_conn(net, 0));
		net_run(net, 120 * 1000);
		assert_int_equal(node_count(&net->nodes[0], "ike-rekeyed"), 1);
		net_free(net);
	}
}

/* Both begin at once and no message 3 comes at first: which one is used both see alike. */
static void crossed_and_message_3_comes_late(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 32; i++) {
		struct net *net = up(60 + i, START_AUTO);

		lose_proofs[0] = i % 4;
		lose_proofs[1] = i / 4 % 4;
		lose_infos[0] = lose_infos[1] = i / 16;
		conn_renew_phase1(site_conn(net, 0));
		net_run(net, i % 3 * LATENCY_MS);
		conn_renew_phase1(site_conn(net, 1));
		net_run(net, 70 * 1000);
		if (!agreed(net))
			fail_msg("%u: each end uses another one", i);
		net_free(net);
	}
}

/* The replaced IKE SA that ours is under way on goes: it is still wanted, and begins on the one in use. */
static void a_quick_mode_outlives_its_ike_sa(void **state)
{
	struct net *net = up(120, START_PASSIVE);
	struct child *child = &site_conn(net, 0)->children[0];
	struct ike_sa *old = site_conn(net, 0)->ike;

	(void)state;
	net->drop = lose_quick;
	child->wanted = true;
	conn_pump_soon(site_conn(net, 0));
	net_run(net, 100);
	assert_non_null(child->quick);
	conn_renew_phase1(site_conn(net, 0));
	net_run(net, 100);
	assert_ptr_not_equal(site_conn(net, 0)->ike, old);
	assert_non_null(child->quick);
	net->drop = NULL;
	ike_sa_kill(old);
	assert_null(child->quick);
	net_run(net, 100);
	assert_false(child->wanted);
	assert_true(both_up(net));
	net_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lifetime_is_told_again),
		cmocka_unit_test(initial_contact_is_told_again_before_pairs_are_up),
		cmocka_unit_test(a_renewal_that_is_not_heard_of_is_taken_back),
		cmocka_unit_test(a_renewal_under_which_nothing_is_said_stays),
		cmocka_unit_test(the_only_one_is_not_taken_back),
		cmocka_unit_test(a_renewal_without_repetitions_stays),
		cmocka_unit_test(crossed_and_message_3_comes_late),
		cmocka_unit_test(a_quick_mode_outlives_its_ike_sa),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
