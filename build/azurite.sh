#!/usr/bin/env bash
# Gets Azurite, the emulator of Azure Storage, for the tests: installed once for this user, kept in the user's cache.
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<EOF
usage: build/azurite.sh [--where]

Sees to it that there is Azurite $AZURITE, and prints the JavaScript file that starts it with node. Node.js is installed with apt where it is
missing; Azurite comes from the npm registry into a folder of this user. Several calls at once wait for each other.

  --where     only print the file; exits 1 when it is not there yet

Folder: \${AZURITE_CACHE:-\${XDG_CACHE_HOME:-~/.cache}/orleans-scheduler}. Log of the installation: azurite.log in it.
EOF
}

AZURITE=3.37.0

cache="${AZURITE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/orleans-scheduler}"
home="$cache/azurite-$AZURITE"
entry="$home/node_modules/azurite/dist/src/azurite.js"

case "${1:-}" in
    "") ;;
    -h | --help) usage && exit 0 ;;
    --where)
        [ -f "$entry" ] || fail "there is no Azurite in $home: run build/azurite.sh"
        say "$entry"
        exit 0
        ;;
    *) fail "unknown argument '$1' (see --help)" ;;
esac

if [ ! -f "$entry" ]; then
    need node nodejs >&2
    need npm npm >&2
    need flock util-linux >&2
    mkdir -p "$cache"
    exec 9>"$cache/azurite.lock"
    flock 9
    if [ ! -f "$entry" ]; then
        rm -rf "$home.new" && mkdir -p "$home.new"
        npm install --prefix "$home.new" --no-audit --no-fund --loglevel=error "azurite@$AZURITE" >"$cache/azurite.log" 2>&1 9>&- \
            || { tail -n 15 "$cache/azurite.log" >&2; fail "could not install Azurite; the whole log is $cache/azurite.log"; }
        rm -rf "$home" && mv "$home.new" "$home"
    fi
fi
say "$entry"
