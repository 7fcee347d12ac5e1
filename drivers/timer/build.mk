# SPDX-License-Identifier: BSD-2-Clause
$(eval $(call pd,timer,$(addprefix drivers/timer/goldfish_rtc/,main.c discipline.c timeouts.c)))
