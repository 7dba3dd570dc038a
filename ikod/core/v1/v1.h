/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CORE_V1_V1_H
#define IKOD_CORE_V1_V1_H

#include "core/core.h"
#include "core/v1/fragment.h"

/*
 * Inside the IKEv1 half. A datagram's way:
 *
 *   input.c     header, version, cookies -> SA;  pieces of a message: fragment.c
 *   phase1.c, quick.c, info.c         (phase1_life.c: how phase 1 begins and ends)
 *               duplicate?  decrypt (crypt.c)  parse and legality (legality.c)
 *               authenticate  ->  a row of the transition table  ->  its handler
 *   main_i.c main_r.c aggressive_i.c aggressive_r.c proof.c quick_i.c quick_r.c
 *               the handlers: they check, store and build the reply, no more
 *
 * A handler returns a verdict; only the dispatchers of phase1.c and quick.c
 * send, change a state, or end an exchange.
 */

#define V1_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#define V1_NONCE_MIN 8		/* RFC 2409 5 */
#define V1_NONCE_LEN 32		/* ours */
#define V1_DIGEST_LEN 32
#define V1_SA_BODY_MAX 8192	/* bytes of a peer's SA payload that a half-open SA may hold */
#define V1_JOBS_MAX 1000	/* jobs not done yet, beyond which message 3 of main mode starts no more */
#define V1_AGGR_JOBS_MAX 64	/* the same for message 1 of aggressive mode: who sends it has proven nothing */
#define V1_AGGR_PERIOD 125	/* ms for each message 2 of aggressive mode that a connection sends */
#define V1_AGGR_BURST 8		/* and so many of them at once */
#define V1_AGAIN_PAUSE 500	/* ms between two answers to the same message of aggressive mode */
#define V1_BAD_PROOFS 3		/* of a peer that may have been damaged on the way: the last one is believed to be bad */
#define V1_NUDGE_PAUSE 1000	/* ms between two times that message 3 is asked for */
#define CERTREQS_MAX 4		/* CAs that we ask for certificates of */
#define V1_SIGNED 16		/* in v1_legal(): message number of a message with a signature */
#define V1_QUICKS_MAX 1024	/* exchanges under one IKE SA at a time */
#define V1_P1_LIFE_MIN 60	/* s; the least that a configuration may say, too */
#define V1_P2_LIFE_MIN 30
#define V1_LIFE_MAX 604800	/* s; and the most */
#define V1_LIFE_KB_MIN 1024
#define V1_P2_LIFE_DEFAULT 28800	/* RFC 2407 4.5 */

/** enum v1_verdict - what a handler thinks of a message or of a job's result */
enum v1_verdict {
	V1_REPLY,	/* fine; the reply is in the exchange's @out, if there is one */
	V1_JOB,		/* fine so far; a job was started and goes on with it */
	V1_REJECT,	/* not believed: counted, nothing changed */
	V1_FAIL,	/* the exchange is over; struct v1_fail says why */
};

/**
 * struct v1_fail - why an exchange fails, or what is suspected
 * @notify: error notify that tells the peer, 0 for none
 */
struct v1_fail {
	enum failure_cause cause;
	enum failure_who who;
	uint16_t notify;
	char ours[FAILURE_TEXT];
	char theirs[FAILURE_TEXT];
};

void v1_fail_set(struct v1_fail *f, enum failure_cause cause, enum failure_who who, uint16_t notify);

/**
 * enum v1_hash_order - where HASH stands in a notify's informational exchange
 *
 * RFC 2409 5.7 has it first. Some gateways can be set, or are, to put it
 * behind the notify of DPD ("seq-notify-hash"), and believe no other order.
 * RFC 2409 does not say whether the notify is then hashed as linked to the
 * HASH payload or not, so both are known.
 */
enum v1_hash_order { V1_HASH_FIRST, V1_HASH_LAST, V1_HASH_LAST_UNLINKED };

/**
 * struct v1_msg - a message that was parsed, not yet believed
 * @body: payload chain, in the datagram or in @plain
 * @plain: decrypted body, owned; NULL if it came in clear
 * @iv: after decryption the IV of the answer
 * @digest: SHA-256 of the datagram as it came, finds duplicates
 * @order: where HASH stood, in an informational exchange that was authenticated
 * @stale: it carries a number of DPD that is over; may be a recording
 */
struct v1_msg {
	const struct ike_path *path;
	struct isakmp_hdr hdr;
	const uint8_t *body;
	size_t body_len;
	uint8_t *plain;
	uint8_t iv[16];
	uint8_t digest[V1_DIGEST_LEN];
	enum v1_hash_order order;
	bool stale;
	struct v1_chain chain;
};

void v1_msg_release(struct v1_msg *m);

/* ---- resend.c: the last message sent, the last one heard ---- */

/**
 * struct v1_resend - retransmission of one exchange
 * @msg: last message sent, as it went out; also the answer to a duplicate
 * @heard: digest of the last message that moved the exchange
 * @sent: how often @msg went out since it was new
 * @until: without repetition: when to give up
 * @unheard: 0, or since when an answer that nothing acknowledges is repeated, until the peer says anything,
 *	and is asked to
 * @again, @again_at: how often a duplicate was answered sparingly, and from when on one is again
 * @give_up: called by the timer instead of another transmission
 */
