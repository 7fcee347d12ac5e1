# SPDX-License-Identifier: BSD-2-Clause
# Fuzzing on the host with libFuzzer and sanitizers. A target NAME is tests/fuzz/NAME.c and a line
#
#     $(eval $(call fuzzer,NAME,SOURCES UNDER TEST,CFLAGS,OBJECTS AND LIBRARIES))
#
# Its first inputs are in tests/fuzz/corpus/NAME.txt (corpus.py says how they are written); the composer's are made from
# its verdict suite by tests/fuzz/seeds.c.
#
#     make fuzz TARGET=composer_xml SECONDS=600
#
# goes on from what earlier runs found in $(BUILD)/fuzz/corpus; a crash is written to $(BUILD)/fuzz and ends the run. The
# tests run each target a fixed number of times from a fixed seed (run.py).

FUZZ := $(BUILD)/fuzz
FUZZERS :=
FUZZ_CC := clang
# How deep the stack is depends on where it begins, and that on the machine and on the environment.
FUZZ_CFLAGS := -std=c11 -O1 -g -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all \
    -fno-sanitize-coverage=stack-depth \
    -fno-omit-frame-pointer -D_POSIX_C_SOURCE=200809L
FUZZ_RINGS := -Isystem/rings/include -Isystem/runtime/include -Ikernel/abi
FUZZ_RING_SRCS := system/rings/src/ring.c system/rings/src/ring_memory.c

define fuzzer
FUZZERS += $(1)
FUZZ_OBJS_$(1) := $(patsubst %.c,$(FUZZ)/obj/$(1)/%.o,tests/fuzz/$(1).c $(2))

$(FUZZ)/obj/$(1)/%.o: %.c tests/fuzz/build.mk | $$(DEPS_STAMP) $$(MBEDTLS_STAMP)
	@mkdir -p $$(@D)
	$$(FUZZ_CC) $$(FUZZ_CFLAGS) -Itests/fuzz $(3) -MMD -MP -c -o $$@ $$<

$(FUZZ)/$(1): $$(FUZZ_OBJS_$(1)) $(filter %.o,$(4))
	$$(FUZZ_CC) -fsanitize=address,undefined,fuzzer -o $$@ $$^ $(filter-out %.o,$(4))
	@echo "  fuzz     $$@"

-include $$(FUZZ_OBJS_$(1):.o=.d)
endef

# The composer, compiled once for its targets and for what makes their first inputs.
FUZZ_COMPOSER_CFLAGS = $(COMPOSER_CPPFLAGS) -Itests/unit/composer
FUZZ_COMPOSER_OBJS := $(COMPOSER_LIB_SRCS:%.c=$(FUZZ)/obj/%.o)
$(FUZZ)/obj/%.o: %.c tests/fuzz/build.mk | $(DEPS_STAMP)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_CFLAGS) $(FUZZ_COMPOSER_CFLAGS) -MMD -MP -c -o $@ $<
$(eval $(call fuzzer,composer_xml,,$$(FUZZ_COMPOSER_CFLAGS),$(FUZZ_COMPOSER_OBJS) $$(COMPOSER_LIBS)))
$(eval $(call fuzzer,composer_elf,,$$(FUZZ_COMPOSER_CFLAGS),$(FUZZ_COMPOSER_OBJS) $$(COMPOSER_LIBS)))

# The gateway's parsers.
$(eval $(call fuzzer,mqtt_packet,$(MQTT_CODEC),-Ipds/uplink))
$(eval $(call fuzzer,mqtt_session,$(MQTT_CLIENT),-Ipds/uplink))
$(eval $(call fuzzer,mqtt_saved,$(MQTT_CLIENT),-Ipds/uplink))
$(eval $(call fuzzer,health,$(addprefix pds/uplink/,health.c text_out.c),-Ipds/uplink $(FUZZ_RINGS)))
$(eval $(call fuzzer,configuration,net/conf.c net/stash.c crypto/crypto_conf.c pds/uplink/uplink_conf.c \
    pds/journal/journal_conf.c $(UPLINK_SENML) system/runtime/postern/kv.c,\
    -Inet -Icrypto -Ipds/uplink -Ipds/journal $(FUZZ_RINGS)))
