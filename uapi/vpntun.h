/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	uapi/vpntun.yaml */
/* YNL-GEN uapi header */
/* To regenerate run: uapi/regen */

#ifndef _UAPI_VPNTUN_H
#define _UAPI_VPNTUN_H

#define VPNTUN_FAMILY_NAME	"vpntun"
#define VPNTUN_FAMILY_VERSION	1

#define VPNTUN_KEY_MAX		64
#define VPNTUN_SELECTORS_MAX	64

/**
 * enum vpntun_encap - How ESP packets travel to the peer.
 * @VPNTUN_ENCAP_NONE: IP protocol 50 (RFC 4303)
 * @VPNTUN_ENCAP_UDP: ESP in UDP (RFC 3948)
 */
enum vpntun_encap {
	VPNTUN_ENCAP_NONE,
	VPNTUN_ENCAP_UDP,
};

enum vpntun_dir {
	VPNTUN_DIR_OUT,
	VPNTUN_DIR_IN,
};

/**
 * enum vpntun_slot - Where an SA stands in its child.
 * @VPNTUN_SLOT_CURRENT: carries what is sent
 * @VPNTUN_SLOT_NEXT: negotiated, waiting for the proof that the peer holds it
 *   too
 * @VPNTUN_SLOT_PREVIOUS: replaced, still received from until drained
 */
enum vpntun_slot {
	VPNTUN_SLOT_CURRENT,
	VPNTUN_SLOT_NEXT,
	VPNTUN_SLOT_PREVIOUS,
};

/**
 * enum vpntun_enc - Encryption algorithms. The key length is that of the key
 *   attribute.
 * @VPNTUN_ENC_NONE: no SA has it
 * @VPNTUN_ENC_AES_CBC: RFC 3602, with an integrity algorithm
 * @VPNTUN_ENC_DES3_CBC: RFC 2451, with an integrity algorithm
 * @VPNTUN_ENC_AES_GCM16: RFC 4106, 16-byte ICV
 * @VPNTUN_ENC_AES_GCM12: RFC 4106, 12-byte ICV
 * @VPNTUN_ENC_AES_GCM8: RFC 4106, 8-byte ICV
 * @VPNTUN_ENC_CHACHA20_POLY1305: RFC 7634
 * @VPNTUN_ENC_AES_GMAC: RFC 4543, integrity alone
 * @VPNTUN_ENC_NULL: RFC 2410, no encryption, with an integrity algorithm;
 *   takes no key
 */
enum vpntun_enc {
	VPNTUN_ENC_NONE,
	VPNTUN_ENC_AES_CBC,
	VPNTUN_ENC_DES3_CBC,
	VPNTUN_ENC_AES_GCM16,
	VPNTUN_ENC_AES_GCM12,
	VPNTUN_ENC_AES_GCM8,
	VPNTUN_ENC_CHACHA20_POLY1305,
	VPNTUN_ENC_AES_GMAC,
	VPNTUN_ENC_NULL,
};

/*
 * Integrity algorithms, with the ICV length of their RFC. None with an AEAD.
 */
enum vpntun_auth {
	VPNTUN_AUTH_NONE,
	VPNTUN_AUTH_HMAC_MD5_96,
	VPNTUN_AUTH_HMAC_SHA1_96,
	VPNTUN_AUTH_HMAC_SHA2_256_128,
	VPNTUN_AUTH_HMAC_SHA2_384_192,
	VPNTUN_AUTH_HMAC_SHA2_512_256,
	VPNTUN_AUTH_HMAC_SHA2_256_96,
};

/**
 * enum vpntun_df - Don't Fragment bit of outer IPv4 headers.
 * @VPNTUN_DF_COPY: as inside (RFC 4301 8.1); set for inner IPv6
 */
enum vpntun_df {
	VPNTUN_DF_COPY,
	VPNTUN_DF_SET,
	VPNTUN_DF_CLEAR,
};

