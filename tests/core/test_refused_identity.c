// SPDX-License-Identifier: GPL-2.0
/*
 * A peer that refuses our identity has no IKE SA yet, but the keys of one: it
 * says so in an Informational under them. Its IV is that of RFC 2409 appendix B,
 * or one without phase 1's last cipher block, as Libreswan 4.10 makes it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "core/direct.h"
#include "core/net.h"
#include "core/policy.h"
#include "core/v1/v1.h"

static bool is_main_mode_auth(const uint8_t *p)
{
	return p[18] == XCHG_MAIN && (p[19] & ISAKMP_FLAG_ENCRYPTED);
}

/* What the responder answers to message 5 never comes. */
static bool lose_message6(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)len;
	return from == 1 && is_main_mode_auth(p);
}

static struct ike_sa *sa_of(struct net *net, unsigned int node)
{
	return node_conn(&net->nodes[node], "site")->ikes;
}

static struct net *stuck_at_message6(uint64_t seed)
{
	struct net *net = net_sites(seed, START_AUTO, START_PASSIVE);

	net->drop = lose_message6;
	net_run(net, 1000);
	assert_int_equal(sa_of(net, 0)->state, IKE_CONNECTING);
	assert_int_equal(sa_of(net, 1)->state, IKE_ESTABLISHED);
	return net;
}

/* Under the keys that both have, as node @to hears it from the other one. */
static void refuse(struct net *net, unsigned int to, uint16_t type, bool with_block)
{
	struct ike_sa *sa = sa_of(net, 1);
	uint32_t msgid = v1_fresh_msgid(sa);
	const uint8_t *last = !with_block ? NULL : sa_of(net, to)->last_iv;
	struct v1_writer w;
	uint8_t iv[16];

	v1_phase2_begin(sa, &w, XCHG_INFO, msgid, true);
	v1_put_notify(&w, PROTO_ISAKMP, type, NULL, 0, NULL, 0);
	assert_true(v1_iv_phase2(&sa->suite, last, msgid, iv));
	assert_true(v1_phase2_end(sa, &w, msgid, V1_HASH_1, NULL, iv));
	net_rx(net, to, w.b.p, w.b.len);
	net_step(net);
	buf_free(&w.b);
}

static void assert_named(struct net *net, unsigned int node)
{
	const struct failure *f = &node_conn(&net->nodes[node], "site")->failure;

	assert_string_equal(node_failure(&net->nodes[node], "site", 0), "id-mismatch");
	assert_int_equal(f->phase, PHASE_1);
	assert_int_equal(f->who, WHO_PEER);
	assert_true(f->ours[0]);
	assert_string_equal(f->theirs, "INVALID-ID-INFORMATION (18)");
}

static void initiator_hears_it(void **state)
{
	(void)state;
	for (int with_block = 0; with_block < 2; with_block++) {
		struct net *net = stuck_at_message6(21);

		refuse(net, 0, N_INVALID_ID_INFORMATION, with_block);
		assert_named(net, 0);
		net_free(net);
	}
}

static void responder_hears_it(void **state)
{
	(void)state;
	for (int with_block = 0; with_block < 2; with_block++) {
		struct net *net = stuck_at_message6(22);

		refuse(net, 1, N_INVALID_ID_INFORMATION, with_block);
		assert_named(net, 1);
		assert_int_equal(node_established(&net->nodes[1]), 0);
		net_free(net);
	}
}

/* The same words later speak of something else: nothing ends. */
static void not_once_it_is_used(void **state)
{
	struct net *net = net_sites(23, START_AUTO, START_PASSIVE);

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000);
	refuse(net, 1, N_INVALID_ID_INFORMATION, false);
	refuse(net, 1, N_INVALID_ID_INFORMATION, true);
	net_run(net, 1000);
	assert_string_equal(node_failure(&net->nodes[1], "site", 0), "");
	assert_true(both_up(net));
	net_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(initiator_hears_it),
		cmocka_unit_test(responder_hears_it),
		cmocka_unit_test(not_once_it_is_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
