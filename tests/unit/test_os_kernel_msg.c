// SPDX-License-Identifier: GPL-2.0
/* Actions to netlink messages and back: every attribute is read again, as the module would. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <netlink/genl/genl.h>

#include "os/kernel_msg.h"
#include "vpntun.h"

#define FAMILY 0x1c
#define IFINDEX 7

static struct nlattr *top[VPNTUN_A_MAX + 1];

/* open_msg - check header and device, leave the attributes in top[] */
static void open_msg(struct nl_msg *m, uint8_t cmd)
{
	struct nlmsghdr *h = nlmsg_hdr(m);

	assert_int_equal(h->nlmsg_type, FAMILY);
	assert_true(h->nlmsg_flags & NLM_F_REQUEST);
	assert_int_equal(genlmsg_hdr(h)->cmd, cmd);
	assert_int_equal(genlmsg_hdr(h)->version, VPNTUN_FAMILY_VERSION);
	assert_int_equal(genlmsg_parse(h, 0, top, VPNTUN_A_MAX, NULL), 0);
	assert_int_equal(nla_get_u32(top[VPNTUN_A_IFINDEX]), IFINDEX);
}

static void open_nest(struct nlattr **out, int max, struct nlattr *nest)
{
	assert_non_null(nest);
	assert_true(nest->nla_type & NLA_F_NESTED);
	assert_int_equal(nla_parse_nested(out, max, nest, NULL), 0);
}

static union endpoint ep(const char *addr, uint16_t port)
{
	union endpoint e;

	assert_true(addr_parse(addr, &e));
	endpoint_set_port(&e, port);
	return e;
}

static struct ike_action peer_action(enum ike_action_type type)
{
	struct ike_action a = { .type = type };

	strcpy(a.peer.ifname, "vpn0");
	strcpy(a.peer.name, "site-b");
	a.peer.peer_id = 42;
	a.peer.local = ep("192.0.2.1", 4500);
	a.peer.remote = ep("198.51.100.9", 61234);
	a.peer.udp = true;
	return a;
}

static void peer_in_udp(void **state)
{
	struct ike_action a = peer_action(ACT_PEER_NEW);
	struct nl_msg *m = kmsg_action(&a, FAMILY, IFINDEX, 11);
	struct nlattr *p[VPNTUN_A_PEER_MAX + 1];

	(void)state;
	assert_non_null(m);
	open_msg(m, VPNTUN_CMD_PEER_NEW);
	open_nest(p, VPNTUN_A_PEER_MAX, top[VPNTUN_A_PEER]);
	assert_int_equal(nla_get_u32(p[VPNTUN_A_PEER_ID]), 42);
	assert_int_equal(nla_get_u16(p[VPNTUN_A_PEER_FAMILY]), AF_INET);
	assert_int_equal(nla_len(p[VPNTUN_A_PEER_LOCAL]), 4);
	assert_memory_equal(nla_data(p[VPNTUN_A_PEER_LOCAL]), "\xc0\x00\x02\x01", 4);
	assert_memory_equal(nla_data(p[VPNTUN_A_PEER_REMOTE]), "\xc6\x33\x64\x09", 4);
	assert_int_equal(nla_get_u32(p[VPNTUN_A_PEER_ENCAP]), VPNTUN_ENCAP_UDP);
	assert_int_equal(ntohs(nla_get_u16(p[VPNTUN_A_PEER_LOCAL_PORT])), 4500);
	assert_int_equal(ntohs(nla_get_u16(p[VPNTUN_A_PEER_REMOTE_PORT])), 61234);
	assert_int_equal(nla_get_u32(p[VPNTUN_A_PEER_SOCKET]), 11);
	assert_string_equal(nla_get_string(p[VPNTUN_A_PEER_NAME]), "site-b");
	nlq_wipe_free(m);
}

