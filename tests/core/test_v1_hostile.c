// SPDX-License-Identifier: GPL-2.0
/*
 * Hostile datagrams against a running negotiation: nothing that is damaged,
 * forged, replayed or out of order moves any state; each raises a counter, and
 * the tunnel comes up and stays up all the same.
 */
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

#define RECORDS_MAX 400

/* Two sites, the first of which starts at once, with @hook on the wire from the first datagram on. */
static struct net *sites(uint64_t seed, bool (*hook)(struct net *, unsigned int, const uint8_t *, size_t))
{
	struct net *net = net_new(2, seed);
	struct conn_cfg *a = site_cfg(net, 0, 1, "site"), *b = site_cfg(net, 1, 0, "site");

	a->start = START_AUTO;
	b->start = START_PASSIVE;
	net->drop = hook;
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	return net;
}

/* ---- what "no state moved" means ---- */

static void fold(uint64_t *h, const void *p, size_t n)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < n; i++)
		*h = (*h ^ b[i]) * 0x100000001b3;
}

#define FOLD(h, v) fold(h, &(v), sizeof(v))

/* All that the protocol knows of its SAs and exchanges, and all that the kernel was told. */
static uint64_t state_of(const struct node *n)
{
	uint64_t h = 0xcbf29ce484222325;
	struct ike_sa *sa, *tmp;
	unsigned int sas = node_sas(n);

	HASH_ITER(hh, n->e->sas, sa, tmp) {
		struct v1_quick *q, *qtmp;
		int p1 = sa->p1 ? (int)sa->p1->state : -1;

		FOLD(&h, sa);
		FOLD(&h, sa->state);
		FOLD(&h, p1);
		FOLD(&h, sa->last_iv);
		FOLD(&h, sa->path.natt);
		HASH_ITER(hh, sa->quicks, q, qtmp) {
			FOLD(&h, q->msgid);
			FOLD(&h, q->state);
			FOLD(&h, q->iv);
		}
	}
	FOLD(&h, sas);
	FOLD(&h, n->installs);
	FOLD(&h, n->n_events);
	return h;
}

static uint64_t complaints(const struct node *n)
{
	static const enum engine_counter bad[] = {
		CNT_MALFORMED, CNT_UNKNOWN_COOKIE, CNT_UNKNOWN_PEER, CNT_DUPLICATE, CNT_UNAUTHENTICATED,
		CNT_BAD_HASH, CNT_VERSION, CNT_HALF_OPEN_LIMIT,
	};
	uint64_t sum = 0;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		sum += n->e->counters[bad[i]];
	return sum;
}

/* Hand over something hostile: it must be counted and must change nothing. */
static void attack(struct net *net, unsigned int to, const uint8_t *p, size_t len)
{
	struct node *n = &net->nodes[to];
	uint64_t before = state_of(n), counted = complaints(n);

	net_rx(net, to, p, len);
	assert_true(complaints(n) > counted);
	assert_true(state_of(n) == before);
}

static void set_length(uint8_t *p, uint32_t len)
{
	p[24] = len >> 24;
	p[25] = len >> 16 & 0xff;
	p[26] = len >> 8 & 0xff;
	p[27] = len & 0xff;
}

static bool is_encrypted(const uint8_t *p)
{
	return p[19] & ISAKMP_FLAG_ENCRYPTED;
}

static void no_harm(struct net *net)
{
	assert_true(net_consistent(net));
	for (unsigned int i = 0; i < net->n; i++) {
		assert_int_equal(node_established(&net->nodes[i]), 1);
		assert_int_equal(node_sas(&net->nodes[i]), 8);
		assert_int_equal(net->nodes[i].kernel_errors, 0);
		assert_int_equal(net->nodes[i].violations, 0);
		assert_int_equal(node_count(&net->nodes[i], "failed"), 0);
	}
}

/* ---- recording ---- */

static struct record {
	unsigned int from;
	size_t len;
	uint8_t *p;
} records[RECORDS_MAX];
static unsigned int n_records;

