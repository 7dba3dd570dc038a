// SPDX-License-Identifier: GPL-2.0
/* Lifetimes: each legal encoding at both ends of both phases, and what is made of those that differ. */
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

#define SAID_S 900
#define SAID_KB 4096

static struct conn_cfg *a, *b;

static struct net *sites(uint64_t seed)
{
	struct net *net = net_new(2, seed);

	a = site_cfg(net, 0, 1, "site");
	b = site_cfg(net, 1, 0, "site");
	a->pfs = b->pfs = DH_NONE;
	b->start = START_PASSIVE;
	return net;
}

static void start(struct net *net)
{
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
}

static void rx(struct net *net, unsigned int to, const struct v1_writer *w)
{
	net_rx(net, to, w->b.p, w->b.len);
	net_step(net);
}

/* ---- each legal form (RFC 2408 3.3, RFC 2407 4.5, RFC 2409 appendix A) ---- */

/* 0: basic, else the length of the variable form */
static const unsigned int type_forms[] = { 0, 2, 4 }, duration_forms[] = { 0, 2, 3, 4, 8 };

enum kb { KB_NONE, KB_BEFORE, KB_BEHIND, KB_APART, KB_N };

struct form {
	unsigned int type, duration;
	enum kb kb;
};

#define FORMS (3 * 5 * KB_N)

static struct form form(unsigned int i)
{
	return (struct form){ type_forms[i % 3], duration_forms[i / 3 % 5], (enum kb)(i / 15) };
}

static void put_attr(struct buf *out, uint16_t type, unsigned int len, uint64_t v)
{
	buf_be16(out, len ? type : type | 0x8000);
	if (!len) {
		buf_be16(out, (uint16_t)v);
		return;
	}
	buf_be16(out, (uint16_t)len);
	while (len--) {
		uint8_t byte = (uint8_t)(v >> 8 * len);

		buf_put(out, &byte, 1);
	}
}

static void put_life(struct buf *out, int phase, const struct form *f, uint16_t unit, uint64_t v)
{
	put_attr(out, phase == 1 ? P1_LIFE_TYPE : P2_LIFE_TYPE, f->type, unit);
	put_attr(out, phase == 1 ? P1_LIFE_DURATION : P2_LIFE_DURATION, f->duration, v);
}

static void put_lives(struct buf *out, int phase, const struct form *f)
{
	if (f->kb == KB_BEFORE)
		put_life(out, phase, f, LIFE_KILOBYTES, SAID_KB);
	put_life(out, phase, f, LIFE_SECONDS, SAID_S);
	if (f->kb == KB_BEHIND)
		put_life(out, phase, f, LIFE_KILOBYTES, SAID_KB);
}

/* One proposal of one transform, as both ends are set to; @f NULL: without a lifetime */
static void put_sa(struct v1_writer *w, int phase, uint32_t spi, const struct form *f)
{
	static const uint16_t p1[] = { 0x8001, 7, 0x800e, 128, 0x8002, 4, 0x8003, 1, 0x8004, 19 };
	static const uint16_t p2[] = { 0x8004, ENCAP_TUNNEL, 0x8005, 5, 0x8006, 128 };
	const uint16_t *rest = phase == 1 ? p1 : p2;
	size_t n = phase == 1 ? sizeof(p1) / 2 : sizeof(p2) / 2;
	struct buf t = { 0 };

	if (f && f->kb != KB_APART)
		put_lives(&t, phase, f);
	for (size_t i = 0; i < n; i++)
		buf_be16(&t, rest[i]);
	if (f && f->kb == KB_APART) {	/* behind the others, the two not together */
		put_life(&t, phase, f, LIFE_KILOBYTES, SAID_KB);
		put_life(&t, phase, f, LIFE_SECONDS, SAID_S);
	}
	v1_pl_begin(w, PL_SA);
	buf_be32(&w->b, 1);
	buf_be32(&w->b, 1);
	buf_be16(&w->b, 0);
	buf_be16(&w->b, (uint16_t)(8 + (spi ? 4 : 0) + 8 + t.len));
	buf_be32(&w->b, phase == 1 ? 0x01010001 : 0x01030401);
	if (spi)
		buf_be32(&w->b, spi);
	buf_be16(&w->b, 0);
	buf_be16(&w->b, (uint16_t)(8 + t.len));
	buf_be32(&w->b, phase == 1 ? 0x01010000 : 0x010c0000);
	buf_put(&w->b, t.p, t.len);
	v1_pl_end(w);
	buf_free(&t);
}

static bool lose_all(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)from;
	(void)p;
	(void)len;
	return true;
}

