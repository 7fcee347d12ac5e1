# SPDX-License-Identifier: BSD-2-Clause
# Sensors: samples the gateway's BME280s.
$(eval $(call pd,sensors,$(addprefix pds/sensors/,main.c sampler.c publish.c backlog.c config.c bme280.c bme280_math.c)))
