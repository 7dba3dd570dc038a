/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Brings the kernel interfaces that changed between 6.1 and 7.3 into one shape,
 * the newer one where that is possible. The only place that knows versions.
 */
#ifndef VPNTUN_COMPAT_H
#define VPNTUN_COMPAT_H

#include <linux/crypto.h>
#include <linux/netdevice.h>
#include <linux/version.h>
#include <net/genetlink.h>
#include <net/rtnetlink.h>
#include <net/udp_tunnel.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#include <net/gso.h>
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#include <net/page_pool/helpers.h>
#else
#include <net/page_pool.h>
#endif

/* Until 6.7 a pool had to be told that its pages are dealt out in pieces. */
#ifdef PP_FLAG_PAGE_FRAG
#define VPNTUN_POOL_FLAGS		PP_FLAG_PAGE_FRAG
#else
#define VPNTUN_POOL_FLAGS		0
#endif

/* A kernel without BPF and without drivers for it may have no page pools at all. */
#ifndef CONFIG_PAGE_POOL
static inline void skb_mark_for_recycle(struct sk_buff *skb)
{
}
#endif

#ifndef NLA_POLICY_MAX_LEN
#define NLA_POLICY_MAX_LEN(n)		{ .type = NLA_BINARY, .len = (n) }
#endif

/* Since 6.3 a crypto completion gets its data, before it got the request. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
typedef void vpntun_crypto_arg;
#define vpntun_crypto_data(arg)		(arg)
#else
typedef struct crypto_async_request vpntun_crypto_arg;
#define vpntun_crypto_data(arg)		((arg)->data)
#endif

/* Since 6.7 a dump keeps its attributes in struct genl_info. */
static inline struct nlattr **vpntun_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

/* Since 6.12 lockless transmission is a bit, before it was a feature. */
static inline void vpntun_set_lltx(struct net_device *dev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	dev->lltx = true;
#else
	dev->features |= NETIF_F_LLTX;
#endif
}

/* Since 6.7 the core allocates and frees the per-CPU packet counters. */
static inline int vpntun_tstats_alloc(struct net_device *dev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;
#else
	dev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	if (!dev->tstats)
		return -ENOMEM;
#endif
	return 0;
}

static inline void vpntun_tstats_free(struct net_device *dev)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	free_percpu(dev->tstats);
	dev->tstats = NULL;
#endif
}

/* Since 6.15 newlink gets one structure. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
#define VPNTUN_NEWLINK(name, dev, net, extack)					\
static int __##name(struct net_device *dev, struct net *net,			\
		    struct netlink_ext_ack *extack);				\
static int name(struct net_device *dev, struct rtnl_newlink_params *params,	\
		struct netlink_ext_ack *extack)					\
{										\
	return __##name(dev, rtnl_newlink_link_net(params), extack);		\
}										\
static int __##name(struct net_device *dev, struct net *net,			\
		    struct netlink_ext_ack *extack)
#else
#define VPNTUN_NEWLINK(name, dev, net, extack)					\
static int __##name(struct net_device *dev, struct net *net,			\
		    struct netlink_ext_ack *extack);				\
static int name(struct net *net, struct net_device *dev, struct nlattr *tb[],	\
		struct nlattr *data[], struct netlink_ext_ack *extack)		\
{										\
	return __##name(dev, net, extack);					\
}										\
static int __##name(struct net_device *dev, struct net *net,			\
		    struct netlink_ext_ack *extack)
#endif

/* Since 6.6 what a socket does with its multicasts is a bit of its flags. */
static inline bool vpntun_sock_mc_loop(struct sock *sk)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return inet_test_bit(MC_LOOP, sk);
#else
	return inet_sk(sk)->mc_loop;
#endif
}

static inline void vpntun_sock_set_mc_loop(struct sock *sk, bool loop)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	inet_assign_bit(MC_LOOP, sk, loop);
#else
	inet_sk(sk)->mc_loop = loop;
#endif
}

/* Since 7.2 at the latest a tunnel is set up on a sock, before on its socket. */
#define setup_udp_tunnel_sock(net, sk, cfg)						\
	setup_udp_tunnel_sock(net, _Generic(&(setup_udp_tunnel_sock),			\
			      void (*)(struct net *, struct socket *,			\
				       struct udp_tunnel_sock_cfg *): (sk)->sk_socket,	\
			      default: (sk)), cfg)

#endif
