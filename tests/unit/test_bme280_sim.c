/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole wire path on the host: the driver's SPI controller over its virtio queue, through fake device
 * registers and the simulator's own queue code, to the simulated sensor's pins; above it the BME280
 * conversation. What the simulator says it put on the bus must be what the driver computed.
 */
#include "bme280_sim_fixture.h"

/* Every row of the shipped environment, in both modes that the part speaks. */
static void test_whole_environment(void **state)
{
    (void)state;
    bme280_init(&dev);
    for (unsigned i = 0; i < 2 * env.count; i++) {
        const struct environment_row *row = &env.rows[i % env.count];

        assert_int_equal(sample(i % 2 == 0 ? 0 : 3), BME280_OK);
        assert_int_equal(deliveries, i + 1);
        assert_int_equal(last.number, i + 1);
        expect_same_values();
        assert_true(fabs(dev.values.t_centi / 100.0 - row->celsius) < 0.02);
        assert_true(fabs(dev.values.p_q24_8 / 256.0 - row->pascal) < 3.0);
        assert_true(fabs(dev.values.h_q22_10 / 1024.0 - row->percent) < 0.05);
    }
}

static void test_few_notifications(void **state)
{
    const uint8_t tx[8] = {0xd0};

    (void)state;
    device.kicks = 0;
    assert_int_equal(transfer(tx, sizeof(tx), 0), SPI_OK);
    assert_int_equal(spi.rx[1], 0x60);
    assert_in_range(device.kicks, 1, 3);
}

static void test_registers_over_the_wire(void **state)
{
    const uint8_t write[] = {0x72, 0x03, 0x75, 0xa8};
    const uint8_t read[] = {0xf2, 0, 0, 0, 0};
    const uint8_t reset[] = {0x60, 0xb6};

    (void)state;
    assert_int_equal(transfer(write, sizeof(write), 3), SPI_OK);
    assert_int_equal(transfer(read, sizeof(read), 0), SPI_OK);
    assert_memory_equal(spi.rx + 1, "\x03\x00\x00\xa8", 4);
    assert_int_equal(transfer(reset, sizeof(reset), 0), SPI_OK);
    assert_int_equal(transfer(read, sizeof(read), 3), SPI_OK);
    assert_memory_equal(spi.rx + 1, "\x00\x01\x00\x00", 4);
    now_ns += 2000000;
    assert_int_equal(transfer(read, sizeof(read), 3), SPI_OK);
    assert_memory_equal(spi.rx + 1, "\x00\x00\x00\x00", 4);
}

static void test_longest_transfer(void **state)
{
    uint8_t tx[SPI_MAX_LENGTH] = {0xd0};

    (void)state;
    assert_int_equal(transfer(tx, sizeof(tx), 0), SPI_OK);
    assert_int_equal(spi.rx[1], 0x60);
    /* Addresses wrap inside the register file: 0xff is followed by 0x80, 0x88 begins the calibration. */
    assert_int_equal(spi.rx[1 + 0x100 - 0xd0 + 8], bme280_sim_trim.t1 & 0xff);
    assert_int_equal(spi.rx[1 + 0x100 - 0xd0 + 9], bme280_sim_trim.t1 >> 8);
}

static void test_faults_are_never_values(void **state)
{
    (void)state;
    bme280_init(&dev);
    assert_int_equal(sample(0), BME280_OK);
    bme280_wire_set_fault(&wire, WIRE_DISCONNECTED);
    assert_int_equal(sample(0), BME280_ABSENT);
    bme280_wire_set_fault(&wire, WIRE_SOUND);
    now_ns += 2000000;
    assert_int_equal(sample(0), BME280_OK);
    expect_same_values();
    bme280_wire_set_fault(&wire, WIRE_STUCK_LOW);
    assert_int_equal(sample(0), BME280_STUCK);
    bme280_wire_set_fault(&wire, WIRE_GARBAGE);
    deliveries = 0;
    for (unsigned i = 0; i < 2000; i++) {
        assert_int_not_equal(sample(0), BME280_OK);
    }
    bme280_wire_set_fault(&wire, WIRE_FOREIGN);
    assert_int_equal(sample(0), BME280_WRONG_ID);
    bme280_wire_set_fault(&wire, WIRE_UNTRIMMED);
    assert_int_equal(sample(0), BME280_BAD_CALIBRATION);
    bme280_wire_set_fault(&wire, WIRE_TORN);
    for (unsigned i = 0; i < 2000; i++) {
        enum bme280_error error = sample(0);
        assert_true(error == BME280_UNSTABLE || error == BME280_NO_MEASUREMENT);
    }
    assert_int_equal(deliveries, 0);
    bme280_wire_set_fault(&wire, WIRE_SOUND);
    assert_int_equal(sample(0), BME280_OK);
    expect_same_values();
}