/**
 * enum vpntun_fragment - What becomes of an inner packet that is too big and
 *   may be fragmented.
 * @VPNTUN_FRAGMENT_BEFORE: it is fragmented, then each fragment is encrypted
 * @VPNTUN_FRAGMENT_AFTER: it is encrypted, and the ESP packet is fragmented
 * @VPNTUN_FRAGMENT_NEVER: it is dropped, and its sender told the size that
 *   fits
 */
enum vpntun_fragment {
	VPNTUN_FRAGMENT_BEFORE,
	VPNTUN_FRAGMENT_AFTER,
	VPNTUN_FRAGMENT_NEVER,
};

#define VPNTUN_DSCP_COPY	255

/**
 * enum vpntun_event_type - What a notification tells.
 * @VPNTUN_EVENT_TYPE_ACQUIRE: a packet matched a child that has no SA to send
 *   it with
 * @VPNTUN_EVENT_TYPE_SOFT_EXPIRE: an SA reached a soft limit
 * @VPNTUN_EVENT_TYPE_HARD_EXPIRE: an SA reached a hard limit, or its sequence
 *   numbers ended, and was stopped
 * @VPNTUN_EVENT_TYPE_FIRST_USE: the first authenticated packet came in on an
 *   SPI
 * @VPNTUN_EVENT_TYPE_MAPPING: authenticated packets of a peer now come from
 *   another address or port
 * @VPNTUN_EVENT_TYPE_DROP_BURST: many packets of a peer were dropped for one
 *   reason
 */
enum vpntun_event_type {
	VPNTUN_EVENT_TYPE_ACQUIRE,
	VPNTUN_EVENT_TYPE_SOFT_EXPIRE,
	VPNTUN_EVENT_TYPE_HARD_EXPIRE,
	VPNTUN_EVENT_TYPE_FIRST_USE,
	VPNTUN_EVENT_TYPE_MAPPING,
	VPNTUN_EVENT_TYPE_DROP_BURST,
};

enum vpntun_expire_reason {
	VPNTUN_EXPIRE_REASON_NONE,
	VPNTUN_EXPIRE_REASON_TIME,
	VPNTUN_EXPIRE_REASON_BYTES,
	VPNTUN_EXPIRE_REASON_PACKETS,
	VPNTUN_EXPIRE_REASON_SEQUENCE,
};

enum {
	VPNTUN_A_SELECTOR_FAMILY = 1,
	VPNTUN_A_SELECTOR_ADDR,
	VPNTUN_A_SELECTOR_PREFIXLEN,
	VPNTUN_A_SELECTOR_PROTO,
	VPNTUN_A_SELECTOR_PORT_MIN,
	VPNTUN_A_SELECTOR_PORT_MAX,

	__VPNTUN_A_SELECTOR_MAX,
	VPNTUN_A_SELECTOR_MAX = (__VPNTUN_A_SELECTOR_MAX - 1)
};

enum {
	VPNTUN_A_PEER_ID = 1,
	VPNTUN_A_PEER_FAMILY,
	VPNTUN_A_PEER_LOCAL,
	VPNTUN_A_PEER_REMOTE,
	VPNTUN_A_PEER_ENCAP,
	VPNTUN_A_PEER_LOCAL_PORT,
	VPNTUN_A_PEER_REMOTE_PORT,
	VPNTUN_A_PEER_SOCKET,
	VPNTUN_A_PEER_NAME,
	VPNTUN_A_PEER_DF,
	VPNTUN_A_PEER_FRAGMENT,
	VPNTUN_A_PEER_DSCP,
	VPNTUN_A_PEER_TTL,
	VPNTUN_A_PEER_ECN,
	VPNTUN_A_PEER_MSS_CLAMP,
	VPNTUN_A_PEER_KEEPALIVE,

	__VPNTUN_A_PEER_MAX,
	VPNTUN_A_PEER_MAX = (__VPNTUN_A_PEER_MAX - 1)
};

