/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_OS_WATCH_H
#define IKOD_OS_WATCH_H

#include <stddef.h>
#include <stdint.h>

struct event_base;
struct watch;

/**
 * struct watch_user - who is told of interfaces and addresses of the machine
 * @changed: something did; once per burst, WATCH_DELAY_MS after its first change
 * @moved: an interface went to the network namespace that is @nsid here, and has the number @now there
 */
struct watch_user {
	void (*changed)(void *ctx);
	void (*moved)(void *ctx, uint32_t was, uint32_t now, int32_t nsid);
	void *ctx;
};

/** watch_new - NULL with @err filled */
struct watch *watch_new(struct event_base *base, const struct watch_user *user, char *err, size_t errlen);
/** watch_catch_up - tell now of what moved; @changed is not called for what is read here, who calls looks at it */
void watch_catch_up(struct watch *w);
/** watch_free - NULL is fine */
void watch_free(struct watch *w);

#define WATCH_DELAY_MS 200

#endif
