/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The objects of the module and who owns whom:
 *
 *   device -> peer -> child -> SA
 *
 * Configuration of one device is serialised by its mutex. The packet path reads
 * under RCU: outbound device -> SPD -> child -> current SA, inbound SPI -> SA.
 * An SA holds its child, a child its peer, a peer its net_device; what is taken
 * off the lists therefore lives on until the last packet in the crypto layer has
 * come back.
 */
#ifndef VPNTUN_H
#define VPNTUN_H

#include <crypto/aead.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/ip.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/rhashtable.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/dst_cache.h>
#include <net/ipv6.h>
#include <net/netns/generic.h>
#include <uapi/vpntun.h>

#include "compat.h"
#include "esp_fmt.h"
#include "meter.h"
#include "replay.h"
#include "selector.h"
#include "stats.h"

#define VPNTUN_VERSION		"0.1.0"
#define VPNTUN_NAME_LEN		64
#define VPNTUN_PEER_BUCKETS	256

/**
 * struct vpntun_net - state of a network namespace as the outer one
 * @net: the namespace
 * @spis: inbound SAs by SPI
 * @devs: devices created here, wherever they are now; RTNL and RCU
 * @inner: devices that are here now, wherever they were created; RTNL and RCU
 * @peers: endpoints by outer remote address; @peers_lock and RCU
 * @peers_lock: protects @peers
 * @events: notifications waiting to be multicast, and the lock of @event_seq
 * @event_work: sends @events
 * @event_seq: number of the last notification
 */
struct vpntun_net {
	struct net *net;
	struct rhashtable spis;
	struct list_head devs;
	struct list_head inner;
	struct hlist_head peers[VPNTUN_PEER_BUCKETS];
	spinlock_t peers_lock;
	struct sk_buff_head events;
	struct work_struct event_work;
	u32 event_seq;
};

#define VPNTUN_UNIT_MAX		8	/* packets of a unit */
#define VPNTUN_SPREAD_MIN	16	/* packets from which on other CPUs help */

/**
 * struct vpntun_lane - units of work in order
 * @lock: protects all of it; taken with softirqs off
 * @first: the oldest unit, linked by struct vpntun_cb's @next
 * @last: the youngest
 * @packets: how many all units have together
 * @turn: how many were taken out in this turn
 * @busy: somebody is taking finished units out
 * @cpu: who that is; outbound only
 */
struct vpntun_lane {
	spinlock_t lock;
	struct sk_buff *first;
	struct sk_buff *last;
	u32 packets;
	u32 turn;
	bool busy;
	unsigned int cpu;
};

/**
 * struct vpntun_rxq - packets that one CPU received, and their way to the stack
 * @napi: runs when there are packets to work on or to deliver
 * @lane: units; its lock protects @arrived and @dead, too
 * @arrived: packets that no unit holds yet
 * @company: how many more times to wait for company, see queue.c
 * @alone: packets that went straight through
 * @dead: the device is going: what comes out of the cipher is dropped
 */
struct vpntun_rxq {
	struct napi_struct napi;
	struct vpntun_lane lane;
	struct sk_buff_head arrived;
	u8 company;
	u8 alone;
	bool dead;
};

/**
 * struct vpntun_hold - packets of a device that wait for an SA
 * @lock: protects this and the queues of the children; taken with softirqs off
 * @children: those that have packets waiting
 * @packets: number of packets in all queues
 * @work: sends or drops what is due
 */
struct vpntun_hold {
	spinlock_t lock;
	struct list_head children;
	u32 packets;
	struct delayed_work work;
};

/**
 * struct vpntun_dev - a device, private data of the net_device
 * @dev: the net_device
 * @lock: serialises configuration
 * @outer: namespace of the outer packets, the one of creation; NULL once that is
 *	   gone. RCU; written under @lock
 * @node: in struct vpntun_net's @devs
 * @inner_node: in struct vpntun_net's @inner
 * @peers: by id; @lock
 * @spd: finds the child of an outbound packet
 * @rxq: received packets, per CPU
 * @hold: sent packets that wait for an SA
 * @stats: drop counters
 * @generation: counts changes, for dumps
 * @dead: being unregistered: takes no configuration; @lock
 */
