// SPDX-License-Identifier: GPL-2.0
/* Aggressive mode, RFC 2409 5.4: on the wire, lost, forged, misconfigured, behind a NAT, and what a stranger can make us do. */
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

static struct conn_cfg *a, *b;

/* Two sites not yet configured: tests change @a and @b before start(). */
static struct net *pair(uint64_t seed, hook_fn hook)
{
	struct net *net = net_new(2, seed);

	net->drop = hook;
	a = site_cfg(net, 0, 1, "site");
	b = site_cfg(net, 1, 0, "site");
	a->mode = b->mode = MODE_AGGRESSIVE;
	a->start = START_AUTO;
	b->start = START_PASSIVE;
	return net;
}

static void start(struct net *net)
{
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
}

static void assert_down(struct net *net, const char *ours, const char *theirs)
{
	assert_string_equal(node_failure(&net->nodes[0], "site", 0), ours);
	assert_string_equal(node_failure(&net->nodes[1], "site", 0), theirs);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(node_established(&net->nodes[i]), 0);
		assert_int_equal(net->nodes[i].installs, 0);
	}
}

/* ---- on the wire ---- */

static void three_messages(void **state)
{
	static const uint8_t first[] = { PL_SA, PL_KE, PL_NONCE, PL_ID };
	static const uint8_t second[] = { PL_SA, PL_KE, PL_NONCE, PL_ID, PL_HASH, PL_NAT_D, PL_NAT_D };
	struct net *net = pair(1, tap);
	unsigned int announced[2] = { 0 };

	(void)state;
	n_wire = 0;
	start(net);
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000);
	assert_int_equal(n_wire, 3 + 2 + 4 * 3);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(wire[i].exchange, XCHG_AGGRESSIVE);
		assert_int_equal(wire[i].from, i % 2);
		assert_int_equal(wire[i].flags, i < 2 ? 0 : ISAKMP_FLAG_ENCRYPTED);
	}
	assert_payloads(0, first, sizeof(first));
	assert_payloads(1, second, sizeof(second));
	/* INITIAL-CONTACT of both, not in the exchange but after it (RFC 2407 4.6.3) */
	for (unsigned int i = 3; i < n_wire; i++) {
		if (wire[i].exchange != XCHG_INFO)
			continue;
		assert_int_equal(wire[i].flags, ISAKMP_FLAG_ENCRYPTED);
		announced[wire[i].from]++;
	}
	assert_int_equal(announced[0], 1);
	assert_int_equal(announced[1], 1);
	assert_pairs(net, 8);
	for (unsigned int i = 0; i < 2; i++)
		assert_true(node_conn(&net->nodes[i], "site")->ike->dpd_ok && node_conn(&net->nodes[i], "site")->ike->natt_ok);
	net_free(net);
}

static void renewed_for_hours(void **state)
{
	struct net *net = pair(2, NULL);

	(void)state;
	a->ike_lifetime = b->ike_lifetime = 600;
	a->esp_lifetime = b->esp_lifetime = 200;
	start(net);
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000);
	net->traffic_ms = 500;
	net_run(net, 4 * 3600 * 1000);
	assert_true(node_count(&net->nodes[0], "ike-rekeyed") >= 20);
	assert_undisturbed(net);
	net_free(net);
}

static void the_responder_tells_a_shorter_lifetime(void **state)
{
	struct net *net = pair(3, tap);
	unsigned int infos = 0;

	(void)state;
	b->ike_lifetime = 1000;
	n_wire = 0;
	start(net);
	assert_true(net_until(net, 5000, both_up));
	for (unsigned int i = 0; i < n_wire; i++)
		infos += wire[i].exchange == XCHG_INFO && wire[i].from == 1;
	assert_int_equal(infos, 1);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(node_conn(&net->nodes[i], "site")->ike->expires -
				 node_conn(&net->nodes[i], "site")->ike->up_at, 1000 * 1000);
	/* the initiator renews in time: the responder is passive */
	net_run(net, 3 * 1000 * 1000);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(node_count(&net->nodes[i], "ike-down"), 0);
	assert_true(node_count(&net->nodes[0], "ike-rekeyed") >= 2);
	net_free(net);
}

static bool lose_message_3(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)len;
	if (from || !lose || p[18] != XCHG_AGGRESSIVE || !(p[19] & ISAKMP_FLAG_ENCRYPTED))
		return false;
	lose--;
	return true;
}

/* After a renewal nothing else is said that could make the responder ask for it. */
static void message_3_of_a_renewal_is_lost(void **state)
{
	(void)state;
	for (unsigned int n = 1; n <= 4; n++) {
		struct net *net = pair(30 + n, lose_message_3);
		const struct conn *at[2];

		lose = 0;
		a->dpd = b->dpd = DPD_OFF;
		start(net);
		assert_true(net_until(net, 5000, both_up));
		net_run(net, 5000);
		for (unsigned int i = 0; i < 2; i++)
			at[i] = node_conn(&net->nodes[i], "site");
		lose = n;
		conn_renew_phase1(node_conn(&net->nodes[0], "site"));
		net_run(net, 60 * 1000);
		assert_int_equal(lose, 0);
		assert_int_equal(node_count(&net->nodes[1], "ike-rekeyed"), 1);
		assert_memory_equal(at[0]->ike->cky_r, at[1]->ike->cky_r, sizeof(at[0]->ike->cky_r));
		net_free(net);
	}
}

