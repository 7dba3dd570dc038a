// SPDX-License-Identifier: GPL-2.0
/*
 * What a stranger can make us spend: memory, Diffie-Hellman, bytes sent, the
 * place of a peer that is none. And what of a peer's values is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/bn.h>

#include "core/direct.h"
#include "core/net.h"
#include "core/policy.h"
#include "core/v1/opening.h"

#define COOKIE_GOOD_FOR 65536	/* ms at least, twice that at most */

/* Node 1 answers, node 0 is the peer that the stranger pretends to be. */
static struct net *sites(uint64_t seed)
{
	return net_sites(seed, START_ON_DEMAND, START_PASSIVE);
}

static struct ike_path path_of(struct net *net, uint16_t port)
{
	struct ike_path path = net_path(net, 1);

	endpoint_set_port(&path.remote, port);
	return path;
}

/* Message 1 as node 0 would send it. @life: as no other has it, for an offer of its own */
static void opening(struct net *net, uint64_t cookie, uint32_t life, bool vendors, struct v1_writer *w)
{
	struct isakmp_hdr h = { .version = ISAKMP_VERSION_1, .exchange = XCHG_MAIN };
	struct conn_cfg *cfg = net->nodes[0].cfg.conns[0];
	uint32_t was = cfg->ike_lifetime;

	cookie++;
	memcpy(h.cky_i, &cookie, sizeof(cookie));
	v1_begin(w, &h);
	cfg->ike_lifetime = life ? life : was;
	v1_p1_offer(cfg, w);
	cfg->ike_lifetime = was;
	if (vendors)
		v1_vendor_put(w);
	assert_true(v1_finish(w));
}

/* What the responder did about one datagram. */
struct effect {
	unsigned int sent, jobs;
	size_t bytes, len;
	uint8_t reply[2048];
	struct ike_job *job;
};

static struct effect deliver(struct net *net, const struct ike_path *path, const uint8_t *p, size_t len)
{
	struct ike_engine *e = net->nodes[1].e;
	struct effect fx = { 0 };
	struct ike_action *a;

	ike_rx(e, net->now, path, p, len);
	while ((a = ike_next_action(e))) {
		if (a->type == ACT_SEND) {
			fx.sent++;
			fx.bytes += a->send.len;
			fx.len = a->send.len;
			assert_true(a->send.len <= sizeof(fx.reply));
			memcpy(fx.reply, a->send.data, a->send.len);
			assert_true(endpoint_eq(&a->send.path.remote, &path->remote));
		} else if (a->type == ACT_JOB) {
			fx.jobs++;
			fx.job = a->job;
		}
		ike_action_free(a);
	}
	return fx;
}

static struct effect open_with(struct net *net, const struct ike_path *path, uint64_t cookie, uint32_t life)
{
	struct v1_writer w;
	struct effect fx;

	opening(net, cookie, life, true, &w);
	fx = deliver(net, path, w.b.p, w.b.len);
	assert_true(fx.bytes <= w.b.len);
	buf_free(&w.b);
	return fx;
}

/* Message 3 to the opening @cookie, with the responder's cookie out of @fx. */
static void message3(uint64_t cookie, const struct effect *fx, struct v1_writer *w)
{
	struct isakmp_hdr h = { .version = ISAKMP_VERSION_1, .exchange = XCHG_MAIN };
	static const uint8_t bytes[64] = { 1 };

	cookie++;
	memcpy(h.cky_i, &cookie, sizeof(cookie));
	memcpy(h.cky_r, fx->reply + ISAKMP_COOKIE_LEN, ISAKMP_COOKIE_LEN);
	v1_begin(w, &h);
	v1_put(w, PL_KE, bytes, sizeof(bytes));
	v1_put(w, PL_NONCE, bytes, 16);
	assert_true(v1_finish(w));
}

static struct effect prove(struct net *net, const struct ike_path *path, uint64_t cookie, const struct effect *fx)
{
	struct v1_writer w;
	struct effect out;

