// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "cfg/cfg_priv.h"
#include "wire/suggest.h"

/* Certificates: auth = rsa-sig, and the files that it needs. */

#define RSA_BITS_MIN 2048

bool cfg_set_auth(struct cfg_value *v, void *base)
{
	static const struct {
		const char *word;
		uint16_t auth;
	} words[] = { { "psk", P1_AUTH_PSK }, { "rsa-sig", P1_AUTH_RSA_SIG } };
	const char *const names[] = { words[0].word, words[1].word };
	struct conn_cfg *cfg = base;
	const char *s = v->text;
	char item[32];

	cfg->n_auth = 0;
	for (s += strspn(s, ", \t"); *s; s += strspn(s, ", \t")) {
		size_t len = strcspn(s, ", \t"), i = 0;

		snprintf(item, sizeof(item), "%.*s", (int)len, s);
		while (i < ARRAY_LEN(words) && strcmp(words[i].word, item))
			i++;
		if (i == ARRAY_LEN(words))
			return cfg_bad(v, NULL, suggest(item, names, ARRAY_LEN(names)));
		for (unsigned int k = 0; k < cfg->n_auth; k++)
			if (cfg->auth[k] == words[i].auth)
				return cfg_bad(v, "a method stands twice", NULL);
		cfg->auth[cfg->n_auth++] = words[i].auth;
		s += len;
	}
	return cfg->n_auth || cfg_bad(v, NULL, NULL);
}

static bool wants(const struct cfg_conn *c, uint16_t auth)
{
	for (unsigned int i = 0; i < c->cfg->n_auth; i++)
		if (c->cfg->auth[i] == auth)
			return true;
	return false;
}

bool cfg_wants_psk(const struct cfg_conn *c)
{
	return wants(c, P1_AUTH_PSK);
}

/** struct file_row - a key that names a file, and what becomes of that; @must: with rsa-sig */
static const struct file_row {
	enum conn_key key;
	bool must;
	enum cfg_keep keep;
	bool (*load)(struct pki *p, const struct secret *pem, char why[PKI_WHY]);
} file_rows[] = {
	{ KEY_CERTIFICATE, true, CFG_PUBLIC, pki_load_certificate },
	{ KEY_PRIVATE_KEY, true, CFG_SECRET, pki_load_key },
	/* who writes it decides whom we trust; the others are worth nothing without a CA's signature */
	{ KEY_CA, true, CFG_TRUSTED, pki_load_ca },
	{ KEY_CRL, false, CFG_PUBLIC, pki_load_crl },
};

static bool file_load(struct cfg_load *ld, struct cfg_conn *c, const struct file_row *row, struct pki *p)
{
	char *path = cfg_named_path(c, row->key), q[CFG_QUOTE_LEN], why[PKI_WHY];
	struct secret text = { 0 };
	bool ok = cfg_named_file(ld, c, row->key, row->keep, &text);

	if (ok && !row->load(p, &text, why)) {
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, row->key), "%s: '%s' %s, expected %s",
			   conn_key_name(row->key), cfg_quote(path, q), why, conn_key_expect(row->key));
		ok = false;
	}
	secret_wipe(&text);
	free(path);
	return ok;
}

static bool files_load(struct cfg_load *ld, struct cfg_conn *c, struct pki *p)
{
	bool ok = true;

	for (size_t i = 0; i < ARRAY_LEN(file_rows); i++) {
		const struct file_row *row = &file_rows[i];

		if (c->written[row->key]) {
			ok &= file_load(ld, c, row, p);
		} else if (row->must) {
			cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_AUTH),
				   "auth = rsa-sig needs %s, expected %s = FILE, %s", conn_key_name(row->key),
				   conn_key_name(row->key), conn_key_expect(row->key));
			ok = false;
		}
	}
	return ok;
}

