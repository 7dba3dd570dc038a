// SPDX-License-Identifier: GPL-2.0
/* The control socket against an engine that is not there: what is asked, what is answered, who is cut off. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "ctl/server.h"
#include "os/process.h"

#define WAIT_MS 5000

struct fixture {
	struct event_base *base;
	struct ctl *ctl;
	char dir[64], path[CFG_SOCKET_MAX];
	unsigned int refreshed, reloads, cmds;
	enum ike_cmd_type cmd;
	char conn[64];
	bool reload_ok;
};

/* ---- what stands in for the engine ---- */

static void fake_status(void *ctx, const struct st_visitor *v)
{
	const struct st_conn a = {
		.name = "a", .state = "up", .start = "auto", .interface = "vpn0", .local = "192.0.2.1", .remote = "192.0.2.2",
		.local_id = "192.0.2.1", .remote_id = "", .packets = "df set, ttl 64",
		.children_up = 1, .children_total = 2,
	};
	const struct st_conn b = {
		.name = "b", .state = "down", .start = "passive", .interface = "vpn1", .local = "any", .remote = "any",
		.failure = { .set = true, .code = "psk-mismatch", .text = "the \"keys\" differ", .who = "us",
			     .phase = "phase 1", .ours = "", .theirs = "\xff\xfe", .fix = "b.conf:12: psk-file", .age_ms = 61000 },
	};
	const struct st_ike ike = {
		.state = "established", .role = "initiator", .local = "192.0.2.1:4500", .remote = "192.0.2.2:4500",
		.suite = "aes128-sha256-modp2048", .spi_i = 0x0102030405060708, .spi_r = 1, .peer = "strongSwan, DPD", .natt = true,
		.age_ms = 5999, .rekey_in_ms = 7000, .expires_in_ms = -1, .heard_ms = 0,
	};
	const struct st_child child = {
		.child_id = 1, .local = "192.168.1.0/24", .remote = "192.168.3.0/24", .state = "up", .esp = "aes128-sha256",
		.pfs = "modp2048", .udp = true, .spi_in = 0xc0ffee01, .spi_out = 0x1ff, .bytes_in = 1ull << 40, .packets_in = 3,
		.age_ms = 1000, .rekey_in_ms = 2000, .expires_in_ms = 3000,
	};
	const struct st_child down = { .child_id = 2, .local = "l", .remote = "r", .state = "down", .esp = "", .pfs = "none",
				       .rekey_in_ms = -1, .expires_in_ms = -1 };

	(void)ctx;
	v->conn(v->ctx, &a);
	v->ike(v->ctx, &ike);
	v->child(v->ctx, &child);
	v->child(v->ctx, &down);
	v->conn(v->ctx, &b);
}

static void fake_strays(void *ctx, void (*fn)(void *fctx, const struct st_stray *s), void *fctx)
{
	const struct st_stray s = { .remote = "203.0.113.9:500", .count = 4, .failure = { .set = true, .code = "x" } };

	(void)ctx;
	fn(fctx, &s);
}

static const char *fake_counter(void *ctx, unsigned int i, uint64_t *value)
{
	static const char *const names[] = { "malformed", "replay" };

	(void)ctx;
	*value = 10 + i;
	return i < 2 ? names[i] : NULL;
}

static void fake_refresh(void *ctx)
{
	((struct fixture *)ctx)->refreshed++;
}

static void raise_event(struct fixture *f, const char *detail)
{
	struct ike_action a = { .type = ACT_EVENT };

	strcpy(a.event.conn, "a");
	strcpy(a.event.what, "child-up");
	snprintf(a.event.detail, sizeof(a.event.detail), "%s", detail);
	ctl_event(f->ctl, &a);
}

static bool fake_cmd(void *ctx, enum ike_cmd_type cmd, const char *conn, char *err, size_t errlen)
{
	struct fixture *f = ctx;

	f->cmds++;
	f->cmd = cmd;
	snprintf(f->conn, sizeof(f->conn), "%s", conn);
	raise_event(f, "from a command");
	if (!strcmp(conn, "a"))
		return true;
	snprintf(err, errlen, "there is no connection named '%s'", conn);
	return false;
}

