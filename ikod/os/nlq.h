/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_OS_NLQ_H
#define IKOD_OS_NLQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

/*
 * Requests over netlink, one at a time and answered before the call returns.
 * The kernel does the work inside our send(), so nothing here waits for
 * anybody else.
 */

#define NLQ_TEXT 160

/**
 * struct nlq_result - how a request ended
 * @error: 0 or a positive errno
 * @text: what the kernel says about it (extended acknowledgement), else strerror()
 */
struct nlq_result {
	int error;
	char text[NLQ_TEXT];
};

/** nlq_open - a socket of @protocol (NETLINK_ROUTE, NETLINK_GENERIC) for requests; NULL with @r set */
struct nl_sock *nlq_open(int protocol, struct nlq_result *r);
/**
 * nlq_do - send @m and wait for the acknowledgement
 *
 * @m is wiped (it may carry keys) and released; NULL counts as out of memory.
 * Return: true if the kernel did it.
 */
bool nlq_do(struct nl_sock *s, struct nl_msg *m, struct nlq_result *r);
/** nlq_get - send @m (released), call @fn for the answer, wait for the acknowledgement */
bool nlq_get(struct nl_sock *s, struct nl_msg *m, void (*fn)(void *ctx, struct nlmsghdr *h), void *ctx,
	     struct nlq_result *r);
/** nlq_dump - send the dump request @m (released), call @fn for every message of the answer */
bool nlq_dump(struct nl_sock *s, struct nl_msg *m, void (*fn)(void *ctx, struct nlmsghdr *h), void *ctx,
	     struct nlq_result *r);
/**
 * nlq_ifindex - number of the interface @name, 0 if there is none
 * @rt: a socket of NETLINK_ROUTE
 *
 * In place of if_nametoindex(): for a name that is not there that one makes
 * the kernel run modprobe, and wait for it.
 */
uint32_t nlq_ifindex(struct nl_sock *rt, const char *name);
/** nlq_wipe_free - overwrite all of @m's buffer, then release it */
void nlq_wipe_free(struct nl_msg *m);
/** nlq_nest - open a nested attribute with the flag that strict kernels ask for */
struct nlattr *nlq_nest(struct nl_msg *m, int type);

#endif
