// SPDX-License-Identifier: GPL-2.0
/* RSA signatures of RFC 2409 5.1 and the certificates behind them: what is believed, and why the rest is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/rsa.h>

#include "core/certs.h"
#include "wire/dn.h"

static const struct cert_spec root = { .dn = "C=DE, O=Example, CN=root", .key = 0, .ca = true };
static const struct cert_spec other_root = { .dn = "C=DE, O=Example, CN=root", .key = 1, .ca = true };
static const struct cert_spec gw = {
	.dn = "C=DE, O=Example, CN=gw", .key = 2, .issuer = &root, .serial = 7,
	.san = "DNS:gw.example.net, DNS:*.wild.example.net, email:ops@example.net, IP:192.0.2.1, IP:2001:db8::1",
};

static const uint8_t hash[20] = "twenty bytes of hash";

static struct v1_id text_id(uint8_t type, const char *text)
{
	struct v1_id id = { .type = type, .len = strlen(text) };

	memcpy(id.data, text, id.len);
	return id;
}

static struct v1_id dn_id(const char *text)
{
	struct v1_id id = { .type = IDT_DER_DN };

	assert_true(dn_from_text(text, id.data, sizeof(id.data), &id.len));
	return id;
}

/* What becomes of @spec's proof with @id, at somebody who trusts @trusted. */
static enum pki_verdict verdict_of(const struct cert_spec *spec, const struct cert_spec *trusted, const struct v1_id *id,
				   bool weak, char why[PKI_WHY])
{
	struct pki *mine = cert_pki(&gw, NULL, trusted), *theirs = cert_pki(spec, NULL, &root);
	struct secret der = cert_der(spec);
	uint8_t sig[PKI_SIG_MAX];
	size_t len;
	struct pki_proof proof = { .certs = { { der.p, der.len } }, .n_certs = 1, .id = id, .hash = { hash, sizeof(hash) },
				   .weak = weak };
	enum pki_verdict v;

	assert_true(pki_sign(theirs, proof.hash, sig, &len));
	proof.sig = (struct bytes){ sig, len };
	v = pki_verify(mine, &proof, why);
	secret_wipe(&der);
	pki_free(mine);
	pki_free(theirs);
	return v;
}

/* "a private key encryption in PKCS #1 format": the hash and nothing else is in it. */
static void the_hash_alone_is_signed(void **state)
{
	struct pki *p = cert_pki(&gw, NULL, &root);
	uint8_t sig[PKI_SIG_MAX], out[512];
	size_t len, out_len = sizeof(out);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(cert_key(2), NULL);

	(void)state;
	assert_true(pki_sign(p, (struct bytes){ hash, sizeof(hash) }, sig, &len));
	assert_int_equal(len, 256);
	assert_int_equal(EVP_PKEY_verify_recover_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING), 1);
	assert_int_equal(EVP_PKEY_verify_recover(ctx, out, &out_len, sig, len), 1);
	assert_int_equal(out_len, 256);
	/* 00 01 ff .. ff 00 hash */
	assert_memory_equal(out, "\x00\x01", 2);
	for (size_t i = 2; i < 256 - 21; i++)
		assert_int_equal(out[i], 0xff);
	assert_int_equal(out[256 - 21], 0);
	assert_memory_equal(out + 256 - 20, hash, sizeof(hash));
	EVP_PKEY_CTX_free(ctx);
	pki_free(p);
}

