// SPDX-License-Identifier: GPL-2.0
/* The engine's outside: calls in, actions out, and what both halves are lent. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/policy.h"

void *core_zalloc(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		abort();
	return p;
}

void engine_random(struct ike_engine *e, void *out, size_t len)
{
	e->env.random(e->env.ctx, out, len);
}

uint64_t engine_jitter(struct ike_engine *e, uint64_t max)
{
	uint64_t r;

	engine_random(e, &r, sizeof(r));
	return max ? r % max : 0;
}

uint64_t engine_backoff(struct ike_engine *e, unsigned int n)
{
	uint64_t ms = n > 5 ? BACKOFF_MAX : BACKOFF_FIRST << (n ? n - 1 : 0);

	if (ms > BACKOFF_MAX)
		ms = BACKOFF_MAX;
	return ms - engine_jitter(e, ms / 4);
}

void engine_set_timer(struct ike_engine *e, struct timer *t, uint64_t in_ms, void (*fn)(void *), void *owner)
{
	timer_set(&e->timers, t, e->now + in_ms, fn, owner);
}

void engine_stop_timer(struct ike_engine *e, struct timer *t)
{
	timer_stop(&e->timers, t);
}

void engine_counter(struct ike_engine *e, enum engine_counter c)
{
	e->counters[c]++;
}

/* ---- actions ---- */

struct ike_action *engine_action(struct ike_engine *e, enum ike_action_type type)
{
	struct ike_action *a = core_zalloc(sizeof(*a));

	a->type = type;
	if (e->act_tail)
		e->act_tail->next = a;
	else
		e->act_head = a;
	e->act_tail = a;
	return a;
}

struct ike_action *ike_next_action(struct ike_engine *e)
{
	struct ike_action *a = e->act_head;

	if (!a)
		return NULL;
	e->act_head = a->next;
	if (!e->act_head)
		e->act_tail = NULL;
	a->next = NULL;
	return a;
}

void ike_action_free(struct ike_action *a)
{
	if (!a)
		return;
	if (a->type == ACT_SEND) {
		free(a->send.data);
	} else if (a->type == ACT_SA_INSTALL) {
		secret_wipe(&a->sa.enc_key);
		secret_wipe(&a->sa.auth_key);
	}
	free(a);
}

void engine_send(struct ike_engine *e, const struct ike_path *path, const uint8_t *p, size_t len)
{
	struct ike_action *a = engine_action(e, ACT_SEND);

	a->send.path = *path;
	a->send.data = core_zalloc(len);
	memcpy(a->send.data, p, len);
	a->send.len = len;
	engine_counter(e, CNT_TX);
}

uint64_t engine_job(struct ike_engine *e, struct ike_job *job)
{
	job->id = ++e->next_job_id;
	e->jobs++;
	engine_action(e, ACT_JOB)->job = job;
	return job->id;
}

void engine_log(struct ike_engine *e, enum ike_log_level l, const struct conn *c, const char *fmt, ...)
{
	struct ike_action *a;
	va_list ap;

	if (e->hushed)
		return;
	a = engine_action(e, ACT_LOG);
	a->log.level = l;
	if (c)
		memcpy(a->log.conn, c->cfg->name, sizeof(a->log.conn));
	va_start(ap, fmt);
	vsnprintf(a->log.text, sizeof(a->log.text), fmt, ap);
	va_end(ap);
}

void engine_event(struct ike_engine *e, const struct conn *c, const char *what, const char *fmt, ...)
{
	struct ike_action *a = engine_action(e, ACT_EVENT);
	va_list ap;

	if (c)
		memcpy(a->event.conn, c->cfg->name, sizeof(a->event.conn));
	snprintf(a->event.what, sizeof(a->event.what), "%s", what);
	va_start(ap, fmt);
	vsnprintf(a->event.detail, sizeof(a->event.detail), fmt, ap);
	va_end(ap);
}

