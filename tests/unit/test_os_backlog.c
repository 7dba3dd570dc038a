// SPDX-License-Identifier: GPL-2.0
/* First messages wait: those of known peers go first, each kind is bounded, nothing else is lost or changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

#include "os/backlog.h"

static struct {
	unsigned int n, expected, strangers;
	bool strangers_between;
	unsigned int last[2];
} got;

/* A datagram here: is it of a known peer, and its number. */
struct content {
	unsigned int expected, number;
};

static void on_rx(void *ctx, const struct ike_path *path, const uint8_t *p, size_t len)
{
	struct content c;

	assert_ptr_equal(ctx, &got);
	assert_true(len >= sizeof(c));
	memcpy(&c, p, sizeof(c));
	assert_int_equal(endpoint_port(&path->remote), 1 + c.number % 1000);
	/* in order within their kind */
	assert_true(c.number > got.last[c.expected]);
	got.last[c.expected] = c.number;
	got.n++;
	got.expected += c.expected;
	got.strangers += !c.expected;
	if (c.expected && got.strangers)
		got.strangers_between = true;
}

static void put(struct backlog *b, bool expected, unsigned int number, size_t len)
{
	struct content c = { expected, number };
	struct ike_path path = { .remote.v4 = { .sin_family = AF_INET } };
	uint8_t data[8192] = { 0 };

	endpoint_set_port(&path.remote, (uint16_t)(1 + number % 1000));
	memcpy(data, &c, sizeof(c));
	backlog_put(b, expected, &path, data, len);
}

static void known_peers_first(void **state)
{
	struct event_base *base = event_base_new();
	struct backlog *b = backlog_new(base, on_rx, &got);

	(void)state;
	memset(&got, 0, sizeof(got));
	for (unsigned int i = 1; i <= 500; i++)
		put(b, false, i, 100);
	for (unsigned int i = 1; i <= 300; i++)
		put(b, true, i, 100);
	assert_int_equal(got.n, 0);
	/* a turn hands on some, then the sockets have theirs */
	event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	assert_in_range(got.n, 1, 200);
	event_base_dispatch(base);
	assert_int_equal(got.expected, 300);
	assert_int_equal(got.strangers, 500);
	assert_false(got.strangers_between);
	assert_int_equal(backlog_dropped(b), 0);
	backlog_free(b);
	event_base_free(base);
}

static void each_kind_is_bounded(void **state)
{
	struct event_base *base = event_base_new();
	struct backlog *b = backlog_new(base, on_rx, &got);

	(void)state;
	memset(&got, 0, sizeof(got));
	for (unsigned int i = 1; i <= 1000; i++)
		put(b, false, i, 8192);
	assert_in_range(backlog_dropped(b), 930, 960);
	/* strangers leave the room of the others */
	put(b, true, 1, 8192);
	assert_in_range(backlog_dropped(b), 930, 960);
	event_base_dispatch(base);
	assert_int_equal(got.expected, 1);
	assert_int_equal(got.n + backlog_dropped(b), 1001);
	/* and there is room again */
	put(b, false, 2000, 8192);
	put(b, true, 2, 100);
	/* what waits at the end is released */
	backlog_free(b);
	event_base_free(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_peers_first),
		cmocka_unit_test(each_kind_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