/* ---- losses ---- */

static void any_one_message_may_be_lost(void **state)
{
	(void)state;
	for (lose = 0; lose < 3 + 2 + 4 * 3; lose++) {
		struct net *net = pair(10 + lose, lose_one);

		seen_so_far = 0;
		start(net);
		assert_true(net_until(net, 10000, both_up));
		net_run(net, 30000);
		assert_pairs(net, 8);
		assert_true(net->nodes[0].e->counters[CNT_RETRANSMIT] + net->nodes[1].e->counters[CNT_RETRANSMIT] > 0 ||
			    lost == XCHG_INFO /* nothing answers an INITIAL-CONTACT */);
		net_free(net);
	}
}

/* The initiator's own quick mode shows the responder that message 3 was lost: no timer has to run out. */
static void a_lost_message_3_comes_again_at_once(void **state)
{
	struct net *net = pair(30, lose_one);

	(void)state;
	lose = 2;
	seen_so_far = 0;
	start(net);
	net_run(net, 500);
	assert_int_equal(node_established(&net->nodes[1]), 1);
	/* quick mode is not believed before, the notify cannot be read; both come again */
	assert_int_equal(net->nodes[1].e->counters[CNT_UNAUTHENTICATED], 1);
	net_free(net);
}

/* Message 3 never comes whole: what comes with it must not have the two ask each other without end. */
static bool spoil_message_3(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	uint8_t copy[1024];

	if (from || p[18] != XCHG_AGGRESSIVE || !(p[19] & ISAKMP_FLAG_ENCRYPTED) || len > sizeof(copy))
		return false;
	memcpy(copy, p, len);
	copy[ISAKMP_HDR_LEN + 8] ^= 1;
	net_rx(net, 1, copy, len);
	return true;
}

static void a_message_3_that_is_never_good_does_not_loop(void **state)
{
	struct net *net = pair(31, spoil_message_3);

	(void)state;
	start(net);
	net_run(net, 30 * 1000);
	assert_int_equal(node_established(&net->nodes[1]), 0);
	assert_true(net->nodes[0].sent < 80 && net->nodes[1].sent < 80);
	net_free(net);
}

static void on_a_bad_line(void **state)
{
	(void)state;
	for (uint64_t seed = 100; seed < 160; seed++) {
		struct net *net = pair(seed, NULL);

		net->loss = 25;
		net->dup = 10;
		net->reorder = 20;
		start(net);
		assert_true(net_until(net, 600 * 1000, both_up));
		net->loss = net->dup = net->reorder = 0;
		net_run(net, 200 * 1000);
		assert_true(both_up(net) && net_consistent(net));
		net_free(net);
	}
}

/* ---- one thing wrong ---- */

static void refused_without_the_setting(void **state)
{
	struct net *net = pair(40, tap);

	(void)state;
	b->mode = MODE_MAIN;
	n_wire = 0;
	start(net);
	net_run(net, 100 * 1000);
	assert_down(net, "exchange-mode-mismatch", "exchange-mode-mismatch");
	/* not a byte that depends on the secret, no state */
	for (unsigned int i = 0; i < n_wire; i++)
		assert_int_equal(wire[i].exchange, wire[i].from ? XCHG_INFO : XCHG_AGGRESSIVE);
	assert_int_equal(net->nodes[1].e->next_job_id, 0);
	net_free(net);
}

static void main_mode_is_answered_with_the_setting(void **state)
{
	struct net *net = pair(41, tap);

	(void)state;
	a->mode = MODE_MAIN;
	n_wire = 0;
	start(net);
	assert_true(net_until(net, 5000, both_up));
	assert_int_equal(wire[5].exchange, XCHG_MAIN);
	assert_pairs(net, 8);
	net_free(net);
}

static void wrong_psk(void **state)
{
	struct net *net = pair(42, tap);

	(void)state;
	psk_set(b, "another secret");
	n_wire = 0;
	start(net);
	net_run(net, 100 * 1000);
	assert_down(net, "psk-mismatch", "psk-mismatch");
	assert_true(net->nodes[0].e->counters[CNT_BAD_HASH] > 0);
	/* who has the wrong key gets no proof of ours */
	for (unsigned int i = 0; i < n_wire; i++)
		assert_false(wire[i].flags & ISAKMP_FLAG_ENCRYPTED);
	assert_true(HASH_COUNT(net->nodes[1].e->sas) <= 8);
	b = site_cfg(net, 1, 0, "site");
	b->mode = MODE_AGGRESSIVE;
	b->start = START_PASSIVE;
	net_configure1(net, 1, b);
	assert_true(net_until(net, 120 * 1000, both_up));
	assert_string_equal(node_failure(&net->nodes[0], "site", 0), "");
	assert_string_equal(node_failure(&net->nodes[1], "site", 0), "");
	net_free(net);
}

