// SPDX-License-Identifier: GPL-2.0
#include "unit/cfg_fixture.h"

#define NO_PSK						\
	"[connection site]\n"				\
	"remote = 203.0.113.5\n"			\
	"local-subnets = 192.168.1.0/24\n"		\
	"remote-subnets = 192.168.3.0/24\n"

static void assert_psk(const struct cfg *cfg, const void *p, size_t len)
{
	assert_int_equal(cfg->ike.n, 1);
	assert_int_equal(cfg->ike.conns[0]->psk.len, len);
	assert_memory_equal(cfg->ike.conns[0]->psk.p, p, len);
}

/* The key that @file_text in psk-file gives, and what is said about it. */
static void psk_file_gives(const char *file_text, const void *p, size_t len, const char *message)
{
	struct cfg cfg;
	char *got;

	fx_write("site.psk", file_text, 0600);
	if (!fx_load(FX_SITE, &cfg, &got))
		fail_msg("refused: %s", got);
	assert_psk(&cfg, p, len);
	if (message)
		assert_non_null(strstr(got, message));
	else
		assert_string_equal(got, "");
	free(got);
	cfg_free(&cfg);
}

static void psk_file_forms(void **state)
{
	(void)state;
	psk_file_gives("k7:Q-z2%bT\n", "k7:Q-z2%bT", 10, NULL);
	psk_file_gives("k7:Q-z2%bT", "k7:Q-z2%bT", 10, NULL);
	psk_file_gives("k7:Q-z2%bT\r\n", "k7:Q-z2%bT", 10, NULL);
	psk_file_gives("\xef\xbb\xbfk7:Q-z2%bT\r\n", "k7:Q-z2%bT", 10, NULL);
	psk_file_gives("the first line\nsecond line\n", "the first line", 14, NULL);
	psk_file_gives(" \"as # it ; is\"=\n", " \"as # it ; is\"=", 16, NULL);
	psk_file_gives("0x00112233445566ff\n", "\x00\x11\x22\x33\x44\x55\x66\xff", 8, NULL);
	psk_file_gives("secret-1 \n", "secret-1 ", 9, "ikod.conf:5: warning: psk-file: 'site.psk': the key ends in a blank");
	psk_file_gives("1234567\n", "1234567", 7, "ikod.conf:5: warning: psk-file: 'site.psk' is only 7 bytes long");
}

