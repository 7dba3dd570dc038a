// SPDX-License-Identifier: GPL-2.0
/*
 * Traffic selectors: matching, overlap, and the table that finds the child for
 * an outbound packet (RFC 4301 4.4.1 and 5.1).
 */
#include "selector.h"

#define SPD_HASH_FACTOR		0x9e3779b97f4a7c15ULL	/* 2^64 over the golden ratio */

static u32 addr_bits(u8 family)
{
	return family == AF_INET ? 32 : 128;
}

static void prefix_mask(u64 mask[2], u32 bits)
{
	u8 *to = (u8 *)mask;
	u32 bytes = bits / 8, rest = bits % 8;

	memset(to, 0, SELECTOR_ADDR_LEN);
	memset(to, 0xff, bytes);
	if (rest)
		to[bytes] = 0xff << (8 - rest);
}

static bool any_port(const struct selector *sel)
{
	return !sel->port_min && (!sel->port_max || sel->port_max == 0xffff);
}

/**
 * selector_check() - is a selector well-formed?
 * @sel: the selector; gets its mask
 *
 * Return: 0; -EAFNOSUPPORT for a wrong family, -ERANGE for a wrong prefix
 * length or port range, -EINVAL for bits set behind the prefix
 */
int selector_check(struct selector *sel)
{
	if (sel->family != AF_INET && sel->family != AF_INET6)
		return -EAFNOSUPPORT;
	if (sel->prefixlen > addr_bits(sel->family))
		return -ERANGE;
	if (!any_port(sel) && sel->port_min > sel->port_max)
		return -ERANGE;
	prefix_mask(sel->mask, sel->prefixlen);
	return sel->word[0] & ~sel->mask[0] || sel->word[1] & ~sel->mask[1] ? -EINVAL : 0;
}

static bool ports_overlap(const struct selector *a, const struct selector *b)
{
	if (any_port(a) || any_port(b))
		return true;
	return a->port_min <= b->port_max && b->port_min <= a->port_max;
}

/**
 * selector_overlap() - is there a packet that both selectors match?
 * @a: one selector
 * @b: the other
 *
 * Return: true if there is
 */
bool selector_overlap(const struct selector *a, const struct selector *b)
{
	const struct selector *wide = a->prefixlen < b->prefixlen ? a : b;

	if (a->family != b->family || !selector_masked_equal(a->word, b->word, wide->mask))
		return false;
	if (a->proto && b->proto && a->proto != b->proto)
		return false;
	return ports_overlap(a, b);
}

static bool any_overlap(const struct selector *a, u32 n, const struct selector *b, u32 m)
{
	u32 i, j;

	for (i = 0; i < n; i++)
		for (j = 0; j < m; j++)
			if (selector_overlap(&a[i], &b[j]))
				return true;
	return false;
}

/**
 * selector_set_overlap() - is there a packet that both sets match?
 * @a: selectors of one child
 * @b: selectors of another
 *
 * Return: true if local and remote selectors overlap both
 */
bool selector_set_overlap(const struct selector_set *a, const struct selector_set *b)
{
	return any_overlap(a->remote, a->n_remote, b->remote, b->n_remote) &&
	       any_overlap(a->local, a->n_local, b->local, b->n_local);
}

static bool upper_match(const struct selector *sel, const struct flow *flow,
			const struct flow_end *end)
{
	if (sel->proto && sel->proto != flow->proto)
		return false;
	if (any_port(sel))
		return true;
	/* RFC 4301 4.4.1.1: a packet without the field matches only ANY. */
	return flow->has_ports && sel->port_min <= end->port && end->port <= sel->port_max;
}

static inline bool selector_match(const struct selector *sel, const struct flow *flow,
				  const struct flow_end *end)
{
	if (sel->family != flow->family || !selector_masked_equal(sel->word, end->word, sel->mask))
		return false;
	return !(sel->proto | sel->port_min | sel->port_max) || upper_match(sel, flow, end);
}

/* The best local selector for the flow: 1 + its specificity, 0 for none. */
static u32 local_match(const struct selector_set *set, const struct flow *flow)
{
	u32 i, score, best = 0;

	for (i = 0; i < set->n_local; i++) {
		if (!selector_match(&set->local[i], flow, &flow->local))
			continue;
		score = 1 + set->local[i].prefixlen * 4 + (set->local[i].proto ? 2 : 0) +
			(any_port(&set->local[i]) ? 0 : 1);
		if (score > best)
			best = score;
	}
	return best;
}

