/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CRYPTO_ALG_H
#define IKOD_CRYPTO_ALG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The algorithm registry: one row an algorithm; names, protocol numbers and sizes come from it alone. */

enum enc_alg {
	ENC_NONE, ENC_AES_CBC, ENC_3DES, ENC_AES_GCM16, ENC_AES_GCM12, ENC_AES_GCM8, ENC_CHACHA20_POLY1305,
	ENC_AES_GMAC, ENC_NULL, ENC_N
};
enum hash_alg { HASH_NONE, HASH_MD5, HASH_SHA1, HASH_SHA2_256, HASH_SHA2_384, HASH_SHA2_512, HASH_N };
enum dh_group {
	DH_NONE = 0, DH_MODP768 = 1, DH_MODP1024 = 2, DH_MODP1536 = 5, DH_MODP2048 = 14, DH_MODP3072 = 15,
	DH_MODP4096 = 16, DH_MODP6144 = 17, DH_MODP8192 = 18, DH_ECP256 = 19, DH_ECP384 = 20, DH_ECP521 = 21,
};

/** struct enc_info - an encryption algorithm */
struct enc_info {
	const char *name;	/* "aes", "3des", "aes-gcm16" */
	const char *mode;	/* in suites, behind the key size: "", "gcm16" */
	uint16_t v1_p1;		/* RFC 2409 appendix A encryption algorithm, 0: not for phase 1 */
	uint8_t v1_esp;		/* RFC 2407 4.4.4 transform id, 0: IKEv1 cannot negotiate it */
	uint16_t block;		/* IV and padding unit of CBC in bytes */
	uint16_t salt;		/* bytes of salt after the ESP key */
	uint16_t keybits;	/* of an algorithm without the key length attribute */
	bool aead;		/* checks integrity itself */
	bool key_attr;		/* the key length attribute must be sent */
	bool weak;
	bool clear;		/* hides nothing: integrity alone */
};

/** struct hash_info - a hash with its HMAC, prf and ESP integrity forms */
struct hash_info {
	const char *name;	/* "sha256" */
	uint16_t v1_p1;		/* RFC 2409 appendix A hash algorithm */
	uint16_t v1_esp;	/* RFC 2407 4.5 authentication algorithm */
	uint16_t len;		/* digest, also the ESP integrity key, in bytes */
	uint16_t icv;		/* truncated ESP ICV in bytes */
	bool weak;
};

struct dh_info {
	const char *name;	/* "modp2048" */
	uint16_t id;		/* IANA group number, enum dh_group */
	uint16_t pub_len;	/* bytes of a KE payload */
	uint16_t shared_len;
	bool weak;
};

const struct enc_info *enc_info(enum enc_alg a);	/* NULL if unknown */
const struct hash_info *hash_info(enum hash_alg a);
const struct dh_info *dh_info(unsigned int group);
enum enc_alg enc_from_v1_p1(uint16_t n);	/* ENC_NONE if unknown */
enum enc_alg enc_from_v1_esp(uint8_t n);
enum hash_alg hash_from_v1_p1(uint16_t n);
enum hash_alg hash_from_v1_esp(uint16_t n);

/** struct ike_suite - one phase 1 proposal */
struct ike_suite {
	enum enc_alg enc;
	uint16_t keybits;
	enum hash_alg hash;
	unsigned int group;
};

/**
 * struct esp_suite - one ESP proposal
 * @integ: HASH_NONE with an AEAD
 * @group: only if written
 * @esn: extended sequence numbers (RFC 4304); never written in a proposal
 * @icv96: HMAC-SHA2-256 is cut to 96 bits instead of the 128 of RFC 4868, which
 *	IKE cannot say; never written in a proposal
 */
struct esp_suite {
	enum enc_alg enc;
	uint16_t keybits;
	enum hash_alg integ;
	unsigned int group;
	bool esn, icv96;
};

#define SUITE_STRLEN 64
/**
 * ike_suite_parse - "aes128-sha256-modp2048", also "aes-128", "sha2-256", "dh14"/"group14"/"ecp256", "3des-sha1-modp1024"
 * @err: a buffer for what is wrong and what was expected ("unknown hash 'sha257', did you mean sha256?")
 */
bool ike_suite_parse(const char *s, struct ike_suite *out, char *err, size_t errlen);
/** esp_suite_parse - "aes256-sha256", "aes128gcm16", "null-sha256", optionally "-modp2048" for PFS */
bool esp_suite_parse(const char *s, struct esp_suite *out, char *err, size_t errlen);
bool dh_group_parse(const char *s, unsigned int *group);
const char *ike_suite_str(const struct ike_suite *s, char out[SUITE_STRLEN]);
const char *esp_suite_str(const struct esp_suite *s, char out[SUITE_STRLEN]);
bool ike_suite_weak(const struct ike_suite *s);
bool esp_suite_weak(const struct esp_suite *s);
/** esp_keymat_len - cipher key, salt and integrity key of one direction in bytes */
size_t esp_keymat_len(const struct esp_suite *s);

#endif
