// SPDX-License-Identifier: GPL-2.0
/*
 * Where outer packets come in: IP protocol 50 beside the kernel's own ESP, and UDP
 * sockets of the daemon (RFC 3948).
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/net.h>
#include <linux/udp.h>
#include <net/esp.h>
#include <net/icmp.h>
#include <net/ip6_route.h>
#include <net/ndisc.h>
#include <net/route.h>
#include <net/udp.h>
#include <net/udp_tunnel.h>
#include <net/xfrm.h>

#include "compat.h"
#include "vpntun.h"

/*
 * Before esp4 and esp6 (0), xfrm interfaces (10) and vti (100): these would drop a packet
 * of an SPI they do not know, while what is not ours goes on to them.
 */
#define VPNTUN_ESP_PRIORITY	200

#define NON_ESP_MARKER_LEN	4	/* RFC 3948 2.2 */
#define NAT_KEEPALIVE		0xff	/* RFC 3948 2.3 */

/* Protects users of all sockets, and their attaching and detaching. */
static DEFINE_MUTEX(sock_lock);

/*
 * Count a packet that belongs to no SA: at the peer that it seems to come from,
 * else, where it came in on a socket, at a device that uses this one.
 */
static void count_stray(struct sk_buff *skb, const struct vpntun_sock *vs, __be16 sport)
{
	struct vpntun_peer *peer = vpntun_peer_by_source(dev_net(skb->dev), skb, sport);
	bool whole = pskb_may_pull(skb, ESP_FMT_HDR_LEN);
	struct vpntun_endpoint *ep = NULL;

	if (!peer && vs)
		ep = hlist_entry_safe(rcu_dereference(hlist_first_rcu(&vs->endpoints)),
				      struct vpntun_endpoint, sock_node);
	if (peer || ep)
		vpntun_drop(peer ? peer->vt : ep->peer->vt, peer, NULL,
			    whole ? ip_esp_hdr(skb)->spi : 0,
			    whole ? VPNTUN_C_rx_unknown_spi : VPNTUN_C_rx_truncated);
}

static int esp_rcv(struct sk_buff *skb)
{
	int err = vpntun_rx(skb, VPNTUN_ENCAP_NONE);

	if (err == -EINVAL)
		count_stray(skb, NULL, 0);
	return err;
}

static int esp_input(struct sk_buff *skb, int nexthdr, __be32 spi, int encap_type)
{
	return -EINVAL;		/* sockets in xfrm's hands carry nothing of ours */
}

static int esp_cb(struct sk_buff *skb, int err)
{
	return 1;		/* only called for packets of xfrm: let them pass */
}

/*
 * ICMP errors for raw ESP: of a packet that an SA of ours may have sent, remember
 * the path MTU (RFC 4301 8.2.1) or the better gateway. For UDP, the kernel does so
 * for whatever quotes the ports of a socket.
 */
static int esp4_err(struct sk_buff *skb, u32 info)
{
	const struct iphdr *ip = (const struct iphdr *)skb->data;
	const struct ip_esp_hdr *esp = (const void *)(skb->data + ip->ihl * 4);
	const union vpntun_addr to = { .v4 = ip->daddr };
	struct net *net = dev_net(skb->dev);

	if (!vpntun_peer_by_spi(net, &to, AF_INET, esp->spi))
		return -ENOENT;
	if (icmp_hdr(skb)->type == ICMP_REDIRECT)
		ipv4_redirect(skb, net, 0, IPPROTO_ESP);
	else if (icmp_hdr(skb)->type == ICMP_DEST_UNREACH &&
		 icmp_hdr(skb)->code == ICMP_FRAG_NEEDED)
		ipv4_update_pmtu(skb, net, info, 0, IPPROTO_ESP);
	return 0;
}

static int esp6_err(struct sk_buff *skb, struct inet6_skb_parm *opt, u8 type, u8 code,
		    int offset, __be32 info)
{
	const struct ipv6hdr *ip = (const struct ipv6hdr *)skb->data;
	const struct ip_esp_hdr *esp = (const void *)(skb->data + offset);
	const union vpntun_addr to = { .v6 = ip->daddr };
	struct net *net = dev_net(skb->dev);

	if (!vpntun_peer_by_spi(net, &to, AF_INET6, esp->spi))
		return -ENOENT;
	if (type == NDISC_REDIRECT)
		ip6_redirect(skb, net, skb->dev->ifindex, 0, sock_net_uid(net, NULL));
	else if (type == ICMPV6_PKT_TOOBIG)
		ip6_update_pmtu(skb, net, info, 0, 0, sock_net_uid(net, NULL));
	return 0;
}

