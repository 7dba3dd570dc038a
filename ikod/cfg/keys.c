// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cfg/cfg_priv.h"
#include "wire/suggest.h"

/* ---- the keys of [connection NAME]: names and expectations stand in core/config_keys.h ---- */

static const char *const conn_names[KEY_N] = {
#define X(sym, name, expect) [KEY_##sym] = name,
	CONN_KEYS(X)
#undef X
};

static const char *const conn_expect[KEY_N] = {
#define X(sym, name, expect) [KEY_##sym] = expect,
	CONN_KEYS(X)
#undef X
};

const char *conn_key_expect(enum conn_key k)
{
	return conn_expect[k];
}

static const struct cfg_word start_words[] = {
	{ "auto", START_AUTO }, { "on-demand", START_ON_DEMAND }, { "passive", START_PASSIVE }, { NULL, 0 },
};
static const struct cfg_word dpd_words[] = {
	{ "on-demand", DPD_ON_DEMAND }, { "periodic", DPD_PERIODIC }, { "off", DPD_OFF }, { "no", DPD_OFF },
	{ NULL, 0 },
};
static const struct cfg_word action_words[] = {
	{ "clear", DPD_CLEAR }, { "hold", DPD_HOLD }, { "restart", DPD_RESTART }, { NULL, 0 },
};
static const struct cfg_word order_words[] = {
	{ "auto", DPD_ORDER_AUTO }, { "seq-hash-notify", DPD_HASH_NOTIFY }, { "seq-notify-hash", DPD_NOTIFY_HASH },
	{ NULL, 0 },
};
static const struct cfg_word lifetime_words[] = {
	{ "claim", LIFETIME_CLAIM }, { "obey", LIFETIME_OBEY }, { "strict", LIFETIME_STRICT }, { NULL, 0 },
};
static const struct cfg_word encap_words[] = {
	{ "auto", ENCAP_AUTO }, { "udp", ENCAP_FORCE_UDP }, { NULL, 0 },
};
static const struct cfg_word mode_config_words[] = {
	{ "no", MODE_CONFIG_NO }, { "pull", MODE_CONFIG_PULL }, { "push", MODE_CONFIG_PUSH }, { "off", MODE_CONFIG_NO },
	{ NULL, 0 },
};
static const struct cfg_word xauth_words[] = {
	{ "no", XAUTH_NO }, { "client", XAUTH_CLIENT }, { "server", XAUTH_SERVER }, { "off", XAUTH_NO }, { NULL, 0 },
};
static const struct cfg_word ike_frag_words[] = {
	{ "no", IKE_FRAG_NO }, { "yes", IKE_FRAG_YES }, { "force", IKE_FRAG_FORCE }, { "off", IKE_FRAG_NO },
	{ "on", IKE_FRAG_YES }, { NULL, 0 },
};
static const struct cfg_word esn_words[] = {
	{ "no", ESN_NO }, { "offer", ESN_OFFER }, { "yes", ESN_YES }, { "off", ESN_NO }, { "on", ESN_YES }, { NULL, 0 },
};
static const struct cfg_word df_words[] = {
	{ "copy", DF_COPY }, { "set", DF_SET }, { "clear", DF_CLEAR }, { NULL, 0 },
};
static const struct cfg_word fragment_words[] = {
	{ "before", FRAGMENT_BEFORE }, { "after", FRAGMENT_AFTER }, { "never", FRAGMENT_NEVER }, { NULL, 0 },
};
/* RFC 2474, 2597, 3246, 5865, 8622 */
static const struct cfg_word dscp_words[] = {
	{ "copy", DSCP_COPY }, { "default", 0 }, { "be", 0 }, { "le", 1 }, { "ef", 46 }, { "va", 44 },
	{ "cs0", 0 }, { "cs1", 8 }, { "cs2", 16 }, { "cs3", 24 }, { "cs4", 32 }, { "cs5", 40 }, { "cs6", 48 },
	{ "cs7", 56 }, { "af11", 10 }, { "af12", 12 }, { "af13", 14 }, { "af21", 18 }, { "af22", 20 },
	{ "af23", 22 }, { "af31", 26 }, { "af32", 28 }, { "af33", 30 }, { "af41", 34 }, { "af42", 36 },
	{ "af43", 38 }, { NULL, 0 },
};
static const struct cfg_word ttl_words[] = { { "route", TTL_ROUTE }, { NULL, 0 } };
static const struct cfg_word tfc_words[] = { { "off", 0 }, { "no", 0 }, { "mtu", TFC_MTU }, { NULL, 0 } };
static const struct cfg_word truncation_words[] = { { "128", 128 }, { "96", 96 }, { NULL, 0 } };
static const struct cfg_word off_words[] = { { "off", 0 }, { "no", 0 }, { NULL, 0 } };
static const struct cfg_word mode_words[] = {
	{ "main", MODE_MAIN }, { "aggressive-exposes-identity-and-psk", MODE_AGGRESSIVE }, { NULL, 0 },
};
static const struct cfg_word version_words[] = { { "1", 1 }, { "ikev1", 1 }, { NULL, 0 } };

