/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CTL_SERVER_H
#define IKOD_CTL_SERVER_H

#include "cfg/cfg.h"
#include "ctl/status.h"

struct event_base;
struct ctl;

#define CTL_LINE_MAX	(64 * 1024)	/* bytes of one request */
#define CTL_QUEUE_MAX	(256 * 1024)	/* bytes of events a reader may lag behind */
#define CTL_CLIENTS_MAX	64

/**
 * struct ctl_ops - what the socket's commands do
 * @source: of the status
 * @refresh: bring byte counters up to date before a status
 * @cmd: as ike_cmd()
 * @reload: false with @errs or @err filled
 */
struct ctl_ops {
	struct status_source source;
	void (*refresh)(void *ctx);
	bool (*cmd)(void *ctx, enum ike_cmd_type cmd, const char *conn, char *err, size_t errlen);
	bool (*reload)(void *ctx, struct cfg_errors *errs, char *err, size_t errlen);
	void *ctx;
	const char *version;
};

/**
 * ctl_open - listen on @path, mode 0600; its folder is made if it is missing
 *
 * A socket file that nobody answers on is a leftover and replaced. Return:
 * NULL with @err filled, also if another ikod answers there.
 */
struct ctl *ctl_open(struct event_base *base, const char *path, const struct ctl_ops *ops, char *err,
		     size_t errlen);
/** ctl_event - an ACT_EVENT of the engine to every client that asked for events */
void ctl_event(struct ctl *c, const struct ike_action *a);
/** ctl_close - hang up on all clients, after what they take at once of their queues; remove the socket */
void ctl_close(struct ctl *c);

#endif
