// SPDX-License-Identifier: GPL-2.0
/*
 * Configuration files: ikod.conf, then conf.d/10-more.conf, the secrets file and
 * a file of users (fuzz.users) behind a line "%%%" each, if there are such; the
 * files that they may name besides are always the same. What passes every check
 * is given to an engine.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz/check.h"
#include "fuzz/creds.h"
#include "fuzz/folder.h"
#include "fuzz/rig.h"

#define MARK "\n%%%\n"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	folder_enter();
	creds_write(folder_write);
	folder_write("open.key", "x", 1);
	folder_write("anna.pw", "secret-1\n", 9);
	folder_write("empty", "\n", 1);
	folder_write("nul", "a\0b", 3);
	FUZZ_CHECK(!chmod("open.key", 0644));
	return 0;
}

/* One part to a file; the rest of the input. */
static const uint8_t *part(const char *name, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *mark;

	if (!p) {
		folder_write(name, NULL, 0);
		return NULL;
	}
	mark = memmem(p, (size_t)(end - p), MARK, strlen(MARK));
	folder_write(name, p, (size_t)((mark ? mark : end) - p));
	return mark ? mark + strlen(MARK) : NULL;
}

/* Somebody reads it on a terminal. */
static void check_text(const struct cfg_errors *errs)
{
	unsigned int errors = 0;

	for (unsigned int i = 0; i < errs->n; i++) {
		const struct cfg_error *e = &errs->v[i];

		errors += e->severity == CFG_ERROR;
		FUZZ_CHECK(*e->text);
		for (const char *s = e->text; *s; s++)
			FUZZ_CHECK(*s >= 0x20 && *s != 0x7f);
		FUZZ_CHECK(!i || errs->v[i - 1].file < e->file ||
			   (errs->v[i - 1].file == e->file && errs->v[i - 1].line <= e->line));
	}
	FUZZ_CHECK(errors == errs->n_errors);
}

static void check_conn(const struct conn_cfg *c)
{
	char where[300];

	FUZZ_CHECK(c->name[0] && strlen(c->name) <= CONN_NAME_MAX && c->refs);
	FUZZ_CHECK(c->n_local && c->n_local <= SUBNETS_MAX && c->n_remote && c->n_remote <= SUBNETS_MAX);
	FUZZ_CHECK(c->n_ike && c->n_ike <= SUITES_MAX && c->n_esp && c->n_esp <= SUITES_MAX);
	FUZZ_CHECK(c->ike_lifetime && c->esp_lifetime && c->retransmit_tries && c->retransmit_timeout);
	FUZZ_CHECK(c->pfs == DH_NONE || dh_info(c->pfs));
	FUZZ_CHECK(strnlen(c->interface, sizeof(c->interface)) < sizeof(c->interface));
	for (unsigned int i = 0; i < c->n_ike; i++)
		FUZZ_CHECK(dh_info(c->ike[i].group) && enc_info(c->ike[i].enc) && hash_info(c->ike[i].hash));
	for (unsigned int i = 0; i < c->n_esp; i++)
		FUZZ_CHECK(esp_keymat_len(&c->esp[i]) && esp_keymat_len(&c->esp[i]) <= 160);
	for (unsigned int k = 0; k < KEY_N; k++)
		FUZZ_CHECK(*conn_cfg_where(c, k, where, sizeof(where)));
	FUZZ_CHECK(conn_cfg_same(c, c));
}

static void counting(void *ctx, void *out, size_t len)
{
	uint8_t *n = ctx;

	memset(out, ++*n, len);
}

/* It begins, opens phase 1s, and forgets it all. */
static void take(const struct ike_config *cfg)
{
	uint8_t n = 0;
	struct ike_env env = { counting, &n };
	struct ike_engine *e = ike_engine_new(&env, 1000);
	struct ike_config none = { 0 };

	ike_configure(e, 1000, cfg);
	check_engine(e);
	FUZZ_CHECK(HASH_COUNT(e->conns) == cfg->n);
	ike_configure(e, 1001, cfg);
	ike_tick(e, 20000);
	check_engine(e);
	ike_configure(e, 20001, &none);
	FUZZ_CHECK(!e->conns && !e->sas && !e->remotes && !e->peers);
	ike_engine_free(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cfg_errors errs = { 0 };
	const uint8_t *p = data;
	struct cfg cfg;
	bool ok;

	p = part("ikod.conf", p, data + size);
	p = part("conf.d/10-more.conf", p, data + size);
	p = part("secrets", p, data + size);
	part("fuzz.users", p, data + size);
	ok = cfg_load("ikod.conf", &cfg, &errs);
	FUZZ_CHECK(ok == !errs.n_errors);
	check_text(&errs);
	if (ok) {
		FUZZ_CHECK(cfg.ike_port && cfg.natt_port && cfg.control_socket[0]);
		for (unsigned int i = 0; i < cfg.ike.n; i++)
			check_conn(cfg.ike.conns[i]);
		if (cfg.ike.n <= 8)
			take(&cfg.ike);
	}
	cfg_free(&cfg);
	cfg_errors_free(&errs);
	return 0;
}
