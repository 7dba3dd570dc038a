// SPDX-License-Identifier: GPL-2.0
/*
 * Messages in fragments: in every order, doubled and with losses they do what
 * the whole would have done; what is hostile costs no more than its bounds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/direct.h"
#include "core/net.h"
#include "core/v1/v1.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* What is done to each message on its way; the sender knows nothing of it. */
static struct {
	size_t size;			/* bytes in a fragment */
	enum { FORWARD, BACKWARD, SHUFFLED } order;
	unsigned int copies;
	bool fresh_ids;			/* else each message has id 1, as from most gateways */
	unsigned int lose_message, lose_fragment;	/* once, counted from 1; 0: none */
	unsigned int messages, ids;
} way;

static struct ike_sa *ike(struct net *net, unsigned int node)
{
	return node_conn(&net->nodes[node], "site")->ike;
}

static bool holds_pieces(struct net *net, unsigned int node)
{
	struct ike_sa *sa, *tmp;

	HASH_ITER(hh, net->nodes[node].e->sas, sa, tmp)
		if (v1_priv(sa) && v1_priv(sa)->frag.in)
			return true;
	return false;
}

/* ---- cutting, not by the code under test ---- */

struct cut {
	uint8_t p[64][1400];
	size_t len[64];
	unsigned int n;
};

static void put_fragment(uint8_t *out, size_t *out_len, const uint8_t hdr[ISAKMP_HDR_LEN], uint16_t id, unsigned int number,
			 bool last, const void *data, size_t len)
{
	size_t total = ISAKMP_HDR_LEN + 8 + len;

	memcpy(out, hdr, ISAKMP_HDR_LEN);
	out[16] = PL_FRAGMENT;
	out[19] = 0;
	out[24] = out[25] = 0;
	out[26] = total >> 8;
	out[27] = total & 0xff;
	out[28] = out[29] = 0;
	out[30] = (len + 8) >> 8;
	out[31] = (len + 8) & 0xff;
	out[32] = id >> 8;
	out[33] = id & 0xff;
	out[34] = (uint8_t)number;
	out[35] = last;
	memcpy(out + 36, data, len);
	*out_len = total;
}

static void cut_up(struct cut *c, const uint8_t *p, size_t len, size_t size, uint16_t id)
{
	c->n = 0;
	for (size_t at = 0; at < len; at += size) {
		size_t n = len - at < size ? len - at : size;

		assert_true(c->n < LEN(c->p) && n <= 1300);
		put_fragment(c->p[c->n], &c->len[c->n], p, id, c->n + 1, at + n == len, p + at, n);
		c->n++;
	}
}

static unsigned int place(const struct cut *c, unsigned int i)
{
	switch (way.order) {
	case BACKWARD:
		return c->n - 1 - i;
	case SHUFFLED:	/* 7 shares no factor with 64 */
		return (i * 7 + 3) % 64;
	default:
		return i;
	}
}

/* In place of each message but the first two its pieces arrive. */
static bool in_pieces(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	static struct cut c;
	bool announcing = p[18] == XCHG_MAIN && !(p[19] & ISAKMP_FLAG_ENCRYPTED) && p[16] == PL_SA;

	if (announcing)
		return false;
	way.messages++;
	cut_up(&c, p, len, way.size, way.fresh_ids ? (uint16_t)++way.ids : 1);
	for (unsigned int i = 0; i < (way.order == SHUFFLED ? 64 : c.n); i++) {
		unsigned int k = place(&c, i);

		if (k >= c.n || (way.messages == way.lose_message && k + 1 == way.lose_fragment))
			continue;
		for (unsigned int copy = 0; copy < way.copies; copy++)
			net_rx(net, !from, c.p[k], c.len[k]);
	}
	return true;
}

static struct net *sites(uint64_t seed, bool (*hook)(struct net *, unsigned int, const uint8_t *, size_t))
{
	struct net *net = net_new(2, seed);
	struct conn_cfg *a = site_cfg(net, 0, 1, "site"), *b = site_cfg(net, 1, 0, "site");

	b->start = START_PASSIVE;
	net->drop = hook;
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	return net;
}

