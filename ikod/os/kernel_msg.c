// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "os/kernel_msg.h"
#include "vpntun.h"

/* The registry's names to the family's; a zero entry beyond the first is an algorithm it does not have. */
static const uint32_t enc_to_kernel[ENC_N] = {
	[ENC_NONE] = VPNTUN_ENC_NONE,
	[ENC_AES_CBC] = VPNTUN_ENC_AES_CBC,
	[ENC_3DES] = VPNTUN_ENC_DES3_CBC,
	[ENC_AES_GCM16] = VPNTUN_ENC_AES_GCM16,
	[ENC_AES_GCM12] = VPNTUN_ENC_AES_GCM12,
	[ENC_AES_GCM8] = VPNTUN_ENC_AES_GCM8,
	[ENC_CHACHA20_POLY1305] = VPNTUN_ENC_CHACHA20_POLY1305,
	[ENC_AES_GMAC] = VPNTUN_ENC_AES_GMAC,
	[ENC_NULL] = VPNTUN_ENC_NULL,
};

static const uint32_t hash_to_kernel[HASH_N] = {
	[HASH_NONE] = VPNTUN_AUTH_NONE,
	[HASH_MD5] = VPNTUN_AUTH_HMAC_MD5_96,
	[HASH_SHA1] = VPNTUN_AUTH_HMAC_SHA1_96,
	[HASH_SHA2_256] = VPNTUN_AUTH_HMAC_SHA2_256_128,
	[HASH_SHA2_384] = VPNTUN_AUTH_HMAC_SHA2_384_192,
	[HASH_SHA2_512] = VPNTUN_AUTH_HMAC_SHA2_512_256,
};

_Static_assert(SA_OUT == (int)VPNTUN_DIR_OUT && SA_IN == (int)VPNTUN_DIR_IN, "directions differ");
_Static_assert(SLOT_CURRENT == (int)VPNTUN_SLOT_CURRENT && SLOT_NEXT == (int)VPNTUN_SLOT_NEXT &&
	       SLOT_PREVIOUS == (int)VPNTUN_SLOT_PREVIOUS, "slots differ");

_Static_assert(DF_COPY == (int)VPNTUN_DF_COPY && DF_SET == (int)VPNTUN_DF_SET && DF_CLEAR == (int)VPNTUN_DF_CLEAR,
	       "DF policies differ");
_Static_assert(FRAGMENT_BEFORE == (int)VPNTUN_FRAGMENT_BEFORE && FRAGMENT_AFTER == (int)VPNTUN_FRAGMENT_AFTER &&
	       FRAGMENT_NEVER == (int)VPNTUN_FRAGMENT_NEVER, "fragmentation policies differ");
_Static_assert(DSCP_COPY == VPNTUN_DSCP_COPY, "DSCP policies differ");

static const uint8_t commands[] = {
	[ACT_PEER_NEW] = VPNTUN_CMD_PEER_NEW, [ACT_PEER_SET] = VPNTUN_CMD_PEER_SET,
	[ACT_PEER_DEL] = VPNTUN_CMD_PEER_DEL, [ACT_CHILD_NEW] = VPNTUN_CMD_CHILD_NEW,
	[ACT_CHILD_DEL] = VPNTUN_CMD_CHILD_DEL, [ACT_SA_INSTALL] = VPNTUN_CMD_SA_NEW,
	[ACT_SA_PROMOTE] = VPNTUN_CMD_SA_PROMOTE, [ACT_SA_DELETE] = VPNTUN_CMD_SA_DEL,
};

uint8_t kmsg_cmd(enum ike_action_type t)
{
	return (size_t)t < sizeof(commands) ? commands[t] : 0;
}

static struct nl_msg *begin(int family, uint8_t cmd, uint32_t ifindex)
{
	struct nl_msg *m = nlmsg_alloc();