/* ---- phase 1 ---- */

static void p1_message(struct v1_writer *w, const uint8_t cky_i[8], const uint8_t cky_r[8], const struct form *f)
{
	struct isakmp_hdr h = { .version = ISAKMP_VERSION_1, .exchange = XCHG_MAIN };

	memcpy(h.cky_i, cky_i, 8);
	if (cky_r)
		memcpy(h.cky_r, cky_r, 8);
	v1_begin(w, &h);
	put_sa(w, 1, 0, f);
	assert_true(v1_finish(w));
}

static uint8_t heard_cky_r[8];

static bool hear_cookie(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	memcpy(heard_cky_r, p + sizeof(heard_cky_r), sizeof(heard_cky_r));
	return lose_all(net, from, p, len);
}

/* The responder keeps nothing before message 3. */
static void p1_message3(struct net *net, const uint8_t cky_i[8])
{
	struct isakmp_hdr h = { .version = ISAKMP_VERSION_1, .exchange = XCHG_MAIN };
	static const uint8_t some[1024] = { 1 };
	struct v1_writer w;

	net_step(net);
	memcpy(h.cky_i, cky_i, sizeof(h.cky_i));
	memcpy(h.cky_r, heard_cky_r, sizeof(h.cky_r));
	v1_begin(&w, &h);
	v1_put(&w, PL_KE, some, dh_info(a->ike[0].group)->pub_len);
	v1_put(&w, PL_NONCE, some, 16);
	assert_true(v1_finish(&w));
	rx(net, 1, &w);
	buf_free(&w.b);
}

static void phase1_responder(void **state)
{
	static const uint8_t cky[8] = "initiat";

	(void)state;
	for (unsigned int i = 0; i < FORMS; i++) {
		struct form f = form(i);
		struct net *net = sites(i + 1);
		struct v1_writer w;

		a->start = START_PASSIVE;
		start(net);
		net->drop = hear_cookie;
		p1_message(&w, cky, NULL, &f);
		rx(net, 1, &w);
		buf_free(&w.b);
		p1_message3(net, cky);
		assert_non_null(site_conn(net, 1)->ikes);
		assert_int_equal(site_conn(net, 1)->ikes->p1->life_s, SAID_S);
		assert_false(site_conn(net, 1)->ikes->p1->tell_life);
		net_free(net);
	}
}

static void phase1_initiator(void **state)
{
	static const uint8_t cky[8] = "respond";

	(void)state;
	for (unsigned int i = 0; i < FORMS; i++) {
		struct form f = form(i);
		struct net *net = sites(i + 1);
		struct ike_sa *sa;
		struct v1_writer w;

		net->drop = lose_all;
		start(net);
		sa = site_conn(net, 0)->ikes;
		assert_int_equal(sa->p1->life_s, 0);
		p1_message(&w, sa->cky_i, cky, &f);
		rx(net, 0, &w);
		buf_free(&w.b);
		assert_int_equal(sa->p1->state, P1_I_WAIT_KE);
		assert_int_equal(sa->p1->life_s, SAID_S);
		net_free(net);
	}
}

/* ---- phase 2 ---- */

static struct net *established(uint64_t seed)
{
	struct net *net = sites(seed);

	start(net);
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000);
	net->drop = lose_all;
	return net;
}

static void put_nonce_ids(struct v1_writer *w, const struct child *child)
{
	struct v1_id local, remote;
	uint8_t nonce[32] = { 7 };

	v1_put(w, PL_NONCE, nonce, sizeof(nonce));
	v1_id_from_subnet(&child->local, &local);
	v1_id_from_subnet(&child->remote, &remote);
	v1_put_id(w, &local);
	v1_put_id(w, &remote);
}

/* Message 1 of a quick mode as node 0 would send it */
static void quick_1(struct net *net, uint32_t msgid, const struct form *f)
{
	struct ike_sa *sa = site_conn(net, 0)->ike;
	struct v1_writer w = { 0 };
	uint8_t iv[16];

	assert_true(v1_iv_phase2(&sa->suite, sa->last_iv, msgid, iv));
	v1_phase2_begin(sa, &w, XCHG_QUICK, msgid, true);
	put_sa(&w, 2, 0x01020304, f);
	put_nonce_ids(&w, &site_conn(net, 0)->children[0]);
	assert_true(v1_phase2_end(sa, &w, msgid, V1_HASH_1, NULL, iv));
	rx(net, 1, &w);
	buf_free(&w.b);
}