uint32_t engine_spi(struct ike_engine *e)
{
	struct child_sa *taken;
	uint32_t spi;

	do {	/* RFC 4303 2.1: 0 is local use, 1 to 255 are reserved */
		engine_random(e, &spi, sizeof(spi));
		HASH_FIND(hh_in, e->spis, &spi, sizeof(spi), taken);
	} while (spi < 256 || taken);
	return spi;
}

/* ---- who was refused before a connection was known ---- */

static struct stray *stray_slot(struct ike_engine *e, const union endpoint *remote, enum failure_cause cause)
{
	struct stray *oldest = &e->strays[0];

	for (unsigned int i = 0; i < STRAYS_MAX; i++) {
		struct stray *s = &e->strays[i];

		if (s->count && s->failure.cause == cause && addr_eq(&s->remote, remote))
			return s;
		if (!s->count)	/* filled in order: nothing follows */
			return s;
		if (s->failure.when < oldest->failure.when)
			oldest = s;
	}
	oldest->count = 0;
	return oldest;
}

void engine_stray(struct ike_engine *e, const struct ike_path *path, enum failure_cause cause, const char *ours,
		  const char *theirs)
{
	struct stray *s = stray_slot(e, &path->remote, cause);
	char remote[ENDPOINT_STRLEN];

	if (!s->count++ && bucket_take(&e->stray_told, e->now, STRAY_INTERVAL, STRAYS_MAX))
		engine_log(e, LOG_L_WARN, NULL, "%s: refused: %s%s%s", endpoint_str(&path->remote, remote),
			   failure_text(cause), theirs && *theirs ? ": " : "", theirs ? theirs : "");
	s->remote = path->remote;
	failure_set(&s->failure, e->now, PHASE_1, cause, WHO_US, ours, theirs);
}

/* ---- memory: objects die here and nowhere else ---- */

static void free_dead_conns(struct ike_engine *e)
{
	while (e->dead_conns) {
		struct conn *c = e->dead_conns;

		e->dead_conns = c->next_dead;
		conn_free(c);
	}
}

void engine_reap(struct ike_engine *e)
{
	csa_free_dead(e);
	ike_sa_free_dead(e);
	free_dead_conns(e);
}

/* Every public call: take the time over, do the work, run what is due, free what died. */
static void engine_enter(struct ike_engine *e, uint64_t now)
{
	if (now > e->now)
		e->now = now;
}

static void engine_leave(struct ike_engine *e)
{
	timers_run(&e->timers, e->now);
	engine_reap(e);
}

struct ike_engine *ike_engine_new(const struct ike_env *env, uint64_t now)
{
	struct ike_engine *e = core_zalloc(sizeof(*e));

	e->env = *env;
	e->now = now;
	return e;
}

void ike_engine_free(struct ike_engine *e)
{
	struct conn *c, *tmp;
	struct ike_action *a;

	if (!e)
		return;
	e->shutting_down = true;
	HASH_ITER(hh, e->conns, c, tmp)
		conn_remove(c, FAIL_NONE);
	engine_reap(e);
	while ((a = ike_next_action(e))) {
		if (a->type == ACT_JOB)
			ike_job_free(a->job);
		ike_action_free(a);
	}
	timers_free(&e->timers);
	v1_engine_release(e);
	free(e);
}

/* ---- configuration ---- */

/* Names to places, so that a reload of thousands stays linear */
struct cfg_entry {
	struct conn_cfg *cfg;
	UT_hash_handle hh;
};

static struct cfg_entry *config_index(const struct ike_config *cfg, struct cfg_entry **head)
{
	struct cfg_entry *v = core_zalloc((cfg->n + 1) * sizeof(*v)), *dup;

	for (unsigned int i = 0; i < cfg->n; i++) {
		v[i].cfg = cfg->conns[i];
		HASH_FIND_STR(*head, v[i].cfg->name, dup);
		if (!dup)
			HASH_ADD_KEYPTR(hh, *head, v[i].cfg->name, strlen(v[i].cfg->name), &v[i]);
	}
	return v;
}

