// SPDX-License-Identifier: GPL-2.0
/*
 * The engine before decryption: datagrams of somebody who has no key, at an
 * engine in any state. Input: scene, variant, chunks.
 *
 * A chunk is a payload chain that gets a header: op chooses cookies (bits 0-2)
 * and the path (bits 3-5), arg the exchange (bits 0-2) and flags (bits 3-7). Or
 * it is a datagram as it is, or an event.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/check.h"
#include "fuzz/rig.h"

const size_t fuzz_chunks_at = 2;

/* Windows announces fragments in 16 bytes, we answer with 20. */
#define FRAG_CAPS_LEN 4
/* What message 2 of aggressive mode has more than message 1: a proof, so that nothing but its number is bounded. */
#define AGGR_HASH_LEN 512
#define AGGR_CERT_LEN 1536

enum cookies { CK_SA, CK_NEW, CK_HALF, CK_SWAPPED, CK_OTHER, CK_NONE, CK_RAW, CK_EVENT };

static const uint8_t exchanges[8] = {
	XCHG_MAIN, XCHG_INFO, XCHG_AGGRESSIVE, XCHG_QUICK, XCHG_TRANSACTION, XCHG_NEW_GROUP, 34, 0,
};

/* Bytes that @remote has coming by now. */
static size_t queued_for(const struct rig *r, const union endpoint *remote)
{
	size_t sum = 0;

	for (const struct ike_action *a = r->victim->act_head; a; a = a->next)
		if (a->type == ACT_SEND && addr_eq(&a->send.path.remote, remote))
			sum += a->send.len;
	return sum;
}

/* A responder of aggressive mode has proven itself first: nobody has answered to its cookie yet. */
static bool waits_in_main_mode(const struct v1_phase1 *p1)
{
	return p1->state == P1_R_GENERATE || p1->state == P1_R_DERIVE || p1->state == P1_R_WAIT_AUTH ||
	       p1->state == P1_R_VERIFY || p1->state == P1_R_SIGN;
}

/* Who answered to a cookie of ours is where he says he is. */
static bool proven(const struct rig *r, const union endpoint *remote)
{
	struct ike_sa *sa, *tmp;

	HASH_ITER(hh, r->victim->sas, sa, tmp)
		if (addr_eq(&sa->path.remote, remote) &&
		    (sa->role == ROLE_INITIATOR || !sa->p1 || waits_in_main_mode(sa->p1)))
			return true;
	return false;
}

static bool answers_aggressive(const struct rig *r)
{
	return r->conn->cfg->mode == MODE_AGGRESSIVE;
}

static void deliver(struct rig *r, const struct ike_path *path, const uint8_t *p, size_t len)
{
	bool known = proven(r, &path->remote);
	size_t limit = len + FRAG_CAPS_LEN;

	if (answers_aggressive(r))
		limit += rig_kind(r->scene) & RIG_RSA ? AGGR_CERT_LEN : AGGR_HASH_LEN;
	rig_deliver(r, path, p, len);
	/* an address that may be forged gets no more than it sent: no amplifier */
	FUZZ_CHECK(known || proven(r, &path->remote) || queued_for(r, &path->remote) <= limit);
	net_step(r->net);
	check_engine(r->victim);
}

static void put_cookies(const struct rig *r, enum cookies which, uint8_t arg, struct isakmp_hdr *h)
{
	const struct ike_sa *sa = rig_sa(r);

	memset(h->cky_i, 0x77, sizeof(h->cky_i));
	h->cky_i[0] = arg;
	if (which == CK_OTHER)
		memset(h->cky_r, 0x78, sizeof(h->cky_r));
	if (which == CK_NONE)
		memset(h->cky_i, 0, sizeof(h->cky_i));
	if (!sa || which == CK_NEW || which == CK_OTHER || which == CK_NONE)
		return;
	memcpy(h->cky_i, which == CK_SWAPPED ? sa->cky_r : sa->cky_i, sizeof(h->cky_i));
	if (which != CK_HALF)
		memcpy(h->cky_r, which == CK_SWAPPED ? sa->cky_i : sa->cky_r, sizeof(h->cky_r));
	/* ours to choose while the victim has not heard from anybody */
	if (which == CK_SA && sa->role == ROLE_INITIATOR && sa->p1 &&
	    (sa->p1->state == P1_I_WAIT_SA || sa->p1->state == P1_AI_WAIT_SA))
		memset(h->cky_r, 0x79, sizeof(h->cky_r));
}

static void datagram(struct rig *r, const struct fuzz_chunk *c)
{
	struct ike_path path = rig_path(r, c->op >> 3);
	struct isakmp_hdr h = { .next = c->first, .version = ISAKMP_VERSION_1, .exchange = exchanges[c->arg & 7] };
	struct v1_writer w;

	if (c->arg & 0x08)
		h.flags |= ISAKMP_FLAG_ENCRYPTED;
	if (c->arg & 0x10)
		h.flags |= ISAKMP_FLAG_COMMIT;
	if (c->arg & 0x20)
		h.msgid = 0x01020304;
	if (c->arg & 0x40)
		h.version = ISAKMP_VERSION_2;
	put_cookies(r, c->op & 7, c->arg >> 6, &h);
	v1_begin(&w, &h);
	buf_put(&w.b, c->p, c->len);
	rig_fill(r, w.b.p + ISAKMP_HDR_LEN, c->len);
	v1_finish(&w);
	deliver(r, &path, w.b.p, w.b.len);
	buf_free(&w.b);
}

/* Of an established SA nothing may move: no stranger ends it or takes its place. */
struct standing {
	const struct ike_sa *ike;
	uint32_t spi_in, spi_out;
};

static struct standing standing(const struct rig *r)
{
	const struct conn *c = r->conn;
	const struct child_sa *csa = c->children[0].current;

	return (struct standing){ c->ike, csa ? csa->spi_in : 0, csa ? csa->spi_out : 0 };
}

/* Strangers' openings do not stay: the victim forgets them. */
static void forgets(struct rig *r)
{
	net_run(r->net, 700 * 1000);
	check_engine(r->victim);
	FUZZ_CHECK(!r->victim->half_open && !r->victim->jobs && !r->victim->halves);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	uint8_t scene = fuzz_u8(&in), variant = fuzz_u8(&in);
	struct standing before, after;
	struct fuzz_chunk c;
	bool quiet = true;
	struct rig r;

	rig_new(&r, (scene & 0x7f) % RIG_SCENES, variant);
	before = standing(&r);
	for (unsigned int n = 0; n < 16 && fuzz_chunk(&in, &c); n++) {
		struct fuzz_in body = { c.p, c.len };
		struct ike_path path = rig_path(&r, c.op >> 3);

		if ((c.op & 7) == CK_EVENT) {
			rig_event(&r, c.arg, &body);
			quiet = false;
		} else if ((c.op & 7) == CK_RAW) {
			deliver(&r, &path, c.p, c.len);
		} else {
			datagram(&r, &c);
		}
	}
	after = standing(&r);
	if (quiet && before.ike)
		FUZZ_CHECK(!memcmp(&before, &after, sizeof(before)));
	if (scene & 0x80)
		forgets(&r);
	rig_free(&r);
	return 0;
}