	if (m &&
	    genlmsg_put(m, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, NLM_F_REQUEST, cmd, VPNTUN_FAMILY_VERSION) &&
	    !nla_put_u32(m, VPNTUN_A_IFINDEX, ifindex))
		return m;
	nlmsg_free(m);
	return NULL;
}

/* is_known - an address is there, and it is not 0.0.0.0 or :: */
static bool is_known(const union endpoint *ep)
{
	static const uint8_t any[16];
	size_t len;
	const uint8_t *bytes;

	if (ep->sa.sa_family == AF_UNSPEC)
		return false;
	bytes = endpoint_addr(ep, &len);
	return len > 0 && memcmp(bytes, any, len) != 0;
}

/* put_endpoint - address and port; nothing for an endpoint that is not known (yet) */
static int put_endpoint(struct nl_msg *m, const union endpoint *ep, int addr, int port, bool udp)
{
	size_t len;
	const uint8_t *bytes;
	int err;

	if (!is_known(ep))
		return 0;
	bytes = endpoint_addr(ep, &len);
	err = nla_put(m, addr, (int)len, bytes);
	if (udp && endpoint_port(ep))
		err |= nla_put_u16(m, port, htons(endpoint_port(ep)));
	return err;
}

/* put_outer - only what differs from the family's defaults: those of a peer that is made */
static int put_outer(struct nl_msg *m, const struct outer_cfg *o)
{
	int err = 0;

	if (o->df != DF_COPY)
		err |= nla_put_u32(m, VPNTUN_A_PEER_DF, o->df);
	if (o->fragment != FRAGMENT_BEFORE)
		err |= nla_put_u32(m, VPNTUN_A_PEER_FRAGMENT, o->fragment);
	if (o->dscp != DSCP_COPY)
		err |= nla_put_u8(m, VPNTUN_A_PEER_DSCP, (uint8_t)o->dscp);
	if (o->ttl != TTL_ROUTE)
		err |= nla_put_u8(m, VPNTUN_A_PEER_TTL, (uint8_t)o->ttl);
	if (!o->ecn)
		err |= nla_put_u8(m, VPNTUN_A_PEER_ECN, 0);
	if (!o->mss_clamp)
		err |= nla_put_u8(m, VPNTUN_A_PEER_MSS_CLAMP, 0);
	return err;
}

static int put_peer(struct nl_msg *m, const struct ike_action *a, int udp_fd)
{
	const struct act_peer *p = &a->peer;
	int err = nla_put_u32(m, VPNTUN_A_PEER_ID, p->peer_id);
	uint16_t family =
		p->remote.sa.sa_family != AF_UNSPEC ? p->remote.sa.sa_family : p->local.sa.sa_family;

	if (a->type == ACT_PEER_DEL)
		return err;
	if (family != AF_UNSPEC)
		err |= nla_put_u16(m, VPNTUN_A_PEER_FAMILY, family);
	err |= put_endpoint(m, &p->local, VPNTUN_A_PEER_LOCAL, VPNTUN_A_PEER_LOCAL_PORT, p->udp);
	err |= put_endpoint(m, &p->remote, VPNTUN_A_PEER_REMOTE, VPNTUN_A_PEER_REMOTE_PORT, p->udp);
	err |= nla_put_u32(m, VPNTUN_A_PEER_ENCAP, p->udp ? VPNTUN_ENCAP_UDP : VPNTUN_ENCAP_NONE);
	if (p->udp)
		err |= nla_put_u32(m, VPNTUN_A_PEER_SOCKET, (uint32_t)udp_fd);
	/* a change to none has to be said */
	if (p->udp && (p->keepalive || a->type == ACT_PEER_SET))
		err |= nla_put_u16(m, VPNTUN_A_PEER_KEEPALIVE, p->keepalive);
	if (a->type != ACT_PEER_NEW)
		return err;
	err |= put_outer(m, &p->outer);
	if (p->name[0])
		err |= nla_put_string(m, VPNTUN_A_PEER_NAME, p->name);
	return err;
}

