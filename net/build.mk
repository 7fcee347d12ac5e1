# SPDX-License-Identifier: BSD-2-Clause
# The network component, and lwIP as it uses it.

LWIP_SRCS := $(addprefix src/core/,def.c dns.c inet_chksum.c init.c ip.c mem.c memp.c netif.c pbuf.c stats.c sys.c \
    tcp.c tcp_in.c tcp_out.c timeouts.c udp.c ipv4/dhcp.c ipv4/etharp.c ipv4/icmp.c ipv4/ip4.c ipv4/ip4_addr.c) \
    src/netif/ethernet.c
LWIP_INCLUDES := -Inet/lwip_port -isystem $(LWIP_DIR)/src/include
LWIP_PD_CFLAGS := $(PD_ARCH) -std=gnu11 -O2 -g -w -ffunction-sections -fdata-sections $(REPRODUCIBLE) $(LWIP_INCLUDES)
LWIP_PD_OBJS := $(addprefix $(OUT)/obj/lwip/,$(LWIP_SRCS:.c=.o))

# The sources appear when the stamp does.
$(addprefix $(LWIP_DIR)/,$(LWIP_SRCS)): $(LWIP_STAMP) ;

$(OUT)/obj/lwip/%.o: $(LWIP_DIR)/%.c $(wildcard net/lwip_port/*.h) net/lwip_port/arch/cc.h
	@mkdir -p $(@D)
	$(RISCV_CC) $(LWIP_PD_CFLAGS) -c -o $@ $<

$(OUT)/lib/liblwip.a: $(LWIP_PD_OBJS)

NET_CORE_SRCS := $(addprefix net/,address.c alarm.c answer_limit.c conf.c conn.c csprng.c dial.c link.c net_metrics.c network.c random.c siphash.c sntp.c \
    sntp_packet.c stash.c stream.c)
$(patsubst %.c,$(OUT)/obj/net/%.o,$(NET_CORE_SRCS) net/machine.c net/net.c): $(LWIP_STAMP)

$(eval $(call pd,net,$(NET_CORE_SRCS) net/machine.c net/net.c,$(LWIP_INCLUDES),$(OUT)/lib/liblwip.a))
