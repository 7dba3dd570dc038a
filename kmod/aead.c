// SPDX-License-Identifier: GPL-2.0
/*
 * Ciphers of the kernel crypto API: names, keys, lengths, and the choice of the
 * driver. What is done with them for a packet is in crypt.c.
 */
#include <crypto/aead.h>
#include <crypto/aes.h>
#include <crypto/authenc.h>
#include <crypto/des.h>
#include <linux/rtnetlink.h>

#include "vpntun.h"

#define SALT_LEN	4	/* RFC 4106 8.1, RFC 7634 2 */
#define COUNTER_LEN	8	/* explicit IV of the AEADs (RFC 4106 3.1, RFC 7634 2) */
#define ESP_ALIGN	4	/* RFC 4303 2.4 */

/**
 * struct enc_alg - an encryption algorithm
 * @name: in the crypto API
 * @keys: key lengths it takes in bytes, all 0 for none; salt included
 * @iv: explicit IV in bytes
 * @iv_kind: how it is made
 * @block: ciphertext is a multiple of this
 * @icv: 0 for a cipher that needs an integrity algorithm
 */
struct enc_alg {
	const char *name;
	u8 keys[3];
	u8 iv;
	u8 iv_kind;
	u8 block;
	u8 icv;
};

#define AES_KEYS	{ 16, 24, 32 }
#define AES_SALT_KEYS	{ 16 + SALT_LEN, 24 + SALT_LEN, 32 + SALT_LEN }

static const struct enc_alg enc_algs[] = {
	/* RFC 3602, RFC 2451, RFC 2410 */
	[VPNTUN_ENC_AES_CBC] = {
		"cbc(aes)", AES_KEYS, AES_BLOCK_SIZE, VPNTUN_IV_RANDOM, AES_BLOCK_SIZE },
	[VPNTUN_ENC_DES3_CBC] = {
		"cbc(des3_ede)", { DES3_EDE_KEY_SIZE }, DES3_EDE_BLOCK_SIZE, VPNTUN_IV_RANDOM,
		DES3_EDE_BLOCK_SIZE },
	[VPNTUN_ENC_NULL] = {
		"ecb(cipher_null)", { 0 }, 0, VPNTUN_IV_NONE, ESP_ALIGN },
	/* RFC 4106 */
	[VPNTUN_ENC_AES_GCM16] = {
		"rfc4106(gcm(aes))", AES_SALT_KEYS, COUNTER_LEN, VPNTUN_IV_COUNTER, ESP_ALIGN, 16 },
	[VPNTUN_ENC_AES_GCM12] = {
		"rfc4106(gcm(aes))", AES_SALT_KEYS, COUNTER_LEN, VPNTUN_IV_COUNTER, ESP_ALIGN, 12 },
	[VPNTUN_ENC_AES_GCM8] = {
		"rfc4106(gcm(aes))", AES_SALT_KEYS, COUNTER_LEN, VPNTUN_IV_COUNTER, ESP_ALIGN, 8 },
	/* RFC 7634, RFC 4543 */
	[VPNTUN_ENC_CHACHA20_POLY1305] = {
		"rfc7539esp(chacha20,poly1305)", { 32 + SALT_LEN }, COUNTER_LEN,
		VPNTUN_IV_COUNTER, ESP_ALIGN, 16 },
	[VPNTUN_ENC_AES_GMAC] = {
		"rfc4543(gcm(aes))", AES_SALT_KEYS, COUNTER_LEN, VPNTUN_IV_COUNTER, ESP_ALIGN, 16 },
};

/**
 * struct auth_alg - an integrity algorithm
 * @name: in the crypto API
 * @key: key length in bytes
 * @icv: truncated length in bytes
 */
struct auth_alg {
	const char *name;
	u8 key;
	u8 icv;
};

static const struct auth_alg auth_algs[] = {
	[VPNTUN_AUTH_HMAC_MD5_96]	= { "hmac(md5)", 16, 12 },	/* RFC 2403 */
	[VPNTUN_AUTH_HMAC_SHA1_96]	= { "hmac(sha1)", 20, 12 },	/* RFC 2404 */
	[VPNTUN_AUTH_HMAC_SHA2_256_128]	= { "hmac(sha256)", 32, 16 },	/* RFC 4868 */
	[VPNTUN_AUTH_HMAC_SHA2_384_192]	= { "hmac(sha384)", 48, 24 },
	[VPNTUN_AUTH_HMAC_SHA2_512_256]	= { "hmac(sha512)", 64, 32 },
	[VPNTUN_AUTH_HMAC_SHA2_256_96]	= { "hmac(sha256)", 32, 12 },	/* of a draft */
};

