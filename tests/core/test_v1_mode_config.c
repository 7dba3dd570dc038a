// SPDX-License-Identifier: GPL-2.0
/* Transaction exchanges and inner addresses: both roles, each loss, each lie. */
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
#include "core/v1/transaction.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

typedef bool (*hook_fn)(struct net *net, unsigned int from, const uint8_t *p, size_t len);

/* ---- a gateway with a pool at node 1, who asks it everywhere else ---- */

static struct conn_cfg *client_cfg(struct net *net, unsigned int i)
{
	struct conn_cfg *c = site_cfg(net, i, 1, "site");

	c->local_mode_config = true;
	c->mode_config = MODE_CONFIG_PULL;
	c->n_local = c->n_remote = 1;
	c->local_subnets[0] = (struct subnet){ .family = AF_INET, .prefixlen = 32 };
	c->remote_subnets[0] = net_subnet("192.168.3.0/24");
	return c;
}

static struct conn_cfg *server_cfg(struct net *net, unsigned int peer, const char *name, const char *pool)
{
	struct conn_cfg *c = site_cfg(net, 1, peer, name);

	c->start = START_PASSIVE;
	c->remote_mode_config = true;
	c->pool = net_subnet(pool);
	addr_parse("10.9.0.1", &c->pool_dns);
	c->n_local = c->n_remote = 1;
	c->local_subnets[0] = net_subnet("192.168.3.0/24");
	c->remote_subnets[0] = c->pool;
	return c;
}

static struct net *pull(uint64_t seed, hook_fn hook)
{
	struct net *net = net_new(2, seed);

	net->drop = hook;
	net_configure1(net, 1, server_cfg(net, 0, "site", "10.9.0.0/24"));
	net_configure1(net, 0, client_cfg(net, 0));
	return net;
}

static const char *local_of(struct net *net, unsigned int node, char out[SUBNET_STRLEN])
{
	return subnet_str(&site_conn(net, node)->children[0].local, out);
}

static unsigned int seen[64];	/* messages by exchange type */

static bool count_messages(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)from;
	(void)len;
	seen[p[18] & 63]++;
	return false;
}

static char shown[2][INNER_STRLEN];
static unsigned int showing;

static void on_conn(void *ctx, const struct st_conn *c)
{
	(void)ctx;
	snprintf(shown[showing], INNER_STRLEN, "%s", c->inner);
}

static void on_ike(void *ctx, const struct st_ike *i)
{
	(void)ctx;
	(void)i;
}

static void on_child(void *ctx, const struct st_child *c)
{
	(void)ctx;
	(void)c;
}

static void show(struct net *net)
{
	const struct st_visitor v = { .conn = on_conn, .ike = on_ike, .child = on_child };

	for (showing = 0; showing < 2; showing++)
		ike_status(net->nodes[showing].e, net->now, &v);
}

static void address_becomes_the_selector(void **state)
{
	struct net *net;
	char text[SUBNET_STRLEN];

	(void)state;
	memset(seen, 0, sizeof(seen));
	net = pull(1, count_messages);
	assert_false(net->nodes[0].children[0].used);	/* not before the address is known */
	assert_true(net_until(net, 1900, both_up));
	assert_int_equal(seen[XCHG_MAIN], 6);
	assert_int_equal(seen[XCHG_TRANSACTION], 2);
	assert_string_equal(local_of(net, 0, text), "10.9.0.2/32");	/* .1 is the DNS server's */
	assert_string_equal(subnet_str(&site_conn(net, 1)->children[0].remote, text), "10.9.0.2/32");
	assert_true(subnet_eq(&net->nodes[0].children[0].local, &net->nodes[1].children[0].remote));
	show(net);
	assert_string_equal(shown[0], "10.9.0.2; DNS 10.9.0.1; networks 192.168.3.0/24");
	assert_string_equal(shown[1], "the peer has 10.9.0.2");
	assert_int_equal(node_count(&net->nodes[0], "inner-address"), 1);
	assert_true(net_esp(&net->nodes[0], site_conn(net, 0)->peer_id, 1));
	net_run(net, 1000);
	assert_int_equal(net->nodes[1].esp_received, 1);
	net_free(net);
}

