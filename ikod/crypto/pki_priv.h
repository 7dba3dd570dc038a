/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CRYPTO_PKI_PRIV_H
#define IKOD_CRYPTO_PKI_PRIV_H

#include <openssl/x509v3.h>

#include "crypto/pki.h"

/**
 * struct pki - inside of pki.c and pki_verify.c
 * @chain: behind our certificate in its file
 * @store: CAs and CRLs, as OpenSSL looks them up; @cas, @crls: the same, to be listed
 * @digest: over all that was loaded
 */
struct pki {
	X509 *cert;
	STACK_OF(X509) *chain, *cas;
	STACK_OF(X509_CRL) *crls;
	EVP_PKEY *key;
	X509_STORE *store;
	uint8_t digest[32];
};

/** cert_has_id - does @cert stand for @id */
bool cert_has_id(X509 *cert, const struct v1_id *id);
/** cert_ids - subject and alternative names, printable */
void cert_ids(X509 *cert, char *out, size_t cap);
void time_text(const ASN1_TIME *t, char out[64]);

#endif
