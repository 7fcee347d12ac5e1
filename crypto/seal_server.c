/* SPDX-License-Identifier: BSD-2-Clause */
/* One request at a time; its answer's room is certain before it is taken. */
#include "seal_server.h"

#include "mbedtls/platform_util.h"

void seal_server_init(struct seal_server *s, struct ring *requests, struct ring *answers)
{
    s->requests = requests;
    s->answers = answers;
    s->vault = NULL;
    s->counters = (struct seal_counters){0};
}

void seal_server_open(struct seal_server *s, struct vault *vault)
{
    s->vault = vault;
}

/* Does the request of `length` bytes of data. *made: bytes of the result. */
static bool serve(struct seal_server *s, uint32_t kind, uint32_t length, uint32_t *made)
{
    const struct seal_message *r = &s->request;
    if (kind == SEAL_SEAL && length <= SEAL_MAX - SEAL_OVERHEAD) {
        *made = length + SEAL_OVERHEAD;
        s->counters.sealed++;
        return vault_seal(s->vault, r->header.first, r->header.last, r->data, length, s->result);
    }
    if (kind == SEAL_OPEN && length >= SEAL_OVERHEAD) {
        *made = length - SEAL_OVERHEAD;
        s->counters.opened++;
        return vault_open(s->vault, r->header.first, r->header.last, r->data, length, s->result);
    }
    return false;
}

static void answer(struct seal_server *s, uint32_t kind, uint32_t length)
{
    uint32_t made = 0;
    const struct seal_header header = s->request.header;
    bool done = serve(s, kind, length - (uint32_t)sizeof header, &made);
    s->counters.refused += !done;
    (void)ring_push2(s->answers, done ? SEAL_DONE : SEAL_REFUSED, &header, sizeof header, s->result,
                     done ? made : 0);
    mbedtls_platform_zeroize(s->result, made);
    mbedtls_platform_zeroize(&s->request, length);
}

bool seal_server_run(struct seal_server *s)
{
    uint32_t kind, length;
    if (s->vault == NULL) {
        return false;
    }
    /* Room is asked for only by who needs it: the wish stays, and the journal would wake us for each answer.
     */
    if (ring_space(s->answers) == 0 &&
        (!ring_consumer_has_more(s->requests) || !ring_producer_has_space(s->answers))) {
        return false;
    }
    switch (ring_pop(s->requests, &kind, &s->request, sizeof s->request, &length)) {
    case RING_OK:
        if (length >= sizeof s->request.header) {
            answer(s, kind, length);
        } else {
            s->counters.refused++;
        }
        break;
    case RING_TOO_LONG:
        s->counters.refused++;
        break;
    case RING_RESTARTED:
        return true;
    case RING_PEER_BAD:
        return false;
    default:
        break;
    }
    return ring_consumer_has_more(s->requests);
}
