// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "core/v1/transaction.h"
#include "wire/text.h"

/*
 * XAUTH, draft-beaulieu-ike-xauth-02: after phase 1 the gateway asks for a user
 * and a password,
 *
 *   gateway  REQUEST(TYPE, USER-NAME, USER-PASSWORD)  ->  REPLY  user
 *   gateway  SET(STATUS)                              ->  ACK    user
 *
 * and nothing else is negotiated before the status is OK. The method of phase 1
 * says that this follows and who has the password: its initiator or its responder.
 * It is the configuration that demands it, not what was negotiated.
 */

#define ASKED_MAX 3			/* times that we answer under one IKE SA */
#define PASSWORD_MAX 128
#define PENALTY_FIRST 2000		/* ms that a wrong password waits for its answer, doubled up to … */
#define PENALTY_MAX 30000

/** struct method - a method of phase 1; @plain: what it is but for the password, which @user has */
static const struct method {
	uint16_t auth, plain;
	enum { NOBODY, INITIATOR, RESPONDER } user;
	const char *text;
} methods[] = {
	{ P1_AUTH_PSK, P1_AUTH_PSK, NOBODY, "" },
	{ P1_AUTH_RSA_SIG, P1_AUTH_RSA_SIG, NOBODY, "rsa-sig" },
	{ P1_AUTH_XAUTH_INIT_PSK, P1_AUTH_PSK, INITIATOR, "xauth of the initiator" },
	{ P1_AUTH_XAUTH_RESP_PSK, P1_AUTH_PSK, RESPONDER, "xauth of the responder" },
	{ P1_AUTH_XAUTH_INIT_RSA, P1_AUTH_RSA_SIG, INITIATOR, "rsa-sig, xauth of the initiator" },
	{ P1_AUTH_XAUTH_RESP_RSA, P1_AUTH_RSA_SIG, RESPONDER, "rsa-sig, xauth of the responder" },
};

static const struct method *method_of(uint16_t auth)
{
	for (size_t i = 0; i < V1_ARRAY_LEN(methods); i++)
		if (methods[i].auth == auth)
			return &methods[i];
	return NULL;
}

uint16_t v1_p1_auth(const struct conn_cfg *cfg, unsigned int i, bool initiator)
{
	unsigned int user = cfg->xauth == XAUTH_NO ? NOBODY :
			    initiator == (cfg->xauth == XAUTH_CLIENT) ? INITIATOR : RESPONDER;

	for (size_t k = 0; k < V1_ARRAY_LEN(methods); k++)
		if (methods[k].plain == cfg->auth[i] && methods[k].user == user)
			return methods[k].auth;
	return cfg->auth[i];
}

uint16_t v1_auth_plain(uint16_t auth)
{
	const struct method *m = method_of(auth);

	return m ? m->plain : auth;
}

const char *v1_auth_text(uint16_t auth)
{
	const struct method *m = method_of(auth);

	return m ? m->text : NULL;
}

bool v1_xauth_differs(uint16_t a, uint16_t b)
{
	return a != b && v1_auth_plain(a) == v1_auth_plain(b);
}

void v1_xauth_offer(const struct ike_sa *sa, struct v1_writer *w)
{
	static const uint8_t vendor[] = { 0x09, 0x00, 0x26, 0x89, 0xdf, 0xd6, 0xb7, 0x12 };

	if (sa->conn->cfg->xauth != XAUTH_NO)
		v1_put(w, PL_VENDOR, vendor, sizeof(vendor));
}

static struct v1_xauth *xauth_of(const struct ike_sa *sa)
{
	return &v1_priv(sa)->xauth;
}

bool v1_xauth_due(const struct ike_sa *sa)
{
	return sa->conn->cfg->xauth != XAUTH_NO;
}

static void fail(struct ike_sa *sa, enum failure_cause cause, enum failure_who who, const char *theirs)
{
	struct v1_fail f;

	v1_fail_set(&f, cause, who, 0);
	snprintf(f.theirs, sizeof(f.theirs), "%s", theirs);
	v1_admit_fail(sa, &f);
}

/* ---- the gateway ---- */

static void put_request(struct ike_sa *sa, struct v1_writer *w)
{
	(void)sa;
	v1_attr_put_u16(w, XAUTH_TYPE, XAUTH_TYPE_GENERIC);
	v1_attr_put(w, XAUTH_USER_NAME, NULL, 0);
	v1_attr_put(w, XAUTH_USER_PASSWORD, NULL, 0);
}

static void put_ok(struct ike_sa *sa, struct v1_writer *w)
{
	(void)sa;
	v1_attr_put_u16(w, XAUTH_STATUS, XAUTH_STATUS_OK);
}

