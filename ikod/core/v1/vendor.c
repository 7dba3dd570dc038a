// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "core/v1/v1.h"

#define VENDOR_ID_MAX 20

/**
 * struct vendor - a vendor ID payload that means something
 * @len: bytes compared; a peer's may be longer (versions and flags follow)
 * @total: length that a peer's must have, 0 for any
 * @bit: what the peer can do, for the protocol; 0 if it makes no difference to us
 * @send: part of our own messages
 * @product: @name is that of who made the peer; else of what it can do
 *
 * Most are the MD5 of a text, which the comment gives. None of them is
 * authenticated: what is only shown may be wrong, the rest has to be harmless.
 */
static const struct vendor {
	uint8_t id[VENDOR_ID_MAX];
	uint8_t len, total;
	uint8_t bit;
	bool send, product;
	const char *name;
} vendors[] = {
	/* "RFC 3947", RFC 3947 3.1 */
	{ { 0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45, 0x5c, 0x57, 0x28, 0xf2, 0x0e, 0x95, 0x45, 0x2f },
	  .len = 16, .bit = VENDOR_NATT_RFC, .send = true, .name = "NAT traversal" },
	/* "draft-ietf-ipsec-nat-t-ike-03" */
	{ { 0x7d, 0x94, 0x19, 0xa6, 0x53, 0x10, 0xca, 0x6f, 0x2c, 0x17, 0x9d, 0x92, 0x15, 0x52, 0x9d, 0x56 },
	  .len = 16, .bit = VENDOR_NATT_DRAFT, .send = true, .name = "NAT traversal of draft 03" },
	/* "draft-ietf-ipsec-nat-t-ike-02\n": the newline began as a mistake, and stayed */
	{ { 0x90, 0xcb, 0x80, 0x91, 0x3e, 0xbb, 0x69, 0x6e, 0x08, 0x63, 0x81, 0xb5, 0xec, 0x42, 0x7b, 0x1f },
	  .len = 16, .bit = VENDOR_NATT_DRAFT, .send = true, .name = "NAT traversal of draft 02" },
	/* "draft-ietf-ipsec-nat-t-ike-02" */
	{ { 0xcd, 0x60, 0x46, 0x43, 0x35, 0xdf, 0x21, 0xf8, 0x7c, 0xfd, 0xb2, 0xfc, 0x68, 0xb6, 0xa4, 0x48 },
	  .len = 16, .bit = VENDOR_NATT_DRAFT, .send = true, .name = "NAT traversal of draft 02" },
	/* RFC 3706 5.1: the version 1.0 follows */
	{ { 0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9, 0x6b, 0x86, 0x96, 0xfc, 0x77, 0x57, 0x01, 0x00 },
	  .len = 16, .bit = VENDOR_DPD, .send = true, .name = "DPD" },

	/* "draft-ietf-ipsra-isakmp-xauth-06.txt", the first half */
	{ { 0x09, 0x00, 0x26, 0x89, 0xdf, 0xd6, 0xb7, 0x12 }, .len = 8, .name = "XAUTH" },
	/* "FRAGMENTATION"; flags may follow */
	{ { 0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85, 0x25, 0xe7, 0xde, 0x7f, 0x00, 0xd6, 0xc2, 0xd3 },
	  .len = 16, .name = "fragmentation" },
	/* "Vid-Initial-Contact" */
	{ { 0x26, 0x24, 0x4d, 0x38, 0xed, 0xdb, 0x61, 0xb3, 0x17, 0x2a, 0x36, 0xe3, 0xd0, 0xcf, 0xb8, 0x19 },
	  .len = 16, .name = "INITIAL-CONTACT" },

	/* "strongSwan" */
	{ { 0x88, 0x2f, 0xe5, 0x6d, 0x6f, 0xd2, 0x0d, 0xbc, 0x22, 0x51, 0x61, 0x3b, 0x2e, 0xbe, 0x5b, 0xeb },
	  .len = 16, .product = true, .name = "strongSwan" },
	{ "OE-Libreswan", .len = 12, .product = true, .name = "Libreswan" },
	/* ten letters and digits of a hash follow */
	{ "OE", .len = 2, .total = 12, .product = true, .name = "Openswan" },
	/* "KAME/racoon", "IPSec-Tools" */
	{ { 0x70, 0x03, 0xcb, 0xc1, 0x09, 0x7d, 0xbe, 0x9c, 0x26, 0x00, 0xba, 0x69, 0x83, 0xbc, 0x8b, 0x35 },
	  .len = 16, .product = true, .name = "racoon" },
	{ { 0x20, 0xa3, 0x62, 0x2c, 0x1c, 0xea, 0x7c, 0xe3, 0x7b, 0xee, 0x3c, 0xa4, 0x84, 0x42, 0x52, 0x76 },
	  .len = 16, .product = true, .name = "racoon" },
	/* "CISCO-UNITY", its last two bytes a version. Others who speak its extensions send it, too. */
	{ { 0x12, 0xf5, 0xf2, 0x8c, 0x45, 0x71, 0x68, 0xa9, 0x70, 0x2d, 0x9f, 0xe2, 0x74, 0xcc },
	  .len = 14, .name = "Cisco Unity" },
	{ { 0x1f, 0x07, 0xf7, 0x0e, 0xaa, 0x65, 0x14, 0xd3, 0xb0, 0xfa, 0x96, 0x54, 0x2a, 0x50 },
	  .len = 14, .product = true, .name = "Cisco VPN 3000" },
	/* "MS NT5 ISAKMPOAKLEY"; the version follows. Windows, and with it Azure. */
	{ { 0x1e, 0x2b, 0x51, 0x69, 0x05, 0x99, 0x1c, 0x7d, 0x7c, 0x96, 0xfc, 0xbf, 0xb5, 0x87, 0xe4, 0x61 },
	  .len = 16, .product = true, .name = "Microsoft" },
	/* the version follows */
	{ { 0x82, 0x99, 0x03, 0x17, 0x57, 0xa3, 0x60, 0x82, 0xc6, 0xa6, 0x21, 0xde },
	  .len = 12, .product = true, .name = "FortiGate" },
	{ { 0xf4, 0xed, 0x19, 0xe0, 0xc1, 0x14, 0xeb, 0x51, 0x6f, 0xaa, 0xac, 0x0e, 0xe3, 0x7d, 0xaf, 0x28,
	    0x07, 0xb4, 0x38, 0x1f }, .len = 20, .product = true, .name = "Check Point" },
	{ { 0x40, 0x4b, 0xf4, 0x39, 0x52, 0x2c, 0xa3, 0xf6 }, .len = 8, .product = true, .name = "SonicWall" },
	{ { 0x16, 0x6f, 0x93, 0x2d, 0x55, 0xeb, 0x64, 0xd8, 0xe4, 0xdf, 0x4f, 0xd3, 0x7e, 0x23, 0x13, 0xf0,
	    0xd0, 0xfd, 0x84, 0x51 }, .len = 20, .product = true, .name = "NetScreen" },
	{ { 0x2a, 0x2b, 0xca, 0xc1, 0x9b, 0x8e, 0x91, 0xb4, 0x26, 0x10, 0x78, 0x07, 0xe0, 0x2e, 0x72, 0x49,
	    0x56, 0x9d, 0x6f, 0xd3 }, .len = 20, .product = true, .name = "NetScreen" },
	{ { 0x9b, 0x09, 0x6d, 0x9a, 0xc3, 0x27, 0x5a, 0x7d, 0x6f, 0xe8, 0xb9, 0x1c, 0x58, 0x31, 0x11, 0xb0,
	    0x9e, 0xfe, 0xd1, 0xa0 }, .len = 20, .product = true, .name = "NetScreen" },
	{ { 0xf1, 0x4b, 0x94, 0xb7, 0xbf, 0xf1, 0xfe, 0xf0, 0x27, 0x73, 0xb8, 0xc4, 0x9f, 0xed, 0xed, 0x26 },
	  .len = 16, .product = true, .name = "Shrew Soft" },
};

