// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "os/udp.h"

#define BATCH 32		/* datagrams read by one system call */
#define ROUNDS 16		/* system calls before other events get their turn */
#define QUEUE_BYTES (4 << 20)	/* the kernel doubles it for its own */
#define DATAGRAM_MAX 65536
#define MARKER_LEN 4		/* RFC 3948 2.2 */
#define KEEPALIVE 0xff		/* RFC 3948 2.3 */

/* One receive slot; the control buffer is aligned as cmsghdr wants it. */
struct slot {
	uint8_t data[DATAGRAM_MAX];
	union {
		struct cmsghdr align;
		uint8_t bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	} control;
	union endpoint from;
	struct iovec iov;
};

/*
 * Each family has sockets of its own: one IPv6 socket for both would show IPv4
 * addresses in another form, to us and to the kernel module.
 */
enum { V4, V6, FAMILIES };

/**
 * struct port - one bound socket
 * @fd: -1 if the kernel has no such family
 * @number: host order
 */
struct port {
	struct udp *u;
	int fd;
	sa_family_t family;
	uint16_t number;
	bool natt;
	struct event *ev;
};

struct udp {
	struct port ike[FAMILIES], natt[FAMILIES];
	udp_rx_fn rx;
	void *ctx;
	struct udp_counters counters;
	struct slot *slots;
	struct mmsghdr msgs[BATCH];
};

/* destination - the address the datagram was sent to; false if the kernel does not say */
static bool destination(struct msghdr *mh, uint16_t port, union endpoint *out)
{
	struct in6_pktinfo info6;
	struct in_pktinfo info;
	struct cmsghdr *c;

	memset(out, 0, sizeof(*out));
	for (c = CMSG_FIRSTHDR(mh); c; c = CMSG_NXTHDR(mh, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			out->v4.sin_family = AF_INET;
			out->v4.sin_addr = info.ipi_spec_dst;
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			memcpy(&info6, CMSG_DATA(c), sizeof(info6));
			out->v6.sin6_family = AF_INET6;
			out->v6.sin6_addr = info6.ipi6_addr;
		} else {
			continue;
		}
		endpoint_set_port(out, port);
		return true;
	}
	return false;
}

static void deliver(struct port *p, struct mmsghdr *m, struct slot *s)
{
	struct ike_path path = { .remote = s->from, .natt = p->natt };
	struct udp *u = p->u;
	const uint8_t *data = s->data;
	size_t len = m->msg_len;

	if ((m->msg_hdr.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) ||
	    !destination(&m->msg_hdr, p->number, &path.local)) {
		u->counters.truncated++;
		return;
	}
	if (p->natt) {
		if (len == 1 && data[0] == KEEPALIVE) {
			u->counters.keepalives++;
			return;
		}
		if (len < MARKER_LEN || data[0] || data[1] || data[2] || data[3]) {
			u->counters.unmarked++;
			return;
		}
		data += MARKER_LEN;
		len -= MARKER_LEN;
	}
	u->rx(u->ctx, &path, data, len);
}

static void prepare(struct udp *u)
{
	unsigned int i;

	for (i = 0; i < BATCH; i++) {
		struct slot *s = &u->slots[i];

		s->iov = (struct iovec){ .iov_base = s->data, .iov_len = sizeof(s->data) };
		u->msgs[i].msg_hdr = (struct msghdr){
			.msg_name = &s->from, .msg_namelen = sizeof(s->from),
			.msg_iov = &s->iov, .msg_iovlen = 1,
			.msg_control = s->control.bytes, .msg_controllen = sizeof(s->control.bytes),
		};
	}
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct port *p = arg;
	struct udp *u = p->u;
	int round, i, n;

	(void)what;
	for (round = 0; round < ROUNDS; round++) {
		prepare(u);
		n = recvmmsg(fd, u->msgs, BATCH, MSG_DONTWAIT, NULL);
		for (i = 0; i < n; i++)
			deliver(p, &u->msgs[i], &u->slots[i]);
		if (n < BATCH)
			return;
	}
}

/*
 * While we do something else, a hub gets the first messages of all its peers at
 * once, or a flood: what does not fit here is lost, whoever sent it. Without the
 * right to exceed net.core.rmem_max it is as much as that allows.
 */
static void set_queue(int fd)
{
	const int bytes = QUEUE_BYTES;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

static bool set_options(int fd, sa_family_t family)
{
	/*
	 * Messages with several proposals or big keys exceed an MTU; they leave
	 * without DF and are fragmented on the way (IPv6: here).
	 */
	const int dont = IP_PMTUDISC_DONT, dont6 = IPV6_PMTUDISC_DONT, on = 1;

	if (family == AF_INET6)
		return !setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) &&
		       !setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)) &&
		       !setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &dont6, sizeof(dont6));
	return !setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) &&
	       !setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &dont, sizeof(dont));
}

