/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bme280-sim: a BME280 behind a virtio GPIO device. QEMU connects as the vhost-user front end; the guest
 * bit-bangs SPI; every measurement that it has read completely is logged as one JSON line.
 */
#include <errno.h>
#include <getopt.h>
#include <linux/virtio_gpio.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "bme280_model.h"
#include "bme280_wire.h"
#include "control.h"
#include "environment.h"
#include "gpio_bank.h"
#include "vhost_user.h"

#define DEFAULT_SEED 280u

struct options {
    const char *socket, *data, *log, *control;
    uint64_t seed;
};

struct simulator {
    struct environment env;
    struct bme280_model model;
    struct bme280_wire wire;
    struct gpio_bank bank;
    struct vhost_user vhost;
    struct control control;
    FILE *log;
    uint64_t delivered;
    int listener, control_listener, signals;
};

static void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

static void fail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)fputs("bme280-sim: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static uint64_t monotonic_ns(void *context)
{
    struct timespec now;

    (void)context;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void log_delivery(void *context, const struct bme280_delivery *delivery)
{
    struct simulator *sim = context;
    const struct sim_values *values = &delivery->values;
    long t = labs((long)values->t_centi);
    uint64_t p = ((uint64_t)values->p_q24_8 * 100 + 128) >> 8;
    uint64_t h = ((uint64_t)values->h_q22_10 * 1000 + 512) >> 10;

    sim->delivered++;
    (void)fprintf(sim->log,
                  "{\"n\":%llu,\"adc_t\":%u,\"adc_p\":%u,\"adc_h\":%u,\"temperature\":\"%s%ld.%02ld\","
                  "\"pressure\":\"%llu.%02llu\",\"humidity\":\"%llu.%03llu\"}\n",
                  (unsigned long long)delivery->number, delivery->raw.t, delivery->raw.p, delivery->raw.h,
                  values->t_centi < 0 ? "-" : "", t / 100, t % 100, (unsigned long long)(p / 100),
                  (unsigned long long)(p % 100), (unsigned long long)(h / 1000),
                  (unsigned long long)(h % 1000));
    if (fflush(sim->log) != 0) {
        fail("log: %s", strerror(errno));
    }
}

static size_t gpio_handler(void *context, const uint8_t *request, size_t size, uint8_t *response)
{
    struct simulator *sim = context;

    return gpio_bank_request(&sim->bank, request, size, response);
}

static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    size_t length = strlen(path);

    if (length >= sizeof(address.sun_path)) {
        fail("%s: socket path longer than %zu bytes", path, sizeof(address.sun_path) - 1);
    }
    memcpy(address.sun_path, path, length + 1);
    unlink(path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(fd, 4) != 0) {
        fail("%s: %s", path, strerror(errno));
    }
    return fd;
}

static int catch_signals(void)
{
    sigset_t set;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    fd = signalfd(-1, &set, SFD_CLOEXEC);
    if (fd < 0) {
        fail("signalfd: %s", strerror(errno));
    }
    return fd;
}

static void usage(FILE *to)
{
    (void)fputs("usage: bme280-sim --socket PATH --data FILE.csv --log FILE.jsonl --control PATH [--seed N]\n"
                "  --socket   where QEMU's vhost-user-gpio-device connects\n"
                "  --data     environment: temperature_c,pressure_pa,humidity_pct, one row a measurement\n"
                "  --log      JSON lines: what was read from the sensor\n"
                "  --control  line commands: disconnect, connect, garbage on|off, stuck_low, foreign,\n"
                "             untrimmed, torn, status\n"
                "  --seed     of the garbage (default 280)\n",
                to);
}

static uint64_t parse_seed(const char *text)
{
    char *end;
    unsigned long long seed = strtoull(text, &end, 10);

    if (end == text || *end != '\0' || seed == 0) {
        fail("--seed %s: a number from 1 is expected", text);
    }
    return seed;
}

static void require(const char *option, const char *value)
{
    if (value == NULL) {
        (void)fprintf(stderr, "bme280-sim: %s is missing (see --help)\n", option);
        exit(2);
    }
}

static struct options parse_options(int argc, char **argv)
{
    static const struct option known[] = {
        {"socket", required_argument, NULL, 's'},
        {"data", required_argument, NULL, 'd'},
        {"log", required_argument, NULL, 'l'},
        {"control", required_argument, NULL, 'c'},
        {"seed", required_argument, NULL, 'r'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct options options = {.seed = DEFAULT_SEED};
    int option;

    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        switch (option) {
        case 's':
            options.socket = optarg;
            break;
        case 'd':
            options.data = optarg;
            break;
        case 'l':
            options.log = optarg;
            break;
        case 'c':
            options.control = optarg;
            break;
        case 'r':
            options.seed = parse_seed(optarg);
            break;
        case 'h':
            usage(stdout);
            exit(0);
        default:
            usage(stderr);
            exit(2);
        }
    }
    require("--socket PATH", options.socket);
    require("--data FILE.csv", options.data);
    require("--log FILE.jsonl", options.log);
    require("--control PATH", options.control);
    if (optind != argc) {
        (void)fprintf(stderr, "bme280-sim: what is '%s'? (see --help)\n", argv[optind]);
        exit(2);
    }
    return options;
}

static void set_up(struct simulator *sim, const struct options *options)
{
    struct virtio_gpio_config config = {.ngpio = GPIO_LINES,
                                        .gpio_names_size = (uint32_t)gpio_bank_names_size()};
    char error[512];

    if (environment_load(&sim->env, options->data, error, sizeof(error)) != 0) {
        fail("%s", error);
    }
    sim->log = fopen(options->log, "w");
    if (sim->log == NULL) {
        fail("%s: %s", options->log, strerror(errno));
    }
    bme280_model_init(&sim->model, &sim->env, monotonic_ns, log_delivery, sim);
    bme280_wire_init(&sim->wire, &sim->model, options->seed);
    gpio_bank_init(&sim->bank, &sim->wire);
    vhost_user_init(&sim->vhost, gpio_handler, sim);
    memcpy(sim->vhost.config, &config, sizeof(config));
    sim->vhost.config_size = sizeof(config);
    control_init(&sim->control, &sim->wire, &sim->delivered);
    sim->signals = catch_signals();
    sim->control_listener = listen_at(options->control);
    sim->listener = listen_at(options->socket);
}

/* What each polled descriptor is. */
enum slot {
    SLOT_SIGNAL,
    SLOT_LISTENER,
    SLOT_CONTROL,
    SLOT_FRONT_END,
    SLOT_KICK,
    SLOT_CLIENT,
    SLOTS = SLOT_CLIENT + CONTROL_CLIENTS
};

static void watch(const struct simulator *sim, struct pollfd fds[SLOTS])
{
    const int watched[SLOT_CLIENT] = {
        /* A second front end waits until the first has gone. */
        sim->signals,
        sim->vhost.socket < 0 ? sim->listener : -1,
        sim->control_listener,
        sim->vhost.socket,
        sim->vhost.ring[0].kick_fd,
    };

    for (unsigned i = 0; i < SLOTS; i++) {
        fds[i] = (struct pollfd){.fd = i < SLOT_CLIENT ? watched[i] : sim->control.client[i - SLOT_CLIENT].fd,
                                 .events = POLLIN};
    }
}

static void front_end_ready(struct simulator *sim)
{
    const char *wrong = vhost_user_message(&sim->vhost);

    if (wrong != NULL) {
        if (*wrong != '\0') {
            (void)fprintf(stderr, "bme280-sim: front end: %s; connection dropped\n", wrong);
        }
        vhost_user_detach(&sim->vhost);
        gpio_bank_reset(&sim->bank);
    }
}

static void kicked(struct simulator *sim)
{
    const char *wrong = vhost_user_kicked(&sim->vhost);

    if (wrong != NULL) {
        (void)fprintf(stderr, "bme280-sim: guest: %s; queue stopped\n", wrong);
    }
}

static void dispatch(struct simulator *sim, const struct pollfd fds[SLOTS])
{
    if (fds[SLOT_KICK].revents != 0) {
        kicked(sim);
    }
    if (fds[SLOT_FRONT_END].revents != 0) {
        front_end_ready(sim);
    }
    if (fds[SLOT_LISTENER].revents != 0) {
        int fd = accept(sim->listener, NULL, NULL);

        if (fd >= 0) {
            vhost_user_attach(&sim->vhost, fd);
            bme280_wire_power_on(&sim->wire);
        }
    }
    for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
        if (fds[SLOT_CLIENT + i].revents != 0) {
            control_readable(&sim->control, i);
        }
    }
    if (fds[SLOT_CONTROL].revents != 0) {
        int fd = accept(sim->control_listener, NULL, NULL);

        if (fd >= 0) {
            control_attach(&sim->control, fd);
        }
    }
}

int main(int argc, char **argv)
{
    static struct simulator sim;
    struct options options = parse_options(argc, argv);
    struct pollfd fds[SLOTS];

    set_up(&sim, &options);
    puts("ready");
    (void)fflush(stdout);
    do {
        watch(&sim, fds);
        if (poll(fds, SLOTS, -1) < 0 && errno != EINTR) {
            fail("poll: %s", strerror(errno));
        }
        dispatch(&sim, fds);
    } while (fds[SLOT_SIGNAL].revents == 0);
    vhost_user_detach(&sim.vhost);
    unlink(options.socket);
    unlink(options.control);
    environment_free(&sim.env);
    return fclose(sim.log) == 0 ? 0 : 1;
}
