// SPDX-License-Identifier: GPL-2.0
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "core/v1/opening.h"

#define SECRET_LEN 32
#define AGE_SHIFT 16		/* a cookie is good for 65 s at least and twice that at most */
#define CKY_R_AT ISAKMP_COOKIE_LEN
#define SPENT_MAX 4096

/**
 * struct v1_openings - of one engine
 * @spent: cookies of SAs that are over, a ring; a recorded message 3 does not begin them again
 */
struct v1_openings {
	uint8_t secret[SECRET_LEN];
	struct v1_offers *offers;
	uint8_t spent[SPENT_MAX][ISAKMP_COOKIE_LEN];
	unsigned int n_spent;
};

static struct v1_openings *openings(struct ike_engine *e)
{
	struct v1_openings *o = e->v1_openings;

	if (o)
		return o;
	o = calloc(1, sizeof(*o));
	if (!o)
		return NULL;
	o->offers = v1_offers_new();
	if (!o->offers) {
		free(o);
		return NULL;
	}
	engine_random(e, o->secret, sizeof(o->secret));
	e->v1_openings = o;
	return o;
}

void v1_engine_release(struct ike_engine *e)
{
	struct v1_openings *o = e->v1_openings;

	if (!o)
		return;
	v1_offers_free(o->offers);
	OPENSSL_cleanse(o, sizeof(*o));
	free(o);
	e->v1_openings = NULL;
}

struct v1_offers *v1_openings_offers(const struct ike_engine *e)
{
	return e->v1_openings ? e->v1_openings->offers : NULL;
}

/* ---- the cookie ---- */

/** struct cookie_input - all that a cookie vouches for; no padding, so that it can be hashed as it is */
struct cookie_input {
	uint8_t purpose;
	uint8_t natt;
	uint8_t age[8];
	uint8_t cky_i[ISAKMP_COOKIE_LEN];
	uint8_t offer[V1_OFFER_KEY_LEN];
	struct {
		uint8_t len, port[2];
		uint8_t addr[16];
	} local, remote;
};

enum purpose { FOR_OFFER, FOR_COOKIE };

static void end_put(const union endpoint *ep, uint8_t *addr_len, uint8_t port[2], uint8_t addr[16])
{
	size_t len = 0;
	const uint8_t *p = ep->sa.sa_family == AF_UNSPEC ? NULL : endpoint_addr(ep, &len);

	*addr_len = (uint8_t)len;
	if (!p)
		return;
	memcpy(addr, p, len);
	port[0] = endpoint_port(ep) >> 8;
	port[1] = endpoint_port(ep) & 0xff;
}

/*
 * The hash of secret and input is cut short, and inputs of a kind have one
 * length, so nobody can extend it; an HMAC would cost twice as much of what a flood costs.
 */
static bool keyed_hash(const struct v1_openings *o, const void *p, size_t len, uint8_t out[HASH_MAX_LEN])
{
	struct bytes v[] = { { o->secret, sizeof(o->secret) }, { p, len } };

	return hash_bytes(HASH_SHA2_256, v, V1_ARRAY_LEN(v), out);
}

static bool offer_key(const struct v1_openings *o, const struct v1_msg *m, uint8_t key[V1_OFFER_KEY_LEN])
{
	static const uint8_t purpose = FOR_OFFER;
	struct bytes v[] = {
		{ o->secret, sizeof(o->secret) }, { &purpose, sizeof(purpose) }, { m->body, m->body_len },
	};
	uint8_t hash[HASH_MAX_LEN];

	if (!hash_bytes(HASH_SHA2_256, v, V1_ARRAY_LEN(v), hash))
		return false;
	memcpy(key, hash, V1_OFFER_KEY_LEN);
	return true;
}

/* The first bytes name the offer, the rest vouches. @age: in which span of time it is made */
static bool make_cookie(const struct v1_openings *o, const struct v1_msg *m, const struct v1_offer *of, uint64_t age,
			uint8_t cky_r[ISAKMP_COOKIE_LEN])
{
	struct cookie_input in = { .purpose = FOR_COOKIE, .natt = m->path->natt };
	uint8_t hash[HASH_MAX_LEN];

	memcpy(in.age, &age, sizeof(in.age));
	memcpy(in.cky_i, m->hdr.cky_i, sizeof(in.cky_i));
	memcpy(in.offer, of->key, sizeof(in.offer));
	end_put(&m->path->local, &in.local.len, in.local.port, in.local.addr);
	end_put(&m->path->remote, &in.remote.len, in.remote.port, in.remote.addr);
	if (!keyed_hash(o, &in, sizeof(in), hash))
		return false;
	memcpy(cky_r, of->key, V1_OFFER_TAG_LEN);
	memcpy(cky_r + V1_OFFER_TAG_LEN, hash, ISAKMP_COOKIE_LEN - V1_OFFER_TAG_LEN);
	return true;
}

