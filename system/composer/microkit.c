/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bin/microkit: the composer behind the command line of Microkit's own tool.
 */
#include <stdio.h>
#include <string.h>

#include "compose.h"
#include "microkit_options.h"
#include "sdk.h"
#include "wrap.h"

#define IMAGE_TYPE "uimage" /* what Microkit writes for this board */

static bool build(struct microkit_options *options, struct diag *diag)
{
    struct options *inner = &options->compose;
    inner->written = &options->image_size;
    if (!compose(inner, diag)) {
        return false;
    }
    /* With --json - standard output holds one JSON document and nothing else. */
    if (options->image_size != 0 && (inner->json == NULL || strcmp(inner->json, "-") != 0)) {
        printf("MICROKIT|LOADER: image file size = %zu bytes\n", options->image_size);
    }
    return true;
}

static bool run(struct microkit_options *options)
{
    const char *type = options->image_type != NULL ? options->image_type : IMAGE_TYPE;
    options->compose.form = wrap_find(type);
    if (options->compose.form == WRAP_UNKNOWN) {
        microkit_complain("argument --image-type: invalid choice: '%s' (choose from binary, elf, uimage)",
                          type);
        return false;
    }
    struct arena arena = {0};
    struct diag diag = {0};
    bool good = options->compose.explain != NULL || options->board == NULL || sdk_resolve(options, &arena);
    good = good && build(options, &diag);
    diag_print(&diag, stderr);
    diag_free(&diag);
    arena_free(&arena);
    return good;
}

int main(int argc, char **argv)
{
    struct microkit_options options = {0};
    enum options_verdict verdict = microkit_options_parse(&options, argc, argv);
    int status = verdict == OPTIONS_DONE ? 0 : 1;
    if (verdict == OPTIONS_RUN) {
        status = run(&options) ? 0 : 1;
    }
    options_free(&options.compose);
    return status;
}
