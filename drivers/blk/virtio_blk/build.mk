# SPDX-License-Identifier: BSD-2-Clause
# Block driver: virtio-blk.
$(eval $(call pd,blk0,$(addprefix drivers/blk/virtio_blk/,main.c server.c virtio_blk.c) \
    $(addprefix drivers/virtio/,virtio_mmio.c virtio_reg.c virtq.c),-Idrivers/virtio))
