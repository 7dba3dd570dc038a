// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "wire/v1.h"

#define HDR_NEXT_AT 16		/* RFC 2408 3.1 */
#define HDR_LENGTH_AT 24
#define ATTR_BASIC 0x8000

void isakmp_hdr_put(struct buf *b, const struct isakmp_hdr *h)
{
	buf_put(b, h->cky_i, ISAKMP_COOKIE_LEN);
	buf_put(b, h->cky_r, ISAKMP_COOKIE_LEN);
	buf_u8(b, h->next);
	buf_u8(b, h->version);
	buf_u8(b, h->exchange);
	buf_u8(b, h->flags);
	buf_be32(b, h->msgid);
	buf_be32(b, h->length);
}

void v1_begin(struct v1_writer *w, const struct isakmp_hdr *h)
{
	*w = (struct v1_writer){ .hdr = true, .next_at = HDR_NEXT_AT };
	isakmp_hdr_put(&w->b, h);
}

/* Generic header, RFC 2408 3.2; @next of the last payload stays zero. */
static size_t generic_begin(struct buf *b)
{
	size_t at = b->len;

	buf_zero(b, 4);
	return at;
}

/* The length field of the generic header at @at; what does not fit is an error, not a lie. */
static void generic_end(struct buf *b, size_t at)
{
	size_t len = b->len - at;

	if (len > UINT16_MAX)
		b->failed = true;
	buf_set_be16(b, at + 2, (uint16_t)len);
}

size_t v1_pl_begin(struct v1_writer *w, uint8_t type)
{
	/* in a chain without header the first payload is linked from elsewhere */
	if (w->b.len && !w->b.failed && w->next_at < w->b.len)
		w->b.p[w->next_at] = type;
	w->pl_at = generic_begin(&w->b);
	w->next_at = w->pl_at;
	return w->b.len;
}

void v1_pl_end(struct v1_writer *w)
{
	generic_end(&w->b, w->pl_at);
}

void v1_put(struct v1_writer *w, uint8_t type, const void *p, size_t n)
{
	v1_pl_begin(w, type);
	buf_put(&w->b, p, n);
	v1_pl_end(w);
}

void v1_put_id(struct v1_writer *w, const struct v1_id *id)
{
	v1_pl_begin(w, PL_ID);
	buf_u8(&w->b, id->type);
	buf_u8(&w->b, id->proto);
	buf_be16(&w->b, id->port);
	buf_put(&w->b, id->data, id->len <= V1_ID_MAX ? id->len : V1_ID_MAX);
	v1_pl_end(w);
}

void v1_put_notify(struct v1_writer *w, uint8_t proto, uint16_t type, const void *spi, size_t spi_len,
		   const void *data, size_t data_len)
{
	if (spi_len > UINT8_MAX)
		w->b.failed = true;
	v1_pl_begin(w, PL_NOTIFY);
	buf_be32(&w->b, IPSEC_DOI);
	buf_u8(&w->b, proto);
	buf_u8(&w->b, (uint8_t)spi_len);
	buf_be16(&w->b, type);
	buf_put(&w->b, spi, spi_len);
	buf_put(&w->b, data, data_len);
	v1_pl_end(w);
}

void v1_put_delete(struct v1_writer *w, uint8_t proto, const void *spis, uint8_t spi_len, uint16_t n)
{
	v1_pl_begin(w, PL_DELETE);
	buf_be32(&w->b, IPSEC_DOI);
	buf_u8(&w->b, proto);
	buf_u8(&w->b, spi_len);
	buf_be16(&w->b, n);
	buf_put(&w->b, spis, (size_t)spi_len * n);
	v1_pl_end(w);
}

bool v1_finish(struct v1_writer *w)
{
	if (w->hdr)
		buf_set_be32(&w->b, HDR_LENGTH_AT, (uint32_t)w->b.len);
	return !w->b.failed;
}

/* RFC 2408 3.3: basic form if 16 bits suffice, else 4 or 8 bytes */
static void attr_put(struct buf *b, uint16_t type, uint64_t v)
{
	if (v <= UINT16_MAX) {
		buf_be16(b, ATTR_BASIC | type);
		buf_be16(b, (uint16_t)v);
		return;
	}
	buf_be16(b, type);
	buf_be16(b, v <= UINT32_MAX ? 4 : 8);
	if (v <= UINT32_MAX)
		buf_be32(b, (uint32_t)v);
	else
		buf_be64(b, v);
}

