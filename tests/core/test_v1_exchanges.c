// SPDX-License-Identifier: GPL-2.0
/* The exchanges of RFC 2409 message by message: what is on the wire, what a loss costs, what is agreed on. */
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
#include "core/tap.h"
#include "core/v1/v1.h"

typedef bool (*hook_fn)(struct net *net, unsigned int from, const uint8_t *p, size_t len);

/* Two sites not yet configured: tests change @a and @b before they start. */
static struct net *pair(uint64_t seed, hook_fn hook, struct conn_cfg **a, struct conn_cfg **b)
{
	struct net *net = net_new(2, seed);

	net->drop = hook;
	*a = site_cfg(net, 0, 1, "site");
	*b = site_cfg(net, 1, 0, "site");
	(*a)->start = START_AUTO;
	(*b)->start = START_PASSIVE;
	return net;
}

static void start(struct net *net, struct conn_cfg *a, struct conn_cfg *b)
{
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
}

/* ---- on the wire ---- */

static void six_and_three_messages(void **state)
{
	struct conn_cfg *a, *b;
	struct net *net = pair(1, tap, &a, &b);

	(void)state;
	n_wire = 0;
	start(net, a, b);
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000);
	assert_int_equal(n_wire, 6 + 4 * 3);
	for (unsigned int i = 0; i < 6; i++) {
		assert_int_equal(wire[i].exchange, XCHG_MAIN);
		assert_int_equal(wire[i].from, i % 2);
		assert_int_equal(wire[i].flags, i < 4 ? 0 : ISAKMP_FLAG_ENCRYPTED);
		assert_int_equal(wire[i].msgid, 0);
	}
	for (unsigned int i = 6; i < n_wire; i++) {
		assert_int_equal(wire[i].exchange, XCHG_QUICK);
		assert_int_equal(wire[i].flags, ISAKMP_FLAG_ENCRYPTED);
		assert_int_equal(wire[i].from, (i - 6) % 3 == 1);
		/* encrypted bodies are whole blocks */
		assert_int_equal((wire[i].len - ISAKMP_HDR_LEN) % 16, 0);
	}
	assert_pairs(net, 8);
	net_free(net);
}

static void what_message_1_offers(void **state)
{
	struct conn_cfg *a, *b;
	struct net *net = pair(2, tap, &a, &b);
	const struct v1_transform *t;
	struct v1_chain ch;
	struct v1_sa sa;

	(void)state;
	a->ike[1] = (struct ike_suite){ ENC_AES_CBC, 256, HASH_SHA1, DH_MODP1536 };
	a->n_ike = 2;
	n_wire = 0;
	start(net, a, b);
	tap_parse(0, &ch);
	assert_int_equal(ch.pl[0].type, PL_SA);
	assert_int_equal(v1_count(&ch, PL_VENDOR), 6);
	assert_int_equal(ch.n, 7);
	assert_true(v1_sa_parse(&ch.pl[0], 1, &sa));
	assert_int_equal(sa.n_proposals, 1);
	assert_int_equal(sa.proposals[0].proto, PROTO_ISAKMP);
	assert_int_equal(sa.n_transforms, 2);
	t = &sa.transforms[1];
	assert_int_equal(t->number, 2);
	assert_int_equal(t->id, TRANSFORM_KEY_IKE);
	assert_int_equal(t->enc, 7);
	assert_int_equal(t->keylen, 256);
	assert_int_equal(t->hash, 2);
	assert_int_equal(t->auth, P1_AUTH_PSK);
	assert_int_equal(t->group, 5);
	assert_int_equal(t->life_s, 86400);
	assert_false(t->seen & (V1A_LIFE_KB | V1A_UNKNOWN));
	net_free(net);
}