static void wrong_identity_of_the_initiator(void **state)
{
	struct net *net = pair(43, NULL);

	(void)state;
	b->remote_id = text_id(IDT_FQDN, "gw.example.net");
	a->local_id = text_id(IDT_FQDN, "other.example.net");
	start(net);
	net_run(net, 100 * 1000);
	assert_down(net, "id-mismatch", "id-mismatch");
	/* known before anything costly */
	assert_int_equal(net->nodes[1].e->next_job_id, 0);
	assert_int_equal(HASH_COUNT(net->nodes[1].e->sas), 0);
	net_free(net);
}

static void a_stranger_is_not_told_the_right_identity(void **state)
{
	static const char name[] = "gw.hidden.example.net";
	struct net *net = pair(48, tap);

	(void)state;
	b->remote_id = text_id(IDT_FQDN, name);
	a->local_id = text_id(IDT_FQDN, "x");
	n_wire = 0;
	start(net);
	net_run(net, 500);
	assert_true(n_wire >= 2 && wire[1].exchange == XCHG_INFO);
	for (unsigned int i = 0; i < n_wire; i++)
		assert_null(memmem(wire[i].p, wire[i].len, name, strlen(name)));
	/* who reads the log here is */
	assert_string_equal(site_conn(net, 1)->failure.ours, name);
	net_free(net);
}

static void wrong_identity_of_the_responder(void **state)
{
	struct net *net = pair(44, NULL);

	(void)state;
	a->remote_id = text_id(IDT_FQDN, "gw.example.net");
	start(net);
	net_run(net, 100 * 1000);
	assert_down(net, "id-mismatch", "id-mismatch");
	net_free(net);
}

static void wrong_proposal(void **state)
{
	struct net *net = pair(45, NULL);

	(void)state;
	b->ike[0].keybits = 256;
	start(net);
	net_run(net, 100 * 1000);
	assert_down(net, "phase1-proposal-mismatch", "phase1-proposal-mismatch");
	assert_int_equal(net->nodes[1].e->next_job_id, 0);
	net_free(net);
}

static void wrong_group(void **state)
{
	struct net *net = pair(46, NULL);

	(void)state;
	b->ike[0].group = DH_ECP384;
	start(net);
	net_run(net, 100 * 1000);
	assert_down(net, "phase1-dh-mismatch", "phase1-dh-mismatch");
	net_free(net);
}

static void nobody_answers(void **state)
{
	struct net *net = pair(47, NULL);

	(void)state;
	net->nodes[1].down = true;
	start(net);
	net_run(net, 100 * 1000);
	assert_down(net, "no-response", "");
	net_free(net);
}

/* ---- the identity chooses ---- */

/* Two peers at unknown addresses with a key each, which main mode cannot have. */
static void a_key_for_each_identity(void **state)
{
	struct net *net = net_new(3, 50);
	struct conn_cfg *hub[2], *spoke;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		static const char *const names[] = { "one", "two" };

		hub[i] = site_cfg(net, 0, i + 1, names[i]);
		hub[i]->mode = MODE_AGGRESSIVE;
		hub[i]->start = START_PASSIVE;
		memset(&hub[i]->remote, 0, sizeof(hub[i]->remote));
		hub[i]->remote_id = text_id(IDT_USER_FQDN, i ? "two@example.net" : "one@example.net");
		psk_set(hub[i], names[i]);
	}
	net_configure(net, 0, hub, 2);
	for (unsigned int i = 0; i < 2; i++) {
		spoke = site_cfg(net, i + 1, 0, "hub");
		spoke->mode = MODE_AGGRESSIVE;
		spoke->local_id = hub[!i]->remote_id;	/* each with the other's name: its key is wrong for it */
		psk_set(spoke, i ? "two" : "one");
		net_configure1(net, i + 1, spoke);
	}
	net_run(net, 60 * 1000);
	assert_int_equal(node_established(&net->nodes[0]), 0);
	for (unsigned int i = 0; i < 2; i++) {
		spoke = site_cfg(net, i + 1, 0, "hub");
		spoke->mode = MODE_AGGRESSIVE;
		spoke->local_id = hub[i]->remote_id;
		psk_set(spoke, i ? "two" : "one");
		net_configure1(net, i + 1, spoke);
	}
	assert_true(net_until(net, 60 * 1000, both_up));
	assert_true(addr_eq(&node_conn(&net->nodes[0], "one")->ike->path.remote, &net->nodes[1].addr));
	assert_true(addr_eq(&node_conn(&net->nodes[0], "two")->ike->path.remote, &net->nodes[2].addr));
	net_free(net);
}

static void a_restarted_peer_replaces_what_it_had(void **state)
{
	struct net *net = pair(51, NULL);

	(void)state;
	start(net);
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 10 * 1000);
	net_reboot(net, 0);
	a = site_cfg(net, 0, 1, "site");
	a->mode = MODE_AGGRESSIVE;
	net_configure1(net, 0, a);
	net_run(net, 20 * 1000);
	assert_true(both_quiet(net));
	assert_int_equal(HASH_COUNT(net->nodes[1].e->sas), 1);
	net_free(net);
}

