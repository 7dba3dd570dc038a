// SPDX-License-Identifier: GPL-2.0
/* The codec: what parses is written again and must be the same. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "wire/suggest.h"
#include "wire/text.h"
#include "wire/v1.h"

const size_t fuzz_chunks_at = 0;

static bool printable(const char *s)
{
	for (; *s; s++)
		if (*s < 0x20 || *s > 0x7e)
			return false;
	return true;
}

/* What @w holds, as the body of one payload. */
static struct v1_payload written(const struct v1_writer *w)
{
	FUZZ_CHECK(!w->b.failed && w->b.len >= 4);
	return (struct v1_payload){ .body = w->b.p + 4, .len = w->b.len - 4, .raw = w->b.p, .raw_len = w->b.len };
}

/* ---- security associations ---- */

static bool same_transform(const struct v1_transform *a, const struct v1_transform *b)
{
	return a->number == b->number && a->id == b->id && a->enc == b->enc && a->hash == b->hash &&
	       a->auth == b->auth && a->group == b->group && a->keylen == b->keylen && a->encap == b->encap &&
	       a->esn == b->esn && a->life_s == b->life_s && a->life_kb == b->life_kb;
}

static bool same_proposal(const struct v1_proposal *a, const struct v1_proposal *b)
{
	return a->number == b->number && a->proto == b->proto && a->spi_len == b->spi_len &&
	       !memcmp(a->spi, b->spi, a->spi_len);
}

static void check_sa(const struct v1_sa *sa)
{
	unsigned int n = 0;

	FUZZ_CHECK(sa->n_proposals && sa->n_proposals <= V1_PROPOSALS_MAX && sa->n_transforms <= V1_TRANSFORMS_MAX);
	for (unsigned int i = 0; i < sa->n_proposals; i++) {
		FUZZ_CHECK(sa->proposals[i].first == n && sa->proposals[i].n);
		n += sa->proposals[i].n;
	}
	FUZZ_CHECK(n == sa->n_transforms);
}

/* Unknown attributes are not kept, and zeros are left out: the rest comes back. */
static void rewrite_sa(const struct v1_sa *sa, int phase)
{
	static struct v1_transform_out t[V1_TRANSFORMS_MAX];
	struct v1_proposal_out props[V1_PROPOSALS_MAX];
	struct v1_writer w = { 0 };
	struct v1_payload pl;
	struct v1_sa again;

	for (unsigned int i = 0; i < sa->n_transforms; i++) {
		const struct v1_transform *from = &sa->transforms[i];

		t[i] = (struct v1_transform_out){
			.number = from->number, .id = from->id, .enc = from->enc, .hash = from->hash,
			.auth = from->auth, .group = from->group, .keylen = from->keylen, .encap = from->encap,
			.esn = from->esn, .life_s = from->life_s, .life_kb = from->life_kb,
		};
	}
	for (unsigned int i = 0; i < sa->n_proposals; i++) {
		const struct v1_proposal *from = &sa->proposals[i];

		props[i] = (struct v1_proposal_out){
			.number = from->number, .proto = from->proto, .spi_len = from->spi_len,
			.transforms = &t[from->first], .n = from->n,
		};
		memcpy(props[i].spi, from->spi, from->spi_len);
	}
	v1_put_sa(&w, phase, props, sa->n_proposals);
	pl = written(&w);
	FUZZ_CHECK(v1_sa_parse(&pl, phase, &again));
	FUZZ_CHECK(again.n_proposals == sa->n_proposals && again.n_transforms == sa->n_transforms);
	for (unsigned int i = 0; i < sa->n_proposals; i++)
		FUZZ_CHECK(same_proposal(&sa->proposals[i], &again.proposals[i]));
	for (unsigned int i = 0; i < sa->n_transforms; i++)
		FUZZ_CHECK(same_transform(&sa->transforms[i], &again.transforms[i]));
	buf_free(&w.b);
}

