# SPDX-License-Identifier: BSD-2-Clause
$(eval $(call pd,uart0,drivers/uart/ns16550a/main.c))
