// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "wire/buf.h"

#define BUF_FIRST 256
#define BUF_MAX (16u << 20)

/*
 * Room for @n more bytes. Not realloc(): what was written may be secret, so the
 * old block is wiped before it goes back to the heap.
 */
static bool buf_room(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : BUF_FIRST;
	uint8_t *p;

	if (b->failed)
		return false;
	if (n <= b->cap - b->len)
		return true;
	if (n > BUF_MAX - b->len)
		goto fail;
	while (cap - b->len < n)
		cap *= 2;
	p = malloc(cap);
	if (!p)
		goto fail;
	if (b->len)
		memcpy(p, b->p, b->len);
	if (b->p) {
		explicit_bzero(b->p, b->cap);
		free(b->p);
	}
	b->p = p;
	b->cap = cap;
	return true;
fail:
	b->failed = true;
	return false;
}

void buf_put(struct buf *b, const void *p, size_t n)
{
	if (!n || !buf_room(b, n))
		return;
	memcpy(b->p + b->len, p, n);
	b->len += n;
}

void buf_zero(struct buf *b, size_t n)
{
	if (!n || !buf_room(b, n))
		return;
	memset(b->p + b->len, 0, n);
	b->len += n;
}

void buf_u8(struct buf *b, uint8_t v)
{
	buf_put(b, &v, 1);
}

void buf_be16(struct buf *b, uint16_t v)
{
	const uint8_t be[2] = { v >> 8, v & 0xff };

	buf_put(b, be, sizeof(be));
}

void buf_be32(struct buf *b, uint32_t v)
{
	buf_be16(b, v >> 16);
	buf_be16(b, v & 0xffff);
}

void buf_be64(struct buf *b, uint64_t v)
{
	buf_be32(b, v >> 32);
	buf_be32(b, v & 0xffffffff);
}

void buf_set_be16(struct buf *b, size_t off, uint16_t v)
{
	if (b->failed || off > b->len || b->len - off < 2)
		return;
	b->p[off] = v >> 8;
	b->p[off + 1] = v & 0xff;
}

void buf_set_be32(struct buf *b, size_t off, uint32_t v)
{
	if (b->failed || off > b->len || b->len - off < 4)
		return;
	buf_set_be16(b, off, v >> 16);
	buf_set_be16(b, off + 2, v & 0xffff);
}

void buf_free(struct buf *b)
{
	if (b->p) {
		explicit_bzero(b->p, b->cap);
		free(b->p);
	}
	*b = (struct buf){ 0 };
}
