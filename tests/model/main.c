/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random sequences on kernel and model. A seed that fails is printed with the difference, and a short
 * sequence that fails as well.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "generate.h"
#include "worker.h"

#define DEFAULT_STEPS 1500u

struct options {
    uint64_t first;
    uint64_t count;
    uint64_t seconds;
    uint32_t steps;
    uint64_t drift;
    bool trace;
    bool keep; /* do not minimise */
};

struct run {
    const struct options *options;
    struct progress *progress;
    struct step *record;
};

static void run_seed(const struct run *r, uint64_t seed)
{
    struct generator g;
    generate_from_seed(&g, seed);
    struct drive d = {.next = generate_step,
                      .context = &g,
                      .limit = r->options->steps,
                      .drift = r->options->drift,
                      .trace = r->options->trace,
                      .record = r->record,
                      .done = &r->progress->done};
    d.machine = generate_machine(&g);
    r->progress->seed = seed;
    drive_run(&d);
    r->progress->steps += r->progress->done;
    r->progress->fast = drive_short_ways();
}

static void run_all(void *context)
{
    const struct run *r = context;
    time_t end = time(NULL) + (time_t)r->options->seconds;
    for (uint64_t i = 0; i < r->options->count; i++) {
        run_seed(r, r->options->first + i);
        if (r->options->seconds != 0 && time(NULL) >= end)
            return;
    }
}

static void run_failed(void *context)
{
    const struct run *r = context;
    run_seed(r, r->progress->seed);
}

struct shown {
    struct list_source list;
    struct machine_kind machine;
    bool trace;
};

static void show(void *context)
{
    struct shown *s = context;
    struct drive d = {.next = list_step,
                      .context = &s->list,
                      .machine = s->machine,
                      .limit = s->list.count,
                      .trace = s->trace};
    drive_run(&d);
}

/* Shorten what failed, and print it. */
static void explain(struct run *r)
{
    struct generator g;
    generate_from_seed(&g, r->progress->seed);
    struct machine_kind machine = generate_machine(&g);
    r->record = shared_memory(r->options->steps * sizeof(struct step));
    (void)run_child(run_failed, r, true);
    uint32_t count = minimise(r->record, r->progress->done, &machine);
    printf("shortest sequence found, %u steps, timebase %u Hz:\n", count, machine.hz);
    struct shown s = {{r->record, count, 0}, machine, true};
    (void)run_child(show, &s, false);
}

static int usage(void)
{
    fprintf(
        stderr,
        "usage: model [--seed N] [--count N] [--seconds N] [--steps N] [--drift TICKS] [--trace] [--keep]\n"
        "  --seed N     first seed (1)          --count N    number of seeds (1)\n"
        "  --seconds N  stop after that time    --steps N    longest sequence (%u)\n"
        "  --drift N    each look at the clock takes N ticks: invariants only, no model\n"
        "  --trace      print every step        --keep       do not look for a shorter sequence\n",
        DEFAULT_STEPS);
    return 2;
}

static bool parse(struct options *o, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char *end = NULL;
        if (strcmp(argv[i], "--trace") == 0) {
            o->trace = true;
            continue;
        }
        if (strcmp(argv[i], "--keep") == 0) {
            o->keep = true;
            continue;
        }
        if (i + 1 >= argc)
            return false;
        uint64_t value = strtoull(argv[i + 1], &end, 0);
        if (*end != 0)
            return false;
        if (strcmp(argv[i], "--seed") == 0)
            o->first = value;
        else if (strcmp(argv[i], "--count") == 0)
            o->count = value;
        else if (strcmp(argv[i], "--seconds") == 0)
            o->seconds = value;
        else if (strcmp(argv[i], "--steps") == 0)
            o->steps = (uint32_t)value;
        else if (strcmp(argv[i], "--drift") == 0)
            o->drift = value;
        else
            return false;
        i++;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct options options = {.first = 1, .count = 1, .steps = DEFAULT_STEPS};
    if (!parse(&options, argc, argv))
        return usage();
    if (options.seconds != 0 && options.count == 1)
        options.count = UINT64_MAX;
    struct run run = {.options = &options, .progress = shared_memory(sizeof(struct progress))};
    if (run_child(run_all, &run, false)) {
        printf("seeds %" PRIu64 "..%" PRIu64 ": %" PRIu64 " steps, %" PRIu64
               " short ways, kernel and model agree\n",
               options.first, run.progress->seed, run.progress->steps, run.progress->fast);
        return 0;
    }
    printf("seed %" PRIu64 " fails at step %u: replay with --seed %" PRIu64 " --steps %u --trace\n",
           run.progress->seed, run.progress->done, run.progress->seed, options.steps);
    if (!options.keep && options.drift == 0)
        explain(&run);
    return 1;
}
