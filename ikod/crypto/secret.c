// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include <openssl/crypto.h>

#include "crypto/secret.h"

bool secret_alloc(struct secret *s, size_t len)
{
	secret_wipe(s);
	if (!len)
		return true;
	s->p = OPENSSL_zalloc(len);
	if (!s->p)
		return false;
	s->len = len;
	return true;
}

bool secret_set(struct secret *s, const void *p, size_t len)
{
	struct secret fresh = { 0 };

	/* @p may lie inside @s, so that goes last */
	if (!secret_alloc(&fresh, len)) {
		secret_wipe(s);
		return false;
	}
	if (len)
		memcpy(fresh.p, p, len);
	secret_wipe(s);
	*s = fresh;
	return true;
}

bool secret_copy(struct secret *dst, const struct secret *src)
{
	return secret_set(dst, src->p, src->len);
}

void secret_move(struct secret *dst, struct secret *src)
{
	if (dst == src)
		return;
	secret_wipe(dst);
	*dst = *src;
	*src = (struct secret){ 0 };
}

void secret_wipe(struct secret *s)
{
	OPENSSL_clear_free(s->p, s->len);
	*s = (struct secret){ 0 };
}

bool secret_eq(const struct secret *a, const struct secret *b)
{
	if (a->len != b->len)
		return false;
	return !a->len || !CRYPTO_memcmp(a->p, b->p, a->len);
}
