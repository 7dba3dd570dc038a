// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cfg/cfg_priv.h"

/* XAUTH: the user that we are, or those that we let in. Files as those of pre-shared keys: nobody else may read them. */

#define PASSWORD_MAX 128

static void read_password(struct cfg_load *ld, struct cfg_conn *c)
{
	struct secret text = { 0 };
	char *path, q[CFG_QUOTE_LEN];
	size_t len;

	if (cfg_named_file(ld, c, KEY_XAUTH_PASSWORD_FILE, CFG_SECRET, &text)) {
		len = strcspn((char *)text.p, "\r\n");
		path = cfg_named_path(c, KEY_XAUTH_PASSWORD_FILE);
		if (!len || len > PASSWORD_MAX)
			cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_XAUTH_PASSWORD_FILE),
				   "xauth-password-file: the first line of '%s' has %zu bytes, expected a password of 1 to %d",
				   cfg_quote(path, q), len, PASSWORD_MAX);
		else if (!secret_set(&c->cfg->xauth_password, text.p, len))
			abort();
		free(path);
	}
	secret_wipe(&text);
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
	const struct cfg_file *file;
	bool ok = true;
	int line = 0;
	char *path, q[CFG_QUOTE_LEN];

	if (!cfg_named_file(ld, c, KEY_XAUTH_USERS_FILE, CFG_SECRET, &text))
		return;
	path = cfg_named_path(c, KEY_XAUTH_USERS_FILE);
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
			   "xauth-users-file: nobody stands in '%s', expected lines NAME:HASH", cfg_quote(path, q));
	secret_wipe(&text);
	free(path);
}

static void need(struct cfg_load *ld, const struct cfg_conn *c, enum conn_key k, const char *with)
{
	if (!c->cfg->at[k].line)
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_XAUTH), "xauth = %s needs %s, expected %s", with,
			   conn_key_name(k), conn_key_expect(k));
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
			need(ld, c, KEY_XAUTH_USER, "client");
			need(ld, c, KEY_XAUTH_PASSWORD_FILE, "client");
			if (c->written[KEY_XAUTH_PASSWORD_FILE])
				read_password(ld, c);
		} else {
			no_use(ld, c, KEY_XAUTH_USER, "client");
			no_use(ld, c, KEY_XAUTH_PASSWORD_FILE, "client");
		}
		if (mode == XAUTH_SERVER) {
			need(ld, c, KEY_XAUTH_USERS_FILE, "server");
			if (c->written[KEY_XAUTH_USERS_FILE])
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