struct v1_resend {
	struct buf msg;
	uint8_t heard[V1_DIGEST_LEN];
	bool has_heard;
	unsigned int sent, again;
	uint64_t until, unheard, again_at;
	struct timer timer;
	struct ike_sa *sa;
	void (*give_up)(void *owner);
	void *owner;
};

void v1_resend_init(struct v1_resend *r, struct ike_sa *sa, void (*give_up)(void *owner), void *owner);
void v1_resend_heard(struct v1_resend *r, const struct v1_msg *m);
bool v1_resend_is_dup(const struct v1_resend *r, const struct v1_msg *m);
/** v1_resend_unheard - the last message of all has no answer: repeat it until anything is heard under the IKE SA */
void v1_resend_unheard(struct v1_resend *r);
/** v1_resend_send - take over @b as the message to keep, send it; @again: repeat it until stopped */
void v1_resend_send(struct v1_resend *r, struct buf *b, bool again);
/** v1_resend_wait - no repetition, but give up if nothing happens for as long as a peer may retransmit */
void v1_resend_wait(struct v1_resend *r);
/** v1_resend_resume - go on repeating where v1_resend_stop() ended */
void v1_resend_resume(struct v1_resend *r);
void v1_resend_stop(struct v1_resend *r);
/** v1_resend_answer - the saved message once more, for a duplicate; false if there is none */
bool v1_resend_answer(struct v1_resend *r);
/** v1_resend_answer_sparingly - the same for a duplicate that anybody may send, after a pause; false if there is none now */
bool v1_resend_answer_sparingly(struct v1_resend *r);
/** v1_resend_pause - milliseconds between the @n-th transmission, from 1, and the next */
uint64_t v1_resend_pause(const struct conn_cfg *cfg, unsigned int n);
/** v1_resend_span - milliseconds from the first transmission to giving up */
uint64_t v1_resend_span(const struct conn_cfg *cfg);
void v1_resend_release(struct v1_resend *r);

/* ---- waiter.c: who waits for a job ---- */

struct v1_waiter {
	uint64_t id;
	struct ike_sa *sa;
	struct v1_quick *quick;		/* NULL: phase 1 of @sa, or what follows it */
	UT_hash_handle hh;		/* engine->v1_waiters */
};

/** v1_job_new - NULL without memory */
struct ike_job *v1_job_new(const struct ike_sa *sa, enum ike_job_type type, unsigned int group);
void v1_job_start(struct ike_sa *sa, struct v1_quick *q, struct v1_waiter *w, struct ike_job *job);
void v1_job_forget(struct ike_engine *e, struct v1_waiter *w);
/** v1_generate_start - JOB_DH_GENERATE with a fresh seed */
bool v1_generate_start(struct ike_sa *sa, struct v1_quick *q, struct v1_waiter *w, unsigned int group);

/* ---- seen.c: message ids of exchanges that are over ---- */

struct v1_seen;
bool v1_seen_has(const struct v1_seen *s, uint32_t msgid);
void v1_seen_add(struct v1_seen **s, uint32_t msgid);
void v1_seen_free(struct v1_seen **s);

/* ---- phase 1 ---- */

/* In each state of "waiting" a message is due, in each other one a job. */
enum v1_p1_state {
	P1_I_START,
	P1_I_WAIT_SA,		/* message 1 sent */
	P1_I_GENERATE,
	P1_I_WAIT_KE,		/* message 3 sent */
	P1_I_DERIVE,
	P1_I_SIGN,
	P1_I_WAIT_AUTH,		/* message 5 sent */
	P1_I_VERIFY,
	P1_R_START,
	P1_R_WAIT_KE,		/* message 2 sent */
	P1_R_GENERATE,
	P1_R_DERIVE,
	P1_R_WAIT_AUTH,		/* message 4 sent */
	P1_R_VERIFY,
	P1_R_SIGN,
	P1_AI_GENERATE,		/* aggressive mode: P1_AI_ as initiator, P1_AR_ as responder */
	P1_AI_WAIT_SA,		/* message 1 sent */
	P1_AI_DERIVE,
	P1_AI_VERIFY,
	P1_AI_SIGN,
	P1_AR_START,
	P1_AR_GENERATE,
	P1_AR_DERIVE,
	P1_AR_SIGN,
	P1_AR_WAIT_AUTH,	/* message 2 sent */
	P1_AR_VERIFY,
	P1_DONE,
	P1_N
};

/** struct v1_natt_view - what a message that is not believed yet says about NAT on its way */
struct v1_natt_view {
	bool ok, local, remote;
};

/** struct v1_aggr_opening - whose message 1 of aggressive mode an SA answers */
struct v1_aggr_opening {
	uint8_t cky_i[ISAKMP_COOKIE_LEN];
	uint8_t addr[16];
	uint16_t family, port;
};

/**
 * struct v1_phase1 - scratch of phase 1
 * @sai_b: body of the initiator's SA payload, part of both hashes
 * @peer_pub, @peer_nonce: of the KE and nonce payloads
 * @id_b, @peer_id_b: bodies of both ID payloads
 * @auth: P1_AUTH_*, once agreed on
 * @sig: body of our SIG payload
 * @peer_proof: body of the peer's HASH or SIG payload, believed once it was checked
 * @peer_certs: what came with it, see struct ike_job
 * @next_iv: what follows sa->last_iv if the peer's proof is good
 * @proof_path, @proof_protected, @proof_contact, @proof_life_s: where it came from, whether
 *	encrypted, and what was said beside it
 * @suspect: the likely reason if this never ends well; nothing of it is authenticated
 */
