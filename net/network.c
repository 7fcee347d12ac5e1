/* SPDX-License-Identifier: BSD-2-Clause */
/* One turn of the network component. */
#include "network.h"

#include <lwip/init.h>
#include <lwip/timeouts.h>
#include "address.h"
#include "link.h"
#include "sntp.h"
#include "alarm.h"
#include "stream.h"

void network_start(const struct net_conf *conf, struct ring *from_driver, struct ring *to_driver)
{
    lwip_init();
    link_start(from_driver, to_driver);
    address_start(conf);
    sntp_begin(conf);
    alarm_begin(conf);
}

void network_turn(void)
{
    link_poll();
    (void)address_apply_dns(); /* a DHCP answer may just have named another server */
    sys_check_timeouts();
    stream_poll(link_unblocked());
}

bool network_has_more(void)
{
    bool more = link_has_more();

    return stream_has_more() || more;
}
