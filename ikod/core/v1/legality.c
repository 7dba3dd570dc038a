// SPDX-License-Identifier: GPL-2.0
#include "core/v1/v1.h"

/* How often a payload may occur in a message. */
struct rule {
	uint8_t type;
	uint8_t min, max;
};

/**
 * struct legal - one message of one exchange
 * @first: type of the payload that must stand first, 0 for any
 */
struct legal {
	uint8_t exchange;
	uint8_t number;
	uint8_t first;
	struct rule rules[13];
};

#define VENDORS { PL_VENDOR, 0, 30 }
#define NAT_DS { PL_NAT_D, 0, 10 }, { PL_NAT_D_DRAFT, 0, 10 }
#define SIGNATURE { PL_SIG, 1, 1 }, { PL_CERT, 0, 10 }, { PL_CERTREQ, 0, 10 }
#define NAT_OAS { PL_NAT_OA, 0, 2 }, { PL_NAT_OA_DRAFT, 0, 2 }

/*
 * RFC 2409 5.4 and 5.5, RFC 3947 3 and 5.2, RFC 2408 4.8. Encryption is not in
 * the table: messages 5 and later, and all of phase 2, are always encrypted.
 */
static const struct legal table[] = {
	{ XCHG_MAIN, 1, PL_SA, { { PL_SA, 1, 1 }, VENDORS } },
	{ XCHG_MAIN, 2, PL_SA, { { PL_SA, 1, 1 }, VENDORS } },
	{ XCHG_MAIN, 3, 0, { { PL_KE, 1, 1 }, { PL_NONCE, 1, 1 }, NAT_DS, { PL_CERTREQ, 0, 10 }, VENDORS } },
	{ XCHG_MAIN, 4, 0, { { PL_KE, 1, 1 }, { PL_NONCE, 1, 1 }, NAT_DS, { PL_CERTREQ, 0, 10 }, VENDORS } },
	{ XCHG_MAIN, 5, 0, { { PL_ID, 1, 1 }, { PL_HASH, 1, 1 }, { PL_NOTIFY, 0, 5 }, VENDORS } },
	{ XCHG_MAIN, 6, 0, { { PL_ID, 1, 1 }, { PL_HASH, 1, 1 }, { PL_NOTIFY, 0, 5 }, VENDORS } },
	/* RFC 2409 5 wants SA first in each message that has it, RFC 2407 4.6.3 no notify, but some send one in the last */
	{ XCHG_AGGRESSIVE, 1, PL_SA, { { PL_SA, 1, 1 }, { PL_KE, 1, 1 }, { PL_NONCE, 1, 1 }, { PL_ID, 1, 1 },
				       { PL_CERTREQ, 0, 10 }, VENDORS } },
	{ XCHG_AGGRESSIVE, 2, PL_SA, { { PL_SA, 1, 1 }, { PL_KE, 1, 1 }, { PL_NONCE, 1, 1 }, { PL_ID, 1, 1 },
				       { PL_HASH, 1, 1 }, NAT_DS, { PL_CERTREQ, 0, 10 }, VENDORS } },
	{ XCHG_AGGRESSIVE, 3, 0, { { PL_HASH, 1, 1 }, NAT_DS, { PL_NOTIFY, 0, 5 }, VENDORS } },
	/* RFC 2409 5.1. Messages before any proof are the same; RFC 2408 3.10 allows a CERTREQ anywhere. */
	{ XCHG_MAIN, 3 | V1_SIGNED, 0, { { PL_KE, 1, 1 }, { PL_NONCE, 1, 1 }, NAT_DS, { PL_CERTREQ, 0, 10 }, VENDORS } },
	{ XCHG_MAIN, 4 | V1_SIGNED, 0, { { PL_KE, 1, 1 }, { PL_NONCE, 1, 1 }, NAT_DS, { PL_CERTREQ, 0, 10 }, VENDORS } },
	{ XCHG_MAIN, 5 | V1_SIGNED, 0, { { PL_ID, 1, 1 }, SIGNATURE, { PL_NOTIFY, 0, 5 }, VENDORS } },
	{ XCHG_MAIN, 6 | V1_SIGNED, 0, { { PL_ID, 1, 1 }, SIGNATURE, { PL_NOTIFY, 0, 5 }, VENDORS } },
	{ XCHG_AGGRESSIVE, 2 | V1_SIGNED, PL_SA, { { PL_SA, 1, 1 }, { PL_KE, 1, 1 }, { PL_NONCE, 1, 1 },
						   { PL_ID, 1, 1 }, SIGNATURE, NAT_DS, VENDORS } },
	{ XCHG_AGGRESSIVE, 3 | V1_SIGNED, 0, { SIGNATURE, NAT_DS, { PL_NOTIFY, 0, 5 }, VENDORS } },
	{ XCHG_QUICK, 1, PL_HASH, { { PL_HASH, 1, 1 }, { PL_SA, 1, 1 }, { PL_NONCE, 1, 1 }, { PL_KE, 0, 1 },
				    { PL_ID, 0, 2 }, NAT_OAS, { PL_NOTIFY, 0, 5 }, VENDORS } },
	{ XCHG_QUICK, 2, PL_HASH, { { PL_HASH, 1, 1 }, { PL_SA, 1, 1 }, { PL_NONCE, 1, 1 }, { PL_KE, 0, 1 },
				    { PL_ID, 0, 2 }, NAT_OAS, { PL_NOTIFY, 0, 5 }, VENDORS } },
	/* HASH(3) proves nothing but itself; what else is in there is not acted upon */
	{ XCHG_QUICK, 3, PL_HASH, { { PL_HASH, 1, 1 }, { PL_NOTIFY, 0, 5 }, VENDORS } },
	/* CONNECTED of a responder that sets the commit bit */
	{ XCHG_QUICK, 4, PL_HASH, { { PL_HASH, 1, 1 }, { PL_NOTIFY, 1, 5 }, VENDORS } },
	/* either message of a transaction */
	{ XCHG_TRANSACTION, 1, PL_HASH, { { PL_HASH, 1, 1 }, { PL_ATTR, 1, 1 }, VENDORS } },
	/* informational: 1 protected, 2 in clear, 3 protected with the hash behind, see enum v1_hash_order */
	{ XCHG_INFO, 1, PL_HASH, { { PL_HASH, 1, 1 }, { PL_NOTIFY, 0, 20 }, { PL_DELETE, 0, 20 }, VENDORS } },
	{ XCHG_INFO, 3, PL_NOTIFY, { { PL_NOTIFY, 1, 1 }, { PL_HASH, 1, 1 } } },
	{ XCHG_INFO, 2, 0, { { PL_NOTIFY, 0, 5 }, { PL_DELETE, 0, 5 }, { PL_HASH, 0, 1 }, VENDORS } },
};

