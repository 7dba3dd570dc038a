// SPDX-License-Identifier: GPL-2.0
/* Each kind of NAT traversal that is in the field, over each kind of NAT, and who may move. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/net.h"
#include "core/policy.h"
#include "core/v1/v1.h"

/* ---- kinds of NAT traversal ---- */

static const struct variant {
	uint8_t id[4];			/* how its vendor ID begins */
	uint8_t natd;
	uint16_t encap;
} variants[] = {
	{ { 0x4a, 0x13, 0x1c, 0x81 }, 20, 3 },		/* RFC 3947 */
	{ { 0x7d, 0x94, 0x19, 0xa6 }, 130, 61443 },	/* draft 03 */
	{ { 0x90, 0xcb, 0x80, 0x91 }, 130, 61443 },	/* draft 02 with the newline */
	{ { 0xcd, 0x60, 0x46, 0x43 }, 130, 61443 },	/* and without */
};

#define N_VARIANTS (sizeof(variants) / sizeof(variants[0]))

static const struct variant *only;		/* what one of the two ends knows alone */
static struct {
	unsigned int natd[2];			/* NAT-D payloads of each message, by sender */
	unsigned int other;			/* NAT-D payloads of another type */
	unsigned int offers;			/* quick mode offers and answers */
	uint16_t encap;				/* the mode in the last of them */
	unsigned int encaps_differ;
} seen;

/* Makes unreadable whatever names another variant: the end that gets this message sees @only. */
static void hide_others(uint8_t *p, size_t len)
{
	struct v1_chain ch;

	assert_true(v1_chain_parse(p[16], p + ISAKMP_HDR_LEN, len - ISAKMP_HDR_LEN, false, &ch));
	for (unsigned int i = 0; i < ch.n; i++)
		for (size_t v = 0; v < N_VARIANTS; v++)
			if (ch.pl[i].type == PL_VENDOR && &variants[v] != only && ch.pl[i].len >= 4 &&
			    !memcmp(ch.pl[i].body, variants[v].id, 4))
				p[ch.pl[i].body - p] = 0xff;
}

static void count_natd(unsigned int from, const uint8_t *p, size_t len)
{
	struct v1_chain ch;
	unsigned int all;

	assert_true(v1_chain_parse(p[16], p + ISAKMP_HDR_LEN, len - ISAKMP_HDR_LEN, false, &ch));
	all = v1_count(&ch, PL_NAT_D) + v1_count(&ch, PL_NAT_D_DRAFT);
	seen.natd[from] = v1_count(&ch, only->natd);
	seen.other += all - seen.natd[from];
}

/* Message 1 of quick mode, opened with the sender's keys: the modes that it offers. */
static void look_at_offer(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	struct conn *c = node_conn(&net->nodes[from], from ? "hub" : "spoke");
	struct cursor cur = cursor_of(p, len);
	struct v1_msg m = { 0 };
	struct v1_sa sa;

	assert_true(isakmp_hdr_parse(&cur, &m.hdr));
	m.body = cur.p;
	m.body_len = cur.left;
	if (c->ike && v1_iv_phase2(&c->ike->suite, c->ike->last_iv, m.hdr.msgid, m.iv) && v1_decrypt(c->ike, &m) &&
	    v1_chain_parse(m.hdr.next, m.body, m.body_len, true, &m.chain) && v1_find(&m.chain, PL_SA, 0) &&
	    v1_sa_parse(v1_find(&m.chain, PL_SA, 0), 2, &sa)) {
		seen.offers++;
		for (unsigned int i = 0; i < sa.n_transforms; i++) {
			seen.encaps_differ += seen.encap && seen.encap != sa.transforms[i].encap;
			seen.encap = sa.transforms[i].encap;
		}
	}
	v1_msg_release(&m);
}

static bool watch(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	if (p[18] == XCHG_MAIN && p[16] == PL_SA)
		hide_others((uint8_t *)(uintptr_t)p, len);
	else if (p[18] == XCHG_MAIN && p[16] == PL_KE)
		count_natd(from, p, len);
	else if (p[18] == XCHG_QUICK)
		look_at_offer(net, from, p, len);
	return false;
}

/* ---- kinds of NAT ---- */