/* A peer that is given an identity which the certificate does not hold refuses it. */
static void check_identity(struct cfg_load *ld, const struct cfg_conn *c, const struct pki *p)
{
	struct conn_cfg *cfg = c->cfg;
	char ids[PKI_WHY], text[V1_ID_STRLEN];
	struct v1_id id = cfg->local_id;
	const uint8_t *raw;
	size_t len;

	if (c->bad[KEY_LOCAL_ID] || c->bad[KEY_LOCAL])
		return;
	if (!id.type) {
		if (cfg->local.sa.sa_family == AF_UNSPEC)
			return;		/* known only once there is a path */
		raw = endpoint_addr(&cfg->local, &len);
		id.type = len == 4 ? IDT_IPV4 : IDT_IPV6;
		id.len = len;
		memcpy(id.data, raw, len);
	}
	if (pki_has_id(p, &id)) {
		/* byte for byte as the certificate has it, for peers that compare no other way */
		if (id.type == IDT_DER_DN)
			pki_subject(p, &cfg->local_id);
		return;
	}
	pki_ids(p, ids, sizeof(ids));
	cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_LOCAL_ID),
		   "local-id: %s is not in the certificate (line %d), expected local-id = one of: %s", v1_id_str(&id, text),
		   cfg_line_of(c, KEY_CERTIFICATE), ids);
}

static void check_times(struct cfg_load *ld, const struct cfg_conn *c, const struct pki *p)
{
	char when[64];

	switch (pki_time(p, when)) {
	case PKI_VALID:
		break;
	case PKI_NOT_YET:
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_CERTIFICATE),
			   "certificate: is not valid before %s, expected one that is, or the clock to be set", when);
		break;
	case PKI_EXPIRED:
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_CERTIFICATE),
			   "certificate: expired at %s, expected a new one", when);
		break;
	}
	if (pki_crl_outdated(p, when))
		cfg_report(ld, CFG_WARNING, c->file, cfg_line_of(c, KEY_CRL),
			   "crl: should have been replaced by %s, expected a newer one: its CA's peers are refused", when);
}

static void check_strength(struct cfg_load *ld, const struct cfg_conn *c, const struct pki *p)
{
	unsigned int bits = pki_key_bits(p);

	if (bits < RSA_BITS_MIN)
		cfg_report(ld, c->cfg->weak_crypto ? CFG_WARNING : CFG_ERROR, c->file, cfg_line_of(c, KEY_CERTIFICATE),
			   "certificate: an RSA key of %u bits is weak, expected %d or more%s", bits, RSA_BITS_MIN,
			   c->cfg->weak_crypto ? "" : ", or weak-crypto = yes");
}

static void credentials_read(struct cfg_load *ld, struct cfg_conn *c)
{
	struct pki *p = pki_new();

	if (!p)
		abort();
	if (!files_load(ld, c, p)) {
		pki_free(p);
		return;
	}
	c->cfg->pki = p;
	if (!pki_key_fits(p))
		cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, KEY_PRIVATE_KEY),
			   "private-key: does not belong to the certificate (line %d), expected the key that it was made for",
			   cfg_line_of(c, KEY_CERTIFICATE));
	check_times(ld, c, p);
	check_strength(ld, c, p);
	check_identity(ld, c, p);
}

static void check_unused(struct cfg_load *ld, const struct cfg_conn *c)
{
	for (size_t i = 0; i < ARRAY_LEN(file_rows); i++)
		if (c->written[file_rows[i].key])
			cfg_report(ld, CFG_ERROR, c->file, cfg_line_of(c, file_rows[i].key),
				   "%s changes nothing without certificates, expected auth = rsa-sig as well",
				   conn_key_name(file_rows[i].key));
}

void cfg_credentials_read(struct cfg_load *ld)
{
	for (unsigned int i = 0; i < ld->n_conns; i++) {
		struct cfg_conn *c = &ld->conns[i];

		if (c->bad[KEY_AUTH])
			continue;
		if (wants(c, P1_AUTH_RSA_SIG))
			credentials_read(ld, c);
		else
			check_unused(ld, c);
	}
}
