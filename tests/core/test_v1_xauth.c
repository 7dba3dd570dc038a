// SPDX-License-Identifier: GPL-2.0
/* XAUTH in both roles: who may come in does, and nobody else by any way around it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/certs.h"
#include "core/direct.h"
#include "core/net.h"
#include "core/policy.h"
#include "core/v1/transaction.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define PASSWORD "secret-1"

typedef bool (*hook_fn)(struct net *net, unsigned int from, const uint8_t *p, size_t len);

/* ---- a gateway at node 1 that asks, users elsewhere ---- */

static enum phase1_mode mode;
static bool with_rsa;

static int in_aggressive_mode(void **state)
{
	(void)state;
	mode = MODE_AGGRESSIVE;
	return 0;
}

static int with_certificates(void **state)
{
	(void)state;
	with_rsa = true;
	return 0;
}

static int with_both(void **state)
{
	return in_aggressive_mode(state) || with_certificates(state);
}

static int in_main_mode_with_a_key(void **state)
{
	(void)state;
	mode = MODE_MAIN;
	with_rsa = false;
	return 0;
}

static void certify(struct conn_cfg *c, unsigned int node)
{
	static const struct cert_spec root = { .dn = "CN=root", .key = 0, .ca = true }, certs[] = {
		{ .dn = "CN=0", .san = "IP:192.0.2.1, DNS:secure", .key = 1, .issuer = &root },
		{ .dn = "CN=1", .san = "IP:192.0.2.2", .key = 2, .issuer = &root },
		{ .dn = "CN=2", .san = "IP:192.0.2.3", .key = 1, .issuer = &root },
	};

	c->pki = cert_pki(&certs[node], NULL, &root);
	c->auth[0] = P1_AUTH_RSA_SIG;
	secret_wipe(&c->psk);
}

static struct conn_cfg *named_cfg(struct net *net, unsigned int i, const char *name)
{
	struct conn_cfg *c = site_cfg(net, i, i != 1, name);

	c->mode = mode;
	if (with_rsa)
		certify(c, i);
	return c;
}

static struct conn_cfg *plain_cfg(struct net *net, unsigned int i)
{
	return named_cfg(net, i, "site");
}

static void add_user(struct conn_cfg *c, const char *name, const char *password)
{
	static const uint8_t salt[16] = { 7 };
	struct secret s = { 0 };
	char text[PASSWORD_STRLEN];
	const char *why;

	c->users = realloc(c->users, (c->n_users + 1) * sizeof(*c->users));
	assert_true(secret_set(&s, password, strlen(password)));
	assert_true(password_make(&s, salt, sizeof(salt), PASSWORD_ROUNDS_MIN, text));
	memset(&c->users[c->n_users], 0, sizeof(*c->users));
	snprintf(c->users[c->n_users].name, sizeof(c->users->name), "%s", name);
	assert_true(password_parse(text, &c->users[c->n_users++].hash, &why));
	secret_wipe(&s);
}

static struct conn_cfg *user_cfg(struct net *net, unsigned int i, const char *user, const char *password)
{
	struct conn_cfg *c = plain_cfg(net, i);

	c->xauth = XAUTH_CLIENT;
	snprintf(c->xauth_user, sizeof(c->xauth_user), "%s", user);
	assert_true(secret_set(&c->xauth_password, password, strlen(password)));
	return c;
}

static struct conn_cfg *gateway_cfg(struct net *net)
{
	struct conn_cfg *c = plain_cfg(net, 1);

	c->start = START_PASSIVE;
	c->xauth = XAUTH_SERVER;
	add_user(c, "bert", "other-pw");
	add_user(c, "anna", PASSWORD);
	return c;
}

static struct net *begin(uint64_t seed, hook_fn hook, const char *user, const char *password)
{
	struct net *net = net_new(2, seed);

	net->drop = hook;
	net_configure1(net, 1, gateway_cfg(net));
	net_configure1(net, 0, user_cfg(net, 0, user, password));
	return net;
}

/* ---- on the wire ---- */

static uint8_t order[64];
static unsigned int n_order;
static uint16_t auth[2];
static bool has_vendor[2];
static size_t longest[2];

static bool watch(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	static const uint8_t vendor[] = { 0x09, 0x00, 0x26, 0x89, 0xdf, 0xd6, 0xb7, 0x12 };
	struct v1_chain ch;
	struct v1_sa sa;

	(void)net;
	if (n_order < sizeof(order))
		order[n_order++] = p[18];
	if (len > longest[from])
		longest[from] = len;
	if ((p[18] != XCHG_MAIN && p[18] != XCHG_AGGRESSIVE) || p[16] != PL_SA ||
	    !v1_chain_parse(p[16], p + ISAKMP_HDR_LEN, len - ISAKMP_HDR_LEN, false, &ch))
		return false;
	assert_true(v1_sa_parse(&ch.pl[0], 1, &sa));
	auth[from] = sa.transforms[0].auth;
	has_vendor[from] = false;
	for (unsigned int i = 0; i < ch.n; i++)
		has_vendor[from] |= ch.pl[i].type == PL_VENDOR && ch.pl[i].len == 8 && !memcmp(ch.pl[i].body, vendor, 8);
	return false;
}

