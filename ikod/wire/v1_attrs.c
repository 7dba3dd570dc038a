// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "wire/v1.h"

/* The attribute payload, draft-dukes-ike-mode-cfg-02 3.2; attributes as in RFC 2408 3.3. */

#define ATTR_BASIC 0x8000

static void attr_parse(struct cursor *c, struct v1_attr *out)
{
	uint16_t type = cursor_be16(c);

	out->type = type & ~ATTR_BASIC;
	out->len = type & ATTR_BASIC ? 2 : cursor_be16(c);
	out->data = cursor_bytes(c, out->len);
}

bool v1_attrs_parse(const struct v1_payload *pl, struct v1_attrs *out, const char **why)
{
	struct cursor c = cursor_of(pl->body, pl->len);

	memset(out, 0, sizeof(*out));
	out->type = cursor_u8(&c);
	cursor_u8(&c);		/* reserved; not everybody keeps it zero */
	out->id = cursor_be16(&c);
	while (cursor_ok(&c) && !v1_rounded_up(&c)) {
		if (out->n == V1_ATTRS_MAX)
			cursor_fail(&c, "too many attributes");
		else
			attr_parse(&c, &out->attrs[out->n++]);
	}
	if (cursor_ok(&c) && (out->type < CFG_REQUEST || out->type > CFG_ACK))
		cursor_fail(&c, "no type of an attribute payload");
	*why = c.why;
	if (*why)
		out->n = 0;	/* nothing of what lied may be used */
	return !*why;
}

const struct v1_attr *v1_attr_find(const struct v1_attrs *a, uint16_t type, unsigned int nth)
{
	for (unsigned int i = 0; i < a->n; i++)
		if (a->attrs[i].type == type && !nth--)
			return &a->attrs[i];
	return NULL;
}

uint16_t v1_attr_u16(const struct v1_attr *a, uint16_t otherwise)
{
	return a && a->len == 2 ? (uint16_t)(a->data[0] << 8 | a->data[1]) : otherwise;
}

void v1_attrs_begin(struct v1_writer *w, enum v1_cfg_type type, uint16_t id)
{
	v1_pl_begin(w, PL_ATTR);
	buf_u8(&w->b, type);
	buf_u8(&w->b, 0);
	buf_be16(&w->b, id);
}

void v1_attr_put(struct v1_writer *w, uint16_t type, const void *p, size_t n)
{
	if (n > UINT16_MAX)
		w->b.failed = true;
	buf_be16(&w->b, type);
	buf_be16(&w->b, (uint16_t)n);
	buf_put(&w->b, p, n);
}

void v1_attr_put_u16(struct v1_writer *w, uint16_t type, uint16_t v)
{
	buf_be16(&w->b, ATTR_BASIC | type);
	buf_be16(&w->b, v);
}
