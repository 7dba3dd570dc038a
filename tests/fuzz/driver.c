// SPDX-License-Identifier: GPL-2.0
/*
 * Stands in for libFuzzer: runs a target over kept inputs, files or folders of
 * them, in the order of their names. Prints how many there were.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fuzz/fuzz.h"

static unsigned int runs;

__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

static void run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	uint8_t *p;

	if (!f || fstat(fileno(f), &st)) {
		perror(path);
		exit(2);
	}
	/* of exactly this size, so that the sanitizer sees every overread */
	p = malloc(st.st_size ? (size_t)st.st_size : 1);
	if (!p || fread(p, 1, (size_t)st.st_size, f) != (size_t)st.st_size) {
		perror(path);
		exit(2);
	}
	fclose(f);
	LLVMFuzzerTestOneInput(p, (size_t)st.st_size);
	free(p);
	runs++;
}

static void run_folder(const char *path)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort);
	char file[4096];

	if (n < 0) {
		perror(path);
		exit(2);
	}
	for (int i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.') {
			snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
			run_file(file);
		}
		free(names[i]);
	}
	free(names);
}

int main(int argc, char **argv)
{
	char **paths = calloc((size_t)argc, sizeof(*paths));
	struct stat st;

	/* a target may go to a folder of its own */
	for (int i = 1; paths && i < argc; i++)
		paths[i] = realpath(argv[i], NULL);
	LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++) {
		if (!paths || !paths[i]) {
			fprintf(stderr, "%s: no such input\n", argv[i]);
			return 2;
		}
		if (!stat(paths[i], &st) && S_ISDIR(st.st_mode))
			run_folder(paths[i]);
		else
			run_file(paths[i]);
		free(paths[i]);
	}
	free(paths);
	printf("%u inputs\n", runs);
	return 0;
}
