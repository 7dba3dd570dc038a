// SPDX-License-Identifier: GPL-2.0
/* One wrong parameter: both ends name it, who refused and which line to change; nothing else breaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/direct.h"
#include "core/net.h"
#include "core/policy.h"

struct seen {
	char state[16], code[32], fix[64], who[16], child_code[8][32], child_fix[8][64];
	unsigned int children, up;
	const char *conn;
	bool inside;
};

static void on_conn(void *ctx, const struct st_conn *c)
{
	struct seen *s = ctx;

	snprintf(s->state, sizeof(s->state), "%s", c->state);
	snprintf(s->code, sizeof(s->code), "%s", c->failure.code);
	snprintf(s->fix, sizeof(s->fix), "%s", c->failure.fix);
	snprintf(s->who, sizeof(s->who), "%s", c->failure.who);
	s->up = c->children_up;
}

static void on_ike(void *ctx, const struct st_ike *i)
{
	(void)ctx;
	assert_non_null(i->state);
}

static void on_child(void *ctx, const struct st_child *c)
{
	struct seen *s = ctx;

	if (s->children < 8) {
		snprintf(s->child_code[s->children], sizeof(s->child_code[0]), "%s", c->failure.code);
		snprintf(s->child_fix[s->children], sizeof(s->child_fix[0]), "%s", c->failure.fix);
	}
	s->children++;
}

static struct seen look(struct node *n)
{
	struct seen s = { .children = 0 };
	struct st_visitor v = { on_conn, on_ike, on_child, &s };

	ike_status(n->e, n->net->now, &v);
	return s;
}

static struct conn_cfg *a, *b;

static struct net *pair(uint64_t seed)
{
	struct net *net = net_new(2, seed);

	a = site_cfg(net, 0, 1, "site");
	b = site_cfg(net, 1, 0, "site");
	a->file = strdup("a.conf");
	a->where = (struct cfg_where){ a->file, 3 };
	a->at[KEY_PSK_FILE] = (struct cfg_where){ a->file, 12 };
	b->start = START_PASSIVE;
	return net;
}

static void go(struct net *net, uint64_t seconds)
{
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	net_run(net, seconds * 1000);
}

/* Nothing came up, nothing is left in the kernel, and no packet had a way out. */
static void assert_down(struct net *net)
{
	for (unsigned int i = 0; i < 2; i++) {
		struct node *n = &net->nodes[i];

		assert_int_equal(node_children_up(n), 0);
		assert_int_equal(node_sas(n), 0);
		for (uint32_t k = 1; k <= 4; k++)
			assert_false(net_esp(n, n->children[0].peer_id, k));
		assert_int_equal(n->kernel_errors, 0);
	}
}

static void assert_codes(struct net *net, const char *ours, const char *theirs)
{
	assert_string_equal(look(&net->nodes[0]).code, ours);
	assert_string_equal(look(&net->nodes[1]).code, theirs);
}

static void wrong_psk(void **state)
{
	struct net *net = pair(1);
	struct seen s;

	(void)state;
	psk_set(b, "another secret");
	go(net, 100);
	assert_codes(net, "psk-mismatch", "psk-mismatch");
	assert_down(net);
	s = look(&net->nodes[0]);
	assert_string_equal(s.fix, "a.conf:12: psk-file");
	assert_string_equal(s.child_code[0], "phase1-down");
	/* the repeated attempts do not pile up */
	assert_true(HASH_COUNT(net->nodes[1].e->sas) <= 4);
	net_run(net, 600 * 1000);
	assert_codes(net, "psk-mismatch", "psk-mismatch");
	/* corrected on one side by a reload */
	b = site_cfg(net, 1, 0, "site");
	b->start = START_PASSIVE;
	net_configure1(net, 1, b);
	assert_true(net_until(net, 120 * 1000, both_up));
	assert_codes(net, "", "");
	net_free(net);
}

static void wrong_psk_with_both_ends_starting(void **state)
{
	struct net *net = pair(2);

	(void)state;
	psk_set(b, "another secret");
	b->start = START_AUTO;
	go(net, 400);
	assert_codes(net, "psk-mismatch", "psk-mismatch");
	assert_down(net);
	net_free(net);
}

static bool losing;

