/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TOOLS_WATCH_H
#define TOOLS_WATCH_H

#include "client.h"

enum watch_result { WATCH_UP, WATCH_FAILED, WATCH_TIMEOUT, WATCH_GONE };

/**
 * watch_verdict - what the status of a connection means to somebody who waits for it
 * @conn: an element of "connections"
 * @failed: an attempt ended in failure since the waiting began
 *
 * Return: WATCH_TIMEOUT stands for "not decided yet".
 */
enum watch_result watch_verdict(const json_t *conn, bool failed);
/**
 * watch_up - wait until @conn is up, or an attempt failed, or time ran out
 * @events: subscribed to events
 * @ask: another connection, for status
 * @out: the last status of @conn seen, the caller's reference; may be NULL
 */
enum watch_result watch_up(struct client *events, struct client *ask, const char *conn, int timeout_ms, json_t **out);

#endif
