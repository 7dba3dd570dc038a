// SPDX-License-Identifier: GPL-2.0
/* A connection from its configuration to its end; conn_begin.c, conn_up.c and conn_lost.c are the life of its phase 1. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/policy.h"

static bool remote_known(const struct conn *c)
{
	return c->cfg->remote.sa.sa_family != AF_UNSPEC;
}

bool conn_may_initiate(const struct conn *c)
{
	return !c->removed && !c->admin_down && !c->e->shutting_down && remote_known(c);
}

/* ---- making and freeing ---- */

static uint32_t fresh_peer_id(struct ike_engine *e)
{
	do {
		e->next_peer_id++;
	} while (!e->next_peer_id || conn_by_peer(e, e->next_peer_id));
	return e->next_peer_id;
}

/* One child for each (local, remote) pair of one family, numbered from 1 in the order of the file. */
static void make_children(struct conn *c)
{
	const struct conn_cfg *cfg = c->cfg;
	unsigned int n = cfg->n_local * cfg->n_remote;

	c->children = core_zalloc((n + 1) * sizeof(*c->children));
	for (unsigned int i = 0; i < n; i++) {
		const struct subnet *local = &cfg->local_subnets[i / cfg->n_remote];
		const struct subnet *remote = &cfg->remote_subnets[i % cfg->n_remote];
		struct child *child = &c->children[c->n_children];

		if (local->family != remote->family)
			continue;
		child->conn = c;
		child->id = ++c->n_children;
		child->local = *local;
		child->remote = *remote;
		/* not known before mode config */
		if (cfg->local_mode_config)
			child->local = (struct subnet){ 0 };
		if (cfg->remote_mode_config)
			child->remote = (struct subnet){ 0 };
	}
}

struct conn *conn_new(struct ike_engine *e, struct conn_cfg *cfg)
{
	struct conn *c = core_zalloc(sizeof(*c));

	c->e = e;
	c->cfg = conn_cfg_get(cfg);
	memcpy(c->name, cfg->name, sizeof(c->name));
	c->peer_id = fresh_peer_id(e);
	make_children(c);
	memcpy(c->kpeer.ifname, cfg->interface, sizeof(c->kpeer.ifname));
	memcpy(c->kpeer.name, cfg->name, sizeof(c->kpeer.name));
	c->kpeer.peer_id = c->peer_id;
	c->kpeer.local = cfg->local;
	c->kpeer.remote = cfg->remote;
	c->kpeer.outer = cfg->outer;
	conn_index_add(c);
	return c;
}

void conn_begin(struct conn *c)
{
	kernel_install(c);
	if (conn_begins(c))
		conn_initiate(c);
}

void conn_free(struct conn *c)
{
	for (unsigned int i = 0; i < c->n_children; i++)
		v1_child_gone(&c->children[i]);
	free(c->children);
	conn_cfg_put(c->cfg);
	free(c);
}
/* ---- the peer shows signs of life ---- */

void conn_moved(struct ike_sa *sa, const struct ike_path *path)
{
	struct conn *c = sa->conn;
	char was[ENDPOINT_STRLEN], is[ENDPOINT_STRLEN];

	if (!endpoint_eq(&sa->path.remote, &path->remote))
		engine_log(c->e, LOG_L_INFO, c, "the peer moved from %s to %s", endpoint_str(&sa->path.remote, was),
			   endpoint_str(&path->remote, is));
	sa->path = *path;
	if (c->ike == sa)
		kernel_sync(c, sa, ike_sa_udp(sa));
}

/* ---- taking down ---- */

/*
 * The oldest pair of a tunnel first: with its newest some peers end what else
 * they have of it, and Libreswan 4.10 does not survive the rest of the message.
 */
static void send_esp_deletes(struct conn *c, struct ike_sa *sa)
{
	uint32_t spis[DELETES_MAX];
	unsigned int n = 0;

	for (unsigned int i = 0; i < c->n_children; i++) {
		const struct child_sa *newest = c->children[i].sas, *csa = newest;

		while (csa) {
			csa = csa->prev;	/* of the newest: the oldest */
			spis[n++] = csa->spi_in;
			if (n == DELETES_MAX) {
				v1_send_delete_esp(sa, spis, n);
				n = 0;
			}
			if (csa == newest)
				break;
		}
	}
	if (n)
		v1_send_delete_esp(sa, spis, n);
}

static void send_deletes(struct conn *c)
{
	struct ike_sa *sa;

	if (!c->ike)
		return;
	/*
	 * By each: of two that crossed, a peer that restarted meanwhile has the one that
	 * it began alone, and it heeds nothing yet by one that has XAUTH or mode config
	 * to come at its end.
	 */
	DL_FOREACH(c->ikes, sa)
		if (sa == c->ike || sa->state == IKE_REKEYED)
			send_esp_deletes(c, sa);
	DL_FOREACH(c->ikes, sa)
		if (sa->state == IKE_REKEYED)
			v1_send_delete_ike(sa);
	v1_send_delete_ike(c->ike);
}

void conn_down(struct conn *c, enum failure_cause cause, enum failure_who who, bool tell)
{
	struct ike_engine *e = c->e;
	struct ike_sa *sa, *tmp;
	bool was_up = c->ike;

	if (tell)
		send_deletes(c);
	engine_stop_timer(e, &c->retry);
	engine_stop_timer(e, &c->grace);
	for (unsigned int i = 0; i < c->n_children; i++)
		child_clear(&c->children[i], cause, who);
	DL_FOREACH_SAFE(c->ikes, sa, tmp)
		ike_sa_kill(sa);
	engine_stop_timer(e, &c->pump);
	c->state = CONN_IDLE;
	c->rest = REST_NONE;
	c->attempts = 0;
	failure_set(&c->failure, e->now, PHASE_UP, cause, who, NULL, NULL);
	if (was_up) {
		engine_event(e, c, "ike-down", "%s", failure_text(cause));
		engine_log(e, LOG_L_INFO, c, "down: %s", failure_text(cause));
	}
}

void conn_remove(struct conn *c, enum failure_cause cause)
{
	conn_down(c, cause, WHO_US, !c->e->shutting_down);
	kernel_remove(c);
	lease_release(c);
	conn_index_del(c);
	c->removed = true;
	c->next_dead = c->e->dead_conns;
	c->e->dead_conns = c;
}

/* ---- the operator ---- */

bool conn_cmd_up(struct conn *c, char *err, size_t errlen)
{
	if (!remote_known(c)) {
		snprintf(err, errlen, "'%s' has remote = any: only the peer can start it", c->name);
		return false;
	}
	c->admin_down = false;
	c->rest = REST_NONE;
	if (c->failure.cause == FAIL_ADMIN_DOWN)
		c->failure = (struct failure){ 0 };
	engine_stop_timer(c->e, &c->retry);
	c->attempts = 0;
	for (unsigned int i = 0; i < c->n_children; i++) {
		engine_stop_timer(c->e, &c->children[i].retry);
		c->children[i].failures = 0;
	}
	conn_want_all(c);
	conn_initiate(c);
	conn_pump_soon(c);
	return true;
}

void conn_cmd_down(struct conn *c)
{
	c->admin_down = true;
	conn_down(c, FAIL_ADMIN_DOWN, WHO_US, true);
}

void conn_reloaded(struct conn *c)
{
	if (!c->admin_down)
		return;
	c->admin_down = false;
	conn_begin(c);
}
