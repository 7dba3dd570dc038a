/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_OS_WATCH_H
#define IKOD_OS_WATCH_H

#include <stddef.h>

struct event_base;
struct watch;

/**
 * watch_new - have @changed called after interfaces or addresses of the machine changed
 *
 * Once per burst, WATCH_DELAY_MS after its first change. NULL with @err filled.
 */
struct watch *watch_new(struct event_base *base, void (*changed)(void *ctx), void *ctx, char *err, size_t errlen);
/** watch_free - NULL is fine */
void watch_free(struct watch *w);

#define WATCH_DELAY_MS 200

#endif
