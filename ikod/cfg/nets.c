// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "cfg/cfg_priv.h"
#include "wire/dn.h"
#include "wire/suggest.h"

/* Addresses, networks, identities and proposals. */

static bool check_v4(struct cfg_value *v, const union endpoint *ep)
{
	uint32_t host = ntohl(ep->v4.sin_addr.s_addr);

	if (IN_MULTICAST(host) || host == INADDR_BROADCAST)
		return cfg_bad(v, "no address of a single machine", NULL);
	if (host == INADDR_ANY)
		return cfg_bad(v, NULL, "any");
	return true;
}

static bool check_v6(struct cfg_value *v, const union endpoint *ep)
{
	const struct in6_addr *a = &ep->v6.sin6_addr;
	char meant[INET6_ADDRSTRLEN];

	if (IN6_IS_ADDR_UNSPECIFIED(a))
		return cfg_bad(v, NULL, "any");
	if (IN6_IS_ADDR_MULTICAST(a))
		return cfg_bad(v, "no address of a single machine", NULL);
	if (IN6_IS_ADDR_LINKLOCAL(a))
		return cfg_bad(v, "a link-local address means nothing without its link", NULL);
	if (IN6_IS_ADDR_V4MAPPED(a))
		return cfg_bad(v, "an IPv4 address in an IPv6 one",
			       inet_ntop(AF_INET, &a->s6_addr[12], meant, sizeof(meant)));
	return true;
}

bool cfg_set_addr(struct cfg_value *v, void *base)
{
	union endpoint *ep = (union endpoint *)((char *)base + v->key->off);

	if (!strcasecmp(v->text, "any") || !strcmp(v->text, "%any")) {
		memset(ep, 0, sizeof(*ep));
		return true;
	}
	if (!addr_parse(v->text, ep)) {
		memset(ep, 0, sizeof(*ep));
		if (isalpha((unsigned char)*v->text))
			return cfg_bad(v, "host names are not looked up", NULL);
		return cfg_bad(v, NULL, NULL);
	}
	return ep->sa.sa_family == AF_INET ? check_v4(v, ep) : check_v6(v, ep);
}

static bool domain_ok(const char *s, size_t len)
{
	if (!len || len >= V1_ID_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)s[i]) && !strchr(".-_", s[i]))
			return false;
	return true;
}

static void id_data(struct v1_id *id, uint8_t type, const void *p, size_t len)
{
	memset(id, 0, sizeof(*id));
	id->type = type;
	id->len = len;
	memcpy(id->data, p, len);
}

/* RFC 2407 4.6.2.1; "@name" is a domain name, as other implementations write it */
bool cfg_set_id(struct cfg_value *v, void *base)
{
	struct v1_id *id = (struct v1_id *)((char *)base + v->key->off);
	const char *s = v->text;
	const char *at;
	union endpoint ep;
	const uint8_t *raw;
	size_t len;

	if (addr_parse(s, &ep)) {
		raw = endpoint_addr(&ep, &len);
		id_data(id, ep.sa.sa_family == AF_INET ? IDT_IPV4 : IDT_IPV6, raw, len);
		return true;
	}
	if (*s == '@')
		s++;
	len = strlen(s);
	at = strchr(s, '@');
	if (len >= V1_ID_MAX)
		return cfg_bad(v, "longer than 255 characters", NULL);
	if (strchr(s, '=')) {
		id_data(id, IDT_DER_DN, "", 0);
		if (!dn_from_text(s, id->data, sizeof(id->data), &id->len))
			return cfg_bad(v, NULL, NULL);
		id->dn = dn_hash(id->data, id->len);
		return true;
	}
	if (at) {
		if (at == s || !domain_ok(at + 1, strlen(at + 1)) || strpbrk(s, " \t\"\\"))
			return cfg_bad(v, NULL, NULL);
		id_data(id, IDT_USER_FQDN, s, len);
		return true;
	}
	/* digits and dots only are an address with a slip, never a name */
	if (!domain_ok(s, len) || strspn(s, "0123456789.") == len)
		return cfg_bad(v, NULL, NULL);
	id_data(id, IDT_FQDN, s, len);
	return true;
}

