// SPDX-License-Identifier: GPL-2.0
/* What the operator of either side reads: ours against theirs, and who has to change what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/net.h"
#include "core/policy.h"

static struct conn_cfg *a, *b;

static struct net *pair(uint64_t seed)
{
	struct net *net = net_new(2, seed);

	a = site_cfg(net, 0, 1, "site");
	b = site_cfg(net, 1, 0, "site");
	b->start = START_PASSIVE;
	return net;
}

static void go(struct net *net, uint64_t seconds)
{
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	net_run(net, seconds * 1000);
}

static const struct failure *of(struct net *net, unsigned int node)
{
	return &node_conn(&net->nodes[node], "site")->failure;
}

static void ike(struct conn_cfg *c, unsigned int i, uint16_t keybits, enum hash_alg hash, unsigned int group)
{
	c->ike[i] = (struct ike_suite){ .enc = ENC_AES_CBC, .keybits = keybits, .hash = hash, .group = group };
	c->n_ike = i + 1;
}

/* Each transform of the offer says in what it misses ours, the nearest of them. */
static void phase1_transform_by_transform(void **state)
{
	struct net *net = pair(1);

	(void)state;
	ike(a, 0, 256, HASH_SHA1, DH_MODP1024);
	ike(a, 1, 128, HASH_SHA2_256, DH_MODP1024);
	ike(a, 2, 192, HASH_SHA2_256, DH_ECP256);
	ike(b, 0, 128, HASH_SHA2_256, DH_ECP256);
	ike(b, 1, 256, HASH_SHA2_384, DH_ECP384);
	go(net, 3);
	assert_int_equal(of(net, 1)->cause, FAIL_P1_DH);
	assert_int_equal(of(net, 1)->who, WHO_US);
	assert_int_equal(of(net, 1)->key, KEY_IKE);
	assert_string_equal(of(net, 1)->ours, "aes128-sha256-ecp256, aes256-sha384-ecp384");
	assert_string_equal(of(net, 1)->theirs, "aes256-sha1-modp1024 (group, hash differ), "
			    "aes128-sha256-modp1024 (group differs), aes192-sha256-ecp256 (cipher differs)");
	/* who was refused knows what the other one has, for it was told */
	net_run(net, 100 * 1000);
	assert_int_equal(of(net, 0)->cause, FAIL_P1_DH);
	assert_int_equal(of(net, 0)->who, WHO_PEER);
	assert_string_equal(of(net, 0)->ours, "aes256-sha1-modp1024, aes128-sha256-modp1024, aes192-sha256-ecp256");
	assert_string_equal(of(net, 0)->theirs, "aes128-sha256-ecp256, aes256-sha384-ecp384");
	net_free(net);
}

static void phase2_transform_by_transform(void **state)
{
	struct net *net = pair(2);
	const struct failure *f;

	(void)state;
	a->esp[0] = (struct esp_suite){ .enc = ENC_AES_CBC, .keybits = 256, .integ = HASH_SHA2_256 };
	a->esp[1] = (struct esp_suite){ .enc = ENC_AES_CBC, .keybits = 128, .integ = HASH_SHA1 };
	a->n_esp = 2;
	b->esp[0] = (struct esp_suite){ .enc = ENC_AES_CBC, .keybits = 128, .integ = HASH_SHA2_256 };
	b->n_esp = 1;
	b->pfs = DH_ECP384;
	go(net, 10);
	f = &node_conn(&net->nodes[1], "site")->children[0].failure;
	assert_int_equal(f->cause, FAIL_P2_PROPOSAL);
	assert_string_equal(f->theirs, "aes256-sha256-ecp256 (group, cipher differ), aes128-sha1-ecp256 (group, hash differ)");
	f = &node_conn(&net->nodes[0], "site")->children[0].failure;
	assert_int_equal(f->cause, FAIL_P2_PROPOSAL);
	assert_int_equal(f->who, WHO_PEER);
	assert_string_equal(f->theirs, "aes128-sha256-ecp384");
	net_free(net);
}

