// SPDX-License-Identifier: GPL-2.0
/*
 * What a peer proves itself with: names and certificates, and the files that
 * ours come from. The first byte chooses: the text of a name, a DER name,
 * certificates as they came, one that our CA signs whatever stands in it, PEM.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/err.h>

#include "crypto/pki_priv.h"
#include "fuzz/creds.h"
#include "fuzz/fuzz.h"
#include "wire/dn.h"

#define TEXT_MAX 300

/** struct piece - behind its length in 16 bits */
struct piece {
	uint8_t *p;
	size_t len;
};

static struct piece piece(struct fuzz_in *in)
{
	struct piece out;
	size_t len = fuzz_u16(in);

	out.p = fuzz_copy(in, len, &out.len);
	return out;
}

static void check_text(const char *s, size_t cap)
{
	size_t len = strnlen(s, cap);

	FUZZ_CHECK(len < cap);
	for (size_t i = 0; i < len; i++)
		FUZZ_CHECK(s[i] >= 0x20 && s[i] <= 0x7e);
}

static struct v1_id take_id(struct fuzz_in *in, uint8_t which)
{
	static const uint8_t types[] = { IDT_IPV4, IDT_FQDN, IDT_USER_FQDN, IDT_IPV6, IDT_DER_DN };
	struct v1_id id = { .type = types[(which & 0x7f) % 5] };
	struct piece p = piece(in);

	id.len = p.len < V1_ID_MAX ? p.len : V1_ID_MAX;
	memcpy(id.data, p.p, id.len);
	if (id.type == IDT_IPV4 || id.type == IDT_IPV6)		/* what v1_id_parse() lets pass */
		id.len = id.type == IDT_IPV4 ? 4 : 16;
	free(p.p);
	return id;
}

/* ---- names ---- */

static void try_name(const uint8_t *der, size_t len)
{
	struct v1_id id = { .type = IDT_DER_DN, .len = len < V1_ID_MAX ? len : V1_ID_MAX };
	char text[TEXT_MAX], shown[V1_ID_STRLEN];
	bool ok = dn_text(der, len, text, sizeof(text));

	check_text(text, sizeof(text));
	FUZZ_CHECK(!ok || dn_eq(der, len, der, len));
	memcpy(id.data, der, id.len);
	check_text(v1_id_str(&id, shown), sizeof(shown));
	FUZZ_CHECK(*shown && v1_id_eq(&id, &id));
}

static void name_text(struct fuzz_in *in)
{
	size_t cap = 1 + fuzz_u8(in), len, der_len;
	uint8_t *p = fuzz_copy(in, in->left, &len), *der = malloc(cap);
	char *s = strndup((char *)p, len);

	if (dn_from_text(s, der, cap, &der_len)) {
		FUZZ_CHECK(der_len && der_len <= cap && dn_eq(der, der_len, der, der_len));
		try_name(der, der_len);
	} else {
		FUZZ_CHECK(!der_len);
	}
	free(der);
	free(s);
	free(p);
}

static void name_der(struct fuzz_in *in)
{
	struct piece a = piece(in), b = piece(in);

	try_name(a.p, a.len);
	FUZZ_CHECK(dn_eq(a.p, a.len, b.p, b.len) == dn_eq(b.p, b.len, a.p, a.len));
	free(a.p);
	free(b.p);
}

/* ---- certificates ---- */

/* @which: its top bit has a CRL looked at */
static enum pki_verdict verify(struct pki_proof *proof, uint8_t which)
{
	static const uint8_t hash[32] = { 0x5c };
	char *why = malloc(PKI_WHY);
	uint8_t sig[PKI_SIG_MAX];
	enum pki_verdict v;
	size_t len;

	FUZZ_CHECK(creds_sign(1, (struct bytes){ hash, sizeof(hash) }, sig, &len));
	proof->hash = (struct bytes){ hash, sizeof(hash) };
	proof->sig = (struct bytes){ sig, len };
	v = pki_verify(creds_pki(0, which & 0x80), proof, why);
	FUZZ_CHECK(v < PKI_VERDICTS);
	check_text(why, PKI_WHY);
	free(why);
	FUZZ_CHECK(!ERR_peek_error());
	return v;
}

static bool same_text(const ASN1_STRING *s, const struct v1_id *id)
{
	return (size_t)ASN1_STRING_length(s) == id->len &&
	       !strncasecmp((const char *)ASN1_STRING_get0_data(s), (const char *)id->data, id->len);
}

