// SPDX-License-Identifier: GPL-2.0
/* Choosing from an offer, and saying what differs when nothing fits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/v1/v1.h"

/* An SA payload written and read again, as the peer would see it. */
struct offer {
	struct v1_writer w;
	struct v1_sa sa;
};

static void offer_done(struct offer *o, int phase)
{
	const struct v1_payload pl = { .type = PL_SA, .body = o->w.b.p + 4, .len = o->w.b.len - 4 };

	assert_false(o->w.b.failed);
	assert_true(v1_sa_parse(&pl, phase, &o->sa));
}

static void offer_free(struct offer *o)
{
	buf_free(&o->w.b);
}

/* A configuration with proposals as written in a file; @ike and @esp separated by spaces. */
static struct conn_cfg *config(const char *ike, const char *esp, unsigned int pfs)
{
	struct conn_cfg *c = conn_cfg_new("t");
	char copy[512], err[128], *save, *word;

	c->n_ike = c->n_esp = 0;
	snprintf(copy, sizeof(copy), "%s", ike);
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		assert_true(ike_suite_parse(word, &c->ike[c->n_ike++], err, sizeof(err)));
	snprintf(copy, sizeof(copy), "%s", esp);
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		assert_true(esp_suite_parse(word, &c->esp[c->n_esp++], err, sizeof(err)));
	c->pfs = pfs;
	return c;
}

/* ---- phase 1 ---- */

/* Takes " (group differs)" and its like out; every transform of a refused offer has one. */
static void without_differences(char *s)
{
	char *at;

	while ((at = strstr(s, " ("))) {
		char *end = strchr(at, ')');

		assert_non_null(end);
		assert_non_null(memmem(at, (size_t)(end - at), " differ", 7));
		memmove(at, end + 1, strlen(end));
	}
}

static void phase1(const char *theirs, const char *ours, const char *chosen, enum failure_cause cause)
{
	struct conn_cfg *a = config(theirs, "aes128-sha1", 0), *b = config(ours, "aes128-sha1", 0);
	const struct v1_proposal *prop = NULL;
	const struct v1_transform *t;
	struct v1_fail f = { 0 };
	struct ike_suite suite;
	char name[SUITE_STRLEN];
	struct offer o = { 0 };

	v1_p1_offer(a, &o.w);
	offer_done(&o, 1);
	t = v1_p1_select(b, &o.sa, &prop, &suite, &f);
	if (chosen) {
		assert_non_null(t);
		assert_ptr_equal(prop, &o.sa.proposals[0]);
		assert_string_equal(ike_suite_str(&suite, name), chosen);
	} else {
		char list[512];

		assert_null(t);
		assert_int_equal(f.cause, cause);
		assert_int_equal(f.who, WHO_US);
		assert_int_equal(f.notify, N_NO_PROPOSAL_CHOSEN);
		v1_p1_text(b, false, list, sizeof(list));
		assert_string_equal(f.ours, list);
		v1_p1_text(a, false, list, sizeof(list));
		without_differences(f.theirs);
		assert_string_equal(f.theirs, list);
	}
	offer_free(&o);
	conn_cfg_put(a);
	conn_cfg_put(b);
}

static void phase1_choice(void **state)
{
	static const char a[] = "aes128-sha256-modp2048", b[] = "aes256-sha1-modp1536", c[] = "3des-md5-modp1024";

	(void)state;
	phase1(a, a, a, 0);
	phase1("aes256-sha1-modp1536 aes128-sha256-modp2048", a, a, 0);
	phase1("aes256-sha1-modp1536 aes128-sha256-modp2048", "aes128-sha256-modp2048 aes256-sha1-modp1536", a, 0);
	phase1("aes128-sha256-modp2048 aes256-sha1-modp1536", "aes256-sha1-modp1536 aes128-sha256-modp2048", b, 0);
	phase1(c, "aes128-sha256-modp2048 3des-md5-modp1024", c, 0);
	phase1("aes192-sha384-ecp256", "aes192-sha384-ecp256", "aes192-sha384-ecp256", 0);
}

static void phase1_mismatch(void **state)
{
	static const char ours[] = "aes128-sha256-modp2048";

	(void)state;
	phase1("aes128-sha256-modp3072", ours, NULL, FAIL_P1_DH);
	phase1("aes128-sha256-modp3072 aes256-sha256-modp2048", ours, NULL, FAIL_P1_DH);
	phase1("aes256-sha256-modp2048", ours, NULL, FAIL_P1_PROPOSAL);
	phase1("aes128-sha1-modp2048", ours, NULL, FAIL_P1_PROPOSAL);
	phase1("aes128-sha1-modp1536", ours, NULL, FAIL_P1_PROPOSAL);
	phase1("3des-md5-modp1024", ours, NULL, FAIL_P1_PROPOSAL);
}

