// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "cfg/cfg_priv.h"

/* What no key can say by itself. */

#define PLACE_LEN 320

int cfg_line_of(const struct cfg_conn *c, enum conn_key k)
{
	return c->cfg->at[k].line ? c->cfg->at[k].line : c->section->line;
}

static bool usable(const struct cfg_conn *c, enum conn_key k)
{
	return c->cfg->at[k].line && !c->bad[k];
}

/* "file:line" of a key in another connection, or "line N" in the same file */
static const char *place(const struct cfg_conn *from, const struct cfg_conn *to, enum conn_key k,
			 char out[PLACE_LEN])
{
	if (from->file == to->file)
		snprintf(out, PLACE_LEN, "line %d", cfg_line_of(to, k));
	else
		snprintf(out, PLACE_LEN, "%s:%d", to->file->path, cfg_line_of(to, k));
	return out;
}

/* ---- within a connection ---- */

static void check_required(struct cfg_load *ld, const struct cfg_conn *c)
{
	static const struct {
		enum conn_key key;
		const char *expect;
	} required[] = {
		{ KEY_REMOTE, "remote = ADDRESS, or any" },
		{ KEY_LOCAL_SUBNETS, "local-subnets = NETWORK, ..." },
		{ KEY_REMOTE_SUBNETS, "remote-subnets = NETWORK, ..." },
	};

	for (size_t i = 0; i < ARRAY_LEN(required); i++)
		if (!c->cfg->at[required[i].key].line)
			cfg_report(ld, CFG_ERROR, c->file, c->section->line, "connection '%s' lacks %s, expected %s",
				   c->cfg->name, conn_key_name(required[i].key), required[i].expect);
}

/* pfs = yes is the group of the first IKE proposal; a group in an esp proposal says the same thing. */
static void settle_pfs(struct cfg_load *ld, const struct cfg_conn *c)
{
	struct conn_cfg *cfg = c->cfg;
	bool written = cfg->at[KEY_PFS].line != 0;

	if (c->bad[KEY_PFS] || c->bad[KEY_ESP] || (cfg->pfs == CFG_PFS_IKE && c->bad[KEY_IKE]))
		return;
	if (cfg->pfs == CFG_PFS_IKE && cfg->n_esp && cfg->esp[0].group)
		cfg->pfs = cfg->esp[0].group;
	else if (cfg->pfs == CFG_PFS_IKE)
		cfg->pfs = cfg->ike[0].group;
	for (unsigned int i = 0; i < cfg->n_esp; i++) {
		const struct dh_info *in_esp = dh_info(cfg->esp[i].group);
		const struct dh_info *pfs = dh_info(cfg->pfs);

		if (!in_esp || cfg->esp[i].group == cfg->pfs)
			continue;
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_ESP),
			   "esp names the group %s but pfs%s is %s, expected one group for all proposals", in_esp->name,
			   written ? "" : " (of the first proposal)", pfs ? pfs->name : "none");
		return;
	}
}

/* main mode cannot be started towards an unknown address */
static void settle_start(struct cfg_load *ld, const struct cfg_conn *c)
{
	struct conn_cfg *cfg = c->cfg;

	if (!usable(c, KEY_REMOTE) || cfg->remote.sa.sa_family != AF_UNSPEC || cfg->start == START_PASSIVE)
		return;
	if (usable(c, KEY_START))
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_START),
			   "start: a connection with remote = any can only wait, expected start = passive");
	cfg->start = START_PASSIVE;
}

/* hold and restart begin the connection from here, and need to know where to. */
static void check_dpd(struct cfg_load *ld, const struct cfg_conn *c)
{
	static const enum conn_key idle[] = {
		KEY_DPD_ACTION, KEY_DPD_ORDER, KEY_DPD_IDLE, KEY_DPD_RETRANSMIT, KEY_DPD_RETRIES,
	};
	const struct conn_cfg *cfg = c->cfg;

	if (usable(c, KEY_REMOTE) && cfg->remote.sa.sa_family == AF_UNSPEC &&
	    (cfg->dpd_action == DPD_HOLD || cfg->dpd_action == DPD_RESTART))
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_DPD_ACTION),
			   "dpd-action: a connection with remote = any can only wait for its peer, expected dpd-action = clear");
	for (size_t i = 0; cfg->dpd == DPD_OFF && i < ARRAY_LEN(idle); i++)
		if (usable(c, idle[i]))
			cfg_report(ld, CFG_WARNING, c->file, cfg_line_of(c, idle[i]), "%s changes nothing: dpd is off (line %d)",
				   conn_key_name(idle[i]), cfg_line_of(c, KEY_DPD));
}

