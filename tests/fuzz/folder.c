// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz/folder.h"
#include "fuzz/fuzz.h"

static char folder[64];

static void empty(const char *path)
{
	char name[512];
	struct dirent *e;
	DIR *d = opendir(path);

	while (d && (e = readdir(d))) {
		snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (unlink(name)) {
			empty(name);
			rmdir(name);
		}
	}
	if (d)
		closedir(d);
}

static void leave(void)
{
	empty(folder);
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
