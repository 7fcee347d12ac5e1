/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * postern-compose: from a product or system description to reports and a bootable image.
 */
#include <stdio.h>

#include "compose.h"

int main(int argc, char **argv)
{
    struct options options = {0};
    enum options_verdict verdict = options_parse(&options, argc, argv);
    int status = verdict == OPTIONS_DONE ? 0 : 2;
    if (verdict == OPTIONS_RUN) {
        struct diag diag = {0};
        status = compose(&options, &diag) ? 0 : 1;
        diag_print(&diag, stderr);
        diag_free(&diag);
    }
    options_free(&options);
    return status;
}