/* One transform by hand, for what our own offers never hold. */
static const struct v1_transform *phase1_raw(struct v1_transform_out t, struct v1_fail *f)
{
	struct conn_cfg *c = config("aes128-sha256-modp2048", "aes128-sha1", 0);
	struct v1_proposal_out p = { .number = 1, .proto = PROTO_ISAKMP, .transforms = &t, .n = 1 };
	const struct v1_transform *chosen;
	const struct v1_proposal *prop;
	struct ike_suite suite;
	struct offer o = { 0 };

	v1_put_sa(&o.w, 1, &p, 1);
	offer_done(&o, 1);
	chosen = v1_p1_select(c, &o.sa, &prop, &suite, f);
	offer_free(&o);
	conn_cfg_put(c);
	return chosen;
}

static void phase1_attributes(void **state)
{
	const struct v1_transform_out good = { .number = 1, .id = TRANSFORM_KEY_IKE, .enc = 7, .keylen = 128,
					       .hash = 4, .auth = P1_AUTH_PSK, .group = 14, .life_s = 28800 };
	struct v1_transform_out t;
	struct v1_fail f;

	(void)state;
	assert_non_null(phase1_raw(good, &f));
	t = good;
	t.life_s = 0;			/* a lifetime is not needed */
	assert_non_null(phase1_raw(t, &f));
	t = good;
	t.keylen = 0;			/* a key length is, RFC 3602 5.3 */
	assert_null(phase1_raw(t, &f));
	t = good;
	t.auth = P1_AUTH_RSA_SIG;
	assert_null(phase1_raw(t, &f));
	assert_non_null(strstr(f.theirs, "rsa-sig"));
	assert_int_equal(f.cause, FAIL_AUTH_METHOD);
	t = good;
	t.id = 2;
	assert_null(phase1_raw(t, &f));
	t = good;
	t.enc = 65000;			/* unknown numbers are named as they are */
	assert_null(phase1_raw(t, &f));
	assert_non_null(strstr(f.theirs, "65000"));
}

static void phase1_answer(void **state)
{
	struct conn_cfg *c = config("aes128-sha256-modp2048 aes256-sha1-modp1536", "aes128-sha1", 0);
	struct conn_cfg *other = config("aes256-sha256-modp2048", "aes128-sha1", 0);
	struct offer ours = { 0 }, answer = { 0 };
	struct ike_suite suite;
	struct v1_fail f;

	(void)state;
	v1_p1_offer(c, &ours.w);
	offer_done(&ours, 1);
	v1_put_sa_chosen(&answer.w, &ours.sa.proposals[0], NULL, 0, &ours.sa.transforms[1]);
	offer_done(&answer, 1);
	assert_true(v1_p1_chosen(&ours.sa, &answer.sa, &suite, &f));
	assert_int_equal(suite.keybits, 256);
	assert_int_equal(suite.group, DH_MODP1536);
	/* both at once is no choice */
	assert_false(v1_p1_chosen(&ours.sa, &ours.sa, &suite, &f));
	offer_free(&answer);
	/* neither is something that was not offered */
	answer = (struct offer){ 0 };
	v1_p1_offer(other, &answer.w);
	offer_done(&answer, 1);
	assert_false(v1_p1_chosen(&ours.sa, &answer.sa, &suite, &f));
	assert_int_equal(f.cause, FAIL_P1_PROPOSAL);
	offer_free(&answer);
	offer_free(&ours);
	conn_cfg_put(c);
	conn_cfg_put(other);
}

/* ---- phase 2 ---- */

/* An SA as far as choosing looks at it. */
struct fake {
	struct conn conn;
	struct ike_sa sa;
	struct v1_priv priv;
};

static struct ike_sa *fake_sa(struct fake *x, struct conn_cfg *c, bool nat)
{
	memset(x, 0, sizeof(*x));
	x->conn.cfg = c;
	x->sa.conn = &x->conn;
	x->sa.v1_priv = &x->priv;
	x->sa.nat_remote = nat;
	x->sa.path.natt = nat;
	return &x->sa;
}

struct p2_case {
	const char *theirs, *ours;
	unsigned int their_pfs, our_pfs;
	uint16_t encap;
	bool nat;
	const char *chosen;		/* NULL: refused with @cause */
	enum failure_cause cause;
};

