/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the targets share. A target is one file, tests/fuzz/NAME.c, with a
 * LLVMFuzzerTestOneInput() that is linked twice: by clang with libFuzzer, which
 * looks for inputs, and by gcc with driver.c, which runs those that were kept.
 * Same input, same run: nothing of one run may be seen by the next.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);	/* libFuzzer's own */

/** FUZZ_CHECK - what must hold whatever the input; a finding if it does not */
#define FUZZ_CHECK(x) ((x) ? (void)0 : fuzz_fail(#x, __FILE__, __LINE__))
_Noreturn void fuzz_fail(const char *what, const char *file, int line);

/** struct fuzz_in - an input being consumed; past its end come zeros */
struct fuzz_in {
	const uint8_t *p;
	size_t left;
};

uint8_t fuzz_u8(struct fuzz_in *in);
uint16_t fuzz_u16(struct fuzz_in *in);
uint32_t fuzz_u32(struct fuzz_in *in);
/** fuzz_copy - the next @n bytes, fewer at the end (*got), on the heap, so that each overread is seen; caller frees */
uint8_t *fuzz_copy(struct fuzz_in *in, size_t n, size_t *got);

/**
 * struct fuzz_chunk - a piece of an input that is a sequence of them
 * @op: what to do; the target's business
 * @arg: more of that
 * @first: type of the first payload
 *
 * On disk: op, arg, first, length (16 bits, big endian), @len bytes. The
 * mutator for chains (mutate.c) relies on it.
 */
struct fuzz_chunk {
	uint8_t op, arg, first;
	const uint8_t *p;
	size_t len;
};

#define FUZZ_CHUNK_HDR 5

/** fuzz_chunks_at - where the chunks of a target's inputs begin; 0: it is one byte and a datagram */
extern const size_t fuzz_chunks_at;

/** fuzz_chunk - the next one; false at the end. What is shorter than it says is what is there. */
bool fuzz_chunk(struct fuzz_in *in, struct fuzz_chunk *out);

#endif