/* Next item of a list in place: separated by commas or blanks. NULL at the end. */
static char *list_next(char **at)
{
	char *item = *at + strspn(*at, ", \t");
	size_t len = strcspn(item, ", \t");

	if (!len)
		return NULL;
	*at = item + len;
	if (**at)
		*(*at)++ = '\0';
	return item;
}

/* "192.168.1.7/24": the network that was probably meant; false if it is no such slip */
static bool subnet_without_host_bits(const char *s, char out[SUBNET_STRLEN])
{
	char text[SUBNET_STRLEN];
	const char *slash = strchr(s, '/');
	uint8_t raw[16];
	int family = strchr(s, ':') ? AF_INET6 : AF_INET;
	unsigned int bits = family == AF_INET ? 32 : 128;
	unsigned int prefix = 0;
	size_t len = slash ? (size_t)(slash - s) : 0;

	if (!slash || len >= sizeof(text) || !slash[1] || strspn(slash + 1, "0123456789") != strlen(slash + 1) ||
	    strlen(slash + 1) > 3)
		return false;
	for (const char *c = slash + 1; *c; c++)
		prefix = prefix * 10 + (unsigned int)(*c - '0');
	memcpy(text, s, len);
	text[len] = '\0';
	if (prefix > bits || inet_pton(family, text, raw) != 1)
		return false;
	for (unsigned int i = prefix; i < bits; i++)
		raw[i / 8] &= (uint8_t)~(0x80u >> (i % 8));
	if (!inet_ntop(family, raw, text, sizeof(text)))
		return false;
	snprintf(out, SUBNET_STRLEN, "%.45s/%u", text, prefix);
	return true;
}

static bool bad_subnet(struct cfg_value *v, const char *item)
{
	char wrong[CFG_QUOTE_LEN + 40];
	char q[CFG_QUOTE_LEN];
	char meant[SUBNET_STRLEN];

	if (subnet_without_host_bits(item, meant)) {
		snprintf(wrong, sizeof(wrong), "'%s' has bits set behind its prefix", cfg_quote(item, q));
		return cfg_bad(v, wrong, meant);
	}
	snprintf(wrong, sizeof(wrong), "'%s' is no network", cfg_quote(item, q));
	return cfg_bad(v, wrong, NULL);
}

static bool set_subnets(struct cfg_value *v, struct subnet *nets, unsigned int *n)
{
	char *copy = cfg_strndup(v->text, strlen(v->text));
	char *at = copy;
	bool ok = true;

	*n = 0;
	for (char *item = list_next(&at); item; item = list_next(&at)) {
		if (*n == SUBNETS_MAX) {
			ok = cfg_bad(v, "more than 50 networks", NULL);
			break;
		}
		if (subnet_parse(item, &nets[*n]))
			(*n)++;
		else
			ok = bad_subnet(v, item);
	}
	cfg_wipe_free(copy);
	if (ok && !*n)
		ok = cfg_bad(v, NULL, NULL);
	return ok;
}

/* The one network is given by mode config later; until then its place is kept. */
static bool set_mode_config(const struct cfg_value *v, struct subnet *nets, unsigned int *n, bool *flag)
{
	if (strcasecmp(v->text, "mode-config"))
		return false;
	*flag = true;
	*n = 1;
	nets[0] = (struct subnet){ .family = AF_INET, .prefixlen = 32 };
	return true;
}

bool cfg_set_local_subnets(struct cfg_value *v, void *base)
{
	struct conn_cfg *c = base;

	return set_mode_config(v, c->local_subnets, &c->n_local, &c->local_mode_config) ||
	       set_subnets(v, c->local_subnets, &c->n_local);
}

