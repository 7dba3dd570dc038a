/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_FUZZ_CREDS_H
#define TESTS_FUZZ_CREDS_H

#include <openssl/x509.h>

#include "crypto/pki.h"

/*
 * Certificates of two ends, 0 and 1, under one CA: IP:192.0.2.1 and IP:192.0.2.2,
 * DNS:victim.example and DNS:peer.example, CN=victim and CN=peer.
 */

/**
 * creds_pki - all that an end needs; nobody's to free: linked with --wrap=pki_free
 * @large: with certificates behind it that make a message too long for one packet, and a CRL
 */
struct pki *creds_pki(unsigned int end, bool large);
/** creds_end - whose @p is */
unsigned int creds_end(const struct pki *p);
/** creds_write - PEM files: ca, crl, old-crl, site, expired, not-yet; site.key, other.key */
void creds_write(void (*to_file)(const char *name, const void *p, size_t len));
/** creds_sign - pki_sign(), once for each hash */
bool creds_sign(unsigned int end, struct bytes hash, uint8_t sig[PKI_SIG_MAX], size_t *len);
/** creds_cert, creds_ca, creds_ca_key - as OpenSSL's; the caller frees them */
X509 *creds_cert(unsigned int end);
X509 *creds_ca(void);
EVP_PKEY *creds_ca_key(void);

#endif
