// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <getopt.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "explain.h"
#include "render.h"
#include "watch.h"

#ifndef VPNTUN_VERSION
#define VPNTUN_VERSION "unknown"
#endif

#define DEFAULT_SOCKET	"/run/ikod/ikod.sock"
#define UP_TIMEOUT_MS	30000

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_UNREACHABLE = 3 };

/** struct call - one call of the tool; @conn: or what is to be explained; NULL if none was given */
struct call {
	const char *socket;
	const char *conn;
	bool json, no_wait;
	struct page page;
};

static const char usage_text[] =
	"usage: ikoctl [-s SOCKET] [--json] COMMAND\n"
	"\n"
	"  status [CONNECTION]         what is up, what is not, and why\n"
	"  up CONNECTION [--no-wait]   bring a connection up; waits up to 30 s\n"
	"  down CONNECTION             take it down, and leave it down\n"
	"  reload                      read the configuration again\n"
	"  events                      follow what happens\n"
	"  explain WORDS               what a failure's code means, or another gateway's words for it\n"
	"\n"
	"  -s, --socket SOCKET         default " DEFAULT_SOCKET "\n"
	"  -j, --json                  replies as JSON\n"
	"      --version, --help\n";

static int unreachable(const struct call *call)
{
	fprintf(stderr, "ikoctl: ikod is not reachable at %s: %s\n", call->socket, strerror(errno));
	if (errno == EACCES || errno == EPERM)
		fputs("ikoctl: the socket is for root only\n", stderr);
	else
		fputs("ikoctl: is it running? try: systemctl status ikod\n", stderr);
	return EXIT_UNREACHABLE;
}

static int gone(void)
{
	fputs("ikoctl: ikod closed the connection or does not answer\n", stderr);
	return EXIT_UNREACHABLE;
}

static void print_json(const struct call *call, const json_t *j, size_t flags)
{
	json_dumpf(j, call->page.out, flags);
	putc('\n', call->page.out);
}

/* Says why ikod refused; in JSON the reply is on stdout already. */
static int refused(const struct call *call, const json_t *reply)
{
	const char *why = json_string_value(json_object_get(reply, "error"));
	const json_t *line;
	size_t i;

	if (call->json)
		return EXIT_FAILED;
	fprintf(stderr, "ikoctl: %s\n", why ? why : "refused");
	json_array_foreach(json_object_get(reply, "errors"), i, line)
		fprintf(stderr, "%s\n", json_string_value(line) ? json_string_value(line) : "");
	return EXIT_FAILED;
}

static bool is_ok(const json_t *reply)
{
	return json_is_true(json_object_get(reply, "ok"));
}

/* One request, one reply; the reply is the caller's unless the exit status is set. */
static json_t *ask_once(const struct call *call, const char *cmd, int *rc)
{
	struct client c;
	json_t *reply;

	*rc = EXIT_OK;
	if (!client_open(&c, call->socket)) {
		*rc = unreachable(call);
		return NULL;
	}
	reply = client_ask(&c, cmd, call->conn);
	client_close(&c);
	if (!reply) {
		*rc = gone();
		return NULL;
	}
	if (call->json)
		print_json(call, reply, JSON_INDENT(2));
	if (is_ok(reply))
		return reply;
	*rc = refused(call, reply);
	json_decref(reply);
	return NULL;
}

static int run_status(const struct call *call)
{
	int rc;
	json_t *reply = ask_once(call, "status", &rc);

	if (reply && !call->json)
		render_status(&call->page, reply, call->conn);
	json_decref(reply);
	return rc;
}

static int run_down(const struct call *call)
{
	int rc;
	json_t *reply = ask_once(call, "down", &rc);

	if (reply && !call->json)
		fprintf(call->page.out, "%s: taken down\n", call->conn);
	json_decref(reply);
	return rc;
}

static int run_reload(const struct call *call)
{
	int rc;
	json_t *reply = ask_once(call, "reload", &rc);
	const json_t *line;
	size_t i;

	if (reply && !call->json) {
		json_array_foreach(json_object_get(reply, "warnings"), i, line) {
			page_text(&call->page, INK_WARN, json_string_value(line) ? json_string_value(line) : "");
			putc('\n', call->page.out);
		}
		fputs("reloaded\n", call->page.out);
	}
	json_decref(reply);
	return rc;
}

/* ---- up ---- */

static int report_up(const struct call *call, enum watch_result result, const json_t *conn)
{
	static const char *const errors[] = {
		[WATCH_FAILED] = "the connection could not be set up",
		[WATCH_TIMEOUT] = "the connection is not up after 30 seconds; ikod goes on trying",
	};
	json_t *j;

	if (result == WATCH_GONE)
		return gone();
	if (call->json) {
		j = result == WATCH_UP ? json_pack("{sb sO?}", "ok", 1, "connection", conn) :
		    json_pack("{sb ss sO?}", "ok", 0, "error", errors[result], "connection", conn);
		print_json(call, j, JSON_INDENT(2));
		json_decref(j);
	} else if (result == WATCH_UP) {
		fprintf(call->page.out, "%s: up\n", call->conn);
	} else {
		fprintf(stderr, "%s: %s\n", call->conn, errors[result]);
		render_why_down(&call->page, conn, 2);
	}
	return result == WATCH_UP ? EXIT_OK : EXIT_FAILED;
}