/* RFC 4945 5.1.3.6, said once more: is one of these names what @id says? */
static bool names(const GENERAL_NAME *g, const struct v1_id *id)
{
	switch (id->type) {
	case IDT_FQDN:
		return g->type == GEN_DNS && same_text(g->d.dNSName, id);
	case IDT_USER_FQDN:
		/* RFC 8398 has a mailbox that is no rfc822Name */
		return (g->type == GEN_EMAIL && same_text(g->d.rfc822Name, id)) ||
		       (g->type == GEN_OTHERNAME && g->d.otherName->value->type == V_ASN1_UTF8STRING &&
			same_text(g->d.otherName->value->value.utf8string, id));
	default:
		return g->type == GEN_IPADD && (size_t)ASN1_STRING_length(g->d.iPAddress) == id->len &&
		       !memcmp(ASN1_STRING_get0_data(g->d.iPAddress), id->data, id->len);
	}
}

static bool stands_for(X509 *x, const struct v1_id *id)
{
	GENERAL_NAMES *all;
	uint8_t *der = NULL;
	bool found = false;
	int len;

	if (id->type == IDT_DER_DN) {
		len = i2d_X509_NAME(X509_get_subject_name(x), &der);
		found = len > 0 && dn_eq(der, (size_t)len, id->data, id->len);
		OPENSSL_free(der);
		return found;
	}
	all = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; i < sk_GENERAL_NAME_num(all); i++)
		found |= names(sk_GENERAL_NAME_value(all, i), id);
	GENERAL_NAMES_free(all);
	return found;
}

static void look_at(X509 *x, const struct v1_id *id)
{
	size_t cap = 1 + id->len;	/* too short ones, too */
	char *text = malloc(cap);

	FUZZ_CHECK(!cert_has_id(x, id) || stands_for(x, id));
	cert_ids(x, text, cap);
	check_text(text, cap);
	free(text);
	ERR_clear_error();
}

/* Nobody has our CA's key, so whatever came it is the one certificate that we know. */
static void as_sent(struct fuzz_in *in)
{
	uint8_t which = fuzz_u8(in);
	struct v1_id id = take_id(in, which);
	struct pki_proof proof = { .id = &id, .weak = true };
	struct piece certs[PKI_CERTS_MAX];
	unsigned int n = 0;

	while (in->left && n < PKI_CERTS_MAX) {
		certs[n] = piece(in);
		proof.certs[n] = (struct bytes){ certs[n].p, certs[n].len };
		n++;
	}
	proof.n_certs = n;
	if (verify(&proof, which) == PKI_OK) {
		X509 *peer = creds_cert(1);

		FUZZ_CHECK(stands_for(peer, &id));
		X509_free(peer);
	}
	for (unsigned int i = 0; i < n; i++)
		free(certs[i].p);
	ERR_clear_error();
}

/* ---- one that is signed by whom we trust ---- */

static void put_name(X509 *x, struct fuzz_in *in)
{
	struct piece der = piece(in);
	const uint8_t *p = der.p;
	X509_NAME *name = d2i_X509_NAME(NULL, &p, (long)der.len);

	if (name)
		X509_set_subject_name(x, name);
	X509_NAME_free(name);
	free(der.p);
}

/* Any bytes as what an extension holds. */
static void put_extension(X509 *x, struct fuzz_in *in)
{
	static const int nids[] = {
		NID_subject_alt_name, NID_key_usage, NID_basic_constraints, NID_subject_alt_name, NID_ext_key_usage,
		NID_authority_key_identifier, NID_name_constraints, NID_certificate_policies, NID_issuer_alt_name,
		NID_crl_distribution_points, NID_sinfo_access, NID_netscape_cert_type,
	};
	uint8_t which = fuzz_u8(in);
	struct piece der = piece(in);
	ASN1_OCTET_STRING *s = ASN1_OCTET_STRING_new();
	X509_EXTENSION *ext;

	FUZZ_CHECK(s && ASN1_OCTET_STRING_set(s, der.p, (int)der.len));
	ext = X509_EXTENSION_create_by_NID(NULL, nids[(which & 0x7f) % (sizeof(nids) / sizeof(nids[0]))], which >> 7, s);
	FUZZ_CHECK(ext && X509_add_ext(x, ext, -1));
	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(s);
	free(der.p);
}

enum { VERSION_1 = 1, OTHER_KEY = 2, EXPIRED = 4, NOT_YET = 8, SIGNED_BY_OTHER = 16 };

