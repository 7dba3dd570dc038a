// SPDX-License-Identifier: GPL-2.0
/* RSA signatures and certificates (RFC 2409 5.1) between two engines, in main and in aggressive mode. */
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
#include "core/tap.h"
#include "core/v1/v1.h"
#include "wire/dn.h"

typedef bool (*hook_fn)(struct net *net, unsigned int from, const uint8_t *p, size_t len);

/* Keys: 0 the CA, 1 and 2 the sites. The nodes of net.c have 192.0.2.1 and 192.0.2.2. */
static const struct cert_spec root = { .dn = "O=Example, CN=root", .key = 0, .ca = true };
static const struct cert_spec other_root = { .dn = "O=Example, CN=root", .key = 1, .ca = true };
static const struct cert_spec site_a = {
	.dn = "O=Example, CN=a", .san = "IP:192.0.2.1, DNS:a.example.net", .key = 1, .issuer = &root, .serial = 11,
};
static const struct cert_spec site_b = {
	.dn = "O=Example, CN=b", .san = "IP:192.0.2.2, DNS:b.example.net", .key = 2, .issuer = &root, .serial = 12,
};

static struct conn_cfg *a, *b;

static void use(struct conn_cfg *c, struct pki *p)
{
	pki_free(c->pki);
	c->pki = p;
	c->auth[0] = P1_AUTH_RSA_SIG;
	c->n_auth = 1;
	secret_wipe(&c->psk);
}

/* Two sites not yet configured: tests change @a and @b before start(). */
static struct net *pair(uint64_t seed, hook_fn hook, enum phase1_mode mode)
{
	struct net *net = net_new(2, seed);

	net->drop = hook;
	a = site_cfg(net, 0, 1, "site");
	b = site_cfg(net, 1, 0, "site");
	a->mode = b->mode = mode;
	a->start = START_AUTO;
	b->start = START_PASSIVE;
	use(a, cert_pki(&site_a, NULL, &root));
	use(b, cert_pki(&site_b, NULL, &root));
	return net;
}

static void start(struct net *net)
{
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
}

static struct v1_id dn_id(const char *text)
{
	struct v1_id id = { .type = IDT_DER_DN };

	assert_true(dn_from_text(text, id.data, sizeof(id.data), &id.len));
	return id;
}

/* ---- on the wire ---- */

static void main_mode(void **state)
{
	static const uint8_t third[] = { PL_KE, PL_NONCE, PL_CERTREQ, PL_NAT_D, PL_NAT_D };
	struct net *net = pair(1, tap, MODE_MAIN);
	struct v1_chain ch;
	struct v1_sa sa;

	(void)state;
	n_wire = 0;
	start(net);
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000);
	assert_int_equal(n_wire, 6 + 4 * 3);
	for (unsigned int i = 0; i < 6; i++)
		assert_int_equal(wire[i].flags, i < 4 ? 0 : ISAKMP_FLAG_ENCRYPTED);
	v1_chain_parse(wire[0].p[16], wire[0].p + ISAKMP_HDR_LEN, wire[0].len - ISAKMP_HDR_LEN, false, &ch);
	assert_true(v1_sa_parse(&ch.pl[0], 1, &sa));
	assert_int_equal(sa.n_transforms, 1);
	assert_int_equal(sa.transforms[0].auth, P1_AUTH_RSA_SIG);
	assert_payloads(2, third, sizeof(third));
	assert_payloads(3, third, sizeof(third));
	/* a certificate is in it */
	assert_true(wire[4].len > 900 && wire[5].len > 900);
	assert_pairs(net, 8);
	net_free(net);
}

static void aggressive_mode(void **state)
{
	static const uint8_t first[] = { PL_SA, PL_KE, PL_NONCE, PL_ID, PL_CERTREQ };
	static const uint8_t second[] = { PL_SA, PL_KE, PL_NONCE, PL_ID, PL_CERT, PL_SIG, PL_CERTREQ, PL_NAT_D,
					  PL_NAT_D };
	struct net *net = pair(2, tap, MODE_AGGRESSIVE);

	(void)state;
	n_wire = 0;
	start(net);
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000);
	assert_int_equal(n_wire, 3 + 2 + 4 * 3);
	assert_payloads(0, first, sizeof(first));
	assert_payloads(1, second, sizeof(second));
	assert_int_equal(wire[2].flags, ISAKMP_FLAG_ENCRYPTED);
	assert_pairs(net, 8);
	net_free(net);
}

