// SPDX-License-Identifier: GPL-2.0
/* What the kernel reports: traffic without an SA, first use, expiry, counters, refusals. */
#include <stdio.h>
#include <string.h>

#include "core/policy.h"

static void on_acquire(struct conn *c, const struct ike_kernel_event *ev)
{
	struct child *child = conn_child(c, ev->child_id);
	char pair[CHILD_STRLEN];

	if (!child || c->admin_down || !conn_traffic_begins(c))
		return;
	if (child->current) {	/* the two crossed; or the kernel has lost it, and says so now */
		kernel_sa_promote(child->current);
		return;
	}
	if (!child->wanted)
		engine_log(c->e, LOG_L_DEBUG, c, "traffic for %s", child_str(child, pair));
	child->wanted = true;
	conn_pump_soon(c);
}

static void on_soft_expire(struct conn *c, const struct ike_kernel_event *ev)
{
	struct child_sa *csa = csa_by_spi(c, ev->dir, ev->spi);

	/* Byte limits strike at both ends at once: the one that made the pair goes first. */
	if (csa)
		csa_rekey_soon(csa, csa->role == ROLE_INITIATOR ? 1 : SECONDS(2) + engine_jitter(c->e, SECONDS(2)));
}

static void on_hard_expire(struct conn *c, const struct ike_kernel_event *ev)
{
	struct child_sa *csa = csa_by_spi(c, ev->dir, ev->spi);

	if (csa && csa->child->current == csa)
		csa_delete(csa, FAIL_EXPIRED, WHO_NOBODY, NULL);
	else if (csa)
		csa_remove(csa);
}

static void on_first_use(struct conn *c, const struct ike_kernel_event *ev)
{
	struct child_sa *csa = csa_by_spi(c, ev->dir, ev->spi);

	if (!csa || ev->dir != SA_IN)
		return;
	liveness_esp(c, SA_IN, 0);
	csa_first_use(csa);
}

/* Authenticated ESP from a new place: the peer's NAT gave it another port (RFC 3947 7) */
static void on_mapping(struct conn *c, const struct ike_kernel_event *ev)
{
	struct ike_path path;

	if (!c->ike || !c->ike->path.natt || !c->ike->nat_remote || ev->remote.sa.sa_family == AF_UNSPEC)
		return;
	path = c->ike->path;
	path.remote = ev->remote;
	conn_moved(c->ike, &path);
}

static void count_in(struct child_sa *csa, const struct ike_kernel_event *ev, uint64_t ago)
{
	bool more = ev->packets > csa->packets_in;

	csa->bytes_in = ev->bytes;
	csa->packets_in = ev->packets;
	csa->idle_in_ms = ev->idle_ms;
	if (more)
		liveness_esp(csa->child->conn, SA_IN, ago);
	if (ev->packets && !csa->used_in)	/* its notification was lost */
		csa_first_use(csa);
}

static void count_out(struct child_sa *csa, const struct ike_kernel_event *ev, uint64_t ago)
{
	bool more = ev->packets > csa->packets_out;

	csa->bytes_out = ev->bytes;
	csa->packets_out = ev->packets;
	if (more)
		liveness_esp(csa->child->conn, SA_OUT, ago);
}

static void on_stats(struct conn *c, const struct ike_kernel_event *ev)
{
	struct child_sa *csa = csa_by_spi(c, ev->dir, ev->spi);
	uint64_t ago = ev->idle_ms > 0 ? (uint64_t)ev->idle_ms : 0;

	c->e->resync_seen = true;
	if (!csa) {	/* nobody will ever end it otherwise */
		kernel_sa_delete(c, ev->child_id, ev->dir, ev->spi);
		return;
	}
	if (ev->dir == SA_IN) {
		csa->seen_in = c->e->resync;
		count_in(csa, ev, ago);
	} else {
		csa->seen_out = c->e->resync;
		count_out(csa, ev, ago);
	}
}

/* ---- refusals ---- */

static void sa_refused(struct child_sa *csa, const char *detail)
{
	struct child *child = csa->child;
	bool current = child->current == csa;

	csa_delete(csa, FAIL_KERNEL, WHO_US, detail);
	if (current || child->quick)
		return;
	child->wanted = child->conn->cfg->start == START_AUTO || child->current;
	child->trying = true;
	child_failed(child, FAIL_KERNEL, WHO_US, detail, NULL);
}

static void peer_refused(struct conn *c, const char *detail)
{
	c->peer_installed = false;
	for (unsigned int i = 0; i < c->n_children; i++)
		c->children[i].installed = false;
	failure_set(&c->failure, c->e->now, PHASE_NONE, FAIL_KERNEL, WHO_US, detail, NULL);
	engine_event(c->e, c, "failed", "%s: %s", failure_text(FAIL_KERNEL), detail);
}

static void child_refused(struct conn *c, struct child *child, const char *detail)
{
	child->installed = false;
	failure_set(&child->failure, c->e->now, PHASE_NONE, FAIL_KERNEL, WHO_US, detail, NULL);
	engine_event(c->e, c, "failed", "%s: %s", failure_text(FAIL_KERNEL), detail);
}

