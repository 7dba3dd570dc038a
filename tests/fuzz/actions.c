// SPDX-License-Identifier: GPL-2.0
/*
 * Sequences of anything at two engines: the input chooses what happens to the
 * packets on their way, how time goes, what operators, kernels and NATs do.
 * Each step is one byte and what it needs. The first byte chooses the
 * configurations; with its top bit, all gets quiet at the end and both sides
 * must come up and agree.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/check.h"
#include "fuzz/rig.h"

#define STEPS 64

struct world {
	struct net *net;
	struct fuzz_in *in;
	uint8_t variant;
};

/* ---- packets on their way ---- */

static struct packet *in_flight(struct net *net, unsigned int nth)
{
	struct packet *p;

	DL_FOREACH(net->packets, p)
		if (!nth--)
			return p;
	return net->packets;
}

static void lose(struct world *w)
{
	struct packet *p = in_flight(w->net, fuzz_u8(w->in));

	if (!p)
		return;
	DL_DELETE(w->net->packets, p);
	free(p);
}

static void duplicate(struct world *w)
{
	struct packet *p = in_flight(w->net, fuzz_u8(w->in)), *copy;

	if (!p)
		return;
	copy = malloc(sizeof(*p) + p->len);
	if (!copy)
		abort();
	memcpy(copy, p, sizeof(*p) + p->len);
	DL_APPEND_ELEM(w->net->packets, p, copy);
}

/* Behind all others, which is where a slow path would put it. */
static void delay(struct world *w)
{
	struct packet *p = in_flight(w->net, fuzz_u8(w->in));

	if (!p)
		return;
	DL_DELETE(w->net->packets, p);
	p->due = w->net->packets ? w->net->packets->prev->due : w->net->now + 1;
	DL_APPEND(w->net->packets, p);
}

static void damage(struct world *w)
{
	struct packet *p = in_flight(w->net, fuzz_u8(w->in));

	if (p && p->len)
		p->data[fuzz_u16(w->in) % p->len] ^= fuzz_u8(w->in);
}

/* ---- time ---- */

static void pass(struct world *w)
{
	net_run(w->net, fuzz_u8(w->in));
}

static void pass_seconds(struct world *w)
{
	net_run(w->net, 1000 * (uint64_t)fuzz_u8(w->in));
}

/* ---- operators ---- */

static struct node *some_node(struct world *w)
{
	return &w->net->nodes[fuzz_u8(w->in) & 1];
}

static void command(struct world *w)
{
	uint8_t bits = fuzz_u8(w->in);
	char err[64];

	ike_cmd(w->net->nodes[bits & 1].e, w->net->now, bits & 2 ? CMD_UP : CMD_DOWN, bits & 4 ? "other" : "site", err,
		sizeof(err));
}

static enum rig_kind kind_of(uint8_t variant)
{
	enum rig_kind kind = variant & 8 ? RIG_AGGRESSIVE : 0;

	if (variant & 0x20)
		kind |= variant & 0x40 ? RIG_RSA : RIG_CONFIG;
	else if (variant & 0x40)
		kind |= RIG_XAUTH | RIG_CONFIG;
	return kind;
}

static struct conn_cfg *make_cfg(struct world *w, unsigned int i, uint8_t bits)
{
	struct conn_cfg *c = site_cfg(w->net, i, 1 - i, "site");

	c->n_local = c->n_remote = 1;
	if (w->variant & 1)
		c->pfs = DH_NONE;
	if (w->variant & 2)
		c->n_local = c->n_remote = 2;
	if (w->variant & 4)
		c->encap = ENCAP_FORCE_UDP;
	rig_set_kind(c, i, kind_of(w->variant), i == 0);
	c->start = bits & 1 ? START_AUTO : bits & 2 ? START_ON_DEMAND : START_PASSIVE;
	c->dpd = bits & 4 ? DPD_PERIODIC : DPD_ON_DEMAND;
	c->dpd_idle = 10;
	c->ike_lifetime = 300 + 50 * (bits >> 4);
	c->esp_lifetime = bits & 8 ? 90 : 240;
	return c;
}

static void reload(struct world *w)
{
	uint8_t bits = fuzz_u8(w->in);

	net_configure1(w->net, bits & 1, make_cfg(w, bits & 1, bits >> 1));
}