static const struct legal *find(unsigned int exchange, unsigned int number)
{
	for (size_t i = 0; i < V1_ARRAY_LEN(table); i++)
		if (table[i].exchange == exchange && table[i].number == number)
			return &table[i];
	return NULL;
}

static const struct rule *rule_for(const struct legal *l, uint8_t type)
{
	for (size_t i = 0; i < V1_ARRAY_LEN(l->rules) && l->rules[i].type; i++)
		if (l->rules[i].type == type)
			return &l->rules[i];
	return NULL;
}

bool v1_legal(unsigned int exchange, unsigned int number, const struct v1_chain *ch, const char **why)
{
	const struct legal *l = find(exchange, number);

	*why = NULL;
	if (!l)
		*why = "no such message";
	else if (!ch->n)
		*why = "no payload";
	else if (l->first && ch->pl[0].type != l->first)
		*why = "wrong first payload";
	for (unsigned int i = 0; !*why && i < ch->n; i++)
		if (!rule_for(l, ch->pl[i].type))
			*why = "a payload that does not belong there";
	for (size_t i = 0; !*why && i < V1_ARRAY_LEN(l->rules) && l->rules[i].type; i++) {
		unsigned int n = v1_count(ch, l->rules[i].type);

		if (n < l->rules[i].min)
			*why = "a payload is missing";
		else if (n > l->rules[i].max)
			*why = "a payload is repeated";
	}
	return !*why;
}
