// SPDX-License-Identifier: GPL-2.0
#include "unit/cfg_fixture.h"

/*
 * Each folder of tests/unit/cfg is a configuration, and "expect" in it is all
 * that ikod says about it: every line, in order, word for word. The folders are
 * copied first, because secrets need mode 0600, which a checkout does not keep.
 */

#define FIXTURES "tests/unit/cfg"

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 65536);

	assert_non_null(text);
	if (!f)
		fail_msg("cannot read %s", path);
	else
		fread(text, 1, 65535, f);
	if (f)
		fclose(f);
	return text;
}

static void copy_folder(const char *from, const char *to)
{
	struct dirent *e;
	DIR *d = opendir(from);
	char *src, *dst;

	assert_non_null(d);
	mkdir(to, 0755);
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		src = fx_path(from, e->d_name);
		dst = fx_path(to, e->d_name);
		if (e->d_type == DT_DIR) {
			copy_folder(src, dst);
		} else {
			char *text = slurp(src);

			fx_write(dst, text, 0600);
			free(text);
		}
		free(src);
		free(dst);
	}
	closedir(d);
}

static void check_fixture(const struct fx *fx, const char *all, const char *name)
{
	struct cfg_errors errs = { 0 };
	struct cfg cfg;
	char *path = fx_path(all, name);
	char *expect, *got;
	bool ok;

	copy_folder(path, name);
	free(path);
	assert_int_equal(chdir(name), 0);
	ok = cfg_load("ikod.conf", &cfg, &errs);
	got = fx_messages(&errs);
	expect = slurp("expect");
	if (strcmp(expect, got))
		fail_msg("%s: expected\n%s\ngot\n%s", name, expect, got);
	assert_int_equal(ok, errs.n_errors == 0);
	if (!ok)
		assert_int_equal(cfg.ike.n, 0);
	/* the fixtures' secrets all hold this word, or are FX_KEY */
	assert_null(strstr(got, "hidden-"));
	assert_null(strstr(got, "this must never be shown"));
	assert_null(strstr(got, FX_KEY));
	free(expect);
	free(got);
	cfg_free(&cfg);
	cfg_errors_free(&errs);
	assert_int_equal(chdir(fx->dir), 0);
}

static void fixtures(void **state)
{
	const struct fx *fx = *state;
	unsigned int n = 0;
	char *all = fx_path(fx->home, FIXTURES);
	struct dirent *e;
	DIR *d = opendir(all);

	assert_non_null(d);
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		check_fixture(fx, all, e->d_name);
		n++;
	}
	closedir(d);
	free(all);
	assert_true(n >= 10);
}

/* What aggressive mode gives away is said each time that a configuration with it is read. */
static bool is_quiet(const char *from, char *got)
{
	bool aggressive = strstr(from, "/aggressive-mode");
	char *save, *line = strtok_r(got, "\n", &save);

	for (; line; line = strtok_r(NULL, "\n", &save))
		if (!aggressive || !strstr(line, "warning: mode: identities are sent in clear"))
			return false;
	return true;
}

/* What we hand out as examples loads, without a word but for that. */
static void example_load(const char *from, const char *name)
{
	static const char secrets[] = "[secrets]\nspoke-1 = " FX_KEY "\nspoke-2 = " FX_KEY "\nspoke-3 = " FX_KEY
				      "\nspoke-4 = " FX_KEY "\n";
	char *src = fx_path(from, name);
	char *text = slurp(src);
	struct cfg cfg;
	char *got;

	fx_write("huawei.psk", FX_KEY "\n", 0600);
	fx_write("hub.psk", FX_KEY "\n", 0600);
	fx_write("router-1.psk", "bVf1wqW3r0yqAaTtT5ZbEwqk3s1h8q0=\n", 0600);
	fx_write("router-2.psk", "q8Kz1Jr0VnX2m5cYt7uLw3eHs9aGdPf=\n", 0600);
	unlink("secrets");
	if (!strcmp(name, "hub.conf"))
		fx_write("secrets", secrets, 0600);
	if (!fx_load(text, &cfg, &got) || !is_quiet(from, got))
		fail_msg("%s: %s", name, got);
	assert_true(cfg.ike.n >= 1);
	free(got);
	free(text);
	free(src);
	cfg_free(&cfg);
}

static unsigned int examples_in(const char *folder)
{
	struct dirent *e;
	DIR *d = opendir(folder);
	unsigned int n = 0;

	assert_non_null(d);
	while ((e = readdir(d))) {
		char *path = fx_path(folder, e->d_name);

		if (e->d_type == DT_DIR && e->d_name[0] != '.')
			n += examples_in(path);
		else if (strlen(e->d_name) > 5 && !strcmp(e->d_name + strlen(e->d_name) - 5, ".conf") && ++n)
			example_load(folder, e->d_name);
		free(path);
	}
	closedir(d);
	return n;
}