static void the_responder_returns_one_transform_unchanged(void **state)
{
	struct conn_cfg *a, *b;
	struct net *net = pair(3, tap, &a, &b);
	struct v1_chain ch1, ch2;
	struct v1_sa offer, answer;

	(void)state;
	/* each prefers another one of two that both have: the responder's order counts */
	a->ike[0] = b->ike[1] = (struct ike_suite){ ENC_AES_CBC, 256, HASH_SHA1, DH_ECP256 };
	a->ike[1] = b->ike[0] = (struct ike_suite){ ENC_AES_CBC, 128, HASH_SHA2_256, DH_ECP256 };
	a->n_ike = b->n_ike = 2;
	a->esp[0] = b->esp[1] = (struct esp_suite){ .enc = ENC_AES_CBC, .keybits = 256, .integ = HASH_SHA1 };
	a->esp[1] = b->esp[0] = (struct esp_suite){ .enc = ENC_AES_GCM16, .keybits = 256 };
	a->n_esp = b->n_esp = 2;
	n_wire = 0;
	start(net, a, b);
	assert_true(net_until(net, 5000, both_up));
	tap_parse(0, &ch1);
	tap_parse(1, &ch2);
	assert_true(v1_sa_parse(&ch1.pl[0], 1, &offer));
	assert_true(v1_sa_parse(&ch2.pl[0], 1, &answer));
	assert_int_equal(answer.n_transforms, 1);
	assert_int_equal(answer.transforms[0].raw_len, offer.transforms[1].raw_len);
	assert_memory_equal(answer.transforms[0].raw + 1, offer.transforms[1].raw + 1, offer.transforms[1].raw_len - 1);
	for (unsigned int i = 0; i < 2; i++) {
		const struct conn *c = node_conn(&net->nodes[i], "site");

		assert_int_equal(c->ike->suite.keybits, 128);
		assert_int_equal(c->ike->suite.hash, HASH_SHA2_256);
		assert_int_equal(c->children[0].current->suite.enc, ENC_AES_GCM16);
	}
	assert_pairs(net, 8);
	net_free(net);
}

/* ---- losses ---- */

static void any_one_message_may_be_lost(void **state)
{
	(void)state;
	for (lose = 0; lose < 18; lose++) {
		struct conn_cfg *a, *b;
		struct net *net = pair(10 + lose, lose_one, &a, &b);

		seen_so_far = 0;
		start(net, a, b);
		assert_true(net_until(net, 10000, both_up));
		net_run(net, 30000);
		assert_pairs(net, 8);
		assert_true(net->nodes[0].e->counters[CNT_RETRANSMIT] + net->nodes[1].e->counters[CNT_RETRANSMIT] > 0);
		net_free(net);
	}
}

static unsigned int thirds;

static bool lose_thirds(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	/* message 3 is the short one */
	return p[18] == XCHG_QUICK && !from && len < 100 && thirds++ < 2;
}

static void message_3_comes_again_with_message_2(void **state)
{
	struct conn_cfg *a, *b;
	struct net *net = pair(30, lose_thirds, &a, &b);

	(void)state;
	thirds = 0;
	/* one pair alone, or the others' delay would hide the retransmissions */
	a->n_local = a->n_remote = b->n_local = b->n_remote = 1;
	start(net, a, b);
	net_run(net, 1000);
	assert_int_equal(node_children_up(&net->nodes[0]), 1);
	assert_int_equal(node_children_up(&net->nodes[1]), 0);
	assert_true(net_until(net, 10000, both_up));
	assert_int_equal(net->nodes[0].installs, 2);
	assert_int_equal(net->nodes[1].installs, 2);
	/* the responder repeated message 2 twice, each was answered by the saved message 3 */
	assert_int_equal(net->nodes[1].e->counters[CNT_RETRANSMIT], 2);
	assert_int_equal(net->nodes[0].e->counters[CNT_RETRANSMIT], 2);
	net_run(net, 200000);
	assert_null(node_conn(&net->nodes[0], "site")->ike->quicks);
	assert_null(node_conn(&net->nodes[1], "site")->ike->quicks);
	net_free(net);
}

static bool lose_from_1(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)p;
	(void)len;
	return from == 1;
}

