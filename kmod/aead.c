// SPDX-License-Identifier: GPL-2.0
/*
 * Ciphers of the kernel crypto API and the requests for them.
 */
#include <crypto/aead.h>
#include <crypto/aes.h>
#include <crypto/authenc.h>
#include <crypto/des.h>
#include <linux/rtnetlink.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "vpntun.h"

#define GCM_SALT_LEN	4	/* RFC 4106 8.1 */
#define GCM_IV_LEN	8	/* RFC 4106 3.1 */
#define GCM_ICV_LEN	16
#define ESP_ALIGN	4	/* RFC 4303 2.4 */

/**
 * struct enc_alg - an encryption algorithm
 * @name: in the crypto API
 * @keys: key lengths it takes in bytes, 0 for none; salt included
 * @iv: explicit IV in bytes
 * @block: block in bytes
 * @icv: 0 for a cipher that needs an integrity algorithm
 */
struct enc_alg {
	const char *name;
	u8 keys[3];
	u8 iv;
	u8 block;
	u8 icv;
};

static const struct enc_alg enc_algs[] = {
	[VPNTUN_ENC_AES_CBC] = {	/* RFC 3602 */
		.name = "cbc(aes)",
		.keys = { 16, 24, 32 },
		.iv = AES_BLOCK_SIZE,
		.block = AES_BLOCK_SIZE,
	},
	[VPNTUN_ENC_DES3_CBC] = {	/* RFC 2451 */
		.name = "cbc(des3_ede)",
		.keys = { 24 },
		.iv = DES3_EDE_BLOCK_SIZE,
		.block = DES3_EDE_BLOCK_SIZE,
	},
	[VPNTUN_ENC_AES_GCM16] = {	/* RFC 4106 */
		.name = "rfc4106(gcm(aes))",
		.keys = { 16 + GCM_SALT_LEN, 24 + GCM_SALT_LEN, 32 + GCM_SALT_LEN },
		.iv = GCM_IV_LEN,
		.block = ESP_ALIGN,
		.icv = GCM_ICV_LEN,
	},
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
	memcpy(p + cfg->auth_key_len, cfg->enc_key, cfg->enc_key_len);
	err = crypto_aead_setkey(tfm, key, p - key + cfg->auth_key_len + cfg->enc_key_len);
	memzero_explicit(key, sizeof(key));
	return err;
}

/**
 * vpntun_aead_alloc() - a cipher with its keys set
 * @cfg: algorithms and keys
 * @fmt: filled with the lengths that follow
 * @extack: for messages
 *
 * All drivers are candidates, the asynchronous ones too: on 6.1 the fast
 * AES-GCM is among them.
 *
 * Context: process; may load modules.
 * Return: the cipher, or an error pointer
 */
struct crypto_aead *vpntun_aead_alloc(const struct vpntun_sa_config *cfg, struct esp_fmt *fmt,
				      struct netlink_ext_ack *extack)
{
	const struct enc_alg *enc = find_enc(cfg, extack);
	const struct auth_alg *auth = NULL;
	char name[CRYPTO_MAX_ALG_NAME];
	struct crypto_aead *tfm;
	int err;

	if (!enc)
		return ERR_PTR(-EINVAL);
	if (!enc->icv) {
		auth = find_auth(cfg, extack);
		if (!auth)
			return ERR_PTR(-EINVAL);
		snprintf(name, sizeof(name), "authenc(%s,%s)", auth->name, enc->name);
	} else if (cfg->auth || cfg->auth_key_len) {
		NL_SET_ERR_MSG(extack, "this cipher takes no integrity algorithm");
		return ERR_PTR(-EINVAL);
	} else {
		strscpy(name, enc->name, sizeof(name));
	}
	fmt->iv = enc->iv;
	fmt->block = enc->block;
	fmt->icv = auth ? auth->icv : enc->icv;

	tfm = crypto_alloc_aead(name, 0, 0);
	if (IS_ERR(tfm)) {
		NL_SET_ERR_MSG(extack, "the kernel has no driver for these algorithms");
		return tfm;
	}
	err = auth ? set_authenc_key(tfm, cfg) :
		     crypto_aead_setkey(tfm, cfg->enc_key, cfg->enc_key_len);
	if (!err)
		err = crypto_aead_setauthsize(tfm, fmt->icv);
	if (err) {
		NL_SET_ERR_MSG(extack, "the crypto driver refused the key");
		crypto_free_aead(tfm);
		return ERR_PTR(err);
	}
	return tfm;
}

/**
 * vpntun_work_alloc() - the one allocation of a packet: request, IV, scatterlist
 * @sa: the SA; held by the work if its driver may complete later
 * @skb: the packet
 * @nfrags: scatterlist entries it needs
 * @done: called if the driver completes later
 *
 * Return: the work, or NULL
 */
struct vpntun_work *vpntun_work_alloc(struct vpntun_sa *sa, struct sk_buff *skb,
				      int nfrags, crypto_completion_t done)
{
	size_t head = ALIGN(sizeof(struct vpntun_work) + crypto_aead_reqsize(sa->tfm),
			    __alignof__(struct scatterlist));
	struct vpntun_work *work;

	work = kmalloc(head + nfrags * sizeof(struct scatterlist), GFP_ATOMIC);
	if (!work)
		return NULL;
	work->sa = sa;
	work->skb = skb;
	work->sg = (struct scatterlist *)((u8 *)work + head);
	sg_init_table(work->sg, nfrags);
	aead_request_set_tfm(&work->req, sa->tfm);
	aead_request_set_callback(&work->req, 0, done, work);
	if (sa->async)
		refcount_inc(&sa->ref);
	return work;
}

/**
 * vpntun_work_map() - point the request at the packet
 * @work: the work; its skb starts at the ESP header
 * @cryptlen: bytes to encrypt or, with the ICV, to decrypt
 *
 * Return: 0, or -EMSGSIZE if the scatterlist is too short
 */
int vpntun_work_map(struct vpntun_work *work, u32 cryptlen)
{
	u32 head = esp_fmt_head_len(&work->sa->fmt);
	int n = skb_to_sgvec(work->skb, work->sg, 0, work->skb->len);

	if (n < 0)
		return n;
	aead_request_set_crypt(&work->req, work->sg, work->sg, cryptlen, work->iv);
	aead_request_set_ad(&work->req, head);
	return 0;
}