bool cfg_set_remote_subnets(struct cfg_value *v, void *base)
{
	struct conn_cfg *c = base;

	return set_mode_config(v, c->remote_subnets, &c->n_remote, &c->remote_mode_config) ||
	       set_subnets(v, c->remote_subnets, &c->n_remote);
}

bool cfg_set_pool(struct cfg_value *v, void *base)
{
	struct subnet *pool = (struct subnet *)((char *)base + v->key->off);

	if (!subnet_parse(v->text, pool))
		return bad_subnet(v, v->text);
	if (pool->family == AF_INET && pool->prefixlen >= 8 && pool->prefixlen <= 30)
		return true;
	memset(pool, 0, sizeof(*pool));
	return cfg_bad(v, "a pool is an IPv4 network with a prefix of 8 to 30 bits", NULL);
}

static bool bad_suite(struct cfg_value *v, const char *item, const char *why)
{
	char wrong[CFG_QUOTE_LEN + 320];
	char q[CFG_QUOTE_LEN];

	snprintf(wrong, sizeof(wrong), "'%s': %s", cfg_quote(item, q), why);
	cfg_report(v->ld, CFG_ERROR, v->file, v->line, "%s: %s (expected %s)", v->name, wrong, v->expect);
	return false;
}

bool cfg_set_ike(struct cfg_value *v, void *base)
{
	struct conn_cfg *c = base;
	char *copy = cfg_strndup(v->text, strlen(v->text));
	char *at = copy;
	char why[256] = "";
	bool ok = true;

	c->n_ike = 0;
	for (char *item = list_next(&at); item; item = list_next(&at)) {
		if (c->n_ike == SUITES_MAX) {
			ok = cfg_bad(v, "more than 16 proposals", NULL);
			break;
		}
		if (ike_suite_parse(item, &c->ike[c->n_ike], why, sizeof(why)))
			c->n_ike++;
		else
			ok = bad_suite(v, item, why);
	}
	cfg_wipe_free(copy);
	return ok && !c->n_ike ? cfg_bad(v, NULL, NULL) : ok;
}

bool cfg_set_esp(struct cfg_value *v, void *base)
{
	struct conn_cfg *c = base;
	char *copy = cfg_strndup(v->text, strlen(v->text));
	char *at = copy;
	char why[256] = "";
	bool ok = true;

	c->n_esp = 0;
	for (char *item = list_next(&at); item; item = list_next(&at)) {
		if (c->n_esp == SUITES_MAX) {
			ok = cfg_bad(v, "more than 16 proposals", NULL);
			break;
		}
		if (esp_suite_parse(item, &c->esp[c->n_esp], why, sizeof(why)))
			c->n_esp++;
		else
			ok = bad_suite(v, item, why);
	}
	cfg_wipe_free(copy);
	return ok && !c->n_esp ? cfg_bad(v, NULL, NULL) : ok;
}

bool cfg_set_pfs(struct cfg_value *v, void *base)
{
	static const char *const none[] = { "none", "no", "off", "false", "disable", "disabled" };
	static const char *const yes[] = { "yes", "on", "true" };
	static const char *const known[] = {
		"none", "modp1024", "modp1536", "modp2048", "modp3072", "modp4096", "modp6144", "modp8192",
		"ecp256", "ecp384", "ecp521", "yes", "no",
	};
	struct conn_cfg *c = base;

	for (size_t i = 0; i < ARRAY_LEN(none); i++) {
		if (!strcasecmp(v->text, none[i])) {
			c->pfs = DH_NONE;
			return true;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		if (!strcasecmp(v->text, yes[i])) {
			c->pfs = CFG_PFS_IKE;
			return true;
		}
	}
	if (dh_group_parse(v->text, &c->pfs))
		return true;
	return cfg_bad(v, NULL, suggest(v->text, known, ARRAY_LEN(known)));
}