/* Defaults are the family's own and are left out, all else goes with the new peer. */
static void peer_manners(void **state)
{
	static const int attrs[] = {
		VPNTUN_A_PEER_DF, VPNTUN_A_PEER_FRAGMENT, VPNTUN_A_PEER_DSCP, VPNTUN_A_PEER_TTL, VPNTUN_A_PEER_ECN,
		VPNTUN_A_PEER_MSS_CLAMP,
	};
	struct ike_action a = peer_action(ACT_PEER_NEW);
	struct nlattr *p[VPNTUN_A_PEER_MAX + 1];
	struct nl_msg *m;

	(void)state;
	a.peer.outer = (struct outer_cfg){ .dscp = DSCP_COPY, .ttl = TTL_ROUTE, .ecn = true, .mss_clamp = true };
	m = kmsg_action(&a, FAMILY, IFINDEX, 11);
	open_msg(m, VPNTUN_CMD_PEER_NEW);
	open_nest(p, VPNTUN_A_PEER_MAX, top[VPNTUN_A_PEER]);
	for (size_t i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++)
		assert_null(p[attrs[i]]);
	assert_null(p[VPNTUN_A_PEER_KEEPALIVE]);
	nlq_wipe_free(m);

	a.peer.outer = (struct outer_cfg){ .df = DF_CLEAR, .fragment = FRAGMENT_AFTER, .dscp = 0, .ttl = 255 };
	a.peer.keepalive = 20;
	m = kmsg_action(&a, FAMILY, IFINDEX, 11);
	open_msg(m, VPNTUN_CMD_PEER_NEW);
	open_nest(p, VPNTUN_A_PEER_MAX, top[VPNTUN_A_PEER]);
	assert_int_equal(nla_get_u32(p[VPNTUN_A_PEER_DF]), VPNTUN_DF_CLEAR);
	assert_int_equal(nla_get_u32(p[VPNTUN_A_PEER_FRAGMENT]), VPNTUN_FRAGMENT_AFTER);
	assert_int_equal(nla_get_u8(p[VPNTUN_A_PEER_DSCP]), 0);
	assert_int_equal(nla_get_u8(p[VPNTUN_A_PEER_TTL]), 255);
	assert_int_equal(nla_get_u8(p[VPNTUN_A_PEER_ECN]), 0);
	assert_int_equal(nla_get_u8(p[VPNTUN_A_PEER_MSS_CLAMP]), 0);
	assert_int_equal(nla_get_u16(p[VPNTUN_A_PEER_KEEPALIVE]), 20);
	nlq_wipe_free(m);

	/* a peer that moved out of its NAT: no keepalives any more, which has to be said */
	a.type = ACT_PEER_SET;
	a.peer.keepalive = 0;
	m = kmsg_action(&a, FAMILY, IFINDEX, 11);
	open_msg(m, VPNTUN_CMD_PEER_SET);
	open_nest(p, VPNTUN_A_PEER_MAX, top[VPNTUN_A_PEER]);
	assert_int_equal(nla_get_u16(p[VPNTUN_A_PEER_KEEPALIVE]), 0);
	assert_null(p[VPNTUN_A_PEER_DF]);
	nlq_wipe_free(m);
	a.peer.udp = false;
	m = kmsg_action(&a, FAMILY, IFINDEX, 11);
	open_msg(m, VPNTUN_CMD_PEER_SET);
	open_nest(p, VPNTUN_A_PEER_MAX, top[VPNTUN_A_PEER]);
	assert_null(p[VPNTUN_A_PEER_KEEPALIVE]);
	nlq_wipe_free(m);
}

static void peer_over_ipv6(void **state)
{
	struct ike_action a = peer_action(ACT_PEER_NEW);
	struct nlattr *p[VPNTUN_A_PEER_MAX + 1];
	struct nl_msg *m;

	(void)state;
	a.peer.local = ep("2001:db8::1", 4500);
	a.peer.remote = ep("2001:db8::2", 61234);
	m = kmsg_action(&a, FAMILY, IFINDEX, 12);
	open_msg(m, VPNTUN_CMD_PEER_NEW);
	open_nest(p, VPNTUN_A_PEER_MAX, top[VPNTUN_A_PEER]);
	assert_int_equal(nla_get_u16(p[VPNTUN_A_PEER_FAMILY]), AF_INET6);
	assert_int_equal(nla_len(p[VPNTUN_A_PEER_LOCAL]), 16);
	assert_int_equal(nla_len(p[VPNTUN_A_PEER_REMOTE]), 16);
	assert_memory_equal(nla_data(p[VPNTUN_A_PEER_REMOTE]), &a.peer.remote.v6.sin6_addr, 16);
	assert_int_equal(ntohs(nla_get_u16(p[VPNTUN_A_PEER_REMOTE_PORT])), 61234);
	assert_int_equal(nla_get_u32(p[VPNTUN_A_PEER_SOCKET]), 12);
	nlq_wipe_free(m);
}

