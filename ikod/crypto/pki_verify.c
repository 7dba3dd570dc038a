// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "crypto/pki_priv.h"
#include "wire/text.h"

/* Signing and verifying; a peer's certificate is parsed here and nowhere else. */

void time_text(const ASN1_TIME *t, char out[64])
{
	struct tm tm;

	out[0] = '\0';
	if (ASN1_TIME_to_tm(t, &tm) == 1)
		strftime(out, 64, "%Y-%m-%d %H:%M:%S UTC", &tm);
}

/* ---- whom a certificate stands for ---- */

static bool has_dn(X509 *cert, const struct v1_id *id)
{
	const uint8_t *p = id->data;
	X509_NAME *name = d2i_X509_NAME(NULL, &p, (long)id->len);
	bool same = name && p == id->data + id->len && !X509_NAME_cmp(name, X509_get_subject_name(cert));

	X509_NAME_free(name);
	ERR_clear_error();
	return same;
}

/* RFC 4945 5.1.3.6: an address, name or mailbox has to be an alternative name; the subject proves a DN alone. */
bool cert_has_id(X509 *cert, const struct v1_id *id)
{
	const char *text = (const char *)id->data;
	const unsigned int flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_WILDCARDS;

	/* OpenSSL forgives a NUL at the end, and takes a dot in front for all names below */
	if ((id->type == IDT_FQDN || id->type == IDT_USER_FQDN) &&
	    (!id->len || memchr(text, '\0', id->len) || text[0] == '.'))
		return false;
	switch (id->type) {
	case IDT_IPV4:
	case IDT_IPV6:
		return X509_check_ip(cert, id->data, id->len, 0) == 1;
	case IDT_FQDN:
		return X509_check_host(cert, text, id->len, flags, NULL) == 1;
	case IDT_USER_FQDN:
		return X509_check_email(cert, text, id->len, flags) == 1;
	case IDT_DER_DN:
		return has_dn(cert, id);
	default:
		return false;
	}
}

static void list_add(char *out, size_t cap, const char *item)
{
	size_t len = strlen(out);

	if (*item && len + strlen(item) + 3 < cap)
		snprintf(out + len, cap - len, "%s%s", len ? "; " : "", item);
}

static bool alt_name_id(const GENERAL_NAME *g, struct v1_id *id)
{
	const ASN1_STRING *s = g->type == GEN_DNS || g->type == GEN_EMAIL || g->type == GEN_IPADD ? g->d.ia5 : NULL;
	int len = s ? ASN1_STRING_length(s) : 0;

	if (len <= 0 || len > V1_ID_MAX)
		return false;
	memset(id, 0, sizeof(*id));
	id->type = g->type == GEN_DNS ? IDT_FQDN : g->type == GEN_EMAIL ? IDT_USER_FQDN : len == 4 ? IDT_IPV4 : IDT_IPV6;
	id->len = (size_t)len;
	memcpy(id->data, ASN1_STRING_get0_data(s), id->len);
	return true;
}

void cert_ids(X509 *cert, char *out, size_t cap)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	char text[V1_ID_STRLEN];
	struct v1_id id = { .type = IDT_DER_DN };
	int len = i2d_X509_NAME(X509_get_subject_name(cert), NULL);
	uint8_t *at = id.data;

	out[0] = '\0';
	if (len > 0 && len <= V1_ID_MAX) {
		id.len = (size_t)i2d_X509_NAME(X509_get_subject_name(cert), &at);
		list_add(out, cap, v1_id_str(&id, text));
	}
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
		if (alt_name_id(sk_GENERAL_NAME_value(names, i), &id))
			list_add(out, cap, v1_id_str(&id, text));
	GENERAL_NAMES_free(names);
	ERR_clear_error();
}

/* ---- signatures ---- */

/* Without a digest set, OpenSSL pads what it is given and nothing else. */
static EVP_PKEY_CTX *raw_rsa(EVP_PKEY *key, int (*init)(EVP_PKEY_CTX *ctx))
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);

	if (ctx && init(ctx) > 0 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0)
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

