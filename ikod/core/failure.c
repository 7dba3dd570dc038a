// SPDX-License-Identifier: GPL-2.0
#include "core/failure.h"

#include <stdio.h>

static const struct {
	const char *code, *text;
	enum conn_key key;
} causes[FAIL_N] = {
#define X(sym, c, t, k) [FAIL_##sym] = { c, t, k },
	FAILURE_CAUSES(X)
#undef X
};

const char *failure_code(enum failure_cause c)
{
	return c < FAIL_N ? causes[c].code : "unknown";
}

const char *failure_text(enum failure_cause c)
{
	return c < FAIL_N ? causes[c].text : "unknown";
}

enum conn_key failure_key(enum failure_cause c)
{
	return c < FAIL_N ? causes[c].key : KEY_NONE;
}

const char *failure_who_str(enum failure_who w)
{
	static const char *const names[] = { [WHO_NOBODY] = "nobody", [WHO_US] = "us", [WHO_PEER] = "peer" };

	return w <= WHO_PEER ? names[w] : "nobody";
}

const char *failure_phase_str(enum failure_phase p)
{
	static const char *const names[] = {
		[PHASE_NONE] = "", [PHASE_1] = "phase 1", [PHASE_2] = "phase 2", [PHASE_UP] = "established",
	};

	return p <= PHASE_UP ? names[p] : "";
}

void failure_set(struct failure *f, uint64_t now, enum failure_phase phase, enum failure_cause c,
		 enum failure_who who, const char *ours, const char *theirs)
{
	f->cause = c;
	f->phase = phase;
	f->who = who;
	f->when = now;
	f->key = failure_key(c);
	snprintf(f->ours, sizeof(f->ours), "%s", ours ? ours : "");
	snprintf(f->theirs, sizeof(f->theirs), "%s", theirs ? theirs : "");
}
