# SPDX-License-Identifier: BSD-2-Clause
# The gateway for others' tools. gateway-sdf writes its description as a standard Microkit .system file; gateway builds
# its programs against an SDK in Microkit's layout and has that SDK's tool make the image:
#
#     make gateway MICROKIT_SDK=folder [MICROKIT_BOARD=board] [MICROKIT_CONFIG=config] [CONFIG_DIR=folder]

MICROKIT_BOARD  ?= $(BOARD)
MICROKIT_CONFIG ?= $(CONFIG)
GATEWAY_SDF := $(BUILD)/gateway/gateway.system
GATEWAY_SDK := $(abspath $(MICROKIT_SDK))/board/$(MICROKIT_BOARD)/$(MICROKIT_CONFIG)
GATEWAY_OUT := $(BUILD)/gateway/$(MICROKIT_BOARD)/$(MICROKIT_CONFIG)

.PHONY: gateway gateway-sdf gateway-check
gateway-sdf: $(GATEWAY_SDF) ## the gateway as a standard Microkit description: build/gateway/gateway.system

$(GATEWAY_SDF): $(PRODUCT) boards/$(BOARD)/board.xml $(COMPOSER) mk/gateway.mk
	@mkdir -p $(@D)
	$(COMPOSER) --check --product $(PRODUCT) --board boards/$(BOARD)/board.xml --system $@.new 2> $@.log || \
	    { cat $@.log >&2; exit 1; }
	@printf '%s\n' "$$GATEWAY_SDF_HEAD" | sed -e '1r /dev/stdin' $@.new > $@
	@rm -f $@.new
	@echo "  system   $@"

define GATEWAY_SDF_HEAD
<!--
  The Postern gateway as a standard Microkit 2.x description, generated from $(PRODUCT) and the board's file.
  It has no Postern elements. Dropped, because Microkit has no words for them:
    policy rules (who may reach what): the product description is where they are checked;
    restart policies: they are in the supervisor's program;
    components, rings, shares, calls, devices by name: expanded into domains, regions, maps and channels;
    minimal rights on channels and guard pages: Postern's tool gives them without being told, other tools do not.
  The files of memory_region prefill_path belong to one device: give their folder with search-path.
-->
endef
export GATEWAY_SDF_HEAD

gateway-check:
	@[ -n "$(MICROKIT_SDK)" ] || { echo "gateway: say MICROKIT_SDK=folder of a Microkit SDK (make sdk writes $(SDK))" >&2; exit 1; }
	@[ -d "$(MICROKIT_SDK)/board" ] || { echo "gateway: MICROKIT_SDK=$(MICROKIT_SDK) is no SDK: it has no folder board" >&2; exit 1; }
	@[ -d "$(MICROKIT_SDK)/board/$(MICROKIT_BOARD)" ] || { echo "gateway: the SDK has no board $(MICROKIT_BOARD); it has:" $$(ls "$(MICROKIT_SDK)/board") >&2; exit 1; }
	@[ -f boards/$(MICROKIT_BOARD)/board.xml ] || { echo "gateway: Postern has no boards/$(MICROKIT_BOARD)" >&2; exit 1; }
	@[ -d "$(GATEWAY_SDK)" ] || { echo "gateway: the SDK has no configuration $(MICROKIT_CONFIG) for $(MICROKIT_BOARD); it has:" $$(ls "$(MICROKIT_SDK)/board/$(MICROKIT_BOARD)") >&2; exit 1; }

gateway: gateway-check gateway-sdf ## the gateway's programs and image with another SDK: MICROKIT_SDK=folder
	@mkdir -p $(GATEWAY_OUT)/include
	@ln -sfn $(CURDIR)/system/runtime/include/postern $(GATEWAY_OUT)/include/postern
	@$(MAKE) --no-print-directory OUT=$(GATEWAY_OUT) PD_SDK=$(GATEWAY_SDK) BOARD=$(MICROKIT_BOARD) gateway-programs
	@[ -d "$(CONFIG_DIR)" ] || { echo "gateway: the image needs CONFIG_DIR=folder with the device's files" >&2; exit 1; }
	cd $(GATEWAY_OUT) && MICROKIT_SDK=$(abspath $(MICROKIT_SDK)) $(abspath $(MICROKIT_SDK))/bin/microkit \
	    $(abspath $(GATEWAY_SDF)) --search-path $(abspath $(GATEWAY_OUT))/pd $(abspath $(CONFIG_DIR)) \
	    --board $(MICROKIT_BOARD) --config $(MICROKIT_CONFIG) -o gateway.img -r gateway.report.txt

.PHONY: gateway-programs
gateway-programs: $(PROGRAMS)
