// SPDX-License-Identifier: GPL-2.0
/*
 * Peers, where they are, and their children.
 */
#include <linux/hash.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/ipv6.h>

#include "vpntun.h"

static struct hlist_head *addr_bucket(struct net *net, const union vpntun_addr *addr, u16 family)
{
	u32 hash = family == AF_INET ? (__force u32)addr->v4 : ipv6_addr_hash(&addr->v6);

	return &vpntun_net(net)->peers[hash_32(hash, ilog2(VPNTUN_PEER_BUCKETS))];
}

static struct net *peer_outer(const struct vpntun_peer *peer)
{
	return rcu_dereference_protected(peer->vt->outer, lockdep_is_held(&peer->vt->lock));
}

static void endpoint_link(struct vpntun_endpoint *ep)
{
	struct net *net = peer_outer(ep->peer);
	struct vpntun_net *vn = vpntun_net(net);

	spin_lock_bh(&vn->peers_lock);
	hlist_add_head_rcu(&ep->node, addr_bucket(net, &ep->remote, ep->family));
	if (ep->sock)
		hlist_add_head_rcu(&ep->sock_node, &ep->sock->endpoints);
	spin_unlock_bh(&vn->peers_lock);
}

static void endpoint_free_rcu(struct rcu_head *rcu)
{
	vpntun_endpoint_free(container_of(rcu, struct vpntun_endpoint, rcu));
}

static void endpoint_unlink(struct vpntun_endpoint *ep)
{
	struct vpntun_net *vn = vpntun_net(peer_outer(ep->peer));

	spin_lock_bh(&vn->peers_lock);
	hlist_del_rcu(&ep->node);
	if (ep->sock)
		hlist_del_rcu(&ep->sock_node);
	spin_unlock_bh(&vn->peers_lock);
	if (ep->sock)
		vpntun_sock_put(ep->sock);
	call_rcu(&ep->rcu, endpoint_free_rcu);
}

/**
 * vpntun_peer_alloc() - make a peer that is not installed yet
 * @vt: its device
 * @id: its id
 * @name: its name for messages
 *
 * Return: the peer with the reference vpntun_peer_remove() drops, or NULL
 */
struct vpntun_peer *vpntun_peer_alloc(struct vpntun_dev *vt, u32 id, const char *name)
{
	struct vpntun_peer *peer = kzalloc(sizeof(*peer), GFP_KERNEL);

	if (!peer)
		return NULL;
	kref_init(&peer->ref);
	peer->vt = vt;
	peer->id = id;
	strscpy(peer->name, name, sizeof(peer->name));
	xa_init(&peer->children);
	vpntun_lane_init(&peer->lane);
	spin_lock_init(&peer->lock);
	vpntun_keepalive_init(peer);
	netdev_hold(vt->dev, &peer->tracker, GFP_KERNEL);
	return peer;
}

static void peer_release(struct kref *ref)
{
	struct vpntun_peer *peer = container_of(ref, struct vpntun_peer, ref);

	netdev_put(peer->vt->dev, &peer->tracker);
	kfree_rcu(peer, rcu);
}

/**
 * vpntun_peer_put() - drop a reference
 * @peer: the peer
 *
 * Context: process.
 */
void vpntun_peer_put(struct vpntun_peer *peer)
{
	kref_put(&peer->ref, peer_release);
}

/**
 * vpntun_peer_install() - add a peer to its device
 * @peer: from vpntun_peer_alloc()
 * @ep: where it is; taken over on success
 * @extack: for messages
 *
 * Context: the device's lock is held.
 * Return: 0, -EEXIST if the id is taken, or -ENOMEM
 */
int vpntun_peer_install(struct vpntun_peer *peer, struct vpntun_endpoint *ep,
			struct netlink_ext_ack *extack)
{
	int err = xa_insert(&peer->vt->peers, peer->id, peer, GFP_KERNEL);

	if (err == -EBUSY) {
		NL_SET_ERR_MSG(extack, "a peer with this id exists");
		err = -EEXIST;
	}
	if (err)
		return err;
	ep->peer = peer;
	rcu_assign_pointer(peer->ep, ep);
	endpoint_link(ep);
	vpntun_keepalive_start(peer);
	return 0;
}

/**
 * vpntun_peer_move() - give a peer another endpoint
 * @peer: an installed peer
 * @ep: where it is now; taken over
 *
 * Context: the device's lock is held.
 */
void vpntun_peer_move(struct vpntun_peer *peer, struct vpntun_endpoint *ep)
{
	struct vpntun_endpoint *old;

	old = rcu_dereference_protected(peer->ep, lockdep_is_held(&peer->vt->lock));
	ep->peer = peer;
	endpoint_link(ep);
	rcu_assign_pointer(peer->ep, ep);
	endpoint_unlink(old);
	vpntun_keepalive_start(peer);
	/* A later return to the address before is news again. */
	spin_lock_bh(&peer->lock);
	peer->seen_family = 0;
	spin_unlock_bh(&peer->lock);
}

