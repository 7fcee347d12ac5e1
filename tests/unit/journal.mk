# SPDX-License-Identifier: BSD-2-Clause
# The journal's log on a modelled disk and flash.

JOURNAL_LOG := $(addprefix pds/journal/log/,append.c crc32.c find.c format.c log.c recover.c scan.c)
JOURNAL_MODEL := $(addprefix tests/unit/journal/,log_fixture.c media_model.c)
$(eval $(call unit,journal_log,$(JOURNAL_LOG) $(JOURNAL_MODEL),-Ipds/journal/log -Itests/unit))
$(eval $(call unit,journal_power,$(JOURNAL_LOG) $(JOURNAL_MODEL),-Ipds/journal/log -Itests/unit))
$(eval $(call unit,journal_ledger,pds/journal/ledger.c,-Ipds/journal))
$(eval $(call unit,journal_record,$(addprefix pds/journal/,ledger.c record.c),-Ipds/journal))
$(eval $(call unit,journal_store,$(addprefix pds/journal/,ledger.c record.c store.c store_steps.c) $(JOURNAL_LOG) \
    $(addprefix tests/unit/journal/,store_fixture.c media_model.c),-Ipds/journal -Ipds/journal/log -Itests/unit))