/* draft-beaulieu-ike-xauth-02 7.2 */
static unsigned int method(bool initiator_has_the_password)
{
	return (with_rsa ? 65005 : 65001) + !initiator_has_the_password;
}

static void assert_anna_is_in(struct net *net)
{
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(auth[i], method(true));
		assert_true(has_vendor[i]);
		/* a certificate and a signature */
		assert_int_equal(longest[i] > 900, with_rsa);
		assert_int_equal(node_established(&net->nodes[i]), 1);
		assert_int_equal(net->nodes[i].e->half_open, 0);
		assert_int_equal(node_count(&net->nodes[i], "failed"), 0);
	}
	assert_string_equal(site_conn(net, 1)->xauth_user, "anna");
}

static void the_right_password(void **state)
{
	static const uint8_t expect[] = { XCHG_MAIN, XCHG_MAIN, XCHG_MAIN, XCHG_MAIN, XCHG_MAIN, XCHG_MAIN,
					  XCHG_TRANSACTION, XCHG_TRANSACTION, XCHG_TRANSACTION, XCHG_TRANSACTION };
	struct net *net;

	(void)state;
	n_order = 0;
	longest[0] = longest[1] = 0;
	net = begin(1, watch, "anna", PASSWORD);
	assert_true(net_until(net, 1900, both_up));
	assert_memory_equal(order, expect, sizeof(expect));
	assert_anna_is_in(net);
	assert_int_equal(node_count(&net->nodes[1], "xauth"), 1);
	assert_true(net_consistent(net));
	net_free(net);
}

/* The same, two messages of phase 1 earlier; what is announced after it may come at any time. */
static void after_aggressive_mode(void **state)
{
	static const uint8_t expect[] = { XCHG_AGGRESSIVE, XCHG_AGGRESSIVE, XCHG_AGGRESSIVE,
					  XCHG_TRANSACTION, XCHG_TRANSACTION, XCHG_TRANSACTION, XCHG_TRANSACTION };
	struct net *net;
	unsigned int n = 0;

	(void)state;
	n_order = 0;
	longest[0] = longest[1] = 0;
	net = begin(5, watch, "anna", PASSWORD);
	assert_true(net_until(net, 1900, both_up));
	for (unsigned int i = 0; i < n_order && n < sizeof(expect); i++)
		if (order[i] != XCHG_INFO)
			assert_int_equal(order[i], expect[n++]);
	assert_int_equal(n, sizeof(expect));
	assert_anna_is_in(net);
	net_free(net);
}

/* Whoever begins: the gateway asks, and says so with another number. */
static void the_gateway_begins(void **state)
{
	struct net *net = net_new(2, 2);
	struct conn_cfg *a = user_cfg(net, 0, "bert", "other-pw"), *b = gateway_cfg(net);

	(void)state;
	a->start = START_PASSIVE;
	b->start = START_AUTO;
	net->drop = watch;
	net_configure1(net, 0, a);
	net_configure1(net, 1, b);
	assert_true(net_until(net, 5000, both_up));
	assert_int_equal(auth[1], method(false));
	assert_int_equal(auth[0], method(false));
	assert_string_equal(site_conn(net, 1)->xauth_user, "bert");
	net_free(net);
}

static void with_mode_config(void **state)
{
	struct net *net = net_new(2, 3);
	struct conn_cfg *a = user_cfg(net, 0, "anna", PASSWORD), *b = gateway_cfg(net);

	(void)state;
	a->local_mode_config = b->remote_mode_config = true;
	a->mode_config = MODE_CONFIG_PULL;
	a->n_local = b->n_remote = 1;
	a->local_subnets[0] = (struct subnet){ .family = AF_INET, .prefixlen = 32 };
	b->pool = b->remote_subnets[0] = net_subnet("10.9.0.0/24");
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	assert_true(net_until(net, 1900, both_up));
	assert_memory_equal(site_conn(net, 0)->children[0].local.addr, "\x0a\x09\0\1", 4);
	net_free(net);
}

/* Each phase 1 asks anew, and no tunnel notices. */
static void renewal_asks_again(void **state)
{
	struct net *net = net_new(2, 4);
	struct conn_cfg *a = user_cfg(net, 0, "anna", PASSWORD), *b = gateway_cfg(net);

	(void)state;
	a->ike_lifetime = b->ike_lifetime = 300;
	net->traffic_ms = 1000;
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000000);
	assert_true(node_count(&net->nodes[0], "ike-rekeyed") >= 3);
	assert_true(node_count(&net->nodes[1], "xauth") >= 1 + node_count(&net->nodes[0], "ike-rekeyed"));
	assert_int_equal(node_count(&net->nodes[0], "child-down") + node_count(&net->nodes[1], "child-down"), 0);
	assert_int_equal(net->nodes[0].esp_lost + net->nodes[1].esp_lost, 0);
	net_free(net);
}

/* ---- who may not ---- */

static void stays_out(struct net *net, const char *why)
{
	assert_string_equal(node_failure(&net->nodes[0], "site", 0), why);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(node_established(&net->nodes[i]), 0);
		assert_int_equal(node_sas(&net->nodes[i]), 0);
		assert_int_equal(net->nodes[i].installs, 0);
	}
	assert_string_equal(site_conn(net, 1)->xauth_user, "");
}