static void no_harm(struct net *net)
{
	assert_true(net_consistent(net));
	for (unsigned int i = 0; i < net->n; i++) {
		assert_int_equal(node_established(&net->nodes[i]), 1);
		assert_int_equal(node_sas(&net->nodes[i]), 8);
		assert_int_equal(net->nodes[i].kernel_errors, 0);
		assert_int_equal(net->nodes[i].violations, 0);
	}
}

static void every_order_and_duplicate(void **state)
{
	static const size_t sizes[] = { 29, 36, 50, 100, 1300 };	/* the header and what makes it differ in the first */

	(void)state;
	for (unsigned int i = 0; i < LEN(sizes) * 3 * 2 * 2; i++) {
		struct net *net;

		memset(&way, 0, sizeof(way));
		way.size = sizes[i % LEN(sizes)];
		way.order = i / LEN(sizes) % 3;
		way.copies = 1 + i / LEN(sizes) / 3 % 2;
		way.fresh_ids = i / LEN(sizes) / 6;
		net = sites(i, in_pieces);
		assert_true(net_until(net, 1900, both_up));	/* before anything is sent again */
		net_run(net, 1000);
		no_harm(net);
		/* 4 of main mode and 4 x 3 of quick mode; what is one piece is whole each time, and answered again */
		if (way.size <= 50 || way.copies == 1)
			assert_int_equal(net_counter(net, 0, CNT_REASSEMBLED) + net_counter(net, 1, CNT_REASSEMBLED), 16);
		net_run(net, V1_FRAGMENT_WAIT);
		assert_false(holds_pieces(net, 0) || holds_pieces(net, 1));
		net_free(net);
	}
}

/* Each piece of each message lost once: it costs a retransmission, no more. */
static void every_single_loss(void **state)
{
	(void)state;
	for (unsigned int message = 1; message <= 16; message++) {
		for (unsigned int fragment = 1; fragment <= 2; fragment++) {
			struct net *net;

			memset(&way, 0, sizeof(way));
			way.size = 120;
			way.copies = 1;
			way.lose_message = message;
			way.lose_fragment = fragment;
			net = sites(100 + message, in_pieces);
			assert_true(net_until(net, 20000, both_up));
			net_run(net, 30000);
			no_harm(net);
			assert_false(holds_pieces(net, 0) || holds_pieces(net, 1));
			net_free(net);
		}
	}
}

/* ---- who announces what ---- */

static unsigned int vendors_seen[2];
static size_t vendor_len[2];

static bool look_for_vendor(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	static const uint8_t id[] = { 0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85,
				      0x25, 0xe7, 0xde, 0x7f, 0x00, 0xd6, 0xc2, 0xd3 };
	struct v1_chain ch;

	(void)net;
	if (p[18] != XCHG_MAIN || (p[19] & ISAKMP_FLAG_ENCRYPTED) ||
	    !v1_chain_parse(p[16], p + ISAKMP_HDR_LEN, len - ISAKMP_HDR_LEN, false, &ch))
		return false;
	for (unsigned int i = 0; i < ch.n; i++) {
		if (ch.pl[i].type != PL_VENDOR || ch.pl[i].len < 16 || memcmp(ch.pl[i].body, id, 16))
			continue;
		vendors_seen[from]++;
		vendor_len[from] = ch.pl[i].len;
		assert_memory_equal(ch.pl[i].body + 16, "\x80\0\0\0", 4);
	}
	return false;
}

