/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device trees of any content through the loader's reader, and what the loader makes of those that it
 * understands: memory lists that overlap nothing, and a share that stays in bounds.
 */
#include <machine.h>

#include "fuzz.h"

static void check_list(const struct region_list *list)
{
    FUZZ_CHECK(list->count <= REGION_LIMIT);
    for (uint32_t i = 0; i < list->count; i++) {
        FUZZ_CHECK(list->region[i].start < list->region[i].end);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct machine machine;
    struct fuzz_input input = {data, size};
    size_t length;
    uint64_t hart = fuzz_byte(&input) & 3;
    uint8_t *tree = fuzz_copy(&input, input.left, &length);
    struct fdt fdt;
    if (fdt_open(&fdt, tree, (uint32_t)length)) {
        const char *wrong = machine_read(&machine, &fdt, hart);
        FUZZ_CHECK(wrong == NULL || wrong[0] != '\0');
        if (wrong == NULL) {
            check_list(&machine.memory);
            check_list(&machine.reserved);
            check_list(&machine.devices);
        }
    }
    free(tree);
    return 0;
}
