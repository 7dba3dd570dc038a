// SPDX-License-Identifier: GPL-2.0
/*
 * The secrets file and psk-files. The first byte chooses which; whatever is
 * wrong with it, no message shows a secret: a word that stands in the midst of
 * every longer value must not come back.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/folder.h"
#include "fuzz/fuzz.h"

#define CANARY "QJXZVKWY"

#define CONNECTION(name, net) "[connection " name "]\nremote = 203.0.113." net "\nlocal-subnets = 192.168.1.0/24\n" \
	"remote-subnets = 192.168." net ".0/24\n"

static const char in_file[] = CONNECTION("site", "3") CONNECTION("other", "4");
static const char in_psk[] = CONNECTION("site", "3") "psk-file = fuzz.psk\n";

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	folder_enter();
	return 0;
}

/* Not memmem(): what libFuzzer sees compared it learns to write. */
static bool has_canary(const char *s, size_t len)
{
	for (; len >= strlen(CANARY); s++, len--) {
		size_t n = 0;

		while (n < strlen(CANARY) && s[n] == CANARY[n])
			n++;
		if (n == strlen(CANARY))
			return true;
	}
	return false;
}

/* Behind each '=' of a line that is no header, a few bytes on. */
static void mark_values(uint8_t *p, size_t len, bool whole)
{
	size_t begin = 0;

	for (size_t i = 0; i <= len; i++) {
		const uint8_t *eq;
		size_t at;

		if (i < len && p[i] != '\n')
			continue;
		eq = whole ? p + begin : memchr(p + begin, '=', i - begin);
		at = eq ? (size_t)(eq - p) + 4 : len;
		if (at + strlen(CANARY) + 2 < i && !memchr(p + begin, '[', i - begin))
			memcpy(p + at, CANARY, strlen(CANARY));
		begin = i + 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	bool psk = fuzz_u8(&in) & 1;
	struct cfg_errors errs = { 0 };
	struct cfg cfg;
	size_t len;
	uint8_t *p;
	char *text;

	/* libFuzzer has it from what the daemon compares, and put it where names are */
	if (has_canary((const char *)in.p, in.left))
		return 0;
	p = fuzz_copy(&in, in.left, &len);
	mark_values(p, len, psk);
	folder_write("ikod.conf", psk ? in_psk : in_file, psk ? sizeof(in_psk) - 1 : sizeof(in_file) - 1);
	folder_write(psk ? "fuzz.psk" : "secrets", p, len);
	free(p);
	if (cfg_load("ikod.conf", &cfg, &errs)) {
		FUZZ_CHECK(cfg.ike.n == (psk ? 1 : 2));
		for (unsigned int i = 0; i < cfg.ike.n; i++)
			FUZZ_CHECK(cfg.ike.conns[i]->psk.p && cfg.ike.conns[i]->psk.len);
	}
	text = folder_messages(&errs);
	FUZZ_CHECK(!has_canary(text, strlen(text)));
	free(text);
	cfg_free(&cfg);
	cfg_errors_free(&errs);
	folder_write(psk ? "fuzz.psk" : "secrets", NULL, 0);
	return 0;
}