static bool lose_message_6(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)len;
	return losing && from && p[18] == XCHG_MAIN && p[19] & ISAKMP_FLAG_ENCRYPTED;
}

/* A peer that says nothing to a message 5 that it does not like */
static bool lose_refusals(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)len;
	return from && (p[18] == XCHG_INFO || p[19] & ISAKMP_FLAG_ENCRYPTED);
}

/* The key has been right before: silence after message 5 is silence, and says so. A new configuration may be wrong again. */
static void a_lost_renewal_is_no_wrong_psk(void **state)
{
	struct net *net = pair(20);

	(void)state;
	a->ike_lifetime = b->ike_lifetime = 600;
	net->drop = lose_message_6;
	losing = false;
	go(net, 5);
	assert_true(both_up(net));
	losing = true;
	for (unsigned int s = 0; s < 1200 && !node_count(&net->nodes[0], "failed"); s++)
		net_run(net, 1000);
	assert_string_equal(look(&net->nodes[0]).code, "exchange-timeout");
	assert_string_equal(look(&net->nodes[0]).who, "nobody");
	assert_non_null(strstr(node_conn(&net->nodes[0], "site")->failure.theirs, "the pre-shared key was right before"));
	/* the first time, and after a change, it is the best guess that there is */
	a = site_cfg(net, 0, 1, "site");
	psk_set(a, "another one");
	net->drop = lose_refusals;
	net_configure1(net, 0, a);
	net_run(net, 100 * 1000);
	assert_string_equal(look(&net->nodes[0]).code, "psk-mismatch");
	net_free(net);
}

/* An informational message that other keys made: to ours it is random. */
static void answer_by_other_keys(struct net *net)
{
	const struct ike_sa *sa = net->nodes[0].e->sas;
	uint8_t msg[ISAKMP_HDR_LEN + 64];

	assert_non_null(sa);
	for (unsigned int i = 0; i < sizeof(msg); i++)
		msg[i] = (uint8_t)(i * 41);
	memcpy(msg, sa->cky_i, 8);
	memcpy(msg + 8, sa->cky_r, 8);
	memcpy(msg + 16, "\x08\x10\x05\x01" "abcd" "\0\0\0\x5c", 12);
	net_rx(net, 0, msg, sizeof(msg));
	net_step(net);
}

/*
 * What the peer says under the new IKE SA, whose message 6 was lost, cannot be
 * authenticated; but it can be seen whether its keys are ours.
 */
static void a_delete_instead_of_message_6(void **state)
{
	(void)state;
	for (unsigned int other_keys = 0; other_keys < 2; other_keys++) {
		struct net *net = pair(21 + other_keys);
		uint64_t seen;
		char err[64];

		net->drop = lose_message_6;
		losing = true;
		go(net, 1);
		assert_int_equal(node_established(&net->nodes[1]), 1);
		seen = net->nodes[0].e->counters[CNT_MALFORMED];
		if (other_keys)
			answer_by_other_keys(net);
		else
			ike_cmd(net->nodes[1].e, net->now, CMD_DOWN, "site", err, sizeof(err));
		net_run(net, 500);
		assert_int_equal(net->nodes[0].e->counters[CNT_MALFORMED], seen + 1);
		assert_string_equal(look(&net->nodes[0]).code, other_keys ? "psk-mismatch" : "");
		net_free(net);
	}
}

static void wrong_dh_group(void **state)
{
	struct net *net = pair(3);

	(void)state;
	b->ike[0].group = DH_MODP2048;
	go(net, 100);
	assert_string_equal(look(&net->nodes[1]).code, "phase1-dh-mismatch");
	assert_string_equal(look(&net->nodes[1]).who, "us");
	assert_string_equal(look(&net->nodes[0]).code, "phase1-dh-mismatch");
	assert_string_equal(look(&net->nodes[0]).who, "peer");
	assert_down(net);
	net_free(net);
}

static void wrong_ike_cipher(void **state)
{
	struct net *net = pair(4);

	(void)state;
	b->ike[0].keybits = 256;
	go(net, 100);
	assert_codes(net, "phase1-proposal-mismatch", "phase1-proposal-mismatch");
	assert_down(net);
	net_free(net);
}

