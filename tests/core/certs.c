// SPDX-License-Identifier: GPL-2.0
#include "core/certs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "wire/dn.h"

static EVP_PKEY *keys[CERT_KEYS];

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "certs: %s failed\n", what);
	abort();
}

EVP_PKEY *cert_key(unsigned int key)
{
	if (!keys[key])
		keys[key] = EVP_RSA_gen(key == CERT_KEY_WEAK ? 1024 : 2048);
	must(keys[key], "a key pair");
	return keys[key];
}

void cert_keys_free(void)
{
	for (unsigned int i = 0; i < CERT_KEYS; i++) {
		EVP_PKEY_free(keys[i]);
		keys[i] = NULL;
	}
}

static X509_NAME *name_of(const struct cert_spec *s)
{
	uint8_t der[V1_ID_MAX];
	const uint8_t *p = der;
	X509_NAME *name;
	size_t len;

	must(dn_from_text(s->dn, der, sizeof(der), &len), s->dn);
	name = d2i_X509_NAME(NULL, &p, (long)len);
	must(name, s->dn);
	return name;
}

static void extend(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;

	if (!value)
		return;
	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	must(ext && X509_add_ext(x, ext, -1), value);
	X509_EXTENSION_free(ext);
}

static X509 *make(const struct cert_spec *s)
{
	const struct cert_spec *by = s->issuer ? s->issuer : s;
	X509_NAME *subject = name_of(s), *issuer = name_of(by);
	X509 *x = X509_new();

	must(x && X509_set_version(x, X509_VERSION_3), "a certificate");
	ASN1_INTEGER_set(X509_get_serialNumber(x), s->serial ? s->serial : 1);
	X509_gmtime_adj(X509_getm_notBefore(x), s->from || s->to ? s->from : -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), s->from || s->to ? s->to : 24 * 3600);
	X509_set_subject_name(x, subject);
	X509_set_issuer_name(x, issuer);
	X509_set_pubkey(x, cert_key(s->key));
	extend(x, NID_basic_constraints, s->ca ? "critical,CA:TRUE" : "CA:FALSE");
	extend(x, NID_key_usage, s->usage);
	extend(x, NID_subject_alt_name, s->san);
	must(X509_sign(x, cert_key(by->key), s->sha1 ? EVP_sha1() : EVP_sha256()), "signing");
	X509_NAME_free(subject);
	X509_NAME_free(issuer);
	return x;
}

static struct secret taken(BIO *b)
{
	struct secret out = { 0 };
	char *p;
	long len = BIO_get_mem_data(b, &p);

	must(secret_alloc(&out, (size_t)len + 1), "memory");
	memcpy(out.p, p, (size_t)len);
	out.p[len] = '\0';
	out.len = (size_t)len;
	BIO_free(b);
	return out;
}

struct secret cert_pem(const struct cert_spec *s)
{
	BIO *b = BIO_new(BIO_s_mem());
	X509 *x = make(s);

	must(PEM_write_bio_X509(b, x), "PEM");
	X509_free(x);
	return taken(b);
}

struct secret cert_der(const struct cert_spec *s)
{
	BIO *b = BIO_new(BIO_s_mem());
	X509 *x = make(s);

	must(i2d_X509_bio(b, x), "DER");
	X509_free(x);
	return taken(b);
}

struct secret cert_key_pem(unsigned int key)
{
	BIO *b = BIO_new(BIO_s_mem());

	must(PEM_write_bio_PrivateKey(b, cert_key(key), NULL, NULL, 0, NULL, NULL), "PEM");
	return taken(b);
}

static void limit(X509_CRL *crl, enum crl_scope scope)
{
	ISSUING_DIST_POINT *idp = ISSUING_DIST_POINT_new();

	must(idp, "memory");
	*(scope == CRL_USERS ? &idp->onlyuser : &idp->onlyCA) = 0xff;
	must(X509_CRL_add1_ext_i2d(crl, NID_issuing_distribution_point, idp, 1, 0), "an extension");
	ISSUING_DIST_POINT_free(idp);
}

struct secret cert_crl_pem(const struct cert_spec *issuer, long revoked, long next)
{
	return cert_crl_scoped_pem(issuer, revoked, next, CRL_ALL);
}

struct secret cert_crl_scoped_pem(const struct cert_spec *issuer, long revoked, long next, enum crl_scope scope)
{
	BIO *b = BIO_new(BIO_s_mem());
	X509_CRL *crl = X509_CRL_new();
	X509_NAME *name = name_of(issuer);
	ASN1_TIME *t = ASN1_TIME_new();

	X509_CRL_set_version(crl, X509_CRL_VERSION_2);
	X509_CRL_set_issuer_name(crl, name);
	X509_gmtime_adj(t, next < 0 ? next - 3600 : -3600);
	X509_CRL_set1_lastUpdate(crl, t);
	X509_gmtime_adj(t, next);
	X509_CRL_set1_nextUpdate(crl, t);
	if (revoked) {
		X509_REVOKED *r = X509_REVOKED_new();
		ASN1_INTEGER *serial = ASN1_INTEGER_new();

		ASN1_INTEGER_set(serial, revoked);
		X509_gmtime_adj(t, -1800);
		X509_REVOKED_set_serialNumber(r, serial);
		X509_REVOKED_set_revocationDate(r, t);
		must(X509_CRL_add0_revoked(crl, r), "a CRL");
		ASN1_INTEGER_free(serial);
	}
	if (scope != CRL_ALL)
		limit(crl, scope);
	must(X509_CRL_sign(crl, cert_key(issuer->key), EVP_sha256()), "signing");
	must(PEM_write_bio_X509_CRL(b, crl), "PEM");
	ASN1_TIME_free(t);
	X509_NAME_free(name);
	X509_CRL_free(crl);
	return taken(b);
}

static void load(bool (*fn)(struct pki *p, const struct secret *pem, char why[PKI_WHY]), struct pki *p,
		 struct secret pem)
{
	char why[PKI_WHY] = "?";

	must(fn(p, &pem, why), why);
	secret_wipe(&pem);
}

struct pki *cert_pki(const struct cert_spec *own, const struct cert_spec *between, const struct cert_spec *trusted)
{
	struct secret first = cert_pem(own), second = { 0 }, both = { 0 };
	struct pki *p = pki_new();

	must(p, "memory");
	if (between)
		second = cert_pem(between);
	must(secret_alloc(&both, first.len + second.len), "memory");
	memcpy(both.p, first.p, first.len);
	if (between)
		memcpy(both.p + first.len, second.p, second.len);
	secret_wipe(&first);
	secret_wipe(&second);
	load(pki_load_certificate, p, both);
	load(pki_load_key, p, cert_key_pem(own->key));
	load(pki_load_ca, p, cert_pem(trusted));
	return p;
}