/* A renewed phase 1 asks again and gets the same: no tunnel notices. */
static void renewal_keeps_the_address(void **state)
{
	struct net *net = net_new(2, 2);
	struct conn_cfg *a = client_cfg(net, 0), *b = server_cfg(net, 0, "site", "10.9.0.0/24");
	char text[SUBNET_STRLEN];

	(void)state;
	a->ike_lifetime = b->ike_lifetime = 300;
	net->traffic_ms = 1000;
	net->drop = count_messages;
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	memset(seen, 0, sizeof(seen));
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000000);
	assert_true(node_count(&net->nodes[0], "ike-rekeyed") >= 3);
	assert_int_equal(seen[XCHG_TRANSACTION], 2 * (1 + node_count(&net->nodes[0], "ike-rekeyed")));
	assert_int_equal(node_count(&net->nodes[0], "child-down") + node_count(&net->nodes[1], "child-down"), 0);
	assert_int_equal(net->nodes[0].esp_lost + net->nodes[1].esp_lost, 0);
	assert_int_equal(node_count(&net->nodes[0], "inner-address"), 1);
	assert_string_equal(local_of(net, 0, text), "10.9.0.2/32");
	net_free(net);
}

/* Another address is another tunnel: nothing of the old one stays. */
static void another_address_replaces_the_tunnel(void **state)
{
	struct net *net = pull(3, NULL);
	char text[SUBNET_STRLEN], err[64];

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net_configure1(net, 1, server_cfg(net, 0, "site", "10.8.0.0/24"));
	net_run(net, 100);
	ike_cmd(net->nodes[0].e, net->now, CMD_UP, "site", err, sizeof(err));
	assert_true(net_until(net, 60000, both_up));
	assert_string_equal(local_of(net, 0, text), "10.8.0.1/32");
	assert_int_equal(node_sas(&net->nodes[0]), 2);
	assert_int_equal(net->nodes[0].kernel_errors + net->nodes[1].kernel_errors, 0);
	assert_true(net_consistent(net));
	assert_non_null(site_conn(net, 1)->lease);
	net_free(net);
}

static struct conn_cfg *hub_cfg(struct net *net, unsigned int peer, const char *pool)
{
	char name[8];

	snprintf(name, sizeof(name), "to-%u", peer);
	return server_cfg(net, peer, name, pool);
}

static void one_pool_for_several(void **state)
{
	struct net *net = net_new(4, 4);
	struct conn_cfg *hub[] = { hub_cfg(net, 0, "10.9.0.0/24"), hub_cfg(net, 2, "10.9.0.0/24"),
				   hub_cfg(net, 3, "10.9.0.0/24") };
	char text[SUBNET_STRLEN];
	unsigned int mask = 0;

	(void)state;
	net_configure(net, 1, hub, 3);
	for (unsigned int i = 0; i < 4; i++)
		if (i != 1)
			net_configure1(net, i, client_cfg(net, i));
	assert_true(net_until(net, 5000, both_up));
	for (unsigned int i = 0; i < 4; i++)
		for (unsigned int k = 2; i != 1 && k < 5; k++) {
			snprintf(text, sizeof(text), "10.9.0.%u/32", k);
			mask |= !strcmp(text, local_of(net, i, (char[SUBNET_STRLEN]){ 0 })) << k;
		}
	assert_int_equal(mask, 0x1c);	/* .2, .3 and .4, each once */
	net_free(net);
}

static void empty_pool(void **state)
{
	struct net *net = net_new(3, 5);
	/* .0 and .3 are no hosts, .1 is the DNS server */
	struct conn_cfg *hub[] = { hub_cfg(net, 0, "10.9.0.0/30"), hub_cfg(net, 2, "10.9.0.0/30") };
	struct conn_cfg *one[] = { hub_cfg(net, 2, "10.9.0.0/30") };
	char text[SUBNET_STRLEN];

	(void)state;
	net_configure(net, 1, hub, 2);
	net_configure1(net, 0, client_cfg(net, 0));
	net_run(net, 1000);
	assert_string_equal(local_of(net, 0, text), "10.9.0.2/32");
	net_configure1(net, 2, client_cfg(net, 2));
	net_run(net, 1000);
	assert_string_equal(node_failure(&net->nodes[2], "site", 0), "mode-config-failed");
	assert_string_equal(node_failure(&net->nodes[1], "to-2", 1), "pool-exhausted");
	assert_int_equal(node_children_up(&net->nodes[2]), 0);
	/* who is no longer configured leaves its address */
	net_configure(net, 1, one, 1);
	net_run(net, 100000);
	assert_string_equal(local_of(net, 2, text), "10.9.0.2/32");
	assert_int_equal(node_children_up(&net->nodes[2]), 1);
	net_free(net);
}