#define AT(m) .off = offsetof(struct conn_cfg, m)

/* Keys that name files have no row: their values are kept for secrets.c and credentials.c. */
static const struct cfg_key conn_keys[KEY_N] = {
	[KEY_LOCAL]		= { cfg_set_addr, AT(local) },
	[KEY_REMOTE]		= { cfg_set_addr, AT(remote) },
	[KEY_LOCAL_ID]		= { cfg_set_id, AT(local_id) },
	[KEY_REMOTE_ID]		= { cfg_set_id, AT(remote_id) },
	[KEY_LOCAL_SUBNETS]	= { cfg_set_local_subnets },
	[KEY_REMOTE_SUBNETS]	= { cfg_set_remote_subnets },
	[KEY_PROFILE]		= { cfg_set_word, AT(profile), .words = cfg_profile_words },
	[KEY_MODE_CONFIG]	= { cfg_set_word, AT(mode_config), .words = mode_config_words },
	[KEY_POOL]		= { cfg_set_pool, AT(pool) },
	[KEY_POOL_DNS]		= { cfg_set_addr, AT(pool_dns) },
	[KEY_XAUTH]		= { cfg_set_word, AT(xauth), .words = xauth_words },
	[KEY_XAUTH_USER]	= { cfg_set_user, AT(xauth_user) },
	[KEY_IKE_VERSION]	= { cfg_set_word, AT(ike_version), .words = version_words },
	[KEY_MODE]		= { cfg_set_word, AT(mode), .words = mode_words },
	[KEY_AUTH]		= { cfg_set_auth },
	[KEY_IKE]		= { cfg_set_ike },
	[KEY_ESP]		= { cfg_set_esp },
	[KEY_PFS]		= { cfg_set_pfs },
	[KEY_IKE_LIFETIME]	= { cfg_set_seconds, AT(ike_lifetime), 60, 604800 },
	[KEY_ESP_LIFETIME]	= { cfg_set_seconds, AT(esp_lifetime), 30, 604800 },
	[KEY_ESP_LIFEBYTES]	= { cfg_set_size, AT(esp_lifebytes), .min = 1 << 20 },
	[KEY_LIFETIME_POLICY]	= { cfg_set_word, AT(lifetime_policy), .words = lifetime_words },
	[KEY_QUICK_MODES]	= { cfg_set_number, AT(quick_modes), 1, 16 },
	[KEY_INTERFACE]		= { cfg_set_ifname, AT(interface) },
	[KEY_ROUTES]		= { cfg_set_bool, AT(routes) },
	[KEY_START]		= { cfg_set_word, AT(start), .words = start_words },
	[KEY_DPD]		= { cfg_set_word, AT(dpd), .words = dpd_words },
	[KEY_DPD_ACTION]	= { cfg_set_word, AT(dpd_action), .words = action_words },
	[KEY_DPD_ORDER]		= { cfg_set_word, AT(dpd_order), .words = order_words },
	[KEY_DPD_IDLE]		= { cfg_set_seconds, AT(dpd_idle), 1, 3600 },
	[KEY_DPD_RETRANSMIT]	= { cfg_set_seconds, AT(dpd_retransmit), 1, 600 },
	[KEY_DPD_RETRIES]	= { cfg_set_number, AT(dpd_retries), 1, 20 },
	[KEY_ENCAPSULATION]	= { cfg_set_word, AT(encap), .words = encap_words },
	[KEY_IKE_FRAGMENTATION]	= { cfg_set_word, AT(ike_fragmentation), .words = ike_frag_words },
	[KEY_NAT_KEEPALIVE]	= { cfg_set_seconds, AT(nat_keepalive), 0, 3600, .words = off_words },
	[KEY_REPLAY_WINDOW]	= { cfg_set_number, AT(replay_window), 64, 8192 },
	[KEY_ESN]		= { cfg_set_word, AT(esn), .words = esn_words },
	[KEY_SHA256_TRUNCATION]	= { cfg_set_word, AT(sha256_truncation), .words = truncation_words },
	[KEY_MSS_CLAMP]		= { cfg_set_bool, AT(outer.mss_clamp) },
	[KEY_DF]		= { cfg_set_word, AT(outer.df), .words = df_words },
	[KEY_FRAGMENT]		= { cfg_set_word, AT(outer.fragment), .words = fragment_words },
	[KEY_DSCP]		= { cfg_set_number, AT(outer.dscp), 0, 63, .words = dscp_words },
	[KEY_TTL]		= { cfg_set_number, AT(outer.ttl), 1, 255, .words = ttl_words },
	[KEY_ECN]		= { cfg_set_bool, AT(outer.ecn) },
	[KEY_TFC]		= { cfg_set_number, AT(tfc), 64, 65535, .words = tfc_words },
	[KEY_REKEY_MARGIN]	= { cfg_set_percent, AT(rekey_margin), 1, 90 },
	[KEY_RETRANSMIT_TIMEOUT] = { cfg_set_millis, AT(retransmit_timeout), 100, 60000 },
	[KEY_RETRANSMIT_TRIES]	= { cfg_set_number, AT(retransmit_tries), 1, 20 },
	[KEY_WEAK_CRYPTO]	= { cfg_set_bool, AT(weak_crypto) },
};