static void the_wrong_password(void **state)
{
	static const char *const pairs[][2] = {
		{ "anna", "secret-2" }, { "anna", "other-pw" }, { "bert", PASSWORD }, { "carl", PASSWORD }, { "carl", "other-pw" }, { "ann", PASSWORD },
		{ "annA", PASSWORD }, { "anna", "secret-" }, { "anna", "secret-11" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(pairs); i++) {
		struct net *net = begin(10 + i, NULL, pairs[i][0], pairs[i][1]);

		/* the answer is late, and until then it holds a place among those who have proven nothing */
		net_run(net, 1900);
		assert_int_equal(node_count(&net->nodes[1], "xauth-refused"), 1);
		assert_int_equal(net->nodes[1].e->half_open, 1);
		assert_string_equal(node_failure(&net->nodes[0], "site", 0), "");
		net_run(net, 1000);
		stays_out(net, "xauth-failed");
		assert_int_equal(site_conn(net, 0)->failure.who, WHO_PEER);
		assert_string_equal(node_failure(&net->nodes[1], "site", 0), "xauth-failed");
		assert_int_equal(site_conn(net, 1)->failure.who, WHO_US);
		assert_int_equal(site_conn(net, 1)->failure.key, KEY_XAUTH);
		assert_non_null(strstr(site_conn(net, 1)->failure.theirs, pairs[i][0]));
		assert_null(strstr(site_conn(net, 1)->failure.theirs, pairs[i][1]));
		net_free(net);
	}
}

/* Transactions go on from the user's answer, which is let through. */
static unsigned int answers;

static bool lose_what_follows_the_answer(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)len;
	return !from && p[18] == XCHG_TRANSACTION && ++answers > 1;
}

/* Some leave when they hear of it, and do not acknowledge it first: what they leave for is known. */
static void the_refused_leaves_without_an_acknowledgement(void **state)
{
	struct net *net = begin(19, lose_what_follows_the_answer, "anna", "secret-2");

	(void)state;
	answers = 0;
	net_run(net, 2900);
	assert_string_equal(node_failure(&net->nodes[0], "site", 0), "xauth-failed");
	assert_string_equal(node_failure(&net->nodes[1], "site", 0), "xauth-failed");
	assert_int_equal(site_conn(net, 1)->failure.who, WHO_US);
	assert_int_equal(net->nodes[1].e->half_open, 0);
	net_free(net);
}

static unsigned int refusals(struct net *net)
{
	return node_count(&net->nodes[1], "xauth-refused");
}

/* As who has no patience: the Delete is out before the answer, and the next guess on its way. */
static void leave_and_come_back(struct net *net)
{
	struct conn *c = site_conn(net, 0);

	ike_tick(c->e, net->now);
	v1_send_delete_ike(any_ike(net, 0));
	ike_sa_kill(any_ike(net, 0));
	engine_stop_timer(c->e, &c->retry);
	conn_initiate(c);
	net_step(net);
}

static void leaving_early_is_no_way_to_guess_faster(void **state)
{
	struct net *net = begin(21, NULL, "anna", "secret-2");
	unsigned int guesses = 0;

	(void)state;
	for (unsigned int ms = 0; ms < 60 * 1000; ms += 10) {
		net_run(net, 10);
		assert_true(net->nodes[1].e->half_open <= HALF_OPEN_ADDR);
		if (refusals(net) == guesses)
			continue;
		guesses = refusals(net);
		leave_and_come_back(net);
	}
	assert_in_range(guesses, 2, 30);
	assert_string_equal(node_failure(&net->nodes[1], "site", 0), "xauth-failed");
	net_free(net);
}

static void guessing_gets_slower(void **state)
{
	struct net *net = begin(20, NULL, "anna", "secret-2");
	uint64_t from, waited[6] = { 0 };

	(void)state;
	for (unsigned int i = 0; i < LEN(waited); i++) {
		for (unsigned int ms = 0; ms < 200000 && refusals(net) == i; ms += 10)
			net_run(net, 10);
		from = net->now;
		for (unsigned int ms = 0; ms < 60000 && net->nodes[1].e->half_open; ms += 10)
			net_run(net, 10);
		waited[i] = net->now - from;
	}
	assert_in_range(waited[0], 1900, 2200);
	assert_in_range(waited[1], 3900, 4200);
	assert_in_range(waited[2], 7900, 8200);
	assert_in_range(waited[4], 29000, 30200);
	assert_in_range(waited[5], 29000, 30200);
	stays_out(net, "xauth-failed");
	/* who has it is not held up */
	net_configure1(net, 0, user_cfg(net, 0, "anna", PASSWORD));
	assert_true(net_until(net, 1900, both_up));
	assert_int_equal(site_conn(net, 1)->xauth_failures, 0);
	net_free(net);
}

