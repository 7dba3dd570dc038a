// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/status.h"

/*
 * What the walk builds. An ike or child belongs to the connection seen last;
 * @ikes and @children are borrowed from it, NULL while that one is filtered out.
 */
struct walk {
	const char *only;
	json_t *connections;
	json_t *ikes, *children;
};

/* json_or_die - jansson returns NULL for want of memory, and for strings that are not UTF-8 */
static json_t *or_die(json_t *j)
{
	if (!j)
		abort();
	return j;
}

/* text - a string, whatever bytes it holds; NULL becomes "" */
static json_t *text(const char *s)
{
	json_t *j = json_string(s ? s : "");

	return j ? j : or_die(json_string("(not UTF-8)"));
}

static json_t *text_or_null(const char *s)
{
	return s && *s ? text(s) : json_null();
}

static json_t *number(uint64_t v)
{
	return or_die(json_integer((json_int_t)v));
}

/* seconds - milliseconds as seconds; negative means there is no such time */
static json_t *seconds(int64_t ms)
{
	return ms < 0 ? json_null() : number((uint64_t)ms / 1000);
}

static json_t *hex(uint64_t v, int digits)
{
	char s[17];

	snprintf(s, sizeof(s), "%0*" PRIx64, digits, v);
	return text(s);
}

static json_t *failure(const struct st_failure *f)
{
	if (!f->set)
		return json_null();
	return or_die(json_pack("{so so so so so so so so}",
				"code", text(f->code), "text", text(f->text), "phase", text(f->phase),
				"refused_by", text(f->who), "ours", text(f->ours), "theirs", text(f->theirs),
				"fix", text(f->fix), "age_s", number(f->age_ms / 1000)));
}

static void on_conn(void *ctx, const struct st_conn *c)
{
	struct walk *w = ctx;
	json_t *j;

	w->ikes = NULL;
	w->children = NULL;
	if (w->only && strcmp(w->only, c->name))
		return;
	w->ikes = or_die(json_array());
	w->children = or_die(json_array());
	j = or_die(json_pack("{so so so so so so so so so so so so so so so so}",
			     "name", text(c->name), "state", text(c->state), "interface", text(c->interface),
			     "start", text(c->start), "local", text(c->local), "remote", text(c->remote),
			     "local_id", text_or_null(c->local_id), "remote_id", text_or_null(c->remote_id),
			     "packets", text_or_null(c->packets), "inner", text_or_null(c->inner), "user", text_or_null(c->user),
			     "children_up", number(c->children_up),
			     "children_total", number(c->children_total),
			     "failure", failure(&c->failure), "ike_sas", w->ikes, "children", w->children));
	json_array_append_new(w->connections, j);
}

static void on_ike(void *ctx, const struct st_ike *i)
{
	struct walk *w = ctx;

	if (!w->ikes)
		return;
	json_array_append_new(w->ikes, or_die(
		json_pack("{so so so so so so so so sb so so so so}",
			  "state", text(i->state), "role", text(i->role), "local", text(i->local),
			  "remote", text(i->remote), "spi_i", hex(i->spi_i, 16), "spi_r", hex(i->spi_r, 16),
			  "suite", text(i->suite), "peer", text_or_null(i->peer), "natt", i->natt, "age_s", number(i->age_ms / 1000),
			  "rekey_in_s", seconds(i->rekey_in_ms), "expires_in_s", seconds(i->expires_in_ms),
			  "heard_s", seconds(i->heard_ms))));
}

static void on_child(void *ctx, const struct st_child *c)
{
	struct walk *w = ctx;

	if (!w->children)
		return;
	json_array_append_new(w->children, or_die(
		json_pack("{so so so so so so ss so so so so so so so so so so}",
			  "id", number(c->child_id), "local", text(c->local), "remote", text(c->remote),
			  "state", text(c->state), "esp", text(c->esp), "pfs", text(c->pfs),
			  "encap", c->udp ? "udp" : "esp",
			  "spi_in", c->spi_in ? hex(c->spi_in, 8) : json_null(),
			  "spi_out", c->spi_out ? hex(c->spi_out, 8) : json_null(),
			  "bytes_in", number(c->bytes_in), "bytes_out", number(c->bytes_out),
			  "packets_in", number(c->packets_in), "packets_out", number(c->packets_out),
			  "age_s", number(c->age_ms / 1000), "rekey_in_s", seconds(c->rekey_in_ms),
			  "expires_in_s", seconds(c->expires_in_ms), "failure", failure(&c->failure))));
}

static void on_stray(void *ctx, const struct st_stray *s)
{
	json_array_append_new(ctx, or_die(
		json_pack("{so so so}", "remote", text(s->remote), "count", number(s->count),
			  "failure", failure(&s->failure))));
}

static json_t *counters(const struct status_source *src)
{
	json_t *out = or_die(json_object());
	const char *name;
	uint64_t value;
	unsigned int i;

	for (i = 0; (name = src->counter(src->ctx, i, &value)); i++)
		json_object_set_new(out, name, number(value));
	return out;
}

json_t *status_json(const struct status_source *src, const char *conn, const char *version, uint64_t uptime_s)
{
	struct walk w = { .only = conn, .connections = or_die(json_array()) };
	const struct st_visitor v = { .conn = on_conn, .ike = on_ike, .child = on_child, .ctx = &w };
	json_t *strays;

	src->status(src->ctx, &v);
	if (conn && !json_array_size(w.connections)) {
		json_decref(w.connections);
		return NULL;
	}
	strays = or_die(json_array());
	src->strays(src->ctx, on_stray, strays);
	return or_die(json_pack("{sb so so so so so}", "ok", 1,
				"version", text(version), "uptime_s", number(uptime_s),
				"connections", w.connections, "strays", strays, "counters", counters(src)));
}