/* Counters of one peer: its number goes along, as the module understands it */
static void dump_of_a_peer(void **state)
{
	const uint32_t peer_id = 42;
	struct nlattr *s[VPNTUN_A_SA_MAX + 1];
	struct nl_msg *m = kmsg_dump(FAMILY, VPNTUN_CMD_SA_GET, IFINDEX, &peer_id);

	(void)state;
	open_msg(m, VPNTUN_CMD_SA_GET);
	open_nest(s, VPNTUN_A_SA_MAX, top[VPNTUN_A_SA]);
	assert_int_equal(nla_get_u32(s[VPNTUN_A_SA_PEER_ID]), 42);
	nlmsg_free(m);
	m = kmsg_dump(FAMILY, VPNTUN_CMD_SA_GET, IFINDEX, NULL);
	open_msg(m, VPNTUN_CMD_SA_GET);
	assert_null(top[VPNTUN_A_SA]);
	nlmsg_free(m);
}

static void peer_raw_and_unknown(void **state)
{
	struct ike_action a = peer_action(ACT_PEER_SET);
	struct nlattr *p[VPNTUN_A_PEER_MAX + 1];
	struct nl_msg *m;

	(void)state;
	a.peer.udp = false;
	memset(&a.peer.remote, 0, sizeof(a.peer.remote));
	m = kmsg_action(&a, FAMILY, IFINDEX, 11);
	open_msg(m, VPNTUN_CMD_PEER_SET);
	open_nest(p, VPNTUN_A_PEER_MAX, top[VPNTUN_A_PEER]);
	assert_null(p[VPNTUN_A_PEER_REMOTE]);
	assert_non_null(p[VPNTUN_A_PEER_LOCAL]);
	assert_int_equal(nla_get_u32(p[VPNTUN_A_PEER_ENCAP]), VPNTUN_ENCAP_NONE);
	assert_null(p[VPNTUN_A_PEER_SOCKET]);
	assert_null(p[VPNTUN_A_PEER_LOCAL_PORT]);
	nlq_wipe_free(m);

	/* 0.0.0.0 is no address either, and without any the family goes too */
	a.peer.local = ep("0.0.0.0", 500);
	m = kmsg_action(&a, FAMILY, IFINDEX, 11);
	open_msg(m, VPNTUN_CMD_PEER_SET);
	open_nest(p, VPNTUN_A_PEER_MAX, top[VPNTUN_A_PEER]);
	assert_null(p[VPNTUN_A_PEER_LOCAL]);
	nlq_wipe_free(m);

	a.type = ACT_PEER_DEL;
	m = kmsg_action(&a, FAMILY, IFINDEX, 11);
	open_msg(m, VPNTUN_CMD_PEER_DEL);
	open_nest(p, VPNTUN_A_PEER_MAX, top[VPNTUN_A_PEER]);
	assert_int_equal(nla_get_u32(p[VPNTUN_A_PEER_ID]), 42);
	assert_null(p[VPNTUN_A_PEER_ENCAP]);
	nlq_wipe_free(m);
}

