// SPDX-License-Identifier: GPL-2.0
/*
 * Encryption and decryption of one packet.
 *
 * What the crypto layer needs beside the packet - request, IV, scatterlist - is
 * one piece of memory. Each CPU keeps the last one that came back, so as long as
 * drivers finish at once nothing is allocated; a driver that finishes later simply
 * keeps the piece it was given until it is done.
 */
#include <crypto/aead.h>
#include <crypto/internal/simd.h>
#include <asm/simd.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "compat.h"
#include "vpntun.h"

#define SPARE_MAX	4096	/* larger ones are not kept */

/**
 * struct crypt - a packet in the crypto layer
 * @skb: the packet
 * @sa: whose it is; held by who gave the packet
 * @off: of the ESP header from skb->data
 * @size: of this piece of memory
 * @covered: four bytes before the ESP header, while the high half of an
 *	     extended sequence number needs room
 * @sg: scatterlist of a packet in one piece: what is before the ICV, and the ICV.
 *	Where an entry begins a driver need not cut one into two to get there
 * @iv: explicit IV; drivers write to it
 * @req: the request with the driver's context, then the scatterlist of a packet
 *	 in several pieces
 */
struct crypt {
	struct sk_buff *skb;
	struct vpntun_sa *sa;
	u32 off;
	u32 size;
	__be32 covered;
	struct scatterlist sg[2];
	u8 iv[ESP_FMT_IV_MAX] CRYPTO_MINALIGN_ATTR;
	struct aead_request req CRYPTO_MINALIGN_ATTR;
};

static DEFINE_PER_CPU(struct crypt *, spare);

static u32 frags_at(const struct vpntun_sa *sa)
{
	return ALIGN(sizeof(struct crypt) + sa->reqsize, __alignof__(struct scatterlist));
}

static struct crypt *crypt_alloc(u32 size)
{
	struct crypt *c = kmalloc(size, GFP_ATOMIC);

	if (c) {
		c->size = size;
		sg_init_table(c->sg, ARRAY_SIZE(c->sg));
	}
	return c;
}

static struct crypt *crypt_get(const struct vpntun_sa *sa, int nfrags)
{
	u32 size = frags_at(sa) + (nfrags > 1 ? nfrags * sizeof(struct scatterlist) : 0);
	struct crypt *c = __this_cpu_read(spare);

	__this_cpu_write(spare, NULL);
	if (likely(c && c->size >= size))
		return c;
	kfree_sensitive(c);
	return crypt_alloc(size);
}

static void crypt_put(struct crypt *c)
{
	if (likely(c->size <= SPARE_MAX && !__this_cpu_read(spare)))
		__this_cpu_write(spare, c);
	else
		kfree_sensitive(c);
}

/* The IV, in the request and in the packet. */
static void fill_iv(struct crypt *c, u8 *iv, u64 seq)
{
	u32 i;

	if (c->sa->iv_kind == VPNTUN_IV_COUNTER) {
		put_unaligned_be64(seq, iv);
		put_unaligned_be64(seq, c->iv);
		return;
	}
	for (i = 0; i < c->sa->fmt.iv; i += sizeof(u64)) {
		u64 word = get_random_u64();

		put_unaligned(word, (u64 *)(iv + i));
		put_unaligned(word, (u64 *)(c->iv + i));
	}
}

static void copy_iv(struct crypt *c, const u8 *iv)
{
	u32 i;

	for (i = 0; i < c->sa->fmt.iv; i += sizeof(u64))
		put_unaligned(get_unaligned((const u64 *)(iv + i)), (u64 *)(c->iv + i));
}

/*
 * Extended sequence numbers: what is authenticated begins with SPI, high and low
 * half (RFC 4106 5), but only the low half is in the packet (RFC 4303 2.2.1). For
 * the time being the SPI moves four bytes to the front, over the end of the outer
 * headers, and the high half takes its place: so the packet stays in one piece.
 */
static void esn_insert(struct crypt *c, u64 seq)
{
	__be32 *esp = (__be32 *)(c->skb->data + c->off);

	c->covered = get_unaligned(esp - 1);
	put_unaligned(c->sa->spi, esp - 1);
	put_unaligned(cpu_to_be32(seq >> 32), esp);
}

static void esn_remove(struct crypt *c)
{
	__be32 *esp = (__be32 *)(c->skb->data + c->off);

	put_unaligned(c->sa->spi, esp);
	put_unaligned(c->covered, esp - 1);
}

/* The packet is as it should be again. */
static void crypt_end(struct crypt *c)
{
	if (unlikely(c->sa->esn))
		esn_remove(c);
}

/*
 * Point the request at the packet. @trailing: bytes at its end that are not text.
 */
