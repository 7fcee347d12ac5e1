/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The earliest time that the clock may show: the day of this release, raised with each one. A fixed number,
 * so that images stay reproducible.
 */
#ifndef RELEASE_TIME_H
#define RELEASE_TIME_H

#define RELEASE_TIME_NS 1793491200000000000ULL /* 2026-11-01 00:00:00 UTC */

#endif
