// SPDX-License-Identifier: GPL-2.0
/* The rules that look at what there is, once a second, and at the end. */
#include <string.h>

#include "core/policy.h"
#include "sim/rules.h"

#define PAIRS_AT_ONCE 8		/* of one child, while they replace each other */
#define IDLE_MAX SECONDS(220)	/* a replaced pair is drained, once the new one is proven or should be, and deleted */
#define DISAGREE_MAX SECONDS(15)

/* ---- no traffic in clear ---- */

static unsigned int kernel_children(const struct node *n)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < K_CHILDREN_MAX; i++)
		count += n->children[i].used;
	return count;
}

static bool has_address(const struct node *n)
{
	const struct conn *c = n->e->conns;

	return !c || !c->n_children || (c->children[0].local.family && c->children[0].remote.family);
}

/*
 * What the kernel has no child for it does not know to be secret. As long as an
 * inner address has yet to be given nothing goes to it, or comes from it.
 */
static void check_clear(struct rules *r, const struct node *n)
{
	unsigned int due = 0;

	for (unsigned int i = 0; has_address(n) && i < n->cfg.n; i++)
		if (n->cfg.conns[i]->remote.sa.sa_family != AF_UNSPEC || n->peers[0].used)
			due += n->cfg.conns[i]->n_local * n->cfg.conns[i]->n_remote;
	if (kernel_children(n) < due)
		rules_break(r, "clear", "node %u has %u of %u pairs in the kernel", n->id, kernel_children(n), due);
}

/* ---- bounds ---- */

static void check_pile(struct rules *r, struct node *n)
{
	unsigned int pairs[K_CHILDREN_MAX + 1] = { 0 };

	for (unsigned int i = 0; i < n->sas_end; i++) {
		const struct k_sa *sa = &n->sas[i];

		if (sa->used && sa->dir == SA_IN && ++pairs[sa->child_id] > PAIRS_AT_ONCE)
			rules_break(r, "pile", "node %u has %u SAs for child %u", n->id, pairs[sa->child_id],
				    sa->child_id);
	}
	if (HASH_COUNT(n->e->sas) > PHASE1S_MAX)
		rules_break(r, "pile", "node %u has %u IKE SAs", n->id, HASH_COUNT(n->e->sas));
}

static void check_kernel(struct rules *r, const struct node *n)
{
	if (n->kernel_errors)
		rules_break(r, "kernel", "node %u asked its kernel for what cannot be", n->id);
}

/* ---- one end only, and left over ---- */

static const struct k_sa *counterpart(const struct node *peer, const struct k_sa *sa)
{
	for (unsigned int i = 0; i < peer->sas_end; i++) {
		const struct k_sa *o = &peer->sas[i];

		if (o->used && o->dir != sa->dir && o->spi == sa->spi)
			return o;
	}
	return NULL;
}

static void check_idle(struct rules *r, struct node *n)
{
	const struct node *peer = &r->net->nodes[1 - n->id];

	for (unsigned int i = 0; i < n->sas_end; i++) {
		const struct k_sa *sa = &n->sas[i], *other, *out;
		struct idle *idle = &r->idle[n->id][i];

		other = sa->used ? counterpart(peer, sa) : NULL;
		out = sa->dir == SA_OUT ? sa : other;
		if (!sa->used || (other && out->slot == SLOT_CURRENT)) {
			idle->since = 0;
		} else if (!idle->since || idle->spi != sa->spi) {
			idle->spi = sa->spi;
			idle->since = r->net->now;
		} else if (r->net->now - idle->since > IDLE_MAX) {
			rules_break(r, other ? "left-over" : "one-sided", "node %u still has %s SPI %08x of child %u%s",
				    n->id, sa->dir == SA_IN ? "inbound" : "outbound", sa->spi, sa->child_id,
				    other ? ", which nobody sends with" : ", which its peer does not have");
		}
	}
}

static struct conn *only_conn(struct node *n)
{
	return n->e->conns;
}

static const struct child_sa *sends_with(struct node *n, const struct subnet *local, const struct subnet *remote)
{
	const struct child *child = only_conn(n) ? conn_find_child(only_conn(n), local, remote) : NULL;

	return child ? child->current : NULL;
}

static bool one_pair(const struct child_sa *a, const struct child_sa *b)
{
	return a && b ? a->spi_in == b->spi_out && a->spi_out == b->spi_in : a == b;
}