	message3(cookie, fx, &w);
	out = deliver(net, path, w.b.p, w.b.len);
	buf_free(&w.b);
	return out;
}

static void give_back(struct net *net, struct ike_job *job)
{
	struct ike_action *a;

	job->ok = false;
	ike_job_done(net->nodes[1].e, net->now, job);
	while ((a = ike_next_action(net->nodes[1].e)))
		ike_action_free(a);
}

/* ---- before the address is proven ---- */

static void openings_leave_no_record(void **state)
{
	struct net *net = sites(1);
	struct ike_engine *e = net->nodes[1].e;
	struct ike_path path = path_of(net, IKE_PORT);
	size_t kept = 0;

	(void)state;
	for (unsigned int i = 0; i < 20000; i++) {
		struct effect fx;

		endpoint_set_port(&path.remote, (uint16_t)(1024 + i % 50000));
		fx = open_with(net, &path, i, 0);
		assert_int_equal(fx.sent, 1);
		assert_int_equal(fx.jobs, 0);
		if (!i)
			kept = v1_offers_bytes(v1_openings_offers(e));
	}
	assert_int_equal(HASH_COUNT(e->sas), 0);
	assert_int_equal(e->half_open, 0);
	assert_null(node_conn(&net->nodes[1], "site")->ikes);
	/* one offer, however many sent it */
	assert_int_equal(v1_offers_bytes(v1_openings_offers(e)), kept);
	assert_int_equal(ike_deadline(e), UINT64_MAX);
	net_free(net);
}

static void offers_stay_within_bounds(void **state)
{
	struct net *net = sites(2);
	struct ike_path path = path_of(net, IKE_PORT);
	struct v1_offers *offers;
	size_t most = 0;

	(void)state;
	for (unsigned int i = 0; i < 70000; i++) {
		assert_int_equal(open_with(net, &path, i, 100000 + i).sent, 1);
		offers = v1_openings_offers(net->nodes[1].e);
		most = v1_offers_bytes(offers) > most ? v1_offers_bytes(offers) : most;
	}
	assert_true(most > 4 << 20);
	assert_true(most < 12 << 20);
	net_free(net);
}

/* 100,000 a second, no two alike and all in the peer's name, over a way of 100 ms: as many in each round trip. */
#define PER_MS (100 * 100 / (2 * LATENCY_MS))

static void flood_for(struct net *net, unsigned int ms)
{
	static uint32_t serial;

	for (unsigned int t = 0; t < ms; t++) {
		for (unsigned int i = 0; i < PER_MS; i++) {
			struct ike_path path = path_of(net, (uint16_t)(1 + ++serial % 65000));
			struct v1_writer w;

			opening(net, (uint64_t)serial << 20, 100000 + serial, true, &w);
			ike_rx(net->nodes[1].e, net->now, &path, w.b.p, w.b.len);
			buf_free(&w.b);
		}
		/* answers do not get anywhere: the node that has the address would only count them */
		for (struct ike_action *a; (a = ike_next_action(net->nodes[1].e));) {
			assert_int_equal(a->type, ACT_SEND);
			ike_action_free(a);
		}
		net_run(net, 1);
	}
}

static void command(struct net *net, enum ike_cmd_type cmd)
{
	char err[128];

	assert_true(ike_cmd(net->nodes[0].e, net->now, cmd, "site", err, sizeof(err)));
	net_step(net);
}

static void a_peer_connects_through_a_flood(void **state)
{
	struct net *net = sites(3);

	(void)state;
	flood_for(net, 100);
	command(net, CMD_UP);
	flood_for(net, 130);
	assert_int_equal(node_established(&net->nodes[0]), 1);
	assert_int_equal(net->nodes[0].e->counters[CNT_RETRANSMIT], 0);
	assert_true(net_until(net, 3000, both_up));
	assert_true(net_consistent(net));
	net_free(net);
}

