// SPDX-License-Identifier: GPL-2.0
/*
 * What must not come in clear: a packet that matches a child's selectors, as if
 * from the peer's side, and did not come out of a tunnel, is refused (RFC 4301
 * 5.2 step 3b). Otherwise anybody on the outer network could speak for the hosts
 * behind the peer.
 */
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/udp.h>
#include <net/xfrm.h>

#include "vpntun.h"

#define IKE_PORT	500
#define IKE_NATT_PORT	4500

/*
 * Packets that protection itself is made of: where a child covers the gateways'
 * own addresses, ESP and IKE match it, too.
 */
static bool is_outer(const struct flow *flow)
{
	if (flow->proto == IPPROTO_ESP)
		return true;
	return flow->proto == IPPROTO_UDP && flow->has_ports &&
	       (flow->local.port == IKE_PORT || flow->local.port == IKE_NATT_PORT);
}

/* A child for all addresses says nothing of where a packet has to come from; the routes do. */
static bool names_networks(const struct vpntun_child *child)
{
	u32 i;

	for (i = 0; i < child->set.n_remote; i++)
		if (!child->set.remote[i].prefixlen)
			return false;
	return true;
}

static unsigned int clear_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct vpntun_net *vn = vpntun_net(state->net);
	struct vpntun_child *child;
	struct vpntun_dev *vt;
	struct flow flow;

	if (likely(list_empty(&vn->inner)))
		return NF_ACCEPT;
	if (state->in->flags & IFF_LOOPBACK || state->in->rtnl_link_ops == &vpntun_link_ops ||
	    secpath_exists(skb))
		return NF_ACCEPT;
	if (!vpntun_flow_parse(skb, &flow, false) || is_outer(&flow))
		return NF_ACCEPT;	/* what is malformed, the stack drops */
	list_for_each_entry_rcu(vt, &vn->inner, inner_node) {
		child = spd_lookup(vt->spd, &flow);
		if (!child || !names_networks(child))
			continue;
		vpntun_drop(vt, child->peer, NULL, 0, VPNTUN_C_rx_clear);
		return NF_DROP;
	}
	return NF_ACCEPT;
}

/* After the fragments were put together, where they are; before any rule sees the packet. */
static const struct nf_hook_ops clear_ops[] = {
	{
		.hook		= clear_hook,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= NF_IP_PRI_RAW,
	}, {
		.hook		= clear_hook,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= NF_IP6_PRI_RAW,
	},
};

/* A device shows up in a namespace, or leaves it: by name or by moving. */
static int clear_netdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct vpntun_dev *vt;

	if (dev->rtnl_link_ops != &vpntun_link_ops)
		return NOTIFY_DONE;
	vt = netdev_priv(dev);
	if (event == NETDEV_REGISTER) {
		list_add_rcu(&vt->inner_node, &vpntun_net(dev_net(dev))->inner);
	} else if (event == NETDEV_UNREGISTER && !list_empty(&vt->inner_node)) {
		list_del_rcu(&vt->inner_node);
		synchronize_net();	/* before it may enter another list */
		INIT_LIST_HEAD(&vt->inner_node);
	}
	return NOTIFY_DONE;
}

static struct notifier_block clear_notifier = {
	.notifier_call = clear_netdev_event,
};

/**
 * vpntun_clear_net_init() - watch what comes into a namespace
 * @net: the namespace
 *
 * Return: 0 or an error
 */
int vpntun_clear_net_init(struct net *net)
{
	INIT_LIST_HEAD(&vpntun_net(net)->inner);
	return nf_register_net_hooks(net, clear_ops, ARRAY_SIZE(clear_ops));
}

/**
 * vpntun_clear_net_exit() - the namespace ends
 * @net: the namespace
 */
void vpntun_clear_net_exit(struct net *net)
{
	nf_unregister_net_hooks(net, clear_ops, ARRAY_SIZE(clear_ops));
}

/**
 * vpntun_clear_init() - learn of devices
 *
 * Return: 0 or an error
 */
int vpntun_clear_init(void)
{
	return register_netdevice_notifier(&clear_notifier);
}

/**
 * vpntun_clear_exit() - undo vpntun_clear_init(), when no device is left
 */
void vpntun_clear_exit(void)
{
	unregister_netdevice_notifier(&clear_notifier);
}
