// SPDX-License-Identifier: GPL-2.0
/* The rules that look at what the engine tells its kernel, and at each packet that is lost at its end. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/rules.h"

void rules_break(struct rules *r, const char *rule, const char *fmt, ...)
{
	va_list ap;

	if (r->rule)
		return;
	r->rule = rule;
	va_start(ap, fmt);
	vsnprintf(r->detail, sizeof(r->detail), fmt, ap);
	va_end(ap);
}

static struct held *held_find(struct rules *r, unsigned int node, uint32_t spi)
{
	struct held *h, key = { .at = { node, spi } };

	HASH_FIND(hh, r->held, &key.at, sizeof(key.at), h);
	return h;
}

static bool same_key(const struct held *h, const uint8_t *key, size_t len)
{
	return h->key_len == len && !memcmp(h->key, key, len);
}

static const struct k_sa *kernel_sa(const struct node *n, enum sa_dir dir, uint32_t spi)
{
	for (unsigned int i = 0; i < n->sas_end; i++)
		if (n->sas[i].used && n->sas[i].dir == dir && n->sas[i].spi == spi)
			return &n->sas[i];
	return NULL;
}

/* ---- installing ---- */

static bool suite_configured(const struct node *n, const struct esp_suite *s)
{
	for (unsigned int i = 0; i < n->cfg.n; i++)
		for (unsigned int k = 0; k < n->cfg.conns[i]->n_esp; k++) {
			const struct esp_suite *c = &n->cfg.conns[i]->esp[k];

			if (c->enc == s->enc && c->keybits == s->keybits && c->integ == s->integ)
				return true;
		}
	return false;
}

static void check_fresh(struct rules *r, const struct held *new)
{
	struct held *h, *tmp;

	HASH_ITER(hh, r->held, h, tmp)
		if (same_key(h, new->key, new->key_len))
			rules_break(r, "key-reuse", "SPI %08x of node %u has the key of SPI %08x of node %u",
				    new->at.spi, new->at.node, h->at.spi, h->at.node);
}

static void installed_in(struct rules *r, const struct node *n, const struct act_sa *a)
{
	struct held *h = calloc(1, sizeof(*h)), *old = held_find(r, n->id, a->spi);

	if (!h)
		abort();
	if (old) {
		HASH_DEL(r->held, old);
		free(old);
	}
	h->at.node = n->id;
	h->at.spi = a->spi;
	h->peer_id = a->peer_id;
	h->child_id = a->child_id;
	h->boot = r->boots[n->id];
	h->since = r->net->now;
	h->key_len = a->enc_key.len + a->auth_key.len;
	if (h->key_len > sizeof(h->key))
		abort();
	if (a->enc_key.len)
		memcpy(h->key, a->enc_key.p, a->enc_key.len);
	if (a->auth_key.len)
		memcpy(h->key + a->enc_key.len, a->auth_key.p, a->auth_key.len);
	check_fresh(r, h);
	HASH_ADD(hh, r->held, at, sizeof(h->at), h);
	r->last_in[n->id] = h;
}

/* Inbound comes first, always: it is live before anybody may use it. */
static void installed_out(struct rules *r, const struct node *n, const struct act_sa *a)
{
	struct held *h = r->last_in[n->id];

	if (!h || h->child_id != a->child_id || h->spi_out) {
		rules_break(r, "order", "node %u installs outbound SPI %08x before an inbound one", n->id, a->spi);
		return;
	}
	h->spi_out = a->spi;
}

static void installed(struct rules *r, const struct node *n, const struct act_sa *a)
{
	if (!suite_configured(n, &a->suite))
		rules_break(r, "clear", "node %u installs SPI %08x with an algorithm that is not configured", n->id,
			    a->spi);
	if (a->dir == SA_IN)
		installed_in(r, n, a);
	else
		installed_out(r, n, a);
}

static struct held *held_by_out(struct rules *r, unsigned int node, uint32_t spi_out)
{
	struct held *h, *tmp;

	HASH_ITER(hh, r->held, h, tmp)
		if (h->at.node == node && h->spi_out == spi_out)
			return h;
	return NULL;
}

/*
 * Another pair of the child has just ended. If the peer deleted it, it has most
 * likely moved on to @h, and its message 3 was lost; if its life was over, the
 * peer may still have @h, left behind for it. And there is nothing else to send
 * with.
 */
static bool just_ended(const struct rules *r, const struct held *h)
{
	const struct held *o, *tmp;

	HASH_ITER(hh, r->held, o, tmp)
		if (o->at.node == h->at.node && o->child_id == h->child_id && o->until == r->net->now)
			return true;
	return false;
}

/* Who sends with an SA that the other end has never had sends into the void. */
static void promoted(struct rules *r, const struct node *n, const struct act_sa *a)
{
	const struct k_sa *out = kernel_sa(n, SA_OUT, a->spi);
	const struct held *theirs = held_find(r, 1 - n->id, a->spi);
	struct held *h = held_by_out(r, n->id, a->spi);
	bool had;

	if (!h || !out)
		return;
	h->promoted = true;
	had = theirs && same_key(theirs, out->key, out->key_len);
	if (had && !theirs->until)
		return;
	h->inherited = just_ended(r, h);
	if (!h->inherited && !had)
		rules_break(r, "premature", "node %u sends with SPI %08x, which node %u has not installed yet", n->id,
			    a->spi, 1 - n->id);
}