/* What could be guessed is told by its kind; a byte of the key is in no message. */
static void weak_keys(void **state)
{
	static const struct {
		const char *key, *kind;		/* NULL: good */
	} keys[] = {
		{ "0x00112233445566778899aabbccddeeff", NULL },
		{ "correct horse battery staple", NULL },
		{ "k7:Q-z2%bT", NULL },
		{ "nobody-guesses-this-one", NULL },
		{ "q3vXm0Zr9KcT1fWb", NULL },
		{ "ptrkwnsbvhgxdf", NULL },
		{ "ptrkwnsbvhgxd", "too short for" },
		{ "9172640385712", "too short for" },
		{ "k7:Q-z2%b", "too short for" },
		{ "0x6b2191e44fd070", "only 7 bytes" },
		{ "password", "common words" },
		{ "Passw0rd123!", "common words" },
		{ "P@$$w0rd", "common words" },
		{ "MyVpnTunnelSecretKey2024", "common words" },
		{ "cisco-huawei-ipsec-vpn", "common words" },
		{ "!!changeme!!", "common words" },
		{ "1234567890123456789012345", "repeats" },
		{ "123456789012345", "sequence" },
		{ "abcdefghijklmnopqrstuvwxyz", "sequence" },
		{ "zyxwvutsrqponmlk", "sequence" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaa", "repeats" },
		{ "k7:Qk7:Qk7:Qk7:Qk7:Q", "repeats" },
		{ "0x00000000000000000000000000000000", "repeats" },
		{ "aeeaaaaeeaeaeeaaeeeaeaaeaaaeeeaeeaee", "too short for" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct cfg cfg;
		char *got;

		fx_write("site.psk", keys[i].key, 0600);
		assert_true(fx_load(FX_SITE, &cfg, &got));
		if (keys[i].kind ? !strstr(got, keys[i].kind) : *got)
			fail_msg("%s: got '%s'", keys[i].key, got);
		assert_null(strstr(got, keys[i].key));
		free(got);
		cfg_free(&cfg);
	}
}

static void psk_file_refused(const char *file_text, const char *message)
{
	struct cfg cfg;
	char *got;

	fx_write("site.psk", file_text, 0600);
	assert_false(fx_load(FX_SITE, &cfg, &got));
	if (!strstr(got, message))
		fail_msg("expected '%s', got '%s'", message, got);
	/* one fault, one message */
	assert_ptr_equal(strchr(got, '\n'), got + strlen(got) - 1);
	free(got);
}

static void psk_file_errors(void **state)
{
	(void)state;
	psk_file_refused("", "ikod.conf:5: psk-file: 'site.psk' is empty");
	psk_file_refused("\nsecond line\n", "'site.psk' is empty");
	psk_file_refused("0x123\n", "pairs of hex digits");
	psk_file_refused("0xzz\n", "pairs of hex digits");
	psk_file_refused("0x\n", "pairs of hex digits");
}

static void modes(void **state)
{
	static const mode_t bad[] = { 0640, 0604, 0660, 0644, 0601, 0610 };
	struct cfg cfg;
	char *got;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char mode[32];

		assert_int_equal(chmod("site.psk", bad[i]), 0);
		assert_false(fx_load(FX_SITE, &cfg, &got));
		snprintf(mode, sizeof(mode), "mode %04o", (unsigned int)bad[i]);
		assert_non_null(strstr(got, mode));
		assert_non_null(strstr(got, "ikod.conf:5: "));
		assert_non_null(strstr(got, "chmod 600 site.psk"));
		assert_null(strstr(got, "no secret"));
		free(got);
	}
	assert_int_equal(chmod("site.psk", 0400), 0);
	assert_true(fx_load(FX_SITE, &cfg, &got));
	free(got);
	cfg_free(&cfg);
}

static void owner(void **state)
{
	struct cfg cfg;
	char *got;

	(void)state;
	if (geteuid() || chown("site.psk", 12345, 0))
		skip();
	assert_false(fx_load(FX_SITE, &cfg, &got));
	assert_non_null(strstr(got, "belongs to user 12345, expected root: chown root site.psk"));
	free(got);
}

static void no_regular_file(void **state)
{
	struct cfg cfg;
	char *got;

	(void)state;
	unlink("site.psk");
	assert_int_equal(mkfifo("site.psk", 0600), 0);
	assert_false(fx_load(FX_SITE, &cfg, &got));	/* and does not hang */
	assert_non_null(strstr(got, "is no regular file"));
	free(got);
	unlink("site.psk");
	assert_int_equal(mkdir("site.psk", 0700), 0);
	assert_false(fx_load(FX_SITE, &cfg, &got));
	assert_non_null(strstr(got, "is no regular file"));
	free(got);
}

static void default_secrets_file(void **state)
{
	struct cfg cfg;
	char *got;

	(void)state;
	fx_write("secrets", "[secrets]\nsite = \"with # and ; and = in it\"\n", 0600);
	assert_true(fx_load(NO_PSK, &cfg, &got));
	assert_string_equal(got, "");
	assert_psk(&cfg, "with # and ; and = in it", 24);
	free(got);
	cfg_free(&cfg);

	assert_int_equal(chmod("secrets", 0644), 0);
	assert_false(fx_load(NO_PSK, &cfg, &got));
	assert_string_equal(got, "secrets: 'secrets' is open to other users (mode 0644), expected 0600: chmod 600 secrets\n");
	free(got);
}

/* The longest name that a connection may have also finds its line. */
static void long_name_in_secrets_file(void **state)
{
	char name[CONN_NAME_MAX + 1], secrets[128], conf[256];
	struct cfg cfg;
	char *got;

	(void)state;
	memset(name, 'n', CONN_NAME_MAX);
	name[CONN_NAME_MAX] = '\0';
	snprintf(secrets, sizeof(secrets), "[secrets]\n%s = k7:Q-z2%%bT\n", name);
	fx_write("secrets", secrets, 0600);
	snprintf(conf, sizeof(conf), "[connection %s]\n%s", name, strchr(NO_PSK, '\n') + 1);
	if (!fx_load(conf, &cfg, &got))
		fail_msg("refused: %s", got);
	assert_string_equal(got, "");
	assert_psk(&cfg, "k7:Q-z2%bT", 10);
	free(got);
	cfg_free(&cfg);
}

static void named_secrets_file(void **state)
{
	struct cfg cfg;
	char *got;

	(void)state;
	assert_false(fx_load("[global]\nsecrets-file = keys\n" NO_PSK, &cfg, &got));
	assert_string_equal(got, "ikod.conf:2: secrets-file: 'keys': No such file or directory, expected a file of secrets\n");
	free(got);

	fx_write("keys", "[secrets]\nsite = 0x0102030405060708\n", 0600);
	assert_true(fx_load("[global]\nsecrets-file = keys\n" NO_PSK, &cfg, &got));
	assert_psk(&cfg, "\1\2\3\4\5\6\7\10", 8);
	free(got);
	cfg_free(&cfg);
}

static void psk_file_counts(void **state)
{
	struct cfg cfg;
	char *got;

	(void)state;
	fx_write("secrets", "[secrets]\nsite = from-the-secrets-file\n", 0600);
	assert_true(fx_load(FX_SITE, &cfg, &got));
	assert_psk(&cfg, FX_KEY, strlen(FX_KEY));
	assert_non_null(strstr(got, "ikod.conf:5: warning: psk-file counts"));
	free(got);
	cfg_free(&cfg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(psk_file_forms, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(weak_keys, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(psk_file_errors, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(modes, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(owner, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(no_regular_file, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(default_secrets_file, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(long_name_in_secrets_file, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(named_secrets_file, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(psk_file_counts, fx_setup, fx_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
