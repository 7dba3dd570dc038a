// SPDX-License-Identifier: GPL-2.0
/* The mapping of a NAT on our side is kept, RFC 3948 4. */
#include "core/policy.h"

/*
 * Once there are SAs the kernel sends them: it knows when ESP was sent last,
 * and keeps the mapping while we are not there. Before, ours hold it for IKE.
 */
static bool kernel_keeps_alive(const struct conn *c)
{
	for (unsigned int i = 0; c->peer_installed && c->kpeer.keepalive && i < c->n_children; i++)
		if (c->children[i].sas)
			return true;
	return false;
}

static void keepalive_send(const struct ike_sa *sa)
{
	struct ike_action *a = engine_action(sa->e, ACT_SEND);

	/* RFC 3948 2.3: one byte 0xFF, without the non-ESP marker */
	a->send.path = sa->path;
	a->send.data = core_zalloc(1);
	a->send.data[0] = 0xff;
	a->send.len = 1;
	a->send.raw = true;
}

static void keepalive_due(void *owner)
{
	struct ike_sa *sa = owner;

	if (!kernel_keeps_alive(sa->conn))
		keepalive_send(sa);
	engine_set_timer(sa->e, &sa->keepalive, SECONDS(sa->conn->cfg->nat_keepalive), keepalive_due, sa);
}

void keepalive_start(struct ike_sa *sa)
{
	const struct conn_cfg *cfg = sa->conn->cfg;

	if (sa->nat_local && sa->path.natt && cfg->nat_keepalive)
		engine_set_timer(sa->e, &sa->keepalive, SECONDS(cfg->nat_keepalive), keepalive_due, sa);
}
