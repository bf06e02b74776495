#!/usr/bin/env bash
# Asks the configured NuGet feed for Microsoft Orleans and KubernetesClient and writes the answer to build/Feed.local.props (git-ignored).
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<EOF
usage: build/detect-feed.sh [--print] [--full | --partial] [--kubernetes-full | --kubernetes-partial]

Asks the configured NuGet sources for the Orleans packages and for KubernetesClient at the versions in Directory.Packages.props,
says in one line each what it found, and writes build/Feed.local.props: Feed and KubernetesFeed, each full or partial.

  --print      say what was found, write nothing
  --full       write Feed=full without asking
  --partial    write Feed=partial without asking
  --kubernetes-full, --kubernetes-partial
               the same for KubernetesFeed
EOF
}

write=true
choice=""
kubernetes=""
for argument in "$@"; do
    case "$argument" in
        --print) write=false ;;
        --full) choice=full ;;
        --partial) choice=partial ;;
        --kubernetes-full) kubernetes=full ;;
        --kubernetes-partial) kubernetes=partial ;;
        -h | --help) usage && exit 0 ;;
        *) fail "unknown option '$argument' (see --help)" ;;
    esac
done

version="$(sed -n 's:.*<OrleansVersion>\(.*\)</OrleansVersion>.*:\1:p' "$ROOT/Directory.Packages.props")"
[ -n "$version" ] || fail "Directory.Packages.props names no OrleansVersion"
client_version="$(sed -n 's:.*"KubernetesClient" Version="\([^"]*\)".*:\1:p' "$ROOT/Directory.Packages.props")"
[ -n "$client_version" ] || fail "Directory.Packages.props names no version of KubernetesClient"
packages=(microsoft.orleans.sdk microsoft.orleans.runtime microsoft.orleans.reminders microsoft.orleans.server microsoft.orleans.connections.security microsoft.orleans.testinghost microsoft.orleans.serialization.abstractions)

# get URL: the body, or nothing; fails on a 404 and on a time-out alike.
get() { curl --silent --fail --location --connect-timeout 5 --max-time 20 --retry 1 --compressed "$1"; }

# has_package SOURCE ID VERSION: does this source hold it?
has_package() {
    local source="$1" id="$2" version="$3" base
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

# is_there ID VERSION: does any source hold it?
is_there() {
    local source
    for source in "${sources[@]}"; do
        has_package "$source" "$1" "$2" && return 0
    done
    return 1
}

if [ -z "$choice" ] || [ -z "$kubernetes" ]; then
    need curl
    need_dotnet
    mapfile -t sources < <(cd "$ROOT" && dotnet nuget list source --format Short | sed -n 's/^E //p')
fi

if [ -z "$choice" ]; then
    missing=""
    for id in "${packages[@]}"; do
        if ! is_there "$id" "$version"; then
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

if [ -n "$kubernetes" ]; then
    say "KubernetesFeed=$kubernetes: as asked."
elif is_there kubernetesclient "$client_version"; then
    kubernetes=full
    say "KubernetesFeed=full: the configured feed has KubernetesClient $client_version."
else
    kubernetes=partial
    say "KubernetesFeed=partial: the configured feed does not have KubernetesClient $client_version; src/Shims stands in for it."
fi

if [ "$write" = true ]; then
    cat >"$ROOT/build/Feed.local.props" <<EOF
<Project>
  <PropertyGroup>
    <Feed Condition="'\$(Feed)' == ''">$choice</Feed>
    <KubernetesFeed Condition="'\$(KubernetesFeed)' == ''">$kubernetes</KubernetesFeed>
  </PropertyGroup>
</Project>
EOF
fi
