/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A connection's life: dialling, open, ending. TCP's callbacks only note what happened and move data; the
 * user is told in conn_poll, outside of lwIP.
 */
#include "conn.h"

#include <stdio.h>
#include <string.h>
#include <postern/log.h>
#include "address.h"
#include "link.h"
#include <lwip/sys.h>

#define POLL_HALF_SECONDS 2u
#define KEEP_IDLE_MS      60000u
#define KEEP_INTERVAL_MS  10000u
#define KEEP_PROBES       3u

_Static_assert(TCP_WND <= STASH_SIZE, "the stash holds a whole window");

void conn_init(struct conn *conn, struct ring *user, struct stream_counters *counters)
{
    conn->state = CONN_FREE;
    conn->user = user;
    conn->counters = counters;
}

/* After this lwIP no longer calls us about the connection. */
static struct tcp_pcb *detach(struct conn *conn)
{
    struct tcp_pcb *pcb = conn->pcb;

    conn->pcb = NULL;
    if (pcb != NULL) {
        tcp_arg(pcb, NULL);
        tcp_recv(pcb, NULL);
        tcp_sent(pcb, NULL);
        tcp_err(pcb, NULL);
        tcp_poll(pcb, NULL, 0);
    }
    return pcb;
}

static bool abort_pcb(struct conn *conn)
{
    struct tcp_pcb *pcb = detach(conn);

    if (pcb != NULL) {
        tcp_abort(pcb);
    }
    return pcb != NULL;
}

static void close_pcb(struct conn *conn)
{
    struct tcp_pcb *pcb = detach(conn);

    if (pcb == NULL) {
        return;
    }
    tcp_setprio(pcb, TCP_PRIO_MIN); /* a peer that never closes its side must not keep new connections out */
    if (tcp_close(pcb) != ERR_OK) {
        tcp_abort(pcb);
    }
}

static void end(struct conn *conn, enum stream_reason reason, const char *text)
{
    if (conn->state == CONN_ENDING) {
        return;
    }
    conn->state = CONN_ENDING;
    conn->reason = reason;
    (void)snprintf(conn->text, sizeof(conn->text), "%s", text);
}

/* Data for the user: into its ring while nothing older waits, the rest into the stash. False: it fits
 * neither. */
static bool deliver(struct conn *conn, const uint8_t *data, uint32_t length)
{
    struct stream_header header = {conn->id};
    uint32_t room = ring_payload_max(conn->user) - (uint32_t)sizeof(header);

    while (length > 0 && conn->stash.count == 0 && !conn->tell_opened) {
        uint32_t n = length < room ? length : room;
        if (ring_push2(conn->user, STREAM_DATA, &header, sizeof(header), data, n) != RING_OK) {
            break;
        }
        tcp_recved(conn->pcb, (u16_t)n);
        data += n;
        length -= n;
    }
    return stash_put(&conn->stash, data, length);
}

static err_t received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
    struct conn *conn = arg;
    bool fits = true;

    (void)pcb;
    (void)err; /* lwIP always says ERR_OK */
    if (p == NULL) {
        end(conn, STREAM_REASON_CLOSED, "closed by the peer");
        return ERR_OK;
    }
    conn->counters->bytes_in += p->tot_len;
    for (const struct pbuf *q = p; q != NULL && fits; q = q->next) {
        fits = deliver(conn, q->payload, q->len);
    }
    (void)pbuf_free(p);
    if (!fits) {
        end(conn, STREAM_REASON_INTERNAL, "more data than the window allows");
        (void)abort_pcb(conn);
        return ERR_ABRT;
    }
    return ERR_OK;
}

static err_t sent(void *arg, struct tcp_pcb *pcb, u16_t length)
{
    struct conn *conn = arg;

    (void)pcb;
    (void)length;
    conn->progress_ms = sys_now();
    return ERR_OK;
}

