/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VPNTUN_MTU_H
#define VPNTUN_MTU_H

#include "pure.h"

#define MTU_TCP_MSS_MIN		88	/* below this, clamping would strangle the connection */

u32 mtu_tcp_mss(u32 max, u8 family);
u32 mtu_next_mss(const u8 *opts, u32 len, u32 from);
void mtu_blank_options(u8 *opts, u32 len);

#endif
