// SPDX-License-Identifier: GPL-2.0
/* Sockets on the loopback, the thread pool, the log's buckets, prefixes. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/netlink.h>
#include <event2/event.h>

#include "os/jobs.h"
#include "os/log.h"
#include "os/process.h"
#include "os/route.h"
#include "os/udp.h"

#define WAIT_MS 5000

/* pump - run the loop until *flag is at least @want; fails after WAIT_MS */
static void pump(struct event_base *base, const unsigned int *flag, unsigned int want)
{
	const uint64_t end = now_ms() + WAIT_MS;
	const struct timeval slice = { .tv_usec = 20000 };

	while (*flag < want && now_ms() < end) {
		event_base_loopexit(base, &slice);
		event_base_dispatch(base);
	}
	assert_true(*flag >= want);
}

/* ---- udp ---- */

struct seen {
	unsigned int n;
	struct ike_path path;
	uint8_t data[64];
	size_t len;
};

static void on_rx(void *ctx, const struct ike_path *path, const uint8_t *p, size_t len)
{
	struct seen *s = ctx;

	s->path = *path;
	s->len = len;
	memcpy(s->data, p, len < sizeof(s->data) ? len : sizeof(s->data));
	s->n++;
}

/* free_ports - two ports that nobody has at the moment */
static void free_ports(uint16_t *a, uint16_t *b)
{
	uint16_t *out[2] = { a, b };
	int fd[2];

	for (int i = 0; i < 2; i++) {
		struct sockaddr_in sin = { .sin_family = AF_INET };
		socklen_t len = sizeof(sin);

		fd[i] = socket(AF_INET, SOCK_DGRAM, 0);
		assert_int_equal(bind(fd[i], (struct sockaddr *)&sin, sizeof(sin)), 0);
		assert_int_equal(getsockname(fd[i], (struct sockaddr *)&sin, &len), 0);
		*out[i] = ntohs(sin.sin_port);
	}
	close(fd[0]);
	close(fd[1]);
}

struct udp_test {
	struct event_base *base;
	struct udp *u;
	struct seen seen;
	uint16_t ike, natt;
	int peer;		/* a plain socket bound to 127.0.0.1 */
	union endpoint peer_ep;
};

