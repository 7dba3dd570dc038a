/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Congestion marks at the end of a tunnel: arithmetic only.
 */
#ifndef VPNTUN_ECN_H
#define VPNTUN_ECN_H

#include "pure.h"

#define ECN_MASK	3
#define ECN_DROP	0xff

/**
 * ecn_decap() - which mark leaves the tunnel (RFC 6040 4.2, figure 4)
 * @outer: traffic class of the outer header; only its two ECN bits count
 * @inner: traffic class of the inner header; only its two ECN bits count
 *
 * Return: the two bits for the inner header, or ECN_DROP: congestion that the
 * inner sender could not be told of but by losing the packet
 */
static inline u8 ecn_decap(u8 outer, u8 inner)
{
	/* 0: Not-ECT, 1: ECT(1), 2: ECT(0), 3: CE */
	static const u8 mark[4][4] = {	/* inner, outer */
		{ 0, 0, 0, ECN_DROP },
		{ 1, 1, 1, 3 },
		{ 2, 1, 2, 3 },
		{ 3, 3, 3, 3 },
	};

	return mark[inner & ECN_MASK][outer & ECN_MASK];
}

#endif
