/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VPNTUN_SELECTOR_H
#define VPNTUN_SELECTOR_H

#include "pure.h"

#define SELECTOR_ADDR_LEN	16
#define SELECTOR_PREFIX_MAX	128
#define SPD_BITS_MIN		6	/* buckets of an empty table, as a power of two */
#define SPD_BITS_MAX		20
#define SPD_WORDS		(SELECTOR_PREFIX_MAX / 64 + 1)

/**
 * struct selector - one traffic selector (RFC 4301 4.4.1.1)
 * @addr: network address; IPv4 in the first four bytes, the rest zero
 * @word: the same, for comparing
 * @mask: bits of @word that the prefix covers; selector_check() sets it
 * @port_min: lowest port, host byte order
 * @port_max: highest port; 0 together with @port_min 0 for any
 * @family: AF_INET or AF_INET6
 * @prefixlen: 0 to 32 or 128
 * @proto: inner protocol, 0 for any
 */
struct selector {
	union {
		u8 addr[SELECTOR_ADDR_LEN];
		u64 word[2];
	};
	u64 mask[2];
	u16 port_min;
	u16 port_max;
	u8 family;
	u8 prefixlen;
	u8 proto;
};

/**
 * struct flow_end - one end of a packet
 * @addr: as in struct selector
 * @word: the same, for comparing
 * @port: host byte order; only valid if the flow has ports
 */
struct flow_end {
	union {
		u8 addr[SELECTOR_ADDR_LEN];
		u64 word[2];
	};
	u16 port;
};

/**
 * struct flow - what selectors see of an inner packet
 * @local: the end on our side of the tunnel
 * @remote: the end on the peer's side
 * @family: AF_INET or AF_INET6
 * @proto: inner protocol
 * @has_ports: ports are known; not so in fragments and protocols without
 */
struct flow {
	struct flow_end local;
	struct flow_end remote;
	u8 family;
	u8 proto;
	bool has_ports;
};

/**
 * struct selector_set - the selectors of a child
 * @local: our side's, @n_local of them
 * @remote: the peer side's, @n_remote of them
 * @n_local: number of local selectors
 * @n_remote: number of remote selectors
 * @upper: one of them names a protocol or ports; selector_set_prepare() sets it
 * @ports: one of them names ports; set likewise
 * @nets: every remote one names a network, none is for all addresses; set likewise
 */
struct selector_set {
	const struct selector *local;
	const struct selector *remote;
	u32 n_local;
	u32 n_remote;
	bool upper;
	bool ports;
	bool nets;
};

/**
 * struct spd_entry - one remote selector of one child in the table
 * @next: next entry of the bucket, for each of the two tables that it is in while
 *	  the table grows
 * @sel: the remote selector; lives as long as the entry
 * @set: all selectors of the child
 * @owner: the child
 */
struct spd_entry {
	struct spd_entry __rcu *next[2];
	const struct selector *sel;
	const struct selector_set *set;
	void *owner;
};

/**
 * struct spd_table - the buckets of one size
 * @bits: how many there are, as a power of two
 * @link: which of an entry's @next they use
 * @bucket: entries by family, prefix length and masked remote address
 */
struct spd_table {
	u8 bits;
	u8 link;
	struct spd_entry __rcu *bucket[];
};

/**
 * struct spd_length - what a table knows of a prefix length
 * @mask: bits of an address that the prefix covers
 * @n: entries with this length
 */
struct spd_length {
	u64 mask[2];
	u32 n;
};

/**
 * struct spd - longest-prefix table of a device's remote selectors
 * @table: the buckets
 * @used: lengths in use, bit by bit; IPv4, then IPv6
 * @length: the lengths; IPv4, then IPv6
 * @seed: makes the buckets unpredictable; the second is odd
 * @n: number of entries
 * @upper: entries of children that name a protocol or ports
 *
 * A lookup probes the prefix lengths in use, longest first: its cost depends on
 * how many lengths there are, not on how many peers. There are as many buckets as
 * entries. Readers are under RCU, writers are serialised by the caller.
 */
struct spd {
	struct spd_table __rcu *table;
	u64 used[2][SPD_WORDS];
	struct spd_length length[2][SELECTOR_PREFIX_MAX + 1];
	u64 seed[2];
	u32 n;
	u32 upper;
};

/**
 * selector_word() - an IPv4 address as in struct flow_end's first @word
 * @addr: the address in network byte order
 *
 * Return: the word; the second one is zero
 */
static inline u64 selector_word(u32 addr)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return (u64)addr << 32;
#else
	return addr;
#endif
}

static inline bool selector_masked_equal(const u64 a[2], const u64 b[2], const u64 mask[2])
{
	return !(((a[0] ^ b[0]) & mask[0]) | ((a[1] ^ b[1]) & mask[1]));
}

/**
 * selector_covers() - is an address in one of these networks?
 * @sel: selectors that name neither protocols nor ports
 * @n: number of selectors
 * @family: AF_INET or AF_INET6
 * @word: the address, as in struct flow_end
 *
 * Return: true if one of them has it
 */
static inline bool selector_covers(const struct selector *sel, u32 n, u8 family,
				   const u64 word[2])
{
	for (; n; n--, sel++)
		if (sel->family == family && selector_masked_equal(sel->word, word, sel->mask))
			return true;
	return false;
}

int selector_check(struct selector *sel);
bool selector_overlap(const struct selector *a, const struct selector *b);
bool selector_set_overlap(const struct selector_set *a, const struct selector_set *b);
bool selector_set_match(const struct selector_set *set, const struct flow *flow);
void selector_set_prepare(struct selector_set *set);
struct spd *spd_alloc(u64 seed0, u64 seed1);
void spd_free(struct spd *spd);
void spd_insert(struct spd *spd, struct spd_entry *entry);
void spd_remove(struct spd *spd, struct spd_entry *entry);
void *spd_lookup(const struct spd *spd, const struct flow *flow);

#endif