/* ---- who does not give ---- */

static void a_peer_without_a_pool(void **state)
{
	struct net *net = net_new(2, 6);
	struct conn_cfg *b = site_cfg(net, 1, 0, "site");

	(void)state;
	b->start = START_PASSIVE;
	net_configure1(net, 1, b);
	net_configure1(net, 0, client_cfg(net, 0));
	net_run(net, 1000);
	assert_string_equal(node_failure(&net->nodes[0], "site", 0), "mode-config-failed");
	assert_int_equal(site_conn(net, 0)->failure.who, WHO_PEER);
	assert_int_equal(site_conn(net, 0)->failure.key, KEY_MODE_CONFIG);
	assert_int_equal(node_established(&net->nodes[0]) + node_established(&net->nodes[1]), 0);
	assert_int_equal(node_sas(&net->nodes[0]) + node_sas(&net->nodes[1]), 0);
	net_run(net, 60000);	/* it tries again */
	assert_true(node_count(&net->nodes[0], "failed") >= 2);
	net_free(net);
}

static unsigned int lose[8], n_lose, transactions;

static bool lose_some(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	bool lost = false;

	(void)net;
	(void)from;
	(void)len;
	if (p[18] != XCHG_TRANSACTION)
		return false;
	transactions++;
	for (unsigned int i = 0; i < n_lose; i++)
		lost |= lose[i] == transactions;
	return lost;
}

static void each_loss(void **state)
{
	(void)state;
	for (unsigned int i = 1; i < 8; i++) {
		struct net *net;

		n_lose = transactions = 0;
		for (unsigned int k = 0; k < 3; k++)
			if (i >> k & 1)
				lose[n_lose++] = k + 1;
		net = pull(10 + i, lose_some);
		assert_true(net_until(net, 30000, both_up));
		net_run(net, 65000);
		assert_null(v1_priv(site_conn(net, 1)->ike)->transactions);
		assert_null(v1_priv(site_conn(net, 0)->ike)->transactions);
		assert_int_equal(node_count(&net->nodes[0], "failed"), 0);
		net_free(net);
	}
}

static bool no_transactions(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)len;
	return p[18] == XCHG_TRANSACTION && from == 1;
}

static void silence(void **state)
{
	struct net *net = pull(20, no_transactions);

	(void)state;
	net_run(net, 3000);
	assert_int_equal(any_ike(net, 0)->state, IKE_CONNECTING);
	net_run(net, 62000);
	assert_string_equal(node_failure(&net->nodes[0], "site", 0), "mode-config-failed");
	assert_int_equal(node_children_up(&net->nodes[0]), 0);
	net_free(net);
}

/* ---- pushed ---- */

static uint8_t push_addr[8] = { 10, 7, 0, 9 };
static size_t push_len = 4;
static unsigned int acks, ack_attrs, silences;

static void put_push(struct ike_sa *sa, struct v1_writer *w)
{
	(void)sa;
	if (push_len)
		v1_attr_put(w, CFG_IP4_ADDRESS, push_addr, push_len);
	v1_attr_put(w, CFG_IP4_NETMASK, "\xff\xff\xff\0", 4);
	v1_attr_put(w, 28672, "welcome", 7);
}

static void acked(struct ike_sa *sa, const struct v1_attrs *a)
{
	(void)sa;
	acks++;
	ack_attrs = a->n;
	for (unsigned int i = 0; i < a->n; i++)
		assert_int_equal(a->attrs[i].len, 0);
}

static void unacked(struct ike_sa *sa)
{
	(void)sa;
	silences++;
}

static const struct v1_topic pushed = { acked, unacked };

