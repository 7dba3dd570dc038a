// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "os/backlog.h"
#include "os/jobs.h"
#include "os/kernel.h"
#include "os/link.h"
#include "os/log.h"
#include "os/loop.h"
#include "os/process.h"
#include "os/udp.h"
#include "os/watch.h"

/* Actions carried out before sockets and timers get their turn again. */
#define ACTIONS_PER_TURN 512

enum { SIG_STOP_TERM, SIG_STOP_INT, SIG_RELOAD, SIG_N };

/**
 * struct loop - everything that moves
 * @cfg: what runs, borrowed; its interfaces and routes are ours to keep up
 * @deadline: the engine's
 * @more: active while actions are left over from the last turn
 * @draining: actions are being carried out further up the stack
 * @stopping: the engine was shut down
 */
struct loop {
	struct loop_user user;
	struct ike_env env;
	struct event_base *base;
	struct ike_engine *engine;
	struct jobs *jobs;
	struct udp *udp;
	struct backlog *backlog;
	struct kernel *kernel;
	struct links *links;
	struct watch *watch;
	const struct ike_config *cfg;
	struct event *deadline, *more, *signals[SIG_N];
	bool draining, stopping;
};

static const struct ike_config no_config;

/* ---- actions ---- */

static void do_send(struct loop *l, const struct ike_action *a)
{
	char to[ENDPOINT_STRLEN];
	int err = -ENOTCONN;

	if (l->udp)
		err = udp_send(l->udp, &a->send.path, a->send.data, a->send.len, a->send.raw);
	if (err)
		log_limited(LOG_L_WARN, NULL, "cannot send to %s: %s", endpoint_str(&a->send.path.remote, to),
			    strerror(-err));
}

static void do_job(struct loop *l, const struct ike_action *a)
{
	if (l->stopping)
		ike_job_free(a->job);
	else
		jobs_submit(l->jobs, a->job);
}

static void do_kernel(struct loop *l, const struct ike_action *a)
{
	if (!l->kernel)
		return;
	if (a->type == ACT_SA_QUERY)
		kernel_stats(l->kernel, a->sa.ifname, &a->sa.peer_id);
	else if (a->type == ACT_PEER_NEW || a->type == ACT_PEER_SET)
		kernel_action(l->kernel, a, udp_natt_fd(l->udp, a->peer.remote.sa.sa_family));
	else
		kernel_action(l->kernel, a, -1);
}

static void do_event(struct loop *l, const struct ike_action *a)
{
	l->user.event(l->user.ctx, a);
}

static void do_log(struct loop *l, const struct ike_action *a)
{
	(void)l;
	if (a->log.level == LOG_L_DEBUG)	/* whoever asked for it wants all of it */
		log_line(a->log.level, a->log.conn, "%s", a->log.text);
	else
		log_limited(a->log.level, a->log.conn, "%s", a->log.text);
}

static void (*const perform[])(struct loop *l, const struct ike_action *a) = {
	[ACT_SEND] = do_send, [ACT_JOB] = do_job, [ACT_EVENT] = do_event, [ACT_LOG] = do_log,
	[ACT_PEER_NEW] = do_kernel, [ACT_PEER_SET] = do_kernel, [ACT_PEER_DEL] = do_kernel,
	[ACT_CHILD_NEW] = do_kernel, [ACT_CHILD_DEL] = do_kernel,
	[ACT_SA_INSTALL] = do_kernel, [ACT_SA_PROMOTE] = do_kernel, [ACT_SA_DELETE] = do_kernel,
	[ACT_SA_QUERY] = do_kernel,
};

static void arm(struct loop *l)
{
	uint64_t due = ike_deadline(l->engine), now = now_ms(), wait;
	struct timeval tv;

	if (due == UINT64_MAX) {
		event_del(l->deadline);
		return;
	}
	wait = due > now ? due - now : 0;
	tv.tv_sec = (time_t)(wait / 1000);
	tv.tv_usec = (suseconds_t)(wait % 1000) * 1000;
	event_add(l->deadline, &tv);
}

/*
 * drain - after every entry into the engine. An action may enter it again
 * (counters, errors); what that queues is done by the drain that runs already.
 */
static void drain(struct loop *l, unsigned int budget)
{
	struct ike_action *a;

	if (l->draining)
		return;
	l->draining = true;
	while (budget > 0 && (a = ike_next_action(l->engine))) {
		perform[a->type](l, a);
		ike_action_free(a);
		budget--;
	}
	l->draining = false;
	if (!budget)
		event_active(l->more, 0, 0);
	arm(l);
}

/* ---- into the engine ---- */

static void into_engine(void *ctx, const struct ike_path *path, const uint8_t *p, size_t len)
{
	struct loop *l = ctx;

	ike_rx(l->engine, now_ms(), path, p, len);
	drain(l, ACTIONS_PER_TURN);
}

