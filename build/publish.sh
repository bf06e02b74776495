#!/usr/bin/env bash
# Makes the gateway as it is deployed: with machine code of this kind of machine in it, so that it is at full speed from its first second.
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

options=(-p:ReadyToRun=true)
default="$ROOT/artifacts/gateway"
case "${1:-}" in
    -h | --help)
        say "usage: build/publish.sh [--whole] [FOLDER]"
        say "Publishes src/Gateway (Release, ReadyToRun) into FOLDER (artifacts/gateway). Start it with: dotnet FOLDER/Orleans.Scheduler.Gateway.dll"
        say "--whole: with the runtime in it, compiled together with it (artifacts/gateway-whole; 210 MB, 2 to 7 min). It needs no .NET where it runs,"
        say "         and a fifth less CPU while it is new. Start it with: FOLDER/Orleans.Scheduler.Gateway"
        exit 0
        ;;
    --whole)
        options+=(-p:SelfContained=true -p:PublishReadyToRunComposite=true)
        # With AVX2, as every machine of the clouds has it: otherwise what uses wide vectors is left to be compiled as it runs, at first without any care.
        if [ "$(uname -m)" = x86_64 ]; then options+=(-p:PublishReadyToRunCrossgen2ExtraArgs=--instruction-set:x86-64-v3); fi
        default="$ROOT/artifacts/gateway-whole"
        shift
        ;;
esac

need_dotnet
folder="${1:-$default}"
log="$ROOT/artifacts/publish.log"
mkdir -p "$(dirname "$log")"
rm -rf "$folder"
if ! dotnet publish "$ROOT/src/Gateway" -c Release "${options[@]}" -o "$folder" --tl:off -v quiet >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    fail "publishing failed; the whole log is $log"
fi
say "$folder"
