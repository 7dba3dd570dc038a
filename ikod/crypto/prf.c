// SPDX-License-Identifier: GPL-2.0
#include <limits.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "crypto/prf.h"

/* OpenSSL's names, all in its default provider (3DES and MD5 too) */
static const char *const digests[HASH_N] = {
	[HASH_MD5] = "MD5",
	[HASH_SHA1] = "SHA1",
	[HASH_SHA2_256] = "SHA2-256",
	[HASH_SHA2_384] = "SHA2-384",
	[HASH_SHA2_512] = "SHA2-512",
};

static const struct {
	enum enc_alg alg;
	size_t key_len;
	const char *name;
} ciphers[] = {
	{ ENC_AES_CBC, 16, "AES-128-CBC" },
	{ ENC_AES_CBC, 24, "AES-192-CBC" },
	{ ENC_AES_CBC, 32, "AES-256-CBC" },
	{ ENC_3DES, 24, "DES-EDE3-CBC" },
};

/*
 * Looking an algorithm up costs more than hashing a message with it, so that is
 * done once. What was found stays to the end of the process.
 */
static EVP_MD *fetched[HASH_N];
static CRYPTO_ONCE fetch_once = CRYPTO_ONCE_STATIC_INIT;

static void fetch_all(void)
{
	for (unsigned int h = 0; h < HASH_N; h++)
		if (digests[h])
			fetched[h] = EVP_MD_fetch(NULL, digests[h], NULL);
}

bool hash_bytes(enum hash_alg h, const struct bytes *v, unsigned int n, uint8_t out[HASH_MAX_LEN])
{
	EVP_MD_CTX *ctx;
	bool ok = false;

	if (!hash_info(h) || !CRYPTO_THREAD_run_once(&fetch_once, fetch_all) || !fetched[h])
		return false;
	ctx = EVP_MD_CTX_new();
	if (!ctx || !EVP_DigestInit_ex2(ctx, fetched[h], NULL))
		goto out;
	for (unsigned int i = 0; i < n; i++)
		if (v[i].len && !EVP_DigestUpdate(ctx, v[i].p, v[i].len))
			goto out;
	ok = EVP_DigestFinal_ex(ctx, out, NULL);
out:
	EVP_MD_CTX_free(ctx);
	return ok;
}

static bool hmac_run(EVP_MAC_CTX *ctx, enum hash_alg h, const void *key, size_t key_len,
		     const struct bytes *v, unsigned int n, uint8_t out[HASH_MAX_LEN])
{
	OSSL_PARAM params[2];
	size_t len;

	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)digests[h], 0);
	params[1] = OSSL_PARAM_construct_end();
	/* a NULL key would mean "the one before" */
	if (!EVP_MAC_init(ctx, key_len ? key : "", key_len, params))
		return false;
	for (unsigned int i = 0; i < n; i++)
		if (v[i].len && !EVP_MAC_update(ctx, v[i].p, v[i].len))
			return false;
	return EVP_MAC_final(ctx, out, &len, HASH_MAX_LEN);
}

bool prf(enum hash_alg h, const void *key, size_t key_len, const struct bytes *v, unsigned int n,
	 uint8_t out[HASH_MAX_LEN])
{
	EVP_MAC_CTX *ctx;
	EVP_MAC *mac;
	bool ok = false;

	if (!hash_info(h))
		return false;
	mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	ctx = mac ? EVP_MAC_CTX_new(mac) : NULL;
	if (ctx)
		ok = hmac_run(ctx, h, key, key_len, v, n, out);
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
	return ok;
}

static const char *cipher_name(enum enc_alg a, size_t key_len)
{
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++)
		if (ciphers[i].alg == a && ciphers[i].key_len == key_len)
			return ciphers[i].name;
	return NULL;
}

bool cbc_crypt(enum enc_alg a, const struct secret *key, uint8_t *iv, bool encrypt, uint8_t *p, size_t len)
{
	const char *name = cipher_name(a, key->len);
	EVP_CIPHER_CTX *ctx = NULL;
	EVP_CIPHER *cipher = NULL;
	uint8_t last[16];
	bool ok = false;
	size_t block;
	int done = 0;

	if (!name)
		return false;
	block = enc_info(a)->block;
	if (!len || len % block || len > INT_MAX)
		return false;
	memcpy(last, p + len - block, block);
	cipher = EVP_CIPHER_fetch(NULL, name, NULL);
	ctx = EVP_CIPHER_CTX_new();
	if (!cipher || !ctx || !EVP_CipherInit_ex2(ctx, cipher, key->p, iv, encrypt, NULL) ||
	    !EVP_CIPHER_CTX_set_padding(ctx, 0))
		goto out;
	ok = EVP_CipherUpdate(ctx, p, &done, p, (int)len) && (size_t)done == len;
	if (ok)
		memcpy(iv, encrypt ? p + len - block : last, block);
out:
	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(cipher);
	return ok;
}
