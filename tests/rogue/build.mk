# SPDX-License-Identifier: BSD-2-Clause
$(foreach act,kernel device text execute ring cap,$(eval $(call pd,rogue_$(act),tests/rogue/main.c tests/rogue/$(act).c)))
