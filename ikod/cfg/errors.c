// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "cfg/cfg_priv.h"
#include "wire/text.h"

const char *cfg_quote(const char *s, char out[CFG_QUOTE_LEN])
{
	return text_escape(s, strlen(s), out, CFG_QUOTE_LEN);
}

void cfg_report(struct cfg_load *ld, enum cfg_severity sev, const struct cfg_file *file, int line,
		const char *fmt, ...)
{
	const char *mark = sev == CFG_WARNING ? "warning: " : "";
	struct cfg_errors *errs = ld->errs;
	struct cfg_error *e;
	char what[1024];
	char at[16] = "";
	va_list ap;
	size_t len;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (line)
		snprintf(at, sizeof(at), ":%d", line);
	errs->v = cfg_grow(errs->v, errs->n, sizeof(*errs->v));
	e = &errs->v[errs->n++];
	len = strlen(file->path) + strlen(at) + strlen(mark) + strlen(what) + 3;
	e->text = cfg_zalloc(len);
	snprintf(e->text, len, "%s%s: %s%s", file->path, at, mark, what);
	e->severity = sev;
	e->file = file->order;
	e->line = line;
	errs->n_errors += sev == CFG_ERROR;
}

static bool comes_after(const struct cfg_error *a, const struct cfg_error *b)
{
	return a->file != b->file ? a->file > b->file : a->line > b->line;
}

/* Insertion: stable, and findings mostly come in order. */
void cfg_errors_sort(struct cfg_errors *errs)
{
	for (unsigned int i = 1; i < errs->n; i++) {
		struct cfg_error e = errs->v[i];
		unsigned int j = i;

		for (; j && comes_after(&errs->v[j - 1], &e); j--)
			errs->v[j] = errs->v[j - 1];
		errs->v[j] = e;
	}
}

void cfg_errors_append(struct cfg_errors *to, struct cfg_errors *from)
{
	for (unsigned int i = 0; i < from->n; i++) {
		to->v = cfg_grow(to->v, to->n, sizeof(*to->v));
		to->v[to->n++] = from->v[i];
		from->v[i].text = NULL;
	}
	to->n_errors += from->n_errors;
}

void cfg_errors_print(const struct cfg_errors *errs, FILE *to)
{
	for (unsigned int i = 0; i < errs->n; i++)
		fprintf(to, "%s\n", errs->v[i].text);
}

void cfg_errors_free(struct cfg_errors *errs)
{
	for (unsigned int i = 0; i < errs->n; i++)
		free(errs->v[i].text);
	free(errs->v);
	memset(errs, 0, sizeof(*errs));
}