static void assert_children(struct net *net, unsigned int node, const char *code)
{
	struct seen s = look(&net->nodes[node]);

	for (unsigned int i = 0; i < 4; i++)
		assert_string_equal(s.child_code[i], code);
}

static void wrong_esp_cipher(void **state)
{
	struct net *net = pair(5);

	(void)state;
	b->esp[0].keybits = 256;
	go(net, 100);
	assert_children(net, 0, "phase2-proposal-mismatch");
	assert_children(net, 1, "phase2-proposal-mismatch");
	assert_down(net);
	/* phase 1 is fine, and stays the same one */
	assert_int_equal(node_count(&net->nodes[0], "ike-up"), 1);
	assert_int_equal(node_established(&net->nodes[0]), 1);
	net_free(net);
}

static void wrong_pfs_group(void **state)
{
	static const unsigned int theirs[] = { DH_NONE, DH_ECP384 };

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct net *net = pair(6 + i);

		b->pfs = theirs[i];
		go(net, 100);
		assert_children(net, 1, "pfs-mismatch");
		assert_true(!strcmp(look(&net->nodes[0]).child_code[0], "pfs-mismatch") ||
			    !strcmp(look(&net->nodes[0]).child_code[0], "phase2-proposal-mismatch"));
		assert_down(net);
		net_free(net);
	}
}

/* Two of four pairs are unknown there: the other two are up and stay undisturbed. */
static void a_subnet_is_missing(void **state)
{
	struct net *net = pair(9);
	struct seen s;
	uint32_t spi;

	(void)state;
	b->n_remote = 1;		/* does not know 192.168.2.0/24 */
	go(net, 30);
	s = look(&net->nodes[0]);
	assert_string_equal(s.state, "partial");
	assert_int_equal(s.up, 2);
	assert_string_equal(s.child_code[0], "");
	assert_string_equal(s.child_code[1], "");
	assert_string_equal(s.child_code[2], "subnet-mismatch");
	assert_string_equal(s.child_code[3], "subnet-mismatch");
	s = look(&net->nodes[1]);
	assert_string_equal(s.state, "up");
	assert_string_equal(s.code, "subnet-mismatch");
	spi = node_conn(&net->nodes[0], "site")->children[0].current->spi_in;
	net->traffic_ms = 100;
	net_run(net, 300 * 1000);
	assert_int_equal(node_conn(&net->nodes[0], "site")->children[0].current->spi_in, spi);
	assert_int_equal(node_count(&net->nodes[0], "child-down"), 0);
	assert_int_equal(node_count(&net->nodes[0], "ike-up"), 1);
	assert_int_equal(net->nodes[1].esp_lost + net->nodes[0].esp_lost, 0);
	assert_int_equal(node_sas(&net->nodes[0]), 4);
	net_free(net);
}

static void set_fqdn(struct v1_id *id, const char *name)
{
	id->type = IDT_FQDN;
	id->len = strlen(name);
	memcpy(id->data, name, id->len);
}

static void wrong_identity(void **state)
{
	struct net *net = pair(10);

	(void)state;
	set_fqdn(&a->local_id, "left.example");
	set_fqdn(&b->remote_id, "west.example");
	go(net, 100);
	assert_codes(net, "id-mismatch", "id-mismatch");
	assert_string_equal(look(&net->nodes[1]).who, "us");
	assert_down(net);
	net_free(net);

	net = pair(11);		/* the initiator refuses what the responder calls itself */
	set_fqdn(&b->local_id, "right.example");
	go(net, 100);
	assert_string_equal(look(&net->nodes[0]).code, "id-mismatch");
	assert_string_equal(look(&net->nodes[0]).who, "us");
	assert_int_equal(node_children_up(&net->nodes[0]), 0);
	net_free(net);
}

static void nobody_there(void **state)
{
	struct net *net = pair(12);
	struct node *n = &net->nodes[0];
	uint64_t failures;

	(void)state;
	net->nodes[1].down = true;
	go(net, 3600);
	assert_string_equal(look(n).code, "no-response");
	assert_down(net);
	/* 62 s of retransmission, then up to 60 s of pause */
	failures = node_count(n, "failed");
	assert_true(failures >= 3600 / 125 && failures <= 3600 / 75);
	net->nodes[1].down = false;
	assert_true(net_until(net, 62 * 1000, both_up));
	assert_string_equal(look(n).code, "");
	net_free(net);
}

