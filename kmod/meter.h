/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VPNTUN_METER_H
#define VPNTUN_METER_H

#include <linux/types.h>

struct vpntun_limits;
struct vpntun_meter;

/**
 * struct vpntun_meter_result - what vpntun_meter_take() found
 * @ok: the packets may be carried
 * @soft: the soft limit that was reached: enum vpntun_expire_reason, 0 for none
 * @hard: the hard limit that they do not fit below, likewise
 */
struct vpntun_meter_result {
	bool ok;
	u8 soft;
	u8 hard;
};

struct vpntun_meter *vpntun_meter_alloc(const struct vpntun_limits *soft,
					const struct vpntun_limits *hard);
void vpntun_meter_free(struct vpntun_meter *m);
struct vpntun_meter_result vpntun_meter_take(struct vpntun_meter *m, u32 packets, u64 bytes);

#endif