/* One that only ever answers: its renewed phase 1 tells that the tunnels from before are gone. */
static void a_restarted_responder_says_so(void **state)
{
	struct net *net = pair(53, NULL);

	(void)state;
	a->ike_lifetime = 600;
	a->dpd = b->dpd = DPD_OFF;
	start(net);
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 10 * 1000);
	net_reboot(net, 1);
	b = site_cfg(net, 1, 0, "site");
	b->mode = MODE_AGGRESSIVE;
	b->start = START_PASSIVE;
	b->dpd = DPD_OFF;
	net_configure1(net, 1, b);
	net_run(net, 700 * 1000);
	assert_true(both_quiet(net));
	net_free(net);
}

/* It needs message 3 to be read, and that was lost. */
static bool lose_infos_of_0(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)len;
	return !from && p[18] == XCHG_INFO;
}

/* INITIAL-CONTACT comes in an exchange of its own that nobody acknowledges; what the peer makes then is new all the same. */
static void a_restarted_peer_whose_initial_contact_is_lost(void **state)
{
	struct net *net = pair(47, NULL);
	struct conn *c;

	(void)state;
	start(net);
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 5000);
	c = node_conn(&net->nodes[1], "site");
	for (unsigned int i = 0; i < c->n_children; i++)
		c->children[i].wanted = true;
	conn_pump_soon(c);
	net_run(net, PROMOTE_AFTER + 1000);
	assert_int_equal(c->children[0].current->role, ROLE_INITIATOR);
	net->drop = lose_infos_of_0;
	net_reboot(net, 0);
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 5000);
	assert_true(both_up(net));
	assert_true(net_consistent(net));
	net_free(net);
}

static void initial_contact_survives_a_lost_message_3(void **state)
{
	struct net *net = pair(52, NULL);

	(void)state;
	start(net);
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 10 * 1000);
	net->drop = lose_one;
	lose = 2;
	seen_so_far = 0;
	net_reboot(net, 0);
	a = site_cfg(net, 0, 1, "site");
	a->mode = MODE_AGGRESSIVE;
	net_configure1(net, 0, a);
	net_run(net, 20 * 1000);
	assert_true(both_quiet(net));
	assert_int_equal(HASH_COUNT(net->nodes[1].e->sas), 1);
	net_free(net);
}

/* ---- NAT ---- */

static struct net *behind_nat(uint64_t seed, hook_fn hook, bool force)
{
	struct net *net = net_new(2, seed);
	struct conn_cfg *hub = site_cfg(net, 0, 1, "spoke"), *spoke = site_cfg(net, 1, 0, "hub");

	net->drop = hook;
	if (!force) {
		addr_parse("198.51.100.9", &net->nodes[1].nat_addr);
		net->nodes[1].nat_shift = 10000;
	}
	memset(&hub->remote, 0, sizeof(hub->remote));
	hub->mode = spoke->mode = MODE_AGGRESSIVE;
	hub->start = START_PASSIVE;
	hub->remote_id = spoke->local_id = text_id(IDT_FQDN, "spoke");
	spoke->ike_lifetime = hub->ike_lifetime = 1200;
	spoke->esp_lifetime = hub->esp_lifetime = 400;
	if (force)
		spoke->encap = hub->encap = ENCAP_FORCE_UDP;
	net_configure1(net, 0, hub);
	net_configure1(net, 1, spoke);
	return net;
}

static void floats_with_message_3(void **state)
{
	struct net *net = behind_nat(60, NULL, false);
	struct conn *hub = node_conn(&net->nodes[0], "spoke"), *spoke = node_conn(&net->nodes[1], "hub");

	(void)state;
	net_run(net, LATENCY_MS * 3 + 5);
	assert_int_equal(net->nodes[1].sent - net->nodes[1].sent_natt, 1);
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000);
	assert_true(spoke->ike->path.natt && hub->ike->path.natt);
	assert_true(spoke->ike->nat_local && !spoke->ike->nat_remote);
	assert_true(hub->ike->nat_remote && !hub->ike->nat_local);
	assert_int_equal(endpoint_port(&hub->kpeer.remote), 14500);
	net->traffic_ms = 100;
	net_run(net, 4 * 3600 * 1000);
	assert_true(node_count(&net->nodes[1], "ike-rekeyed") >= 10);
	assert_int_equal(net->nodes[0].esp_lost + net->nodes[1].esp_lost, 0);
	assert_int_equal(node_count(&net->nodes[0], "child-down") + node_count(&net->nodes[1], "child-down"), 0);
	net_free(net);
}

static void udp_without_a_nat(void **state)
{
	struct net *net = behind_nat(61, NULL, true);

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	assert_true(node_conn(&net->nodes[0], "spoke")->kpeer.udp && node_conn(&net->nodes[1], "hub")->kpeer.udp);
	net_free(net);
}

static uint8_t caught[1024];
static size_t n_caught;

static bool catch_3(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	if (from || p[18] != XCHG_AGGRESSIVE || !(p[19] & ISAKMP_FLAG_ENCRYPTED) || len > sizeof(caught))
		return false;
	memcpy(caught, p, len);
	n_caught = len;
	return true;
}

/*
 * The only NAT-D payloads of the initiator come with the message that they are
 * to vouch for: held back and sent on from elsewhere it is believed, the place
 * is not. So, too, if we are behind a NAT and it goes to port 4500.
 */