enum {
	VPNTUN_A_CHILD_ID = 1,
	VPNTUN_A_CHILD_PEER_ID,
	VPNTUN_A_CHILD_LOCAL_TS,
	VPNTUN_A_CHILD_REMOTE_TS,
	VPNTUN_A_CHILD_ACQUIRE,

	__VPNTUN_A_CHILD_MAX,
	VPNTUN_A_CHILD_MAX = (__VPNTUN_A_CHILD_MAX - 1)
};

enum {
	VPNTUN_A_SA_PEER_ID = 1,
	VPNTUN_A_SA_CHILD_ID,
	VPNTUN_A_SA_DIR,
	VPNTUN_A_SA_SPI,
	VPNTUN_A_SA_SLOT,
	VPNTUN_A_SA_ENC,
	VPNTUN_A_SA_ENC_KEY,
	VPNTUN_A_SA_AUTH,
	VPNTUN_A_SA_AUTH_KEY,
	VPNTUN_A_SA_REPLAY_WINDOW,
	VPNTUN_A_SA_SOFT_BYTES,
	VPNTUN_A_SA_HARD_BYTES,
	VPNTUN_A_SA_SOFT_PACKETS,
	VPNTUN_A_SA_HARD_PACKETS,
	VPNTUN_A_SA_SOFT_SECONDS,
	VPNTUN_A_SA_HARD_SECONDS,
	VPNTUN_A_SA_BYTES,
	VPNTUN_A_SA_PACKETS,
	VPNTUN_A_SA_SEQ,
	VPNTUN_A_SA_AGE,
	VPNTUN_A_SA_IDLE,
	VPNTUN_A_SA_DRIVER,
	VPNTUN_A_SA_ASYNC,
	VPNTUN_A_SA_DROPS,
	VPNTUN_A_SA_PAD,
	VPNTUN_A_SA_ESN,
	VPNTUN_A_SA_TFC_PAD,

	__VPNTUN_A_SA_MAX,
	VPNTUN_A_SA_MAX = (__VPNTUN_A_SA_MAX - 1)
};

enum {
	VPNTUN_A_EVENT_TYPE = 1,
	VPNTUN_A_EVENT_SEQ,
	VPNTUN_A_EVENT_REASON,
	VPNTUN_A_EVENT_COUNTER,
	VPNTUN_A_EVENT_COUNT,
	VPNTUN_A_EVENT_PAD,

	__VPNTUN_A_EVENT_MAX,
	VPNTUN_A_EVENT_MAX = (__VPNTUN_A_EVENT_MAX - 1)
};

enum {
	VPNTUN_A_IFINDEX = 1,
	VPNTUN_A_PEER,
	VPNTUN_A_CHILD,
	VPNTUN_A_SA,
	VPNTUN_A_EVENT,

	__VPNTUN_A_MAX,
	VPNTUN_A_MAX = (__VPNTUN_A_MAX - 1)
};

enum {
	VPNTUN_CMD_PEER_NEW = 1,
	VPNTUN_CMD_PEER_SET,
	VPNTUN_CMD_PEER_DEL,
	VPNTUN_CMD_PEER_GET,
	VPNTUN_CMD_CHILD_NEW,
	VPNTUN_CMD_CHILD_DEL,
	VPNTUN_CMD_CHILD_GET,
	VPNTUN_CMD_SA_NEW,
	VPNTUN_CMD_SA_PROMOTE,
	VPNTUN_CMD_SA_DEL,
	VPNTUN_CMD_SA_GET,
	VPNTUN_CMD_NOTIFY,

	__VPNTUN_CMD_MAX,
	VPNTUN_CMD_MAX = (__VPNTUN_CMD_MAX - 1)
};

#define VPNTUN_MCGRP_EVENTS	"events"

#endif /* _UAPI_VPNTUN_H */
