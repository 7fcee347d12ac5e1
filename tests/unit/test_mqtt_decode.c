/* SPDX-License-Identifier: BSD-2-Clause */
/* Single packets for the MQTT decoder: for each rule one that keeps it and one that breaks it, and all of
 * them mutilated. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include "mqtt/decode.h"
#include "mqtt/text.h"
#include "mqtt_capture.h"

struct decode_case {
    enum mqtt_version version;
    const char *hex; /* whole packet with a one-byte remaining length */
    enum mqtt_error err;
};

static const struct decode_case cases[] = {
    /* fixed header */
    {MQTT_5, "0000", MQTT_ERR_TYPE},
    {MQTT_5, "1000", MQTT_ERR_TYPE},
    {MQTT_5, "8200", MQTT_ERR_TYPE},
    {MQTT_5, "a200", MQTT_ERR_TYPE},
    {MQTT_5, "c000", MQTT_ERR_TYPE},
    {MQTT_3_1_1, "f000", MQTT_ERR_TYPE},
    {MQTT_3_1_1, "e000", MQTT_ERR_TYPE},
    {MQTT_5, "f000", MQTT_ERR_UNEXPECTED},
    {MQTT_5, "f100", MQTT_ERR_FLAGS},
    {MQTT_5, "9003000100", MQTT_ERR_TRUNCATED},
    {MQTT_5, "900400010000", MQTT_OK},
    {MQTT_5, "900400000000", MQTT_ERR_PACKET_ID},
    {MQTT_5, "900400010003", MQTT_ERR_REASON_CODE},
    {MQTT_5, "900400010011", MQTT_ERR_REASON_CODE},
    {MQTT_5, "90050001000000", MQTT_ERR_TRAILING},
    {MQTT_5, "91040001008f", MQTT_ERR_FLAGS},
    {MQTT_5, "9004000100a2", MQTT_OK},
    {MQTT_5,
     "9008000104"
     "1f000161"
     "87",
     MQTT_OK},
    {MQTT_3_1_1, "9003000102", MQTT_OK},
    {MQTT_3_1_1, "9003000180", MQTT_OK},
    {MQTT_3_1_1, "9003000187", MQTT_ERR_REASON_CODE},
    {MQTT_3_1_1, "90020001", MQTT_ERR_TRUNCATED},
    {MQTT_5, "b00400010000", MQTT_OK},
    {MQTT_5, "b00400010011", MQTT_OK},
    {MQTT_5, "b00400010001", MQTT_ERR_REASON_CODE},
    {MQTT_3_1_1, "b0020001", MQTT_OK},
    {MQTT_3_1_1, "b003000100", MQTT_ERR_TRAILING},
    {MQTT_5, "9103000100", MQTT_ERR_FLAGS},
    {MQTT_5, "2103000000", MQTT_ERR_FLAGS},
    {MQTT_5, "41020001", MQTT_ERR_FLAGS},
    {MQTT_5, "52020001", MQTT_ERR_FLAGS},
    {MQTT_5, "60020001", MQTT_ERR_FLAGS},
    {MQTT_5, "62020001", MQTT_OK},
    {MQTT_5, "72020001", MQTT_ERR_FLAGS},
    {MQTT_5, "d100", MQTT_ERR_FLAGS},
    {MQTT_5, "d000", MQTT_OK},
    {MQTT_5, "d00100", MQTT_ERR_TRAILING},
    {MQTT_5, "e100", MQTT_ERR_FLAGS},
    /* CONNACK */
    {MQTT_5, "2003000000", MQTT_OK},
    {MQTT_5, "2003010000", MQTT_OK},
    {MQTT_5, "2000", MQTT_ERR_TRUNCATED},
    {MQTT_5, "200100", MQTT_ERR_TRUNCATED},
    {MQTT_5, "20020000", MQTT_ERR_TRUNCATED},
    {MQTT_5, "20020001", MQTT_OK},
    {MQTT_5, "20020005", MQTT_ERR_TRUNCATED},
    {MQTT_5, "2003020000", MQTT_ERR_CONNACK_FLAGS},
    {MQTT_5, "2003018700", MQTT_ERR_CONNACK_FLAGS},
    {MQTT_5, "2003000100", MQTT_ERR_REASON_CODE},
    {MQTT_5, "2003009200", MQTT_ERR_REASON_CODE},
    {MQTT_5, "2003009f00", MQTT_OK},
    {MQTT_5, "200400000000", MQTT_ERR_TRAILING},
    {MQTT_5, "2003000001", MQTT_ERR_TRUNCATED},
    {MQTT_5,
     "200500008000"
     "00",
     MQTT_ERR_REMAINING_LENGTH},
    {MQTT_5, "20070000ffffffff01", MQTT_ERR_REMAINING_LENGTH},
    {MQTT_3_1_1, "20020000", MQTT_OK},
    {MQTT_3_1_1, "20020100", MQTT_OK},
    {MQTT_3_1_1, "20020200", MQTT_ERR_CONNACK_FLAGS},
    {MQTT_3_1_1, "20020105", MQTT_ERR_CONNACK_FLAGS},
    {MQTT_3_1_1, "20020006", MQTT_ERR_REASON_CODE},
    {MQTT_3_1_1, "2003000000", MQTT_ERR_TRAILING},
    {MQTT_3_1_1, "200100", MQTT_ERR_TRUNCATED},
    /* properties of CONNACK */
    {MQTT_5, "2006000003210007", MQTT_OK},
    {MQTT_5, "2006000003210000", MQTT_ERR_PROPERTY_VALUE},
    {MQTT_5, "2009000006210007210007", MQTT_ERR_PROPERTY_TWICE},
    {MQTT_5, "20050000022400", MQTT_OK},
    {MQTT_5, "20050000022402", MQTT_ERR_PROPERTY_VALUE},
    {MQTT_5, "20050000022502", MQTT_ERR_PROPERTY_VALUE},
    {MQTT_5, "20050000022802", MQTT_ERR_PROPERTY_VALUE},
    {MQTT_5, "20050000022902", MQTT_ERR_PROPERTY_VALUE},
    {MQTT_5, "20050000022a02", MQTT_ERR_PROPERTY_VALUE},
    {MQTT_5, "20080000052700000000", MQTT_ERR_PROPERTY_VALUE},
    {MQTT_5, "20080000051100000000", MQTT_OK},
    {MQTT_5, "20050000021301", MQTT_ERR_TRUNCATED},
    {MQTT_5, "20050000020000", MQTT_ERR_PROPERTY_ID},
    {MQTT_5, "20050000022b00", MQTT_ERR_PROPERTY_ID},
    {MQTT_5, "20050000027f00", MQTT_ERR_PROPERTY_ID},
    {MQTT_5, "2006000003ff0100", MQTT_ERR_PROPERTY_ID},
    {MQTT_5, "20050000021700", MQTT_ERR_PROPERTY_ID},
    {MQTT_5, "20050000020100", MQTT_ERR_PROPERTY_ID},
    {MQTT_5,
     "2007000004"
     "1f0001"
     "41",
     MQTT_OK},
    {MQTT_5,
     "2007000004"
     "1f0001"
     "00",
     MQTT_ERR_STRING},
    {MQTT_5,
     "2007000004"
     "1f0001"
     "ff",
     MQTT_ERR_STRING},
    {MQTT_5,
     "2007000004"
     "1f0002"
     "41",
     MQTT_ERR_TRUNCATED},
    {MQTT_5,
     "2008000005"
     "1f0002"
     "c080",
     MQTT_ERR_STRING},
    {MQTT_5,
     "2009000006"
     "1f0003"
     "eda080",
     MQTT_ERR_STRING},
    {MQTT_5,
     "2009000006"
     "1f0003"
     "e282ac",
     MQTT_OK},
    {MQTT_5,
     "2009000006"
     "1f0003"
     "e28228",
     MQTT_ERR_STRING},
    {MQTT_5,
     "200a000007"
     "1f0004"
     "f4908080",
     MQTT_ERR_STRING},
    {MQTT_5,
     "200a000007"
     "1f0004"
     "f09f9880",
     MQTT_OK},
    {MQTT_5,
     "2008000005"
     "1f0002"
     "e282",
     MQTT_ERR_STRING},
    {MQTT_5,
     "200a000007"
     "260001"
     "61"
     "0001"
     "62",
     MQTT_OK},
    {MQTT_5,
     "20110000"
     "0e"
     "260001"
     "61"
     "0001"
     "62"
     "260001"
     "61"
     "0001"
     "62",
     MQTT_OK},
    {MQTT_5,
     "2007000004"
     "260001"
     "61",
     MQTT_ERR_TRUNCATED},
    {MQTT_5,
     "2008000005"
     "160002"
     "00ff",
     MQTT_OK},
    /* acknowledgements */
    {MQTT_5, "40020001", MQTT_OK},
    {MQTT_5, "40020000", MQTT_ERR_PACKET_ID},
    {MQTT_5, "400100", MQTT_ERR_TRUNCATED},
    {MQTT_5, "4000", MQTT_ERR_TRUNCATED},
    {MQTT_5, "4003000100", MQTT_OK},
    {MQTT_5, "4003000192", MQTT_ERR_REASON_CODE},
    {MQTT_5, "4003000101", MQTT_ERR_REASON_CODE},
    {MQTT_5, "400400019700", MQTT_OK},
    {MQTT_5, "400400019701", MQTT_ERR_TRUNCATED},
    {MQTT_5, "40050001970000", MQTT_ERR_TRAILING},
    {MQTT_5,
     "40080001"
     "97"
     "04"
     "1f0001"
     "41",
     MQTT_OK},
    {MQTT_5,
     "40070001"
     "97"
     "03"
     "210001",
     MQTT_ERR_PROPERTY_ID},
    {MQTT_5, "5003000192", MQTT_ERR_REASON_CODE},
    {MQTT_5, "6203000192", MQTT_OK},
    {MQTT_5, "7003000192", MQTT_OK},
    {MQTT_5, "7003000110", MQTT_ERR_REASON_CODE},
    {MQTT_3_1_1, "40020001", MQTT_OK},
    {MQTT_3_1_1, "4003000100", MQTT_ERR_TRAILING},
    /* DISCONNECT */
    {MQTT_5, "e000", MQTT_OK},
    {MQTT_5, "e0018e", MQTT_OK},
    {MQTT_5, "e00104", MQTT_ERR_REASON_CODE},
    {MQTT_5, "e00191", MQTT_ERR_REASON_CODE},
    {MQTT_5, "e0028b00", MQTT_OK},
    {MQTT_5, "e0038b0000", MQTT_ERR_TRAILING},
    {MQTT_5,
     "e0078b"
     "05"
     "1100000001",
     MQTT_ERR_PROPERTY_ID},
    {MQTT_5,
     "e0069d"
     "04"
     "1c0001"
     "62",
     MQTT_OK},
    /* PUBLISH */
    {MQTT_5,
     "30040001"
     "74"
     "00",
     MQTT_OK},
    {MQTT_5,
     "300500017400"
     "78",
     MQTT_OK},
    {MQTT_3_1_1, "3003000174", MQTT_OK},
    {MQTT_3_1_1, "300400017478", MQTT_OK},
    {MQTT_5, "3603000174", MQTT_ERR_QOS},
    {MQTT_5,
     "38040001"
     "74"
     "00",
     MQTT_ERR_QOS},
    {MQTT_5,
     "3206000174"
     "0001"
     "00",
     MQTT_OK},
    {MQTT_5,
     "3a06000174"
     "0001"
     "00",
     MQTT_OK},
    {MQTT_5,
     "3206000174"
     "0000"
     "00",
     MQTT_ERR_PACKET_ID},
    {MQTT_5,
     "3204000174"
     "00",
     MQTT_ERR_TRUNCATED},
    {MQTT_5, "3003000000", MQTT_ERR_TOPIC},
    {MQTT_5,
     "30040001"
     "23"
     "00",
     MQTT_ERR_TOPIC},
    {MQTT_5,
     "30040001"
     "2b"
     "00",
     MQTT_ERR_TOPIC},
    {MQTT_5,
     "30040001"
     "00"
     "00",
     MQTT_ERR_STRING},
    {MQTT_5, "30020005", MQTT_ERR_TRUNCATED},
    {MQTT_5,
     "30070001"
     "74"
     "03"
     "230001",
     MQTT_ERR_TOPIC_ALIAS},
    {MQTT_5,
     "30070001"
     "74"
     "03"
     "230000",
     MQTT_ERR_PROPERTY_VALUE},
    {MQTT_5,
     "30060001"
     "74"
     "02"
     "0102",
     MQTT_ERR_PROPERTY_VALUE},
    {MQTT_5,
     "30060001"
     "74"
     "02"
     "0b00",
     MQTT_ERR_PROPERTY_VALUE},
    {MQTT_5,
     "30080001"
     "74"
     "04"
     "0b010b02",
     MQTT_OK},
    {MQTT_5,
     "30080001"
     "74"
     "04"
     "080001"
     "2b",
     MQTT_ERR_TOPIC},
    {MQTT_5,
     "30080001"
     "74"
     "04"
     "080001"
     "72",
     MQTT_OK},
    {MQTT_5,
     "30080001"
     "74"
     "04"
     "01000100",
     MQTT_ERR_PROPERTY_TWICE},
    {MQTT_5,
     "30060001"
     "74"
     "02"
     "2100",
     MQTT_ERR_PROPERTY_ID},
};

