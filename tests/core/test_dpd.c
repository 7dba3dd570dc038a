// SPDX-License-Identifier: GPL-2.0
/* Dead peer detection on the wire: payload orders, numbers; and what is done once a peer is found dead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/direct.h"
#include "core/net.h"
#include "core/policy.h"
#include "core/v1/v1.h"

/* ---- a peer that understands some orders of payloads only ---- */

#define ORDERS 3

static bool understood[ORDERS];			/* by node 1 */
static unsigned int asked[ORDERS], answered[ORDERS];	/* by node 0, by node 1 */

/* The informational exchange in a datagram, opened with the sender's keys. */
static bool open_info(struct net *net, unsigned int from, const uint8_t *p, size_t len, struct v1_msg *m)
{
	struct cursor c = cursor_of(p, len);
	const struct ike_sa *sa;

	if (p[18] != XCHG_INFO || !isakmp_hdr_parse(&c, &m->hdr))
		return false;
	sa = node_conn(&net->nodes[from], "site")->ike;
	m->body = c.p;
	m->body_len = c.left;
	assert_non_null(sa);
	assert_true(v1_iv_phase2(&sa->suite, sa->last_iv, m->hdr.msgid, m->iv) && v1_decrypt(sa, m) &&
		    v1_chain_parse(m->hdr.next, m->body, m->body_len, true, &m->chain));
	if (m->chain.pl[0].type != PL_HASH)
		assert_true(v1_authentic_behind(sa, m, &m->order));
	return true;
}

static bool strict_peer(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	struct v1_msg m = { 0 };
	bool drop = false;

	if (!open_info(net, from, p, len, &m))
		return false;
	if (from) {
		answered[m.order]++;
	} else {
		asked[m.order]++;
		drop = !understood[m.order];
	}
	v1_msg_release(&m);
	return drop;
}

static struct net *with_order(uint64_t seed, enum dpd_order order, enum v1_hash_order only)
{
	struct net *net = net_new(2, seed);
	struct conn_cfg *a = site_cfg(net, 0, 1, "site"), *b = site_cfg(net, 1, 0, "site");

	memset(asked, 0, sizeof(asked));
	memset(answered, 0, sizeof(answered));
	memset(understood, 0, sizeof(understood));
	understood[only] = true;
	a->dpd = DPD_PERIODIC;
	a->dpd_order = order;
	b->dpd = DPD_OFF;
	b->start = START_PASSIVE;
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	assert_true(net_until(net, 30000, both_up));
	net->drop = strict_peer;
	return net;
}

/* Whichever order a peer wants, one unanswered question later it is known and kept to. */
static void the_order_is_found_out(void **state)
{
	(void)state;
	for (unsigned int only = 0; only < ORDERS; only++) {
		struct net *net = with_order(1 + only, DPD_ORDER_AUTO, only);

		net_run(net, 600 * 1000);
		assert_false(node_count(&net->nodes[0], "dpd-timeout"));
		for (unsigned int i = 0; i < ORDERS; i++) {
			if (i == only) {
				assert_in_range(asked[i], 13, 20);
				assert_int_equal(answered[i], asked[i]);
			} else {
				/* the first question was in the order of the RFC, the second in all */
				assert_int_equal(asked[i], only == V1_HASH_FIRST ? 0 : i == V1_HASH_FIRST ? 2 : 1);
				assert_int_equal(answered[i], 0);
			}
		}
		net_free(net);
	}
}