/* A responder's answer: the transform byte for byte (RFC 2408 4.2). */
static void choose(const struct v1_payload *offer, const struct v1_proposal *prop, const struct v1_transform *t,
		   int phase)
{
	struct v1_writer w = { 0 };
	struct v1_payload pl;
	struct v1_sa again;

	v1_put_sa_chosen(&w, prop, prop->spi, prop->spi_len, t);
	pl = written(&w);
	FUZZ_CHECK(v1_sa_parse(&pl, phase, &again));
	FUZZ_CHECK(again.n_proposals == 1 && again.n_transforms == 1);
	FUZZ_CHECK(same_proposal(prop, &again.proposals[0]) && same_transform(t, &again.transforms[0]));
	FUZZ_CHECK(again.transforms[0].raw_len == t->raw_len &&
		   !memcmp(again.transforms[0].raw + 1, t->raw + 1, t->raw_len - 1));
	/* never longer than the offer that it was taken from: no amplifier */
	FUZZ_CHECK(pl.len <= offer->len);
	buf_free(&w.b);
}

static void try_sa(const struct v1_payload *pl, int phase)
{
	struct v1_sa sa;
	bool ok = v1_sa_parse(pl, phase, &sa);

	FUZZ_CHECK(ok == !sa.why);
	if (!ok) {
		FUZZ_CHECK(!sa.n_proposals && !sa.n_transforms);
		return;
	}
	check_sa(&sa);
	rewrite_sa(&sa, phase);
	choose(pl, &sa.proposals[0], &sa.transforms[sa.proposals[0].first], phase);
}

/* ---- the other payloads ---- */

static void try_id(const struct v1_payload *pl)
{
	char text[V1_ID_STRLEN], str[SUBNET_STRLEN];
	struct v1_writer w = { 0 };
	struct subnet net, again;
	struct v1_id id, back;
	const char *why;

	if (!v1_id_parse(pl, &id, &why)) {
		FUZZ_CHECK(why);
		return;
	}
	FUZZ_CHECK(!why && id.len && id.len <= V1_ID_MAX && v1_id_eq(&id, &id));
	v1_put_id(&w, &id);
	FUZZ_CHECK(w.b.len == pl->len + 4 && !memcmp(w.b.p + 4, pl->body, pl->len));
	buf_free(&w.b);
	FUZZ_CHECK(printable(v1_id_str(&id, text)) && *text);
	if (!v1_id_to_subnet(&id, &net))
		return;
	v1_id_from_subnet(&net, &back);
	FUZZ_CHECK(v1_id_to_subnet(&back, &again) && subnet_eq(&net, &again) && subnet_overlap(&net, &again));
	FUZZ_CHECK(printable(subnet_str(&net, str)));
	if (!net.proto && !net.port)
		FUZZ_CHECK(subnet_parse(str, &again) && subnet_eq(&net, &again));
}

static void try_notify(const struct v1_payload *pl)
{
	struct v1_notify n, again;
	struct v1_writer w = { 0 };
	struct v1_payload out;
	const char *why;

	if (!v1_notify_parse(pl, &n, &why)) {
		FUZZ_CHECK(why);
		return;
	}
	v1_put_notify(&w, n.proto, n.type, n.spi, n.spi_len, n.data, n.data_len);
	out = written(&w);
	FUZZ_CHECK(v1_notify_parse(&out, &again, &why));
	FUZZ_CHECK(again.doi == IPSEC_DOI && again.proto == n.proto && again.type == n.type);
	FUZZ_CHECK(again.spi_len == n.spi_len && !memcmp(again.spi, n.spi, n.spi_len));
	FUZZ_CHECK(again.data_len == n.data_len && !memcmp(again.data, n.data, n.data_len));
	FUZZ_CHECK(printable(isakmp_notify_name(n.type)));
	buf_free(&w.b);
}