_Static_assert(V1_ARRAY_LEN(vendors) <= 32, "struct v1_priv keeps a bit for each");

static bool has(const struct v1_priv *priv, size_t i)
{
	return priv->vendors >> i & 1;
}

/* ---- sending ---- */

static void put(struct v1_writer *w, const struct vendor *v)
{
	v1_put(w, PL_VENDOR, v->id, v->len);
}

void v1_vendor_put(struct v1_writer *w)
{
	for (size_t i = 0; i < V1_ARRAY_LEN(vendors); i++)
		if (vendors[i].send)
			put(w, &vendors[i]);
}

void v1_vendor_put_agreed(const struct ike_sa *sa, struct v1_writer *w)
{
	for (size_t i = 0; i < V1_ARRAY_LEN(vendors); i++)
		if (vendors[i].send && has(v1_priv(sa), i))
			put(w, &vendors[i]);
}

void v1_vendor_put_dpd(const struct ike_sa *sa, struct v1_writer *w)
{
	for (size_t i = 0; i < V1_ARRAY_LEN(vendors); i++)
		if (vendors[i].bit == VENDOR_DPD && !has(v1_priv(sa), i))
			put(w, &vendors[i]);
}

/* ---- receiving ---- */

static const struct vendor *recognise(const struct v1_payload *pl)
{
	for (size_t i = 0; i < V1_ARRAY_LEN(vendors); i++) {
		const struct vendor *v = &vendors[i];

		if (pl->len >= v->len && (!v->total || pl->len == v->total) && !memcmp(pl->body, v->id, v->len))
			return v;
	}
	return NULL;
}

