# SPDX-License-Identifier: BSD-2-Clause
# Products for tests: the gateway plus further components. VARIANT=rogue builds what tests/rogue adds:
# tests/rogue/components.xml goes into the product description, tests/rogue/build.mk says how its programs are made.

ifneq ($(VARIANT),)
OUT := $(BUILD)/$(BOARD)/$(CONFIG)-$(VARIANT)
PRODUCT := $(OUT)/gateway.xml

$(PRODUCT): system/gateway.xml tests/$(VARIANT)/components.xml
	@mkdir -p $(@D)
	@sed -e '/<\/gateway>/e cat tests/$(VARIANT)/components.xml' $< > $@
endif
