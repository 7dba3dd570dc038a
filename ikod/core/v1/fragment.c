// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "core/v1/v1.h"

/*
 * A fragment is a message of its own: an ISAKMP header with the cookies,
 * exchange and message id of the message that was cut, and one payload of type
 * 132 with a piece of that message, its header included:
 *
 *   next (0) | reserved | length (2) | id (2) | number, from 1 | flags: 1 last
 *
 * Nothing of it is authenticated before the whole is. So a fragment is taken
 * only under an SA whose peer announced them and has brought both cookies back
 * (that is what proves the address of who opened a phase 1), one message at a
 * time, within hard bounds. The whole then takes the way that it would have
 * taken in one piece.
 */

#define FLAG_LAST 1
#define CAP_LEN 4
#define CAP_MAIN 0x80000000	/* main and aggressive mode; what else is set says nothing to us */

/* RFC 8200 5: each link carries it, and so does every IPv4 path that is in use; the fewer pieces, the fewer get lost */
#define PACKET_MAX 1280
#define IP4_HDR_LEN 20
#define IP6_HDR_LEN 40
#define UDP_HDR_LEN 8
#define NON_ESP_LEN 4		/* RFC 3948 2.2 */

/* MD5("FRAGMENTATION"); capabilities may follow */
static const uint8_t vendor[16] = {
	0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85, 0x25, 0xe7, 0xde, 0x7f, 0x00, 0xd6, 0xc2, 0xd3,
};

/** struct fragment - one, read but not believed; @data borrowed */
struct fragment {
	uint16_t id;
	uint8_t number;
	bool last;
	const uint8_t *data;
	size_t len;
};

/** struct piece - data of a fragment; @come: since the message was last complete */
struct piece {
	uint8_t *p;
	size_t len;
	bool come;
};

/**
 * struct v1_partial - a message in pieces
 * @path: the way that all of it has to come
 * @last: number of the last fragment, 0 until it is there
 * @have: how many have come since the message was last complete
 * @bytes: of all pieces
 */
struct v1_partial {
	struct ike_sa *sa;
	struct timer timer;
	struct ike_path path;
	uint8_t exchange;
	uint32_t msgid;
	uint16_t id;
	unsigned int last, have;
	size_t bytes;
	struct piece pieces[V1_FRAGMENTS_MAX];
};

static struct v1_frag *frag_of(const struct ike_sa *sa)
{
	return &v1_priv(sa)->frag;
}

/* ---- who does fragments ---- */

void v1_frag_offer(struct ike_sa *sa, struct v1_writer *w)
{
	static const uint8_t cap[CAP_LEN] = { CAP_MAIN >> 24 };
	uint8_t id[sizeof(vendor) + sizeof(cap)];

	/* an answer to who does not know them would only be longer */
	if (sa->conn->cfg->ike_fragmentation == IKE_FRAG_NO || (sa->role == ROLE_RESPONDER && !frag_of(sa)->ok))
		return;
	memcpy(id, vendor, sizeof(vendor));
	memcpy(id + sizeof(vendor), cap, sizeof(cap));
	v1_put(w, PL_VENDOR, id, sizeof(id));
}

/* Windows announces without capabilities, all others with them. */
static bool announces(const struct v1_payload *pl)
{
	struct cursor c = cursor_of(pl->body, pl->len);
	const uint8_t *id = cursor_bytes(&c, sizeof(vendor));

	if (pl->type != PL_VENDOR || !id || memcmp(id, vendor, sizeof(vendor)))
		return false;
	return !c.left || (c.left == CAP_LEN && cursor_be32(&c) & CAP_MAIN);
}

void v1_frag_agree(struct ike_sa *sa, const struct v1_chain *ch)
{
	enum ike_frag_mode mode = sa->conn->cfg->ike_fragmentation;
	bool ok = mode == IKE_FRAG_FORCE;

	for (unsigned int i = 0; mode != IKE_FRAG_NO && i < ch->n; i++)
		ok |= announces(&ch->pl[i]);
	frag_of(sa)->ok = ok;
}

/* ---- putting together ---- */

static void partial_free(struct v1_partial *in)
{
	if (!in)
		return;
	timer_stop(&in->sa->e->timers, &in->timer);
	for (unsigned int i = 0; i < V1_FRAGMENTS_MAX; i++)
		free(in->pieces[i].p);
	free(in);
}

void v1_frag_release(struct ike_sa *sa)
{
	struct v1_frag *frag = frag_of(sa);

	partial_free(frag->in);
	frag->in = NULL;
}

static void dropped(struct ike_sa *sa)
{
	sa->e->counters[CNT_FRAGMENT_DROPPED]++;
}

static void late(void *owner)
{
	struct v1_partial *in = owner;
	struct ike_sa *sa = in->sa;

	sa->e->counters[CNT_FRAGMENT_DROPPED] += in->have;
	v1_frag_release(sa);
}