struct v1_phase1 {
	enum v1_p1_state state;
	struct ike_sa *sa;
	struct v1_resend rs;
	struct v1_waiter wait;
	struct v1_writer out;
	struct v1_aggr_opening opening;	/* family 0: in no table */
	UT_hash_handle hh_aggr;		/* engine->v1_aggrs */
	struct buf sai_b;
	struct buf pub, peer_pub;
	struct buf nonce, peer_nonce;
	uint16_t auth;
	struct buf id_b, sig;
	struct buf peer_id_b, peer_proof, peer_certs;
	struct ike_path proof_path;
	bool proof_protected, proof_contact;
	unsigned int bad_proofs;	/* that came encrypted */
	uint64_t proof_life_s;
	struct v1_natt_view proof_natt;
	uint64_t nudge_after;
	uint8_t next_iv[16];
	struct secret priv;
	unsigned int peer_vendors;
	uint64_t life_s;		/* agreed lifetime */
	uint64_t auth_sent;		/* initiator: when message 5 first went out */
	bool tell_life;			/* responder: it is shorter than what was offered */
	bool initial_contact;		/* the peer sent INITIAL-CONTACT in its last message */
	struct v1_fail suspect;
};

/** struct v1_admit - @step: how many steps of the table in admit.c have been begun; @wait: for the peer's part of the last */
struct v1_admit {
	unsigned int step;
	bool initial_contact;
	struct timer wait;
};

/**
 * struct v1_xauth - see xauth.c
 * @user: what the peer says; @wait: for its password's check
 * @refusal: how far that of a wrong password has got
 * @asked: how often we were
 */
struct v1_xauth {
	char user[XAUTH_USER_MAX + 1];
	enum { REFUSAL_NONE, REFUSAL_WAITS, REFUSAL_LEFT, REFUSAL_SENT } refusal;
	unsigned int asked;
	struct v1_waiter wait;
};

struct v1_transaction;

/**
 * struct v1_priv - what the protocol keeps of an established SA
 * @exchange: XCHG_MAIN or XCHG_AGGRESSIVE
 * @last: the mode's last message if we sent it, and the digest of the last one that we heard
 * @announce: see v1_aggr_announce(); @announced: how often, @announce_life_s: with this lifetime
 * @order: where the peer puts the HASH payload of its DPD messages, once @order_known
 * @frag: fragments of messages, see fragment.h
 * @opened: it came to be by message 3, see opening.h
 * @offer: key of its message 1
 * @admit: what is still to be done after phase 1, see admit.c
 * @transactions: transaction exchanges under way
 * @signs: by certificates
 * @refused, @refused_why: we sent the mode's last message, and this is what the peer said to it
 * @attempts: conn->attempts when it began
 * @natt_draft: the peer knows NAT traversal only as it was before RFC 3947
 * @vendors: a bit for each row of vendor.c that the peer has sent
 */
struct v1_priv {
	uint8_t exchange;
	struct v1_resend last;
	struct timer announce;
	unsigned int announced;
	uint64_t announce_life_s;
	struct v1_frag frag;
	struct v1_admit admit;
	struct v1_xauth xauth;
	struct v1_transaction *transactions;
	enum v1_hash_order order;
	bool order_known;
	struct v1_seen *seen;
	bool opened, signs;
	uint8_t offer[16];
	bool natt_draft;
	uint32_t vendors;
	enum failure_cause refused;
	char refused_why[64];
	unsigned int attempts;
	bool dpd_heard;
	uint32_t dpd_last;
};

/** v1_p1_input - a main or aggressive mode message for @sa */
void v1_p1_input(struct ike_sa *sa, struct v1_msg *m);
/** v1_p1_new - give @sa what phase 1 needs; false without memory */
bool v1_p1_new(struct ike_sa *sa, uint8_t exchange, enum v1_p1_state state);
/** v1_overloaded - no more Diffie-Hellman for who is not authenticated; counted */
bool v1_overloaded(struct ike_engine *e);
void v1_p1_job_done(struct ike_sa *sa, struct ike_job *job);
/** v1_p1_suspect - remember the likely cause of a phase 1 that goes nowhere, and show it */
void v1_p1_suspect(struct ike_sa *sa, const struct v1_fail *f);
void v1_p1_fail(struct ike_sa *sa, const struct v1_fail *f);
/** v1_p1_refused - a peer at @path wants what no phase 1 of ours can be; shown, no state */
void v1_p1_refused(struct ike_engine *e, const struct v1_msg *m, const struct v1_fail *f);
/** v1_p1_refused_by - the same, and it is known by which connection; NULL if there is none */
void v1_p1_refused_by(struct ike_engine *e, struct conn *c, const struct v1_msg *m, const struct v1_fail *f);
struct v1_priv *v1_priv(const struct ike_sa *sa);
/** v1_p1_unanswered - our message 1 is out, and no responder is known yet */
bool v1_p1_unanswered(const struct ike_sa *sa);
/** v1_p1_established - the last message of the mode was sent or came */
void v1_p1_established(struct ike_sa *sa);
/** v1_p1_sends_last - the last message of the mode is ours: the peer judges it when we are up */
bool v1_p1_sends_last(const struct ike_sa *sa);

