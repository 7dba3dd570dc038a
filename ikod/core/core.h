/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CORE_CORE_H
#define IKOD_CORE_CORE_H

#include <uthash.h>
#include <utlist.h>

#include "core/engine.h"
#include "core/limit.h"
#include "core/timer.h"

/*
 * Inside the engine. Two halves meet here:
 *
 *   policy   (engine.c conn.c child.c liveness.c kevent.c status.c …): what should
 *            be up, when to rekey, retry or give up, what the kernel holds;
 *   protocol (v1/): the exchanges of RFC 2409, message by message.
 *
 * Ownership: engine > conn > child > child_sa; engine > ike_sa > exchanges.
 * Children belong to the connection, not to an IKE SA: a new phase 1 takes
 * over without touching them, and any established IKE SA of the connection may
 * carry their messages.
 */

struct conn;
struct child;
struct child_sa;
struct ike_sa;
struct v1_openings;
struct v1_phase1;
struct v1_quick;
struct v1_waiter;
struct lease;

enum ike_role { ROLE_INITIATOR, ROLE_RESPONDER };

enum ike_sa_state {
	IKE_CONNECTING,		/* phase 1 under way */
	IKE_ESTABLISHED,
	IKE_REKEYED,		/* a newer one is used; kept until its lifetime ends */
	IKE_DEAD,		/* being torn down inside the current call; freed by engine_reap() */
};

/**
 * struct ike_sa - one ISAKMP SA
 * @conn: never NULL; a responder's may change when the peer's identity is known
 * @cky_i, @cky_r: the cookies; ours (by role) is the key in engine->sas
 * @p1: phase 1 scratch, NULL once established
 * @last_iv: last cipher block of phase 1, start of every phase 2 IV
 * @heard: when the last authenticated message came in
 * @expires: hard end; the protocol half may set it from the lifetime agreed on
 *           before conn_phase1_up(), else the configured lifetime is taken
 * @ahead: the peer's may end so much earlier (ms): it is renewed as if it ended then
 * @quicks: exchanges under way
 */
struct ike_sa {
	struct ike_engine *e;
	struct conn *conn;
	enum ike_role role;
	enum ike_sa_state state;
	uint8_t cky_i[8], cky_r[8];
	UT_hash_handle hh;		/* engine->sas, by own cookie */
	struct ike_sa *next, *prev;	/* conn->ikes, newest first */
	struct ike_path path;
	bool nat_local, nat_remote;	/* who is behind a NAT */
	bool natt_ok;			/* both sides speak RFC 3947 */
	bool dpd_ok;			/* the peer speaks RFC 3706 */
	struct ike_suite suite;
	struct v1_keys keys;
	uint8_t last_iv[16];
	struct v1_id peer_id;
	struct v1_phase1 *p1;
	struct v1_quick *quicks;
	void *v1_priv;			/* protocol's own: seen messages, saved answers */
	uint64_t born, up_at, heard, expires, ahead;
	uint64_t held_at;		/* when the peer was known to have it up, too; 0 not yet: ike_held_from() */
	bool half_open;			/* in engine->halves */
	bool forgeable;			/* responder: it began with nothing that shows the peer's address to be true */
	struct ike_sa *half_next, *half_prev;
	struct timer rekey, expire, keepalive;
	/* liveness.c */
	struct timer dpd;
	uint32_t dpd_seq;
	unsigned int dpd_tries;
	unsigned int dpd_open;		/* questions since the peer was last heard */
	uint64_t dpd_sent;
	bool dpd_strict;		/* only IKE counts as an answer: is the IKE SA still there? */
	bool dpd_asked;			/* the kernel was asked for its counters, decide when they are in */
};

enum child_state { CHILD_DOWN, CHILD_CONNECTING, CHILD_UP };

