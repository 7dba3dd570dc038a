// SPDX-License-Identifier: GPL-2.0
#include "unit/cfg_fixture.h"

static void load_ok(const char *text, struct cfg *cfg)
{
	char *got;

	if (!fx_load(text, cfg, &got))
		fail_msg("refused: %s", got);
	assert_string_equal(got, "");
	free(got);
}

static void defaults(void **state)
{
	char s[SUITE_STRLEN];
	struct conn_cfg *c;
	struct cfg cfg;

	(void)state;
	load_ok(FX_SITE, &cfg);
	assert_string_equal(cfg.control_socket, "/run/ikod/ikod.sock");
	assert_int_equal(cfg.log_level, LOG_L_INFO);
	assert_int_equal(cfg.ike_port, 500);
	assert_int_equal(cfg.natt_port, 4500);
	assert_int_equal(cfg.ike.n, 1);
	c = cfg.ike.conns[0];
	assert_string_equal(c->name, "site");
	assert_int_equal(c->local.sa.sa_family, AF_UNSPEC);
	assert_int_equal(c->local_id.type, 0);
	assert_int_equal(c->remote_id.type, 0);
	assert_int_equal(c->ike_version, 1);
	assert_int_equal(c->n_ike, 1);
	assert_string_equal(ike_suite_str(&c->ike[0], s), "aes128-sha256-modp2048");
	assert_int_equal(c->n_esp, 1);
	assert_string_equal(esp_suite_str(&c->esp[0], s), "aes128-sha256");
	assert_int_equal(c->pfs, DH_MODP2048);
	assert_int_equal(c->ike_lifetime, 86400);
	assert_int_equal(c->esp_lifetime, 3600);
	assert_string_equal(c->interface, "vpn0");
	assert_true(c->routes);
	assert_int_equal(c->start, START_AUTO);
	assert_int_equal(c->dpd, DPD_ON_DEMAND);
	assert_int_equal(c->dpd_idle, 30);
	assert_int_equal(c->dpd_retransmit, 15);
	assert_int_equal(c->dpd_retries, 3);
	assert_int_equal(c->encap, ENCAP_AUTO);
	assert_int_equal(c->nat_keepalive, 20);
	assert_int_equal(c->replay_window, 1024);
	assert_int_equal(c->esn, ESN_NO);
	assert_int_equal(c->sha256_truncation, 128);
	assert_true(c->outer.mss_clamp);
	assert_int_equal(c->outer.df, DF_COPY);
	assert_int_equal(c->outer.fragment, FRAGMENT_BEFORE);
	assert_int_equal(c->outer.dscp, DSCP_COPY);
	assert_int_equal(c->outer.ttl, TTL_ROUTE);
	assert_true(c->outer.ecn);
	assert_int_equal(c->tfc, 0);
	assert_int_equal(c->rekey_margin, 10);
	assert_int_equal(c->retransmit_timeout, 2000);
	assert_int_equal(c->retransmit_tries, 5);
	assert_false(c->weak_crypto);
	cfg_free(&cfg);
}