static void forget(void)
{
	while (n_records)
		free(records[--n_records].p);
}

static bool record(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	struct record *r = &records[n_records];

	(void)net;
	if (n_records == RECORDS_MAX)
		return false;
	*r = (struct record){ .from = from, .len = len, .p = malloc(len) };
	memcpy(r->p, p, len);
	n_records++;
	return false;
}

/* ---- truncation ---- */

static bool truncate_each(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	uint8_t copy[4096];

	assert_true(len <= sizeof(copy));
	memcpy(copy, p, len);
	for (size_t n = 0; n < len; n++) {
		set_length(copy, (uint32_t)len);
		attack(net, !from, copy, n);
		if (n < ISAKMP_HDR_LEN)
			continue;
		set_length(copy, (uint32_t)n);
		attack(net, !from, copy, n);
	}
	return false;
}

static void every_message_truncated_at_every_byte(void **state)
{
	struct net *net = sites(1, truncate_each);

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net->drop = NULL;
	net_run(net, 5000);
	no_harm(net);
	net_free(net);
}

/* ---- flipped bits ---- */

/*
 * HASH_I and HASH_R do not cover notifies that stand behind them (RFC 2409 5),
 * so the bytes of INITIAL-CONTACT in message 5 are left alone.
 */
static size_t covered(const uint8_t *p, size_t len)
{
	return p[18] == XCHG_MAIN && len > ISAKMP_HDR_LEN + 48 ? ISAKMP_HDR_LEN + 48 : len;
}

static bool flip_each(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	uint8_t copy[4096];

	if (!is_encrypted(p))
		return false;
	memcpy(copy, p, len);
	for (size_t i = 0; i < covered(p, len); i++) {
		if (i == 19)
			continue;	/* flags: below */
		copy[i] ^= 1 << (i % 8);
		attack(net, !from, copy, len);
		copy[i] ^= 1 << (i % 8);
	}
	for (unsigned int bit = 0; bit < 8; bit++) {
		if (1 << bit == ISAKMP_FLAG_COMMIT)
			continue;	/* tolerated, RFC 2408 3.1 */
		copy[19] = p[19] ^ 1 << bit;
		attack(net, !from, copy, len);
	}
	return false;
}

static void every_byte_flipped_of_encrypted_messages(void **state)
{
	struct net *net = sites(2, flip_each);

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net->drop = NULL;
	net_run(net, 5000);
	no_harm(net);
	net_free(net);
}

static unsigned int flip_message;
static size_t flip_at;
static unsigned int messages;

static bool flip_one(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	uint8_t copy[4096];

	if (p[18] != XCHG_MAIN || messages++ != flip_message || flip_at >= len)
		return false;
	memcpy(copy, p, len);
	copy[flip_at] ^= 0x10;
	net_rx(net, !from, copy, len);
	return false;
}

/*
 * Messages 1 to 4 are in clear and can be forged by who sees them; that may cost
 * an attempt, no more.
 */
static void forged_openings_cost_an_attempt_at_most(void **state)
{
	static const size_t lens[] = { 168, 168, 204, 204 };

	(void)state;
	for (flip_message = 0; flip_message < 4; flip_message++) {
		for (flip_at = 0; flip_at < lens[flip_message]; flip_at += 9) {
			struct net *net;

			messages = 0;
			net = sites(3 + flip_at, flip_one);
			assert_true(net_until(net, 400000, both_up));
			assert_true(net_consistent(net));
			net_free(net);
		}
	}
}

/* ---- replay ---- */