static void check_addresses(struct cfg_load *ld, const struct cfg_conn *c)
{
	sa_family_t local = c->cfg->local.sa.sa_family, remote = c->cfg->remote.sa.sa_family;

	if (usable(c, KEY_LOCAL) && usable(c, KEY_REMOTE) && local != AF_UNSPEC && remote != AF_UNSPEC &&
	    local != remote)
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_REMOTE),
			   "remote is an %s address but local (line %d) an %s one, expected both of one kind",
			   remote == AF_INET ? "IPv4" : "IPv6", cfg_line_of(c, KEY_LOCAL),
			   local == AF_INET ? "IPv4" : "IPv6");
	if (usable(c, KEY_LOCAL) && usable(c, KEY_REMOTE) && c->cfg->local.sa.sa_family != AF_UNSPEC &&
	    addr_eq(&c->cfg->local, &c->cfg->remote))
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_REMOTE),
			   "remote is the same address as local (line %d), expected the peer's address",
			   cfg_line_of(c, KEY_LOCAL));
}

/* Two networks of one list that overlap would make two children for the same packets. */
static void check_list(struct cfg_load *ld, const struct cfg_conn *c, enum conn_key k, const struct subnet *nets,
		       unsigned int n)
{
	char a[SUBNET_STRLEN], b[SUBNET_STRLEN];

	for (unsigned int i = 0; i < n; i++) {
		for (unsigned int j = 0; j < i; j++) {
			if (!subnet_overlap(&nets[i], &nets[j]))
				continue;
			cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, k),
				   "%s: %s overlaps with %s in the same list, expected networks that do not overlap",
				   conn_key_name(k), subnet_str(&nets[i], a), subnet_str(&nets[j], b));
		}
	}
}

/* ---- mode config ---- */

static bool only_one(struct cfg_load *ld, const struct cfg_conn *c)
{
	if (!c->cfg->local_mode_config || !c->cfg->remote_mode_config)
		return true;
	cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_REMOTE_SUBNETS),
		   "remote-subnets and local-subnets (line %d) are both mode-config, expected one side that gives addresses",
		   cfg_line_of(c, KEY_LOCAL_SUBNETS));
	return false;
}

/* What asks for an address cannot wait for packets to it, and asks unless it is told to wait. */
static void settle_client(struct cfg_load *ld, const struct cfg_conn *c)
{
	struct conn_cfg *cfg = c->cfg;

	if (!cfg->local_mode_config)
		return;
	if (!cfg->at[KEY_MODE_CONFIG].line)
		cfg->mode_config = MODE_CONFIG_PULL;
	if (usable(c, KEY_MODE_CONFIG) && cfg->mode_config == MODE_CONFIG_NO)
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_MODE_CONFIG),
			   "mode-config = no, but local-subnets (line %d) is what mode config gives, expected pull or push",
			   cfg_line_of(c, KEY_LOCAL_SUBNETS));
	if (usable(c, KEY_START) && cfg->start == START_ON_DEMAND)
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_START),
			   "start = on-demand cannot be with local-subnets = mode-config (line %d): no packet can ask for a tunnel before the address is known, expected start = auto",
			   cfg_line_of(c, KEY_LOCAL_SUBNETS));
}

