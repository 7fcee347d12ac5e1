/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Negative cases: one description for each rule that breaks that rule and no other.
 */
#ifndef COMPOSER_TEST_CASES_H
#define COMPOSER_TEST_CASES_H

#include <stddef.h>

struct rule_case {
    const char *rule;
    const char *text;    /* what stands inside <system> or <gateway>, with the mark */
    const char *message; /* part of the error's text */
};

extern const struct rule_case system_cases[];   /* inside <system> */
extern const struct rule_case document_cases[]; /* whole .system documents */
extern const struct rule_case
    product_cases[];                         /* inside <gateway>, behind the components of product_prologue */
extern const struct rule_case board_cases[]; /* whole boards */
extern const char product_prologue[];

/* Rules whose cases are functions of their own in test_composer_rules.c. */
extern const char *const other_cases[];

#endif
