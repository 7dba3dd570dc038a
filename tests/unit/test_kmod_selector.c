// SPDX-License-Identifier: GPL-2.0
/*
 * Selectors: form, matching, overlap; the outbound table against a search of
 * all its entries. Links kmod/selector.o and cmocka.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <arpa/inet.h>

#include "kmod/selector.h"

static struct selector sel(const char *addr, u8 prefixlen, u8 proto, u16 min, u16 max)
{
	struct selector s = {
		.family = strchr(addr, ':') ? AF_INET6 : AF_INET,
		.prefixlen = prefixlen,
		.proto = proto,
		.port_min = min,
		.port_max = max,
	};

	assert_int_equal(inet_pton(s.family, addr, s.addr), 1);
	(void)selector_check(&s);	/* for the mask */
	return s;
}

static struct flow flow(const char *local, const char *remote, u8 proto, u16 lport, u16 rport)
{
	struct flow f = {
		.family = strchr(local, ':') ? AF_INET6 : AF_INET,
		.proto = proto,
		.has_ports = proto == IPPROTO_TCP || proto == IPPROTO_UDP,
		.local.port = lport,
		.remote.port = rport,
	};

	assert_int_equal(inet_pton(f.family, local, f.local.addr), 1);
	assert_int_equal(inet_pton(f.family, remote, f.remote.addr), 1);
	return f;
}

static void form_is_checked(void **state)
{
	struct selector s = sel("10.0.0.0", 8, 0, 0, 0);

	(void)state;
	assert_int_equal(selector_check(&s), 0);
	s.prefixlen = 33;
	assert_int_equal(selector_check(&s), -ERANGE);
	s = sel("10.0.0.1", 24, 0, 0, 0);
	assert_int_equal(selector_check(&s), -EINVAL);
	s = sel("10.0.0.128", 25, 0, 0, 0);
	assert_int_equal(selector_check(&s), 0);
	s.prefixlen = 24;
	assert_int_equal(selector_check(&s), -EINVAL);
	s = sel("fd00::", 128, 6, 80, 79);
	assert_int_equal(selector_check(&s), -ERANGE);
	s.family = AF_UNIX;
	assert_int_equal(selector_check(&s), -EAFNOSUPPORT);
	s = sel("0.0.0.0", 0, 0, 0, 0);
	s.addr[9] = 1;		/* behind an IPv4 address */
	assert_int_equal(selector_check(&s), -EINVAL);
}

static bool matches(const char *net, u8 prefixlen, u8 proto, u16 min, u16 max, struct flow f)
{
	struct selector remote = sel(net, prefixlen, proto, min, max);
	struct selector local = sel(f.family == AF_INET ? "0.0.0.0" : "::", 0, 0, 0, 0);
	struct selector_set set = { .local = &local, .remote = &remote, .n_local = 1, .n_remote = 1 };

	return selector_set_match(&set, &f);
}

static void matching_edges(void **state)
{
	struct flow f = flow("10.1.0.1", "192.168.3.4", IPPROTO_TCP, 1000, 443);
	struct flow f6 = flow("fd01::1", "fd02:0:0:1::9", IPPROTO_ICMPV6, 0, 0);
	struct flow frag = f;

	(void)state;
	assert_true(matches("192.168.3.0", 24, 0, 0, 0, f));
	assert_true(matches("192.168.3.4", 32, 0, 0, 0, f));
	assert_true(matches("192.168.3.4", 31, 0, 0, 0, f));
	assert_false(matches("192.168.3.5", 32, 0, 0, 0, f));
	assert_false(matches("192.168.2.0", 24, 0, 0, 0, f));
	assert_true(matches("192.168.2.0", 23, 0, 0, 0, f));
	assert_true(matches("0.0.0.0", 0, 0, 0, 0, f));
	assert_true(matches("192.168.3.0", 24, IPPROTO_TCP, 443, 443, f));
	assert_false(matches("192.168.3.0", 24, IPPROTO_TCP, 444, 500, f));
	assert_false(matches("192.168.3.0", 24, IPPROTO_TCP, 1, 442, f));
	assert_false(matches("192.168.3.0", 24, IPPROTO_UDP, 0, 0, f));
	assert_true(matches("192.168.3.0", 24, IPPROTO_TCP, 0, 0xffff, f));
	assert_true(matches("fd02:0:0:1::", 64, 0, 0, 0, f6));
	assert_false(matches("fd02:0:0:2::", 64, 0, 0, 0, f6));
	assert_true(matches("fd02::", 62, 0, 0, 0, f6));
	assert_false(matches("fd02::", 24, IPPROTO_ICMPV6, 1, 2, f6));
	frag.has_ports = false;		/* RFC 4301 4.4.1.1 */
	assert_false(matches("192.168.3.0", 24, IPPROTO_TCP, 443, 443, frag));
	assert_true(matches("192.168.3.0", 24, IPPROTO_TCP, 0, 0, frag));
}

