#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes a private apt configuration that offers the source packages (or, with TYPE deb, the binary packages) of
# another Debian release, derived from the Debian sources this machine already uses, so that no host name is
# written here and nothing on the machine is reconfigured. Authentication stays as the machine has it (Signed-By,
# keyrings); Debian 12 ships the keys that sign trixie. What is pinned is also held to the hashes in a lock file.
#
# usage: private-apt.sh FOLDER SUITE [TYPE [ETC_APT]]   writes FOLDER/apt.conf for use as "apt-get -c FOLDER/apt.conf"
set -eu

folder=$1
suite=$2
type=${3:-deb-src}
etc=${4:-/etc/apt}

die() {
    echo "private-apt: $*" >&2
    exit 1
}

[ -r /etc/os-release ] || die "cannot read /etc/os-release: is this a Debian machine?"
codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release | tr -d '"')
[ -n "$codename" ] || die "/etc/os-release names no VERSION_CODENAME: cannot tell which suite to replace"
# A machine may also follow its release by a name that moves.
names="($codename|stable|oldstable)"

mkdir -p "$folder/sources.d" "$folder/lists/partial" "$folder/archives/partial"
folder=$(cd "$folder" && pwd)
rm -f "$folder"/sources.d/*

# A stanza of a .sources file is kept when it is a "main" archive of this machine's own release.
convert_deb822() {
    awk -v from="$names" -v to="$suite" -v type="$type" '
        BEGIN { RS = ""; FS = "\n" }
        {
            wanted = ""; main = 0; text = ""; field = ""
            for (i = 1; i <= NF; i++) {
                if ($i ~ /^#/) continue
                if ($i !~ /^[ \t]/) { field = tolower($i); sub(/:.*/, "", field) }
                value = $i; sub(/^[^:]*:/, "", value)
                if (field == "suites") {
                    n = split(value, word, /[ \t]+/)
                    for (w = 1; w <= n; w++)
                        if (word[w] ~ "^" from "(-updates|-security)?$") {
                            sub("^" from, to, word[w]); wanted = wanted " " word[w]
                        }
                } else if (field == "components" && value ~ /(^|[ \t])main([ \t]|$)/) main = 1
                else if (field == "enabled" && value ~ /no|false/) { wanted = ""; break }
                else if (field == "uris" || field == "signed-by") text = text $i "\n"
            }
            if (wanted != "" && main)
                printf "Types: %s\nSuites:%s\nComponents: main\n%s\n", type, wanted, text
        }' "$1"
}

# The one-line format keeps its [options], of which only signed-by and trusted matter to us.
convert_list() {
    sed -nE "s/^[[:space:]]*deb(-src)?[[:space:]]+(\[[^]]*\][[:space:]]+)?([^[:space:]]+)[[:space:]]+$names(-updates|-security)?[[:space:]]+(.*[[:space:]])?main([[:space:]].*)?\$/$type \2\3 $suite\5 main/p" "$1" |
        sed -E 's/arch=[^] ]*[[:space:]]*//; s/\[[[:space:]]*\][[:space:]]*//' | sort -u
}

for file in "$etc"/sources.list.d/*.sources; do
    [ -r "$file" ] || continue
    convert_deb822 "$file" >"$folder/sources.d/$(basename "$file")"
done
for file in "$etc/sources.list" "$etc"/sources.list.d/*.list; do
    [ -r "$file" ] || continue
    convert_list "$file" >"$folder/sources.d/$(basename "$file" .list).list"
done
find "$folder/sources.d" -type f -size 0 -delete
[ -n "$(ls "$folder/sources.d")" ] ||
    die "apt on this machine lists no 'main' archive of $codename: cannot tell where Debian packages come from"

# Another vendor's archive may use Debian's suite names: only what Debian itself signed counts as a candidate.
cat >"$folder/preferences" <<PREFERENCES
Package: *
Pin: release o=Debian
Pin-Priority: 500

Package: *
Pin: release o=*
Pin-Priority: -1
PREFERENCES

cat >"$folder/apt.conf" <<CONF
#clear APT::Default-Release;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Update::Pre-Invoke;
APT::Sandbox::User "$(id -un)";
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$folder/sources.d";
Dir::Etc::Preferences "$folder/preferences";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State::Lists "$folder/lists";
Dir::Cache "$folder";
Dir::Cache::Archives "$folder/archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Acquire::Retries "3";
CONF
