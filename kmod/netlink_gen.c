// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	uapi/vpntun.yaml */
/* YNL-GEN kernel source */
/* To regenerate run: uapi/regen */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/vpntun.h>

/* Common nested types */
const struct nla_policy vpntun_child_nl_policy[VPNTUN_A_CHILD_ACQUIRE + 1] = {
	[VPNTUN_A_CHILD_ID] = { .type = NLA_U32, },
	[VPNTUN_A_CHILD_PEER_ID] = { .type = NLA_U32, },
	[VPNTUN_A_CHILD_LOCAL_TS] = NLA_POLICY_NESTED(vpntun_selector_nl_policy),
	[VPNTUN_A_CHILD_REMOTE_TS] = NLA_POLICY_NESTED(vpntun_selector_nl_policy),
	[VPNTUN_A_CHILD_ACQUIRE] = { .type = NLA_U8, },
};

const struct nla_policy vpntun_peer_nl_policy[VPNTUN_A_PEER_KEEPALIVE + 1] = {
	[VPNTUN_A_PEER_ID] = { .type = NLA_U32, },
	[VPNTUN_A_PEER_FAMILY] = { .type = NLA_U16, },
	[VPNTUN_A_PEER_LOCAL] = NLA_POLICY_MAX_LEN(16),
	[VPNTUN_A_PEER_REMOTE] = NLA_POLICY_MAX_LEN(16),
	[VPNTUN_A_PEER_ENCAP] = NLA_POLICY_MAX(NLA_U32, 1),
	[VPNTUN_A_PEER_LOCAL_PORT] = { .type = NLA_BE16, },
	[VPNTUN_A_PEER_REMOTE_PORT] = { .type = NLA_BE16, },
	[VPNTUN_A_PEER_SOCKET] = { .type = NLA_U32, },
	[VPNTUN_A_PEER_NAME] = { .type = NLA_NUL_STRING, .len = 63, },
	[VPNTUN_A_PEER_DF] = NLA_POLICY_MAX(NLA_U32, 2),
	[VPNTUN_A_PEER_FRAGMENT] = NLA_POLICY_MAX(NLA_U32, 2),
	[VPNTUN_A_PEER_DSCP] = { .type = NLA_U8, },
	[VPNTUN_A_PEER_TTL] = { .type = NLA_U8, },
	[VPNTUN_A_PEER_ECN] = { .type = NLA_U8, },
	[VPNTUN_A_PEER_MSS_CLAMP] = { .type = NLA_U8, },
	[VPNTUN_A_PEER_KEEPALIVE] = { .type = NLA_U16, },
};

const struct nla_policy vpntun_sa_nl_policy[VPNTUN_A_SA_TFC_PAD + 1] = {
	[VPNTUN_A_SA_PEER_ID] = { .type = NLA_U32, },
	[VPNTUN_A_SA_CHILD_ID] = { .type = NLA_U32, },
	[VPNTUN_A_SA_DIR] = NLA_POLICY_MAX(NLA_U32, 1),
	[VPNTUN_A_SA_SPI] = { .type = NLA_BE32, },
	[VPNTUN_A_SA_SLOT] = NLA_POLICY_MAX(NLA_U32, 2),
	[VPNTUN_A_SA_ENC] = NLA_POLICY_MAX(NLA_U32, 8),
	[VPNTUN_A_SA_ENC_KEY] = NLA_POLICY_MAX_LEN(VPNTUN_KEY_MAX),
	[VPNTUN_A_SA_AUTH] = NLA_POLICY_MAX(NLA_U32, 6),
	[VPNTUN_A_SA_AUTH_KEY] = NLA_POLICY_MAX_LEN(VPNTUN_KEY_MAX),
	[VPNTUN_A_SA_REPLAY_WINDOW] = { .type = NLA_U32, },
	[VPNTUN_A_SA_SOFT_BYTES] = { .type = NLA_U64, },
	[VPNTUN_A_SA_HARD_BYTES] = { .type = NLA_U64, },
	[VPNTUN_A_SA_SOFT_PACKETS] = { .type = NLA_U64, },
	[VPNTUN_A_SA_HARD_PACKETS] = { .type = NLA_U64, },
	[VPNTUN_A_SA_SOFT_SECONDS] = { .type = NLA_U64, },
	[VPNTUN_A_SA_HARD_SECONDS] = { .type = NLA_U64, },
	[VPNTUN_A_SA_BYTES] = { .type = NLA_U64, },
	[VPNTUN_A_SA_PACKETS] = { .type = NLA_U64, },
	[VPNTUN_A_SA_SEQ] = { .type = NLA_U64, },
	[VPNTUN_A_SA_AGE] = { .type = NLA_U64, },
	[VPNTUN_A_SA_IDLE] = { .type = NLA_U64, },
	[VPNTUN_A_SA_DRIVER] = { .type = NLA_NUL_STRING, },
	[VPNTUN_A_SA_ASYNC] = { .type = NLA_U64, },
	[VPNTUN_A_SA_DROPS] = { .type = NLA_U64, },
	[VPNTUN_A_SA_ESN] = { .type = NLA_U8, },
	[VPNTUN_A_SA_TFC_PAD] = { .type = NLA_U32, },
};

