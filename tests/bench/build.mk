# SPDX-License-Identifier: BSD-2-Clause
# What `make bench` needs besides the product: the gateway with the feeder (tests/feed), and the maker of full journals.

BENCH_FILL := $(BUILD)/bench/fill
BENCH_CFLAGS = $(UNIT_CFLAGS) $(CRYPTO_UNIT_CFLAGS) -Ipds/journal
BENCH_FILL_OBJS := $(patsubst %.c,$(BUILD)/bench/obj/%.o,tests/bench/fill.c crypto/vault.c $(CRYPTO_UNIT_TLS) \
    $(addprefix pds/journal/,ledger.c record.c store.c store_claim.c store_dead.c store_jump.c store_live.c store_steps.c) $(JOURNAL_LOG))

.PHONY: bench-tools
bench-tools: $(BENCH_FILL)

$(BUILD)/bench/obj/%.o: %.c | $(DEPS_STAMP) $(MBEDTLS_STAMP)
	@mkdir -p $(@D)
	$(CC) $(BENCH_CFLAGS) -MMD -MP -c -o $@ $<

$(BENCH_FILL): $(BENCH_FILL_OBJS) $(BUILD)/unit/libmbedtls.a
	@mkdir -p $(@D)
	$(CC) $(UNIT_CFLAGS) -o $@ $^

-include $(BENCH_FILL_OBJS:.o=.d)
