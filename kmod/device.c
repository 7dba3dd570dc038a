// SPDX-License-Identifier: GPL-2.0
/*
 * The network device: creation, deletion, namespaces, ethtool.
 */
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/inetdevice.h>
#include <linux/random.h>
#include <net/addrconf.h>
#include <net/ip_tunnels.h>
#include <net/rtnetlink.h>
#include <net/udp.h>

#include "compat.h"
#include "vpntun.h"

/*
 * Default MTU: the ESP packet of the widest algorithm pair (CBC with a 16-byte
 * IV and a 32-byte ICV) in UDP in IPv4 still fits 1500 bytes; it is also what
 * cloud gateways ask for. The minimum is IPv4's; below 1280 bytes the stack
 * turns IPv6 off on the device by itself.
 */
#define VPNTUN_MTU		1400
#define VPNTUN_HEAD_MAX		(sizeof(struct ipv6hdr) + sizeof(struct udphdr) + \
				 ESP_FMT_HDR_LEN + ESP_FMT_IV_MAX)
#define VPNTUN_MTU_MAX		(IP_MAX_MTU - VPNTUN_HEAD_MAX - ESP_FMT_TAIL_MAX)

/*
 * Super-packets of every kind are one unit of work here; it is we who cut them.
 * RXCSUM: what the ICV proved is not summed up again.
 */
#define VPNTUN_FEATURES		(NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_RXCSUM |	\
				 NETIF_F_GSO_SOFTWARE | NETIF_F_GSO_ENCAP_ALL |		\
				 NETIF_F_HIGHDMA)

static int vpntun_dev_init(struct net_device *dev)
{
	struct vpntun_dev *vt = netdev_priv(dev);
	struct net *net;
	int err = -ENOMEM;

	vt->spd = spd_alloc(get_random_u64(), get_random_u64());
	if (!vt->spd)
		return err;
	vt->stats = alloc_percpu(struct vpntun_stats);
	if (!vt->stats)
		goto err_spd;
	err = vpntun_tstats_alloc(dev);
	if (err)
		goto err_stats;
	err = vpntun_rxq_init(vt);
	if (err)
		goto err_tstats;
	net = rcu_dereference_protected(vt->outer, true);	/* not yet visible */
	list_add_rcu(&vt->node, &vpntun_net(net)->devs);
	return 0;

err_tstats:
	vpntun_tstats_free(dev);
err_stats:
	free_percpu(vt->stats);
err_spd:
	spd_free(vt->spd);
	return err;
}

static void vpntun_dev_flush(struct vpntun_dev *vt)
{
	struct vpntun_peer *peer;
	unsigned long id;

	lockdep_assert_held(&vt->lock);
	xa_for_each(&vt->peers, id, peer)
		vpntun_peer_remove(peer);
}

/**
 * vpntun_dev_detach_outer() - the namespace of the outer packets goes away
 * @vt: the device; lives on without peers and takes no new ones
 *
 * Context: RTNL.
 */
void vpntun_dev_detach_outer(struct vpntun_dev *vt)
{
	netif_carrier_off(vt->dev);
	mutex_lock(&vt->lock);
	vpntun_dev_flush(vt);
	RCU_INIT_POINTER(vt->outer, NULL);
	list_del_rcu(&vt->node);
	mutex_unlock(&vt->lock);
}

/* RTNL is held; the device is down and no packet is being transmitted. */
static void vpntun_dev_uninit(struct net_device *dev)
{
	struct vpntun_dev *vt = netdev_priv(dev);

	mutex_lock(&vt->lock);
	vt->dead = true;
	vpntun_dev_flush(vt);
	vpntun_hold_exit(vt);
	if (rcu_access_pointer(vt->outer)) {
		list_del_rcu(&vt->node);
		/* The namespace may end before the last packet is back from the cipher. */
		RCU_INIT_POINTER(vt->outer, NULL);
	}
	mutex_unlock(&vt->lock);
	vpntun_rxq_stop(vt);
}

/* Undoes vpntun_dev_init(), when nobody holds the net_device any more. */
static void vpntun_dev_free(struct net_device *dev)
{
	struct vpntun_dev *vt = netdev_priv(dev);

	vpntun_rxq_free(vt);
	vpntun_tstats_free(dev);
	free_percpu(vt->stats);
	spd_free(vt->spd);
	xa_destroy(&vt->peers);
	mutex_destroy(&vt->lock);
}

