# SPDX-License-Identifier: BSD-2-Clause
# Style: layout by clang-format, analysis by clang-tidy.

OWN_C = $(shell git ls-files '*.c' '*.h')

.PHONY: format check-format
format: ## lay out all C files with clang-format
	@clang-format -i $(OWN_C)

check-format: ## report C files whose layout clang-format would change
	@clang-format --dry-run --Werror $(OWN_C)
