// SPDX-License-Identifier: GPL-2.0
/* What the kernel is told of SAs and peers: each algorithm, ESN, padding, outer headers, IPv6 outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/net.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Both ends with the same options, node 0 begins */
static struct net *with(void (*change)(struct conn_cfg *c, const void *arg), const void *arg)
{
	struct net *net = net_new(2, 1);
	struct conn_cfg *a = site_cfg(net, 0, 1, "site"), *b = site_cfg(net, 1, 0, "site");

	change(a, arg);
	change(b, arg);
	b->start = START_PASSIVE;
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	return net;
}

static void assert_works(struct net *net)
{
	assert_true(net_until(net, 5000, both_up));
	net->traffic_ms = 100;
	net_run(net, 2000);
	assert_true(net_consistent(net));
	for (unsigned int i = 0; i < 2; i++) {
		const struct node *n = &net->nodes[i];

		assert_int_equal(n->kernel_errors + n->refused + n->violations + n->esp_lost + n->no_sa, 0);
		assert_true(n->esp_received >= 4 * 15);
	}
}

static void each_sa(struct net *net, void (*check)(const struct k_sa *sa, const void *arg), const void *arg)
{
	unsigned int seen = 0;

	for (unsigned int i = 0; i < 2; i++)
		for (size_t k = 0; k < K_SAS_MAX; k++)
			if (net->nodes[i].sas[k].used && ++seen)
				check(&net->nodes[i].sas[k], arg);
	assert_int_equal(seen, 16);
}

/* ---- algorithms ---- */

struct alg_case {
	const char *text;
	size_t keys;		/* cipher key with salt and integrity key, bytes */
};

static void set_esp(struct conn_cfg *c, const void *arg)
{
	char err[256];

	if (!esp_suite_parse(((const struct alg_case *)arg)->text, &c->esp[0], err, sizeof(err)))
		fail_msg("%s", err);
}

static void check_alg(const struct k_sa *sa, const void *arg)
{
	const struct alg_case *k = arg;
	char name[SUITE_STRLEN];

	assert_string_equal(esp_suite_str(&sa->suite, name), k->text);
	assert_int_equal(sa->key_len, k->keys);
	assert_int_equal(sa->replay_window, 1024);
}

static void algorithms(void **state)
{
	static const struct alg_case cases[] = {
		{ "aes128gcm16", 20 }, { "aes192gcm16", 28 }, { "aes256gcm16", 36 },
		{ "aes128gcm12", 20 }, { "aes192gcm12", 28 }, { "aes256gcm12", 36 },
		{ "aes128gcm8", 20 }, { "aes192gcm8", 28 }, { "aes256gcm8", 36 },
		{ "aes128gmac", 20 }, { "aes192gmac", 28 }, { "aes256gmac", 36 },
		{ "null-sha1", 20 }, { "null-sha256", 32 }, { "null-sha512", 64 }, { "null-md5", 16 },
		{ "aes192-sha384", 24 + 48 }, { "3des-sha1", 24 + 20 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct net *net = with(set_esp, &cases[i]);

		assert_works(net);
		each_sa(net, check_alg, &cases[i]);
		net_free(net);
	}
}

/* ---- sequence numbers, truncation, padding ---- */

static void set_esn(struct conn_cfg *c, const void *arg)
{
	c->esn = *(const enum esn_mode *)arg;
}

static void check_esn(const struct k_sa *sa, const void *arg)
{
	assert_int_equal(sa->suite.esn, *(const bool *)arg);
	/* well before the last of 2^32 numbers, and with more of them no matter */
	if (sa->suite.esn)
		assert_true(!sa->soft_packets);
	else
		assert_in_range(sa->soft_packets, 3ull << 30, (1ull << 32) - (1 << 20));
}

static void esn(void **state)
{
	static const enum esn_mode modes[] = { ESN_NO, ESN_OFFER, ESN_YES };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		const bool expect = modes[i] != ESN_NO;
		struct net *net = with(set_esn, &modes[i]);

		assert_works(net);
		each_sa(net, check_esn, &expect);
		net_free(net);
	}
}

static void esn_mismatch_is_told(void **state)
{
	struct net *net = net_new(2, 1);
	struct conn_cfg *a = site_cfg(net, 0, 1, "site"), *b = site_cfg(net, 1, 0, "site");

	(void)state;
	a->esn = ESN_YES;
	b->start = START_PASSIVE;
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	net_run(net, 5000);
	assert_int_equal(node_children_up(&net->nodes[0]) + node_children_up(&net->nodes[1]), 0);
	assert_string_equal(node_failure(&net->nodes[1], "site", 1), "esn-mismatch");
	net_free(net);
}

static void set_padding(struct conn_cfg *c, const void *arg)
{
	(void)arg;
	c->tfc = 1200;
	c->sha256_truncation = 96;
	c->replay_window = 8192;
}

static void check_padding(const struct k_sa *sa, const void *arg)
{
	(void)arg;
	assert_int_equal(sa->tfc_pad, sa->dir == SA_OUT ? 1200 : 0);
	assert_true(sa->suite.icv96);
	assert_int_equal(sa->key_len, 16 + 32);
	assert_int_equal(sa->replay_window, 8192);
}

