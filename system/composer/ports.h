/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Generated C for a component: the names of its rings, shares, calls, devices and configs, so that the
 * program and the description cannot disagree.
 */
#ifndef COMPOSER_PORTS_H
#define COMPOSER_PORTS_H

#include "links.h"
#include "text.h"

/* The header that a program includes as "ports.h". */
void ports_header(struct text *out, const struct product *product, const struct links *links,
                  size_t component);

/* The C file that defines the symbols of the header. */
void ports_source(struct text *out, const struct product *product, const struct links *links,
                  size_t component);

#endif
