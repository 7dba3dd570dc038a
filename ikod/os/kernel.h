/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_OS_KERNEL_H
#define IKOD_OS_KERNEL_H

#include "core/engine.h"

struct event_base;
struct kernel;

/**
 * The vpntun module as the daemon sees it. os/kernel.c speaks generic netlink;
 * a test program may link another implementation of these functions instead.
 */

/** kernel_link_kind - kind of the devices that this implementation works on ("vpntun") */
extern const char kernel_link_kind[];

/**
 * struct kernel_user - who is told
 * @event: something happened, or an action failed (KEV_ERROR), or counters (KEV_STATS)
 * @lost: notifications were lost; the user asks for a dump of every device
 */
struct kernel_user {
	void (*event)(void *ctx, const struct ike_kernel_event *ev);
	void (*lost)(void *ctx);
	void *ctx;
};

/**
 * kernel_open - find the family, listen for its events
 * @err: what is wrong and what to do about it
 *
 * Return: NULL with @err filled.
 */
struct kernel *kernel_open(struct event_base *base, const struct kernel_user *user, char *err, size_t errlen);
/**
 * kernel_action - carry out an ACT_PEER_*, ACT_CHILD_* or ACT_SA_* action, finished on return
 * @udp_fd: our NAT-T socket
 *
 * Failures come as KEV_ERROR through kernel_user.event before it returns,
 * except that of removing what is not there any more.
 */
void kernel_action(struct kernel *k, const struct ike_action *a, int udp_fd);
/** kernel_stats - KEV_STATS for every SA of a device, or of one peer (@peer_id not NULL); false if it failed */
bool kernel_stats(struct kernel *k, const char *ifname, const uint32_t *peer_id);
/** kernel_flush - remove all peers of a device, such as a crashed daemon's; returns how many there were */
unsigned int kernel_flush(struct kernel *k, const char *ifname);
/** kernel_moved - a device that may be one of ours went to another network namespace, and is @now there */
void kernel_moved(struct kernel *k, uint32_t was, uint32_t now);
void kernel_close(struct kernel *k);

#endif
