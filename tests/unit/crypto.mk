# SPDX-License-Identifier: BSD-2-Clause
# Crypto service and entropy driver. The TLS tests talk to OpenSSL's server over loopback.

CRYPTO_UNIT_CFLAGS = $(CRYPTO_INCLUDES)
CRYPTO_UNIT_TLS := $(addprefix crypto/,chacha20/chacha20_alt.c p256/field.c p256/point.c p256/p256.c p256/random.c seed_pool.c tls_platform.c \
    tls_credentials.c tls_reason.c tls_engine.c tls_resume.c ticket.c vault.c)
CRYPTO_UNIT_OBJS = $(patsubst %.c,$(BUILD)/unit/obj/mbedtls/%.o,$(CRYPTO_MBEDTLS_FAST) $(CRYPTO_MBEDTLS_SMALL))

$(BUILD)/unit/obj/mbedtls/%.o: $(MBEDTLS_STAMP) $(CRYPTO_CONFIG)
	@mkdir -p $(@D)
	$(CC) $(filter-out $(WARNINGS) -fno-sanitize-recover=all,$(UNIT_CFLAGS)) -fno-sanitize-recover=all \
	    $(CRYPTO_INCLUDES) -c -o $@ $(MBEDTLS_DIR)/$*.c

$(BUILD)/unit/libmbedtls.a: $(CRYPTO_UNIT_OBJS)
	@rm -f $@
	ar rcsD $@ $^

# mbedTLS's own P-256 is the oracle of ours: its functions get other names.
CRYPTO_ORACLE_NAMES := gen_keypair ecdh_shared_secret ecdsa_sign ecdsa_verify validate_pubkey validate_privkey \
    public_from_private generate_random
$(BUILD)/unit/obj/p256_oracle.o: $(MBEDTLS_STAMP) $(CRYPTO_CONFIG)
	@mkdir -p $(@D)
	$(CC) $(filter-out $(WARNINGS),$(UNIT_CFLAGS)) $(CRYPTO_INCLUDES) \
	    $(foreach name,$(CRYPTO_ORACLE_NAMES),-Dp256_$(name)=oracle_$(name)) -c -o $@ \
	    $(MBEDTLS_DIR)/3rdparty/p256-m/p256-m/p256-m.c

# So is its ChaCha20.
$(BUILD)/unit/obj/chacha20_oracle.o: tests/unit/chacha20_oracle.h $(MBEDTLS_STAMP) $(CRYPTO_CONFIG)
	@mkdir -p $(@D)
	$(CC) $(filter-out $(WARNINGS),$(UNIT_CFLAGS)) $(CRYPTO_INCLUDES) -include $< -c -o $@ $(MBEDTLS_DIR)/library/chacha20.c

$(patsubst %,$(BUILD)/unit/test_crypto_%,chacha20 p256 tls resume bridge conf vault seal): $(MBEDTLS_STAMP)

$(eval $(call unit,crypto_p256,crypto/p256/field.c crypto/p256/point.c crypto/p256/p256.c,$(CRYPTO_UNIT_CFLAGS)))
$(BUILD)/unit/test_crypto_p256: $(BUILD)/unit/obj/p256_oracle.o
$(eval $(call unit,crypto_chacha20,crypto/chacha20/chacha20_alt.c,$(CRYPTO_UNIT_CFLAGS)))
$(BUILD)/unit/test_crypto_chacha20: $(BUILD)/unit/obj/chacha20_oracle.o
$(BUILD)/unit/test_crypto_chacha20: $(BUILD)/unit/libmbedtls.a
$(eval $(call unit,crypto_conf,crypto/crypto_conf.c system/runtime/postern/kv.c,-Icrypto))
$(eval $(call unit,entropy_health,$(addprefix drivers/entropy/virtio_rng/,health.c stock.c),-Idrivers/entropy/virtio_rng))
$(eval $(call unit,crypto_tls,$(CRYPTO_UNIT_TLS) tests/unit/crypto_server.c,$(CRYPTO_UNIT_CFLAGS)))
$(BUILD)/unit/test_crypto_tls: $(BUILD)/unit/libmbedtls.a
$(eval $(call unit,crypto_resume,$(CRYPTO_UNIT_TLS) tests/unit/crypto_server.c,$(CRYPTO_UNIT_CFLAGS)))
$(BUILD)/unit/test_crypto_resume: $(BUILD)/unit/libmbedtls.a
$(eval $(call unit,crypto_bridge,$(CRYPTO_UNIT_TLS) crypto/bridge.c tests/unit/crypto_server.c system/rings/src/ring.c \
    tests/unit/ring_memory_moving.c,$(CRYPTO_UNIT_CFLAGS) -Isystem/rings/src))
$(BUILD)/unit/test_crypto_bridge: $(BUILD)/unit/libmbedtls.a
$(eval $(call unit,crypto_vault,$(CRYPTO_UNIT_TLS),$(CRYPTO_UNIT_CFLAGS)))
$(BUILD)/unit/test_crypto_vault: $(BUILD)/unit/libmbedtls.a
$(eval $(call unit,crypto_seal,crypto/seal_server.c $(CRYPTO_UNIT_TLS) system/rings/src/ring.c \
    tests/unit/ring_memory_moving.c,$(CRYPTO_UNIT_CFLAGS) -Isystem/rings/src))
$(BUILD)/unit/test_crypto_seal: $(BUILD)/unit/libmbedtls.a
