/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the pure files (esp_fmt, replay, selector) need of the kernel, so that
 * the same source also builds in userspace, where the unit tests run it under
 * AddressSanitizer. Nothing here locks; pure_zalloc() and pure_synchronize(), for
 * tables that grow, may sleep.
 */
#ifndef VPNTUN_PURE_H
#define VPNTUN_PURE_H

#ifdef __KERNEL__

#include <linux/types.h>
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/string.h>

#define pure_zalloc(n)			kvzalloc(n, GFP_KERNEL)
#define pure_free(p)			kvfree(p)
#define pure_synchronize()		synchronize_rcu()

#else

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/socket.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define __rcu
#define ARRAY_SIZE(a)			(sizeof(a) / sizeof((a)[0]))
#define rcu_read_lock()			do { } while (0)
#define rcu_read_unlock()		do { } while (0)
#define rcu_dereference(p)		(p)
#define rcu_dereference_protected(p, c)	(p)
#define rcu_assign_pointer(p, v)	((p) = (v))
#define RCU_INIT_POINTER(p, v)		((p) = (v))
#define WRITE_ONCE(p, v)		((p) = (v))
#define READ_ONCE(p)			(p)

#define pure_zalloc(n)			calloc(1, n)
#define pure_free(p)			free(p)
#define pure_synchronize()		do { } while (0)

#endif
#endif
