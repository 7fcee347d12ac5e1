/* SPDX-License-Identifier: BSD-2-Clause */
/* Child processes, and the search for a short failing sequence. */
#include "worker.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

void *shared_memory(size_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) {
        perror("mmap");
        exit(2);
    }
    return at;
}

static void silence(void)
{
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0 || dup2(nowhere, 1) < 0 || dup2(nowhere, 2) < 0)
        _exit(2);
}

bool run_child(void (*body)(void *context), void *context, bool quiet)
{
    fflush(NULL);
    pid_t child = fork();
    if (child < 0) {
        perror("fork");
        exit(2);
    }
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (quiet)
            silence();
        body(context);
        exit(0); /* not _exit: coverage is written */
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child) {
        perror("waitpid");
        exit(2);
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool list_step(void *context, struct step *s, bool idle)
{
    struct list_source *l = context;
    (void)idle;
    if (l->at >= l->count)
        return false;
    *s = l->steps[l->at++];
    return true;
}

struct attempt {
    struct list_source list;
    const struct machine_kind *machine;
};

static void replay(void *context)
{
    struct attempt *a = context;
    struct drive d = {.next = list_step, .context = &a->list, .machine = *a->machine, .limit = a->list.count};
    drive_run(&d);
}

static bool still_fails(const struct step *steps, uint32_t count, const struct machine_kind *machine)
{
    struct attempt a = {{steps, count, 0}, machine};
    return !run_child(replay, &a, true);
}

uint32_t minimise(struct step *steps, uint32_t count, const struct machine_kind *machine)
{
    struct step *attempt = malloc(count * sizeof *steps);
    if (attempt == NULL || !still_fails(steps, count, machine)) {
        free(attempt);
        return count;
    }
    for (uint32_t size = count / 2; size > 0; size /= 2) {
        for (uint32_t at = 0; at < count;) {
            uint32_t cut = size < count - at ? size : count - at;
            memcpy(attempt, steps, at * sizeof *steps);
            memcpy(attempt + at, steps + at + cut, (count - at - cut) * sizeof *steps);
            if (cut < count && still_fails(attempt, count - cut, machine)) {
                count -= cut;
                memcpy(steps, attempt, count * sizeof *steps);
            } else {
                at += cut;
            }
        }
    }
    free(attempt);
    return count;
}
