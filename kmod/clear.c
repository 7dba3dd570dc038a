// SPDX-License-Identifier: GPL-2.0
/*
 * What must not come in clear: a packet that matches a child's selectors, as if
 * from the peer's side, and did not come out of a tunnel, is refused (RFC 4301
 * 5.2 step 3b). Otherwise anybody on the outer network could speak for the hosts
 * behind the peer.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/xfrm.h>

#include "vpntun.h"

#define IKE_PORT	500
#define IKE_NATT_PORT	4500

static bool is_ike_port(__be16 port)
{
	return port == htons(IKE_PORT) || port == htons(IKE_NATT_PORT);
}

/*
 * Packets that protection itself is made of: where a child covers the gateways'
 * own addresses, ESP and IKE match it, too. They are most of what comes by, and
 * known by their first bytes, but behind extension headers.
 */
static bool is_outer(const struct sk_buff *skb)
{
	u32 at = skb_network_offset(skb);
	const struct udphdr *udp;
	struct udphdr buf;
	u8 proto;

	if (skb->protocol == htons(ETH_P_IP)) {
		proto = ip_hdr(skb)->protocol;
		at += ip_hdr(skb)->ihl * 4;
		if (ip_hdr(skb)->frag_off & htons(IP_OFFSET))
			return proto == IPPROTO_ESP;
	} else {
		proto = ipv6_hdr(skb)->nexthdr;
		at += sizeof(struct ipv6hdr);
	}
	if (proto != IPPROTO_UDP)
		return proto == IPPROTO_ESP;
	udp = skb_header_pointer(skb, at, sizeof(buf), &buf);
	return udp && is_ike_port(udp->dest);
}

/* The same, wherever the protocol's header is. */
static bool is_outer_flow(struct sk_buff *skb)
{
	struct flow flow;

	if (!vpntun_flow_read(skb, &flow, false, true))
		return false;
	return flow.proto == IPPROTO_ESP ||
	       (flow.proto == IPPROTO_UDP && flow.has_ports && is_ike_port(htons(flow.local.port)));
}

/* A child for all addresses says nothing of where a packet has to come from; the routes do. */
static unsigned int clear_check(struct vpntun_dev *vt, struct sk_buff *skb)
{
	struct vpntun_child *child;
	struct flow flow;

	if (!vpntun_flow_read(skb, &flow, false, READ_ONCE(vt->spd->upper)))
		return NF_ACCEPT;	/* what is malformed, the stack drops */
	child = spd_lookup(vt->spd, &flow);
	if (likely(!child) || !child->set.nets || is_outer_flow(skb))
		return NF_ACCEPT;
	vpntun_drop(vt, child->peer, NULL, 0, VPNTUN_C_rx_clear);
	return NF_DROP;
}

static unsigned int clear_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct vpntun_net *vn = vpntun_net(state->net);
	struct vpntun_dev *vt;

	if (likely(list_empty(&vn->inner)) || state->in->rtnl_link_ops == &vpntun_link_ops ||
	    is_outer(skb) || state->in->flags & IFF_LOOPBACK || secpath_exists(skb))
		return NF_ACCEPT;
	list_for_each_entry_rcu(vt, &vn->inner, inner_node)
		if (unlikely(clear_check(vt, skb) != NF_ACCEPT))
			return NF_DROP;
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
