// SPDX-License-Identifier: GPL-2.0
/* A scenario out of a seed. */
#include <stdlib.h>
#include <string.h>

#include "sim/scenario.h"

struct dice {
	uint64_t s;
};

static uint32_t below(struct dice *d, uint32_t n)
{
	uint64_t z = d->s += 0x9e3779b97f4a7c15;	/* splitmix64 */

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (uint32_t)((z ^ z >> 31) % n);
}

static uint32_t between(struct dice *d, uint32_t least, uint32_t most)
{
	return least + below(d, most - least + 1);
}

static bool one_in(struct dice *d, uint32_t n)
{
	return !below(d, n);
}

static void draw_side(struct dice *d, struct side *s)
{
	s->start_at = one_in(d, 3) ? 0 : below(d, one_in(d, 2) ? 100 : 10000);
	s->more_ike = below(d, 3);
	s->more_esp = below(d, 3);
	s->ike_life = between(d, 100, 600);
	s->esp_life = between(d, 150, 400);
	s->margin = between(d, 5, 30);
	s->dpd = below(d, 3);
	s->dpd_idle = between(d, 10, 40);
	s->dpd_retransmit = between(d, 5, 15);
	s->encap = one_in(d, 6);
}

/* Who begins: one end, the other, or both; what nobody begins never comes up. */
static void draw_starts(struct dice *d, struct scenario *sc)
{
	static const uint32_t pairs[][2] = {
		{ 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 2 }, { 0, 1 }, { 2, 0 }, { 1, 0 }, { 1, 1 }, { 1, 2 }, { 2, 1 },
	};
	const uint32_t *p = pairs[below(d, sizeof(pairs) / sizeof(*pairs))];

	sc->side[0].start = p[0];
	sc->side[1].start = p[1];
	if (sc->nat) {		/* from outside nobody reaches it */
		sc->side[0].start = one_in(d, 2) ? 2 : 0;
		sc->side[1].start = 0;
	}
	/* on-demand needs packets, from both ends so that either may begin */
	if (sc->traffic_ms && !sc->one_way)
		return;
	for (unsigned int i = 0; i < 2; i++)
		if (sc->side[i].start == 1)
			sc->side[i].start = 0;
}

/* A limit in bytes is no use if the last packets before it pass in a second or two. */
static void draw_bytes(struct dice *d, struct scenario *sc)
{
	if (!one_in(d, 3))
		return;
	sc->side[below(d, 2)].life_kb = between(d, 12, 40);
	for (unsigned int i = 0; i < 2; i++)
		sc->side[i].margin = between(d, 25, 40);
}

/* Its own dice: what else a seed draws stays as it was. */
static void draw_admission(struct scenario *sc)
{
	struct dice d = { .s = ~sc->seed };

	sc->aggressive = one_in(&d, 4);
	/*
	 * A responder whose life is shorter says so in a notify that nobody
	 * acknowledges (RFC 2407 4.6.3.1), in aggressive mode in one of its own. If
	 * that is lost the initiator cannot know, and a passive end cannot renew.
	 */
	if (sc->aggressive)
		sc->side[1].ike_life = sc->side[0].ike_life;
	sc->xauth = one_in(&d, 8);
	sc->pool = one_in(&d, 10);
	if (sc->pool)
		sc->locals = sc->remotes = 1;
	if (!sc->xauth && !sc->pool)
		return;
	/* who has the password, or has no address, begins */
	sc->side[0].start = 2;
	if (sc->side[1].start == 2 || sc->pool)
		sc->side[1].start = 0;
}