static int crypt_map(struct crypt *c, int nfrags, u32 trailing)
{
	u32 head = esp_fmt_head_len(&c->sa->fmt);
	u32 icv = c->sa->fmt.icv;
	struct scatterlist *sg = c->sg;
	struct sk_buff *skb = c->skb;
	int off = c->off;
	int n;

	if (unlikely(c->sa->esn)) {
		off -= sizeof(__be32);
		head += sizeof(__be32);
	}
	if (likely(nfrags == 1)) {
		sg_set_buf(&sg[0], skb->data + off, skb->len - off - icv);
		sg_set_buf(&sg[1], skb->data + skb->len - icv, icv);
	} else {
		sg = (struct scatterlist *)((u8 *)c + frags_at(c->sa));
		sg_init_table(sg, nfrags);
		n = skb_to_sgvec(skb, sg, off, skb->len - off);
		if (n < 0)
			return n;
	}
	aead_request_set_crypt(&c->req, sg, sg, skb->len - off - head - trailing, c->iv);
	aead_request_set_ad(&c->req, head);
	return 0;
}

static struct crypt *crypt_start(struct vpntun_sa *sa, struct sk_buff *skb, u32 off, int nfrags,
				 crypto_completion_t done)
{
	struct crypt *c = crypt_get(sa, nfrags);

	if (unlikely(!c))
		return NULL;
	c->skb = skb;
	c->sa = sa;
	c->off = off;
	aead_request_set_tfm(&c->req, !done && sa->direct ? sa->direct : sa->tfm);
	aead_request_set_callback(&c->req, 0, done, c);
	return c;
}

/**
 * vpntun_crypt_at_once() - will an SA's driver complete before it returns?
 * @sa: the SA
 *
 * Context: softirqs off; the answer holds until they are on again.
 * Return: false if it may complete later
 */
bool vpntun_crypt_at_once(const struct vpntun_sa *sa)
{
	return !sa->async || (sa->direct && crypto_simd_usable());
}

/**
 * vpntun_seal() - encrypt a packet and put its ICV in place
 * @sa: outbound SA, held by the caller until the packet is back
 * @skb: the packet; ESP header, payload, padding, trailer and room for IV and ICV
 *	 are in place, all of it is ours to write to, and four bytes before the
 *	 ESP header belong to outer headers
 * @off: of the ESP header from skb->data, in the linear part as the IV is
 * @nfrags: pieces the packet is in
 * @seq: its sequence number, all 64 bits
 * @done: called if the driver completes later; NULL where vpntun_crypt_at_once()
 *
 * Context: softirqs off.
 * Return: 0 if done, -EINPROGRESS if @done will be called or was, else an error
 */
int vpntun_seal(struct vpntun_sa *sa, struct sk_buff *skb, u32 off, int nfrags, u64 seq,
		crypto_completion_t done)
{
	struct crypt *c = crypt_start(sa, skb, off, nfrags, done);
	int err;

	if (unlikely(!c))
		return -ENOMEM;
	fill_iv(c, skb->data + off + ESP_FMT_HDR_LEN, seq);
	if (unlikely(sa->esn))
		esn_insert(c, seq);
	err = crypt_map(c, nfrags, sa->fmt.icv);
	if (likely(!err))
		err = crypto_aead_encrypt(&c->req);
	if (likely(err != -EINPROGRESS)) {
		crypt_end(c);
		crypt_put(c);
	}
	return err;
}

/**
 * vpntun_open() - check a packet's ICV and decrypt it
 * @sa: inbound SA, held by the caller until the packet is back
 * @skb: the packet, of a length that esp_fmt_check_length() passed; ours to write
 *	 to, with outer headers before the ESP header
 * @off: of the ESP header from skb->data, in the linear part as the IV is
 * @nfrags: pieces the packet is in
 * @seq: its sequence number, all 64 bits
 * @done: called if the driver completes later; NULL where vpntun_crypt_at_once()
 *
 * Context: softirqs off.
 * Return: 0 if authentic, -EBADMSG if not, -EINPROGRESS if @done will be called or
 * was, else an error
 */
int vpntun_open(struct vpntun_sa *sa, struct sk_buff *skb, u32 off, int nfrags, u64 seq,
		crypto_completion_t done)
{
	struct crypt *c = crypt_start(sa, skb, off, nfrags, done);
	int err;

	if (unlikely(!c))
		return -ENOMEM;
	copy_iv(c, skb->data + off + ESP_FMT_HDR_LEN);
	if (unlikely(sa->esn))
		esn_insert(c, seq);
	err = crypt_map(c, nfrags, 0);
	if (likely(!err))
		err = crypto_aead_decrypt(&c->req);
	if (likely(err != -EINPROGRESS)) {
		crypt_end(c);
		crypt_put(c);
	}
	return err;
}

/**
 * vpntun_crypt_done() - take a packet back from a driver that completed later
 * @arg: what the completion got
 *
 * A completion with -EINPROGRESS only says that the request left the driver's
 * backlog: it is to be ignored, not brought here. Others are counted.
 *
 * Context: any.
 * Return: the packet
 */
struct sk_buff *vpntun_crypt_done(vpntun_crypto_arg *arg)
{
	struct crypt *c = vpntun_crypto_data(arg);
	struct sk_buff *skb = c->skb;

	atomic64_inc(&c->sa->asyncs);
	crypt_end(c);
	kfree_sensitive(c);	/* whose CPU this is, and in which context, is anyone's guess */
	return skb;
}

/**
 * vpntun_crypt_exit() - free what the CPUs keep
 *
 * Context: process; no packet can come any more.
 */
void vpntun_crypt_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		kfree_sensitive(per_cpu(spare, cpu));
}
