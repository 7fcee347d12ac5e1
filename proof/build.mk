# SPDX-License-Identifier: BSD-2-Clause
# Machine-checked proofs: proof/SIGNOFF.md says what they mean. The tools come from Debian 12 and are installed by
# these targets only.

PROOF := $(BUILD)/proof
PROVE_PACKAGES := mk/packages-prove.txt

.PHONY: prove prove-tools prove-spin prove-eva

prove: prove-tools ## machine-checked proofs and models; installs their tools first
	@$(MAKE) --no-print-directory prove-spin
	@$(MAKE) --no-print-directory prove-eva

prove-tools:
	@mkdir -p $(PROOF)
	@host/deps/install-packages.sh $(PROVE_PACKAGES) $(PROOF)/install.log
	@proof/check-tools.sh proof/tools.lock

prove-spin: prove-tools
	@proof/spin/check.py proof/spin/ring.pml proof/spin/variants.list $(PROOF)/spin

prove-eva: prove-tools
	@proof/eva/check.py $(PROOF)/eva
