# SPDX-License-Identifier: GPL-2.0
#
# Fuzzers: each tests/fuzz/NAME.c with a LLVMFuzzerTestOneInput() is a target,
# the other files are what targets share. Three builds of the same sources:
#
#   build/fuzz/bin/NAME      clang, libFuzzer, ASan, UBSan: looks for new inputs
#   build/san/bin/fuzz/NAME  gcc, ASan, UBSan, driver.c: runs the kept ones, in make check
#   build/cov/bin/NAME       gcc, gcov, driver.c: which lines the kept ones reach

comma        := ,
FUZZ_TARGETS := $(patsubst %.c,%,$(notdir $(shell grep -l '^int LLVMFuzzerTestOneInput' tests/fuzz/*.c)))
FUZZ_SECONDS ?= 60
FUZZ_CC      ?= clang
FUZZ_SAN     := -fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined \
		-Wno-missing-field-initializers -Wno-gnu
FUZZ_LINK    := -fsanitize=fuzzer,address,undefined
FUZZ_WRAP    := -Wl,--wrap=pki_free	# creds.c
FUZZ_SHARED  := $(patsubst %,tests/fuzz/%,$(filter-out $(addsuffix .c,$(FUZZ_TARGETS)),$(notdir $(wildcard tests/fuzz/*.c))))
FUZZ_MUTATE  := $(wildcard tests/fuzz/mutate*.c)
FUZZ_LIB     := $(LIB_SRC) tests/core/net.c
FUZZ_PLAIN   := $(filter-out $(FUZZ_MUTATE),$(FUZZ_SHARED))
FUZZ_REPLAY  := $(addprefix $(BUILD)/san/bin/fuzz/,$(FUZZ_TARGETS))
# Targets whose inputs are chunks of payloads; what changes them knows what those are.
FUZZ_CHAINED := $(filter wire clear keyed,$(FUZZ_TARGETS))

fuzz:
	@tests/setup-packages fuzz
	@$(MAKE) --no-print-directory fuzz-bins
	@tests/fuzz/run $(FUZZ_SECONDS) $(FUZZ_TARGETS)

fuzz-replay: fuzz-replay-bins
	@tests/fuzz/replay $(FUZZ_TARGETS)

fuzz-coverage: $(addprefix $(BUILD)/cov/bin/,$(FUZZ_TARGETS))
	@tests/fuzz/coverage $(FUZZ_TARGETS)

fuzz-bins: $(addprefix $(BUILD)/fuzz/bin/,$(FUZZ_TARGETS))
fuzz-replay-bins: $(FUZZ_REPLAY)

$(BUILD)/fuzz/bin/%: $(BUILD)/fuzz/obj/tests/fuzz/%.o $(BUILD)/fuzz/libfuzz.a
	@mkdir -p $(@D)
	$(call run,FUZZ,$(FUZZ_CC) $(FUZZ_LINK) $(FUZZ_WRAP) -o $@ $< \
		$(if $(filter $*,$(FUZZ_CHAINED)),$(BUILD)/fuzz/obj/tests/fuzz/mutate.o) $(BUILD)/fuzz/libfuzz.a $(PKG_LIBS))

$(BUILD)/fuzz/libfuzz.a: $(patsubst %.c,$(BUILD)/fuzz/obj/%.o,$(FUZZ_LIB) $(filter-out tests/fuzz/driver.c,$(FUZZ_PLAIN)))
	$(call run,AR,rm -f $@ && ar rcs $@ $^)

$(addprefix $(BUILD)/fuzz/bin/,$(FUZZ_CHAINED)): $(patsubst %.c,$(BUILD)/fuzz/obj/%.o,$(FUZZ_MUTATE))

# What comparisons an input fails is worth knowing of parsers; elsewhere it costs more than it brings.
# The harness is not what is looked at.
$(BUILD)/fuzz/obj/ikod/core/%.o: FUZZ_SAN += -fno-sanitize-coverage=trace-cmp
# Here nothing but what is left of an input, or letters, is compared, and that is half of a run of "wire".
$(patsubst %,$(BUILD)/fuzz/obj/ikod/wire/%.o,cursor buf suggest text): FUZZ_SAN += -fno-sanitize-coverage=trace-cmp
$(BUILD)/fuzz/obj/tests/%.o: FUZZ_SAN := $(subst fuzzer-no-link$(comma),,$(FUZZ_SAN)) -O2

$(BUILD)/fuzz/obj/%.o: %.c Makefile tests/fuzz/rules.mk
	@mkdir -p $(@D)
	$(call run,FUZZ CC,$(FUZZ_CC) $(BASE) -Itests -O1 $(FUZZ_SAN) -c -o $@ $<,$<)

$(FUZZ_REPLAY): $(BUILD)/san/bin/fuzz/%: tests/fuzz/%.c $(patsubst %.c,$(BUILD)/san/%.o,$(FUZZ_PLAIN)) $(BUILD)/san/libikod.a
	@mkdir -p $(@D)
	$(call run,TEST,$(CC) $(BASE) -Itests -O1 $(SANITIZE) $(FUZZ_WRAP) -o $@ $^ $(PKG_LIBS))

$(BUILD)/cov/bin/%: $(BUILD)/cov/obj/tests/fuzz/%.o $(patsubst %.c,$(BUILD)/cov/obj/%.o,$(FUZZ_LIB) $(FUZZ_PLAIN))
	@mkdir -p $(@D)
	$(call run,COV,$(CC) --coverage $(FUZZ_WRAP) -o $@ $^ $(PKG_LIBS))

$(BUILD)/cov/obj/%.o: %.c Makefile tests/fuzz/rules.mk
	@mkdir -p $(@D)
	$(call run,COV CC,$(CC) $(BASE) -Itests -O0 --coverage -fprofile-abs-path -c -o $@ $<,$<)

.PHONY: fuzz fuzz-bins fuzz-replay fuzz-replay-bins fuzz-coverage
.PRECIOUS: $(BUILD)/fuzz/obj/%.o $(BUILD)/cov/obj/%.o