static void message_3_from_elsewhere(void **state)
{
	(void)state;
	for (unsigned int natt = 0; natt < 2; natt++) {
		struct net *net = pair(62 + natt, catch_3);
		struct conn *c;

		n_caught = 0;
		memset(&b->remote, 0, sizeof(b->remote));
		b->remote_id = a->local_id = text_id(IDT_FQDN, "spoke");
		b->local_id = a->remote_id = text_id(IDT_FQDN, "hub");
		if (natt) {
			addr_parse("198.51.100.9", &net->nodes[1].nat_addr);
			a->remote = net->nodes[1].nat_addr;
		}
		start(net);
		net_run(net, 100);
		assert_true(n_caught > 0);
		net_rx_from(net, 1, "203.0.113.77", 4321, natt, caught, n_caught);
		net_step(net);
		c = node_conn(&net->nodes[1], "site");
		assert_non_null(c->ike);
		assert_true(addr_eq(&c->ike->path.remote, &net->nodes[0].addr));
		assert_true(addr_eq(&c->kpeer.remote, &net->nodes[0].addr));
		assert_false(c->ike->nat_remote);
		net_free(net);
	}
}

/* ---- message 3 in clear ---- */

static bool came_in_clear;
static uint8_t iv_before[16];

/* A peer that postpones its Diffie-Hellman (RFC 2409 5): what is in message 3, without encryption. */
static bool in_clear(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	struct ike_sa *sa = ike_sa_by_cookie(net->nodes[1].e, p + ISAKMP_COOKIE_LEN);
	struct v1_writer w = { 0 };
	struct v1_msg m = { .body = p + ISAKMP_HDR_LEN, .body_len = len - ISAKMP_HDR_LEN };
	struct cursor c = cursor_of(p, len);

	if (p[18] != XCHG_AGGRESSIVE || from || !(p[19] & ISAKMP_FLAG_ENCRYPTED))
		return false;
	assert_non_null(sa);
	isakmp_hdr_parse(&c, &m.hdr);
	memcpy(m.iv, sa->last_iv, sizeof(m.iv));
	memcpy(iv_before, sa->last_iv, sizeof(iv_before));
	assert_true(v1_decrypt(sa, &m));
	m.hdr.flags = 0;
	assert_true(v1_chain_parse(m.hdr.next, m.body, m.body_len, true, &m.chain));
	v1_begin(&w, &m.hdr);
	for (unsigned int i = 0; i < m.chain.n; i++)
		v1_put(&w, m.chain.pl[i].type, m.chain.pl[i].body, m.chain.pl[i].len);
	/* nothing covers it: whoever is on the way could add it */
	v1_put_notify(&w, PROTO_ISAKMP, N_INITIAL_CONTACT, NULL, 0, NULL, 0);
	assert_true(v1_finish(&w));
	net_rx(net, 1, w.b.p, w.b.len);
	came_in_clear = true;
	buf_free(&w.b);
	v1_msg_release(&m);
	return true;
}

static void message_3_in_clear(void **state)
{
	struct net *net = pair(70, NULL);
	const struct ike_sa *sa;

	(void)state;
	came_in_clear = false;
	a->ike_lifetime = b->ike_lifetime = 100;
	start(net);
	assert_true(net_until(net, 5000, both_up));
	sa = node_conn(&net->nodes[1], "site")->ike;
	net->drop = in_clear;
	while (!came_in_clear && net->now < 1200 * 1000)
		net_run(net, 50);
	assert_true(came_in_clear);
	assert_ptr_not_equal(node_conn(&net->nodes[1], "site")->ike, sa);
	/* the forged notify does not end what was up before */
	assert_int_equal(HASH_COUNT(net->nodes[1].e->sas), 2);
	assert_int_equal(node_sas(&net->nodes[1]), 8);
	sa = node_conn(&net->nodes[1], "site")->ike;
	assert_memory_equal(sa->last_iv, iv_before, sizeof(iv_before));
	net_free(net);
}

/* ---- forged and damaged ---- */

static unsigned int forgeries;

/* Before the true message 2 come others: a wrong hash, another cookie, a public value that is none. */
static bool forge_2(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	uint8_t copy[1024];
	struct v1_chain ch;
	const struct v1_payload *pl;

	if (p[18] != XCHG_AGGRESSIVE || !from || len > sizeof(copy) || forgeries)
		return false;
	for (unsigned int i = 0; i < 3; i++) {
		memcpy(copy, p, len);
		assert_true(v1_chain_parse(copy[16], copy + ISAKMP_HDR_LEN, len - ISAKMP_HDR_LEN, false, &ch));
		pl = v1_find(&ch, i == 2 ? PL_KE : PL_HASH, 0);
		memset((uint8_t *)pl->body, 0, pl->len);
		copy[ISAKMP_COOKIE_LEN] ^= i == 1;
		forgeries++;
		net_rx(net, 0, copy, len);
		net_step(net);
		assert_int_equal(node_established(&net->nodes[0]), 0);
	}
	return false;
}

static void a_forged_message_2_costs_nothing_but_a_job(void **state)
{
	struct net *net = pair(80, forge_2);

	(void)state;
	forgeries = 0;
	start(net);
	net_run(net, 500);
	assert_int_equal(forgeries, 3);
	assert_true(both_up(net));
	assert_int_equal(net->nodes[0].e->counters[CNT_BAD_HASH], 2);
	assert_int_equal(net->nodes[0].e->counters[CNT_MALFORMED], 1);
	assert_pairs(net, 8);
	net_free(net);
}

