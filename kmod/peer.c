// SPDX-License-Identifier: GPL-2.0
/*
 * Peers, where they are, and their children.
 */
#include <linux/hash.h>
#include <linux/slab.h>

#include "vpntun.h"

static struct hlist_head *addr_bucket(struct net *net, __be32 addr)
{
	return &vpntun_net(net)->peers[hash_32((__force u32)addr, ilog2(VPNTUN_PEER_BUCKETS))];
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
	hlist_add_head_rcu(&ep->node, addr_bucket(net, ep->remote.v4));
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
	spin_unlock_bh(&vn->peers_lock);
	if (ep->sock)
		vpntun_sock_put(ep->sock);
	call_rcu(&ep->rcu, endpoint_free_rcu);
}

/**
 * vpntun_endpoint_free() - free an endpoint nobody can see
 * @ep: the endpoint; its socket was put before
 *
 * Context: any.
 */
void vpntun_endpoint_free(struct vpntun_endpoint *ep)
{
	dst_cache_destroy(&ep->dst);
	kfree(ep);
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
	memset(&peer->seen, 0, sizeof(peer->seen));
	peer->seen_port = 0;
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

/**
 * vpntun_peer_by_addr() - whose packet may this be, by outer source?
 * @net: outer namespace
 * @addr: outer source
 * @port: UDP source port, 0 for raw ESP
 *
 * Only for counting packets that belong to no SA: the source proves nothing.
 *
 * Context: RCU read lock.
 * Return: the peer at the address, one with the same port if there is one; or
 * NULL
 */
struct vpntun_peer *vpntun_peer_by_addr(struct net *net, __be32 addr, __be16 port)
{
	struct vpntun_peer *found = NULL;
	struct vpntun_endpoint *ep;

	hlist_for_each_entry_rcu(ep, addr_bucket(net, addr), node) {
		if (ep->remote.v4 != addr)
			continue;
		found = ep->peer;
		if (ep->remote_port == port)
			break;
	}
	return found;
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
