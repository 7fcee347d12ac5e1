# SPDX-License-Identifier: BSD-2-Clause
# The composer's tests link its objects, compiled once with sanitizers.

COMPOSER_TEST_DIR := tests/unit/composer
COMPOSER_TEST_OBJS := $(patsubst %.c,$(BUILD)/unit/obj/composer/%.o,$(COMPOSER_LIB_SRCS) \
    $(sort $(wildcard $(COMPOSER_TEST_DIR)/*.c)))
COMPOSER_TEST_LIB := $(BUILD)/unit/libcomposer.a
# Expanded in recipes only, so that the shell and not make sees what asks pkg-config.
COMPOSER_TEST_FLAGS = $(COMPOSER_CPPFLAGS) -I$(COMPOSER_TEST_DIR)

$(BUILD)/unit/obj/composer/%.o: %.c | $(DEPS_STAMP)
	@mkdir -p $(@D)
	$(CC) $(UNIT_CFLAGS) $(COMPOSER_TEST_FLAGS) -MMD -MP -c -o $@ $<

$(COMPOSER_TEST_LIB): $(COMPOSER_TEST_OBJS)
	@rm -f $@
	$(AR) rcs $@ $^

COMPOSER_TESTS := composer_text composer_rules composer_product composer_output composer_schema

$(foreach test,$(COMPOSER_TESTS),\
    $(eval $(call unit,$(test),,$$(COMPOSER_TEST_FLAGS),$(COMPOSER_TEST_LIB) $$(COMPOSER_LIBS))) \
    $(eval $(BUILD)/unit/test_$(test): $(COMPOSER_TEST_LIB)))

-include $(COMPOSER_TEST_OBJS:.o=.d)
