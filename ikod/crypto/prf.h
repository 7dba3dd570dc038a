/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CRYPTO_PRF_H
#define IKOD_CRYPTO_PRF_H

#include "crypto/alg.h"
#include "crypto/secret.h"

#define HASH_MAX_LEN 64

/** struct bytes - a borrowed piece of what is hashed or authenticated */
struct bytes {
	const void *p;
	size_t len;
};

/** hash_bytes - digest over the pieces in order; @out takes hash_info(h)->len bytes */
bool hash_bytes(enum hash_alg h, const struct bytes *v, unsigned int n, uint8_t out[HASH_MAX_LEN]);
/** prf - HMAC over the pieces in order (RFC 2409 4) */
bool prf(enum hash_alg h, const void *key, size_t key_len, const struct bytes *v, unsigned int n,
	 uint8_t out[HASH_MAX_LEN]);
/** cbc_crypt - encrypt or decrypt in place, no padding; @iv is replaced by the last cipher block */
bool cbc_crypt(enum enc_alg a, const struct secret *key, uint8_t *iv, bool encrypt, uint8_t *p, size_t len);

#endif