static void on_datagram(void *ctx, const struct ike_path *path, const uint8_t *p, size_t len)
{
	struct loop *l = ctx;

	if (ike_opens(p, len))
		backlog_put(l->backlog, ike_expects(l->engine, path), path, p, len);
	else
		into_engine(l, path, p, len);
}

static void on_job(void *ctx, struct ike_job *job)
{
	struct loop *l = ctx;

	ike_job_done(l->engine, now_ms(), job);
	drain(l, ACTIONS_PER_TURN);
}

static void on_kernel(void *ctx, const struct ike_kernel_event *ev)
{
	struct loop *l = ctx;

	ike_kernel_event(l->engine, now_ms(), ev);
	drain(l, ACTIONS_PER_TURN);
}

static void stats_of(void *ctx, const char *ifname)
{
	struct loop *l = ctx;

	kernel_stats(l->kernel, ifname, NULL);
}

void loop_refresh(struct loop *l)
{
	bool outer = !l->draining;

	if (!l->kernel)
		return;
	/* Answers come while netlink is busy with the dump: act on them after it. */
	l->draining = true;
	links_each(l->links, stats_of, l);
	l->draining = !outer;
	drain(l, ACTIONS_PER_TURN);
}

static void on_lost(void *ctx)
{
	const struct ike_kernel_event ev = { .type = KEV_RESYNC, .idle_ms = -1 };
	struct loop *l = ctx;

	log_limited(LOG_L_WARN, NULL,
		    "notifications of the kernel module were lost: reading its state again");
	ike_kernel_event(l->engine, now_ms(), &ev);
	loop_refresh(l);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;

	(void)fd;
	(void)what;
	ike_tick(l->engine, now_ms());
	drain(l, ACTIONS_PER_TURN);
}

static void on_more(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	drain(arg, ACTIONS_PER_TURN);
}

bool loop_cmd(struct loop *l, enum ike_cmd_type cmd, const char *conn, char *err, size_t errlen)
{
	bool ok = ike_cmd(l->engine, now_ms(), cmd, conn, err, errlen);

	drain(l, ACTIONS_PER_TURN);
	return ok;
}

void loop_status(struct loop *l, const struct st_visitor *v)
{
	ike_status(l->engine, now_ms(), v);
}

void loop_strays(struct loop *l, void (*fn)(void *ctx, const struct st_stray *s), void *ctx)
{
	ike_status_strays(l->engine, now_ms(), fn, ctx);
}

const char *loop_counter(struct loop *l, unsigned int i, uint64_t *value)
{
	static const struct udp_counters none;
	const struct udp_counters *c = l->udp ? udp_counters(l->udp) : &none;
	const struct {
		const char *name;
		uint64_t value;
	} sockets[] = {
		{ "udp-keepalive", c->keepalives }, { "udp-unmarked", c->unmarked },
		{ "udp-truncated", c->truncated }, { "udp-send-error", c->send_errors },
		{ "udp-backlog-full", backlog_dropped(l->backlog) },
	};
	unsigned int n = 0;

	while (n <= i && ike_counter(l->engine, n, value))
		n++;
	if (n > i)
		return ike_counter(l->engine, i, value);
	if (i - n >= sizeof(sockets) / sizeof(sockets[0]))
		return NULL;
	*value = sockets[i - n].value;
	return sockets[i - n].name;
}

static void on_renewed(void *ctx, const char *ifname)
{
	struct ike_kernel_event ev = { .type = KEV_DEVICE, .idle_ms = -1 };
	struct loop *l = ctx;

	if (l->kernel)
		kernel_flush(l->kernel, ifname);
	snprintf(ev.ifname, sizeof(ev.ifname), "%s", ifname);
	ike_kernel_event(l->engine, now_ms(), &ev);
	drain(l, ACTIONS_PER_TURN);
}

static void on_catch_up(void *ctx)
{
	struct loop *l = ctx;

	watch_catch_up(l->watch);
}

/* Routes go when an interface is set down, and a preferred source may only now be there. */
static void on_change(void *ctx)
{
	struct loop *l = ctx;
	const struct links_user user = { .catch_up = on_catch_up, .renewed = on_renewed, .ctx = l };

	links_restore(l->links, &user);
	links_settle(l->links, l->cfg, true);
}

static void on_moved(void *ctx, uint32_t was, uint32_t now, int32_t nsid)
{
	struct loop *l = ctx;

	if (l->kernel)
		kernel_moved(l->kernel, was, now);
	links_moved(l->links, was, now, nsid);
}

/* ---- signals ---- */

static void on_stop(evutil_socket_t signo, short what, void *arg)
{
	struct loop *l = arg;

	(void)what;
	log_line(LOG_L_INFO, NULL, "%s: shutting down", strsignal((int)signo));
	event_base_loopbreak(l->base);
}

