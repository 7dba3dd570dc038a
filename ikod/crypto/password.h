/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CRYPTO_PASSWORD_H
#define IKOD_CRYPTO_PASSWORD_H

#include <stdint.h>

#include "crypto/secret.h"

/* Passwords as they are kept: PBKDF2 with HMAC-SHA-256 (RFC 8018 5.2), "pbkdf2-sha256:ROUNDS:SALT:HASH", both in hex. */

#define PASSWORD_SALT_MIN 8
#define PASSWORD_SALT_MAX 32
#define PASSWORD_HASH_LEN 32
#define PASSWORD_ROUNDS 600000		/* for new ones */
#define PASSWORD_ROUNDS_MIN 1000
#define PASSWORD_ROUNDS_MAX 10000000
#define PASSWORD_STRLEN 160

struct password_hash {
	uint32_t rounds;
	uint8_t salt[PASSWORD_SALT_MAX];
	size_t salt_len;
	uint8_t hash[PASSWORD_HASH_LEN];
};

/** password_parse - false with @why set if @s is not of that form */
bool password_parse(const char *s, struct password_hash *out, const char **why);
/** password_make - the other way: hash @password into @out */
bool password_make(const struct secret *password, const uint8_t *salt, size_t salt_len, uint32_t rounds,
		   char out[PASSWORD_STRLEN]);
/** password_check - slow by design; constant time in what is compared */
bool password_check(const struct password_hash *h, const struct secret *password);

#endif