static unsigned int damaged;

/* Each message at each byte and cut at each length before it arrives whole. */
static bool damage(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	uint8_t copy[1024];

	if (p[18] != XCHG_AGGRESSIVE || len > sizeof(copy) || damaged & 1u << (p[19] | from << 1))
		return false;
	damaged |= 1u << (p[19] | from << 1);
	for (size_t i = 0; i < len; i++) {
		memcpy(copy, p, len);
		copy[i] ^= 0x55;
		net_rx(net, !from, copy, len);
		net_step(net);
		net_rx(net, !from, p, i);
	}
	return false;
}

static void every_byte_damaged(void **state)
{
	struct net *net = pair(81, damage);

	(void)state;
	damaged = 0;
	start(net);
	assert_true(net_until(net, 60 * 1000, both_up));
	assert_int_equal(damaged, 1 << 0 | 1 << 2 | 1 << 1);
	net_run(net, 100 * 1000);
	assert_true(both_up(net) && net_consistent(net));
	assert_int_equal(net->nodes[1].kernel_errors + net->nodes[0].kernel_errors, 0);
	assert_true(HASH_COUNT(net->nodes[1].e->sas) <= 2);
	net_free(net);
}

/* ---- a stranger ---- */

static void flood(struct net *net, const uint8_t *message1, size_t len, unsigned int first, unsigned int n)
{
	uint8_t copy[1024];

	memcpy(copy, message1, len);
	for (unsigned int i = first; i < first + n; i++) {
		memcpy(copy, &i, sizeof(i));
		copy[7] = 1;
		net_rx(net, 1, copy, len);
	}
}

static void a_flood_is_answered_a_few_at_a_time(void **state)
{
	struct net *net = pair(90, tap);
	struct node *n = &net->nodes[1];
	size_t in = 0, out = 0, len;
	uint8_t message1[1024];

	(void)state;
	n_wire = 0;
	start(net);
	assert_true(net_until(net, 5000, both_up));
	assert_true(wire[0].exchange == XCHG_AGGRESSIVE);
	len = wire[0].len;
	memcpy(message1, wire[0].p, len);
	net_run(net, 60 * 1000);
	n_wire = 0;
	n->e->next_job_id = 0;
	for (unsigned int s = 0; s < 10; s++) {
		flood(net, message1, len, s * 1000, 1000);
		in += 1000 * len;
		net_run(net, 1000);
		assert_true(n->e->half_open <= 8);
		assert_true(n->e->jobs <= V1_AGGR_JOBS_MAX);
	}
	for (unsigned int i = 0; i < n_wire; i++)
		out += wire[i].from == 1 ? wire[i].len : 0;
	/* two jobs for each that is answered: 8 at once, and 8 a second */
	assert_in_range(n->e->next_job_id, 2 * 80, 2 * 90);
	assert_true(out < in / 50);
	assert_true(n->e->counters[CNT_HALF_OPEN_LIMIT] > 9000);
	/* and what is up stays up */
	assert_true(both_up(net) && net_consistent(net));
	assert_int_equal(node_count(n, "ike-down"), 0);
	net_free(net);
}

static void a_repeated_message_1_gets_the_same_answer(void **state)
{
	struct net *net = pair(91, tap);
	struct node *n = &net->nodes[1];
	unsigned int answers = 0;

	(void)state;
	a->start = START_ON_DEMAND;
	n_wire = 0;
	start(net);
	net_esp(&net->nodes[0], net->nodes[0].children[0].peer_id, 1);
	net_run(net, 5);
	assert_int_equal(n_wire, 1);
	net->nodes[0].down = true;
	net_run(net, 100);
	for (unsigned int i = 0; i < 5; i++) {
		net_rx(net, 1, wire[0].p, wire[0].len);
		net_run(net, V1_AGAIN_PAUSE);
	}
	assert_int_equal(HASH_COUNT(n->e->sas), 1);
	for (unsigned int i = 1; i < n_wire; i++) {
		if (wire[i].from != 1)
			continue;
		answers++;
		assert_int_equal(wire[i].len, wire[1].len);
		assert_memory_equal(wire[i].p, wire[1].p, wire[1].len);
	}
	assert_int_equal(answers, 6);
	/* longer than the question, but not by much */
	assert_true(wire[1].len < wire[0].len * 3 / 2);
	/* without a timer of ours, and not for ever */
	net_run(net, 600 * 1000);
	assert_int_equal(HASH_COUNT(n->e->sas), 0);
	assert_int_equal(n->sent, 6);
	net_free(net);
}

