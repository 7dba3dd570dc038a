/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CRYPTO_SECRET_H
#define IKOD_CRYPTO_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct secret - key material with one owner
 * @p: heap bytes, NULL when empty
 * @len: bytes
 *
 * Zero-initialised is empty. Every exit path calls secret_wipe().
 */
struct secret {
	uint8_t *p;
	size_t len;
};

/** secret_alloc - wipe what was there, make room for @len bytes; false without memory */
bool secret_alloc(struct secret *s, size_t len);
bool secret_set(struct secret *s, const void *p, size_t len);
bool secret_copy(struct secret *dst, const struct secret *src);
void secret_move(struct secret *dst, struct secret *src);
void secret_wipe(struct secret *s);
/** secret_eq - constant time */
bool secret_eq(const struct secret *a, const struct secret *b);

#endif