static struct xfrm4_protocol esp4_protocol = {
	.handler	= esp_rcv,
	.input_handler	= esp_input,
	.cb_handler	= esp_cb,
	.err_handler	= esp4_err,
	.priority	= VPNTUN_ESP_PRIORITY,
};

static struct xfrm6_protocol esp6_protocol = {
	.handler	= esp_rcv,
	.input_handler	= esp_input,
	.cb_handler	= esp_cb,
	.err_handler	= esp6_err,
	.priority	= VPNTUN_ESP_PRIORITY,
};

/**
 * vpntun_encap_init() - begin to take raw ESP
 *
 * Return: 0 or an error
 */
int vpntun_encap_init(void)
{
	int err = xfrm4_protocol_register(&esp4_protocol, IPPROTO_ESP);

	if (err)
		return err;
	err = xfrm6_protocol_register(&esp6_protocol, IPPROTO_ESP);
	if (err)
		xfrm4_protocol_deregister(&esp4_protocol, IPPROTO_ESP);
	return err;
}

/**
 * vpntun_encap_exit() - take no more raw ESP
 */
void vpntun_encap_exit(void)
{
	xfrm6_protocol_deregister(&esp6_protocol, IPPROTO_ESP);
	xfrm4_protocol_deregister(&esp4_protocol, IPPROTO_ESP);
}

/*
 * A datagram on the daemon's socket, at its UDP header; the checksum was
 * verified. Return: 0 if taken, 1 to hand it to the daemon.
 */
static int encap_udp_rcv(struct sock *sk, struct sk_buff *skb)
{
	u32 len = skb->len - sizeof(struct udphdr);
	const u8 *data;
	__be16 sport;
	__be32 marker;

	if (!pskb_may_pull(skb, sizeof(struct udphdr) + min_t(u32, len, NON_ESP_MARKER_LEN)))
		goto drop;
	data = skb->data + sizeof(struct udphdr);
	if (len == 1 && data[0] == NAT_KEEPALIVE)
		goto drop;
	if (len < NON_ESP_MARKER_LEN)
		return 1;
	memcpy(&marker, data, sizeof(marker));
	if (!marker)
		return 1;

	sport = udp_hdr(skb)->source;
	__skb_pull(skb, sizeof(struct udphdr));
	skb_reset_transport_header(skb);
	if (vpntun_rx(skb, VPNTUN_ENCAP_UDP) != -EINVAL)
		return 0;
	count_stray(skb, rcu_dereference_sk_user_data(sk), sport);
drop:
	kfree_skb(skb);
	return 0;
}

static struct vpntun_sock *sock_state(struct sock *sk)
{
	return rcu_dereference_protected(__sk_user_data(sk), lockdep_is_held(&sock_lock));
}

/* The daemon closed the socket, or died. Its endpoints send no more. */
static void encap_udp_closed(struct sock *sk)
{
	struct vpntun_sock *vs;

	mutex_lock(&sock_lock);
	vs = sock_state(sk);
	rcu_assign_sk_user_data(sk, NULL);
	if (vs) {
		RCU_INIT_POINTER(vs->sk, NULL);
		sock_put(sk);	/* the one of sock_attach(); whoever closes has another */
	}
	mutex_unlock(&sock_lock);
}

static int sock_check(struct net *net, struct sock *sk, struct netlink_ext_ack *extack)
{
	if ((sk->sk_family != AF_INET && sk->sk_family != AF_INET6) ||
	    sk->sk_type != SOCK_DGRAM || sk->sk_protocol != IPPROTO_UDP) {
		NL_SET_ERR_MSG(extack, "socket is not a UDP socket");
		return -EINVAL;
	}
	if (!net_eq(sock_net(sk), net)) {
		NL_SET_ERR_MSG(extack, "socket is not in the device's outer network namespace");
		return -EINVAL;
	}
	if (!inet_sk(sk)->inet_sport) {
		NL_SET_ERR_MSG(extack, "socket is not bound to a port");
		return -EINVAL;
	}
	return 0;
}

