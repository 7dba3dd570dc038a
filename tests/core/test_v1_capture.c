// SPDX-License-Identifier: GPL-2.0
/* A main mode and a quick mode that were not ours, read with our code and their secrets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/v1/v1.h"
#include "unit/vectors/hex.h"
#include "unit/vectors/v1_capture.h"

enum { MAIN_1, MAIN_2, MAIN_3, MAIN_4, MAIN_5, MAIN_6, QUICK_1, QUICK_2, N_PACKETS };

/* What the tests have in common: the packets, and an SA with the keys of the capture. */
struct capture {
	uint8_t packet[N_PACKETS][512];
	size_t len[N_PACKETS];
	struct v1_msg msg[N_PACKETS];
	struct ike_sa sa;
};

static void secret_hex(struct secret *s, const char *hex)
{
	uint8_t raw[512];

	assert_true(secret_set(s, raw, unhex(hex, raw, sizeof(raw))));
}

static void assert_secret(const struct secret *s, const char *hex)
{
	uint8_t raw[512];

	assert_int_equal(s->len, unhex(hex, raw, sizeof(raw)));
	assert_memory_equal(s->p, raw, s->len);
}

static void parse(struct v1_msg *m, bool padded)
{
	assert_true(v1_chain_parse(m->hdr.next, m->body, m->body_len, padded, &m->chain));
}

static struct bytes body_of(const struct v1_msg *m, uint8_t type)
{
	const struct v1_payload *pl = v1_find(&m->chain, type, 0);

	assert_non_null(pl);
	return (struct bytes){ pl->body, pl->len };
}

static void read_packets(struct capture *c)
{
	for (unsigned int i = 0; i < N_PACKETS; i++) {
		struct v1_msg *m = &c->msg[i];
		struct cursor cur;

		c->len[i] = unhex(capture_packets[i], c->packet[i], sizeof(c->packet[i]));
		cur = cursor_of(c->packet[i], c->len[i]);
		assert_true(isakmp_hdr_parse(&cur, &m->hdr));
		m->body = cur.p;
		m->body_len = c->len[i] - ISAKMP_HDR_LEN;
		if (!(m->hdr.flags & ISAKMP_FLAG_ENCRYPTED))
			parse(m, false);
	}
}

static void derive(struct capture *c)
{
	struct bytes ni = body_of(&c->msg[MAIN_3], PL_NONCE), nr = body_of(&c->msg[MAIN_4], PL_NONCE);
	struct secret psk = { 0 }, gxy = { 0 };

	assert_true(secret_set(&psk, CAPTURE_PSK, strlen(CAPTURE_PSK)));
	secret_hex(&gxy, capture_gxy);
	assert_true(v1_skeyid_psk(c->sa.suite.hash, &psk, ni, nr, &c->sa.keys.skeyid));
	assert_true(v1_derive(&c->sa.keys, &c->sa.suite, &gxy, c->sa.cky_i, c->sa.cky_r));
	secret_wipe(&psk);
	secret_wipe(&gxy);
}

/* The IV of each message is the last block of the one before it. */
static void decrypt(struct capture *c, unsigned int from, unsigned int to, const uint8_t first[16])
{
	const uint8_t *iv = first;

	for (unsigned int i = from; i <= to; i++) {
		struct v1_msg *m = &c->msg[i];

		memcpy(m->iv, iv, sizeof(m->iv));
		assert_true(v1_decrypt(&c->sa, m));
		parse(m, true);
		iv = m->iv;
	}
}

static int setup(void **state)
{
	static struct capture c;
	uint8_t iv[16];

	memset(&c, 0, sizeof(c));
	read_packets(&c);
	c.sa.role = ROLE_INITIATOR;
	c.sa.suite = (struct ike_suite){ ENC_AES_CBC, 128, HASH_SHA2_256, DH_MODP2048 };
	memcpy(c.sa.cky_i, c.msg[MAIN_2].hdr.cky_i, sizeof(c.sa.cky_i));
	memcpy(c.sa.cky_r, c.msg[MAIN_2].hdr.cky_r, sizeof(c.sa.cky_r));
	derive(&c);
	assert_true(v1_iv_phase1(&c.sa.suite, body_of(&c.msg[MAIN_3], PL_KE), body_of(&c.msg[MAIN_4], PL_KE), iv));
	decrypt(&c, MAIN_5, MAIN_6, iv);
	assert_true(v1_iv_phase2(&c.sa.suite, c.msg[MAIN_6].iv, c.msg[QUICK_1].hdr.msgid, iv));
	decrypt(&c, QUICK_1, QUICK_2, iv);
	*state = &c;
	return 0;
}

static int teardown(void **state)
{
	struct capture *c = *state;

	for (unsigned int i = 0; i < N_PACKETS; i++)
		v1_msg_release(&c->msg[i]);
	v1_keys_wipe(&c->sa.keys);
	return 0;
}

