# SPDX-License-Identifier: GPL-2.0
#
#   make               build module, daemon and tool
#   make install       put them where Debian expects them (DESTDIR, PREFIX)
#   make demo          the main job, shown on real packets   (TOPOLOGY=site|hub, LAB=vm|host, KERNEL=6.1|6.12|7.3)
#   make check         every test                            (CHECK_KERNELS="6.1 6.12 7.3"; CHECK_ALL=1: on each kernel)
#   make kunit         the module's KUnit suites, on User Mode Linux
#   make debug-check   the module under KASAN, lockdep, kmemleak, failing allocations (PATTERN=20-, ROUNDS=0.1)
#   make sim           two daemons on a bad line, a run for each seed (SEEDS=100000); tests/sim/README.md
#   make interop       ikod with strongSwan and Libreswan, as a table   (KERNEL=6.1; LANES=2; CELLS="libreswan NAT")
#   make fuzz          look for inputs that break ikod          (FUZZ_SECONDS=60 each; fuzz-coverage: what the kept ones reach)
#   make bench         what a packet costs, against xfrm and WireGuard   (LAB=vm|host, KERNEL=6.1|6.12; PROFILE=1: by function)
#   make regen         generated netlink files, from uapi/vpntun.yaml
#   V=1                with any of them: show the commands
#
# Objects go to build/, nothing is written beside the sources.

VERSION   := 0.1.0
BUILD     := build
CC        ?= gcc
PREFIX    ?= /usr
DESTDIR   ?=
SYSCONF   ?= /etc
UNITDIR   ?= /lib/systemd/system
TOPOLOGY  ?= site
LAB       ?= vm
KERNEL    ?= 6.1
CHECK_KERNELS ?= 6.1 6.12 7.3
SEEDS     ?= 100000
export CHECK_KERNELS
comma     := ,

ifeq ($(V),1)
run = $(2)
else
run = @printf '  %-8s %s\n' '$(1)' '$(if $(3),$(3),$@)' && $(2)
endif

all: userland kmod

# ---- userland ---------------------------------------------------------------

PKGS      := libnl-3.0 libnl-genl-3.0 libnl-route-3.0 libcrypto libevent_core libevent_pthreads jansson inih
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS))
PKG_LIBS   = $(shell pkg-config --libs $(PKGS)) -pthread
WARN      := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Werror
HARDEN    := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
SANITIZE  := -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
BASE       = -std=gnu11 -D_GNU_SOURCE -DVPNTUN_VERSION='"$(VERSION)"' -Iikod -Iuapi -I. $(WARN) $(PKG_CFLAGS) -g -MMD -MP
CFLAGS    ?= -O2
LDFLAGS   ?= -pie -Wl,-z,relro,-z,now

