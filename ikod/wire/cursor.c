// SPDX-License-Identifier: GPL-2.0
#include "wire/cursor.h"

void cursor_fail(struct cursor *c, const char *why)
{
	if (!c->why)
		c->why = why;
	/* a loop on "left" ends at the first error */
	c->left = 0;
}

const uint8_t *cursor_bytes(struct cursor *c, size_t n)
{
	const uint8_t *p = c->p;

	if (c->why)
		return NULL;
	if (n > c->left) {
		cursor_fail(c, "truncated");
		return NULL;
	}
	if (!n)
		return p ? p : (const uint8_t *)"";
	c->p += n;
	c->left -= n;
	return p;
}

uint8_t cursor_u8(struct cursor *c)
{
	const uint8_t *p = cursor_bytes(c, 1);

	return p ? p[0] : 0;
}

uint16_t cursor_be16(struct cursor *c)
{
	const uint8_t *p = cursor_bytes(c, 2);

	return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

uint32_t cursor_be32(struct cursor *c)
{
	const uint8_t *p = cursor_bytes(c, 4);

	return p ? be32_at(p) : 0;
}

struct cursor cursor_sub(struct cursor *c, size_t n)
{
	const uint8_t *p = cursor_bytes(c, n);
	struct cursor sub = cursor_of(p, p ? n : 0);

	sub.why = c->why;
	return sub;
}
