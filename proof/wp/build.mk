# SPDX-License-Identifier: BSD-2-Clause
# Contracts proved with Frama-C WP: prove-wp. One module: proof/wp/check.py build/proof/wp MODULE.

.PHONY: prove-wp prove-wp-smoke

prove-wp: prove-tools
	@proof/wp/why3.sh $(PROOF)/wp
	@proof/wp/check.py $(PROOF)/wp

prove-wp-smoke: prove-tools ## smoke tests of the contracts alone: none contradicts itself
	@proof/wp/why3.sh $(PROOF)/wp
	@proof/wp/check.py $(PROOF)/wp --smoke