static void retransmission_backs_off_and_gives_up(void **state)
{
	struct conn_cfg *a, *b;
	struct net *net = pair(31, lose_from_1, &a, &b);
	struct node *n = &net->nodes[0];

	(void)state;
	a->retransmit_timeout = 1000;
	a->retransmit_tries = 4;
	start(net, a, b);
	/* sent at 0, 1, 3 and 7 s, given up at 15 s */
	net_run(net, 990);
	assert_int_equal(n->sent, 1);
	net_run(net, 20);
	assert_int_equal(n->sent, 2);
	net_run(net, 1970);
	assert_int_equal(n->sent, 2);
	net_run(net, 40);
	assert_int_equal(n->sent, 3);
	net_run(net, 11900);
	assert_int_equal(n->sent, 4);
	assert_int_equal(node_count(n, "failed"), 0);
	net_run(net, 100);
	assert_int_equal(node_count(n, "failed"), 1);
	assert_string_equal(node_failure(n, "site", 0), "no-response");
	net_free(net);
}

/* ---- lifetimes ---- */

static void assert_lives(struct net *net, uint64_t seconds)
{
	for (unsigned int i = 0; i < 2; i++) {
		const struct conn *c = node_conn(&net->nodes[i], "site");

		for (unsigned int k = 0; k < 4; k++)
			assert_int_equal(c->children[k].current->hard - c->children[k].current->born, seconds * 1000);
	}
}

static void the_smaller_lifetime_is_obeyed(void **state)
{
	static const uint32_t lives[][3] = { { 3600, 900, 900 }, { 900, 3600, 900 }, { 100000, 200000, 100000 },
					     { 200000, 100000, 100000 } };

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct conn_cfg *a, *b;
		struct net *net = pair(40 + i, NULL, &a, &b);

		a->esp_lifetime = lives[i][0];
		b->esp_lifetime = lives[i][1];
		a->ike_lifetime = lives[i][1];
		b->ike_lifetime = lives[i][0];
		start(net, a, b);
		assert_true(net_until(net, 5000, both_up));
		assert_lives(net, lives[i][2]);
		for (unsigned int k = 0; k < 2; k++) {
			const struct ike_sa *sa = node_conn(&net->nodes[k], "site")->ike;

			/* the initiator's began with its message 5 */
			assert_in_range(sa->expires - sa->up_at, lives[i][2] * 1000ull - 100, lives[i][2] * 1000ull);
		}
		net_free(net);
	}
}

/* ---- identities ---- */

static void identities_of_each_kind(void **state)
{
	struct v1_id v6 = { .type = IDT_IPV6, .len = 16, .data = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } };
	struct v1_id v4 = { .type = IDT_IPV4, .len = 4, .data = { 203, 0, 113, 7 } };
	const struct v1_id ids[] = {
		text_id(IDT_FQDN, "gw.example.net"), text_id(IDT_USER_FQDN, "gw@example.net"), v6, v4,
	};

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct conn_cfg *a, *b;
		struct net *net = pair(50 + i, NULL, &a, &b);

		a->local_id = b->remote_id = ids[i];
		b->local_id = a->remote_id = ids[3 - i];
		start(net, a, b);
		assert_true(net_until(net, 5000, both_up));
		assert_true(v1_id_eq(&node_conn(&net->nodes[1], "site")->ike->peer_id, &ids[i]));
		net_free(net);
	}
}

/* ---- peers that can less ---- */

/* Messages 1 and 2 as from a peer without a single vendor ID. */
static bool strip_vendors(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	uint8_t copy[1024];
	size_t sa_len;

	if (p[18] != XCHG_MAIN || p[16] != PL_SA)
		return false;
	memcpy(copy, p, len);
	sa_len = ISAKMP_HDR_LEN + (copy[30] << 8 | copy[31]);
	copy[ISAKMP_HDR_LEN] = PL_NONE;
	copy[26] = sa_len >> 8;
	copy[27] = sa_len & 0xff;
	net_rx(net, !from, copy, sa_len);
	return true;
}

