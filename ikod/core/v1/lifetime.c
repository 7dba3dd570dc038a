// SPDX-License-Identifier: GPL-2.0
#include "core/v1/v1.h"

/* RESPONDER-LIFETIME, RFC 2407 4.6.3.1: attributes as in a transform of that phase. */

#define ATTR_BASIC 0x8000

/* A life type and its duration; the two have other numbers in either phase. */
static const struct life_attrs {
	uint8_t proto;
	uint16_t type, duration;
} life_attrs[] = {
	{ PROTO_ISAKMP, P1_LIFE_TYPE, P1_LIFE_DURATION },
	{ PROTO_ESP, P2_LIFE_TYPE, P2_LIFE_DURATION },
};

static const struct life_attrs *attrs_of(uint8_t proto)
{
	return &life_attrs[proto == PROTO_ESP];
}

static void put(struct buf *b, const struct life_attrs *a, uint16_t unit, uint64_t v)
{
	if (!v)
		return;
	buf_be16(b, ATTR_BASIC | a->type);
	buf_be16(b, unit);
	buf_be16(b, a->duration);
	buf_be16(b, v > UINT32_MAX ? 8 : 4);
	if (v > UINT32_MAX)
		buf_be64(b, v);
	else
		buf_be32(b, (uint32_t)v);
}

void v1_lifetime_put(struct v1_writer *w, uint8_t proto, const void *spi, size_t spi_len, uint64_t life_s,
		     uint64_t life_kb)
{
	struct buf b = { 0 };

	put(&b, attrs_of(proto), LIFE_SECONDS, life_s);
	put(&b, attrs_of(proto), LIFE_KILOBYTES, life_kb);
	v1_put_notify(w, proto, N_RESPONDER_LIFETIME, spi, spi_len, b.p, b.len);
	buf_free(&b);
}

/* One attribute, at most 64 bits; false at the end or if it is none. */
static bool attr_read(struct cursor *c, uint16_t *type, uint64_t *v)
{
	uint16_t af_type = cursor_be16(c);
	size_t len = af_type & ATTR_BASIC ? 2 : cursor_be16(c);
	const uint8_t *p = cursor_bytes(c, len);

	if (!p || !len || len > sizeof(*v))
		return false;
	*type = af_type & ~ATTR_BASIC;
	*v = 0;
	for (size_t i = 0; i < len; i++)
		*v = *v << 8 | p[i];
	return true;
}

static void take(const struct v1_notify *n, uint8_t proto, struct v1_life *told)
{
	const struct life_attrs *a = attrs_of(proto);
	struct cursor c = cursor_of(n->data, n->data_len);
	uint64_t unit = 0, v;
	uint16_t type;

	while (c.left && attr_read(&c, &type, &v)) {
		if (type == a->type)
			unit = v;
		else if (type == a->duration && unit == LIFE_SECONDS)
			told->s = v;
		else if (type == a->duration && unit == LIFE_KILOBYTES)
			told->kb = v;
	}
}

void v1_lifetime_told(const struct v1_chain *ch, uint8_t proto, struct v1_life *told)
{
	const struct v1_payload *pl;
	const char *why;

	for (unsigned int i = 0; (pl = v1_find(ch, PL_NOTIFY, i)); i++) {
		struct v1_notify n;

		if (v1_notify_parse(pl, &n, &why) && n.type == N_RESPONDER_LIFETIME && n.proto == proto)
			take(&n, proto, told);
	}
}
