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

-include $(patsubst %.c,$(MODEL)/obj/%.d,$(MODEL_KERNEL) $(MODEL_HARNESS) kernel/src/fast/ipc.c kernel/src/fast/none.c)

UNIT_TESTS += tests/model/run.py
unit-build: $(MODEL_PROGRAMS)

.PHONY: model
model: $(DEPS_STAMP) ## random system calls on kernel and model for SECONDS=N, new seeds each time
	@$(LOCKED) $(MAKE) --no-print-directory $(MODEL_PROGRAMS)
	@$(TIED) $(MODEL)/model --seconds $(or $(SECONDS),60) --seed $(or $(SEED),$(shell date +%s)000)