static void phase2(const struct p2_case *k)
{
	struct conn_cfg *a = config("aes128-sha1-modp2048", k->theirs, k->their_pfs);
	struct conn_cfg *b = config("aes128-sha1-modp2048", k->ours, k->our_pfs);
	struct v1_p2_choice choice;
	struct v1_fail f = { 0 };
	char name[SUITE_STRLEN];
	struct offer o = { 0 };
	struct fake x;
	bool ok;

	v1_p2_offer(a, &o.w, 0xc0ffee01, k->encap);
	offer_done(&o, 2);
	ok = v1_p2_select(fake_sa(&x, b, k->nat), &o.sa, &choice, &f);
	assert_int_equal(ok, k->chosen != NULL);
	if (ok) {
		assert_string_equal(esp_suite_str(&choice.suite, name), k->chosen);
		assert_int_equal(choice.spi, 0xc0ffee01);
		assert_int_equal(choice.encap, k->encap);
		assert_int_equal(choice.group, k->our_pfs);
		assert_int_equal(choice.life_s, 3600);
	} else {
		assert_int_equal(f.cause, k->cause);
		assert_int_equal(f.who, WHO_US);
		assert_string_not_equal(f.ours, "");
		assert_string_not_equal(f.theirs, "");
		assert_string_not_equal(f.ours, f.theirs);
	}
	offer_free(&o);
	conn_cfg_put(a);
	conn_cfg_put(b);
}

