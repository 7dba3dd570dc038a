/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CORE_FAILURE_H
#define IKOD_CORE_FAILURE_H

#include <stddef.h>
#include <stdint.h>

#include "core/config_keys.h"

/*
 * Why something is not up: a fixed vocabulary. X(symbol, "code", "what it
 * means to an operator", config key to look at)
 */
#define FAILURE_CAUSES(X)								\
	X(NONE, "none", "no failure", KEY_NONE)						\
	X(NO_RESPONSE, "no-response", "the peer never answered", KEY_REMOTE)		\
	X(NO_FINISH, "exchange-timeout", "the peer stopped answering during the exchange", KEY_REMOTE) \
	X(PSK_MISMATCH, "psk-mismatch", "the pre-shared keys most likely differ", KEY_PSK_FILE) \
	X(AUTH_FAILED, "authentication-failed", "the proof of identity is wrong", KEY_PSK_FILE) \
	X(NO_SECRET, "no-secret", "no pre-shared key is configured", KEY_PSK_FILE)	\
	X(AUTH_METHOD, "authentication-method-mismatch", "one side wants a pre-shared key, the other certificates", KEY_AUTH) \
	X(CERT_MISSING, "certificate-missing", "no certificate was sent", KEY_CERTIFICATE) \
	X(CERT_INVALID, "certificate-invalid", "the certificate cannot be used", KEY_CERTIFICATE) \
	X(CERT_UNTRUSTED, "certificate-untrusted", "no CA that is trusted vouches for the certificate", KEY_CA) \
	X(CERT_EXPIRED, "certificate-expired", "the certificate is not valid at this time", KEY_CERTIFICATE) \
	X(CERT_REVOKED, "certificate-revoked", "the certificate was revoked", KEY_CRL)	\
	X(CRL, "crl-outdated", "there is no valid CRL of the certificate's CA", KEY_CRL) \
	X(CERT_ID, "certificate-id-mismatch", "the identity is not in the certificate", KEY_REMOTE_ID) \
	X(SIGNATURE, "signature-mismatch", "the signature does not belong to the certificate", KEY_CERTIFICATE) \
	X(P1_PROPOSAL, "phase1-proposal-mismatch", "no common IKE proposal", KEY_IKE)	\
	X(P1_DH, "phase1-dh-mismatch", "the Diffie-Hellman groups of IKE differ", KEY_IKE) \
	X(P2_PROPOSAL, "phase2-proposal-mismatch", "no common ESP proposal", KEY_ESP)	\
	X(P1_LIFETIME, "phase1-lifetime-mismatch", "the lifetimes of IKE differ, and lifetime-policy is strict", KEY_IKE_LIFETIME) \
	X(P2_LIFETIME, "phase2-lifetime-mismatch", "the lifetimes of ESP differ, and lifetime-policy is strict", KEY_ESP_LIFETIME) \
	X(P2_PFS, "pfs-mismatch", "PFS or its group differs", KEY_PFS)			\
	X(P2_ESN, "esn-mismatch", "one side demands extended sequence numbers, the other refuses them", KEY_ESN) \
	X(SELECTOR, "subnet-mismatch", "this pair of subnets is not configured on both sides", KEY_REMOTE_SUBNETS) \
	X(NETMASK, "netmask-mismatch", "the subnets of both sides overlap, but their masks differ", KEY_REMOTE_SUBNETS) \
	X(ID, "id-mismatch", "the identity is not the one expected", KEY_REMOTE_ID)	\
	X(ENCAP_MODE, "encapsulation-mode-mismatch", "tunnel mode is required", KEY_ESP) \
	X(VERSION, "version-mismatch", "the peer speaks another IKE version", KEY_IKE_VERSION) \
	X(MODE, "exchange-mode-mismatch", "the peer uses another phase 1 mode", KEY_MODE) \
	X(UNKNOWN_PEER, "peer-address-mismatch", "no connection is configured for this address", KEY_REMOTE) \
	X(MODE_CONFIG, "mode-config-failed", "the peer gave no inner address", KEY_MODE_CONFIG) \
	X(POOL, "pool-exhausted", "the pool has no address left", KEY_POOL)		\
	X(XAUTH, "xauth-failed", "the user or the password of XAUTH was refused", KEY_XAUTH) \
	X(XAUTH_TIMEOUT, "xauth-timeout", "nothing was heard of the peer while XAUTH was due", KEY_XAUTH) \
	X(XAUTH_MISMATCH, "xauth-mismatch", "one side demands XAUTH, the other does not", KEY_XAUTH) \
	X(LOCAL_ADDRESS, "local-address-mismatch", "the peer's connection has another local address", KEY_LOCAL) \
	X(MALFORMED, "malformed-message", "the message breaks the protocol", KEY_NONE)	\
	X(DPD, "dpd-timeout", "the peer stopped answering dead peer detection", KEY_DPD) \
	X(PEER_DELETED, "peer-deleted", "the peer deleted it", KEY_NONE)		\
	X(EXPIRED, "hard-expiry", "the lifetime ended before a new SA was there", KEY_NONE) \
	X(ADMIN_DOWN, "admin-down", "taken down by the operator", KEY_NONE)		\
	X(CONFIG_CHANGED, "config-changed", "the configuration changed", KEY_NONE)	\
	X(NOTIFY, "peer-notify", "the peer refused with an error notify", KEY_NONE)	\
	X(KERNEL, "kernel-refused", "the kernel refused a request", KEY_INTERFACE)	\
	X(CRYPTO, "crypto-failed", "a cryptographic operation failed", KEY_NONE)	\
	X(PHASE1_DOWN, "phase1-down", "the IKE SA could not be set up", KEY_NONE)	\
	X(REPLACED, "replaced", "a newer SA of the same peer took its place", KEY_NONE)

enum failure_cause {
#define X(sym, code, text, key) FAIL_##sym,
	FAILURE_CAUSES(X)
#undef X
	FAIL_N
};

enum failure_who { WHO_NOBODY, WHO_US, WHO_PEER };
enum failure_phase { PHASE_NONE, PHASE_1, PHASE_2, PHASE_UP };

#define FAILURE_TEXT 512
/**
 * struct failure - the last failure of a connection or subnet pair; it stays until the next success
 * @when: engine milliseconds
 * @ours, @theirs: what each side had, printable and free of secrets; may be empty
 * @key: the config key to change
 */
struct failure {
	enum failure_cause cause;
	enum failure_phase phase;
	enum failure_who who;
	uint64_t when;
	enum conn_key key;
	char ours[FAILURE_TEXT];
	char theirs[FAILURE_TEXT];
};

const char *failure_code(enum failure_cause c);
const char *failure_text(enum failure_cause c);
enum conn_key failure_key(enum failure_cause c);
const char *failure_who_str(enum failure_who w);	/* "nobody", "us", "peer" */
const char *failure_phase_str(enum failure_phase p);	/* "", "phase 1", "phase 2", "established" */
/** failure_set - fill @f; @ours and @theirs may be NULL; @key from the vocabulary */
void failure_set(struct failure *f, uint64_t now, enum failure_phase phase, enum failure_cause c,
		 enum failure_who who, const char *ours, const char *theirs);

#endif