static struct net *push(uint64_t seed)
{
	struct net *net = net_new(2, seed);
	struct conn_cfg *a = client_cfg(net, 0), *b = site_cfg(net, 1, 0, "site");

	a->mode_config = MODE_CONFIG_PUSH;
	b->start = START_PASSIVE;
	b->n_local = b->n_remote = 1;
	b->local_subnets[0] = net_subnet("192.168.3.0/24");
	b->remote_subnets[0] = net_subnet("10.7.0.9/32");
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	acks = silences = 0;
	net_run(net, 500);
	return net;
}

static void told_unasked(void **state)
{
	struct net *net = push(30);
	char text[SUBNET_STRLEN];
	struct ike_sa *sa = site_conn(net, 1)->ike;

	(void)state;
	assert_int_equal(any_ike(net, 0)->state, IKE_CONNECTING);
	assert_null(site_conn(net, 0)->ike);
	/* quick modes have to wait until then */
	site_conn(net, 1)->children[0].wanted = true;
	conn_heard(sa);
	v1_quick_start(sa, &site_conn(net, 1)->children[0]);
	net_run(net, 100);
	assert_true(net_counter(net, 0, CNT_UNAUTHENTICATED) >= 1);
	assert_int_equal(node_sas(&net->nodes[0]), 0);
	/* nothing usable in it: acknowledged as not taken */
	push_len = 0;
	assert_true(v1_transaction_start(sa, CFG_SET, &pushed, put_push));
	net_run(net, 100);
	assert_int_equal(acks, 1);
	assert_int_equal(ack_attrs, 0);
	assert_int_equal(any_ike(net, 0)->state, IKE_CONNECTING);
	push_len = 4;
	assert_true(v1_transaction_start(sa, CFG_SET, &pushed, put_push));
	assert_true(net_until(net, 20000, both_up));
	assert_int_equal(acks, 2);
	assert_int_equal(ack_attrs, 2);		/* the banner is not known to us */
	assert_string_equal(local_of(net, 0, text), "10.7.0.9/32");
	net_free(net);
}

static void told_to_who_does_not_listen(void **state)
{
	struct net *net = net_sites(31, START_AUTO, START_PASSIVE);

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	acks = 0;
	assert_true(v1_transaction_start(site_conn(net, 1)->ike, CFG_SET, &pushed, put_push));
	net_run(net, 1000);
	assert_int_equal(acks, 1);
	assert_int_equal(ack_attrs, 0);
	assert_int_equal(site_conn(net, 0)->inner.addr.family, 0);
	assert_true(both_quiet(net));
	net_free(net);
}

/* A gateway that is silent for good: the attempt ends. */
static void never_told(void **state)
{
	struct net *net = push(32);

	(void)state;
	net_run(net, 200000);
	assert_string_equal(node_failure(&net->nodes[0], "site", 0), "mode-config-failed");
	assert_int_equal(node_children_up(&net->nodes[0]), 0);
	net_free(net);
}

static void addresses_that_are_none(void **state)
{
	static const struct {
		uint8_t addr[8];
		size_t len;
	} bad[] = {
		{ { 0, 0, 0, 0 }, 4 }, { { 0, 1, 2, 3 }, 4 }, { { 127, 0, 0, 1 }, 4 }, { { 224, 0, 0, 1 }, 4 },
		{ { 255, 255, 255, 255 }, 4 }, { { 10, 7, 0 }, 3 }, { { 10, 7, 0, 9, 0 }, 5 }, { { 10 }, 0 },
	};
	struct net *net = push(33);
	struct ike_sa *sa = site_conn(net, 1)->ike;

	(void)state;
	for (size_t i = 0; i < LEN(bad); i++) {
		memcpy(push_addr, bad[i].addr, sizeof(push_addr));
		push_len = bad[i].len;
		if (!push_len)
			continue;
		/* an attempt each: what is told wrongly ends it */
		assert_true(v1_transaction_start(sa, CFG_SET, &pushed, put_push));
		net_run(net, 200);
		assert_int_equal(ack_attrs, 0);
		assert_null(site_conn(net, 0)->ike);
		assert_string_equal(node_failure(&net->nodes[0], "site", 0), "mode-config-failed");
		for (unsigned int ms = 0; ms < 100000 && !site_conn(net, 1)->ike; ms += 100)
			net_run(net, 100);
		net_run(net, 100);
		sa = site_conn(net, 1)->ike;
		assert_non_null(sa);
	}
	memcpy(push_addr, "\x0a\x07\0\x09", 4);
	push_len = 4;
	net_free(net);
}

