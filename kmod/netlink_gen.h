/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	uapi/vpntun.yaml */
/* YNL-GEN kernel header */
/* To regenerate run: uapi/regen */

#ifndef _LINUX_VPNTUN_GEN_H
#define _LINUX_VPNTUN_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/vpntun.h>

/* Common nested types */
extern const struct nla_policy vpntun_child_nl_policy[VPNTUN_A_CHILD_ACQUIRE + 1];
extern const struct nla_policy vpntun_peer_nl_policy[VPNTUN_A_PEER_KEEPALIVE + 1];
extern const struct nla_policy vpntun_sa_nl_policy[VPNTUN_A_SA_TFC_PAD + 1];
extern const struct nla_policy vpntun_selector_nl_policy[VPNTUN_A_SELECTOR_PORT_MAX + 1];

/* Global operation policy for vpntun */
extern const struct nla_policy vpntun_nl_policy[VPNTUN_A_SA + 1];

/* Ops table for vpntun */
extern const struct genl_small_ops vpntun_nl_ops[11];

int vpntun_nl_peer_new_doit(struct sk_buff *skb, struct genl_info *info);
int vpntun_nl_peer_set_doit(struct sk_buff *skb, struct genl_info *info);
int vpntun_nl_peer_del_doit(struct sk_buff *skb, struct genl_info *info);
int vpntun_nl_peer_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vpntun_nl_child_new_doit(struct sk_buff *skb, struct genl_info *info);
int vpntun_nl_child_del_doit(struct sk_buff *skb, struct genl_info *info);
int vpntun_nl_child_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int vpntun_nl_sa_new_doit(struct sk_buff *skb, struct genl_info *info);
int vpntun_nl_sa_promote_doit(struct sk_buff *skb, struct genl_info *info);
int vpntun_nl_sa_del_doit(struct sk_buff *skb, struct genl_info *info);
int vpntun_nl_sa_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);

enum {
	VPNTUN_NLGRP_EVENTS,
};

#endif /* _LINUX_VPNTUN_GEN_H */