static bool fake_reload(void *ctx, struct cfg_errors *errs, char *err, size_t errlen)
{
	struct fixture *f = ctx;

	(void)err;
	(void)errlen;
	f->reloads++;
	errs->v = calloc(2, sizeof(*errs->v));
	errs->n = 2;
	errs->v[0] = (struct cfg_error){ .severity = CFG_ERROR, .text = strdup("x.conf:3: unknown key") };
	errs->v[1] = (struct cfg_error){ .severity = CFG_WARNING, .text = strdup("x.conf:4: weak") };
	errs->n_errors = 1;
	return f->reload_ok;
}

/* ---- the daemon's side and a client's ---- */

static struct ctl_ops ops_of(struct fixture *f)
{
	return (struct ctl_ops){
		.source = { .status = fake_status, .strays = fake_strays, .counter = fake_counter, .ctx = f },
		.refresh = fake_refresh, .cmd = fake_cmd, .reload = fake_reload, .ctx = f, .version = "9.9",
	};
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const struct ctl_ops ops = ops_of(f);
	char err[256];

	strcpy(f->dir, "/tmp/ikod-ctl-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/run/sock", f->dir);
	f->base = event_base_new();
	f->ctl = ctl_open(f->base, f->path, &ops, err, sizeof(err));
	assert_non_null(f->ctl);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ctl_close(f->ctl);
	event_base_free(f->base);
	/* the socket and the folder that it made are gone */
	assert_int_equal(rmdir(f->dir), 0);
	free(f);
	return 0;
}

