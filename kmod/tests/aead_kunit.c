// SPDX-License-Identifier: GPL-2.0
/*
 * Sealing and opening whole ESP packets, of every algorithm, with and without
 * extended sequence numbers: against published and computed packets, in one
 * piece and in many, changed in every byte, and with a driver that completes later.
 */
#include <crypto/aead.h>
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "../compat.h"
#include "../vpntun.h"

#define OUTER		28	/* an IPv4 and a UDP header */
#define PACKET_MAX	512
#define LATER		8	/* packets at a time with a late driver */
#define LATE_GCM	"cryptd(rfc4106(gcm_base(ctr(aes-generic),ghash-generic)))"

/**
 * struct aead_vector - one ESP packet; bytes are in hexadecimal
 * @name: where it is from
 * @enc: enum vpntun_enc
 * @auth: enum vpntun_auth
 * @spi: its SPI
 * @seq: its sequence number
 * @esn: extended sequence numbers
 * @key: of the cipher
 * @auth_key: of the HMAC
 * @iv: explicit IV
 * @plain: text, trailer and all
 * @sealed: the same encrypted
 * @icv: at its end
 */
struct aead_vector {
	const char *name;
	u8 enc;
	u8 auth;
	u32 spi;
	u64 seq;
	u8 esn;
	const char *key;
	const char *auth_key;
	const char *iv;
	const char *plain;
	const char *sealed;
	const char *icv;
};

#include "aead_vectors.h"

static u32 unhex(u8 *out, const char *hex)
{
	u32 n = strlen(hex) / 2;

	return hex2bin(out, hex, n) ? 0 : n;
}

static struct vpntun_sa *sa_of(struct kunit *test, const struct aead_vector *v)
{
	u8 key[VPNTUN_KEY_MAX], auth_key[VPNTUN_KEY_MAX];
	struct vpntun_sa_config cfg = {
		.enc = v->enc,
		.auth = v->auth,
		.esn = v->esn,
		.enc_key = key,
		.auth_key = auth_key,
		.enc_key_len = unhex(key, v->key),
		.auth_key_len = unhex(auth_key, v->auth_key),
	};
	struct vpntun_sa *sa = kunit_kzalloc(test, sizeof(*sa), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa->spi = cpu_to_be32(v->spi);
	KUNIT_ASSERT_EQ_MSG(test, vpntun_aead_init(sa, &cfg, NULL), 0, "%s", v->name);
	KUNIT_ASSERT_EQ_MSG(test, (u32)sa->fmt.iv, (u32)strlen(v->iv) / 2, "%s", v->name);
	KUNIT_ASSERT_EQ_MSG(test, (u32)sa->fmt.icv, (u32)strlen(v->icv) / 2, "%s", v->name);
	return sa;
}

/* Outer headers, ESP header, IV, text, ICV. Return: length. */
static u32 bytes_of(u8 *out, const struct aead_vector *v, const char *iv, const char *text,
		    const char *icv)
{
	u32 n = OUTER, i;

	for (i = 0; i < OUTER; i++)
		out[i] = 0xa0 + i;
	put_unaligned_be32(v->spi, out + n);
	put_unaligned_be32(v->seq, out + n + 4);
	n += ESP_FMT_HDR_LEN;
	n += unhex(out + n, iv);
	n += unhex(out + n, text);
	return n + unhex(out + n, icv);
}

static u32 sealed_bytes(u8 *out, const struct aead_vector *v)
{
	return bytes_of(out, v, v->iv, v->sealed, v->icv);
}

/* As it is before sealing: IV and ICV are whatever the memory held. */
static u32 plain_bytes(u8 *out, const struct aead_vector *v)
{
	u32 n = bytes_of(out, v, v->iv, v->plain, v->icv);
	u32 icv = strlen(v->icv) / 2;

	memset(out + n - icv, 0x77, icv);
	memset(out + OUTER + ESP_FMT_HDR_LEN, 0x77, strlen(v->iv) / 2);
	return n;
}

/*
 * A packet of these bytes, in one piece, or with @frag bytes in each but the
 * first. In it the data begins at outer headers.
 */
static struct sk_buff *skb_of(struct kunit *test, const u8 *bytes, u32 len, u32 frag)
{
	u32 head = frag ? OUTER + ESP_FMT_HDR_LEN + ESP_FMT_IV_MAX + 3 : len;
	struct sk_buff *skb = alloc_skb(len + 64, GFP_KERNEL);
	struct page *page;
	u32 n;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, 32);
	if (head > len)
		head = len;
	skb_put_data(skb, bytes, head);
	for (bytes += head, len -= head; len; bytes += n, len -= n) {
		n = min(len, frag);
		if (skb_shinfo(skb)->nr_frags == MAX_SKB_FRAGS - 1)
			n = len;
		page = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, page);
		memcpy((u8 *)page_address(page) + 5, bytes, n);
		skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, page, 5, n, PAGE_SIZE);
	}
	return skb;
}