static int put_selector(struct nl_msg *m, int type, const struct subnet *s)
{
	struct nlattr *nest = nlq_nest(m, type);
	int err;

	if (!nest)
		return -ENOMEM;
	err = nla_put_u16(m, VPNTUN_A_SELECTOR_FAMILY, s->family);
	err |= nla_put(m, VPNTUN_A_SELECTOR_ADDR, s->family == AF_INET6 ? 16 : 4, s->addr);
	err |= nla_put_u8(m, VPNTUN_A_SELECTOR_PREFIXLEN, s->prefixlen);
	if (s->proto)
		err |= nla_put_u8(m, VPNTUN_A_SELECTOR_PROTO, s->proto);
	if (s->port) {
		err |= nla_put_u16(m, VPNTUN_A_SELECTOR_PORT_MIN, s->port);
		err |= nla_put_u16(m, VPNTUN_A_SELECTOR_PORT_MAX, s->port);
	}
	nla_nest_end(m, nest);
	return err;
}

static int put_child(struct nl_msg *m, const struct ike_action *a)
{
	const struct act_child *c = &a->child;
	int err = nla_put_u32(m, VPNTUN_A_CHILD_ID, c->child_id);

	err |= nla_put_u32(m, VPNTUN_A_CHILD_PEER_ID, c->peer_id);
	if (a->type == ACT_CHILD_DEL)
		return err;
	err |= put_selector(m, VPNTUN_A_CHILD_LOCAL_TS, &c->local);
	err |= put_selector(m, VPNTUN_A_CHILD_REMOTE_TS, &c->remote);
	err |= nla_put_u8(m, VPNTUN_A_CHILD_ACQUIRE, c->acquire);
	return err;
}

static int put_u64_if(struct nl_msg *m, int type, uint64_t v)
{
	return v ? nla_put_u64(m, type, v) : 0;
}

static int put_algorithms(struct nl_msg *m, const struct act_sa *s)
{
	uint32_t enc = s->suite.enc < ENC_N ? enc_to_kernel[s->suite.enc] : 0;
	uint32_t auth = s->suite.integ < HASH_N ? hash_to_kernel[s->suite.integ] : 0;
	int err;

	if (s->suite.icv96 && s->suite.integ == HASH_SHA2_256)
		auth = VPNTUN_AUTH_HMAC_SHA2_256_96;
	/* an unknown algorithm must not turn into none, and none of both is no protection at all */
	if (!enc || enc_info(s->suite.enc)->aead == (auth != 0) || (s->suite.integ != HASH_NONE && !auth))
		return -EINVAL;
	err = nla_put_u32(m, VPNTUN_A_SA_ENC, enc);
	if (s->suite.enc != ENC_NULL)
		err |= nla_put(m, VPNTUN_A_SA_ENC_KEY, (int)s->enc_key.len, s->enc_key.p);
	err |= nla_put_u32(m, VPNTUN_A_SA_AUTH, auth);
	if (auth)
		err |= nla_put(m, VPNTUN_A_SA_AUTH_KEY, (int)s->auth_key.len, s->auth_key.p);
	return err;
}

static int put_sa(struct nl_msg *m, const struct ike_action *a)
{
	const struct act_sa *s = &a->sa;
	int err = nla_put_u32(m, VPNTUN_A_SA_PEER_ID, s->peer_id);

	err |= nla_put_u32(m, VPNTUN_A_SA_CHILD_ID, s->child_id);
	err |= nla_put_u32(m, VPNTUN_A_SA_DIR, s->dir);
	err |= nla_put_u32(m, VPNTUN_A_SA_SPI, htonl(s->spi));
	if (a->type != ACT_SA_INSTALL)
		return err;
	err |= nla_put_u32(m, VPNTUN_A_SA_SLOT, s->slot);
	err |= put_algorithms(m, s);
	if (s->dir == SA_IN && s->replay_window)
		err |= nla_put_u32(m, VPNTUN_A_SA_REPLAY_WINDOW, s->replay_window);
	if (s->suite.esn)
		err |= nla_put_u8(m, VPNTUN_A_SA_ESN, 1);
	if (s->dir == SA_OUT && s->tfc_pad)
		err |= nla_put_u32(m, VPNTUN_A_SA_TFC_PAD, s->tfc_pad);
	err |= put_u64_if(m, VPNTUN_A_SA_SOFT_BYTES, s->soft_bytes);
	err |= put_u64_if(m, VPNTUN_A_SA_HARD_BYTES, s->hard_bytes);
	err |= put_u64_if(m, VPNTUN_A_SA_SOFT_PACKETS, s->soft_packets);
	err |= put_u64_if(m, VPNTUN_A_SA_HARD_SECONDS, s->hard_seconds);
	return err;
}

