# SPDX-License-Identifier: BSD-2-Clause
# The composer: a library on libxml2 and two programs, which differ in their command lines: postern-compose and
# microkit, with the arguments of Microkit's tool. The library is what the unit tests link.
#
# Others use $(COMPOSER) and $(MICROKIT_TOOL), the programs, and $(COMPOSER_LIB_SRCS) in tests.

COMPOSER := $(BUILD)/host/postern-compose
MICROKIT_TOOL := $(BUILD)/host/microkit
COMPOSER_DIR := system/composer
# pkg-config is asked in the recipe, not on reading this file: the packages may only just have been installed.
COMPOSER_CPPFLAGS := -D_POSIX_C_SOURCE=200809L -Ikernel/abi -I$(COMPOSER_DIR) $$(pkg-config --cflags libxml-2.0 json-c)
COMPOSER_LIBS := $$(pkg-config --libs libxml-2.0 json-c)
COMPOSER_LIB_SRCS := $(filter-out $(COMPOSER_DIR)/main.c $(COMPOSER_DIR)/microkit.c,$(sort $(wildcard $(COMPOSER_DIR)/*.c)))
COMPOSER_OBJS := $(COMPOSER_LIB_SRCS:%.c=$(BUILD)/host/%.o)
COMPOSER_MAIN := $(BUILD)/host/$(COMPOSER_DIR)/main.o
MICROKIT_MAIN := $(BUILD)/host/$(COMPOSER_DIR)/microkit.o
COMPOSER_LIB := $(BUILD)/host/libcomposer.a

$(BUILD)/host/$(COMPOSER_DIR)/%.o: $(COMPOSER_DIR)/%.c
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) $(COMPOSER_CPPFLAGS) -MMD -MP -c -o $@ $<

$(COMPOSER_LIB): $(COMPOSER_OBJS)
	@rm -f $@
	$(AR) rcs $@ $^

$(COMPOSER): $(COMPOSER_MAIN) $(COMPOSER_LIB)
$(MICROKIT_TOOL): $(MICROKIT_MAIN) $(COMPOSER_LIB)
$(COMPOSER) $(MICROKIT_TOOL):
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -o $@ $^ $(COMPOSER_LIBS)
	@echo "  host     $@"

.PHONY: composer
composer: $(COMPOSER)

-include $(COMPOSER_OBJS:.o=.d) $(COMPOSER_MAIN:.o=.d) $(MICROKIT_MAIN:.o=.d)