static void every_key(void **state)
{
	static const char text[] =
		"\xef\xbb\xbf# everything, in odd shapes\r\n"
		"[global]\r\n"
		"control-socket=/run/x.sock ; a comment\r\n"
		"log-level = DEBUG\r\n"
		"ike-port = 1500\r\n"
		"natt-port = 14500\r\n"
		"\r\n"
		"[ connection  full.site_1-a ] # mine\r\n"
		"  local = 198.51.100.1\r\n"
		"  remote = 203.0.113.5	# the peer\r\n"
		"local-id = @gw.example.com\r\n"
		"remote-id = ops@example.net\r\n"
		"local-subnets = 192.168.1.0/24,\r\n"
		"	192.168.2.0/24\r\n"
		"	; between\r\n"
		"	10.9.8.7\r\n"
		"remote-subnets = 10.1.0.0/16\r\n"
		"ike-version = 1\r\n"
		"ike = aes256-sha384-ecp384, aes-128-sha2-256-dh14\r\n"
		"esp = aes256gcm16 aes192-sha512 aes192-sha256\r\n"
		"pfs = dh20\r\n"
		"ike-lifetime = 8h\r\n"
		"esp-lifetime = 30m\r\n"
		"esp-lifebytes = 1800G\r\n"
		"lifetime-policy = obey\r\n"
		"quick-modes = 8\r\n"
		"profile = Azure\r\n"
		"interface = tun-site\r\n"
		"routes = off\r\n"
		"start = On-Demand\r\n"
		"psk-file = site.psk\r\n"
		"dpd = periodic\r\n"
		"dpd-idle = 1m\r\n"
		"dpd-retransmit = 5s\r\n"
		"dpd-retries = 7\r\n"
		"encapsulation = udp\r\n"
		"ike-fragmentation = force\r\n"
		"nat-keepalive = 25\r\n"
		"replay-window = 4096\r\n"
		"esn = offer\r\n"
		"sha256-truncation = 96\r\n"
		"mss-clamp = no\r\n"
		"df = clear\r\n"
		"fragment = after\r\n"
		"dscp = AF21\r\n"
		"ttl = 64\r\n"
		"ecn = no\r\n"
		"tfc = mtu\r\n"
		"rekey-margin = 20 %\r\n"
		"retransmit-timeout = 500ms\r\n"
		"retransmit-tries = 9\r\n"
		"weak-crypto = no";
	char s[SUITE_STRLEN], n[SUBNET_STRLEN], id[V1_ID_STRLEN];
	struct conn_cfg *c;
	struct cfg cfg;

	(void)state;
	load_ok(text, &cfg);
	assert_string_equal(cfg.control_socket, "/run/x.sock");
	assert_int_equal(cfg.log_level, LOG_L_DEBUG);
	assert_int_equal(cfg.ike_port, 1500);
	assert_int_equal(cfg.natt_port, 14500);
	c = cfg.ike.conns[0];
	assert_string_equal(c->name, "full.site_1-a");
	assert_string_equal(addr_str(&c->local, s), "198.51.100.1");
	assert_string_equal(addr_str(&c->remote, s), "203.0.113.5");
	assert_int_equal(c->local_id.type, IDT_FQDN);
	assert_string_equal(v1_id_str(&c->local_id, id), "gw.example.com");
	assert_int_equal(c->remote_id.type, IDT_USER_FQDN);
	assert_string_equal(v1_id_str(&c->remote_id, id), "ops@example.net");
	assert_int_equal(c->n_local, 3);
	assert_string_equal(subnet_str(&c->local_subnets[1], n), "192.168.2.0/24");
	assert_int_equal(c->local_subnets[2].prefixlen, 32);
	assert_int_equal(c->n_remote, 1);
	assert_int_equal(c->n_ike, 2);
	assert_string_equal(ike_suite_str(&c->ike[0], s), "aes256-sha384-ecp384");
	assert_string_equal(ike_suite_str(&c->ike[1], s), "aes128-sha256-modp2048");
	assert_int_equal(c->n_esp, 3);
	assert_string_equal(esp_suite_str(&c->esp[0], s), "aes256gcm16");
	assert_string_equal(esp_suite_str(&c->esp[2], s), "aes192-sha256_96");
	assert_int_equal(c->pfs, DH_ECP384);
	assert_int_equal(c->ike_lifetime, 8 * 3600);
	assert_int_equal(c->esp_lifetime, 1800);
	assert_int_equal(c->esp_lifebytes, 1800ULL << 30);
	assert_int_equal(c->lifetime_policy, LIFETIME_OBEY);
	assert_int_equal(c->quick_modes, 8);
	assert_int_equal(c->profile, PROFILE_AZURE);
	assert_string_equal(c->interface, "tun-site");
	assert_false(c->routes);
	assert_int_equal(c->start, START_ON_DEMAND);
	assert_int_equal(c->dpd, DPD_PERIODIC);
	assert_int_equal(c->dpd_idle, 60);
	assert_int_equal(c->dpd_retransmit, 5);
	assert_int_equal(c->dpd_retries, 7);
	assert_int_equal(c->encap, ENCAP_FORCE_UDP);
	assert_int_equal(c->ike_fragmentation, IKE_FRAG_FORCE);
	assert_int_equal(c->nat_keepalive, 25);
	assert_int_equal(c->replay_window, 4096);
	assert_int_equal(c->esn, ESN_OFFER);
	assert_int_equal(c->sha256_truncation, 96);
	assert_false(c->outer.mss_clamp);
	assert_int_equal(c->outer.df, DF_CLEAR);
	assert_int_equal(c->outer.fragment, FRAGMENT_AFTER);
	assert_int_equal(c->outer.dscp, 18);
	assert_int_equal(c->outer.ttl, 64);
	assert_false(c->outer.ecn);
	assert_int_equal(c->tfc, TFC_MTU);
	assert_int_equal(c->rekey_margin, 20);
	assert_int_equal(c->retransmit_timeout, 500);
	assert_int_equal(c->retransmit_tries, 9);
	/* lines are those of the file */
	assert_int_equal(c->where.line, 8);
	assert_int_equal(c->at[KEY_LOCAL].line, 9);
	assert_int_equal(c->at[KEY_REMOTE_SUBNETS].line, 17);
	assert_int_equal(c->at[KEY_WEAK_CRYPTO].line, 52);
	assert_string_equal(c->at[KEY_IKE].file, "ikod.conf");
	cfg_free(&cfg);
}