struct vpntun_dev {
	struct net_device *dev;
	struct mutex lock;
	struct net __rcu *outer;
	struct list_head node;
	struct list_head inner_node;
	struct xarray peers;
	struct spd *spd;
	struct vpntun_rxq __percpu *rxq;
	struct vpntun_hold hold;
	struct vpntun_stats __percpu *stats;
	unsigned int generation;
	bool dead;
};

union vpntun_addr {
	__be32 v4;
	struct in6_addr v6;
};

static inline int vpntun_addr_len(u16 family)
{
	return family == AF_INET ? sizeof(__be32) : sizeof(struct in6_addr);
}

static inline bool vpntun_addr_equal(const union vpntun_addr *a, const union vpntun_addr *b,
				     u16 family)
{
	return family == AF_INET ? a->v4 == b->v4 : ipv6_addr_equal(&a->v6, &b->v6);
}

/* Family and source of the IP header that skb_network_header() is at. */
static inline u16 vpntun_outer_source(const struct sk_buff *skb, union vpntun_addr *addr)
{
	if (ip_hdr(skb)->version == 4) {
		addr->v4 = ip_hdr(skb)->saddr;
		return AF_INET;
	}
	addr->v6 = ipv6_hdr(skb)->saddr;
	return AF_INET6;
}

/**
 * struct vpntun_sock - a UDP socket of the daemon that ESP shares
 * @sk: the socket, held, though not its file; NULL once the daemon closed it. RCU
 * @users: endpoints that use it; the list lock of encap.c
 * @endpoints: those of installed peers; the namespace's @peers_lock and RCU
 * @port: its local port
 * @v4: it carries IPv4
 * @v6: it carries IPv6
 * @mc_loop: whether it looped multicasts back before it was shared
 * @rcu: for freeing
 */
struct vpntun_sock {
	struct sock __rcu *sk;
	unsigned int users;
	struct hlist_head endpoints;
	__be16 port;
	bool v4;
	bool v6;
	bool mc_loop;
	struct rcu_head rcu;
};

/**
 * struct vpntun_manner - how outer packets are made, as the daemon asks for it
 * @df: enum vpntun_df
 * @fragment: enum vpntun_fragment
 * @dscp: 0 to 63, or VPNTUN_DSCP_COPY
 * @ttl: 0 for the route's
 * @ecn: carry congestion marks (RFC 6040), else outer headers are Not-ECT
 * @mss_clamp: lower the MSS of TCP connections to what fits
 * @keepalive: seconds of silence before a NAT keepalive, 0 for none
 */
struct vpntun_manner {
	u8 df;
	u8 fragment;
	u8 dscp;
	u8 ttl;
	bool ecn;
	bool mss_clamp;
	u16 keepalive;
};

/**
 * struct vpntun_endpoint - where a peer is; replaced as a whole, never changed
 * @node: in struct vpntun_net's @peers
 * @sock_node: in struct vpntun_sock's @endpoints; UDP only
 * @peer: the peer
 * @local: outer source, all zero to let the route choose
 * @remote: outer destination
 * @family: of both
 * @encap: enum vpntun_encap
 * @local_port: UDP only
 * @remote_port: UDP only
 * @manner: how packets to it are made
 * @sock: UDP only; one of its users
 * @dst: route cache
 * @rcu: for freeing
 */
struct vpntun_endpoint {
	struct hlist_node node;
	struct hlist_node sock_node;
	struct vpntun_peer *peer;
	union vpntun_addr local;
	union vpntun_addr remote;
	u16 family;
	u8 encap;
	__be16 local_port;
	__be16 remote_port;
	struct vpntun_manner manner;
	struct vpntun_sock *sock;
	struct dst_cache dst;
	struct rcu_head rcu;
};