static void back_off_grows_to_a_minute(void **state)
{
	struct net *net = pair(13);
	struct ike_engine *e = net->nodes[0].e;

	(void)state;
	for (unsigned int n = 1; n <= 1000; n++) {
		uint64_t nominal = n >= 6 ? 60000 : 1000ull << n;
		uint64_t ms = engine_backoff(e, n);

		assert_true(ms <= nominal && ms > nominal * 3 / 4 - 1);
	}
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	net_free(net);
}

static void the_kernel_refuses_an_sa(void **state)
{
	struct net *net = pair(14);
	struct node *n = &net->nodes[0];

	(void)state;
	n->refuse = ACT_SA_INSTALL;
	go(net, 1);
	assert_int_equal(n->refused, 1);
	assert_int_equal(node_children_up(n), 3);
	assert_int_equal(node_children_up(&net->nodes[1]), 3);
	assert_string_equal(look(n).child_code[0], "kernel-refused");
	assert_true(net_until(net, 10000, both_up));
	net_run(net, 1000);
	assert_true(both_quiet(net));
	assert_string_equal(look(n).child_code[0], "");
	net_free(net);

	net = pair(15);		/* the same on the responder's side */
	n = &net->nodes[1];
	n->refuse = ACT_SA_INSTALL;
	go(net, 1);
	assert_int_equal(n->refused, 1);
	assert_true(net_until(net, 60000, both_up));
	net_run(net, 100 * 1000);
	assert_true(both_quiet(net));
	assert_true(net_consistent(net));
	net_free(net);
}

static void the_kernel_refuses_a_peer(void **state)
{
	struct net *net = pair(16);
	struct node *n = &net->nodes[0];

	(void)state;
	n->refuse = ACT_PEER_NEW;
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	assert_int_equal(n->refused, 1);
	assert_string_equal(look(n).code, "kernel-refused");
	n->kernel_errors = 0;
	assert_true(net_until(net, 60000, both_up));
	assert_int_equal(n->children[3].child_id, 4);
	net_free(net);
}

static void lost_notifications_are_made_good(void **state)
{
	struct net *net = pair(17);
	struct node *n = &net->nodes[0];
	struct ike_kernel_event ev = { .type = KEV_RESYNC, .ifname = "vpn0", .idle_ms = -1 };
	struct conn *c;
	uint32_t gone;

	(void)state;
	go(net, 20);
	c = node_conn(n, "site");
	gone = c->children[2].current->spi_in;
	n->sas_end = K_SAS_MAX;
	for (unsigned int i = 0; i < K_SAS_MAX; i++) {
		if (n->sas[i].child_id == 3)
			n->sas[i].used = false;
		/* and one that the engine knows nothing of */
		if (n->sas[i].used && n->sas[i].child_id == 4 && n->sas[i].dir == SA_IN) {
			n->sas[K_SAS_MAX - 1] = n->sas[i];
			n->sas[K_SAS_MAX - 1].spi = 0x1234;
			break;
		}
	}
	ike_kernel_event(n->e, net->now, &ev);
	kernel_query(c);
	net_step(net);
	net_run(net, 10 * 1000);
	assert_false(n->sas[K_SAS_MAX - 1].used);
	assert_true(both_up(net));
	assert_int_not_equal(c->children[2].current->spi_in, gone);
	assert_true(both_quiet(net));
	net_free(net);
}

/* An acquire for what we think is up: the kernel is asked to use it, and says if it cannot. */
static void the_kernel_lost_an_sa(void **state)
{
	struct net *net = pair(20);
	struct node *n = &net->nodes[0];
	uint32_t gone;

	(void)state;
	go(net, 20);
	gone = node_conn(n, "site")->children[1].current->spi_out;
	for (unsigned int i = 0; i < K_SAS_MAX; i++)
		if (n->sas[i].dir == SA_OUT && n->sas[i].spi == gone)
			n->sas[i].used = false;
	assert_false(net_esp(n, n->children[1].peer_id, 2));
	net_run(net, 20 * 1000);
	assert_true(both_quiet(net));
	assert_true(net_consistent(net));
	assert_true(net_esp(n, n->children[1].peer_id, 2));
	assert_int_not_equal(node_conn(n, "site")->children[1].current->spi_out, gone);
	net_free(net);
}