static const struct enc_alg *find_enc(const struct vpntun_sa_config *cfg,
				      struct netlink_ext_ack *extack)
{
	const struct enc_alg *enc;
	u32 i;

	if (cfg->enc >= ARRAY_SIZE(enc_algs) || !enc_algs[cfg->enc].name) {
		NL_SET_ERR_MSG(extack, "encryption algorithm is missing or unknown");
		return NULL;
	}
	enc = &enc_algs[cfg->enc];
	if (!enc->keys[0] && !cfg->enc_key_len)
		return enc;
	for (i = 0; i < ARRAY_SIZE(enc->keys); i++)
		if (enc->keys[i] && enc->keys[i] == cfg->enc_key_len)
			return enc;
	NL_SET_ERR_MSG(extack, "encryption key has a wrong length");
	return NULL;
}

static const struct auth_alg *find_auth(const struct vpntun_sa_config *cfg,
					struct netlink_ext_ack *extack)
{
	if (cfg->auth >= ARRAY_SIZE(auth_algs) || !auth_algs[cfg->auth].name) {
		NL_SET_ERR_MSG(extack, "this cipher needs an integrity algorithm");
		return NULL;
	}
	if (cfg->auth_key_len != auth_algs[cfg->auth].key) {
		NL_SET_ERR_MSG(extack, "integrity key has a wrong length");
		return NULL;
	}
	return &auth_algs[cfg->auth];
}

/* Both keys in the form authenc() takes them. */
static int set_authenc_key(struct crypto_aead *tfm, const struct vpntun_sa_config *cfg)
{
	struct crypto_authenc_key_param *param;
	struct rtattr *rta;
	u8 key[RTA_SPACE(sizeof(*param)) + 2 * VPNTUN_KEY_MAX] __aligned(4);
	u8 *p = key + RTA_SPACE(sizeof(*param));
	int err;

	rta = (struct rtattr *)key;
	rta->rta_type = CRYPTO_AUTHENC_KEYA_PARAM;
	rta->rta_len = RTA_LENGTH(sizeof(*param));
	param = RTA_DATA(rta);
	param->enckeylen = cpu_to_be32(cfg->enc_key_len);
	memcpy(p, cfg->auth_key, cfg->auth_key_len);
	if (cfg->enc_key_len)
		memcpy(p + cfg->auth_key_len, cfg->enc_key, cfg->enc_key_len);
	err = crypto_aead_setkey(tfm, key, p - key + cfg->auth_key_len + cfg->enc_key_len);
	memzero_explicit(key, sizeof(key));
	return err;
}

/* The name in the crypto API. Extended numbers change how an HMAC is fed (RFC 4303 3.3.2.1). */
static int alg_name(char *name, size_t size, const struct vpntun_sa_config *cfg,
		    struct esp_fmt *fmt, struct netlink_ext_ack *extack)
{
	const struct enc_alg *enc = find_enc(cfg, extack);
	const struct auth_alg *auth;

	if (!enc)
		return -EINVAL;
	fmt->iv = enc->iv;
	fmt->block = enc->block;
	fmt->icv = enc->icv;
	if (enc->icv) {
		if (cfg->auth || cfg->auth_key_len) {
			NL_SET_ERR_MSG(extack, "this cipher takes no integrity algorithm");
			return -EINVAL;
		}
		strscpy(name, enc->name, size);
		return 0;
	}
	auth = find_auth(cfg, extack);
	if (!auth)
		return -EINVAL;
	fmt->icv = auth->icv;
	snprintf(name, size, "%s(%s,%s)", cfg->esn ? "authencesn" : "authenc",
		 auth->name, enc->name);
	return 0;
}