static int udp_setup(void **state)
{
	struct udp_test *t = calloc(1, sizeof(*t));
	struct timeval patience = { .tv_sec = WAIT_MS / 1000 };
	socklen_t len = sizeof(t->peer_ep.v4);
	char err[256];

	t->base = event_base_new();
	free_ports(&t->ike, &t->natt);
	t->u = udp_open(t->base, t->ike, t->natt, on_rx, &t->seen, err, sizeof(err));
	assert_non_null(t->u);
	t->peer = socket(AF_INET, SOCK_DGRAM, 0);
	t->peer_ep.v4.sin_family = AF_INET;
	t->peer_ep.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	bind(t->peer, &t->peer_ep.sa, sizeof(t->peer_ep.v4));
	getsockname(t->peer, &t->peer_ep.sa, &len);
	setsockopt(t->peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	*state = t;
	return 0;
}

static int udp_teardown(void **state)
{
	struct udp_test *t = *state;

	udp_close(t->u);
	close(t->peer);
	event_base_free(t->base);
	free(t);
	return 0;
}

/* The whole of 127/8 is ours: the destination may be any of it. */
static void throw(struct udp_test *t, const char *dst, uint16_t port, const void *p, size_t len)
{
	union endpoint to;

	assert_true(addr_parse(dst, &to));
	endpoint_set_port(&to, port);
	assert_int_equal(sendto(t->peer, p, len, 0, &to.sa, sizeof(to.v4)), len);
}

static void udp_knows_destination(void **state)
{
	struct udp_test *t = *state;
	char text[ENDPOINT_STRLEN];

	throw(t, "127.0.0.7", t->ike, "hello", 5);
	pump(t->base, &t->seen.n, 1);
	assert_int_equal(t->seen.len, 5);
	assert_memory_equal(t->seen.data, "hello", 5);
	assert_false(t->seen.path.natt);
	assert_string_equal(addr_str(&t->seen.path.local, text), "127.0.0.7");
	assert_int_equal(endpoint_port(&t->seen.path.local), t->ike);
	assert_true(endpoint_eq(&t->seen.path.remote, &t->peer_ep));
}

static void udp_strips_marker(void **state)
{
	struct udp_test *t = *state;

	/* what is not IKE goes first and must not reach the engine */
	throw(t, "127.0.0.1", t->natt, "\xff", 1);
	throw(t, "127.0.0.1", t->natt, "\x00\x00\x00", 3);
	throw(t, "127.0.0.1", t->natt, "\x12\x34\x56\x78\x00\x00\x00\x01", 8);
	throw(t, "127.0.0.1", t->natt, "", 0);
	throw(t, "127.0.0.1", t->natt, "\x00\x00\x00\x00hello", 9);
	pump(t->base, &t->seen.n, 1);
	assert_int_equal(t->seen.n, 1);
	assert_int_equal(t->seen.len, 5);
	assert_memory_equal(t->seen.data, "hello", 5);
	assert_true(t->seen.path.natt);
	assert_int_equal(udp_counters(t->u)->keepalives, 1);
	assert_int_equal(udp_counters(t->u)->unmarked, 3);
}

static void udp_sends_from(void **state)
{
	struct udp_test *t = *state;
	struct ike_path path = { .remote = t->peer_ep };
	union endpoint from;
	socklen_t len = sizeof(from);
	char text[ENDPOINT_STRLEN], buf[32];

	assert_true(addr_parse("127.0.0.9", &path.local));
	assert_int_equal(udp_send(t->u, &path, (const uint8_t *)"abc", 3, false), 0);
	assert_int_equal(recvfrom(t->peer, buf, sizeof(buf), 0, &from.sa, &len), 3);
	assert_string_equal(addr_str(&from, text), "127.0.0.9");
	assert_int_equal(endpoint_port(&from), t->ike);

	path.natt = true;
	assert_int_equal(udp_send(t->u, &path, (const uint8_t *)"abc", 3, false), 0);
	assert_int_equal(recvfrom(t->peer, buf, sizeof(buf), 0, &from.sa, &len), 7);
	assert_memory_equal(buf, "\0\0\0\0abc", 7);
	assert_int_equal(endpoint_port(&from), t->natt);

	assert_int_equal(udp_send(t->u, &path, (const uint8_t *)"\xff", 1, true), 0);
	assert_int_equal(recvfrom(t->peer, buf, sizeof(buf), 0, &from.sa, &len), 1);

	/* an address that is not ours */
	assert_true(addr_parse("240.1.2.3", &path.local));
	assert_true(udp_send(t->u, &path, (const uint8_t *)"abc", 3, false) < 0);
	assert_int_equal(udp_counters(t->u)->send_errors, 1);
}

/* The same over IPv6, with a source that is chosen: ::1 is all there is of it on lo. */
static void udp_over_ipv6(void **state)
{
	struct udp_test *t = *state;
	struct ike_path path = { .remote.sa.sa_family = AF_INET6 };
	union endpoint from, to = { .sa.sa_family = AF_INET6 };
	struct timeval patience = { .tv_sec = WAIT_MS / 1000 };
	socklen_t len = sizeof(from);
	char text[ENDPOINT_STRLEN], buf[32];
	int peer = socket(AF_INET6, SOCK_DGRAM, 0);

	path.remote.v6.sin6_addr = in6addr_loopback;
	if (peer < 0 || bind(peer, &path.remote.sa, sizeof(path.remote.v6)))
		skip();		/* no IPv6 here */
	getsockname(peer, &path.remote.sa, &len);
	setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	assert_true(udp_natt_fd(t->u, AF_INET6) >= 0);
	assert_true(udp_natt_fd(t->u, AF_INET) >= 0);
	assert_int_not_equal(udp_natt_fd(t->u, AF_INET), udp_natt_fd(t->u, AF_INET6));
	assert_int_equal(udp_natt_fd(t->u, AF_UNSPEC), -1);

	to.v6.sin6_addr = in6addr_loopback;
	endpoint_set_port(&to, t->ike);
	assert_int_equal(sendto(peer, "hello", 5, 0, &to.sa, sizeof(to.v6)), 5);
	pump(t->base, &t->seen.n, 1);
	assert_string_equal(addr_str(&t->seen.path.local, text), "::1");
	assert_int_equal(endpoint_port(&t->seen.path.local), t->ike);
	assert_int_equal(endpoint_port(&t->seen.path.remote), endpoint_port(&path.remote));

	path.local.sa.sa_family = AF_INET6;
	path.local.v6.sin6_addr = in6addr_loopback;
	path.natt = true;
	assert_int_equal(udp_send(t->u, &path, (const uint8_t *)"abc", 3, false), 0);
	len = sizeof(from);
	assert_int_equal(recvfrom(peer, buf, sizeof(buf), 0, &from.sa, &len), 7);
	assert_memory_equal(buf, "\0\0\0\0abc", 7);
	assert_int_equal(endpoint_port(&from), t->natt);
	/* not chosen: the route says; an address that is not ours */
	memset(&path.local.v6.sin6_addr, 0, 16);
	assert_int_equal(udp_send(t->u, &path, (const uint8_t *)"abc", 3, true), 0);
	assert_int_equal(recv(peer, buf, sizeof(buf), 0), 3);
	assert_true(addr_parse("2001:db8::77", &path.local));
	assert_true(udp_send(t->u, &path, (const uint8_t *)"abc", 3, false) < 0);
	close(peer);
}

static void udp_port_taken(void **state)
{
	struct udp_test *t = *state;
	char err[256] = "";

	assert_null(udp_open(t->base, t->ike, t->natt, on_rx, &t->seen, err, sizeof(err)));
	assert_non_null(strstr(err, "taken"));
}

static void udp_many(void **state)
{
	struct udp_test *t = *state;

	for (int i = 0; i < 100; i++)
		throw(t, "127.0.0.1", t->ike, "x", 1);
	pump(t->base, &t->seen.n, 100);
}

/* ---- jobs ---- */

struct jobs_seen {
	unsigned int n, ok;
	uint64_t ids;
};

static void on_done(void *ctx, struct ike_job *job)
{
	struct jobs_seen *s = ctx;

	s->n++;
	s->ok += job->ok && job->pub_len == 256;
	s->ids += job->id;
	ike_job_free(job);
}

static struct ike_job *a_job(uint64_t id)
{
	struct ike_job *job = calloc(1, sizeof(*job));

	job->id = id;
	job->type = JOB_DH_GENERATE;
	job->group = DH_MODP2048;
	process_random(NULL, job->seed, sizeof(job->seed));
	return job;
}

static void jobs_run(void **state)
{
	struct event_base *base = event_base_new();
	struct jobs_seen seen = { 0 };
	struct jobs *j = jobs_new(base, 2, on_done, &seen);

	(void)state;
	assert_non_null(j);
	for (uint64_t id = 1; id <= 20; id++)
		jobs_submit(j, a_job(id));
	pump(base, &seen.n, 20);
	assert_int_equal(seen.ok, 20);
	assert_int_equal(seen.ids, 210);
	jobs_free(j);
	event_base_free(base);
}

/* Running jobs end, waiting ones are released: the leak checker tells. */
static void jobs_end_early(void **state)
{
	struct event_base *base = event_base_new();
	struct jobs_seen seen = { 0 };
	struct jobs *j = jobs_new(base, 1, on_done, &seen);

	(void)state;
	for (uint64_t id = 1; id <= 10; id++)
		jobs_submit(j, a_job(id));
	jobs_free(j);
	assert_int_equal(seen.n, 0);
	event_base_free(base);
}

/* ---- the rest ---- */

static void log_bucket_limits(void **state)
{
	struct log_bucket b = { 0 };
	unsigned int i, passed = 0;

	(void)state;
	for (i = 0; i < 1000; i++)
		passed += log_allow(&b, 1000);
	assert_int_equal(passed, LOG_BURST);
	assert_false(log_allow(&b, 1000 + 1000 / LOG_PER_SECOND - 1));
	assert_true(log_allow(&b, 1000 + 1000 / LOG_PER_SECOND + 1));
	for (passed = 0, i = 0; i < 1000; i++)
		passed += log_allow(&b, 10000000);
	assert_int_equal(passed, LOG_BURST);
}

static void prefixes(void **state)
{
	static const struct {
		const char *net, *addr;
		bool in;
	} rows[] = {
		{ "192.168.1.0/24", "192.168.1.255", true }, { "192.168.1.0/24", "192.168.2.0", false },
		{ "10.0.0.0/9", "10.127.255.255", true }, { "10.0.0.0/9", "10.128.0.0", false },
		{ "192.0.2.1", "192.0.2.1", true }, { "192.0.2.1", "192.0.2.0", false },
		{ "0.0.0.0/0", "203.0.113.1", true }, { "2001:db8::/33", "2001:db8:7fff::1", true },
		{ "2001:db8::/33", "2001:db8:8000::1", false }, { "0.0.0.0/0", "::1", false },
	};
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct subnet s;
		union endpoint e;
		const uint8_t *bytes;

		assert_true(subnet_parse(rows[i].net, &s));
		assert_true(addr_parse(rows[i].addr, &e));
		bytes = endpoint_addr(&e, &len);
		assert_int_equal(subnet_covers(&s, e.sa.sa_family, bytes), rows[i].in);
	}
}