/**
 * struct vpntun_peer - a peer
 * @ref: children, and the device's list
 * @vt: its device, held through @tracker
 * @tracker: reference to the net_device
 * @id: chosen by the daemon
 * @name: for messages
 * @ep: where it is; RCU, written under the device's lock
 * @children: by id; the device's lock
 * @keepalive: sends NAT keepalives
 * @lane: packets on their way out
 * @lock: protects what follows
 * @seen: address of the last reported mapping
 * @seen_family: its family, 0 if none was reported
 * @seen_port: port of the last reported mapping
 * @burst_start: start of the second in which @burst counts, in jiffies
 * @burst_told: time of the last drop-burst notification, in jiffies
 * @burst: drops in this second by reason
 * @rcu: for freeing
 */
struct vpntun_peer {
	struct kref ref;
	struct vpntun_dev *vt;
	netdevice_tracker tracker;
	u32 id;
	char name[VPNTUN_NAME_LEN];
	struct vpntun_endpoint __rcu *ep;
	struct xarray children;
	struct delayed_work keepalive;
	struct vpntun_lane lane;
	spinlock_t lock;
	union vpntun_addr seen;
	u16 seen_family;
	__be16 seen_port;
	unsigned long burst_start;
	unsigned long burst_told;
	u32 burst[VPNTUN_C_COUNT];
	struct rcu_head rcu;
};

/**
 * struct vpntun_child - a negotiated selector set with its SAs
 * @ref: SAs, and the peer's list
 * @peer: its peer, held
 * @id: chosen by the daemon
 * @report_acquire: tell the daemon of packets that find no SA
 * @acquired: time of the last acquire notification, in jiffies; 0 for none
 * @out: the SA that carries what is sent; RCU, written under the device's lock
 * @held: packets that wait for @out; the lock of struct vpntun_hold, as what follows
 * @held_node: in struct vpntun_hold's @children
 * @held_bytes: of the packets in @held
 * @held_closed: the child goes away: takes no packet
 * @sas: all SAs of both directions; the device's lock
 * @set: its selectors
 * @entries: one for each remote selector, in the device's SPD
 * @selectors: storage of @set, local then remote
 * @rcu: for freeing
 */
struct vpntun_child {
	struct kref ref;
	struct vpntun_peer *peer;
	u32 id;
	bool report_acquire;
	unsigned long acquired;
	struct vpntun_sa __rcu *out;
	struct sk_buff_head held;
	struct list_head held_node;
	u32 held_bytes;
	bool held_closed;
	struct list_head sas;
	struct selector_set set;
	struct spd_entry *entries;
	struct selector *selectors;
	struct rcu_head rcu;
};

/**
 * enum vpntun_iv - how explicit IVs are made
 * @VPNTUN_IV_NONE: the cipher has none
 * @VPNTUN_IV_COUNTER: the sequence number: never twice under a key (RFC 4106 3.1)
 * @VPNTUN_IV_RANDOM: not to be foreseen (RFC 3602 2)
 */
enum vpntun_iv {
	VPNTUN_IV_NONE,
	VPNTUN_IV_COUNTER,
	VPNTUN_IV_RANDOM,
};

enum vpntun_sa_flag {
	VPNTUN_SA_STOPPED,	/* reached a hard limit: carries nothing more */
	VPNTUN_SA_SOFT_TOLD,	/* soft limit was reported */
	VPNTUN_SA_USED,		/* carried a packet */
};

/**
 * struct vpntun_limits - lifetime of an SA, 0 for no limit
 * @bytes: inner bytes
 * @packets: packets
 * @seconds: since installation
 */
struct vpntun_limits {
	u64 bytes;
	u64 packets;
	u64 seconds;
};

/**
 * struct vpntun_sa_config - what sa-new says; keys are borrowed
 */
struct vpntun_sa_config {
	u32 peer_id;
	u32 child_id;
	u32 dir;
	u32 slot;
	u32 enc;
	u32 auth;
	u32 window;
	u32 tfc;
	__be32 spi;
	u8 esn;
	u64 seq;
	const u8 *enc_key;
	const u8 *auth_key;
	u32 enc_key_len;
	u32 auth_key_len;
	struct vpntun_limits soft;
	struct vpntun_limits hard;
};

/**
 * struct vpntun_sa_stats - what an SA carried on one CPU
 * @packets: packets
 * @bytes: their inner bytes
 * @last: time of the last one in jiffies
 */
struct vpntun_sa_stats {
	u64 packets;
	u64 bytes;
	unsigned long last;
};

