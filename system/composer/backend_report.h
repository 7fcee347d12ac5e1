/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the back end's parts report a problem: formatted text to the front end's sink, counted.
 */
#ifndef COMPOSER_BACKEND_REPORT_H
#define COMPOSER_BACKEND_REPORT_H

#include "backend.h"

/* Report an error at a place. hint may be NULL. */
void backend_error(struct backend_report *report, const struct place *place, const char *hint,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Report an error of a whole file. */
void backend_file_error(struct backend_report *report, const char *path, const char *hint, const char *format,
                        ...) __attribute__((format(printf, 4, 5)));

#endif
