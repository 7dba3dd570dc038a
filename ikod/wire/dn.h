/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_WIRE_DN_H
#define IKOD_WIRE_DN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Distinguished names in DER, as ID_DER_ASN1_DN holds them (RFC 2407 4.6.2.9); OpenSSL reads and writes them. */

/**
 * dn_from_text - "C=DE, O=Example, CN=gw" to DER; a comma in a value is written "\,"
 * @out, @cap, @len: the DER; @len is set
 * Return: false if it is no name, or longer than @cap.
 */
bool dn_from_text(const char *s, uint8_t *out, size_t cap, size_t *len);
/** dn_text - in the form that dn_from_text() takes, printable; false (and @out empty) if it is no name */
bool dn_text(const uint8_t *der, size_t len, char *out, size_t cap);
/** dn_eq - the same name, however its strings are encoded (RFC 5280 7.1) */
bool dn_eq(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len);
/** dn_hash - of the name as dn_eq() compares it, to tell most that differ without that; never 0 */
uint32_t dn_hash(const uint8_t *der, size_t len);

#endif