static void announced_by_setting(void **state)
{
	static const struct {
		enum ike_frag_mode a, b;
		unsigned int seen[2];
		bool ok[2];
	} cells[] = {
		{ IKE_FRAG_YES, IKE_FRAG_YES, { 1, 1 }, { true, true } },
		{ IKE_FRAG_NO, IKE_FRAG_YES, { 0, 0 }, { false, false } },
		{ IKE_FRAG_YES, IKE_FRAG_NO, { 1, 0 }, { false, false } },
		{ IKE_FRAG_NO, IKE_FRAG_NO, { 0, 0 }, { false, false } },
		{ IKE_FRAG_FORCE, IKE_FRAG_NO, { 1, 0 }, { true, false } },
		/* message 2 is never longer than message 1, and the initiator has no use for it */
		{ IKE_FRAG_NO, IKE_FRAG_FORCE, { 0, 0 }, { false, true } },
	};

	(void)state;
	for (size_t i = 0; i < LEN(cells); i++) {
		struct net *net = net_new(2, i);
		struct conn_cfg *a = site_cfg(net, 0, 1, "site"), *b = site_cfg(net, 1, 0, "site");

		a->ike_fragmentation = cells[i].a;
		b->ike_fragmentation = cells[i].b;
		b->start = START_PASSIVE;
		memset(vendors_seen, 0, sizeof(vendors_seen));
		net->drop = look_for_vendor;
		net_configure1(net, 1, b);
		net_configure1(net, 0, a);
		assert_true(net_until(net, 5000, both_up));
		for (unsigned int n = 0; n < 2; n++) {
			assert_int_equal(vendors_seen[n], cells[i].seen[n]);
			assert_int_equal(v1_priv(ike(net, n))->frag.ok, cells[i].ok[n]);
		}
		net_free(net);
	}
}

static void forms_of_the_announcement(void **state)
{
	static const struct {
		size_t len;
		uint8_t cap[8];
		bool ok;
	} forms[] = {
		{ 16, { 0 }, true }, { 20, { 0x80 }, true }, { 20, { 0xc0 }, true }, { 20, { 0xff, 0xff, 0xff, 0xff }, true },
		{ 20, { 0x40 }, false }, { 20, { 0 }, false }, { 15, { 0 }, false }, { 17, { 0x80 }, false },
		{ 24, { 0x80 }, false }, { 0, { 0 }, false },
	};
	struct net *net = net_sites(1, START_AUTO, START_PASSIVE);
	uint8_t id[24] = { 0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85,
			   0x25, 0xe7, 0xde, 0x7f, 0x00, 0xd6, 0xc2, 0xd3 };

	(void)state;
	assert_true(net_until(net, 5000, both_up));
	for (size_t i = 0; i < LEN(forms); i++) {
		struct v1_chain ch = { .n = 2, .pl = { { .type = PL_SA, .body = id, .len = 16 },
						       { .type = PL_VENDOR, .body = id, .len = forms[i].len } } };

		memcpy(id + 16, forms[i].cap, 8);
		v1_frag_agree(ike(net, 0), &ch);
		assert_int_equal(v1_priv(ike(net, 0))->frag.ok, forms[i].ok);
	}
	net_free(net);
}

/* ---- what is hostile ---- */

static uint8_t hdr_of[ISAKMP_HDR_LEN];

/* The header of a message to @to under its IKE SA. */
static const uint8_t *header(struct net *net, unsigned int to, uint8_t exchange, uint32_t msgid)
{
	const struct ike_sa *sa = ike(net, to);

	memset(hdr_of, 0, sizeof(hdr_of));
	memcpy(hdr_of, sa->cky_i, 8);
	memcpy(hdr_of + 8, sa->cky_r, 8);
	hdr_of[17] = ISAKMP_VERSION_1;
	hdr_of[18] = exchange;
	hdr_of[23] = msgid & 0xff;
	return hdr_of;
}

static void piece(struct net *net, unsigned int to, const uint8_t hdr[ISAKMP_HDR_LEN], uint16_t id, unsigned int number,
		  bool last, const void *data, size_t len)
{
	uint8_t p[4096];
	size_t n;

	put_fragment(p, &n, hdr, id, number, last, data, len);
	net_rx(net, to, p, n);
}

/* A protected message that its receiver answers: R-U-THERE of node 0 to node 1. */
static uint8_t question[512];
static size_t question_len;

static bool keep_question(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	if (from || p[18] != XCHG_INFO)
		return false;
	memcpy(question, p, len);
	question_len = len;
	return true;
}

static void ask(struct net *net)
{
	static uint32_t seq = 1000;

	question_len = 0;
	net->drop = keep_question;
	v1_send_dpd(ike(net, 0), ++seq, false);
	net_step(net);
	net->drop = NULL;
	assert_int_not_equal(question_len, 0);
}

