// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <string.h>

#include <openssl/crypto.h>

#include "cfg/cfg_priv.h"

/*
 * Is a pre-shared key one that somebody can guess? Who is able to answer in a
 * peer's place, or sees one aggressive mode, tries as many as there is time for.
 * What is said about a key names its kind, never a byte of it.
 */

#define BITS_MIN 64
#define LETTERS_MAX 128		/* longer ones are judged by their beginning */

/* What is found in keys that people make up for a tunnel. */
static const char *const words[] = {
	"a", "abc", "access", "admin", "administrator", "aliyun", "and", "asdf", "asdfgh", "aws", "azure", "branch",
	"bridge", "change", "changeit", "changeme", "cisco", "cloud", "company", "connect", "connection", "default",
	"demo", "dragon", "east", "example", "exchange", "firewall", "foo", "bar", "fortinet", "gateway", "google",
	"guest", "hello", "home", "huawei", "hub", "hunter", "ike", "ipsec", "is", "it", "juniper", "key", "lan",
	"letmein", "linux", "login", "main", "master", "me", "mikrotik", "monkey", "my", "net", "network", "north",
	"office", "our", "pass", "passphrase", "passwd", "password", "paloalto", "please", "pre", "preshared", "private",
	"psk", "public", "pw", "qazwsx", "qwer", "qwerty", "qwertyuiop", "remote", "root", "router", "secret", "secure",
	"security", "server", "shared", "site", "sophos", "south", "spring", "strongswan", "summer", "super", "test",
	"testing", "the", "this", "to", "tunnel", "user", "vpc", "vpn", "welcome", "west", "winter", "xxx", "zxcvbn",
};

/* What stands for a letter in words that are meant to look like none. */
static char plain(char c)
{
	static const char from[] = "0134578@$!|", to[] = "oleastbasil";
	const char *at = strchr(from, c);

	return c && at ? to[at - from] : (char)tolower((unsigned char)c);
}

static bool ends_word(const char *s, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t n = strlen(words[i]);

		if (n == len && !memcmp(s, words[i], n))
			return true;
	}
	return false;
}

/* Can @s be cut into words of the list? */
static bool all_words(const char *s, size_t len)
{
	bool reached[LETTERS_MAX + 1] = { true };

	for (size_t end = 1; end <= len; end++)
		for (size_t from = 0; from < end && !reached[end]; from++)
			reached[end] = reached[from] && ends_word(s + from, end - from);
	return len && reached[len];
}

/* Words and what is hung on them: @psk without what is no letter, and with what may stand for a letter inside. */
static bool made_of_words(const struct secret *psk)
{
	char letters[LETTERS_MAX] = "", read[LETTERS_MAX] = "";
	size_t n = 0, n_read = 0, from = 0, to = psk->len;
	bool found;

	while (from < to && !isalpha(psk->p[from]))
		from++;
	while (from < to && !isalpha(psk->p[to - 1]))
		to--;
	for (size_t i = from; i < to && n < sizeof(letters) && n_read < sizeof(read); i++) {
		char c = (char)psk->p[i], p = plain(c);

		if (isalpha((unsigned char)c))
			letters[n++] = (char)tolower((unsigned char)c);
		if (isalpha((unsigned char)p))
			read[n_read++] = p;
	}
	/* a few letters among a lot else say nothing */
	found = (2 * n >= psk->len && all_words(letters, n)) || (2 * n_read >= psk->len && all_words(read, n_read));
	OPENSSL_cleanse(letters, sizeof(letters));
	OPENSSL_cleanse(read, sizeof(read));
	return found;
}

/* The length of the piece that @psk repeats, its own if it repeats none. */
static size_t period(const struct secret *psk)
{
	for (size_t p = 1; p <= psk->len / 2; p++)
		if (!memcmp(psk->p, psk->p + p, psk->len - p))
			return p;
	return psk->len;
}

/* Most steps are to the neighbour: 12345678, fedcba, aaaabbbb */
static bool is_sequence(const struct secret *psk)
{
	size_t steps = 0;

	for (size_t i = 1; i < psk->len; i++) {
		int d = psk->p[i] - psk->p[i - 1];

		/* 9 goes on with 0 */
		steps += (d >= -1 && d <= 1) || d == '0' - '9' || d == '9' - '0';
	}
	return psk->len > 2 && 4 * steps >= 3 * (psk->len - 1);
}

/* 16 * log2(@n) */
static unsigned int sixteenths(unsigned int n)
{
	unsigned int bits = 0;
	double power = 1;

	for (unsigned int i = 0; i < 16; i++)
		power *= n;
	for (; power >= 2; power /= 2)
		bits++;
	return bits;
}

/* How many kinds of characters a guesser has to try, to the power of the length: at most that many bits. */
static size_t bits(const struct secret *psk)
{
	static const struct {
		int (*is)(int c);
		unsigned int n;
	} classes[] = { { islower, 26 }, { isupper, 26 }, { isdigit, 10 }, { ispunct, 32 }, { isspace, 1 } };
	unsigned int all = 0, known = 0;
	bool seen[256] = { false };
	size_t distinct = 0;

	for (size_t i = 0; i < psk->len; i++) {
		distinct += !seen[psk->p[i]];
		seen[psk->p[i]] = true;
	}
	for (size_t k = 0; k < ARRAY_LEN(classes); k++) {
		size_t n = 0;

		for (size_t i = 0; i < psk->len; i++)
			n += psk->p[i] < 128 && classes[k].is(psk->p[i]);
		all += n ? classes[k].n : 0;
		known += (unsigned int)n;
	}
	if (known < psk->len)	/* bytes that are no text */
		all = 256;
	OPENSSL_cleanse(seen, sizeof(seen));
	/* of few characters nobody makes a good key, however long */
	if (distinct * 4 < psk->len && distinct < all)
		all = (unsigned int)distinct;
	return psk->len * sixteenths(all) / 16;
}

const char *cfg_psk_weakness(const struct secret *psk)
{
	if (period(psk) < psk->len)
		return "repeats one short piece";
	if (is_sequence(psk))
		return "is a sequence";
	if (made_of_words(psk))
		return "is made of common words";
	if (bits(psk) < BITS_MIN)
		return "is too short for the kinds of characters in it";
	return NULL;
}
