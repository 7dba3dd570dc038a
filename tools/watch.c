// SPDX-License-Identifier: GPL-2.0
#include <stdint.h>
#include <string.h>

#include "watch.h"

static const char *str(const json_t *obj, const char *key)
{
	const char *s = json_string_value(json_object_get(obj, key));

	return s ? s : "";
}

static bool under_way(const json_t *conn)
{
	const json_t *child;
	size_t i;

	json_array_foreach(json_object_get(conn, "children"), i, child)
		if (!strcmp(str(child, "state"), "connecting"))
			return true;
	return false;
}

static bool phase1_up(const json_t *conn)
{
	const json_t *ike;
	size_t i;

	json_array_foreach(json_object_get(conn, "ike_sas"), i, ike)
		if (!strcmp(str(ike, "state"), "established"))
			return true;
	return false;
}

enum watch_result watch_verdict(const json_t *conn, bool failed)
{
	if (!strcmp(str(conn, "state"), "up"))
		return WATCH_UP;
	if (!failed)
		return WATCH_TIMEOUT;
	/* a pair that failed decides only when the others had their turn */
	if (phase1_up(conn) && under_way(conn))
		return WATCH_TIMEOUT;
	return WATCH_FAILED;
}

/* The status of @conn into @out in place of the one before; false if ikod is gone or has no such connection. */
static bool look(struct client *ask, const char *conn, json_t **out)
{
	json_t *reply = client_ask(ask, "status", conn);
	json_t *c = json_array_get(json_object_get(reply, "connections"), 0);

	if (c) {
		json_decref(*out);
		*out = json_incref(c);
	}
	json_decref(reply);
	return c;
}

enum watch_result watch_up(struct client *events, struct client *ask, const char *conn, int timeout_ms, json_t **out)
{
	int64_t until = client_now_ms() + timeout_ms;
	bool failed = false;

	*out = NULL;
	for (;;) {
		enum watch_result verdict;
		enum client_result r;
		json_t *event;
		int64_t left;

		if (!look(ask, conn, out))
			return WATCH_GONE;
		verdict = watch_verdict(*out, failed);
		if (verdict != WATCH_TIMEOUT)
			return verdict;
		do {
			left = until - client_now_ms();
			r = client_read(events, left > 0 ? (int)left : 0, &event);
			if (r == CLIENT_TIMEOUT)
				return WATCH_TIMEOUT;
			if (r == CLIENT_GONE)
				return WATCH_GONE;
			r = strcmp(str(event, "connection"), conn) ? CLIENT_TIMEOUT : CLIENT_OK;
			if (r == CLIENT_OK && !strcmp(str(event, "event"), "failed"))
				failed = true;
			json_decref(event);
		} while (r != CLIENT_OK);
	}
}
