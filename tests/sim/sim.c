// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/minimise.h"
#include "sim/workers.h"

static const char usage[] =
	"sim [options]: two gateways on a virtual network, each seed another run\n"
	"  --seeds N        that many seeds (1000)\n"
	"  --from N         beginning with this one (1)\n"
	"  --loss P --dup P --reorder P    percent (30, 10, 25)\n"
	"  -j N             processes (as many as there are processors)\n"
	"  --seed N         this one alone\n"
	"  --scenario FILE  what a file says instead of what a seed draws\n"
	"  --trace          of one run: say what happens\n"
	"  --minimise       of one run that fails: print the least that fails\n"
	"  --kept DIR       every scenario that is kept there, before the seeds\n";

struct options {
	uint64_t seeds, from;
	uint32_t loss, dup, reorder;
	unsigned int processes;
	bool one, trace, minimise;
	const char *scenario, *kept;
};

/* ---- seeds ---- */

static void get_seed(const struct job_list *jobs, uint64_t i, struct scenario *sc)
{
	const struct options *o = jobs->ctx;

	scenario_draw(sc, o->from + i, o->loss, o->dup, o->reorder);
}

static void seed_failed(const struct job_list *jobs, uint64_t i, const struct verdict *v)
{
	const struct options *o = jobs->ctx;

	printf("FAILED  seed %" PRIu64 " at %.3f s: %s: %s\n", o->from + i, (double)v->at / 1000, v->rule, v->detail);
	fflush(stdout);
}

/* ---- kept scenarios ---- */

struct kept {
	struct dirent **files;
	const char *dir;
};

static bool kept_path(const struct kept *k, uint64_t i, char *out, size_t len)
{
	return snprintf(out, len, "%s/%s", k->dir, k->files[i]->d_name) < (int)len;
}

static void get_kept(const struct job_list *jobs, uint64_t i, struct scenario *sc)
{
	char path[512];

	if (!kept_path(jobs->ctx, i, path, sizeof(path)) || !scenario_read(sc, path))
		exit(2);
}

static void kept_failed(const struct job_list *jobs, uint64_t i, const struct verdict *v)
{
	const struct kept *k = jobs->ctx;

	printf("FAILED  %s at %.3f s: %s: %s\n", i < jobs->count ? k->files[i]->d_name : "?", (double)v->at / 1000,
	       v->rule, v->detail);
	fflush(stdout);
}

static int is_scenario(const struct dirent *d)
{
	const char *dot = strrchr(d->d_name, '.');

	return dot && !strcmp(dot, ".sim");
}

/* ---- the report ---- */

static double percent(uint64_t part, uint64_t of)
{
	return of ? 100.0 * (double)part / (double)of : 100;
}

/* A handshake that a bad line holds up too long is one of the few that may be. */
#define HANDSHAKES_MIN 99.9

static uint64_t report(const struct totals *t, const struct timespec *begun)
{
	struct timespec now;
	bool too_few = percent(t->handshakes, t->handshakes + t->late) < HANDSHAKES_MIN;
	uint64_t failed = t->failed + (too_few ? t->late : 0);

	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("handshakes: %.3f %% of %" PRIu64 " complete on the bad line, after %.1f s on average; "
	       "recovery after the faults: %.1f s at most\n", percent(t->handshakes, t->handshakes + t->late),
	       t->handshakes + t->late, t->handshakes ? (double)t->handshake_ms / (double)t->handshakes / 1000 : 0,
	       (double)t->recovery_max / 1000);
	printf("%.1f hours of %" PRIu64 " IKE datagrams, %" PRIu64 " ESP packets, %" PRIu64 " renewals of phase 1, %"
	       PRIu64 " of phase 2\n", (double)t->virtual_ms / 3600000, t->datagrams, t->packets, t->renewals,
	       t->rekeys);
	printf("time: %.1f s\n", (double)(now.tv_sec - begun->tv_sec) + (double)(now.tv_nsec - begun->tv_nsec) / 1e9);
	return failed;
}

