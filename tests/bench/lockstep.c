// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin of QEMU's emulator that makes processors of the guest advance
 * together, so that it can be told how long several of them need for something
 * whatever else this machine does.
 *
 * Each processor has a clock that counts its instructions. Between the two words
 * of marker.h a processor that is more than quantum=N instructions ahead of
 * another one that is at work waits for it. One that was idle goes on with the
 * clock of the one that is furthest. So the clocks are those of processors that
 * execute an instruction each in every unit of time. At the second word
 *
 *	elapsed TIME
 *	cpu I INSTRUCTIONS
 *
 * is written to out=FILE.N, where N counts the measurements from 0.
 *
 * The kernel's timer interrupt comes at the pace of this machine and would count the
 * more, the slower the emulation. With symbols=FILE (a copy of the guest's
 * /proc/kallsyms, read at the first word) its instructions are left out, from
 * TICK_ENTER to TICK_LEAVE; what it wakes is not.
 *
 * A wait ends after WAIT_NS of this machine's time at the latest: the other
 * processor may itself be waiting for this one to leave the emulated code.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "plugin.h"

#define CPUS	8
#define WAIT_NS	3000000
#define NAP_NS	20000
#define SPINS	200
#define TICK_ENTER	"asm_sysvec_apic_timer_interrupt"
#define TICK_LEAVE	"irq_exit_rcu"

int qemu_plugin_version = 1;

/**
 * struct cpu - a processor of the guest; written by its own thread
 * @clock: its time
 * @work: instructions executed
 * @checked: @clock when it last looked at the others
 * @busy: at work, not idle
 * @ticking: in the timer interrupt
 */
struct cpu {
	_Atomic uint64_t clock;
	uint64_t work;
	uint64_t checked;
	atomic_bool busy;
	bool ticking;
} __attribute__((aligned(64)));

/**
 * struct block - a straight run of code
 * @addr: its address
 * @insns: how many instructions
 */
struct block {
	uint64_t addr;
	uint64_t insns;
};

static struct cpu cpus[CPUS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool counting;
static uint64_t quantum = 10000;
static const char *out = "lockstep";
static const char *symbols;
static uint64_t tick_enter, tick_leave;
static unsigned int measurements;

static uint64_t furthest(void)
{
	uint64_t max = 0, clock;
	int i;

	for (i = 0; i < CPUS; i++) {
		clock = atomic_load(&cpus[i].clock);
		if (clock > max)
			max = clock;
	}
	return max;
}

static bool is_ahead(const struct cpu *me)
{
	int i;

	for (i = 0; i < CPUS; i++)
		if (&cpus[i] != me && atomic_load(&cpus[i].busy) &&
		    atomic_load(&cpus[i].clock) + quantum < me->clock)
			return true;
	return false;
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void wait_for_others(const struct cpu *me)
{
	static const struct timespec nap = { .tv_nsec = NAP_NS };
	int64_t end = now_ns() + WAIT_NS;
	int spins = 0;

	/* Who sleeps is soon let in again on a busy machine; who yields is not. */
	while (atomic_load(&counting) && is_ahead(me) && now_ns() < end)
		if (++spins > SPINS)
			nanosleep(&nap, NULL);
}

static void on_block(unsigned int cpu, void *data)
{
	struct cpu *me = &cpus[cpu % CPUS];
	const struct block *b = data;
	uint64_t clock;

	if (!atomic_load_explicit(&counting, memory_order_relaxed))
		return;
	if (b->addr == tick_enter)
		me->ticking = true;
	else if (b->addr == tick_leave)
		me->ticking = false;
	if (me->ticking)
		return;
	clock = atomic_load_explicit(&me->clock, memory_order_relaxed) + b->insns;
	atomic_store_explicit(&me->clock, clock, memory_order_relaxed);
	me->work += b->insns;
	if (clock - me->checked < quantum / 2)
		return;
	me->checked = clock;
	if (is_ahead(me))
		wait_for_others(me);
}

static void on_busy(qemu_plugin_id_t id, unsigned int cpu)
{
	struct cpu *me = &cpus[cpu % CPUS];

	(void)id;
	if (atomic_load(&counting))
		atomic_store(&me->clock, furthest());
	me->checked = me->clock;
	atomic_store(&me->busy, true);
}

static void on_idle(qemu_plugin_id_t id, unsigned int cpu)
{
	(void)id;
	atomic_store(&cpus[cpu % CPUS].busy, false);
}

static void read_symbols(void)
{
	char line[512], name[256], type;
	uint64_t addr;
	FILE *f;

	if (!symbols || tick_enter)
		return;
	f = fopen(symbols, "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%" SCNx64 " %c %255s", &addr, &type, name) != 3)
			continue;
		if (!strcmp(name, TICK_ENTER))
			tick_enter = addr;
		else if (!strcmp(name, TICK_LEAVE))
			tick_leave = addr;
	}
	if (f)
		fclose(f);
	if (!tick_enter || !tick_leave) {
		fprintf(stderr, "lockstep: no timer interrupt in %s\n", symbols);
		exit(1);
	}
}

static void on_start(unsigned int cpu, void *data)
{
	int i;

	(void)cpu;
	(void)data;
	pthread_mutex_lock(&lock);
	read_symbols();
	for (i = 0; i < CPUS; i++) {
		atomic_store(&cpus[i].clock, 0);
		cpus[i].work = 0;
		cpus[i].checked = 0;
		cpus[i].ticking = false;
	}
	atomic_store(&counting, true);
	pthread_mutex_unlock(&lock);
}

static void on_stop(unsigned int cpu, void *data)
{
	char path[512];
	FILE *f;
	int i;

	(void)cpu;
	(void)data;
	if (!atomic_exchange(&counting, false))
		return;
	pthread_mutex_lock(&lock);
	snprintf(path, sizeof(path), "%s.%u", out, measurements++);
	f = fopen(path, "w");
	if (f) {
		fprintf(f, "elapsed %" PRIu64 "\n", furthest());
		for (i = 0; i < CPUS; i++)
			if (cpus[i].work)
				fprintf(f, "cpu %d %" PRIu64 "\n", i, cpus[i].work);
		fclose(f);
	}
	pthread_mutex_unlock(&lock);
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	struct block *b = malloc(sizeof(*b));

	(void)id;
	if (!b)
		abort();
	b->addr = qemu_plugin_tb_vaddr(tb);
	b->insns = qemu_plugin_tb_n_insns(tb);
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
		else if (!strncmp(argv[i], "symbols=", 8))
			symbols = strdup(argv[i] + 8);
		else if (!strncmp(argv[i], "quantum=", 8))
			quantum = strtoull(argv[i] + 8, NULL, 10);
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	qemu_plugin_register_vcpu_init_cb(id, on_busy);
	qemu_plugin_register_vcpu_idle_cb(id, on_idle);
	qemu_plugin_register_vcpu_resume_cb(id, on_busy);
	return 0;
}
