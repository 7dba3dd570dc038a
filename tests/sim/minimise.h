/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_SIM_MINIMISE_H
#define TESTS_SIM_MINIMISE_H

#include "sim/run.h"

/** minimise - take away from @sc whatever can go with the same rule still broken; @v: the verdict at last */
void minimise(struct scenario *sc, struct verdict *v);

#endif