static struct net *established(uint64_t seed)
{
	struct net *net = net_sites(seed, START_AUTO, START_PASSIVE);

	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000);
	return net;
}

/* The question still comes through in pieces of 40 bytes: Return: how many answers there were. */
static unsigned int answers(struct net *net)
{
	unsigned int sent;
	struct cut c;

	ask(net);
	sent = net->nodes[1].sent;
	cut_up(&c, question, question_len, 40, 1);
	for (unsigned int i = 0; i < c.n; i++)
		net_rx(net, 1, c.p[i], c.len[i]);
	net_step(net);
	return net->nodes[1].sent - sent;
}

static void refused(struct net *net, enum engine_counter c, const uint8_t *p, size_t len)
{
	uint64_t before = net_counter(net, 1, c);

	net_rx(net, 1, p, len);
	assert_true(net_counter(net, 1, c) > before);
	assert_false(holds_pieces(net, 1));
}

static void malformed_pieces(void **state)
{
	struct net *net = established(2);
	const uint8_t *hdr = header(net, 1, XCHG_INFO, 7);
	uint8_t p[4096], data[100] = { 1 };
	size_t n;

	(void)state;
	put_fragment(p, &n, hdr, 1, 0, false, data, sizeof(data));	/* numbers begin with 1 */
	refused(net, CNT_FRAGMENT_DROPPED, p, n);
	put_fragment(p, &n, hdr, 1, V1_FRAGMENTS_MAX + 1, false, data, sizeof(data));
	refused(net, CNT_FRAGMENT_DROPPED, p, n);
	put_fragment(p, &n, hdr, 1, 255, true, data, sizeof(data));
	refused(net, CNT_FRAGMENT_DROPPED, p, n);
	put_fragment(p, &n, hdr, 1, 1, false, data, 0);			/* nothing in it */
	refused(net, CNT_FRAGMENT_DROPPED, p, n);
	put_fragment(p, &n, hdr, 1, 1, false, data, sizeof(data));	/* something behind it */
	p[28] = PL_VENDOR;
	refused(net, CNT_FRAGMENT_DROPPED, p, n);
	for (size_t len = 0; len < 36; len++) {
		put_fragment(p, &n, hdr, 1, 1, true, data, sizeof(data));
		p[27] = (uint8_t)len;
		refused(net, len < ISAKMP_HDR_LEN ? CNT_MALFORMED : CNT_FRAGMENT_DROPPED, p, len);
	}
	put_fragment(p, &n, hdr, 1, 1, true, data, sizeof(data));
	p[31]--;							/* its length lies */
	refused(net, CNT_FRAGMENT_DROPPED, p, n);
	put_fragment(p, &n, hdr, 1, 1, true, data, sizeof(data));
	p[29] = 1;							/* reserved */
	refused(net, CNT_FRAGMENT_DROPPED, p, n);
	assert_int_equal(answers(net), 1);
	no_harm(net);
	net_free(net);
}

static void pieces_of_strangers(void **state)
{
	struct net *net = established(3);
	uint8_t p[4096], data[100] = { 1 };
	size_t n;

	(void)state;
	put_fragment(p, &n, header(net, 1, XCHG_MAIN, 0), 1, 1, false, data, sizeof(data));
	p[8] ^= 1;							/* one cookie is right */
	refused(net, CNT_UNKNOWN_COOKIE, p, n);
	memset(p + 8, 0, 8);						/* message 1 in pieces */
	refused(net, CNT_UNKNOWN_COOKIE, p, n);
	p[0] ^= 1;
	refused(net, CNT_UNKNOWN_COOKIE, p, n);
	v1_priv(ike(net, 1))->frag.ok = false;				/* not announced */
	put_fragment(p, &n, header(net, 1, XCHG_MAIN, 0), 1, 1, false, data, sizeof(data));
	refused(net, CNT_FRAGMENT_DROPPED, p, n);
	v1_priv(ike(net, 1))->frag.ok = true;
	assert_int_equal(HASH_COUNT(net->nodes[1].e->sas), 1);
	assert_int_equal(answers(net), 1);
	no_harm(net);
	net_free(net);
}

