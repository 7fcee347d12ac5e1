# SPDX-License-Identifier: BSD-2-Clause
# The journal's log on a modelled disk and flash.

JOURNAL_LOG := $(addprefix pds/journal/log/,append.c find.c format.c log.c recover.c scan.c) system/runtime/postern/crc32.c
JOURNAL_MODEL := $(addprefix tests/unit/journal/,log_fixture.c media_model.c)
$(eval $(call unit,journal_log,$(JOURNAL_LOG) $(JOURNAL_MODEL),-Ipds/journal/log -Itests/unit))
$(eval $(call unit,journal_power,$(JOURNAL_LOG) $(JOURNAL_MODEL),-Ipds/journal/log -Itests/unit))
$(eval $(call unit,journal_ledger,pds/journal/ledger.c,-Ipds/journal))
$(eval $(call unit,journal_record,$(addprefix pds/journal/,ledger.c record.c),-Ipds/journal))
$(eval $(call unit,journal_store,$(addprefix pds/journal/,ledger.c record.c store.c store_claim.c store_dead.c store_jump.c store_live.c store_steps.c) $(JOURNAL_LOG) \
    $(addprefix tests/unit/journal/,store_fixture.c media_model.c),-Ipds/journal -Ipds/journal/log -Itests/unit))
$(eval $(call unit,journal_giving,$(addprefix pds/journal/,ledger.c record.c store.c store_claim.c store_dead.c store_jump.c store_live.c store_steps.c) $(JOURNAL_LOG) \
    $(addprefix tests/unit/journal/,store_fixture.c media_model.c),-Ipds/journal -Ipds/journal/log -Itests/unit))
$(eval $(call unit,journal_dead,$(addprefix pds/journal/,ledger.c record.c store.c store_claim.c store_dead.c store_jump.c store_live.c store_steps.c) $(JOURNAL_LOG) \
    $(addprefix tests/unit/journal/,store_fixture.c media_model.c),-Ipds/journal -Ipds/journal/log -Itests/unit))
$(eval $(call unit,journal_jump,$(addprefix pds/journal/,ledger.c record.c store.c store_claim.c store_dead.c store_jump.c store_live.c store_steps.c) $(JOURNAL_LOG) \
    $(addprefix tests/unit/journal/,store_fixture.c media_model.c),-Ipds/journal -Ipds/journal/log -Itests/unit))
$(eval $(call unit,journal_media,$(addprefix pds/journal/,ledger.c record.c store.c store_claim.c store_dead.c store_jump.c store_live.c store_steps.c) $(JOURNAL_LOG) \
    $(addprefix tests/unit/journal/,store_fixture.c media_model.c),-Ipds/journal -Ipds/journal/log -Itests/unit))

$(eval $(call unit,journal_told,$(addprefix pds/journal/,journal_conf.c ledger.c outlet.c page.c record.c store.c store_claim.c store_dead.c \
    store_jump.c store_live.c store_steps.c) $(JOURNAL_LOG) system/rings/src/ring.c tests/unit/ring_memory_moving.c system/runtime/postern/kv.c \
    $(addprefix tests/unit/journal/,store_fixture.c media_model.c),-Ipds/journal -Ipds/journal/log -Isystem/rings/src -Itests/unit))

$(eval $(call unit,journal_live,$(addprefix pds/journal/,ledger.c outlet.c record.c store.c store_claim.c store_dead.c store_jump.c store_live.c \
    store_steps.c) $(JOURNAL_LOG) $(addprefix tests/unit/journal/,store_fixture.c media_model.c) system/rings/src/ring.c \
    tests/unit/ring_memory_moving.c,-Ipds/journal -Ipds/journal/log -Isystem/rings/src -Itests/unit))

comma := ,
# Hours of virtual time: compiled for speed. The same sources run with sanitizers in the programs above.
$(eval $(call unit,journal_day,$(addprefix pds/journal/,ledger.c record.c store.c store_claim.c store_dead.c store_jump.c store_live.c store_steps.c) $(JOURNAL_LOG) \
    tests/unit/journal/day.c,-O2 -fno-sanitize=all -D_DEFAULT_SOURCE -Ipds/journal -Ipds/journal/log -Itests/unit,\
    -fno-sanitize=all -Wl$(comma)--wrap=malloc$(comma)--wrap=calloc$(comma)--wrap=realloc))
$(eval $(call unit,journal_peers,$(addprefix pds/journal/,disk.c intake.c ledger.c outlet.c page.c \
    record.c sealer.c store.c store_claim.c store_dead.c store_jump.c store_live.c store_steps.c) $(JOURNAL_LOG) system/rings/src/ring.c tests/unit/ring_memory_moving.c,\
    -Ipds/journal -Isystem/rings/src))
