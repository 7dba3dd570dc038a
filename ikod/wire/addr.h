/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_WIRE_ADDR_H
#define IKOD_WIRE_ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** union endpoint - an address with a port; sa.sa_family AF_UNSPEC means none */
union endpoint {
	struct sockaddr sa;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/**
 * struct subnet - an inner network, RFC 4301 selector
 * @family: AF_INET or AF_INET6
 * @addr: network order, first 4 or all 16 bytes; host bits are zero
 * @prefixlen: bits
 * @proto: inner protocol, 0 for any
 * @port: inner port in host order, 0 for any
 */
struct subnet {
	uint16_t family;
	uint8_t addr[16];
	uint8_t prefixlen;
	uint8_t proto;
	uint16_t port;
};

#define ENDPOINT_STRLEN 56
#define SUBNET_STRLEN 64

/** addr_parse - numeric IPv4/IPv6 without port; port set to 0; false if not an address */
bool addr_parse(const char *s, union endpoint *ep);
/** subnet_parse - "10.0.0.0/8" or an address; false if malformed or host bits are set */
bool subnet_parse(const char *s, struct subnet *out);
const char *endpoint_str(const union endpoint *ep, char out[ENDPOINT_STRLEN]);	/* "a.b.c.d:500", "[v6]:500" */
const char *addr_str(const union endpoint *ep, char out[ENDPOINT_STRLEN]);	/* without port */
const char *subnet_str(const struct subnet *s, char out[SUBNET_STRLEN]);
bool endpoint_eq(const union endpoint *a, const union endpoint *b);
bool addr_eq(const union endpoint *a, const union endpoint *b);	/* ports ignored */
uint16_t endpoint_port(const union endpoint *ep);
void endpoint_set_port(union endpoint *ep, uint16_t port);
/** endpoint_addr - raw address bytes, 4 or 16 in *len */
const uint8_t *endpoint_addr(const union endpoint *ep, size_t *len);
bool subnet_eq(const struct subnet *a, const struct subnet *b);
bool subnet_overlap(const struct subnet *a, const struct subnet *b);

#endif