$(eval $(call fuzzer,journal_record,$(addprefix pds/journal/,ledger.c record.c),-Ipds/journal $(FUZZ_RINGS)))
$(eval $(call fuzzer,journal_medium,$(addprefix pds/journal/,ledger.c record.c store.c store_claim.c store_dead.c store_jump.c store_live.c store_steps.c) $(JOURNAL_LOG),\
    -Ipds/journal -Ipds/journal/log $(FUZZ_RINGS)))
$(eval $(call fuzzer,sensor,$(addprefix pds/sensors/,sampler.c config.c bme280.c bme280_math.c),\
    -Ipds/sensors $(FUZZ_RINGS)))
$(eval $(call fuzzer,time_server,net/sntp_packet.c,-Inet))
$(eval $(call fuzzer,console,$(addprefix pds/console/,output.c merge.c line_editor.c shell.c show.c show_time.c \
    operate.c metrics_view.c postmortem_text.c store_text.c letters_text.c uplink_text.c) $(FUZZ_RING_SRCS) \
    $(addprefix system/runtime/postern/,metrics.c ring_metrics.c postmortem.c crc32.c),\
    -Itests/fuzz/console -Ipds/console -Ipds/console/debug $(FUZZ_RINGS)))
$(eval $(call fuzzer,seal,crypto/seal_server.c $(FUZZ_RING_SRCS),$$(CRYPTO_INCLUDES) $(FUZZ_RINGS)))
$(eval $(call fuzzer,block,drivers/blk/virtio_blk/server.c drivers/blk/virtio_blk/virtio_blk.c \
    drivers/virtio/virtio_mmio.c drivers/virtio/virtq.c tests/unit/blk_fake.c tests/unit/virtio_fake.c \
    $(FUZZ_RING_SRCS),-Idrivers/virtio -Idrivers/blk/virtio_blk -Itests/unit $(FUZZ_RINGS),-lcmocka))
$(eval $(call fuzzer,device_tree,$(addprefix system/loader/,fdt.c machine.c region.c),-Isystem/loader -Ikernel/abi))
$(eval $(call fuzzer,collector,$(addprefix host/collector/,ledger.c senml.c json_in.c),-Ihost/collector,\
    -ljson-c -lm))

FUZZ_SEEDS := $(FUZZ)/seeds
$(FUZZ_SEEDS): $(patsubst %.c,$(FUZZ)/obj/%.o,tests/fuzz/seeds.c tests/unit/composer/verdicts.c \
    tests/unit/composer/fixture.c) $(FUZZ_COMPOSER_OBJS)
	$(FUZZ_CC) -fsanitize=address,undefined -o $@ $^ $(COMPOSER_LIBS)

# The first inputs, made anew whenever what they are made of changes.
$(FUZZ)/seeds.stamp: $(FUZZ_SEEDS) $(wildcard tests/unit/composer/verdicts/*.cases) tests/unit/composer/grammar.system \
    system/gateway.xml tests/fuzz/corpus.py $(wildcard tests/fuzz/corpus/*.txt) boards/$(BOARD)/qemu.args
	@rm -rf $(FUZZ)/first
	@mkdir -p $(FUZZERS:%=$(FUZZ)/first/%)
	@$(FUZZ_SEEDS) $(FUZZ)/first/composer_xml $(FUZZ)/first/composer_elf
	@cp tests/unit/composer/grammar.system system/gateway.xml $(FUZZ)/first/composer_xml/
	@tests/fuzz/corpus.py $(FUZZ)/first
	@touch $@

.PHONY: fuzz fuzz-build
fuzz-build: $(addprefix $(FUZZ)/,$(FUZZERS)) $(FUZZ)/seeds.stamp

fuzz: ## look for crashes in a parser: TARGET=name (without: their names), SECONDS=N (60)
	@[ -n "$(filter $(TARGET),$(FUZZERS))" ] || { echo "TARGET='$(TARGET)': say one of $(FUZZERS)" >&2; exit 1; }
	@$(MAKE) --no-print-directory fuzz-build
	@mkdir -p $(FUZZ)/corpus/$(TARGET)
	@$(TIED) $(FUZZ)/$(TARGET) -max_total_time=$(or $(SECONDS),60) -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
	    -artifact_prefix=$(FUZZ)/$(TARGET)- $(FUZZ)/corpus/$(TARGET) $(FUZZ)/first/$(TARGET)

UNIT_TESTS += tests/fuzz/run.py
unit-build: fuzz-build

-include $(FUZZ_COMPOSER_OBJS:.o=.d) $(FUZZ)/obj/tests/fuzz/seeds.d
