// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

static const char *const inks[] = {
	[INK_NONE] = "", [INK_BOLD] = "\033[1m", [INK_DIM] = "\033[2m",
	[INK_GOOD] = "\033[32m", [INK_WARN] = "\033[33m", [INK_BAD] = "\033[31m",
};

/* C0, DEL, and C1, which is two bytes in UTF-8 */
static bool is_control(const unsigned char *s)
{
	return s[0] < 0x20 || s[0] == 0x7f || (s[0] == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0);
}

void page_text(const struct page *p, enum ink ink, const char *s)
{
	const unsigned char *c = (const unsigned char *)s;

	if (p->colour)
		fputs(inks[ink], p->out);
	for (; *c; c++) {
		if (!is_control(c)) {
			putc(*c, p->out);
			continue;
		}
		putc('?', p->out);
		c += *c == 0xc2;
	}
	if (p->colour && ink != INK_NONE)
		fputs("\033[0m", p->out);
}

void page_printf(const struct page *p, enum ink ink, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	page_text(p, ink, text);
}

const char *duration(int64_t seconds, char out[DURATION_LEN])
{
	static const struct {
		const char *unit;
		int64_t in_seconds;
	} units[] = { { "d", 86400 }, { "h", 3600 }, { "m", 60 }, { "s", 1 } };
	size_t i = 0;

	if (seconds < 0) {
		strcpy(out, "-");
		return out;
	}
	while (i < 3 && seconds < units[i].in_seconds)
		i++;
	if (i == 3 || seconds % units[i].in_seconds < units[i + 1].in_seconds)
		snprintf(out, DURATION_LEN, "%" PRId64 "%s", seconds / units[i].in_seconds, units[i].unit);
	else
		snprintf(out, DURATION_LEN, "%" PRId64 "%s %" PRId64 "%s", seconds / units[i].in_seconds, units[i].unit,
			 seconds % units[i].in_seconds / units[i + 1].in_seconds, units[i + 1].unit);
	return out;
}

const char *size(uint64_t bytes, char out[SIZE_LEN])
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	double v = (double)bytes;
	size_t i = 0;

	/* 1023.5 would be shown as 1024 */
	while (v >= 1023.5 && i < 6) {
		v /= 1024;
		i++;
	}
	snprintf(out, SIZE_LEN, i && v < 9.95 ? "%.1f %s" : "%.0f %s", v, units[i]);
	return out;
}

void table_add(struct table *t, enum ink ink, const char *text)
{
	struct table_cell *cells = realloc(t->cells, (t->n + 1) * sizeof(*cells));

	if (!cells)
		abort();
	t->cells = cells;
	cells[t->n].text = strdup(text);
	if (!cells[t->n].text)
		abort();
	cells[t->n++].ink = ink;
}

static void print_cell(const struct page *p, const struct table_column *col, enum ink ink, const char *text,
		       size_t width, bool last)
{
	size_t pad = width - strlen(text);

	if (col->right)
		fprintf(p->out, "%*s", (int)pad, "");
	page_text(p, ink, text);
	if (!last)
		fprintf(p->out, "%*s", (int)(col->right ? 2 : pad + 2), "");
}

void table_print(struct table *t, const struct page *p, unsigned int indent)
{
	size_t width[TABLE_COLUMNS] = { 0 };
	unsigned int n = t->n_columns;

	for (unsigned int i = 0; i < n; i++)
		width[i] = strlen(t->columns[i].title);
	for (size_t i = 0; i < t->n; i++)
		if (strlen(t->cells[i].text) > width[i % n])
			width[i % n] = strlen(t->cells[i].text);
	for (unsigned int i = 0; i < n; i++) {
		fprintf(p->out, "%*s", i ? 0 : (int)indent, "");
		print_cell(p, &t->columns[i], INK_DIM, t->columns[i].title, width[i], i + 1 == n);
	}
	putc('\n', p->out);
	for (size_t i = 0; i < t->n; i++) {
		unsigned int c = i % n;

		fprintf(p->out, "%*s", c ? 0 : (int)indent, "");
		print_cell(p, &t->columns[c], t->cells[i].ink, t->cells[i].text, width[c], c + 1 == n);
		if (c + 1 == n)
			putc('\n', p->out);
		free(t->cells[i].text);
	}
	free(t->cells);
	t->cells = NULL;
	t->n = 0;
}
