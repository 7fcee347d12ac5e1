#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Brings the model checker CBMC into a folder of its own and makes ROOT/bin/cbmc start it with its own loader and
# libraries: nothing is installed on the machine. Packages that are there already are kept, so that a second
# run needs no network; they may also be put into PACKAGES by hand.
#
# usage: fetch-cbmc.sh LOCK ROOT PACKAGES APT_FOLDER
set -eu

lock=$1
root=$2
packages=$3
apt_folder=$4
suite=trixie
architecture=amd64
here=$(cd "$(dirname "$0")" && pwd)

die() {
    echo "fetch-cbmc: $*" >&2
    exit 1
}

lock_lines() {
    sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$lock"
}

lock_hash=$(sha256sum "$lock" | cut -d ' ' -f 1)
version=$(lock_lines | awk '$1 == "cbmc" { print $2 }')
[ -n "$version" ] || die "$lock names no version of cbmc"

works() {
    "$root/bin/cbmc" --version 2>"$apt_folder/start.log" | grep -q "^${version%%-*} "
}

mkdir -p "$packages" "$apt_folder"
packages=$(cd "$packages" && pwd)
apt_folder=$(cd "$apt_folder" && pwd)

if [ -e "$root/unpacked" ] && [ "$(cat "$root/unpacked")" = "$lock_hash" ] && works; then
    exit 0
fi
[ "$(dpkg --print-architecture)" = "$architecture" ] ||
    die "CBMC is pinned for $architecture only; this machine is $(dpkg --print-architecture)"

present() {
    for found in "$packages/$1"_*_"$architecture".deb; do
        [ -e "$found" ] && return 0
    done
    return 1
}

wanted=$(lock_lines | while read -r package pinned _; do
    if ! present "$package"; then
        case $pinned in any) echo "$package" ;; *) echo "$package=$pinned" ;; esac
    fi
done)
if [ -n "$wanted" ]; then
    echo "Fetching packages of Debian $suite, not to be installed:" $wanted
    "$here/private-apt.sh" "$apt_folder" "$suite" deb
    log=$apt_folder/fetch.log
    # What is not signed is refused, whatever the machine's configuration says.
    secure="-o APT::Get::AllowUnauthenticated=false -o Acquire::AllowInsecureRepositories=false"
    fetch() {
        apt-get -c "$apt_folder/apt.conf" $secure -q update >"$log" 2>&1 || true
        (cd "$packages" && apt-get -c "$apt_folder/apt.conf" $secure -q download $wanted) >>"$log" 2>&1
    }
    # An archive may be out of reach for a moment.
    if ! fetch && ! { sleep 10 && fetch; } && ! { sleep 60 && fetch; }; then
        grep -E '^(E|W|Err)' "$log" | grep -v 'You must put some' >&2 || cat "$log" >&2
        die "could not fetch" $wanted "
  Without CBMC nothing is proved about bit patterns and about authority after seal. If the network is down, try
  again when it is up: only the first run needs it. The full log is $log."
    fi
fi

lock_lines | while read -r package pinned file hash; do
    present "$package" || die "$package is not in $packages after the download"
    [ "$pinned" != any ] || continue
    [ -f "$packages/$file" ] || die "$packages has another version of $package than $lock"
    actual=$(sha256sum "$packages/$file" | cut -d ' ' -f 1)
    [ "$actual" = "$hash" ] || die "WRONG HASH of $packages/$file
  expected  $hash   ($lock)
  actual    $actual
  Delete the file and try again. If the hash is wrong again, do not use it."
done

rm -rf "$root"
mkdir -p "$root/bin"
lock_lines | while read -r package _; do
    for found in "$packages/$package"_*_"$architecture".deb; do
        dpkg-deb -x "$found" "$root" || die "cannot unpack $found: delete it and try again"
    done
done
for tool in cbmc goto-cc goto-instrument; do
    cat >"$root/bin/$tool" <<'WRAPPER'
#!/bin/sh
root=$(cd "$(dirname "$0")/.." && pwd)
name=$(basename "$0")
libraries=$root/usr/lib/x86_64-linux-gnu
exec "$libraries/ld-linux-x86-64.so.2" --argv0 "$name" --library-path "$libraries:$root/usr/lib" \
    "$root/usr/bin/$name" "$@"
WRAPPER
    chmod +x "$root/bin/$tool"
done
works || die "CBMC $version does not start from $root: $(cat "$apt_folder/start.log")"
echo "$lock_hash" >"$root/unpacked"
