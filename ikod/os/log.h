/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_OS_LOG_H
#define IKOD_OS_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "core/engine.h"

/*
 * Lines to stderr. Under journald (JOURNAL_STREAM is set) each starts with the
 * priority as "<6>", elsewhere with the local time and the level's name.
 * One thread only: the loop's.
 */

/**
 * struct log_bucket - a token bucket for one source of lines
 * @tokens: lines that may be written at once, in 1/1000 of a line
 * @at: when @tokens was right, milliseconds
 * @suppressed: lines swallowed since the last one written
 */
struct log_bucket {
	uint64_t tokens, at;
	unsigned int suppressed;
	bool used;
};

#define LOG_BURST	50	/* lines */
#define LOG_PER_SECOND	5	/* lines, once the burst is used up */

/** log_open - reads the environment; @max: nothing more talkative is written */
void log_open(enum ike_log_level max);
void log_level(enum ike_log_level max);
enum ike_log_level log_level_now(void);

/**
 * log_line - write one line
 * @conn: connection it is about, "" or NULL for none
 *
 * Control characters are replaced: a line stays one line, whoever chose its words.
 */
void log_line(enum ike_log_level l, const char *conn, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * log_limited - as log_line(), at most LOG_BURST lines and then LOG_PER_SECOND of one source
 *
 * For everything that somebody on the network can cause. Each connection is a
 * source, all lines without one are another. What was left out is counted in
 * the next line that comes through.
 */
void log_limited(enum ike_log_level l, const char *conn, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** log_allow - take one line out of @b at @now (milliseconds); false if it is empty. Pure. */
bool log_allow(struct log_bucket *b, uint64_t now);

#endif
