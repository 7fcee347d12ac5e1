/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handing the checked model to the back end.
 */
#include "compose_job.h"

bool compose_image(struct job *job)
{
    if (job->options->check || job->options->output == NULL) {
        return job->diag->errors == 0;
    }
    diag_error(job->diag, NULL, (struct place){job->options->output, 0, 0}, "no image can be written");
    return false;
}

void compose_release_image(struct job *job)
{
    (void)job;
}
