// SPDX-License-Identifier: GPL-2.0
/*
 * Every state times every message, in three forms each: as the peer sends it,
 * damaged, and as the peer sends it but from another address. What is expected
 * is written here, out of RFC 2408 and 2409, not taken from the engine's tables;
 * a cell without an expectation fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/certs.h"
#include "core/net.h"
#include "core/v1/v1.h"

/* ---- what is expected ---- */

/*
 * What one datagram does. All but ACCEPT leave the state as it is, start no
 * Diffie-Hellman, and but for ANSWERED are counted under one name.
 */
enum outcome {
	MISSING,
	ACCEPT,		/* '+' the exchange moves on, or begins */
	ANSWERED,	/* 'a' answered, and nothing is kept */
	DUPLICATE,	/* '=' known: at most the same answer again */
	MALFORMED,	/* 'm' it has no place here, or breaks the syntax */
	UNPROVEN,	/* 'u' nothing shows that the peer sent it */
	BAD_HASH,	/* 'h' its hash is wrong */
	NO_SA,		/* 'c' its cookies name no SA */
	NO_PEER,	/* 'p' no connection is for that address */
	OTHER_VERSION,	/* 'v' */
	OUTCOMES
};

static const struct {
	char letter;
	enum engine_counter counter;
} outcomes[OUTCOMES] = {
	[ACCEPT] = { '+', CNT_N },	     [ANSWERED] = { 'a', CNT_N },
	[DUPLICATE] = { '=', CNT_DUPLICATE }, [MALFORMED] = { 'm', CNT_MALFORMED },
	[UNPROVEN] = { 'u', CNT_UNAUTHENTICATED }, [BAD_HASH] = { 'h', CNT_BAD_HASH },
	[NO_SA] = { 'c', CNT_UNKNOWN_COOKIE }, [NO_PEER] = { 'p', CNT_UNKNOWN_PEER },
	[OTHER_VERSION] = { 'v', CNT_VERSION },
};

/* MAIN_n, QUICK_n, AGGRESSIVE_n: of the session that a state belongs to, or with its cookies, as the others. */
#define MESSAGES(X)										\
	X(MAIN_1) X(MAIN_2) X(MAIN_3) X(MAIN_4) X(MAIN_5) X(MAIN_6) X(QUICK_1) X(QUICK_2) X(QUICK_3)	\
	X(PING)		/* protected R-U-THERE, RFC 3706 */					\
	X(DELETE)	/* protected Delete of the ISAKMP SA */					\
	X(CLEAR_NOTIFY) /* NO-PROPOSAL-CHOSEN in clear */					\
	X(CLEAR_DELETE)										\
	X(AGGRESSIVE_1) X(AGGRESSIVE_2) X(AGGRESSIVE_3) X(TRANSACTION) X(NEW_GROUP)				\
	X(IKEV2)	/* IKE_SA_INIT, RFC 7296 */

enum message {
#define X(name) name,
	MESSAGES(X)
#undef X
	N_MESSAGES
};

enum form { AS_SENT, DAMAGED, ELSEWHERE, N_FORMS };

/* Node 0 is the initiator of both phases, node 1 the responder. */
#define STATES(X)											\
	X(I_IDLE) X(I_WAIT_SA) X(I_GENERATE) X(I_WAIT_KE) X(I_DERIVE) X(I_WAIT_AUTH)			\
	X(QI_GENERATE)	/* phase 1 is up, quick mode waits for its key pair */				\
	X(QI_WAIT_SA) X(QI_DERIVE) X(QI_DONE)								\
	X(QI_WAIT_CONNECTED)	/* message 2 had the commit bit, RFC 2408 3.1 */			\
	X(I_GONE)	/* the SA was deleted */							\
	X(I_SIGN) X(I_VERIFY)	/* RFC 2409 5.1 */						\
	X(AI_GENERATE) X(AI_WAIT_SA) X(AI_DERIVE) X(AI_VERIFY) X(AI_SIGN) X(AI_UP)			\
	X(R_IDLE)											\
	X(R_OPENED)	/* message 2 sent: there is no record */					\
	X(R_GENERATE) X(R_DERIVE) X(R_WAIT_AUTH)							\
	X(R_UP)		/* no quick mode yet */								\
	X(QR_GENERATE) X(QR_DERIVE) X(QR_WAIT_PROOF) X(QR_DONE) X(R_GONE)		\
	X(R_VERIFY) X(R_SIGN)										\
	X(AR_GENERATE) X(AR_DERIVE) X(AR_SIGN) X(AR_WAIT_AUTH) X(AR_VERIFY) X(AR_UP)

