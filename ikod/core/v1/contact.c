// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "core/v1/v1.h"

/*
 * INITIAL-CONTACT, RFC 2407 4.6.3.3: "I have no other SA with you". An end that
 * has restarted says so, and the other one drops what is left from before.
 */

/*
 * In message 5, and as responder in message 6 too: a peer that only ever
 * answers restarts as well. Without it the initiator would renew phase 1 beside
 * children that nobody else has, and since DPD asks for the IKE SA alone,
 * nothing would tell before they are rekeyed.
 */
void v1_contact_put(const struct ike_sa *sa, struct v1_writer *w)
{
	uint8_t spi[2 * ISAKMP_COOKIE_LEN];

	if (!conn_first_contact(sa))
		return;
	v1_spi_of(sa, spi);
	v1_put_notify(w, PROTO_ISAKMP, N_INITIAL_CONTACT, spi, sizeof(spi), NULL, 0);
}

/* Its SPI is to be both cookies; some leave it out. Those of another SA say nothing about this peer. */
bool v1_contact_is(const struct ike_sa *sa, const struct v1_notify *n)
{
	uint8_t spi[2 * ISAKMP_COOKIE_LEN];

	v1_spi_of(sa, spi);
	return n->type == N_INITIAL_CONTACT && (n->spi_len != sizeof(spi) || !memcmp(n->spi, spi, sizeof(spi)));
}
