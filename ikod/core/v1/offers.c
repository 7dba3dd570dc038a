// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "core/v1/opening.h"

/*
 * The offers of strangers push each other out, oldest first. Their bound is
 * chosen for a flood in which no two are alike: 100,000 a second of 200 bytes
 * each leave a peer some 250 ms for its message 3. One that led to an
 * authenticated phase 1 before is beyond their reach.
 */

#define TAGS (1 << (8 * V1_OFFER_TAG_LEN))	/* more than offers, so that few share one */
#define OVERHEAD (sizeof(struct v1_offer) + 32)	/* what an entry takes beside its body, allocator's share included */

/** struct offer_class - offers that push each other out, the first to go at the head */
struct offer_class {
	struct v1_offer *offers;
	unsigned int n, n_max;
	size_t bytes, bytes_max;
};

struct v1_offers {
	struct v1_offer *by_key;
	struct v1_offer *by_tag[TAGS];
	struct offer_class strangers, proven;
};

struct v1_offers *v1_offers_new(void)
{
	struct v1_offers *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->strangers = (struct offer_class){ .n_max = 32768, .bytes_max = 8 << 20 };
	o->proven = (struct offer_class){ .n_max = 1024, .bytes_max = 2 << 20 };
	return o;
}

static struct offer_class *class_of(struct v1_offers *o, const struct v1_offer *of)
{
	return of->proven ? &o->proven : &o->strangers;
}

static void enter(struct offer_class *c, struct v1_offer *of)
{
	DL_APPEND(c->offers, of);
	c->n++;
	c->bytes += of->len + OVERHEAD;
}

static void leave(struct offer_class *c, struct v1_offer *of)
{
	DL_DELETE(c->offers, of);
	c->n--;
	c->bytes -= of->len + OVERHEAD;
}

static struct v1_offer **tagged(struct v1_offers *o, const uint8_t tag[V1_OFFER_TAG_LEN])
{
	return &o->by_tag[tag[0] << 8 | tag[1]];
}

static void make_room(struct v1_offers *o, struct offer_class *c, size_t len)
{
	while (c->offers && (c->n >= c->n_max || c->bytes + len + OVERHEAD > c->bytes_max)) {
		struct v1_offer *oldest = c->offers;

		leave(c, oldest);
		HASH_DEL(o->by_key, oldest);
		LL_DELETE2(*tagged(o, oldest->key), oldest, same_tag);
		free(oldest);
	}
}

static void free_all(struct offer_class *c)
{
	struct v1_offer *of, *tmp;

	DL_FOREACH_SAFE(c->offers, of, tmp)
		free(of);
}

void v1_offers_free(struct v1_offers *o)
{
	if (!o)
		return;
	HASH_CLEAR(hh, o->by_key);
	free_all(&o->strangers);
	free_all(&o->proven);
	free(o);
}

struct v1_offer *v1_offers_find(const struct v1_offers *o, const uint8_t key[V1_OFFER_KEY_LEN])
{
	struct v1_offer *of;

	HASH_FIND(hh, o->by_key, key, V1_OFFER_KEY_LEN, of);
	return of;
}

const struct v1_offer *v1_offers_tagged(const struct v1_offers *o, const uint8_t tag[V1_OFFER_TAG_LEN])
{
	return o->by_tag[tag[0] << 8 | tag[1]];
}

void v1_offers_touch(struct v1_offers *o, struct v1_offer *of)
{
	struct offer_class *c = class_of(o, of);

	leave(c, of);
	enter(c, of);
}

struct v1_offer *v1_offers_add(struct v1_offers *o, const uint8_t key[V1_OFFER_KEY_LEN], const void *body, size_t len)
{
	struct v1_offer *of;

	make_room(o, &o->strangers, len);
	of = malloc(sizeof(*of) + len);
	if (!of)
		return NULL;
	memset(of, 0, sizeof(*of));
	memcpy(of->key, key, sizeof(of->key));
	memcpy(of->body, body, len);
	of->len = len;
	LL_PREPEND2(*tagged(o, key), of, same_tag);
	HASH_ADD(hh, o->by_key, key, sizeof(of->key), of);
	enter(&o->strangers, of);
	return of;
}

void v1_offers_prove(struct v1_offers *o, const uint8_t key[V1_OFFER_KEY_LEN])
{
	struct v1_offer *of = v1_offers_find(o, key);

	if (!of)
		return;
	leave(class_of(o, of), of);
	of->proven = true;
	make_room(o, &o->proven, of->len);
	enter(&o->proven, of);
}

size_t v1_offers_bytes(const struct v1_offers *o)
{
	return sizeof(*o) + o->strangers.bytes + o->proven.bytes;
}