/* An offer of strangers is gone after that many others; one that was good before is not. */
static bool hold_message3;

static bool lose_message3(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	return hold_message3 && !from && p[16] == PL_KE && len > ISAKMP_HDR_LEN;
}

static void a_proven_offer_outlives_the_flood(void **state)
{
	struct net *net = sites(4);

	(void)state;
	for (unsigned int round = 0; round < 2; round++) {
		net->drop = lose_message3;
		hold_message3 = true;
		command(net, CMD_UP);
		flood_for(net, 150);
		hold_message3 = false;
		/* the first time, its offer is gone when the repeated message 3 comes */
		assert_int_equal(net_until(net, 5000, both_up), round);
		if (!round) {
			/* it begins anew, and that is remembered */
			net_run(net, 200000);
			command(net, CMD_UP);
			assert_true(net_until(net, 3000, both_up));
			command(net, CMD_DOWN);
			net_run(net, 2 * 60 * 1000);
		}
	}
	net_free(net);
}

static void the_same_opening_gets_the_same_answer(void **state)
{
	struct net *net = sites(5);
	struct ike_path path = path_of(net, IKE_PORT);
	struct effect first = open_with(net, &path, 7, 0), second, later;

	(void)state;
	net->now += 1000;
	second = open_with(net, &path, 7, 0);
	assert_int_equal(first.len, second.len);
	assert_memory_equal(first.reply, second.reply, first.len);
	/* once it led to an SA it is not answered at all */
	second = prove(net, &path, 7, &first);
	assert_int_equal(second.jobs, 1);
	later = open_with(net, &path, 7, 0);
	assert_int_equal(later.sent, 0);
	assert_int_equal(node_counter(&net->nodes[1], "duplicate"), 1);
	assert_int_equal(HASH_COUNT(net->nodes[1].e->sas), 1);
	give_back(net, second.job);
	net_free(net);
}

/* An offer that was pushed out and comes again, from whomever: cookies that were made for it are good again. */
static void a_forgotten_offer_comes_back(void **state)
{
	struct net *net = sites(13);
	struct ike_path path = path_of(net, IKE_PORT);
	struct effect fx = open_with(net, &path, 1, 0), out;

	(void)state;
	for (unsigned int i = 0; i < 33000; i++)
		open_with(net, &path, 100 + i, 100000 + i);
	out = prove(net, &path, 1, &fx);
	assert_int_equal(out.jobs, 0);
	open_with(net, &path, 2, 0);
	out = prove(net, &path, 1, &fx);
	assert_int_equal(out.jobs, 1);
	give_back(net, out.job);
	net_free(net);
}

/* ---- what the cookie proves ---- */

static void refused_cookie(struct net *net, const struct ike_path *path, uint64_t cookie, const struct effect *fx)
{
	uint64_t before = node_counter(&net->nodes[1], "unknown_cookie");
	struct effect out = prove(net, path, cookie, fx);

	assert_int_equal(out.jobs + out.sent, 0);
	assert_int_equal(HASH_COUNT(net->nodes[1].e->sas), 0);
	assert_int_equal(node_counter(&net->nodes[1], "unknown_cookie"), before + 1);
}