static bool any_match(const struct selector *sel, u32 n, const struct flow *flow,
		      const struct flow_end *end)
{
	while (n--)
		if (selector_match(sel++, flow, end))
			return true;
	return false;
}

/**
 * selector_set_match() - does a child carry this packet?
 * @set: selectors of the child
 * @flow: the inner packet, seen from our side; with protocol and ports if
 *	  @set->upper
 *
 * The check of an inbound packet after decryption (RFC 4301 5.2 step 4).
 *
 * Return: true if a local and a remote selector match
 */
bool selector_set_match(const struct selector_set *set, const struct flow *flow)
{
	return any_match(set->remote, set->n_remote, flow, &flow->remote) &&
	       any_match(set->local, set->n_local, flow, &flow->local);
}

static void set_add(struct selector_set *set, const struct selector *sel)
{
	bool ports = !any_port(sel);

	set->ports |= ports;
	set->upper |= ports || sel->proto;
}

/**
 * selector_set_prepare() - note what a set asks for, before it is used
 * @set: a set with all its selectors
 */
void selector_set_prepare(struct selector_set *set)
{
	u32 i;

	set->upper = false;
	set->ports = false;
	set->nets = true;
	for (i = 0; i < set->n_local; i++)
		set_add(set, &set->local[i]);
	for (i = 0; i < set->n_remote; i++) {
		set_add(set, &set->remote[i]);
		set->nets &= set->remote[i].prefixlen != 0;
	}
}

/* The upper bits of products depend on all bits of both words; the seeds are secret. */
static inline u32 spd_hash(const struct spd *spd, const u64 word[2], const u64 mask[2],
			   u32 prefixlen)
{
	u64 h = ((word[0] & mask[0]) ^ spd->seed[0]) * SPD_HASH_FACTOR;

	h ^= h >> 32;
	h = (h ^ (word[1] & mask[1]) ^ prefixlen) * spd->seed[1];
	return h >> 32;
}

static struct spd_entry __rcu **spd_bucket(const struct spd *spd, struct spd_table *table,
					   const struct selector *sel)
{
	u32 hash = spd_hash(spd, sel->word, sel->mask, sel->prefixlen);

	return &table->bucket[hash >> (32 - table->bits)];
}

static u32 family_index(u8 family)
{
	return family == AF_INET ? 0 : 1;
}

static struct spd_table *table_alloc(u32 bits, u8 link)
{
	struct spd_table *table;

	table = pure_zalloc(sizeof(*table) + (sizeof(table->bucket[0]) << bits));
	if (table) {
		table->bits = bits;
		table->link = link;
	}
	return table;
}

/**
 * spd_alloc() - make an empty table
 * @seed0: random
 * @seed1: random
 *
 * Context: process.
 * Return: the table, to be freed by spd_free(), or NULL
 */
struct spd *spd_alloc(u64 seed0, u64 seed1)
{
	struct spd *spd = pure_zalloc(sizeof(*spd));
	struct spd_table *table = table_alloc(SPD_BITS_MIN, 0);
	u32 i;

	if (!spd || !table) {
		pure_free(spd);
		pure_free(table);
		return NULL;
	}
	spd->seed[0] = seed0;
	spd->seed[1] = seed1 | 1;
	for (i = 0; i <= SELECTOR_PREFIX_MAX; i++) {
		prefix_mask(spd->length[0][i].mask, i);
		prefix_mask(spd->length[1][i].mask, i);
	}
	RCU_INIT_POINTER(spd->table, table);
	return spd;
}

/**
 * spd_free() - free the table; its entries are their owners'
 * @spd: a table that nobody reads any more
 */
void spd_free(struct spd *spd)
{
	pure_free(rcu_dereference_protected(spd->table, true));
	pure_free(spd);
}

static void table_add(const struct spd *spd, struct spd_table *table, struct spd_entry *entry)
{
	struct spd_entry __rcu **head = spd_bucket(spd, table, entry->sel);
	u8 link = table->link;

	RCU_INIT_POINTER(entry->next[link], rcu_dereference_protected(*head, true));
	rcu_assign_pointer(*head, entry);
}

/*
 * Twice as many buckets. Every entry goes into the new table by the other of its
 * two links, so that readers of the old one still find all of them. Without
 * memory the table stays as it is and gets slower.
 */