/* g^xy of this one begins with a zero, which counts (RFC 2409 5, RFC 2412) */
static void keys(void **state)
{
	struct capture *c = *state;

	assert_secret(&c->sa.keys.skeyid, capture_skeyid);
	assert_secret(&c->sa.keys.skeyid_d, capture_skeyid_d);
	assert_secret(&c->sa.keys.skeyid_a, capture_skeyid_a);
	assert_secret(&c->sa.keys.skeyid_e, capture_skeyid_e);
}

static void identities(void **state)
{
	static const uint8_t addr[2][4] = { { 192, 0, 2, 1 }, { 192, 0, 2, 2 } };
	struct capture *c = *state;

	for (unsigned int i = 0; i < 2; i++) {
		const struct v1_msg *m = &c->msg[MAIN_5 + i];
		struct bytes hash = body_of(m, PL_HASH);
		uint8_t want[HASH_MAX_LEN];
		struct v1_id id;
		const char *why;

		assert_true(v1_id_parse(v1_find(&m->chain, PL_ID, 0), &id, &why));
		assert_int_equal(id.type, IDT_IPV4);
		assert_int_equal(id.len, 4);
		assert_memory_equal(id.data, addr[i], 4);
		assert_true(v1_auth_hash(&c->sa.keys, c->sa.suite.hash, !i, body_of(&c->msg[MAIN_3], PL_KE),
					 body_of(&c->msg[MAIN_4], PL_KE), c->sa.cky_i, c->sa.cky_r,
					 body_of(&c->msg[MAIN_1], PL_SA), body_of(m, PL_ID), want));
		assert_int_equal(hash.len, hash_info(c->sa.suite.hash)->len);
		assert_memory_equal(hash.p, want, hash.len);
	}
}

static void suites(void **state)
{
	struct capture *c = *state;

	for (unsigned int i = MAIN_1; i <= MAIN_2; i++) {
		const struct v1_transform *t;
		struct v1_sa sa;

		assert_true(v1_sa_parse(v1_find(&c->msg[i].chain, PL_SA, 0), 1, &sa));
		assert_int_equal(sa.n_transforms, 1);
		t = &sa.transforms[0];
		assert_int_equal(t->keylen, 128);
		assert_int_equal(t->group, DH_MODP2048);
		assert_int_equal(t->auth, P1_AUTH_PSK);
	}
}

static void nonce_of(struct buf *b, const struct v1_msg *m)
{
	struct bytes n = body_of(m, PL_NONCE);

	buf_put(b, n.p, n.len);
}

static uint32_t spi_of(const struct v1_msg *m, uint8_t spi[4])
{
	struct v1_sa sa;

	assert_true(v1_sa_parse(v1_find(&m->chain, PL_SA, 0), 2, &sa));
	assert_int_equal(sa.proposals[0].spi_len, 4);
	memcpy(spi, sa.proposals[0].spi, 4);
	return sa.proposals[0].proto;
}

/* HASH(1), HASH(2), and KEYMAT of both directions: each has the receiver's SPI in it. */
static void quick_mode(void **state)
{
	static const char *const enc[2] = { capture_enc_responder, capture_enc_initiator };
	static const char *const auth[2] = { capture_auth_responder, capture_auth_initiator };
	struct capture *c = *state;
	struct v1_quick q = { .role = ROLE_INITIATOR };

	nonce_of(&q.nonce, &c->msg[QUICK_1]);
	nonce_of(&q.peer_nonce, &c->msg[QUICK_2]);
	assert_true(v1_phase2_authentic(&c->sa, &c->msg[QUICK_1], V1_HASH_1, &q));
	assert_true(v1_phase2_authentic(&c->sa, &c->msg[QUICK_2], V1_HASH_2, &q));
	assert_false(v1_phase2_authentic(&c->sa, &c->msg[QUICK_2], V1_HASH_1, &q));
	for (unsigned int i = 0; i < 2; i++) {
		struct secret keymat = { 0 }, half = { 0 };
		uint8_t spi[4], proto = (uint8_t)spi_of(&c->msg[QUICK_1 + i], spi);

		assert_true(v1_keymat(&c->sa.keys, c->sa.suite.hash, NULL, proto, spi,
				      (struct bytes){ q.nonce.p, q.nonce.len },
				      (struct bytes){ q.peer_nonce.p, q.peer_nonce.len }, 48, &keymat));
		assert_true(secret_set(&half, keymat.p, 16));
		assert_secret(&half, enc[i]);
		assert_true(secret_set(&half, keymat.p + 16, 32));
		assert_secret(&half, auth[i]);
		secret_wipe(&half);
		secret_wipe(&keymat);
	}
	buf_free(&q.nonce);
	buf_free(&q.peer_nonce);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keys, setup, teardown),
		cmocka_unit_test_setup_teardown(identities, setup, teardown),
		cmocka_unit_test_setup_teardown(suites, setup, teardown),
		cmocka_unit_test_setup_teardown(quick_mode, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