/**
 * vpntun_peer_remove() - take a peer with its children and SAs out of use
 * @peer: an installed peer
 *
 * Context: process; the device's lock is held.
 */
void vpntun_peer_remove(struct vpntun_peer *peer)
{
	struct vpntun_endpoint *ep;
	struct vpntun_child *child;
	unsigned long id;

	xa_for_each(&peer->children, id, child)
		vpntun_child_remove(child);
	xa_erase(&peer->vt->peers, peer->id);
	ep = rcu_dereference_protected(peer->ep, lockdep_is_held(&peer->vt->lock));
	RCU_INIT_POINTER(peer->ep, NULL);
	vpntun_keepalive_stop(peer);
	endpoint_unlink(ep);
	vpntun_peer_put(peer);
}

static bool is_at(const struct vpntun_endpoint *ep, const union vpntun_addr *addr, u16 family)
{
	return ep->family == family && vpntun_addr_equal(&ep->remote, addr, family);
}

/**
 * vpntun_peer_by_source() - whose packet may this be, by outer source?
 * @net: outer namespace
 * @skb: the packet, network header at the outer one
 * @port: UDP source port, 0 for raw ESP
 *
 * Only for counting packets that belong to no SA: the source proves nothing.
 *
 * Context: RCU read lock.
 * Return: the peer at the address, one with the same port if there is one; or
 * NULL
 */
struct vpntun_peer *vpntun_peer_by_source(struct net *net, const struct sk_buff *skb, __be16 port)
{
	struct vpntun_peer *found = NULL;
	struct vpntun_endpoint *ep;
	union vpntun_addr addr;
	u16 family;

	family = vpntun_outer_source(skb, &addr);
	hlist_for_each_entry_rcu(ep, addr_bucket(net, &addr, family), node) {
		if (!is_at(ep, &addr, family))
			continue;
		found = ep->peer;
		if (ep->remote_port == port)
			break;
	}
	return found;
}

/* Does the peer have this outbound SA, whether it is the one that sends now or not? */
static bool peer_sends(struct vpntun_peer *peer, __be32 spi)
{
	struct vpntun_child *child;
	struct vpntun_sa *sa;
	unsigned long id;

	xa_for_each(&peer->children, id, child)
		list_for_each_entry_rcu(sa, &child->sas, list)
			if (sa->dir == VPNTUN_DIR_OUT && sa->spi == spi)
				return true;
	return false;
}

/**
 * vpntun_peer_by_spi() - to which peer did we send this packet?
 * @net: outer namespace
 * @addr: outer destination
 * @family: its family
 * @spi: SPI of the packet
 *
 * Context: RCU read lock.
 * Return: the peer, or NULL if it was none of ours
 */
struct vpntun_peer *vpntun_peer_by_spi(struct net *net, const union vpntun_addr *addr, u16 family,
				       __be32 spi)
{
	struct vpntun_endpoint *ep;

	hlist_for_each_entry_rcu(ep, addr_bucket(net, addr, family), node)
		if (is_at(ep, addr, family) && peer_sends(ep->peer, spi))
			return ep->peer;
	return NULL;
}

/* Tell of a new place, once. */
static noinline_for_stack void tell_mapping(struct vpntun_sa *sa, const union vpntun_addr *addr,
					    u16 family, __be16 port)
{
	struct vpntun_peer *peer = sa->child->peer;
	struct vpntun_event event = {
		.type = VPNTUN_EVENT_TYPE_MAPPING,
		.peer = peer,
		.child = sa->child,
		.sa = sa,
		.family = family,
		.remote = *addr,
		.port = port,
	};
	bool news;

	spin_lock_bh(&peer->lock);
	news = peer->seen_family != family || peer->seen_port != port ||
	       !vpntun_addr_equal(&peer->seen, addr, family);
	peer->seen = *addr;
	peer->seen_family = family;
	peer->seen_port = port;
	spin_unlock_bh(&peer->lock);
	if (news)
		vpntun_event_send(&event);
}

/**
 * vpntun_peer_check_mapping() - is the peer where we think it is?
 * @sa: inbound SA of a packet that proved authentic
 * @skb: the packet: data at the ESP header, outer headers in front still readable
 * @encap: how it came
 *
 * If it comes from another address or port, the daemon decides what to do (RFC
 * 7296 2.23).
 *
 * Context: softirqs off, RCU read lock.
 */