static void a_cookie_is_for_one_address(void **state)
{
	struct net *net = sites(6);
	struct ike_path path = path_of(net, IKE_PORT), other;
	struct effect fx = open_with(net, &path, 1, 0), forged, out;

	(void)state;
	other = path;
	addr_parse("192.0.2.77", &other.remote);
	endpoint_set_port(&other.remote, IKE_PORT);
	refused_cookie(net, &other, 1, &fx);
	other = path_of(net, 501);
	refused_cookie(net, &other, 1, &fx);
	other = path;
	other.natt = true;
	refused_cookie(net, &other, 1, &fx);
	other = path;
	addr_parse("192.0.2.78", &other.local);
	endpoint_set_port(&other.local, IKE_PORT);
	refused_cookie(net, &other, 1, &fx);
	refused_cookie(net, &path, 2, &fx);
	for (unsigned int bit = 0; bit < 64; bit++) {
		forged = fx;
		forged.reply[ISAKMP_COOKIE_LEN + bit / 8] ^= 1 << bit % 8;
		refused_cookie(net, &path, 1, &forged);
	}
	/* right to the last millisecond that it must be good for */
	net->now += COOKIE_GOOD_FOR;
	out = prove(net, &path, 1, &fx);
	assert_int_equal(out.jobs, 1);
	give_back(net, out.job);
	net_free(net);

	net = sites(6);
	fx = open_with(net, &path, 1, 0);
	net->now += 2 * COOKIE_GOOD_FOR;
	refused_cookie(net, &path, 1, &fx);
	net_free(net);
}

static struct packet_copy {
	uint8_t p[2048];
	size_t len;
} sent[6];
static unsigned int n_sent;

static bool record_main(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	if (!from && p[18] == XCHG_MAIN && n_sent < 6) {
		assert_true(len <= sizeof(sent->p));
		memcpy(sent[n_sent].p, p, len);
		sent[n_sent++].len = len;
	}
	return false;
}

/* Who saw a phase 1 go by can repeat its messages 1 and 3, from the address that they came from. */
static void a_recorded_phase1_begins_nothing_again(void **state)
{
	struct net *net = sites(7);
	struct ike_path path = path_of(net, IKE_PORT);
	struct effect fx;

	(void)state;
	n_sent = 0;
	net->drop = record_main;
	command(net, CMD_UP);
	assert_true(net_until(net, 5000, both_up));
	assert_int_equal(n_sent, 3);
	for (unsigned int i = 0; i < 2; i++) {	/* while it is up, and after */
		fx = deliver(net, &path, sent[0].p, sent[0].len);
		assert_int_equal(fx.jobs, 0);
		assert_true(fx.bytes <= sent[0].len);
		fx = deliver(net, &path, sent[1].p, sent[1].len);
		assert_int_equal(fx.jobs + fx.sent, 0);
		assert_int_equal(HASH_COUNT(net->nodes[1].e->sas), !i);
		command(net, CMD_DOWN);
		net_run(net, 500);
	}
	net_free(net);
}

static void a_reload_between_the_messages(void **state)
{
	struct net *net = sites(8);
	struct ike_path path = path_of(net, IKE_PORT);
	struct effect fx = open_with(net, &path, 1, 0), out;
	struct conn_cfg *cfg = site_cfg(net, 1, 0, "site");

	(void)state;
	net_configure(net, 1, NULL, 0);
	refused_cookie(net, &path, 1, &fx);
	/* one that would not have answered */
	cfg->ike[0].group = DH_ECP384;
	cfg->start = START_PASSIVE;
	net_configure1(net, 1, cfg);
	out = prove(net, &path, 1, &fx);
	assert_int_equal(out.jobs, 0);
	assert_int_equal(HASH_COUNT(net->nodes[1].e->sas), 0);
	/* the old one again: the cookie is as good as before */
	cfg = site_cfg(net, 1, 0, "site");
	cfg->start = START_PASSIVE;
	net_configure1(net, 1, cfg);
	out = prove(net, &path, 1, &fx);
	assert_int_equal(out.jobs, 1);
	give_back(net, out.job);
	net_free(net);
}

/* ---- bytes ---- */

static void never_more_out_than_in(void **state)
{
	struct net *net = sites(9);
	struct ike_path path = path_of(net, IKE_PORT);

	(void)state;
	for (unsigned int vendors = 0; vendors < 2; vendors++) {
		for (unsigned int i = 0; i < 20; i++) {	/* retransmissions too */
			struct v1_writer w;
			struct effect fx;

			opening(net, 5, 0, vendors, &w);
			fx = deliver(net, &path, w.b.p, w.b.len);
			assert_int_equal(fx.sent, 1);
			assert_true(fx.bytes <= w.b.len);
			/* an SA of one transform comes back whole */
			assert_int_equal(fx.reply[16], PL_SA);
			assert_true(fx.len >= 60);
			buf_free(&w.b);
		}
	}
	net_free(net);
}

