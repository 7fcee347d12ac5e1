# SPDX-License-Identifier: BSD-2-Clause
# The path from the sensor to its readings: virtio, SPI, BME280, sampling, and the simulator.

SENSOR_TEST_FLAGS := -Ipds/sensors -Idrivers/virtio -Idrivers/spi/virtio_gpio_spi -Iboards/qemu_virt_riscv64/sim
$(eval $(call unit,virtq,drivers/virtio/virtq.c drivers/virtio/virtio_mmio.c,$(SENSOR_TEST_FLAGS)))
$(eval $(call unit,bme280,pds/sensors/bme280.c pds/sensors/bme280_math.c,$(SENSOR_TEST_FLAGS),-lm))
$(eval $(call unit,sensors_sampler,$(addprefix pds/sensors/,sampler.c publish.c config.c bme280.c bme280_math.c), \
    $(SENSOR_TEST_FLAGS)))
$(eval $(call unit,bme280_sim,$(addprefix drivers/spi/virtio_gpio_spi/,controller.c policy.c gpio_device.c bitbang.c) \
    drivers/virtio/virtq.c drivers/virtio/virtio_mmio.c pds/sensors/bme280.c pds/sensors/bme280_math.c \
    $(addprefix boards/qemu_virt_riscv64/sim/,bme280_formula.c bme280_model.c bme280_wire.c environment.c gpio_bank.c \
    vhost_memory.c vhost_ring.c),$(SENSOR_TEST_FLAGS),-lm))
$(eval $(call unit,backlog,pds/sensors/backlog.c,-Ipds/sensors -Isystem/rings/include))