static void padding_truncation_and_window(void **state)
{
	struct net *net = with(set_padding, NULL);

	(void)state;
	assert_works(net);
	each_sa(net, check_padding, NULL);
	net_free(net);
}

/* ---- the peer ---- */

static void set_outer(struct conn_cfg *c, const void *arg)
{
	c->outer = *(const struct outer_cfg *)arg;
}

static void outer_headers(void **state)
{
	const struct outer_cfg outer = { .df = DF_CLEAR, .fragment = FRAGMENT_NEVER, .dscp = 46, .ttl = 64 };
	struct net *net = with(set_outer, &outer);

	(void)state;
	assert_works(net);
	for (unsigned int i = 0; i < 2; i++)
		assert_memory_equal(&net->nodes[i].peers[0].p.outer, &outer, sizeof(outer));
	net_free(net);
}

struct seen {
	char packets[200];
	char esp[SUITE_STRLEN];
};

static void see_conn(void *ctx, const struct st_conn *c)
{
	snprintf(((struct seen *)ctx)->packets, sizeof(((struct seen *)ctx)->packets), "%s", c->packets);
}

static void see_ike(void *ctx, const struct st_ike *i)
{
	(void)ctx;
	(void)i;
}

static void see_child(void *ctx, const struct st_child *c)
{
	snprintf(((struct seen *)ctx)->esp, sizeof(((struct seen *)ctx)->esp), "%s", c->esp);
}

static void set_everything(struct conn_cfg *c, const void *arg)
{
	(void)arg;
	c->outer = (struct outer_cfg){ .df = DF_CLEAR, .fragment = FRAGMENT_NEVER, .dscp = 46, .ttl = 255 };
	c->tfc = TFC_MTU;
	c->esn = ESN_YES;
}

/* What differs from the default is shown, and nothing else. */
static void status_tells(void **state)
{
	struct net *net = with(set_everything, NULL), *plain = net_sites(1, START_AUTO, START_PASSIVE);
	struct seen seen = { .packets = "?" };
	const struct st_visitor v = { .conn = see_conn, .ike = see_ike, .child = see_child, .ctx = &seen };

	(void)state;
	assert_works(net);
	ike_status(net->nodes[0].e, net->now, &v);
	assert_string_equal(seen.packets, "mss-clamp no, df clear, fragment never, dscp 46, ttl 255, ecn no, tfc mtu");
	assert_string_equal(seen.esp, "aes128-sha256-esn");
	assert_true(net_until(plain, 5000, both_up));
	ike_status(plain->nodes[0].e, plain->now, &v);
	assert_string_equal(seen.packets, "");
	assert_string_equal(seen.esp, "aes128-sha256");
	net_free(net);
	net_free(plain);
}

/* Another option is another peer: nothing in the kernel could be changed in place. */
static void a_changed_option_is_a_new_connection(void **state)
{
	struct net *net = net_sites(1, START_AUTO, START_PASSIVE);
	struct conn_cfg *cfg = site_cfg(net, 0, 1, "site");

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	cfg->outer.ttl = 77;
	net_configure1(net, 0, cfg);
	assert_true(net_until(net, 20000, both_up));
	assert_int_equal(net->nodes[0].peers[0].p.outer.ttl, 77);
	net_free(net);
}

/* ---- IPv6 outside ---- */

static struct net *six(bool force_udp, bool any)
{
	struct net *net = net_new(2, 1);
	struct conn_cfg *a, *b;

	addr_parse("2001:db8:1::1", &net->nodes[0].addr);
	addr_parse("2001:db8:2::2", &net->nodes[1].addr);
	a = site_cfg(net, 0, 1, "site");
	b = site_cfg(net, 1, 0, "site");
	a->encap = b->encap = force_udp ? ENCAP_FORCE_UDP : ENCAP_AUTO;
	b->start = START_PASSIVE;
	if (any) {
		memset(&a->local, 0, sizeof(a->local));
		memset(&b->local, 0, sizeof(b->local));
		memset(&b->remote, 0, sizeof(b->remote));
	}
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	return net;
}

static void ipv6_outside(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct net *net = six(i & 1, i & 2);
		const struct ike_sa *sa;

		assert_works(net);
		for (unsigned int k = 0; k < 2; k++) {
			const struct act_peer *p = &net->nodes[k].peers[0].p;

			sa = node_conn(&net->nodes[k], "site")->ike;
			assert_int_equal(sa->path.natt, i & 1);
			assert_int_equal(p->udp, i & 1);
			assert_true(addr_eq(&p->local, &net->nodes[k].addr));
			assert_true(addr_eq(&p->remote, &net->nodes[!k].addr));
			assert_int_equal(sa->peer_id.type, IDT_IPV6);
			assert_int_equal(sa->peer_id.len, 16);
			assert_int_equal(p->keepalive, i & 1 ? 20 : 0);
		}
		net_free(net);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(algorithms),
		cmocka_unit_test(esn),
		cmocka_unit_test(esn_mismatch_is_told),
		cmocka_unit_test(padding_truncation_and_window),
		cmocka_unit_test(outer_headers),
		cmocka_unit_test(status_tells),
		cmocka_unit_test(a_changed_option_is_a_new_connection),
		cmocka_unit_test(ipv6_outside),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
