// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "vectors/hex.h"
#include "wire/v1.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const struct v1_transform_out p1_transforms[] = {
	{ .number = 1, .id = TRANSFORM_KEY_IKE, .enc = 7, .keylen = 128, .hash = 4, .auth = P1_AUTH_PSK,
	  .group = 14, .life_s = 86400 },
	{ .number = 2, .id = TRANSFORM_KEY_IKE, .enc = 5, .hash = 2, .auth = P1_AUTH_PSK, .group = 2,
	  .life_s = 3600, .life_kb = 0x123456789aull },
};

static const struct v1_transform_out p2_transforms[] = {
	{ .number = 1, .id = 12, .auth = 5, .keylen = 256, .group = 14, .encap = ENCAP_TUNNEL, .life_s = 3600,
	  .life_kb = 1843200 },
	{ .number = 2, .id = 20, .keylen = 128, .encap = ENCAP_UDP_TUNNEL, .life_s = 28800 },
};

static const struct v1_proposal_out p1_offer[] = {
	{ .number = 1, .proto = PROTO_ISAKMP, .transforms = p1_transforms, .n = 2 },
};

static const struct v1_proposal_out p2_offer[] = {
	{ .number = 1, .proto = PROTO_ESP, .spi = { 0xc1, 2, 3, 4 }, .spi_len = 4,
	  .transforms = p2_transforms, .n = 2 },
	{ .number = 2, .proto = PROTO_ESP, .spi = { 0xc1, 2, 3, 5 }, .spi_len = 4,
	  .transforms = p2_transforms, .n = 1 },
};

static void payload_of(const struct v1_writer *w, struct v1_payload *pl)
{
	*pl = (struct v1_payload){
		.type = PL_SA, .body = w->b.p + 4, .len = w->b.len - 4, .raw = w->b.p, .raw_len = w->b.len,
	};
}

/* As for chains: an exact copy for the sanitizer, then what must hold of any result. */
static bool parse_exact(const uint8_t *body, size_t len, int phase, struct v1_sa *sa)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct v1_payload pl = { .type = PL_SA, .body = copy, .len = len };
	unsigned int sum = 0;
	bool ok;

	assert_non_null(copy);
	if (len)
		memcpy(copy, body, len);
	ok = v1_sa_parse(&pl, phase, sa);
	assert_int_equal(ok, !sa->why);
	assert_true(sa->n_proposals <= V1_PROPOSALS_MAX);
	assert_true(sa->n_transforms <= V1_TRANSFORMS_MAX);
	assert_true(ok || (!sa->n_proposals && !sa->n_transforms));
	for (unsigned int i = 0; i < sa->n_proposals; i++) {
		assert_true(sa->proposals[i].spi_len <= 16);
		assert_int_equal(sa->proposals[i].first, sum);
		assert_true(sa->proposals[i].n > 0);
		sum += sa->proposals[i].n;
	}
	assert_int_equal(sum, sa->n_transforms);
	for (unsigned int i = 0; i < sa->n_transforms; i++) {
		assert_true(sa->transforms[i].raw >= copy && sa->transforms[i].raw_len >= 8);
		assert_true(sa->transforms[i].raw + sa->transforms[i].raw_len <= copy + len);
	}
	free(copy);
	return ok;
}

static void phase1_round_trip(void **state)
{
	const struct v1_transform *t;
	struct v1_writer w = { 0 };
	struct v1_payload pl;
	struct v1_sa sa;

	(void)state;
	v1_put_sa(&w, 1, p1_offer, 1);
	assert_true(v1_finish(&w));
	payload_of(&w, &pl);
	assert_true(v1_sa_parse(&pl, 1, &sa));
	assert_int_equal(sa.doi, IPSEC_DOI);
	assert_int_equal(sa.situation, SIT_IDENTITY_ONLY);
	assert_int_equal(sa.n_proposals, 1);
	assert_int_equal(sa.n_transforms, 2);
	assert_int_equal(sa.proposals[0].number, 1);
	assert_int_equal(sa.proposals[0].proto, PROTO_ISAKMP);
	assert_int_equal(sa.proposals[0].spi_len, 0);
	t = &sa.transforms[0];
	assert_int_equal(t->number, 1);
	assert_int_equal(t->id, TRANSFORM_KEY_IKE);
	assert_int_equal(t->seen, V1A_ENC | V1A_HASH | V1A_AUTH | V1A_GROUP | V1A_KEYLEN | V1A_LIFE_S);
	assert_int_equal(t->enc, 7);
	assert_int_equal(t->keylen, 128);
	assert_int_equal(t->hash, 4);
	assert_int_equal(t->auth, P1_AUTH_PSK);
	assert_int_equal(t->group, 14);
	assert_int_equal(t->life_s, 86400);
	t = &sa.transforms[1];
	assert_int_equal(t->seen, V1A_ENC | V1A_HASH | V1A_AUTH | V1A_GROUP | V1A_LIFE_S | V1A_LIFE_KB);
	assert_int_equal(t->keylen, 0);
	assert_int_equal(t->life_s, 3600);
	assert_true(t->life_kb == 0x123456789aull);
	buf_free(&w.b);
}

