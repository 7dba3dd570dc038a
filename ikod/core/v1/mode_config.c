// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "core/v1/transaction.h"

/*
 * Mode config, draft-dukes-ike-mode-cfg-02 3.3 and 3.4: the gateway gives the
 * other side an address inside its network. IPv4, as everybody who still does
 * this with IKE version 1. We ask (pull) or are told (push), and give out of a
 * pool to who asks.
 */

#define IP4_LEN 4

/* ---- as who gets an address ---- */

bool v1_config_due(const struct ike_sa *sa)
{
	return sa->conn->cfg->mode_config != MODE_CONFIG_NO;
}

static bool unicast(const uint8_t addr[IP4_LEN])
{
	return addr[0] && addr[0] != 127 && addr[0] < 224;
}

/* Length of a netmask's prefix; 32 for what is no netmask. */
static uint8_t prefix_of(const uint8_t mask[IP4_LEN])
{
	uint32_t m = be32_at(mask);
	uint8_t len = 0;

	if (m & ((~m) >> 1))
		return 32;
	while (m & 0x80000000) {
		m <<= 1;
		len++;
	}
	return m ? 32 : len;
}

static void read_subnets(const struct v1_attrs *a, struct inner_config *in)
{
	const struct v1_attr *attr;

	for (unsigned int i = 0; (attr = v1_attr_find(a, CFG_IP4_SUBNET, i)) && in->n_nets < INNER_NETS_MAX; i++) {
		struct subnet *s = &in->nets[in->n_nets];

		if (attr->len != 2 * IP4_LEN)
			continue;
		*s = (struct subnet){ .family = AF_INET, .prefixlen = prefix_of(attr->data + IP4_LEN) };
		for (unsigned int k = 0; k < IP4_LEN; k++)
			s->addr[k] = attr->data[k] & attr->data[IP4_LEN + k];
		in->n_nets++;
	}
}

static void read_dns(const struct v1_attrs *a, struct inner_config *in)
{
	const struct v1_attr *attr;

	for (unsigned int i = 0; (attr = v1_attr_find(a, CFG_IP4_DNS, i)) && in->n_dns < INNER_DNS_MAX; i++)
		if (attr->len == IP4_LEN && unicast(attr->data))
			memcpy(in->dns[in->n_dns++], attr->data, IP4_LEN);
}

/* What is in there that we can use; false without a usable address. */
static bool read_config(const struct v1_attrs *a, struct inner_config *in)
{
	const struct v1_attr *addr = v1_attr_find(a, CFG_IP4_ADDRESS, 0), *mask = v1_attr_find(a, CFG_IP4_NETMASK, 0);

	memset(in, 0, sizeof(*in));
	read_dns(a, in);
	read_subnets(a, in);
	if (!addr || addr->len != IP4_LEN || !unicast(addr->data))
		return false;
	in->addr = (struct subnet){ .family = AF_INET, .prefixlen = 32 };
	memcpy(in->addr.addr, addr->data, IP4_LEN);
	in->prefixlen = mask && mask->len == IP4_LEN ? prefix_of(mask->data) : 32;
	return true;
}

static void take(struct ike_sa *sa, const struct v1_attrs *a)
{
	struct inner_config in;
	struct v1_fail f;

	if (read_config(a, &in)) {
		conn_inner_given(sa->conn, &in);
		if (v1_admit_waits_for_config(sa))
			v1_admit_next(sa);
	} else if (v1_admit_waits_for_config(sa)) {
		v1_fail_set(&f, FAIL_MODE_CONFIG, WHO_PEER, 0);
		snprintf(f.theirs, sizeof(f.theirs), "no address in the answer");
		v1_admit_fail(sa, &f);
	}
}

static void no_answer(struct ike_sa *sa)
{
	struct v1_fail f;

	v1_fail_set(&f, FAIL_MODE_CONFIG, WHO_PEER, 0);
	snprintf(f.theirs, sizeof(f.theirs), "silence");
	if (v1_admit_waits_for_config(sa))
		v1_admit_fail(sa, &f);
}

