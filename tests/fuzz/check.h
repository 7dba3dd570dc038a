/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_FUZZ_CHECK_H
#define TESTS_FUZZ_CHECK_H

#include "core/core.h"

/** check_engine - everything that must hold between two calls into @e: who points to whom, and every bound */
void check_engine(struct ike_engine *e);

/** check_status - what an operator is shown of @e: every string there and terminated, every counter in its range */
void check_status(struct ike_engine *e, uint64_t now);

#endif