static const struct scenario {
	const char *name;
	bool nat_hub, nat_spoke, force_hub, force_spoke;
	bool hub_local, hub_remote, spoke_local, spoke_remote;	/* who is seen behind a NAT, by whom */
} scenarios[] = {
	{ "none", false, false, false, false, false, false, false, false },
	{ "initiator behind NAT", false, true, false, false, false, true, true, false },
	{ "responder behind NAT", true, false, false, false, true, false, false, true },
	{ "both behind NAT", true, true, false, false, true, true, true, true },
	{ "initiator forces UDP", false, false, false, true, false, true, true, false },
	{ "responder forces UDP", false, false, true, false, true, false, false, true },
	{ "both force UDP", false, false, true, true, true, true, true, true },
};

#define N_SCENARIOS (sizeof(scenarios) / sizeof(scenarios[0]))

static struct v1_id fqdn(const char *name)
{
	struct v1_id id = { .type = IDT_FQDN, .len = strlen(name) };

	memcpy(id.data, name, id.len);
	return id;
}

/* Node 1, the spoke, calls node 0, the hub, which knows it by its name. */
static struct net *through(uint64_t seed, const struct scenario *s,
			   bool (*hook)(struct net *, unsigned int, const uint8_t *, size_t))
{
	struct net *net = net_new(2, seed);
	struct conn_cfg *hub, *spoke;

	net->drop = hook;
	if (s->nat_hub)		/* its ports are forwarded as they are */
		addr_parse("198.51.100.8", &net->nodes[0].nat_addr);
	if (s->nat_spoke) {
		addr_parse("198.51.100.9", &net->nodes[1].nat_addr);
		net->nodes[1].nat_shift = 10000;
	}
	hub = site_cfg(net, 0, 1, "spoke");
	spoke = site_cfg(net, 1, 0, "hub");
	memset(&hub->remote, 0, sizeof(hub->remote));
	if (s->nat_hub)
		spoke->remote = net->nodes[0].nat_addr;
	hub->start = START_PASSIVE;
	hub->local_id = spoke->remote_id = fqdn("hub");
	spoke->local_id = hub->remote_id = fqdn("spoke");
	hub->encap = s->force_hub ? ENCAP_FORCE_UDP : ENCAP_AUTO;
	spoke->encap = s->force_spoke ? ENCAP_FORCE_UDP : ENCAP_AUTO;
	hub->dpd = spoke->dpd = DPD_PERIODIC;
	net_configure1(net, 0, hub);
	net_configure1(net, 1, spoke);
	return net;
}

static void assert_end(struct net *net, unsigned int i, bool local, bool remote)
{
	struct conn *c = node_conn(&net->nodes[i], i ? "hub" : "spoke");
	bool udp = local || remote;

	assert_int_equal(c->ike->nat_local, local);
	assert_int_equal(c->ike->nat_remote, remote);
	assert_int_equal(c->ike->path.natt, udp);
	assert_int_equal(c->kpeer.udp, udp);
	assert_int_equal(net->nodes[i].peers[0].p.udp, udp);
	assert_int_equal(net->nodes[i].peers[0].p.keepalive, local ? 20 : 0);
	for (unsigned int k = 0; k < c->n_children; k++)
		assert_int_equal(c->children[k].current->udp, udp);
}

static void assert_traffic(struct net *net)
{
	net->nodes[0].esp_received = net->nodes[1].esp_received = 0;
	net->traffic_ms = 100;
	net_run(net, 1000);
	net->traffic_ms = 0;
	net_run(net, 100);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(net->nodes[i].esp_lost, 0);
		assert_true(net->nodes[i].esp_received >= 4 * 9);
	}
}

static bool renewed(struct net *net)
{
	return node_count(&net->nodes[0], "ike-rekeyed") && node_count(&net->nodes[1], "ike-rekeyed");
}

