# SPDX-License-Identifier: BSD-2-Clause
# Entropy driver: virtio-rng, health tested.
$(eval $(call pd,entropy,$(addprefix drivers/entropy/virtio_rng/,main.c stock.c health.c) \
    $(addprefix drivers/virtio/,virtio_mmio.c virtio_reg.c virtq.c),-Idrivers/virtio))
