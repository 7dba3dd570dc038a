/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VPNTUN_ESP_FMT_H
#define VPNTUN_ESP_FMT_H

#include "pure.h"

#define ESP_FMT_HDR_LEN		8	/* SPI and sequence number */
#define ESP_FMT_TRAILER_LEN	2	/* pad length and next header */
#define ESP_FMT_PAD_MAX		255
#define ESP_FMT_IV_MAX		16
#define ESP_FMT_ICV_MAX		32
#define ESP_FMT_BLOCK_MAX	16
#define ESP_FMT_SPI_MIN		256	/* RFC 4303 2.1: 1 to 255 are reserved */
/* What a packet grows by at its tail at most when we send it. */
#define ESP_FMT_TAIL_MAX	(ESP_FMT_BLOCK_MAX - 1 + ESP_FMT_TRAILER_LEN + ESP_FMT_ICV_MAX)

/**
 * struct esp_fmt - lengths that follow from an SA's algorithms, in bytes
 * @iv: explicit IV after the ESP header
 * @block: ciphertext is a multiple of this, a power of two, at least 4 (RFC 4303 2.4)
 * @icv: integrity check value at the end
 */
struct esp_fmt {
	u8 iv;
	u8 block;
	u8 icv;
};

/**
 * esp_fmt_spi_hash() - where an SA stands in a table
 * @spi: host order
 * @seed: of the table
 *
 * A table takes the low bits. In them a product knows only the low bits of what
 * was multiplied: alone it would put SPIs that differ in others into one chain.
 *
 * Return: 32 bits, each half of which differs for SPIs in any regular order
 */
static inline u32 esp_fmt_spi_hash(u32 spi, u32 seed)
{
	u32 h = (spi ^ seed) * 0x61c88647;	/* golden ratio */

	return h ^ h >> 16;
}

/**
 * enum esp_fmt_result - verdict on a received packet's form
 * @ESP_FMT_OK: well-formed
 * @ESP_FMT_SHORT: too short to hold header, IV, trailer and ICV
 * @ESP_FMT_UNALIGNED: ciphertext is no multiple of the block length
 * @ESP_FMT_PAD_LENGTH: pad length runs out of the packet
 * @ESP_FMT_PAD_BYTES: padding is not 1, 2, 3, ... (RFC 4303 2.4)
 */
enum esp_fmt_result {
	ESP_FMT_OK,
	ESP_FMT_SHORT,
	ESP_FMT_UNALIGNED,
	ESP_FMT_PAD_LENGTH,
	ESP_FMT_PAD_BYTES,
};

/**
 * esp_fmt_head_len() - bytes between outer header and ciphertext
 * @fmt: geometry of the SA
 *
 * They are also the associated data: for AES-GCM as rfc4106() wants it, for
 * CBC because the ICV covers header, IV and ciphertext (RFC 4303 3.3.2.1).
 *
 * Return: ESP header and IV
 */
static inline u32 esp_fmt_head_len(const struct esp_fmt *fmt)
{
	return ESP_FMT_HDR_LEN + fmt->iv;
}

/**
 * esp_fmt_pad_len() - padding a payload needs
 * @fmt: geometry of the SA
 * @payload: inner packet in bytes
 *
 * Return: pad bytes, 0 to block - 1
 */
static inline u32 esp_fmt_pad_len(const struct esp_fmt *fmt, u32 payload)
{
	return -(payload + ESP_FMT_TRAILER_LEN) & (fmt->block - 1);
}

/**
 * esp_fmt_tail_len() - bytes that follow the payload
 * @fmt: geometry of the SA
 * @payload: inner packet in bytes
 *
 * Return: padding, trailer and ICV in bytes
 */
static inline u32 esp_fmt_tail_len(const struct esp_fmt *fmt, u32 payload)
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
static inline u32 esp_fmt_max_payload(const struct esp_fmt *fmt, u32 room)
{
	u32 fixed = esp_fmt_head_len(fmt) + fmt->icv;
	u32 text;

	if (room < fixed)
		return 0;
	text = room - fixed;
	text &= ~(u32)(fmt->block - 1);
	return text > ESP_FMT_TRAILER_LEN ? text - ESP_FMT_TRAILER_LEN : 0;
}

/**
 * esp_fmt_tfc_len() - padding that hides the length of an inner packet
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
static inline u32 esp_fmt_tfc_len(u32 payload, u32 target, u32 max)
{
	if (target > max)
		target = max;
	return target > payload ? target - payload : 0;
}

/**
 * esp_fmt_check_length() - can a packet of this length be one of the SA's?
 * @fmt: geometry of the SA
 * @len: bytes from the ESP header to the end of the ICV
 *
 * Return: ESP_FMT_OK, ESP_FMT_SHORT or ESP_FMT_UNALIGNED
 */
static inline enum esp_fmt_result esp_fmt_check_length(const struct esp_fmt *fmt, u32 len)
{
	u32 fixed = esp_fmt_head_len(fmt) + fmt->icv;

	if (len < fixed + ESP_FMT_TRAILER_LEN)
		return ESP_FMT_SHORT;
	if ((len - fixed) & (fmt->block - 1))
		return ESP_FMT_UNALIGNED;
	return ESP_FMT_OK;
}

void esp_fmt_fill_trailer(u8 *tail, u32 pad, u8 next_header);
enum esp_fmt_result esp_fmt_check_trailer(const u8 *end, u32 have, u32 plain,
					  u32 *pad, u8 *next_header);

#endif