static void routes_of_config(void **state)
{
	struct nlq_result res;
	struct nl_sock *rt = nlq_open(NETLINK_ROUTE, &res);
	struct conn_cfg *c = conn_cfg_new("a");
	struct conn_cfg *conns[] = { c };
	const struct ike_config cfg = { .conns = conns, .n = 1 };
	struct route r[4];

	(void)state;
	strcpy(c->interface, "lo");
	c->routes = true;
	c->n_local = 1;
	c->n_remote = 3;
	assert_true(subnet_parse("127.0.0.0/8", &c->local_subnets[0]));
	assert_true(subnet_parse("192.168.3.0/24", &c->remote_subnets[0]));
	assert_true(subnet_parse("0.0.0.0/0", &c->remote_subnets[1]));
	assert_true(subnet_parse("192.168.3.0/24", &c->remote_subnets[2]));
	c->remote_subnets[2].proto = 17;
	/* no default route, and the same prefix once */
	assert_int_equal(routes_wanted(rt, &cfg, r, 4, false), 1);
	assert_true(r[0].has_src);
	assert_memory_equal(r[0].src, "\x7f\0\0\1", 4);
	assert_true(subnet_parse("240.1.2.0/24", &c->local_subnets[0]));
	assert_int_equal(routes_wanted(rt, &cfg, r, 4, false), 1);
	assert_false(r[0].has_src);
	c->routes = false;
	assert_int_equal(routes_wanted(rt, &cfg, r, 4, false), 0);
	assert_int_equal(nlq_ifindex(rt, "no-such-device"), 0);
	nl_socket_free(rt);
	conn_cfg_put(c);
}

