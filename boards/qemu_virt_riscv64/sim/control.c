/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands are whole lines; a client that sends an endless line is dropped. */
#include "control.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const fault_names[] = {
    [WIRE_SOUND] = "connected",     [WIRE_DISCONNECTED] = "disconnected", [WIRE_GARBAGE] = "garbage",
    [WIRE_STUCK_LOW] = "stuck_low", [WIRE_FOREIGN] = "foreign",           [WIRE_UNTRIMMED] = "untrimmed",
    [WIRE_TORN] = "torn",
};

struct command {
    const char *line;
    enum wire_fault fault;
};

static const struct command commands[] = {
    {"disconnect", WIRE_DISCONNECTED}, {"connect", WIRE_SOUND},       {"garbage on", WIRE_GARBAGE},
    {"garbage off", WIRE_SOUND},       {"stuck_low", WIRE_STUCK_LOW}, {"foreign", WIRE_FOREIGN},
    {"untrimmed", WIRE_UNTRIMMED},     {"torn", WIRE_TORN},
};

void control_init(struct control *control, struct bme280_wire *wire, const uint64_t *delivered)
{
    *control = (struct control){.wire = wire, .delivered = delivered};
    for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
        control->client[i].fd = -1;
    }
}

void control_command(struct control *control, const char *line, char *answer, size_t size)
{
    if (strcmp(line, "status") == 0) {
        (void)snprintf(answer, size, "ok %s measured=%llu delivered=%llu", fault_names[control->wire->fault],
                       (unsigned long long)control->wire->model->number,
                       (unsigned long long)*control->delivered);
        return;
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(line, commands[i].line) == 0) {
            bme280_wire_set_fault(control->wire, commands[i].fault);
            (void)snprintf(answer, size, "ok %s", fault_names[control->wire->fault]);
            return;
        }
    }
    (void)snprintf(answer, size,
                   "error unknown command; known: disconnect, connect, garbage on, garbage off, "
                   "stuck_low, foreign, untrimmed, torn, status");
}

void control_attach(struct control *control, int fd)
{
    for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
        if (control->client[i].fd < 0) {
            control->client[i].fd = fd;
            control->client[i].length = 0;
            return;
        }
    }
    close(fd);
}

static void drop(struct control_client *client)
{
    close(client->fd);
    client->fd = -1;
}

/* Answer every whole line that the client has sent. Returns -1 if the client must go. */
static int answer_lines(struct control *control, struct control_client *client)
{
    char *end;

    while ((end = memchr(client->line, '\n', client->length)) != NULL) {
        char answer[CONTROL_LINE];
        size_t used = (size_t)(end - client->line) + 1;
        size_t length;

        *end = '\0';
        client->line[strcspn(client->line, "\r")] = '\0';
        control_command(control, client->line, answer, sizeof(answer) - 1);
        length = strlen(answer);
        answer[length++] = '\n';
        memmove(client->line, client->line + used, client->length - used);
        client->length -= used;
        if (send(client->fd, answer, length, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)length) {
            return -1;
        }
    }
    return client->length == sizeof(client->line) ? -1 : 0;
}

void control_readable(struct control *control, size_t index)
{
    struct control_client *client = &control->client[index];
    ssize_t got =
        recv(client->fd, client->line + client->length, sizeof(client->line) - client->length, MSG_DONTWAIT);

    if (got <= 0) {
        drop(client);
        return;
    }
    client->length += (size_t)got;
    if (answer_lines(control, client) != 0) {
        drop(client);
    }
}
