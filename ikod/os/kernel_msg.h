/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_OS_KERNEL_MSG_H
#define IKOD_OS_KERNEL_MSG_H

#include "core/engine.h"
#include "os/nlq.h"

/* Actions of the engine to messages of the netlink family, and messages back to events. Pure. */

/**
 * kmsg_action - the request for an ACT_PEER_*, ACT_CHILD_* or ACT_SA_* action
 * @family: number of the generic netlink family
 * @ifindex: of the device the action names
 * @udp_fd: our NAT-T socket, goes with a peer whose ESP travels in UDP
 *
 * Return: the message, which may carry keys: release it with nlq_wipe_free()
 * or nlq_do(). NULL if the action is none of these, its algorithm is unknown
 * to the family, or memory is short.
 */
struct nl_msg *kmsg_action(const struct ike_action *a, int family, uint32_t ifindex, int udp_fd);
/**
 * kmsg_dump - request for SAs (VPNTUN_CMD_SA_GET) or peers (VPNTUN_CMD_PEER_GET) of a device
 * @peer_id: SAs of this peer only; NULL for those of all
 */
struct nl_msg *kmsg_dump(int family, uint8_t cmd, uint32_t ifindex, const uint32_t *peer_id);
/** kmsg_peer_del - request to remove one peer */
struct nl_msg *kmsg_peer_del(int family, uint32_t ifindex, uint32_t peer_id);

/**
 * struct kmsg_in - a message of the kernel
 * @cmd: VPNTUN_CMD_*
 * @ifindex: device
 * @ev: what the engine wants to know; .type is set for VPNTUN_CMD_NOTIFY (if @known)
 *      and VPNTUN_CMD_SA_GET; .ifname is left to the caller
 * @known: @ev is for the engine
 * @seq: of a notification
 * @drop_burst: a notification of drops: @counter and @count say which and how many
 */
struct kmsg_in {
	uint8_t cmd;
	uint32_t ifindex;
	struct ike_kernel_event ev;
	bool known;
	uint32_t seq;
	bool drop_burst;
	char counter[64];
	uint64_t count;
};

/** kmsg_parse - false if a length or a nesting is wrong, or the device is missing */
bool kmsg_parse(struct nlmsghdr *h, struct kmsg_in *out);

/** struct kmsg_order - number of the next notification, once @synced; zero-initialised to begin */
struct kmsg_order {
	bool synced;
	uint32_t next;
};

/** kmsg_in_order - take note of notification @seq; false if some before it were lost */
bool kmsg_in_order(struct kmsg_order *o, uint32_t seq);

/** kmsg_cmd - VPNTUN_CMD_* that carries out an action, 0 if none does */
uint8_t kmsg_cmd(enum ike_action_type t);

#endif