/* What is gone or changed goes first: new selectors may overlap with its own. */
static void config_drop_old(struct ike_engine *e, struct cfg_entry *index)
{
	struct conn *c, *tmp;

	HASH_ITER(hh, e->conns, c, tmp) {
		struct cfg_entry *n;

		HASH_FIND_STR(index, c->cfg->name, n);
		if (n && conn_cfg_same(c->cfg, n->cfg))
			continue;
		engine_log(e, LOG_L_INFO, c, "%s", n ? "the configuration changed" : "no longer configured");
		conn_remove(c, FAIL_CONFIG_CHANGED);
	}
}

void ike_configure(struct ike_engine *e, uint64_t now, const struct ike_config *cfg)
{
	struct cfg_entry *index = NULL, *v;

	engine_enter(e, now);
	if (e->shutting_down)
		return;
	v = config_index(cfg, &index);
	config_drop_old(e, index);
	for (unsigned int i = 0; i < cfg->n; i++) {
		struct conn *c = conn_by_name(e, cfg->conns[i]->name);

		if (!c) {
			conn_begin(conn_new(e, cfg->conns[i]));
		} else {	/* the same but for line numbers */
			struct conn_cfg *old = c->cfg;

			c->cfg = conn_cfg_get(cfg->conns[i]);
			conn_cfg_put(old);
			conn_reloaded(c);
		}
	}
	HASH_CLEAR(hh, index);
	free(v);
	engine_leave(e);
}

void ike_shutdown(struct ike_engine *e, uint64_t now)
{
	struct conn *c, *tmp;

	engine_enter(e, now);
	if (e->shutting_down)
		return;
	e->shutting_down = true;
	HASH_ITER(hh, e->conns, c, tmp) {
		conn_down(c, FAIL_ADMIN_DOWN, WHO_US, true);
		kernel_remove(c);
	}
	engine_stop_timer(e, &e->sweep);
	engine_leave(e);
}

/* ---- input ---- */

/* The responder's cookie is still zero (RFC 2408 3.1), as is the responder's SPI (RFC 7296 3.1). */
bool ike_opens(const uint8_t *p, size_t len)
{
	static const uint8_t zero[ISAKMP_COOKIE_LEN];

	return len >= ISAKMP_HDR_LEN && !memcmp(p + ISAKMP_COOKIE_LEN, zero, sizeof(zero));
}

void ike_rx(struct ike_engine *e, uint64_t now, const struct ike_path *path, const uint8_t *p, size_t len)
{
	engine_enter(e, now);
	if (e->shutting_down)
		return;
	engine_counter(e, CNT_RX);
	v1_input(e, path, p, len);
	engine_leave(e);
}

void ike_tick(struct ike_engine *e, uint64_t now)
{
	engine_enter(e, now);
	engine_leave(e);
}

uint64_t ike_deadline(const struct ike_engine *e)
{
	return timers_next(&e->timers);
}

bool ike_cmd(struct ike_engine *e, uint64_t now, enum ike_cmd_type cmd, const char *conn, char *err, size_t errlen)
{
	struct conn *c;
	bool ok = true;

	engine_enter(e, now);
	c = conn_by_name(e, conn);
	if (!c) {
		snprintf(err, errlen, "no connection is called '%s'", conn);
		return false;
	}
	if (e->shutting_down) {
		snprintf(err, errlen, "the daemon is shutting down");
		return false;
	}
	if (cmd == CMD_UP)
		ok = conn_cmd_up(c, err, errlen);
	else
		conn_cmd_down(c);
	engine_leave(e);
	return ok;
}

void ike_kernel_event(struct ike_engine *e, uint64_t now, const struct ike_kernel_event *ev)
{
	engine_enter(e, now);
	if (e->shutting_down)
		return;
	kevent_handle(e, ev);
	engine_leave(e);
}

void ike_job_done(struct ike_engine *e, uint64_t now, struct ike_job *job)
{
	engine_enter(e, now);
	e->jobs--;
	if (!e->shutting_down)
		v1_job_done(e, job);
	ike_job_free(job);
	engine_leave(e);
}
