/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One forbidden act a program: act() must never return.
 */
#ifndef ROGUE_ACT_H
#define ROGUE_ACT_H

void act(void);

#endif