/* The connection is gone and its pcb freed. */
static void broken(void *arg, err_t err)
{
    struct conn *conn = arg;

    conn->pcb = NULL;
    if (err == ERR_RST) {
        end(conn, STREAM_REASON_RESET, "connection reset by the peer");
    } else if (err == ERR_CLSD) {
        end(conn, STREAM_REASON_CLOSED, "closed by the peer");
    } else {
        conn->aborted_by_stack = true;
        end(conn, STREAM_REASON_TIMEOUT, "connection timed out");
    }
}

/* Once a second: is the peer still answering, is the cable in? */
static err_t checked(void *arg, struct tcp_pcb *pcb)
{
    struct conn *conn = arg;
    uint32_t now = sys_now();

    if (tcp_sndqueuelen(pcb) == 0) {
        conn->progress_ms = now;
    }
    if (link_up()) {
        conn->link_ms = now;
    }
    if (now - conn->link_ms > STREAM_LINK_LOST_MS) {
        end(conn, STREAM_REASON_NO_LINK, "no link");
    } else if (now - conn->progress_ms > STREAM_STALL_MS) {
        end(conn, STREAM_REASON_TIMEOUT, "connection timed out");
    } else {
        return ERR_OK;
    }
    (void)abort_pcb(conn);
    return ERR_ABRT;
}

static void take_pcb(struct conn *conn, struct tcp_pcb *pcb)
{
    conn->pcb = pcb;
    conn->local_ip = ip4_addr_get_u32(ip_2_ip4(&pcb->local_ip));
    conn->progress_ms = sys_now();
    conn->link_ms = sys_now();
    tcp_arg(pcb, conn);
    tcp_recv(pcb, received);
    tcp_sent(pcb, sent);
    tcp_err(pcb, broken);
    tcp_poll(pcb, checked, POLL_HALF_SECONDS);
    tcp_nagle_disable(pcb);
    ip_set_option(pcb, SOF_KEEPALIVE);
    pcb->keep_idle = KEEP_IDLE_MS;
    pcb->keep_intvl = KEEP_INTERVAL_MS;
    pcb->keep_cnt = KEEP_PROBES;
}

static void dialled(void *owner, const struct dial_result *result)
{
    struct conn *conn = owner;

    if (result->pcb == NULL) {
        end(conn, result->reason, result->text);
        return;
    }
    conn->state = CONN_OPEN;
    conn->was_open = true;
    conn->tell_opened = true;
    (void)snprintf(conn->text, sizeof(conn->text), "%s", result->text);
    conn->counters->opened++;
    take_pcb(conn, result->pcb);
    log_info("connected to %s (%s)", conn->dial.host, conn->text);
}

void conn_open(struct conn *conn, uint32_t id, const char *host, uint16_t port)
{
    conn->state = CONN_DIALLING;
    conn->id = id;
    conn->pcb = NULL;
    conn->tell_opened = false;
    conn->was_open = false;
    conn->user_full = false;
    conn->moved = false;
    conn->aborted_by_stack = false;
    stash_clear(&conn->stash);
    dial_start(&conn->dial, host, port, dialled, conn);
}

void conn_close(struct conn *conn)
{
    if (conn->state == CONN_FREE) {
        return;
    }
    dial_cancel(&conn->dial);
    if (conn->pcb != NULL && conn->stash.count > 0) {
        tcp_recved(conn->pcb, (u16_t)conn->stash.count); /* unread data would turn the end into a reset */
    }
    stash_clear(&conn->stash);
    conn->tell_opened = false;
    end(conn, STREAM_REASON_CLOSED, "closed by request");
}

void conn_forget(struct conn *conn)
{
    dial_cancel(&conn->dial);
    (void)abort_pcb(conn);
    if (conn->was_open && conn->state != CONN_FREE) {
        log_warn("connection to %s aborted: its user restarted", conn->dial.host);
        conn->counters->closed++;
    }
    conn->state = CONN_FREE;
}