static void one_side_only(void **state)
{
	struct net *net;

	(void)state;
	for (unsigned int side = 0; side < 2; side++) {
		struct conn_cfg *a, *b;

		net = net_new(2, 30 + side);
		a = side ? plain_cfg(net, 0) : user_cfg(net, 0, "anna", PASSWORD);
		b = side ? gateway_cfg(net) : plain_cfg(net, 1);
		b->start = START_PASSIVE;
		net_configure1(net, 1, b);
		net_configure1(net, 0, a);
		net_run(net, 70000);
		stays_out(net, "phase1-proposal-mismatch");
		assert_string_equal(node_failure(&net->nodes[1], "site", 0), "xauth-mismatch");
		assert_non_null(strstr(site_conn(net, side)->failure.ours, "xauth of the initiator"));
		assert_int_equal(!strstr(site_conn(net, 1)->failure.theirs, "xauth of the initiator"), side);
		assert_non_null(strstr(site_conn(net, 1)->failure.theirs, "(authentication differs)"));
		assert_int_equal(!strstr(site_conn(net, 1)->failure.ours, "rsa-sig"), !with_rsa);
		net_free(net);
	}
}

/* Two that both ask, or both have a password, do not come together. */
static void the_same_role(void **state)
{
	struct net *net = net_new(2, 33);
	struct conn_cfg *b = plain_cfg(net, 1);

	(void)state;
	b->start = START_PASSIVE;
	b->xauth = XAUTH_CLIENT;
	snprintf(b->xauth_user, sizeof(b->xauth_user), "anna");
	assert_true(secret_set(&b->xauth_password, PASSWORD, strlen(PASSWORD)));
	net_configure1(net, 1, b);
	net_configure1(net, 0, user_cfg(net, 0, "anna", PASSWORD));
	net_run(net, 5000);
	stays_out(net, "phase1-proposal-mismatch");
	net_free(net);
}

/* Each side has a key and certificates and prefers the other one: the responder chooses, and the password is due with both. */
static void a_key_or_certificates(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct net *net = net_new(2, 34 + i);
		struct conn_cfg *c[] = { user_cfg(net, 0, "anna", i & 2 ? "secret-2" : PASSWORD), gateway_cfg(net) };

		for (unsigned int k = 0; k < 2; k++) {
			certify(c[k], k);
			psk_set(c[k], "correct horse battery staple");
			c[k]->auth[0] = (i ^ k) & 1 ? P1_AUTH_RSA_SIG : P1_AUTH_PSK;
			c[k]->auth[1] = (i ^ k) & 1 ? P1_AUTH_PSK : P1_AUTH_RSA_SIG;
			c[k]->n_auth = 2;
		}
		net->drop = watch;
		net_configure1(net, 1, c[1]);
		net_configure1(net, 0, c[0]);
		if (i & 2) {
			net_run(net, 3000);
			stays_out(net, "xauth-failed");
		} else {
			assert_true(net_until(net, 1900, both_up));
			assert_string_equal(site_conn(net, 1)->xauth_user, "anna");
		}
		assert_int_equal(auth[1], i & 1 ? P1_AUTH_XAUTH_INIT_PSK : P1_AUTH_XAUTH_INIT_RSA);
		net_free(net);
	}
}

static unsigned int n_answers;

static bool count_answers(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)len;
	n_answers += !from && p[18] == XCHG_TRANSACTION;
	return false;
}

/* Another one with a certificate of the same CA, such as another user, is told nothing. */
static void the_password_is_for_the_right_gateway(void **state)
{
	(void)state;
	with_both(state);
	for (unsigned int i = 0; i < 2; i++) {
		struct net *net = net_new(2, 38 + i);
		struct conn_cfg *b = gateway_cfg(net);

		mode = b->mode = i ? MODE_AGGRESSIVE : MODE_MAIN;
		pki_free(b->pki);
		certify(b, 2);
		b->local_id = (struct v1_id){ .type = IDT_IPV4, .len = 4, .data = { 192, 0, 2, 3 } };
		net->drop = count_answers;
		n_answers = 0;
		net_configure1(net, 1, b);
		net_configure1(net, 0, user_cfg(net, 0, "anna", PASSWORD));
		net_run(net, 5000);
		stays_out(net, "id-mismatch");
		/* in main mode it asks, for it believes that it is up, and is not answered */
		assert_int_equal(n_answers, 0);
		net_free(net);
	}
	in_main_mode_with_a_key(state);
}

/* ---- around it ---- */

static bool no_answers(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)len;
	return !from && p[18] == XCHG_TRANSACTION;
}

static void put_ok(struct ike_sa *sa, struct v1_writer *w)
{
	(void)sa;
	v1_attr_put_u16(w, XAUTH_STATUS, XAUTH_STATUS_OK);
}

static void put_wish(struct ike_sa *sa, struct v1_writer *w)
{
	(void)sa;
	v1_attr_put(w, CFG_IP4_ADDRESS, NULL, 0);
}

static void heard(struct ike_sa *sa, const struct v1_attrs *a)
{
	(void)sa;
	assert_int_equal(a->n <= 1, 1);
	for (unsigned int i = 0; i < a->n; i++)
		assert_int_equal(a->attrs[i].type, XAUTH_STATUS);
}

static void unheard(struct ike_sa *sa)
{
	(void)sa;
}

static const struct v1_topic anything = { heard, unheard };

