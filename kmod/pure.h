/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the pure files (esp_fmt, replay, selector) need of the kernel, so that
 * the same source also builds in userspace, where the unit tests run it under
 * AddressSanitizer. Nothing here allocates, locks or sleeps.
 */
#ifndef VPNTUN_PURE_H
#define VPNTUN_PURE_H

#ifdef __KERNEL__

#include <linux/types.h>
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/socket.h>
#include <linux/string.h>

#else

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/socket.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define __rcu
#define ARRAY_SIZE(a)			(sizeof(a) / sizeof((a)[0]))
#define rcu_dereference(p)		(p)
#define rcu_dereference_protected(p, c)	(p)
#define rcu_assign_pointer(p, v)	((p) = (v))
#define RCU_INIT_POINTER(p, v)		((p) = (v))
#define WRITE_ONCE(p, v)		((p) = (v))
#define READ_ONCE(p)			(p)

#endif
#endif
