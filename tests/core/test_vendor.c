// SPDX-License-Identifier: GPL-2.0
/* Vendor IDs: who the peer is, and what is sent to whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/net.h"
#include "core/v1/v1.h"

static const uint8_t vid_dpd[] = { 0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9, 0x6b, 0x86, 0x96, 0xfc, 0x77, 0x57,
				   0x01, 0x00 };

/* ---- messages 1 to 4 rewritten on their way ---- */

/**
 * struct edit - what becomes of main mode messages with a first payload of a type
 * @from: sender, @first: PL_SA or PL_KE
 * @strip: its vendor IDs go
 * @add, @add_len: a vendor ID that comes
 */
static struct edit {
	unsigned int from;
	uint8_t first;
	bool strip;
	const void *add;
	size_t add_len;
} edits[3];
static unsigned int n_edits;
static struct {
	unsigned int vendors, dpd;
	size_t len;
} sent[2][2];		/* by sender and, in order, PL_SA and PL_KE; before any edit */

static void put_pl(struct buf *b, uint8_t *next, const struct v1_payload *pl, size_t *next_at)
{
	if (*next_at)
		b->p[*next_at] = pl->type;
	else
		*next = pl->type;
	*next_at = b->len;
	buf_put(b, pl->raw, pl->raw_len);
	b->p[*next_at] = PL_NONE;
}

static void edited(struct net *net, const struct edit *e, const struct isakmp_hdr *old, const struct v1_chain *ch)
{
	struct ike_path path = { .local = net->nodes[!e->from].addr, .remote = net->nodes[e->from].addr };
	uint8_t raw[64] = { 0, 0, 0, (uint8_t)(4 + e->add_len) };
	struct v1_payload vid = { .type = PL_VENDOR, .raw = raw, .raw_len = 4 + e->add_len };
	struct isakmp_hdr h = *old;
	struct buf b = { 0 };
	size_t next_at = 0;

	isakmp_hdr_put(&b, &h);
	for (unsigned int i = 0; i < ch->n; i++)
		if (!e->strip || ch->pl[i].type != PL_VENDOR)
			put_pl(&b, &b.p[16], &ch->pl[i], &next_at);
	if (e->add) {
		memcpy(raw + 4, e->add, e->add_len);
		put_pl(&b, &b.p[16], &vid, &next_at);
	}
	b.p[26] = (uint8_t)(b.len >> 8);
	b.p[27] = (uint8_t)b.len;
	endpoint_set_port(&path.local, IKE_PORT);
	endpoint_set_port(&path.remote, IKE_PORT);
	ike_rx(net->nodes[!e->from].e, net->now, &path, b.p, b.len);
	buf_free(&b);
}

static void note(unsigned int from, const struct isakmp_hdr *h, const struct v1_chain *ch)
{
	unsigned int at = h->next == PL_KE;

	sent[from][at].len = h->length;
	sent[from][at].vendors = v1_count(ch, PL_VENDOR);
	sent[from][at].dpd = 0;
	for (unsigned int i = 0; i < ch->n; i++)
		sent[from][at].dpd += ch->pl[i].type == PL_VENDOR && ch->pl[i].len == sizeof(vid_dpd) &&
				      !memcmp(ch->pl[i].body, vid_dpd, sizeof(vid_dpd));
}

static bool rewrite(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	struct cursor c = cursor_of(p, len);
	struct isakmp_hdr h;
	struct v1_chain ch;

	if (p[18] != XCHG_MAIN || (p[16] != PL_SA && p[16] != PL_KE) || p[19])
		return false;
	assert_true(isakmp_hdr_parse(&c, &h) && v1_chain_parse(h.next, c.p, c.left, false, &ch));
	note(from, &h, &ch);
	for (unsigned int i = 0; i < n_edits; i++) {
		if (edits[i].from != from || edits[i].first != h.next)
			continue;
		edited(net, &edits[i], &h, &ch);
		return true;
	}
	return false;
}

static struct net *sites(uint64_t seed)
{
	struct net *net = net_new(2, seed);
	struct conn_cfg *a = site_cfg(net, 0, 1, "site"), *b = site_cfg(net, 1, 0, "site");

	memset(sent, 0, sizeof(sent));
	net->drop = rewrite;
	b->start = START_PASSIVE;
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	assert_true(net_until(net, 5000, both_up));
	return net;
}

static void no_conn(void *ctx, const struct st_conn *c)
{
	(void)ctx;
	(void)c;
}

static void no_child(void *ctx, const struct st_child *c)
{
	(void)ctx;
	(void)c;
}

static void take_peer(void *ctx, const struct st_ike *i)
{
	snprintf(ctx, V1_PEER_STRLEN, "%s", i->peer);
}

static const char *peer_shown(struct net *net, unsigned int node)
{
	static char peer[V1_PEER_STRLEN];
	const struct st_visitor v = { .conn = no_conn, .ike = take_peer, .child = no_child, .ctx = peer };

	peer[0] = '\0';
	ike_status(net->nodes[node].e, net->now, &v);
	return peer;
}

#define NAMED "NAT traversal, NAT traversal of draft 03, NAT traversal of draft 02, DPD, "
#define US NAMED "fragmentation"
#define HEX(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })
#define TEXT(s) (const uint8_t *)(s), sizeof(s) - 1