/**
 * struct vpntun_sa - a security association: one direction, one SPI
 * @node: in struct vpntun_net's @spis; inbound only
 * @list: in the child's @sas
 * @ref: the lists, and each packet in the crypto layer
 * @child: its child, held; set before the SA can be found
 * @tfm: the cipher with its keys
 * @direct: the driver behind @tfm, to be called while vector registers are free;
 *	    NULL if @tfm is no wrapper
 * @reqsize: what their requests need in bytes, at most
 * @fmt: lengths that follow from the algorithms
 * @async: the driver may complete later
 * @esn: extended sequence numbers (RFC 4303 2.2.1)
 * @iv_kind: enum vpntun_iv
 * @spi: network byte order
 * @dir: enum vpntun_dir
 * @slot: enum vpntun_slot; outbound only; the device's lock
 * @enc: enum vpntun_enc
 * @auth: enum vpntun_auth
 * @flags: bits of enum vpntun_sa_flag
 * @seq: last number sent; outbound only, the lock of the peer's lane
 * @seq_max: last number that may be sent
 * @tfc: inner packets are padded to this length, 0 for no padding; outbound only
 * @stats: what it carried, per CPU
 * @meter: limits in packets and bytes; NULL for none
 * @drops: packets dropped
 * @asyncs: operations that completed later
 * @soft: when to ask for a successor
 * @hard: when to stop
 * @installed: time in jiffies
 * @replay_lock: protects @replay
 * @replay: inbound only
 * @life: fires at the soft, then at the hard time limit
 * @removed: drops the lists' reference a grace period after removal
 * @free: frees it after a grace period in process context
 */
struct vpntun_sa {
	struct rhash_head node;
	struct list_head list;
	refcount_t ref;
	struct vpntun_child *child;
	struct crypto_aead *tfm;
	struct crypto_aead *direct;
	u32 reqsize;
	struct esp_fmt fmt;
	bool async;
	bool esn;
	u8 iv_kind;
	__be32 spi;
	u8 dir;
	u8 slot;
	u8 enc;
	u8 auth;
	unsigned long flags;
	u64 seq;
	u64 seq_max;
	u32 tfc;
	struct vpntun_sa_stats __percpu *stats;
	struct vpntun_meter *meter;
	atomic64_t drops;
	atomic64_t asyncs;
	struct vpntun_limits soft;
	struct vpntun_limits hard;
	u64 installed;
	spinlock_t replay_lock;
	struct replay *replay;
	struct delayed_work life;
	struct rcu_head removed;
	struct rcu_work free;
};

/**
 * struct vpntun_way - the way to a peer, for one unit of work
 * @ep: where the peer is; RCU
 * @net: namespace of the outer packets
 * @dst: the route; a reference
 * @saddr: outer source
 * @head: outer headers in bytes, IP and UDP
 * @mtu: of the path
 */
struct vpntun_way {
	const struct vpntun_endpoint *ep;
	struct net *net;
	struct dst_entry *dst;
	union vpntun_addr saddr;
	u32 head;
	u32 mtu;
};

/**
 * struct vpntun_cb - what a packet carries in skb->cb while it is ours
 * @next: in a unit's first packet the next unit in the lane, in the others the
 *	  first packet
 * @sa: SA of the unit, a reference; in a unit's first packet, NULL in the others
 * @seq: sequence number
 * @len: inner bytes
 * @pending: packets of the unit that are still in the crypto layer, and one for
 *	     who works on it; in a unit's first packet
 * @nfrags: scatterlist entries it needs
 * @off: where the ESP header begins, from skb->data
 * @packets: packets of the unit; in its first packet
 * @why: enum vpntun_counter, VPNTUN_C_NONE while all is well
 * @encap: enum vpntun_encap, how it came in
 * @cpu: whose queue it came through, inbound only; in a unit's first packet
 * @done: the unit is worked on; in a unit's first packet
 */
struct vpntun_cb {
	struct sk_buff *next;
	struct vpntun_sa *sa;
	u64 seq;
	u32 len;
	atomic_t pending;
	u16 nfrags;
	u8 off;
	u8 packets;
	u8 why;
	u8 encap;
	bool done;
	u16 cpu;
};