static void identities_of_each_kind(void **state)
{
	const struct v1_id ids[][2] = {
		{ text_id(IDT_FQDN, "a.example.net"), text_id(IDT_FQDN, "b.example.net") },
		{ dn_id("O=Example, CN=a"), dn_id("O=example, CN=B") },
	};

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct net *net = pair(10 + i, NULL, i & 1 ? MODE_AGGRESSIVE : MODE_MAIN);

		a->local_id = b->remote_id = ids[i / 2][0];
		b->local_id = a->remote_id = ids[i / 2][1];
		start(net);
		assert_true(net_until(net, 5000, both_up));
		assert_true(v1_id_eq(&node_conn(&net->nodes[1], "site")->ike->peer_id, &ids[i / 2][0]));
		net_free(net);
	}
}

static void through_an_intermediate_ca(void **state)
{
	const struct cert_spec between = { .dn = "O=Example, CN=between", .key = 2, .ca = true, .issuer = &root };
	const struct cert_spec below = { .dn = "O=Example, CN=a", .san = "IP:192.0.2.1", .key = 1, .issuer = &between };

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		struct net *net = pair(20 + i, NULL, MODE_MAIN);

		/* sent along; not sent; not sent, but it is what the other one trusts */
		use(a, cert_pki(&below, i ? NULL : &between, &root));
		if (i == 2)
			use(b, cert_pki(&site_b, NULL, &between));
		start(net);
		assert_int_equal(net_until(net, 5000, both_up), i != 1);
		if (i == 1)
			assert_string_equal(node_failure(&net->nodes[1], "site", 0), "certificate-untrusted");
		net_free(net);
	}
}

static void renewed_for_hours(void **state)
{
	struct net *net = pair(30, NULL, MODE_MAIN);

	(void)state;
	a->ike_lifetime = b->ike_lifetime = 600;
	a->esp_lifetime = b->esp_lifetime = 300;
	start(net);
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000);
	net->traffic_ms = 1000;
	net_run(net, 2 * 3600 * 1000);
	assert_true(node_count(&net->nodes[0], "ike-rekeyed") >= 10);
	assert_undisturbed(net);
	net_free(net);
}

/* ---- which method ---- */

static void the_responder_prefers(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct net *net = pair(40 + i, tap, i & 1 ? MODE_AGGRESSIVE : MODE_MAIN);
		uint16_t first = i & 2 ? P1_AUTH_PSK : P1_AUTH_RSA_SIG;
		struct v1_chain ch;
		struct v1_sa sa;

		psk_set(a, "correct horse battery staple");
		psk_set(b, "correct horse battery staple");
		a->n_auth = b->n_auth = 2;
		a->auth[0] = P1_AUTH_RSA_SIG;
		a->auth[1] = P1_AUTH_PSK;
		b->auth[0] = first;
		b->auth[1] = first == P1_AUTH_PSK ? P1_AUTH_RSA_SIG : P1_AUTH_PSK;
		n_wire = 0;
		start(net);
		assert_true(net_until(net, 5000, both_up));
		v1_chain_parse(wire[0].p[16], wire[0].p + ISAKMP_HDR_LEN, wire[0].len - ISAKMP_HDR_LEN, false, &ch);
		assert_true(v1_sa_parse(&ch.pl[0], 1, &sa));
		assert_int_equal(sa.n_transforms, 2);
		v1_chain_parse(wire[1].p[16], wire[1].p + ISAKMP_HDR_LEN, wire[1].len - ISAKMP_HDR_LEN, false, &ch);
		assert_true(v1_sa_parse(&ch.pl[0], 1, &sa));
		assert_int_equal(sa.transforms[0].auth, first);
		net_free(net);
	}
}

