/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_OS_LINK_H
#define IKOD_OS_LINK_H

#include "core/config.h"

/*
 * Network devices and routes that the configuration names, and no others. What
 * we made is marked in the kernel (alias of the device, protocol of the route),
 * so that it is known again after a crash; what was there before is left as it
 * was found.
 */

#define LINK_ALIAS	"made by ikod"
#define ROUTE_PROTOCOL	150	/* rtm_protocol of our routes; see `ip route show proto 150` */

struct links;

/** links_new - @kind: of the devices (kernel_link_kind); NULL with @err filled if rtnetlink is not there */
struct links *links_new(const char *kind, char *err, size_t errlen);
/**
 * links_prepare - every interface of @cfg exists, is of our kind and up; missing ones are made
 * @adopted: called for each that was there before we looked; may be NULL
 *
 * Return: false with @err filled at the first that cannot be had; those that
 * were made for a configuration that then is not used go in the next
 * links_settle().
 */
bool links_prepare(struct links *l, const struct ike_config *cfg,
		   void (*adopted)(void *ctx, const char *ifname), void *ctx, char *err, size_t errlen);
/**
 * links_settle - routes of @cfg are there; routes and devices that we made and @cfg does not name are gone
 * @again: @cfg is the same as before; problems that were told are not told again
 */
void links_settle(struct links *l, const struct ike_config *cfg, bool again);
/**
 * struct links_user - who has interfaces restored
 * @catch_up: called where one is not there: links_moved() for each that is known to have moved
 * @renewed: called for each that is a new one now, made by us or by others: there is nothing in it yet
 */
struct links_user {
	void (*catch_up)(void *ctx);
	void (*renewed)(void *ctx, const char *ifname);
	void *ctx;
};

/** links_restore - interfaces in use that were removed under us are made again if we had made them */
void links_restore(struct links *l, const struct links_user *user);
/** links_moved - an interface that may be one of ours went to namespace @nsid, and is @now there */
void links_moved(struct links *l, uint32_t was, uint32_t now, int32_t nsid);
/** links_each - every interface in use */
void links_each(const struct links *l, void (*fn)(void *ctx, const char *ifname), void *ctx);
/** links_free - remove the routes and devices that we made, release @l; NULL is fine */
void links_free(struct links *l);

#endif
