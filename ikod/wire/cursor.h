/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_WIRE_CURSOR_H
#define IKOD_WIRE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct cursor - bounds-checked reader over borrowed bytes
 * @p: next byte
 * @left: bytes left
 * @why: NULL, or what went wrong first; once set every read returns zero
 *
 * The only way in which ikod reads bytes of a peer. A failed read never moves
 * past the end and latches @why, so a decoder may read a whole structure and
 * check once.
 */
struct cursor {
	const uint8_t *p;
	size_t left;
	const char *why;
};

static inline struct cursor cursor_of(const void *p, size_t len)
{
	return (struct cursor){ .p = p, .left = len };
}

/** be32_at - four bytes whose length has been checked */
static inline uint32_t be32_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

uint8_t cursor_u8(struct cursor *c);
uint16_t cursor_be16(struct cursor *c);
uint32_t cursor_be32(struct cursor *c);
/** cursor_bytes - borrow @n bytes; NULL (and @why set) if fewer are left */
const uint8_t *cursor_bytes(struct cursor *c, size_t n);
/** cursor_sub - split off the next @n bytes as a cursor of their own */
struct cursor cursor_sub(struct cursor *c, size_t n);
/** cursor_fail - latch an error of the caller's own */
void cursor_fail(struct cursor *c, const char *why);

static inline bool cursor_ok(const struct cursor *c)
{
	return !c->why;
}

#endif