struct nl_msg *kmsg_action(const struct ike_action *a, int family, uint32_t ifindex, int udp_fd)
{
	uint8_t cmd = kmsg_cmd(a->type);
	bool peer = a->type >= ACT_PEER_NEW && a->type <= ACT_PEER_DEL;
	bool child = a->type == ACT_CHILD_NEW || a->type == ACT_CHILD_DEL;
	struct nl_msg *m = cmd ? begin(family, cmd, ifindex) : NULL;
	struct nlattr *nest;
	int err;

	if (!m)
		return NULL;
	nest = nlq_nest(m, peer ? VPNTUN_A_PEER : child ? VPNTUN_A_CHILD : VPNTUN_A_SA);
	if (!nest)
		goto fail;
	err = peer ? put_peer(m, a, udp_fd) : child ? put_child(m, a) : put_sa(m, a);
	if (err)
		goto fail;
	nla_nest_end(m, nest);
	return m;
fail:
	nlq_wipe_free(m);
	return NULL;
}

struct nl_msg *kmsg_dump(int family, uint8_t cmd, uint32_t ifindex, const uint32_t *peer_id)
{
	struct nl_msg *m = begin(family, cmd, ifindex);
	struct nlattr *nest;

	if (!m || !peer_id)
		return m;
	nest = nlq_nest(m, VPNTUN_A_SA);
	if (!nest || nla_put_u32(m, VPNTUN_A_SA_PEER_ID, *peer_id)) {
		nlmsg_free(m);
		return NULL;
	}
	nla_nest_end(m, nest);
	return m;
}

struct nl_msg *kmsg_peer_del(int family, uint32_t ifindex, uint32_t peer_id)
{
	struct ike_action a = { .type = ACT_PEER_DEL, .peer.peer_id = peer_id };

	return kmsg_action(&a, family, ifindex, -1);
}

/* ---- from the kernel ---- */

static struct nla_policy top_policy[VPNTUN_A_MAX + 1] = {
	[VPNTUN_A_IFINDEX] = { .type = NLA_U32 }, [VPNTUN_A_PEER] = { .type = NLA_NESTED },
	[VPNTUN_A_CHILD] = { .type = NLA_NESTED }, [VPNTUN_A_SA] = { .type = NLA_NESTED },
	[VPNTUN_A_EVENT] = { .type = NLA_NESTED },
};

static struct nla_policy peer_policy[VPNTUN_A_PEER_MAX + 1] = {
	[VPNTUN_A_PEER_ID] = { .type = NLA_U32 },
	[VPNTUN_A_PEER_FAMILY] = { .type = NLA_U16 },
	[VPNTUN_A_PEER_LOCAL] = { .minlen = 4, .maxlen = 16 },
	[VPNTUN_A_PEER_REMOTE] = { .minlen = 4, .maxlen = 16 },
	[VPNTUN_A_PEER_LOCAL_PORT] = { .type = NLA_U16 },
	[VPNTUN_A_PEER_REMOTE_PORT] = { .type = NLA_U16 },
};