static int run_many(const struct options *o)
{
	const struct job_list seeds = { o->seeds, get_seed, seed_failed, o };
	struct kept k = { .dir = o->kept };
	struct totals t, kept = { 0 };
	struct timespec begun;
	uint64_t failed;

	clock_gettime(CLOCK_MONOTONIC, &begun);
	if (o->kept) {
		int n = scandir(o->kept, &k.files, is_scenario, alphasort);
		const struct job_list jobs = { n < 0 ? 0 : (uint64_t)n, get_kept, kept_failed, &k };

		if (n < 0) {
			perror(o->kept);
			return 2;
		}
		run_all(&jobs, o->processes, &kept);
		printf("kept scenarios: %" PRIu64 ", %" PRIu64 " failed\n", kept.runs, kept.failed + kept.late);
		while (n--)
			free(k.files[n]);
		free(k.files);
	}
	run_all(&seeds, o->processes, &t);
	failed = report(&t, &begun) + kept.failed + kept.late;
	printf("sim: %" PRIu64 " seeds, %" PRIu64 " failed\n", t.runs, failed);
	return failed ? 1 : 0;
}

/* ---- one run ---- */

static void print_verdict(const struct verdict *v)
{
	if (*v->rule)
		printf("# %s at %.3f s: %s\n", v->rule, (double)v->at / 1000, v->detail);
	else
		printf("# passed: up after %.3f s, up again %.3f s after the faults\n", (double)v->handshake_ms / 1000,
		       (double)v->recovery_ms / 1000);
	printf("# digest %016" PRIx64 "\n", v->digest);
}

static int run_one(const struct options *o)
{
	struct scenario sc;
	struct verdict v;

	if (!o->scenario)
		scenario_draw(&sc, o->from, o->loss, o->dup, o->reorder);
	else if (!scenario_read(&sc, o->scenario))
		return 2;
	if (o->trace)
		sim_run(&sc, true, &v);
	else
		run_safely(&sc, &v);
	if (o->minimise && *v.rule)
		minimise(&sc, &v);
	print_verdict(&v);
	scenario_print(&sc, stdout);
	return *v.rule ? 1 : 0;
}

int main(int argc, char **argv)
{
	enum { SEEDS = 256, FROM, LOSS, DUP, REORDER, SEED, SCENARIO, TRACE, MINIMISE, KEPT };
	static const struct option longs[] = {
		{ "seeds", 1, NULL, SEEDS }, { "from", 1, NULL, FROM }, { "loss", 1, NULL, LOSS },
		{ "dup", 1, NULL, DUP }, { "reorder", 1, NULL, REORDER }, { "seed", 1, NULL, SEED },
		{ "scenario", 1, NULL, SCENARIO }, { "trace", 0, NULL, TRACE }, { "minimise", 0, NULL, MINIMISE },
		{ "kept", 1, NULL, KEPT }, { NULL, 0, NULL, 0 },
	};
	struct options o = { .seeds = 1000, .from = 1, .loss = 30, .dup = 10, .reorder = 25,
			     .processes = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN) };
	int c;

	while ((c = getopt_long(argc, argv, "j:", longs, NULL)) >= 0) {
		uint64_t n = optarg ? strtoull(optarg, NULL, 10) : 0;

		switch (c) {
		case SEEDS: o.seeds = n; break;
		case FROM: o.from = n; break;
		case LOSS: o.loss = (uint32_t)n; break;
		case DUP: o.dup = (uint32_t)n; break;
		case REORDER: o.reorder = (uint32_t)n; break;
		case SEED: o.from = n; o.one = true; break;
		case SCENARIO: o.scenario = optarg; o.one = true; break;
		case TRACE: o.trace = true; break;
		case MINIMISE: o.minimise = true; break;
		case KEPT: o.kept = optarg; break;
		case 'j': o.processes = n ? (unsigned int)n : 1; break;
		default: fputs(usage, stderr); return 2;
		}
	}
	return o.one ? run_one(&o) : run_many(&o);
}
