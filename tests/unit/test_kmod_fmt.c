// SPDX-License-Identifier: GPL-2.0
/*
 * The form of ESP packets: padding, lengths, trailers.
 * Links kmod/esp_fmt.o and cmocka.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kmod/esp_fmt.h"

static const struct esp_fmt formats[] = {
	{ .iv = 8, .block = 4, .icv = 16 },	/* AES-GCM, AES-GMAC, ChaCha20-Poly1305 */
	{ .iv = 16, .block = 16, .icv = 12 },	/* AES-CBC, SHA1-96 */
	{ .iv = 16, .block = 16, .icv = 16 },
	{ .iv = 16, .block = 16, .icv = 32 },
	{ .iv = 8, .block = 8, .icv = 12 },	/* 3DES */
	{ .iv = 8, .block = 4, .icv = 12 },
	{ .iv = 8, .block = 4, .icv = 8 },
	{ .iv = 0, .block = 4, .icv = 12 },	/* NULL, SHA1-96 */
	{ .iv = 0, .block = 4, .icv = 32 },
};

static void padding_fills_blocks(void **state)
{
	u32 f, len, pad;

	(void)state;
	for (f = 0; f < ARRAY_SIZE(formats); f++)
		for (len = 0; len < 2000; len++) {
			pad = esp_fmt_pad_len(&formats[f], len);
			assert_true(pad < formats[f].block);
			assert_int_equal((len + pad + 2) % formats[f].block, 0);
			assert_int_equal(esp_fmt_tail_len(&formats[f], len),
					 pad + 2 + formats[f].icv);
			assert_true(esp_fmt_tail_len(&formats[f], len) <= ESP_FMT_TAIL_MAX);
		}
}

/* The longest payload fits, one byte more does not. */
static void max_payload_is_exact(void **state)
{
	const struct esp_fmt *fmt;
	u32 f, room, max;

	(void)state;
	for (f = 0; f < ARRAY_SIZE(formats); f++)
		for (room = 0; room < 2000; room++) {
			fmt = &formats[f];
			max = esp_fmt_max_payload(fmt, room);
			if (max)
				assert_true(esp_fmt_head_len(fmt) + max +
					    esp_fmt_tail_len(fmt, max) <= room);
			assert_true(esp_fmt_head_len(fmt) + max + 1 +
				    esp_fmt_tail_len(fmt, max + 1) > room);
		}
}

/* Every length up to the target looks the same, and nothing is made too long. */
static void padding_for_disguise(void **state)
{
	static const u32 targets[] = { 1, 64, 100, 576, 1280, 1400, 65535, 0xffffffff };
	const struct esp_fmt *fmt;
	u32 f, t, len, max, tfc, wanted;

	(void)state;
	for (f = 0; f < ARRAY_SIZE(formats); f++)
		for (t = 0; t < ARRAY_SIZE(targets); t++) {
			fmt = &formats[f];
			max = esp_fmt_max_payload(fmt, 1480);
			wanted = targets[t] < max ? targets[t] : max;
			for (len = 20; len <= max + 20; len++) {
				tfc = esp_fmt_tfc_len(len, targets[t], max);
				assert_int_equal(len + tfc, len < wanted ? wanted : len);
				if (len <= max)
					assert_true(esp_fmt_head_len(fmt) + len + tfc +
						    esp_fmt_tail_len(fmt, len + tfc) <= 1480);
				assert_int_equal(esp_fmt_tfc_len(len, 0, max), 0);
			}
			assert_int_equal(esp_fmt_tfc_len(20, targets[t], 0), 0);
		}
}

static void default_mtu_fits_ethernet(void **state)
{
	u32 f;

	(void)state;
	for (f = 0; f < ARRAY_SIZE(formats); f++)
		assert_true(esp_fmt_max_payload(&formats[f], 1500 - 20 - 8) >= 1400);
}

static void lengths_are_checked(void **state)
{
	const struct esp_fmt *gcm = &formats[0], *cbc = &formats[2];
	u32 len;

	(void)state;
	for (len = 0; len < 34; len++)
		assert_int_equal(esp_fmt_check_length(gcm, len), ESP_FMT_SHORT);
	assert_int_equal(esp_fmt_check_length(gcm, 34), ESP_FMT_UNALIGNED);
	assert_int_equal(esp_fmt_check_length(gcm, 36), ESP_FMT_OK);
	assert_int_equal(esp_fmt_check_length(cbc, 40 + 4), ESP_FMT_UNALIGNED);
	assert_int_equal(esp_fmt_check_length(cbc, 40 + 15), ESP_FMT_UNALIGNED);
	assert_int_equal(esp_fmt_check_length(cbc, 40 + 16), ESP_FMT_OK);
	assert_int_equal(esp_fmt_check_length(cbc, 0xffffffff), ESP_FMT_UNALIGNED);
}

