// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "crypto/alg.h"
#include "wire/suggest.h"

/*
 * Suites as text: words joined by '-'. Vendors put separators inside words too
 * (sha2-256, aes-128-gcm-16), so a word is looked for by spellings, in which
 * '-' stands for an optional '-' or '_' and '=' for one that must be there; the
 * longest spelling that fits wins.
 */

enum word_kind { WORD_ENC, WORD_HASH, WORD_GROUP };

static const char *const kind_names[] = {
	[WORD_ENC] = "encryption algorithm",
	[WORD_HASH] = "hash",
	[WORD_GROUP] = "DH group",
};

/** struct spelling - @value is an enum enc_alg, enum hash_alg or group number by @kind */
struct spelling {
	const char *pattern;
	uint8_t kind;
	uint16_t value;
	uint16_t keybits;
};

static const struct spelling spellings[] = {
	{ "aes-128", WORD_ENC, ENC_AES_CBC, 128 },
	{ "aes-192", WORD_ENC, ENC_AES_CBC, 192 },
	{ "aes-256", WORD_ENC, ENC_AES_CBC, 256 },
	{ "aes-128-cbc", WORD_ENC, ENC_AES_CBC, 128 },
	{ "aes-192-cbc", WORD_ENC, ENC_AES_CBC, 192 },
	{ "aes-256-cbc", WORD_ENC, ENC_AES_CBC, 256 },
	{ "aes-cbc-128", WORD_ENC, ENC_AES_CBC, 128 },
	{ "aes-cbc-192", WORD_ENC, ENC_AES_CBC, 192 },
	{ "aes-cbc-256", WORD_ENC, ENC_AES_CBC, 256 },
	{ "aes-128-gcm", WORD_ENC, ENC_AES_GCM16, 128 },
	{ "aes-192-gcm", WORD_ENC, ENC_AES_GCM16, 192 },
	{ "aes-256-gcm", WORD_ENC, ENC_AES_GCM16, 256 },
	{ "aes-128-gcm-16", WORD_ENC, ENC_AES_GCM16, 128 },
	{ "aes-128-gcm-128", WORD_ENC, ENC_AES_GCM16, 128 },
	{ "aes-192-gcm-16", WORD_ENC, ENC_AES_GCM16, 192 },
	{ "aes-192-gcm-128", WORD_ENC, ENC_AES_GCM16, 192 },
	{ "aes-256-gcm-16", WORD_ENC, ENC_AES_GCM16, 256 },
	{ "aes-256-gcm-128", WORD_ENC, ENC_AES_GCM16, 256 },
	{ "aes-128-gcm-12", WORD_ENC, ENC_AES_GCM12, 128 },
	{ "aes-128-gcm-96", WORD_ENC, ENC_AES_GCM12, 128 },
	{ "aes-192-gcm-12", WORD_ENC, ENC_AES_GCM12, 192 },
	{ "aes-192-gcm-96", WORD_ENC, ENC_AES_GCM12, 192 },
	{ "aes-256-gcm-12", WORD_ENC, ENC_AES_GCM12, 256 },
	{ "aes-256-gcm-96", WORD_ENC, ENC_AES_GCM12, 256 },
	{ "aes-128-gcm-8", WORD_ENC, ENC_AES_GCM8, 128 },
	{ "aes-128-gcm-64", WORD_ENC, ENC_AES_GCM8, 128 },
	{ "aes-192-gcm-8", WORD_ENC, ENC_AES_GCM8, 192 },
	{ "aes-192-gcm-64", WORD_ENC, ENC_AES_GCM8, 192 },
	{ "aes-256-gcm-8", WORD_ENC, ENC_AES_GCM8, 256 },
	{ "aes-256-gcm-64", WORD_ENC, ENC_AES_GCM8, 256 },
	{ "aes-gcm-128", WORD_ENC, ENC_AES_GCM16, 128 },
	{ "aes-gcm-192", WORD_ENC, ENC_AES_GCM16, 192 },
	{ "aes-gcm-256", WORD_ENC, ENC_AES_GCM16, 256 },
	{ "aes-128-gmac", WORD_ENC, ENC_AES_GMAC, 128 },
	{ "aes-gmac-128", WORD_ENC, ENC_AES_GMAC, 128 },
	{ "aes-192-gmac", WORD_ENC, ENC_AES_GMAC, 192 },
	{ "aes-gmac-192", WORD_ENC, ENC_AES_GMAC, 192 },
	{ "aes-256-gmac", WORD_ENC, ENC_AES_GMAC, 256 },
	{ "aes-gmac-256", WORD_ENC, ENC_AES_GMAC, 256 },
	{ "chacha-20-poly-1305", WORD_ENC, ENC_CHACHA20_POLY1305, 256 },
	{ "null", WORD_ENC, ENC_NULL, 0 },
	{ "3des", WORD_ENC, ENC_3DES, 192 },
	{ "3des-cbc", WORD_ENC, ENC_3DES, 192 },
	{ "md5", WORD_HASH, HASH_MD5, 0 },
	{ "sha", WORD_HASH, HASH_SHA1, 0 },
	{ "sha-1", WORD_HASH, HASH_SHA1, 0 },
	{ "sha-256", WORD_HASH, HASH_SHA2_256, 0 },
	{ "sha-384", WORD_HASH, HASH_SHA2_384, 0 },
	{ "sha-512", WORD_HASH, HASH_SHA2_512, 0 },
	{ "sha2=256", WORD_HASH, HASH_SHA2_256, 0 },
	{ "sha2=384", WORD_HASH, HASH_SHA2_384, 0 },
	{ "sha2=512", WORD_HASH, HASH_SHA2_512, 0 },
	{ "modp-768", WORD_GROUP, DH_MODP768, 0 },
	{ "modp-1024", WORD_GROUP, DH_MODP1024, 0 },
	{ "modp-1536", WORD_GROUP, DH_MODP1536, 0 },
	{ "modp-2048", WORD_GROUP, DH_MODP2048, 0 },
	{ "modp-3072", WORD_GROUP, DH_MODP3072, 0 },
	{ "modp-4096", WORD_GROUP, DH_MODP4096, 0 },
	{ "modp-6144", WORD_GROUP, DH_MODP6144, 0 },
	{ "modp-8192", WORD_GROUP, DH_MODP8192, 0 },
	{ "ecp-256", WORD_GROUP, DH_ECP256, 0 },
	{ "ecp-384", WORD_GROUP, DH_ECP384, 0 },
	{ "ecp-521", WORD_GROUP, DH_ECP521, 0 },
};

