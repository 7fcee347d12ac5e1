# SPDX-License-Identifier: BSD-2-Clause
$(eval $(call pd,supervisor,$(addprefix pds/supervisor/,main.c fault_text.c)))
