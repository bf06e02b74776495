#!/usr/bin/env bash
# Asks the configured NuGet feed for Microsoft Orleans and writes the answer to build/Feed.local.props (git-ignored).
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<EOF
usage: build/detect-feed.sh [--print] [--full | --partial]

Asks the configured NuGet sources for the Orleans packages at the version in Directory.Packages.props,
says in one line what it found, and writes build/Feed.local.props: Feed=full or Feed=partial.

  --print      say what was found, write nothing
  --full       write Feed=full without asking
  --partial    write Feed=partial without asking
EOF
}

write=true
choice=""
for argument in "$@"; do
    case "$argument" in
        --print) write=false ;;
        --full) choice=full ;;
        --partial) choice=partial ;;
        -h | --help) usage && exit 0 ;;
        *) fail "unknown option '$argument' (see --help)" ;;
    esac
done

version="$(sed -n 's:.*<OrleansVersion>\(.*\)</OrleansVersion>.*:\1:p' "$ROOT/Directory.Packages.props")"
[ -n "$version" ] || fail "Directory.Packages.props names no OrleansVersion"
packages=(microsoft.orleans.sdk microsoft.orleans.runtime microsoft.orleans.reminders microsoft.orleans.server microsoft.orleans.serialization.abstractions)

# get URL: the body, or nothing; fails on a 404 and on a time-out alike.
get() { curl --silent --fail --location --connect-timeout 5 --max-time 20 --retry 1 --compressed "$1"; }

# has_package SOURCE ID: does this source hold ID at $version?
has_package() {
    local source="$1" id="$2" base
    case "$source" in
        http*index.json)
            base="$(get "$source" | tr -d ' \n\r' | tr '{' '\n' | grep 'PackageBaseAddress' | sed -n 's/.*"@id":"\([^"]*\)".*/\1/p' | head -n 1)" || return 1
            [ -n "$base" ] || return 1
            get "${base%/}/$id/index.json" | tr -d ' \n\r' | grep -q "\"$version\""
            ;;
        http*) return 1 ;;
        *) find "${source#file://}" -maxdepth 3 -iname "$id.$version.nupkg" 2>/dev/null | grep -q . ;;
    esac
}

if [ -z "$choice" ]; then
    need curl
    need_dotnet
    mapfile -t sources < <(cd "$ROOT" && dotnet nuget list source --format Short | sed -n 's/^E //p')
    missing=""
    for id in "${packages[@]}"; do
        found=false
        for source in "${sources[@]}"; do
            if has_package "$source" "$id"; then
                found=true
                break
            fi
        done
        if [ "$found" = false ]; then
            missing="$id"
            break
        fi
    done
    if [ -z "$missing" ]; then
        choice=full
        say "Feed=full: the configured feed has Microsoft Orleans $version."
    else
        choice=partial
        say "Feed=partial: the configured feed does not have $missing $version; src/Shims stands in for Orleans."
    fi
else
    say "Feed=$choice: as asked."
fi

if [ "$write" = true ]; then
    printf '<Project>\n  <PropertyGroup>\n    <Feed Condition="'"'\$(Feed)' == ''"'">%s</Feed>\n  </PropertyGroup>\n</Project>\n' "$choice" >"$ROOT/build/Feed.local.props"
fi