static void without_nat_traversal_and_dpd(void **state)
{
	struct conn_cfg *a, *b;
	struct net *net = pair(60, strip_vendors, &a, &b);

	(void)state;
	a->encap = ENCAP_FORCE_UDP;	/* wants what the peer has not got */
	start(net, a, b);
	assert_true(net_until(net, 5000, both_up));
	for (unsigned int i = 0; i < 2; i++) {
		const struct ike_sa *sa = node_conn(&net->nodes[i], "site")->ike;

		assert_false(sa->natt_ok);
		/* a responder speaks of DPD once the address is proven, a peer may in a later message as well */
		assert_int_equal(sa->dpd_ok, sa->role == ROLE_INITIATOR);
		assert_false(sa->path.natt);
	}
	net_run(net, 1000);
	assert_pairs(net, 8);
	net_free(net);
}

static unsigned int draft_payloads;

/* RFC 3947's vendor ID made unreadable: drafts 02 and 03 are what is left. */
static bool hide_rfc3947(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	static const uint8_t id[4] = { 0x4a, 0x13, 0x1c, 0x81 };
	uint8_t copy[1024];

	if (p[18] != XCHG_MAIN)
		return false;
	if (p[16] == PL_KE) {
		struct v1_chain ch;

		assert_true(v1_chain_parse(p[16], p + ISAKMP_HDR_LEN, len - ISAKMP_HDR_LEN, false, &ch));
		draft_payloads += v1_count(&ch, PL_NAT_D_DRAFT);
		assert_int_equal(v1_count(&ch, PL_NAT_D), 0);
	}
	if (p[16] != PL_SA)
		return false;
	memcpy(copy, p, len);
	for (size_t i = 0; i + 4 < len; i++)
		if (!memcmp(copy + i, id, 4))
			copy[i] = 0;
	net_rx(net, !from, copy, len);
	return true;
}

static void nat_traversal_of_the_drafts(void **state)
{
	struct conn_cfg *a, *b;
	struct net *net = pair(61, hide_rfc3947, &a, &b);

	(void)state;
	draft_payloads = 0;
	b->encap = ENCAP_FORCE_UDP;
	start(net, a, b);
	assert_true(net_until(net, 5000, both_up));
	assert_int_equal(draft_payloads, 4);
	for (unsigned int i = 0; i < 2; i++) {
		assert_true(node_conn(&net->nodes[i], "site")->ike->path.natt);
		assert_true(node_conn(&net->nodes[i], "site")->children[0].current->udp);
	}
	net_run(net, 1000);
	assert_pairs(net, 8);
	net_free(net);
}

/* ---- what is refused at the door ---- */

static uint16_t refused_with;

static bool catch_notify(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	struct v1_chain ch;
	struct v1_notify n;
	const char *why;

	(void)net;
	(void)from;
	if (p[18] == XCHG_INFO && v1_chain_parse(p[16], p + ISAKMP_HDR_LEN, len - ISAKMP_HDR_LEN, false, &ch) &&
	    v1_notify_parse(&ch.pl[0], &n, &why))
		refused_with = n.type;
	return true;
}

