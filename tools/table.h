/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TOOLS_TABLE_H
#define TOOLS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Text for people: colours, durations, sizes, aligned columns. */

enum ink { INK_NONE, INK_BOLD, INK_DIM, INK_GOOD, INK_WARN, INK_BAD };

/**
 * struct page - where a report is written, and how
 * @colour: terminal colours are wanted
 * @utf8: characters beyond ASCII are fine
 */
struct page {
	FILE *out;
	bool colour, utf8;
};

/** page_text - @s in @ink; control characters, which could drive a terminal, become '?' */
void page_text(const struct page *p, enum ink ink, const char *s);
/** page_printf - as page_text(), formatted; cut at 1 KiB */
void page_printf(const struct page *p, enum ink ink, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#define DURATION_LEN 48
/** duration - "12s", "4m 12s", "2h 13m", "3d 4h"; "-" if negative */
const char *duration(int64_t seconds, char out[DURATION_LEN]);
#define SIZE_LEN 16
/** size - "840 B", "1.2 KiB", "17 MiB" */
const char *size(uint64_t bytes, char out[SIZE_LEN]);

#define TABLE_COLUMNS 12

struct table_column {
	const char *title;
	bool right;	/* aligned to the right */
};

struct table_cell {
	char *text;
	enum ink ink;
};

/** struct table - zero-initialise, set @columns and @n_columns, add cells row by row */
struct table {
	const struct table_column *columns;
	unsigned int n_columns;
	struct table_cell *cells;
	size_t n;
};

void table_add(struct table *t, enum ink ink, const char *text);
/** table_print - title line and rows, each indented; empties the table */
void table_print(struct table *t, const struct page *p, unsigned int indent);

#endif
