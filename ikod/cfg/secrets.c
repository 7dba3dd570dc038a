// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cfg/cfg_priv.h"
#include "wire/suggest.h"

/*
 * Pre-shared keys. What is read stays in struct secret and in entries that are
 * wiped; messages name files, lines and connections, never a byte of a key.
 */

#define PSK_SHORT	8
#define PSK_MAX		1024
#define PSK_SEARCHABLE	24	/* 192 bits if random, 144 if in base64 */

static int hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* "0x…" to bytes; false if it is not pairs of hex digits */
static bool hex_decode(const char *s, size_t len, struct secret *out)
{
	if (!len || len % 2 || !secret_alloc(out, len / 2))
		return false;
	for (size_t i = 0; i < len; i += 2) {
		if (!isxdigit((unsigned char)s[i]) || !isxdigit((unsigned char)s[i + 1])) {
			secret_wipe(out);
			return false;
		}
		out->p[i / 2] = (uint8_t)(hex_digit(s[i]) << 4 | hex_digit(s[i + 1]));
	}
	return true;
}

/* Text as it was written to a key. */
static bool psk_set(struct cfg_load *ld, const struct cfg_file *at, int line, const char *what, const char *s,
		    size_t len, struct secret *out)
{
	bool hex = len >= 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	const char *weak;

	if (!len) {
		cfg_report(ld, CFG_ERROR, at, line, "%s is empty, expected a pre-shared key", what);
		return false;
	}
	if (len > PSK_MAX) {
		cfg_report(ld, CFG_ERROR, at, line, "%s is longer than %d bytes, expected a pre-shared key", what,
			   PSK_MAX);
		return false;
	}
	if (hex && !hex_decode(s + 2, len - 2, out)) {
		cfg_report(ld, CFG_ERROR, at, line, "%s begins with 0x, expected pairs of hex digits after it", what);
		return false;
	}
	if (!hex && !secret_set(out, s, len))
		abort();
	weak = cfg_psk_weakness(out);
	if (out->len < PSK_SHORT)
		cfg_report(ld, CFG_WARNING, at, line,
			   "%s is only %zu bytes long, expected %d or more: a short key can be guessed", what,
			   out->len, PSK_SHORT);
	else if (weak)
		cfg_report(ld, CFG_WARNING, at, line,
			   "%s can be guessed: the key %s, expected a random one (openssl rand -base64 24)", what, weak);
	return true;
}

/* ---- psk-file ---- */

static void psk_file_read(struct cfg_load *ld, struct cfg_conn *c)
{
	int line = cfg_line_of(c, KEY_PSK_FILE);
	char *path = cfg_named_path(c, KEY_PSK_FILE);
	char q[CFG_QUOTE_LEN], what[CFG_QUOTE_LEN + 32];
	struct secret text = { 0 };
	const char *key;
	size_t len;

	if (cfg_named_file(ld, c, KEY_PSK_FILE, CFG_SECRET, &text)) {
		snprintf(what, sizeof(what), "psk-file: '%s'", cfg_quote(path, q));
		/* a byte order mark is no part of the key */
		key = (char *)text.p + (strncmp((char *)text.p, "\xef\xbb\xbf", 3) ? 0 : 3);
		len = strcspn(key, "\n");
		if (len && key[len - 1] == '\r')
			len--;
		if (len && isspace((unsigned char)key[len - 1]))
			cfg_report(ld, CFG_WARNING, c->file, line, "%s: the key ends in a blank, which counts", what);
		psk_set(ld, c->file, line, what, key, len, &c->cfg->psk);
	}
	c->bad[KEY_PSK_FILE] = !c->cfg->psk.p;
	secret_wipe(&text);
	free(path);
}

/* ---- secrets file ---- */

static struct cfg_secret *secret_find(const struct cfg_load *ld, const char *name)
{
	for (unsigned int i = 0; i < ld->n_secrets; i++)
		if (!strcmp(ld->secrets[i].name, name))
			return &ld->secrets[i];
	return NULL;
}

static void secret_add(struct cfg_load *ld, const struct cfg_section *s, const struct cfg_entry *e)
{
	struct cfg_secret *known = secret_find(ld, e->key);
	size_t len = strlen(e->value);
	const char *value = e->value;
	struct cfg_secret *sec;
	char q[CFG_QUOTE_LEN], what[CFG_QUOTE_LEN + 32];

	cfg_quote(e->key, q);
	if (known) {
		cfg_report(ld, CFG_ERROR, s->file, e->line, "a second secret for '%s', first in line %d, expected one", q,
			   known->line);
		return;
	}
	if (len >= 2 && value[0] == '"' && value[len - 1] == '"') {
		value++;
		len -= 2;
	}
	ld->secrets = cfg_grow(ld->secrets, ld->n_secrets, sizeof(*ld->secrets));
	sec = &ld->secrets[ld->n_secrets++];
	sec->name = cfg_strndup(e->key, strlen(e->key));
	sec->line = e->line;
	snprintf(what, sizeof(what), "the secret of '%s'", q);
	if (!psk_set(ld, s->file, e->line, what, value, len, &sec->secret))
		ld->secrets_broken = true;
}