static void every_message_replayed_and_reflected(void **state)
{
	struct net *net = sites(4, record);
	unsigned int n;

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 70000);		/* with DPD, and past every saved answer */
	net->drop = NULL;
	n = n_records;
	assert_true(n > 15);
	for (unsigned int i = 0; i < n; i++) {
		const struct record *r = &records[i];

		/* message 1 is answered again and leaves nothing */
		if (r->p[18] == XCHG_MAIN && !memcmp(r->p + 8, "\0\0\0\0\0\0\0\0", 8))
			continue;
		attack(net, !r->from, r->p, r->len);
		attack(net, r->from, r->p, r->len);
	}
	forget();
	net_run(net, 5000);
	no_harm(net);
	net_free(net);
}

static bool main_mode_over(struct net *net)
{
	return node_established(&net->nodes[0]) == 1 && node_established(&net->nodes[1]) == 1;
}

/* Each message twice over while the exchanges run. */
static void every_message_doubled(void **state)
{
	struct net *net = net_sites(5, START_AUTO, START_PASSIVE);

	(void)state;
	net->dup = 100;
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 70000);
	assert_true(net->nodes[1].e->counters[CNT_DUPLICATE] > 8);
	no_harm(net);
	net_free(net);
}

/* ---- wrong order ---- */

static unsigned int passed;

/*
 * Every message of main mode but the one that is due, at every step: a cell of
 * states and messages each. Message 1 before the responder got message 3 is
 * answered as it was, without a record; that is no complaint.
 */
static bool all_but_the_right_one(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	static uint8_t last[2][4096];

	/* an answer to one of the attacks is no step: a clear notify, or what was sent before */
	if (p[18] == XCHG_INFO || !memcmp(last[from], p, len))
		return false;
	memcpy(last[from], p, len);
	for (unsigned int i = passed == 5 || passed < 3; i < n_records && passed < 6; i++)
		if (i != passed && i != passed + 1)
			attack(net, !records[i].from, records[i].p, records[i].len);
	passed++;
	return false;
}

/* One seed gives the same session twice: in the second one its own future is known. */
static void messages_out_of_order(void **state)
{
	struct net *net = sites(6, record);

	(void)state;
	assert_true(net_until(net, 5000, main_mode_over));
	net_free(net);
	passed = 0;
	net = sites(6, all_but_the_right_one);
	assert_true(net_until(net, 5000, both_up));
	assert_true(passed > 6);
	net->drop = NULL;
	net_run(net, 5000);
	no_harm(net);
	forget();
	net_free(net);
}

/* ---- forgeries ---- */

static void header(struct v1_writer *w, const struct ike_sa *sa, uint8_t exchange, uint8_t flags, uint32_t msgid)
{
	struct isakmp_hdr h = { .version = ISAKMP_VERSION_1, .exchange = exchange, .flags = flags, .msgid = msgid };

	memcpy(h.cky_i, sa->cky_i, sizeof(h.cky_i));
	memcpy(h.cky_r, sa->cky_r, sizeof(h.cky_r));
	v1_begin(w, &h);
}

static void attack_with(struct net *net, unsigned int to, struct v1_writer *w)
{
	assert_true(v1_finish(w));
	attack(net, to, w->b.p, w->b.len);
	buf_free(&w->b);
}

static void forged_deletes(struct net *net, unsigned int to)
{
	struct conn *c = node_conn(&net->nodes[to], "site");
	uint32_t spi_out = htonl(c->children[0].current->spi_out);
	struct v1_writer w;
	uint8_t cookies[16];

	memcpy(cookies, c->ike->cky_i, 8);
	memcpy(cookies + 8, c->ike->cky_r, 8);
	header(&w, c->ike, XCHG_INFO, 0, 77);
	v1_put_delete(&w, PROTO_ISAKMP, cookies, 16, 1);
	attack_with(net, to, &w);
	header(&w, c->ike, XCHG_INFO, 0, 78);
	v1_put_delete(&w, PROTO_ESP, &spi_out, 4, 1);
	attack_with(net, to, &w);
	/* the same with a hash that is none, marked as encrypted */
	header(&w, c->ike, XCHG_INFO, ISAKMP_FLAG_ENCRYPTED, 79);
	v1_put(&w, PL_HASH, cookies, 16);
	v1_put_delete(&w, PROTO_ESP, &spi_out, 4, 1);
	buf_zero(&w.b, 16 - (w.b.len - ISAKMP_HDR_LEN) % 16);
	attack_with(net, to, &w);
	/* message id zero never is phase 2 */
	header(&w, c->ike, XCHG_INFO, ISAKMP_FLAG_ENCRYPTED, 0);
	buf_zero(&w.b, 48);
	attack_with(net, to, &w);
	header(&w, c->ike, XCHG_QUICK, 0, 80);
	v1_put(&w, PL_HASH, cookies, 16);
	attack_with(net, to, &w);
}

