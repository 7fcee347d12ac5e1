/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An attacker's faults against what it has announced.
 */
#include <microkit.h>
#include <postern/abi.h>
#include <postern/log.h>
#include "verdict.h"

/* The message's words that say where: address, capability, number of the call, or pc. */
static bool as_announced(const struct attack_page *said, uint64_t label)
{
    switch (label) {
    case PN_FAULT_VM:
        return said->address == microkit_mr_get(1) && said->cause == microkit_mr_get(3);
    case PN_FAULT_CAP:
        return said->address == microkit_mr_get(1);
    case PN_FAULT_UNKNOWN_SYSCALL:
        return said->address == microkit_mr_get(10);
    case PN_FAULT_USER_EXCEPTION:
        return said->address == microkit_mr_get(0) && said->cause == microkit_mr_get(2);
    default:
        return false;
    }
}

void verdict_take(struct verdict *verdict, const struct attack_page *said, uint64_t label)
{
    verdict->faults++;
    if (label != said->label || !as_announced(said, label)) {
        verdict->wrongs++;
        verdict->label = label;
        verdict->pc = microkit_mr_get(0);
        verdict->address = microkit_mr_get(1);
        verdict->cause = microkit_mr_get(3);
    }
}

bool verdict_is_call(uint64_t label, long number)
{
    return label == PN_FAULT_UNKNOWN_SYSCALL && microkit_mr_get(10) == (uint64_t)number;
}

void verdict_print(const char *name, const struct verdict *verdict, const struct attack_page *said)
{
    for (uint64_t i = 0; i < said->wrongs && i < ATTACK_WRONG; i++) {
        log_error("act %llx what %llx expected %llx got %llx", (unsigned long long)said->wrong[i].act,
                  (unsigned long long)said->wrong[i].what, (unsigned long long)said->wrong[i].expected,
                  (unsigned long long)said->wrong[i].got);
    }
    if (verdict->wrongs != 0) {
        log_error("last fault: label %llx pc %llx address %llx cause %llx",
                  (unsigned long long)verdict->label, (unsigned long long)verdict->pc,
                  (unsigned long long)verdict->address, (unsigned long long)verdict->cause);
    }
    log_info("<attack %s acts %llu faults %llu said %llu answers %llu rounds %llu wrong %llu>", name,
             (unsigned long long)said->acts, (unsigned long long)verdict->faults,
             (unsigned long long)said->faults, (unsigned long long)said->answers,
             (unsigned long long)said->rounds, (unsigned long long)(said->wrongs + verdict->wrongs));
}
