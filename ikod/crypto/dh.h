/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CRYPTO_DH_H
#define IKOD_CRYPTO_DH_H

#include "crypto/alg.h"
#include "crypto/secret.h"

#define DH_SEED_LEN 80		/* random bytes that a key pair is made from */
#define DH_PUB_MAX 1024

/**
 * dh_generate - make a key pair from @seed, deterministically
 * @seed: DH_SEED_LEN bytes from the caller's random source
 * Return: false if the group is unknown or OpenSSL failed. Thread safe, pure.
 */
bool dh_generate(unsigned int group, const uint8_t seed[DH_SEED_LEN], struct secret *priv,
		 uint8_t pub[DH_PUB_MAX], size_t *pub_len);
/**
 * dh_shared - g^xy, left-padded to the group's length (RFC 2409 5; RFC 5903: x coordinate)
 * Return: false if @peer has the wrong length or is 0, 1, p-1, >= p, or not on the curve.
 */
bool dh_shared(unsigned int group, const struct secret *priv, const uint8_t *peer, size_t peer_len,
	       struct secret *out);

#endif