static void put_refusal(struct ike_sa *sa, struct v1_writer *w)
{
	(void)sa;
	v1_attr_put_u16(w, XAUTH_STATUS, XAUTH_STATUS_FAIL);
}

static const char *who_text(const struct ike_sa *sa, char out[FAILURE_TEXT])
{
	const char *user = xauth_of(sa)->user;
	char text[FAILURE_TEXT - 16];

	if (*user)
		snprintf(out, FAILURE_TEXT, "user '%s'", text_escape(user, strlen(user), text, sizeof(text)));
	else
		snprintf(out, FAILURE_TEXT, "no user and password");
	return out;
}

static void refused(struct ike_sa *sa)
{
	char text[FAILURE_TEXT];

	fail(sa, FAIL_XAUTH, WHO_US, who_text(sa, text));
}

static void refusal_acked(struct ike_sa *sa, const struct v1_attrs *a)
{
	(void)a;
	refused(sa);
}

static void refusal_late(void *owner)
{
	refused(owner);
}

static void left(struct ike_sa *sa)
{
	char text[FAILURE_TEXT];

	conn_phase1_failed(sa, FAIL_XAUTH, WHO_US, NULL, who_text(sa, text));
}

static void refuse_due(void *owner)
{
	static const struct v1_topic topic = { refusal_acked, refused };
	struct ike_sa *sa = owner;

	if (xauth_of(sa)->refusal == REFUSAL_LEFT) {
		left(sa);
		return;
	}
	xauth_of(sa)->refusal = REFUSAL_SENT;
	v1_admit_wait(sa, refusal_late, 0);
	if (!v1_transaction_start(sa, CFG_SET, &topic, put_refusal))
		refused(sa);
}

/*
 * A wrong password gets its answer late, the later the more of them there were.
 * As many attempts as a connection has half-open SAs wait at a time, so that
 * guessing is slow; who knows the password is not held up by those who do not.
 */
static void refuse(struct ike_sa *sa)
{
	struct conn *c = sa->conn;
	uint64_t penalty = PENALTY_FIRST;
	char text[FAILURE_TEXT];

	for (unsigned int i = 0; i < c->xauth_failures && penalty < PENALTY_MAX; i++)
		penalty *= 2;
	c->xauth_failures++;
	xauth_of(sa)->refusal = REFUSAL_WAITS;
	engine_log(sa->e, LOG_L_WARN, c, "XAUTH: %s refused", who_text(sa, text));
	engine_event(sa->e, c, "xauth-refused", "%s", text);
	v1_admit_wait(sa, refuse_due, penalty < PENALTY_MAX ? penalty : PENALTY_MAX);
}

/* Who leaves before the answer has guessed: its place is free when the penalty is over, no sooner. */
bool v1_xauth_left(struct ike_sa *sa)
{
	struct v1_xauth *x = xauth_of(sa);

	if (x->refusal == REFUSAL_NONE)
		return false;
	if (x->refusal == REFUSAL_SENT)
		left(sa);
	else
		x->refusal = REFUSAL_LEFT;
	return true;
}

static void status_acked(struct ike_sa *sa, const struct v1_attrs *a)
{
	(void)sa;
	(void)a;
}

/* Whether or not it heard that it may: if it did not, it will not go on. */
static void status_unheard(struct ike_sa *sa)
{
	(void)sa;
}

static void let_in(struct ike_sa *sa)
{
	static const struct v1_topic topic = { status_acked, status_unheard };
	struct conn *c = sa->conn;
	char text[FAILURE_TEXT];

	c->xauth_failures = 0;
	snprintf(c->xauth_user, sizeof(c->xauth_user), "%s", xauth_of(sa)->user);
	engine_log(sa->e, LOG_L_INFO, c, "XAUTH: %s accepted", who_text(sa, text));
	engine_event(sa->e, c, "xauth", "%s", text);
	if (v1_transaction_start(sa, CFG_SET, &topic, put_ok))
		v1_admit_next(sa);
	else
		fail(sa, FAIL_CRYPTO, WHO_US, "");
}

void v1_xauth_job_done(struct ike_sa *sa, const struct ike_job *job)
{
	if (!v1_admit_waits_for_xauth(sa))
		return;
	if (job->ok)
		let_in(sa);
	else
		refuse(sa);
}

/* Bytes of @a as a name: printable, and as long as one may be. */
static bool take_user(struct ike_sa *sa, const struct v1_attr *a)
{
	char *user = xauth_of(sa)->user;

	if (!a || !a->len || a->len > XAUTH_USER_MAX)
		return false;
	for (size_t i = 0; i < a->len; i++)
		if (a->data[i] <= 0x20 || a->data[i] >= 0x7f)
			return false;
	memcpy(user, a->data, a->len);
	user[a->len] = '\0';
	return true;
}

