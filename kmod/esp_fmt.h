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
 * @block: ciphertext is a multiple of this, at least 4 (RFC 4303 2.4)
 * @icv: integrity check value at the end
 */
struct esp_fmt {
	u8 iv;
	u8 block;
	u8 icv;
};

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

u32 esp_fmt_pad_len(const struct esp_fmt *fmt, u32 payload);
u32 esp_fmt_tail_len(const struct esp_fmt *fmt, u32 payload);
u32 esp_fmt_max_payload(const struct esp_fmt *fmt, u32 room);
u32 esp_fmt_tfc_len(const struct esp_fmt *fmt, u32 payload, u32 target, u32 max);
void esp_fmt_fill_trailer(u8 *tail, u32 pad, u8 next_header);
enum esp_fmt_result esp_fmt_check_length(const struct esp_fmt *fmt, u32 len);
enum esp_fmt_result esp_fmt_check_trailer(const u8 *end, u32 have, u32 plain,
					  u32 *pad, u8 *next_header);

#endif