static inline struct vpntun_cb *vpntun_cb(const struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct vpntun_cb) > sizeof(skb->cb));
	return (struct vpntun_cb *)skb->cb;
}

/* The first packet of a packet's unit. */
static inline struct sk_buff *vpntun_unit(struct sk_buff *skb)
{
	return vpntun_cb(skb)->sa ? skb : vpntun_cb(skb)->next;
}

/* Begin a unit; it takes over a reference to the SA. */
static inline void vpntun_unit_init(struct sk_buff *skb, struct vpntun_sa *sa)
{
	vpntun_cb(skb)->sa = sa;
	atomic_set(&vpntun_cb(skb)->pending, 1);
}

/* Add a packet to a unit, behind its last one. */
static inline void vpntun_unit_join(struct sk_buff *unit, struct sk_buff *last, struct sk_buff *skb)
{
	vpntun_cb(skb)->sa = NULL;
	vpntun_cb(skb)->next = unit;
	last->next = skb;
}

/**
 * struct vpntun_event - a notification to send
 * @type: enum vpntun_event_type
 * @peer: whose it is
 * @child: NULL where it concerns no child
 * @sa: NULL where it concerns no SA
 * @reason: enum vpntun_expire_reason
 * @counter: drop-burst only
 * @count: drop-burst only
 * @family: mapping only, see vpntun_peer_check_mapping()
 * @remote: mapping only: the address that packets come from now
 * @port: mapping only
 */
struct vpntun_event {
	u32 type;
	const struct vpntun_peer *peer;
	const struct vpntun_child *child;
	const struct vpntun_sa *sa;
	u32 reason;
	const char *counter;
	u64 count;
	u16 family;
	union vpntun_addr remote;
	__be16 port;
};

extern unsigned int vpntun_net_id;
extern struct workqueue_struct *vpntun_wq;

static inline struct vpntun_net *vpntun_net(const struct net *net)
{
	return net_generic(net, vpntun_net_id);
}

/* device.c */
extern struct rtnl_link_ops vpntun_link_ops;
struct vpntun_dev *vpntun_dev_find(struct net *net, const struct nlattr *ifindex,
				   netdevice_tracker *tracker, struct netlink_ext_ack *extack);
void vpntun_dev_detach_outer(struct vpntun_dev *vt);

/* output.c */
netdev_tx_t vpntun_xmit(struct sk_buff *skb, struct net_device *dev);
void vpntun_tx_work(struct sk_buff *unit);

/* outer.c */
enum vpntun_counter vpntun_way_find(struct vpntun_way *way, struct vpntun_dev *vt,
				    struct vpntun_peer *peer);
void vpntun_way_put(struct vpntun_way *way);
void vpntun_outer_push(struct sk_buff *skb, const struct vpntun_way *way, u8 tos, bool df);
enum vpntun_counter vpntun_outer_send(struct vpntun_dev *vt, struct vpntun_peer *peer,
				      struct sk_buff *skb);

/* input.c */
int vpntun_rx(struct sk_buff *skb, u8 encap);
void vpntun_rx_work(struct sk_buff *unit);
void vpntun_rx_deliver_unit(struct sk_buff *unit, struct napi_struct *napi);
void vpntun_rx_drop_unit(struct sk_buff *unit, enum vpntun_counter why);

/* lane.c */
int vpntun_lane_start(void);
void vpntun_lane_stop(void);
void vpntun_lane_init(struct vpntun_lane *lane);
void vpntun_lane_add(struct vpntun_lane *lane, struct sk_buff *unit, u32 packets);
void vpntun_lane_grow(struct vpntun_lane *lane, struct sk_buff *unit);
bool vpntun_lane_alone(struct vpntun_lane *lane, struct vpntun_sa *sa, u64 *seq);
bool vpntun_lane_done(struct vpntun_lane *lane, struct sk_buff *unit);
struct sk_buff *vpntun_lane_next(struct vpntun_lane *lane);
struct sk_buff *vpntun_lane_turn(struct vpntun_lane *lane);
void vpntun_lane_work(struct sk_buff **units, unsigned int n, unsigned int packets);

