/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_OS_UDP_H
#define IKOD_OS_UDP_H

#include "core/engine.h"

struct event_base;
struct udp;

/**
 * struct udp_counters - datagrams that the engine never sees, and those that did not leave
 * @keepalives: NAT keepalives (RFC 3948 2.3)
 * @unmarked: on the NAT-T port without the non-ESP marker, and not taken as ESP by the kernel module
 * @truncated: longer than a UDP datagram over IPv4 can be, or without a destination address
 * @send_errors: refused by the kernel
 */
struct udp_counters {
	uint64_t keepalives, unmarked, truncated, send_errors;
};

/** udp_rx_fn - a datagram for the engine, marker stripped; @p lives for the call */
typedef void (*udp_rx_fn)(void *ctx, const struct ike_path *path, const uint8_t *p, size_t len);

/**
 * udp_open - bind the IKE and the NAT-T port on every IPv4 and, if there is IPv6, on every IPv6 address
 * @err: what is wrong and what to do about it
 *
 * Return: NULL with @err filled.
 */
struct udp *udp_open(struct event_base *base, uint16_t ike_port, uint16_t natt_port, udp_rx_fn rx, void *ctx,
		     char *err, size_t errlen);
/**
 * udp_send - send from path->local to path->remote, from the port that path->natt says
 * @raw: as it is, without the non-ESP marker (NAT keepalives)
 *
 * Return: 0 or a negative errno.
 */
int udp_send(struct udp *u, const struct ike_path *path, const uint8_t *p, size_t len, bool raw);
/** udp_natt_fd - the socket that the kernel module takes ESP of @family from; borrowed; -1 if there is none */
int udp_natt_fd(const struct udp *u, sa_family_t family);
const struct udp_counters *udp_counters(const struct udp *u);
void udp_close(struct udp *u);

#endif