/* What suggest() may offer: the canonical form of each word. */
static const char *const enc_names[] = {
	"aes128", "aes192", "aes256", "3des", "aes128gcm16", "aes192gcm16", "aes256gcm16", "aes128gcm12",
	"aes192gcm12", "aes256gcm12", "aes128gcm8", "aes192gcm8", "aes256gcm8", "aes128gmac", "aes192gmac",
	"aes256gmac", "null",
};
static const char *const hash_names[] = { "md5", "sha1", "sha256", "sha384", "sha512" };
static const char *const group_names[] = {
	"modp768", "modp1024", "modp1536", "modp2048", "modp3072", "modp4096", "modp6144", "modp8192",
	"ecp256", "ecp384", "ecp521",
};

static const struct {
	const char *const *names;
	size_t n;
	const char *example;
} canonical[] = {
	[WORD_ENC] = { enc_names, sizeof(enc_names) / sizeof(enc_names[0]), "aes128" },
	[WORD_HASH] = { hash_names, sizeof(hash_names) / sizeof(hash_names[0]), "sha256" },
	[WORD_GROUP] = { group_names, sizeof(group_names) / sizeof(group_names[0]), "modp2048" },
};

/* Words that name no algorithm by themselves, with what to write instead. */
static const struct {
	const char *word;
	const char *advice;
} advices[] = {
	{ "aes", "give the key size: aes128, aes192 or aes256" },
	{ "sha2", "give the size: sha256, sha384 or sha512" },
	{ "modp", "give the size, for example modp2048" },
	{ "ecp", "give the size: ecp256, ecp384 or ecp521" },
	{ "des", "single DES is not supported, aes128 is" },
	{ "sha256_96", "write sha256, and sha256-truncation = 96 in a line of its own" },
	{ "sha2_256_96", "write sha256, and sha256-truncation = 96 in a line of its own" },
	{ "chacha20", "IKEv1 has no number for ChaCha20-Poly1305 (RFC 7634 is for IKEv2 only), aes256gcm16 is near" },
};

static bool is_sep(char c)
{
	return c == '-' || c == '_';
}

/* Bytes of @s that @pattern takes, up to a '-' or the end; 0 if it does not fit. */
static size_t spelling_match(const char *pattern, const char *s)
{
	const char *at = s;

	for (; *pattern; pattern++) {
		if (*pattern == '-') {
			at += is_sep(*at);
		} else if (*pattern == '=') {
			if (!is_sep(*at++))
				return 0;
		} else if (tolower((unsigned char)*at++) != *pattern) {
			return 0;
		}
	}
	return *at == '\0' || *at == '-' ? (size_t)(at - s) : 0;
}