/* Somebody who has the pre-shared key only. */
static void nothing_before_the_password(void **state)
{
	struct net *net = net_new(2, 40);
	struct conn_cfg *b = gateway_cfg(net);
	struct ike_sa *mine;
	uint64_t refused;

	(void)state;
	b->pool = net_subnet("10.9.0.0/24");
	net->drop = no_answers;
	net_configure1(net, 1, b);
	net_configure1(net, 0, user_cfg(net, 0, "anna", PASSWORD));
	net_run(net, 500);
	mine = any_ike(net, 0);
	assert_int_equal(any_ike(net, 1)->state, IKE_CONNECTING);
	assert_null(site_conn(net, 1)->ike);
	/* a quick mode */
	refused = net_counter(net, 1, CNT_UNAUTHENTICATED);
	v1_quick_start(mine, &site_conn(net, 0)->children[0]);
	net_run(net, 500);
	assert_true(net_counter(net, 1, CNT_UNAUTHENTICATED) > refused);
	/* its own verdict */
	net->drop = NULL;
	assert_true(v1_transaction_start(mine, CFG_SET, &anything, put_ok));
	net_run(net, 100);
	/* an address */
	assert_true(v1_transaction_start(mine, CFG_REQUEST, &anything, put_wish));
	net_run(net, 100);
	assert_null(site_conn(net, 1)->lease);
	assert_int_equal(any_ike(net, 1)->state, IKE_CONNECTING);
	assert_null(site_conn(net, 1)->ike);
	assert_null(any_ike(net, 1)->quicks);
	assert_int_equal(node_sas(&net->nodes[1]), 0);
	net_free(net);
}

/* The gateway, on its side, begins nothing either. */
static void the_gateway_waits(void **state)
{
	struct net *net = net_new(2, 41);
	struct conn_cfg *b = gateway_cfg(net);
	char err[64];

	(void)state;
	b->start = START_AUTO;
	net->drop = no_answers;
	net_configure1(net, 0, user_cfg(net, 0, "anna", PASSWORD));
	net_configure1(net, 1, b);
	ike_cmd(net->nodes[1].e, net->now, CMD_UP, "site", err, sizeof(err));
	net_run(net, 30000);
	assert_int_equal(node_sas(&net->nodes[1]), 0);
	assert_int_equal(node_established(&net->nodes[1]), 0);
	net_free(net);
}

static struct conn_cfg *anybody(struct net *net)
{
	struct conn_cfg *c = gateway_cfg(net);

	memset(&c->remote, 0, sizeof(c->remote));
	return c;
}

/* Who has the group's key and no password ends nobody's tunnel: INITIAL-CONTACT is not believed before. */
static void others_stay_up(void **state)
{
	struct net *net = net_new(3, 42);
	struct conn_cfg *c;
	struct ike_sa *used;
	unsigned int sas;

	(void)state;
	net_configure1(net, 1, anybody(net));
	net_configure1(net, 0, user_cfg(net, 0, "anna", PASSWORD));
	net_run(net, 3000);
	used = site_conn(net, 1)->ike;
	sas = node_sas(&net->nodes[1]);
	assert_non_null(used);
	assert_int_equal(sas, 8);
	c = user_cfg(net, 2, "anna", "guess");
	net_configure1(net, 2, c);
	net_run(net, 10000);
	assert_true(node_count(&net->nodes[1], "xauth-refused") >= 1);
	assert_ptr_equal(site_conn(net, 1)->ike, used);
	assert_int_equal(node_sas(&net->nodes[1]), sas);
	assert_int_equal(node_count(&net->nodes[1], "child-down"), 0);
	assert_string_equal(node_failure(&net->nodes[2], "site", 0), "xauth-failed");
	net_free(net);
}

static bool no_answers_of_2(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)len;
	return from == 2 && p[18] == XCHG_TRANSACTION;
}

/* A Delete of an IKE SA that is not its own, from @sa. */
static void delete_other(struct ike_sa *sa, const struct ike_sa *other)
{
	uint32_t msgid = v1_fresh_msgid(sa);
	struct v1_writer w;
	uint8_t spi[16], iv[16];

	v1_spi_of(other, spi);
	v1_phase2_begin(sa, &w, XCHG_INFO, msgid, true);
	v1_put_delete(&w, PROTO_ISAKMP, spi, sizeof(spi), 1);
	assert_true(v1_iv_phase2(&sa->suite, sa->last_iv, msgid, iv));
	assert_true(v1_phase2_end(sa, &w, msgid, V1_HASH_1, NULL, iv));
	engine_send(sa->e, &sa->path, w.b.p, w.b.len);
	buf_free(&w.b);
}

