/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_OS_ROUTE_H
#define IKOD_OS_ROUTE_H

#include "core/config.h"
#include "os/nlq.h"

/**
 * struct route - a route to a remote subnet through a device
 * @src: preferred source address, if @has_src
 */
struct route {
	struct subnet dst;
	uint32_t ifindex;
	char ifname[16];
	bool has_src;
	uint8_t src[16];
	const struct conn_cfg *conn;	/* borrowed; for messages */
	bool present, foreign;		/* found in the kernel: ours, somebody else's */
};

/** subnet_covers - @addr (4 or 16 bytes, as the family says) lies in @s. Pure. */
bool subnet_covers(const struct subnet *s, uint16_t family, const uint8_t *addr);
/**
 * routes_wanted - what @cfg asks for, each prefix once
 * @rt: rtnetlink
 * @out: room for @max
 * @again: as in routes_sync()
 *
 * Default routes are left out with a line in the log: nobody should lose the
 * machine because a configuration says 0.0.0.0/0.
 */
unsigned int routes_wanted(struct nl_sock *rt, const struct ike_config *cfg, struct route *out,
			   unsigned int max, bool again);
/** struct route_devices - the devices that are ours to route through; another ikod may have others */
struct route_devices {
	const uint32_t *ifindex;
	unsigned int n;
};

/**
 * routes_sync - the @n routes of @want exist unless a foreign one has the prefix
 * @devs: other routes of our protocol through one of these are removed
 * @again: nothing new was asked for, so do not say again what cannot be done
 */
void routes_sync(struct nl_sock *rt, const struct route_devices *devs, struct route *want, unsigned int n,
		 bool again);

#endif
