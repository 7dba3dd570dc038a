// SPDX-License-Identifier: GPL-2.0
/* auth = rsa-sig: files that do not do, with line and remedy, and the ones that do. */
#include "core/certs.h"
#include "unit/cfg_fixture.h"

static const struct cert_spec root = { .dn = "O=Example, CN=root", .key = 0, .ca = true };
static const struct cert_spec gw = {
	.dn = "O=Example, CN=gw", .san = "IP:203.0.113.1, DNS:gw.example.net", .key = 1, .issuer = &root,
};

static void put(const char *name, struct secret pem, int mode)
{
	fx_write(name, (const char *)pem.p, mode);
	secret_wipe(&pem);
}

static void good_files(void)
{
	put("gw.pem", cert_pem(&gw), 0644);
	put("gw.key", cert_key_pem(gw.key), 0600);
	put("ca.pem", cert_pem(&root), 0644);
	put("ca.crl", cert_crl_pem(&root, 0, 3600), 0644);
}

#define CONN									\
	"[connection site]\n"							\
	"local = 203.0.113.1\n"							\
	"remote = 203.0.113.5\n"						\
	"local-subnets = 192.168.1.0/24\n"					\
	"remote-subnets = 10.1.0.0/16\n"
#define FILES "certificate = gw.pem\nprivate-key = gw.key\nca = ca.pem\n"

/* All that is said about @text, which has one error at most per line of @expect. */
static void says(const char *text, const char *expect)
{
	struct cfg cfg;
	char *got;

	fx_load(text, &cfg, &got);
	if (strcmp(got, expect))
		fail_msg("expected\n%s\ngot\n%s", expect, got);
	free(got);
	cfg_free(&cfg);
}

static void a_complete_set(void **state)
{
	struct cfg cfg, again;
	char *got;

	(void)state;
	good_files();
	assert_true(fx_load(CONN "auth = rsa-sig\n" FILES "crl = ca.crl\n", &cfg, &got));
	assert_string_equal(got, "");
	free(got);
	assert_int_equal(cfg.ike.conns[0]->n_auth, 1);
	assert_true(conn_cfg_has_auth(cfg.ike.conns[0], P1_AUTH_RSA_SIG));
	assert_false(conn_cfg_has_auth(cfg.ike.conns[0], P1_AUTH_PSK));
	/* read again it is the same, until a file changes */
	assert_true(fx_load(CONN "auth = rsa-sig\n" FILES "crl = ca.crl\n", &again, &got));
	free(got);
	assert_true(conn_cfg_same(cfg.ike.conns[0], again.ike.conns[0]));
	cfg_free(&again);
	put("ca.crl", cert_crl_pem(&root, 5, 7200), 0644);
	assert_true(fx_load(CONN "auth = rsa-sig\n" FILES "crl = ca.crl\n", &again, &got));
	free(got);
	assert_false(conn_cfg_same(cfg.ike.conns[0], again.ike.conns[0]));
	cfg_free(&again);
	cfg_free(&cfg);
}

static void the_name_of_the_certificate_as_identity(void **state)
{
	struct cfg cfg;
	char *got;

	(void)state;
	good_files();
	assert_true(fx_load(CONN "auth = rsa-sig\n" FILES "local-id = O=example, CN=GW\nremote-id = C=DE, CN=peer\n", &cfg,
			    &got));
	assert_string_equal(got, "");
	free(got);
	assert_int_equal(cfg.ike.conns[0]->local_id.type, IDT_DER_DN);
	/* as it stands in the certificate */
	assert_non_null(memmem(cfg.ike.conns[0]->local_id.data, cfg.ike.conns[0]->local_id.len, "Example", 7));
	cfg_free(&cfg);
}

static void what_is_missing(void **state)
{
	(void)state;
	good_files();
	says(CONN "auth = rsa-sig\nca = ca.pem\n",
	     "ikod.conf:6: auth = rsa-sig needs certificate, expected certificate = FILE, a PEM file with the certificate of this machine, and what leads to its CA\n"
	     "ikod.conf:6: auth = rsa-sig needs private-key, expected private-key = FILE, a PEM file with the private key of the certificate, without a passphrase\n");
	says(CONN FILES,
	     "ikod.conf:1: connection 'site' has no secret, expected psk-file = FILE, or a line 'site = ...' in the secrets file (secrets)\n"
	     "ikod.conf:6: certificate changes nothing without certificates, expected auth = rsa-sig as well\n"
	     "ikod.conf:7: private-key changes nothing without certificates, expected auth = rsa-sig as well\n"
	     "ikod.conf:8: ca changes nothing without certificates, expected auth = rsa-sig as well\n");
	says(CONN "auth = rsa-sig, psk\n" FILES,
	     "ikod.conf:1: connection 'site' has no secret, expected psk-file = FILE, or a line 'site = ...' in the secrets file (secrets)\n");
	says(CONN "auth = rsa-sig, rsa-sig\n",
	     "ikod.conf:6: auth: a method stands twice, expected psk, rsa-sig, or both, the preferred one first\n");
	says(CONN "auth = rsasig\n",
	     "ikod.conf:6: auth: 'rsasig' is not valid, expected psk, rsa-sig, or both, the preferred one first, did you mean 'rsa-sig'?\n");
}