static void half_open_flood(void **state)
{
	struct net *net = pair(18);
	struct node *n = &net->nodes[1];
	struct ike_path path = { .natt = false };
	struct net *copy;
	unsigned int i;

	(void)state;
	/* the real peer is up; then somebody opens phase 1s in its name */
	go(net, 10);
	assert_true(both_up(net));
	path.local = n->addr;
	path.remote = net->nodes[0].addr;
	endpoint_set_port(&path.local, 500);
	endpoint_set_port(&path.remote, 500);
	for (i = 0; i < 2000; i++) {
		struct ike_action *act;

		copy = net_new(1, 1000 + i);
		copy->nodes[0].addr = net->nodes[0].addr;
		ike_configure(copy->nodes[0].e, copy->now, &net->nodes[0].cfg);
		while ((act = ike_next_action(copy->nodes[0].e))) {
			if (act->type == ACT_SEND)
				ike_rx(n->e, net->now, &path, act->send.data, act->send.len);
			ike_action_free(act);
		}
		net_free(copy);
	}
	/* none of them left anything */
	assert_int_equal(HASH_COUNT(n->e->sas), 1);
	assert_int_equal(n->e->half_open, 0);
	net->traffic_ms = 100;
	net_run(net, 200 * 1000);
	assert_true(both_up(net));
	assert_int_equal(HASH_COUNT(n->e->sas), 1);
	assert_int_equal(n->e->half_open, 0);
	assert_string_equal(look(n).code, "");
	net_free(net);
}

static void garbage_changes_nothing(void **state)
{
	struct net *net = pair(19);
	struct node *n = &net->nodes[1];
	struct ike_path path = { .natt = false };
	uint8_t buf[400];
	uint64_t before;

	(void)state;
	go(net, 10);
	path.local = n->addr;
	path.remote = net->nodes[0].addr;
	endpoint_set_port(&path.local, 500);
	endpoint_set_port(&path.remote, 500);
	before = node_counter(n, "malformed");
	for (unsigned int i = 0; i < 20000; i++) {
		size_t len = i % sizeof(buf);

		for (size_t k = 0; k < len; k++)
			buf[k] = (uint8_t)(k * i + (k ^ i) * 31);
		if (i & 1 && len >= 28) {
			buf[17] = 0x10;
			memcpy(buf, node_conn(n, "site")->ike->cky_i, 8);
			memcpy(buf + 8, node_conn(n, "site")->ike->cky_r, 8);
			buf[24] = buf[25] = 0;
			buf[26] = (uint8_t)(len >> 8);
			buf[27] = (uint8_t)len;
			buf[18] = i & 2 ? XCHG_QUICK : XCHG_INFO;
			buf[19] = 1;
		}
		ike_rx(n->e, net->now, &path, buf, len);
	}
	net_step(net);
	assert_true(node_counter(n, "malformed") > before);
	assert_int_equal(HASH_COUNT(n->e->sas), 1);
	assert_true(both_quiet(net));
	assert_int_equal(node_count(n, "child-down") + node_count(n, "ike-down"), 0);
	net_free(net);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_psk),
		cmocka_unit_test(wrong_psk_with_both_ends_starting),
		cmocka_unit_test(a_lost_renewal_is_no_wrong_psk),
		cmocka_unit_test(a_delete_instead_of_message_6),
		cmocka_unit_test(wrong_dh_group),
		cmocka_unit_test(wrong_ike_cipher),
		cmocka_unit_test(wrong_esp_cipher),
		cmocka_unit_test(wrong_pfs_group),
		cmocka_unit_test(a_subnet_is_missing),
		cmocka_unit_test(wrong_identity),
		cmocka_unit_test(nobody_there),
		cmocka_unit_test(back_off_grows_to_a_minute),
		cmocka_unit_test(the_kernel_refuses_an_sa),
		cmocka_unit_test(the_kernel_refuses_a_peer),
		cmocka_unit_test(lost_notifications_are_made_good),
		cmocka_unit_test(the_kernel_lost_an_sa),
		cmocka_unit_test(half_open_flood),
		cmocka_unit_test(garbage_changes_nothing),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