const struct nla_policy vpntun_selector_nl_policy[VPNTUN_A_SELECTOR_PORT_MAX + 1] = {
	[VPNTUN_A_SELECTOR_FAMILY] = { .type = NLA_U16, },
	[VPNTUN_A_SELECTOR_ADDR] = NLA_POLICY_MAX_LEN(16),
	[VPNTUN_A_SELECTOR_PREFIXLEN] = { .type = NLA_U8, },
	[VPNTUN_A_SELECTOR_PROTO] = { .type = NLA_U8, },
	[VPNTUN_A_SELECTOR_PORT_MIN] = { .type = NLA_U16, },
	[VPNTUN_A_SELECTOR_PORT_MAX] = { .type = NLA_U16, },
};

/* Global operation policy for vpntun */
const struct nla_policy vpntun_nl_policy[VPNTUN_A_SA + 1] = {
	[VPNTUN_A_IFINDEX] = { .type = NLA_U32, },
	[VPNTUN_A_PEER] = NLA_POLICY_NESTED(vpntun_peer_nl_policy),
	[VPNTUN_A_CHILD] = NLA_POLICY_NESTED(vpntun_child_nl_policy),
	[VPNTUN_A_SA] = NLA_POLICY_NESTED(vpntun_sa_nl_policy),
};

/* Ops table for vpntun */
const struct genl_small_ops vpntun_nl_ops[11] = {
	{
		.cmd	= VPNTUN_CMD_PEER_NEW,
		.doit	= vpntun_nl_peer_new_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= VPNTUN_CMD_PEER_SET,
		.doit	= vpntun_nl_peer_set_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= VPNTUN_CMD_PEER_DEL,
		.doit	= vpntun_nl_peer_del_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= VPNTUN_CMD_PEER_GET,
		.dumpit	= vpntun_nl_peer_get_dumpit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= VPNTUN_CMD_CHILD_NEW,
		.doit	= vpntun_nl_child_new_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= VPNTUN_CMD_CHILD_DEL,
		.doit	= vpntun_nl_child_del_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= VPNTUN_CMD_CHILD_GET,
		.dumpit	= vpntun_nl_child_get_dumpit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= VPNTUN_CMD_SA_NEW,
		.doit	= vpntun_nl_sa_new_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= VPNTUN_CMD_SA_PROMOTE,
		.doit	= vpntun_nl_sa_promote_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= VPNTUN_CMD_SA_DEL,
		.doit	= vpntun_nl_sa_del_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= VPNTUN_CMD_SA_GET,
		.dumpit	= vpntun_nl_sa_get_dumpit,
		.flags	= GENL_ADMIN_PERM,
	},
};
