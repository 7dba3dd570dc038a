// SPDX-License-Identifier: GPL-2.0
/*
 * How many blocks the daemon's code holds: linked with --wrap in place of what it
 * calls. What the crypto library holds for itself is not counted: it has caches.
 */
#include <stdlib.h>

#include "sim/heap.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void __real_free(void *p);
void *__real_CRYPTO_zalloc(size_t size, const char *file, int line);
void __real_CRYPTO_clear_free(void *p, size_t size, const char *file, int line);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void __wrap_free(void *p);
void *__wrap_CRYPTO_zalloc(size_t size, const char *file, int line);
void __wrap_CRYPTO_clear_free(void *p, size_t size, const char *file, int line);

static long blocks;

void *__wrap_malloc(size_t size)
{
	void *p = __real_malloc(size);

	blocks += p != NULL;
	return p;
}

void *__wrap_calloc(size_t n, size_t size)
{
	void *p = __real_calloc(n, size);

	blocks += p != NULL;
	return p;
}

void *__wrap_realloc(void *p, size_t size)
{
	void *q = __real_realloc(p, size);

	blocks += !p && q;
	return q;
}

void __wrap_free(void *p)
{
	blocks -= p != NULL;
	__real_free(p);
}

/* struct secret */
void *__wrap_CRYPTO_zalloc(size_t size, const char *file, int line)
{
	void *p = __real_CRYPTO_zalloc(size, file, line);

	blocks += p != NULL;
	return p;
}

void __wrap_CRYPTO_clear_free(void *p, size_t size, const char *file, int line)
{
	blocks -= p != NULL;
	__real_CRYPTO_clear_free(p, size, file, line);
}

long heap_blocks(void)
{
	return blocks;
}