enum state {
#define X(name) name,
	STATES(X)
#undef X
	N_STATES
};

/* What a session is like. */
enum kind { PSK, WITH_RSA, AGGRESSIVE_PSK, AGGRESSIVE_RSA, N_KINDS };

static enum kind kind_of(enum state st)
{
	switch (st) {
	case I_SIGN:
	case I_VERIFY:
	case R_VERIFY:
	case R_SIGN:
		return WITH_RSA;
	case AI_GENERATE:
	case AI_WAIT_SA:
	case AI_DERIVE:
	case AI_UP:
	case AR_GENERATE:
	case AR_DERIVE:
	case AR_WAIT_AUTH:
	case AR_UP:
		return AGGRESSIVE_PSK;
	case AI_VERIFY:
	case AI_SIGN:
	case AR_SIGN:
	case AR_VERIFY:
		return AGGRESSIVE_RSA;
	default:
		return PSK;
	}
}

static const char *const message_names[] = {
#define X(name) [name] = #name,
	MESSAGES(X)
#undef X
};

static const char *const state_names[] = {
#define X(name) [name] = #name,
	STATES(X)
#undef X
};

static const char *const form_names[] = { "as sent", "damaged", "from elsewhere" };

#include "core/states.table"

/* ---- two engines, driven by hand ---- */

#define HELD_MAX 8
#define EXCHANGE_AT 18		/* of the header, RFC 2408 3.1 */
#define FLAGS_AT 19

/**
 * struct session - node 0 and node 1, and what waits between them
 * @box: the last datagram of each node that nobody has got yet, @info: the last informational exchange
 * @jobs: not run yet
 */
struct session {
	enum kind kind;
	struct net *net;
	struct {
		uint8_t p[2048];
		size_t len;
	} box[2], info[2];
	struct ike_job *jobs[2][HELD_MAX];
	unsigned int n_jobs[2];
	unsigned int sent[2];
};

struct copy {
	uint8_t p[2048];
	size_t len;
};

static struct copy originals[N_KINDS][N_MESSAGES][2];	/* by receiver, where that matters */

static void collect(struct session *s, unsigned int node)
{
	struct ike_action *a;

	while ((a = ike_next_action(s->net->nodes[node].e))) {
		if (a->type == ACT_SEND) {
			bool info = a->send.data[EXCHANGE_AT] == XCHG_INFO;

			assert_true(a->send.len <= sizeof(s->box[0].p));
			memcpy(info ? s->info[node].p : s->box[node].p, a->send.data, a->send.len);
			*(info ? &s->info[node].len : &s->box[node].len) = a->send.len;
			s->sent[node]++;
		} else if (a->type == ACT_JOB) {
			assert_true(s->n_jobs[node] < HELD_MAX);
			s->jobs[node][s->n_jobs[node]++] = a->job;
		}
		ike_action_free(a);
	}
}

static void hand_over(struct session *s, unsigned int to, const uint8_t *p, size_t len, bool elsewhere)
{
	struct net *net = s->net;
	struct ike_path path = { .local = net->nodes[to].addr, .remote = net->nodes[!to].addr };
	uint8_t *exact = malloc(len);	/* so that the sanitizer sees every overread */

	if (elsewhere)
		addr_parse("192.0.2.77", &path.remote);
	endpoint_set_port(&path.local, IKE_PORT);
	endpoint_set_port(&path.remote, IKE_PORT);
	memcpy(exact, p, len);
	ike_rx(net->nodes[to].e, net->now, &path, exact, len);
	free(exact);
	collect(s, to);
}

