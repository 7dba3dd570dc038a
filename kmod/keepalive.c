// SPDX-License-Identifier: GPL-2.0
/*
 * NAT keepalives (RFC 3948 2.3): where nothing was sent to a peer for a while, one
 * byte from the daemon's socket keeps the mapping of a NAT on the way alive. It is
 * sent through the socket itself, so it goes the way of the daemon's own packets.
 *
 * Each peer has a timer that runs once per interval and asks its SAs when they
 * sent last: the packet path does nothing for it.
 */
#include <linux/in.h>
#include <linux/ipv6.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/socket.h>
#include <linux/uio.h>
#include <net/sock.h>

#include "trace.h"
#include "vpntun.h"

#define NAT_KEEPALIVE	0xff

/**
 * struct keepalive - where one goes
 * @sk: the socket, held; NULL if none is to be sent
 * @interval: in jiffies, 0 for never
 * @local: source, all zero for the route's
 * @remote: destination
 * @port: destination
 * @family: of both
 */
struct keepalive {
	struct sock *sk;
	unsigned long interval;
	union vpntun_addr local;
	union vpntun_addr remote;
	__be16 port;
	u16 family;
};

static unsigned long endpoint_interval(const struct vpntun_endpoint *ep)
{
	return ep && ep->encap == VPNTUN_ENCAP_UDP ? ep->manner.keepalive * HZ : 0;
}

/* What to send now; the endpoint may be gone the next moment. */
static void keepalive_prepare(struct keepalive *ka, struct vpntun_peer *peer)
{
	const struct vpntun_endpoint *ep = rcu_dereference(peer->ep);

	memset(ka, 0, sizeof(*ka));
	ka->interval = endpoint_interval(ep);
	if (!ka->interval)
		return;
	ka->sk = rcu_dereference(ep->sock->sk);
	if (ka->sk && !refcount_inc_not_zero(&ka->sk->sk_refcnt))
		ka->sk = NULL;
	ka->local = ep->local;
	ka->remote = ep->remote;
	ka->port = ep->remote_port;
	ka->family = ep->family;
}

/* For how long the peer was sent nothing, in jiffies. */
static unsigned long silence(struct vpntun_peer *peer, unsigned long most)
{
	struct vpntun_sa_stats sum;
	struct vpntun_child *child;
	struct vpntun_sa *sa;
	unsigned long id;

	xa_for_each(&peer->children, id, child) {
		sa = rcu_dereference(child->out);
		if (!sa)
			continue;
		vpntun_sa_read(sa, &sum);
		if (sum.packets)
			most = min(most, jiffies - sum.last);
	}
	return most;
}

static void put_pktinfo4(struct msghdr *msg, struct cmsghdr *cmsg, const union vpntun_addr *local)
{
	struct in_pktinfo info = { .ipi_spec_dst.s_addr = local->v4 };

	cmsg->cmsg_level = IPPROTO_IP;
	cmsg->cmsg_type = IP_PKTINFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
	msg->msg_controllen = CMSG_SPACE(sizeof(info));
}

static void put_pktinfo6(struct msghdr *msg, struct cmsghdr *cmsg, const union vpntun_addr *local)
{
	struct in6_pktinfo info = { .ipi6_addr = local->v6 };

	cmsg->cmsg_level = IPPROTO_IPV6;
	cmsg->cmsg_type = IPV6_PKTINFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
	msg->msg_controllen = CMSG_SPACE(sizeof(info));
}

static int keepalive_send(const struct keepalive *ka)
{
	static const union vpntun_addr any;
	union {
		struct cmsghdr head;
		u8 room[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	} control = {};
	union {
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} to = {};
	u8 byte = NAT_KEEPALIVE;
	struct kvec vec = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_name	= &to,
		.msg_flags	= MSG_DONTWAIT | MSG_NOSIGNAL,
		.msg_control	= &control,
	};
	bool bound = memcmp(&ka->local, &any, sizeof(any));

	if (ka->family == AF_INET) {
		to.v4.sin_family = AF_INET;
		to.v4.sin_addr.s_addr = ka->remote.v4;
		to.v4.sin_port = ka->port;
		msg.msg_namelen = sizeof(to.v4);
		if (bound)
			put_pktinfo4(&msg, &control.head, &ka->local);
	} else {
		to.v6.sin6_family = AF_INET6;
		to.v6.sin6_addr = ka->remote.v6;
		to.v6.sin6_port = ka->port;
		msg.msg_namelen = sizeof(to.v6);
		if (bound)
			put_pktinfo6(&msg, &control.head, &ka->local);
	}
	iov_iter_kvec(&msg.msg_iter, ITER_SOURCE, &vec, 1, 1);
	return READ_ONCE(ka->sk->sk_prot)->sendmsg(ka->sk, &msg, 1);
}

/* Runs when the peer may have been silent for an interval. */
static void keepalive_work(struct work_struct *work)
{
	struct vpntun_peer *peer = container_of(to_delayed_work(work), struct vpntun_peer,
						keepalive);
	unsigned long quiet = 0;
	struct keepalive ka;

	rcu_read_lock();
	keepalive_prepare(&ka, peer);
	if (ka.sk)
		quiet = silence(peer, ka.interval);
	rcu_read_unlock();
	if (!ka.sk)	/* another endpoint starts it again */
		return;
	if (quiet >= ka.interval) {
		if (keepalive_send(&ka) == 1) {
			vpntun_tally(peer->vt, VPNTUN_T_keepalives_sent, 1);
			trace_vpntun_keepalive(peer, 0);
		}
		quiet = 0;
	}
	sock_put(ka.sk);
	queue_delayed_work(vpntun_wq, &peer->keepalive, ka.interval - quiet);
}

/**
 * vpntun_keepalive_init() - a peer is made
 * @peer: the peer
 */
void vpntun_keepalive_init(struct vpntun_peer *peer)
{
	INIT_DELAYED_WORK(&peer->keepalive, keepalive_work);
}

/**
 * vpntun_keepalive_start() - a peer has a new endpoint
 * @peer: an installed peer
 *
 * The first one comes somewhat early, or those of all peers that were installed
 * together would be sent together ever after.
 *
 * Context: process; the device's lock is held.
 */
void vpntun_keepalive_start(struct vpntun_peer *peer)
{
	const struct vpntun_endpoint *ep;
	unsigned long interval;

	ep = rcu_dereference_protected(peer->ep, lockdep_is_held(&peer->vt->lock));
	interval = endpoint_interval(ep);
	if (interval)
		mod_delayed_work(vpntun_wq, &peer->keepalive,
				 interval - get_random_u32() % (interval / 4 + 1));
	else
		cancel_delayed_work(&peer->keepalive);
}

/**
 * vpntun_keepalive_stop() - a peer goes away
 * @peer: the peer; without endpoint
 *
 * Context: process.
 */
void vpntun_keepalive_stop(struct vpntun_peer *peer)
{
	cancel_delayed_work_sync(&peer->keepalive);
}
