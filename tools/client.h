/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TOOLS_CLIENT_H
#define TOOLS_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct client - a connection to ikod's control socket: one JSON object a line each way
 * @buf: bytes that came in and are not used up, @len of @cap
 */
struct client {
	int fd;
	char *buf;
	size_t len, cap;
};

enum client_result { CLIENT_OK, CLIENT_TIMEOUT, CLIENT_GONE };

/** client_open - false with errno set */
bool client_open(struct client *c, const char *path);
void client_close(struct client *c);
/** client_send - {"cmd":@cmd,"conn":@conn}; @conn may be NULL. False if ikod is gone */
bool client_send(struct client *c, const char *cmd, const char *conn);
/**
 * client_read - the next object
 * @timeout_ms: -1 to wait without end
 * @out: the caller's reference if CLIENT_OK
 *
 * A line that is no JSON object counts as CLIENT_GONE: whoever speaks there is not ikod.
 */
enum client_result client_read(struct client *c, int timeout_ms, json_t **out);
/** client_ask - send and wait for the reply; NULL if ikod is gone or silent */
json_t *client_ask(struct client *c, const char *cmd, const char *conn);
/** client_now_ms - milliseconds of a clock that only goes forward */
int64_t client_now_ms(void);

#endif