static struct nla_policy child_policy[VPNTUN_A_CHILD_MAX + 1] = {
	[VPNTUN_A_CHILD_ID] = { .type = NLA_U32 }, [VPNTUN_A_CHILD_PEER_ID] = { .type = NLA_U32 },
};

static struct nla_policy sa_policy[VPNTUN_A_SA_MAX + 1] = {
	[VPNTUN_A_SA_PEER_ID] = { .type = NLA_U32 }, [VPNTUN_A_SA_CHILD_ID] = { .type = NLA_U32 },
	[VPNTUN_A_SA_DIR] = { .type = NLA_U32 }, [VPNTUN_A_SA_SPI] = { .type = NLA_U32 },
	[VPNTUN_A_SA_BYTES] = { .type = NLA_U64 }, [VPNTUN_A_SA_PACKETS] = { .type = NLA_U64 },
	[VPNTUN_A_SA_IDLE] = { .type = NLA_U64 },
};

static struct nla_policy event_policy[VPNTUN_A_EVENT_MAX + 1] = {
	[VPNTUN_A_EVENT_TYPE] = { .type = NLA_U32 },
	[VPNTUN_A_EVENT_SEQ] = { .type = NLA_U32 },
	[VPNTUN_A_EVENT_COUNTER] = { .type = NLA_STRING, .maxlen = 63 },
	[VPNTUN_A_EVENT_COUNT] = { .type = NLA_U64 },
};

static uint32_t u32_or(struct nlattr *a, uint32_t otherwise)
{
	return a ? nla_get_u32(a) : otherwise;
}

static uint64_t u64_or(struct nlattr *a, uint64_t otherwise)
{
	return a ? nla_get_u64(a) : otherwise;
}

static bool parse_peer(struct nlattr *nest, struct kmsg_in *out)
{
	struct nlattr *a[VPNTUN_A_PEER_MAX + 1];
	union endpoint *r = &out->ev.remote;

	if (nla_parse_nested(a, VPNTUN_A_PEER_MAX, nest, peer_policy))
		return false;
	out->ev.peer_id = u32_or(a[VPNTUN_A_PEER_ID], out->ev.peer_id);
	if (!a[VPNTUN_A_PEER_REMOTE])
		return true;
	if (nla_len(a[VPNTUN_A_PEER_REMOTE]) == 4) {
		r->v4.sin_family = AF_INET;
		memcpy(&r->v4.sin_addr, nla_data(a[VPNTUN_A_PEER_REMOTE]), 4);
	} else if (nla_len(a[VPNTUN_A_PEER_REMOTE]) == 16) {
		r->v6.sin6_family = AF_INET6;
		memcpy(&r->v6.sin6_addr, nla_data(a[VPNTUN_A_PEER_REMOTE]), 16);
	} else {
		return false;
	}
	if (a[VPNTUN_A_PEER_REMOTE_PORT])
		endpoint_set_port(r, ntohs(nla_get_u16(a[VPNTUN_A_PEER_REMOTE_PORT])));
	return true;
}

static bool parse_child(struct nlattr *nest, struct kmsg_in *out)
{
	struct nlattr *a[VPNTUN_A_CHILD_MAX + 1];

	if (nla_parse_nested(a, VPNTUN_A_CHILD_MAX, nest, child_policy))
		return false;
	out->ev.child_id = u32_or(a[VPNTUN_A_CHILD_ID], out->ev.child_id);
	out->ev.peer_id = u32_or(a[VPNTUN_A_CHILD_PEER_ID], out->ev.peer_id);
	return true;
}

