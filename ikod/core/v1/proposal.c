// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "core/v1/v1.h"

/* In what a transform differs from one of our proposals. */
enum diff {
	DIFF_GROUP = 1 << 0,
	DIFF_ESN = 1 << 1,
	DIFF_ENCAP = 1 << 2,
	DIFF_AUTH = 1 << 3,
	DIFF_CIPHER = 1 << 4,
	DIFF_INTEG = 1 << 5,	/* hash of phase 1, integrity of ESP */
	DIFF_OTHER = 1 << 6,	/* an attribute or a protocol that we do not know */
};

/* Differences between proposals whose algorithms are the same. */
#define DIFF_NEAR	(DIFF_GROUP | DIFF_ESN | DIFF_ENCAP)

static bool subset(unsigned int diff, unsigned int of)
{
	return !(diff & ~of);
}

/* Append one item to a list for people; what does not fit ends it with "...". */
static void list_add(char *out, size_t cap, const char *item)
{
	size_t len = strlen(out);
	int n;

	n = snprintf(out + len, cap - len, "%s%s", len ? ", " : "", item);
	if (n >= 0 && (size_t)n < cap - len)
		return;
	out[len] = '\0';
	if (len + 5 <= cap && (len < 3 || strcmp(out + len - 3, "...")))
		strcpy(out + len, " ...");
}

/* @add if it is nearer to one of ours than @nearest is, which is none at first */
static unsigned int nearer(unsigned int nearest, unsigned int add)
{
	return !nearest || __builtin_popcount(add) < __builtin_popcount(nearest) ? add : nearest;
}

/* "(cipher, group differ)" behind an offered transform: from the nearest of ours. */
static void put_differences(char *out, size_t cap, unsigned int diff)
{
	static const char *const names[] = { "group", "ESN", "mode", "authentication", "cipher", "hash", "something unknown" };
	size_t len = strlen(out);
	bool first = true;

	for (size_t i = 0; diff && i < V1_ARRAY_LEN(names) && len < cap; i++)
		if (diff & 1u << i) {
			len += (size_t)snprintf(out + len, cap - len, "%s%s", first ? " (" : ", ", names[i]);
			first = false;
		}
	if (diff && len < cap)
		snprintf(out + len, cap - len, " differ%s)", diff & (diff - 1) ? "" : "s");
}

/* All that @offer holds, in words. */
static void offer_text(const struct v1_sa *offer, const void *ours, char *out, size_t len,
		       void (*item)(const void *ours, const struct v1_proposal *p, const struct v1_transform *t,
				    char *out, size_t len))
{
	out[0] = '\0';
	for (unsigned int k = 0; k < offer->n_proposals; k++) {
		const struct v1_proposal *p = &offer->proposals[k];

		for (unsigned int n = p->first; n < p->first + p->n; n++) {
			char one[192];

			item(ours, p, &offer->transforms[n], one, sizeof(one));
			list_add(out, len, one);
		}
	}
}

static bool cipher_differs(enum enc_alg enc, uint16_t keybits, enum enc_alg got, const struct v1_transform *t)
{
	if (got == ENC_NONE || got != enc)
		return true;
	if (!enc_info(enc)->key_attr)
		return (t->seen & V1A_KEYLEN) && t->keylen != keybits;
	/* RFC 3602 5.3: the key length must be there */
	return !(t->seen & V1A_KEYLEN) || t->keylen != keybits;
}

/* ---- phase 1 ---- */

static unsigned int p1_diff(const struct ike_suite *s, uint16_t auth, const struct v1_proposal *p,
			    const struct v1_transform *t)
{
	unsigned int diff = 0;

	if (p->proto != PROTO_ISAKMP || t->id != TRANSFORM_KEY_IKE || (t->seen & V1A_UNKNOWN))
		diff |= DIFF_OTHER;
	if (cipher_differs(s->enc, s->keybits, enc_from_v1_p1(t->enc), t))
		diff |= DIFF_CIPHER;
	if (hash_from_v1_p1(t->hash) != s->hash)
		diff |= DIFF_INTEG;
	if (t->auth != auth)
		diff |= DIFF_AUTH;
	if (t->group != s->group)
		diff |= DIFF_GROUP;
	return diff;
}

/* Behind the algorithms of a transform: how the sides prove themselves. */
static void put_auth(char *out, size_t len, uint16_t auth)
{
	const char *text = v1_auth_text(auth);
	size_t n = strlen(out);

	if (!text)
		snprintf(out + n, len - n, " (authentication method %u)", auth);
	else if (*text)
		snprintf(out + n, len - n, " (%s)", text);
}