/* phase1_common.c: shared by the handlers of both modes */
void v1_p1_begin(struct ike_sa *sa, struct v1_writer *w, bool encrypted);
/** v1_p1_finish - complete, and encrypt if @encrypted; false without memory */
bool v1_p1_finish(struct ike_sa *sa, struct v1_writer *w, bool encrypted);
/** v1_p1_put_offer - SA payload of the initiator, kept for the hashes */
void v1_p1_put_offer(struct ike_sa *sa, struct v1_writer *w);
/** v1_p1_take_offer - initiator's SA payload and vendor IDs; V1_REPLY: @w begun with the chosen transform */
enum v1_verdict v1_p1_take_offer(struct ike_sa *sa, const struct v1_msg *m, struct v1_writer *w,
				 struct v1_fail *f);
/** v1_p1_take_answer - responder's cookie, SA payload and vendor IDs; false if it is no answer to ours */
bool v1_p1_take_answer(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f);
/** v1_p1_take_ke - KE and nonce payloads; false if they cannot be of the group agreed on */
bool v1_p1_take_ke(struct ike_sa *sa, const struct v1_msg *m);
void v1_p1_put_ke(const struct ike_sa *sa, struct v1_writer *w);
/** v1_main_put_ke - message 3 or 4 of main mode */
bool v1_main_put_ke(struct ike_sa *sa, struct v1_writer *w);
/** v1_main_put_proof - message 5 or 6 of main mode, behind the proof that is made; V1_REPLY or V1_FAIL */
enum v1_verdict v1_main_put_proof(struct ike_sa *sa, struct v1_fail *f);
/** v1_p1_derive_start - JOB_V1_PHASE1; false without memory */
bool v1_p1_derive_start(struct ike_sa *sa);
bool v1_p1_take_keys(struct ike_sa *sa, struct ike_job *job);
/** v1_p1_hash - HASH_I (@initiator) or HASH_R over the ID payload body @id_b */
bool v1_p1_hash(const struct ike_sa *sa, bool initiator, const struct buf *id_b, uint8_t out[HASH_MAX_LEN]);
/** v1_p1_able - there is something to prove ourselves with */
bool v1_p1_able(const struct conn_cfg *cfg);
/** v1_p1_accepts - may an initiator prove itself to @cfg by @auth; else @f is filled */
bool v1_p1_accepts(const struct conn_cfg *cfg, uint16_t auth, struct v1_fail *f);
/** v1_p1_id_parse - an ID payload that may stand in phase 1 */
bool v1_p1_id_parse(const struct v1_payload *pl, struct v1_id *id, const char **why);
/** v1_p1_expected_id - is @id the one that the connection expects; else @f is filled */
bool v1_p1_expected_id(const struct ike_sa *sa, const struct v1_id *id, struct v1_fail *f);
/** v1_p1_wrong_id - fill @f: @c expects another identity than @id */
void v1_p1_wrong_id(const struct conn *c, const struct ike_path *path, const struct v1_id *id, struct v1_fail *f);
/** v1_p1_make_nonce - ours, fresh; false without memory */
bool v1_p1_make_nonce(struct ike_sa *sa);
/** v1_p1_keep_pub - take key pair and public value over from a finished JOB_DH_GENERATE */
bool v1_p1_keep_pub(struct ike_sa *sa, struct ike_job *job);

/* proof.c: how either side proves itself */

/** v1_proof_signs - by RSA signatures, not with the pre-shared key; from the answer to message 1 on */
bool v1_proof_signs(const struct ike_sa *sa);
/** v1_proof_identify - say who we are: what v1_proof_make() is about, in p1->id_b */
void v1_proof_identify(struct ike_sa *sa);
/** v1_proof_make - V1_REPLY: v1_proof_put() can go on; V1_JOB: once v1_proof_made() has the signature */
enum v1_verdict v1_proof_make(struct ike_sa *sa, struct v1_fail *f);
void v1_proof_made(struct ike_sa *sa, const struct ike_job *job);
/** v1_proof_put - HASH payload, or CERT and SIG payloads, of our side */
bool v1_proof_put(struct ike_sa *sa, struct v1_writer *w);
/** v1_proof_request - CERTREQ payloads */
void v1_proof_request(const struct ike_sa *sa, struct v1_writer *w);
/** v1_proof_keep - keep what in @m is to be believed once it is proven */
bool v1_proof_keep(struct ike_sa *sa, const struct v1_msg *m);
/**
 * v1_proof_check - what v1_proof_keep() kept
 * @c: whose CAs are to be asked
 *
 * Return: V1_REPLY if it is proven; V1_JOB: v1_proof_verdict() will say; else @f is filled.
 */
enum v1_verdict v1_proof_check(struct ike_sa *sa, const struct conn *c, struct v1_fail *f);
/** v1_proof_verdict - what a finished JOB_VERIFY says; if it is bad, the peer is told */
enum v1_verdict v1_proof_verdict(struct ike_sa *sa, const struct ike_job *job, struct v1_fail *f);
/** v1_proof_id - who the peer says it is; false with @f filled if that makes no sense */
bool v1_proof_id(const struct ike_sa *sa, struct v1_id *id, struct v1_fail *f);
/** v1_proof_believe - it is proven: the peer is @id, and what was kept counts */
void v1_proof_believe(struct ike_sa *sa, const struct v1_id *id);
/** v1_proof_refuse - tell the peer why what it sent does not do, though it may be proven */
void v1_proof_refuse(struct ike_sa *sa, const struct v1_fail *f);
/** v1_proof_forget - what was kept proved to be bad */
void v1_proof_forget(struct ike_sa *sa);

