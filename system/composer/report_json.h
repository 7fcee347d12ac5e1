/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The outcome of a run for other programs: verdict, diagnostics and the whole system as one JSON document.
 */
#ifndef COMPOSER_REPORT_JSON_H
#define COMPOSER_REPORT_JSON_H

#include "report.h"

/*
 * Write the document to a file, or to standard output if the path is "-". accepted is the verdict; a
 * description that could not be read has an empty system. docs/composer.md lists the members. False after an
 * error was reported.
 */
bool report_json(const struct report *report, struct diag *diag, bool accepted, const char *path);

#endif
