/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CORE_LIMIT_H
#define IKOD_CORE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"

/*
 * How often strangers are answered: token buckets, one for all of them and one
 * for each address. Addresses share a fixed number of buckets, so that no flood
 * makes them grow; who shares one with somebody loud is told less often.
 */

#define LIMIT_BUCKETS 1024

/** struct bucket - @full_at: engine milliseconds at which all its tokens are back, 0 for a new one */
struct bucket {
	uint64_t full_at;
};

/**
 * struct limiter - zeroed is full
 * @salt: random, so that nobody can choose whom to share a bucket with
 */
struct limiter {
	uint64_t salt;
	struct bucket all, each[LIMIT_BUCKETS];
};

/** bucket_take - one token of @burst, of which one comes back every @interval ms; false if there is none */
bool bucket_take(struct bucket *b, uint64_t now, uint64_t interval, unsigned int burst);
/** limiter_allows - a token of @who's and one of all; IPv6 addresses of one /64 are one */
bool limiter_allows(struct limiter *l, uint64_t now, const union endpoint *who);

#endif