static void child_selectors(void **state)
{
	struct ike_action a = { .type = ACT_CHILD_NEW };
	struct nlattr *c[VPNTUN_A_CHILD_MAX + 1], *s[VPNTUN_A_SELECTOR_MAX + 1];
	struct nl_msg *m;

	(void)state;
	a.child.peer_id = 42;
	a.child.child_id = 3;
	a.child.acquire = true;
	assert_true(subnet_parse("192.168.1.0/24", &a.child.local));
	assert_true(subnet_parse("2001:db8::/32", &a.child.remote));
	a.child.remote.proto = 6;
	a.child.remote.port = 443;
	m = kmsg_action(&a, FAMILY, IFINDEX, -1);
	open_msg(m, VPNTUN_CMD_CHILD_NEW);
	open_nest(c, VPNTUN_A_CHILD_MAX, top[VPNTUN_A_CHILD]);
	assert_int_equal(nla_get_u32(c[VPNTUN_A_CHILD_ID]), 3);
	assert_int_equal(nla_get_u32(c[VPNTUN_A_CHILD_PEER_ID]), 42);
	assert_int_equal(nla_get_u8(c[VPNTUN_A_CHILD_ACQUIRE]), 1);
	open_nest(s, VPNTUN_A_SELECTOR_MAX, c[VPNTUN_A_CHILD_LOCAL_TS]);
	assert_int_equal(nla_get_u16(s[VPNTUN_A_SELECTOR_FAMILY]), AF_INET);
	assert_int_equal(nla_len(s[VPNTUN_A_SELECTOR_ADDR]), 4);
	assert_memory_equal(nla_data(s[VPNTUN_A_SELECTOR_ADDR]), "\xc0\xa8\x01\x00", 4);
	assert_int_equal(nla_get_u8(s[VPNTUN_A_SELECTOR_PREFIXLEN]), 24);
	assert_null(s[VPNTUN_A_SELECTOR_PROTO]);
	assert_null(s[VPNTUN_A_SELECTOR_PORT_MIN]);
	open_nest(s, VPNTUN_A_SELECTOR_MAX, c[VPNTUN_A_CHILD_REMOTE_TS]);
	assert_int_equal(nla_get_u16(s[VPNTUN_A_SELECTOR_FAMILY]), AF_INET6);
	assert_int_equal(nla_len(s[VPNTUN_A_SELECTOR_ADDR]), 16);
	assert_int_equal(nla_get_u8(s[VPNTUN_A_SELECTOR_PROTO]), 6);
	assert_int_equal(nla_get_u16(s[VPNTUN_A_SELECTOR_PORT_MIN]), 443);
	assert_int_equal(nla_get_u16(s[VPNTUN_A_SELECTOR_PORT_MAX]), 443);
	nlq_wipe_free(m);
}

static struct ike_action sa_action(enum enc_alg enc, enum hash_alg integ, size_t enc_len, size_t auth_len)
{
	struct ike_action a = { .type = ACT_SA_INSTALL };

	a.sa.peer_id = 42;
	a.sa.child_id = 3;
	a.sa.dir = SA_IN;
	a.sa.spi = 0xc0ffee01;
	a.sa.slot = SLOT_NEXT;
	a.sa.suite = (struct esp_suite){ .enc = enc, .keybits = 128, .integ = integ };
	a.sa.replay_window = 1024;
	a.sa.hard_bytes = 1ull << 40;
	a.sa.soft_packets = 4000000000;
	a.sa.hard_seconds = 3600;
	assert_true(secret_alloc(&a.sa.enc_key, enc_len));
	memset(a.sa.enc_key.p, 0xe1, enc_len);
	if (auth_len) {
		assert_true(secret_alloc(&a.sa.auth_key, auth_len));
		memset(a.sa.auth_key.p, 0xa7, auth_len);
	}
	return a;
}

static void wipe(struct ike_action *a)
{
	secret_wipe(&a->sa.enc_key);
	secret_wipe(&a->sa.auth_key);
}

static void sa_in_full(void **state)
{
	struct ike_action a = sa_action(ENC_AES_CBC, HASH_SHA2_256, 16, 32);
	struct nlattr *s[VPNTUN_A_SA_MAX + 1];
	struct nl_msg *m = kmsg_action(&a, FAMILY, IFINDEX, -1);

	(void)state;
	open_msg(m, VPNTUN_CMD_SA_NEW);
	open_nest(s, VPNTUN_A_SA_MAX, top[VPNTUN_A_SA]);
	assert_int_equal(nla_get_u32(s[VPNTUN_A_SA_PEER_ID]), 42);
	assert_int_equal(nla_get_u32(s[VPNTUN_A_SA_CHILD_ID]), 3);
	assert_int_equal(nla_get_u32(s[VPNTUN_A_SA_DIR]), VPNTUN_DIR_IN);
	assert_memory_equal(nla_data(s[VPNTUN_A_SA_SPI]), "\xc0\xff\xee\x01", 4);
	assert_int_equal(nla_get_u32(s[VPNTUN_A_SA_SLOT]), VPNTUN_SLOT_NEXT);
	assert_int_equal(nla_get_u32(s[VPNTUN_A_SA_ENC]), VPNTUN_ENC_AES_CBC);
	assert_int_equal(nla_len(s[VPNTUN_A_SA_ENC_KEY]), 16);
	assert_memory_equal(nla_data(s[VPNTUN_A_SA_ENC_KEY]), a.sa.enc_key.p, 16);
	assert_int_equal(nla_get_u32(s[VPNTUN_A_SA_AUTH]), VPNTUN_AUTH_HMAC_SHA2_256_128);
	assert_int_equal(nla_len(s[VPNTUN_A_SA_AUTH_KEY]), 32);
	assert_memory_equal(nla_data(s[VPNTUN_A_SA_AUTH_KEY]), a.sa.auth_key.p, 32);
	assert_int_equal(nla_get_u32(s[VPNTUN_A_SA_REPLAY_WINDOW]), 1024);
	assert_null(s[VPNTUN_A_SA_SOFT_BYTES]);
	assert_null(s[VPNTUN_A_SA_ESN]);
	assert_null(s[VPNTUN_A_SA_TFC_PAD]);
	assert_true(nla_get_u64(s[VPNTUN_A_SA_HARD_BYTES]) == 1ull << 40);
	assert_true(nla_get_u64(s[VPNTUN_A_SA_SOFT_PACKETS]) == 4000000000);
	assert_true(nla_get_u64(s[VPNTUN_A_SA_HARD_SECONDS]) == 3600);
	nlq_wipe_free(m);
	wipe(&a);
}