static int dial(const struct fixture *f)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", f->path);
	assert_int_equal(connect(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	return fd;
}

static void turn(struct fixture *f)
{
	const struct timeval slice = { .tv_usec = 10000 };

	event_base_loopexit(f->base, &slice);
	event_base_dispatch(f->base);
}

static void put(int fd, const char *s)
{
	assert_int_equal(send(fd, s, strlen(s), MSG_NOSIGNAL), strlen(s));
}

/* line - the next line from @fd while the loop runs; NULL at its end */
static json_t *line(struct fixture *f, int fd)
{
	const uint64_t end = now_ms() + WAIT_MS;
	static char buf[1 << 20];
	size_t n = 0;
	json_error_t e;
	json_t *j;

	for (;;) {
		ssize_t got = recv(fd, buf + n, 1, 0);

		if (got == 0)
			return NULL;
		if (got < 0) {
			if (errno == ECONNRESET)
				return NULL;
			assert_int_equal(errno, EAGAIN);
			assert_true(now_ms() < end);
			turn(f);
			continue;
		}
		if (buf[n] == '\n')
			break;
		assert_true(++n < sizeof(buf));
	}
	j = json_loadb(buf, n, 0, &e);
	assert_non_null(j);
	return j;
}

static const char *str(json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	assert_non_null(s);
	return s;
}

static json_int_t num(json_t *j, const char *key)
{
	assert_true(json_is_integer(json_object_get(j, key)));
	return json_integer_value(json_object_get(j, key));
}

static json_t *ask(struct fixture *f, int fd, const char *request)
{
	put(fd, request);
	put(fd, "\n");
	return line(f, fd);
}

static void assert_ok(json_t *j, bool ok)
{
	assert_true(json_is_boolean(json_object_get(j, "ok")));
	assert_int_equal(json_is_true(json_object_get(j, "ok")), ok);
	if (!ok)
		assert_true(strlen(str(j, "error")) > 0);
}

/* ---- tests ---- */

static void status_of_all(void **state)
{
	struct fixture *f = *state;
	int fd = dial(f);
	json_t *j = ask(f, fd, "{\"cmd\":\"status\",\"conn\":null}"), *c, *i, *p, *x;

	assert_ok(j, true);
	assert_int_equal(f->refreshed, 1);
	assert_string_equal(str(j, "version"), "9.9");
	assert_true(num(j, "uptime_s") >= 0);
	assert_int_equal(json_array_size(json_object_get(j, "connections")), 2);
	c = json_array_get(json_object_get(j, "connections"), 0);
	assert_string_equal(str(c, "name"), "a");
	assert_int_equal(num(c, "children_total"), 2);
	assert_string_equal(str(c, "packets"), "df set, ttl 64");
	assert_true(json_is_null(json_object_get(c, "failure")));
	i = json_array_get(json_object_get(c, "ike_sas"), 0);
	assert_string_equal(str(i, "spi_i"), "0102030405060708");
	assert_string_equal(str(i, "spi_r"), "0000000000000001");
	assert_string_equal(str(i, "peer"), "strongSwan, DPD");
	assert_true(json_is_true(json_object_get(i, "natt")));
	assert_int_equal(num(i, "age_s"), 5);
	assert_int_equal(num(i, "rekey_in_s"), 7);
	assert_true(json_is_null(json_object_get(i, "expires_in_s")));
	assert_int_equal(num(i, "heard_s"), 0);
	p = json_array_get(json_object_get(c, "children"), 0);
	assert_string_equal(str(p, "spi_in"), "c0ffee01");
	assert_string_equal(str(p, "spi_out"), "000001ff");
	assert_string_equal(str(p, "encap"), "udp");
	assert_true(num(p, "bytes_in") == 1ll << 40);
	p = json_array_get(json_object_get(c, "children"), 1);
	assert_string_equal(str(p, "encap"), "esp");
	assert_true(json_is_null(json_object_get(p, "spi_in")));
	c = json_array_get(json_object_get(j, "connections"), 1);
	assert_int_equal(json_array_size(json_object_get(c, "children")), 0);
	x = json_object_get(c, "failure");
	assert_string_equal(str(x, "code"), "psk-mismatch");
	assert_string_equal(str(x, "text"), "the \"keys\" differ");
	assert_string_equal(str(x, "refused_by"), "us");
	assert_string_equal(str(x, "fix"), "b.conf:12: psk-file");
	assert_int_equal(num(x, "age_s"), 61);
	x = json_array_get(json_object_get(j, "strays"), 0);
	assert_string_equal(str(x, "remote"), "203.0.113.9:500");
	assert_int_equal(num(json_object_get(j, "counters"), "replay"), 11);
	json_decref(j);
	close(fd);
}

static void status_of_one(void **state)
{
	struct fixture *f = *state;
	int fd = dial(f);
	json_t *j = ask(f, fd, "{\"cmd\":\"status\",\"conn\":\"b\"}");

	assert_ok(j, true);
	assert_int_equal(json_array_size(json_object_get(j, "connections")), 1);
	assert_string_equal(str(json_array_get(json_object_get(j, "connections"), 0), "name"), "b");
	json_decref(j);
	j = ask(f, fd, "{\"cmd\":\"status\",\"conn\":\"c\"}");
	assert_ok(j, false);
	assert_non_null(strstr(str(j, "error"), "'c'"));
	json_decref(j);
	close(fd);
}

static void up_and_down(void **state)
{
	struct fixture *f = *state;
	int fd = dial(f);
	json_t *j = ask(f, fd, "{\"cmd\":\"up\",\"conn\":\"a\"}");

	assert_ok(j, true);
	assert_int_equal(f->cmd, CMD_UP);
	json_decref(j);
	j = ask(f, fd, "{\"cmd\":\"down\",\"conn\":\"zz\"}");
	assert_ok(j, false);
	assert_int_equal(f->cmd, CMD_DOWN);
	assert_string_equal(f->conn, "zz");
	assert_string_equal(str(j, "error"), "there is no connection named 'zz'");
	json_decref(j);
	j = ask(f, fd, "{\"cmd\":\"up\"}");
	assert_ok(j, false);
	assert_int_equal(f->cmds, 2);
	json_decref(j);
	close(fd);
}

static void reload_reports(void **state)
{
	struct fixture *f = *state;
	int fd = dial(f);
	json_t *j = ask(f, fd, "{\"cmd\":\"reload\"}"), *list;

	assert_ok(j, false);
	list = json_object_get(j, "errors");
	assert_int_equal(json_array_size(list), 1);
	assert_string_equal(json_string_value(json_array_get(list, 0)), "x.conf:3: unknown key");
	json_decref(j);
	f->reload_ok = true;
	j = ask(f, fd, "{\"cmd\":\"reload\"}");
	assert_ok(j, true);
	assert_int_equal(f->reloads, 2);
	json_decref(j);
	close(fd);
}

static void bad_requests(void **state)
{
	static const char *const requests[] = {
		"", "x", "[]", "{}", "{\"cmd\":7}", "{\"cmd\":\"fly\"}", "{\"cmd\":\"up\",\"conn\":7}",
		"{\"cmd\":\"up\",\"cmd\":\"down\",\"conn\":\"a\"}", "\"status\"", "{\"cmd\":\"status\"", "null",
	};
	struct fixture *f = *state;
	int fd = dial(f);
	size_t i;

	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		json_t *j = ask(f, fd, requests[i]);

		assert_ok(j, false);
		json_decref(j);
	}
	assert_int_equal(f->cmds, 0);
	close(fd);
}

