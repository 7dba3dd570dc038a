/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VPNTUN_STATS_H
#define VPNTUN_STATS_H

#include <linux/types.h>

struct vpntun_dev;
struct vpntun_peer;
struct vpntun_sa;

/*
 * Every reason to drop a packet: name of the counter (enum, ethtool string,
 * notification) and what dmesg says. One line each, nowhere else.
 */
#define VPNTUN_COUNTERS(X)							\
	X(tx_not_ip,		"packet is neither IPv4 nor IPv6")		\
	X(tx_malformed,		"inner header is malformed")			\
	X(tx_no_child,		"no child carries this packet")			\
	X(tx_no_sa,		"child has no SA to send with")			\
	X(tx_sa_stopped,	"outbound SA was stopped")			\
	X(tx_sequence_end,	"outbound sequence numbers ended")		\
	X(tx_no_outer,		"the outer network namespace is gone")		\
	X(tx_no_route,		"no route to the peer")				\
	X(tx_loop,		"route to the peer leads into the tunnel")	\
	X(tx_too_big,		"packet is too big for the path")		\
	X(tx_no_socket,		"UDP socket was closed")			\
	X(tx_gso_failed,	"packet could not be segmented")		\
	X(tx_no_memory,		"out of memory while sending")			\
	X(tx_crypto_failed,	"encryption failed")				\
	X(rx_truncated,		"ESP packet is too short")			\
	X(rx_unknown_spi,	"unknown SPI")					\
	X(rx_sa_stopped,	"inbound SA was stopped")			\
	X(rx_down,		"device is down")				\
	X(rx_misaligned,	"ciphertext is not a multiple of the block")	\
	X(rx_seq_zero,		"sequence number is zero")			\
	X(rx_replay_old,	"sequence number is below the replay window")	\
	X(rx_replayed,		"sequence number was already seen")		\
	X(rx_no_memory,		"out of memory while receiving")		\
	X(rx_crypto_failed,	"decryption failed")				\
	X(rx_bad_icv,		"integrity check failed")			\
	X(rx_bad_padding,	"padding is wrong")				\
	X(rx_bad_next_header,	"next header is neither IPv4 nor IPv6")		\
	X(rx_dummy,		"dummy packet")					\
	X(rx_bad_inner,		"inner header is malformed")			\
	X(rx_bad_selector,	"inner addresses are not the SA's")		\
	X(rx_clear,		"inner packet came in clear")			\
	X(rx_bad_ecn,		"congestion mark on a packet that takes none")

enum vpntun_counter {
#define VPNTUN_COUNTER_ENUM(name, text) VPNTUN_C_##name,
	VPNTUN_COUNTERS(VPNTUN_COUNTER_ENUM)
#undef VPNTUN_COUNTER_ENUM
	VPNTUN_C_COUNT,
	VPNTUN_C_NONE = VPNTUN_C_COUNT,	/* verdict: not dropped */
};

/**
 * struct vpntun_stats - drop counters of a device on one CPU
 * @drops: by reason
 */
struct vpntun_stats {
	u64 drops[VPNTUN_C_COUNT];
};

extern const char * const vpntun_counter_names[VPNTUN_C_COUNT];

void vpntun_stats_read(const struct vpntun_dev *vt, u64 *sum);
void vpntun_drop(struct vpntun_dev *vt, struct vpntun_peer *peer, struct vpntun_sa *sa,
		 __be32 spi, enum vpntun_counter why);

#endif
