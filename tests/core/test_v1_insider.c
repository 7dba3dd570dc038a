// SPDX-License-Identifier: GPL-2.0
/* A peer that has the keys and does what no peer should: each of these was found by tests/fuzz/keyed.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/direct.h"
#include "core/net.h"
#include "core/v1/v1.h"

/* Message 1 of quick mode from node 0 to node 1, without PFS, for an SPI of our choice. */
static void offer(struct net *net, uint32_t spi)
{
	static const uint8_t nonce[32] = { 1 };
	struct conn *c = node_conn(&net->nodes[0], "site");
	uint32_t msgid = v1_fresh_msgid(c->ike);
	struct v1_writer w;
	struct v1_id id;
	uint8_t iv[16];

	v1_phase2_begin(c->ike, &w, XCHG_QUICK, msgid, true);
	v1_p2_offer(c->cfg, &w, spi, ENCAP_TUNNEL);
	v1_put(&w, PL_NONCE, nonce, sizeof(nonce));
	v1_id_from_subnet(&c->children[0].local, &id);
	v1_put_id(&w, &id);
	v1_id_from_subnet(&c->children[0].remote, &id);
	v1_put_id(&w, &id);
	assert_true(v1_iv_phase2(&c->ike->suite, c->ike->last_iv, msgid, iv));
	assert_true(v1_phase2_end(c->ike, &w, msgid, V1_HASH_1, NULL, iv));
	net_rx(net, 1, w.b.p, w.b.len);
	net_step(net);
	buf_free(&w.b);
}

static unsigned int outbound(const struct node *n, uint32_t spi)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < K_SAS_MAX; i++)
		count += n->sas[i].used && n->sas[i].dir == SA_OUT && n->sas[i].spi == spi;
	return count;
}

/*
 * RFC 2408 2.4 has the SPI of its receiver's choosing, and nothing keeps it from
 * choosing one again. The kernel holds one SA of a peer by that number, the new one.
 */
static void an_spi_that_was_given_before(void **state)
{
	struct net *net = net_new(2, 21);
	struct conn_cfg *a = site_cfg(net, 0, 1, "site"), *b = site_cfg(net, 1, 0, "site");
	struct node *n = &net->nodes[1];
	struct child *child;
	uint32_t spi, spi_in;

	(void)state;
	a->pfs = b->pfs = DH_NONE;
	a->start = START_AUTO;
	b->start = START_PASSIVE;
	net_configure1(net, 1, b);
	net_configure1(net, 0, a);
	assert_true(net_until(net, 5000, both_up));
	net_run(net, 1000);
	child = &node_conn(n, "site")->children[0];
	spi = child->current->spi_out;
	spi_in = child->current->spi_in;
	offer(net, spi);
	assert_int_equal(n->kernel_errors, 0);
	assert_int_equal(outbound(n, spi), 1);
	assert_non_null(child->sas);
	assert_int_equal(child->sas->spi_out, spi);
	assert_int_not_equal(child->sas->spi_in, spi_in);
	/* nobody sends message 3: the pair is given up, and another one comes in its place */
	assert_true(net_until(net, 300 * 1000, both_up));
	net_run(net, 100 * 1000);
	assert_true(both_quiet(net));
	assert_true(net_consistent(net));
	assert_int_equal(n->kernel_errors, 0);
	net_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_spi_that_was_given_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
