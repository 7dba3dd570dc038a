/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_OS_LOOP_H
#define IKOD_OS_LOOP_H

#include "core/engine.h"

struct event_base;
struct loop;

/*
 * The loop that drives the engine: brings datagrams, deadlines, kernel events
 * and finished jobs in, carries its actions out. One thread; jobs run in
 * others.
 */

/**
 * struct loop_user - who hears of what the loop does not handle itself
 * @event: an ACT_EVENT; @a lives for the call
 * @reload: SIGHUP came
 */
struct loop_user {
	void (*event)(void *ctx, const struct ike_action *a);
	void (*reload)(void *ctx);
	void *ctx;
};

/** loop_new - engine, threads and signal handlers; NULL with @err filled */
struct loop *loop_new(const struct loop_user *user, char *err, size_t errlen);
/** loop_listen - bind the UDP ports; false with @err filled */
bool loop_listen(struct loop *l, uint16_t ike_port, uint16_t natt_port, char *err, size_t errlen);
/**
 * loop_configure - interfaces, engine, routes: run @cfg from now on
 * @cfg: borrowed until another one takes over, or until loop_stop()
 *
 * The kernel module is asked for only once there is a connection. Return:
 * false with @err filled, and what ran before goes on.
 */
bool loop_configure(struct loop *l, const struct ike_config *cfg, char *err, size_t errlen);
/** loop_run - until SIGTERM or SIGINT */
void loop_run(struct loop *l);
/**
 * loop_stop - Deletes to the peers, kernel objects, routes and devices removed, threads ended
 *
 * From here on another SIGTERM or SIGINT ends the process at once.
 */
void loop_stop(struct loop *l);
/** loop_free - after loop_stop(); NULL is fine */
void loop_free(struct loop *l);

struct event_base *loop_base(struct loop *l);
/** loop_cmd - as ike_cmd() */
bool loop_cmd(struct loop *l, enum ike_cmd_type cmd, const char *conn, char *err, size_t errlen);
/** loop_refresh - bring the counters of all SAs up to date */
void loop_refresh(struct loop *l);
/** loop_status, loop_strays - as ike_status(), ike_status_strays() */
void loop_status(struct loop *l, const struct st_visitor *v);
void loop_strays(struct loop *l, void (*fn)(void *ctx, const struct st_stray *s), void *ctx);
/** loop_counter - the engine's counters, then the sockets'; NULL past the last */
const char *loop_counter(struct loop *l, unsigned int i, uint64_t *value);

#endif
