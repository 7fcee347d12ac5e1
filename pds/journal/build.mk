# SPDX-License-Identifier: BSD-2-Clause
JOURNAL_CORE := $(addprefix pds/journal/,disk.c intake.c journal_conf.c ledger.c outlet.c page.c record.c sealer.c \
    store.c store_claim.c store_dead.c store_jump.c store_live.c store_steps.c) $(addprefix pds/journal/log/,append.c find.c format.c log.c recover.c scan.c)

$(eval $(call pd,journal,$(JOURNAL_CORE) $(addprefix pds/journal/,main.c tell.c),-Ipds/journal))