static void sa_out_gcm(void **state)
{
	struct ike_action a = sa_action(ENC_AES_GCM16, HASH_NONE, 20, 0);
	struct nlattr *s[VPNTUN_A_SA_MAX + 1];
	struct nl_msg *m;

	(void)state;
	a.sa.suite.esn = true;
	a.sa.tfc_pad = 1400;
	m = kmsg_action(&a, FAMILY, IFINDEX, -1);
	open_msg(m, VPNTUN_CMD_SA_NEW);
	open_nest(s, VPNTUN_A_SA_MAX, top[VPNTUN_A_SA]);
	assert_int_equal(nla_get_u8(s[VPNTUN_A_SA_ESN]), 1);
	assert_null(s[VPNTUN_A_SA_TFC_PAD]);	/* outbound only */
	nlq_wipe_free(m);
	a.sa.dir = SA_OUT;
	m = kmsg_action(&a, FAMILY, IFINDEX, -1);
	open_msg(m, VPNTUN_CMD_SA_NEW);
	open_nest(s, VPNTUN_A_SA_MAX, top[VPNTUN_A_SA]);
	assert_int_equal(nla_get_u32(s[VPNTUN_A_SA_ENC]), VPNTUN_ENC_AES_GCM16);
	assert_int_equal(nla_len(s[VPNTUN_A_SA_ENC_KEY]), 20);
	assert_int_equal(nla_get_u32(s[VPNTUN_A_SA_AUTH]), VPNTUN_AUTH_NONE);
	assert_null(s[VPNTUN_A_SA_AUTH_KEY]);
	assert_null(s[VPNTUN_A_SA_REPLAY_WINDOW]);	/* inbound only */
	assert_int_equal(nla_get_u8(s[VPNTUN_A_SA_ESN]), 1);
	assert_int_equal(nla_get_u32(s[VPNTUN_A_SA_TFC_PAD]), 1400);
	nlq_wipe_free(m);

	a.type = ACT_SA_PROMOTE;
	m = kmsg_action(&a, FAMILY, IFINDEX, -1);
	open_msg(m, VPNTUN_CMD_SA_PROMOTE);
	open_nest(s, VPNTUN_A_SA_MAX, top[VPNTUN_A_SA]);
	assert_non_null(s[VPNTUN_A_SA_SPI]);
	assert_null(s[VPNTUN_A_SA_ENC_KEY]);	/* keys travel once */
	nlq_wipe_free(m);
	wipe(&a);
}

