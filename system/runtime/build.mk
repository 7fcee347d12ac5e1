# SPDX-License-Identifier: BSD-2-Clause
# libmicrokit (start code and event loop) and libpostern (log, metrics, configuration text, checksum, rings, memcpy) for the target.

RUNTIME := system/runtime
# Less the FPU's part, which the SDK's library has from hard/, the product's from soft/.
MICROKIT_SRCS := $(RUNTIME)/src/start.S $(RUNTIME)/src/main.c $(RUNTIME)/src/defaults.c $(RUNTIME)/src/$(CONFIG)/dbg.c
POSTERN_SRCS := $(wildcard $(RUNTIME)/postern/*.c)
RINGS_SRCS := system/rings/src/ring.c system/rings/src/ring_memory.c
MICROKIT_OBJS := $(patsubst %,$(OUT)/obj/%.o,$(basename $(MICROKIT_SRCS) $(RUNTIME)/src/soft/fpu.S))
RINGS_PARTS := $(patsubst %.c,$(OUT)/obj/%.o,$(RINGS_SRCS))
RINGS_OBJ := $(OUT)/obj/system/rings/rings.o
POSTERN_OBJS := $(patsubst %,$(OUT)/obj/%.o,$(basename $(POSTERN_SRCS))) $(RINGS_OBJ)

$(OUT)/obj/system/%.o: system/%.c | $(DEPS_STAMP)
	@mkdir -p $(@D)
	$(RISCV_CC) $(PD_CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/obj/system/%.o: system/%.S | $(DEPS_STAMP)
	@mkdir -p $(@D)
	$(RISCV_CC) $(PD_CFLAGS) -MMD -MP -c -o $@ $<

# The compiler must not turn the loops of memcpy into calls of memcpy.
$(OUT)/obj/$(RUNTIME)/postern/memory.o: PD_CFLAGS += -fno-tree-loop-distribute-patterns

# One object of the rings: a load of the peer's words must not cost a call.
$(RINGS_PARTS): PD_CFLAGS += -flto
$(RINGS_OBJ): $(RINGS_PARTS)
	$(RISCV_CC) $(filter-out --specs=%,$(PD_ARCH)) -O2 -g -ffunction-sections -fdata-sections $(REPRODUCIBLE) -flto \
	    -flinker-output=nolto-rel -r -nostdlib -Wl,--discard-locals -o $@ $^

$(OUT)/lib/libmicrokit.a: $(MICROKIT_OBJS)
$(OUT)/lib/libpostern.a: $(POSTERN_OBJS)
$(OUT)/lib/%.a:
	@mkdir -p $(@D)
	@rm -f $@
	$(RISCV_AR) rcsD $@ $^

-include $(MICROKIT_OBJS:.o=.d) $(POSTERN_OBJS:.o=.d) $(RINGS_PARTS:.o=.d)
