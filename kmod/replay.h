/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VPNTUN_REPLAY_H
#define VPNTUN_REPLAY_H

#include "pure.h"

#define REPLAY_WINDOW_MIN	64
#define REPLAY_WINDOW_MAX	8192
#define REPLAY_WORD_BITS	64

/**
 * enum replay_result - verdict on a sequence number
 * @REPLAY_OK: not seen and within or above the window
 * @REPLAY_ZERO: 0 is never sent (RFC 4303 3.3.3)
 * @REPLAY_OLD: below the window
 * @REPLAY_SEEN: already accepted
 */
enum replay_result {
	REPLAY_OK,
	REPLAY_ZERO,
	REPLAY_OLD,
	REPLAY_SEEN,
};

/**
 * struct replay - anti-replay window (RFC 4303 3.4.3)
 * @top: highest sequence number accepted, all 64 bits with extended ones
 * @window: how many numbers up to and with @top are told apart
 * @mask: number of words in @bits, a power of two, less one
 * @esn: sequence numbers are extended (RFC 4303 2.2.1)
 * @bits: ring of words; one more than the window needs, so that moving on only
 *	  clears whole words and never shifts (the idea of RFC 6479)
 *
 * The caller serialises all calls on one window.
 */
struct replay {
	u64 top;
	u32 window;
	u32 mask;
	bool esn;
	u64 bits[];
};

u32 replay_words(u32 window);
void replay_init(struct replay *r, u32 window, u64 top, bool esn);
u64 replay_expand(const struct replay *r, u32 seq);
enum replay_result replay_check(const struct replay *r, u64 seq);
enum replay_result replay_advance(struct replay *r, u64 seq);

#endif
