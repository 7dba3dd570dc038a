/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CFG_CFG_PRIV_H
#define IKOD_CFG_CFG_PRIV_H

#include "cfg/cfg.h"

/*
 * Inside the reader. A load has four steps, and each goes on after an error so
 * that the operator sees all of them at once:
 *
 *   reader.c   bytes to sections and entries, with exact lines
 *   keys.c     entries to typed members, through one table row a key (values.c)
 *   files.c, secrets.c, credentials.c, xauth.c
 *              pre-shared keys, certificates and passwords, kept in memory that is wiped
 *   lint.c     what holds between keys and between connections
 */

#define CFG_FILE_MAX	(1024 * 1024)
#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))

/** struct cfg_file - a file being read; @order counts from 0, errors sort by it */
struct cfg_file {
	char *path;
	unsigned int order;
};

/** struct cfg_entry - "key = value"; @value has continuation lines joined by a blank */
struct cfg_entry {
	char *key;
	char *value;
	int line;
};

/** struct cfg_section - "[head]" with what follows it */
struct cfg_section {
	const struct cfg_file *file;
	char *head;
	int line;
	struct cfg_entry *entries;
	unsigned int n;
};

/** struct cfg_conn - a connection under construction; @cfg has a reference of its own */
struct cfg_conn {
	const struct cfg_file *file;
	const struct cfg_section *section;
	struct conn_cfg *cfg;
	const char *written[KEY_N];	/* keys that name files: as written, borrowed from the section */
	bool bad[KEY_N];	/* the key is written but was refused: no second error about it */
	bool duplicate;		/* of a name that came before; checked by itself only */
};

/** struct cfg_secret - a line of the secrets file */
struct cfg_secret {
	char *name;
	struct secret secret;
	int line;
};

/**
 * struct cfg_load - one load
 * @secrets_file: as written in [global], NULL if it is not
 * @secrets_path: where secrets are looked for
 * @secrets_at, @secrets_line: where that stands
 * @secrets_broken: the secrets file could not be used: a missing secret is no second error
 */
struct cfg_load {
	struct cfg *out;
	struct cfg_errors *errs;
	struct cfg_file **files;
	unsigned int n_files;
	struct cfg_section **sections;
	unsigned int n_sections;
	struct cfg_conn *conns;
	unsigned int n_conns;
	const struct cfg_section *global;
	const char *secrets_file;
	char *secrets_path;
	const struct cfg_file *secrets_at;
	int secrets_line;
	bool secrets_broken;
	bool weak_crypto;
	struct cfg_secret *secrets;
	unsigned int n_secrets;
};

/* errors.c */

#define CFG_QUOTE_LEN 80