static void mode_config(void **state)
{
	static const char text[] =
		"[connection client]\n"
		"remote = 203.0.113.5\n"
		"local-subnets = mode-config\n"
		"remote-subnets = 10.1.0.0/16\n"
		"psk-file = site.psk\n"
		"[connection told]\n"
		"remote = 203.0.113.6\n"
		"local-subnets = Mode-Config\n"
		"remote-subnets = 10.2.0.0/16\n"
		"psk-file = site.psk\n"
		"mode-config = push\n"
		"[connection server]\n"
		"remote = 203.0.113.7\n"
		"local-subnets = 10.3.0.0/16\n"
		"remote-subnets = mode-config\n"
		"psk-file = site.psk\n"
		"pool = 10.9.0.0/24\n"
		"pool-dns = 10.3.0.1\n";
	char n[SUBNET_STRLEN], a[ENDPOINT_STRLEN];
	struct conn_cfg *c;
	struct cfg cfg;

	(void)state;
	load_ok(text, &cfg);
	c = cfg.ike.conns[0];
	assert_true(c->local_mode_config && !c->remote_mode_config);
	assert_int_equal(c->mode_config, MODE_CONFIG_PULL);
	assert_int_equal(c->n_local, 1);
	c = cfg.ike.conns[1];
	assert_true(c->local_mode_config);
	assert_int_equal(c->mode_config, MODE_CONFIG_PUSH);
	c = cfg.ike.conns[2];
	assert_true(c->remote_mode_config && !c->local_mode_config);
	assert_int_equal(c->mode_config, MODE_CONFIG_NO);
	assert_string_equal(subnet_str(&c->pool, n), "10.9.0.0/24");
	assert_string_equal(addr_str(&c->pool_dns, a), "10.3.0.1");
	/* where the route leads */
	assert_int_equal(c->n_remote, 1);
	assert_string_equal(subnet_str(&c->remote_subnets[0], n), "10.9.0.0/24");
	cfg_free(&cfg);
}

static unsigned int pfs_of(const char *lines)
{
	char text[1024];
	unsigned int pfs;
	struct cfg cfg;

	snprintf(text, sizeof(text), "%s%s", FX_SITE, lines);
	load_ok(text, &cfg);
	pfs = cfg.ike.conns[0]->pfs;
	cfg_free(&cfg);
	return pfs;
}

static void pfs_forms(void **state)
{
	(void)state;
	assert_int_equal(pfs_of("ike = aes128-sha256-modp1536, aes128-sha256-modp2048\n"), DH_MODP1536);
	assert_int_equal(pfs_of("pfs = yes\nike = aes128-sha256-ecp521\n"), DH_ECP521);
	assert_int_equal(pfs_of("esp = aes128-sha256-modp3072\n"), DH_MODP3072);
	assert_int_equal(pfs_of("pfs = none\n"), DH_NONE);
	assert_int_equal(pfs_of("pfs = no\n"), DH_NONE);
	assert_int_equal(pfs_of("pfs = off\n"), DH_NONE);
	assert_int_equal(pfs_of("pfs = disable\n"), DH_NONE);
	assert_int_equal(pfs_of("pfs = modp4096\n"), DH_MODP4096);
	assert_int_equal(pfs_of("pfs = group19\n"), DH_ECP256);
}