#undef AT

/* ---- the keys of [global]: X(symbol, "key", "value expected", parser and limits) ---- */

/* struct globals - what [global] is parsed into; secrets-file is kept apart */
struct globals {
	char control_socket[CFG_SOCKET_MAX];
	enum ike_log_level log_level;
	uint16_t ike_port, natt_port;
	bool weak_crypto;
};

static const struct cfg_word level_words[] = {
	{ "error", LOG_L_ERROR }, { "warn", LOG_L_WARN }, { "warning", LOG_L_WARN }, { "info", LOG_L_INFO },
	{ "debug", LOG_L_DEBUG }, { NULL, 0 },
};

#define AT(m) .off = offsetof(struct globals, m)
#define GLOBAL_KEYS(X)									\
	X(CONTROL_SOCKET, "control-socket", "an absolute path such as " CFG_DEFAULT_SOCKET,	\
	  cfg_set_path, AT(control_socket), .max = CFG_SOCKET_MAX)			\
	X(SECRETS_FILE, "secrets-file", "a path such as /etc/ikod/secrets", NULL)	\
	X(LOG_LEVEL, "log-level", "error, warn, info or debug",				\
	  cfg_set_word, AT(log_level), .words = level_words)				\
	X(WEAK, "weak-crypto", "yes or no", cfg_set_bool, AT(weak_crypto))		\
	X(IKE_PORT, "ike-port", "a UDP port such as 500", cfg_set_port, AT(ike_port), 1, 65535)	\
	X(NATT_PORT, "natt-port", "a UDP port such as 4500", cfg_set_port, AT(natt_port), 1, 65535)

