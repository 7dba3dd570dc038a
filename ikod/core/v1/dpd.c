// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "core/v1/v1.h"

/*
 * The messages of dead peer detection, RFC 3706. When to ask, and what silence
 * means, is liveness.c's.
 */

/* RFC 3706 5.3 wants both cookies as SPI; who leaves them out means the SA that it came under. */
static bool names_sa(const struct ike_sa *sa, const struct v1_notify *n)
{
	uint8_t spi[2 * ISAKMP_COOKIE_LEN];

	v1_spi_of(sa, spi);
	return n->proto == PROTO_ISAKMP && n->data_len == 4 &&
	       (!n->spi_len || (n->spi_len == sizeof(spi) && !memcmp(n->spi, spi, sizeof(spi))));
}

static void send_in_order(struct ike_sa *sa, uint16_t type, uint32_t seq, enum v1_hash_order order)
{
	uint8_t data[4] = { seq >> 24, seq >> 16 & 0xff, seq >> 8 & 0xff, seq & 0xff };
	uint8_t spi[2 * ISAKMP_COOKIE_LEN];
	struct v1_info_out o;

	if (!v1_info_begin(sa, &o, order))
		return;
	v1_spi_of(sa, spi);
	v1_put_notify(&o.w, PROTO_ISAKMP, type, spi, sizeof(spi), data, sizeof(data));
	v1_info_end(sa, &o);
}

/* ---- asking ---- */

/** struct orders - what a peer may understand that has not shown yet which order it uses, likeliest first */
static const struct orders {
	enum v1_hash_order v[3];
	unsigned int n;
} orders[] = {
	[DPD_ORDER_AUTO] = { { V1_HASH_FIRST, V1_HASH_LAST, V1_HASH_LAST_UNLINKED }, 3 },
	[DPD_HASH_NOTIFY] = { { V1_HASH_FIRST }, 1 },
	[DPD_NOTIFY_HASH] = { { V1_HASH_LAST, V1_HASH_LAST_UNLINKED }, 2 },
};

/*
 * A peer that wants another order takes ours for damage and says nothing, just
 * as if the question had been lost. So the first question goes out once, and
 * the ones that follow it in each order that may be meant, with one number: a
 * lost answer costs no more than with a peer that is known, and whichever the
 * peer understands it answers, in its own order. From then on there is one.
 */
void v1_send_dpd(struct ike_sa *sa, uint32_t seq, bool again)
{
	const struct orders *o = &orders[sa->conn->cfg->dpd_order];
	const struct v1_priv *priv = v1_priv(sa);

	if (priv->order_known) {
		send_in_order(sa, N_R_U_THERE, seq, priv->order);
		return;
	}
	for (unsigned int i = 0; i < (again ? o->n : 1); i++)
		send_in_order(sa, N_R_U_THERE, seq, o->v[i]);
}

/* ---- hearing ---- */

/* RFC 3706 6.2: numbers only rise; a repeated question keeps its own */
static bool question_fresh(const struct v1_priv *priv, uint32_t seq)
{
	return !priv->dpd_heard || (int32_t)(seq - priv->dpd_last) >= 0;
}

static bool notify_fresh(const struct ike_sa *sa, const struct v1_notify *n)
{
	if (n->type == N_R_U_THERE && names_sa(sa, n))
		return question_fresh(v1_priv(sa), be32_at(n->data));
	if (n->type == N_R_U_THERE_ACK && names_sa(sa, n))
		return conn_dpd_expects(sa, be32_at(n->data));
	return true;
}

/*
 * Message ids are remembered for long but not for ever (seen.c), so a recording
 * may authenticate once more. Of DPD the numbers tell; such a message is no sign
 * of life, and no reason to follow it to where it came from.
 */
bool v1_dpd_fresh(const struct ike_sa *sa, const struct v1_msg *m)
{
	const struct v1_payload *pl;
	struct v1_notify n;
	const char *why;

	for (unsigned int i = 0; (pl = v1_find(&m->chain, PL_NOTIFY, i)); i++)
		if (v1_notify_parse(pl, &n, &why) && !notify_fresh(sa, &n))
			return false;
	return true;
}

void v1_dpd_take(struct ike_sa *sa, const struct v1_msg *m, const struct v1_notify *n)
{
	struct v1_priv *priv = v1_priv(sa);

	if (!names_sa(sa, n))
		return;
	if (m->stale) {
		sa->e->counters[CNT_DUPLICATE]++;
		return;
	}
	priv->order = m->order;
	priv->order_known = true;
	if (n->type != N_R_U_THERE)
		return;		/* that it came was all: conn_heard() */
	priv->dpd_heard = true;
	priv->dpd_last = be32_at(n->data);
	send_in_order(sa, N_R_U_THERE_ACK, priv->dpd_last, priv->order);
}
