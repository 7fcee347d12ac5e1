#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Installs the Debian packages of a list that this machine lacks, as root or through sudo, saying so first.
# Nothing is asked of apt when all are there. No package is removed and no configuration is changed.
#
# usage: install-packages.sh LIST LOG
set -eu

list=$1
log=$2

die() {
    echo "deps: $*" >&2
    exit 1
}

wanted=$(sed -e 's/#.*//' "$list" | awk 'NF { print $1 }')
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    die "this is not a Debian machine (no dpkg or apt-get). Postern is built on Debian 12; the packages it
needs are listed in $list. With their counterparts in place, 'touch ${log%.log}.stamp' skips this check."
fi

missing=$(
    # dpkg-query exits non-zero when it does not know a package; what it prints is what counts.
    { dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null || true; } |
        awk -v wanted="$wanted" '
            $1 == "installed" { have[$2] = 1 }
            END { n = split(wanted, p, /[ \n]+/); for (i = 1; i <= n; i++) if (!(p[i] in have)) print p[i] }'
)
[ -n "$missing" ] || exit 0

die_without_root() {
    die "these Debian packages are missing, and installing them needs root or sudo:
$(echo "$missing" | sed 's/^/    /')
Run as root:  apt-get install --no-install-recommends" $missing
}

if [ "$(id -u)" -eq 0 ]; then
    sudo=
elif command -v sudo >/dev/null; then
    sudo=sudo
else
    die_without_root
fi

echo "Installing Debian packages that Postern needs${sudo:+ (through sudo)}:" $missing
# Asks for the password where there is somebody to ask, once and before the output goes to the log.
[ -z "$sudo" ] || sudo true || die_without_root
# A fresh machine may be busy with its own upgrades: apt-get waits for them. Its package lists may be absent or too
# old, so they are refreshed if the first try fails; locks of the lists, and a network that has only just come up, are
# what the further tries are for.
install() {
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 $missing
}
: >"$log"
for pause in 0 10 30 60 last; do
    ! install >>"$log" 2>&1 || exit 0
    [ "$pause" != last ] || break
    sleep "$pause"
    $sudo apt-get update -q -o Acquire::Retries=3 >>"$log" 2>&1 || true
done
tail -n 20 "$log" >&2
die "apt-get could not install:" $missing "(the whole log is in $log)"