/** struct child - one pair of subnets: one kernel child, one quick mode at a time that we start */
struct child {
	struct conn *conn;
	uint32_t id;
	struct subnet local, remote;
	struct child_sa *sas;		/* newest first */
	struct child_sa *current;	/* the one we send with */
	struct v1_quick *quick;		/* started by us and under way */
	bool wanted;			/* to be brought up as soon as there is an IKE SA */
	bool installed;			/* the kernel child exists */
	uint64_t started;		/* when our last quick mode began */
	bool unproven;			/* the peer's last one ended without message 3 */
	bool trying;			/* and it has neither succeeded nor been reported as failed */
	unsigned int failures;
	unsigned int doubts;		/* pairs replaced in doubt, one after the other: conn_doubt() */
	struct timer retry;
	struct failure failure;
};

enum child_sa_state {
	CSA_NEXT,	/* both directions installed, waiting for proof that the peer holds it */
	CSA_CURRENT,
	CSA_PREVIOUS,	/* replaced, drained by timer */
};

/**
 * struct child_sa - a pair of ESP SAs made by one quick mode
 * @holder: where the exchange under way keeps its pointer to this pair (the
 *          protocol half sets it right after child_sa_install()); NULLed there
 *          if the pair goes first. child_sa_negotiated() and
 *          child_sa_abandon() end the bond.
 * @negotiated: the exchange is over; @done_at is when
 * @confirms: the peer will say when it is ready (set before child_sa_negotiated()); nothing is sent with the pair
 *            until then, or until it has had its time
 * @inherited: when it was put to use because the one that we sent with had ended; @assumed: before the exchange was over
 * @doubted: conn_doubt() has had its say on this pair
 * @retired: when another one took its place
 * @drain_asked: 0, or when it was asked whether the peer still sends with it, and whether it is there
 * @since: its IKE SA is no older, so nothing that made the pair was said before
 * @we_delete: once drained, it is ours to send the Delete
 * @begun: when our quick mode began, or the peer's message 1 came; @born is when it was installed
 * @seen_in, @seen_out: engine->resync when the kernel last showed that direction
 */
struct child_sa {
	struct child_sa **holder;
	bool negotiated, confirms, doubted, we_delete, assumed;
	uint64_t done_at, inherited, retired, drain_asked, since;
	uint32_t seen_in, seen_out;
	struct child *child;
	struct child_sa *next, *prev;
	enum ike_role role;
	enum child_sa_state state;
	uint32_t spi_in, spi_out;
	struct esp_suite suite;
	unsigned int group;		/* PFS, DH_NONE without */
	bool udp;
	bool used_in;			/* the kernel saw an authenticated packet on it */
	uint64_t begun, born, soft, hard;	/* engine ms */
	uint64_t bytes_in, bytes_out, packets_in, packets_out;
	int64_t idle_in_ms;
	struct timer rekey, expire, promote, drain;
	UT_hash_handle hh_in;		/* engine->spis, by spi_in */
};

#define INNER_DNS_MAX 4
#define INNER_NETS_MAX 16
#define INNER_STRLEN 512

/** struct inner_config - what a peer gave us by mode config; @addr of family 0 if nothing */
struct inner_config {
	struct subnet addr;		/* a host */
	uint8_t prefixlen;		/* of its network */
	uint8_t dns[INNER_DNS_MAX][4];
	unsigned int n_dns;
	struct subnet nets[INNER_NETS_MAX];
	unsigned int n_nets;
};

enum conn_state { CONN_IDLE, CONN_CONNECTING, CONN_UP };

/** enum conn_rest - what may begin a connection whose peer was found dead, see liveness.c */
enum conn_rest { REST_NONE, REST_CLEAR, REST_HOLD, REST_RESTART };

