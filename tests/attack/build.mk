# SPDX-License-Identifier: BSD-2-Clause
# The gateway's own programs, each with the attacker inside; the supervisor with the referee, too, and with a parent.

ATTACK_SRCS := $(addprefix tests/attack/,attacker.c act.c methods.c ruin.c ruin_device.c)
ATTACKERS := $(patsubst $(OUT)/pd/%.elf,%,$(PROGRAMS))

define attack
PD_OBJS_$(1) += $(patsubst %.c,$(OUT)/obj/$(1)/%.o,$(2))
$(OUT)/pd/$(1).elf: $(patsubst %.c,$(OUT)/obj/$(1)/%.o,$(2))
-include $(patsubst %.c,$(OUT)/obj/$(1)/%.d,$(2))
endef

# The page in which it announces what it does.
$(OUT)/obj/%/tests/attack/attacker.o: PD_CFLAGS += -DATTACK_SHARE=attack
$(OUT)/obj/supervisor/tests/attack/attacker.o: PD_CFLAGS += -UATTACK_SHARE -DATTACK_SHARE=coup

$(foreach name,$(ATTACKERS),$(eval $(call attack,$(name),$(ATTACK_SRCS))))
$(eval $(call attack,supervisor,$(addprefix tests/attack/,referee.c verdict.c)))
$(OUT)/obj/supervisor/tests/attack/referee.o: PD_CFLAGS += -Ipds/supervisor
$(OUT)/pd/supervisor.elf: PD_LDFLAGS += -Wl,--wrap=fault,--wrap=notified,--wrap=protected,--wrap=crash_child,--wrap=crash_self

$(eval $(call pd,umpire,$(addprefix tests/attack/,umpire.c verdict.c)))

# crypto writes down the secrets of its TLS sessions, in memory of its own.
$(eval $(call attack,crypto,tests/attack/leak.c))
$(OUT)/obj/crypto/tests/attack/leak.o: $(MBEDTLS_STAMP)
$(OUT)/pd/crypto.elf: PD_LDFLAGS += -Wl,--wrap=mbedtls_ssl_setup
