// SPDX-License-Identifier: GPL-2.0
#include "core/config.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const key_names[KEY_N] = {
	[KEY_NONE] = "",
#define X(sym, name, expect) [KEY_##sym] = name,
	CONN_KEYS(X)
#undef X
};

const char *conn_key_name(enum conn_key k)
{
	return k < KEY_N ? key_names[k] : "";
}

struct conn_cfg *conn_cfg_new(const char *name)
{
	struct conn_cfg *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->refs = 1;
	snprintf(c->name, sizeof(c->name), "%s", name);
	c->ike_version = 1;
	c->ike[0] = (struct ike_suite){
		.enc = ENC_AES_CBC, .keybits = 128, .hash = HASH_SHA2_256, .group = DH_MODP2048,
	};
	c->n_ike = 1;
	c->auth[0] = P1_AUTH_PSK;
	c->n_auth = 1;
	c->esp[0] = (struct esp_suite){ .enc = ENC_AES_CBC, .keybits = 128, .integ = HASH_SHA2_256 };
	c->n_esp = 1;
	c->pfs = DH_MODP2048;
	c->ike_lifetime = 86400;
	c->esp_lifetime = 3600;
	c->quick_modes = 1;
	snprintf(c->interface, sizeof(c->interface), "vpn0");
	c->routes = true;
	c->start = START_AUTO;
	c->dpd = DPD_ON_DEMAND;
	c->dpd_idle = 30;
	c->dpd_retransmit = 15;
	c->dpd_retries = 3;
	c->encap = ENCAP_AUTO;
	c->ike_fragmentation = IKE_FRAG_YES;
	c->nat_keepalive = 20;
	c->replay_window = 1024;
	c->sha256_truncation = 128;
	c->outer = (struct outer_cfg){ .dscp = DSCP_COPY, .ttl = TTL_ROUTE, .ecn = true, .mss_clamp = true };
	c->rekey_margin = 10;
	c->retransmit_timeout = 2000;
	c->retransmit_tries = 5;
	return c;
}

struct conn_cfg *conn_cfg_get(struct conn_cfg *c)
{
	c->refs++;
	return c;
}

bool conn_cfg_has_auth(const struct conn_cfg *c, uint16_t auth)
{
	for (unsigned int i = 0; i < c->n_auth; i++)
		if (c->auth[i] == auth)
			return auth == P1_AUTH_PSK ? c->psk.p != NULL : c->pki != NULL;
	return false;
}

void conn_cfg_put(struct conn_cfg *c)
{
	if (!c || --c->refs)
		return;
	secret_wipe(&c->psk);
	secret_wipe(&c->xauth_password);
	if (c->users)
		OPENSSL_cleanse(c->users, c->n_users * sizeof(*c->users));
	free(c->users);
	pki_free(c->pki);
	free(c->file);
	free(c);
}

static bool subnets_same(const struct subnet *a, unsigned int na, const struct subnet *b, unsigned int nb)
{
	if (na != nb)
		return false;
	for (unsigned int i = 0; i < na; i++)
		if (!subnet_eq(&a[i], &b[i]))
			return false;
	return true;
}

static bool ike_suites_same(const struct conn_cfg *a, const struct conn_cfg *b)
{
	if (a->n_ike != b->n_ike)
		return false;
	for (unsigned int i = 0; i < a->n_ike; i++) {
		const struct ike_suite *x = &a->ike[i], *y = &b->ike[i];

		if (x->enc != y->enc || x->keybits != y->keybits || x->hash != y->hash || x->group != y->group)
			return false;
	}
	return true;
}

static bool esp_suites_same(const struct conn_cfg *a, const struct conn_cfg *b)
{
	if (a->n_esp != b->n_esp)
		return false;
	for (unsigned int i = 0; i < a->n_esp; i++) {
		const struct esp_suite *x = &a->esp[i], *y = &b->esp[i];

		if (x->enc != y->enc || x->keybits != y->keybits || x->integ != y->integ || x->group != y->group)
			return false;
	}
	return true;
}

static bool id_same(const struct v1_id *a, const struct v1_id *b)
{
	return a->type == b->type && (!a->type || v1_id_eq(a, b));
}

static bool ends_same(const struct conn_cfg *a, const struct conn_cfg *b)
{
	return a->local.sa.sa_family == b->local.sa.sa_family && a->remote.sa.sa_family == b->remote.sa.sa_family &&
	       (a->local.sa.sa_family == AF_UNSPEC || addr_eq(&a->local, &b->local)) &&
	       (a->remote.sa.sa_family == AF_UNSPEC || addr_eq(&a->remote, &b->remote)) &&
	       id_same(&a->local_id, &b->local_id) && id_same(&a->remote_id, &b->remote_id);
}

