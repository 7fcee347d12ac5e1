/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libmicrokit's event loop: constructors, init(), then one blocking receive after another, the badge deciding
 * which entry point runs (Microkit manual, "Protection domain run time").
 */
#include <stdbool.h>
#include <stdint.h>
#include <microkit.h>

#define INPUT_CAP    1
#define FAULT_BADGE  (1ULL << 62)
#define PPC_BADGE    (1ULL << 63)
#define CHANNEL_MASK 0x3f
#define CHILD_MASK   0xff

/* Patched by the composer; in .data so that every image, ours or the official tool's, can carry them. */
#define PATCHED __attribute__((section(".data"), used))

char microkit_name[MICROKIT_PD_NAME_LENGTH] PATCHED = "";
bool microkit_passive PATCHED = false;
seL4_Word microkit_irqs PATCHED = 0;
seL4_Word microkit_notifications PATCHED = 0;
seL4_Word microkit_pps PATCHED = 0;
seL4_Word microkit_ioports PATCHED = 0;

seL4_IPCBuffer *__sel4_ipc_buffer PATCHED = (seL4_IPCBuffer *)PN_MSGBUF_VADDR;
seL4_Bool microkit_have_signal = seL4_False;
seL4_CPtr microkit_signal_cap;
seL4_MessageInfo_t microkit_signal_msg;

extern void (*const __init_array_start[])(void);
extern void (*const __init_array_end[])(void);

void microkit_main(void);

static void acknowledge_all_irqs(void)
{
    microkit_channel ch;

    for (ch = 0; ch <= MICROKIT_MAX_CHANNEL_ID; ch++) {
        if (microkit_channel_in(microkit_irqs, ch)) {
            microkit_irq_ack(ch);
        }
    }
}

static seL4_MessageInfo_t receive(bool reply_pending, seL4_MessageInfo_t reply, seL4_Word *badge)
{
    if (reply_pending) {
        if (microkit_have_signal) {
            microkit_have_signal = seL4_False;
            seL4_Send(microkit_signal_cap, microkit_signal_msg);
        }
        return seL4_ReplyRecv(INPUT_CAP, reply, badge, REPLY_CAP);
    }
    if (microkit_have_signal) {
        microkit_have_signal = seL4_False;
        return seL4_NBSendRecv(microkit_signal_cap, microkit_signal_msg, INPUT_CAP, badge, REPLY_CAP);
    }
    return seL4_Recv(INPUT_CAP, badge, REPLY_CAP);
}

static void deliver_notifications(seL4_Word badge)
{
    microkit_channel ch;

    for (ch = 0; badge != 0; ch++, badge >>= 1) {
        if (badge & 1) {
            notified(ch);
        }
    }
}

static void handle_events(void)
{
    bool reply_pending = false;
    seL4_MessageInfo_t reply = seL4_MessageInfo_new(0, 0, 0, 0);

    for (;;) {
        seL4_Word badge;
        seL4_MessageInfo_t tag = receive(reply_pending, reply, &badge);

        reply_pending = false;
        if (badge & FAULT_BADGE) {
            reply_pending = fault((microkit_child)(badge & CHILD_MASK), tag, &reply) != seL4_False;
        } else if (badge & PPC_BADGE) {
            reply = protected((microkit_channel)(badge & CHANNEL_MASK), tag);
            reply_pending = true;
        } else {
            deliver_notifications(badge);
        }
    }
}

void microkit_main(void)
{
    void (*const *constructor)(void);

    for (constructor = __init_array_start; constructor < __init_array_end; constructor++) {
        (*constructor)();
    }
    init();
    acknowledge_all_irqs();
    handle_events();
}
