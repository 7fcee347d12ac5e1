/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formatting and counting of the back end's errors.
 */
#include "backend_report.h"

#include <stdarg.h>
#include <stdio.h>

#define MESSAGE_MAX 1024

static void report_text(struct backend_report *report, const struct place *place, const char *hint,
                        const char *format, va_list arguments) __attribute__((format(printf, 4, 0)));

static void report_text(struct backend_report *report, const struct place *place, const char *hint,
                        const char *format, va_list arguments)
{
    char text[MESSAGE_MAX];

    (void)vsnprintf(text, sizeof text, format, arguments);
    report->errors++;
    report->error(report->context, report->rule, place, text, hint);
}

void backend_error(struct backend_report *report, const struct place *place, const char *hint,
                   const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    report_text(report, place, hint, format, arguments);
    va_end(arguments);
}

void backend_file_error(struct backend_report *report, const char *path, const char *hint, const char *format,
                        ...)
{
    struct place place = {path, 0, 0};
    va_list arguments;

    va_start(arguments, format);
    report_text(report, &place, hint, format, arguments);
    va_end(arguments);
}