static void forged_notifies(struct net *net, unsigned int to)
{
	static const uint16_t types[] = {
		N_INITIAL_CONTACT, N_NO_PROPOSAL_CHOSEN, N_AUTHENTICATION_FAILED, N_INVALID_COOKIE, N_INVALID_SPI,
		N_R_U_THERE, N_R_U_THERE_ACK, N_RESPONDER_LIFETIME,
	};
	struct conn *c = node_conn(&net->nodes[to], "site");

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct v1_writer w;

		header(&w, c->ike, XCHG_INFO, 0, 100 + (uint32_t)i);
		v1_put_notify(&w, PROTO_ISAKMP, types[i], NULL, 0, "\0\0\0\1", 4);
		attack_with(net, to, &w);
	}
}

static void unauthenticated_deletes_and_notifies(void **state)
{
	struct net *net = net_sites(7, START_AUTO, START_PASSIVE);

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000);
	for (unsigned int to = 0; to < 2; to++) {
		forged_deletes(net, to);
		forged_notifies(net, to);
		assert_true(net->nodes[to].e->counters[CNT_UNAUTHENTICATED] >= 8);
	}
	net_run(net, 5000);
	no_harm(net);
	net_free(net);
}

/* During phase 1 a clear error notify is shown, and disbelieved. */
static bool refuse_each(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	struct v1_writer w;
	struct isakmp_hdr h = { .version = ISAKMP_VERSION_1, .exchange = XCHG_INFO, .msgid = 5 };

	(void)len;
	if (p[18] != XCHG_MAIN)
		return false;
	memcpy(h.cky_i, p, 8);
	memcpy(h.cky_r, p + 8, 8);
	v1_begin(&w, &h);
	v1_put_notify(&w, PROTO_ISAKMP, N_NO_PROPOSAL_CHOSEN, NULL, 0, NULL, 0);
	attack_with(net, from, &w);
	if (!from)
		assert_int_not_equal(node_conn(&net->nodes[0], "site")->failure.cause, FAIL_NONE);
	return false;
}

static void error_notifies_in_clear_during_phase1(void **state)
{
	struct net *net = sites(8, refuse_each);

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net->drop = NULL;
	assert_int_equal(node_conn(&net->nodes[0], "site")->failure.cause, FAIL_NONE);
	net_run(net, 5000);
	no_harm(net);
	net_free(net);
}

/* ---- a peer that has the keys, and bad intentions or a bad day ---- */

static uint32_t dice(struct net *net, uint32_t sides)
{
	static uint64_t x = 88172645463325252ull;

	(void)net;
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (uint32_t)(x >> 11) % sides;
}

/* A whole message 1 of quick mode, or an informational exchange, as they should be. */
static void insider_payloads(struct ike_sa *sa, struct v1_writer *w, uint8_t exchange)
{
	static const uint8_t nonce[32] = { 1 }, ke[64] = { 2 };
	struct child *child = &sa->conn->children[0];
	struct v1_id id;

	if (exchange == XCHG_INFO) {
		v1_put_notify(w, PROTO_ESP, N_NO_PROPOSAL_CHOSEN, "1234", 4, "text", 4);
		v1_put_notify(w, PROTO_ISAKMP, N_RESPONDER_LIFETIME, nonce, 16, ke, 12);
		v1_put_notify(w, PROTO_ISAKMP, N_R_U_THERE, nonce, 16, "\0\0\0\1", 4);
		return;
	}
	v1_p2_offer(sa->conn->cfg, w, 0x01020304, ENCAP_TUNNEL);
	v1_put(w, PL_NONCE, nonce, sizeof(nonce));
	v1_put(w, PL_KE, ke, sizeof(ke));
	v1_id_from_subnet(&child->local, &id);
	v1_put_id(w, &id);
	v1_id_from_subnet(&child->remote, &id);
	v1_put_id(w, &id);
}

