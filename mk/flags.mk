# SPDX-License-Identifier: BSD-2-Clause
# Compilers and their flags. WARNINGS are errors for all code of our own, on the host and on the target.

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wcast-align -Wcast-qual -Wformat=2 \
    -Wpointer-arith -Wredundant-decls -Wwrite-strings -Wmissing-prototypes -Wstrict-prototypes -Wundef -Werror

CC := gcc
HOST_CFLAGS := -std=c11 -O2 -g $(WARNINGS)
HOST_LDFLAGS :=

CROSS      := riscv64-unknown-elf-
RISCV_CC   := $(CROSS)gcc
RISCV_AR   := $(CROSS)ar
RISCV_SIZE := $(CROSS)size
RISCV_OBJCOPY := $(CROSS)objcopy
RISCV_NM   := $(CROSS)nm

# Same inputs, same image: no paths of the building machine in the objects.
# The second is for the assembler, which the compiler does not tell of the first.
REPRODUCIBLE := -ffile-prefix-map='$(CURDIR)'=. -fdebug-prefix-map='$(CURDIR)'=. -fno-ident

# Protection domains: picolibc, no FPU. -misa-spec=2.2 keeps CSR instructions inside rv64imac, so that the library
# variant is found. With PD_SDK (make gateway) they are built against the SDK folder board/BOARD/CONFIG instead: its
# headers, library and linker script, its ABI with floating-point registers, and nothing of the kernel's own.
ifeq ($(PD_SDK),)
PD_ARCH     := -march=rv64imac -mabi=lp64 -misa-spec=2.2
PD_BUILD_ID := sha1
PD_INCLUDES := -Ikernel/abi -Isystem/runtime/include -Isystem/runtime/config/$(CONFIG)
else
PD_ARCH     := -march=rv64imafdc -mabi=lp64d -misa-spec=2.2
PD_BUILD_ID := none
PD_INCLUDES := -I$(PD_SDK)/include -I$(OUT)/include
endif
# No program prints or reads floating-point numbers.
PD_ARCH   += -mcmodel=medany --specs=picolibc.specs -DPICOLIBC_INTEGER_PRINTF_SCANF
PD_CFLAGS := $(PD_ARCH) -std=c11 -O2 -g -ffunction-sections -fdata-sections $(REPRODUCIBLE) $(WARNINGS) \
    $(PD_INCLUDES) -Isystem/rings/include
PD_LDFLAGS := $(PD_ARCH) -nostartfiles -static -Wl,--gc-sections -Wl,--build-id=$(PD_BUILD_ID) -Wl,-z,max-page-size=4096 \
    -Wl,--no-warn-rwx-segments
