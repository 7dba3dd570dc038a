/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CORE_V1_TRANSACTION_H
#define IKOD_CORE_V1_TRANSACTION_H

#include "core/v1/v1.h"

/*
 * The transaction exchange (draft-dukes-ike-mode-cfg-02, which says what the
 * field made of draft-ietf-ipsec-isakmp-mode-cfg-05) and what it carries:
 *
 *   transaction.c   the exchange: REQUEST and REPLY, SET and ACK
 *   xauth.c         user and password, in both roles
 *   mode_config.c   inner addresses, in both roles
 *   admit.c         what stands between phase 1 and the first quick mode
 */

#define V1_TRANSACTIONS_MAX 8	/* under one IKE SA at a time, with those kept to answer duplicates */

/* A state is what is due next. */
enum v1_t_state {
	T_START,		/* of an exchange that the peer begins */
	T_WAIT_REPLY,		/* REQUEST sent */
	T_WAIT_ACK,		/* SET sent */
	T_ANSWERED,		/* kept for a while to answer duplicates, and for who goes on with the same message id */
	T_DONE,			/* ours, and over */
	T_N
};

/** struct v1_transaction - one transaction exchange */
struct v1_transaction {
	uint32_t msgid;
	UT_hash_handle hh;		/* v1_priv->transactions, by msgid */
	struct ike_sa *sa;
	enum v1_t_state state;
	struct v1_resend rs;
	struct v1_writer out;
	uint8_t iv[16];
	const struct v1_topic *topic;	/* what ours is about */
};

/**
 * struct v1_topic - what an exchange of ours is about
 * @heard: the answer came, authenticated; may end the IKE SA
 * @silence: no answer came
 */
struct v1_topic {
	void (*heard)(struct ike_sa *sa, const struct v1_attrs *a);
	void (*silence)(struct ike_sa *sa);
};

void v1_transaction_input(struct ike_sa *sa, struct v1_msg *m);
/**
 * v1_transaction_start - begin one; @put fills the attributes in
 * Return: false if it cannot be begun; @topic hears nothing then.
 */
bool v1_transaction_start(struct ike_sa *sa, enum v1_cfg_type type, const struct v1_topic *topic,
			  void (*put)(struct ike_sa *sa, struct v1_writer *w));
void v1_transactions_release(struct ike_sa *sa);

/* ---- mode_config.c ---- */

/** v1_config_due - is the peer to give us an inner address */
bool v1_config_due(const struct ike_sa *sa);
/** v1_config_begin - ask for it, or get ready to be told */
bool v1_config_begin(struct ike_sa *sa);
/** v1_config_answer - attributes of the answer to what the peer asks for */
void v1_config_answer(struct ike_sa *sa, const struct v1_attrs *a, struct v1_writer *w);
/** v1_config_put_ack - attributes of the answer to what the peer tells us */
void v1_config_put_ack(const struct ike_sa *sa, const struct v1_attrs *a, struct v1_writer *w);
/** v1_config_told - take what the peer told us; may end @sa */
void v1_config_told(struct ike_sa *sa, const struct v1_attrs *a);

/* ---- xauth.c ---- */

/** v1_xauth_due - does a password stand between phase 1 and the rest, ours or the peer's */
bool v1_xauth_due(const struct ike_sa *sa);
/** v1_xauth_begin - ask for it, or get ready to be asked */
bool v1_xauth_begin(struct ike_sa *sa);
/** v1_xauth_is - is that what the attributes are about */
bool v1_xauth_is(const struct v1_attrs *a);
/** v1_xauth_answer - attributes of the answer to who asks us */
void v1_xauth_answer(struct ike_sa *sa, const struct v1_attrs *a, struct v1_writer *w);
/** v1_xauth_left - the peer ends @sa, whose user we refuse: @sa is killed now or when the penalty is over; false if we do not */
bool v1_xauth_left(struct ike_sa *sa);
/** v1_xauth_put_ack, v1_xauth_told - as for mode config: what the gateway made of it */
void v1_xauth_put_ack(const struct v1_attrs *a, struct v1_writer *w);
void v1_xauth_told(struct ike_sa *sa, const struct v1_attrs *a);
void v1_xauth_release(struct ike_sa *sa);

/* ---- admit.c ---- */

/** v1_admit_begin - phase 1 is done; @sa stays IKE_CONNECTING until all that is configured to follow is done as well */
void v1_admit_begin(struct ike_sa *sa, bool initial_contact);
/** v1_admit_next - the step under way is done */
void v1_admit_next(struct ike_sa *sa);
/** v1_admit_fail - it failed: tell the peer, end @sa */
void v1_admit_fail(struct ike_sa *sa, const struct v1_fail *f);
/** v1_admit_waits_for_config - is an inner address what is missing */
bool v1_admit_waits_for_config(const struct ike_sa *sa);
bool v1_admit_waits_for_xauth(const struct ike_sa *sa);
/** v1_admit_wait - something else to wait for: @then in @ms; 0: as long as a step may take */
void v1_admit_wait(struct ike_sa *sa, void (*then)(void *sa), uint64_t ms);
void v1_admit_release(struct ike_sa *sa);

#endif
