// SPDX-License-Identifier: GPL-2.0
/*
 * Runs in processes of their own, so that one that crashes or hangs is one
 * failure, with its number, and the others go on.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim/heap.h"
#include "sim/workers.h"

#define WORKERS_MAX 256
#define RUN_CPU_MAX 120		/* s; no run takes so long */
#define PROGRESS_EVERY 10	/* s */

/** struct seat - what a worker leaves in shared memory: @at is the run it is at, plus one */
struct seat {
	pid_t pid;
	atomic_uint_fast64_t at;
	struct totals totals;
};

struct shared {
	atomic_uint_fast64_t next;
	struct seat seats[WORKERS_MAX];
};

/** struct news - a failure, on its way to the parent */
struct news {
	uint64_t run;
	struct verdict v;
};

static void *shared_alloc(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		abort();
	return p;
}

static void limit_cpu(void)
{
	struct itimerval t = { .it_value.tv_sec = RUN_CPU_MAX };

	setitimer(ITIMER_PROF, &t, NULL);
}

static void verdict_of_death(int status, struct verdict *v)
{
	memset(v, 0, sizeof(*v));
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF)
		snprintf(v->rule, sizeof(v->rule), "hang");
	else
		snprintf(v->rule, sizeof(v->rule), "crash");
	snprintf(v->detail, sizeof(v->detail), "the process ended with %s %d", WIFSIGNALED(status) ? "signal" : "status",
		 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

/* Memory returns to its start. */
static void run_checked(const struct scenario *sc, struct verdict *v)
{
	long before = heap_blocks();

	limit_cpu();
	sim_run(sc, false, v);
	if (*v->rule || heap_blocks() == before)
		return;
	snprintf(v->rule, sizeof(v->rule), "memory");
	snprintf(v->detail, sizeof(v->detail), "%ld blocks are left on the heap", heap_blocks() - before);
}

/* ---- one ---- */

void run_safely(const struct scenario *sc, struct verdict *v)
{
	struct verdict *result = shared_alloc(sizeof(*result));
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		abort();
	if (!pid) {
		run_checked(sc, result);
		exit(0);
	}
	waitpid(pid, &status, 0);
	*v = *result;
	if (status)
		verdict_of_death(status, v);
	munmap(result, sizeof(*result));
}

/* ---- many ---- */

static void add(struct totals *t, const struct verdict *v)
{
	t->runs++;
	t->late += !strcmp(v->rule, "handshake");
	t->failed += *v->rule && strcmp(v->rule, "handshake");
	t->handshakes += v->handshake_ms > 0;
	t->handshake_ms += v->handshake_ms;
	if (v->recovery_ms > t->recovery_max)
		t->recovery_max = v->recovery_ms;
	t->virtual_ms += v->virtual_ms;
	t->rekeys += v->rekeys;
	t->renewals += v->renewals;
	t->packets += v->packets;
	t->datagrams += v->datagrams;
}

static void sum(struct totals *t, const struct totals *more)
{
	t->runs += more->runs;
	t->failed += more->failed;
	t->late += more->late;
	t->handshakes += more->handshakes;
	t->handshake_ms += more->handshake_ms;
	if (more->recovery_max > t->recovery_max)
		t->recovery_max = more->recovery_max;
	t->virtual_ms += more->virtual_ms;
	t->rekeys += more->rekeys;
	t->renewals += more->renewals;
	t->packets += more->packets;
	t->datagrams += more->datagrams;
}

static void work(const struct job_list *jobs, struct shared *sh, struct seat *seat, int out)
{
	struct scenario sc;
	struct news n;

	for (;;) {
		n.run = atomic_fetch_add(&sh->next, 1);
		if (n.run >= jobs->count)
			exit(0);
		atomic_store(&seat->at, n.run + 1);
		jobs->get(jobs, n.run, &sc);
		run_checked(&sc, &n.v);
		add(&seat->totals, &n.v);
		atomic_store(&seat->at, 0);
		if (*n.v.rule && write(out, &n, sizeof(n)) != (ssize_t)sizeof(n))	/* < PIPE_BUF: whole */
			exit(3);
	}
}

static void hire(const struct job_list *jobs, struct shared *sh, struct seat *seat, const int pipe_fd[2])
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		abort();
	if (pid) {
		seat->pid = pid;
		return;
	}
	close(pipe_fd[0]);
	work(jobs, sh, seat, pipe_fd[1]);
}

static void read_news(const struct job_list *jobs, int in)
{
	struct news n;

	while (read(in, &n, sizeof(n)) == (ssize_t)sizeof(n))
		jobs->failed(jobs, n.run, &n.v);
}

/* A worker died in the middle of a run: that run has failed. True if another one is to take its place. */
static bool account_for(const struct job_list *jobs, struct seat *seat, int status)
{
	uint64_t at = atomic_exchange(&seat->at, 0);
	struct verdict v;

	if (!status)
		return false;
	verdict_of_death(status, &v);
	jobs->failed(jobs, at ? at - 1 : jobs->count, &v);
	add(&seat->totals, &v);
	return at;
}

static void show_progress(const struct shared *sh, const struct job_list *jobs, unsigned int processes, time_t begun)
{
	struct totals t = { 0 };

	for (unsigned int i = 0; i < processes; i++)
		sum(&t, &sh->seats[i].totals);
	fprintf(stderr, "%6lds  %llu of %llu seeds, %llu failed\n", (long)(time(NULL) - begun),
		(unsigned long long)t.runs, (unsigned long long)jobs->count, (unsigned long long)t.failed);
}

static struct seat *seat_of(struct shared *sh, unsigned int processes, pid_t pid)
{
	for (unsigned int i = 0; i < processes; i++)
		if (sh->seats[i].pid == pid)
			return &sh->seats[i];
	return NULL;
}

void run_all(const struct job_list *jobs, unsigned int processes, struct totals *t)
{
	struct shared *sh = shared_alloc(sizeof(*sh));
	time_t begun = time(NULL), shown = begun;
	unsigned int working;
	int pipe_fd[2];

	if (processes > WORKERS_MAX)
		processes = WORKERS_MAX;
	if (pipe2(pipe_fd, O_NONBLOCK | O_CLOEXEC))
		abort();
	for (working = 0; working < processes; working++)
		hire(jobs, sh, &sh->seats[working], pipe_fd);
	while (working) {
		int status;
		pid_t pid = waitpid(-1, &status, WNOHANG);
		struct seat *seat = pid > 0 ? seat_of(sh, processes, pid) : NULL;

		read_news(jobs, pipe_fd[0]);
		if (seat && account_for(jobs, seat, status))
			hire(jobs, sh, seat, pipe_fd);
		else if (seat)
			working--;
		else
			usleep(20000);
		if (time(NULL) - shown >= PROGRESS_EVERY) {
			shown = time(NULL);
			show_progress(sh, jobs, processes, begun);
		}
	}
	read_news(jobs, pipe_fd[0]);
	memset(t, 0, sizeof(*t));
	for (unsigned int i = 0; i < processes; i++)
		sum(t, &sh->seats[i].totals);
	munmap(sh, sizeof(*sh));
}