LIB_SRC   := $(wildcard ikod/wire/*.c ikod/crypto/*.c ikod/core/*.c ikod/core/v1/*.c ikod/cfg/*.c ikod/os/*.c ikod/ctl/*.c)
TOOL_SRC  := $(filter-out tools/ikoctl.c,$(wildcard tools/*.c))
# Files of the module that are arithmetic alone also build here, so that the same tests run under sanitizers.
PURE_SRC  := $(wildcard $(addprefix kmod/,esp_fmt.c replay.c selector.c mtu.c))

userland: $(BUILD)/ikod/ikod $(BUILD)/tools/ikoctl

$(BUILD)/ikod/ikod: $(patsubst %.c,$(BUILD)/obj/%.o,$(LIB_SRC) ikod/main.c)
	@mkdir -p $(@D)
	$(call run,LD,$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS))

$(BUILD)/tools/ikoctl: $(patsubst %.c,$(BUILD)/obj/%.o,$(TOOL_SRC) tools/ikoctl.c)
	@mkdir -p $(@D)
	$(call run,LD,$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS))

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call run,CC,$(CC) $(BASE) $(HARDEN) $(CFLAGS) -c -o $@ $<,$<)

# ---- tests in userspace, always under ASan and UBSan ------------------------

TEST_SRC  := $(wildcard tests/unit/test_*.c tests/core/test_*.c)
TEST_BIN  := $(patsubst tests/%.c,$(BUILD)/san/bin/%,$(TEST_SRC))
CORE_HELP := $(filter-out $(wildcard tests/core/test_*.c),$(wildcard tests/core/*.c))
SAN_LIB   := $(patsubst %.c,$(BUILD)/san/%.o,$(LIB_SRC) $(TOOL_SRC) $(CORE_HELP))
SAN_PURE  := $(patsubst %.c,$(BUILD)/san/%.o,$(PURE_SRC))

# Named here so that make knows they can be made when it chooses among the rules.
test-bins: $(SAN_PURE) $(TEST_BIN)

$(BUILD)/san/bin/unit/test_kmod_%: tests/unit/test_kmod_%.c $(SAN_PURE)
	@mkdir -p $(@D)
	$(call run,TEST,$(CC) $(BASE) -Ikmod -O1 $(SANITIZE) -o $@ $< $(SAN_PURE) -lcmocka)

$(BUILD)/san/bin/%: tests/%.c $(BUILD)/san/libikod.a
	@mkdir -p $(@D)
	$(call run,TEST,$(CC) $(BASE) -Itests -Itools -O1 $(SANITIZE) -o $@ $< $(BUILD)/san/libikod.a -lcmocka $(PKG_LIBS))

$(BUILD)/san/libikod.a: $(SAN_LIB)
	$(call run,AR,rm -f $@ && ar rcs $@ $^)

$(BUILD)/san/kmod/%.o: kmod/%.c Makefile
	@mkdir -p $(@D)
	$(call run,CC san,$(CC) $(BASE) -Ikmod -O1 $(SANITIZE) -c -o $@ $<,$<)

$(BUILD)/san/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call run,CC san,$(CC) $(BASE) -Itests -O1 $(SANITIZE) -c -o $@ $<,$<)

# ---- the simulator: optimised for the many seeds, under sanitizers for a few --

SIM_WRAP  := $(addprefix -Wl$(comma)--wrap=,dh_generate dh_shared \
	malloc calloc realloc free CRYPTO_zalloc CRYPTO_clear_free)
SIM_SRC   := $(wildcard tests/sim/*.c) tests/core/net.c
SIM_CORE  := $(filter ikod/wire/% ikod/crypto/% ikod/core/%,$(LIB_SRC))

sim: $(BUILD)/sim/sim
	@$< --kept tests/sim/kept --seeds $(SEEDS)

$(BUILD)/sim/sim: $(patsubst %.c,$(BUILD)/obj/%.o,$(SIM_SRC) $(SIM_CORE))
	@mkdir -p $(@D)
	$(call run,LD,$(CC) $(LDFLAGS) $(SIM_WRAP) -o $@ $^ $(PKG_LIBS))

$(BUILD)/san/bin/sim: $(patsubst %.c,$(BUILD)/san/%.o,$(wildcard tests/sim/*.c)) $(BUILD)/san/libikod.a
	@mkdir -p $(@D)
	$(call run,LD san,$(CC) $(SANITIZE) $(SIM_WRAP) -o $@ $^ $(PKG_LIBS))

$(BUILD)/obj/tests/%.o: BASE += -Itests

# The compiler's path analysis; objects are thrown away, only what it says counts.
# gcc 12 loses sight of what a uthash table owns: leaks are LeakSanitizer's, in the tests.
analyze: $(patsubst %.c,$(BUILD)/analyze/%.o,$(LIB_SRC) $(TOOL_SRC) ikod/main.c tools/ikoctl.c)

$(BUILD)/analyze/%.o: %.c
	@mkdir -p $(@D)
	$(call run,ANALYZE,$(CC) $(BASE) -O1 -fanalyzer -Wno-analyzer-malloc-leak -c -o $@ $<,$<)

include tests/fuzz/rules.mk

-include $(shell find $(BUILD) -type f -name '*.d' 2>/dev/null)

# ---- the module, for one kernel at a time -----------------------------------
#
# KERNEL is a version that tests/vm/kernel knows, or "host" for the running
# kernel. Sources are mirrored to build/kmod/KERNEL/src, because Kbuild writes
# beside them.

ifeq ($(KERNEL),host)
KDIR ?= /lib/modules/$(INSTALL_KERNEL)/build
else
KDIR ?= $(CURDIR)/$(BUILD)/kernels/$(KERNEL)/build
endif
KOUT  := $(BUILD)/kmod/$(KERNEL)
KFLAGS ?=
# The built kernels (tests/vm/built-kernel) have KUnit: there the module holds its suites.
KUNIT ?= $(if $(filter uml debug,$(KERNEL)),1)
BUILT_CC = $(if $(filter uml debug,$(KERNEL)),CC=$(notdir $(firstword $(shell command -v gcc-12 gcc))))
KARGS  = $(if $(filter uml,$(KERNEL)),ARCH=um) $(BUILT_CC) $(if $(KUNIT),KUNIT=1) $(KFLAGS)

kmod: $(if $(filter host,$(KERNEL)),,$(BUILD)/kernels/$(KERNEL)/build) $(if $(KUNIT),kmod-suites)
	@mkdir -p $(KOUT)/src
	@cp -Rup Kbuild kmod uapi $(KOUT)/src/
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(KOUT)/src $(KARGS) modules
	@cp -p $(KOUT)/src/kmod/vpntun.ko $(KOUT)/vpntun.ko

# Suites that userspace has too, without the headers that only it has.
kmod-suites:
	@mkdir -p $(KOUT)/src/kmod/tests
	@for f in tests/unit/test_kmod_*.c; do \
		to=$(KOUT)/src/kmod/tests/$${f##*/}; [ $$to -nt $$f ] || sed 's/^#include <.*//' $$f >$$to; done

