#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Measures the TLS engine on bare RV64: run.sh OUTPUT_FOLDER MBEDTLS_FOLDER. Prints one "name instructions" line each.
# The server is OpenSSL's, on loopback, with P-256 certificates made here.
set -eu
crypto=$(cd "$(dirname "$0")/.." && pwd)
mbedtls=$(cd "$2" && pwd)
mkdir -p "$1"
cd "$1"
CC=${CC:-riscv64-unknown-elf-gcc}
QEMU=${QEMU:-qemu-system-riscv64}
FLAGS="--specs=picolibc.specs -march=rv64imac -mabi=lp64 -misa-spec=2.2 -mcmodel=medany -std=c11 -ffunction-sections
 -fdata-sections -DPICOLIBC_INTEGER_PRINTF_SCANF -I$crypto -I$mbedtls/include -I$mbedtls/library
 -I$crypto/chacha20 -I$mbedtls/3rdparty/p256-m -I$mbedtls/3rdparty/p256-m/p256-m -DMBEDTLS_CONFIG_FILE=<mbedtls_config.h>"

# Names and optimisation of the mbedTLS files come from the same list as the product's build.
sources() { sed -n "s/^CRYPTO_MBEDTLS_$1 := //p" "$crypto/mbedtls.mk"; }

certificates() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=Bench CA" -days 30 \
        -keyout ca.key -out ca.pem 2>/dev/null
    for name in server client; do
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" -keyout $name.key \
            -out $name.csr 2>/dev/null
        printf 'subjectAltName=DNS:broker.postern.test\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n' > $name.ext
        openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile $name.ext \
            -out $name.pem 2>/dev/null
    done
}

[ -f server.pem ] || certificates

objects=
for level in FAST SMALL; do
    [ $level = FAST ] && opt=-O2 || opt=-Os
    for source in $(sources $level); do
        object=$(basename "$source" .c).o
        $CC $FLAGS $opt -c "$mbedtls/$source" -o "$object"
        objects="$objects $object"
    done
done
for source in p256/field p256/point chacha20/chacha20_alt; do
    object=$(basename "$source").o
    $CC $FLAGS -O3 -c "$crypto/$source.c" -o "$object"
    objects="$objects $object"
done
for source in p256/p256 p256/random seed_pool tls_platform tls_credentials tls_reason tls_engine tls_resume ticket vault; do
    object=$(basename "$source").o
    $CC $FLAGS -Os -c "$crypto/$source.c" -o "$object"
    objects="$objects $object"
done
$CC $FLAGS -Os -c "$crypto/bench/bench.c" -o bench.o
$CC $FLAGS -c "$crypto/bench/start.S" -o start.o
# shellcheck disable=SC2086
$CC $FLAGS -nostartfiles -Wl,--gc-sections -Wl,--no-warn-rwx-segments -T "$crypto/bench/bench.ld" start.o bench.o $objects -o bench.elf

openssl s_server -tls1_3 -accept 127.0.0.1:0 -cert server.pem -key server.key -CAfile ca.pem -Verify 1 \
    -verify_return_error -rev >server.log 2>&1 </dev/null &
server=$!
relay=
trap 'kill $server $relay 2>/dev/null || true' EXIT
port=
while [ -z "$port" ]; do
    kill -0 $server
    sleep 0.05
    port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' server.log)
done
"$crypto/bench/relay.py" "$port" >relay.log 2>&1 </dev/null &
relay=$!
port=
while [ -z "$port" ]; do
    kill -0 $relay
    sleep 0.05
    port=$(cat relay.log)
done
timeout 600 "$QEMU" -M virt -m 128M -bios none -display none -monitor none -icount shift=0,sleep=on \
    -semihosting-config enable=on,target=native -chardev "socket,id=s,host=127.0.0.1,port=$port" -serial chardev:s \
    -kernel bench.elf 2>&1
${SIZE:-riscv64-unknown-elf-size} bench.elf | awk 'NR==2 {print "text", $1; print "data", $2}'
