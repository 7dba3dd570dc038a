// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "wire/v1.h"

#define ATTR_BASIC 0x8000
#define LIFE_TYPE_NONE (-1)
#define ESP_SPI_LEN 4

/* How an attribute is stored: its bit and the 16-bit member, or a half of a lifetime pair. */
enum attr_kind { ATTR_VALUE = 1, ATTR_LIFE_TYPE, ATTR_LIFE_DURATION };

struct attr_row {
	uint8_t type;
	uint8_t kind;
	uint16_t bit;
	size_t member;
};

#define VALUE(type, bit, member) \
	{ type, ATTR_VALUE, bit, offsetof(struct v1_transform, member) }

static const struct attr_row p1_attrs[] = {
	VALUE(P1_ENC, V1A_ENC, enc),
	VALUE(P1_HASH, V1A_HASH, hash),
	VALUE(P1_AUTH, V1A_AUTH, auth),
	VALUE(P1_GROUP, V1A_GROUP, group),
	VALUE(P1_KEY_LENGTH, V1A_KEYLEN, keylen),
	{ P1_LIFE_TYPE, ATTR_LIFE_TYPE, 0, 0 },
	{ P1_LIFE_DURATION, ATTR_LIFE_DURATION, 0, 0 },
};

static const struct attr_row p2_attrs[] = {
	VALUE(P2_GROUP, V1A_GROUP, group),
	VALUE(P2_ENCAP, V1A_ENCAP, encap),
	VALUE(P2_AUTH, V1A_AUTH, auth),
	VALUE(P2_KEY_LENGTH, V1A_KEYLEN, keylen),
	VALUE(P2_ESN, V1A_ESN, esn),
	{ P2_LIFE_TYPE, ATTR_LIFE_TYPE, 0, 0 },
	{ P2_LIFE_DURATION, ATTR_LIFE_DURATION, 0, 0 },
};

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const struct attr_row *attr_row(int phase, uint16_t type)
{
	const struct attr_row *rows = phase == 1 ? p1_attrs : p2_attrs;
	size_t n = phase == 1 ? ARRAY_LEN(p1_attrs) : ARRAY_LEN(p2_attrs);

	for (size_t i = 0; i < n; i++)
		if (rows[i].type == type)
			return &rows[i];
	return NULL;
}

/**
 * struct attr - one data attribute (RFC 2408 3.3)
 * @value: big endian, @len bytes
 */
struct attr {
	uint16_t type;
	const uint8_t *value;
	size_t len;
};

static bool attr_read(struct cursor *c, struct attr *a)
{
	uint16_t af_type = cursor_be16(c);

	a->type = af_type & ~ATTR_BASIC;
	a->len = af_type & ATTR_BASIC ? 2 : cursor_be16(c);
	a->value = cursor_bytes(c, a->len);
	if (a->value && !a->len)
		cursor_fail(c, "attribute of length zero");
	return cursor_ok(c);
}

static bool attr_number(struct cursor *c, const struct attr *a, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (a->len > sizeof(v)) {
		cursor_fail(c, "attribute longer than 64 bits");
		return false;
	}
	for (size_t i = 0; i < a->len; i++)
		v = v << 8 | a->value[i];
	if (v > max) {
		cursor_fail(c, "attribute value out of range");
		return false;
	}
	*out = v;
	return true;
}

static void life_store(struct cursor *c, struct v1_transform *t, int unit, uint64_t v)
{
	unsigned int bit = unit == LIFE_SECONDS ? V1A_LIFE_S : V1A_LIFE_KB;

	if (unit != LIFE_SECONDS && unit != LIFE_KILOBYTES) {
		t->seen |= V1A_UNKNOWN;
		return;
	}
	if (t->seen & bit) {
		cursor_fail(c, "lifetime given twice in one unit");
		return;
	}
	t->seen |= bit;
	*(unit == LIFE_SECONDS ? &t->life_s : &t->life_kb) = v;
}

/* @life_type: the unit announced by a life type whose duration has not come yet */
static void attr_store(struct cursor *c, const struct attr_row *row, const struct attr *a,
		       int *life_type, struct v1_transform *t)
{
	uint64_t max = row->kind == ATTR_LIFE_DURATION ? UINT64_MAX : UINT16_MAX;
	uint64_t v;

	if (!attr_number(c, a, max, &v))
		return;
	switch (row->kind) {
	case ATTR_VALUE:
		if (t->seen & row->bit) {
			cursor_fail(c, "attribute repeated");
			return;
		}
		t->seen |= row->bit;
		*(uint16_t *)((char *)t + row->member) = (uint16_t)v;
		break;
	case ATTR_LIFE_TYPE:
		if (*life_type != LIFE_TYPE_NONE)
			cursor_fail(c, "life type without duration");
		*life_type = (int)v;
		break;
	case ATTR_LIFE_DURATION:
		/* RFC 2407 4.5: the duration follows its type */
		if (*life_type == LIFE_TYPE_NONE)
			cursor_fail(c, "life duration without type");
		else
			life_store(c, t, *life_type, v);
		*life_type = LIFE_TYPE_NONE;
		break;
	}
}

