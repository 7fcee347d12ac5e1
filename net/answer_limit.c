/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How often TCP answers what makes no sense. One clock serves all connections: there is one at a time.
 */
#include <stdbool.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/stats.h>
#include <lwip/sys.h>
#include <lwip_hooks.h>

#define ANSWER_EACH_MS 500u

static uint32_t answered_ms;
static bool answered;

/* Neither data nor SYN, FIN or RST: nothing that would be sent again for want of an answer. */
static bool is_empty(const struct tcp_hdr *header, const struct pbuf *data)
{
    return data->tot_len == 0 && (TCPH_FLAGS(header) & (TCP_SYN | TCP_FIN | TCP_RST)) == 0;
}

static bool makes_sense(const struct tcp_pcb *pcb, const struct tcp_hdr *header)
{
    return header->seqno - pcb->rcv_nxt <= pcb->rcv_wnd && !TCP_SEQ_GT(header->ackno, pcb->snd_nxt);
}

err_t port_tcp_answerable(const struct tcp_pcb *pcb, const struct tcp_hdr *header, const struct pbuf *data)
{
    uint32_t now = sys_now();
    if (pcb->state < ESTABLISHED || !is_empty(header, data) || makes_sense(pcb, header)) {
        return ERR_OK;
    }
    if (answered && now - answered_ms < ANSWER_EACH_MS) {
        TCP_STATS_INC(tcp.drop);
        return ERR_ABRT;
    }
    answered = true;
    answered_ms = now;
    return ERR_OK;
}
