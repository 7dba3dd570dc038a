// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "core/v1/v1.h"

/* Quick mode, our side as initiator. */

bool v1_quick_i_message1(struct v1_quick *q)
{
	struct v1_writer *w = &q->out;
	struct ike_sa *sa = q->sa;
	size_t body;

	v1_phase2_begin(sa, w, XCHG_QUICK, q->msgid, true);
	body = w->b.len + 4;
	q->encap = v1_quick_encap(sa);
	v1_p2_offer(sa->conn->cfg, w, q->spi_in, q->encap);
	if (w->b.failed)
		return false;
	buf_put(&q->sa_body, w->b.p + body, w->b.len - body);
	if (!v1_quick_put_nonce_ke(q, w))
		return false;
	v1_put_id(w, &q->id_local);
	v1_put_id(w, &q->id_remote);
	return !q->sa_body.failed && v1_phase2_end(sa, w, q->msgid, V1_HASH_1, q, q->iv);
}

enum v1_verdict v1_quick_i_generated(struct v1_quick *q, struct ike_job *job, struct v1_fail *f)
{
	(void)f;
	buf_put(&q->pub, job->pub, job->pub_len);
	secret_move(&q->priv, &job->priv);
	if (q->pub.failed || !v1_quick_i_message1(q))
		return V1_FAIL;
	return V1_REPLY;
}

/* RFC 2409 5.5: the responder returns both identities; another answer is another tunnel */
static bool ids_returned(const struct v1_quick *q, const struct v1_msg *m, struct v1_fail *f)
{
	const struct v1_payload *ci = v1_find(&m->chain, PL_ID, 0), *cr = v1_find(&m->chain, PL_ID, 1);
	struct v1_id got_i, got_r;
	struct subnet local, remote;
	char a[SUBNET_STRLEN], b[SUBNET_STRLEN];
	char text_i[V1_ID_STRLEN], text_r[V1_ID_STRLEN];
	const char *why;

	v1_fail_set(f, FAIL_SELECTOR, WHO_US, N_INVALID_ID_INFORMATION);
	snprintf(f->ours, sizeof(f->ours), "%s === %s", subnet_str(&q->child->local, a),
		 subnet_str(&q->child->remote, b));
	if (!ci || !cr || !v1_id_parse(ci, &got_i, &why) || !v1_id_parse(cr, &got_r, &why)) {
		snprintf(f->theirs, sizeof(f->theirs), "no usable identities");
		return false;
	}
	if (v1_id_to_subnet(&got_i, &local) && v1_id_to_subnet(&got_r, &remote) &&
	    subnet_eq(&local, &q->child->local) && subnet_eq(&remote, &q->child->remote))
		return true;
	snprintf(f->theirs, sizeof(f->theirs), "%.120s === %.120s", v1_id_str(&got_i, text_i),
		 v1_id_str(&got_r, text_r));
	return false;
}

static enum v1_verdict confirm(struct v1_quick *q, struct v1_fail *f)
{
	struct v1_writer *w = &q->out;

	v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
	if (!v1_quick_install(q))
		return V1_FAIL;
	v1_phase2_begin(q->sa, w, XCHG_QUICK, q->msgid, true);
	return v1_phase2_end(q->sa, w, q->msgid, V1_HASH_3, q, q->iv) ? V1_REPLY : V1_FAIL;
}

enum v1_verdict v1_quick_i_message2(struct v1_quick *q, const struct v1_msg *m, struct v1_fail *f)
{
	const struct v1_payload own = { .type = PL_SA, .body = q->sa_body.p, .len = q->sa_body.len };
	struct v1_p2_choice choice;
	struct v1_sa ours, answer;

	if (!v1_sa_parse(v1_find(&m->chain, PL_SA, 0), 2, &answer) || !v1_sa_parse(&own, 2, &ours))
		return V1_FAIL;
	if (!v1_p2_chosen(q->sa->conn->cfg, &ours, &answer, &choice, f) || !ids_returned(q, m, f) ||
	    !v1_p2_life_answered(q, &choice, &m->chain, f))
		return V1_FAIL;
	v1_fail_set(f, FAIL_MALFORMED, WHO_US, N_INVALID_KEY_INFORMATION);
	/* HASH(2) was checked with our nonce; theirs is kept from here on */
	if (!v1_quick_take_nonce_ke(q, m, choice.group))
		return V1_FAIL;
	q->spi_out = choice.spi;
	q->suite = choice.suite;
	if (!q->group)
		return confirm(q, f);
	if (v1_quick_derive_start(q))
		return V1_JOB;
	v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
	return V1_FAIL;
}

enum v1_verdict v1_quick_i_derived(struct v1_quick *q, struct ike_job *job, struct v1_fail *f)
{
	secret_move(&q->gqm, &job->gqm);
	return confirm(q, f);
}