static void refusals_are_limited(void **state)
{
	struct net *net = sites(10);
	struct ike_path path = path_of(net, IKE_PORT);
	unsigned int answered = 0, more = 0;
	struct conn_cfg *cfg = site_cfg(net, 1, 0, "site");
	struct node *n = &net->nodes[1];

	(void)state;
	cfg->ike[0].hash = HASH_SHA1;
	cfg->start = START_PASSIVE;
	net_configure1(net, 1, cfg);
	for (unsigned int i = 0; i < 1000; i++)
		answered += open_with(net, &path, i, 0).sent;
	assert_in_range(answered, 1, 10);
	assert_int_equal(node_counter(n, "answers_withheld"), 1000 - answered);
	assert_int_equal(n->e->half_open, 0);
	/* the operator is told all the same, and not a thousand times */
	assert_string_equal(node_failure(n, "site", 0), "phase1-proposal-mismatch");
	/* a peer that tries every two seconds is always answered */
	for (unsigned int i = 0; i < 100; i++) {
		net->now += 2000;
		more += open_with(net, &path, i, 0).sent;
	}
	assert_int_equal(more, 100);
	/* and addresses by the thousand get no more than all may have */
	cfg = site_cfg(net, 1, 0, "site");
	cfg->ike[0].hash = HASH_SHA1;
	cfg->remote.sa.sa_family = AF_UNSPEC;
	cfg->start = START_PASSIVE;
	net_configure1(net, 1, cfg);
	answered = 0;
	for (unsigned int i = 0; i < 5000; i++) {
		path.remote.v4.sin_addr.s_addr = htonl(0x0a000001 + i);
		answered += open_with(net, &path, i, 0).sent;
	}
	assert_in_range(answered, 50, 110);
	net_free(net);
}

static void strangers_are_no_flood_of_lines(void **state)
{
	struct net *net = sites(11);
	struct ike_path path = path_of(net, IKE_PORT);
	struct ike_action *a;
	unsigned int lines = 0;
	struct v1_writer w;

	(void)state;
	opening(net, 1, 0, true, &w);
	for (unsigned int i = 0; i < 5000; i++) {
		path.remote.v4.sin_addr.s_addr = htonl(0x0a000001 + i);
		ike_rx(net->nodes[1].e, net->now, &path, w.b.p, w.b.len);
		while ((a = ike_next_action(net->nodes[1].e))) {
			assert_int_not_equal(a->type, ACT_SEND);
			lines += a->type == ACT_LOG;
			ike_action_free(a);
		}
	}
	assert_in_range(lines, 1, 32);
	assert_int_equal(node_counter(&net->nodes[1], "unknown_peer"), 5000);
	buf_free(&w.b);
	net_free(net);
}

/* ---- after the address is proven, and nothing else ---- */