/* What is put together still has to be a message, of this SA, and no fragment itself. */
static void wholes_that_are_none(void **state)
{
	struct net *net = established(4);
	uint8_t whole[200], p[4096];
	uint64_t dropped;
	size_t n;

	(void)state;
	for (unsigned int cell = 0; cell < 6; cell++) {
		memset(whole, 0, sizeof(whole));
		memcpy(whole, header(net, 1, XCHG_INFO, 9), ISAKMP_HDR_LEN);
		whole[16] = PL_HASH;
		whole[19] = ISAKMP_FLAG_ENCRYPTED;
		whole[27] = sizeof(whole);
		if (cell == 0)
			whole[27]--;
		if (cell == 1)
			whole[0] ^= 1;
		if (cell == 2)
			whole[15] ^= 1;
		if (cell == 3)
			put_fragment(whole, &n, header(net, 1, XCHG_INFO, 9), 2, 1, true, p, sizeof(whole) - 36);
		dropped = net_counter(net, 1, CNT_FRAGMENT_DROPPED) + net_counter(net, 1, CNT_MALFORMED);
		if (cell == 4) {	/* shorter than a header */
			piece(net, 1, header(net, 1, XCHG_INFO, 9), 1, 1, true, whole, 20);
		} else {		/* cell 5: garbage that cannot be decrypted to a chain */
			piece(net, 1, header(net, 1, XCHG_INFO, 9), 1, 2, true, whole + 100, 100);
			piece(net, 1, header(net, 1, XCHG_INFO, 9), 1, 1, false, whole, 100);
		}
		assert_true(net_counter(net, 1, CNT_FRAGMENT_DROPPED) + net_counter(net, 1, CNT_MALFORMED) > dropped);
		assert_int_equal(net_counter(net, 1, CNT_REASSEMBLED) > 0, cell == 5);
		assert_int_equal(holds_pieces(net, 1), cell == 5);
	}
	assert_int_equal(answers(net), 1);
	no_harm(net);
	net_free(net);
}

/* What lies there of another message with the same id does not spoil the next one. */
static void contradictions(void **state)
{
	static const struct {
		unsigned int number;
		bool last;
	} stale[] = { { 1, false }, { 1, true }, { 2, true }, { 3, true }, { 9, true }, { 64, false } };
	struct net *net = established(5);
	uint8_t junk[60] = { 9 };
	struct cut c;

	(void)state;
	for (size_t i = 0; i < LEN(stale); i++) {
		for (unsigned int backward = 0; backward < 2; backward++) {
			uint64_t whole = net_counter(net, 1, CNT_REASSEMBLED), drops = net_counter(net, 1, CNT_FRAGMENT_DROPPED);
			const uint8_t *hdr;

			ask(net);
			cut_up(&c, question, question_len, 20, 1);
			hdr = c.p[0];
			piece(net, 1, hdr, 1, stale[i].number, stale[i].last, junk, sizeof(junk));
			/* as the sender repeats it */
			for (unsigned int k = 0; k < 2 * c.n; k++) {
				unsigned int at = backward ? c.n - 1 - k % c.n : k % c.n;

				if (net_counter(net, 1, CNT_REASSEMBLED) == whole)
					net_rx(net, 1, c.p[at], c.len[at]);
			}
			net_step(net);
			assert_int_equal(net_counter(net, 1, CNT_REASSEMBLED), whole + 1);
			assert_true(net_counter(net, 1, CNT_FRAGMENT_DROPPED) > drops);
		}
	}
	/* other exchange, message id or fragment id: another message, even if the piece would fit */
	for (unsigned int i = 0; i < 3; i++) {
		uint64_t whole = net_counter(net, 1, CNT_REASSEMBLED);

		net_run(net, V1_FRAGMENT_WAIT);
		ask(net);
		cut_up(&c, question, question_len, 40, 1);
		c.p[0][i == 0 ? 18 : i == 1 ? 23 : 33] ^= 1;
		for (unsigned int k = 0; k < c.n; k++)
			net_rx(net, 1, c.p[k], c.len[k]);
		assert_int_equal(net_counter(net, 1, CNT_REASSEMBLED), whole);
		c.p[0][i == 0 ? 18 : i == 1 ? 23 : 33] ^= 1;
		net_rx(net, 1, c.p[0], c.len[0]);
		assert_int_equal(net_counter(net, 1, CNT_REASSEMBLED), whole + 1);
	}
	for (unsigned int i = 0; i < 3; i++) {
		piece(net, 1, header(net, 1, i == 0 ? XCHG_QUICK : XCHG_INFO, i == 1 ? 77 : 0), i == 2 ? 5 : 1, 1, false, junk,
		      sizeof(junk));
		assert_int_equal(answers(net), 1);
	}
	no_harm(net);
	net_free(net);
}

