// SPDX-License-Identifier: GPL-2.0
/* What notifies do: INITIAL-CONTACT, CONNECTED and the commit bit, errors, and those that nobody knows. */
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

static struct ike_sa *ike(struct net *net, unsigned int node)
{
	return node_conn(&net->nodes[node], "site")->ike;
}

/* ---- INITIAL-CONTACT ---- */

static unsigned int contacts[2];	/* INITIAL-CONTACT in the last message 5 and 6, by sender */
static uint8_t iv6[16];

/* Messages 5 and 6, opened: the first with the scratch of its sender, the second goes on from there. */
static bool count_contacts(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	struct cursor c = cursor_of(p, len);
	struct v1_msg m = { 0 };
	struct v1_notify n;
	struct ike_sa *sa;
	const char *why;

	if (p[18] != XCHG_MAIN || !(p[19] & ISAKMP_FLAG_ENCRYPTED))
		return false;
	assert_true(isakmp_hdr_parse(&c, &m.hdr));
	m.body = c.p;
	m.body_len = c.left;
	sa = ike_sa_by_cookie(net->nodes[from].e, p);
	if (sa && sa->role == ROLE_INITIATOR) {
		const struct v1_phase1 *p1 = sa->p1;

		assert_true(v1_iv_phase1(&sa->suite, (struct bytes){ p1->pub.p, p1->pub.len },
					 (struct bytes){ p1->peer_pub.p, p1->peer_pub.len }, m.iv));
		memcpy(iv6, p + len - 16, sizeof(iv6));
	} else {
		sa = ike_sa_by_cookie(net->nodes[from].e, p + ISAKMP_COOKIE_LEN);
		memcpy(m.iv, iv6, sizeof(iv6));
	}
	assert_true(v1_decrypt(sa, &m) && v1_chain_parse(m.hdr.next, m.body, m.body_len, true, &m.chain));
	contacts[from] = 0;
	for (unsigned int i = 0; i < v1_count(&m.chain, PL_NOTIFY); i++)
		contacts[from] += v1_notify_parse(v1_find(&m.chain, PL_NOTIFY, i), &n, &why) &&
				  n.type == N_INITIAL_CONTACT;
	v1_msg_release(&m);
	return false;
}

static bool renewed(struct net *net)
{
	return node_count(&net->nodes[0], "ike-rekeyed") && node_count(&net->nodes[1], "ike-rekeyed");
}

static struct net *pair_of(uint64_t seed, bool (*hook)(struct net *, unsigned int, const uint8_t *, size_t))
{
	struct net *net = net_new(2, seed);
	struct conn_cfg *a = site_cfg(net, 0, 1, "site"), *b = site_cfg(net, 1, 0, "site");

	contacts[0] = contacts[1] = 99;
	a->dpd = b->dpd = DPD_OFF;
	b->start = START_PASSIVE;
	net->drop = hook;
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	return net;
}

static void both_say_it_at_first_contact_only(void **state)
{
	struct net *net = pair_of(1, count_contacts);

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	assert_int_equal(contacts[0], 1);
	assert_int_equal(contacts[1], 1);
	conn_renew_phase1(node_conn(&net->nodes[0], "site"));
	assert_true(net_until(net, 5000, renewed));
	assert_int_equal(contacts[0], 0);
	assert_int_equal(contacts[1], 0);
	net_free(net);
}

/* ESP SAs that outlive the IKE SA are contact as well: they would be lost with it. */
static void pairs_alone_are_contact_too(void **state)
{
	struct net *net = pair_of(2, count_contacts);

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 20000);
	ike_sa_kill(ike(net, 0));
	ike_sa_kill(ike(net, 1));
	contacts[0] = contacts[1] = 99;
	conn_renew_phase1(node_conn(&net->nodes[0], "site"));
	net_run(net, 5000);
	assert_int_equal(contacts[0], 0);
	assert_int_equal(contacts[1], 0);
	assert_int_equal(node_count(&net->nodes[0], "child-down") + node_count(&net->nodes[1], "child-down"), 0);
	net_free(net);
}