/* Handlers */
bool v1_main_i_message1(struct ike_sa *sa);
enum v1_verdict v1_main_i_message2(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f);
enum v1_verdict v1_main_i_message4(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f);
enum v1_verdict v1_main_i_message6(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f);
enum v1_verdict v1_main_i_generated(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f);
enum v1_verdict v1_main_i_derived(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f);
enum v1_verdict v1_main_r_message1(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f);
enum v1_verdict v1_main_r_message3(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f);
enum v1_verdict v1_main_r_message5(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f);
enum v1_verdict v1_main_r_generated(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f);
enum v1_verdict v1_main_r_derived(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f);
enum v1_verdict v1_main_i_signed(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f);
enum v1_verdict v1_main_i_verified(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f);
enum v1_verdict v1_main_r_verified(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f);
enum v1_verdict v1_main_r_signed(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f);

/** v1_aggr_i_start - make the key pair that message 1 needs */
bool v1_aggr_i_start(struct ike_sa *sa);
enum v1_verdict v1_aggr_i_generated(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f);
enum v1_verdict v1_aggr_i_message2(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f);
enum v1_verdict v1_aggr_i_derived(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f);
enum v1_verdict v1_aggr_i_verified(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f);
enum v1_verdict v1_aggr_i_signed(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f);
enum v1_verdict v1_aggr_r_signed(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f);
enum v1_verdict v1_aggr_r_verified(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f);
/** v1_aggr_open - message 1 of a stranger */
void v1_aggr_open(struct ike_engine *e, struct v1_msg *m);
/** v1_aggr_again - message 1 came again */
void v1_aggr_again(struct ike_sa *sa);
/** v1_aggr_asked_again - message 2 came again, after the end: message 3 was lost */
void v1_aggr_asked_again(struct ike_sa *sa, struct v1_resend *rs);
/** v1_aggr_forget - a repeated message 1 is to find @p1 no more */
void v1_aggr_forget(struct v1_phase1 *p1);
enum v1_verdict v1_aggr_r_message1(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f);
enum v1_verdict v1_aggr_r_generated(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f);
enum v1_verdict v1_aggr_r_derived(struct ike_sa *sa, struct ike_job *job, struct v1_fail *f);
enum v1_verdict v1_aggr_r_message3(struct ike_sa *sa, const struct v1_msg *m, struct v1_fail *f);
/** v1_aggr_nudge - the initiator of @sa sends what comes after phase 1: its message 3 was lost */
void v1_aggr_nudge(struct ike_sa *sa, const struct v1_msg *m);
/** v1_aggr_unheard - a resend's: @owner, an IKE SA that we began, is up, and no word of the peer came under it */
void v1_aggr_unheard(void *owner);
/** v1_aggr_announce - just established: what main mode says in its last messages, and again later; @life_s 0: nothing about it */
void v1_aggr_announce(struct ike_sa *sa, uint64_t life_s);

/* ---- xauth.c: what phase 1 has to know ---- */

/** v1_p1_auth - what the connection's method @i is called in phase 1; @initiator: in our offer, else in the peer's */
uint16_t v1_p1_auth(const struct conn_cfg *cfg, unsigned int i, bool initiator);
/** v1_auth_plain - what proves who somebody is in method @auth: P1_AUTH_PSK, P1_AUTH_RSA_SIG, or what we do not know */
uint16_t v1_auth_plain(uint16_t auth);
/** v1_auth_text - what there is to say of method @auth, "" for a pre-shared key alone; NULL: not known */
const char *v1_auth_text(uint16_t auth);
/** v1_xauth_differs - two methods that are the same but for who asks for a password, or whether */
bool v1_xauth_differs(uint16_t a, uint16_t b);
/** v1_xauth_offer - its vendor ID in our message 1 or 2 */
void v1_xauth_offer(const struct ike_sa *sa, struct v1_writer *w);
void v1_xauth_job_done(struct ike_sa *sa, const struct ike_job *job);

/* ---- quick mode ---- */

enum v1_q_state {
	Q_I_GENERATE,
	Q_I_WAIT_SA,		/* message 1 sent */
	Q_I_DERIVE,
	Q_I_WAIT_CONNECTED,	/* message 3 sent, the responder has set the commit bit */
	Q_R_START,
	Q_R_GENERATE,
	Q_R_DERIVE,
	Q_R_WAIT_PROOF,		/* message 2 sent */
	Q_DONE,			/* kept for a while to answer duplicates */
	Q_N
};

/**
 * struct v1_quick - one quick mode, RFC 2409 5.5
 * @child: NULL once the exchange is over for it
 * @iv: IV of the next message
 * @sa_body: body of our SA payload (initiator), of the peer's chosen one (responder: our answer)
 * @spi_in, @spi_out: ours and the peer's, host order
 * @id_local, @id_remote: IDci and IDcr, seen from us
 * @csa: installed pair, until it is proven
 * @commit: the responder has set the commit bit; @connected: and sent its CONNECTED
 */
