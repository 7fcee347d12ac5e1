/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console with a hostile operator and hostile peers: typed bytes through line editor and commands, pages
 * and log rings of any content, a timer and a supervisor that answer anything. The serial line shows plain
 * text and the shell's own controls, nothing that a peer or an operator put there.
 */
#include <merge.h>
#include <microkit.h>
#include <output.h>
#include <ports.h>
#include <postern/metrics.h>
#include <postern/postmortem.h>
#include <postern/protocol/journal_state.h>
#include <postern/protocol/log.h>
#include <postern/protocol/pd_states.h>
#include <postern/protocol/supervisor.h>
#include <postern/ring.h>
#include <shell.h>

#include "fuzz.h"

#define PAGE      4096u
#define MESSAGES  120u
#define RING_SIZE (RING_HEADER_SIZE + 16u * 248u)
#define STEPS     64u
#define MEMORY    sizeof(struct postmortem_page)

uint64_t journal_state, pd_states, postmortem, postmortem_told, supervisor_id = 1, timer_id = 2;
uint64_t clear_letters_id = 6;
uint64_t uart_tx_own, uart_tx_peer, uart_tx_id = 3;
uint64_t log_net_own, log_net_peer, log_net_id = 4;
uint64_t log_uplink_own, log_uplink_peer, log_uplink_id = 5;
uint64_t metrics_sensors, metrics_uplink;

/* Pages end where their memory ends. */
static struct {
    uint8_t *journal, *states, *sensors, *uplink, *faults, *told;
} page;
static _Alignas(64) uint8_t serial_own[RING_SIZE], serial_peer[RING_HEADER_SIZE];
static _Alignas(64) uint8_t net_peer[RING_SIZE], uplink_peer[RING_SIZE], log_own[2][RING_HEADER_SIZE];
static struct ring serial;
static struct fuzz_input *answers;
static uint64_t words[MESSAGES];

void microkit_notify(microkit_channel ch)
{
    FUZZ_CHECK(ch <= 6);
}

void microkit_mr_set(seL4_Uint8 mr, seL4_Word value)
{
    words[mr] = value;
}

seL4_Word microkit_mr_get(seL4_Uint8 mr)
{
    return words[mr];
}

microkit_msginfo microkit_ppcall(microkit_channel ch, microkit_msginfo message)
{
    FUZZ_CHECK(ch == 1 || ch == 2);
    bool of_one = ch == 1 && microkit_msginfo_get_label(message) != SUPERVISOR_BOOT;
    FUZZ_CHECK(!of_one || words[0] < PD_STATES_MAX);
    uint8_t choice = fuzz_byte(answers);
    for (unsigned i = 0; i < 12; i++) {
        fuzz_bytes(answers, &words[i], sizeof words[i]);
    }
    return microkit_msginfo_new(choice & 1, choice & 2 ? 3 : choice & 4 ? 12 : choice);
}

static uint8_t *new_page(uint64_t *address, size_t size)
{
    uint8_t *memory = calloc(1, size);
    FUZZ_CHECK(memory != NULL);
    *address = (uint64_t)(uintptr_t)memory;
    return memory;
}

static void free_pages(void)
{
    free(page.journal);
    free(page.states);
    free(page.sensors);
    free(page.uplink);
    free(page.faults);
    free(page.told);
}

/* Up to 64 bytes anywhere in a peer's memory. */
static void scribble(struct fuzz_input *input, uint8_t *memory, size_t size)
{
    size_t at = fuzz_u16(input) % size;
    size_t length = fuzz_byte(input) % 65;
    fuzz_bytes(input, memory + at, length < size - at ? length : size - at);
}

static void put_line(struct fuzz_input *input, uint8_t *half)
{
    struct ring_header *header = (struct ring_header *)half;
    uint8_t *slot = half + RING_HEADER_SIZE + header->index % LOG_SLOTS * LOG_SLOT_SIZE;
    uint32_t length = fuzz_byte(input), kind = LOG_LINE;
    memcpy(slot, &length, sizeof length);
    memcpy(slot + sizeof length, &kind, sizeof kind);
    fuzz_bytes(input, slot + RING_SLOT_HEADER, LOG_SLOT_SIZE - RING_SLOT_HEADER);
    header->epoch |= 1;
    header->index++;
}

/* A record of a fault that says anything, with a sound checksum. */
static void put_fault(struct fuzz_input *input)
{
    struct postmortem_page *memory = (struct postmortem_page *)page.faults;
    struct postmortem *record = &memory->pd[fuzz_byte(input) % POSTMORTEM_MAX];
    scribble(input, (uint8_t *)record, sizeof *record);
    scribble(input, (uint8_t *)record, sizeof *record);
    record->fault |= 1;
    record->crc = postmortem_crc(record);
    memory->magic = POSTMORTEM_MAGIC;
    memory->size = sizeof *record;
}