/* The first @len bytes of a packet. */
static void expect_bytes(struct kunit *test, const struct sk_buff *skb, const u8 *want, u32 len,
			 const char *name)
{
	u8 got[PACKET_MAX];

	KUNIT_ASSERT_EQ(test, skb_copy_bits(skb, 0, got, len), 0);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(got, want, len), 0, "%s", name);
}

static void never(vpntun_crypto_arg *arg, int err)
{
	WARN_ON_ONCE(1);
}

static int seal(struct vpntun_sa *sa, struct sk_buff *skb, u64 seq)
{
	int err;

	local_bh_disable();
	err = vpntun_seal(sa, skb, OUTER, skb_shinfo(skb)->nr_frags + 1, seq, never);
	local_bh_enable();
	return err;
}

/* As on the way in: data at the ESP header. */
static int open(struct vpntun_sa *sa, struct sk_buff *skb, u64 seq)
{
	int err;

	skb_pull(skb, OUTER);
	local_bh_disable();
	err = vpntun_open(sa, skb, 0, skb_shinfo(skb)->nr_frags + 1, seq, never);
	local_bh_enable();
	skb_push(skb, OUTER);
	return err;
}

/* Pieces that are shorter than a block, as long, and longer. */
static const u32 frag_sizes[] = { 0, 1, 5, 16, 33, 200 };

/* What comes out is as it went in, but for the ICV: authencesn() uses its place. */
static void packets_open(struct kunit *test)
{
	u8 in[PACKET_MAX], out[PACKET_MAX];
	const struct aead_vector *v;
	struct vpntun_sa *sa;
	struct sk_buff *skb;
	u32 len, i, f;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		v = &vectors[i];
		sa = sa_of(test, v);
		len = sealed_bytes(in, v);
		bytes_of(out, v, v->iv, v->plain, v->icv);
		for (f = 0; f < ARRAY_SIZE(frag_sizes); f++) {
			skb = skb_of(test, in, len, frag_sizes[f]);
			KUNIT_EXPECT_EQ_MSG(test, open(sa, skb, v->seq), 0, "%s", v->name);
			expect_bytes(test, skb, out, len - sa->fmt.icv, v->name);
			kfree_skb(skb);
		}
		vpntun_aead_free(sa);
	}
}

/* Where the IV is the sequence number it is known beforehand what comes out. */
static bool is_foreseeable(const struct aead_vector *v)
{
	u8 iv[ESP_FMT_IV_MAX];
	u32 n = unhex(iv, v->iv);

	return !n || (n == sizeof(u64) && get_unaligned_be64(iv) == v->seq);
}

static void packets_are_sealed(struct kunit *test)
{
	u8 in[PACKET_MAX], out[PACKET_MAX];
	const struct aead_vector *v;
	u32 len, i, f, seen = 0;
	struct vpntun_sa *sa;
	struct sk_buff *skb;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		v = &vectors[i];
		if (!is_foreseeable(v))
			continue;
		seen++;
		sa = sa_of(test, v);
		len = plain_bytes(in, v);
		sealed_bytes(out, v);
		for (f = 0; f < ARRAY_SIZE(frag_sizes); f++) {
			skb = skb_of(test, in, len, frag_sizes[f]);
			KUNIT_EXPECT_EQ_MSG(test, seal(sa, skb, v->seq), 0, "%s", v->name);
			expect_bytes(test, skb, out, len, v->name);
			kfree_skb(skb);
		}
		vpntun_aead_free(sa);
	}
	KUNIT_EXPECT_GT(test, seen, (u32)40);
}

