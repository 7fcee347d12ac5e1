/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The operator's shell: it shows, and restarts components. Commands are a table; unknown words get a hint.
 */
#include <stdbool.h>
#include <string.h>
#include "extra_commands.h"
#include "line_editor.h"
#include "operate.h"
#include "output.h"
#include "shell.h"
#include "show.h"

#define PROMPT "postern> "

struct command {
    const char *name;
    void (*run)(const char *argument); /* argument: "" if none */
    const char *usage;
    const char *help;
};

static void help(const char *argument);

static const struct command command[] = {
    {"help", help, "help", "this list"},
    {"status", show_status, "status", "uptime, time of day, state of every component"},
    {"sensors", show_sensors, "sensors", "sensors, their state and counts"},
    {"time", show_time, "time", "the clock: its source, last correction and floor"},
    {"store", show_store, "store [dead [clear]]",
     "the journal: condition, readings waiting, room, losses; dead letters"},
    {"uplink", show_uplink, "uplink", "the broker: connection, messages, round trip"},
    {"stats", show_stats, "stats [component]", "counters of one or all components"},
    {"pds", show_pds, "pds", "components: state, restarts, last fault"},
    {"postmortem", show_postmortem, "postmortem [component]", "last faults; all that is known of one"},
    {"restart", operate_restart, "restart component,..", "start components anew"},
    {"boot", operate_boot, "boot", "reset the machine and start everything, also after bad boots"},
    EXTRA_COMMANDS};
#define COMMANDS (sizeof command / sizeof command[0])

static struct line_editor editor;
static bool in_use; /* no prompt until somebody types: a log capture stays clean */

static void help(const char *argument)
{
    size_t i;

    (void)argument;
    for (i = 0; i < COMMANDS; i++) {
        output_printf("%-23s %s\n", command[i].usage, command[i].help);
    }
}

/* Without the spaces at its end. */
static void cut_end(char *text)
{
    size_t length = strlen(text);

    while (length != 0 && text[length - 1] == ' ') {
        text[--length] = '\0';
    }
}

static void run_line(char *line)
{
    char *argument;
    size_t i;

    while (*line == ' ') {
        line++;
    }
    argument = line + strcspn(line, " ");
    if (*argument) {
        *argument++ = '\0';
        argument += strspn(argument, " ");
        cut_end(argument);
    }
    if (!*line) {
        return;
    }
    for (i = 0; i < COMMANDS; i++) {
        if (strcmp(line, command[i].name) == 0) {
            command[i].run(argument);
            return;
        }
    }
    output_printf("%s: no such command; try help\n", line);
}

void shell_redraw(void)
{
    if (in_use) {
        output_printf("%s%s", PROMPT, editor.line);
    }
}

void shell_hide(void)
{
    if (in_use) {
        output_printf("\r\033[K");
    }
}

void shell_input(const uint8_t *bytes, size_t count)
{
    char echo[4];
    size_t i;

    if (!in_use) {
        in_use = true;
        shell_redraw();
    }
    for (i = 0; i < count; i++) {
        enum line_event event = line_editor_byte(&editor, bytes[i], echo);

        output_write(echo, strlen(echo));
        if (event != LINE_NONE) {
            output_write("\n", 1);
            if (event == LINE_DONE) {
                run_line(editor.line);
            }
            line_editor_clear(&editor);
            shell_redraw();
        }
    }
}

void shell_start(void)
{
    line_editor_clear(&editor);
    in_use = false;
}
