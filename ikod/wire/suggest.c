// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <string.h>

#include "wire/suggest.h"

#define WORD_MAX 48

static unsigned int min2(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

static int fold(char c)
{
	return tolower((unsigned char)c);
}

/* Optimal string alignment distance; both words are at most WORD_MAX long. */
static unsigned int edit_distance(const char *a, size_t alen, const char *b, size_t blen)
{
	unsigned int rows[3][WORD_MAX + 1] = { { 0 } };
	unsigned int *prev2 = rows[0], *prev = rows[1], *row = rows[2];

	for (size_t j = 0; j <= blen; j++)
		prev[j] = j;
	for (size_t i = 1; i <= alen; i++) {
		unsigned int *spare = prev2;

		row[0] = i;
		for (size_t j = 1; j <= blen; j++) {
			unsigned int subst = fold(a[i - 1]) != fold(b[j - 1]);

			row[j] = min2(min2(prev[j], row[j - 1]) + 1, prev[j - 1] + subst);
			if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
			    fold(a[i - 2]) == fold(b[j - 1]))
				row[j] = min2(row[j], prev2[j - 2] + 1);
		}
		prev2 = prev;
		prev = row;
		row = spare;
	}
	return prev[blen];
}

const char *suggest(const char *got, const char *const *names, size_t n)
{
	size_t len = strlen(got);
	/* one slip in a short word, about one in three letters of a long one */
	unsigned int best = 1 + (unsigned int)len / 3;
	const char *found = NULL;

	if (!len || len > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t name_len = names[i] ? strlen(names[i]) : 0;
		unsigned int d;

		if (!name_len || name_len > WORD_MAX)
			continue;
		/* that many letters are missing or too much, whatever they are */
		if ((len > name_len ? len - name_len : name_len - len) > best)
			continue;
		d = edit_distance(got, len, names[i], name_len);
		/* a candidate with nothing in common is no suggestion */
		if (d > best || (found && d == best) || d >= name_len)
			continue;
		best = d;
		found = names[i];
	}
	return found;
}
