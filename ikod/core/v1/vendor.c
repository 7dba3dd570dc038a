// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "core/v1/v1.h"

/**
 * struct vendor - a vendor ID payload that means something
 * @len: bytes compared; a peer's may be longer (versions and flags follow)
 * @send: part of our own messages 1 and 2
 */
static const struct vendor {
	uint8_t id[16];
	uint8_t len;
	uint8_t bit;
	bool send;
	const char *name;
} vendors[] = {
	/* RFC 3947 3.1: MD5("RFC 3947") */
	{ { 0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45, 0x5c, 0x57, 0x28, 0xf2, 0x0e, 0x95, 0x45, 0x2f },
	  16, VENDOR_NATT_RFC, true, "NAT traversal" },
	/* MD5("draft-ietf-ipsec-nat-t-ike-03") */
	{ { 0x7d, 0x94, 0x19, 0xa6, 0x53, 0x10, 0xca, 0x6f, 0x2c, 0x17, 0x9d, 0x92, 0x15, 0x52, 0x9d, 0x56 },
	  16, VENDOR_NATT_DRAFT, true, "NAT traversal (draft 03)" },
	/* MD5("draft-ietf-ipsec-nat-t-ike-02\n"), and without the newline */
	{ { 0x90, 0xcb, 0x80, 0x91, 0x3e, 0xbb, 0x69, 0x6e, 0x08, 0x63, 0x81, 0xb5, 0xec, 0x42, 0x7b, 0x1f },
	  16, VENDOR_NATT_DRAFT, true, "NAT traversal (draft 02)" },
	{ { 0xcd, 0x60, 0x46, 0x43, 0x35, 0xdf, 0x21, 0xf8, 0x7c, 0xfd, 0xb2, 0xfc, 0x68, 0xb6, 0xa4, 0x48 },
	  16, VENDOR_NATT_DRAFT, false, "NAT traversal (draft 02)" },
	/* RFC 3706 5.1, version 1.0 */
	{ { 0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9, 0x6b, 0x86, 0x96, 0xfc, 0x77, 0x57, 0x01, 0x00 },
	  16, VENDOR_DPD, true, "dead peer detection" },
};

void v1_vendor_put(struct v1_writer *w)
{
	for (size_t i = 0; i < V1_ARRAY_LEN(vendors); i++)
		if (vendors[i].send)
			v1_put(w, PL_VENDOR, vendors[i].id, vendors[i].len);
}

static const struct vendor *recognise(const struct v1_payload *pl)
{
	for (size_t i = 0; i < V1_ARRAY_LEN(vendors); i++)
		if (pl->len >= vendors[i].len && !memcmp(pl->body, vendors[i].id, vendors[i].len))
			return &vendors[i];
	return NULL;
}

unsigned int v1_vendor_scan(struct ike_sa *sa, const struct v1_chain *ch)
{
	unsigned int bits = 0;

	for (unsigned int i = 0; i < ch->n; i++) {
		const struct vendor *v;

		if (ch->pl[i].type != PL_VENDOR)
			continue;
		v = recognise(&ch->pl[i]);
		bits |= v ? v->bit : VENDOR_OTHER;
		if (v)
			engine_log(sa->e, LOG_L_DEBUG, sa->conn, "the peer speaks %s", v->name);
	}
	return bits;
}
