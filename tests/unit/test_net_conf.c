/* SPDX-License-Identifier: BSD-2-Clause */
/* net.conf: what is accepted, and the place and phrase of every error; and the stash beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "conf.h"
#include "stash.h"

static struct conf_error parse(const char *text, struct net_conf *conf)
{
    return conf_parse(text, strlen(text), conf);
}

static void test_accepted(void **state)
{
    struct net_conf conf;
    (void)state;
    assert_null(parse("", &conf).what);
    assert_int_equal(conf.ip, 0);
    assert_int_equal(conf.dns_server, 0);
    assert_null(parse("# DNS of the host\ndns.server = 10.0.2.2:5353\n", &conf).what);
    assert_int_equal(conf.dns_server, 0x0a000202);
    assert_int_equal(conf.dns_port, 5353);
    assert_null(
        parse("ip = 192.168.1.20\nnetmask = 255.255.255.0\ngateway = 192.168.1.1\ndns.server=9.9.9.9", &conf)
            .what);
    assert_int_equal(conf.ip, 0xc0a80114);
    assert_int_equal(conf.netmask, 0xffffff00);
    assert_int_equal(conf.gateway, 0xc0a80101);
    assert_int_equal(conf.dns_port, 53);
    assert_null(parse("alarm.server = log.example\nalarm.name = gw-7", &conf).what);
    assert_string_equal(conf.alarm_host, "log.example");
    assert_string_equal(conf.alarm_name, "gw-7");
    assert_int_equal(conf.alarm_port, 514);
    assert_null(parse("alarm.server = 10.0.2.2:5514", &conf).what);
    assert_int_equal(conf.alarm_port, 5514);
    assert_null(parse("ip = 10.0.0.1\nnetmask = 255.255.255.254\ngateway = 10.0.0.0", &conf).what);
}

static void test_refused(void **state)
{
    static const struct {
        const char *text;
        unsigned line;
        const char *key;
        const char *what;
    } cases[] = {
        {"dns.server = 10.0.2\n", 1, "dns.server", "not an IPv4 address of a host"},
        {"\n\ndns.server = 10.0.2.256\n", 3, "dns.server", "not an IPv4 address of a host"},
        {"dns.server = 10.0.02.2\n", 1, "dns.server", "not an IPv4 address of a host"},
        {"dns.server = 0.0.0.0\n", 1, "dns.server", "not an IPv4 address of a host"},
        {"dns.server = 224.0.0.251\n", 1, "dns.server", "not an IPv4 address of a host"},
        {"dns.server = 10.0.2.2:\n", 1, "dns.server", "not a port number"},
        {"dns.server = 10.0.2.2:0\n", 1, "dns.server", "not a port number"},
        {"dns.server = 10.0.2.2:65536\n", 1, "dns.server", "not a port number"},
        {"dns.server = 10.0.2.2x\n", 1, "dns.server", "not a port number"},
        {"ip = 10.0.2.15\n", 0, "netmask", "missing beside ip"},
        {"netmask = 255.255.255.0\n", 1, "netmask", "needs ip"},
        {"ip = 10.0.2.15\nnetmask = 255.0.255.0\n", 2, "netmask", "not a contiguous network mask"},
        {"ip = 10.0.2.15\nnetmask = 0.0.0.0\n", 2, "netmask", "not a contiguous network mask"},
        {"ip = 10.0.2.255\nnetmask = 255.255.255.0\n", 2, "netmask",
         "makes ip the network's own or broadcast address"},
        {"ip = 10.0.2.15\nnetmask = 255.255.255.0\ngateway = 10.0.3.1\n", 3, "gateway",
         "not another host in the network of ip"},
        {"gateway = 10.0.3.1\n", 1, "gateway", "needs ip"},
        {"alarm.server = -x\n", 1, "alarm.server", "not the name or IPv4 address of a host"},
        {"alarm.server = 10.0.2.2:0\n", 1, "alarm.server", "not a port number"},
        {"alarm.name = a b\n", 1, "alarm.name", "not a name of letters, digits, dashes and dots"},
        {"ip = 127.0.0.1\nnetmask = 255.0.0.0\n", 1, "ip", "not an IPv4 address of a host"},
    };
    struct net_conf conf;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct conf_error error = parse(cases[i].text, &conf);
        assert_non_null(error.what);
        assert_string_equal(error.what, cases[i].what);
        assert_int_equal(error.line, cases[i].line);
        assert_string_equal(error.key, cases[i].key);
        assert_int_equal(conf.ip | conf.dns_server, 0);
    }
    struct conf_error error = parse("\nnonsense = 1\n", &conf);
    assert_non_null(error.what);
    assert_int_equal(error.line, 2);
    assert_string_equal(error.key, "nonsense");
    assert_non_null(parse("dns.server = 10.0.2.2:5353 and more text\n", &conf).what);
}

/* Does not repeat with the size of the stash. */
static uint8_t pattern(uint32_t i)
{
    return (uint8_t)(i * 31 + (i >> 8) * 7 + (i >> 16));
}

/* The stash against a plain queue, with random pieces. */
static void test_stash(void **state)
{
    static struct stash stash;
    static uint8_t data[STASH_SIZE];
    uint32_t next_in = 0, next_out = 0, count = 0;
    (void)state;
    srand(2);
    stash_clear(&stash);
    for (unsigned i = 0; i < 2000; i++) {
        uint32_t length = (uint32_t)rand() % 5000;
        for (uint32_t j = 0; j < length; j++) {
            data[j] = pattern(next_in + j);
        }
        bool fits = stash_put(&stash, data, length);
        assert_int_equal(fits, count + length <= STASH_SIZE);
        if (fits) {
            next_in += length;
            count += length;
        }
        const uint8_t *piece;
        uint32_t n = stash_peek(&stash, &piece);
        assert_true(n <= count && (n > 0 || count == 0));
        n = n > 3000 ? 3000 : n;
        for (uint32_t j = 0; j < n; j++) {
            assert_int_equal(piece[j], pattern(next_out));
            next_out++;
        }
        stash_drop(&stash, n);
        count -= n;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_stash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
