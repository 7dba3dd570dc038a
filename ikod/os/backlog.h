/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_OS_BACKLOG_H
#define IKOD_OS_BACKLOG_H

#include "os/udp.h"

/*
 * First messages wait here while the sockets are read on, so that a flood of
 * them does not push out what belongs to exchanges under way. Those of peers at
 * a configured address go before those of strangers; each kind has its bound.
 */

struct backlog;

/** backlog_new - @rx gets each of them in time, from the event loop */
struct backlog *backlog_new(struct event_base *base, udp_rx_fn rx, void *ctx);
void backlog_free(struct backlog *b);
/** backlog_put - keep a copy; counted and dropped if there is no room */
void backlog_put(struct backlog *b, bool expected, const struct ike_path *path, const uint8_t *p, size_t len);
/** backlog_dropped - how many there was no room for */
uint64_t backlog_dropped(const struct backlog *b);

#endif