/* Empty attributes ask; an address that we had is a wish (3.4). */
static void put_request(struct ike_sa *sa, struct v1_writer *w)
{
	const struct inner_config *in = &sa->conn->inner;

	v1_attr_put(w, CFG_IP4_ADDRESS, in->addr.addr, in->addr.family ? IP4_LEN : 0);
	v1_attr_put(w, CFG_IP4_NETMASK, NULL, 0);
	v1_attr_put(w, CFG_IP4_DNS, NULL, 0);
	v1_attr_put(w, CFG_IP4_SUBNET, NULL, 0);
}

bool v1_config_begin(struct ike_sa *sa)
{
	static const struct v1_topic topic = { take, no_answer };

	/* who pushes does so when it likes */
	return sa->conn->cfg->mode_config == MODE_CONFIG_PUSH ||
	       v1_transaction_start(sa, CFG_REQUEST, &topic, put_request);
}

/* 3.3: what is taken comes back without a value */
void v1_config_put_ack(const struct ike_sa *sa, const struct v1_attrs *a, struct v1_writer *w)
{
	static const uint16_t known[] = { CFG_IP4_ADDRESS, CFG_IP4_NETMASK, CFG_IP4_DNS, CFG_IP4_SUBNET };
	struct inner_config in;

	if (!v1_config_due(sa) || !read_config(a, &in))
		return;
	for (size_t i = 0; i < V1_ARRAY_LEN(known); i++)
		for (unsigned int k = 0; v1_attr_find(a, known[i], k); k++)
			v1_attr_put(w, known[i], NULL, 0);
}

void v1_config_told(struct ike_sa *sa, const struct v1_attrs *a)
{
	if (v1_config_due(sa) && v1_attr_find(a, CFG_IP4_ADDRESS, 0))
		take(sa, a);
}

/* ---- as who gives one ---- */

static void put_mask(struct v1_writer *w, uint16_t type, const struct subnet *s)
{
	uint32_t mask = s->prefixlen ? ~0u << (32 - s->prefixlen) : 0;
	uint8_t v[2 * IP4_LEN] = { 0 };

	memcpy(v, s->addr, IP4_LEN);
	v[4] = mask >> 24;
	v[5] = mask >> 16 & 0xff;
	v[6] = mask >> 8 & 0xff;
	v[7] = mask & 0xff;
	if (type == CFG_IP4_SUBNET)
		v1_attr_put(w, type, v, sizeof(v));
	else
		v1_attr_put(w, type, v + IP4_LEN, IP4_LEN);
}

static void put_answer(struct conn *c, const struct v1_attrs *a, const struct subnet *lease, struct v1_writer *w)
{
	const struct conn_cfg *cfg = c->cfg;
	size_t len;

	v1_attr_put(w, CFG_IP4_ADDRESS, lease->addr, IP4_LEN);
	if (v1_attr_find(a, CFG_IP4_NETMASK, 0))
		put_mask(w, CFG_IP4_NETMASK, &cfg->pool);
	if (v1_attr_find(a, CFG_IP4_DNS, 0) && cfg->pool_dns.sa.sa_family == AF_INET)
		v1_attr_put(w, CFG_IP4_DNS, endpoint_addr(&cfg->pool_dns, &len), IP4_LEN);
	for (unsigned int i = 0; v1_attr_find(a, CFG_IP4_SUBNET, 0) && i < cfg->n_local; i++)
		if (cfg->local_subnets[i].family == AF_INET)
			put_mask(w, CFG_IP4_SUBNET, &cfg->local_subnets[i]);
}

/* Nothing is given away before the peer is admitted. */
void v1_config_answer(struct ike_sa *sa, const struct v1_attrs *a, struct v1_writer *w)
{
	struct subnet lease;

	if (sa->state == IKE_CONNECTING || !v1_attr_find(a, CFG_IP4_ADDRESS, 0) || !sa->conn->cfg->pool.family)
		return;
	if (conn_lease(sa->conn, &lease))
		put_answer(sa->conn, a, &lease, w);
}
