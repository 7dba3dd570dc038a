/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_OS_PROCESS_H
#define IKOD_OS_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the process as a whole asks of the system. */

/** now_ms - CLOCK_MONOTONIC in milliseconds: the engine's time */
uint64_t now_ms(void);
/** now_rfc3339 - wall clock, "2026-01-31T12:00:00.123Z"; @out at least 32 */
const char *now_rfc3339(char *out, size_t len);

/**
 * process_harden - keys are in this memory: no core dumps, no ptrace by the same user, umask 077
 *
 * Return: false (errno set) if the kernel refuses; nothing secret may be read then.
 */
bool process_harden(void);

/** process_random - OpenSSL's generator as the engine's; aborts if it fails: there is no safe way on */
void process_random(void *ctx, void *out, size_t len);

/**
 * process_notify - tell the service manager @state ("READY=1") as sd_notify(3) does
 *
 * Nothing happens without $NOTIFY_SOCKET.
 */
void process_notify(const char *state);

#endif