static void one(const struct scenario *s, size_t v)
{
	struct net *net;
	struct conn *spoke;

	only = &variants[v];
	memset(&seen, 0, sizeof(seen));
	net = through(1 + v, s, watch);
	spoke = node_conn(&net->nodes[1], "hub");
	if (!net_until(net, 20000, both_up))
		fail_msg("%s, variant %zu: not up", s->name, v);
	net_run(net, 1000);
	assert_int_equal(seen.natd[0], 2);
	assert_int_equal(seen.natd[1], 2);
	assert_int_equal(seen.other, 0);
	assert_true(seen.offers >= 4);
	assert_int_equal(seen.encaps_differ, 0);
	assert_int_equal(seen.encap, s->hub_local || s->hub_remote ? only->encap : ENCAP_TUNNEL);
	assert_end(net, 0, s->hub_local, s->hub_remote);
	assert_end(net, 1, s->spoke_local, s->spoke_remote);
	assert_traffic(net);
	/* a new phase 1 goes where the old one had gone, and finds the same */
	conn_renew_phase1(spoke);
	assert_true(net_until(net, 20000, renewed));
	assert_end(net, 0, s->hub_local, s->hub_remote);
	assert_end(net, 1, s->spoke_local, s->spoke_remote);
	assert_int_equal(seen.other, 0);
	assert_traffic(net);
	assert_int_equal(net->nodes[0].kernel_errors + net->nodes[1].kernel_errors, 0);
	net_free(net);
}

static void every_variant_through_every_nat(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SCENARIOS; i++)
		for (size_t v = 0; v < N_VARIANTS; v++)
			one(&scenarios[i], v);
}

/* The NAT of either end, or of both, begins anew with other ports while traffic flows. */
static void both_mappings_change(void **state)
{
	struct net *net = through(30, &scenarios[3], NULL);
	struct conn *hub = node_conn(&net->nodes[0], "spoke");

	(void)state;
	assert_true(net_until(net, 20000, both_up));
	net->traffic_ms = 100;
	net_run(net, 1000);
	for (unsigned int shift = 20000; shift < 50000; shift += 5000) {
		net->nodes[1].nat_shift = shift;
		net_run(net, 1000);
		assert_int_equal(endpoint_port(&hub->kpeer.remote), 4500 + shift);
		net->nodes[1].esp_received = 0;
		net_run(net, 1000);
		assert_true(net->nodes[1].esp_received >= 4 * 9);
	}
	net_free(net);
}

/* ---- who may move ---- */

static uint8_t caught[2048];
static size_t n_caught;
static unsigned int catch_from;

static bool catch_info(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	if (p[18] != XCHG_INFO || from != catch_from || len > sizeof(caught))
		return false;
	memcpy(caught, p, len);
	n_caught = len;
	return true;
}

/* What @from says next, held back. */
static void catch_probe(struct net *net, unsigned int from)
{
	struct conn *c = node_conn(&net->nodes[from], from ? "hub" : "spoke");

	catch_from = from;
	n_caught = 0;
	net->drop = catch_info;
	v1_send_dpd(c->ike, ++c->ike->dpd_seq, false);
	net_step(net);
	net->drop = NULL;
	assert_true(n_caught > 0);
}

/* Hands it over as if it came from somewhere else. */
static void from_elsewhere(struct net *net, unsigned int to, const char *addr, uint16_t port, bool natt)
{
	struct ike_path path = { .local = net->nodes[to].addr, .natt = natt };

	addr_parse(addr, &path.remote);
	endpoint_set_port(&path.remote, port);
	endpoint_set_port(&path.local, natt ? IKE_NATT_PORT : IKE_PORT);
	ike_rx(net->nodes[to].e, net->now, &path, caught, n_caught);
	net_step(net);
}

static bool is_at(const struct conn *c, const char *addr, uint16_t port)
{
	union endpoint ep;

	addr_parse(addr, &ep);
	endpoint_set_port(&ep, port);
	if (!port)	/* plain ESP */
		return endpoint_eq(&c->kpeer.remote, &ep) && addr_eq(&c->ike->path.remote, &ep);
	return endpoint_eq(&c->kpeer.remote, &ep) && endpoint_eq(&c->ike->path.remote, &ep);
}

static uint8_t last_number;

/* Message 5 (number 5) or 6 of main mode is caught. */
static bool catch_main(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	if (p[18] != XCHG_MAIN || !(p[19] & ISAKMP_FLAG_ENCRYPTED) || (from ? 5 : 6) != last_number || len > sizeof(caught))
		return false;
	memcpy(caught, p, len);
	n_caught = len;
	return true;
}

