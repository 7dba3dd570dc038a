// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "wire/addr.h"

static size_t family_len(unsigned int family)
{
	return family == AF_INET ? 4 : family == AF_INET6 ? 16 : 0;
}

/* true if no bit of @addr at or after @from is set */
static bool bits_clear_from(const uint8_t *addr, size_t len, unsigned int from)
{
	for (unsigned int bit = from; bit < len * 8; bit++)
		if (addr[bit / 8] & (0x80 >> (bit % 8)))
			return false;
	return true;
}

bool addr_parse(const char *s, union endpoint *ep)
{
	memset(ep, 0, sizeof(*ep));
	if (inet_pton(AF_INET, s, &ep->v4.sin_addr) == 1) {
		ep->v4.sin_family = AF_INET;
		return true;
	}
	memset(ep, 0, sizeof(*ep));
	if (inet_pton(AF_INET6, s, &ep->v6.sin6_addr) == 1) {
		ep->v6.sin6_family = AF_INET6;
		return true;
	}
	memset(ep, 0, sizeof(*ep));
	return false;
}

/* 1 to 3 decimal digits, no sign, no leading zero; -1 otherwise */
static int prefixlen_parse(const char *s)
{
	size_t n = strspn(s, "0123456789");
	int v = 0;

	if (!n || n > 3 || s[n] || (n > 1 && s[0] == '0'))
		return -1;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (s[i] - '0');
	return v;
}

bool subnet_parse(const char *s, struct subnet *out)
{
	char host[INET6_ADDRSTRLEN];
	const char *slash = strchr(s, '/');
	size_t n = slash ? (size_t)(slash - s) : strlen(s);
	const uint8_t *raw;
	union endpoint ep;
	int prefixlen;
	size_t len;

	memset(out, 0, sizeof(*out));
	if (n >= sizeof(host))
		return false;
	memcpy(host, s, n);
	host[n] = '\0';
	if (!addr_parse(host, &ep))
		return false;
	raw = endpoint_addr(&ep, &len);
	prefixlen = slash ? prefixlen_parse(slash + 1) : (int)len * 8;
	if (prefixlen < 0 || prefixlen > (int)len * 8 || !bits_clear_from(raw, len, prefixlen))
		return false;
	out->family = ep.sa.sa_family;
	memcpy(out->addr, raw, len);
	out->prefixlen = prefixlen;
	return true;
}

const uint8_t *endpoint_addr(const union endpoint *ep, size_t *len)
{
	*len = family_len(ep->sa.sa_family);
	switch (ep->sa.sa_family) {
	case AF_INET:
		return (const uint8_t *)&ep->v4.sin_addr;
	case AF_INET6:
		return ep->v6.sin6_addr.s6_addr;
	default:
		return NULL;
	}
}

uint16_t endpoint_port(const union endpoint *ep)
{
	switch (ep->sa.sa_family) {
	case AF_INET:
		return ntohs(ep->v4.sin_port);
	case AF_INET6:
		return ntohs(ep->v6.sin6_port);
	default:
		return 0;
	}
}

void endpoint_set_port(union endpoint *ep, uint16_t port)
{
	if (ep->sa.sa_family == AF_INET)
		ep->v4.sin_port = htons(port);
	else if (ep->sa.sa_family == AF_INET6)
		ep->v6.sin6_port = htons(port);
}

const char *addr_str(const union endpoint *ep, char out[ENDPOINT_STRLEN])
{
	size_t len;
	const uint8_t *raw = endpoint_addr(ep, &len);

	if (!raw || !inet_ntop(ep->sa.sa_family, raw, out, ENDPOINT_STRLEN))
		snprintf(out, ENDPOINT_STRLEN, "none");
	return out;
}

const char *endpoint_str(const union endpoint *ep, char out[ENDPOINT_STRLEN])
{
	char host[ENDPOINT_STRLEN];

	addr_str(ep, host);
	if (ep->sa.sa_family == AF_INET)
		snprintf(out, ENDPOINT_STRLEN, "%.15s:%u", host, endpoint_port(ep));
	else if (ep->sa.sa_family == AF_INET6)
		snprintf(out, ENDPOINT_STRLEN, "[%.45s]:%u", host, endpoint_port(ep));
	else
		snprintf(out, ENDPOINT_STRLEN, "%s", host);
	return out;
}

const char *subnet_str(const struct subnet *s, char out[SUBNET_STRLEN])
{
	char host[INET6_ADDRSTRLEN];
	int n;

	if (!family_len(s->family) || !inet_ntop(s->family, s->addr, host, sizeof(host))) {
		snprintf(out, SUBNET_STRLEN, "none");
		return out;
	}
	n = snprintf(out, SUBNET_STRLEN, "%s/%u", host, s->prefixlen);
	if (s->proto || s->port)
		snprintf(out + n, SUBNET_STRLEN - n, "[%u/%u]", s->proto, s->port);
	return out;
}

bool addr_eq(const union endpoint *a, const union endpoint *b)
{
	size_t alen, blen;
	const uint8_t *pa = endpoint_addr(a, &alen), *pb = endpoint_addr(b, &blen);

	if (!pa || !pb)
		return !pa && !pb;
	return a->sa.sa_family == b->sa.sa_family && alen == blen && !memcmp(pa, pb, alen);
}

bool endpoint_eq(const union endpoint *a, const union endpoint *b)
{
	return addr_eq(a, b) && endpoint_port(a) == endpoint_port(b);
}

bool subnet_eq(const struct subnet *a, const struct subnet *b)
{
	return a->family == b->family && a->prefixlen == b->prefixlen && a->proto == b->proto &&
	       a->port == b->port && !memcmp(a->addr, b->addr, family_len(a->family));
}

bool subnet_overlap(const struct subnet *a, const struct subnet *b)
{
	unsigned int bits = a->prefixlen < b->prefixlen ? a->prefixlen : b->prefixlen;
	size_t whole = bits / 8;
	uint8_t mask = (uint8_t)(0xff00 >> (bits % 8));

	if (a->family != b->family || bits > family_len(a->family) * 8)
		return false;
	if (a->proto && b->proto && a->proto != b->proto)
		return false;
	if (a->port && b->port && a->port != b->port)
		return false;
	if (memcmp(a->addr, b->addr, whole))
		return false;
	return !(bits % 8) || !((a->addr[whole] ^ b->addr[whole]) & mask);
}