/* With any IV: what one side seals the other opens, and no IV comes twice. */
static void sealed_packets_open(struct kunit *test)
{
	u8 in[PACKET_MAX], out[PACKET_MAX], iv[2][ESP_FMT_IV_MAX];
	struct vpntun_sa *tx, *rx;
	const struct aead_vector *v;
	struct sk_buff *skb;
	u32 len, i, n;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		v = &vectors[i];
		tx = sa_of(test, v);
		rx = sa_of(test, v);
		len = plain_bytes(in, v);
		for (n = 0; n < 2; n++) {
			put_unaligned_be32((u32)v->seq + n, in + OUTER + 4);
			skb = skb_of(test, in, len, n * 33);
			KUNIT_EXPECT_EQ_MSG(test, seal(tx, skb, v->seq + n), 0, "%s", v->name);
			skb_copy_bits(skb, OUTER + ESP_FMT_HDR_LEN, iv[n], tx->fmt.iv);
			KUNIT_EXPECT_EQ_MSG(test, open(rx, skb, v->seq + n), 0, "%s", v->name);
			KUNIT_ASSERT_EQ(test, skb_copy_bits(skb, 0, out, len), 0);
			KUNIT_EXPECT_EQ_MSG(test, memcmp(out, in, OUTER + ESP_FMT_HDR_LEN), 0,
					    "%s", v->name);
			KUNIT_EXPECT_EQ_MSG(test, memcmp(out + OUTER + esp_fmt_head_len(&tx->fmt),
							 in + OUTER + esp_fmt_head_len(&tx->fmt),
							 strlen(v->plain) / 2), 0, "%s", v->name);
			kfree_skb(skb);
		}
		if (tx->fmt.iv)
			KUNIT_EXPECT_NE_MSG(test, memcmp(iv[0], iv[1], tx->fmt.iv), 0,
					    "%s", v->name);
		vpntun_aead_free(tx);
		vpntun_aead_free(rx);
	}
}

/*
 * One bit changed anywhere. With extended numbers the SPI is the SA's, which is
 * how the packet found it.
 */
static void changed_packets_do_not_open(struct kunit *test)
{
	const struct aead_vector *v;
	struct vpntun_sa *sa;
	struct sk_buff *skb;
	u8 in[PACKET_MAX];
	u32 len, i, at;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		v = &vectors[i];
		sa = sa_of(test, v);
		len = sealed_bytes(in, v);
		for (at = OUTER + (v->esn ? 4 : 0); at < len; at++) {
			in[at] ^= 1 << at % 8;
			skb = skb_of(test, in, len, at % 3 * 33);
			in[at] ^= 1 << at % 8;
			KUNIT_EXPECT_EQ_MSG(test, open(sa, skb, v->seq), -EBADMSG,
					    "%s, byte %u", v->name, at);
			kfree_skb(skb);
		}
		vpntun_aead_free(sa);
	}
}

/* The half of the number that is not in the packet is authenticated, too. */
static void wrong_high_halves_do_not_open(struct kunit *test)
{
	const struct aead_vector *v;
	struct vpntun_sa *sa;
	struct sk_buff *skb;
	u8 in[PACKET_MAX];
	u32 len, i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		v = &vectors[i];
		if (!v->esn)
			continue;
		sa = sa_of(test, v);
		len = sealed_bytes(in, v);
		skb = skb_of(test, in, len, 0);
		KUNIT_EXPECT_EQ_MSG(test, open(sa, skb, v->seq + (1ULL << 32)), -EBADMSG,
				    "%s", v->name);
		/* Outer headers and ESP header are back in place all the same. */
		KUNIT_EXPECT_EQ_MSG(test, memcmp(skb->data, in, OUTER + ESP_FMT_HDR_LEN), 0,
				    "%s", v->name);
		kfree_skb(skb);
		vpntun_aead_free(sa);
	}
}

static void wrong_keys_are_refused(struct kunit *test)
{
	static const struct {
		u8 enc;
		u8 auth;
		u8 enc_key_len;
		u8 auth_key_len;
	} cases[] = {
		{ VPNTUN_ENC_NONE, VPNTUN_AUTH_HMAC_SHA1_96, 0, 20 },
		{ 200, VPNTUN_AUTH_NONE, 20, 0 },
		{ VPNTUN_ENC_AES_GCM16, VPNTUN_AUTH_NONE, 16, 0 },	/* no salt */
		{ VPNTUN_ENC_AES_GCM16, VPNTUN_AUTH_NONE, 0, 0 },
		{ VPNTUN_ENC_AES_GCM16, VPNTUN_AUTH_NONE, 37, 0 },
		{ VPNTUN_ENC_AES_GCM8, VPNTUN_AUTH_HMAC_SHA1_96, 20, 20 },
		{ VPNTUN_ENC_AES_GCM12, VPNTUN_AUTH_NONE, 20, 20 },
		{ VPNTUN_ENC_CHACHA20_POLY1305, VPNTUN_AUTH_NONE, 32, 0 },
		{ VPNTUN_ENC_AES_GMAC, VPNTUN_AUTH_NONE, 32, 0 },
		{ VPNTUN_ENC_AES_CBC, VPNTUN_AUTH_NONE, 16, 0 },
		{ VPNTUN_ENC_AES_CBC, VPNTUN_AUTH_HMAC_SHA1_96, 20, 20 },
		{ VPNTUN_ENC_AES_CBC, VPNTUN_AUTH_HMAC_SHA1_96, 16, 16 },
		{ VPNTUN_ENC_AES_CBC, 200, 16, 20 },
		{ VPNTUN_ENC_DES3_CBC, VPNTUN_AUTH_HMAC_SHA1_96, 16, 20 },
		{ VPNTUN_ENC_NULL, VPNTUN_AUTH_NONE, 0, 0 },
		{ VPNTUN_ENC_NULL, VPNTUN_AUTH_HMAC_SHA1_96, 16, 20 },
		{ VPNTUN_ENC_NULL, VPNTUN_AUTH_HMAC_SHA1_96, 0, 0 },
	};
	u8 key[VPNTUN_KEY_MAX] = { 1 };
	struct vpntun_sa *sa = kunit_kzalloc(test, sizeof(*sa), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, sa);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vpntun_sa_config cfg = {
			.enc = cases[i].enc,
			.auth = cases[i].auth,
			.enc_key = key,
			.auth_key = key,
			.enc_key_len = cases[i].enc_key_len,
			.auth_key_len = cases[i].auth_key_len,
		};

		KUNIT_EXPECT_EQ_MSG(test, vpntun_aead_init(sa, &cfg, NULL), -EINVAL,
				    "case %u", i);
		KUNIT_EXPECT_PTR_EQ(test, sa->tfm, (struct crypto_aead *)NULL);
	}
}