/* Whoever knows the product can tell what it is. */
static void show_unknown(struct ike_sa *sa, const struct v1_payload *pl)
{
	char hex[2 * VENDOR_ID_MAX + 1] = "";
	size_t n = pl->len < VENDOR_ID_MAX ? pl->len : VENDOR_ID_MAX;

	for (size_t i = 0; i < n; i++)
		snprintf(hex + 2 * i, 3, "%02x", pl->body[i]);
	engine_log(sa->e, LOG_L_DEBUG, sa->conn, "the peer sent the unknown vendor ID %s%s", hex,
		   n < pl->len ? "..." : "");
}

static unsigned int take(struct ike_sa *sa, const struct v1_payload *pl)
{
	const struct vendor *v = recognise(pl);

	if (!v) {
		show_unknown(sa, pl);
		return VENDOR_OTHER;
	}
	v1_priv(sa)->vendors |= 1u << (v - vendors);
	engine_log(sa->e, LOG_L_DEBUG, sa->conn, v->product ? "the peer is %s" : "the peer speaks %s", v->name);
	return v->bit ? v->bit : VENDOR_OTHER;
}

unsigned int v1_vendor_scan(struct ike_sa *sa, const struct v1_chain *ch)
{
	unsigned int bits = 0;

	for (unsigned int i = 0; i < ch->n; i++)
		if (ch->pl[i].type == PL_VENDOR)
			bits |= take(sa, &ch->pl[i]);
	return bits;
}

void v1_vendor_scan_late(struct ike_sa *sa, const struct v1_chain *ch)
{
	sa->dpd_ok |= !!(v1_vendor_scan(sa, ch) & VENDOR_DPD);
}

/* ---- showing ---- */

/* Names that stand in several rows are shown once. */
static bool shown_before(const struct v1_priv *priv, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (has(priv, k) && !strcmp(vendors[k].name, vendors[i].name))
			return true;
	return false;
}

void v1_peer_str(const struct ike_sa *sa, char *out, size_t len)
{
	const struct v1_priv *priv = v1_priv(sa);
	size_t at = 0;

	out[0] = '\0';
	for (unsigned int pass = 0; priv && pass < 2; pass++) {
		for (size_t i = 0; at < len && i < V1_ARRAY_LEN(vendors); i++)
			if (has(priv, i) && vendors[i].product == !pass && !shown_before(priv, i))
				at += (size_t)snprintf(out + at, len - at, "%s%s", at ? ", " : "", vendors[i].name);
	}
}
