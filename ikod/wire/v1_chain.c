// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "wire/v1.h"

#define GENERIC_HDR_LEN 4

bool isakmp_hdr_parse(struct cursor *c, struct isakmp_hdr *h)
{
	size_t datagram = c->left;
	const uint8_t *cky_i, *cky_r;

	memset(h, 0, sizeof(*h));
	cky_i = cursor_bytes(c, ISAKMP_COOKIE_LEN);
	cky_r = cursor_bytes(c, ISAKMP_COOKIE_LEN);
	h->next = cursor_u8(c);
	h->version = cursor_u8(c);
	h->exchange = cursor_u8(c);
	h->flags = cursor_u8(c);
	h->msgid = cursor_be32(c);
	h->length = cursor_be32(c);
	if (!cky_i || !cky_r || !cursor_ok(c))
		return false;
	memcpy(h->cky_i, cky_i, ISAKMP_COOKIE_LEN);
	memcpy(h->cky_r, cky_r, ISAKMP_COOKIE_LEN);
	if (h->length != datagram) {
		cursor_fail(c, "message length differs from the datagram's");
		return false;
	}
	return true;
}

/*
 * RFC 2408 3.1: types 14-127 are reserved and 128-255 private; RFC 3947 and its
 * kin took numbers up to 33. Proposals and transforms live inside an SA only.
 */
static bool type_known(uint8_t type)
{
	if (type == PL_PROPOSAL || type == PL_TRANSFORM)
		return false;
	return (type >= PL_SA && type <= 33) || type >= 128;
}

/* One payload, generic header first (RFC 2408 3.2); returns the next one's type. */
static uint8_t payload_parse(struct cursor *c, uint8_t type, struct v1_payload *pl)
{
	const uint8_t *raw = c->p;
	uint8_t next = cursor_u8(c);
	uint8_t reserved = cursor_u8(c);
	uint16_t len = cursor_be16(c);

	if (!cursor_ok(c))
		return PL_NONE;
	if (reserved) {
		cursor_fail(c, "reserved byte of a payload header is not zero");
		return PL_NONE;
	}
	if (len < GENERIC_HDR_LEN) {
		cursor_fail(c, "payload shorter than its header");
		return PL_NONE;
	}
	pl->type = type;
	pl->len = len - GENERIC_HDR_LEN;
	pl->body = cursor_bytes(c, pl->len);
	if (!pl->body)
		return PL_NONE;
	pl->raw = raw;
	pl->raw_len = len;
	return next;
}

static const char *chain_parse(uint8_t type, struct cursor *c, struct v1_chain *out)
{
	while (type != PL_NONE) {
		uint8_t next;

		if (!type_known(type))
			return "unknown payload type";
		if (out->n == V1_PAYLOADS_MAX)
			return "too many payloads";
		next = payload_parse(c, type, &out->pl[out->n]);
		if (!cursor_ok(c))
			return c->why;
		out->n++;
		type = next;
	}
	return NULL;
}

/*
 * Libreswan makes every message a multiple of four bytes long, those in clear
 * too, which shows behind what has any length, such as a CERTREQ; and with
 * attributes it does so inside their payload.
 */
bool v1_rounded_up(const struct cursor *c)
{
	if (!cursor_ok(c) || c->left >= 4)
		return false;
	for (size_t i = 0; i < c->left; i++)
		if (c->p[i])
			return false;
	return true;
}

bool v1_chain_parse(uint8_t first, const uint8_t *p, size_t len, bool padded, struct v1_chain *out)
{
	struct cursor c = cursor_of(p, len);

	memset(out, 0, sizeof(*out));
	out->why = chain_parse(first, &c, out);
	if (!out->why && c.left && !padded && !(out->n && v1_rounded_up(&c)))
		out->why = "bytes after the last payload";
	if (out->why) {
		/* nothing of a chain that lied may be used */
		out->n = 0;
		return false;
	}
	out->consumed = len - c.left;
	return true;
}

const struct v1_payload *v1_find(const struct v1_chain *ch, uint8_t type, unsigned int nth)
{
	for (unsigned int i = 0; i < ch->n; i++)
		if (ch->pl[i].type == type && !nth--)
			return &ch->pl[i];
	return NULL;
}

unsigned int v1_count(const struct v1_chain *ch, uint8_t type)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < ch->n; i++)
		count += ch->pl[i].type == type;
	return count;
}