/* Message 2 as node 1 would answer the quick mode that node 0 has begun; @told: by a RESPONDER-LIFETIME */
static void quick_2(struct net *net, const struct form *f, const struct form *told)
{
	struct ike_sa *sa = site_conn(net, 1)->ike;
	struct child *child = &site_conn(net, 0)->children[0];
	struct v1_quick *q = child->quick;
	struct v1_quick mine = { .role = ROLE_RESPONDER, .peer_nonce = q->nonce };
	uint32_t msgid = q->msgid;
	struct v1_writer w = { 0 };
	struct buf data = { 0 };
	uint8_t iv[16];

	memcpy(iv, q->iv, sizeof(iv));
	v1_phase2_begin(sa, &w, XCHG_QUICK, msgid, true);
	put_sa(&w, 2, 0x01020304, f);
	put_nonce_ids(&w, child);
	if (told) {
		put_lives(&data, 2, told);
		v1_put_notify(&w, PROTO_ESP, N_RESPONDER_LIFETIME, "\1\2\3\4", 4, data.p, data.len);
	}
	assert_true(v1_phase2_end(sa, &w, msgid, V1_HASH_2, &mine, iv));
	rx(net, 0, &w);
	buf_free(&w.b);
	buf_free(&data);
}

static void begin_quick(struct net *net)
{
	struct child *child = &site_conn(net, 0)->children[0];

	ike_tick(net->nodes[0].e, net->now);
	child->wanted = true;
	child->trying = true;
	child->started = net->now;
	v1_quick_start(site_conn(net, 0)->ike, child);
	net_step(net);
	assert_non_null(child->quick);
}

/* The pair that the exchange has just made, and its limits in the kernel */
static void assert_pair(struct net *net, unsigned int i, uint64_t seconds, uint64_t kb)
{
	const struct child *child = conn_find_child(site_conn(net, i),
						    i ? &a->remote_subnets[0] : &a->local_subnets[0],
						    i ? &a->local_subnets[0] : &a->remote_subnets[0]);
	const struct child_sa *csa = child->sas;
	unsigned int found = 0;

	assert_int_equal(csa->spi_out, 0x01020304);
	assert_int_equal(csa->hard - csa->born, seconds * 1000);
	for (size_t k = 0; k < K_SAS_MAX; k++) {
		const struct k_sa *sa = &net->nodes[i].sas[k];

		if (!sa->used || sa->spi != (sa->dir == SA_IN ? csa->spi_in : csa->spi_out))
			continue;
		found++;
		assert_int_equal(sa->hard_bytes, kb * 1024);
		assert_true(!kb || (sa->soft_bytes < sa->hard_bytes && sa->soft_bytes > sa->hard_bytes / 2));
	}
	assert_int_equal(found, 2);
}

static void phase2_responder(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < FORMS; i++) {
		struct form f = form(i);
		struct net *net = established(i + 1);

		quick_1(net, 0x77000000 + i, &f);
		assert_pair(net, 1, SAID_S, f.kb == KB_NONE ? 0 : SAID_KB);
		net_free(net);
	}
}

static void phase2_initiator(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < FORMS; i++) {
		struct form f = form(i);
		struct net *net = established(i + 1);

		begin_quick(net);
		quick_2(net, &f, NULL);
		assert_pair(net, 0, SAID_S, f.kb == KB_NONE ? 0 : SAID_KB);
		net_free(net);
	}
}

static void responder_lifetime(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < FORMS; i++) {
		struct form f = form(i);
		struct net *net = established(i + 1);

		f.kb %= KB_APART;
		begin_quick(net);
		quick_2(net, NULL, &f);
		assert_pair(net, 0, SAID_S, f.kb == KB_NONE ? 0 : SAID_KB);
		net_free(net);
	}
}

/* In phase 1 it has the numbers of phase 1 */
static void responder_lifetime_of_phase1(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < FORMS; i++) {
		struct form f = form(i);
		struct v1_life told = { 0 };
		struct v1_writer w = { 0 };
		struct buf data = { 0 };
		struct v1_chain ch;

		f.kb %= KB_APART;
		put_lives(&data, 1, &f);
		v1_put_notify(&w, PROTO_ISAKMP, N_RESPONDER_LIFETIME, "0123456789abcdef", 16, data.p, data.len);
		assert_true(v1_chain_parse(PL_NOTIFY, w.b.p, w.b.len, false, &ch));
		v1_lifetime_told(&ch, PROTO_ESP, &told);
		assert_int_equal(told.s, 0);
		v1_lifetime_told(&ch, PROTO_ISAKMP, &told);
		assert_int_equal(told.s, SAID_S);
		assert_int_equal(told.kb, f.kb == KB_NONE ? 0 : SAID_KB);
		buf_free(&w.b);
		buf_free(&data);
	}
}