/* A fault that begins and ends anywhere inside a conversation: a value is right or it is not there. */
static void test_fault_at_any_edge(void **state)
{
    static const enum wire_fault faults[] = {WIRE_DISCONNECTED, WIRE_GARBAGE,   WIRE_STUCK_LOW,
                                             WIRE_FOREIGN,      WIRE_UNTRIMMED, WIRE_TORN};

    (void)state;
    for (unsigned f = 0; f < sizeof(faults) / sizeof(faults[0]); f++) {
        for (unsigned at = 0; at < 9; at++) {
            for (unsigned length = 1; length < 4; length++) {
                enum bme280_need need;
                unsigned transfers = 0;

                bme280_init(&dev);
                need = bme280_start(&dev);
                while (need != BME280_DONE) {
                    if (need == BME280_PAUSE) {
                        now_ns += (uint64_t)dev.pause_us * 1000;
                        need = bme280_paused(&dev);
                        continue;
                    }
                    bme280_wire_set_fault(&wire, transfers >= at && transfers < at + length ? faults[f]
                                                                                            : WIRE_SOUND);
                    assert_int_equal(transfer(dev.tx, (uint16_t)dev.length, 0), SPI_OK);
                    need = bme280_transferred(&dev, spi.rx);
                    transfers++;
                }
                if (dev.error == BME280_OK) {
                    expect_same_values();
                }
                bme280_wire_set_fault(&wire, WIRE_SOUND);
                now_ns += 10000000;
            }
        }
    }
}

static void test_silent_device(void **state)
{
    const uint8_t tx[2] = {0xd0};

    (void)state;
    device.silent = true;
    device.resets = 0;
    assert_int_equal(transfer(tx, sizeof(tx), 0), SPI_TIMEOUT);
    assert_int_equal(device.resets, 1);
    assert_int_equal(spi.state, SPI_NAMING);
    /* Still silent: the controller gives up for a while and then tries again. */
    now_ns = spi.deadline_ns;
    assert_false(spi_controller_tick(&spi, now_ns));
    assert_int_equal(spi.state, SPI_DOWN);
    assert_int_equal(spi.fault, SPI_FAULT_SILENT);
    device.silent = false;
    now_ns = spi.deadline_ns - 1;
    assert_false(spi_controller_tick(&spi, now_ns));
    assert_int_equal(spi.state, SPI_DOWN);
    now_ns++;
    assert_false(spi_controller_tick(&spi, now_ns));
    assert_false(run());
    assert_int_equal(spi.state, SPI_IDLE);
    assert_int_equal(transfer(tx, sizeof(tx), 0), SPI_OK);
    assert_int_equal(spi.rx[1], 0x60);
}

static void test_refusing_device(void **state)
{
    const uint8_t tx[2] = {0xd0};
    const struct spi_request request = {.id = 1, .length = sizeof(tx)};

    (void)state;
    device.refuse = true;
    spi_controller_start(&spi, &request, tx, now_ns);
    assert_false(spi_controller_interrupt(&spi, now_ns));
    assert_int_equal(spi.state, SPI_CLEARING);
    device.refuse = false;
    /* The clearing batch was refused as well (it was served at once): the device is given up. */
    assert_true(run());
    assert_int_equal(spi.status, SPI_BUS_ERROR);
    assert_int_equal(spi.state, SPI_DOWN);
    now_ns = spi.deadline_ns;
    assert_false(spi_controller_tick(&spi, now_ns));
    assert_false(run());
    assert_int_equal(transfer(tx, sizeof(tx), 0), SPI_OK);
}