static void spd_grow(struct spd *spd, struct spd_table *old)
{
	struct spd_table *table = table_alloc(old->bits + 1, !old->link);
	struct spd_entry *e;
	u32 i;

	if (!table)
		return;
	for (i = 0; i < 1U << old->bits; i++) {
		e = rcu_dereference_protected(old->bucket[i], true);
		for (; e; e = rcu_dereference_protected(e->next[old->link], true))
			table_add(spd, table, e);
	}
	rcu_assign_pointer(spd->table, table);
	pure_synchronize();	/* after this nobody walks the old links */
	pure_free(old);
}

static void length_count(struct spd *spd, const struct selector *sel, int change)
{
	u32 f = family_index(sel->family), n = sel->prefixlen;
	u64 *used = &spd->used[f][n / 64];
	u64 bit = 1ULL << n % 64;

	spd->length[f][n].n += change;
	WRITE_ONCE(*used, spd->length[f][n].n ? *used | bit : *used & ~bit);
}

/**
 * spd_insert() - add a remote selector of a child
 * @spd: the table; the caller serialises writers
 * @entry: the entry, filled but for @next; its selectors passed selector_check(),
 *	   its set selector_set_prepare()
 *
 * Context: process; sleeps when the table has to grow.
 */
void spd_insert(struct spd *spd, struct spd_entry *entry)
{
	struct spd_table *table = rcu_dereference_protected(spd->table, true);

	if (spd->n >= 1U << table->bits && table->bits < SPD_BITS_MAX) {
		spd_grow(spd, table);
		table = rcu_dereference_protected(spd->table, true);
	}
	if (entry->set->upper)	/* before it can be found */
		WRITE_ONCE(spd->upper, spd->upper + 1);
	table_add(spd, table, entry);
	length_count(spd, entry->sel, 1);
	spd->n++;
}

/**
 * spd_remove() - take a remote selector of a child out
 * @spd: the table; the caller serialises writers
 * @entry: an entry of the table; readers may still see it until a grace period
 *	   has passed
 */
void spd_remove(struct spd *spd, struct spd_entry *entry)
{
	struct spd_table *table = rcu_dereference_protected(spd->table, true);
	struct spd_entry __rcu **at = spd_bucket(spd, table, entry->sel);
	u8 link = table->link;
	struct spd_entry *e;

	while ((e = rcu_dereference_protected(*at, true)) != NULL) {
		if (e != entry) {
			at = &e->next[link];
			continue;
		}
		rcu_assign_pointer(*at, rcu_dereference_protected(e->next[link], true));
		length_count(spd, entry->sel, -1);
		if (entry->set->upper)
			WRITE_ONCE(spd->upper, spd->upper - 1);
		spd->n--;
		return;
	}
}

/* The child of one prefix length that matches best, NULL if none does. */
static void *spd_probe(const struct spd *spd, const struct spd_table *table,
		       const struct flow *flow, u32 prefixlen)
{
	const u64 *mask = spd->length[family_index(flow->family)][prefixlen].mask;
	u32 hash = spd_hash(spd, flow->remote.word, mask, prefixlen);
	struct spd_entry *e;
	void *found = NULL;
	u32 score, best = 0;

	e = rcu_dereference(table->bucket[hash >> (32 - table->bits)]);
	for (; e; e = rcu_dereference(e->next[table->link])) {
		if (e->sel->prefixlen != prefixlen ||
		    !selector_match(e->sel, flow, &flow->remote))
			continue;
		score = local_match(e->set, flow);
		if (!score)
			continue;
		score = score * 4 + (e->sel->proto ? 2 : 0) + (any_port(e->sel) ? 0 : 1);
		if (score > best) {
			best = score;
			found = e->owner;
		}
	}
	return found;
}

/**
 * spd_lookup() - find the child for an outbound packet
 * @spd: the table; the caller holds the RCU read lock
 * @flow: the inner packet; with protocol and ports if @spd->upper is not 0
 *
 * Longest remote prefix first, then longest local prefix, then the selector
 * that names protocol and ports (a decorrelated order, RFC 4301 4.4.1).
 *
 * Return: the owner of the matching entry, or NULL
 */
void *spd_lookup(const struct spd *spd, const struct flow *flow)
{
	const struct spd_table *table = rcu_dereference(spd->table);
	const u64 *used = spd->used[family_index(flow->family)];
	u32 n, word = flow->family == AF_INET ? 1 : SPD_WORDS;
	void *owner;
	u64 bits;

	while (word--) {
		for (bits = READ_ONCE(used[word]); bits; bits &= ~(1ULL << n)) {
			n = 63 - __builtin_clzll(bits);
			owner = spd_probe(spd, table, flow, word * 64 + n);
			if (owner)
				return owner;
		}
	}
	return NULL;
}
