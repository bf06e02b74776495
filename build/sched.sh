#!/usr/bin/env bash
# The command-line client, built when it is missing: build/sched.sh --help
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

need_dotnet
sched="$(output_of src/Cli)/sched.dll"
if [ ! -f "$sched" ]; then
    build "$ROOT/src/Cli/Cli.csproj" "$ROOT/artifacts/run/build-cli.log" || fail "the build failed; see artifacts/run/build-cli.log"
fi
exec dotnet "$sched" "$@"
