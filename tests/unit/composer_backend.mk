# SPDX-License-Identifier: BSD-2-Clause
# Unit tests of the composer's back end; they link the same objects as the composer's other tests.

BACKEND_TEST_SRCS := tests/unit/test_backend_fixture.c
BACKEND_TESTS := backend_elf backend_plan backend_checker

$(foreach test,$(BACKEND_TESTS),\
    $(eval $(call unit,$(test),$(BACKEND_TEST_SRCS),-Isystem/composer,$(COMPOSER_TEST_LIB) $$(COMPOSER_LIBS))) \
    $(eval $(BUILD)/unit/test_$(test): $(COMPOSER_TEST_LIB)))