static void sa_algorithms(void **state)
{
	static const struct {
		enum enc_alg enc;
		enum hash_alg integ;
		uint32_t kenc, kauth;
		bool icv96;
	} rows[] = {
		{ ENC_3DES, HASH_MD5, VPNTUN_ENC_DES3_CBC, VPNTUN_AUTH_HMAC_MD5_96, false },
		{ ENC_AES_CBC, HASH_SHA1, VPNTUN_ENC_AES_CBC, VPNTUN_AUTH_HMAC_SHA1_96, false },
		{ ENC_AES_CBC, HASH_SHA2_384, VPNTUN_ENC_AES_CBC, VPNTUN_AUTH_HMAC_SHA2_384_192, false },
		{ ENC_AES_CBC, HASH_SHA2_512, VPNTUN_ENC_AES_CBC, VPNTUN_AUTH_HMAC_SHA2_512_256, false },
		{ ENC_AES_CBC, HASH_SHA2_256, VPNTUN_ENC_AES_CBC, VPNTUN_AUTH_HMAC_SHA2_256_96, true },
		{ ENC_AES_CBC, HASH_SHA1, VPNTUN_ENC_AES_CBC, VPNTUN_AUTH_HMAC_SHA1_96, true },
		{ ENC_NULL, HASH_SHA2_256, VPNTUN_ENC_NULL, VPNTUN_AUTH_HMAC_SHA2_256_128, false },
		{ ENC_AES_GCM12, HASH_NONE, VPNTUN_ENC_AES_GCM12, VPNTUN_AUTH_NONE, false },
		{ ENC_AES_GCM8, HASH_NONE, VPNTUN_ENC_AES_GCM8, VPNTUN_AUTH_NONE, false },
		{ ENC_AES_GMAC, HASH_NONE, VPNTUN_ENC_AES_GMAC, VPNTUN_AUTH_NONE, false },
		{ ENC_CHACHA20_POLY1305, HASH_NONE, VPNTUN_ENC_CHACHA20_POLY1305, VPNTUN_AUTH_NONE, false },
	};
	struct nlattr *s[VPNTUN_A_SA_MAX + 1];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ike_action a = sa_action(rows[i].enc, rows[i].integ, 24, rows[i].integ ? 20 : 0);
		struct nl_msg *m;

		a.sa.suite.icv96 = rows[i].icv96;
		m = kmsg_action(&a, FAMILY, IFINDEX, -1);
		open_msg(m, VPNTUN_CMD_SA_NEW);
		open_nest(s, VPNTUN_A_SA_MAX, top[VPNTUN_A_SA]);
		assert_int_equal(nla_get_u32(s[VPNTUN_A_SA_ENC]), rows[i].kenc);
		assert_int_equal(nla_get_u32(s[VPNTUN_A_SA_AUTH]), rows[i].kauth);
		assert_int_equal(s[VPNTUN_A_SA_ENC_KEY] != NULL, rows[i].enc != ENC_NULL);
		nlq_wipe_free(m);
		wipe(&a);
	}
}

/* An SA without encryption must never come out of a number that nobody knows. */
static void sa_unknown_algorithm(void **state)
{
	struct ike_action a = sa_action(ENC_NONE, HASH_SHA2_256, 16, 32);

	(void)state;
	assert_null(kmsg_action(&a, FAMILY, IFINDEX, -1));
	a.sa.suite.enc = ENC_N + 3;
	assert_null(kmsg_action(&a, FAMILY, IFINDEX, -1));
	a.sa.suite.enc = ENC_NULL;
	a.sa.suite.integ = HASH_NONE;
	assert_null(kmsg_action(&a, FAMILY, IFINDEX, -1));
	a.sa.suite.enc = ENC_AES_CBC;
	assert_null(kmsg_action(&a, FAMILY, IFINDEX, -1));
	a.sa.suite.integ = HASH_N;
	assert_null(kmsg_action(&a, FAMILY, IFINDEX, -1));
	a.type = ACT_SEND;
	assert_null(kmsg_action(&a, FAMILY, IFINDEX, -1));
	wipe(&a);
}

/* ---- from the kernel ---- */

static struct nl_msg *from_kernel(uint8_t cmd)
{
	struct nl_msg *m = nlmsg_alloc();

	genlmsg_put(m, 0, 0, FAMILY, 0, 0, cmd, VPNTUN_FAMILY_VERSION);
	nla_put_u32(m, VPNTUN_A_IFINDEX, IFINDEX);
	return m;
}

static struct nl_msg *notification(uint32_t type, uint32_t seq)
{
	struct nl_msg *m = from_kernel(VPNTUN_CMD_NOTIFY);
	struct nlattr *nest = nlq_nest(m, VPNTUN_A_EVENT);

	nla_put_u32(m, VPNTUN_A_EVENT_TYPE, type);
	nla_put_u32(m, VPNTUN_A_EVENT_SEQ, seq);
	nla_nest_end(m, nest);
	return m;
}

