# SPDX-License-Identifier: BSD-2-Clause
# MQTT client, SenML, uplink.

MQTT_CODEC := $(addprefix pds/uplink/mqtt/,decode.c encode.c frame.c props.c text.c wire.c)
$(eval $(call unit,mqtt_codec,$(MQTT_CODEC),-Ipds/uplink))
$(eval $(call unit,mqtt_decode,$(MQTT_CODEC),-Ipds/uplink))
$(eval $(call unit,mqtt_frame,$(addprefix pds/uplink/mqtt/,frame.c wire.c),-Ipds/uplink))
MQTT_CLIENT := $(MQTT_CODEC) $(addprefix pds/uplink/mqtt/,advice.c client.c delivery.c inflight.c saved.c subscription.c)
$(eval $(call unit,mqtt_client,$(MQTT_CLIENT),-Ipds/uplink))
$(eval $(call unit,mqtt_session,$(MQTT_CLIENT),-Ipds/uplink))
$(eval $(call unit,mqtt_qos2,$(MQTT_CLIENT),-Ipds/uplink))
$(eval $(call unit,mqtt_saved,pds/uplink/mqtt/saved.c,-Ipds/uplink))
$(eval $(call unit,mqtt_advice,$(MQTT_CODEC) pds/uplink/mqtt/advice.c,-Ipds/uplink))
$(eval $(call unit,senml,pds/uplink/senml.c,-Ipds/uplink))
$(eval $(call unit,uplink,$(addprefix pds/uplink/,uplink.c batch.c outbox.c backoff.c senml.c) $(MQTT_CLIENT),-Ipds/uplink))
$(eval $(call unit,uplink_conf,pds/uplink/uplink_conf.c pds/uplink/senml.c system/runtime/postern/kv.c,-Ipds/uplink))