/* Nor by what it says in exchanges of its own; but that it goes away is believed. */
static void others_cannot_be_ended(void **state)
{
	struct net *net = net_new(3, 44);
	struct ike_sa *used, *mine;
	uint8_t cookies[16];
	uint32_t spi;
	unsigned int sas;

	(void)state;
	net_configure1(net, 1, anybody(net));
	net_configure1(net, 0, user_cfg(net, 0, "anna", PASSWORD));
	net_run(net, 3000);
	used = site_conn(net, 1)->ike;
	sas = node_sas(&net->nodes[1]);
	assert_int_equal(sas, 8);
	net->drop = no_answers_of_2;
	net_configure1(net, 2, user_cfg(net, 2, "anna", "guess"));
	net_run(net, 500);
	mine = any_ike(net, 2);
	assert_int_equal(HASH_COUNT(net->nodes[1].e->sas), 2);
	spi = site_conn(net, 1)->children[0].current->spi_out;
	v1_spi_of(mine, cookies);
	net_notify(mine, PROTO_ISAKMP, N_INITIAL_CONTACT, cookies, sizeof(cookies), NULL, 0);
	net_notify(mine, PROTO_ISAKMP, N_PAYLOAD_MALFORMED, NULL, 0, NULL, 0);
	v1_send_delete_esp(mine, &spi, 1);
	delete_other(mine, used);
	net_run(net, 500);
	assert_ptr_equal(site_conn(net, 1)->ike, used);
	assert_int_equal(node_sas(&net->nodes[1]), sas);
	assert_int_equal(node_count(&net->nodes[1], "child-down") + node_count(&net->nodes[1], "ike-down"), 0);
	assert_int_equal(HASH_COUNT(net->nodes[1].e->sas), 2);
	/* it still lives, and then it does not */
	v1_send_dpd(mine, 5, false);
	sas = net->nodes[1].sent;
	net_run(net, 100);
	assert_int_equal(net->nodes[1].sent, sas + 1);
	v1_send_delete_ike(mine);
	net_run(net, 100);
	assert_int_equal(HASH_COUNT(net->nodes[1].e->sas), 1);
	assert_ptr_equal(site_conn(net, 1)->ike, used);
	net_free(net);
}

/* Phase 1 under the rules of one connection does not lead into another one that demands a password. */
static void not_by_another_name(void **state)
{
	struct net *net = net_new(2, 43);
	struct conn_cfg *hub[] = { named_cfg(net, 1, "open"), gateway_cfg(net) }, *a = plain_cfg(net, 0);

	(void)state;
	memset(&hub[0]->remote, 0, sizeof(hub[0]->remote));
	memset(&hub[1]->remote, 0, sizeof(hub[1]->remote));
	hub[0]->start = hub[1]->start = START_PASSIVE;
	for (unsigned int i = 0; i < 2; i++) {
		hub[i]->remote_id = (struct v1_id){ .type = IDT_FQDN, .len = 6 };
		memcpy(hub[i]->remote_id.data, i ? "secure" : "opened", 6);
	}
	a->local_id = hub[1]->remote_id;
	net_configure(net, 1, hub, 2);
	net_configure1(net, 0, a);
	net_run(net, 5000);
	assert_int_equal(node_established(&net->nodes[1]), 0);
	assert_int_equal(node_sas(&net->nodes[1]), 0);
	assert_string_equal(node_failure(&net->nodes[1], "open", 0), "xauth-mismatch");
	net_free(net);
}

/* ---- answers that are none ---- */

static struct {
	const char *user, *password;
	size_t user_len, password_len;
	uint16_t type;
	bool has_user, has_password, has_type;
} lie;

static bool tell_lies(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	struct v1_transaction *t = any_ike(net, 1) ? v1_priv(any_ike(net, 1))->transactions : NULL;
	struct ike_sa *mine = any_ike(net, 0);
	struct v1_writer w;
	uint8_t iv[16];

	(void)len;
	if (from || p[18] != XCHG_TRANSACTION || !t || t->state != T_WAIT_REPLY)
		return false;
	memcpy(iv, t->iv, sizeof(iv));
	v1_phase2_begin(mine, &w, XCHG_TRANSACTION, t->msgid, true);
	v1_attrs_begin(&w, CFG_REPLY, 0);	/* as from strongSwan */
	if (lie.has_type)
		v1_attr_put_u16(&w, XAUTH_TYPE, lie.type);
	if (lie.has_user)
		v1_attr_put(&w, XAUTH_USER_NAME, lie.user, lie.user_len);
	if (lie.has_password)
		v1_attr_put(&w, XAUTH_USER_PASSWORD, lie.password, lie.password_len);
	v1_pl_end(&w);
	assert_true(v1_phase2_end(mine, &w, t->msgid, V1_HASH_1, NULL, iv));
	net_rx(net, 1, w.b.p, w.b.len);
	buf_free(&w.b);
	return true;
}

static void answers_that_are_none(void **state)
{
	static char long_one[200];

	(void)state;
	memset(long_one, 'a', sizeof(long_one));
	for (unsigned int i = 0; i < 12; i++) {
		struct net *net;

		memset(&lie, 0, sizeof(lie));
		lie.user = "anna";
		lie.user_len = 4;
		lie.password = PASSWORD;
		lie.password_len = strlen(PASSWORD);
		lie.has_user = i != 0 && i != 2;
		lie.has_password = i != 1 && i != 2;
		lie.has_type = i == 3 || i == 11;
		lie.type = i == 3;	/* CHAP */
		if (i == 4)
			lie.user_len = 0;
		if (i == 5)
			lie.password_len = 0;
		if (i == 6) {
			lie.user = long_one;
			lie.user_len = XAUTH_USER_MAX + 1;
		}
		if (i == 7) {
			lie.password = long_one;
			lie.password_len = 129;
		}
		if (i == 8) {
			lie.user = "anna\0";	/* not the user that it looks like */
			lie.user_len = 5;
		}
		if (i == 9) {
			lie.password = PASSWORD "\0";
			lie.password_len = strlen(PASSWORD) + 1;
		}
		if (i == 10)
			lie.user = "an\x1b]";
		net = begin(50 + i, tell_lies, "anna", PASSWORD);
		if (i == 11) {		/* the truth, in the same way */
			net_run(net, 1900);
			assert_string_equal(site_conn(net, 1)->xauth_user, "anna");
			net_free(net);
			continue;
		}
		net_run(net, 3000);
		assert_int_equal(refusals(net), 1);
		stays_out(net, "xauth-failed");
		net_free(net);
	}
}