/* A user's name and password behind certificates need nothing else. */
static void with_xauth(void **state)
{
	(void)state;
	good_files();
	fx_write("pw", "secret-1\n", 0600);
	says(CONN "auth = rsa-sig\nxauth = client\nxauth-user = anna\nxauth-password-file = pw\n" FILES, "");
	says(CONN "auth = rsa-sig\nxauth = client\nxauth-user = anna\n" FILES,
	     "ikod.conf:7: xauth = client needs xauth-password-file, expected a file that holds the password\n");
}

/* Text it has to be: what a key says of its file is said of it in each case. */
static void no_text(void **state)
{
	static const char *const keys[][2] = {
		{ "certificate", "a PEM file with the certificate of this machine, and what leads to its CA" },
		{ "private-key", "a PEM file with the private key of the certificate, without a passphrase" },
		{ "crl", "a PEM file with a CRL of each CA that issues certificates to peers" },
		{ "psk-file", "a file that holds the pre-shared key" },
		{ "xauth-users-file", "a file of lines NAME:HASH" },
		{ "xauth-password-file", "a file that holds the password" },
	};

	FILE *f;

	(void)state;
	good_files();
	fx_write("nul", "ab", 0600);
	f = fopen("nul", "a");
	assert_non_null(f);
	assert_int_equal(fwrite("\0cd\n", 1, 4, f), 4);
	assert_int_equal(fclose(f), 0);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		char text[1024], expect[256];
		bool pem = i < 3, user = i == 5;

		snprintf(text, sizeof(text), CONN "%s = nul\nauth = %s\nca = ca.pem\n%s%s%s", keys[i][0],
			 i == 3 ? "psk, rsa-sig" : "rsa-sig", i ? "certificate = gw.pem\n" : "",
			 i != 1 ? "private-key = gw.key\n" : "",
			 pem || i == 3 ? "" : user ? "xauth = client\nxauth-user = anna\n" : "xauth = server\n");
		snprintf(expect, sizeof(expect), "ikod.conf:6: %s: 'nul' holds a NUL byte, expected %s\n", keys[i][0],
			 keys[i][1]);
		says(text, expect);
	}
}

#define MORE(n, remote)							\
	"[connection " #n "]\nlocal = 203.0.113.1\nremote = " remote "\nremote-id = " #n ".example.net\n"	\
	"local-subnets = 192.168.1.0/24\nremote-subnets = 10.1." #n ".0/24\n"

/* In main mode the first connection's method is agreed on, whosever peer it is. */
static void methods_that_cannot_be_told_apart(void **state)
{
	(void)state;
	good_files();
	says(MORE(1, "any") "auth = rsa-sig\n" FILES MORE(2, "any") "psk-file = site.psk\n",
	     "ikod.conf:11: auth differs from that of connection '1' (line 7) with remote = any, expected the same in both: it is agreed on before the peer's identity is known\n");
	says(MORE(1, "203.0.113.5") "psk-file = site.psk\n" MORE(2, "203.0.113.5") "auth = psk, rsa-sig\npsk-file = site.psk\n" FILES,
	     "ikod.conf:14: auth differs from that of connection '1' (line 1) with remote = the same address, expected the same in both: it is agreed on before the peer's identity is known\n");
	says(MORE(1, "any") "auth = rsa-sig, psk\npsk-file = site.psk\n" FILES MORE(2, "any") "auth = psk, rsa-sig\npsk-file = site.psk\n"
	     FILES, "");
	/* other peers, and aggressive mode, where the identity comes first */
	says(MORE(1, "203.0.113.6") "auth = rsa-sig\n" FILES MORE(2, "203.0.113.5") "psk-file = site.psk\n", "");
	says(MORE(1, "any") "auth = rsa-sig\n" FILES MORE(2, "any") "psk-file = site.psk\nmode = aggressive-exposes-identity-and-psk\n",
	     "ikod.conf:18: warning: mode: identities are sent in clear, and whoever asks or listens gets a hash to search for the pre-shared key with, expected mode = main if the peer has it\n"
	     "ikod.conf:18: warning: mode: the secret of '2' has 21 bytes and can be searched for in aggressive mode, expected 24 or more, random: openssl rand -base64 32\n");
}