static void one_wants_a_key_the_other_certificates(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct net *net = pair(50 + i, NULL, MODE_MAIN);

		psk_set(b, "correct horse battery staple");
		b->auth[0] = P1_AUTH_PSK;
		start(net);
		net_run(net, 60 * 1000);
		assert_string_equal(node_failure(&net->nodes[1], "site", 0), "authentication-method-mismatch");
		assert_string_equal(node_failure(&net->nodes[0], "site", 0), "phase1-proposal-mismatch");
		net_free(net);
	}
}

/* ---- one thing wrong ---- */

static const struct cert_spec expired = {
	.dn = "CN=x", .san = "IP:192.0.2.1, IP:192.0.2.2", .key = 2, .issuer = &root, .from = -7200, .to = -60,
};
static const struct cert_spec early = {
	.dn = "CN=x", .san = "IP:192.0.2.1, IP:192.0.2.2", .key = 2, .issuer = &root, .from = 3600, .to = 7200,
};
static const struct cert_spec stranger = {
	.dn = "CN=x", .san = "IP:192.0.2.1, IP:192.0.2.2", .key = 2, .issuer = &other_root,
};
static const struct cert_spec nameless = { .dn = "CN=x", .key = 2, .issuer = &root };
static const struct cert_spec weak = {
	.dn = "CN=x", .san = "IP:192.0.2.1, IP:192.0.2.2", .key = CERT_KEY_WEAK, .issuer = &root,
};
static const struct cert_spec no_usage = {
	.dn = "CN=x", .san = "IP:192.0.2.1, IP:192.0.2.2", .key = 2, .issuer = &root, .usage = "keyAgreement",
};

/** struct wrong - @spec at one end, and what each of them says of it */
static const struct wrong {
	const char *what;
	const struct cert_spec *spec;
	const char *judge, *judged;
} wrongs[] = {
	{ "another CA", &stranger, "certificate-untrusted", "certificate-untrusted" },
	{ "expired", &expired, "certificate-expired", "certificate-invalid" },
	{ "not valid yet", &early, "certificate-expired", "certificate-invalid" },
	{ "no such identity", &nameless, "certificate-id-mismatch", "id-mismatch" },
	{ "a short key", &weak, "certificate-invalid", "certificate-invalid" },
	{ "not for signatures", &no_usage, "certificate-invalid", "certificate-invalid" },
};

static void add_crl(struct conn_cfg *c, long revoked, long next)
{
	struct secret pem = cert_crl_pem(&root, revoked, next);
	char why[PKI_WHY];

	assert_true(pki_load_crl(c->pki, &pem, why));
	secret_wipe(&pem);
}

/* @bad is the node with the certificate that the other one refuses. */
static void assert_refused(struct net *net, unsigned int bad, const char *judge, const char *judged)
{
	start(net);
	net_run(net, 100 * 1000);
	assert_string_equal(node_failure(&net->nodes[!bad], "site", 0), judge);
	assert_string_equal(node_failure(&net->nodes[bad], "site", 0), judged);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(node_established(&net->nodes[i]), 0);
		assert_int_equal(net->nodes[i].installs, 0);
		/* a handful of attempts, and no loop in any of them */
		assert_true(net->nodes[i].sent < 150);
	}
	assert_int_equal(node_conn(&net->nodes[bad], "site")->failure.who, WHO_PEER);
	net_free(net);
}

/* Each mode, and the one who is refused at either end. */
static void each_refusal(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		for (unsigned int k = 0; k < 4; k++) {
			struct net *net = pair(100 + 4 * i + k, NULL, k & 1 ? MODE_AGGRESSIVE : MODE_MAIN);

			use(k & 2 ? b : a, cert_pki(wrongs[i].spec, NULL, &root));
			assert_refused(net, k & 2 ? 1 : 0, wrongs[i].judge, wrongs[i].judged);
		}
	}
}

/* Who sent the last message of phase 1 is up with it and asks, or waits, for an inner address: still it learns why. */
static void a_refusal_before_mode_config(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < 2; k++) {
		struct net *net = pair(190 + k, NULL, k ? MODE_AGGRESSIVE : MODE_MAIN);

		a->local_mode_config = b->remote_mode_config = true;
		a->mode_config = MODE_CONFIG_PULL;
		a->n_local = b->n_remote = 1;
		a->local_subnets[0] = (struct subnet){ .family = AF_INET, .prefixlen = 32 };
		b->pool = b->remote_subnets[0] = net_subnet("10.9.0.0/24");
		use(k ? a : b, cert_pki(&stranger, NULL, &root));
		assert_refused(net, k ? 0 : 1, "certificate-untrusted", "certificate-untrusted");
	}
}

