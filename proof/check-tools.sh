#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Compares the versions of the proof tools with the lock file: another version may judge differently.
#
# usage: check-tools.sh LOCK
set -eu

bad=0
while IFS='|' read -r command wanted; do
    case $command in '#'* | '') continue ;; esac
    have=$($command 2>&1 | head -n 1) || have="(not found)"
    case $have in
    "$wanted"*) ;;
    *)
        echo "prove: '$command' says '$have', expected '$wanted'" >&2
        bad=1
        ;;
    esac
done <"$1"
exit $bad