static void random_is_filled(void **state)
{
	uint8_t a[64] = { 0 }, b[64] = { 0 };

	(void)state;
	process_random(NULL, a, sizeof(a));
	process_random(NULL, b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
}

static void notify_reaches_manager(void **state)
{
	struct sockaddr_un_ { sa_family_t family; char path[32]; } at = { AF_UNIX, "" };
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un_, path) + snprintf(at.path + 1, sizeof(at.path) - 1,
				    "ikod-test-%d", (int)getpid()) + 1);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	char name[40], got[32];

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
	snprintf(name, sizeof(name), "@%s", at.path + 1);
	setenv("NOTIFY_SOCKET", name, 1);
	process_notify("READY=1");
	assert_int_equal(recv(fd, got, sizeof(got), MSG_DONTWAIT), 7);
	assert_memory_equal(got, "READY=1", 7);
	unsetenv("NOTIFY_SOCKET");
	process_notify("READY=1");
	assert_true(recv(fd, got, sizeof(got), MSG_DONTWAIT) < 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(udp_knows_destination, udp_setup, udp_teardown),
		cmocka_unit_test_setup_teardown(udp_strips_marker, udp_setup, udp_teardown),
		cmocka_unit_test_setup_teardown(udp_sends_from, udp_setup, udp_teardown),
		cmocka_unit_test_setup_teardown(udp_over_ipv6, udp_setup, udp_teardown),
		cmocka_unit_test_setup_teardown(udp_port_taken, udp_setup, udp_teardown),
		cmocka_unit_test_setup_teardown(udp_many, udp_setup, udp_teardown),
		cmocka_unit_test(jobs_run), cmocka_unit_test(jobs_end_early),
		cmocka_unit_test(log_bucket_limits), cmocka_unit_test(prefixes), cmocka_unit_test(routes_of_config),
		cmocka_unit_test(random_is_filled), cmocka_unit_test(notify_reaches_manager),
	};

	return cmocka_run_group_tests_name("os", tests, NULL, NULL);
}