static void bounds(void **state)
{
	struct net *net = established(6);
	const uint8_t *hdr = header(net, 1, XCHG_INFO, 3);
	uint8_t data[2048] = { 1 };
	uint64_t drops;

	(void)state;
	/* bytes: what does not fit ends it */
	for (unsigned int i = 1; i <= V1_FRAGMENT_BYTES_MAX / sizeof(data); i++) {
		piece(net, 1, hdr, 1, i, false, data, sizeof(data));
		assert_true(holds_pieces(net, 1));
	}
	drops = net_counter(net, 1, CNT_FRAGMENT_DROPPED);
	piece(net, 1, hdr, 1, 63, false, data, 1);
	assert_int_equal(net_counter(net, 1, CNT_FRAGMENT_DROPPED), drops + V1_FRAGMENT_BYTES_MAX / sizeof(data) + 1);
	assert_false(holds_pieces(net, 1));
	/* count: as many as there may be, all but one */
	for (unsigned int i = 2; i <= V1_FRAGMENTS_MAX; i++)
		piece(net, 1, hdr, 1, i, i == V1_FRAGMENTS_MAX, data, 1);
	assert_true(holds_pieces(net, 1));
	/* time */
	drops = net_counter(net, 1, CNT_FRAGMENT_DROPPED);
	net_run(net, V1_FRAGMENT_WAIT - 1);
	assert_true(holds_pieces(net, 1));
	net_run(net, 1);
	assert_false(holds_pieces(net, 1));
	assert_int_equal(net_counter(net, 1, CNT_FRAGMENT_DROPPED), drops + V1_FRAGMENTS_MAX - 1);
	assert_int_equal(net_counter(net, 1, CNT_REASSEMBLED), 0);
	/* the SA ends with pieces there: LeakSanitizer sees what is left */
	piece(net, 1, hdr, 1, 1, false, data, sizeof(data));
	no_harm(net);
	net_free(net);
}

static void flood_of_pieces(void **state)
{
	struct net *net = established(7);
	uint64_t x = 88172645463325252ull;
	uint8_t data[64];

	(void)state;
	for (unsigned int i = 0; i < 20000; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		memset(data, (int)(x & 0xff), sizeof(data));
		piece(net, 1, header(net, 1, x >> 8 & 1 ? XCHG_INFO : XCHG_MAIN, 0), x >> 9 & 1, x >> 10 & 7, !(x >> 13 & 7),
		      data, 1 + (x >> 16) % sizeof(data));
	}
	assert_int_equal(net_counter(net, 1, CNT_FRAGMENT_IN), 20000);
	net_run(net, V1_FRAGMENT_WAIT);
	assert_false(holds_pieces(net, 1));
	assert_int_equal(answers(net), 1);
	no_harm(net);
	net_free(net);
}

/* ---- a phase 1 whose peer has proven nothing yet ---- */

static uint8_t opening[2][2048];
static size_t opening_len[2];

static bool keep_openings(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	if (p[18] == XCHG_MAIN && p[16] == PL_SA && !opening_len[from]) {
		memcpy(opening[from], p, len);
		opening_len[from] = len;
	}
	return from == 1;	/* the initiator hears nothing */
}

