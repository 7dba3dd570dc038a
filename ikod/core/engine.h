/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CORE_ENGINE_H
#define IKOD_CORE_ENGINE_H

#include "core/config.h"
#include "core/failure.h"
#include "core/job.h"

/*
 * The engine: all of IKE without a socket, a clock or a random source of its
 * own. The caller brings datagrams, time (milliseconds, monotonic), operator
 * commands, kernel events and finished jobs in; it takes actions and one
 * deadline out. Single-threaded: every call from one thread.
 */

struct ike_engine;

/** struct ike_env - what the engine is lent; both must outlive it */
struct ike_env {
	void (*random)(void *ctx, void *out, size_t len);
	void *ctx;
};

/**
 * struct ike_path - where a datagram came from or goes to
 * @natt: on port 4500, with the non-ESP marker (RFC 3948 2.2); the caller strips and adds it
 */
struct ike_path {
	union endpoint local, remote;
	bool natt;
};

enum ike_action_type {
	ACT_SEND,	/* .send */
	ACT_JOB,	/* .job: run it anywhere, then ike_job_done() */
	ACT_PEER_NEW, ACT_PEER_SET, ACT_PEER_DEL,	/* .peer */
	ACT_CHILD_NEW, ACT_CHILD_DEL,			/* .child */
	ACT_SA_INSTALL, ACT_SA_PROMOTE, ACT_SA_DELETE,	/* .sa */
	ACT_SA_QUERY,	/* .sa: answer with KEV_STATS for every SA of ifname/peer_id */
	ACT_EVENT,	/* .event: for ikoctl events */
	ACT_LOG,	/* .log */
};

enum sa_dir { SA_OUT, SA_IN };		/* as VPNTUN_DIR_* */
enum sa_slot { SLOT_CURRENT, SLOT_NEXT, SLOT_PREVIOUS };	/* as VPNTUN_SLOT_* */

/**
 * struct act_peer - a peer of the kernel
 * @local, @remote: with the UDP ports if @udp
 * @outer: does not change while the peer lives
 * @keepalive: seconds of silence before a NAT keepalive, 0 for none; only if @udp
 */
struct act_peer {
	char ifname[16];
	uint32_t peer_id;
	char name[CONN_NAME_MAX + 1];
	union endpoint local, remote;
	bool udp;
	struct outer_cfg outer;
	uint16_t keepalive;
};

struct act_child {
	char ifname[16];
	uint32_t peer_id, child_id;
	struct subnet local, remote;
	bool acquire;
};

/**
 * struct act_sa - one direction; keys are wiped by ike_action_free()
 * @enc_key: the salt behind it if the cipher has one; empty with ENC_NULL
 * @tfc_pad: as conn_cfg.tfc; outbound
 */
struct act_sa {
	char ifname[16];
	uint32_t peer_id, child_id;
	enum sa_dir dir;
	uint32_t spi;			/* host order */
	enum sa_slot slot;
	struct esp_suite suite;
	struct secret enc_key;
	struct secret auth_key;
	uint32_t replay_window, tfc_pad;
	uint64_t soft_bytes, hard_bytes, hard_seconds, soft_packets;
};

enum ike_log_level { LOG_L_ERROR, LOG_L_WARN, LOG_L_INFO, LOG_L_DEBUG };

struct ike_action {
	enum ike_action_type type;
	struct ike_action *next;
	union {
		struct {
			struct ike_path path;
			uint8_t *data;
			size_t len;
			bool raw;		/* as it is, even if path.natt: no non-ESP marker (NAT keepalive, RFC 3948 2.3) */
		} send;
		struct ike_job *job;		/* not freed with the action: goes back by ike_job_done() */
		struct act_peer peer;
		struct act_child child;
		struct act_sa sa;
		struct {
			char conn[CONN_NAME_MAX + 1];
			char what[32];		/* "ike-up", "ike-down", "ike-rekeyed", "child-up", "child-down", "child-rekeyed", "failed", "dpd-timeout", … */
			char detail[FAILURE_TEXT * 2];
		} event;
		struct {
			enum ike_log_level level;
			char conn[CONN_NAME_MAX + 1];
			char text[2 * FAILURE_TEXT + 400];
		} log;
	};
};

enum kev_type {
	KEV_ACQUIRE,	/* peer_id, child_id */
	KEV_SOFT_EXPIRE, KEV_HARD_EXPIRE, KEV_FIRST_USE,	/* peer_id, child_id, dir, spi */
	KEV_MAPPING,	/* peer_id, remote */
	KEV_STATS,	/* peer_id, child_id, dir, spi, bytes, packets, idle_ms */
	KEV_ERROR,	/* an action failed: peer_id, child_id, spi, action, error (errno), text */
	KEV_RESYNC,	/* notifications were lost; the caller follows with KEV_STATS of a dump */
	KEV_DEVICE,	/* ifname is a new interface: what was in the one of that name is gone */
};