static bool expired(const struct net *net, const struct k_sa *sa)
{
	return net->now - sa->born >= sa->hard_ms || (sa->hard_bytes && sa->bytes >= sa->hard_bytes);
}

static void removed(struct rules *r, const struct node *n, enum sa_dir dir, uint32_t spi)
{
	const struct k_sa *sa = kernel_sa(n, dir, spi);
	struct held *h = dir == SA_IN ? held_find(r, n->id, spi) : held_by_out(r, n->id, spi);

	if (!h || !sa)
		return;
	h->expired |= expired(r->net, sa);
	if (dir == SA_OUT)
		return;
	h->until = r->net->now;
	h->used = sa->packets;
}

static void on_action(void *ctx, struct node *n, const struct ike_action *a)
{
	struct rules *r = ctx;

	switch (a->type) {
	case ACT_SA_INSTALL:
		installed(r, n, &a->sa);
		break;
	case ACT_SA_PROMOTE:
		promoted(r, n, &a->sa);
		break;
	case ACT_SA_DELETE:
		removed(r, n, a->sa.dir, a->sa.spi);
		break;
	case ACT_PEER_DEL:
		for (unsigned int i = 0; i < n->sas_end; i++)
			if (n->sas[i].used && n->sas[i].dir == SA_IN)
				removed(r, n, SA_IN, n->sas[i].spi);
		break;
	default:
		break;
	}
}

/* ---- losing ---- */

/* A pair of the same child that was there before @h went, and is there still: @h was replaced. */
static bool survived(const struct rules *r, const struct node *n, const struct held *h)
{
	const struct held *o, *tmp;

	HASH_ITER(hh, r->held, o, tmp)
		if (o->at.node == n->id && o->child_id == h->child_id && !o->until && o->since < h->until)
			return true;
	return false;
}

/* @p was on its way when the peer itself ended the pair. */
static bool overtaken(const struct rules *r, const struct held *h, const struct packet *p)
{
	return p->sent <= h->until && !kernel_sa(&r->net->nodes[1 - h->at.node], SA_OUT, h->at.spi);
}

/*
 * The line brought @p, and the SA is not there. That is excused while faults
 * last if the node went down, or lost all of the child at once, or if the SA had
 * reached the end of its life. It is not if the node made room for another pair, while its peer still sends with this one.
 * A pair that it never used itself, nor heard a packet on, was one that nobody
 * had proved to be there at all.
 */
static void on_esp_lost(void *ctx, struct node *n, const struct packet *p)
{
	struct rules *r = ctx;
	const struct held *h = held_find(r, n->id, p->spi), *theirs = held_by_out(r, 1 - n->id, p->spi);

	if (theirs && theirs->inherited)
		return;
	if (!h || !same_key(h, p->key, p->key_len))
		rules_break(r, "premature", "node %u has never had SPI %08x, and a packet comes with it", n->id, p->spi);
	else if (r->calm == CALM_QUIET && p->sent >= r->since)
		rules_break(r, "loss", "node %u has no SPI %08x any more, and no fault is the reason", n->id, p->spi);
	else if (h->boot == r->boots[n->id] && !h->expired && (h->used || h->promoted) &&
		 !overtaken(r, h, p) && survived(r, n, h))
		rules_break(r, "loss", "node %u has replaced SPI %08x, %llu ms ago, and its peer still sends with it",
			    n->id, p->spi, (unsigned long long)(r->net->now - h->until));
}

void rules_crashed(struct rules *r, unsigned int node)
{
	struct held *h, *tmp;

	HASH_ITER(hh, r->held, h, tmp)
		if (h->at.node == node && !h->until)
			h->until = r->net->now;
	r->boots[node]++;
	r->last_in[node] = NULL;
}

/* ---- life ---- */

void rules_init(struct rules *r, struct net *net)
{
	memset(r, 0, sizeof(*r));
	r->net = net;
	net->watch = (struct net_watch){ .action = on_action, .esp_lost = on_esp_lost, .ctx = r };
}

void rules_free(struct rules *r)
{
	struct held *h, *tmp;

	HASH_ITER(hh, r->held, h, tmp) {
		HASH_DEL(r->held, h);
		free(h);
	}
}

void rules_calm(struct rules *r, enum calm calm)
{
	r->calm = calm;
	r->since = r->net->now;
	if (calm <= CALM_UP) {	/* what was of no use before says nothing */
		memset(r->idle, 0, sizeof(r->idle));
		memset(r->disagree, 0, sizeof(r->disagree));
	}
	for (unsigned int i = 0; i < 2; i++) {
		struct node *n = &r->net->nodes[i];

		n->no_sa = r->n_phase1s[i] = 0;
		r->sent[i] = n->esp_sent;
		r->received[i] = n->esp_received;
		node_clear_events(n);
	}
}
