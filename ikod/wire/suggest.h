/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_WIRE_SUGGEST_H
#define IKOD_WIRE_SUGGEST_H

#include <stddef.h>

/**
 * suggest - the name that was probably meant
 * @got: what was written
 * @names: @n candidates; NULL entries are skipped
 *
 * Return: the nearest candidate by edit distance without regard to case
 * (a swap of neighbours counts as one edit), the first of equals; NULL if none
 * is near enough to be a likely slip.
 */
const char *suggest(const char *got, const char *const *names, size_t n);

#endif