static void files_that_do_not_do(void **state)
{
	(void)state;
	good_files();
	says(CONN "auth = rsa-sig\ncertificate = no.pem\nprivate-key = gw.pem\nca = gw.pem\ncrl = ca.pem\n",
	     "ikod.conf:7: certificate: 'no.pem': No such file or directory, expected a PEM file with the certificate of this machine, and what leads to its CA\n"
	     "ikod.conf:8: 'gw.pem' is open to other users (mode 0644), expected 0600: chmod 600 gw.pem\n"
	     "ikod.conf:9: ca: 'gw.pem' holds a certificate that is no CA's, expected a PEM file with the CA certificates that vouch for the peer\n"
	     "ikod.conf:10: crl: 'ca.pem' holds no CRL in PEM form, expected a PEM file with a CRL of each CA that issues certificates to peers\n");
	/* whoever writes it decides whom we trust */
	assert_int_equal(chmod("ca.pem", 0664), 0);
	says(CONN "auth = rsa-sig\n" FILES,
	     "ikod.conf:9: 'ca.pem' can be written by other users (mode 0664), expected 0644: chmod 644 ca.pem\n");
	assert_int_equal(chmod("ca.pem", 0602), 0);
	says(CONN "auth = rsa-sig\n" FILES,
	     "ikod.conf:9: 'ca.pem' can be written by other users (mode 0602), expected 0644: chmod 644 ca.pem\n");
	fx_write("junk.pem", "junk\n", 0600);
	says(CONN "auth = rsa-sig\ncertificate = junk.pem\nprivate-key = junk.pem\nca = junk.pem\n",
	     "ikod.conf:7: certificate: 'junk.pem' holds no certificate in PEM form, expected a PEM file with the certificate of this machine, and what leads to its CA\n"
	     "ikod.conf:8: private-key: 'junk.pem' holds no private key in PEM form, expected a PEM file with the private key of the certificate, without a passphrase\n"
	     "ikod.conf:9: ca: 'junk.pem' holds no certificate in PEM form, expected a PEM file with the CA certificates that vouch for the peer\n");
}

static void a_key_of_another_certificate(void **state)
{
	(void)state;
	good_files();
	put("gw.key", cert_key_pem(2), 0600);
	says(CONN "auth = rsa-sig\n" FILES,
	     "ikod.conf:8: private-key: does not belong to the certificate (line 7), expected the key that it was made for\n");
}

static void an_identity_that_is_not_in_it(void **state)
{
	(void)state;
	good_files();
	says(CONN "auth = rsa-sig\n" FILES "local-id = other.example.net\n",
	     "ikod.conf:10: local-id: other.example.net is not in the certificate (line 7), expected local-id = one of: O=Example, CN=gw; 203.0.113.1; gw.example.net\n");
	/* the address, where nothing is written */
	says("[connection site]\nlocal = 203.0.113.2\nremote = 203.0.113.5\nlocal-subnets = 192.168.1.0/24\n"
	     "remote-subnets = 10.1.0.0/16\nauth = rsa-sig\n" FILES,
	     "ikod.conf:1: local-id: 203.0.113.2 is not in the certificate (line 7), expected local-id = one of: O=Example, CN=gw; 203.0.113.1; gw.example.net\n");
}

static void times(void **state)
{
	struct cert_spec old = gw, early = gw;
	struct cfg cfg;
	char *got;

	(void)state;
	old.from = -7200;
	old.to = -60;
	early.from = 3600;
	early.to = 7200;
	good_files();
	put("gw.pem", cert_pem(&old), 0644);
	assert_false(fx_load(CONN "auth = rsa-sig\n" FILES, &cfg, &got));
	assert_ptr_equal(strstr(got, "ikod.conf:7: certificate: expired at 20"), got);
	free(got);
	put("gw.pem", cert_pem(&early), 0644);
	assert_false(fx_load(CONN "auth = rsa-sig\n" FILES, &cfg, &got));
	assert_ptr_equal(strstr(got, "ikod.conf:7: certificate: is not valid before 20"), got);
	free(got);
	good_files();
	put("ca.crl", cert_crl_pem(&root, 0, -60), 0644);
	assert_true(fx_load(CONN "auth = rsa-sig\n" FILES "crl = ca.crl\n", &cfg, &got));
	assert_ptr_equal(strstr(got, "ikod.conf:10: warning: crl: should have been replaced by 20"), got);
	free(got);
	cfg_free(&cfg);
}

static void a_short_key(void **state)
{
	struct cert_spec weak = gw;

	(void)state;
	weak.key = CERT_KEY_WEAK;
	good_files();
	put("gw.pem", cert_pem(&weak), 0644);
	put("gw.key", cert_key_pem(weak.key), 0600);
	says(CONN "auth = rsa-sig\n" FILES,
	     "ikod.conf:7: certificate: an RSA key of 1024 bits is weak, expected 2048 or more, or weak-crypto = yes\n");
	says(CONN "auth = rsa-sig\n" FILES "weak-crypto = yes\n",
	     "ikod.conf:7: warning: certificate: an RSA key of 1024 bits is weak, expected 2048 or more\n");
}

static int teardown(void **state)
{
	cert_keys_free();
	return fx_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_complete_set),
		cmocka_unit_test(the_name_of_the_certificate_as_identity),
		cmocka_unit_test(what_is_missing),
		cmocka_unit_test(with_xauth),
		cmocka_unit_test(no_text),
		cmocka_unit_test(methods_that_cannot_be_told_apart),
		cmocka_unit_test(files_that_do_not_do),
		cmocka_unit_test(a_key_of_another_certificate),
		cmocka_unit_test(an_identity_that_is_not_in_it),
		cmocka_unit_test(times),
		cmocka_unit_test(a_short_key),
	};

	return cmocka_run_group_tests(tests, fx_setup, teardown);
}
