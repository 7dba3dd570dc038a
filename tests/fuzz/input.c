// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"

_Noreturn void fuzz_fail(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

uint8_t fuzz_u8(struct fuzz_in *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->p++;
}

uint16_t fuzz_u16(struct fuzz_in *in)
{
	uint16_t hi = fuzz_u8(in);

	return (uint16_t)(hi << 8 | fuzz_u8(in));
}

uint32_t fuzz_u32(struct fuzz_in *in)
{
	uint32_t hi = fuzz_u16(in);

	return hi << 16 | fuzz_u16(in);
}

uint8_t *fuzz_copy(struct fuzz_in *in, size_t n, size_t *got)
{
	uint8_t *p;

	*got = n < in->left ? n : in->left;
	p = malloc(*got ? *got : 1);
	if (!p)
		abort();
	if (*got)
		memcpy(p, in->p, *got);
	in->p += *got;
	in->left -= *got;
	return p;
}

bool fuzz_chunk(struct fuzz_in *in, struct fuzz_chunk *out)
{
	if (in->left < FUZZ_CHUNK_HDR)
		return false;
	out->op = fuzz_u8(in);
	out->arg = fuzz_u8(in);
	out->first = fuzz_u8(in);
	out->len = fuzz_u16(in);
	if (out->len > in->left)
		out->len = in->left;
	out->p = in->p;
	in->p += out->len;
	in->left -= out->len;
	return true;
}