/* queue.c */
int vpntun_rxq_init(struct vpntun_dev *vt);
void vpntun_rxq_stop(struct vpntun_dev *vt);
void vpntun_rxq_free(struct vpntun_dev *vt);
bool vpntun_rxq_alone(struct vpntun_dev *vt);
void vpntun_rxq_alone_done(void);
void vpntun_rxq_add(struct vpntun_dev *vt, struct sk_buff *skb, struct vpntun_sa *sa);
void vpntun_rxq_done(struct sk_buff *unit);

/* flow.c */
bool vpntun_flow_read(struct sk_buff *skb, struct flow *flow, bool outbound, bool upper);

/**
 * struct vpntun_room - bytes that a packet grows by
 * @head: in front
 * @tail: behind
 */
struct vpntun_room {
	u32 head;
	u32 tail;
};

/* segment.c */
int vpntun_segment_start(void);
void vpntun_segment_stop(void);
struct sk_buff *vpntun_segment(struct sk_buff *skb, struct vpntun_room room);

/* size.c */
bool vpntun_may_fragment(const struct sk_buff *skb);
enum vpntun_counter vpntun_size_check(struct sk_buff *skb, const struct vpntun_way *way, u32 max);
struct sk_buff *vpntun_fragment(struct sk_buff *skb, const struct vpntun_way *way, u32 max);

/* mss.c */
bool vpntun_mss_is_syn(const struct sk_buff *skb);

/* Quick look whether vpntun_mss_clamp() could have anything to do. */
static inline bool vpntun_maybe_tcp(const struct sk_buff *skb)
{
	return skb->protocol != htons(ETH_P_IP) || ip_hdr(skb)->protocol == IPPROTO_TCP;
}

void vpntun_mss_clamp(struct sk_buff *skb, u32 max);

/* tos.c */
u8 vpntun_tos_out(const struct vpntun_endpoint *ep, const struct sk_buff *skb);
bool vpntun_df_out(const struct vpntun_endpoint *ep, const struct sk_buff *skb);

/* inner.c */
enum vpntun_counter vpntun_inner_check(struct sk_buff *skb, struct vpntun_sa *sa, u8 next,
				       u8 outer_tos);

/* aead.c */
int vpntun_aead_init(struct vpntun_sa *sa, const struct vpntun_sa_config *cfg,
		     struct netlink_ext_ack *extack);
void vpntun_aead_free(struct vpntun_sa *sa);
const char *vpntun_aead_driver(const struct vpntun_sa *sa);

/* crypt.c */
bool vpntun_crypt_at_once(const struct vpntun_sa *sa);
int vpntun_seal(struct vpntun_sa *sa, struct sk_buff *skb, u32 off, int nfrags, u64 seq,
		crypto_completion_t done);
int vpntun_open(struct vpntun_sa *sa, struct sk_buff *skb, u32 off, int nfrags, u64 seq,
		crypto_completion_t done);
struct sk_buff *vpntun_crypt_done(vpntun_crypto_arg *arg);
void vpntun_crypt_exit(void);

/* sa.c */
extern const struct rhashtable_params vpntun_spi_params;
struct vpntun_sa *vpntun_sa_alloc(const struct vpntun_sa_config *cfg,
				  struct netlink_ext_ack *extack);
int vpntun_sa_install(struct vpntun_sa *sa, struct vpntun_child *child,
		      struct netlink_ext_ack *extack);
void vpntun_sa_remove(struct vpntun_sa *sa);
void vpntun_sa_promote(struct vpntun_sa *sa);
struct vpntun_sa *vpntun_sa_find_in(struct vpntun_dev *vt, __be32 spi);
struct vpntun_sa *vpntun_sa_find_out(struct vpntun_peer *peer, __be32 spi);
struct vpntun_sa *vpntun_sa_find_rcu(struct net *net, __be32 spi);
void vpntun_sa_put(struct vpntun_sa *sa);
bool vpntun_sa_spend(struct vpntun_sa *sa, u32 packets, u64 bytes);
void vpntun_sa_read(const struct vpntun_sa *sa, struct vpntun_sa_stats *sum);
void vpntun_sa_stop(struct vpntun_sa *sa, u32 reason);

