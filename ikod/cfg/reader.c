// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cfg/cfg_priv.h"
#include "wire/text.h"

/*
 * Over libinih, which may be built without line numbers, with lines of 200 bytes
 * and with buffers that nobody wipes. So it is given the shape of each line only:
 * "k = ." while key and value stay here. It pairs keys with sections and
 * continuation lines with keys; that a handler runs before the next line is
 * asked for makes line, key and value exact, of any length, and keeps secrets
 * out of its buffers.
 */

/** struct lines - the text and the line that libinih is at */
struct lines {
	struct cfg_load *ld;
	const struct cfg_file *file;
	const char *at, *end;
	int line;
	const char *key, *value;
	size_t key_len, value_len;
	bool continued;		/* this line continues the entry before it */
	bool secrets;
	struct cfg_section *section;
	void (*handle)(struct cfg_load *ld, struct cfg_section *s);
};

const struct cfg_file *cfg_file_add(struct cfg_load *ld, const char *path)
{
	struct cfg_file *f = cfg_zalloc(sizeof(*f));

	f->path = cfg_strndup(path, strlen(path));
	f->order = ld->n_files;
	ld->files = cfg_grow(ld->files, ld->n_files, sizeof(*ld->files));
	ld->files[ld->n_files++] = f;
	return f;
}