static uint64_t age_of(const struct ike_engine *e)
{
	return e->now >> AGE_SHIFT;
}

/* The offer that the cookie of @m names, if we made it for who sends it now; NULL if not. */
static const struct v1_offer *redeem(const struct ike_engine *e, const struct v1_msg *m)
{
	const struct v1_openings *o = e->v1_openings;
	const struct v1_offer *of = o ? v1_offers_tagged(o->offers, m->hdr.cky_r) : NULL;

	for (; of; of = of->same_tag) {
		for (unsigned int back = 0; back < 2; back++) {
			uint8_t cky_r[ISAKMP_COOKIE_LEN];

			if (make_cookie(o, m, of, age_of(e) - back, cky_r) &&
			    !CRYPTO_memcmp(cky_r, m->hdr.cky_r, sizeof(cky_r)))
				return of;
		}
	}
	return NULL;
}

static bool is_spent(const struct v1_openings *o, const uint8_t cky_r[ISAKMP_COOKIE_LEN])
{
	for (unsigned int i = 0; i < SPENT_MAX && i < o->n_spent; i++)
		if (!memcmp(o->spent[i], cky_r, ISAKMP_COOKIE_LEN))
			return true;
	return false;
}

void v1_opening_over(struct ike_sa *sa)
{
	struct v1_openings *o = sa->e->v1_openings;

	if (o && v1_priv(sa)->opened)
		memcpy(o->spent[o->n_spent++ % SPENT_MAX], sa->cky_r, sizeof(sa->cky_r));
}

void v1_opening_authentic(struct ike_sa *sa)
{
	if (sa->e->v1_openings && v1_priv(sa)->opened)
		v1_offers_prove(sa->e->v1_openings->offers, v1_priv(sa)->offer);
}

/* ---- message 1 ---- */

/* An SA that nobody finds: to try an offer on. */
static struct ike_sa *embryo(struct conn *c, const struct v1_msg *m)
{
	struct ike_sa *sa = ike_sa_embryo(c, m->path);

	memcpy(sa->cky_i, m->hdr.cky_i, sizeof(sa->cky_i));
	if (v1_p1_new(sa, XCHG_MAIN, P1_R_START))
		return sa;
	ike_sa_discard(sa);
	return NULL;
}

/*
 * Who sent message 1 may be forged, so no more goes out than came in. Vendor
 * IDs give way, last ones first: a peer that has sent none has no use for them.
 */
static bool fit(struct v1_writer *w, const struct isakmp_hdr *hdr, size_t limit)
{
	struct v1_writer small;
	struct isakmp_hdr h = *hdr;
	struct v1_chain ch;

	if (w->b.len <= limit)
		return true;
	if (!v1_chain_parse(PL_SA, w->b.p + ISAKMP_HDR_LEN, w->b.len - ISAKMP_HDR_LEN, false, &ch))
		return false;
	h.next = PL_NONE;
	v1_begin(&small, &h);
	for (unsigned int i = 0; i < ch.n && (!i || small.b.len + ch.pl[i].raw_len <= limit); i++)
		v1_put(&small, ch.pl[i].type, ch.pl[i].body, ch.pl[i].len);
	buf_free(&w->b);
	*w = small;
	return v1_finish(w) && w->b.len <= limit;
}

static void send_message2(struct ike_sa *sa, const struct v1_msg *m, struct v1_offer *of,
			  const uint8_t key[V1_OFFER_KEY_LEN])
{
	struct v1_openings *o = sa->e->v1_openings;
	struct v1_writer *w = &sa->p1->out;

	if (!fit(w, &m->hdr, ISAKMP_HDR_LEN + m->body_len)) {
		sa->e->counters[CNT_WITHHELD]++;
		return;
	}
	if (of)
		v1_offers_touch(o->offers, of);
	else
		of = v1_offers_add(o->offers, key, m->body, m->body_len);
	/* the cookie comes last: it names what is kept */
	if (of && make_cookie(o, m, of, age_of(sa->e), w->b.p + CKY_R_AT))
		engine_send(sa->e, m->path, w->b.p, w->b.len);
}

/* The SA that this message 1 led to, if it is alive. */
static const struct ike_sa *led_to(struct ike_engine *e, const struct v1_msg *m, const struct v1_offer *of)
{
	uint8_t cky_r[ISAKMP_COOKIE_LEN];

	return make_cookie(e->v1_openings, m, of, age_of(e), cky_r) ? ike_sa_by_cookie(e, cky_r) : NULL;
}

