/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_SIM_HEAP_H
#define TESTS_SIM_HEAP_H

/** heap_blocks - blocks that are allocated now */
long heap_blocks(void);

#endif
