/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VPNTUN_STATS_H
#define VPNTUN_STATS_H

#include <linux/types.h>

struct sk_buff;
struct vpntun_dev;
struct vpntun_peer;
struct vpntun_sa;

/*
 * Every reason to drop a packet: name of the counter (enum, ethtool string,
 * notification, tracepoint), what dmesg says, and the core's drop reason that
 * comes nearest. One line each, nowhere else.
 */
#define VPNTUN_COUNTERS(X)							\
	X(tx_not_ip,		"packet is neither IPv4 nor IPv6", UNHANDLED_PROTO) \
	X(tx_malformed,		"inner header is malformed", IP_INHDR)		\
	X(tx_no_child,		"no child carries this packet", XFRM_POLICY)	\
	X(tx_no_sa,		"child has no SA to send with", XFRM_POLICY)	\
	X(tx_sa_stopped,	"outbound SA was stopped", XFRM_POLICY)		\
	X(tx_sequence_end,	"outbound sequence numbers ended", XFRM_POLICY)	\
	X(tx_hold_full,		"too many packets wait for an SA", QDISC_DROP)	\
	X(tx_hold_timeout,	"packet waited too long for an SA", XFRM_POLICY) \
	X(tx_hold_gone,		"child or device went away while the packet waited", \
	  DEV_READY)								\
	X(tx_no_outer,		"the outer network namespace is gone", DEV_READY) \
	X(tx_no_route,		"no route to the peer", IP_OUTNOROUTES)		\
	X(tx_loop,		"route to the peer leads into the tunnel", IP_OUTNOROUTES) \
	X(tx_too_big,		"packet is too big for the path", PKT_TOO_BIG)	\
	X(tx_no_socket,		"UDP socket was closed", NO_SOCKET)		\
	X(tx_queue_full,	"too many packets wait for the cipher", QDISC_DROP) \
	X(tx_fragment_failed,	"packet could not be fragmented", NOMEM)	\
	X(tx_gso_failed,	"packet could not be segmented", SKB_GSO_SEG)	\
	X(tx_no_memory,		"out of memory while sending", NOMEM)		\
	X(tx_crypto_failed,	"encryption failed", NOT_SPECIFIED)		\
	X(rx_truncated,		"ESP packet is too short", PKT_TOO_SMALL)	\
	X(rx_unknown_spi,	"unknown SPI", XFRM_POLICY)			\
	X(rx_sa_stopped,	"inbound SA was stopped", XFRM_POLICY)		\
	X(rx_down,		"device is down", DEV_READY)			\
	X(rx_queue_full,	"too many packets wait for the cipher", CPU_BACKLOG) \
	X(rx_misaligned,	"ciphertext is not a multiple of the block", HDR_TRUNC) \
	X(rx_seq_zero,		"sequence number is zero", XFRM_POLICY)		\
	X(rx_replay_old,	"sequence number is below the replay window", XFRM_POLICY) \
	X(rx_replayed,		"sequence number was already seen", XFRM_POLICY) \
	X(rx_no_memory,		"out of memory while receiving", NOMEM)		\
	X(rx_crypto_failed,	"decryption failed", NOT_SPECIFIED)		\
	X(rx_bad_icv,		"integrity check failed", SKB_CSUM)		\
	X(rx_bad_padding,	"padding is wrong", HDR_TRUNC)			\
	X(rx_bad_next_header,	"next header is neither IPv4 nor IPv6", UNHANDLED_PROTO) \
	X(rx_dummy,		"dummy packet", UNHANDLED_PROTO)		\
	X(rx_bad_inner,		"inner header is malformed", IP_INHDR)		\
	X(rx_bad_selector,	"inner addresses are not the SA's", XFRM_POLICY) \
	X(rx_clear,		"inner packet came in clear", XFRM_POLICY)	\
	X(rx_bad_ecn,		"congestion mark on a packet that takes none", IP_INHDR)

enum vpntun_counter {
#define VPNTUN_COUNTER_ENUM(name, text, reason) VPNTUN_C_##name,
	VPNTUN_COUNTERS(VPNTUN_COUNTER_ENUM)
#undef VPNTUN_COUNTER_ENUM
	VPNTUN_C_COUNT,
	VPNTUN_C_NONE = VPNTUN_C_COUNT,	/* verdict: not dropped */
};

/*
 * What else is worth a number in ethtool -S; none of it is a loss. Counted on
 * behind the drops, in the same arrays.
 */
#define VPNTUN_TALLIES(X)							\
	X(packets_held)		/* waited for an SA */				\
	X(packets_released)	/* of these, went on once there was one */	\
	X(keepalives_sent)	/* NAT keepalives (RFC 3948 2.3) */

enum vpntun_tally {
	VPNTUN_T_BEFORE = VPNTUN_C_COUNT - 1,
#define VPNTUN_TALLY_ENUM(name) VPNTUN_T_##name,
	VPNTUN_TALLIES(VPNTUN_TALLY_ENUM)
#undef VPNTUN_TALLY_ENUM
	VPNTUN_STATS_COUNT,
};

/**
 * struct vpntun_stats - counters of a device on one CPU
 * @count: drops by reason, then tallies
 */
struct vpntun_stats {
	u64 count[VPNTUN_STATS_COUNT];
};

extern const char * const vpntun_counter_names[VPNTUN_STATS_COUNT];

void vpntun_stats_read(const struct vpntun_dev *vt, u64 *sum);
void vpntun_tally(struct vpntun_dev *vt, enum vpntun_tally what, u32 n);
void vpntun_drop(struct vpntun_dev *vt, struct vpntun_peer *peer, struct vpntun_sa *sa,
		 __be32 spi, enum vpntun_counter why);
void vpntun_drop_skb(struct sk_buff *skb, struct vpntun_dev *vt, struct vpntun_peer *peer,
		     struct vpntun_sa *sa, __be32 spi, enum vpntun_counter why);

#endif
