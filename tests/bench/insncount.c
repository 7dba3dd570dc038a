// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin of QEMU's emulator that counts every instruction of the guest between
 * the two words of marker.h. At the second word it writes out=FILE.N, where N
 * counts the measurements from 0, with lines
 *
 *	block ADDRESS ON-CPU-0 ON-CPU-1 ...	instructions of a run of code
 *	call ID PARENT ADDRESS			a function called by another; tree=1
 *	self ID ADDRESS COUNT			instructions of a block in that call
 *
 * Nothing is counted outside of a measurement. A block that an exception leaves
 * half-way counts whole. The tree follows call and return instructions; what
 * returns to where nobody called from (another thread's stack) leaves it as is.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#define CPUS	8
#define BUCKETS	(1 << 16)
#define DEPTH	256

int qemu_plugin_version = 1;

enum ending { FALLS, CALLS, RETURNS };

/**
 * struct block - a straight run of code
 * @next: in its bucket
 * @addr: virtual address of its first instruction
 * @end: address behind its last one
 * @insns: how many it has
 * @ending: what its last one does
 * @runs: executions by CPU; each CPU writes its own
 */
struct block {
	struct block *next;
	uint64_t addr;
	uint64_t end;
	uint64_t insns;
	enum ending ending;
	uint64_t runs[CPUS];
};

/**
 * struct call - a function, as called along one path
 * @next: in its bucket
 * @parent: its caller, NULL for the root
 * @addr: its first instruction
 * @id: its number
 */
struct call {
	struct call *next;
	struct call *parent;
	uint64_t addr;
	unsigned int id;
};

/* Instructions of a block in a call. */
struct self {
	struct self *next;
	const struct call *call;
	const struct block *block;
	uint64_t runs;
};

/* Where a CPU is in the tree. Only one CPU is followed. */
static struct {
	struct call *call;
	enum ending last;
	uint64_t back;
	unsigned int depth;
	struct {
		struct call *call;
		uint64_t back;
	} stack[DEPTH];
} at;

static struct block *blocks[BUCKETS];
static struct call *calls[BUCKETS];
static struct self *selves[BUCKETS];
static struct call root;
static unsigned int call_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static volatile bool counting;
static bool tree;
static const char *out = "insncount";
static unsigned int measurements;

static void *allocate(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		abort();
	return p;
}

static size_t bucket(uint64_t a, uint64_t b)
{
	return (a ^ a >> 16 ^ b * 0x9e3779b97f4a7c15ull >> 40) % BUCKETS;
}

static struct block *find_block(uint64_t addr, uint64_t insns)
{
	struct block **head = &blocks[bucket(addr, insns)], *b;

	for (b = *head; b; b = b->next)
		if (b->addr == addr && b->insns == insns)
			return b;
	b = allocate(sizeof(*b));
	b->addr = addr;
	b->insns = insns;
	b->next = *head;
	*head = b;
	return b;
}

static struct call *find_call(struct call *parent, uint64_t addr)
{
	struct call **head = &calls[bucket(addr, (uintptr_t)parent)], *c;

	for (c = *head; c; c = c->next)
		if (c->parent == parent && c->addr == addr)
			return c;
	c = allocate(sizeof(*c));
	c->parent = parent;
	c->addr = addr;
	c->id = ++call_count;
	c->next = *head;
	*head = c;
	return c;
}

static struct self *find_self(const struct call *call, const struct block *block)
{
	struct self **head = &selves[bucket((uintptr_t)call >> 4, (uintptr_t)block)], *s;

	for (s = *head; s; s = s->next)
		if (s->call == call && s->block == block)
			return s;
	s = allocate(sizeof(*s));
	s->call = call;
	s->block = block;
	s->next = *head;
	*head = s;
	return s;
}

static void follow(const struct block *b)
{
	unsigned int i;

	if (at.last == CALLS && at.depth < DEPTH) {
		at.stack[at.depth].call = at.call;
		at.stack[at.depth++].back = at.back;
		at.call = find_call(at.call, b->addr);
	} else if (at.last == RETURNS) {
		for (i = at.depth; i > 0; i--) {
			if (at.stack[i - 1].back == b->addr) {
				at.depth = i - 1;
				at.call = at.stack[i - 1].call;
				break;
			}
		}
	}
	at.last = b->ending;
	at.back = b->end;
	find_self(at.call, b)->runs++;
}

static void on_block(unsigned int cpu, void *data)
{
	struct block *b = data;

	if (!counting)
		return;
	b->runs[cpu % CPUS]++;
	if (tree && !cpu)
		follow(b);
}

static void on_start(unsigned int cpu, void *data)
{
	struct block *b;
	struct self *s;
	size_t i;

	(void)cpu;
	(void)data;
	pthread_mutex_lock(&lock);
	for (i = 0; i < BUCKETS; i++) {
		for (b = blocks[i]; b; b = b->next)
			memset(b->runs, 0, sizeof(b->runs));
		for (s = selves[i]; s; s = s->next)
			s->runs = 0;
	}
	at.call = &root;
	at.depth = 0;
	at.last = FALLS;
	counting = true;
	pthread_mutex_unlock(&lock);
}

static void write_block(FILE *f, const struct block *b)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < CPUS; i++)
		sum += b->runs[i];
	if (!sum)
		return;
	fprintf(f, "block %" PRIx64, b->addr);
	for (i = 0; i < CPUS; i++)
		fprintf(f, " %" PRIu64, b->runs[i] * b->insns);
	fputc('\n', f);
}

