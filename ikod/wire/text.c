// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "wire/text.h"

static size_t escape_byte(uint8_t c, char out[4])
{
	static const char hex[] = "0123456789abcdef";

	if (c >= 0x20 && c < 0x7f && c != '\\' && c != '"') {
		out[0] = (char)c;
		return 1;
	}
	out[0] = '\\';
	out[1] = 'x';
	out[2] = hex[c >> 4];
	out[3] = hex[c & 15];
	return 4;
}

const char *text_escape(const void *p, size_t n, char *out, size_t cap)
{
	const uint8_t *in = p;
	size_t used = 0, cut = 0;	/* cut: end of the last piece that leaves room for "..." */
	char piece[4];

	for (size_t i = 0; i < n; i++) {
		size_t len = escape_byte(in[i], piece);

		if (used + len + 1 > cap) {
			if (cut + 4 <= cap) {
				memcpy(out + cut, "...", 3);
				cut += 3;
			}
			out[cut] = '\0';
			return out;
		}
		memcpy(out + used, piece, len);
		used += len;
		if (used + 4 <= cap)
			cut = used;
	}
	out[used] = '\0';
	return out;
}
