/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_FUZZ_RIG_H
#define TESTS_FUZZ_RIG_H

#include "core/net.h"
#include "core/v1/v1.h"
#include "fuzz/fuzz.h"

/*
 * Node 0 of a virtual network is the victim, brought to a place in an exchange
 * by node 1, an engine of its own; from there on the input speaks.
 * Diffie-Hellman is a table here: always the same secret, so that a run costs
 * microseconds and both ends have the same keys all the same.
 */

/** enum rig_scene - how far the victim has come */
enum rig_scene {
	RIG_IDLE,		/* configured, waits for somebody */
	RIG_I_WAIT_SA,		/* message 1 sent */
	RIG_I_WAIT_KE,		/* message 3 sent */
	RIG_I_WAIT_AUTH,	/* message 5 sent */
	RIG_R_WAIT_KE,		/* message 2 sent */
	RIG_R_WAIT_AUTH,	/* message 4 sent */
	RIG_Q_I_WAIT_SA,	/* phase 1 up, quick mode 1 sent */
	RIG_Q_R_WAIT_PROOF,	/* quick mode 2 sent */
	RIG_UP_I,		/* all up; the victim began */
	RIG_UP_R,		/* all up; the peer began */
	/* aggressive mode */
	RIG_A_IDLE,
	RIG_A_I_WAIT_SA,	/* message 1 sent */
	RIG_A_R_WAIT_AUTH,	/* message 2 sent */
	RIG_A_UP_I,
	RIG_A_UP_R,
	/* RSA signatures, in main mode and in aggressive mode */
	RIG_S_IDLE,
	RIG_S_I_WAIT_KE,
	RIG_S_I_WAIT_AUTH,
	RIG_S_R_WAIT_KE,
	RIG_S_R_WAIT_AUTH,
	RIG_AS_IDLE,
	RIG_AS_I_WAIT_SA,
	RIG_AS_R_WAIT_AUTH,
	/* between phase 1 and the first quick mode */
	RIG_X_I_WAIT_ASK,	/* a user that is to be asked */
	RIG_X_I_WAIT_STATUS,	/* and has answered */
	RIG_X_R_WAIT_REPLY,	/* a gateway that has asked */
	RIG_X_R_WAIT_ACK,	/* and let the user in */
	RIG_C_I_WAIT_REPLY,	/* an inner address was asked for */
	RIG_C_I_WAIT_SET,	/* it is to be pushed */
	RIG_C_R_READY,		/* a gateway with a pool, nothing was asked for yet */
	RIG_C_UP_R,		/* with somebody who has an address of it */
	RIG_SCENES
};

/** enum rig_kind - bits: what the connection of a scene is like */
enum rig_kind { RIG_AGGRESSIVE = 1, RIG_RSA = 2, RIG_XAUTH = 4, RIG_CONFIG = 8, RIG_PUSH = 16 };

enum rig_kind rig_kind(enum rig_scene scene);
/** rig_set_kind - make @c, node @i's end, one of @kind; @begins: the user, who gets the address */
void rig_set_kind(struct conn_cfg *c, unsigned int i, enum rig_kind kind, bool begins);

/**
 * struct rig - a victim and its peer
 * @victim: node 0's engine; node 1 is cut off once the scene is set
 * @conn: its connection
 */
struct rig {
	struct net *net;
	struct ike_engine *victim;
	struct conn *conn;
	enum rig_scene scene;
};

/** rig_new - set the scene; bits of @variant choose among configurations */
void rig_new(struct rig *r, enum rig_scene scene, uint8_t variant);
void rig_free(struct rig *r);
/** rig_sa - the SA that an attacker is most likely after: the newest one; NULL if there is none */
struct ike_sa *rig_sa(const struct rig *r);
/**
 * rig_path - where a datagram of the attacker comes from: the peer's own
 * address, another port, port 4500, other addresses
 */
struct ike_path rig_path(const struct rig *r, unsigned int which);
/** rig_deliver - @p to the victim, and all that follows from it */
void rig_deliver(struct rig *r, const struct ike_path *path, const uint8_t *p, size_t len);
/** rig_event - something else than a datagram happens to the victim: time, a command, a kernel event */
void rig_event(struct rig *r, uint8_t what, struct fuzz_in *in);
/** rig_run_job - canned Diffie-Hellman and signatures, for net->run_job */
void rig_run_job(struct ike_job *job);
/** rig_fill - real values in place of markers: 8 bytes 0xc1, 0xc2: cookies; 4 bytes 0xc3, 0xc4: SPIs; 0xc5: DPD number */
void rig_fill(const struct rig *r, uint8_t *p, size_t len);

#endif