/* A set order is right from the first question on; of two ways to hash the second is tried as well. */
static void a_set_order_is_used_at_once(void **state)
{
	static const struct {
		enum dpd_order set;
		enum v1_hash_order only, other;
		unsigned int wasted;
	} cases[] = {
		{ DPD_HASH_NOTIFY, V1_HASH_FIRST, V1_HASH_LAST, 0 },
		{ DPD_NOTIFY_HASH, V1_HASH_LAST, V1_HASH_LAST_UNLINKED, 0 },
		{ DPD_NOTIFY_HASH, V1_HASH_LAST_UNLINKED, V1_HASH_LAST, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct net *net = with_order(10 + i, cases[i].set, cases[i].only);

		net_run(net, 600 * 1000);
		assert_false(node_count(&net->nodes[0], "dpd-timeout"));
		assert_in_range(asked[cases[i].only], 13, 20);
		assert_int_equal(answered[cases[i].only], asked[cases[i].only]);
		assert_int_equal(asked[cases[i].other], cases[i].wasted);
		net_free(net);
	}
}

/* The wrong order set, as an operator may: the peer looks dead. */
static void a_wrong_order_is_not_understood(void **state)
{
	struct net *net = with_order(20, DPD_HASH_NOTIFY, V1_HASH_LAST);

	(void)state;
	net_run(net, 100 * 1000);
	assert_int_equal(node_count(&net->nodes[0], "dpd-timeout"), 1);
	assert_int_equal(asked[V1_HASH_FIRST], 3);
	assert_int_equal(asked[V1_HASH_LAST], 0);
	net_free(net);
}

/* Whatever is set, the peer's own messages count more. */
static void the_peers_order_is_learned(void **state)
{
	static const enum dpd_order sets[] = { DPD_ORDER_AUTO, DPD_HASH_NOTIFY, DPD_NOTIFY_HASH };

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		for (unsigned int theirs = 0; theirs < ORDERS; theirs++) {
			struct net *net = with_order(30 + i, sets[i], theirs);
			struct ike_sa *sa = node_conn(&net->nodes[1], "site")->ike;

			v1_priv(sa)->order = theirs;
			v1_priv(sa)->order_known = true;
			v1_send_dpd(sa, 7, false);
			net_run(net, 300 * 1000);
			assert_in_range(asked[theirs], 8, 11);	/* an answer and our own questions */
			for (unsigned int k = 0; k < ORDERS; k++)
				if (k != theirs)
					assert_int_equal(asked[k], 0);
			net_free(net);
		}
	}
}

/* Other notifies and Deletes say nothing about DPD: gateways with the hash behind put it first there. */
static void other_messages_teach_nothing(void **state)
{
	struct net *net = with_order(40, DPD_ORDER_AUTO, V1_HASH_LAST);
	struct ike_sa *a = node_conn(&net->nodes[0], "site")->ike, *b = node_conn(&net->nodes[1], "site")->ike;

	(void)state;
	v1_priv(b)->order = V1_HASH_LAST;
	v1_priv(b)->order_known = true;
	v1_send_dpd(b, 7, false);
	net_run(net, 1000);
	net_notify(b, PROTO_ISAKMP, 32000, NULL, 0, NULL, 0);
	net_run(net, 1000);
	assert_int_equal(v1_priv(a)->order, V1_HASH_LAST);
	net_free(net);
}

/* ---- numbers ---- */

static bool lose_infos(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)from;
	(void)len;
	return p[18] == XCHG_INFO;
}

static void notify_of(struct ike_sa *sa, uint16_t type, uint32_t seq)
{
	uint8_t data[4] = { seq >> 24, seq >> 16 & 0xff, seq >> 8 & 0xff, seq & 0xff };
	uint8_t spi[2 * ISAKMP_COOKIE_LEN];

	v1_spi_of(sa, spi);
	net_notify(sa, PROTO_ISAKMP, type, spi, sizeof(spi), data, sizeof(data));
}

/* Answers to what is not open, authentic as they may be, keep nobody alive and move nobody. */
static void answers_that_nobody_waits_for(void **state)
{
	struct net *net = with_order(50, DPD_HASH_NOTIFY, V1_HASH_FIRST);
	struct ike_sa *a = node_conn(&net->nodes[0], "site")->ike, *b = node_conn(&net->nodes[1], "site")->ike;
	struct node *n = &net->nodes[0];
	uint64_t heard;

	(void)state;
	net->drop = lose_infos;
	while (!a->dpd_tries)
		net_run(net, 100);
	heard = a->heard;
	net->drop = NULL;
	notify_of(b, N_R_U_THERE_ACK, a->dpd_seq - 1);
	notify_of(b, N_R_U_THERE_ACK, a->dpd_seq + 1);
	notify_of(b, N_R_U_THERE_ACK, 0);
	net_run(net, 100);
	assert_int_equal(a->heard, heard);
	assert_int_equal(a->dpd_tries, 1);
	assert_int_equal(n->e->counters[CNT_DUPLICATE], 3);
	notify_of(b, N_R_U_THERE_ACK, a->dpd_seq);
	net_run(net, 100);
	assert_true(a->heard > heard);
	assert_int_equal(a->dpd_tries, 0);
	/* once more: over */
	heard = a->heard;
	notify_of(b, N_R_U_THERE_ACK, a->dpd_seq);
	net_run(net, 100);
	assert_int_equal(a->heard, heard);
	assert_int_equal(n->e->counters[CNT_DUPLICATE], 4);
	net_free(net);
}