/* Message 3 came, so message 2 was heard; a piece of it proves less. */
static bool was_answered(const struct ike_sa *sa)
{
	return sa && !(sa->p1 && sa->p1->state == P1_R_WAIT_KE);
}

/* @of: what @m offers, if that is kept already */
static void answer(struct conn *c, struct v1_msg *m, struct v1_offer *of, const uint8_t key[V1_OFFER_KEY_LEN])
{
	struct v1_fail f = { .cause = FAIL_NONE };
	struct ike_sa *sa = embryo(c, m);
	enum v1_verdict v;

	if (!sa)
		return;
	/* what is worth a line is said when message 3 comes */
	c->e->hushed = true;
	v = v1_main_r_message1(sa, m, &f);
	c->e->hushed = false;
	switch (v) {
	case V1_REPLY:
		conn_knocked(c);
		send_message2(sa, m, of, key);
		break;
	case V1_FAIL:
		conn_opening_refused(c, m->path, f.cause, f.who, f.ours, f.theirs);
		break;
	default:
		c->e->counters[CNT_MALFORMED]++;
	}
	ike_sa_discard(sa);
}

void v1_opening_message1(struct ike_engine *e, struct v1_msg *m)
{
	struct conn *c = conn_for_responder(e, m->path);
	struct v1_openings *o = c ? openings(e) : NULL;
	uint8_t key[V1_OFFER_KEY_LEN];
	struct v1_offer *of;
	const char *why;

	if (!c) {
		e->counters[CNT_UNKNOWN_PEER]++;
		conn_unknown(e, m->path);
		return;
	}
	if (m->body_len > V1_OFFER_MAX || !v1_chain_parse(m->hdr.next, m->body, m->body_len, false, &m->chain) ||
	    !v1_legal(XCHG_MAIN, 1, &m->chain, &why)) {
		e->counters[CNT_MALFORMED]++;
		return;
	}
	if (!o || !offer_key(o, m, key))
		return;
	of = v1_offers_find(o->offers, key);
	if (of && was_answered(led_to(e, m, of)))
		e->counters[CNT_DUPLICATE]++;
	else
		answer(c, m, of, key);
}

/* ---- message 3 ---- */

/* Bring @sa to where it would be, had it been kept since message 1. */
static bool recall(struct ike_sa *sa, const struct v1_msg *m, const struct v1_offer *of)
{
	struct v1_msg first = { .path = m->path, .hdr = m->hdr, .body = of->body, .body_len = of->len };
	struct v1_fail f;

	/* the configuration may be another one since then */
	if (!v1_chain_parse(PL_SA, of->body, of->len, false, &first.chain) ||
	    v1_main_r_message1(sa, &first, &f) != V1_REPLY)
		return false;
	buf_free(&sa->p1->out.b);
	sa->p1->state = P1_R_WAIT_KE;
	memcpy(v1_priv(sa)->offer, of->key, sizeof(of->key));
	return true;
}

static bool is_message3(const struct isakmp_hdr *h)
{
	return h->exchange == XCHG_MAIN && !h->msgid && !(h->flags & ISAKMP_FLAG_ENCRYPTED);
}

/* The SA that @m begins, if it brings a cookie of ours; NULL and counted if not. */
static struct ike_sa *admit(struct ike_engine *e, const struct v1_msg *m)
{
	const struct v1_offer *of = is_message3(&m->hdr) ? redeem(e, m) : NULL;
	struct conn *c = of && !is_spent(e->v1_openings, m->hdr.cky_r) ? conn_for_responder(e, m->path) : NULL;
	struct ike_sa *sa;

	if (!c) {
		e->counters[CNT_UNKNOWN_COOKIE]++;
		return NULL;
	}
	sa = v1_overloaded(e) ? NULL : embryo(c, m);
	if (sa && recall(sa, m, of) && ike_sa_admit(sa, m->hdr.cky_r))
		return sa;
	if (sa)
		ike_sa_discard(sa);
	return NULL;
}

struct ike_sa *v1_opening_fragment(struct ike_engine *e, const struct v1_msg *m)
{
	struct ike_sa *sa = admit(e, m);

	if (!sa)
		return NULL;
	v1_priv(sa)->opened = true;
	v1_resend_wait(&sa->p1->rs);
	return sa;
}

void v1_opening_message3(struct ike_engine *e, struct v1_msg *m)
{
	struct ike_sa *sa = admit(e, m);

	if (!sa)
		return;
	v1_p1_input(sa, m);
	if (sa->state == IKE_DEAD)
		return;
	/* damaged or forged: the cookie is as good as before */
	if (sa->p1->state == P1_R_WAIT_KE)
		ike_sa_kill(sa);
	else
		v1_priv(sa)->opened = true;
}