/* The next datagram of the session reaches @to; it is kept as @as. */
static void next(struct session *s, unsigned int to, enum message as)
{
	struct copy *c = &originals[s->kind][as][0];

	assert_true(s->box[!to].len > 0);
	c->len = s->box[!to].len;
	memcpy(c->p, s->box[!to].p, c->len);
	originals[s->kind][as][1] = *c;
	s->box[!to].len = 0;
	hand_over(s, to, c->p, c->len, false);
}

static void work(struct session *s, unsigned int node)
{
	struct ike_job *job = s->jobs[node][0];

	assert_int_equal(s->n_jobs[node], 1);
	s->n_jobs[node] = 0;
	ike_job_run(job);
	ike_job_done(s->net->nodes[node].e, s->net->now, job);
	collect(s, node);
}

static void sign(struct conn_cfg *c, unsigned int node)
{
	static const struct cert_spec root = { .dn = "CN=root", .ca = true };
	static const struct cert_spec sites[] = {
		{ .dn = "CN=a", .san = "IP:192.0.2.1", .key = 1, .issuer = &root },
		{ .dn = "CN=b", .san = "IP:192.0.2.2", .key = 2, .issuer = &root },
	};

	c->auth[0] = P1_AUTH_RSA_SIG;
	c->pki = cert_pki(&sites[node], NULL, &root);
}

static struct session begin(enum kind kind)
{
	struct session s = { .kind = kind, .net = net_new(2, 42) };

	for (unsigned int i = 2; i--;) {
		struct conn_cfg *c = site_cfg(s.net, i, !i, "site");

		c->mode = kind >= AGGRESSIVE_PSK ? MODE_AGGRESSIVE : MODE_MAIN;
		if (kind == WITH_RSA || kind == AGGRESSIVE_RSA)
			sign(c, i);

		c->start = i ? START_PASSIVE : START_ON_DEMAND;
		c->n_local = c->n_remote = 1;
		net_configure1(s.net, i, c);
	}
	return s;
}

static void end(struct session *s)
{
	for (unsigned int i = 0; i < 2; i++)
		while (s->n_jobs[i])
			ike_job_free(s->jobs[i][--s->n_jobs[i]]);
	net_free(s->net);
}

static struct ike_sa *the_sa(const struct session *s, unsigned int node)
{
	return s->net->nodes[node].e->sas;
}

static void up(struct session *s)
{
	char err[128];

	assert_true(ike_cmd(s->net->nodes[0].e, s->net->now, CMD_UP, "site", err, sizeof(err)));
	collect(s, 0);
}

/** struct step - a message that reaches @node, or its job being done, and the state that this leads to */
struct step {
	unsigned int node;
	int message;		/* WORK: no message */
	enum state then;
};

#define WORK -1
#define NO_ROW N_STATES		/* a state that another kind of session has a row for */

static const struct step rsa_steps[] = {
	{ 1, MAIN_1, NO_ROW }, { 0, MAIN_2, NO_ROW }, { 0, WORK, NO_ROW }, { 1, MAIN_3, NO_ROW }, { 1, WORK, NO_ROW },
	{ 1, WORK, NO_ROW }, { 0, MAIN_4, NO_ROW }, { 0, WORK, I_SIGN }, { 0, WORK, NO_ROW }, { 1, MAIN_5, R_VERIFY },
	{ 1, WORK, R_SIGN }, { 1, WORK, NO_ROW }, { 0, MAIN_6, I_VERIFY }, { 0, WORK, NO_ROW },
};