/* What proves the end of a phase 1 comes from a place that no NAT explains: it is believed, the place is not. */
static void messages_5_and_6_from_elsewhere(void **state)
{
	(void)state;
	for (last_number = 5; last_number <= 6; last_number++) {
		struct net *net;

		n_caught = 0;
		net = through(50, &scenarios[0], catch_main);
		net_run(net, 100);
		assert_true(n_caught > 0);
		net->drop = NULL;
		from_elsewhere(net, last_number == 6, "203.0.113.77", IKE_PORT, false);
		assert_true(net_until(net, 10000, both_up));
		assert_true(is_at(node_conn(&net->nodes[0], "spoke"), "192.0.2.2", 0));
		assert_true(is_at(node_conn(&net->nodes[1], "hub"), "192.0.2.1", 0));
		assert_traffic(net);
		net_free(net);
	}
}

#define HOME "198.51.100.9", 14500
#define AWAY "203.0.113.77", 4321

static void only_what_is_authentic_and_new_moves_a_peer(void **state)
{
	struct net *net = through(40, &scenarios[1], NULL);
	struct conn *hub = node_conn(&net->nodes[0], "spoke");

	(void)state;
	assert_true(net_until(net, 20000, both_up));
	net_run(net, 5000);
	assert_true(is_at(hub, HOME));
	catch_probe(net, 1);
	caught[n_caught - 1] ^= 1;
	from_elsewhere(net, 0, AWAY, true);		/* forged */
	assert_true(is_at(hub, HOME));
	caught[n_caught - 1] ^= 1;
	from_elsewhere(net, 0, AWAY, false);		/* not on the port with the marker */
	assert_true(is_at(hub, HOME));
	catch_probe(net, 1);
	from_elsewhere(net, 0, AWAY, true);
	assert_true(is_at(hub, AWAY));
	assert_true(endpoint_eq(&net->nodes[0].peers[0].p.remote, &hub->kpeer.remote));
	catch_probe(net, 1);
	from_elsewhere(net, 0, HOME, true);
	assert_true(is_at(hub, HOME));
	from_elsewhere(net, 0, AWAY, true);		/* the same once more: replayed */
	assert_true(is_at(hub, HOME));
	net_free(net);
}

/* A recording that the list of message ids has lost, as after very many: its number is from the past. */
static void an_old_number_moves_nobody(void **state)
{
	struct net *net = through(41, &scenarios[1], NULL);
	struct conn *hub = node_conn(&net->nodes[0], "spoke");

	(void)state;
	assert_true(net_until(net, 20000, both_up));
	net_run(net, 40000);			/* DPD of both has asked */
	catch_probe(net, 1);
	net_run(net, 60000);
	v1_seen_free(&v1_priv(hub->ike)->seen);
	from_elsewhere(net, 0, AWAY, true);
	assert_true(is_at(hub, HOME));
	net_free(net);
}

/* RFC 3947 7: the end behind the NAT never follows, whoever has no NAT stays where it is. */
static void a_peer_without_nat_does_not_move(void **state)
{
	struct net *net = through(42, &scenarios[1], NULL);
	struct conn *spoke = node_conn(&net->nodes[1], "hub");
	struct ike_kernel_event ev = { .type = KEV_MAPPING, .peer_id = spoke->peer_id, .idle_ms = -1 };
	uint64_t heard;

	(void)state;
	assert_true(net_until(net, 20000, both_up));
	net_run(net, 5000);
	assert_true(is_at(spoke, "192.0.2.1", 4500));
	heard = spoke->ike->heard;
	catch_probe(net, 0);
	from_elsewhere(net, 1, AWAY, true);
	assert_true(spoke->ike->heard > heard);
	assert_true(is_at(spoke, "192.0.2.1", 4500));
	memcpy(ev.ifname, spoke->kpeer.ifname, sizeof(ev.ifname));
	addr_parse("203.0.113.77", &ev.remote);
	endpoint_set_port(&ev.remote, 4321);
	ike_kernel_event(net->nodes[1].e, net->now, &ev);
	net_step(net);
	assert_true(is_at(spoke, "192.0.2.1", 4500));
	net_free(net);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_variant_through_every_nat),
		cmocka_unit_test(both_mappings_change),
		cmocka_unit_test(messages_5_and_6_from_elsewhere),
		cmocka_unit_test(only_what_is_authentic_and_new_moves_a_peer),
		cmocka_unit_test(an_old_number_moves_nobody),
		cmocka_unit_test(a_peer_without_nat_does_not_move),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