static X509 *build(struct fuzz_in *in)
{
	static EVP_PKEY *ca_key;
	static X509 *ca, *ends[2];
	uint8_t flags = fuzz_u8(in);
	X509 *x = X509_new();

	if (!ca) {
		ca_key = creds_ca_key();
		ca = creds_ca();
		ends[0] = creds_cert(0);
		ends[1] = creds_cert(1);
	}
	FUZZ_CHECK(x && X509_set_version(x, flags & VERSION_1 ? X509_VERSION_1 : X509_VERSION_3));
	ASN1_INTEGER_set(X509_get_serialNumber(x), fuzz_u8(in));
	X509_gmtime_adj(X509_getm_notBefore(x), flags & NOT_YET ? 3600 : -7200);
	X509_gmtime_adj(X509_getm_notAfter(x), flags & EXPIRED ? -3600 : 7200);
	X509_set_issuer_name(x, X509_get_subject_name(ca));
	X509_set_pubkey(x, X509_get0_pubkey(ends[!(flags & OTHER_KEY)]));
	put_name(x, in);
	for (unsigned int i = 0; in->left && i < 8; i++)
		put_extension(x, in);
	if (!X509_sign(x, flags & SIGNED_BY_OTHER ? creds_pki(0, false)->key : ca_key, EVP_sha256())) {
		X509_free(x);
		return NULL;
	}
	return x;
}

static void signed_one(struct fuzz_in *in)
{
	uint8_t which = fuzz_u8(in);
	struct v1_id id = take_id(in, which);
	struct pki_proof proof = { .id = &id, .weak = true, .n_certs = 1 };
	X509 *x = build(in);
	uint8_t *der = NULL;
	int len = x ? i2d_X509(x, &der) : 0;

	if (len > 0) {
		proof.certs[0] = (struct bytes){ der, (size_t)len };
		FUZZ_CHECK(verify(&proof, which) != PKI_OK || stands_for(x, &id));
		/* the names are looked at even where something else is wrong */
		look_at(x, &id);
	}
	OPENSSL_free(der);
	X509_free(x);
	ERR_clear_error();
}

/* ---- PEM ---- */

static bool load(bool (*fn)(struct pki *p, const struct secret *pem, char why[PKI_WHY]), struct pki *p, struct fuzz_in *in)
{
	struct piece text = piece(in);
	struct secret pem = { 0 };
	char why[PKI_WHY] = "";
	bool ok;

	FUZZ_CHECK(secret_alloc(&pem, text.len + 1));
	memcpy(pem.p, text.p, text.len);
	pem.p[text.len] = '\0';
	pem.len = text.len;
	free(text.p);
	ok = fn(p, &pem, why);
	FUZZ_CHECK(ok || *why);
	check_text(why, sizeof(why));
	FUZZ_CHECK(!ERR_peek_error());
	secret_wipe(&pem);
	return ok;
}

static void look_at_ours(const struct pki *p)
{
	char text[TEXT_MAX];
	struct v1_id id;
	uint8_t *der;
	size_t len;

	pki_time(p, text);
	pki_key_bits(p);
	pki_ids(p, text, sizeof(text));
	check_text(text, sizeof(text));
	if (pki_subject(p, &id))
		FUZZ_CHECK(id.len <= V1_ID_MAX && pki_has_id(p, &id));
	for (unsigned int i = 0; (der = pki_certificate(p, i, &len)); i++)
		pki_der_free(der);
}

static void files(struct fuzz_in *in)
{
	struct pki *p = pki_new();
	char when[64];
	uint8_t *der;
	size_t len;

	FUZZ_CHECK(p);
	if (load(pki_load_certificate, p, in))
		look_at_ours(p);
	if (load(pki_load_key, p, in) && p->cert)
		pki_key_fits(p);
	load(pki_load_ca, p, in);
	for (unsigned int i = 0; (der = pki_ca_name(p, i, &len)); i++)
		pki_der_free(der);
	load(pki_load_crl, p, in);
	pki_crl_outdated(p, when);
	FUZZ_CHECK(pki_same(p, p));
	pki_free(p);
	ERR_clear_error();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const modes[])(struct fuzz_in *) = { name_text, name_der, as_sent, signed_one, files };
	struct fuzz_in in = { data, size };

	ERR_clear_error();
	modes[fuzz_u8(&in) % 5](&in);
	return 0;
}
