// SPDX-License-Identifier: GPL-2.0
/*
 * Super-packets are cut into segments before they are encrypted, each with room for
 * ESP around it.
 *
 * Plain TCP, which nearly all of them are, is cut here: the payload is copied and
 * summed up in one go into buffers that a page pool gets back when they were sent.
 * Fresh memory would be cleared by the kernel (init_on_alloc), for each packet more
 * than everything else that is done to it but encryption. The stack's own
 * segmentation does the rest.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/tcp.h>

#include "compat.h"
#include "vpntun.h"

#define POOL_PAGES	1024	/* that a CPU keeps */

static DEFINE_PER_CPU(struct page_pool *, pools);

/**
 * struct cut - how a super-packet is cut
 * @skb: the super-packet; data at the IP header
 * @room: bytes in front of each segment and behind it
 * @tcp: where its TCP header is, from skb->data
 * @headers: length of IP and TCP header together
 * @len: bytes of its payload
 * @mss: bytes of each segment's payload, but the last one's
 * @owned: segments belong to its socket
 */
struct cut {
	struct sk_buff *skb;
	struct vpntun_room room;
	u32 tcp;
	u32 headers;
	u32 len;
	u32 mss;
	bool owned;
};

/* ---- checksums ----------------------------------------------------------- */

/* Finish a checksum that was left to the device. Return: false on failure. */
static bool checksum(struct sk_buff *skb)
{
	u32 at = skb_checksum_start_offset(skb);
	__sum16 *sum;

	if (skb_is_nonlinear(skb) || skb_cloned(skb) || skb_csum_is_sctp(skb) ||
	    at + skb->csum_offset + sizeof(*sum) > skb->len)
		return !skb_checksum_help(skb);
	sum = (__sum16 *)(skb->data + at + skb->csum_offset);
	*sum = csum_fold(csum_partial(skb->data + at, skb->len - at, 0)) ?: CSUM_MANGLED_0;
	skb->ip_summed = CHECKSUM_NONE;
	return true;
}

/* The checksum of a tunnel inside is left to the device, whatever was asked for. */
static bool checksums(struct sk_buff *seg)
{
	for (; seg; seg = seg->next)
		if (unlikely(seg->ip_summed == CHECKSUM_PARTIAL) && !checksum(seg))
			return false;
	return true;
}

/* ---- plain TCP ----------------------------------------------------------- */

/*
 * Does a socket own the packet by what it may have on its way? Then all segments
 * are its own, as with tcp_gso_segment(). Other owners hold a reference instead.
 */
static bool is_owned(const struct sk_buff *skb)
{
	return skb->sk && skb->destructor && skb->destructor != sock_efree &&
	       skb->destructor != sock_edemux && sk_fullsock(skb->sk) && sk_is_tcp(skb->sk);
}

/* Is it TCP without anything that only the stack knows to cut? */
static bool cut_plan(struct cut *c, struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	bool v4 = skb->protocol == htons(ETH_P_IP);
	u32 type = info->gso_type & ~SKB_GSO_TCP_ECN;

	if (type != (v4 ? SKB_GSO_TCPV4 : SKB_GSO_TCPV6) || info->tx_flags ||
	    skb->encapsulation || skb->ip_summed != CHECKSUM_PARTIAL || skb_network_offset(skb))
		return false;
	c->owned = is_owned(skb);
	if (skb->sk && !c->owned)
		return false;
	c->skb = skb;
	c->mss = info->gso_size;
	c->tcp = skb_checksum_start_offset(skb);
	if (!pskb_may_pull(skb, c->tcp + sizeof(struct tcphdr)))
		return false;
	if (v4 ? c->tcp != ip_hdrlen(skb) || ip_hdr(skb)->protocol != IPPROTO_TCP :
		 c->tcp != sizeof(struct ipv6hdr) || ipv6_hdr(skb)->nexthdr != IPPROTO_TCP)
		return false;
	c->headers = c->tcp + ((const struct tcphdr *)(skb->data + c->tcp))->doff * 4;
	if (c->headers < c->tcp + sizeof(struct tcphdr) || !pskb_may_pull(skb, c->headers))
		return false;
	c->len = skb->len - c->headers;
	return c->mss && c->len;
}

/* A buffer out of the pool, or a fresh one where it is too long for a page. */
static struct sk_buff *buffer(u32 len)
{
	struct page_pool *pool = __this_cpu_read(pools);
	u32 size = SKB_HEAD_ALIGN(len);
	unsigned int offset;
	struct sk_buff *skb;
	struct page *page;

	if (!IS_ENABLED(CONFIG_PAGE_POOL) || !pool || size > PAGE_SIZE)
		return alloc_skb(len, GFP_ATOMIC);
	page = page_pool_dev_alloc_frag(pool, &offset, size);
	if (unlikely(!page))
		return NULL;
	skb = napi_build_skb(page_address(page) + offset, size);
	if (unlikely(!skb))
		page_pool_put_full_page(pool, page, false);
	else
		skb_mark_for_recycle(skb);
	return skb;
}

