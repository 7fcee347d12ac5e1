/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the command line of postern-compose.
 */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const char usage[] =
    "usage: postern-compose --product FILE --board FILE [options]\n"
    "       postern-compose FILE.system [options]\n"
    "\n"
    "  -p, --product FILE      product description\n"
    "  -b, --board FILE        board description (optional for a .system file)\n"
    "  -s, --search DIR        look for programs and configuration files here (repeatable)\n"
    "  -o, --output FILE       write the bootable image (or the generated ports file)\n"
    "      --kernel ELF        what goes into the image: the kernel,\n"
    "      --loader BIN        the loader\n"
    "      --initialiser ELF   and the root task\n"
    "      --check             only check; needs no ELF files\n"
    "  -r, --report FILE       write a report for people\n"
    "      --matrix FILE       write the authority matrix\n"
    "      --graph FILE        write the graph of protection domains as SVG\n"
    "      --dot FILE          write the same graph for Graphviz\n"
    "      --system FILE       write the expanded Microkit description\n"
    "      --json FILE         write verdict, diagnostics and system as JSON (- for standard output)\n"
    "      --depfile FILE      write what the image depends on, for make (with --output)\n"
    "      --ports COMPONENT   write ports.h of a component to --output\n"
    "      --ports-c COMPONENT write ports.c of a component to --output\n"
    "      --explain RULE      say what a rule in square brackets means ('all' lists every rule)\n"
    "  -h, --help              this text\n"
    "\n"
    "Exit status: 0 sound, 1 errors in the description or its files, 2 wrong use of this command.\n";

enum long_only {
    KERNEL = 256,
    LOADER,
    INITIALISER,
    CHECK,
    MATRIX,
    GRAPH,
    DOT,
    SYSTEM,
    JSON,
    DEPFILE,
    PORTS,
    PORTS_C,
    EXPLAIN
};

static const struct option long_options[] = {
    {"product", required_argument, NULL, 'p'},
    {"board", required_argument, NULL, 'b'},
    {"search", required_argument, NULL, 's'},
    {"output", required_argument, NULL, 'o'},
    {"report", required_argument, NULL, 'r'},
    {"help", no_argument, NULL, 'h'},
    {"kernel", required_argument, NULL, KERNEL},
    {"loader", required_argument, NULL, LOADER},
    {"initialiser", required_argument, NULL, INITIALISER},
    {"check", no_argument, NULL, CHECK},
    {"matrix", required_argument, NULL, MATRIX},
    {"graph", required_argument, NULL, GRAPH},
    {"dot", required_argument, NULL, DOT},
    {"system", required_argument, NULL, SYSTEM},
    {"json", required_argument, NULL, JSON},
    {"depfile", required_argument, NULL, DEPFILE},
    {"ports", required_argument, NULL, PORTS},
    {"ports-c", required_argument, NULL, PORTS_C},
    {"explain", required_argument, NULL, EXPLAIN},
    {NULL, 0, NULL, 0},
};

/* Where the argument of an option goes; NULL for options without one. */
static const char **target(struct options *options, int option)
{
    switch (option) {
    case 'p':
        return &options->product;
    case 'b':
        return &options->board;
    case 's':
        return LIST_PUSH(&options->search.folders);
    case 'o':
        return &options->output;
    case 'r':
        return &options->report;
    case KERNEL:
        return &options->kernel;
    case LOADER:
        return &options->loader;
    case INITIALISER:
        return &options->initialiser;
    case MATRIX:
        return &options->matrix;
    case GRAPH:
        return &options->graph;
    case DOT:
        return &options->dot;
    case SYSTEM:
        return &options->expanded;
    case JSON:
        return &options->json;
    case DEPFILE:
        return &options->depfile;
    case PORTS:
        return &options->ports;
    case PORTS_C:
        return &options->ports_c;
    case EXPLAIN:
        return &options->explain;
    default:
        return NULL;
    }
}

static enum options_verdict bad(const char *what)
{
    (void)fprintf(stderr, "postern-compose: %s (see --help)\n", what);
    return OPTIONS_BAD;
}

/* Combinations that make no sense. */
static enum options_verdict judge(const struct options *options)
{
    bool ports = options->ports != NULL || options->ports_c != NULL;
    if (options->explain != NULL) {
        return OPTIONS_RUN;
    }
    if ((options->product == NULL) == (options->system == NULL)) {
        return bad("give either --product FILE or one .system file");
    }
    if (ports && (options->product == NULL || options->output == NULL)) {
        return bad("--ports and --ports-c need --product and --output");
    }
    if (options->ports != NULL && options->ports_c != NULL) {
        return bad("--ports and --ports-c write one file each: give one of them");
    }
    if (!ports && options->product != NULL && options->board == NULL) {
        return bad("--product needs --board FILE");
    }
    if (!ports && options->output != NULL && !options->check &&
        (options->kernel == NULL || options->loader == NULL || options->initialiser == NULL)) {
        return bad("--output needs --kernel, --loader and --initialiser");
    }
    if (options->depfile != NULL && options->output == NULL) {
        return bad("--depfile needs --output, the target that it names");
    }
    return OPTIONS_RUN;
}

enum options_verdict options_parse(struct options *options, int argc, char **argv)
{
    int option;
    while ((option = getopt_long(argc, argv, "p:b:s:o:r:h", long_options, NULL)) != -1) {
        if (option == 'h') {
            (void)fputs(usage, stdout);
            return OPTIONS_DONE;
        }
        if (option == CHECK) {
            options->check = true;
            continue;
        }
        const char **argument = target(options, option);
        if (argument == NULL) {
            return OPTIONS_BAD;
        }
        *argument = optarg;
    }
    if (optind < argc) {
        options->system = argv[optind++];
    }
    return optind < argc ? bad("more than one description given") : judge(options);
}

void options_free(struct options *options)
{
    free(options->search.folders.at);
    *options = (struct options){0};
}