/* "dh14", "group14" (and with a separator), numbers of known groups alone. */
static size_t group_number_match(const char *s, unsigned int *group)
{
	static const char *const prefixes[] = { "dh", "group" };
	const char *at = s;
	unsigned int v = 0;
	size_t digits;

	for (size_t i = 0; at == s && i < 2; i++)
		if (!strncasecmp(s, prefixes[i], strlen(prefixes[i])))
			at += strlen(prefixes[i]);
	if (at == s)
		return 0;
	at += is_sep(*at);
	digits = strspn(at, "0123456789");
	if (!digits || digits > 2 || *at == '0' || (at[digits] && at[digits] != '-'))
		return 0;
	for (size_t i = 0; i < digits; i++)
		v = v * 10 + (unsigned int)(at[i] - '0');
	if (!dh_info(v))
		return 0;
	*group = v;
	return (size_t)(at + digits - s);
}

/* The word at @s; its length, 0 if there is none that is known. */
static size_t word_match(const char *s, struct spelling *out)
{
	unsigned int group;
	size_t best = group_number_match(s, &group);

	if (best)
		*out = (struct spelling){ .kind = WORD_GROUP, .value = (uint16_t)group };
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		size_t n = spelling_match(spellings[i].pattern, s);

		if (n > best) {
			best = n;
			*out = spellings[i];
		}
	}
	return best;
}

/**
 * struct reader - a suite being read
 * @s: the rest of the text
 * @words: words taken so far
 */
struct reader {
	const char *s;
	unsigned int words;
	char *err;
	size_t errlen;
};

/* Say what is wrong with the word at r->s, where a word of @kind was expected. */
static void word_error(struct reader *r, enum word_kind kind)
{
	char word[40];
	const char *meant;
	size_t len = strcspn(r->s, "-");

	snprintf(word, sizeof(word), "%.*s", len < sizeof(word) ? (int)len : (int)sizeof(word) - 1, r->s);
	for (char *c = word; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++) {
		if (!strcasecmp(word, advices[i].word)) {
			snprintf(r->err, r->errlen, "'%s': %s", word, advices[i].advice);
			return;
		}
	}
	meant = suggest(word, canonical[kind].names, canonical[kind].n);
	if (meant)
		snprintf(r->err, r->errlen, "unknown %s '%s', did you mean %s?", kind_names[kind],
			 word, meant);
	else
		snprintf(r->err, r->errlen, "unknown %s '%s', expected one like %s", kind_names[kind],
			 word, canonical[kind].example);
}

/* Take the next word, which must be of @kind; @example shows a whole suite. */
static bool word_take(struct reader *r, enum word_kind kind, const char *example, struct spelling *out)
{
	size_t n;

	if (r->words && *r->s == '-')
		r->s++;
	if (!*r->s) {
		snprintf(r->err, r->errlen, "%s missing, expected a suite like %s", kind_names[kind],
			 example);
		return false;
	}
	n = word_match(r->s, out);
	if (!n) {
		word_error(r, kind);
		return false;
	}
	if (out->kind != kind) {
		snprintf(r->err, r->errlen, "expected a%s %s, got the %s '%.*s'; a suite looks like %s",
			 kind == WORD_ENC ? "n" : "", kind_names[kind], kind_names[out->kind], (int)n, r->s,
			 example);
		return false;
	}
	r->s += n;
	r->words++;
	return true;
}

static bool at_end(struct reader *r, const char *example)
{
	if (!*r->s)
		return true;
	snprintf(r->err, r->errlen, "unexpected '%.40s' at the end; a suite looks like %s", r->s, example);
	return false;
}

static bool not_in_esp(enum enc_alg alg, char *err, size_t errlen)
{
	snprintf(err, errlen,
		 "%s is not possible here: IKEv1 has no number for it (RFC 7634 is for IKEv2 only); "
		 "use aes256gcm16", enc_info(alg)->name);
	return false;
}

static bool not_in_phase1(enum enc_alg alg, unsigned int keybits, char *err, size_t errlen)
{
	const struct esp_suite s = { .enc = alg, .keybits = keybits };
	const struct enc_info *enc = enc_info(alg);
	char name[SUITE_STRLEN];

	if (!enc->v1_esp)
		return not_in_esp(alg, err, errlen);
	if (enc->clear)
		snprintf(err, errlen, "%s is not possible here: phase 1 is always encrypted; use aes128 with a hash",
			 esp_suite_str(&s, name));
	else
		snprintf(err, errlen,
			 "%s is not possible here: IKEv1 has no AES-GCM in phase 1 "
			 "(RFC 5282 is for IKEv2 only); use aes%u with a hash, and keep %s for esp",
			 esp_suite_str(&s, name), keybits, name);
	return false;
}