/* What is written is what is read, at any place and in a buffer of its exact size. */
static void trailers_come_back(void **state)
{
	u32 pad, got, payload;
	u8 *buf, next;

	(void)state;
	for (pad = 0; pad <= ESP_FMT_PAD_MAX; pad++)
		for (payload = 0; payload < 3; payload++) {
			buf = malloc(payload + pad + 2);
			assert_non_null(buf);
			esp_fmt_fill_trailer(buf + payload, pad, 41);
			assert_int_equal(esp_fmt_check_trailer(buf + payload + pad + 2,
							       pad + 2, payload + pad + 2,
							       &got, &next), ESP_FMT_OK);
			assert_int_equal(got, pad);
			assert_int_equal(next, 41);
			free(buf);
		}
}

static void every_wrong_pad_byte_is_seen(void **state)
{
	u8 buf[ESP_FMT_PAD_MAX + 2], next;
	u32 pad, got, i;

	(void)state;
	for (pad = 1; pad <= ESP_FMT_PAD_MAX; pad++)
		for (i = 0; i < pad; i++) {
			esp_fmt_fill_trailer(buf, pad, 4);
			buf[i] ^= 0x40;
			assert_int_equal(esp_fmt_check_trailer(buf + pad + 2, pad + 2, pad + 2,
							       &got, &next), ESP_FMT_PAD_BYTES);
		}
}

/* A chain of more than 16 makes rhashtable begin anew, and refuse what comes meanwhile. */
static void spis_of_any_order_spread(void **state)
{
	static const u32 steps[] = { 1, 2, 3, 256, 4096, 0x10000, 0x40001, 0x1000000 };
	static u8 chain[16384];
	u32 s, i, seed, at, longest;

	(void)state;
	for (s = 0; s < ARRAY_SIZE(steps); s++) {
		for (seed = 0; seed < 5; seed++) {
			memset(chain, 0, sizeof(chain));
			longest = 0;
			for (i = 0; i < 10000 && (u64)i * steps[s] < 0xffff0000; i++) {
				at = esp_fmt_spi_hash(0x10000 + i * steps[s], seed * 0x3779fb9b) % ARRAY_SIZE(chain);
				if (++chain[at] > longest)
					longest = chain[at];
			}
			assert_true(longest <= 16);
		}
	}
}

static void trailers_stay_in_the_packet(void **state)
{
	u8 buf[8] = { 1, 2, 3, 4, 5, 6, 0, 4 }, next;
	u32 got, plain;

	(void)state;
	assert_int_equal(esp_fmt_check_trailer(buf + 1, 1, 1, &got, &next), ESP_FMT_SHORT);
	assert_int_equal(esp_fmt_check_trailer(buf, 0, 0, &got, &next), ESP_FMT_SHORT);
	for (plain = 2; plain < 8; plain++) {
		buf[6] = plain - 1;	/* one more than there is */
		assert_int_equal(esp_fmt_check_trailer(buf + 8, plain, plain, &got, &next),
				 ESP_FMT_PAD_LENGTH);
	}
	buf[6] = 255;
	assert_int_equal(esp_fmt_check_trailer(buf + 8, 8, 8, &got, &next), ESP_FMT_PAD_LENGTH);
	buf[6] = 6;
	assert_int_equal(esp_fmt_check_trailer(buf + 8, 8, 8, &got, &next), ESP_FMT_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(padding_fills_blocks),
		cmocka_unit_test(max_payload_is_exact),
		cmocka_unit_test(padding_for_disguise),
		cmocka_unit_test(default_mtu_fits_ethernet),
		cmocka_unit_test(lengths_are_checked),
		cmocka_unit_test(trailers_come_back),
		cmocka_unit_test(every_wrong_pad_byte_is_seen),
		cmocka_unit_test(trailers_stay_in_the_packet),
		cmocka_unit_test(spis_of_any_order_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