static void insider_attack(struct net *net, uint8_t exchange)
{
	struct ike_sa *sa = node_conn(&net->nodes[0], "site")->ike;
	uint32_t msgid = v1_fresh_msgid(sa);
	struct v1_writer w;
	uint8_t iv[16];
	size_t at;

	v1_phase2_begin(sa, &w, exchange, msgid, true);
	at = w.b.len;
	insider_payloads(sa, &w, exchange);
	for (uint32_t n = 1 + dice(net, 4); n; n--)
		w.b.p[at + dice(net, (uint32_t)(w.b.len - at))] = (uint8_t)dice(net, 256);
	if (!dice(net, 4))
		w.b.len -= dice(net, (uint32_t)(w.b.len - at));
	assert_true(v1_iv_phase2(&sa->suite, sa->last_iv, msgid, iv));
	assert_true(v1_phase2_end(sa, &w, msgid, V1_HASH_1, NULL, iv));
	net_rx(net, 1, w.b.p, w.b.len);
	net_step(net);
	buf_free(&w.b);
}

static void authentic_nonsense(void **state)
{
	struct net *net = net_sites(11, START_AUTO, START_PASSIVE);

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000);
	for (unsigned int i = 0; i < 3000; i++) {
		insider_attack(net, i % 2 ? XCHG_QUICK : XCHG_INFO);
		if (!(i % 50))
			net_run(net, 500);
	}
	net_run(net, 200000);
	assert_null(node_conn(&net->nodes[1], "site")->ike->quicks);
	assert_true(both_quiet(net));
	net_free(net);
}

/* ---- openings that are no openings ---- */

static void opening(struct v1_writer *w, uint8_t exchange, uint8_t flags, uint32_t msgid)
{
	struct isakmp_hdr h = { .version = ISAKMP_VERSION_1, .exchange = exchange, .flags = flags, .msgid = msgid,
				.cky_i = { 1, 2, 3, 4, 5, 6, 7, 8 } };

	v1_begin(w, &h);
}