/* The end that only answers has restarted: the next phase 1 tells, and all is negotiated again. */
static void a_restarted_responder_is_noticed(void **state)
{
	struct net *net = pair_of(3, NULL);

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 60000);
	net_reboot(net, 1);
	conn_renew_phase1(node_conn(&net->nodes[0], "site"));
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000);
	assert_true(both_quiet(net) && net_consistent(net));
	assert_int_equal(node_count(&net->nodes[0], "child-down"), 4);
	assert_int_equal(HASH_COUNT(net->nodes[0].e->sas), 1);
	net_free(net);
}

/* ... of another SA, in a message under this one: says nothing. Without an SPI it means this one. */
static void contact_names_its_sa(void **state)
{
	struct net *net = pair_of(4, NULL);
	struct conn *c = node_conn(&net->nodes[0], "site");
	uint8_t spi[16];

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 20000);
	conn_renew_phase1(c);
	assert_true(net_until(net, 5000, renewed));
	v1_spi_of(ike(net, 1), spi);
	spi[3] ^= 1;
	net_notify(ike(net, 1), PROTO_ISAKMP, N_INITIAL_CONTACT, spi, sizeof(spi), NULL, 0);
	net_run(net, 100);
	assert_int_equal(node_count(&net->nodes[0], "child-down"), 0);
	net_notify(ike(net, 1), PROTO_ISAKMP, N_INITIAL_CONTACT, NULL, 0, NULL, 0);
	net_run(net, 100);
	assert_int_equal(node_count(&net->nodes[0], "child-down"), 4);
	net_free(net);
}

/* ---- the commit bit ---- */

static struct {
	uint32_t msgid;			/* of the last quick mode, host order */
	uint8_t iv4[16];		/* message 4 goes on from message 3 */
	unsigned int thirds;
	bool by_initiator;
} commit;

/* Node 1 sets the commit bit in whatever it sends in quick mode, or node 0 does. */
static bool set_commit(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	if (p[18] != XCHG_QUICK)
		return false;
	if (from != commit.by_initiator)
		((uint8_t *)(uintptr_t)p)[19] |= ISAKMP_FLAG_COMMIT;
	if (!from) {
		commit.msgid = (uint32_t)p[20] << 24 | (uint32_t)p[21] << 16 | (uint32_t)p[22] << 8 | p[23];
		memcpy(commit.iv4, p + len - 16, 16);
		commit.thirds++;
	}
	return false;
}

/* One pair of subnets, up to the moment when the initiator has sent message 3. */
static struct net *up_to_message_3(uint64_t seed)
{
	struct net *net = net_new(2, seed);
	struct conn_cfg *a = site_cfg(net, 0, 1, "site"), *b = site_cfg(net, 1, 0, "site");

	memset(&commit, 0, sizeof(commit));
	a->n_local = a->n_remote = b->n_local = b->n_remote = 1;
	a->dpd = b->dpd = DPD_OFF;
	b->start = START_PASSIVE;
	net->drop = set_commit;
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	while (commit.thirds < 2)	/* message 1, then 3 */
		net_run(net, 1);
	net_run(net, 100);
	assert_int_equal(node_children_up(&net->nodes[1]), 1);
	assert_int_equal(node_sas(&net->nodes[0]), 2);
	assert_int_equal(node_children_up(&net->nodes[0]), 0);
	return net;
}

/* From the responder, as RFC 2408 has it (informational) or as Windows and racoon do it (message 4). */
static void send_connected(struct net *net, uint8_t exchange, uint32_t msgid, uint16_t type, bool damaged)
{
	struct ike_sa *sa = ike(net, 1);
	struct v1_writer w;
	uint8_t iv[16];

	v1_phase2_begin(sa, &w, exchange, msgid, true);
	v1_put_notify(&w, PROTO_ESP, type, "\1\2\3\4", 4, NULL, 0);
	if (exchange == XCHG_QUICK)
		memcpy(iv, commit.iv4, sizeof(iv));
	else
		assert_true(v1_iv_phase2(&sa->suite, sa->last_iv, msgid, iv));
	assert_true(v1_phase2_end(sa, &w, msgid, V1_HASH_1, NULL, iv));
	w.b.p[w.b.len - 1] ^= damaged;
	engine_send(sa->e, &sa->path, w.b.p, w.b.len);
	buf_free(&w.b);
	net_step(net);
	net_run(net, 50);
}