/* ---- the user's side ---- */

/* Does the answer to a REQUEST of @type hold the password? */
static bool gives_it_away(struct ike_sa *sa, int type)
{
	static const uint8_t none[1];
	struct v1_attrs a = { .type = CFG_REQUEST, .n = 2 };
	uint8_t type_be[2] = { (uint8_t)(type >> 8), (uint8_t)type };
	struct v1_writer w = { 0 };
	bool found;

	a.attrs[0] = (struct v1_attr){ .type = XAUTH_USER_PASSWORD, .data = none };
	a.attrs[1] = (struct v1_attr){ .type = XAUTH_USER_NAME, .data = none };
	if (type >= 0)
		a.attrs[a.n++] = (struct v1_attr){ .type = XAUTH_TYPE, .data = type_be, .len = 2 };
	v1_xauth_answer(sa, &a, &w);
	found = memmem(w.b.p, w.b.len, PASSWORD, strlen(PASSWORD));
	buf_free(&w.b);
	return found;
}

static bool nothing_from_1(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)len;
	return from == 1 && p[18] == XCHG_TRANSACTION;
}

static void the_password_is_not_given_away(void **state)
{
	struct net *net = begin(60, nothing_from_1, "anna", PASSWORD);
	struct ike_sa *sa;

	(void)state;
	net_run(net, 500);
	sa = any_ike(net, 0);
	assert_int_equal(sa->state, IKE_CONNECTING);
	assert_false(gives_it_away(sa, 1));	/* not with CHAP, a one-time password, S/KEY, or what nobody knows */
	v1_priv(sa)->xauth.asked = 0;
	assert_false(gives_it_away(sa, 2));
	v1_priv(sa)->xauth.asked = 0;
	assert_false(gives_it_away(sa, 77));
	v1_priv(sa)->xauth.asked = 0;
	assert_true(gives_it_away(sa, 0));
	assert_true(gives_it_away(sa, -1));
	assert_true(gives_it_away(sa, 0));
	assert_false(gives_it_away(sa, 0));	/* not without end */
	net_free(net);
	net = begin(61, NULL, "anna", PASSWORD);
	assert_true(net_until(net, 1900, both_up));
	v1_priv(any_ike(net, 0))->xauth.asked = 0;
	assert_false(gives_it_away(any_ike(net, 0), 0));	/* nor once it is done */
	net_free(net);
	net = net_sites(62, START_AUTO, START_PASSIVE);
	assert_true(net_until(net, 1900, both_up));
	assert_false(gives_it_away(any_ike(net, 0), 0));
	net_free(net);
}

static bool nothing_but_phase_1(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)len;
	return from == 1 && p[18] != XCHG_MAIN && p[18] != XCHG_AGGRESSIVE;
}

/* A gateway whose verdict never comes, one that never asks. */
static void silence(void **state)
{
	struct net *net = begin(63, nothing_but_phase_1, "anna", PASSWORD);

	(void)state;
	net_run(net, 130000);
	assert_string_equal(node_failure(&net->nodes[0], "site", 0), "xauth-timeout");
	assert_string_equal(node_failure(&net->nodes[1], "site", 0), "xauth-timeout");
	net_free(net);
}

static unsigned int lose, n_seen;

static bool lose_some(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)from;
	(void)len;
	return p[18] == XCHG_TRANSACTION && n_seen < 4 && lose >> n_seen++ & 1;
}

static void each_loss(void **state)
{
	(void)state;
	for (lose = 1; lose < 16; lose++) {
		struct net *net;

		n_seen = 0;
		net = begin(100 + lose, lose_some, "anna", PASSWORD);
		assert_true(net_until(net, 60000, both_up));
		net_run(net, 70000);
		assert_int_equal(node_count(&net->nodes[0], "failed") + node_count(&net->nodes[1], "failed"), 0);
		assert_null(v1_priv(site_conn(net, 1)->ike)->transactions);
		net_free(net);
	}
}

/* ---- the check outlives its SA ---- */

static uint8_t answer[512];
static size_t answer_len;

static bool keep_answer(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	if (from || p[18] != XCHG_TRANSACTION || answer_len)
		return false;
	memcpy(answer, p, len);
	answer_len = len;
	return true;
}