/* Message 2 of an opening goes out so often, whoever repeats message 1: it is the longer one of the two. */
static void repeated_messages_1_are_no_reflector(void **state)
{
	enum { OPENINGS = 40 };
	struct net *net = pair(92, tap);
	struct node *n = &net->nodes[1];
	uint8_t copy[1024];
	unsigned int sent;

	(void)state;
	a->start = START_ON_DEMAND;
	n_wire = 0;
	start(net);
	net_esp(&net->nodes[0], net->nodes[0].children[0].peer_id, 1);
	net_run(net, 5);
	net->nodes[0].down = true;
	net_run(net, 100);
	for (unsigned int i = 0; i < 10000; i++) {
		net_rx(net, 1, wire[0].p, wire[0].len);
		net_step(net);
	}
	assert_int_equal(n->sent, 2);
	for (unsigned int ms = 0; ms < 8000; ms += 10) {
		net_rx(net, 1, wire[0].p, wire[0].len);
		net_run(net, 10);
	}
	assert_int_equal(n->sent, 1 + n->cfg.conns[0]->retransmit_tries);
	/* nor do many openings have more together than the connection has */
	sent = n->sent;
	memcpy(copy, wire[0].p, wire[0].len);
	for (unsigned int ms = 0; ms < 10000; ms += 10) {
		for (unsigned int i = 0; i < OPENINGS; i++) {
			copy[0] = (uint8_t)i;
			copy[1] = 1;
			net_rx(net, 1, copy, wire[0].len);
		}
		net_run(net, 10);
	}
	assert_in_range(n->sent - sent, 1, V1_AGGR_BURST + 10000 / V1_AGGR_PERIOD);
	net_free(net);
}

/* A recorded message 2 has the initiator send message 3 again, and what comes with it: now and then. */
static void a_recorded_message_2_is_answered_sparingly(void **state)
{
	struct net *net = pair(95, tap);
	unsigned int sent;

	(void)state;
	n_wire = 0;
	start(net);
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 2000);
	assert_true(wire[1].exchange == XCHG_AGGRESSIVE && wire[1].from == 1);
	sent = net->nodes[0].sent;
	for (unsigned int i = 0; i < 1000; i++) {
		net_rx(net, 0, wire[1].p, wire[1].len);
		net_step(net);
		net_run(net, 1);
	}
	assert_in_range(net->nodes[0].sent - sent, 1, 2 * 1000 / V1_AGAIN_PAUSE);
	net_free(net);
}

/* What is shown of a connection is not what the last stranger has sent. */
static void refusals_do_not_hide_what_is_known(void **state)
{
	struct net *net = pair(96, tap);
	struct node *n = &net->nodes[1];

	(void)state;
	a->start = START_ON_DEMAND;
	n_wire = 0;
	b->remote_id = text_id(IDT_FQDN, "gw.example.net");
	a->local_id = text_id(IDT_FQDN, "other.example.net");
	start(net);
	net_esp(&net->nodes[0], net->nodes[0].children[0].peer_id, 1);
	net_run(net, 5);
	net->nodes[0].down = true;
	net_run(net, 50);
	assert_string_equal(node_failure(n, "site", 0), "id-mismatch");
	failure_set(&site_conn(net, 1)->failure, net->now, PHASE_1, FAIL_NO_RESPONSE, WHO_NOBODY, NULL, NULL);
	for (unsigned int i = 0; i < 100; i++) {
		net_rx(net, 1, wire[0].p, wire[0].len);
		net_step(net);
	}
	assert_string_equal(node_failure(n, "site", 0), "no-response");
	net_free(net);
}

/* ---- whose place a stranger takes ---- */

static bool hold_transactions(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	tap(net, from, p, len);
	return p[18] == XCHG_TRANSACTION;
}

/* Phase 1 is done and the peer is asked for user and password: it is not half-open as a stranger is. */
static void strangers_do_not_push_out_who_is_authenticated(void **state)
{
	struct net *net = pair(93, hold_transactions);
	uint8_t copy[1024], cky_r[ISAKMP_COOKIE_LEN];
	const struct ike_sa *sa;

	(void)state;
	a->xauth = XAUTH_CLIENT;
	strcpy(a->xauth_user, "anna");
	assert_true(secret_set(&a->xauth_password, "x", 1));
	b->xauth = XAUTH_SERVER;
	n_wire = 0;
	start(net);
	net_run(net, 200);
	sa = any_ike(net, 1);
	assert_true(sa && !sa->p1 && sa->half_open);
	memcpy(cky_r, sa->cky_r, sizeof(cky_r));
	for (unsigned int i = 0; i < 3 * HALF_OPEN_ADDR; i++) {
		memcpy(copy, wire[0].p, wire[0].len);
		copy[0] ^= (uint8_t)(i + 1);
		net_rx(net, 1, copy, wire[0].len);
		net_step(net);
		net_run(net, 130);
		assert_true(net->nodes[1].e->half_open <= HALF_OPEN_ADDR);
	}
	assert_non_null(ike_sa_by_cookie(net->nodes[1].e, cky_r));
	net_free(net);
}

static bool lose_5(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)len;
	return !from && p[18] == XCHG_MAIN && (p[19] & ISAKMP_FLAG_ENCRYPTED);
}

enum { HUB_CONNS = 20 };

static void hub_of_many(struct net *net)
{
	static char names[HUB_CONNS][8];
	struct conn_cfg *hub[HUB_CONNS + 1];

	for (unsigned int i = 0; i < HUB_CONNS; i++) {
		snprintf(names[i], sizeof(names[i]), "c%02u", i);
		hub[i] = site_cfg(net, 1, 0, names[i]);
		hub[i]->mode = MODE_AGGRESSIVE;
		hub[i]->start = START_PASSIVE;
		memset(&hub[i]->remote, 0, sizeof(hub[i]->remote));
		hub[i]->remote_id = text_id(IDT_FQDN, names[i]);
	}
	hub[HUB_CONNS] = site_cfg(net, 1, 0, "main");
	hub[HUB_CONNS]->start = START_PASSIVE;
	net_configure(net, 1, hub, HUB_CONNS + 1);
}