/* ---- a limit in bytes that was never negotiated ---- */

static void a_byte_limit_of_our_own_holds(void **state)
{
	struct net *net = sites(3);
	const struct form silent = { .kb = KB_NONE };

	(void)state;
	b->esp_lifebytes = a->esp_lifebytes = 8 << 20;
	start(net);
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000);
	net->drop = lose_all;
	quick_1(net, 0x77000001, &silent);
	assert_pair(net, 1, SAID_S, 8 << 10);
	begin_quick(net);
	quick_2(net, &silent, NULL);
	assert_pair(net, 0, SAID_S, 8 << 10);
	net_free(net);
}

/* Not even a peer that is obeyed makes it longer. */
static void obedience_ends_at_our_own_byte_limit(void **state)
{
	struct net *net = sites(6);
	const struct form longer = { .kb = KB_BEHIND };

	(void)state;
	b->esp_lifebytes = 2 << 20;
	b->lifetime_policy = LIFETIME_OBEY;
	start(net);
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000);
	net->drop = lose_all;
	quick_1(net, 0x77000001, &longer);
	assert_pair(net, 1, SAID_S, 2 << 10);
	net_free(net);
}

/* One end has a limit, of 1 MiB, the other none: packets go on, over many SAs. */
static void byte_limits_rekey_under_traffic(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct net *net = sites(4 + i);

		(i ? a : b)->esp_lifebytes = 1 << 20;
		start(net);
		assert_true(net_until(net, 5000, both_up));
		net_run(net, 1000);
		net->traffic_ms = 5;
		net_run(net, 300 * 1000);	/* 6 MB each way in each pair */
		net->traffic_ms = 0;
		net_run(net, 100);
		for (unsigned int k = 0; k < 2; k++) {
			assert_in_range(node_count(&net->nodes[k], "child-rekeyed"), 4 * 5, 4 * 9);
			assert_int_equal(node_count(&net->nodes[k], "child-down"), 0);
			assert_int_equal(net->nodes[k].esp_lost + net->nodes[k].no_sa, 0);
		}
		net_free(net);
	}
}

/* ---- lifetimes that differ ---- */

#define REFUSED 0

/** struct meeting - what both ends have, and what each makes of it in either phase */
static const struct meeting {
	enum lifetime_policy pa, pb;
	uint32_t a, b;
	uint64_t esp_a, esp_b, ike_a, ike_b;
} meetings[] = {
	{ LIFETIME_CLAIM, LIFETIME_CLAIM, 3600, 900, 900, 900, 900, 900 },
	{ LIFETIME_CLAIM, LIFETIME_CLAIM, 900, 3600, 900, 900, 900, 900 },
	{ LIFETIME_CLAIM, LIFETIME_CLAIM, 900, 900, 900, 900, 900, 900 },
	{ LIFETIME_CLAIM, LIFETIME_OBEY, 3600, 900, 3600, 3600, 3600, 3600 },
	{ LIFETIME_CLAIM, LIFETIME_OBEY, 900, 3600, 900, 900, 900, 900 },
	{ LIFETIME_OBEY, LIFETIME_CLAIM, 3600, 900, 900, 900, 900, 900 },
	{ LIFETIME_OBEY, LIFETIME_CLAIM, 900, 3600, 900, 900, 900, 900 },
	{ LIFETIME_OBEY, LIFETIME_OBEY, 3600, 900, 3600, 3600, 3600, 3600 },
	{ LIFETIME_STRICT, LIFETIME_STRICT, 3600, 3600, 3600, 3600, 3600, 3600 },
	{ LIFETIME_STRICT, LIFETIME_CLAIM, 900, 3600, 900, 900, 900, 900 },
	{ LIFETIME_STRICT, LIFETIME_OBEY, 3600, 900, 3600, 3600, 3600, 3600 },
	{ LIFETIME_STRICT, LIFETIME_CLAIM, 3600, 900, REFUSED, REFUSED, REFUSED, REFUSED },
	{ LIFETIME_CLAIM, LIFETIME_STRICT, 3600, 900, REFUSED, REFUSED, REFUSED, REFUSED },
	{ LIFETIME_CLAIM, LIFETIME_STRICT, 900, 3600, REFUSED, REFUSED, REFUSED, REFUSED },
	{ LIFETIME_OBEY, LIFETIME_STRICT, 900, 3600, REFUSED, REFUSED, REFUSED, REFUSED },
};

static struct net *meet(uint64_t seed, const struct meeting *m)
{
	struct net *net = sites(seed);

	a->lifetime_policy = m->pa;
	b->lifetime_policy = m->pb;
	return net;
}

