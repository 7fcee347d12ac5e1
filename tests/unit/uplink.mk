# SPDX-License-Identifier: BSD-2-Clause
# MQTT client, SenML, uplink.

MQTT_CODEC := $(addprefix pds/uplink/mqtt/,decode.c encode.c frame.c props.c text.c wire.c)
$(eval $(call unit,mqtt_codec,$(MQTT_CODEC),-Ipds/uplink))
$(eval $(call unit,mqtt_decode,$(MQTT_CODEC),-Ipds/uplink))
$(eval $(call unit,mqtt_frame,$(addprefix pds/uplink/mqtt/,frame.c wire.c),-Ipds/uplink))
$(eval $(call unit,mqtt_client,$(MQTT_CODEC) $(addprefix pds/uplink/mqtt/,client.c inflight.c),-Ipds/uplink))
$(eval $(call unit,senml,pds/uplink/senml.c,-Ipds/uplink))
$(eval $(call unit,uplink,$(addprefix pds/uplink/,uplink.c batch.c outbox.c backoff.c senml.c) $(MQTT_CODEC) \
    $(addprefix pds/uplink/mqtt/,client.c inflight.c),-Ipds/uplink))
$(eval $(call unit,uplink_conf,pds/uplink/uplink_conf.c pds/uplink/senml.c system/runtime/postern/kv.c,-Ipds/uplink))