bool pki_sign(const struct pki *p, struct bytes hash, uint8_t sig[PKI_SIG_MAX], size_t *sig_len)
{
	EVP_PKEY_CTX *ctx = raw_rsa(p->key, EVP_PKEY_sign_init);
	bool ok;

	*sig_len = PKI_SIG_MAX;
	ok = ctx && EVP_PKEY_get_size(p->key) <= PKI_SIG_MAX && EVP_PKEY_sign(ctx, sig, sig_len, hash.p, hash.len) == 1;
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}

static bool signed_by(X509 *cert, struct bytes hash, struct bytes sig)
{
	EVP_PKEY_CTX *ctx = raw_rsa(X509_get0_pubkey(cert), EVP_PKEY_verify_init);
	bool ok = ctx && EVP_PKEY_verify(ctx, sig.p, sig.len, hash.p, hash.len) == 1;

	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}

/* ---- the peer's certificates ---- */

/**
 * struct sent - parsed
 * @leaf: what it signs with, in @all as well
 */
struct sent {
	STACK_OF(X509) *all;
	X509 *leaf;
};

static X509 *cert_parse(struct bytes der)
{
	const uint8_t *p = der.p;
	X509 *x = der.len <= PKI_CERT_MAX ? d2i_X509(NULL, &p, (long)der.len) : NULL;

	if (x && p == (const uint8_t *)der.p + der.len)
		return x;
	X509_free(x);
	return NULL;
}

static bool sent_parse(const struct pki_proof *proof, struct sent *s)
{
	s->all = sk_X509_new_null();
	for (unsigned int i = 0; s->all && i < proof->n_certs; i++) {
		X509 *x = cert_parse(proof->certs[i]);

		if (!x || !sk_X509_push(s->all, x)) {
			X509_free(x);
			return false;
		}
		if (!s->leaf && !X509_check_ca(x))
			s->leaf = x;
	}
	if (!s->leaf)
		s->leaf = sk_X509_value(s->all, 0);
	return s->leaf;
}

/* RFC 4945 5.1.3.2: if key usage is there, it has to allow one of the two. */
static bool may_sign(X509 *cert)
{
	return X509_get_key_usage(cert) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION);
}

/* ---- the chain ---- */

static enum pki_verdict chain_verdict(int error)
{
	static const struct {
		int error;
		enum pki_verdict verdict;
	} rows[] = {
		{ X509_V_OK, PKI_OK },
		{ X509_V_ERR_CERT_HAS_EXPIRED, PKI_OUT_OF_TIME },
		{ X509_V_ERR_CERT_NOT_YET_VALID, PKI_OUT_OF_TIME },
		{ X509_V_ERR_CERT_REVOKED, PKI_REVOKED },
		{ X509_V_ERR_UNABLE_TO_GET_CRL, PKI_NO_CRL },
		{ X509_V_ERR_CRL_HAS_EXPIRED, PKI_NO_CRL },
		{ X509_V_ERR_CRL_NOT_YET_VALID, PKI_NO_CRL },
		{ X509_V_ERR_CRL_SIGNATURE_FAILURE, PKI_NO_CRL },
		{ X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER, PKI_NO_CRL },
		{ X509_V_ERR_DIFFERENT_CRL_SCOPE, PKI_NO_CRL },
		{ X509_V_ERR_EE_KEY_TOO_SMALL, PKI_UNUSABLE },
		{ X509_V_ERR_CA_KEY_TOO_SMALL, PKI_UNUSABLE },
		{ X509_V_ERR_CA_MD_TOO_WEAK, PKI_UNUSABLE },
		{ X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, PKI_UNUSABLE },
		{ X509_V_ERR_OUT_OF_MEM, PKI_UNUSABLE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].error == error)
			return rows[i].verdict;
	/* no issuer, not one that we know, one that has not signed it, one that may not sign, … */
	return PKI_UNTRUSTED;
}