/* Requests in pieces and several in one piece are answered one by one, in order. */
static void pieces(void **state)
{
	struct fixture *f = *state;
	int fd = dial(f);
	json_t *j;

	put(fd, "{\"cmd\":");
	turn(f);
	put(fd, "\"down\",\"conn\":\"a\"}\n{\"cmd\":\"fly\"}\n{\"cmd\":\"up\",\"conn\":\"a\"}\n");
	j = line(f, fd);
	assert_ok(j, true);
	json_decref(j);
	j = line(f, fd);
	assert_ok(j, false);
	json_decref(j);
	j = line(f, fd);
	assert_ok(j, true);
	json_decref(j);
	assert_int_equal(f->cmds, 2);
	close(fd);
}

static void long_line(void **state)
{
	struct fixture *f = *state;
	int fd = dial(f), other = dial(f);
	char junk[4096];
	size_t sent = 0;
	json_t *j;

	memset(junk, 'x', sizeof(junk));
	while (sent < 2 * CTL_LINE_MAX) {
		ssize_t n = send(fd, junk, sizeof(junk), MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN)
			break;
		sent += n > 0 ? (size_t)n : 0;
		turn(f);
	}
	j = line(f, fd);
	assert_ok(j, false);
	json_decref(j);
	assert_null(line(f, fd));
	/* nobody else suffers */
	j = ask(f, other, "{\"cmd\":\"up\",\"conn\":\"a\"}");
	assert_ok(j, true);
	json_decref(j);
	close(fd);
	close(other);
}

static void events(void **state)
{
	struct fixture *f = *state;
	int fd = dial(f), quiet = dial(f);
	json_t *j = ask(f, fd, "{\"cmd\":\"events\"}");

	assert_ok(j, true);
	json_decref(j);
	json_decref(ask(f, quiet, "{\"cmd\":\"fly\"}"));
	raise_event(f, "spi c0ffee01");
	j = line(f, fd);
	assert_string_equal(str(j, "event"), "child-up");
	assert_string_equal(str(j, "connection"), "a");
	assert_string_equal(str(j, "detail"), "spi c0ffee01");
	assert_int_equal(strlen(str(j, "time")), strlen("2026-01-31T12:00:00.123Z"));
	json_decref(j);
	/* who did not ask gets none: the next thing it hears is its answer */
	j = ask(f, quiet, "{\"cmd\":\"fly\"}");
	assert_ok(j, false);
	json_decref(j);
	close(fd);
	close(quiet);
}