/* The bytes as other implementations write and read them, by hand from RFC 2408 3.4 to 3.6 */
static void phase1_bytes(void **state)
{
	static const char hex[] =
		"0000003c 00000001 00000001"		/* SA, DOI, situation */
		"00000030 01010001"			/* proposal 1, ISAKMP, no SPI, one transform */
		"00000028 01010000"			/* transform 1, KEY_IKE */
		"80010007 800e0080 80020004 80030001 8004000e 800b0001 000c0004 00015180";
	uint8_t want[64];
	struct v1_writer w = { 0 };
	struct v1_proposal_out one = p1_offer[0];

	(void)state;
	one.n = 1;
	v1_put_sa(&w, 1, &one, 1);
	assert_int_equal(w.b.len, unhex(hex, want, sizeof(want)));
	assert_memory_equal(w.b.p, want, w.b.len);
	buf_free(&w.b);
}

static void phase2_round_trip(void **state)
{
	const struct v1_transform *t;
	struct v1_writer w = { 0 };
	struct v1_payload pl;
	struct v1_sa sa;

	(void)state;
	v1_put_sa(&w, 2, p2_offer, 2);
	assert_true(v1_finish(&w));
	payload_of(&w, &pl);
	assert_true(v1_sa_parse(&pl, 2, &sa));
	assert_int_equal(sa.n_proposals, 2);
	assert_int_equal(sa.n_transforms, 3);
	assert_int_equal(sa.proposals[1].number, 2);
	assert_int_equal(sa.proposals[1].first, 2);
	assert_int_equal(sa.proposals[1].n, 1);
	assert_memory_equal(sa.proposals[1].spi, "\xc1\x02\x03\x05", 4);
	t = &sa.transforms[0];
	assert_int_equal(t->id, 12);
	assert_int_equal(t->seen, V1A_AUTH | V1A_KEYLEN | V1A_GROUP | V1A_ENCAP | V1A_LIFE_S | V1A_LIFE_KB);
	assert_int_equal(t->auth, 5);
	assert_int_equal(t->keylen, 256);
	assert_int_equal(t->group, 14);
	assert_int_equal(t->encap, ENCAP_TUNNEL);
	assert_int_equal(t->life_s, 3600);
	assert_int_equal(t->life_kb, 1843200);
	t = &sa.transforms[1];
	assert_int_equal(t->seen, V1A_KEYLEN | V1A_ENCAP | V1A_LIFE_S);
	assert_int_equal(t->encap, ENCAP_UDP_TUNNEL);
	buf_free(&w.b);
}

/* The responder's answer: one proposal, its own SPI, the transform as it came but the last of its chain */
static void chosen(void **state)
{
	struct v1_writer w = { 0 }, answer = { 0 };
	struct v1_payload pl;
	struct v1_sa offer, got;

	(void)state;
	v1_put_sa(&w, 2, p2_offer, 2);
	payload_of(&w, &pl);
	assert_true(v1_sa_parse(&pl, 2, &offer));
	assert_int_equal(offer.transforms[0].raw[0], PL_TRANSFORM);
	v1_put(&answer, PL_HASH, "h", 1);
	v1_put_sa_chosen(&answer, &offer.proposals[0], "\x09\x08\x07\x06", 4, &offer.transforms[0]);
	assert_true(v1_finish(&answer));
	pl.body = answer.b.p + 5 + 4;
	pl.len = answer.b.len - 5 - 4;
	assert_int_equal(answer.b.p[0], PL_SA);
	assert_true(v1_sa_parse(&pl, 2, &got));
	assert_int_equal(got.n_proposals, 1);
	assert_int_equal(got.n_transforms, 1);
	assert_int_equal(got.proposals[0].number, 1);
	assert_memory_equal(got.proposals[0].spi, "\x09\x08\x07\x06", 4);
	assert_int_equal(got.transforms[0].raw_len, offer.transforms[0].raw_len);
	assert_int_equal(got.transforms[0].raw[0], PL_NONE);
	assert_memory_equal(got.transforms[0].raw + 1, offer.transforms[0].raw + 1,
			    offer.transforms[0].raw_len - 1);
	buf_free(&w.b);
	buf_free(&answer.b);
}

