/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CORE_POLICY_H
#define IKOD_CORE_POLICY_H

#include "core/core.h"

/* What the files of the policy half share with each other; nothing here is for v1/. */

#define SECONDS(s)	((uint64_t)(s) * 1000)

#define BACKOFF_FIRST	SECONDS(2)	/* pause after the first failure, doubled up to … */
#define BACKOFF_MAX	SECONDS(60)
#define FLAP_LIFE	SECONDS(10)	/* what lived shorter is not renewed without a pause */
#define GRACE		SECONDS(2)	/* a responder leaves the quick modes to the initiator for so long */
#define DEFER		SECONDS(3)	/* our phase 1 waits so long, once, for the peer's that came first */
#define PROMOTE_AFTER	SECONDS(5)	/* no packet proves the new pair: time for a slow responder to install it */
#define CONFIRM_WAIT	SECONDS(3)	/* for a CONNECTED that was announced: see v1/commit.c */
#define DRAIN		SECONDS(10)	/* a replaced pair is received from for so long */
#define DRAIN_OTHER	SECONDS(60)	/* and so long if the peer has to delete it and does not */
#define CROSSING	SECONDS(35)	/* message 1 of a quick mode comes within that, whatever is lost: the last of five goes out after 30 s */
#define THEIRS_FIRST	(2 * CROSSING)	/* nothing of ours begins beside the peer's for so long: see child_theirs_first() */
#define THEIRS_AGAIN	(CROSSING + SECONDS(4))	/* and so long if the one before came to nothing: message 2 was lost once */
#define UNPROVEN	SECONDS(120)	/* without a packet on the new pair the old one stays for so long, see missed() */
#define SWEEP_AFTER	SECONDS(5)	/* a dump of the kernel's SAs is complete by then */
#define QUICKS_MAX	16		/* our quick modes at once in one connection */
#define QUICK_TURN	SECONDS(4)	/* and one at a time within so long: see child_pump() */
#define ABANDONED	SECONDS(5)	/* the peer may try a failed quick mode again for so long, then we do */
#define DOUBT_AGE	SECONDS(30)	/* a pair this young and never heard on may be ours alone: conn_doubt() */
#define DOUBT_PAUSE	SECONDS(2)	/* before another is negotiated; four times as long for each that was in doubt, too */
#define DOUBTS_MAX	5
#define PAIRS_MAX	4		/* SA pairs of one child */
#define HALF_OPEN_MAX	1000		/* unauthenticated phase 1s of all peers that have proven their address */
#define HALF_OPEN_FORGED (HALF_OPEN_MAX / 4)	/* of them those whose address may be forged */
#define HALF_OPEN_ADDR	8		/* and of one address in one connection */
#define REFUSED_AGAIN	SECONDS(1)	/* refusals of strangers are reported so often */
#define STRAY_INTERVAL	SECONDS(1)	/* who belongs to no connection is logged so often in the long run */
#define REKEYED_MAX	4		/* replaced IKE SAs kept in one connection */
#define DELETES_MAX	50		/* SPIs in one Delete */

/* engine.c */
void *core_zalloc(size_t size);
struct ike_action *engine_action(struct ike_engine *e, enum ike_action_type type);
void engine_counter(struct ike_engine *e, enum engine_counter c);
/** engine_jitter - random number below @max, 0 if that is 0 */
uint64_t engine_jitter(struct ike_engine *e, uint64_t max);
/** engine_backoff - ms to wait after the @n-th failure in a row (from 1) */
uint64_t engine_backoff(struct ike_engine *e, unsigned int n);
void engine_set_timer(struct ike_engine *e, struct timer *t, uint64_t in_ms, void (*fn)(void *), void *owner);
void engine_stop_timer(struct ike_engine *e, struct timer *t);
void engine_reap(struct ike_engine *e);

/* ike_sa.c */
void ike_sa_not_half_open(struct ike_sa *sa);
/** ike_sa_free_dead - release what ike_sa_kill() left behind */
void ike_sa_free_dead(struct ike_engine *e);

/* lookup.c */
void conn_index_add(struct conn *c);
void conn_index_del(struct conn *c);
struct conn *conn_by_name(struct ike_engine *e, const char *name);
struct conn *conn_by_peer(struct ike_engine *e, uint32_t peer_id);
struct child *conn_child(struct conn *c, uint32_t child_id);
struct child_sa *csa_by_spi(struct conn *c, enum sa_dir dir, uint32_t spi);

/* inner.c */
void lease_release(struct conn *c);
/** conn_inner_str - inner addresses in words, "" without any */
const char *conn_inner_str(const struct conn *c, char out[INNER_STRLEN]);

/* kernel.c: what the kernel is told */
bool ike_sa_udp(const struct ike_sa *sa);
void kernel_install(struct conn *c);
/** kernel_child_remove - one pair of subnets; kernel_install() brings it back */
void kernel_child_remove(struct child *child);
/** kernel_sync - make the kernel's peer match the path of @sa, creating it and its children if need be */
void kernel_sync(struct conn *c, const struct ike_sa *sa, bool udp);
void kernel_remove(struct conn *c);
void kernel_sa_install(struct child_sa *csa, struct csa_params *p);
void kernel_sa_promote(struct child_sa *csa);
void kernel_sa_delete(struct conn *c, uint32_t child_id, enum sa_dir dir, uint32_t spi);
void kernel_query(struct conn *c);