static void assert_connected(struct net *net)
{
	assert_int_equal(node_children_up(&net->nodes[0]), 1);
	assert_true(net_consistent(net));
	assert_int_equal(net->nodes[0].violations + net->nodes[0].kernel_errors, 0);
}

static void connected_is_waited_for(void **state)
{
	static const uint8_t exchanges[] = { XCHG_INFO, XCHG_QUICK };

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct net *net = up_to_message_3(20 + i);
		struct node *n = &net->nodes[0];
		unsigned int sent;

		/* what does not confirm: damaged, another exchange, another notify */
		send_connected(net, exchanges[i], commit.msgid, N_CONNECTED, true);
		send_connected(net, XCHG_INFO, commit.msgid + 1, N_CONNECTED, false);
		send_connected(net, XCHG_INFO, commit.msgid + 2, N_REPLAY_STATUS, false);
		net_run(net, 1000);
		assert_int_equal(node_children_up(n), 0);
		assert_non_null(ike(net, 0)->quicks);
		send_connected(net, exchanges[i], commit.msgid, N_CONNECTED, false);
		assert_connected(net);
		/* over: nothing is kept to be answered, and nothing is */
		assert_null(ike(net, 0)->quicks);
		sent = n->sent;
		send_connected(net, exchanges[i], commit.msgid, N_CONNECTED, false);
		assert_int_equal(n->sent, sent);
		assert_connected(net);
		net_free(net);
	}
}

/* It never comes: the tunnel is used after three seconds all the same. */
static void connected_is_not_waited_for_for_ever(void **state)
{
	struct net *net = up_to_message_3(30);

	(void)state;
	net_run(net, 2700);
	assert_int_equal(node_children_up(&net->nodes[0]), 0);
	net_run(net, 400);
	assert_connected(net);
	assert_true(both_quiet(net));
	net_run(net, 300 * 1000);
	assert_null(ike(net, 0)->quicks);
	net_free(net);
}

/* A packet on the new SA proves as much. */
static void a_packet_is_as_good(void **state)
{
	struct net *net = up_to_message_3(31);
	struct node *peer = &net->nodes[1];

	(void)state;
	assert_true(net_esp(peer, peer->children[0].peer_id, peer->children[0].child_id));
	net_run(net, 50);
	assert_connected(net);
	net_free(net);
}

static bool lose_third(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	set_commit(net, from, p, len);
	return p[18] == XCHG_QUICK && !from && commit.thirds == 2;
}

/* Message 3 was lost: message 2 comes again and is answered, while CONNECTED is waited for. */
static void message_3_is_repeated_meanwhile(void **state)
{
	struct net *net = net_new(2, 32);
	struct conn_cfg *a = site_cfg(net, 0, 1, "site"), *b = site_cfg(net, 1, 0, "site");

	(void)state;
	memset(&commit, 0, sizeof(commit));
	a->n_local = a->n_remote = b->n_local = b->n_remote = 1;
	b->start = START_PASSIVE;
	net->drop = lose_third;
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	net_run(net, 1500);
	assert_int_equal(node_children_up(&net->nodes[1]), 0);
	net_run(net, 1000);
	assert_int_equal(node_children_up(&net->nodes[1]), 1);
	assert_int_equal(commit.thirds, 3);
	send_connected(net, XCHG_QUICK, commit.msgid, N_CONNECTED, false);
	assert_connected(net);
	net_free(net);
}

