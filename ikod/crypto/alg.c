// SPDX-License-Identifier: GPL-2.0
#include "crypto/alg.h"

/* IANA ipsec-registry and isakmp-registry; RFC 2409 appendix A, RFC 2407 4.4.4 and 4.5, RFC 4106, 4543, 4868 */

static const struct enc_info encs[ENC_N] = {
	[ENC_AES_CBC] = {
		.name = "aes", .mode = "", .v1_p1 = 7, .v1_esp = 12, .block = 16, .key_attr = true,
	},
	[ENC_3DES] = {
		.name = "3des", .v1_p1 = 5, .v1_esp = 3, .block = 8, .keybits = 192, .weak = true,
	},
	/* RFC 4106 8.1: 4 bytes of salt follow the key */
	[ENC_AES_GCM16] = {
		.name = "aes-gcm16", .mode = "gcm16", .v1_esp = 20, .block = 16, .salt = 4,
		.aead = true, .key_attr = true,
	},
	[ENC_AES_GCM12] = {
		.name = "aes-gcm12", .mode = "gcm12", .v1_esp = 19, .block = 16, .salt = 4,
		.aead = true, .key_attr = true,
	},
	[ENC_AES_GCM8] = {
		.name = "aes-gcm8", .mode = "gcm8", .v1_esp = 18, .block = 16, .salt = 4,
		.aead = true, .key_attr = true,
	},
	/* RFC 7634 is for IKEv2: the ISAKMP registry ends with 23 and has no number for it */
	[ENC_CHACHA20_POLY1305] = {
		.name = "chacha20poly1305", .salt = 4, .keybits = 256, .aead = true,
	},
	/* RFC 4543 5.3: the salt as in RFC 4106 */
	[ENC_AES_GMAC] = {
		.name = "aes-gmac", .mode = "gmac", .v1_esp = 23, .block = 16, .salt = 4,
		.aead = true, .key_attr = true, .weak = true, .clear = true,
	},
	/* RFC 2410 */
	[ENC_NULL] = {
		.name = "null", .v1_esp = 11, .weak = true, .clear = true,
	},
};

static const struct hash_info hashes[HASH_N] = {
	[HASH_MD5]	= { .name = "md5", .v1_p1 = 1, .v1_esp = 1, .len = 16, .icv = 12, .weak = true },
	[HASH_SHA1]	= { .name = "sha1", .v1_p1 = 2, .v1_esp = 2, .len = 20, .icv = 12 },
	[HASH_SHA2_256]	= { .name = "sha256", .v1_p1 = 4, .v1_esp = 5, .len = 32, .icv = 16 },
	[HASH_SHA2_384]	= { .name = "sha384", .v1_p1 = 5, .v1_esp = 6, .len = 48, .icv = 24 },
	[HASH_SHA2_512]	= { .name = "sha512", .v1_p1 = 6, .v1_esp = 7, .len = 64, .icv = 32 },
};

#define MODP(bits) .name = "modp" #bits, .pub_len = (bits) / 8, .shared_len = (bits) / 8
/* RFC 5903 7 and 9: KE is x | y, the shared secret x */
#define ECP(bits) .name = "ecp" #bits, .pub_len = 2 * (((bits) + 7) / 8), .shared_len = ((bits) + 7) / 8

static const struct dh_info groups[] = {
	{ .id = DH_MODP768, MODP(768), .weak = true },
	{ .id = DH_MODP1024, MODP(1024), .weak = true },
	{ .id = DH_MODP1536, MODP(1536) },
	{ .id = DH_MODP2048, MODP(2048) },
	{ .id = DH_MODP3072, MODP(3072) },
	{ .id = DH_MODP4096, MODP(4096) },
	{ .id = DH_MODP6144, MODP(6144) },
	{ .id = DH_MODP8192, MODP(8192) },
	{ .id = DH_ECP256, ECP(256) },
	{ .id = DH_ECP384, ECP(384) },
	{ .id = DH_ECP521, ECP(521) },
};

const struct enc_info *enc_info(enum enc_alg a)
{
	return (unsigned int)a < ENC_N && encs[a].name ? &encs[a] : NULL;
}

const struct hash_info *hash_info(enum hash_alg a)
{
	return (unsigned int)a < HASH_N && hashes[a].name ? &hashes[a] : NULL;
}

const struct dh_info *dh_info(unsigned int group)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (groups[i].id == group)
			return &groups[i];
	return NULL;
}

enum enc_alg enc_from_v1_p1(uint16_t n)
{
	for (unsigned int a = ENC_NONE + 1; n && a < ENC_N; a++)
		if (encs[a].v1_p1 == n)
			return (enum enc_alg)a;
	return ENC_NONE;
}

enum enc_alg enc_from_v1_esp(uint8_t n)
{
	for (unsigned int a = ENC_NONE + 1; n && a < ENC_N; a++)
		if (encs[a].v1_esp == n)
			return (enum enc_alg)a;
	return ENC_NONE;
}

enum hash_alg hash_from_v1_p1(uint16_t n)
{
	for (unsigned int a = HASH_NONE + 1; n && a < HASH_N; a++)
		if (hashes[a].v1_p1 == n)
			return (enum hash_alg)a;
	return HASH_NONE;
}

enum hash_alg hash_from_v1_esp(uint16_t n)
{
	for (unsigned int a = HASH_NONE + 1; n && a < HASH_N; a++)
		if (hashes[a].v1_esp == n)
			return (enum hash_alg)a;
	return HASH_NONE;
}

bool ike_suite_weak(const struct ike_suite *s)
{
	const struct enc_info *enc = enc_info(s->enc);
	const struct hash_info *hash = hash_info(s->hash);
	const struct dh_info *dh = dh_info(s->group);

	return (enc && enc->weak) || (hash && hash->weak) || (dh && dh->weak);
}

bool esp_suite_weak(const struct esp_suite *s)
{
	const struct ike_suite same = {
		.enc = s->enc, .keybits = s->keybits, .hash = s->integ, .group = s->group,
	};

	return ike_suite_weak(&same);
}

size_t esp_keymat_len(const struct esp_suite *s)
{
	const struct enc_info *enc = enc_info(s->enc);
	const struct hash_info *integ = hash_info(s->integ);

	if (!enc)
		return 0;
	return s->keybits / 8 + enc->salt + (integ && !enc->aead ? integ->len : 0);
}
