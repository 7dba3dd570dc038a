// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz/folder.h"
#include "fuzz/fuzz.h"

static char folder[64];

static void leave(void)
{
	static const char *const names[] = {
		"ikod.conf", "conf.d/10-more.conf", "secrets", "site.psk", "fuzz.psk", "conf.d", "ikod.sock",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (remove(names[i]))
			continue;
	if (!chdir("/"))
		rmdir(folder);
}

void folder_enter(void)
{
	if (folder[0])
		return;
	strcpy(folder, access("/dev/shm", W_OK) ? "/tmp/ikod-fuzz-XXXXXX" : "/dev/shm/ikod-fuzz-XXXXXX");
	if (!mkdtemp(folder) || chdir(folder) || mkdir("conf.d", 0700)) {
		perror(folder);
		exit(2);
	}
	atexit(leave);
	folder_write("site.psk", "correct horse battery\n", 22);
}

void folder_write(const char *name, const void *p, size_t len)
{
	int fd;

	if (!p) {
		unlink(name);
		return;
	}
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FUZZ_CHECK(fd >= 0 && write(fd, p, len) == (ssize_t)len);
	close(fd);
}

char *folder_messages(const struct cfg_errors *errs)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	FUZZ_CHECK(f);
	cfg_errors_print(errs, f);
	FUZZ_CHECK(!fclose(f));
	return text;
}