/* Words and numbers for the same thing, and their limits */
static void packet_options(void **state)
{
	static const struct {
		const char *line;
		size_t off;
		uint32_t value;
	} rows[] = {
#define ROW(line, member, value) { line, offsetof(struct conn_cfg, member), value }
		ROW("dscp = copy", outer.dscp, DSCP_COPY), ROW("dscp = ef", outer.dscp, 46),
		ROW("dscp = 0", outer.dscp, 0), ROW("dscp = 63", outer.dscp, 63), ROW("dscp = cs6", outer.dscp, 48),
		ROW("dscp = af43", outer.dscp, 38), ROW("dscp = be", outer.dscp, 0),
		ROW("ttl = route", outer.ttl, TTL_ROUTE), ROW("ttl = 255", outer.ttl, 255),
		ROW("tfc = off", tfc, 0), ROW("tfc = 1400", tfc, 1400), ROW("tfc = mtu", tfc, TFC_MTU),
		ROW("nat-keepalive = off", nat_keepalive, 0), ROW("nat-keepalive = 0", nat_keepalive, 0),
		ROW("nat-keepalive = 2m", nat_keepalive, 120), ROW("replay-window = 8192", replay_window, 8192),
		ROW("df = set", outer.df, DF_SET), ROW("fragment = never", outer.fragment, FRAGMENT_NEVER),
		ROW("esn = yes", esn, ESN_YES), ROW("esn = no", esn, ESN_NO),
		ROW("", dpd_action, DPD_BY_START), ROW("dpd-action = clear", dpd_action, DPD_CLEAR),
		ROW("dpd-action = hold", dpd_action, DPD_HOLD), ROW("dpd-action = restart", dpd_action, DPD_RESTART),
		ROW("", dpd_order, DPD_ORDER_AUTO), ROW("dpd-order = auto", dpd_order, DPD_ORDER_AUTO),
		ROW("dpd-order = seq-hash-notify", dpd_order, DPD_HASH_NOTIFY),
		ROW("dpd-order = seq-notify-hash", dpd_order, DPD_NOTIFY_HASH),
#undef ROW
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[1024];
		struct cfg cfg;
		uint32_t got;

		snprintf(text, sizeof(text), "%s%s\n", FX_SITE, rows[i].line);
		load_ok(text, &cfg);
		memcpy(&got, (char *)cfg.ike.conns[0] + rows[i].off, sizeof(got));
		if (got != rows[i].value)
			fail_msg("%s: %u", rows[i].line, got);
		cfg_free(&cfg);
	}
}

static void ipv6_outside(void **state)
{
	char s[ENDPOINT_STRLEN];
	struct cfg cfg;

	(void)state;
	load_ok("[connection six]\nlocal = 2001:DB8::1\nremote = 2001:db8:0:0::2\nlocal-subnets = 10.0.0.0/16\n"
		"remote-subnets = 10.1.0.0/16\npsk-file = site.psk\n", &cfg);
	assert_string_equal(addr_str(&cfg.ike.conns[0]->local, s), "2001:db8::1");
	assert_string_equal(addr_str(&cfg.ike.conns[0]->remote, s), "2001:db8::2");
	cfg_free(&cfg);
}

static void remote_any_waits(void **state)
{
	struct cfg cfg;

	(void)state;
	load_ok("[connection spoke]\nremote = any\nlocal-subnets = 10.0.0.0/16\n"
		"remote-subnets = 10.1.0.0/16\npsk-file = site.psk\n", &cfg);
	assert_int_equal(cfg.ike.conns[0]->start, START_PASSIVE);
	assert_int_equal(cfg.ike.conns[0]->remote.sa.sa_family, AF_UNSPEC);
	cfg_free(&cfg);
}