struct v1_quick {
	uint32_t msgid;
	UT_hash_handle hh;		/* sa->quicks, by msgid */
	struct ike_sa *sa;
	struct child *child;
	enum ike_role role;
	enum v1_q_state state;
	uint64_t born;
	struct v1_resend rs;
	struct v1_waiter wait;
	struct v1_writer out;
	uint8_t iv[16];
	struct buf sa_body;
	struct buf pub, peer_pub;
	struct buf nonce, peer_nonce;
	struct secret priv, gqm;
	unsigned int group;
	struct esp_suite suite;
	uint16_t encap;
	uint64_t life_s, life_kb;
	bool tell_life;			/* responder: send RESPONDER-LIFETIME */
	uint32_t spi_in, spi_out;
	struct v1_id id_local, id_remote;
	struct child_sa *csa;
	bool commit, connected;
};

/** v1_fresh_msgid - a message id that no exchange under @sa has used yet */
uint32_t v1_fresh_msgid(struct ike_sa *sa);
struct v1_quick *v1_quick_new(struct ike_sa *sa, enum ike_role role, uint32_t msgid);
void v1_quick_free(struct v1_quick *q);
void v1_quick_input(struct ike_sa *sa, struct v1_msg *m);
void v1_quick_job_done(struct v1_quick *q, struct ike_job *job);
/** v1_quick_fail - end @q and report; frees it. The peer is told if @f->notify is set */
void v1_quick_fail(struct v1_quick *q, const struct v1_fail *f);
/**
 * v1_quick_for_notify - the exchange that an error notify of the peer speaks of, NULL if none is under way
 * @guess: if it names none, take the oldest
 */
struct v1_quick *v1_quick_for_notify(struct ike_sa *sa, uint32_t msgid, const struct v1_notify *n, bool guess);

/* Shared by quick_i.c and quick_r.c */
/** v1_quick_encap - the encapsulation mode that we offer under @sa */
uint16_t v1_quick_encap(const struct ike_sa *sa);
/** v1_quick_encap_ok - one that we accept from the peer */
bool v1_quick_encap_ok(const struct ike_sa *sa, uint16_t encap);
bool v1_quick_take_nonce_ke(struct v1_quick *q, const struct v1_msg *m, unsigned int group);
bool v1_quick_put_nonce_ke(struct v1_quick *q, struct v1_writer *w);
bool v1_quick_derive_start(struct v1_quick *q);
/** v1_quick_install - KEYMAT of both directions to the policy half; false if that failed */
bool v1_quick_install(struct v1_quick *q);

bool v1_quick_i_message1(struct v1_quick *q);
enum v1_verdict v1_quick_i_message2(struct v1_quick *q, const struct v1_msg *m, struct v1_fail *f);
enum v1_verdict v1_quick_i_generated(struct v1_quick *q, struct ike_job *job, struct v1_fail *f);
enum v1_verdict v1_quick_i_derived(struct v1_quick *q, struct ike_job *job, struct v1_fail *f);
enum v1_verdict v1_quick_r_message1(struct v1_quick *q, const struct v1_msg *m, struct v1_fail *f);
enum v1_verdict v1_quick_r_message3(struct v1_quick *q, const struct v1_msg *m, struct v1_fail *f);
enum v1_verdict v1_quick_r_generated(struct v1_quick *q, struct ike_job *job, struct v1_fail *f);
enum v1_verdict v1_quick_r_derived(struct v1_quick *q, struct ike_job *job, struct v1_fail *f);

/* ---- commit.c ---- */

/** v1_commit_asked - the responder wants us to wait for its CONNECTED */
bool v1_commit_asked(const struct v1_quick *q, const struct v1_msg *m);
enum v1_verdict v1_quick_i_message4(struct v1_quick *q, const struct v1_msg *m, struct v1_fail *f);
/** v1_commit_notify - CONNECTED, authenticated, in an informational exchange with @msgid */
void v1_commit_notify(struct ike_sa *sa, uint32_t msgid);

/* ---- contact.c ---- */

/** v1_contact_put - INITIAL-CONTACT, if nothing else is up with the peer */
void v1_contact_put(const struct ike_sa *sa, struct v1_writer *w);
/** v1_contact_is - is @n INITIAL-CONTACT, and speaks of @sa */
bool v1_contact_is(const struct ike_sa *sa, const struct v1_notify *n);

/* ---- info.c ---- */

void v1_info_input(struct ike_sa *sa, struct v1_msg *m);

/* ---- notify.c ---- */

/** v1_notify_is_error - RFC 2408 3.14.1: above are those that tell a state */
static inline bool v1_notify_is_error(const struct v1_notify *n)
{
	return n->type && n->type <= 16383;
}

/** v1_notify_phase1 - an error of the peer's while phase 1 is under way */
void v1_notify_phase1(struct ike_sa *sa, const struct v1_notify *n, bool authentic);
/** v1_notify_refusal - a protected one about the last message of phase 1: what a Delete that follows means */
void v1_notify_refusal(struct ike_sa *sa, const struct v1_notify *n);
/** v1_notify_void - the peer goes on under @sa: what it may have said of our last message is over */
void v1_notify_void(struct ike_sa *sa);
/** v1_notify_quick - a protected one when phase 1 is up; @msgid: of the message that carried it */
void v1_notify_quick(struct ike_sa *sa, uint32_t msgid, const struct v1_notify *n);
/** v1_never_used - the peer began phase 1 and nothing since: perhaps it has not taken our last message */
bool v1_never_used(const struct ike_sa *sa);

