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

static bool build(struct microkit_options *options, enum wrap form, struct diag *diag)
{
    const struct options *inner = &options->compose;
    size_t size = 0;
    if (!compose(inner, diag)) {
        return false;
    }
    if (inner->explain != NULL || inner->check) {
        return true;
    }
    if (!wrap_file(form, inner->output, diag, &size)) {
        return false;
    }
    if (inner->json != NULL && strcmp(inner->json, "-") == 0) {
        return true; /* standard output holds one JSON document and nothing else */
    }
    printf("MICROKIT|LOADER: image file size = %zu bytes\n", size);
    return true;
}

static bool run(struct microkit_options *options)
{
    const char *type = options->image_type != NULL ? options->image_type : IMAGE_TYPE;
    enum wrap form = wrap_find(type);
    if (form == WRAP_UNKNOWN) {
        microkit_complain("argument --image-type: invalid choice: '%s' (choose from binary, elf, uimage)",
                          type);
        return false;
    }
    struct arena arena = {0};
    struct diag diag = {0};
    bool good = options->compose.explain != NULL || options->board == NULL || sdk_resolve(options, &arena);
    good = good && build(options, form, &diag);
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