/* As these peers send them in the field: with versions, flags and the like behind. */
static const struct {
	const uint8_t *id;
	size_t len;
	const char *shown;
} known[] = {
	{ HEX(0x88, 0x2f, 0xe5, 0x6d, 0x6f, 0xd2, 0x0d, 0xbc, 0x22, 0x51, 0x61, 0x3b, 0x2e, 0xbe, 0x5b, 0xeb),
	  "strongSwan, " US },
	{ TEXT("OE-Libreswan-4.10"), "Libreswan, " US },
	{ TEXT("OEhbN6IcR_Vk"), "Openswan, " US },
	{ HEX(0x70, 0x03, 0xcb, 0xc1, 0x09, 0x7d, 0xbe, 0x9c, 0x26, 0x00, 0xba, 0x69, 0x83, 0xbc, 0x8b, 0x35),
	  "racoon, " US },
	{ HEX(0x1e, 0x2b, 0x51, 0x69, 0x05, 0x99, 0x1c, 0x7d, 0x7c, 0x96, 0xfc, 0xbf, 0xb5, 0x87, 0xe4, 0x61, 0, 0, 0, 9),
	  "Microsoft, " US },
	{ HEX(0x82, 0x99, 0x03, 0x17, 0x57, 0xa3, 0x60, 0x82, 0xc6, 0xa6, 0x21, 0xde, 0, 5, 2, 0x82), "FortiGate, " US },
	{ HEX(0xf4, 0xed, 0x19, 0xe0, 0xc1, 0x14, 0xeb, 0x51, 0x6f, 0xaa, 0xac, 0x0e, 0xe3, 0x7d, 0xaf, 0x28, 0x07, 0xb4,
	      0x38, 0x1f, 0, 0, 0, 1, 0, 0, 0x13, 0x8d), "Check Point, " US },
	{ HEX(0x12, 0xf5, 0xf2, 0x8c, 0x45, 0x71, 0x68, 0xa9, 0x70, 0x2d, 0x9f, 0xe2, 0x74, 0xcc, 1, 0),
	  US ", Cisco Unity" },
	{ HEX(0x09, 0x00, 0x26, 0x89, 0xdf, 0xd6, 0xb7, 0x12), NAMED "XAUTH, fragmentation" },
	/* nearly, but not: too short, another length, another text */
	{ HEX(0x88, 0x2f, 0xe5, 0x6d, 0x6f, 0xd2, 0x0d, 0xbc, 0x22, 0x51, 0x61, 0x3b, 0x2e, 0xbe, 0x5b), US },
	{ TEXT("OEhbN6IcR_Vkx"), US },
	{ TEXT("OF-Libreswan-4.10"), US },
	{ HEX(0xff), US },
};

static void the_peer_is_shown(void **state)
{
	(void)state;
	n_edits = 1;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		for (unsigned int from = 0; from < 2; from++) {
			struct net *net;

			edits[0] = (struct edit){ .from = from, .first = PL_SA, .add = known[i].id, .add_len = known[i].len };
			net = sites(1 + i);
			assert_string_equal(peer_shown(net, !from), known[i].shown);
			assert_string_equal(peer_shown(net, from), US);
			net_free(net);
		}
	}
}

/* Until the initiator's address is proven it gets no more than what it has named itself. */
static void only_known_ones_are_answered(void **state)
{
	struct net *net;

	(void)state;
	n_edits = 1;
	edits[0] = (struct edit){ .from = 0, .first = PL_SA, .strip = true };
	net = sites(50);
	assert_int_equal(sent[0][0].vendors, 6);
	assert_int_equal(sent[1][0].vendors, 0);
	assert_true(sent[1][0].len <= sent[0][0].len - 5 * 20 - 24);
	/* DPD follows in message 4 */
	assert_int_equal(sent[1][1].dpd, 1);
	assert_int_equal(sent[0][1].dpd, 0);
	assert_string_equal(peer_shown(net, 0), "DPD");
	assert_string_equal(peer_shown(net, 1), "");
	net_free(net);
	n_edits = 0;
	net = sites(51);
	assert_int_equal(sent[1][0].vendors, 6);
	assert_true(sent[1][0].len <= sent[0][0].len);
	assert_int_equal(sent[1][1].vendors, 0);
	net_free(net);
}

/* Some gateways name DPD as late as in message 3 or 4. */
static void dpd_in_a_later_message(void **state)
{
	(void)state;
	for (unsigned int from = 0; from < 2; from++) {
		struct net *net;
		const struct ike_sa *sa;

		n_edits = 2;
		edits[0] = (struct edit){ .from = from, .first = PL_SA, .strip = true };
		edits[1] = (struct edit){ .from = from, .first = PL_KE, .strip = true };
		net = sites(60);
		assert_false(node_conn(&net->nodes[!from], "site")->ike->dpd_ok);
		net_free(net);
		edits[1].add = vid_dpd;
		edits[1].add_len = sizeof(vid_dpd);
		net = sites(61);
		sa = node_conn(&net->nodes[!from], "site")->ike;
		assert_true(sa->dpd_ok);
		assert_false(sa->natt_ok);
		net_free(net);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_peer_is_shown),
		cmocka_unit_test(only_known_ones_are_answered),
		cmocka_unit_test(dpd_in_a_later_message),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