static void weak_crypto_from_global(void **state)
{
	static const char weak[] = FX_SITE "ike = 3des-md5-modp1024\npfs = none\n";
	char text[1024];
	struct cfg cfg;
	char *got;

	(void)state;
	assert_false(fx_load(weak, &cfg, &got));
	free(got);
	/* also from a [global] that comes after the connection */
	snprintf(text, sizeof(text), "%s[global]\nweak-crypto = yes\n", weak);
	assert_true(fx_load(text, &cfg, &got));
	assert_non_null(strstr(got, "ikod.conf:6: warning: ike: weak algorithms"));
	assert_true(cfg.ike.conns[0]->weak_crypto);
	free(got);
	cfg_free(&cfg);
	snprintf(text, sizeof(text), "%sweak-crypto = no\n[global]\nweak-crypto = yes\n", weak);
	assert_false(fx_load(text, &cfg, &got));
	free(got);
}

/* conf.d: sorted by name, other files left alone */
static void folder(void **state)
{
	struct cfg cfg;

	(void)state;
	mkdir("conf.d", 0755);
	fx_write("conf.d/20-b.conf",
		 "[connection b]\nremote = 203.0.113.7\nlocal-subnets = 10.0.0.0/24\n"
		 "remote-subnets = 10.2.0.0/24\npsk-file = ../site.psk\n", 0644);
	fx_write("conf.d/10-a.conf",
		 "[connection a]\nremote = 203.0.113.6\nlocal-subnets = 10.0.0.0/24\n"
		 "remote-subnets = 10.1.0.0/24\npsk-file = ../site.psk\n", 0644);
	fx_write("conf.d/30-c.conf~", "rubbish\n", 0644);
	fx_write("conf.d/.hidden.conf", "rubbish\n", 0644);
	fx_write("conf.d/notes.txt", "rubbish\n", 0644);
	load_ok(FX_SITE, &cfg);
	assert_int_equal(cfg.ike.n, 3);
	assert_string_equal(cfg.ike.conns[0]->name, "site");
	assert_string_equal(cfg.ike.conns[1]->name, "a");
	assert_string_equal(cfg.ike.conns[2]->name, "b");
	assert_string_equal(cfg.ike.conns[2]->at[KEY_REMOTE].file, "conf.d/20-b.conf");
	cfg_free(&cfg);
}

static void fifty_subnets(void **state)
{
	char text[4096] = "[connection big]\nremote = 203.0.113.5\nremote-subnets = 172.16.0.0/12\n"
			  "psk-file = site.psk\nlocal-subnets =";
	struct cfg cfg;
	char *got;

	(void)state;
	for (int i = 0; i < 50; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " 192.168.%d.0/24", i);
	load_ok(text, &cfg);
	assert_int_equal(cfg.ike.conns[0]->n_local, 50);
	cfg_free(&cfg);
	strcat(text, " 192.168.50.0/24");
	assert_false(fx_load(text, &cfg, &got));
	assert_non_null(strstr(got, "ikod.conf:5: local-subnets: more than 50 networks"));
	free(got);
}

/* A hub: spokes share its networks but not each other's pairs. */
static void hub_does_not_overlap(void **state)
{
	struct cfg cfg;

	(void)state;
	load_ok("[connection a]\nremote = 203.0.113.6\nlocal-subnets = 10.0.0.0/8\n"
		"remote-subnets = 10.1.0.0/16\npsk-file = site.psk\n"
		"[connection b]\nremote = 203.0.113.7\nlocal-subnets = 10.0.0.0/8\n"
		"remote-subnets = 10.2.0.0/16\npsk-file = site.psk\n", &cfg);
	assert_int_equal(cfg.ike.n, 2);
	cfg_free(&cfg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(defaults, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(every_key, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(mode_config, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(pfs_forms, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(packet_options, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(ipv6_outside, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(remote_any_waits, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(weak_crypto_from_global, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(folder, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(fifty_subnets, fx_setup, fx_teardown),
		cmocka_unit_test_setup_teardown(hub_does_not_overlap, fx_setup, fx_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
