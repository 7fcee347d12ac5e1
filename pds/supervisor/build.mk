# SPDX-License-Identifier: BSD-2-Clause
$(eval $(call pd,supervisor,$(addprefix pds/supervisor/,main.c report.c remains.c postmortem.c children.c policy.c watch.c budget.c boots.c fault_text.c $(CONFIG)/crash.c)))