/* ---- info_send.c ---- */

/** v1_may_refuse - not too many answers have gone to what has proven nothing; takes one of them, counts if not */
bool v1_may_refuse(struct ike_engine *e, const struct ike_path *path);
/** v1_refuse_clear - tell a peer in clear why nothing comes of its message; @f->notify 0: say nothing */
void v1_refuse_clear(struct ike_engine *e, const struct ike_path *path, const struct v1_msg *about,
		     const struct v1_fail *f);
/** v1_refuse_protected - the same under the keys of @sa */
void v1_refuse_protected(struct ike_sa *sa, uint8_t proto, const void *spi, size_t spi_len,
			 const struct v1_fail *f);

/** struct v1_info_out - an informational exchange of ours while it is written */
struct v1_info_out {
	struct v1_writer w;
	uint32_t msgid;
	enum v1_hash_order order;
};

/** v1_info_begin - false if there are no keys to protect it with */
bool v1_info_begin(struct ike_sa *sa, struct v1_info_out *o, enum v1_hash_order order);
/** v1_info_end - protect and send; releases @o */
void v1_info_end(struct ike_sa *sa, struct v1_info_out *o);

/** v1_spi_of - both cookies: how notifies and Deletes name an ISAKMP SA */
void v1_spi_of(const struct ike_sa *sa, uint8_t spi[2 * ISAKMP_COOKIE_LEN]);

/* ---- dpd.c ---- */

/** v1_dpd_fresh - false if @m, authenticated, carries a number of DPD that is over */
bool v1_dpd_fresh(const struct ike_sa *sa, const struct v1_msg *m);
/** v1_dpd_take - R-U-THERE or R-U-THERE-ACK out of @m, authenticated */
void v1_dpd_take(struct ike_sa *sa, const struct v1_msg *m, const struct v1_notify *n);

/* ---- legality.c ---- */

/**
 * v1_legal - does the message hold what RFC 2409 5 lets it hold
 * @exchange, @number: which message of which exchange; | V1_SIGNED if it has a signature in place of a hash
 * @why: set if not
 */
bool v1_legal(unsigned int exchange, unsigned int number, const struct v1_chain *ch, const char **why);

/* ---- crypt.c ---- */

enum v1_hash_kind { V1_HASH_1, V1_HASH_2, V1_HASH_3 };

/** v1_decrypt - decrypt the body into m->plain with the IV at m->iv, which moves on; false if it cannot be */
bool v1_decrypt(const struct ike_sa *sa, struct v1_msg *m);
/** v1_encrypt - pad, finish and encrypt a written message; @iv moves on */
bool v1_encrypt(const struct ike_sa *sa, struct v1_writer *w, uint8_t iv[16]);
/** v1_phase2_begin - header and, if @hash, room for the HASH payload */
void v1_phase2_begin(const struct ike_sa *sa, struct v1_writer *w, uint8_t exchange, uint32_t msgid,
		     bool hash);
/** v1_phase2_end - fill the HASH payload in, encrypt; @q NULL for informational exchanges */
bool v1_phase2_end(const struct ike_sa *sa, struct v1_writer *w, uint32_t msgid, enum v1_hash_kind kind,
		   const struct v1_quick *q, uint8_t iv[16]);
/** v1_phase2_authentic - does the HASH payload prove the rest; a parsed chain is all that it wants */
bool v1_phase2_authentic(const struct ike_sa *sa, const struct v1_msg *m, enum v1_hash_kind kind,
			 const struct v1_quick *q);

/** v1_put_hash_behind - HASH(1) behind the one notify that is written, before encryption */
bool v1_put_hash_behind(const struct ike_sa *sa, struct v1_writer *w, uint32_t msgid,
			enum v1_hash_order order);
/** v1_authentic_behind - is @m one notify, proven by a HASH payload behind it; @order: in which way */
bool v1_authentic_behind(const struct ike_sa *sa, const struct v1_msg *m, enum v1_hash_order *order);

/* ---- proposal.c ---- */

void v1_p1_offer(const struct conn_cfg *cfg, struct v1_writer *w);
/**
 * v1_p1_select - choose from an offer in our order of preference
 * Return: the transform of @offer with @prop and @suite set, or NULL with @f filled.
 */
const struct v1_transform *v1_p1_select(const struct conn_cfg *cfg, const struct v1_sa *offer,
					const struct v1_proposal **prop, struct ike_suite *suite,
					struct v1_fail *f);
/** v1_p1_chosen - is the responder's answer one transform of our offer */
bool v1_p1_chosen(const struct v1_sa *ours, const struct v1_sa *answer, struct ike_suite *suite,
		  struct v1_fail *f);
/** v1_p1_text - what we offer as initiator, or take as responder, for people */
void v1_p1_text(const struct conn_cfg *cfg, bool initiator, char *out, size_t len);

/**
 * struct v1_p2_choice - one transform of an offer that we can live with
 * @spi: the peer's, host order
 * @life_s: as offered, with the default of RFC 2407 4.5
 */
struct v1_p2_choice {
	const struct v1_proposal *prop;
	const struct v1_transform *t;
	struct esp_suite suite;
	unsigned int group;
	uint16_t encap;
	uint32_t spi;
	uint64_t life_s, life_kb;
};

