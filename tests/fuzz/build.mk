# SPDX-License-Identifier: BSD-2-Clause
# Fuzzing on the host with libFuzzer and sanitizers. A target NAME is tests/fuzz/NAME.c, a line FUZZERS += NAME, and the
# objects under test in FUZZ_OBJS_NAME; its first inputs are made by tests/fuzz/seeds.c.
#
#     make fuzz TARGET=composer_xml SECONDS=600
#
# goes on from what earlier runs found in $(BUILD)/fuzz/corpus; a crash is written to $(BUILD)/fuzz and ends the run. The
# tests run each target a fixed number of times from a fixed seed (run.py).

FUZZ := $(BUILD)/fuzz
FUZZERS := composer_xml composer_elf
FUZZ_CC := clang
FUZZ_CFLAGS = -std=c11 -O1 -g -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all \
    -fno-omit-frame-pointer $(COMPOSER_CPPFLAGS) -Itests/unit/composer

FUZZ_COMPOSER_OBJS := $(COMPOSER_LIB_SRCS:%.c=$(FUZZ)/obj/%.o)
FUZZ_OBJS_composer_xml := $(FUZZ_COMPOSER_OBJS)
FUZZ_OBJS_composer_elf := $(FUZZ_COMPOSER_OBJS)

$(FUZZ)/obj/%.o: %.c | $(DEPS_STAMP)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_CFLAGS) -MMD -MP -c -o $@ $<

define fuzzer
$(FUZZ)/$(1): $(FUZZ)/obj/tests/fuzz/$(1).o $$(FUZZ_OBJS_$(1))
	$$(FUZZ_CC) -fsanitize=address,undefined,fuzzer -o $$@ $$^ $$(COMPOSER_LIBS)
	@echo "  fuzz     $$@"
endef
$(foreach name,$(FUZZERS),$(eval $(call fuzzer,$(name))))

FUZZ_SEEDS := $(FUZZ)/seeds
$(FUZZ_SEEDS): $(patsubst %.c,$(FUZZ)/obj/%.o,tests/fuzz/seeds.c tests/unit/composer/verdicts.c \
    tests/unit/composer/fixture.c) $(FUZZ_COMPOSER_OBJS)
	$(FUZZ_CC) -fsanitize=address,undefined -o $@ $^ $(COMPOSER_LIBS)

# The first inputs, made anew whenever the verdict suite changes.
$(FUZZ)/seeds.stamp: $(FUZZ_SEEDS) $(wildcard tests/unit/composer/verdicts/*.cases) tests/unit/composer/grammar.system \
    system/gateway.xml
	@rm -rf $(FUZZ)/first
	@mkdir -p $(FUZZ)/first/composer_xml $(FUZZ)/first/composer_elf
	@$(FUZZ_SEEDS) $(FUZZ)/first/composer_xml $(FUZZ)/first/composer_elf
	@cp tests/unit/composer/grammar.system system/gateway.xml $(FUZZ)/first/composer_xml/
	@touch $@

.PHONY: fuzz fuzz-build
fuzz-build: $(addprefix $(FUZZ)/,$(FUZZERS)) $(FUZZ)/seeds.stamp

fuzz: fuzz-build ## look for crashes in a parser: TARGET=composer_xml or composer_elf, SECONDS=N (60)
	@[ -n "$(filter $(TARGET),$(FUZZERS))" ] || { echo "TARGET='$(TARGET)': say one of $(FUZZERS)" >&2; exit 1; }
	@mkdir -p $(FUZZ)/corpus/$(TARGET)
	@$(TIED) $(FUZZ)/$(TARGET) -max_total_time=$(or $(SECONDS),60) -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
	    -artifact_prefix=$(FUZZ)/$(TARGET)- $(FUZZ)/corpus/$(TARGET) $(FUZZ)/first/$(TARGET)

UNIT_TESTS += tests/fuzz/run.py
unit-build: fuzz-build

-include $(FUZZ_COMPOSER_OBJS:.o=.d) $(FUZZERS:%=$(FUZZ)/obj/tests/fuzz/%.d) $(FUZZ)/obj/tests/fuzz/seeds.d
