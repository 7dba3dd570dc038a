// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "core/v1/opening.h"
#include "core/v1/transaction.h"

/* From a datagram to the SA and the exchange that it is for. */

#define MAJOR(version) ((version) >> 4)
#define IKEV2_SA_INIT 34		/* RFC 7296 3.1 */
#define IKEV2_FLAG_RESPONSE 0x20

static const uint8_t no_cookie[ISAKMP_COOKIE_LEN];

static bool has_cky_r(const struct isakmp_hdr *h)
{
	return memcmp(h->cky_r, no_cookie, sizeof(no_cookie));
}

/* The SA that both cookies name; one that still waits for message 2 knows only its own. */
static struct ike_sa *find_sa(struct ike_engine *e, const struct isakmp_hdr *h)
{
	struct ike_sa *sa = ike_sa_by_cookie(e, h->cky_i);

	if (sa && sa->role == ROLE_INITIATOR) {
		if (!memcmp(sa->cky_r, no_cookie, sizeof(no_cookie)) ||
		    !memcmp(sa->cky_r, h->cky_r, sizeof(sa->cky_r)))
			return sa;
		return NULL;
	}
	sa = has_cky_r(h) ? ike_sa_by_cookie(e, h->cky_r) : NULL;
	if (sa && sa->role == ROLE_RESPONDER && !memcmp(sa->cky_i, h->cky_i, sizeof(sa->cky_i)))
		return sa;
	return NULL;
}

/* RFC 2408 5.2: another major version is not even parsed */
static void other_version(struct ike_engine *e, const struct v1_msg *m)
{
	struct v1_fail f;

	e->counters[CNT_VERSION]++;
	/* answer openings alone, so that two hosts never complain to each other in turn */
	if (MAJOR(m->hdr.version) != 2 || m->hdr.exchange != IKEV2_SA_INIT || has_cky_r(&m->hdr) ||
	    (m->hdr.flags & IKEV2_FLAG_RESPONSE))
		return;
	v1_fail_set(&f, FAIL_VERSION, WHO_US, N_INVALID_MAJOR_VERSION);
	snprintf(f.ours, sizeof(f.ours), "IKEv1");
	snprintf(f.theirs, sizeof(f.theirs), "IKEv%u", MAJOR(m->hdr.version));
	v1_p1_refused(e, m, &f);
}

/* The first message of somebody. */
static void stranger(struct ike_engine *e, struct v1_msg *m)
{
	if (has_cky_r(&m->hdr)) {
		v1_opening_message3(e, m);
		return;
	}
	if (m->hdr.msgid || (m->hdr.flags & ISAKMP_FLAG_ENCRYPTED)) {
		e->counters[CNT_MALFORMED]++;
		return;
	}
	if (m->hdr.exchange == XCHG_MAIN)
		v1_opening_message1(e, m);
	else if (m->hdr.exchange == XCHG_AGGRESSIVE)
		v1_aggr_open(e, m);
	else
		e->counters[CNT_UNKNOWN_COOKIE]++;
}

/* Exchanges that need the keys of phase 1; and a quick mode all that has to follow it (admit.c). */
static void protected_input(struct ike_sa *sa, struct v1_msg *m)
{
	bool quick = m->hdr.exchange == XCHG_QUICK;

	if (sa->p1 || (quick && sa->state == IKE_CONNECTING))
		sa->e->counters[CNT_UNAUTHENTICATED]++;
	else if (!m->hdr.msgid || !(m->hdr.flags & ISAKMP_FLAG_ENCRYPTED))
		sa->e->counters[CNT_MALFORMED]++;
	else if (quick)
		v1_quick_input(sa, m);
	else
		v1_transaction_input(sa, m);
}

/* Message 1 of main mode meets no record that could tell whether it came before. */
static bool leaves_nothing(const struct isakmp_hdr *h)
{
	return h->exchange == XCHG_MAIN && !has_cky_r(h);
}

static void dispatch(struct ike_sa *sa, struct v1_msg *m)
{
	uint64_t *counters = sa->e->counters;

	if (sa->p1 && m->hdr.msgid && (m->hdr.flags & ISAKMP_FLAG_ENCRYPTED))
		v1_aggr_nudge(sa, m);
	switch (m->hdr.exchange) {
	case XCHG_MAIN:
	case XCHG_AGGRESSIVE:
		if (!m->hdr.msgid && v1_priv(sa))
			v1_p1_input(sa, m);
		else
			counters[CNT_MALFORMED]++;
		return;
	case XCHG_INFO:
		v1_info_input(sa, m);
		return;
	case XCHG_QUICK:
	case XCHG_TRANSACTION:
		protected_input(sa, m);
		return;
	default:
		/* RFC 2408 5.2: new group, and what else there is: not under this SA */
		counters[CNT_MALFORMED]++;
	}
}

/* Only who has both cookies: nothing is kept of a stranger's pieces. */
static void fragment(struct ike_engine *e, struct ike_sa *sa, const struct v1_msg *m)
{
	if (!has_cky_r(&m->hdr)) {
		e->counters[CNT_UNKNOWN_COOKIE]++;
		return;
	}
	if (!sa)
		sa = v1_opening_fragment(e, m);
	if (sa && sa->state != IKE_DEAD)
		v1_frag_input(sa, m);
}

void v1_input(struct ike_engine *e, const struct ike_path *path, const uint8_t *p, size_t len)
{
	struct bytes whole = { p, len };
	struct v1_msg m = { .path = path };
	uint8_t digest[HASH_MAX_LEN] = { 0 };
	struct cursor c = cursor_of(p, len);
	struct ike_sa *sa;

	if (len > IKE_MESSAGE_MAX || !isakmp_hdr_parse(&c, &m.hdr) ||
	    !memcmp(m.hdr.cky_i, no_cookie, sizeof(no_cookie))) {
		e->counters[CNT_MALFORMED]++;
		return;
	}
	m.body = c.p;
	m.body_len = c.left;
	if (MAJOR(m.hdr.version) != MAJOR(ISAKMP_VERSION_1)) {
		other_version(e, &m);
		return;
	}
	/* RFC 2408 3.1: a larger minor version and unknown flags are not ours to guess */
	if (m.hdr.version != ISAKMP_VERSION_1) {
		e->counters[CNT_VERSION]++;
		return;
	}
	if (m.hdr.flags & ~(ISAKMP_FLAG_ENCRYPTED | ISAKMP_FLAG_COMMIT)) {
		e->counters[CNT_MALFORMED]++;
		return;
	}
	sa = find_sa(e, &m.hdr);
	if (m.hdr.next == PL_FRAGMENT) {
		fragment(e, sa, &m);
		return;
	}
	if ((sa || !leaves_nothing(&m.hdr)) && !hash_bytes(HASH_SHA2_256, &whole, 1, digest))
		return;
	memcpy(m.digest, digest, sizeof(m.digest));
	if (!sa)
		stranger(e, &m);
	else if (sa->state != IKE_DEAD)
		dispatch(sa, &m);
	v1_msg_release(&m);
}
