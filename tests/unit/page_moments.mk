# SPDX-License-Identifier: BSD-2-Clause
# Readers of shared pages, compiled by clang so that each of their loads is told of before it is made; without optimisation,
# so that each read of the source is one.

MOMENTS_SRCS := $(addprefix pds/console/,metrics_view.c operate.c postmortem_text.c store_text.c uplink_text.c) \
    pds/supervisor/postmortem.c pds/supervisor/watch.c pds/uplink/restarts.c \
    $(addprefix system/runtime/postern/,postmortem.c crc32.c)
MOMENTS_OBJ := $(BUILD)/unit/obj/page_moments
MOMENTS_READERS := $(MOMENTS_SRCS:%.c=$(MOMENTS_OBJ)/%.o) $(MOMENTS_OBJ)/tests/unit/test_page_moments.o
MOMENTS_CFLAGS = -Itests/fuzz/console $(filter-out -O1,$(UNIT_CFLAGS)) -O0 -fno-builtin -Ipds/console -Ipds/supervisor -Ipds/uplink
UNIT_TESTS += $(BUILD)/unit/test_page_moments

$(MOMENTS_READERS): MOMENTS_HOOKS := -fsanitize-coverage=trace-pc-guard,trace-loads
$(MOMENTS_OBJ)/%.o: %.c tests/unit/page_moments.mk | $(DEPS_STAMP)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(MOMENTS_CFLAGS) $(MOMENTS_HOOKS) -MMD -MP -c -o $@ $<

$(BUILD)/unit/test_page_moments: $(MOMENTS_READERS) $(MOMENTS_OBJ)/tests/unit/moving_page.o
	$(FUZZ_CC) -fsanitize=address,undefined -Wl,--wrap=memcpy -Wl,--wrap=__asan_memcpy -o $@ $^ -lcmocka
	@echo "  test     $@"

-include $(MOMENTS_READERS:.o=.d) $(MOMENTS_OBJ)/tests/unit/moving_page.d