/* A one-proposal, one-transform SA around the attributes given in hex */
static bool parse_attrs(int phase, const char *hex, struct v1_sa *sa)
{
	uint8_t attrs[512];
	size_t n = unhex(hex, attrs, sizeof(attrs));
	struct buf b = { 0 };
	bool ok;

	buf_be32(&b, IPSEC_DOI);
	buf_be32(&b, SIT_IDENTITY_ONLY);
	buf_be16(&b, 0);
	buf_be16(&b, (uint16_t)(8 + (phase == 2 ? 4 : 0) + 8 + n));
	buf_u8(&b, 1);
	buf_u8(&b, phase == 1 ? PROTO_ISAKMP : PROTO_ESP);
	buf_u8(&b, phase == 2 ? 4 : 0);
	buf_u8(&b, 1);
	if (phase == 2)
		buf_be32(&b, 0xc0000001);
	buf_be16(&b, 0);
	buf_be16(&b, (uint16_t)(8 + n));
	buf_be32(&b, 0x01010000);
	buf_put(&b, attrs, n);
	ok = parse_exact(b.p, b.len, phase, sa);
	buf_free(&b);
	return ok;
}

static void attr_forms(void **state)
{
	static const struct {
		const char *hex;
		uint64_t life_s;
	} lives[] = {
		{ "800b0001 800c0e10", 3600 },			/* basic */
		{ "000b00020001 000c00020e10", 3600 },		/* both in variable form */
		{ "800b0001 000c000400015180", 86400 },
		{ "800b0001 000c0003015180", 86400 },
		{ "800b0001 000c00080000000000015180", 86400 },
		{ "800b0001 000c0008ffffffffffffffff", UINT64_MAX },
		{ "800b0001 000c000100", 0 },
	};
	struct v1_sa sa;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lives); i++) {
		assert_true(parse_attrs(1, lives[i].hex, &sa));
		assert_int_equal(sa.transforms[0].seen, V1A_LIFE_S);
		assert_true(sa.transforms[0].life_s == lives[i].life_s);
	}
	/* a value that could have been basic, in variable form, with leading zeros */
	assert_true(parse_attrs(1, "00040004 0000000e 00010002 0007", &sa));
	assert_int_equal(sa.transforms[0].group, 14);
	assert_int_equal(sa.transforms[0].enc, 7);
	/* the draft's encapsulation mode has its top bit set */
	assert_true(parse_attrs(2, "8004f003", &sa));
	assert_int_equal(sa.transforms[0].encap, ENCAP_UDP_TUNNEL_DRAFT);
	/* seconds, then kilobytes, other attributes between the pairs */
	assert_true(parse_attrs(2, "80010001 80020e10 80050005 80010002 00020004001c2000", &sa));
	assert_int_equal(sa.transforms[0].seen, V1A_LIFE_S | V1A_LIFE_KB | V1A_AUTH);
	assert_int_equal(sa.transforms[0].life_kb, 1843200);
	assert_true(parse_attrs(1, "", &sa));
	assert_int_equal(sa.transforms[0].seen, 0);
}

static void attr_unknown(void **state)
{
	struct v1_sa sa;

	(void)state;
	/* prf (13), a prime in variable form (6), a private type, an unknown unit of life */
	assert_true(parse_attrs(1, "800d0001 80010007", &sa));
	assert_int_equal(sa.transforms[0].seen, V1A_UNKNOWN | V1A_ENC);
	assert_true(parse_attrs(1, "0006000c ffffffffffffffffffffffff", &sa));
	assert_int_equal(sa.transforms[0].seen, V1A_UNKNOWN);
	assert_true(parse_attrs(1, "ffff0001", &sa));
	assert_int_equal(sa.transforms[0].seen, V1A_UNKNOWN);
	assert_true(parse_attrs(1, "800b0003 800c0001", &sa));
	assert_int_equal(sa.transforms[0].seen, V1A_UNKNOWN);
}