static struct {
	struct completion all;
	atomic_t left;
	atomic_t bad;
} later;

static void came_later(vpntun_crypto_arg *arg, int err)
{
	if (err == -EINPROGRESS)
		return;
	vpntun_crypt_done(arg);
	if (err)
		atomic_inc(&later.bad);
	if (atomic_dec_and_test(&later.left))
		complete(&later.all);
}

static void seal_all_later(struct kunit *test, struct vpntun_sa *sa, struct sk_buff **skbs, u64 seq)
{
	u32 i;

	init_completion(&later.all);
	atomic_set(&later.left, LATER);
	atomic_set(&later.bad, 0);
	local_bh_disable();
	for (i = 0; i < LATER; i++)
		KUNIT_EXPECT_EQ(test, vpntun_seal(sa, skbs[i], OUTER,
						  skb_shinfo(skbs[i])->nr_frags + 1, seq,
						  came_later), -EINPROGRESS);
	local_bh_enable();
	KUNIT_ASSERT_GT(test, wait_for_completion_timeout(&later.all, 30 * HZ), 0UL);
	KUNIT_EXPECT_EQ(test, atomic_read(&later.bad), 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&sa->asyncs), (s64)LATER);
	atomic64_set(&sa->asyncs, 0);
}

/* Several packets at a time with a driver that never completes at once. */
static void late_drivers_do_the_same(struct kunit *test)
{
	struct sk_buff *skbs[LATER];
	u8 in[PACKET_MAX], out[PACKET_MAX], key[VPNTUN_KEY_MAX];
	const struct aead_vector *v;
	struct crypto_aead *tfm;
	struct vpntun_sa *sa;
	u32 len, i, k;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		v = &vectors[i];
		if (v->enc != VPNTUN_ENC_AES_GCM16 || !is_foreseeable(v))
			continue;
		tfm = crypto_alloc_aead(LATE_GCM, 0, 0);
		if (IS_ERR(tfm))
			kunit_skip(test, "no cryptd");
		sa = sa_of(test, v);
		vpntun_aead_free(sa);
		sa->tfm = tfm;
		sa->async = true;
		sa->reqsize = crypto_aead_reqsize(tfm);
		KUNIT_ASSERT_EQ(test, crypto_aead_setkey(tfm, key, unhex(key, v->key)), 0);
		KUNIT_ASSERT_EQ(test, crypto_aead_setauthsize(tfm, sa->fmt.icv), 0);
		len = plain_bytes(in, v);
		sealed_bytes(out, v);
		for (k = 0; k < LATER; k++)
			skbs[k] = skb_of(test, in, len, k * 7);
		seal_all_later(test, sa, skbs, v->seq);
		for (k = 0; k < LATER; k++) {
			expect_bytes(test, skbs[k], out, len, v->name);
			kfree_skb(skbs[k]);
		}
		vpntun_aead_free(sa);
	}
}

static struct kunit_case aead_cases[] = {
	KUNIT_CASE(packets_open),
	KUNIT_CASE(packets_are_sealed),
	KUNIT_CASE(sealed_packets_open),
	KUNIT_CASE(changed_packets_do_not_open),
	KUNIT_CASE(wrong_high_halves_do_not_open),
	KUNIT_CASE(wrong_keys_are_refused),
	KUNIT_CASE(late_drivers_do_the_same),
	{}
};

struct kunit_suite vpntun_suite_aead = {
	.name = "aead",
	.test_cases = aead_cases,
};
