# SPDX-License-Identifier: BSD-2-Clause
$(eval $(call pd,eth0,$(addprefix drivers/eth/virtio_net/,main.c bridge.c virtio_net.c) \
    $(addprefix drivers/virtio/,virtio_mmio.c virtio_reg.c virtq.c),-Idrivers/virtio))