/* ---- hostile ---- */

static struct record {
	unsigned int from;
	uint8_t p[512];
	size_t len;
} records[16];
static unsigned int n_records;

static bool record(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	if (p[18] != XCHG_TRANSACTION || n_records == LEN(records))
		return false;
	records[n_records].from = from;
	memcpy(records[n_records].p, p, len);
	records[n_records++].len = len;
	return false;
}

static uint64_t complaints(struct net *net, unsigned int node)
{
	return net_counter(net, node, CNT_MALFORMED) + net_counter(net, node, CNT_BAD_HASH) + net_counter(net, node, CNT_DUPLICATE) +
	       net_counter(net, node, CNT_UNAUTHENTICATED) + net_counter(net, node, CNT_UNKNOWN_COOKIE) +
	       net_counter(net, node, CNT_VERSION);
}

/* Nothing of the other side's state may change for it. */
static void attack(struct net *net, unsigned int to, const uint8_t *p, size_t len)
{
	struct ike_sa *sa = any_ike(net, to);
	uint64_t before = complaints(net, to);
	unsigned int n = HASH_COUNT(v1_priv(sa)->transactions), events = net->nodes[to].n_events;
	enum ike_sa_state was = sa->state;
	void *lease = site_conn(net, to)->lease;

	net_rx(net, to, p, len);
	assert_true(complaints(net, to) > before);
	assert_int_equal(HASH_COUNT(v1_priv(sa)->transactions), n);
	assert_int_equal(net->nodes[to].n_events, events);
	assert_int_equal(sa->state, was);
	assert_ptr_equal(site_conn(net, to)->lease, lease);
}

static bool damage_each(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	uint8_t copy[512];

	if (p[18] != XCHG_TRANSACTION)
		return false;
	memcpy(copy, p, len);
	for (size_t i = 0; i < len; i++) {
		if (i == 19)
			continue;
		copy[i] ^= 1 << (i % 8);
		attack(net, !from, copy, len);
		copy[i] ^= 1 << (i % 8);
	}
	copy[19] = 0;		/* in clear */
	attack(net, !from, copy, len);
	copy[19] = ISAKMP_FLAG_ENCRYPTED;
	memset(copy + 20, 0, 4);	/* no message id */
	attack(net, !from, copy, len);
	memcpy(copy, p, len);
	for (size_t n = 0; n < len; n++) {
		copy[26] = n >> 8;
		copy[27] = n & 0xff;
		attack(net, !from, copy, n);
	}
	return false;
}

static void every_byte_damaged(void **state)
{
	struct net *net = pull(40, damage_each);

	(void)state;
	assert_true(net_until(net, 1900, both_up));
	assert_true(net_consistent(net));
	net_free(net);
}

static void replayed_and_reflected(void **state)
{
	struct net *net;

	(void)state;
	n_records = 0;
	net = pull(41, record);
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 70000);
	assert_int_equal(n_records, 2);
	for (unsigned int i = 0; i < 2; i++) {
		attack(net, !records[i].from, records[i].p, records[i].len);
		attack(net, records[i].from, records[i].p, records[i].len);
	}
	/* nor under the keys of another SA */
	net_free(net);
	net = pull(42, NULL);
	assert_true(net_until(net, 5000, both_up));
	for (unsigned int i = 0; i < 2; i++) {
		memcpy(records[i].p, any_ike(net, !records[i].from)->cky_i, 8);
		memcpy(records[i].p + 8, any_ike(net, !records[i].from)->cky_r, 8);
		attack(net, !records[i].from, records[i].p, records[i].len);
	}
	net_free(net);
}