bool ike_suite_parse(const char *s, struct ike_suite *out, char *err, size_t errlen)
{
	static const char example[] = "aes128-sha256-modp2048";
	struct reader r = { .s = s, .err = err, .errlen = errlen };
	struct spelling enc, hash, group;

	memset(out, 0, sizeof(*out));
	if (!word_take(&r, WORD_ENC, example, &enc))
		return false;
	if (!enc_info((enum enc_alg)enc.value)->v1_p1)
		return not_in_phase1((enum enc_alg)enc.value, enc.keybits, err, errlen);
	if (!word_take(&r, WORD_HASH, example, &hash) || !word_take(&r, WORD_GROUP, example, &group) ||
	    !at_end(&r, example))
		return false;
	out->enc = (enum enc_alg)enc.value;
	out->keybits = enc.keybits;
	out->hash = (enum hash_alg)hash.value;
	out->group = group.value;
	return true;
}

bool esp_suite_parse(const char *s, struct esp_suite *out, char *err, size_t errlen)
{
	struct reader r = { .s = s, .err = err, .errlen = errlen };
	const char *example = "aes128-sha256";
	struct spelling enc, integ = { 0 }, group = { 0 };
	size_t n;
	bool aead;

	memset(out, 0, sizeof(*out));
	if (!word_take(&r, WORD_ENC, example, &enc))
		return false;
	aead = enc_info((enum enc_alg)enc.value)->aead;
	if (!enc_info((enum enc_alg)enc.value)->v1_esp)
		return not_in_esp((enum enc_alg)enc.value, err, errlen);
	if (aead)
		example = "aes128gcm16 or aes128gcm16-modp2048";
	else if (!word_take(&r, WORD_HASH, example, &integ))
		return false;
	n = aead && *r.s ? word_match(r.s + 1, &integ) : 0;
	if (n && integ.kind == WORD_HASH) {
		snprintf(err, errlen, "%s checks integrity itself: leave out '%.*s'",
			 enc_info((enum enc_alg)enc.value)->name, (int)n, r.s + 1);
		return false;
	}
	if (*r.s && !word_take(&r, WORD_GROUP, aead ? example : "aes128-sha256-modp2048", &group))
		return false;
	if (!at_end(&r, example))
		return false;
	out->enc = (enum enc_alg)enc.value;
	out->keybits = enc.keybits;
	out->integ = aead ? HASH_NONE : (enum hash_alg)integ.value;
	out->group = group.value;
	return true;
}

bool dh_group_parse(const char *s, unsigned int *group)
{
	char prefixed[8];
	struct spelling word;
	size_t n = strlen(s);

	*group = DH_NONE;
	/* a number alone is clear where nothing but a group can stand */
	if (n && n <= 2 && strspn(s, "0123456789") == n) {
		snprintf(prefixed, sizeof(prefixed), "dh%.2s", s);
		s = prefixed;
		n += 2;
	}
	if (!n || word_match(s, &word) != n || word.kind != WORD_GROUP)
		return false;
	*group = word.value;
	return true;
}

/* "aes128", "3des", "aes128gcm16", "null": the key size stands after "aes" */
static int enc_str(enum enc_alg a, unsigned int keybits, char *out, size_t len)
{
	const struct enc_info *enc = enc_info(a);

	if (!enc)
		return snprintf(out, len, "none");
	if (!enc->key_attr)
		return snprintf(out, len, "%s", enc->name);
	return snprintf(out, len, "aes%u%s", keybits, enc->mode);
}

const char *ike_suite_str(const struct ike_suite *s, char out[SUITE_STRLEN])
{
	const struct hash_info *hash = hash_info(s->hash);
	const struct dh_info *dh = dh_info(s->group);
	int n = enc_str(s->enc, s->keybits, out, SUITE_STRLEN);

	snprintf(out + n, SUITE_STRLEN - n, "-%s-%s", hash ? hash->name : "none", dh ? dh->name : "none");
	return out;
}

const char *esp_suite_str(const struct esp_suite *s, char out[SUITE_STRLEN])
{
	const struct hash_info *integ = hash_info(s->integ);
	const struct dh_info *dh = dh_info(s->group);
	int n = enc_str(s->enc, s->keybits, out, SUITE_STRLEN);

	if (integ)
		n += snprintf(out + n, SUITE_STRLEN - n, "-%s%s", integ->name, s->icv96 ? "_96" : "");
	if (s->esn)
		n += snprintf(out + n, SUITE_STRLEN - n, "-esn");
	if (dh)
		snprintf(out + n, SUITE_STRLEN - n, "-%s", dh->name);
	return out;
}
