/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The composer's pipeline: parse, resolve, expand, validate, check the policy, report, build.
 */
#ifndef COMPOSER_COMPOSE_H
#define COMPOSER_COMPOSE_H

#include "diag.h"
#include "options.h"

/* Do what the command line asks; false when errors were reported. */
bool compose(const struct options *options, struct diag *diag);

#endif