static void identities(void **state)
{
	static const uint8_t v4[] = { 192, 0, 2, 1 }, v6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
	struct v1_id id4 = { .type = IDT_IPV4, .len = 4 }, id6 = { .type = IDT_IPV6, .len = 16 }, nul;
	struct {
		struct v1_id id;
		bool in;
	} rows[] = {
		{ text_id(IDT_FQDN, "gw.example.net"), true },
		{ text_id(IDT_FQDN, "GW.Example.Net"), true },
		{ text_id(IDT_FQDN, "other.example.net"), false },
		{ text_id(IDT_FQDN, "host.wild.example.net"), false },	/* a wildcard is no identity */
		{ text_id(IDT_FQDN, ".example.net"), false },
		{ text_id(IDT_FQDN, "gw"), false },			/* nor is the common name */
		{ text_id(IDT_USER_FQDN, "ops@example.net"), true },
		{ text_id(IDT_USER_FQDN, "other@example.net"), false },
		{ dn_id("C=DE, O=Example, CN=gw"), true },
		{ dn_id("C=DE, O=example, CN=GW"), true },		/* RFC 5280 7.1 */
		{ dn_id("C=DE, O=Example, CN=other"), false },
		{ text_id(IDT_DER_DN, "no DER"), false },
		{ text_id(IDT_KEY_ID, "gw.example.net"), false },
	};
	char why[PKI_WHY];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(verdict_of(&gw, &root, &rows[i].id, false, why), rows[i].in ? PKI_OK : PKI_OTHER_ID);
	assert_non_null(strstr(why, "CN=gw"));
	memcpy(id4.data, v4, 4);
	memcpy(id6.data, v6, 16);
	assert_int_equal(verdict_of(&gw, &root, &id4, false, why), PKI_OK);
	assert_int_equal(verdict_of(&gw, &root, &id6, false, why), PKI_OK);
	id4.data[3] = 2;
	assert_int_equal(verdict_of(&gw, &root, &id4, false, why), PKI_OTHER_ID);
	/* a NUL inside is no end */
	nul = text_id(IDT_FQDN, "gw.example.net");
	nul.len++;
	assert_int_equal(verdict_of(&gw, &root, &nul, false, why), PKI_OTHER_ID);
}

static void what_is_wrong_with_a_certificate(void **state)
{
	const struct cert_spec base = { .dn = "CN=gw", .san = "DNS:gw", .key = 2, .issuer = &root };
	struct v1_id id = text_id(IDT_FQDN, "gw");
	struct cert_spec expired = base, early = base, no_usage = base, usage = base, weak = base, sha1 = base,
			 self = base;
	char why[PKI_WHY];

	(void)state;
	expired.from = -7200;
	expired.to = -60;
	early.from = 3600;
	early.to = 7200;
	no_usage.usage = "keyEncipherment";
	usage.usage = "nonRepudiation";
	weak.key = CERT_KEY_WEAK;
	sha1.sha1 = true;
	self.issuer = NULL;
	assert_int_equal(verdict_of(&base, &root, &id, false, why), PKI_OK);
	assert_int_equal(verdict_of(&usage, &root, &id, false, why), PKI_OK);
	assert_int_equal(verdict_of(&expired, &root, &id, false, why), PKI_OUT_OF_TIME);
	assert_non_null(strstr(why, " UTC"));
	assert_int_equal(verdict_of(&early, &root, &id, false, why), PKI_OUT_OF_TIME);
	assert_int_equal(verdict_of(&no_usage, &root, &id, false, why), PKI_UNUSABLE);
	assert_int_equal(verdict_of(&weak, &root, &id, false, why), PKI_UNUSABLE);
	assert_int_equal(verdict_of(&weak, &root, &id, true, why), PKI_OK);
	assert_int_equal(verdict_of(&sha1, &root, &id, false, why), PKI_UNUSABLE);
	assert_int_equal(verdict_of(&sha1, &root, &id, true, why), PKI_OK);
	assert_int_equal(verdict_of(&self, &root, &id, false, why), PKI_UNTRUSTED);
	/* of the same name, but it has not signed it */
	assert_int_equal(verdict_of(&base, &other_root, &id, false, why), PKI_UNTRUSTED);
}

/* ---- revocation ---- */

/* Of a peer under a CA between it and the root, at somebody who has CRLs of both. */
struct revocation {
	enum crl_scope roots, cas;
	long by_root, by_ca;		/* the serial that is revoked */
	enum pki_verdict verdict;
};

