// SPDX-License-Identifier: GPL-2.0
#include "crypto/password.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char scheme[] = "pbkdf2-sha256:";

static bool derive(const struct secret *password, const uint8_t *salt, size_t salt_len, uint32_t rounds,
		   uint8_t out[PASSWORD_HASH_LEN])
{
	return PKCS5_PBKDF2_HMAC((const char *)password->p, (int)password->len, salt, (int)salt_len, (int)rounds,
				 EVP_sha256(), PASSWORD_HASH_LEN, out) == 1;
}

static int digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* Pairs of hex digits up to @end; their number of bytes, 0 if it is none or more than @max. */
static size_t hex_read(const char *s, char end, uint8_t *out, size_t max)
{
	size_t n = 0;

	while (*s && *s != end) {
		if (n == max || !isxdigit((unsigned char)s[0]) || !isxdigit((unsigned char)s[1]))
			return 0;
		out[n++] = (uint8_t)(digit(s[0]) << 4 | digit(s[1]));
		s += 2;
	}
	return n;
}

bool password_parse(const char *s, struct password_hash *out, const char **why)
{
	unsigned long rounds;
	const char *hash;
	char *end;

	memset(out, 0, sizeof(*out));
	*why = "no hash of a password";
	if (strncmp(s, scheme, strlen(scheme)))
		return false;
	s += strlen(scheme);
	*why = "the number of rounds is out of range";
	rounds = isdigit((unsigned char)*s) ? strtoul(s, &end, 10) : 0;
	if (rounds < PASSWORD_ROUNDS_MIN || rounds > PASSWORD_ROUNDS_MAX || *end != ':')
		return false;
	out->rounds = (uint32_t)rounds;
	*why = "the salt is not 8 to 32 bytes in hex";
	out->salt_len = hex_read(end + 1, ':', out->salt, PASSWORD_SALT_MAX);
	if (out->salt_len < PASSWORD_SALT_MIN)
		return false;
	*why = "the hash is not 32 bytes in hex";
	hash = strchr(end + 1, ':');
	if (!hash || hex_read(hash + 1, '\0', out->hash, PASSWORD_HASH_LEN) != PASSWORD_HASH_LEN)
		return false;
	*why = NULL;
	return true;
}

static char *hex_write(char *at, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		at += sprintf(at, "%02x", p[i]);
	return at;
}

bool password_make(const struct secret *password, const uint8_t *salt, size_t salt_len, uint32_t rounds,
		   char out[PASSWORD_STRLEN])
{
	uint8_t hash[PASSWORD_HASH_LEN];
	char *at = out;

	if (!password->len || salt_len < PASSWORD_SALT_MIN || salt_len > PASSWORD_SALT_MAX ||
	    rounds < PASSWORD_ROUNDS_MIN || rounds > PASSWORD_ROUNDS_MAX ||
	    !derive(password, salt, salt_len, rounds, hash))
		return false;
	at += sprintf(at, "%s%u:", scheme, rounds);
	at = hex_write(at, salt, salt_len);
	*at++ = ':';
	hex_write(at, hash, sizeof(hash));
	OPENSSL_cleanse(hash, sizeof(hash));
	return true;
}

bool password_check(const struct password_hash *h, const struct secret *password)
{
	uint8_t hash[PASSWORD_HASH_LEN];
	bool ok;

	/* HMAC pads short keys with zeros: NULs at the end of a password would make no difference */
	ok = password->len && !memchr(password->p, '\0', password->len) && derive(password, h->salt, h->salt_len, h->rounds, hash) &&
	     !CRYPTO_memcmp(hash, h->hash, sizeof(hash));
	OPENSSL_cleanse(hash, sizeof(hash));
	return ok;
}
