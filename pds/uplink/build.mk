# SPDX-License-Identifier: BSD-2-Clause
UPLINK_CORE := $(addprefix pds/uplink/,uplink.c outbox.c sample.c senml.c) $(sort $(wildcard pds/uplink/mqtt/*.c))

$(eval $(call pd,uplink,$(UPLINK_CORE) pds/uplink/main.c,-Ipds/uplink))