static void attr_refused(void **state)
{
	static const struct {
		int phase;
		const char *hex;
	} rows[] = {
		{ 1, "80010007 80010007" },			/* repeated, even alike */
		{ 1, "80010007 000100020007" },			/* repeated in the other form */
		{ 1, "8004000e 8004000f" },
		{ 1, "800d0001 800d0001" },			/* repeated, not decoded */
		{ 1, "800b0001 800c0e10 800b0001 800c0e10" },	/* seconds twice */
		{ 2, "80010002 80020e10 80010002 80020e10" },	/* kilobytes twice */
		{ 1, "800c0e10" },				/* duration without type */
		{ 1, "800c0e10 800b0001" },			/* in the wrong order */
		{ 1, "800b0001 800c0e10 800c0e10" },
		{ 1, "800b0001" },				/* type without duration */
		{ 1, "800b0001 800b0002 800c0e10" },
		{ 1, "000c0000" },				/* zero length */
		{ 1, "00010000" },
		{ 1, "000d0000" },
		{ 1, "800b0001 000c0009 000000000000000001" },	/* beyond 64 bits */
		{ 1, "00010004 00010000" },			/* beyond 16 bits */
		{ 1, "000b0004 00010001 800c0001" },
		{ 1, "80" },					/* cut inside */
		{ 1, "8001" },
		{ 1, "800100" },
		{ 1, "0001" },
		{ 1, "000100" },
		{ 1, "00010002" },
		{ 1, "0001000200" },
		{ 1, "0001ffff00" },
		{ 1, "000d800000" },
	};
	struct v1_sa sa;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (parse_attrs(rows[i].phase, rows[i].hex, &sa))
			fail_msg("accepted %s", rows[i].hex);
}

static void every_truncation(void **state)
{
	(void)state;
	for (int phase = 1; phase <= 2; phase++) {
		struct v1_writer w = { 0 };
		struct v1_sa sa;

		v1_put_sa(&w, phase, phase == 1 ? p1_offer : p2_offer, (unsigned int)phase);
		for (size_t len = 0; len < w.b.len - 4; len++)
			assert_false(parse_exact(w.b.p + 4, len, phase, &sa));
		assert_true(parse_exact(w.b.p + 4, w.b.len - 4, phase, &sa));
		buf_zero(&w.b, 1);
		assert_false(parse_exact(w.b.p + 4, w.b.len - 4, phase, &sa));
		buf_free(&w.b);
	}
}

/*
 * Where the lengths and counts of p2_offer's body are: proposals at 8 and at 8
 * + its length, transforms inside. Each is made to lie.
 */
static void lying_lengths(void **state)
{
	struct v1_writer w = { 0 };
	size_t prop, at[8], n = 0, count[2], spi[2];
	struct v1_sa sa;
	uint8_t *body;
	size_t len;

	(void)state;
	v1_put_sa(&w, 2, p2_offer, 2);
	body = w.b.p + 4;
	len = w.b.len - 4;
	prop = 8;
	for (int i = 0; i < 2; i++) {
		size_t t = prop + 12;

		at[n++] = prop + 2;
		spi[i] = prop + 6;
		count[i] = prop + 7;
		for (int k = 0; k < (i ? 1 : 2); k++) {
			at[n++] = t + 2;
			t += (size_t)(body[t + 2] << 8 | body[t + 3]);
		}
		prop += (size_t)(body[prop + 2] << 8 | body[prop + 3]);
	}
	assert_int_equal(prop, len);
	assert_int_equal(n, 5);
	for (size_t i = 0; i < n; i++) {
		const uint16_t was = (uint16_t)(body[at[i]] << 8 | body[at[i] + 1]);
		const uint16_t lies[] = {
			0, 1, 2, 3, 4, 7, 0xffff, 0x7fff, (uint16_t)(was - 1), (uint16_t)(was + 1),
		};

		for (size_t k = 0; k < ARRAY_LEN(lies); k++) {
			buf_set_be16(&w.b, 4 + at[i], lies[k]);
			if (parse_exact(body, len, 2, &sa))
				fail_msg("length %zu as %u", i, lies[k]);
		}
		buf_set_be16(&w.b, 4 + at[i], was);
	}
	for (int i = 0; i < 2; i++) {
		for (unsigned int v = 0; v < 256; v++) {
			body[count[i]] = (uint8_t)v;
			assert_int_equal(parse_exact(body, len, 2, &sa), v == (i ? 1 : 2));
		}
		body[count[i]] = i ? 1 : 2;
		for (unsigned int v = 0; v < 256; v++) {
			body[spi[i]] = (uint8_t)v;
			assert_int_equal(parse_exact(body, len, 2, &sa), v == 4);
		}
		body[spi[i]] = 4;
	}
	assert_true(parse_exact(body, len, 2, &sa));
	buf_free(&w.b);
}