static void crls_speak_of_what_they_are_for(void **state)
{
	static const struct cert_spec ca = { .dn = "CN=between", .key = 1, .issuer = &root, .ca = true, .serial = 5 };
	static const struct cert_spec peer = { .dn = "CN=peer", .san = "DNS:peer", .key = 2, .issuer = &ca, .serial = 9 };
	static const struct revocation rows[] = {
		{ CRL_ALL, CRL_ALL, 99, 99, PKI_OK },
		{ CRL_ALL, CRL_ALL, 5, 99, PKI_REVOKED },
		{ CRL_ALL, CRL_ALL, 99, 9, PKI_REVOKED },
		/* a CA that lists its users alone says nothing of those above: nor has who is silent */
		{ CRL_USERS, CRL_USERS, 99, 99, PKI_OK },
		{ CRL_USERS, CRL_USERS, 99, 9, PKI_REVOKED },
		{ CRL_CAS, CRL_USERS, 5, 99, PKI_REVOKED },
		/* but of the peer something has to be known */
		{ CRL_ALL, CRL_CAS, 99, 99, PKI_NO_CRL },
	};
	struct v1_id id = text_id(IDT_FQDN, "peer");
	struct pki *theirs = cert_pki(&peer, &ca, &root);
	struct secret ders[2] = { cert_der(&peer), cert_der(&ca) };
	uint8_t sig[PKI_SIG_MAX];
	struct pki_proof proof = { .certs = { { ders[0].p, ders[0].len }, { ders[1].p, ders[1].len } }, .n_certs = 2,
				   .id = &id, .hash = { hash, sizeof(hash) } };
	size_t len;

	(void)state;
	assert_true(pki_sign(theirs, proof.hash, sig, &len));
	proof.sig = (struct bytes){ sig, len };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct secret crls[2] = { cert_crl_scoped_pem(&root, rows[i].by_root, 3600, rows[i].roots),
					  cert_crl_scoped_pem(&ca, rows[i].by_ca, 3600, rows[i].cas) };
		struct pki *mine = cert_pki(&gw, NULL, &root);
		char why[PKI_WHY];

		for (unsigned int k = 0; k < 2; k++) {
			assert_true(pki_load_crl(mine, &crls[k], why));
			secret_wipe(&crls[k]);
		}
		if (pki_verify(mine, &proof, why) != rows[i].verdict)
			fail_msg("row %zu: %s", i, why);
		pki_free(mine);
	}
	secret_wipe(&ders[0]);
	secret_wipe(&ders[1]);
	pki_free(theirs);
}

/* ---- damage ---- */

static struct pki *judge;
static struct secret good;
static uint8_t good_sig[PKI_SIG_MAX];
static size_t good_sig_len;

static enum pki_verdict shown(const void *der, size_t der_len, const void *sig, size_t sig_len, size_t hash_len)
{
	struct v1_id id = text_id(IDT_FQDN, "gw.example.net");
	struct pki_proof proof = { .certs = { { der, der_len } }, .n_certs = 1, .id = &id, .hash = { hash, hash_len },
				   .sig = { sig, sig_len } };
	char why[PKI_WHY];

	return pki_verify(judge, &proof, why);
}

static void damaged_signatures(void **state)
{
	uint8_t sig[PKI_SIG_MAX];

	(void)state;
	judge = cert_pki(&gw, NULL, &root);
	good = cert_der(&gw);
	assert_true(pki_sign(judge, (struct bytes){ hash, sizeof(hash) }, good_sig, &good_sig_len));
	assert_int_equal(shown(good.p, good.len, good_sig, good_sig_len, sizeof(hash)), PKI_OK);
	assert_int_equal(shown(good.p, good.len, good_sig, good_sig_len, sizeof(hash) - 1), PKI_BAD_SIGNATURE);
	for (size_t i = 0; i < good_sig_len; i += 5) {
		memcpy(sig, good_sig, good_sig_len);
		sig[i] ^= 1;
		assert_int_equal(shown(good.p, good.len, sig, good_sig_len, sizeof(hash)), PKI_BAD_SIGNATURE);
		assert_int_equal(shown(good.p, good.len, good_sig, i, sizeof(hash)), PKI_BAD_SIGNATURE);
	}
	secret_wipe(&good);
	pki_free(judge);
}

