# SPDX-License-Identifier: BSD-2-Clause
# The block driver.

$(eval $(call unit,blk,$(addprefix tests/unit/,blk_fake.c virtio_fake.c) \
    $(addprefix drivers/blk/virtio_blk/,server.c virtio_blk.c) drivers/virtio/virtio_mmio.c drivers/virtio/virtq.c \
    system/rings/src/ring.c tests/unit/ring_memory_moving.c,-Idrivers/virtio -Idrivers/blk/virtio_blk -Isystem/rings/src))
