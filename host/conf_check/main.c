/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads a device's configuration files with the gateway's own parsers, so that a mistake is found before an
 * image is made of it and not on the console of the device. host/check-device calls it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <conf.h>
#include <crypto_conf.h>
#include <journal_conf.h>
#include <uplink_conf.h>

#define PATH_SIZE   4096
#define TEXT_MAX    4096 /* as much as the product gives each of them */
#define REASON_SIZE 200

static bool check_net(const char *text, size_t size, char reason[REASON_SIZE])
{
    struct net_conf conf;
    struct conf_error error = conf_parse(text, size, &conf);

    if (error.what == NULL) {
        return true;
    }
    if (error.line == 0) {
        (void)snprintf(reason, REASON_SIZE, "net.conf: %s: %s", error.key, error.what);
    } else {
        (void)snprintf(reason, REASON_SIZE, "net.conf line %u: %s: %s", error.line, error.key, error.what);
    }
    return false;
}

static bool check_crypto(const char *text, size_t size, char reason[REASON_SIZE])
{
    struct crypto_conf conf;
    bool good = crypto_conf_parse(&conf, text, size) == 0;

    (void)snprintf(reason, REASON_SIZE, "%s", conf.problem);
    return good;
}

static bool check_uplink(const char *text, size_t size, char reason[REASON_SIZE])
{
    struct uplink_conf conf;

    return uplink_conf_read(&conf, text, size, reason);
}

static bool check_journal(const char *text, size_t size, char reason[REASON_SIZE])
{
    struct journal_conf conf;

    return journal_conf_read(&conf, text, size, reason);
}

_Static_assert(UPLINK_ERROR_SIZE <= REASON_SIZE && JOURNAL_ERROR_SIZE <= REASON_SIZE, "each reason fits");

static const struct {
    const char *name;
    bool (*check)(const char *text, size_t size, char reason[REASON_SIZE]);
} files[] = {
    {"net.conf", check_net},
    {"crypto.conf", check_crypto},
    {"journal.conf", check_journal},
    {"uplink.conf", check_uplink},
};
#define FILES (sizeof files / sizeof files[0])

/* Tells what is wrong with the file, if anything. */
static bool check_file(const char *folder, size_t at)
{
    char path[PATH_SIZE];
    char text[TEXT_MAX + 1];
    char reason[REASON_SIZE] = "";

    errno = ENAMETOOLONG;
    int length = snprintf(path, sizeof path, "%s/%s", folder, files[at].name);
    FILE *file = length > 0 && (size_t)length < sizeof path ? fopen(path, "rb") : NULL;

    if (file == NULL) {
        (void)fprintf(stderr, "%s/%s: %s\n", folder, files[at].name, strerror(errno));
        return false;
    }
    size_t size = fread(text, 1, sizeof text, file);
    bool read = ferror(file) == 0;

    (void)fclose(file);
    if (!read || size > TEXT_MAX) {
        (void)fprintf(stderr, "%s: %s\n", path, read ? "longer than 4096 bytes" : "cannot be read");
        return false;
    }
    if (!files[at].check(text, size, reason)) {
        (void)fprintf(stderr, "%s/%s\n", folder, reason);
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    bool good = true;

    if (argc != 2 || argv[1][0] == '-') {
        (void)fputs(
            "usage: conf-check FOLDER\n"
            "Exit status: 0 net.conf, crypto.conf, journal.conf and uplink.conf are good; 1 one is not; "
            "2 wrong use\n",
            stderr);
        return 2;
    }
    for (size_t i = 0; i < FILES; i++) {
        good = check_file(argv[1], i) && good;
    }
    return good ? 0 : 1;
}