/** struct conn - a configured connection and all that lives under it */
struct conn {
	struct ike_engine *e;
	struct conn_cfg *cfg;
	char name[CONN_NAME_MAX + 1];	/* the key; cfg changes at a reload */
	uint32_t peer_id;		/* kernel peer, unique in the engine */
	UT_hash_handle hh;		/* engine->conns, by name */
	UT_hash_handle hh_peer;		/* engine->peers, by peer_id */
	enum conn_state state;
	enum conn_rest rest;
	struct ike_sa *ikes;		/* newest first */
	struct ike_sa *ike;		/* established and newest: carries what we start */
	struct child *children;		/* array of n_children */
	unsigned int n_children;
	bool peer_installed;
	struct act_peer kpeer;		/* what the kernel was told */
	bool admin_down;		/* `ikoctl down`: stay down until up or reload */
	bool removed;			/* gone from the config; freed by engine_reap() */
	unsigned int attempts;
	bool psk_right;			/* an IKE SA came up by it since this configuration is there */
	bool deferred;			/* waited once for the peer's own phase 1 */
	uint64_t knocked;		/* when the peer, or somebody in its name, last sent a message 1 that we could accept */
	uint64_t refused;		/* when a refusal of one was last reported */
	struct timer retry;
	struct timer pump;		/* start what is wanted, outside of the protocol half's call */
	struct timer grace;		/* responder with start = auto: leave the quick modes to the peer at first */
	uint64_t esp_heard, esp_sent;	/* when ESP of the peer last came in, when we last sent some */
	int precedence;			/* see pair_precedence() */
	uint64_t child_done;		/* when a quick mode last succeeded */
	struct bucket aggr;		/* protocol: answers in aggressive mode to who has proven nothing */
	struct remote_bucket *bucket;	/* engine->remotes */
	struct conn *next_remote;
	struct conn *next_dead;
	struct failure failure;
	struct inner_config inner;
	char xauth_user[XAUTH_USER_MAX + 1];	/* of the peer, that came in last */
	unsigned int xauth_failures;	/* since then */
	struct lease *lease;		/* of our pool, NULL until the peer asked */
};

/** struct remote_bucket - connections to one remote address (or to any) */
struct remote_bucket {
	uint8_t key[17];		/* family, address */
	struct conn *conns;
	UT_hash_handle hh;
};

#define STRAYS_MAX 16

enum engine_counter {
	CNT_RX, CNT_TX, CNT_MALFORMED, CNT_UNKNOWN_COOKIE, CNT_UNKNOWN_PEER, CNT_DUPLICATE, CNT_UNAUTHENTICATED,
	CNT_BAD_HASH, CNT_RETRANSMIT, CNT_VERSION, CNT_HALF_OPEN_LIMIT, CNT_WITHHELD,
	CNT_FRAGMENT_IN, CNT_FRAGMENT_DROPPED, CNT_REASSEMBLED, CNT_N
};

struct stray {
	union endpoint remote;
	struct failure failure;
	uint64_t count;
};

struct ike_engine {
	struct ike_env env;
	uint64_t now;
	struct timers timers;
	struct ike_action *act_head, *act_tail;
	struct conn *conns, *peers;
	struct ike_sa *sas;
	struct child_sa *spis;
	struct v1_waiter *v1_waiters;	/* protocol: who waits for which job, by job id */
	struct v1_openings *v1_openings;	/* protocol: offers of message 1 */
	struct v1_phase1 *v1_aggrs;	/* protocol: aggressive modes that we answer, by the initiator's cookie and address */
	uint64_t next_job_id;
	unsigned int jobs;		/* queued and not done, also of exchanges that died meanwhile */
	uint32_t next_peer_id;
	struct ike_sa *halves;		/* responder SAs in IKE_CONNECTING, oldest first */
	unsigned int half_open;		/* how many */
	struct stray strays[STRAYS_MAX];
	struct bucket stray_told;	/* how often the log says so */
	struct limiter refusals;	/* answers in clear to who has proven nothing */
	uint64_t counters[CNT_N];
	bool shutting_down;
	bool hushed;			/* a stranger is being answered: no lines in the log */
	struct remote_bucket *remotes;
	struct lease *leases;		/* of all pools, by address */
	struct ike_sa *dead_sas;	/* freed by engine_reap() */
	struct child_sa *dead_csas;
	struct conn *dead_conns;
	uint32_t resync;		/* generation of kernel dumps */
	uint64_t resync_at;
	bool resync_seen;		/* the dump brought at least one SA */
	struct timer sweep;
};

