// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "wire/dn.h"

#define PART_MAX 256

/* One "type=value" up to a comma, without blanks around either; moves @s behind it. */
static bool part_read(const char **s, char type[PART_MAX], char value[PART_MAX])
{
	const char *p = *s + strspn(*s, " \t");
	size_t n = strcspn(p, "=,"), len = 0;

	if (p[n] != '=' || !n || n >= PART_MAX)
		return false;
	snprintf(type, PART_MAX, "%.*s", (int)n, p);
	type[strcspn(type, " \t")] = '\0';
	for (p += n + 1, p += strspn(p, " \t"); *p && *p != ','; p++) {
		if (*p == '\\' && p[1])
			p++;
		if (len + 1 == PART_MAX)
			return false;
		value[len++] = *p;
	}
	while (len && (value[len - 1] == ' ' || value[len - 1] == '\t'))
		len--;
	value[len] = '\0';
	*s = *p ? p + 1 : p;
	return len;
}

bool dn_from_text(const char *s, uint8_t *out, size_t cap, size_t *len)
{
	X509_NAME *name = X509_NAME_new();
	char type[PART_MAX], value[PART_MAX];
	bool ok = name && *s;
	uint8_t *p = out;
	int n;

	while (ok && *s)
		ok = part_read(&s, type, value) &&
		     X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8, (const unsigned char *)value, -1, -1, 0) == 1;
	n = ok ? i2d_X509_NAME(name, NULL) : -1;
	ok = n > 0 && (size_t)n <= cap && i2d_X509_NAME(name, &p) == n;
	*len = ok ? (size_t)n : 0;
	X509_NAME_free(name);
	ERR_clear_error();
	return ok;
}

/* NULL unless it is one name and nothing else */
static X509_NAME *dn_parse(const uint8_t *der, size_t len)
{
	const uint8_t *p = der;
	X509_NAME *name = d2i_X509_NAME(NULL, &p, (long)len);

	if (name && p == der + len)
		return name;
	X509_NAME_free(name);
	ERR_clear_error();
	return NULL;
}

bool dn_text(const uint8_t *der, size_t len, char *out, size_t cap)
{
	X509_NAME *name = dn_parse(der, len);
	BIO *b = name ? BIO_new(BIO_s_mem()) : NULL;
	int n = -1;

	out[0] = '\0';
	if (b && X509_NAME_print_ex(b, name, 0, ASN1_STRFLGS_RFC2253 | XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_FN_SN) > 0)
		n = BIO_read(b, out, (int)cap - 1);
	if (n > 0)
		out[n] = '\0';
	BIO_free(b);
	X509_NAME_free(name);
	return n > 0;
}

uint32_t dn_hash(const uint8_t *der, size_t len)
{
	X509_NAME *name = dn_parse(der, len);
	unsigned long h = name ? X509_NAME_hash_ex(name, NULL, NULL, NULL) : 0;

	X509_NAME_free(name);
	return (uint32_t)h | 1;
}

bool dn_eq(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	X509_NAME *x = dn_parse(a, a_len), *y = dn_parse(b, b_len);
	bool eq = x && y && !X509_NAME_cmp(x, y);

	X509_NAME_free(x);
	X509_NAME_free(y);
	return eq;
}