/**
 * vpntun_sa_account() - count packets and enforce the limits they run into
 * @sa: the SA
 * @packets: number of packets about to be carried
 * @bytes: their inner bytes
 *
 * What goes beyond a hard limit is not carried any more (RFC 4301 4.4.2.1).
 *
 * Context: softirqs off.
 * Return: false if the packets must be dropped
 */
static inline bool vpntun_sa_account(struct vpntun_sa *sa, u32 packets, u64 bytes)
{
	struct vpntun_sa_stats *stats;

	if (unlikely(test_bit(VPNTUN_SA_STOPPED, &sa->flags)))
		return false;
	if (sa->meter && unlikely(!vpntun_sa_spend(sa, packets, bytes)))
		return false;
	stats = this_cpu_ptr(sa->stats);
	stats->packets += packets;
	stats->bytes += bytes;
	stats->last = jiffies;
	return true;
}

/* peer.c */
struct vpntun_peer *vpntun_peer_alloc(struct vpntun_dev *vt, u32 id, const char *name);
int vpntun_peer_install(struct vpntun_peer *peer, struct vpntun_endpoint *ep,
			struct netlink_ext_ack *extack);
void vpntun_peer_move(struct vpntun_peer *peer, struct vpntun_endpoint *ep);
void vpntun_peer_remove(struct vpntun_peer *peer);
void vpntun_peer_put(struct vpntun_peer *peer);
struct vpntun_peer *vpntun_peer_by_source(struct net *net, const struct sk_buff *skb, __be16 port);
struct vpntun_peer *vpntun_peer_by_spi(struct net *net, const union vpntun_addr *addr, u16 family,
				       __be32 spi);
void vpntun_peer_check_mapping(struct vpntun_sa *sa, const struct sk_buff *skb, u8 encap);
struct vpntun_child *vpntun_child_alloc(u32 n_local, u32 n_remote);
int vpntun_child_install(struct vpntun_child *child, struct vpntun_peer *peer,
			 struct netlink_ext_ack *extack);
void vpntun_child_remove(struct vpntun_child *child);
void vpntun_child_put(struct vpntun_child *child);

/* endpoint.c */
struct vpntun_endpoint *vpntun_endpoint_parse(struct nlattr **tb, struct net *net,
					      const struct vpntun_endpoint *old,
					      struct netlink_ext_ack *extack);
void vpntun_endpoint_free(struct vpntun_endpoint *ep);
void vpntun_endpoint_discard(struct vpntun_endpoint *ep);
int vpntun_endpoint_put(struct sk_buff *msg, const struct vpntun_endpoint *ep);

/* encap.c */
int vpntun_encap_init(void);
void vpntun_encap_exit(void);
struct vpntun_sock *vpntun_sock_get(struct net *net, int fd, struct netlink_ext_ack *extack);
struct vpntun_sock *vpntun_sock_share(struct vpntun_sock *vs);
void vpntun_sock_put(struct vpntun_sock *vs);

/* clear.c */
int vpntun_clear_net_init(struct net *net);
void vpntun_clear_net_exit(struct net *net);
int vpntun_clear_init(void);
void vpntun_clear_exit(void);

/* hold.c */
void vpntun_hold_init(struct vpntun_dev *vt);
void vpntun_hold_exit(struct vpntun_dev *vt);
void vpntun_hold_init_child(struct vpntun_child *child);
bool vpntun_hold(struct vpntun_child *child, struct sk_buff *skb);
void vpntun_hold_release(struct vpntun_child *child);
void vpntun_hold_purge(struct vpntun_child *child);
void vpntun_hold_purge_dev(struct vpntun_dev *vt);

/* keepalive.c */
void vpntun_keepalive_init(struct vpntun_peer *peer);
void vpntun_keepalive_start(struct vpntun_peer *peer);
void vpntun_keepalive_stop(struct vpntun_peer *peer);

/* netlink.c */
extern struct genl_family vpntun_nl_family;

/* event.c */
void vpntun_event_send(const struct vpntun_event *event);
void vpntun_event_init(struct vpntun_net *vn);
void vpntun_event_exit(struct vpntun_net *vn);

#endif
