// SPDX-License-Identifier: GPL-2.0
/* Birth, ownership and death of ISAKMP SAs. */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "core/policy.h"

static uint8_t *own_cookie(struct ike_sa *sa)
{
	return sa->role == ROLE_INITIATOR ? sa->cky_i : sa->cky_r;
}

struct ike_sa *ike_sa_by_cookie(struct ike_engine *e, const uint8_t own[8])
{
	struct ike_sa *sa;

	HASH_FIND(hh, e->sas, own, ISAKMP_COOKIE_LEN, sa);
	return sa;
}

static void fresh_cookie(struct ike_sa *sa)
{
	static const uint8_t zero[ISAKMP_COOKIE_LEN];
	uint8_t *own = own_cookie(sa);

	do {
		engine_random(sa->e, own, ISAKMP_COOKIE_LEN);
	} while (!memcmp(own, zero, sizeof(zero)) || ike_sa_by_cookie(sa->e, own));
}

/* Without phase 1 it is authenticated, and waits for what has to follow. */
static bool gives_way(const struct ike_sa *sa, bool to_forgeable)
{
	return sa->p1 && (sa->forgeable || !to_forgeable);
}

static struct ike_sa *oldest_half(struct ike_engine *e, bool for_forgeable)
{
	struct ike_sa *sa;

	DL_FOREACH2(e->halves, sa, half_next)
		if (gives_way(sa, for_forgeable))
			return sa;
	return NULL;
}

static bool too_many_forgeable(const struct ike_engine *e)
{
	const struct ike_sa *sa;
	unsigned int n = 0;

	DL_FOREACH2(e->halves, sa, half_next)
		n += gives_way(sa, true);
	return n >= HALF_OPEN_FORGED;
}

/* The half-open SA that gives way to another one from @remote, NULL if none does, or has to. */
static struct ike_sa *in_the_way(struct conn *c, const union endpoint *remote, bool forgeable)
{
	struct ike_sa *sa, *oldest = NULL;
	unsigned int n = 0;

	DL_FOREACH(c->ikes, sa) {
		if (!sa->half_open || !addr_eq(&sa->path.remote, remote))
			continue;
		n++;
		/* newest first; what a job is made for would leave the job behind */
		if (!v1_busy(sa) && gives_way(sa, forgeable) && !(oldest && oldest->forgeable && !sa->forgeable))
			oldest = sa;
	}
	if (n >= HALF_OPEN_ADDR)
		return oldest;
	if (c->e->half_open >= HALF_OPEN_MAX || (forgeable && too_many_forgeable(c->e)))
		return oldest_half(c->e, forgeable);
	return NULL;
}

/*
 * Who has proven its address may still be anybody. It pushes out its own first,
 * then the oldest, but never one that is authenticated, and has no more jobs done
 * for it at a time than it may have SAs. Who has not even proven that pushes out
 * the likes of it alone: a forged address must not cost its owner anything.
 */
static bool make_room(struct conn *c, const union endpoint *remote, bool forgeable)
{
	struct ike_sa *sa, *out = in_the_way(c, remote, forgeable);
	unsigned int n = 0;

	if (out) {
		engine_counter(c->e, CNT_HALF_OPEN_LIMIT);
		ike_sa_kill(out);
	}
	DL_FOREACH(c->ikes, sa)
		n += sa->half_open && addr_eq(&sa->path.remote, remote);
	if (n < HALF_OPEN_ADDR && c->e->half_open < HALF_OPEN_MAX)
		return true;
	engine_counter(c->e, CNT_HALF_OPEN_LIMIT);
	return false;
}

struct ike_sa *ike_sa_embryo(struct conn *c, const struct ike_path *path)
{
	struct ike_sa *sa = core_zalloc(sizeof(*sa));

	sa->e = c->e;
	sa->conn = c;
	sa->role = ROLE_RESPONDER;
	sa->path = *path;
	sa->state = IKE_CONNECTING;
	sa->born = c->e->now;
	return sa;
}

static void enter(struct ike_sa *sa)
{
	HASH_ADD_KEYPTR(hh, sa->e->sas, own_cookie(sa), ISAKMP_COOKIE_LEN, sa);
	if (sa->role == ROLE_RESPONDER) {
		sa->half_open = true;
		DL_APPEND2(sa->e->halves, sa, half_prev, half_next);
		sa->e->half_open++;
	}
	DL_PREPEND(sa->conn->ikes, sa);
}

bool ike_sa_admit(struct ike_sa *sa, const uint8_t cky_r[ISAKMP_COOKIE_LEN])
{
	if (ike_sa_by_cookie(sa->e, cky_r) || !make_room(sa->conn, &sa->path.remote, false))
		return false;
	memcpy(sa->cky_r, cky_r, sizeof(sa->cky_r));
	enter(sa);
	return true;
}

static void sa_free(struct ike_sa *sa)
{
	v1_keys_wipe(&sa->keys);
	OPENSSL_cleanse(sa, sizeof(*sa));
	free(sa);
}

void ike_sa_discard(struct ike_sa *sa)
{
	v1_sa_release(sa);
	sa_free(sa);
}

struct ike_sa *ike_sa_new(struct conn *c, enum ike_role role, const struct ike_path *path)
{
	/* a responder's that begins with message 3 comes by ike_sa_admit() */
	bool forgeable = role == ROLE_RESPONDER;
	struct ike_sa *sa;

	if (forgeable && !make_room(c, &path->remote, true))
		return NULL;
	sa = ike_sa_embryo(c, path);
	sa->role = role;
	sa->forgeable = forgeable;
	fresh_cookie(sa);
	enter(sa);
	return sa;
}

void ike_sa_not_half_open(struct ike_sa *sa)
{
	if (!sa->half_open)
		return;
	sa->half_open = false;
	DL_DELETE2(sa->e->halves, sa, half_prev, half_next);
	sa->e->half_open--;
}

void ike_sa_move(struct ike_sa *sa, struct conn *to)
{
	if (sa->conn == to)
		return;
	DL_DELETE(sa->conn->ikes, sa);
	sa->conn = to;
	DL_PREPEND(to->ikes, sa);
}

void ike_sa_kill(struct ike_sa *sa)
{
	struct ike_engine *e = sa->e;

	if (sa->state == IKE_DEAD)
		return;
	sa->state = IKE_DEAD;
	if (sa->conn->ike == sa)
		sa->conn->ike = NULL;
	ike_sa_not_half_open(sa);
	engine_stop_timer(e, &sa->rekey);
	engine_stop_timer(e, &sa->expire);
	engine_stop_timer(e, &sa->keepalive);
	engine_stop_timer(e, &sa->dpd);
	HASH_DELETE(hh, e->sas, sa);
	DL_DELETE(sa->conn->ikes, sa);
	v1_sa_release(sa);
	sa->next = e->dead_sas;
	e->dead_sas = sa;
}

void ike_sa_free_dead(struct ike_engine *e)
{
	while (e->dead_sas) {
		struct ike_sa *sa = e->dead_sas;

		e->dead_sas = sa->next;
		sa_free(sa);
	}
}
