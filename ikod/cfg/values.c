// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cfg/cfg_priv.h"
#include "wire/suggest.h"

bool cfg_bad(struct cfg_value *v, const char *wrong, const char *meant)
{
	char q[CFG_QUOTE_LEN], did[96] = "";

	if (meant)
		snprintf(did, sizeof(did), ", did you mean '%s'?", meant);
	if (wrong)
		cfg_report(v->ld, CFG_ERROR, v->file, v->line, "%s: %s, expected %s%s", v->name, wrong, v->expect,
			   did);
	else if (!*v->text)
		cfg_report(v->ld, CFG_ERROR, v->file, v->line, "%s has no value, expected %s%s", v->name, v->expect,
			   did);
	else
		cfg_report(v->ld, CFG_ERROR, v->file, v->line, "%s: '%s' is not valid, expected %s%s", v->name,
			   cfg_quote(v->text, q), v->expect, did);
	return false;
}

static void *member(const struct cfg_value *v, void *base)
{
	return (char *)base + v->key->off;
}

static const struct cfg_word *word_find(const struct cfg_word *words, const char *s)
{
	for (; words->word; words++)
		if (!strcasecmp(words->word, s))
			return words;
	return NULL;
}

static bool bad_word(struct cfg_value *v, const struct cfg_word *words)
{
	const char *names[32];
	size_t n = 0;

	while (n < ARRAY_LEN(names) && words[n].word) {
		names[n] = words[n].word;
		n++;
	}
	return cfg_bad(v, NULL, suggest(v->text, names, n));
}

bool cfg_set_word(struct cfg_value *v, void *base)
{
	const struct cfg_word *w = word_find(v->key->words, v->text);

	if (!w)
		return bad_word(v, v->key->words);
	memcpy(member(v, base), &w->value, sizeof(w->value));
	return true;
}

bool cfg_set_bool(struct cfg_value *v, void *base)
{
	static const struct cfg_word words[] = {
		{ "yes", true }, { "no", false }, { "true", true }, { "false", false },
		{ "on", true }, { "off", false }, { NULL, 0 },
	};
	const struct cfg_word *w = word_find(words, v->text);

	if (!w)
		return bad_word(v, words);
	*(bool *)member(v, base) = w->value;
	return true;
}

/** struct unit - a suffix and what it multiplies by */
struct unit {
	const char *suffix;
	uint64_t factor;
};

/* Digits and an optional unit; false if it is something else or does not fit. */
static bool number_parse(const char *s, const struct unit *units, size_t n_units, uint64_t *out)
{
	char *end;
	unsigned long long n;

	if (!isdigit((unsigned char)*s))
		return false;
	errno = 0;
	n = strtoull(s, &end, 10);
	if (errno)
		return false;
	while (isspace((unsigned char)*end))
		end++;
	for (size_t i = 0; i < n_units; i++)
		if (!strcasecmp(end, units[i].suffix))
			return !__builtin_mul_overflow((uint64_t)n, units[i].factor, out);
	return false;
}

static bool number_set(struct cfg_value *v, const struct unit *units, size_t n_units, const char *unit,
		       uint64_t *out)
{
	const struct cfg_key *key = v->key;
	char wrong[CFG_QUOTE_LEN + 80];
	char q[CFG_QUOTE_LEN];

	if (!number_parse(v->text, units, n_units, out))
		return cfg_bad(v, NULL, NULL);
	if (*out >= key->min && *out <= key->max)
		return true;
	snprintf(wrong, sizeof(wrong), "'%s' is out of range (%" PRIu64 " to %" PRIu64 "%s)", cfg_quote(v->text, q),
		 key->min, key->max, unit);
	return cfg_bad(v, wrong, NULL);
}