static struct child_sa *refused_pair(struct conn *c, const struct ike_kernel_event *ev)
{
	struct child_sa *csa = csa_by_spi(c, ev->dir, ev->spi);

	return csa ? csa : csa_by_spi(c, ev->dir == SA_IN ? SA_OUT : SA_IN, ev->spi);
}

static void on_error(struct conn *c, const struct ike_kernel_event *ev)
{
	char detail[FAILURE_TEXT];
	struct child_sa *csa;
	struct child *child;

	snprintf(detail, sizeof(detail), "%s%s%s", ev->text, *ev->text ? ": " : "", strerror(ev->error));
	switch (ev->action) {
	case ACT_PEER_NEW:
		peer_refused(c, detail);
		break;
	case ACT_CHILD_NEW:
		child = conn_child(c, ev->child_id);
		if (child)
			child_refused(c, child, detail);
		break;
	case ACT_SA_INSTALL:
	case ACT_SA_PROMOTE:
		csa = refused_pair(c, ev);
		if (csa)
			sa_refused(csa, detail);
		break;
	case ACT_PEER_SET:
		break;
	default:	/* what was to be removed is gone */
		return;
	}
	engine_log(c->e, LOG_L_ERROR, c, "the kernel refused: %s", detail);
}

/* ---- after lost notifications ---- */

static struct child_sa *find_vanished(struct child *child)
{
	const struct ike_engine *e = child->conn->e;
	struct child_sa *csa;

	DL_FOREACH(child->sas, csa)
		if (csa->born < e->resync_at && (csa->seen_in != e->resync || csa->seen_out != e->resync))
			return csa;
	return NULL;
}

static void sweep_conn(struct conn *c)
{
	for (unsigned int i = 0; i < c->n_children; i++) {
		struct child_sa *csa;

		while ((csa = find_vanished(&c->children[i])))
			csa_delete(csa, FAIL_KERNEL, WHO_US, "the kernel no longer has the SA");
	}
}

/* A dump that brought nothing at all has more likely failed than that everything is gone. */
static void sweep(void *owner)
{
	struct ike_engine *e = owner;
	struct conn *c, *tmp;

	if (!e->resync_seen)
		return;
	HASH_ITER(hh, e->conns, c, tmp)
		sweep_conn(c);
}

static void resync(struct ike_engine *e)
{
	e->resync++;
	e->resync_at = e->now;
	e->resync_seen = false;
	engine_set_timer(e, &e->sweep, SWEEP_AFTER, sweep, e);
}

/* ---- an interface that was removed under us and made again ---- */

/* The keys are gone for good: the peer is told, and new ones are made. */
static void child_forget(struct child *child, const char *why)
{
	struct child_sa *csa, *tmp;
	bool wanted = child->wanted;

	v1_quick_cancel(child);
	DL_FOREACH_SAFE(child->sas, csa, tmp)
		if (csa != child->current)	/* first, so that none becomes the heir */
			csa_delete(csa, FAIL_KERNEL, WHO_US, why);
	if (child->current)
		csa_delete(child->current, FAIL_KERNEL, WHO_US, why);
	child->trying = false;
	child->wanted |= wanted;
	conn_pump_soon(child->conn);
}

static void reinstall(struct conn *c, const char *why)
{
	c->peer_installed = false;
	for (unsigned int i = 0; i < c->n_children; i++)
		c->children[i].installed = false;
	if (!c->removed && !c->e->shutting_down)
		kernel_install(c);
	for (unsigned int i = 0; i < c->n_children; i++)
		child_forget(&c->children[i], why);
}

static void on_device(struct ike_engine *e, const char *ifname)
{
	struct conn *c, *tmp;

	HASH_ITER(hh, e->conns, c, tmp)
		if (!strncmp(c->kpeer.ifname, ifname, sizeof(c->kpeer.ifname)))
			reinstall(c, "the interface was removed");
}

void kevent_handle(struct ike_engine *e, const struct ike_kernel_event *ev)
{
	static void (*const handlers[])(struct conn *, const struct ike_kernel_event *) = {
		[KEV_ACQUIRE] = on_acquire,
		[KEV_SOFT_EXPIRE] = on_soft_expire,
		[KEV_HARD_EXPIRE] = on_hard_expire,
		[KEV_FIRST_USE] = on_first_use,
		[KEV_MAPPING] = on_mapping,
		[KEV_STATS] = on_stats,
		[KEV_ERROR] = on_error,
	};
	struct conn *c;

	if (ev->type == KEV_RESYNC) {
		resync(e);
		return;
	}
	if (ev->type == KEV_DEVICE) {
		on_device(e, ev->ifname);
		return;
	}
	c = conn_by_peer(e, ev->peer_id);
	if (c && !strncmp(c->kpeer.ifname, ev->ifname, sizeof(ev->ifname)))
		handlers[ev->type](c, ev);
}