static bool lose_quick(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)from;
	(void)len;
	return p[18] == XCHG_QUICK;
}

/*
 * Libreswan says no more of a certificate that it cannot take, and sends no
 * Delete: it asks for our last message again and again. Damage on the way may
 * look like that, too, so nothing ends for it; it is shown as long as the peer
 * goes no further.
 */
static void a_refusal_without_a_delete(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < 2; k++) {
		struct net *net = pair(188 + k, lose_quick, k ? MODE_AGGRESSIVE : MODE_MAIN);
		unsigned int last = k ? 0 : 1;

		start(net);
		net_run(net, 2000);
		assert_string_equal(node_failure(&net->nodes[last], "site", 0), "");
		net_notify(site_conn(net, !last)->ike, PROTO_ISAKMP, N_INVALID_KEY_INFORMATION, NULL, 0, NULL, 0);
		net_run(net, 100);
		if (last)	/* who has a quick mode of its own under way is told of that */
			assert_string_equal(node_failure(&net->nodes[last], "site", 0), "certificate-invalid");
		assert_int_equal(node_established(&net->nodes[last]), 1);
		net->drop = NULL;
		assert_true(net_until(net, 60 * 1000, both_up));
		assert_string_equal(node_failure(&net->nodes[last], "site", 0), "");
		net_free(net);
	}
}

/* The same before a password is asked for. */
static void a_refusal_before_xauth(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < 8; k++) {
		struct net *net = pair(195 + k, NULL, k & 1 ? MODE_AGGRESSIVE : MODE_MAIN);
		struct conn_cfg *client = k & 4 ? b : a;

		(k & 4 ? a : b)->xauth = XAUTH_SERVER;
		client->xauth = XAUTH_CLIENT;
		snprintf(client->xauth_user, sizeof(client->xauth_user), "anna");
		assert_true(secret_set(&client->xauth_password, "secret", 6));
		use(k & 2 ? b : a, cert_pki(&stranger, NULL, &root));
		assert_refused(net, k & 2 ? 1 : 0, "certificate-untrusted", "certificate-untrusted");
	}
}

static void revoked(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < 4; k++) {
		struct net *net = pair(200 + k, NULL, k & 1 ? MODE_AGGRESSIVE : MODE_MAIN);

		add_crl(k & 2 ? a : b, k & 2 ? site_b.serial : site_a.serial, 3600);
		assert_refused(net, k & 2 ? 1 : 0, "certificate-revoked", "certificate-invalid");
	}
}

static void a_crl_that_is_out_of_date(void **state)
{
	struct net *net = pair(210, NULL, MODE_MAIN);

	(void)state;
	add_crl(b, 0, -60);
	assert_refused(net, 0, "crl-outdated", "certificate-invalid");
	/* and one that revokes nothing, or another one */
	net = pair(211, NULL, MODE_MAIN);
	add_crl(a, 0, 3600);
	add_crl(b, 99, 3600);
	start(net);
	assert_true(net_until(net, 5000, both_up));
	net_free(net);
}

/* The certificate is public: who shows it has to have its key. */
static void a_certificate_of_somebody_else(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < 4; k++) {
		struct net *net = pair(220 + k, NULL, k & 1 ? MODE_AGGRESSIVE : MODE_MAIN);
		const struct cert_spec mine = { .dn = "CN=thief", .key = 2, .issuer = &root };
		struct conn_cfg *thief = k & 2 ? b : a;
		struct secret key = cert_key_pem(mine.key), cert = cert_pem(k & 2 ? &site_b : &site_a),
			      ca = cert_pem(&root);
		struct pki *p = pki_new();
		char why[PKI_WHY];

		if (k & 2) {
			secret_wipe(&key);
			key = cert_key_pem(1);
		}
		assert_true(pki_load_certificate(p, &cert, why) && pki_load_key(p, &key, why) && pki_load_ca(p, &ca, why));
		assert_false(pki_key_fits(p));
		use(thief, p);
		secret_wipe(&key);
		secret_wipe(&cert);
		secret_wipe(&ca);
		assert_refused(net, k & 2 ? 1 : 0, "signature-mismatch", "signature-mismatch");
	}
}

