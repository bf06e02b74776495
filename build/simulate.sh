#!/usr/bin/env bash
# Runs simulated clusters, seed after seed, for as long as wanted; docs/reliability.md says what they check.
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

case "${1:-}" in
    -h | --help)
        say "usage: build/simulate.sh [--steps 1e9] [--hours H] [--runs N] [--seed N] [--profile NAME] [--threads N]"
        say "                         [--verbose | --transcript | --trace]"
        say "Builds tests/Simulation (Release) and runs it, seed after seed, until so many steps, hours or runs are over (1e9 steps"
        say "without any of these) or a violation is found: then it prints the seed and a shrunk transcript, and exits with 1."
        exit 0
        ;;
esac

need_dotnet
[ "$(feed)" = partial ] || fail "the simulator is the shims' (src/Shims): build/detect-feed.sh --partial chooses them"
build "$ROOT/tests/Simulation/Simulation.csproj" "$ROOT/artifacts/simulate/build.log" || fail "the build failed"
cd "$ROOT"
exec dotnet "$(output_of tests/Simulation)/Simulation.dll" simulate "$@"
