/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_OS_JOBS_H
#define IKOD_OS_JOBS_H

#include "core/job.h"

struct event_base;
struct jobs;

/**
 * jobs_new - a pool of threads that run ike_job_run()
 * @threads: how many, 0 for one per processor (2 to 8)
 * @done: called in the loop's thread for every finished job, which it owns then
 *
 * Return: NULL (errno set) if threads or descriptors are short.
 */
struct jobs *jobs_new(struct event_base *base, unsigned int threads,
		      void (*done)(void *ctx, struct ike_job *job), void *ctx);
/** jobs_submit - hand @job over; loop's thread */
void jobs_submit(struct jobs *j, struct ike_job *job);
/** jobs_free - wait for what is running, release (not run) what waits. @done is not called any more. */
void jobs_free(struct jobs *j);

#endif
