// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "core/v1/v1.h"

/* What both sides of quick mode do alike. */

uint16_t v1_quick_encap(const struct ike_sa *sa)
{
	/* RFC 3947 5.1 */
	if (!sa->nat_local && !sa->nat_remote)
		return ENCAP_TUNNEL;
	return v1_priv(sa)->natt_draft ? ENCAP_UDP_TUNNEL_DRAFT : ENCAP_UDP_TUNNEL;
}

/*
 * The initiator's view of NATs decides, not ours: NAT-D payloads come in clear,
 * and what both sides make of them may differ. UDP goes wherever port 4500 is
 * in use, plain ESP wherever we see no NAT.
 */
bool v1_quick_encap_ok(const struct ike_sa *sa, uint16_t encap)
{
	if (encap == v1_quick_encap(sa))
		return true;
	return sa->path.natt && (encap == ENCAP_UDP_TUNNEL || encap == ENCAP_UDP_TUNNEL_DRAFT);
}

bool v1_quick_take_nonce_ke(struct v1_quick *q, const struct v1_msg *m, unsigned int group)
{
	const struct v1_payload *nonce = v1_find(&m->chain, PL_NONCE, 0);
	const struct v1_payload *ke = v1_find(&m->chain, PL_KE, 0);

	if (nonce->len < V1_NONCE_MIN || nonce->len > NONCE_MAX)
		return false;
	/* RFC 2409 5.5: KE if and only if a group was agreed on */
	if (!!ke != !!group || (ke && ke->len != dh_info(group)->pub_len))
		return false;
	buf_put(&q->peer_nonce, nonce->body, nonce->len);
	if (ke)
		buf_put(&q->peer_pub, ke->body, ke->len);
	return !q->peer_nonce.failed && !q->peer_pub.failed;
}

bool v1_quick_put_nonce_ke(struct v1_quick *q, struct v1_writer *w)
{
	uint8_t nonce[V1_NONCE_LEN];

	engine_random(q->sa->e, nonce, sizeof(nonce));
	buf_put(&q->nonce, nonce, sizeof(nonce));
	v1_put(w, PL_NONCE, nonce, sizeof(nonce));
	if (q->group)
		v1_put(w, PL_KE, q->pub.p, q->pub.len);
	return !q->nonce.failed;
}

bool v1_quick_derive_start(struct v1_quick *q)
{
	struct ike_job *job = v1_job_new(q->sa, JOB_V1_PHASE2, q->group);

	if (!job)
		return false;
	secret_move(&job->priv, &q->priv);
	memcpy(job->peer_pub, q->peer_pub.p, q->peer_pub.len);
	job->peer_pub_len = q->peer_pub.len;
	v1_job_start(q->sa, q, &q->wait, job);
	return true;
}

static bool keymat(const struct v1_quick *q, uint32_t spi, struct secret *out)
{
	const struct buf *ni = q->role == ROLE_INITIATOR ? &q->nonce : &q->peer_nonce;
	const struct buf *nr = q->role == ROLE_INITIATOR ? &q->peer_nonce : &q->nonce;
	uint8_t spi_be[4] = { spi >> 24, spi >> 16 & 0xff, spi >> 8 & 0xff, spi & 0xff };

	return v1_keymat(&q->sa->keys, q->sa->suite.hash, q->group ? &q->gqm : NULL, PROTO_ESP, spi_be,
			 (struct bytes){ ni->p, ni->len }, (struct bytes){ nr->p, nr->len },
			 esp_keymat_len(&q->suite), out);
}

bool v1_quick_install(struct v1_quick *q)
{
	struct csa_params p = {
		.role = q->role, .spi_in = q->spi_in, .spi_out = q->spi_out, .suite = q->suite,
		.group = q->group, .udp = q->encap != ENCAP_TUNNEL, .life_s = q->life_s,
		.life_kb = q->life_kb, .begun = q->born,
	};

	if (keymat(q, q->spi_in, &p.keymat_in) && keymat(q, q->spi_out, &p.keymat_out)) {
		q->csa = child_sa_install(q->child, q->sa, &p);
		if (q->csa)
			q->csa->holder = &q->csa;
	}
	secret_wipe(&p.keymat_in);
	secret_wipe(&p.keymat_out);
	secret_wipe(&q->gqm);
	return q->csa;
}
