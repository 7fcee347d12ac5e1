# SPDX-License-Identifier: BSD-2-Clause
# Unit tests on the host with sanitizers. A test is tests/unit/test_X.c (cmocka) and a line in a component's build.mk or
# here:
#
#     $(eval $(call unit,X,SOURCES UNDER TEST,CFLAGS,LIBRARIES))
#
# It becomes $(BUILD)/unit/test_X; tests/run runs every program there is a line for.

UNIT_TESTS :=
UNIT_CFLAGS := -std=c11 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
    $(WARNINGS) -D_POSIX_C_SOURCE=200809L -Ikernel/abi -Isystem/rings/include -Isystem/runtime/include \
    -Isystem/runtime/config/debug

define unit
UNIT_TESTS += $(BUILD)/unit/test_$(1)
UNIT_OBJS_$(1) := $(patsubst %.c,$(BUILD)/unit/obj/$(1)/%.o,tests/unit/test_$(1).c $(2))

$(BUILD)/unit/obj/$(1)/%.o: %.c | $$(DEPS_STAMP) $$(MBEDTLS_STAMP) $$(LWIP_STAMP)
	@mkdir -p $$(@D)
	$$(CC) $$(UNIT_CFLAGS) -I$$(dir $$<) $(3) -MMD -MP -c -o $$@ $$<

$(BUILD)/unit/test_$(1): $$(UNIT_OBJS_$(1))
	@mkdir -p $$(@D)
	$$(CC) $$(UNIT_CFLAGS) -o $$@ $$^ $(4) -lcmocka
	@echo "  test     $$@"

-include $$(UNIT_OBJS_$(1):.o=.d)
endef

include $(sort $(wildcard tests/unit/*.mk))

.PHONY: unit unit-build
unit-build: $(UNIT_TESTS)
	@printf '%s\n' $(UNIT_TESTS) > $(BUILD)/unit/tests.txt

unit: unit-build ## unit tests on the host only
	@$(TIED) tests/run --only unit
