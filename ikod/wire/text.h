/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_WIRE_TEXT_H
#define IKOD_WIRE_TEXT_H

#include <stddef.h>

/**
 * text_escape - make bytes of a peer fit for a log line or a terminal
 * @p: @n bytes, possibly hostile
 * @out: @cap bytes (at least 1), always terminated; what does not fit ends in "..."
 *
 * Printable ASCII stays as it is; all else, the backslash and the double quote
 * become \xNN, so that different bytes never print alike.
 * Return: @out.
 */
const char *text_escape(const void *p, size_t n, char *out, size_t cap);

#endif