static void aggressive_mode_and_ikev2(void **state)
{
	static const struct {
		uint8_t version, exchange, flags;
		const char *code;
		uint16_t notify;
	} openings[] = {
		{ ISAKMP_VERSION_1, XCHG_AGGRESSIVE, 0, "exchange-mode-mismatch", N_UNSUPPORTED_EXCHANGE_TYPE },
		{ ISAKMP_VERSION_2, 34, 0x08, "version-mismatch", N_INVALID_MAJOR_VERSION },
		{ ISAKMP_VERSION_2, 34, 0x20, "", 0 },	/* a response: nobody asked */
		{ 0x30, 34, 0x08, "", 0 },
		{ 0x11, XCHG_MAIN, 0, "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
		struct conn_cfg *a, *b;
		struct net *net = pair(70 + i, catch_notify, &a, &b);
		struct isakmp_hdr h = { .cky_i = { 1 }, .next = PL_SA, .version = openings[i].version,
					.exchange = openings[i].exchange, .flags = openings[i].flags, .length = 80 };
		struct buf m = { 0 };

		a->start = START_PASSIVE;
		start(net, a, b);
		refused_with = 0;
		isakmp_hdr_put(&m, &h);
		buf_zero(&m, 80 - ISAKMP_HDR_LEN);
		net_rx(net, 1, m.p, m.len);
		net_step(net);
		buf_free(&m);
		assert_string_equal(node_failure(&net->nodes[1], "site", 0), openings[i].code);
		assert_int_equal(refused_with, openings[i].notify);
		assert_int_equal(HASH_COUNT(net->nodes[1].e->sas), 0);
		net_free(net);
	}
}

/* ---- DPD ---- */

static void old_dpd_numbers_are_not_answered(void **state)
{
	struct conn_cfg *a, *b;
	struct net *net = pair(80, NULL, &a, &b);
	struct ike_sa *sa;
	unsigned int sent;

	(void)state;
	start(net, a, b);
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000);
	sa = node_conn(&net->nodes[0], "site")->ike;
	sent = net->nodes[1].sent;
	v1_send_dpd(sa, 1000, false);
	net_run(net, 100);
	assert_int_equal(net->nodes[1].sent, sent + 1);
	v1_send_dpd(sa, 1000, false);		/* repeated: answered */
	net_run(net, 100);
	assert_int_equal(net->nodes[1].sent, sent + 2);
	v1_send_dpd(sa, 999, false);		/* from the past: not */
	net_run(net, 100);
	assert_int_equal(net->nodes[1].sent, sent + 2);
	assert_int_equal(net->nodes[1].e->counters[CNT_DUPLICATE], 1);
	net_free(net);
}

/* A peer that puts the hash behind the notify is understood, and answered in its own order. */
static void dpd_with_the_hash_behind(void **state)
{
	static const enum v1_hash_order orders[] = { V1_HASH_LAST, V1_HASH_LAST_UNLINKED, V1_HASH_FIRST };

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		struct conn_cfg *a, *b;
		struct net *net = pair(81 + i, NULL, &a, &b);
		struct ike_sa *sa;
		uint64_t heard;

		start(net, a, b);
		assert_true(net_until(net, 5000, both_up));
		net_run(net, 1000);
		sa = node_conn(&net->nodes[0], "site")->ike;
		heard = sa->heard;
		v1_priv(sa)->order = orders[i];
		v1_priv(sa)->order_known = true;
		assert_true(liveness_probe(sa));
		net_run(net, 100);
		assert_int_equal(v1_priv(node_conn(&net->nodes[1], "site")->ike)->order, orders[i]);
		assert_true(sa->heard > heard);
		for (unsigned int k = 0; k < 2; k++) {
			assert_int_equal(net->nodes[k].e->counters[CNT_BAD_HASH], 0);
			assert_int_equal(net->nodes[k].e->counters[CNT_MALFORMED], 0);
		}
		net_free(net);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(six_and_three_messages),
		cmocka_unit_test(what_message_1_offers),
		cmocka_unit_test(the_responder_returns_one_transform_unchanged),
		cmocka_unit_test(any_one_message_may_be_lost),
		cmocka_unit_test(message_3_comes_again_with_message_2),
		cmocka_unit_test(retransmission_backs_off_and_gives_up),
		cmocka_unit_test(the_smaller_lifetime_is_obeyed),
		cmocka_unit_test(identities_of_each_kind),
		cmocka_unit_test(without_nat_traversal_and_dpd),
		cmocka_unit_test(nat_traversal_of_the_drafts),
		cmocka_unit_test(aggressive_mode_and_ikev2),
		cmocka_unit_test(old_dpd_numbers_are_not_answered),
		cmocka_unit_test(dpd_with_the_hash_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
