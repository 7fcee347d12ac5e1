/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the collector's command line, and holds its help text. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char help_text[] =
    "usage: collector --ca FILE --cert FILE --key FILE [options]\n"
    "\n"
    "Receives the readings of Postern gateways from an MQTT broker over TLS 1.3, checks the sequence\n"
    "numbers of each device, and prints one line a reading. A lost connection is made again.\n"
    "\n"
    "  --ca FILE       the authority that signed the broker's certificate (PEM)\n"
    "  --cert FILE     the collector's own certificate (PEM)\n"
    "  --key FILE      its key (PEM)\n"
    "  --host NAME     broker; its certificate must be for this name or address (127.0.0.1)\n"
    "  --port PORT     its port (8883)\n"
    "  --id NAME       MQTT client identifier; the broker keeps messages for it while it is away\n"
    "                  (postern-collector)\n"
    "  --topic FILTER  what to subscribe to: postern/DEVICE/readings, + for any (postern/+/readings)\n"
    "  --ledger FILTER where the devices' loss ledgers are (postern/+/ledger)\n"
    "  --postmortem FILTER  where the devices' post-mortems are (postern/+/postmortem)\n"
    "  --count N       stop after N readings\n"
    "  --live-first    the devices' configuration lets new readings overtake: late ones are no trouble\n"
    "  --json          print JSON, one object a line, in which \"type\" says what it is\n"
    "  --help          this text\n"
    "\n"
    "Besides readings it names what is wrong: \"gap: DEVICE missing FIRST..LAST\", \"duplicate\", \"out of\n"
    "order\", and \"malformed\" for a message that it cannot read (which it skips). SIGINT and SIGTERM end\n"
    "it: then it says which numbers came, which never came, and of each of those the cause that the\n"
    "device's loss ledger tells, or \"not explained\".\n"
    "\n"
    "Exit status: 0 all readings came, in order, each well-formed, but for those that a ledger explains\n"
    "(duplicates do no harm); 1 some are missing without explanation, came out of order without\n"
    "--live-first or were malformed, or fewer came than --count asked for; 2 the command line, or a file\n"
    "that it names, is no good; 3 the broker refuses the collector or a subscription.\n";

static bool read_number(const char *what, const char *text, uint64_t max, uint64_t *out)
{
    char *end = NULL;

    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);

    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || number == 0 || number > max) {
        (void)fprintf(stderr, "collector: %s: '%s' is not a number from 1 to %llu\n", what, text,
                      (unsigned long long)max);
        return false;
    }
    *out = number;
    return true;
}

static bool check_file(const char *option, const char *path)
{
    if (path == NULL) {
        (void)fprintf(stderr, "collector: %s FILE is missing (see --help)\n", option);
        return false;
    }
    if (access(path, R_OK) != 0) {
        (void)fprintf(stderr, "collector: %s: cannot read '%s'\n", option, path);
        return false;
    }
    return true;
}

static bool take(int option, struct options *options)
{
    uint64_t number = 0;

    switch (option) {
    case 'a':
        options->ca = optarg;
        return true;
    case 'c':
        options->certificate = optarg;
        return true;
    case 'k':
        options->key = optarg;
        return true;
    case 'h':
        options->host = optarg;
        return true;
    case 'i':
        options->id = optarg;
        return true;
    case 't':
        options->topic = optarg;
        return true;
    case 'l':
        options->ledger_topic = optarg;
        return true;
    case 'm':
        options->postmortem_topic = optarg;
        return true;
    case 'j':
        options->json = true;
        return true;
    case 'f':
        options->live_first = true;
        return true;
    case 'n':
        return read_number("--count", optarg, UINT64_MAX - 1, &options->count);
    case 'p':
        if (!read_number("--port", optarg, 65535, &number)) {
            return false;
        }
        options->port = (int)number;
        return true;
    default:
        return false; /* getopt has said why */
    }
}

enum options_result options_read(int argc, char **argv, struct options *options)
{
    static const struct option known[] = {
        {"ca", required_argument, NULL, 'a'},
        {"cert", required_argument, NULL, 'c'},
        {"key", required_argument, NULL, 'k'},
        {"host", required_argument, NULL, 'h'},
        {"port", required_argument, NULL, 'p'},
        {"id", required_argument, NULL, 'i'},
        {"topic", required_argument, NULL, 't'},
        {"ledger", required_argument, NULL, 'l'},
        {"count", required_argument, NULL, 'n'},
        {"live-first", no_argument, NULL, 'f'},
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'u'},
        {"postmortem", required_argument, NULL, 'm'},
        {NULL, 0, NULL, 0},
    };
    int option;

    *options = (struct options){.host = "127.0.0.1",
                                .port = 8883,
                                .id = "postern-collector",
                                .topic = "postern/+/readings",
                                .ledger_topic = "postern/+/ledger",
                                .postmortem_topic = "postern/+/postmortem"};
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == 'u') {
            (void)fputs(help_text, stdout);
            return OPTIONS_HELP;
        }
        if (!take(option, options)) {
            return OPTIONS_BAD;
        }
    }
    if (optind < argc) {
        (void)fprintf(stderr, "collector: what is '%s'? (see --help)\n", argv[optind]);
        return OPTIONS_BAD;
    }
    bool files = check_file("--ca", options->ca) && check_file("--cert", options->certificate) &&
                 check_file("--key", options->key);

    return files ? OPTIONS_RUN : OPTIONS_BAD;
}
