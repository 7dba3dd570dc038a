// SPDX-License-Identifier: GPL-2.0
/* A connection that is taken down just after a rekey: the replaced pair is deleted before the one that replaced it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/net.h"
#include "core/policy.h"
#include "core/v1/v1.h"

static uint32_t deleted[64];
static unsigned int n_deleted;
/* What is needed to read along; the SA itself ends before its last message is on its way. */
static struct ike_sa reader;
static uint8_t reader_key[64];

static void read_along(const struct ike_sa *sa)
{
	assert_true(sa->keys.enc.len <= sizeof(reader_key));
	memcpy(reader_key, sa->keys.enc.p, sa->keys.enc.len);
	memcpy(reader.last_iv, sa->last_iv, sizeof(reader.last_iv));
	reader.suite = sa->suite;
	reader.keys.enc.p = reader_key;
	reader.keys.enc.len = sa->keys.enc.len;
}

/* Reads the Deletes of ESP SAs that node 0 sends, and lets none of them through. */
static bool read_deletes(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	struct cursor c = cursor_of(p, len);
	struct v1_msg m = { 0 };
	struct v1_delete d;
	const char *why;

	(void)net;
	if (from || !isakmp_hdr_parse(&c, &m.hdr) || m.hdr.exchange != XCHG_INFO)
		return false;
	m.body = c.p;
	m.body_len = c.left;
	assert_true(v1_iv_phase2(&reader.suite, reader.last_iv, m.hdr.msgid, m.iv));
	assert_true(v1_decrypt(&reader, &m));
	assert_true(v1_chain_parse(m.hdr.next, m.body, m.body_len, true, &m.chain));
	for (unsigned int i = 0; i < v1_count(&m.chain, PL_DELETE); i++) {
		assert_true(v1_delete_parse(v1_find(&m.chain, PL_DELETE, i), &d, &why));
		for (unsigned int k = 0; d.proto == PROTO_ESP && k < d.n; k++)
			memcpy(&deleted[n_deleted++], d.spis + 4 * (size_t)k, 4);
	}
	v1_msg_release(&m);
	return true;
}

static unsigned int place_of(uint32_t spi)
{
	const uint8_t be[4] = { spi >> 24, spi >> 16 & 0xff, spi >> 8 & 0xff, spi & 0xff };

	for (unsigned int i = 0; i < n_deleted; i++)
		if (!memcmp(&deleted[i], be, sizeof(be)))
			return i;
	fail_msg("SPI %08x is not deleted", spi);
	return 0;
}

static bool each_has_two_pairs(struct net *net)
{
	struct conn *c = node_conn(&net->nodes[0], "site");

	for (unsigned int i = 0; i < c->n_children; i++)
		if (!c->children[i].sas || !c->children[i].sas->next)
			return false;
	return true;
}

static void oldest_first(void **state)
{
	struct net *net = net_new(2, 31);
	struct conn_cfg *a = site_cfg(net, 0, 1, "site"), *b = site_cfg(net, 1, 0, "site");
	struct { uint32_t old, new; } pairs[8];
	struct conn *c;

	(void)state;
	a->esp_lifetime = 60;
	a->n_local = a->n_remote = b->n_local = b->n_remote = 1;
	b->start = START_PASSIVE;
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	assert_true(net_until(net, 5000, both_up));
	assert_true(net_until(net, 60000, each_has_two_pairs));
	c = node_conn(&net->nodes[0], "site");
	for (unsigned int i = 0; i < c->n_children; i++) {
		pairs[i].new = c->children[i].sas->spi_in;
		pairs[i].old = c->children[i].sas->next->spi_in;
	}
	read_along(c->ike);
	net->drop = read_deletes;
	conn_down(c, FAIL_ADMIN_DOWN, WHO_US, true);
	net_step(net);
	for (unsigned int i = 0; i < c->n_children; i++)
		assert_true(place_of(pairs[i].old) < place_of(pairs[i].new));
	net_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(oldest_first) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
