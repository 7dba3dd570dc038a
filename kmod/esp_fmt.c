// SPDX-License-Identifier: GPL-2.0
/*
 * The form of an ESP packet (RFC 4303 2): arithmetic only, no packets.
 */
#include "esp_fmt.h"

/**
 * esp_fmt_fill_trailer() - write padding, pad length and next header
 * @tail: first byte after the payload, with room for @pad + 2 bytes
 * @pad: number of pad bytes
 * @next_header: protocol of the payload
 */
void esp_fmt_fill_trailer(u8 *tail, u32 pad, u8 next_header)
{
	u32 i;

	for (i = 0; i < pad; i++)	/* RFC 4303 2.4 */
		tail[i] = i + 1;
	tail[pad] = pad;
	tail[pad + 1] = next_header;
}

/**
 * esp_fmt_check_trailer() - check what follows the payload (RFC 4303 2.4)
 * @end: one past the last byte of the plaintext
 * @have: readable bytes before @end; at least all of the plaintext, or 257
 * @plain: length of the whole plaintext
 * @pad: where to put the number of pad bytes
 * @next_header: where to put the protocol of the payload
 *
 * The packet is authenticated by now: what is wrong here is the peer's fault or
 * that of a wrong key for an unauthenticated cipher, not an attacker's.
 *
 * Return: ESP_FMT_OK, ESP_FMT_SHORT, ESP_FMT_PAD_LENGTH or ESP_FMT_PAD_BYTES
 */
enum esp_fmt_result esp_fmt_check_trailer(const u8 *end, u32 have, u32 plain,
					  u32 *pad, u8 *next_header)
{
	const u8 *p;
	u32 n, i;

	if (plain < ESP_FMT_TRAILER_LEN || have < ESP_FMT_TRAILER_LEN)
		return ESP_FMT_SHORT;
	n = end[-2];
	if (n + ESP_FMT_TRAILER_LEN > plain || n + ESP_FMT_TRAILER_LEN > have)
		return ESP_FMT_PAD_LENGTH;
	p = end - ESP_FMT_TRAILER_LEN - n;
	for (i = 0; i < n; i++)
		if (p[i] != i + 1)
			return ESP_FMT_PAD_BYTES;
	*pad = n;
	*next_header = end[-1];
	return ESP_FMT_OK;
}