/* An offer longer than there is room for ends in dots, not in the middle of a word. */
static void a_long_offer(void **state)
{
	struct net *net = pair(3);
	const char *theirs;

	(void)state;
	for (unsigned int i = 0; i < SUITES_MAX; i++)
		ike(a, i, 128 + 64 * (i % 3), HASH_SHA1, DH_MODP1024);
	go(net, 3);
	theirs = of(net, 1)->theirs;
	assert_true(strlen(theirs) < FAILURE_TEXT);
	if (strlen(theirs) > FAILURE_TEXT - 60)
		assert_string_equal(theirs + strlen(theirs) - 4, " ...");
	net_free(net);
}

static void another_local_address(void **state)
{
	struct net *net = pair(4);
	const struct conn_cfg *was;

	(void)state;
	addr_parse("198.51.100.7", &b->local);
	was = b;
	go(net, 100);
	assert_int_equal(of(net, 1)->cause, FAIL_LOCAL_ADDRESS);
	assert_int_equal(of(net, 1)->who, WHO_US);
	assert_int_equal(of(net, 1)->key, KEY_LOCAL);
	assert_string_equal(of(net, 1)->ours, "198.51.100.7");
	assert_string_equal(of(net, 1)->theirs, "192.0.2.2");
	assert_string_equal(node_failure(&net->nodes[0], "site", 0), "no-response");
	assert_int_equal(net->nodes[1].e->strays[0].count, 0);
	assert_ptr_equal(node_conn(&net->nodes[1], "site")->cfg, was);
	net_free(net);
}

/* A wider or a narrower network in place of the one that is configured. */
static void another_mask(void **state)
{
	static const char *const masks[] = { "192.168.0.0/16", "192.168.1.128/25" };

	(void)state;
	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		struct net *net = pair(5 + i);

		a->local_subnets[0] = net_subnet(masks[i]);
		a->n_local = 1;
		go(net, 10);
		assert_int_equal(of(net, 1)->cause, FAIL_NETMASK);
		assert_int_equal(of(net, 1)->key, KEY_REMOTE_SUBNETS);
		assert_non_null(strstr(of(net, 1)->theirs, masks[i]));
		assert_string_equal(node_failure(&net->nodes[0], "site", 1), "subnet-mismatch");
		net_free(net);
	}
	/* a network of everything is no mask that slipped */
	{
		struct net *net = pair(8);

		a->local_subnets[0] = net_subnet("0.0.0.0/0");
		a->n_local = 1;
		go(net, 10);
		assert_int_equal(of(net, 1)->cause, FAIL_SELECTOR);
		net_free(net);
	}
}

/* It stays until something works, in each pair for itself. */
static void failures_stay(void **state)
{
	struct net *net = pair(9);

	(void)state;
	b->n_remote = 1;
	go(net, 20);
	assert_string_equal(node_failure(&net->nodes[0], "site", 1), "");
	assert_string_equal(node_failure(&net->nodes[0], "site", 3), "subnet-mismatch");
	net->traffic_ms = 100;
	net_run(net, 600 * 1000);
	assert_string_equal(node_failure(&net->nodes[0], "site", 3), "subnet-mismatch");
	assert_string_equal(node_failure(&net->nodes[0], "site", 1), "");
	assert_string_equal(node_failure(&net->nodes[1], "site", 0), "subnet-mismatch");
	b = site_cfg(net, 1, 0, "site");
	b->start = START_PASSIVE;
	net_configure1(net, 1, b);
	assert_true(net_until(net, 400 * 1000, both_up));
	for (uint32_t k = 0; k <= 4; k++)
		assert_string_equal(node_failure(&net->nodes[0], "site", k), "");
	net_free(net);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phase1_transform_by_transform),
		cmocka_unit_test(phase2_transform_by_transform),
		cmocka_unit_test(a_long_offer),
		cmocka_unit_test(another_local_address),
		cmocka_unit_test(another_mask),
		cmocka_unit_test(failures_stay),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
