/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The outcome of a run for other programs: verdict, diagnostics and the whole system as one JSON document.
 */
#ifndef COMPOSER_REPORT_JSON_H
#define COMPOSER_REPORT_JSON_H

#include "report.h"

/* Append the document: verdict, diagnostics, system. A description that could not be read has an empty
 * system. The members are listed in docs/composer.md. */
void report_json_text(struct text *out, const struct report *report, struct diag *diag, bool accepted);

/* Write the document to a file, or to standard output if the path is "-". False after an error was reported.
 */
bool report_json(const struct report *report, struct diag *diag, bool accepted, const char *path);

#endif
