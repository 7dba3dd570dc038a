// SPDX-License-Identifier: GPL-2.0
#include "core/v1/v1.h"

/*
 * The commit bit, RFC 2408 3.1: who sets it in the header of a quick mode asks
 * the other end to hold its traffic back until a CONNECTED notify says that the
 * SA is there.
 *
 * We never set it. As responder we take message 3 for the proof that it is, and
 * as initiator the first packet on the SA; a notify more proves nothing more.
 * For the same reason we as responder do not wait for an initiator that sets it.
 *
 * A responder that sets it (Windows does, and racoon can) puts its outbound SA
 * in place between message 3 and its CONNECTED, so as initiator we wait: with
 * what there was before, if this is a rekey. Not for ever, though: nothing
 * authenticates the header, nobody repeats a CONNECTED that got lost, and the
 * peers that set the bit without sending one must not lose the tunnel for it.
 *
 * The notify comes in an informational exchange with the message id of the
 * quick mode, as RFC 2408 has it, or as a message 4 of the quick mode itself,
 * as both of these peers do it.
 */

static void connected(struct v1_quick *q)
{
	q->connected = true;
	child_sa_connected(q->sa->conn, q->spi_in);
}

bool v1_commit_asked(const struct v1_quick *q, const struct v1_msg *m)
{
	return q->role == ROLE_INITIATOR && (m->hdr.flags & ISAKMP_FLAG_COMMIT);
}

enum v1_verdict v1_quick_i_message4(struct v1_quick *q, const struct v1_msg *m, struct v1_fail *f)
{
	const char *why;
	struct v1_notify n;

	(void)f;
	for (unsigned int i = 0; i < v1_count(&m->chain, PL_NOTIFY); i++)
		if (v1_notify_parse(v1_find(&m->chain, PL_NOTIFY, i), &n, &why) && n.type == N_CONNECTED)
			connected(q);
	return V1_REPLY;
}

void v1_commit_notify(struct ike_sa *sa, uint32_t msgid)
{
	struct v1_quick *q;

	HASH_FIND(hh, sa->quicks, &msgid, sizeof(msgid), q);
	if (!q || q->state != Q_I_WAIT_CONNECTED)
		return;
	connected(q);
	v1_quick_free(q);	/* message 3 has arrived, no answer is due any more */
}
