/* SPDX-License-Identifier: BSD-2-Clause */
/* The crypto service's configuration: what it accepts, its defaults, and that errors name the place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "crypto_conf.h"

static struct crypto_conf conf;

static int parse(const char *text)
{
    return crypto_conf_parse(&conf, text, strlen(text));
}

static void accepts(void **state)
{
    (void)state;
    assert_int_equal(parse("server.host = broker.postern.test\n"), 0);
    assert_string_equal(conf.host, "broker.postern.test");
    assert_string_equal(conf.address, "broker.postern.test");
    assert_int_equal(conf.port, 8883);
    assert_int_equal(parse("server.host = b-1.example\nserver.address = 10.0.2.2\nserver.port = 1\n"), 0);
    assert_string_equal(conf.address, "10.0.2.2");
    assert_int_equal(conf.port, 1);
}

static void names_the_place(void **state)
{
    static const struct {
        const char *text;
        const char *problem;
    } cases[] = {
        {"", "crypto.conf: server.host: "},
        {"server.port = 8883\n", "crypto.conf: server.host: "},
        {"server.host = a\nserver.port = 0\n", "crypto.conf line 2: server.port: "},
        {"server.host = a\nserver.port = 65536\n", "crypto.conf line 2: server.port: "},
        {"server.host = a\nserver.key = x\n", "crypto.conf line 2: server.key: "},
        {"\nserver.host = a..b\n", "crypto.conf line 2: server.host: not a host name"},
        {"server.host = .a\n", "crypto.conf line 1: server.host: not a host name"},
        {"server.host = a.\n", "crypto.conf line 1: server.host: not a host name"},
        {"server.host = -a\n", "crypto.conf line 1: server.host: not a host name"},
        {"server.host = a-.b\n", "crypto.conf line 1: server.host: not a host name"},
        {"server.host = a-\n", "crypto.conf line 1: server.host: not a host name"},
        {"server.host = a_b\n", "crypto.conf line 1: server.host: not a host name"},
        {"server.host = *.b\n", "crypto.conf line 1: server.host: not a host name"},
        {"server.host = a b\n", "crypto.conf line 1: server.host: not a host name"},
        {"server.host = a\nserver.address = 1:2\n", "crypto.conf line 2: server.address: "},
        {"server.host = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
         "crypto.conf line 1: server.host: "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(parse(cases[i].text), -1);
        assert_memory_equal(conf.problem, cases[i].problem, strlen(cases[i].problem));
        assert_true(strlen(conf.problem) > strlen("crypto.conf line 1: "));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(accepts), cmocka_unit_test(names_the_place)};
    return cmocka_run_group_tests_name("crypto_conf", tests, NULL, NULL);
}