static void damaged_certificates(void **state)
{
	struct secret bad = { 0 };

	(void)state;
	judge = cert_pki(&gw, NULL, &root);
	good = cert_der(&gw);
	assert_true(pki_sign(judge, (struct bytes){ hash, sizeof(hash) }, good_sig, &good_sig_len));
	for (size_t i = 0; i < good.len; i++) {
		/* of its own size, so that the sanitizer sees every overread */
		assert_true(secret_set(&bad, good.p, good.len));
		bad.p[i] ^= 0x15;
		assert_int_not_equal(shown(bad.p, bad.len, good_sig, good_sig_len, sizeof(hash)), PKI_OK);
		assert_true(secret_alloc(&bad, i + 1));
		memcpy(bad.p, good.p, i);
		assert_int_equal(shown(bad.p, i, good_sig, good_sig_len, sizeof(hash)), PKI_MALFORMED);
	}
	/* bytes behind it */
	assert_true(secret_alloc(&bad, good.len + 1));
	memcpy(bad.p, good.p, good.len);
	bad.p[good.len] = 0;
	assert_int_equal(shown(bad.p, bad.len, good_sig, good_sig_len, sizeof(hash)), PKI_MALFORMED);
	secret_wipe(&bad);
	secret_wipe(&good);
	pki_free(judge);
}

typedef bool (*load_fn)(struct pki *p, const struct secret *pem, char why[PKI_WHY]);

/* A good object and a second one, @spoilt: one of what comes in files that were damaged or cut off. */
static void assert_second_is_missed(load_fn load, struct secret first, struct secret second, unsigned int spoilt,
				    const char *said)
{
	char why[PKI_WHY] = "", *body = strstr((char *)second.p, "-----\n") + 6;
	struct secret both = { 0 };
	struct pki *p = pki_new();

	if (spoilt == 1)
		body[14] = '!';			/* no base64 */
	else if (spoilt == 2)
		memset(body, 'A', 8);		/* no ASN.1 */
	else if (spoilt == 3)
		second.len /= 2;
	assert_true(secret_alloc(&both, first.len + second.len + 1));
	memcpy(both.p, first.p, first.len);
	memcpy(both.p + first.len, second.p, second.len);
	both.len = first.len + second.len;
	assert_int_equal(load(p, &both, why), !spoilt);
	assert_string_equal(why, spoilt ? said : "");
	pki_free(p);
	secret_wipe(&first);
	secret_wipe(&second);
	secret_wipe(&both);
}

static struct v1_id as_received(const struct v1_id *id)
{
	uint8_t body[4 + V1_ID_MAX] = { id->type };
	const struct v1_payload pl = { .type = PL_ID, .body = body, .len = 4 + id->len };
	struct v1_id out;
	const char *why;

	memcpy(body + 4, id->data, id->len);
	assert_true(v1_id_parse(&pl, &out, &why));
	return out;
}

/* A stranger's name is decoded once, not once for each connection's that it is held against. */
static void names_are_told_apart_by_a_hash(void **state)
{
	struct v1_id one = dn_id("C=DE, O=Example, CN=gw"), same = dn_id("C=DE, O=eXample, CN=GW"), differs = dn_id("CN=x"),
		     none = text_id(IDT_DER_DN, "no DER");

	(void)state;
	assert_true(v1_id_eq(&one, &same));
	one = as_received(&one);
	same = as_received(&same);
	differs = as_received(&differs);
	none = as_received(&none);
	assert_true(one.dn && same.dn && differs.dn && none.dn);
	assert_true(v1_id_eq(&one, &same));
	assert_int_equal(one.dn, same.dn);
	assert_false(v1_id_eq(&one, &differs) || v1_id_eq(&none, &one));
	assert_int_not_equal(one.dn, differs.dn);
	/* where the hashes differ no more is looked at */
	same.dn ^= 2;
	assert_false(v1_id_eq(&one, &same));
}

/* Passed over in silence, a CRL behind another one would revoke nothing. */
static void damaged_files(void **state)
{
	const struct cert_spec other = { .dn = "CN=other", .key = 2, .ca = true };

	(void)state;
	for (unsigned int spoilt = 0; spoilt < 4; spoilt++) {
		assert_second_is_missed(pki_load_crl, cert_crl_pem(&other, 0, 3600), cert_crl_pem(&root, 77, 3600), spoilt,
					"holds a CRL that is damaged, number 2 in it");
		assert_second_is_missed(pki_load_ca, cert_pem(&other), cert_pem(&root), spoilt,
					"holds a certificate that is damaged, number 2 in it");
		assert_second_is_missed(pki_load_certificate, cert_pem(&other), cert_pem(&root), spoilt,
					"holds a certificate that is damaged, number 2 in it");
	}
}

