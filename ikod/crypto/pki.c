// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "crypto/pki_priv.h"

/* Certificates, key, CAs and CRLs of a configuration. */

struct pki *pki_new(void)
{
	struct pki *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->chain = sk_X509_new_null();
	p->cas = sk_X509_new_null();
	p->crls = sk_X509_CRL_new_null();
	p->store = X509_STORE_new();
	if (p->chain && p->cas && p->crls && p->store)
		return p;
	pki_free(p);
	return NULL;
}

void pki_free(struct pki *p)
{
	if (!p)
		return;
	X509_free(p->cert);
	sk_X509_pop_free(p->chain, X509_free);
	sk_X509_pop_free(p->cas, X509_free);
	sk_X509_CRL_pop_free(p->crls, X509_CRL_free);
	EVP_PKEY_free(p->key);	/* wipes it */
	X509_STORE_free(p->store);
	free(p);
}

bool pki_same(const struct pki *a, const struct pki *b)
{
	if (!a || !b)
		return a == b;
	return !memcmp(a->digest, b->digest, sizeof(a->digest));
}

/* ---- loading ---- */

static bool wrong(char why[PKI_WHY], const char *text)
{
	snprintf(why, PKI_WHY, "%s", text);
	ERR_clear_error();
	return false;
}

static bool loaded(struct pki *p, char what, const struct secret *pem)
{
	uint8_t out[HASH_MAX_LEN];
	struct bytes v[] = { { p->digest, sizeof(p->digest) }, { &what, 1 }, { pem->p, pem->len } };

	/* PEM readers leave an error behind where the file ends */
	ERR_clear_error();
	if (!hash_bytes(HASH_SHA2_256, v, 3, out))
		return false;
	memcpy(p->digest, out, sizeof(p->digest));
	return true;
}

/*
 * A passphrase would have to be typed in by somebody. OpenSSL asks on the
 * terminal if it is not told otherwise, for whatever PEM says that it is encrypted.
 */
static int no_passphrase(char *buf, int size, int rwflag, void *asked)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	*(bool *)asked = true;
	return -1;
}

static const char encrypted[] = "is protected by a passphrase";

static BIO *reader(const struct secret *pem)
{
	ERR_clear_error();
	return BIO_new_mem_buf(pem->p, (int)pem->len);
}

/* How the attempt to take one more object out of a file came out */
enum taken { TAKEN, STOPPED, NOT_KEPT };

/*
 * The reader has stopped after @n objects: where the file ends, or at one that
 * it cannot read. Passed over, a CRL would revoke nothing.
 */
static bool to_the_end(unsigned int n, const char *object, char why[PKI_WHY])
{
	unsigned long err = ERR_peek_last_error();

	if (ERR_GET_LIB(err) == ERR_LIB_PEM && ERR_GET_REASON(err) == PEM_R_NO_START_LINE)
		return true;
	snprintf(why, PKI_WHY, "holds a %s that is damaged, number %u in it", object, n + 1);
	ERR_clear_error();
	return false;
}

/* All objects of a file, by @take; at least one has to be there, and none that cannot be read. */
static bool take_all(struct pki *p, const struct secret *pem, const char *object,
		     enum taken (*take)(struct pki *p, BIO *b, bool *asked), char why[PKI_WHY])
{
	BIO *b = reader(pem);
	enum taken last = b ? TAKEN : NOT_KEPT;
	unsigned int n = 0;
	bool asked = false;

	while (last == TAKEN) {
		last = take(p, b, &asked);
		n += last == TAKEN;
	}
	BIO_free(b);
	if (asked)
		return wrong(why, encrypted);
	if (last == STOPPED && !to_the_end(n, object, why))
		return false;
	if (last == STOPPED && n)
		return true;
	snprintf(why, PKI_WHY, "holds no %s in PEM form", object);
	ERR_clear_error();
	return false;
}

/* Ours comes first, what leads to a CA behind it */
static enum taken take_certificate(struct pki *p, BIO *b, bool *asked)
{
	X509 *x = PEM_read_bio_X509(b, NULL, no_passphrase, asked);

	if (!x)
		return STOPPED;
	if (!p->cert) {
		p->cert = x;
		return TAKEN;
	}
	if (sk_X509_push(p->chain, x))
		return TAKEN;
	X509_free(x);
	return NOT_KEPT;
}

static enum taken take_ca(struct pki *p, BIO *b, bool *asked)
{
	X509 *x = PEM_read_bio_X509(b, NULL, no_passphrase, asked);

	if (!x)
		return STOPPED;
	if (X509_STORE_add_cert(p->store, x) && sk_X509_push(p->cas, x))
		return TAKEN;
	X509_free(x);
	return NOT_KEPT;
}

static enum taken take_crl(struct pki *p, BIO *b, bool *asked)
{
	X509_CRL *x = PEM_read_bio_X509_CRL(b, NULL, no_passphrase, asked);