static void before_the_address_is_proven(void **state)
{
	uint8_t data[1000] = { 1 }, p[4096];
	struct ike_path path;
	struct ike_sa *sa;
	struct net *net;
	uint64_t drops;
	size_t n;

	(void)state;
	memset(opening_len, 0, sizeof(opening_len));
	net = sites(8, keep_openings);
	net_run(net, 200);
	assert_int_not_equal(opening_len[1], 0);
	assert_int_equal(HASH_COUNT(net->nodes[1].e->sas), 0);
	/* with our cookie, but from elsewhere */
	put_fragment(p, &n, opening[1], 1, 1, false, data, sizeof(data));
	path = (struct ike_path){ .local = net->nodes[1].addr };
	endpoint_set_port(&path.local, IKE_PORT);
	addr_parse("192.0.2.77", &path.remote);
	endpoint_set_port(&path.remote, IKE_PORT);
	drops = net_counter(net, 1, CNT_UNKNOWN_COOKIE);
	ike_rx(net->nodes[1].e, net->now, &path, p, n);
	/* without it */
	put_fragment(p, &n, opening[0], 1, 1, false, data, sizeof(data));
	net_rx(net, 1, p, n);
	assert_int_equal(net_counter(net, 1, CNT_UNKNOWN_COOKIE), drops + 2);
	assert_int_equal(HASH_COUNT(net->nodes[1].e->sas), 0);
	/* with it, from where message 1 came */
	put_fragment(p, &n, opening[1], 1, 1, false, data, sizeof(data));
	net_rx(net, 1, p, n);
	sa = net->nodes[1].e->sas;
	assert_non_null(sa);
	assert_non_null(v1_priv(sa)->frag.in);
	net->drop = NULL;
	assert_true(net_until(net, 60000, both_up));
	net_free(net);
}

/* ---- sending ---- */

static struct {
	size_t longest;
	unsigned int fragments, whole_long, messages;
	uint16_t last_id[2];
	uint8_t number[2];
	unsigned int lose_from, lose_to;	/* pieces, counted from 1 */
	bool natt;
} sent;

static bool look_at_pieces(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	struct ike_path path = { .natt = sent.natt, .remote = net->nodes[0].addr };

	if (p[16] != PL_FRAGMENT) {
		sent.whole_long += len > v1_frag_limit(&path);
		return false;
	}
	assert_int_equal(p[19], 0);
	assert_int_not_equal(p[32] << 8 | p[33], 0);
	assert_true(len <= v1_frag_limit(&path));
	if (len > sent.longest)
		sent.longest = len;
	/* whole messages follow each other, numbered from 1 */
	assert_int_equal(p[34], sent.number[from] + 1);
	if (p[34] > 1)
		assert_int_equal(p[32] << 8 | p[33], sent.last_id[from]);
	sent.last_id[from] = (uint16_t)(p[32] << 8 | p[33]);
	sent.number[from] = p[35] & 1 ? 0 : p[34];
	sent.messages += p[35] & 1;
	sent.fragments++;
	return sent.fragments >= sent.lose_from && sent.fragments <= sent.lose_to;
}

/* Quick modes with so many proposals and so large a group that they are longer than the limit. */
static struct conn_cfg *long_cfg(struct net *net, unsigned int i)
{
	struct conn_cfg *c = site_cfg(net, i, !i, "site");

	for (unsigned int k = 0; k < SUITES_MAX; k++)
		c->esp[k] = (struct esp_suite){ .enc = ENC_AES_CBC, .keybits = k % 3 == 0 ? 128 : k % 3 == 1 ? 192 : 256,
						.integ = k % 2 ? HASH_SHA2_256 : HASH_SHA1 };
	c->n_esp = SUITES_MAX;
	c->pfs = DH_MODP4096;
	c->esp_lifebytes = 1ull << 40;
	c->n_local = c->n_remote = 1;
	if (i)
		c->start = START_PASSIVE;
	return c;
}

static struct net *long_sites(uint64_t seed, enum ike_frag_mode a, enum ike_frag_mode b)
{
	struct net *net = net_new(2, seed);
	struct conn_cfg *ca = long_cfg(net, 0), *cb = long_cfg(net, 1);

	ca->ike_fragmentation = a;
	cb->ike_fragmentation = b;
	memset(&sent, 0, sizeof(sent));
	net->drop = look_at_pieces;
	net_configure1(net, 1, cb);
	net_configure1(net, 0, ca);
	return net;
}