static void write_counts(FILE *f)
{
	const struct block *b;
	const struct call *c;
	const struct self *s;
	size_t i;

	for (i = 0; i < BUCKETS; i++) {
		for (b = blocks[i]; b; b = b->next)
			write_block(f, b);
		for (c = calls[i]; c; c = c->next)
			fprintf(f, "call %u %u %" PRIx64 "\n", c->id, c->parent->id, c->addr);
		for (s = selves[i]; s; s = s->next)
			if (s->runs)
				fprintf(f, "self %u %" PRIx64 " %" PRIu64 "\n", s->call->id,
					s->block->addr, s->runs * s->block->insns);
	}
}

static void on_stop(unsigned int cpu, void *data)
{
	char path[512];
	FILE *f;

	(void)cpu;
	(void)data;
	if (!counting)
		return;
	pthread_mutex_lock(&lock);
	counting = false;
	snprintf(path, sizeof(path), "%s.%u", out, measurements++);
	f = fopen(path, "w");
	if (f) {
		write_counts(f);
		fclose(f);
	}
	pthread_mutex_unlock(&lock);
}

static enum ending ending_of(const struct qemu_plugin_insn *insn)
{
	const uint8_t *code = qemu_plugin_insn_data(insn);
	size_t n = qemu_plugin_insn_size(insn);

	/* Prefixes: REX, segment, operand size, repeat. */
	while (n > 1 && ((*code & 0xf0) == 0x40 || *code == 0x2e || *code == 0x3e ||
			 *code == 0x66 || *code == 0xf2 || *code == 0xf3)) {
		code++;
		n--;
	}
	if (*code == 0xe8 || (*code == 0xff && n > 1 && (code[1] >> 3 & 7) == 2))
		return CALLS;
	return *code == 0xc3 || *code == 0xc2 ? RETURNS : FALLS;
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);
	struct qemu_plugin_insn *last = qemu_plugin_tb_get_insn(tb, n - 1);
	struct block *b;

	(void)id;
	pthread_mutex_lock(&lock);
	b = find_block(qemu_plugin_tb_vaddr(tb), n);
	b->ending = ending_of(last);
	b->end = qemu_plugin_insn_vaddr(last) + qemu_plugin_insn_size(last);
	pthread_mutex_unlock(&lock);
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_PLUGIN_CB_NO_REGS, b);
	watch_markers(tb, on_start, on_stop);
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_plugin_info *info,
			int argc, char **argv)
{
	int i;

	(void)info;
	for (i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			out = strdup(argv[i] + 4);
		else if (!strcmp(argv[i], "tree=1"))
			tree = true;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	return 0;
}
