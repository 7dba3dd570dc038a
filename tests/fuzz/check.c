// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "core/policy.h"
#include "core/v1/transaction.h"
#include "fuzz/check.h"
#include "fuzz/fuzz.h"

/* Replaced by a newer phase 1 and kept, half open, up, ours under way. */
#define IKES_MAX (REKEYED_MAX + HALF_OPEN_ADDR + 4)

static void check_timers(const struct timers *ts)
{
	for (size_t i = 1; i <= ts->n; i++) {
		FUZZ_CHECK(ts->heap[i]->slot == i && ts->heap[i]->fn);
		FUZZ_CHECK(i == 1 || ts->heap[i / 2]->due <= ts->heap[i]->due);
	}
}

static void check_quick(struct ike_sa *sa, struct v1_quick *q)
{
	struct conn *c = sa->conn;

	FUZZ_CHECK(q->sa == sa && q->state < Q_N && q->state != Q_R_START);
	FUZZ_CHECK(!q->child || (q->child >= c->children && q->child < c->children + c->n_children));
	FUZZ_CHECK(!q->csa || (q->csa->holder == &q->csa && q->csa->child->conn == c));
	FUZZ_CHECK(q->state == Q_DONE || timer_running(&q->rs.timer) || q->wait.id);
}

static void check_transactions(struct ike_sa *sa)
{
	struct v1_transaction *t, *tmp;

	FUZZ_CHECK(HASH_COUNT(v1_priv(sa)->transactions) <= V1_TRANSACTIONS_MAX);
	HASH_ITER(hh, v1_priv(sa)->transactions, t, tmp) {
		FUZZ_CHECK(t->sa == sa && t->state < T_N && t->state != T_START && t->state != T_DONE);
		FUZZ_CHECK(timer_running(&t->rs.timer) && !t->out.b.p);
		FUZZ_CHECK(t->state == T_ANSWERED || t->topic);
	}
}

/* Phase 1 under way, what follows it (admit.c), or all done. */
static bool waits(const struct ike_sa *sa)
{
	if (sa->p1)
		return timer_running(&sa->p1->rs.timer) || sa->p1->wait.id;
	if (sa->state == IKE_CONNECTING)
		return timer_running(&v1_priv(sa)->admit.wait) || v1_priv(sa)->xauth.wait.id;
	return timer_running(&sa->expire);
}

static void check_ike(struct conn *c, struct ike_sa *sa)
{
	const uint8_t *own = sa->role == ROLE_INITIATOR ? sa->cky_i : sa->cky_r;
	struct v1_quick *q, *tmp;

	FUZZ_CHECK(sa->conn == c && sa->e == c->e && sa->state != IKE_DEAD);
	FUZZ_CHECK(ike_sa_by_cookie(c->e, own) == sa);
	FUZZ_CHECK(!sa->p1 || (sa->state == IKE_CONNECTING && sa->p1->sa == sa && sa->p1->state < P1_DONE));
	FUZZ_CHECK(sa->state != IKE_CONNECTING || !sa->quicks);
	FUZZ_CHECK(!sa->half_open || sa->state == IKE_CONNECTING);
	/* nothing waits for ever */
	FUZZ_CHECK(waits(sa));
	FUZZ_CHECK(HASH_COUNT(sa->quicks) <= V1_QUICKS_MAX);
	check_transactions(sa);
	HASH_ITER(hh, sa->quicks, q, tmp)
		check_quick(sa, q);
}

static void check_child(struct conn *c, struct child *child, unsigned int *pairs)
{
	struct child_sa *csa, *found;
	bool current = false;
	unsigned int n = 0;

	FUZZ_CHECK(child->conn == c);
	DL_FOREACH(child->sas, csa) {
		n++;
		current |= csa == child->current;
		FUZZ_CHECK(csa->child == child && csa->spi_in >= 256);
		FUZZ_CHECK(!csa->holder || *csa->holder == csa);
		HASH_FIND(hh_in, c->e->spis, &csa->spi_in, sizeof(csa->spi_in), found);
		FUZZ_CHECK(found == csa);
		FUZZ_CHECK(timer_running(&csa->expire) || timer_running(&csa->drain));
	}
	FUZZ_CHECK(current || !child->current);
	/* each exchange under way may have one more */
	FUZZ_CHECK(n <= PAIRS_MAX + V1_QUICKS_MAX);
	FUZZ_CHECK(!child->quick || child->quick->child == child);
	*pairs += n;
}

