# SPDX-License-Identifier: BSD-2-Clause
# The feeder is the component `sensors` with another program.
$(GEN)/feeder/ports.h $(GEN)/feeder/ports.c: $(GEN)/feeder/%: $(GEN)/sensors/%
	@mkdir -p $(@D)
	@cp $< $@

$(eval $(call pd,feeder,tests/feed/main.c))