static void try_delete(const struct v1_payload *pl)
{
	struct v1_delete d, again;
	struct v1_writer w = { 0 };
	struct v1_payload out;
	const char *why;

	if (!v1_delete_parse(pl, &d, &why)) {
		FUZZ_CHECK(why);
		return;
	}
	v1_put_delete(&w, d.proto, d.spis, d.spi_len, d.n);
	out = written(&w);
	FUZZ_CHECK(v1_delete_parse(&out, &again, &why) && again.proto == d.proto && again.n == d.n);
	FUZZ_CHECK(again.spi_len == d.spi_len && !memcmp(again.spis, d.spis, (size_t)d.n * d.spi_len));
	buf_free(&w.b);
}

static void check_found(const struct v1_attrs *a)
{
	for (unsigned int i = 0; i < a->n; i++) {
		unsigned int before = 0;

		for (unsigned int k = 0; k < i; k++)
			before += a->attrs[k].type == a->attrs[i].type;
		FUZZ_CHECK(v1_attr_find(a, a->attrs[i].type, before) == &a->attrs[i]);
		FUZZ_CHECK(a->attrs[i].len == 2 || v1_attr_u16(&a->attrs[i], 0x5a) == 0x5a);
	}
	FUZZ_CHECK(!v1_attr_find(a, 0x8000, 0) && v1_attr_u16(NULL, 7) == 7);
}

/* What was written in two bytes comes back in the long form, and is the same. */
static void try_attrs(const struct v1_payload *pl)
{
	struct v1_attrs a, again;
	struct v1_writer w = { 0 };
	struct v1_payload out;
	const char *why;

	if (!v1_attrs_parse(pl, &a, &why)) {
		FUZZ_CHECK(why && !a.n);
		return;
	}
	FUZZ_CHECK(!why && a.n <= V1_ATTRS_MAX && a.type >= CFG_REQUEST && a.type <= CFG_ACK);
	check_found(&a);
	v1_attrs_begin(&w, a.type, a.id);
	for (unsigned int i = 0; i < a.n; i++)
		if (a.attrs[i].len == 2 && i & 1)
			v1_attr_put_u16(&w, a.attrs[i].type, v1_attr_u16(&a.attrs[i], 0));
		else
			v1_attr_put(&w, a.attrs[i].type, a.attrs[i].data, a.attrs[i].len);
	v1_pl_end(&w);
	if (w.b.failed) {	/* longer than a payload may be */
		buf_free(&w.b);
		return;
	}
	out = written(&w);
	FUZZ_CHECK(v1_attrs_parse(&out, &again, &why) && again.type == a.type && again.id == a.id && again.n == a.n);
	for (unsigned int i = 0; i < a.n; i++)
		FUZZ_CHECK(again.attrs[i].type == a.attrs[i].type && again.attrs[i].len == a.attrs[i].len &&
			   !memcmp(again.attrs[i].data, a.attrs[i].data, a.attrs[i].len));
	buf_free(&w.b);
}

static void try_payload(const struct v1_payload *pl)
{
	FUZZ_CHECK(printable(isakmp_payload_name(pl->type)));
	switch (pl->type) {
	case PL_SA:
		try_sa(pl, 1);
		try_sa(pl, 2);
		break;
	case PL_ID:
		try_id(pl);
		break;
	case PL_NOTIFY:
		try_notify(pl);
		break;
	case PL_DELETE:
		try_delete(pl);
		break;
	case PL_ATTR:
		try_attrs(pl);
		break;
	}
}

/* ---- a datagram ---- */

static void rewrite_chain(const struct isakmp_hdr *h, const struct v1_chain *ch, const uint8_t *body)
{
	struct v1_writer w;

	v1_begin(&w, h);
	for (unsigned int i = 0; i < ch->n; i++)
		v1_put(&w, ch->pl[i].type, ch->pl[i].body, ch->pl[i].len);
	FUZZ_CHECK(v1_finish(&w) && w.b.len == ISAKMP_HDR_LEN + ch->consumed);
	FUZZ_CHECK(w.b.p[16] == h->next && !memcmp(w.b.p + ISAKMP_HDR_LEN, body, ch->consumed));
	buf_free(&w.b);
}

