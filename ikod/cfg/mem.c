// SPDX-License-Identifier: GPL-2.0
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "cfg/cfg_priv.h"

void *cfg_zalloc(size_t n)
{
	void *p = calloc(1, n);

	if (!p)
		abort();
	return p;
}

char *cfg_strndup(const char *s, size_t n)
{
	char *p = cfg_zalloc(n + 1);

	memcpy(p, s, n);
	return p;
}

void *cfg_grow(void *array, unsigned int n, size_t size)
{
	char *p = array;

	/* powers of two: @n is one when the room of the last step is used up */
	if (!(n & (n - 1))) {
		p = realloc(array, (n ? 2 * (size_t)n : 1) * size);
		if (!p)
			abort();
	}
	memset(p + n * size, 0, size);
	return p;
}

void cfg_wipe_free(char *s)
{
	if (!s)
		return;
	OPENSSL_cleanse(s, strlen(s));
	free(s);
}

char *cfg_beside(const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');
	size_t dir = slash ? (size_t)(slash - file) + 1 : 0;
	char *out;

	if (path[0] == '/' || !dir)
		return cfg_strndup(path, strlen(path));
	out = cfg_zalloc(dir + strlen(path) + 1);
	memcpy(out, file, dir);
	strcpy(out + dir, path);
	return out;
}
