# SPDX-License-Identifier: BSD-2-Clause
# Rings, runtime library, console, supervisor, timer.

$(eval $(call unit,ring,system/rings/src/ring.c system/rings/src/ring_memory.c))
$(eval $(call unit,ring_interleaving,system/rings/src/ring.c,-Isystem/rings/src))
$(eval $(call unit,ring_moments,system/rings/src/ring.c,-Isystem/rings/src))
$(eval $(call unit,kv,system/runtime/postern/kv.c))
$(eval $(call unit,timeouts,drivers/timer/goldfish_rtc/timeouts.c,-Idrivers/timer/goldfish_rtc))
$(eval $(call unit,discipline,drivers/timer/goldfish_rtc/discipline.c,-Idrivers/timer/goldfish_rtc))
$(eval $(call unit,line_editor,pds/console/line_editor.c,-Ipds/console))
$(eval $(call unit,console_text,$(addprefix pds/console/,letters_text.c metrics_view.c store_text.c uplink_text.c),-Ipds/console))
$(eval $(call unit,fault_text,pds/supervisor/fault_text.c,-Ipds/supervisor))
# Under other names: the host has functions of these names already.
$(eval $(call unit,memory,system/runtime/postern/memory.c,-Dmemcpy=own_memcpy -Dmemmove=own_memmove -Dmemset=own_memset))
$(eval $(call unit,policy,pds/supervisor/policy.c,-Ipds/supervisor))
$(eval $(call unit,boots,pds/supervisor/boots.c system/runtime/postern/crc32.c,-Ipds/supervisor))
$(eval $(call unit,budget,pds/supervisor/budget.c,-Ipds/supervisor))
$(eval $(call unit,watch,pds/supervisor/watch.c,-Ipds/supervisor))
# Two components and what they have in common: the record of a fault from its making to its reading.
$(eval $(call unit,last_words,system/runtime/postern/last_words.c))
$(eval $(call unit,postmortem,pds/supervisor/postmortem.c pds/console/postmortem_text.c \
    $(addprefix system/runtime/postern/,postmortem.c crc32.c),-Ipds/supervisor -Ipds/console))