static void try_chain(const struct isakmp_hdr *h, const uint8_t *body, size_t len)
{
	struct v1_chain ch, strict;
	bool ok = v1_chain_parse(h->next, body, len, true, &ch);
	struct cursor rest;

	FUZZ_CHECK(ok == !ch.why);
	rest = cursor_of(body + ch.consumed, len - ch.consumed);
	FUZZ_CHECK(v1_chain_parse(h->next, body, len, false, &strict) ==
		   (ok && (!rest.left || (ch.n && v1_rounded_up(&rest)))));
	if (!ok) {
		FUZZ_CHECK(!ch.n);
		return;
	}
	rewrite_chain(h, &ch, body);
	for (unsigned int i = 0; i < ch.n; i++) {
		FUZZ_CHECK(v1_find(&ch, ch.pl[i].type, v1_count(&ch, ch.pl[i].type) - 1));
		FUZZ_CHECK(!v1_find(&ch, ch.pl[i].type, v1_count(&ch, ch.pl[i].type)));
		try_payload(&ch.pl[i]);
	}
}

static void try_datagram(struct fuzz_in *in)
{
	size_t len;
	uint8_t *p = fuzz_copy(in, in->left, &len);
	struct cursor c = cursor_of(p, len);
	struct isakmp_hdr h;
	struct buf b = { 0 };

	if (!isakmp_hdr_parse(&c, &h)) {
		FUZZ_CHECK(c.why);
		if (len < ISAKMP_HDR_LEN) {
			free(p);
			return;
		}
		p[24] = len >> 24;
		p[25] = len >> 16 & 0xff;
		p[26] = len >> 8 & 0xff;
		p[27] = len & 0xff;
		c = cursor_of(p, len);
		FUZZ_CHECK(isakmp_hdr_parse(&c, &h));
	}
	isakmp_hdr_put(&b, &h);
	FUZZ_CHECK(b.len == ISAKMP_HDR_LEN && !memcmp(b.p, p, b.len));
	buf_free(&b);
	FUZZ_CHECK(c.left == len - ISAKMP_HDR_LEN && printable(isakmp_exchange_name(h.exchange)));
	try_chain(&h, c.p, c.left);
	free(p);
}

/* ---- text ---- */

static void try_addr(const char *s)
{
	char text[ENDPOINT_STRLEN];
	union endpoint ep, again;
	struct subnet net, net2;
	char str[SUBNET_STRLEN];

	if (addr_parse(s, &ep)) {
		FUZZ_CHECK(addr_parse(addr_str(&ep, text), &again) && endpoint_eq(&ep, &again));
		endpoint_set_port(&ep, 65535);
		FUZZ_CHECK(endpoint_port(&ep) == 65535 && addr_eq(&ep, &again) && !endpoint_eq(&ep, &again));
		FUZZ_CHECK(strlen(endpoint_str(&ep, text)) < sizeof(text));
	} else {
		FUZZ_CHECK(!endpoint_port(&ep) && !strcmp(addr_str(&ep, text), endpoint_str(&ep, text)));
		endpoint_set_port(&ep, 1);
	}
	if (subnet_parse(s, &net))
		FUZZ_CHECK(subnet_parse(subnet_str(&net, str), &net2) && subnet_eq(&net, &net2) &&
			   subnet_overlap(&net, &net2));
	else
		FUZZ_CHECK(!strcmp(subnet_str(&net, str), "none"));
}