static void families_do_not_mix(void **state)
{
	struct selector any4 = sel("0.0.0.0", 0, 0, 0, 0), any6 = sel("::", 0, 0, 0, 0);
	struct flow f6 = flow("::", "::", 0, 0, 0);
	struct selector_set set = { .local = &any4, .remote = &any4, .n_local = 1, .n_remote = 1 };

	(void)state;
	assert_false(selector_overlap(&any4, &any6));
	assert_false(selector_set_match(&set, &f6));
}

static void overlaps(void **state)
{
	struct selector net = sel("10.0.0.0", 8, 0, 0, 0), sub = sel("10.9.0.0", 16, 0, 0, 0);
	struct selector other = sel("11.0.0.0", 8, 0, 0, 0);
	struct selector low = sel("10.0.0.0", 8, IPPROTO_UDP, 1, 99);
	struct selector high = sel("10.0.0.0", 8, IPPROTO_UDP, 100, 200);
	struct selector tcp = sel("10.0.0.0", 8, IPPROTO_TCP, 1, 99);
	struct selector_set a = { .local = &net, .remote = &net, .n_local = 1, .n_remote = 1 };
	struct selector_set b = { .local = &other, .remote = &sub, .n_local = 1, .n_remote = 1 };

	(void)state;
	assert_true(selector_overlap(&net, &sub));
	assert_true(selector_overlap(&sub, &net));
	assert_false(selector_overlap(&net, &other));
	assert_true(selector_overlap(&net, &low));
	assert_true(selector_overlap(&low, &net));
	assert_false(selector_overlap(&low, &high));
	assert_false(selector_overlap(&high, &low));
	high.port_min = 99;
	assert_true(selector_overlap(&low, &high));
	assert_true(selector_overlap(&high, &low));
	assert_false(selector_overlap(&low, &tcp));
	assert_false(selector_set_overlap(&a, &b));	/* remote alone is not enough */
	b.local = &sub;
	assert_true(selector_set_overlap(&a, &b));
}

struct child {
	struct selector local, remote;
	struct selector_set set;
	struct spd_entry entry;
	u32 score;
};

static u32 rnd_state = 4711;

static u32 rnd(u32 n)
{
	rnd_state = rnd_state * 1664525 + 1013904223;
	return (rnd_state >> 8) % n;
}

/* Few addresses, so that a lot of them nest or are the same. */
static struct selector random_selector(void)
{
	static const u8 lengths[] = { 16, 22, 24, 25, 26, 32 };
	struct selector s = sel("0.0.0.0", 0, 0, 0, 0);
	u32 i, bits = lengths[rnd(ARRAY_SIZE(lengths))];

	s.addr[0] = 10;
	s.addr[2] = rnd(2);
	s.addr[3] = rnd(4) * 64;
	s.prefixlen = bits;
	for (i = bits; i < 32; i++)
		s.addr[i / 8] &= ~(0x80 >> i % 8);
	if (!rnd(3)) {
		s.proto = rnd(2) ? IPPROTO_TCP : IPPROTO_UDP;
		s.port_min = rnd(3);
		s.port_max = s.port_min ? s.port_min + rnd(3) : 0;
	}
	assert_int_equal(selector_check(&s), 0);
	return s;
}

static u32 specific(const struct selector *s)
{
	return (s->proto ? 2 : 0) + (s->port_min || s->port_max ? 1 : 0);
}

/* Longest remote prefix, then local, then local's and remote's protocol and ports. */
static u32 rank(const struct child *c)
{
	return ((c->remote.prefixlen * 64 + c->local.prefixlen) * 4 + specific(&c->local)) * 4 +
	       specific(&c->remote) + 1;
}

static u32 best_rank(const struct child *children, u32 n, const struct flow *f)
{
	u32 i, best = 0;

	for (i = 0; i < n; i++)
		if (children[i].score && selector_set_match(&children[i].set, f) &&
		    rank(&children[i]) > best)
			best = rank(&children[i]);
	return best;
}

