/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CTL_STATUS_H
#define IKOD_CTL_STATUS_H

#include <jansson.h>

#include "core/engine.h"

/**
 * struct status_source - where the status comes from
 * @status: as ike_status()
 * @strays: as ike_status_strays()
 * @counter: as ike_counter()
 */
struct status_source {
	void (*status)(void *ctx, const struct st_visitor *v);
	void (*strays)(void *ctx, void (*fn)(void *fctx, const struct st_stray *s), void *fctx);
	const char *(*counter)(void *ctx, unsigned int i, uint64_t *value);
	void *ctx;
};

/**
 * status_json - the answer to a status request
 * @conn: only this connection; NULL for all
 *
 * Return: a new reference; NULL if there is no connection of that name.
 */
json_t *status_json(const struct status_source *src, const char *conn, const char *version,
		    uint64_t uptime_s);

#endif