/* A reader that stands still is cut off, also if its own command is what raises the event. */
static void slow_reader(void **state)
{
	struct fixture *f = *state;
	int fd = dial(f), i;
	char detail[400];
	char buf[4096];
	size_t total = 0;
	const uint64_t end = now_ms() + WAIT_MS;

	json_decref(ask(f, fd, "{\"cmd\":\"events\"}"));
	memset(detail, 'd', sizeof(detail) - 1);
	detail[sizeof(detail) - 1] = '\0';
	for (i = 0; i < 2000; i++)
		raise_event(f, detail);
	put(fd, "{\"cmd\":\"up\",\"conn\":\"a\"}\n");
	for (i = 0; i < 5; i++)
		turn(f);
	for (;;) {
		ssize_t n = recv(fd, buf, sizeof(buf), 0);

		if (n == 0 || (n < 0 && errno == ECONNRESET))
			break;
		total += n > 0 ? (size_t)n : 0;
		assert_true(now_ms() < end);
		turn(f);
	}
	assert_true(total < 2000 * sizeof(detail));
	close(fd);
}

static void answer_after_half_close(void **state)
{
	struct fixture *f = *state;
	int fd = dial(f);
	json_t *j;

	put(fd, "{\"cmd\":\"status\"}\n");
	shutdown(fd, SHUT_WR);
	j = line(f, fd);
	assert_ok(j, true);
	json_decref(j);
	assert_null(line(f, fd));
	close(fd);
}

static void too_many_clients(void **state)
{
	struct fixture *f = *state;
	int fds[CTL_CLIENTS_MAX + 1], i;
	json_t *j;

	for (i = 0; i <= CTL_CLIENTS_MAX; i++) {
		fds[i] = dial(f);
		turn(f);
	}
	assert_null(line(f, fds[CTL_CLIENTS_MAX]));
	j = ask(f, fds[0], "{\"cmd\":\"status\"}");
	assert_ok(j, true);
	json_decref(j);
	for (i = 0; i <= CTL_CLIENTS_MAX; i++)
		close(fds[i]);
	turn(f);
}

static void socket_file(void **state)
{
	struct fixture *f = *state;
	const struct ctl_ops ops = ops_of(f);
	char err[256] = "";
	struct stat st;
	struct ctl *again;

	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* a second daemon sees the first */
	assert_null(ctl_open(f->base, f->path, &ops, err, sizeof(err)));
	assert_non_null(strstr(err, "another ikod"));
	assert_int_equal(stat(f->path, &st), 0);

	/* what a killed one left behind is replaced */
	char stale[CFG_SOCKET_MAX];
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(stale, sizeof(stale), "%s/old", f->dir);
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", stale);
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	close(fd);
	again = ctl_open(f->base, stale, &ops, err, sizeof(err));
	assert_non_null(again);
	ctl_close(again);

	/* a file that is no socket is left alone */
	FILE *plain = fopen(stale, "w");

	assert_non_null(plain);
	fclose(plain);
	assert_null(ctl_open(f->base, stale, &ops, err, sizeof(err)));
	assert_int_equal(unlink(stale), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(status_of_all, setup, teardown),
		cmocka_unit_test_setup_teardown(status_of_one, setup, teardown),
		cmocka_unit_test_setup_teardown(up_and_down, setup, teardown),
		cmocka_unit_test_setup_teardown(reload_reports, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_requests, setup, teardown),
		cmocka_unit_test_setup_teardown(pieces, setup, teardown),
		cmocka_unit_test_setup_teardown(long_line, setup, teardown),
		cmocka_unit_test_setup_teardown(events, setup, teardown),
		cmocka_unit_test_setup_teardown(slow_reader, setup, teardown),
		cmocka_unit_test_setup_teardown(answer_after_half_close, setup, teardown),
		cmocka_unit_test_setup_teardown(too_many_clients, setup, teardown),
		cmocka_unit_test_setup_teardown(socket_file, setup, teardown),
	};

	return cmocka_run_group_tests_name("ctl", tests, NULL, NULL);
}
