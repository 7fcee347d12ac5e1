# SPDX-License-Identifier: BSD-2-Clause
# Style and static rules. clang-tidy sees what the compilers see, so generated headers and libraries must be there.

OWN_C = $(shell git -c safe.directory="*" ls-files '*.c' '*.h')
LINT_INPUTS := $(MBEDTLS_STAMP) $(LWIP_STAMP) $(patsubst $(OUT)/pd/%.elf,$(GEN)/%/ports.h,$(PROGRAMS))

.PHONY: format lint lint-inputs
format: ## lay out all C files with clang-format
	@clang-format -i $(OWN_C)

lint-inputs: $(LINT_INPUTS)

lint: $(DEPS_STAMP) ## static rules: layout, clang-tidy, sizes, words, scripts
	@$(MAKE) --no-print-directory CONFIG=debug lint-inputs
	@$(MAKE) --no-print-directory CONFIG=debug VARIANT=attack lint-inputs
	@$(MAKE) --no-print-directory CONFIG=debug VARIANT=feed lint-inputs
	@tests/run --only lint
