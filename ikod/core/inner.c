// SPDX-License-Identifier: GPL-2.0
/* Inner addresses: given to us by a peer, or leased to one out of a pool; and the selectors that they make. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/policy.h"

/** struct lease - an address of a pool; a connection keeps its own as long as it is configured */
struct lease {
	uint8_t addr[4];
	struct conn *conn;
	UT_hash_handle hh;		/* engine->leases */
};

/* ---- selectors ---- */

/* Pairs made for another address are no use any more; the kernel drops what still comes for them. */
static void child_reselect(struct child *child, const struct subnet *local, const struct subnet *remote)
{
	bool same = subnet_eq(&child->local, local) && subnet_eq(&child->remote, remote);

	if (same)
		return;
	child_clear(child, FAIL_CONFIG_CHANGED, WHO_PEER);
	kernel_child_remove(child);
	child->local = *local;
	child->remote = *remote;
}

void conn_inner_given(struct conn *c, const struct inner_config *in)
{
	bool changed = !subnet_eq(&c->inner.addr, &in->addr);
	char text[INNER_STRLEN];

	c->inner = *in;
	if (changed) {
		conn_inner_str(c, text);
		engine_event(c->e, c, "inner-address", "%s", text);
		engine_log(c->e, LOG_L_INFO, c, "the peer gives us %s", text);
	}
	for (unsigned int i = 0; c->cfg->local_mode_config && i < c->n_children; i++)
		child_reselect(&c->children[i], &in->addr, &c->children[i].remote);
	kernel_install(c);
}

/* ---- the pool ---- */

static struct lease *lease_find(struct ike_engine *e, const uint8_t addr[4])
{
	struct lease *l;

	HASH_FIND(hh, e->leases, addr, 4, l);
	return l;
}

static bool is_dns(const struct conn *c, const uint8_t addr[4])
{
	size_t len;
	const uint8_t *dns = endpoint_addr(&c->cfg->pool_dns, &len);

	return dns && len == 4 && !memcmp(dns, addr, 4);
}

/* The first free one; those with all host bits clear or set are no hosts. */
static struct lease *lease_new(struct conn *c)
{
	const struct subnet *pool = &c->cfg->pool;
	uint32_t base = be32_at(pool->addr);
	uint32_t size = 1u << (32 - pool->prefixlen);

	for (uint32_t host = 1; host + 1 < size; host++) {
		uint32_t a = base + host;
		uint8_t addr[4] = { a >> 24, a >> 16 & 0xff, a >> 8 & 0xff, a & 0xff };
		struct lease *l;

		if (lease_find(c->e, addr) || is_dns(c, addr))
			continue;
		l = core_zalloc(sizeof(*l));
		memcpy(l->addr, addr, sizeof(l->addr));
		l->conn = c;
		HASH_ADD(hh, c->e->leases, addr, sizeof(l->addr), l);
		return l;
	}
	return NULL;
}

void lease_release(struct conn *c)
{
	if (!c->lease)
		return;
	HASH_DEL(c->e->leases, c->lease);
	free(c->lease);
	c->lease = NULL;
}

static void exhausted(struct conn *c)
{
	char pool[SUBNET_STRLEN];

	subnet_str(&c->cfg->pool, pool);
	for (unsigned int i = 0; i < c->n_children; i++)
		failure_set(&c->children[i].failure, c->e->now, PHASE_2, FAIL_POOL, WHO_US, pool, NULL);
	engine_event(c->e, c, "failed", "%s: %s", failure_text(FAIL_POOL), pool);
	engine_log(c->e, LOG_L_WARN, c, "%s: %s", failure_text(FAIL_POOL), pool);
}

bool conn_lease(struct conn *c, struct subnet *out)
{
	char text[INNER_STRLEN];

	if (!c->lease) {
		c->lease = lease_new(c);
		if (!c->lease) {
			exhausted(c);
			return false;
		}
		engine_log(c->e, LOG_L_INFO, c, "%s, out of the pool", conn_inner_str(c, text));
	}
	*out = (struct subnet){ .family = AF_INET, .prefixlen = 32 };
	memcpy(out->addr, c->lease->addr, sizeof(c->lease->addr));
	for (unsigned int i = 0; c->cfg->remote_mode_config && i < c->n_children; i++)
		child_reselect(&c->children[i], &c->children[i].local, out);
	kernel_install(c);
	return true;
}

/* ---- for people ---- */

static void add(char out[INNER_STRLEN], const char *before, const uint8_t addr[4])
{
	size_t len = strlen(out);

	snprintf(out + len, INNER_STRLEN - len, "%s%u.%u.%u.%u", before, addr[0], addr[1], addr[2], addr[3]);
}

const char *conn_inner_str(const struct conn *c, char out[INNER_STRLEN])
{
	const struct inner_config *in = &c->inner;

	out[0] = '\0';
	if (in->addr.family)
		add(out, "", in->addr.addr);
	for (unsigned int i = 0; i < in->n_dns; i++)
		add(out, i ? ", " : "; DNS ", in->dns[i]);
	for (unsigned int i = 0; i < in->n_nets; i++) {
		add(out, i ? ", " : "; networks ", in->nets[i].addr);
		snprintf(out + strlen(out), INNER_STRLEN - strlen(out), "/%u", in->nets[i].prefixlen);
	}
	if (c->lease)
		add(out, *out ? "; the peer has " : "the peer has ", c->lease->addr);
	return out;
}