/* The socket's vpntun_sock, new if it has none; socket and list are locked. */
static struct vpntun_sock *sock_attach(struct net *net, struct socket *sock,
				       struct netlink_ext_ack *extack)
{
	struct udp_tunnel_sock_cfg cfg = {
		.encap_type	= UDP_ENCAP_ESPINUDP,
		.encap_rcv	= encap_udp_rcv,
		.encap_destroy	= encap_udp_closed,
	};
	struct sock *sk = sock->sk;
	struct vpntun_sock *vs;

	if (READ_ONCE(udp_sk(sk)->encap_rcv) == encap_udp_rcv) {
		vs = sock_state(sk);
		vs->users++;
		return vs;
	}
	if (udp_sk(sk)->encap_type || rcu_access_pointer(__sk_user_data(sk))) {
		NL_SET_ERR_MSG(extack, "socket is used by another kind of tunnel");
		return ERR_PTR(-EBUSY);
	}
	vs = kzalloc(sizeof(*vs), GFP_KERNEL);
	if (!vs)
		return ERR_PTR(-ENOMEM);
	vs->users = 1;
	vs->port = inet_sk(sk)->inet_sport;
	vs->v4 = sk->sk_family == AF_INET || !ipv6_only_sock(sk);
	vs->v6 = sk->sk_family == AF_INET6;
	vs->mc_loop = vpntun_sock_mc_loop(sk);
	sock_hold(sk);
	RCU_INIT_POINTER(vs->sk, sk);
	cfg.sk_user_data = vs;
	setup_udp_tunnel_sock(net, sk, &cfg);
	return vs;
}

/* Leave a plain UDP socket; socket and list are locked. Undoes sock_attach(). */
static void sock_detach(const struct vpntun_sock *vs, struct sock *sk)
{
	WRITE_ONCE(udp_sk(sk)->encap_rcv, NULL);
	WRITE_ONCE(udp_sk(sk)->encap_destroy, NULL);
	WRITE_ONCE(udp_sk(sk)->encap_type, 0);
	rcu_assign_sk_user_data(sk, NULL);
	inet_dec_convert_csum(sk);
	vpntun_sock_set_mc_loop(sk, vs->mc_loop);
}

/**
 * vpntun_sock_get() - share a UDP socket of the daemon
 * @net: the namespace it must be in
 * @fd: the daemon's file descriptor
 * @extack: for messages
 *
 * Context: process, of the daemon. The file is not held: closing it detaches.
 * Return: the socket, to be given back by vpntun_sock_put(), or an error pointer
 */
struct vpntun_sock *vpntun_sock_get(struct net *net, int fd, struct netlink_ext_ack *extack)
{
	struct vpntun_sock *vs;
	struct socket *sock;
	int err;

	sock = sockfd_lookup(fd, &err);
	if (!sock) {
		NL_SET_ERR_MSG(extack, "file descriptor is not a socket");
		return ERR_PTR(err);
	}
	err = sock_check(net, sock->sk, extack);
	if (err) {
		vs = ERR_PTR(err);
	} else {
		mutex_lock(&sock_lock);
		lock_sock(sock->sk);
		vs = sock_attach(net, sock, extack);
		release_sock(sock->sk);
		mutex_unlock(&sock_lock);
	}
	sockfd_put(sock);
	return vs;
}

/**
 * vpntun_sock_share() - one more user of a socket
 * @vs: the socket, or NULL
 *
 * Return: @vs
 */
struct vpntun_sock *vpntun_sock_share(struct vpntun_sock *vs)
{
	if (!vs)
		return NULL;
	mutex_lock(&sock_lock);
	vs->users++;
	mutex_unlock(&sock_lock);
	return vs;
}

/**
 * vpntun_sock_put() - one user less; the last one leaves a plain UDP socket
 * @vs: the socket
 *
 * Context: process.
 */
void vpntun_sock_put(struct vpntun_sock *vs)
{
	struct sock *sk;

	mutex_lock(&sock_lock);
	if (!--vs->users) {
		sk = rcu_dereference_protected(vs->sk, lockdep_is_held(&sock_lock));
		if (sk) {
			/* It may be closed as soon as encap_destroy is gone, not freed. */
			lock_sock(sk);
			sock_detach(vs, sk);
			release_sock(sk);
			sock_put(sk);
		}
		kfree_rcu(vs, rcu);
	}
	mutex_unlock(&sock_lock);
}
