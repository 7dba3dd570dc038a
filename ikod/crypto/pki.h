/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CRYPTO_PKI_H
#define IKOD_CRYPTO_PKI_H

#include "crypto/prf.h"
#include "wire/v1.h"

/*
 * RSA signatures with X.509 certificates, over OpenSSL. A struct pki is filled
 * once, when the configuration is read, and then only looked at: any thread may
 * do that. Certificates are valid or not by the system's clock, which is no
 * input of the engine's.
 */

struct pki;

#define PKI_WHY 192
#define PKI_SIG_MAX 2048	/* RSA of 16384 bits, the most that OpenSSL takes */
#define PKI_CERT_MAX 16384	/* bytes of one certificate of a peer */
#define PKI_CERTS_MAX 8		/* and so many of them in a message */

/** pki_new - empty; NULL without memory */
struct pki *pki_new(void);
void pki_free(struct pki *p);
/** pki_same - made of the same bytes; NULL is the same as NULL */
bool pki_same(const struct pki *a, const struct pki *b);

/* Loading, from PEM; false with @why set. */

/** pki_load_certificate - ours, and behind it what leads to the CA */
bool pki_load_certificate(struct pki *p, const struct secret *pem, char why[PKI_WHY]);
bool pki_load_key(struct pki *p, const struct secret *pem, char why[PKI_WHY]);
/** pki_load_ca - whom to trust, one certificate or more */
bool pki_load_ca(struct pki *p, const struct secret *pem, char why[PKI_WHY]);
bool pki_load_crl(struct pki *p, const struct secret *pem, char why[PKI_WHY]);

/* Looking at what was loaded */

/** pki_key_fits - the private key belongs to the certificate */
bool pki_key_fits(const struct pki *p);
enum pki_time { PKI_VALID, PKI_NOT_YET, PKI_EXPIRED };
/** pki_time - of our certificate now; @when: the moment that it is about, printable */
enum pki_time pki_time(const struct pki *p, char when[64]);
/** pki_crl_outdated - true if one of the CRLs should have been replaced by now */
bool pki_crl_outdated(const struct pki *p, char when[64]);
/** pki_key_bits - of our certificate's RSA key */
unsigned int pki_key_bits(const struct pki *p);
/** pki_has_id - is @id one that our certificate stands for */
bool pki_has_id(const struct pki *p, const struct v1_id *id);
/** pki_ids - those that it stands for, printable */
void pki_ids(const struct pki *p, char *out, size_t cap);
/** pki_subject - our certificate's subject as an identity; false if it is too long for one */
bool pki_subject(const struct pki *p, struct v1_id *out);
/** pki_certificate - @nth DER certificate to send, ours first; NULL past the last; caller frees with pki_der_free() */
uint8_t *pki_certificate(const struct pki *p, unsigned int nth, size_t *len);
/** pki_ca_name - DER name of the @nth CA that we trust; NULL past the last; caller frees with pki_der_free() */
uint8_t *pki_ca_name(const struct pki *p, unsigned int nth, size_t *len);
void pki_der_free(uint8_t *der);

/* What jobs do */

/**
 * pki_sign - RFC 2409 5.1: the hash itself in PKCS #1 v1.5 padding, "encoded as
 * a private key encryption", with no word of the hash's algorithm
 */
bool pki_sign(const struct pki *p, struct bytes hash, uint8_t sig[PKI_SIG_MAX], size_t *sig_len);

enum pki_verdict {
	PKI_OK,
	PKI_NO_CERTIFICATE,	/* the peer sent none */
	PKI_MALFORMED,		/* what it sent is none; a damaged message looks so, too */
	PKI_UNUSABLE,		/* no RSA key, too weak, not for signatures, … */
	PKI_UNTRUSTED,
	PKI_OUT_OF_TIME,	/* expired, or not valid yet */
	PKI_REVOKED,
	PKI_NO_CRL,		/* a CRL is wanted, and none is valid for its issuer */
	PKI_BAD_SIGNATURE,
	PKI_OTHER_ID,
	PKI_VERDICTS
};

/**
 * struct pki_proof - how a peer proves itself
 * @certs: what it sent, the one that it signs with first among those that are no CA's
 * @weak: short keys and SHA-1 will do
 */
struct pki_proof {
	struct bytes certs[PKI_CERTS_MAX];
	unsigned int n_certs;
	const struct v1_id *id;
	struct bytes hash, sig;
	bool weak;
};

/** pki_verify - @why, printable, says more than the verdict */
enum pki_verdict pki_verify(const struct pki *p, const struct pki_proof *proof, char why[PKI_WHY]);

#endif