static void p1_transform_text(const struct v1_transform *t, char *out, size_t len)
{
	struct ike_suite s = {
		.enc = enc_from_v1_p1(t->enc), .hash = hash_from_v1_p1(t->hash), .group = t->group,
	};
	char name[SUITE_STRLEN];

	if (s.enc != ENC_NONE && s.hash != HASH_NONE && dh_info(s.group) &&
	    (t->keylen || !enc_info(s.enc)->key_attr)) {
		s.keybits = t->keylen;
		snprintf(out, len, "%s", ike_suite_str(&s, name));
	} else {
		snprintf(out, len, "cipher %u/%u hash %u group %u", t->enc, t->keylen, t->hash, t->group);
	}
	put_auth(out, len, t->auth);
}

/* For people: one transform; with what we have (@ours) also in what it misses that. */
static void p1_item(const void *ours, const struct v1_proposal *p, const struct v1_transform *t, char *out, size_t len)
{
	const struct conn_cfg *cfg = ours;
	unsigned int diff = 0;

	p1_transform_text(t, out, len);
	for (unsigned int i = 0; cfg && i < cfg->n_ike * cfg->n_auth; i++)
		diff = nearer(diff, p1_diff(&cfg->ike[i % cfg->n_ike], v1_p1_auth(cfg, i / cfg->n_ike, false), p, t));
	put_differences(out, len, diff);
}

void v1_p1_text(const struct conn_cfg *cfg, bool initiator, char *out, size_t len)
{
	out[0] = '\0';
	for (unsigned int i = 0; i < cfg->n_ike * cfg->n_auth; i++) {
		char name[SUITE_STRLEN], one[SUITE_STRLEN + 40];

		snprintf(one, sizeof(one), "%s", ike_suite_str(&cfg->ike[i % cfg->n_ike], name));
		put_auth(one, sizeof(one), v1_p1_auth(cfg, i / cfg->n_ike, initiator));
		list_add(out, len, one);
	}
}

void v1_p1_offer(const struct conn_cfg *cfg, struct v1_writer *w)
{
	struct v1_transform_out t[AUTHS_MAX * SUITES_MAX] = { { 0 } };
	struct v1_proposal_out p = { .number = 1, .proto = PROTO_ISAKMP, .transforms = t };

	p.n = cfg->n_ike * cfg->n_auth;
	for (unsigned int i = 0; i < p.n; i++) {
		const struct ike_suite *s = &cfg->ike[i % cfg->n_ike];
		const struct enc_info *enc = enc_info(s->enc);

		t[i] = (struct v1_transform_out){
			.number = i + 1, .id = TRANSFORM_KEY_IKE, .enc = enc->v1_p1,
			.keylen = enc->key_attr ? s->keybits : 0, .hash = hash_info(s->hash)->v1_p1,
			.auth = v1_p1_auth(cfg, i / cfg->n_ike, true), .group = s->group, .life_s = cfg->ike_lifetime,
		};
	}
	v1_put_sa(w, 1, &p, 1);
}

const struct v1_transform *v1_p1_select(const struct conn_cfg *cfg, const struct v1_sa *offer,
					const struct v1_proposal **prop, struct ike_suite *suite,
					struct v1_fail *f)
{
	bool only_group = false, only_auth = false, only_xauth = false;

	for (unsigned int i = 0; i < cfg->n_ike * cfg->n_auth; i++) {
		const struct ike_suite *s = &cfg->ike[i % cfg->n_ike];
		uint16_t auth = v1_p1_auth(cfg, i / cfg->n_ike, false);

		for (unsigned int k = 0; k < offer->n_proposals; k++) {
			const struct v1_proposal *p = &offer->proposals[k];

			for (unsigned int n = p->first; n < p->first + p->n; n++) {
				unsigned int diff = p1_diff(s, auth, p, &offer->transforms[n]);

				if (!diff) {
					*prop = p;
					*suite = *s;
					return &offer->transforms[n];
				}
				only_group |= diff == DIFF_GROUP;
				only_auth |= diff == DIFF_AUTH;
				only_xauth |= diff == DIFF_AUTH && v1_xauth_differs(auth, offer->transforms[n].auth);
			}
		}
	}
	v1_fail_set(f, only_xauth ? FAIL_XAUTH_MISMATCH : only_auth ? FAIL_AUTH_METHOD : only_group ? FAIL_P1_DH :
		    FAIL_P1_PROPOSAL, WHO_US, N_NO_PROPOSAL_CHOSEN);
	v1_p1_text(cfg, false, f->ours, sizeof(f->ours));
	offer_text(offer, cfg, f->theirs, sizeof(f->theirs), p1_item);
	return NULL;
}