static void examples(void **state)
{
	const struct fx *fx = *state;
	char *all = fx_path(fx->home, "packaging/examples"), *make;

	/* it leaves its files in pki/ */
	assert_true(asprintf(&make, "'%s/certificates/make-certificates' >openssl.log 2>&1", all) > 0);
	assert_int_equal(system(make), 0);
	assert_true(examples_in(all) >= 10);
	free(make);
	free(all);
}

static void no_such_file(void **state)
{
	struct cfg_errors errs = { 0 };
	struct cfg cfg;

	(void)state;
	assert_false(cfg_load("nowhere.conf", &cfg, &errs));
	assert_int_equal(errs.n_errors, 1);
	assert_string_equal(errs.v[0].text,
			    "nowhere.conf: No such file or directory, expected a configuration that can be read");
	cfg_errors_free(&errs);
	assert_false(cfg_load("/dev/null", &cfg, &errs));
	assert_int_equal(errs.n_errors, 1);
	cfg_errors_free(&errs);
}

/* What was found before stays in front. */
static void findings_are_appended(void **state)
{
	struct cfg_errors errs = { 0 };
	struct cfg cfg;

	(void)state;
	assert_false(cfg_load("nowhere.conf", &cfg, &errs));
	assert_false(cfg_load("nowhere.conf", &cfg, &errs));
	assert_int_equal(errs.n, 2);
	assert_int_equal(errs.n_errors, 2);
	assert_false(cfg_load("nowhere.conf", &cfg, NULL));
	cfg_errors_free(&errs);
}

static void bytes_that_are_no_text(void **state)
{
	static const char text[] = "[connection site]\nremote = 203.0.113.5\0\nlo\x1b[31mcal = \xff\n";
	struct cfg_errors errs = { 0 };
	struct cfg cfg;
	FILE *f = fopen("ikod.conf", "w");
	char *got;

	(void)state;
	assert_non_null(f);
	fwrite(text, 1, sizeof(text) - 1, f);
	fclose(f);
	assert_false(cfg_load("ikod.conf", &cfg, &errs));
	got = fx_messages(&errs);
	assert_non_null(strstr(got, "ikod.conf:2: a NUL byte in the line"));
	assert_non_null(strstr(got, "ikod.conf:3: unknown key 'lo\\x1b[31mcal'"));
	assert_null(strchr(got, '\x1b'));
	free(got);
	cfg_errors_free(&errs);
}

/* Section heads and paths reach the terminal in sentences of their own. */
static void names_that_are_no_text(void **state)
{
	struct cfg cfg;
	char *got;

	(void)state;
	assert_false(fx_load("[connection si\x1b[31mte]\nlog-level = info\n", &cfg, &got));
	assert_non_null(strstr(got, "ikod.conf:2: key 'log-level' does not belong to [connection si\\x1b[31mte]"));
	assert_null(strchr(got, '\x1b'));
	free(got);
	fx_write("se\x1b[31mcrets", "[secrets]\n", 0600);
	assert_false(fx_load("[global]\nsecrets-file = se\x1b[31mcrets\n[connection site]\nremote = 203.0.113.5\n"
			     "local-subnets = 192.168.1.0/24\nremote-subnets = 192.168.3.0/24\n", &cfg, &got));
	assert_non_null(strstr(got, "has no secret"));
	assert_non_null(strstr(got, "se\\x1b[31mcrets"));
	assert_null(strchr(got, '\x1b'));
	free(got);
}

/* Lines longer than libinih's buffer keep their place and their value. */
static void long_lines(void **state)
{
	char text[8192] = FX_SITE "# ";
	struct cfg cfg;
	char *got;
	size_t n = strlen(text);

	(void)state;
	memset(text + n, 'x', 3000);
	strcpy(text + n + 3000, "\nlocal-id = ");
	n = strlen(text);
	memset(text + n, 'a', 300);
	strcpy(text + n + 300, "\nbogus-key = 1\n");
	assert_false(fx_load(text, &cfg, &got));
	assert_non_null(strstr(got, "ikod.conf:7: local-id: longer than 255 characters"));
	assert_non_null(strstr(got, "ikod.conf:8: unknown key 'bogus-key'"));
	free(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(fixtures, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(examples, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(no_such_file, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(findings_are_appended, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(bytes_that_are_no_text, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(names_that_are_no_text, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(long_lines, fx_setup, fx_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
