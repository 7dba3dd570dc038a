/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_WIRE_BUF_H
#define IKOD_WIRE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct buf - growing writer
 * @p: the bytes, owned
 * @len: bytes written
 * @cap: bytes allocated
 * @failed: out of memory; later writes do nothing
 */
struct buf {
	uint8_t *p;
	size_t len;
	size_t cap;
	bool failed;
};

void buf_u8(struct buf *b, uint8_t v);
void buf_be16(struct buf *b, uint16_t v);
void buf_be32(struct buf *b, uint32_t v);
void buf_be64(struct buf *b, uint64_t v);
void buf_put(struct buf *b, const void *p, size_t n);
void buf_zero(struct buf *b, size_t n);
/** buf_set_be16 - overwrite two bytes already written at @off */
void buf_set_be16(struct buf *b, size_t off, uint16_t v);
void buf_set_be32(struct buf *b, size_t off, uint32_t v);
/** buf_free - wipe and release; the buf may be used again */
void buf_free(struct buf *b);

#endif