static const struct step aggressive_psk_steps[] = {
	{ 0, WORK, AI_WAIT_SA }, { 1, AGGRESSIVE_1, AR_GENERATE }, { 1, WORK, AR_DERIVE }, { 1, WORK, AR_WAIT_AUTH },
	{ 0, AGGRESSIVE_2, AI_DERIVE }, { 0, WORK, AI_UP }, { 1, AGGRESSIVE_3, AR_UP },
};

static const struct step aggressive_rsa_steps[] = {
	{ 0, WORK, NO_ROW }, { 1, AGGRESSIVE_1, NO_ROW }, { 1, WORK, NO_ROW }, { 1, WORK, AR_SIGN }, { 1, WORK, NO_ROW },
	{ 0, AGGRESSIVE_2, NO_ROW }, { 0, WORK, AI_VERIFY }, { 0, WORK, AI_SIGN }, { 0, WORK, NO_ROW },
	{ 1, AGGRESSIVE_3, AR_VERIFY }, { 1, WORK, NO_ROW },
};

static const struct {
	const struct step *steps;
	unsigned int n;
} sequences[N_KINDS] = {
#define STEPS(s) { s, sizeof(s) / sizeof(s[0]) }
	[WITH_RSA] = STEPS(rsa_steps), [AGGRESSIVE_PSK] = STEPS(aggressive_psk_steps),
	[AGGRESSIVE_RSA] = STEPS(aggressive_rsa_steps),
};

/* The same for the kinds of a table. N_STATES: to its end */
static struct session reach_by_steps(enum kind kind, enum state st)
{
	struct session s = begin(kind);

	up(&s);
	for (unsigned int i = 0; i < sequences[kind].n && st != AI_GENERATE; i++) {
		const struct step *step = &sequences[kind].steps[i];

		if (step->message == WORK)
			work(&s, step->node);
		else
			next(&s, step->node, (enum message)step->message);
		if (step->then != NO_ROW && step->then == st)
			break;
	}
	return s;
}

/* Out of the sequence of a session without faults: what leads from one state to the next. */
static struct session reach(enum state st)
{
	struct session s;

	if (kind_of(st) != PSK)
		return reach_by_steps(kind_of(st), st);
	s = begin(PSK);
	if (st == I_IDLE || st == R_IDLE)
		return s;
	up(&s);
	if (st == I_WAIT_SA)
		return s;
	next(&s, 1, MAIN_1);
	if (st == R_OPENED)
		return s;
	next(&s, 0, MAIN_2);
	if (st == I_GENERATE)
		return s;
	work(&s, 0);
	if (st == I_WAIT_KE)
		return s;
	next(&s, 1, MAIN_3);
	if (st == R_GENERATE)
		return s;
	work(&s, 1);
	if (st == R_DERIVE)
		return s;
	work(&s, 1);
	if (st == R_WAIT_AUTH)
		return s;
	next(&s, 0, MAIN_4);
	if (st == I_DERIVE)
		return s;
	work(&s, 0);
	if (st == I_WAIT_AUTH)
		return s;
	next(&s, 1, MAIN_5);
	if (st == R_UP)
		return s;
	next(&s, 0, MAIN_6);
	if (st == QI_GENERATE)
		return s;
	work(&s, 0);
	if (st == QI_WAIT_SA)
		return s;
	next(&s, 1, QUICK_1);
	if (st == QR_GENERATE)
		return s;
	work(&s, 1);
	if (st == QR_DERIVE)
		return s;
	work(&s, 1);
	if (st == QR_WAIT_PROOF)
		return s;
	if (st == QI_WAIT_CONNECTED)
		s.box[1].p[FLAGS_AT] |= ISAKMP_FLAG_COMMIT;
	next(&s, 0, QUICK_2);
	if (st == QI_DERIVE)
		return s;
	work(&s, 0);
	if (st == QI_DONE || st == QI_WAIT_CONNECTED)
		return s;
	next(&s, 1, QUICK_3);
	if (st == QR_DONE)
		return s;
	assert_true(st == I_GONE || st == R_GONE);
	hand_over(&s, st == R_GONE, originals[PSK][DELETE][st == R_GONE].p, originals[PSK][DELETE][st == R_GONE].len,
		  false);
	assert_null(the_sa(&s, st == R_GONE));
	return s;
}

