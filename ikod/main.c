// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cfg/cfg.h"
#include "ctl/server.h"
#include "os/hash_password.h"
#include "os/log.h"
#include "os/loop.h"
#include "os/process.h"

#ifndef VPNTUN_VERSION
#define VPNTUN_VERSION "unknown"
#endif

/**
 * struct daemon - the pieces and what holds them together
 * @cfg: what runs now; the loop borrows it
 * @verbose: -v was given and outlives a reload
 */
struct daemon {
	const char *path;
	struct cfg *cfg;
	bool verbose;
	struct loop *loop;
	struct ctl *ctl;
};

static const char usage[] =
	"usage: ikod -f [-c FILE] [-v]     run in the foreground\n"
	"       ikod --check [-c FILE]     read the configuration, say what is wrong, exit\n"
	"       ikod --hash-password       read a password, print a hash for xauth-users-file\n"
	"       ikod --version\n"
	"\n"
	"  -c FILE   configuration instead of " CFG_DEFAULT_FILE " (and conf.d/*.conf beside it)\n"
	"  -v        debug log\n";

/* ---- configuration ---- */

static const char *plural(unsigned int n)
{
	return n == 1 ? "" : "s";
}

/* load - NULL with @errs filled */
static struct cfg *load(const char *path, struct cfg_errors *errs)
{
	struct cfg *cfg = calloc(1, sizeof(*cfg));

	if (!cfg)
		abort();
	if (cfg_load(path, cfg, errs))
		return cfg;
	free(cfg);
	return NULL;
}

static void unload(struct cfg *cfg)
{
	if (cfg)
		cfg_free(cfg);
	free(cfg);
}

static void log_findings(const struct cfg_errors *errs)
{
	unsigned int i;

	for (i = 0; i < errs->n; i++)
		log_line(errs->v[i].severity == CFG_ERROR ? LOG_L_ERROR : LOG_L_WARN, NULL, "%s",
			 errs->v[i].text);
}

static void set_log_level(const struct daemon *d)
{
	log_level(d->verbose ? LOG_L_DEBUG : d->cfg->log_level);
}

/* What is bound once stays bound: say so when a reload asks for something else. */
static void warn_unchanged(const struct cfg *was, const struct cfg *is)
{
	if (was->ike_port != is->ike_port || was->natt_port != is->natt_port)
		log_line(LOG_L_WARN, NULL, "ike-port and natt-port change with a restart only");
	if (strcmp(was->control_socket, is->control_socket))
		log_line(LOG_L_WARN, NULL, "control-socket changes with a restart only");
}

/* ---- what the loop and the control socket ask of us ---- */

static bool reload(void *ctx, struct cfg_errors *errs, char *err, size_t errlen)
{
	struct daemon *d = ctx;
	struct cfg *fresh = load(d->path, errs);

	log_findings(errs);
	if (!fresh) {
		log_line(LOG_L_ERROR, NULL,
			 "reload: the configuration has errors; the one that runs is kept");
		return false;
	}
	if (!loop_configure(d->loop, &fresh->ike, err, errlen)) {
		log_line(LOG_L_ERROR, NULL, "reload: %s; the configuration that runs is kept", err);
		unload(fresh);
		return false;
	}
	warn_unchanged(d->cfg, fresh);
	unload(d->cfg);
	d->cfg = fresh;
	set_log_level(d);
	log_line(LOG_L_INFO, NULL, "reloaded: %u connection%s", d->cfg->ike.n, plural(d->cfg->ike.n));
	return true;
}

static void on_hup(void *ctx)
{
	struct cfg_errors errs = { 0 };
	char err[512] = "";

	reload(ctx, &errs, err, sizeof(err));
	cfg_errors_free(&errs);
}

static void on_event(void *ctx, const struct ike_action *a)
{
	struct daemon *d = ctx;

	if (d->ctl)
		ctl_event(d->ctl, a);
}

static void status(void *ctx, const struct st_visitor *v)
{
	loop_status(((struct daemon *)ctx)->loop, v);
}

static void strays(void *ctx, void (*fn)(void *fctx, const struct st_stray *s), void *fctx)
{
	loop_strays(((struct daemon *)ctx)->loop, fn, fctx);
}

static const char *counter(void *ctx, unsigned int i, uint64_t *value)
{
	return loop_counter(((struct daemon *)ctx)->loop, i, value);
}