/* DOI, situation, next payload and reserved bytes have one or two right values. */
static void fixed_fields(void **state)
{
	struct v1_writer w = { 0 };
	struct v1_sa sa;
	uint8_t *body;

	(void)state;
	v1_put_sa(&w, 2, p2_offer, 2);
	body = w.b.p + 4;
	for (size_t i = 0; i < 8; i++) {
		body[i] ^= 2;
		assert_false(parse_exact(body, w.b.len - 4, 2, &sa));
		body[i] ^= 2;
	}
	for (unsigned int v = 0; v < 256; v++) {
		const size_t next = 8, reserved = 9, t_next = 20, t_reserved = 21, t_reserved2 = 26;

		body[next] = (uint8_t)v;
		assert_int_equal(parse_exact(body, w.b.len - 4, 2, &sa), v == PL_PROPOSAL);
		body[next] = PL_PROPOSAL;
		body[t_next] = (uint8_t)v;
		assert_int_equal(parse_exact(body, w.b.len - 4, 2, &sa), v == PL_TRANSFORM);
		body[t_next] = PL_TRANSFORM;
		for (size_t r = 0; r < 4; r++) {
			const size_t at[] = { reserved, t_reserved, t_reserved2, t_reserved2 + 1 };

			body[at[r]] = (uint8_t)v;
			assert_int_equal(parse_exact(body, w.b.len - 4, 2, &sa), !v);
			body[at[r]] = 0;
		}
	}
	buf_free(&w.b);
}

/* A one-transform SA with an SPI of @spi_len and @junk bytes after the last transform, lengths all true */
static bool parse_odd(int phase, uint8_t proto, uint8_t spi_len, size_t junk, uint8_t p_next, uint8_t t_next)
{
	struct buf b = { 0 };
	struct v1_sa sa;
	bool ok;

	buf_be32(&b, IPSEC_DOI);
	buf_be32(&b, SIT_IDENTITY_ONLY);
	buf_be16(&b, (uint16_t)(p_next << 8));
	buf_be16(&b, (uint16_t)(8 + spi_len + 8 + junk));
	buf_u8(&b, 1);
	buf_u8(&b, proto);
	buf_u8(&b, spi_len);
	buf_u8(&b, 1);
	buf_zero(&b, spi_len);
	buf_be16(&b, (uint16_t)(t_next << 8));
	buf_be16(&b, 8);
	buf_be32(&b, 0x01010000);
	buf_zero(&b, junk);
	ok = parse_exact(b.p, b.len, phase, &sa);
	buf_free(&b);
	return ok;
}

static void odd_proposals(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 256; n++) {
		assert_int_equal(parse_odd(1, PROTO_ISAKMP, (uint8_t)n, 0, 0, 0), n <= 16);
		assert_int_equal(parse_odd(2, PROTO_ESP, (uint8_t)n, 0, 0, 0), n == 4);
		assert_int_equal(parse_odd(2, PROTO_AH, (uint8_t)n, 0, 0, 0), n == 4);
		/* IPCOMP has CPIs of two bytes (RFC 3173) */
		assert_int_equal(parse_odd(2, 4, (uint8_t)n, 0, 0, 0), n <= 16);
		/* the last of a chain says so */
		assert_int_equal(parse_odd(2, PROTO_ESP, 4, 0, (uint8_t)n, 0), n == 0);
		assert_int_equal(parse_odd(2, PROTO_ESP, 4, 0, 0, (uint8_t)n), n == 0);
	}
	for (size_t junk = 1; junk < 20; junk++)
		assert_false(parse_odd(2, PROTO_ESP, 4, junk, 0, 0));
}

