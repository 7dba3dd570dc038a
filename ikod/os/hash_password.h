/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_OS_HASH_PASSWORD_H
#define IKOD_OS_HASH_PASSWORD_H

/** hash_password - read a password from standard input, print it as xauth-users-file wants it; an exit status */
int hash_password(void);

#endif