static void test_lying_queue(void **state)
{
    const uint8_t tx[2] = {0xd0};

    (void)state;
    device.forge_used = true;
    device.resets = 0;
    assert_int_equal(transfer(tx, sizeof(tx), 0), SPI_BUS_ERROR);
    assert_int_equal(device.resets, 1);
    device.forge_used = false;
    assert_false(run());
    now_ns = spi.deadline_ns;
    spi_controller_tick(&spi, now_ns);
    run();
    assert_int_equal(transfer(tx, sizeof(tx), 0), SPI_OK);
    assert_int_equal(spi.rx[1], 0x60);
}

static void test_request_policy(void **state)
{
    struct spi_request request = {.length = 4, .hz = SPI_FASTEST_HZ};
    uint32_t size = (uint32_t)sizeof(request);

    (void)state;
    assert_int_equal(spi_check(&request, size + 4), SPI_OK);
    assert_int_equal(spi_check(&request, size + 3), SPI_BAD_REQUEST);
    assert_int_equal(spi_check(&request, size + 5), SPI_BAD_REQUEST);
    assert_int_equal(spi_check(&request, size - 1), SPI_BAD_REQUEST);
    assert_int_equal(spi_check(&request, 0), SPI_BAD_REQUEST);
    request.hz = SPI_FASTEST_HZ - 1;
    assert_int_equal(spi_check(&request, size + 4), SPI_BAD_REQUEST);
    request.hz = 0;
    request.mode = 1;
    assert_int_equal(spi_check(&request, size + 4), SPI_BAD_REQUEST);
    request.mode = 255;
    assert_int_equal(spi_check(&request, size + 4), SPI_BAD_REQUEST);
    request.mode = 3;
    request.cs = SPI_CHIP_SELECTS;
    assert_int_equal(spi_check(&request, size + 4), SPI_NO_SUCH_CS);
    request.cs = 0;
    request.length = 0;
    assert_int_equal(spi_check(&request, size), SPI_BAD_REQUEST);
    request.length = SPI_MAX_LENGTH + 1;
    assert_int_equal(spi_check(&request, size + SPI_MAX_LENGTH + 1), SPI_BAD_REQUEST);
    request.length = 1;
    request.reserved = 1;
    assert_int_equal(spi_check(&request, size + 1), SPI_BAD_REQUEST);
}

/* A half-read burst is not delivered; a burst keeps its data though a measurement ends amid it. */
static void test_delivery_needs_every_byte(void **state)
{
    const uint8_t trigger[] = {0x72, 1, 0x74, 0x25};
    uint8_t part[8] = {0xf7};
    uint8_t tail[2] = {0xfe};

    (void)state;
    assert_int_equal(transfer(trigger, sizeof(trigger), 0), SPI_OK);
    now_ns += 10000000;
    assert_int_equal(transfer(part, sizeof(part), 0), SPI_OK);
    assert_int_equal(deliveries, 0);
    assert_int_equal(transfer(tail, sizeof(tail), 0), SPI_OK);
    assert_int_equal(deliveries, 1);
    assert_int_equal(transfer(part, sizeof(part), 0), SPI_OK);
    assert_int_equal(transfer(tail, sizeof(tail), 0), SPI_OK);
    assert_int_equal(deliveries, 1);
}

/* What a fault has touched was not put on the bus: nothing is logged as delivered. */
static void test_disturbed_bytes_are_not_delivered(void **state)
{
    const uint8_t trigger[] = {0x72, 1, 0x74, 0x25};
    uint8_t data[9] = {0xf7};

    (void)state;
    assert_int_equal(transfer(trigger, sizeof(trigger), 0), SPI_OK);
    now_ns += 10000000;
    bme280_wire_set_fault(&wire, WIRE_GARBAGE);
    assert_int_equal(transfer(data, sizeof(data), 0), SPI_OK);
    bme280_wire_set_fault(&wire, WIRE_STUCK_LOW);
    assert_int_equal(transfer(data, sizeof(data), 0), SPI_OK);
    assert_int_equal(deliveries, 0);
    bme280_wire_set_fault(&wire, WIRE_SOUND);
    assert_int_equal(transfer(data, sizeof(data), 0), SPI_OK);
    assert_int_equal(deliveries, 1);
    assert_int_equal(spi.rx[7] << 8 | spi.rx[8], last.raw.h);
}