static void settle_server(struct cfg_load *ld, const struct cfg_conn *c)
{
	struct conn_cfg *cfg = c->cfg;

	if (cfg->remote_mode_config && !cfg->at[KEY_POOL].line)
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_REMOTE_SUBNETS),
			   "remote-subnets = mode-config needs addresses to give, expected pool = NETWORK");
	if (usable(c, KEY_POOL) && cfg->mode_config != MODE_CONFIG_NO)
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_POOL),
			   "pool cannot be with mode-config (line %d), expected one side that gives addresses",
			   cfg_line_of(c, KEY_MODE_CONFIG));
	if (usable(c, KEY_POOL_DNS) && cfg->pool_dns.sa.sa_family != AF_INET)
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_POOL_DNS), "pool-dns: expected an IPv4 address");
	if (usable(c, KEY_POOL_DNS) && !cfg->at[KEY_POOL].line)
		cfg_report(ld, CFG_WARNING, c->file, cfg_line_of(c, KEY_POOL_DNS),
			   "pool-dns changes nothing without pool");
	/* routes go to all that may be given */
	if (cfg->remote_mode_config && cfg->pool.family)
		cfg->remote_subnets[0] = cfg->pool;
}

static void settle_mode_config(struct cfg_load *ld, const struct cfg_conn *c)
{
	if (!only_one(ld, c))
		return;
	settle_client(ld, c);
	settle_server(ld, c);
}

/* ---- networks ---- */

static bool has_family(const struct subnet *nets, unsigned int n, uint16_t family)
{
	for (unsigned int i = 0; i < n; i++)
		if (nets[i].family == family)
			return true;
	return false;
}

static void check_families(struct cfg_load *ld, const struct cfg_conn *c, enum conn_key k,
			   const struct subnet *nets, unsigned int n, const struct subnet *others, unsigned int n_others)
{
	char a[SUBNET_STRLEN];

	for (unsigned int i = 0; n_others && i < n; i++)
		if (!has_family(others, n_others, nets[i].family))
			cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, k),
				   "%s: %s has no counterpart, expected an %s network on the other side as well",
				   conn_key_name(k), subnet_str(&nets[i], a),
				   nets[i].family == AF_INET ? "IPv4" : "IPv6");
}

static void check_subnets(struct cfg_load *ld, const struct cfg_conn *c)
{
	const struct conn_cfg *cfg = c->cfg;
	char a[SUBNET_STRLEN];

	check_list(ld, c, KEY_LOCAL_SUBNETS, cfg->local_subnets, cfg->n_local);
	check_list(ld, c, KEY_REMOTE_SUBNETS, cfg->remote_subnets, cfg->n_remote);
	if (!usable(c, KEY_LOCAL_SUBNETS) || !usable(c, KEY_REMOTE_SUBNETS) ||
	    (cfg->local_mode_config && cfg->remote_mode_config))
		return;
	check_families(ld, c, KEY_LOCAL_SUBNETS, cfg->local_subnets, cfg->n_local, cfg->remote_subnets, cfg->n_remote);
	check_families(ld, c, KEY_REMOTE_SUBNETS, cfg->remote_subnets, cfg->n_remote, cfg->local_subnets,
		       cfg->n_local);
	for (unsigned int i = 0; i < cfg->n_local; i++)
		for (unsigned int j = 0; j < cfg->n_remote; j++)
			if (cfg->local_subnets[i].prefixlen && subnet_eq(&cfg->local_subnets[i], &cfg->remote_subnets[j]))
				cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_REMOTE_SUBNETS),
					   "remote-subnets: %s stands in local-subnets (line %d) too, expected a network of the other side",
					   subnet_str(&cfg->local_subnets[i], a), cfg_line_of(c, KEY_LOCAL_SUBNETS));
}

/* ---- aggressive mode ---- */

/* RFC 2409 5: message 1 holds the public value before the responder could choose a group. */
static void check_one_group(struct cfg_load *ld, const struct cfg_conn *c)
{
	const struct ike_suite *ike = c->cfg->ike;

	for (unsigned int i = 1; i < c->cfg->n_ike; i++) {
		if (ike[i].group == ike[0].group)
			continue;
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_IKE),
			   "ike: the groups %s and %s cannot both be offered in aggressive mode (line %d), expected one group in all proposals",
			   dh_info(ike[0].group)->name, dh_info(ike[i].group)->name, cfg_line_of(c, KEY_MODE));
		return;
	}
}

