/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's state against the model's: the only place that knows both. */
#ifndef MODEL_COMPARE_H
#define MODEL_COMPARE_H

#include <stdbool.h>
#include <stdint.h>

/* What differs, in words, or NULL. 'running': thread that the kernel answered, 0: it sleeps. */
const char *compare_states(uint16_t running);

/* Start over: forget what capability slots and page tables contained. */
void compare_reset(void);

#endif