/*
 * A hub forwards from one peer to another through the same device: the stack
 * must not tell the sender of a shorter way, there is none. Either of the two
 * settings alone would have it do so. Link-local addresses mean nothing here.
 */
static int vpntun_dev_open(struct net_device *dev)
{
	struct in_device *in4 = __in_dev_get_rtnl(dev);
	struct inet6_dev *in6 = __in6_dev_get(dev);

	if (in4) {
		IN_DEV_CONF_SET(in4, SEND_REDIRECTS, false);
		IPV4_DEVCONF_ALL(dev_net(dev), SEND_REDIRECTS) = false;
	}
	if (in6)
		in6->cnf.addr_gen_mode = IN6_ADDR_GEN_MODE_NONE;
	return 0;
}

static int vpntun_dev_stop(struct net_device *dev)
{
	vpntun_hold_purge_dev(netdev_priv(dev));
	return 0;
}

static const struct net_device_ops vpntun_netdev_ops = {
	.ndo_init		= vpntun_dev_init,
	.ndo_uninit		= vpntun_dev_uninit,
	.ndo_open		= vpntun_dev_open,
	.ndo_stop		= vpntun_dev_stop,
	.ndo_start_xmit		= vpntun_xmit,
	.ndo_get_stats64	= dev_get_tstats64,
};

/*
 * The cipher's driver: that of the first child with an SA to send with, and a "+"
 * if others have another.
 */
static void vpntun_ciphers(struct vpntun_dev *vt, char *to, size_t len)
{
	struct vpntun_child *child;
	const char *first = NULL;
	struct vpntun_peer *peer;
	unsigned long id, cid;
	struct vpntun_sa *sa;

	mutex_lock(&vt->lock);
	xa_for_each(&vt->peers, id, peer) {
		xa_for_each(&peer->children, cid, child) {
			sa = rcu_dereference_protected(child->out, lockdep_is_held(&vt->lock));
			if (!sa || (first && !strcmp(first, vpntun_aead_driver(sa))))
				continue;
			if (first) {
				snprintf(to, len, "%.*s+", (int)len - 2, first);
				goto out;
			}
			first = vpntun_aead_driver(sa);
			strscpy(to, first, len);
		}
	}
out:
	mutex_unlock(&vt->lock);
}

static void vpntun_get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, "vpntun", sizeof(info->driver));
	strscpy(info->version, VPNTUN_VERSION, sizeof(info->version));
	/* There is no firmware; what does the work is named in its place. */
	vpntun_ciphers(netdev_priv(dev), info->fw_version, sizeof(info->fw_version));
}

static int vpntun_get_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? VPNTUN_STATS_COUNT : -EOPNOTSUPP;
}

static void vpntun_get_strings(struct net_device *dev, u32 set, u8 *data)
{
	int i;

	if (set != ETH_SS_STATS)
		return;
	for (i = 0; i < VPNTUN_STATS_COUNT; i++)
		ethtool_sprintf(&data, "%s", vpntun_counter_names[i]);
}

static void vpntun_get_ethtool_stats(struct net_device *dev, struct ethtool_stats *stats,
				     u64 *data)
{
	vpntun_stats_read(netdev_priv(dev), data);
}

static const struct ethtool_ops vpntun_ethtool_ops = {
	.get_drvinfo		= vpntun_get_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_sset_count		= vpntun_get_sset_count,
	.get_strings		= vpntun_get_strings,
	.get_ethtool_stats	= vpntun_get_ethtool_stats,
};

static const struct device_type vpntun_device_type = { .name = "vpntun" };

