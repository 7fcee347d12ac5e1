# SPDX-License-Identifier: BSD-2-Clause
# Bit facts, authority after seal and bounded data structures with CBMC, which is fetched, not installed.

CBMC_ROOT := $(PROOF)/cbmc-root

.PHONY: prove-cbmc

prove-cbmc: prove-tools
	@host/deps/fetch-cbmc.sh proof/cbmc/cbmc.lock $(CBMC_ROOT) $(SOURCES_DIR)/cbmc $(BUILD)/apt-cbmc
	@proof/cbmc/check.py $(CBMC_ROOT) $(PROOF)/cbmc
