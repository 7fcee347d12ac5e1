# SPDX-License-Identifier: BSD-2-Clause
# What the build needs from outside: Debian packages on the machine (target deps) and the pinned third-party
# sources under build/. Everything is stamped, so that a second make touches neither apt nor the network.
#
# Others use: $(DEPS_STAMP) for "the tools are there", $(MBEDTLS_DIR) and $(LWIP_DIR) for the folders, and
# $(MBEDTLS_STAMP) and $(LWIP_STAMP) as prerequisites of whatever is compiled from or against them.

BUILD ?= build

SOURCES_LOCK := mk/sources.lock
PACKAGE_LIST := mk/packages.txt

DEPS_STAMP := $(BUILD)/deps.stamp
SOURCES_DIR := $(BUILD)/sources
SOURCES_STAMP := $(SOURCES_DIR)/fetched.stamp
MBEDTLS_DIR := $(BUILD)/third_party/mbedtls
MBEDTLS_STAMP := $(BUILD)/third_party/mbedtls.stamp
LWIP_DIR := $(BUILD)/third_party/lwip
LWIP_STAMP := $(BUILD)/third_party/lwip.stamp

.PHONY: deps sources

deps: $(DEPS_STAMP) ## install the Debian packages that are missing (other targets do so by themselves)

sources: $(MBEDTLS_STAMP) $(LWIP_STAMP)

$(DEPS_STAMP): $(PACKAGE_LIST) host/deps/install-packages.sh
	@mkdir -p $(@D)
	@host/deps/install-packages.sh $(PACKAGE_LIST) $(@:.stamp=.log)
	@touch $@

# make brings what it includes up to date before anything else and then starts over: every command but these finds
# the packages in place.
ifneq ($(filter-out help clean,$(MAKECMDGOALS)),)
include $(DEPS_STAMP)
endif

$(SOURCES_STAMP): $(SOURCES_LOCK) host/deps/fetch-sources.sh host/deps/private-apt.sh | $(DEPS_STAMP)
	@mkdir -p $(@D)
	@host/deps/fetch-sources.sh $(SOURCES_LOCK) $(@D) $(BUILD)/apt
	@touch $@

$(MBEDTLS_STAMP) $(LWIP_STAMP): $(BUILD)/third_party/%.stamp: $(SOURCES_STAMP) host/deps/unpack-source.sh
	@mkdir -p $(@D)
	@host/deps/unpack-source.sh $(SOURCES_LOCK) $(<D) $* $(@D)/$*
	@touch $@