/* The answer to any question that is open will do, not to the latest alone. */
static void a_late_answer_counts(void **state)
{
	struct net *net = with_order(51, DPD_HASH_NOTIFY, V1_HASH_FIRST);
	struct ike_sa *a = node_conn(&net->nodes[0], "site")->ike, *b = node_conn(&net->nodes[1], "site")->ike;
	uint32_t first;

	(void)state;
	net->drop = lose_infos;
	while (!a->dpd_tries)
		net_run(net, 100);
	first = a->dpd_seq;
	while (a->dpd_tries < 3)
		net_run(net, 100);
	assert_int_equal(a->dpd_seq, first + 2);
	net->drop = NULL;
	notify_of(b, N_R_U_THERE_ACK, first);
	net_run(net, 100);
	assert_int_equal(a->dpd_tries, 0);
	assert_false(node_count(&net->nodes[0], "dpd-timeout"));
	net_free(net);
}

/* A question out of a recording gets no answer and is no sign of life. */
static void old_questions(void **state)
{
	struct net *net = with_order(52, DPD_HASH_NOTIFY, V1_HASH_FIRST);
	struct ike_sa *a = node_conn(&net->nodes[0], "site")->ike, *b = node_conn(&net->nodes[1], "site")->ike;
	unsigned int sent;
	uint64_t heard;

	(void)state;
	net->drop = NULL;
	v1_send_dpd(b, 0xfffffffe, false);
	net_run(net, 100);
	v1_send_dpd(b, 1, false);	/* numbers go round */
	net_run(net, 100);
	sent = net->nodes[0].sent;
	heard = a->heard;
	v1_send_dpd(b, 0xffffffff, false);
	v1_send_dpd(b, 0, false);
	net_run(net, 100);
	assert_int_equal(net->nodes[0].sent, sent);
	assert_int_equal(a->heard, heard);
	v1_send_dpd(b, 1, false);
	net_run(net, 100);
	assert_int_equal(net->nodes[0].sent, sent + 1);
	assert_true(a->heard > heard);
	net_free(net);
}

/* ---- what asking costs ---- */

/* The kernel is asked about one peer at a time, once per dpd-idle; while traffic flows not at all more often. */
static void the_kernel_is_asked_once_per_pause(void **state)
{
	(void)state;
	for (unsigned int traffic = 0; traffic < 2; traffic++) {
		struct net *net = with_order(60, DPD_HASH_NOTIFY, V1_HASH_FIRST);
		struct node *n = &net->nodes[0];
		unsigned int queries;

		net->traffic_ms = traffic ? 1000 : 0;
		net_run(net, 10000);
		queries = n->queries;
		net_run(net, 900 * 1000);
		/* idle: one look, one question, one more look with it */
		assert_in_range(n->queries - queries, traffic ? 25 : 50, traffic ? 31 : 62);
		assert_int_equal(asked[V1_HASH_FIRST] > 0, !traffic);
		net_free(net);
	}
}

/* ---- the peer is dead ---- */

static bool noticed(struct net *net)
{
	return node_count(&net->nodes[0], "dpd-timeout");
}

static struct net *dead_peer(uint64_t seed, enum start_mode start, enum dpd_action action)
{
	struct net *net = net_new(2, seed);
	struct conn_cfg *a = site_cfg(net, 0, 1, "site"), *b = site_cfg(net, 1, 0, "site");

	a->start = start;
	a->dpd = DPD_PERIODIC;
	a->dpd_action = action;
	b->dpd = DPD_OFF;
	net_configure1(net, 0, a);
	net_configure1(net, 1, b);
	assert_true(net_until(net, 30000, both_up));
	net_run(net, 10000);
	net->nodes[1].down = true;
	assert_true(net_until(net, 120 * 1000, noticed));
	assert_int_equal(node_sas(&net->nodes[0]), 0);
	assert_int_equal(node_established(&net->nodes[0]), 0);
	return net;
}

static unsigned int children_in_kernel(const struct node *n)
{
	unsigned int count = 0;

	for (size_t i = 0; i < K_CHILDREN_MAX; i++)
		count += n->children[i].used;
	return count;
}

