// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

#define REPLY_MAX	(64 * 1024 * 1024)
#define REPLY_TIMEOUT_MS 10000

bool client_open(struct client *c, const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int err;

	memset(c, 0, sizeof(*c));
	c->fd = -1;
	if (strlen(path) >= sizeof(sun.sun_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	strcpy(sun.sun_path, path);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		return false;
	if (!connect(c->fd, (struct sockaddr *)&sun, sizeof(sun)))
		return true;
	err = errno;
	client_close(c);
	errno = err;
	return false;
}

void client_close(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	free(c->buf);
	memset(c, 0, sizeof(*c));
	c->fd = -1;
}

static bool send_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t r = send(fd, p, n, MSG_NOSIGNAL);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return false;
		p += r;
		n -= (size_t)r;
	}
	return true;
}

bool client_send(struct client *c, const char *cmd, const char *conn)
{
	json_t *req = json_pack("{ss ss?}", "cmd", cmd, "conn", conn);
	char *line = req ? json_dumps(req, JSON_COMPACT) : NULL;
	bool ok;

	json_decref(req);
	if (!line)
		return false;
	ok = send_all(c->fd, line, strlen(line)) && send_all(c->fd, "\n", 1);
	free(line);
	return ok;
}

int64_t client_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static enum client_result wait_readable(int fd, int64_t until)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	for (;;) {
		int64_t left = until < 0 ? -1 : until - client_now_ms();
		int r;

		if (until >= 0 && left < 0)
			left = 0;
		r = poll(&p, 1, (int)left);
		if (r > 0)
			return CLIENT_OK;
		if (!r)
			return CLIENT_TIMEOUT;
		if (errno != EINTR)
			return CLIENT_GONE;
	}
}

static bool fill(struct client *c)
{
	ssize_t r;

	if (c->len == c->cap) {
		size_t cap = c->cap ? 2 * c->cap : 65536;
		char *buf = cap <= REPLY_MAX ? realloc(c->buf, cap) : NULL;

		if (!buf)
			return false;
		c->buf = buf;
		c->cap = cap;
	}
	do {
		r = read(c->fd, c->buf + c->len, c->cap - c->len);
	} while (r < 0 && errno == EINTR);
	if (r <= 0)
		return false;
	c->len += (size_t)r;
	return true;
}

enum client_result client_read(struct client *c, int timeout_ms, json_t **out)
{
	int64_t until = timeout_ms < 0 ? -1 : client_now_ms() + timeout_ms;
	enum client_result r;
	size_t n;
	char *nl;

	*out = NULL;
	while (!(nl = c->len ? memchr(c->buf, '\n', c->len) : NULL)) {
		r = wait_readable(c->fd, until);
		if (r != CLIENT_OK)
			return r;
		if (!fill(c))
			return CLIENT_GONE;
	}
	n = (size_t)(nl - c->buf);
	*out = json_loadb(c->buf, n, 0, NULL);
	c->len -= n + 1;
	memmove(c->buf, nl + 1, c->len);
	if (json_is_object(*out))
		return CLIENT_OK;
	json_decref(*out);
	*out = NULL;
	return CLIENT_GONE;
}

json_t *client_ask(struct client *c, const char *cmd, const char *conn)
{
	json_t *reply = NULL;

	if (!client_send(c, cmd, conn))
		return NULL;
	if (client_read(c, REPLY_TIMEOUT_MS, &reply) != CLIENT_OK)
		return NULL;
	return reply;
}
