# SPDX-License-Identifier: BSD-2-Clause
# Products for tests: the gateway, changed. VARIANT=attack builds what tests/attack says:
# tests/attack/components.xml (it may be missing) goes into the product description, which tests/attack/product.sed then
# edits, and tests/attack/build.mk says what its programs are made of.

ifneq ($(VARIANT),)
OUT := $(BUILD)/$(BOARD)/$(CONFIG)-$(VARIANT)
PRODUCT := $(OUT)/gateway.xml

VARIANT_PARTS := $(wildcard tests/$(VARIANT)/components.xml)

$(PRODUCT): system/gateway.xml $(VARIANT_PARTS) tests/$(VARIANT)/product.sed
	@mkdir -p $(@D)
	@sed -e '/<\/gateway>/e cat $(VARIANT_PARTS) /dev/null' $< | sed -f tests/$(VARIANT)/product.sed > $@
endif
