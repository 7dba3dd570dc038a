// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cfg/cfg_priv.h"

static void file_read(struct cfg_load *ld, const char *path)
{
	const struct cfg_file *file = cfg_file_add(ld, path);
	struct secret text = { 0 };
	struct stat st;
	int err = cfg_slurp(path, &text, &st);

	if (!err)
		cfg_parse(ld, file, &text, false, cfg_section_handle);
	else if (err == EINVAL)
		cfg_report(ld, CFG_ERROR, file, 0, "is no regular file, expected a configuration");
	else
		cfg_report(ld, CFG_ERROR, file, 0, "%s, expected a configuration that can be read", strerror(err));
	secret_wipe(&text);
}

/* Hidden files and what editors leave behind (x.conf~) are no part of it. */
static int is_conf(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return d->d_name[0] != '.' && len > 5 && !strcmp(d->d_name + len - 5, ".conf");
}

/* By bytes, whatever the locale says. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void folder_read(struct cfg_load *ld, const char *main_file)
{
	char *folder = cfg_beside(main_file, "conf.d/");
	struct dirent **names = NULL;
	int n = scandir(folder, &names, is_conf, by_name);
	char *path;

	if (n < 0 && errno != ENOENT)
		cfg_report(ld, CFG_ERROR, cfg_file_add(ld, folder), 0, "%s, expected a folder that can be read",
			   strerror(errno));
	for (int i = 0; i < n; i++) {
		path = cfg_beside(folder, names[i]->d_name);
		file_read(ld, path);
		free(path);
		free(names[i]);
	}
	free(names);
	free(folder);
}

static void load_release(struct cfg_load *ld)
{
	for (unsigned int i = 0; i < ld->n_conns; i++)
		conn_cfg_put(ld->conns[i].cfg);
	free(ld->conns);
	for (unsigned int i = 0; i < ld->n_sections; i++)
		cfg_section_free(ld->sections[i]);
	free(ld->sections);
	cfg_secrets_free(ld);
	for (unsigned int i = 0; i < ld->n_files; i++) {
		free(ld->files[i]->path);
		free(ld->files[i]);
	}
	free(ld->files);
}

/* Hands the connections over; ld->conns keeps references of its own until it is released. */
static void load_result(struct cfg_load *ld)
{
	struct ike_config *ike = &ld->out->ike;

	ike->conns = cfg_zalloc((ld->n_conns + 1) * sizeof(struct conn_cfg *));
	for (unsigned int i = 0; i < ld->n_conns; i++)
		ike->conns[ike->n++] = conn_cfg_get(ld->conns[i].cfg);
}

bool cfg_load(const char *path, struct cfg *out, struct cfg_errors *errs)
{
	struct cfg_errors mine = { 0 };
	struct cfg_load ld = { .out = out, .errs = &mine };
	bool ok;

	memset(out, 0, sizeof(*out));
	snprintf(out->control_socket, sizeof(out->control_socket), "%s", CFG_DEFAULT_SOCKET);
	out->log_level = LOG_L_INFO;
	out->ike_port = 500;
	out->natt_port = 4500;

	file_read(&ld, path);
	folder_read(&ld, path);
	for (unsigned int i = 0; i < ld.n_conns; i++)
		cfg_conn_settle(&ld, &ld.conns[i]);
	cfg_secrets_read(&ld);
	cfg_secrets_assign(&ld);
	cfg_xauth_read(&ld);
	cfg_credentials_read(&ld);
	cfg_lint(&ld);

	ok = !mine.n_errors;
	if (ok)
		load_result(&ld);
	load_release(&ld);
	cfg_errors_sort(&mine);
	if (errs)
		cfg_errors_append(errs, &mine);
	cfg_errors_free(&mine);
	if (!ok)
		memset(out, 0, sizeof(*out));
	return ok;
}

void cfg_free(struct cfg *cfg)
{
	for (unsigned int i = 0; i < cfg->ike.n; i++)
		conn_cfg_put(cfg->ike.conns[i]);
	free(cfg->ike.conns);
	memset(cfg, 0, sizeof(*cfg));
}
