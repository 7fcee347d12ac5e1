/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What components left behind when they failed, for the operator: the command `postmortem`. `host/postern
 * postmortem` reads this text.
 */
#ifndef POSTMORTEM_TEXT_H
#define POSTMORTEM_TEXT_H

#include <stdint.h>

/* Prints the record of the component `name` from the page at address `page`; with "", a line for each record.
 * `told`: address of the page that says what the broker has. */
void postmortem_text(uint64_t page, uint64_t told, const char *name);

#endif
