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
UPLINK_SENML := pds/uplink/senml.c pds/uplink/text_out.c
$(eval $(call unit,senml,$(UPLINK_SENML),-Ipds/uplink))
UPLINK_PARTS := $(addprefix pds/uplink/,uplink.c sender.c intake.c live.c report.c restarts.c remains.c remains_text.c health.c batch.c \
    outbox.c backoff.c) $(UPLINK_SENML) $(MQTT_CLIENT) $(addprefix system/runtime/postern/,postmortem.c crc32.c)
$(eval $(call unit,uplink,$(UPLINK_PARTS),-Ipds/uplink))
$(eval $(call unit,uplink_conf,pds/uplink/uplink_conf.c $(UPLINK_SENML) system/runtime/postern/kv.c,-Ipds/uplink))
$(eval $(call unit,uplink_sender,$(UPLINK_PARTS),-Ipds/uplink))
$(eval $(call unit,uplink_session,$(UPLINK_PARTS),-Ipds/uplink))
$(eval $(call unit,uplink_live,$(UPLINK_PARTS),-Ipds/uplink))
$(eval $(call unit,uplink_report,$(UPLINK_PARTS),-Ipds/uplink))
$(eval $(call unit,uplink_remains,$(UPLINK_PARTS),-Ipds/uplink))
$(eval $(call unit,uplink_lives,$(UPLINK_PARTS),-Ipds/uplink))