/** v1_p2_group - the PFS group that we offer */
unsigned int v1_p2_group(const struct conn_cfg *cfg);
void v1_p2_offer(const struct conn_cfg *cfg, struct v1_writer *w, uint32_t spi, uint16_t encap);
bool v1_p2_select(const struct ike_sa *sa, const struct v1_sa *offer, struct v1_p2_choice *out,
		  struct v1_fail *f);
bool v1_p2_chosen(const struct conn_cfg *cfg, const struct v1_sa *ours, const struct v1_sa *answer,
		  struct v1_p2_choice *out, struct v1_fail *f);
void v1_p2_text(const struct conn_cfg *cfg, char *out, size_t len);

/* ---- lifetime.c ---- */

/** v1_lifetime_put - tell the initiator that ours ends earlier than it offered; 0: not that unit */
void v1_lifetime_put(struct v1_writer *w, uint8_t proto, const void *spi, size_t spi_len, uint64_t life_s,
		     uint64_t life_kb);
/** struct v1_life - a lifetime; 0: none in that unit, or nothing said of it */
struct v1_life {
	uint64_t s, kb;
};

/** v1_lifetime_told - what the responder's RESPONDER-LIFETIME says of @proto; the rest of @told stays */
void v1_lifetime_told(const struct v1_chain *ch, uint8_t proto, struct v1_life *told);

/* ---- life_policy.c: false with @f filled if lifetime-policy refuses it ---- */

/** v1_p1_life_offered - responder, message 1: sets life_s and tell_life */
bool v1_p1_life_offered(struct ike_sa *sa, const struct v1_transform *t, struct v1_fail *f);
/** v1_p1_life_answered - initiator: what came back with the transform; sets life_s */
bool v1_p1_life_answered(struct ike_sa *sa, const struct v1_transform *t, struct v1_fail *f);
/** v1_p1_life_told - initiator: a RESPONDER-LIFETIME in the last message may shorten it */
bool v1_p1_life_told(struct ike_sa *sa, uint64_t told_s, struct v1_fail *f);
/** v1_p2_life_offered - responder: sets life_s, life_kb and tell_life */
bool v1_p2_life_offered(struct v1_quick *q, const struct v1_p2_choice *choice, struct v1_fail *f);
/** v1_p2_life_answered - initiator: by the transform and the notifies of message 2 */
bool v1_p2_life_answered(struct v1_quick *q, const struct v1_p2_choice *choice, const struct v1_chain *ch,
			 struct v1_fail *f);

/* ---- vendor.c ---- */

enum v1_vendor {
	VENDOR_NATT_RFC = 1 << 0,
	VENDOR_NATT_DRAFT = 1 << 1,
	VENDOR_DPD = 1 << 2,
	VENDOR_OTHER = 1 << 3,
};

/** v1_vendor_put - what we can do, to be answered */
void v1_vendor_put(struct v1_writer *w);
/** v1_vendor_put_agreed - of those the ones that the peer has sent, too: to an address that is not proven */
void v1_vendor_put_agreed(const struct ike_sa *sa, struct v1_writer *w);
/** v1_vendor_put_dpd - that of DPD, if the peer did not send it: some do so in a later message */
void v1_vendor_put_dpd(const struct ike_sa *sa, struct v1_writer *w);
/** v1_vendor_scan - enum v1_vendor of what the message carries; remembered for v1_peer_str() */
unsigned int v1_vendor_scan(struct ike_sa *sa, const struct v1_chain *ch);
/** v1_vendor_scan_late - of a message behind the first two: NAT traversal is settled by then, DPD is not */
void v1_vendor_scan_late(struct ike_sa *sa, const struct v1_chain *ch);

/* ---- natt.c ---- */

/** v1_natt_agree - after message 1 or 2: do both sides speak NAT traversal */
void v1_natt_agree(struct ike_sa *sa);
void v1_natt_put(struct ike_sa *sa, struct v1_writer *w);
/** v1_natt_look - what the NAT-D payloads of @m say, if it came by @path; nothing is kept of it */
struct v1_natt_view v1_natt_look(struct ike_sa *sa, const struct v1_msg *m, const struct ike_path *path);
/** v1_natt_take - it counts from now on */
void v1_natt_take(struct ike_sa *sa, const struct v1_natt_view *view);
/** v1_natt_detect - look at message 3 or 4 of main mode, or 2 of aggressive mode, and take that */
void v1_natt_detect(struct ike_sa *sa, const struct v1_msg *m);
/** v1_natt_names - @m says that the peer's own address is @ep */
bool v1_natt_names(struct ike_sa *sa, const struct v1_msg *m, const union endpoint *ep);
/** v1_natt_float - initiator, before message 5: go to port 4500 (RFC 3947 4) */
void v1_natt_float(struct ike_sa *sa);
/** v1_natt_floated - responder, at message 5: the initiator has decided whether there is a NAT */
void v1_natt_floated(struct ike_sa *sa, const struct ike_path *path);
/** v1_natt_answered - initiator, at message 6 */
void v1_natt_answered(struct ike_sa *sa, const struct ike_path *path);
/** v1_natt_follow - an authenticated message came by @path */
void v1_natt_follow(struct ike_sa *sa, const struct ike_path *path);

#endif