static void key_exchanges_are_limited(void **state)
{
	static struct ike_job *held[V1_JOBS_MAX + 1];
	struct net *net = sites(12);
	struct ike_path path = path_of(net, IKE_PORT);
	struct conn_cfg *cfg = site_cfg(net, 1, 0, "site");
	struct ike_engine *e = net->nodes[1].e;
	unsigned int n = 0, i;

	(void)state;
	cfg->remote.sa.sa_family = AF_UNSPEC;
	cfg->start = START_PASSIVE;
	net_configure1(net, 1, cfg);
	/* one address: the first of them keep their place, for they keep the threads busy */
	for (i = 0; i < 50; i++) {
		struct effect fx = open_with(net, &path, i, 0), out = prove(net, &path, i, &fx);

		if (out.job)
			held[n++] = out.job;
	}
	assert_int_equal(n, HALF_OPEN_ADDR);
	/* all addresses */
	for (; i < V1_JOBS_MAX + 500; i++) {
		struct effect fx, out;

		path.remote.v4.sin_addr.s_addr = htonl(0x0a000001 + i);
		fx = open_with(net, &path, i, 0);
		out = prove(net, &path, i, &fx);
		if (out.job)
			held[n++] = out.job;
		assert_true(n <= V1_JOBS_MAX);
	}
	assert_int_equal(n, V1_JOBS_MAX);
	assert_true(e->half_open <= HALF_OPEN_MAX);
	while (n)
		give_back(net, held[--n]);
	assert_int_equal(e->jobs, 0);
	/* then the oldest make room */
	for (i = 0; i < 50; i++) {
		struct effect fx, out;

		path.remote.v4.sin_addr.s_addr = htonl(0x0b000001 + i);
		fx = open_with(net, &path, i, 0);
		out = prove(net, &path, i, &fx);
		assert_int_equal(out.jobs, 1);
		give_back(net, out.job);
		assert_true(e->half_open <= HALF_OPEN_MAX);
	}
	net_run(net, 700000);
	assert_int_equal(HASH_COUNT(e->sas), 0);
	net_free(net);
}

/* ---- a peer's values ---- */

enum value { ZERO, ONE, P_MINUS_1, P, P_PLUS_1, ALL_ONES, SHORT, LONG, EMPTY, OFF_CURVE, INFINITY_POINT, VALUES };

static struct forgery {
	unsigned int from;		/* whose KE or nonce is replaced */
	unsigned int group;
	uint8_t type;			/* PL_KE or PL_NONCE */
	enum value value;
	size_t len;			/* of a nonce */
	bool on;
	unsigned int done;
} forgery;

static size_t forged_public(uint8_t out[1100], const struct v1_payload *pl)
{
	BIGNUM *p = forgery.group == DH_MODP1024 ? BN_get_rfc2409_prime_1024(NULL) : NULL;
	size_t len = pl->len;

	memset(out, 0, 1100);
	switch (forgery.value) {
	case ONE:
		out[len - 1] = 1;
		break;
	case P_MINUS_1:
	case P:
	case P_PLUS_1:
		assert_true(BN_sub_word(p, 1) && BN_add_word(p, (BN_ULONG)(forgery.value - P_MINUS_1)));
		assert_int_equal(BN_bn2binpad(p, out, (int)len), len);
		break;
	case ALL_ONES:
		memset(out, 0xff, len);
		break;
	case SHORT:
		memcpy(out, pl->body, len);
		len--;
		break;
	case LONG:
		memcpy(out + 1, pl->body, len);
		len++;
		break;
	case EMPTY:
		len = 0;
		break;
	case OFF_CURVE:
		memcpy(out, pl->body, len);
		out[len - 1] ^= 1;
		break;
	default:
		break;	/* zeros: for a curve also the point at infinity as some write it */
	}
	BN_free(p);
	return len;
}

/* Message 3 or 4 with one payload replaced; the true one is lost. */
static bool forge(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	struct cursor c = cursor_of(p, len);
	struct isakmp_hdr h;
	struct v1_chain ch;
	struct v1_writer w;

	if (!forgery.on || from != forgery.from || p[18] != XCHG_MAIN || p[16] != PL_KE || (p[19] & ISAKMP_FLAG_ENCRYPTED))
		return false;
	assert_true(isakmp_hdr_parse(&c, &h) && v1_chain_parse(h.next, c.p, c.left, false, &ch));
	h.next = PL_NONE;
	v1_begin(&w, &h);
	for (unsigned int i = 0; i < ch.n; i++) {
		uint8_t body[1100] = { 0 };
		size_t n = forgery.len;

		if (ch.pl[i].type != forgery.type) {
			v1_put(&w, ch.pl[i].type, ch.pl[i].body, ch.pl[i].len);
			continue;
		}
		if (forgery.type == PL_KE)
			n = forged_public(body, &ch.pl[i]);
		else
			memset(body, 0x5a, n);
		v1_put(&w, ch.pl[i].type, body, n);
	}
	assert_true(v1_finish(&w));
	net_rx(net, !from, w.b.p, w.b.len);
	buf_free(&w.b);
	forgery.done++;
	return true;
}