static void malformed_openings(void **state)
{
	struct net *net = net_sites(9, START_PASSIVE, START_PASSIVE);
	struct v1_transform_out t[70] = { { 0 } };
	struct v1_proposal_out prop = { .number = 1, .proto = PROTO_ISAKMP, .transforms = t, .n = 1 };
	static const uint8_t zeros[64];
	struct v1_writer w;
	size_t at;

	(void)state;
	opening(&w, XCHG_MAIN, 0, 0);			/* nothing in it */
	attack_with(net, 0, &w);
	opening(&w, XCHG_MAIN, 0, 0);			/* an SA of length zero */
	at = v1_pl_begin(&w, PL_SA);
	v1_pl_end(&w);
	buf_set_be16(&w.b, at - 2, 0);
	attack_with(net, 0, &w);
	opening(&w, XCHG_MAIN, 0, 0);			/* an SA that is longer than the datagram */
	v1_put(&w, PL_SA, zeros, 20);
	buf_set_be16(&w.b, ISAKMP_HDR_LEN + 2, 65535);
	attack_with(net, 0, &w);
	opening(&w, XCHG_MAIN, 0, 0);			/* an empty SA */
	v1_put(&w, PL_SA, zeros, 0);
	attack_with(net, 0, &w);
	opening(&w, XCHG_MAIN, 0, 0);			/* two SAs */
	v1_put_sa(&w, 1, &prop, 1);
	v1_put_sa(&w, 1, &prop, 1);
	attack_with(net, 0, &w);
	opening(&w, XCHG_MAIN, 0, 0);			/* more transforms than anybody has */
	prop.n = 70;
	v1_put_sa(&w, 1, &prop, 1);
	attack_with(net, 0, &w);
	opening(&w, XCHG_MAIN, 0, 0);			/* more payloads than anybody sends */
	prop.n = 1;
	v1_put_sa(&w, 1, &prop, 1);
	for (unsigned int i = 0; i < V1_PAYLOADS_MAX; i++)
		v1_put(&w, PL_VENDOR, zeros, 16);
	attack_with(net, 0, &w);
	opening(&w, XCHG_MAIN, 0, 1);			/* a message id in phase 1 */
	v1_put_sa(&w, 1, &prop, 1);
	attack_with(net, 0, &w);
	opening(&w, XCHG_MAIN, ISAKMP_FLAG_ENCRYPTED, 0);
	v1_put_sa(&w, 1, &prop, 1);
	attack_with(net, 0, &w);
	opening(&w, XCHG_QUICK, 0, 0);
	v1_put_sa(&w, 1, &prop, 1);
	attack_with(net, 0, &w);
	opening(&w, 99, 0, 0);
	attack_with(net, 0, &w);
	attack(net, 0, zeros, sizeof(zeros));		/* no cookie at all */
	attack(net, 0, zeros, 0);
	assert_int_equal(HASH_COUNT(net->nodes[0].e->sas), 0);
	net_free(net);
}

/* ---- floods ---- */

static void flood_of_openings_is_bounded(void **state)
{
	struct net *net = net_sites(10, START_ON_DEMAND, START_PASSIVE);
	char err[64];

	(void)state;
	net->drop = record;
	assert_true(ike_cmd(net->nodes[0].e, net->now, CMD_UP, "site", err, sizeof(err)));
	assert_true(net_until(net, 5000, both_up));
	net->drop = NULL;
	assert_true(n_records > 6);
	for (unsigned int i = 0; i < 5000; i++) {
		records[0].p[3] = i & 0xff;
		records[0].p[4] = i >> 8;
		net_rx(net, 1, records[0].p, records[0].len);
		net_step(net);
		assert_int_equal(net->nodes[1].e->half_open, 0);
	}
	no_harm(net);
	net_run(net, 700000);
	assert_int_equal(net->nodes[1].e->half_open, 0);
	assert_int_equal(HASH_COUNT(net->nodes[1].e->sas), 1);
	forget();
	net_free(net);
}

/* A phase 1 up to message 3, with cookie @i. Return: the key pair that it made us begin, NULL for none. */
static struct ike_job *knock(struct net *net, unsigned int i)
{
	struct ike_engine *e = net->nodes[1].e;
	struct ike_job *job = NULL;
	struct ike_action *a;

	for (unsigned int message = 0; message <= 2; message += 2) {
		records[message].p[3] = i & 0xff;
		records[message].p[4] = i >> 8;
		net_rx(net, 1, records[message].p, records[message].len);
		while ((a = ike_next_action(e))) {
			if (a->type == ACT_SEND)
				memcpy(records[2].p + 8, a->send.data + 8, 8);
			if (a->type == ACT_JOB)
				job = a->job;
			ike_action_free(a);
		}
	}
	return job;
}

static void flood_of_key_exchanges_is_bounded(void **state)
{
	static struct ike_job *held[HALF_OPEN_ADDR + 1];
	struct net *net = sites(12, record);
	unsigned int n = 0;

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net->drop = NULL;
	for (unsigned int i = 0; i < 300; i++) {
		struct ike_job *job = knock(net, i);

		if (job)
			held[n++] = job;
		assert_true(n <= HALF_OPEN_ADDR);
	}
	assert_int_equal(n, HALF_OPEN_ADDR);
	while (n) {
		held[--n]->ok = false;
		ike_job_done(net->nodes[1].e, net->now, held[n]);
	}
	held[0] = knock(net, 0xffff);
	assert_non_null(held[0]);
	ike_job_done(net->nodes[1].e, net->now, held[0]);
	assert_int_equal(net->nodes[1].e->jobs, 0);
	forget();
	no_harm(net);
	net_free(net);
}

