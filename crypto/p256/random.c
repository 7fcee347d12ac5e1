/* SPDX-License-Identifier: BSD-2-Clause */
/* Where P-256 gets its secret numbers from: PSA's generator. The tests bring their own. */
#include "p256-m.h"

#include "psa/crypto.h"

int p256_generate_random(uint8_t *output, unsigned output_size)
{
    return psa_generate_random(output, output_size) == PSA_SUCCESS ? 0 : -1;
}
