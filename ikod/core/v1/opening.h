/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CORE_V1_OPENING_H
#define IKOD_CORE_V1_OPENING_H

#include "core/v1/v1.h"

/*
 * Message 1 of main mode without a record of who sent it. The responder's
 * cookie proves the address (RFC 2408 2.5.3): it is a keyed hash of both ends'
 * addresses, the initiator's cookie and the offer, so message 3 brings back all
 * that is needed but the offer itself, of which the hashes of messages 5 and 6
 * want every byte (SAi_b, RFC 2409 5). Offers are kept here, each once however
 * many peers send it, and within bounds.
 */

#define V1_OFFER_MAX 12288	/* bytes behind the header of message 1 that are kept */
#define V1_OFFER_KEY_LEN 16
#define V1_OFFER_TAG_LEN 2

/**
 * struct v1_offer - what stands in some peer's message 1
 * @key: keyed hash of @body; a cookie names it by its first bytes, so that one which was forgotten and
 *       comes again is found by the cookies from before, too
 * @same_tag: another one that begins alike
 * @proven: a phase 1 that was authenticated began with it
 */
struct v1_offer {
	uint8_t key[V1_OFFER_KEY_LEN];
	bool proven;
	struct v1_offer *same_tag;
	size_t len;
	struct v1_offer *next, *prev;
	UT_hash_handle hh;
	uint8_t body[];
};

struct v1_offers;

struct v1_offers *v1_offers_new(void);
void v1_offers_free(struct v1_offers *o);
struct v1_offer *v1_offers_find(const struct v1_offers *o, const uint8_t key[V1_OFFER_KEY_LEN]);
/** v1_offers_tagged - the first of those that a cookie may mean, the others behind it; NULL if none is kept any more */
const struct v1_offer *v1_offers_tagged(const struct v1_offers *o, const uint8_t tag[V1_OFFER_TAG_LEN]);
/** v1_offers_add - one that is not there yet; NULL without memory */
struct v1_offer *v1_offers_add(struct v1_offers *o, const uint8_t key[V1_OFFER_KEY_LEN], const void *body, size_t len);
/** v1_offers_touch - becomes the last to be forgotten */
void v1_offers_touch(struct v1_offers *o, struct v1_offer *of);
/** v1_offers_prove - who sent it was authenticated: what strangers send does not push it out any more */
void v1_offers_prove(struct v1_offers *o, const uint8_t key[V1_OFFER_KEY_LEN]);
/** v1_offers_bytes - memory that all of them take */
size_t v1_offers_bytes(const struct v1_offers *o);

/** v1_openings_offers - what @e keeps, NULL if nobody came yet */
struct v1_offers *v1_openings_offers(const struct ike_engine *e);
/** v1_opening_message1 - answer a stranger's message 1, remember at most its offer */
void v1_opening_message1(struct ike_engine *e, struct v1_msg *m);
/** v1_opening_message3 - a message for no SA that there is: message 3 with a cookie of ours makes one */
void v1_opening_message3(struct ike_engine *e, struct v1_msg *m);
/** v1_opening_fragment - the same for a piece of message 3: the SA waits for the others; NULL if it makes none */
struct ike_sa *v1_opening_fragment(struct ike_engine *e, const struct v1_msg *m);
/** v1_opening_authentic - @sa, which began with message 3 here, is authenticated */
void v1_opening_authentic(struct ike_sa *sa);
/** v1_opening_over - @sa dies: its cookie opens nothing again */
void v1_opening_over(struct ike_sa *sa);

#endif
