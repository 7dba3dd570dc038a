/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_CORE_CERTS_H
#define TESTS_CORE_CERTS_H

#include <openssl/evp.h>

#include "crypto/pki.h"

/* Certificates made for a test and gone with it. */

#define CERT_KEYS 4	/* key pairs, made once for a process */
#define CERT_KEY_WEAK 3	/* the last one has 1024 bits */

/**
 * struct cert_spec - what a certificate says
 * @dn: as dn_from_text() takes it
 * @san: as in OpenSSL's configuration, NULL for none
 * @from, @to: seconds from now; both 0: valid for a day
 * @key: of whom
 * @issuer: name and key of who signs, NULL: itself
 * @ca: may issue
 * @usage: key usage, NULL for none
 * @sha1: signed with that
 */
struct cert_spec {
	const char *dn, *san;
	long from, to;
	unsigned int key;
	const struct cert_spec *issuer;
	bool ca;
	const char *usage;
	bool sha1;
	long serial;
};

/** cert_pem, cert_der - the certificate; the caller wipes it */
struct secret cert_pem(const struct cert_spec *s);
struct secret cert_der(const struct cert_spec *s);
struct secret cert_key_pem(unsigned int key);
/** cert_crl_pem - of @issuer with one serial number, 0 for none; @next: seconds from now */
struct secret cert_crl_pem(const struct cert_spec *issuer, long revoked, long next);
/** enum crl_scope - the certificates that a CRL speaks of (RFC 5280 5.2.5) */
enum crl_scope { CRL_ALL, CRL_USERS, CRL_CAS };
/** cert_crl_scoped_pem - the same, of some of what @issuer has issued */
struct secret cert_crl_scoped_pem(const struct cert_spec *issuer, long revoked, long next, enum crl_scope scope);
EVP_PKEY *cert_key(unsigned int key);
/** cert_pki - a certificate with its key (and @between behind it, if not NULL), and a CA to trust */
struct pki *cert_pki(const struct cert_spec *own, const struct cert_spec *between, const struct cert_spec *trusted);
/** cert_keys_free - at the end of a test program */
void cert_keys_free(void);

#endif
