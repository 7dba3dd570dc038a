/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CRYPTO_V1_KEYS_H
#define IKOD_CRYPTO_V1_KEYS_H

#include "crypto/prf.h"

/** struct v1_keys - the key material of an ISAKMP SA, RFC 2409 5 */
struct v1_keys {
	struct secret skeyid, skeyid_d, skeyid_a, skeyid_e;
	struct secret enc;	/* cipher key, RFC 2409 appendix B */
};

void v1_keys_wipe(struct v1_keys *k);

/** v1_skeyid_psk - SKEYID = prf(pre-shared-key, Ni_b | Nr_b); called inside jobs only */
bool v1_skeyid_psk(enum hash_alg h, const struct secret *psk, struct bytes ni, struct bytes nr, struct secret *skeyid);
/** v1_skeyid_sig - SKEYID = prf(Ni_b | Nr_b, g^xy), with signatures */
bool v1_skeyid_sig(enum hash_alg h, const struct secret *gxy, struct bytes ni, struct bytes nr, struct secret *skeyid);
/** v1_derive - SKEYID_d, _a, _e and the cipher key from k->skeyid and g^xy */
bool v1_derive(struct v1_keys *k, const struct ike_suite *s, const struct secret *gxy,
	       const uint8_t cky_i[8], const uint8_t cky_r[8]);
/**
 * v1_auth_hash - HASH_I (@initiator) or HASH_R (RFC 2409 5)
 * @gx, @gy: public values of the initiator and the responder
 * @sai_b: the initiator's SA payload body, @id_b: body of the ID payload of the side that proves itself
 */
bool v1_auth_hash(const struct v1_keys *k, enum hash_alg h, bool initiator, struct bytes gx, struct bytes gy,
		  const uint8_t cky_i[8], const uint8_t cky_r[8], struct bytes sai_b, struct bytes id_b,
		  uint8_t out[HASH_MAX_LEN]);
/** v1_iv_phase1 - hash(g^xi | g^xr) cut to the block (RFC 2409 appendix B) */
bool v1_iv_phase1(const struct ike_suite *s, struct bytes gx, struct bytes gy, uint8_t iv[16]);
/** v1_iv_phase2 - hash(last phase 1 block | msgid); @last is NULL for a peer that has none yet */
bool v1_iv_phase2(const struct ike_suite *s, const uint8_t last[16], uint32_t msgid, uint8_t iv[16]);
/** v1_keymat - RFC 2409 5.5; @gqm NULL without PFS; @len bytes into @out */
bool v1_keymat(const struct v1_keys *k, enum hash_alg h, const struct secret *gqm, uint8_t proto,
	       const uint8_t spi[4], struct bytes ni, struct bytes nr, size_t len, struct secret *out);

#endif