/* Before phase 1 is done nothing is read. */
static bool too_early(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	uint8_t copy[512];

	(void)len;
	if (p[18] != XCHG_MAIN || !memcmp(p + 8, "\0\0\0\0\0\0\0\0", 8) || !any_ike(net, !from) || !any_ike(net, !from)->p1)
		return false;
	memcpy(copy, records[0].p, records[0].len);
	memcpy(copy, p, 16);
	net_rx(net, !from, copy, records[0].len);
	assert_true(net_counter(net, !from, CNT_UNAUTHENTICATED) > 0);
	return false;
}

static void before_phase_1(void **state)
{
	struct net *net;

	(void)state;
	assert_true(n_records > 0);
	net = pull(43, too_early);
	assert_true(net_until(net, 1900, both_up));
	net_free(net);
}

/* ---- a peer that has the keys ---- */

static unsigned int answers;

/* What node 1 answers to a message of node 0, under a message id of our choice. */
static bool read_answer(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)p;
	(void)len;
	answers += from == 1 && p[18] == XCHG_TRANSACTION;
	return false;
}

static void insider(struct net *net, uint32_t msgid, uint8_t iv[16], uint8_t type, uint16_t id, const void *attrs,
		    size_t len)
{
	struct ike_sa *sa = any_ike(net, 0);
	struct v1_writer w;

	v1_phase2_begin(sa, &w, XCHG_TRANSACTION, msgid, true);
	v1_attrs_begin(&w, type, id);
	buf_put(&w.b, attrs, len);
	v1_pl_end(&w);
	assert_true(v1_phase2_end(sa, &w, msgid, V1_HASH_1, NULL, iv));
	net_rx(net, 1, w.b.p, w.b.len);
	net_step(net);
	buf_free(&w.b);
}

static void fresh_iv(struct net *net, uint32_t msgid, uint8_t iv[16])
{
	assert_true(v1_iv_phase2(&any_ike(net, 0)->suite, any_ike(net, 0)->last_iv, msgid, iv));
}

/* Each type of message where it is due and where it is not. */
static void types_and_states(void **state)
{
	static const uint8_t ask[] = { 0, CFG_IP4_ADDRESS, 0, 0 };
	struct net *net = pull(44, NULL);
	uint8_t iv[16];

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net->drop = read_answer;
	for (unsigned int type = 0; type < 8; type++) {
		uint64_t bad = net_counter(net, 1, CNT_MALFORMED);

		answers = 0;
		fresh_iv(net, 100 + type, iv);
		insider(net, 100 + type, iv, (uint8_t)type, 5, ask, sizeof(ask));
		assert_int_equal(answers, type == CFG_REQUEST || type == CFG_SET);
		assert_int_equal(net_counter(net, 1, CNT_MALFORMED), bad + !(type == CFG_REQUEST || type == CFG_SET));
	}
	net_run(net, 100);
	net_free(net);
}

/* Under one message id: asked, then told; the IV goes on. */
static void one_message_id_for_two(void **state)
{
	static const uint8_t ask[] = { 0, CFG_IP4_ADDRESS, 0, 0 }, tell[] = { 0xc0, 0x8f, 0, 1 };
	struct net *net = pull(45, NULL);
	uint8_t iv[16];
	struct v1_transaction *t;
	uint32_t msgid = 77;

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	net->drop = read_answer;
	answers = 0;
	fresh_iv(net, msgid, iv);
	insider(net, msgid, iv, CFG_REQUEST, 5, ask, sizeof(ask));
	assert_int_equal(answers, 1);
	HASH_FIND(hh, v1_priv(any_ike(net, 1))->transactions, &msgid, sizeof(msgid), t);
	assert_non_null(t);
	memcpy(iv, t->iv, sizeof(iv));
	insider(net, msgid, iv, CFG_SET, 5, tell, sizeof(tell));
	assert_int_equal(answers, 2);
	/* but not from the beginning again */
	fresh_iv(net, msgid, iv);
	insider(net, msgid, iv, CFG_SET, 5, tell, sizeof(tell));
	assert_int_equal(answers, 2);
	net_free(net);
}

