// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <string.h>

#include "render.h"

static const char *str(const json_t *obj, const char *key)
{
	const char *s = json_string_value(json_object_get(obj, key));

	return s ? s : "";
}

/* -1 if it is null or missing */
static int64_t num(const json_t *obj, const char *key)
{
	const json_t *v = json_object_get(obj, key);

	return json_is_integer(v) ? (int64_t)json_integer_value(v) : -1;
}

static uint64_t count(const json_t *obj, const char *key)
{
	int64_t n = num(obj, key);

	return n < 0 ? 0 : (uint64_t)n;
}

static const char *or_dash(const char *s)
{
	return *s ? s : "-";
}

static const char *arrow(const struct page *p)
{
	return p->utf8 ? "\xe2\x86\x94" : "<->";
}

static enum ink state_ink(const char *state)
{
	static const struct {
		const char *state;
		enum ink ink;
	} states[] = {
		{ "up", INK_GOOD }, { "established", INK_GOOD }, { "rekeying", INK_GOOD }, { "rekeyed", INK_DIM },
		{ "partial", INK_WARN }, { "connecting", INK_WARN }, { "waiting", INK_WARN }, { "down", INK_BAD },
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (!strcmp(states[i].state, state))
			return states[i].ink;
	return INK_NONE;
}

/* ---- failures ---- */

static void failure_line(const struct page *p, const char *label, const char *text, unsigned int indent)
{
	if (!*text)
		return;
	fprintf(p->out, "%*s", (int)indent, "");
	page_printf(p, INK_DIM, "%-12s", label);
	page_text(p, INK_NONE, text);
	putc('\n', p->out);
}

void render_failure(const struct page *p, const json_t *failure, const char *what, unsigned int indent)
{
	const char *phase = str(failure, "phase"), *who = str(failure, "refused_by");
	char age[DURATION_LEN];

	fprintf(p->out, "%*s", (int)indent, "");
	page_text(p, INK_BAD, p->utf8 ? "\xe2\x9c\x97 " : "! ");
	if (what)
		page_printf(p, INK_NONE, "%s: ", what);
	page_text(p, INK_BOLD, str(failure, "text"));
	page_printf(p, INK_NONE, " (%s%s%s)", *phase ? phase : "", *phase ? ", " : "", str(failure, "code"));
	if (num(failure, "age_s") >= 0)
		page_printf(p, INK_NONE, ", %s ago", duration(num(failure, "age_s"), age));
	putc('\n', p->out);
	if (!strcmp(who, "peer"))
		who = "the peer";
	else if (strcmp(who, "us"))
		who = "";
	failure_line(p, "refused by", who, indent + 4);
	failure_line(p, "ours", str(failure, "ours"), indent + 4);
	failure_line(p, "theirs", str(failure, "theirs"), indent + 4);
	failure_line(p, "change", str(failure, "fix"), indent + 4);
}

static bool same_failure(const json_t *a, const json_t *b)
{
	static const char *const keys[] = { "code", "phase", "refused_by", "ours", "theirs", "fix" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(str(a, keys[i]), str(b, keys[i])))
			return false;
	return true;
}

/* A pair that is down because phase 1 is tells nothing that the connection does not. */
static bool tells_more(const json_t *failure, const json_t *of_conn)
{
	if (!json_is_object(failure))
		return false;
	return !json_is_object(of_conn) ||
	       (!same_failure(failure, of_conn) && strcmp(str(failure, "code"), "phase1-down"));
}

/* One block for all pairs that failed alike; true if an earlier pair had it. */
static bool told_before(const json_t *children, size_t i)
{
	const json_t *f = json_object_get(json_array_get(children, i), "failure");

	for (size_t j = 0; j < i; j++) {
		const json_t *g = json_object_get(json_array_get(children, j), "failure");

		if (json_is_object(g) && same_failure(f, g))
			return true;
	}
	return false;
}

static void pairs_of_failure(const struct page *p, const json_t *children, const json_t *f, char *out, size_t cap)
{
	const json_t *child;
	size_t i, len;

	out[0] = '\0';
	json_array_foreach(children, i, child) {
		const json_t *g = json_object_get(child, "failure");

		if (!json_is_object(g) || !same_failure(f, g))
			continue;
		len = strlen(out);
		snprintf(out + len, cap - len, "%s%s %s %s", len ? ", " : "", str(child, "local"), arrow(p),
			 str(child, "remote"));
	}
}

void render_why_down(const struct page *p, const json_t *conn, unsigned int indent)
{
	const json_t *of_conn = json_object_get(conn, "failure");
	const json_t *children = json_object_get(conn, "children");
	const json_t *child;
	char pairs[800];
	size_t i;

	if (json_is_object(of_conn))
		render_failure(p, of_conn, NULL, indent);
	json_array_foreach(children, i, child) {
		const json_t *f = json_object_get(child, "failure");

		if (!tells_more(f, of_conn) || told_before(children, i))
			continue;
		pairs_of_failure(p, children, f, pairs, sizeof(pairs));
		render_failure(p, f, pairs, indent);
	}
}

/* ---- connections ---- */

static void render_head(const struct page *p, const json_t *c)
{
	const char *local = str(c, "local"), *remote = str(c, "remote");
	const char *local_id = str(c, "local_id"), *remote_id = str(c, "remote_id");
	const char *state = str(c, "state");

	page_text(p, INK_BOLD, str(c, "name"));
	fputs("  ", p->out);
	page_text(p, state_ink(state), state);
	page_printf(p, INK_NONE, "  %s %s %s  %s  %" PRIu64 " of %" PRIu64 " subnet pairs up", or_dash(local), arrow(p),
		    or_dash(remote), str(c, "interface"), count(c, "children_up"), count(c, "children_total"));
	if (*str(c, "start") && strcmp(str(c, "start"), "auto"))
		page_printf(p, INK_NONE, "  start %s", str(c, "start"));
	putc('\n', p->out);
	/* identities that are just the addresses are no news */
	if ((*local_id && strcmp(local_id, local)) || (*remote_id && strcmp(remote_id, remote))) {
		page_printf(p, INK_NONE, "  identities  %s %s %s", or_dash(local_id), arrow(p),
			    *remote_id ? remote_id : "any");
		putc('\n', p->out);
	}
	if (*str(c, "user")) {
		page_printf(p, INK_NONE, "  user        %s", str(c, "user"));
		putc('\n', p->out);
	}
	if (*str(c, "inner")) {
		page_printf(p, INK_NONE, "  inner       %s", str(c, "inner"));
		putc('\n', p->out);
	}
	if (*str(c, "packets")) {
		page_printf(p, INK_NONE, "  packets     %s", str(c, "packets"));
		putc('\n', p->out);
	}
}

/* ", rekey in 5m" unless it is null */
static void render_time(const struct page *p, const json_t *obj, const char *key, const char *before, const char *after)
{
	char d[DURATION_LEN];

	if (num(obj, key) >= 0)
		page_printf(p, INK_NONE, ", %s%s%s", before, duration(num(obj, key), d), after);
}

static void render_ike(const struct page *p, const json_t *i)
{
	const char *state = str(i, "state");
	char d[DURATION_LEN];

	fputs("  IKE  ", p->out);
	page_text(p, state_ink(state), state);
	page_printf(p, INK_NONE, "  %s  %s", or_dash(str(i, "suite")), str(i, "role"));
	page_printf(p, INK_NONE, "  %s old", duration(num(i, "age_s"), d));
	render_time(p, i, "rekey_in_s", "rekey in ", "");
	render_time(p, i, "expires_in_s", "expires in ", "");
	render_time(p, i, "heard_s", "heard ", " ago");
	putc('\n', p->out);
	page_printf(p, INK_DIM, "       %s %s %s%s  cookies %s %s", or_dash(str(i, "local")), arrow(p),
		    or_dash(str(i, "remote")), json_is_true(json_object_get(i, "natt")) ? " (NAT traversal)" : "",
		    or_dash(str(i, "spi_i")), or_dash(str(i, "spi_r")));
	putc('\n', p->out);
	if (*str(i, "peer")) {
		page_printf(p, INK_DIM, "       peer: %s", str(i, "peer"));
		putc('\n', p->out);
	}
}

static void child_algorithms(const json_t *c, char *out, size_t cap)
{
	const char *esp = str(c, "esp"), *pfs = str(c, "pfs");
	bool udp = !strcmp(str(c, "encap"), "udp");

	if (!*esp)
		snprintf(out, cap, "-");
	else
		snprintf(out, cap, "%s%s%s%s", esp, *pfs && strcmp(pfs, "none") ? "-" : "",
			 *pfs && strcmp(pfs, "none") ? pfs : "", udp ? " udp" : "");
}

static void render_children(const struct page *p, const json_t *children)
{
	static const struct table_column columns[] = {
		{ "LOCAL", false }, { "REMOTE", false }, { "STATE", false }, { "SPI IN", false }, { "SPI OUT", false },
		{ "ALGORITHMS", false }, { "IN", true }, { "OUT", true }, { "AGE", true }, { "REKEY IN", true },
	};
	struct table t = { .columns = columns, .n_columns = sizeof(columns) / sizeof(columns[0]) };
	char algs[128], d[DURATION_LEN], s[SIZE_LEN];
	const json_t *c;
	size_t i;

	json_array_foreach(children, i, c) {
		bool has_sa = *str(c, "spi_in") || *str(c, "spi_out");

		child_algorithms(c, algs, sizeof(algs));
		table_add(&t, INK_NONE, or_dash(str(c, "local")));
		table_add(&t, INK_NONE, or_dash(str(c, "remote")));
		table_add(&t, state_ink(str(c, "state")), or_dash(str(c, "state")));
		table_add(&t, INK_NONE, or_dash(str(c, "spi_in")));
		table_add(&t, INK_NONE, or_dash(str(c, "spi_out")));
		table_add(&t, INK_NONE, has_sa ? algs : "-");
		table_add(&t, INK_NONE, has_sa ? size(count(c, "bytes_in"), s) : "-");
		table_add(&t, INK_NONE, has_sa ? size(count(c, "bytes_out"), s) : "-");
		table_add(&t, INK_NONE, has_sa ? duration(num(c, "age_s"), d) : "-");
		table_add(&t, INK_NONE, has_sa ? duration(num(c, "rekey_in_s"), d) : "-");
	}
	if (json_array_size(children))
		table_print(&t, p, 2);
}

static void render_conn(const struct page *p, const json_t *c)
{
	const json_t *ikes = json_object_get(c, "ike_sas");
	const json_t *ike;
	size_t i;

	render_head(p, c);
	json_array_foreach(ikes, i, ike)
		render_ike(p, ike);
	if (!json_array_size(ikes))
		fputs("  IKE  none\n", p->out);
	render_children(p, json_object_get(c, "children"));
	render_why_down(p, c, 2);
}

/* ---- the rest ---- */

static void render_strays(const struct page *p, const json_t *strays)
{
	const json_t *s;
	char what[160];
	size_t i;

	if (!json_array_size(strays))
		return;
	putc('\n', p->out);
	page_text(p, INK_BOLD, "refused");
	fputs("  datagrams that no connection took\n", p->out);
	json_array_foreach(strays, i, s) {
		uint64_t n = count(s, "count");

		snprintf(what, sizeof(what), "%s tried %s", str(s, "remote"), n == 1 ? "once" : "");
		if (n != 1)
			snprintf(what, sizeof(what), "%s tried %" PRIu64 " times", str(s, "remote"), n);
		render_failure(p, json_object_get(s, "failure"), what, 2);
	}
}

static void render_counters(const struct page *p, json_t *counters)
{
	const char *name;
	json_t *v;
	bool any = false;

	json_object_foreach(counters, name, v) {
		if (!json_is_integer(v) || !json_integer_value(v))
			continue;
		if (!any)
			putc('\n', p->out);
		if (!any)
			page_text(p, INK_DIM, "IKE messages: ");
		page_printf(p, INK_DIM, "%s%s %" PRId64, any ? ", " : "", name, (int64_t)json_integer_value(v));
		any = true;
	}
	if (any)
		putc('\n', p->out);
}

void render_status(const struct page *p, const json_t *reply, bool one)
{
	const json_t *conns = json_object_get(reply, "connections");
	char d[DURATION_LEN];
	const json_t *c;
	size_t i, up = 0;

	json_array_foreach(conns, i, c)
		up += !strcmp(str(c, "state"), "up");
	if (!one)
		page_printf(p, INK_NONE, "ikod %s, running for %s: %zu of %zu connections up", str(reply, "version"),
			    duration(num(reply, "uptime_s"), d), up, json_array_size(conns));
	if (!one)
		fputs("\n\n", p->out);
	json_array_foreach(conns, i, c) {
		if (i)
			putc('\n', p->out);
		render_conn(p, c);
	}
	if (one)
		return;
	render_strays(p, json_object_get(reply, "strays"));
	render_counters(p, json_object_get(reply, "counters"));
}

void render_event(const struct page *p, const json_t *event)
{
	const char *what = str(event, "event");
	bool bad = !strcmp(what, "failed") || strstr(what, "down") || strstr(what, "timeout");
	bool good = strstr(what, "up") || strstr(what, "rekeyed");

	page_printf(p, INK_DIM, "%s  ", str(event, "time"));
	page_text(p, INK_BOLD, or_dash(str(event, "connection")));
	fputs("  ", p->out);
	page_text(p, bad ? INK_BAD : good ? INK_GOOD : INK_NONE, what);
	if (*str(event, "detail")) {
		fputs("  ", p->out);
		page_text(p, INK_NONE, str(event, "detail"));
	}
	putc('\n', p->out);
}
