// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "os/log.h"
#include "os/process.h"

#define LINE_LEN 1024
#define BUCKETS 64

static const struct {
	const char *name;
	int priority;	/* of syslog(3), as sd-daemon(3) wants it */
} levels[] = {
	[LOG_L_ERROR] = { "error", 3 },
	[LOG_L_WARN] = { "warning", 4 },
	[LOG_L_INFO] = { "info", 6 },
	[LOG_L_DEBUG] = { "debug", 7 },
};

static enum ike_log_level max_level = LOG_L_INFO;
static bool journald;
static struct log_bucket buckets[BUCKETS];

void log_open(enum ike_log_level max)
{
	journald = getenv("JOURNAL_STREAM") != NULL;
	max_level = max;
}

void log_level(enum ike_log_level max)
{
	max_level = max;
}

enum ike_log_level log_level_now(void)
{
	return max_level;
}

/* prefix - "<6>" or "2026-01-31 12:00:00.123 info    " */
static void prefix(enum ike_log_level l, char *out, size_t len)
{
	struct timespec ts;
	struct tm tm;
	char when[32];

	if (journald) {
		snprintf(out, len, "<%d>", levels[l].priority);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &ts);
	localtime_r(&ts.tv_sec, &tm);
	strftime(when, sizeof(when), "%F %T", &tm);
	snprintf(out, len, "%s.%03ld %-7s ", when, ts.tv_nsec / 1000000, levels[l].name);
}

static void write_line(enum ike_log_level l, const char *conn, const char *text)
{
	char head[64], line[LINE_LEN];
	const char *sep = conn && *conn ? ": " : "";
	char *c;

	prefix(l, head, sizeof(head));
	snprintf(line, sizeof(line), "%s%s%s", conn ? conn : "", sep, text);
	for (c = line; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	fprintf(stderr, "%s%s\n", head, line);
}

static __attribute__((format(printf, 3, 0)))
void vline(enum ike_log_level l, const char *conn, const char *fmt, va_list ap)
{
	char text[LINE_LEN];

	vsnprintf(text, sizeof(text), fmt, ap);
	write_line(l, conn, text);
}

void log_line(enum ike_log_level l, const char *conn, const char *fmt, ...)
{
	va_list ap;

	if (l > max_level)
		return;
	va_start(ap, fmt);
	vline(l, conn, fmt, ap);
	va_end(ap);
}

bool log_allow(struct log_bucket *b, uint64_t now)
{
	const uint64_t full = LOG_BURST * 1000;
	uint64_t elapsed = now - b->at;

	if (!b->used || elapsed > full || b->tokens + elapsed * LOG_PER_SECOND > full)
		b->tokens = full;
	else
		b->tokens += elapsed * LOG_PER_SECOND;
	b->used = true;
	b->at = now;
	if (b->tokens < 1000)
		return false;
	b->tokens -= 1000;
	return true;
}

/* Bucket 0 is for what belongs to no connection; two names may share one of the others. */
static struct log_bucket *bucket_of(const char *conn)
{
	unsigned int h = 5381;

	if (!conn || !*conn)
		return &buckets[0];
	while (*conn)
		h = h * 33 + (unsigned char)*conn++;
	return &buckets[1 + h % (BUCKETS - 1)];
}

void log_limited(enum ike_log_level l, const char *conn, const char *fmt, ...)
{
	struct log_bucket *b = bucket_of(conn);
	char note[64];
	va_list ap;

	if (l > max_level)
		return;
	if (!log_allow(b, now_ms())) {
		b->suppressed++;
		return;
	}
	if (b->suppressed) {
		snprintf(note, sizeof(note), "%u lines were left out here: too many at once", b->suppressed);
		write_line(LOG_L_WARN, conn, note);
		b->suppressed = 0;
	}
	va_start(ap, fmt);
	vline(l, conn, fmt, ap);
	va_end(ap);
}
