/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_FUZZ_CREDS_H
#define TESTS_FUZZ_CREDS_H

#include <openssl/x509.h>

#include "crypto/pki.h"

/*
 * Certificates of two ends, 0 and 1, under one CA: IP:192.0.2.1 and IP:192.0.2.2,
 * DNS:victim.example and DNS:peer.example, CN=victim and CN=peer.
 */

/** creds_pki - all that an end needs; nobody's to free: linked with --wrap=pki_free */
struct pki *creds_pki(unsigned int end);
/** creds_sign - pki_sign(), once for each hash */
bool creds_sign(unsigned int end, struct bytes hash, uint8_t sig[PKI_SIG_MAX], size_t *len);
/** creds_cert, creds_ca, creds_ca_key - as OpenSSL's; the caller frees them */
X509 *creds_cert(unsigned int end);
X509 *creds_ca(void);
EVP_PKEY *creds_ca_key(void);

#endif