static void refresh(void *ctx)
{
	loop_refresh(((struct daemon *)ctx)->loop);
}

static bool command(void *ctx, enum ike_cmd_type cmd, const char *conn, char *err, size_t errlen)
{
	return loop_cmd(((struct daemon *)ctx)->loop, cmd, conn, err, errlen);
}

/* ---- running ---- */

/* start - in the order in which a second ikod is noticed before anything is touched */
static bool start(struct daemon *d, char *err, size_t errlen)
{
	const struct loop_user user = { .event = on_event, .reload = on_hup, .ctx = d };
	const struct ctl_ops ops = {
		.source = { .status = status, .strays = strays, .counter = counter, .ctx = d },
		.refresh = refresh, .cmd = command, .reload = reload, .ctx = d, .version = VPNTUN_VERSION,
	};

	d->loop = loop_new(&user, err, errlen);
	if (!d->loop)
		return false;
	d->ctl = ctl_open(loop_base(d->loop), d->cfg->control_socket, &ops, err, errlen);
	return d->ctl && loop_listen(d->loop, d->cfg->ike_port, d->cfg->natt_port, err, errlen) &&
	       loop_configure(d->loop, &d->cfg->ike, err, errlen);
}

static void stop(struct daemon *d)
{
	if (d->loop)
		loop_stop(d->loop);
	ctl_close(d->ctl);
	loop_free(d->loop);
	unload(d->cfg);
}

static int run(struct daemon *d)
{
	struct cfg_errors errs = { 0 };
	char err[512] = "";
	int rc = EXIT_FAILURE;

	d->cfg = load(d->path, &errs);
	cfg_errors_print(&errs, stderr);
	cfg_errors_free(&errs);
	if (!d->cfg)
		return rc;
	log_open(d->verbose ? LOG_L_DEBUG : d->cfg->log_level);
	if (start(d, err, sizeof(err))) {
		log_line(LOG_L_INFO, NULL,
			 "ikod " VPNTUN_VERSION ": %u connection%s, UDP ports %u and %u, control socket %s",
			 d->cfg->ike.n, plural(d->cfg->ike.n), d->cfg->ike_port, d->cfg->natt_port,
			 d->cfg->control_socket);
		process_notify("READY=1");
		loop_run(d->loop);
		process_notify("STOPPING=1");
		rc = EXIT_SUCCESS;
	} else {
		log_line(LOG_L_ERROR, NULL, "%s", err);
	}
	stop(d);
	return rc;
}

static int check(const char *path)
{
	struct cfg_errors errs = { 0 };
	struct cfg cfg;
	bool ok = cfg_load(path, &cfg, &errs);

	cfg_errors_print(&errs, stderr);
	cfg_errors_free(&errs);
	if (!ok)
		return EXIT_FAILURE;
	printf("%u connection%s, no errors\n", cfg.ike.n, plural(cfg.ike.n));
	cfg_free(&cfg);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "check", no_argument, NULL, 'C' }, { "version", no_argument, NULL, 'V' },
		{ "hash-password", no_argument, NULL, 'H' },
		{ "config", required_argument, NULL, 'c' }, { "foreground", no_argument, NULL, 'f' },
		{ "verbose", no_argument, NULL, 'v' }, { "help", no_argument, NULL, 'h' }, { 0 },
	};
	struct daemon d = { .path = CFG_DEFAULT_FILE };
	bool foreground = false, only_check = false;
	int o;

	while ((o = getopt_long(argc, argv, "fc:vh", options, NULL)) != -1) {
		switch (o) {
		case 'C': only_check = true; break;
		case 'H': return process_harden() ? hash_password() : EXIT_FAILURE;
		case 'V': puts("ikod " VPNTUN_VERSION); return EXIT_SUCCESS;
		case 'c': d.path = optarg; break;
		case 'f': foreground = true; break;
		case 'v': d.verbose = true; break;
		case 'h': fputs(usage, stdout); return EXIT_SUCCESS;
		default: fputs(usage, stderr); return 2;
		}
	}
	if (optind < argc || foreground == only_check) {
		fputs(usage, stderr);
		return 2;
	}
	if (!process_harden()) {
		perror("ikod: core dumps cannot be ruled out");
		return EXIT_FAILURE;
	}
	return only_check ? check(d.path) : run(&d);
}
