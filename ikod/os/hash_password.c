// SPDX-License-Identifier: GPL-2.0
#include "os/hash_password.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <termios.h>
#include <unistd.h>

#include "crypto/password.h"

#define LINE_MAX_LEN 130
#define SALT_LEN 16

/* One line, unseen if a person types it. */
static bool read_line(char *line, int size)
{
	struct termios was, quiet;
	bool person = isatty(STDIN_FILENO) && !tcgetattr(STDIN_FILENO, &was);
	bool ok;

	if (person) {
		quiet = was;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		fputs("password: ", stderr);
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	}
	ok = fgets(line, size, stdin);
	if (person) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
		fputc('\n', stderr);
	}
	if (ok)
		line[strcspn(line, "\r\n")] = '\0';
	return ok && *line;
}

int hash_password(void)
{
	char line[LINE_MAX_LEN], out[PASSWORD_STRLEN];
	uint8_t salt[SALT_LEN];
	struct secret password = { 0 };
	bool ok;

	setvbuf(stdin, NULL, _IONBF, 0);	/* no copy stays behind */
	ok = read_line(line, sizeof(line)) && secret_set(&password, line, strlen(line)) &&
	     getrandom(salt, sizeof(salt), 0) == sizeof(salt) &&
	     password_make(&password, salt, sizeof(salt), PASSWORD_ROUNDS, out);
	OPENSSL_cleanse(line, sizeof(line));
	secret_wipe(&password);
	if (ok)
		puts(out);
	else
		fputs("ikod: expected a password of up to 128 bytes on standard input\n", stderr);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
