/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The earliest time that the clock may show and certificates are checked at: the day of this release, raised
 * with each one. A fixed number, so that images stay reproducible.
 */
#ifndef POSTERN_RELEASE_TIME_H
#define POSTERN_RELEASE_TIME_H

/* 2026-11-01 00:00:00 UTC, in seconds and nanoseconds since 1970. */
#define RELEASE_TIME_S  1793491200
#define RELEASE_TIME_NS (RELEASE_TIME_S * 1000000000ULL)

#endif
