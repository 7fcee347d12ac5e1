#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Writes a private Why3 configuration with Z3, CVC4 and cvc5, which Why3 1.5.1 does not find by itself. The user's own
# configuration stays as it is.
#
# usage: why3.sh FOLDER
set -eu

mkdir -p "$1/drivers"
folder=$(cd "$1" && pwd)
export WHY3CONFIG="$folder/why3.conf"
rm -f "$WHY3CONFIG"
why3 config detect >"$folder/detect.log" 2>&1
sed -i 's/^memlimit.*/memlimit = 4000/' "$WHY3CONFIG"
drivers=$(why3 --print-datadir)/drivers
cp "$drivers"/*.gen "$folder/drivers/"
sed 's/ALL_SUPPORTED/ALL/' "$drivers/cvc4_17.drv" >"$folder/drivers/cvc5.drv"
cat >>"$WHY3CONFIG" <<END

[prover]
command = "cvc5 --stats --tlimit=%t000 --lang=smt2 %f"
command_steps = "cvc5 --stats --rlimit=%S --lang=smt2 %f"
driver = "$folder/drivers/cvc5.drv"
editor = ""
in_place = false
interactive = false
name = "CVC5"
shortcut = "cvc5"
version = "1.0.3"
END
