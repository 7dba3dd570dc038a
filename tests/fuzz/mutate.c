// SPDX-License-Identifier: GPL-2.0
/*
 * The mutator of targets that eat payload chains. libFuzzer's own changes bytes
 * and nearly always leaves lengths that lie, which the parsers see at once; so
 * most changes here are made inside one payload, proposal or transform, or to
 * the sequence of them, and every length around it is set right again. The
 * others are libFuzzer's, lies and all.
 */
#include <string.h>

#include "fuzz/fuzz.h"
#include "wire/isakmp.h"

#define BOXES_MAX 128
#define GROWTH 96		/* bytes that one change may add */

/**
 * struct box - what has a generic header (RFC 2408 3.2)
 * @link: offset of the byte that says what type it has
 * @at, @end: header included
 * @body: where a change is made: behind the fixed part
 * @parent: index of the box around it, -1 for none
 */
struct box {
	size_t link, at, body, end;
	int parent;
	uint8_t type;
};

/** struct region - one chain; @len_at: its chunk's length, 0 if there is none */
struct region {
	size_t link, body, end, len_at;
};

struct work {
	uint8_t *p;
	size_t size, max;
	uint64_t rng;
	struct box boxes[BOXES_MAX];
	unsigned int n;
};

static uint32_t dice(struct work *w, uint32_t sides)
{
	w->rng = w->rng * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(w->rng >> 33) % sides;
}

static unsigned int be16_at(const uint8_t *p, size_t at)
{
	return (unsigned int)p[at] << 8 | p[at + 1];
}

static void add16_at(uint8_t *p, size_t at, long delta)
{
	unsigned int v = (unsigned int)((long)be16_at(p, at) + delta);

	p[at] = v >> 8 & 0xff;
	p[at + 1] = v & 0xff;
}

/* ---- where things are ---- */

static void walk(struct work *w, uint8_t type, size_t link, size_t at, size_t end, int parent);

/* What is nested in box @i: proposals in an SA, transforms in a proposal. */
static void walk_into(struct work *w, int i)
{
	struct box *b = &w->boxes[i];

	if (b->type == PL_SA && b->at + 12 <= b->end) {
		walk(w, PL_PROPOSAL, 0, b->at + 12, b->end, i);
	} else if (b->type == PL_PROPOSAL && b->at + 8 <= b->end) {
		size_t first = b->at + 8 + w->p[b->at + 6];

		walk(w, PL_TRANSFORM, 0, first, b->end, i);
	} else if (b->type == PL_TRANSFORM && b->at + 8 <= b->end) {
		b->body = b->at + 8;
	}
}

static void walk(struct work *w, uint8_t type, size_t link, size_t at, size_t end, int parent)
{
	while (type && at + 4 <= end && w->n < BOXES_MAX) {
		size_t len = be16_at(w->p, at + 2);
		int i = (int)w->n;

		if (len < 4 || len > end - at)
			return;
		w->boxes[w->n++] = (struct box){ link, at, at + 4, at + len, parent, type };
		walk_into(w, i);
		link = at;
		type = w->p[at];
		at += len;
	}
}

/* ---- changing them ---- */

/* Puts @n bytes in place of those from @at to @end; false if there is no room. */
static bool splice(struct work *w, size_t at, size_t end, const uint8_t *p, size_t n)
{
	if (w->size - (end - at) + n > w->max)
		return false;
	memmove(w->p + at + n, w->p + end, w->size - end);
	if (n)
		memcpy(w->p + at, p, n);
	w->size = w->size - (end - at) + n;
	return true;
}

static void grown(struct work *w, const struct region *r, int box, long delta)
{
	for (; box >= 0; box = w->boxes[box].parent)
		add16_at(w->p, w->boxes[box].at + 2, delta);
	if (r->len_at)
		add16_at(w->p, r->len_at, delta);
}

static void count_transforms(struct work *w, const struct box *b, int delta)
{
	if (b->type == PL_TRANSFORM && b->parent >= 0)
		w->p[w->boxes[b->parent].at + 7] += delta;
}

static void change_bytes(struct work *w, const struct region *r, size_t at, size_t end, int box)
{
	uint8_t tmp[4096];
	size_t n = end - at, room = n + GROWTH < sizeof(tmp) ? n + GROWTH : sizeof(tmp);

	if (n > sizeof(tmp))
		return;
	memcpy(tmp, w->p + at, n);
	room = LLVMFuzzerMutate(tmp, n, room);
	if (splice(w, at, end, tmp, room))
		grown(w, r, box, (long)room - (long)n);
}

