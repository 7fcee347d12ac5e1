# SPDX-License-Identifier: BSD-2-Clause
# The crypto component: mbedTLS as an archive for the target and one for the host's tests, and the program.

include crypto/mbedtls.mk

# mbedTLS is not ours to warn about: its headers count as system headers, its sources compile without our warnings.
CRYPTO_INCLUDES := -Icrypto -Icrypto/chacha20 -Icrypto/p256 -isystem $(MBEDTLS_DIR)/include -isystem $(MBEDTLS_DIR)/library \
    -isystem $(MBEDTLS_DIR)/3rdparty/p256-m -isystem $(MBEDTLS_DIR)/3rdparty/p256-m/p256-m \
    -DMBEDTLS_CONFIG_FILE='<mbedtls_config.h>'
CRYPTO_SMALL := -Os
CRYPTO_CONFIG := crypto/mbedtls_config.h crypto/psa_config.h crypto/build.mk crypto/mbedtls.mk

MBEDTLS_FAST_OBJS := $(CRYPTO_MBEDTLS_FAST:%.c=$(OUT)/obj/mbedtls/%.o)
MBEDTLS_SMALL_OBJS := $(CRYPTO_MBEDTLS_SMALL:%.c=$(OUT)/obj/mbedtls/%.o)
$(MBEDTLS_FAST_OBJS): MBEDTLS_LEVEL := -O2
$(MBEDTLS_SMALL_OBJS): MBEDTLS_LEVEL := $(CRYPTO_SMALL)

$(OUT)/obj/mbedtls/%.o: $(MBEDTLS_STAMP) $(CRYPTO_CONFIG)
	@mkdir -p $(@D)
	$(RISCV_CC) $(filter-out $(WARNINGS),$(PD_CFLAGS)) $(CRYPTO_INCLUDES) $(MBEDTLS_LEVEL) -c -o $@ $(MBEDTLS_DIR)/$*.c

# The curve's arithmetic is worth every byte that unrolling costs: nine tenths of a handshake pass through it. The cipher
# takes a third of a reading's way to the broker.
CRYPTO_HOT_OBJS := $(patsubst %.c,$(OUT)/obj/crypto-hot/%.o,crypto/p256/field.c crypto/p256/point.c crypto/chacha20/chacha20_alt.c)
$(OUT)/obj/crypto-hot/%.o: %.c $(MBEDTLS_STAMP) $(CRYPTO_CONFIG)
	@mkdir -p $(@D)
	$(RISCV_CC) $(PD_CFLAGS) $(CRYPTO_INCLUDES) -O3 -MMD -MP -c -o $@ $<

$(OUT)/lib/libmbedtls.a: $(MBEDTLS_FAST_OBJS) $(MBEDTLS_SMALL_OBJS)

CRYPTO_TLS_SRCS := $(addprefix crypto/,p256/p256.c p256/random.c seed_pool.c tls_platform.c tls_credentials.c \
    tls_reason.c tls_engine.c tls_resume.c ticket.c vault.c)
CRYPTO_PD_SRCS := $(CRYPTO_TLS_SRCS) $(addprefix crypto/,crypto_conf.c bridge.c seal_server.c main.c)
$(patsubst %.c,$(OUT)/obj/crypto/%.o,$(CRYPTO_PD_SRCS)): $(MBEDTLS_STAMP) $(CRYPTO_CONFIG)

$(eval $(call pd,crypto,$(CRYPTO_PD_SRCS),$(CRYPTO_INCLUDES) $(CRYPTO_SMALL),$(CRYPTO_HOT_OBJS) \
    $(OUT)/lib/libmbedtls.a))

-include $(CRYPTO_HOT_OBJS:.o=.d)
