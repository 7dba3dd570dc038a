// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/handlers.h>
#include <openssl/crypto.h>

#include "os/nlq.h"

/* One exchange: what was asked for and how far the answer came. */
struct exchange {
	uint32_t seq;
	bool done;
	struct nlq_result *r;
	void (*fn)(void *ctx, struct nlmsghdr *h);
	void *ctx;
};

static void fail(struct nlq_result *r, int error, const char *text)
{
	r->error = error;
	snprintf(r->text, sizeof(r->text), "%s", text ? text : strerror(error));
}

static void ok(struct nlq_result *r)
{
	r->error = 0;
	r->text[0] = '\0';
}

struct nl_sock *nlq_open(int protocol, struct nlq_result *r)
{
	const struct timeval patience = { .tv_sec = 5 };
	struct nl_sock *s = nl_socket_alloc();
	const int on = 1;
	int err;

	if (!s) {
		fail(r, ENOMEM, NULL);
		return NULL;
	}
	err = nl_connect(s, protocol);
	if (err) {
		fail(r, EPROTONOSUPPORT, nl_geterror(err));
		nl_socket_free(s);
		return NULL;
	}
	/* Error texts, but not a copy of our request (it may hold keys) in every error. */
	setsockopt(nl_socket_get_fd(s), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(nl_socket_get_fd(s), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(nl_socket_get_fd(s), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	ok(r);
	return s;
}

/* A late answer to a request that we gave up on must not pass for one to this. */
static int on_seq(struct nl_msg *m, void *arg)
{
	struct exchange *x = arg;

	return nlmsg_hdr(m)->nlmsg_seq == x->seq ? NL_OK : NL_SKIP;
}

static int on_valid(struct nl_msg *m, void *arg)
{
	struct exchange *x = arg;

	if (x->fn)
		x->fn(x->ctx, nlmsg_hdr(m));
	return NL_OK;
}

static int on_end(struct nl_msg *m, void *arg)
{
	struct exchange *x = arg;

	(void)m;
	x->done = true;
	return NL_STOP;
}

/* The kernel's own words follow the error as attributes (NETLINK_EXT_ACK). */
static const char *ext_text(const struct nlmsghdr *h, const struct nlmsgerr *e)
{
	size_t skip = sizeof(*e), total = h->nlmsg_len - NLMSG_HDRLEN;
	struct nlattr *a;

	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(e->msg.nlmsg_len) - sizeof(e->msg);
	if (total <= skip)
		return NULL;
	a = nla_find((struct nlattr *)(uintptr_t)((const char *)e + skip), (int)(total - skip),
		     NLMSGERR_ATTR_MSG);
	if (!a || nla_len(a) < 1 || ((const char *)nla_data(a))[nla_len(a) - 1])
		return NULL;
	return nla_data(a);
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *arg)
{
	const struct nlmsghdr *h = (const struct nlmsghdr *)((const char *)e - NLMSG_HDRLEN);
	struct exchange *x = arg;

	(void)from;
	if (h->nlmsg_seq != x->seq)
		return NL_SKIP;
	fail(x->r, -e->error, ext_text(h, e));
	x->done = true;
	return NL_STOP;
}

/* On the last part of a dump the kernel puts its error, if it has one. */
static int on_finish(struct nl_msg *m, void *arg)
{
	struct nlmsghdr *h = nlmsg_hdr(m);
	struct exchange *x = arg;
	int error;

	if (nlmsg_datalen(h) >= (int)sizeof(error)) {
		memcpy(&error, nlmsg_data(h), sizeof(error));
		if (error < 0)
			fail(x->r, -error, NULL);
	}
	return on_end(m, arg);
}

static void receive(struct nl_sock *s, struct exchange *x)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int err = 0;

	if (!cb) {
		fail(x->r, ENOMEM, NULL);
		return;
	}
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_seq, x);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, x);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_end, x);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, x);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, x);
	while (!x->done && err >= 0) {
		err = nl_recvmsgs(s, cb);
		if (err == -NLE_INTR || err == -NLE_DUMP_INTR)
			err = 0;
	}
	if (!x->done)
		fail(x->r, err == -NLE_AGAIN ? ETIMEDOUT : EIO, err == -NLE_AGAIN ? NULL : nl_geterror(err));
	nl_cb_put(cb);
}

static bool run(struct nl_sock *s, struct nl_msg *m, struct exchange *x)
{
	int err;

	ok(x->r);
	if (!m) {
		fail(x->r, ENOMEM, NULL);
		return false;
	}
	nl_complete_msg(s, m);
	x->seq = nlmsg_hdr(m)->nlmsg_seq;
	err = nl_send(s, m);
	nlq_wipe_free(m);
	if (err < 0) {
		fail(x->r, EIO, nl_geterror(err));
		return false;
	}
	receive(s, x);
	return x->r->error == 0;
}

bool nlq_get(struct nl_sock *s, struct nl_msg *m, void (*fn)(void *ctx, struct nlmsghdr *h), void *ctx,
	     struct nlq_result *r)
{
	struct exchange x = { .r = r, .fn = fn, .ctx = ctx };

	if (m)
		nlmsg_hdr(m)->nlmsg_flags |= NLM_F_ACK;
	return run(s, m, &x);
}

bool nlq_do(struct nl_sock *s, struct nl_msg *m, struct nlq_result *r)
{
	return nlq_get(s, m, NULL, NULL, r);
}

bool nlq_dump(struct nl_sock *s, struct nl_msg *m, void (*fn)(void *ctx, struct nlmsghdr *h), void *ctx,
	     struct nlq_result *r)
{
	struct exchange x = { .r = r, .fn = fn, .ctx = ctx };

	if (m)
		nlmsg_hdr(m)->nlmsg_flags |= NLM_F_DUMP;
	return run(s, m, &x);
}

static void on_index(void *ctx, struct nlmsghdr *h)
{
	const struct ifinfomsg *info = nlmsg_data(h);

	if (h->nlmsg_type == RTM_NEWLINK && nlmsg_datalen(h) >= (int)sizeof(*info))
		*(uint32_t *)ctx = (uint32_t)info->ifi_index;
}

uint32_t nlq_ifindex(struct nl_sock *rt, const char *name)
{
	const struct ifinfomsg info = { .ifi_family = AF_UNSPEC };
	struct nl_msg *m = nlmsg_alloc_simple(RTM_GETLINK, NLM_F_REQUEST);
	struct nlq_result r;
	uint32_t index = 0;

	if (!m || nlmsg_append(m, (void *)(uintptr_t)&info, sizeof(info), NLMSG_ALIGNTO) ||
	    nla_put_string(m, IFLA_IFNAME, name)) {
		nlmsg_free(m);
		return 0;
	}
	return nlq_get(rt, m, on_index, &index, &r) ? index : 0;
}

void nlq_wipe_free(struct nl_msg *m)
{
	if (!m)
		return;
	OPENSSL_cleanse(nlmsg_hdr(m), nlmsg_get_max_size(m));
	nlmsg_free(m);
}

struct nlattr *nlq_nest(struct nl_msg *m, int type)
{
	return nla_nest_start(m, type | NLA_F_NESTED);
}
