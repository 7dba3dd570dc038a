// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cfg/cfg_priv.h"

/* Files that keys name: of text, and if it is secret for their owner alone. */

const char *cfg_slurp_error(int err)
{
	switch (err) {
	case EINVAL:
		return "is no regular file";
	case EFBIG:
		return "is too large for a file of secrets";
	default:
		return strerror(err);
	}
}

/*
 * Only its owner, root or who runs this, may be able to replace what we trust,
 * and to read a secret. The check is on the opened file, so it holds for what
 * was read.
 */
static bool owner_ok(struct cfg_load *ld, const struct cfg_file *at, int line, const char *path, const struct stat *st)
{
	char q[CFG_QUOTE_LEN];

	if (st->st_uid == 0 || st->st_uid == geteuid())
		return true;
	cfg_report(ld, CFG_ERROR, at, line, "'%s' belongs to user %u, expected root: chown root %s", cfg_quote(path, q),
		   st->st_uid, q);
	return false;
}

static bool owner_writes(struct cfg_load *ld, const struct cfg_file *at, int line, const char *path, const struct stat *st)
{
	char q[CFG_QUOTE_LEN];

	if (!owner_ok(ld, at, line, path, st))
		return false;
	if (!(st->st_mode & (S_IWGRP | S_IWOTH)))
		return true;
	cfg_report(ld, CFG_ERROR, at, line,
		   "'%s' can be written by other users (mode %04o), expected 0644: chmod 644 %s", cfg_quote(path, q),
		   st->st_mode & 07777u, q);
	return false;
}

bool cfg_owner_only(struct cfg_load *ld, const struct cfg_file *at, int line, const char *path,
		    const struct stat *st)
{
	char q[CFG_QUOTE_LEN];

	if (!owner_ok(ld, at, line, path, st))
		return false;
	if (st->st_mode & (S_IRWXG | S_IRWXO)) {
		cfg_report(ld, CFG_ERROR, at, line,
			   "'%s' is open to other users (mode %04o), expected 0600: chmod 600 %s", cfg_quote(path, q),
			   st->st_mode & 07777u, q);
		return false;
	}
	return true;
}

static bool kept(struct cfg_load *ld, const struct cfg_file *at, int line, const char *path, const struct stat *st,
		 enum cfg_keep keep)
{
	if (keep == CFG_SECRET)
		return cfg_owner_only(ld, at, line, path, st);
	return keep == CFG_PUBLIC || owner_writes(ld, at, line, path, st);
}

char *cfg_named_path(const struct cfg_conn *c, enum conn_key k)
{
	return cfg_beside(c->file->path, c->written[k]);
}

bool cfg_named_file(struct cfg_load *ld, const struct cfg_conn *c, enum conn_key k, enum cfg_keep keep,
		    struct secret *out)
{
	int line = cfg_line_of(c, k);
	char *path = cfg_named_path(c, k), q[CFG_QUOTE_LEN];
	struct stat st;
	int err = cfg_slurp(path, out, &st);
	bool ok = false;

	if (err)
		cfg_report(ld, CFG_ERROR, c->file, line, "%s: '%s': %s, expected %s", conn_key_name(k),
			   cfg_quote(path, q), cfg_slurp_error(err), conn_key_expect(k));
	else if (!kept(ld, c->file, line, path, &st, keep))
		ok = false;
	else if (memchr(out->p, '\0', out->len))
		cfg_report(ld, CFG_ERROR, c->file, line, "%s: '%s' holds a NUL byte, expected %s", conn_key_name(k),
			   cfg_quote(path, q), conn_key_expect(k));
	else
		ok = true;
	if (!ok)
		secret_wipe(out);
	free(path);
	return ok;
}