/* The lifetime of 86400 s in message 2 becomes one second. */
static bool forge_lifetime(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	static const uint8_t day[] = { 0x00, P1_LIFE_DURATION, 0x00, 0x04, 0x00, 0x01, 0x51, 0x80 };
	uint8_t copy[4096], *at;

	if (!from || p[18] != XCHG_MAIN || is_encrypted(p))
		return false;
	memcpy(copy, p, len);
	at = memmem(copy, len, day, sizeof(day));
	if (!at)
		return false;
	memcpy(at + 4, "\0\0\0\1", 4);
	net_rx(net, 0, copy, len);
	messages++;
	return true;
}

static void forged_lifetime_is_not_obeyed(void **state)
{
	struct net *net;
	struct ike_sa *sa;

	(void)state;
	messages = 0;
	net = sites(14, forge_lifetime);
	assert_true(net_until(net, 5000, both_up));
	assert_int_equal(messages, 1);
	sa = node_conn(&net->nodes[0], "site")->ike;
	assert_true(sa->expires > net->now + V1_P1_LIFE_MIN * 1000);
	net->drop = NULL;
	net_run(net, 5000);
	no_harm(net);
	net_free(net);
}

static size_t answered(struct net *net, struct v1_writer *w)
{
	struct ike_action *a;
	size_t len = 0;

	assert_true(v1_finish(w));
	net_rx(net, 0, w->b.p, w->b.len);
	while ((a = ike_next_action(net->nodes[0].e))) {
		if (a->type == ACT_SEND)
			len += a->send.len;
		ike_action_free(a);
	}
	assert_true(len <= w->b.len);
	buf_free(&w->b);
	return len;
}

/* The sender may be forged: who answers with more than came is an amplifier. */
static void refusals_never_amplify(void **state)
{
	struct net *net = net_sites(13, START_PASSIVE, START_PASSIVE);
	static const uint8_t zeros[64];
	struct v1_writer w;

	(void)state;
	opening(&w, XCHG_AGGRESSIVE, 0, 0);
	assert_int_equal(answered(net, &w), 0);
	opening(&w, XCHG_AGGRESSIVE, 0, 0);
	v1_put(&w, PL_KE, zeros, 8);
	assert_int_equal(answered(net, &w), ISAKMP_HDR_LEN + 12);
	opening(&w, XCHG_AGGRESSIVE, 0, 0);
	v1_put(&w, PL_KE, zeros, sizeof(zeros));
	assert_true(answered(net, &w) > ISAKMP_HDR_LEN + 12);
	opening(&w, 34, 0, 0);
	w.b.p[17] = 0x20;
	assert_int_equal(answered(net, &w), 0);
	net_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_truncated_at_every_byte),
		cmocka_unit_test(every_byte_flipped_of_encrypted_messages),
		cmocka_unit_test(forged_openings_cost_an_attempt_at_most),
		cmocka_unit_test(every_message_replayed_and_reflected),
		cmocka_unit_test(every_message_doubled),
		cmocka_unit_test(messages_out_of_order),
		cmocka_unit_test(unauthenticated_deletes_and_notifies),
		cmocka_unit_test(error_notifies_in_clear_during_phase1),
		cmocka_unit_test(authentic_nonsense),
		cmocka_unit_test(malformed_openings),
		cmocka_unit_test(flood_of_openings_is_bounded),
		cmocka_unit_test(flood_of_key_exchanges_is_bounded),
		cmocka_unit_test(refusals_never_amplify),
		cmocka_unit_test(forged_lifetime_is_not_obeyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