static void on_hup(evutil_socket_t signo, short what, void *arg)
{
	struct loop *l = arg;

	(void)signo;
	(void)what;
	l->user.reload(l->user.ctx);
}

static bool add_signals(struct loop *l)
{
	l->signals[SIG_STOP_TERM] = evsignal_new(l->base, SIGTERM, on_stop, l);
	l->signals[SIG_STOP_INT] = evsignal_new(l->base, SIGINT, on_stop, l);
	l->signals[SIG_RELOAD] = evsignal_new(l->base, SIGHUP, on_hup, l);
	for (int i = 0; i < SIG_N; i++)
		if (!l->signals[i] || event_add(l->signals[i], NULL))
			return false;
	signal(SIGPIPE, SIG_IGN);
	return true;
}

/* drop_signals - the defaults are back: a second SIGTERM ends the process */
static void drop_signals(struct loop *l)
{
	for (int i = 0; i < SIG_N; i++) {
		if (l->signals[i])
			event_free(l->signals[i]);
		l->signals[i] = NULL;
	}
}

/* ---- life ---- */

struct loop *loop_new(const struct loop_user *user, char *err, size_t errlen)
{
	struct loop *l = calloc(1, sizeof(*l));
	const struct watch_user watcher = { .changed = on_change, .moved = on_moved, .ctx = l };

	if (!l)
		abort();
	l->user = *user;
	l->env.random = process_random;
	l->cfg = &no_config;
	l->base = event_base_new();
	l->engine = ike_engine_new(&l->env, now_ms());
	if (!l->base || !l->engine)
		abort();
	l->backlog = backlog_new(l->base, into_engine, l);
	l->deadline = evtimer_new(l->base, on_deadline, l);
	l->more = event_new(l->base, -1, 0, on_more, l);
	if (!l->deadline || !l->more)
		abort();
	if (!add_signals(l)) {
		snprintf(err, errlen, "signal handlers: %s", strerror(errno));
		goto fail;
	}
	l->jobs = jobs_new(l->base, 0, on_job, l);
	if (!l->jobs) {
		snprintf(err, errlen, "threads: %s", strerror(errno));
		goto fail;
	}
	l->links = links_new(kernel_link_kind, err, errlen);
	l->watch = l->links ? watch_new(l->base, &watcher, err, errlen) : NULL;
	if (l->watch)
		return l;
fail:
	loop_free(l);
	return NULL;
}

bool loop_listen(struct loop *l, uint16_t ike_port, uint16_t natt_port, char *err, size_t errlen)
{
	l->udp = udp_open(l->base, ike_port, natt_port, on_datagram, l, err, errlen);
	return l->udp != NULL;
}

/* An interface that is older than we are may hold what an ikod left that was killed. */
static void flush_leftovers(void *ctx, const char *ifname)
{
	struct loop *l = ctx;
	unsigned int n = kernel_flush(l->kernel, ifname);

	if (n)
		log_line(LOG_L_WARN, NULL, "%s: removed %u peer%s left on it", ifname, n, n == 1 ? "" : "s");
}

static bool open_kernel(struct loop *l, char *err, size_t errlen)
{
	const struct kernel_user user = { .event = on_kernel, .lost = on_lost, .ctx = l };

	if (!l->kernel)
		l->kernel = kernel_open(l->base, &user, err, errlen);
	return l->kernel != NULL;
}

bool loop_configure(struct loop *l, const struct ike_config *cfg, char *err, size_t errlen)
{
	if (cfg->n && !open_kernel(l, err, errlen))
		return false;
	if (!links_prepare(l->links, cfg, flush_leftovers, l, err, errlen)) {
		links_settle(l->links, l->cfg, true);
		return false;
	}
	l->cfg = cfg;
	ike_configure(l->engine, now_ms(), cfg);
	/* All of it: what a connection that is gone had must leave its interface before that goes. */
	drain(l, UINT32_MAX);
	links_settle(l->links, cfg, false);
	return true;
}

void loop_run(struct loop *l)
{
	arm(l);
	event_base_dispatch(l->base);
}

void loop_stop(struct loop *l)
{
	drop_signals(l);
	l->stopping = true;
	ike_shutdown(l->engine, now_ms());
	drain(l, UINT32_MAX);
	jobs_free(l->jobs);
	l->jobs = NULL;
	links_free(l->links);
	l->links = NULL;
	l->cfg = &no_config;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	kernel_close(l->kernel);
	udp_close(l->udp);
	backlog_free(l->backlog);
	jobs_free(l->jobs);
	watch_free(l->watch);
	links_free(l->links);
	ike_engine_free(l->engine);
	drop_signals(l);
	event_free(l->deadline);
	event_free(l->more);
	event_base_free(l->base);
	free(l);
}

struct event_base *loop_base(struct loop *l)
{
	return l->base;
}
