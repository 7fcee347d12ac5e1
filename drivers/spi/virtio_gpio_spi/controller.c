/* SPDX-License-Identifier: BSD-2-Clause */
/* One batch of line requests is in flight at a time; its completion moves the state on. */
#include "controller.h"

#include <string.h>

#define BATCH_NS UINT64_C(200000000)  /* longest wait for a batch; usual is well below 1 ms */
#define RETRY_NS UINT64_C(1000000000) /* between attempts to open a device that failed */

static void go_down(struct spi_controller *spi, enum spi_fault fault, uint64_t now_ns)
{
    gpio_stop(&spi->gpio);
    spi->state = SPI_DOWN;
    spi->fault = fault;
    spi->deadline_ns = now_ns + RETRY_NS;
}

static void submit(struct spi_controller *spi, enum spi_state state, uint64_t now_ns)
{
    gpio_submit(&spi->gpio);
    spi->state = state;
    spi->deadline_ns = now_ns + BATCH_NS;
}

static void open_device(struct spi_controller *spi, uint64_t now_ns)
{
    spi->open_error = gpio_open(&spi->gpio, spi->regs, &spi->dma);
    if (spi->open_error != VIRTIO_OK) {
        spi->state = SPI_DOWN;
        spi->fault = SPI_FAULT_OPEN;
        spi->deadline_ns = now_ns + RETRY_NS;
        return;
    }
    gpio_batch(&spi->gpio);
    if (!gpio_add_names(&spi->gpio)) {
        go_down(spi, SPI_FAULT_LINES, now_ns);
        return;
    }
    submit(spi, SPI_NAMING, now_ns);
}

void spi_controller_init(struct spi_controller *spi, volatile uint32_t *regs, struct virtio_dma dma,
                         uint64_t now_ns)
{
    *spi = (struct spi_controller){.regs = regs, .dma = dma};
    open_device(spi, now_ns);
}

static bool find_line(const struct spi_controller *spi, const char *name, uint16_t *line)
{
    int found = gpio_find(&spi->gpio, name);

    *line = (uint16_t)found;
    return found >= 0;
}

/* Set the level first and the direction then, so that no line glitches. */
static void add_output(struct spi_controller *spi, uint16_t line, bool level)
{
    (void)gpio_add(&spi->gpio, GPIO_SET_VALUE, line, level);
    (void)gpio_add(&spi->gpio, GPIO_SET_DIRECTION, line, GPIO_OUT);
}

static void set_lines(struct spi_controller *spi, uint64_t now_ns)
{
    bool found = find_line(spi, "SCLK", &spi->sclk) && find_line(spi, "MOSI", &spi->mosi) &&
                 find_line(spi, "MISO", &spi->miso);

    for (unsigned i = 0; i < SPI_CHIP_SELECTS; i++) {
        found = found && find_line(spi, spi_policy[i].line, &spi->cs[i]);
    }
    if (!found) {
        go_down(spi, SPI_FAULT_LINES, now_ns);
        return;
    }
    gpio_batch(&spi->gpio);
    for (unsigned i = 0; i < SPI_CHIP_SELECTS; i++) {
        add_output(spi, spi->cs[i], true);
    }
    add_output(spi, spi->sclk, false);
    add_output(spi, spi->mosi, false);
    (void)gpio_add(&spi->gpio, GPIO_SET_DIRECTION, spi->miso, GPIO_IN);
    submit(spi, SPI_SETTING, now_ns);
}

static uint16_t line_of(const struct spi_controller *spi, enum bitbang_line line)
{
    switch (line) {
    case BITBANG_SCLK:
        return spi->sclk;
    case BITBANG_MOSI:
        return spi->mosi;
    case BITBANG_MISO:
        return spi->miso;
    case BITBANG_CS:
        break;
    }
    return spi->cs[spi->selected];
}

static void add_op(struct spi_controller *spi, const struct bitbang_op *op)
{
    int number =
        gpio_add(&spi->gpio, op->sample ? GPIO_GET_VALUE : GPIO_SET_VALUE, line_of(spi, op->line), op->level);

    if (op->sample && number >= 0) {
        if (spi->sample_count == 0) {
            spi->first_sample = op->bit;
        }
        spi->sample_number[spi->sample_count++] = (uint8_t)number;
    }
}

