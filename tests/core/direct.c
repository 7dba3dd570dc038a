// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "core/direct.h"
#include "core/v1/v1.h"

struct ike_path net_path(const struct net *net, unsigned int to)
{
	struct ike_path path = { .local = net->nodes[to].addr, .remote = net->nodes[!to].addr };

	endpoint_set_port(&path.local, IKE_PORT);
	endpoint_set_port(&path.remote, IKE_PORT);
	return path;
}

static void rx(struct net *net, unsigned int to, const struct ike_path *path, const uint8_t *p, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, p, len);
	ike_rx(net->nodes[to].e, net->now, path, copy, len);
	free(copy);
}

void net_rx(struct net *net, unsigned int to, const uint8_t *p, size_t len)
{
	struct ike_path path = net_path(net, to);

	rx(net, to, &path, p, len);
}

void net_rx_from(struct net *net, unsigned int to, const char *addr, uint16_t port, bool natt, const uint8_t *p,
		 size_t len)
{
	struct ike_path path = { .local = net->nodes[to].addr, .natt = natt };

	addr_parse(addr, &path.remote);
	endpoint_set_port(&path.remote, port);
	endpoint_set_port(&path.local, natt ? IKE_NATT_PORT : IKE_PORT);
	rx(net, to, &path, p, len);
}

void net_notify(struct ike_sa *sa, uint8_t proto, uint16_t type, const void *spi, size_t spi_len, const void *data,
		size_t data_len)
{
	struct v1_info_out o;

	if (!v1_info_begin(sa, &o, V1_HASH_FIRST))
		abort();
	v1_put_notify(&o.w, proto, type, spi, spi_len, data, data_len);
	v1_info_end(sa, &o);
}

struct conn *site_conn(struct net *net, unsigned int node)
{
	return node_conn(&net->nodes[node], "site");
}

struct ike_sa *any_ike(struct net *net, unsigned int node)
{
	return net->nodes[node].e->sas;
}

uint64_t net_counter(const struct net *net, unsigned int node, enum engine_counter c)
{
	return net->nodes[node].e->counters[c];
}