static void take_state(void *ctx, const struct st_conn *c)
{
	*(const char **)ctx = c->state;
}

static void no_ike(void *ctx, const struct st_ike *i)
{
	(void)ctx;
	(void)i;
}

static void no_child(void *ctx, const struct st_child *c)
{
	(void)ctx;
	(void)c;
}

static const char *state_shown(struct node *n)
{
	const char *state = NULL;
	const struct st_visitor v = { .conn = take_state, .ike = no_ike, .child = no_child, .ctx = &state };

	ike_status(n->e, n->net->now, &v);
	return state;
}

static const struct {
	enum start_mode start;
	enum dpd_action action;
	bool begins, traffic;
} deaths[] = {
	{ START_AUTO, DPD_BY_START, true, true },
	{ START_AUTO, DPD_CLEAR, false, false },
	{ START_AUTO, DPD_HOLD, false, true },
	{ START_AUTO, DPD_RESTART, true, true },
	{ START_ON_DEMAND, DPD_BY_START, false, true },
	{ START_ON_DEMAND, DPD_CLEAR, false, true },
	{ START_ON_DEMAND, DPD_HOLD, false, true },
	{ START_ON_DEMAND, DPD_RESTART, true, true },
	{ START_PASSIVE, DPD_BY_START, false, false },
	{ START_PASSIVE, DPD_CLEAR, false, false },
	{ START_PASSIVE, DPD_HOLD, false, true },
	{ START_PASSIVE, DPD_RESTART, true, true },
};

#define N_DEATHS (sizeof(deaths) / sizeof(deaths[0]))

static void who_begins_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_DEATHS; i++) {
		struct net *net = dead_peer(100 + i, deaths[i].start, deaths[i].action);
		struct node *n = &net->nodes[0];
		unsigned int sent = n->sent;
		uint64_t died = net->now;

		net_run(net, 1000);
		assert_int_equal(n->sent > sent, deaths[i].begins);	/* at once */
		assert_string_equal(state_shown(n), deaths[i].begins ? "connecting" : "waiting");
		net_run(net, 300 * 1000);
		assert_int_equal(n->sent > sent, deaths[i].begins);
		/* with pauses: four or five messages in some 60 s of trying, and up to a minute between */
		if (deaths[i].begins)
			assert_in_range(n->sent - sent, 8, (net->now - died) / 4000);
		/* packets find no SA and no other way; the children are there to hold them */
		sent = n->sent;
		assert_int_equal(children_in_kernel(n), 4);
		n->esp_sent = n->no_sa = 0;
		assert_false(net_esp(n, n->children[0].peer_id, n->children[0].child_id));
		net_run(net, 130 * 1000);
		assert_int_equal(n->esp_sent, 0);
		assert_int_equal(n->no_sa, 1);
		assert_int_equal(n->sent > sent, deaths[i].traffic);
		net_free(net);
	}
}

/* Traffic that waits brings its own pair up, and the tunnel is as it was before. */
static void traffic_brings_it_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_DEATHS; i++) {
		struct net *net = dead_peer(200 + i, deaths[i].start, deaths[i].action);
		struct conn_cfg *b = site_cfg(net, 1, 0, "site");

		net_run(net, 200 * 1000);
		b->start = START_PASSIVE;
		net_reboot(net, 1);
		net_configure1(net, 1, b);
		net->nodes[1].down = false;
		net->traffic_ms = 1000;
		assert_int_equal(net_until(net, 130 * 1000, both_up), deaths[i].traffic);
		if (deaths[i].traffic) {
			assert_int_equal(node_conn(&net->nodes[0], "site")->rest, REST_NONE);
			assert_string_equal(node_failure(&net->nodes[0], "site", 0), "");
		}
		net_free(net);
	}
}

static void the_peer_brings_it_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_DEATHS; i++) {
		struct net *net = dead_peer(300 + i, deaths[i].start, deaths[i].action);

		net_run(net, 20 * 1000);
		net->nodes[1].down = false;
		net_reboot(net, 1);
		assert_true(net_until(net, 10 * 1000, both_up));
		net_run(net, 1000);
		assert_true(net_consistent(net));
		assert_int_equal(node_conn(&net->nodes[0], "site")->rest, REST_NONE);
		net_free(net);
	}
}