/* The order of edges in each mode: C/c chip select, K/k clock, D/d data out (high/low), S sample. */
static void test_edges_of_every_mode(void **state)
{
    static const char *const expected[4] = {
        "kcDKSkdKSkKSkKSkKSkKSkKSkDKSkC",
        "kcKDkSKdkSKkSKkSKkSKkSKkSKDkSC",
        "KcDkSKdkSKkSKkSKkSKkSKkSKDkSKC",
        "KckDKSkdKSkKSkKSkKSkKSkKSkDKSC",
    };
    const uint8_t tx = 0x81;

    (void)state;
    for (unsigned mode = 0; mode < 4; mode++) {
        struct bitbang bitbang;
        struct bitbang_op op;
        char edges[64] = "";
        size_t at = 0;

        bitbang_start(&bitbang, &tx, 1, mode);
        while (bitbang_next(&bitbang, &op)) {
            assert_true(at < sizeof(edges) - 1);
            edges[at++] = op.sample ? 'S' : (op.level ? "KD?C" : "kd?c")[op.line];
        }
        assert_string_equal(edges, expected[mode]);
    }
}

static void test_worked_example(void **state)
{
    const struct sim_trim trim = {.t1 = 27504,
                                  .t2 = 26435,
                                  .t3 = -1000,
                                  .p1 = 36477,
                                  .p2 = -10685,
                                  .p3 = 3024,
                                  .p4 = 2855,
                                  .p5 = 140,
                                  .p6 = -7,
                                  .p7 = 15500,
                                  .p8 = -14600,
                                  .p9 = 6000};
    const struct sim_values values = bme280_compensate(&trim, (struct sim_raw){519888, 415148, 0});

    (void)state;
    assert_int_equal(bme280_fine(&trim, 519888), 128422);
    assert_int_equal(values.t_centi, 2508);
    assert_int_equal(values.p_q24_8, 25767233);
}

static void load_text(const char *text, const char *expected)
{
    char path[] = "build/unit/environment.XXXXXX";
    char error[512] = "";
    struct environment loaded;
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(environment_load(&loaded, path, error, sizeof(error)), expected == NULL ? 0 : -1);
    remove(path);
    if (expected == NULL) {
        environment_free(&loaded);
    } else {
        assert_memory_equal(error, path, strlen(path));
        assert_string_equal(error + strlen(path), expected);
    }
}

static void test_environment_errors(void **state)
{
    (void)state;
    load_text("# note\ntemperature_c,pressure_pa,humidity_pct\n\n20,100000,50\r\n21.5,99000.5,0", NULL);
    load_text("20,100000,50\n20,100000\n", ":2: three values expected");
    load_text("# a\n20,100000,50,1\n", ":2: text after the third value");
    load_text("20,x,50\n", ":1: pressure_pa is not a number");
    load_text("\n\n86,100000,50\n", ":3: temperature_c 86 is outside -40..85");
    load_text("20,100000,nan\n", ":1: humidity_pct nan is outside 0..100");
    load_text("# only comments\n", ":1: no data");
    load_text("", ":0: no data");
}

static int load(void **state)
{
    char error[512];

    (void)state;
    return environment_load(&env, ENVIRONMENT, error, sizeof(error));
}

static int unload(void **state)
{
    (void)state;
    environment_free(&env);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_whole_environment, new_board),
        cmocka_unit_test_setup(test_few_notifications, new_board),
        cmocka_unit_test_setup(test_registers_over_the_wire, new_board),
        cmocka_unit_test_setup(test_longest_transfer, new_board),
        cmocka_unit_test_setup(test_faults_are_never_values, new_board),
        cmocka_unit_test_setup(test_fault_at_any_edge, new_board),
        cmocka_unit_test_setup(test_silent_device, new_board),
        cmocka_unit_test_setup(test_refusing_device, new_board),
        cmocka_unit_test_setup(test_lying_queue, new_board),
        cmocka_unit_test_setup(test_request_policy, new_board),
        cmocka_unit_test_setup(test_delivery_needs_every_byte, new_board),
        cmocka_unit_test_setup(test_disturbed_bytes_are_not_delivered, new_board),
        cmocka_unit_test(test_edges_of_every_mode),
        cmocka_unit_test(test_worked_example),
        cmocka_unit_test(test_environment_errors),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