/* ---- messages that the session does not bring of itself ---- */

static void keep(enum kind kind, enum message as, unsigned int to, const void *p, size_t len)
{
	struct copy *c = &originals[kind][as][to];

	assert_true(len && len <= sizeof(c->p));
	memcpy(c->p, p, len);
	c->len = len;
}

/* What the session itself brings stays. */
static void keep_written(enum kind kind, enum message as, struct v1_writer *w)
{
	assert_true(v1_finish(w));
	for (unsigned int to = 0; to < 2; to++)
		if (!originals[kind][as][to].len)
			keep(kind, as, to, w->b.p, w->b.len);
	buf_free(&w->b);
}

static void header(struct v1_writer *w, const struct ike_sa *sa, uint8_t exchange, uint8_t flags, uint32_t msgid)
{
	struct isakmp_hdr h = { .version = ISAKMP_VERSION_1, .exchange = exchange, .flags = flags, .msgid = msgid };

	if (sa) {
		memcpy(h.cky_i, sa->cky_i, sizeof(h.cky_i));
		memcpy(h.cky_r, sa->cky_r, sizeof(h.cky_r));
	} else {
		memcpy(h.cky_i, "\1\2\3\4\5\6\7\10", sizeof(h.cky_i));
	}
	v1_begin(w, &h);
}

static void in_clear(enum kind kind, const struct ike_sa *sa)
{
	static const uint8_t some[64] = { 1 };
	struct v1_writer w;

	header(&w, sa, XCHG_INFO, 0, 77);
	v1_put_notify(&w, PROTO_ISAKMP, N_NO_PROPOSAL_CHOSEN, NULL, 0, NULL, 0);
	keep_written(kind, CLEAR_NOTIFY, &w);
	header(&w, sa, XCHG_INFO, 0, 78);
	v1_put_delete(&w, PROTO_ISAKMP, sa->cky_i, 16, 1);
	keep_written(kind, CLEAR_DELETE, &w);
	for (unsigned int second = 0; second < 2; second++) {
		header(&w, second ? sa : NULL, XCHG_AGGRESSIVE, 0, 0);
		v1_p1_offer(sa->conn->cfg, &w);
		v1_put(&w, PL_KE, some, sizeof(some));
		v1_put(&w, PL_NONCE, some, 16);
		v1_put(&w, PL_ID, "\1\0\0\0\300\0\2\1", 8);
		keep_written(kind, second ? AGGRESSIVE_2 : AGGRESSIVE_1, &w);
	}
	header(&w, sa, XCHG_TRANSACTION, ISAKMP_FLAG_ENCRYPTED, 79);
	buf_put(&w.b, some, sizeof(some));
	keep_written(kind, TRANSACTION, &w);
	header(&w, sa, XCHG_NEW_GROUP, ISAKMP_FLAG_ENCRYPTED, 80);
	buf_put(&w.b, some, sizeof(some));
	keep_written(kind, NEW_GROUP, &w);
	header(&w, NULL, 34, 0x08, 0);
	buf_put(&w.b, some, sizeof(some));
	w.b.p[17] = 0x20;
	keep_written(kind, IKEV2, &w);
}

/* A message of another session as if it were of the one of @sa. */
static void borrow(enum kind kind, enum message m, enum kind from, const struct ike_sa *sa)
{
	static const uint8_t none[ISAKMP_COOKIE_LEN];

	for (unsigned int to = 0; to < 2; to++) {
		struct copy *c = &originals[kind][m][to];

		if (c->len)
			continue;
		*c = originals[from][m][to];
		memcpy(c->p, sa->cky_i, ISAKMP_COOKIE_LEN);
		if (memcmp(c->p + ISAKMP_COOKIE_LEN, none, sizeof(none)))
			memcpy(c->p + ISAKMP_COOKIE_LEN, sa->cky_r, ISAKMP_COOKIE_LEN);
	}
}

