/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_FUZZ_FOLDER_H
#define TESTS_FUZZ_FOLDER_H

#include <stddef.h>
#include <sys/types.h>

#include "cfg/cfg.h"

/*
 * A folder of this process, in memory, that is the working directory: messages
 * name "ikod.conf" and no random path. Removed at exit.
 */

/** folder_write - @name with these bytes and nobody but us to read it; "" removes it if @p is NULL */
void folder_write(const char *name, const void *p, size_t len);
/** folder_enter - make it, go there; again is fine */
void folder_enter(void);
/** folder_messages - all findings, one a line; caller frees */
char *folder_messages(const struct cfg_errors *errs);

#endif
