/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints below /sys/kernel/tracing/events/vpntun: what happens to SAs, and
 * every drop with its reason.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vpntun

#if !defined(VPNTUN_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VPNTUN_TRACE_H

#include <linux/tracepoint.h>

#include "vpntun.h"

/* Numbers that tools outside the kernel are to see as names. */
#define VPNTUN_TRACE_ENUM(name, text, reason) TRACE_DEFINE_ENUM(VPNTUN_C_##name);
VPNTUN_COUNTERS(VPNTUN_TRACE_ENUM)
#undef VPNTUN_TRACE_ENUM
TRACE_DEFINE_ENUM(VPNTUN_C_COUNT);
TRACE_DEFINE_ENUM(VPNTUN_EXPIRE_REASON_NONE);
TRACE_DEFINE_ENUM(VPNTUN_EXPIRE_REASON_TIME);
TRACE_DEFINE_ENUM(VPNTUN_EXPIRE_REASON_BYTES);
TRACE_DEFINE_ENUM(VPNTUN_EXPIRE_REASON_PACKETS);
TRACE_DEFINE_ENUM(VPNTUN_EXPIRE_REASON_SEQUENCE);
TRACE_DEFINE_ENUM(VPNTUN_DIR_OUT);
TRACE_DEFINE_ENUM(VPNTUN_DIR_IN);

#define VPNTUN_TRACE_SYMBOL(name, text, reason) , { VPNTUN_C_##name, #name }
#define vpntun_show_counter(why)						\
	__print_symbolic(why, { VPNTUN_C_COUNT, "none" } VPNTUN_COUNTERS(VPNTUN_TRACE_SYMBOL))
#define vpntun_show_dir(dir)							\
	__print_symbolic(dir, { VPNTUN_DIR_OUT, "out" }, { VPNTUN_DIR_IN, "in" })
#define vpntun_show_reason(reason)						\
	__print_symbolic(reason, { VPNTUN_EXPIRE_REASON_NONE, "none" },		\
			 { VPNTUN_EXPIRE_REASON_TIME, "time" },			\
			 { VPNTUN_EXPIRE_REASON_BYTES, "bytes" },		\
			 { VPNTUN_EXPIRE_REASON_PACKETS, "packets" },		\
			 { VPNTUN_EXPIRE_REASON_SEQUENCE, "sequence" })

DECLARE_EVENT_CLASS(vpntun_sa,
	TP_PROTO(const struct vpntun_sa *sa, u32 reason),
	TP_ARGS(sa, reason),
	TP_STRUCT__entry(
		__array(char, dev, IFNAMSIZ)
		__array(char, peer, VPNTUN_NAME_LEN)
		__field(u32, child)
		__field(u32, spi)
		__field(u32, dir)
		__field(u32, reason)
	),
	TP_fast_assign(
		const struct vpntun_peer *from = sa->child->peer;

		memcpy(__entry->dev, from->vt->dev->name, IFNAMSIZ);
		memcpy(__entry->peer, from->name, VPNTUN_NAME_LEN);
		__entry->child = sa->child->id;
		__entry->spi = ntohl(sa->spi);
		__entry->dir = sa->dir;
		__entry->reason = reason;
	),
	TP_printk("dev=%s peer=%s child=%u spi=%08x dir=%s reason=%s", __entry->dev,
		  __entry->peer, __entry->child, __entry->spi, vpntun_show_dir(__entry->dir),
		  vpntun_show_reason(__entry->reason))
);

#define VPNTUN_SA_EVENT(name)							\
	DEFINE_EVENT(vpntun_sa, name,						\
		TP_PROTO(const struct vpntun_sa *sa, u32 reason),		\
		TP_ARGS(sa, reason))

VPNTUN_SA_EVENT(vpntun_sa_installed);
VPNTUN_SA_EVENT(vpntun_sa_promoted);
VPNTUN_SA_EVENT(vpntun_sa_first_use);
VPNTUN_SA_EVENT(vpntun_sa_soft_expired);
VPNTUN_SA_EVENT(vpntun_sa_hard_expired);
VPNTUN_SA_EVENT(vpntun_sa_removed);