static void check_conn(struct conn *c, unsigned int *ikes, unsigned int *half, unsigned int *pairs)
{
	unsigned int mine = 0, open = 0;
	struct ike_sa *sa;

	DL_FOREACH(c->ikes, sa) {
		check_ike(c, sa);
		open += sa->half_open;
		mine++;
	}
	FUZZ_CHECK(open <= HALF_OPEN_ADDR && mine <= IKES_MAX);
	FUZZ_CHECK(!c->ike || (c->ike->conn == c && c->ike->state == IKE_ESTABLISHED));
	FUZZ_CHECK(!c->removed && c->cfg->refs);
	for (unsigned int i = 0; i < c->n_children; i++)
		check_child(c, &c->children[i], pairs);
	*ikes += mine;
	*half += open;
}

void check_engine(struct ike_engine *e)
{
	unsigned int ikes = 0, half = 0, pairs = 0;
	struct v1_waiter *w, *wtmp;
	struct v1_phase1 *p1, *ptmp;
	struct ike_sa *sa;
	int listed;
	struct conn *c, *tmp;

	check_timers(&e->timers);
	HASH_ITER(hh, e->conns, c, tmp)
		check_conn(c, &ikes, &half, &pairs);
	FUZZ_CHECK(ikes == HASH_COUNT(e->sas));
	FUZZ_CHECK(half == e->half_open && half <= HALF_OPEN_MAX);
	FUZZ_CHECK(pairs == HASH_CNT(hh_in, e->spis));
	FUZZ_CHECK(!e->dead_sas && !e->dead_csas && !e->dead_conns);
	HASH_ITER(hh_aggr, e->v1_aggrs, p1, ptmp)
		FUZZ_CHECK(p1->sa->p1 == p1 && p1->sa->state == IKE_CONNECTING && p1->opening.family);
	HASH_ITER(hh, e->v1_waiters, w, wtmp) {
		FUZZ_CHECK(w->sa->e == e && w->sa->state != IKE_DEAD);
		FUZZ_CHECK(!w->quick || w->quick->sa == w->sa);
	}
	FUZZ_CHECK(HASH_COUNT(e->v1_waiters) <= e->jobs);
	DL_COUNT2(e->halves, sa, listed, half_next);
	FUZZ_CHECK(listed == (int)e->half_open);
}

/* ---- what is shown ---- */

static void check_text(const char *s)
{
	FUZZ_CHECK(s);
	for (; *s; s++)
		FUZZ_CHECK(*s >= 0x20 && *s < 0x7f);
}

static void check_failure(const struct st_failure *f)
{
	if (!f->set)
		return;
	check_text(f->code);
	check_text(f->text);
	check_text(f->who);
	check_text(f->phase);
	check_text(f->ours);
	check_text(f->theirs);
	check_text(f->fix);
}

static void show_conn(void *ctx, const struct st_conn *c)
{
	(void)ctx;
	check_text(c->name);
	check_text(c->state);
	check_text(c->remote);
	check_text(c->remote_id);
	check_text(c->packets);
	FUZZ_CHECK(c->children_up <= c->children_total);
	check_failure(&c->failure);
}

static void show_ike(void *ctx, const struct st_ike *i)
{
	(void)ctx;
	check_text(i->state);
	check_text(i->remote);
	check_text(i->suite);
	FUZZ_CHECK(i->rekey_in_ms >= -1 && i->expires_in_ms >= -1 && i->heard_ms >= -1);
}

static void show_child(void *ctx, const struct st_child *c)
{
	(void)ctx;
	check_text(c->local);
	check_text(c->state);
	check_text(c->esp);
	check_text(c->pfs);
	FUZZ_CHECK(c->rekey_in_ms >= -1 && c->expires_in_ms >= -1);
	check_failure(&c->failure);
}

static void show_stray(void *ctx, const struct st_stray *s)
{
	(void)ctx;
	check_text(s->remote);
	FUZZ_CHECK(s->count);
	check_failure(&s->failure);
}

void check_status(struct ike_engine *e, uint64_t now)
{
	const struct st_visitor v = { .conn = show_conn, .ike = show_ike, .child = show_child };
	uint64_t value;

	ike_status(e, now, &v);
	ike_status_strays(e, now, show_stray, NULL);
	for (unsigned int i = 0; ike_counter(e, i, &value); i++)
		check_text(ike_counter(e, i, &value));
}