static void flood_of_requests_is_bounded(void **state)
{
	static const uint8_t ask[] = { 0, CFG_IP4_ADDRESS, 0, 0 };
	struct net *net = pull(46, NULL);
	uint8_t iv[16];
	void *lease;

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	lease = site_conn(net, 1)->lease;
	for (uint32_t i = 1000; i < 3000; i++) {
		fresh_iv(net, i, iv);
		insider(net, i, iv, CFG_REQUEST, 1, ask, sizeof(ask));
		assert_true(HASH_COUNT(v1_priv(any_ike(net, 1))->transactions) <= V1_TRANSACTIONS_MAX);
	}
	assert_ptr_equal(site_conn(net, 1)->lease, lease);
	net_run(net, 70000);
	assert_null(v1_priv(any_ike(net, 1))->transactions);
	assert_true(both_quiet(net));
	net_free(net);
}

/* What is no answer to a question, under its message id; the right one still counts. */
static bool other_types(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	struct ike_sa *sa = any_ike(net, 1);
	struct v1_transaction *t = v1_priv(any_ike(net, 0))->transactions;
	uint8_t iv[16];
	struct v1_writer w;
	uint64_t bad;

	(void)len;
	if (p[18] != XCHG_TRANSACTION || from != 1 || !t)
		return false;
	memcpy(iv, t->iv, sizeof(iv));
	for (unsigned int type = CFG_REQUEST; type <= CFG_ACK; type++) {
		if (type == CFG_REPLY)
			continue;
		v1_phase2_begin(sa, &w, XCHG_TRANSACTION, t->msgid, true);
		v1_attrs_begin(&w, type, 1);
		v1_attr_put(&w, CFG_IP4_ADDRESS, "\x0a\x01\x02\x03", 4);
		v1_pl_end(&w);
		assert_true(v1_phase2_end(sa, &w, t->msgid, V1_HASH_1, NULL, iv));
		bad = net_counter(net, 0, CNT_MALFORMED);
		net_rx(net, 0, w.b.p, w.b.len);
		assert_int_equal(net_counter(net, 0, CNT_MALFORMED), bad + 1);
		buf_free(&w.b);
		memcpy(iv, t->iv, sizeof(iv));
	}
	assert_null(site_conn(net, 0)->ike);
	return false;
}

static void what_is_no_answer(void **state)
{
	struct net *net = pull(47, other_types);
	char text[SUBNET_STRLEN];

	(void)state;
	assert_true(net_until(net, 1900, both_up));
	assert_string_equal(local_of(net, 0, text), "10.9.0.2/32");
	net_free(net);
}

static void authentic_nonsense(void **state)
{
	struct net *net = pull(48, NULL);
	uint64_t x = 88172645463325252ull;
	uint8_t iv[16];

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	for (uint32_t i = 1; i <= 4000; i++) {
		uint8_t attrs[64] = { 0, CFG_IP4_ADDRESS, 0, 4, 10, 9, 0, 9, 0, CFG_IP4_SUBNET, 0, 8, 1, 2, 3, 4, 255, 1, 0, 1 };

		for (unsigned int k = 0; k < 4; k++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			attrs[(x >> 8) % sizeof(attrs)] = (uint8_t)(x >> 32);
		}
		fresh_iv(net, i, iv);
		insider(net, i, iv, 1 + x % 4, (uint16_t)x, attrs, (x >> 16) % sizeof(attrs));
		if (!(i % 100))
			net_run(net, 100);
	}
	net_run(net, 100000);
	assert_true(both_quiet(net));
	net_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_becomes_the_selector),
		cmocka_unit_test(renewal_keeps_the_address),
		cmocka_unit_test(another_address_replaces_the_tunnel),
		cmocka_unit_test(one_pool_for_several),
		cmocka_unit_test(empty_pool),
		cmocka_unit_test(a_peer_without_a_pool),
		cmocka_unit_test(each_loss),
		cmocka_unit_test(silence),
		cmocka_unit_test(told_unasked),
		cmocka_unit_test(told_to_who_does_not_listen),
		cmocka_unit_test(never_told),
		cmocka_unit_test(addresses_that_are_none),
		cmocka_unit_test(every_byte_damaged),
		cmocka_unit_test(replayed_and_reflected),
		cmocka_unit_test(before_phase_1),
		cmocka_unit_test(types_and_states),
		cmocka_unit_test(one_message_id_for_two),
		cmocka_unit_test(flood_of_requests_is_bounded),
		cmocka_unit_test(what_is_no_answer),
		cmocka_unit_test(authentic_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