static void attrs_parse(struct cursor *c, int phase, struct v1_transform *t)
{
	int life_type = LIFE_TYPE_NONE;
	uint64_t others = 0;	/* attributes below 64 that are not decoded, to find repeats */

	while (c->left) {
		const struct attr_row *row;
		struct attr a;

		if (!attr_read(c, &a))
			return;
		row = attr_row(phase, a.type);
		if (row) {
			attr_store(c, row, &a, &life_type, t);
			continue;
		}
		t->seen |= V1A_UNKNOWN;
		if (a.type >= 64)
			continue;
		if (others & 1ull << a.type)
			cursor_fail(c, "attribute repeated");
		others |= 1ull << a.type;
	}
	if (life_type != LIFE_TYPE_NONE)
		cursor_fail(c, "life type without duration");
}

/*
 * Header of a nested payload (RFC 2408 3.5, 3.6): a cursor over its body, and
 * whether another of the same @type follows.
 */
static struct cursor nested(struct cursor *c, uint8_t type, bool *more, size_t *raw_len)
{
	uint8_t next = cursor_u8(c);
	uint8_t reserved = cursor_u8(c);
	uint16_t len = cursor_be16(c);

	*more = next == type;
	*raw_len = len;
	if (cursor_ok(c)) {
		if (next != PL_NONE && next != type)
			cursor_fail(c, "wrong payload inside an SA");
		else if (reserved)
			cursor_fail(c, "reserved byte inside an SA is not zero");
		else if (len < 4)
			cursor_fail(c, "payload inside an SA shorter than its header");
	}
	return cursor_sub(c, cursor_ok(c) ? len - 4u : 0);
}

/* Returns whether another transform follows. */
static bool transform_parse(struct cursor *c, int phase, struct v1_transform *t)
{
	const uint8_t *raw = c->p;
	struct cursor body;
	size_t raw_len;
	bool more;

	memset(t, 0, sizeof(*t));
	body = nested(c, PL_TRANSFORM, &more, &raw_len);
	t->number = cursor_u8(&body);
	t->id = cursor_u8(&body);
	if (cursor_be16(&body))
		cursor_fail(&body, "reserved bytes of a transform are not zero");
	attrs_parse(&body, phase, t);
	if (!cursor_ok(&body)) {
		cursor_fail(c, body.why);
		return false;
	}
	t->raw = raw;
	t->raw_len = raw_len;
	return more;
}

static bool spi_len_ok(int phase, uint8_t proto, uint8_t len)
{
	if (len > sizeof(((struct v1_proposal *)0)->spi))
		return false;
	/* in phase 1 any SPI may come and is ignored (RFC 2408 2.4) */
	if (phase == 1 || (proto != PROTO_ESP && proto != PROTO_AH))
		return true;
	return len == ESP_SPI_LEN;
}

static void transforms_parse(struct cursor *c, int phase, unsigned int announced, struct v1_sa *sa,
			     struct v1_proposal *p)
{
	bool more = true;

	p->first = sa->n_transforms;
	while (more && cursor_ok(c)) {
		if (sa->n_transforms == V1_TRANSFORMS_MAX) {
			cursor_fail(c, "too many transforms");
			return;
		}
		more = transform_parse(c, phase, &sa->transforms[sa->n_transforms]);
		if (cursor_ok(c)) {
			sa->n_transforms++;
			p->n++;
		}
	}
	if (cursor_ok(c) && c->left)
		cursor_fail(c, "bytes after the last transform");
	if (cursor_ok(c) && p->n != announced)
		cursor_fail(c, "number of transforms is wrong");
}

/* Returns whether another proposal follows. */
static bool proposal_parse(struct cursor *c, int phase, struct v1_sa *sa, struct v1_proposal *p)
{
	const uint8_t *spi = NULL;
	struct cursor body;
	size_t raw_len;
	uint8_t n;
	bool more;

	memset(p, 0, sizeof(*p));
	body = nested(c, PL_PROPOSAL, &more, &raw_len);
	p->number = cursor_u8(&body);
	p->proto = cursor_u8(&body);
	p->spi_len = cursor_u8(&body);
	n = cursor_u8(&body);
	if (cursor_ok(&body) && !spi_len_ok(phase, p->proto, p->spi_len))
		cursor_fail(&body, "wrong SPI length");
	else
		spi = cursor_bytes(&body, p->spi_len);
	if (spi)
		memcpy(p->spi, spi, p->spi_len);
	transforms_parse(&body, phase, n, sa, p);
	if (!cursor_ok(&body)) {
		cursor_fail(c, body.why);
		return false;
	}
	return more;
}

static void sa_parse(struct cursor *c, int phase, struct v1_sa *out)
{
	bool more = true;

	out->doi = cursor_be32(c);
	out->situation = cursor_be32(c);
	if (cursor_ok(c) && out->doi != IPSEC_DOI)
		cursor_fail(c, "DOI not supported");
	else if (cursor_ok(c) && out->situation != SIT_IDENTITY_ONLY)
		cursor_fail(c, "situation not supported");
	while (more && cursor_ok(c)) {
		if (out->n_proposals == V1_PROPOSALS_MAX) {
			cursor_fail(c, "too many proposals");
			return;
		}
		more = proposal_parse(c, phase, out, &out->proposals[out->n_proposals]);
		if (cursor_ok(c))
			out->n_proposals++;
	}
	if (cursor_ok(c) && c->left)
		cursor_fail(c, "bytes after the last proposal");
}

bool v1_sa_parse(const struct v1_payload *pl, int phase, struct v1_sa *out)
{
	struct cursor c = cursor_of(pl->body, pl->len);

	memset(out, 0, sizeof(*out));
	sa_parse(&c, phase, out);
	out->why = c.why;
	if (cursor_ok(&c))
		return true;
	out->n_proposals = 0;
	out->n_transforms = 0;
	return false;
}
