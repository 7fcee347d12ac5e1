/* SPDX-License-Identifier: BSD-2-Clause */
/* DHCP or static addressing on lwIP's interface. */
#include "address.h"

#include <stdio.h>
#include <lwip/dhcp.h>
#include <lwip/dns.h>
#include <lwip/netif.h>
#include <lwip/prot/dhcp.h>
#include <postern/log.h>
#include "link.h"
#include "lwip_port.h"

#define DNS_PORT 53

uint16_t port_dns_server_port = DNS_PORT;

static struct net_conf configured;
static struct dhcp dhcp;
static uint32_t logged; /* the address that the log last spoke of */

static bool is_static(void)
{
    return configured.ip != 0;
}

static unsigned prefix_length(uint32_t netmask)
{
    return (unsigned)__builtin_popcountl(netmask);
}

static void log_change(struct netif *netif)
{
    char ip[IP4ADDR_STRLEN_MAX];
    char gateway[IP4ADDR_STRLEN_MAX];
    char dns[ADDRESS_TEXT];

    if (address_own() == logged) {
        return;
    }
    logged = address_own();
    if (logged == 0) {
        log_warn("address lost");
        return;
    }
    if (!address_apply_dns()) {
        log_warn("no name server: neither DHCP nor net.conf names one");
    }
    (void)ip4addr_ntoa_r(netif_ip4_addr(netif), ip, sizeof(ip));
    (void)ip4addr_ntoa_r(netif_ip4_gw(netif), gateway, sizeof(gateway));
    address_dns_text(dns);
    log_info("address %s/%u (%s), gateway %s, DNS %s", ip,
             prefix_length(ip4_addr_get_u32(netif_ip4_netmask(netif))), is_static() ? "static" : "DHCP",
             gateway, dns);
}

void address_start(const struct net_conf *conf)
{
    struct netif *netif = link_netif();

    configured = *conf;
    logged = 0;
    port_dns_server_port = conf->dns_server != 0 ? conf->dns_port : DNS_PORT;
    netif_set_status_callback(netif, log_change);
    if (is_static()) {
        ip4_addr_t ip = {lwip_htonl(conf->ip)};
        ip4_addr_t netmask = {lwip_htonl(conf->netmask)};
        ip4_addr_t gateway = {lwip_htonl(conf->gateway)};
        netif_set_addr(netif, &ip, &netmask, &gateway);
        return;
    }
    dhcp_set_struct(netif, &dhcp);
    (void)dhcp_start(netif);
}

uint32_t address_own(void)
{
    return ip4_addr_get_u32(netif_ip4_addr(link_netif()));
}

bool address_ready(void)
{
    return link_up() && netif_is_up(link_netif()) && address_own() != 0;
}

bool address_dynamic(void)
{
    return !is_static();
}

uint8_t address_dhcp_state(void)
{
    return is_static() ? DHCP_STATE_OFF : dhcp.state;
}

bool address_apply_dns(void)
{
    if (configured.dns_server != 0) {
        ip_addr_t server = IPADDR4_INIT(lwip_htonl(configured.dns_server));
        dns_setserver(0, &server);
    }
    return !ip_addr_isany(dns_getserver(0));
}

void address_dns_text(char text[ADDRESS_TEXT])
{
    char ip[IP4ADDR_STRLEN_MAX];

    (void)ip4addr_ntoa_r(ip_2_ip4(dns_getserver(0)), ip, sizeof(ip));
    (void)snprintf(text, ADDRESS_TEXT, "%s:%u", ip, (unsigned)port_dns_server_port);
}