/* Both ends are to send with the same pair: two in use are duplicates for ever. */
static void check_agreement(struct rules *r)
{
	struct conn *c = only_conn(&r->net->nodes[0]);

	for (unsigned int i = 0; c && i < c->n_children; i++) {
		const struct child *child = &c->children[i];

		if (one_pair(child->current, sends_with(&r->net->nodes[1], &child->remote, &child->local)))
			r->disagree[i] = 0;
		else if (!r->disagree[i])
			r->disagree[i] = r->net->now;
		else if (r->net->now - r->disagree[i] > DISAGREE_MAX)
			rules_break(r, "duplicate", "the ends send with different pairs of child %u for %u s", i + 1,
				    (unsigned int)((r->net->now - r->disagree[i]) / 1000));
	}
}

/* ---- what was up stays up ---- */

static void check_outage(struct rules *r, const struct node *n)
{
	if (n->no_sa)
		rules_break(r, "outage", "node %u had a packet and nothing to send it with", n->id);
	else if (node_count(n, "child-down") || node_count(n, "ike-down"))
		rules_break(r, "outage", "node %u: something went down", n->id);
}

static void note_phase1s(struct rules *r, struct node *n)
{
	const struct ike_sa *sa, *tmp;
	unsigned int *k = &r->n_phase1s[n->id];

	*k = 0;
	HASH_ITER(hh, n->e->sas, sa, tmp) {
		struct phase1 *p = &r->phase1s[n->id][*k];

		if ((sa->state != IKE_ESTABLISHED && sa->state != IKE_REKEYED) || *k == PHASE1S_MAX)
			continue;
		memcpy(p->cky_i, sa->cky_i, sizeof(p->cky_i));
		memcpy(p->cky_r, sa->cky_r, sizeof(p->cky_r));
		p->until = sa->expires;
		++*k;
	}
}

static bool has_phase1(struct node *n, const struct phase1 *p)
{
	return ike_sa_by_cookie(n->e, p->cky_i) || ike_sa_by_cookie(n->e, p->cky_r);
}

/* One that is renewed again and again lets the oldest go. */
static bool too_many(struct node *n)
{
	const struct ike_sa *sa, *tmp;
	unsigned int replaced = 0;

	HASH_ITER(hh, n->e->sas, sa, tmp)
		replaced += sa->state == IKE_REKEYED;
	return replaced >= REKEYED_MAX;
}

/* Some peers tie their ESP SAs to the IKE SA that made them: without a fault it lives to the end of its life. */
static void check_phase1s(struct rules *r, struct node *n)
{
	bool strict = r->calm == CALM_QUIET && !too_many(n);

	for (unsigned int i = 0; strict && i < r->n_phase1s[n->id]; i++)
		if (r->phase1s[n->id][i].until > r->net->now && !has_phase1(n, &r->phase1s[n->id][i]))
			rules_break(r, "early", "node %u ended an IKE SA %u s before its life was over", n->id,
				    (unsigned int)((r->phase1s[n->id][i].until - r->net->now) / 1000));
	note_phase1s(r, n);
}

void rules_scan(struct rules *r)
{
	for (unsigned int i = 0; i < 2; i++) {
		struct node *n = &r->net->nodes[i];

		check_kernel(r, n);
		check_clear(r, n);
		check_pile(r, n);
		check_phase1s(r, n);
		if (r->calm >= CALM_UP)
			check_idle(r, n);
		if (r->calm == CALM_QUIET)
			check_outage(r, n);
	}
	if (r->calm == CALM_QUIET)
		check_agreement(r);
}

/* ---- the end ---- */

void rules_arrived(struct rules *r)
{
	for (unsigned int i = 0; i < 2; i++) {
		unsigned int sent = r->net->nodes[i].esp_sent - r->sent[i];
		unsigned int received = r->net->nodes[1 - i].esp_received - r->received[1 - i];

		if (received < sent)	/* a few more are what was on its way before */
			rules_break(r, "loss", "%u of %u packets of node %u went where nobody is", sent - received,
				    sent, i);
	}
}

void rules_ended(struct rules *r, unsigned int node)
{
	const struct node *n = &r->net->nodes[node], *peer = &r->net->nodes[1 - node];
	const struct ike_engine *e = n->e;

	if (node_sas(n) || kernel_children(n) || n->peers[0].used)
		rules_break(r, "memory", "node %u was shut down, and leaves something in its kernel", node);
	if (node_sas(peer))
		rules_break(r, "one-sided", "node %u was shut down, and node %u still has %u SAs", node, 1 - node,
			    node_sas(peer));
	if (e->sas || e->spis || e->halves || e->v1_waiters || e->half_open || e->jobs || e->timers.n ||
	    e->dead_sas || e->dead_csas || e->dead_conns)
		rules_break(r, "memory", "node %u was shut down, and its engine holds on to something", node);
}
