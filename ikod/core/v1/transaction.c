// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "core/v1/transaction.h"

/*
 * Transaction exchange, draft-dukes-ike-mode-cfg-02 3.1:
 *
 *   1  { HASH, ATTR(REQUEST) }  or  { HASH, ATTR(SET) }
 *   2  { HASH, ATTR(REPLY) }    or  { HASH, ATTR(ACK) }
 *
 * under the keys of phase 1, with IVs and HASH as in an informational exchange
 * (RFC 2409 5.7): HASH = prf(SKEYID_a, M-ID | ATTR). Who begins repeats 1, who
 * answers answers duplicates. What each message means is its handler's.
 */

struct row {
	enum v1_t_state from;
	enum v1_cfg_type type;
	enum v1_t_state to;
	void (*handle)(struct v1_transaction *t, const struct v1_attrs *a);
	const char *story;
};

static void requested(struct v1_transaction *t, const struct v1_attrs *a);
static void set(struct v1_transaction *t, const struct v1_attrs *a);

static const struct row rows[] = {
	{ T_START, CFG_REQUEST, T_ANSWERED, requested, "they ask: answered" },
	{ T_START, CFG_SET, T_ANSWERED, set, "they tell: acknowledged" },
	/* a gateway that asks and tells under one message id */
	{ T_ANSWERED, CFG_REQUEST, T_ANSWERED, requested, "they ask again" },
	{ T_ANSWERED, CFG_SET, T_ANSWERED, set, "they tell what came of it" },
	{ T_WAIT_REPLY, CFG_REPLY, T_DONE, NULL, "they answered" },
	{ T_WAIT_ACK, CFG_ACK, T_DONE, NULL, "they know" },
};

static const struct row *row_for(enum v1_t_state from, uint8_t type)
{
	for (size_t i = 0; i < V1_ARRAY_LEN(rows); i++)
		if (rows[i].from == from && rows[i].type == type)
			return &rows[i];
	return NULL;
}

/* ---- life and death ---- */

static void transaction_free(struct v1_transaction *t)
{
	struct v1_priv *priv = v1_priv(t->sa);

	HASH_DEL(priv->transactions, t);
	v1_resend_release(&t->rs);
	buf_free(&t->out.b);
	free(t);
}

void v1_transactions_release(struct ike_sa *sa)
{
	while (v1_priv(sa)->transactions)
		transaction_free(v1_priv(sa)->transactions);
}

static void give_up(void *owner)
{
	struct v1_transaction *t = owner;
	const struct v1_topic *topic = t->state == T_ANSWERED ? NULL : t->topic;
	struct ike_sa *sa = t->sa;

	transaction_free(t);
	if (topic)
		topic->silence(sa);
}

/* Room for one more: the oldest that only waits for duplicates makes it. */
static bool make_room(struct v1_priv *priv)
{
	struct v1_transaction *t, *tmp;

	if (HASH_COUNT(priv->transactions) < V1_TRANSACTIONS_MAX)
		return true;
	HASH_ITER(hh, priv->transactions, t, tmp) {
		if (t->state != T_ANSWERED)
			continue;
		transaction_free(t);
		return true;
	}
	return false;
}

static struct v1_transaction *transaction_new(struct ike_sa *sa, uint32_t msgid, enum v1_t_state state)
{
	struct v1_priv *priv = v1_priv(sa);
	struct v1_transaction *t = make_room(priv) ? calloc(1, sizeof(*t)) : NULL;

	if (!t)
		return NULL;
	t->sa = sa;
	t->msgid = msgid;
	t->state = state;
	v1_resend_init(&t->rs, sa, give_up, t);
	if (!v1_iv_phase2(&sa->suite, sa->last_iv, msgid, t->iv)) {
		free(t);
		return NULL;
	}
	HASH_ADD(hh, priv->transactions, msgid, sizeof(t->msgid), t);
	/* no other exchange has this id, and none like it is opened once it is over */
	v1_seen_add(&priv->seen, msgid);
	return t;
}

/* ---- sending ---- */

static bool finish(struct v1_transaction *t)
{
	return v1_phase2_end(t->sa, &t->out, t->msgid, V1_HASH_1, NULL, t->iv);
}

bool v1_transaction_start(struct ike_sa *sa, enum v1_cfg_type type, const struct v1_topic *topic,
			  void (*put)(struct ike_sa *sa, struct v1_writer *w))
{
	struct v1_transaction *t = transaction_new(sa, v1_fresh_msgid(sa),
						   type == CFG_SET ? T_WAIT_ACK : T_WAIT_REPLY);
	uint16_t id;

	if (!t)
		return false;
	t->topic = topic;
	engine_random(sa->e, &id, sizeof(id));
	v1_phase2_begin(sa, &t->out, XCHG_TRANSACTION, t->msgid, true);
	v1_attrs_begin(&t->out, type, id);
	put(sa, &t->out);
	v1_pl_end(&t->out);
	if (!finish(t)) {
		transaction_free(t);
		return false;
	}
	v1_resend_send(&t->rs, &t->out.b, true);
	return true;
}

