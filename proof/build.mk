# SPDX-License-Identifier: BSD-2-Clause
# Machine-checked proofs: proof/SIGNOFF.md says what they mean. The tools come from Debian 12 and are installed by
# these targets only. A part of the proof is a target prove-<part>, registered in proof/parts.list.

PROOF := $(BUILD)/proof
PROVE_PACKAGES := mk/packages-prove.txt

# Both prove everything anew. cold: three times the time limits, and smoke tests of the contracts.
PROVE_MODE ?= quick
export PROVE_MODE

.PHONY: prove prove-cold prove-signoff prove-run prove-parts prove-tools prove-structure prove-spin prove-eva

prove: ## machine-checked proofs and models; installs their tools first
	@$(MAKE) --no-print-directory prove-run
	@proof/signoff.py check proof/signoff.lock

prove-cold: ## the same with longer limits and smoke tests of the contracts
	@$(MAKE) --no-print-directory PROVE_MODE=cold prove-run

prove-signoff: ## a complete run, and what it proved into proof/SIGNOFF.md and proof/signoff.lock
	@$(MAKE) --no-print-directory prove-run
	@proof/signoff.py write proof/signoff.lock proof/SIGNOFF.md proof/parts.list $(PROOF)

prove-run: prove-tools
	@rm -f $(PROOF)/*.result
	@$(MAKE) --no-print-directory prove-parts
	@proof/summary.py proof/parts.list $(PROOF)

# One after the other: limits are wall-clock, and a part uses both cores itself. The table tells which failed.
prove-parts:
	@parts=$$(proof/summary.py --parts proof/parts.list) && \
	    for part in $$parts; do $(MAKE) --no-print-directory prove-$$part || echo "  FAIL prove-$$part"; done

prove-tools:
	@mkdir -p $(PROOF)
	@host/deps/install-packages.sh $(PROVE_PACKAGES) $(PROOF)/install.log
	@proof/check-tools.sh proof/tools.lock

prove-structure:
	@proof/structure.py proof/trusted.list $(PROOF)

prove-spin: prove-tools
	@proof/spin/check.py proof/spin/variants.list $(PROOF)/spin

prove-eva: prove-tools
	@proof/eva/check.py $(PROOF)/eva

-include proof/wp/build.mk
-include proof/cbmc/build.mk
