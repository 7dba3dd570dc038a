// SPDX-License-Identifier: GPL-2.0
/*
 * vpntun: IPsec ESP tunnels as a network device. Loading, unloading and what is
 * kept for each network namespace.
 */
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>

#include "vpntun.h"

unsigned int vpntun_net_id;

/* Frees SAs, runs their timers and sends notifications. */
struct workqueue_struct *vpntun_wq;

static int __net_init vpntun_net_init(struct net *net)
{
	struct vpntun_net *vn = vpntun_net(net);
	int i, err;

	vn->net = net;
	INIT_LIST_HEAD(&vn->devs);
	spin_lock_init(&vn->peers_lock);
	for (i = 0; i < VPNTUN_PEER_BUCKETS; i++)
		INIT_HLIST_HEAD(&vn->peers[i]);
	vpntun_event_init(vn);
	err = rhashtable_init(&vn->spis, &vpntun_spi_params);
	if (err)
		return err;
	err = vpntun_clear_net_init(net);
	if (err)
		rhashtable_destroy(&vn->spis);
	return err;
}

/*
 * Devices created here but moved elsewhere outlive this namespace, without any
 * way out: their SAs go now, while the namespace can still be referred to.
 */
static void __net_exit vpntun_net_pre_exit(struct net *net)
{
	struct vpntun_net *vn = vpntun_net(net);
	struct vpntun_dev *vt, *next;

	rtnl_lock();
	list_for_each_entry_safe(vt, next, &vn->devs, node)
		vpntun_dev_detach_outer(vt);
	rtnl_unlock();
}

static void __net_exit vpntun_net_exit(struct net *net)
{
	struct vpntun_net *vn = vpntun_net(net);

	vpntun_clear_net_exit(net);
	vpntun_event_exit(vn);
	rhashtable_destroy(&vn->spis);
}

/*
 * A subsystem, not a device: its exit comes after the namespace's devices are
 * gone, so no packet can look an SA up in a table that was freed.
 */
static struct pernet_operations vpntun_net_ops = {
	.init		= vpntun_net_init,
	.pre_exit	= vpntun_net_pre_exit,
	.exit		= vpntun_net_exit,
	.id		= &vpntun_net_id,
	.size		= sizeof(struct vpntun_net),
};

static int __init vpntun_init(void)
{
	int err;

	vpntun_wq = alloc_workqueue("vpntun", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!vpntun_wq)
		return -ENOMEM;
	err = vpntun_lane_start();
	if (err)
		goto err_wq;
	err = vpntun_segment_start();
	if (err)
		goto err_lane;
	err = register_pernet_subsys(&vpntun_net_ops);
	if (err)
		goto err_segment;
	err = vpntun_clear_init();
	if (err)
		goto err_net;
	err = genl_register_family(&vpntun_nl_family);
	if (err)
		goto err_clear;
	err = rtnl_link_register(&vpntun_link_ops);
	if (err)
		goto err_genl;
	err = vpntun_encap_init();
	if (err)
		goto err_link;
	pr_info("vpntun: IPsec ESP tunnels, version " VPNTUN_VERSION "\n");
	return 0;

err_link:
	rtnl_link_unregister(&vpntun_link_ops);
err_genl:
	genl_unregister_family(&vpntun_nl_family);
err_clear:
	vpntun_clear_exit();
err_net:
	unregister_pernet_subsys(&vpntun_net_ops);
err_segment:
	vpntun_segment_stop();
err_lane:
	vpntun_lane_stop();
err_wq:
	destroy_workqueue(vpntun_wq);
	return err;
}

static void __exit vpntun_exit(void)
{
	vpntun_encap_exit();
	genl_unregister_family(&vpntun_nl_family);
	/* Deletes all devices and waits for the packets they have in flight. */
	rtnl_link_unregister(&vpntun_link_ops);
	vpntun_clear_exit();
	unregister_pernet_subsys(&vpntun_net_ops);
	vpntun_segment_stop();
	vpntun_lane_stop();
	rcu_barrier();			/* drops the last references ... */
	rcu_barrier();			/* ... queues what waited for a grace period ... */
	destroy_workqueue(vpntun_wq);	/* ... runs it ... */
	rcu_barrier();			/* ... and what it left to RCU in turn */
	vpntun_crypt_exit();
}

module_init(vpntun_init);
module_exit(vpntun_exit);

MODULE_DESCRIPTION("IPsec ESP tunnels as a network device");
MODULE_LICENSE("GPL");
MODULE_VERSION(VPNTUN_VERSION);
MODULE_ALIAS_RTNL_LINK("vpntun");
MODULE_ALIAS_GENL_FAMILY(VPNTUN_FAMILY_NAME);