/* At a rekey the old pair goes on until the peer is ready. */
static void rekey_with_the_commit_bit(void **state)
{
	struct net *net = up_to_message_3(33);
	struct child *child = &node_conn(&net->nodes[0], "site")->children[0];
	const struct child_sa *first;

	(void)state;
	send_connected(net, XCHG_INFO, commit.msgid, N_CONNECTED, false);
	assert_connected(net);
	net_run(net, 20000);
	first = child->current;
	commit.thirds = 0;
	csa_rekey_soon(child->current, 1);
	net_run(net, 2500);
	assert_int_equal(commit.thirds, 2);
	assert_ptr_equal(child->current, first);
	assert_int_equal(node_sas(&net->nodes[0]), 4);
	send_connected(net, XCHG_INFO, commit.msgid, N_CONNECTED, false);
	assert_ptr_not_equal(child->current, first);
	net->traffic_ms = 100;
	net_run(net, 20000);
	assert_int_equal(net->nodes[0].esp_lost + net->nodes[1].esp_lost, 0);
	assert_true(both_quiet(net));
	net_free(net);
}

/* An initiator that sets it: message 3 is proof enough. */
static void an_initiator_with_the_commit_bit(void **state)
{
	struct net *net = net_new(2, 34);
	struct conn_cfg *a = site_cfg(net, 0, 1, "site"), *b = site_cfg(net, 1, 0, "site");

	(void)state;
	memset(&commit, 0, sizeof(commit));
	commit.by_initiator = true;
	b->start = START_PASSIVE;
	net->drop = set_commit;
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	assert_true(net_until(net, 1000, both_up));
	net_run(net, 1000);
	assert_true(both_quiet(net) && net_consistent(net));
	assert_int_equal(net->nodes[1].e->counters[CNT_MALFORMED], 0);
	net_free(net);
}

/* ---- errors, and what nobody knows ---- */

/* SPI of the peer, in network order: what a notify names. */
static void spi_be(uint32_t spi, uint8_t out[4])
{
	out[0] = spi >> 24;
	out[1] = spi >> 16 & 0xff;
	out[2] = spi >> 8 & 0xff;
	out[3] = spi & 0xff;
}

/* Status notifies of today and tomorrow, and errors about nothing that is under way, change nothing. */
static void unknown_notifies_change_nothing(void **state)
{
	static const uint16_t types[] = {
		1, 4, 11, 14, 24, 31, 100, 8191, 8192, 16383,		/* errors: known, reserved, private */
		16385, N_RESPONDER_LIFETIME, N_REPLAY_STATUS, 24579, 32767, 32768, 40000, 40960, 65535,
	};
	struct net *net = pair_of(50, NULL);

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 40000);
	node_clear_events(&net->nodes[0]);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		net_notify(ike(net, 1), PROTO_ISAKMP, types[i], NULL, 0, "data", 4);
		net_notify(ike(net, 1), PROTO_ESP, types[i], "\1\2\3\4", 4, NULL, 0);
		net_run(net, 100);
	}
	net_run(net, 5000);
	assert_int_equal(net->nodes[0].n_events, 0);
	assert_true(both_quiet(net) && net_consistent(net));
	assert_int_equal(node_established(&net->nodes[0]), 1);
	assert_string_equal(node_failure(&net->nodes[0], "site", 0), "");
	assert_int_equal(net->nodes[0].e->counters[CNT_MALFORMED] + net->nodes[0].e->counters[CNT_BAD_HASH], 0);
	net_free(net);
}

static bool lose_quick_from_1(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)len;
	return from && p[18] == XCHG_QUICK;
}

/* An error that names one exchange ends that one alone, known or not. */
static void an_error_ends_what_it_names(void **state)
{
	static const uint16_t types[] = { N_NO_PROPOSAL_CHOSEN, N_INVALID_ID_INFORMATION, 31, 8192 };
	static const char *const codes[] = { "phase2-proposal-mismatch", "subnet-mismatch", "peer-notify", "peer-notify" };

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct net *net = pair_of(60 + i, lose_quick_from_1);
		struct conn *c;
		uint8_t spi[4];

		net_run(net, 4500);	/* two are under way */
		c = node_conn(&net->nodes[0], "site");
		assert_non_null(c->children[0].quick);
		assert_non_null(c->children[1].quick);
		spi_be(c->children[1].quick->spi_in, spi);
		net_notify(ike(net, 1), PROTO_ESP, types[i], spi, sizeof(spi), NULL, 0);
		net_run(net, 100);
		assert_string_equal(node_failure(&net->nodes[0], "site", 2), codes[i]);
		assert_string_equal(node_failure(&net->nodes[0], "site", 1), "");
		assert_non_null(c->children[0].quick);
		net_free(net);
	}
}