static void attr_put_set(struct buf *b, uint16_t type, uint64_t v)
{
	if (v)
		attr_put(b, type, v);
}

static void life_put(struct buf *b, uint16_t type_attr, uint16_t duration_attr, uint16_t unit, uint64_t v)
{
	if (!v)
		return;
	attr_put(b, type_attr, unit);
	attr_put(b, duration_attr, v);
}

static void p1_attrs_put(struct buf *b, const struct v1_transform_out *t)
{
	attr_put_set(b, P1_ENC, t->enc);
	attr_put_set(b, P1_KEY_LENGTH, t->keylen);
	attr_put_set(b, P1_HASH, t->hash);
	attr_put_set(b, P1_AUTH, t->auth);
	attr_put_set(b, P1_GROUP, t->group);
	life_put(b, P1_LIFE_TYPE, P1_LIFE_DURATION, LIFE_SECONDS, t->life_s);
	life_put(b, P1_LIFE_TYPE, P1_LIFE_DURATION, LIFE_KILOBYTES, t->life_kb);
}

static void p2_attrs_put(struct buf *b, const struct v1_transform_out *t)
{
	life_put(b, P2_LIFE_TYPE, P2_LIFE_DURATION, LIFE_SECONDS, t->life_s);
	life_put(b, P2_LIFE_TYPE, P2_LIFE_DURATION, LIFE_KILOBYTES, t->life_kb);
	attr_put_set(b, P2_GROUP, t->group);
	attr_put_set(b, P2_ENCAP, t->encap);
	attr_put_set(b, P2_AUTH, t->auth);
	attr_put_set(b, P2_KEY_LENGTH, t->keylen);
	attr_put_set(b, P2_ESN, t->esn);
}

static void transform_put(struct buf *b, int phase, const struct v1_transform_out *t, bool last)
{
	size_t at = generic_begin(b);

	buf_u8(b, t->number);
	buf_u8(b, t->id);
	buf_be16(b, 0);
	if (phase == 1)
		p1_attrs_put(b, t);
	else
		p2_attrs_put(b, t);
	generic_end(b, at);
	if (!last && !b->failed)
		b->p[at] = PL_TRANSFORM;
}

/* Proposal header (RFC 2408 3.5) up to the SPI; the caller ends it. */
static size_t proposal_begin(struct buf *b, uint8_t number, uint8_t proto, const void *spi, uint8_t spi_len,
			     uint8_t n)
{
	size_t at = generic_begin(b);

	buf_u8(b, number);
	buf_u8(b, proto);
	buf_u8(b, spi_len);
	buf_u8(b, n);
	buf_put(b, spi, spi_len);
	return at;
}

void v1_put_sa(struct v1_writer *w, int phase, const struct v1_proposal_out *props, unsigned int n)
{
	struct buf *b = &w->b;

	v1_pl_begin(w, PL_SA);
	buf_be32(b, IPSEC_DOI);
	buf_be32(b, SIT_IDENTITY_ONLY);
	for (unsigned int i = 0; i < n; i++) {
		const struct v1_proposal_out *p = &props[i];
		size_t at;

		if (p->n > UINT8_MAX || p->spi_len > sizeof(p->spi)) {
			b->failed = true;
			break;
		}
		at = proposal_begin(b, p->number, p->proto, p->spi, p->spi_len, (uint8_t)p->n);
		for (unsigned int k = 0; k < p->n; k++)
			transform_put(b, phase, &p->transforms[k], k + 1 == p->n);
		generic_end(b, at);
		if (i + 1 < n && !b->failed)
			b->p[at] = PL_PROPOSAL;
	}
	v1_pl_end(w);
}

void v1_put_sa_chosen(struct v1_writer *w, const struct v1_proposal *prop, const void *spi, uint8_t spi_len,
		      const struct v1_transform *t)
{
	struct buf *b = &w->b;
	size_t at, transform_at;

	v1_pl_begin(w, PL_SA);
	buf_be32(b, IPSEC_DOI);
	buf_be32(b, SIT_IDENTITY_ONLY);
	at = proposal_begin(b, prop->number, prop->proto, spi, spi_len, 1);
	transform_at = b->len;
	buf_put(b, t->raw, t->raw_len);
	/* it may have had others behind it in the offer */
	if (!b->failed && t->raw_len)
		b->p[transform_at] = PL_NONE;
	generic_end(b, at);
	v1_pl_end(w);
}
