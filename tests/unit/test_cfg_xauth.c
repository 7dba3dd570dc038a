// SPDX-License-Identifier: GPL-2.0
#include "unit/cfg_fixture.h"

#define ANNA "anna:pbkdf2-sha256:1000:0011223344556677:07542a195ab00a5ceca92784e906445eec8898b2eca512df72ef38187fb20a2a"
#define BERT "bert:pbkdf2-sha256:1000:8899aabbccddeeff:5d28235139ff73439c1f1c1ace71b59d2b132b75d754f93199e6611b467dd2d3"
#define SERVER FX_SITE "xauth = server\nxauth-users-file = users\n"
#define CLIENT FX_SITE "xauth = client\nxauth-user = anna\nxauth-password-file = pw\n"

static void users(void **state)
{
	static const char *const forms[] = {
		ANNA "\n" BERT "\n", ANNA "\r\n\r\n# " BERT "\n" BERT, "\n" ANNA "\n#\n" BERT "\n\n",
	};
	struct secret password = { 0 };
	struct conn_cfg *c;
	struct cfg cfg;
	char *got;

	(void)state;
	assert_true(secret_set(&password, "other-pw", 8));
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		fx_write("users", forms[i], 0600);
		if (!fx_load(SERVER, &cfg, &got))
			fail_msg("refused: %s", got);
		assert_string_equal(got, "");
		c = cfg.ike.conns[0];
		assert_int_equal(c->xauth, XAUTH_SERVER);
		assert_int_equal(c->n_users, 2);
		assert_string_equal(c->users[0].name, "anna");
		assert_string_equal(c->users[1].name, "bert");
		assert_false(password_check(&c->users[0].hash, &password));
		assert_true(password_check(&c->users[1].hash, &password));
		assert_true(conn_cfg_same(c, c));
		free(got);
		cfg_free(&cfg);
	}
	secret_wipe(&password);
}

/* A reload has to see that somebody has another password, or is gone. */
static void changes_are_seen(void **state)
{
	static const char *const files[] = { ANNA "\n" BERT "\n", ANNA "\n", BERT "\n" ANNA "\n", BERT "\n" };
	struct cfg cfg[4];
	char *got;

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		fx_write("users", files[i], 0600);
		assert_true(fx_load(SERVER, &cfg[i], &got));
		free(got);
	}
	for (unsigned int i = 0; i < 4; i++)
		for (unsigned int k = 0; k < 4; k++)
			assert_int_equal(conn_cfg_same(cfg[i].ike.conns[0], cfg[k].ike.conns[0]), i == k);
	for (unsigned int i = 0; i < 4; i++)
		cfg_free(&cfg[i]);
}

static void password(void **state)
{
	static const char *const forms[] = { "secret-1\n", "secret-1", "secret-1\r\n", "secret-1\nmore\n" };
	struct cfg cfg;
	char *got;

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		fx_write("pw", forms[i], 0600);
		if (!fx_load(CLIENT, &cfg, &got))
			fail_msg("refused: %s", got);
		assert_string_equal(cfg.ike.conns[0]->xauth_user, "anna");
		assert_int_equal(cfg.ike.conns[0]->xauth_password.len, 8);
		assert_memory_equal(cfg.ike.conns[0]->xauth_password.p, "secret-1", 8);
		free(got);
		cfg_free(&cfg);
	}
}

/* Nobody else may be able to read either; what is in them is in no message. */
static void modes(void **state)
{
	static const mode_t bad[] = { 0640, 0604, 0644, 0660, 0601 };
	struct cfg cfg;
	char *got;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fx_write("users", ANNA "\n", bad[i]);
		fx_write("pw", "secret-1\n", bad[i]);
		assert_false(fx_load(SERVER, &cfg, &got));
		assert_non_null(strstr(got, "chmod 600 users"));
		assert_null(strstr(got, "07542a19"));
		free(got);
		assert_false(fx_load(CLIENT, &cfg, &got));
		assert_non_null(strstr(got, "chmod 600 pw"));
		assert_null(strstr(got, "secret-1"));
		free(got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(users, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(changes_are_seen, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(password, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(modes, fx_setup, fx_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
