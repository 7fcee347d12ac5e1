# SPDX-License-Identifier: BSD-2-Clause
# Host programs that stand in for this board's surroundings: the devices that QEMU does not model.

SIM_DIR := boards/qemu_virt_riscv64/sim
SIM_BME280_PARTS := bme280_formula bme280_model bme280_wire control environment gpio_bank vhost_memory vhost_user vhost_ring
SIM_BME280 := $(BUILD)/host/bme280-sim
SIM_BME280_OBJS := $(patsubst %,$(BUILD)/host/obj/sim/%.o,bme280_sim $(SIM_BME280_PARTS))

.PHONY: sim
sim: $(SIM_BME280)

$(BUILD)/host/obj/sim/%.o: $(SIM_DIR)/%.c
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -D_GNU_SOURCE -MMD -MP -c -o $@ $<

$(SIM_BME280): $(SIM_BME280_OBJS)
	@mkdir -p $(@D)
	$(CC) $(HOST_LDFLAGS) -o $@ $^ -lm

-include $(SIM_BME280_OBJS:.o=.d)