static bool parse_sa(struct nlattr *nest, struct kmsg_in *out)
{
	struct nlattr *a[VPNTUN_A_SA_MAX + 1];
	struct ike_kernel_event *ev = &out->ev;

	if (nla_parse_nested(a, VPNTUN_A_SA_MAX, nest, sa_policy))
		return false;
	ev->peer_id = u32_or(a[VPNTUN_A_SA_PEER_ID], ev->peer_id);
	ev->child_id = u32_or(a[VPNTUN_A_SA_CHILD_ID], ev->child_id);
	ev->dir = u32_or(a[VPNTUN_A_SA_DIR], VPNTUN_DIR_OUT) == VPNTUN_DIR_IN ? SA_IN : SA_OUT;
	ev->spi = ntohl(u32_or(a[VPNTUN_A_SA_SPI], 0));
	ev->bytes = u64_or(a[VPNTUN_A_SA_BYTES], 0);
	ev->packets = u64_or(a[VPNTUN_A_SA_PACKETS], 0);
	ev->idle_ms = a[VPNTUN_A_SA_IDLE] ? (int64_t)nla_get_u64(a[VPNTUN_A_SA_IDLE]) : -1;
	return true;
}

static const enum kev_type event_types[] = {
	[VPNTUN_EVENT_TYPE_ACQUIRE] = KEV_ACQUIRE,
	[VPNTUN_EVENT_TYPE_SOFT_EXPIRE] = KEV_SOFT_EXPIRE,
	[VPNTUN_EVENT_TYPE_HARD_EXPIRE] = KEV_HARD_EXPIRE,
	[VPNTUN_EVENT_TYPE_FIRST_USE] = KEV_FIRST_USE,
	[VPNTUN_EVENT_TYPE_MAPPING] = KEV_MAPPING,
};

static bool parse_event(struct nlattr *nest, struct kmsg_in *out)
{
	struct nlattr *a[VPNTUN_A_EVENT_MAX + 1];
	uint32_t type;

	if (nla_parse_nested(a, VPNTUN_A_EVENT_MAX, nest, event_policy) || !a[VPNTUN_A_EVENT_TYPE])
		return false;
	type = nla_get_u32(a[VPNTUN_A_EVENT_TYPE]);
	out->seq = u32_or(a[VPNTUN_A_EVENT_SEQ], 0);
	out->count = u64_or(a[VPNTUN_A_EVENT_COUNT], 0);
	if (a[VPNTUN_A_EVENT_COUNTER])
		nla_strlcpy(out->counter, a[VPNTUN_A_EVENT_COUNTER], sizeof(out->counter));
	out->drop_burst = type == VPNTUN_EVENT_TYPE_DROP_BURST;
	if (type < sizeof(event_types) / sizeof(event_types[0])) {
		out->ev.type = event_types[type];
		out->known = true;
	}
	return true;
}

bool kmsg_in_order(struct kmsg_order *o, uint32_t seq)
{
	bool ok = !o->synced || seq == o->next;

	o->synced = true;
	o->next = seq + 1;
	return ok;
}

bool kmsg_parse(struct nlmsghdr *h, struct kmsg_in *out)
{
	struct nlattr *a[VPNTUN_A_MAX + 1];

	memset(out, 0, sizeof(*out));
	out->ev.idle_ms = -1;
	if (!genlmsg_valid_hdr(h, 0) || genlmsg_parse(h, 0, a, VPNTUN_A_MAX, top_policy) ||
	    !a[VPNTUN_A_IFINDEX])
		return false;
	out->cmd = genlmsg_hdr(h)->cmd;
	out->ifindex = nla_get_u32(a[VPNTUN_A_IFINDEX]);
	if ((a[VPNTUN_A_PEER] && !parse_peer(a[VPNTUN_A_PEER], out)) ||
	    (a[VPNTUN_A_CHILD] && !parse_child(a[VPNTUN_A_CHILD], out)) ||
	    (a[VPNTUN_A_SA] && !parse_sa(a[VPNTUN_A_SA], out)))
		return false;
	if (out->cmd == VPNTUN_CMD_SA_GET) {
		out->ev.type = KEV_STATS;
		out->known = a[VPNTUN_A_SA] != NULL;
	}
	if (out->cmd == VPNTUN_CMD_NOTIFY)
		return a[VPNTUN_A_EVENT] && parse_event(a[VPNTUN_A_EVENT], out);
	return true;
}
