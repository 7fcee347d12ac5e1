/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The texts that configure components: a byte that says whose, then the text. Accepted values lie in their
 * ranges and end inside their fields; what is refused is refused with a reason.
 */
#include <conf.h>
#include <crypto_conf.h>
#include <journal_conf.h>
#include <uplink_conf.h>

#include "fuzz.h"

static void printable(const char *reason, size_t room)
{
    size_t length = strnlen(reason, room);
    FUZZ_CHECK(length != 0 && length < room);
    for (size_t i = 0; i < length; i++) {
        FUZZ_CHECK(reason[i] >= ' ' && reason[i] <= '~');
    }
}

static void net(const char *text, size_t size)
{
    struct net_conf conf;
    struct conf_error error = conf_parse(text, size, &conf);
    if (error.what != NULL) {
        printable(error.what, 200);
        FUZZ_CHECK(strnlen(error.key, sizeof error.key) < sizeof error.key);
        return;
    }
    FUZZ_CHECK((conf.ip == 0) == (conf.netmask == 0));
    FUZZ_CHECK(strnlen(conf.sntp_host, sizeof conf.sntp_host) < sizeof conf.sntp_host);
}

static void crypto(const char *text, size_t size)
{
    struct crypto_conf conf;
    if (crypto_conf_parse(&conf, text, size) != 0) {
        printable(conf.problem, sizeof conf.problem);
        return;
    }
    FUZZ_CHECK(strnlen(conf.host, sizeof conf.host) < sizeof conf.host && conf.host[0] != '\0');
    FUZZ_CHECK(strnlen(conf.address, sizeof conf.address) < sizeof conf.address && conf.port != 0);
}

static void uplink(const char *text, size_t size)
{
    struct uplink_conf conf;
    char error[UPLINK_ERROR_SIZE];
    if (!uplink_conf_read(&conf, text, size, error)) {
        printable(error, sizeof error);
        return;
    }
    size_t device = strnlen(conf.device, sizeof conf.device);
    FUZZ_CHECK(device != 0 && device < sizeof conf.device && memchr(conf.device, '/', device) == NULL);
    size_t topic = strnlen(conf.topic, sizeof conf.topic);
    FUZZ_CHECK(topic != 0 && topic < sizeof conf.topic && strpbrk(conf.topic, "#+") == NULL);
    FUZZ_CHECK(conf.qos >= 1 && conf.qos <= 2 && conf.batch_readings >= 1 &&
               conf.batch_readings <= UPLINK_BATCH_MAX);
}

static void journal(const char *text, size_t size)
{
    struct journal_conf conf;
    char error[JOURNAL_ERROR_SIZE];
    if (!journal_conf_read(&conf, text, size, error)) {
        printable(error, sizeof error);
    }
    FUZZ_CHECK(conf.settings.commit_readings >= 1 && conf.settings.commit_readings <= RECORD_READINGS);
    FUZZ_CHECK(conf.settings.thin_percent <= 100 && conf.settings.thin_keep >= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const whose[])(const char *text, size_t size) = {net, crypto, uplink, journal};
    struct fuzz_input input = {data, size};
    unsigned choice = fuzz_byte(&input) % (sizeof whose / sizeof *whose);
    size_t length;
    uint8_t *text = fuzz_copy(&input, input.left, &length);
    whose[choice]((const char *)text, length);
    free(text);
    return 0;
}