/* The initiator refuses what the responder chose: that knows why at once, and leaves it at that. */
static void an_initiator_refuses_as_well(void **state)
{
	static const bool by_spi[] = { true, false };

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct net *net = pair_of(65 + i, lose_quick_from_1);
		struct node *n = &net->nodes[1];
		struct v1_quick *q;
		unsigned int sent;
		uint8_t spi[4];

		net_run(net, 500);
		q = node_conn(&net->nodes[0], "site")->children[0].quick;
		assert_non_null(q);
		assert_non_null(ike(net, 1)->quicks);
		assert_int_equal(node_sas(n), 2);
		sent = n->sent;
		spi_be(q->spi_in, spi);
		if (by_spi[i])
			net_notify(ike(net, 0), PROTO_ESP, N_NO_PROPOSAL_CHOSEN, spi, sizeof(spi), NULL, 0);
		else
			net_notify(ike(net, 0), PROTO_ESP, N_NO_PROPOSAL_CHOSEN, NULL, 0, NULL, 0);
		net_run(net, 100);
		assert_string_equal(node_failure(n, "site", 1), by_spi[i] ? "phase2-proposal-mismatch" : "");
		assert_int_equal(node_sas(n), by_spi[i] ? 0 : 2);
		if (by_spi[i]) {	/* not a Delete for what nobody has, no quick mode of its own */
			assert_null(ike(net, 1)->quicks);
			assert_int_equal(n->sent, sent);
			assert_false(node_conn(n, "site")->children[0].wanted);
		}
		net_free(net);
	}
}

/* The peer says that it does not know what we send with: another pair comes, and meanwhile this one stays. */
static void invalid_spi_is_followed_by_a_new_pair(void **state)
{
	struct net *net = pair_of(70, NULL);
	struct conn *c = node_conn(&net->nodes[0], "site");
	const struct child_sa *first[4];
	uint8_t spi[4];

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 20000);
	for (unsigned int i = 0; i < 4; i++)
		first[i] = c->children[i].current;
	spi_be(c->children[2].current->spi_out, spi);
	net_notify(ike(net, 1), PROTO_ESP, N_INVALID_SPI, spi, sizeof(spi), NULL, 0);
	net_run(net, 1000);
	assert_ptr_equal(c->children[2].current, first[2]);
	net->traffic_ms = 100;
	net_run(net, 5000);
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(c->children[i].current != first[i], i == 2);
	net_run(net, 20000);
	assert_int_equal(net->nodes[0].esp_lost + net->nodes[1].esp_lost, 0);
	assert_int_equal(node_count(&net->nodes[0], "child-down"), 0);
	net_free(net);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_say_it_at_first_contact_only),
		cmocka_unit_test(pairs_alone_are_contact_too),
		cmocka_unit_test(a_restarted_responder_is_noticed),
		cmocka_unit_test(contact_names_its_sa),
		cmocka_unit_test(connected_is_waited_for),
		cmocka_unit_test(connected_is_not_waited_for_for_ever),
		cmocka_unit_test(a_packet_is_as_good),
		cmocka_unit_test(message_3_is_repeated_meanwhile),
		cmocka_unit_test(rekey_with_the_commit_bit),
		cmocka_unit_test(an_initiator_with_the_commit_bit),
		cmocka_unit_test(unknown_notifies_change_nothing),
		cmocka_unit_test(an_error_ends_what_it_names),
		cmocka_unit_test(an_initiator_refuses_as_well),
		cmocka_unit_test(invalid_spi_is_followed_by_a_new_pair),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