static void type(struct fuzz_input *input)
{
    uint8_t bytes[48];
    uint8_t length = fuzz_byte(input) % sizeof bytes;
    fuzz_bytes(input, bytes, length);
    shell_input(bytes, length);
}

static void type_command(uint8_t choice)
{
    static const char *const lines[] = {"help\r",           "status\r",      "sensors\r",   "time\r",
                                        "store\r",          "uplink\r",      "stats\r",     "pds\r",
                                        "restart net\r",    "restart \r",    "crash net\r", "postmortem\r",
                                        "postmortem net\r", "postmortem \r", "boot\r"};
    const char *line = lines[choice % (sizeof lines / sizeof *lines)];
    shell_input((const uint8_t *)line, strlen(line));
}

/* What the serial line shows is for a terminal that must not be taken over: the one sequence that follows an
 * escape erases the line. `after` is how much of it has been seen. */
static void check_shown(const uint8_t *text, uint32_t length, uint32_t *after)
{
    static const char erase[] = "\033[K";
    for (uint32_t i = 0; i < length; i++) {
        if (*after != 0 || text[i] == (uint8_t)erase[0]) {
            FUZZ_CHECK(text[i] == (uint8_t)erase[*after]);
            *after = (*after + 1) % (sizeof erase - 1);
            continue;
        }
        bool plain = text[i] >= ' ' && text[i] <= '~';
        FUZZ_CHECK(plain || text[i] == '\r' || text[i] == '\n' || text[i] == '\b' || text[i] == '\a');
    }
}

static void drain(void)
{
    uint8_t text[UART_TX_SLOT_SIZE];
    uint32_t kind, length, after = 0;
    for (unsigned rounds = 0; rounds < 100; rounds++) {
        output_flush();
        while (ring_pop(&serial, &kind, text, sizeof text, &length) == RING_OK) {
            check_shown(text, length, &after);
        }
    }
}

static void step(struct fuzz_input *input)
{
    uint8_t choice = fuzz_byte(input);
    switch (choice % 16) {
    case 0:
        scribble(input, page.journal, sizeof(struct journal_state));
        break;
    case 1:
        scribble(input, page.states, PAGE);
        break;
    case 2:
        scribble(input, page.sensors, PAGE);
        break;
    case 3:
        scribble(input, page.uplink, PAGE);
        break;
    case 4:
        scribble(input, net_peer, RING_SIZE);
        break;
    case 5:
        put_line(input, net_peer);
        break;
    case 6:
        put_line(input, uplink_peer);
        break;
    case 7:
    case 8:
    case 9:
        type_command(choice >> 4);
        break;
    case 10:
        put_fault(input);
        break;
    default:
        type(input);
        break;
    }
    if (merge_ready()) {
        shell_hide();
        merge_run();
        shell_redraw();
    }
    drain();
}

static void start(void)
{
    page.journal = new_page(&journal_state, PAGE);
    page.states = new_page(&pd_states, PAGE);
    page.sensors = new_page(&metrics_sensors, PAGE);
    page.uplink = new_page(&metrics_uplink, PAGE);
    page.faults = new_page(&postmortem, MEMORY);
    page.told = new_page(&postmortem_told, sizeof(struct postmortem_told));
    memset(serial_own, 0, sizeof serial_own);
    memset(serial_peer, 0, sizeof serial_peer);
    memset(net_peer, 0, sizeof net_peer);
    memset(uplink_peer, 0, sizeof uplink_peer);
    memset(log_own, 0, sizeof log_own);
    uart_tx_own = (uint64_t)(uintptr_t)serial_own;
    uart_tx_peer = (uint64_t)(uintptr_t)serial_peer;
    log_net_own = (uint64_t)(uintptr_t)log_own[0];
    log_net_peer = (uint64_t)(uintptr_t)net_peer;
    log_uplink_own = (uint64_t)(uintptr_t)log_own[1];
    log_uplink_peer = (uint64_t)(uintptr_t)uplink_peer;
    ring_consumer_start(&serial, uart_tx_peer, uart_tx_own, UART_TX_SLOTS, UART_TX_SLOT_SIZE);
    memcpy(page.states, &(struct pd_states_page){.count = 1, .pd = {{.name = "net", .condition = 1}}},
           sizeof(struct pd_states_page));
    output_start();
    merge_start();
    shell_start();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    answers = &input;
    start();
    for (unsigned i = 0; i < STEPS && input.left != 0; i++) {
        step(&input);
    }
    free_pages();
    return 0;
}
