# SPDX-License-Identifier: BSD-2-Clause
# SPI bus driver: bit-banged over virtio GPIO.
$(eval $(call pd,spi0,$(addprefix drivers/spi/virtio_gpio_spi/,main.c controller.c policy.c gpio_device.c bitbang.c) \
    $(addprefix drivers/virtio/,virtio_mmio.c virtq.c virtio_reg.c)))