/* What is found outlives the lock: tests remove nothing meanwhile. */
static struct child *lookup(const struct spd *spd, const struct flow *f)
{
	struct child *c;

	rcu_read_lock();
	c = spd_lookup(spd, f);
	rcu_read_unlock();
	return c;
}

static void table_finds_the_best(const struct spd *spd, const struct child *children, u32 n)
{
	const struct child *found;
	struct flow f;
	u32 i;

	for (i = 0; i < 3000; i++) {
		f = flow("10.0.0.0", "10.0.0.0", rnd(2) ? IPPROTO_TCP : IPPROTO_UDP, rnd(5), rnd(5));
		f.local.addr[2] = rnd(2);
		f.local.addr[3] = rnd(4) * 64 + rnd(2);
		f.remote.addr[2] = rnd(2);
		f.remote.addr[3] = rnd(4) * 64 + rnd(2);
		found = lookup(spd, &f);
		assert_int_equal(found ? rank(found) : 0, best_rank(children, n, &f));
	}
}

/* A child for the table; @c keeps what it needs. */
static void add_child(struct spd *spd, struct child *c, struct selector local, struct selector remote)
{
	c->local = local;
	c->remote = remote;
	c->set = (struct selector_set){ .local = &c->local, .remote = &c->remote,
					.n_local = 1, .n_remote = 1 };
	selector_set_prepare(&c->set);
	c->entry = (struct spd_entry){ .sel = &c->remote, .set = &c->set, .owner = c };
	c->score = 1;
	spd_insert(spd, &c->entry);
}

static u32 longest_chain(const struct spd *spd)
{
	const struct spd_table *table = rcu_dereference_protected(spd->table, true);
	const struct spd_entry *e;
	u32 i, n, longest = 0;

	for (i = 0; i < 1U << table->bits; i++) {
		e = rcu_dereference_protected(table->bucket[i], true);
		for (n = 0; e; n++)
			e = rcu_dereference_protected(e->next[table->link], true);
		if (n > longest)
			longest = n;
	}
	return longest;
}

static void table_against_a_full_search(void **state)
{
	const u32 n = 400;
	struct spd *spd = spd_alloc(99, 4712);
	struct child *children = calloc(n, sizeof(*children));
	u32 i, step;

	(void)state;
	assert_non_null(spd);
	assert_non_null(children);
	for (i = 0; i < n; i++) {
		add_child(spd, &children[i], random_selector(), random_selector());
		if (i % 50 == 0)
			table_finds_the_best(spd, children, n);
	}
	table_finds_the_best(spd, children, n);
	for (step = 0; step < 3; step++) {
		for (i = step; i < n; i += 3) {
			spd_remove(spd, &children[i].entry);
			children[i].score = 0;
		}
		table_finds_the_best(spd, children, n);
	}
	assert_int_equal(longest_chain(spd), 0);
	assert_int_equal(spd->n, 0);
	assert_int_equal(spd->upper, 0);
	for (i = 0; i < SPD_WORDS; i++)
		assert_int_equal(spd->used[0][i] | spd->used[1][i], 0);
	free(children);
	spd_free(spd);
}

/* Every child is found, in chains as short as with a handful of them. */
static void many_children(void **state)
{
	const u32 n = 10000;
	struct spd *spd = spd_alloc(0x123456789abcdefULL, 0xfedcba987654321ULL);
	struct child *children = calloc(n, sizeof(*children));
	struct selector any = sel("0.0.0.0", 0, 0, 0, 0), any6 = sel("::", 0, 0, 0, 0);
	struct selector net;
	struct flow f;
	u32 i;

	(void)state;
	assert_non_null(spd);
	assert_non_null(children);
	for (i = 0; i < n; i++) {
		if (i & 1) {
			net = sel("fd00::", 64, 0, 0, 0);
			net.addr[4] = i >> 8;
			net.addr[5] = i;
		} else {
			net = sel("10.0.0.0", 24, 0, 0, 0);
			net.addr[1] = i >> 8;
			net.addr[2] = i;
		}
		add_child(spd, &children[i], i & 1 ? any6 : any, net);
	}
	assert_in_range(longest_chain(spd), 1, 12);
	for (i = 0; i < n; i++) {
		if (i & 1) {
			f = flow("fd01::1", "fd00::1234", IPPROTO_TCP, 1, 2);
			f.remote.addr[4] = i >> 8;
			f.remote.addr[5] = i;
		} else {
			f = flow("192.0.2.1", "10.0.0.77", IPPROTO_TCP, 1, 2);
			f.remote.addr[1] = i >> 8;
			f.remote.addr[2] = i;
		}
		assert_ptr_equal(lookup(spd, &f), &children[i]);
	}
	f = flow("192.0.2.1", "11.0.0.77", IPPROTO_TCP, 1, 2);
	assert_null(lookup(spd, &f));
	for (i = 0; i < n; i++)
		spd_remove(spd, &children[i].entry);
	assert_int_equal(longest_chain(spd), 0);
	free(children);
	spd_free(spd);
}