/* Turn as much of the transfer as fits into the next batch. */
static void next_batch(struct spi_controller *spi, uint64_t now_ns)
{
    gpio_batch(&spi->gpio);
    spi->sample_count = 0;
    for (unsigned i = 0; i < GPIO_BATCH_MAX && spi->more; i++) {
        add_op(spi, &spi->next);
        spi->more = bitbang_next(&spi->bitbang, &spi->next);
    }
    submit(spi, SPI_BUSY, now_ns);
}

static void take_samples(struct spi_controller *spi)
{
    for (uint16_t i = 0; i < spi->sample_count; i++) {
        bitbang_store(spi->rx, spi->first_sample + i, gpio_value(&spi->gpio, spi->sample_number[i]) != 0);
    }
}

void spi_controller_start(struct spi_controller *spi, const struct spi_request *request, const uint8_t *tx,
                          uint64_t now_ns)
{
    spi->length = request->length;
    spi->selected = request->cs;
    spi->status = SPI_OK;
    memcpy(spi->tx, tx, request->length);
    memset(spi->rx, 0, sizeof(spi->rx));
    bitbang_start(&spi->bitbang, spi->tx, request->length, request->mode);
    spi->more = bitbang_next(&spi->bitbang, &spi->next);
    next_batch(spi, now_ns);
}

/* Release every chip select, so that no part takes the next transfer for a continuation. */
static void clear_bus(struct spi_controller *spi, uint64_t now_ns)
{
    gpio_batch(&spi->gpio);
    for (unsigned i = 0; i < SPI_CHIP_SELECTS; i++) {
        (void)gpio_add(&spi->gpio, GPIO_SET_VALUE, spi->cs[i], true);
    }
    submit(spi, SPI_CLEARING, now_ns);
}

static void be_idle(struct spi_controller *spi)
{
    spi->state = SPI_IDLE;
    spi->fault = SPI_FAULT_NONE;
    spi->deadline_ns = SPI_NO_DEADLINE;
}

/* A batch was answered, but a request in it was refused. */
static bool refused(struct spi_controller *spi, uint64_t now_ns)
{
    bool in_transfer = spi->state == SPI_BUSY || spi->state == SPI_CLEARING;

    if (spi->state == SPI_BUSY) {
        spi->status = SPI_BUS_ERROR;
        clear_bus(spi, now_ns);
        return false;
    }
    go_down(spi, SPI_FAULT_REFUSED, now_ns);
    return in_transfer;
}

static bool completed(struct spi_controller *spi, uint64_t now_ns)
{
    switch (spi->state) {
    case SPI_NAMING:
        set_lines(spi, now_ns);
        return false;
    case SPI_SETTING:
        be_idle(spi);
        return false;
    case SPI_BUSY:
        take_samples(spi);
        if (spi->more) {
            next_batch(spi, now_ns);
            return false;
        }
        be_idle(spi);
        return true;
    case SPI_CLEARING:
        be_idle(spi);
        return true;
    case SPI_DOWN:
    case SPI_IDLE:
        break;
    }
    return false;
}

/* Give up on the device and start it anew; a transfer under way ends with `status`. */
static bool restart(struct spi_controller *spi, enum spi_status status, enum spi_fault fault, uint64_t now_ns)
{
    bool in_transfer = spi->state == SPI_BUSY || spi->state == SPI_CLEARING;

    if (in_transfer && spi->status == SPI_OK) {
        spi->status = status;
    }
    if (in_transfer) {
        spi->fault = fault;
        open_device(spi, now_ns);
    } else {
        go_down(spi, fault, now_ns);
    }
    return in_transfer;
}

bool spi_controller_interrupt(struct spi_controller *spi, uint64_t now_ns)
{
    if (spi->state == SPI_DOWN) {
        return false;
    }
    switch (gpio_collect(&spi->gpio)) {
    case GPIO_PENDING:
        break;
    case GPIO_COMPLETE:
        return completed(spi, now_ns);
    case GPIO_REFUSED:
        return refused(spi, now_ns);
    case GPIO_BROKEN:
        return restart(spi, SPI_BUS_ERROR, SPI_FAULT_PROTOCOL, now_ns);
    }
    return false;
}

bool spi_controller_tick(struct spi_controller *spi, uint64_t now_ns)
{
    if (now_ns < spi->deadline_ns) {
        return false;
    }
    if (spi->state == SPI_DOWN) {
        open_device(spi, now_ns);
        return false;
    }
    return restart(spi, SPI_TIMEOUT, SPI_FAULT_SILENT, now_ns);
}
