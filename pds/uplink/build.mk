# SPDX-License-Identifier: BSD-2-Clause
UPLINK_CORE := $(addprefix pds/uplink/,uplink.c uplink_conf.c sender.c intake.c live.c report.c restarts.c remains.c remains_text.c health.c text_out.c batch.c outbox.c \
    backoff.c senml.c) \
    $(addprefix pds/uplink/mqtt/,advice.c client.c decode.c delivery.c encode.c frame.c inflight.c props.c saved.c \
    subscription.c text.c wire.c)

$(eval $(call pd,uplink,$(UPLINK_CORE) pds/uplink/main.c,-Ipds/uplink))
