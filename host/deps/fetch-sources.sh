#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Brings every file named in the lock into a folder and holds each to its SHA-256. A file that is already
# there is checked and kept, so files may also be put there by hand on a machine without a network.
#
# usage: fetch-sources.sh LOCK FOLDER APT_FOLDER
set -eu

lock=$1
folder=$2
apt_folder=$3
suite=trixie
here=$(cd "$(dirname "$0")" && pwd)

mkdir -p "$folder" "$apt_folder"
folder=$(cd "$folder" && pwd)
apt_folder=$(cd "$apt_folder" && pwd)

lock_lines() {
    sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$lock"
}

lock_lines | while read -r package version file hash rest; do
    case $file in */* | .*) bad=1 ;; *) bad= ;; esac
    if [ -n "$bad$rest" ] || ! echo "$hash" | grep -qE '^[0-9a-f]{64}$'; then
        echo "$lock: malformed line for '$package $version $file': need package, version, file, SHA-256" >&2
        exit 1
    fi
done

# Prints "package=version" once for each package of which a file is missing.
missing() {
    lock_lines | while read -r package version file _; do
        [ -e "$folder/$file" ] || echo "$package=$version"
    done | sort -u
}

wanted=$(missing)
if [ -n "$wanted" ]; then
    echo "Fetching source packages of Debian $suite:" $wanted
    "$here/private-apt.sh" "$apt_folder" "$suite"
    log=$apt_folder/update.log
    fetch() {
        # An unreachable extra archive is no reason to stop: the download below decides.
        apt-get -c "$apt_folder/apt.conf" -q update >"$log" 2>&1 || true
        (cd "$folder" && apt-get -c "$apt_folder/apt.conf" -q source --download-only --only-source $wanted) \
            >"$apt_folder/fetch.log" 2>&1
    }
    # An archive may be out of reach for a moment.
    if ! fetch && ! { sleep 10 && fetch; } && ! { sleep 60 && fetch; }; then
        # Without package lists apt-get advises to change the machine's sources, which is not what is wrong.
        grep -hE '^(E|W|Err)' "$log" "$apt_folder/fetch.log" | grep -v 'You must put some' >&2 ||
            cat "$log" "$apt_folder/fetch.log" >&2
        cat >&2 <<TEXT
fetch-sources: could not fetch$(printf ' %s' $wanted)
  If the network is down, try again when it is up: only the first build needs it.
  If the archive no longer offers this version, put the files that $lock names into
  $folder by hand (they are checked against the lock), or move the lock to the
  version it does offer in a reviewed change. The full logs are in $apt_folder.
TEXT
        exit 1
    fi
fi

lock_lines | while read -r package version file hash; do
    if [ ! -f "$folder/$file" ]; then
        echo "fetch-sources: $file of $package $version is not in $folder after the download" >&2
        exit 1
    fi
    actual=$(sha256sum "$folder/$file")
    actual=${actual%% *}
    if [ "$actual" != "$hash" ]; then
        cat >&2 <<TEXT
fetch-sources: WRONG HASH, the build stops here
  file      $folder/$file
  expected  $hash   ($lock)
  actual    $actual
  Delete the file and run make again. If the hash is wrong again, what the archive sends is not what
  Postern was built and tested with: do not use it. Find out why before anybody changes the lock.
TEXT
        exit 1
    fi
done