/* One whole session of each kind; what a state is given later is its own future, or its past. */
static void record_originals(void)
{
	struct session s[N_KINDS];

	for (enum kind k = 0; k < N_KINDS; k++) {
		s[k] = k == PSK ? reach(QR_DONE) : reach_by_steps(k, N_STATES);
		for (unsigned int to = 0; to < 2; to++) {
			v1_send_dpd(the_sa(&s[k], !to), 1000, false);
			collect(&s[k], !to);
			keep(k, PING, to, s[k].info[!to].p, s[k].info[!to].len);
			v1_send_delete_ike(the_sa(&s[k], !to));
			collect(&s[k], !to);
			keep(k, DELETE, to, s[k].info[!to].p, s[k].info[!to].len);
		}
		in_clear(k, the_sa(&s[k], 0));
	}
	for (enum kind k = 0; k < N_KINDS; k++) {
		for (enum message m = 0; m < N_MESSAGES; m++)
			borrow(k, m, m == AGGRESSIVE_3 ? AGGRESSIVE_PSK : PSK, the_sa(&s[k], 0));
		end(&s[k]);
	}
}

/* ---- one cell ---- */

static void fold(uint64_t *h, const void *p, size_t n)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < n; i++)
		*h = (*h ^ b[i]) * 0x100000001b3;
}

#define FOLD(h, v) fold(h, &(v), sizeof(v))

/* All that the protocol and the connection know of their exchanges. */
static uint64_t state_of(const struct session *s, unsigned int node)
{
	const struct ike_engine *e = s->net->nodes[node].e;
	const struct conn *c = node_conn(&s->net->nodes[node], "site");
	uint64_t h = 0xcbf29ce484222325;
	struct ike_sa *sa, *tmp;

	HASH_ITER(hh, e->sas, sa, tmp) {
		int p1 = sa->p1 ? (int)sa->p1->state : -1;
		struct v1_quick *q, *qtmp;

		FOLD(&h, sa->state);
		FOLD(&h, p1);
		FOLD(&h, sa->cky_i);
		FOLD(&h, sa->cky_r);
		FOLD(&h, sa->last_iv);
		FOLD(&h, sa->path.remote.v4.sin_addr);
		FOLD(&h, sa->path.natt);
		HASH_ITER(hh, sa->quicks, q, qtmp) {
			FOLD(&h, q->msgid);
			FOLD(&h, q->state);
			FOLD(&h, q->iv);
		}
	}
	FOLD(&h, c->state);
	FOLD(&h, c->children[0].current);
	FOLD(&h, c->children[0].sas);
	FOLD(&h, e->half_open);
	return h;
}

/** struct trace - what can be seen of a node */
struct trace {
	uint64_t counters[CNT_N], state, heard;
	unsigned int jobs, sent;
};

static struct trace look(const struct session *s, unsigned int node)
{
	struct trace t = { .state = state_of(s, node), .jobs = s->n_jobs[node], .sent = s->sent[node] };

	memcpy(t.counters, s->net->nodes[node].e->counters, sizeof(t.counters));
	if (the_sa(s, node))
		t.heard = the_sa(s, node)->heard;
	return t;
}

/* MISSING: what happened has no name, or two. */
static enum outcome judge(const struct trace *was, const struct trace *is)
{
	bool moved = was->state != is->state || was->jobs != is->jobs;
	enum outcome found = MISSING;

	for (enum outcome o = DUPLICATE; o < OUTCOMES; o++) {
		if (was->counters[outcomes[o].counter] == is->counters[outcomes[o].counter])
			continue;
		if (found != MISSING || moved || was->heard != is->heard)
			return MISSING;
		found = o;
	}
	if (found != MISSING)
		return found;
	if (moved || was->heard != is->heard)
		return ACCEPT;
	return was->sent != is->sent ? ANSWERED : MISSING;
}