static void put_sa_ids(struct nl_msg *m, uint32_t dir)
{
	struct nlattr *nest = nlq_nest(m, VPNTUN_A_SA);

	nla_put_u32(m, VPNTUN_A_SA_PEER_ID, 42);
	nla_put_u32(m, VPNTUN_A_SA_CHILD_ID, 3);
	nla_put_u32(m, VPNTUN_A_SA_DIR, dir);
	nla_put_u32(m, VPNTUN_A_SA_SPI, htonl(0xc0ffee01));
	nla_put_u64(m, VPNTUN_A_SA_BYTES, 123456789012ull);
	nla_put_u64(m, VPNTUN_A_SA_PACKETS, 77);
	nla_put_u64(m, VPNTUN_A_SA_IDLE, 1500);
	nla_nest_end(m, nest);
}

static void events_of_sas(void **state)
{
	static const struct {
		uint32_t type;
		enum kev_type kev;
	} rows[] = {
		{ VPNTUN_EVENT_TYPE_SOFT_EXPIRE, KEV_SOFT_EXPIRE },
		{ VPNTUN_EVENT_TYPE_HARD_EXPIRE, KEV_HARD_EXPIRE },
		{ VPNTUN_EVENT_TYPE_FIRST_USE, KEV_FIRST_USE },
	};
	struct kmsg_in in;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nl_msg *m = notification(rows[i].type, 100 + (uint32_t)i);

		put_sa_ids(m, VPNTUN_DIR_IN);
		assert_true(kmsg_parse(nlmsg_hdr(m), &in));
		assert_true(in.known);
		assert_false(in.drop_burst);
		assert_int_equal(in.ev.type, rows[i].kev);
		assert_int_equal(in.seq, 100 + i);
		assert_int_equal(in.ifindex, IFINDEX);
		assert_int_equal(in.ev.peer_id, 42);
		assert_int_equal(in.ev.child_id, 3);
		assert_int_equal(in.ev.dir, SA_IN);
		assert_int_equal(in.ev.spi, 0xc0ffee01);
		nlmsg_free(m);
	}
}

static void event_of_child(void **state)
{
	struct nl_msg *m = notification(VPNTUN_EVENT_TYPE_ACQUIRE, 1);
	struct nlattr *nest = nlq_nest(m, VPNTUN_A_CHILD);
	struct kmsg_in in;

	(void)state;
	nla_put_u32(m, VPNTUN_A_CHILD_ID, 5);
	nla_put_u32(m, VPNTUN_A_CHILD_PEER_ID, 9);
	nla_nest_end(m, nest);
	assert_true(kmsg_parse(nlmsg_hdr(m), &in));
	assert_int_equal(in.ev.type, KEV_ACQUIRE);
	assert_int_equal(in.ev.peer_id, 9);
	assert_int_equal(in.ev.child_id, 5);
	nlmsg_free(m);
}

static void event_of_mapping(void **state)
{
	struct nl_msg *m = notification(VPNTUN_EVENT_TYPE_MAPPING, 1);
	struct nlattr *nest = nlq_nest(m, VPNTUN_A_PEER);
	union endpoint want = ep("203.0.113.5", 1025);
	struct kmsg_in in;

	(void)state;
	nla_put_u32(m, VPNTUN_A_PEER_ID, 42);
	nla_put(m, VPNTUN_A_PEER_REMOTE, 4, &want.v4.sin_addr);
	nla_put_u16(m, VPNTUN_A_PEER_REMOTE_PORT, htons(1025));
	nla_nest_end(m, nest);
	assert_true(kmsg_parse(nlmsg_hdr(m), &in));
	assert_int_equal(in.ev.type, KEV_MAPPING);
	assert_true(endpoint_eq(&in.ev.remote, &want));
	nlmsg_free(m);
}

static void event_of_drops(void **state)
{
	struct nl_msg *m = from_kernel(VPNTUN_CMD_NOTIFY);
	struct nlattr *nest = nlq_nest(m, VPNTUN_A_EVENT);
	struct kmsg_in in;

	(void)state;
	nla_put_u32(m, VPNTUN_A_EVENT_TYPE, VPNTUN_EVENT_TYPE_DROP_BURST);
	nla_put_string(m, VPNTUN_A_EVENT_COUNTER, "rx_replay");
	nla_put_u64(m, VPNTUN_A_EVENT_COUNT, 1000);
	nla_nest_end(m, nest);
	assert_true(kmsg_parse(nlmsg_hdr(m), &in));
	assert_true(in.drop_burst);
	assert_false(in.known);
	assert_string_equal(in.counter, "rx_replay");
	assert_int_equal(in.count, 1000);
	nlmsg_free(m);
}

