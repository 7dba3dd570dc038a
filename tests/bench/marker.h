/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words by which a program in the guest tells the counting plugin of the
 * emulator (insncount.c) where a measurement begins and ends: no-operations with
 * a displacement that no compiler emits. They cost one instruction each and do
 * nothing where nobody listens.
 */
#ifndef BENCH_MARKER_H
#define BENCH_MARKER_H

#define MARK_START	0x7e57a11a
#define MARK_STOP	0x7e57a11b

#define mark_bytes(word)							\
	asm volatile(".byte 0x0f, 0x1f, 0x84, 0x00; .long %c0" : : "i"(word) : "memory")

static inline void mark_start(void)
{
	mark_bytes(MARK_START);
}

static inline void mark_stop(void)
{
	mark_bytes(MARK_STOP);
}

#endif
