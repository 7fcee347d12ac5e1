/* SPDX-License-Identifier: BSD-2-Clause */
/* Events and states for people. */
#ifndef MODEL_TEXT_H
#define MODEL_TEXT_H

#include "drive.h"

/* What thread 't' is about to do (0: nobody runs), before it does it. */
void text_step(const struct step *s, uint16_t t);
/* Who runs now, and what he was told. */
void text_outcome(uint16_t running);

#endif