static void long_messages_leave_in_pieces(void **state)
{
	struct net *net = long_sites(9, IKE_FRAG_YES, IKE_FRAG_YES);

	(void)state;
	assert_true(net_until(net, 1900, both_up));
	assert_int_equal(sent.whole_long, 0);
	assert_int_equal(sent.messages, 1);
	assert_int_equal(sent.fragments, 2);
	assert_int_equal(sent.longest, 1280 - 28);
	assert_int_equal(net_counter(net, 1, CNT_REASSEMBLED), 1);
	assert_true(net_consistent(net));
	net_free(net);
}

/* The second piece is lost, then the first: what is sent again has the same id and fills the gap. */
static void gaps_are_filled_by_what_is_sent_again(void **state)
{
	struct net *net = long_sites(10, IKE_FRAG_YES, IKE_FRAG_YES);

	(void)state;
	sent.lose_from = 2;
	sent.lose_to = 3;
	assert_true(net_until(net, 3000, both_up));
	assert_int_equal(sent.fragments, 4);
	assert_int_equal(sent.last_id[0], 1);
	assert_int_equal(net_counter(net, 1, CNT_REASSEMBLED), 1);
	assert_true(net_consistent(net));
	net_free(net);
}

static void settings_of_sending(void **state)
{
	struct net *net = long_sites(11, IKE_FRAG_YES, IKE_FRAG_NO);

	(void)state;
	assert_true(net_until(net, 1900, both_up));
	assert_int_equal(sent.fragments, 0);
	assert_int_equal(sent.whole_long, 1);
	net_free(net);
	/* forced on a peer that does not know them: it was a lie of the configuration */
	net = long_sites(12, IKE_FRAG_FORCE, IKE_FRAG_NO);
	assert_false(net_until(net, 20000, both_up));
	assert_true(sent.fragments > 2);
	assert_true(net_counter(net, 1, CNT_FRAGMENT_DROPPED) >= sent.fragments);
	net_free(net);
	net = long_sites(13, IKE_FRAG_FORCE, IKE_FRAG_FORCE);
	assert_true(net_until(net, 1900, both_up));
	assert_int_equal(sent.fragments, 2);
	net_free(net);
}

static void limits_of_paths(void **state)
{
	struct ike_path path = { 0 };

	(void)state;
	addr_parse("192.0.2.1", &path.remote);
	assert_int_equal(v1_frag_limit(&path), 1280 - 20 - 8);
	path.natt = true;
	assert_int_equal(v1_frag_limit(&path), 1280 - 20 - 8 - 4);
	addr_parse("2001:db8::1", &path.remote);
	assert_int_equal(v1_frag_limit(&path), 1280 - 40 - 8 - 4);
	path.natt = false;
	assert_int_equal(v1_frag_limit(&path), 1280 - 40 - 8);
}

static void pieces_under_loss(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 10; seed++) {
		struct net *net = long_sites(200 + seed, IKE_FRAG_YES, IKE_FRAG_YES);

		net->drop = NULL;
		net->loss = 30;
		net->dup = 10;
		net->reorder = 25;
		assert_true(net_until(net, 600000, both_up));
		net->loss = net->dup = net->reorder = 0;
		net_run(net, 60000);
		assert_true(net_consistent(net));
		assert_false(holds_pieces(net, 0) || holds_pieces(net, 1));
		net_free(net);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_order_and_duplicate),
		cmocka_unit_test(every_single_loss),
		cmocka_unit_test(announced_by_setting),
		cmocka_unit_test(forms_of_the_announcement),
		cmocka_unit_test(malformed_pieces),
		cmocka_unit_test(pieces_of_strangers),
		cmocka_unit_test(wholes_that_are_none),
		cmocka_unit_test(contradictions),
		cmocka_unit_test(bounds),
		cmocka_unit_test(flood_of_pieces),
		cmocka_unit_test(before_the_address_is_proven),
		cmocka_unit_test(long_messages_leave_in_pieces),
		cmocka_unit_test(gaps_are_filled_by_what_is_sent_again),
		cmocka_unit_test(settings_of_sending),
		cmocka_unit_test(limits_of_paths),
		cmocka_unit_test(pieces_under_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
