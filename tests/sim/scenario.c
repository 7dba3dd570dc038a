// SPDX-License-Identifier: GPL-2.0
/* Scenarios as text; every number of them is a row of a table, which minimise.c goes through too. */
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario.h"

static const char *const starts[] = { "auto", "on-demand", "passive", NULL };
static const char *const dpds[] = { "on-demand", "periodic", "off", NULL };
static const char *const encaps[] = { "auto", "udp", NULL };
static const char *const more[] = { "none", "first", "last", NULL };
static const char *const bools[] = { "no", "yes", NULL };
static const char *const groups[] = { "ecp256", "modp1024", "modp2048", "ecp384", NULL };
static const char *const pfss[] = { "none", "ecp256", "modp1024", "modp2048", NULL };
static const char *const ikes[] = { "aes128-sha256", "aes256-sha1", "3des-md5", "aes128-sha512", NULL };
static const char *const esps[] = { "aes128-sha256", "aes128gcm16", "aes256-sha1", "3des-md5", NULL };

#define WORLD(member, plain, max, words) { #member, offsetof(struct scenario, member), plain, max, words }
#define SIDE(i, member, plain, max, words) \
	{ (i) ? "b." #member : "a." #member, offsetof(struct scenario, side[i].member), plain, max, words }
#define SIDE_FIELDS(i)						\
	SIDE(i, start, 0, 2, starts),				\
	SIDE(i, start_at, 0, 60000, NULL),			\
	SIDE(i, more_ike, 0, 2, more),				\
	SIDE(i, more_esp, 0, 2, more),				\
	SIDE(i, ike_life, 86400, 604800, NULL),			\
	SIDE(i, esp_life, 3600, 604800, NULL),			\
	SIDE(i, life_kb, 0, 1000000, NULL),			\
	SIDE(i, margin, 10, 50, NULL),				\
	SIDE(i, dpd, 1, 2, dpds),				\
	SIDE(i, dpd_idle, 30, 3600, NULL),			\
	SIDE(i, dpd_retransmit, 15, 3600, NULL),		\
	SIDE(i, encap, 0, 1, encaps)

const struct field scenario_fields[] = {
	WORLD(loss, 0, 100, NULL),
	WORLD(dup, 0, 100, NULL),
	WORLD(reorder, 0, 100, NULL),
	WORLD(bad_esp, 0, 1, bools),
	WORLD(job_ms, 0, 10000, NULL),
	WORLD(nat, 0, 1, bools),
	WORLD(locals, 1, 8, NULL),
	WORLD(remotes, 1, 8, NULL),
	WORLD(ike, 0, 3, ikes),
	WORLD(esp, 0, 3, esps),
	WORLD(group, 0, 3, groups),
	WORLD(pfs, 0, 3, pfss),
	WORLD(aggressive, 0, 1, bools),
	WORLD(xauth, 0, 1, bools),
	WORLD(pool, 0, 1, bools),
	WORLD(traffic_ms, 0, 60000, NULL),
	WORLD(one_way, 0, 1, bools),
	WORLD(fault_s, 0, 100000, NULL),
	WORLD(quiet_s, 0, 100000, NULL),
	SIDE_FIELDS(0),
	SIDE_FIELDS(1),
};

const unsigned int scenario_n_fields = sizeof(scenario_fields) / sizeof(*scenario_fields);

/** struct fault_form - how a fault is written */
static const struct fault_form {
	const char *name;
	unsigned int args;
} forms[FAULT_N] = {
	[FAULT_LINE] = { "line", 3 },
	[FAULT_CUT] = { "cut", 1 },
	[FAULT_REBIND] = { "rebind", 1 },
	[FAULT_CRASH] = { "crash", 1 },
	[FAULT_RESTART] = { "restart", 1 },
	[FAULT_DOWN] = { "down", 1 },
	[FAULT_UP] = { "up", 1 },
	[FAULT_RENEW] = { "renew", 1 },
	[FAULT_RENEW_IKE] = { "renew-ike", 1 },
	[FAULT_TRAFFIC] = { "traffic", 1 },
};

/* ---- text: what is plain is not written ---- */

void fault_print(const struct fault *f, FILE *out)
{
	fprintf(out, "at %u %s", f->at, forms[f->kind].name);
	for (unsigned int i = 0; i < forms[f->kind].args; i++)
		fprintf(out, " %u", f->arg[i]);
	putc('\n', out);
}

void scenario_print(const struct scenario *sc, FILE *out)
{
	fprintf(out, "seed %" PRIu64 "\n", sc->seed);
	for (unsigned int i = 0; i < scenario_n_fields; i++) {
		const struct field *f = &scenario_fields[i];
		uint32_t v = *(const uint32_t *)((const char *)sc + f->offset);

		if (v == f->plain)
			continue;
		if (f->words)
			fprintf(out, "%s %s\n", f->name, f->words[v]);
		else
			fprintf(out, "%s %u\n", f->name, v);
	}
	for (unsigned int i = 0; i < sc->n_faults; i++)
		fault_print(&sc->faults[i], out);
}

static bool read_number(const char *s, uint32_t max, uint32_t *out)
{
	char *end;
	unsigned long v = strtoul(s, &end, 10);

	if (!*s || *end || v > max)
		return false;
	*out = (uint32_t)v;
	return true;
}

static bool read_value(const struct field *f, const char *s, uint32_t *out)
{
	for (uint32_t i = 0; f->words && f->words[i]; i++)
		if (!strcmp(f->words[i], s)) {
			*out = i;
			return true;
		}
	return !f->words && read_number(s, f->max, out);
}

static bool read_fault(struct scenario *sc, char *rest)
{
	struct fault *f = &sc->faults[sc->n_faults];
	const char *at = strtok_r(NULL, " ", &rest), *name = strtok_r(NULL, " ", &rest), *arg;

	if (sc->n_faults == FAULTS_MAX || !at || !name || !read_number(at, UINT32_MAX, &f->at))
		return false;
	for (f->kind = 0; f->kind < FAULT_N; f->kind++)
		if (!strcmp(forms[f->kind].name, name))
			break;
	if (f->kind == FAULT_N)
		return false;
	for (unsigned int i = 0; i < forms[f->kind].args; i++) {
		arg = strtok_r(NULL, " ", &rest);
		if (!arg || !read_number(arg, UINT32_MAX, &f->arg[i]))
			return false;
	}
	sc->n_faults++;
	return true;
}

static bool read_line(struct scenario *sc, char *line)
{
	char *rest, *key = strtok_r(line, " \n", &rest), *value;

	if (!key || *key == '#')
		return true;
	rest[strcspn(rest, "\n")] = 0;
	if (!strcmp(key, "at"))
		return read_fault(sc, rest);
	value = strtok_r(NULL, " ", &rest);
	if (!value)
		return false;
	if (!strcmp(key, "seed")) {
		sc->seed = strtoull(value, NULL, 10);
		return true;
	}
	for (unsigned int i = 0; i < scenario_n_fields; i++)
		if (!strcmp(scenario_fields[i].name, key))
			return read_value(&scenario_fields[i], value, scenario_field(sc, &scenario_fields[i]));
	return false;
}

bool scenario_read(struct scenario *sc, const char *path)
{
	FILE *in = fopen(path, "r");
	unsigned int number = 0;
	char line[256];
	bool ok = true;

	if (!in) {
		perror(path);
		return false;
	}
	memset(sc, 0, sizeof(*sc));
	for (unsigned int i = 0; i < scenario_n_fields; i++)
		*scenario_field(sc, &scenario_fields[i]) = scenario_fields[i].plain;
	while (ok && fgets(line, sizeof(line), in)) {
		number++;
		ok = read_line(sc, line);
		if (!ok)
			fprintf(stderr, "%s:%u: not understood\n", path, number);
	}
	fclose(in);
	return ok;
}
