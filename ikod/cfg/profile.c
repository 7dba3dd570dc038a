// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "cfg/cfg_priv.h"

/*
 * What gateways of a kind take no more of. They do not say so in the
 * negotiation: pairs beyond the limit fail one by one, or push others out.
 */

/**
 * struct limits - of one kind of gateway; 0: none known
 * @pairs: of networks, in all connections to one gateway
 * @per_conn: the same in one connection
 * @rules: one network of one side with all of the other is one rule
 * @lists: more than one proposal upsets it
 */
struct limits {
	const char *name;
	unsigned int pairs, per_conn, rules;
	bool lists;
};

static const struct limits limits[] = {
	[PROFILE_NONE] = { .name = "none" },
	[PROFILE_HUAWEI_CLASSIC] = { .name = "huawei-classic", .pairs = 225, .rules = 5, .lists = true },
	[PROFILE_HUAWEI_ENTERPRISE] = { .name = "huawei-enterprise", .pairs = 300, .rules = 5, .lists = true },
	[PROFILE_AWS] = { .name = "aws", .per_conn = 1 },
	[PROFILE_AZURE] = { .name = "azure", .pairs = 100 },
};

const struct cfg_word cfg_profile_words[] = {
	{ "none", PROFILE_NONE }, { "huawei-classic", PROFILE_HUAWEI_CLASSIC },
	{ "huawei-enterprise", PROFILE_HUAWEI_ENTERPRISE }, { "aws", PROFILE_AWS }, { "azure", PROFILE_AZURE },
	{ NULL, 0 },
};

static const struct limits *limits_of(const struct cfg_conn *c)
{
	return &limits[c->cfg->profile];
}

static unsigned int of_family(const struct subnet *nets, unsigned int n, uint16_t family)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < n; i++)
		count += nets[i].family == family;
	return count;
}

static unsigned int pairs_of(const struct cfg_conn *c)
{
	const struct conn_cfg *cfg = c->cfg;

	return of_family(cfg->local_subnets, cfg->n_local, AF_INET) *
	       of_family(cfg->remote_subnets, cfg->n_remote, AF_INET) +
	       of_family(cfg->local_subnets, cfg->n_local, AF_INET6) *
	       of_family(cfg->remote_subnets, cfg->n_remote, AF_INET6);
}

static int profile_line(const struct cfg_conn *c)
{
	return c->cfg->at[KEY_PROFILE].line;
}

/*
 * Which side the rules are counted on is the gateway's affair: the shorter list
 * is taken for it. A rule has up to 50 networks, and so has any list here.
 */
static void check_rules(struct cfg_load *ld, const struct cfg_conn *c, const struct limits *l)
{
	unsigned int local = c->cfg->n_local, remote = c->cfg->n_remote;
	unsigned int rules = local < remote ? local : remote;

	if (l->rules && rules > l->rules)
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_REMOTE_SUBNETS),
			   "remote-subnets: %u networks with %u local ones make %u rules, expected at most %u with profile = %s (line %d): fewer networks, or larger ones that hold several",
			   remote, local, rules, l->rules, l->name, profile_line(c));
}

static void check_lists(struct cfg_load *ld, const struct cfg_conn *c, const struct limits *l)
{
	static const enum conn_key keys[] = { KEY_IKE, KEY_ESP };
	const unsigned int n[] = { c->cfg->n_ike, c->cfg->n_esp };

	for (size_t i = 0; l->lists && i < ARRAY_LEN(keys); i++)
		if (n[i] > 1)
			cfg_report(ld, CFG_WARNING, c->file, c->cfg->at[keys[i]].line,
				   "%s: %u proposals: gateways with profile = %s (line %d) may refuse a list, expected the one that the gateway is set to",
				   conn_key_name(keys[i]), n[i], l->name, profile_line(c));
}

void cfg_profile_check(struct cfg_load *ld, const struct cfg_conn *c)
{
	const struct limits *l = limits_of(c);
	unsigned int pairs = pairs_of(c);

	if (c->cfg->profile == PROFILE_NONE)
		return;
	check_rules(ld, c, l);
	check_lists(ld, c, l);
	if (l->per_conn && pairs > l->per_conn)
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_REMOTE_SUBNETS),
			   "remote-subnets: %u pairs of networks, expected %u with profile = %s (line %d): one tunnel has one pair of SAs, such as 0.0.0.0/0 on both sides",
			   pairs, l->per_conn, l->name, profile_line(c));
}

void cfg_profile_check_gateway(struct cfg_load *ld, unsigned int i)
{
	const struct cfg_conn *c = &ld->conns[i];
	const struct limits *l = limits_of(c);
	unsigned int pairs = pairs_of(c), others = 0;

	if (!l->pairs || c->duplicate)
		return;
	for (unsigned int k = 0; k < i; k++)
		if (!ld->conns[k].duplicate && cfg_one_gateway(c, &ld->conns[k]))
			others += pairs_of(&ld->conns[k]);
	if (pairs + others <= l->pairs || others > l->pairs)	/* the first that is too much is the one reported */
		return;
	cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_REMOTE_SUBNETS),
		   "remote-subnets: %u pairs of networks%s, expected at most %u with profile = %s (line %d)", pairs + others,
		   others ? " to one gateway with the connections before it" : "", l->pairs, l->name, profile_line(c));
}