void vpntun_peer_check_mapping(struct vpntun_sa *sa, const struct sk_buff *skb, u8 encap)
{
	const struct vpntun_endpoint *ep = rcu_dereference(sa->child->peer->ep);
	union vpntun_addr addr;
	__be16 port = 0;
	u16 family;

	if (unlikely(!ep || ep->encap != encap))
		return;
	family = vpntun_outer_source(skb, &addr);
	if (encap == VPNTUN_ENCAP_UDP)
		port = ((const struct udphdr *)skb->data - 1)->source;
	if (unlikely(!is_at(ep, &addr, family) || ep->remote_port != port))
		tell_mapping(sa, &addr, family, port);
}

/**
 * vpntun_child_alloc() - make a child with room for selectors
 * @n_local: number of local selectors
 * @n_remote: number of remote selectors
 *
 * Return: the child with the reference vpntun_child_remove() drops, or NULL
 */
struct vpntun_child *vpntun_child_alloc(u32 n_local, u32 n_remote)
{
	struct vpntun_child *child = kzalloc(sizeof(*child), GFP_KERNEL);

	if (!child)
		return NULL;
	kref_init(&child->ref);
	INIT_LIST_HEAD(&child->sas);
	vpntun_hold_init_child(child);
	child->selectors = kcalloc(n_local + n_remote, sizeof(*child->selectors), GFP_KERNEL);
	child->entries = kcalloc(n_remote, sizeof(*child->entries), GFP_KERNEL);
	child->set.local = child->selectors;
	child->set.remote = child->selectors + n_local;
	child->set.n_local = n_local;
	child->set.n_remote = n_remote;
	if (child->selectors && child->entries)
		return child;
	vpntun_child_put(child);
	return NULL;
}

static void child_free_rcu(struct rcu_head *rcu)
{
	struct vpntun_child *child = container_of(rcu, struct vpntun_child, rcu);

	kfree(child->selectors);
	kfree(child->entries);
	kfree(child);
}

static void child_release(struct kref *ref)
{
	struct vpntun_child *child = container_of(ref, struct vpntun_child, ref);

	if (child->peer)
		vpntun_peer_put(child->peer);
	call_rcu(&child->rcu, child_free_rcu);
}

/**
 * vpntun_child_put() - drop a reference
 * @child: the child
 *
 * Context: process.
 */
void vpntun_child_put(struct vpntun_child *child)
{
	kref_put(&child->ref, child_release);
}

/*
 * Children of different peers must not claim the same packets: which peer would
 * get them? Those of one peer may, the more specific one then carries them.
 */
static bool overlaps_other_peer(const struct vpntun_child *child, struct vpntun_peer *own)
{
	struct vpntun_child *other;
	struct vpntun_peer *peer;
	unsigned long id, cid;

	xa_for_each(&own->vt->peers, id, peer) {
		if (peer == own)
			continue;
		xa_for_each(&peer->children, cid, other)
			if (selector_set_overlap(&child->set, &other->set))
				return true;
	}
	return false;
}

/**
 * vpntun_child_install() - add a child to a peer
 * @child: from vpntun_child_alloc(), with selectors that pass selector_check()
 * @peer: whose it is
 * @extack: for messages
 *
 * Context: the device's lock is held.
 * Return: 0, -EEXIST if the id or selectors are taken, or -ENOMEM
 */
int vpntun_child_install(struct vpntun_child *child, struct vpntun_peer *peer,
			 struct netlink_ext_ack *extack)
{
	int err;
	u32 i;

	selector_set_prepare(&child->set);
	if (overlaps_other_peer(child, peer)) {
		NL_SET_ERR_MSG(extack, "selectors overlap those of another peer's child");
		return -EEXIST;
	}
	err = xa_insert(&peer->children, child->id, child, GFP_KERNEL);
	if (err == -EBUSY) {
		NL_SET_ERR_MSG(extack, "the peer has a child with this id");
		err = -EEXIST;
	}
	if (err)
		return err;
	kref_get(&peer->ref);
	child->peer = peer;
	for (i = 0; i < child->set.n_remote; i++) {
		child->entries[i].sel = &child->set.remote[i];
		child->entries[i].set = &child->set;
		child->entries[i].owner = child;
		spd_insert(peer->vt->spd, &child->entries[i]);
	}
	return 0;
}

/**
 * vpntun_child_remove() - take a child with its SAs out of use
 * @child: an installed child
 *
 * Context: process; the device's lock is held.
 */
void vpntun_child_remove(struct vpntun_child *child)
{
	struct vpntun_sa *sa, *next;
	u32 i;

	for (i = 0; i < child->set.n_remote; i++)
		spd_remove(child->peer->vt->spd, &child->entries[i]);
	vpntun_hold_purge(child);
	list_for_each_entry_safe(sa, next, &child->sas, list)
		vpntun_sa_remove(sa);
	xa_erase(&child->peer->children, child->id);
	vpntun_child_put(child);
}
