// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "wire/dn.h"
#include "wire/text.h"
#include "wire/v1.h"

#define SPI_MAX 16		/* RFC 2408 3.14: an ISAKMP SPI is at most a pair of cookies */
#define ID_HDR_LEN 4

/* What an identity's data looks like (RFC 2407 4.6.2): addresses of one family, or text. */
struct id_form {
	uint8_t type;
	uint8_t len;		/* exact length, 0: any but zero */
	uint16_t family;
};

static const struct id_form id_forms[] = {
	{ IDT_IPV4, 4, AF_INET },
	{ IDT_IPV4_SUBNET, 8, AF_INET },
	{ IDT_IPV4_RANGE, 8, AF_INET },
	{ IDT_IPV6, 16, AF_INET6 },
	{ IDT_IPV6_SUBNET, 32, AF_INET6 },
	{ IDT_IPV6_RANGE, 32, AF_INET6 },
};

static const struct id_form *id_form(uint8_t type)
{
	for (size_t i = 0; i < sizeof(id_forms) / sizeof(id_forms[0]); i++)
		if (id_forms[i].type == type)
			return &id_forms[i];
	return NULL;
}

static const char *id_check(uint8_t type, size_t len)
{
	const struct id_form *form = id_form(type);

	if (!type)
		return "identity of reserved type";
	if (!len)
		return "empty identity";
	if (len > V1_ID_MAX)
		return "identity too long";
	if (form && len != form->len)
		return "identity has the wrong length for its type";
	return NULL;
}

bool v1_id_parse(const struct v1_payload *pl, struct v1_id *out, const char **why)
{
	struct cursor c = cursor_of(pl->body, pl->len);
	const uint8_t *data;

	memset(out, 0, sizeof(*out));
	out->type = cursor_u8(&c);
	out->proto = cursor_u8(&c);
	out->port = cursor_be16(&c);
	if (cursor_ok(&c)) {
		const char *wrong = id_check(out->type, c.left);

		if (wrong)
			cursor_fail(&c, wrong);
	}
	out->len = c.left;
	data = cursor_bytes(&c, c.left);
	*why = c.why;
	if (!data)
		return false;
	memcpy(out->data, data, out->len);
	if (out->type == IDT_DER_DN)
		out->dn = dn_hash(out->data, out->len);
	return true;
}

/* Length of a mask whose ones all come first; -1 otherwise. */
static int mask_bits(const uint8_t *mask, size_t len)
{
	unsigned int bits = 0;

	while (bits < len * 8 && mask[bits / 8] & (0x80 >> (bits % 8)))
		bits++;
	for (unsigned int i = bits; i < len * 8; i++)
		if (mask[i / 8] & (0x80 >> (i % 8)))
			return -1;
	return (int)bits;
}

/* Prefix length if @lo to @hi is all of one prefix; -1 otherwise. */
static int range_bits(const uint8_t *lo, const uint8_t *hi, size_t len)
{
	uint8_t same[16] = { 0 };
	int bits;

	/* lo = prefix 000.., hi = prefix 111..: they differ in the host bits alone */
	for (size_t i = 0; i < len; i++)
		same[i] = (uint8_t)~(lo[i] ^ hi[i]);
	bits = mask_bits(same, len);
	for (size_t i = 0; i < len; i++)
		if (lo[i] & (uint8_t)~same[i])
			return -1;
	return bits;
}

static int id_prefixlen(const struct v1_id *id, size_t addr_len)
{
	switch (id->type) {
	case IDT_IPV4_SUBNET:
	case IDT_IPV6_SUBNET:
		return mask_bits(id->data + addr_len, addr_len);
	case IDT_IPV4_RANGE:
	case IDT_IPV6_RANGE:
		return range_bits(id->data, id->data + addr_len, addr_len);
	default:
		return (int)addr_len * 8;
	}
}

bool v1_id_to_subnet(const struct v1_id *id, struct subnet *out)
{
	const struct id_form *form = id_form(id->type);
	size_t addr_len;
	int bits;

	memset(out, 0, sizeof(*out));
	if (!form || id->len != form->len)
		return false;
	addr_len = form->family == AF_INET ? 4 : 16;
	bits = id_prefixlen(id, addr_len);
	if (bits < 0)
		return false;
	out->family = form->family;
	out->prefixlen = bits;
	out->proto = id->proto;
	out->port = id->port;
	/* 10.1.2.3/255.0.0.0 names the same addresses as 10.0.0.0/255.0.0.0 */
	for (int i = 0; i < bits; i++)
		out->addr[i / 8] |= id->data[i / 8] & (0x80 >> (i % 8));
	return true;
}

void v1_id_from_subnet(const struct subnet *s, struct v1_id *out)
{
	bool v4 = s->family == AF_INET;
	size_t addr_len = v4 ? 4 : 16;

	memset(out, 0, sizeof(*out));
	out->proto = s->proto;
	out->port = s->port;
	memcpy(out->data, s->addr, addr_len);
	out->len = addr_len;
	if (s->prefixlen >= addr_len * 8) {
		out->type = v4 ? IDT_IPV4 : IDT_IPV6;
		return;
	}
	out->type = v4 ? IDT_IPV4_SUBNET : IDT_IPV6_SUBNET;
	for (unsigned int i = 0; i < s->prefixlen; i++)
		out->data[addr_len + i / 8] |= 0x80 >> (i % 8);
	out->len = 2 * addr_len;
}