static void another_identity_than_the_one_expected(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < 2; k++) {
		struct net *net = pair(230 + k, NULL, MODE_MAIN);

		/* it is in the certificate, but not whom the other one waits for */
		(k ? b : a)->local_id = text_id(IDT_FQDN, k ? "b.example.net" : "a.example.net");
		assert_refused(net, k, "id-mismatch", "id-mismatch");
	}
}

static void short_keys_with_weak_crypto(void **state)
{
	struct net *net = pair(240, NULL, MODE_MAIN);

	(void)state;
	use(a, cert_pki(&weak, NULL, &root));
	a->weak_crypto = b->weak_crypto = true;
	start(net);
	assert_true(net_until(net, 5000, both_up));
	net_free(net);
}

/* ---- the identity chooses ---- */

/* Two peers at any address under different CAs: each gets in by its own and not by the other's. */
static void a_ca_for_each_identity(void **state)
{
	const struct cert_spec one = { .dn = "CN=1", .san = "DNS:one.example.net, DNS:two.example.net", .key = 1, .issuer = &root };
	const struct cert_spec root2 = { .dn = "CN=second root", .key = 2, .ca = true };
	const struct cert_spec two = { .dn = "CN=2", .san = "DNS:two.example.net, DNS:one.example.net", .key = 1, .issuer = &root2 };
	const struct cert_spec hub_cert = { .dn = "CN=hub", .san = "IP:192.0.2.1", .key = 2, .issuer = &root };

	(void)state;
	for (unsigned int swapped = 0; swapped < 2; swapped++) {
		struct net *net = net_new(3, 300 + swapped);
		struct conn_cfg *hub[2];

		for (unsigned int i = 0; i < 2; i++) {
			hub[i] = site_cfg(net, 0, i + 1, i ? "two" : "one");
			hub[i]->start = START_PASSIVE;
			memset(&hub[i]->remote, 0, sizeof(hub[i]->remote));
			hub[i]->remote_id = text_id(IDT_FQDN, i ? "two.example.net" : "one.example.net");
			use(hub[i], cert_pki(&hub_cert, NULL, i ? &root2 : &root));
		}
		net_configure(net, 0, hub, 2);
		for (unsigned int i = 0; i < 2; i++) {
			struct conn_cfg *spoke = site_cfg(net, i + 1, 0, "hub");

			spoke->local_id = hub[i ^ swapped]->remote_id;
			use(spoke, cert_pki(i ? &two : &one, NULL, &root));
			net_configure1(net, i + 1, spoke);
		}
		assert_int_equal(net_until(net, 20 * 1000, both_up), !swapped);
		if (swapped)
			assert_int_equal(node_established(&net->nodes[0]), 0);
		else
			assert_true(addr_eq(&node_conn(&net->nodes[0], "two")->ike->path.remote, &net->nodes[2].addr));
		net_free(net);
	}
}

/* ---- losses and damage ---- */

static void any_one_message_may_be_lost(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < 2; k++) {
		for (lose = 0; lose < 8; lose++) {
			struct net *net = pair(400 + lose, lose_one, k ? MODE_AGGRESSIVE : MODE_MAIN);

			seen_so_far = 0;
			start(net);
			assert_true(net_until(net, 10000, both_up));
			net_run(net, 30000);
			assert_pairs(net, 8);
			net_free(net);
		}
	}
}

static void on_a_bad_line(void **state)
{
	(void)state;
	for (uint64_t seed = 500; seed < 520; seed++) {
		struct net *net = pair(seed, NULL, seed & 1 ? MODE_AGGRESSIVE : MODE_MAIN);

		net->loss = 25;
		net->dup = 10;
		net->reorder = 20;
		start(net);
		assert_true(net_until(net, 600 * 1000, both_up));
		net->loss = net->dup = net->reorder = 0;
		net_run(net, 100 * 1000);
		assert_true(both_up(net) && net_consistent(net));
		net_free(net);
	}
}

