/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_WIRE_ISAKMP_H
#define IKOD_WIRE_ISAKMP_H

#include <stdint.h>

/* Numbers of RFC 2407, 2408, 2409, 3706, 3947 and IANA's registries. */

#define ISAKMP_HDR_LEN		28
#define ISAKMP_COOKIE_LEN	8
#define ISAKMP_VERSION_1	0x10
#define ISAKMP_VERSION_2	0x20
#define ISAKMP_FLAG_ENCRYPTED	0x01
#define ISAKMP_FLAG_COMMIT	0x02
#define ISAKMP_FLAG_AUTH_ONLY	0x04
#define IKE_MESSAGE_MAX		65000
#define IKE_PORT		500
#define IKE_NATT_PORT		4500
#define IPSEC_DOI		1
#define SIT_IDENTITY_ONLY	1

enum isakmp_exchange {
	XCHG_MAIN	= 2,	/* identity protection, RFC 2408 4.5 */
	XCHG_AGGRESSIVE	= 4,
	XCHG_INFO	= 5,
	XCHG_TRANSACTION = 6,
	XCHG_QUICK	= 32,
	XCHG_NEW_GROUP	= 33,
};

enum isakmp_payload {
	PL_NONE		= 0,
	PL_SA		= 1,
	PL_PROPOSAL	= 2,
	PL_TRANSFORM	= 3,
	PL_KE		= 4,
	PL_ID		= 5,
	PL_CERT		= 6,
	PL_CERTREQ	= 7,
	PL_HASH		= 8,
	PL_SIG		= 9,
	PL_NONCE	= 10,
	PL_NOTIFY	= 11,
	PL_DELETE	= 12,
	PL_VENDOR	= 13,
	PL_ATTR		= 14,
	PL_NAT_D	= 20,	/* RFC 3947 */
	PL_NAT_OA	= 21,
	PL_NAT_D_DRAFT	= 130,
	PL_NAT_OA_DRAFT	= 131,
	PL_FRAGMENT	= 132,
};

enum isakmp_proto {
	PROTO_ISAKMP	= 1,
	PROTO_AH	= 2,
	PROTO_ESP	= 3,
};

enum isakmp_notify {
	N_INVALID_PAYLOAD_TYPE		= 1,
	N_DOI_NOT_SUPPORTED		= 2,
	N_SITUATION_NOT_SUPPORTED	= 3,
	N_INVALID_COOKIE		= 4,
	N_INVALID_MAJOR_VERSION		= 5,
	N_INVALID_MINOR_VERSION		= 6,
	N_INVALID_EXCHANGE_TYPE		= 7,
	N_INVALID_FLAGS			= 8,
	N_INVALID_MESSAGE_ID		= 9,
	N_INVALID_PROTOCOL_ID		= 10,
	N_INVALID_SPI			= 11,
	N_INVALID_TRANSFORM_ID		= 12,
	N_ATTRIBUTES_NOT_SUPPORTED	= 13,
	N_NO_PROPOSAL_CHOSEN		= 14,
	N_BAD_PROPOSAL_SYNTAX		= 15,
	N_PAYLOAD_MALFORMED		= 16,
	N_INVALID_KEY_INFORMATION	= 17,
	N_INVALID_ID_INFORMATION	= 18,
	N_INVALID_CERT_ENCODING		= 19,
	N_INVALID_CERTIFICATE		= 20,
	N_CERT_TYPE_UNSUPPORTED		= 21,
	N_INVALID_CERT_AUTHORITY	= 22,
	N_INVALID_HASH_INFORMATION	= 23,
	N_AUTHENTICATION_FAILED		= 24,
	N_INVALID_SIGNATURE		= 25,
	N_ADDRESS_NOTIFICATION		= 26,
	N_NOTIFY_SA_LIFETIME		= 27,
	N_CERTIFICATE_UNAVAILABLE	= 28,
	N_UNSUPPORTED_EXCHANGE_TYPE	= 29,
	N_UNEQUAL_PAYLOAD_LENGTHS	= 30,
	N_CONNECTED			= 16384,
	N_RESPONDER_LIFETIME		= 24576,	/* RFC 2407 4.6.3.1 */
	N_REPLAY_STATUS			= 24577,
	N_INITIAL_CONTACT		= 24578,
	N_R_U_THERE			= 36136,	/* RFC 3706 */
	N_R_U_THERE_ACK			= 36137,
};