/*
 * A CRL for the peers' issuer is a must; those of the CAs above are looked at if
 * they are there, and speak of CAs: some list what is issued to users alone
 * (RFC 5280 5.2.5).
 */
static int on_error(int ok, X509_STORE_CTX *ctx)
{
	int error = X509_STORE_CTX_get_error(ctx);

	if (ok || !X509_STORE_CTX_get_error_depth(ctx) ||
	    (error != X509_V_ERR_UNABLE_TO_GET_CRL && error != X509_V_ERR_DIFFERENT_CRL_SCOPE))
		return ok;
	X509_STORE_CTX_set_error(ctx, X509_V_OK);
	return 1;
}

static void chain_prepare(X509_STORE_CTX *ctx, const struct pki *p, bool weak)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

	/* what is configured as a CA is trusted, be it a root or not */
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	if (sk_X509_CRL_num(p->crls))
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
	/* 112 bits: RSA from 2048 bits on, no SHA-1 */
	X509_VERIFY_PARAM_set_auth_level(param, weak ? 0 : 2);
	X509_VERIFY_PARAM_set_depth(param, PKI_CERTS_MAX);
	X509_STORE_CTX_set_verify_cb(ctx, on_error);
}

static void chain_why(const X509_STORE_CTX *ctx, int error, char why[PKI_WHY])
{
	X509 *at = X509_STORE_CTX_get_current_cert(ctx);
	char when[64] = "";

	if (at && error == X509_V_ERR_CERT_HAS_EXPIRED)
		time_text(X509_get0_notAfter(at), when);
	else if (at && error == X509_V_ERR_CERT_NOT_YET_VALID)
		time_text(X509_get0_notBefore(at), when);
	snprintf(why, PKI_WHY, "%s%s%s", X509_verify_cert_error_string(error), *when ? ": " : "", when);
}

static enum pki_verdict chain_judge(const struct pki *p, const struct sent *s, bool weak, char why[PKI_WHY])
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	int error = X509_V_ERR_OUT_OF_MEM;

	if (ctx && X509_STORE_CTX_init(ctx, p->store, s->leaf, s->all) == 1) {
		chain_prepare(ctx, p, weak);
		error = X509_V_OK;
		if (X509_verify_cert(ctx) != 1) {
			error = X509_STORE_CTX_get_error(ctx);
			if (error == X509_V_OK)
				error = X509_V_ERR_UNSPECIFIED;
			chain_why(ctx, error, why);
		}
	}
	X509_STORE_CTX_free(ctx);
	return chain_verdict(error);
}

static enum pki_verdict judge(const struct pki *p, const struct pki_proof *proof, struct sent *s, char why[PKI_WHY])
{
	enum pki_verdict v;
	EVP_PKEY *key;

	if (!sent_parse(proof, s))
		return PKI_MALFORMED;
	key = X509_get0_pubkey(s->leaf);
	if (!key || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA || !may_sign(s->leaf)) {
		snprintf(why, PKI_WHY, "not with an RSA key for signatures");
		return PKI_UNUSABLE;
	}
	/* first of all: what was damaged on the way is not to be taken for what the peer has */
	if (!signed_by(s->leaf, proof->hash, proof->sig))
		return PKI_BAD_SIGNATURE;
	v = chain_judge(p, s, proof->weak, why);
	if (v != PKI_OK)
		return v;
	if (cert_has_id(s->leaf, proof->id))
		return PKI_OK;
	cert_ids(s->leaf, why, PKI_WHY);
	return PKI_OTHER_ID;
}

enum pki_verdict pki_verify(const struct pki *p, const struct pki_proof *proof, char why[PKI_WHY])
{
	struct sent s = { 0 };
	enum pki_verdict v;

	why[0] = '\0';
	if (!proof->n_certs)
		return PKI_NO_CERTIFICATE;
	v = judge(p, proof, &s, why);
	sk_X509_pop_free(s.all, X509_free);
	ERR_clear_error();
	return v;
}
