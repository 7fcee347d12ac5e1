# SPDX-License-Identifier: BSD-2-Clause
# Builds the programs that run on the host. Uses $(BUILD), $(CC), $(HOST_CFLAGS) and $(DEPS_STAMP).

COLLECTOR := $(BUILD)/host/collector
COLLECTOR_OBJS := $(patsubst host/collector/%.c,$(BUILD)/host/obj/collector/%.o,$(wildcard host/collector/*.c))

# Asked of pkg-config in the recipe, not on reading this file: the packages may only just have been installed.
COLLECTOR_LIBS := libmosquitto json-c

# The gateway's own readers of its configuration files, for the host.
CONF_CHECK := $(BUILD)/host/conf-check
CONF_CHECK_OBJS := $(patsubst %.c,$(BUILD)/host/obj/conf_check/%.o,host/conf_check/main.c net/conf.c crypto/crypto_conf.c \
    pds/journal/journal_conf.c $(addprefix pds/uplink/,uplink_conf.c senml.c text_out.c) system/runtime/postern/kv.c)

.PHONY: host
host: $(COLLECTOR) $(CONF_CHECK)

$(CONF_CHECK): $(CONF_CHECK_OBJS)
	@mkdir -p $(@D)
	$(CC) $(HOST_LDFLAGS) -o $@ $^
	@echo "  host     $@"

$(BUILD)/host/obj/conf_check/%.o: %.c host/build.mk | $(DEPS_STAMP)
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -D_POSIX_C_SOURCE=200809L -Inet -Icrypto -Ipds/journal -Ipds/uplink -Isystem/rings/include \
	    -Isystem/runtime/include -Ikernel/abi -MMD -MP -c -o $@ $<

$(COLLECTOR): $(COLLECTOR_OBJS)
	@mkdir -p $(@D)
	$(CC) $(HOST_LDFLAGS) -o $@ $^ $$(pkg-config --libs $(COLLECTOR_LIBS)) -lm
	@echo "  host     $@"

$(BUILD)/host/obj/collector/%.o: host/collector/%.c host/build.mk | $(DEPS_STAMP)
	@mkdir -p $(@D)
	$(CC) -D_POSIX_C_SOURCE=200809L $(HOST_CFLAGS) $$(pkg-config --cflags $(COLLECTOR_LIBS)) -MMD -MP -c -o $@ $<

-include $(COLLECTOR_OBJS:.o=.d) $(CONF_CHECK_OBJS:.o=.d)
