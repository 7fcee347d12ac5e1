/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers each line with the same line in capitals. It knows nothing about serial ports.
 */
#include <microkit.h>

#include "protocol.h"

#define UART   1
#define LENGTH 40

static char line[LENGTH];
static unsigned length;

static void write(const char *text, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        microkit_mr_set(0, (seL4_Uint8)text[i]);
        (void)microkit_ppcall(UART, microkit_msginfo_new(REQUEST_WRITE, 1));
    }
}

static int read(char *byte)
{
    microkit_msginfo answer = microkit_ppcall(UART, microkit_msginfo_new(REQUEST_READ, 0));

    *byte = (char)microkit_mr_get(0);
    return microkit_msginfo_get_label(answer) == ANSWER_OK;
}

void init(void)
{
    write("echo: type a line\n", 18);
}

/* Several bytes may have come since: one signal, any number of bytes. */
void notified(microkit_channel ch)
{
    char byte;

    (void)ch;
    while (read(&byte)) {
        if (byte == '\r' || byte == '\n') {
            write("echo: ", 6);
            write(line, length);
            write("\n", 1);
            length = 0;
        } else if (length < LENGTH) {
            line[length++] = byte >= 'a' && byte <= 'z' ? (char)(byte - 'a' + 'A') : byte;
        }
    }
}