static void limits(void **state)
{
	static struct v1_transform_out many[V1_TRANSFORMS_MAX + 1];
	struct v1_proposal_out one = { .number = 1, .proto = PROTO_ISAKMP, .transforms = many };
	struct v1_proposal_out props[V1_PROPOSALS_MAX + 1];
	struct v1_writer w;
	struct v1_sa sa;

	(void)state;
	for (unsigned int n = V1_TRANSFORMS_MAX; n <= V1_TRANSFORMS_MAX + 1; n++) {
		w = (struct v1_writer){ 0 };
		one.n = n;
		v1_put_sa(&w, 1, &one, 1);
		assert_int_equal(parse_exact(w.b.p + 4, w.b.len - 4, 1, &sa), n == V1_TRANSFORMS_MAX);
		buf_free(&w.b);
	}
	one.n = 1;
	for (unsigned int i = 0; i < ARRAY_LEN(props); i++)
		props[i] = one;
	for (unsigned int n = V1_PROPOSALS_MAX; n <= V1_PROPOSALS_MAX + 1; n++) {
		w = (struct v1_writer){ 0 };
		v1_put_sa(&w, 1, props, n);
		assert_int_equal(parse_exact(w.b.p + 4, w.b.len - 4, 1, &sa), n == V1_PROPOSALS_MAX);
		buf_free(&w.b);
	}
	/* no proposal, no transform */
	w = (struct v1_writer){ 0 };
	v1_put_sa(&w, 1, props, 0);
	assert_false(parse_exact(w.b.p + 4, w.b.len - 4, 1, &sa));
	buf_free(&w.b);
	w = (struct v1_writer){ 0 };
	one.n = 0;
	v1_put_sa(&w, 1, &one, 1);
	assert_false(parse_exact(w.b.p + 4, w.b.len - 4, 1, &sa));
	buf_free(&w.b);
}

/* RFC 2408 2.4: an SPI in phase 1 may be of up to 16 bytes */
static void phase1_spi(void **state)
{
	struct v1_proposal_out one = p1_offer[0];
	struct v1_sa sa;

	(void)state;
	one.n = 1;
	for (unsigned int n = 0; n <= 17; n++) {
		struct v1_writer w = { 0 };

		one.spi_len = (uint8_t)n;
		v1_put_sa(&w, 1, &one, 1);
		assert_int_equal(v1_finish(&w), n <= 16);
		if (n <= 16)
			assert_true(parse_exact(w.b.p + 4, w.b.len - 4, 1, &sa));
		buf_free(&w.b);
	}
}

static void every_byte_changed(void **state)
{
	struct v1_writer w = { 0 };
	struct v1_sa sa;

	(void)state;
	v1_put_sa(&w, 2, p2_offer, 2);
	for (size_t i = 4; i < w.b.len; i++) {
		uint8_t was = w.b.p[i];

		for (unsigned int v = 0; v < 256; v++) {
			w.b.p[i] = (uint8_t)v;
			parse_exact(w.b.p + 4, w.b.len - 4, 2, &sa);
		}
		w.b.p[i] = was;
	}
	buf_free(&w.b);
}

/* Valid messages with a handful of random bytes each */
static void random_changes(void **state)
{
	uint32_t seed = 0x9e3779b9;
	struct v1_sa sa;

	(void)state;
	for (unsigned int i = 0; i < 20000; i++) {
		int phase = 1 + (int)(i & 1);
		struct v1_writer w = { 0 };

		v1_put_sa(&w, phase, phase == 1 ? p1_offer : p2_offer, (unsigned int)phase);
		for (unsigned int k = 0; k < 1 + i % 5; k++)
			w.b.p[4 + next_random(&seed) % (w.b.len - 4)] = (uint8_t)(next_random(&seed) >> 7);
		parse_exact(w.b.p + 4, 1 + next_random(&seed) % (w.b.len - 4), phase, &sa);
		parse_exact(w.b.p + 4, w.b.len - 4, phase, &sa);
		buf_free(&w.b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phase1_round_trip),
		cmocka_unit_test(phase1_bytes),
		cmocka_unit_test(phase2_round_trip),
		cmocka_unit_test(chosen),
		cmocka_unit_test(attr_forms),
		cmocka_unit_test(attr_unknown),
		cmocka_unit_test(attr_refused),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(lying_lengths),
		cmocka_unit_test(fixed_fields),
		cmocka_unit_test(odd_proposals),
		cmocka_unit_test(limits),
		cmocka_unit_test(phase1_spi),
		cmocka_unit_test(every_byte_changed),
		cmocka_unit_test(random_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
