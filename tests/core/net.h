/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_CORE_NET_H
#define TESTS_CORE_NET_H

#include "core/core.h"

/*
 * Engines on a virtual network: one clock, one seed, no sockets. Each node has
 * a model of the kernel that obeys the engine's actions, holds what the real
 * one would hold, and answers with the same events.
 */

#define NODES_MAX 4
#define K_CHILDREN_MAX 320
#define K_SAS_MAX 1280
#define EVENTS_MAX 4096
#define LATENCY_MS 10
#define ESP_BYTES 100			/* in each packet */

struct net;
struct node;
struct packet;

/**
 * struct net_watch - who looks on, all members may be NULL
 * @action: an action of the engine's, before it is obeyed
 * @esp_lost: the line brought an ESP packet to @n, which has no SA for it
 */
struct net_watch {
	void (*action)(void *ctx, struct node *n, const struct ike_action *a);
	void (*esp_lost)(void *ctx, struct node *n, const struct packet *p);
	void *ctx;
};

/** struct k_child - a child in the modelled kernel */
struct k_child {
	bool used, acquire;
	uint32_t peer_id, child_id;
	struct subnet local, remote;
	uint64_t acquired;		/* when an acquire was last sent, 0 never */
};

struct k_peer {
	bool used;
	struct act_peer p;
};

/** struct k_sa - one direction; keys as installed, to compare both ends */
struct k_sa {
	bool used;
	uint32_t peer_id, child_id, spi;
	enum sa_dir dir;
	enum sa_slot slot;
	uint8_t key[160];
	size_t key_len;
	struct esp_suite suite;
	uint32_t replay_window, tfc_pad;
	uint64_t soft_packets, soft_bytes, hard_bytes;
	bool soft_told, hard_told;
	uint64_t born, hard_ms, last;
	uint64_t packets, bytes;
};

struct net_event {
	uint64_t at;
	char what[32], detail[FAILURE_TEXT * 2];
};

/**
 * struct node - one gateway
 * @addr: its own address; @nat_addr: what others see, family AF_UNSPEC without NAT
 * @nat_shift: added to a port by the NAT; another value is another mapping
 * @down: neither sends nor receives; @mute: receives but its answers are lost
 * @refuse: type of action that the kernel refuses next, -1 for none
 * @esp_lost: packets that found no SA at the receiver, @no_sa: that found none to leave with
 */
struct node {
	struct net *net;
	unsigned int id;
	uint64_t rng;
	struct ike_engine *e;
	union endpoint addr, nat_addr;
	unsigned int nat_shift;
	bool down, mute, lose_first_use;
	uint64_t last_due;
	struct k_peer peers[NODES_MAX * 4];
	struct k_child children[K_CHILDREN_MAX];
	struct k_sa sas[K_SAS_MAX];
	size_t children_end, sas_end;	/* behind the last one ever used */
	int refuse;
	unsigned int refused;
	uint64_t queried;		/* when it was last asked for its counters */
	unsigned int kernel_errors, violations;
	unsigned int esp_sent, esp_received, esp_lost, no_sa, keepalives;
	unsigned int installs, sent, sent_natt, queries;
	struct net_event *events;
	unsigned int n_events, cap_events;
	struct ike_config cfg;
};

struct packet {
	struct packet *next, *prev;
	uint64_t due, seq, sent;
	union endpoint src, dst;	/* as the receiver's side of any NAT sees them */
	bool natt, raw, esp;
	struct ike_job *job;		/* no datagram: a thread of node @from that will be ready with it */
	uint32_t spi;
	unsigned int from;
	uint8_t key[160];
	size_t key_len, len;
	uint8_t data[];
};

/**
 * struct net - the world
 * @loss, @dup, @reorder: percent of IKE datagrams, with @bad_esp of ESP packets too
 * @cut: bit of each node that nothing gets through from
 * @job_ms: a job takes up to so long
 * @traffic_ms: each node sends an ESP packet per child that often, 0 for never
 * @drop: called for each IKE datagram; true loses it
 * @run_job: in place of ike_job_run()
 */
struct net {
	uint64_t now, seq, rng;
	struct node nodes[NODES_MAX];
	unsigned int n;
	unsigned int loss, dup, reorder, cut, job_ms;
	bool bad_esp;
	unsigned int traffic_ms;
	uint64_t next_traffic;
	bool one_way;			/* traffic from node 0 only */
	bool (*drop)(struct net *net, unsigned int from, const uint8_t *p, size_t len);
	void (*run_job)(struct ike_job *job);
	struct packet *packets;
	struct net_watch watch;
	bool verbose;
};

struct net *net_new(unsigned int nodes, uint64_t seed);
void net_free(struct net *net);
/** net_reboot - a fresh engine and kernel; nothing is sent, not a Delete */
void net_reboot(struct net *net, unsigned int node);
void net_run(struct net *net, uint64_t ms);
/** net_until - run until @done, @ms at most; Return: whether it was */
bool net_until(struct net *net, uint64_t ms, bool (*done)(struct net *net));
/** net_esp - send one packet of a child; false if there is nothing to send it with (an acquire follows) */
bool net_esp(struct node *n, uint32_t peer_id, uint32_t child_id);
/** net_step - hand over what the engines have queued */
void net_step(struct net *net);

/** site_cfg - node @i's end of a connection with node @peer: @subnets pairs of networks, 2x2 as in the field */
struct conn_cfg *site_cfg(struct net *net, unsigned int i, unsigned int peer, const char *name);
void net_configure(struct net *net, unsigned int node, struct conn_cfg **cfgs, unsigned int n);
void net_configure1(struct net *net, unsigned int node, struct conn_cfg *cfg);
/** net_sites - two configured nodes, both from site_cfg() with fast algorithms */
struct net *net_sites(uint64_t seed, enum start_mode a, enum start_mode b);

struct conn *node_conn(struct node *n, const char *name);
unsigned int node_children_up(struct node *n);
unsigned int node_established(struct node *n);
unsigned int node_sas(const struct node *n);		/* SAs in the kernel */
unsigned int node_count(const struct node *n, const char *what);
void node_clear_events(struct node *n);
uint64_t node_counter(struct node *n, const char *name);
/** node_failure - code of the connection's failure, of its child's if @child_id; "" if none */
const char *node_failure(struct node *n, const char *conn, uint32_t child_id);
bool both_up(struct net *net);
bool both_quiet(struct net *net);	/* up, and one pair per child at both ends */
/** net_consistent - what each end sends with, the other end receives, with the same keys */
bool net_consistent(struct net *net);
void psk_set(struct conn_cfg *c, const char *psk);
struct subnet net_subnet(const char *s);

#endif