	if (!x)
		return STOPPED;
	if (X509_STORE_add_crl(p->store, x) && sk_X509_CRL_push(p->crls, x))
		return TAKEN;
	X509_CRL_free(x);
	return NOT_KEPT;
}

bool pki_load_certificate(struct pki *p, const struct secret *pem, char why[PKI_WHY])
{
	if (!take_all(p, pem, "certificate", take_certificate, why))
		return false;
	if (!X509_get0_pubkey(p->cert) || EVP_PKEY_get_base_id(X509_get0_pubkey(p->cert)) != EVP_PKEY_RSA)
		return wrong(why, "the certificate's key is no RSA key");
	return loaded(p, 'c', pem);
}

bool pki_load_key(struct pki *p, const struct secret *pem, char why[PKI_WHY])
{
	BIO *b = reader(pem);
	bool asked = false;

	p->key = b ? PEM_read_bio_PrivateKey(b, NULL, no_passphrase, &asked) : NULL;
	BIO_free(b);
	if (!p->key)
		return wrong(why, asked ? encrypted : "holds no private key in PEM form");
	if (EVP_PKEY_get_base_id(p->key) != EVP_PKEY_RSA)
		return wrong(why, "is no RSA key");
	return loaded(p, 'k', pem);
}

bool pki_load_ca(struct pki *p, const struct secret *pem, char why[PKI_WHY])
{
	if (!take_all(p, pem, "certificate", take_ca, why))
		return false;
	for (int i = 0; i < sk_X509_num(p->cas); i++)
		if (!X509_check_ca(sk_X509_value(p->cas, i)))
			return wrong(why, "holds a certificate that is no CA's");
	return loaded(p, 'a', pem);
}

bool pki_load_crl(struct pki *p, const struct secret *pem, char why[PKI_WHY])
{
	return take_all(p, pem, "CRL", take_crl, why) && loaded(p, 'r', pem);
}

/* ---- looking at it ---- */

bool pki_key_fits(const struct pki *p)
{
	bool fits = X509_check_private_key(p->cert, p->key) == 1;

	ERR_clear_error();
	return fits;
}

enum pki_time pki_time(const struct pki *p, char when[64])
{
	const ASN1_TIME *from = X509_get0_notBefore(p->cert), *to = X509_get0_notAfter(p->cert);

	if (X509_cmp_current_time(from) >= 0) {
		time_text(from, when);
		return PKI_NOT_YET;
	}
	time_text(to, when);
	return X509_cmp_current_time(to) <= 0 ? PKI_EXPIRED : PKI_VALID;
}

bool pki_crl_outdated(const struct pki *p, char when[64])
{
	for (int i = 0; i < sk_X509_CRL_num(p->crls); i++) {
		const ASN1_TIME *next = X509_CRL_get0_nextUpdate(sk_X509_CRL_value(p->crls, i));

		if (!next || X509_cmp_current_time(next) > 0)
			continue;
		time_text(next, when);
		return true;
	}
	return false;
}

unsigned int pki_key_bits(const struct pki *p)
{
	return (unsigned int)EVP_PKEY_get_bits(X509_get0_pubkey(p->cert));
}

bool pki_has_id(const struct pki *p, const struct v1_id *id)
{
	return cert_has_id(p->cert, id);
}

void pki_ids(const struct pki *p, char *out, size_t cap)
{
	cert_ids(p->cert, out, cap);
}

bool pki_subject(const struct pki *p, struct v1_id *out)
{
	X509_NAME *name = X509_get_subject_name(p->cert);
	uint8_t *at = out->data;
	int len = i2d_X509_NAME(name, NULL);

	if (len <= 0 || len > V1_ID_MAX)
		return false;
	memset(out, 0, sizeof(*out));
	out->type = IDT_DER_DN;
	out->len = (size_t)i2d_X509_NAME(name, &at);
	return true;
}

static uint8_t *der_of(int len, uint8_t *der, size_t *out)
{
	*out = len > 0 ? (size_t)len : 0;
	return len > 0 ? der : NULL;
}

uint8_t *pki_certificate(const struct pki *p, unsigned int nth, size_t *len)
{
	X509 *x = nth ? sk_X509_value(p->chain, (int)nth - 1) : p->cert;
	uint8_t *der = NULL;
	int n = x ? i2d_X509(x, &der) : 0;

	return der_of(n, der, len);
}

uint8_t *pki_ca_name(const struct pki *p, unsigned int nth, size_t *len)
{
	X509 *x = sk_X509_value(p->cas, (int)nth);
	uint8_t *der = NULL;
	int n = x ? i2d_X509_NAME(X509_get_subject_name(x), &der) : 0;

	return der_of(n, der, len);
}

void pki_der_free(uint8_t *der)
{
	OPENSSL_free(der);
}