static void draw_fault(struct dice *d, const struct scenario *sc, struct fault *f)
{
	static const uint32_t kinds[] = {
		FAULT_CUT, FAULT_CUT, FAULT_CRASH, FAULT_CRASH, FAULT_RESTART, FAULT_DOWN, FAULT_UP, FAULT_RENEW,
		FAULT_RENEW, FAULT_RENEW_IKE, FAULT_RENEW_IKE, FAULT_TRAFFIC, FAULT_LINE, FAULT_REBIND,
	};

	f->at = below(d, sc->fault_s * 1000);
	f->kind = kinds[below(d, sizeof(kinds) / sizeof(*kinds))];
	f->arg[0] = below(d, 2);
	if (f->kind == FAULT_REBIND && !sc->nat)
		f->kind = FAULT_CRASH;
	/* an operator who begins at the end that should not gets what nobody renews */
	if ((f->kind == FAULT_DOWN || f->kind == FAULT_UP) && sc->side[f->arg[0]].start == 2)
		f->kind = FAULT_RESTART;
	if (f->kind == FAULT_REBIND)
		f->arg[0] = between(d, 1, 40);
	else if (f->kind == FAULT_CUT)
		f->arg[0] = between(d, 1, 3);
	else if (f->kind == FAULT_TRAFFIC)
		f->arg[0] = below(d, 4) * 1000;
	else if (f->kind == FAULT_LINE)
		for (unsigned int i = 0; i < 3; i++)
			f->arg[i] = below(d, 40);
}

/* A cut heals, and what is renewed at one end is at times renewed at the other in the same moment. */
static void draw_sequel(struct dice *d, const struct fault *f, struct fault *next)
{
	*next = *f;
	if (f->kind == FAULT_CUT) {
		next->arg[0] = 0;
		next->at += between(d, 1000, one_in(d, 3) ? 120000 : 20000);
	} else if (f->kind == FAULT_DOWN) {
		next->kind = FAULT_UP;
		next->at += below(d, 20000);
	} else {
		next->arg[0] ^= 1;
		next->at += one_in(d, 2) ? 0 : below(d, 3000);
	}
}

static bool has_sequel(struct dice *d, const struct fault *f)
{
	return f->kind == FAULT_CUT || f->kind == FAULT_DOWN ||
	       ((f->kind == FAULT_RENEW || f->kind == FAULT_RENEW_IKE) && one_in(d, 2));
}

static int by_time(const void *a, const void *b)
{
	const struct fault *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static void draw_faults(struct dice *d, struct scenario *sc)
{
	unsigned int n = below(d, 7);

	while (n-- && sc->n_faults + 1 < FAULTS_MAX) {
		struct fault *f = &sc->faults[sc->n_faults++];

		draw_fault(d, sc, f);
		if (has_sequel(d, f))
			draw_sequel(d, f, &sc->faults[sc->n_faults++]);
	}
	qsort(sc->faults, sc->n_faults, sizeof(*sc->faults), by_time);
}

void scenario_draw(struct scenario *sc, uint64_t seed, uint32_t loss, uint32_t dup, uint32_t reorder)
{
	struct dice d = { .s = seed };

	memset(sc, 0, sizeof(*sc));
	sc->seed = seed;
	sc->loss = loss;
	sc->dup = dup;
	sc->reorder = reorder;
	sc->bad_esp = one_in(&d, 2);
	sc->job_ms = one_in(&d, 2) ? 0 : between(&d, 1, 300);
	sc->nat = one_in(&d, 4);
	sc->locals = between(&d, 1, 2);
	sc->remotes = between(&d, 1, one_in(&d, 8) ? 4 : 2);
	sc->ike = below(&d, 4);
	sc->esp = below(&d, 4);
	sc->group = below(&d, 4);
	sc->pfs = below(&d, 4);
	sc->traffic_ms = one_in(&d, 5) ? 0 : between(&d, 700, 3000);
	sc->one_way = one_in(&d, 5);
	sc->fault_s = between(&d, 30, 300);
	sc->quiet_s = 150;
	for (unsigned int i = 0; i < 2; i++)
		draw_side(&d, &sc->side[i]);
	draw_bytes(&d, sc);
	draw_starts(&d, sc);
	draw_admission(sc);
	draw_faults(&d, sc);
}