static void vpntun_setup(struct net_device *dev)
{
	struct vpntun_dev *vt = netdev_priv(dev);

	dev->netdev_ops = &vpntun_netdev_ops;
	dev->ethtool_ops = &vpntun_ethtool_ops;
	dev->header_ops = &ip_tunnel_header_ops;
	dev->type = ARPHRD_NONE;
	dev->flags = IFF_POINTOPOINT | IFF_NOARP;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->needed_headroom = VPNTUN_HEAD_MAX;	/* grows where it was not enough */
	dev->needed_tailroom = ESP_FMT_TAIL_MAX;
	dev->mtu = VPNTUN_MTU;
	dev->min_mtu = IPV4_MIN_MTU;
	dev->max_mtu = VPNTUN_MTU_MAX;
	dev->features |= VPNTUN_FEATURES;
	dev->hw_features |= VPNTUN_FEATURES;
	dev->hw_enc_features |= VPNTUN_FEATURES;
	vpntun_set_lltx(dev);
	netif_keep_dst(dev);	/* for ICMP errors to the inner sender */
	SET_NETDEV_DEVTYPE(dev, &vpntun_device_type);
	dev->priv_destructor = vpntun_dev_free;
	dev->needs_free_netdev = true;

	vt->dev = dev;
	mutex_init(&vt->lock);
	xa_init(&vt->peers);
	vpntun_hold_init(vt);
	INIT_LIST_HEAD(&vt->inner_node);
}

VPNTUN_NEWLINK(vpntun_newlink, dev, net, extack)
{
	struct vpntun_dev *vt = netdev_priv(dev);

	/* As with WireGuard: outer packets stay where the device was made. */
	RCU_INIT_POINTER(vt->outer, net);
	return register_netdevice(dev);
}

struct rtnl_link_ops vpntun_link_ops __read_mostly = {
	.kind		= "vpntun",
	.priv_size	= sizeof(struct vpntun_dev),
	.setup		= vpntun_setup,
	.newlink	= vpntun_newlink,
};

static struct vpntun_dev *dev_in(struct net *net, u32 ifindex)
{
	struct net_device *dev = dev_get_by_index_rcu(net, ifindex);

	return dev && dev->rtnl_link_ops == &vpntun_link_ops ? netdev_priv(dev) : NULL;
}

/* A device that was created here and moved away; its index may be no other's. */
static struct vpntun_dev *dev_moved(struct net *net, u32 ifindex)
{
	struct vpntun_dev *vt, *found = NULL;

	list_for_each_entry_rcu(vt, &vpntun_net(net)->devs, node) {
		if (vt->dev->ifindex != ifindex || net_eq(dev_net(vt->dev), net) ||
		    vt->dev->reg_state != NETREG_REGISTERED)
			continue;
		if (found)
			return ERR_PTR(-ENOTUNIQ);
		found = vt;
	}
	return found;
}

/*
 * An index belongs to a namespace, and a request may mean one of three devices:
 * that of the asker's namespace that was also created there; one that was created
 * there and moved away, of which the daemon beside the outer sockets keeps
 * control; one that came from elsewhere, which the daemon there controls, too. In
 * this order: a device that others control never hides one's own.
 */
static struct vpntun_dev *dev_choose(struct net *net, u32 ifindex)
{
	struct vpntun_dev *here = dev_in(net, ifindex);
	struct vpntun_dev *moved;

	if (here && rcu_access_pointer(here->outer) == net)
		return here;
	moved = dev_moved(net, ifindex);
	return moved ?: here;
}

/**
 * vpntun_dev_find() - find a device for configuration
 * @net: namespace of who asks
 * @ifindex: index of the device, where that is now
 * @tracker: reference to drop with netdev_put()
 * @extack: for messages
 *
 * Context: process.
 * Return: the device with a reference; -ENODEV; or -ENOTUNIQ if several devices
 * were moved away and got the same index
 */
struct vpntun_dev *vpntun_dev_find(struct net *net, const struct nlattr *ifindex,
				   netdevice_tracker *tracker, struct netlink_ext_ack *extack)
{
	struct vpntun_dev *vt;

	rcu_read_lock();
	vt = dev_choose(net, nla_get_u32(ifindex)) ?: ERR_PTR(-ENODEV);
	if (!IS_ERR(vt))
		netdev_hold(vt->dev, tracker, GFP_ATOMIC);
	rcu_read_unlock();
	if (vt == ERR_PTR(-ENODEV))
		NL_SET_ERR_MSG_ATTR(extack, ifindex, "no vpntun device with this index");
	if (vt == ERR_PTR(-ENOTUNIQ))
		NL_SET_ERR_MSG_ATTR(extack, ifindex, "several moved devices have this index");
	return vt;
}
