// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "core/v1/v1.h"

/*
 * RFC 2408 has no replay protection within an ISAKMP SA: a recorded message of
 * an exchange that is over decrypts and authenticates again. So the ids of
 * those exchanges are remembered, oldest forgotten first once there are very
 * many; four pairs rekeyed hourly with a DPD every 30 s fill this in days.
 */
#define SEEN_MAX 16384

struct v1_seen {
	uint32_t msgid;
	UT_hash_handle hh;
};

bool v1_seen_has(const struct v1_seen *s, uint32_t msgid)
{
	struct v1_seen *found;

	HASH_FIND(hh, s, &msgid, sizeof(msgid), found);
	return found;
}

void v1_seen_add(struct v1_seen **s, uint32_t msgid)
{
	struct v1_seen *one;

	if (v1_seen_has(*s, msgid))
		return;
	if (HASH_COUNT(*s) >= SEEN_MAX) {
		/* uthash keeps the order of insertion: the head is the oldest */
		one = *s;
		HASH_DEL(*s, one);
	} else {
		one = calloc(1, sizeof(*one));
		if (!one)
			return;
	}
	one->msgid = msgid;
	HASH_ADD(hh, *s, msgid, sizeof(one->msgid), one);
}

void v1_seen_free(struct v1_seen **s)
{
	struct v1_seen *one, *tmp;

	HASH_ITER(hh, *s, one, tmp) {
		HASH_DEL(*s, one);
		free(one);
	}
}