/* Events first, so that nothing is missed between the command and the waiting. */
static int up_and_wait(const struct call *call, struct client *events, struct client *ask)
{
	json_t *reply = client_ask(events, "events", NULL);
	enum watch_result result;
	json_t *conn = NULL;
	int rc;

	if (reply && is_ok(reply)) {
		json_decref(reply);
		reply = client_ask(ask, "up", call->conn);
	}
	if (!reply)
		return gone();
	if (!is_ok(reply)) {
		if (call->json)
			print_json(call, reply, JSON_INDENT(2));
		rc = refused(call, reply);
	} else {
		result = watch_up(events, ask, call->conn, UP_TIMEOUT_MS, &conn);
		rc = report_up(call, result, conn);
		json_decref(conn);
	}
	json_decref(reply);
	return rc;
}

static int run_up(const struct call *call)
{
	struct client events, ask;
	json_t *reply;
	int rc;

	if (call->no_wait) {
		reply = ask_once(call, "up", &rc);
		json_decref(reply);
		return rc;
	}
	if (!client_open(&events, call->socket))
		return unreachable(call);
	if (client_open(&ask, call->socket))
		rc = up_and_wait(call, &events, &ask);
	else
		rc = unreachable(call);
	client_close(&ask);
	client_close(&events);
	return rc;
}

/* ---- explain: ikod is not asked ---- */

static int run_explain(const struct call *call)
{
	if (explain(&call->page, call->conn))
		return EXIT_OK;
	fprintf(stderr, "ikoctl: nothing is known about '%s'\n", call->conn);
	return EXIT_FAILED;
}

/* ---- events ---- */

static int run_events(const struct call *call)
{
	struct client c;
	json_t *event;
	int rc = EXIT_OK;

	if (!client_open(&c, call->socket))
		return unreachable(call);
	event = client_ask(&c, "events", NULL);
	if (!event)
		rc = gone();
	else if (!is_ok(event))
		rc = refused(call, event);
	json_decref(event);
	while (rc == EXIT_OK) {
		if (client_read(&c, -1, &event) != CLIENT_OK) {
			rc = gone();
			break;
		}
		if (call->json)
			print_json(call, event, JSON_COMPACT);
		else
			render_event(&call->page, event);
		json_decref(event);
		if (fflush(call->page.out))
			rc = EXIT_FAILED;
	}
	client_close(&c);
	return rc;
}

/* ---- command line ---- */

static const struct command {
	const char *name;
	int (*run)(const struct call *call);
	int min_args, max_args;
} commands[] = {
	{ "status", run_status, 0, 1 }, { "up", run_up, 1, 1 }, { "down", run_down, 1, 1 },
	{ "reload", run_reload, 0, 0 }, { "events", run_events, 0, 0 }, { "explain", run_explain, 1, INT_MAX },
};

static int usage(const char *wrong, const char *what)
{
	if (wrong)
		fprintf(stderr, "ikoctl: %s%s%s\n", wrong, what ? " " : "", what ? what : "");
	fputs(usage_text, stderr);
	return EXIT_USAGE;
}

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static void page_setup(struct page *page)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	setlocale(LC_CTYPE, "");
	page->out = stdout;
	page->utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	page->colour = isatty(STDOUT_FILENO) && !(no_color && *no_color) && !(term && !strcmp(term, "dumb"));
}

/* -1: go on */
static int parse_options(struct call *call, int argc, char **argv)
{
	enum { OPT_NO_WAIT = 256, OPT_VERSION };
	static const struct option options[] = {
		{ "socket", required_argument, NULL, 's' }, { "json", no_argument, NULL, 'j' },
		{ "no-wait", no_argument, NULL, OPT_NO_WAIT }, { "version", no_argument, NULL, OPT_VERSION },
		{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "s:jh", options, NULL)) != -1) {
		switch (opt) {
		case 's':
			call->socket = optarg;
			break;
		case 'j':
			call->json = true;
			break;
		case OPT_NO_WAIT:
			call->no_wait = true;
			break;
		case OPT_VERSION:
			puts("ikoctl " VPNTUN_VERSION);
			return EXIT_OK;
		case 'h':
			fputs(usage_text, stdout);
			return EXIT_OK;
		default:
			return usage(NULL, NULL);
		}
	}
	return -1;
}

/* Words that are one thing need no quotes. */
static void join(char *out, size_t cap, char **words, int n)
{
	size_t len = 0;

	for (int i = 0; i < n && len < cap; i++)
		len += (size_t)snprintf(out + len, cap - len, "%s%s", i ? " " : "", words[i]);
}

int main(int argc, char **argv)
{
	char words[256] = "";
	struct call call = { .socket = DEFAULT_SOCKET };
	const struct command *cmd;
	int rc, args;

	page_setup(&call.page);
	rc = parse_options(&call, argc, argv);
	if (rc >= 0)
		return rc;
	if (optind == argc)
		return usage("a command is missing", NULL);
	cmd = command_find(argv[optind]);
	if (!cmd)
		return usage("unknown command", argv[optind]);
	args = argc - optind - 1;
	if (args < cmd->min_args)
		return usage(cmd->run == run_explain ? "what is to be explained? it is missing after" :
			     "the name of a connection is missing after", cmd->name);
	if (args > cmd->max_args)
		return usage("too many arguments after", cmd->name);
	call.conn = args ? argv[optind + 1] : NULL;
	if (args > 1) {
		join(words, sizeof(words), argv + optind + 1, args);
		call.conn = words;
	}
	rc = cmd->run(&call);
	if (fflush(stdout) || ferror(stdout))
		return EXIT_FAILED;
	return rc;
}
