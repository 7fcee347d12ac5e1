# SPDX-License-Identifier: BSD-2-Clause
# Parts of the kernel on their own. The kernel as a whole runs in tests/model and tests/kernel.

$(eval $(call unit,refill,kernel/src/object/refill.c,-Ikernel/src))
