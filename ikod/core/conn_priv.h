/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CORE_CONN_PRIV_H
#define CORE_CONN_PRIV_H

#include "core/core.h"

/* What conn_begin.c, conn_up.c and conn_lost.c have of each other. */

/** conn_connecting - the half-open IKE SA that this end began, or answers */
struct ike_sa *conn_connecting(const struct conn *c, enum ike_role role);
/** conn_renew_in - begin the renewal of @sa after @ms milliseconds, if it is in use then */
void conn_renew_in(struct ike_sa *sa, uint64_t ms);
/** conn_renew_later - a renewal failed; @in_doubt: the peer may hold the IKE SA that we gave up */
void conn_renew_later(struct conn *c, bool in_doubt);

/** conn_may_renew - this end renews @sa, the other one does not have to */
bool conn_may_renew(const struct ike_sa *sa);
/** conn_plan_renewal - @sa, with the rest of its life before it, is renewed in time, if by us */
void conn_plan_renewal(struct ike_sa *sa);
/** conn_use_ike - @sa carries our messages from now on */
void conn_use_ike(struct conn *c, struct ike_sa *sa);

/** conn_ike_expired - a timer's: @owner, an IKE SA, is at its end */
void conn_ike_expired(void *owner);

#endif