/* Decodes from a heap copy of the exact length, so that the sanitizer sees every byte read too many. */
static enum mqtt_error decode_hex(enum mqtt_version version, const char *hex)
{
    uint8_t bytes[64];
    size_t len = hex_bytes(hex, bytes, sizeof bytes);
    assert_true(len >= 2 && bytes[1] == len - 2);
    uint8_t *body = malloc(len - 2 + 1);
    memcpy(body, bytes + 2, len - 2);
    body = realloc(body, len > 2 ? len - 2 : 1);
    struct mqtt_packet packet;
    enum mqtt_error err = mqtt_decode(version, bytes[0], body, len - 2, &packet);
    free(body);
    return err;
}

static void test_decode_cases(void **state)
{
    (void)state;
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum mqtt_error err = decode_hex(cases[i].version, cases[i].hex);
        if (err != cases[i].err) {
            print_error("%s: %s, expected %s\n", cases[i].hex, mqtt_error_text(err),
                        mqtt_error_text(cases[i].err));
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* Every prefix of every valid packet, and every packet with one byte changed, must be decoded or refused
 * without touching anything outside. */
static void test_decode_mutations(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[64];
        struct mqtt_packet packet;
        size_t len = hex_bytes(cases[i].hex, bytes, sizeof bytes) - 2;
        for (size_t cut = 0; cut <= len; cut++) {
            uint8_t *body = malloc(cut + 1);
            memcpy(body + 1, bytes + 2, cut);
            (void)mqtt_decode(cases[i].version, bytes[0], body + 1, cut, &packet);
            for (unsigned v = 0; cut == len && v < 256 * len; v++) {
                memcpy(body + 1, bytes + 2, cut);
                body[1 + v / 256] = (uint8_t)v;
                enum mqtt_error err = mqtt_decode(cases[i].version, bytes[0], body + 1, cut, &packet);
                assert_true((unsigned)err < MQTT_ERR_CONNACK_TIMEOUT);
            }
            free(body);
        }
    }
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_cases),
        cmocka_unit_test(test_decode_mutations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