static bool number_set_u32(struct cfg_value *v, void *base, const struct unit *units, size_t n_units,
			   const char *unit)
{
	const struct cfg_word *w = v->key->words ? word_find(v->key->words, v->text) : NULL;
	uint64_t n;

	if (w) {
		*(uint32_t *)member(v, base) = (uint32_t)w->value;
		return true;
	}
	if (v->key->words && isalpha((unsigned char)*v->text))
		return bad_word(v, v->key->words);
	if (!number_set(v, units, n_units, unit, &n))
		return false;
	*(uint32_t *)member(v, base) = (uint32_t)n;
	return true;
}

bool cfg_set_seconds(struct cfg_value *v, void *base)
{
	static const struct unit units[] = {
		{ "", 1 }, { "s", 1 }, { "m", 60 }, { "min", 60 }, { "h", 3600 }, { "d", 86400 },
	};

	return number_set_u32(v, base, units, ARRAY_LEN(units), " s");
}

bool cfg_set_millis(struct cfg_value *v, void *base)
{
	static const struct unit units[] = { { "", 1000 }, { "s", 1000 }, { "ms", 1 }, { "m", 60000 } };

	return number_set_u32(v, base, units, ARRAY_LEN(units), " ms");
}

bool cfg_set_number(struct cfg_value *v, void *base)
{
	static const struct unit units[] = { { "", 1 } };

	return number_set_u32(v, base, units, ARRAY_LEN(units), "");
}

bool cfg_set_percent(struct cfg_value *v, void *base)
{
	static const struct unit units[] = { { "", 1 }, { "%", 1 } };

	return number_set_u32(v, base, units, ARRAY_LEN(units), "%");
}

bool cfg_set_port(struct cfg_value *v, void *base)
{
	static const struct unit units[] = { { "", 1 } };
	uint64_t n;

	if (!number_set(v, units, ARRAY_LEN(units), "", &n))
		return false;
	*(uint16_t *)member(v, base) = (uint16_t)n;
	return true;
}

bool cfg_set_size(struct cfg_value *v, void *base)
{
	static const struct unit units[] = {
		{ "", 1 }, { "B", 1 }, { "K", 1ULL << 10 }, { "KB", 1ULL << 10 }, { "M", 1ULL << 20 },
		{ "MB", 1ULL << 20 }, { "G", 1ULL << 30 }, { "GB", 1ULL << 30 }, { "T", 1ULL << 40 },
		{ "TB", 1ULL << 40 },
	};
	uint64_t n;

	if (!number_parse(v->text, units, ARRAY_LEN(units), &n))
		return cfg_bad(v, NULL, NULL);
	if (n && n < v->key->min)
		return cfg_bad(v, "too small: it would rekey without end", NULL);
	*(uint64_t *)member(v, base) = n;
	return true;
}

bool cfg_set_path(struct cfg_value *v, void *base)
{
	size_t len = strlen(v->text);

	if (!len || v->text[0] != '/')
		return cfg_bad(v, NULL, NULL);
	if (len >= v->key->max)
		return cfg_bad(v, "the path is too long", NULL);
	memcpy(member(v, base), v->text, len + 1);
	return true;
}

/* What the kernel takes as a name: 1 to 15 bytes, no '/', ':' or blank, not "." or "..". */
bool cfg_set_ifname(struct cfg_value *v, void *base)
{
	size_t len = strlen(v->text);
	char *name = member(v, base);

	if (len > 15)
		return cfg_bad(v, "a name of an interface has at most 15 characters", NULL);
	if (!len || strpbrk(v->text, "/:%") || !strcmp(v->text, ".") || !strcmp(v->text, ".."))
		return cfg_bad(v, NULL, NULL);
	for (size_t i = 0; i < len; i++)
		if (!isgraph((unsigned char)v->text[i]))
			return cfg_bad(v, NULL, NULL);
	if (!strcmp(v->text, "lo") || !strcmp(v->text, "all") || !strcmp(v->text, "default"))
		return cfg_bad(v, "the name is taken by the system", NULL);
	memcpy(name, v->text, len + 1);
	return true;
}