enum global_key {
#define X(sym, name, expect, ...) GLOBAL_##sym,
	GLOBAL_KEYS(X)
#undef X
	GLOBAL_N
};

static const char *const global_names[GLOBAL_N] = {
#define X(sym, name, expect, ...) [GLOBAL_##sym] = name,
	GLOBAL_KEYS(X)
#undef X
};

static const char *const global_expect[GLOBAL_N] = {
#define X(sym, name, expect, ...) [GLOBAL_##sym] = expect,
	GLOBAL_KEYS(X)
#undef X
};

static const struct cfg_key global_keys[GLOBAL_N] = {
#define X(sym, name, expect, ...) [GLOBAL_##sym] = { __VA_ARGS__ },
	GLOBAL_KEYS(X)
#undef X
};

#undef AT

/* ---- shared by both ---- */

static int name_find(const char *const *names, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (names[i] && !strcmp(names[i], s))
			return (int)i;
	return -1;
}

/* What operators of other products write. */
static const char *foreign_name(const char *key)
{
	static const char *const pairs[][2] = {
		{ "psk", "psk-file" }, { "secret", "psk-file" }, { "pre-shared-key", "psk-file" },
		{ "left", "local" }, { "right", "remote" }, { "peer", "remote" }, { "gateway", "remote" },
		{ "endpoint", "remote" }, { "leftid", "local-id" }, { "rightid", "remote-id" },
		{ "leftsubnet", "local-subnets" }, { "rightsubnet", "remote-subnets" },
		{ "local_ts", "local-subnets" }, { "remote_ts", "remote-subnets" },
		{ "allowedips", "remote-subnets" }, { "auto", "start" }, { "keyexchange", "ike-version" },
		{ "ikelifetime", "ike-lifetime" }, { "lifetime", "esp-lifetime" }, { "keylife", "esp-lifetime" },
		{ "dpddelay", "dpd-idle" }, { "dpdaction", "dpd-action" }, { "forceencaps", "encapsulation" },
		{ "keepalive", "nat-keepalive" }, { "replay_window", "replay-window" },
		{ "set_df", "df" }, { "copy_df", "df" }, { "copy_dscp", "dscp" }, { "copy_ecn", "ecn" },
		{ "tfc_padding", "tfc" }, { "fragmentation", "ike-fragmentation" }, { "tcp-mss", "mss-clamp" },
		{ "sha256_96", "sha256-truncation" }, { "sha2-truncbug", "sha256-truncation" },
		{ "sha2_256_truncation", "sha256-truncation" },
		{ "modeconfig", "mode-config" }, { "rightsourceip", "pool" }, { "rightaddresspool", "pool" },
		{ "leftsourceip", "local-subnets" }, { "authby", "auth" }, { "leftcert", "certificate" }, { "certs", "certificate" },
		{ "cacerts", "ca" }, { "key", "private-key" }, { "aggressive", "mode" }, { "aggrmode", "mode" },
		{ "phase1", "ike" }, { "phase2", "esp" }, { "dh-group", "ike" },
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (!strcasecmp(pairs[i][0], key))
			return pairs[i][1];
	return NULL;
}

static void unknown_key(struct cfg_load *ld, const struct cfg_section *s, const struct cfg_entry *e, bool global)
{
	const char *const *names = global ? global_names : conn_names;
	const char *const *others = global ? conn_names : global_names;
	size_t n = global ? (size_t)GLOBAL_N : (size_t)KEY_N;
	size_t n_others = global ? (size_t)KEY_N : (size_t)GLOBAL_N;
	const char *meant = global ? NULL : foreign_name(e->key);
	char q[CFG_QUOTE_LEN], did[96] = "";

	if (name_find(others, n_others, e->key) >= 0) {
		cfg_report(ld, CFG_ERROR, s->file, e->line, "key '%s' does not belong to [%s], expected it in %s", e->key,
			   cfg_quote(s->head, q), global ? "[connection NAME]" : "[global]");
		return;
	}
	if (!meant)
		meant = suggest(e->key, names, n);
	if (meant)
		snprintf(did, sizeof(did), ", did you mean '%s'?", meant);
	cfg_report(ld, CFG_ERROR, s->file, e->line, "unknown key '%s', expected a key of %s%s",
		   cfg_quote(e->key, q), global ? "[global]" : "[connection NAME]", did);
}

/* Reports a key that stands twice; true if @i is not the first. */
static bool repeated(struct cfg_load *ld, const struct cfg_section *s, unsigned int i)
{
	char q[CFG_QUOTE_LEN];

	for (unsigned int j = 0; j < i; j++) {
		if (strcmp(s->entries[j].key, s->entries[i].key))
			continue;
		cfg_report(ld, CFG_ERROR, s->file, s->entries[i].line,
			   "key '%s' is written twice, first in line %d, expected one line (a list goes on in an indented line)",
			   cfg_quote(s->entries[i].key, q), s->entries[j].line);
		return true;
	}
	return false;
}

/* ---- [global] ---- */

static void global_entry(struct cfg_load *ld, const struct cfg_section *s, const struct cfg_entry *e,
			 struct globals *g)
{
	int k = name_find(global_names, GLOBAL_N, e->key);
	struct cfg_value v = { .ld = ld, .file = s->file, .line = e->line, .text = e->value };

	if (k < 0) {
		unknown_key(ld, s, e, true);
		return;
	}
	v.key = &global_keys[k];
	v.name = global_names[k];
	v.expect = global_expect[k];
	if (v.key->set) {
		v.key->set(&v, g);
	} else if (!*e->value) {
		cfg_bad(&v, NULL, NULL);
	} else {
		ld->secrets_file = e->value;
		ld->secrets_at = s->file;
		ld->secrets_line = e->line;
	}
}

static void global_handle(struct cfg_load *ld, const struct cfg_section *s)
{
	struct globals g = {
		.log_level = ld->out->log_level,
		.ike_port = ld->out->ike_port,
		.natt_port = ld->out->natt_port,
	};

	if (ld->global) {
		cfg_report(ld, CFG_ERROR, s->file, s->line, "[global] stands twice, first at %s:%d, expected it once",
			   ld->global->file->path, ld->global->line);
		return;
	}
	ld->global = s;
	memcpy(g.control_socket, ld->out->control_socket, sizeof(g.control_socket));
	for (unsigned int i = 0; i < s->n; i++)
		if (!repeated(ld, s, i))
			global_entry(ld, s, &s->entries[i], &g);
	if (g.ike_port == g.natt_port)
		cfg_report(ld, CFG_ERROR, s->file, s->line, "ike-port and natt-port are both %u, expected two ports",
			   g.ike_port);
	memcpy(ld->out->control_socket, g.control_socket, sizeof(g.control_socket));
	ld->out->log_level = g.log_level;
	ld->out->ike_port = g.ike_port;
	ld->out->natt_port = g.natt_port;
	ld->weak_crypto = g.weak_crypto;
}

/* ---- [connection NAME] ---- */

static void conn_entry(struct cfg_load *ld, struct cfg_conn *c, const struct cfg_entry *e)
{
	int k = name_find(conn_names, KEY_N, e->key);
	struct cfg_value v = { .ld = ld, .file = c->file, .line = e->line, .text = e->value };

	if (k < 0) {
		unknown_key(ld, c->section, e, false);
		return;
	}
	c->cfg->at[k].file = c->cfg->file;
	c->cfg->at[k].line = e->line;
	v.key = &conn_keys[k];
	v.name = conn_names[k];
	v.expect = conn_expect[k];
	if (v.key->set) {
		c->bad[k] = !v.key->set(&v, c->cfg);
	} else {
		c->bad[k] = !*e->value && !cfg_bad(&v, NULL, NULL);
		c->written[k] = *e->value ? e->value : NULL;
	}
}

static const struct cfg_conn *conn_by_name(const struct cfg_load *ld, const char *name)
{
	for (unsigned int i = 0; i < ld->n_conns; i++)
		if (!strcmp(ld->conns[i].cfg->name, name))
			return &ld->conns[i];
	return NULL;
}

static bool name_ok(const char *name)
{
	size_t len = strlen(name);

	if (!len || len > CONN_NAME_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("._-", name[i]))
			return false;
	return true;
}

static void conn_handle(struct cfg_load *ld, const struct cfg_section *s, const char *name)
{
	const struct cfg_conn *first = NULL;
	char q[CFG_QUOTE_LEN];
	struct cfg_conn *c;

	if (!*name)
		cfg_report(ld, CFG_ERROR, s->file, s->line, "a connection without a name, expected [connection NAME]");
	else if (!name_ok(name))
		cfg_report(ld, CFG_ERROR, s->file, s->line,
			   "'%s' is no name for a connection, expected [connection NAME] with up to %d letters, digits, '.', '_' or '-'",
			   cfg_quote(name, q), CONN_NAME_MAX);
	else
		first = conn_by_name(ld, name);
	if (first)
		cfg_report(ld, CFG_ERROR, s->file, s->line,
			   "connection '%s' is defined twice, first at %s:%d, expected another name", name,
			   first->file->path, first->section->line);
	ld->conns = cfg_grow(ld->conns, ld->n_conns, sizeof(*ld->conns));
	c = &ld->conns[ld->n_conns++];
	c->cfg = conn_cfg_new(name_ok(name) ? name : "?");
	if (!c->cfg)
		abort();
	c->file = s->file;
	c->section = s;
	c->duplicate = first || !name_ok(name);
	c->cfg->pfs = CFG_PFS_IKE;
	c->cfg->file = cfg_strndup(s->file->path, strlen(s->file->path));
	c->cfg->where.file = c->cfg->file;
	c->cfg->where.line = s->line;
	for (unsigned int i = 0; i < s->n; i++)
		if (!repeated(ld, s, i))
			conn_entry(ld, c, &s->entries[i]);
}

void cfg_section_handle(struct cfg_load *ld, struct cfg_section *s)
{
	static const char *const kinds[] = { "global", "connection" };
	char kind[32];
	char q[CFG_QUOTE_LEN];
	const char *name, *meant;
	size_t len;

	ld->sections = cfg_grow(ld->sections, ld->n_sections, sizeof(*ld->sections));
	ld->sections[ld->n_sections++] = s;
	if (!s->head)	/* reported by the reader */
		return;
	len = strcspn(s->head, " \t");
	snprintf(kind, sizeof(kind), "%.*s", (int)(len < sizeof(kind) ? len : sizeof(kind) - 1), s->head);
	name = s->head + len + strspn(s->head + len, " \t");
	if (!strcmp(kind, "global") && !*name) {
		global_handle(ld, s);
		return;
	}
	if (!strcmp(kind, "connection")) {
		conn_handle(ld, s, name);
		return;
	}
	meant = suggest(kind, kinds, ARRAY_LEN(kinds));
	cfg_report(ld, CFG_ERROR, s->file, s->line, "unknown section [%s], expected [global] or [connection NAME]%s%s%s",
		   cfg_quote(s->head, q), meant ? ", did you mean '" : "", meant ? meant : "", meant ? "'?" : "");
}