static void policies_in_phase2(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(meetings) / sizeof(meetings[0]); i++) {
		const struct meeting *m = &meetings[i];
		struct net *net = meet(10 + i, m);
		/* who is strict refuses; the other one is refused, or waits in vain */
		unsigned int strict = m->pb == LIFETIME_STRICT;

		a->esp_lifetime = m->a;
		b->esp_lifetime = m->b;
		start(net);
		net_run(net, 3000);
		if (m->esp_a == REFUSED) {
			assert_int_equal(node_children_up(&net->nodes[strict]), 0);
			assert_string_equal(node_failure(&net->nodes[strict], "site", 1), "phase2-lifetime-mismatch");
			assert_int_equal(site_conn(net, strict)->children[0].failure.who, WHO_US);
			assert_int_equal(site_conn(net, strict)->children[0].failure.key, KEY_ESP_LIFETIME);
			assert_string_not_equal(site_conn(net, strict)->children[0].failure.theirs,
						site_conn(net, strict)->children[0].failure.ours);
			assert_int_equal(node_established(&net->nodes[0]), 1);
		} else {
			const struct child_sa *ca = site_conn(net, 0)->children[3].current;
			const struct child_sa *cb = site_conn(net, 1)->children[3].current;

			assert_true(both_up(net));
			assert_int_equal(ca->hard - ca->born, m->esp_a * 1000);
			assert_int_equal(cb->hard - cb->born, m->esp_b * 1000);
		}
		net_free(net);
	}
}

static void policies_in_phase1(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(meetings) / sizeof(meetings[0]); i++) {
		const struct meeting *m = &meetings[i];
		struct net *net = meet(40 + i, m);
		unsigned int strict = m->pb == LIFETIME_STRICT;

		a->ike_lifetime = m->a;
		b->ike_lifetime = m->b;
		start(net);
		net_run(net, 3000);
		if (m->ike_a == REFUSED) {
			assert_false(both_up(net));
			assert_string_equal(node_failure(&net->nodes[strict], "site", 0), "phase1-lifetime-mismatch");
			assert_int_equal(site_conn(net, strict)->failure.who, WHO_US);
			assert_int_equal(site_conn(net, strict)->failure.key, KEY_IKE_LIFETIME);
			/* nothing is left of it at the other end either */
			assert_int_equal(node_established(&net->nodes[0]) + node_established(&net->nodes[1]), 0);
		} else {
			const struct ike_sa *sa = site_conn(net, 0)->ike, *sb = site_conn(net, 1)->ike;

			/* the initiator's began with its message 5 */
			assert_in_range(sa->expires - sa->up_at, m->ike_a * 1000 - 100, m->ike_a * 1000);
			assert_int_equal(sb->expires - sb->up_at, m->ike_b * 1000);
		}
		net_free(net);
	}
}

/* No peer makes us rekey all the time, or keep a key for ever. */
static void what_is_out_of_bounds_is_cut(void **state)
{
	static const struct {
		uint32_t theirs;
		uint64_t esp, ike;
	} cuts[] = { { 1, V1_P2_LIFE_MIN, V1_P1_LIFE_MIN }, { UINT32_MAX, V1_LIFE_MAX, V1_LIFE_MAX } };

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct net *net = sites(80 + i);
		const struct child_sa *csa;

		a->lifetime_policy = b->lifetime_policy = LIFETIME_OBEY;
		a->esp_lifetime = a->ike_lifetime = cuts[i].theirs;
		net_configure1(net, 1, b);
		net_configure1(net, 0, a);
		net_run(net, 500);
		csa = site_conn(net, 1)->children[0].sas;
		assert_non_null(csa);
		assert_int_equal(csa->hard - csa->born, cuts[i].esp * 1000);
		assert_int_equal(site_conn(net, 1)->ikes->expires - site_conn(net, 1)->ikes->up_at, cuts[i].ike * 1000);
		net_free(net);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phase1_responder),
		cmocka_unit_test(phase1_initiator),
		cmocka_unit_test(phase2_responder),
		cmocka_unit_test(phase2_initiator),
		cmocka_unit_test(responder_lifetime),
		cmocka_unit_test(responder_lifetime_of_phase1),
		cmocka_unit_test(a_byte_limit_of_our_own_holds),
		cmocka_unit_test(obedience_ends_at_our_own_byte_limit),
		cmocka_unit_test(byte_limits_rekey_under_traffic),
		cmocka_unit_test(policies_in_phase2),
		cmocka_unit_test(policies_in_phase1),
		cmocka_unit_test(what_is_out_of_bounds_is_cut),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