$(BUILD)/kernels/%/build:
	tests/vm/kernel $*

# ---- the two commands -------------------------------------------------------

demo:
	@tests/setup-packages all
	@LAB=$(LAB) TOPOLOGY=$(TOPOLOGY) KERNEL=$(KERNEL) tests/demo/demo

check:
	@tests/setup-packages all
	@tests/check/run

interop:
	@tests/setup-packages all
	@tests/interop/run -k $(KERNEL) $(if $(LANES),-l $(LANES)) $(CELLS)

bench:
	@tests/setup-packages check
	@tests/bench/bench --lab $(LAB) -k $(KERNEL) $(if $(PROFILE),--profile)

# The first run of either builds a kernel, which takes minutes.
kunit:
	@tests/setup-packages check
	@tests/kunit/run

debug-check:
	@tests/setup-packages check
	@tests/debug/run $(PATTERN)

regen:
	uapi/regen

# ---- install ----------------------------------------------------------------

INSTALL_KERNEL ?= $(shell uname -r)

install: userland
	install -Dm755 $(BUILD)/ikod/ikod $(DESTDIR)$(PREFIX)/sbin/ikod
	install -Dm755 $(BUILD)/tools/ikoctl $(DESTDIR)$(PREFIX)/sbin/ikoctl
	install -Dm644 packaging/ikod.service $(DESTDIR)$(UNITDIR)/ikod.service
	install -Dm644 packaging/modules-load.d/vpntun.conf $(DESTDIR)$(SYSCONF)/modules-load.d/vpntun.conf
	install -d -m700 $(DESTDIR)$(SYSCONF)/ikod $(DESTDIR)$(SYSCONF)/ikod/conf.d
	for m in tools/man/*.[1-8]; do \
		install -Dm644 $$m $(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$${m##*/} || exit 1; done
	install -d $(DESTDIR)$(PREFIX)/share/doc/ikod/examples
	cp -R packaging/examples/. $(DESTDIR)$(PREFIX)/share/doc/ikod/examples/
	@if [ -d /lib/modules/$(INSTALL_KERNEL)/build ]; then $(MAKE) install-kmod; \
	 else echo "no headers of kernel $(INSTALL_KERNEL) here: module not installed (apt-get install linux-headers-$(INSTALL_KERNEL), then make install-kmod)"; fi

install-kmod:
	$(MAKE) kmod KERNEL=host
	install -Dm644 $(BUILD)/kmod/host/vpntun.ko $(DESTDIR)/lib/modules/$(INSTALL_KERNEL)/updates/vpntun.ko
	[ -n "$(DESTDIR)" ] || depmod $(INSTALL_KERNEL)

clean:
	rm -rf $(BUILD)/ikod $(BUILD)/tools $(BUILD)/sim $(BUILD)/obj $(BUILD)/san $(BUILD)/fuzz $(BUILD)/cov $(BUILD)/analyze $(BUILD)/kmod

.PHONY: all userland kmod kmod-suites test-bins sim analyze demo check interop kunit debug-check bench regen install install-kmod clean