static void the_operator_brings_it_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_DEATHS; i++) {
		struct net *net = dead_peer(400 + i, deaths[i].start, deaths[i].action);
		struct conn_cfg *b = site_cfg(net, 1, 0, "site");
		char err[128];

		b->start = START_PASSIVE;
		net_reboot(net, 1);
		net_configure1(net, 1, b);
		net->nodes[1].down = false;
		assert_true(ike_cmd(net->nodes[0].e, net->now, CMD_UP, "site", err, sizeof(err)));
		assert_true(net_until(net, 5000, both_up));
		net_free(net);
	}
}

/* `ikoctl up` while the peer is still away: from then on `start` counts again, and auto does not give up. */
static void up_overrules_clear(void **state)
{
	struct net *net = dead_peer(450, START_AUTO, DPD_CLEAR);
	struct conn_cfg *b = site_cfg(net, 1, 0, "site");
	char err[128];

	(void)state;
	assert_true(ike_cmd(net->nodes[0].e, net->now, CMD_UP, "site", err, sizeof(err)));
	net_run(net, 300 * 1000);
	b->start = START_PASSIVE;
	net_reboot(net, 1);
	net_configure1(net, 1, b);
	net->nodes[1].down = false;
	assert_true(net_until(net, 130 * 1000, both_up));
	net_free(net);
}

static bool lose_quicks(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)from;
	(void)len;
	return p[18] == XCHG_QUICK;
}

/* The peer comes back with an IKE SA alone: the pairs are ours to begin, as often as it takes. */
static void an_ike_sa_of_the_peer_ends_clear(void **state)
{
	struct net *net = dead_peer(451, START_AUTO, DPD_CLEAR);
	struct conn_cfg *b = site_cfg(net, 1, 0, "site");

	(void)state;
	b->start = START_PASSIVE;
	net_reboot(net, 1);
	net_configure1(net, 1, b);
	net->nodes[1].down = false;
	net->drop = lose_quicks;
	conn_renew_phase1(node_conn(&net->nodes[1], "site"));
	net_run(net, 200 * 1000);
	assert_int_equal(node_established(&net->nodes[0]), 1);
	net->drop = NULL;
	assert_true(net_until(net, 130 * 1000, both_up));
	net_free(net);
}

/* It begins at once and goes on, also where only one pair had been up. */
static void restart_brings_back_what_was_up(void **state)
{
	struct net *net = net_new(2, 500);
	struct conn_cfg *a = site_cfg(net, 0, 1, "site"), *b = site_cfg(net, 1, 0, "site");
	struct node *n = &net->nodes[0];

	(void)state;
	a->start = START_ON_DEMAND;
	b->start = START_PASSIVE;
	a->dpd = DPD_PERIODIC;
	a->dpd_action = DPD_RESTART;
	b->dpd = DPD_OFF;
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	assert_false(net_esp(n, n->children[2].peer_id, n->children[2].child_id));
	net_run(net, 5000);
	assert_int_equal(node_children_up(n), 1);
	net->nodes[1].down = true;
	assert_true(net_until(net, 120 * 1000, noticed));
	net_run(net, 200 * 1000);
	net_reboot(net, 1);
	net->nodes[1].down = false;
	net_run(net, 130 * 1000);
	assert_int_equal(node_children_up(n), 1);
	assert_non_null(node_conn(n, "site")->children[2].current);
	assert_int_equal(node_conn(n, "site")->rest, REST_NONE);
	net_free(net);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order_is_found_out),
		cmocka_unit_test(a_set_order_is_used_at_once),
		cmocka_unit_test(a_wrong_order_is_not_understood),
		cmocka_unit_test(the_peers_order_is_learned),
		cmocka_unit_test(other_messages_teach_nothing),
		cmocka_unit_test(answers_that_nobody_waits_for),
		cmocka_unit_test(a_late_answer_counts),
		cmocka_unit_test(old_questions),
		cmocka_unit_test(the_kernel_is_asked_once_per_pause),
		cmocka_unit_test(who_begins_again),
		cmocka_unit_test(traffic_brings_it_back),
		cmocka_unit_test(the_peer_brings_it_back),
		cmocka_unit_test(the_operator_brings_it_back),
		cmocka_unit_test(up_overrules_clear),
		cmocka_unit_test(an_ike_sa_of_the_peer_ends_clear),
		cmocka_unit_test(restart_brings_back_what_was_up),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
