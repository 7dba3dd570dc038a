/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VPNTUN_SELECTOR_H
#define VPNTUN_SELECTOR_H

#include "pure.h"

#define SELECTOR_ADDR_LEN	16
#define SELECTOR_PREFIX_MAX	128
#define SPD_BUCKETS		1024

/**
 * struct selector - one traffic selector (RFC 4301 4.4.1.1)
 * @addr: network address; IPv4 in the first four bytes, the rest zero
 * @port_min: lowest port, host byte order
 * @port_max: highest port; 0 together with @port_min 0 for any
 * @family: AF_INET or AF_INET6
 * @prefixlen: 0 to 32 or 128
 * @proto: inner protocol, 0 for any
 */
struct selector {
	u8 addr[SELECTOR_ADDR_LEN];
	u16 port_min;
	u16 port_max;
	u8 family;
	u8 prefixlen;
	u8 proto;
};

/**
 * struct flow_end - one end of a packet
 * @addr: as in struct selector
 * @port: host byte order
 */
struct flow_end {
	u8 addr[SELECTOR_ADDR_LEN];
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
 */
struct selector_set {
	const struct selector *local;
	const struct selector *remote;
	u32 n_local;
	u32 n_remote;
};

/**
 * struct spd_entry - one remote selector of one child in the table
 * @next: next entry of the bucket
 * @sel: the remote selector; lives as long as the entry
 * @set: all selectors of the child
 * @owner: the child
 */
struct spd_entry {
	struct spd_entry __rcu *next;
	const struct selector *sel;
	const struct selector_set *set;
	void *owner;
};

/**
 * struct spd - longest-prefix table of a device's remote selectors
 * @bucket: entries by family, prefix length and masked remote address
 * @used: number of entries by prefix length, IPv4 then IPv6
 * @seed: makes the buckets unpredictable
 *
 * A lookup probes the prefix lengths in use, longest first: its cost depends on
 * how many lengths there are, not on how many peers. Readers are under RCU,
 * writers are serialised by the caller.
 */
struct spd {
	struct spd_entry __rcu *bucket[SPD_BUCKETS];
	u32 used[2][SELECTOR_PREFIX_MAX + 1];
	u32 seed;
};

int selector_check(const struct selector *sel);
bool selector_overlap(const struct selector *a, const struct selector *b);
bool selector_set_overlap(const struct selector_set *a, const struct selector_set *b);
bool selector_set_match(const struct selector_set *set, const struct flow *flow);
void spd_insert(struct spd *spd, struct spd_entry *entry);
void spd_remove(struct spd *spd, struct spd_entry *entry);
void *spd_lookup(const struct spd *spd, const struct flow *flow);

#endif