static void rx(struct net *net, unsigned int to, const uint8_t *p, size_t len)
{
	struct ike_path path = { .local = net->nodes[to].addr, .remote = net->nodes[!to].addr };
	uint8_t *copy = malloc(len ? len : 1);	/* of its own, so that the sanitizer sees every overread */

	memcpy(copy, p, len);
	endpoint_set_port(&path.local, IKE_PORT);
	endpoint_set_port(&path.remote, IKE_PORT);
	ike_rx(net->nodes[to].e, net->now, &path, copy, len);
	free(copy);
}

static bool was_cut;

/* A peer that cuts message 2 up, for the vendor ID in message 1 says that we put it together. */
static bool cut_message_2(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	size_t half = len / 2;

	if (p[18] != XCHG_AGGRESSIVE || !from)
		return false;
	for (unsigned int i = 0; i < 2; i++) {
		const uint8_t *at = p + (i ? half : 0);
		size_t n = i ? len - half : half;
		struct isakmp_hdr h;
		struct cursor c = cursor_of(p, len);
		struct v1_writer w = { 0 };
		uint8_t body[4096] = { 0, 1, (uint8_t)(i + 1), (uint8_t)i };

		assert_true(isakmp_hdr_parse(&c, &h) && n + 4 <= sizeof(body));
		memcpy(body + 4, at, n);
		v1_begin(&w, &h);
		v1_put(&w, PL_FRAGMENT, body, n + 4);
		assert_true(v1_finish(&w));
		rx(net, 0, w.b.p, w.b.len);
		buf_free(&w.b);
	}
	was_cut = true;
	return true;
}

static void message_2_in_fragments(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < 2; k++) {
		struct net *net = pair(650 + k, cut_message_2, MODE_AGGRESSIVE);

		was_cut = false;
		if (k)
			a->ike_fragmentation = IKE_FRAG_NO;
		start(net);
		assert_int_equal(net_until(net, 5000, both_up), !k);
		assert_true(was_cut);
		net_free(net);
	}
}

static unsigned int damaged;

/* Each message with a proof, damaged here and there and cut, before it arrives whole. */
static bool damage(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	uint8_t copy[4096];

	if ((p[18] != XCHG_MAIN && p[18] != XCHG_AGGRESSIVE) || len < 700 || len > sizeof(copy) || damaged & 1u << from)
		return false;
	damaged |= 1u << from;
	for (size_t i = ISAKMP_HDR_LEN; i < len; i += 13) {
		memcpy(copy, p, len);
		copy[i] ^= 0x55;
		rx(net, !from, copy, len);
		net_step(net);
		rx(net, !from, p, i);
		net_step(net);
	}
	return false;
}

static void damaged_proofs(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < 2; k++) {
		struct net *net = pair(600 + k, damage, k ? MODE_AGGRESSIVE : MODE_MAIN);

		damaged = 0;
		start(net);
		assert_true(net_until(net, 200 * 1000, both_up));
		assert_int_equal(damaged, 3);
		net_run(net, 100 * 1000);
		assert_true(both_up(net) && net_consistent(net));
		net_free(net);
	}
}

/* ---- forged ---- */

static unsigned int forged;
static const struct cert_spec *forged_cert;

/* Message 2 with the certificate of somebody unknown, or with none: nobody needs a key for that. */
static bool forge_2(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	struct cursor c = cursor_of(p, len);
	struct v1_writer w = { 0 };
	struct isakmp_hdr h;
	struct v1_chain ch;

	if (p[18] != XCHG_AGGRESSIVE || !from || forged)
		return false;
	forged++;
	assert_true(isakmp_hdr_parse(&c, &h) && v1_chain_parse(h.next, c.p, c.left, false, &ch));
	h.cky_r[0] ^= 1;
	h.next = PL_NONE;
	v1_begin(&w, &h);
	for (unsigned int i = 0; i < ch.n; i++) {
		struct secret der;

		if (ch.pl[i].type != PL_CERT) {
			v1_put(&w, ch.pl[i].type, ch.pl[i].body, ch.pl[i].len);
			continue;
		}
		if (!forged_cert)
			continue;
		der = cert_der(forged_cert);
		v1_pl_begin(&w, PL_CERT);
		buf_u8(&w.b, CERT_X509_SIGNATURE);
		buf_put(&w.b, der.p, der.len);
		v1_pl_end(&w);
		secret_wipe(&der);
	}
	assert_true(v1_finish(&w));
	rx(net, 0, w.b.p, w.b.len);
	net_step(net);
	net_run(net, 0);
	buf_free(&w.b);
	return false;
}