static void check_mode(struct cfg_load *ld, const struct cfg_conn *c)
{
	if (c->cfg->mode != MODE_AGGRESSIVE)
		return;
	if (!c->bad[KEY_IKE])
		check_one_group(ld, c);
	cfg_report(ld, CFG_WARNING, c->file, cfg_line_of(c, KEY_MODE),
		   "mode: identities are sent in clear%s, expected mode = main if the peer has it",
		   cfg_wants_psk(c) ? ", and whoever asks or listens gets a hash to search for the pre-shared key with" : "");
}

/* ---- weak algorithms ---- */

/* Collects names, each once. */
static void weak_add(char *list, size_t cap, const char *name)
{
	size_t len = strlen(list);

	if (!strstr(list, name))
		snprintf(list + len, cap - len, "%s%s", len ? ", " : "", name);
}

static void weak_parts(char *list, size_t cap, enum enc_alg enc, enum hash_alg hash, unsigned int group)
{
	const struct enc_info *e = enc_info(enc);
	const struct hash_info *h = hash_info(hash);
	const struct dh_info *d = dh_info(group);

	if (e && e->clear) {
		char name[48];

		snprintf(name, sizeof(name), "%s (does not encrypt)", e->name);
		weak_add(list, cap, name);
	} else if (e && e->weak) {
		weak_add(list, cap, e->name);
	}
	if (h && h->weak)
		weak_add(list, cap, h->name);
	if (d && d->weak)
		weak_add(list, cap, d->name);
}

static void weak_report(struct cfg_load *ld, const struct cfg_conn *c, enum conn_key k, const char *list)
{
	if (!*list)
		return;
	if (c->cfg->weak_crypto)
		cfg_report(ld, CFG_WARNING, c->file, cfg_line_of(c, k), "%s: weak algorithms are allowed here: %s",
			   conn_key_name(k), list);
	else
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, k),
			   "%s: weak: %s, expected stronger algorithms, or weak-crypto = yes if the peer has no better ones",
			   conn_key_name(k), list);
}

static void check_weak(struct cfg_load *ld, const struct cfg_conn *c)
{
	const struct conn_cfg *cfg = c->cfg;
	char ike[96] = "", esp[96] = "", pfs[32] = "";

	for (unsigned int i = 0; i < cfg->n_ike; i++)
		weak_parts(ike, sizeof(ike), cfg->ike[i].enc, cfg->ike[i].hash, cfg->ike[i].group);
	for (unsigned int i = 0; i < cfg->n_esp; i++)
		weak_parts(esp, sizeof(esp), cfg->esp[i].enc, cfg->esp[i].integ, DH_NONE);
	weak_parts(pfs, sizeof(pfs), ENC_NONE, HASH_NONE, cfg->pfs);
	weak_report(ld, c, KEY_IKE, ike);
	weak_report(ld, c, KEY_ESP, esp);
	/* a default pfs follows ike, which was reported */
	if (cfg->at[KEY_PFS].line)
		weak_report(ld, c, KEY_PFS, pfs);
	else if (*pfs && !*ike)
		weak_report(ld, c, KEY_ESP, pfs);
}

/* ---- how packets are made ---- */

static bool has_integ(const struct conn_cfg *cfg, enum hash_alg integ)
{
	for (unsigned int i = 0; i < cfg->n_esp; i++)
		if (cfg->esp[i].integ == integ)
			return true;
	return false;
}

static void check_packets(struct cfg_load *ld, struct cfg_conn *c)
{
	struct conn_cfg *cfg = c->cfg;

	if (cfg->outer.fragment == FRAGMENT_AFTER && cfg->outer.df == DF_SET)
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_FRAGMENT),
			   "fragment = after cannot be with df = set (line %d): such packets must not be fragmented, expected df = clear or df = copy",
			   cfg_line_of(c, KEY_DF));
	if (cfg->sha256_truncation != 128 && !c->bad[KEY_ESP] && !has_integ(cfg, HASH_SHA2_256))
		cfg_report(ld, CFG_WARNING, c->file, cfg_line_of(c, KEY_SHA256_TRUNCATION),
			   "sha256-truncation changes nothing: no esp proposal has sha256");
	/* The transform is the same in IKE; which length is meant each side has to know. */
	for (unsigned int i = 0; i < cfg->n_esp; i++)
		cfg->esp[i].icv96 = cfg->sha256_truncation == 96 && cfg->esp[i].integ == HASH_SHA2_256;
}

