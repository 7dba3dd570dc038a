// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "core/v1/transaction.h"

/*
 * Between phase 1 and the first quick mode ("phase 1.5"). Until all steps are
 * done the IKE SA is IKE_CONNECTING: it carries no quick mode in either
 * direction, replaces no other one, and what INITIAL-CONTACT says is not done.
 */

/**
 * struct step - what has to be done, in the order of the table
 * @due: does this SA need it
 * @begin: send what begins it; false if that is not possible
 * @silence: the cause if nothing comes of it
 */
static const struct step {
	bool (*due)(const struct ike_sa *sa);
	bool (*begin)(struct ike_sa *sa);
	enum failure_cause silence;
} steps[] = {
	{ v1_xauth_due, v1_xauth_begin, FAIL_XAUTH_TIMEOUT },
	{ v1_config_due, v1_config_begin, FAIL_MODE_CONFIG },
};

static struct v1_admit *admit_of(const struct ike_sa *sa)
{
	return &v1_priv(sa)->admit;
}

static bool under_way(const struct ike_sa *sa)
{
	return sa->state == IKE_CONNECTING && !sa->p1 && v1_priv(sa);
}

void v1_admit_release(struct ike_sa *sa)
{
	timer_stop(&sa->e->timers, &admit_of(sa)->wait);
}

void v1_admit_fail(struct ike_sa *sa, const struct v1_fail *f)
{
	struct v1_fail why = *f;

	/* the peer believes that it is up */
	v1_send_delete_ike(sa);
	conn_phase1_failed(sa, why.cause, why.who, why.ours, why.theirs);
}

static void too_late(void *owner)
{
	struct ike_sa *sa = owner;
	struct v1_fail f;

	v1_fail_set(&f, steps[admit_of(sa)->step - 1].silence, WHO_PEER, 0);
	snprintf(f.theirs, sizeof(f.theirs), "silence");
	v1_admit_fail(sa, &f);
}

static void admitted(struct ike_sa *sa)
{
	sa->state = IKE_ESTABLISHED;
	if (admit_of(sa)->initial_contact)
		conn_initial_contact(sa);
	if (sa->state != IKE_DEAD)
		conn_phase1_up(sa);
}

/* Each side sends as often as it sends anything, so that long is what a step may take, and then some. */
static uint64_t patience(const struct ike_sa *sa)
{
	return 2 * v1_resend_span(sa->conn->cfg);
}

void v1_admit_wait(struct ike_sa *sa, void (*then)(void *sa), uint64_t ms)
{
	timer_set(&sa->e->timers, &admit_of(sa)->wait, sa->e->now + (ms ? ms : patience(sa)), then, sa);
}

void v1_admit_next(struct ike_sa *sa)
{
	struct v1_admit *admit = admit_of(sa);
	struct v1_fail f;

	if (!under_way(sa))
		return;
	timer_stop(&sa->e->timers, &admit->wait);
	while (admit->step < V1_ARRAY_LEN(steps)) {
		const struct step *s = &steps[admit->step++];

		if (!s->due(sa))
			continue;
		if (s->begin(sa)) {
			v1_admit_wait(sa, too_late, 0);
		} else {
			v1_fail_set(&f, FAIL_CRYPTO, WHO_US, 0);
			v1_admit_fail(sa, &f);
		}
		return;
	}
	admitted(sa);
}

void v1_admit_begin(struct ike_sa *sa, bool initial_contact)
{
	admit_of(sa)->initial_contact = initial_contact;
	sa->heard = sa->e->now;	/* not conn_heard(): it may be up here alone, v1_up_first() */
	v1_admit_next(sa);
}

static bool at(const struct ike_sa *sa, bool (*due)(const struct ike_sa *sa))
{
	unsigned int step = under_way(sa) ? admit_of(sa)->step : 0;

	return step && steps[step - 1].due == due;
}

bool v1_admit_waits_for_config(const struct ike_sa *sa)
{
	return at(sa, v1_config_due);
}

bool v1_admit_waits_for_xauth(const struct ike_sa *sa)
{
	return at(sa, v1_xauth_due);
}
