/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a reading that has a number will never be delivered: the causes that the loss ledger knows. */
#ifndef POSTERN_PROTOCOL_LOSS_H
#define POSTERN_PROTOCOL_LOSS_H

enum loss_cause {
    LOSS_SENSORS, /* numbers that the sensors component used and never handed over */
    LOSS_OLDEST,  /* given up for newer ones: no room */
    LOSS_NEWEST,  /* not taken: no room */
    LOSS_THINNED, /* left out to save room */
    LOSS_MEDIUM,  /* accepted, and the medium did not give them back */
    LOSS_REFUSED, /* the broker kept refusing them */
    LOSS_SEVERAL, /* joined ranges of different causes */
    LOSS_JUMP, /* never used: the medium held an older content, and numbering went on above what was known */
    LOSS_CAUSES
};

/* A word or two for people and messages: "thinned". */
static inline const char *loss_cause_text(enum loss_cause cause)
{
    static const char *const text[LOSS_CAUSES] = {
        [LOSS_SENSORS] = "sensors", [LOSS_OLDEST] = "oldest given up", [LOSS_NEWEST] = "not taken",
        [LOSS_THINNED] = "thinned", [LOSS_MEDIUM] = "medium",          [LOSS_REFUSED] = "refused",
        [LOSS_SEVERAL] = "several", [LOSS_JUMP] = "older medium",
    };
    return (unsigned)cause < LOSS_CAUSES ? text[cause] : "unknown";
}

#endif