enum isakmp_id_type {
	IDT_IPV4	= 1,
	IDT_FQDN	= 2,
	IDT_USER_FQDN	= 3,
	IDT_IPV4_SUBNET	= 4,
	IDT_IPV6	= 5,
	IDT_IPV6_SUBNET	= 6,
	IDT_IPV4_RANGE	= 7,
	IDT_IPV6_RANGE	= 8,
	IDT_DER_DN	= 9,
	IDT_KEY_ID	= 11,
};

/* Phase 1 attributes, RFC 2409 appendix A */
enum v1_p1_attr {
	P1_ENC		= 1,
	P1_HASH		= 2,
	P1_AUTH		= 3,
	P1_GROUP	= 4,
	P1_LIFE_TYPE	= 11,
	P1_LIFE_DURATION = 12,
	P1_KEY_LENGTH	= 14,
};

/* Phase 2 attributes, RFC 2407 4.5 */
enum v1_p2_attr {
	P2_LIFE_TYPE	= 1,
	P2_LIFE_DURATION = 2,
	P2_GROUP	= 3,
	P2_ENCAP	= 4,
	P2_AUTH		= 5,
	P2_KEY_LENGTH	= 6,
	P2_ESN		= 11,	/* RFC 4304 */
};

/* Attributes of the transaction exchange: draft-dukes-ike-mode-cfg-02 3.2 and 3.4, draft-beaulieu-ike-xauth-02 6 */
enum v1_cfg_type {
	CFG_REQUEST	= 1,
	CFG_REPLY	= 2,
	CFG_SET		= 3,
	CFG_ACK		= 4,
};

enum v1_cfg_attr {
	CFG_IP4_ADDRESS		= 1,
	CFG_IP4_NETMASK		= 2,
	CFG_IP4_DNS		= 3,
	CFG_APPLICATION_VERSION	= 7,
	CFG_IP4_SUBNET		= 13,
	XAUTH_TYPE		= 16520,
	XAUTH_USER_NAME		= 16521,
	XAUTH_USER_PASSWORD	= 16522,
	XAUTH_PASSCODE		= 16523,
	XAUTH_MESSAGE		= 16524,
	XAUTH_CHALLENGE		= 16525,
	XAUTH_DOMAIN		= 16526,
	XAUTH_STATUS		= 16527,
	XAUTH_NEXT_PIN		= 16528,
	XAUTH_ANSWER		= 16529,
};

enum { XAUTH_TYPE_GENERIC = 0 };
enum { XAUTH_STATUS_FAIL = 0, XAUTH_STATUS_OK = 1 };

enum { LIFE_SECONDS = 1, LIFE_KILOBYTES = 2 };
enum {
	P1_AUTH_PSK		= 1,
	P1_AUTH_RSA_SIG		= 3,
	P1_AUTH_XAUTH_INIT_PSK	= 65001,	/* draft-beaulieu-ike-xauth-02 7.2: the initiator has a password */
	P1_AUTH_XAUTH_RESP_PSK	= 65002,	/* … the responder has it */
	P1_AUTH_XAUTH_INIT_RSA	= 65005,	/* the same with RSA signatures */
	P1_AUTH_XAUTH_RESP_RSA	= 65006,
};
enum { CERT_X509_SIGNATURE = 4 };	/* RFC 2408 3.9 */
enum {
	ENCAP_TUNNEL		= 1,
	ENCAP_TRANSPORT		= 2,
	ENCAP_UDP_TUNNEL	= 3,	/* RFC 3947 5.1 */
	ENCAP_UDP_TRANSPORT	= 4,
	ENCAP_UDP_TUNNEL_DRAFT	= 61443,
};
enum { TRANSFORM_KEY_IKE = 1 };
enum { ESN_64 = 1 };	/* RFC 4304: the only value; absent means 32 bits */

const char *isakmp_exchange_name(unsigned int n);
const char *isakmp_payload_name(unsigned int n);
/** isakmp_notify_name - RFC name of a notify, "notify" if unknown; never NULL */
const char *isakmp_notify_name(unsigned int n);
const char *isakmp_id_type_name(unsigned int n);

#endif