static void phase2_choice_and_mismatch(void **state)
{
	static const struct p2_case cases[] = {
		{ "aes128-sha256", "aes128-sha256", 14, 14, ENCAP_TUNNEL, false, "aes128-sha256", 0 },
		{ "aes128-sha256", "aes128-sha256", 0, 0, ENCAP_TUNNEL, false, "aes128-sha256", 0 },
		{ "aes128-sha256", "aes128-sha256", 14, 14, ENCAP_UDP_TUNNEL, true, "aes128-sha256", 0 },
		{ "aes256gcm16", "aes256gcm16", 14, 14, ENCAP_TUNNEL, false, "aes256gcm16", 0 },
		{ "3des-md5", "3des-md5", 2, 2, ENCAP_TUNNEL, false, "3des-md5", 0 },
		{ "aes128-sha1 aes256-sha512", "aes256-sha512 aes128-sha1", 14, 14, ENCAP_TUNNEL, false, "aes256-sha512", 0 },
		{ "aes256-sha512 aes128-sha1", "aes128-sha1 aes256-sha512", 14, 14, ENCAP_TUNNEL, false, "aes128-sha1", 0 },
		{ "aes192gcm12", "aes192gcm12", 14, 14, ENCAP_TUNNEL, false, "aes192gcm12", 0 },
		{ "aes256gcm8", "aes256gcm8", 14, 14, ENCAP_TUNNEL, false, "aes256gcm8", 0 },
		{ "aes192gmac", "aes192gmac", 14, 14, ENCAP_TUNNEL, false, "aes192gmac", 0 },
		{ "null-sha512", "null-sha512", 14, 14, ENCAP_TUNNEL, false, "null-sha512", 0 },
		{ "aes128gcm8", "aes128gcm16", 14, 14, ENCAP_TUNNEL, false, NULL, FAIL_P2_PROPOSAL },
		{ "aes128gcm16", "aes128gcm12", 14, 14, ENCAP_TUNNEL, false, NULL, FAIL_P2_PROPOSAL },
		{ "aes128gmac", "aes128gcm16", 14, 14, ENCAP_TUNNEL, false, NULL, FAIL_P2_PROPOSAL },
		{ "null-sha1", "null-sha256", 14, 14, ENCAP_TUNNEL, false, NULL, FAIL_P2_PROPOSAL },
		{ "null-sha256", "aes128-sha256", 14, 14, ENCAP_TUNNEL, false, NULL, FAIL_P2_PROPOSAL },
		{ "aes128-sha256", "aes128-sha256", 14, 15, ENCAP_TUNNEL, false, NULL, FAIL_P2_PFS },
		{ "aes128-sha256", "aes128-sha256", 0, 14, ENCAP_TUNNEL, false, NULL, FAIL_P2_PFS },
		{ "aes128-sha256", "aes128-sha256", 14, 0, ENCAP_TUNNEL, false, NULL, FAIL_P2_PFS },
		{ "aes128-sha256", "aes256-sha256", 14, 14, ENCAP_TUNNEL, false, NULL, FAIL_P2_PROPOSAL },
		{ "aes128-sha256", "aes128-sha1", 14, 14, ENCAP_TUNNEL, false, NULL, FAIL_P2_PROPOSAL },
		{ "aes128gcm16", "aes128-sha256", 14, 14, ENCAP_TUNNEL, false, NULL, FAIL_P2_PROPOSAL },
		{ "aes128-sha256", "aes128gcm16", 14, 14, ENCAP_TUNNEL, false, NULL, FAIL_P2_PROPOSAL },
		{ "aes128-sha256", "aes256-sha256", 14, 15, ENCAP_TUNNEL, false, NULL, FAIL_P2_PROPOSAL },
		{ "aes128-sha256", "aes128-sha256", 14, 14, ENCAP_TRANSPORT, false, NULL, FAIL_ENCAP_MODE },
		{ "aes128-sha256", "aes128-sha256", 14, 14, ENCAP_UDP_TRANSPORT, true, NULL, FAIL_ENCAP_MODE },
		{ "aes128-sha256", "aes128-sha256", 14, 14, ENCAP_TUNNEL, true, NULL, FAIL_ENCAP_MODE },
		{ "aes128-sha256", "aes128-sha256", 14, 14, ENCAP_UDP_TUNNEL, false, NULL, FAIL_ENCAP_MODE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		phase2(&cases[i]);
}

/* Each side's mode against each: what comes of it, and what the initiator offers */
static void phase2_esn(void **state)
{
	static const struct {
		enum esn_mode theirs, ours;
		unsigned int offered;
		int esn;		/* -1: refused */
	} rows[] = {
		{ ESN_NO, ESN_NO, 1, 0 }, { ESN_NO, ESN_OFFER, 1, 0 }, { ESN_NO, ESN_YES, 1, -1 },
		{ ESN_OFFER, ESN_NO, 2, 0 }, { ESN_OFFER, ESN_OFFER, 2, 1 }, { ESN_OFFER, ESN_YES, 2, 1 },
		{ ESN_YES, ESN_NO, 1, -1 }, { ESN_YES, ESN_OFFER, 1, 1 }, { ESN_YES, ESN_YES, 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct conn_cfg *a = config("aes128-sha1-modp2048", "aes128-sha256", 0);
		struct conn_cfg *b = config("aes128-sha1-modp2048", "aes128-sha256", 0);
		struct v1_p2_choice choice;
		struct v1_fail f = { 0 };
		struct offer o = { 0 };
		struct fake x;

		a->esn = rows[i].theirs;
		b->esn = rows[i].ours;
		v1_p2_offer(a, &o.w, 0xc0ffee01, ENCAP_TUNNEL);
		offer_done(&o, 2);
		assert_int_equal(o.sa.n_transforms, rows[i].offered);
		assert_int_equal(v1_p2_select(fake_sa(&x, b, false), &o.sa, &choice, &f), rows[i].esn >= 0);
		if (rows[i].esn >= 0) {
			assert_int_equal(choice.suite.esn, rows[i].esn);
		} else {
			assert_int_equal(f.cause, FAIL_P2_ESN);
			assert_string_not_equal(f.ours, f.theirs);
		}
		offer_free(&o);
		conn_cfg_put(a);
		conn_cfg_put(b);
	}
}

/* Sixteen proposals twice, and every one of them with a number of its own */
static void phase2_esn_of_many(void **state)
{
	struct conn_cfg *c = config("aes128-sha1-modp2048", "aes128-sha256", 0);
	struct offer o = { 0 };

	(void)state;
	for (; c->n_esp < SUITES_MAX; c->n_esp++)
		c->esp[c->n_esp] = c->esp[0];
	c->esn = ESN_OFFER;
	v1_p2_offer(c, &o.w, 0xc0ffee01, ENCAP_TUNNEL);
	offer_done(&o, 2);
	assert_int_equal(o.sa.n_transforms, 2 * SUITES_MAX);
	for (unsigned int i = 0; i < o.sa.n_transforms; i++) {
		assert_int_equal(o.sa.transforms[i].number, i + 1);
		assert_int_equal(o.sa.transforms[i].esn, !(i & 1));
	}
	offer_free(&o);
	conn_cfg_put(c);
}

static bool phase2_raw(struct v1_proposal_out *p, unsigned int n, struct v1_p2_choice *choice, struct v1_fail *f)
{
	struct conn_cfg *c = config("aes128-sha1-modp2048", "aes128-sha1", 0);
	struct offer o = { 0 };
	struct fake x;
	bool ok;

	v1_put_sa(&o.w, 2, p, n);
	offer_done(&o, 2);
	ok = v1_p2_select(fake_sa(&x, c, false), &o.sa, choice, f);
	offer_free(&o);
	conn_cfg_put(c);
	return ok;
}

static void phase2_bundles_and_spis(void **state)
{
	struct v1_transform_out t = { .number = 1, .id = 12, .keylen = 128, .auth = 2, .encap = ENCAP_TUNNEL };
	struct v1_transform_out ah = { .number = 1, .id = 3, .auth = 2, .encap = ENCAP_TUNNEL };
	struct v1_proposal_out p[3] = {
		{ .number = 1, .proto = PROTO_AH, .spi = { 1, 2, 3, 4 }, .spi_len = 4, .transforms = &ah, .n = 1 },
		{ .number = 1, .proto = PROTO_ESP, .spi = { 1, 2, 3, 5 }, .spi_len = 4, .transforms = &t, .n = 1 },
		{ .number = 2, .proto = PROTO_ESP, .spi = { 1, 2, 3, 6 }, .spi_len = 4, .transforms = &t, .n = 1 },
	};
	struct v1_p2_choice choice;
	struct v1_fail f;

	(void)state;
	/* AH and ESP under one number come together or not at all (RFC 2408 4.2) */
	assert_false(phase2_raw(p, 2, &choice, &f));
	assert_true(phase2_raw(p, 3, &choice, &f));
	assert_int_equal(choice.spi, 0x01020306);
	/* without a lifetime: 8 hours, RFC 2407 4.5 */
	assert_int_equal(choice.life_s, 28800);
	/* 1 to 255 are reserved, RFC 4303 2.1 */
	memset(p[2].spi, 0, 4);
	p[2].spi[3] = 255;
	assert_false(phase2_raw(p + 2, 1, &choice, &f));
	p[2].spi[2] = 1;
	assert_true(phase2_raw(p + 2, 1, &choice, &f));
	/* no encapsulation mode at all: a gateway means tunnel */
	t.encap = 0;
	assert_true(phase2_raw(p + 2, 1, &choice, &f));
	t.keylen = 0;
	assert_false(phase2_raw(p + 2, 1, &choice, &f));
	/* RFC 4304 has the one value: nothing is made of another */
	t.keylen = 128;
	t.esn = 2;
	assert_false(phase2_raw(p + 2, 1, &choice, &f));
	t.esn = 0;
	/* NULL encryption without integrity is nothing at all */
	t.id = 11;
	t.keylen = t.auth = 0;
	assert_false(phase2_raw(p + 2, 1, &choice, &f));
}

/* RFC 2409 5.5: one KE payload, so one group in all transforms */
static void phase2_offers_one_group(void **state)
{
	struct conn_cfg *c = config("aes128-sha1-modp2048", "aes128-sha1-modp1536 aes256-sha1 aes256-sha256-modp1536", 14);
	struct offer o = { 0 };

	(void)state;
	assert_int_equal(v1_p2_group(c), DH_MODP1536);
	c->esp_lifebytes = 1ull << 40;
	v1_p2_offer(c, &o.w, 0x01020304, ENCAP_TUNNEL);
	offer_done(&o, 2);
	assert_int_equal(o.sa.n_transforms, 2);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(o.sa.transforms[i].group, DH_MODP1536);
		assert_int_equal(o.sa.transforms[i].life_s, 3600);
		assert_int_equal(o.sa.transforms[i].life_kb, 1ull << 30);
		assert_int_equal(o.sa.transforms[i].encap, ENCAP_TUNNEL);
	}
	assert_int_equal(o.sa.transforms[1].keylen, 256);
	offer_free(&o);
	conn_cfg_put(c);
}

/* What does not fit into the text ends it with dots, never with half a name. */
static void long_lists_end_in_dots(void **state)
{
	struct conn_cfg *c = config("aes128-sha256-modp2048", "aes128-sha1", 0);
	char text[64];

	(void)state;
	for (c->n_ike = 1; c->n_ike < SUITES_MAX; c->n_ike++)
		c->ike[c->n_ike] = c->ike[0];
	v1_p1_text(c, false, text, sizeof(text));
	assert_string_equal(text, "aes128-sha256-modp2048, aes128-sha256-modp2048 ...");
	conn_cfg_put(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phase1_choice),
		cmocka_unit_test(phase1_mismatch),
		cmocka_unit_test(phase1_attributes),
		cmocka_unit_test(phase1_answer),
		cmocka_unit_test(phase2_choice_and_mismatch),
		cmocka_unit_test(phase2_esn),
		cmocka_unit_test(phase2_esn_of_many),
		cmocka_unit_test(phase2_bundles_and_spis),
		cmocka_unit_test(phase2_offers_one_group),
		cmocka_unit_test(long_lists_end_in_dots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