void cfg_conn_settle(struct cfg_load *ld, struct cfg_conn *c)
{
	if (!c->cfg->at[KEY_WEAK_CRYPTO].line)
		c->cfg->weak_crypto = ld->weak_crypto;
	check_required(ld, c);
	settle_pfs(ld, c);
	settle_start(ld, c);
	settle_mode_config(ld, c);
	check_addresses(ld, c);
	check_dpd(ld, c);
	check_subnets(ld, c);
	check_mode(ld, c);
	check_weak(ld, c);
	check_packets(ld, c);
	cfg_profile_check(ld, c);
}

/* ---- between connections ---- */

/* A connection is the product of its two lists, so two of them overlap if both lists do. */
static bool lists_overlap(const struct subnet *a, unsigned int n_a, const struct subnet *b, unsigned int n_b,
			  const struct subnet **in_a, const struct subnet **in_b)
{
	for (unsigned int i = 0; i < n_a; i++) {
		for (unsigned int j = 0; j < n_b; j++) {
			if (subnet_overlap(&a[i], &b[j])) {
				*in_a = &a[i];
				*in_b = &b[j];
				return true;
			}
		}
	}
	return false;
}

bool cfg_one_gateway(const struct cfg_conn *a, const struct cfg_conn *b)
{
	return usable(a, KEY_REMOTE) && usable(b, KEY_REMOTE) && a->cfg->remote.sa.sa_family != AF_UNSPEC &&
	       b->cfg->remote.sa.sa_family != AF_UNSPEC && addr_eq(&a->cfg->remote, &b->cfg->remote);
}

/*
 * On one interface nothing else says which pair a packet belongs to; at one
 * gateway the tunnels push each other out whatever interface they have here.
 */
static void check_overlap(struct cfg_load *ld, const struct cfg_conn *a, const struct cfg_conn *b)
{
	bool one_interface = !strcmp(a->cfg->interface, b->cfg->interface);
	const struct subnet *la, *lb, *ra, *rb;
	char s[4][SUBNET_STRLEN], at[PLACE_LEN];

	/* an address of a pool is given once, however many connections share it */
	if (a->cfg->remote_mode_config && b->cfg->remote_mode_config && subnet_eq(&a->cfg->pool, &b->cfg->pool))
		return;
	if ((!one_interface && !cfg_one_gateway(a, b)) ||
	    !lists_overlap(a->cfg->local_subnets, a->cfg->n_local, b->cfg->local_subnets, b->cfg->n_local, &la, &lb) ||
	    !lists_overlap(a->cfg->remote_subnets, a->cfg->n_remote, b->cfg->remote_subnets, b->cfg->n_remote, &ra,
			   &rb))
		return;
	cfg_report(ld, CFG_ERROR, b->file, cfg_line_of(b, KEY_REMOTE_SUBNETS),
		   "remote-subnets: %s to %s overlaps with %s to %s of connection '%s' (%s), expected pairs that do not overlap %s",
		   subnet_str(lb, s[0]), subnet_str(rb, s[1]), subnet_str(la, s[2]), subnet_str(ra, s[3]),
		   a->cfg->name, place(b, a, KEY_REMOTE_SUBNETS, at),
		   one_interface ? "on one interface" : "at one gateway");
}

