/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers of any content on the sensor's bus: ids, calibrations, registers and data that tear, answers to
 * other requests, of other lengths, too late or never. What comes out as a sample was read twice alike from a
 * part that said who it is, and lies in its range.
 */
#include <sampler.h>

#include "fuzz.h"

#define STEPS 400u

static struct sampler sampler;
static struct spi_request request;
static uint8_t sent[SPI_MAX_LENGTH];
static uint8_t data_before[BME280_TRANSFER_MAX], data_last[BME280_TRANSFER_MAX];
static bool refuse;

static bool send(const struct spi_request *asked, const uint8_t *tx)
{
    FUZZ_CHECK(asked->length >= 1 && asked->length <= BME280_TRANSFER_MAX);
    request = *asked;
    memcpy(sent, tx, asked->length);
    return !refuse;
}

static void finished(unsigned index, const struct bme280 *dev, uint64_t taken_ns)
{
    (void)taken_ns;
    FUZZ_CHECK(index < SENSOR_COUNT && bme280_error_text(dev->error)[0] != '\0');
    if (dev->error != BME280_OK) {
        return;
    }
    FUZZ_CHECK(dev->chip_id == 0x60);
    FUZZ_CHECK(dev->values.t_centi >= -4000 && dev->values.t_centi <= 8500);
    FUZZ_CHECK(dev->values.p_q24_8 >= 30000u << 8 && dev->values.p_q24_8 <= 110000u << 8);
    FUZZ_CHECK(dev->values.h_q22_10 <= 100u << 10);
    FUZZ_CHECK(memcmp(data_before + 1, data_last + 1, 13) == 0);
}

/* What a sound part with plausible trimming would say to the request. */
static void sound(uint8_t *rx)
{
    static const uint8_t low[26] = {0x70, 0x6b, 0x43, 0x67, 0x18, 0xfc, 0x7d, 0x8e, 0x43,
                                    0xd6, 0xd0, 0x0b, 0x27, 0x0b, 0x8c, 0x00, 0xf9, 0xff,
                                    0x8c, 0x3c, 0xf8, 0xc6, 0x70, 0x17, 0x00, 0x4b};
    static const uint8_t high[7] = {0x6a, 0x01, 0x00, 0x14, 0x02, 0x00, 0x1e};
    static const uint8_t data[13] = {1, 0, 0x24, 0, 0, 0x65, 0x5a, 0xc0, 0x7e, 0xed, 0x00, 0x6a, 0x00};
    memset(rx, 0, BME280_TRANSFER_MAX);
    switch (sent[0]) {
    case 0xd0:
        rx[1] = 0x60;
        break;
    case 0x88:
        memcpy(rx + 1, low, sizeof low);
        break;
    case 0xe1:
        memcpy(rx + 1, high, sizeof high);
        break;
    default:
        memcpy(rx + 1, data, sizeof data);
        break;
    }
}

static void answer(struct fuzz_input *input, uint8_t choice, uint64_t now)
{
    struct spi_response response = {.id = request.id, .status = SPI_OK, .length = request.length};
    uint8_t rx[SPI_MAX_LENGTH];
    uint32_t length = request.length;
    memset(rx, 0, sizeof rx);
    sound(rx);
    if ((choice & 8) != 0) { /* some bytes of it are wrong */
        uint8_t count = fuzz_byte(input) % 4;
        for (uint8_t i = 0; i <= count; i++) {
            uint8_t at = fuzz_byte(input);
            rx[at % BME280_TRANSFER_MAX] = fuzz_byte(input);
        }
    }
    if ((choice & 16) != 0) {
        fuzz_bytes(input, rx, request.length);
    }
    if ((choice & 32) != 0) {
        fuzz_bytes(input, &response, sizeof response);
        length = fuzz_byte(input) % (SPI_MAX_LENGTH + 1);
    }
    bool counts = response.id == request.id && response.status == SPI_OK &&
                  response.length == request.length && length == request.length;
    if (counts && request.length == 14) {
        memcpy(data_before, data_last, sizeof data_before);
        memcpy(data_last, rx, sizeof data_last);
    }
    uint8_t *exact = malloc(length != 0 ? length : 1);
    FUZZ_CHECK(exact != NULL);
    memcpy(exact, rx, length);
    sampler_answer(&sampler, &response, exact, length, now);
    free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sampler_owner owner = {.send = send, .finished = finished};
    struct fuzz_input input = {data, size};
    uint64_t now = 1;
    refuse = false;
    memset(&request, 0, sizeof request);
    sampler_init(&sampler, &owner, now);
    for (unsigned i = 0; i < STEPS && input.left != 0; i++) {
        uint8_t choice = fuzz_byte(&input);
        if (sampler.wait == SAMPLER_ANSWER && (choice & 7) < 6) {
            answer(&input, choice, now);
        } else if ((choice & 7) == 7) {
            sampler_bus_restarted(&sampler, now);
            refuse = (choice & 128) != 0;
        } else {
            now = sampler.deadline_ns > now ? sampler.deadline_ns : now + 1;
            sampler_tick(&sampler, now);
        }
        FUZZ_CHECK(sampler.deadline_ns <= now + 2 * SENSOR_PERIOD_NS);
    }
    return 0;
}
