// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "core/v1/v1.h"

/* Informational exchanges that we begin: protected ones, refusals also in clear, Deletes (RFC 2408 3.15). */

bool v1_info_begin(struct ike_sa *sa, struct v1_info_out *o, enum v1_hash_order order)
{
	if (sa->state == IKE_DEAD || !sa->keys.enc.p)
		return false;
	o->msgid = v1_fresh_msgid(sa);
	o->order = order;
	v1_phase2_begin(sa, &o->w, XCHG_INFO, o->msgid, order == V1_HASH_FIRST);
	return true;
}

static bool info_protect(struct ike_sa *sa, struct v1_info_out *o)
{
	uint8_t iv[16];

	if (!v1_iv_phase2(&sa->suite, sa->last_iv, o->msgid, iv))
		return false;
	if (o->order == V1_HASH_FIRST)
		return v1_phase2_end(sa, &o->w, o->msgid, V1_HASH_1, NULL, iv);
	return v1_put_hash_behind(sa, &o->w, o->msgid, o->order) && v1_encrypt(sa, &o->w, iv);
}

void v1_info_end(struct ike_sa *sa, struct v1_info_out *o)
{
	/* the hash knows no direction: our own words must not come back to us */
	v1_seen_add(&v1_priv(sa)->seen, o->msgid);
	if (info_protect(sa, o))
		v1_send(sa, o->w.b.p, o->w.b.len);
	buf_free(&o->w.b);
}

void v1_spi_of(const struct ike_sa *sa, uint8_t spi[2 * ISAKMP_COOKIE_LEN])
{
	memcpy(spi, sa->cky_i, ISAKMP_COOKIE_LEN);
	memcpy(spi + ISAKMP_COOKIE_LEN, sa->cky_r, ISAKMP_COOKIE_LEN);
}

/*
 * What we have goes along as notification data, so that the peer's operator
 * reads it, too. RFC 2408 3.14.1 has one error for all that is wrong with a
 * proposal; if it is the group alone, another notify narrows it down.
 */
static void put_refusal(struct v1_writer *w, uint8_t proto, const void *spi, size_t spi_len,
			const struct v1_fail *f, bool with_text)
{
	size_t len = with_text ? strlen(f->ours) : 0;

	v1_put_notify(w, proto, f->notify, spi, spi_len, f->ours, len);
	if (f->notify == N_NO_PROPOSAL_CHOSEN && (f->cause == FAIL_P1_DH || f->cause == FAIL_P2_PFS))
		v1_put_notify(w, proto, N_INVALID_KEY_INFORMATION, spi, spi_len, f->ours, len);
}

void v1_refuse_protected(struct ike_sa *sa, uint8_t proto, const void *spi, size_t spi_len,
			 const struct v1_fail *f)
{
	struct v1_info_out o;

	if (!f->notify || !v1_info_begin(sa, &o, V1_HASH_FIRST))
		return;
	put_refusal(&o.w, proto, spi, spi_len, f, true);
	v1_info_end(sa, &o);
}

/* An answer that costs us little may still be one too many for who is answered. */
bool v1_may_refuse(struct ike_engine *e, const struct ike_path *path)
{
	if (!e->refusals.salt)
		engine_random(e, &e->refusals.salt, sizeof(e->refusals.salt));
	if (limiter_allows(&e->refusals, e->now, &path->remote))
		return true;
	e->counters[CNT_WITHHELD]++;
	return false;
}

void v1_refuse_clear(struct ike_engine *e, const struct ike_path *path, const struct v1_msg *about,
		     const struct v1_fail *f)
{
	struct isakmp_hdr h = { .version = ISAKMP_VERSION_1, .exchange = XCHG_INFO };
	size_t asked = ISAKMP_HDR_LEN + about->body_len;
	struct v1_writer w;

	if (!f->notify)
		return;
	if (!v1_may_refuse(e, path))
		return;
	memcpy(h.cky_i, about->hdr.cky_i, sizeof(h.cky_i));
	memcpy(h.cky_r, about->hdr.cky_r, sizeof(h.cky_r));
	engine_random(e, &h.msgid, sizeof(h.msgid));
	v1_begin(&w, &h);
	/* whom we wait for is for the log: a stranger that is told needs to ask once more only */
	put_refusal(&w, PROTO_ISAKMP, NULL, 0, f, f->cause != FAIL_ID);
	if (w.b.len > asked) {
		/* the sender may be forged: never send more than came */
		buf_free(&w.b);
		v1_begin(&w, &h);
		put_refusal(&w, PROTO_ISAKMP, NULL, 0, f, false);
	}
	if (w.b.len <= asked && v1_finish(&w))
		engine_send(e, path, w.b.p, w.b.len);
	buf_free(&w.b);
}

void v1_send_delete_esp(struct ike_sa *sa, const uint32_t *spis, unsigned int n)
{
	struct v1_info_out o;
	struct buf b = { 0 };

	if (!n || !v1_info_begin(sa, &o, V1_HASH_FIRST))
		return;
	for (unsigned int i = 0; i < n; i++)
		buf_be32(&b, spis[i]);
	if (!b.failed)
		v1_put_delete(&o.w, PROTO_ESP, b.p, 4, n);
	buf_free(&b);
	v1_info_end(sa, &o);
}

void v1_send_delete_ike(struct ike_sa *sa)
{
	uint8_t spi[2 * ISAKMP_COOKIE_LEN];
	struct v1_info_out o;

	if (!v1_info_begin(sa, &o, V1_HASH_FIRST))
		return;
	v1_spi_of(sa, spi);
	v1_put_delete(&o.w, PROTO_ISAKMP, spi, sizeof(spi), 1);
	v1_info_end(sa, &o);
}
