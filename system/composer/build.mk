# SPDX-License-Identifier: BSD-2-Clause
# The composer: a host program on libxml2. Its objects (without main.c) are what its unit tests link.
#
# Others use: $(COMPOSER) for the program; $(BUILD)/ports/COMPONENT/ports.h and ports.c are made on demand.

BUILD ?= build

PRODUCT ?= system/gateway.xml
COMPOSER := $(BUILD)/host/postern-compose
COMPOSER_DIR := system/composer
COMPOSER_CPPFLAGS = -D_POSIX_C_SOURCE=200809L -Ikernel/abi -I$(COMPOSER_DIR) $(shell pkg-config --cflags libxml-2.0)
COMPOSER_LIBS = $(shell pkg-config --libs libxml-2.0)
COMPOSER_LIB_SRCS := $(filter-out $(COMPOSER_DIR)/main.c $(COMPOSER_DIR)/check_image%,$(sort $(wildcard $(COMPOSER_DIR)/*.c)))
COMPOSER_OBJS := $(COMPOSER_LIB_SRCS:%.c=$(BUILD)/host/%.o) $(BUILD)/host/$(COMPOSER_DIR)/main.o

$(BUILD)/host/$(COMPOSER_DIR)/%.o: $(COMPOSER_DIR)/%.c
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) $(COMPOSER_CPPFLAGS) -MMD -MP -c -o $@ $<

$(COMPOSER): $(COMPOSER_OBJS)
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -o $@ $^ $(COMPOSER_LIBS)

$(BUILD)/ports/%/ports.h: $(PRODUCT) $(COMPOSER)
	@mkdir -p $(@D)
	$(COMPOSER) --product $< --ports $* --output $@

$(BUILD)/ports/%/ports.c: $(PRODUCT) $(COMPOSER)
	@mkdir -p $(@D)
	$(COMPOSER) --product $< --ports-c $* --output $@

.PHONY: composer
composer: $(COMPOSER)

-include $(COMPOSER_OBJS:.o=.d)
