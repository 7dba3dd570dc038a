/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CORE_V1_FRAGMENT_H
#define IKOD_CORE_V1_FRAGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Fragments of IKE messages, as they are in the field ([MS-IKEE] 2.2.3; Cisco,
 * strongSwan, Libreswan and racoon do the same): networks that lose fragments
 * of IP let messages pass that IKE cut up itself.
 */

#define V1_FRAGMENTS_MAX 64		/* of one message */
#define V1_FRAGMENT_BYTES_MAX 16384	/* of one message, put together */
#define V1_FRAGMENT_WAIT 10000		/* ms from the first fragment of a message to the last one */
#define V1_FRAGMENT_HDR_LEN 8		/* with the generic header */

struct ike_path;
struct ike_sa;
struct v1_chain;
struct v1_msg;
struct v1_partial;
struct v1_writer;

/**
 * struct v1_frag - what an IKE SA knows of fragments
 * @ok: both sides do them
 * @out_id, @out_digest: the message that was cut up last, so that it has the
 *                       same fragments when it is sent again
 * @in: the message that came in fragments last, or is about to; NULL if that was long ago
 */
struct v1_frag {
	bool ok;
	uint16_t out_id;
	uint8_t out_digest[32];
	struct v1_partial *in;
};

/** v1_frag_offer - say in our message 1 or 2 that we put fragments together */
void v1_frag_offer(struct ike_sa *sa, struct v1_writer *w);
/** v1_frag_agree - from the vendor IDs of the peer's message 1 or 2: are fragments used */
void v1_frag_agree(struct ike_sa *sa, const struct v1_chain *ch);
/** v1_frag_input - a message that is a fragment; what it completes goes through v1_input() */
void v1_frag_input(struct ike_sa *sa, const struct v1_msg *m);
/** v1_frag_release - forget all pieces */
void v1_frag_release(struct ike_sa *sa);
/** v1_send - to the peer of @sa, in fragments if it is too long for any path to take and the peer knows them */
void v1_send(struct ike_sa *sa, const uint8_t *p, size_t len);
/** v1_frag_limit - bytes of the longest message that goes to @path in one piece */
size_t v1_frag_limit(const struct ike_path *path);

#endif
