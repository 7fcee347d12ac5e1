# SPDX-License-Identifier: BSD-2-Clause
$(eval $(call pd,console,$(addprefix pds/console/,main.c output.c merge.c line_editor.c shell.c show.c show_time.c \
    operate.c letters_text.c metrics_view.c postmortem_text.c store_text.c uplink_text.c),-Ipds/console/$(CONFIG)))
