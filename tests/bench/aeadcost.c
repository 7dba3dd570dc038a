// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel's AES-GCM costs by itself: encrypts and decrypts a text in
 * place, as ESP does it (RFC 4106), with softirqs off and nothing around it.
 * A module that does this when it is loaded:
 *
 *	insmod aeadcost.ko text=96 count=1000
 *	cat /sys/module/aeadcost/parameters/{driver,encrypt,decrypt}
 *
 * gives nanoseconds per call of the monotonic clock; in a guest whose clock
 * counts instructions these are instructions.
 */
#include <crypto/aead.h>
#include <linux/bottom_half.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#define AAD_LEN	16	/* ESP header and the explicit IV */
#define IV_LEN	8
#define ICV_LEN	16
#define KEY_LEN	20

static unsigned int text = 96;
module_param(text, uint, 0444);
MODULE_PARM_DESC(text, "bytes to encrypt, ESP trailer included");
static unsigned int count = 1000;
module_param(count, uint, 0444);
MODULE_PARM_DESC(count, "how many times");

static unsigned long encrypt;
module_param(encrypt, ulong, 0444);
MODULE_PARM_DESC(encrypt, "result: nanoseconds of a call");
static unsigned long decrypt;
module_param(decrypt, ulong, 0444);
MODULE_PARM_DESC(decrypt, "result: nanoseconds of a call");
static char *driver = "";
module_param(driver, charp, 0444);
MODULE_PARM_DESC(driver, "result: name of the driver");
static char driver_name[CRYPTO_MAX_ALG_NAME];

/* Encrypts n times, each time followed by a decryption if pairs is set. */
static int run(struct aead_request *req, struct scatterlist *sg, unsigned int n, bool pairs,
	       u64 *ns)
{
	u8 iv[IV_LEN] = { 0 };
	u64 start;
	int err = 0;

	local_bh_disable();
	start = ktime_get_ns();
	while (n-- && !err) {
		aead_request_set_crypt(req, sg, sg, text, iv);
		err = crypto_aead_encrypt(req);
		if (err || !pairs)
			continue;
		aead_request_set_crypt(req, sg, sg, text + ICV_LEN, iv);
		err = crypto_aead_decrypt(req);
	}
	*ns = ktime_get_ns() - start;
	local_bh_enable();
	return err;
}

static int measure(struct crypto_aead *tfm)
{
	struct aead_request *req = aead_request_alloc(tfm, GFP_KERNEL);
	u8 *buf = kzalloc(AAD_LEN + text + ICV_LEN, GFP_KERNEL);
	struct scatterlist sg;
	u64 alone = 0, pairs = 0;
	int err = -ENOMEM;

	if (req && buf) {
		sg_init_one(&sg, buf, AAD_LEN + text + ICV_LEN);
		aead_request_set_callback(req, 0, NULL, NULL);
		aead_request_set_ad(req, AAD_LEN);
		err = run(req, &sg, 10, true, &pairs);	/* caches, first use of the FPU */
	}
	if (!err)
		err = run(req, &sg, count, false, &alone);
	if (!err)
		err = run(req, &sg, count, true, &pairs);
	if (!err) {
		encrypt = div_u64(alone, count);
		decrypt = div_u64(pairs - alone, count);
	}
	aead_request_free(req);
	kfree(buf);
	return err;
}

static int __init aeadcost_init(void)
{
	u8 key[KEY_LEN] = { 1, 2, 3 };
	struct crypto_aead *tfm;
	int err;

	if (!count || text > 65536)
		return -EINVAL;
	tfm = crypto_alloc_aead("rfc4106(gcm(aes))", 0, 0);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	strscpy(driver_name, crypto_tfm_alg_driver_name(crypto_aead_tfm(tfm)),
		sizeof(driver_name));
	driver = driver_name;
	err = crypto_aead_setkey(tfm, key, sizeof(key)) ?: crypto_aead_setauthsize(tfm, ICV_LEN);
	if (!err)
		err = measure(tfm);
	crypto_free_aead(tfm);
	return err;
}

static void __exit aeadcost_exit(void)
{
}

module_init(aeadcost_init);
module_exit(aeadcost_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Cost of the kernel's AES-GCM");
