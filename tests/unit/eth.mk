# SPDX-License-Identifier: BSD-2-Clause
# The Ethernet driver.

$(eval $(call unit,eth,tests/unit/eth_fake.c tests/unit/virtio_fake.c drivers/eth/virtio_net/bridge.c drivers/eth/virtio_net/virtio_net.c \
    drivers/virtio/virtio_mmio.c drivers/virtio/virtq.c system/rings/src/ring.c tests/unit/ring_memory_moving.c,\
    -Idrivers/virtio -Idrivers/eth/virtio_net -Isystem/rings/src))