static bool inner_same(const struct conn_cfg *a, const struct conn_cfg *b)
{
	return a->local_mode_config == b->local_mode_config && a->remote_mode_config == b->remote_mode_config &&
	       a->mode_config == b->mode_config && subnet_eq(&a->pool, &b->pool) && addr_eq(&a->pool_dns, &b->pool_dns);
}

static bool xauth_same(const struct conn_cfg *a, const struct conn_cfg *b)
{
	if (a->xauth != b->xauth || strcmp(a->xauth_user, b->xauth_user) || a->n_users != b->n_users ||
	    !secret_eq(&a->xauth_password, &b->xauth_password))
		return false;
	for (unsigned int i = 0; i < a->n_users; i++)
		if (strcmp(a->users[i].name, b->users[i].name) ||
		    CRYPTO_memcmp(&a->users[i].hash, &b->users[i].hash, sizeof(a->users[i].hash)))
			return false;
	return true;
}

static bool auth_same(const struct conn_cfg *a, const struct conn_cfg *b)
{
	return a->n_auth == b->n_auth && !memcmp(a->auth, b->auth, a->n_auth * sizeof(a->auth[0])) &&
	       secret_eq(&a->psk, &b->psk) && pki_same(a->pki, b->pki);
}

static bool outer_same(const struct outer_cfg *a, const struct outer_cfg *b)
{
	return a->df == b->df && a->fragment == b->fragment && a->dscp == b->dscp && a->ttl == b->ttl &&
	       a->ecn == b->ecn && a->mss_clamp == b->mss_clamp;
}

static bool esp_numbers_same(const struct conn_cfg *a, const struct conn_cfg *b)
{
	return a->nat_keepalive == b->nat_keepalive && a->replay_window == b->replay_window && a->esn == b->esn &&
	       a->sha256_truncation == b->sha256_truncation && a->tfc == b->tfc && outer_same(&a->outer, &b->outer);
}

static bool dpd_same(const struct conn_cfg *a, const struct conn_cfg *b)
{
	return a->dpd == b->dpd && a->dpd_action == b->dpd_action && a->dpd_order == b->dpd_order &&
	       a->dpd_idle == b->dpd_idle && a->dpd_retransmit == b->dpd_retransmit &&
	       a->dpd_retries == b->dpd_retries;
}

static bool numbers_same(const struct conn_cfg *a, const struct conn_cfg *b)
{
	return a->ike_version == b->ike_version && a->mode == b->mode && a->pfs == b->pfs && a->ike_lifetime == b->ike_lifetime &&
	       a->esp_lifetime == b->esp_lifetime && a->esp_lifebytes == b->esp_lifebytes &&
	       a->lifetime_policy == b->lifetime_policy && a->quick_modes == b->quick_modes &&
	       a->routes == b->routes && a->start == b->start && dpd_same(a, b) && a->encap == b->encap &&
	       a->ike_fragmentation == b->ike_fragmentation &&
	       esp_numbers_same(a, b) && a->rekey_margin == b->rekey_margin && a->retransmit_timeout == b->retransmit_timeout &&
	       a->retransmit_tries == b->retransmit_tries && a->weak_crypto == b->weak_crypto;
}

bool conn_cfg_same(const struct conn_cfg *a, const struct conn_cfg *b)
{
	return !strcmp(a->name, b->name) && !strcmp(a->interface, b->interface) && ends_same(a, b) &&
	       inner_same(a, b) && xauth_same(a, b) &&
	       numbers_same(a, b) && ike_suites_same(a, b) && esp_suites_same(a, b) &&
	       subnets_same(a->local_subnets, a->n_local, b->local_subnets, b->n_local) &&
	       subnets_same(a->remote_subnets, a->n_remote, b->remote_subnets, b->n_remote) &&
	       auth_same(a, b);
}

const char *conn_cfg_where(const struct conn_cfg *c, enum conn_key k, char *out, size_t len)
{
	const struct cfg_where *w = &c->where;

	if (k > KEY_NONE && k < KEY_N && c->at[k].line)
		w = &c->at[k];
	if (w->file && w->line)
		snprintf(out, len, "%s:%d", w->file, w->line);
	else
		snprintf(out, len, "[connection %s]", c->name);
	return out;
}
