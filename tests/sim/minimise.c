// SPDX-License-Identifier: GPL-2.0
/*
 * A failing scenario, made small: faults go, numbers become plain ones, times
 * become short, as long as the same rule is broken. As the run is another one
 * after each change, other seeds are tried for each as well.
 */
#include <string.h>

#include "sim/minimise.h"
#include "sim/workers.h"

#define SEEDS_EACH 8

static bool still_fails(struct scenario *sc, struct verdict *v)
{
	struct verdict now;

	for (unsigned int i = 0; i < SEEDS_EACH; i++) {
		struct scenario s = *sc;

		s.seed += i;
		run_safely(&s, &now);
		if (strcmp(now.rule, v->rule))
			continue;
		*sc = s;
		*v = now;
		return true;
	}
	return false;
}

/* The change is kept if it still fails. */
static bool attempt(struct scenario *sc, const struct scenario *changed, struct verdict *v)
{
	struct scenario s = *changed;

	if (!memcmp(&s, sc, sizeof(s)) || !still_fails(&s, v))
		return false;
	*sc = s;
	return true;
}

static bool without_faults(struct scenario *sc, struct verdict *v)
{
	bool better = false;

	for (unsigned int n = sc->n_faults; n; n /= 2)		/* many at once first */
		for (unsigned int i = 0; i + n <= sc->n_faults;) {
			struct scenario s = *sc;

			memmove(&s.faults[i], &s.faults[i + n], (s.n_faults - i - n) * sizeof(*s.faults));
			s.n_faults -= n;
			memset(&s.faults[s.n_faults], 0, n * sizeof(*s.faults));
			if (attempt(sc, &s, v))
				better = true;
			else
				i += n;
		}
	return better;
}

/* What nobody begins, or begins only for packets that do not come, says nothing about the engine. */
static bool sensible(const struct scenario *sc)
{
	for (unsigned int i = 0; i < 2; i++)
		if (sc->side[i].start == 0 && !(sc->nat && i == 0))
			return true;
	return sc->traffic_ms && !sc->one_way && (sc->side[0].start != 2 || sc->side[1].start != 2);
}

static bool plainer(struct scenario *sc, struct verdict *v)
{
	bool better = false;

	for (unsigned int i = 0; i < scenario_n_fields; i++) {
		const struct field *f = &scenario_fields[i];
		struct scenario s = *sc;

		*scenario_field(&s, f) = f->plain;
		if (sensible(&s))
			better |= attempt(sc, &s, v);
	}
	return better;
}

static uint32_t rounded(uint32_t v)
{
	uint32_t unit = 1;

	while (unit * 10 <= v)
		unit *= 10;
	return v / unit * unit;
}

static bool sooner(struct scenario *sc, struct verdict *v)
{
	bool better = false;

	for (unsigned int i = 0; i < sc->n_faults; i++) {
		struct scenario s = *sc;

		s.faults[i].at = i ? s.faults[i - 1].at : 0;
		if (!attempt(sc, &s, v)) {
			s = *sc;
			s.faults[i].at = rounded(s.faults[i].at);
			if (i && s.faults[i].at < s.faults[i - 1].at)
				continue;
			better |= attempt(sc, &s, v);
		} else {
			better = true;
		}
	}
	for (unsigned int k = 0; k < 2; k++) {
		struct scenario s = *sc;
		uint32_t *t = k ? &s.quiet_s : &s.fault_s;

		*t /= 2;
		better |= attempt(sc, &s, v);
	}
	return better;
}

void minimise(struct scenario *sc, struct verdict *v)
{
	bool better = true;

	while (better) {
		better = without_faults(sc, v);
		better |= plainer(sc, v);
		better |= sooner(sc, v);
	}
}