static bool p1_same(const struct v1_transform *a, const struct v1_transform *b)
{
	return a->id == b->id && a->enc == b->enc && a->hash == b->hash && a->auth == b->auth &&
	       a->group == b->group && a->keylen == b->keylen && !(b->seen & V1A_UNKNOWN);
}

bool v1_p1_chosen(const struct v1_sa *ours, const struct v1_sa *answer, struct ike_suite *suite,
		  struct v1_fail *f)
{
	const struct v1_transform *t = &answer->transforms[0];

	/* RFC 2408 4.2: one proposal, one transform, unchanged; renumbering does no harm */
	if (answer->n_proposals == 1 && answer->n_transforms == 1 &&
	    answer->proposals[0].proto == PROTO_ISAKMP) {
		for (unsigned int i = 0; i < ours->n_transforms; i++) {
			if (!p1_same(&ours->transforms[i], t))
				continue;
			*suite = (struct ike_suite){
				.enc = enc_from_v1_p1(t->enc), .hash = hash_from_v1_p1(t->hash),
				.group = t->group, .keybits = t->keylen,
			};
			if (!enc_info(suite->enc)->key_attr)
				suite->keybits = enc_info(suite->enc)->keybits;
			return true;
		}
	}
	v1_fail_set(f, FAIL_P1_PROPOSAL, WHO_US, 0);
	offer_text(ours, NULL, f->ours, sizeof(f->ours), p1_item);
	offer_text(answer, NULL, f->theirs, sizeof(f->theirs), p1_item);
	return false;
}

/* ---- phase 2 ---- */

static unsigned int group_of(const struct conn_cfg *cfg, const struct esp_suite *s)
{
	return s->group ? s->group : cfg->pfs;
}

unsigned int v1_p2_group(const struct conn_cfg *cfg)
{
	return cfg->n_esp ? group_of(cfg, &cfg->esp[0]) : cfg->pfs;
}

/*
 * An attribute that is absent: RFC 2407 4.5 leaves the mode to the host. Tunnel
 * mode is all that a gateway can mean.
 */
static uint16_t encap_of(const struct v1_transform *t)
{
	return t->seen & V1A_ENCAP ? t->encap : ENCAP_TUNNEL;
}

/* As initiator and as responder alike */
static bool esn_allowed(const struct conn_cfg *cfg, bool esn)
{
	return cfg->esn == ESN_OFFER || esn == (cfg->esn == ESN_YES);
}

static unsigned int p2_diff(const struct ike_sa *sa, const struct esp_suite *s, const struct v1_proposal *p,
			    const struct v1_transform *t)
{
	const struct hash_info *integ = hash_info(s->integ);
	unsigned int diff = 0;

	if (p->proto != PROTO_ESP || (t->seen & V1A_UNKNOWN) || ((t->seen & V1A_ESN) && t->esn != ESN_64))
		diff |= DIFF_OTHER;
	if (!esn_allowed(sa->conn->cfg, t->esn))
		diff |= DIFF_ESN;
	if (cipher_differs(s->enc, s->keybits, enc_from_v1_esp(t->id), t))
		diff |= DIFF_CIPHER;
	if (t->auth != (integ ? integ->v1_esp : 0))
		diff |= DIFF_INTEG;
	if (t->group != group_of(sa->conn->cfg, s))
		diff |= DIFF_GROUP;
	if (!v1_quick_encap_ok(sa, encap_of(t)))
		diff |= DIFF_ENCAP;
	return diff;
}

static const char *encap_text(uint16_t encap)
{
	static const struct {
		uint16_t encap;
		const char *text;
	} names[] = {
		{ ENCAP_TUNNEL, "tunnel" },
		{ ENCAP_TRANSPORT, "transport" },
		{ ENCAP_UDP_TUNNEL, "tunnel in UDP" },
		{ ENCAP_UDP_TRANSPORT, "transport in UDP" },
		{ ENCAP_UDP_TUNNEL_DRAFT, "tunnel in UDP (draft)" },
	};

	for (size_t i = 0; i < V1_ARRAY_LEN(names); i++)
		if (names[i].encap == encap)
			return names[i].text;
	return "unknown mode";
}