static void reload_empty(struct world *w)
{
	net_configure(w->net, fuzz_u8(w->in) & 1, NULL, 0);
}

static void reboot(struct world *w)
{
	net_reboot(w->net, fuzz_u8(w->in) & 1);
}

/* ---- kernels and NATs ---- */

static void kernel_event(struct world *w)
{
	static const enum kev_type types[] = {
		KEV_ACQUIRE, KEV_SOFT_EXPIRE, KEV_HARD_EXPIRE, KEV_FIRST_USE, KEV_RESYNC, KEV_DEVICE,
	};
	uint8_t bits = fuzz_u8(w->in);
	struct node *n = &w->net->nodes[bits & 1];
	const struct k_sa *sa = &n->sas[bits >> 5];
	struct conn *c = node_conn(n, "site");
	struct ike_kernel_event ev = { .type = types[(bits >> 1 & 15) % 6], .ifname = "vpn0", .idle_ms = -1,
				       .peer_id = c ? c->peer_id : 1, .child_id = 1, .dir = sa->dir, .spi = sa->spi };

	if (ev.type == KEV_FIRST_USE && !sa->used)
		return;
	ike_kernel_event(n->e, w->net->now, &ev);
}

static void refuse(struct world *w)
{
	static const enum ike_action_type types[] = { ACT_SA_INSTALL, ACT_SA_PROMOTE, ACT_CHILD_NEW, ACT_PEER_NEW };
	struct node *n = some_node(w);

	n->refuse = (int)types[fuzz_u8(w->in) & 3];
}

static void traffic(struct world *w)
{
	struct node *n = some_node(w);
	struct conn *c = node_conn(n, "site");

	if (c)
		net_esp(n, c->peer_id, 1);
}

static void cut(struct world *w)
{
	struct node *n = some_node(w);

	n->down = !n->down;
}

static void lose_something(struct world *w)
{
	struct node *n = some_node(w);
	struct conn *c = node_conn(n, "site");
	struct child_sa *csa = c ? c->children[0].current : NULL;

	if (csa && c->ike && (fuzz_u8(w->in) & 1))
		v1_send_delete_esp(c->ike, &csa->spi_in, 1);
	else if (c && c->ike)
		v1_send_delete_ike(c->ike);
}

/* ---- all of it ---- */

static void (*const steps[])(struct world *w) = {
	pass, pass, pass, pass, pass_seconds, pass_seconds, lose, lose, duplicate, delay, damage, command, reload,
	reload_empty, reboot, kernel_event, kernel_event, refuse, traffic, traffic, cut, lose_something,
};

static void check(struct world *w)
{
	net_step(w->net);
	for (unsigned int i = 0; i < 2; i++)
		check_engine(w->net->nodes[i].e);
}

static bool agreed(struct net *net)
{
	return both_up(net) && net_consistent(net);
}

/* Whatever happened: when it is over the tunnels are up, both ends agree, and nothing is left over. */
static void come_up(struct world *w)
{
	w->net->traffic_ms = 1000;
	for (unsigned int i = 0; i < 2; i++) {
		w->net->nodes[i].down = false;
		w->net->nodes[i].refuse = -1;
		net_configure1(w->net, i, make_cfg(w, i, 5));
	}
	FUZZ_CHECK(net_until(w->net, 600 * 1000, agreed));
	check(w);
	for (unsigned int i = 0; i < 2; i++)
		ike_shutdown(w->net->nodes[i].e, w->net->now);
	check(w);
	for (unsigned int i = 0; i < 2; i++)
		FUZZ_CHECK(!node_sas(&w->net->nodes[i]) && !w->net->nodes[i].e->sas);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	struct world w = { .net = net_new(2, 1), .in = &in, .variant = fuzz_u8(&in) };

	w.net->run_job = rig_run_job;
	net_configure1(w.net, 1, make_cfg(&w, 1, w.variant >> 4 & 1));
	net_configure1(w.net, 0, make_cfg(&w, 0, 1));
	for (unsigned int n = 0; n < STEPS && in.left; n++) {
		steps[fuzz_u8(&in) % (sizeof(steps) / sizeof(steps[0]))](&w);
		check(&w);
	}
	if (w.variant & 0x80)
		come_up(&w);
	for (unsigned int i = 0; i < 2; i++)
		check_status(w.net->nodes[i].e, w.net->now);
	net_free(w.net);
	return 0;
}
