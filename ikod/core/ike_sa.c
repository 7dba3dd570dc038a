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
	HASH_ADD_KEYPTR(hh, sa->e->sas, own, ISAKMP_COOKIE_LEN, sa);
}

/*
 * Anyone may open a phase 1 in a peer's name. A flood pushes out the oldest of
 * its own connection only, and never one that is authenticated.
 */
static void make_room(struct conn *c)
{
	struct ike_sa *sa, *oldest = NULL;
	unsigned int n = 0;

	DL_FOREACH(c->ikes, sa) {
		if (!sa->half_open)
			continue;
		n++;
		oldest = sa;	/* newest first */
	}
	if (n < HALF_OPEN_CONN)
		return;
	engine_counter(c->e, CNT_HALF_OPEN_LIMIT);
	ike_sa_kill(oldest);
}

struct ike_sa *ike_sa_new(struct conn *c, enum ike_role role, const struct ike_path *path)
{
	struct ike_sa *sa = core_zalloc(sizeof(*sa));

	sa->e = c->e;
	sa->conn = c;
	sa->role = role;
	sa->path = *path;
	sa->state = IKE_CONNECTING;
	sa->born = c->e->now;
	fresh_cookie(sa);
	if (role == ROLE_RESPONDER) {
		make_room(c);
		sa->half_open = true;
		c->e->half_open++;
	}
	DL_PREPEND(c->ikes, sa);
	return sa;
}

void ike_sa_not_half_open(struct ike_sa *sa)
{
	if (!sa->half_open)
		return;
	sa->half_open = false;
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
		v1_keys_wipe(&sa->keys);
		OPENSSL_cleanse(sa, sizeof(*sa));
		free(sa);
	}
}