static bool bind_port(struct event_base *base, struct port *p, char *err, size_t errlen)
{
	union endpoint any = { .sa.sa_family = p->family };

	endpoint_set_port(&any, p->number);
	p->fd = socket(p->family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (p->fd < 0 && p->family == AF_INET6 && (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT))
		return true;	/* a machine without IPv6 */
	if (p->fd >= 0)
		set_queue(p->fd);
	if (p->fd < 0 || !set_options(p->fd, p->family)) {
		snprintf(err, errlen, "UDP socket: %s", strerror(errno));
		return false;
	}
	if (bind(p->fd, &any.sa, p->family == AF_INET6 ? sizeof(any.v6) : sizeof(any.v4))) {
		if (errno == EADDRINUSE)
			snprintf(err, errlen, "UDP port %u is taken: does another IKE daemon run here "
				 "(ss -lunp 'sport = :%u' names it)?", p->number, p->number);
		else
			snprintf(err, errlen, "UDP port %u: %s%s", p->number, strerror(errno),
				 errno == EACCES ? " (CAP_NET_BIND_SERVICE is needed)" : "");
		return false;
	}
	p->ev = event_new(base, p->fd, EV_READ | EV_PERSIST, on_readable, p);
	if (!p->ev || event_add(p->ev, NULL)) {
		snprintf(err, errlen, "UDP port %u: no event", p->number);
		return false;
	}
	return true;
}

struct udp *udp_open(struct event_base *base, uint16_t ike_port, uint16_t natt_port, udp_rx_fn rx, void *ctx,
		     char *err, size_t errlen)
{
	static const sa_family_t families[FAMILIES] = { [V4] = AF_INET, [V6] = AF_INET6 };
	struct udp *u = calloc(1, sizeof(*u));
	bool ok = true;
	unsigned int i;

	if (!u)
		abort();
	u->rx = rx;
	u->ctx = ctx;
	for (i = 0; i < FAMILIES; i++) {
		u->ike[i] = (struct port){ .u = u, .fd = -1, .family = families[i], .number = ike_port };
		u->natt[i] = (struct port){
			.u = u, .fd = -1, .family = families[i], .number = natt_port, .natt = true,
		};
	}
	u->slots = calloc(BATCH, sizeof(*u->slots));
	if (!u->slots)
		abort();
	for (i = 0; ok && i < FAMILIES; i++)
		ok = bind_port(base, &u->ike[i], err, errlen) && bind_port(base, &u->natt[i], err, errlen);
	if (ok)
		return u;
	udp_close(u);
	return NULL;
}

static const struct port *port_for(const struct udp *u, sa_family_t family, bool natt)
{
	const struct port *p;

	if (family != AF_INET && family != AF_INET6)
		return NULL;
	p = &(natt ? u->natt : u->ike)[family == AF_INET6 ? V6 : V4];
	return p->fd >= 0 ? p : NULL;
}

/* put_source - have @mh leave from @local, which may be the unspecified address: then the route says */
static void put_source(struct msghdr *mh, struct cmsghdr *c, const union endpoint *local)
{
	const struct in_pktinfo info = { .ipi_spec_dst = local->v4.sin_addr };
	const struct in6_pktinfo info6 = { .ipi6_addr = local->v6.sin6_addr };
	bool six = local->sa.sa_family == AF_INET6;

	c->cmsg_level = six ? IPPROTO_IPV6 : IPPROTO_IP;
	c->cmsg_type = six ? IPV6_PKTINFO : IP_PKTINFO;
	c->cmsg_len = six ? CMSG_LEN(sizeof(info6)) : CMSG_LEN(sizeof(info));
	if (six)
		memcpy(CMSG_DATA(c), &info6, sizeof(info6));
	else
		memcpy(CMSG_DATA(c), &info, sizeof(info));
	mh->msg_control = c;
	mh->msg_controllen = six ? CMSG_SPACE(sizeof(info6)) : CMSG_SPACE(sizeof(info));
}

int udp_send(struct udp *u, const struct ike_path *path, const uint8_t *p, size_t len, bool raw)
{
	static const uint8_t marker[MARKER_LEN];
	const struct port *port = port_for(u, path->remote.sa.sa_family, path->natt);
	union {
		struct cmsghdr align;
		uint8_t bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	} control = { .bytes = { 0 } };
	union endpoint to = path->remote;
	struct iovec iov[2] = {
		{ .iov_base = (void *)(uintptr_t)marker, .iov_len = path->natt && !raw ? MARKER_LEN : 0 },
		{ .iov_base = (void *)(uintptr_t)p, .iov_len = len },
	};
	struct msghdr mh = { .msg_name = &to, .msg_iov = iov, .msg_iovlen = 2 };

	if (!port) {
		u->counters.send_errors++;
		return -EAFNOSUPPORT;
	}
	mh.msg_namelen = to.sa.sa_family == AF_INET6 ? sizeof(to.v6) : sizeof(to.v4);
	if (path->local.sa.sa_family == to.sa.sa_family)
		put_source(&mh, &control.align, &path->local);
	if (sendmsg(port->fd, &mh, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
		int error = errno;

		u->counters.send_errors++;
		return -error;
	}
	return 0;
}

int udp_natt_fd(const struct udp *u, sa_family_t family)
{
	const struct port *p = port_for(u, family, true);

	return p ? p->fd : -1;
}

const struct udp_counters *udp_counters(const struct udp *u)
{
	return &u->counters;
}

static void close_port(struct port *p)
{
	if (p->ev)
		event_free(p->ev);
	if (p->fd >= 0)
		close(p->fd);
}

void udp_close(struct udp *u)
{
	if (!u)
		return;
	for (unsigned int i = 0; i < FAMILIES; i++) {
		close_port(&u->ike[i]);
		close_port(&u->natt[i]);
	}
	free(u->slots);
	free(u);
}