static bool check_start(struct ike_sa *sa, const struct v1_attr *password)
{
	struct ike_job *job = v1_job_new(sa, JOB_XAUTH, 0);

	if (!job)
		return false;
	memcpy(job->user, xauth_of(sa)->user, sizeof(job->user));
	if (!secret_set(&job->password, password->data, password->len)) {
		ike_job_free(job);
		return false;
	}
	v1_job_start(sa, NULL, &xauth_of(sa)->wait, job);
	return true;
}

static void replied(struct ike_sa *sa, const struct v1_attrs *a)
{
	const struct v1_attr *password = v1_attr_find(a, XAUTH_USER_PASSWORD, 0);

	if (!v1_admit_waits_for_xauth(sa))
		return;
	if (take_user(sa, v1_attr_find(a, XAUTH_USER_NAME, 0)) && password && password->len &&
	    password->len <= PASSWORD_MAX && v1_attr_u16(v1_attr_find(a, XAUTH_TYPE, 0), XAUTH_TYPE_GENERIC) ==
	    XAUTH_TYPE_GENERIC && check_start(sa, password))
		return;
	refuse(sa);
}

static void no_reply(struct ike_sa *sa)
{
	if (v1_admit_waits_for_xauth(sa))
		fail(sa, FAIL_XAUTH_TIMEOUT, WHO_PEER, "silence");
}

bool v1_xauth_begin(struct ike_sa *sa)
{
	static const struct v1_topic topic = { replied, no_reply };

	/* who is to be asked waits for it */
	return sa->conn->cfg->xauth == XAUTH_CLIENT || v1_transaction_start(sa, CFG_REQUEST, &topic, put_request);
}

/* ---- the user ---- */

bool v1_xauth_is(const struct v1_attrs *a)
{
	for (unsigned int i = 0; i < a->n; i++)
		if (a->attrs[i].type >= XAUTH_TYPE && a->attrs[i].type <= XAUTH_ANSWER)
			return true;
	return false;
}

static bool may_answer(struct ike_sa *sa, const struct v1_attrs *a)
{
	struct v1_xauth *x = xauth_of(sa);

	return sa->conn->cfg->xauth == XAUTH_CLIENT && v1_admit_waits_for_xauth(sa) && x->asked++ < ASKED_MAX &&
	       v1_attr_u16(v1_attr_find(a, XAUTH_TYPE, 0), XAUTH_TYPE_GENERIC) == XAUTH_TYPE_GENERIC;
}

/* Challenges, one-time passwords and the like we do not have: 6.3 has a status for that. */
void v1_xauth_answer(struct ike_sa *sa, const struct v1_attrs *a, struct v1_writer *w)
{
	const struct conn_cfg *cfg = sa->conn->cfg;

	if (!may_answer(sa, a)) {
		v1_attr_put_u16(w, XAUTH_STATUS, XAUTH_STATUS_FAIL);
		return;
	}
	if (v1_attr_find(a, XAUTH_TYPE, 0))
		v1_attr_put_u16(w, XAUTH_TYPE, XAUTH_TYPE_GENERIC);
	if (v1_attr_find(a, XAUTH_USER_NAME, 0))
		v1_attr_put(w, XAUTH_USER_NAME, cfg->xauth_user, strlen(cfg->xauth_user));
	if (v1_attr_find(a, XAUTH_USER_PASSWORD, 0))
		v1_attr_put(w, XAUTH_USER_PASSWORD, cfg->xauth_password.p, cfg->xauth_password.len);
}

void v1_xauth_put_ack(const struct v1_attrs *a, struct v1_writer *w)
{
	if (v1_attr_find(a, XAUTH_STATUS, 0))
		v1_attr_put(w, XAUTH_STATUS, NULL, 0);
}

/* A gateway asks, and is not told by who it asks. */
void v1_xauth_told(struct ike_sa *sa, const struct v1_attrs *a)
{
	const struct v1_attr *status = v1_attr_find(a, XAUTH_STATUS, 0);

	if (!status || sa->conn->cfg->xauth != XAUTH_CLIENT || !v1_admit_waits_for_xauth(sa))
		return;
	if (v1_attr_u16(status, XAUTH_STATUS_FAIL) == XAUTH_STATUS_OK)
		v1_admit_next(sa);
	else
		fail(sa, FAIL_XAUTH, WHO_PEER, "refused");
}

void v1_xauth_release(struct ike_sa *sa)
{
	v1_job_forget(sa->e, &xauth_of(sa)->wait);
}
