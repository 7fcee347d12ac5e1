# SPDX-License-Identifier: BSD-2-Clause
$(eval $(call pd,pulse,pds/pulse/main.c))
