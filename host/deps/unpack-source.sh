#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Unpacks one locked source package, with Debian's patches applied, into a folder that is replaced whole,
# so that an interrupted or edited tree never survives. The hashes were checked by fetch-sources.sh.
#
# usage: unpack-source.sh LOCK FOLDER PACKAGE DESTINATION
set -eu

lock=$1
folder=$2
package=$3
destination=$4

dsc=$(sed 's/#.*//' "$lock" | awk -v p="$package" '$1 == p && $3 ~ /\.dsc$/ { print $3 }')
if [ -z "$dsc" ]; then
    echo "$lock: names no .dsc file for $package" >&2
    exit 1
fi
scratch=$destination.new
rm -rf "$destination" "$scratch"
mkdir -p "$scratch"
# --no-check: the signature needs the packager's personal key; the SHA-256 in the lock is what binds.
dpkg-source --no-check -q -x "$folder/$dsc" "$scratch/tree" >"$scratch/log" 2>&1 || {
    cat "$scratch/log" >&2
    exit 1
}
mv "$scratch/tree" "$destination"
rm -rf "$scratch"
