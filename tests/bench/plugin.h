/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Version 1 of QEMU's plugin interface, as far as used here: Debian ships no
 * header for it. Then what the plugins of the benchmark have in common.
 */
#ifndef BENCH_PLUGIN_H
#define BENCH_PLUGIN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "marker.h"

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_info;
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };
typedef void (*qemu_plugin_tb_trans_cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*qemu_plugin_exec_cb)(unsigned int cpu, void *data);
typedef void (*qemu_plugin_vcpu_cb)(qemu_plugin_id_t id, unsigned int cpu);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, qemu_plugin_tb_trans_cb cb);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, qemu_plugin_exec_cb cb,
					  enum qemu_plugin_cb_flags flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    qemu_plugin_exec_cb cb,
					    enum qemu_plugin_cb_flags flags, void *data);
void qemu_plugin_register_vcpu_init_cb(qemu_plugin_id_t id, qemu_plugin_vcpu_cb cb);
void qemu_plugin_register_vcpu_idle_cb(qemu_plugin_id_t id, qemu_plugin_vcpu_cb cb);
void qemu_plugin_register_vcpu_resume_cb(qemu_plugin_id_t id, qemu_plugin_vcpu_cb cb);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

#define EXPORT	__attribute__((visibility("default")))

EXPORT extern int qemu_plugin_version;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_plugin_info *info,
			       int argc, char **argv);

/* The word of marker.h that an instruction is, or 0. */
static inline uint32_t marker_of(const struct qemu_plugin_insn *insn)
{
	static const uint8_t nop[4] = { 0x0f, 0x1f, 0x84, 0x00 };
	const uint8_t *code = qemu_plugin_insn_data(insn);
	uint32_t word;

	if (qemu_plugin_insn_size(insn) != 8 || memcmp(code, nop, sizeof(nop)))
		return 0;
	memcpy(&word, code + sizeof(nop), sizeof(word));
	return word;
}

/* Have start and stop called where a block of code has these words. */
static inline void watch_markers(struct qemu_plugin_tb *tb, qemu_plugin_exec_cb start,
				 qemu_plugin_exec_cb stop)
{
	size_t n = qemu_plugin_tb_n_insns(tb), i;

	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint32_t word = marker_of(insn);

		if (word == MARK_START || word == MARK_STOP)
			qemu_plugin_register_vcpu_insn_exec_cb(insn,
				word == MARK_START ? start : stop,
				QEMU_PLUGIN_CB_NO_REGS, NULL);
	}
}

#endif
