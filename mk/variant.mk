# SPDX-License-Identifier: BSD-2-Clause
# Products for tests: the gateway with additions. VARIANT=attack builds what tests/attack adds:
# tests/attack/components.xml goes into the product description, which tests/attack/product.sed then edits, and
# tests/attack/build.mk says what its programs are made of.

ifneq ($(VARIANT),)
OUT := $(BUILD)/$(BOARD)/$(CONFIG)-$(VARIANT)
PRODUCT := $(OUT)/gateway.xml

$(PRODUCT): system/gateway.xml tests/$(VARIANT)/components.xml tests/$(VARIANT)/product.sed
	@mkdir -p $(@D)
	@sed -e '/<\/gateway>/e cat tests/$(VARIANT)/components.xml' $< | sed -f tests/$(VARIANT)/product.sed > $@
endif