static bool same_peer(const struct cfg_conn *a, const struct cfg_conn *b)
{
	bool any_a = a->cfg->remote.sa.sa_family == AF_UNSPEC, any_b = b->cfg->remote.sa.sa_family == AF_UNSPEC;
	bool locals_meet = a->cfg->local.sa.sa_family == AF_UNSPEC || b->cfg->local.sa.sa_family == AF_UNSPEC ||
			   addr_eq(&a->cfg->local, &b->cfg->local);

	return usable(a, KEY_REMOTE) && usable(b, KEY_REMOTE) && locals_meet && any_a == any_b &&
	       (any_a || addr_eq(&a->cfg->remote, &b->cfg->remote));
}

static bool same_methods(const struct conn_cfg *a, const struct conn_cfg *b)
{
	unsigned int common = 0;

	for (unsigned int i = 0; i < a->n_auth; i++)
		for (unsigned int j = 0; j < b->n_auth; j++)
			common += a->auth[i] == b->auth[j];
	return common == a->n_auth && common == b->n_auth;
}

/*
 * Main mode takes the pre-shared key before the peer has told who it is (RFC
 * 2409 5.4), and tells connections apart by the peer's identity after that; in
 * aggressive mode the identity comes with message 1. Return: false if that was
 * broken.
 */
static bool check_same_peer(struct cfg_load *ld, const struct cfg_conn *a, const struct cfg_conn *b)
{
	const struct conn_cfg *ca = a->cfg, *cb = b->cfg;
	bool any = cb->remote.sa.sa_family == AF_UNSPEC;
	const char *who = any ? "any" : "the same address";
	unsigned int before = ld->errs->n;
	char at[PLACE_LEN];

	if (!same_peer(a, b))
		return true;
	if (ca->mode == MODE_MAIN && cb->mode == MODE_MAIN && ca->psk.p && cb->psk.p && !secret_eq(&ca->psk, &cb->psk))
		cfg_report(ld, CFG_ERROR, b->file, cfg_line_of(b, KEY_PSK_FILE),
			   "the secret differs from that of connection '%s' (%s) with remote = %s, expected one secret: it is needed before the peer's identity is known",
			   ca->name, place(b, a, KEY_PSK_FILE, at), who);
	if (ca->mode == MODE_MAIN && cb->mode == MODE_MAIN && !a->bad[KEY_AUTH] && !b->bad[KEY_AUTH] && !same_methods(ca, cb))
		cfg_report(ld, CFG_ERROR, b->file, cfg_line_of(b, KEY_AUTH),
			   "auth differs from that of connection '%s' (%s) with remote = %s, expected the same in both: it is agreed on before the peer's identity is known",
			   ca->name, place(b, a, KEY_AUTH, at), who);
	if (!a->bad[KEY_XAUTH] && !b->bad[KEY_XAUTH] && ca->xauth != cb->xauth)
		cfg_report(ld, CFG_ERROR, b->file, cfg_line_of(b, KEY_XAUTH),
			   "xauth differs from that of connection '%s' (%s) with remote = %s, expected the same in both: it is agreed on before the peer's identity is known",
			   ca->name, place(b, a, KEY_XAUTH, at), who);
	if (!a->bad[KEY_REMOTE_ID] && !b->bad[KEY_REMOTE_ID] &&
	    (!ca->remote_id.type || !cb->remote_id.type || v1_id_eq(&ca->remote_id, &cb->remote_id)))
		cfg_report(ld, CFG_ERROR, b->file, cfg_line_of(b, KEY_REMOTE_ID),
			   "cannot be told from connection '%s' (%s), which has remote = %s too, expected a remote-id of its own in each%s",
			   ca->name, place(b, a, KEY_REMOTE_ID, at), who,
			   any ? "" : ", or one connection with all networks");
	return ld->errs->n == before;
}

void cfg_lint(struct cfg_load *ld)
{
	for (unsigned int i = 0; i < ld->n_conns; i++) {
		bool peer_ok = true;	/* one clash tells the operator enough */

		for (unsigned int j = 0; j < i; j++) {
			if (ld->conns[i].duplicate || ld->conns[j].duplicate)
				continue;
			check_overlap(ld, &ld->conns[j], &ld->conns[i]);
			peer_ok = peer_ok && check_same_peer(ld, &ld->conns[j], &ld->conns[i]);
		}
		cfg_profile_check_gateway(ld, i);
	}
}
