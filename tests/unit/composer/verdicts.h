/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verdict suite: descriptions with the verdict that the composer must give, in verdicts/NAME.cases.
 *
 *     reject pd-priority: between 0 and 254
 *     <protection_domain name='a' @priority='255'>{P}</protection_domain>
 *
 * A case is a header, VERDICT RULE [KIND] [: part of the message], and the lines up to the next empty one.
 *
 * Verdicts: accept  no error, and no note of this rule
 *           warn    accepted, with a warning of this rule at the mark
 *           reject  exactly one error, of this rule, at the mark
 * Kinds: the text stands inside <system> (none given), is a whole document, stands inside <gateway>, or is a
 * whole board; "noschema" keeps a case from being compared with the schema for editors.
 *
 * '@' marks the place; {NAME} is a snippet of verdicts.c; {*N text*} is N copies of a text with # replaced by
 * 0, 1, 2 ...
 */
#ifndef COMPOSER_TEST_VERDICTS_H
#define COMPOSER_TEST_VERDICTS_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"

enum verdict { VERDICT_ACCEPT, VERDICT_WARN, VERDICT_REJECT };
enum verdict_kind { VERDICT_SYSTEM, VERDICT_DOCUMENT, VERDICT_GATEWAY, VERDICT_BOARD };

struct verdict_case {
    const char *file;
    unsigned line;
    enum verdict verdict;
    enum verdict_kind kind;
    bool no_schema;             /* not compared with the schema */
    const char *rule, *message; /* message: NULL if any will do */
    const char *text;           /* snippets expanded, inside its root element; the mark is still there */
};

/*
 * All cases of the files in verdicts/, in a fixed order; the list ends with a NULL rule and is to be freed,
 * what it points to belongs to the arena. Ends the program on a malformed file.
 */
struct verdict_case *verdicts_read(struct arena *arena);

#endif
