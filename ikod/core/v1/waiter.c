// SPDX-License-Identifier: GPL-2.0
#include <openssl/crypto.h>
#include <stdlib.h>

#include "core/v1/v1.h"

struct ike_job *v1_job_new(const struct ike_sa *sa, enum ike_job_type type, unsigned int group)
{
	struct ike_job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->type = type;
	job->group = group;
	job->cfg = conn_cfg_get(sa->conn->cfg);
	return job;
}

void v1_job_start(struct ike_sa *sa, struct v1_quick *q, struct v1_waiter *w, struct ike_job *job)
{
	struct ike_engine *e = sa->e;

	v1_job_forget(e, w);
	w->sa = sa;
	w->quick = q;
	w->id = engine_job(e, job);
	HASH_ADD(hh, e->v1_waiters, id, sizeof(w->id), w);
}

void v1_job_forget(struct ike_engine *e, struct v1_waiter *w)
{
	if (!w->id)
		return;
	HASH_DEL(e->v1_waiters, w);
	w->id = 0;
}

bool v1_generate_start(struct ike_sa *sa, struct v1_quick *q, struct v1_waiter *w, unsigned int group)
{
	struct ike_job *job = v1_job_new(sa, JOB_DH_GENERATE, group);

	if (!job)
		return false;
	engine_random(sa->e, job->seed, sizeof(job->seed));
	v1_job_start(sa, q, w, job);
	return true;
}

void v1_job_done(struct ike_engine *e, struct ike_job *job)
{
	struct v1_waiter *w = NULL;
	struct v1_quick *q;
	struct ike_sa *sa;

	HASH_FIND(hh, e->v1_waiters, &job->id, sizeof(job->id), w);
	if (!w)
		return;		/* the exchange died meanwhile */
	sa = w->sa;
	q = w->quick;
	v1_job_forget(e, w);
	if (q)
		v1_quick_job_done(q, job);
	else if (sa->p1)
		v1_p1_job_done(sa, job);
	else
		v1_xauth_job_done(sa, job);
}
