// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cfg/cfg_priv.h"

/* XAUTH: the user that we are, or those that we let in. Files as those of pre-shared keys: nobody else may read them. */

#define PASSWORD_MAX 128

static const char *written(const struct cfg_conn *c, enum conn_key k)
{
	for (unsigned int i = 0; i < c->section->n; i++)
		if (!strcmp(c->section->entries[i].key, conn_key_name(k)))
			return c->section->entries[i].value;
	return NULL;
}

/* The file that key @k names, if it may be trusted; the caller wipes @out. */
static bool read_file(struct cfg_load *ld, struct cfg_conn *c, enum conn_key k, char **path, struct secret *out)
{
	char q[CFG_QUOTE_LEN];
	struct stat st;
	int err;

	*path = cfg_beside(c->file->path, written(c, k));
	err = cfg_slurp(*path, out, &st);
	if (err) {
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, k), "%s: '%s': %s, expected a file", conn_key_name(k),
			   cfg_quote(*path, q), cfg_slurp_error(err));
		return false;
	}
	if (memchr(out->p, '\0', out->len)) {
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, k), "%s: '%s' holds a NUL byte, expected text",
			   conn_key_name(k), cfg_quote(*path, q));
		return false;
	}
	return cfg_owner_only(ld, c->file, cfg_line_of(c, k), *path, &st);
}

static void read_password(struct cfg_load *ld, struct cfg_conn *c)
{
	struct secret text = { 0 };
	char *path = NULL;
	size_t len;

	if (read_file(ld, c, KEY_XAUTH_PASSWORD_FILE, &path, &text)) {
		len = strcspn((char *)text.p, "\r\n");
		if (!len || len > PASSWORD_MAX)
			cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_XAUTH_PASSWORD_FILE),
				   "xauth-password-file: expected a first line of 1 to %d bytes", PASSWORD_MAX);
		else if (!secret_set(&c->cfg->xauth_password, text.p, len))
			abort();
	}
	secret_wipe(&text);
	free(path);
}

/* "name:hash" of a line without its end. */
static bool add_user(struct cfg_load *ld, struct conn_cfg *cfg, const struct cfg_file *file, int line, char *text)
{
	char *hash = strchr(text, ':'), q[CFG_QUOTE_LEN];
	const char *why = "expected NAME:HASH, as ikod --hash-password makes it";
	struct xauth_user *u;

	cfg->users = cfg_grow(cfg->users, cfg->n_users, sizeof(*cfg->users));
	u = &cfg->users[cfg->n_users];
	if (hash)
		*hash++ = '\0';
	if (!hash || !*text || strlen(text) > XAUTH_USER_MAX || !password_parse(hash, &u->hash, &why)) {
		cfg_report(ld, CFG_ERROR, file, line, "the line of user '%s': %s", cfg_quote(hash ? text : "?", q), why);
		return false;
	}
	for (unsigned int i = 0; i < cfg->n_users; i++) {
		if (strcmp(cfg->users[i].name, text))
			continue;
		cfg_report(ld, CFG_ERROR, file, line, "user '%s' stands twice, expected one line", cfg_quote(text, q));
		return false;
	}
	memcpy(u->name, text, strlen(text) + 1);
	cfg->n_users++;
	return true;
}

static void read_users(struct cfg_load *ld, struct cfg_conn *c)
{
	struct secret text = { 0 };
	char *path = NULL;
	const struct cfg_file *file;
	bool ok = true;
	int line = 0;

	if (!read_file(ld, c, KEY_XAUTH_USERS_FILE, &path, &text)) {
		secret_wipe(&text);
		free(path);
		return;
	}
	file = cfg_file_add(ld, path);
	for (char *at = (char *)text.p, *end; at && *at; at = end) {
		end = strchr(at, '\n');
		if (end)
			*end++ = '\0';
		line++;
		at[strcspn(at, "\r")] = '\0';
		if (*at && *at != '#')
			ok &= add_user(ld, c->cfg, file, line, at);
	}
	if (ok && !c->cfg->n_users)
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_XAUTH_USERS_FILE),
			   "xauth-users-file: nobody stands in it, expected lines NAME:HASH");
	secret_wipe(&text);
	free(path);
}

static void need(struct cfg_load *ld, const struct cfg_conn *c, enum conn_key k)
{
	if (!c->cfg->at[k].line)
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_XAUTH), "xauth = %s needs %s", written(c, KEY_XAUTH),
			   conn_key_name(k));
}

static void no_use(struct cfg_load *ld, const struct cfg_conn *c, enum conn_key k, const char *with)
{
	if (c->cfg->at[k].line)
		cfg_report(ld, CFG_WARNING, c->file, cfg_line_of(c, k), "%s changes nothing without xauth = %s",
			   conn_key_name(k), with);
}

void cfg_xauth_read(struct cfg_load *ld)
{
	for (unsigned int i = 0; i < ld->n_conns; i++) {
		struct cfg_conn *c = &ld->conns[i];
		enum xauth_mode mode = c->cfg->xauth;

		if (c->bad[KEY_XAUTH])
			continue;
		if (mode == XAUTH_CLIENT) {
			need(ld, c, KEY_XAUTH_USER);
			need(ld, c, KEY_XAUTH_PASSWORD_FILE);
			if (c->cfg->at[KEY_XAUTH_PASSWORD_FILE].line && !c->bad[KEY_XAUTH_PASSWORD_FILE])
				read_password(ld, c);
		} else {
			no_use(ld, c, KEY_XAUTH_USER, "client");
			no_use(ld, c, KEY_XAUTH_PASSWORD_FILE, "client");
		}
		if (mode == XAUTH_SERVER) {
			need(ld, c, KEY_XAUTH_USERS_FILE);
			if (c->cfg->at[KEY_XAUTH_USERS_FILE].line && !c->bad[KEY_XAUTH_USERS_FILE])
				read_users(ld, c);
		} else {
			no_use(ld, c, KEY_XAUTH_USERS_FILE, "server");
		}
	}
}

bool cfg_set_user(struct cfg_value *v, void *base)
{
	size_t len = strlen(v->text);

	if (!len)
		return cfg_bad(v, NULL, NULL);
	if (len > XAUTH_USER_MAX)
		return cfg_bad(v, "a user has at most 64 characters", NULL);
	for (size_t i = 0; i < len; i++)
		if (!isgraph((unsigned char)v->text[i]) || v->text[i] == ':')
			return cfg_bad(v, "a user is printable characters without blanks and ':'", NULL);
	memcpy((char *)base + v->key->off, v->text, len + 1);
	return true;
}

/* What it names is read once all is known. */
bool cfg_set_file(struct cfg_value *v, void *base)
{
	(void)base;
	return *v->text ? true : cfg_bad(v, NULL, NULL);
}