static void stats(void **state)
{
	struct nl_msg *m = from_kernel(VPNTUN_CMD_SA_GET);
	struct kmsg_in in;

	(void)state;
	put_sa_ids(m, VPNTUN_DIR_OUT);
	assert_true(kmsg_parse(nlmsg_hdr(m), &in));
	assert_true(in.known);
	assert_int_equal(in.ev.type, KEV_STATS);
	assert_int_equal(in.ev.dir, SA_OUT);
	assert_true(in.ev.bytes == 123456789012ull);
	assert_int_equal(in.ev.packets, 77);
	assert_int_equal(in.ev.idle_ms, 1500);
	nlmsg_free(m);
}

static void stats_never_used(void **state)
{
	struct nl_msg *m = from_kernel(VPNTUN_CMD_SA_GET);
	struct nlattr *nest = nlq_nest(m, VPNTUN_A_SA);
	struct kmsg_in in;

	(void)state;
	nla_put_u32(m, VPNTUN_A_SA_SPI, htonl(256));
	nla_nest_end(m, nest);
	assert_true(kmsg_parse(nlmsg_hdr(m), &in));
	assert_int_equal(in.ev.idle_ms, -1);
	nlmsg_free(m);
}

static void bad_messages(void **state)
{
	struct nl_msg *m = nlmsg_alloc();
	struct nlattr *nest;
	struct kmsg_in in;

	(void)state;
	/* no device */
	genlmsg_put(m, 0, 0, FAMILY, 0, 0, VPNTUN_CMD_SA_GET, 1);
	assert_false(kmsg_parse(nlmsg_hdr(m), &in));
	nlmsg_free(m);
	/* a notification without its event */
	m = from_kernel(VPNTUN_CMD_NOTIFY);
	assert_false(kmsg_parse(nlmsg_hdr(m), &in));
	nlmsg_free(m);
	/* an SPI of two bytes */
	m = from_kernel(VPNTUN_CMD_SA_GET);
	nest = nlq_nest(m, VPNTUN_A_SA);
	nla_put_u16(m, VPNTUN_A_SA_SPI, 1);
	nla_nest_end(m, nest);
	assert_false(kmsg_parse(nlmsg_hdr(m), &in));
	nlmsg_free(m);
	/* an address of five bytes */
	m = notification(VPNTUN_EVENT_TYPE_MAPPING, 1);
	nest = nlq_nest(m, VPNTUN_A_PEER);
	nla_put(m, VPNTUN_A_PEER_REMOTE, 5, "\1\2\3\4\5");
	nla_nest_end(m, nest);
	assert_false(kmsg_parse(nlmsg_hdr(m), &in));
	nlmsg_free(m);
	/* an event of a newer module */
	m = notification(999, 4);
	assert_true(kmsg_parse(nlmsg_hdr(m), &in));
	assert_false(in.known);
	assert_int_equal(in.seq, 4);
	nlmsg_free(m);
}

static void lost_notifications(void **state)
{
	struct kmsg_order o = { 0 };

	(void)state;
	assert_true(kmsg_in_order(&o, 700));	/* wherever it begins */
	assert_true(kmsg_in_order(&o, 701));
	assert_false(kmsg_in_order(&o, 703));
	assert_true(kmsg_in_order(&o, 704));
	assert_false(kmsg_in_order(&o, 704));	/* counted anew: the module was loaded again */
	o = (struct kmsg_order){ 0 };
	assert_true(kmsg_in_order(&o, UINT32_MAX));
	assert_true(kmsg_in_order(&o, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peer_in_udp), cmocka_unit_test(peer_manners), cmocka_unit_test(peer_over_ipv6),
		cmocka_unit_test(dump_of_a_peer), cmocka_unit_test(peer_raw_and_unknown),
		cmocka_unit_test(child_selectors), cmocka_unit_test(sa_in_full), cmocka_unit_test(sa_out_gcm),
		cmocka_unit_test(sa_algorithms), cmocka_unit_test(sa_unknown_algorithm),
		cmocka_unit_test(events_of_sas), cmocka_unit_test(event_of_child),
		cmocka_unit_test(event_of_mapping), cmocka_unit_test(event_of_drops), cmocka_unit_test(stats),
		cmocka_unit_test(stats_never_used), cmocka_unit_test(bad_messages), cmocka_unit_test(lost_notifications),
	};

	return cmocka_run_group_tests_name("os/kernel_msg", tests, NULL, NULL);
}
