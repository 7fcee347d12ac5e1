/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of any sender through the collector: a byte that says which kind, then the payload. A pack or a
 * ledger is taken whole, in its bounds, or refused with a reason.
 */
#include <ledger.h>
#include <senml.h>

#include "fuzz.h"

static void check_reason(const char *error)
{
    size_t length = strnlen(error, JSON_IN_ERROR_SIZE);
    FUZZ_CHECK(length != 0 && length < JSON_IN_ERROR_SIZE);
    for (size_t i = 0; i < length; i++) {
        FUZZ_CHECK(error[i] >= ' ' && error[i] <= '~');
    }
}

static void pack(const char *payload, size_t size)
{
    static struct reading readings[SENML_MAX_RECORDS];
    char error[SENML_ERROR_SIZE] = "";
    size_t count = senml_parse(payload, size, "device", INT64_C(1700000000000000000), readings, error);
    FUZZ_CHECK(count <= SENML_MAX_RECORDS);
    if (count == 0) {
        check_reason(error);
    }
    for (size_t i = 0; i < count; i++) {
        FUZZ_CHECK(strcmp(readings[i].device, "device") == 0);
        FUZZ_CHECK(strnlen(readings[i].sensor, READING_NAME_SIZE) < READING_NAME_SIZE);
        FUZZ_CHECK(strnlen(readings[i].quantity, READING_NAME_SIZE) < READING_NAME_SIZE);
        FUZZ_CHECK(strnlen(readings[i].value, READING_VALUE_SIZE) < READING_VALUE_SIZE);
    }
}

static void loss_ledger(const char *payload, size_t size)
{
    static struct ledger ledger;
    char error[JSON_IN_ERROR_SIZE] = "";
    if (!ledger_parse(payload, size, &ledger, error)) {
        check_reason(error);
        return;
    }
    FUZZ_CHECK(ledger.count <= LEDGER_MAX_RANGES);
    for (size_t i = 0; i < ledger.count; i++) {
        const struct ledger_range *range = &ledger.range[i];
        FUZZ_CHECK(range->numbers.first <= range->numbers.last && range->numbers.last <= ledger.last);
        FUZZ_CHECK(range->missing != 0 && range->missing - 1 <= range->numbers.last - range->numbers.first);
        FUZZ_CHECK(i == 0 || ledger.range[i - 1].numbers.last < range->numbers.first);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    uint8_t choice = fuzz_byte(&input);
    size_t length;
    uint8_t *payload = fuzz_copy(&input, input.left, &length);
    ((choice & 1) != 0 ? loss_ledger : pack)((const char *)payload, length);
    free(payload);
    return 0;
}
