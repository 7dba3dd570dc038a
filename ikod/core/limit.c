// SPDX-License-Identifier: GPL-2.0
#include "core/limit.h"

#define EACH_INTERVAL 500	/* ms */
#define EACH_BURST 8
#define ALL_INTERVAL 10
#define ALL_BURST 100

bool bucket_take(struct bucket *b, uint64_t now, uint64_t interval, unsigned int burst)
{
	uint64_t from = b->full_at > now ? b->full_at : now;

	if (from + interval > now + interval * burst)
		return false;
	b->full_at = from + interval;
	return true;
}

/* FNV-1a with a salt */
static uint64_t fold(uint64_t h, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 0x100000001b3;
	return h ^ h >> 32;
}

bool limiter_allows(struct limiter *l, uint64_t now, const union endpoint *who)
{
	size_t len = 0;
	const uint8_t *p = who->sa.sa_family == AF_UNSPEC ? NULL : endpoint_addr(who, &len);
	struct bucket *own = &l->each[fold(l->salt, p, len > 8 ? 8 : len) % LIMIT_BUCKETS];

	return bucket_take(own, now, EACH_INTERVAL, EACH_BURST) && bucket_take(&l->all, now, ALL_INTERVAL, ALL_BURST);
}