static void the_check_comes_too_late(void **state)
{
	struct net *net;
	struct ike_action *a;
	struct ike_job *job = NULL;
	char err[64];

	(void)state;
	answer_len = 0;
	net = begin(70, keep_answer, "anna", PASSWORD);
	net_run(net, 500);
	assert_int_not_equal(answer_len, 0);
	net_rx(net, 1, answer, answer_len);
	while ((a = ike_next_action(net->nodes[1].e))) {
		if (a->type == ACT_JOB)
			job = a->job;
		ike_action_free(a);
	}
	assert_non_null(job);
	assert_int_equal(job->type, JOB_XAUTH);
	ike_cmd(net->nodes[1].e, net->now, CMD_DOWN, "site", err, sizeof(err));
	ike_job_run(job);
	assert_true(job->ok);
	ike_job_done(net->nodes[1].e, net->now, job);
	net_run(net, 1000);
	assert_int_equal(node_established(&net->nodes[1]), 0);
	assert_string_equal(site_conn(net, 1)->xauth_user, "");
	assert_int_equal(net->nodes[1].e->jobs, 0);
	net_free(net);
}

static bool damage_each(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	struct ike_sa *sa = any_ike(net, !from);
	uint8_t copy[512];

	if (p[18] != XCHG_TRANSACTION)
		return false;
	memcpy(copy, p, len);
	for (size_t i = 0; i < len; i++) {
		enum ike_sa_state was = sa->state;
		unsigned int jobs = net->nodes[!from].e->jobs, events = net->nodes[!from].n_events;

		copy[i] ^= 1 << (i % 8);
		net_rx(net, !from, copy, len);
		copy[i] ^= 1 << (i % 8);
		if (i == 19)
			continue;
		assert_int_equal(sa->state, was);
		assert_int_equal(net->nodes[!from].e->jobs, jobs);
		assert_int_equal(net->nodes[!from].n_events, events);
	}
	return false;
}

static void every_byte_damaged(void **state)
{
	struct net *net = begin(71, damage_each, "anna", PASSWORD);

	(void)state;
	assert_true(net_until(net, 1900, both_up));
	net_free(net);
}

static int forget_keys(void **state)
{
	(void)state;
	cert_keys_free();
	return 0;
}

#define AGGRESSIVE(test) \
	{ #test " in aggressive mode", test, in_aggressive_mode, in_main_mode_with_a_key, NULL }
#define RSA(test) \
	{ #test " with certificates", test, with_certificates, in_main_mode_with_a_key, NULL }
#define AGGRESSIVE_RSA(test) \
	{ #test " in aggressive mode with certificates", test, with_both, in_main_mode_with_a_key, NULL }

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_right_password),
		cmocka_unit_test(the_gateway_begins),
		cmocka_unit_test(with_mode_config),
		cmocka_unit_test(renewal_asks_again),
		cmocka_unit_test(the_wrong_password),
		cmocka_unit_test(the_refused_leaves_without_an_acknowledgement),
		cmocka_unit_test(guessing_gets_slower),
		cmocka_unit_test(leaving_early_is_no_way_to_guess_faster),
		cmocka_unit_test(one_side_only),
		cmocka_unit_test(the_same_role),
		cmocka_unit_test(nothing_before_the_password),
		cmocka_unit_test(the_gateway_waits),
		cmocka_unit_test(others_stay_up),
		cmocka_unit_test(others_cannot_be_ended),
		cmocka_unit_test(not_by_another_name),
		cmocka_unit_test(answers_that_are_none),
		cmocka_unit_test(the_password_is_not_given_away),
		cmocka_unit_test(silence),
		cmocka_unit_test(each_loss),
		cmocka_unit_test(the_check_comes_too_late),
		cmocka_unit_test(every_byte_damaged),
		AGGRESSIVE(after_aggressive_mode),
		AGGRESSIVE(the_gateway_begins),
		AGGRESSIVE(with_mode_config),
		AGGRESSIVE(renewal_asks_again),
		AGGRESSIVE(the_wrong_password),
		AGGRESSIVE(one_side_only),
		AGGRESSIVE(the_same_role),
		AGGRESSIVE(nothing_before_the_password),
		AGGRESSIVE(the_gateway_waits),
		AGGRESSIVE(others_stay_up),
		AGGRESSIVE(others_cannot_be_ended),
		AGGRESSIVE(silence),
		AGGRESSIVE(each_loss),
		AGGRESSIVE(the_check_comes_too_late),
		RSA(the_right_password),
		RSA(the_gateway_begins),
		RSA(with_mode_config),
		RSA(renewal_asks_again),
		RSA(the_wrong_password),
		RSA(one_side_only),
		RSA(the_same_role),
		RSA(nothing_before_the_password),
		RSA(the_gateway_waits),
		RSA(others_stay_up),
		RSA(others_cannot_be_ended),
		RSA(not_by_another_name),
		RSA(the_password_is_not_given_away),
		RSA(silence),
		RSA(each_loss),
		AGGRESSIVE_RSA(after_aggressive_mode),
		AGGRESSIVE_RSA(the_gateway_begins),
		AGGRESSIVE_RSA(the_wrong_password),
		AGGRESSIVE_RSA(one_side_only),
		AGGRESSIVE_RSA(nothing_before_the_password),
		AGGRESSIVE_RSA(others_stay_up),
		cmocka_unit_test(a_key_or_certificates),
		cmocka_unit_test(the_password_is_for_the_right_gateway),
	};

	return cmocka_run_group_tests(tests, NULL, forget_keys);
}