static bool fragment_parse(const struct v1_msg *m, struct fragment *out)
{
	struct v1_chain ch;
	struct cursor c;

	/* nothing stands behind a fragment */
	if (!v1_chain_parse(m->hdr.next, m->body, m->body_len, false, &ch) || ch.n != 1)
		return false;
	c = cursor_of(ch.pl[0].body, ch.pl[0].len);
	out->id = cursor_be16(&c);
	out->number = cursor_u8(&c);
	out->last = cursor_u8(&c) & FLAG_LAST;
	out->len = c.left;
	out->data = c.p;
	return cursor_ok(&c) && out->len && out->number && out->number <= V1_FRAGMENTS_MAX;
}

static bool same_way(const struct ike_path *a, const struct ike_path *b)
{
	return a->natt == b->natt && endpoint_eq(&a->local, &b->local) && endpoint_eq(&a->remote, &b->remote);
}

/*
 * Who has not proven the keys yet has to stay where its first message came
 * from. Where port 4500 is spoken, the initiator may just have gone there.
 */
static bool way_ok(const struct ike_sa *sa, const struct ike_path *path)
{
	if (!sa->p1)
		return true;
	return sa->natt_ok ? addr_eq(&path->remote, &sa->path.remote) :
			     endpoint_eq(&path->remote, &sa->path.remote) && path->natt == sa->path.natt;
}

static bool belongs(const struct v1_partial *in, const struct v1_msg *m, const struct fragment *f)
{
	return in->id == f->id && in->exchange == m->hdr.exchange && in->msgid == m->hdr.msgid &&
	       same_way(&in->path, m->path);
}

/* Nothing that is there already says otherwise. */
static bool consistent(const struct v1_partial *in, const struct fragment *f)
{
	const struct piece *held = &in->pieces[f->number - 1];

	if (in->last && (f->last ? f->number != in->last : f->number >= in->last))
		return false;
	for (unsigned int i = f->number; f->last && i < V1_FRAGMENTS_MAX; i++)
		if (in->pieces[i].p)
			return false;
	return !held->p || (held->len == f->len && !memcmp(held->p, f->data, f->len));
}

static struct v1_partial *partial_new(struct ike_sa *sa, const struct v1_msg *m, const struct fragment *f)
{
	struct v1_partial *in = calloc(1, sizeof(*in));

	if (!in)
		return NULL;
	in->sa = sa;
	in->id = f->id;
	in->exchange = m->hdr.exchange;
	in->msgid = m->hdr.msgid;
	in->path = *m->path;
	timer_set(&sa->e->timers, &in->timer, sa->e->now + V1_FRAGMENT_WAIT, late, in);
	return in;
}

/*
 * The message that @f is of. One at a time: a peer goes on to the next message
 * when it is done with the last, so what comes now is what counts. Many peers
 * give each message the same id; then it is a contradiction that tells them apart.
 */
static struct v1_partial *partial_for(struct ike_sa *sa, const struct v1_msg *m, const struct fragment *f)
{
	struct v1_frag *frag = frag_of(sa);

	if (frag->in && !(belongs(frag->in, m, f) && consistent(frag->in, f))) {
		sa->e->counters[CNT_FRAGMENT_DROPPED] += frag->in->have;
		v1_frag_release(sa);
	}
	if (!frag->in)
		frag->in = partial_new(sa, m, f);
	return frag->in;
}

static bool keep(struct v1_partial *in, struct piece *piece, const struct fragment *f)
{
	if (f->len > V1_FRAGMENT_BYTES_MAX - in->bytes)
		return false;
	piece->p = malloc(f->len);
	if (!piece->p)
		return false;
	memcpy(piece->p, f->data, f->len);
	piece->len = f->len;
	in->bytes += f->len;
	if (f->last)
		in->last = f->number;
	return true;
}

/* The bytes as they were before they were cut. */
static uint8_t *join(const struct v1_partial *in)
{
	uint8_t *whole = malloc(in->bytes);
	size_t at = 0;

	for (unsigned int i = 0; whole && i < in->last; i++) {
		memcpy(whole + at, in->pieces[i].p, in->pieces[i].len);
		at += in->pieces[i].len;
	}
	return whole;
}

/* In aggressive mode it is message 2 already that may come in fragments, with the peer's cookie and vendor ID inside. */
static bool awaits_answer(const struct ike_sa *sa)
{
	return sa->p1 && sa->p1->state == P1_AI_WAIT_SA && sa->conn->cfg->ike_fragmentation != IKE_FRAG_NO;
}

/* A whole may come in pieces, a piece may not; and the pieces were counted as those of @sa. */
static bool whole_ok(const struct ike_sa *sa, const uint8_t *p, size_t len)
{
	struct cursor c = cursor_of(p, len);
	struct isakmp_hdr h;

	return isakmp_hdr_parse(&c, &h) && h.next != PL_FRAGMENT &&
	       !memcmp(h.cky_i, sa->cky_i, sizeof(h.cky_i)) &&
	       (awaits_answer(sa) || !memcmp(h.cky_r, sa->cky_r, sizeof(h.cky_r)));
}

/*
 * The pieces stay for their time: a doubled one is then known for what it is,
 * and does not become the first of the next message. If all of them come again,
 * the message does.
 */