static void a_forged_message_2_ends_nothing(void **state)
{
	/* the last one is signed with the key that the signature was made with: only nobody trusts it */
	static const struct cert_spec self = { .dn = "CN=nobody", .key = 1 }, same_key = { .dn = "CN=b", .key = 2 };
	const struct cert_spec *const certs[] = { NULL, &self, &same_key, &expired };

	(void)state;
	for (unsigned int i = 0; i < sizeof(certs) / sizeof(certs[0]); i++) {
		struct net *net = pair(800 + i, forge_2, MODE_AGGRESSIVE);

		forged = 0;
		forged_cert = certs[i];
		start(net);
		assert_true(net_until(net, 10 * 1000, both_up));
		assert_int_equal(forged, 1);
		assert_int_equal(node_count(&net->nodes[0], "failed"), 0);
		net_free(net);
	}
}

/* Message 3 in clear and without a certificate, before the true one. */
static bool forge_3(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	static const uint8_t junk[256] = { 1, 2, 3 };
	struct cursor c = cursor_of(p, len);
	struct v1_writer w = { 0 };
	struct isakmp_hdr h;

	if (from || p[18] != XCHG_AGGRESSIVE || !(p[19] & ISAKMP_FLAG_ENCRYPTED) || forged)
		return false;
	forged++;
	assert_true(isakmp_hdr_parse(&c, &h));
	h.flags = 0;
	h.next = PL_NONE;
	v1_begin(&w, &h);
	v1_put(&w, PL_SIG, junk, sizeof(junk));
	assert_true(v1_finish(&w));
	net_rx_from(net, 1, "203.0.113.77", 4321, false, w.b.p, w.b.len);
	net_step(net);
	net_run(net, 0);
	buf_free(&w.b);
	return false;
}

static void a_forged_message_3_ends_nothing(void **state)
{
	struct net *net = pair(810, forge_3, MODE_AGGRESSIVE);

	(void)state;
	forged = 0;
	start(net);
	assert_true(net_until(net, 10 * 1000, both_up));
	assert_int_equal(forged, 1);
	assert_int_equal(node_count(&net->nodes[1], "failed"), 0);
	net_free(net);
}

/* Many of them: what we think of each is not sent to the one in whose name they come. */
static bool forge_many_2(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	bool drop = from && p[18] == XCHG_AGGRESSIVE;

	for (unsigned int i = 0; drop && i < 50; i++) {
		forged = 0;
		forge_2(net, from, p, len);
	}
	return drop;
}

static void forged_messages_2_are_not_all_answered(void **state)
{
	struct net *net = pair(820, forge_many_2, MODE_AGGRESSIVE);

	(void)state;
	forged_cert = NULL;
	start(net);
	net_run(net, 1000);
	assert_in_range(net->nodes[0].sent, 2, 12);
	assert_true(net_counter(net, 0, CNT_WITHHELD) >= 30);
	net_free(net);
}

/* Who sends message 2 has the keys: what it says under them counts for no more than its message 2 does. */
static void a_notify_under_keys_of_anybody_ends_nothing(void **state)
{
	struct net *net = pair(825, NULL, MODE_AGGRESSIVE);
	struct ike_sa *mine = NULL;

	(void)state;
	use(b, cert_pki(&stranger, NULL, &root));
	net->job_ms = 2000;
	start(net);
	for (unsigned int ms = 0; ms < 9000 && !(mine && mine->p1->state == P1_AI_VERIFY); ms++) {
		net_run(net, 1);
		mine = any_ike(net, 0);
	}
	assert_true(mine && mine->p1->state == P1_AI_VERIFY);
	net_notify(any_ike(net, 1), PROTO_ISAKMP, N_INVALID_CERT_AUTHORITY, NULL, 0, NULL, 0);
	net_step(net);
	net_run(net, 60);
	assert_int_equal(node_count(&net->nodes[0], "failed"), 0);
	assert_ptr_equal(any_ike(net, 0), mine);
	assert_string_equal(node_failure(&net->nodes[0], "site", 0), "peer-notify");
	net_free(net);
}