static int read_all(int fd, uint8_t *p, size_t *len)
{
	size_t n = 0;
	ssize_t r;

	while (n < *len) {
		r = read(fd, p + n, *len - n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return errno;
		if (!r)
			break;
		n += (size_t)r;
	}
	*len = n;
	return 0;
}

int cfg_slurp(const char *path, struct secret *out, struct stat *st)
{
	/* O_NONBLOCK: opening a FIFO by mistake must not hang the daemon */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	size_t len;
	int err;

	if (fd < 0)
		return errno;
	err = fstat(fd, st) ? errno : !S_ISREG(st->st_mode) ? EINVAL : st->st_size > CFG_FILE_MAX ? EFBIG : 0;
	if (!err) {
		len = (size_t)st->st_size;
		if (secret_alloc(out, len + 1)) {
			err = read_all(fd, out->p, &len);
			out->p[len] = '\0';
			out->len = len;
		} else {
			err = ENOMEM;
		}
	}
	if (err)
		secret_wipe(out);
	close(fd);
	return err;
}

static void section_finish(struct lines *l)
{
	if (l->section)
		l->handle(l->ld, l->section);
	l->section = NULL;
}

static void section_begin(struct lines *l, const char *s, size_t len)
{
	const char *close = memchr(s, ']', len);
	const char *after;
	size_t head;

	section_finish(l);
	l->section = cfg_zalloc(sizeof(*l->section));
	l->section->file = l->file;
	l->section->line = l->line;
	if (!close) {
		cfg_report(l->ld, CFG_ERROR, l->file, l->line,
			   "the section header is not closed, expected [global] or [connection NAME]");
		return;
	}
	for (after = close + 1; after < s + len && isspace((unsigned char)*after); after++)
		;
	if (after < s + len && *after != '#' && *after != ';')
		cfg_report(l->ld, CFG_ERROR, l->file, l->line,
			   "text behind the ']' of a section header, expected the end of the line");
	for (s++; s < close && isspace((unsigned char)*s); s++)
		;
	head = (size_t)(close - s);
	while (head && isspace((unsigned char)s[head - 1]))
		head--;
	l->section->head = cfg_strndup(s, head);
}

/* Trim; drop a comment that follows a blank, except in a secret. */
static void value_set(struct lines *l, const char *s, size_t len)
{
	while (len && isspace((unsigned char)*s)) {
		s++;
		len--;
	}
	for (size_t i = 0; !l->secrets && i < len; i++)
		if ((s[i] == '#' || s[i] == ';') && (!i || isspace((unsigned char)s[i - 1])))
			len = i;
	while (len && isspace((unsigned char)s[len - 1]))
		len--;
	l->value = s;
	l->value_len = len;
}

/* What libinih is to see of the line at @s. */
static void line_shape(struct lines *l, const char *s, size_t len, char *out, size_t cap)
{
	const char *eq = memchr(s, '=', len);
	bool indented = isspace((unsigned char)*s);
	const char *text = s;

	snprintf(out, cap, ";\n");
	while (text < s + len && isspace((unsigned char)*text))
		text++;
	if (text == s + len || *text == '#' || *text == ';')
		return;
	l->continued = false;
	if (*text == '[') {
		section_begin(l, text, (size_t)(s + len - text));
		snprintf(out, cap, "[%d]\n", l->line);
	} else if (eq && !memchr(text, ':', (size_t)(eq - text))) {
		value_set(l, eq + 1, (size_t)(s + len - eq) - 1);
		l->key = text;
		for (len = (size_t)(eq - text); len && isspace((unsigned char)text[len - 1]); len--)
			;
		l->key_len = len;
		snprintf(out, cap, "k = .\n");
	} else if (indented && !l->secrets && l->section && l->section->n) {
		value_set(l, text, (size_t)(s + len - text));
		l->continued = true;
		snprintf(out, cap, " .\n");
	} else {
		cfg_report(l->ld, CFG_ERROR, l->file, l->line, "neither a section nor a key, expected 'key = value'");
	}
}

static char *next_line(char *str, int num, void *stream)
{
	struct lines *l = stream;
	const char *s = l->at;
	const char *nl;
	size_t len;

	if (s >= l->end)
		return NULL;
	nl = memchr(s, '\n', (size_t)(l->end - s));
	l->at = nl ? nl + 1 : l->end;
	len = (size_t)((nl ? nl : l->end) - s);
	l->line++;
	/* a byte order mark is no part of the first key */
	if (l->line == 1 && len >= 3 && !memcmp(s, "\xef\xbb\xbf", 3)) {
		s += 3;
		len -= 3;
	}
	if (memchr(s, '\0', len)) {
		cfg_report(l->ld, CFG_ERROR, l->file, l->line, "a NUL byte in the line, expected text");
		len = 0;
	}
	line_shape(l, s, len, str, (size_t)num);
	return str;
}

static void entry_continue(struct cfg_entry *e, const char *more, size_t len)
{
	size_t n = strlen(e->value);
	char *joined = cfg_zalloc(n + len + 2);

	memcpy(joined, e->value, n);
	joined[n] = ' ';
	memcpy(joined + n + 1, more, len);
	cfg_wipe_free(e->value);
	e->value = joined;
}

static int handle_pair(void *user, const char *section, const char *name, const char *value)
{
	struct lines *l = user;
	struct cfg_section *s = l->section;
	struct cfg_entry *e;
	char q[CFG_QUOTE_LEN];

	(void)section;
	(void)name;
	(void)value;
	if (!s) {
		cfg_report(l->ld, CFG_ERROR, l->file, l->line,
			   "key '%s' stands before any section, expected %s above it",
			   text_escape(l->key, l->key_len, q, sizeof(q)),
			   l->secrets ? "[secrets]" : "[global] or [connection NAME]");
		return 1;
	}
	if (l->continued && s->n) {
		entry_continue(&s->entries[s->n - 1], l->value, l->value_len);
		return 1;
	}
	s->entries = cfg_grow(s->entries, s->n, sizeof(*s->entries));
	e = &s->entries[s->n++];
	e->key = cfg_strndup(l->key, l->key_len);
	e->value = cfg_strndup(l->value, l->value_len);
	e->line = l->line;
	return 1;
}

void cfg_parse(struct cfg_load *ld, const struct cfg_file *file, const struct secret *text, bool secrets,
	       void (*handle)(struct cfg_load *ld, struct cfg_section *s))
{
	struct lines l = {
		.ld = ld,
		.file = file,
		.at = (const char *)text->p,
		.end = (const char *)text->p + text->len,
		.secrets = secrets,
		.handle = handle,
	};
	int rc = ini_parse_stream(next_line, &l, handle_pair, &l);

	if (rc)
		cfg_report(ld, CFG_ERROR, file, rc > 0 ? rc : 0, "cannot be parsed, expected 'key = value'");
	section_finish(&l);
}

void cfg_section_free(struct cfg_section *s)
{
	for (unsigned int i = 0; i < s->n; i++) {
		cfg_wipe_free(s->entries[i].key);
		cfg_wipe_free(s->entries[i].value);
	}
	free(s->entries);
	free(s->head);
	free(s);
}