/* How many bytes at the front keep their case: the mailbox of a user FQDN. */
static size_t exact_part(const struct v1_id *id)
{
	if (id->type == IDT_FQDN)
		return 0;
	if (id->type == IDT_USER_FQDN)
		for (size_t i = id->len; i > 0; i--)
			if (id->data[i - 1] == '@')
				return i;
	return id->len;
}

static bool eq_nocase(const uint8_t *a, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t x = a[i], y = b[i];

		x += x >= 'A' && x <= 'Z' ? 'a' - 'A' : 0;
		y += y >= 'A' && y <= 'Z' ? 'a' - 'A' : 0;
		if (x != y)
			return false;
	}
	return true;
}

bool v1_id_eq(const struct v1_id *a, const struct v1_id *b)
{
	size_t exact = exact_part(a);

	if (a->type != b->type)
		return false;
	if (a->len == b->len && !memcmp(a->data, b->data, a->len))
		return true;
	/* to decode both is slow, and a stranger's may be held against those of all connections */
	if (a->type == IDT_DER_DN && a->dn && b->dn && a->dn != b->dn)
		return false;
	if (a->type == IDT_DER_DN)
		return dn_eq(a->data, a->len, b->data, b->len);
	return a->len == b->len && !memcmp(a->data, b->data, exact) &&
	       eq_nocase(a->data + exact, b->data + exact, a->len - exact);
}

static void addr_id_str(const struct v1_id *id, const struct id_form *form, char out[V1_ID_STRLEN])
{
	size_t addr_len = form->family == AF_INET ? 4 : 16;
	char one[INET6_ADDRSTRLEN], two[INET6_ADDRSTRLEN] = "";
	int bits = id_prefixlen(id, addr_len);

	inet_ntop(form->family, id->data, one, sizeof(one));
	if (form->len == addr_len) {
		snprintf(out, V1_ID_STRLEN, "%s", one);
		return;
	}
	inet_ntop(form->family, id->data + addr_len, two, sizeof(two));
	if (id->type == IDT_IPV4_RANGE || id->type == IDT_IPV6_RANGE)
		snprintf(out, V1_ID_STRLEN, "%s-%s", one, two);
	else if (bits < 0)
		snprintf(out, V1_ID_STRLEN, "%s/%s", one, two);
	else
		snprintf(out, V1_ID_STRLEN, "%s/%d", one, bits);
}

static void hex_id_str(const struct v1_id *id, char out[V1_ID_STRLEN])
{
	int n = snprintf(out, V1_ID_STRLEN, "%s ", isakmp_id_type_name(id->type));
	size_t i;

	for (i = 0; i < id->len && n + 6 < V1_ID_STRLEN; i++)
		n += snprintf(out + n, V1_ID_STRLEN - n, "%02x", id->data[i]);
	if (i < id->len)
		snprintf(out + n, V1_ID_STRLEN - n, "...");
}

const char *v1_id_str(const struct v1_id *id, char out[V1_ID_STRLEN])
{
	const struct id_form *form = id_form(id->type);

	if (form && id->len == form->len)
		addr_id_str(id, form, out);
	else if (id->type == IDT_FQDN || id->type == IDT_USER_FQDN || id->type == IDT_KEY_ID)
		text_escape(id->data, id->len <= V1_ID_MAX ? id->len : V1_ID_MAX, out, V1_ID_STRLEN);
	else if (id->type != IDT_DER_DN || !dn_text(id->data, id->len, out, V1_ID_STRLEN))
		hex_id_str(id, out);
	return out;
}

bool v1_notify_parse(const struct v1_payload *pl, struct v1_notify *out, const char **why)
{
	struct cursor c = cursor_of(pl->body, pl->len);

	memset(out, 0, sizeof(*out));
	out->doi = cursor_be32(&c);
	out->proto = cursor_u8(&c);
	out->spi_len = cursor_u8(&c);
	out->type = cursor_be16(&c);
	if (out->spi_len > SPI_MAX)
		cursor_fail(&c, "SPI of a notification too long");
	out->spi = cursor_bytes(&c, out->spi_len);
	out->data_len = c.left;
	out->data = cursor_bytes(&c, c.left);
	*why = c.why;
	return cursor_ok(&c);
}

bool v1_delete_parse(const struct v1_payload *pl, struct v1_delete *out, const char **why)
{
	struct cursor c = cursor_of(pl->body, pl->len);

	memset(out, 0, sizeof(*out));
	out->doi = cursor_be32(&c);
	out->proto = cursor_u8(&c);
	out->spi_len = cursor_u8(&c);
	out->n = cursor_be16(&c);
	if (cursor_ok(&c) && (!out->spi_len || out->spi_len > SPI_MAX || !out->n))
		cursor_fail(&c, "delete without SPI");
	if (cursor_ok(&c) && c.left != (size_t)out->n * out->spi_len)
		cursor_fail(&c, "number of SPIs in a delete is wrong");
	out->spis = cursor_bytes(&c, c.left);
	*why = c.why;
	return cursor_ok(&c);
}
