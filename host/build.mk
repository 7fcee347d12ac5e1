# SPDX-License-Identifier: BSD-2-Clause
# Builds the programs that run on the host. Uses $(BUILD), $(CC), $(HOST_CFLAGS) and $(DEPS_STAMP).

COLLECTOR := $(BUILD)/host/collector
COLLECTOR_OBJS := $(patsubst host/collector/%.c,$(BUILD)/host/obj/collector/%.o,$(wildcard host/collector/*.c))

# Asked of pkg-config in the recipe, not on reading this file: the packages may only just have been installed.
COLLECTOR_LIBS := libmosquitto json-c

.PHONY: host
host: $(COLLECTOR)

$(COLLECTOR): $(COLLECTOR_OBJS)
	@mkdir -p $(@D)
	$(CC) $(HOST_LDFLAGS) -o $@ $^ $$(pkg-config --libs $(COLLECTOR_LIBS)) -lm
	@echo "  host     $@"

$(BUILD)/host/obj/collector/%.o: host/collector/%.c host/build.mk | $(DEPS_STAMP)
	@mkdir -p $(@D)
	$(CC) -D_POSIX_C_SOURCE=200809L $(HOST_CFLAGS) $$(pkg-config --cflags $(COLLECTOR_LIBS)) -MMD -MP -c -o $@ $<

-include $(COLLECTOR_OBJS:.o=.d)