static void sizes_are_bounded(void **state)
{
	struct secret big = { 0 };
	struct v1_id id = text_id(IDT_FQDN, "gw.example.net");
	struct pki_proof none = { .id = &id };
	char why[PKI_WHY];

	(void)state;
	judge = cert_pki(&gw, NULL, &root);
	assert_true(secret_alloc(&big, PKI_CERT_MAX + 1));
	memset(big.p, 0x30, big.len);
	assert_int_equal(shown(big.p, big.len, hash, sizeof(hash), sizeof(hash)), PKI_MALFORMED);
	assert_int_equal(pki_verify(judge, &none, why), PKI_NO_CERTIFICATE);
	secret_wipe(&big);
	pki_free(judge);
}

/* ---- names ---- */

/* Whatever PEM holds, OpenSSL asks for the passphrase on the terminal unless it is told that there is none. */
static void nobody_is_asked_for_a_passphrase(void **state)
{
	static const char head[] = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n";
	static const struct {
		bool (*load)(struct pki *p, const struct secret *pem, char why[PKI_WHY]);
		bool crl;
	} rows[] = { { pki_load_certificate, false }, { pki_load_ca, false }, { pki_load_crl, true } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct secret plain = rows[i].crl ? cert_crl_pem(&root, 0, 3600) : cert_pem(&root), pem = { 0 };
		size_t line = strcspn((char *)plain.p, "\n") + 1;
		struct pki *p = pki_new();
		char why[PKI_WHY] = "";

		assert_true(rows[i].load(p, &plain, why));
		pki_free(p);
		p = pki_new();
		assert_true(secret_alloc(&pem, plain.len + strlen(head)));
		memcpy(pem.p, plain.p, line);
		memcpy(pem.p + line, head, strlen(head));
		memcpy(pem.p + line + strlen(head), plain.p + line, plain.len - line);
		assert_false(rows[i].load(p, &pem, why));
		assert_string_equal(why, "is protected by a passphrase");
		pki_free(p);
		secret_wipe(&plain);
		secret_wipe(&pem);
	}
}

static void names_as_text(void **state)
{
	static const char *const bad[] = { "", "CN", "=gw", "CN=", "XX=gw", "CN=gw,", "CN=gw, O" };
	struct v1_id id = dn_id("C=DE, O=Example\\, Inc., CN=gw"), spaced = dn_id(" C = DE,O =  Example\\, Inc. , CN=gw");
	char text[V1_ID_STRLEN];
	struct v1_id out;

	(void)state;
	assert_true(v1_id_eq(&id, &spaced));
	assert_string_equal(v1_id_str(&id, text), "C=DE, O=Example\\, Inc., CN=gw");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(dn_from_text(bad[i], out.data, sizeof(out.data), &out.len),
				 !strcmp(bad[i], "CN=gw,"));
	/* nothing that a terminal would act on */
	out = dn_id("CN=\x1b[31mred");
	assert_null(strchr(v1_id_str(&out, text), 0x1b));
	/* hex if it is no name */
	out = text_id(IDT_DER_DN, "no DER");
	assert_non_null(strstr(v1_id_str(&out, text), "6e6f"));
}

static int teardown(void **state)
{
	(void)state;
	cert_keys_free();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hash_alone_is_signed),
		cmocka_unit_test(identities),
		cmocka_unit_test(what_is_wrong_with_a_certificate),
		cmocka_unit_test(crls_speak_of_what_they_are_for),
		cmocka_unit_test(damaged_signatures),
		cmocka_unit_test(damaged_certificates),
		cmocka_unit_test(damaged_files),
		cmocka_unit_test(names_are_told_apart_by_a_hash),
		cmocka_unit_test(sizes_are_bounded),
		cmocka_unit_test(nobody_is_asked_for_a_passphrase),
		cmocka_unit_test(names_as_text),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