static void p2_transform_text(const struct v1_proposal *p, const struct v1_transform *t, char *out,
			      size_t len)
{
	struct esp_suite s = {
		.enc = enc_from_v1_esp(t->id), .integ = hash_from_v1_esp(t->auth), .group = t->group,
		.keybits = t->keylen, .esn = t->esn == ESN_64,
	};
	char name[SUITE_STRLEN];
	bool known = p->proto == PROTO_ESP && s.enc != ENC_NONE && (!t->group || dh_info(t->group)) &&
		     (t->keylen || !enc_info(s.enc)->key_attr) &&
		     (enc_info(s.enc)->aead ? !t->auth : s.integ != HASH_NONE);

	if (known)
		snprintf(out, len, "%s%s", esp_suite_str(&s, name), t->group ? "" : " without PFS");
	else
		snprintf(out, len, "%s transform %u/%u integrity %u group %u",
			 p->proto == PROTO_ESP ? "ESP" : p->proto == PROTO_AH ? "AH" : "protocol", t->id,
			 t->keylen, t->auth, t->group);
}

static void p2_item(const void *ours, const struct v1_proposal *p, const struct v1_transform *t, char *out, size_t len)
{
	const struct ike_sa *sa = ours;
	unsigned int diff = 0;

	p2_transform_text(p, t, out, len);
	for (unsigned int i = 0; sa && i < sa->conn->cfg->n_esp; i++)
		diff = nearer(diff, p2_diff(sa, &sa->conn->cfg->esp[i], p, t));
	put_differences(out, len, diff);
}

void v1_p2_text(const struct conn_cfg *cfg, char *out, size_t len)
{
	out[0] = '\0';
	for (unsigned int i = 0; i < cfg->n_esp; i++) {
		struct esp_suite s = cfg->esp[i];
		char name[SUITE_STRLEN], one[SUITE_STRLEN + 16];

		s.group = group_of(cfg, &s);
		s.esn = cfg->esn == ESN_YES;
		snprintf(one, sizeof(one), "%s%s", esp_suite_str(&s, name), s.group ? "" : " without PFS");
		list_add(out, len, one);
	}
}

static struct v1_transform_out p2_transform(const struct conn_cfg *cfg, const struct esp_suite *s, uint16_t encap,
					    bool esn)
{
	const struct enc_info *enc = enc_info(s->enc);
	const struct hash_info *integ = hash_info(s->integ);

	return (struct v1_transform_out){
		.id = enc->v1_esp, .keylen = enc->key_attr ? s->keybits : 0, .auth = integ ? integ->v1_esp : 0,
		.group = group_of(cfg, s), .encap = encap, .esn = esn ? ESN_64 : 0,
		.life_s = cfg->esp_lifetime, .life_kb = cfg->esp_lifebytes / 1024,
	};
}

void v1_p2_offer(const struct conn_cfg *cfg, struct v1_writer *w, uint32_t spi, uint16_t encap)
{
	struct v1_transform_out t[2 * SUITES_MAX] = { { 0 } };
	struct v1_proposal_out p = {
		.number = 1, .proto = PROTO_ESP, .transforms = t, .spi_len = 4,
		.spi = { spi >> 24, spi >> 16 & 0xff, spi >> 8 & 0xff, spi & 0xff },
	};

	for (unsigned int i = 0; i < cfg->n_esp; i++) {
		/* RFC 2409 5.5: one KE payload serves all, so one group for all */
		if (group_of(cfg, &cfg->esp[i]) != v1_p2_group(cfg))
			continue;
		for (int esn = 1; esn >= 0; esn--)
			if (esn_allowed(cfg, esn)) {
				t[p.n] = p2_transform(cfg, &cfg->esp[i], encap, esn);
				t[p.n].number = p.n + 1;
				p.n++;
			}
	}
	v1_put_sa(w, 2, &p, 1);
}

static void choose(const struct conn_cfg *cfg, struct v1_p2_choice *out, const struct v1_proposal *p,
		   const struct v1_transform *t)
{
	const struct enc_info *enc;

	*out = (struct v1_p2_choice){ .prop = p, .t = t, .group = t->group, .encap = encap_of(t) };
	out->suite.enc = enc_from_v1_esp(t->id);
	enc = enc_info(out->suite.enc);
	out->suite.keybits = enc->key_attr ? t->keylen : enc->keybits;
	out->suite.integ = hash_from_v1_esp(t->auth);
	out->suite.group = DH_NONE;	/* PFS stands beside the suite */
	out->suite.esn = t->esn == ESN_64;
	out->suite.icv96 = cfg->sha256_truncation == 96 && out->suite.integ == HASH_SHA2_256;
	out->spi = be32_at(p->spi);
	out->life_s = t->seen & V1A_LIFE_S ? t->life_s : V1_P2_LIFE_DEFAULT;
	out->life_kb = t->seen & V1A_LIFE_KB ? t->life_kb : 0;
}

