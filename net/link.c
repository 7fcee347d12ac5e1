/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames between the driver's rings and lwIP. A received frame is copied once, into a packet buffer. */
#include "link.h"

#include <string.h>
#include <lwip/etharp.h>
#include <lwip/netif.h>
#include <netif/ethernet.h>
#include <postern/log.h>
#include <postern/protocol/eth.h>

#define HOST_NAME "postern"

static struct ring *rx_ring;
static struct ring *tx_ring;
static struct netif interface;
static struct link_counters counters;
static bool in_input;
static bool tx_blocked;
static bool mac_known;

/* A chain of packet buffers has to be gathered; lwIP makes few. */
static uint8_t frame[ETH_FRAME_MAX];

static err_t output(struct netif *netif, struct pbuf *p)
{
    const void *data = p->payload;
    enum ring_status status;

    (void)netif;
    if (p->tot_len < ETH_FRAME_MIN || p->tot_len > ETH_FRAME_MAX) {
        return ERR_BUF;
    }
    if (p->next != NULL) {
        (void)pbuf_copy_partial(p, frame, p->tot_len, 0);
        data = frame;
    }
    status = ring_push(tx_ring, ETH_FRAME, data, p->tot_len);
    if (status == RING_RESTARTED) {
        status = ring_push(tx_ring, ETH_FRAME, data, p->tot_len);
    }
    if (status != RING_OK) {
        counters.tx_full++;
        tx_blocked = true;
        return ERR_MEM;
    }
    counters.tx_frames++;
    counters.tx_bytes += p->tot_len;
    return ERR_OK;
}

static err_t set_up_interface(struct netif *netif)
{
    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->hostname = HOST_NAME;
    netif->output = etharp_output;
    netif->linkoutput = output;
    netif->mtu = ETH_FRAME_MAX - ETH_FRAME_MIN;
    netif->hwaddr_len = ETH_HWADDR_LEN;
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
    return ERR_OK;
}

/* An empty message asks the driver for its state: the one it sent first may have come before we started. */
static void ask_for_info(void)
{
    if (ring_push(tx_ring, ETH_INFO, NULL, 0) == RING_RESTARTED) {
        (void)ring_push(tx_ring, ETH_INFO, NULL, 0);
    }
}

void link_start(struct ring *rx, struct ring *tx)
{
    rx_ring = rx;
    tx_ring = tx;
    memset(&counters, 0, sizeof(counters));
    mac_known = false;
    tx_blocked = false;
    (void)netif_add_noaddr(&interface, NULL, set_up_interface, ethernet_input);
    netif_set_default(&interface);
    netif_set_up(&interface);
    ask_for_info();
}

static void set_link(bool up, const char *why)
{
    const uint8_t *mac = interface.hwaddr;

    if (up == link_up()) {
        return;
    }
    if (up) {
        log_info("link up, %02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
        netif_set_link_up(&interface);
    } else {
        log_warn("link down%s", why);
        netif_set_link_down(&interface);
    }
}

static bool info_valid(const struct eth_info *info, uint32_t length)
{
    static const uint8_t none[ETH_HWADDR_LEN];

    return length == sizeof(*info) && info->link_up <= 1 && (info->mac[0] & 1) == 0 &&
           memcmp(info->mac, none, sizeof(none)) != 0;
}

static void take_info(const uint8_t *data, uint32_t length)
{
    struct eth_info info = {0};

    memcpy(&info, data, length < sizeof(info) ? length : sizeof(info));
    if (!info_valid(&info, length)) {
        counters.rx_bad++;
        return;
    }
    if (!mac_known || memcmp(interface.hwaddr, info.mac, sizeof(info.mac)) != 0) {
        set_link(false, ": the address of the device changed");
        memcpy(interface.hwaddr, info.mac, sizeof(info.mac));
        mac_known = true;
    }
    set_link(info.link_up != 0, "");
}

static void take_frame(const uint8_t *data, uint32_t length)
{
    struct pbuf *p;

    if (length < ETH_FRAME_MIN || length > ETH_FRAME_MAX) {
        counters.rx_bad++;
        return;
    }
    if (!link_up()) {
        return;
    }
    p = pbuf_alloc(PBUF_RAW, (u16_t)length, PBUF_POOL);
    if (p == NULL) {
        counters.rx_no_buffer++;
        return;
    }
    (void)pbuf_take(p, data, (u16_t)length);
    counters.rx_frames++;
    counters.rx_bytes += length;
    in_input = true;
    if (interface.input(p, &interface) != ERR_OK) {
        (void)pbuf_free(p);
    }
    in_input = false;
}

static void take_message(uint32_t kind, const uint8_t *data, uint32_t length)
{
    if (kind == ETH_FRAME) {
        take_frame(data, length);
    } else if (kind == ETH_INFO) {
        take_info(data, length);
    } else {
        counters.rx_bad++;
    }
}

void link_poll(void)
{
    static uint8_t message[2048];
    uint32_t kind;
    uint32_t length;

    for (uint32_t i = 0; i < ring_batch(rx_ring); i++) {
        switch (ring_pop(rx_ring, &kind, message, sizeof(message), &length)) {
        case RING_OK:
            take_message(kind, message, length);
            break;
        case RING_RESTARTED:
            set_link(false, ": the driver restarted");
            ask_for_info();
            break;
        case RING_TOO_LONG:
            break;
        default:
            return;
        }
    }
}

bool link_has_more(void)
{
    return ring_consumer_has_more(rx_ring);
}

bool link_up(void)
{
    return netif_is_link_up(&interface);
}

bool link_in_input(void)
{
    return in_input;
}

bool link_unblocked(void)
{
    if (!tx_blocked || !ring_producer_has_space(tx_ring)) {
        return false;
    }
    tx_blocked = false;
    return true;
}

struct netif *link_netif(void)
{
    return &interface;
}

const struct link_counters *link_counters(void)
{
    return &counters;
}
