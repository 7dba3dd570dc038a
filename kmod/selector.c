// SPDX-License-Identifier: GPL-2.0
/*
 * Traffic selectors: matching, overlap, and the table that finds the child for
 * an outbound packet (RFC 4301 4.4.1 and 5.1).
 */
#include "selector.h"

static u32 addr_bits(u8 family)
{
	return family == AF_INET ? 32 : 128;
}

/* Do the first @bits bits of both addresses agree? */
static bool prefix_equal(const u8 *a, const u8 *b, u32 bits)
{
	u32 bytes = bits / 8, rest = bits % 8;
	u8 mask = rest ? 0xff << (8 - rest) : 0;

	if (memcmp(a, b, bytes))
		return false;
	return !rest || !((a[bytes] ^ b[bytes]) & mask);
}

static void prefix_mask(u8 *to, const u8 *from, u32 bits)
{
	u32 bytes = bits / 8, rest = bits % 8;

	memset(to, 0, SELECTOR_ADDR_LEN);
	memcpy(to, from, bytes);
	if (rest)
		to[bytes] = from[bytes] & (0xff << (8 - rest));
}

static bool any_port(const struct selector *sel)
{
	return !sel->port_min && (!sel->port_max || sel->port_max == 0xffff);
}

/**
 * selector_check() - is a selector well-formed?
 * @sel: the selector
 *
 * Return: 0; -EAFNOSUPPORT for a wrong family, -ERANGE for a wrong prefix
 * length or port range, -EINVAL for bits set behind the prefix
 */
int selector_check(const struct selector *sel)
{
	u8 masked[SELECTOR_ADDR_LEN];

	if (sel->family != AF_INET && sel->family != AF_INET6)
		return -EAFNOSUPPORT;
	if (sel->prefixlen > addr_bits(sel->family))
		return -ERANGE;
	if (!any_port(sel) && sel->port_min > sel->port_max)
		return -ERANGE;
	prefix_mask(masked, sel->addr, sel->prefixlen);
	return memcmp(masked, sel->addr, sizeof(masked)) ? -EINVAL : 0;
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
	u32 bits = a->prefixlen < b->prefixlen ? a->prefixlen : b->prefixlen;

	if (a->family != b->family || !prefix_equal(a->addr, b->addr, bits))
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

static bool selector_match(const struct selector *sel, const struct flow *flow,
			   const struct flow_end *end)
{
	if (sel->family != flow->family ||
	    !prefix_equal(sel->addr, end->addr, sel->prefixlen))
		return false;
	if (sel->proto && sel->proto != flow->proto)
		return false;
	if (any_port(sel))
		return true;
	/* RFC 4301 4.4.1.1: a packet without the field matches only ANY. */
	return flow->has_ports && sel->port_min <= end->port && end->port <= sel->port_max;
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

/**
 * selector_set_match() - does a child carry this packet?
 * @set: selectors of the child
 * @flow: the inner packet, seen from our side
 *
 * The check of an inbound packet after decryption (RFC 4301 5.2 step 4).
 *
 * Return: true if a local and a remote selector match
 */
bool selector_set_match(const struct selector_set *set, const struct flow *flow)
{
	u32 i;

	for (i = 0; i < set->n_remote; i++)
		if (selector_match(&set->remote[i], flow, &flow->remote))
			return local_match(set, flow) != 0;
	return false;
}

static u32 spd_hash(const struct spd *spd, u8 family, u32 prefixlen, const u8 *addr)
{
	u64 h = ((u64)spd->seed << 32) ^ ((u32)family << 8) ^ prefixlen;
	u32 i, word;

	for (i = 0; i < SELECTOR_ADDR_LEN; i += sizeof(word)) {
		memcpy(&word, addr + i, sizeof(word));
		h = (h ^ word) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 29;
	}
	return (h >> 20) % SPD_BUCKETS;
}

static struct spd_entry __rcu **spd_bucket(struct spd *spd, const struct selector *sel)
{
	return &spd->bucket[spd_hash(spd, sel->family, sel->prefixlen, sel->addr)];
}

static u32 family_index(u8 family)
{
	return family == AF_INET ? 0 : 1;
}

/**
 * spd_insert() - add a remote selector of a child
 * @spd: the table; the caller serialises writers
 * @entry: the entry, filled but for @next; must pass selector_check()
 */
void spd_insert(struct spd *spd, struct spd_entry *entry)
{
	struct spd_entry __rcu **head = spd_bucket(spd, entry->sel);
	u32 *used = &spd->used[family_index(entry->sel->family)][entry->sel->prefixlen];

	RCU_INIT_POINTER(entry->next, rcu_dereference_protected(*head, true));
	rcu_assign_pointer(*head, entry);
	WRITE_ONCE(*used, *used + 1);
}

/**
 * spd_remove() - take a remote selector of a child out
 * @spd: the table; the caller serialises writers
 * @entry: an entry of the table; readers may still see it until a grace period
 *	   has passed
 */
void spd_remove(struct spd *spd, struct spd_entry *entry)
{
	struct spd_entry __rcu **at = spd_bucket(spd, entry->sel);
	u32 *used = &spd->used[family_index(entry->sel->family)][entry->sel->prefixlen];
	struct spd_entry *e;

	while ((e = rcu_dereference_protected(*at, true)) != NULL) {
		if (e == entry) {
			rcu_assign_pointer(*at, rcu_dereference_protected(e->next, true));
			WRITE_ONCE(*used, *used - 1);
			return;
		}
		at = &e->next;
	}
}

/* The child of one prefix length that matches best, NULL if none does. */
static void *spd_probe(const struct spd *spd, const struct flow *flow, u32 prefixlen)
{
	u8 key[SELECTOR_ADDR_LEN];
	struct spd_entry *e;
	void *found = NULL;
	u32 score, best = 0;

	prefix_mask(key, flow->remote.addr, prefixlen);
	e = rcu_dereference(spd->bucket[spd_hash(spd, flow->family, prefixlen, key)]);
	for (; e; e = rcu_dereference(e->next)) {
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
 * @flow: the inner packet
 *
 * Longest remote prefix first, then longest local prefix, then the selector
 * that names protocol and ports (a decorrelated order, RFC 4301 4.4.1).
 *
 * Return: the owner of the matching entry, or NULL
 */
void *spd_lookup(const struct spd *spd, const struct flow *flow)
{
	const u32 *used = spd->used[family_index(flow->family)];
	u32 n = addr_bits(flow->family) + 1;
	void *owner;

	while (n--) {
		if (!READ_ONCE(used[n]))
			continue;
		owner = spd_probe(spd, flow, n);
		if (owner)
			return owner;
	}
	return NULL;
}
