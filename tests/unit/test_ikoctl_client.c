// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "client.h"
#include "watch.h"

/* A client whose other end is the test. */
static int pair(struct client *c)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	memset(c, 0, sizeof(*c));
	c->fd = fds[0];
	return fds[1];
}

static void put(int fd, const char *s)
{
	assert_int_equal(write(fd, s, strlen(s)), (ssize_t)strlen(s));
}

static void lines_in_pieces(void **state)
{
	struct client c;
	int fd = pair(&c);
	json_t *j;

	(void)state;
	put(fd, "{\"a\":");
	assert_int_equal(client_read(&c, 0, &j), CLIENT_TIMEOUT);
	assert_null(j);
	put(fd, "1}\n{\"a\":2}\n{\"a\"");
	assert_int_equal(client_read(&c, 1000, &j), CLIENT_OK);
	assert_int_equal(json_integer_value(json_object_get(j, "a")), 1);
	json_decref(j);
	assert_int_equal(client_read(&c, 0, &j), CLIENT_OK);
	assert_int_equal(json_integer_value(json_object_get(j, "a")), 2);
	json_decref(j);
	assert_int_equal(client_read(&c, 0, &j), CLIENT_TIMEOUT);
	close(fd);
	assert_int_equal(client_read(&c, -1, &j), CLIENT_GONE);
	client_close(&c);
}

static void not_ikod(void **state)
{
	static const char *const lines[] = { "hello\n", "[1]\n", "\n", "{\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct client c;
		int fd = pair(&c);
		json_t *j;

		put(fd, lines[i]);
		assert_int_equal(client_read(&c, 1000, &j), CLIENT_GONE);
		assert_null(j);
		close(fd);
		client_close(&c);
	}
}

static void requests(void **state)
{
	struct client c;
	int fd = pair(&c);
	char got[256] = "";
	json_t *reply;

	(void)state;
	put(fd, "{\"ok\":true}\n");
	reply = client_ask(&c, "up", "si\"te");
	assert_true(json_is_true(json_object_get(reply, "ok")));
	json_decref(reply);
	assert_true(client_send(&c, "status", NULL));
	assert_true(read(fd, got, sizeof(got) - 1) > 0);
	assert_string_equal(got, "{\"cmd\":\"up\",\"conn\":\"si\\\"te\"}\n{\"cmd\":\"status\",\"conn\":null}\n");
	close(fd);
	assert_false(client_send(&c, "status", NULL));
	client_close(&c);
}

static void no_socket(void **state)
{
	char path[200];
	struct client c;

	(void)state;
	assert_false(client_open(&c, "/nonexistent/ikod.sock"));
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_false(client_open(&c, path));
}

static enum watch_result verdict(const char *state, const char *ike, const char *children, bool failed)
{
	json_t *c = json_pack("{ss s[{ss}] s[]}", "state", state, "ike_sas", "state", ike, "children");
	enum watch_result r;

	assert_non_null(c);
	for (; *children; children++) {
		const char *s = *children == 'u' ? "up" : *children == 'c' ? "connecting" : "down";

		json_array_append_new(json_object_get(c, "children"), json_pack("{ss}", "state", s));
	}
	r = watch_verdict(c, failed);
	json_decref(c);
	return r;
}

static void verdicts(void **state)
{
	(void)state;
	assert_int_equal(verdict("up", "established", "uuuu", false), WATCH_UP);
	assert_int_equal(verdict("up", "established", "uuuu", true), WATCH_UP);
	/* an old failure in the status is no failure of this attempt */
	assert_int_equal(verdict("down", "connecting", "dd", false), WATCH_TIMEOUT);
	assert_int_equal(verdict("connecting", "connecting", "cc", false), WATCH_TIMEOUT);
	/* phase 1 failed: nothing else can come */
	assert_int_equal(verdict("connecting", "connecting", "cc", true), WATCH_FAILED);
	/* one pair failed, others are still being negotiated */
	assert_int_equal(verdict("partial", "established", "udc", true), WATCH_TIMEOUT);
	assert_int_equal(verdict("partial", "established", "udu", true), WATCH_FAILED);
}

#define STATUS(state) "{\"ok\":true,\"connections\":[{\"name\":\"x\",\"state\":\"" state "\"}]}\n"

static void waits_for_up(void **state)
{
	struct client events, ask;
	int efd = pair(&events), afd = pair(&ask);
	json_t *conn;

	(void)state;
	/* events of others do not make it look again: there are three replies for three looks */
	put(afd, STATUS("connecting") STATUS("connecting") STATUS("up"));
	put(efd, "{\"event\":\"failed\",\"connection\":\"other\"}\n"
		 "{\"event\":\"ike-up\",\"connection\":\"x\"}\n"
		 "{\"event\":\"child-up\",\"connection\":\"x\"}\n");
	assert_int_equal(watch_up(&events, &ask, "x", 1000, &conn), WATCH_UP);
	assert_string_equal(json_string_value(json_object_get(conn, "state")), "up");
	json_decref(conn);

	put(afd, STATUS("connecting") STATUS("down"));
	put(efd, "{\"event\":\"failed\",\"connection\":\"x\"}\n");
	assert_int_equal(watch_up(&events, &ask, "x", 1000, &conn), WATCH_FAILED);
	json_decref(conn);

	put(afd, STATUS("connecting"));
	assert_int_equal(watch_up(&events, &ask, "x", 0, &conn), WATCH_TIMEOUT);
	json_decref(conn);

	put(afd, STATUS("connecting"));
	close(efd);
	assert_int_equal(watch_up(&events, &ask, "x", 1000, &conn), WATCH_GONE);
	json_decref(conn);
	close(afd);
	client_close(&events);
	client_close(&ask);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_in_pieces), cmocka_unit_test(not_ikod), cmocka_unit_test(requests),
		cmocka_unit_test(no_socket), cmocka_unit_test(verdicts), cmocka_unit_test(waits_for_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