static void duplicate(struct work *w, const struct region *r, int i)
{
	const struct box b = w->boxes[i];
	uint8_t tmp[4096];
	size_t n = b.end - b.at;

	if (n > sizeof(tmp))
		return;
	memcpy(tmp, w->p + b.at, n);
	if (!splice(w, b.end, b.end, tmp, n))
		return;
	w->p[b.at] = b.type;
	grown(w, r, b.parent, (long)n);
	count_transforms(w, &b, 1);
}

static void drop(struct work *w, const struct region *r, int i)
{
	const struct box b = w->boxes[i];

	if (b.link)
		w->p[b.link] = w->p[b.at];
	splice(w, b.at, b.end, NULL, 0);
	grown(w, r, b.parent, -(long)(b.end - b.at));
	count_transforms(w, &b, -1);
}

static void retype(struct work *w, int i)
{
	static const uint8_t types[] = {
		PL_SA, PL_KE, PL_ID, PL_CERT, PL_CERTREQ, PL_HASH, PL_SIG, PL_NONCE, PL_NOTIFY, PL_DELETE, PL_VENDOR,
		PL_ATTR, PL_NAT_D, PL_NAT_OA, PL_NAT_D_DRAFT, PL_NAT_OA_DRAFT, PL_FRAGMENT,
	};

	if (w->boxes[i].link)
		w->p[w->boxes[i].link] = types[dice(w, sizeof(types))];
}

static void change_chain(struct work *w, const struct region *r)
{
	int i;

	w->n = 0;
	walk(w, w->p[r->link], r->link, r->body, r->end, -1);
	if (!w->n) {
		change_bytes(w, r, r->body, r->end, -1);
		return;
	}
	i = (int)dice(w, w->n);
	switch (dice(w, 10)) {
	case 0:
		duplicate(w, r, i);
		break;
	case 1:
		drop(w, r, i);
		break;
	case 2:
		retype(w, i);
		break;
	case 3:
		change_bytes(w, r, r->body, r->end, -1);
		break;
	default:
		change_bytes(w, r, w->boxes[i].body, w->boxes[i].end, i);
	}
}

/* ---- chunks ---- */

static bool chunk_at(const struct work *w, size_t at, struct region *r)
{
	size_t len;

	if (at + FUZZ_CHUNK_HDR > w->size)
		return false;
	len = be16_at(w->p, at + 3);
	*r = (struct region){ .link = at + 2, .body = at + FUZZ_CHUNK_HDR, .len_at = at + 3 };
	if (len > w->size - r->body) {		/* what fuzz_chunk() makes of it */
		len = w->size - r->body;
		w->p[at + 3] = len >> 8 & 0xff;
		w->p[at + 4] = len & 0xff;
	}
	r->end = r->body + len;
	return true;
}

static void change_chunk(struct work *w, const struct region *r)
{
	size_t at = r->body - FUZZ_CHUNK_HDR, n = r->end - at;
	uint8_t tmp[4096];

	switch (dice(w, 4)) {
	case 0:
		splice(w, at, r->end, NULL, 0);
		break;
	case 1:		/* once more, somewhere behind */
		if (n <= sizeof(tmp)) {
			size_t to = dice(w, 2) ? r->end : w->size;

			memcpy(tmp, w->p + at, n);
			splice(w, to, to, tmp, n);
		}
		break;
	default:
		w->p[at + dice(w, 3)] = (uint8_t)dice(w, 256);
	}
}

static void change_chunks(struct work *w)
{
	struct region r;
	unsigned int n = 0;

	for (size_t at = fuzz_chunks_at; chunk_at(w, at, &r); at = r.end)
		n++;
	if (!n || (!dice(w, 8) && fuzz_chunks_at <= w->size)) {
		w->size = LLVMFuzzerMutate(w->p, w->size, w->max);
		return;
	}
	n = dice(w, n);
	for (size_t at = fuzz_chunks_at; chunk_at(w, at, &r) && n; at = r.end)
		n--;
	if (dice(w, 4))
		change_chain(w, &r);
	else
		change_chunk(w, &r);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	struct work w = { .p = data, .size = size, .max = max, .rng = seed };
	struct region datagram = { .link = 1 + 16, .body = 1 + ISAKMP_HDR_LEN, .end = size };

	if (fuzz_chunks_at)
		change_chunks(&w);
	else if (size > datagram.body && data[0] % 4 == 0 && dice(&w, 4))
		change_chain(&w, &datagram);
	else
		w.size = LLVMFuzzerMutate(data, size, max);
	return w.size ? w.size : 1;
}
