# SPDX-License-Identifier: BSD-2-Clause
# The kernel on the host, beside an executable model of its manual (docs/model.md): the sources of the release kernel,
# its invariants, and a simulated machine instead of kernel/src/machine.
#
#   build/model/model      with the kernel's short ways      build/model/model_plain   without them

MODEL := $(BUILD)/model
MODEL_KERNEL := $(sort $(wildcard kernel/src/*.c kernel/src/object/*.c kernel/src/boot/*.c kernel/src/release/*.c))
MODEL_HARNESS := $(filter-out tests/model/fuzz.c,$(sort $(wildcard tests/model/*.c tests/model/machine/*.c)))
MODEL_CFLAGS := -std=c11 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer $(WARNINGS) \
    -D_GNU_SOURCE -Ikernel/abi -iquote kernel/src -iquote tests/model -iquote tests/model/machine \
    -include tests/model/machine/csr.h
MODEL_LINK := -Wl,-T,tests/model/machine/sealed.ld
MODEL_PROGRAMS := $(MODEL)/model $(MODEL)/model_plain

MODEL_OBJS := $(patsubst %.c,$(MODEL)/obj/%.o,$(MODEL_KERNEL) $(MODEL_HARNESS))
$(MODEL)/model: $(MODEL_OBJS) $(MODEL)/obj/kernel/src/fast/ipc.o
$(MODEL)/model_plain: $(MODEL_OBJS) $(MODEL)/obj/kernel/src/fast/none.o

$(MODEL)/obj/%.o: %.c tests/model/build.mk | $(DEPS_STAMP)
	@mkdir -p $(@D)
	$(CC) $(MODEL_CFLAGS) -MMD -MP -c -o $@ $<

$(MODEL_PROGRAMS): tests/model/machine/sealed.ld
	$(CC) $(MODEL_CFLAGS) $(MODEL_LINK) -o $@ $(filter %.o,$^)
	@echo "  test     $@"

# How mutants.py compiles one file more and links it instead of the real one.
$(MODEL)/link.txt: $(MODEL)/model
	@echo '$(CC) $(MODEL_CFLAGS)' > $(MODEL)/compile.txt
	@echo '$(CC) $(MODEL_CFLAGS) $(MODEL_LINK) $(filter %.o,$(MODEL_OBJS)) $(MODEL)/obj/kernel/src/fast/ipc.o' > $@

-include $(patsubst %.c,$(MODEL)/obj/%.d,$(MODEL_KERNEL) $(MODEL_HARNESS) kernel/src/fast/ipc.c kernel/src/fast/none.c)

# libFuzzer needs clang; the kernel is the same. The harness keeps its own main out.
MODEL_FUZZ_FLAGS = $(filter-out -Werror,$(MODEL_CFLAGS)) -Wno-unknown-warning-option
MODEL_FUZZ_OBJS := $(patsubst %.c,$(MODEL)/fuzz-obj/%.o,$(MODEL_KERNEL) kernel/src/fast/ipc.c \
    $(filter-out tests/model/main.c tests/model/worker.c,$(MODEL_HARNESS)) tests/model/fuzz.c)

$(MODEL)/fuzz-obj/kernel/%.o: kernel/%.c tests/model/build.mk | $(DEPS_STAMP)
	@mkdir -p $(@D)
	clang $(MODEL_FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

$(MODEL)/fuzz-obj/tests/%.o: tests/%.c tests/model/build.mk | $(DEPS_STAMP)
	@mkdir -p $(@D)
	clang $(filter-out -fsanitize=%,$(MODEL_FUZZ_FLAGS)) -MMD -MP -c -o $@ $<

$(MODEL)/fuzz: $(MODEL_FUZZ_OBJS) tests/model/machine/sealed.ld
	clang $(MODEL_FUZZ_FLAGS) -fsanitize=fuzzer $(MODEL_LINK) -o $@ $(filter %.o,$^)
	@echo "  test     $@"

-include $(MODEL_FUZZ_OBJS:.o=.d)

.PHONY: fuzz-kernel
fuzz-kernel: $(DEPS_STAMP) ## fuzz the kernel's system calls for SECONDS=N; inputs stay in build/model/corpus
	@$(LOCKED) $(MAKE) --no-print-directory $(MODEL)/fuzz
	@$(TIED) tests/model/fuzz.py --seconds $(or $(SECONDS),60)

# The same with counters in the kernel's code, without sanitizers; for tests/model/coverage.py.
MODEL_COVERED := $(MODEL_KERNEL) kernel/src/fast/ipc.c
MODEL_COVERED_OBJS := $(patsubst %.c,$(MODEL)/coverage/%.o,$(MODEL_COVERED))
MODEL_PLAIN_CFLAGS = $(filter-out -fsanitize=% -fno-sanitize-recover=%,$(MODEL_CFLAGS)) -g0

$(MODEL)/coverage/kernel/%.o: kernel/%.c tests/model/build.mk | $(DEPS_STAMP)
	@mkdir -p $(@D)
	$(CC) $(MODEL_PLAIN_CFLAGS) -O0 --coverage -MMD -MP -c -o $@ $<

$(MODEL)/coverage/tests/%.o: tests/%.c tests/model/build.mk | $(DEPS_STAMP)
	@mkdir -p $(@D)
	$(CC) $(MODEL_PLAIN_CFLAGS) -MMD -MP -c -o $@ $<

$(MODEL)/model_coverage: $(MODEL_COVERED_OBJS) $(patsubst %.c,$(MODEL)/coverage/%.o,$(MODEL_HARNESS)) \
    tests/model/machine/sealed.ld
	$(CC) --coverage $(MODEL_LINK) -o $@ $(filter %.o,$^)

.PHONY: model-coverage
model-coverage: $(DEPS_STAMP) ## lines and branches of the kernel that the random runs reach
	@$(LOCKED) $(MAKE) --no-print-directory $(MODEL)/model_coverage
	@$(TIED) tests/model/coverage.py $(MODEL) $(MODEL_COVERED)

UNIT_TESTS += tests/model/run.py tests/model/mutants.py tests/model/fuzz.py
unit-build: $(MODEL_PROGRAMS) $(MODEL)/link.txt $(MODEL)/fuzz

.PHONY: model
model: $(DEPS_STAMP) ## random system calls on kernel and model for SECONDS=N, new seeds each time
	@$(LOCKED) $(MAKE) --no-print-directory $(MODEL_PROGRAMS)
	@$(TIED) $(MODEL)/model --seconds $(or $(SECONDS),60) --seed $(or $(SEED),$(shell date +%s)000)
