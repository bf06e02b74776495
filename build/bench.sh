#!/usr/bin/env bash
# Runs the benchmarks; docs/benchmarks.md says which there are and what they gave.
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

case "${1:-}" in
    -h | --help)
        say "usage: build/bench.sh [ARGUMENTS FOR tests/Benchmarks]"
        say "Builds tests/Benchmarks (Release) and runs it; without arguments it lists what it can run."
        say "What is measured of the gateway's process is measured of what build/publish.sh makes."
        exit 0
        ;;
esac

need_dotnet
build "$ROOT/tests/Benchmarks/Benchmarks.csproj" "$ROOT/artifacts/bench/build.log" || fail "the build failed"
case "${1:-}" in
    end-to-end) "$ROOT/build/publish.sh" >/dev/null ;;
    kubernetes) "$ROOT/build/publish.sh" --whole >/dev/null ;;
esac
cd "$ROOT"
exec dotnet "$(output_of tests/Benchmarks)/Benchmarks.dll" "$@"
