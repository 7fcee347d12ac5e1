# SPDX-License-Identifier: BSD-2-Clause
# The network component: its own parts alone, and all of it with lwIP against a scripted peer.

RING_HOST_SRCS := system/rings/src/ring.c tests/unit/ring_memory_moving.c

$(eval $(call unit,net_random,net/random.c net/csprng.c net/siphash.c $(RING_HOST_SRCS),-Inet -Inet/lwip_port -Isystem/rings/src))
$(eval $(call unit,net_conf,net/conf.c net/stash.c system/runtime/postern/kv.c,-Inet))

$(eval $(call unit,sntp_packet,net/sntp_packet.c,-Inet))

LWIP_HOST_OBJS := $(addprefix $(BUILD)/unit/obj/lwip/,$(LWIP_SRCS:.c=.o))
LWIP_HOST_LIB := $(BUILD)/unit/liblwip.a
NET_TEST_SRCS := tests/unit/net_peer.c tests/unit/net_bench.c $(filter-out net/net_metrics.c,$(NET_CORE_SRCS)) \
    system/runtime/postern/kv.c $(RING_HOST_SRCS)

$(BUILD)/unit/obj/lwip/%.o: $(LWIP_DIR)/%.c $(wildcard net/lwip_port/*.h net/lwip_port/arch/*.h)
	@mkdir -p $(@D)
	$(CC) $(filter-out $(WARNINGS),$(UNIT_CFLAGS)) -w $(LWIP_INCLUDES) -c -o $@ $<

$(LWIP_HOST_LIB): $(LWIP_HOST_OBJS)
	@rm -f $@
	ar rcsD $@ $^

$(foreach name,net_stack net_answers,\
    $(eval $(call unit,$(name),$(NET_TEST_SRCS),-Inet -Isystem/rings/src $(LWIP_INCLUDES),$(LWIP_HOST_LIB))))
$(UNIT_OBJS_net_stack) $(UNIT_OBJS_net_answers): $(LWIP_STAMP)
$(BUILD)/unit/test_net_stack $(BUILD)/unit/test_net_answers: | $(LWIP_HOST_LIB)
