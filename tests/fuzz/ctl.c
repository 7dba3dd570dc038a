// SPDX-License-Identifier: GPL-2.0
/*
 * The control socket: an operator's program that sends anything, in pieces. To
 * each line there is one answer, one line of JSON with "ok". The first byte
 * says how the input is cut.
 */
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl/server.h"
#include "fuzz/folder.h"
#include "fuzz/fuzz.h"

#define PATH "ikod.sock"
#define ANSWERS_MAX (1 << 20)

static struct event_base *base;
static struct ctl *ctl;

/* ---- what stands in for the engine ---- */

static void status(void *ctx, const struct st_visitor *v)
{
	const struct st_conn c = { .name = "site", .state = "up", .start = "auto", .interface = "vpn0", .local = "any",
				   .remote = "192.0.2.2", .local_id = "", .remote_id = "", .packets = "" };

	(void)ctx;
	v->conn(v->ctx, &c);
}

static void strays(void *ctx, void (*fn)(void *fctx, const struct st_stray *s), void *fctx)
{
	(void)ctx;
	(void)fn;
	(void)fctx;
}

static const char *counter(void *ctx, unsigned int i, uint64_t *value)
{
	(void)ctx;
	*value = i;
	return i ? NULL : "received";
}

static void refresh(void *ctx)
{
	(void)ctx;
}

static bool cmd(void *ctx, enum ike_cmd_type type, const char *conn, char *err, size_t errlen)
{
	(void)ctx;
	(void)type;
	if (!strcmp(conn, "site"))
		return true;
	snprintf(err, errlen, "no connection is called '%s'", conn);
	return false;
}

static bool reload(void *ctx, struct cfg_errors *errs, char *err, size_t errlen)
{
	(void)ctx;
	(void)errs;
	snprintf(err, errlen, "not now");
	return false;
}

static void stop(void)
{
	ctl_close(ctl);
	event_base_free(base);
	libevent_global_shutdown();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const struct ctl_ops ops = {
		.source = { .status = status, .strays = strays, .counter = counter }, .refresh = refresh,
		.cmd = cmd, .reload = reload, .version = "0",
	};
	char err[256] = "";

	(void)argc;
	(void)argv;
	folder_enter();
	base = event_base_new();
	ctl = ctl_open(base, PATH, &ops, err, sizeof(err));
	FUZZ_CHECK(ctl);
	atexit(stop);
	return 0;
}

/* ---- the program at the other end ---- */

struct client {
	int fd;
	char *answers;
	size_t len;
};

static void turn(struct client *c)
{
	ssize_t n;

	event_base_loop(base, EVLOOP_NONBLOCK);
	while (c->len < ANSWERS_MAX &&
	       (n = recv(c->fd, c->answers + c->len, ANSWERS_MAX - c->len, MSG_DONTWAIT)) > 0)
		c->len += (size_t)n;
}

static struct client *hello(void)
{
	static struct client c;
	const struct sockaddr_un sun = { .sun_family = AF_UNIX, .sun_path = PATH };

	if (!c.answers)
		c.answers = malloc(ANSWERS_MAX);
	c.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	c.len = 0;
	FUZZ_CHECK(c.answers && c.fd >= 0 && !connect(c.fd, (const struct sockaddr *)&sun, sizeof(sun)));
	turn(&c);
	return &c;
}

static void check_answers(struct client *c, size_t lines)
{
	size_t at = 0, n = 0;

	while (at < c->len) {
		const char *line = c->answers + at, *nl = memchr(line, '\n', c->len - at);
		json_t *j;

		FUZZ_CHECK(nl);
		j = json_loadb(line, (size_t)(nl - line), 0, NULL);
		FUZZ_CHECK(json_is_object(j) && json_is_boolean(json_object_get(j, "ok")));
		FUZZ_CHECK(json_is_true(json_object_get(j, "ok")) || json_is_string(json_object_get(j, "error")));
		json_decref(j);
		at = (size_t)(nl - c->answers) + 1;
		n++;
	}
	FUZZ_CHECK(n == lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	size_t piece = 1 + 7 * (size_t)fuzz_u8(&in), lines = 0;
	struct client *c;

	/* no more than is read in one go: limits have their own test */
	if (in.left > 16384)
		return 0;
	if (piece < in.left / 16)
		piece = in.left / 16;
	c = hello();
	while (in.left) {
		size_t n = piece < in.left ? piece : in.left;

		for (size_t i = 0; i < n; i++)
			lines += in.p[i] == '\n';
		FUZZ_CHECK(send(c->fd, in.p, n, MSG_NOSIGNAL) == (ssize_t)n);
		turn(c);
		in.p += n;
		in.left -= n;
	}
	turn(c);
	check_answers(c, lines);
	close(c->fd);
	event_base_loop(base, EVLOOP_NONBLOCK);
	return 0;
}