static void secrets_section(struct cfg_load *ld, struct cfg_section *s)
{
	if (s->head && strcmp(s->head, "secrets")) {
		cfg_report(ld, CFG_ERROR, s->file, s->line, "unknown section, expected [secrets] in a secrets file");
		ld->secrets_broken = true;
	}
	for (unsigned int i = 0; s->head && !strcmp(s->head, "secrets") && i < s->n; i++)
		secret_add(ld, s, &s->entries[i]);
	cfg_section_free(s);
}

/* A line that belongs to nobody is most likely a slip in the name. */
static void secrets_unused(struct cfg_load *ld, const struct cfg_file *file)
{
	const char **names = cfg_zalloc((ld->n_conns + 1) * sizeof(*names));
	char q[CFG_QUOTE_LEN];

	for (unsigned int i = 0; i < ld->n_conns; i++)
		names[i] = ld->conns[i].cfg->name;
	for (unsigned int i = 0; i < ld->n_secrets; i++) {
		const char *name = ld->secrets[i].name;
		bool used = false;
		const char *meant;

		for (unsigned int j = 0; j < ld->n_conns; j++)
			used |= !strcmp(names[j], name);
		if (used)
			continue;
		meant = suggest(name, names, ld->n_conns);
		cfg_report(ld, CFG_WARNING, file, ld->secrets[i].line,
			   "no connection has the name '%s', expected one%s%s%s", cfg_quote(name, q),
			   meant ? ", did you mean '" : "", meant ? meant : "", meant ? "'?" : "");
	}
	free(names);
}

void cfg_secrets_read(struct cfg_load *ld)
{
	const char *path;
	unsigned int errors = ld->errs->n_errors;
	const struct cfg_file *file;
	struct secret text = { 0 };
	char q[CFG_QUOTE_LEN];
	struct stat st;
	int err;

	ld->secrets_path = cfg_beside(ld->secrets_at ? ld->secrets_at->path : ld->files[0]->path,
				      ld->secrets_file ? ld->secrets_file : CFG_DEFAULT_SECRETS);
	err = cfg_slurp(ld->secrets_path, &text, &st);
	/* the default file is no must */
	if (err && !ld->secrets_file)
		return;
	path = ld->secrets_path;
	file = cfg_file_add(ld, path);
	if (err)
		cfg_report(ld, CFG_ERROR, ld->secrets_at, ld->secrets_line,
			   "secrets-file: '%s': %s, expected a file of secrets", cfg_quote(path, q),
			   cfg_slurp_error(err));
	else if (cfg_owner_only(ld, ld->secrets_at ? ld->secrets_at : file, ld->secrets_line, path, &st))
		cfg_parse(ld, file, &text, true, secrets_section);
	if (ld->errs->n_errors != errors)
		ld->secrets_broken = true;
	secrets_unused(ld, file);
	secret_wipe(&text);
}

/* Nobody has to be asked more than once to try all keys that people think of. */
static void check_searchable(struct cfg_load *ld, const struct cfg_conn *c)
{
	if (c->cfg->mode != MODE_AGGRESSIVE || !c->cfg->psk.p || c->cfg->psk.len >= PSK_SEARCHABLE)
		return;
	cfg_report(ld, CFG_WARNING, c->file, c->cfg->at[KEY_MODE].line,
		   "mode: the secret of '%s' has %zu bytes and can be searched for in aggressive mode, expected %d or more, random: openssl rand -base64 32",
		   c->cfg->name, c->cfg->psk.len, PSK_SEARCHABLE);
}

void cfg_secrets_assign(struct cfg_load *ld)
{
	char q[CFG_QUOTE_LEN];

	for (unsigned int i = 0; i < ld->n_conns; i++) {
		struct cfg_conn *c = &ld->conns[i];
		struct cfg_secret *s = secret_find(ld, c->cfg->name);

		if (c->bad[KEY_PSK_FILE] || !cfg_wants_psk(c))
			continue;
		if (c->written[KEY_PSK_FILE]) {
			if (s)
				cfg_report(ld, CFG_WARNING, c->file, c->cfg->at[KEY_PSK_FILE].line,
					   "psk-file counts, the secret of '%s' in the secrets file does not",
					   c->cfg->name);
			psk_file_read(ld, c);
		} else if (s && s->secret.p) {
			if (!secret_copy(&c->cfg->psk, &s->secret))
				abort();
		} else if (!ld->secrets_broken && !c->duplicate) {
			cfg_report(ld, CFG_ERROR, c->file, c->section->line,
				   "connection '%s' has no secret, expected psk-file = FILE, or a line '%s = ...' in the secrets file (%s)",
				   c->cfg->name, c->cfg->name, cfg_quote(ld->secrets_path, q));
		}
		check_searchable(ld, c);
	}
}

void cfg_secrets_free(struct cfg_load *ld)
{
	for (unsigned int i = 0; i < ld->n_secrets; i++) {
		free(ld->secrets[i].name);
		secret_wipe(&ld->secrets[i].secret);
	}
	free(ld->secrets);
	free(ld->secrets_path);
}
