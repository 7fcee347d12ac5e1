/* SPDX-License-Identifier: BSD-2-Clause */
/* One line an event, one line an outcome. */
#include "text.h"
#include <inttypes.h>
#include "state.h"
#include "view.h"

static const char *const cap_names[32] = {"nothing",      "untyped", "cnode",   "tcb",   "endpoint",
                                          "notification", "reply",   "context", "frame", "table",
                                          "space",        "irq",     "system"};

static const char *call_name(uint64_t number)
{
    static const char *const names[] = {"?",      "Call", "ReplyRecv", "NBSendRecv", "NBSendWait", "Send",
                                        "NBSend", "Recv", "NBRecv",    "Wait",       "NBWait",     "Yield"};
    uint64_t index = 0 - number;
    return index < sizeof names / sizeof names[0] ? names[index] : names[0];
}

static const char *method_name(uint64_t method)
{
    static const char *const names[44] = {[PN_UNTYPED_RETYPE] = "retype",
                                          [PN_CNODE_DERIVE] = "derive",
                                          [PN_CNODE_DELETE] = "delete",
                                          [PN_TCB_CONFIGURE] = "configure",
                                          [PN_TCB_SET_SCHED] = "set-sched",
                                          [PN_TCB_BIND_NOTIFICATION] = "bind-notification",
                                          [PN_TCB_SET_START] = "set-start",
                                          [PN_TCB_WRITE_REGISTERS] = "write-registers",
                                          [PN_TCB_READ_REGISTERS] = "read-registers",
                                          [PN_TCB_SUSPEND] = "suspend",
                                          [PN_TCB_RESUME] = "resume",
                                          [PN_TCB_RESET] = "reset",
                                          [PN_TCB_EPOCH] = "epoch",
                                          [PN_PAGE_TABLE_MAP] = "map-table",
                                          [PN_FRAME_MAP] = "map",
                                          [PN_FRAME_UNMAP] = "unmap",
                                          [PN_FRAME_ADDRESS] = "address",
                                          [PN_IRQ_SET_NOTIFICATION] = "set-notification",
                                          [PN_IRQ_ACK] = "ack",
                                          [PN_SYSTEM_IRQ] = "make-irq",
                                          [PN_SYSTEM_SCHED] = "parameters",
                                          [PN_SYSTEM_SEAL] = "seal",
                                          [PN_SYSTEM_DOMAIN] = "slot"};
    return method < 44 && names[method] != NULL ? names[method] : "label";
}

static void print_cap(uint16_t t, uint64_t cptr)
{
    struct m_cap c = view_cap(t, cptr);
    printf(" %" PRIu64 "=%s", cptr, cap_names[c.type % 32]);
    if (c.type != PN_CAP_NULL && c.type != PN_CAP_FRAME)
        printf(" %u", c.object);
    if (c.type != PN_CAP_NULL)
        printf("[%s%s%s%s]", (c.rights & PN_READ) != 0 ? "r" : "", (c.rights & PN_WRITE) != 0 ? "w" : "",
               (c.rights & PN_EXEC) != 0 ? "x" : "", (c.rights & PN_CALL) != 0 ? "c" : "");
    if (c.badge != 0)
        printf("#%" PRIx64, c.badge);
}

static void print_call(const struct step *s, uint16_t t)
{
    uint64_t number = s->reg[7];
    uint64_t label = s->reg[1] >> PN_MSGINFO_LABEL_SHIFT;
    printf("%s(%" PRId64 ")", call_name(number), (int64_t)number);
    print_cap(t, s->reg[0]);
    printf(" reply");
    print_cap(t, s->reg[6]);
    if ((int64_t)number == PN_SYS_NBSEND_RECV || (int64_t)number == PN_SYS_NBSEND_WAIT) {
        printf(" to");
        print_cap(t, s->reg[8]);
    }
    printf(" %s %" PRIu64 " len %" PRIu64 ":", method_name(label), label, s->reg[1] & 127);
    for (uint32_t i = 0; i < (s->reg[1] & 127) && i < 6; i++)
        printf(" %#" PRIx64, i < 4 ? s->reg[2 + i] : s->word[i]);
    printf("\n");
}

void text_step(const struct step *s, uint16_t t)
{
    printf("%10" PRIu64 " ", host.now);
    if (t != 0)
        printf("thread %u (priority %u, domain %u, context %u): ", t, ks_tcb[t].priority, ks_tcb[t].domain,
               ks_tcb[t].sc);
    if (s->source != 0)
        printf("[device %u raises its line] ", s->source);
    if (s->kind == STEP_ECALL)
        print_call(s, t);
    else if (s->kind == STEP_EXCEPTION)
        printf("exception %" PRIu64 " at %#" PRIx64 "\n", s->cause, s->value);
    else
        printf("interrupt\n");
    fflush(stdout);
}

void text_outcome(uint16_t running)
{
    if (running == 0) {
        printf("             -> nobody runs\n");
        return;
    }
    const struct tcb *t = &ks_tcb[running];
    printf("             -> thread %u: badge %#" PRIx64 " label %" PRIu64 " len %" PRIu64 " w0 %#" PRIx64
           "\n",
           running, t->reg[REG_A0], t->reg[REG_A1] >> PN_MSGINFO_LABEL_SHIFT, t->reg[REG_A1] & 127,
           t->reg[REG_A2]);
    fflush(stdout);
}
