# SPDX-License-Identifier: BSD-2-Clause
# MQTT client, SenML, uplink.

MQTT_CODEC := $(addprefix pds/uplink/mqtt/,decode.c encode.c frame.c props.c text.c wire.c)
$(eval $(call unit,mqtt_codec,$(MQTT_CODEC),-Ipds/uplink))
