/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CFG_CFG_H
#define IKOD_CFG_CFG_H

#include <stdarg.h>
#include <stdio.h>

#include "core/engine.h"

/*
 * Configuration files to struct cfg: ikod.conf, then conf.d/<name>.conf beside it
 * in the order of their names. Every error of every file is reported in one go.
 */

#define CFG_DEFAULT_FILE	"/etc/ikod/ikod.conf"
#define CFG_DEFAULT_SOCKET	"/run/ikod/ikod.sock"
#define CFG_DEFAULT_SECRETS	"secrets"	/* beside the main file: /etc/ikod/secrets */
#define CFG_SOCKET_MAX		108	/* sun_path of struct sockaddr_un */

/**
 * struct cfg - a configuration that passed every check
 * @ike: what the engine takes; owned, the engine keeps references of its own
 * @control_socket: path of the operators' socket
 * @log_level: what is not more talkative than this is logged
 * @ike_port, @natt_port: UDP ports to bind, host order
 */
struct cfg {
	struct ike_config ike;
	char control_socket[CFG_SOCKET_MAX];
	enum ike_log_level log_level;
	uint16_t ike_port, natt_port;
};

enum cfg_severity { CFG_ERROR, CFG_WARNING };

/**
 * struct cfg_error - one finding
 * @text: "file:line: what is wrong, what was expected", a warning with "warning: " after
 *	the place; no line end; owned; never holds a secret
 * @file: order in which the file was read, to sort by
 * @line: 0 if it is about the file as a whole
 */
struct cfg_error {
	enum cfg_severity severity;
	char *text;
	unsigned int file;
	int line;
};

/**
 * struct cfg_errors - growing list; zero-initialised is empty
 * @n_errors: those of @n that are errors and not mere warnings
 */
struct cfg_errors {
	struct cfg_error *v;
	unsigned int n;
	unsigned int n_errors;
};

/**
 * cfg_load - read a configuration
 * @path: the main file; conf.d/<name>.conf of its folder follow
 * @out: overwritten; empty if the load failed. The caller owns it: cfg_free()
 * @errs: findings are appended, sorted by place; also warnings of a load that succeeds. NULL: not wanted
 *
 * Reads files and nothing else; makes no other system state. Secrets pass
 * only through memory that is wiped.
 *
 * Return: true if there was no error.
 */
bool cfg_load(const char *path, struct cfg *out, struct cfg_errors *errs);
/** cfg_free - releases what @cfg owns and empties it; empty is fine */
void cfg_free(struct cfg *cfg);

/** cfg_errors_print - one finding a line */
void cfg_errors_print(const struct cfg_errors *errs, FILE *to);
void cfg_errors_free(struct cfg_errors *errs);

#endif