/** cfg_report - add a finding; @line 0 leaves the line out */
void cfg_report(struct cfg_load *ld, enum cfg_severity sev, const struct cfg_file *file, int line,
		const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/** cfg_errors_append - move the findings of @from to the end of @to */
void cfg_errors_append(struct cfg_errors *to, struct cfg_errors *from);
void cfg_errors_sort(struct cfg_errors *errs);
/** cfg_quote - what a file said, fit to be shown: escaped and cut */
const char *cfg_quote(const char *s, char out[CFG_QUOTE_LEN]);

/* mem.c: memory for a configuration; the process ends if there is none */

void *cfg_zalloc(size_t n);
char *cfg_strndup(const char *s, size_t n);
/** cfg_grow - room for one more element of @size in an array with @n, zeroed */
void *cfg_grow(void *array, unsigned int n, size_t size);
/** cfg_wipe_free - wipe a string before its release; NULL is fine */
void cfg_wipe_free(char *s);
/** cfg_beside - @path, taken from the folder of @file if it is relative; caller frees */
char *cfg_beside(const char *file, const char *path);

/* reader.c */

/** cfg_file_add - give @path its place in the order of files */
const struct cfg_file *cfg_file_add(struct cfg_load *ld, const char *path);
/**
 * cfg_slurp - a regular file in memory that is wiped, with a NUL after it
 * @st: what fstat() said
 *
 * Return: 0 or an errno; EFTYPE has no name here, so EINVAL means "no regular file".
 */
struct stat;
int cfg_slurp(const char *path, struct secret *out, struct stat *st);
/** cfg_parse - split @text, of @file, into sections; @handle gets each, in order, and owns it */
void cfg_parse(struct cfg_load *ld, const struct cfg_file *file, const struct secret *text, bool secrets,
	       void (*handle)(struct cfg_load *ld, struct cfg_section *s));
void cfg_section_free(struct cfg_section *s);

/* values.c */

struct cfg_word {
	const char *word;
	int value;
};

/**
 * struct cfg_key - one row of a key table
 * @set: parse @value into @base, report what is wrong
 * @off: of the member in the struct at @base
 * @min, @max: limits of a number in the member's unit; for strings @max is the size of the member
 * @words: for words, ended by a NULL word; for numbers, what may stand in place of one
 */
struct cfg_value;
struct cfg_key {
	bool (*set)(struct cfg_value *v, void *base);
	size_t off;
	uint64_t min, max;
	const struct cfg_word *words;
};

/** struct cfg_value - a value being parsed */
struct cfg_value {
	struct cfg_load *ld;
	const struct cfg_file *file;
	int line;
	const char *name, *expect;
	const struct cfg_key *key;
	const char *text;
};

/** cfg_bad - report @v; @wrong NULL: "'text' is not valid for name"; @meant may be NULL. Return: false */
bool cfg_bad(struct cfg_value *v, const char *wrong, const char *meant);

bool cfg_set_word(struct cfg_value *v, void *base);	/* int-sized enum */
bool cfg_set_bool(struct cfg_value *v, void *base);
bool cfg_set_seconds(struct cfg_value *v, void *base);	/* uint32_t */
bool cfg_set_millis(struct cfg_value *v, void *base);	/* uint32_t */
bool cfg_set_number(struct cfg_value *v, void *base);	/* uint32_t */
bool cfg_set_port(struct cfg_value *v, void *base);	/* uint16_t */
bool cfg_set_percent(struct cfg_value *v, void *base);	/* uint32_t */
bool cfg_set_size(struct cfg_value *v, void *base);	/* uint64_t bytes */
bool cfg_set_path(struct cfg_value *v, void *base);	/* char[key->max] */
bool cfg_set_ifname(struct cfg_value *v, void *base);	/* char[16] */

/* nets.c: addresses, networks, identities, proposals */

bool cfg_set_addr(struct cfg_value *v, void *base);	/* union endpoint, AF_UNSPEC for any */
bool cfg_set_id(struct cfg_value *v, void *base);	/* struct v1_id */
bool cfg_set_local_subnets(struct cfg_value *v, void *base);
bool cfg_set_remote_subnets(struct cfg_value *v, void *base);
bool cfg_set_pool(struct cfg_value *v, void *base);	/* struct subnet, IPv4 */
bool cfg_set_ike(struct cfg_value *v, void *base);
bool cfg_set_esp(struct cfg_value *v, void *base);
bool cfg_set_pfs(struct cfg_value *v, void *base);
bool cfg_set_auth(struct cfg_value *v, void *base);	/* credentials.c */

/** CFG_PFS_IKE - conn_cfg.pfs while it means "the group of the first IKE proposal"; no group number */
#define CFG_PFS_IKE 0xffff

/* keys.c */

/** conn_key_expect - what a key of a connection wants to hold */
const char *conn_key_expect(enum conn_key k);

/** cfg_section_handle - a section of a configuration file: [global], [connection NAME] or an error */
void cfg_section_handle(struct cfg_load *ld, struct cfg_section *s);

/* psk.c */

/** cfg_psk_weakness - how somebody could guess @psk, a phrase that goes with "the key"; NULL if not easily */
const char *cfg_psk_weakness(const struct secret *psk);

/* files.c */

/** cfg_slurp_error - what cfg_slurp() found wrong with a file that a key names, in words */
const char *cfg_slurp_error(int err);
/** cfg_owner_only - is a file with a secret closed to others, by what fstat() said; else reported */
bool cfg_owner_only(struct cfg_load *ld, const struct cfg_file *at, int line, const char *path,
		    const struct stat *st);
/** cfg_named_path - of the file that @k names, which is written; caller frees */
char *cfg_named_path(const struct cfg_conn *c, enum conn_key k);
/** enum cfg_keep - who else may have a file: read and write it, read it, or neither */
enum cfg_keep { CFG_PUBLIC, CFG_TRUSTED, CFG_SECRET };

/**
 * cfg_named_file - read the file that @k names: text, without a NUL byte
 * @out: the caller wipes it
 *
 * Return: false with @out empty if it does not do, which is reported.
 */
bool cfg_named_file(struct cfg_load *ld, const struct cfg_conn *c, enum conn_key k, enum cfg_keep keep,
		    struct secret *out);

/* secrets.c */

void cfg_secrets_read(struct cfg_load *ld);
/** cfg_secrets_assign - give each connection its key, from psk-file or the secrets file */
void cfg_secrets_assign(struct cfg_load *ld);
void cfg_secrets_free(struct cfg_load *ld);

/* credentials.c */

/** cfg_credentials_read - certificate, private key, CAs and CRLs of each connection that has auth = rsa-sig */
void cfg_credentials_read(struct cfg_load *ld);
/** cfg_wants_psk - a pre-shared key may be asked for */
bool cfg_wants_psk(const struct cfg_conn *c);

/* profile.c */

extern const struct cfg_word cfg_profile_words[];
/** cfg_profile_check - what gateways of the kind take no more of, in one connection */
void cfg_profile_check(struct cfg_load *ld, const struct cfg_conn *c);
/** cfg_profile_check_gateway - the same over all connections to the gateway of the @i-th, up to that one */
void cfg_profile_check_gateway(struct cfg_load *ld, unsigned int i);

/* xauth.c */

bool cfg_set_user(struct cfg_value *v, void *base);	/* char[XAUTH_USER_MAX + 1] */
/** cfg_xauth_read - passwords and users of all connections */
void cfg_xauth_read(struct cfg_load *ld);

/* lint.c */

/** cfg_line_of - where @k is written, or else where its connection begins */
int cfg_line_of(const struct cfg_conn *c, enum conn_key k);
/** cfg_conn_settle - what keys mean together: defaults that depend on others, required keys, weak algorithms */
void cfg_conn_settle(struct cfg_load *ld, struct cfg_conn *c);
/** cfg_one_gateway - both have the same address as remote, and it is one */
bool cfg_one_gateway(const struct cfg_conn *a, const struct cfg_conn *b);
/** cfg_lint - what must hold between connections */
void cfg_lint(struct cfg_load *ld);

#endif
