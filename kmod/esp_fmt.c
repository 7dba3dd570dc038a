// SPDX-License-Identifier: GPL-2.0
/*
 * The form of an ESP packet (RFC 4303 2): arithmetic only, no packets.
 */
#include "esp_fmt.h"

/**
 * esp_fmt_pad_len() - padding a payload needs
 * @fmt: geometry of the SA
 * @payload: inner packet in bytes
 *
 * Return: pad bytes, 0 to block - 1
 */
u32 esp_fmt_pad_len(const struct esp_fmt *fmt, u32 payload)
{
	u32 over = (payload + ESP_FMT_TRAILER_LEN) % fmt->block;

	return over ? fmt->block - over : 0;
}

/**
 * esp_fmt_tail_len() - bytes that follow the payload
 * @fmt: geometry of the SA
 * @payload: inner packet in bytes
 *
 * Return: padding, trailer and ICV in bytes
 */
u32 esp_fmt_tail_len(const struct esp_fmt *fmt, u32 payload)
{
	return esp_fmt_pad_len(fmt, payload) + ESP_FMT_TRAILER_LEN + fmt->icv;
}

/**
 * esp_fmt_max_payload() - longest inner packet that fits
 * @fmt: geometry of the SA
 * @room: bytes for the whole ESP packet, outer headers not counted
 *
 * Return: inner bytes, 0 if not even an empty packet fits
 */
u32 esp_fmt_max_payload(const struct esp_fmt *fmt, u32 room)
{
	u32 fixed = esp_fmt_head_len(fmt) + fmt->icv;
	u32 text;

	if (room < fixed)
		return 0;
	text = room - fixed;
	text -= text % fmt->block;
	return text > ESP_FMT_TRAILER_LEN ? text - ESP_FMT_TRAILER_LEN : 0;
}

/**
 * esp_fmt_tfc_len() - padding that hides the length of an inner packet
 * @fmt: geometry of the SA
 * @payload: inner packet in bytes
 * @target: length that inner packets are to seem to have; 0 for their own
 * @max: longest inner packet that the path takes
 *
 * It goes between payload and ESP padding, and the receiver tells it by the
 * payload's own length (RFC 4303 2.7). What has the target's length or more, or
 * more than the path takes, is left as it is.
 *
 * Return: bytes between payload and ESP padding
 */
u32 esp_fmt_tfc_len(const struct esp_fmt *fmt, u32 payload, u32 target, u32 max)
{
	(void)fmt;
	if (target > max)
		target = max;
	return target > payload ? target - payload : 0;
}

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
 * esp_fmt_check_length() - can a packet of this length be one of the SA's?
 * @fmt: geometry of the SA
 * @len: bytes from the ESP header to the end of the ICV
 *
 * Return: ESP_FMT_OK, ESP_FMT_SHORT or ESP_FMT_UNALIGNED
 */
enum esp_fmt_result esp_fmt_check_length(const struct esp_fmt *fmt, u32 len)
{
	u32 fixed = esp_fmt_head_len(fmt) + fmt->icv;

	if (len < fixed + ESP_FMT_TRAILER_LEN)
		return ESP_FMT_SHORT;
	if ((len - fixed) % fmt->block)
		return ESP_FMT_UNALIGNED;
	return ESP_FMT_OK;
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