/* conn.c */
struct conn *conn_new(struct ike_engine *e, struct conn_cfg *cfg);
void conn_begin(struct conn *c);
/** conn_down - end all SAs of @c; @tell: send Deletes */
void conn_down(struct conn *c, enum failure_cause cause, enum failure_who who, bool tell);
void conn_remove(struct conn *c, enum failure_cause cause);
void conn_free(struct conn *c);
bool conn_may_initiate(const struct conn *c);
/** conn_initiate - start a phase 1 unless there is one, or one is under way, or a pause is on */
void conn_initiate(struct conn *c);
/** conn_renew_phase1 - start a phase 1 beside the established one */
void conn_renew_phase1(struct conn *c);
void conn_schedule_retry(struct conn *c);
/** conn_retry_now - the first attempt after the end of what was up; spread, since a whole hub may have gone */
void conn_retry_now(struct conn *c);
/** conn_pump_soon - start wanted quick modes as soon as the current call is through */
void conn_pump_soon(struct conn *c);
void conn_pump_in(struct conn *c, uint64_t ms);
/** conn_want_all - bring up what is not */
void conn_want_all(struct conn *c);
bool conn_cmd_up(struct conn *c, char *err, size_t errlen);
void conn_cmd_down(struct conn *c);
/** conn_reloaded - the configuration was read again and says the same */
void conn_reloaded(struct conn *c);

/* child.c */
void child_pump(struct conn *c);
/** child_theirs_first - how long ours waits for message 3 of the peer's */
uint64_t child_theirs_first(const struct child *child);
/** child_want_later - negotiate in @ms unless the peer does before */
void child_want_later(struct child *child, uint64_t ms);
/** child_lost - the last pair is gone */
void child_lost(struct child *child, enum failure_cause cause, enum failure_who who, const char *detail, uint64_t lived);
/** child_clear - drop all pairs and exchanges of @child; the kernel is told */
void child_clear(struct child *child, enum failure_cause cause, enum failure_who who);
const char *child_str(const struct child *child, char out[2 * SUBNET_STRLEN + 8]);
#define CHILD_STRLEN (2 * SUBNET_STRLEN + 8)

/* child_sa.c */
void csa_remove(struct child_sa *csa);
/** csa_end - remove a pair; another one takes over, or the child is lost */
void csa_end(struct child_sa *csa, enum failure_cause cause, enum failure_who who, const char *detail);
/** csa_delete - the same, and the peer is told */
void csa_delete(struct child_sa *csa, enum failure_cause cause, enum failure_who who, const char *detail);
/** csa_end_inherited - the peer had not moved on to this pair, it has gone: end it if it was put to use just now */
void csa_end_inherited(struct child_sa *csa);
/** csa_say_deleted - a Delete to the peer, if there is an IKE SA for it */
void csa_say_deleted(struct child_sa *csa);
void csa_first_use(struct child_sa *csa);
void csa_rekey_soon(struct child_sa *csa, uint64_t in_ms);
/** csa_rekey_overdue - an IKE SA is up: what was due without one is renewed */
void csa_rekey_overdue(struct child_sa *csa);
void csa_free_dead(struct ike_engine *e);

/* child_sa_drain.c */
struct collision_rule;
/** csa_proven - a packet has shown that the peer holds it, or, if the peer made it, message 3 has */
bool csa_proven(const struct child_sa *csa);
/** csa_retire - another one takes its place; @rule says who ends it, and when */
void csa_retire(struct child_sa *csa, const struct collision_rule *rule);
/** csa_moved_on - the peer sends with what is in use only now: what was replaced drains from here on */
void csa_moved_on(struct child *child);

/* kevent.c */
void kevent_handle(struct ike_engine *e, const struct ike_kernel_event *ev);

/* keepalive.c */
/** keepalive_start - while @sa carries our messages; stopping its timer ends it */
void keepalive_start(struct ike_sa *sa);

/* liveness.c */
/** conn_begins - @c is to be begun, and again after a failure, without anybody asking */
bool conn_begins(const struct conn *c);
/** conn_traffic_begins - packets for the peer's networks may begin @c */
bool conn_traffic_begins(const struct conn *c);
/** conn_may_acquire - and they may at some time, so the kernel is to tell of them */
bool conn_may_acquire(const struct conn *c);
/** liveness_ike_up, liveness_restored - the peer is back: an IKE SA is up, a pair of subnets is */
void liveness_ike_up(struct conn *c);
void liveness_restored(struct conn *c);
void liveness_start(struct ike_sa *sa);
void liveness_stop(struct ike_sa *sa);
/** liveness_probe - is the IKE SA still there? Asks now, whatever the mode; false if DPD cannot be used */
bool liveness_probe(struct ike_sa *sa);
/** liveness_esp - ESP counters of a pair moved; @ago ms since */
void liveness_esp(struct conn *c, enum sa_dir dir, uint64_t ago);

#endif