static void try_text(struct fuzz_in *in)
{
	static const char *const names[] = { "local-subnets", "remote", NULL, "", "esp", "ike-lifetime" };
	size_t cap = 1 + fuzz_u8(in) % 64, len;
	char *out = malloc(cap), *s;
	uint8_t *p = fuzz_copy(in, in->left, &len);
	const char *meant;

	if (!out)
		abort();
	FUZZ_CHECK(printable(text_escape(p, len, out, cap)) && strlen(out) < cap);
	free(out);
	s = strndup((char *)p, len);
	try_addr(s);
	meant = suggest(s, names, sizeof(names) / sizeof(names[0]));
	FUZZ_CHECK(!meant || *meant);
	free(s);
	free(p);
}

/* ---- writing what a program, not a peer, decides on ---- */

static void try_writer(struct fuzz_in *in)
{
	struct v1_transform_out t[3] = { { 0 } };
	struct v1_proposal_out props[2] = { { 0 } };
	int phase = 1 + fuzz_u8(in) % 2;
	struct v1_writer w = { 0 };
	static const uint8_t zeros[300];
	struct v1_payload pl;
	struct v1_sa sa;
	size_t n;

	for (unsigned int i = 0; i < 3; i++)
		t[i] = (struct v1_transform_out){
			.number = fuzz_u8(in), .id = fuzz_u8(in), .enc = fuzz_u16(in), .hash = fuzz_u16(in),
			.auth = fuzz_u16(in), .group = fuzz_u16(in), .keylen = fuzz_u16(in), .encap = fuzz_u16(in),
			.esn = fuzz_u16(in), .life_s = (uint64_t)fuzz_u32(in) << 32 | fuzz_u32(in),
			.life_kb = fuzz_u32(in),
		};
	for (unsigned int i = 0; i < 2; i++) {
		props[i] = (struct v1_proposal_out){ .number = fuzz_u8(in), .proto = fuzz_u8(in),
						     .spi_len = fuzz_u8(in), .transforms = t, .n = fuzz_u16(in) };
		props[i].n = props[i].n > UINT8_MAX ? props[i].n : 1 + props[i].n % 3;
	}
	v1_put_sa(&w, phase, props, 2);
	if (!w.b.failed) {
		pl = written(&w);
		if (v1_sa_parse(&pl, phase, &sa)) {
			check_sa(&sa);
			FUZZ_CHECK(sa.n_proposals == 2 && sa.n_transforms == props[0].n + props[1].n);
		}
	}
	buf_free(&w.b);
	n = fuzz_u16(in) % sizeof(zeros);
	v1_put_notify(&w, PROTO_ESP, fuzz_u16(in), zeros, n, zeros, fuzz_u8(in));
	FUZZ_CHECK(w.b.failed == (n > UINT8_MAX));
	buf_free(&w.b);
}

/* What does not fit is an error that stays, never a lie. */
static void try_overflow(struct fuzz_in *in)
{
	static const size_t sizes[] = { 0, 1, 2, 65530, 65531, 65532, 65536, (16u << 20) + 1, SIZE_MAX };
	size_t n = sizes[fuzz_u8(in) % (sizeof(sizes) / sizeof(sizes[0]))];
	struct v1_writer w = { 0 };

	v1_pl_begin(&w, PL_VENDOR);
	buf_zero(&w.b, n);
	v1_pl_end(&w);
	FUZZ_CHECK(v1_finish(&w) == (n <= UINT16_MAX - 4));
	v1_put(&w, PL_NONCE, "x", 1);
	FUZZ_CHECK(w.b.failed || w.b.p[0] == PL_NONCE);
	for (size_t i = 0; i < 6; i++) {	/* the last four do not fit */
		buf_set_be32(&w.b, w.b.len - i, 1);
		buf_set_be16(&w.b, w.b.len - i, 1);
	}
	buf_free(&w.b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const modes[])(struct fuzz_in *) = { try_datagram, try_text, try_writer, try_overflow };
	struct fuzz_in in = { data, size };

	modes[fuzz_u8(&in) % 4](&in);
	return 0;
}
