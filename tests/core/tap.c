// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/tap.h"

struct tapped wire[TAPPED_MAX];
unsigned int n_wire;
unsigned int lose, seen_so_far;
uint8_t lost;

bool tap(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	struct tapped *t = &wire[n_wire];

	(void)net;
	if (n_wire == TAPPED_MAX || len > sizeof(t->p))
		return false;
	t->exchange = p[18];
	t->flags = p[19];
	t->from = from;
	memcpy(&t->msgid, p + 20, sizeof(t->msgid));
	memcpy(t->p, p, len);
	t->len = len;
	n_wire++;
	return false;
}

void tap_parse(unsigned int i, struct v1_chain *ch)
{
	const struct tapped *t = &wire[i];

	assert_true(v1_chain_parse(t->p[16], t->p + ISAKMP_HDR_LEN, t->len - ISAKMP_HDR_LEN, false, ch));
}

void assert_payloads(unsigned int i, const uint8_t *types, unsigned int n)
{
	unsigned int at = 0;
	struct v1_chain ch;

	tap_parse(i, &ch);
	for (unsigned int k = 0; k < ch.n; k++) {
		if (ch.pl[k].type == PL_VENDOR)
			continue;
		assert_true(at < n);
		assert_int_equal(ch.pl[k].type, types[at++]);
	}
	assert_int_equal(at, n);
}

bool lose_one(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)from;
	(void)len;
	if (seen_so_far++ != lose)
		return false;
	lost = p[18];
	return true;
}

void assert_pairs(struct net *net, unsigned int installs)
{
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(node_established(&net->nodes[i]), 1);
		assert_int_equal(node_sas(&net->nodes[i]), 8);
		assert_int_equal(net->nodes[i].installs, installs);
		assert_int_equal(node_count(&net->nodes[i], "failed"), 0);
	}
	assert_true(net_consistent(net));
}

void assert_undisturbed(struct net *net)
{
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(node_count(&net->nodes[i], "child-down"), 0);
		assert_int_equal(net->nodes[i].esp_lost + net->nodes[i].no_sa + net->nodes[i].kernel_errors, 0);
	}
}

struct v1_id text_id(uint8_t type, const char *text)
{
	struct v1_id id = { .type = type, .len = strlen(text) };

	memcpy(id.data, text, id.len);
	return id;
}