/* A message 1 of each connection's peer, each from another address. */
static void forged_openings(struct net *net, uint8_t *message1, size_t len, uint8_t *name)
{
	static unsigned int seq;
	char src[32];

	for (unsigned int i = 0; i < HUB_CONNS; i++) {
		name[1] = (uint8_t)('0' + i / 10);
		name[2] = (uint8_t)('0' + i % 10);
		seq++;
		memcpy(message1, &seq, sizeof(seq));
		message1[7] = 1;
		snprintf(src, sizeof(src), "10.%u.%u.%u", seq >> 16 & 255, seq >> 8 & 255, seq & 255);
		net_rx_from(net, 1, src, IKE_PORT, false, message1, len);
	}
}

static void strangers_push_out_each_other(void **state)
{
	struct net *net = net_new(2, 94);
	uint8_t message1[1024], cky_r[ISAKMP_COOKIE_LEN];
	struct ike_engine *e = net->nodes[1].e;
	struct conn_cfg *spoke;
	struct v1_chain ch;
	size_t name;

	(void)state;
	hub_of_many(net);
	spoke = site_cfg(net, 0, 1, "s");
	spoke->mode = MODE_AGGRESSIVE;
	spoke->local_id = text_id(IDT_FQDN, "c00");
	net->drop = tap;
	n_wire = 0;
	net_configure1(net, 0, spoke);
	net_run(net, 5);
	tap_parse(0, &ch);
	memcpy(message1, wire[0].p, wire[0].len);
	name = (size_t)(v1_find(&ch, PL_ID, 0)->body + 4 - wire[0].p);
	/* a peer in main mode has answered with our cookie; its message 5 is late */
	net_configure(net, 0, NULL, 0);
	net_run(net, 100 * 1000);
	net->drop = lose_5;
	net_configure1(net, 0, site_cfg(net, 0, 1, "s"));
	net_run(net, 200);
	net->nodes[0].down = true;
	net_run(net, 100);
	assert_int_equal(e->half_open, 1);
	memcpy(cky_r, e->halves->cky_r, sizeof(cky_r));
	net->drop = NULL;
	for (unsigned int ms = 0; ms < 8000; ms += 130) {
		forged_openings(net, message1, wire[0].len, message1 + name);
		net_run(net, 130);
		assert_true(e->half_open <= HALF_OPEN_FORGED + 1);
	}
	assert_int_equal(e->half_open, HALF_OPEN_FORGED + 1);
	assert_non_null(ike_sa_by_cookie(e, cky_r));
	net_free(net);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_messages),
		cmocka_unit_test(renewed_for_hours),
		cmocka_unit_test(the_responder_tells_a_shorter_lifetime),
		cmocka_unit_test(message_3_of_a_renewal_is_lost),
		cmocka_unit_test(any_one_message_may_be_lost),
		cmocka_unit_test(a_lost_message_3_comes_again_at_once),
		cmocka_unit_test(a_message_3_that_is_never_good_does_not_loop),
		cmocka_unit_test(on_a_bad_line),
		cmocka_unit_test(refused_without_the_setting),
		cmocka_unit_test(main_mode_is_answered_with_the_setting),
		cmocka_unit_test(wrong_psk),
		cmocka_unit_test(wrong_identity_of_the_initiator),
		cmocka_unit_test(a_stranger_is_not_told_the_right_identity),
		cmocka_unit_test(wrong_identity_of_the_responder),
		cmocka_unit_test(wrong_proposal),
		cmocka_unit_test(wrong_group),
		cmocka_unit_test(nobody_answers),
		cmocka_unit_test(a_key_for_each_identity),
		cmocka_unit_test(a_restarted_peer_replaces_what_it_had),
		cmocka_unit_test(a_restarted_responder_says_so),
		cmocka_unit_test(a_restarted_peer_whose_initial_contact_is_lost),
		cmocka_unit_test(initial_contact_survives_a_lost_message_3),
		cmocka_unit_test(floats_with_message_3),
		cmocka_unit_test(udp_without_a_nat),
		cmocka_unit_test(message_3_from_elsewhere),
		cmocka_unit_test(message_3_in_clear),
		cmocka_unit_test(a_forged_message_2_costs_nothing_but_a_job),
		cmocka_unit_test(every_byte_damaged),
		cmocka_unit_test(a_flood_is_answered_a_few_at_a_time),
		cmocka_unit_test(a_repeated_message_1_gets_the_same_answer),
		cmocka_unit_test(repeated_messages_1_are_no_reflector),
		cmocka_unit_test(a_recorded_message_2_is_answered_sparingly),
		cmocka_unit_test(refusals_do_not_hide_what_is_known),
		cmocka_unit_test(strangers_do_not_push_out_who_is_authenticated),
		cmocka_unit_test(strangers_push_out_each_other),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