DECLARE_EVENT_CLASS(vpntun_peer,
	TP_PROTO(const struct vpntun_peer *peer, u32 child),
	TP_ARGS(peer, child),
	TP_STRUCT__entry(
		__array(char, dev, IFNAMSIZ)
		__array(char, peer, VPNTUN_NAME_LEN)
		__field(u32, child)
	),
	TP_fast_assign(
		memcpy(__entry->dev, peer->vt->dev->name, IFNAMSIZ);
		memcpy(__entry->peer, peer->name, VPNTUN_NAME_LEN);
		__entry->child = child;
	),
	TP_printk("dev=%s peer=%s child=%u", __entry->dev, __entry->peer, __entry->child)
);

/* A packet found no SA. */
DEFINE_EVENT(vpntun_peer, vpntun_acquire,
	TP_PROTO(const struct vpntun_peer *peer, u32 child),
	TP_ARGS(peer, child));

/* A packet waits for an SA, and goes on. */
DEFINE_EVENT(vpntun_peer, vpntun_held,
	TP_PROTO(const struct vpntun_peer *peer, u32 child),
	TP_ARGS(peer, child));
DEFINE_EVENT(vpntun_peer, vpntun_released,
	TP_PROTO(const struct vpntun_peer *peer, u32 child),
	TP_ARGS(peer, child));

/* A NAT keepalive was sent; it is no child's. */
DEFINE_EVENT(vpntun_peer, vpntun_keepalive,
	TP_PROTO(const struct vpntun_peer *peer, u32 child),
	TP_ARGS(peer, child));

/* Authentic packets of a peer come from another place. */
TRACE_EVENT(vpntun_mapping,
	TP_PROTO(const struct vpntun_peer *peer, const void *addr, bool v6, __be16 port),
	TP_ARGS(peer, addr, v6, port),
	TP_STRUCT__entry(
		__array(char, dev, IFNAMSIZ)
		__array(char, peer, VPNTUN_NAME_LEN)
		__array(u8, addr, sizeof(struct in6_addr))
		__field(u16, port)
	),
	TP_fast_assign(
		memcpy(__entry->dev, peer->vt->dev->name, IFNAMSIZ);
		memcpy(__entry->peer, peer->name, VPNTUN_NAME_LEN);
		if (v6)
			memcpy(__entry->addr, addr, sizeof(struct in6_addr));
		else
			ipv6_addr_set_v4mapped(*(const __be32 *)addr,
					       (struct in6_addr *)__entry->addr);
		__entry->port = ntohs(port);
	),
	TP_printk("dev=%s peer=%s addr=%pI6c port=%u", __entry->dev, __entry->peer,
		  __entry->addr, __entry->port)
);

TRACE_EVENT(vpntun_drop,
	TP_PROTO(const struct vpntun_dev *vt, const struct vpntun_peer *peer, __be32 spi,
		 u64 seq, u32 why),
	TP_ARGS(vt, peer, spi, seq, why),
	TP_STRUCT__entry(
		__array(char, dev, IFNAMSIZ)
		__array(char, peer, VPNTUN_NAME_LEN)
		__field(u64, seq)
		__field(u32, spi)
		__field(u32, why)
	),
	TP_fast_assign(
		memcpy(__entry->dev, vt->dev->name, IFNAMSIZ);
		if (peer)
			memcpy(__entry->peer, peer->name, VPNTUN_NAME_LEN);
		else
			strscpy(__entry->peer, "?", VPNTUN_NAME_LEN);
		__entry->seq = seq;
		__entry->spi = ntohl(spi);
		__entry->why = why;
	),
	TP_printk("dev=%s peer=%s spi=%08x seq=%llu reason=%s", __entry->dev, __entry->peer,
		  __entry->spi, __entry->seq, vpntun_show_counter(__entry->why))
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
