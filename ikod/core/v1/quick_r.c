// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "core/v1/v1.h"

/* Quick mode, our side as responder. */

/* RFC 2409 5.5: without identities the addresses of the peers themselves are meant. */
static void id_of_addr(const union endpoint *ep, struct v1_id *out)
{
	size_t len;
	const uint8_t *addr = endpoint_addr(ep, &len);

	memset(out, 0, sizeof(*out));
	out->type = len == 4 ? IDT_IPV4 : IDT_IPV6;
	out->len = len;
	if (addr)
		memcpy(out->data, addr, len);
}

static bool read_ids(struct v1_quick *q, const struct v1_msg *m)
{
	const struct v1_payload *ci = v1_find(&m->chain, PL_ID, 0), *cr = v1_find(&m->chain, PL_ID, 1);
	const char *why;

	if (!ci) {
		id_of_addr(&q->sa->path.remote, &q->id_remote);
		id_of_addr(&q->sa->path.local, &q->id_local);
		return true;
	}
	return cr && v1_id_parse(ci, &q->id_remote, &why) && v1_id_parse(cr, &q->id_local, &why);
}

static void configured_text(const struct conn *c, char *out, size_t len)
{
	size_t used = 0;

	for (unsigned int i = 0; i < c->n_children && used < len; i++) {
		char a[SUBNET_STRLEN], b[SUBNET_STRLEN];
		int n = snprintf(out + used, len - used, "%s%s === %s", i ? ", " : "",
				 subnet_str(&c->children[i].local, a), subnet_str(&c->children[i].remote, b));

		if (n < 0)
			return;
		used += (size_t)n;
	}
}

/*
 * The same networks with other masks: some pair of ours and @local, @remote hold
 * addresses in common. A network of everything is meant as such.
 */
static bool overlaps(const struct conn *c, const struct subnet *local, const struct subnet *remote)
{
	if (!local->prefixlen || !remote->prefixlen)
		return false;
	for (unsigned int i = 0; i < c->n_children; i++)
		if (subnet_overlap(&c->children[i].local, local) && subnet_overlap(&c->children[i].remote, remote))
			return true;
	return false;
}

/* Which pair is meant; NULL with @f filled if it is not configured here. */
static struct child *find_child(struct v1_quick *q, struct v1_fail *f)
{
	struct subnet local, remote;
	bool subnets = v1_id_to_subnet(&q->id_local, &local) && v1_id_to_subnet(&q->id_remote, &remote);
	struct child *child = NULL;
	char a[V1_ID_STRLEN], b[V1_ID_STRLEN];

	if (subnets)
		child = conn_find_child(q->sa->conn, &local, &remote);
	if (child)
		return child;
	v1_fail_set(f, subnets && overlaps(q->sa->conn, &local, &remote) ? FAIL_NETMASK : FAIL_SELECTOR, WHO_US,
		    N_INVALID_ID_INFORMATION);
	configured_text(q->sa->conn, f->ours, sizeof(f->ours));
	/* as we would write it: our side first */
	snprintf(f->theirs, sizeof(f->theirs), "%.120s === %.120s", v1_id_str(&q->id_local, a),
		 v1_id_str(&q->id_remote, b));
	return NULL;
}

/* The chosen transform is kept as it came, in an SA body with one proposal. */
static bool keep_choice(struct v1_quick *q, const struct v1_p2_choice *choice)
{
	uint8_t spi[4] = { q->spi_in >> 24, q->spi_in >> 16 & 0xff, q->spi_in >> 8 & 0xff, q->spi_in & 0xff };
	struct v1_writer w = { 0 };

	v1_put_sa_chosen(&w, choice->prop, spi, sizeof(spi), choice->t);
	if (!w.b.failed)
		buf_put(&q->sa_body, w.b.p + 4, w.b.len - 4);
	buf_free(&w.b);
	return q->sa_body.len && !q->sa_body.failed;
}

static enum v1_verdict answer(struct v1_quick *q, struct v1_fail *f)
{
	uint8_t spi[4] = { q->spi_in >> 24, q->spi_in >> 16 & 0xff, q->spi_in >> 8 & 0xff, q->spi_in & 0xff };
	struct v1_writer *w = &q->out;

	v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
	v1_phase2_begin(q->sa, w, XCHG_QUICK, q->msgid, true);
	v1_put(w, PL_SA, q->sa_body.p, q->sa_body.len);
	if (!v1_quick_put_nonce_ke(q, w))
		return V1_FAIL;
	v1_put_id(w, &q->id_remote);
	v1_put_id(w, &q->id_local);
	if (q->tell_life)
		v1_lifetime_put(w, PROTO_ESP, spi, sizeof(spi), q->life_s, q->life_kb);
	if (!v1_quick_install(q))
		return V1_FAIL;
	return v1_phase2_end(q->sa, w, q->msgid, V1_HASH_2, q, q->iv) ? V1_REPLY : V1_FAIL;
}

enum v1_verdict v1_quick_r_message1(struct v1_quick *q, const struct v1_msg *m, struct v1_fail *f)
{
	struct v1_p2_choice choice;
	struct v1_sa offer;

	if (!v1_sa_parse(v1_find(&m->chain, PL_SA, 0), 2, &offer) || !read_ids(q, m))
		return V1_FAIL;
	/* to name the exchange in a notify; the choice below checks it */
	if (offer.proposals[0].spi_len == 4)
		q->spi_out = be32_at(offer.proposals[0].spi);
	q->child = find_child(q, f);
	if (!q->child)
		return V1_FAIL;
	if (!v1_p2_select(q->sa, &offer, &choice, f) || !v1_p2_life_offered(q, &choice, f))
		return V1_FAIL;
	v1_fail_set(f, FAIL_MALFORMED, WHO_US, N_INVALID_KEY_INFORMATION);
	if (!v1_quick_take_nonce_ke(q, m, choice.group))
		return V1_FAIL;
	q->spi_out = choice.spi;
	q->spi_in = engine_spi(q->sa->e);
	q->suite = choice.suite;
	q->encap = choice.encap;
	q->group = choice.group;
	v1_fail_set(f, FAIL_CRYPTO, WHO_US, 0);
	if (!keep_choice(q, &choice))
		return V1_FAIL;
	if (!q->group)
		return answer(q, f);
	return v1_generate_start(q->sa, q, &q->wait, q->group) ? V1_JOB : V1_FAIL;
}

enum v1_verdict v1_quick_r_generated(struct v1_quick *q, struct ike_job *job, struct v1_fail *f)
{
	(void)f;
	buf_put(&q->pub, job->pub, job->pub_len);
	secret_move(&q->priv, &job->priv);
	if (q->pub.failed || !v1_quick_derive_start(q))
		return V1_FAIL;
	return V1_JOB;
}

enum v1_verdict v1_quick_r_derived(struct v1_quick *q, struct ike_job *job, struct v1_fail *f)
{
	secret_move(&q->gqm, &job->gqm);
	return answer(q, f);
}

/* The hash was all of it. */
enum v1_verdict v1_quick_r_message3(struct v1_quick *q, const struct v1_msg *m, struct v1_fail *f)
{
	(void)q;
	(void)m;
	(void)f;
	return V1_REPLY;
}
