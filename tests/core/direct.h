/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_CORE_DIRECT_H
#define TESTS_CORE_DIRECT_H

#include "core/core.h"
#include "core/net.h"

/* Two nodes with a connection "site" between them: what goes around the line, and what stands inside. */

/** net_path - of a datagram that reaches @to from the other node, port 500 at both ends */
struct ike_path net_path(const struct net *net, unsigned int to);
/** net_rx - hand a datagram over as one of the other node's, in memory of its own so that ASan sees every overread */
void net_rx(struct net *net, unsigned int to, const uint8_t *p, size_t len);
/** net_rx_from - the same, but it comes from this place; @natt: to port 4500, with the marker */
void net_rx_from(struct net *net, unsigned int to, const char *addr, uint16_t port, bool natt, const uint8_t *p,
		 size_t len);
/** net_notify - @sa's end sends this notify, protected, in an exchange of its own; @spi may be NULL */
void net_notify(struct ike_sa *sa, uint8_t proto, uint16_t type, const void *spi, size_t spi_len, const void *data,
		size_t data_len);

/** site_conn - the connection at @node */
struct conn *site_conn(struct net *net, unsigned int node);
/** any_ike - some IKE SA of @node, if there is one */
struct ike_sa *any_ike(struct net *net, unsigned int node);
uint64_t net_counter(const struct net *net, unsigned int node, enum engine_counter c);

#endif
