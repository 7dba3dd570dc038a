/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TOOLS_EXPLAIN_H
#define TOOLS_EXPLAIN_H

#include "table.h"

/*
 * What a failure means: one of our codes, or the words in which a cloud's
 * gateway says why a tunnel is not up or went down.
 */

#define EXPLAIN_CODES 10

/**
 * struct wording - what other gateways say
 * @words: as they write it
 * @codes: what ikod calls it, nearest first; none if ikod can see nothing of it
 * @note: what to know beside that, or why there is no code; may be NULL if there is one
 */
struct wording {
	const char *words;
	const char *codes[EXPLAIN_CODES];
	const char *note;
};

/** explain_find - by its words, in any case; NULL if nobody says so */
const struct wording *explain_find(const char *words);
/** explain_nth - all of them, for who wants to see them; NULL past the last */
const struct wording *explain_nth(unsigned int n);
/** explain_is_code - is it one of ours */
bool explain_is_code(const char *code);
/** explain - write what is known of @what, all that holds it as a part if nothing is called so; false if nothing does */
bool explain(const struct page *p, const char *what);

#endif