static void complete(struct ike_sa *sa, struct v1_partial *in)
{
	uint8_t *whole = join(in);
	struct ike_path path = in->path;

	if (!whole || !whole_ok(sa, whole, in->bytes)) {
		sa->e->counters[CNT_FRAGMENT_DROPPED] += in->have;
		v1_frag_release(sa);
	} else {
		for (unsigned int i = 0; i < in->last; i++)
			in->pieces[i].come = false;
		in->have = 0;
		sa->e->counters[CNT_REASSEMBLED]++;
		v1_input(sa->e, &path, whole, in->bytes);	/* the SA may end here */
	}
	free(whole);
}

void v1_frag_input(struct ike_sa *sa, const struct v1_msg *m)
{
	struct v1_partial *in;
	struct piece *piece;
	struct fragment f;

	sa->e->counters[CNT_FRAGMENT_IN]++;
	if (!v1_priv(sa) || !(frag_of(sa)->ok || awaits_answer(sa)) || !way_ok(sa, m->path) || !fragment_parse(m, &f)) {
		dropped(sa);
		return;
	}
	in = partial_for(sa, m, &f);
	if (!in) {
		dropped(sa);
		return;
	}
	piece = &in->pieces[f.number - 1];
	if (piece->come) {
		sa->e->counters[CNT_DUPLICATE]++;
		return;
	}
	if (!piece->p && !keep(in, piece, &f)) {
		/* it can never become whole */
		sa->e->counters[CNT_FRAGMENT_DROPPED] += in->have + 1;
		v1_frag_release(sa);
		return;
	}
	piece->come = true;
	in->have++;
	if (in->have == in->last)
		complete(sa, in);
}

/* ---- cutting up ---- */

size_t v1_frag_limit(const struct ike_path *path)
{
	size_t headers = UDP_HDR_LEN + (path->natt ? NON_ESP_LEN : 0);

	headers += path->remote.sa.sa_family == AF_INET6 ? IP6_HDR_LEN : IP4_HDR_LEN;
	return PACKET_MAX - headers;
}

/*
 * Before message 3 is back the address may be forged: not a byte more than the
 * message itself has. In aggressive mode the initiator does not know before
 * message 2 that there are fragments, either.
 */
static bool address_proven(const struct ike_sa *sa)
{
	return !sa->p1 || (sa->p1->state != P1_R_START && sa->p1->state != P1_R_WAIT_KE &&
			   sa->p1->state != P1_AR_WAIT_AUTH);
}

/* Fragments of one transmission fill the gaps of another: the same message has the same id. */
static uint16_t id_for(struct v1_frag *frag, const uint8_t *p, size_t len)
{
	struct bytes whole = { p, len };
	uint8_t digest[HASH_MAX_LEN] = { 0 };

	if (!hash_bytes(HASH_SHA2_256, &whole, 1, digest) || !frag->out_id ||
	    memcmp(digest, frag->out_digest, sizeof(frag->out_digest))) {
		memcpy(frag->out_digest, digest, sizeof(frag->out_digest));
		frag->out_id = frag->out_id == UINT16_MAX ? 1 : frag->out_id + 1;
	}
	return frag->out_id;
}

static bool fragment_put(struct v1_writer *w, const struct isakmp_hdr *h, const struct fragment *f)
{
	v1_begin(w, h);
	v1_pl_begin(w, PL_FRAGMENT);
	buf_be16(&w->b, f->id);
	buf_u8(&w->b, f->number);
	buf_u8(&w->b, f->last ? FLAG_LAST : 0);
	buf_put(&w->b, f->data, f->len);
	v1_pl_end(w);
	return v1_finish(w);
}

static void send_fragments(struct ike_sa *sa, const uint8_t *p, size_t len, size_t room)
{
	struct cursor c = cursor_of(p, len);
	struct isakmp_hdr h;
	struct fragment f = { .id = id_for(frag_of(sa), p, len) };

	if (!isakmp_hdr_parse(&c, &h))
		return;
	/* the piece is readable, whatever it is a piece of */
	h.flags = 0;
	for (size_t at = 0; at < len; at += f.len) {
		struct v1_writer w;

		f.number++;
		f.data = p + at;
		f.len = len - at < room ? len - at : room;
		f.last = at + f.len == len;
		if (fragment_put(&w, &h, &f))
			engine_send(sa->e, &sa->path, w.b.p, w.b.len);
		buf_free(&w.b);
	}
}

/*
 * At once, not only when there was no answer: what is too long for the path
 * would cost the time of a retransmission in each exchange, and a network that
 * loses fragments of IP loses them the second time, too.
 */
void v1_send(struct ike_sa *sa, const uint8_t *p, size_t len)
{
	size_t limit = v1_frag_limit(&sa->path);
	size_t room = limit - ISAKMP_HDR_LEN - V1_FRAGMENT_HDR_LEN;

	if (len > limit && len <= room * V1_FRAGMENTS_MAX && v1_priv(sa) && frag_of(sa)->ok && address_proven(sa))
		send_fragments(sa, p, len, room);
	else
		engine_send(sa->e, &sa->path, p, len);
}