/* A cipher with keys. */
static struct crypto_aead *keyed(const char *name, u32 internal,
				 const struct vpntun_sa_config *cfg, u32 icv)
{
	struct crypto_aead *tfm = crypto_alloc_aead(name, internal, internal);
	int err;

	if (IS_ERR(tfm))
		return tfm;
	err = cfg->auth ? set_authenc_key(tfm, cfg) :
			  crypto_aead_setkey(tfm, cfg->enc_key, cfg->enc_key_len);
	if (!err)
		err = crypto_aead_setauthsize(tfm, icv);
	if (!err)
		return tfm;
	crypto_free_aead(tfm);
	return ERR_PTR(err);
}

static const char *driver_name(struct crypto_aead *tfm)
{
	return crypto_tfm_alg_driver_name(crypto_aead_tfm(tfm));
}

static bool may_complete_later(struct crypto_aead *tfm)
{
	return crypto_aead_alg(tfm)->base.cra_flags & CRYPTO_ALG_ASYNC;
}

/*
 * On older kernels a driver that needs the vector registers hides behind a
 * wrapper, which asks for each packet whether they may be used, does the work at
 * once if so, and leaves it to a thread if not. For being able to do the latter it
 * counts as asynchronous. The driver behind it has the same name with "__" before
 * it. Used directly it saves what the wrapper costs; who calls it has to ask for
 * the registers himself, and keeps the wrapper for when they are taken.
 */
static struct crypto_aead *behind_wrapper(struct crypto_aead *tfm,
					  const struct vpntun_sa_config *cfg, u32 icv)
{
	char name[CRYPTO_MAX_ALG_NAME];
	struct crypto_aead *direct;

	if (!may_complete_later(tfm) || strchr(driver_name(tfm), '(') ||
	    snprintf(name, sizeof(name), "__%s", driver_name(tfm)) >= sizeof(name))
		return NULL;
	direct = keyed(name, CRYPTO_ALG_INTERNAL, cfg, icv);
	if (IS_ERR(direct))
		return NULL;
	if (!may_complete_later(direct) && crypto_aead_ivsize(direct) == crypto_aead_ivsize(tfm))
		return direct;
	crypto_free_aead(direct);
	return NULL;
}

/**
 * vpntun_aead_init() - give an SA its cipher, with keys
 * @sa: the SA, not in use yet; gets tfm, direct, fmt and what depends on them
 * @cfg: algorithms and keys
 * @extack: for messages
 *
 * All drivers are candidates, the asynchronous ones too: on 6.1 the fast
 * AES-GCM is among them.
 *
 * Context: process; may load modules.
 * Return: 0, or an error with nothing left to free
 */
int vpntun_aead_init(struct vpntun_sa *sa, const struct vpntun_sa_config *cfg,
		     struct netlink_ext_ack *extack)
{
	char name[CRYPTO_MAX_ALG_NAME];
	int err = alg_name(name, sizeof(name), cfg, &sa->fmt, extack);
	struct crypto_aead *tfm;

	if (err)
		return err;
	tfm = keyed(name, 0, cfg, sa->fmt.icv);
	if (PTR_ERR_OR_ZERO(tfm) == -ENOENT)
		NL_SET_ERR_MSG(extack, "the kernel has no driver for these algorithms");
	else if (IS_ERR(tfm))
		NL_SET_ERR_MSG(extack, "the crypto driver refused the key");
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	sa->tfm = tfm;
	sa->direct = behind_wrapper(tfm, cfg, sa->fmt.icv);
	sa->async = may_complete_later(tfm);
	sa->esn = cfg->esn;
	sa->iv_kind = enc_algs[cfg->enc].iv_kind;
	sa->reqsize = crypto_aead_reqsize(tfm);
	if (sa->direct)
		sa->reqsize = max(sa->reqsize, crypto_aead_reqsize(sa->direct));
	return 0;
}

/**
 * vpntun_aead_free() - free an SA's cipher and wipe its keys
 * @sa: the SA; no packet of it is in the crypto layer
 *
 * Context: process.
 */
void vpntun_aead_free(struct vpntun_sa *sa)
{
	if (sa->direct)
		crypto_free_aead(sa->direct);
	if (sa->tfm)
		crypto_free_aead(sa->tfm);
	sa->direct = NULL;
	sa->tfm = NULL;
}

/**
 * vpntun_aead_driver() - who does the work
 * @sa: the SA
 *
 * Return: name of the driver that packets normally go to
 */
const char *vpntun_aead_driver(const struct vpntun_sa *sa)
{
	return driver_name(sa->direct ?: sa->tfm);
}
