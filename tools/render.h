/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TOOLS_RENDER_H
#define TOOLS_RENDER_H

#include <jansson.h>

#include "table.h"

/*
 * Replies of ikod as text for people. What is missing in a reply is left out
 * or shown as "-"; nothing here fails.
 */

/** render_status - the reply to "status"; @one: only one connection was asked for */
void render_status(const struct page *p, const json_t *reply, bool one);
/** render_failure - one failure as a short block; @what it is about may be NULL */
void render_failure(const struct page *p, const json_t *failure, const char *what, unsigned int indent);
/** render_why_down - all failures of one connection, as in its status */
void render_why_down(const struct page *p, const json_t *conn, unsigned int indent);
/** render_event - one line */
void render_event(const struct page *p, const json_t *event);

#endif