static size_t flipped;

/* A bit of message 5, or 6, that nobody needs a key for, before it comes whole. */
static bool flip(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	uint8_t copy[4096];

	if (p[18] != XCHG_MAIN || !(p[19] & ISAKMP_FLAG_ENCRYPTED) || forged & 1u << from || len > sizeof(copy))
		return false;
	forged |= 1u << from;
	memcpy(copy, p, len);
	copy[len - flipped] ^= 1;
	rx(net, !from, copy, len);
	net_step(net);
	net_run(net, 0);
	return false;
}

static void a_bit_of_a_signature_ends_nothing(void **state)
{
	(void)state;
	for (flipped = 40; flipped < 240; flipped += 60) {
		struct net *net = pair(830 + flipped, flip, MODE_MAIN);

		forged = 0;
		start(net);
		assert_true(net_until(net, 10 * 1000, both_up));
		assert_int_equal(forged, 3);
		assert_int_equal(node_count(&net->nodes[0], "failed") + node_count(&net->nodes[1], "failed"), 0);
		net_free(net);
	}
}

static void behind_a_nat(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < 2; k++) {
		struct net *net = pair(700 + k, NULL, k ? MODE_AGGRESSIVE : MODE_MAIN);

		addr_parse("198.51.100.9", &net->nodes[0].nat_addr);
		net->nodes[0].nat_shift = 10000;
		memset(&b->remote, 0, sizeof(b->remote));
		a->local_id = b->remote_id = text_id(IDT_FQDN, "a.example.net");
		start(net);
		assert_true(net_until(net, 5000, both_up));
		assert_int_equal(endpoint_port(&node_conn(&net->nodes[1], "site")->kpeer.remote), 14500);
		assert_true(node_conn(&net->nodes[1], "site")->ike->nat_remote);
		assert_false(node_conn(&net->nodes[1], "site")->ike->nat_local);
		net_free(net);
	}
}

static int teardown(void **state)
{
	(void)state;
	cert_keys_free();
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(main_mode),
		cmocka_unit_test(aggressive_mode),
		cmocka_unit_test(identities_of_each_kind),
		cmocka_unit_test(through_an_intermediate_ca),
		cmocka_unit_test(renewed_for_hours),
		cmocka_unit_test(the_responder_prefers),
		cmocka_unit_test(one_wants_a_key_the_other_certificates),
		cmocka_unit_test(each_refusal),
		cmocka_unit_test(a_refusal_before_mode_config),
		cmocka_unit_test(a_refusal_without_a_delete),
		cmocka_unit_test(a_refusal_before_xauth),
		cmocka_unit_test(revoked),
		cmocka_unit_test(a_crl_that_is_out_of_date),
		cmocka_unit_test(a_certificate_of_somebody_else),
		cmocka_unit_test(another_identity_than_the_one_expected),
		cmocka_unit_test(short_keys_with_weak_crypto),
		cmocka_unit_test(a_ca_for_each_identity),
		cmocka_unit_test(any_one_message_may_be_lost),
		cmocka_unit_test(on_a_bad_line),
		cmocka_unit_test(message_2_in_fragments),
		cmocka_unit_test(damaged_proofs),
		cmocka_unit_test(a_forged_message_2_ends_nothing),
		cmocka_unit_test(a_forged_message_3_ends_nothing),
		cmocka_unit_test(forged_messages_2_are_not_all_answered),
		cmocka_unit_test(a_notify_under_keys_of_anybody_ends_nothing),
		cmocka_unit_test(a_bit_of_a_signature_ends_nothing),
		cmocka_unit_test(behind_a_nat),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, teardown);
}
