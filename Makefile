# SPDX-License-Identifier: BSD-2-Clause
# Postern: every command a person needs. `make help` lists them. The parts live in *.mk fragments beside their code.

BOARD  ?= qemu_virt_riscv64
CONFIG ?= debug
BUILD  := build
OUT    := $(BUILD)/$(BOARD)/$(CONFIG)

ifeq ($(filter debug release,$(CONFIG)),)
$(error CONFIG=$(CONFIG): say CONFIG=debug or CONFIG=release)
endif
ifeq ($(wildcard boards/$(BOARD)/board.xml),)
$(error BOARD=$(BOARD): there is no boards/$(BOARD); known boards: $(notdir $(patsubst %/board.xml,%,$(wildcard boards/*/board.xml))))
endif

.DEFAULT_GOAL := help
.SECONDARY:
.DELETE_ON_ERROR:

# Commands are shown with V=1; otherwise one line a product.
ifeq ($(V),)
MAKEFLAGS += --silent
endif

include mk/flags.mk
include mk/deps.mk
include mk/variant.mk
include system/composer/build.mk
include mk/pd.mk
include kernel/build.mk
include system/loader/build.mk
include system/initialiser/build.mk
include system/runtime/build.mk
include $(sort $(wildcard drivers/*/build.mk drivers/*/*/build.mk pds/*/build.mk))
include crypto/build.mk
include net/build.mk
include host/build.mk
include boards/$(BOARD)/build.mk
ifneq ($(VARIANT),)
include tests/$(VARIANT)/build.mk
endif
include mk/image.mk
include mk/sdk.mk
include mk/gateway.mk
include mk/unit.mk
include tests/model/build.mk
include tests/fuzz/build.mk
include tests/bench/build.mk
include proof/build.mk
include mk/check.mk

# One build at a time in one tree; composing an image for a run takes the same lock.
LOCKED := mkdir -p $(BUILD) && exec flock --no-fork $(BUILD)/.build.lock
# What builds much uses every processor, unless the caller has said how many.
PARALLEL = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))
# Whatever ends make, even SIGKILL, ends what it runs for long.
TIED := exec setpriv --pdeathsig TERM --

.PHONY: help run test soak resilience bench bench-page clean

help: ## this list
	@echo "Postern, a secure IoT gateway for RISC-V. Commands:"; echo
	@grep -hE '^[a-z][a-z-]*:.*## ' Makefile mk/*.mk proof/build.mk tests/*/build.mk | LC_ALL=C sort -t: -k1,1 | \
	    sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | awk -F'|' '{ printf "  make %-14s %s\n", $$1, $$2 }'
	@echo; echo "Variables: BOARD=$(BOARD) CONFIG=debug|release V=1 (shows commands)"
	@echo "           SECONDS=N (run: stop by itself after N seconds)"

run: ## boot the gateway in QEMU with sensors, broker and collector; Ctrl-C ends it
	@$(LOCKED) $(MAKE) --no-print-directory programs host sim
	@$(TIED) host/postern run --board $(BOARD) --config $(CONFIG) $(if $(SECONDS),--seconds $(SECONDS))

test: ## all tests: lint, unit, kernel, integration, attack, power, fault, network, broker, malformed; ends with "N passed, N failed"
	@$(LOCKED) $(MAKE) --no-print-directory $(PARALLEL) unit-build programs host sim kernel-tests
	@$(LOCKED) $(MAKE) --no-print-directory $(PARALLEL) VARIANT=attack programs
	@$(LOCKED) $(MAKE) --no-print-directory $(PARALLEL) VARIANT=feed lint-inputs
	@$(LOCKED) $(MAKE) --no-print-directory $(PARALLEL) CONFIG=release programs
	@$(MAKE) --no-print-directory $(PARALLEL) sdk
	@$(TIED) tests/run

soak: ## long runs of the tests that play with chance: SEEDS=N seeds of each (default 20), and what takes long
	@$(LOCKED) $(MAKE) --no-print-directory programs host sim
	@$(TIED) tests/run --soak $(or $(SEEDS),20)

resilience: ## stop everything anywhere: SEEDS=N seeds (default 3); writes the table in docs/resilience.md
	@$(LOCKED) $(MAKE) --no-print-directory CONFIG=release programs host sim
	@$(TIED) tests/fault/run.py --seeds $(or $(SEEDS),3) --document

bench: ## sizes and instruction counts, as a table and in build/bench.json
	@$(LOCKED) $(MAKE) --no-print-directory $(PARALLEL) CONFIG=release programs host sim bench-tools
	@$(LOCKED) $(MAKE) --no-print-directory $(PARALLEL) CONFIG=release VARIANT=feed programs
	@$(TIED) tests/bench/run

bench-page: ## the figures of the last `make bench` into docs/bench.md
	@tests/bench/page.py

clean: ## remove everything that was built; the source packages that were fetched stay
	@rm -f $(SOURCES_STAMP)
	@[ ! -d $(BUILD) ] || find $(BUILD) -mindepth 1 -maxdepth 1 ! -path $(SOURCES_DIR) -exec rm -rf {} +
