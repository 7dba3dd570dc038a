// SPDX-License-Identifier: GPL-2.0
/* Netlink messages of the kernel, and those to it: whatever an action holds, a message comes out or none. */
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "os/kernel_msg.h"
#include "vpntun.h"

#define FAMILY 0x1c

/* A message as nlq.c hands it over: the length in its header is that of the buffer. */
static void from_kernel(struct fuzz_in *in)
{
	size_t len, n = in->left + NLMSG_HDRLEN;
	uint8_t *p = fuzz_copy(in, in->left, &len), *msg = calloc(1, n);
	struct nlmsghdr *h = (struct nlmsghdr *)msg;
	struct kmsg_in out;

	if (!msg)
		abort();
	if (len)
		memcpy(msg + NLMSG_HDRLEN, p, len);
	free(p);
	h->nlmsg_len = (uint32_t)n;
	h->nlmsg_type = FAMILY;
	if (kmsg_parse(h, &out)) {
		FUZZ_CHECK(strnlen(out.counter, sizeof(out.counter)) < sizeof(out.counter));
		FUZZ_CHECK(out.ev.type <= KEV_DEVICE && out.ev.dir <= SA_IN);
		FUZZ_CHECK(out.ev.remote.sa.sa_family == AF_UNSPEC || out.ev.remote.sa.sa_family == AF_INET ||
			   out.ev.remote.sa.sa_family == AF_INET6);
		FUZZ_CHECK(!out.drop_burst || out.cmd == VPNTUN_CMD_NOTIFY);
	}
	free(msg);
}

static void endpoint(struct fuzz_in *in, union endpoint *ep)
{
	uint8_t family = fuzz_u8(in);

	if (family % 3)
		addr_parse(family % 3 == 1 ? "192.0.2.1" : "2001:db8::1", ep);
	else
		ep->sa.sa_family = family & 0x80 ? AF_INET : AF_UNSPEC;	/* any address, or none */
	endpoint_set_port(ep, fuzz_u16(in));
}

static void subnet(struct fuzz_in *in, struct subnet *s)
{
	s->family = fuzz_u8(in) & 1 ? AF_INET : AF_INET6;
	s->addr[0] = fuzz_u8(in);
	s->prefixlen = fuzz_u8(in) % (s->family == AF_INET ? 33 : 129);
	s->proto = fuzz_u8(in);
	s->port = fuzz_u16(in);
}

static void fill(struct fuzz_in *in, struct ike_action *a)
{
	static const char key[200];

	strcpy(a->peer.ifname, "vpn0");
	if (a->type <= ACT_PEER_DEL) {
		a->peer.peer_id = fuzz_u32(in);
		a->peer.udp = fuzz_u8(in) & 1;
		memset(a->peer.name, 'x', fuzz_u8(in) % sizeof(a->peer.name));
		endpoint(in, &a->peer.local);
		endpoint(in, &a->peer.remote);
		a->peer.outer.df = fuzz_u8(in) % 3;
		a->peer.outer.fragment = fuzz_u8(in) % 3;
		a->peer.outer.dscp = fuzz_u8(in);
		a->peer.outer.ttl = fuzz_u8(in);
		a->peer.outer.ecn = a->peer.outer.mss_clamp = fuzz_u8(in) & 1;
		a->peer.keepalive = fuzz_u16(in);
	} else if (a->type <= ACT_CHILD_DEL) {
		a->child.peer_id = fuzz_u32(in);
		a->child.child_id = fuzz_u32(in);
		subnet(in, &a->child.local);
		subnet(in, &a->child.remote);
		a->child.acquire = fuzz_u8(in) & 1;
	} else {
		a->sa.peer_id = fuzz_u32(in);
		a->sa.child_id = fuzz_u32(in);
		a->sa.dir = fuzz_u8(in) & 1;
		a->sa.spi = fuzz_u32(in);
		a->sa.slot = fuzz_u8(in) % 3;
		a->sa.suite = (struct esp_suite){ .enc = fuzz_u8(in) % ENC_N, .keybits = fuzz_u16(in),
						  .integ = fuzz_u8(in) % HASH_N, .esn = fuzz_u8(in) & 1,
						  .icv96 = fuzz_u8(in) & 1 };
		a->sa.replay_window = fuzz_u32(in);
		a->sa.tfc_pad = fuzz_u32(in);
		a->sa.soft_bytes = fuzz_u32(in);
		a->sa.hard_bytes = fuzz_u32(in);
		a->sa.hard_seconds = fuzz_u32(in);
		a->sa.soft_packets = fuzz_u32(in);
		if (a->type == ACT_SA_INSTALL &&
		    (!secret_set(&a->sa.enc_key, key, fuzz_u8(in) % sizeof(key)) ||
		     !secret_set(&a->sa.auth_key, key, fuzz_u8(in) % sizeof(key))))
			abort();
	}
}

static void to_kernel(struct fuzz_in *in)
{
	struct ike_action *a = calloc(1, sizeof(*a));
	struct nl_msg *m;
	struct kmsg_in out;

	if (!a)
		abort();
	a->type = ACT_PEER_NEW + fuzz_u8(in) % (ACT_SA_QUERY - ACT_PEER_NEW + 1);
	fill(in, a);
	m = kmsg_action(a, FAMILY, fuzz_u32(in), 11);
	FUZZ_CHECK(!m || kmsg_cmd(a->type));
	if (m) {
		FUZZ_CHECK(genlmsg_hdr(nlmsg_hdr(m))->cmd == kmsg_cmd(a->type));
		/* what was written nests and ends where it says */
		FUZZ_CHECK(kmsg_parse(nlmsg_hdr(m), &out));
		nlq_wipe_free(m);
	}
	ike_action_free(a);
}

/* What is asked of the kernel at the start and after messages were lost. */
static void question(struct fuzz_in *in)
{
	static const uint8_t cmds[] = { VPNTUN_CMD_PEER_GET, VPNTUN_CMD_SA_GET, VPNTUN_CMD_CHILD_GET };
	uint8_t which = fuzz_u8(in), cmd = cmds[(which & 0x7f) % 3];
	uint32_t ifindex = fuzz_u32(in), peer = fuzz_u32(in);
	struct nl_msg *m = kmsg_dump(FAMILY, cmd, ifindex, which & 0x80 ? &peer : NULL);
	struct kmsg_in out;

	FUZZ_CHECK(m && genlmsg_hdr(nlmsg_hdr(m))->cmd == cmd);
	kmsg_parse(nlmsg_hdr(m), &out);
	nlmsg_free(m);
	m = kmsg_peer_del(FAMILY, ifindex, peer);
	FUZZ_CHECK(m && genlmsg_hdr(nlmsg_hdr(m))->cmd == VPNTUN_CMD_PEER_DEL);
	nlq_wipe_free(m);
}

static void order(struct fuzz_in *in)
{
	struct kmsg_order o = { 0 };
	uint32_t last = 0;

	for (bool first = true; in->left; first = false) {
		uint32_t seq = fuzz_u8(in) & 1 ? last + 1 : fuzz_u32(in);

		FUZZ_CHECK(kmsg_in_order(&o, seq) == (first || seq == last + 1));
		last = seq;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const modes[])(struct fuzz_in *) = { from_kernel, from_kernel, to_kernel, order, question };
	struct fuzz_in in = { data, size };

	modes[fuzz_u8(&in) % 5](&in);
	return 0;
}
