#!/usr/bin/env bash
# Makes the gateway as it is deployed: with machine code of this kind of machine in it, so that it is at full speed from its first second.
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

case "${1:-}" in
    -h | --help)
        say "usage: build/publish.sh [FOLDER]"
        say "Publishes src/Gateway (Release, ReadyToRun) into FOLDER (artifacts/gateway). Start it with: dotnet FOLDER/Orleans.Scheduler.Gateway.dll"
        exit 0
        ;;
esac

need_dotnet
folder="${1:-$ROOT/artifacts/gateway}"
log="$ROOT/artifacts/publish.log"
mkdir -p "$(dirname "$log")"
rm -rf "$folder"
if ! dotnet publish "$ROOT/src/Gateway" -c Release -p:ReadyToRun=true -o "$folder" --tl:off -v quiet >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    fail "publishing failed; the whole log is $log"
fi
say "$folder"