struct ike_kernel_event {
	enum kev_type type;
	char ifname[16];
	uint32_t peer_id, child_id, spi;
	enum sa_dir dir;
	union endpoint remote;
	uint64_t bytes, packets;
	int64_t idle_ms;		/* -1: never used */
	enum ike_action_type action;
	int error;
	char text[160];
};

enum ike_cmd_type { CMD_UP, CMD_DOWN };

struct ike_engine *ike_engine_new(const struct ike_env *env, uint64_t now);
/** ike_engine_free - releases everything; queued actions are dropped, running jobs must be finished first */
void ike_engine_free(struct ike_engine *e);

/** ike_configure - take over @cfg (the engine keeps its own references): connections that did not change go on untouched */
void ike_configure(struct ike_engine *e, uint64_t now, const struct ike_config *cfg);
/** ike_shutdown - queue Deletes for everything that is up and the removal of all kernel objects */
void ike_shutdown(struct ike_engine *e, uint64_t now);
/** ike_opens - is it the first message of somebody, by its header: nothing here waits for it */
bool ike_opens(const uint8_t *p, size_t len);
/** ike_expects - is a connection configured for exactly the address that @path comes from */
bool ike_expects(struct ike_engine *e, const struct ike_path *path);
void ike_rx(struct ike_engine *e, uint64_t now, const struct ike_path *path, const uint8_t *p, size_t len);
/** ike_tick - run what is due; safe to call early */
void ike_tick(struct ike_engine *e, uint64_t now);
/** ike_deadline - when ike_tick() is to be called next, UINT64_MAX for never */
uint64_t ike_deadline(const struct ike_engine *e);
/** ike_cmd - false with @err filled if the name is unknown */
bool ike_cmd(struct ike_engine *e, uint64_t now, enum ike_cmd_type cmd, const char *conn, char *err, size_t errlen);
void ike_kernel_event(struct ike_engine *e, uint64_t now, const struct ike_kernel_event *ev);
/** ike_job_done - gives the job back; the engine frees it */
void ike_job_done(struct ike_engine *e, uint64_t now, struct ike_job *job);

/** ike_next_action - the oldest queued action, NULL if none; the caller frees it with ike_action_free() */
struct ike_action *ike_next_action(struct ike_engine *e);
void ike_action_free(struct ike_action *a);

/* Status: a walk that hands out flat snapshots. Strings live for the callback only. */

struct st_failure {
	bool set;
	const char *code, *text, *who, *phase, *ours, *theirs, *fix;	/* fix: "site.conf:12: psk-file" */
	uint64_t age_ms;
};
struct st_conn {
	const char *name, *state, *start, *interface;	/* state: "up", "partial", "connecting", "down", "waiting" */
	const char *local, *remote, *local_id, *remote_id;
	const char *user;	/* the peer's, by XAUTH; may be empty */
	const char *inner;	/* addresses by mode config; may be empty */
	const char *packets;	/* "df set, ttl 64": how packets are made where that is not the default; may be empty */
	unsigned int children_up, children_total;
	struct st_failure failure;
};
struct st_ike {
	const char *state, *role, *local, *remote, *suite;	/* state: "connecting", "established", "rekeyed" */
	const char *peer;	/* "strongSwan, NAT traversal, DPD": what it says that it is; may be empty */
	uint64_t spi_i, spi_r;
	bool natt;
	uint64_t age_ms;
	int64_t rekey_in_ms, expires_in_ms, heard_ms;	/* -1: not applicable; heard_ms: since the last authenticated sign of life */
};
struct st_child {
	uint32_t child_id;
	const char *local, *remote, *state, *esp, *pfs;	/* state: "up", "rekeying", "connecting", "down" */
	bool udp;
	uint32_t spi_in, spi_out;
	uint64_t bytes_in, bytes_out, packets_in, packets_out, age_ms;
	int64_t rekey_in_ms, expires_in_ms;
	struct st_failure failure;
};
/** struct st_visitor - called conn, then its ikes, then its children, for each connection */
struct st_visitor {
	void (*conn)(void *ctx, const struct st_conn *c);
	void (*ike)(void *ctx, const struct st_ike *i);
	void (*child)(void *ctx, const struct st_child *c);
	void *ctx;
};
void ike_status(struct ike_engine *e, uint64_t now, const struct st_visitor *v);

/** struct st_stray - datagrams that no connection took: who tried and why it was refused (last few) */
struct st_stray {
	const char *remote;
	struct st_failure failure;
	uint64_t count;
};
void ike_status_strays(struct ike_engine *e, uint64_t now, void (*fn)(void *ctx, const struct st_stray *s), void *ctx);

/** ike_counter - named counters of the engine (malformed, unknown cookie, replay, …); returns NULL past the last */
const char *ike_counter(const struct ike_engine *e, unsigned int i, uint64_t *value);

#endif
