// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>

#include "wire/isakmp.h"

struct name {
	unsigned int n;
	const char *name;
};

static const struct name exchanges[] = {
	{ XCHG_MAIN, "main mode" },
	{ XCHG_AGGRESSIVE, "aggressive mode" },
	{ XCHG_INFO, "informational" },
	{ XCHG_TRANSACTION, "transaction" },
	{ XCHG_QUICK, "quick mode" },
	{ XCHG_NEW_GROUP, "new group mode" },
};

static const struct name payloads[] = {
	{ PL_NONE, "none" },
	{ PL_SA, "SA" },
	{ PL_PROPOSAL, "proposal" },
	{ PL_TRANSFORM, "transform" },
	{ PL_KE, "key exchange" },
	{ PL_ID, "identification" },
	{ PL_CERT, "certificate" },
	{ PL_CERTREQ, "certificate request" },
	{ PL_HASH, "hash" },
	{ PL_SIG, "signature" },
	{ PL_NONCE, "nonce" },
	{ PL_NOTIFY, "notification" },
	{ PL_DELETE, "delete" },
	{ PL_VENDOR, "vendor ID" },
	{ PL_ATTR, "attributes" },
	{ PL_NAT_D, "NAT-D" },
	{ PL_NAT_OA, "NAT-OA" },
	{ PL_NAT_D_DRAFT, "NAT-D (draft)" },
	{ PL_NAT_OA_DRAFT, "NAT-OA (draft)" },
	{ PL_FRAGMENT, "fragment" },
};

static const struct name notifies[] = {
	{ N_INVALID_PAYLOAD_TYPE, "INVALID-PAYLOAD-TYPE" },
	{ N_DOI_NOT_SUPPORTED, "DOI-NOT-SUPPORTED" },
	{ N_SITUATION_NOT_SUPPORTED, "SITUATION-NOT-SUPPORTED" },
	{ N_INVALID_COOKIE, "INVALID-COOKIE" },
	{ N_INVALID_MAJOR_VERSION, "INVALID-MAJOR-VERSION" },
	{ N_INVALID_MINOR_VERSION, "INVALID-MINOR-VERSION" },
	{ N_INVALID_EXCHANGE_TYPE, "INVALID-EXCHANGE-TYPE" },
	{ N_INVALID_FLAGS, "INVALID-FLAGS" },
	{ N_INVALID_MESSAGE_ID, "INVALID-MESSAGE-ID" },
	{ N_INVALID_PROTOCOL_ID, "INVALID-PROTOCOL-ID" },
	{ N_INVALID_SPI, "INVALID-SPI" },
	{ N_INVALID_TRANSFORM_ID, "INVALID-TRANSFORM-ID" },
	{ N_ATTRIBUTES_NOT_SUPPORTED, "ATTRIBUTES-NOT-SUPPORTED" },
	{ N_NO_PROPOSAL_CHOSEN, "NO-PROPOSAL-CHOSEN" },
	{ N_BAD_PROPOSAL_SYNTAX, "BAD-PROPOSAL-SYNTAX" },
	{ N_PAYLOAD_MALFORMED, "PAYLOAD-MALFORMED" },
	{ N_INVALID_KEY_INFORMATION, "INVALID-KEY-INFORMATION" },
	{ N_INVALID_ID_INFORMATION, "INVALID-ID-INFORMATION" },
	{ N_INVALID_CERT_ENCODING, "INVALID-CERT-ENCODING" },
	{ N_INVALID_CERTIFICATE, "INVALID-CERTIFICATE" },
	{ N_CERT_TYPE_UNSUPPORTED, "CERT-TYPE-UNSUPPORTED" },
	{ N_INVALID_CERT_AUTHORITY, "INVALID-CERT-AUTHORITY" },
	{ N_INVALID_HASH_INFORMATION, "INVALID-HASH-INFORMATION" },
	{ N_AUTHENTICATION_FAILED, "AUTHENTICATION-FAILED" },
	{ N_INVALID_SIGNATURE, "INVALID-SIGNATURE" },
	{ N_ADDRESS_NOTIFICATION, "ADDRESS-NOTIFICATION" },
	{ N_NOTIFY_SA_LIFETIME, "NOTIFY-SA-LIFETIME" },
	{ N_CERTIFICATE_UNAVAILABLE, "CERTIFICATE-UNAVAILABLE" },
	{ N_UNSUPPORTED_EXCHANGE_TYPE, "UNSUPPORTED-EXCHANGE-TYPE" },
	{ N_UNEQUAL_PAYLOAD_LENGTHS, "UNEQUAL-PAYLOAD-LENGTHS" },
	{ N_CONNECTED, "CONNECTED" },
	{ N_RESPONDER_LIFETIME, "RESPONDER-LIFETIME" },
	{ N_REPLAY_STATUS, "REPLAY-STATUS" },
	{ N_INITIAL_CONTACT, "INITIAL-CONTACT" },
	{ N_R_U_THERE, "R-U-THERE" },
	{ N_R_U_THERE_ACK, "R-U-THERE-ACK" },
};

static const struct name id_types[] = {
	{ IDT_IPV4, "IPv4 address" },
	{ IDT_FQDN, "FQDN" },
	{ IDT_USER_FQDN, "user FQDN" },
	{ IDT_IPV4_SUBNET, "IPv4 subnet" },
	{ IDT_IPV6, "IPv6 address" },
	{ IDT_IPV6_SUBNET, "IPv6 subnet" },
	{ IDT_IPV4_RANGE, "IPv4 range" },
	{ IDT_IPV6_RANGE, "IPv6 range" },
	{ IDT_DER_DN, "distinguished name" },
	{ IDT_KEY_ID, "key ID" },
};

#define LOOKUP(t, n, otherwise) lookup(t, sizeof(t) / sizeof((t)[0]), n, otherwise)

static const char *lookup(const struct name *t, size_t len, unsigned int n, const char *otherwise)
{
	for (size_t i = 0; i < len; i++)
		if (t[i].n == n)
			return t[i].name;
	return otherwise;
}

const char *isakmp_exchange_name(unsigned int n)
{
	return LOOKUP(exchanges, n, "exchange");
}

const char *isakmp_payload_name(unsigned int n)
{
	return LOOKUP(payloads, n, "payload");
}

const char *isakmp_notify_name(unsigned int n)
{
	return LOOKUP(notifies, n, "notify");
}

const char *isakmp_id_type_name(unsigned int n)
{
	return LOOKUP(id_types, n, "identity");
}
