// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <event2/event.h>
#include <utlist.h>

#include "os/jobs.h"

#define THREADS_MAX 8

/* One job on its way: first in the waiting list, then in the finished one. */
struct item {
	struct ike_job *job;
	struct item *prev, *next;
};

/**
 * struct jobs - the pool
 * @lock: guards waiting, finished and stop
 * @wake: a job waits, or stop is set
 * @fd: eventfd that tells the loop of finished jobs
 */
struct jobs {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct item *waiting, *finished;
	bool stop;
	int fd;
	struct event *ev;
	void (*done)(void *ctx, struct ike_job *job);
	void *ctx;
	pthread_t threads[THREADS_MAX];
	unsigned int n;
};

static void *worker(void *arg)
{
	struct jobs *j = arg;
	struct item *it;

	pthread_mutex_lock(&j->lock);
	while (!j->stop) {
		it = j->waiting;
		if (!it) {
			pthread_cond_wait(&j->wake, &j->lock);
			continue;
		}
		DL_DELETE(j->waiting, it);
		pthread_mutex_unlock(&j->lock);
		ike_job_run(it->job);
		pthread_mutex_lock(&j->lock);
		DL_APPEND(j->finished, it);
		/* Cannot fail: the counter is far from its end and the loop empties it. */
		eventfd_write(j->fd, 1);
	}
	pthread_mutex_unlock(&j->lock);
	return NULL;
}

static void on_finished(evutil_socket_t fd, short what, void *arg)
{
	struct jobs *j = arg;
	struct item *list, *it, *tmp;
	eventfd_t n;

	(void)what;
	eventfd_read(fd, &n);
	pthread_mutex_lock(&j->lock);
	list = j->finished;
	j->finished = NULL;
	pthread_mutex_unlock(&j->lock);
	DL_FOREACH_SAFE(list, it, tmp) {
		j->done(j->ctx, it->job);
		free(it);
	}
}

static bool start_threads(struct jobs *j, unsigned int threads)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	sigset_t all, old;

	if (!threads)
		threads = cpus < 2 ? 2 : (unsigned int)cpus;
	if (threads > THREADS_MAX)
		threads = THREADS_MAX;
	/* Signals are the loop's business. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	for (; j->n < threads; j->n++)
		if (pthread_create(&j->threads[j->n], NULL, worker, j))
			break;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return j->n > 0;
}

struct jobs *jobs_new(struct event_base *base, unsigned int threads,
		      void (*done)(void *ctx, struct ike_job *job), void *ctx)
{
	struct jobs *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	pthread_mutex_init(&j->lock, NULL);
	pthread_cond_init(&j->wake, NULL);
	j->done = done;
	j->ctx = ctx;
	j->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (j->fd < 0)
		goto fail;
	j->ev = event_new(base, j->fd, EV_READ | EV_PERSIST, on_finished, j);
	if (!j->ev || event_add(j->ev, NULL) || !start_threads(j, threads)) {
		errno = EAGAIN;
		goto fail;
	}
	return j;
fail:
	jobs_free(j);
	return NULL;
}

void jobs_submit(struct jobs *j, struct ike_job *job)
{
	struct item *it = calloc(1, sizeof(*it));

	if (!it)
		abort();
	it->job = job;
	pthread_mutex_lock(&j->lock);
	DL_APPEND(j->waiting, it);
	pthread_cond_signal(&j->wake);
	pthread_mutex_unlock(&j->lock);
}

static void drop(struct item **list)
{
	struct item *it, *tmp;

	DL_FOREACH_SAFE(*list, it, tmp) {
		DL_DELETE(*list, it);
		ike_job_free(it->job);
		free(it);
	}
}

void jobs_free(struct jobs *j)
{
	unsigned int i;
	int err = errno;

	if (!j)
		return;
	pthread_mutex_lock(&j->lock);
	j->stop = true;
	pthread_cond_broadcast(&j->wake);
	pthread_mutex_unlock(&j->lock);
	for (i = 0; i < j->n; i++)
		pthread_join(j->threads[i], NULL);
	drop(&j->waiting);
	drop(&j->finished);
	if (j->ev)
		event_free(j->ev);
	if (j->fd >= 0)
		close(j->fd);
	pthread_cond_destroy(&j->wake);
	pthread_mutex_destroy(&j->lock);
	free(j);
	errno = err;
}