/* From /0 to the longest one, nested: each takes what the longer ones leave. */
static void every_prefix_length(void **state)
{
	static const char * const net[2] = { "10.85.170.85", "fd55:aaaa:5555:aaaa:5555:aaaa:5555:aaaa" };
	static const u32 longest[2] = { 32, 128 };
	struct child *children = calloc(129, sizeof(*children));
	struct selector any, s;
	struct flow f;
	u32 v, i, bit;

	(void)state;
	assert_non_null(children);
	for (v = 0; v < 2; v++) {
		struct spd *spd = spd_alloc(7, 9);

		assert_non_null(spd);
		any = sel(v ? "::" : "0.0.0.0", 0, 0, 0, 0);
		for (i = 0; i <= longest[v]; i++) {
			s = sel(net[v], i, 0, 0, 0);
			for (bit = i; bit < longest[v]; bit++)
				s.addr[bit / 8] &= ~(0x80 >> bit % 8);
			assert_int_equal(selector_check(&s), 0);
			add_child(spd, &children[i], any, s);
		}
		f = flow(net[v], net[v], 0, 0, 0);
		assert_ptr_equal(lookup(spd, &f), &children[longest[v]]);
		for (i = 0; i < longest[v]; i++) {
			f = flow(net[v], net[v], 0, 0, 0);
			f.remote.addr[i / 8] ^= 0x80 >> i % 8;
			assert_ptr_equal(lookup(spd, &f), &children[i]);
		}
		for (i = 0; i <= longest[v]; i++)
			spd_remove(spd, &children[i].entry);
		spd_free(spd);
	}
	free(children);
}

static void sets_know_what_they_ask_for(void **state)
{
	struct selector net = sel("10.0.0.0", 8, 0, 0, 0), any = sel("0.0.0.0", 0, 0, 0, 0);
	struct selector udp = sel("10.0.0.0", 8, IPPROTO_UDP, 0, 0);
	struct selector port = sel("10.0.0.0", 8, IPPROTO_UDP, 53, 53);
	struct selector all_ports = sel("10.0.0.0", 8, 0, 0, 0xffff);
	const struct {
		const struct selector *local, *remote;
		bool upper, ports, nets;
	} cases[] = {
		{ &net, &net, false, false, true },
		{ &any, &net, false, false, true },
		{ &net, &any, false, false, false },
		{ &net, &udp, true, false, true },
		{ &port, &net, true, true, true },
		{ &net, &port, true, true, true },
		{ &net, &all_ports, false, false, true },
	};
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct selector_set set = { .local = cases[i].local, .remote = cases[i].remote,
					    .n_local = 1, .n_remote = 1 };

		selector_set_prepare(&set);
		assert_int_equal(set.upper, cases[i].upper);
		assert_int_equal(set.ports, cases[i].ports);
		assert_int_equal(set.nets, cases[i].nets);
	}
}

static void word_is_the_address(void **state)
{
	struct flow f = flow("10.1.2.3", "0.0.0.0", 0, 0, 0);
	u32 addr;

	(void)state;
	memcpy(&addr, f.local.addr, sizeof(addr));
	assert_true(selector_word(addr) == f.local.word[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(form_is_checked),
		cmocka_unit_test(matching_edges),
		cmocka_unit_test(families_do_not_mix),
		cmocka_unit_test(overlaps),
		cmocka_unit_test(word_is_the_address),
		cmocka_unit_test(sets_know_what_they_ask_for),
		cmocka_unit_test(table_against_a_full_search),
		cmocka_unit_test(every_prefix_length),
		cmocka_unit_test(many_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
