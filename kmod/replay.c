// SPDX-License-Identifier: GPL-2.0
/*
 * Anti-replay window: a ring of 64-bit words indexed by sequence number.
 */
#include "replay.h"

/**
 * replay_words() - size of the ring
 * @window: packets, REPLAY_WINDOW_MIN to REPLAY_WINDOW_MAX
 *
 * Return: words of struct replay's @bits, a power of two
 */
u32 replay_words(u32 window)
{
	u32 need = (window + REPLAY_WORD_BITS - 1) / REPLAY_WORD_BITS + 1;
	u32 words = 2;

	while (words < need)
		words *= 2;
	return words;
}

/**
 * replay_init() - start a window
 * @r: window with replay_words() words
 * @window: packets, REPLAY_WINDOW_MIN to REPLAY_WINDOW_MAX
 * @top: highest number that counts as accepted; 0 for a new SA. All numbers up
 *	 to it count as seen, so that a resumed SA accepts nothing twice.
 * @esn: extended sequence numbers
 */
void replay_init(struct replay *r, u32 window, u64 top, bool esn)
{
	u32 words = replay_words(window);

	r->top = top;
	r->window = window;
	r->mask = words - 1;
	r->esn = esn;
	memset(r->bits, top ? 0xff : 0, words * sizeof(r->bits[0]));
	/* The numbers above top that share its word are not seen. */
	if (top) {
		u32 used = top % REPLAY_WORD_BITS + 1;

		if (used < REPLAY_WORD_BITS)
			r->bits[(top / REPLAY_WORD_BITS) & r->mask] = (1ULL << used) - 1;
	}
}

/**
 * replay_expand() - the whole sequence number of a packet
 * @r: the window
 * @seq: what the packet says: the low half, if numbers are extended
 *
 * Of all numbers with this low half, the one from the bottom of the window on to
 * 2^32 above it: both cases of RFC 4303 A2.2 in one. Where the window would begin
 * below 0 it begins at 0, so the high half never falls below 0. A guess that is
 * wrong fails authentication. Beyond the last number of all it comes out small,
 * and so as too old.
 *
 * Return: the number to check, to authenticate with and to advance to
 */
u64 replay_expand(const struct replay *r, u32 seq)
{
	u64 bottom;

	if (!r->esn)
		return seq;
	bottom = r->top >= r->window ? r->top - r->window + 1 : 0;
	return bottom + (u32)(seq - (u32)bottom);
}

/**
 * replay_check() - would this number be accepted?
 * @r: the window
 * @seq: sequence number of a packet
 *
 * Cheap test before the costly authentication; nothing changes.
 *
 * Return: REPLAY_OK or the reason why not
 */
enum replay_result replay_check(const struct replay *r, u64 seq)
{
	if (!seq)
		return REPLAY_ZERO;
	if (seq > r->top)
		return REPLAY_OK;
	if (r->top - seq >= r->window)
		return REPLAY_OLD;
	if (r->bits[(seq / REPLAY_WORD_BITS) & r->mask] >> (seq % REPLAY_WORD_BITS) & 1)
		return REPLAY_SEEN;
	return REPLAY_OK;
}

/**
 * replay_advance() - check again and mark as seen
 * @r: the window
 * @seq: sequence number of a packet that proved authentic
 *
 * Checks again because other packets of the SA may have been accepted since
 * replay_check() (RFC 4303 3.4.3).
 *
 * Return: REPLAY_OK if the number is new and now marked, or the reason why not
 */
enum replay_result replay_advance(struct replay *r, u64 seq)
{
	enum replay_result res = replay_check(r, seq);
	u64 word, last, gap;

	if (res != REPLAY_OK)
		return res;
	word = seq / REPLAY_WORD_BITS;
	last = r->top / REPLAY_WORD_BITS;
	if (seq > r->top) {
		gap = word - last;
		if (gap > r->mask)
			gap = r->mask + 1ULL;
		while (gap--)
			r->bits[(word - gap) & r->mask] = 0;
		r->top = seq;
	}
	r->bits[word & r->mask] |= 1ULL << (seq % REPLAY_WORD_BITS);
	return REPLAY_OK;
}