uint32_t conn_write(struct conn *conn, const uint8_t *data, uint32_t length)
{
    uint32_t room = tcp_sndbuf(conn->pcb);
    uint32_t n = length < room ? length : room;

    if (n == 0 || tcp_write(conn->pcb, data, (u16_t)n, TCP_WRITE_FLAG_COPY) != ERR_OK) {
        return 0;
    }
    conn->moved = true;
    conn->counters->bytes_out += n;
    return n;
}

void conn_output(struct conn *conn, bool retry)
{
    if (conn->pcb != NULL && (conn->moved || retry)) {
        (void)tcp_output(conn->pcb);
        conn->moved = false;
    }
}

bool conn_tell(struct ring *user, enum stream_kind kind, const void *head, uint32_t head_length,
               const char *text)
{
    uint32_t length = (uint32_t)strlen(text);
    enum ring_status status = ring_push2(user, (uint32_t)kind, head, head_length, text, length);

    if (status == RING_RESTARTED) {
        status = ring_push2(user, (uint32_t)kind, head, head_length, text, length);
    }
    return status == RING_OK;
}

static bool flush_opened(struct conn *conn)
{
    struct stream_header header = {conn->id};

    if (conn->tell_opened) {
        conn->tell_opened = !conn_tell(conn->user, STREAM_OPENED, &header, sizeof(header),
                                       conn->state == CONN_OPEN ? conn->text : "");
    }
    return !conn->tell_opened;
}

static bool flush_stash(struct conn *conn)
{
    struct stream_header header = {conn->id};
    uint32_t room = ring_payload_max(conn->user) - (uint32_t)sizeof(header);
    const uint8_t *data;
    uint32_t n;

    while ((n = stash_peek(&conn->stash, &data)) > 0) {
        n = n < room ? n : room;
        if (ring_push2(conn->user, STREAM_DATA, &header, sizeof(header), data, n) != RING_OK) {
            return false;
        }
        stash_drop(&conn->stash, n);
        if (conn->pcb != NULL) {
            tcp_recved(conn->pcb, (u16_t)n);
        }
    }
    return true;
}

static void log_end(struct conn *conn)
{
    bool orderly = conn->reason == STREAM_REASON_CLOSED;

    if (conn->was_open) {
        log_write(orderly ? LOG_INFO : LOG_WARN, "connection to %s ended: %s", conn->dial.host, conn->text);
        conn->counters->closed++;
    } else {
        log_write(orderly ? LOG_INFO : LOG_WARN, "no connection to %s: %s", conn->dial.host, conn->text);
        conn->counters->failed++;
    }
}

static bool flush_closed(struct conn *conn)
{
    struct stream_closed closed;

    if (conn->aborted_by_stack && conn->local_ip != address_own()) {
        conn->aborted_by_stack = false;
        conn->reason = STREAM_REASON_NO_ADDRESS;
        (void)snprintf(conn->text, sizeof(conn->text), "address lost");
    }
    close_pcb(conn);
    closed = (struct stream_closed){{conn->id}, (uint32_t)conn->reason};
    if (!conn_tell(conn->user, STREAM_CLOSED, &closed, sizeof(closed), conn->text)) {
        return false;
    }
    log_end(conn);
    conn->state = CONN_FREE;
    return true;
}

void conn_poll(struct conn *conn)
{
    if (conn->state == CONN_DIALLING) {
        dial_poll(&conn->dial);
    }
    if (conn->state == CONN_OPEN || conn->state == CONN_ENDING) {
        bool room = flush_opened(conn) && flush_stash(conn);
        if (room && conn->state == CONN_ENDING) {
            room = flush_closed(conn);
        }
        conn->user_full = !room;
    }
}

bool conn_waits_for_user(const struct conn *conn)
{
    return conn->state != CONN_FREE && conn->state != CONN_DIALLING && conn->user_full;
}
