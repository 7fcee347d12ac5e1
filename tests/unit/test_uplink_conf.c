/* SPDX-License-Identifier: BSD-2-Clause */
/* The uplink's configuration: what is accepted, and the line and key that every error names. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include "uplink_conf.h"

static const char *error_of(const char *text)
{
    static char error[UPLINK_ERROR_SIZE];
    struct uplink_conf conf;
    error[0] = '\0';
    return uplink_conf_read(&conf, text, strlen(text), error) ? "accepted" : error;
}

static void test_accepted(void **state)
{
    (void)state;
    struct uplink_conf conf;
    char error[UPLINK_ERROR_SIZE];
    static const char text[] = "# uplink\ndevice = postern-0001\ntopic = postern/postern-0001/readings\n";
    assert_true(uplink_conf_read(&conf, text, sizeof text - 1, error));
    assert_string_equal(conf.device, "postern-0001");
    assert_string_equal(conf.base_name, "postern-0001/");
    assert_string_equal(conf.topic, "postern/postern-0001/readings");
    assert_int_equal(conf.keepalive_s, 60);
    assert_false(conf.live_first);
    static const char longest[] = "keepalive_s=65535\ntopic=t\ndevice=abcdefghijklmnopqrstuvwxyz012345\n";
    assert_true(uplink_conf_read(&conf, longest, sizeof longest - 1, error));
    assert_string_equal(conf.base_name, "abcdefghijklmnopqrstuvwxyz012345/");
    assert_int_equal(conf.keepalive_s, 65535);
    static const char live[] = "device=a\ntopic=t\norder = live-first\n";
    assert_true(uplink_conf_read(&conf, live, sizeof live - 1, error));
    assert_true(conf.live_first);
    static const char strict[] = "device=a\ntopic=t\norder = strict\n";
    assert_true(uplink_conf_read(&conf, strict, sizeof strict - 1, error));
    assert_false(conf.live_first);
}

static void test_refused(void **state)
{
    (void)state;
    assert_string_equal(error_of(""), "uplink.conf: device: required key missing");
    assert_non_null(strstr(error_of("device=a\n"), "topic: "));
    static const struct {
        const char *text, *place;
    } wrong[] = {
        {"device=a\ntopic=t\nkeepalive_s=4\n", "line 3: keepalive_s: "},
        {"device=a\ntopic=t\nkeepalive_s=65536\n", "line 3: keepalive_s: "},
        {"device=a\ntopic=t\nkeepalive_s=x\n", "line 3: keepalive_s: "},
        {"device=abcdefghijklmnopqrstuvwxyz0123456\ntopic=t\n", "line 1: device: "},
        {"device=a\ndevice=b\ntopic=t\n", "line 2: device: "},
        {"device=a\ntopic=t\nport=1\n", "line 3: port: "},
        {"device=a\n\ntopic=a/+/b\n", "line 3: topic: must not hold a wildcard"},
        {"device=a\n\ntopic=#\n", "line 3: topic: must not hold a wildcard"},
        {"device=a\ntopic=t\nnumbers_topic=t\n", "line 3: numbers_topic: another topic is the same"},
        {"device=a\ntopic=$SYS/x\n", "line 2: topic: must not start with '$'"},
        {"device=a\ntopic=t\n\norder=live\n", "line 4: order: neither strict nor live-first"},
        {"device=a\ntopic=t\norder=live-firsts\n", "line 3: order: "},
        {"device=a\ntopic=t\norder=\n", "line 3: order: "},
        {"topic=t\ndevice=a/b\n", "line 2: device: must not hold '/'"},
        {"topic=t\ndevice=a b\n", "line 2: device: letters"},
        {"topic=t\ndevice=-a\n", "line 2: device: letters"},
        {"topic=t\ndevice=a\"b\n", "line 2: device: letters"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *error = error_of(wrong[i].text);
        assert_true(strncmp(error, "uplink.conf ", 12) == 0);
        assert_non_null(strstr(error, wrong[i].place));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_accepted), cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
