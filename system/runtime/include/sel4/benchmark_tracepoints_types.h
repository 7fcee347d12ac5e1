/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Empty, as libsel4's is without a benchmark kernel: programs include it in every configuration.
 */
#ifndef SEL4_BENCHMARK_TRACEPOINTS_TYPES_H
#define SEL4_BENCHMARK_TRACEPOINTS_TYPES_H
#endif
