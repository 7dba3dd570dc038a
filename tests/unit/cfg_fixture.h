/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_UNIT_CFG_FIXTURE_H
#define TESTS_UNIT_CFG_FIXTURE_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cfg/cfg.h"

/*
 * A folder of its own for each test, which is also the working directory, so
 * that messages name "ikod.conf" and not a random path.
 */

#define FX_KEY "correct horse battery"

struct fx {
	char home[512];
	char dir[64];
};

static inline void fx_write(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fputs(text, f) >= 0, 1);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

/* Caller frees. */
static inline char *fx_path(const char *dir, const char *name)
{
	char *path = NULL;

	assert_true(asprintf(&path, "%s/%s", dir, name) > 0);
	return path;
}

static inline int fx_setup(void **state)
{
	struct fx *fx = calloc(1, sizeof(*fx));

	assert_non_null(fx);
	assert_non_null(getcwd(fx->home, sizeof(fx->home)));
	strcpy(fx->dir, "/tmp/ikod-cfg-XXXXXX");
	assert_non_null(mkdtemp(fx->dir));
	assert_int_equal(chdir(fx->dir), 0);
	fx_write("site.psk", FX_KEY "\n", 0600);
	*state = fx;
	return 0;
}

static inline void fx_remove(const char *dir)
{
	struct dirent *e;
	char *path;
	DIR *d = opendir(dir);

	if (!d)
		return;
	while ((e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		path = fx_path(dir, e->d_name);
		if (unlink(path))
			fx_remove(path);
		free(path);
	}
	closedir(d);
	rmdir(dir);
}

static inline int fx_teardown(void **state)
{
	struct fx *fx = *state;

	assert_int_equal(chdir(fx->home), 0);
	fx_remove(fx->dir);
	free(fx);
	return 0;
}

/* All findings, one a line; caller frees. */
static inline char *fx_messages(const struct cfg_errors *errs)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	cfg_errors_print(errs, f);
	assert_int_equal(fclose(f), 0);
	return text;
}

/* Loads ikod.conf made of @text; the findings as text in @messages (caller frees). */
static inline bool fx_load(const char *text, struct cfg *cfg, char **messages)
{
	struct cfg_errors errs = { 0 };
	bool ok;

	fx_write("ikod.conf", text, 0644);
	ok = cfg_load("ikod.conf", cfg, &errs);
	assert_int_equal(ok, errs.n_errors == 0);
	*messages = fx_messages(&errs);
	cfg_errors_free(&errs);
	return ok;
}

#define FX_SITE						\
	"[connection site]\n"				\
	"remote = 203.0.113.5\n"			\
	"local-subnets = 192.168.1.0/24\n"		\
	"remote-subnets = 192.168.3.0/24\n"		\
	"psk-file = site.psk\n"

#endif