static enum outcome by_letter(char letter)
{
	for (enum outcome o = ACCEPT; o < OUTCOMES; o++)
		if (outcomes[o].letter == letter)
			return o;
	return MISSING;
}

/* In clear that is a reserved byte of the first payload (RFC 2408 3.2), else it garbles the first block. */
#define DAMAGE_AT (ISAKMP_HDR_LEN + 1)

/* Return: false if the cell is not as expected. @again: the state is not what it was */
static bool cell(struct session *s, enum state st, enum message m, enum form form, char letter, bool *again)
{
	unsigned int node = st >= R_IDLE;
	struct copy c = originals[kind_of(st)][m][node];
	struct trace was, is;
	enum outcome found;

	s->net->now++;
	ike_tick(s->net->nodes[node].e, s->net->now);
	collect(s, node);
	was = look(s, node);
	if (form == DAMAGED)
		c.p[DAMAGE_AT] ^= 0xff;
	hand_over(s, node, c.p, c.len, form == ELSEWHERE);
	is = look(s, node);
	found = judge(&was, &is);
	*again = was.state != is.state || was.jobs != is.jobs || found == ACCEPT || found == ANSWERED;
	if (by_letter(letter) != MISSING && found == by_letter(letter))
		return true;
	fprintf(stderr, "%s, %s %s: expected '%c', got '%c'\n", state_names[st], message_names[m], form_names[form],
		letter, outcomes[found].letter ? outcomes[found].letter : '?');
	return false;
}

/* ---- all of them ---- */

/* The engine's own states that the rows stand for. */
static bool p1_met[P1_N], quick_met[Q_N];

static void meet(const struct session *s, unsigned int node)
{
	const struct ike_sa *sa = the_sa(s, node);

	if (sa && sa->p1)
		p1_met[sa->p1->state] = true;
	if (sa && sa->quicks)
		quick_met[sa->quicks->state] = true;
}

/* A state that the engine gets needs a row. Those that pass within one call are exempt, and waiting for a better
 * message 3 after one whose value was no group element: tests/core/test_attack.c. */
static void every_state_has_a_row(void)
{
	static const bool p1_passing[P1_N] = {
		[P1_I_START] = true, [P1_R_START] = true, [P1_R_WAIT_KE] = true, [P1_AR_START] = true, [P1_DONE] = true,
	};
	static const bool quick_passing[Q_N] = { [Q_R_START] = true };

	for (unsigned int i = 0; i < P1_N; i++)
		if (!p1_met[i] && !p1_passing[i])
			fail_msg("no row for state %u of phase 1", i);
	for (unsigned int i = 0; i < Q_N; i++)
		if (!quick_met[i] && !quick_passing[i])
			fail_msg("no row for state %u of quick mode", i);
}

static void every_cell(void **state)
{
	unsigned int cells = 0, wrong = 0;

	(void)state;
	record_originals();
	for (enum state st = 0; st < N_STATES; st++) {
		const char *row = expected[st] ? expected[st] : "";
		struct session s = reach(st);

		meet(&s, st >= R_IDLE);
		for (unsigned int i = 0; i < N_MESSAGES * N_FORMS; i++) {
			bool again;

			row += strspn(row, " ");
			cells++;
			wrong += !cell(&s, st, i / N_FORMS, i % N_FORMS, *row, &again);
			row += !!*row;
			if (!again)
				continue;
			end(&s);
			s = reach(st);
		}
		/* a row that is longer than the list of messages was written for another one */
		assert_int_equal(strlen(row), 0);
		end(&s);
	}
	assert_int_equal(cells, N_STATES * N_MESSAGES * N_FORMS);
	assert_int_equal(wrong, 0);
	every_state_has_a_row();
	printf("states: %u cells\n", cells);
	cert_keys_free();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
