/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CORE_CONFIG_H
#define IKOD_CORE_CONFIG_H

#include "core/config_keys.h"
#include "crypto/alg.h"
#include "crypto/password.h"
#include "crypto/pki.h"
#include "crypto/secret.h"
#include "wire/addr.h"
#include "wire/v1.h"

/* What the core needs to know of a configuration; cfg/ makes it from files, tests by hand. */

#define CONN_NAME_MAX 63
#define SUITES_MAX 16
#define SUBNETS_MAX 50
#define AUTHS_MAX 2		/* P1_AUTH_PSK, P1_AUTH_RSA_SIG */

enum start_mode { START_AUTO, START_ON_DEMAND, START_PASSIVE };
enum phase1_mode { MODE_MAIN, MODE_AGGRESSIVE };		/* main is answered in either case */
enum dpd_mode { DPD_ON_DEMAND, DPD_PERIODIC, DPD_OFF };
enum dpd_action { DPD_BY_START, DPD_CLEAR, DPD_HOLD, DPD_RESTART };	/* auto: restart, on-demand: hold, passive: clear */
enum dpd_order { DPD_ORDER_AUTO, DPD_HASH_NOTIFY, DPD_NOTIFY_HASH };
enum lifetime_policy { LIFETIME_CLAIM, LIFETIME_OBEY, LIFETIME_STRICT };	/* if the peer's differs: life_policy.c */
enum peer_profile { PROFILE_NONE, PROFILE_HUAWEI_CLASSIC, PROFILE_HUAWEI_ENTERPRISE, PROFILE_AWS, PROFILE_AZURE };
enum encap_mode { ENCAP_AUTO, ENCAP_FORCE_UDP };
enum ike_frag_mode { IKE_FRAG_NO, IKE_FRAG_YES, IKE_FRAG_FORCE };	/* fragments of IKE messages: never, if the peer announces them, always */
enum xauth_mode { XAUTH_NO, XAUTH_CLIENT, XAUTH_SERVER };		/* who has a password: nobody, we, the peer */
enum mode_config_mode { MODE_CONFIG_NO, MODE_CONFIG_PULL, MODE_CONFIG_PUSH };	/* inner addresses: none, asked for, told */
enum esn_mode { ESN_NO, ESN_OFFER, ESN_YES };		/* refused, preferred, demanded */
enum df_mode { DF_COPY, DF_SET, DF_CLEAR };		/* as VPNTUN_DF_* */
enum fragment_mode { FRAGMENT_BEFORE, FRAGMENT_AFTER, FRAGMENT_NEVER };	/* as VPNTUN_FRAGMENT_* */

#define DSCP_COPY 255		/* as VPNTUN_DSCP_COPY */
#define TTL_ROUTE 0
#define TFC_MTU 65535		/* longer than any path takes: to what fits */

/**
 * struct outer_cfg - how the packets that carry a tunnel are made
 * @dscp: 0 to 63, or DSCP_COPY
 * @ttl: 1 to 255, or TTL_ROUTE
 */
struct outer_cfg {
	enum df_mode df;
	enum fragment_mode fragment;
	uint32_t dscp, ttl;
	bool ecn, mss_clamp;
};

#define XAUTH_USER_MAX 64
/** struct xauth_user - a user that may come in */
struct xauth_user {
	char name[XAUTH_USER_MAX + 1];
	struct password_hash hash;
};

/** struct cfg_where - a place in a configuration file; line 0 if the key is not written there */
struct cfg_where {
	const char *file;	/* borrowed from the conn_cfg */
	int line;
};

/**
 * struct conn_cfg - one [connection NAME]; immutable once made, reference counted
 * @refs: owned by the engine's thread only
 * @local, @remote: sa_family AF_UNSPEC for "any"; port 0
 * @auth: how both sides prove themselves, the preferred one first
 * @psk, @pki: touched inside jobs only
 * @xauth_password: leaves in a message, so it is not; @users: inside jobs only
 * @at: where each key stands, @where the section itself
 * All times in seconds. retransmit_timeout in milliseconds.
 */
struct conn_cfg {
	unsigned int refs;
	char name[CONN_NAME_MAX + 1];
	char *file;
	struct cfg_where where;
	struct cfg_where at[KEY_N];
	union endpoint local, remote;
	struct v1_id local_id, remote_id;	/* type 0: default (own address; any for remote = any) */
	struct subnet local_subnets[SUBNETS_MAX], remote_subnets[SUBNETS_MAX];
	unsigned int n_local, n_remote;
	enum peer_profile profile;		/* checked when the file is read, nothing else looks at it */
	bool local_mode_config, remote_mode_config;	/* the one local network is what the peer gives, the remote one of the pool */
	enum mode_config_mode mode_config;
	struct subnet pool;			/* family 0: none */
	union endpoint pool_dns;
	enum xauth_mode xauth;
	char xauth_user[XAUTH_USER_MAX + 1];	/* who we are */
	struct secret xauth_password;
	struct xauth_user *users;		/* whom we let in */
	unsigned int n_users;
	int ike_version;
	enum phase1_mode mode;
	struct ike_suite ike[SUITES_MAX];
	unsigned int n_ike;
	struct esp_suite esp[SUITES_MAX];
	unsigned int n_esp;
	unsigned int pfs;			/* enum dh_group, DH_NONE for none */
	uint32_t ike_lifetime, esp_lifetime;
	uint64_t esp_lifebytes;
	enum lifetime_policy lifetime_policy;
	uint32_t quick_modes;			/* at once, while the peer answers */
	char interface[16];
	bool routes;
	enum start_mode start;
	uint16_t auth[AUTHS_MAX];		/* P1_AUTH_* */
	unsigned int n_auth;
	struct secret psk;
	struct pki *pki;			/* certificate, private key, CAs, CRLs; NULL without rsa-sig */
	enum dpd_mode dpd;
	enum dpd_action dpd_action;
	enum dpd_order dpd_order;
	uint32_t dpd_idle, dpd_retransmit, dpd_retries;
	enum encap_mode encap;
	enum ike_frag_mode ike_fragmentation;
	uint32_t nat_keepalive;			/* 0: none */
	uint32_t replay_window;
	enum esn_mode esn;
	uint32_t sha256_truncation;		/* bits of ICV: 128 of RFC 4868, or 96 */
	struct outer_cfg outer;
	uint32_t tfc;				/* bytes that inner packets are padded to, TFC_MTU, 0 for off */
	uint32_t rekey_margin;			/* percent */
	uint32_t retransmit_timeout, retransmit_tries;
	bool weak_crypto;
};

/** conn_cfg_new - defaults of the design: aes128-sha256-modp2048, aes128-sha256, pfs modp2048, 86400 s, 3600 s */
struct conn_cfg *conn_cfg_new(const char *name);
/** conn_cfg_has_auth - is @auth, P1_AUTH_*, one that is configured, and is there what it takes */
bool conn_cfg_has_auth(const struct conn_cfg *c, uint16_t auth);
struct conn_cfg *conn_cfg_get(struct conn_cfg *c);
void conn_cfg_put(struct conn_cfg *c);
/** conn_cfg_same - true if nothing but places in files differs */
bool conn_cfg_same(const struct conn_cfg *a, const struct conn_cfg *b);
/** conn_cfg_where - "site.conf:12" of a key, of the section if the key is not written; @out at least 300 */
const char *conn_cfg_where(const struct conn_cfg *c, enum conn_key k, char *out, size_t len);

/** struct ike_config - all connections; the array and a reference on each are owned */
struct ike_config {
	struct conn_cfg **conns;
	unsigned int n;
};

#endif