/* What is different in the headers of each segment. @sum: of its payload */
static void fill_headers(const struct cut *c, struct sk_buff *seg, u32 from, u32 len, __wsum sum)
{
	struct tcphdr *tcp = (struct tcphdr *)(seg->data + c->tcp);
	u32 tcp_len = c->headers - c->tcp + len;
	struct ipv6hdr *ip6 = ipv6_hdr(seg);
	struct iphdr *ip = ip_hdr(seg);

	tcp->seq = htonl(ntohl(tcp->seq) + from);
	if (from)		/* RFC 3168 6.1.2: once is enough */
		tcp->cwr = 0;
	if (from + len < c->len) {
		tcp->fin = 0;
		tcp->psh = 0;
	}
	tcp->check = 0;
	sum = csum_partial(tcp, c->headers - c->tcp, sum);
	if (seg->protocol == htons(ETH_P_IP)) {
		ip->id = htons(ntohs(ip->id) + from / c->mss);
		ip->tot_len = htons(c->headers + len);
		ip_send_check(ip);
		tcp->check = tcp_v4_check(tcp_len, ip->saddr, ip->daddr, sum);
	} else {
		ip6->payload_len = htons(tcp_len);
		tcp->check = tcp_v6_check(tcp_len, &ip6->saddr, &ip6->daddr, sum);
	}
}

/* The segment with @len bytes of payload after @from others. */
static struct sk_buff *cut_one(const struct cut *c, u32 from, u32 len)
{
	struct sk_buff *seg = buffer(c->room.head + c->headers + len + c->room.tail);
	__wsum sum;
	u8 *to;

	if (unlikely(!seg))
		return NULL;
	skb_reserve(seg, c->room.head);
	skb_copy_header(seg, c->skb);
	skb_gso_reset(seg);
	skb_reset_mac_header(seg);
	skb_reset_network_header(seg);
	skb_set_transport_header(seg, c->tcp);
	seg->ip_summed = CHECKSUM_NONE;
	to = skb_put(seg, c->headers + len);
	memcpy(to, c->skb->data, c->headers);
	sum = skb_copy_and_csum_bits(c->skb, c->headers + from, to + c->headers, len);
	fill_headers(c, seg, from, len, sum);
	return seg;
}

/* The segments are the socket's now, and what they take of memory counts as sent. */
static void pass_ownership(struct sk_buff *skb, struct sk_buff *segs)
{
	struct sock *sk = skb->sk;
	int more = -skb->truesize;
	struct sk_buff *seg;

	for (seg = segs; seg; seg = seg->next) {
		seg->sk = sk;
		seg->destructor = skb->destructor;
		more += seg->truesize;
	}
	skb->sk = NULL;
	skb->destructor = NULL;
	if (likely(more >= 0))
		refcount_add(more, &sk->sk_wmem_alloc);
	else
		WARN_ON_ONCE(refcount_sub_and_test(-more, &sk->sk_wmem_alloc));
}

static struct sk_buff *cut_tcp(const struct cut *c)
{
	struct sk_buff *first = NULL, **at = &first;
	u32 from;

	for (from = 0; from < c->len; from += c->mss) {
		*at = cut_one(c, from, min(c->mss, c->len - from));
		if (unlikely(!*at)) {
			kfree_skb_list(first);
			return NULL;
		}
		at = &(*at)->next;
	}
	*at = NULL;
	if (c->owned)
		pass_ownership(c->skb, first);
	return first;
}

/* ---- all kinds ----------------------------------------------------------- */

/* By the stack, and what it leaves to the device. */
static struct sk_buff *cut_other(struct sk_buff *skb)
{
	struct sk_buff *segs = skb_gso_segment(skb, 0);

	if (IS_ERR_OR_NULL(segs))
		return NULL;
	if (checksums(segs))
		return segs;
	kfree_skb_list(segs);
	return NULL;
}

/**
 * vpntun_segment() - cut a super-packet, or finish the checksum of a single one
 * @skb: the packet, data at its IP header; taken over unless NULL comes back
 * @room: bytes that will be put in front of each segment and behind it
 *
 * Context: softirqs off.
 * Return: list of packets without open checksums; NULL on failure
 */
struct sk_buff *vpntun_segment(struct sk_buff *skb, struct vpntun_room room)
{
	struct cut c = { .room = room };
	struct sk_buff *segs;

	if (!skb_is_gso(skb)) {
		skb_mark_not_on_list(skb);
		return checksums(skb) ? skb : NULL;
	}
	segs = cut_plan(&c, skb) ? cut_tcp(&c) : cut_other(skb);
	if (segs)
		consume_skb(skb);
	return segs;
}

/**
 * vpntun_segment_start() - make the pools
 *
 * Return: 0 or an error
 */
int vpntun_segment_start(void)
{
	struct page_pool_params params = {
		.flags		= VPNTUN_POOL_FLAGS,
		.pool_size	= POOL_PAGES,
		.nid		= NUMA_NO_NODE,
	};
	struct page_pool *pool;
	int cpu;

	if (!IS_ENABLED(CONFIG_PAGE_POOL))
		return 0;
	for_each_possible_cpu(cpu) {
		pool = page_pool_create(&params);
		if (IS_ERR(pool)) {
			vpntun_segment_stop();
			return PTR_ERR(pool);
		}
		per_cpu(pools, cpu) = pool;
	}
	return 0;
}

/**
 * vpntun_segment_stop() - let the pools go; each ends with the last of its buffers
 *
 * Context: process; nothing is cut any more.
 */
void vpntun_segment_stop(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		page_pool_destroy(per_cpu(pools, cpu));
		per_cpu(pools, cpu) = NULL;
	}
}