/* ---- handlers of what the peer begins ---- */

static void answer_begin(struct v1_transaction *t, enum v1_cfg_type type, const struct v1_attrs *a)
{
	v1_phase2_begin(t->sa, &t->out, XCHG_TRANSACTION, t->msgid, true);
	v1_attrs_begin(&t->out, type, a->id);
}

static void requested(struct v1_transaction *t, const struct v1_attrs *a)
{
	answer_begin(t, CFG_REPLY, a);
	if (v1_xauth_is(a))
		v1_xauth_answer(t->sa, a, &t->out);
	else
		v1_config_answer(t->sa, a, &t->out);
}

static void set(struct v1_transaction *t, const struct v1_attrs *a)
{
	answer_begin(t, CFG_ACK, a);
	if (v1_xauth_is(a))
		v1_xauth_put_ack(a, &t->out);
	else
		v1_config_put_ack(t->sa, a, &t->out);
}

/* ---- receiving ---- */

static bool open_message(struct ike_sa *sa, struct v1_msg *m, struct v1_attrs *a)
{
	const char *why;

	if (!v1_decrypt(sa, m) || !v1_chain_parse(m->hdr.next, m->body, m->body_len, true, &m->chain) ||
	    !v1_legal(XCHG_TRANSACTION, 1, &m->chain, &why)) {
		sa->e->counters[CNT_MALFORMED]++;
		return false;
	}
	if (!v1_phase2_authentic(sa, m, V1_HASH_1, NULL)) {
		sa->e->counters[CNT_BAD_HASH]++;
		return false;
	}
	if (!v1_attrs_parse(v1_find(&m->chain, PL_ATTR, 0), a, &why)) {
		sa->e->counters[CNT_MALFORMED]++;
		return false;
	}
	return true;
}

/* The answer leaves before what it means is acted upon: that may be the end of the SA. */
static void answered(struct v1_transaction *t, const struct row *row, const struct v1_attrs *a)
{
	struct ike_sa *sa = t->sa;

	row->handle(t, a);
	v1_pl_end(&t->out);
	t->state = row->to;
	if (finish(t))
		v1_resend_send(&t->rs, &t->out.b, false);
	else
		buf_free(&t->out.b);
	if (a->type == CFG_SET && v1_xauth_is(a))
		v1_xauth_told(sa, a);
	else if (a->type == CFG_SET)
		v1_config_told(sa, a);
}

static void act(struct v1_transaction *t, const struct row *row, struct v1_msg *m, const struct v1_attrs *a)
{
	const struct v1_topic *topic = t->topic;
	struct ike_sa *sa = t->sa;

	memcpy(t->iv, m->iv, sizeof(t->iv));
	v1_resend_heard(&t->rs, m);
	conn_heard(sa);
	v1_natt_follow(sa, m->path);
	if (row->handle) {
		answered(t, row, a);
		return;
	}
	transaction_free(t);
	topic->heard(sa, a);
}

/* A first message: nothing is kept before it is believed. */
static void open_exchange(struct ike_sa *sa, struct v1_msg *m)
{
	struct v1_transaction *t;
	const struct row *row;
	struct v1_attrs a;

	if (v1_seen_has(v1_priv(sa)->seen, m->hdr.msgid)) {
		sa->e->counters[CNT_DUPLICATE]++;
		return;
	}
	if (!v1_iv_phase2(&sa->suite, sa->last_iv, m->hdr.msgid, m->iv) || !open_message(sa, m, &a))
		return;
	row = row_for(T_START, a.type);
	t = row ? transaction_new(sa, m->hdr.msgid, T_START) : NULL;
	if (t)
		act(t, row, m, &a);
	else
		sa->e->counters[CNT_MALFORMED]++;
}

void v1_transaction_input(struct ike_sa *sa, struct v1_msg *m)
{
	struct v1_transaction *t;
	const struct row *row;
	struct v1_attrs a;

	HASH_FIND(hh, v1_priv(sa)->transactions, &m->hdr.msgid, sizeof(m->hdr.msgid), t);
	if (!t) {
		open_exchange(sa, m);
		return;
	}
	if (v1_resend_is_dup(&t->rs, m)) {
		sa->e->counters[CNT_DUPLICATE]++;
		v1_resend_answer(&t->rs);
		return;
	}
	memcpy(m->iv, t->iv, sizeof(m->iv));
	if (!open_message(sa, m, &a))
		return;
	row = row_for(t->state, a.type);
	/*
	 * An answer should have the identifier of what it answers (3.2); strongSwan's
	 * has zero. The message id, the IV and the hash bind the two anyhow.
	 */
	if (row)
		act(t, row, m, &a);
	else
		sa->e->counters[CNT_MALFORMED]++;
}