/* RFC 2408 4.2: proposals of one number belong together; we have no use for AH and ESP at once. */
static bool stands_alone(const struct v1_sa *sa, unsigned int k)
{
	for (unsigned int i = 0; i < sa->n_proposals; i++)
		if (i != k && sa->proposals[i].number == sa->proposals[k].number)
			return false;
	return true;
}

static bool spi_usable(const struct v1_proposal *p)
{
	/* RFC 4303 2.1: 1 to 255 are reserved, 0 is never sent */
	return p->spi_len == 4 && (p->spi[0] || p->spi[1] || p->spi[2]);
}

/* @least: in what the nearest transform differs from the nearest of ours. */
static bool p2_search(const struct ike_sa *sa, const struct v1_sa *offer, struct v1_p2_choice *out,
		      unsigned int *least)
{
	const struct conn_cfg *cfg = sa->conn->cfg;
	bool found = false;

	*least = DIFF_OTHER | DIFF_CIPHER | DIFF_INTEG;
	for (unsigned int i = 0; i < cfg->n_esp && !found; i++) {
		for (unsigned int k = 0; k < offer->n_proposals; k++) {
			const struct v1_proposal *p = &offer->proposals[k];

			if (!stands_alone(offer, k) || !spi_usable(p))
				continue;
			for (unsigned int n = p->first; n < p->first + p->n; n++) {
				const struct v1_transform *t = &offer->transforms[n];
				unsigned int diff = p2_diff(sa, &cfg->esp[i], p, t);

				/* of two that differ in it alone, the one with ESN */
				if (!diff && (!found || (t->esn && !out->t->esn))) {
					choose(cfg, out, p, t);
					found = true;
				}
				if (subset(diff, DIFF_NEAR) && diff < *least)
					*least = diff;
			}
		}
	}
	return found;
}

bool v1_p2_select(const struct ike_sa *sa, const struct v1_sa *offer, struct v1_p2_choice *out,
		  struct v1_fail *f)
{
	unsigned int least;

	if (p2_search(sa, offer, out, &least))
		return true;
	if (least == DIFF_GROUP) {
		v1_fail_set(f, FAIL_P2_PFS, WHO_US, N_NO_PROPOSAL_CHOSEN);
	} else if (least == DIFF_ESN) {
		v1_fail_set(f, FAIL_P2_ESN, WHO_US, N_NO_PROPOSAL_CHOSEN);
	} else if (subset(least, DIFF_NEAR) && (least & DIFF_ENCAP)) {
		v1_fail_set(f, FAIL_ENCAP_MODE, WHO_US, N_NO_PROPOSAL_CHOSEN);
		snprintf(f->ours, sizeof(f->ours), "%s", encap_text(v1_quick_encap(sa)));
		snprintf(f->theirs, sizeof(f->theirs), "%s", encap_text(encap_of(&offer->transforms[0])));
		return false;
	} else {
		v1_fail_set(f, FAIL_P2_PROPOSAL, WHO_US, N_NO_PROPOSAL_CHOSEN);
	}
	v1_p2_text(sa->conn->cfg, f->ours, sizeof(f->ours));
	offer_text(offer, sa, f->theirs, sizeof(f->theirs), p2_item);
	return false;
}

static bool p2_same(const struct v1_transform *a, const struct v1_transform *b)
{
	return a->id == b->id && a->auth == b->auth && a->group == b->group && a->keylen == b->keylen &&
	       encap_of(a) == encap_of(b) && a->esn == b->esn && !(b->seen & V1A_UNKNOWN);
}

bool v1_p2_chosen(const struct conn_cfg *cfg, const struct v1_sa *ours, const struct v1_sa *answer,
		  struct v1_p2_choice *out, struct v1_fail *f)
{
	const struct v1_proposal *p = &answer->proposals[0];

	if (answer->n_proposals == 1 && answer->n_transforms == 1 && p->proto == PROTO_ESP && spi_usable(p)) {
		for (unsigned int i = 0; i < ours->n_transforms; i++) {
			if (!p2_same(&ours->transforms[i], &answer->transforms[0]))
				continue;
			choose(cfg, out, p, &answer->transforms[0]);
			return true;
		}
	}
	v1_fail_set(f, FAIL_P2_PROPOSAL, WHO_US, N_BAD_PROPOSAL_SYNTAX);
	offer_text(ours, NULL, f->ours, sizeof(f->ours), p2_item);
	offer_text(answer, NULL, f->theirs, sizeof(f->theirs), p2_item);
	return false;
}