/* ---- engine.c (policy half): services for the protocol half ---- */

void engine_random(struct ike_engine *e, void *out, size_t len);
void engine_send(struct ike_engine *e, const struct ike_path *path, const uint8_t *p, size_t len);
/** engine_job - queue a job; gives it the id that comes back in v1_job_done() */
uint64_t engine_job(struct ike_engine *e, struct ike_job *job);
void engine_log(struct ike_engine *e, enum ike_log_level l, const struct conn *c, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void engine_event(struct ike_engine *e, const struct conn *c, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/** engine_stray - remember who was refused before any connection was found */
void engine_stray(struct ike_engine *e, const struct ike_path *path, enum failure_cause cause, const char *ours, const char *theirs);
/** engine_spi - a fresh random ESP SPI (>= 256) not in use by us */
uint32_t engine_spi(struct ike_engine *e);

/**
 * ike_sa_new - allocate with a fresh own cookie, linked into engine and conn, state IKE_CONNECTING
 * Return: NULL if a responder has too many half-open ones already.
 */
struct ike_sa *ike_sa_new(struct conn *c, enum ike_role role, const struct ike_path *path);
/** ike_sa_embryo - a responder's SA that is in no table yet: ends with ike_sa_admit() or ike_sa_discard() */
struct ike_sa *ike_sa_embryo(struct conn *c, const struct ike_path *path);
/** ike_sa_admit - link it under @cky_r; false if the cookie is taken or there are too many half-open ones */
bool ike_sa_admit(struct ike_sa *sa, const uint8_t cky_r[8]);
void ike_sa_discard(struct ike_sa *sa);
/** ike_sa_kill - mark IKE_DEAD, stop its timers, unlink; memory goes in engine_reap(). Calls v1_sa_release(). Idempotent. */
void ike_sa_kill(struct ike_sa *sa);
/** ike_sa_move - @sa turned out to belong to another connection (identity of a peer at any address) */
void ike_sa_move(struct ike_sa *sa, struct conn *to);
struct ike_sa *ike_sa_by_cookie(struct ike_engine *e, const uint8_t own[8]);
/** conn_for_responder - the connection to answer main mode from @path with: exact remote first, then remote = any; NULL if none */
struct conn *conn_for_responder(struct ike_engine *e, const struct ike_path *path);
/** conn_unknown - no connection answers @path: shown as such, or in the one that has another local address */
void conn_unknown(struct ike_engine *e, const struct ike_path *path);
/**
 * conn_for_aggressive - the connection to answer aggressive mode from @path with
 * @id: who the peer says it is; NULL: whoever it is
 */
struct conn *conn_for_aggressive(struct ike_engine *e, const struct ike_path *path, const struct v1_id *id);
/** conn_first_contact - nothing is up with the peer of @sa but @sa itself, as far as we know (RFC 2407 4.6.3.3) */
bool conn_first_contact(const struct ike_sa *sa);
/** conn_for_identity - among connections that could have answered @sa, the one expecting @id; NULL if none */
struct conn *conn_for_identity(struct ike_sa *sa, const struct v1_id *id);
/** conn_local_id, conn_remote_id - configured or default identity, for messages and checks */
void conn_local_id(const struct conn *c, const struct ike_path *path, struct v1_id *out);
bool conn_id_acceptable(const struct conn *c, const struct ike_path *path, const struct v1_id *got, struct v1_id *expected);

/* ---- conn.c, child.c, liveness.c (policy half): what the protocol half reports ---- */

/** conn_phase1_up - @sa is authenticated and IKE_ESTABLISHED (set by the caller or here) */
void conn_phase1_up(struct ike_sa *sa);
/** conn_life_told - the peer will end @sa that many seconds after phase 1 */
void conn_life_told(struct ike_sa *sa, uint64_t life_s);
/** conn_phase1_failed - phase 1 ended badly; kills @sa. @ours, @theirs may be NULL */
void conn_phase1_failed(struct ike_sa *sa, enum failure_cause cause, enum failure_who who, const char *ours, const char *theirs);
/** conn_knocked - an acceptable message 1 came, from the peer or in its name */
void conn_knocked(struct conn *c);
/** conn_opening_refused - a message 1 came that is not; there is no SA for it */
void conn_opening_refused(struct conn *c, const struct ike_path *path, enum failure_cause cause, enum failure_who who,
			  const char *ours, const char *theirs);
/** conn_ike_deleted - an authenticated Delete for @sa came in; kills it */
void conn_ike_deleted(struct ike_sa *sa);
/** conn_identity_refused - the peer did not take our last message of phase 1, so it has no such SA; kills @sa */
void conn_identity_refused(struct ike_sa *sa, const char *ours, const char *theirs);
/** conn_initial_contact - authenticated INITIAL-CONTACT on @sa: what is older than it at this peer is gone */
void conn_initial_contact(struct ike_sa *sa);
/** conn_heard - any authenticated message of the peer */
void conn_heard(struct ike_sa *sa);
/** conn_ask - let the peer of @sa say something under it, whatever `dpd` says; if @sa is in use and the peer speaks DPD */
void conn_ask(struct ike_sa *sa);
/** conn_unheard - @sa is up, and the peer, asked more than once, has said nothing under it; may kill it */
void conn_unheard(struct ike_sa *sa);
/** conn_dpd_expects - a question with the number @seq is open */
bool conn_dpd_expects(const struct ike_sa *sa, uint32_t seq);
/** conn_moved - an authenticated message came from another address or port (NAT rebinding) */
void conn_moved(struct ike_sa *sa, const struct ike_path *path);

/** conn_find_child - the pair with exactly these selectors (ours, theirs), NULL if not configured */
struct child *conn_find_child(struct conn *c, const struct subnet *local, const struct subnet *remote);
/** child_esp_delete - an authenticated Delete for the SPI that we send with (@spi is the peer's inbound) */
void child_esp_deleted(struct conn *c, uint32_t spi_out);
/** child_esp_unknown - authenticated: the peer got ESP with an SPI that it does not know, one that we send with */
void child_esp_unknown(struct conn *c, uint32_t spi_out);
/** child_sa_connected - authenticated CONNECTED for the pair with our @spi_in: what child_sa.confirms waited for */
void child_sa_connected(struct conn *c, uint32_t spi_in);
/** child_quick_over - a quick mode for @child, of either end, is over, one way or the other */
void child_quick_over(struct child *child);
/** child_failed - the quick mode of @child that we started, or a peer's proposal for it, failed; @child->quick is NULL by then */
void child_failed(struct child *child, enum failure_cause cause, enum failure_who who, const char *ours, const char *theirs);
/**
 * conn_doubt - the peer could not read something under an IKE SA of @c, and no exchange under way explains it
 *
 * It may have been a message 3: then a pair that we began is up on our side
 * only. What we began lately and never heard a packet on is negotiated again.
 */
void conn_doubt(struct conn *c);
/** conn_quick_refused - as responder we refused a quick mode for selectors that are not configured */
void conn_quick_refused(struct conn *c, enum failure_cause cause, const char *ours, const char *theirs);

/**
 * struct csa_params - what a quick mode agreed on
 * @keymat_in, @keymat_out: esp_keymat_len() bytes each: cipher key (and salt), then integrity key; moved out
 * @life_s: seconds agreed (the smaller of both), @life_kb: kilobytes, 0 for none
 * @begun: when the exchange began, as far as we can see
 */
struct csa_params {
	enum ike_role role;
	uint32_t spi_in, spi_out;
	struct esp_suite suite;
	unsigned int group;
	bool udp;
	uint64_t life_s, life_kb, begun;
	struct secret keymat_in, keymat_out;
};

/**
 * child_sa_install - hand both directions to the kernel: inbound live at once, outbound in slot next
 *
 * Called by the responder before it sends message 2 and by the initiator
 * before it sends message 3, so that the peer can never use an SA that is not
 * there. @ike is the SA that the quick mode ran under (for the kernel peer's
 * addresses). Return: the pair; it lives until the policy half ends it.
 */
struct child_sa *child_sa_install(struct child *child, struct ike_sa *ike, struct csa_params *p);
/**
 * child_sa_negotiated - the exchange is over for us
 * @proven: the peer is known to hold the SA (responder: message 3 came). The
 *          initiator passes false: policy promotes at the first packet on the
 *          new SA, by a timer, or at once if there is nothing else to send with.
 */
void child_sa_negotiated(struct child_sa *csa, bool proven);
/**
 * child_sa_abandon - the exchange died before it was proven
 *
 * A responder sends a Delete for it all the same if there is an IKE SA, and
 * negotiates itself soon: the initiator may have finished and lost its message 3
 * on the way.
 */
void child_sa_abandon(struct child_sa *csa);
/** child_sa_refused - the initiator said no to the pair that we, as responder, have installed */
void child_sa_refused(struct child_sa *csa);

/* ---- inner.c (policy half): inner addresses ---- */

/** conn_inner_given - the peer gave us what is in @in: shown, and with local-subnets = mode-config the selector */
void conn_inner_given(struct conn *c, const struct inner_config *in);
/** conn_lease - an address of the pool for the peer, the same each time; false if none is left */
bool conn_lease(struct conn *c, struct subnet *out);

/* ---- v1/ (protocol half): what the policy half asks for ---- */

/** v1_input - a datagram; v1 demultiplexes, parses, authenticates and acts */
void v1_input(struct ike_engine *e, const struct ike_path *path, const uint8_t *p, size_t len);
/** v1_initiate - start main mode to c->cfg->remote; NULL (with conn_phase1_failed-like failure set) if it cannot */
struct ike_sa *v1_initiate(struct conn *c);
/** v1_phase1_committed - initiator: message 5 is sent, so the peer may hold @sa already */
bool v1_phase1_committed(const struct ike_sa *sa);
/** v1_up_first - our part of phase 1 ends with a message that the peer has to get before it is up */
bool v1_up_first(const struct ike_sa *sa);
/** v1_quick_start - negotiate @child under established @sa; sets child->quick */
void v1_quick_start(struct ike_sa *sa, struct child *child);
/** v1_quick_answering - the peer's own quick mode for @child has come, and our answer is being computed */
bool v1_quick_answering(const struct child *child);
/** v1_quick_cancel - drop the exchange that we started for @child, silently */
void v1_quick_cancel(struct child *child);
/** v1_send_dpd - R-U-THERE with @seq; @again: the one before was not answered */
void v1_send_dpd(struct ike_sa *sa, uint32_t seq, bool again);
/** v1_send_delete_esp - Delete for our inbound SPIs, @n of them */
void v1_send_delete_esp(struct ike_sa *sa, const uint32_t *spis, unsigned int n);
/** v1_send_delete_ike - Delete for the ISAKMP SA itself */
void v1_send_delete_ike(struct ike_sa *sa);
#define V1_PEER_STRLEN 256
/** v1_peer_str - by its vendor IDs, which nothing authenticates: who made the peer, what it can do; may be empty */
void v1_peer_str(const struct ike_sa *sa, char *out, size_t len);
/** v1_job_done - result of a job of engine_job(); the protocol finds its waiter by id or ignores it; @job is freed by the caller */
void v1_job_done(struct ike_engine *e, struct ike_job *job);
/** v1_busy - does phase 1 of @sa wait for a job */
bool v1_busy(const struct ike_sa *sa);
/** v1_engine_release - free what the protocol keeps of no SA */
void v1_engine_release(struct ike_engine *e);
/** v1_sa_release - free all protocol state of @sa (phase 1 scratch, exchanges, saved messages); child->quick pointers are cleared */
void v1_sa_release(struct ike_sa *sa);
/** v1_child_gone - @child is about to be freed: no exchange may point to it afterwards */
void v1_child_gone(struct child *child);

#endif