static void try_forgery(struct forgery with, bool good)
{
	struct net *net = net_new(2, 20 + with.value);
	struct conn_cfg *a = site_cfg(net, 0, 1, "site"), *b = site_cfg(net, 1, 0, "site");
	struct node *victim = &net->nodes[!with.from];

	forgery = with;
	forgery.on = true;
	a->ike[0].group = b->ike[0].group = with.group;
	a->start = START_AUTO;
	b->start = START_PASSIVE;
	net->drop = forge;
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	net_run(net, 1500);
	assert_true(forgery.done > 0);
	assert_int_equal(node_established(victim), 0);
	if (good)
		assert_true(node_counter(victim, "malformed") == 0);
	else
		assert_true(node_counter(victim, "malformed") >= forgery.done);
	/* what it cost is the attempt at most */
	forgery.on = false;
	if (!good)
		assert_true(net_until(net, 400000, both_up));
	net_free(net);
}

static void bad_public_values(void **state)
{
	static const struct {
		unsigned int group;
		enum value value;
	} bad[] = {
		{ DH_MODP1024, ZERO }, { DH_MODP1024, ONE }, { DH_MODP1024, P_MINUS_1 }, { DH_MODP1024, P },
		{ DH_MODP1024, P_PLUS_1 }, { DH_MODP1024, ALL_ONES }, { DH_MODP1024, SHORT }, { DH_MODP1024, LONG },
		{ DH_MODP1024, EMPTY }, { DH_ECP256, ZERO }, { DH_ECP256, ONE }, { DH_ECP256, ALL_ONES },
		{ DH_ECP256, SHORT }, { DH_ECP256, LONG }, { DH_ECP256, EMPTY }, { DH_ECP256, OFF_CURVE },
		{ DH_ECP256, INFINITY_POINT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		for (unsigned int from = 0; from < 2; from++)
			try_forgery((struct forgery){ .from = from, .group = bad[i].group, .type = PL_KE,
						      .value = bad[i].value }, false);
}

/* RFC 2409 5: between 8 and 256 bytes */
static void nonce_lengths(void **state)
{
	static const size_t bad[] = { 0, 1, 7, 257, 1000 }, good[] = { 8, 256 };

	(void)state;
	for (unsigned int from = 0; from < 2; from++) {
		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
			try_forgery((struct forgery){ .from = from, .group = DH_ECP256, .type = PL_NONCE,
						      .len = bad[i] }, false);
		for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
			try_forgery((struct forgery){ .from = from, .group = DH_ECP256, .type = PL_NONCE,
						      .len = good[i] }, true);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openings_leave_no_record),
		cmocka_unit_test(offers_stay_within_bounds),
		cmocka_unit_test(a_peer_connects_through_a_flood),
		cmocka_unit_test(a_proven_offer_outlives_the_flood),
		cmocka_unit_test(the_same_opening_gets_the_same_answer),
		cmocka_unit_test(a_forgotten_offer_comes_back),
		cmocka_unit_test(a_cookie_is_for_one_address),
		cmocka_unit_test(a_recorded_phase1_begins_nothing_again),
		cmocka_unit_test(a_reload_between_the_messages),
		cmocka_unit_test(never_more_out_than_in),
		cmocka_unit_test(refusals_are_limited),
		cmocka_unit_test(strangers_are_no_flood_of_lines),
		cmocka_unit_test(key_exchanges_are_limited),
		cmocka_unit_test(bad_public_values),
		cmocka_unit_test(nonce_lengths),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
