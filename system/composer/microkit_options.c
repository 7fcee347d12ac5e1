/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading Microkit's command line. --search-path takes all words up to the next option, which getopt cannot.
 */
#include "microkit_options.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "suggest.h"

static const char usage[] =
    "usage: microkit SYSTEM --board BOARD --config CONFIG [options]\n"
    "\n"
    "  -o, --output FILE        write the image here (loader.img)\n"
    "  -r, --report FILE        write the report here (report.txt)\n"
    "      --board BOARD        folder in the SDK's board/\n"
    "      --config CONFIG      debug (prints) or release (silent)\n"
    "      --search-path DIR... look for programs and files here, then in the working directory;\n"
    "                           takes every word up to the next option\n"
    "      --image-type TYPE    uimage (as a rule), binary or elf\n"
    "      --override-kernel ELF  another kernel than the SDK's\n"
    "      --check              only check the description; needs no programs, nor --board and --config\n"
    "      --matrix FILE        write who may do what as a table\n"
    "      --graph FILE         write the graph of protection domains as SVG\n"
    "      --json FILE          write verdict, diagnostics and system as JSON (- for standard output)\n"
    "      --capdl-json FILE    the same document, for build files that ask for it: there is no capDL\n"
    "      --depfile FILE       write what the image depends on, for make\n"
    "      --explain RULE       say what a rule in square brackets means ('all' lists every rule)\n"
    "  -h, --help               this text\n"
    "\n"
    "The SDK is $MICROKIT_SDK, or the folder above this program's.\n"
    "Exit status: 0 done, 1 errors in the description, its files or the arguments.\n";

void microkit_complain(const char *format, ...)
{
    va_list arguments;
    (void)fputs("microkit: error: ", stderr);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
}

/* Whether a word is an option with an argument, and where that goes. */
static bool takes_value(struct microkit_options *options, const char *word, const char ***value)
{
    const struct {
        const char *name;
        const char **value;
    } table[] = {
        {"-o", &options->compose.output},
        {"--output", &options->compose.output},
        {"-r", &options->compose.report},
        {"--report", &options->compose.report},
        {"--board", &options->board},
        {"--config", &options->config},
        {"--image-type", &options->image_type},
        {"--override-kernel", &options->compose.kernel},
        {"--matrix", &options->compose.matrix},
        {"--graph", &options->compose.graph},
        {"--json", &options->compose.json},
        {"--capdl-json", &options->compose.capdl},
        {"--depfile", &options->compose.depfile},
        {"--explain", &options->compose.explain},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(word, table[i].name) == 0) {
            *value = table[i].value;
            return true;
        }
    }
    return false;
}

static void complain_unknown(const char *word)
{
    static const char *const known[] = {"--output",     "--report",          "--board",       "--config",
                                        "--image-type", "--override-kernel", "--search-path", "--check",
                                        "--matrix",     "--graph",           "--json",        "--capdl-json",
                                        "--depfile",    "--explain",         "--help"};
    const char *nearest = suggest(word, known, sizeof known / sizeof *known);
    if (nearest != NULL) {
        microkit_complain("unrecognised argument: '%s': did you mean '%s'? (see --help)", word, nearest);
    } else {
        microkit_complain("unrecognised argument: '%s' (see --help)", word);
    }
}

static enum options_verdict unknown(const char *word)
{
    if (strcmp(word, "--viper-output") == 0) {
        microkit_complain("argument %s: not available: there is nothing here for Viper to verify", word);
    } else {
        complain_unknown(word);
    }
    return OPTIONS_BAD;
}

/* What is missing, once all words were read; defaults of the rest. */
static enum options_verdict judge(struct microkit_options *options)
{
    struct options *compose = &options->compose;
    if (compose->explain != NULL) {
        return OPTIONS_RUN;
    }
    /* A check needs no SDK: without a board it is for the machine that is built in. */
    bool needs_sdk = !compose->check || options->board != NULL || options->config != NULL;
    if (compose->system == NULL || (needs_sdk && (options->board == NULL || options->config == NULL))) {
        microkit_complain("the following arguments are required: %s%s%s(see --help)",
                          needs_sdk && options->board == NULL ? "--board " : "",
                          needs_sdk && options->config == NULL ? "--config " : "",
                          compose->system == NULL ? "SYSTEM " : "");
        return OPTIONS_BAD;
    }
    compose->output = compose->output != NULL ? compose->output : "loader.img";
    compose->report = compose->report != NULL || compose->check ? compose->report : "report.txt";
    return OPTIONS_RUN;
}

static enum options_verdict positional(struct microkit_options *options, const char *word)
{
    if (word[0] == '-') {
        return unknown(word);
    }
    if (options->compose.system != NULL) {
        microkit_complain("more than one description given: '%s' and '%s' (put SYSTEM first: --search-path "
                          "takes every word up to the next option)",
                          options->compose.system, word);
        return OPTIONS_BAD;
    }
    options->compose.system = word;
    return OPTIONS_RUN;
}

enum options_verdict microkit_options_parse(struct microkit_options *options, int argc, char **argv)
{
    enum options_verdict verdict = OPTIONS_RUN;
    for (int i = 1; i < argc && verdict == OPTIONS_RUN; i++) {
        const char **value = NULL;
        if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0) {
            (void)fputs(usage, stdout);
            return OPTIONS_DONE;
        }
        if (strcmp(argv[i], "--search-path") == 0) {
            while (i + 1 < argc && argv[i + 1][0] != '-') {
                *LIST_PUSH(&options->compose.search.folders) = argv[++i];
            }
        } else if (strcmp(argv[i], "--check") == 0) {
            options->compose.check = true;
        } else if (!takes_value(options, argv[i], &value)) {
            verdict = positional(options, argv[i]);
        } else if (i + 1 == argc) {
            microkit_complain("argument %s: expected one argument", argv[i]);
            return OPTIONS_BAD;
        } else {
            *value = argv[++i];
        }
    }
    return verdict == OPTIONS_RUN ? judge(options) : verdict;
}
